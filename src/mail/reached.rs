//! At which address people reach the service, where staff said so on a page: links in messages begin with it, and without one
//! there are none.
//!
//! What `testamur.toml` says goes before it. What an address may be is for who serves it to say.

use serde::{Deserialize, Serialize};

use crate::store::{Act, Collection, DocumentWrite, Expect, Store, StoreError};

/// The key of the document.
const ADDRESS: &str = "address";

#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    address: String,
}

/// Returns what staff said, if they did.
///
/// # Errors
/// When the store fails.
pub fn reached(store: &dyn Store) -> Result<Option<String>, StoreError> {
    let kept = store.document(Collection::MAIL, ADDRESS)?.map(|document| document.read::<Kept>()).transpose()?;
    Ok(kept.map(|kept| kept.address))
}

/// Keeps what staff say, in place of what was there; nothing: it is not known.
///
/// # Errors
/// When the store fails.
pub fn reach(store: &dyn Store, address: Option<&str>, act: Option<&Act>) -> Result<(), StoreError> {
    let write = match address {
        Some(address) => {
            DocumentWrite::put(Collection::MAIL, ADDRESS, Expect::Any, &Kept { address: address.to_owned() })
        }
        None => DocumentWrite::delete(Collection::MAIL, ADDRESS, Expect::Any),
    };
    store.write_documents(&[write], act).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::MemoryStore;

    #[test]
    fn it_is_kept_and_taken_away() {
        let store = MemoryStore::new();
        assert_eq!(reached(&store).unwrap(), None);
        reach(&store, Some("https://certs.example.org"), None).unwrap();
        assert_eq!(reached(&store).unwrap().as_deref(), Some("https://certs.example.org"));
        reach(&store, None, None).unwrap();
        assert_eq!(reached(&store).unwrap(), None);
    }
}
