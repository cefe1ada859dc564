//! What the two processes say to each other: a line of JSON with an order, then the file's bytes; lines of JSON back.

use serde::{Deserialize, Serialize};

use super::super::ReadMode;
use super::super::container::Told;
use super::super::pieces::Event;

/// Longest line of an answer: a page's text is at most 1 MB, and JSON may spell each byte with six.
pub(super) const LINE_BYTES: u64 = 8 << 20;

/// A file to read.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Order {
    /// How many bytes follow.
    pub(super) bytes: usize,
    /// How much work is spent on a PDF.
    pub(super) mode: ReadMode,
    /// Whether it lies among files that need not be certificates.
    pub(super) is_inside: bool,
    /// How many seconds of work are spent on all of it.
    pub(super) seconds: u64,
    /// What was told of it before.
    pub(super) told: Told,
}

/// What the reading process says.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Message {
    /// It has started.
    Hello {
        /// Its version, which must be that of who asks.
        version: String,
    },
    /// It is still at work.
    Alive,
    /// Something was learned.
    Event(Event),
    /// The file was read.
    Done {
        /// Whether it takes another file; else it ends, to give its memory back.
        again: bool,
    },
}

/// The version of both.
pub(super) const VERSION: &str = env!("CARGO_PKG_VERSION");
