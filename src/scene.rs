//! What a template's layout hands to whoever draws it: a page with every glyph, outline and picture in its place, and the
//! faces that they are drawn with.
//!
//! Knows nothing of templates, certificates or file formats. [`crate::template`] makes scenes, [`crate::render`] draws them,
//! and neither knows the other.

use std::ops::Range;
use std::sync::Arc;

/// By which rules a certificate is drawn. Each certificate's record says by which it was issued, so that what was issued looks
/// the same to the pixel when it is drawn again: what changes places, shapes or colours becomes a new set of rules, and the
/// old ones stay.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Drawing {
    /// No language is given to the shaper, and capitals are those of the certificate's language, in names too. Dates have
    /// the order that their parts suggest. Pictures are drawn as they are stored, whatever they say about their orientation
    /// and colours; of a PDF the crop box is shown.
    First,
    /// Each text is shaped and raised by its own language; dates are written as CLDR writes them; lines of tall scripts keep
    /// apart; pictures stand upright in their own colours; of a PDF the trim box is shown.
    Second,
    /// Dates are written in the language of the template, as all its texts are, and not in the person's.
    Third,
    /// Clusters that their glyphs do not spell are glyphs of their own, each in its place to a unit of its font. An ink of a PDF that
    /// is shown in two ways is two inks, and mixtures that do not say what their inks are are refused. A file over a PDF that brings
    /// what is not looked into does not say that it is PDF/A.
    Fourth,
    /// What is on the page is tagged for those who do not see it ([`Tag`]), and a file that keeps to it says that it is PDF/UA. Marks of
    /// their own that pages of a PDF bring are left out.
    #[default]
    Fifth,
}

impl Drawing {
    /// Returns the number that a record keeps.
    pub fn number(self) -> u32 {
        match self {
            Self::First => 1,
            Self::Second => 2,
            Self::Third => 3,
            Self::Fourth => 4,
            Self::Fifth => 5,
        }
    }

    /// Returns the rules of this number; nothing if this program does not know them.
    pub fn of(number: u32) -> Option<Self> {
        let all = [Self::First, Self::Second, Self::Third, Self::Fourth, Self::Fifth];
        all.into_iter().find(|rules| rules.number() == number)
    }
}

/// A page that only has to be drawn: every glyph chosen and placed. Units are PDF points (1/72 inch), the origin is the
/// page's lower left corner, y grows upwards.
#[derive(Debug, Clone)]
pub struct Scene {
    /// Page width.
    pub width: f32,
    /// Page height.
    pub height: f32,
    /// BCP 47 tag of the page's main language (`/Lang`).
    pub language: String,
    /// By which rules.
    pub drawing: Drawing,
    /// What to draw, in painting order.
    pub items: Vec<Item>,
    /// What of it says something, in painting order, without overlaps; the rest is decoration.
    pub tags: Vec<Tag>,
}

/// A part of the page that says something, for those who do not see it.
#[derive(Debug, Clone, PartialEq)]
pub struct Tag {
    /// When it is read: what has a smaller place comes first.
    pub place: (u32, u32),
    /// What it is.
    pub role: Role,
    /// Which items it is.
    pub items: Range<usize>,
    /// BCP 47 tag of its language, if that is not the page's.
    pub language: Option<Box<str>>,
    /// What a text says, where its glyphs one after the other do not: from right to left, or in several lines. Of a code: where its link
    /// leads, in words.
    pub text: String,
    /// What a picture or code shows.
    pub alt: String,
}

/// What a part of the page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The page's heading.
    Heading,
    /// A text.
    Text,
    /// A picture.
    Figure,
    /// The QR symbol, with the link over it.
    Code,
}

/// Something to draw.
#[derive(Debug, Clone)]
pub enum Item {
    /// Shaped text in one font and one direction.
    Glyphs(GlyphRun),
    /// A filled or stroked outline.
    Path(Path),
    /// A picture.
    Image(ImageItem),
    /// The QR symbol.
    Qr(QrItem),
    /// A clickable area that opens the verify link.
    Link {
        /// Left, bottom, right, top.
        rect: [f32; 4],
    },
}

/// An sRGB colour.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Color {
    /// Red, 0 to 1.
    pub r: f32,
    /// Green, 0 to 1.
    pub g: f32,
    /// Blue, 0 to 1.
    pub b: f32,
}

/// Index of a face in the font library.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FontId(pub u16);

/// Shaped glyphs of one font, in visual order from left to right.
#[derive(Debug, Clone)]
pub struct GlyphRun {
    /// The face.
    pub font: FontId,
    /// Size in points.
    pub size: f32,
    /// Fill colour.
    pub color: Color,
    /// Where the baseline starts.
    pub x: f32,
    /// Height of the baseline.
    pub y: f32,
    /// The glyphs.
    pub glyphs: Vec<Glyph>,
    /// The text that the run stands for, in logical order (`/ActualText` where the glyphs do not spell it).
    pub text: String,
    /// True if the run reads from right to left.
    pub rtl: bool,
    /// BCP 47 tag of its language, if that is not the page's.
    pub language: Option<Box<str>>,
}

/// One glyph.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Glyph {
    /// Glyph id in the face.
    pub id: u16,
    /// How far the pen moves, in points at the run's size.
    pub advance: f32,
    /// Offset from the pen, in points.
    pub dx: f32,
    /// Offset from the baseline, in points.
    pub dy: f32,
    /// Byte range of `GlyphRun::text` that this glyph's cluster stands for.
    pub cluster: (u32, u32),
}

/// An outline.
#[derive(Debug, Clone)]
pub struct Path {
    /// Its segments.
    pub segments: Vec<PathSegment>,
    /// Fill colour, if filled (non-zero winding).
    pub fill: Option<Color>,
    /// Stroke colour and width in points, if stroked.
    pub stroke: Option<(Color, f32)>,
}

/// A piece of an outline.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PathSegment {
    /// Starts a new sub-path.
    Move(f32, f32),
    /// A straight line.
    Line(f32, f32),
    /// A cubic curve with two control points.
    Curve(f32, f32, f32, f32, f32, f32),
    /// Closes the sub-path.
    Close,
}

/// A picture in a rectangle.
#[derive(Debug, Clone)]
pub struct ImageItem {
    /// What messages call it.
    pub name: String,
    /// The file's bytes: PNG, JPEG, SVG or a one-page PDF, told by their first bytes.
    pub bytes: Arc<Vec<u8>>,
    /// Left, bottom, right, top; the picture is stretched into it (the layout keeps the ratio).
    pub rect: [f32; 4],
    /// How the stored picture is turned before.
    pub turn: Turn,
    /// For screen readers; empty: decoration.
    pub alt: String,
}

/// How a stored picture is turned to stand upright: first mirrored, left to right, then turned.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Turn {
    /// Whether it is mirrored.
    pub mirrored: bool,
    /// Quarter turns, clockwise: 0 to 3.
    pub quarters: u8,
}

/// The QR symbol's place: a square without the quiet zone.
#[derive(Debug, Clone)]
pub struct QrItem {
    /// Left, bottom.
    pub origin: (f32, f32),
    /// Side of the square, quiet zone excluded.
    pub side: f32,
    /// The symbol.
    pub symbol: crate::qr::Symbol,
}

/// Where faces come from.
pub trait FontSource: Sync {
    /// Returns the face, the same one every time it is asked for.
    fn face(&self, id: FontId) -> FontData<'_>;
}

/// A font file and the face in it.
#[derive(Debug, Clone, Copy)]
pub struct FontData<'a> {
    /// TrueType, OpenType or a collection of them.
    pub data: &'a [u8],
    /// Which face of a collection; else 0.
    pub index: u32,
}
