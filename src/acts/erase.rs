//! Erasing: how nothing of somebody stays, and nothing comes back.
//!
//! Who writes into documents what they read about people (journals of runs, corrections, reports of imports, kept answers)
//! says in that write that nobody was erased since they began to read ([`Unerased`]); if somebody was, they read again, and
//! there is nobody. Who erases takes away what is known, with that mark, in one step; looks through everything once more,
//! for what was written while they looked the first time; and only then says that it is done. What is to be looked for is
//! kept meanwhile ([`Collection::ERASING`]), so that a service that was killed goes on with it when it starts.
//!
//! The store's files keep the bytes of what was deleted for a while: they go when the store is rewritten ([`compact`]),
//! within a day of the first erasing where the service runs.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::import_report::{told_of, without_rows_about};
use super::listed::key;
use super::{ActError, name_of};
use crate::acts::fresh_id;
use crate::credential::{CertificateNumber, EventCode, Timestamp};
use crate::desk::Desk;
use crate::store::{
    Collection, Compacted, DocumentWrite, Expect, PAGE_LIMIT, Participant, PersonKey, Store, StoreError,
};

/// The key that stands for all events.
const ANYWHERE: &str = "*";
/// The key under which it is noted that the store's files hold what was erased. No event has it: codes are in capitals.
const DUE: &str = "due";
/// How long erased bytes wait for others: half of the day within which they go.
const WAIT_SECONDS: i64 = 12 * 3_600;

/// All by which documents can name somebody who is being erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gone {
    /// The event.
    pub event: EventCode,
    /// The key in it.
    pub person: PersonKey,
    /// The certificate.
    pub certificate: Option<CertificateNumber>,
    /// Names, addresses and ids, also those of older versions of the certificate.
    pub names: Vec<String>,
}

impl Gone {
    /// Returns what names a person now.
    ///
    /// # Errors
    /// When the store fails.
    pub fn of(store: &dyn Store, code: &EventCode, person: &Participant) -> Result<Self, StoreError> {
        let certificate = store.certificate_of(code, &person.key)?;
        let mut names = told_of(person);
        if let Some(number) = &certificate {
            for version in store.versions(number)? {
                names.extend([Some(version.recipient), version.email, Some(version.person.0)].into_iter().flatten());
            }
        }
        names.retain(|text| !text.trim().is_empty());
        names.sort();
        names.dedup();
        Ok(Self { event: code.clone(), person: person.key.clone(), certificate, names })
    }

    /// Returns the writes that take what this room's documents say of them away.
    ///
    /// # Errors
    /// When the store fails.
    pub fn forgetting(&self, store: &dyn Store) -> Result<Vec<DocumentWrite>, ActError> {
        let mut writes = without_rows_about(store, &self.event, &self.names)?;
        let listing = key(&self.event, &self.person);
        if let Some(document) = store.document(Collection::LISTED, &listing)? {
            writes.push(DocumentWrite::delete(Collection::LISTED, listing, Expect::Revision(document.revision)));
        }
        Ok(writes)
    }
}

/// That nobody was erased, from one event or from any, since this was made.
#[derive(Debug, Clone)]
pub struct Unerased {
    key: String,
    expect: Expect,
}

impl Unerased {
    /// Notes it for an event, before anything is read about its people.
    ///
    /// # Errors
    /// When the store fails.
    pub fn from(store: &dyn Store, code: &EventCode) -> Result<Self, StoreError> {
        Self::under(store, code.as_str())
    }

    /// Notes it for all events.
    ///
    /// # Errors
    /// When the store fails.
    pub fn anywhere(store: &dyn Store) -> Result<Self, StoreError> {
        Self::under(store, ANYWHERE)
    }

    fn under(store: &dyn Store, key: &str) -> Result<Self, StoreError> {
        let document = store.document(Collection::ERASED, key)?;
        let expect = document.map_or(Expect::Absent, |document| Expect::Revision(document.revision));
        Ok(Self { key: key.to_owned(), expect })
    }

    /// Returns what lets other writes happen only while it still is so.
    pub fn still(&self) -> DocumentWrite {
        DocumentWrite::still(Collection::ERASED, &self.key, self.expect)
    }

    /// Says whether a write that was refused was refused for this.
    pub fn broke(&self, error: &StoreError) -> bool {
        matches!(error, StoreError::Conflict(key) if *key == self.key)
    }
}

/// Somebody whose erasing has begun: nobody knows them any more, and what was written meanwhile is still to be looked for.
#[derive(Debug)]
pub struct Begun {
    key: String,
    /// What to look for.
    pub gone: Gone,
}

/// Erases a person: all that names them goes, number and status of the certificate stay. `forgetting` is what documents of all
/// rooms say of them.
///
/// # Errors
/// When somebody else changed them meanwhile, or the store fails.
pub fn erase(desk: &Desk, person: &Participant, gone: Gone, forgetting: Vec<DocumentWrite>) -> Result<Begun, ActError> {
    let (begun, writes) = begin(desk, gone, forgetting)?;
    let Gone { event, certificate, .. } = &begun.gone;
    let act = desk.act("participant.erase", name_of(event, person), json!({ "certificate": certificate }));
    desk.store.erase_person(event, &person.key, &writes, &act)?;
    Ok(begun)
}

/// Deletes somebody who has no certificate, with all that names them.
///
/// # Errors
/// [`ActError::HasCertificate`], or when somebody else changed them meanwhile.
pub fn delete(
    desk: &Desk,
    person: &Participant,
    gone: Gone,
    forgetting: Vec<DocumentWrite>,
) -> Result<Begun, ActError> {
    if let Some(number) = gone.certificate {
        return Err(ActError::HasCertificate(number));
    }
    let (begun, writes) = begin(desk, gone, forgetting)?;
    let event = &begun.gone.event;
    let act = desk.act("participant.delete", name_of(event, person), json!({}));
    desk.store.change_participant(event, Some(person), None, &writes, &act)?;
    Ok(begun)
}

fn begin(desk: &Desk, gone: Gone, forgetting: Vec<DocumentWrite>) -> Result<(Begun, Vec<DocumentWrite>), ActError> {
    let key = format!("{}/{}", gone.event, fresh_id()?);
    let mut writes = forgetting;
    writes.push(DocumentWrite::put(Collection::ERASING, &key, Expect::Absent, &gone));
    writes.extend(marks(desk, &gone.event)?);
    Ok((Begun { key, gone }, writes))
}

/// Returns the writes by which all notice that somebody of an event is erased: who read about people before reads again, and
/// the store's files are rewritten.
pub(super) fn marks(desk: &Desk, code: &EventCode) -> Result<Vec<DocumentWrite>, StoreError> {
    let mark = |of| DocumentWrite::put(Collection::ERASED, of, Expect::Any, &json!({ "at": desk.now }));
    Ok(vec![mark(code.as_str()), mark(ANYWHERE), due(desk)?])
}

/// Ends an erasing: looks for what was written while it began until there is nothing, and forgets what it looked for.
///
/// # Errors
/// When the store fails; then the next start goes on.
pub fn finish<E: From<StoreError>>(
    store: &dyn Store,
    begun: &Begun,
    forgetting: impl Fn(&Gone) -> Result<Vec<DocumentWrite>, E>,
) -> Result<(), E> {
    loop {
        let writes = forgetting(&begun.gone)?;
        if writes.is_empty() {
            break;
        }
        match store.write_documents(&writes, None) {
            // Somebody wrote one of them just now: looked at again.
            Err(StoreError::Conflict(_)) => {}
            done => drop(done?),
        }
    }
    store.write_documents(&[DocumentWrite::delete(Collection::ERASING, &begun.key, Expect::Any)], None)?;
    Ok(())
}

/// Returns whose erasing a service that was killed had begun.
///
/// # Errors
/// When the store fails.
pub fn unfinished(store: &dyn Store) -> Result<Vec<Begun>, StoreError> {
    let page = store.documents(Collection::ERASING, "", None, PAGE_LIMIT)?;
    page.items.into_iter().map(|document| Ok(Begun { gone: document.read()?, key: document.key })).collect()
}

/// Since when bytes of somebody who was erased wait in the store's files.
#[derive(Debug, Serialize, Deserialize)]
struct Due {
    since: Timestamp,
}

/// Notes that there is something to be rewritten. Written by every erasing, so that a rewriting notices the ones meanwhile.
fn due(desk: &Desk) -> Result<DocumentWrite, StoreError> {
    let known = desk.store.document(Collection::ERASED, DUE)?;
    let since = known.map(|document| document.read::<Due>()).transpose()?.map_or(desk.now, |due| due.since);
    Ok(DocumentWrite::put(Collection::ERASED, DUE, Expect::Any, &Due { since }))
}

/// Says whether what was erased has waited long enough in the store's files: some erasings share one rewriting.
///
/// # Errors
/// When the store fails.
pub fn is_due(store: &dyn Store, now: Timestamp) -> Result<bool, StoreError> {
    let known = store.document(Collection::ERASED, DUE)?;
    let due = known.map(|document| document.read::<Due>()).transpose()?;
    Ok(due.is_some_and(|due| now >= due.since.plus_seconds(WAIT_SECONDS)))
}

/// Rewrites the store, so that its files hold nothing of whom was erased before.
///
/// # Errors
/// When the store fails; it then is as it was.
pub fn compact(desk: &Desk) -> Result<Compacted, StoreError> {
    let known = desk.store.document(Collection::ERASED, DUE)?;
    let compacted = desk.store.compact()?;
    let act = desk.act("store.compact", "store", json!(compacted));
    let done =
        known.map(|document| DocumentWrite::delete(Collection::ERASED, DUE, Expect::Revision(document.revision)));
    match desk.store.write_documents(Vec::from_iter(done).as_slice(), Some(&act)) {
        // Somebody was erased meanwhile: what was copied before may still name them.
        Err(StoreError::Conflict(_)) => {
            let again = DocumentWrite::put(Collection::ERASED, DUE, Expect::Any, &Due { since: desk.now });
            desk.store.write_documents(&[again], Some(&act))?;
        }
        done => drop(done?),
    }
    Ok(compacted)
}
