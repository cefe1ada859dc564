//! What the page of a foreign PDF needs, copied into our document.
//!
//! Keys mean something only in a dictionary of entries. Resources, glyph procedures and colorants are filed under names
//! that their maker chose (ISO 32000-1, 7.8.3, 9.6.5, 8.6.6.5): a glyph may be called `P` and a picture `Metadata`, and
//! none of that is taken for a key.

use std::collections::{BTreeMap, BTreeSet};

use lopdf::content::Content;
use lopdf::{Dictionary, Document, Object, ObjectId, Stream};

use super::archived::{archived, missing_outlines};
use super::layers::Layers;
use super::picture::PictureError;
use super::syntax::deflate;
use super::unchecked::{Brought, brought_by, is_profiled};
use crate::scene::Drawing;

/// Deepest nesting within one object.
pub(super) const MAX_DEPTH: usize = 48;
/// Most bytes that one stream of an imported PDF may inflate to.
pub(super) const MAX_STREAM: usize = 64 * 1024 * 1024;
/// Entries that say nothing about how a page looks, or that PDF/A forbids; membership in a layer is decided here.
const DROPPED: [&[u8]; 19] = [
    b"CIDSet",
    b"CharSet",
    b"HT",
    b"HTP",
    b"HalftoneName",
    b"Metadata",
    b"PieceInfo",
    b"LastModified",
    b"StructParent",
    b"StructParents",
    b"OPI",
    b"PS",
    b"RI",
    b"Ref",
    b"Subtype2",
    b"TR",
    b"TR2",
    b"Alternates",
    b"OC",
];
/// Entries whose names are no colour spaces.
const NAMING: [&[u8]; 3] = [b"BaseFont", b"FontName", b"Differences"];
/// Blend modes (11.3.5); readers take any other for the first.
const BLEND_MODES: [&[u8]; 17] = [
    b"Normal",
    b"Compatible",
    b"Multiply",
    b"Screen",
    b"Overlay",
    b"Darken",
    b"Lighten",
    b"ColorDodge",
    b"ColorBurn",
    b"HardLight",
    b"SoftLight",
    b"Difference",
    b"Exclusion",
    b"Hue",
    b"Saturation",
    b"Color",
    b"Luminosity",
];
/// Rendering intents (8.6.5.8).
const INTENTS: [&[u8]; 4] = [b"AbsoluteColorimetric", b"RelativeColorimetric", b"Saturation", b"Perceptual"];

/// What the keys of a dictionary are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keys {
    /// The standard's entries.
    Entries,
    /// The categories of a resource dictionary (7.8.3).
    Categories,
    /// Names that the maker of the file chose.
    Names,
    /// The same, of fonts.
    Fonts,
    /// The same, of the glyph procedures of a font (9.6.5).
    Glyphs,
}

impl Keys {
    /// What the keys are of a dictionary that stands under `key` in one whose keys are `self`.
    fn below(self, key: &[u8]) -> Self {
        match (self, key) {
            (Self::Entries, b"Resources") => Self::Categories,
            (Self::Entries, b"CharProcs") => Self::Glyphs,
            (Self::Entries, b"Colorants") => Self::Names,
            (Self::Categories, b"Font") => Self::Fonts,
            (Self::Categories, b"ExtGState" | b"ColorSpace" | b"Pattern" | b"Shading" | b"XObject" | b"Properties") => {
                Self::Names
            }
            // What is filed under a name has entries, unless it is a glyph's procedure.
            (Self::Glyphs, _) => Self::Glyphs,
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
    drawing: Drawing,
    /// Number of the page's resources, if others use them.
    shared: Option<ObjectId>,
    /// The resources of the font whose glyph procedures are copied.
    glyphs: Option<Dictionary>,
    /// Whether anything transparent was copied.
    pub(super) transparent: bool,
    /// What was copied without being looked into.
    pub(super) brings: BTreeSet<Brought>,
}

impl<'a> Import<'a> {
    pub(super) fn new(
        source: &'a Document,
        document: &'a mut Document,
        resources: Dictionary,
        drawing: Drawing,
    ) -> Self {
        let (layers, numbers, brings) = (Layers::of(source), BTreeMap::new(), BTreeSet::new());
        let (shared, glyphs, transparent) = (None, None, false);
        Self { source, document, layers, resources, numbers, drawing, shared, glyphs, transparent, brings }
    }

    /// Copies the page's resources. They are an object of their own where others than the page use them.
    pub(super) fn page_resources(&mut self) -> Result<Object, PictureError> {
        let resources = self.resources.clone();
        let copy = Object::Dictionary(self.entries(&resources, Keys::Categories, 0)?);
        let Some(shared) = self.shared else { return Ok(copy) };
        self.document.objects.insert(shared, copy);
        Ok(Object::Reference(shared))
    }

    /// Says for a form or font without resources that it uses the page's (7.8.3), so that nobody has to guess whose they are
    /// (ISO 19005-3, 6.2.2).
    fn shared_resources(&mut self) -> Object {
        let document = &mut *self.document;
        Object::Reference(*self.shared.get_or_insert_with(|| document.new_object_id()))
    }

    /// Copies the page's transparency group.
    pub(super) fn group(&mut self, group: &Object) -> Result<Object, PictureError> {
        self.transparent = true;
        self.copy(group, Keys::Entries, 0)
    }

    /// The page's content without what lies on layers that are off.
    pub(super) fn page_content(&self, content: Vec<u8>) -> Result<Vec<u8>, PictureError> {
        self.content(content, &self.resources)
    }

    /// Content without what lies on layers that are off, and without what an archived file may not hold.
    fn content(&self, content: Vec<u8>, resources: &Dictionary) -> Result<Vec<u8>, PictureError> {
        refuse_cmyk_operators(&content)?;
        let content = self.layers.without_hidden(self.source, resources, content)?;
        if self.drawing == Drawing::First {
            Ok(content)
        } else {
            archived(self.source, resources, &content, self.drawing)
        }
    }

    fn copy(&mut self, object: &Object, keys: Keys, depth: usize) -> Result<Object, PictureError> {
        if depth > MAX_DEPTH {
            return Err(PictureError::TooComplex { format: "PDF" });
        }
        Ok(match object {
            Object::Array(items) => {
                self.brings.extend(is_profiled(items).then_some(Brought::Profiles));
                Object::Array(items.iter().map(|item| self.copy(item, keys, depth + 1)).collect::<Result<_, _>>()?)
            }
            Object::Dictionary(entries) => Object::Dictionary(self.entries(entries, keys, depth)?),
            Object::Stream(stream) => Object::Stream(self.stream(stream, keys, depth)?),
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
        self.brings.extend(brought_by(entries).filter(|_| keys == Keys::Entries));
        if entries.get(b"Subtype").and_then(Object::as_name).is_ok_and(|name| name == b"Type3") && keys == Keys::Entries
        {
            return self.drawn_font(entries, depth);
        }
        let mut copy = Dictionary::new();
        for (key, value) in entries.iter() {
            let value = if keys == Keys::Entries {
                let Some(value) = self.entry(key, value, depth)? else { continue };
                value
            } else if Layers::is_membership(self.source, value) || keys == Keys::Fonts && self.is_missing(value) {
                // What shows text was looked at with the content; what is only listed is not needed.
                continue;
            } else {
                self.copy(value, keys.below(key), depth + 1)?
            };
            copy.set(key.clone(), value);
        }
        let name = |key: &[u8]| copy.get(key).and_then(Object::as_name).unwrap_or_default();
        if keys == Keys::Entries && name(b"Subtype") == b"CIDFontType2" && !copy.has(b"CIDToGIDMap") {
            copy.set("CIDToGIDMap", "Identity");
        }
        Ok(copy)
    }

    /// A font whose glyphs are drawn by procedures (9.6.5); they use its resources, or else the page's.
    fn drawn_font(&mut self, font: &Dictionary, depth: usize) -> Result<Dictionary, PictureError> {
        let own = font.get_deref(b"Resources", self.source).and_then(Object::as_dict).ok().cloned();
        let resources = own.clone().unwrap_or_else(|| self.resources.clone());
        let outer = self.glyphs.replace(resources);
        let mut copy = Dictionary::new();
        for (key, value) in font.iter() {
            if let Some(value) = self.entry(key, value, depth)? {
                copy.set(key.clone(), value);
            }
        }
        if own.is_none() && self.drawing != Drawing::First {
            copy.set("Resources", self.shared_resources());
        }
        self.glyphs = outer;
        Ok(copy)
    }

    fn is_missing(&self, font: &Object) -> bool {
        let font = self.source.dereference(font).ok().and_then(|(_, font)| font.as_dict().ok());
        font.is_some_and(|font| missing_outlines(self.source, font).is_some())
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
            (b"BM", _) => Object::Name(self.blend_mode(value)),
            (b"Intent", Object::Name(intent)) if !INTENTS.contains(&intent.as_slice()) => return Ok(None),
            (b"Font", Object::Array(font)) if font.first().is_some_and(|font| self.is_missing(font)) => {
                return Err(PictureError::PdfFont("of a graphics state".to_owned()));
            }
            (_, Object::Name(_) | Object::Array(_)) if NAMING.contains(&key) => value.clone(),
            _ => self.copy(value, Keys::Entries.below(key), depth + 1)?,
        }))
    }

    /// The first blend mode of an entry that is known (8.4.5, table 58).
    fn blend_mode(&self, value: &Object) -> Vec<u8> {
        let value = self.source.dereference(value).map_or(value, |(_, value)| value);
        let modes = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        let names = modes.iter().filter_map(|mode| self.source.dereference(mode).ok()?.1.as_name().ok());
        names.into_iter().find(|name| BLEND_MODES.contains(name)).unwrap_or(b"Normal").to_vec()
    }

    fn stream(&mut self, stream: &Stream, keys: Keys, depth: usize) -> Result<Stream, PictureError> {
        let name = |key: &[u8]| stream.dict.get(key).and_then(Object::as_name).unwrap_or_default();
        if name(b"Subtype") == b"PS" {
            return Err(PictureError::PdfRefused("it holds PostScript"));
        }
        if self.layers.hide(self.source, &stream.dict) {
            return Ok(nothing());
        }
        if [b"F".as_slice(), b"FFilter", b"FDecodeParms"].iter().any(|key| stream.dict.has(key)) {
            return Err(PictureError::PdfRefused("a part of it lies in another file; export it as one"));
        }
        let mut entries = self.entries(&stream.dict, Keys::Entries, depth)?;
        let mut content = stream.content.clone();
        let filters = stream.filters().unwrap_or_default();
        let glyph = self.glyphs.clone().filter(|_| keys == Keys::Glyphs && self.drawing != Drawing::First);
        let has_operators = name(b"Subtype") == b"Form" || stream.dict.has(b"PatternType") || glyph.is_some();
        if has_operators || filters.iter().any(|filter| *filter == b"LZWDecode") {
            let failed = |_| PictureError::TooComplex { format: "PDF" };
            let mut plain = if filters.is_empty() {
                content
            } else {
                stream.decompressed_content_with_limit(MAX_STREAM).map_err(failed)?
            };
            if has_operators {
                let own = stream.dict.get_deref(b"Resources", self.source).and_then(Object::as_dict).ok().cloned();
                let unsaid = own.is_none() && glyph.is_none() && self.drawing != Drawing::First;
                let resources = own.or(glyph).unwrap_or_else(|| self.resources.clone());
                plain = self.content(plain, &resources)?;
                if unsaid {
                    entries.set("Resources", self.shared_resources());
                }
            }
            content = deflate(&plain);
            entries.remove(b"DecodeParms");
            entries.set("Filter", "FlateDecode");
        }
        Ok(Stream::new(entries, content).with_compression(false))
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
