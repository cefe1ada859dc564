//! Fonts as the web packs them, unpacked: WOFF 1.0 and WOFF 2.0 (W3C Recommendations).
//!
//! What a file says of its sizes is judged before anything is unpacked, and nothing larger is unpacked than it says.

use std::collections::BTreeMap;
use std::io::Read;

use allsorts::binary::read::ReadScope;
use allsorts::woff2::{TableDirectoryEntry, Woff2Font, Woff2Header};
use flate2::read::ZlibDecoder;

use super::face::MAX_FONT_BYTES;

/// A font's tables by their tags.
type Tables = BTreeMap<[u8; 4], Vec<u8>>;

/// Says whether bytes begin as a packed font.
pub(super) fn is_packed(bytes: &[u8]) -> bool {
    bytes.starts_with(b"wOFF") || bytes.starts_with(b"wOF2")
}

/// Returns the font in a packed one; nothing if it cannot be unpacked, or holds several.
pub(super) fn unpacked(bytes: &[u8]) -> Option<Vec<u8>> {
    // The version of what is inside, at the same place in both.
    let flavor = u32::from_be_bytes(bytes.get(4..8)?.try_into().ok()?);
    if flavor.to_be_bytes() == *b"ttcf" {
        return None;
    }
    let tables = match bytes.starts_with(b"wOF2") {
        // The library trusts what stands in a file.
        true => crate::guard::guarded(|| woff2(bytes)).ok()??,
        false => woff(bytes)?,
    };
    assembled(flavor, &tables)
}

/// WOFF 1.0, sections 3 to 5: a directory, and each table packed by itself if that makes it smaller.
fn woff(bytes: &[u8]) -> Option<Tables> {
    let count = usize::from(u16::from_be_bytes(bytes.get(12..14)?.try_into().ok()?));
    let (mut tables, mut total) = (Tables::new(), 0_usize);
    for entry in bytes.get(44..44 + count * 20)?.chunks_exact(20) {
        let number = |at: usize| u32::from_be_bytes([entry[at], entry[at + 1], entry[at + 2], entry[at + 3]]) as usize;
        let (offset, packed, length) = (number(4), number(8), number(12));
        total = total.checked_add(length).filter(|total| *total <= MAX_FONT_BYTES)?;
        let data = bytes.get(offset..offset.checked_add(packed)?)?;
        let table = match packed < length {
            true => inflated(ZlibDecoder::new(data), length)?,
            false => data.get(..length)?.to_vec(),
        };
        tables.insert([entry[0], entry[1], entry[2], entry[3]], table);
    }
    Some(tables)
}

/// WOFF 2.0, sections 4 and 5: a directory, and all tables packed together, those of outlines and widths taken apart before.
fn woff2(bytes: &[u8]) -> Option<Tables> {
    let scope = ReadScope::new(bytes);
    let mut read = scope.ctxt();
    let woff_header = read.read::<Woff2Header>().ok()?;
    let (mut table_directory, mut length, mut total) = (Vec::new(), 0_usize, 0_usize);
    for _ in 0..woff_header.num_tables {
        let entry = read.read_dep::<TableDirectoryEntry>(length).ok()?;
        length = length.checked_add(entry.transform_length.unwrap_or(entry.orig_length) as usize)?;
        total = total.checked_add(entry.orig_length as usize)?;
        table_directory.push(entry);
    }
    if length.max(total) > MAX_FONT_BYTES {
        return None;
    }
    let packed = read.read_slice(woff_header.total_compressed_size as usize).ok()?;
    let table_data_block = inflated(brotli_decompressor::Decompressor::new(packed, 4_096), length)?;
    let font = Woff2Font { scope, woff_header, table_directory, collection_directory: None, table_data_block };
    let tables = font.table_provider(0).ok()?.into_tables();
    let tables: Tables = tables.into_iter().map(|(tag, table)| (tag.to_be_bytes(), table.into_vec())).collect();
    (tables.values().map(Vec::len).sum::<usize>() <= MAX_FONT_BYTES).then_some(tables)
}

/// Reads what was packed, of exactly this length.
fn inflated(packed: impl Read, length: usize) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    packed.take(length as u64 + 1).read_to_end(&mut bytes).ok()?;
    (bytes.len() == length).then_some(bytes)
}

/// Writes the table directory and the tables (OpenType, "Organization of an OpenType font").
fn assembled(flavor: u32, tables: &Tables) -> Option<Vec<u8>> {
    let count = u16::try_from(tables.len()).ok().filter(|count| (1..=4_096).contains(count))?;
    let power = 1_u16 << count.ilog2();
    let mut out = flavor.to_be_bytes().to_vec();
    for value in [count, power * 16, count.ilog2() as u16, (count - power) * 16] {
        out.extend_from_slice(&value.to_be_bytes());
    }
    let mut offset = 12 + 16 * tables.len();
    for (tag, table) in tables {
        out.extend_from_slice(tag);
        for value in [checksum(table), u32::try_from(offset).ok()?, u32::try_from(table.len()).ok()?] {
            out.extend_from_slice(&value.to_be_bytes());
        }
        offset += table.len().next_multiple_of(4);
    }
    for table in tables.values() {
        out.extend_from_slice(table);
        out.resize(out.len().next_multiple_of(4), 0);
    }
    Some(out)
}

fn checksum(table: &[u8]) -> u32 {
    table.chunks(4).fold(0, |sum: u32, chunk| {
        let mut word = [0; 4];
        word[..chunk.len()].copy_from_slice(chunk);
        sum.wrapping_add(u32::from_be_bytes(word))
    })
}
