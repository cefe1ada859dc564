//! The files around sled's own: who holds the folder, the reserve, and what must be synced with a folder.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read, Seek, Write};
use std::path::Path;

use super::{Result, StoreError};

/// sled's data file.
pub(super) const DATABASE: &str = "db";
/// Names the process that has the store, and is locked by it.
pub(super) const HOLDER: &str = "holder";
/// Space to give back when the disk is full.
pub(super) const RESERVE: &str = "reserve";
/// As much as sled's file grows at a time.
const SEGMENT: u64 = 512 << 10;
/// Room that is left free for sled itself, which writes on after a write: no write begins with less.
pub(super) const FLOOR: u64 = 4 * SEGMENT;
/// How many times its own size a write may take on the disk: in new pages, and in those that are written anew.
const GROWTH: u64 = 4;
/// Most room that is looked for by taking it.
const PROBED: u64 = 64 << 20;
/// Holds [`Mark`].
const MARK: &str = "mark";
/// Size of the reserve without sled's snapshots: for a few openings, and a few writes that cannot wait.
const RESERVE_BYTES: u64 = 8 << 20;

/// The lock on a store's folder; ends with the value, or with the process.
#[derive(Debug)]
pub(super) struct Holder(File);

impl Drop for Holder {
    fn drop(&mut self) {
        // Closing it is not enough while a process that is just being started has it too.
        let _ = self.0.unlock();
    }
}

impl Holder {
    /// Takes the folder for this process.
    pub(super) fn take(dir: &Path) -> Result<Self> {
        let open = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(dir.join(HOLDER));
        let mut file = open.map_err(|error| failed(dir, error))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(locked(dir, &mut file)),
            Err(TryLockError::Error(error)) => return Err(failed(dir, error)),
        }
        // The name is a courtesy, the lock is what counts: on a full disk it goes without.
        let _ = file.set_len(0).and_then(|()| write!(file, "{}", std::process::id()));
        Ok(Self(file))
    }
}

fn locked(dir: &Path, file: &mut File) -> StoreError {
    let mut text = String::new();
    let read = file.rewind().and_then(|()| file.take(20).read_to_string(&mut text));
    let holder = match (read, text.trim().parse::<u32>()) {
        (Ok(_), Ok(process)) => format!(" (process {process})"),
        _ => String::new(),
    };
    StoreError::Locked { path: dir.display().to_string(), holder }
}

/// How many batches were durable when it was last written. sled takes a damaged record at the end of its file for one
/// that a crash cut off and goes on without it; this tells the two apart.
#[derive(Debug)]
pub(super) struct Mark(File);

impl Mark {
    pub(super) fn open(dir: &Path) -> io::Result<Self> {
        OpenOptions::new().read(true).write(true).create(true).truncate(false).open(dir.join(MARK)).map(Self)
    }

    /// Not synced, and not checked: a mark that is behind is only a weaker witness.
    pub(super) fn note(&self, batches: u64) {
        let _ = (&self.0).rewind().and_then(|()| (&self.0).write_all(format!("{batches:020}\n").as_bytes()));
    }

    pub(super) fn noted(&self) -> u64 {
        let mut text = String::new();
        let read = (&self.0).rewind().and_then(|()| (&self.0).take(20).read_to_string(&mut text));
        read.ok().and_then(|_| text.parse().ok()).unwrap_or(0)
    }
}

/// Makes a folder that only its owner can enter.
pub(super) fn make_private(dir: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)?;
    #[cfg(unix)]
    fs::set_permissions(dir, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    match dir.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => File::open(parent)?.sync_all(),
        _ => Ok(()),
    }
}

/// Removes what a crash left of a snapshot that sled was writing.
pub(super) fn remove_half_snapshots(dir: &Path) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with("snap.") && name.ends_with(".generating") {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Makes the folder's files and their names durable.
pub(super) fn sync_folder(dir: &Path) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_file() {
            File::open(path)?.sync_all()?;
        }
    }
    sync_spilled(dir)?;
    File::open(dir)?.sync_all()
}

/// Makes durable what sled put into files of its own, which it does for pages past 128 KiB. Ours stay smaller
/// ([`super::engine`]), so that there is normally nothing here.
pub(super) fn sync_spilled(dir: &Path) -> io::Result<()> {
    let spilled = dir.join("blobs");
    let mut any = false;
    for entry in fs::read_dir(&spilled)? {
        File::open(entry?.path())?.sync_all()?;
        any = true;
    }
    if any { File::open(spilled)?.sync_all() } else { Ok(()) }
}

/// Says whether a write of so many bytes can be expected to find room, and leave the floor.
pub(super) fn room_to_write(dir: &Path, floor: u64, bytes: usize) -> bool {
    has_room(dir, floor + GROWTH * bytes as u64)
}

/// Says whether there is room for another database of that size beside this one.
pub(super) fn room_to_copy(dir: &Path, bytes: u64) -> bool {
    free(dir) >= 2 * FLOOR + bytes
}

/// Says whether sled can be expected to find room when it opens: it completes a segment, begins another, and writes a
/// snapshot as large as the last one while that is still there.
pub(super) fn room_to_open(dir: &Path) -> bool {
    has_room(dir, 2 * SEGMENT + 2 * snapshot_bytes(dir))
}

/// Says whether there is room for so many bytes more. Where the file system says that there is not, it is tried: what is kept
/// back for the super-user is room for who may use it.
fn has_room(dir: &Path, bytes: u64) -> bool {
    free(dir) >= bytes || (bytes <= PROBED && takes(dir, bytes).is_ok())
}

/// Returns how much room the file system tells of; where it does not tell, writes will.
fn free(dir: &Path) -> u64 {
    rustix::fs::statvfs(dir).map_or(u64::MAX, |found| found.f_bavail.saturating_mul(found.f_frsize))
}

/// Takes room and gives it back, in a file without a name, which nothing is left of.
fn takes(dir: &Path, bytes: u64) -> io::Result<()> {
    let file = tempfile::tempfile_in(dir)?;
    Ok(rustix::fs::fallocate(&file, rustix::fs::FallocateFlags::empty(), 0, bytes)?)
}

/// Returns the size of sled's largest snapshot.
fn snapshot_bytes(dir: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(dir) else { return 0 };
    let snapshots = entries.flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with("snap."));
    snapshots.filter_map(|entry| entry.metadata().ok()).map(|found| found.len()).max().unwrap_or(0)
}

/// Sets the reserve aside if it is not there, or smaller than an opening would need by now. Only where there is plenty: what
/// it was given up for is not taken away again. Says whether it is there.
pub(super) fn keep_reserve(dir: &Path) -> bool {
    let (path, wanted) = (dir.join(RESERVE), RESERVE_BYTES + 3 * snapshot_bytes(dir));
    let there = fs::metadata(&path).map_or(0, |reserve| reserve.len());
    if there >= wanted {
        return true;
    }
    if free(dir) < wanted - there + 2 * FLOOR {
        return false;
    }
    let written = File::options().append(true).create(true).open(&path).and_then(|mut file| {
        io::copy(&mut io::repeat(0x5a).take(wanted - there), &mut file)?;
        file.sync_all()
    });
    if written.is_err() {
        let _ = fs::remove_file(&path);
    }
    written.is_ok()
}

/// Gives the reserve up, so that there is room; says whether there was one.
pub(super) fn give_reserve(dir: &Path) -> Result<bool> {
    match fs::remove_file(dir.join(RESERVE)) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(failed(dir, error)),
    }
}

/// Checks that the folder still holds the open data file.
pub(super) fn check(dir: &Path, open: &File) -> io::Result<()> {
    let (named, held) = (fs::metadata(dir.join(DATABASE))?, open.metadata()?);
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        if (named.dev(), named.ino()) != (held.dev(), held.ino()) {
            return Err(io::Error::new(ErrorKind::NotFound, "the data file was replaced"));
        }
    }
    Ok(())
}

/// Says what an input or output error means for the store.
pub(super) fn failed(dir: &Path, error: io::Error) -> StoreError {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => StoreError::DiskFull { path: dir.display().to_string() },
        _ => StoreError::Io(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reserve_is_made_once_grows_with_the_snapshot_and_is_given_up_once() {
        let folder = tempfile::tempdir().unwrap();
        let (dir, size) = (folder.path(), || fs::metadata(folder.path().join(RESERVE)).unwrap().len());
        assert!(keep_reserve(dir) && keep_reserve(dir));
        assert_eq!(size(), RESERVE_BYTES);
        fs::write(dir.join("snap.0000000000000001"), vec![0; 1000]).unwrap();
        assert!(keep_reserve(dir));
        assert_eq!(size(), RESERVE_BYTES + 3_000);
        assert!(give_reserve(dir).unwrap());
        assert!(!give_reserve(dir).unwrap());
    }

    #[test]
    fn room_is_looked_for_and_nothing_is_left_of_it() {
        let folder = tempfile::tempdir().unwrap();
        assert!(has_room(folder.path(), 1) && !has_room(folder.path(), u64::MAX));
        assert!(room_to_open(folder.path()));
        takes(folder.path(), 1 << 20).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
