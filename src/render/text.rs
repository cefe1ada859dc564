//! Glyph runs as text operators, so that a reader that copies the text gets what was written.
//!
//! Where one glyph stands for one cluster, the font's ToUnicode map spells it. Elsewhere (marks, reordered vowels) the cluster is
//! a glyph of its own in the font, put together of its glyphs, as wide as they are: a [`Cell`]. So no pen jumps within it, which readers
//! take for a gap or for another line, and all find its letters. Where it says several, `/ActualText` (ISO 32000-1, 14.9.4) says so too.
//!
//! Readers take right-to-left text to be shown glyph by glyph from left to right and turn it round themselves (poppler's
//! `reorderText`), within `/ActualText` and ligatures too. A cluster of several characters in such a run is therefore
//! spelled a character at a time in visual order, each with an equal share of the width: the first cell draws it, the others
//! draw nothing.
//!
//! Fonts with CFF outlines have no cells, and what was issued before is drawn as it was: there the cluster is a `/Span` with
//! `/ActualText`, and for readers that do not know that its glyphs say its letters one after the other in the order in which they are
//! drawn, whichever of them draws what; what has no letter left says [`SILENT`]. From right to left the first span holds the glyphs, and
//! the others mark their place with invisible glyphs of almost no width.

use super::fonts::{BLANK, SPELLING_MAX, Subset};
use super::syntax::{hex16, number, operation, put, utf16_hex};
use super::truetype::{Copy, Part};
use crate::scene::{Glyph, GlyphRun};

/// Glyphs that stand for one piece of text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cluster<'a> {
    pub(super) glyphs: &'a [Glyph],
    pub(super) text: &'a str,
}

/// A cluster, or a piece of one, that is a glyph of its own: what it says, how wide it is, and which glyphs it is put together of.
/// Lengths are in parts of the em, 65,536 of them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cell<'a> {
    text: &'a str,
    advance: i32,
    /// Glyph, and where it stands from the cell's beginning.
    parts: Vec<(u16, i32, i32)>,
}

impl<'a> Cell<'a> {
    pub(super) fn text(&self) -> &'a str {
        self.text
    }

    pub(super) fn glyphs(&self) -> impl Iterator<Item = u16> {
        self.parts.iter().map(|part| part.0)
    }

    /// Returns what tells this cell from others.
    pub(super) fn key(&self) -> Vec<u8> {
        let mut key = vec![self.parts.len() as u8, self.text.len() as u8];
        key.extend_from_slice(self.text.as_bytes());
        key.extend_from_slice(&self.advance.to_be_bytes());
        for (glyph, x, y) in &self.parts {
            key.extend_from_slice(&glyph.to_be_bytes());
            key.extend_from_slice(&x.to_be_bytes());
            key.extend_from_slice(&y.to_be_bytes());
        }
        key
    }

    /// The same in units of a font in which the glyphs have these codes; nothing if a length is not to be written there.
    pub(super) fn composed(&self, per_em: u16, code: &dyn Fn(u16) -> Option<u16>) -> Option<Copy> {
        let units = |parts: i32| (f64::from(parts) * f64::from(per_em) / EM).round() as i64;
        let part = |(glyph, x, y): &(u16, i32, i32)| {
            Some(Part { glyph: code(*glyph)?, x: units(*x).try_into().ok()?, y: units(*y).try_into().ok()? })
        };
        let parts = self.parts.iter().map(part).collect::<Option<_>>()?;
        Some(Copy::Composed { parts, advance: units(self.advance).try_into().ok()? })
    }
}

/// Parts of the em in which lengths of a [`Cell`] are given.
const EM: f64 = 65_536.0;
/// Most glyphs of a cell: more are not one syllable.
const MAX_PARTS: usize = 64;

/// An offset in thousandths of the font size that readers do not take for a new word.
const SMALL_OFFSET: f32 = 20.0;
/// Horizontal scaling of an invisible glyph, in percent: it has a place, but no width.
const MARKER_SCALE: f64 = 0.1;
/// How far before its end, in thousandths of the font size, a cluster's last marker stands: a reader that sorts what it finds by its
/// place must not take it for a part of the next one.
const NEAR: f64 = 4.0;
/// What a glyph says that has no letter left. An empty text is taken for none by some readers, which then show the code; this
/// is not seen, and some leave it out.
pub(super) const SILENT: &str = "\u{200b}";

/// Splits a run where the cluster changes. A mark that has a cluster of its own, but no width, stays with its letter,
/// which is on its left, or on its right where the text runs to the left.
pub(super) fn clusters(run: &GlyphRun) -> impl Iterator<Item = Cluster<'_>> {
    let together = |a: &Glyph, b: &Glyph| a.cluster == b.cluster || if run.rtl { a } else { b }.advance == 0.0;
    run.glyphs.chunk_by(together).map(|glyphs| {
        let from = glyphs.iter().map(|glyph| glyph.cluster.0).min().unwrap_or(0);
        let to = glyphs.iter().map(|glyph| glyph.cluster.1).max().unwrap_or(0);
        Cluster { glyphs, text: run.text.get(from as usize..to as usize).unwrap_or_default() }
    })
}

impl<'a> Cluster<'a> {
    /// Returns the glyph if it can stand for the whole text on its own.
    pub(super) fn spelled_by_one_glyph(&self, run: &GlyphRun) -> Option<&'a Glyph> {
        let [glyph] = self.glyphs else { return None };
        let small = (glyph.dx * 1000.0 / run.size).abs() <= SMALL_OFFSET && glyph.dy == 0.0;
        let one_direction = !run.rtl || self.text.chars().nth(1).is_none();
        (small && one_direction && !self.text.is_empty()).then_some(glyph)
    }

    /// Says for each glyph and marker which text it stands for: what [`draw`] asks the font for.
    pub(super) fn says(&self, rtl: bool, say: &mut impl FnMut(u16, &'a str)) {
        let mut pieces = self.plain_pieces(rtl);
        let first = pieces.next().unwrap_or_default();
        for (glyph, part) in self.glyphs.iter().zip(parts(first, self.glyphs.len())) {
            say(glyph.id, part);
        }
        say(BLANK, SILENT);
        pieces.for_each(|piece| say(BLANK, piece));
    }

    /// The cells that the cluster is, in the order in which they are drawn; nothing if its letters are too many or none.
    pub(super) fn cells(&self, run: &GlyphRun) -> Option<Vec<Cell<'a>>> {
        if self.text.is_empty() || self.text.len() > SPELLING_MAX || self.glyphs.len() > MAX_PARTS {
            return None;
        }
        let em = |points: f32| (f64::from(points) / f64::from(run.size) * EM).round() as i32;
        let (mut parts, mut x) = (Vec::with_capacity(self.glyphs.len()), 0);
        for glyph in self.glyphs {
            parts.push((glyph.id, x + em(glyph.dx), em(glyph.dy)));
            x += em(glyph.advance);
        }
        let pieces: Vec<&str> = self.plain_pieces(run.rtl).collect();
        let count = pieces.len() as i32;
        let share = |at: i32| x * (at + 1) / count - x * at / count;
        let cell = |(at, text)| Cell { text, advance: share(at), parts: std::mem::take(&mut parts) };
        Some((0..).zip(pieces).map(cell).collect())
    }

    /// The pieces of text in the order in which a reader meets them, going from left to right: of text that runs to the left
    /// its characters.
    fn plain_pieces(&self, rtl: bool) -> impl Iterator<Item = &'a str> + use<'a> {
        let text = self.text;
        let characters = text.char_indices().rev().map(move |(at, c)| &text[at..at + c.len_utf8()]);
        // One of the two is empty.
        (!rtl).then_some(text).into_iter().chain(characters.filter(move |_| rtl))
    }

    /// The same to be drawn.
    ///
    /// A mark at the left end of a right-to-left run would be taken for the end of the text before it, so an invisible
    /// RIGHT-TO-LEFT MARK holds it.
    fn pieces(&self, rtl: bool, leftmost: bool) -> Vec<String> {
        let mut pieces: Vec<String> = self.plain_pieces(rtl).map(str::to_owned).collect();
        if !rtl {
            return pieces;
        }
        let is_mark = |c| unicode_bidi::bidi_class(c) == unicode_bidi::BidiClass::NSM;
        if leftmost && self.text.chars().next_back().is_some_and(is_mark) {
            pieces[0].insert(0, '\u{200f}');
        }
        pieces
    }
}

/// Shares a text among glyphs: a character for each, the rest for the last.
fn parts(text: &str, glyphs: usize) -> impl Iterator<Item = &str> {
    let mut rest = text;
    (1..=glyphs).map(move |at| {
        let one = rest.chars().next().map_or(0, char::len_utf8);
        let (part, after) = rest.split_at(if at == glyphs { rest.len() } else { one });
        rest = after;
        if part.is_empty() { SILENT } else { part }
    })
}

/// Draws a run with the font that the page's resources call `font`.
pub(super) fn draw(out: &mut Vec<u8>, run: &GlyphRun, subset: &Subset, font: &str) {
    if run.glyphs.is_empty() || !run.size.is_finite() || run.size <= 0.0 {
        return;
    }
    put(out, format_args!("BT/{font} "));
    operation(out, &[run.size], "Tf");
    operation(out, &[run.color.r, run.color.g, run.color.b], "rg");
    operation(out, &[1.0, 0.0, 0.0, 1.0, run.x, run.y], "Tm");
    let mut pen = Pen { out, subset, size: run.size, at: 0.0, ideal: 0.0, rise: 0.0, state: State::Outside };
    let mut place = 0.0;
    for cluster in clusters(run) {
        match cluster.spelled_by_one_glyph(run).filter(|glyph| subset.spells(glyph.id, cluster.text)) {
            Some(glyph) => {
                pen.glyph(glyph, cluster.text, place);
                place += pen.thousandths(glyph.advance);
            }
            None => {
                let end = pen.cells(cluster, run, place);
                place = end.unwrap_or_else(|| pen.spelled_out(cluster, run.rtl, place));
            }
        }
    }
    pen.close();
    pen.out.extend_from_slice(b"ET\n");
}

/// Writes glyphs; lengths are in thousandths of the font size.
struct Pen<'a> {
    out: &'a mut Vec<u8>,
    subset: &'a Subset,
    size: f32,
    /// Where a reader's pen is.
    at: f64,
    /// Where it would be if all markers were glyphs in mode 3, as they were once: where a glyph stands depends on how the way to it
    /// was rounded, and what was issued looks the same to the pixel.
    ideal: f64,
    rise: f32,
    state: State,
}

/// Which bracket is open.
#[derive(PartialEq)]
enum State {
    Outside,
    Array,
    Codes,
}

impl Pen<'_> {
    fn thousandths(&self, points: f32) -> f64 {
        f64::from(points) * 1000.0 / f64::from(self.size)
    }

    /// Draws a glyph whose cluster's pen is at `place`.
    fn glyph(&mut self, glyph: &Glyph, text: &str, place: f64) {
        self.lift(glyph.dy);
        self.move_to(place + self.thousandths(glyph.dx));
        let code = self.subset.code(glyph.id, text);
        self.open(State::Codes);
        hex16(self.out, code);
        self.at += self.subset.width(code);
        self.ideal += self.subset.width(code);
    }

    /// Draws a cluster that is a glyph of its own, or several; returns where it ends. Nothing if the font has none for it.
    fn cells(&mut self, cluster: Cluster<'_>, run: &GlyphRun, start: f64) -> Option<f64> {
        let cells = cluster.cells(run)?;
        let codes: Vec<u16> = cells.iter().map(|cell| self.subset.cell(cell)).collect::<Option<_>>()?;
        let pieces = cluster.pieces(run.rtl, start == 0.0);
        self.lift(0.0);
        let mut place = start;
        for ((cell, code), piece) in cells.iter().zip(codes).zip(pieces) {
            // One character needs no span, in which some readers see the end of a piece of text.
            let spanned = piece.chars().nth(1).is_some();
            if spanned {
                self.begin_span(&piece);
            }
            self.move_to(place);
            self.open(State::Codes);
            hex16(self.out, code);
            self.at += self.subset.width(code);
            self.ideal += self.subset.width(code);
            if spanned {
                self.end_span();
            }
            place += f64::from(cell.advance) * 1000.0 / EM;
        }
        Some(place)
    }

    /// Draws a cluster whose glyphs do not spell it; returns where it ends.
    fn spelled_out(&mut self, cluster: Cluster<'_>, rtl: bool, start: f64) -> f64 {
        let pieces = cluster.pieces(rtl, start == 0.0);
        let marker = cluster.glyphs.first().map_or(0, |glyph| glyph.id);
        let end = cluster.glyphs.iter().fold(start, |place, glyph| place + self.thousandths(glyph.advance));
        let part = (end - start) / pieces.len().max(1) as f64;
        self.begin_span(pieces.first().map_or("", String::as_str));
        // A reader takes the first and the last glyph for the span's place: marks must not be the measure.
        if cluster.glyphs.first().is_some_and(|glyph| glyph.dx != 0.0 || glyph.dy != 0.0) {
            self.marker(marker, SILENT, start, 0.0);
        }
        let mut place = start;
        // Without the mark of direction that may stand before it.
        let first = pieces.first().map_or("", |piece| piece.trim_start_matches('\u{200f}'));
        for (glyph, part) in cluster.glyphs.iter().zip(parts(first, cluster.glyphs.len())) {
            self.glyph(glyph, part, place);
            place += self.thousandths(glyph.advance);
        }
        if (self.ideal - start - part).abs() > 1.0 || self.rise != 0.0 {
            self.marker(marker, SILENT, start + part, NEAR);
        }
        self.end_span();
        for (at, piece) in pieces.iter().enumerate().skip(1) {
            self.begin_span(piece);
            self.marker(marker, piece, start + part * at as f64, 0.0);
            self.marker(marker, SILENT, start + part * (at + 1) as f64, NEAR);
            self.end_span();
        }
        end
    }

    fn begin_span(&mut self, text: &str) {
        self.close();
        self.out.extend_from_slice(b"/Span<</ActualText<FEFF");
        utf16_hex(self.out, text);
        self.out.extend_from_slice(b">>>BDC\n");
    }

    fn end_span(&mut self) {
        self.close();
        self.out.extend_from_slice(b"EMC\n");
    }

    /// Shows that the text has a place here: by the glyph that draws nothing, or by another one in rendering mode 3 (invisible)
    /// that takes no room.
    fn marker(&mut self, other: u16, text: &str, place: f64, before: f64) {
        self.lift(0.0);
        let code = self.subset.code(other, text);
        let narrow = self.subset.width(code) * MARKER_SCALE / 100.0;
        if let Some(blank) = self.subset.blank(text) {
            self.step(place);
            self.ideal += narrow;
            self.go(place - before);
            self.open(State::Codes);
            hex16(self.out, blank);
            self.at += self.subset.width(blank);
            return;
        }
        self.move_to(place);
        self.close();
        put(self.out, format_args!("3 Tr {MARKER_SCALE} Tz<"));
        hex16(self.out, code);
        self.out.extend_from_slice(b">Tj 100 Tz 0 Tr\n");
        self.at += narrow;
        self.ideal += narrow;
    }

    fn lift(&mut self, rise: f32) {
        if rise != self.rise {
            self.close();
            number(self.out, rise);
            self.out.extend_from_slice(b" Ts\n");
            self.rise = rise;
        }
    }

    fn move_to(&mut self, place: f64) {
        self.step(place);
        self.go(self.ideal);
    }

    /// Goes by whole thousandths.
    fn step(&mut self, place: f64) {
        let back = (self.ideal - place).round();
        if back.is_finite() {
            self.ideal -= back;
        }
    }

    fn go(&mut self, place: f64) {
        // In an array, a number moves the pen back.
        let back = self.at - place;
        if back.abs() >= 0.000_5 && back.is_finite() {
            self.open(State::Array);
            number(self.out, back as f32);
            self.at -= back;
        }
    }

    fn open(&mut self, wanted: State) {
        if self.state == State::Outside {
            self.out.push(b'[');
            self.state = State::Array;
        }
        match (&self.state, &wanted) {
            (State::Array, State::Codes) => self.out.push(b'<'),
            (State::Codes, State::Array) => self.out.push(b'>'),
            _ => {}
        }
        self.state = wanted;
    }

    fn close(&mut self) {
        if self.state != State::Outside {
            self.open(State::Array);
            self.out.extend_from_slice(b"]TJ\n");
            self.state = State::Outside;
        }
        debug_assert!(self.state == State::Outside);
    }
}
