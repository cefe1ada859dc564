//! PDF files: the attached JWS, the QR codes on the pages, the printed text. One parser (hayro) for all three, so that
//! they cannot see different files.

mod bounds;

use std::io::Read;

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::object::{Array, Dict, Name, Object, Stream};
use hayro::hayro_syntax::page::Page;
use hayro::hayro_syntax::{Filter, LoadPdfError, Pdf};
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings};
use image::GrayImage;

use super::{
    CANDIDATE_BYTES, CANDIDATES, Candidate, Found, Kind, ReadMode, ReadingError, Source, disagree, guard, printed, scan,
};

/// Pages that are looked at; a certificate has one.
const PAGES: usize = 10;

/// Resolutions that a page is scanned at, in dots per inch; the second only when the first shows no code.
const RESOLUTIONS: [f32; 2] = [150.0, 300.0];

/// Most pixels of a drawn page: A3 at 300 dpi is 17 million.
const PAGE_PIXELS: f32 = 25_000_000.0;

/// Deepest nesting and most nodes of the tree of attachments.
const NAME_TREE: (usize, usize) = (8, 256);

const WHAT: &str = "PDF";

pub(super) fn read(bytes: &[u8], mode: ReadMode) -> Result<Found, ReadingError> {
    bounds::check(bytes)?;
    let bytes = bytes.to_vec();
    guard::on_thread(WHAT, move || read_guarded(bytes, mode))
}

fn read_guarded(bytes: Vec<u8>, mode: ReadMode) -> Result<Found, ReadingError> {
    let pdf = Pdf::new(bytes).map_err(|error| match error {
        LoadPdfError::Decryption(_) => ReadingError::Encrypted,
        LoadPdfError::Invalid => ReadingError::Damaged { what: WHAT, problem: "no pages can be found in it".into() },
    })?;
    bounds::check_streams(&pdf)?;
    let mut candidates = attachments(&pdf);
    // Also counts what the pages draw: a page that is past the limits here is not drawn below.
    let printed = guard::catch(WHAT, || Ok(printed::text(&pdf, PAGES)));
    let attached = candidates.iter().filter(|candidate| candidate.looks_like_credential()).count();
    // Certificates that were put together into one file keep their pages, but often not their attachments.
    let holds_more =
        pdf.pages().len() <= PAGES && printed.as_ref().is_ok_and(|text| disagree::count_numbers(text) > attached);
    if mode == ReadMode::Thorough || attached == 0 || holds_more {
        match &printed {
            Ok(_) => candidates.extend(page_codes(&pdf)),
            Err(error) if candidates.is_empty() => return Err(error.clone()),
            Err(_) => {}
        }
    }
    candidates.truncate(CANDIDATES);
    Ok(Found { kind: Kind::Pdf, candidates, printed: printed.ok(), drawn_over: drawn_over(&pdf) })
}

/// Returns the attached files whose name ends in `.jwt`: those of the catalog's `/AF` and of its name tree
/// (ISO 32000-2 sections 7.11.4 and 14.13).
fn attachments(pdf: &Pdf) -> Vec<Candidate> {
    let mut specs = Vec::new();
    if let Some(catalog) = pdf.xref().get::<Dict<'_>>(pdf.xref().root_id()) {
        if let Some(files) = catalog.get::<Array<'_>>("AF") {
            specs.extend(dicts(&files));
        }
        if let Some(tree) = catalog.get::<Dict<'_>>("Names").and_then(|names| names.get::<Dict<'_>>("EmbeddedFiles")) {
            walk_names(&tree, 0, &mut 0, &mut specs);
        }
    }
    let mut found: Vec<Candidate> = Vec::new();
    for text in specs.iter().filter_map(attached_text) {
        if !found.iter().any(|candidate| candidate.text == text) {
            found.push(Candidate { text, source: Source::Attachment });
        }
    }
    found
}

fn walk_names<'a>(node: &Dict<'a>, depth: usize, seen: &mut usize, specs: &mut Vec<Dict<'a>>) {
    *seen += 1;
    if depth > NAME_TREE.0 || *seen > NAME_TREE.1 {
        return;
    }
    // Name, file, name, file.
    if let Some(names) = node.get::<Array<'a>>("Names") {
        specs.extend(dicts(&names));
    }
    if let Some(kids) = node.get::<Array<'a>>("Kids") {
        for kid in dicts(&kids) {
            walk_names(&kid, depth + 1, seen, specs);
        }
    }
}

fn dicts<'a>(array: &Array<'a>) -> impl Iterator<Item = Dict<'a>> + use<'a> {
    array.iter::<Object<'a>>().take(2 * NAME_TREE.1).filter_map(|object| match object {
        Object::Dict(dict) => Some(dict),
        _ => None,
    })
}

fn attached_text(spec: &Dict<'_>) -> Option<String> {
    let named = ["UF", "F"].into_iter().any(|key| {
        spec.get::<hayro::hayro_syntax::object::String<'_>>(key)
            .is_some_and(|name| printed::pdf_text(name.as_bytes()).to_lowercase().ends_with(".jwt"))
    });
    if !named {
        return None;
    }
    let embedded = spec.get::<Dict<'_>>("EF")?;
    let stream = ["UF", "F"].into_iter().find_map(|key| embedded.get::<Stream<'_>>(key))?;
    let text = String::from_utf8(bounded(&stream)?).ok()?;
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// Decodes a small stream without trusting how far it inflates.
fn bounded(stream: &Stream<'_>) -> Option<Vec<u8>> {
    let raw = stream.raw_data();
    let mut bytes = Vec::new();
    let limit = CANDIDATE_BYTES as u64 + 1;
    match stream.filters().as_slice() {
        [] => raw.take(limit).read_to_end(&mut bytes).ok()?,
        [Filter::FlateDecode] => flate2::read::ZlibDecoder::new(&raw[..]).take(limit).read_to_end(&mut bytes).ok()?,
        _ => return None,
    };
    (bytes.len() <= CANDIDATE_BYTES).then_some(bytes)
}

/// Links that draw nothing are expected; anything else was put on the page afterwards.
fn drawn_over(pdf: &Pdf) -> bool {
    let draws = |annotation: Dict<'_>| {
        let kind = annotation.get::<Name<'_>>("Subtype");
        let quiet = kind.is_some_and(|kind| matches!(kind.as_str(), "Link" | "Popup"));
        !quiet || annotation.contains_key("AP")
    };
    let drawn_on = |page: &Page<'_>| {
        let Some(all) = page.raw().get::<Array<'_>>("Annots") else { return false };
        // More than are looked at is too many for links.
        dicts(&all).any(draws) || all.iter::<Object<'_>>().nth(2 * NAME_TREE.1).is_some()
    };
    pdf.pages().iter().take(PAGES).any(drawn_on)
}

/// Scans the first pages for QR codes.
fn page_codes(pdf: &Pdf) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    for (index, page) in pdf.pages().iter().take(PAGES).enumerate() {
        // A page that cannot be drawn has no code; the attachment, the text and the other pages still count.
        let texts = guard::catch(WHAT, || Ok(scan_page(page))).unwrap_or_default();
        candidates.extend(texts.into_iter().map(|text| Candidate { text, source: Source::QrOnPage(index + 1) }));
    }
    candidates
}

fn scan_page(page: &Page<'_>) -> Vec<String> {
    RESOLUTIONS
        .iter()
        .map(|&dpi| scan::scan_drawn(&draw(page, dpi)))
        .find(|texts| !texts.is_empty())
        .unwrap_or_default()
}

/// Draws a page in grey; an overlarge page is drawn smaller.
fn draw(page: &Page<'_>, dpi: f32) -> GrayImage {
    let (width, height) = page.render_dimensions();
    let fitting = (PAGE_PIXELS / (width * height).max(1.0)).sqrt();
    let side = 16_000.0 / width.max(height).max(1.0);
    let scale = (dpi / 72.0).min(fitting).min(side);
    let pixmap = hayro::render(
        page,
        &RenderCache::new(),
        &InterpreterSettings::default(),
        &RenderSettings::default(),
        &PixmapSettings { x_scale: scale, y_scale: scale, bg_color: WHITE },
    );
    let grey = |p: &[u8]| ((u32::from(p[0]) * 77 + u32::from(p[1]) * 151 + u32::from(p[2]) * 28) >> 8) as u8;
    let pixels = pixmap.data_as_u8_slice().chunks_exact(4).map(grey).collect();
    GrayImage::from_raw(u32::from(pixmap.width()), u32::from(pixmap.height()), pixels).unwrap_or_default()
}

/// True for the names of filters that unpack.
fn unpacks(filter: &Filter) -> bool {
    matches!(filter, Filter::FlateDecode | Filter::LzwDecode | Filter::RunLengthDecode)
}

/// Returns the width and height that an image stream claims.
fn claimed_pixels(dict: &Dict<'_>) -> Option<u64> {
    dict.get::<Name<'_>>("Subtype").filter(|name| name.as_str() == "Image")?;
    let side = |key: &str| dict.get::<i32>(key).map(|side| u64::try_from(side).unwrap_or(0));
    Some(side("Width")?.saturating_mul(side("Height")?))
}
