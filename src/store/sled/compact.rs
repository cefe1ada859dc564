//! Another database put in the place of the one that is there, so that nothing deleted is left in its file.
//!
//! sled's log keeps what was deleted or replaced until its place is taken by something else, which may be never. So all
//! entries are written into a new database in `DIR/fresh.part`. When it is whole and durable, the folder becomes `DIR/fresh`
//! in one step: from then on *it* is the store. Its files then take the places of the old ones, sled's own file last. Whoever
//! is killed before that one step leaves the old store and rubbish, whoever is killed after it leaves moves that the next
//! opening makes again ([`settle`]); each of them can be made twice.
//!
//! Only files move here; the engine brings the entries over. Snapshots are left behind: sled makes its own when it opens.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::files;

/// A database that is being written.
const PART: &str = "fresh.part";
/// One that is whole.
const WHOLE: &str = "fresh";
/// What sled keeps its settings in.
const CONFIG: &str = "conf";
/// Where sled puts very long values.
const SPILLED: &str = "blobs";

/// Makes the folder for a new database, without what an earlier try left.
pub(super) fn begin(dir: &Path) -> io::Result<PathBuf> {
    let part = dir.join(PART);
    remove(&part)?;
    files::make_private(&part)?;
    Ok(part)
}

/// Removes a database that was not completed.
pub(super) fn abandon(dir: &Path) -> io::Result<()> {
    remove(&dir.join(PART))
}

/// Makes a closed new database durable, without its snapshots.
pub(super) fn complete(part: &Path) -> io::Result<()> {
    remove_snapshots(part)?;
    files::sync_folder(part)
}

/// Makes a complete new database the store.
pub(super) fn exchange(dir: &Path) -> io::Result<()> {
    fs::rename(dir.join(PART), dir.join(WHOLE))?;
    sync(dir)?;
    settle(dir)
}

/// Ends what a process that was killed had begun.
pub(super) fn settle(dir: &Path) -> io::Result<()> {
    let whole = dir.join(WHOLE);
    if whole.join(files::DATABASE).exists() {
        // Of the old database: the new one has none, also when this is done again.
        remove_snapshots(dir)?;
        if whole.join(SPILLED).exists() {
            remove(&dir.join(SPILLED))?;
            fs::rename(whole.join(SPILLED), dir.join(SPILLED))?;
        }
        if whole.join(CONFIG).exists() {
            fs::rename(whole.join(CONFIG), dir.join(CONFIG))?;
        }
        sync(dir)?;
        fs::rename(whole.join(files::DATABASE), dir.join(files::DATABASE))?;
        sync(dir)?;
    }
    remove(&whole)?;
    remove(&dir.join(PART))?;
    sync(dir)
}

/// Returns the bytes of sled's files.
pub(super) fn size(dir: &Path) -> u64 {
    let of = |path: &Path| fs::metadata(path).map_or(0, |found| found.len());
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let snapshots = entries.filter(|entry| is_snapshot(&entry.file_name().to_string_lossy()));
    of(&dir.join(files::DATABASE)) + snapshots.map(|entry| of(&entry.path())).sum::<u64>()
}

fn is_snapshot(name: &str) -> bool {
    name.starts_with("snap.")
}

fn remove_snapshots(dir: &Path) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        if is_snapshot(&entry.file_name().to_string_lossy()) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn remove(dir: &Path) -> io::Result<()> {
    match fs::remove_dir_all(dir) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn sync(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::store::engine::Engine;
    use crate::store::sled::engine::SledEngine;
    use crate::store::sled::files::Holder;

    fn open(dir: &Path) -> SledEngine {
        SledEngine::open(dir, Holder::take(dir).unwrap()).map_err(|(error, _)| error).unwrap()
    }

    fn bytes_anywhere(dir: &Path, wanted: &[u8]) -> bool {
        let holds = |path: &Path| fs::read(path).unwrap().windows(wanted.len()).any(|window| window == wanted);
        fs::read_dir(dir).unwrap().any(|entry| {
            let path = entry.unwrap().path();
            if path.is_dir() { bytes_anywhere(&path, wanted) } else { holds(&path) }
        })
    }

    #[test]
    fn what_was_deleted_is_in_no_file_and_what_was_not_is_still_there() {
        let dir = tempfile::tempdir().unwrap();
        files::make_private(dir.path()).unwrap();
        let engine = open(dir.path());
        let put =
            |key: &[u8], value: Option<&[u8]>| engine.write(vec![(key.to_vec(), value.map(<[u8]>::to_vec))]).unwrap();
        put(b"a", Some(b"the rare name of somebody"));
        put(b"b", Some(&[7; 50_000]));
        put(b"a", None);
        engine.sync().unwrap();
        assert!(bytes_anywhere(dir.path(), b"the rare name"), "this test sees what sled keeps");
        engine.compact().unwrap();
        assert!(!bytes_anywhere(dir.path(), b"the rare name"));
        assert_eq!((engine.get(b"a").unwrap(), engine.get(b"b").unwrap()), (None, Some(vec![7; 50_000])));
        put(b"c", Some(b"later"));
        engine.sync().unwrap();
        drop(engine);
        let engine = open(dir.path());
        assert_eq!(
            (engine.get(b"b").unwrap(), engine.get(b"c").unwrap()),
            (Some(vec![7; 50_000]), Some(b"later".to_vec()))
        );
    }

    #[test]
    fn what_is_written_while_it_is_copied_is_not_lost() {
        let dir = tempfile::tempdir().unwrap();
        files::make_private(dir.path()).unwrap();
        let engine = open(dir.path());
        for n in 0..3_000_u32 {
            engine.write(vec![(n.to_be_bytes().to_vec(), Some(vec![0; 100]))]).unwrap();
        }
        let stop = std::sync::atomic::AtomicBool::new(false);
        let written = std::thread::scope(|scope| {
            let writer = scope.spawn(|| {
                let mut round = 0_u32;
                while !stop.load(std::sync::atomic::Ordering::SeqCst) {
                    round += 1;
                    let key = (round % 3_000).to_be_bytes().to_vec();
                    let value = if round.is_multiple_of(3) { None } else { Some(round.to_be_bytes().repeat(2_000)) };
                    engine.write(vec![(key, value)]).unwrap();
                }
                round
            });
            for _ in 0..3 {
                engine.compact().unwrap();
            }
            stop.store(true, std::sync::atomic::Ordering::SeqCst);
            writer.join().unwrap()
        });
        engine.sync().unwrap();
        let expected = |key: u32| (1..=written).rev().find(|round| round % 3_000 == key);
        for key in 0..3_000_u32 {
            let value = engine.get(&key.to_be_bytes()).unwrap();
            let wanted = match expected(key) {
                None => Some(vec![0; 100]),
                Some(round) if round.is_multiple_of(3) => None,
                Some(round) => Some(round.to_be_bytes().repeat(2_000)),
            };
            assert_eq!(value, wanted, "{key} of {written}");
        }
    }

    #[test]
    fn an_exchange_that_broke_off_anywhere_is_ended_by_the_next_opening() {
        // The steps of `exchange` and `settle`, and after how many of them it breaks off.
        for steps in 0..5 {
            let dir = tempfile::tempdir().unwrap();
            files::make_private(dir.path()).unwrap();
            let old = open(dir.path());
            old.write(vec![(b"a".to_vec(), Some(b"old".to_vec()))]).unwrap();
            old.sync().unwrap();
            drop(old);
            let part = begin(dir.path()).unwrap();
            let new = open(&part);
            new.write(vec![(b"a".to_vec(), Some(b"new".to_vec()))]).unwrap();
            new.sync().unwrap();
            drop(new);
            complete(&part).unwrap();
            let whole = dir.path().join(WHOLE);
            let done: [&dyn Fn() -> io::Result<()>; 4] = [
                &|| fs::rename(&part, &whole),
                &|| remove_snapshots(dir.path()),
                &|| fs::rename(whole.join(CONFIG), dir.path().join(CONFIG)),
                &|| fs::rename(whole.join(files::DATABASE), dir.path().join(files::DATABASE)),
            ];
            for step in done.iter().take(steps) {
                step().unwrap();
            }
            settle(dir.path()).unwrap();
            let found = open(dir.path()).get(b"a").unwrap().unwrap();
            assert_eq!(found, if steps == 0 { b"old".to_vec() } else { b"new".to_vec() }, "after {steps} steps");
            assert!(!whole.exists() && !part.exists());
        }
    }
}
