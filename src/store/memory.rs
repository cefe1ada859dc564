//! A store in memory, for tests and dry runs: keeps every promise but the one about power cuts.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use super::Result;
use super::engine::{Change, Engine, Entry};
use super::ordered::Ordered;

/// A store in memory.
pub type MemoryStore = Ordered<MemoryEngine>;

impl MemoryStore {
    /// Returns an empty store.
    pub fn new() -> Self {
        Self::over(MemoryEngine::default()).expect("an empty map is a readable store")
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

/// A sorted map.
#[derive(Debug, Default)]
pub struct MemoryEngine(RwLock<BTreeMap<Vec<u8>, Vec<u8>>>);

impl MemoryEngine {
    fn map(&self) -> RwLockReadGuard<'_, BTreeMap<Vec<u8>, Vec<u8>>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Engine for MemoryEngine {
    fn place(&self) -> String {
        "memory".to_owned()
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>> {
        Ok(self.map().get(key).cloned())
    }

    fn range(&self, after: &[u8], end: &[u8], limit: usize) -> Result<Vec<Entry>> {
        if after >= end {
            return Ok(Vec::new());
        }
        let bounds = (Bound::Excluded(after), Bound::Excluded(end));
        Ok(self.map().range::<[u8], _>(bounds).take(limit).map(owned).collect())
    }

    fn range_back(&self, from: &[u8], before: &[u8], limit: usize) -> Result<Vec<Entry>> {
        if from >= before {
            return Ok(Vec::new());
        }
        let bounds = (Bound::Included(from), Bound::Excluded(before));
        Ok(self.map().range::<[u8], _>(bounds).rev().take(limit).map(owned).collect())
    }

    fn last(&self, from: &[u8], end: &[u8]) -> Result<Option<Entry>> {
        let bounds = (Bound::Included(from), Bound::Excluded(end));
        Ok(self.map().range::<[u8], _>(bounds).next_back().map(owned))
    }

    fn write(&self, batch: Vec<Change>) -> Result<()> {
        let mut map = self.0.write().unwrap_or_else(PoisonError::into_inner);
        for (key, value) in batch {
            match value {
                Some(value) => map.insert(key, value),
                None => map.remove(&key),
            };
        }
        Ok(())
    }

    fn sync(&self) -> Result<()> {
        Ok(())
    }

    fn note(&self, _batches: u64) {}

    fn noted(&self) -> u64 {
        0
    }
}

fn owned((key, value): (&Vec<u8>, &Vec<u8>)) -> Entry {
    (key.clone(), value.clone())
}
