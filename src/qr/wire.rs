use crate::credential::Malformed;
use crate::proof::jws::Jws;

/// Returns the QR text `https://VERIFIER/#1DIGITS`; `verifier` is a host with an optional path.
pub fn pack(_jws: &Jws, _verifier: &str) -> String {
    unimplemented!("room qr")
}

/// Reads a QR text, or only its fragment, back into the JWS it carries.
///
/// # Errors
/// [`Malformed`] with field `qr`, or that of the JWS inside.
pub fn unpack(_text: &str) -> Result<Jws, Malformed> {
    unimplemented!("room qr")
}
