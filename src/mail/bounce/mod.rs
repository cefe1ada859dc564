//! What comes back: reports of mail servers (RFC 3464, 6533), and what some send in their place, read without trusting any of
//! it. Whose it is, only the address says that it came to.

pub mod folder;
mod report;
mod text;

pub use report::{Returned, read};

/// Largest mail that is read, in bytes: a report may carry the whole message back.
pub const MAIL_BYTES: usize = 32 << 20;

/// Why a mail is no report about a message of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotOurs {
    /// No address of ours in it, or one that we did not make.
    #[error("it did not come to an address that a message of ours was sent from")]
    Address,
    /// Addresses of several messages.
    #[error("it names several messages of ours")]
    Several,
    /// It says nothing about whether a message arrived, as the answer of a person or of a holiday.
    #[error("it is no report of a mail server")]
    NoReport,
    /// It is no mail, or too large.
    #[error("it is no mail, or larger than {} MB", MAIL_BYTES >> 20)]
    NoMail,
}
