//! The little that the records need from a machine's ordered key-value engine.
//!
//! Keys sort as bytes. Certificates, numbers and the audit log are never deleted; documents and erased people are.

use super::{Compacted, Result};

/// One record's key and value.
pub(super) type Entry = (Vec<u8>, Vec<u8>);
/// One change of a batch: a key's new value, or `None` to delete it.
pub(super) type Change = (Vec<u8>, Option<Vec<u8>>);

/// An ordered key-value engine in one process.
pub trait Engine: Send + Sync {
    /// Returns where the data lies, for messages.
    fn place(&self) -> String;

    /// Returns the value under a key.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>>;

    /// Returns up to `limit` entries with `after < key < end`, in order.
    fn range(&self, after: &[u8], end: &[u8], limit: usize) -> Result<Vec<Entry>>;

    /// Returns up to `limit` entries with `from <= key < before`, the last first.
    fn range_back(&self, from: &[u8], before: &[u8], limit: usize) -> Result<Vec<Entry>>;

    /// Returns the last entry with `from <= key < end`.
    fn last(&self, from: &[u8], end: &[u8]) -> Result<Option<Entry>>;

    /// Makes all changes or, after a crash, none. They can be read at once, but are durable only after
    /// [`Engine::sync`]. Called by one thread at a time.
    fn write(&self, batch: Vec<Change>) -> Result<()>;

    /// Says whether no other process can have it open meanwhile.
    fn is_alone(&self) -> bool {
        true
    }

    /// Says whether a write can be expected to succeed.
    fn check(&self) -> Result<()> {
        Ok(())
    }

    /// Makes durable what was written before the call.
    fn sync(&self) -> Result<()>;

    /// Writes everything anew, so that nothing of what was deleted or replaced before the call is left anywhere.
    fn compact(&self) -> Result<Compacted> {
        Ok(Compacted::default())
    }

    /// Notes, outside of the data, how many batches are durable. May be lost in a power cut, but is never ahead: a store
    /// that has fewer on opening has lost some.
    fn note(&self, batches: u64);

    /// Returns what was noted last, or 0.
    fn noted(&self) -> u64;
}
