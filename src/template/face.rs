//! Font files and the faces in them.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock, RwLock};

use harfrust::{Direction, Feature, Font, Language, Script, ShapePlan, ShapePlanKey};

/// Largest font file that is read, in bytes (system CJK collections have about 20 MB).
pub const MAX_FONT_BYTES: usize = 64 << 20;

/// The bytes of a font file, shared by the faces of a collection.
#[derive(Clone)]
pub(super) enum FontBytes {
    Embedded(&'static [u8]),
    Shared(Arc<Vec<u8>>),
    OnDisk(Arc<OnDisk>),
}

/// A font file that is read when a text first needs it: a run over Latin names does not hold the fonts of all Han characters.
#[derive(Debug)]
pub(super) struct OnDisk {
    path: PathBuf,
    length: usize,
    bytes: OnceLock<Option<Arc<Vec<u8>>>>,
}

impl OnDisk {
    /// Remembers a file whose coverage was read from so many bytes.
    pub(super) fn new(path: PathBuf, length: usize) -> Self {
        Self { path, length, bytes: OnceLock::new() }
    }

    /// Returns the bytes, unless the file is gone or another one by now.
    fn get(&self) -> Option<&Arc<Vec<u8>>> {
        let read = || std::fs::read(&self.path).ok().filter(|bytes| bytes.len() == self.length).map(Arc::new);
        self.bytes.get_or_init(read).as_ref()
    }
}

impl AsRef<[u8]> for FontBytes {
    fn as_ref(&self) -> &[u8] {
        match self {
            Self::Embedded(bytes) => bytes,
            Self::Shared(bytes) => bytes,
            Self::OnDisk(file) => file.get().map_or(&[], |bytes| bytes.as_slice()),
        }
    }
}

/// Where a face came from; earlier kinds win when several could draw a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FontOrigin {
    /// An asset of the template.
    Template,
    /// Part of the program.
    Builtin,
    /// Found in a folder that the operator named.
    Folder,
    /// Found among the system's fonts; only fills gaps.
    System,
}

/// A variable font at one weight.
#[derive(Clone)]
pub(super) struct Varied {
    pub(super) bytes: Arc<Vec<u8>>,
    /// Index in a collection.
    pub(super) index: u32,
    /// The weight; nothing where it is the one that the font has by default.
    pub(super) weight: Option<u16>,
}

impl Varied {
    fn font(&self) -> Option<Font> {
        let font = Font::new(blob(&self.bytes), self.index)?;
        let weight = self.weight.map(|weight| ("wght", f32::from(weight)));
        Some(font.instance_builder().variations(weight).build())
    }
}

/// One face: its file, its names and its vertical metrics in font units.
#[derive(Clone)]
pub struct FontFace {
    pub(super) bytes: FontBytes,
    /// Index in a collection.
    pub index: u32,
    /// Family name as the file gives it.
    pub family: String,
    /// OpenType weight class, 1 to 1000.
    pub weight: u16,
    /// True for italic and oblique faces.
    pub italic: bool,
    /// True if strokes end in serifs, as far as the names tell.
    pub serif: bool,
    /// Where it came from.
    pub origin: FontOrigin,
    /// Units per em.
    pub units_per_em: u16,
    /// Height above the baseline.
    pub ascender: i16,
    /// Depth below the baseline, negative.
    pub descender: i16,
    /// Height of capitals, or seven tenths of the em where the file does not say.
    pub cap_height: i16,
    /// Of an instance of a variable font: where it was made of, for the shaper, which looks up distances between letters there.
    pub(super) varied: Option<Varied>,
    /// Among the system's, one that earlier versions of the program passed over: asked after those that they knew, so that what was
    /// issued is drawn by the same faces.
    pub(super) late: bool,
    coverage: Coverage,
    shaping: Arc<Shaping>,
}

/// Returns the family that a face names, and whether the record that comes first was of no use: those for the Macintosh (OpenType,
/// "name", platform 1) come first in sorted tables and are not in Unicode.
fn family(face: &ttf_parser::Face<'_>) -> Option<(String, bool)> {
    use ttf_parser::name_id::{FAMILY, TYPOGRAPHIC_FAMILY};
    let names = |id| face.names().into_iter().filter(move |name| name.name_id == id);
    let is_english = |name: &ttf_parser::name::Name<'_>| name.language() == ttf_parser::Language::English_UnitedStates;
    let first = |id| names(id).find(is_english).or_else(|| names(id).next());
    if let Some(family) =
        first(TYPOGRAPHIC_FAMILY).and_then(|name| name.to_string()).or(first(FAMILY).and_then(|n| n.to_string()))
    {
        return Some((family, false));
    }
    let readable = |id| {
        let unicode = || names(id).filter(|name| name.is_unicode());
        let any = unicode().find(is_english).or_else(|| unicode().next()).and_then(|name| name.to_string());
        any.or_else(|| names(id).find_map(|name| roman(name.name)))
    };
    Some((readable(TYPOGRAPHIC_FAMILY).or_else(|| readable(FAMILY))?, true))
}

/// Returns the family of a variable face; nothing if it is not one.
pub(super) fn family_of(font: &[u8], index: u32) -> Option<String> {
    let face = ttf_parser::Face::parse(font, index).ok().filter(ttf_parser::Face::is_variable)?;
    Some(family(&face)?.0)
}

/// Reads a name in Mac OS Roman, as far as it is ASCII: families are.
fn roman(name: &[u8]) -> Option<String> {
    let plain = !name.is_empty() && name.iter().all(|byte| (0x20..0x7f).contains(byte));
    plain.then(|| name.iter().copied().map(char::from).collect())
}

impl FontFace {
    /// Returns the file's bytes; none for a system's font that has gone since it was listed, which also has no
    /// `FontFace::shaper_font`.
    pub fn data(&self) -> &[u8] {
        self.bytes.as_ref()
    }

    /// Lets its bytes go until they are needed.
    pub(super) fn kept_on_disk(self, file: Arc<OnDisk>) -> Self {
        Self { bytes: FontBytes::OnDisk(file), ..self }
    }

    /// True if the face has a glyph for `character`.
    pub fn covers(&self, character: char) -> bool {
        self.coverage.contains(character as u32)
    }

    /// Reads one face; nothing if it is not a usable outline font.
    pub(super) fn parse(bytes: FontBytes, index: u32, origin: FontOrigin) -> Option<Self> {
        let face = ttf_parser::Face::parse(bytes.as_ref(), index).ok()?;
        let tables = face.tables();
        if (tables.glyf.is_none() && tables.cff.is_none()) || face.number_of_glyphs() == 0 || face.is_variable() {
            return None;
        }
        let (family, late) = family(&face)?;
        let lower = family.to_lowercase();
        let units = face.units_per_em();
        Some(Self {
            index,
            weight: face.weight().to_number(),
            italic: face.is_italic() || face.is_oblique(),
            serif: ["serif", "naskh", "garamond", "song", "mincho", "ming", "times"].iter().any(|w| lower.contains(w))
                && !lower.contains("sans"),
            origin,
            units_per_em: units,
            ascender: face.ascender(),
            descender: face.descender(),
            late,
            varied: None,
            cap_height: face.capital_height().filter(|h| *h > 0).unwrap_or((units as i32 * 7 / 10) as i16),
            coverage: Coverage::of(&face),
            shaping: Arc::default(),
            family,
            bytes,
        })
    }

    /// Returns the font as the shaper wants it; parsed on first use.
    pub(super) fn shaper_font(&self) -> Option<&Font> {
        self.shaping
            .font
            .get_or_init(|| {
                if let Some(varied) = &self.varied {
                    return varied.font();
                }
                let bytes = match &self.bytes {
                    FontBytes::Embedded(bytes) => return Font::new(*bytes, self.index),
                    FontBytes::Shared(bytes) => bytes,
                    FontBytes::OnDisk(file) => file.get()?,
                };
                Font::new(blob(bytes), self.index)
            })
            .as_ref()
    }

    /// Returns the compiled OpenType features for a script, language and direction; compiled on first use.
    pub(super) fn plan(
        &self,
        font: &Font,
        (script, language): (Script, Option<&Language>),
        direction: Direction,
        features: &[Feature],
    ) -> Arc<ShapePlan> {
        let key = ShapePlanKey::new(font, Some(script), direction).language(language).features(features);
        let found = |plans: &[Arc<ShapePlan>]| plans.iter().find(|plan| key.matches(plan)).cloned();
        if let Some(plan) = self.shaping.plans.read().ok().and_then(|plans| found(&plans)) {
            return plan;
        }
        let plan = Arc::new(ShapePlan::new(font, direction, Some(script), language, features));
        if let Ok(mut plans) = self.shaping.plans.write()
            && plans.len() < MAX_PLANS
        {
            plans.push(Arc::clone(&plan));
        }
        plan
    }
}

impl std::fmt::Debug for FontFace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}{}", self.family, self.weight, if self.italic { " italic" } else { "" })
    }
}

/// Shape plans kept per face.
const MAX_PLANS: usize = 64;

#[derive(Default)]
struct Shaping {
    font: OnceLock<Option<Font>>,
    plans: RwLock<Vec<Arc<ShapePlan>>>,
}

fn blob(bytes: &Arc<Vec<u8>>) -> harfrust::font::Blob {
    let shared: Arc<dyn AsRef<[u8]> + Send + Sync> = Arc::new(SharedBytes(Arc::clone(bytes)));
    harfrust::font::Blob::from(shared)
}

struct SharedBytes(Arc<Vec<u8>>);

impl AsRef<[u8]> for SharedBytes {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// Sorted ranges of code points that a face maps to glyphs.
#[derive(Clone, Default)]
struct Coverage(Vec<(u32, u32)>);

impl Coverage {
    fn of(face: &ttf_parser::Face<'_>) -> Self {
        // Each subtable names its code points in order, so they are ranges already; sorting them one by one is slow.
        let mut ranges: Vec<(u32, u32)> = Vec::new();
        for subtable in face.tables().cmap.iter().flat_map(|cmap| cmap.subtables) {
            if subtable.is_unicode() {
                subtable.codepoints(|point| match ranges.last_mut() {
                    _ if subtable.glyph_index(point).is_none_or(|glyph| glyph.0 == 0) => {}
                    Some(last) if last.1.checked_add(1) == Some(point) => last.1 = point,
                    _ => ranges.push((point, point)),
                });
            }
        }
        ranges.sort_unstable();
        ranges.dedup_by(|next, kept| {
            let joins = next.0 <= kept.1.saturating_add(1);
            kept.1 = kept.1.max(if joins { next.1 } else { 0 });
            joins
        });
        Self(ranges)
    }

    fn contains(&self, point: u32) -> bool {
        let at = self.0.partition_point(|range| range.1 < point);
        self.0.get(at).is_some_and(|range| range.0 <= point)
    }
}

impl FontFace {
    /// True if the face covers a character that none of `others` does.
    pub(super) fn adds_to(&self, others: &[Arc<FontFace>]) -> bool {
        let covered = |point| others.iter().any(|face| face.coverage.contains(point));
        self.coverage.0.iter().any(|&(from, to)| (from..=to).any(|point| is_text(point) && !covered(point)))
    }
}

/// Private use and other code points that say nothing about text are no reason to load a font.
fn is_text(point: u32) -> bool {
    !(0xE000..=0xF8FF).contains(&point) && point < 0xE0000 && char::from_u32(point).is_some_and(|c| !c.is_control())
}
