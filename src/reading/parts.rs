//! What lies in a file one after the other: two PDF files that were glued together, an archive behind a picture, bytes
//! before the beginning or behind the end. A reader of one kind sees only one of them.

mod behind;
mod film;
mod samsung;

use std::ops::Range;

use memchr::memmem;

use super::container::MEMBERS;
use super::magic::{Magic, magic};
use super::{jpeg, png, text, zip};

/// What lies in a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parts {
    /// Its parts, in their order; one for almost every file.
    pub(super) all: Vec<Part>,
    /// Whether there are bytes, other than blanks, that belong to none of them.
    pub(super) leftover: bool,
    /// Whether the first is what the file is, with something behind it, and not one of several.
    pub(super) is_led: bool,
}

/// A part of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    /// Its bytes.
    pub(super) range: Range<usize>,
    /// What it is there for.
    pub(super) role: Role,
}

/// What a part is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// A file like any other.
    File,
    /// A second picture, or a text, such as cameras add: worth a word only where it holds a certificate.
    Extra,
    /// A film, which shows no certificate.
    Film,
    /// Nobody knows.
    Rest,
}

/// How far into a file the header of a PDF is looked for (ISO 32000-1, implementation note 13).
pub(super) const HEADER_WITHIN: usize = 1_024;

/// Says what lies in a file.
pub(super) fn of(bytes: &[u8]) -> Parts {
    let whole = 0..bytes.len();
    match magic(bytes) {
        Magic::Pdf => of_pdf(bytes),
        Magic::Png => led(bytes, 0..png::end(bytes).unwrap_or(whole.end)),
        Magic::Jpeg => led(bytes, 0..jpeg::frame(bytes).end.unwrap_or(whole.end)),
        Magic::Zip => led(bytes, zip::extent(bytes).map_or(whole, |end| 0..end)),
        // An archive may stand behind a program that unpacks it.
        Magic::Text if text::decoded(bytes).is_none() => match zip::find(bytes) {
            Some(archive) => led(bytes, archive),
            None => Parts::single(whole),
        },
        _ => Parts::single(whole),
    }
}

/// A file with something before or behind it.
fn led(bytes: &[u8], main: Range<usize>) -> Parts {
    let mut parts = Parts::single(main.clone());
    parts.all.extend(behind::parts(bytes, 0..main.start));
    parts.all.extend(behind::parts(bytes, main.end..bytes.len()));
    parts
}

fn of_pdf(bytes: &[u8]) -> Parts {
    // An archive stands behind all that is of a PDF; one that is attached does not.
    let archive = zip::find(bytes).filter(|archive| memmem::find(&bytes[archive.end..], b"%%EOF").is_none());
    let end = archive.as_ref().map_or(bytes.len(), |archive| archive.start);
    let heads = heads(&bytes[..end]);
    if let (Some(archive), []) = (&archive, &heads[..]) {
        // The header is that of a file in it.
        return led(bytes, archive.clone());
    }
    let first = heads.first().copied().unwrap_or(0);
    let leftover = !is_blank(&bytes[..first]);
    let mut parts = Parts { all: Vec::new(), leftover, is_led: false };
    for (index, &head) in heads.iter().enumerate() {
        let next = heads.get(index + 1).copied().unwrap_or(end);
        let last = memmem::rfind(&bytes[head..next], b"%%EOF").map_or(next, |at| head + at + 5);
        parts.leftover |= is_interrupted(&bytes[head..last]);
        parts.push_file(head..last);
        parts.add_tail(bytes, last..next);
    }
    if let Some(archive) = archive {
        let behind = archive.end..bytes.len();
        parts.push_file(archive);
        parts.add_tail(bytes, behind);
    }
    if parts.all.is_empty() {
        parts.push_file(0..bytes.len());
    }
    parts
}

/// True if something stands behind an end of a PDF that is no later version of it.
fn is_interrupted(pdf: &[u8]) -> bool {
    const GO_ON: [&[u8]; 6] = [b"%", b"xref", b"startxref", b"trailer", b"endstream", b"endobj"];
    memmem::find_iter(pdf, b"%%EOF").any(|at| {
        let mut next = &pdf[at + 5..];
        while let [byte, rest @ ..] = next
            && is_blank(&[*byte])
        {
            next = rest;
        }
        !(next.is_empty() || next[0].is_ascii_digit() || GO_ON.iter().any(|word| next.starts_with(word)))
    })
}

impl Parts {
    fn single(range: Range<usize>) -> Self {
        Self { all: vec![Part { range, role: Role::File }], leftover: false, is_led: true }
    }

    fn push_file(&mut self, range: Range<usize>) {
        self.all.push(Part { range, role: Role::File });
    }

    /// Takes what stands behind the end of a PDF: blanks, a file again, or nobody knows what.
    fn add_tail(&mut self, bytes: &[u8], tail: Range<usize>) {
        let kept = |part: &Part| match part.role {
            Role::File => true,
            Role::Extra => {
                let bytes = &bytes[part.range.clone()];
                magic(bytes) != Magic::Text || text::read(bytes, false).is_ok_and(|held| held.is_worth_a_word())
            }
            Role::Film | Role::Rest => false,
        };
        let (kept, others): (Vec<Part>, Vec<Part>) = behind::parts(bytes, tail.clone()).into_iter().partition(kept);
        let is_empty = kept.is_empty() && is_blank(&bytes[tail]);
        self.leftover |= !others.is_empty() || kept.is_empty() && !is_empty;
        self.all.extend(kept);
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
        (parts.all.len(), parts.leftover)
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

    const JPEG: &[u8] = b"\xFF\xD8\xFF\xE0\0\x04ab\xFF\xDA\0\x02\x12\xFF\0\x34\xFF\xD1\x56\xFF\xD9";

    fn roles(pieces: &[&[u8]]) -> Vec<Role> {
        of(&pieces.concat()).all.iter().map(|part| part.role).collect()
    }

    #[test]
    fn what_stands_behind_a_picture_is_told_apart() {
        use Role::{Extra, File, Film, Rest};
        let film = b"\0\0\0\x10ftypmp42\0\0\0\0\0\0\0\x0Cmdatwxyz";
        let unknown = [0x81, 0x02].repeat(40);
        assert_eq!(roles(&[JPEG, &[0; 500]]), [File]);
        assert_eq!(roles(&[JPEG, b"\x81\x02\x03"]), [File], "too little to be anything");
        assert_eq!(roles(&[JPEG, &[0; 9], JPEG, film]), [File, Extra, Film]);
        assert_eq!(roles(&[JPEG, b"some words"]), [File, Extra]);
        assert_eq!(roles(&[JPEG, ONE]), [File, File]);
        assert_eq!(roles(&[JPEG, &unknown, ONE]), [File, Rest, File]);
        assert_eq!(roles(&[JPEG, &unknown, JPEG, &unknown]), [File, Rest, Extra, Rest]);
        assert_eq!(roles(&[JPEG, b"\x1F\x8B\x08\0"]), [File, File]);
    }

    #[test]
    fn what_stands_between_two_versions_of_a_pdf_is_noticed() {
        assert!(!of(&[ONE, b"2 0 obj\nendobj\nxref\n%%EOF\n"].concat()).leftover);
        assert!(of(&[ONE, JPEG, b"\n%%EOF\n"].concat()).leftover);
    }
}
