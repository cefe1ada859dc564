//! Font subsets: the glyphs that a scene uses, as a composite font with widths and a ToUnicode map (ISO 32000-1, 9.7).
//!
//! A code says one text. A glyph that stands for several in one scene (half of a conjunct here, the other half there) has a code
//! for each, and in the font program a copy of its outline: readers that know nothing of `/ActualText` find the letters too.
//!
//! A cluster that its glyphs do not spell is a glyph of its own, put together of theirs, which says its letters ([`Cell`]): a pen that
//! jumps about within it would be taken for gaps, or for lines of their own.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest, Sha256};
use subsetter::GlyphRemapper;
use ttf_parser::{Face, GlyphId};

use super::RenderError;
use super::syntax::{Objects, hex16, put, utf16_hex};
use super::text::{Cell, Cluster, clusters};
use super::truetype::{self, Copy};
use crate::deflate::quick;
use crate::scene::{Drawing, FontData, FontId, FontSource, GlyphRun, Item};

/// PDF objects that one subset takes.
pub(super) const OBJECTS_PER_FONT: u32 = 5;
/// Most characters that one `beginbfchar` section may hold (Adobe technical note 5014).
const BFCHAR_SECTION: usize = 100;
/// Longest text in bytes that a glyph can stand for in a ToUnicode map; more goes into `/ActualText`.
pub(super) const SPELLING_MAX: usize = 64;
/// The table that TrueType outlines are in.
const GLYF: ttf_parser::Tag = ttf_parser::Tag::from_bytes(b"glyf");

/// What [`FontUse::add_letters`] adds: ASCII, and the letters that are frequent in western names. Each costs a few bytes in
/// every file; one that is missing here costs a small subset in the files of those who have it.
const LETTERS: &str = " '(),-./0123456789:ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz\u{2019}\
    ÄÖÜßáãäåçèéêëíñóôöøúü";
/// Most subsets of one face that are kept for the next certificates; each has a few kilobytes.
const MOST_KEPT: usize = 512;
/// Most uses that are remembered, in case they come again.
const MOST_ONCE: usize = 4_096;

/// Stands for a glyph that draws nothing and takes hardly any room, which is added to a face: it marks where letters are that have
/// no glyph of their own. No face has a glyph of this number.
pub(super) const BLANK: u16 = u16::MAX;
/// Width of [`BLANK`], in thousandths of the font size: enough to have a place.
const BLANK_WIDTH: u16 = 1;

/// What a scene uses of one face: each glyph with the texts that it says.
#[derive(Debug, Clone, Default)]
pub(super) struct FontUse<'a> {
    /// In their order, each once. No text: the glyph is used, and what it says is too long.
    said: Vec<(u16, &'a str)>,
    /// Clusters that are glyphs of their own, in their order, each once.
    cells: Vec<Cell<'a>>,
    /// Where those come from.
    composed: Vec<(&'a GlyphRun, Cluster<'a>)>,
}

impl<'a> FontUse<'a> {
    /// The glyphs of the face, in their order.
    fn glyphs(&self) -> Vec<u16> {
        let said = self.said.iter().map(|(glyph, _)| *glyph);
        let mut glyphs: Vec<u16> = said.chain(self.cells.iter().flat_map(Cell::glyphs)).collect();
        glyphs.sort_unstable();
        glyphs.dedup();
        glyphs.retain(|glyph| *glyph != BLANK);
        glyphs
    }

    fn says(&mut self, glyph: u16, text: &'a str) {
        self.said.push((glyph, if text.len() <= SPELLING_MAX { text } else { "" }));
    }

    /// Adds the letters, digits and marks that western names, numbers and dates are written with, as far as the face has them.
    pub(super) fn add_letters(&mut self, face: FontData<'_>) {
        let Ok(face) = Face::parse(face.data, face.index) else { return };
        for (at, letter) in LETTERS.char_indices() {
            if let Some(GlyphId(glyph)) = face.glyph_index(letter).filter(|glyph| glyph.0 != 0)
                && !self.said.iter().any(|(known, text)| *known == glyph && !text.is_empty())
            {
                self.says(glyph, &LETTERS[at..at + letter.len_utf8()]);
            }
        }
        self.settle();
    }

    /// The same with the clusters glyph by glyph that a subset has no glyph for: what cannot be put together still says its letters.
    fn glyph_by_glyph(&self, subset: &Subset) -> Self {
        let mut all = Self { said: self.said.clone(), ..Self::default() };
        for (run, cluster) in &self.composed {
            match cluster.cells(run).filter(|cells| cells.iter().all(|cell| subset.cell(cell).is_some())) {
                Some(cells) => all.cells.extend(cells),
                None => cluster.says(run.rtl, &mut |glyph, text| all.says(glyph, text)),
            }
        }
        all.settle();
        all
    }

    fn settle(&mut self) {
        self.said.sort_unstable();
        self.said.dedup();
        self.cells.sort_unstable();
        self.cells.dedup();
    }

    /// Returns what tells this use from others.
    fn key(&self) -> Box<[u8]> {
        let mut key = Vec::with_capacity(self.said.iter().map(|(_, text)| 3 + text.len()).sum());
        for (glyph, text) in &self.said {
            key.extend_from_slice(&glyph.to_be_bytes());
            // At most [`SPELLING_MAX`].
            key.push(text.len() as u8);
            key.extend_from_slice(text.as_bytes());
        }
        self.cells.iter().for_each(|cell| key.extend_from_slice(&cell.key()));
        key.into()
    }
}

/// Returns what the items use of each face. What was issued before is drawn glyph by glyph, as it was: by another way to its place
/// one may stand a thousandth of the em beside.
pub(super) fn uses<'a>(items: &'a [Item], drawing: Drawing, faces: &dyn FontSource) -> BTreeMap<FontId, FontUse<'a>> {
    let mut fonts: BTreeMap<FontId, FontUse> = BTreeMap::new();
    for item in items {
        let Item::Glyphs(run) = item else { continue };
        let font = fonts.entry(run.font).or_default();
        let has_cells = drawing >= Drawing::Fourth && has_truetype_outlines(faces.face(run.font));
        for cluster in clusters(run) {
            match cluster.spelled_by_one_glyph(run) {
                Some(glyph) => font.says(glyph.id, cluster.text),
                None => match cluster.cells(run).filter(|_| has_cells) {
                    Some(cells) => {
                        font.cells.extend(cells);
                        font.composed.push((run, cluster));
                    }
                    None => cluster.says(run.rtl, &mut |glyph, text| font.says(glyph, text)),
                },
            }
        }
    }
    fonts.values_mut().for_each(FontUse::settle);
    fonts
}

fn has_truetype_outlines(face: FontData<'_>) -> bool {
    ttf_parser::RawFace::parse(face.data, face.index).is_ok_and(|face| face.table(GLYF).is_some())
}

/// How the streams of a subset are compressed.
type Pack = fn(&[u8]) -> Vec<u8>;

/// A subset, ready to be referred to and written.
#[derive(Debug)]
pub(super) struct Subset {
    codes: GlyphRemapper,
    /// By code, in thousandths of the font size.
    widths: Vec<u16>,
    /// By the face's glyph id and what it says there.
    spelled: Spelled,
    /// Codes of clusters, by [`Cell::key`].
    cells: HashMap<Box<[u8]>, u16>,
    name: String,
    descriptor: String,
    kind: Kind,
    /// Size of the font program before compression.
    size: usize,
    /// The compressed streams.
    program: Vec<u8>,
    to_unicode: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    TrueType,
    Cff,
}

#[derive(Debug)]
enum Program {
    TrueType(Vec<u8>),
    Cff(Vec<u8>),
}

impl Subset {
    /// Cuts the used glyphs out of a face. Clusters that cannot be put together there are spelled by their glyphs.
    pub(super) fn new(id: FontId, face: FontData<'_>, used: &FontUse<'_>, pack: Pack) -> Result<Self, RenderError> {
        let subset = Self::cut(id, face, used, pack)?;
        match used.cells.iter().all(|cell| subset.cell(cell).is_some()) {
            true => Ok(subset),
            false => Self::cut(id, face, &used.glyph_by_glyph(&subset), pack),
        }
    }

    fn cut(id: FontId, face: FontData<'_>, used: &FontUse<'_>, pack: Pack) -> Result<Self, RenderError> {
        let failed = |reason: String| RenderError::Font { font: id, reason };
        let parsed = Face::parse(face.data, face.index).map_err(|e| failed(e.to_string()))?;
        let missing = |glyph: &u16| *glyph == 0 || *glyph >= parsed.number_of_glyphs();
        let glyphs = used.glyphs();
        if let Some(glyph) = glyphs.iter().copied().find(missing) {
            return Err(RenderError::Glyph { font: id, glyph });
        }
        let mut codes = GlyphRemapper::new();
        for glyph in &glyphs {
            codes.remap(*glyph);
        }
        let asked = glyphs.len();
        let cut = subsetter::subset(face.data, face.index, &codes).map_err(|e| failed(e.to_string()))?;
        let scale = 1000.0 / f32::from(parsed.units_per_em());
        let width = |glyph: u16| parsed.glyph_hor_advance(GlyphId(glyph)).unwrap_or(0);
        // Parts of composite glyphs stand behind the glyphs that are asked for, and copies behind them.
        let inner = Face::parse(&cut, 0).map_or_else(
            |_| Vec::new(),
            |cut| (asked as u16 + 1..cut.number_of_glyphs()).map(|at| cut.glyph_hor_advance(GlyphId(at))).collect(),
        );
        let first_free = asked + 1 + inner.len();
        let (spelled, mut copies) = coded(used, &codes, first_free);
        let cells = celled(used, &codes, parsed.units_per_em(), first_free, &mut copies);
        let (program, copied) = Program::of(cut, &copies).ok_or_else(|| failed("no outlines".into()))?;
        let (kind, program) = match program {
            Program::TrueType(program) => (Kind::TrueType, program),
            Program::Cff(program) => (Kind::Cff, program),
        };
        let (copies, inner) = if copied && !copies.is_empty() { (copies, inner) } else { (Vec::new(), Vec::new()) };
        let mut widths: Vec<u16> = std::iter::once(width(0))
            .chain(glyphs.into_iter().map(width))
            .chain(inner.into_iter().map(Option::unwrap_or_default))
            .map(|width| (f32::from(width) * scale).round() as u16)
            .collect();
        for copy in copies {
            widths.push(match copy {
                Copy::Blank => BLANK_WIDTH,
                Copy::Same(code) => widths[usize::from(code)],
                Copy::Composed { advance, .. } => (f32::from(advance) * scale).round() as u16,
            });
        }
        let cells = if copied { cells } else { Vec::new() };
        let spelled: Spelled = spelled.into_iter().filter(|one| copied || usize::from(one.2) <= asked).collect();
        Ok(Self {
            widths,
            name: subset_name(&parsed, used),
            descriptor: descriptor(&parsed, scale),
            kind,
            size: program.len(),
            program: pack(&program),
            to_unicode: pack(&to_unicode(&spelled, &cells)),
            spelled,
            cells: cells.into_iter().map(|(cell, code)| (cell.key().into(), code)).collect(),
            codes,
        })
    }

    /// True if all glyphs are in it, spelled alike.
    pub(super) fn has_all(&self, used: &FontUse<'_>) -> bool {
        let said = used.said.iter().all(|(glyph, text)| {
            let drawn = *glyph == BLANK || self.codes.get(*glyph).is_some();
            drawn && (text.is_empty() || self.spells(*glyph, text))
        });
        said && used.cells.iter().all(|cell| self.cell(cell).is_some())
    }

    /// Returns the code of a cluster that is a glyph of its own.
    pub(super) fn cell(&self, cell: &Cell<'_>) -> Option<u16> {
        self.cells.get(cell.key().as_slice()).copied()
    }

    /// Returns the code of a glyph of the scene where it says this text; if there is none, one that draws it.
    pub(super) fn code(&self, glyph: u16, text: &str) -> u16 {
        self.spelling(glyph, text).or_else(|| self.codes.get(glyph)).unwrap_or(0)
    }

    /// Returns the code that draws nothing and says this text; none where the font program cannot be added to.
    pub(super) fn blank(&self, text: &str) -> Option<u16> {
        self.spelling(BLANK, text)
    }

    fn spelling(&self, glyph: u16, text: &str) -> Option<u16> {
        let at = self.spelled.binary_search_by(|(known, said, _)| (*known, &**said).cmp(&(glyph, text)));
        at.ok().map(|at| self.spelled[at].2)
    }

    /// Returns the width that readers give a code, in thousandths of the font size.
    pub(super) fn width(&self, code: u16) -> f64 {
        f64::from(self.widths.get(usize::from(code)).copied().unwrap_or(0))
    }

    /// True if the ToUnicode map gives exactly this text for the glyph.
    pub(super) fn spells(&self, glyph: u16, text: &str) -> bool {
        self.spelling(glyph, text).is_some()
    }

    /// Writes the five objects from number `first` on; `first` is the font that a page's resources name.
    pub(super) fn write(&self, objects: &mut Objects, first: u32) {
        let (kind, key, file_entries) = match self.kind {
            Kind::TrueType => ("CIDFontType2", "FontFile2", format!("/Length1 {}", self.size)),
            Kind::Cff => ("CIDFontType0", "FontFile3", "/Subtype/CIDFontType0C".to_owned()),
        };
        let (name, second, third, fourth, fifth) = (&self.name, first + 1, first + 2, first + 3, first + 4);
        let mut body = Vec::new();
        put(&mut body, format_args!("<</Type/Font/Subtype/Type0/BaseFont/{name}/Encoding/Identity-H"));
        put(&mut body, format_args!("/DescendantFonts[{second} 0 R]/ToUnicode {fifth} 0 R>>"));
        objects.object(first, &body);
        body.clear();
        put(&mut body, format_args!("<</Type/Font/Subtype/{kind}/BaseFont/{name}/CIDSystemInfo"));
        put(&mut body, format_args!("<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/FontDescriptor {third} 0 R"));
        if self.kind == Kind::TrueType {
            body.extend_from_slice(b"/CIDToGIDMap/Identity");
        }
        body.extend_from_slice(b"/DW 0/W[0[");
        for (at, width) in self.widths.iter().enumerate() {
            put(&mut body, format_args!("{}{width}", if at > 0 { " " } else { "" }));
        }
        body.extend_from_slice(b"]]>>");
        objects.object(second, &body);
        body.clear();
        put(&mut body, format_args!("<</Type/FontDescriptor/FontName/{name}{}/{key} {fourth} 0 R>>", self.descriptor));
        objects.object(third, &body);
        objects.stream(fourth, &format!("{file_entries}/Filter/FlateDecode"), &self.program);
        objects.stream(fifth, "/Filter/FlateDecode", &self.to_unicode);
    }
}

/// By the face's glyph and the text, in this order: the code that says it.
type Spelled = Vec<(u16, Box<str>, u16)>;

/// Gives each glyph's first text its own code, and each further one a code after all others; returns with them what is drawn there.
fn coded(used: &FontUse<'_>, codes: &GlyphRemapper, first_free: usize) -> (Spelled, Vec<Copy>) {
    let (mut spelled, mut copies) = (Vec::with_capacity(used.said.len()), Vec::new());
    for said in used.said.chunk_by(|a, b| a.0 == b.0) {
        let own = codes.get(said[0].0);
        for (at, (glyph, text)) in said.iter().filter(|(_, text)| !text.is_empty()).enumerate() {
            let free = (first_free + copies.len()) as u16;
            let code = own.filter(|_| at == 0).unwrap_or(free);
            if code == free {
                copies.push(own.map_or(Copy::Blank, Copy::Same));
            }
            spelled.push((*glyph, Box::from(*text), code));
        }
    }
    (spelled, copies)
}

/// Gives each cluster a code after all others, as far as it can be put together.
fn celled<'a, 'b>(
    used: &'b FontUse<'a>,
    codes: &GlyphRemapper,
    per_em: u16,
    first_free: usize,
    copies: &mut Vec<Copy>,
) -> Vec<(&'b Cell<'a>, u16)> {
    let mut cells = Vec::with_capacity(used.cells.len());
    for cell in &used.cells {
        if let Some(composed) = cell.composed(per_em, &|glyph| codes.get(glyph)) {
            cells.push((cell, (first_free + copies.len()) as u16));
            copies.push(composed);
        }
    }
    cells
}

/// The CMap of 9.10.3, from codes to UTF-16.
fn to_unicode(spelled: &Spelled, cells: &[(&Cell<'_>, u16)]) -> Vec<u8> {
    let mut out = b"/CIDInit/ProcSet findresource begin 12 dict begin begincmap/CIDSystemInfo<</Registry(Adobe)\
        /Ordering(UCS)/Supplement 0>>def/CMapName/Adobe-Identity-UCS def/CMapType 2 def\n\
        1 begincodespacerange<0000><FFFF>endcodespacerange\n"
        .to_vec();
    let cells = cells.iter().map(|(cell, code)| (*code, cell.text()));
    let mut spelled: Vec<(u16, &str)> = spelled.iter().map(|(_, text, code)| (*code, &**text)).chain(cells).collect();
    spelled.sort_unstable();
    for section in spelled.chunks(BFCHAR_SECTION) {
        put(&mut out, format_args!("{} beginbfchar\n", section.len()));
        for (code, text) in section {
            out.push(b'<');
            hex16(&mut out, *code);
            out.extend_from_slice(b"><");
            utf16_hex(&mut out, text);
            out.extend_from_slice(b">\n");
        }
        out.extend_from_slice(b"endbfchar\n");
    }
    out.extend_from_slice(b"endcmap CMapName currentdict/CMap defineresource pop end end");
    out
}

/// Subsets that were made before: numbers and dates use the same few glyphs again and again.
#[derive(Debug, Default)]
pub(super) struct Kept(Mutex<Memory>);

#[derive(Debug, Default)]
struct Memory {
    /// By what is used of their faces.
    subsets: BTreeMap<FontId, HashMap<Box<[u8]>, Arc<Subset>>>,
    /// What was used once, by a hash.
    once: HashSet<u64>,
}

impl Kept {
    /// Returns the subset for what is used of a face. It is kept when it is asked for again, so that names, which hardly repeat,
    /// do not fill the memory; a face's subsets are dropped when there are [`MOST_KEPT`].
    pub(super) fn subset(
        &self,
        id: FontId,
        face: FontData<'_>,
        used: &FontUse<'_>,
    ) -> Result<Arc<Subset>, RenderError> {
        let memory = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = used.key();
        if let Some(subset) = memory().subsets.get(&id).and_then(|kept| kept.get(&key)) {
            return Ok(Arc::clone(subset));
        }
        let subset = Arc::new(Subset::new(id, face, used, |data| quick(data, &[]))?);
        memory().keep(id, key, &subset);
        Ok(subset)
    }
}

impl Memory {
    fn keep(&mut self, id: FontId, key: Box<[u8]>, subset: &Arc<Subset>) {
        if self.once.len() >= MOST_ONCE {
            self.once.clear();
        }
        let mut hash = DefaultHasher::new();
        (id, &key).hash(&mut hash);
        if !self.once.insert(hash.finish()) {
            let kept = self.subsets.entry(id).or_default();
            if kept.len() >= MOST_KEPT {
                kept.clear();
            }
            kept.insert(key, Arc::clone(subset));
        }
    }
}

impl Program {
    /// Also says whether the copies that are asked for are in it.
    fn of(cut: Vec<u8>, copies: &[Copy]) -> Option<(Self, bool)> {
        let face = ttf_parser::RawFace::parse(&cut, 0).ok()?;
        if let Some(cff) = face.table(ttf_parser::Tag::from_bytes(b"CFF ")) {
            return Some((Self::Cff(cff.to_vec()), false));
        }
        face.table(GLYF)?;
        let slim = truetype::slim(&cut, copies);
        let copied = slim.is_some();
        Some((Self::TrueType(slim.unwrap_or(cut)), copied))
    }
}

/// `ABCDEF+Name` (9.6.4): the tag is made from the glyphs, so that two subsets of one face differ in name.
fn subset_name(face: &Face<'_>, used: &FontUse<'_>) -> String {
    let mut hash = Sha256::new();
    for said in used.said.chunk_by(|a, b| a.0 == b.0) {
        hash.update(said[0].0.to_be_bytes());
        said.iter().filter(|(_, text)| !text.is_empty()).skip(1).for_each(|(_, text)| hash.update(text));
    }
    used.cells.iter().for_each(|cell| hash.update(cell.key()));
    let tag: String = hash.finalize().iter().take(6).map(|byte| char::from(b'A' + byte % 26)).collect();
    let names = face.names().into_iter();
    let own = names.filter(|name| name.name_id == ttf_parser::name_id::POST_SCRIPT_NAME).find_map(|n| n.to_string());
    let own: String =
        own.unwrap_or_default().chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(63).collect();
    format!("{tag}+{}", if own.is_empty() { "Font" } else { &own })
}

/// The entries of 9.8.1 that do not depend on the subset.
fn descriptor(face: &Face<'_>, scale: f32) -> String {
    let units = |value: i16| (f32::from(value) * scale).round() as i32;
    let bounds = face.global_bounding_box();
    // Symbolic (bit 3): the codes are glyph ids, not characters of a standard encoding.
    let flags = 4 | i32::from(face.is_monospaced()) | (i32::from(face.is_italic()) << 6);
    let angle = face.italic_angle();
    format!(
        "/Flags {flags}/FontBBox[{} {} {} {}]/ItalicAngle {}/Ascent {}/Descent {}/CapHeight {}/StemV {}",
        units(bounds.x_min),
        units(bounds.y_min),
        units(bounds.x_max),
        units(bounds.y_max),
        if angle.is_finite() { angle.round() as i32 } else { 0 },
        units(face.ascender()),
        units(face.descender()),
        units(face.capital_height().unwrap_or(face.ascender())),
        10 + i32::from(face.weight().to_number()) / 5,
    )
}
