//! Webhooks: tells other systems what happened to certificates, by Standard Webhooks 1.0.0.
//!
//! [`enqueue`] turns a [`Notice`] into document writes for the **same** transaction as the change it tells of, so that
//! nothing is told that did not happen and nothing that happened is forgotten. The [`Courier`] sends what is due, at least
//! once, and a receiver knows repetitions by their `webhook-id`. Order is not promised: retries overtake.
//!
//! Pure: [`address`] and [`target`] (who may be called), [`sign`], [`notice`], [`schedule`]. Over the store, with the time
//! given: [`endpoints`], [`outbox`], [`ledger`]. Asynchronous: [`client`] and [`courier`], which alone open sockets.
//!
//! A payload holds ids and numbers, never names or e-mail addresses; a receiver asks the API for the rest. Endpoints and
//! their secrets go into a dump, the outbox does not: a restored store tells nobody again what happened before.

pub mod address;
pub mod client;
pub mod courier;
pub mod endpoints;
pub mod ids;
pub mod ledger;
pub mod notice;
pub mod outbox;
pub mod records;
pub mod schedule;
pub mod sign;
pub mod target;

pub use client::{Lookup, Sender, SenderError};
pub use courier::Courier;
pub use endpoints::{Disabled, Endpoint, EndpointChange, EndpointDraft, Health, Kept, Why};
pub use ids::{EndpointId, MessageId};
pub use ledger::DeliveryFilter;
pub use notice::{CertificateNews, EventKind, Notice, RunFigures};
pub use outbox::enqueue;
pub use records::{Attempt, Delivery, DeliveryState, Message, Outcome, SendError};
pub use sign::Secret;
pub use target::{Rules, Target, TargetError};

use crate::store::StoreError;

/// Why a webhook call failed.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// The address is none that may be called.
    #[error("this address cannot receive webhooks")]
    Target(#[from] TargetError),
    /// There is no such endpoint.
    #[error("there is no webhook endpoint `{0}`")]
    NoEndpoint(EndpointId),
    /// There is no such message, or it was removed after its time.
    #[error("there is no webhook message `{0}`")]
    NoMessage(MessageId),
    /// The message was never meant for the endpoint, or the record was removed after its time.
    #[error("there is no delivery of `{message}` to `{endpoint}`")]
    NoDelivery {
        /// The endpoint.
        endpoint: EndpointId,
        /// The message.
        message: MessageId,
    },
    /// The endpoint takes nothing now.
    #[error("webhook endpoint `{0}` is disabled")]
    Disabled(EndpointId),
    /// No kind of event is named.
    #[error("a webhook endpoint needs at least one kind of event")]
    NoEvents,
    /// The description is too long.
    #[error("the description has {bytes} bytes; at most {limit} can be kept")]
    Description {
        /// Its size.
        bytes: usize,
        /// The most allowed.
        limit: usize,
    },
    /// There are as many endpoints as there may be.
    #[error("there are {0} webhook endpoints already; no more can be added")]
    TooMany(usize),
    /// The system gave no random bytes.
    #[error("no random bytes could be had")]
    Random,
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Result of a webhook call.
pub type Result<T, E = WebhookError> = std::result::Result<T, E>;
