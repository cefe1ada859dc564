//! Assets: pictures and fonts beside the document. Their size and kind are judged before anything draws them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::document::Document;
use super::error::TemplateError;
use super::foreign;
use super::model::Element;
use crate::scene::{Drawing, Turn};

/// Largest asset, in bytes.
pub const MAX_ASSET_BYTES: usize = 5 << 20;
/// Largest sum of a template's assets, in bytes.
pub const MAX_ASSETS_BYTES: usize = 20 << 20;
/// Most assets of a template.
pub const MAX_ASSETS: usize = 64;
/// Most pixels of a picture.
pub const MAX_PIXELS: u64 = 40_000_000;

/// Names and bytes.
pub(super) type Assets = BTreeMap<String, Arc<Vec<u8>>>;

/// Width and height of a picture, in its own units.
pub(super) fn picture_size(name: &str, bytes: &[u8]) -> Result<(f32, f32), TemplateError> {
    let error = |problem: String| TemplateError::Asset { asset: name.to_owned(), problem };
    let size = match kind(bytes) {
        Some(Kind::Raster) => raster_size(bytes),
        Some(Kind::Svg) => svg_size(bytes),
        Some(Kind::Pdf) => pdf_size(bytes),
        None => Err(foreign::said(bytes)),
    };
    let (width, height) = size.map_err(error)?;
    if width.is_finite() && height.is_finite() && width > 0.0 && height > 0.0 {
        Ok((width, height))
    } else {
        Err(error("has no size".into()))
    }
}

/// Width and height of a picture as it is shown: upright, and of a PDF what is meant to be left after cutting.
pub(super) fn shown_size(name: &str, bytes: &[u8], drawing: Drawing) -> Result<(f32, f32), TemplateError> {
    let (width, height) = match kind(bytes) {
        Some(Kind::Pdf) if drawing != Drawing::First => trimmed_size(bytes).unwrap_or(picture_size(name, bytes)?),
        _ => picture_size(name, bytes)?,
    };
    Ok(if turn(bytes, drawing).quarters % 2 == 1 { (height, width) } else { (width, height) })
}

/// Returns width and height of a picture as it is shown, in its own units; nothing where it is none.
pub fn shape_of(name: &str, bytes: &[u8]) -> Option<(f32, f32)> {
    shown_size(name, bytes, Drawing::default()).ok()
}

/// Whether a JPEG has no end (ITU-T T.81, B.1.1.3: marker EOI), as half a download has. Programs draw what there is of one and leave the
/// rest grey, so that nobody would learn of it before it is printed. A small picture that is within a photo has its own end.
pub fn is_cut_off(bytes: &[u8]) -> bool {
    if !bytes.starts_with(b"\xFF\xD8\xFF") {
        return false;
    }
    let mut at = 2;
    while let Some([first, marker]) = bytes.get(at..at + 2) {
        at += match (first, marker) {
            (0xFF, 0xD9) => return false,
            (0xFF, 0xFF) => 1,
            (0xFF, 0x01 | 0xD0..=0xD8) => 2,
            // A segment, which says how long it is; behind the head of a scan are the data of it.
            (0xFF, 0x02..) => match bytes.get(at + 2..at + 4) {
                Some(length) => 2 + usize::from(length[0]) * 256 + usize::from(length[1]),
                None => return true,
            },
            _ => 1,
        };
    }
    true
}

/// Returns how a photo is turned to stand upright, as it says itself (Exif 2.3, tag Orientation; PNG, chunk eXIf).
pub(super) fn turn(bytes: &[u8], drawing: Drawing) -> Turn {
    use image::metadata::Orientation as To;
    if drawing == Drawing::First || !matches!(kind(bytes), Some(Kind::Raster)) {
        return Turn::default();
    }
    let reader = image::ImageReader::new(std::io::Cursor::new(bytes)).with_guessed_format().ok();
    let told = reader.and_then(|reader| image::ImageDecoder::orientation(&mut reader.into_decoder().ok()?).ok());
    let (mirrored, quarters) = match told.unwrap_or(To::NoTransforms) {
        To::NoTransforms => (false, 0),
        To::Rotate90 => (false, 1),
        To::Rotate180 => (false, 2),
        To::Rotate270 => (false, 3),
        To::FlipHorizontal => (true, 0),
        // Turned before it is mirrored: the other way round, it turns the other way.
        To::Rotate270FlipH => (true, 1),
        To::FlipVertical => (true, 2),
        To::Rotate90FlipH => (true, 3),
    };
    Turn { mirrored, quarters }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Raster,
    Svg,
    Pdf,
}

/// Tells a picture by its first bytes.
pub(super) fn kind(bytes: &[u8]) -> Option<Kind> {
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start();
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") || bytes.starts_with(b"\xFF\xD8\xFF") {
        Some(Kind::Raster)
    } else if bytes.starts_with(b"%PDF-") {
        Some(Kind::Pdf)
    } else if text.starts_with(b"<svg") || text.starts_with(b"<?xml") || text.starts_with(b"<!") {
        Some(Kind::Svg)
    } else {
        None
    }
}

fn raster_size(bytes: &[u8]) -> Result<(f32, f32), String> {
    let reader = image::ImageReader::new(std::io::Cursor::new(bytes)).with_guessed_format();
    let size = reader.map_err(|e| e.to_string())?.into_dimensions();
    let (width, height) = size.map_err(|e| format!("is a damaged picture: {e}"))?;
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(format!("has {width} by {height} pixels, more than {MAX_PIXELS} in all"));
    }
    Ok((width as f32, height as f32))
}

/// Parses the picture without its texts; files that it wants from outside are refused, not fetched.
fn svg_size(bytes: &[u8]) -> Result<(f32, f32), String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "is not a readable SVG: it is not UTF-8".to_owned())?;
    let broken = || Err("is not a readable SVG: its structure is broken".to_owned());
    let size = |text: &str| parse_svg(text).map(|tree| (tree.size().width(), tree.size().height()));
    crate::guard::with_large_stack(|| size(text.trim_start_matches('\u{feff}'))).unwrap_or_else(broken)
}

/// Returns an SVG as nothing but its shapes and colours, as it is drawn: no script, no name, nothing from outside.
pub(super) fn plain_svg(name: &str, bytes: &[u8]) -> Result<String, TemplateError> {
    let error = |problem: String| TemplateError::Asset { asset: name.to_owned(), problem };
    let text = std::str::from_utf8(bytes).map_err(|_| error("is not a readable SVG: it is not UTF-8".to_owned()))?;
    let plain = |text: &str| parse_svg(text).map(|tree| tree.to_string(&svg2pdf::usvg::WriteOptions::default()));
    let broken = || Err("is not a readable SVG: its structure is broken".to_owned());
    let plain = crate::guard::with_large_stack(|| plain(text.trim_start_matches('\u{feff}'))).unwrap_or_else(broken);
    plain.map_err(error)
}

fn parse_svg(text: &str) -> Result<svg2pdf::usvg::Tree, String> {
    super::svg_guard::check(text)?;
    let wants_outside = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&wants_outside);
    let mut options = svg2pdf::usvg::Options::default();
    options.image_href_resolver.resolve_string = Box::new(move |_, _| {
        flag.store(true, Ordering::Relaxed);
        None
    });
    // A picture in the picture could be an SVG that nobody looked over.
    options.image_href_resolver.resolve_data = Box::new(|_, _, _| None);
    let tree = svg2pdf::usvg::Tree::from_str(text, &options).map_err(|e| format!("is not a readable SVG: {e}"))?;
    if wants_outside.load(Ordering::Relaxed) {
        return Err("refers to a picture outside the file; embed it".into());
    }
    if text.contains("<text") {
        return Err("has text; convert it to outlines, or use text elements".into());
    }
    super::svg_cost::check(&tree)?;
    Ok(tree)
}

fn pdf_size(bytes: &[u8]) -> Result<(f32, f32), String> {
    let document = lopdf::Document::load_mem(bytes).map_err(|e| format!("is not a readable PDF: {e}"))?;
    if document.is_encrypted() {
        return Err("is locked with a password; save the PDF without one".into());
    }
    let pages = document.get_pages();
    let (1, Some(page)) = (pages.len(), pages.values().next()) else {
        return Err(format!("has {} pages, expected one", pages.len()));
    };
    let mut at = Some(*page);
    for _ in 0..16 {
        let Some(node) = at.and_then(|id| document.get_dictionary(id).ok()) else { break };
        if let Ok(size) = node.get_deref(b"MediaBox", &document).and_then(lopdf::Object::as_array) {
            let side = |n: usize| size.get(n).and_then(|v| v.as_float().ok()).unwrap_or(f32::NAN);
            return Ok(((side(2) - side(0)).abs(), (side(3) - side(1)).abs()));
        }
        at = node.get(b"Parent").and_then(lopdf::Object::as_reference).ok();
    }
    Err("has a page without a size".into())
}

/// What the only page of a PDF says of where it is to be cut (ISO 32000-1, 14.11.2).
pub(super) struct Cut {
    /// It says where.
    pub trim: bool,
    /// It has a bleed, which is to be cut off.
    pub bleed: bool,
}

/// Returns what a PDF says of where it is to be cut.
pub(super) fn cut(bytes: &[u8]) -> Option<Cut> {
    let document = lopdf::Document::load_mem(bytes).ok()?;
    let page = document.page_iter().next()?;
    let has = |key: &[u8]| inherited(&document, page, key).is_some();
    Some(Cut { trim: has(b"TrimBox"), bleed: has(b"BleedBox") })
}

/// An entry of a page or of its ancestors (7.7.3.4).
fn inherited<'d>(document: &'d lopdf::Document, page: lopdf::ObjectId, key: &[u8]) -> Option<&'d lopdf::Object> {
    let mut at = Some(page);
    for _ in 0..16 {
        let node = document.get_dictionary(at?).ok()?;
        if let Ok(value) = node.get_deref(key, document) {
            return Some(value);
        }
        at = node.get(b"Parent").and_then(lopdf::Object::as_reference).ok();
    }
    None
}

/// Width and height of the only page's trim box, as it is turned; nothing if it has no usable one.
fn trimmed_size(bytes: &[u8]) -> Option<(f32, f32)> {
    let document = lopdf::Document::load_mem(bytes).ok()?;
    let page = document.page_iter().next()?;
    let inherited = |key: &[u8]| inherited(&document, page, key);
    let sides = |key: &[u8]| {
        let sides = inherited(key)?.as_array().ok()?;
        let side = |at: usize| document.dereference(sides.get(at)?).ok()?.1.as_float().ok();
        let (a, b, c, d) = (side(0)?, side(1)?, side(2)?, side(3)?);
        Some([a.min(c), b.min(d), a.max(c), b.max(d)])
    };
    let mut shown = sides(b"MediaBox")?;
    for [left, bottom, right, top] in [b"CropBox".as_slice(), b"TrimBox"].iter().filter_map(|key| sides(key)) {
        let inner = [shown[0].max(left), shown[1].max(bottom), shown[2].min(right), shown[3].min(top)];
        shown = if inner[2] > inner[0] && inner[3] > inner[1] { inner } else { shown };
    }
    let (width, height) = (shown[2] - shown[0], shown[3] - shown[1]);
    let turned = inherited(b"Rotate").and_then(|turn| turn.as_i64().ok()).unwrap_or(0).rem_euclid(180) == 90;
    let size = if turned { (height, width) } else { (width, height) };
    (size.0 > 0.0 && size.1 > 0.0 && size.0.is_finite() && size.1.is_finite()).then_some(size)
}

/// An asset that the document names.
pub(super) struct Wanted {
    pub name: String,
    pub at: String,
    pub optional: bool,
}

/// Returns the assets that a document names, with the place that names them.
pub(super) fn wanted(document: &Document) -> Vec<Wanted> {
    let must = |name: &String, at: String| Wanted { name: name.clone(), at, optional: false };
    let mut found: Vec<Wanted> = Vec::new();
    found.extend(document.background.asset.iter().map(|name| must(name, "background".into())));
    found.extend(document.fonts.iter().enumerate().map(|(at, name)| must(name, format!("fonts[{at}]"))));
    for (at, element) in document.elements.iter().enumerate() {
        match element {
            Element::Image(image) => found.push(Wanted {
                name: image.asset.clone(),
                at: format!("elements[{at}]"),
                optional: image.optional,
            }),
            // A person without a written signature still signs by name.
            Element::Signatories(row) => {
                let images = row.people.iter().filter_map(|person| person.image.clone());
                found.extend(images.map(|name| Wanted { name, at: format!("elements[{at}]"), optional: true }));
            }
            _ => {}
        }
    }
    found
}

/// Refuses a name that could lead out of the template's folder.
pub(super) fn check_name(name: &str) -> Result<(), TemplateError> {
    let part_ok = |part: &str| !part.is_empty() && part != "." && part != "..";
    let char_ok = |c: char| !c.is_control() && !matches!(c, '\\' | ':' | '\0');
    if name.len() <= 200 && name.split('/').all(part_ok) && name.chars().all(char_ok) {
        Ok(())
    } else {
        let asset = name.chars().take(60).collect();
        Err(TemplateError::Asset { asset, problem: "is not a plain name inside the template's folder".into() })
    }
}

/// Refuses assets that are too many or too large, or pictures that cannot be drawn.
pub(super) fn check_all(document: &Document, assets: &Assets) -> Result<(), TemplateError> {
    check_sum(assets)?;
    assets.iter().try_for_each(|(name, bytes)| check_one(document, name, bytes))?;
    missing(document, assets).map_or(Ok(()), Err)
}

/// Refuses assets that are too many, or too large together.
pub(super) fn check_sum(assets: &Assets) -> Result<(), TemplateError> {
    let total: usize = assets.values().map(|bytes| bytes.len()).sum();
    if assets.len() > MAX_ASSETS || total > MAX_ASSETS_BYTES {
        let problem = format!("and its neighbours are more than {MAX_ASSETS} or larger than {MAX_ASSETS_BYTES} bytes");
        return Err(TemplateError::Asset { asset: assets.keys().next_back().cloned().unwrap_or_default(), problem });
    }
    Ok(())
}

/// Refuses an asset that is too large, or a picture that cannot be drawn.
pub(super) fn check_one(document: &Document, name: &str, bytes: &[u8]) -> Result<(), TemplateError> {
    check_name(name)?;
    if bytes.len() > MAX_ASSET_BYTES {
        let problem = format!("is larger than {MAX_ASSET_BYTES} bytes");
        return Err(TemplateError::Asset { asset: name.to_owned(), problem });
    }
    if document.fonts.iter().any(|font| font == name) { Ok(()) } else { picture_size(name, bytes).map(drop) }
}

/// Returns the first asset that the document cannot do without and that is not there.
pub(super) fn missing(document: &Document, assets: &Assets) -> Option<TemplateError> {
    let missing = wanted(document).into_iter().find(|one| !one.optional && !assets.contains_key(&one.name))?;
    Some(TemplateError::MissingAsset { asset: missing.name, at: missing.at })
}
