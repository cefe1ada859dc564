//! The key manifest: all signing keys of an issuer with their states, signed by the root key.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::short_id;
use crate::credential::{Timestamp, json};
use crate::proof::eddsa::{PublicKey, SecretKey};
use crate::proof::jws::Jws;

/// `typ` of a signed key manifest.
pub const TYP: &str = "testamur-manifest+jwt";

/// Largest manifest that is read, in bytes: room for several thousand keys.
pub const MANIFEST_BYTES: usize = 1 << 20;

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
#[serde(try_from = "KeyDocument", into = "KeyDocument")]
pub struct ManifestKey {
    /// Short id, as `k1`; the full id is `ISSUER#k1`.
    pub id: String,
    /// base64url of the 32 bytes.
    pub public_key: String,
    /// What it may do.
    pub state: KeyState,
    /// When it became active.
    pub from: Timestamp,
}

/// What a key may do.
#[derive(Debug, Clone, PartialEq)]
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

/// A key as it is written: `until` goes with `retired` and `since` with `compromised`, and with nothing else.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct KeyDocument {
    id: String,
    public_key: String,
    state: StateName,
    from: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    until: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    since: Option<Timestamp>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StateName {
    Active,
    Retired,
    Compromised,
}

impl TryFrom<KeyDocument> for ManifestKey {
    type Error = String;

    fn try_from(key: KeyDocument) -> Result<Self, String> {
        let state = match (key.state, key.until, key.since) {
            (StateName::Active, None, None) => KeyState::Active,
            (StateName::Retired, Some(until), None) => KeyState::Retired { until },
            (StateName::Compromised, None, Some(since)) => KeyState::Compromised { since },
            _ => return Err(format!("key `{}` has a date that does not go with its state", key.id)),
        };
        Ok(Self { id: key.id, public_key: key.public_key, state, from: key.from })
    }
}

impl From<ManifestKey> for KeyDocument {
    fn from(key: ManifestKey) -> Self {
        let (state, until, since) = match key.state {
            KeyState::Active => (StateName::Active, None, None),
            KeyState::Retired { until } => (StateName::Retired, Some(until), None),
            KeyState::Compromised { since } => (StateName::Compromised, None, Some(since)),
        };
        Self { id: key.id, public_key: key.public_key, state, from: key.from, until, since }
    }
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
    pub fn verify(jws: &str, issuer: &str, root: &PublicKey) -> Result<Self, ManifestError> {
        let malformed = |problem: &dyn ToString| ManifestError::Malformed(problem.to_string());
        let jws = Jws::parse(jws, MANIFEST_BYTES).map_err(|e| malformed(&e))?;
        if jws.typ != TYP {
            return Err(malformed(&format!("typ is not `{TYP}`")));
        }
        if !jws.verifies(root) {
            return Err(ManifestError::ProofInvalid);
        }
        let value = json::parse(&jws.payload, MANIFEST_BYTES).map_err(|e| malformed(&e))?;
        let manifest: Self = serde_json::from_value(value).map_err(|e| malformed(&e))?;
        if manifest.issuer != issuer {
            return Err(ManifestError::Issuer(manifest.issuer));
        }
        if short_id(&jws.kid, issuer).is_none() {
            return Err(malformed(&"kid is not a key of the issuer"));
        }
        manifest.check().map_err(ManifestError::Malformed)?;
        Ok(manifest)
    }

    /// Returns the active key, if there is one.
    pub fn active(&self) -> Option<&ManifestKey> {
        self.keys.iter().find(|key| key.state == KeyState::Active)
    }

    /// Returns a key by its short id.
    pub fn key(&self, id: &str) -> Option<&ManifestKey> {
        self.keys.iter().find(|key| key.id == id)
    }

    /// What holds beyond the shape: one meaning for each id and key, at most one active, dates in order.
    fn check(&self) -> Result<(), String> {
        if self.kind != "KeyManifest" {
            return Err("type is not `KeyManifest`".into());
        }
        if self.version == 0 {
            return Err("version is 0".into());
        }
        if self.issued > self.expires {
            return Err("expires before it was issued".into());
        }
        let (mut ids, mut points) = (HashSet::new(), HashSet::new());
        for key in &self.keys {
            let point = key.point().map_err(|e| format!("key `{}`: {e}", key.id))?;
            if !is_key_id(&key.id) || !ids.insert(&key.id) || !points.insert(point.to_bytes()) {
                return Err(format!("key `{}` is listed twice or has no proper id", key.id));
            }
        }
        match self.keys.iter().filter(|key| key.state == KeyState::Active).count() {
            0 | 1 => Ok(()),
            n => Err(format!("{n} keys are active")),
        }
    }
}

impl ManifestKey {
    /// Returns the public key as a point of the curve.
    ///
    /// # Errors
    /// When it is no acceptable Ed25519 key.
    pub fn point(&self) -> Result<PublicKey, crate::proof::eddsa::PublicKeyError> {
        PublicKey::from_base64url(&self.public_key)
    }
}

/// Whether a text is a key's short id: 1 to 32 of `A-Za-z0-9_-`.
pub(super) fn is_key_id(id: &str) -> bool {
    (1..=32).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISSUER: &str = "did:web:certs.example.org";

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn key(n: u8) -> SecretKey {
        SecretKey::from_seed(&[n; 32])
    }

    fn manifest() -> KeyManifest {
        let entry = |id: &str, n, state| ManifestKey {
            id: id.into(),
            public_key: key(n).public().to_base64url(),
            state,
            from: time("2025-01-01T00:00:00Z"),
        };
        KeyManifest {
            kind: "KeyManifest".into(),
            version: 3,
            issuer: ISSUER.into(),
            name: "Example Academy".into(),
            issued: time("2026-01-01T00:00:00Z"),
            expires: time("2027-01-01T00:00:00Z"),
            keys: vec![
                entry("k1", 1, KeyState::Compromised { since: time("2025-03-01T00:00:00Z") }),
                entry("k2", 2, KeyState::Retired { until: time("2025-06-01T00:00:00Z") }),
                entry("k3", 3, KeyState::Active),
            ],
        }
    }

    fn verify(payload: &str) -> Result<KeyManifest, ManifestError> {
        let jws = crate::proof::jws::sign(payload.as_bytes(), &format!("{ISSUER}#r1"), TYP, &key(9));
        KeyManifest::verify(&jws, ISSUER, &key(9).public())
    }

    fn text() -> String {
        String::from_utf8(serde_json_canonicalizer::to_vec(&manifest()).unwrap()).unwrap()
    }

    #[test]
    fn comes_back_as_it_was_signed() {
        let jws = manifest().sign(&format!("{ISSUER}#r1"), &key(9));
        assert_eq!(KeyManifest::verify(&jws, ISSUER, &key(9).public()), Ok(manifest()));
        assert_eq!(KeyManifest::verify(&jws, ISSUER, &key(8).public()), Err(ManifestError::ProofInvalid));
        let other = KeyManifest::verify(&jws, "did:web:other.example", &key(9).public());
        assert_eq!(other, Err(ManifestError::Issuer(ISSUER.into())));
    }

    #[test]
    fn unknown_fields_are_refused_at_both_levels() {
        assert!(verify(&text()).is_ok());
        assert!(verify(&text().replacen('{', r#"{"extra":1,"#, 1)).is_err());
        assert!(verify(&text().replacen(r#"{"from""#, r#"{"extra":1,"from""#, 1)).is_err());
    }

    #[test]
    fn a_date_that_does_not_go_with_the_state_is_refused() {
        for (from, to) in [
            (r#""state":"active""#, r#""state":"active","until":"2026-01-01T00:00:00Z""#),
            (r#""state":"retired","until":"2025-06-01T00:00:00Z""#, r#""state":"retired""#),
            (r#""state":"retired""#, r#""state":"compromised""#),
        ] {
            assert!(text().contains(from));
            assert!(verify(&text().replace(from, to)).is_err(), "{to}");
        }
    }

    #[test]
    fn two_active_keys_or_one_id_twice_are_refused() {
        let mut two = manifest();
        two.keys[1].state = KeyState::Active;
        assert!(two.check().is_err());
        let mut twice = manifest();
        twice.keys[1].id = "k1".into();
        assert!(twice.check().is_err());
        let mut same = manifest();
        same.keys[1].public_key = same.keys[0].public_key.clone();
        assert!(same.check().is_err());
    }
}
