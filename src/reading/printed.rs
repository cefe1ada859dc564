//! The text that a PDF's pages show, in the order it is drawn.
//!
//! `/ToUnicode` and `/ActualText` are the file's own word: this text finds an honest edit, it is no proof. What is
//! verified is shown from the signed bytes alone.

use std::collections::BTreeSet;

use hayro::hayro_interpret::font::GlyphRun;
use hayro::hayro_interpret::hayro_cmap::BfString;
use hayro::hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps, InterpreterCache,
    InterpreterSettings, SoftMask, interpret_page,
};
use hayro::hayro_syntax::Pdf;
use hayro::hayro_syntax::object::Dict;
use hayro::hayro_syntax::page::Page;
use hayro::kurbo::{Affine, BezPath, Point, Rect};

use super::guard;
use super::letters::UNKNOWN;

/// Most drawing steps of the pages that are read.
const STEPS: usize = 2_000_000;

/// Most ink of the pages that are read, in whole pages painted over: each takes memory and time when it is drawn.
const INK: f64 = 1_000.0;
/// Ink of a line, as a share of the area that it crosses.
const LINE_INK: f64 = 0.02;
/// Widest line that counts as one, in points.
const LINE_WIDTH: f64 = 20.0;
/// Ink of an image, wherever it is.
const IMAGE_INK: f64 = 0.5;

/// Longest text of the pages that are read, in bytes.
const TEXT_BYTES: usize = 1 << 20;

/// Most outlines of a page that is a picture: a frame, a white ground.
const PICTURE_OUTLINES: usize = 8;

/// What pages print.
pub(super) struct Printed {
    /// Their text, each page ended by a form feed.
    pub(super) text: String,
    /// The pages, from 1, that are a picture and nothing else.
    pub(super) pictures: BTreeSet<usize>,
}

/// Returns what the first `pages` pages print. Asks before each whether there is time.
///
/// Gives up, by [`guard::give_up`], on pages that draw more than any certificate.
pub(super) fn read(pdf: &Pdf, pages: usize, mut has_time: impl FnMut() -> bool) -> Printed {
    let mut collector = Collector::default();
    let mut pictures = BTreeSet::new();
    for (index, page) in pdf.pages().iter().take(pages).enumerate() {
        if !has_time() {
            guard::give_up("its pages take too long");
        }
        collect_page(page, &mut collector);
        pictures.extend(collector.drawn.is_picture().then_some(index + 1));
    }
    Printed { text: collector.text, pictures }
}

fn collect_page<'a>(page: &Page<'a>, collector: &mut Collector) {
    let cache = InterpreterCache::new();
    collector.page = {
        let area = page.intersected_crop_box();
        Rect::new(area.x0, area.y0, area.x1, area.y1)
    };
    collector.last = None;
    collector.drawn = Drawn::default();
    let mut context =
        Context::new(Affine::IDENTITY, collector.page, &cache, page.xref(), InterpreterSettings::default());
    interpret_page(page, &mut context, collector);
    collector.text.push('\u{c}');
}

/// A device that draws nothing and writes down what glyphs say.
#[derive(Default)]
struct Collector {
    text: String,
    page: Rect,
    steps: usize,
    ink: f64,
    /// What this page draws.
    drawn: Drawn,
    /// Where the glyph before stood, and its size.
    last: Option<(Point, f64)>,
    /// Open marked content, outermost first.
    marked: Vec<Marked>,
}

/// What a page draws, counted.
#[derive(Default)]
struct Drawn {
    glyphs: usize,
    images: usize,
    outlines: usize,
}

impl Drawn {
    fn is_picture(&self) -> bool {
        self.glyphs == 0 && self.images > 0 && self.outlines <= PICTURE_OUTLINES
    }
}

enum Marked {
    Plain,
    /// `/ActualText` (ISO 32000-2 section 14.9.4), until a visible glyph has said it.
    Instead(Option<String>),
}

impl Collector {
    fn step(&mut self) {
        self.steps += 1;
        if self.steps > STEPS || self.text.len() > TEXT_BYTES || self.ink > INK {
            guard::give_up("its pages draw more than any certificate");
        }
    }

    /// Counts what paints a part of the page, given its bounds there.
    fn paint(&mut self, bounds: Rect, share: f64) {
        let seen = bounds.intersect(self.page);
        // What is thin takes a row or a column all the same.
        let area = seen.width().max(1.0) * seen.height().max(1.0);
        self.ink += share * area / self.page.area().max(1.0);
        self.step();
    }

    fn spells_one_character(&self) -> bool {
        self.marked.iter().any(|marked| match marked {
            Marked::Instead(Some(text)) => text.chars().nth(1).is_none(),
            _ => false,
        })
    }

    /// Writes a glyph's text; a new line or a jump is a break.
    fn glyph(&mut self, text: &str, at: Point, size: f64) {
        if let Some((before, before_size)) = self.last {
            let size = size.max(before_size).max(0.1);
            let (dx, dy) = ((at.x - before.x).abs(), (at.y - before.y).abs());
            if dy > 0.4 * size {
                self.text.push('\n');
            } else if dx > 1.6 * size && !self.text.ends_with(char::is_whitespace) {
                self.text.push(' ');
            }
        }
        self.last = Some((at, size));
        let replacement = self.marked.iter_mut().find_map(|marked| match marked {
            Marked::Instead(text) => Some(text.take()),
            Marked::Plain => None,
        });
        match replacement {
            None => self.text.push_str(text),
            // Cairo spells glyphs so that it knows no letters of.
            Some(Some(instead)) if instead.is_empty() => self.text.push(UNKNOWN),
            Some(Some(instead)) => self.text.push_str(&instead),
            Some(None) => {}
        }
    }
}

impl<'a> Device<'a> for Collector {
    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, mode: &DrawMode) {
        // Hidden text is not printed. A glyph that only carries one character of `/ActualText` is: that is how our own
        // certificates spell right-to-left clusters (`render/text.rs`).
        if matches!(mode, DrawMode::Invisible) && !(run.glyphs().len() == 1 && self.spells_one_character()) {
            return;
        }
        for glyph in run.glyphs() {
            self.step();
            let placed = props.transform * glyph.transform();
            let origin = placed * Point::ORIGIN;
            if !self.page.contains(origin) {
                continue;
            }
            self.drawn.glyphs += 1;
            // Glyphs are a thousand units tall.
            let size = placed.determinant().abs().sqrt() * 1000.0;
            match glyph.as_unicode() {
                Some(BfString::Char(c)) => self.glyph(c.encode_utf8(&mut [0; 4]), origin, size),
                // What stands for nothing is left out of no text: nobody knows what it shows.
                Some(BfString::String(text)) if !text.is_empty() => self.glyph(&text, origin, size),
                _ => self.glyph(UNKNOWN.encode_utf8(&mut [0; 4]), origin, size),
            }
        }
    }

    fn begin_marked_content(&mut self, _tag: &[u8], properties: Option<&Dict<'_>>) {
        self.step();
        let actual = properties
            .and_then(|dict| dict.get::<hayro::hayro_syntax::object::String<'_>>("ActualText"))
            .map(|text| pdf_text(text.as_bytes()));
        self.marked.push(actual.map_or(Marked::Plain, |text| Marked::Instead(Some(text))));
    }

    fn end_marked_content(&mut self) {
        self.marked.pop();
    }

    fn draw_path(&mut self, path: &BezPath, props: DrawProps<'a>, mode: &DrawMode) {
        self.drawn.outlines += 1;
        self.paint(props.transform.transform_rect_bbox(path.control_box()), share(&props, mode));
    }

    fn draw_rect(&mut self, rect: &Rect, props: DrawProps<'a>, mode: &DrawMode) {
        self.drawn.outlines += 1;
        self.paint(props.transform.transform_rect_bbox(*rect), share(&props, mode));
    }

    fn push_clip_path(&mut self, clip: &ClipPath) {
        self.paint(clip.path.control_box(), LINE_INK);
    }

    fn push_clip_rect(&mut self, _: &Rect) {
        self.step();
    }

    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {
        // A layer as large as the page.
        self.ink += 1.0;
        self.step();
    }

    fn draw_image(&mut self, _: Image<'a, '_>, _: ImageDrawProps<'a>) {
        self.drawn.images += 1;
        self.ink += IMAGE_INK;
        self.step();
    }

    fn pop_clip(&mut self) {}

    fn pop_transparency_group(&mut self) {}
}

/// Returns how much of its bounds a path paints.
fn share(props: &DrawProps<'_>, mode: &DrawMode) -> f64 {
    let scale = props.transform.determinant().abs().sqrt();
    match mode {
        DrawMode::Stroke(stroke) if f64::from(stroke.line_width) * scale <= LINE_WIDTH => LINE_INK,
        DrawMode::Invisible => 0.0,
        _ => 1.0,
    }
}

/// Decodes a text string (ISO 32000-2 section 7.9.2.2): UTF-16BE or UTF-8 by its mark, else PDFDocEncoding, whose
/// letters are those of Latin-1.
pub(super) fn pdf_text(bytes: &[u8]) -> String {
    match bytes {
        [0xFE, 0xFF, rest @ ..] => encoding_rs::UTF_16BE.decode_without_bom_handling(rest).0.into_owned(),
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        latin => latin.iter().map(|&byte| char::from(byte)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_strings_are_decoded_by_their_mark() {
        assert_eq!(pdf_text(b"credential.jwt"), "credential.jwt");
        assert_eq!(pdf_text(b"\xFE\xFF\x00Z\x00o\x00\xEB"), "Zoë");
        assert_eq!(pdf_text(b"\xEF\xBB\xBFZo\xC3\xAB"), "Zoë");
        assert_eq!(pdf_text(b"Zo\xEB"), "Zoë");
    }
}
