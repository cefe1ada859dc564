//! Ids of messages. They are parts of document keys and of addresses, so their texts are checked to the letter.

use std::fmt;
use std::str::FromStr;

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};

use super::{MailError, Result};
use crate::credential::Timestamp;

/// Bytes of the time: seconds since 1970, enough for 34,000 years.
const TIME_BYTES: usize = 5;
/// Random bytes.
const RANDOM_BYTES: usize = 10;
/// Bytes of an id.
pub(super) const ID_BYTES: usize = TIME_BYTES + RANDOM_BYTES;
const PREFIX: &str = "ml_";

/// Text that is no id of a message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is no id of a message")]
pub struct IdError;

/// A message's id: `ml_`, the time and 20 random hex digits. Sorts by time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MessageId(String);

impl MessageId {
    /// Returns a new id of a message of this time.
    ///
    /// # Errors
    /// [`MailError::Random`].
    pub fn random(at: Timestamp) -> Result<Self> {
        let mut bytes = [0; ID_BYTES];
        getrandom::fill(&mut bytes[TIME_BYTES..]).map_err(|_| MailError::Random)?;
        bytes[..TIME_BYTES].copy_from_slice(&at.unix().max(0).to_be_bytes()[8 - TIME_BYTES..]);
        Ok(Self::of(&bytes))
    }

    /// Returns the id of these bytes.
    pub(super) fn of(bytes: &[u8; ID_BYTES]) -> Self {
        Self(format!("{PREFIX}{}", HEXLOWER.encode(bytes)))
    }

    /// Returns its bytes.
    pub(super) fn bytes(&self) -> Vec<u8> {
        HEXLOWER.decode(&self.0.as_bytes()[PREFIX.len()..]).expect("an id is checked when it is made")
    }

    /// Returns its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for MessageId {
    type Error = IdError;

    fn try_from(text: String) -> Result<Self, IdError> {
        let hex = |rest: &str| {
            rest.len() == 2 * ID_BYTES
                && rest.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
        };
        if text.strip_prefix(PREFIX).is_some_and(hex) { Ok(Self(text)) } else { Err(IdError) }
    }
}

impl FromStr for MessageId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        text.to_owned().try_into()
    }
}

impl From<MessageId> for String {
    fn from(id: MessageId) -> Self {
        id.0
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_time_and_nothing_else_is_one() {
        let times = [0, 9, 1_767_225_600, 1_767_225_601, 253_402_300_799];
        let ids = times.map(|at| MessageId::random(Timestamp::from_unix(at)).unwrap());
        assert!(ids.is_sorted());
        for id in &ids {
            assert_eq!(id.as_str().parse(), Ok(id.clone()));
            assert_eq!(MessageId::of(&id.bytes().try_into().unwrap()), *id);
        }
        for text in
            ["", "ml_", &ids[0].as_str()[..20], &ids[1].as_str().to_uppercase(), "ml_0000000000000000000000000000zz"]
        {
            assert!(text.parse::<MessageId>().is_err(), "{text}");
        }
    }
}
