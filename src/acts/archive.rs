//! Events that are over for good: archived, brought back, or removed while nothing was issued.
//!
//! An archived event is out of the usual listings and takes no lists, no people and no runs that issue. What was issued in it
//! goes on: it is verified, published, corrected and revoked as before.
//!
//! An event is removed in one step, after which nobody finds it: only if no certificate was ever issued in it. Its people and
//! what documents say of them are taken away right after, some at a time; a program that was killed meanwhile goes on with that
//! when it starts ([`Collection::REMOVING`]), and until it is done nobody creates an event of that code. The counters of numbers
//! stay: an event that gets the code later does not hand one out twice.

use serde_json::json;

use super::event::save;
use super::{ActError, Archived, Planned, answers, erase, run, who};
use crate::credential::EventCode;
use crate::desk::Desk;
use crate::store::{Collection, DocumentWrite, Expect, Store, StoreError};

/// People and documents taken away at a time.
const AT_ONCE: usize = 1_000;
/// Collections of which the documents of an event have keys that begin with its code.
const OF_EVENT: [Collection; 6] = [
    Collection::RULES,
    Collection::LISTED,
    Collection::IMPORTS,
    Collection::IMPORT_ROWS,
    Collection::IMPORT_SHAPES,
    Collection::ERASING,
];

impl Planned {
    /// Refuses what an archived event does not take.
    ///
    /// # Errors
    /// [`ActError::Archived`].
    pub fn in_use(&self) -> Result<(), ActError> {
        match self.plan.archived {
            Some(_) => Err(ActError::Archived(self.event.code.clone())),
            None => Ok(()),
        }
    }
}

/// Archives an event, or brings it back.
///
/// # Errors
/// When somebody else changed it meanwhile, or the store fails.
pub fn set_archived(desk: &Desk, old: &Planned, archived: bool) -> Result<Planned, ActError> {
    if old.plan.archived.is_some() == archived {
        return Ok(old.clone());
    }
    let mut new = old.clone();
    new.plan.archived = archived.then(|| Archived { by: who(desk), at: desk.now });
    let action = if archived { "event.archive" } else { "event.unarchive" };
    save(desk, old, new, &[], action, json!({}))
}

/// Removes an event in which nothing was issued: from then on nobody finds it. [`finish_removal`] takes its people away.
///
/// # Errors
/// [`ActError::HasCertificates`], [`ActError::RunUnderWay`], or when somebody else changed it meanwhile.
pub fn remove_event(desk: &Desk, old: &Planned) -> Result<(), ActError> {
    let code = &old.event.code;
    if has_certificates(desk.store, code)? {
        return Err(ActError::HasCertificates(code.clone()));
    }
    if let Some(id) = run::under_way_in(desk.store, code)? {
        return Err(ActError::RunUnderWay(code.clone(), id));
    }
    let mut writes = vec![
        DocumentWrite::delete(Collection::PLANS, code.as_str(), old.expect()),
        DocumentWrite::delete(Collection::PREVIEWED, code.as_str(), Expect::Any),
        DocumentWrite::put(Collection::REMOVING, code.as_str(), Expect::Any, &json!({ "since": desk.now })),
    ];
    writes.extend(erase::marks(desk, code)?);
    desk.store.remove_event(&old.event, &writes, &desk.act("event.remove", code, json!({})))?;
    Ok(())
}

/// Says whether anything was ever issued in an event, also since the dump that the store was rebuilt from.
fn has_certificates(store: &dyn Store, code: &EventCode) -> Result<bool, StoreError> {
    if !store.certificates(Some(code), None, 1)?.items.is_empty() {
        return Ok(true);
    }
    let mut cursor: Option<String> = None;
    loop {
        let page = store.strays(cursor.as_deref(), AT_ONCE)?;
        if page.items.iter().filter_map(|stray| stray.seen.as_ref()).any(|seen| seen.number.event() == code) {
            return Ok(true);
        }
        cursor = page.next;
        if cursor.is_none() {
            return Ok(false);
        }
    }
}

/// Says whether an event of this code is being removed.
///
/// # Errors
/// When the store fails.
pub fn is_being_removed(store: &dyn Store, code: &EventCode) -> Result<bool, StoreError> {
    Ok(store.document(Collection::REMOVING, code.as_str())?.is_some())
}

/// Returns the events of which people are still to be taken away.
///
/// # Errors
/// When the store fails.
fn being_removed(store: &dyn Store) -> Result<Vec<EventCode>, StoreError> {
    let page = store.documents(Collection::REMOVING, "", None, AT_ONCE)?;
    Ok(page.items.iter().filter_map(|document| document.key.parse().ok()).collect())
}

/// Ends what a program that was killed had begun to remove.
///
/// # Errors
/// When the store fails; then the next start goes on.
pub fn finish_removals(store: &dyn Store) -> Result<(), StoreError> {
    being_removed(store)?.iter().try_for_each(|code| finish_removal(store, code))
}

/// Takes away the people of an event that was removed, and what documents say of them; may be called again.
///
/// # Errors
/// When the store fails; then the next start goes on.
pub fn finish_removal(store: &dyn Store, code: &EventCode) -> Result<(), StoreError> {
    // First the people: a journal takes in only who is enrolled, so that none is written after they are gone.
    while store.forget_people(code, AT_ONCE)? {}
    for collection in OF_EVENT {
        delete_all(store, collection, &format!("{code}/"))?;
    }
    for id in run::runs_of(store, code)? {
        delete_all(store, Collection::RUN_ROWS, &format!("{id}/"))?;
    }
    loop {
        let writes = answers::forgetting_event(store, code)?;
        if writes.is_empty() {
            break;
        }
        match store.write_documents(&writes, None) {
            // Asked again just now: looked at again.
            Err(StoreError::Conflict(_)) => {}
            done => drop(done?),
        }
    }
    store.write_documents(&[DocumentWrite::delete(Collection::REMOVING, code.as_str(), Expect::Any)], None)?;
    Ok(())
}

/// Deletes all documents whose keys begin so.
fn delete_all(store: &dyn Store, collection: Collection, prefix: &str) -> Result<(), StoreError> {
    loop {
        let page = store.documents(collection, prefix, None, AT_ONCE)?;
        if page.items.is_empty() {
            return Ok(());
        }
        let gone = page.items.into_iter().map(|one| DocumentWrite::delete(collection, one.key, Expect::Any));
        store.write_documents(&gone.collect::<Vec<_>>(), None)?;
    }
}
