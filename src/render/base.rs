//! What all certificates of a template share: outlines, pictures, static text with its fonts, colour profile. Built and
//! serialised once; each file begins with these bytes.

use std::collections::BTreeMap;
use std::sync::Arc;

use lopdf::{Dictionary, Document, Object, ObjectId};
use printpdf::{Mm, Op, PdfDocument, PdfPage, PdfSaveOptions, Pt, XObjectId};
use sha2::{Digest, Sha256};

use super::content::{self, Fonts};
use super::fonts::{self, FontUse, Kept, OBJECTS_PER_FONT, Subset};
use super::picture::{Format, Packing, PictureError};
use super::syntax::{self, Objects, deflate, put};
use super::tags::{self, Element, Marks};
use super::{RenderError, Unchecked, icc, picture, vector};
use crate::scene::{Drawing, FontId, FontSource, ImageItem, Item, Scene};

/// Numbers of the objects that each certificate has for itself; fonts and links follow after the shared ones.
pub(super) const CATALOG: u32 = 1;
pub(super) const PAGES: u32 = 2;
pub(super) const PAGE: u32 = 3;
pub(super) const CONTENT: u32 = 4;
pub(super) const INFORMATION: u32 = 5;
pub(super) const METADATA: u32 = 6;
pub(super) const ATTACHMENT: u32 = 7;
pub(super) const ATTACHMENT_SPEC: u32 = 8;
/// Shared objects start here (with [`PAGES`] before them).
pub(super) const PROFILE: u32 = 9;
pub(super) const BASE_CONTENT: u32 = 10;
const FIRST_FREE: u32 = 11;
/// Version and the comment that marks the file as binary (ISO 32000-1, 7.5.2; ISO 19005-3, 6.1.2).
const HEADER: &[u8] = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n";
/// Largest page side in points (ISO 32000-1, annex C.2; ISO 19005-3, 6.1.13).
const MAX_SIDE: f32 = 14_400.0;
/// Smallest page side in points.
const MIN_SIDE: f32 = 3.0;

/// What is the same on all certificates and not drawn.
#[derive(Debug, Clone, Default)]
pub struct BaseMeta {
    /// The program that makes the file, as its properties show it. Without a version number, or a new version would
    /// change every file; empty: left out.
    pub producer: String,
}

/// A template's shared part, ready to be copied in front of each certificate.
#[derive(Debug)]
pub struct Base {
    /// Header and shared objects.
    pub(super) bytes: Vec<u8>,
    /// Where the page tree's root is.
    pub(super) pages_at: usize,
    /// Lines of the cross-reference table from [`PROFILE`] on.
    pub(super) table: Vec<u8>,
    /// The first number that is not taken.
    pub(super) next: u32,
    /// Entries of the catalog and of the page that printpdf wrote.
    pub(super) catalog: Vec<u8>,
    pub(super) page: Vec<u8>,
    /// Entries of the `/Font` and `/XObject` resources.
    pub(super) fonts: String,
    /// The fonts behind those entries.
    pub(super) subsets: Fonts,
    pub(super) pictures: String,
    pub(super) transparent: bool,
    pub(super) links: Vec<[f32; 4]>,
    pub(super) producer: String,
    pub(super) digest: [u8; 32],
    pub(super) kept: Kept,
    /// Whether files say that they are PDF/A.
    pub(super) archived: bool,
    /// Elements of the structure tree.
    pub(super) elements: Vec<Element>,
    unchecked: Vec<Unchecked>,
}

impl Base {
    /// Builds the shared part from the items that are the same on all certificates.
    ///
    /// # Errors
    /// When the page is too large, a font cannot be embedded or a picture cannot be used.
    pub fn new(base: &Scene, fonts: &dyn FontSource, meta: &BaseMeta) -> Result<Self, RenderError> {
        Self::with_letters(base, fonts, meta, &[])
    }

    /// As [`Base::new`], with the letters of western names from the faces in `lettered`: a certificate whose texts need
    /// nothing else carries no font of its own, which is quicker to draw.
    ///
    /// # Errors
    /// As [`Base::new`].
    pub fn with_letters(
        base: &Scene,
        fonts: &dyn FontSource,
        meta: &BaseMeta,
        lettered: &[FontId],
    ) -> Result<Self, RenderError> {
        Self::packed(base, fonts, (meta, lettered), Packing::Kept)
    }

    /// As [`Base::new`], to be looked at and thrown away: whether all of it can be drawn, and its picture. No certificate is made over
    /// it. Large pictures take a fraction of the time.
    ///
    /// # Errors
    /// As [`Base::new`].
    pub fn at_a_glance(base: &Scene, fonts: &dyn FontSource, lettered: &[FontId]) -> Result<Self, RenderError> {
        Self::packed(base, fonts, (&BaseMeta::default(), lettered), Packing::Glance)
    }

    fn packed(
        base: &Scene,
        fonts: &dyn FontSource,
        (meta, lettered): (&BaseMeta, &[FontId]),
        packing: Packing,
    ) -> Result<Self, RenderError> {
        let size_fits = |side: f32| (MIN_SIDE..=MAX_SIDE).contains(&side);
        if !size_fits(base.width) || !size_fits(base.height) {
            return Err(RenderError::PageSize { width: base.width, height: base.height });
        }
        let skeleton = Skeleton::new(base, packing)?;
        let mut objects = Objects { bytes: HEADER.to_vec(), ..Objects::default() };
        objects.object(PAGES, format!("<</Type/Pages/Count 1/Kids[{PAGE} 0 R]>>").as_bytes());
        objects.stream(PROFILE, "/N 3/Filter/FlateDecode", &deflate(&icc::srgb()));
        let make = |id, used: &FontUse<'_>| Subset::new(id, fonts.face(id), used, deflate).map(Arc::new);
        let mut used = fonts::uses(&base.items, base.drawing, fonts);
        lettered.iter().for_each(|id| used.entry(*id).or_default().add_letters(fonts.face(*id)));
        let subsets = subsets(used, 'S', make)?;
        let marks = (base.drawing >= Drawing::Fifth).then(|| Marks::of(&base.tags, 0));
        let (drawn, _) = content::draw(&base.items, marks, &subsets, &skeleton.names);
        objects.stream(BASE_CONTENT, "/Filter/FlateDecode", &deflate(&drawn));
        let mut next = FIRST_FREE;
        let entries = write_fonts(&mut objects, subsets.values(), &mut next);
        let pictures = skeleton.write_pictures(&mut objects, &mut next);
        let elements =
            if base.drawing >= Drawing::Fifth { tags::shared(&mut objects, base, &mut next) } else { Vec::new() };
        let shared = |number: u32| objects.entries.iter().find(|entry| entry.0 == number).map_or(0, |entry| entry.1);
        let mut table = Vec::new();
        (PROFILE..next).for_each(|number| table_line(&mut table, shared(number)));
        Ok(Self {
            pages_at: shared(PAGES),
            table,
            next,
            catalog: skeleton.catalog,
            page: skeleton.page,
            fonts: entries,
            subsets,
            pictures,
            transparent: skeleton.transparent,
            links: links(&base.items),
            producer: meta.producer.clone(),
            digest: Sha256::digest(&objects.bytes).into(),
            kept: Kept::default(),
            archived: base.drawing < Drawing::Fourth || skeleton.unchecked.is_empty(),
            elements,
            unchecked: skeleton.unchecked,
            bytes: objects.bytes,
        })
    }

    /// Returns the pictures for which files do not say that they are PDF/A.
    pub fn unchecked(&self) -> &[Unchecked] {
        &self.unchecked
    }
}

/// Subsets of all faces, named `S0`, `S1`, …
pub(super) fn subsets(
    used: BTreeMap<FontId, FontUse<'_>>,
    prefix: char,
    make: impl Fn(FontId, &FontUse<'_>) -> Result<Arc<Subset>, RenderError>,
) -> Result<Fonts, RenderError> {
    let subset = |(at, (id, used)): (usize, _)| Ok((id, (format!("{prefix}{at}"), make(id, &used)?)));
    used.into_iter().enumerate().map(subset).collect()
}

/// Writes the fonts from number `next` on and returns the resource entries that name them.
pub(super) fn write_fonts<'a>(
    objects: &mut Objects,
    fonts: impl Iterator<Item = &'a (String, Arc<Subset>)>,
    next: &mut u32,
) -> String {
    let mut entries = String::new();
    for (name, subset) in fonts {
        entries += &format!("/{name} {next} 0 R");
        subset.write(objects, *next);
        *next += OBJECTS_PER_FONT;
    }
    entries
}

pub(super) fn links(items: &[Item]) -> Vec<[f32; 4]> {
    let rect = |item: &Item| if let Item::Link { rect } = item { Some(*rect) } else { None };
    items.iter().filter_map(rect).collect()
}

/// One line of the cross-reference table, 20 bytes (7.5.4).
pub(super) fn table_line(out: &mut Vec<u8>, offset: usize) {
    put(out, format_args!("{offset:010} 00000 n \n"));
}

/// The document as printpdf makes it, pictures included, taken apart.
struct Skeleton {
    document: Document,
    /// Resource name of each picture, in painting order.
    names: Vec<String>,
    /// Resource names and objects.
    pictures: BTreeMap<String, ObjectId>,
    transparent: bool,
    unchecked: Vec<Unchecked>,
    catalog: Vec<u8>,
    page: Vec<u8>,
}

impl Skeleton {
    fn new(base: &Scene, packing: Packing) -> Result<Self, RenderError> {
        let mut printed = PdfDocument::new("");
        let (mut names, mut vectors, mut transparent) = (Vec::new(), BTreeMap::new(), false);
        let mut known: BTreeMap<[u8; 32], String> = BTreeMap::new();
        let mut ops = Vec::new();
        for (at, image) in images(base).enumerate() {
            let digest = Sha256::digest(image.bytes.as_slice()).into();
            let name = known.entry(digest).or_insert_with(|| format!("P{at}")).clone();
            if name == format!("P{at}") {
                let failed =
                    |source: PictureError| RenderError::Picture { number: at + 1, name: image.name.clone(), source };
                let raster = match picture::format(&image.bytes).map_err(failed)? {
                    Format::Png => picture::png(&image.bytes, base.drawing, packing).map_err(failed)?,
                    Format::Jpeg => picture::jpeg(&image.bytes, base.drawing).map_err(failed)?,
                    vector => {
                        vectors.insert(name.clone(), (at, vector, image));
                        names.push(name);
                        continue;
                    }
                };
                transparent |= raster.transparent;
                let id = XObjectId(name.clone());
                ops.push(Op::UseXobject { id: id.clone(), transform: Default::default() });
                printed.resources.xobjects.map.insert(id, raster.object);
            }
            names.push(name);
        }
        let side = |points: f32| Mm::from(Pt(points));
        printed.pages.push(PdfPage::new(side(base.width), side(base.height), ops));
        let options = PdfSaveOptions { optimize: false, image_optimization: None, ..PdfSaveOptions::default() };
        let mut document = printed.to_lopdf_document(&options, &mut Vec::new());
        let (mut pictures, mut unchecked) = (raster_objects(&document), Vec::new());
        for (name, (at, format, image)) in vectors {
            let add = if format == Format::Svg { vector::svg } else { vector::pdf };
            let failed = |source| RenderError::Picture { number: at + 1, name: image.name.clone(), source };
            let added = add(&mut document, &image.bytes, base.drawing).map_err(failed)?;
            transparent |= added.transparent;
            if !added.brings.is_empty() {
                unchecked.push(Unchecked { name: image.name.clone(), brings: added.brings });
            }
            pictures.insert(name, added.form);
        }
        let catalog = document.catalog().cloned().unwrap_or_default();
        let page = printed_page(&document).cloned().unwrap_or_default();
        Ok(Self {
            names,
            pictures,
            transparent,
            unchecked,
            catalog: entries(&catalog, &[b"PageLayout", b"PageMode"]),
            page: entries(&page, &[b"MediaBox", b"TrimBox", b"CropBox"]),
            document,
        })
    }

    /// Writes the pictures with all that they refer to; returns the resource entries.
    fn write_pictures(&self, objects: &mut Objects, next: &mut u32) -> String {
        let mut numbers = BTreeMap::new();
        for id in self.reachable() {
            numbers.insert(id, *next);
            *next += 1;
        }
        let mut body = Vec::new();
        for (id, number) in &numbers {
            body.clear();
            let object = self.document.get_object(*id).unwrap_or(&Object::Null);
            syntax::object(&mut body, object, &|id| numbers.get(&id).copied());
            objects.object(*number, &body);
        }
        let number = |id: &ObjectId| numbers.get(id).copied().unwrap_or_default();
        self.pictures.iter().map(|(name, id)| format!("/{name} {} 0 R", number(id))).collect()
    }

    /// All objects that the pictures need, themselves included.
    fn reachable(&self) -> std::collections::BTreeSet<ObjectId> {
        let mut found = std::collections::BTreeSet::new();
        let mut open: Vec<ObjectId> = self.pictures.values().copied().collect();
        while let Some(id) = open.pop() {
            if found.insert(id)
                && let Ok(object) = self.document.get_object(id)
            {
                references(object, &mut open);
            }
        }
        found
    }
}

fn images(scene: &Scene) -> impl Iterator<Item = &ImageItem> {
    scene.items.iter().filter_map(|item| if let Item::Image(image) = item { Some(image) } else { None })
}

fn references(object: &Object, found: &mut Vec<ObjectId>) {
    match object {
        Object::Reference(id) => found.push(*id),
        Object::Array(items) => items.iter().for_each(|item| references(item, found)),
        Object::Dictionary(entries) => entries.iter().for_each(|(_, value)| references(value, found)),
        Object::Stream(stream) => stream.dict.iter().for_each(|(_, value)| references(value, found)),
        _ => {}
    }
}

fn printed_page(document: &Document) -> Option<&Dictionary> {
    document.get_dictionary(document.page_iter().next()?).ok()
}

/// The raster pictures as printpdf has entered them into the page's resources.
fn raster_objects(document: &Document) -> BTreeMap<String, ObjectId> {
    let resources = printed_page(document)
        .and_then(|page| page.get_deref(b"Resources", document).ok()?.as_dict().ok())
        .and_then(|resources| resources.get_deref(b"XObject", document).ok()?.as_dict().ok());
    let entry =
        |(name, value): (&Vec<u8>, &Object)| Some((String::from_utf8(name.clone()).ok()?, value.as_reference().ok()?));
    resources.into_iter().flat_map(Dictionary::iter).filter_map(entry).collect()
}

fn entries(dictionary: &Dictionary, wanted: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::new();
    for key in wanted {
        if let Ok(value) = dictionary.get(key) {
            syntax::name(&mut out, key);
            out.push(b' ');
            syntax::object(&mut out, value, &|_| None);
        }
    }
    out
}
