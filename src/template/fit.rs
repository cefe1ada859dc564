//! Fits text into a box: shrinks it, breaks it into lines (UAX 14), places the lines.

use std::ops::Range;
use std::sync::LazyLock;

use icu_segmenter::options::LineBreakOptions;
use icu_segmenter::{LineSegmenter, LineSegmenterBorrowed};
use unicode_bidi::Level;

use super::fonts::FontLibrary;
use super::model::{Align, TextBox, Vertical};
use super::text::{self, NoGlyph, Paragraph, TextItem, TextStyle};
use super::vector::{Frame, POINTS};
use super::words::Words;
use crate::scene::{Drawing, Glyph, GlyphRun, Item};

/// Steps from the wanted to the smallest size when lines are broken anew at each.
const SHRINK_STEPS: u32 = 16;
/// White between the lowest ink of one line of a tall script and the highest of the next, in sizes.
const BETWEEN: f32 = 0.05;
/// Rounding that does not count as too wide.
const SLACK: f32 = 1.0001;

/// Why a text is not in its box.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unfit {
    NoGlyph(char),
    TooLarge,
}

impl From<NoGlyph> for Unfit {
    fn from(NoGlyph(character): NoGlyph) -> Self {
        Self::NoGlyph(character)
    }
}

/// Lays a text out in a box.
pub(super) fn fit(
    fonts: &FontLibrary,
    style: &TextStyle,
    place: &TextBox,
    frame: Frame,
    words: &Words,
    base: Option<Level>,
    drawing: Drawing,
) -> Result<Vec<Item>, Unfit> {
    let mut paragraphs = Vec::new();
    for line in words.lines() {
        paragraphs.push(text::shape(fonts, style, line, base)?);
    }
    let pitch = match drawing {
        Drawing::First => place.line_height,
        Drawing::Second | Drawing::Third | Drawing::Fourth | Drawing::Fifth => {
            place.line_height.max(text::tallest(fonts, &paragraphs) + BETWEEN)
        }
    };
    let (size, lines) = choose_size(place, &paragraphs, pitch).ok_or(Unfit::TooLarge)?;
    let mut items = Vec::new();
    let mut baseline = first_baseline(fonts, style, place, frame, size, block(place, lines.len(), pitch) * size);
    for (at, range) in lines {
        let paragraph: &Paragraph = &paragraphs[at];
        let line = text::visual_order(paragraph.part(fonts, style, &range)?);
        draw_line(&mut items, (place, frame), (style, &paragraph.text), line, size, baseline);
        baseline -= size * pitch;
    }
    Ok(items)
}

/// Height of lines, in sizes.
fn block(place: &TextBox, lines: usize, pitch: f32) -> f32 {
    // The first line has the box's own height, so that one line alone stands where the designer sees it in any script.
    if pitch == place.line_height { lines as f32 * pitch } else { (lines as f32 - 1.0) * pitch + place.line_height }
}

type Lines = Vec<(usize, Range<usize>)>;

fn choose_size(place: &TextBox, paragraphs: &[Paragraph], pitch: f32) -> Option<(f32, Lines)> {
    let smallest = place.min_size.unwrap_or(place.size);
    if place.wrap {
        // Readers of the file drop a hyphen at a line's end, and a double name with it: only if nothing else helps.
        return choose_wrapped(place, paragraphs, smallest, pitch, false)
            .or_else(|| choose_wrapped(place, paragraphs, smallest, pitch, true));
    }
    let lines: Lines = paragraphs.iter().enumerate().map(|(at, p)| (at, trimmed(&p.text, 0..p.text.len()))).collect();
    let width = paragraphs.iter().map(|p| width_of(&p.items, 0..p.text.trim_end().len())).fold(0.0, f32::max);
    let mut size = place.size;
    if width > 0.0 {
        size = size.min(place.width * POINTS / width * SLACK);
    }
    // One line may stand out of a box that is lower than the type; more lines must not run over what lies below.
    if lines.len() > 1 {
        size = size.min(place.height * POINTS / block(place, lines.len(), pitch) * SLACK);
    }
    (size >= smallest / SLACK).then_some((size, lines))
}

fn choose_wrapped(
    place: &TextBox,
    paragraphs: &[Paragraph],
    smallest: f32,
    pitch: f32,
    hyphens: bool,
) -> Option<(f32, Lines)> {
    let breaks: Vec<Vec<usize>> = paragraphs.iter().map(|p| break_opportunities(&p.text, hyphens)).collect();
    let advances: Vec<Vec<f32>> = paragraphs.iter().map(prefix_widths).collect();
    let steps = if smallest < place.size { SHRINK_STEPS } else { 0 };
    (0..=steps).find_map(|step| {
        let size = place.size - (place.size - smallest) * step as f32 / SHRINK_STEPS as f32;
        let width = place.width * POINTS / size * SLACK;
        let mut lines = Vec::new();
        for (at, paragraph) in paragraphs.iter().enumerate() {
            lines.extend(wrap(&paragraph.text, &breaks[at], &advances[at], width)?.into_iter().map(|line| (at, line)));
        }
        let height = block(place, lines.len(), pitch) * size;
        (height <= place.height * POINTS * SLACK || lines.len() == 1).then_some((size, lines))
    })
}

fn break_opportunities(text: &str, hyphens: bool) -> Vec<usize> {
    static SEGMENTER: LazyLock<LineSegmenterBorrowed<'static>> =
        LazyLock::new(|| LineSegmenter::new_dictionary(LineBreakOptions::default()));
    let allowed = |at: &usize| hyphens || *at == text.len() || !text[..*at].ends_with(['-', '\u{2010}', '\u{58A}']);
    SEGMENTER.segment_str(text).filter(|at| *at > 0 && allowed(at)).collect()
}

/// Returns the width of the text before each byte, in ems.
fn prefix_widths(paragraph: &Paragraph) -> Vec<f32> {
    let mut widths = vec![0.0; paragraph.text.len() + 1];
    for glyph in paragraph.items.iter().flat_map(|item| &item.glyphs) {
        widths[glyph.end] += glyph.advance;
    }
    let mut sum = 0.0;
    for width in &mut widths {
        sum += *width;
        *width = sum;
    }
    widths
}

/// Breaks greedily; nothing if one piece alone is too wide.
fn wrap(text: &str, breaks: &[usize], widths: &[f32], width: f32) -> Option<Vec<Range<usize>>> {
    let mut lines = Vec::new();
    let (mut start, mut end) = (0, 0);
    let fits = |range: Range<usize>| {
        let range = trimmed(text, range);
        widths[range.end] - widths[range.start] <= width
    };
    for &next in breaks {
        if !fits(start..next) && end > start {
            lines.push(trimmed(text, start..end));
            start = end;
        }
        if !fits(start..next) {
            return None;
        }
        end = next;
    }
    lines.push(trimmed(text, start..text.len()));
    Some(lines)
}

fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let part = &text[range.clone()];
    let lead = part.len() - part.trim_start().len();
    if lead == part.len() { range.start..range.start } else { range.start + lead..range.start + part.trim_end().len() }
}

fn width_of(items: &[TextItem], part: Range<usize>) -> f32 {
    let glyphs = items.iter().flat_map(|item| &item.glyphs);
    glyphs.filter(|glyph| part.contains(&glyph.start)).map(|glyph| glyph.advance).sum()
}

fn first_baseline(fonts: &FontLibrary, style: &TextStyle, place: &TextBox, frame: Frame, size: f32, block: f32) -> f32 {
    let face = fonts.face(style.stack.faces[0]);
    let em = f32::from(face.units_per_em);
    let (ascent, descent) = (f32::from(face.ascender) / em, -f32::from(face.descender) / em);
    let lead = (place.line_height - ascent - descent) / 2.0 + ascent;
    let free = place.height * POINTS - block;
    let shift = match place.vertical {
        Vertical::Top => 0.0,
        Vertical::Middle => free / 2.0,
        Vertical::Bottom => free,
    };
    frame.y(place.y) - shift - lead * size
}

fn draw_line(
    out: &mut Vec<Item>,
    (place, frame): (&TextBox, Frame),
    (style, text): (&TextStyle, &str),
    line: Vec<TextItem>,
    size: f32,
    baseline: f32,
) {
    let glyph_width = |item: &TextItem| item.glyphs.iter().map(|glyph| glyph.advance).sum::<f32>() * size;
    let spacing =
        if line.last().is_some_and(|item| !item.glyphs.is_empty()) { place.letter_spacing * size } else { 0.0 };
    let width: f32 = line.iter().map(glyph_width).sum::<f32>() - spacing.max(0.0);
    let free = place.width * POINTS - width;
    let mut x = frame.x(place.x)
        + match place.align {
            Align::Left => 0.0,
            Align::Center => free / 2.0,
            Align::Right => free,
        };
    for item in line {
        let advance = glyph_width(&item);
        if let Some(run) = run(place, text, &item, size, x, baseline) {
            let language = item.tongue(&run.text, &style.language);
            out.push(Item::Glyphs(GlyphRun { language, ..run }));
        }
        x += advance;
    }
}

fn run(place: &TextBox, text: &str, item: &TextItem, size: f32, x: f32, y: f32) -> Option<GlyphRun> {
    if item.glyphs.is_empty() {
        return None;
    }
    let (own, map) = without_isolates(&text[item.range.clone()]);
    let at = |byte: usize| map.as_ref().map_or(byte - item.range.start, |map| map[byte - item.range.start]) as u32;
    let glyphs = item.glyphs.iter().map(|glyph| Glyph {
        id: glyph.id,
        advance: glyph.advance * size,
        dx: glyph.dx * size,
        dy: glyph.dy * size,
        cluster: (at(glyph.start), at(glyph.end)),
    });
    Some(GlyphRun {
        font: item.face,
        size,
        color: place.color.into(),
        x,
        y,
        glyphs: glyphs.collect(),
        text: own,
        rtl: item.level.is_rtl(),
        language: None,
    })
}

/// Takes out the isolates that the layout put around values, and says where each byte went.
fn without_isolates(text: &str) -> (String, Option<Vec<usize>>) {
    if !text.contains(['\u{2068}', '\u{2069}']) {
        return (text.to_owned(), None);
    }
    let mut kept = String::new();
    let mut map = Vec::with_capacity(text.len() + 1);
    for character in text.chars() {
        map.extend((0..character.len_utf8()).map(|_| kept.len()));
        if !matches!(character, '\u{2068}' | '\u{2069}') {
            kept.push(character);
        }
    }
    map.push(kept.len());
    (kept, Some(map))
}
