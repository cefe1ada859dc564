//! Documents in the ordered engine: eight bytes of revision before each one's JSON.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Engine, OpenWrite, Result, StoreError, check_key, damaged, decode, encode, index, keys, kind};
use crate::store::{Document, DocumentWrite};

/// Returns a document's key, or the start of those that begin so.
pub(super) fn key(collection: &str, key: &str) -> Vec<u8> {
    [&keys::group(kind::DOCUMENT, collection)[..], key.as_bytes()].concat()
}

/// Splits a stored document.
pub(super) fn read(engine: &impl Engine, key: &str, bytes: &[u8]) -> Result<Document> {
    let (revision, json) = split(engine, bytes)?;
    Ok(Document { key: key.to_owned(), revision, value: decode(engine, json)? })
}

/// Makes all changes, or finds the first that must not be. Of two for one document the second sees the first.
pub(super) fn write<E: Engine>(draft: &mut OpenWrite<'_, E>, writes: &[DocumentWrite]) -> Result<()> {
    let mut seen = BTreeMap::new();
    for change in writes {
        check_key("document's key", &change.key)?;
        let at = key(change.collection.name(), &change.key);
        let revision = match seen.get(&at) {
            Some(revision) => *revision,
            None => self::revision(draft.engine, &at)?,
        };
        if !change.expect.holds(revision) {
            return Err(StoreError::Conflict(change.key.clone()));
        }
        if change.only_expects {
            continue;
        }
        seen.insert(at.clone(), change.value.as_ref().map(|_| draft.batch));
        match &change.value {
            Some(value) => put(draft, change.collection.name(), &change.key, value)?,
            None => {
                index::stamp_by(draft, change.collection.name(), &change.key, None)?;
                draft.touched.document(change.collection.name(), &change.key, None);
                draft.delete(at);
            }
        }
    }
    Ok(())
}

/// Returns the revision of the document under a key, if there is one.
pub(super) fn revision(engine: &impl Engine, at: &[u8]) -> Result<Option<u64>> {
    engine.get(at)?.map(|bytes| Ok(split(engine, &bytes)?.0)).transpose()
}

/// Puts a document as it is.
pub(super) fn put<E: Engine>(draft: &mut OpenWrite<'_, E>, collection: &str, name: &str, value: &Value) -> Result<()> {
    let bytes = [&draft.batch.to_be_bytes()[..], &encode("document", value)?].concat();
    index::stamp_by(draft, collection, name, Some(value))?;
    draft.touched.document(collection, name, Some(value));
    draft.put(key(collection, name), bytes);
    Ok(())
}

fn split<'a>(engine: &impl Engine, bytes: &'a [u8]) -> Result<(u64, &'a [u8])> {
    let (revision, json) = bytes.split_first_chunk().ok_or_else(|| damaged(engine, "a document has no revision"))?;
    Ok((u64::from_be_bytes(*revision), json))
}
