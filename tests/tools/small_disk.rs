//! A small file system to be filled, where one can be mounted.

use std::fs::{self, File};
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// A disk of a few megabytes; it is unmounted when this is dropped.
pub struct SmallDisk(TempDir);

impl SmallDisk {
    /// Mounts one. Says so, and returns nothing, where that is not permitted.
    pub fn of_megabytes(size: u32) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={size}m"), "tmpfs"]).arg(folder.path());
        if mount.stderr(Stdio::null()).status().is_ok_and(|status| status.success()) {
            return Some(Self(folder));
        }
        println!("SKIPPED: a small disk to fill can only be mounted by root, where that is permitted");
        None
    }

    /// Returns a path on it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Takes so many bytes of it.
    #[allow(dead_code, reason = "not every story needs it")]
    pub fn take(&self, bytes: usize) {
        fs::write(self.path("filler"), vec![1; bytes]).unwrap();
    }

    /// Takes the last byte of it.
    pub fn fill(&self) {
        let mut filler = File::options().create(true).append(true).open(self.path("filler")).unwrap();
        for size in [1 << 20, 4_096, 1] {
            while filler.write_all(&vec![1; size]).is_ok() {}
        }
    }

    /// Gives so many bytes back of those that [`SmallDisk::fill`] took, or all of them.
    pub fn make_room(&self, bytes: u64) {
        let filler = File::options().write(true).open(self.path("filler")).unwrap();
        filler.set_len(filler.metadata().unwrap().len().saturating_sub(bytes)).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = fs::remove_file(self.path("filler"));
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}
