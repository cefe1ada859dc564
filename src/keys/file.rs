//! Key files: a private key as a JWK inside an encrypted JWE.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use josekit::jwe::{self, JweHeader, PBES2_HS512_A256KW};
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::credential::json;
use crate::proof::eddsa::SecretKey;

/// PBKDF2 rounds of a new key file (OWASP's figure for HMAC-SHA-512); about a tenth of a second.
pub const PBES2_ITERATIONS: usize = 210_000;

/// Most rounds that opening a file will do: a bound on what a planted file may cost (RFC 7518 section 8.1), and
/// josekit's own.
const MAX_ITERATIONS: u64 = 1_000_000;

/// Largest key file, in bytes.
const FILE_BYTES: usize = 8_192;

/// `alg` and `enc` of every key file (RFC 7518 sections 4.8 and 5.3).
const ALG: &str = "PBES2-HS512+A256KW";
const ENC: &str = "A256GCM";

/// Bytes of an AES-256 key wrapped by RFC 3394.
const WRAPPED_KEY_BYTES: usize = 40;

/// Why a key file does not open.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyFileError {
    /// Not a JWE of the two algorithms that we use.
    #[error("not an encrypted key file: {0}")]
    Malformed(String),
    /// The passphrase is not the file's.
    #[error("wrong passphrase for key `{0}`")]
    WrongPassphrase(String),
    /// There is no passphrase, so the file would protect nothing.
    #[error("the passphrase is empty")]
    EmptyPassphrase,
}

/// The private JWK inside (RFC 8037 section 2), borrowed from the buffer that will be wiped.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PrivateJwk<'a> {
    kty: &'a str,
    crv: &'a str,
    kid: &'a str,
    x: &'a str,
    d: &'a str,
}

/// Seals a key as a JWK (RFC 8037) inside a compact JWE (PBES2-HS512+A256KW, A256GCM). Salt, content key and nonce come
/// from the cryptographic library.
///
/// # Errors
/// When the passphrase is empty or the cryptographic library refuses.
pub fn seal_key_file(id: &str, key: &SecretKey, passphrase: &str) -> Result<String, KeyFileError> {
    sealed(&private_jwk(id, key), "jwk+json", passphrase)
}

fn sealed(content: &[u8], content_type: &str, passphrase: &str) -> Result<String, KeyFileError> {
    if passphrase.is_empty() {
        return Err(KeyFileError::EmptyPassphrase);
    }
    let refused = |e: josekit::JoseError| KeyFileError::Malformed(e.to_string());
    let mut encrypter = PBES2_HS512_A256KW.encrypter_from_bytes(passphrase.as_bytes()).map_err(refused)?;
    encrypter.set_iter_count(PBES2_ITERATIONS);
    encrypter.set_salt_len(16);
    let mut header = JweHeader::new();
    header.set_content_encryption(ENC);
    header.set_content_type(content_type);
    jwe::serialize_compact(content, &header, &encrypter).map_err(refused)
}

/// Seals a text in the same way as a key: a password that the issuer was told.
///
/// # Errors
/// As [`seal_key_file`].
pub fn seal_secret(text: &str, passphrase: &str) -> Result<String, KeyFileError> {
    let sealed = sealed(text.as_bytes(), "text/plain", passphrase)?;
    // What could not be read again is not written.
    if sealed.len() > FILE_BYTES { Err(KeyFileError::Malformed("the secret is too long".into())) } else { Ok(sealed) }
}

/// Opens what [`seal_secret`] made.
///
/// # Errors
/// When it is none, or the passphrase is wrong.
pub fn open_secret(name: &str, jwe: &str, passphrase: &str) -> Result<Zeroizing<String>, KeyFileError> {
    let jwe = jwe.trim();
    check_envelope(jwe)?;
    let wrong = |_| KeyFileError::WrongPassphrase(name.to_owned());
    let decrypter = PBES2_HS512_A256KW.decrypter_from_bytes(passphrase.as_bytes()).map_err(wrong)?;
    let (bytes, _) = jwe::deserialize_compact(jwe, &decrypter).map_err(wrong)?;
    let bytes = Zeroizing::new(bytes);
    let text = std::str::from_utf8(&bytes).map_err(|_| KeyFileError::Malformed("it holds no text".into()))?;
    Ok(Zeroizing::new(text.to_owned()))
}

fn private_jwk(id: &str, key: &SecretKey) -> Zeroizing<Vec<u8>> {
    let d = Zeroizing::new(BASE64URL.encode(key.to_seed().as_slice()));
    let (kid, x) = (serde_json::Value::from(id), key.public().to_base64url());
    // Written in one piece into a buffer that is large enough, so that no copy of `d` is left behind.
    let mut jwk = Zeroizing::new(Vec::with_capacity(256 + id.len() * 6));
    for part in [r#"{"crv":"Ed25519","d":""#, &d, r#"","kid":"#, &kid.to_string(), r#","kty":"OKP","x":""#, &x, r#""}"#]
    {
        jwk.extend_from_slice(part.as_bytes());
    }
    jwk
}

/// Opens what [`seal_key_file`] made.
///
/// # Errors
/// When it is no key file, is another key's, or the passphrase is wrong.
pub fn open_key_file(id: &str, jwe: &str, passphrase: &str) -> Result<SecretKey, KeyFileError> {
    let jwe = jwe.trim();
    check_envelope(jwe)?;
    // A damaged file and a wrong passphrase look the same under an authenticated cipher.
    let wrong = |_| KeyFileError::WrongPassphrase(id.to_owned());
    let decrypter = PBES2_HS512_A256KW.decrypter_from_bytes(passphrase.as_bytes()).map_err(wrong)?;
    let (jwk, _) = jwe::deserialize_compact(jwe, &decrypter).map_err(wrong)?;
    key_of_jwk(id, &Zeroizing::new(jwk))
}

/// Refuses what the library would stumble over or spend long on.
fn check_envelope(jwe: &str) -> Result<(), KeyFileError> {
    let malformed = |problem: &str| KeyFileError::Malformed(problem.to_owned());
    if jwe.len() > FILE_BYTES {
        return Err(malformed("larger than 8,192 bytes"));
    }
    let parts: Vec<&str> = jwe.split('.').collect();
    let [header, wrapped, ..] = parts[..] else { return Err(malformed("not five parts")) };
    if parts.len() != 5 {
        return Err(malformed("not five parts"));
    }
    let header = BASE64URL.decode(header).map_err(|_| malformed("its header is not base64url"))?;
    let header = json::parse(&header, FILE_BYTES).map_err(|e| malformed(&e.to_string()))?;
    let is = |name: &str, value: &str| header.get(name).and_then(|v| v.as_str()) == Some(value);
    if !is("alg", ALG) || !is("enc", ENC) {
        return Err(malformed("not PBES2-HS512+A256KW with A256GCM"));
    }
    if header.get("zip").is_some() || header.get("crit").is_some() {
        return Err(malformed("unknown header member"));
    }
    if !header.get("p2c").and_then(|v| v.as_u64()).is_some_and(|n| (1..=MAX_ITERATIONS).contains(&n)) {
        return Err(malformed("its iteration count is not between 1 and 1,000,000"));
    }
    match BASE64URL.decode(wrapped) {
        Ok(bytes) if bytes.len() == WRAPPED_KEY_BYTES => Ok(()),
        _ => Err(malformed("its wrapped key has not 40 bytes")),
    }
}

fn key_of_jwk(id: &str, bytes: &[u8]) -> Result<SecretKey, KeyFileError> {
    let malformed = |problem: &str| KeyFileError::Malformed(problem.to_owned());
    // The parser's message could quote the secret, so it is not passed on.
    let jwk: PrivateJwk<'_> = serde_json::from_slice(bytes).map_err(|_| malformed("no private JWK inside"))?;
    if jwk.kty != "OKP" || jwk.crv != "Ed25519" {
        return Err(malformed("not an Ed25519 key"));
    }
    if jwk.kid != id {
        return Err(KeyFileError::Malformed(format!("holds key `{}`, not `{id}`", jwk.kid)));
    }
    let mut seed = Zeroizing::new([0; 32]);
    let length = BASE64URL.decode_slice(jwk.d.as_bytes(), seed.as_mut_slice());
    if length != Ok(32) {
        return Err(malformed("its private key has not 32 bytes"));
    }
    let key = SecretKey::from_seed(&seed);
    if key.public().to_base64url() != jwk.x { Err(malformed("its two halves do not match")) } else { Ok(key) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(change: impl Fn(&mut serde_json::Value), file: &str) -> String {
        let (header, rest) = file.split_once('.').unwrap();
        let mut value: serde_json::Value = serde_json::from_slice(&BASE64URL.decode(header).unwrap()).unwrap();
        change(&mut value);
        format!("{}.{rest}", BASE64URL.encode(value.to_string()))
    }

    #[test]
    fn opens_with_its_passphrase_and_no_other() {
        let key = SecretKey::from_seed(&[7; 32]);
        let file = seal_key_file("k1", &key, "correct horse").unwrap();
        assert_eq!(open_key_file("k1", &file, "correct horse").unwrap().public(), key.public());
        let wrong = open_key_file("k1", &file, "battery staple").unwrap_err();
        assert_eq!(wrong, KeyFileError::WrongPassphrase("k1".into()));
        assert!(matches!(open_key_file("k2", &file, "correct horse"), Err(KeyFileError::Malformed(_))));
        assert!(!file.contains(&BASE64URL.encode([7; 32])));
    }

    #[test]
    fn a_secret_opens_with_its_passphrase_and_no_other() {
        let sealed = seal_secret("smtp: pä55", "correct horse").unwrap();
        assert_eq!(*open_secret("mail", &sealed, "correct horse").unwrap(), "smtp: pä55");
        assert_eq!(open_secret("mail", &sealed, "x").unwrap_err(), KeyFileError::WrongPassphrase("mail".into()));
        assert!(!sealed.contains("smtp") && seal_secret("x", "").is_err());
        assert!(seal_secret(&"x".repeat(FILE_BYTES), "correct horse").is_err());
        assert!(matches!(open_key_file("mail", &sealed, "correct horse"), Err(KeyFileError::Malformed(_))));
    }

    #[test]
    fn an_empty_passphrase_is_refused() {
        let key = SecretKey::from_seed(&[7; 32]);
        assert_eq!(seal_key_file("k1", &key, ""), Err(KeyFileError::EmptyPassphrase));
    }

    #[test]
    fn a_planted_file_costs_nothing_and_does_not_panic() {
        let file = seal_key_file("k1", &SecretKey::from_seed(&[7; 32]), "correct horse").unwrap();
        let parts: Vec<&str> = file.split('.').collect();
        let planted = [
            header(|h| h["p2c"] = 4_000_000_000_u64.into(), &file),
            header(|h| h["alg"] = "dir".into(), &file),
            header(|h| h["enc"] = "A128GCM".into(), &file),
            header(|h| h["zip"] = "DEF".into(), &file),
            format!("{}.{}.{}.{}.{}", parts[0], "AAAA", parts[2], parts[3], parts[4]),
            parts[..4].join("."),
            "x".repeat(FILE_BYTES + 1),
            String::new(),
        ];
        for text in planted {
            assert!(matches!(open_key_file("k1", &text, "correct horse"), Err(KeyFileError::Malformed(_))), "{text}");
        }
    }

    #[test]
    fn a_key_whose_halves_are_of_two_keys_is_refused() {
        let [own, other] = [7, 8].map(|seed| SecretKey::from_seed(&[seed; 32]));
        let jwk = |key: &SecretKey, kid: &str| {
            let d = BASE64URL.encode([7; 32]);
            format!(r#"{{"crv":"Ed25519","d":"{d}","kid":"{kid}","kty":"OKP","x":"{}"}}"#, key.public().to_base64url())
        };
        assert_eq!(key_of_jwk("k1", jwk(&own, "k1").as_bytes()).unwrap().public(), own.public());
        for text in [jwk(&other, "k1"), jwk(&own, "k2")] {
            assert!(matches!(key_of_jwk("k1", text.as_bytes()), Err(KeyFileError::Malformed(_))));
        }
    }

    #[test]
    fn every_damaged_byte_is_noticed() {
        let file = seal_key_file("k1", &SecretKey::from_seed(&[7; 32]), "correct horse").unwrap();
        let start = file.find('.').unwrap();
        for at in (start..file.len()).step_by(97) {
            let mut bytes = file.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            assert!(open_key_file("k1", &String::from_utf8(bytes).unwrap(), "correct horse").is_err(), "byte {at}");
        }
    }
}
