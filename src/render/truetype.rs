//! Takes out of a subset TrueType font what a PDF does not need: names, and the hints with the programs they call.
//!
//! Readers draw certificates unhinted at print and screen sizes; the hints of a few glyphs are larger than their outlines.

use ttf_parser::{RawFace, Tag};

/// Tables of a TrueType font program in a PDF (ISO 32000-1, 9.9), hints aside, in the order of their tags.
const TABLES: [&[u8; 4]; 6] = [b"glyf", b"head", b"hhea", b"hmtx", b"loca", b"maxp"];
/// Composite glyph flags (OpenType, "glyf").
const WORDS: u16 = 0x1;
const OFFSETS: u16 = 0x2;
const SCALE: u16 = 0x8;
const MORE: u16 = 0x20;
const XY_SCALE: u16 = 0x40;
const TWO_BY_TWO: u16 = 0x80;
const INSTRUCTIONS: u16 = 0x100;

/// A glyph that stands after all others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Copy {
    /// Without an outline, a thousandth of the em wide.
    Blank,
    /// Another one again.
    Same(u16),
    /// Put together of others, or of none, and as wide as is said, in units of the font.
    Composed { parts: Vec<Part>, advance: u16 },
}

/// A glyph within another one, and where it stands there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) glyph: u16,
    pub(super) x: i16,
    pub(super) y: i16,
}

/// Returns the font without names and hints, with these further glyphs after all others, or nothing if it is not built as
/// expected.
pub(super) fn slim(font: &[u8], copies: &[Copy]) -> Option<Vec<u8>> {
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
            b"maxp" if !copies.is_empty() => {
                composing(patched(table(tag)?, 4, glyphs.checked_add(copies.len() as u16)?)?, copies)?
            }
            b"hmtx" if !copies.is_empty() => {
                copied_widths(table(tag)?, table(b"hhea")?, glyphs, copies, word(head, 18)?, (&glyf, &loca))?
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

/// The table `maxp` of a font that some of its glyphs are put together in.
fn composing(mut maxp: Vec<u8>, copies: &[Copy]) -> Option<Vec<u8>> {
    let parts = |copy: &Copy| if let Copy::Composed { parts, .. } = copy { parts.len() } else { 0 };
    let most = copies.iter().map(parts).max().unwrap_or_default() as u16;
    if most == 0 {
        return Some(maxp);
    }
    // Points and contours: no more than all parts have at most.
    for (composite, simple) in [(10, 6), (12, 8)] {
        let bound = word(&maxp, composite)?.max(word(&maxp, simple)?).saturating_mul(most);
        maxp = patched(&maxp, composite, bound)?;
    }
    let (elements, depth) = (word(&maxp, 28)?.max(most), word(&maxp, 30)?.checked_add(1)?);
    patched(&patched(&maxp, 28, elements)?, 30, depth)
}

fn copy_outlines(glyf: &mut Vec<u8>, loca: &mut Vec<u8>, copies: &[Copy]) -> Option<()> {
    for copy in copies {
        let outline = |glyph: u16| {
            let offset = |at: usize| Some(u32::from_be_bytes(loca.get(at * 4..at * 4 + 4)?.try_into().ok()?) as usize);
            glyf.get(offset(usize::from(glyph))?..offset(usize::from(glyph) + 1)?)
        };
        let copied = match copy {
            Copy::Blank => Vec::new(),
            Copy::Same(glyph) => outline(*glyph)?.to_vec(),
            Copy::Composed { parts, .. } => composed(parts, &outline)?,
        };
        glyf.extend_from_slice(&copied);
        glyf.resize(glyf.len().next_multiple_of(4), 0);
        loca.extend_from_slice(&(glyf.len() as u32).to_be_bytes());
    }
    Some(())
}

/// A composite glyph, within the box that its parts have.
fn composed<'a>(parts: &[Part], outline: &dyn Fn(u16) -> Option<&'a [u8]>) -> Option<Vec<u8>> {
    let (mut bounds, mut drawn) = ([i16::MAX, i16::MAX, i16::MIN, i16::MIN], Vec::new());
    for part in parts {
        let outline = outline(part.glyph)?;
        if outline.is_empty() {
            continue;
        }
        let edge = |at: usize, by: i16| (word(outline, at)? as i16).checked_add(by);
        bounds[0] = bounds[0].min(edge(2, part.x)?);
        bounds[1] = bounds[1].min(edge(4, part.y)?);
        bounds[2] = bounds[2].max(edge(6, part.x)?);
        bounds[3] = bounds[3].max(edge(8, part.y)?);
        drawn.push(part);
    }
    let Some(last) = drawn.len().checked_sub(1) else { return Some(Vec::new()) };
    let mut out = (-1i16).to_be_bytes().to_vec();
    bounds.iter().for_each(|edge| out.extend_from_slice(&edge.to_be_bytes()));
    for (at, part) in drawn.into_iter().enumerate() {
        let flags = WORDS | OFFSETS | if at < last { MORE } else { 0 };
        for value in [flags, part.glyph, part.x as u16, part.y as u16] {
            out.extend_from_slice(&value.to_be_bytes());
        }
    }
    Some(out)
}

/// Advances and side bearings with an entry of its own for each glyph, and those of the further ones, whose outlines are in `glyf`.
fn copied_widths(
    hmtx: &[u8],
    hhea: &[u8],
    glyphs: u16,
    copies: &[Copy],
    em: u16,
    (glyf, loca): (&[u8], &[u8]),
) -> Option<Vec<u8>> {
    let long = word(hhea, 34)?.max(1);
    let entry = |glyph: u16| {
        let advance_at = usize::from(glyph.min(long - 1)) * 4;
        let bearing_at =
            if glyph < long { advance_at + 2 } else { usize::from(long) * 4 + usize::from(glyph - long) * 2 };
        Some([word(hmtx, advance_at)?, word(hmtx, bearing_at)?])
    };
    let left = |glyph: usize| {
        let offset = |at: usize| Some(u32::from_be_bytes(loca.get(at * 4..at * 4 + 4)?.try_into().ok()?) as usize);
        let outline = glyf.get(offset(glyph)?..offset(glyph + 1)?)?;
        if outline.is_empty() { Some(0) } else { word(outline, 2) }
    };
    let further = |(at, copy): (usize, &Copy)| match copy {
        Copy::Blank => Some([em.div_ceil(1000), 0]),
        Copy::Same(glyph) => entry(*glyph),
        // Where its outline begins: else readers would move it.
        Copy::Composed { advance, .. } => Some([*advance, left(usize::from(glyphs) + at)?]),
    };
    let all = (0..glyphs).map(entry).chain(copies.iter().enumerate().map(further));
    let entries: Option<Vec<_>> = all.map(|entry| Some(entry?.map(u16::to_be_bytes).concat())).collect();
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
