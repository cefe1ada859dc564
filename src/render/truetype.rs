//! Takes out of a subset TrueType font what a PDF does not need: names, and the hints with the programs they call.
//!
//! Readers draw certificates unhinted at print and screen sizes; the hints of a few glyphs are larger than their outlines.

use ttf_parser::{RawFace, Tag};

/// Tables of a TrueType font program in a PDF (ISO 32000-1, 9.9), hints aside, in the order of their tags.
const TABLES: [&[u8; 4]; 6] = [b"glyf", b"head", b"hhea", b"hmtx", b"loca", b"maxp"];
/// Composite glyph flags (OpenType, "glyf").
const WORDS: u16 = 0x1;
const SCALE: u16 = 0x8;
const MORE: u16 = 0x20;
const XY_SCALE: u16 = 0x40;
const TWO_BY_TWO: u16 = 0x80;
const INSTRUCTIONS: u16 = 0x100;

/// Returns the font without names and hints, with copies of these glyphs (none: one without an outline) after all others, or nothing if it is not built as
/// expected.
pub(super) fn slim(font: &[u8], copies: &[Option<u16>]) -> Option<Vec<u8>> {
    let face = RawFace::parse(font, 0).ok()?;
    let table = |tag: &[u8; 4]| face.table(Tag::from_bytes(tag));
    let (glyf, head, loca) = (table(b"glyf")?, table(b"head")?, table(b"loca")?);
    let long = *head.get(51)? == 1;
    let (mut glyf, mut loca) = without_instructions(glyf, loca, long)?;
    let glyphs = u16::try_from(loca.len() / 4 - 1).ok()?;
    copy_outlines(&mut glyf, &mut loca, copies)?;
    let tables = TABLES.iter().map(|tag| {
        Some(match &tag[..] {
            b"glyf" => glyf.clone(),
            b"loca" => loca.clone(),
            b"head" => long_offsets(head)?,
            b"hhea" if !copies.is_empty() => patched(table(tag)?, 34, glyphs.checked_add(copies.len() as u16)?)?,
            b"maxp" if !copies.is_empty() => patched(table(tag)?, 4, glyphs.checked_add(copies.len() as u16)?)?,
            b"hmtx" if !copies.is_empty() => {
                copied_widths(table(tag)?, table(b"hhea")?, glyphs, copies, word(head, 18)?)?
            }
            _ => table(tag)?.to_vec(),
        })
    });
    Some(assemble(&tables.collect::<Option<Vec<_>>>()?))
}

/// The head table with `indexToLocFormat` 1 and a zero checksum.
fn long_offsets(head: &[u8]) -> Option<Vec<u8>> {
    let mut head = head.to_vec();
    head.get_mut(8..12)?.fill(0);
    head.get_mut(50..52)?.copy_from_slice(&1u16.to_be_bytes());
    Some(head)
}

/// A table with another number at a place.
fn patched(table: &[u8], at: usize, value: u16) -> Option<Vec<u8>> {
    let mut table = table.to_vec();
    table.get_mut(at..at + 2)?.copy_from_slice(&value.to_be_bytes());
    Some(table)
}

fn copy_outlines(glyf: &mut Vec<u8>, loca: &mut Vec<u8>, copies: &[Option<u16>]) -> Option<()> {
    for copy in copies {
        let Some(copy) = copy else {
            loca.extend_from_slice(&(glyf.len() as u32).to_be_bytes());
            continue;
        };
        let offset = |at: usize| Some(u32::from_be_bytes(loca.get(at * 4..at * 4 + 4)?.try_into().ok()?) as usize);
        let (from, to) = (offset(usize::from(*copy))?, offset(usize::from(*copy) + 1)?);
        let outline = glyf.get(from..to)?.to_vec();
        glyf.extend_from_slice(&outline);
        loca.extend_from_slice(&(glyf.len() as u32).to_be_bytes());
    }
    Some(())
}

/// Advances and side bearings with an entry of its own for each glyph, and those of the copies.
/// One without an outline is a thousandth of the em wide.
fn copied_widths(hmtx: &[u8], hhea: &[u8], glyphs: u16, copies: &[Option<u16>], em: u16) -> Option<Vec<u8>> {
    let long = word(hhea, 34)?.max(1);
    let entry = |glyph: u16| {
        let advance_at = usize::from(glyph.min(long - 1)) * 4;
        let advance = hmtx.get(advance_at..advance_at + 2)?;
        let bearing_at =
            if glyph < long { advance_at + 2 } else { usize::from(long) * 4 + usize::from(glyph - long) * 2 };
        Some([advance, hmtx.get(bearing_at..bearing_at + 2)?].concat())
    };
    let blank = || Some([em.div_ceil(1000).to_be_bytes().as_slice(), &[0, 0]].concat());
    let all = (0..glyphs).map(Some).chain(copies.iter().copied());
    let entries: Option<Vec<_>> = all.map(|glyph| glyph.map_or_else(blank, entry)).collect();
    entries.map(|entries| entries.concat())
}

/// Rewrites all glyphs; the new loca has long offsets.
fn without_instructions(glyf: &[u8], loca: &[u8], long: bool) -> Option<(Vec<u8>, Vec<u8>)> {
    let offsets: Vec<usize> = if long {
        loca.chunks_exact(4).map(|b| u32::from_be_bytes([b[0], b[1], b[2], b[3]]) as usize).collect()
    } else {
        loca.chunks_exact(2).map(|b| usize::from(u16::from_be_bytes([b[0], b[1]])) * 2).collect()
    };
    let (mut out, mut index) = (Vec::with_capacity(glyf.len()), Vec::with_capacity(offsets.len() * 4));
    for pair in offsets.windows(2) {
        index.extend_from_slice(&(out.len() as u32).to_be_bytes());
        let glyph = glyf.get(pair[0]..pair[1])?;
        if !glyph.is_empty() {
            strip(glyph, &mut out)?;
            out.resize(out.len().next_multiple_of(4), 0);
        }
    }
    index.extend_from_slice(&(out.len() as u32).to_be_bytes());
    Some((out, index))
}

fn strip(glyph: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let contours = i16::from_be_bytes([*glyph.first()?, *glyph.get(1)?]);
    if contours < 0 {
        return strip_composite(glyph, out);
    }
    let length_at = 10 + 2 * contours as usize;
    let length = word(glyph, length_at)?;
    out.extend_from_slice(glyph.get(..length_at)?);
    out.extend_from_slice(&[0, 0]);
    out.extend_from_slice(glyph.get(length_at + 2 + usize::from(length)..)?);
    Some(())
}

fn strip_composite(glyph: &[u8], out: &mut Vec<u8>) -> Option<()> {
    out.extend_from_slice(glyph.get(..10)?);
    let mut at = 10;
    loop {
        let flags = word(glyph, at)?;
        let arguments = if flags & WORDS != 0 { 4 } else { 2 };
        let scale = match flags & (SCALE | XY_SCALE | TWO_BY_TWO) {
            SCALE => 2,
            XY_SCALE => 4,
            TWO_BY_TWO => 8,
            _ => 0,
        };
        let end = at + 4 + arguments + scale;
        out.extend_from_slice(&(flags & !INSTRUCTIONS).to_be_bytes());
        out.extend_from_slice(glyph.get(at + 2..end)?);
        at = end;
        if flags & MORE == 0 {
            return Some(());
        }
    }
}

fn word(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?]))
}

/// Writes the table directory and the tables (OpenType, "Organization of an OpenType font").
fn assemble(tables: &[Vec<u8>]) -> Vec<u8> {
    let mut out = Vec::with_capacity(tables.iter().map(Vec::len).sum::<usize>() + 256);
    out.extend_from_slice(&0x0001_0000u32.to_be_bytes());
    // Six tables: searchRange 64, entrySelector 2, rangeShift 32.
    for value in [TABLES.len() as u16, 64, 2, 32] {
        out.extend_from_slice(&value.to_be_bytes());
    }
    let mut offset = 12 + 16 * tables.len();
    let mut head_at = 0;
    for (tag, table) in TABLES.iter().zip(tables) {
        if *tag == b"head" {
            head_at = offset;
        }
        out.extend_from_slice(*tag);
        for value in [checksum(table), offset as u32, table.len() as u32] {
            out.extend_from_slice(&value.to_be_bytes());
        }
        offset += table.len().next_multiple_of(4);
    }
    for table in tables {
        out.extend_from_slice(table);
        out.resize(out.len().next_multiple_of(4), 0);
    }
    let adjustment = 0xB1B0_AFBAu32.wrapping_sub(checksum(&out));
    out[head_at + 8..head_at + 12].copy_from_slice(&adjustment.to_be_bytes());
    out
}

fn checksum(data: &[u8]) -> u32 {
    data.chunks(4).fold(0u32, |sum, chunk| {
        let mut word = [0; 4];
        word[..chunk.len()].copy_from_slice(chunk);
        sum.wrapping_add(u32::from_be_bytes(word))
    })
}
