use serde::{Deserialize, Serialize};

use crate::credential::Timestamp;
use crate::proof::eddsa::{PublicKey, SecretKey};

/// `typ` of a signed key manifest.
pub const TYP: &str = "testamur-manifest+jwt";

/// All of an issuer's signing keys with their states; the payload of a JWS signed by the root key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct KeyManifest {
    /// Always `KeyManifest`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Grows by one with each change; a verifier never goes back.
    pub version: u64,
    /// The issuer's DID, `did:web:HOST`.
    pub issuer: String,
    /// The issuer's name.
    pub name: String,
    /// When it was signed.
    pub issued: Timestamp,
    /// When it should be replaced at the latest. Past it a verifier answers `valid_status_stale` at best.
    pub expires: Timestamp,
    /// Every key that ever signed, oldest first; ids are unique.
    pub keys: Vec<ManifestKey>,
}

/// One signing key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ManifestKey {
    /// Short id, as `k1`; the full id is `ISSUER#k1`.
    pub id: String,
    /// base64url of the 32 bytes.
    pub public_key: String,
    /// What it may do.
    #[serde(flatten)]
    pub state: KeyState,
    /// When it became active.
    pub from: Timestamp,
}

/// What a key may do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum KeyState {
    /// Signs new credentials. At most one key is active.
    Active,
    /// Signs no new ones; what it signed with `validFrom` up to `until` stays good.
    Retired {
        /// When it was retired.
        until: Timestamp,
    },
    /// Stolen or lost: only what is in the published issued set stays good.
    Compromised {
        /// The earliest instant at which it may have been in other hands.
        since: Timestamp,
    },
}

/// Why a manifest is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// Not a JWS, or its payload is not a manifest.
    #[error("not a key manifest: {0}")]
    Malformed(String),
    /// Not signed by the root key.
    #[error("not signed by the root key")]
    ProofInvalid,
    /// For another issuer.
    #[error("is for issuer `{0}`")]
    Issuer(String),
}

impl KeyManifest {
    /// Signs the manifest with the root key; `kid` is `ISSUER#ROOTID`.
    pub fn sign(&self, kid: &str, root: &SecretKey) -> String {
        let payload = serde_json_canonicalizer::to_vec(self).expect("a manifest has a canonical form");
        crate::proof::jws::sign(&payload, kid, TYP, root)
    }

    /// Reads a manifest and verifies it against the root key.
    ///
    /// # Errors
    /// See [`ManifestError`].
    pub fn verify(_jws: &str, _issuer: &str, _root: &PublicKey) -> Result<Self, ManifestError> {
        unimplemented!("room keys")
    }

    /// Returns the active key, if there is one.
    pub fn active(&self) -> Option<&ManifestKey> {
        self.keys.iter().find(|key| key.state == KeyState::Active)
    }
}
