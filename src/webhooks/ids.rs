//! Ids of endpoints and messages. They are parts of document keys, so their texts are checked to the letter.

use std::fmt;
use std::str::FromStr;

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};

use super::{Result, WebhookError};
use crate::credential::Timestamp;

/// Random bytes of an id.
const RANDOM_BYTES: usize = 10;
/// Hex digits of the time in a message id: seconds since 1970, enough for 34,000 years.
const TIME_DIGITS: usize = 10;

/// Text that is no id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is no {0} id")]
pub struct IdError(&'static str);

/// An endpoint's id: `ep_` and 20 hex digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EndpointId(String);

/// A message's id, the `webhook-id` header: `msg_`, the time and 20 random hex digits. Sorts by time; holds no full stop,
/// as Standard Webhooks ("Signature scheme") demands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MessageId(String);

impl EndpointId {
    /// Returns a new random id.
    ///
    /// # Errors
    /// [`WebhookError::Random`].
    pub fn random() -> Result<Self> {
        Ok(Self(format!("ep_{}", random_digits()?)))
    }

    /// Returns its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl MessageId {
    /// Returns a new id of a message of this time.
    ///
    /// # Errors
    /// [`WebhookError::Random`].
    pub fn random(at: Timestamp) -> Result<Self> {
        Ok(Self(format!("msg_{}{}", time_digits(at), random_digits()?)))
    }

    /// Returns its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the start of all ids of this time or later.
    pub(super) fn first_at(at: Timestamp) -> String {
        format!("msg_{}", time_digits(at))
    }

    /// Returns a text that sorts newest first: the time's digits are counted down from `f`.
    pub(super) fn newest_first(&self) -> String {
        let (time, random) = self.0["msg_".len()..].split_at(TIME_DIGITS);
        let down = time.chars().map(|digit| char::from_digit(15 - digit.to_digit(16).unwrap_or(0), 16).unwrap_or('0'));
        down.chain(random.chars()).collect()
    }
}

fn time_digits(at: Timestamp) -> String {
    format!("{:0TIME_DIGITS$x}", at.unix().max(0))
}

fn random_digits() -> Result<String> {
    let mut bytes = [0; RANDOM_BYTES];
    getrandom::fill(&mut bytes).map_err(|_| WebhookError::Random)?;
    Ok(HEXLOWER.encode(&bytes))
}

/// Says whether a text is a prefix and so many lower-case hex digits.
fn is_id(text: &str, prefix: &str, digits: usize) -> bool {
    text.strip_prefix(prefix).is_some_and(|rest| {
        rest.len() == digits && rest.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    })
}

impl TryFrom<String> for EndpointId {
    type Error = IdError;

    fn try_from(text: String) -> Result<Self, IdError> {
        if is_id(&text, "ep_", 2 * RANDOM_BYTES) { Ok(Self(text)) } else { Err(IdError("webhook endpoint")) }
    }
}

impl TryFrom<String> for MessageId {
    type Error = IdError;

    fn try_from(text: String) -> Result<Self, IdError> {
        let good = is_id(&text, "msg_", TIME_DIGITS + 2 * RANDOM_BYTES);
        if good { Ok(Self(text)) } else { Err(IdError("webhook message")) }
    }
}

macro_rules! text {
    ($id:ty) => {
        impl FromStr for $id {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                text.to_owned().try_into()
            }
        }

        impl From<$id> for String {
            fn from(id: $id) -> Self {
                id.0
            }
        }

        impl fmt::Display for $id {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}
text!(EndpointId);
text!(MessageId);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_back_and_nothing_else_is() {
        let endpoint = EndpointId::random().unwrap();
        assert_eq!(endpoint.as_str().parse(), Ok(endpoint.clone()));
        let message = MessageId::random(Timestamp::from_unix(1_767_225_600)).unwrap();
        assert_eq!(message.as_str().parse(), Ok(message.clone()));
        let bad = [
            "",
            "ep_",
            "ep_0123456789ABCDEF0123",
            "ep_0123456789abcdef012/",
            "ep_0123456789abcdef01234",
            message.as_str(),
        ];
        for text in bad {
            assert!(text.parse::<EndpointId>().is_err(), "{text}");
        }
        assert!(endpoint.as_str().parse::<MessageId>().is_err());
    }

    #[test]
    fn message_ids_sort_by_time_and_backwards_newest_first() {
        let times = [0, 9, 1_767_225_600, 1_767_225_601, 253_402_300_799];
        let ids: Vec<_> = times.map(|at| MessageId::random(Timestamp::from_unix(at)).unwrap()).into();
        assert!(ids.is_sorted());
        assert!(ids.iter().rev().map(MessageId::newest_first).is_sorted());
        assert!(ids[3].as_str() >= MessageId::first_at(Timestamp::from_unix(times[3])).as_str());
    }
}
