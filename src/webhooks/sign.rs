//! Signatures and secrets of Standard Webhooks 1.0.0, sections "Signature scheme" and "Webhook headers".

use std::fmt;

use data_encoding::BASE64;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::{MessageId, Result, WebhookError};
use crate::credential::Timestamp;

/// Bytes of a new secret; the standard asks for 24 to 64.
pub const SECRET_BYTES: usize = 32;
/// Fewest and most bytes of a secret.
const SECRET_RANGE: std::ops::RangeInclusive<usize> = 24..=64;
/// What the text of every secret begins with.
const PREFIX: &str = "whsec_";

/// Text that is no secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no webhook secret")]
pub struct SecretError;

/// A secret shared with one endpoint: `whsec_` and the base64 of its bytes.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(try_from = "String", into = "String")]
pub struct Secret(Vec<u8>);

impl Secret {
    /// Returns a new secret.
    ///
    /// # Errors
    /// [`WebhookError::Random`].
    pub fn random() -> Result<Self> {
        let mut bytes = vec![0; SECRET_BYTES];
        getrandom::fill(&mut bytes).map_err(|_| WebhookError::Random)?;
        Ok(Self(bytes))
    }

    /// Returns the text that a receiver configures. Show it once, keep it out of logs.
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}", BASE64.encode(&self.0))
    }

    /// Returns a signature: `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`.
    pub fn sign(&self, id: &MessageId, at: Timestamp, body: &[u8]) -> String {
        self.sign_text(id.as_str(), at.unix(), body)
    }

    fn sign_text(&self, id: &str, at: i64, body: &[u8]) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        mac.update(format!("{id}.{at}.").as_bytes());
        mac.update(body);
        format!("v1,{}", BASE64.encode(&mac.finalize().into_bytes()))
    }
}

/// Returns the `webhook-signature` header: one signature for each secret, with a space between.
pub fn signatures(secrets: &[Secret], id: &MessageId, at: Timestamp, body: &[u8]) -> String {
    secrets.iter().map(|secret| secret.sign(id, at, body)).collect::<Vec<_>>().join(" ")
}

impl TryFrom<String> for Secret {
    type Error = SecretError;

    fn try_from(text: String) -> Result<Self, SecretError> {
        let encoded = text.strip_prefix(PREFIX).ok_or(SecretError)?;
        let bytes = BASE64.decode(encoded.as_bytes()).map_err(|_| SecretError)?;
        if SECRET_RANGE.contains(&bytes.len()) { Ok(Self(bytes)) } else { Err(SecretError) }
    }
}

impl From<Secret> for String {
    fn from(secret: Secret) -> Self {
        secret.reveal()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Result<Secret, SecretError> {
        text.to_owned().try_into()
    }

    /// The vector in the tests of all of the standard's reference libraries.
    #[test]
    fn the_signature_is_that_of_the_reference_libraries() {
        let key = secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signature = key.sign_text("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn during_a_rotation_each_secret_signs() {
        let (old, new) = (Secret::random().unwrap(), Secret::random().unwrap());
        let at = Timestamp::from_unix(1_767_225_600);
        let id = MessageId::random(at).unwrap();
        let header = signatures(&[new.clone(), old.clone()], &id, at, b"{}");
        assert_eq!(header, format!("{} {}", new.sign(&id, at, b"{}"), old.sign(&id, at, b"{}")));
        assert_ne!(new.sign(&id, at, b"{}"), old.sign(&id, at, b"{}"));
        assert_ne!(new.sign(&id, at, b"{}"), new.sign(&id, at.plus_seconds(1), b"{}"));
        assert_ne!(new.sign(&id, at, b"{}"), new.sign(&id, at, b"{} "));
    }

    #[test]
    fn a_secret_is_read_back_and_never_printed() {
        let key = Secret::random().unwrap();
        let text = key.reveal();
        assert_eq!((&text[..6], text.len()), ("whsec_", 6 + 44));
        assert_eq!(secret(&text), Ok(key.clone()));
        assert_eq!(format!("{key:?}"), "[redacted]");
        let json = serde_json::to_value(&key).unwrap();
        assert_eq!(serde_json::from_value::<Secret>(json).unwrap(), key);
        let short = format!("whsec_{}", BASE64.encode(&[1; 23]));
        let long = format!("whsec_{}", BASE64.encode(&[1; 65]));
        for bad in ["", "whsec_", "whsec_!", &text[6..], &short, &long] {
            assert_eq!(secret(bad), Err(SecretError));
        }
    }
}
