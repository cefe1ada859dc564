//! Event codes, certificate numbers, and the part of a credential's address that cannot be guessed.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Why a code or number is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// Not 1 to 24 of A-Z and 0-9, starting with a letter.
    #[error("`{0}` is not an event code: 1 to 24 of A-Z and 0-9, starting with a letter")]
    EventCode(String),
    /// Not of the form `CERT-EVENT-YEAR-SEQUENCE`.
    #[error("`{0}` is not a certificate number such as CERT-WORKSHOP-2026-00001")]
    Number(String),
}

/// The code of an event, as in its certificates' numbers: 1 to 24 of `A-Z0-9`, starting with a letter.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EventCode(String);

impl EventCode {
    /// Returns the code's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for EventCode {
    type Err = NumberError;

    /// Reads a code; lower-case letters are raised.
    fn from_str(text: &str) -> Result<Self, NumberError> {
        let code = text.to_ascii_uppercase();
        let shaped = (1..=24).contains(&code.len())
            && code.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
            && code.as_bytes()[0].is_ascii_uppercase();
        if shaped { Ok(Self(code)) } else { Err(NumberError::EventCode(text.chars().take(40).collect())) }
    }
}

impl TryFrom<String> for EventCode {
    type Error = NumberError;
    fn try_from(text: String) -> Result<Self, NumberError> {
        text.parse()
    }
}

impl From<EventCode> for String {
    fn from(code: EventCode) -> String {
        code.0
    }
}

impl fmt::Display for EventCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A certificate's number, `CERT-EVENT-YEAR-SEQUENCE`; the sequence has at least five digits and starts at 1 for each
/// event and year.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CertificateNumber {
    event: EventCode,
    year: i16,
    sequence: u64,
}

impl CertificateNumber {
    /// Returns the number of the `sequence`-th certificate of an event in a year.
    pub fn new(event: EventCode, year: i16, sequence: u64) -> Self {
        Self { event, year, sequence }
    }

    /// Returns the event's code.
    pub fn event(&self) -> &EventCode {
        &self.event
    }

    /// Returns the year of issue.
    pub fn year(&self) -> i16 {
        self.year
    }

    /// Returns the sequence number, from 1.
    pub fn sequence(&self) -> u64 {
        self.sequence
    }
}

impl fmt::Display for CertificateNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CERT-{}-{:04}-{:05}", self.event, self.year, self.sequence)
    }
}

impl FromStr for CertificateNumber {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        let error = || NumberError::Number(text.chars().take(60).collect());
        let mut parts = text.trim().split('-');
        let (Some("CERT"), Some(event), Some(year), Some(sequence), None) =
            (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(error());
        };
        let number = Self {
            event: event.parse().map_err(|_| error())?,
            year: year.parse().map_err(|_| error())?,
            sequence: sequence.parse().map_err(|_| error())?,
        };
        // One spelling only: a number is looked up by its text.
        if number.sequence > 0 && number.to_string() == text.trim() { Ok(number) } else { Err(error()) }
    }
}

impl TryFrom<String> for CertificateNumber {
    type Error = NumberError;
    fn try_from(text: String) -> Result<Self, NumberError> {
        text.parse()
    }
}

impl From<CertificateNumber> for String {
    fn from(number: CertificateNumber) -> String {
        number.to_string()
    }
}

/// Forty random bits in lower-case base32 (RFC 4648 section 6), eight characters: the part of a credential's address
/// that cannot be guessed from its number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CredentialSuffix(String);

impl CredentialSuffix {
    /// Returns the suffix for five random bytes.
    pub fn from_random(bytes: [u8; 5]) -> Self {
        Self(data_encoding::BASE32_NOPAD.encode(&bytes).to_ascii_lowercase())
    }

    /// Returns the suffix's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn number_prints_as_it_is_read() {
        for text in ["CERT-WORKSHOP-2026-00001", "CERT-A-2026-123456"] {
            assert_eq!(text.parse::<CertificateNumber>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn number_has_one_spelling() {
        for text in [
            "CERT-A-2026-1",
            "CERT-A-2026-00000",
            "cert-A-2026-00001",
            "CERT-a-2026-00001",
            "CERT-A-26-00001",
            "CERT-A-2026-00001-2",
            "",
        ] {
            assert!(text.parse::<CertificateNumber>().is_err(), "{text}");
        }
    }
}
