//! Reading certificates back: finds the credential in a PDF (attachment, else the QR code on the page), in a picture
//! (QR code), in a `.jwt` or in text, and the text that a PDF prints.
//!
//! Bytes in, findings out; trusts nothing that it reads and bounds all of it. Decides no verdict ([`crate::verify`]).
//! Kinds of files are told by their first bytes, never by their names. PDF files and pictures are opened on a thread of
//! their own with a time limit, so that a crafted file costs a clear error and not the process.

mod disagree;
mod guard;
mod pdf;
mod picture;
mod png;
mod printed;
mod published;
mod scan;
mod text;

pub use disagree::{Disagreement, disagreements, own_pages};
pub use published::published;
pub use text::lines;

use crate::credential::{Malformed, limits};
use crate::proof::jws::Jws;

/// Largest file that is read: 64 MB.
pub const FILE_BYTES: usize = 64 << 20;

/// Longest text of one candidate; a credential's JWS stays far below.
pub const CANDIDATE_BYTES: usize = 256 << 10;

/// Most candidates that one file gives.
pub const CANDIDATES: usize = 1_000;

/// What was found in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What the file is.
    pub kind: Kind,
    /// Texts that may be a credential, the most direct source first; may hold none, one or several.
    pub candidates: Vec<Candidate>,
    /// The text that a PDF's first pages show, in the order it is drawn; `None` for other files and unreadable pages.
    pub printed: Option<String>,
    /// Annotations that draw on a PDF's pages, such as a text box over a name. Our certificates carry links alone.
    pub drawn_over: bool,
}

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// ISO 32000.
    Pdf,
    /// A PNG picture.
    Png,
    /// A JPEG picture.
    Jpeg,
    /// A compact JWS.
    Jwt,
    /// A JSON document.
    Json,
    /// Lines of text, such as verifier links.
    Text,
}

/// A text that may be a credential: a JWS, a verifier link, or JSON with an embedded proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The text.
    pub text: String,
    /// Where it was.
    pub source: Source,
}

/// Where a candidate was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A file attached to a PDF.
    Attachment,
    /// A QR code on this page of a PDF, from 1.
    QrOnPage(usize),
    /// A QR code in a picture.
    QrInPicture,
    /// The text itself.
    PlainText,
    /// The `openbadgecredential` text of a PNG (Open Badges 3.0 section 5.3.1).
    BakedPng,
}

/// How much work is spent on a PDF.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ReadMode {
    /// Attachments and QR codes, so that a page whose code says something else than its attachment is noticed.
    #[default]
    Thorough,
    /// Pages are only drawn and scanned when there is no attachment: for checking many files.
    Quick,
}

/// Why nothing could be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadingError {
    /// No bytes.
    #[error("the file is empty")]
    Empty,
    /// Past [`FILE_BYTES`].
    #[error("the file has {bytes} bytes; at most {FILE_BYTES} are read")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// Neither PDF, PNG, JPEG nor text.
    #[error("the file is {0}, not a PDF, PNG, JPEG or text")]
    Kind(&'static str),
    /// A PDF with a password.
    #[error("the PDF is encrypted")]
    Encrypted,
    /// A file that cannot be parsed.
    #[error("the {what} is damaged: {problem}")]
    Damaged {
        /// `PDF`, `picture`.
        what: &'static str,
        /// What was found.
        problem: String,
    },
    /// A file that would unpack to, or draw, more than any certificate does.
    #[error("the {what} asks for too much: {problem}")]
    Excessive {
        /// `PDF`, `picture`.
        what: &'static str,
        /// What was found, with the limit.
        problem: String,
    },
}

impl ReadingError {
    /// Returns what to do next.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Empty => "ask for the certificate again",
            Self::TooLarge { .. } | Self::Excessive { .. } => {
                "use the original certificate, or a picture of its QR code"
            }
            Self::Kind(_) => "use the PDF or PNG of the certificate, a photo of it as JPEG, or the text of its QR code",
            Self::Encrypted => "save it without a password, or use a picture of its QR code",
            Self::Damaged { .. } => "ask for the original file, or use a picture of its QR code",
        }
    }
}

/// Reads a file as thoroughly as possible.
///
/// # Errors
/// When it is no PDF, PNG, JPEG or text, damaged, encrypted or past a limit. Finding nothing is not an error.
pub fn read(bytes: &[u8]) -> Result<Found, ReadingError> {
    read_with(bytes, ReadMode::Thorough)
}

/// Reads a file.
///
/// # Errors
/// As [`read`].
pub fn read_with(bytes: &[u8], mode: ReadMode) -> Result<Found, ReadingError> {
    if bytes.is_empty() {
        return Err(ReadingError::Empty);
    }
    if bytes.len() > FILE_BYTES {
        return Err(ReadingError::TooLarge { bytes: bytes.len() });
    }
    match magic(bytes) {
        Magic::Pdf => pdf::read(bytes, mode),
        Magic::Png => picture::read_png(bytes),
        Magic::Jpeg => picture::read_jpeg(bytes),
        Magic::Other(kind) => Err(ReadingError::Kind(kind)),
        Magic::Text => text::read(bytes),
    }
}

enum Magic {
    Pdf,
    Png,
    Jpeg,
    Text,
    Other(&'static str),
}

fn magic(bytes: &[u8]) -> Magic {
    const OTHERS: [(usize, &[u8], &str); 9] = [
        (0, b"PK\x03\x04", "an archive"),
        (0, b"GIF8", "a GIF picture"),
        (8, b"WEBP", "a WebP picture"),
        (4, b"ftyp", "a HEIC picture or a film"),
        (0, b"II*\0", "a TIFF picture"),
        (0, b"MM\0*", "a TIFF picture"),
        (0, b"BM", "a BMP picture"),
        (0, b"\x1F\x8B", "a compressed file"),
        (0, b"\xD0\xCF\x11\xE0", "an old office document"),
    ];
    // Readers accept a PDF header within the first 1,024 bytes (ISO 32000-1, implementation note 13).
    let head = &bytes[..bytes.len().min(1024)];
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        Magic::Png
    } else if bytes.starts_with(b"\xFF\xD8\xFF") {
        Magic::Jpeg
    } else if head.windows(5).any(|window| window == b"%PDF-") {
        Magic::Pdf
    } else if let Some((_, _, kind)) = OTHERS.iter().find(|(at, magic, _)| {
        bytes.get(*at..).is_some_and(|rest| rest.starts_with(magic)) && std::str::from_utf8(head).is_err()
            || *at == 0 && magic.len() > 2 && bytes.starts_with(magic)
    }) {
        Magic::Other(kind)
    } else {
        Magic::Text
    }
}

impl Candidate {
    /// Returns the JWS that the text is or carries.
    ///
    /// # Errors
    /// [`Malformed`] where it is neither a compact JWS nor a verifier link.
    pub fn jws(&self) -> Result<Jws, Malformed> {
        let text = self.text.trim();
        if text::is_compact_jws(text) { Jws::parse(text, limits::CREDENTIAL_BYTES) } else { crate::qr::unpack(text) }
    }

    /// True if the text has the looks of a credential, well-formed or not: worth a verdict.
    pub fn looks_like_credential(&self) -> bool {
        let text = self.text.trim();
        text::is_compact_jws(text) || text::is_verifier_link(text) || text.starts_with('{')
    }
}

impl Found {
    /// Returns the candidate to verify: the first that has the looks of a credential.
    pub fn best(&self) -> Option<&Candidate> {
        self.candidates.iter().find(|candidate| candidate.looks_like_credential())
    }

    /// Returns true if the file carries two different credentials, such as an attachment and a QR code that disagree.
    pub fn is_contradictory(&self) -> bool {
        let mut all = self.candidates.iter().filter_map(|candidate| candidate.jws().ok());
        let Some(first) = all.next() else { return false };
        all.any(|other| other != first)
    }
}
