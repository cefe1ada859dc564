//! Compact JWS (RFC 7515 section 7.1) with EdDSA (RFC 8037), as W3C VC-JOSE-COSE secures a credential.
//!
//! The header has exactly the members `alg`, `kid` and `typ`, in this order; anything else is refused.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use serde_json::Value;

use super::eddsa::{PublicKey, SecretKey};
use crate::credential::{Malformed, json, limits};

/// `typ` of a credential (VC-JOSE-COSE section 3.1.1).
pub const CREDENTIAL: &str = "vc+jwt";

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
    /// [`Malformed`] with field `jws`, `header`, `payload` or `signature`.
    pub fn parse(compact: &str, limit: usize) -> Result<Self, Malformed> {
        let mut parts = compact.split('.');
        let (Some(header), Some(payload), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(Malformed::new("jws", "not three parts"));
        };
        if payload.len() > limit.div_ceil(3) * 4 {
            return Err(Malformed::new("payload", format!("larger than {limit} bytes")));
        }
        Self::from_parts(decode("header", header)?, decode("payload", payload)?, &decode("signature", signature)?)
    }

    /// Builds a JWS from its decoded parts.
    ///
    /// # Errors
    /// As [`Jws::parse`].
    pub fn from_parts(header: Vec<u8>, payload: Vec<u8>, signature: &[u8]) -> Result<Self, Malformed> {
        let signature = signature.try_into().map_err(|_| Malformed::new("signature", "not 64 bytes"))?;
        let value =
            json::parse(&header, limits::CREDENTIAL_BYTES).map_err(|e| Malformed::new("header", e.to_string()))?;
        let object = value.as_object().ok_or_else(|| Malformed::new("header", "not an object"))?;
        if let Some(unknown) = object.keys().find(|key| !["alg", "kid", "typ"].contains(&key.as_str())) {
            return Err(Malformed::new("header", format!("unknown member `{unknown}`")));
        }
        let member = |name: &str| match object.get(name) {
            Some(Value::String(text)) => Ok(text.clone()),
            _ => Err(Malformed::new(format!("header.{name}"), "missing or not a text")),
        };
        let (alg, kid, typ) = (member("alg")?, member("kid")?, member("typ")?);
        if alg != "EdDSA" && alg != "Ed25519" {
            return Err(Malformed::new("header.alg", "not EdDSA or Ed25519"));
        }
        Ok(Self { alg, kid, typ, header, payload, signature })
    }

    /// Returns whether the signature is `key`'s, by the strict rule of [`super::eddsa`].
    pub fn verifies(&self, key: &PublicKey) -> bool {
        key.verifies(signing_input(&self.header, &self.payload).as_bytes(), &self.signature)
    }

    /// Returns the compact form.
    pub fn to_compact(&self) -> String {
        let mut compact = signing_input(&self.header, &self.payload);
        compact.push('.');
        BASE64URL.encode_string(self.signature, &mut compact);
        compact
    }
}

/// Strict base64url: no padding, no white space, no stray bits (RFC 7515 appendix C).
fn decode(field: &str, text: &str) -> Result<Vec<u8>, Malformed> {
    BASE64URL.decode(text).map_err(|_| Malformed::new(field, "not base64url without padding"))
}
