//! Whom a verifier trusts: the newest snapshot of each issuer, and never back to an older one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::StatusGround;
use super::foreign::{DID_DOCUMENT_BYTES, ForeignIssuer};
use crate::credential::{Timestamp, json};
use crate::keys::{KeyManifest, KeyState, ManifestError, RootError};
use crate::proof::eddsa::PublicKey;
use crate::proof::jws;
use crate::status::{
    LIST_CREDENTIAL_BYTES, Reason, Snapshot, SnapshotError, StatusList, VerifiedSnapshot, list_digest,
};

/// The issuers that a verifier trusts, each with its newest accepted snapshot.
#[derive(Debug, Clone, Default)]
pub struct TrustAnchors {
    pub(super) issuers: BTreeMap<String, Anchor>,
    foreign: BTreeMap<String, ForeignIssuer>,
    seen: BTreeMap<String, Seen>,
    ground: StatusGround,
}

/// One trusted issuer.
#[derive(Debug, Clone)]
pub struct Anchor {
    snapshot: VerifiedSnapshot,
    keys: BTreeMap<String, (PublicKey, KeyState)>,
    fingerprint: String,
}

/// What a file added to the anchors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Added {
    /// An issuer's trust file.
    Snapshot(String),
    /// A foreign issuer's keys.
    Foreign(String),
    /// A foreign issuer's status list.
    List(String),
}

/// What a verifier remembers of an issuer between two runs, so that nobody can take it back in time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Seen {
    /// Version of the newest snapshot.
    pub version: u64,
    /// Its digest: one version has one content.
    pub digest: String,
    /// When it was made.
    pub issued: Timestamp,
    /// Version of its key manifest.
    pub manifest_version: u64,
    /// Short id of the key that signed it.
    pub key: String,
    /// Version of its newest root.
    pub root_version: u64,
    /// That root's public key, base64url: later chains must pass through it.
    pub root: String,
}

/// Why a snapshot does not become an anchor.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnchorError {
    /// The snapshot itself is refused.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// Older than what was seen before.
    #[error("version {offered} is older than version {seen} seen before")]
    Rollback {
        /// The snapshot's version.
        offered: u64,
        /// The highest version seen.
        seen: u64,
    },
    /// Two contents under one version.
    #[error("version {0} was seen before with other content")]
    Changed(u64),
    /// A higher version that claims to be made earlier.
    #[error("made at {offered}, before the one seen of {seen}")]
    IssuedEarlier {
        /// When it says it was made.
        offered: Timestamp,
        /// When the newest seen was made.
        seen: Timestamp,
    },
    /// Carries an older key manifest than was seen before.
    #[error("its key manifest has version {offered}, older than version {seen} seen before")]
    ManifestRollback {
        /// The manifest's version.
        offered: u64,
        /// The highest version seen.
        seen: u64,
    },
    /// Its root chain does not pass through the root seen before.
    #[error("its roots do not lead on from root {0} seen before")]
    RootForked(u64),
    /// Not a DID document.
    #[error("it is not a DID document: {0}")]
    Did(String),
    /// A DID document without a key that counts.
    #[error("it has no Ed25519 key that may sign credentials (`assertionMethod`)")]
    NoKey,
    /// A DID document, or a list, of an issuer whose trust file says all of that.
    #[error("the trust file of {0} is there already, and says more")]
    HasTrustFile(String),
    /// A status list of somebody whose keys are not there.
    #[error("it is a status list of {0}, whose DID document is not there")]
    UnknownIssuer(String),
    /// A status list that cannot be read.
    #[error("it is no status list that can be read: {0}")]
    List(String),
    /// A status list that nobody signed who may.
    #[error("status list {0} is not signed by a key of its issuer")]
    ListProof(String),
}

impl TrustAnchors {
    /// Returns no anchors yet, with what earlier runs saw.
    pub fn with_seen(seen: BTreeMap<String, Seen>) -> Self {
        Self { seen, ..Self::default() }
    }

    /// Returns no anchors yet, of an issuer who answers by its own records as they are now.
    pub fn of_records() -> Self {
        Self { ground: StatusGround::Records, ..Self::default() }
    }

    /// Returns where they came from.
    pub fn ground(&self) -> StatusGround {
        self.ground
    }

    /// Verifies a `trust.jws` and adds its issuer, replacing an older snapshot of it. With `pin`, the root chain must
    /// reach from that key to the newest root; without, the caller vouches for where the file came from. Either way it
    /// must lead on from what was seen before.
    ///
    /// # Errors
    /// See [`AnchorError`]; the anchors stay as they were.
    pub fn add(&mut self, trust_jws: &str, pin: Option<&PublicKey>) -> Result<&Anchor, AnchorError> {
        let snapshot = Snapshot::verify(trust_jws, pin)?;
        let anchor = Anchor::new(snapshot)?;
        let seen = anchor.seen(list_digest(trust_jws.trim()));
        if let Some(before) = self.seen.get(anchor.issuer()) {
            anchor.leads_on(&seen, before)?;
        }
        let issuer = anchor.issuer().to_owned();
        self.seen.insert(issuer.clone(), seen);
        self.foreign.remove(&issuer);
        let entry = self.issuers.entry(issuer);
        Ok(entry.insert_entry(anchor).into_mut())
    }

    /// Adds an issuer by its own records, which nobody signed: for that issuer itself, while its keys are locked.
    ///
    /// # Errors
    /// When a key of its manifest is none.
    pub fn add_own(&mut self, snapshot: VerifiedSnapshot) -> Result<(), AnchorError> {
        let anchor = Anchor::new(snapshot)?;
        self.issuers.insert(anchor.issuer().to_owned(), anchor);
        Ok(())
    }

    /// Adds any file that says whom to trust: a `trust.jws`, the DID document of an issuer that has none (or `did:key:…`
    /// itself), or a status list of such an issuer, which must be there by then.
    ///
    /// # Errors
    /// See [`AnchorError`]; the anchors stay as they were.
    pub fn add_any(&mut self, text: &str, pin: Option<&PublicKey>) -> Result<Added, AnchorError> {
        let text = text.trim();
        match kind(text) {
            FileKind::Snapshot => self.add(text, pin).map(|anchor| Added::Snapshot(anchor.issuer().to_owned())),
            FileKind::Did => {
                let issuer = ForeignIssuer::read(text)?;
                let id = issuer.id().to_owned();
                if self.issuers.contains_key(&id) {
                    return Err(AnchorError::HasTrustFile(id));
                }
                self.foreign.insert(id.clone(), issuer);
                Ok(Added::Foreign(id))
            }
            FileKind::List(issuer) => match self.foreign.get_mut(&issuer) {
                Some(foreign) => foreign.add_list(text).map(Added::List),
                None if self.issuers.contains_key(&issuer) => Err(AnchorError::HasTrustFile(issuer)),
                None => Err(AnchorError::UnknownIssuer(issuer)),
            },
        }
    }

    /// Says whether a text is a status list, which comes after its issuer.
    pub fn is_list(text: &str) -> bool {
        matches!(kind(text.trim()), FileKind::List(_))
    }

    /// Returns what to remember until the next run, by issuer. It holds no secret and no personal data.
    pub fn seen(&self) -> &BTreeMap<String, Seen> {
        &self.seen
    }

    /// Returns the anchors by issuer's DID.
    pub fn issuers(&self) -> impl Iterator<Item = &Anchor> {
        self.issuers.values()
    }

    /// Returns an issuer whose keys were given as its DID document.
    pub fn foreign(&self, id: &str) -> Option<&ForeignIssuer> {
        self.foreign.get(id)
    }

    /// Returns an issuer's anchor.
    pub fn issuer(&self, did: &str) -> Option<&Anchor> {
        self.issuers.get(did)
    }
}

/// What a file that says whom to trust is.
enum FileKind {
    Snapshot,
    Did,
    /// With who issued it.
    List(String),
}

fn kind(text: &str) -> FileKind {
    if text.starts_with("did:key:") {
        return FileKind::Did;
    }
    let document = if text.starts_with('{') {
        json::parse(text.as_bytes(), LIST_CREDENTIAL_BYTES.max(DID_DOCUMENT_BYTES)).ok()
    } else {
        let payload = jws::parts(text, LIST_CREDENTIAL_BYTES).map(|[_, payload, _]| payload);
        payload.ok().and_then(|payload| json::parse(&payload, LIST_CREDENTIAL_BYTES).ok())
    };
    let issuer = document.as_ref().filter(|document| document.pointer("/credentialSubject/encodedList").is_some());
    match issuer.and_then(|list| list.pointer("/issuer/id").or_else(|| list.get("issuer"))?.as_str()) {
        Some(issuer) => FileKind::List(issuer.to_owned()),
        None if text.starts_with('{') => FileKind::Did,
        None => FileKind::Snapshot,
    }
}

impl Anchor {
    fn new(snapshot: VerifiedSnapshot) -> Result<Self, AnchorError> {
        let mut keys = BTreeMap::new();
        for key in &snapshot.manifest.keys {
            let problem = |e: crate::proof::eddsa::PublicKeyError| ManifestError::Malformed(e.to_string());
            let point = key.point().map_err(problem).map_err(SnapshotError::Manifest)?;
            keys.insert(key.id.clone(), (point, key.state.clone()));
        }
        let fingerprint = snapshot.root.1.fingerprint();
        Ok(Self { snapshot, keys, fingerprint })
    }

    /// Returns the issuer's DID.
    pub fn issuer(&self) -> &str {
        &self.snapshot.issuer
    }

    /// Returns the issuer's name, as its manifest states it.
    pub fn name(&self) -> &str {
        &self.snapshot.manifest.name
    }

    /// Returns the newest root key.
    pub fn root(&self) -> &PublicKey {
        &self.snapshot.root.1
    }

    /// Returns the newest root key's fingerprint.
    pub fn root_fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// Returns the snapshot's version.
    pub fn version(&self) -> u64 {
        self.snapshot.version
    }

    /// Returns when the snapshot was made.
    pub fn issued(&self) -> Timestamp {
        self.snapshot.issued
    }

    /// Returns when the next snapshot is due.
    pub fn next_update(&self) -> Timestamp {
        self.snapshot.next_update
    }

    /// Returns the key manifest.
    pub fn manifest(&self) -> &KeyManifest {
        &self.snapshot.manifest
    }

    pub(super) fn key(&self, id: &str) -> Option<&(PublicKey, KeyState)> {
        self.keys.get(id)
    }

    pub(super) fn list(&self, id: &str) -> Option<&StatusList> {
        self.snapshot.lists.get(id)
    }

    pub(super) fn reason(&self, list: &str, index: u64) -> Option<&Reason> {
        self.snapshot.reasons.get(list)?.get(&index.to_string())
    }

    pub(super) fn has_issued(&self, key: &str, digest: &[u8; 16]) -> bool {
        self.snapshot.issued_sets.get(key).is_some_and(|set| set.contains(digest))
    }

    fn seen(&self, digest: String) -> Seen {
        let (statement, root) = &self.snapshot.root;
        Seen {
            version: self.version(),
            digest,
            issued: self.issued(),
            manifest_version: self.manifest().version,
            key: self.manifest().active().map(|key| key.id.clone()).unwrap_or_default(),
            root_version: statement.version,
            root: root.to_base64url(),
        }
    }

    /// Refuses to go back in time.
    ///
    /// A thief who holds the active key could publish version 2^53 - 1, after which no honest version would ever be
    /// accepted again. So once the root says that the key was compromised, versions counted by it bind no longer (TUF
    /// section 5.3.11, recovery from fast-forward attacks). The root-signed manifest's version always binds.
    fn leads_on(&self, offered: &Seen, before: &Seen) -> Result<(), AnchorError> {
        let forked = || AnchorError::RootForked(before.root_version);
        let root = PublicKey::from_base64url(&before.root).map_err(|_| forked())?;
        self.snapshot.roots.walk(self.issuer(), Some(&root)).map_err(|_| forked())?;
        if offered.manifest_version < before.manifest_version {
            let (offered, seen) = (offered.manifest_version, before.manifest_version);
            return Err(AnchorError::ManifestRollback { offered, seen });
        }
        if matches!(self.key(&before.key), Some((_, KeyState::Compromised { .. }))) {
            return Ok(());
        }
        if offered.version < before.version {
            return Err(AnchorError::Rollback { offered: offered.version, seen: before.version });
        }
        if offered.version == before.version && offered.digest != before.digest {
            return Err(AnchorError::Changed(offered.version));
        }
        if offered.issued < before.issued {
            return Err(AnchorError::IssuedEarlier { offered: offered.issued, seen: before.issued });
        }
        Ok(())
    }
}

impl AnchorError {
    /// Returns the code of `schemas/verdict.json`, list `trustErrors`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Rollback { .. } => "rollback",
            Self::Changed(_) => "changed",
            Self::IssuedEarlier { .. } => "issued_earlier",
            Self::ManifestRollback { .. } => "manifest_rollback",
            Self::RootForked(_) => "root_forked",
            Self::Did(_) => "malformed",
            Self::NoKey => "no_key",
            Self::HasTrustFile(_) => "has_trust_file",
            Self::UnknownIssuer(_) => "unknown_issuer",
            Self::List(_) => "list",
            Self::ListProof(_) => "proof_invalid",
            Self::Snapshot(error) => match error {
                SnapshotError::Malformed(_) => "malformed",
                SnapshotError::ProofInvalid(_) => "proof_invalid",
                SnapshotError::Mismatch { .. } => "mismatch",
                SnapshotError::List { .. } => "list",
                SnapshotError::Digest(_) => "digest",
                SnapshotError::Root(RootError::PinNotFound) => "pin_not_found",
                SnapshotError::Root(_) => "root_chain",
                SnapshotError::Manifest(_) => "manifest",
            },
        }
    }
}
