//! The credential: what an issuer claims about a subject, as an `OpenBadgeCredential` (Open Badges 3.0) on the W3C
//! Verifiable Credentials Data Model 2.0.
//!
//! Knows the exact shape that Testamur signs and its bytes (JCS, RFC 8785). Does not sign ([`crate::proof`]), does not
//! decide who gets one ([`crate::making`]), reads no clock.

mod claimed;
mod claims;
pub mod data_model;
pub mod json;
mod jwt;
mod number;
mod read;
pub mod schema;
mod time;
mod zone;

pub(crate) use claims::canonical;
pub use claims::{Achievement, Claims, ClaimsError, Extras, StatusEntry, issuer_did};
pub use number::{CertificateNumber, CredentialSuffix, EventCode, NumberError};
pub use read::{Malformed, StatusRef, UnverifiedCredential};
pub use time::{Timestamp, TimestampError};
pub use zone::{Moment, MomentError, PrintedDays, Zone, ZoneError};

/// The two JSON-LD contexts of every credential, in this order (VCDM 2.0 section 4.3, OB 3.0 section 8).
pub const CONTEXTS: [&str; 2] =
    ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"];

/// Says whether a character is a bidi embedding, override or isolate, or what ends one (UAX 9, 2.1 to 2.5): they can make one text
/// read as another.
pub fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Sizes past which a credential is refused, by issuer and verifier alike. Also in `schemas/verdict.json`.
pub mod limits {
    /// Largest payload or inflated QR content, in bytes.
    pub const CREDENTIAL_BYTES: usize = 65_536;
    /// Deepest nesting of arrays and objects in any JSON that is read.
    pub const JSON_DEPTH: usize = 32;
    /// Largest trust snapshot, in bytes.
    pub const SNAPSHOT_BYTES: usize = 64 << 20;
    /// Largest integer magnitude in JSON: 2^53 - 1 (RFC 7493 section 2.2).
    pub const JSON_INTEGER: u64 = 9_007_199_254_740_991;
}
