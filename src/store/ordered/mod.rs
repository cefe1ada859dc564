//! The store's promises over an ordered key-value [`Engine`]: one implementation for every engine in one process.
//!
//! Writers take turns: read, decide, write. Then they wait together for the disk, so that one `fdatasync` serves all who
//! wait (group commit). Readers wait too while something is not durable yet: what was read stays true.

mod blobs;
mod certificates;
mod documents;
mod index;
mod old_runs;
mod people;
mod premises;
mod reserve;
mod restore;
mod roster;
mod store;
mod strays;

pub(super) use blobs::PART_BYTES;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::audit::AuditHead;
use super::engine::{Change, Engine};
use super::keys::{self, kind};
use super::{Act, AuditEntry, Page, Result, StoreError, wanted};

/// Layout of keys and records that this version writes.
pub(super) const LAYOUT: u32 = 7;
/// The first layout, which had no rosters; [`roster`] adds them when such a store is opened.
const LAYOUT_WITHOUT_ROSTERS: u32 = 1;
/// The second, in which one person only was found by an address; [`people`] adds what finds all.
const LAYOUT_OF_ONE_TO_A_MAILBOX: u32 = 2;
/// The third, in which runs of the command line were records of their own; [`old_runs`] makes documents of them.
const LAYOUT_OF_RUNS_APART: u32 = 3;
/// The fourth, in which a search went through all records; [`index`] adds what it goes through now.
const LAYOUT_WITHOUT_INDEXES: u32 = 4;
/// The fifth, whose blocks of certificates were longer than what is kept as one piece.
const LAYOUT_OF_LONG_BLOCKS: u32 = 5;
/// The sixth, in which a person's place was a record of its own ([`index`]), and each mark of a mailbox, too ([`people`]). Both are
/// read as they are, and change when the person does.
const LAYOUT_OF_PLACES_APART: u32 = 6;

/// Largest encoded record, in bytes.
pub const RECORD_BYTES: usize = 60 * 1024;
/// Longest name or person key, in bytes.
pub const KEY_BYTES: usize = 1_024;
/// Most items of one page; larger requests get this many.
pub const PAGE_LIMIT: usize = 10_000;

/// First byte of every encoded record: JSON follows.
const FORMAT_JSON: u8 = 1;
/// First byte of somebody in a roster: their place there (8 bytes, big-endian), then JSON.
const FORMAT_PLACED: u8 = 2;
const LAYOUT_KEY: &[u8] = b"\0layout";
const RESTORING_KEY: &[u8] = b"\0restoring";
/// How many batches were written; part of every batch.
const BATCH_KEY: &[u8] = b"\0batch";

/// A store over an engine.
pub struct Ordered<E> {
    engine: E,
    /// See [`super::Store::opening`].
    opening: String,
    writer: Mutex<Writer>,
    /// How many batches were written since the store was made, and how many of them are durable.
    written: AtomicU64,
    synced: AtomicU64,
    syncing: Mutex<()>,
}

/// What a writer needs to know and nobody may change meanwhile.
struct Writer {
    head: AuditHead,
    /// The digest of the dump that is being restored.
    restoring: Option<String>,
}

/// A write that is being decided: reads see the store before it, and what it puts is written at once or not at all.
struct OpenWrite<'a, E> {
    engine: &'a E,
    changes: Vec<Change>,
    /// Number of the batch that this becomes; the revision of the documents in it.
    batch: u64,
    act: Option<&'a Act>,
    /// What follows from the changes.
    touched: index::Touched,
}

impl<E: Engine> Ordered<E> {
    /// Takes an engine into use: checks its layout and finds the end of the audit log.
    pub(super) fn over(engine: E) -> Result<Self> {
        // First: what is left of a damaged store must not be written to.
        let batch = batch_number(&engine)?;
        if batch < engine.noted() {
            let lost = engine.noted() - batch;
            return Err(damaged(&engine, &format!("its last writes are gone ({lost} of them)")));
        }
        let mut older = None;
        match engine.get(LAYOUT_KEY)?.map(|bytes| <[u8; 4]>::try_from(bytes).map(u32::from_be_bytes)) {
            None if engine.last(&[kind::META], &[0xff])?.is_none() => {
                engine.write(vec![(LAYOUT_KEY.to_vec(), Some(LAYOUT.to_be_bytes().to_vec()))])?;
                engine.sync()?;
            }
            Some(Ok(LAYOUT)) => {}
            Some(Ok(layout @ LAYOUT_WITHOUT_ROSTERS..=LAYOUT_OF_PLACES_APART)) => older = Some(layout),
            Some(Ok(found)) => return Err(StoreError::Layout { found, known: LAYOUT }),
            None | Some(Err(_)) => return Err(damaged(&engine, "its layout record is missing")),
        }
        let writer = Writer { head: audit_head(&engine)?, restoring: restoring(&engine)? };
        let (written, synced) = (AtomicU64::new(batch), AtomicU64::new(batch));
        let opening = random_name()?;
        let store = Self { engine, opening, writer: Mutex::new(writer), written, synced, syncing: Mutex::new(()) };
        if let Some(layout) = older {
            if layout == LAYOUT_WITHOUT_ROSTERS {
                store.add_rosters()?;
            }
            if layout <= LAYOUT_OF_ONE_TO_A_MAILBOX {
                store.add_marks()?;
            }
            if layout <= LAYOUT_OF_RUNS_APART {
                store.move_runs()?;
            }
            if layout <= LAYOUT_WITHOUT_INDEXES {
                store.add_indexes()?;
            } else if layout <= LAYOUT_OF_LONG_BLOCKS {
                store.renew_facets()?;
            }
            // Last: an opening that was interrupted is done again.
            store.write_entries(vec![(LAYOUT_KEY.to_vec(), Some(LAYOUT.to_be_bytes().to_vec()))])?;
        }
        Ok(store)
    }

    /// Returns the engine.
    pub(super) fn engine(&self) -> &E {
        &self.engine
    }

    /// Runs one writer's decision, writes what it put together with the audit entry, and waits until that is durable.
    fn commit<'a, T>(&'a self, decide: impl FnOnce(&mut OpenWrite<'a, E>) -> Result<T>) -> Result<T> {
        let value = {
            let mut writer = self.writer();
            if writer.restoring.is_some() {
                return Err(StoreError::Restoring);
            }
            let mut draft = self.draft(Vec::new());
            let value = decide(&mut draft)?;
            self.write(&mut writer, draft)?;
            value
        };
        // Also with nothing to write: the decision may rest on a neighbour's write that is not durable yet.
        self.settle()?;
        Ok(value)
    }

    /// Writes what is no act of anybody.
    fn write_entries(&self, changes: Vec<Change>) -> Result<()> {
        self.write(&mut self.writer(), self.draft(changes))?;
        self.settle()
    }

    /// Starts a write. Only the one writer calls this.
    fn draft(&self, changes: Vec<Change>) -> OpenWrite<'_, E> {
        OpenWrite {
            engine: &self.engine,
            changes,
            batch: self.written.load(Ordering::SeqCst) + 1,
            act: None,
            touched: index::Touched::default(),
        }
    }

    fn write(&self, writer: &mut Writer, mut draft: OpenWrite<'_, E>) -> Result<()> {
        let mut head = None;
        if let Some(act) = draft.act {
            let entry = writer.head.next(act);
            draft.put_json(keys::named(kind::AUDIT, &entry.sequence.to_be_bytes()), "audit entry", &entry)?;
            index::seal(&mut draft, &entry)?;
            head = Some(AuditHead { sequence: entry.sequence, hash: entry.hash });
        }
        index::follow(&mut draft)?;
        if draft.changes.is_empty() {
            return Ok(());
        }
        let batch = draft.batch;
        draft.put(BATCH_KEY.to_vec(), batch.to_be_bytes().to_vec());
        self.engine.write(draft.changes)?;
        self.written.store(batch, Ordering::SeqCst);
        if let Some(head) = head {
            writer.head = head;
        }
        Ok(())
    }

    /// Waits until everything written so far is durable. The first to get here works for all who come after it.
    fn settle(&self) -> Result<()> {
        let needed = self.written.load(Ordering::SeqCst);
        if self.synced.load(Ordering::SeqCst) >= needed {
            return Ok(());
        }
        let _turn = self.syncing.lock().unwrap_or_else(PoisonError::into_inner);
        if self.synced.load(Ordering::SeqCst) >= needed {
            return Ok(());
        }
        let covered = self.written.load(Ordering::SeqCst);
        self.engine.sync()?;
        self.engine.note(covered);
        self.synced.store(covered, Ordering::SeqCst);
        Ok(())
    }

    fn writer(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the durable value under a key.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>> {
        let value = self.engine.get(key)?;
        self.settle()?;
        Ok(value)
    }

    fn get_json<T: DeserializeOwned>(&self, key: &[u8]) -> Result<Option<T>> {
        self.get(key)?.map(|bytes| decode(&self.engine, &bytes)).transpose()
    }

    /// Returns a page of the records whose keys start with `prefix`.
    fn page<T>(
        &self,
        prefix: &[u8],
        cursor: Option<&str>,
        limit: usize,
        read: impl Fn(&[u8], &[u8]) -> Result<T>,
    ) -> Result<Page<T>> {
        wanted::check()?;
        let limit = limit.clamp(1, PAGE_LIMIT);
        let mut entries = self.engine.range(&keys::after(prefix, cursor)?, &keys::end(prefix), limit + 1)?;
        self.settle()?;
        let more = entries.len() > limit;
        entries.truncate(limit);
        let next = entries.last().filter(|_| more).map(|(key, _)| keys::cursor(prefix, key));
        let items = entries.iter().map(|(key, value)| read(key, value)).collect::<Result<_>>()?;
        Ok(Page { items, next })
    }

    /// The same from the last to the first.
    fn page_back<T>(
        &self,
        prefix: &[u8],
        cursor: Option<&str>,
        limit: usize,
        read: impl Fn(&[u8], &[u8]) -> Result<T>,
    ) -> Result<Page<T>> {
        wanted::check()?;
        let limit = limit.clamp(1, PAGE_LIMIT);
        let before = match cursor {
            None => keys::end(prefix),
            cursor => keys::after(prefix, cursor)?,
        };
        let mut entries = self.engine.range_back(prefix, &before, limit + 1)?;
        self.settle()?;
        let more = entries.len() > limit;
        entries.truncate(limit);
        let next = entries.last().filter(|_| more).map(|(key, _)| keys::cursor(prefix, key));
        let items = entries.iter().map(|(key, value)| read(key, value)).collect::<Result<_>>()?;
        Ok(Page { items, next })
    }

    fn page_json<T: DeserializeOwned>(&self, prefix: &[u8], cursor: Option<&str>, limit: usize) -> Result<Page<T>> {
        self.page(prefix, cursor, limit, |_, value| decode(&self.engine, value))
    }

    fn damaged(&self, problem: &str) -> StoreError {
        damaged(&self.engine, problem)
    }
}

impl<E: Engine> OpenWrite<'_, E> {
    fn get_json<T: DeserializeOwned>(&self, key: &[u8]) -> Result<Option<T>> {
        self.engine.get(key)?.map(|bytes| decode(self.engine, &bytes)).transpose()
    }

    fn put(&mut self, key: Vec<u8>, value: Vec<u8>) {
        self.changes.push((key, Some(value)));
    }

    fn delete(&mut self, key: Vec<u8>) {
        self.changes.push((key, None));
    }

    fn put_json(&mut self, key: Vec<u8>, what: &'static str, record: &impl Serialize) -> Result<()> {
        self.put(key, encode(what, record)?);
        Ok(())
    }
}

fn random_name() -> Result<String> {
    let mut name = [0; 8];
    getrandom::fill(&mut name).map_err(|error| StoreError::Io(std::io::Error::other(error.to_string())))?;
    Ok(data_encoding::HEXLOWER.encode(&name))
}

/// Refuses a name or key that is too long to be one.
fn check_key(what: &'static str, text: &str) -> Result<()> {
    let bytes = text.len();
    if bytes > KEY_BYTES { Err(StoreError::TooLarge { what, bytes, limit: KEY_BYTES }) } else { Ok(()) }
}

fn encode(what: &'static str, record: &impl Serialize) -> Result<Vec<u8>> {
    let mut bytes = vec![FORMAT_JSON];
    serde_json::to_writer(&mut bytes, record).expect("records are texts, numbers and maps with text keys");
    if bytes.len() > RECORD_BYTES {
        return Err(StoreError::TooLarge { what, bytes: bytes.len(), limit: RECORD_BYTES });
    }
    Ok(bytes)
}

/// Puts the place before the record of somebody in a roster.
fn placed(place: u64, record: &[u8]) -> Vec<u8> {
    [&[FORMAT_PLACED], &place.to_be_bytes()[..], &record[1..]].concat()
}

/// Returns the place that stands before a record.
fn place_before(record: &[u8]) -> Option<u64> {
    record.strip_prefix(&[FORMAT_PLACED])?.first_chunk().map(|place| u64::from_be_bytes(*place))
}

fn decode<T: DeserializeOwned>(engine: &impl Engine, bytes: &[u8]) -> Result<T> {
    let json = match bytes.split_first() {
        Some((&FORMAT_JSON, json)) => Some(json),
        Some((&FORMAT_PLACED, placed)) => placed.get(8..),
        _ => None,
    };
    let json = json.ok_or_else(|| damaged(engine, "a record has an unknown format"))?;
    serde_json::from_slice(json).map_err(|error| damaged(engine, &format!("a record cannot be read: {error}")))
}

fn damaged(engine: &impl Engine, problem: &str) -> StoreError {
    StoreError::Damaged { path: engine.place(), problem: problem.to_owned() }
}

fn audit_head(engine: &impl Engine) -> Result<AuditHead> {
    Ok(last_audit(engine)?
        .map_or_else(AuditHead::default, |AuditEntry { sequence, hash, .. }| AuditHead { sequence, hash }))
}

fn last_audit(engine: &impl Engine) -> Result<Option<AuditEntry>> {
    let start = keys::named(kind::AUDIT, b"");
    engine.last(&start, &keys::end(&start))?.map(|(_, bytes)| decode(engine, &bytes)).transpose()
}

fn restoring(engine: &impl Engine) -> Result<Option<String>> {
    let marker = engine.get(RESTORING_KEY)?.filter(|digest| !digest.is_empty());
    Ok(marker.map(|digest| String::from_utf8_lossy(&digest).into_owned()))
}

fn batch_number(engine: &impl Engine) -> Result<u64> {
    let Some(bytes) = engine.get(BATCH_KEY)? else { return Ok(0) };
    bytes.try_into().map(u64::from_be_bytes).map_err(|_| damaged(engine, "its batch number cannot be read"))
}
