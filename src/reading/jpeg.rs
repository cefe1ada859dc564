//! The frame of a JPEG picture (ITU T.81 annex B): where it ends, and what is said in it beside the picture.

use std::ops::Range;

/// Where the parts of a picture stand.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Frame {
    /// Behind its EOI marker; nothing for a picture whose end is missing.
    pub(super) end: Option<usize>,
    /// What programs and cameras say in it: application data and comments.
    pub(super) said: Vec<Range<usize>>,
}

/// Walks through the markers of a picture.
pub(super) fn frame(bytes: &[u8]) -> Frame {
    let mut frame = Frame::default();
    frame.end = walk(bytes, &mut frame.said);
    frame
}

fn walk(bytes: &[u8], said: &mut Vec<Range<usize>>) -> Option<usize> {
    let mut at = 2;
    loop {
        match bytes.get(at..at + 2)? {
            [0xFF, 0xD9] => return Some(at + 2),
            // Fill bytes, and markers without a length.
            [0xFF, 0xFF] => at += 1,
            [0xFF, 0x01 | 0xD0..=0xD8] => at += 2,
            [0xFF, marker] => {
                let length = usize::from(u16::from_be_bytes(bytes.get(at + 2..at + 4)?.try_into().ok()?));
                let next = at + 2 + length;
                if matches!(marker, 0xE0..=0xEF | 0xFE) && next <= bytes.len() {
                    said.push(at + 2..next);
                }
                at = next;
                // The coded picture follows, up to the next marker that is not part of it.
                if *marker == 0xDA {
                    at += coded(bytes.get(at..)?)?;
                }
            }
            _ => return None,
        }
    }
}

fn coded(bytes: &[u8]) -> Option<usize> {
    let is_marker = |&at: &usize| !matches!(bytes.get(at + 1), None | Some(0 | 0xD0..=0xD7));
    memchr::memchr_iter(0xFF, bytes).find(is_marker)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_ends_where_its_format_says() {
        let jpeg = b"\xFF\xD8\xFF\xE0\0\x04ab\xFF\xDA\0\x02\x12\xFF\0\x34\xFF\xD1\x56\xFF\xD9more";
        let Frame { end, said } = frame(jpeg);
        assert_eq!((end, said.len(), said.first()), (Some(jpeg.len() - 4), 1, Some(&(4..8))));
        assert_eq!(frame(&jpeg[..jpeg.len() - 6]).end, None);
        assert_eq!(frame(b"\xFF\xD8\xFF"), Frame::default());
    }
}
