//! The font library: every face that a certificate may use, and which of them draws which character.
//!
//! Files are read in the constructors, those of the system when a text first needs one that nothing else can draw. The choice is
//! the same for the same set of fonts, whatever the order in which a folder lists them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, OnceLock};

use super::face::{FontBytes, FontFace, FontOrigin, MAX_FONT_BYTES, OnDisk, Varied, family_of};
use super::variable::instances;
use super::webfont::{is_packed, unpacked};
use crate::scene::{FontData, FontId, FontSource};

/// Most faces in one library.
const MAX_FACES: usize = 1024;

/// Faces in a fixed order; [`FontId`] is the position, the system's after all others. Cloning is cheap.
#[derive(Debug, Clone)]
pub struct FontLibrary {
    faces: Vec<Arc<FontFace>>,
    system: Arc<System>,
}

/// The system's faces, looked for when they are first needed: their tables have hundreds of thousands of characters.
#[derive(Debug, Default)]
struct System {
    /// What they fill the gaps of; nothing where they are not wanted.
    known: Option<Vec<Arc<FontFace>>>,
    found: OnceLock<Vec<Arc<FontFace>>>,
}

impl System {
    fn faces(&self) -> &[Arc<FontFace>] {
        match &self.known {
            Some(known) => self.found.get_or_init(|| gap_fillers(known)),
            None => &[],
        }
    }
}

/// Why a font cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FontError {
    /// A folder or file that cannot be read.
    #[error("cannot read fonts in `{path}`")]
    Read {
        /// The folder or file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// Not a font that can be drawn with.
    #[error("font `{name}` {problem}")]
    Unusable {
        /// The file.
        name: String,
        /// Why not, and what to do.
        problem: FontProblem,
    },
    /// Too many fonts.
    #[error("more than {MAX_FACES} faces")]
    TooMany,
}

/// Why a file is of no use as a font.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FontProblem {
    /// Too large.
    #[error("is larger than 64 MB")]
    TooLarge,
    /// No outlines, or no font.
    #[error(
        "is not a font with outlines: TrueType and OpenType files are taken (.ttf, .otf, .ttc, .otc), and .woff and .woff2"
    )]
    NoOutlines,
    /// A web font that cannot be unpacked.
    #[error("cannot be unpacked, or holds several fonts; take the .ttf or .otf file that it was made from")]
    Packed,
    /// A variable font of a kind of which no instance is made.
    #[error(
        "is a variable font of which no instance can be made (CFF2 outlines, or damaged); take the static .ttf or .otf file of the weight"
    )]
    Variable,
}

/// A wish for a kind of face.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FontRequest {
    /// Family name, compared without case.
    pub family: String,
    /// OpenType weight class.
    pub weight: u16,
    /// Italic wanted.
    pub italic: bool,
    /// BCP 47 tag: it decides between Han forms.
    pub language: String,
}

impl FontLibrary {
    /// Returns the library of the fonts that are part of the program.
    pub fn builtin() -> Self {
        static BUILTIN: LazyLock<Vec<Arc<FontFace>>> = LazyLock::new(|| {
            let parse = |bytes: &&'static [u8]| FontFace::parse(FontBytes::Embedded(bytes), 0, FontOrigin::Builtin);
            super::builtin::FONTS.iter().filter_map(|(_, bytes)| parse(bytes)).map(Arc::new).collect()
        });
        Self { faces: BUILTIN.clone(), system: Arc::default() }
    }

    /// Adds those of the system's regular and bold faces that cover characters the library does not have yet, once one of
    /// these is asked for. A template cannot name them: a design must not depend on the machine.
    pub fn with_system(self) -> Self {
        let system = System { known: Some(self.faces.clone()), found: OnceLock::new() };
        Self { system: Arc::new(system), ..self }
    }

    /// Adds every font file of a folder, in the order of their names.
    ///
    /// # Errors
    /// When the folder or one of its fonts cannot be read or used.
    pub fn with_folder(mut self, folder: &Path) -> Result<Self, FontError> {
        let read = |path: &Path, source| FontError::Read { path: path.to_owned(), source };
        let entries = std::fs::read_dir(folder).map_err(|e| read(folder, e))?;
        let mut paths: Vec<PathBuf> =
            entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|p| is_font(p)).collect();
        paths.sort();
        for path in paths {
            let bytes = std::fs::read(&path).map_err(|e| read(&path, e))?;
            let usual = |_: &str| BTreeSet::from([400, 700]);
            self = self.with_font(&path.display().to_string(), Arc::new(bytes), FontOrigin::Folder, &usual)?;
        }
        Ok(self)
    }

    /// Adds the faces of one font file: of a variable font those with the weights that are wanted of its family, or else the one
    /// that it is by default.
    ///
    /// # Errors
    /// When it has no usable face.
    pub fn with_font(
        mut self,
        name: &str,
        bytes: Arc<Vec<u8>>,
        origin: FontOrigin,
        weights: &dyn Fn(&str) -> BTreeSet<u16>,
    ) -> Result<Self, FontError> {
        let faces = faces(bytes, origin, weights);
        self.faces.extend(faces.map_err(|problem| FontError::Unusable { name: name.to_owned(), problem })?);
        if self.faces.len() > MAX_FACES { Err(FontError::TooMany) } else { Ok(self) }
    }

    /// Returns a face of this library.
    ///
    /// # Panics
    /// When `id` is of another library.
    pub fn face(&self, id: FontId) -> &FontFace {
        let at = usize::from(id.0);
        self.faces.get(at).unwrap_or_else(|| &self.system.faces()[at - self.faces.len()])
    }

    /// Returns the first character of a text that no face has a glyph for.
    pub fn missing_glyph(&self, text: &str) -> Option<char> {
        let covered = |faces: &[Arc<FontFace>], c: char| faces.iter().any(|face| face.covers(c));
        let drawn = |c: char| {
            let shown = !super::text::is_ignorable(c) && !c.is_whitespace();
            !shown || covered(&self.faces, c) || covered(self.system.faces(), c)
        };
        text.chars().find(|c| !drawn(*c))
    }

    /// True if a template may name this family.
    pub fn has_family(&self, family: &str) -> bool {
        self.faces.iter().any(|face| face.family.eq_ignore_ascii_case(family))
    }

    /// Returns the families that a template may name, in alphabetical order.
    pub fn families(&self) -> Vec<String> {
        let all: BTreeSet<&String> = self.faces.iter().map(|face| &face.family).collect();
        all.into_iter().cloned().collect()
    }

    /// Returns all faces, the best for `request` first.
    pub(super) fn stack(&self, request: &FontRequest) -> FontStack {
        let is_requested = |face: &FontFace| face.family.eq_ignore_ascii_case(&request.family);
        let serif = self.faces.iter().find(|face| is_requested(face)).is_some_and(|face| face.serif);
        let mut faces: Vec<FontId> = (0..self.faces.len()).map(|at| FontId(at as u16)).collect();
        faces.sort_by_cached_key(|id| {
            let face = self.face(*id);
            (!is_requested(face), suits(face, request, serif), *id)
        });
        let requested = faces.iter().take_while(|id| is_requested(self.face(**id))).count();
        FontStack { faces, requested, request: request.clone(), serif, system: OnceLock::new() }
    }
}

/// Returns the usable faces of a font file.
fn faces(
    bytes: Arc<Vec<u8>>,
    origin: FontOrigin,
    weights: &dyn Fn(&str) -> BTreeSet<u16>,
) -> Result<Vec<Arc<FontFace>>, FontProblem> {
    if bytes.len() > MAX_FONT_BYTES {
        return Err(FontProblem::TooLarge);
    }
    let bytes = match is_packed(&bytes) {
        true => Arc::new(unpacked(&bytes).ok_or(FontProblem::Packed)?),
        false => bytes,
    };
    let (mut faces, mut problem) = (Vec::new(), FontProblem::NoOutlines);
    for index in 0..ttf_parser::fonts_in_collection(&bytes).unwrap_or(1).min(MAX_FACES as u32) {
        match family_of(&bytes, index) {
            None => faces.extend(FontFace::parse(FontBytes::Shared(Arc::clone(&bytes)), index, origin)),
            Some(family) => match instances(&bytes, index, &weights(&family)) {
                None => problem = FontProblem::Variable,
                Some(made) => faces.extend(made.into_iter().filter_map(|one| {
                    let mut face = FontFace::parse(FontBytes::Shared(Arc::new(one.bytes)), 0, origin)?;
                    (face.weight, face.family) = (one.weight.unwrap_or(face.weight), family.clone());
                    face.varied = Some(Varied { bytes: Arc::clone(&bytes), index, weight: one.weight });
                    Some(face)
                })),
            },
        }
    }
    if faces.is_empty() { Err(problem) } else { Ok(faces.into_iter().map(Arc::new).collect()) }
}

/// How well a face stands in for what is requested; the least first.
fn suits(face: &FontFace, request: &FontRequest, serif: bool) -> impl Ord + use<> {
    let away = face.weight.abs_diff(request.weight);
    (
        !is_plain(&face.family),
        !speaks(&face.family, &request.language),
        away > 250,
        face.serif != serif,
        face.italic != request.italic,
        away,
    )
}

/// Returns those of the system's faces that cover text which none of the known does.
fn gap_fillers(known: &[Arc<FontFace>]) -> Vec<Arc<FontFace>> {
    let mut database = fontdb::Database::new();
    database.load_system_fonts();
    let mut wanted: Vec<(PathBuf, u32)> =
        database.faces().filter(|info| fills_gaps(info)).filter_map(file_of).collect();
    wanted.sort();
    wanted.dedup();
    let mut found = Vec::new();
    for Read { bytes, later, index } in read_each(&wanted) {
        if let Some(face) = FontFace::parse(FontBytes::Shared(bytes), index, FontOrigin::System)
            && known.len() + found.len() < MAX_FACES
            && face.adds_to(known)
        {
            found.push(Arc::new(face.kept_on_disk(later)));
        }
    }
    found
}

impl FontSource for FontLibrary {
    fn face(&self, id: FontId) -> FontData<'_> {
        let face = FontLibrary::face(self, id);
        FontData { data: face.data(), index: face.index }
    }
}

/// Faces in the order in which they are asked for a character.
#[derive(Debug, Clone)]
pub(super) struct FontStack {
    /// All of them but the system's.
    pub faces: Vec<FontId>,
    /// How many are of the requested family.
    pub requested: usize,
    request: FontRequest,
    serif: bool,
    system: OnceLock<Vec<FontId>>,
}

impl FontStack {
    /// Returns the system's faces in the order in which they are asked, after all others.
    pub(super) fn system(&self, library: &FontLibrary) -> &[FontId] {
        self.system.get_or_init(|| {
            let own = library.faces.len();
            let all = own + library.system.faces().len();
            let mut faces: Vec<FontId> = (own..all).map(|at| FontId(at as u16)).collect();
            faces.sort_by_cached_key(|id| {
                let face = library.face(*id);
                (face.late, suits(face, &self.request, self.serif), *id)
            });
            faces
        })
    }
}

/// Display faces are never a fallback before the plain ones.
fn is_plain(family: &str) -> bool {
    ["Noto", "Droid", "Source Han", "WenQuanYi", "DejaVu", "Unifont"].iter().any(|name| family.starts_with(name))
}

/// False for a face whose Han forms are those of another language.
fn speaks(family: &str, language: &str) -> bool {
    let suffix = match language.get(..2).unwrap_or_default() {
        "zh" if ["zh-TW", "zh-Hant", "zh-HK", "zh-MO"].iter().any(|tag| language.starts_with(tag)) => "TC",
        "zh" => "SC",
        "ko" => "KR",
        _ => "JP",
    };
    !family.contains("CJK") || family.ends_with(suffix)
}

fn fills_gaps(info: &fontdb::FaceInfo) -> bool {
    let weight = info.weight.0;
    info.style == fontdb::Style::Normal
        && (weight == 400 || weight == 700)
        && !info.monospaced
        && info.stretch == fontdb::Stretch::Normal
        && !info.families.iter().any(|(family, _)| family.contains("Mono"))
}

fn file_of(info: &fontdb::FaceInfo) -> Option<(PathBuf, u32)> {
    match &info.source {
        fontdb::Source::File(path) | fontdb::Source::SharedFile(path, _) => Some((path.clone(), info.index)),
        fontdb::Source::Binary(_) => None,
    }
}

/// A face's file with its bytes, and the way to get them again later.
struct Read {
    bytes: Arc<Vec<u8>>,
    later: Arc<OnDisk>,
    index: u32,
}

/// The file that was read last: a collection holds several faces.
type Last<'a> = (&'a Path, Arc<Vec<u8>>, Arc<OnDisk>);

/// Reads each file once and only when its turn comes, and lets it go before the next is read. Files that cannot be read
/// are passed over, as a system may list what it does not give.
fn read_each(wanted: &[(PathBuf, u32)]) -> impl Iterator<Item = Read> {
    let mut last: Option<Last> = None;
    wanted.iter().filter_map(move |(path, index)| {
        let (bytes, later) = match &last {
            Some((known, bytes, later)) if *known == path.as_path() => (Arc::clone(bytes), Arc::clone(later)),
            _ => {
                last = None;
                let size = std::fs::metadata(path).ok()?.len();
                if size > MAX_FONT_BYTES as u64 {
                    return None;
                }
                let bytes = std::fs::read(path).ok()?;
                let later = Arc::new(OnDisk::new(path.clone(), bytes.len()));
                (Arc::new(bytes), later)
            }
        };
        last = Some((path, Arc::clone(&bytes), Arc::clone(&later)));
        Some(Read { bytes, later, index: *index })
    })
}

fn is_font(path: &Path) -> bool {
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase();
    matches!(extension.as_str(), "ttf" | "otf" | "ttc" | "otc" | "woff" | "woff2")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(family: &str, weight: u16) -> FontRequest {
        FontRequest { family: family.into(), weight, italic: false, language: "en".into() }
    }

    #[test]
    fn every_built_in_font_is_usable() {
        assert_eq!(FontLibrary::builtin().faces.len(), super::super::builtin::FONTS.len());
    }

    #[test]
    fn requested_family_and_weight_come_first() {
        let library = FontLibrary::builtin();
        let stack = library.stack(&request("montserrat", 800));
        let first = library.face(stack.faces[0]);
        assert_eq!((first.family.as_str(), first.weight), ("Montserrat", 800));
        assert_eq!(stack.requested, 3);
    }

    #[test]
    fn fallback_keeps_the_serifs() {
        let library = FontLibrary::builtin();
        let stack = library.stack(&request("Cormorant Garamond", 500));
        let face = stack.faces.iter().map(|id| library.face(*id)).find(|face| face.covers('ש')).unwrap();
        assert_eq!(face.family, "Noto Serif Hebrew");
    }

    #[test]
    fn every_promised_script_is_covered() {
        let library = FontLibrary::builtin();
        for character in "AÆßřŁΩЖשعहবਸજଓதతಕമසไລខမአქԱ".chars() {
            assert!(library.faces.iter().any(|face| face.covers(character)), "{character}");
        }
    }
}
