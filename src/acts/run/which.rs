//! Which of those that a filter finds a run is about: what else is asked of them, and who is not meant.

use std::collections::BTreeSet;

use serde::Deserialize;
use utoipa::ToSchema;

use super::select::{MOST_NAMED, refused};
use super::{Kind, Result, RunError, RunOver};
use crate::acts::PersonState;
use crate::credential::{CertificateNumber, EventCode, Moment};
use crate::desk::Desk;
use crate::store::{CertificateQuery, PersonKey, Standing};

/// What a filter asks beside event, text and run, and who is not meant though it finds them.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "status": "active", "except": ["CERT-WORKSHOP-2026-00001"] }))]
pub struct Which {
    /// Only certificates in this state.
    #[serde(default)]
    pub status: Option<Standing>,
    /// Only certificates with a template of this name.
    #[schema(example = "classic")]
    #[serde(default)]
    pub template: Option<String>,
    /// Only certificates issued at this instant, or on this day, or later. A day begins where the event is, or else where the
    /// issuer is.
    #[schema(value_type = Option<String>, example = "2026-05-01")]
    #[serde(default)]
    pub issued_since: Option<Moment>,
    /// Only certificates issued before this instant or day.
    #[schema(value_type = Option<String>, example = "2026-06-01")]
    #[serde(default)]
    pub issued_until: Option<Moment>,
    /// Only certificates that this run made.
    #[serde(default)]
    pub made_by: Option<String>,
    /// `generate`: only people in this state.
    #[serde(default)]
    pub state: Option<PersonState>,
    /// Not these, though the filter finds them: certificates by number; with `generate` people, by e-mail, by id or by the id of
    /// another system.
    #[schema(example = json!(["CERT-WORKSHOP-2026-00001"]))]
    #[serde(default)]
    pub except: Vec<String>,
}

impl Which {
    /// Says whether it leaves out some by more than their state.
    pub(super) fn narrows(&self) -> bool {
        self.template.is_some() || self.made_by.is_some() || self.issued_since.or(self.issued_until).is_some()
    }

    /// Refuses what does not go together.
    pub(super) fn check(&self, kind: Kind, over: RunOver) -> Result<()> {
        if over != RunOver::Filter {
            return Err(refused("which", "goes with `filter`, and with nobody who is named"));
        }
        if self.except.len() > MOST_NAMED {
            return Err(refused("which", "names more than 10,000 that are not meant"));
        }
        match kind {
            Kind::Generate if self.status.is_some() || self.narrows() => {
                Err(refused("which", "asks of certificates what `generate` makes; ask for the `state` of people"))
            }
            Kind::Generate => Ok(()),
            _ if self.state.is_some() => {
                Err(refused("which", "asks for a `state` of people, which goes with `generate`"))
            }
            _ => Ok(()),
        }
    }

    /// Returns who is not meant, of the people of an event.
    ///
    /// # Errors
    /// [`RunError::Unknown`] for those who are not there: whoever was to be left out must not be meant because of a slip.
    pub(super) fn people(&self, desk: &Desk, code: &EventCode) -> Result<BTreeSet<PersonKey>> {
        let (mut keys, mut missing) = (BTreeSet::new(), Vec::new());
        for (at, who) in self.except.iter().enumerate() {
            match crate::acts::find(desk.store, code, who) {
                Ok(person) => drop(keys.insert(person.key)),
                Err(crate::acts::ActError::Store(error)) => return Err(error.into()),
                Err(_) => missing.push(at),
            }
        }
        if missing.is_empty() { Ok(keys) } else { Err(RunError::Unknown(missing)) }
    }

    /// Returns what the store is asked for, by what is asked already.
    ///
    /// # Errors
    /// [`RunError::Unknown`], as [`Which::people`].
    pub(super) fn query(&self, desk: &Desk, query: CertificateQuery) -> Result<CertificateQuery> {
        let zone = desk.zone_of(query.event.as_ref())?;
        let [issued_since, issued_until] =
            [self.issued_since, self.issued_until].map(|at| at.map(|at| at.within(&zone)));
        Ok(CertificateQuery {
            standing: self.status.map(|status| (status, desk.now)),
            template: self.template.clone(),
            issued_since,
            issued_until,
            run: self.made_by.clone().or(query.run),
            except: self.numbers(desk)?,
            ..query
        })
    }

    fn numbers(&self, desk: &Desk) -> Result<BTreeSet<CertificateNumber>> {
        let named: Vec<Option<CertificateNumber>> = self.except.iter().map(|text| text.parse().ok()).collect();
        let found = desk.store.certificates_at(&named.iter().flatten().collect::<Vec<_>>())?;
        let mut found = found.into_iter();
        let is_there: Vec<_> = named.iter().map(|one| one.is_some() && found.next().flatten().is_some()).collect();
        let missing: Vec<_> = (0..named.len()).filter(|&at| !is_there[at]).collect();
        match missing.is_empty() {
            true => Ok(named.into_iter().flatten().collect()),
            false => Err(RunError::Unknown(missing)),
        }
    }
}
