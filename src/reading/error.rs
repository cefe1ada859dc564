//! Why nothing could be read, and what to do next.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::container::{DEPTH, MEMBERS, UNPACKED_BYTES};
use super::{CHILD_MEMORY_MB, FILE_BYTES, STEP_SECONDS};

/// What a file, or a piece of one, is, as far as an error speaks of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum What {
    /// Anything.
    File,
    /// ISO 32000.
    Pdf,
    /// PNG or JPEG.
    Picture,
    /// RFC 8259.
    Json,
    /// Lines of text.
    Text,
    /// A ZIP archive.
    Archive,
    /// A mail (RFC 5322).
    Mail,
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::File => "file",
            Self::Pdf => "PDF",
            Self::Picture => "picture",
            Self::Json => "JSON",
            Self::Text => "text",
            Self::Archive => "archive",
            Self::Mail => "mail",
        })
    }
}

/// Why nothing could be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
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
    /// Another kind of file, named.
    #[error("the file is {0}, not a PDF, PNG, JPEG or text")]
    Kind(String),
    /// A file that is packed in a way which is not opened, named.
    #[error("the file is {0}, which is not opened")]
    Packed(String),
    /// A file that may hold several, where one was asked for.
    #[error("{}", if matches!(.0, What::Mail) { "it is a mail, not a certificate" } else { "it is an archive, not a certificate" })]
    Holder(What),
    /// No kind of file that is known.
    #[error("the file is not text, and not a PDF, PNG or JPEG")]
    NotText,
    /// A file with a password.
    #[error("the {what} cannot be opened: it is encrypted with a password")]
    Encrypted {
        /// What it is.
        what: What,
    },
    /// A file that cannot be parsed.
    #[error("the {what} is damaged: {problem}")]
    Damaged {
        /// What it is.
        what: What,
        /// What was found.
        problem: String,
    },
    /// A file that would unpack to, or draw, more than any certificate does.
    #[error("the {what} asks for too much: {problem}")]
    Excessive {
        /// What it is.
        what: What,
        /// What was found, with the limit.
        problem: String,
    },
    /// Reading it was ended: it took more than it is given.
    #[error("reading the file takes more than {STEP_SECONDS} seconds or {CHILD_MEMORY_MB} MB of memory")]
    Ended,
    /// Files that are not looked at because those before them took all the time there is.
    #[error("the files before it took all the time there is; it was not looked at")]
    OutOfTime,
    /// A member that is packed in a way which is not read.
    #[error("it is packed by method {method}, which is not read")]
    Method {
        /// The method's number in the archive (APPNOTE section 4.4.5).
        method: u16,
    },
    /// A container too deep in others.
    #[error("it lies in more than {DEPTH} archives or mails, one in the other; it was not opened")]
    Nested,
    /// An archive with too many members, or too large ones.
    #[error(
        "the archive holds {members} files of {bytes} bytes; at most {MEMBERS} of {UNPACKED_BYTES} bytes are opened"
    )]
    TooMany {
        /// How many there are.
        members: usize,
        /// What they unpack to, as the archive says.
        bytes: u64,
    },
    /// Bytes of a container that belong to nothing that was looked at.
    #[error("the {what} holds {bytes} bytes that belong to none of its files and were not looked at")]
    Leftover {
        /// What it is.
        what: What,
        /// How many.
        bytes: usize,
    },
    /// A file that is several files, where one was asked for.
    #[error("the file is {0} files, one after the other")]
    Several(usize),
    /// The process that reads files cannot be started.
    #[error("it cannot be read now: {0}")]
    NoReader(String),
}

impl ReadingError {
    /// Returns what to do next.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Empty => "ask for the certificate again",
            Self::TooLarge { .. } | Self::TooMany { .. } => {
                "unpack an archive, and verify its folder with `testamur verify FOLDER`, or fewer files at a time; of any \
                 other file, use a picture of its QR code"
            }
            Self::Excessive { .. } | Self::Ended => "use the original certificate, or a picture of its QR code",
            Self::Kind(_) | Self::NotText => {
                "use the PDF or PNG of the certificate, a photo of it as JPEG, or the text of its QR code"
            }
            Self::Holder(What::Mail) => "save what is attached to it, and give the certificate's own file",
            Self::Holder(_) => "unpack it, and give the certificate's own file",
            Self::Encrypted { .. } => {
                "open it with its password and save it without one, or use a picture of its QR code"
            }
            Self::Damaged { .. } => "ask for the original file, or use a picture of its QR code",
            Self::OutOfTime => "verify it by itself",
            Self::Packed(_) | Self::Method { .. } | Self::Nested => "unpack it, and verify what is in it",
            Self::Leftover { .. } => "ask for the original file; whoever unpacks it does not see those bytes",
            Self::Several(_) => "split it, and verify each",
            Self::NoReader(_) => "start the program again",
        }
    }

    /// True if the file was looked at and is no good; else nobody knows what is in it, and nobody is to be accused.
    pub fn is_looked_at(&self) -> bool {
        match self {
            Self::Empty | Self::NotText => true,
            Self::Damaged { what, .. } => !matches!(what, What::File | What::Archive | What::Mail),
            _ => false,
        }
    }
}
