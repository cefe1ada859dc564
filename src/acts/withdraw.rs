//! One certificate by hand: issue now, on request, anew.

use serde_json::{Value, json};

use super::run::{Result, RunError, TRIES};
use super::second;
use super::send;
use crate::acts::{
    Decider, Decision, Ground, NotReady, Planned, listed_given, may_request_own, planned, ready_to_generate,
};
use crate::credential::{CertificateNumber, EventCode};
use crate::desk::Desk;
use crate::making::{self, Order, ReplaceError, Unasked, Workshop};
use crate::store::{
    Batch, Certificate, CertificateChange, CertificateState, DocumentWrite, Participant, PersonKey, Premise, StoreError,
};
use crate::webhooks::{self, CertificateNews as Told, Notice};

/// Issues to one person whatever the rule says. An exclusion is stronger.
///
/// # Errors
/// [`RunError::Excluded`], [`RunError::AlreadyHas`], [`RunError::NoPerson`], [`RunError::NotReady`] without a template,
/// [`RunError::CannotMake`].
pub fn issue_now(
    desk: &Desk,
    workshop: &Workshop,
    code: &EventCode,
    person: &PersonKey,
    note: &str,
) -> Result<Certificate> {
    let note = reason(note)?;
    let why = json!({ "by": desk.actor.who().to_string(), "at": desk.now, "note": note });
    issue_one(desk, workshop, code, person, &|_, decision| {
        // The note may name somebody: it is kept with the certificate, and goes when they are erased.
        let detail = json!({ "event": code, "issuedNow": true, "decision": decision.reason });
        Ok((("issued_now", why.clone()), detail))
    })
}

/// Issues to somebody who asks for their own: where the event allows it, when it is ready, and only by the rule.
///
/// # Errors
/// [`RunError::NoSelfService`], [`RunError::NotReady`], [`RunError::NotEligible`], and those of [`issue_now`].
pub fn request_own(desk: &Desk, workshop: &Workshop, code: &EventCode, person: &PersonKey) -> Result<Certificate> {
    issue_one(desk, workshop, code, person, &|Planned { event, plan, .. }, decision| {
        if !plan.self_service {
            return Err(RunError::NoSelfService(code.clone()));
        }
        ready_to_generate(plan, event, false).map_err(RunError::NotReady)?;
        if !may_request_own(plan, decision) {
            return Err(RunError::NotEligible);
        }
        let why = json!({ "by": desk.actor.who().to_string(), "at": desk.now });
        Ok((("requested", why), json!({ "event": code, "requested": true, "decision": decision.reason })))
    })
}

fn reason(note: &str) -> Result<String> {
    let note = note.trim();
    if note.is_empty() || note.chars().count() > 500 {
        return Err(super::run::select::refused("reason", "must say why, in at most 500 characters"));
    }
    Ok(note.to_owned())
}

/// What is kept with the certificate, under its name, and what the audit log says.
type Why = ((&'static str, Value), Value);

/// Issues to one person if `allow` does.
fn issue_one(
    desk: &Desk,
    workshop: &Workshop,
    code: &EventCode,
    person: &PersonKey,
    allow: &dyn Fn(&Planned, &Decision) -> Result<Why>,
) -> Result<Certificate> {
    for _ in 0..TRIES {
        if let Some(number) = desk.store.certificate_of(code, person)? {
            return Err(RunError::AlreadyHas(number));
        }
        let planned = planned(desk, code)?;
        planned.in_use()?;
        let (found, decision, mut given) = decided(desk, &planned, person)?;
        let ((name, why), detail) = allow(&planned, &decision)?;
        Unasked::check(&planned.event, &found)?;
        given.push(signs(desk, workshop)?);
        let mut basis = decision.basis;
        basis[name] = why;
        let basis = Some(basis);
        let order = Order {
            person: found,
            template: decision.template,
            tier: decision.tier,
            basis,
            run: None,
            issued: None,
            earlier: None,
        };
        let made = making::make(desk, workshop, &planned.event, vec![order])?.remove(0);
        let made = made.map_err(|problem| RunError::CannotMake(problem.to_string()))?.certificate;
        let number = made.number.clone();
        let act = desk.act("certificate.issue", &number, detail);
        let change = CertificateChange::Issue(made.clone());
        let letters = send::with_issuing(desk, &planned, std::slice::from_ref(&change), None)?;
        if changed_given(desk, given, change, letters, &number, &act)? {
            return Ok(made);
        }
    }
    Err(RunError::Busy)
}

/// Returns the premise that the key still signs.
pub(super) fn signs(desk: &Desk, workshop: &Workshop) -> Result<Premise> {
    making::still_signs(desk.store, &workshop.signer.id)?.ok_or(RunError::KeyReplaced)
}

/// Returns a person, the decision about them, and what it rests on; who is excluded gets nothing, and without a template
/// nobody does.
fn decided(desk: &Desk, planned: &Planned, person: &PersonKey) -> Result<(Participant, Decision, Vec<Premise>)> {
    let code = &planned.event.code;
    let found = desk.store.participant(code, person)?.ok_or_else(|| RunError::NoPerson(code.clone()))?;
    let (listed, listing) = listed_given(desk.store, code, person)?;
    let decision = Decider::new(&planned.event, &planned.plan)?.decide(&found, &listed);
    if decision.reason == Ground::Excluded {
        return Err(RunError::Excluded);
    }
    if decision.template.bundle.0.is_empty() {
        return Err(RunError::NotReady(vec![NotReady::NoTemplate]));
    }
    let mut given = planned.given();
    given.extend([Premise::participant(code, &found), listing]);
    Ok((found, decision, given))
}

/// Issues anew what was revoked: the next version under the same number, by the present data and template. The revoked
/// version stays revoked.
///
/// # Errors
/// [`RunError::NotRevoked`], [`RunError::Followed`], [`RunError::Excluded`], [`RunError::NoPerson`], [`RunError::CannotMake`],
/// [`RunError::TwoNeeded`].
pub fn reissue(
    desk: &Desk,
    workshop: &Workshop,
    number: &CertificateNumber,
    note: &str,
    alone: usize,
) -> Result<Certificate> {
    let note = reason(note)?;
    for _ in 0..TRIES {
        let old = current(desk, number)?;
        let CertificateState::Revoked { reason } = &old.state else {
            return Err(RunError::NotRevoked(number.clone()));
        };
        is_newest(desk, &old)?;
        // Before anything is made: what is refused uses up nothing.
        let tally = second::one_more(desk, alone)?;
        let planned = planned(desk, number.event())?;
        let (found, decision, mut given) = decided(desk, &planned, &old.person)?;
        given.push(signs(desk, workshop)?);
        let mut basis = decision.basis;
        basis["reissued"] = json!({ "by": desk.actor.who().to_string(), "at": desk.now, "note": note });
        let (template, tier) = (decision.template, decision.tier);
        let order = Order { person: found, template, tier, basis: Some(basis), run: None, issued: None, earlier: None };
        let pairs = vec![(old.clone(), order)];
        let made = making::successors(desk, workshop.faces, workshop.signer, &planned.event, pairs)?;
        let new = match made.into_iter().next() {
            Some(Ok(new)) => new,
            Some(Err(ReplaceError::Store(error))) => return Err(error.into()),
            Some(Err(ReplaceError::Unasked(unasked))) => return Err(unasked.into()),
            Some(Err(problem @ ReplaceError::NotProven(_))) => return Err(problem.into()),
            Some(Err(problem)) => return Err(RunError::CannotMake(problem.to_string())),
            None => return Err(RunError::Busy),
        };
        let detail = json!({
            "before": "revoked", "after": "active", "since": reason.at, "from": old.version, "to": new.version,
            "withdrawal": old.withdrawal, "decision": decision.reason,
        });
        let act = desk.act("certificate.reissue", number, detail);
        let change = CertificateChange::Reissue { old, new: new.clone() };
        let mut beside = send::with_issuing(desk, &planned, std::slice::from_ref(&change), None)?;
        beside.extend(tally);
        if changed_given(desk, given, change, beside, number, &act)? {
            return Ok(new);
        }
    }
    Err(RunError::Busy)
}

pub(super) fn current(desk: &Desk, number: &CertificateNumber) -> Result<Certificate> {
    desk.store.certificate(number)?.ok_or_else(|| RunError::NoCertificate(number.clone()))
}

/// Refuses a certificate after which its person got another one: a next version would say of the first what is known since.
pub(super) fn is_newest(desk: &Desk, certificate: &Certificate) -> Result<()> {
    let number = certificate.number.clone();
    match desk.store.certificate_of(number.event(), &certificate.person)?.filter(|newest| *newest != number) {
        Some(by) => Err(RunError::Followed { number, by }),
        None => Ok(()),
    }
}

/// Makes one change with its webhooks and what else goes with it; false if somebody else was faster.
pub(super) fn changed(
    desk: &Desk,
    change: CertificateChange,
    beside: impl IntoIterator<Item = DocumentWrite>,
    told: Told,
    number: &CertificateNumber,
    act: &crate::store::Act,
) -> Result<bool> {
    let mut writes = told_writes(desk, told, number)?;
    writes.extend(beside);
    writes.extend(send::of_changes(desk, std::slice::from_ref(&change), None)?);
    match desk.store.change_certificates(&[change], &writes, act) {
        Err(StoreError::Conflict(_)) => Ok(false),
        done => Ok(done.map(|()| true)?),
    }
}

/// The same for a certificate that is made, provided that what the decision rests on still is so.
fn changed_given(
    desk: &Desk,
    given: Vec<Premise>,
    change: CertificateChange,
    beside: Vec<DocumentWrite>,
    number: &CertificateNumber,
    act: &crate::store::Act,
) -> Result<bool> {
    let mut documents = told_writes(desk, Told::Issued, number)?;
    documents.extend(beside);
    let batch = Batch { given, certificates: vec![change], documents, ..Batch::default() };
    match desk.store.write(&batch, Some(act)) {
        Err(StoreError::Conflict(_)) => Ok(false),
        done => Ok(done.map(|_| true)?),
    }
}

pub(super) fn told_writes(desk: &Desk, told: Told, number: &CertificateNumber) -> Result<Vec<DocumentWrite>> {
    let notices = Notice::certificates(told, desk.now, None, std::slice::from_ref(number));
    Ok(webhooks::enqueue(desk.store, &notices)?)
}
