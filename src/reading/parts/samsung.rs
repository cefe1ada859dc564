//! What Samsung's phones add behind a picture: blocks of data, then a directory (`SEFH` … `SEFT`) at the very end.

use std::ops::Range;

/// Largest block that cannot matter, whatever it is: times, settings, names of effects.
pub(super) const SMALL: usize = 4 << 10;

/// Most blocks.
const BLOCKS: usize = 200;

/// The directory's head (mark, version, count), one entry (kind, place back from the head, size), and its tail (size, mark).
const HEAD: usize = 12;
const ENTRY: usize = 12;
const TAIL: usize = 8;

/// What was added.
pub(super) struct Trailer {
    /// Where it begins.
    pub(super) start: usize,
    /// The data of its blocks.
    pub(super) blocks: Vec<Range<usize>>,
}

/// Returns what was added to a picture, if all of it can be told.
pub(super) fn trailer(bytes: &[u8]) -> Option<Trailer> {
    let word = |at: usize| Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?) as usize);
    let end = bytes.len().checked_sub(TAIL)?;
    let size = word(end).filter(|_| bytes.ends_with(b"SEFT"))?;
    let head = end.checked_sub(size).filter(|&head| bytes[head..].starts_with(b"SEFH"))?;
    let count = word(head + 8).filter(|&count| count <= BLOCKS && HEAD + count * ENTRY == size)?;
    let mut blocks = Vec::new();
    let (mut start, mut covered) = (head, 0);
    for entry in (0..count).map(|index| head + HEAD + index * ENTRY) {
        let at = head.checked_sub(word(entry + 4)?)?;
        let (length, name) = (word(entry + 8)?, word(at + 4)?);
        let data = at.checked_add(8)?.checked_add(name)?;
        let until = at.checked_add(length).filter(|&until| data <= until && until <= head)?;
        blocks.push(data..until);
        start = start.min(at);
        covered += length;
    }
    // No byte between the blocks belongs to none of them.
    (covered == head - start).then_some(Trailer { start, blocks })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_found_by_the_directory_and_must_cover_it_all() {
        let block = b"\0\0\x30\x0A\x04\0\0\0Nametext";
        let directory = |size: u32| {
            let mut bytes = b"SEFH\x6A\0\0\0\x01\0\0\0\0\0\x30\x0A".to_vec();
            bytes.extend((block.len() as u32).to_le_bytes());
            bytes.extend(size.to_le_bytes());
            bytes.extend(b"\x18\0\0\0SEFT");
            bytes
        };
        let whole = [&b"picture"[..], block, &directory(block.len() as u32)].concat();
        let trailer = trailer(&whole).unwrap();
        assert_eq!((trailer.start, trailer.blocks.len(), trailer.blocks.first()), (7, 1, Some(&(19..23))));
        for wrong in
            [&whole[1..whole.len() - 1], &[&b"x"[..], block, &directory(99)].concat(), b"SEFT", b"\0\0\0\0SEFT"]
        {
            assert!(super::trailer(wrong).is_none());
        }
    }
}
