//! Wire format 1: a compact JWS as the digits of a QR code's text, and back, bit for bit (`schemas/wire/README.md`).

use std::sync::LazyLock;

use super::SymbolError;
use super::digits;
use crate::credential::{Malformed, limits};
use crate::deflate;
use crate::proof::jws::Jws;

/// The dictionary of wire version 1, frozen: what is printed must be readable for ever.
const DICTIONARY: &[u8] = include_bytes!("../../schemas/wire/dictionary-1.bin");
/// The version that [`pack`] writes.
const VERSION: char = '1';
/// Bytes of an Ed25519 signature.
const SIGNATURE: usize = 64;
/// The longest text that any QR symbol holds (ISO/IEC 18004 table 7, 40-L, numeric); a longer one was never scanned.
pub const MAX_TEXT: usize = 7_089;

/// How much smaller, in bytes, a payload may become by looking for the best way to compress it. A payload that would still
/// need the same symbol then is compressed in a hurry. It stays as it is: with it the symbols of what was issued would change.
const GAIN: usize = 16;

/// The share of the budget up to which a quick estimate is enough; nearer to it, the credential is packed in earnest.
const SURE: (usize, usize) = (15, 16);

static INDEX: LazyLock<deflate::Index> = LazyLock::new(|| deflate::Index::new(DICTIONARY));

/// Returns the dictionary of wire version 1, for implementations that want to compare.
pub fn dictionary() -> &'static [u8] {
    DICTIONARY
}

/// Returns the QR text `https://VERIFIER/#1DIGITS`; `verifier` is a host with an optional path.
///
/// The same JWS gives the same text. Whether the text fits a symbol is judged by [`super::Symbol::of`].
pub fn pack(jws: &Jws, verifier: &str) -> String {
    text(&jws.signature, &jws.header, &jws.payload, verifier)
}

fn text(signature: &[u8; SIGNATURE], header: &[u8], payload: &[u8], verifier: &str) -> String {
    let mut text = address(verifier, VERSION);
    // All of the address but the wire version, which is a digit.
    let version = |bytes: usize| super::version_for(text.len() - 1, 1 + digits::encoded_len(SIGNATURE + bytes));
    let enough = |bytes: usize| version(bytes) == version(bytes.saturating_sub(GAIN));
    let mut bytes = signature.to_vec();
    bytes.extend_from_slice(&deflate::deflate(&INDEX, &content(header, payload), enough));
    text.reserve(digits::encoded_len(bytes.len()));
    digits::encode(&bytes, &mut text);
    text
}

fn content(header: &[u8], payload: &[u8]) -> Vec<u8> {
    [header, &[0], payload].concat()
}

/// Returns a text up to its digits.
pub(super) fn address(verifier: &str, version: char) -> String {
    format!("https://{}/#{version}", verifier.trim_end_matches('/'))
}

/// Checks that a credential that is still to be signed will fit a symbol that may be printed: its size does not depend
/// on the signature's value.
///
/// # Errors
/// When it needs a larger version than [`super::MAX_VERSION`].
pub fn check_budget(header: &[u8], payload: &[u8], verifier: &str) -> Result<(), SymbolError> {
    let limit = super::budget_bits();
    if quick_bits(header, payload, verifier) <= limit / SURE.1 * SURE.0 {
        return Ok(());
    }
    let bits = super::bits_needed(&text(&[0; SIGNATURE], header, payload, verifier));
    if bits > limit { Err(SymbolError::OverBudget { bits, limit }) } else { Ok(()) }
}

/// Returns about the bits of the symbol, as a rule more than it will take.
fn quick_bits(header: &[u8], payload: &[u8], verifier: &str) -> usize {
    let bytes = SIGNATURE + deflate::quick_bound(&INDEX, &content(header, payload));
    let mut text = address(verifier, VERSION);
    text.extend(std::iter::repeat_n('0', digits::encoded_len(bytes)));
    super::bits_needed(&text)
}

/// Reads a QR text back into the JWS it carries: the whole address, its fragment with the `#`, or only the digits.
///
/// # Errors
/// [`Malformed`] with field `qr`, or that of the JWS inside; the texts are listed in `schemas/wire/README.md`.
pub fn unpack(text: &str) -> Result<Jws, Malformed> {
    if text.len() > MAX_TEXT {
        return Err(refuse(format!("longer than {MAX_TEXT} characters")));
    }
    let digits = version_1(fragment(text.trim())?)?;
    let bytes = digits::decode(digits).map_err(|e| refuse(e.to_string()))?;
    let (signature, stream) = bytes.split_at_checked(SIGNATURE).ok_or_else(|| refuse("shorter than a signature"))?;
    let content = deflate::inflate(DICTIONARY, stream, limits::CREDENTIAL_BYTES).map_err(|e| refuse(e.to_string()))?;
    let mut parts = content.split(|byte| *byte == 0);
    let (Some(header), Some(payload), None) = (parts.next(), parts.next(), parts.next()) else {
        return Err(refuse("not exactly one NUL between header and payload"));
    };
    Jws::from_parts(header.to_vec(), payload.to_vec(), signature)
}

fn refuse(problem: impl Into<String>) -> Malformed {
    Malformed::new("qr", problem)
}

/// Returns what follows the one `#` of an `https` address, or the text itself where there is none.
pub(super) fn fragment(text: &str) -> Result<&str, Malformed> {
    match text.split_once('#') {
        None if text.starts_with(|c: char| c.is_ascii_digit()) => Ok(text),
        None => Err(refuse("no `#` and no digits")),
        Some((_, fragment)) if fragment.contains('#') => Err(refuse("more than one `#`")),
        Some((address, fragment)) if address.is_empty() || has_https_host(address) => Ok(fragment),
        Some(_) => Err(refuse("not an https address")),
    }
}

/// The scheme is compared without case (RFC 3986 section 3.1); the rest of the address says nothing about the credential.
fn has_https_host(address: &str) -> bool {
    const SCHEME: &str = "https://";
    let scheme = address.get(..SCHEME.len()).is_some_and(|scheme| scheme.eq_ignore_ascii_case(SCHEME));
    scheme && address.len() > SCHEME.len()
}

fn version_1(fragment: &str) -> Result<&str, Malformed> {
    let version = fragment.chars().next().ok_or_else(|| refuse("nothing after `#`"))?;
    match version {
        VERSION => Ok(&fragment[1..]),
        '0'..='9' => Err(refuse(format!("wire version {version} is not known here"))),
        _ => Err(refuse("not only digits")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quick_estimate_is_low_by_less_than_the_margin() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/wire");
        let mut seen = 0;
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            let vector: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
            let Some(jws) = vector["jws"].as_str().and_then(|jws| Jws::parse(jws, limits::CREDENTIAL_BYTES).ok())
            else {
                continue;
            };
            let needed = crate::qr::bits_needed(&pack(&jws, "verify.example.org"));
            let quick = quick_bits(&jws.header, &jws.payload, "verify.example.org");
            assert!(quick * SURE.1 >= needed * SURE.0, "{}: {quick} of {needed} bits", path.display());
            seen += 1;
        }
        assert!(seen >= 80, "{seen} vectors");
    }
}
