//! Pictures: PNG and JPEG, bounded before they are decoded, seen as grey on white.

use std::io::Cursor;

use image::{DynamicImage, GrayImage, ImageFormat, ImageReader};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::{CANDIDATES, Candidate, Cut, Found, Kind, ReadingError, Source, What, guard, jpeg, png, scan, text};

/// Largest picture in pixels: phones take 50 million and a few 108 million.
pub(super) const PIXELS: u64 = 120_000_000;

/// Longest side in pixels.
const SIDE: u32 = 30_000;

/// Most memory that decoding may take where a picture is not decoded to grey at once.
const DECODING_BYTES: u64 = 192 << 20;

const WHAT: What = What::Picture;

/// Reads a PNG; `has_time` says before each look at it whether there is time for one.
pub(super) fn read_png(bytes: &[u8], has_time: &mut dyn FnMut() -> bool) -> Result<Found, ReadingError> {
    let baked = png::baked(bytes);
    // A badge is good without a QR code, and even where its pixels are damaged.
    let codes = match (scan_picture(bytes, ImageFormat::Png, has_time), &baked) {
        (Err(error), None) => return Err(error),
        (codes, _) => codes.unwrap_or_default(),
    };
    let mut found = Found { candidates: baked.into_iter().chain(codes).collect(), ..Found::nothing(Kind::Png) };
    let png::Beside { texts, is_partly_read } = png::beside(bytes);
    let is_whole = found.add_texts(texts.iter().map(Vec::as_slice)) && !is_partly_read;
    found.cut = (!is_whole).then_some(Cut::Leftover);
    Ok(found)
}

/// Reads a JPEG, as [`read_png`] does a PNG.
pub(super) fn read_jpeg(bytes: &[u8], has_time: &mut dyn FnMut() -> bool) -> Result<Found, ReadingError> {
    let candidates = scan_picture(bytes, ImageFormat::Jpeg, has_time)?;
    let mut found = Found { candidates, ..Found::nothing(Kind::Jpeg) };
    let jpeg::Frame { end, said } = jpeg::frame(bytes);
    let is_whole = found.add_texts(said.into_iter().map(|range| &bytes[range])) && end.is_some();
    found.cut = (!is_whole).then_some(Cut::Leftover);
    Ok(found)
}

impl Found {
    /// Adds the credentials in what is said beside a picture; returns whether that could be told.
    fn add_texts<'a>(&mut self, mut texts: impl Iterator<Item = &'a [u8]>) -> bool {
        texts.all(|said| {
            let Some(credentials) = text::beside(said) else { return false };
            for text in credentials {
                if !self.candidates.iter().any(|known| known.text.trim() == text) {
                    self.candidates.push(Candidate { text, source: Source::PlainText });
                }
            }
            self.candidates.len() <= CANDIDATES
        })
    }
}

fn scan_picture(
    bytes: &[u8],
    format: ImageFormat,
    has_time: &mut dyn FnMut() -> bool,
) -> Result<Vec<Candidate>, ReadingError> {
    guard::catch(WHAT, || {
        let problem = "looking at all of it takes longer than there is time";
        let late = || ReadingError::Excessive { what: WHAT, problem: problem.to_owned() };
        let texts = scan::scan_photo(decode(bytes, format)?, has_time).ok_or_else(late)?;
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
    let heavy = || {
        let problem = format!("{width} × {height} pixels in this form take too much memory");
        ReadingError::Excessive { what: WHAT, problem }
    };
    let grey = match format {
        ImageFormat::Jpeg => match jpeg_decoder(bytes) {
            Some(decoder) if jpeg_bytes(&decoder) > DECODING_BYTES => return Err(heavy()),
            decoder => decoder.and_then(grey_jpeg),
        },
        _ => png::grey(bytes),
    };
    if let Some(grey) = grey {
        return Ok(grey);
    }
    let mut limits = image::Limits::default();
    limits.max_alloc = Some(DECODING_BYTES);
    let mut reader = reader();
    reader.limits(limits);
    match reader.decode() {
        Ok(picture) => Ok(on_white(picture)),
        Err(image::ImageError::Limits(_)) => Err(heavy()),
        Err(error) => Err(damaged(&error)),
    }
}

/// Opens a picture to decode its brightness alone: a third of the memory of colours. Nothing for pictures in other colour
/// spaces.
fn jpeg_decoder(bytes: &[u8]) -> Option<JpegDecoder<ZCursor<&[u8]>>> {
    let side = SIDE as usize;
    let options = DecoderOptions::default().set_strict_mode(false).set_max_width(side).set_max_height(side);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().ok()?;
    if !matches!(decoder.input_colorspace()?, ColorSpace::YCbCr | ColorSpace::Luma) {
        return None;
    }
    decoder.set_options(options.jpeg_set_out_colorspace(ColorSpace::Luma));
    Some(decoder)
}

/// Returns how much memory decoding takes at least: one that comes scan by scan (ITU T.81 annex G) keeps two bytes for each
/// sample of it until the last, and its colours are half as many samples again.
fn jpeg_bytes(decoder: &JpegDecoder<ZCursor<&[u8]>>) -> u64 {
    let Some(info) = decoder.info() else { return 0 };
    let pixels = u64::from(info.width) * u64::from(info.height);
    match (info.sof.is_progressive(), info.components) {
        (false, _) => pixels,
        (true, 1) => 3 * pixels,
        (true, _) => 4 * pixels,
    }
}

fn grey_jpeg(mut decoder: JpegDecoder<ZCursor<&[u8]>>) -> Option<GrayImage> {
    let pixels = decoder.decode().ok()?;
    let (width, height) = decoder.dimensions()?;
    GrayImage::from_raw(u32::try_from(width).ok()?, u32::try_from(height).ok()?, pixels)
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
