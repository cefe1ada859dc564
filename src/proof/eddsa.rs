//! Ed25519 (RFC 8032), with the strict verification that every Testamur verifier shares.
//!
//! Strict means `verify_strict`: S below the group order, R and A canonical and not of small order, no cofactor. A
//! lenient verifier (ZIP-215) in the browser and a strict one here would disagree.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use curve25519_dalek::constants::ED25519_BASEPOINT_POINT;
use curve25519_dalek::edwards::{CompressedEdwardsY, EdwardsPoint};
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::{IsIdentity, VartimeMultiscalarMul};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use sha2::{Digest, Sha512};

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

    /// Returns whether all these signatures over their messages are this key's, in one sum that takes a quarter of the time.
    ///
    /// Only for what the holder of the key made a moment ago, to find a computer's fault: of each wrong signature it says so, but
    /// for one in 2^127. (RFC 8032 section 8.9: somebody who knows the key could make several whose faults of small order cancel each
    /// other out, which the strict rule refuses one by one.)
    pub fn verifies_all(&self, signed: &[Signed<'_>]) -> bool {
        let Some(terms) = signed.iter().map(|one| one.term(self)).collect::<Option<Vec<_>>>() else { return false };
        // As in ed25519-dalek's own `verify_batch`: weights that depend on everything, so that nothing can be made to fit them.
        let mut seed = Sha512::new();
        terms
            .iter()
            .zip(signed)
            .for_each(|(term, one)| seed.update([&term.challenge[..], &one.signature[32..]].concat()));
        let weights = weights(&seed.finalize().into(), terms.len());
        let (mut base, mut own) = (Scalar::ZERO, Scalar::ZERO);
        for (term, weight) in terms.iter().zip(&weights) {
            base -= weight * term.s;
            own += weight * Scalar::from_bytes_mod_order_wide(&term.challenge);
        }
        let scalars = weights.iter().chain([&base, &own]);
        let points = terms.iter().map(|term| term.point).chain([ED25519_BASEPOINT_POINT, self.0.to_edwards()]);
        EdwardsPoint::vartime_multiscalar_mul(scalars, points).is_identity()
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
        let digest = data_encoding::HEXLOWER.encode(&sha2::Sha256::digest(self.to_bytes())[..8]);
        [&digest[..4], &digest[4..8], &digest[8..12], &digest[12..]].join(" ")
    }
}

/// A signature with what was signed.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    /// What.
    pub message: &'a [u8],
    /// The 64 bytes.
    pub signature: &'a [u8; 64],
}

/// What a signature adds to the sum: R, S, and the hash of RFC 8032 section 5.1.7.
struct Term {
    point: EdwardsPoint,
    s: Scalar,
    challenge: [u8; 64],
}

impl Signed<'_> {
    /// Returns what it adds; nothing if it cannot be a signature by the strict rule.
    fn term(&self, key: &PublicKey) -> Option<Term> {
        let (r, s) = self.signature.split_first_chunk::<32>()?;
        let point = CompressedEdwardsY(*r).decompress().filter(|point| !point.is_small_order() && is_reduced(r))?;
        let s = Option::<Scalar>::from(Scalar::from_canonical_bytes(s.try_into().ok()?))?;
        let challenge =
            Sha512::new().chain_update(r).chain_update(key.0.as_bytes()).chain_update(self.message).finalize();
        Some(Term { point, s, challenge: challenge.into() })
    }
}

/// Says whether the y of a point is below 2^255 - 19: there is no other way to write it then, unless its order is small.
fn is_reduced(point: &[u8; 32]) -> bool {
    let [first, between @ .., last] = point;
    last & 0x7f < 0x7f || between.iter().any(|byte| *byte < 0xff) || *first < 0xed
}

/// Returns odd numbers of 128 bits: one fault of small order is never weighed with 0.
fn weights(seed: &[u8; 64], count: usize) -> Vec<Scalar> {
    let four = |at: usize| -> [u8; 64] {
        Sha512::new().chain_update(seed).chain_update((at as u64).to_le_bytes()).finalize().into()
    };
    let numbers = (0..count.div_ceil(4)).flat_map(|at| four(at).as_chunks::<16>().0.to_vec());
    numbers.take(count).map(|bytes| Scalar::from(u128::from_le_bytes(bytes) | 1)).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> SecretKey {
        SecretKey::from_seed(&[7; 32])
    }

    fn all(messages: &[Vec<u8>], signatures: &[[u8; 64]]) -> bool {
        let signed = messages.iter().zip(signatures).map(|(message, signature)| Signed { message, signature });
        key().public().verifies_all(&signed.collect::<Vec<_>>())
    }

    #[test]
    fn signatures_hold_together_and_one_flipped_bit_of_any_is_found() {
        for count in [0, 1, 2, 3, 64, 300] {
            let messages: Vec<Vec<u8>> = (0..count).map(|n: u32| n.to_be_bytes().repeat(40)).collect();
            let signatures: Vec<[u8; 64]> = messages.iter().map(|message| key().sign(message)).collect();
            assert!(all(&messages, &signatures), "{count}");
            for bit in (0..512).step_by(if count < 4 { 1 } else { 61 }).filter(|_| count > 0) {
                let mut flipped = signatures.clone();
                flipped[count as usize / 2][bit / 8] ^= 1 << (bit % 8);
                assert!(!all(&messages, &flipped), "{count}: {bit}");
            }
            let mut other = messages.clone();
            other.iter_mut().last().into_iter().for_each(|message| message[0] ^= 1);
            assert!(count == 0 || !all(&other, &signatures), "{count}");
            let mut swapped = signatures.clone();
            swapped.reverse();
            assert_eq!(all(&messages, &swapped), count < 2, "{count}");
        }
    }

    #[test]
    fn what_the_strict_rule_refuses_for_its_form_is_refused() {
        use curve25519_dalek::constants::EIGHT_TORSION;
        let message = b"text".to_vec();
        let good = key().sign(&message);
        let with = |r: Option<EdwardsPoint>, s: [u8; 32]| {
            let r = r.map_or(good[..32].to_vec(), |r| r.compress().0.to_vec());
            <[u8; 64]>::try_from([&r[..], &s].concat()).unwrap()
        };
        let s: [u8; 32] = good[32..].try_into().unwrap();
        let r = CompressedEdwardsY(good[..32].try_into().unwrap()).decompress().unwrap();
        // S with the group order added to it.
        let order = (Scalar::ZERO - Scalar::ONE).to_bytes();
        let mut carry = 1_u16;
        let longer = std::array::from_fn(|at| {
            carry += u16::from(s[at]) + u16::from(order[at]);
            let byte = carry as u8;
            carry >>= 8;
            byte
        });
        let mut wrong = vec![with(None, longer)];
        wrong.extend(EIGHT_TORSION.iter().skip(1).map(|small| with(Some(r + small), s)));
        wrong.extend(EIGHT_TORSION.iter().map(|small| with(Some(*small), [0; 32])));
        for signature in wrong {
            assert!(!key().public().verifies(&message, &signature));
            assert!(!all(std::slice::from_ref(&message), &[signature]), "{signature:?}");
        }
        assert!(!is_reduced(&[&[0xed][..], &[0xff; 30], &[0x7f]].concat().try_into().unwrap()));
        assert!(!is_reduced(&[0xff; 32]));
        assert!(is_reduced(&[&[0xec][..], &[0xff; 30], &[0xff]].concat().try_into().unwrap()));
    }
}
