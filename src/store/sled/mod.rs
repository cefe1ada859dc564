//! The store on one machine: sled 0.34, made durable.
//!
//! One process at a time has the folder. sled's own `flush` reaches the kernel but not the disk, so every commit ends
//! with `fdatasync` on its file. sled also goes on without what it finds damaged at the end of its log, so the number of
//! durable writes is noted in `DIR/mark`; a store that has fewer does not open. Without any dump, removing `mark` accepts
//! the loss and opens what is left: export it, and never issue from it again. A damaged file is reported, not panicked on.
//!
//! A full disk is not damage, and sled tells the two badly apart. So no write begins without room for it, and the store goes
//! on by itself when there is room again; and a reserve file is given up so that the store opens on a full disk too, to read,
//! to export, and for a few writes that cannot wait. It is made anew when there is plenty of room.

mod compact;
mod engine;
mod files;

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
        // Before sled is asked: what it does on a full disk looks like damage.
        if !files::room_to_open(dir) && !files::give_reserve(dir)? {
            return Err(StoreError::DiskFull { path: dir.display().to_string() });
        }
        let store = Self::over(open(dir, holder)?).map_err(|error| or_full(dir, error))?;
        // Not before: what is left of a damaged store must not be written to.
        store.engine().own_parts()?;
        files::sync_folder(dir).map_err(|error| files::failed(dir, error))?;
        files::keep_reserve(dir);
        Ok(store)
    }
}

/// Opens sled, a second time without the reserve if the first one found no room.
fn open(dir: &Path, holder: Holder) -> Result<SledEngine> {
    let once = |holder| {
        // sled takes a half-written snapshot of its own for a damaged one (`pagecache/snapshot.rs`, `read_snapshot`), also
        // that which its first try left for want of room.
        match files::remove_half_snapshots(dir) {
            Ok(()) => SledEngine::open(dir, holder),
            Err(error) => Err((files::failed(dir, error), holder)),
        }
    };
    let (error, holder) = match once(holder) {
        Ok(engine) => return Ok(engine),
        Err((error, holder)) => (or_full(dir, error), holder),
    };
    if !matches!(error, StoreError::DiskFull { .. }) || !files::give_reserve(dir)? {
        return Err(error);
    }
    once(holder).map_err(|(error, _)| or_full(dir, error))
}

/// Tells a full disk from damage: without room nobody can say that a store is damaged.
fn or_full(dir: &Path, error: StoreError) -> StoreError {
    match error {
        StoreError::Damaged { path, .. } if !files::room_to_open(dir) => StoreError::DiskFull { path },
        other => other,
    }
}
