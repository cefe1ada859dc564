//! Pictures: PNG and JPEG, bounded before they are decoded, seen as grey on white.

use std::io::Cursor;

use image::{DynamicImage, GrayImage, ImageFormat, ImageReader};

use super::{Candidate, Found, Kind, ReadingError, Source, guard, png, scan};

/// Largest picture in pixels: phones take 50 million and a few 108 million.
pub(super) const PIXELS: u64 = 120_000_000;

/// Longest side in pixels.
const SIDE: u32 = 30_000;

/// Most memory that decoding may take.
const DECODING_BYTES: u64 = 1 << 30;

const WHAT: &str = "picture";

pub(super) fn read_png(bytes: &[u8]) -> Result<Found, ReadingError> {
    let baked = png::baked(bytes);
    // A badge is good without a QR code, and even where its pixels are damaged.
    let codes = match (scan_picture(bytes, ImageFormat::Png), &baked) {
        (Err(error), None) => return Err(error),
        (codes, _) => codes.unwrap_or_default(),
    };
    Ok(Found {
        kind: Kind::Png,
        candidates: baked.into_iter().chain(codes).collect(),
        printed: None,
        drawn_over: false,
    })
}

pub(super) fn read_jpeg(bytes: &[u8]) -> Result<Found, ReadingError> {
    Ok(Found {
        kind: Kind::Jpeg,
        candidates: scan_picture(bytes, ImageFormat::Jpeg)?,
        printed: None,
        drawn_over: false,
    })
}

fn scan_picture(bytes: &[u8], format: ImageFormat) -> Result<Vec<Candidate>, ReadingError> {
    let bytes = bytes.to_vec();
    guard::on_thread(WHAT, move || {
        let texts = scan::scan_photo(&decode(&bytes, format)?);
        Ok(texts.into_iter().map(|text| Candidate { text, source: Source::QrInPicture }).collect())
    })
}

fn decode(bytes: &[u8], format: ImageFormat) -> Result<GrayImage, ReadingError> {
    let reader = || ImageReader::with_format(Cursor::new(bytes), format);
    let (width, height) = reader().into_dimensions().map_err(|error| damaged(&error))?;
    if u64::from(width) * u64::from(height) > PIXELS || width.max(height) > SIDE {
        let problem = format!("{width} × {height} pixels; at most {} million are read", PIXELS / 1_000_000);
        return Err(ReadingError::Excessive { what: WHAT, problem });
    }
    let mut limits = image::Limits::default();
    limits.max_alloc = Some(DECODING_BYTES);
    let mut reader = reader();
    reader.limits(limits);
    Ok(on_white(reader.decode().map_err(|error| damaged(&error))?))
}

/// A code on a transparent ground is black on nothing; paper is white.
fn on_white(picture: DynamicImage) -> GrayImage {
    if !picture.color().has_alpha() {
        return picture.into_luma8();
    }
    let with_alpha = picture.into_luma_alpha8();
    let (width, height) = with_alpha.dimensions();
    let blend = |grey: u8, alpha: u8| (u16::from(grey) * u16::from(alpha) / 255 + 255 - u16::from(alpha)) as u8;
    let pixels = with_alpha.pixels().map(|pixel| blend(pixel.0[0], pixel.0[1])).collect();
    GrayImage::from_raw(width, height, pixels).unwrap_or_default()
}

fn damaged(error: &image::ImageError) -> ReadingError {
    ReadingError::Damaged { what: WHAT, problem: error.to_string().chars().take(200).collect() }
}
