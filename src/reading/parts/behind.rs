//! What stands behind a file, or before it: further files, what phones add to their pictures, or nobody knows what.

use std::ops::Range;

use memchr::memmem;

use super::super::container::MEMBERS;
use super::super::magic::{Magic, magic};
use super::super::{jpeg, png, text, zip};
use super::{Part, Role, film, is_blank, samsung};

/// Bytes of unknown kind in which nothing has room that anybody could read as a certificate.
const TRIVIAL: usize = 64;

/// Places at which a further picture is looked for in bytes of unknown kind.
const TRIES: usize = 64;

/// Says what stands in a range of a file.
pub(super) fn parts(bytes: &[u8], within: Range<usize>) -> Vec<Part> {
    let mut parts = Vec::new();
    let phone = samsung::trailer(&bytes[within.clone()]);
    let end = phone.as_ref().map_or(within.end, |trailer| within.start + trailer.start);
    let mut at = within.start;
    while let Some(begin) = begins(&bytes[at..end]).map(|blanks| at + blanks) {
        let (length, role) = next(&bytes[begin..end]);
        at = begin + length;
        parts.push(Part { range: begin..at, role });
        if parts.len() > MEMBERS {
            parts.push(Part { range: at..within.end, role: Role::Rest });
            return parts;
        }
    }
    for block in phone.into_iter().flat_map(|trailer| trailer.blocks) {
        let range = within.start + block.start..within.start + block.end;
        let role = match next(&bytes[range.clone()]) {
            (length, role) if length == range.len() => role,
            _ => Role::Rest,
        };
        if !(role == Role::Rest && range.len() <= samsung::SMALL) {
            parts.push(Part { range, role });
        }
    }
    // What is too small to be anything is nothing.
    parts.retain(|part| part.role != Role::Rest || part.range.len() > TRIVIAL);
    parts
}

/// Returns where the next part begins, behind blanks. A film begins with zeros itself: they are the length of its first box.
fn begins(rest: &[u8]) -> Option<usize> {
    let begin = rest.iter().position(|byte| !is_blank(&[*byte]))?;
    let films = (begin.saturating_sub(3)..begin).find(|&at| film::end(&rest[at..]).is_some());
    Some(films.unwrap_or(begin))
}

/// Returns how long the next part is, and what.
fn next(rest: &[u8]) -> (usize, Role) {
    let whole = rest.len();
    if let Some(end) = film::end(rest) {
        let film = &rest[..end];
        let hides = [b"%PDF-", PNG].iter().any(|sign| memmem::find(film, sign).is_some())
            || memmem::find(film, b"eyJ").is_some() && text::beside(film).is_none_or(|all| !all.is_empty());
        return (end, if hides { Role::Rest } else { Role::Film });
    }
    match magic(rest) {
        Magic::Png => (png::end(rest).unwrap_or(whole), Role::Extra),
        Magic::Jpeg => (jpeg::frame(rest).end.unwrap_or(whole), Role::Extra),
        Magic::Zip => (zip::extent(rest).unwrap_or(whole), Role::File),
        Magic::Pdf if rest.starts_with(b"%PDF-") => (whole, Role::File),
        Magic::Mail | Magic::Packed(_) | Magic::Other(_) => (whole, Role::File),
        Magic::Text | Magic::Pdf => unknown(rest),
    }
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// What has no beginning that is known: up to where something begins that has.
fn unknown(rest: &[u8]) -> (usize, Role) {
    let signs = [b"%PDF-", PNG].map(|sign| memmem::find(&rest[1..], sign).map(|at| at + 1));
    let films = memmem::find_iter(rest, b"ftyp").filter_map(|at| at.checked_sub(4)).filter(|&at| at > 0);
    let film = films.take(TRIES).find(|&at| film::end(&rest[at..]).is_some());
    let archive = zip::find(rest).map(|archive| archive.start).filter(|&at| at > 0);
    let pictures = memmem::find_iter(&rest[1..], b"\xFF\xD8\xFF").map(|at| at + 1).take(TRIES);
    let picture = pictures.into_iter().find(|&at| jpeg::frame(&rest[at..]).end.is_some());
    let until = signs.into_iter().chain([film, archive, picture]).flatten().min().unwrap_or(rest.len());
    let is_text = text::decoded(&rest[..until]).is_some();
    (until, if is_text { Role::Extra } else { Role::Rest })
}
