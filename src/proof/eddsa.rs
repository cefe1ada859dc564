//! Ed25519 (RFC 8032), with the strict verification that every Testamur verifier shares.
//!
//! Strict means `verify_strict`: S below the group order, R and A canonical and not of small order, no cofactor. A
//! lenient verifier (ZIP-215) in the browser and a strict one here would disagree.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};

/// A public key that is a valid point, not of small order.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

/// Bytes that are no acceptable Ed25519 public key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an Ed25519 public key: {0}")]
pub struct PublicKeyError(pub &'static str);

impl PublicKey {
    /// Reads the 32 bytes of RFC 8032 section 5.1.5.
    ///
    /// # Errors
    /// When they are not 32 bytes, not a canonical point, or of small order.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, PublicKeyError> {
        let bytes: &[u8; 32] = bytes.try_into().map_err(|_| PublicKeyError("not 32 bytes"))?;
        let key = VerifyingKey::from_bytes(bytes).map_err(|_| PublicKeyError("not a point of the curve"))?;
        if key.to_edwards().compress().as_bytes() != bytes {
            return Err(PublicKeyError("not canonical"));
        }
        if key.is_weak() { Err(PublicKeyError("of small order")) } else { Ok(Self(key)) }
    }

    /// Returns the 32 bytes.
    pub fn to_bytes(self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// Returns whether `signature` (64 bytes) over `message` is this key's, by the strict rule.
    pub fn verifies(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        self.0.verify_strict(message, &Signature::from_bytes(signature)).is_ok()
    }

    /// Returns base64url without padding, as in a JWK's `x` (RFC 8037 section 2).
    pub fn to_base64url(self) -> String {
        BASE64URL.encode(self.to_bytes())
    }

    /// Reads what [`PublicKey::to_base64url`] prints.
    ///
    /// # Errors
    /// When the text is not base64url or the bytes are no acceptable key.
    pub fn from_base64url(text: &str) -> Result<Self, PublicKeyError> {
        let bytes = BASE64URL.decode(text).map_err(|_| PublicKeyError("not base64url"))?;
        Self::from_bytes(&bytes)
    }

    /// Returns the fingerprint that people compare: the first 16 hex digits of the key's SHA-256, in groups of four.
    pub fn fingerprint(&self) -> String {
        use sha2::Digest;
        let digest = data_encoding::HEXLOWER.encode(&sha2::Sha256::digest(self.to_bytes())[..8]);
        [&digest[..4], &digest[4..8], &digest[8..12], &digest[12..]].join(" ")
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.to_base64url())
    }
}

/// A private key; zeroised when dropped, never printed.
#[derive(Clone)]
pub struct SecretKey(SigningKey);

impl SecretKey {
    /// Returns the key of a 32-byte seed.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// Returns the seed. Handle with care: this is the key.
    pub fn to_seed(&self) -> zeroize::Zeroizing<[u8; 32]> {
        zeroize::Zeroizing::new(self.0.to_bytes())
    }

    /// Returns the public half.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// Signs `message`.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey([redacted])")
    }
}
