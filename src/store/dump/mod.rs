//! Dumps: the whole store as JSON lines, signed, to back it up and to rebuild it when its file is damaged.
//!
//! The first line is a header, the last a footer with the number of records and the SHA-256 of all bytes before it; a
//! JWS over the footer's statement proves who made it. Each line between is one [`DumpRecord`]. What follows from a
//! certificate (owner, digest, status entry) is not in a dump. Keys are not in the store, so they are not in a dump.
//!
//! What was issued after the dump is unknown to the store rebuilt from it: its numbers and positions would be given out
//! again. Reserve past them first, if any certificate was issued since.

mod export;
mod import;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use export::export;
pub use import::import;

use super::{AuditEntry, BlobId, Certificate, Event, Participant, Run, StoreError, Stray};
use crate::credential::{CertificateNumber, EventCode, Timestamp};

/// Version of the format that is written, and the newest that is read.
pub const DUMP_VERSION: u32 = 1;
/// Longest line, in bytes: a record of [`super::RECORD_BYTES`] fits, also a part of kept bytes in base64.
const LINE_BYTES: usize = 128 * 1024;
const FORMAT: &str = "testamur-dump";

/// One record of a dump.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum DumpRecord {
    /// A named value, in base64.
    Setting {
        /// Its name.
        name: String,
        /// Its bytes.
        value: String,
    },
    /// A part of kept bytes, in base64; the parts come in order, before their [`DumpRecord::Blob`].
    BlobPart {
        /// Whose part.
        id: BlobId,
        /// Which, from 0.
        part: u32,
        /// Its bytes.
        bytes: String,
    },
    /// Kept bytes whose parts have all come.
    Blob {
        /// Their digest.
        id: BlobId,
        /// How many bytes.
        length: u64,
    },
    /// An event.
    Event(Event),
    /// A participant. An event's come in the order of its roster, which gives them their places again.
    Participant {
        /// Of this event.
        event: EventCode,
        /// Who.
        participant: Participant,
    },
    /// A version of a certificate.
    Certificate {
        /// Whether it is the newest version.
        current: bool,
        /// The version.
        certificate: Certificate,
    },
    /// A revoked credential that is not in the store.
    Stray(Stray),
    /// Numbers reserved.
    Numbers {
        /// In this event.
        event: EventCode,
        /// In this year.
        year: i16,
        /// The last one.
        reserved: u64,
    },
    /// Positions reserved in a status list.
    StatusList {
        /// Which, from 1.
        list: u32,
        /// How many.
        reserved: u32,
    },
    /// A run of the command line, as earlier versions wrote it; now runs are documents.
    Run(Run),
    /// A document of the service.
    Document {
        /// Its collection's name.
        collection: String,
        /// Its key in the collection.
        key: String,
        /// Its JSON.
        value: serde_json::Value,
    },
    /// An entry of the audit log.
    Audit(AuditEntry),
}

impl DumpRecord {
    /// Returns the kind's name, as in a dump.
    fn kind(&self) -> &'static str {
        match self {
            Self::Setting { .. } => "setting",
            Self::BlobPart { .. } => "blob_part",
            Self::Blob { .. } => "blob",
            Self::Event(_) => "event",
            Self::Participant { .. } => "participant",
            Self::Certificate { .. } => "certificate",
            Self::Stray(_) => "stray",
            Self::Numbers { .. } => "numbers",
            Self::StatusList { .. } => "status_list",
            Self::Run(_) => "run",
            Self::Document { .. } => "document",
            Self::Audit(_) => "audit",
        }
    }
}

/// The first line of a dump.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Always `testamur-dump`.
    format: String,
    /// [`DUMP_VERSION`].
    version: u32,
    /// When it was made.
    pub created: Timestamp,
    /// The issuer's DID.
    pub issuer: String,
}

impl Header {
    /// Returns the header of a dump made now.
    pub fn new(created: Timestamp, issuer: &str) -> Self {
        Self { format: FORMAT.to_owned(), version: DUMP_VERSION, created, issuer: issuer.to_owned() }
    }
}

/// What a dump holds. Its JCS is what the JWS in the footer signs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Summary {
    /// The header.
    pub header: Header,
    /// Records by kind.
    pub records: BTreeMap<String, u64>,
    /// Lower-case hex SHA-256 of all bytes before the footer's line.
    pub sha256: String,
    /// Certificates in it that are not as the issuer signed them; left out where there are none.
    #[serde(default, skip_serializing_if = "NotAsSigned::is_none")]
    pub not_as_signed: NotAsSigned,
}

/// Certificates that are not as the issuer signed them: somebody else changed the store.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotAsSigned {
    /// How many versions.
    pub count: u64,
    /// The first of them, by number.
    pub first: Vec<CertificateNumber>,
}

impl NotAsSigned {
    /// How many are named.
    const NAMED: usize = 10;

    fn is_none(&self) -> bool {
        self.count == 0
    }

    fn add(&mut self, number: &CertificateNumber) {
        self.count += 1;
        if self.first.len() < Self::NAMED && !self.first.contains(number) {
            self.first.push(number.clone());
        }
    }
}

impl Summary {
    fn statement(&self) -> Vec<u8> {
        serde_json_canonicalizer::to_vec(self).expect("texts and counts have a canonical form")
    }
}

/// A line. Not an untagged enum: serde buffers those, and loses numbers where serde_json keeps them as texts.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Line {
    Header(Header),
    Record(Box<DumpRecord>),
    Footer { summary: Summary, jws: String },
}

/// Why a dump is not written or not restored.
#[derive(Debug, thiserror::Error)]
pub enum DumpError {
    /// Reading or writing the dump failed.
    #[error("the dump cannot be read or written")]
    Io(#[from] std::io::Error),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A line is not what it should be.
    #[error("line {line} of the dump: {problem}")]
    Line {
        /// Its number, from 1.
        line: u64,
        /// What is wrong.
        problem: String,
    },
    /// Its records do not fit together.
    #[error("the dump does not hold together: {0}")]
    Inconsistent(String),
    /// It ends without a footer.
    #[error("the dump is cut off: it has no footer")]
    Unfinished,
    /// Its bytes are not those that were signed.
    #[error("the dump was changed: it does not match its {0}")]
    Changed(&'static str),
    /// The JWS is not good.
    #[error("the dump's signature is not by a key of this issuer")]
    Signature,
    /// Made by a newer version of Testamur.
    #[error("the dump has format version {0}; this version reads up to {DUMP_VERSION}")]
    Version(u32),
}
