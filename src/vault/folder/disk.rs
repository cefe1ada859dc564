//! The key folder's files: written whole and durably, or not at all.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;
use std::time::SystemTime;

use tempfile::NamedTempFile;

/// Largest file that is read from a key folder, in bytes.
const FILE_BYTES: u64 = 2 << 20;

/// How a file begins its life; one that a crash left is no use to anybody.
pub(super) const HALF_WRITTEN: &str = ".new-";

/// Writes a file so that after a power cut either the old or the new content is there, whole. Only the owner may read
/// it. The data, then the name, are on disk when this returns.
pub(super) fn write_durably(dir: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    // A fresh temporary file has mode 0600.
    let mut file = NamedTempFile::with_prefix_in(HALF_WRITTEN, dir)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(dir.join(name)).map_err(|e| e.error)?;
    sync_folder(dir)
}

/// Gives a file another name, replacing what has it; durable when this returns.
pub(super) fn rename_durably(dir: &Path, from: &str, to: &str) -> io::Result<()> {
    fs::rename(dir.join(from), dir.join(to))?;
    sync_folder(dir)
}

/// Reads a file; `None` if there is none.
pub(super) fn read(dir: &Path, name: &str) -> io::Result<Option<String>> {
    let file = match File::open(dir.join(name)) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    let mut text = String::new();
    file.take(FILE_BYTES + 1).read_to_string(&mut text)?;
    if text.len() as u64 > FILE_BYTES {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "larger than 2 MiB"));
    }
    Ok(Some(text))
}

/// By what it is known that a file was written anew: each writing gives the name to another file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Written {
    changed: Option<SystemTime>,
    bytes: u64,
    place: u64,
}

/// Returns how a file was written last; `None` if there is none.
pub(super) fn written(dir: &Path, name: &str) -> Option<Written> {
    let file = fs::metadata(dir.join(name)).ok()?;
    #[cfg(unix)]
    let place = std::os::unix::fs::MetadataExt::ino(&file);
    #[cfg(not(unix))]
    let place = 0;
    Some(Written { changed: file.modified().ok(), bytes: file.len(), place })
}

/// Makes the folder, for its owner only, unless it is there.
pub(super) fn make_folder(dir: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)?;
    #[cfg(unix)]
    fs::set_permissions(dir, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    match dir.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => sync_folder(parent),
        _ => sync_folder(Path::new(".")),
    }
}

/// Takes the folder's lock, which ends with the returned file; `None` if another process holds it.
pub(super) fn lock(dir: &Path) -> io::Result<Option<File>> {
    let mut options = OpenOptions::new();
    options.create(true).write(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(dir.join("lock"))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(fs::TryLockError::WouldBlock) => Ok(None),
        Err(fs::TryLockError::Error(e)) => Err(e),
    }
}

/// Lists the names in the folder, sorted.
pub(super) fn names(dir: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(dir)? {
        names.extend(entry?.file_name().into_string());
    }
    names.sort();
    Ok(names)
}

/// Removes a file; durable when this returns.
pub(super) fn remove_durably(dir: &Path, name: &str) -> io::Result<()> {
    fs::remove_file(dir.join(name))?;
    sync_folder(dir)
}

/// Lists the short ids of the key files.
pub(super) fn key_files(dir: &Path) -> io::Result<Vec<String>> {
    Ok(names(dir)?.iter().filter_map(|name| name.strip_suffix(".jwe")).map(str::to_owned).collect())
}

fn sync_folder(dir: &Path) -> io::Result<()> {
    // Windows has no way to sync a folder and needs none.
    if cfg!(unix) { File::open(dir)?.sync_all() } else { Ok(()) }
}
