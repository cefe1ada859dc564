//! Vector pictures: SVG through svg2pdf, and the page of a one-page PDF, each as a form XObject that fills the unit
//! square (ISO 32000-1, 8.10).
//!
//! Of a PDF only the page's content and resources are taken ([`super::foreign`]): no annotations, actions or metadata, and
//! no layer that is off ([`super::layers`]). What a PDF/A-3b file may not hold is mended where nobody sees it, and refused
//! elsewhere ([`super::archived`], [`super::inks`]).

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use lopdf::{Dictionary, Document, LoadOptions, Object, ObjectId, Stream};
use svg2pdf::usvg;

use super::foreign::{Import, MAX_DEPTH, MAX_STREAM};
use super::inks;
use super::picture::PictureError;
use super::syntax::deflate;
use super::unchecked::{self, Brought};
use crate::scene::Drawing;

/// Most objects that a picture may bring along.
const MAX_OBJECTS: usize = 5_000;
/// Most ancestors of a page that hold inherited entries.
const MAX_ANCESTORS: usize = 32;

/// A form XObject in the document, whether it is transparent, and what it brings that was not looked into.
pub(super) struct VectorPicture {
    pub(super) form: ObjectId,
    pub(super) transparent: bool,
    pub(super) brings: BTreeSet<Brought>,
}

/// Converts an SVG and adds it to the document.
pub(super) fn svg(document: &mut Document, bytes: &[u8], drawing: Drawing) -> Result<VectorPicture, PictureError> {
    let damaged = |reason: String| PictureError::Damaged { format: "SVG", reason };
    let source = std::str::from_utf8(bytes).map_err(|e| damaged(e.to_string()))?;
    if drawing != Drawing::First {
        refuse_undrawn(source)?;
    }
    for (tag, error) in [("<text", PictureError::SvgText), ("<image", PictureError::SvgImage)] {
        if source.contains(tag) {
            return Err(error);
        }
    }
    // Converters of foreign formats may panic; that is an answer about the file, not a crash of ours.
    let convert = || {
        let resolver = usvg::ImageHrefResolver {
            resolve_data: Box::new(|_, _, _| None),
            // Nothing outside of the file: neither from disk nor from a network.
            resolve_string: Box::new(|_, _| None),
        };
        let options = usvg::Options { image_href_resolver: resolver, ..usvg::Options::default() };
        let tree = usvg::Tree::from_str(source, &options).map_err(|e| damaged(e.to_string()))?;
        if drawing != Drawing::First && !tree.filters().is_empty() {
            return Err(PictureError::SvgUndrawn("a filter, such as a shadow or a blur"));
        }
        let conversion = svg2pdf::ConversionOptions { pdfa: true, ..svg2pdf::ConversionOptions::default() };
        svg2pdf::to_pdf(&tree, conversion, svg2pdf::PageOptions::default()).map_err(|e| damaged(e.to_string()))
    };
    let pdf = crate::guard::with_large_stack(convert).ok_or(PictureError::TooComplex { format: "SVG" })??;
    // What the conversion brings is made for archived files.
    Ok(VectorPicture { brings: BTreeSet::new(), ..import(document, &pdf, drawing)? })
}

/// What the conversion would leave out, or draw otherwise than a browser shows it. A filter is looked for in what is drawn: editors
/// leave some behind that nothing uses.
fn refuse_undrawn(source: &str) -> Result<(), PictureError> {
    let undrawn = [
        ("<foreignObject", "a foreignObject, a piece of a web page"),
        (":foreignObject", "a foreignObject, a piece of a web page"),
        ("var(", "CSS variables"),
        ("<animate", "an animation"),
    ];
    let found = undrawn.iter().find(|(mark, _)| source.contains(mark));
    found.map_or(Ok(()), |(_, name)| Err(PictureError::SvgUndrawn(name)))
}

/// Adds the page of a one-page PDF to the document.
pub(super) fn pdf(document: &mut Document, bytes: &[u8], drawing: Drawing) -> Result<VectorPicture, PictureError> {
    catch_unwind(AssertUnwindSafe(|| import(document, bytes, drawing)))
        .map_err(|_| PictureError::TooComplex { format: "PDF" })?
}

fn import(document: &mut Document, bytes: &[u8], drawing: Drawing) -> Result<VectorPicture, PictureError> {
    let damaged = |e: lopdf::Error| PictureError::Damaged { format: "PDF", reason: e.to_string() };
    let options = LoadOptions::with_max_decompressed_size(MAX_STREAM);
    let source = Document::load_mem_with_options(bytes, options).map_err(damaged)?;
    // One that opens without a password was opened by now.
    if source.is_encrypted() {
        return Err(PictureError::PdfRefused("it is locked with a password; save it without one"));
    }
    if source.objects.len() > MAX_OBJECTS {
        return Err(PictureError::TooComplex { format: "PDF" });
    }
    for object in source.objects.values() {
        refuse_scripts(object, 0)?;
    }
    let pages: Vec<ObjectId> = source.page_iter().take(MAX_ANCESTORS).collect();
    let [page] = pages[..] else { return Err(PictureError::PdfPages(pages.len())) };
    let content = source.get_page_content_with_limit(page, MAX_STREAM).map_err(damaged)?;
    let resources = inherited(&source, page, b"Resources").and_then(|o| o.as_dict().cloned().ok()).unwrap_or_default();
    let group = source.get_dictionary(page).ok().and_then(|page| page.get(b"Group").ok());
    let mut form = form_entries(&source, page, drawing)?;
    let mut import = Import::new(&source, document, resources, drawing);
    let content = import.page_content(content)?;
    form.set("Resources", import.page_resources()?);
    if let Some(group) = group {
        form.set("Group", import.group(group)?);
    }
    let transparent = import.transparent;
    let brings = if unchecked::claims(&source) { BTreeSet::new() } else { import.brings };
    form.set("Filter", "FlateDecode");
    let form = document.add_object(Stream::new(form, deflate(&content)));
    if drawing >= Drawing::Fourth {
        inks::settle(document)?;
    }
    Ok(VectorPicture { form, transparent, brings })
}

/// The form's dictionary: its box, and the matrix that turns the box upright and into the unit square.
fn form_entries(source: &Document, page: ObjectId, drawing: Drawing) -> Result<Dictionary, PictureError> {
    let refused = PictureError::PdfRefused("its page has no usable size");
    let bounds = match drawing {
        Drawing::First => [b"CropBox".as_slice(), b"MediaBox"].iter().find_map(|key| rectangle(source, page, key)),
        Drawing::Second | Drawing::Third | Drawing::Fourth | Drawing::Fifth => shown(source, page),
    };
    let Some([left, bottom, right, top]) = bounds else { return Err(refused) };
    let (width, height) = (right - left, top - bottom);
    if !(width > 0.0 && height > 0.0 && width.is_finite() && height.is_finite()) {
        return Err(refused);
    }
    let (x, y) = (1.0 / width, 1.0 / height);
    let turn = inherited(source, page, b"Rotate").and_then(|o| o.as_i64().ok()).unwrap_or(0).rem_euclid(360);
    let matrix = match turn {
        90 => [0.0, -x, y, 0.0, -bottom * y, 1.0 + left * x],
        180 => [-x, 0.0, 0.0, -y, 1.0 + left * x, 1.0 + bottom * y],
        270 => [0.0, x, -y, 0.0, 1.0 + bottom * y, -left * x],
        _ => [x, 0.0, 0.0, y, -left * x, -bottom * y],
    };
    let mut form = Dictionary::new();
    form.set("Type", "XObject");
    form.set("Subtype", "Form");
    form.set("BBox", [left, bottom, right, top].map(Object::Real).to_vec());
    form.set("Matrix", matrix.map(Object::Real).to_vec());
    Ok(form)
}

/// What is left of a page when it is printed, and cut where its maker says (14.11.2): bleed and printer's marks are not shown.
fn shown(source: &Document, page: ObjectId) -> Option<[f32; 4]> {
    let mut shown = rectangle(source, page, b"MediaBox")?;
    for [left, bottom, right, top] in
        [b"CropBox".as_slice(), b"TrimBox"].iter().filter_map(|key| rectangle(source, page, key))
    {
        let inner = [shown[0].max(left), shown[1].max(bottom), shown[2].min(right), shown[3].min(top)];
        if inner[2] > inner[0] && inner[3] > inner[1] {
            shown = inner;
        }
    }
    Some(shown)
}

fn rectangle(source: &Document, page: ObjectId, key: &[u8]) -> Option<[f32; 4]> {
    let array = inherited(source, page, key)?;
    let numbers: Vec<f32> = array.as_array().ok()?.iter().filter_map(|o| number(source, o)).collect();
    let [a, b, c, d] = numbers[..] else { return None };
    Some([a.min(c), b.min(d), a.max(c), b.max(d)])
}

fn number(source: &Document, object: &Object) -> Option<f32> {
    source.dereference(object).ok()?.1.as_float().ok()
}

/// An entry of the page or of its ancestors (7.7.3.4).
fn inherited(source: &Document, page: ObjectId, key: &[u8]) -> Option<Object> {
    let mut node = source.get_dictionary(page).ok()?;
    for _ in 0..MAX_ANCESTORS {
        if let Ok(value) = node.get(key) {
            return Some(source.dereference(value).ok()?.1.clone());
        }
        node = source.get_dictionary(node.get(b"Parent").ok()?.as_reference().ok()?).ok()?;
    }
    None
}

fn refuse_scripts(object: &Object, depth: usize) -> Result<(), PictureError> {
    if depth > MAX_DEPTH {
        return Err(PictureError::TooComplex { format: "PDF" });
    }
    match object {
        Object::Array(items) => items.iter().try_for_each(|item| refuse_scripts(item, depth + 1)),
        Object::Dictionary(entries) => scripts_in(entries, depth),
        Object::Stream(stream) => scripts_in(&stream.dict, depth),
        _ => Ok(()),
    }
}

/// Actions with a script (12.6.4.16). Elsewhere `JS` is a name like any other.
fn scripts_in(entries: &Dictionary, depth: usize) -> Result<(), PictureError> {
    let is_script = |action: &[u8]| matches!(action, b"JavaScript" | b"Rendition");
    if entries.has(b"JS") && entries.get(b"S").and_then(Object::as_name).is_ok_and(is_script) {
        return Err(PictureError::PdfRefused("it holds scripts"));
    }
    entries.iter().try_for_each(|(_, value)| refuse_scripts(value, depth + 1))
}
