//! Compact JWS (RFC 7515 section 7.1) with EdDSA (RFC 8037), as W3C VC-JOSE-COSE secures a credential.
//!
//! The header that is written has exactly the members `alg`, `kid` and `typ`, in this order. One that is read may have a `cty`
//! as well; anything else is refused, but in what others sign ([`Jws::parse_foreign`]).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use serde_json::{Map, Value};

use super::eddsa::{PublicKey, SecretKey, Signed};
use crate::credential::{Malformed, json, limits};

/// `typ` of a credential (VC-JOSE-COSE section 3.1.1).
pub const CREDENTIAL: &str = "vc+jwt";

/// What `cty` may say, with and without the prefix that RFC 7515 section 4.1.10 leaves out (VC-JOSE-COSE section 3.1.1).
const CONTENT: [&str; 2] = ["vc", "application/vc"];

/// Where a header is amiss that was read whole, and says what is not understood here: reading it again changes nothing.
const MEMBERS: &str = "header.members";

/// A parsed compact JWS, not verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Jws {
    /// `alg`: `EdDSA` or `Ed25519` (RFC 9864).
    pub alg: String,
    /// `kid`, the full id of the key.
    pub kid: String,
    /// `typ`.
    pub typ: String,
    /// The header's bytes as they were.
    pub header: Vec<u8>,
    /// The payload's bytes.
    pub payload: Vec<u8>,
    /// The signature.
    pub signature: [u8; 64],
}

/// Signs `payload` and returns the compact JWS.
pub fn sign(payload: &[u8], kid: &str, typ: &str, key: &SecretKey) -> String {
    let mut compact = signing_input(header(kid, typ).as_bytes(), payload);
    let signature = key.sign(compact.as_bytes());
    compact.push('.');
    BASE64URL.encode_string(signature, &mut compact);
    compact
}

/// Returns the header's JSON: `{"alg":"EdDSA","kid":…,"typ":…}`.
pub fn header(kid: &str, typ: &str) -> String {
    format!(r#"{{"alg":"EdDSA","kid":{},"typ":{}}}"#, Value::from(kid), Value::from(typ))
}

fn signing_input(header: &[u8], payload: &[u8]) -> String {
    let mut input = String::with_capacity((header.len() + payload.len()) * 4 / 3 + 96);
    BASE64URL.encode_string(header, &mut input);
    input.push('.');
    BASE64URL.encode_string(payload, &mut input);
    input
}

impl Jws {
    /// Reads a compact JWS whose payload has at most `limit` bytes.
    ///
    /// # Errors
    /// [`Malformed`] with field `jws`, `header`, `payload` or `signature`, or a member of the header.
    pub fn parse(compact: &str, limit: usize) -> Result<Self, Malformed> {
        let [header, payload, signature] = parts(compact, limit)?;
        Self::from_parts(header, payload, &signature)
    }

    /// Reads a compact JWS as others make them: `kid` and `typ` may be missing (they are empty then), and further members
    /// may stand in the header, but none that changes what is signed or must be understood (RFC 7515 section 4.1.11, RFC 7797).
    ///
    /// # Errors
    /// As [`Jws::parse`].
    pub fn parse_foreign(compact: &str, limit: usize) -> Result<Self, Malformed> {
        let [header, payload, signature] = parts(compact, limit)?;
        let object = read_header(&header)?;
        let member = |name: &str| match object.get(name) {
            Some(Value::String(text)) => Ok(text.clone()),
            None => Ok(String::new()),
            Some(_) => Err(Malformed::new(format!("header.{name}"), "not a text")),
        };
        let (alg, kid, typ) = (member("alg")?, member("kid")?, member("typ")?);
        if let Some(binding) = ["crit", "b64"].into_iter().find(|name| object.contains_key(*name)) {
            return Err(Malformed::new(MEMBERS, format!("member `{binding}`, which is not understood here")));
        }
        known_algorithm(&alg)?;
        Ok(Self { alg, kid, typ, header, payload, signature: sized(&signature)? })
    }

    /// Builds a JWS from its decoded parts.
    ///
    /// # Errors
    /// As [`Jws::parse`].
    pub fn from_parts(header: Vec<u8>, payload: Vec<u8>, signature: &[u8]) -> Result<Self, Malformed> {
        let signature = sized(signature)?;
        let object = read_header(&header)?;
        if let Some(unknown) = object.keys().find(|key| !["alg", "cty", "kid", "typ"].contains(&key.as_str())) {
            return Err(Malformed::new(MEMBERS, format!("unknown member `{unknown}`")));
        }
        let member = |name: &str| match object.get(name) {
            Some(Value::String(text)) => Ok(text.clone()),
            _ => Err(Malformed::new(format!("header.{name}"), "missing or not a text")),
        };
        let (alg, kid, typ) = (member("alg")?, member("kid")?, member("typ")?);
        if object.contains_key("cty") && !CONTENT.contains(&member("cty")?.as_str()) {
            return Err(Malformed::new("header.cty", "not `vc`"));
        }
        known_algorithm(&alg)?;
        Ok(Self { alg, kid, typ, header, payload, signature })
    }

    /// Returns whether the signature is `key`'s, by the strict rule of [`super::eddsa`].
    pub fn verifies(&self, key: &PublicKey) -> bool {
        key.verifies(signing_input(&self.header, &self.payload).as_bytes(), &self.signature)
    }

    /// Returns whether all these signatures are `key`'s, which made them a moment ago: see [`PublicKey::verifies_all`]. Each stands
    /// beside the text that it was read from, which begins with what was signed: there is one way only to write that.
    pub fn all_verify(all: &[(&str, &Self)], key: &PublicKey) -> bool {
        let signed = all.iter().map(|(compact, jws)| Signed {
            message: &compact.as_bytes()[..compact.rfind('.').unwrap_or_default()],
            signature: &jws.signature,
        });
        key.verifies_all(&signed.collect::<Vec<_>>())
    }

    /// Returns the compact form.
    pub fn to_compact(&self) -> String {
        let mut compact = signing_input(&self.header, &self.payload);
        compact.push('.');
        BASE64URL.encode_string(self.signature, &mut compact);
        compact
    }
}

/// Returns the decoded parts of a compact JWS whose payload has at most `limit` bytes.
///
/// # Errors
/// As [`Jws::parse`].
pub fn parts(compact: &str, limit: usize) -> Result<[Vec<u8>; 3], Malformed> {
    let mut parts = compact.split('.');
    let (Some(header), Some(payload), Some(signature), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(Malformed::new("jws", "not three parts"));
    };
    if payload.len() > limit.div_ceil(3) * 4 {
        return Err(Malformed::new("payload", format!("larger than {limit} bytes")));
    }
    Ok([decode("header", header)?, decode("payload", payload)?, decode("signature", signature)?])
}

fn known_algorithm(alg: &str) -> Result<(), Malformed> {
    if alg == "EdDSA" || alg == "Ed25519" { Ok(()) } else { Err(Malformed::new("header.alg", "not EdDSA or Ed25519")) }
}

fn sized(signature: &[u8]) -> Result<[u8; 64], Malformed> {
    signature.try_into().map_err(|_| Malformed::new("signature", "not 64 bytes"))
}

fn read_header(header: &[u8]) -> Result<Map<String, Value>, Malformed> {
    let value = json::parse(header, limits::CREDENTIAL_BYTES).map_err(|e| Malformed::new("header", e.to_string()))?;
    match value {
        Value::Object(object) => Ok(object),
        _ => Err(Malformed::new("header", "not an object")),
    }
}

/// Strict base64url: no padding, no white space, no stray bits (RFC 7515 appendix C).
fn decode(field: &str, text: &str) -> Result<Vec<u8>, Malformed> {
    BASE64URL.decode(text).map_err(|_| Malformed::new(field, "not base64url without padding"))
}
