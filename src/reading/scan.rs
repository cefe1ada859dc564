//! Finds QR codes in a grey picture: several sizes, two ways to tell black from white, and light on dark.

use std::collections::HashSet;

use image::GrayImage;
use image::imageops::{FilterType, resize};
use rxing::common::{GlobalHistogramBinarizer, HybridBinarizer};
use rxing::multi::MultipleBarcodeReader;
use rxing::qrcode::QRCodeReader;
use rxing::qrcode::cpp_port::QrReader;
use rxing::{BarcodeFormat, Binarizer, BinaryBitmap, DecodeHints, Luma8LuminanceSource, Reader};

use super::CANDIDATE_BYTES;

/// Longest sides that a picture is tried at, in this order; 0 is the picture as it is.
const SIDES: [u32; 5] = [0, 1600, 1000, 2600, 700];

/// A picture larger than this is made smaller before anything else.
const LARGEST_SIDE: u32 = 4000;

/// A picture smaller than this is also tried three times as large.
const SMALL_SIDE: u32 = 400;

/// Returns the texts of all QR codes on a page that was drawn here: sharp, upright or not, dark on light.
pub(super) fn scan_drawn(page: &GrayImage) -> Vec<String> {
    scan_pixels(page.as_raw().clone(), page.dimensions())
}

/// Returns the texts of all QR codes in a photo or a scan, as the first successful attempt sees them.
pub(super) fn scan_photo(picture: &GrayImage) -> Vec<String> {
    let side = picture.width().max(picture.height());
    let mut sizes: Vec<u32> = SIDES.iter().map(|&s| if s == 0 { side.min(LARGEST_SIDE) } else { s }).collect();
    sizes.retain(|&s| s <= side);
    sizes.dedup();
    if side < SMALL_SIDE {
        sizes.push(side * 3);
    }
    for size in sizes {
        let texts = if size == side { scan_size(picture) } else { scan_size(&scaled(picture, size, side)) };
        if !texts.is_empty() {
            return texts;
        }
    }
    Vec::new()
}

fn scaled(picture: &GrayImage, size: u32, side: u32) -> GrayImage {
    let scale = |length: u32| (u64::from(length) * u64::from(size) / u64::from(side.max(1))).max(1) as u32;
    let filter = if size > side { FilterType::Nearest } else { FilterType::Triangle };
    resize(picture, scale(picture.width()), scale(picture.height()), filter)
}

fn scan_size(picture: &GrayImage) -> Vec<String> {
    let texts = scan_pixels(picture.as_raw().clone(), picture.dimensions());
    if !texts.is_empty() {
        return texts;
    }
    scan_pixels(picture.as_raw().iter().map(|grey| 255 - grey).collect(), picture.dimensions())
}

fn scan_pixels(pixels: Vec<u8>, (width, height): (u32, u32)) -> Vec<String> {
    let Ok(source) = Luma8LuminanceSource::new(pixels, width, height) else { return Vec::new() };
    let texts = decode(&mut BinaryBitmap::new(HybridBinarizer::new(source.clone())));
    if !texts.is_empty() {
        return texts;
    }
    decode(&mut BinaryBitmap::new(GlobalHistogramBinarizer::new(source)))
}

/// Two readers: the port of zxing-cpp sees several codes and curved ones, that of ZXing for Java some that it misses.
fn decode<B: Binarizer>(bitmap: &mut BinaryBitmap<B>) -> Vec<String> {
    let hints = DecodeHints {
        TryHarder: Some(true),
        PossibleFormats: Some(HashSet::from([BarcodeFormat::QR_CODE])),
        ..DecodeHints::default()
    };
    let mut results = QrReader.decode_multiple_with_hints(bitmap, &hints).unwrap_or_default();
    if results.is_empty() {
        results.extend(QRCodeReader::new().decode_with_hints(bitmap, &hints));
    }
    let mut texts: Vec<String> = Vec::new();
    for result in results {
        let text = result.getText();
        if !text.is_empty() && text.len() <= CANDIDATE_BYTES && !texts.iter().any(|seen| seen == text) {
            texts.push(text.to_owned());
        }
    }
    texts
}
