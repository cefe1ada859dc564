//! Certificates that come as themselves: a file, or the text of a QR code. After a restore from a dump the store does not
//! know what was issued since; such a certificate is as valid as any other, and is revoked by its own status entry.
//!
//! Only what our own key signed counts, and only an entry that is nobody else's. What is kept of it ([`Stray`]) names nobody.

use serde_json::{Value, json};

use super::revoke::{Revoked, restore, revoke};
use super::run::{Result, RunError, RunReason, TRIES, Undo};
use super::second;
use super::withdraw::told_writes;
use crate::credential::{CertificateNumber, StatusEntry, StatusRef, Timestamp, limits};
use crate::desk::Desk;
use crate::keys::{KeyManifest, KeyState};
use crate::making::status_secret;
use crate::proof::jws::Jws;
use crate::publish;
use crate::reading::{Found, Reader, ReadingError};
use crate::status::{LIST_ENTRIES, Permutation, Reason, ReasonCode, issued_digest};
use crate::store::{Certificate, SeenStray, StoreError, Stray, Withdrawal};
use crate::verify::{NotOurs, Ours, ours};
use crate::webhooks::CertificateNews as Told;

/// Certificates looked at in one step.
const PAGE: usize = 1_000;

/// A certificate that came as itself.
#[derive(Debug, Clone, PartialEq)]
pub enum Presented {
    /// The store knows it, and it is the version in force or the last one.
    Known(Box<Certificate>),
    /// The store does not know it. Its revocation, if it has one or had one until now.
    Stray {
        /// The number that it bears.
        number: CertificateNumber,
        /// Its revocation.
        stray: Box<Stray>,
        /// Whether the store knows another certificate of its number.
        namesake: bool,
    },
}

/// Reads the one certificate that is in a file or a text, and proves that we signed it.
///
/// # Errors
/// [`RunError::NotOurs`], and [`RunError::Request`] if there is none, or more than one.
pub fn read(bytes: &[u8], reader: &Reader, manifest: &KeyManifest) -> Result<Ours> {
    proven(reader.one(bytes), manifest)
}

/// The same, for at most so many seconds.
///
/// # Errors
/// As [`read`].
pub fn read_within(bytes: &[u8], seconds: u64, reader: &Reader, manifest: &KeyManifest) -> Result<Ours> {
    proven(reader.one_within(bytes, seconds), manifest)
}

fn proven(found: Result<Found, ReadingError>, manifest: &KeyManifest) -> Result<Ours> {
    let unreadable = |problem: String| RunError::Request { field: "file", problem };
    let found = found.map_err(|error| unreadable(format!("cannot be read: {error}; {}", error.hint())))?;
    let mut proven: Option<Ours> = None;
    let mut refused: Option<NotOurs> = None;
    for candidate in found.candidates.iter().filter(|candidate| candidate.looks_like_credential()) {
        match ours(candidate.text.trim(), manifest) {
            Err(problem) => {
                refused.get_or_insert(problem);
            }
            Ok(one) if proven.as_ref().is_some_and(|known| known.credential.id != one.credential.id) => {
                return Err(unreadable(
                    "holds several certificates; revoke each by its number or a file of its own".to_owned(),
                ));
            }
            Ok(one) => {
                proven.get_or_insert(one);
            }
        }
    }
    match (proven, refused) {
        (Some(_), Some(problem)) => Err(unreadable(format!("holds something else beside our certificate: {problem}"))),
        (Some(one), None) => Ok(one),
        (None, Some(problem)) => Err(problem.into()),
        (None, None) => Err(unreadable("holds no certificate and no QR code of one".to_owned())),
    }
}

/// Revokes a certificate that came as itself, known to the store or not.
///
/// # Errors
/// [`RunError::OldVersion`], [`RunError::EntryTaken`], [`RunError::CompromisedKey`], [`RunError::NoEntry`].
pub fn revoke_presented(
    desk: &Desk,
    ours: &Ours,
    why: &RunReason,
    (undo, alone): (Undo, usize),
) -> Result<(Presented, Revoked)> {
    why.check()?;
    let place = place(desk, ours)?;
    for _ in 0..TRIES {
        let due = why.due(desk.now, undo);
        let (known, namesake) = find(desk, ours, &place)?;
        let (old, new, news) = match known {
            Known::InStore(certificate) => {
                let (certificate, news) = revoke(desk, &certificate.number, why, (undo, alone), &|_| true)?;
                return Ok((Presented::Known(Box::new(certificate)), news));
            }
            Known::Revoked(stray) if due.is_some() || stray.waits_until(desk.now).is_none() => {
                return Ok((presented(place, stray, namesake), Revoked::Before));
            }
            Known::Revoked(stray) => {
                let due = publish::due(&stray);
                (Some(stray), due, Revoked::Hastened)
            }
            Known::Unknown if matches!(ours.state, KeyState::Compromised { .. }) => {
                return Err(RunError::CompromisedKey(place.number, ours.key.clone()));
            }
            Known::Unknown => (None, revoked(desk, ours, &place, why, due), Revoked::Anew),
        };
        let (action, told) = match news {
            Revoked::Anew => {
                let mut told = told_writes(desk, Told::Revoked, &place.number)?;
                told.extend(second::one_more(desk, alone)?);
                ("certificate.revoke", told)
            }
            _ => ("certificate.hasten", Vec::new()),
        };
        let detail = json!({
            "stray": ours.credential.id, "status": new.status, "key": ours.key, "reason": why, "due": due,
        });
        let act = desk.act(action, &place.number, detail);
        match desk.store.change_strays(&[(old.as_ref(), Some(&new))], &told, &act) {
            Ok(()) => return Ok((presented(place, new, namesake), news)),
            Err(error) if second::was_counted(desk, &error) => {}
            Err(StoreError::Conflict(_)) if news == Revoked::Anew && desk.store.stray(place.status)?.is_none() => {
                // The entry is set, and no stray has it: it is that of an older version of another certificate.
                return Err(RunError::EntryTaken(None));
            }
            Err(StoreError::Conflict(_)) => {}
            Err(StoreError::Exhausted(_)) => return Err(RunError::NoEntry(place.number.to_string())),
            Err(error) => return Err(error.into()),
        }
    }
    Err(RunError::Busy)
}

fn presented(place: Place, stray: Stray, namesake: bool) -> Presented {
    Presented::Stray { number: place.number, stray: Box::new(stray), namesake }
}

/// Takes the revocation of a certificate that came as itself back, unless it has been published. The caller makes sure that
/// nothing is published meanwhile.
///
/// # Errors
/// As [`restore`].
pub fn restore_presented(desk: &Desk, ours: &Ours, alone: usize) -> Result<Presented> {
    let place = place(desk, ours)?;
    for _ in 0..TRIES {
        let (known, namesake) = find(desk, ours, &place)?;
        let stray = match known {
            Known::InStore(certificate) => {
                return Ok(Presented::Known(Box::new(restore(desk, &certificate.number, alone, &|_| true)?)));
            }
            Known::Unknown => return Err(RunError::NotRevoked(place.number)),
            Known::Revoked(stray) => stray,
        };
        let known = publish::Known::read(desk.store)?;
        if known.last.as_ref().is_some_and(|last| last.holds(stray.reason.at, stray.due())) {
            return Err(RunError::Published(place.number));
        }
        let detail = json!({ "stray": ours.credential.id, "status": stray.status, "since": stray.reason.at });
        let act = desk.act("certificate.restore", &place.number, detail);
        let mut told = told_writes(desk, Told::Restored, &place.number)?;
        told.extend(second::one_more(desk, alone)?);
        told.extend(known.restoring());
        match desk.store.change_strays(&[(Some(&stray), None)], &told, &act) {
            Ok(()) => return Ok(presented(place, stray, namesake)),
            Err(StoreError::Conflict(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(RunError::Busy)
}

fn revoked(desk: &Desk, ours: &Ours, place: &Place, why: &RunReason, due: Option<Timestamp>) -> Stray {
    let (id, key, issued) = (ours.credential.id.clone(), ours.key.clone(), ours.credential.valid_from);
    Stray {
        seen: Some(SeenStray { number: place.number.clone(), id, key, issued }),
        status: place.status,
        position: place.position,
        reason: Reason { code: ReasonCode::Revoked, at: desk.now, text: why.text.clone() },
        withdrawal: Some(Withdrawal { cause: why.cause, run: None, due, entitled: None }),
    }
}

/// What the store knows of a certificate.
enum Known {
    /// It has it.
    InStore(Box<Certificate>),
    /// It has its revocation only.
    Revoked(Stray),
    /// Nothing.
    Unknown,
}

/// Number and status entry, as a certificate says.
struct Place {
    number: CertificateNumber,
    status: StatusEntry,
    position: u32,
}

/// Looks a certificate up, by what is signed and never by its number or entry alone; and says whether the store has another
/// of its number.
fn find(desk: &Desk, ours: &Ours, place: &Place) -> Result<(Known, bool)> {
    let versions = desk.store.versions(&place.number)?;
    if let Some(at) = versions.iter().position(|version| is_version(version, ours, place.status)) {
        let (version, is_last) = (versions[at].clone(), at + 1 == versions.len());
        return match version.state.reason() {
            Some(reason) if !is_last => {
                Err(RunError::OldVersion { number: version.number, version: version.version, since: reason.at })
            }
            _ => Ok((Known::InStore(Box::new(version)), false)),
        };
    }
    let namesake = !versions.is_empty();
    if let Some(stray) = desk.store.stray(place.status)? {
        return match &stray.seen {
            Some(seen) if seen.id != ours.credential.id => Err(RunError::EntryTaken(Some(seen.number.clone()))),
            _ => Ok((Known::Revoked(stray), namesake)),
        };
    }
    match owner(desk, place.status)? {
        Some(number) => Err(RunError::EntryTaken(Some(number))),
        None => Ok((Known::Unknown, namesake)),
    }
}

fn place(desk: &Desk, ours: &Ours) -> Result<Place> {
    let credential = &ours.credential;
    let none = || RunError::NoEntry(credential.number.chars().take(60).collect());
    let number: CertificateNumber = credential.number.parse().map_err(|_| none())?;
    if !desk.store.covers(number.event()) {
        return Err(RunError::NoCertificate(number));
    }
    let [StatusRef::List { list, index }] = credential.status.as_slice() else { return Err(none()) };
    let list = list.strip_prefix(&format!("https://{}/status/", desk.issuer.host)).and_then(|list| list.parse().ok());
    let index = u32::try_from(*index).ok().filter(|index| *index < LIST_ENTRIES);
    let (Some(list), Some(index)) = (list.filter(|list| *list > 0), index) else { return Err(none()) };
    let position = Permutation::new(&status_secret(desk.store)?, list).position(index);
    Ok(Place { number, status: StatusEntry { list, index }, position })
}

/// Says whether a version of the store is this very credential. Of who was erased only the digest and the entry are left.
fn is_version(version: &Certificate, ours: &Ours, status: StatusEntry) -> bool {
    match &version.erased {
        Some(erased) => match &ours.compact {
            Some(compact) => data_encoding::HEXLOWER.encode(&issued_digest(compact)) == erased.digest,
            None => version.status == status,
        },
        None => id_of(&version.jws).is_some_and(|id| id == ours.credential.id),
    }
}

pub(super) fn id_of(jws: &str) -> Option<String> {
    let jws = Jws::parse(jws, limits::CREDENTIAL_BYTES).ok()?;
    let document: Value = serde_json::from_slice(&jws.payload).ok()?;
    Some(document.get("id")?.as_str()?.to_owned())
}

/// Returns the certificate in the store that has a status entry. Older versions' entries are all set: the store itself
/// refuses those.
fn owner(desk: &Desk, status: StatusEntry) -> Result<Option<CertificateNumber>> {
    let mut cursor: Option<String> = None;
    loop {
        let page = desk.store.certificates(None, cursor.as_deref(), PAGE)?;
        if let Some(owner) = page.items.into_iter().find(|certificate| certificate.status == status) {
            return Ok(Some(owner.number));
        }
        cursor = page.next;
        if cursor.is_none() {
            return Ok(None);
        }
    }
}
