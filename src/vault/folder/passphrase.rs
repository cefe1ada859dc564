//! Another passphrase for all key files at once, and the tidying up after a crash.
//!
//! Each key is sealed anew into `ID.jwe.next`; then `passphrase.next` appears, and from that instant the new files are the
//! keys; then they take the old ones' names. So at every instant one passphrase opens all of them: the old one without
//! `passphrase.next`, the new one with it and ever after.

use std::path::Path;

use super::secrets::SEALED;
use super::{KeyFolder, Result, disk, file_name, io_error, lock, read, write};
use crate::keys::{KeyFileError, open_key_file, open_secret, seal_key_file, seal_secret};

/// Ending of a key file that is sealed anew.
const NEXT: &str = ".next";
/// While it is there, the key files with [`NEXT`] are the ones that count.
const SWITCHED: &str = "passphrase.next";

impl KeyFolder {
    /// Seals every key file in the folder with another passphrase, and returns the ids of those that it changed. A file
    /// that has the new passphrase already stays: one that was elsewhere at the first time can follow later.
    ///
    /// # Errors
    /// When a file opens with neither, or nothing can be written; then the old passphrase goes on opening all of them.
    pub fn change_passphrase(&mut self, old: &str, new: &str) -> Result<Vec<String>> {
        if new.is_empty() {
            return Err(KeyFileError::EmptyPassphrase.into());
        }
        let _lock = lock(&self.dir)?;
        tidy(&self.dir)?;
        let changed = seal_anew(&self.dir, old, new)?;
        switch(&self.dir)?;
        tidy(&self.dir)?;
        self.reopen()?;
        Ok(changed)
    }

    /// Returns the ids of keys that the manifest or the root chain counts on and whose files lie elsewhere.
    pub fn elsewhere(&self) -> Vec<String> {
        let signing = self.manifest.keys.iter().map(|key| &key.id);
        let ids = signing.chain([&self.root.0.id]).filter(|id| !self.dir.join(file_name(id)).exists());
        ids.cloned().collect()
    }
}

fn seal_anew(dir: &Path, old: &str, new: &str) -> Result<Vec<String>> {
    let mut changed = Vec::new();
    for id in disk::key_files(dir).map_err(|e| io_error(dir, e))? {
        let Some(file) = read(dir, &file_name(&id))? else { continue };
        let key = match open_key_file(&id, &file, old) {
            Err(KeyFileError::WrongPassphrase(_)) if open_key_file(&id, &file, new).is_ok() => continue,
            key => key?,
        };
        write(dir, &(file_name(&id) + NEXT), seal_key_file(&id, &key, new)?.as_bytes())?;
        changed.push(id);
    }
    seal_secrets_anew(dir, old, new)?;
    Ok(changed)
}

/// What opens with neither is no use to anybody, and keeps no key from another passphrase.
fn seal_secrets_anew(dir: &Path, old: &str, new: &str) -> Result<()> {
    for name in disk::names(dir).map_err(|e| io_error(dir, e))?.iter().filter(|name| name.ends_with(SEALED)) {
        let Some(file) = read(dir, name)? else { continue };
        if let Ok(text) = open_secret(name, &file, old) {
            write(dir, &(name.clone() + NEXT), seal_secret(&text, new)?.as_bytes())?;
        }
    }
    Ok(())
}

fn switch(dir: &Path) -> Result<()> {
    write(dir, SWITCHED, b"the key files that end in .next are the ones that count\n")
}

/// Reads a key's file: the one sealed anew, if those count and it has not its name yet.
pub(super) fn key_file(dir: &Path, id: &str) -> Result<Option<String>> {
    current(dir, &file_name(id))
}

/// The same of any sealed file.
pub(super) fn current(dir: &Path, name: &str) -> Result<Option<String>> {
    if dir.join(SWITCHED).exists()
        && let Some(next) = read(dir, &format!("{name}{NEXT}"))?
    {
        return Ok(Some(next));
    }
    read(dir, name)
}

/// Says whether a file is sealed with the passphrase.
fn is_sealed(name: &str) -> bool {
    name.ends_with(".jwe") || name.ends_with(SEALED)
}

/// Finishes what a crash left half done. The lock must be held.
pub(super) fn tidy(dir: &Path) -> Result<()> {
    let failed = |e| io_error(dir, e);
    let names = disk::names(dir).map_err(failed)?;
    let switched = names.iter().any(|name| name == SWITCHED);
    for name in &names {
        match name.strip_suffix(NEXT) {
            Some(key) if is_sealed(key) && switched => disk::rename_durably(dir, name, key).map_err(failed)?,
            Some(key) if is_sealed(key) => disk::remove_durably(dir, name).map_err(failed)?,
            _ if name.starts_with(disk::HALF_WRITTEN) => disk::remove_durably(dir, name).map_err(failed)?,
            _ => {}
        }
    }
    if switched { disk::remove_durably(dir, SWITCHED).map_err(failed) } else { Ok(()) }
}

/// Tidies up unless another process is at work; a folder that cannot be written is read as it is.
pub(super) fn tidy_if_free(dir: &Path) {
    let half = |name: &String| name.starts_with(disk::HALF_WRITTEN) || name.ends_with(NEXT);
    if disk::names(dir).is_ok_and(|names| names.iter().any(half))
        && let Ok(_lock) = lock(dir)
    {
        // What is in the way is told by the command that has to write.
        let _ = tidy(dir);
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::{KeyFolderError, open_key};
    use super::*;
    use crate::credential::Timestamp;

    #[test]
    fn what_else_is_sealed_gets_the_new_passphrase_with_the_keys() {
        let (_dir, mut folder) = create();
        folder.seal_secret("mail", "a secret", OLD).unwrap();
        assert_eq!(folder.change_passphrase(OLD, NEW).unwrap(), ["k1", "r1"]);
        assert_eq!(*folder.open_secret("mail", NEW).unwrap().unwrap(), "a secret");
        assert!(folder.open_secret("mail", OLD).is_err());
        // Stopped half-way: without the mark the old ones count, with it the new ones.
        seal_anew(&folder.dir, NEW, OLD).unwrap();
        assert_eq!(*folder.open_secret("mail", NEW).unwrap().unwrap(), "a secret");
        switch(&folder.dir).unwrap();
        assert_eq!(*folder.open_secret("mail", OLD).unwrap().unwrap(), "a secret");
        tidy(&folder.dir).unwrap();
        assert_eq!(*folder.open_secret("mail", OLD).unwrap().unwrap(), "a secret");
        folder.remove_secret("mail").unwrap();
        folder.remove_secret("mail").unwrap();
        assert_eq!(folder.open_secret("mail", OLD).unwrap(), None);
    }

    const OLD: &str = "correct horse";
    const NEW: &str = "battery staple";

    fn create() -> (tempfile::TempDir, KeyFolder) {
        let dir = tempfile::tempdir().unwrap();
        let now = Timestamp::from_unix(0);
        let folder = KeyFolder::create(&dir.path().join("keys"), "did:web:a.example", "A", OLD, now).unwrap();
        (dir, folder)
    }

    /// Returns for each key file whether a passphrase opens it.
    fn opens(dir: &Path, passphrase: &str) -> Vec<bool> {
        disk::key_files(dir).unwrap().iter().map(|id| open_key(dir, id, passphrase).is_ok()).collect()
    }

    #[test]
    fn all_key_files_open_with_the_new_passphrase_and_none_with_the_old() {
        let (_temporary, mut folder) = create();
        folder.rotate(OLD, Timestamp::from_unix(9)).unwrap();
        let public = folder.active(OLD).unwrap().key.public();
        assert!(matches!(folder.change_passphrase("wrong horse", NEW), Err(KeyFolderError::File(_))));
        assert_eq!(opens(&folder.dir, OLD), [true; 3]);
        assert_eq!(folder.change_passphrase(OLD, NEW).unwrap(), ["k1", "k2", "r1"]);
        assert_eq!((opens(&folder.dir, NEW), opens(&folder.dir, OLD)), (vec![true; 3], vec![false; 3]));
        assert_eq!(folder.active(NEW).unwrap().key.public(), public);
        folder.rotate(NEW, Timestamp::from_unix(10)).unwrap();
        assert!(matches!(folder.change_passphrase(NEW, ""), Err(KeyFolderError::File(_))));
        assert_eq!(folder.change_passphrase(OLD, NEW).unwrap(), [""; 0], "they have it already");
    }

    #[test]
    fn a_root_that_was_elsewhere_follows_later() {
        let (temporary, mut folder) = create();
        let safe = temporary.path().join("r1.jwe");
        fs::rename(folder.dir.join("r1.jwe"), &safe).unwrap();
        assert_eq!(folder.elsewhere(), ["r1"]);
        assert_eq!(folder.change_passphrase(OLD, NEW).unwrap(), ["k1"]);
        fs::rename(&safe, folder.dir.join("r1.jwe")).unwrap();
        assert_eq!(folder.change_passphrase(OLD, NEW).unwrap(), ["r1"]);
        assert_eq!((opens(&folder.dir, NEW), folder.elsewhere()), (vec![true; 2], Vec::new()));
    }

    #[test]
    fn one_passphrase_opens_all_of_them_after_a_crash_at_any_step() {
        let (_temporary, folder) = create();
        let dir = &folder.dir;
        // Sealed anew, but not switched: the old one holds, and the new files go.
        seal_anew(dir, OLD, NEW).unwrap();
        assert_eq!(opens(dir, OLD), [true; 2]);
        KeyFolder::open(dir).unwrap();
        assert!(!dir.join("k1.jwe.next").exists());
        // Switched, and one of two has its name: the new one holds, also while another process has the lock.
        seal_anew(dir, OLD, NEW).unwrap();
        switch(dir).unwrap();
        disk::rename_durably(dir, "k1.jwe.next", "k1.jwe").unwrap();
        let held = lock(dir).unwrap();
        KeyFolder::open(dir).unwrap().active(NEW).unwrap();
        assert!(dir.join("r1.jwe.next").exists(), "nobody tidies up behind a working process");
        assert_eq!((opens(dir, NEW), opens(dir, OLD)), (vec![true; 2], vec![false; 2]));
        drop(held);
        KeyFolder::open(dir).unwrap();
        let names = disk::names(dir).unwrap();
        assert_eq!(names, ["k1.jwe", "lock", "manifest.jws", "r1.jwe", "roots.json"]);
        assert_eq!(opens(dir, NEW), [true; 2]);
    }

    #[test]
    fn what_a_killed_write_left_is_removed_at_the_next_opening() {
        let (_temporary, folder) = create();
        let left = folder.dir.join(".new-a1B2c3");
        fs::write(&left, "half").unwrap();
        let held = lock(&folder.dir).unwrap();
        KeyFolder::open(&folder.dir).unwrap();
        assert!(left.exists(), "it may be another process's");
        drop(held);
        KeyFolder::open(&folder.dir).unwrap();
        assert!(!left.exists());
    }
}
