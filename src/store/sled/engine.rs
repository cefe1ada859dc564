//! sled as an ordered key-value engine.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError, RwLock};
use std::thread;
use std::time::Duration;

use ::sled::Db;
use sha2::{Digest, Sha256};

use super::compact;
use super::files::{self, Holder, Mark};
use super::{Result, StoreError};
use crate::guard::{Panicked, guarded};
use crate::store::Compacted;
use crate::store::engine::{Change, Engine, Entry};
use crate::store::keys;

/// Longest value kept under its own key. sled writes a page of up to 20 entries as one piece, and pieces past 128 KiB
/// into files of their own, one each: 20 times this stays below.
const INLINE_BYTES: usize = 6 * 1024;
/// First byte of the keys of parts of longer values; past all other keys.
const PART: u8 = 0xff;
/// First byte of a value: it follows, or the name of its parts does.
const INLINE: u8 = 0;
/// Parts under the value's digest, which several keys could share, so that nobody could delete them. Only read, and rewritten
/// when a store is opened that has them.
const SHARED_PARTS: u8 = 1;
/// Parts under a digest of key and value: they go when the value goes.
const OWN_PARTS: u8 = 2;
/// The key that says that all parts are owned.
const ALL_OWNED: &[u8] = &[PART];
/// Memory for pages.
const CACHE_BYTES: u64 = 8 << 20;
/// Entries copied in one step.
const COPIED_AT_ONCE: u64 = 1_000;
/// How long to wait for an earlier opening in this process to let go of the file: 100 times 20 ms.
const TRIES: usize = 100;

/// A folder with a sled database.
pub struct SledEngine {
    // Dropped in this order: the lock goes last.
    /// Nothing only while, or after it failed when, another database is put in its place.
    open: RwLock<Option<Open>>,
    /// The keys that changed since a copy was begun.
    changed: Mutex<Option<BTreeSet<::sled::IVec>>>,
    /// One copy at a time.
    copying: Mutex<()>,
    dir: PathBuf,
    mark: Mark,
    broken: OnceLock<Broken>,
    /// How much room must be left for a write to begin.
    floor: u64,
    /// Whether there was too little room, for a write or for the reserve, the last time that it was looked at.
    short: AtomicBool,
    _holder: Holder,
}

/// An open database and its file.
struct Open {
    db: Db,
    file: File,
}

impl Open {
    fn at(dir: &Path) -> Result<Self> {
        let db = open_database(dir)?;
        let file = File::open(dir.join(files::DATABASE)).map_err(|error| files::failed(dir, error))?;
        Ok(Self { db, file })
    }

    /// Closes it, and waits until sled has let go of the file: what it writes when it ends must not come later.
    fn close(self, dir: &Path) -> Result<()> {
        let Self { db, file } = self;
        drop(db);
        for _ in 0..TRIES {
            if file.try_lock().is_ok() {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(20));
        }
        let problem = "the database does not close".to_owned();
        Err(StoreError::Damaged { path: dir.display().to_string(), problem })
    }

    /// Makes durable what was written.
    fn sync(&self, dir: &Path) -> ::sled::Result<()> {
        self.db.flush()?;
        // sled's flush ends with sync_file_range(2), which keeps neither the file's size nor the disk's cache.
        self.file.sync_data()?;
        Ok(files::sync_spilled(dir)?)
    }
}

/// Changes for sled, and the keys that they are about.
#[derive(Default)]
struct Raw {
    batch: ::sled::Batch,
    keys: Vec<::sled::IVec>,
}

impl Raw {
    fn insert(&mut self, key: impl Into<::sled::IVec>, value: Vec<u8>) {
        let key = key.into();
        self.keys.push(key.clone());
        self.batch.insert(key, value);
    }

    fn remove(&mut self, key: impl Into<::sled::IVec>) {
        let key = key.into();
        self.keys.push(key.clone());
        self.batch.remove(key);
    }
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
        let opened = Open::at(dir).and_then(|open| {
            let mark = Mark::open(dir).map_err(|error| files::failed(dir, error))?;
            Ok((open, mark))
        });
        match opened {
            Ok((open, mark)) => Ok(Self {
                open: RwLock::new(Some(open)),
                changed: Mutex::default(),
                copying: Mutex::default(),
                dir: dir.to_owned(),
                mark,
                broken: OnceLock::new(),
                floor: files::FLOOR,
                short: AtomicBool::new(true),
                _holder: holder,
            }),
            Err(error) => Err((error, holder)),
        }
    }

    /// Runs a call into sled; panics and corruption become [`StoreError::Damaged`].
    fn call<T>(&self, work: impl FnOnce(&Db) -> ::sled::Result<T>) -> Result<T> {
        self.with(|open| work(&open.db))
    }

    fn with<T>(&self, work: impl FnOnce(&Open) -> ::sled::Result<T>) -> Result<T> {
        let open = self.open.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(broken) = self.broken.get() {
            return Err(broken.error(&self.dir));
        }
        let open = open.as_ref().ok_or_else(|| self.gone())?;
        match guarded(|| work(open)) {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => Err(failed(&self.dir, error)),
            Err(Panicked(problem)) => {
                // A panic for want of room says nothing about the file.
                let full = !files::room_to_write(&self.dir, self.floor, 0);
                let broken = if full { Broken::DiskFull } else { Broken::Damaged(problem) };
                Err(self.broken.get_or_init(|| broken).error(&self.dir))
            }
        }
    }

    /// Refuses a write for which there is no room, before sled begins it: after an error of its own it works no more, like
    /// this it goes on when there is room again.
    fn find_room(&self, bytes: usize) -> Result<()> {
        if !files::room_to_write(&self.dir, self.floor, bytes) {
            self.short.store(true, Ordering::Relaxed);
            return Err(StoreError::DiskFull { path: self.place() });
        }
        if self.short.swap(false, Ordering::Relaxed) && !files::keep_reserve(&self.dir) {
            self.short.store(true, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Runs a call that must not fail half-way: after an error the engine refuses everything.
    fn must<T>(&self, work: impl FnOnce(&Open) -> ::sled::Result<T>) -> Result<T> {
        self.with(work).inspect_err(|error| {
            let _ = self.broken.set(Broken::from(error));
        })
    }

    /// What is said when no database is open: the process must start anew.
    fn gone(&self) -> StoreError {
        StoreError::Io(std::io::Error::other("the database was closed to be replaced, and could not be opened again"))
    }

    /// Writes everything that is there into a new database, and puts that in the place of this one: nothing of what was
    /// deleted is in it. Others go on reading and writing, but for the moment of the exchange. Safe to kill at any instant
    /// (see [`super::compact`]).
    fn replace(&self) -> Result<Compacted> {
        let _one = self.copying.lock().unwrap_or_else(PoisonError::into_inner);
        let before = compact::size(&self.dir);
        if !files::room_to_copy(&self.dir, before) {
            return Err(StoreError::DiskFull { path: self.place() });
        }
        // Nobody is half-way in a write while the list of changes begins.
        {
            let _all = self.open.write().unwrap_or_else(PoisonError::into_inner);
            *self.changes() = Some(BTreeSet::new());
        }
        let done = self.copied();
        *self.changes() = None;
        if done.is_err() {
            // What is half-way only takes room; what is whole is never called that.
            let _ = compact::abandon(&self.dir);
        }
        done?;
        Ok(Compacted { before, after: compact::size(&self.dir) })
    }

    fn copied(&self) -> Result<()> {
        let failed = |error| files::failed(&self.dir, error);
        let part = compact::begin(&self.dir).map_err(failed)?;
        let fresh = Open::at(&part)?;
        self.call(|db| {
            let mut batch = ::sled::Batch::default();
            for (at, entry) in (1_u64..).zip(db.iter()) {
                let (key, value) = entry?;
                batch.insert(key, value);
                if at.is_multiple_of(COPIED_AT_ONCE) {
                    fresh.db.apply_batch(std::mem::take(&mut batch))?;
                }
            }
            fresh.db.apply_batch(batch)?;
            fresh.sync(&part)
        })?;
        let mut open = self.open.write().unwrap_or_else(PoisonError::into_inner);
        let Some(old) = open.as_ref() else { return Err(self.gone()) };
        let changed = self.changes().take().unwrap_or_default();
        let rest = guarded(|| {
            for key in changed {
                match old.db.get(&key)? {
                    Some(value) => drop(fresh.db.insert(key, value)?),
                    None => drop(fresh.db.remove(key)?),
                }
            }
            fresh.sync(&part)
        });
        rest.unwrap_or_else(|Panicked(problem)| Err(::sled::Error::ReportableBug(problem)))
            .map_err(|error| self::failed(&self.dir, error))?;
        fresh.close(&part)?;
        compact::complete(&part).map_err(failed)?;
        // From here on the old one is not written to any more, and the new one is the store.
        if let Some(old) = open.take() {
            old.close(&self.dir).inspect_err(|error| drop(self.broken.set(Broken::from(error))))?;
        }
        compact::exchange(&self.dir).map_err(failed).inspect_err(|error| drop(self.broken.set(Broken::from(error))))?;
        *open = Some(Open::at(&self.dir).inspect_err(|error| drop(self.broken.set(Broken::from(error))))?);
        Ok(())
    }

    fn changes(&self) -> MutexGuard<'_, Option<BTreeSet<::sled::IVec>>> {
        self.changed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns a stored value. Whoever replaces it meanwhile takes its parts away: then the new one is read.
    fn read(db: &Db, key: &[u8], stored: ::sled::IVec) -> ::sled::Result<Option<Vec<u8>>> {
        let mut stored = stored;
        let mut seen_twice = false;
        loop {
            if let Some(value) = Self::whole(db, key, &stored)? {
                return Ok(Some(value));
            }
            match db.get(key)? {
                None => return Ok(None),
                Some(again) if again == stored && seen_twice => {
                    return Err(::sled::Error::ReportableBug("a part of a long value is missing".to_owned()));
                }
                Some(again) => {
                    seen_twice = again == stored;
                    stored = again;
                }
            }
        }
    }

    /// Puts a value together; `None` if its parts are not all there.
    fn whole(db: &Db, key: &[u8], stored: &[u8]) -> ::sled::Result<Option<Vec<u8>>> {
        let (kind, name) = match stored.split_first() {
            Some((&INLINE, value)) => return Ok(Some(value.to_vec())),
            Some((&kind, name)) => (kind, name),
            None => return Ok(None),
        };
        let mut value = Vec::new();
        let mut at = 0_u32;
        while let Some(part) = db.get(part_key(name, at))? {
            value.extend_from_slice(&part);
            at += 1;
        }
        let right = match kind {
            SHARED_PARTS => Sha256::digest(&value)[..] == *name,
            OWN_PARTS => parts_name(key, &value)[..] == *name,
            _ => false,
        };
        Ok(Some(value).filter(|_| right))
    }

    fn entry(db: &Db, entry: (::sled::IVec, ::sled::IVec)) -> ::sled::Result<Option<Entry>> {
        let (key, stored) = entry;
        Ok(Self::read(db, &key, stored)?.map(|value| (key.to_vec(), value)))
    }

    /// Takes the parts away that the present value of a key has.
    fn drop_parts(db: &Db, raw: &mut Raw, key: &[u8]) -> ::sled::Result<()> {
        let Some(stored) = db.get(key)? else { return Ok(()) };
        if let Some((&OWN_PARTS, name)) = stored.split_first() {
            for part in db.scan_prefix([&[PART], name].concat()).keys() {
                raw.remove(part?);
            }
        }
        Ok(())
    }

    /// Gives every long value of a store of an earlier version its own parts, and deletes those that nobody owns.
    pub(super) fn own_parts(&self) -> Result<()> {
        let done = self.must(|Open { db, .. }| {
            if db.contains_key(ALL_OWNED)? {
                return Ok(false);
            }
            let mut owned = BTreeSet::new();
            for entry in db.range::<&[u8], _>(..ALL_OWNED) {
                let (key, stored) = entry?;
                let Some((&(SHARED_PARTS | OWN_PARTS), name)) = stored.split_first() else { continue };
                // What is damaged stays as it is: whoever reads it is told.
                match Self::whole(db, &key, &stored)?.filter(|_| stored[0] == SHARED_PARTS) {
                    None => drop(owned.insert(name.to_vec())),
                    Some(value) => {
                        let mut raw = Raw::default();
                        put(&mut raw, &key, &value);
                        db.apply_batch(raw.batch)?;
                        owned.insert(parts_name(&key, &value).to_vec());
                    }
                }
            }
            for key in db.range::<&[u8], _>(ALL_OWNED..).keys() {
                let key = key?;
                if !owned.contains(key.get(1..key.len().saturating_sub(4)).unwrap_or_default()) {
                    db.remove(key)?;
                }
            }
            db.insert(ALL_OWNED, &[INLINE])?;
            Ok(true)
        })?;
        if done { Engine::sync(self) } else { Ok(()) }
    }
}

impl Engine for SledEngine {
    fn place(&self) -> String {
        self.dir.display().to_string()
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>> {
        self.call(|db| match db.get(key)? {
            Some(stored) => Self::read(db, key, stored),
            None => Ok(None),
        })
    }

    fn range(&self, after: &[u8], end: &[u8], limit: usize) -> Result<Vec<Entry>> {
        if after >= end {
            return Ok(Vec::new());
        }
        let bounds = (Bound::Excluded(after), Bound::Excluded(end));
        self.call(|db| {
            let entries = db.range::<&[u8], _>(bounds).map(|entry| Self::entry(db, entry?));
            entries.filter_map(::sled::Result::transpose).take(limit).collect()
        })
    }

    fn range_back(&self, from: &[u8], before: &[u8], limit: usize) -> Result<Vec<Entry>> {
        if from >= before {
            return Ok(Vec::new());
        }
        self.call(|db| {
            let entries = db.range(from..before).rev().map(|entry| Self::entry(db, entry?));
            entries.filter_map(::sled::Result::transpose).take(limit).collect()
        })
    }

    fn last(&self, from: &[u8], end: &[u8]) -> Result<Option<Entry>> {
        self.call(|db| {
            let mut entries = db.range(from..end).rev().map(|entry| Self::entry(db, entry?));
            entries.find_map(::sled::Result::transpose).transpose()
        })
    }

    fn write(&self, changes: Vec<Change>) -> Result<()> {
        // The last change of a key counts.
        let changes: BTreeMap<_, _> = changes.into_iter().collect();
        self.find_room(changes.iter().map(|(key, value)| key.len() + value.as_ref().map_or(0, Vec::len)).sum())?;
        let mut raw = Raw::default();
        let mut may_have_parts = changes.keys().filter(|key| !keys::leads_to_little(key));
        self.call(|db| may_have_parts.try_for_each(|key| Self::drop_parts(db, &mut raw, key)))?;
        for (key, value) in changes {
            match value {
                Some(value) => put(&mut raw, &key, &value),
                None => raw.remove(key),
            }
        }
        self.must(|Open { db, .. }| {
            // In the same hold of the database as the change itself: a copy misses neither.
            if let Some(changed) = &mut *self.changes() {
                changed.extend(raw.keys);
            }
            db.apply_batch(raw.batch)
        })
    }

    fn check(&self) -> Result<()> {
        self.with(|open| Ok(files::check(&self.dir, &open.file)?))?;
        self.find_room(0)
    }

    fn sync(&self) -> Result<()> {
        self.must(|open| open.sync(&self.dir))
    }

    fn compact(&self) -> Result<Compacted> {
        self.replace()
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

/// Puts a value, in parts if it is long.
fn put(raw: &mut Raw, key: &[u8], value: &[u8]) {
    if value.len() <= INLINE_BYTES {
        raw.insert(key, [&[INLINE], value].concat());
        return;
    }
    let name = parts_name(key, value);
    for (at, part) in (0..).zip(value.chunks(INLINE_BYTES)) {
        raw.insert(part_key(&name, at), part.to_vec());
    }
    raw.insert(key, [&[OWN_PARTS], &name[..]].concat());
}

/// Names the parts of a value: by its key too, so that they are nobody else's.
fn parts_name(key: &[u8], value: &[u8]) -> [u8; 32] {
    let mut digest = Sha256::new();
    digest.update((key.len() as u64).to_be_bytes());
    digest.update(key);
    digest.update(value);
    digest.finalize().into()
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
        Err(Panicked(problem)) => Err(StoreError::Damaged { path: dir.display().to_string(), problem }),
    }
}

fn failed(dir: &Path, error: ::sled::Error) -> StoreError {
    match error {
        ::sled::Error::Io(error) => files::failed(dir, error),
        other => StoreError::Damaged { path: dir.display().to_string(), problem: other.to_string() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn engine(dir: &Path) -> SledEngine {
        SledEngine::open(dir, Holder::take(dir).unwrap()).map_err(|(error, _)| error).unwrap()
    }

    fn parts(engine: &SledEngine) -> usize {
        let count =
            |db: &Db| db.range::<&[u8], _>(ALL_OWNED..).keys().filter(|key| key.as_ref().unwrap().len() > 1).count();
        engine.call(|db| Ok(count(db))).unwrap()
    }

    fn put_one(engine: &SledEngine, key: &[u8], value: Option<Vec<u8>>) {
        engine.write(vec![(key.to_vec(), value)]).unwrap();
    }

    #[test]
    fn parts_of_a_long_value_go_with_it_and_with_nobody_elses() {
        let dir = tempfile::tempdir().unwrap();
        files::make_private(dir.path()).unwrap();
        let engine = engine(dir.path());
        let long = vec![7; 3 * INLINE_BYTES];
        put_one(&engine, b"a", Some(long.clone()));
        put_one(&engine, b"b", Some(long.clone()));
        assert_eq!(parts(&engine), 6);
        put_one(&engine, b"a", None);
        assert_eq!((engine.get(b"a").unwrap(), engine.get(b"b").unwrap()), (None, Some(long.clone())));
        assert_eq!(parts(&engine), 3, "what was deleted leaves nothing behind");
        put_one(&engine, b"b", Some(long.clone()));
        assert_eq!((parts(&engine), engine.get(b"b").unwrap()), (3, Some(long)), "the same again");
        put_one(&engine, b"b", Some(b"short".to_vec()));
        assert_eq!(parts(&engine), 0);
        // In one batch the last change of a key counts.
        engine.write(vec![(b"c".to_vec(), Some(vec![1; 20_000])), (b"c".to_vec(), Some(vec![2; 20_000]))]).unwrap();
        assert_eq!((engine.get(b"c").unwrap(), parts(&engine)), (Some(vec![2; 20_000]), 4));
        engine.write(vec![(b"c".to_vec(), None), (b"c".to_vec(), Some(vec![2; 20_000]))]).unwrap();
        assert_eq!(engine.get(b"c").unwrap(), Some(vec![2; 20_000]));
    }

    #[test]
    fn a_write_without_room_is_refused_before_it_begins_and_what_is_there_can_be_read() {
        let dir = tempfile::tempdir().unwrap();
        files::make_private(dir.path()).unwrap();
        let mut engine = engine(dir.path());
        put_one(&engine, b"a", Some(b"1".to_vec()));
        // As if that much were still free on a disk: more than any has.
        engine.floor = u64::MAX / 2;
        let refused = engine.write(vec![(b"a".to_vec(), Some(b"2".to_vec()))]);
        assert!(matches!(refused, Err(StoreError::DiskFull { .. })), "{refused:?}");
        assert!(matches!(engine.check(), Err(StoreError::DiskFull { .. })));
        assert_eq!(engine.get(b"a").unwrap(), Some(b"1".to_vec()));
        engine.floor = 0;
        engine.check().unwrap();
        put_one(&engine, b"a", Some(b"2".to_vec()));
        assert_eq!(engine.get(b"a").unwrap(), Some(b"2".to_vec()));
        assert!(dir.path().join(files::RESERVE).exists(), "the reserve is made when there is room");
    }

    #[test]
    fn parts_that_were_shared_get_owners_and_orphans_go_when_the_store_is_opened() {
        let dir = tempfile::tempdir().unwrap();
        files::make_private(dir.path()).unwrap();
        let engine = engine(dir.path());
        let long = vec![9; 2 * INLINE_BYTES];
        let digest = Sha256::digest(&long);
        // As an earlier version wrote them, with the parts of a value that is gone.
        for key in [b"a", b"b"] {
            engine.call(|db| db.insert(key, [&[SHARED_PARTS], &digest[..]].concat())).unwrap();
        }
        for (at, part) in (0..).zip(long.chunks(INLINE_BYTES)) {
            engine.call(|db| db.insert(part_key(&digest, at), part)).unwrap();
            engine.call(|db| db.insert(part_key(&[3; 32], at), b"the rare name of somebody erased")).unwrap();
        }
        assert_eq!(engine.get(b"a").unwrap().as_ref(), Some(&long));
        engine.own_parts().unwrap();
        assert_eq!(parts(&engine), 4, "two each");
        for key in [b"a", b"b"] {
            assert_eq!(engine.get(key).unwrap().as_ref(), Some(&long));
            put_one(&engine, key, None);
        }
        assert_eq!(parts(&engine), 0);
    }

    #[test]
    fn who_reads_while_a_long_value_is_replaced_sees_the_one_or_the_other() {
        let dir = tempfile::tempdir().unwrap();
        files::make_private(dir.path()).unwrap();
        let engine = engine(dir.path());
        put_one(&engine, b"a", Some(vec![0; 20_000]));
        std::thread::scope(|scope| {
            scope.spawn(|| (0..300_u16).for_each(|n| put_one(&engine, b"a", Some(vec![n as u8; 20_000]))));
            for _ in 0..2_000 {
                let value = engine.get(b"a").unwrap().unwrap();
                assert!(value.len() == 20_000 && value.iter().all(|byte| *byte == value[0]));
                let all = engine.range(b"", b"b", 10).unwrap();
                assert_eq!(all.len(), 1);
            }
        });
    }
}
