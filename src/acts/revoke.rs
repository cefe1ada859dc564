//! One certificate revoked, or its revocation taken back: by number. Beside, by the certificate itself: [`super::stray`].

use serde_json::json;

use super::run::fate::{entitled, is_published};
use super::run::{Result, RunError, RunReason, Seen, TRIES, Undo, check_seen};
use super::second;
use super::withdraw::{changed, current};
use crate::credential::CertificateNumber;
use crate::desk::Desk;
use crate::publish;
use crate::status::{Reason, ReasonCode};
use crate::store::{Certificate, CertificateChange, CertificateState, StoreError, Withdrawal};
use crate::webhooks::CertificateNews as Told;

/// What came of revoking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revoked {
    /// It is revoked from now on.
    Anew,
    /// It was revoked before, and does not wait any more.
    Hastened,
    /// It was revoked before, and stays as it is.
    Before,
}

/// Revokes a certificate. One that is revoked stays as it is, with its first reason; but fraud, and who wants it now, end its
/// wait. One member of staff may revoke and restore `alone` within a day.
///
/// # Errors
/// [`RunError::NoCertificate`], [`RunError::ChangedMeanwhile`], [`RunError::TwoNeeded`].
pub fn revoke(
    desk: &Desk,
    number: &CertificateNumber,
    why: &RunReason,
    (undo, alone): (Undo, usize),
    seen: Seen<Certificate>,
) -> Result<(Certificate, Revoked)> {
    why.check()?;
    for _ in 0..TRIES {
        let old = current(desk, number)?;
        check_seen(seen, &old)?;
        let due = why.due(desk.now, undo);
        if old.state != CertificateState::Active {
            if due.is_some() || old.waits_until(desk.now).is_none() {
                return Ok((old, Revoked::Before));
            }
            if hastened(desk, old, why)? {
                return Ok((current(desk, number)?, Revoked::Hastened));
            }
            continue;
        }
        let reason = Reason { code: ReasonCode::Revoked, at: desk.now, text: why.text.clone() };
        let entitled = entitled(desk, &[&old]).remove(0);
        let withdrawal = Some(Withdrawal { cause: why.cause, run: None, due, entitled });
        let detail = json!({
            "version": old.version, "before": "active", "after": "revoked", "reason": why, "due": due,
        });
        let act = desk.act("certificate.revoke", number, detail);
        let change = CertificateChange::Revoke { old, reason, withdrawal };
        let tally = second::one_more(desk, alone)?;
        if changed(desk, change, tally, Told::Revoked, number, &act)? {
            return Ok((current(desk, number)?, Revoked::Anew));
        }
    }
    Err(RunError::Busy)
}

fn hastened(desk: &Desk, old: Certificate, why: &RunReason) -> Result<bool> {
    let act = desk.act("certificate.hasten", &old.number, json!({ "version": old.version, "reason": why }));
    match desk.store.change_certificates(&[CertificateChange::Hasten { old }], &[], &act) {
        Err(StoreError::Conflict(_)) => Ok(false),
        done => Ok(done.map(|()| true)?),
    }
}

/// Takes a revocation back that has not been published.
///
/// # Errors
/// [`RunError::Published`] once verifiers may have seen it, [`RunError::NotRevoked`], [`RunError::ChangedMeanwhile`],
/// [`RunError::TwoNeeded`].
pub fn restore(desk: &Desk, number: &CertificateNumber, alone: usize, seen: Seen<Certificate>) -> Result<Certificate> {
    for _ in 0..TRIES {
        let old = current(desk, number)?;
        check_seen(seen, &old)?;
        let CertificateState::Revoked { reason } = &old.state else {
            return Err(RunError::NotRevoked(number.clone()));
        };
        let known = publish::Known::read(desk.store)?;
        if is_published(&old, known.last.as_ref()) {
            return Err(RunError::Published(number.clone()));
        }
        let detail = json!({
            "version": old.version, "before": "revoked", "after": "active", "since": reason.at,
            "withdrawal": old.withdrawal,
        });
        let act = desk.act("certificate.restore", number, detail);
        let beside = second::one_more(desk, alone)?.into_iter().chain(known.restoring());
        if changed(desk, CertificateChange::Reinstate { old }, beside, Told::Restored, number, &act)? {
            return current(desk, number);
        }
    }
    Err(RunError::Busy)
}
