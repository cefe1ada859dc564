//! The trust snapshot: all that a verifier needs of an issuer offline, signed.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use serde::{Deserialize, Serialize};

use super::{IssuedDigests, IssuedSet, LIST_CREDENTIAL_BYTES, ListError, StatusList};
use crate::credential::{Timestamp, json, limits};
use crate::keys::{KeyManifest, KeyState, RootChain, RootStatement, short_id};
use crate::proof::eddsa::{PublicKey, SecretKey};
use crate::proof::jws::{CREDENTIAL, Jws};

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

/// Why a snapshot is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotError {
    /// Not a snapshot at all.
    #[error("not a trust snapshot: {0}")]
    Malformed(String),
    /// Its signature, or one inside it, is not good.
    #[error("{0} is not signed by a key that may sign it")]
    ProofInvalid(String),
    /// The signed parts do not belong together.
    #[error("{part} {problem}")]
    Mismatch {
        /// Which part.
        part: String,
        /// What does not fit.
        problem: &'static str,
    },
    /// A status list is not one.
    #[error("status list `{id}`: {source}")]
    List {
        /// The list's address.
        id: String,
        /// What is wrong with it.
        source: ListError,
    },
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

/// A snapshot whose every signature, digest and cross reference was verified.
#[derive(Debug, Clone)]
pub struct VerifiedSnapshot {
    /// Grows with each publication.
    pub version: u64,
    /// The issuer's DID.
    pub issuer: String,
    /// When it was made.
    pub issued: Timestamp,
    /// When the next one is due.
    pub next_update: Timestamp,
    /// The newest root's statement and key.
    pub root: (RootStatement, PublicKey),
    /// The whole root chain, oldest first.
    pub roots: RootChain,
    /// The key manifest.
    pub manifest: KeyManifest,
    /// The status lists by address.
    pub lists: BTreeMap<String, StatusList>,
    /// Why and when, by list address and index.
    pub reasons: BTreeMap<String, BTreeMap<String, Reason>>,
    /// Issued sets of compromised keys, by short key id.
    pub issued_sets: BTreeMap<String, IssuedDigests>,
}

impl Snapshot {
    /// Signs the snapshot with the active key; `kid` is `ISSUER#KEY`.
    pub fn sign(&self, kid: &str, key: &SecretKey) -> String {
        let payload = serde_json_canonicalizer::to_vec(self).expect("a snapshot has a canonical form");
        crate::proof::jws::sign(&payload, kid, TYP, key)
    }

    /// Reads a signed snapshot and verifies all of it, in the order of `schemas/verify.md`: root chain, manifest, the
    /// snapshot's own signature by the active key, then each list and each issued set.
    ///
    /// # Errors
    /// See [`SnapshotError`].
    pub fn verify(jws: &str, pin: Option<&PublicKey>) -> Result<VerifiedSnapshot, SnapshotError> {
        let (jws, snapshot) = read(jws)?;
        let root = snapshot.roots.walk(&snapshot.issuer, pin)?;
        let manifest = KeyManifest::verify(&snapshot.manifest, &snapshot.issuer, &root.1)?;
        verify_own_signature(&jws, &manifest)?;
        let mut lists = BTreeMap::new();
        for entry in &snapshot.status_lists {
            let list = verify_list(entry, &manifest)?;
            if lists.insert(entry.id.clone(), list).is_some() {
                return Err(mismatch(format!("status list `{}`", entry.id), "is listed twice"));
            }
        }
        let issued_sets = read_issued_sets(&snapshot.issued_sets, &manifest)?;
        let Self { version, issuer, issued, next_update, roots, reasons, .. } = snapshot;
        Ok(VerifiedSnapshot {
            version,
            issuer,
            issued,
            next_update,
            root,
            roots,
            manifest,
            lists,
            reasons,
            issued_sets,
        })
    }
}

/// Returns a list's digest as a snapshot states it: `sha256-` and the base64url of the SHA-256 of the compact JWS.
pub fn list_digest(compact: &str) -> String {
    use sha2::Digest;
    format!("sha256-{}", BASE64URL.encode(sha2::Sha256::digest(compact.as_bytes())))
}

fn mismatch(part: impl Into<String>, problem: &'static str) -> SnapshotError {
    SnapshotError::Mismatch { part: part.into(), problem }
}

fn read(compact: &str) -> Result<(Jws, Snapshot), SnapshotError> {
    let malformed = |problem: &dyn ToString| SnapshotError::Malformed(problem.to_string());
    let jws = Jws::parse(compact.trim(), limits::SNAPSHOT_BYTES).map_err(|e| malformed(&e))?;
    if jws.typ != TYP {
        return Err(malformed(&format!("typ is not `{TYP}`")));
    }
    let value = json::parse(&jws.payload, limits::SNAPSHOT_BYTES).map_err(|e| malformed(&e))?;
    let snapshot: Snapshot = serde_json::from_value(value).map_err(|e| malformed(&e))?;
    if snapshot.kind != "TrustSnapshot" || snapshot.version == 0 {
        return Err(malformed(&"type is not `TrustSnapshot`, or version is 0"));
    }
    if snapshot.issued > snapshot.next_update {
        return Err(malformed(&"next update is due before it was issued"));
    }
    Ok((jws, snapshot))
}

/// A snapshot decides what counts as revoked, so only the active key may sign it: neither a retired one nor a stolen one.
fn verify_own_signature(jws: &Jws, manifest: &KeyManifest) -> Result<(), SnapshotError> {
    let invalid = || SnapshotError::ProofInvalid("the snapshot".into());
    let active = manifest.active().ok_or_else(invalid)?;
    let key = active.point().map_err(|_| invalid())?;
    let signed = short_id(&jws.kid, &manifest.issuer) == Some(&active.id) && jws.verifies(&key);
    if signed { Ok(()) } else { Err(invalid()) }
}

fn verify_list(entry: &ListInSnapshot, manifest: &KeyManifest) -> Result<StatusList, SnapshotError> {
    let name = || format!("status list `{}`", entry.id);
    let invalid = || SnapshotError::ProofInvalid(name());
    if list_digest(&entry.credential) != entry.digest {
        return Err(SnapshotError::Digest(entry.id.clone()));
    }
    let refused = |source| SnapshotError::List { id: entry.id.clone(), source };
    let jws = Jws::parse(&entry.credential, LIST_CREDENTIAL_BYTES).map_err(|e| refused(e.into()))?;
    if jws.typ != CREDENTIAL {
        return Err(mismatch(name(), "is not a credential"));
    }
    let signer = short_id(&jws.kid, &manifest.issuer).and_then(|id| manifest.key(id)).ok_or_else(invalid)?;
    if !jws.verifies(&signer.point().map_err(|_| invalid())?) {
        return Err(invalid());
    }
    let list = StatusList::from_payload(&jws.payload).map_err(refused)?;
    match signer.state {
        KeyState::Active => (),
        KeyState::Retired { until } if list.valid_from <= until => (),
        _ => return Err(invalid()),
    }
    if list.issuer != manifest.issuer {
        return Err(mismatch(name(), "is of another issuer"));
    }
    if list.id == entry.id { Ok(list) } else { Err(mismatch(name(), "states another address")) }
}

fn read_issued_sets(
    sets: &BTreeMap<String, IssuedSet>,
    manifest: &KeyManifest,
) -> Result<BTreeMap<String, IssuedDigests>, SnapshotError> {
    let read = |(id, set): (&String, &IssuedSet)| {
        let part = || format!("issued set of key `{id}`");
        manifest.key(id).ok_or_else(|| mismatch(part(), "belongs to no key of the manifest"))?;
        let digests = set.digests().ok_or_else(|| mismatch(part(), "is not sorted digests"))?;
        Ok((id.clone(), digests))
    };
    sets.iter().map(read).collect()
}
