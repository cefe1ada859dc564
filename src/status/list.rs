use crate::credential::{Malformed, Timestamp};
use crate::proof::eddsa::SecretKey;

/// One status list with its bits; bit `i` set means revoked (or superseded).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusList {
    /// The list's address, `https://HOST/status/N`.
    pub id: String,
    /// The issuer's DID.
    pub issuer: String,
    /// The bits, first entry in the highest bit of the first byte.
    pub bits: Vec<u8>,
    /// `validFrom`.
    pub valid_from: Timestamp,
    /// `validUntil`: past it the list is stale.
    pub valid_until: Timestamp,
}

/// Why a list is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// Not a status list credential.
    #[error("not a status list: {0}")]
    Malformed(Malformed),
    /// The index is past the end.
    #[error("index {index} is past the list's {entries} entries")]
    OutOfRange {
        /// The index asked for.
        index: u64,
        /// How many the list has.
        entries: u64,
    },
}

impl StatusList {
    /// Returns a list of [`super::LIST_ENTRIES`] entries with these indexes set.
    pub fn new(
        _id: String,
        _issuer: String,
        _revoked: &[u32],
        _valid_from: Timestamp,
        _valid_until: Timestamp,
    ) -> Self {
        unimplemented!("room status")
    }

    /// Returns the `BitstringStatusListCredential` as JSON (`encodedList`: multibase base64url of the gzipped bits).
    pub fn to_json(&self, _ttl_seconds: u64) -> serde_json::Value {
        unimplemented!("room status")
    }

    /// Returns the credential as a compact JWS with `typ` `vc+jwt`.
    pub fn sign(&self, _ttl_seconds: u64, _kid: &str, _key: &SecretKey) -> String {
        unimplemented!("room status")
    }

    /// Reads a list from the payload of a JWS (the caller verifies the signature).
    ///
    /// # Errors
    /// When it is no list, is shorter than 131,072 entries, or inflates past its bound.
    pub fn from_payload(_payload: &[u8]) -> Result<Self, ListError> {
        unimplemented!("room status")
    }

    /// Returns whether the entry at `index` is set.
    ///
    /// # Errors
    /// When the index is past the end: a verifier must not take that for "not revoked".
    pub fn is_set(&self, _index: u64) -> Result<bool, ListError> {
        unimplemented!("room status")
    }
}
