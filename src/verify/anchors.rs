use std::collections::BTreeMap;

use crate::proof::eddsa::PublicKey;
use crate::status::SnapshotError;

/// The issuers that a verifier trusts, each with its newest accepted snapshot.
#[derive(Debug, Clone, Default)]
pub struct TrustAnchors {
    pub(super) issuers: BTreeMap<String, Anchor>,
}

/// One trusted issuer.
#[derive(Debug, Clone)]
pub struct Anchor {
    // room verify: the verified manifest, lists with bits, reasons, issued sets, root key, snapshot version and dates
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
}

impl TrustAnchors {
    /// Verifies a `trust.jws` and adds its issuer, replacing an older snapshot of it. With `pin`, the root chain must
    /// reach from that key to the newest root; without, the caller vouches for where the file came from.
    ///
    /// # Errors
    /// See [`AnchorError`]; the anchors stay as they were.
    pub fn add(&mut self, _trust_jws: &str, _pin: Option<&PublicKey>) -> Result<&Anchor, AnchorError> {
        unimplemented!("room verify")
    }
}
