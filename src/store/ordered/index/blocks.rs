//! Blocks: what is searched of some records beside each other, as one value.
//!
//! After a byte that names the form, for each record in order: its place in the block (1 byte), the length of what is
//! searched (4 bytes, big-endian), and that.

use std::collections::BTreeMap;

use super::super::damaged;
use super::{Engine, Result};
use crate::store::StoreError;

const FORM: u8 = 1;

/// Returns in which block of `size` records one of this number is, and where there.
pub(super) fn split(number: u64, size: u8) -> (u64, u8) {
    let size = u64::from(size.max(1));
    (number / size, (number % size) as u8)
}

/// Returns a block with some of its records changed; empty if none is left.
pub(super) fn changed(engine: &impl Engine, block: &[u8], changes: BTreeMap<u8, Option<Vec<u8>>>) -> Result<Vec<u8>> {
    let mut records: BTreeMap<u8, Option<Vec<u8>>> = BTreeMap::new();
    for (slot, record) in read(engine, block)? {
        records.insert(slot, Some(record.to_vec()));
    }
    records.extend(changes);
    Ok(written(records.iter().filter_map(|(slot, record)| Some((*slot, record.as_deref()?)))))
}

/// Writes a block.
pub(super) fn written<'r>(records: impl Iterator<Item = (u8, &'r [u8])>) -> Vec<u8> {
    let mut block = Vec::new();
    for (slot, record) in records {
        if block.is_empty() {
            block.push(FORM);
        }
        block.push(slot);
        put(&mut block, record);
    }
    block
}

/// Reads a block.
pub(super) fn read<'b>(engine: &impl Engine, block: &'b [u8]) -> Result<Vec<(u8, &'b [u8])>> {
    let broken = || damaged(engine, "a block of an index cannot be read");
    let mut rest = match block.split_first() {
        None => return Ok(Vec::new()),
        Some((&FORM, rest)) => rest,
        Some(_) => return Err(broken()),
    };
    let mut records = Vec::new();
    while let Some((slot, after)) = rest.split_first() {
        rest = after;
        records.push((*slot, take(&mut rest).ok_or_else(broken)?));
    }
    Ok(records)
}

/// Puts bytes behind their length.
pub(super) fn put(out: &mut Vec<u8>, bytes: &[u8]) {
    // Records have at most 60 KiB.
    out.extend((bytes.len() as u32).to_be_bytes());
    out.extend(bytes);
}

/// Takes bytes that stand behind their length.
pub(super) fn take<'b>(rest: &mut &'b [u8]) -> Option<&'b [u8]> {
    let length = u32::from_be_bytes(*take_chunk(rest)?) as usize;
    let (bytes, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(bytes)
}

/// Takes bytes of a known number.
pub(super) fn take_chunk<'b, const N: usize>(rest: &mut &'b [u8]) -> Option<&'b [u8; N]> {
    let (chunk, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(chunk)
}

/// Returns the error of a record in a block that cannot be read.
pub(super) fn broken(engine: &impl Engine) -> StoreError {
    damaged(engine, "a record of an index cannot be read")
}
