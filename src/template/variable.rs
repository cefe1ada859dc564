//! Variable fonts: of one that has all weights in it, the static fonts of those weights that are wanted (OpenType, "Font
//! variations"). A PDF holds static fonts only (ISO 32000-1, 9.9), and what is laid out must be what is in the file.
//!
//! Outlines, widths and heights are those of the instance. What features say of the distances between letters, and of other forms
//! for heavy weights, the shaper looks up in the variable font itself.

use std::collections::BTreeSet;

use allsorts::binary::read::ReadScope;
use allsorts::font_data::FontData;
use allsorts::tables::variable_fonts::fvar::FvarTable;
use allsorts::tables::{Fixed, FontTableProvider};
use allsorts::{tag, variations};
use ttf_parser::{RawFace, Tag};

/// Most parts that a glyph is put together from, those of its parts counted: the richest real ones have a few dozen.
const MOST_PARTS: u32 = 2_000;

/// A static font that was made of a variable one.
pub(super) struct Instance {
    pub(super) bytes: Vec<u8>,
    /// The weight that was chosen; nothing where the font has one only.
    pub(super) weight: Option<u16>,
}

/// Makes the instances of a face of a variable font: one for each of these weights, or the nearest that it has; without any, the
/// default one. Nothing if one cannot be made.
pub(super) fn instances(font: &[u8], index: u32, weights: &BTreeSet<u16>) -> Option<Vec<Instance>> {
    // The library trusts what stands in a file, and goes down glyphs that are made of others.
    if !is_plain(font, index) {
        return None;
    }
    crate::guard::guarded(|| made(font, index, weights)).ok()?
}

fn made(font: &[u8], index: u32, weights: &BTreeSet<u16>) -> Option<Vec<Instance>> {
    let file = ReadScope::new(font).read::<FontData<'_>>().ok()?;
    let provider = file.table_provider(index as usize).ok()?;
    let fvar = provider.read_table_data(tag::FVAR).ok()?;
    let fvar = ReadScope::new(&fvar).read::<FvarTable<'_>>().ok()?;
    let weight = fvar.axes().find(|axis| axis.axis_tag == tag::WGHT);
    let reach = |wanted: u16| {
        let axis = weight.as_ref()?;
        let (least, most) = (f32::from(axis.min_value), f32::from(axis.max_value));
        (least <= most).then(|| f32::from(wanted).clamp(least, most).round() as u16)
    };
    let wanted: BTreeSet<Option<u16>> = weights.iter().map(|wanted| reach(*wanted)).collect();
    let wanted = if wanted.is_empty() { BTreeSet::from([None]) } else { wanted };
    let one = |weight: Option<u16>| {
        let place = |axis: allsorts::tables::variable_fonts::fvar::VariationAxisRecord| match weight {
            Some(weight) if axis.axis_tag == tag::WGHT => Fixed::from(i32::from(weight)),
            _ => axis.default_value,
        };
        let (bytes, _) = variations::instance(&provider, &fvar.axes().map(place).collect::<Vec<_>>()).ok()?;
        Some(Instance { bytes, weight })
    };
    wanted.into_iter().map(one).collect()
}

/// Says whether no glyph is put together from so many parts, or from itself, that drawing it would not end.
fn is_plain(font: &[u8], index: u32) -> bool {
    let Ok(face) = RawFace::parse(font, index) else { return false };
    let table = |tag: &[u8; 4]| face.table(Tag::from_bytes(tag));
    match (table(b"glyf"), table(b"loca"), table(b"head").and_then(|head| head.get(51))) {
        (Some(glyf), Some(loca), Some(long)) => Glyphs::new(glyf, loca, *long == 1).are_plain(),
        _ => true,
    }
}

/// Glyphs with the number of parts of each that is known; `None` while it is being counted.
struct Glyphs<'a> {
    glyf: &'a [u8],
    offsets: Vec<usize>,
    counted: Vec<Option<u32>>,
}

impl<'a> Glyphs<'a> {
    fn new(glyf: &'a [u8], loca: &[u8], long: bool) -> Self {
        let offsets: Vec<usize> = match long {
            true => loca.chunks_exact(4).map(|b| u32::from_be_bytes([b[0], b[1], b[2], b[3]]) as usize).collect(),
            false => loca.chunks_exact(2).map(|b| usize::from(u16::from_be_bytes([b[0], b[1]])) * 2).collect(),
        };
        let counted = vec![Some(0); offsets.len()];
        Self { glyf, offsets, counted }
    }

    fn are_plain(mut self) -> bool {
        (0..self.offsets.len().saturating_sub(1)).all(|glyph| self.parts(glyph, 0).is_some())
    }

    /// Counts the parts of a glyph; nothing if they are too many.
    fn parts(&mut self, glyph: usize, depth: u8) -> Option<u32> {
        match self.counted.get(glyph).copied() {
            None => return Some(1),
            Some(Some(0)) => {}
            Some(known) => return known,
        }
        if depth > 16 {
            return None;
        }
        self.counted[glyph] = None;
        let mut parts = 1_u32;
        for part in self.components(glyph) {
            parts = parts.checked_add(self.parts(part, depth + 1)?).filter(|parts| *parts <= MOST_PARTS)?;
        }
        self.counted[glyph] = Some(parts);
        Some(parts)
    }

    /// Returns the glyphs that one is put together from (OpenType, "glyf").
    fn components(&self, glyph: usize) -> Vec<usize> {
        let end = self.offsets.get(glyph + 1).copied().unwrap_or_default();
        let data = self.glyf.get(self.offsets[glyph]..end).unwrap_or_default();
        let word = |at: usize| Some(u16::from_be_bytes([*data.get(at)?, *data.get(at + 1)?]));
        let (mut found, mut at) = (Vec::new(), 10);
        if word(0).is_none_or(|contours| contours < 0x8000) {
            return found;
        }
        while let (Some(flags), Some(part)) = (word(at), word(at + 2)) {
            found.push(usize::from(part));
            let scale = if flags & 0x8 != 0 {
                2
            } else if flags & 0x40 != 0 {
                4
            } else if flags & 0x80 != 0 {
                8
            } else {
                0
            };
            at += 4 + if flags & 0x1 != 0 { 4 } else { 2 } + scale;
            if flags & 0x20 == 0 {
                break;
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str) -> Vec<u8> {
        std::fs::read(format!("{}/tests/data/fonts/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
    }

    fn width(font: &[u8], letter: char) -> u16 {
        let face = ttf_parser::Face::parse(font, 0).unwrap();
        face.glyph_hor_advance(face.glyph_index(letter).unwrap()).unwrap()
    }

    #[test]
    fn an_instance_has_the_outlines_and_widths_of_its_weight() {
        let (font, plain) = (file("WideSample-variable.ttf"), file("PlainSample.ttf"));
        let made = instances(&font, 0, &BTreeSet::from([100, 400, 650, 900])).unwrap();
        let weights: Vec<_> = made.iter().map(|one| one.weight).collect();
        assert_eq!(weights, [Some(400), Some(650), Some(900)], "the nearest for what it does not reach");
        for (instance, factor) in made.iter().zip([1.0, 1.25, 1.5]) {
            let (face, thin) =
                (ttf_parser::Face::parse(&instance.bytes, 0).unwrap(), ttf_parser::Face::parse(&plain, 0).unwrap());
            assert!(!face.is_variable());
            for letter in "Aglñ0".chars() {
                let wanted = f32::from(width(&plain, letter)) * factor;
                assert!((f32::from(width(&instance.bytes, letter)) - wanted).abs() <= 1.0, "{letter} by {factor}");
                let bounds =
                    |face: &ttf_parser::Face<'_>| face.glyph_bounding_box(face.glyph_index(letter).unwrap()).unwrap();
                let (wide, narrow) = (bounds(&face), bounds(&thin));
                assert!(
                    (f32::from(wide.x_max) - f32::from(narrow.x_max) * factor).abs() <= 2.0,
                    "{letter} by {factor}"
                );
                assert_eq!(wide.y_max, narrow.y_max);
            }
        }
        let [default] = &instances(&font, 0, &BTreeSet::new()).unwrap()[..] else { panic!("one") };
        assert_eq!((default.weight, width(&default.bytes, 'A')), (None, width(&plain, 'A')));
    }

    #[test]
    fn glyphs_that_are_made_of_themselves_or_of_too_many_are_refused() {
        // Two glyphs of 16 bytes, each one component and no more.
        let composite =
            |part: u16| [&[0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0][..], &part.to_be_bytes(), &[0, 0]].concat();
        let loca = |count: u32| (0..=count).flat_map(|at| (at * 16).to_be_bytes()).collect::<Vec<u8>>();
        let plain = |glyf: &[u8], count| Glyphs::new(glyf, &loca(count), true).are_plain();
        assert!(plain(&[composite(9), composite(0)].concat(), 2));
        assert!(!plain(&composite(0), 1), "itself");
        assert!(!plain(&[composite(1), composite(0)].concat(), 2), "each other");
        // Each of 32 of the one before, eight deep.
        let many = |part: u16| {
            let one = [&[0, 0x20][..], &part.to_be_bytes(), &[0, 0]].concat();
            let mut glyph = [&[0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0][..], &one.repeat(32)].concat();
            let last = glyph.len() - 5;
            glyph[last] = 0;
            glyph
        };
        let length = many(0).len() as u32;
        let glyf: Vec<u8> = std::iter::once(vec![0; length as usize]).chain((0..8).map(many)).flatten().collect();
        let loca: Vec<u8> = (0..=9).flat_map(|at| (at * length).to_be_bytes()).collect();
        assert!(!Glyphs::new(&glyf, &loca, true).are_plain());
    }
}
