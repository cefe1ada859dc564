//! Shapes text: direction (UAX 9), scripts (UAX 24), font fallback per grapheme cluster (UAX 29), OpenType.

use std::ops::Range;

use harfrust::{
    Buffer, BufferFlags, ClusterLevel, Direction, Feature, Language, Script, ShapeOptions, ShaperFont, Tag,
};
use unicode_bidi::{Level, ParagraphBidiInfo};
use unicode_normalization::UnicodeNormalization;
use unicode_script::{Script as UnicodeScript, UnicodeScript as _};
use unicode_segmentation::UnicodeSegmentation;

use super::builtin::HAN;
use super::fonts::{FontLibrary, FontStack};
use super::tongue;
use super::words::Words;
use crate::scene::FontId;

/// What of a style changes the shapes.
#[derive(Debug, Clone)]
pub(super) struct TextStyle {
    pub stack: FontStack,
    /// Extra space after a character, in ems.
    pub letter_spacing: f32,
    /// A script of which the wanted family has some letters alone, as the `π` of mathematics, is drawn by another face as a whole.
    pub whole_scripts: bool,
    /// The language of the page.
    pub language: String,
}

/// A line's worth or more of text with one base direction.
pub(super) struct Paragraph {
    pub text: String,
    pub items: Vec<TextItem>,
}

/// A stretch of one font, script, language and direction.
#[derive(Clone)]
pub(super) struct TextItem {
    pub range: Range<usize>,
    pub face: FontId,
    pub level: Level,
    script: UnicodeScript,
    language: Option<Language>,
    /// In visual order.
    pub glyphs: Vec<ShapedGlyph>,
}

impl TextItem {
    /// Returns the language in which its text is read aloud, if that is not the page's.
    pub(super) fn tongue(&self, text: &str, page: &str) -> Option<Box<str>> {
        tongue::other(text, self.script, self.language.as_ref().map(Language::as_str), page).map(Into::into)
    }
}

/// A glyph, measured in ems.
#[derive(Debug, Clone, Copy)]
pub(super) struct ShapedGlyph {
    pub id: u16,
    pub advance: f32,
    pub dx: f32,
    pub dy: f32,
    pub start: usize,
    pub end: usize,
}

/// A character that no font can draw.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NoGlyph(pub char);

/// Shapes a paragraph. `base` is its direction, or the first strong character's.
pub(super) fn shape(
    fonts: &FontLibrary,
    style: &TextStyle,
    words: Words,
    base: Option<Level>,
) -> Result<Paragraph, NoGlyph> {
    let bidi = ParagraphBidiInfo::new(&words.text, base);
    let mut items = itemize(fonts, style, &words, &bidi.levels)?;
    let mut buffer = Buffer::new();
    for item in &mut items {
        buffer = shape_item(fonts, style, &words.text, item, buffer)?;
    }
    Ok(Paragraph { text: words.text, items })
}

impl Paragraph {
    /// Returns the items of a part of the text, shaped again where the part cuts one.
    pub(super) fn part(
        &self,
        fonts: &FontLibrary,
        style: &TextStyle,
        part: &Range<usize>,
    ) -> Result<Vec<TextItem>, NoGlyph> {
        let mut items = Vec::new();
        for item in &self.items {
            let range = item.range.start.max(part.start)..item.range.end.min(part.end);
            if range.is_empty() {
                continue;
            }
            let mut cut = TextItem { range: range.clone(), glyphs: Vec::new(), ..item.clone() };
            if range == item.range {
                cut.glyphs.clone_from(&item.glyphs);
            } else {
                shape_item(fonts, style, &self.text, &mut cut, Buffer::new())?;
            }
            items.push(cut);
        }
        Ok(items)
    }
}

/// Returns how high the ink of tall scripts stands in all, from its lowest to its highest point, in ems: what is written in them
/// has marks above and below letters, some of them stacked.
pub(super) fn tallest(fonts: &FontLibrary, paragraphs: &[Paragraph]) -> f32 {
    let (mut top, mut bottom) = (0.0_f32, 0.0_f32);
    for item in paragraphs.iter().flat_map(|paragraph| &paragraph.items).filter(|item| !may_be_spaced(item.script)) {
        let face = fonts.face(item.face);
        let Ok(parsed) = ttf_parser::Face::parse(face.data(), face.index) else { continue };
        for glyph in &item.glyphs {
            let Some(ink) = parsed.glyph_bounding_box(ttf_parser::GlyphId(glyph.id)) else { continue };
            let em = f32::from(face.units_per_em);
            top = top.max(f32::from(ink.y_max) / em + glyph.dy);
            bottom = bottom.min(f32::from(ink.y_min) / em + glyph.dy);
        }
    }
    top - bottom
}

/// Puts the items of one line into visual order (UAX 9, rule L2).
pub(super) fn visual_order(items: Vec<TextItem>) -> Vec<TextItem> {
    let levels: Vec<Level> = items.iter().map(|item| item.level).collect();
    if levels.iter().all(|level| level.is_ltr()) {
        return items;
    }
    let order = ParagraphBidiInfo::reorder_visual(&levels);
    order.into_iter().map(|at| items[at].clone()).collect()
}

/// Cuts the text where level, script, language or face changes.
fn itemize(fonts: &FontLibrary, style: &TextStyle, words: &Words, levels: &[Level]) -> Result<Vec<TextItem>, NoGlyph> {
    let mut items: Vec<TextItem> = Vec::new();
    let partial = if style.whole_scripts { partial_scripts(fonts, &style.stack, &words.text) } else { Vec::new() };
    let last_resort = for_other_words(fonts, &style.stack, &words.text);
    for (at, cluster) in words.text.grapheme_indices(true) {
        let own = script_of(cluster);
        let language = words.language_at(at);
        let last = items.last_mut();
        let whole = own.is_none_or(|own| !partial.contains(&own));
        let before = last.as_ref().map(|item| item.face);
        let face = choose(fonts, (&style.stack, &last_resort), cluster, whole, before)?;
        let end = at + cluster.len();
        match last {
            Some(item)
                if item.face == face
                    && item.level == levels[at]
                    && item.language.as_ref() == language
                    && (own.is_none() || own == Some(item.script) || item.script == UnicodeScript::Common) =>
            {
                item.range.end = end;
                if item.script == UnicodeScript::Common {
                    item.script = own.unwrap_or(UnicodeScript::Common);
                }
            }
            last => {
                let inherited = last.map_or(UnicodeScript::Common, |item| item.script);
                let script = own.unwrap_or(inherited);
                let (level, language) = (levels[at], language.cloned());
                items.push(TextItem { range: at..end, face, level, script, language, glyphs: Vec::new() });
            }
        }
    }
    Ok(items)
}

/// Returns the script of a cluster's first character that has one of its own.
fn script_of(cluster: &str) -> Option<UnicodeScript> {
    let own = |script: &UnicodeScript| {
        !matches!(script, UnicodeScript::Common | UnicodeScript::Inherited | UnicodeScript::Unknown)
    };
    cluster.chars().map(|c| c.script()).find(own)
}

/// Chooses the first face that draws the whole cluster: of the requested family, else the one before it, else any; of the last resort
/// only where no other does.
/// White space stays with what stands before it.
fn choose(
    fonts: &FontLibrary,
    (stack, last_resort): (&FontStack, &[FontId]),
    cluster: &str,
    whole: bool,
    before: Option<FontId>,
) -> Result<FontId, NoGlyph> {
    let draws = |id: &FontId| covers(fonts, *id, cluster);
    let wanted = &stack.faces[..stack.requested];
    let requested = if whole { wanted } else { &[] };
    let keep = before.filter(|id| draws(id));
    let first_choice = if cluster.chars().all(char::is_whitespace) { keep } else { None };
    first_choice
        .or_else(|| requested.iter().copied().find(draws))
        .or(keep.filter(|_| script_of(cluster).is_none()))
        .or_else(|| stack.faces[stack.requested..].iter().copied().filter(|id| !last_resort.contains(id)).find(draws))
        .or_else(|| stack.system(fonts).iter().copied().find(draws))
        .or_else(|| wanted.iter().copied().find(draws))
        .or_else(|| last_resort.iter().copied().find(draws))
        .ok_or_else(|| NoGlyph(missing(fonts, stack, cluster)))
}

/// The scripts of a text of which the wanted family lacks a letter. Latin is left out: a rare letter in another face is less to
/// look at than a whole name in it.
fn partial_scripts(fonts: &FontLibrary, stack: &FontStack, text: &str) -> Vec<UnicodeScript> {
    let wanted = &stack.faces[..stack.requested];
    let lacks = |cluster: &&str| !wanted.iter().any(|id| covers(fonts, *id, cluster));
    let lacking = text.graphemes(true).filter(lacks).filter_map(script_of);
    lacking.filter(|script| *script != UnicodeScript::Latin).collect()
}

/// The faces that have the characters of the built-in templates' own Chinese words alone, where a text has others: a name would be drawn
/// half by one face and half by another.
fn for_other_words(fonts: &FontLibrary, stack: &FontStack, text: &str) -> Vec<FontId> {
    let han = |cluster: &&str| script_of(cluster) == Some(UnicodeScript::Han);
    if text.is_ascii() || !text.graphemes(true).any(|cluster| han(&cluster)) {
        return Vec::new();
    }
    let is_partial = |id: &FontId| {
        let data = fonts.face(*id).data();
        data.len() == HAN.len()
            && data == HAN
            && text.graphemes(true).filter(han).any(|cluster| !covers(fonts, *id, cluster))
    };
    stack.faces[stack.requested..].iter().copied().filter(is_partial).collect()
}

fn covers(fonts: &FontLibrary, id: FontId, cluster: &str) -> bool {
    let face = fonts.face(id);
    let draws = |c: char| is_ignorable(c) || face.covers(c);
    cluster.chars().all(draws) || (cluster.len() > 1 && (cluster.nfc().all(draws) || cluster.nfd().all(draws)))
}

/// Returns the character to name when nothing draws the cluster.
fn missing(fonts: &FontLibrary, stack: &FontStack, cluster: &str) -> char {
    let drawn = |c: &char| {
        is_ignorable(*c) || stack.faces.iter().chain(stack.system(fonts)).any(|id| fonts.face(*id).covers(*c))
    };
    cluster.chars().find(|c| !drawn(c)).or_else(|| cluster.chars().last()).unwrap_or('\u{FFFD}')
}

/// Characters that are never drawn: joiners, direction marks, variation selectors (Default_Ignorable_Code_Point).
pub(super) fn is_ignorable(c: char) -> bool {
    matches!(c,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{17B4}'..='\u{17B5}' | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}'
        | '\u{E0000}'..='\u{E0FFF}')
}

fn shape_item(
    fonts: &FontLibrary,
    style: &TextStyle,
    text: &str,
    item: &mut TextItem,
    mut buffer: Buffer,
) -> Result<Buffer, NoGlyph> {
    let face = fonts.face(item.face);
    let first = || text[item.range.clone()].chars().next().unwrap_or(' ');
    let font = face.shaper_font().ok_or_else(|| NoGlyph(first()))?;
    let direction = if item.level.is_rtl() { Direction::RightToLeft } else { Direction::LeftToRight };
    let script = shaper_script(item.script);
    let spaced = style.letter_spacing != 0.0 && may_be_spaced(item.script);
    let features: &[Feature] = if spaced { &no_ligatures() } else { &[] };
    let plan = face.plan(font, (script, item.language.as_ref()), direction, features);

    buffer.reset();
    buffer.set_pre_context(&text[..item.range.start]);
    for (at, character) in text[item.range.clone()].char_indices() {
        buffer.push(u32::from(character), (item.range.start + at) as u32);
    }
    buffer.set_post_context(&text[item.range.end..]);
    buffer.set_direction(direction);
    buffer.set_script(Some(script));
    buffer.set_language(item.language.clone());
    buffer.set_cluster_level(ClusterLevel::MonotoneGraphemes);
    buffer.set_flags(BufferFlags::REMOVE_DEFAULT_IGNORABLES);
    harfrust::shape(&ShaperFont::new(font), &mut buffer, ShapeOptions::new().plan(Some(&plan)).features(features))
        .map_err(|_| NoGlyph(first()))?;

    let extra = if spaced { style.letter_spacing } else { 0.0 };
    item.glyphs = glyphs(&buffer, &item.range, f32::from(face.units_per_em), extra);
    match item.glyphs.iter().find(|glyph| glyph.id == 0) {
        Some(glyph) => Err(NoGlyph(text[glyph.start..].chars().next().unwrap_or(' '))),
        None => Ok(buffer),
    }
}

/// Reads the buffer; a cluster ends where the next one in the text begins.
fn glyphs(buffer: &Buffer, range: &Range<usize>, em: f32, extra: f32) -> Vec<ShapedGlyph> {
    let infos = buffer.glyph_infos();
    let mut starts: Vec<usize> = infos.iter().map(|info| info.cluster as usize).collect();
    starts.sort_unstable();
    starts.dedup();
    let end_of = |start: usize| {
        let at = starts.partition_point(|s| *s <= start);
        starts.get(at).copied().unwrap_or(range.end)
    };
    let first = starts.first().copied().unwrap_or(range.start);
    let glyph = |(info, position): (&harfrust::GlyphInfo, &harfrust::GlyphPosition)| {
        let start = info.cluster as usize;
        let advance = position.x_advance as f32 / em;
        ShapedGlyph {
            id: u16::try_from(info.glyph_id).unwrap_or(0),
            advance: if position.x_advance > 0 { advance + extra } else { advance },
            dx: position.x_offset as f32 / em,
            dy: position.y_offset as f32 / em,
            start: if start == first { range.start } else { start },
            end: end_of(start),
        }
    };
    infos.iter().zip(buffer.glyph_positions()).map(glyph).collect()
}

fn shaper_script(script: UnicodeScript) -> Script {
    let name = script.short_name().as_bytes();
    let tag: [u8; 4] = name.try_into().unwrap_or(*b"Zyyy");
    Script::from_iso15924_tag(Tag::new(&tag)).expect("a four-letter tag is not zero")
}

/// Scripts whose letters stand apart; the others would be torn.
fn may_be_spaced(script: UnicodeScript) -> bool {
    use UnicodeScript as S;
    matches!(
        script,
        S::Common
            | S::Latin
            | S::Greek
            | S::Cyrillic
            | S::Armenian
            | S::Georgian
            | S::Hebrew
            | S::Han
            | S::Hiragana
            | S::Katakana
            | S::Hangul
            | S::Ethiopic
    )
}

fn no_ligatures() -> [Feature; 2] {
    [Feature::new(Tag::new(b"liga"), 0, ..), Feature::new(Tag::new(b"clig"), 0, ..)]
}
