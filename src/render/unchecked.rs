//! What a foreign PDF brings into a certificate that nobody here looks into: fonts, colour profiles, JPEG 2000 pictures. Where it does
//! not say itself that it is PDF/A, whether they are as an archived file may hold them (ISO 19005-3, 6.2.4.2, 6.2.8.3, 6.2.11) is not
//! known, and so the certificate does not say that it is one.
//!
//! Does not look into them, and does not doubt what a file says about itself.

use std::collections::BTreeSet;

use lopdf::{Dictionary, Document, Object};

use super::foreign::MAX_STREAM;

/// Kinds of fonts (ISO 32000-1, table 110).
const FONTS: [&[u8]; 7] = [b"Type0", b"Type1", b"MMType1", b"Type3", b"TrueType", b"CIDFontType0", b"CIDFontType2"];
/// How XMP says that a file is PDF/A (ISO 19005-3, 6.6.4), as an element or as an attribute.
const CLAIM: &[u8] = b"pdfaid:part";

/// A kind of thing that is taken over as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Brought {
    /// Fonts.
    Fonts,
    /// ICC profiles.
    Profiles,
    /// JPEG 2000 pictures.
    Jpeg2000,
}

/// A picture that brings such things, and does not say that it is PDF/A.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unchecked {
    /// What the template calls the picture.
    pub name: String,
    /// What it brings.
    pub brings: BTreeSet<Brought>,
}

/// Returns what a dictionary or the stream that begins with it is, if it is of such a kind.
pub(super) fn brought_by(entries: &Dictionary) -> Option<Brought> {
    let is_font = entries.get(b"Subtype").and_then(Object::as_name).is_ok_and(|kind| FONTS.contains(&kind));
    if is_font && entries.get(b"Type").and_then(Object::as_name).is_ok_and(|name| name == b"Font") {
        return Some(Brought::Fonts);
    }
    let is_packed = |filter: &Object| filter.as_name().is_ok_and(|name| name == b"JPXDecode");
    let filters = entries.get(b"Filter").ok()?;
    let filters = filters.as_array().map_or(std::slice::from_ref(filters), Vec::as_slice);
    filters.iter().any(is_packed).then_some(Brought::Jpeg2000)
}

/// Says whether an array is a colour space of an ICC profile (ISO 32000-1, 8.6.5.5).
pub(super) fn is_profiled(array: &[Object]) -> bool {
    array.first().and_then(|family| family.as_name().ok()).is_some_and(|family| family == b"ICCBased")
}

/// Says whether a file says of itself that it is PDF/A, of whichever part.
pub(super) fn claims(source: &Document) -> bool {
    let metadata = source.catalog().ok().and_then(|root| root.get_deref(b"Metadata", source).ok()?.as_stream().ok());
    let said = metadata.and_then(|stream| match stream.filters() {
        Ok(filters) if !filters.is_empty() => stream.decompressed_content_with_limit(MAX_STREAM).ok(),
        _ => Some(stream.content.clone()),
    });
    said.is_some_and(|xmp| xmp.windows(CLAIM.len()).any(|part| part == CLAIM))
}
