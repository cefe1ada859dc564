//! The elements of a template document.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::scene::Color;

/// Most characters of one text, before and after its placeholders are filled.
pub const MAX_TEXT: usize = 4_000;
/// Most people in one row of signatories.
pub(super) const MAX_SIGNATORIES: usize = 6;
/// Largest coordinate or length, in millimetres.
pub(super) const MAX_MM: f32 = 2_000.0;
/// Smallest and largest type, in points.
pub(super) const TYPE_SIZES: std::ops::RangeInclusive<f32> = 3.0..=400.0;

/// Something on the page; `"type"` names it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Element {
    Text(TextBox),
    Image(ImageBox),
    Signatories(Signatories),
    Line(Line),
    Rect(Rect),
    Path(PathShape),
    Qr(QrBox),
    Certificate(CertificateBox),
}

/// How text looks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct TextBox {
    /// The text, with placeholders such as `{participant_name}` and `{issue_date:long}`; `{{` is a brace.
    pub text: String,
    /// Left edge.
    pub x: f32,
    /// Upper edge.
    pub y: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
    /// Font family: built in, or of an asset named in `fonts`.
    #[serde(default = "noto_sans")]
    pub font: String,
    /// OpenType weight, 1 to 1000.
    #[serde(default = "regular")]
    pub weight: u16,
    /// Italic.
    #[serde(default)]
    pub italic: bool,
    /// Size in points.
    pub size: f32,
    /// The size down to which text shrinks to fit; none: it does not shrink.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_size: Option<f32>,
    /// Colour.
    #[serde(default = "black")]
    pub color: HexColor,
    /// Horizontal place in the box.
    #[serde(default)]
    pub align: Align,
    /// Vertical place in the box.
    #[serde(default)]
    pub vertical: Vertical,
    /// Distance of base lines, in sizes.
    #[serde(default = "line_height")]
    pub line_height: f32,
    /// Extra space after each character, in sizes; not in joined scripts.
    #[serde(default)]
    pub letter_spacing: f32,
    /// Break into lines at the box's width.
    #[serde(default)]
    pub wrap: bool,
    /// Capitals, by the language's rules.
    #[serde(default)]
    pub upper_case: bool,
    /// The box falls away when one of its placeholders is empty.
    #[serde(default)]
    pub optional: bool,
    /// Placeholders, as `{event_dates}`; the box falls away when one of them is empty. For labels.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub when: String,
    /// What it is for those who hear the page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<TextRole>,
    /// When it is read: before all that has a larger number, or none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<u16>,
}

/// A picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ImageBox {
    /// The asset's name.
    pub asset: String,
    /// Left edge.
    pub x: f32,
    /// Upper edge.
    pub y: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
    /// How it fills the box.
    #[serde(default)]
    pub fit: Fit,
    /// Horizontal place in the box, where it does not fill it.
    #[serde(default)]
    pub align: Align,
    /// For screen readers; empty: decoration.
    #[serde(default)]
    pub alt: String,
    /// Falls away when there is no such asset.
    #[serde(default)]
    pub optional: bool,
    /// That it is not read, whatever its text says; none: as its text says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<PictureRole>,
    /// When it is read, as of a text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<u16>,
}

/// A row of people who sign, each above a rule; those without a name fall away and the rest share the width.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Signatories {
    /// The people.
    pub people: Vec<Signatory>,
    /// Left edge.
    pub x: f32,
    /// Upper edge.
    pub y: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
    /// Widest place for one person.
    #[serde(default = "cell_width")]
    pub cell_width: f32,
    /// Space between people.
    #[serde(default = "gap")]
    pub gap: f32,
    /// Most people beside each other; more stand in further rows of the same height. All in one row if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_row: Option<u8>,
    /// Where the row stands.
    #[serde(default = "centre")]
    pub align: Align,
    /// Font family.
    #[serde(default = "noto_sans")]
    pub font: String,
    /// Weight of the name.
    #[serde(default = "regular")]
    pub weight: u16,
    /// Size of the name; the title is four fifths of it.
    #[serde(default = "name_size")]
    pub size: f32,
    /// Colour of the name.
    #[serde(default = "black")]
    pub color: HexColor,
    /// Colour of the title; the name's if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title_color: Option<HexColor>,
    /// Colour of the rule; the name's if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule_color: Option<HexColor>,
    /// Width of the rule.
    #[serde(default = "rule_width")]
    pub rule_width: f32,
    /// When it is read, as of a text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<u16>,
}

/// One who signs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Signatory {
    /// Name; may hold placeholders.
    pub name: String,
    /// Office; may hold placeholders.
    #[serde(default)]
    pub title: String,
    /// Asset with the written signature, drawn above the rule if it is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
}

/// A straight line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct Line {
    pub x1: f32,
    pub y1: f32,
    pub x2: f32,
    pub y2: f32,
    #[serde(default = "black")]
    pub color: HexColor,
    /// Stroke width.
    #[serde(default = "rule_width")]
    pub width: f32,
}

/// A rectangle.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Rect {
    /// Left edge.
    pub x: f32,
    /// Upper edge.
    pub y: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
    /// Radius of the corners.
    #[serde(default)]
    pub radius: f32,
    /// Fill colour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fill: Option<HexColor>,
    /// Stroke colour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stroke: Option<HexColor>,
    /// Stroke width.
    #[serde(default = "rule_width")]
    pub stroke_width: f32,
}

/// An ornament.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct PathShape {
    /// SVG path data, in millimetres, y downwards.
    pub d: String,
    /// Moves it right.
    #[serde(default)]
    pub x: f32,
    /// Moves it down.
    #[serde(default)]
    pub y: f32,
    /// Enlarges it; negative: mirrored.
    #[serde(default = "one")]
    pub scale_x: f32,
    /// Enlarges it; negative: mirrored.
    #[serde(default = "one")]
    pub scale_y: f32,
    /// Fill colour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fill: Option<HexColor>,
    /// Stroke colour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stroke: Option<HexColor>,
    /// Stroke width.
    #[serde(default = "rule_width")]
    pub stroke_width: f32,
}

/// The QR symbol.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct QrBox {
    /// Left edge, quiet zone excluded.
    pub x: f32,
    /// Upper edge, quiet zone excluded.
    pub y: f32,
    /// Side of the symbol, quiet zone excluded.
    #[serde(default = "qr_size")]
    pub size: f32,
    /// For screen readers; empty: the program says what it is, in the template's language.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub alt: String,
    /// When it is read, as of a text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<u16>,
}

/// The picture of the certificate, on a share card: as large as it can be inside the box, in its middle.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CertificateBox {
    /// Left edge.
    pub x: f32,
    /// Upper edge.
    pub y: f32,
    /// Width.
    pub width: f32,
    /// Height.
    pub height: f32,
    /// Colour of the line around the picture, a pixel wide; none: there is no line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edge: Option<HexColor>,
}

/// What a text is for those who hear the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TextRole {
    /// The heading; the first text without placeholders, if none says so.
    Heading,
    /// A paragraph.
    Text,
    /// Not read.
    Decoration,
}

/// What a picture is for those who hear the page, where its text does not say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PictureRole {
    /// Not read.
    Decoration,
}

/// How a picture fills its box.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Fit {
    /// As large as it can be inside the box.
    #[default]
    Contain,
    /// Stretched over the box.
    Fill,
}

/// Horizontal place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Align {
    #[default]
    Left,
    Center,
    Right,
}

/// Vertical place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Vertical {
    #[default]
    Top,
    Middle,
    Bottom,
}

/// A colour written as `#rrggbb`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct HexColor(pub [u8; 3]);

impl From<HexColor> for String {
    fn from(HexColor([r, g, b]): HexColor) -> Self {
        format!("#{r:02x}{g:02x}{b:02x}")
    }
}

impl TryFrom<String> for HexColor {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let error = || format!("`{}` is not a colour such as #1a2b3c", text.chars().take(20).collect::<String>());
        let digits = text.strip_prefix('#').filter(|d| d.len() == 6 && d.is_ascii()).ok_or_else(error)?;
        let part = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).map_err(|_| error());
        Ok(Self([part(0)?, part(2)?, part(4)?]))
    }
}

impl From<HexColor> for Color {
    fn from(HexColor([r, g, b]): HexColor) -> Self {
        let unit = |byte: u8| f32::from(byte) / 255.0;
        Self { r: unit(r), g: unit(g), b: unit(b) }
    }
}

impl Element {
    /// Returns when it is read, if it says so.
    pub(super) fn order(&self) -> Option<u16> {
        match self {
            Self::Text(text) => text.order,
            Self::Image(image) => image.order,
            Self::Signatories(row) => row.order,
            Self::Qr(qr) => qr.order,
            Self::Line(_) | Self::Rect(_) | Self::Path(_) | Self::Certificate(_) => None,
        }
    }

    /// Reads an element; the error says what is wrong with it.
    pub(super) fn read(value: Value) -> Result<Self, String> {
        let Value::Object(mut members) = value else { return Err("is not an object".into()) };
        let kind = members.remove("type");
        fn of<T: serde::de::DeserializeOwned>(members: Map<String, Value>) -> Result<T, String> {
            serde_json::from_value(Value::Object(members)).map_err(|e| e.to_string())
        }
        match kind.as_ref().and_then(Value::as_str) {
            Some("text") => of(members).map(Self::Text),
            Some("image") => of(members).map(Self::Image),
            Some("signatories") => of(members).map(Self::Signatories),
            Some("line") => of(members).map(Self::Line),
            Some("rect") => of(members).map(Self::Rect),
            Some("path") => of(members).map(Self::Path),
            Some("qr") => of(members).map(Self::Qr),
            Some("certificate") => of(members).map(Self::Certificate),
            Some(other) => Err(format!(
                "unknown type `{other}`, expected text, image, signatories, line, rect, path, qr or certificate"
            )),
            None => Err("`type` is missing".into()),
        }
    }
}

fn noto_sans() -> String {
    "Noto Sans".into()
}
fn regular() -> u16 {
    400
}
fn black() -> HexColor {
    HexColor([0, 0, 0])
}
fn line_height() -> f32 {
    1.25
}
fn cell_width() -> f32 {
    62.0
}
fn gap() -> f32 {
    12.0
}
fn centre() -> Align {
    Align::Center
}
fn name_size() -> f32 {
    10.0
}
fn rule_width() -> f32 {
    0.25
}
fn one() -> f32 {
    1.0
}
fn qr_size() -> f32 {
    super::qr_place::DEFAULT_MM
}
