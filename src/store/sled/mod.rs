//! The store on one machine: sled 0.34, made durable.
//!
//! One process at a time has the folder. sled's own `flush` reaches the kernel but not the disk, so every commit ends
//! with `fdatasync` on its file. sled also goes on without what it finds damaged at the end of its log, so the number of
//! durable writes is noted in `DIR/mark`; a store that has fewer does not open. Without any dump, removing `mark` accepts
//! the loss and opens what is left: export it, and never issue from it again. A full disk is survived with a reserve file, a damaged file is reported, not panicked on.

mod compact;
mod engine;
mod files;

use std::fs;
use std::path::Path;

use super::ordered::Ordered;
use super::{Result, StoreError};
use engine::SledEngine;
use files::Holder;

/// A store in a folder.
pub type SledStore = Ordered<SledEngine>;

impl SledStore {
    /// Makes a new, empty store in a folder that is new, empty or at least holds no store.
    ///
    /// # Errors
    /// [`StoreError::NotEmpty`] if there is a store already.
    pub fn create(dir: &Path) -> Result<Self> {
        files::make_private(dir).map_err(|error| files::failed(dir, error))?;
        if dir.join(files::DATABASE).exists() {
            return Err(StoreError::NotEmpty { path: dir.display().to_string() });
        }
        Self::start(dir)
    }

    /// Opens the store in a folder.
    ///
    /// # Errors
    /// [`StoreError::Missing`], [`StoreError::Locked`], [`StoreError::Damaged`], [`StoreError::Layout`], or
    /// [`StoreError::DiskFull`] if not even the reserve is enough to open it.
    pub fn open(dir: &Path) -> Result<Self> {
        if !dir.join(files::DATABASE).exists() {
            return Err(StoreError::Missing { path: dir.display().to_string() });
        }
        Self::start(dir)
    }

    fn start(dir: &Path) -> Result<Self> {
        let holder = Holder::take(dir)?;
        compact::settle(dir).map_err(|error| files::failed(dir, error))?;
        // sled takes a half-written snapshot of its own for a damaged one (`pagecache/snapshot.rs`, `read_snapshot`).
        files::remove_half_snapshots(dir).map_err(|error| files::failed(dir, error))?;
        let engine = match SledEngine::open(dir, holder) {
            Err((StoreError::DiskFull { .. }, holder)) if dir.join(files::RESERVE).exists() => {
                fs::remove_file(dir.join(files::RESERVE)).map_err(|error| files::failed(dir, error))?;
                SledEngine::open(dir, holder)
            }
            opened => opened,
        }
        .map_err(|(error, _)| error)?;
        let store = Self::over(engine)?;
        // Not before: what is left of a damaged store must not be written to.
        store.engine().own_parts()?;
        files::sync_folder(dir).map_err(|error| files::failed(dir, error))?;
        files::keep_reserve(dir);
        Ok(store)
    }
}
