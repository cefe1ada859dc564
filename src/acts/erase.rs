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

use super::import_report::{told_of, without_files_of, without_rows_about};
use super::listed::key;
use super::{ActError, answers, find, fresh_id, name_of, portal, retried, run};
use crate::credential::{CertificateNumber, EventCode, Timestamp};
use crate::desk::Desk;
use crate::mail::outbox;
use crate::store::{
    Collection, Compacted, Document, DocumentWrite, Expect, PAGE_LIMIT, Participant, PersonKey, Store, StoreError,
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
    /// The certificate: the newest.
    pub certificate: Option<CertificateNumber>,
    /// The certificates before it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<CertificateNumber>,
    /// Names, addresses and ids, also those of older versions of the certificate.
    pub names: Vec<String>,
}

impl Gone {
    /// Returns what names a person now.
    ///
    /// # Errors
    /// When the store fails.
    pub fn of(store: &dyn Store, code: &EventCode, person: &Participant) -> Result<Self, StoreError> {
        let mut numbers = store.all_of(code, &person.key)?.into_iter().map(|certificate| certificate.number);
        let (certificate, earlier) = (numbers.next(), numbers.collect::<Vec<_>>());
        let mut names = told_of(person);
        for number in certificate.iter().chain(&earlier) {
            for version in store.versions(number)? {
                names.extend([Some(version.recipient), version.email, Some(version.person.0)].into_iter().flatten());
            }
        }
        names.retain(|text| !text.trim().is_empty());
        names.sort();
        names.dedup();
        Ok(Self { event: code.clone(), person: person.key.clone(), certificate, earlier, names })
    }

    /// Returns all certificates of theirs.
    pub fn numbers(&self) -> impl Iterator<Item = &CertificateNumber> {
        self.certificate.iter().chain(&self.earlier)
    }
}

/// A room whose documents name participants: the collections, and the writes that take somebody out of them.
type Room = (&'static [Collection], fn(&dyn Store, &Gone) -> Result<Vec<DocumentWrite>, StoreError>);

/// Every room that keeps names, but for what is kept here itself. A test holds each collection of
/// [`crate::store::Names::Participants`] to standing here.
const ROOMS: &[Room] = &[
    (&[Collection::IMPORT_ROWS], |store, gone| without_rows_about(store, &gone.event, &gone.names)),
    (&[Collection::IMPORTS], |store, gone| without_files_of(store, &gone.event, &gone.names)),
    (&[Collection::LISTED], unlisting),
    (&[Collection::RUN_ROWS, Collection::CORRECTIONS], run::journal::forgetting),
    (&[Collection::ADDRESS_REQUESTS], super::lost::forgetting),
    (&[Collection::IDEMPOTENCY], answers::forgetting),
    (&[Collection::PERSON_TIES], super::person::ties::forgetting),
    (&[Collection::PORTAL_LINKS, Collection::PORTAL_SESSIONS], portal::forgetting),
    (&[Collection::PROFILES], portal::forgetting_profile),
    (&[Collection::MAIL_MESSAGES], |store, gone| outbox::forgetting(store, gone.numbers(), &gone.names)),
];

fn unlisting(store: &dyn Store, gone: &Gone) -> Result<Vec<DocumentWrite>, StoreError> {
    let listing = key(&gone.event, &gone.person);
    let found = store.document(Collection::LISTED, &listing)?;
    let delete =
        |document: Document| DocumentWrite::delete(Collection::LISTED, &listing, Expect::Revision(document.revision));
    Ok(found.map(delete).into_iter().collect())
}

/// Returns the writes that take somebody out of all rooms.
fn forgetting(store: &dyn Store, gone: &Gone) -> Result<Vec<DocumentWrite>, StoreError> {
    let mut writes = Vec::new();
    for (_, room) in ROOMS {
        writes.extend(room(store, gone)?);
    }
    Ok(writes)
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

/// Erases one who is known so in an event: all that names them goes, number and status of the certificates stay. `None` if there
/// is nobody; else which certificate was theirs, the newest. `whole` is the whole store: a journal of all events that names them is not seen
/// by who is limited to this one.
///
/// # Errors
/// When the store fails.
pub fn erase_known(
    desk: &Desk,
    whole: &dyn Store,
    code: &EventCode,
    who: &str,
) -> Result<Option<Option<CertificateNumber>>, ActError> {
    let begun = retried(|| match find(desk.store, code, who) {
        Err(ActError::NoPerson(_)) => Ok(None),
        found => begin(desk, code, &found?).map(Some),
    })?;
    let Some(begun) = begun else { return Ok(None) };
    finish(whole, &begun)?;
    Ok(Some(begun.gone.certificate))
}

/// Begins to erase a person: nobody knows them any more. It is to be [`finish`]ed.
///
/// # Errors
/// When somebody else changed them meanwhile, or the store fails.
pub fn begin(desk: &Desk, code: &EventCode, person: &Participant) -> Result<Begun, ActError> {
    let (begun, writes) = first(desk, code, person)?;
    let act = desk.act("participant.erase", name_of(code, person), json!({ "certificate": begun.gone.certificate }));
    desk.store.erase_person(code, &person.key, &writes, &act)?;
    Ok(begun)
}

/// Deletes somebody who has no certificate, with all that names them.
///
/// # Errors
/// [`ActError::HasCertificate`], or when somebody else changed them meanwhile.
pub fn delete(desk: &Desk, whole: &dyn Store, code: &EventCode, person: &Participant) -> Result<(), ActError> {
    let (begun, writes) = first(desk, code, person)?;
    if let Some(number) = begun.gone.certificate {
        return Err(ActError::HasCertificate(number));
    }
    let act = desk.act("participant.delete", name_of(code, person), json!({}));
    desk.store.change_participant(code, Some(person), None, &writes, &act)?;
    Ok(finish(whole, &begun)?)
}

/// Returns what is to be looked for, and the documents of the first step.
fn first(desk: &Desk, code: &EventCode, person: &Participant) -> Result<(Begun, Vec<DocumentWrite>), ActError> {
    let gone = Gone::of(desk.store, code, person)?;
    let mut writes = forgetting(desk.store, &gone)?;
    let key = format!("{}/{}", gone.event, fresh_id()?);
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
pub fn finish(store: &dyn Store, begun: &Begun) -> Result<(), StoreError> {
    loop {
        let writes = forgetting(store, &begun.gone)?;
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

/// Ends what a service or a command that was killed had begun to erase.
///
/// # Errors
/// When the store fails.
pub fn finish_all(store: &dyn Store) -> Result<(), StoreError> {
    for document in store.documents(Collection::ERASING, "", None, PAGE_LIMIT)?.items {
        finish(store, &Begun { gone: document.read()?, key: document.key })?;
    }
    Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Names;

    #[test]
    fn every_collection_that_names_participants_stands_in_one_room() {
        let mut rooms: Vec<_> = ROOMS.iter().flat_map(|(collections, _)| *collections).copied().collect();
        rooms.push(Collection::ERASING);
        rooms.sort();
        let mut named: Vec<_> =
            Collection::ALL.iter().copied().filter(|of| of.names() == Names::Participants).collect();
        named.sort();
        assert_eq!(rooms, named);
    }
}
