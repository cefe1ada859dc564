//! The store: what the issuer must never lose, and the promises that every engine keeps.
//!
//! Asks for meanings, not for tables. Engines: [`MemoryStore`] for tests, [`SledStore`] for one machine, [`remote::RemoteStore`]
//! for who works beside the process that has one open; PostgreSQL can follow with the same trait and the same tests. Knows no keys and renders nothing.

mod alike;
mod audit;
mod batch;
mod documents;
mod dump;
mod engine;
mod keys;
mod memory;
mod ordered;
mod query;
mod records;
pub mod remote;
mod sled;
mod sought;
mod wanted;
mod within;

pub use alike::{mailbox, plain_name};
pub use audit::{AuditHead, check_audit};
pub use batch::{Batch, ParticipantChange, Premise};
pub use documents::{Collection, Document, DocumentWrite, Expect, Index, Names};
pub use dump::{DUMP_VERSION, DumpError, DumpRecord, Header, NotAsSigned, Summary, export, import};
pub use memory::MemoryStore;
pub use ordered::{KEY_BYTES, PAGE_LIMIT, RECORD_BYTES};
pub use query::{AuditQuery, CertificateQuery, DocumentQuery, PeopleQuery};
pub use records::{
    Act, AuditEntry, BlobId, Cause, Certificate, CertificateChange, CertificateState, Erased, Event, Fields,
    Participant, PersonKey, Run, RunTotals, SeenStray, Standing, StatusRange, Stray, TemplateRef, Waiting, Withdrawal,
    waits,
};
pub use sled::SledStore;
pub use wanted::while_wanted;
pub use within::{OWN_TEMPLATE, Within, template_named_for};

use crate::credential::{CertificateNumber, EventCode, StatusEntry, Timestamp};
use crate::status::Reason;

/// Why a store call failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Somebody else changed the record in between.
    #[error("`{0}` was changed by somebody else in the meantime")]
    Conflict(String),
    /// The record is not there.
    #[error("`{0}` does not exist")]
    NotFound(String),
    /// The text is no cursor of this listing.
    #[error("`{0}` is not a cursor of this listing")]
    Cursor(String),
    /// There is no store in the folder.
    #[error("there is no store in {path}")]
    Missing {
        /// The folder.
        path: String,
    },
    /// A new store or a dump needs an empty place, and this one is in use.
    #[error("the store in {path} is not empty")]
    NotEmpty {
        /// The store's folder.
        path: String,
    },
    /// A dump is only partly in the store.
    #[error("a dump is only partly restored into this store; import the same dump again")]
    Restoring,
    /// A record is larger than any record should be.
    #[error("this {what} has {bytes} bytes; at most {limit} can be kept")]
    TooLarge {
        /// What it is.
        what: &'static str,
        /// Its size.
        bytes: usize,
        /// The most allowed.
        limit: usize,
    },
    /// Everything that could be reserved has been.
    #[error("there are no more {0}")]
    Exhausted(&'static str),
    /// The audit log was tampered with or is incomplete.
    #[error("the audit log does not hold together at entry {sequence}")]
    Audit {
        /// The first entry that does not continue the chain.
        sequence: u64,
    },
    /// Another process holds the store.
    #[error("the store in {path} is in use by another process{holder}")]
    Locked {
        /// The store's folder.
        path: String,
        /// ` (process 123)` where it is known, else empty.
        holder: String,
    },
    /// No space is left; nothing was acknowledged.
    #[error("the disk that holds {path} is full; free some space and try again: nothing that was acknowledged is lost")]
    DiskFull {
        /// The store's folder.
        path: String,
    },
    /// The store's file is damaged.
    #[error(
        "the store in {path} is damaged: {problem}; restore a backup of its folder, or rebuild it from a dump with `testamur import-dump`"
    )]
    Damaged {
        /// The store's folder.
        path: String,
        /// What was found.
        problem: String,
    },
    /// Made by a newer version of Testamur.
    #[error("the store has layout {found}; this version reads up to {known}")]
    Layout {
        /// Layout in the store.
        found: u32,
        /// Newest layout known here.
        known: u32,
    },
    /// Nobody waits for what was being read; see [`while_wanted`].
    #[error("nobody waits for this any more")]
    Unwanted,
    /// Reading or writing failed.
    #[error("the store cannot be read or written")]
    Io(#[source] std::io::Error),
}

/// One page of a listing and where the next one starts; `next` is `None` at the end. A cursor is opaque text.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Page<T> {
    /// The records.
    pub items: Vec<T>,
    /// The cursor of the next page.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// Goes through all pages of a listing, for as long as `take` says so.
    ///
    /// # Errors
    /// Those of the listing.
    pub fn each<E>(list: impl Fn(Option<&str>) -> Result<Self, E>, mut take: impl FnMut(T) -> bool) -> Result<(), E> {
        let mut cursor: Option<String> = None;
        loop {
            let page = list(cursor.as_deref())?;
            if !page.items.into_iter().all(&mut take) || page.next.is_none() {
                return Ok(());
            }
            cursor = page.next;
        }
    }
}

/// What [`Store::compact`] did: the bytes of the store's files before and after; 0 for a store without files.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Compacted {
    /// Before.
    pub before: u64,
    /// After.
    pub after: u64,
}

/// Result of a store call.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// Keeps events, participants, certificates, status entries, runs and the audit log.
///
/// **Durable**: what a writing method did is on disk when it returns `Ok`, and stays there through a power cut.
/// **Atomic**: a writing method does all of its work, with its audit entry, or nothing. **Serialisable**: two calls
/// that touch the same record act as if one came after the other, also across processes. What a reading method returned
/// is durable too. All methods may be called from many threads at once. Listings are paged, in the order that they say, and hold no
/// lock between pages: a record that is there from the first to the last page is listed once, one that comes or changes
/// meanwhile may be listed or not. A page has at least one and at most [`PAGE_LIMIT`] items. A cursor that is none is
/// refused ([`StoreError::Cursor`]). Records past [`RECORD_BYTES`] and keys past [`KEY_BYTES`] are refused.
///
/// **Keys** sort by the bytes of their UTF-8, in every engine and whatever the machine's language: `Z` before `a`, `z` before
/// `é`. **Of two writes to one document in a batch the second counts**, and what it expects is what the first one left; a
/// record of another kind occurs in a batch once.
///
/// **What is kept is JSON** (RFC 8259): the members that the types say, of which those that are absent are what they were
/// before there were such members. A value comes back equal to what was given: whole numbers of 64 bits to the last digit,
/// others as the nearest `f64`, texts with every character of Unicode, U+0000 too. The order of members is not promised.
///
/// After [`StoreError::Io`] from a writing method, that write may or may not be there when the store is opened again; until
/// then this one refuses everything. The same after [`StoreError::DiskFull`] if an engine met it half-way; one that saw it
/// coming has changed nothing, and goes on when there is room again.
///
/// Trust: whoever can write here can hide a revocation or waste numbers, but cannot make a credential.
///
/// Methods are synchronous: an engine that is not (PostgreSQL) blocks inside; a server calls them off its event loop.
pub trait Store: Send + Sync {
    /// Returns a small named value.
    fn setting(&self, name: &str) -> Result<Option<Vec<u8>>>;

    /// Sets a named value of up to [`RECORD_BYTES`], provided that it still is `old`; otherwise [`StoreError::Conflict`].
    fn swap_setting(&self, name: &str, old: Option<&[u8]>, new: &[u8], act: &Act) -> Result<()>;

    /// Lists all settings.
    fn settings(&self, cursor: Option<&str>, limit: usize) -> Result<Page<(String, Vec<u8>)>>;

    /// Keeps bytes of any size under their SHA-256; keeping the same bytes twice is no work.
    fn put_blob(&self, bytes: &[u8]) -> Result<BlobId>;

    /// Returns kept bytes.
    fn blob(&self, id: &BlobId) -> Result<Option<Vec<u8>>>;

    /// Lists kept bytes.
    fn blobs(&self, cursor: Option<&str>, limit: usize) -> Result<Page<BlobId>>;

    /// Says whether an event of this code, if there is one, is seen here: not by who is limited to others ([`Within`]).
    fn covers(&self, event: &EventCode) -> bool {
        let _ = event;
        true
    }

    /// Returns an event.
    fn event(&self, code: &EventCode) -> Result<Option<Event>>;

    /// Lists events by code.
    fn events(&self, cursor: Option<&str>, limit: usize) -> Result<Page<Event>>;

    /// Does all of a batch in one step, or nothing of it: [`StoreError::Conflict`] with the first premise that does not hold
    /// and the first record that is not what its change expects; also if an external id is another's, and if somebody with
    /// a certificate would be deleted. [`StoreError::NotFound`] without the event of a participant. Who is new gets the next
    /// place in the event's roster, in the given order. Returns the revision of the documents written. `None` for `act` is
    /// for what is no act of anybody.
    fn write(&self, batch: &Batch, act: Option<&Act>) -> Result<u64>;

    /// Returns a participant.
    fn participant(&self, event: &EventCode, person: &PersonKey) -> Result<Option<Participant>>;

    /// Returns participants by their keys, in the order of the keys; `None` for who is not there. As with the next ones of
    /// this kind, engines that are far away ask once.
    fn participants_at(&self, event: &EventCode, people: &[&PersonKey]) -> Result<Vec<Option<Participant>>> {
        people.iter().map(|person| self.participant(event, person)).collect()
    }

    /// Lists an event's participants by their places in its roster: in the order in which they were first put.
    fn participants(&self, event: &EventCode, cursor: Option<&str>, limit: usize) -> Result<Page<Participant>>;

    /// Lists those of an event's participants that are asked for, in the order and with the cursors of
    /// [`Store::participants`]. A page is full unless it is the last.
    fn find_participants(
        &self,
        event: &EventCode,
        query: &PeopleQuery,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Participant>>;

    /// Lists the people of all events of whom a text is true as by [`PeopleQuery::text`], each with the event, by event and place: one
    /// search, and not one for each event. A text of blanks finds nobody. A page is full unless it is the last.
    fn find_people(&self, text: &str, cursor: Option<&str>, limit: usize) -> Result<Page<(EventCode, Participant)>>;

    /// Returns the blocks of an event's roster, in order, each with the number of the last write that changed somebody in it or
    /// what they have: a certificate, a listing, a message. Who worked something out of a block works it out again when the number
    /// is another; what is read after the number is at least as new.
    fn roster_stamps(&self, event: &EventCode) -> Result<Vec<(u64, u64)>>;

    /// Returns who is in a block of an event's roster, with their places, by place.
    fn roster_block(&self, event: &EventCode, block: u64) -> Result<Vec<(u64, Participant)>>;

    /// Writes an event, provided that the stored one still is `old` (`None`: there is none); else [`StoreError::Conflict`].
    /// With documents, as [`Store::write_documents`] does, in the same step.
    fn change_event(&self, old: Option<&Event>, new: &Event, writes: &[DocumentWrite], act: &Act) -> Result<()>;

    /// Deletes an event in which nothing was issued, provided that the stored one still is `event`; else, and if it has
    /// certificates, [`StoreError::Conflict`]. With documents in the same step. Counters of its numbers stay. Its people are
    /// no longer found, and go by [`Store::forget_people`].
    fn remove_event(&self, event: &Event, writes: &[DocumentWrite], act: &Act) -> Result<()>;

    /// Deletes up to `most` records of people of an event that is not there; says whether there are more.
    /// [`StoreError::Conflict`] if the event is there.
    fn forget_people(&self, event: &EventCode, most: usize) -> Result<bool>;

    /// Returns whom a mark leads to: `#ID` or `x:EXTERNAL ID`.
    fn person(&self, event: &EventCode, mark: &str) -> Result<Option<PersonKey>>;

    /// Returns who has this e-mail now, in whichever form ([`mailbox`]): a mailbox may be that of several people. By key, the
    /// first [`PAGE_LIMIT`].
    fn people_at(&self, event: &EventCode, email: &str) -> Result<Vec<Participant>>;

    /// Returns who has this name now, in whichever spelling ([`plain_name`]). By key, the first [`PAGE_LIMIT`].
    fn people_named(&self, event: &EventCode, name: &str) -> Result<Vec<Participant>>;

    /// Adds (`old` is `None`), replaces or deletes (`new` is `None`) one participant, provided that the stored one still is
    /// `old`, with documents in the same step; otherwise [`StoreError::Conflict`]. Also if the external id is another's,
    /// and if somebody with a certificate would be deleted. The key stays.
    fn change_participant(
        &self,
        event: &EventCode,
        old: Option<&Participant>,
        new: Option<&Participant>,
        writes: &[DocumentWrite],
        act: &Act,
    ) -> Result<()>;

    /// Puts `new` in the place of `old`, deletes `gone`, and makes `gone`'s certificates those of `new`, provided that both
    /// still are as given; with documents in the same step. [`StoreError::Conflict`] if both have certificates.
    fn merge_participants(
        &self,
        event: &EventCode,
        old_new_gone: [&Participant; 3],
        writes: &[DocumentWrite],
        act: &Act,
    ) -> Result<()>;

    /// Takes away all that names a person in an event, in one step: the participant with the place in the roster, and of
    /// each version of each certificate the recipient, the e-mail, the columns and the credential. Number, status entry, key,
    /// dates, state and digest stay, so that lists and copies elsewhere go on to verify. What documents say of the person
    /// goes by `writes`. [`StoreError::NotFound`] if there is nobody.
    fn erase_person(&self, event: &EventCode, person: &PersonKey, writes: &[DocumentWrite], act: &Act) -> Result<()>;

    /// Reserves `count` sequence numbers of an event and year, and returns the first. Never hands one out twice, even
    /// after a crash; what is reserved and not used is a gap.
    fn reserve_numbers(&self, event: &EventCode, year: i16, count: u64) -> Result<u64>;

    /// Reserves `count` status list positions, from the current list on and opening new ones of
    /// [`crate::status::LIST_ENTRIES`] as needed. Never hands a position out twice, even after a crash. Lists count from 1.
    fn reserve_status(&self, count: u32) -> Result<Vec<StatusRange>>;

    /// Returns for each list from 1 on how many positions were reserved.
    fn status_lists(&self) -> Result<Vec<u32>>;

    /// Makes all changes of certificates and documents in one step, or none: [`StoreError::Conflict`] with the first
    /// certificate's number, person's number or document's key that is not what the change expects. Each version's digest
    /// ([`crate::status::issued_digest`]) is kept under its signing key. An `Issue` is a version 1; it conflicts where its
    /// person is not enrolled or has another newest certificate than [`Certificate::earlier`] says, where its number is taken or its status entry is set. The others
    /// conflict where `old` is not the version in force. A `Supersede` and a `Reissue` also where `new` does not follow it:
    /// same number, next version, active, another status entry, after the same earlier one, nobody else's certificate.
    fn change_certificates(&self, changes: &[CertificateChange], writes: &[DocumentWrite], act: &Act) -> Result<()>;

    /// Returns the current version of a certificate.
    fn certificate(&self, number: &CertificateNumber) -> Result<Option<Certificate>>;

    /// Returns the current versions of certificates, in the order of the numbers.
    fn certificates_at(&self, numbers: &[&CertificateNumber]) -> Result<Vec<Option<Certificate>>> {
        numbers.iter().map(|number| self.certificate(number)).collect()
    }

    /// Returns every version of a certificate, oldest first.
    fn versions(&self, number: &CertificateNumber) -> Result<Vec<Certificate>>;

    /// Returns the number of a person's certificate in an event: of the newest, if one followed another.
    fn certificate_of(&self, event: &EventCode, person: &PersonKey) -> Result<Option<CertificateNumber>>;

    /// Returns the numbers of several people's certificates in an event, in the order of the people.
    fn certificates_of(&self, event: &EventCode, people: &[&PersonKey]) -> Result<Vec<Option<CertificateNumber>>> {
        people.iter().map(|person| self.certificate_of(event, person)).collect()
    }

    /// Returns all certificates of a person in an event, the newest first.
    fn all_of(&self, event: &EventCode, person: &PersonKey) -> Result<Vec<Certificate>> {
        let (mut all, mut next) = (Vec::<Certificate>::new(), self.certificate_of(event, person)?);
        while let Some(number) = next.filter(|number| all.iter().all(|one| one.number != *number)) {
            let Some(certificate) = self.certificate(&number)? else { break };
            next = certificate.earlier.clone();
            all.push(certificate);
        }
        Ok(all)
    }

    /// Lists current versions by event, year and sequence; of one event, or of all.
    fn certificates(&self, event: Option<&EventCode>, cursor: Option<&str>, limit: usize) -> Result<Page<Certificate>>;

    /// Lists those current versions that are asked for, in the order and with the cursors of [`Store::certificates`]. A page is
    /// full unless it is the last.
    fn find_certificates(
        &self,
        query: &CertificateQuery,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Certificate>>;

    /// Lists the set entries of a status list by index, with their reasons.
    fn set_entries(&self, list: u32, cursor: Option<&str>, limit: usize) -> Result<Page<(u32, Reason)>>;

    /// Adds (from nothing), changes, or takes back (to nothing) revocations of credentials that are not in the store, with
    /// their status entries and with documents, in one step, provided that each stored one still is as given first; otherwise
    /// [`StoreError::Conflict`], also if an entry is set for another. From then on their positions and those before them
    /// count as reserved, also after they were taken back. [`StoreError::Exhausted`] if a list is far past the newest one.
    fn change_strays(
        &self,
        changes: &[(Option<&Stray>, Option<&Stray>)],
        writes: &[DocumentWrite],
        act: &Act,
    ) -> Result<()>;

    /// Returns the revoked credential with a status entry that is not in the store.
    fn stray(&self, status: StatusEntry) -> Result<Option<Stray>>;

    /// Lists all of them, by status entry.
    fn strays(&self, cursor: Option<&str>, limit: usize) -> Result<Page<Stray>>;

    /// Lists the revocations that are due after an instant ([`Withdrawal::due`]), the first one first. Their entries are in
    /// [`Store::set_entries`] too: who reads both reads these last, so that nothing is taken for due that is not.
    fn waiting(&self, after: Timestamp, cursor: Option<&str>, limit: usize) -> Result<Page<Waiting>>;

    /// Lists the digests of all credentials ever committed that this key (short id) signed.
    fn issued_digests(&self, key: &str, cursor: Option<&str>, limit: usize) -> Result<Page<[u8; 16]>>;

    /// Returns a document.
    fn document(&self, collection: Collection, key: &str) -> Result<Option<Document>>;

    /// Returns documents by their keys, in the order of the keys.
    fn documents_at(&self, collection: Collection, keys: &[&str]) -> Result<Vec<Option<Document>>> {
        keys.iter().map(|key| self.document(collection, key)).collect()
    }

    /// Lists the documents of a collection whose keys start with `prefix` and go on after it, by key.
    fn documents(
        &self,
        collection: Collection,
        prefix: &str,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Document>>;

    /// Lists them as [`Store::documents`] does, the last key first: the newest first where keys grow with time.
    fn documents_newest(
        &self,
        collection: Collection,
        prefix: &str,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Document>>;

    /// Writes and deletes documents, all or none, provided that each still is what its [`Expect`] says; otherwise
    /// [`StoreError::Conflict`] with the first key that is not. Returns the revision of those written. `None` for `act`
    /// is for what is no act of anybody: counters, journals of a run that was recorded itself, sessions.
    fn write_documents(&self, writes: &[DocumentWrite], act: Option<&Act>) -> Result<u64>;

    /// Lists those documents of a collection that are asked for, by key. A page is full unless it is the last. A cursor is one
    /// of this query.
    fn find_documents(
        &self,
        collection: Collection,
        query: &DocumentQuery,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Document>>;

    /// Appends an act that changes nothing else, as a publication.
    fn append_audit(&self, act: &Act) -> Result<()>;

    /// Returns when the newest act of the audit log happened.
    fn last_act(&self) -> Result<Option<Timestamp>>;

    /// Returns a random name of this opening, where one process at a time can have the store open: also those have it who ask
    /// for the store through that process. What somebody left unfinished under another name is nobody's, they are gone.
    /// `None` where processes share the store.
    fn opening(&self) -> Option<&str>;

    /// Says whether the next write can be expected to succeed: the store is there, works, and has room.
    fn check(&self) -> Result<()>;

    /// Lists the audit log, oldest first. Each entry's `hash` covers the entry before it.
    fn audit(&self, cursor: Option<&str>, limit: usize) -> Result<Page<AuditEntry>>;

    /// Lists the audit log, newest first.
    fn audit_newest(&self, cursor: Option<&str>, limit: usize) -> Result<Page<AuditEntry>>;

    /// Lists those acts that are asked for, oldest first or newest first, with the cursors of [`Store::audit`] and
    /// [`Store::audit_newest`]. A page is full unless it is the last.
    fn find_audit(
        &self,
        query: &AuditQuery,
        newest: bool,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<AuditEntry>>;

    /// Writes everything that is kept anew, so that nothing of what was deleted or replaced before the call is left in the
    /// store's files. Others go on reading and writing meanwhile. Whoever kills it anywhere finds the store as it was.
    fn compact(&self) -> Result<Compacted>;

    /// Returns the counters of reserved numbers, for a dump.
    fn number_counters(&self) -> Result<Vec<(EventCode, i16, u64)>>;

    /// Starts to rebuild this store from a dump, named by its digest; resumes if the same was interrupted. Until
    /// [`Store::finish_restore`] other writes answer [`StoreError::Restoring`]. [`StoreError::NotEmpty`] if it is in use.
    /// Only [`import`] calls this and the next two.
    fn begin_restore(&self, dump: &str) -> Result<()>;

    /// Takes records of the dump as they are. Idempotent.
    fn restore(&self, records: &[DumpRecord]) -> Result<()>;

    /// Ends the rebuilding.
    fn finish_restore(&self) -> Result<()>;
}
