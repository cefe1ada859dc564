//! The issued sets: which credentials a key really signed.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use serde::{Deserialize, Serialize};

/// Bytes by which one credential is known in an issued set.
const DIGEST_BYTES: usize = 16;

/// The credentials that one key really signed: sorted 16-byte prefixes of [`issued_digest`], concatenated, base64url.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IssuedSet(pub String);

/// An issued set that was read: strictly ascending digests.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IssuedDigests(Vec<[u8; DIGEST_BYTES]>);

/// Returns the 16 bytes by which a credential is known in an issued set: the start of the SHA-256 of its compact JWS.
pub fn issued_digest(compact: &str) -> [u8; 16] {
    use sha2::Digest;
    let digest = sha2::Sha256::digest(compact.as_bytes());
    digest[..DIGEST_BYTES].try_into().expect("SHA-256 has 32 bytes")
}

impl IssuedSet {
    /// Returns the set of these digests, in any order.
    pub fn new(mut digests: Vec<[u8; 16]>) -> Self {
        digests.sort_unstable();
        digests.dedup();
        Self(BASE64URL.encode(digests.as_flattened()))
    }

    /// Reads the set; `None` if it is not strictly ascending digests in base64url.
    pub fn digests(&self) -> Option<IssuedDigests> {
        let bytes = BASE64URL.decode(&self.0).ok()?;
        let (digests, rest) = bytes.as_chunks::<DIGEST_BYTES>();
        (rest.is_empty() && digests.is_sorted_by(|a, b| a < b)).then(|| IssuedDigests(digests.to_vec()))
    }
}

impl IssuedDigests {
    /// Returns whether the set holds this digest.
    pub fn contains(&self, digest: &[u8; 16]) -> bool {
        self.0.binary_search(digest).is_ok()
    }

    /// Returns how many credentials the set holds.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether the set holds none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_what_was_put_in_and_nothing_else() {
        let digests: Vec<_> = (0..100).map(|n| issued_digest(&format!("credential {n}"))).collect();
        let read = IssuedSet::new([digests.clone(), digests.clone()].concat()).digests().unwrap();
        assert_eq!(read.len(), 100);
        assert!(digests.iter().all(|digest| read.contains(digest)));
        assert!(!read.contains(&issued_digest("credential 100")));
        assert!(IssuedSet::new(vec![]).digests().unwrap().is_empty());
    }

    #[test]
    fn unsorted_repeated_or_cut_sets_are_refused() {
        for bytes in [[[2; 16], [1; 16]].concat(), [[1; 16], [1; 16]].concat(), vec![1; 17]] {
            assert_eq!(IssuedSet(BASE64URL.encode(bytes)).digests(), None);
        }
        assert_eq!(IssuedSet("====".into()).digests(), None);
    }
}
