//! What a run would do to one person or one certificate, and why.

use serde::Serialize;
use serde_json::Value;

use super::{Kind, Over, Result};
use crate::acts::{Decider, Decision, Ground, listed_given};
use crate::credential::{CertificateNumber, Timestamp};
use crate::publish::LastPublished;
use crate::store::{Certificate, CertificateState, Event, Participant, Premise, Store, TemplateRef};

/// What would become of one row.
#[derive(Debug, Clone, PartialEq)]
pub enum Fate {
    /// Gets a first certificate.
    Get(Grant),
    /// Gets a next version under the same number.
    Replace(Box<Certificate>, Grant),
    /// Loses it.
    Lose(Box<Certificate>),
    /// Gets a revoked one back.
    Regain(Box<Certificate>),
    /// Keeps what they have.
    Keep(CertificateNumber, String),
    /// Gets none.
    Nothing(String),
}

/// What somebody gets, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Grant {
    /// The template.
    pub template: TemplateRef,
    /// The tier.
    pub tier: Option<String>,
    /// Why.
    pub basis: Option<Value>,
}

/// What a preview counts, and each of its rows says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Gets a first certificate.
    Gets,
    /// Gets a next version; the present one becomes superseded.
    Replaced,
    /// Loses it.
    Loses,
    /// Gets a revoked one back.
    Regains,
    /// Keeps what they have.
    Keeps,
    /// Gets none.
    Nothing,
}

impl Fate {
    /// Returns what to count it as.
    pub fn effect(&self) -> Effect {
        match self {
            Self::Get(_) => Effect::Gets,
            Self::Replace(..) => Effect::Replaced,
            Self::Lose(_) => Effect::Loses,
            Self::Regain(_) => Effect::Regains,
            Self::Keep(..) => Effect::Keeps,
            Self::Nothing(_) => Effect::Nothing,
        }
    }

    /// Says whether a certificate that somebody has would be another: revoked, given back, or replaced.
    pub fn changes_one(&self) -> bool {
        matches!(self, Self::Replace(..) | Self::Lose(_) | Self::Regain(_))
    }

    /// Returns the certificate that it is about, if there is one.
    pub fn number(&self) -> Option<&CertificateNumber> {
        match self {
            Self::Replace(old, _) | Self::Lose(old) | Self::Regain(old) => Some(&old.number),
            Self::Keep(number, _) => Some(number),
            Self::Get(_) | Self::Nothing(_) => None,
        }
    }

    /// Returns why nothing changes, if so.
    pub fn why(&self) -> Option<&str> {
        match self {
            Self::Keep(_, why) | Self::Nothing(why) => Some(why),
            _ => None,
        }
    }
}

/// Everything that decides about the people of one event.
pub(in crate::acts) struct Assessor<'a> {
    pub(in crate::acts) store: &'a dyn Store,
    pub(in crate::acts) event: &'a Event,
    pub(in crate::acts) decider: Decider<'a>,
}

impl Assessor<'_> {
    /// Returns the decision about a person and the certificate that they have.
    pub(in crate::acts) fn facts(&self, person: &Participant) -> Result<(Decision, Option<Certificate>)> {
        let (decision, has, _) = self.facts_given(person)?;
        Ok((decision, has))
    }

    fn facts_given(&self, person: &Participant) -> Result<(Decision, Option<Certificate>, Premise)> {
        let code = &self.event.code;
        let (listed, given) = listed_given(self.store, code, &person.key)?;
        let decision = self.decider.decide(person, &listed);
        let number = self.store.certificate_of(code, &person.key)?;
        let has = number.map(|number| self.store.certificate(&number)).transpose()?.flatten();
        Ok((decision, has, given))
    }

    /// Says what a run does to a person, by their records as they are, and on what of theirs that rests.
    pub(in crate::acts) fn fate(&self, kind: Kind, over: Over, person: &Participant) -> Result<(Fate, Vec<Premise>)> {
        let (decision, has, listed) = self.facts_given(person)?;
        let given = vec![Premise::participant(&self.event.code, person), listed];
        Ok((decided(kind, over, decision, has), given))
    }
}

/// Says what a run does to somebody with that decision and that certificate.
pub(in crate::acts) fn decided(kind: Kind, over: Over, decision: Decision, has: Option<Certificate>) -> Fate {
    match kind {
        Kind::Generate => first(decision, has),
        _ => again(over, decision, has),
    }
}

/// A first certificate, for who has none.
fn first(decision: Decision, has: Option<Certificate>) -> Fate {
    match has {
        Some(has) if matches!(has.state, CertificateState::Revoked { .. }) => {
            Fate::Keep(has.number, "has one, which is revoked".to_owned())
        }
        Some(has) => Fate::Keep(has.number, "has one already".to_owned()),
        None if decision.eligible => Fate::Get(grant(decision)),
        None => Fate::Nothing(why_not(&decision)),
    }
}

/// The next version, a first one, or none any more.
fn again(over: Over, decision: Decision, has: Option<Certificate>) -> Fate {
    let Some(has) = has else { return first(decision, None) };
    if matches!(has.state, CertificateState::Revoked { .. }) {
        return Fate::Keep(has.number, "it is revoked".to_owned());
    }
    if over == Over::NotPassing {
        return match decision.eligible {
            true => Fate::Keep(has.number, "meets the rule again".to_owned()),
            false => Fate::Lose(Box::new(has)),
        };
    }
    let mut grant = grant(decision);
    if !eligible(&grant) {
        // Only `not_passing` takes a certificate away; who regenerates it otherwise keeps why it was given.
        grant.basis = has.basis.clone();
        grant.tier = has.fields.get("tier").cloned();
    }
    if over == Over::TemplateOlder && grant.template.bundle == has.template.bundle {
        return Fate::Keep(has.number, "it has the present template".to_owned());
    }
    Fate::Replace(Box::new(has), grant)
}

fn eligible(grant: &Grant) -> bool {
    grant.basis.is_some()
}

fn grant(decision: Decision) -> Grant {
    let Decision { template, tier, basis, eligible, .. } = decision;
    Grant { template, tier, basis: Some(basis).filter(|_| eligible) }
}

/// Says in a few words why somebody gets none.
fn why_not(decision: &Decision) -> String {
    match decision.reason {
        Ground::Excluded => "is excluded".to_owned(),
        Ground::NoRule => "the event has no rule".to_owned(),
        _ => "does not meet the rule".to_owned(),
    }
}

/// Says what a revocation does to a certificate.
pub(in crate::acts) fn revoked(has: Option<Certificate>) -> Fate {
    match has {
        None => Fate::Nothing("it does not exist".to_owned()),
        Some(has) if has.state == CertificateState::Active => Fate::Lose(Box::new(has)),
        Some(has) => Fate::Keep(has.number, "it is revoked already".to_owned()),
    }
}

/// Which revocations are taken back.
#[derive(Debug, Clone, Copy)]
pub(in crate::acts) struct Undone<'a> {
    /// Those of this run, if one is named.
    pub(in crate::acts) run: Option<&'a str>,
    /// Those of this date or before: what was revoked since was not seen by who asked.
    pub(in crate::acts) seen: Timestamp,
    /// What was published last.
    pub(in crate::acts) last: Option<&'a LastPublished>,
}

impl Undone<'_> {
    /// Says what taking a revocation back does to a certificate.
    pub(in crate::acts) fn fate(&self, has: Option<Certificate>) -> Fate {
        let Some(has) = has else { return Fate::Nothing("it does not exist".to_owned()) };
        let CertificateState::Revoked { reason } = &has.state else {
            return Fate::Keep(has.number, "it is not revoked".to_owned());
        };
        let by = has.withdrawal.as_ref().and_then(|withdrawal| withdrawal.run.as_deref());
        if self.run.is_some() && by != self.run {
            return Fate::Nothing("that run did not revoke it".to_owned());
        }
        if reason.at > self.seen {
            return Fate::Nothing("it was revoked since this was asked for".to_owned());
        }
        match is_published(&has, self.last) {
            true => Fate::Nothing("its revocation has been published".to_owned()),
            false => Fate::Regain(Box::new(has)),
        }
    }
}

/// Says whether a certificate's revocation is in the published lists.
pub(in crate::acts) fn is_published(certificate: &Certificate, last: Option<&LastPublished>) -> bool {
    let due = certificate.withdrawal.as_ref().and_then(|withdrawal| withdrawal.due);
    let at = certificate.state.reason().map(|reason| reason.at);
    last.zip(at).is_some_and(|(last, at)| last.holds(at, due))
}
