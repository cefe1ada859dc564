//! Whether an event's results are signed. A credential can be read by everybody who holds the certificate, and for ever: a
//! score, a grade or a remark goes into it only when that was confirmed for the event.

use std::borrow::Cow;

use crate::credential::limits;
use crate::proof::jws::Jws;
use crate::store::{Certificate, Event, Store, StoreError};

/// Certificates that are looked at to see what an event did before it could be asked.
const LOOKED_AT: usize = 1_000;

/// What becomes of an event's results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Results {
    /// They are signed: that was confirmed.
    Published,
    /// They are signed, because the event did so before anybody could be asked.
    AsBefore,
    /// They are kept, and not signed.
    Kept,
}

impl Results {
    /// Returns what becomes of an event's results.
    ///
    /// # Errors
    /// When the store fails.
    pub fn of(store: &dyn Store, event: &Event) -> Result<Self, StoreError> {
        match event.publish_results {
            Some(true) => return Ok(Self::Published),
            Some(false) => return Ok(Self::Kept),
            None => {}
        }
        let page = store.certificates(Some(&event.code), None, LOOKED_AT)?;
        let before = page.items.iter().any(|certificate| signed_result(certificate).is_some());
        Ok(if before { Self::AsBefore } else { Self::Kept })
    }

    /// Whether they are signed.
    pub fn signed(self) -> bool {
        self != Self::Kept
    }
}

/// Returns an event of which it is decided whether results are signed.
///
/// # Errors
/// When the store fails.
pub(super) fn decided<'a>(store: &dyn Store, event: &'a Event) -> Result<Cow<'a, Event>, StoreError> {
    if event.publish_results.is_some() {
        return Ok(Cow::Borrowed(event));
    }
    let publish_results = Some(Results::of(store, event)?.signed());
    Ok(Cow::Owned(Event { publish_results, ..event.clone() }))
}

/// Returns the result that a certificate's credential says.
pub(super) fn signed_result(certificate: &Certificate) -> Option<String> {
    let jws = Jws::parse(&certificate.jws, limits::CREDENTIAL_BYTES).ok()?;
    let document: serde_json::Value = serde_json::from_slice(&jws.payload).ok()?;
    Some(document.pointer("/credentialSubject/result/0/value")?.as_str()?.to_owned())
}
