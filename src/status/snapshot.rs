use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::credential::Timestamp;
use crate::keys::RootChain;
use crate::proof::eddsa::SecretKey;

/// `typ` of a signed snapshot.
pub const TYP: &str = "testamur-snapshot+jwt";

/// Everything a verifier needs offline about one issuer, at one instant. Signed by the issuer's active key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Snapshot {
    /// Always `TrustSnapshot`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Grows with each publication; a verifier never goes back.
    pub version: u64,
    /// The issuer's DID.
    pub issuer: String,
    /// When it was made.
    pub issued: Timestamp,
    /// When the next one is due; past it revocation state is stale.
    pub next_update: Timestamp,
    /// All roots.
    pub roots: RootChain,
    /// The key manifest, a JWS by the newest root.
    pub manifest: String,
    /// Every status list.
    pub status_lists: Vec<ListInSnapshot>,
    /// Why and when, by list address and index (a decimal text).
    pub reasons: BTreeMap<String, BTreeMap<String, Reason>>,
    /// Issued sets of compromised keys, by short key id.
    pub issued_sets: BTreeMap<String, IssuedSet>,
}

/// A status list inside a snapshot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListInSnapshot {
    /// The list's address.
    pub id: String,
    /// `sha256-` and the base64url of the SHA-256 of the JWS: no mix-and-match.
    pub digest: String,
    /// The list, a JWS.
    pub credential: String,
}

/// Why a credential is no longer good.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Reason {
    /// What happened.
    pub code: ReasonCode,
    /// When.
    pub at: Timestamp,
    /// What the issuer says about it; public, so it holds no personal data.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub text: Option<String>,
}

/// What happened to a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReasonCode {
    /// Withdrawn.
    Revoked,
    /// Replaced by a newer credential with the same number.
    Superseded,
}

/// The credentials that one key really signed: sorted 16-byte prefixes of [`issued_digest`], concatenated, base64url.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IssuedSet(pub String);

/// Why a snapshot is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotError {
    /// Not a snapshot at all.
    #[error("not a trust snapshot: {0}")]
    Malformed(String),
    /// Its signature, or one inside it, is not good.
    #[error("{0} is not signed by a key that may sign it")]
    ProofInvalid(String),
    /// A list's digest differs from the list.
    #[error("status list `{0}` does not match its digest")]
    Digest(String),
    /// The roots do not hold together.
    #[error(transparent)]
    Root(#[from] crate::keys::RootError),
    /// The manifest is refused.
    #[error(transparent)]
    Manifest(#[from] crate::keys::ManifestError),
}

impl Snapshot {
    /// Signs the snapshot with the active key; `kid` is `ISSUER#KEY`.
    pub fn sign(&self, kid: &str, key: &SecretKey) -> String {
        let payload = serde_json_canonicalizer::to_vec(self).expect("a snapshot has a canonical form");
        crate::proof::jws::sign(&payload, kid, TYP, key)
    }
}

/// Returns the 16 bytes by which a credential is known in an issued set: the start of the SHA-256 of its compact JWS.
pub fn issued_digest(compact: &str) -> [u8; 16] {
    use sha2::Digest;
    let digest = sha2::Sha256::digest(compact.as_bytes());
    digest[..16].try_into().expect("SHA-256 has 32 bytes")
}

impl IssuedSet {
    /// Returns the set of these digests, in any order.
    pub fn new(_digests: Vec<[u8; 16]>) -> Self {
        unimplemented!("room status")
    }
}
