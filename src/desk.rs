//! What every act is given: who issues, who acts, where records are kept, and the time.
//!
//! Knows nothing of certificates and decides nothing.

use std::sync::Arc;

use crate::credential::Timestamp;
use crate::making::OwnKeys;
use crate::proof::eddsa::SecretKey;
use crate::store::{Act, Store};

/// Who issues: what every credential says about its issuer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    /// The host of the issuer's DID, with `:port` where it has one.
    pub host: String,
    /// The issuer's name.
    pub name: String,
    /// Host and optional path of the verifier that QR codes link to.
    pub verifier: String,
}

impl Issuer {
    /// Returns `did:web:HOST`.
    pub fn did(&self) -> String {
        crate::credential::issuer_did(&self.host)
    }
}

/// The active key: it signs, and does nothing else.
#[derive(Debug, Clone)]
pub struct Signer {
    /// Short id, as `k1`.
    pub id: String,
    /// Full id, `ISSUER#k1`.
    pub kid: String,
    /// The private key.
    pub key: SecretKey,
    /// All keys that this issuer ever published: what was signed before is verified before it is signed anew.
    pub own: Arc<OwnKeys>,
}

/// What every use case needs: the store, who issues, who acts, and the time.
#[derive(Clone, Copy)]
pub struct Desk<'a> {
    /// Where records are kept.
    pub store: &'a dyn Store,
    /// Who issues.
    pub issuer: &'a Issuer,
    /// Who acts, for the audit log.
    pub actor: &'a str,
    /// The time of the act.
    pub now: Timestamp,
}

impl Desk<'_> {
    /// Returns an act by this desk's actor at its time.
    pub fn act(&self, action: &str, subject: impl ToString, detail: serde_json::Value) -> Act {
        Act {
            actor: self.actor.to_owned(),
            at: self.now,
            action: action.to_owned(),
            subject: subject.to_string(),
            detail,
        }
    }
}
