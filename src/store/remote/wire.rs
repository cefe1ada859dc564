//! How calls and answers are written: JSON after a `J`, bytes as they are after a `B`; errors with all that they name.

use std::collections::BTreeSet;
use std::io;
use std::sync::{Mutex, PoisonError};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::failed;
use crate::store::{Result, StoreError};

const JSON: u8 = b'J';
const BYTES: u8 = b'B';

/// A [`StoreError`] as it crosses.
#[derive(Debug, Serialize, Deserialize)]
enum Failed {
    Conflict(String),
    NotFound(String),
    Cursor(String),
    Missing(String),
    NotEmpty(String),
    Restoring,
    TooLarge { what: String, bytes: usize, limit: usize },
    Exhausted(String),
    Audit(u64),
    Locked { path: String, holder: String },
    DiskFull(String),
    Damaged { path: String, problem: String },
    Layout { found: u32, known: u32 },
    Unwanted,
    Io { system: Option<i32>, text: String },
}

impl From<StoreError> for Failed {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict(key) => Self::Conflict(key),
            StoreError::NotFound(key) => Self::NotFound(key),
            StoreError::Cursor(cursor) => Self::Cursor(cursor),
            StoreError::Missing { path } => Self::Missing(path),
            StoreError::NotEmpty { path } => Self::NotEmpty(path),
            StoreError::Restoring => Self::Restoring,
            StoreError::TooLarge { what, bytes, limit } => Self::TooLarge { what: what.to_owned(), bytes, limit },
            StoreError::Exhausted(what) => Self::Exhausted(what.to_owned()),
            StoreError::Audit { sequence } => Self::Audit(sequence),
            StoreError::Locked { path, holder } => Self::Locked { path, holder },
            StoreError::DiskFull { path } => Self::DiskFull(path),
            StoreError::Damaged { path, problem } => Self::Damaged { path, problem },
            StoreError::Layout { found, known } => Self::Layout { found, known },
            StoreError::Unwanted => Self::Unwanted,
            StoreError::Io(error) => Self::Io { system: error.raw_os_error(), text: error.to_string() },
        }
    }
}

impl From<Failed> for StoreError {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Conflict(key) => Self::Conflict(key),
            Failed::NotFound(key) => Self::NotFound(key),
            Failed::Cursor(cursor) => Self::Cursor(cursor),
            Failed::Missing(path) => Self::Missing { path },
            Failed::NotEmpty(path) => Self::NotEmpty { path },
            Failed::Restoring => Self::Restoring,
            Failed::TooLarge { what, bytes, limit } => Self::TooLarge { what: kept(what), bytes, limit },
            Failed::Exhausted(what) => Self::Exhausted(kept(what)),
            Failed::Audit(sequence) => Self::Audit { sequence },
            Failed::Locked { path, holder } => Self::Locked { path, holder },
            Failed::DiskFull(path) => Self::DiskFull { path },
            Failed::Damaged { path, problem } => Self::Damaged { path, problem },
            Failed::Layout { found, known } => Self::Layout { found, known },
            Failed::Unwanted => Self::Unwanted,
            Failed::Io { system: Some(code), .. } => Self::Io(io::Error::from_raw_os_error(code)),
            Failed::Io { system: None, text } => Self::Io(io::Error::other(text)),
        }
    }
}

/// Returns a text that lives as long as the process. There are as many as the store has words for what it keeps.
fn kept(text: String) -> &'static str {
    static KEPT: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut all = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = all.get(text.as_str()) {
        return known;
    }
    let text: &'static str = text.leak();
    all.insert(text);
    text
}

/// Writes the arguments of a call.
pub(super) fn arguments(arguments: &impl Serialize) -> Result<Vec<u8>> {
    json(arguments)
}

/// Reads the arguments of a call.
pub(super) fn read_arguments<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    match bytes.split_first() {
        Some((&JSON, json)) => serde_json::from_slice(json).map_err(StoreError::unreadable),
        _ => Err(failed("a call cannot be read")),
    }
}

/// Writes what a call answered.
pub(super) fn answered<T: Serialize>(result: Result<T>) -> Vec<u8> {
    let told = result.map_err(Failed::from);
    json(&told).unwrap_or_else(|error| json(&Err::<(), _>(Failed::from(error))).expect("an error is texts and numbers"))
}

/// Reads what a call answered.
pub(super) fn read_answer<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    match bytes.split_first() {
        Some((&JSON, json)) => {
            serde_json::from_slice::<Result<T, Failed>>(json).map_err(StoreError::unreadable)?.map_err(Into::into)
        }
        _ => Err(failed("an answer cannot be read")),
    }
}

/// Writes kept bytes, or that there are none.
pub(super) fn answered_bytes(result: Result<Option<Vec<u8>>>) -> Vec<u8> {
    match result {
        Ok(Some(mut bytes)) => {
            bytes.insert(0, BYTES);
            bytes
        }
        Ok(None) => answered(Ok(())),
        Err(error) => answered::<()>(Err(error)),
    }
}

/// Reads kept bytes.
pub(super) fn read_bytes(mut bytes: Vec<u8>) -> Result<Option<Vec<u8>>> {
    if bytes.first() == Some(&BYTES) {
        bytes.remove(0);
        return Ok(Some(bytes));
    }
    read_answer::<()>(&bytes).map(|()| None)
}

fn json(value: &impl Serialize) -> Result<Vec<u8>> {
    let mut bytes = vec![JSON];
    serde_json::to_writer(&mut bytes, value).map_err(StoreError::unreadable)?;
    Ok(bytes)
}

impl StoreError {
    fn unreadable(error: serde_json::Error) -> Self {
        failed(&format!("a call or its answer cannot be read: {error}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One of each kind.
    fn errors() -> Vec<StoreError> {
        let text = || "a".to_owned();
        vec![
            StoreError::Conflict(text()),
            StoreError::NotFound(text()),
            StoreError::Cursor(text()),
            StoreError::Missing { path: text() },
            StoreError::NotEmpty { path: text() },
            StoreError::Restoring,
            StoreError::TooLarge { what: "event", bytes: 3, limit: 2 },
            StoreError::Exhausted("status lists"),
            StoreError::Audit { sequence: 7 },
            StoreError::Locked { path: text(), holder: " (process 1)".to_owned() },
            StoreError::DiskFull { path: text() },
            StoreError::Damaged { path: text(), problem: "b".to_owned() },
            StoreError::Layout { found: 9, known: 4 },
            StoreError::Unwanted,
            StoreError::Io(io::Error::other("gone")),
            StoreError::Io(io::Error::from_raw_os_error(5)),
        ]
    }

    #[test]
    fn every_error_comes_back_as_it_was() {
        for error in errors() {
            let before = format!("{error:?}");
            let back = read_answer::<u8>(&answered::<u8>(Err(error))).unwrap_err();
            assert_eq!(format!("{back:?}"), before);
        }
    }

    #[test]
    fn bytes_cross_as_they_are_and_none_is_told_from_empty() {
        for bytes in [None, Some(vec![]), Some(b"J".to_vec()), Some(vec![0, 255])] {
            assert_eq!(read_bytes(answered_bytes(Ok(bytes.clone()))).unwrap(), bytes);
        }
        assert!(matches!(read_bytes(answered_bytes(Err(StoreError::Restoring))), Err(StoreError::Restoring)));
    }
}
