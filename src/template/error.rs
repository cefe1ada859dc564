//! Why a template cannot be used, and why a record does not fit it.

use std::path::PathBuf;

use super::fonts::FontError;

/// Why a template cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// Neither a built-in name nor a file or folder.
    #[error("there is no template `{0}`; built in are {names}", names = super::load::builtin_names().join(", "))]
    NotFound(String),
    /// A built-in template has no such version.
    #[error("template `{name}` has no version {version}; the newest is {newest}", newest = super::load::builtin_versions(name).end())]
    NoVersion {
        /// The template.
        name: String,
        /// The version.
        version: u32,
    },
    /// A file that cannot be read.
    #[error("cannot read `{path}`")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The document is not strict JSON.
    #[error("template is not valid JSON: {0}")]
    Json(#[from] crate::credential::json::JsonError),
    /// A member that is unknown, missing or of the wrong kind.
    #[error("template, at `{at}`: {problem}")]
    Member {
        /// Where in the document, as `elements[3]`.
        at: String,
        /// What is wrong with it.
        problem: String,
    },
    /// An asset that is named but not there.
    #[error("asset `{asset}` of `{at}` is missing")]
    MissingAsset {
        /// The asset's name.
        asset: String,
        /// What wants it.
        at: String,
    },
    /// An asset that may not be used.
    #[error("asset `{asset}`: {problem}")]
    Asset {
        /// The asset's name.
        asset: String,
        /// Why not.
        problem: String,
    },
    /// A font asset.
    #[error(transparent)]
    Font(#[from] FontError),
    /// Static text that cannot be laid out.
    #[error("template, at `{at}`: {source}")]
    Text {
        /// The element.
        at: String,
        /// What is wrong.
        source: FillError,
    },
    /// Bytes that are not a template bundle.
    #[error("template bundle is damaged: {0}")]
    Bundle(&'static str),
}

impl TemplateError {
    pub(super) fn member(at: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Member { at: at.into(), problem: problem.into() }
    }
}

/// Why one record cannot be laid out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FillError {
    /// No font can draw a character; nothing is ever printed as a box.
    #[error("{field}: no font has a glyph for {code} `{character}`", code = code(*character))]
    MissingGlyph {
        /// The placeholder, or the element if it is the template's own text.
        field: String,
        /// The character.
        character: char,
    },
    /// The text is too long for its box.
    #[error("{field} does not fit at the smallest size, {min_size} pt")]
    DoesNotFit {
        /// The placeholder or element.
        field: String,
        /// The smallest size, rounded to whole points.
        min_size: u32,
    },
    /// A value past the limit.
    #[error("{field} has more than {limit} characters")]
    TooLong {
        /// The placeholder.
        field: String,
        /// The limit.
        limit: usize,
    },
    /// A placeholder that neither the record nor Testamur knows.
    #[error("placeholder `{{{0}}}` is not a column of the list")]
    UnknownPlaceholder(String),
    /// A column that is to be written as a date and holds none.
    #[error("{field}: `{value}` is not a date; write it as 2026-05-01")]
    NotADate {
        /// The column.
        field: String,
        /// What is in it.
        value: String,
    },
    /// A date that has no words in the language.
    #[error("{field}: dates cannot be written in the language `{language}`")]
    Date {
        /// The placeholder.
        field: String,
        /// The language.
        language: String,
    },
    /// The QR symbol's modules would be printed too small.
    #[error("a version {version} QR symbol needs {needed_mm} mm; the template gives it {size_mm} mm")]
    QrTooSmall {
        /// The symbol's version.
        version: u8,
        /// The side it needs, in whole millimetres.
        needed_mm: u32,
        /// The side it has.
        size_mm: u32,
    },
}

fn code(character: char) -> String {
    format!("U+{:04X}", character as u32)
}
