//! One certificate by hand: issue now, revoke, restore.

use serde_json::json;

use super::fate::is_published;
use super::{Result, RunError, RunReason, TRIES, who};
use crate::credential::{CertificateNumber, EventCode};
use crate::enrolment::{Decider, Ground, Planned, listed, planned};
use crate::issuance::{self, Desk, Order, Workshop};
use crate::publish;
use crate::status::{Reason, ReasonCode};
use crate::store::{
    Certificate, CertificateChange, CertificateState, DocumentWrite, PersonKey, StoreError, Withdrawal,
};
use crate::webhooks::{self, CertificateChange as Told, Notice};

/// Revokes a certificate. One that is revoked stays as it is, with its first reason.
///
/// # Errors
/// [`RunError::NoCertificate`].
pub fn revoke(desk: &Desk, number: &CertificateNumber, why: &RunReason) -> Result<Certificate> {
    why.check()?;
    for _ in 0..TRIES {
        let old = current(desk, number)?;
        if old.state != CertificateState::Active {
            return Ok(old);
        }
        let reason = Reason { code: ReasonCode::Revoked, at: desk.now, text: why.text.clone() };
        let withdrawal = Some(Withdrawal { cause: why.cause, run: None });
        let detail = json!({ "version": old.version, "before": "active", "after": "revoked", "reason": why });
        let act = desk.act("certificate.revoke", number, detail);
        let change = CertificateChange::Revoke { old, reason, withdrawal };
        if changed(desk, change, Told::Revoked, number, &act)? {
            return current(desk, number);
        }
    }
    Err(RunError::Busy)
}

/// Takes a revocation back that has not been published. The caller makes sure that nothing is published meanwhile.
///
/// # Errors
/// [`RunError::Published`] once verifiers may have seen it, [`RunError::NotRevoked`].
pub fn restore(desk: &Desk, number: &CertificateNumber) -> Result<Certificate> {
    for _ in 0..TRIES {
        let old = current(desk, number)?;
        let CertificateState::Revoked { reason } = &old.state else {
            return Err(RunError::NotRevoked(number.clone()));
        };
        if is_published(reason.at, publish::last(desk.store)?.as_ref()) {
            return Err(RunError::Published(number.clone()));
        }
        let detail = json!({
            "version": old.version, "before": "revoked", "after": "active", "since": reason.at,
            "withdrawal": old.withdrawal,
        });
        let act = desk.act("certificate.restore", number, detail);
        if changed(desk, CertificateChange::Reinstate { old }, Told::Restored, number, &act)? {
            return current(desk, number);
        }
    }
    Err(RunError::Busy)
}

/// Issues to one person whatever the rule says. An exclusion is stronger.
///
/// # Errors
/// [`RunError::Excluded`], [`RunError::AlreadyHas`], [`RunError::NoPerson`], [`RunError::CannotMake`].
pub fn issue_now(
    desk: &Desk,
    workshop: &Workshop,
    code: &EventCode,
    person: &PersonKey,
    note: &str,
) -> Result<Certificate> {
    let note = note.trim();
    if note.is_empty() || note.chars().count() > 500 {
        return Err(super::select::refused("reason", "must say why, in at most 500 characters"));
    }
    for _ in 0..TRIES {
        if let Some(number) = desk.store.certificate_of(code, person)? {
            return Err(RunError::AlreadyHas(number));
        }
        let Planned { event, plan, .. } = planned(desk, code)?;
        let found = desk.store.participant(code, person)?.ok_or_else(|| RunError::NoPerson(code.clone()))?;
        let decision = Decider::new(&event, &plan)?.decide(&found, &listed(desk.store, code, person)?);
        if decision.reason == Ground::Excluded {
            return Err(RunError::Excluded);
        }
        let mut basis = decision.basis;
        basis["issued_now"] = json!({ "by": who(desk.actor), "at": desk.now, "note": note });
        let basis = Some(basis);
        let order = Order { person: found, template: decision.template, tier: decision.tier, basis, run: None };
        let made = issuance::make(desk, workshop, &event, vec![order])?.remove(0);
        let made = made.map_err(RunError::CannotMake)?;
        let number = made.number.clone();
        let detail = json!({ "event": code, "issuedNow": true, "note": note, "decision": decision.reason });
        let act = desk.act("certificate.issue", &number, detail);
        if changed(desk, CertificateChange::Issue(made.clone()), Told::Issued, &number, &act)? {
            return Ok(made);
        }
    }
    Err(RunError::Busy)
}

pub(super) fn current(desk: &Desk, number: &CertificateNumber) -> Result<Certificate> {
    desk.store.certificate(number)?.ok_or_else(|| RunError::NoCertificate(number.clone()))
}

/// Makes one change with its webhooks; false if somebody else was faster.
fn changed(
    desk: &Desk,
    change: CertificateChange,
    told: Told,
    number: &CertificateNumber,
    act: &crate::store::Act,
) -> Result<bool> {
    let writes = told_writes(desk, told, number)?;
    match desk.store.change_certificates(&[change], &writes, act) {
        Err(StoreError::Conflict(_)) => Ok(false),
        done => Ok(done.map(|()| true)?),
    }
}

pub(super) fn told_writes(desk: &Desk, told: Told, number: &CertificateNumber) -> Result<Vec<DocumentWrite>> {
    let notices = Notice::certificates(told, desk.now, None, std::slice::from_ref(number));
    Ok(webhooks::enqueue(desk.store, &notices)?)
}
