//! The template document: page, background, elements; read strictly.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::error::TemplateError;
use super::model::{Element, HexColor};
use super::purpose::Purpose;

/// Version of the template document that this program reads (`"testamur": 1`).
pub(super) const FORMAT: u32 = 1;
/// Largest template document, in bytes.
pub const MAX_DOCUMENT_BYTES: usize = 1 << 20;
/// Most elements on a page.
pub const MAX_ELEMENTS: usize = 500;
/// Shortest and longest side of a page, in millimetres (A0 is 1189 high).
pub(super) const PAGE_MM: std::ops::RangeInclusive<f32> = 50.0..=1_189.0;

/// The page and what is on it. Lengths are millimetres from the page's upper left corner, type sizes are points.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Document {
    /// The document's format, `FORMAT`.
    pub testamur: u32,
    /// What it is for; left out: a certificate.
    #[serde(default, rename = "for", skip_serializing_if = "Purpose::is_certificate")]
    pub purpose: Purpose,
    /// A title for people.
    pub title: String,
    /// BCP 47 language of the page's own text, also of its dates.
    #[serde(default = "english")]
    pub language: String,
    /// Paper.
    #[serde(default)]
    pub page: Page,
    /// What lies under everything.
    #[serde(default)]
    pub background: Background,
    /// Font files among the assets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fonts: Vec<String>,
    /// What is drawn, in painting order; what is the same on all certificates lies below what differs.
    #[serde(skip_deserializing)]
    pub elements: Vec<Element>,
}

/// Paper.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Page {
    /// A known size, unless `width` and `height` are given.
    #[serde(default)]
    pub size: PageSize,
    /// Which way round a known size lies.
    #[serde(default)]
    pub orientation: Orientation,
    /// Own width.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<f32>,
    /// Own height.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<f32>,
}

impl Default for Page {
    fn default() -> Self {
        Self { size: PageSize::A4, orientation: Orientation::Landscape, width: None, height: None }
    }
}

impl Page {
    /// Returns width and height in millimetres.
    pub fn millimetres(&self) -> (f32, f32) {
        let (short, long) = match self.size {
            PageSize::A4 => (210.0, 297.0),
            PageSize::Letter => (215.9, 279.4),
        };
        let (width, height) = match self.orientation {
            Orientation::Portrait => (short, long),
            Orientation::Landscape => (long, short),
        };
        (self.width.unwrap_or(width), self.height.unwrap_or(height))
    }
}

/// Known paper sizes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum PageSize {
    #[default]
    A4,
    Letter,
}

/// Which way round the paper lies.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Orientation {
    Portrait,
    #[default]
    Landscape,
}

/// What lies under everything.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Background {
    /// Paper colour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<HexColor>,
    /// A PNG, JPEG, SVG or one-page PDF stretched over the page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asset: Option<String>,
    /// For screen readers, where the picture says something; empty: decoration.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub alt: String,
}

impl Document {
    /// Reads a template document. Says where it is wrong.
    ///
    /// # Errors
    /// When it is not strict JSON, has an unknown or missing member, or a value past its limit.
    pub fn parse(bytes: &[u8]) -> Result<Self, TemplateError> {
        let value = crate::credential::json::parse(bytes, MAX_DOCUMENT_BYTES)?;
        let Value::Object(mut members) = value else {
            return Err(TemplateError::member("$", "is not an object"));
        };
        let elements = match members.remove("elements") {
            Some(Value::Array(elements)) if elements.len() <= MAX_ELEMENTS => elements,
            Some(Value::Array(_)) => {
                return Err(TemplateError::member("elements", format!("has more than {MAX_ELEMENTS} elements")));
            }
            _ => return Err(TemplateError::member("elements", "is missing or not an array")),
        };
        if let Some(page) = Self::page_for(members.get("for")).filter(|_| !members.contains_key("page")) {
            members.insert("page".to_owned(), page);
        }
        let mut document: Self =
            serde_json::from_value(Value::Object(members)).map_err(|e| TemplateError::member("$", e.to_string()))?;
        let read = |(at, value)| Element::read(value).map_err(|e| TemplateError::member(format!("elements[{at}]"), e));
        document.elements = elements.into_iter().enumerate().map(read).collect::<Result<_, _>>()?;
        super::limits::check(&document)?;
        Ok(document)
    }

    /// Returns the document's bytes: canonical JSON (RFC 8785).
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        serde_json_canonicalizer::to_vec(self).expect("finite numbers and strings have a canonical form")
    }
}

fn english() -> String {
    "en".into()
}
