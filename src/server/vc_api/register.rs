//! What the VC-API has and forgets when the process ends: its key, and two status lists.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use super::did_of;
use crate::proof::eddsa::SecretKey;
use crate::server::Problem;
use crate::status::LIST_ENTRIES;

/// Most entries of one list: what is remembered is bounded, and a free index is found soon.
const ENTRIES: usize = 16_384;
/// Longest id of a credential that gets a status entry, in bytes.
const ID_BYTES: usize = 512;

/// The key and the lists.
#[derive(Default)]
pub(in crate::server) struct Register {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    key: Option<SecretKey>,
    lists: [List; 2],
}

#[derive(Default)]
struct List {
    of: HashMap<String, u32>,
    taken: BTreeSet<u32>,
    set: BTreeSet<u32>,
}

/// What an entry is for (Bitstring Status List section 2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// For good.
    Revocation,
    /// For a while.
    Suspension,
}

impl Purpose {
    pub(super) fn parse(text: &str) -> Option<Self> {
        [Self::Revocation, Self::Suspension].into_iter().find(|purpose| purpose.text() == text)
    }

    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Revocation => "revocation",
            Self::Suspension => "suspension",
        }
    }

    /// The address of its list, of a service at an address.
    pub(super) fn address(self, base: &str) -> String {
        format!("{base}/vc/status/{}", self.text())
    }

    fn number(self) -> usize {
        usize::from(self == Self::Suspension)
    }
}

impl Register {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Works with the key of this process. It signs nothing that a verifier of certificates trusts.
    pub(super) fn with_key<T>(&self, work: impl FnOnce(&SecretKey, &str) -> T) -> Result<T, Problem> {
        let seed = {
            let mut inner = self.inner();
            if inner.key.is_none() {
                let mut seed = zeroize::Zeroizing::new([0; 32]);
                getrandom::fill(&mut *seed).map_err(Problem::internal)?;
                inner.key = Some(SecretKey::from_seed(&seed));
            }
            inner.key.clone()
        };
        let key = seed.ok_or_else(|| Problem::internal("no key"))?;
        let did = did_of(&key.public());
        Ok(work(&key, &did))
    }

    /// Returns a status entry for a credential; no index is ever given twice.
    pub(super) fn enter(&self, base: &str, purpose: Purpose, id: &str) -> Result<Value, Problem> {
        if id.len() > ID_BYTES {
            return Err(Problem::bad_request("malformed-credential", format!("id: longer than {ID_BYTES} bytes")));
        }
        let mut inner = self.inner();
        let list = &mut inner.lists[purpose.number()];
        if list.of.contains_key(id) {
            return Err(Problem::conflict("issued-already", "a credential with this id has a status entry already"));
        }
        if list.taken.len() >= ENTRIES {
            return Err(Problem::conflict("status-list-full", format!("{ENTRIES} entries are given; start anew")));
        }
        let index = loop {
            let index = getrandom::u32().map_err(Problem::internal)? % LIST_ENTRIES;
            if list.taken.insert(index) {
                break index;
            }
        };
        list.of.insert(id.to_owned(), index);
        let address = purpose.address(base);
        Ok(json!({
            "id": format!("{address}#{index}"),
            "type": "BitstringStatusListEntry",
            "statusPurpose": purpose.text(),
            "statusListIndex": index.to_string(),
            "statusListCredential": address,
        }))
    }

    /// Sets or clears a credential's bit; `false` if it has none.
    pub(super) fn change(&self, purpose: Purpose, id: &str, status: bool) -> bool {
        let mut inner = self.inner();
        let list = &mut inner.lists[purpose.number()];
        let Some(index) = list.of.get(id).copied() else { return false };
        if status {
            list.set.insert(index);
        } else {
            list.set.remove(&index);
        }
        true
    }

    /// Returns whether an index is set.
    pub(super) fn is_set(&self, purpose: Purpose, index: u32) -> bool {
        self.inner().lists[purpose.number()].set.contains(&index)
    }

    /// Returns the indexes that are set.
    pub(super) fn set(&self, purpose: Purpose) -> Vec<u32> {
        self.inner().lists[purpose.number()].set.iter().copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_index_is_given_twice_and_the_list_is_bounded() {
        let register = Register::default();
        let mut seen = BTreeSet::new();
        for number in 0..ENTRIES {
            let entry = register.enter("https://h.example", Purpose::Revocation, &format!("urn:{number}")).unwrap();
            assert!(seen.insert(entry["statusListIndex"].as_str().unwrap().to_owned()));
        }
        let full = register.enter("https://h.example", Purpose::Revocation, "urn:one-more").unwrap_err();
        assert_eq!(full.code, "status-list-full");
        assert!(register.enter("https://h.example", Purpose::Suspension, "urn:one-more").is_ok());
        let again = register.enter("https://h.example", Purpose::Suspension, "urn:one-more").unwrap_err();
        assert_eq!(again.code, "issued-already");
    }
}
