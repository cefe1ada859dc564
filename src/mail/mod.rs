//! Mail: tells participants of their certificates, each once, and staff of runs that ended, and learns what became of each message.
//!
//! [`enqueue`] turns an order into document writes for the **same** transaction as what it tells of. The [`Courier`] sends
//! what is due. Before the content of a message goes out, the message is durably [`State::Sending`]; whoever kills the program
//! after that finds it [`State::Ambiguous`], and nothing of that kind is ever sent again by itself. So nobody is sent
//! anything twice unless a member of staff decides so, and then the `Message-ID` is the same.
//!
//! Pure: [`address`], [`words`] (what a reply of a mail server means), [`bounce`] (what came back), [`opens`] (who looked at a picture), [`compose`] and [`notices`] (texts), [`mod@mime`] (messages), [`pace`] (limits and the circuit breaker), [`schedule`]. Over the store, with the time given: [`setup`], [`chosen`], [`reached`], [`outbox`],
//! [`link`], [`suppress`]. Asynchronous: [`relay`] and [`courier`], which alone open sockets.
//!
//! What a letter says is written when it is sent, by a [`Clerk`]: nothing rendered is kept. Messages and links go into a dump, the queue
//! does not: a restored store mails nobody by itself. Names, addresses and tokens stay out of logs.

pub mod address;
pub mod bounce;
pub mod chosen;
pub mod compose;
pub mod config;
pub mod courier;
pub mod ids;
pub mod link;
pub mod mime;
pub mod notices;
pub mod opens;
pub mod outbox;
pub mod pace;
mod prepare;
pub mod reached;
pub mod records;
pub mod relay;
pub mod schedule;
pub mod setup;
pub mod suppress;
mod trust;
pub mod verp;
pub mod words;

pub use address::{Address, AddressError, Mailbox};
pub use chosen::Chosen;
pub use compose::{Content, Letter, OwnText, TextError};
pub use config::{Config, Password, Security};
pub use courier::{Clerk, Clock, Courier, Prepared, Sent, Tokens};
pub use ids::MessageId;
pub use mime::{Heads, mime};
pub use outbox::{Order, Tiding, enqueue, enqueue_tiding};
pub use records::{Evidence, Looked, Message, State, Topic};
pub use relay::Relay;
pub use setup::SetUp;
pub use trust::NoAuthority;
pub use verp::BounceKey;
pub use words::{Reply, Why};

use crate::store::StoreError;

/// Why a call about mail failed.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// No relay is configured.
    #[error("no mail is set up: say which server takes it under Settings, or in the section [mail] of testamur.toml")]
    NotSetUp,
    /// There is no such message.
    #[error("there is no message `{0}`")]
    NoMessage(String),
    /// The system gave no random bytes.
    #[error("no random bytes could be had")]
    Random,
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Result of a call about mail.
pub type Result<T, E = MailError> = std::result::Result<T, E>;
