//! PDF files: the attached JWS, the QR codes on the pages, the printed text. One parser (hayro) for all three, so that
//! they cannot see different files.

mod attached;
mod bounds;
mod links;

pub(super) use attached::Attached;

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::object::{Array, Dict, Name, Object};
use hayro::hayro_syntax::page::Page;
use hayro::hayro_syntax::{Filter, LoadPdfError, Pdf};
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings};
use image::GrayImage;

use super::disagree::{Shown, shown_numbers};
use super::pieces::{Event, Sink};
use super::{Candidate, Cut, Kind, ReadMode, ReadingError, Source, What, guard, printed, scan};
use crate::credential::UnverifiedCredential;

/// Pages that are looked at. A certificate has one; a file of many, put together, has as many.
const PAGES: usize = 100;

/// Resolutions that a page is scanned at, in dots per inch; the second only when the first shows no code of ours.
const RESOLUTIONS: [f32; 2] = [150.0, 300.0];

/// Most pixels of a drawn page: A3 at 300 dpi is 17 million.
const PAGE_PIXELS: f32 = 18_000_000.0;

/// Annotations of a page that are looked at.
const ANNOTATIONS: usize = 512;

const WHAT: What = What::Pdf;

/// Tells what is in a PDF. Returns the files attached to it that are to be read too.
pub(super) fn read(bytes: Vec<u8>, mode: ReadMode, sink: &mut dyn Sink) -> Result<Vec<Attached>, ReadingError> {
    bounds::check(&bytes)?;
    sink.tell(Event::Kind(Kind::Pdf));
    guard::catch(WHAT, || read_guarded(bytes, mode, sink))
}

/// Returns the files attached to a PDF that was read before.
pub(super) fn attached_files(bytes: &[u8]) -> Vec<Attached> {
    guard::catch(WHAT, || Ok(attached::all(&open(bytes.to_vec())?).files)).unwrap_or_default()
}

fn open(bytes: Vec<u8>) -> Result<Pdf, ReadingError> {
    Pdf::new(bytes).map_err(|error| match error {
        LoadPdfError::Decryption(_) => ReadingError::Encrypted { what: WHAT },
        LoadPdfError::Invalid => ReadingError::Damaged { what: WHAT, problem: "no pages can be found in it".into() },
    })
}

fn read_guarded(bytes: Vec<u8>, mode: ReadMode, sink: &mut dyn Sink) -> Result<Vec<Attached>, ReadingError> {
    let pdf = open(bytes)?;
    bounds::check_streams(&pdf)?;
    let attached::All { credentials, files: attached } = attached::all(&pdf);
    credentials.iter().cloned().for_each(|candidate| sink.tell(Event::Candidate(candidate)));
    if drawn_over(&pdf) {
        sink.tell(Event::DrawnOver);
    }
    if pdf.pages().len() > PAGES {
        sink.tell(Event::Cut(Cut::Pages));
    }
    // Also counts what the pages draw: a file that is past the limits here is not drawn below.
    match guard::catch(WHAT, || Ok(printed::read(&pdf, PAGES, || sink.has_time()))) {
        Ok(printed::Printed { text, pictures }) => {
            sink.tell(Event::Printed(text.clone()));
            if !pictures.is_empty() {
                sink.tell(Event::Pictures(pictures));
            }
            tell_codes(&pdf, &unexplained(&text, &credentials, mode), sink);
        }
        Err(error) if credentials.is_empty() => return Err(error),
        Err(_) => {}
    }
    links::tell(&pdf, sink);
    Ok(attached)
}

/// Returns for each page whether its QR code is to be read: where no attached credential has the number that it shows.
/// Certificates that were put together into one file, or taken out of one, keep their pages, but often not their
/// attachments.
fn unexplained(printed: &str, credentials: &[Candidate], mode: ReadMode) -> Vec<bool> {
    let number = |candidate: &Candidate| {
        let credential = UnverifiedCredential::from_payload(&candidate.jws().ok()?.payload).ok()?;
        Some(credential.number)
    };
    let attached: Vec<String> = credentials.iter().filter_map(number).collect();
    let is_explained = |shown: Shown| !shown.is_empty() && shown.iter().all(|number| attached.contains(number));
    let pages = shown_numbers(printed);
    // What is attached and unreadable explains nothing.
    pages.into_iter().map(|shown| mode == ReadMode::Thorough || !is_explained(shown)).collect()
}

/// Links that draw nothing are expected; anything else was put on the page afterwards.
fn drawn_over(pdf: &Pdf) -> bool {
    let draws = |annotation: Dict<'_>| {
        let kind = annotation.get::<Name<'_>>("Subtype");
        let quiet = kind.is_some_and(|kind| matches!(kind.as_str(), "Link" | "Popup"));
        !quiet || annotation.contains_key("AP")
    };
    let drawn_on = |page: &Page<'_>| {
        let (dicts, is_cut) = annotations(page);
        // More than are looked at is too many for links.
        dicts.into_iter().any(draws) || is_cut
    };
    pdf.pages().iter().take(PAGES).any(drawn_on)
}

/// Returns the annotations of a page, and whether there are more than are looked at.
fn annotations<'a>(page: &Page<'a>) -> (Vec<Dict<'a>>, bool) {
    let Some(all) = page.raw().get::<Array<'_>>("Annots") else { return (Vec::new(), false) };
    let dicts = all.iter::<Object<'_>>().take(ANNOTATIONS).filter_map(Object::into_dict).collect();
    (dicts, all.iter::<Object<'_>>().nth(ANNOTATIONS).is_some())
}

/// Scans pages for QR codes.
fn tell_codes(pdf: &Pdf, wanted: &[bool], sink: &mut dyn Sink) {
    for (index, page) in pdf.pages().iter().take(PAGES).enumerate() {
        if !wanted.get(index).copied().unwrap_or(true) {
            continue;
        }
        if !sink.has_time() {
            sink.tell(Event::Cut(Cut::Pages));
            return;
        }
        // A page that cannot be drawn has no code that counts; the attachment and the other pages still do.
        match guard::catch(WHAT, || Ok(scan_page(page))) {
            Err(_) => sink.tell(Event::Cut(Cut::Pages)),
            Ok(texts) => texts
                .into_iter()
                .map(|text| Candidate { text, source: Source::QrOnPage(index + 1) })
                .for_each(|candidate| sink.tell(Event::Candidate(candidate))),
        }
    }
}

/// Returns the codes of a page. Somebody else's do not end the search for ours.
fn scan_page(page: &Page<'_>) -> Vec<String> {
    let mut codes = scan::Codes::default();
    for dpi in RESOLUTIONS {
        codes.add(scan::scan_drawn(&draw(page, dpi)));
        if codes.has_ours() {
            break;
        }
    }
    codes.into_texts()
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
