//! Keys of the records, made so that they sort as the listings promise: numbers big-endian, texts ended by a zero byte.
//!
//! Layout 7. A new kind of record takes a new first byte; changing a meaning raises [`super::ordered::LAYOUT`].

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::{BlobId, PersonKey, Result, StoreError};
use crate::credential::{CertificateNumber, EventCode, Timestamp};

/// Longest cursor that is looked at, in characters.
const CURSOR_CHARS: usize = 8_192;

/// Kinds of records: the first byte of every key.
pub(super) mod kind {
    pub(in crate::store) const META: u8 = 0;
    pub(in crate::store) const AUDIT: u8 = b'a';
    pub(in crate::store) const BLOB: u8 = b'b';
    pub(in crate::store) const BLOB_PART: u8 = b'c';
    pub(in crate::store) const DIGEST: u8 = b'd';
    pub(in crate::store) const DOCUMENT: u8 = b'j';
    pub(in crate::store) const EVENT: u8 = b'e';
    pub(in crate::store) const FACETS: u8 = b'f';
    pub(in crate::store) const INDEX: u8 = b'g';
    pub(in crate::store) const ACTS: u8 = b'h';
    pub(in crate::store) const CERTIFICATE: u8 = b'k';
    pub(in crate::store) const STATUS_LIST: u8 = b'l';
    pub(in crate::store) const FOLLOWER: u8 = b'm';
    pub(in crate::store) const MARK: u8 = b'i';
    pub(in crate::store) const NUMBERS: u8 = b'n';
    pub(in crate::store) const OWNER: u8 = b'o';
    pub(in crate::store) const PARTICIPANT: u8 = b'p';
    pub(in crate::store) const ROSTER: u8 = b'q';
    pub(in crate::store) const RUN: u8 = b'r';
    pub(in crate::store) const SETTING: u8 = b's';
    pub(in crate::store) const TEXTS: u8 = b't';
    pub(in crate::store) const PLACE: u8 = b'u';
    pub(in crate::store) const OLD_VERSION: u8 = b'v';
    pub(in crate::store) const SET_ENTRY: u8 = b'x';
    pub(in crate::store) const STAMP: u8 = b'z';
    pub(in crate::store) const STRAY: u8 = b'y';
    pub(in crate::store) const WAITING: u8 = b'w';
}

/// Says whether what stands under a key has at most a name's length, whatever the record: an engine that keeps long values
/// otherwise need not look for one there.
pub(super) fn leads_to_little(key: &[u8]) -> bool {
    use kind::{DIGEST, FOLLOWER, INDEX, MARK, NUMBERS, OWNER, PLACE, ROSTER, STAMP, STATUS_LIST};
    const LITTLE: [u8; 10] = [DIGEST, FOLLOWER, INDEX, MARK, NUMBERS, OWNER, PLACE, ROSTER, STAMP, STATUS_LIST];
    key.first().is_some_and(|kind| LITTLE.contains(kind))
}

/// Returns the key of a plain named record, or with an empty name the start of its kind.
pub(super) fn named(kind: u8, name: &[u8]) -> Vec<u8> {
    [&[kind], name].concat()
}

/// Returns the start of the keys of one kind within a group, such as an event.
pub(super) fn group(kind: u8, name: &str) -> Vec<u8> {
    [&[kind], name.as_bytes(), &[0]].concat()
}

/// Returns the key of a person within an event.
pub(super) fn person(kind: u8, event: &EventCode, person: &PersonKey) -> Vec<u8> {
    [&group(kind, event.as_str()), person.0.as_bytes()].concat()
}

/// Returns the key of what leads to a person besides their key: an id, an address.
pub(super) fn mark(event: &EventCode, mark: &str) -> Vec<u8> {
    [&group(kind::MARK, event.as_str()), mark.as_bytes()].concat()
}

/// Returns the key of a place in an event's roster.
pub(super) fn place(event: &EventCode, place: u64) -> Vec<u8> {
    [&group(kind::ROSTER, event.as_str())[..], &place.to_be_bytes()].concat()
}

/// Returns the key of the block of an event's texts that a place is in.
pub(super) fn texts(event: &EventCode, block: u64) -> Vec<u8> {
    [&group(kind::TEXTS, event.as_str())[..], &block.to_be_bytes()].concat()
}

/// Returns the key of what says when a block of an event's roster was last written to.
pub(super) fn stamp(event: &EventCode, block: u64) -> Vec<u8> {
    [&group(kind::STAMP, event.as_str())[..], &block.to_be_bytes()].concat()
}

/// Returns the key of the block of facets that certificates are in.
pub(super) fn facets(event: &EventCode, year: i16, block: u64) -> Vec<u8> {
    [&group(kind::FACETS, event.as_str())[..], &sorted_year(year), &block.to_be_bytes()].concat()
}

/// Returns the start of the keys of a collection's documents that have a text by an index.
pub(super) fn index(collection: &str, index: &str, text: &str) -> Vec<u8> {
    let digest = Sha256::digest(text);
    [&group(kind::INDEX, collection)[..], index.as_bytes(), &[0], &digest[..16]].concat()
}

/// Returns the last key before a key and all that start with it.
pub(super) fn before(key: &[u8]) -> Vec<u8> {
    let mut before = key.to_vec();
    match before.last_mut() {
        // Nothing is between a key and the same with a byte more, but what starts with it.
        Some(last) if *last > 0 => {
            *last -= 1;
            before.extend([0xff; 16]);
        }
        _ => drop(before.pop()),
    }
    before
}

/// Returns the key of an event's counter of a year.
pub(super) fn numbers(event: &EventCode, year: i16) -> Vec<u8> {
    [&group(kind::NUMBERS, event.as_str())[..], &sorted_year(year)].concat()
}

/// Returns the key of a certificate; sequences sort as integers.
pub(super) fn certificate(kind: u8, number: &CertificateNumber) -> Vec<u8> {
    let start = group(kind, number.event().as_str());
    [&start[..], &sorted_year(number.year()), &number.sequence().to_be_bytes()].concat()
}

/// Returns the key of a version that is no longer the current one.
pub(super) fn old_version(number: &CertificateNumber, version: u32) -> Vec<u8> {
    [&certificate(kind::OLD_VERSION, number)[..], &version.to_be_bytes()].concat()
}

/// Returns the start of a status list's set entries.
pub(super) fn set_entries(list: u32) -> Vec<u8> {
    named(kind::SET_ENTRY, &list.to_be_bytes())
}

/// Returns the key of a status list's set entry.
pub(super) fn set_entry(list: u32, index: u32) -> Vec<u8> {
    [&set_entries(list)[..], &index.to_be_bytes()].concat()
}

/// Returns the key of a revocation that waits; they sort by the instant when they are due.
pub(super) fn waiting(due: Timestamp, list: u32, index: u32) -> Vec<u8> {
    // Instants before 1970 sort first.
    let due = (due.unix() as u64 ^ 1 << 63).to_be_bytes();
    [&named(kind::WAITING, &due)[..], &list.to_be_bytes(), &index.to_be_bytes()].concat()
}

/// Returns the key of a revoked credential that is not in the store.
pub(super) fn stray(list: u32, index: u32) -> Vec<u8> {
    [&named(kind::STRAY, &list.to_be_bytes())[..], &index.to_be_bytes()].concat()
}

/// Returns the key of an issued credential's digest.
pub(super) fn digest(key: &str, digest: &[u8; 16]) -> Vec<u8> {
    [&group(kind::DIGEST, key)[..], digest].concat()
}

/// Returns the key of a part of kept bytes.
pub(super) fn blob_part(id: &[u8; 32], part: u32) -> Vec<u8> {
    [&named(kind::BLOB_PART, id)[..], &part.to_be_bytes()].concat()
}

/// Returns the bytes of a blob's id, unless it is none.
pub(super) fn blob_id(id: &BlobId) -> Option<[u8; 32]> {
    HEXLOWER.decode(id.0.as_bytes()).ok()?.try_into().ok()
}

/// Returns the first key past all that start with `prefix`.
pub(super) fn end(prefix: &[u8]) -> Vec<u8> {
    let mut end = prefix.to_vec();
    while end.last() == Some(&0xff) {
        end.pop();
    }
    match end.last_mut() {
        Some(last) => *last += 1,
        None => end.push(0xff),
    }
    end
}

/// Splits what [`numbers`] joined.
pub(super) fn read_numbers(key: &[u8]) -> Option<(EventCode, i16)> {
    let (code, year) = key.get(1..)?.split_last_chunk::<2>()?;
    let code = std::str::from_utf8(code.strip_suffix(&[0])?).ok()?.parse().ok()?;
    Some((code, (u16::from_be_bytes(*year) ^ 0x8000) as i16))
}

/// Returns the place that a key of a roster ends with.
pub(super) fn last_u64(key: &[u8]) -> Option<u64> {
    key.last_chunk().map(|bytes| u64::from_be_bytes(*bytes))
}

/// Returns the big-endian number that a key ends with.
pub(super) fn last_u32(key: &[u8]) -> Option<u32> {
    key.last_chunk().map(|bytes| u32::from_be_bytes(*bytes))
}

/// Returns the cursor that continues after `key` in the listing of `prefix`.
pub(super) fn cursor(prefix: &[u8], key: &[u8]) -> String {
    HEXLOWER.encode(key.get(prefix.len()..).unwrap_or_default())
}

/// Returns the key that a cursor of the listing of `prefix` continues after; whatever it says, it stays in the listing.
pub(super) fn after(prefix: &[u8], cursor: Option<&str>) -> Result<Vec<u8>> {
    let Some(text) = cursor else { return Ok(prefix.to_vec()) };
    let refused = || StoreError::Cursor(text.chars().take(40).collect());
    if text.len() > CURSOR_CHARS {
        return Err(refused());
    }
    let rest = HEXLOWER.decode(text.as_bytes()).map_err(|_| refused())?;
    Ok([prefix, &rest].concat())
}

/// Years before 0 sort first.
fn sorted_year(year: i16) -> [u8; 2] {
    (year as u16 ^ 0x8000).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certificates_sort_by_event_then_year_then_sequence_as_integers() {
        let number = |event: &str, year, sequence| CertificateNumber::new(event.parse().unwrap(), year, sequence);
        let sorted = [
            number("A", -1, 7),
            number("A", 2025, 99_999),
            number("A", 2025, 100_000),
            number("A", 2026, 1),
            number("A1", 2020, 1),
            number("B", 2020, u64::MAX),
        ];
        let keys: Vec<_> = sorted.iter().map(|number| certificate(kind::CERTIFICATE, number)).collect();
        assert!(keys.is_sorted(), "{keys:?}");
    }

    #[test]
    fn a_prefix_ends_right_after_its_last_key() {
        assert_eq!(end(&[1, 2]), [1, 3]);
        assert_eq!(end(&[1, 0xff]), [2]);
        assert!(end(&[0xff, 0xff])[..] <= [0xff][..]);
    }

    #[test]
    fn counters_give_their_event_and_year_back() {
        let code: EventCode = "WORKSHOP".parse().unwrap();
        for year in [i16::MIN, -1, 0, 2026, i16::MAX] {
            assert_eq!(read_numbers(&numbers(&code, year)), Some((code.clone(), year)));
        }
        assert_eq!(read_numbers(b"n"), None);
    }

    #[test]
    fn what_waits_sorts_by_the_instant_when_it_is_due() {
        let keys = [-5, 0, 7, 1_900_000_000].map(|due| waiting(Timestamp::from_unix(due), 1, 9));
        assert!(keys.is_sorted(), "{keys:?}");
    }

    #[test]
    fn a_cursor_is_refused_unless_it_is_one() {
        assert_eq!(after(b"k", None).unwrap(), b"k");
        assert_eq!(after(b"k", Some(&cursor(b"k", b"kabc"))).unwrap(), b"kabc");
        for garbage in ["x", "abc", "ÿÿ", "AB", " ", &"00".repeat(CURSOR_CHARS)] {
            assert!(matches!(after(b"k", Some(garbage)), Err(StoreError::Cursor(_))), "{garbage}");
        }
    }
}
