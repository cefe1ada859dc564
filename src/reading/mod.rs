//! Reading certificates back: finds the credential in a PDF (attachment, else the QR code on the page), in a picture
//! (QR code), in a `.jwt` or in text, and the text that a PDF prints; opens archives and mails for it.
//!
//! Bytes in, findings out; trusts nothing that it reads and bounds all of it. Decides no verdict ([`crate::verify`]).
//! Kinds of files are told by their first bytes, never by their names. What others send is read by [`Reader`], in a
//! process of its own; our own documents on a thread with a time limit. `schemas/verify.md` has the rules.

mod apart;
mod container;
mod disagree;
mod error;
mod found;
mod guard;
mod jpeg;
mod letters;
mod magic;
mod mail;
mod parts;
mod pdf;
mod picture;
mod pieces;
mod png;
mod printed;
mod published;
mod scan;
mod svg;
mod text;
mod zip;

pub use apart::{Ask, COMMAND, Reader, serve};
pub use container::{DEPTH, MEMBERS, UNPACKED_BYTES, is_container};
pub use disagree::{Compared, Disagreement, Field, Signed, compare, compare_signed, own_pages, shown_numbers};
pub use error::{ReadingError, What};
pub use found::{Candidate, Cut, Found, Kind, Source};
pub use pieces::{Outcome, Piece};
pub use published::published;
pub use text::lines;

use magic::{Magic, magic};
use pieces::Gathering;
use serde::{Deserialize, Serialize};

/// Largest file that is read: 64 MB.
pub const FILE_BYTES: usize = 64 << 20;

/// Longest text of one candidate; a credential's JWS stays far below.
pub const CANDIDATE_BYTES: usize = 256 << 10;

/// Most candidates that one file gives.
pub const CANDIDATES: usize = 1_000;

/// Memory of the process that reads what others send, in megabytes.
pub const CHILD_MEMORY_MB: u64 = 256;

/// How long it works on one page.
pub const STEP_SECONDS: u64 = 5;

/// How long it goes on to begin with further pages of one file.
pub const FILE_SECONDS: u64 = 20;

/// How much work is spent on a PDF.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum ReadMode {
    /// Attachments and QR codes, so that a page whose code says something else than its attachment is noticed.
    #[default]
    Thorough,
    /// Pages are only drawn and scanned when no attachment has the number that they show: for checking many files.
    Quick,
}

/// Reads a file as thoroughly as possible, in this process.
///
/// # Errors
/// When it is no PDF, PNG, JPEG or text, damaged, encrypted or past a limit, or holds several files. Finding nothing is
/// not an error.
pub fn read(bytes: &[u8]) -> Result<Found, ReadingError> {
    read_with(bytes, ReadMode::Thorough)
}

/// Reads a file, in this process.
///
/// # Errors
/// As [`read`].
pub fn read_with(bytes: &[u8], mode: ReadMode) -> Result<Found, ReadingError> {
    only(bytes, |bytes| pieces_here(bytes, mode, false))
}

impl Reader {
    /// Reads a file that holds no others, as thoroughly as possible.
    ///
    /// # Errors
    /// As [`read`].
    pub fn one(&self, bytes: &[u8]) -> Result<Found, ReadingError> {
        only(bytes, |bytes| self.pieces(bytes, Ask { mode: ReadMode::Thorough, ..Ask::default() }))
    }

    /// The same, for at most so many seconds.
    ///
    /// # Errors
    /// As [`read`].
    pub fn one_within(&self, bytes: &[u8], seconds: u64) -> Result<Found, ReadingError> {
        let ask = Ask { mode: ReadMode::Thorough, seconds: Some(seconds), ..Ask::default() };
        only(bytes, |bytes| self.pieces(bytes, ask))
    }
}

/// What was read of a file that must be one.
fn only(bytes: &[u8], read: impl FnOnce(&[u8]) -> Vec<Piece>) -> Result<Found, ReadingError> {
    match magic(bytes) {
        Magic::Zip => return Err(ReadingError::Holder(What::Archive)),
        Magic::Mail => return Err(ReadingError::Holder(What::Mail)),
        _ => {}
    }
    let mut pieces = read(bytes);
    if pieces.len() > 1 {
        pieces.retain(|piece| !matches!(piece.outcome, Outcome::Aside(_)));
    }
    match (pieces.len(), pieces.pop()) {
        (1, Some(Piece { outcome: Outcome::Found(found), .. })) => Ok(found),
        (1, Some(Piece { outcome: Outcome::Failed(error), .. })) => Err(error),
        (0 | 1, _) => Ok(Found::nothing(Kind::Text)),
        (several, _) => Err(ReadingError::Several(several)),
    }
}

/// Reads a file and the files in it, in this process.
fn pieces_here(bytes: &[u8], mode: ReadMode, is_inside: bool) -> Vec<Piece> {
    if bytes.len() > FILE_BYTES {
        return Gathering::default().leaving(ReadingError::TooLarge { bytes: bytes.len() });
    }
    let read = move |bytes: Vec<u8>| {
        let mut gathering = Gathering::default();
        container::read(bytes, (mode, !is_inside), container::Told::default(), &mut gathering);
        gathering.into_pieces()
    };
    let bytes = bytes.to_vec();
    if text::is_jws(&bytes) {
        return read(bytes);
    }
    guard::on_thread(What::File, move || Ok(read(bytes))).unwrap_or_else(|error| Gathering::default().leaving(error))
}

/// True if a file is text by its first bytes: a JWS, JSON, or lines, but no mail.
pub fn is_text(bytes: &[u8]) -> bool {
    matches!(magic(bytes), Magic::Text)
}

/// What a file among many is worth, by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worth {
    /// It may be a certificate, or may hold one.
    Reading,
    /// It is text, as most files are.
    Searching,
    /// It is of a kind that is not read.
    Nothing,
}

/// Says what a file is worth whose first bytes are these.
pub fn worth(head: &[u8]) -> Worth {
    match magic(head) {
        Magic::Pdf | Magic::Png | Magic::Jpeg | Magic::Mail => Worth::Reading,
        Magic::Other(_) if svg::is_baked(head) => Worth::Reading,
        // Documents of office programs are archives too.
        Magic::Zip | Magic::Packed(_) | Magic::Other(_) => Worth::Nothing,
        Magic::Text if text::decoded(head).is_some() => Worth::Searching,
        Magic::Text => Worth::Nothing,
    }
}
