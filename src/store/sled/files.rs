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
/// Written and removed to see whether there is room.
const PROBE: &str = "probe";
/// As much as sled takes at a time: a segment.
const PROBE_BYTES: usize = 512 << 10;
/// Holds [`Mark`].
const MARK: &str = "mark";
/// Size of the reserve: sled opens with one or two segments of 512 KiB and a snapshot.
const RESERVE_BYTES: usize = 4 << 20;

/// The lock on a store's folder; ends with the value, or with the process.
#[derive(Debug)]
pub(super) struct Holder {
    _file: File,
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
        Ok(Self { _file: file })
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

/// Sets the reserve aside if it is not there; a disk without room for it is used without.
pub(super) fn keep_reserve(dir: &Path) {
    let path = dir.join(RESERVE);
    if fs::metadata(&path).is_ok_and(|reserve| reserve.len() == RESERVE_BYTES as u64) {
        return;
    }
    let written = File::create(&path).and_then(|mut file| {
        file.write_all(&vec![0x5a; RESERVE_BYTES])?;
        file.sync_all()
    });
    if written.is_err() {
        let _ = fs::remove_file(&path);
    }
}

/// Checks that the folder still holds the open data file, and that there is room for another write.
pub(super) fn check(dir: &Path, open: &File) -> io::Result<()> {
    let (named, held) = (fs::metadata(dir.join(DATABASE))?, open.metadata()?);
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        if (named.dev(), named.ino()) != (held.dev(), held.ino()) {
            return Err(io::Error::new(ErrorKind::NotFound, "the data file was replaced"));
        }
    }
    let path = dir.join(PROBE);
    let written = File::create(&path).and_then(|mut file| file.write_all(&vec![0x5a; PROBE_BYTES]));
    let _ = fs::remove_file(&path);
    written
}

/// Says what an input or output error means for the store.
pub(super) fn failed(dir: &Path, error: io::Error) -> StoreError {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => StoreError::DiskFull { path: dir.display().to_string() },
        _ => StoreError::Io(error),
    }
}
