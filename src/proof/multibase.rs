//! Multibase base58btc and Ed25519 Multikeys (W3C Controlled Identifiers v1.0 sections 2.4 and 2.2.2).

use multibase::Base;

use super::eddsa::PublicKey;

/// Multicodec prefix of an Ed25519 public key.
const ED25519_PUB: [u8; 2] = [0xed, 0x01];

/// Returns `z` and the base58btc of `bytes`.
pub fn base58btc(bytes: &[u8]) -> String {
    multibase::encode(Base::Base58Btc, bytes)
}

/// Reads `z` and base58btc of exactly `length` bytes. Work is bounded: base58 is quadratic in its input.
pub fn from_base58btc(text: &str, length: usize) -> Option<Vec<u8>> {
    // log(256) / log(58) = 1.37 characters a byte, and the `z`.
    if !text.starts_with('z') || text.len() > length * 7 / 5 + 2 {
        return None;
    }
    let (_, bytes) = multibase::decode(text).ok()?;
    (bytes.len() == length).then_some(bytes)
}

/// Returns the key as `publicKeyMultibase` of a `Multikey`: `z6Mk…`.
pub fn multikey(key: &PublicKey) -> String {
    base58btc(&[&ED25519_PUB[..], &key.to_bytes()].concat())
}

/// Reads the `publicKeyMultibase` of an Ed25519 key; nothing for another kind of key, or one that is refused.
pub fn from_multikey(text: &str) -> Option<PublicKey> {
    let bytes = from_base58btc(text, ED25519_PUB.len() + 32)?;
    PublicKey::from_bytes(bytes.strip_prefix(&ED25519_PUB[..])?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base58btc_reads_what_it_prints_and_nothing_longer() {
        let bytes = [0, 0, 255, 1, 2, 3];
        assert_eq!(from_base58btc(&base58btc(&bytes), 6).unwrap(), bytes);
        assert_eq!(from_base58btc(&base58btc(&[0xff; 64]), 64).unwrap(), [0xff; 64]);
        assert_eq!(from_base58btc(&base58btc(&bytes), 5), None);
        assert_eq!(from_base58btc("z0OIl", 3), None);
        assert_eq!(from_base58btc("mAAEC", 3), None);
        assert_eq!(from_base58btc(&format!("z{}", "2".repeat(100_000)), 64), None);
    }
}
