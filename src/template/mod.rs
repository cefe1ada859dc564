//! Templates: what a certificate looks like, as a JSON document with assets beside it, and the layout that turns one
//! record into a [`Scene`].
//!
//! Knows pages, boxes, fonts, shaping, line breaks and placeholders. Does not write PDF or PNG ([`crate::render`]), does
//! not know who gets a certificate.

mod scene;

pub use scene::{Color, FontId, Glyph, GlyphRun, ImageItem, Item, Path, PathSegment, QrItem, Scene};
