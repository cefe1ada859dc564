//! Certificates: issued once per person and event, and once more after each one that is named; superseded and revoked in one
//! step with their status entry.
//!
//! A person leads to a certificate, and a certificate to the one that followed it: whichever of them was written last, the
//! newest is found.

use std::collections::BTreeSet;

use super::{Engine, OpenWrite, Result, StoreError, check_key, decode, index, keys, kind, people};
use crate::credential::{CertificateNumber, EventCode};
use crate::status::Reason;
use crate::store::{Certificate, CertificateChange, CertificateState, PersonKey, Waiting, Withdrawal};

const WHAT: &str = "certificate";

/// How many certificates of one person follow each other at most, so that no record makes who follows them go on for ever.
const MOST_IN_A_ROW: usize = 1_000;

/// Puts first versions, each for somebody whose newest certificate is the one that it names as earlier; no two for one person.
fn issue<E: Engine>(draft: &mut OpenWrite<'_, E>, batch: &[&Certificate]) -> Result<()> {
    let mut owners = BTreeSet::new();
    for certificate in batch {
        check_key("person key", &certificate.person.0)?;
        let number = &certificate.number;
        expect_enrolled(draft, certificate)?;
        let newest = owned(draft.engine, number.event(), &certificate.person)?;
        if newest != certificate.earlier || !owners.insert((number.event(), &certificate.person)) {
            return Err(StoreError::Conflict(number.to_string()));
        }
        let fresh = certificate.version == 1 && certificate.state == CertificateState::Active;
        let key = keys::certificate(kind::CERTIFICATE, number);
        if !fresh || draft.engine.get(&key)?.is_some() || is_set(draft, certificate)? {
            return Err(StoreError::Conflict(number.to_string()));
        }
        put_current(draft, certificate)?;
    }
    Ok(())
}

/// Puts `new` in the place of `old`, which stays readable as superseded.
fn supersede<E: Engine>(
    draft: &mut OpenWrite<'_, E>,
    old: &Certificate,
    new: &Certificate,
    reason: &Reason,
) -> Result<()> {
    expect_current(draft, old)?;
    expect_next(draft, old, new)?;
    let state = CertificateState::Superseded { reason: reason.clone() };
    put_old(draft, &Certificate { state, ..old.clone() })?;
    // A corrected e-mail makes a new person key. The old one stays taken: it too already has this certificate.
    put_current(draft, new)
}

/// Puts `new` after a revoked version, which stays readable, and revoked.
fn reissue<E: Engine>(draft: &mut OpenWrite<'_, E>, old: &Certificate, new: &Certificate) -> Result<()> {
    expect_revoked(draft, old)?;
    expect_next(draft, old, new)?;
    // Nobody can take the revocation back any more, so nothing waits.
    let old = due(draft, old);
    put_old(draft, &old)?;
    put_current(draft, new)
}

/// Returns a revoked version that is due at once, and takes it out of those that wait.
fn due<E: Engine>(draft: &mut OpenWrite<'_, E>, old: &Certificate) -> Certificate {
    let mut due = old.clone();
    if let Some(at) = due.withdrawal.as_mut().and_then(|withdrawal| withdrawal.due.take()) {
        draft.delete(keys::waiting(at, old.status.list, old.status.index));
    }
    due
}

/// Puts a revoked current version as due at once.
fn hasten<E: Engine>(draft: &mut OpenWrite<'_, E>, old: &Certificate) -> Result<()> {
    expect_revoked(draft, old)?;
    let due = due(draft, old);
    put_current(draft, &due)
}

fn expect_revoked<E: Engine>(draft: &OpenWrite<'_, E>, old: &Certificate) -> Result<()> {
    match old.state {
        CertificateState::Revoked { .. } if stored(draft, old)? == *old => Ok(()),
        _ => Err(StoreError::Conflict(old.number.to_string())),
    }
}

/// Refuses what does not follow a version, or belongs to somebody who has another certificate.
fn expect_next<E: Engine>(draft: &OpenWrite<'_, E>, old: &Certificate, new: &Certificate) -> Result<()> {
    check_key("person key", &new.person.0)?;
    let follows = new.number == old.number
        && Some(new.version) == old.version.checked_add(1)
        && new.state == CertificateState::Active
        && new.status != old.status
        && !is_set(draft, new)?;
    let event = new.number.event();
    let own = match owned(draft.engine, event, &new.person)? {
        Some(newest) if newest != old.number => chain(draft.engine, event, &new.person)?.contains(&old.number),
        _ => true,
    };
    if !follows || new.earlier != old.earlier || !own {
        return Err(StoreError::Conflict(old.number.to_string()));
    }
    Ok(())
}

/// Puts the current version as revoked.
fn revoke<E: Engine>(
    draft: &mut OpenWrite<'_, E>,
    old: &Certificate,
    reason: &Reason,
    withdrawal: Option<&Withdrawal>,
) -> Result<()> {
    expect_current(draft, old)?;
    let state = CertificateState::Revoked { reason: reason.clone() };
    put_current(draft, &Certificate { state, withdrawal: withdrawal.cloned(), ..old.clone() })
}

/// Puts a revoked current version as active, and takes its status entry away.
fn reinstate<E: Engine>(draft: &mut OpenWrite<'_, E>, old: &Certificate) -> Result<()> {
    expect_revoked(draft, old)?;
    draft.delete(keys::set_entry(old.status.list, old.status.index));
    let due = due(draft, old);
    put_current(draft, &Certificate { state: CertificateState::Active, withdrawal: None, ..due })
}

/// Makes all changes. Each certificate may occur once: a draft does not read what it puts.
pub(super) fn change<E: Engine>(draft: &mut OpenWrite<'_, E>, changes: &[CertificateChange]) -> Result<()> {
    let mut seen = BTreeSet::new();
    let mut new = Vec::new();
    for change in changes {
        let number = match change {
            CertificateChange::Issue(certificate) => &certificate.number,
            CertificateChange::Supersede { old, .. }
            | CertificateChange::Reissue { old, .. }
            | CertificateChange::Revoke { old, .. }
            | CertificateChange::Hasten { old }
            | CertificateChange::Reinstate { old } => &old.number,
        };
        if !seen.insert(number) {
            return Err(StoreError::Conflict(number.to_string()));
        }
        match change {
            CertificateChange::Issue(certificate) => new.push(certificate),
            CertificateChange::Supersede { old, new, reason } => supersede(draft, old, new, reason)?,
            CertificateChange::Revoke { old, reason, withdrawal } => revoke(draft, old, reason, withdrawal.as_ref())?,
            CertificateChange::Reissue { old, new } => reissue(draft, old, new)?,
            CertificateChange::Hasten { old } => hasten(draft, old)?,
            CertificateChange::Reinstate { old } => reinstate(draft, old)?,
        }
    }
    issue(draft, &new)
}

/// Refuses a first certificate for somebody who was erased or merged into another since it was made.
fn expect_enrolled<E: Engine>(draft: &OpenWrite<'_, E>, certificate: &Certificate) -> Result<()> {
    let key = keys::person(kind::PARTICIPANT, certificate.number.event(), &certificate.person);
    match draft.engine.get(&key)? {
        Some(_) => Ok(()),
        None => Err(StoreError::Conflict(certificate.number.to_string())),
    }
}

/// Puts the current version of a certificate with everything that follows from it.
pub(super) fn put_current<E: Engine>(draft: &mut OpenWrite<'_, E>, certificate: &Certificate) -> Result<()> {
    draft.put_json(keys::certificate(kind::CERTIFICATE, &certificate.number), WHAT, certificate)?;
    draft.touched.certificate(certificate);
    index::stamp(draft, certificate.number.event(), &certificate.person)?;
    put_derived(draft, certificate)
}

/// Puts an older version of a certificate with everything that follows from it.
pub(super) fn put_old<E: Engine>(draft: &mut OpenWrite<'_, E>, certificate: &Certificate) -> Result<()> {
    draft.put_json(keys::old_version(&certificate.number, certificate.version), WHAT, certificate)?;
    put_derived(draft, certificate)
}

/// Says whether a new certificate's status entry is set already: then it is another's, and was revoked with that.
fn is_set<E: Engine>(draft: &OpenWrite<'_, E>, certificate: &Certificate) -> Result<bool> {
    let key = keys::set_entry(certificate.status.list, certificate.status.index);
    Ok(draft.engine.get(&key)?.is_some())
}

/// The owner, what it follows, the digest under the signing key and, unless active, the status entry, with its wait.
fn put_derived<E: Engine>(draft: &mut OpenWrite<'_, E>, certificate: &Certificate) -> Result<()> {
    let Certificate { number, person, key, status, .. } = certificate;
    draft.put_json(keys::person(kind::OWNER, number.event(), person), "owner", number)?;
    if let Some(earlier) = &certificate.earlier {
        draft.put_json(keys::certificate(kind::FOLLOWER, earlier), "certificate that follows", number)?;
    }
    draft.put(keys::digest(key, &people::credential_digest(certificate)), Vec::new());
    match certificate.state.reason() {
        None => Ok(()),
        Some(reason) => {
            draft.put_json(keys::set_entry(status.list, status.index), "reason", reason)?;
            put_waiting(draft, certificate)
        }
    }
}

fn put_waiting<E: Engine>(draft: &mut OpenWrite<'_, E>, certificate: &Certificate) -> Result<()> {
    let Some(due) = certificate.withdrawal.as_ref().and_then(|withdrawal| withdrawal.due) else { return Ok(()) };
    let Some(at) = certificate.state.reason().map(|reason| reason.at) else { return Ok(()) };
    let (number, status) = (Some(certificate.number.clone()), certificate.status);
    let key = keys::waiting(due, status.list, status.index);
    draft.put_json(key, "waiting revocation", &Waiting { number, status, at, due })
}

/// Returns the number of a person's newest certificate.
pub(super) fn owned(engine: &impl Engine, event: &EventCode, person: &PersonKey) -> Result<Option<CertificateNumber>> {
    let read = |key: Vec<u8>| engine.get(&key)?.map(|bytes| decode(engine, &bytes)).transpose();
    let Some(mut newest) = read(keys::person(kind::OWNER, event, person))? else { return Ok(None) };
    for _ in 0..MOST_IN_A_ROW {
        match read(keys::certificate(kind::FOLLOWER, &newest))? {
            Some(next) => newest = next,
            None => break,
        }
    }
    Ok(Some(newest))
}

/// Returns the numbers of a person's certificates, the newest first.
pub(super) fn chain(engine: &impl Engine, event: &EventCode, person: &PersonKey) -> Result<Vec<CertificateNumber>> {
    let (mut numbers, mut next) = (Vec::new(), owned(engine, event, person)?);
    while let Some(number) = next.filter(|number| !numbers.contains(number)) {
        let key = keys::certificate(kind::CERTIFICATE, &number);
        let certificate = engine.get(&key)?.map(|bytes| decode::<Certificate>(engine, &bytes)).transpose()?;
        next = certificate.and_then(|certificate| certificate.earlier);
        numbers.push(number);
    }
    Ok(numbers)
}

fn expect_current<E: Engine>(draft: &OpenWrite<'_, E>, old: &Certificate) -> Result<()> {
    match stored(draft, old)? {
        stored if stored == *old && stored.state == CertificateState::Active => Ok(()),
        _ => Err(StoreError::Conflict(old.number.to_string())),
    }
}

fn stored<E: Engine>(draft: &OpenWrite<'_, E>, old: &Certificate) -> Result<Certificate> {
    let stored = draft.get_json(&keys::certificate(kind::CERTIFICATE, &old.number))?;
    stored.ok_or_else(|| StoreError::NotFound(old.number.to_string()))
}
