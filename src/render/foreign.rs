//! What the page of a foreign PDF needs, copied into our document.
//!
//! Keys mean something only in a dictionary of entries. Resources, glyph procedures and colorants are filed under names
//! that their maker chose (ISO 32000-1, 7.8.3, 9.6.5, 8.6.6.5): a glyph may be called `P` and a picture `Metadata`, and
//! none of that is taken for a key.

use std::collections::BTreeMap;

use lopdf::content::Content;
use lopdf::{Dictionary, Document, Object, ObjectId, Stream};

use super::layers::Layers;
use super::picture::PictureError;
use super::syntax::deflate;

/// Deepest nesting within one object.
pub(super) const MAX_DEPTH: usize = 48;
/// Most bytes that one stream of an imported PDF may inflate to.
pub(super) const MAX_STREAM: usize = 64 * 1024 * 1024;
/// Entries that say nothing about how a page looks, or that PDF/A forbids; membership in a layer is decided here.
const DROPPED: [&[u8]; 10] = [
    b"Metadata",
    b"PieceInfo",
    b"LastModified",
    b"StructParent",
    b"StructParents",
    b"OPI",
    b"TR",
    b"TR2",
    b"Alternates",
    b"OC",
];
/// Entries whose names are no colour spaces.
const NAMING: [&[u8]; 4] = [b"BaseFont", b"FontName", b"Differences", b"CharSet"];

/// What the keys of a dictionary are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keys {
    /// The standard's entries.
    Entries,
    /// The categories of a resource dictionary (7.8.3).
    Categories,
    /// Names that the maker of the file chose.
    Names,
}

impl Keys {
    /// What the keys are of a dictionary that stands under `key` in one whose keys are `self`.
    fn below(self, key: &[u8]) -> Self {
        match (self, key) {
            (Self::Entries, b"Resources") => Self::Categories,
            (Self::Entries, b"CharProcs" | b"Colorants") => Self::Names,
            (
                Self::Categories,
                b"ExtGState" | b"ColorSpace" | b"Pattern" | b"Shading" | b"XObject" | b"Font" | b"Properties",
            ) => Self::Names,
            _ => Self::Entries,
        }
    }
}

/// Copies what a page needs from one document into another.
pub(super) struct Import<'a> {
    source: &'a Document,
    document: &'a mut Document,
    layers: Layers,
    /// The page's own resources, which a form without any uses (7.8.3).
    resources: Dictionary,
    numbers: BTreeMap<ObjectId, ObjectId>,
    /// Whether anything transparent was copied.
    pub(super) transparent: bool,
}

impl<'a> Import<'a> {
    pub(super) fn new(source: &'a Document, document: &'a mut Document, resources: Dictionary) -> Self {
        let layers = Layers::of(source);
        Self { source, document, layers, resources, numbers: BTreeMap::new(), transparent: false }
    }

    /// Copies the page's resources.
    pub(super) fn page_resources(&mut self) -> Result<Dictionary, PictureError> {
        let resources = self.resources.clone();
        self.entries(&resources, Keys::Categories, 0)
    }

    /// Copies the page's transparency group.
    pub(super) fn group(&mut self, group: &Object) -> Result<Object, PictureError> {
        self.transparent = true;
        self.copy(group, Keys::Entries, 0)
    }

    /// The page's content without what lies on layers that are off.
    pub(super) fn page_content(&self, content: Vec<u8>) -> Result<Vec<u8>, PictureError> {
        refuse_cmyk_operators(&content)?;
        self.layers.without_hidden(self.source, &self.resources, content)
    }

    fn copy(&mut self, object: &Object, keys: Keys, depth: usize) -> Result<Object, PictureError> {
        if depth > MAX_DEPTH {
            return Err(PictureError::TooComplex { format: "PDF" });
        }
        Ok(match object {
            Object::Array(items) => {
                Object::Array(items.iter().map(|item| self.copy(item, keys, depth + 1)).collect::<Result<_, _>>()?)
            }
            Object::Dictionary(entries) => Object::Dictionary(self.entries(entries, keys, depth)?),
            Object::Stream(stream) => Object::Stream(self.stream(stream, depth)?),
            Object::Reference(id) => self.reference(*id, keys, depth)?,
            Object::Name(name) if name == b"DeviceCMYK" => return Err(CMYK),
            plain => plain.clone(),
        })
    }

    fn reference(&mut self, id: ObjectId, keys: Keys, depth: usize) -> Result<Object, PictureError> {
        if let Some(known) = self.numbers.get(&id) {
            return Ok(Object::Reference(*known));
        }
        let Ok(target) = self.source.get_object(id) else { return Ok(Object::Null) };
        // The number is known before the copy is made, so that a circle ends here.
        let number = self.document.new_object_id();
        self.numbers.insert(id, number);
        let copy = self.copy(target, keys, depth + 1)?;
        self.document.objects.insert(number, copy);
        Ok(Object::Reference(number))
    }

    fn entries(&mut self, entries: &Dictionary, keys: Keys, depth: usize) -> Result<Dictionary, PictureError> {
        if keys == Keys::Entries {
            self.refuse_missing_font(entries)?;
        }
        let mut copy = Dictionary::new();
        for (key, value) in entries.iter() {
            let value = if keys == Keys::Entries {
                let Some(value) = self.entry(key, value, depth)? else { continue };
                value
            } else if Layers::is_membership(self.source, value) {
                continue;
            } else {
                self.copy(value, keys.below(key), depth + 1)?
            };
            copy.set(key.clone(), value);
        }
        Ok(copy)
    }

    /// An entry of the standard's; `None`: left out.
    fn entry(&mut self, key: &[u8], value: &Object, depth: usize) -> Result<Option<Object>, PictureError> {
        // A page or parent reached from a resource would pull in the whole document.
        if DROPPED.contains(&key) || key == b"Parent" || key == b"P" {
            return Ok(None);
        }
        self.transparent |= key == b"SMask" || key == b"Group";
        Ok(Some(match (key, value) {
            (b"Interpolate", _) => Object::Boolean(false),
            (_, Object::Name(_) | Object::Array(_)) if NAMING.contains(&key) => value.clone(),
            _ => self.copy(value, Keys::Entries.below(key), depth + 1)?,
        }))
    }

    fn stream(&mut self, stream: &Stream, depth: usize) -> Result<Stream, PictureError> {
        let name = |key: &[u8]| stream.dict.get(key).and_then(Object::as_name).unwrap_or_default();
        if name(b"Subtype") == b"PS" {
            return Err(PictureError::PdfRefused("it holds PostScript"));
        }
        if self.layers.hide(self.source, &stream.dict) {
            return Ok(nothing());
        }
        let mut entries = self.entries(&stream.dict, Keys::Entries, depth)?;
        let mut content = stream.content.clone();
        let filters = stream.filters().unwrap_or_default();
        let has_operators = name(b"Subtype") == b"Form" || stream.dict.has(b"PatternType");
        if has_operators || filters.iter().any(|filter| *filter == b"LZWDecode") {
            let failed = |_| PictureError::TooComplex { format: "PDF" };
            let mut plain = if filters.is_empty() {
                content
            } else {
                stream.decompressed_content_with_limit(MAX_STREAM).map_err(failed)?
            };
            if has_operators {
                refuse_cmyk_operators(&plain)?;
                let own = stream.dict.get_deref(b"Resources", self.source).and_then(Object::as_dict);
                plain = self.layers.without_hidden(self.source, own.unwrap_or(&self.resources), plain)?;
            }
            content = deflate(&plain);
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

/// A form that draws nothing, in the place of one that is hidden.
fn nothing() -> Stream {
    let mut form = Dictionary::new();
    form.set("Type", "XObject");
    form.set("Subtype", "Form");
    form.set("BBox", vec![Object::Integer(0); 4]);
    Stream::new(form, Vec::new()).with_compression(false)
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
