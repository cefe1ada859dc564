//! The records of the outbox: messages, deliveries, attempts.

use serde::{Deserialize, Serialize};

use super::{EndpointId, EventKind, MessageId};
use crate::credential::Timestamp;

/// A message, for all endpoints that asked for its kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Its id, the `webhook-id`.
    pub id: MessageId,
    /// What it tells of.
    pub kind: EventKind,
    /// When that happened.
    pub at: Timestamp,
    /// The payload, to the byte.
    pub body: String,
    /// Whom it is for.
    pub endpoints: Vec<EndpointId>,
}

/// What became of a message at one endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// Whom it is for.
    pub endpoint: EndpointId,
    /// The message.
    pub message: MessageId,
    /// What it tells of.
    pub kind: EventKind,
    /// When that happened.
    pub at: Timestamp,
    /// What became of it.
    pub state: DeliveryState,
    /// Attempts since it was put into the queue, by the change or by hand.
    pub attempts: u32,
    /// When it is due next, or, while it is being sent, when that is given up.
    pub due: Option<Timestamp>,
    /// Who is sending it.
    pub(super) lease: Option<String>,
    /// What was tried, oldest first.
    pub log: Vec<Attempt>,
}

/// What became of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// It will be sent.
    Waiting,
    /// The receiver has it.
    Delivered,
    /// It was given up.
    Failed,
}

/// One attempt to deliver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// When it began.
    pub at: Timestamp,
    /// How it ended.
    pub outcome: Outcome,
    /// How long it took, in milliseconds.
    pub millis: u64,
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// With this HTTP status.
    Status(u16),
    /// Without one.
    Error(SendError),
}

/// Why an attempt ended without an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SendError {
    /// The address, or all that its name leads to, are not of the public internet.
    Refused,
    /// The name leads nowhere.
    Resolve,
    /// Nobody answers there.
    Connect,
    /// The connection could not be made safe, as with a certificate that is not good.
    Tls,
    /// It took too long.
    Timeout,
    /// The answer is not HTTP.
    Protocol,
}

impl DeliveryState {
    /// Every state.
    pub const ALL: &[Self] = &[Self::Waiting, Self::Delivered, Self::Failed];

    /// Returns its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
        }
    }
}

impl Outcome {
    /// Says whether the receiver has the message.
    pub fn is_success(self) -> bool {
        matches!(self, Self::Status(200..=299))
    }

    /// Says whether the receiver wants to be left alone for a while (Standard Webhooks, "Delivery success and failure").
    pub(super) fn is_overload(self) -> bool {
        matches!(self, Self::Status(429 | 502 | 503 | 504))
    }
}
