//! Addresses to which nothing is sent any more: the mailbox does not exist. Of an address a keyed digest is kept, so that the list
//! names nobody. A new address is not on it; the same one is taken off by a member of staff who sends to it again.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::verp::BounceKey;
use super::{Address, Message, Why, setup};
use crate::credential::Timestamp;
use crate::mail::{MailError, MessageId, Result};
use crate::store::{Collection, DocumentWrite, Expect, Store, StoreError, mailbox};

/// Since when nothing is sent to an address, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suppressed {
    /// Since when.
    pub since: Timestamp,
    /// The message that came back.
    pub message: MessageId,
    /// Why.
    pub why: Why,
}

fn key(store: &dyn Store, address: &str) -> Result<Option<String>, StoreError> {
    Ok(Marks::of(store)?.0.map(|key| key.digest(&mailbox(address))))
}

/// Most marks that are looked up one by one; of more the whole list is read.
const ONE_BY_ONE: usize = 500;
/// Entries of the list read at a time.
const PAGE: usize = 5_000;

/// Makes the marks under which addresses are on the list.
pub struct Marks(Option<BounceKey>);

impl Marks {
    /// Reads what they are made with.
    ///
    /// # Errors
    /// When the store fails.
    pub fn of(store: &dyn Store) -> Result<Self, StoreError> {
        match setup::bounce_key(store) {
            Ok(key) => Ok(Self(Some(key))),
            Err(MailError::Store(error)) => Err(error),
            Err(_) => Ok(Self(None)),
        }
    }

    /// Returns an address's mark; nothing where none is on the list.
    pub fn mark(&self, address: &Address) -> Option<String> {
        self.0.as_ref().map(|key| key.digest(&mailbox(&address.to_string())))
    }

    /// Returns a text that is another where the marks are others.
    pub fn name(&self) -> String {
        self.0.as_ref().map(|key| key.digest("")).unwrap_or_default()
    }
}

/// Returns those of these marks that are on the list.
///
/// # Errors
/// When the store fails.
pub fn which<'m>(store: &dyn Store, marks: &BTreeSet<&'m str>) -> Result<BTreeSet<&'m str>, StoreError> {
    if marks.len() <= ONE_BY_ONE {
        let all: Vec<&'m str> = marks.iter().copied().collect();
        let found = store.documents_at(Collection::MAIL_SUPPRESSED, &all)?;
        return Ok(all.into_iter().zip(found).filter(|(_, found)| found.is_some()).map(|(mark, _)| mark).collect());
    }
    let (mut on_it, mut cursor) = (BTreeSet::new(), None::<String>);
    loop {
        let page = store.documents(Collection::MAIL_SUPPRESSED, "", cursor.as_deref(), PAGE)?;
        on_it.extend(page.items.iter().filter_map(|document| marks.get(document.key.as_str())).copied());
        cursor = page.next;
        if cursor.is_none() {
            return Ok(on_it);
        }
    }
}

/// Returns the write that puts a message's address on the list, if it bounced hard.
pub(super) fn write(store: &dyn Store, message: &Message, now: Timestamp) -> Result<Option<DocumentWrite>, StoreError> {
    let Some((to, why)) = message.to.as_ref().zip(message.why).filter(|(_, why)| why.is_hard()) else {
        return Ok(None);
    };
    let suppressed = Suppressed { since: now, message: message.id.clone(), why };
    let key = key(store, &to.to_string())?;
    Ok(key.map(|key| DocumentWrite::put(Collection::MAIL_SUPPRESSED, key, Expect::Any, &suppressed)))
}

/// Says since when nothing is sent to an address.
///
/// # Errors
/// When the store fails.
pub fn of(store: &dyn Store, address: &Address) -> Result<Option<Suppressed>, StoreError> {
    let Some(key) = key(store, &address.to_string())? else { return Ok(None) };
    store.document(Collection::MAIL_SUPPRESSED, &key)?.map(|document| document.read()).transpose()
}

/// Returns the write that takes an address off the list.
///
/// # Errors
/// When the store fails.
pub fn lift(store: &dyn Store, address: &Address) -> Result<Option<DocumentWrite>, StoreError> {
    let key = key(store, &address.to_string())?;
    Ok(key.map(|key| DocumentWrite::delete(Collection::MAIL_SUPPRESSED, key, Expect::Any)))
}

/// Returns the writes that take an erased person's addresses off the list.
pub(super) fn forgetting(store: &dyn Store, names: &[String]) -> Result<Vec<DocumentWrite>, StoreError> {
    let mut writes = Vec::new();
    for address in names.iter().filter(|name| name.contains('@')) {
        let Some(key) = key(store, address)? else { return Ok(writes) };
        if store.document(Collection::MAIL_SUPPRESSED, &key)?.is_some() {
            writes.push(DocumentWrite::delete(Collection::MAIL_SUPPRESSED, key, Expect::Any));
        }
    }
    Ok(writes)
}
