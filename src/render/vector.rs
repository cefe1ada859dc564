//! Vector pictures: SVG through svg2pdf, and the page of a one-page PDF, each as a form XObject that fills the unit
//! square (ISO 32000-1, 8.10).
//!
//! Of a PDF only the page's content and resources are taken: no annotations, actions or metadata. What a PDF/A-3b file
//! may not hold is refused, not repaired.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use lopdf::content::Content;
use lopdf::{Dictionary, Document, LoadOptions, Object, ObjectId, Stream};
use svg2pdf::usvg;

use super::picture::PictureError;
use super::syntax::{LEVEL_BASE, deflate};

/// Most objects that a picture may bring along.
const MAX_OBJECTS: usize = 5_000;
/// Deepest nesting within one object.
const MAX_DEPTH: usize = 48;
/// Most bytes that one stream of an imported PDF may inflate to.
const MAX_STREAM: usize = 64 * 1024 * 1024;
/// Most ancestors of a page that hold inherited entries.
const MAX_ANCESTORS: usize = 32;
/// Entries that say nothing about how a page looks, or that PDF/A forbids.
const DROPPED: [&[u8]; 9] = [
    b"Metadata",
    b"PieceInfo",
    b"LastModified",
    b"StructParent",
    b"StructParents",
    b"OPI",
    b"TR",
    b"TR2",
    b"Alternates",
];

/// A form XObject in the document, and whether it is transparent.
pub(super) struct VectorPicture {
    pub(super) form: ObjectId,
    pub(super) transparent: bool,
}

/// Converts an SVG and adds it to the document.
pub(super) fn svg(document: &mut Document, bytes: &[u8]) -> Result<VectorPicture, PictureError> {
    let damaged = |reason: String| PictureError::Damaged { format: "SVG", reason };
    let source = std::str::from_utf8(bytes).map_err(|e| damaged(e.to_string()))?;
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
        let conversion = svg2pdf::ConversionOptions { pdfa: true, ..svg2pdf::ConversionOptions::default() };
        svg2pdf::to_pdf(&tree, conversion, svg2pdf::PageOptions::default()).map_err(|e| damaged(e.to_string()))
    };
    let pdf = crate::template::with_large_stack(convert).ok_or(PictureError::TooComplex { format: "SVG" })??;
    import(document, &pdf)
}

/// Adds the page of a one-page PDF to the document.
pub(super) fn pdf(document: &mut Document, bytes: &[u8]) -> Result<VectorPicture, PictureError> {
    catch_unwind(AssertUnwindSafe(|| import(document, bytes)))
        .map_err(|_| PictureError::TooComplex { format: "PDF" })?
}

fn import(document: &mut Document, bytes: &[u8]) -> Result<VectorPicture, PictureError> {
    let damaged = |e: lopdf::Error| PictureError::Damaged { format: "PDF", reason: e.to_string() };
    let options = LoadOptions::with_max_decompressed_size(MAX_STREAM);
    let source = Document::load_mem_with_options(bytes, options).map_err(damaged)?;
    if source.is_encrypted() || source.was_encrypted() {
        return Err(PictureError::PdfRefused("it is encrypted"));
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
    refuse_cmyk_operators(&content)?;
    let mut import = Import { source: &source, document, numbers: BTreeMap::new(), transparent: false };
    let resources = inherited(&source, page, b"Resources").unwrap_or_else(|| Dictionary::new().into());
    let resources = import.copy(&resources, 0)?;
    let group = source.get_dictionary(page).ok().and_then(|page| page.get(b"Group").ok()).cloned();
    let group = group.map(|group| import.copy(&group, 0)).transpose()?;
    let mut form = form_entries(&source, page)?;
    form.set("Resources", resources);
    if let Some(group) = group {
        form.set("Group", group);
        import.transparent = true;
    }
    let transparent = import.transparent;
    form.set("Filter", "FlateDecode");
    let form = document.add_object(Stream::new(form, deflate(&content, LEVEL_BASE)));
    Ok(VectorPicture { form, transparent })
}

/// The form's dictionary: its box, and the matrix that turns the box upright and into the unit square.
fn form_entries(source: &Document, page: ObjectId) -> Result<Dictionary, PictureError> {
    let refused = PictureError::PdfRefused("its page has no usable size");
    let bounds = [b"CropBox".as_slice(), b"MediaBox"].iter().find_map(|key| rectangle(source, page, key));
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

/// Copies what a page needs from one document into another.
struct Import<'a> {
    source: &'a Document,
    document: &'a mut Document,
    numbers: BTreeMap<ObjectId, ObjectId>,
    transparent: bool,
}

impl Import<'_> {
    /// Copies an object and whatever it refers to.
    fn copy(&mut self, object: &Object, depth: usize) -> Result<Object, PictureError> {
        if depth > MAX_DEPTH {
            return Err(PictureError::TooComplex { format: "PDF" });
        }
        Ok(match object {
            Object::Array(items) => {
                Object::Array(items.iter().map(|item| self.copy(item, depth + 1)).collect::<Result<_, _>>()?)
            }
            Object::Dictionary(entries) => Object::Dictionary(self.entries(entries, depth)?),
            Object::Stream(stream) => Object::Stream(self.stream(stream, depth)?),
            Object::Reference(id) => self.reference(*id, depth)?,
            Object::Name(name) if name == b"DeviceCMYK" => return Err(CMYK),
            plain => plain.clone(),
        })
    }

    fn reference(&mut self, id: ObjectId, depth: usize) -> Result<Object, PictureError> {
        if let Some(known) = self.numbers.get(&id) {
            return Ok(Object::Reference(*known));
        }
        let Ok(target) = self.source.get_object(id) else { return Ok(Object::Null) };
        // The number is known before the copy is made, so that a circle ends here.
        let number = self.document.new_object_id();
        self.numbers.insert(id, number);
        let copy = self.copy(target, depth + 1)?;
        self.document.objects.insert(number, copy);
        Ok(Object::Reference(number))
    }

    fn entries(&mut self, entries: &Dictionary, depth: usize) -> Result<Dictionary, PictureError> {
        self.refuse_missing_font(entries)?;
        let mut copy = Dictionary::new();
        for (key, value) in entries.iter() {
            // A page or parent reached from a resource would pull in the whole document.
            if DROPPED.contains(&&key[..]) || key == b"Parent" || key == b"P" {
                continue;
            }
            self.transparent |= key == b"SMask" || key == b"Group";
            let value = if key == b"Interpolate" { Object::Boolean(false) } else { self.copy(value, depth + 1)? };
            copy.set(key.clone(), value);
        }
        Ok(copy)
    }

    fn stream(&mut self, stream: &Stream, depth: usize) -> Result<Stream, PictureError> {
        let name = |key: &[u8]| stream.dict.get(key).and_then(Object::as_name).unwrap_or_default();
        if name(b"Subtype") == b"PS" {
            return Err(PictureError::PdfRefused("it holds PostScript"));
        }
        let mut entries = self.entries(&stream.dict, depth)?;
        let mut content = stream.content.clone();
        let filters = stream.filters().unwrap_or_default();
        let has_operators = name(b"Subtype") == b"Form" || stream.dict.has(b"PatternType");
        if has_operators || filters.iter().any(|filter| *filter == b"LZWDecode") {
            let failed = |_| PictureError::TooComplex { format: "PDF" };
            let plain = if filters.is_empty() {
                content
            } else {
                stream.decompressed_content_with_limit(MAX_STREAM).map_err(failed)?
            };
            if has_operators {
                refuse_cmyk_operators(&plain)?;
            }
            content = deflate(&plain, LEVEL_BASE);
            entries.remove(b"DecodeParms");
            entries.set("Filter", "FlateDecode");
        }
        Ok(Stream::new(entries, content).with_compression(false))
    }

    fn refuse_missing_font(&self, font: &Dictionary) -> Result<(), PictureError> {
        let subtype = font.get(b"Subtype").and_then(Object::as_name).unwrap_or_default();
        let outlines = [b"Type1".as_slice(), b"MMType1", b"TrueType", b"CIDFontType0", b"CIDFontType2"];
        if !font.has_type(b"Font") || !outlines.contains(&subtype) {
            return Ok(());
        }
        let descriptor = font.get_deref(b"FontDescriptor", self.source).and_then(Object::as_dict);
        let files = [b"FontFile".as_slice(), b"FontFile2", b"FontFile3"];
        if descriptor.is_ok_and(|descriptor| files.iter().any(|key| descriptor.has(key))) {
            return Ok(());
        }
        let name = font.get(b"BaseFont").and_then(Object::as_name).unwrap_or_default();
        Err(PictureError::PdfFont(String::from_utf8_lossy(name).chars().take(80).collect()))
    }
}

const CMYK: PictureError = PictureError::PdfRefused("it uses CMYK colours; convert it to RGB");

fn refuse_cmyk_operators(content: &[u8]) -> Result<(), PictureError> {
    let failed = |e: lopdf::Error| PictureError::Damaged { format: "PDF", reason: e.to_string() };
    let content = Content::decode(content).map_err(failed)?;
    let named = |operand: &Object| operand.as_name().is_ok_and(|name| name == b"DeviceCMYK");
    let cmyk = |op: &lopdf::content::Operation| match &*op.operator {
        "k" | "K" => true,
        "cs" | "CS" => op.operands.iter().any(named),
        _ => false,
    };
    if content.operations.iter().any(cmyk) { Err(CMYK) } else { Ok(()) }
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

fn scripts_in(entries: &Dictionary, depth: usize) -> Result<(), PictureError> {
    if entries.has(b"JS") || entries.has(b"JavaScript") {
        return Err(PictureError::PdfRefused("it holds scripts"));
    }
    entries.iter().try_for_each(|(_, value)| refuse_scripts(value, depth + 1))
}
