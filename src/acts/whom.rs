//! Which of an event's people something is done to: exactly some, or all whom a filter finds but for some.

use std::collections::BTreeSet;

use serde::Deserialize;
use utoipa::ToSchema;

use super::decide::{Decider, Decision, Ground, decisions};
use super::person::find;
use super::run::MOST_NAMED;
use super::{ActError, Planned};
use crate::credential::EventCode;
use crate::desk::Desk;
use crate::store::{Participant, PeopleQuery, PersonKey};

/// People read at a time.
const PAGE: usize = 500;

/// Where a person stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PersonState {
    /// Gets a certificate, or has one by right.
    Eligible,
    /// Does not meet the rule.
    NotEligible,
    /// Excluded.
    Excluded,
    /// Allowed by an exception.
    Exception,
    /// Has a certificate.
    Issued,
    /// Has no e-mail address.
    NoEmail,
}

impl PersonState {
    /// Says whether somebody stands so, by the decision about them and whether they have a certificate.
    pub fn takes(self, person: &Participant, decision: &Decision, has_one: bool) -> bool {
        match self {
            Self::Eligible => decision.eligible,
            Self::NotEligible => matches!(decision.reason, Ground::NotMet | Ground::NoRule),
            Self::Excluded => decision.reason == Ground::Excluded,
            Self::Exception => matches!(decision.reason, Ground::Exception | Ground::Manual),
            Self::Issued => has_one,
            Self::NoEmail => person.email.is_none(),
        }
    }
}

/// Which people of an event: those named, or without any all whom the filter finds, but for those of `except`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "state": "not_eligible", "except": ["ada@example.org"] }))]
pub struct Whom {
    /// Exactly these: id, external id or e-mail.
    #[serde(default)]
    pub people: Vec<String>,
    /// All: needed where nobody is named and the filter asks for nothing.
    #[serde(default)]
    pub everybody: bool,
    /// Only in this state.
    #[serde(default)]
    pub state: Option<PersonState>,
    /// With a `state`: the places in the roster of those who stand so, for a door that keeps them. Nobody else is looked at; who is found
    /// there is.
    #[serde(skip)]
    #[schema(ignore)]
    pub places: Option<Vec<u64>>,
    /// Only whose name, e-mail or external id holds this.
    #[serde(default)]
    pub q: Option<String>,
    /// But not these: id, external id or e-mail.
    #[serde(default)]
    pub except: Vec<String>,
}

impl Whom {
    fn check(&self) -> Result<(), ActError> {
        let asks = self.everybody || self.state.is_some() || self.q.as_ref().is_some_and(|q| !q.trim().is_empty());
        if self.people.len() > MOST_NAMED || self.except.len() > MOST_NAMED {
            return Err(ActError::invalid("whom", "names more than 10,000"));
        }
        match (self.people.is_empty(), asks || !self.except.is_empty()) {
            (false, true) => Err(ActError::invalid("whom", "names people, and so has no filter")),
            (true, _) if !asks => {
                Err(ActError::invalid("whom", "asks for nothing: name people, say a filter, or say `everybody`"))
            }
            _ => Ok(()),
        }
    }

    /// Goes through them with the decision about each.
    ///
    /// # Errors
    /// [`ActError::Invalid`] for what does not go together, [`ActError::NotThere`] for who is named and not there.
    pub(in crate::acts) fn each(
        &self,
        desk: &Desk,
        planned: &Planned,
        mut take: impl FnMut(Participant) -> Result<(), ActError>,
    ) -> Result<(), ActError> {
        self.check()?;
        let code = &planned.event.code;
        if !self.people.is_empty() {
            let mut seen = BTreeSet::new();
            let people = named(desk, code, &self.people)?.into_iter();
            return people.filter(|person| seen.insert(person.key.clone())).try_for_each(take);
        }
        let except: BTreeSet<PersonKey> = named(desk, code, &self.except)?.into_iter().map(|one| one.key).collect();
        let decider = Decider::new(&planned.event, &planned.plan)?;
        let query = PeopleQuery { text: self.q.clone(), places: self.state.and(self.places.clone()) };
        let mut cursor: Option<String> = None;
        loop {
            let page = decisions(desk, &decider, &query, cursor.as_deref(), PAGE)?;
            for (person, decision) in page.items {
                let has = || desk.store.certificate_of(code, &person.key).map(|number| number.is_some());
                let taken = match self.state {
                    None => true,
                    Some(state) => state.takes(&person, &decision, state == PersonState::Issued && has()?),
                };
                if taken && !except.contains(&person.key) {
                    take(person)?;
                }
            }
            cursor = page.next;
            if cursor.is_none() {
                return Ok(());
            }
        }
    }
}

/// Returns who is named. Whoever was to be left out must not be meant because of a slip.
fn named(desk: &Desk, code: &EventCode, people: &[String]) -> Result<Vec<Participant>, ActError> {
    let (mut found, mut missing) = (Vec::with_capacity(people.len()), Vec::new());
    for (at, who) in people.iter().enumerate() {
        match find(desk.store, code, who) {
            Ok(person) => found.push(person),
            Err(ActError::Store(error)) => return Err(error.into()),
            Err(_) => missing.push(at),
        }
    }
    if missing.is_empty() { Ok(found) } else { Err(ActError::NotThere(missing)) }
}
