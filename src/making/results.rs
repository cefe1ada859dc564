//! Whether an event's results are signed. A credential can be read by everybody who holds the certificate, and for ever: a
//! score, a grade or a remark goes into it only when that was confirmed for the event.
//!
//! Events of older versions were never asked ([`Results::Unasked`]). A new certificate that would say a result waits for the
//! answer: it is neither signed with the result, as that version did, nor without it unsaid. What a certificate said already
//! its next version says again.

use crate::credential::{EventCode, limits};
use crate::proof::jws::Jws;
use crate::store::{Certificate, Event, Participant};

/// What becomes of an event's results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Results {
    /// They are signed: that was confirmed.
    Published,
    /// Nobody was asked yet: certificates that would say one wait.
    Unasked,
    /// They are kept, and not signed.
    Kept,
}

impl Results {
    /// Returns what becomes of an event's results.
    pub fn of(event: &Event) -> Self {
        match event.publish_results {
            Some(true) => Self::Published,
            Some(false) => Self::Kept,
            None => Self::Unasked,
        }
    }

    /// Whether they are signed.
    pub fn signed(self) -> bool {
        self == Self::Published
    }
}

/// Why a certificate is not made: it would say a result, and nobody said whether everybody may read it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "event `{0}` is of an older version and was never asked whether everybody may read its results, and a certificate \
     would say one: what is signed, everybody can read, for ever"
)]
pub struct Unasked(pub EventCode);

impl Unasked {
    /// Refuses somebody's first certificate where it would say a result and nobody was asked.
    ///
    /// # Errors
    /// Itself.
    pub fn check(event: &Event, person: &Participant) -> Result<(), Self> {
        let waits = Results::of(event) == Results::Unasked && result_of(person).is_some();
        if waits { Err(Self(event.code.clone())) } else { Ok(()) }
    }

    /// Refuses the next version of a certificate where it would say another result than it does and nobody was asked.
    ///
    /// # Errors
    /// Itself.
    pub fn check_next(event: &Event, old: &Certificate, person: &Participant) -> Result<(), Self> {
        if Results::of(event) != Results::Unasked {
            return Ok(());
        }
        let other = signed_result(old).zip(result_of(person)).is_some_and(|(said, says)| said != says);
        if other { Err(Self(event.code.clone())) } else { Ok(()) }
    }
}

/// Returns what a certificate would say of somebody's result.
fn result_of(person: &Participant) -> Option<&str> {
    person.fields.get("result").map(|result| result.trim()).filter(|result| !result.is_empty())
}

/// Returns the result that a certificate's credential says.
pub(super) fn signed_result(certificate: &Certificate) -> Option<String> {
    let jws = Jws::parse(&certificate.jws, limits::CREDENTIAL_BYTES).ok()?;
    let document: serde_json::Value = serde_json::from_slice(&jws.payload).ok()?;
    Some(document.pointer("/credentialSubject/result/0/value")?.as_str()?.to_owned())
}
