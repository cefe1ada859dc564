//! Finds QR codes in a grey picture: several sizes, two ways to tell black from white, and light on dark.

use std::collections::HashSet;

use image::GrayImage;
use rxing::common::{GlobalHistogramBinarizer, HybridBinarizer};
use rxing::multi::MultipleBarcodeReader;
use rxing::qrcode::QRCodeReader;
use rxing::qrcode::cpp_port::QrReader;
use rxing::{BarcodeFormat, Binarizer, BinaryBitmap, DecodeHints, Luma8LuminanceSource, Reader};

use super::{CANDIDATE_BYTES, found};

/// Longest sides that a picture is tried at, in this order; 0 is the picture as it is.
const SIDES: [u32; 5] = [0, 1600, 1000, 2600, 700];

/// A picture larger than this is made smaller before anything else.
const LARGEST_SIDE: u32 = 4000;

/// A picture smaller than this is also tried three times as large.
const SMALL_SIDE: u32 = 400;

/// A picture that is longer than so many times its shorter side is also looked at piece by piece: made as small as it
/// must be for a look at the whole, a screenshot of a long page has no code any more.
const LONG: u32 = 2;

/// So many pieces at most; a picture that would need more has longer ones.
const PIECES: u32 = 24;

/// The texts of codes, as several attempts see them.
#[derive(Default)]
pub(super) struct Codes(Vec<String>);

impl Codes {
    /// Adds what an attempt saw.
    pub(super) fn add(&mut self, seen: impl IntoIterator<Item = String>) {
        for text in seen {
            if !self.0.contains(&text) {
                self.0.push(text);
            }
        }
    }

    /// True if one of them may be a credential: a sponsor's code beside it says nothing, and does not end the search.
    pub(super) fn has_ours(&self) -> bool {
        self.0.iter().any(|text| found::looks_like_credential(text))
    }

    /// Returns all texts.
    pub(super) fn into_texts(self) -> Vec<String> {
        self.0
    }
}

/// Returns the texts of all QR codes on a page that was drawn here: sharp, upright or not, dark on light.
pub(super) fn scan_drawn(page: &GrayImage) -> Vec<String> {
    scan_pixels(page.as_raw().clone(), page.dimensions()).into_texts()
}

/// Returns the texts of all QR codes in a photo or a scan, up to the first attempt that sees one of ours.
pub(super) fn scan_photo(picture: &GrayImage) -> Vec<String> {
    let mut codes = scan_sizes(picture, &SIDES);
    for (left, top, width, height) in pieces(picture.dimensions()) {
        if codes.has_ours() {
            break;
        }
        let piece = image::imageops::crop_imm(picture, left, top, width, height).to_image();
        codes.add(scan_sizes(&piece, &SIDES[..3]).into_texts());
    }
    codes.into_texts()
}

/// Returns left, top, width and height of the pieces of a long picture, which overlap by its shorter side: what is no
/// wider than the picture is whole in one of them.
fn pieces((width, height): (u32, u32)) -> Vec<(u32, u32, u32, u32)> {
    let (long, short) = (width.max(height), width.min(height));
    if short == 0 || long <= short.saturating_mul(LONG) {
        return Vec::new();
    }
    let step = short.max(long.div_ceil(PIECES));
    let upright = |at: u32| (0, at, width, (step + short).min(height - at));
    let lying = |at: u32| (at, 0, (step + short).min(width - at), height);
    (0..long - short).step_by(step as usize).map(|at| if height > width { upright(at) } else { lying(at) }).collect()
}

fn scan_sizes(picture: &GrayImage, sides: &[u32]) -> Codes {
    let whole = picture.width().max(picture.height());
    let smaller = (whole > LARGEST_SIDE).then(|| scaled(picture, LARGEST_SIDE, whole));
    let picture = smaller.as_ref().unwrap_or(picture);
    let side = whole.min(LARGEST_SIDE);
    let mut sizes: Vec<u32> = sides.iter().map(|&s| if s == 0 { side } else { s }).collect();
    sizes.retain(|&s| s <= side);
    sizes.dedup();
    if side < SMALL_SIDE {
        sizes.push(side * 3);
    }
    let mut codes = Codes::default();
    for size in sizes {
        let seen = if size == side { scan_size(picture) } else { scan_size(&scaled(picture, size, side)) };
        codes.add(seen.into_texts());
        if codes.has_ours() {
            break;
        }
    }
    codes
}

/// Makes a picture larger, each pixel a square, or smaller, each pixel the mean of those that it covers: in bytes, where
/// an image library takes sixteen for each pixel in between.
fn scaled(picture: &GrayImage, size: u32, side: u32) -> GrayImage {
    let scale = |length: u32| (u64::from(length) * u64::from(size) / u64::from(side.max(1))).max(1) as u32;
    let (width, height) = (scale(picture.width()), scale(picture.height()));
    let covered = |at: u32, new: u32, old: u32| {
        let from = u64::from(at) * u64::from(old) / u64::from(new);
        let to = (u64::from(at + 1) * u64::from(old) / u64::from(new)).max(from + 1);
        from as usize..to as usize
    };
    let (rows, stride) = (picture.as_raw(), picture.width() as usize);
    GrayImage::from_fn(width, height, |x, y| {
        let (across, down) = (covered(x, width, picture.width()), covered(y, height, picture.height()));
        let count = (across.len() * down.len()) as u32;
        let sum = |y: usize| -> u32 { rows[y * stride..][across.clone()].iter().map(|&grey| u32::from(grey)).sum() };
        image::Luma([(down.map(sum).sum::<u32>() / count) as u8])
    })
}

fn scan_size(picture: &GrayImage) -> Codes {
    let mut codes = scan_pixels(picture.as_raw().clone(), picture.dimensions());
    if !codes.has_ours() {
        let inverted = picture.as_raw().iter().map(|grey| 255 - grey).collect();
        codes.add(scan_pixels(inverted, picture.dimensions()).into_texts());
    }
    codes
}

fn scan_pixels(pixels: Vec<u8>, (width, height): (u32, u32)) -> Codes {
    let mut codes = Codes::default();
    let Ok(source) = Luma8LuminanceSource::new(pixels, width, height) else { return codes };
    codes.add(decode(&mut BinaryBitmap::new(HybridBinarizer::new(source.clone()))));
    if !codes.has_ours() {
        codes.add(decode(&mut BinaryBitmap::new(GlobalHistogramBinarizer::new(source))));
    }
    codes
}

/// Two readers: the port of zxing-cpp sees several codes and curved ones, that of ZXing for Java some that it misses.
fn decode<B: Binarizer>(bitmap: &mut BinaryBitmap<B>) -> Vec<String> {
    let hints = DecodeHints {
        TryHarder: Some(true),
        PossibleFormats: Some(HashSet::from([BarcodeFormat::QR_CODE])),
        ..DecodeHints::default()
    };
    let mut results = QrReader.decode_multiple_with_hints(bitmap, &hints).unwrap_or_default();
    if !results.iter().any(|result| found::looks_like_credential(result.getText())) {
        results.extend(QRCodeReader::new().decode_with_hints(bitmap, &hints));
    }
    let fits = |text: &&str| !text.is_empty() && text.len() <= CANDIDATE_BYTES;
    results.iter().map(rxing::RXingResult::getText).filter(fits).map(ToOwned::to_owned).collect()
}
