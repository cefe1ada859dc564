//! Which key signs. Two processes, or two threads of one, may make certificates while a third retires their key: what is
//! committed expects that the key that signed it still is the active one.

use serde_json::json;

use crate::desk::Signer;
use crate::store::{Collection, Document, DocumentWrite, Expect, Premise, Store, StoreError};

/// The one document: the id of the key that signs.
const ACTIVE: &str = "active";

/// Returns the premise that a key, by its short id, still signs; nothing if another has taken its place.
///
/// # Errors
/// When the store fails.
pub fn still_signs(store: &dyn Store, key: &str) -> Result<Option<Premise>, StoreError> {
    let premise = |expect| Premise::Document(Collection::SIGNING_KEY, ACTIVE.to_owned(), expect);
    Ok(match store.document(Collection::SIGNING_KEY, ACTIVE)? {
        // No key was ever replaced since this is written down.
        None => Some(premise(Expect::Absent)),
        Some(Document { revision, value, .. }) => {
            (value["key"] == json!(key)).then(|| premise(Expect::Revision(revision)))
        }
    })
}

/// Returns the write that makes a key the one that signs.
pub fn signs_now(signer: &Signer) -> DocumentWrite {
    DocumentWrite::put(Collection::SIGNING_KEY, ACTIVE, Expect::Any, &json!({ "key": signer.id }))
}
