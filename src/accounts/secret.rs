//! Secrets that people and programs hold: passwords, session tokens, links. Of the random ones only the SHA-256 is kept.

use std::fmt;

use data_encoding::{BASE32_NOPAD, HEXLOWER};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::{AccountsError, Result};

/// Longest token that is looked at, in bytes.
const TOKEN_BYTES: usize = 200;

/// A text that is never printed, and wiped when it is dropped.
#[derive(Clone, Deserialize)]
#[serde(from = "String")]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Returns the text.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Returns random bytes of the operating system.
pub(super) fn random<const N: usize>() -> Result<Zeroizing<[u8; N]>> {
    let mut bytes = Zeroizing::new([0; N]);
    getrandom::fill(bytes.as_mut_slice()).map_err(|error| AccountsError::Random(error.to_string()))?;
    Ok(bytes)
}

/// Returns `N` random bytes as lower-case base32.
pub(super) fn random_text<const N: usize>() -> Result<Zeroizing<String>> {
    let mut text = Zeroizing::new(BASE32_NOPAD.encode(random::<N>()?.as_slice()));
    text.make_ascii_lowercase();
    Ok(text)
}

/// Returns the SHA-256 of a text in lower-case hex.
pub(super) fn digest(text: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(text))
}

/// Compares in a time that does not tell where the texts differ.
pub(super) fn same(left: &str, right: &str) -> bool {
    left.as_bytes().ct_eq(right.as_bytes()).into()
}

/// A token of one member of staff: `STAFF.RANDOM`, so that what belongs to it is found, and listed, by the member.
pub(super) struct StaffToken {
    /// Whose it is.
    pub(super) staff: String,
    /// SHA-256 of the whole token.
    pub(super) hash: String,
}

impl StaffToken {
    /// Makes a new token with 256 random bits.
    pub(super) fn make(staff: &str) -> Result<(Secret, Self)> {
        let token = Secret(Zeroizing::new(format!("{staff}.{}", random_text::<32>()?.as_str())));
        let hash = digest(token.expose());
        Ok((token, Self { staff: staff.to_owned(), hash }))
    }

    /// Takes a presented token apart; `None` if it cannot be one.
    pub(super) fn read(token: &str) -> Option<Self> {
        let plain = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        let (staff, random) = token.split_once('.')?;
        let whole = token.len() <= TOKEN_BYTES && plain(staff) && plain(random);
        whole.then(|| Self { staff: staff.to_owned(), hash: digest(token) })
    }

    /// Returns `STAFF/SHA-256`.
    pub(super) fn key(&self) -> String {
        format!("{}/{}", self.staff, self.hash)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_prints_nothing_of_itself() {
        let secret = Secret::from("correct horse");
        assert_eq!(format!("{secret} {secret:?} {:?}", Some(&secret)), "[redacted] [redacted] Some([redacted])");
    }

    #[test]
    fn tokens_are_read_as_they_were_made_and_nothing_else_is() {
        let (token, made) = StaffToken::make("abc234").unwrap();
        assert_eq!(StaffToken::read(token.expose()).unwrap().key(), made.key());
        assert_eq!(token.expose().len(), "abc234.".len() + 52);
        for text in ["", ".", "a.", ".a", "abc", "a/b.c", "A.b", "a.b.c", &format!("a.{}", "b".repeat(200))] {
            assert!(StaffToken::read(text).is_none(), "{text}");
        }
    }
}
