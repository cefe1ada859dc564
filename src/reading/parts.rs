//! What lies in a file one after the other: two PDF files that were glued together, an archive behind a picture, bytes
//! before the beginning or behind the end. A reader of one kind sees only one of them.

use std::ops::Range;

use memchr::memmem;

use super::container::MEMBERS;
use super::{Magic, magic, png, zip};

/// What lies in a file.
pub(super) struct Parts {
    /// Files, in their order; one for almost every file.
    pub(super) files: Vec<Range<usize>>,
    /// Whether there are bytes, other than blanks, that belong to none of them.
    pub(super) leftover: bool,
}

/// How far into a file the header of a PDF is looked for (ISO 32000-1, implementation note 13).
pub(super) const HEADER_WITHIN: usize = 1_024;

/// Says what lies in a file that is a PDF or a picture by its first bytes.
pub(super) fn of(bytes: &[u8]) -> Parts {
    match magic(bytes) {
        Magic::Pdf => of_pdf(bytes),
        Magic::Png => of_picture(bytes, png::end(bytes)),
        Magic::Jpeg => of_picture(bytes, jpeg_end(bytes)),
        _ => Parts { files: vec![0..bytes.len()], leftover: false },
    }
}

fn of_pdf(bytes: &[u8]) -> Parts {
    // An archive ends where the file ends, whatever stands before it.
    let end = archive_at_end(bytes).unwrap_or(bytes.len());
    let heads = heads(&bytes[..end]);
    let first = heads.first().copied().unwrap_or(0);
    let mut parts = Parts { files: Vec::new(), leftover: !is_blank(&bytes[..first]) };
    for (index, &head) in heads.iter().enumerate() {
        let next = heads.get(index + 1).copied().unwrap_or(end);
        let last = memmem::rfind(&bytes[head..next], b"%%EOF").map_or(next, |at| head + at + 5);
        parts.files.push(head..last);
        parts.add_tail(bytes, last..next);
    }
    if end < bytes.len() {
        parts.files.push(end..bytes.len());
    }
    if parts.files.is_empty() {
        parts.files.push(0..bytes.len());
    }
    parts
}

/// Most pictures of phones have something behind their end, such as a film or a second exposure: only what can be a
/// certificate again is looked at.
fn of_picture(bytes: &[u8], end: Option<usize>) -> Parts {
    let end = end.unwrap_or(bytes.len());
    let mut parts = Parts { files: vec![0..end], leftover: false };
    let tail = &bytes[end..];
    let further =
        archive_at_end(bytes).map(|at| at.max(end)).or_else(|| memmem::find(tail, b"%PDF-").map(|at| end + at));
    match further {
        Some(at) => parts.files.push(at..bytes.len()),
        None => parts.files[0] = 0..bytes.len(),
    }
    parts
}

impl Parts {
    /// Takes what stands behind the end of a PDF: blanks, a file again, or nobody knows what.
    fn add_tail(&mut self, bytes: &[u8], tail: Range<usize>) {
        let Some(begin) = bytes[tail.clone()].iter().position(|byte| !is_blank(&[*byte])) else { return };
        let begin = tail.start + begin;
        match magic(&bytes[begin..tail.end]) {
            Magic::Png | Magic::Jpeg | Magic::Zip => self.files.push(begin..tail.end),
            _ => self.leftover = true,
        }
    }
}

/// Returns where the headers of PDF files stand. Those of attached files stand in streams and do not count.
fn heads(bytes: &[u8]) -> Vec<usize> {
    let mut heads = Vec::new();
    let find_head = |from: usize| memmem::find(&bytes[from..], b"%PDF-").map(|at| from + at);
    let mut head = find_head(0);
    let mut stream = next_stream(bytes, 0);
    while let Some(at) = head {
        match &stream {
            Some(Range { start, end }) if *start < at => {
                let end = *end;
                if at < end {
                    head = find_head(end);
                }
                stream = next_stream(bytes, end);
            }
            _ => {
                if heads.is_empty() || begins_file(bytes, at) {
                    heads.push(at);
                }
                head = find_head(at + 5);
            }
        }
        if heads.len() > MEMBERS {
            break;
        }
    }
    heads
}

/// A header begins a line, or follows the end of a file that has no line break there.
fn begins_file(bytes: &[u8], at: usize) -> bool {
    let before = &bytes[..at];
    matches!(before.last(), None | Some(b'\n' | b'\r' | 0)) || before.trim_ascii_end().ends_with(b"%%EOF")
}

/// Returns the bytes of the next stream (ISO 32000-2 section 7.3.8.1).
fn next_stream(bytes: &[u8], mut from: usize) -> Option<Range<usize>> {
    loop {
        let at = from + memmem::find(&bytes[from..], b"stream")?;
        let start = at + 6;
        if matches!(bytes.get(start), Some(b'\r' | b'\n')) && !bytes[..at].ends_with(b"end") {
            let end = memmem::find(&bytes[start..], b"endstream").map_or(bytes.len(), |end| start + end + 9);
            return Some(start..end);
        }
        from = start;
    }
}

fn archive_at_end(bytes: &[u8]) -> Option<usize> {
    Some(zip::open(bytes).ok()?.begins)
}

/// Returns where a JPEG picture ends (ITU T.81 section B.1): behind its EOI marker.
fn jpeg_end(bytes: &[u8]) -> Option<usize> {
    let mut at = 2;
    loop {
        match bytes.get(at..at + 2)? {
            [0xFF, 0xD9] => return Some(at + 2),
            // Fill bytes, and markers without a length.
            [0xFF, 0xFF] => at += 1,
            [0xFF, 0x01 | 0xD0..=0xD8] => at += 2,
            [0xFF, marker] => {
                let length = u16::from_be_bytes(bytes.get(at + 2..at + 4)?.try_into().ok()?);
                at += 2 + usize::from(length);
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

fn is_blank(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    bytes.iter().all(|&byte| byte == 0 || byte == 0x1A || byte.is_ascii_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &[u8] = b"%PDF-1.7\n1 0 obj\n<<>>stream\nx\nendstream\nendobj\n%%EOF\n";

    fn parts(pieces: &[&[u8]]) -> (usize, bool) {
        let parts = of(&pieces.concat());
        (parts.files.len(), parts.leftover)
    }

    #[test]
    fn files_that_were_glued_together_are_told_apart() {
        assert_eq!(parts(&[ONE]), (1, false));
        assert_eq!(parts(&[ONE, ONE]), (2, false));
        assert_eq!(parts(&[ONE.trim_ascii_end(), ONE, b"\0\0\r\n"]), (2, false));
        assert_eq!(parts(&[ONE, b"2 0 obj\nendobj\n%%EOF\n"]), (1, false), "a later version of the same file");
    }

    #[test]
    fn what_nobody_looked_at_is_noticed() {
        assert_eq!(parts(&[b"junk", ONE]), (1, true));
        assert_eq!(parts(&[ONE, b"junk"]), (1, true));
        assert_eq!(parts(&[ONE, b"junk\n", ONE]), (2, true));
        assert_eq!(parts(&[b"\xEF\xBB\xBF\n", ONE]), (1, false));
        assert_eq!(parts(&[ONE, b"\x89PNG\r\n\x1a\n"]), (2, false));
    }

    #[test]
    fn an_attached_file_is_no_part() {
        let outer = [b"%PDF-1.7\n1 0 obj\n<<>>stream\n", ONE, b"\nendstream\nendobj\n%%EOF\n"].concat();
        assert_eq!(parts(&[&outer]), (1, false));
    }

    #[test]
    fn a_picture_ends_where_its_format_says() {
        let jpeg = b"\xFF\xD8\xFF\xE0\0\x04ab\xFF\xDA\0\x02\x12\xFF\0\x34\xFF\xD1\x56\xFF\xD9";
        assert_eq!(jpeg_end(jpeg), Some(jpeg.len()));
        assert_eq!(parts(&[jpeg, b"a film"]), (1, false));
        assert_eq!(parts(&[jpeg, ONE]), (2, false));
    }
}
