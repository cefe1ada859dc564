//! Drawing: a [`crate::scene::Scene`] becomes a file that is both PDF/A-3b and PDF/UA-1, a PNG or an SVG. Where a foreign PDF brings what is
//! not looked into, the file does not say that it is either ([`Unchecked`]).
//!
//! What all certificates of a template share ([`Base`]) is built and serialised once; per certificate only what differs
//! is written: content stream, page, font subset, attachment, metadata, cross-reference table. The same input gives the
//! same bytes on every machine: no clock, no random source, and a DEFLATE coder that does not depend on the processor. A PNG
//! shows the PDF's page: what is shared is drawn once as pixels ([`Backdrop`]), and what differs over a copy.
//!
//! Does not shape, order or break text, knows no template, and keeps no file.

mod archived;
mod backdrop;
mod bands;
mod base;
mod certificate;
mod colour;
mod content;
mod flat;
mod fonts;
mod foreign;
mod icc;
mod inks;
mod layers;
mod metadata;
mod operations;
mod page_svg;
mod picture;
mod qr;
mod raster;
mod svg;
mod syntax;
mod tags;
mod text;
mod truetype;
mod unchecked;
mod vector;

pub use backdrop::Backdrop;
pub use base::{Base, BaseMeta};
pub use certificate::CertificateMeta;
pub use page_svg::{Shown, page_svg, page_svg_of, shown, shown_pixels, svg_items, within_svg};
pub use picture::{MAX_PICTURE_BYTES, MAX_PICTURE_PIXELS, PictureError};
pub use raster::{MAX_RASTER_PIXELS, Raster, png, raster};
pub(crate) use svg::escaped;
pub use svg::svg;
pub use unchecked::{Brought, Unchecked};

use crate::scene::FontId;

/// Why a scene cannot be drawn.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The page is empty or larger than PDF allows (ISO 32000-1, annex C: 14,400 points).
    #[error("a page of {width} × {height} points cannot be drawn")]
    PageSize {
        /// Width in points.
        width: f32,
        /// Height in points.
        height: f32,
    },
    /// A face that is no usable TrueType or CFF font.
    #[error("font {} cannot be embedded: {reason}", font.0)]
    Font {
        /// The face.
        font: FontId,
        /// What is wrong with it.
        reason: String,
    },
    /// A glyph that the face does not have, or glyph 0 (the box for "missing").
    #[error("font {} has no glyph {glyph}", font.0)]
    Glyph {
        /// The face.
        font: FontId,
        /// The glyph id.
        glyph: u16,
    },
    /// A picture that cannot go into the file.
    #[error("picture `{name}` cannot be used")]
    Picture {
        /// Counted from 1 in painting order.
        number: usize,
        /// What the template calls it.
        name: String,
        /// What is wrong with it.
        #[source]
        source: PictureError,
    },
    /// Pictures are shared by all certificates: they belong to the base scene.
    #[error("a certificate's own scene cannot hold pictures")]
    PictureInCertificate,
    /// A PDF that the rasteriser cannot open.
    #[error("the PDF cannot be drawn: {0}")]
    Unreadable(String),
    /// No such page.
    #[error("the PDF has {pages} pages, page {page} was asked for")]
    NoSuchPage {
        /// Counted from 1.
        page: usize,
        /// How many there are.
        pages: usize,
    },
    /// The page would need more than [`MAX_RASTER_PIXELS`] at this resolution.
    #[error("a raster of {width} × {height} pixels is too large")]
    RasterSize {
        /// Pixels across.
        width: u64,
        /// Pixels down.
        height: u64,
    },
    /// The PNG encoder failed.
    #[error("the PNG cannot be written")]
    Png(#[from] ::png::EncodingError),
}
