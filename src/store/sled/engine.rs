//! sled as an ordered key-value engine.

use std::fs::File;
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::files::{self, Holder, Mark};
use super::guard::guarded;
use super::{Result, StoreError};
use crate::store::engine::{Change, Engine, Entry};

/// Longest value kept under its own key. sled writes a page of up to 20 entries as one piece, and pieces past 128 KiB
/// into files of their own, one each: 20 times this stays below.
const INLINE_BYTES: usize = 6 * 1024;
/// First byte of the keys of parts of longer values; past all other keys.
const PART: u8 = 0xff;
/// First byte of a value: it follows, or its digest and length do.
const INLINE: u8 = 0;
const IN_PARTS: u8 = 1;
/// Memory for pages.
const CACHE_BYTES: u64 = 8 << 20;
/// How long to wait for an earlier opening in this process to let go of the file: 100 times 20 ms.
const TRIES: usize = 100;

/// A folder with a sled database.
pub struct SledEngine {
    // Dropped in this order: the lock goes last.
    db: ::sled::Db,
    file: File,
    dir: PathBuf,
    mark: Mark,
    broken: OnceLock<Broken>,
    _holder: Holder,
}

/// Why an engine works no more: what is in memory may differ from what is on disk.
#[derive(Debug)]
enum Broken {
    DiskFull,
    Io(std::io::ErrorKind, String),
    Damaged(String),
}

impl SledEngine {
    /// Opens or makes a database in the folder. Gives the holder back if that fails.
    pub(super) fn open(dir: &Path, holder: Holder) -> Result<Self, (StoreError, Holder)> {
        let opened = open_database(dir).and_then(|db| {
            let file = File::open(dir.join(files::DATABASE)).map_err(|error| files::failed(dir, error))?;
            let mark = Mark::open(dir).map_err(|error| files::failed(dir, error))?;
            Ok((db, file, mark))
        });
        match opened {
            Ok((db, file, mark)) => {
                Ok(Self { db, file, dir: dir.to_owned(), mark, broken: OnceLock::new(), _holder: holder })
            }
            Err(error) => Err((error, holder)),
        }
    }

    /// Runs a call into sled; panics and corruption become [`StoreError::Damaged`].
    fn call<T>(&self, work: impl FnOnce() -> ::sled::Result<T>) -> Result<T> {
        if let Some(broken) = self.broken.get() {
            return Err(broken.error(&self.dir));
        }
        match guarded(work) {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => Err(failed(&self.dir, error)),
            Err(problem) => {
                let _ = self.broken.set(Broken::Damaged(problem.clone()));
                Err(StoreError::Damaged { path: self.place(), problem })
            }
        }
    }

    /// Runs a call that must not fail half-way: after an error the engine refuses everything.
    fn must<T>(&self, work: impl FnOnce() -> ::sled::Result<T>) -> Result<T> {
        self.call(work).inspect_err(|error| {
            let _ = self.broken.set(Broken::from(error));
        })
    }

    fn read(&self, value: &[u8]) -> ::sled::Result<Vec<u8>> {
        let torn = || ::sled::Error::ReportableBug("a part of a long value is missing".to_owned());
        match value.split_first() {
            Some((&INLINE, value)) => Ok(value.to_vec()),
            Some((&IN_PARTS, digest)) => {
                let mut value = Vec::new();
                let mut at = 0_u32;
                while let Some(part) = self.db.get(part_key(digest, at))? {
                    value.extend_from_slice(&part);
                    at += 1;
                }
                if Sha256::digest(&value)[..] == *digest { Ok(value) } else { Err(torn()) }
            }
            _ => Err(torn()),
        }
    }

    fn entry(&self, entry: (::sled::IVec, ::sled::IVec)) -> ::sled::Result<Entry> {
        Ok((entry.0.to_vec(), self.read(&entry.1)?))
    }
}

impl Engine for SledEngine {
    fn place(&self) -> String {
        self.dir.display().to_string()
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>> {
        self.call(|| self.db.get(key)?.map(|value| self.read(&value)).transpose())
    }

    fn range(&self, after: &[u8], end: &[u8], limit: usize) -> Result<Vec<Entry>> {
        if after >= end {
            return Ok(Vec::new());
        }
        let bounds = (Bound::Excluded(after), Bound::Excluded(end));
        self.call(|| self.db.range::<&[u8], _>(bounds).take(limit).map(|entry| self.entry(entry?)).collect())
    }

    fn last(&self, from: &[u8], end: &[u8]) -> Result<Option<Entry>> {
        self.call(|| self.db.range(from..end).next_back().map(|entry| self.entry(entry?)).transpose())
    }

    fn write(&self, changes: Vec<Change>) -> Result<()> {
        let mut batch = ::sled::Batch::default();
        for (key, value) in changes {
            // The parts of a long value stay: another key may share them.
            let Some(value) = value else {
                batch.remove(key);
                continue;
            };
            if value.len() <= INLINE_BYTES {
                batch.insert(key, [&[INLINE], &value[..]].concat());
                continue;
            }
            // Under their digest, so that a reader of the value before finds its own parts.
            let digest = Sha256::digest(&value);
            for (at, part) in (0..).zip(value.chunks(INLINE_BYTES)) {
                batch.insert(part_key(&digest, at), part);
            }
            batch.insert(key, [&[IN_PARTS], &digest[..]].concat());
        }
        self.must(|| self.db.apply_batch(batch))
    }

    fn check(&self) -> Result<()> {
        self.call(|| Ok(()))?;
        files::check(&self.dir, &self.file).map_err(|error| files::failed(&self.dir, error))
    }

    fn sync(&self) -> Result<()> {
        self.must(|| {
            self.db.flush()?;
            // sled's flush ends with sync_file_range(2), which keeps neither the file's size nor the disk's cache.
            self.file.sync_data()?;
            Ok(files::sync_spilled(&self.dir)?)
        })
    }

    fn note(&self, batches: u64) {
        self.mark.note(batches);
    }

    fn noted(&self) -> u64 {
        self.mark.noted()
    }
}

impl Broken {
    fn from(error: &StoreError) -> Self {
        match error {
            StoreError::DiskFull { .. } => Self::DiskFull,
            StoreError::Io(error) => Self::Io(error.kind(), error.to_string()),
            other => Self::Damaged(other.to_string()),
        }
    }

    fn error(&self, dir: &Path) -> StoreError {
        let path = dir.display().to_string();
        match self {
            Self::DiskFull => StoreError::DiskFull { path },
            Self::Io(kind, text) => StoreError::Io(std::io::Error::new(*kind, text.clone())),
            Self::Damaged(problem) => StoreError::Damaged { path, problem: problem.clone() },
        }
    }
}

fn part_key(digest: &[u8], at: u32) -> Vec<u8> {
    [&[PART], digest, &at.to_be_bytes()].concat()
}

/// Opens sled under a guard. We hold the folder, so a lock on the file is an earlier opening that is just ending.
fn open_database(dir: &Path) -> Result<::sled::Db> {
    let config = ::sled::Config::new().path(dir).flush_every_ms(None).cache_capacity(CACHE_BYTES);
    for _ in 1..TRIES {
        match open_once(dir, &config) {
            Err(StoreError::Io(error)) if error.to_string().contains("could not acquire lock") => {
                thread::sleep(Duration::from_millis(20));
            }
            opened => return opened,
        }
    }
    open_once(dir, &config)
}

fn open_once(dir: &Path, config: &::sled::Config) -> Result<::sled::Db> {
    match guarded(|| config.open()) {
        Ok(opened) => opened.map_err(|error| failed(dir, error)),
        Err(problem) => Err(StoreError::Damaged { path: dir.display().to_string(), problem }),
    }
}

fn failed(dir: &Path, error: ::sled::Error) -> StoreError {
    match error {
        ::sled::Error::Io(error) => files::failed(dir, error),
        other => StoreError::Damaged { path: dir.display().to_string(), problem: other.to_string() },
    }
}
