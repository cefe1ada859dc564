//! Certificates in the making: lists read and recognised, drafts, faces, first and next versions. [`crate::runs`] decides who
//! gets one and commits it.
//!
//! The order of making never changes: try out with the widest number and index (schema, glyphs, QR budget), reserve number
//! and index (durable), build and check again, sign, verify the signature; then the caller commits the record (durable) and
//! acknowledges. What cannot be made uses up no number; a crash in between leaves a gap and nothing else.

mod draft;
mod enroll;
mod face;
pub mod import;
mod make;
mod order;
mod proven;
mod record;
mod replace;
mod results;
mod signing;
mod specimen;
mod times;
mod validity;
mod who;

pub use draft::{Draft, DraftError, Signed, Subject};
pub use enroll::{Enrolled, Join, enroll, fresh_id};
pub use face::{Face, FaceError, Faces};
pub(crate) use make::status_secret;
pub use make::{IssueError, Printable, Workshop, constants, make, try_out};
pub use order::Order;
pub use proven::{NotProven, OwnKeys, Proven};
pub use record::Constants;
pub use replace::{Correction, ReplaceError, corrected, successors, would_change};
pub use results::{Results, Unasked};
pub use signing::{signs_now, still_signs};
pub use specimen::{Specimen, SpecimenError, preview};
pub use times::{Stage, StageTimes};
pub use validity::{ExpiresAfter, ValidityError};
pub use who::{Answer, Answers, free_key, ids_differ, is_another, recognise};

use std::sync::Arc;

use crate::credential::Timestamp;
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

/// Name of the store's setting with the 32 secret bytes of the status list permutation.
pub const STATUS_SECRET: &str = "status-secret";
