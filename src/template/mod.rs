//! Templates: what a certificate looks like, as a JSON document with assets beside it, and the layout that turns one
//! record into a [`crate::scene::Scene`].
//!
//! Knows pages, boxes, fonts, shaping, line breaks and placeholders. Does not write PDF or PNG, and does not
//! know who gets a certificate. Files are read by [`FontLibrary`]'s constructors and [`Template::open`] only; layout
//! is pure.

mod asset;
mod builtin;
mod check;
mod check_pictures;
mod date_patterns;
mod dates;
mod document;
mod draft;
mod error;
mod face;
mod fit;
mod fonts;
mod foreign;
mod heard;
mod layout;
mod limits;
mod load;
mod mirrored;
mod model;
mod near;
mod open;
mod own_badge;
mod placeholder;
mod purpose;
mod qr_place;
mod read_aloud;
mod signatories;
mod spoken;
mod svg_cost;
mod svg_guard;
mod svg_scan;
mod svg_style;
mod svg_unlike;
mod text;
mod tongue;
mod variable;
mod vector;
mod webfont;
mod words;

pub use asset::{MAX_ASSET_BYTES, MAX_ASSETS, MAX_ASSETS_BYTES, MAX_PIXELS, is_cut_off, shape_of};
pub use check::{Finding, Severity};
pub use dates::{DateStyle, is_day, written_day};
pub use document::{Background, Document, MAX_DOCUMENT_BYTES, MAX_ELEMENTS, Orientation, Page, PageSize};
pub use draft::{Draft, element_of, no_place, place, written_area};
pub use error::{FillError, TemplateError};
pub use face::{FontFace, FontOrigin, MAX_FONT_BYTES};
pub use fonts::{FontError, FontLibrary, FontProblem, FontRequest};
pub use heard::{Heard, HeardAs};
pub use layout::{Filling, Laid, Layout, MAX_VALUE};
pub use load::{
    Template, builtin_names, builtin_versions, came_later, is_builtin_name, name_and_version, path_goes_first,
    small_names,
};
pub use model::{Align, CertificateBox, Element, HexColor, MAX_TEXT, TextBox, TextRole};
pub use near::nearest;
pub use open::{OpenPart, OpenText};
pub use own_badge::{MAX_BADGE_BYTES, OwnBadge, own_badge};
pub use placeholder::{DATE_PLACEHOLDERS, TEXT_PLACEHOLDERS};
pub use purpose::{BADGE_PIXELS, BADGE_PLACEHOLDERS, CardParts, Purpose};
pub use qr_place::{DEFAULT_MM, EDGE_MM, GOOD_MODULE_MM, MIN_MODULE_MM, floor_mm, modules, quiet_mm};
pub use spoken::{FIRST_LANGUAGE, LANGUAGES, name_and_language, spoken};
