//! ZIP archives (PKWARE APPNOTE 6.3): their members, and whether every byte of the archive belongs to one.
//!
//! Read here and not by the crate `zip`, which keeps one of two members with the same name and says nothing of bytes
//! between members: where readers may see different files, nothing may be shown as good. Nothing is written to disk, so
//! names are only shown.

use std::io::Read;
use std::ops::Range;

use flate2::Crc;
use flate2::read::DeflateDecoder;
use memchr::memmem;

use super::{FILE_BYTES, ReadingError, What};

const LOCAL: &[u8] = b"PK\x03\x04";
const CENTRAL: &[u8] = b"PK\x01\x02";
const END: &[u8] = b"PK\x05\x06";
const END_64: &[u8] = b"PK\x06\x06";

/// Sizes without the parts of variable length (APPNOTE sections 4.3.7, 4.3.12, 4.3.16, 4.3.14 with 4.3.15).
const LOCAL_BYTES: usize = 30;
const CENTRAL_BYTES: usize = 46;
const END_BYTES: usize = 22;
const END_64_BYTES: usize = 56 + 20;

/// Longest comment of an archive that is taken for words and not for something hidden.
const COMMENT_BYTES: usize = 1_000;

/// Longest comment or name in which no credential has room.
const WORDS_BYTES: usize = 100;

/// Most records that are taken for an archive's end, and among how many of them one is looked for.
const TRIES: usize = 2_000;
const FOUND_WITHIN: usize = 64;

/// Sizes of what may stand behind a member's bytes: CRC and sizes, of 4 or 8 bytes, with or without a signature.
const DESCRIPTORS: [usize; 4] = [12, 16, 20, 24];

/// An archive's directory.
pub(super) struct Archive {
    /// Where its first file stands.
    pub(super) begins: usize,
    /// Its files, in the directory's order; folders are left out.
    pub(super) members: Vec<Member>,
    /// How many bytes belong to none of them.
    pub(super) leftover: usize,
    /// What is said in it: its comment, and the names and comments of its files, where they are longer than such words are.
    pub(super) said: Vec<u8>,
}

/// A file in an archive, as the directory describes it.
pub(super) struct Member {
    /// Its path.
    pub(super) name: String,
    /// What it unpacks to, in bytes.
    pub(super) bytes: u64,
    raw_name: Vec<u8>,
    flags: u16,
    method: u16,
    crc: u32,
    packed: u64,
    at: u64,
}

/// True if an archive begins here.
pub(super) fn begins(bytes: &[u8]) -> bool {
    [LOCAL, END, b"PK\x07\x08PK"].iter().any(|magic| bytes.starts_with(magic))
}

/// Reads the directory of an archive that ends with `bytes`.
pub(super) fn open(bytes: &[u8]) -> Result<Archive, ReadingError> {
    let end = find_end(bytes).ok_or_else(|| damaged("no directory stands at its end"))?;
    let comment = &bytes[end.at + END_BYTES..];
    let mut leftover = if is_words(comment) { 0 } else { comment.len() };
    let directory = bytes.get(end.directory..end.directory + end.size).ok_or_else(broken)?;
    let mut members = Vec::new();
    let mut said = Vec::new();
    let mut say = |words: &[u8]| {
        if words.len() > WORDS_BYTES {
            said.extend_from_slice(words);
            said.push(b'\n');
        }
    };
    say(comment);
    let mut rest = directory;
    while !rest.is_empty() {
        let (member, length) = central(rest)?;
        say(&member.raw_name);
        // The comment stands behind the extra fields (APPNOTE section 4.3.12).
        say(&rest[length - usize::from(u16_at(rest, 32).unwrap_or(0))..length]);
        members.push(member);
        rest = &rest[length..];
    }
    if members.len() != end.count {
        return Err(damaged("its directory does not say how many files there are"));
    }
    // Offsets count from the archive's beginning, which may stand behind something else.
    let start = end.directory.checked_sub(end.offset).ok_or_else(broken)?;
    leftover += uncovered(bytes, start, end.directory, &members)?;
    for member in &mut members {
        member.at += start as u64;
    }
    let begins = members.iter().filter_map(|member| usize::try_from(member.at).ok()).min().unwrap_or(end.directory);
    // A folder is empty; packed, that is up to two bytes.
    members.retain(|member| !member.raw_name.ends_with(b"/") || member.bytes > 0 || member.packed > 2);
    Ok(Archive { begins, members, leftover, said })
}

/// Returns where an archive ends that begins with `bytes`, whatever stands behind it.
pub(super) fn extent(bytes: &[u8]) -> Option<usize> {
    ends(bytes).find(|end| end.directory == end.offset).map(|end| end.until)
}

/// Returns where the last archive in a file stands.
pub(super) fn find(bytes: &[u8]) -> Option<Range<usize>> {
    ends(bytes).take(FOUND_WITHIN).find_map(|end| {
        let archive = open(&bytes[..end.until]).ok()?.begins..end.until;
        open(&bytes[archive.clone()]).is_ok().then_some(archive)
    })
}

/// Returns the records that may be an archive's end, the last first.
fn ends(bytes: &[u8]) -> impl Iterator<Item = End> + '_ {
    memmem::rfind_iter(bytes, END).take(TRIES).filter_map(|at| end_at(bytes, at))
}

/// The record at the end, with what the ZIP64 record before it says.
struct End {
    at: usize,
    /// Where the archive ends, behind its comment.
    until: usize,
    directory: usize,
    size: usize,
    offset: usize,
    count: usize,
}

fn find_end(bytes: &[u8]) -> Option<End> {
    ends(bytes).find(|end| end.until == bytes.len())
}

fn end_at(bytes: &[u8], at: usize) -> Option<End> {
    let comment = usize::from(u16_at(bytes, at + 20)?);
    let until = Some(at + END_BYTES + comment).filter(|&until| until <= bytes.len())?;
    let (count, size, offset) = (u16_at(bytes, at + 10)?, u32_at(bytes, at + 12)?, u32_at(bytes, at + 16)?);
    let wide = at.checked_sub(END_64_BYTES).filter(|&wide| bytes[wide..].starts_with(END_64));
    let whole = match wide {
        Some(wide) => End {
            at,
            until,
            directory: wide,
            count: usize::try_from(u64_at(bytes, wide + 32)?).ok()?,
            size: usize::try_from(u64_at(bytes, wide + 40)?).ok()?,
            offset: usize::try_from(u64_at(bytes, wide + 48)?).ok()?,
        },
        None => End { at, until, directory: at, count: count.into(), size: size as usize, offset: offset as usize },
    };
    let directory = whole.directory.checked_sub(whole.size)?;
    (whole.size == 0 || bytes[directory..].starts_with(CENTRAL)).then_some(End { directory, ..whole })
}

/// Reads one entry of the directory; returns its length too.
fn central(bytes: &[u8]) -> Result<(Member, usize), ReadingError> {
    let half = |at| u16_at(bytes, at).ok_or_else(broken);
    let word = |at| u32_at(bytes, at).ok_or_else(broken);
    if !bytes.starts_with(CENTRAL) {
        return Err(broken());
    }
    let (name, extra, comment) = (usize::from(half(28)?), usize::from(half(30)?), usize::from(half(32)?));
    let length = CENTRAL_BYTES + name + extra + comment;
    let raw_name = bytes.get(CENTRAL_BYTES..CENTRAL_BYTES + name).ok_or_else(broken)?.to_vec();
    let extra = bytes.get(CENTRAL_BYTES + name..CENTRAL_BYTES + name + extra).ok_or_else(broken)?;
    if bytes.len() < length {
        return Err(broken());
    }
    let (mut wide, flags) = (Wide::of(extra), half(8)?);
    let mut size = |word: u32| wide.instead_of(word).ok_or_else(broken);
    // In this order (APPNOTE section 4.5.3).
    let (bytes, packed, at) = (size(word(24)?)?, size(word(20)?)?, size(word(42)?)?);
    let name = String::from_utf8_lossy(&raw_name).into_owned();
    Ok((Member { name, bytes, raw_name, flags, method: half(10)?, crc: word(16)?, packed, at }, length))
}

/// The 8-byte numbers of a ZIP64 field, in the order in which they stand for numbers that are too large.
struct Wide<'a>(&'a [u8]);

impl<'a> Wide<'a> {
    fn of(mut extra: &'a [u8]) -> Self {
        while let (Some(kind), Some(length)) = (u16_at(extra, 0), u16_at(extra, 2)) {
            let Some(field) = extra.get(4..4 + usize::from(length)) else { break };
            if kind == 1 {
                return Self(field);
            }
            extra = &extra[4 + usize::from(length)..];
        }
        Self(&[])
    }

    fn instead_of(&mut self, word: u32) -> Option<u64> {
        if word != u32::MAX {
            return Some(word.into());
        }
        let wide = u64_at(self.0, 0)?;
        self.0 = &self.0[8..];
        Some(wide)
    }
}

/// Counts the bytes from the file's beginning to the directory that belong to no member.
fn uncovered(bytes: &[u8], start: usize, directory: usize, members: &[Member]) -> Result<usize, ReadingError> {
    let mut spans = members.iter().map(|member| span(bytes, start, member)).collect::<Result<Vec<_>, _>>()?;
    spans.sort_unstable();
    let mut leftover = if is_blank(&bytes[..start.min(bytes.len())]) { 0 } else { start };
    let mut reached = (start, false);
    for (from, to, described) in spans.into_iter().chain([(directory, directory, false)]) {
        let gap = from.checked_sub(reached.0).ok_or_else(|| damaged("its files overlap"))?;
        let is_descriptor = reached.1 && DESCRIPTORS.contains(&gap);
        if !is_descriptor && !is_blank(&bytes[reached.0..from]) {
            leftover += gap;
        }
        reached = (to, described);
    }
    Ok(leftover)
}

/// Returns where a member begins and ends, and whether a descriptor may follow.
fn span(bytes: &[u8], start: usize, member: &Member) -> Result<(usize, usize, bool), ReadingError> {
    let at = usize::try_from(member.at).ok().and_then(|at| at.checked_add(start)).ok_or_else(broken)?;
    let data = data_at(bytes, at, member)?;
    let end = usize::try_from(member.packed).ok().and_then(|packed| data.checked_add(packed));
    let end = end.filter(|&end| end <= bytes.len()).ok_or_else(broken)?;
    Ok((at, end, member.flags & 8 != 0))
}

/// Returns where a member's bytes begin. Its own header and the directory must speak of the same file.
fn data_at(bytes: &[u8], at: usize, member: &Member) -> Result<usize, ReadingError> {
    let header = bytes.get(at..).filter(|header| header.starts_with(LOCAL)).ok_or_else(broken)?;
    let half = |at| u16_at(header, at).ok_or_else(broken);
    let (name, extra) = (usize::from(half(26)?), usize::from(half(28)?));
    let same = header.get(LOCAL_BYTES..LOCAL_BYTES + name) == Some(&member.raw_name) && half(8)? == member.method;
    if !same {
        return Err(damaged("a file in it has two names"));
    }
    Ok(at + LOCAL_BYTES + name + extra)
}

/// Unpacks a member.
pub(super) fn unpack(bytes: &[u8], member: &Member) -> Result<Vec<u8>, ReadingError> {
    if member.flags & 1 != 0 {
        return Err(ReadingError::Encrypted { what: What::File });
    }
    if member.bytes > FILE_BYTES as u64 {
        return Err(ReadingError::TooLarge { bytes: usize::try_from(member.bytes).unwrap_or(usize::MAX) });
    }
    let (at, end, _) = span(bytes, 0, member)?;
    let packed = &bytes[data_at(bytes, at, member)?..end];
    let mut unpacked = Vec::new();
    let whole = match member.method {
        0 => {
            unpacked.extend_from_slice(packed);
            true
        }
        8 => {
            let mut decoder = DeflateDecoder::new(packed);
            let read = (&mut decoder).take(member.bytes + 1).read_to_end(&mut unpacked);
            read.is_ok() && decoder.total_in() == packed.len() as u64
        }
        method => return Err(ReadingError::Method { method }),
    };
    let mut crc = Crc::new();
    crc.update(&unpacked);
    if !whole || unpacked.len() as u64 != member.bytes || crc.sum() != member.crc {
        return Err(ReadingError::Damaged {
            what: What::File,
            problem: "it does not unpack to what was packed".into(),
        });
    }
    Ok(unpacked)
}

fn is_blank(bytes: &[u8]) -> bool {
    bytes.iter().all(|&byte| byte == 0)
}

fn is_words(comment: &[u8]) -> bool {
    comment.len() <= COMMENT_BYTES && comment.iter().all(|&byte| byte >= b' ' || byte.is_ascii_whitespace())
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.get(at..at.checked_add(8)?)?.try_into().ok()?))
}

fn broken() -> ReadingError {
    damaged("its directory is broken")
}

fn damaged(problem: &str) -> ReadingError {
    ReadingError::Damaged { what: What::Archive, problem: problem.into() }
}
