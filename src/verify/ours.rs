//! What an issuer asks of a certificate that comes back to it: did one of my own keys sign this?

use super::steps::{Presented, read_text};
use crate::credential::{Malformed, Timestamp, UnverifiedCredential};
use crate::keys::{KeyManifest, KeyState};

/// A credential that one of the issuer's own keys signed. It may be revoked, expired, or unknown to the store.
#[derive(Debug, Clone, PartialEq)]
pub struct Ours {
    /// The credential.
    pub credential: UnverifiedCredential,
    /// Short id of the key.
    pub key: String,
    /// What became of the key.
    pub state: KeyState,
    /// The compact JWS, where it came as one.
    pub compact: Option<String>,
}

/// Why a credential is none of the issuer's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotOurs {
    /// Not a credential.
    #[error("this is no certificate: {0}")]
    Malformed(#[from] Malformed),
    /// Nobody's.
    #[error("this is a specimen, nobody's certificate")]
    Specimen,
    /// Somebody else's.
    #[error("this certificate was issued by `{0}`, not by this issuer")]
    Issuer(String),
    /// By a key that the manifest does not list.
    #[error("key `{0}` is none of this issuer's keys")]
    Key(String),
    /// The signature does not hold.
    #[error("the signature of {0} does not hold: it was changed, or is a forgery")]
    Proof(String),
    /// Dated after its key was retired.
    #[error("{number} is dated after its key `{key}` was retired at {until}: it is a forgery")]
    Retired {
        /// Its number, as it says.
        number: String,
        /// Short id of the key.
        key: String,
        /// When the key was retired.
        until: Timestamp,
    },
}

/// Proves that a key of this manifest signed a text: a QR code's text, a verifier link, a compact JWS, or JSON with an
/// embedded proof. The same steps as [`super::verify`], up to the key's state; no status list is asked.
///
/// # Errors
/// [`NotOurs`]: the first step that fails.
pub fn ours(text: &str, manifest: &KeyManifest) -> Result<Ours, NotOurs> {
    if crate::qr::is_specimen(text) {
        return Err(NotOurs::Specimen);
    }
    let mut first = None;
    for presented in read_text(text)? {
        match proven(presented, manifest) {
            Ok(ours) => return Ok(ours),
            Err(error) => drop(first.get_or_insert(error)),
        }
    }
    Err(first.expect("there is at least one proof"))
}

fn proven(presented: Presented, manifest: &KeyManifest) -> Result<Ours, NotOurs> {
    if presented.credential.issuer != manifest.issuer {
        return Err(NotOurs::Issuer(presented.credential.issuer));
    }
    let known = manifest.keys.iter().find(|key| key.id == presented.key);
    let Some((key, point)) = known.and_then(|key| Some((key, key.point().ok()?))) else {
        return Err(NotOurs::Key(presented.key));
    };
    if !presented.verifies(&point) {
        return Err(NotOurs::Proof(presented.credential.number));
    }
    if let KeyState::Retired { until } = key.state
        && presented.dated() > until
    {
        return Err(NotOurs::Retired { number: presented.credential.number, key: presented.key, until });
    }
    let compact = presented.compact();
    let Presented { credential, key: id, .. } = presented;
    Ok(Ours { credential, key: id, state: key.state.clone(), compact })
}
