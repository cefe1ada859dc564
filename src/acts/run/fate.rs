//! What a run would do to one person or one certificate, and why.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;

use super::{Chosen, Kind, Result, RunOver};
use crate::acts::send::Errand;
use crate::acts::{Decider, Decision, Ground, Listed, listed_at};
use crate::credential::{CertificateNumber, Timestamp, Zone};
use crate::desk::Desk;
use crate::making;
use crate::publish::LastPublished;
use crate::store::{Cause, Certificate, CertificateState, Event, Participant, Premise, Standing, Store, TemplateRef};

/// Why somebody keeps a certificate that is in force.
pub const HAS_ONE: &str = "has one already";

/// Why somebody who was to get another one does not.
pub const SAYS_THE_SAME: &str = "has one already that says the same";

/// What would become of one row.
#[derive(Debug, Clone, PartialEq)]
pub enum Fate {
    /// Gets a first certificate, or another one after it.
    Get(Grant),
    /// Gets a next version under the same number: in place of one that is in force, or after one that is revoked.
    Replace(Box<Certificate>, Grant),
    /// Loses it.
    Lose(Box<Certificate>),
    /// Gets a revoked one back.
    Regain(Box<Certificate>),
    /// Is sent a message about it.
    Send(Box<Errand>),
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
    /// Their language, or else the event's: the template need not be in it.
    pub language: Option<String>,
    /// The certificate that they have, which the one that they get follows.
    pub earlier: Option<CertificateNumber>,
}

/// What a preview counts, and each of its rows says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Gets a first certificate.
    Gets,
    /// Has one, and gets another one with a number of its own.
    GetsAnother,
    /// Gets a next version; the present one becomes superseded.
    Replaced,
    /// Lost theirs and is let in again: gets a next version under the same number; the one before stays revoked.
    NewVersion,
    /// Loses it.
    Loses,
    /// Gets a revoked one back.
    Regains,
    /// Is sent a message about it.
    Sends,
    /// Keeps what they have.
    Keeps,
    /// Gets none.
    Nothing,
}

impl Fate {
    /// Returns what to count it as.
    pub fn effect(&self) -> Effect {
        match self {
            Self::Get(Grant { earlier: Some(_), .. }) => Effect::GetsAnother,
            Self::Get(_) => Effect::Gets,
            Self::Replace(old, _) if is_lost(old) => Effect::NewVersion,
            Self::Replace(..) => Effect::Replaced,
            Self::Lose(_) => Effect::Loses,
            Self::Regain(_) => Effect::Regains,
            Self::Send(_) => Effect::Sends,
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
            Self::Send(errand) => Some(&errand.certificate.number),
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

/// What a run was asked for, as far as it decides about people.
#[derive(Debug, Clone, Copy)]
pub(in crate::acts) struct Asked {
    pub(in crate::acts) kind: Kind,
    pub(in crate::acts) over: RunOver,
    /// When: what was revoked since was not seen by who asked.
    pub(in crate::acts) seen: Timestamp,
    /// Whether who has a certificate gets another one.
    pub(in crate::acts) again: bool,
}

/// Everything that decides about the people of one event.
pub(in crate::acts) struct Assessor<'a> {
    pub(in crate::acts) store: &'a dyn Store,
    pub(in crate::acts) event: &'a Event,
    pub(in crate::acts) zone: &'a Zone,
    pub(in crate::acts) decider: Decider<'a>,
    pub(in crate::acts) asked: Asked,
    pub(in crate::acts) chosen: &'a Chosen,
}

/// How it stands with somebody: the decision about them, and what they have.
pub(in crate::acts) struct Case {
    pub(in crate::acts) decision: Decision,
    pub(in crate::acts) has: Option<Certificate>,
    /// When an exception was made for them, or an exclusion taken off.
    let_in: Option<Timestamp>,
    /// Whether another certificate would say just what the one says that they have.
    says_same: bool,
}

impl Case {
    /// Returns the certificate that they lost, if they did.
    pub(in crate::acts) fn lost(&self) -> Option<&Certificate> {
        self.has.as_ref().filter(|has| is_lost(has))
    }

    /// Says whether they lack a certificate that they can still get by a run: they have none, or lost theirs and are let in
    /// again. Who is excluded is meant to have none.
    pub(in crate::acts) fn lacks(&self, asked: Asked) -> bool {
        let lacks = match &self.has {
            None => true,
            Some(has) => is_lost(has) && stays_out(asked, self, has).is_none(),
        };
        lacks && self.decision.reason != Ground::Excluded
    }
}

impl Assessor<'_> {
    /// Returns how it stands with people, each with the premise that it stays so.
    pub(in crate::acts) fn cases(&self, people: &[&Participant]) -> Result<Vec<(Case, Premise)>> {
        let code = &self.event.code;
        let listed = listed_at(self.store, code, people)?;
        let numbers = self.store.certificates_of(code, &people.iter().map(|person| &person.key).collect::<Vec<_>>())?;
        let mut has = self.store.certificates_at(&numbers.iter().flatten().collect::<Vec<_>>())?.into_iter();
        let case = |((person, (listed, given)), number): ((&&Participant, (Listed, Premise)), &Option<_>)| {
            let has = number.as_ref().and_then(|_| has.next()).flatten();
            (self.case_of(person, listed, has), given)
        };
        Ok(people.iter().zip(listed).zip(&numbers).map(case).collect())
    }

    fn case_of(&self, person: &Participant, listed: Listed, has: Option<Certificate>) -> Case {
        let mut decision = self.decider.decide(person, &listed);
        decision.template = self.chosen.template.clone().unwrap_or(decision.template);
        let let_in = match listed {
            Listed::Exception(exception) => Some(exception.at),
            Listed::Lifted(lifted) if !lifted.exception => Some(lifted.at),
            Listed::No | Listed::Lifted(_) | Listed::Exclusion(_) => None,
        };
        let says_same = self.asked.again && has.as_ref().is_some_and(|has| self.says_same(person, &decision, has));
        Case { decision, has, let_in, says_same }
    }

    /// Says whether somebody who did no better since would get what they have: whoever repeats a command, or asks for what
    /// somebody else has done meanwhile, makes no third.
    fn says_same(&self, person: &Participant, decision: &Decision, has: &Certificate) -> bool {
        let measured = |basis: &Value| ["/rule/clauses", "/rule/tier_measured"].map(|at| basis.pointer(at).cloned());
        let in_force = Standing::of(has, self.asked.seen) == Standing::Active;
        let same = has.basis.as_ref().is_none_or(|basis| measured(basis) == measured(&decision.basis));
        let order = self.chosen.order(self.zone, person.clone(), grant(decision.clone()));
        in_force && same && !making::says_other(self.zone, self.event, has, &order)
    }

    /// Says what a run does to people, by their records as they are, and on what of theirs that rests.
    pub(in crate::acts) fn fates(&self, people: &[&Participant]) -> Result<Vec<(Fate, Vec<Premise>)>> {
        let fate = |((case, given), person): ((Case, Premise), &&Participant)| {
            (decided(self.asked, case), vec![Premise::participant(&self.event.code, person), given])
        };
        Ok(self.cases(people)?.into_iter().zip(people).map(fate).collect())
    }
}

/// Says what a run does to somebody with whom it stands so.
pub(in crate::acts) fn decided(asked: Asked, case: Case) -> Fate {
    match asked.kind {
        Kind::Generate => first(asked, case),
        _ => again(asked, case),
    }
}

/// A first certificate for who has none, and a next version for who lost theirs and is let in again.
fn first(asked: Asked, case: Case) -> Fate {
    if asked.again
        && let Some(has) = case.has.clone()
    {
        return another(asked, case, has);
    }
    if let Some(lost) = case.lost().cloned() {
        return match stays_out(asked, &case, &lost) {
            Some(why) => Fate::Keep(lost.number, why.to_owned()),
            None => Fate::Replace(Box::new(lost), grant(case.decision)),
        };
    }
    match case.has {
        Some(has) => Fate::Keep(has.number, HAS_ONE.to_owned()),
        None if case.decision.eligible => Fate::Get(grant(case.decision)),
        None => Fate::Nothing(why_not(&case.decision)),
    }
}

/// Another certificate for who has one, where it is asked for by name.
fn another(asked: Asked, case: Case, has: Certificate) -> Fate {
    let why = match has.state {
        CertificateState::Revoked { .. } => stays_out(asked, &case, &has).map(str::to_owned),
        _ if !case.decision.eligible => Some(format!("has one already, and {}", why_not(&case.decision))),
        _ if case.says_same => Some(SAYS_THE_SAME.to_owned()),
        _ => None,
    };
    match why {
        Some(why) => Fate::Keep(has.number, why),
        None => Fate::Get(Grant { earlier: Some(has.number), ..grant(case.decision) }),
    }
}

pub(in crate::acts) fn is_lost(certificate: &Certificate) -> bool {
    matches!(certificate.state, CertificateState::Revoked { .. })
}

/// Says why somebody whose certificate is revoked gets no next version by a run; nothing if they do. A run over a group gives
/// it only to those who were let in again since: what was revoked on purpose must not come back because somebody else is
/// issued to. Who is named is meant.
fn stays_out(asked: Asked, case: &Case, lost: &Certificate) -> Option<&'static str> {
    let Case { decision, let_in, .. } = case;
    let withdrawal = lost.withdrawal.as_ref();
    let at = lost.state.reason()?.at;
    let cause = withdrawal.map(|withdrawal| withdrawal.cause);
    let not_entitled = withdrawal.is_some_and(|withdrawal| withdrawal.entitled == Some(false));
    // Within one second nobody can tell which came first.
    let again = not_entitled || let_in.is_some_and(|let_in| let_in > at);
    Some(match decision.reason {
        _ if cause == Some(Cause::Fraud) => "it is revoked for fraud",
        Ground::Excluded => "it is revoked, and they are excluded",
        Ground::NoRule => "it is revoked, and the event has no rule",
        _ if !decision.eligible => "it is revoked, and they do not meet the rule",
        _ if at > asked.seen => "it was revoked since this was asked for",
        _ if again || asked.over == RunOver::Selected => return None,
        _ => "it is revoked: make an exception for them, or issue it anew on the certificate itself",
    })
}

/// Says of certificates whether their owners are entitled to one, by rule and lists, as they stand now: noted when one is
/// revoked, so that it is known later who was let in again. Nothing where that cannot be said.
pub(in crate::acts) fn entitled(desk: &Desk, certificates: &[&Certificate]) -> Vec<Option<bool>> {
    let mut said = vec![None; certificates.len()];
    let events: BTreeSet<_> = certificates.iter().map(|one| one.number.event()).collect();
    for code in events {
        let Ok(planned) = crate::acts::planned(desk, code) else { continue };
        let Ok(decider) = Decider::new(&planned.event, &planned.plan) else { continue };
        let of_event = certificates.iter().enumerate().filter(|(_, one)| one.number.event() == code);
        for (at, certificate) in of_event {
            let person = desk.store.participant(code, &certificate.person).ok().flatten();
            let listed = crate::acts::listed(desk.store, code, &certificate.person).ok();
            said[at] = person.zip(listed).map(|(person, listed)| decider.decide(&person, &listed).eligible);
        }
    }
    said
}

/// The next version, a first one, or none any more.
fn again(asked: Asked, case: Case) -> Fate {
    let lacking =
        matches!(asked.over, RunOver::NotIssued | RunOver::Failed | RunOver::Passing) && case.lost().is_some();
    match case.has {
        Some(has) if !lacking => next(asked.over, case.decision, has),
        has => first(asked, Case { has, ..case }),
    }
}

fn next(over: RunOver, decision: Decision, has: Certificate) -> Fate {
    if is_lost(&has) {
        return Fate::Keep(has.number, "it is revoked".to_owned());
    }
    if over == RunOver::NotPassing {
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
    if over == RunOver::TemplateOlder && grant.template.bundle == has.template.bundle {
        return Fate::Keep(has.number, "it has the present template".to_owned());
    }
    Fate::Replace(Box::new(has), grant)
}

fn eligible(grant: &Grant) -> bool {
    grant.basis.is_some()
}

fn grant(decision: Decision) -> Grant {
    let Decision { template, tier, language, basis, eligible, .. } = decision;
    Grant { template, tier, language, basis: Some(basis).filter(|_| eligible), earlier: None }
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
