//! Pictures of a template: told by their first bytes, checked and bounded, then passed through where the format allows.
//!
//! PNG becomes deflated samples, its transparency a soft mask; JPEG is embedded as it is, unless it holds CMYK, which a
//! PDF/A file with an sRGB output intent may not. A colour profile goes along; the gamma of a PNG is worked in. SVG and PDF are in
//! [`super::vector`].

use std::collections::BTreeMap;
use std::io::Cursor;

use printpdf::{DictItem, ExternalStream, ExternalXObject, XObject};

use super::colour::{self, Profile};
use super::syntax::{deflate, deflate_fast};
use crate::scene::Drawing;

/// Largest picture file.
pub const MAX_PICTURE_BYTES: usize = 5 * 1024 * 1024;
/// Most pixels of a picture: A4 at 600 dpi.
pub const MAX_PICTURE_PIXELS: u64 = 36_000_000;
/// Quality of a JPEG that has to be written anew, because it holds CMYK.
const JPEG_QUALITY: u8 = 92;

/// Why a picture cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// Larger than [`MAX_PICTURE_BYTES`].
    #[error("the file has {bytes} bytes; {MAX_PICTURE_BYTES} are allowed")]
    TooManyBytes {
        /// Its size.
        bytes: usize,
    },
    /// More than [`MAX_PICTURE_PIXELS`], or none.
    #[error("{width} × {height} pixels; between 1 and {MAX_PICTURE_PIXELS} are allowed")]
    Pixels {
        /// Pixels across.
        width: u64,
        /// Pixels down.
        height: u64,
    },
    /// Not PNG, JPEG, SVG or PDF.
    #[error("the file is no PNG, JPEG, SVG or PDF")]
    UnknownFormat,
    /// The file is damaged or uses something that its reader does not know.
    #[error("the {format} cannot be read: {reason}")]
    Damaged {
        /// `PNG`, `JPEG`, `SVG` or `PDF`.
        format: &'static str,
        /// What its reader says.
        reason: String,
    },
    /// An SVG with text, which would look different on every machine.
    #[error("the SVG holds text; convert it to outlines")]
    SvgText,
    /// An SVG with a raster picture, which the conversion would leave out.
    #[error("the SVG holds a picture; place it as an asset of its own")]
    SvgImage,
    /// An SVG with something that would be left out, or drawn otherwise than a browser shows it.
    #[error("the SVG uses {0}, which is not drawn here; export it without, or as PNG or PDF")]
    SvgUndrawn(&'static str),
    /// An SVG or PDF that is nested too deeply or has too many parts.
    #[error("the {format} is too complex")]
    TooComplex {
        /// `SVG` or `PDF`.
        format: &'static str,
    },
    /// Not exactly one page.
    #[error("the PDF has {0} pages; one is needed")]
    PdfPages(usize),
    /// Something that an archived certificate may not hold (ISO 19005-3).
    #[error("the PDF cannot be used: {0}")]
    PdfRefused(&'static str),
    /// A font that is not in the PDF.
    #[error("the PDF does not embed its font {0}")]
    PdfFont(String),
    /// An ink (spot colour) that an archived certificate may not hold as it is.
    #[error("the PDF cannot be used: its ink {ink} {reason}")]
    PdfInk {
        /// The ink's name.
        ink: String,
        /// What is wrong with it, and what to do.
        reason: &'static str,
    },
}

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Png,
    Jpeg,
    Svg,
    Pdf,
}

/// Tells the format by the first bytes.
pub(super) fn format(bytes: &[u8]) -> Result<Format, PictureError> {
    if bytes.len() > MAX_PICTURE_BYTES {
        return Err(PictureError::TooManyBytes { bytes: bytes.len() });
    }
    let start = &bytes[..bytes.len().min(4096)];
    let is_svg = || start.windows(4).any(|window| window == b"<svg");
    match start {
        [0x89, b'P', b'N', b'G', ..] => Ok(Format::Png),
        [0xff, 0xd8, 0xff, ..] => Ok(Format::Jpeg),
        [b'%', b'P', b'D', b'F', b'-', ..] => Ok(Format::Pdf),
        [b'<' | b' ' | b'\t' | b'\r' | b'\n' | 0xef, ..] if is_svg() => Ok(Format::Svg),
        _ => Err(PictureError::UnknownFormat),
    }
}

/// With how much care samples are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    /// For files: as small as it goes, and the same bytes for ever.
    Kept,
    /// For what is looked at once and thrown away: in a hurry.
    Glance,
}

impl Packing {
    /// Packs rows of so many bytes.
    fn rows(self, samples: &[u8], row_bytes: usize, pixel_bytes: usize) -> Vec<u8> {
        match self {
            Self::Kept => deflate(&filtered(samples, row_bytes, pixel_bytes)),
            Self::Glance => deflate_fast(&unfiltered(samples, row_bytes)),
        }
    }
}

/// A raster picture as printpdf takes it, and whether it is transparent.
pub(super) struct RasterPicture {
    pub(super) object: XObject,
    pub(super) transparent: bool,
}

/// Decodes a PNG.
pub(super) fn png(bytes: &[u8], drawing: Drawing, packing: Packing) -> Result<RasterPicture, PictureError> {
    let damaged = |e: png::DecodingError| PictureError::Damaged { format: "PNG", reason: e.to_string() };
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(bytes), png::Limits { bytes: MAX_PICTURE_BYTES * 4 });
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    decoder.set_ignore_text_chunk(true);
    let header = decoder.read_header_info().map_err(damaged)?;
    let (width, height) = (header.width, header.height);
    within_pixels(width.into(), height.into())?;
    let mut reader = decoder.read_info().map_err(damaged)?;
    let size = reader.output_buffer_size().ok_or(PictureError::TooComplex { format: "PNG" })?;
    let mut samples = vec![0; size];
    let frame = reader.next_frame(&mut samples).map_err(damaged)?;
    samples.truncate(frame.buffer_size());
    let (channels, alpha) = match frame.color_type {
        png::ColorType::Grayscale => (1, false),
        png::ColorType::GrayscaleAlpha => (1, true),
        png::ColorType::Rgba => (3, true),
        _ => (3, false),
    };
    let (mut colors, mask) = if alpha { split(&samples, channels) } else { (samples, None) };
    let transparent = mask.is_some();
    let mut dictionary = deflated(width, height, channels);
    if drawing != Drawing::First {
        let info = reader.info();
        let profile = info.icc_profile.as_deref().filter(|_| info.srgb.is_none());
        match profile.map(|profile| Profile::of(profile, channels)) {
            Some(profile) => put_profile(&mut dictionary, profile, channels),
            None => info.gamma().filter(|_| info.srgb.is_none()).into_iter().for_each(|gamma| {
                colour::to_srgb(&mut colors, f64::from(gamma.into_value()));
            }),
        }
    }
    if let Some(mask) = mask {
        let stream = stream(deflated(width, height, 1), packing.rows(&mask, width as usize, 1));
        dictionary.insert("SMask".into(), DictItem::Stream { stream });
    }
    let content = packing.rows(&colors, width as usize * channels, channels);
    Ok(RasterPicture { object: external(stream(dictionary, content)), transparent })
}

/// Checks a JPEG by decoding it once, then passes it through.
pub(super) fn jpeg(bytes: &[u8], drawing: Drawing) -> Result<RasterPicture, PictureError> {
    let damaged = |reason: &str| PictureError::Damaged { format: "JPEG", reason: reason.to_owned() };
    let frame = JpegFrame::find(bytes).ok_or_else(|| damaged("no frame header"))?;
    within_pixels(frame.width.into(), frame.height.into())?;
    let failed = |e: image::ImageError| damaged(&e.to_string());
    let mut decoder = image::codecs::jpeg::JpegDecoder::new(Cursor::new(bytes)).map_err(failed)?;
    let profile = image::ImageDecoder::icc_profile(&mut decoder).ok().flatten();
    let decoded = image::DynamicImage::from_decoder(decoder).map_err(failed)?;
    let (content, channels) = match (frame.channels, frame.bits) {
        (channels @ (1 | 3), 8) => (bytes.to_vec(), channels),
        (4, 8) => {
            let mut out = Vec::new();
            let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut out, JPEG_QUALITY);
            decoded.to_rgb8().write_with_encoder(encoder).map_err(|e| damaged(&e.to_string()))?;
            (out, 3)
        }
        _ => return Err(damaged("neither grey, RGB nor CMYK with 8 bits")),
    };
    let mut dictionary = samples(frame.width, frame.height, channels);
    dictionary.insert("Filter".into(), DictItem::Name(b"DCTDecode".to_vec()));
    if drawing != Drawing::First && frame.channels == channels {
        let profile = profile.as_deref().map_or(Profile::Srgb, |profile| Profile::of(profile, channels));
        put_profile(&mut dictionary, profile, channels);
    }
    Ok(RasterPicture { object: external(stream(dictionary, content)), transparent: false })
}

fn within_pixels(width: u64, height: u64) -> Result<(), PictureError> {
    if width * height == 0 || width * height > MAX_PICTURE_PIXELS {
        return Err(PictureError::Pixels { width, height });
    }
    Ok(())
}

/// The frame header of a JPEG (ITU-T T.81, B.2.2).
struct JpegFrame {
    width: u32,
    height: u32,
    channels: usize,
    bits: u8,
}

impl JpegFrame {
    fn find(bytes: &[u8]) -> Option<Self> {
        let word = |at: usize| Some(usize::from(*bytes.get(at)?) << 8 | usize::from(*bytes.get(at + 1)?));
        let mut at = 2;
        loop {
            let marker = word(at)?;
            match marker {
                0xffff => at += 1,
                0xff01 | 0xffd0..=0xffd8 => at += 2,
                0xffc0..=0xffcf if ![0xffc4, 0xffc8, 0xffcc].contains(&marker) => {
                    return Some(Self {
                        bits: *bytes.get(at + 4)?,
                        height: word(at + 5)? as u32,
                        width: word(at + 7)? as u32,
                        channels: usize::from(*bytes.get(at + 9)?),
                    });
                }
                0xff02..=0xfffe => at += 2 + word(at + 2)?,
                _ => return None,
            }
        }
    }
}

/// Separates the last channel; no mask if all of it is opaque.
fn split(samples: &[u8], channels: usize) -> (Vec<u8>, Option<Vec<u8>>) {
    let pixels = samples.len() / (channels + 1);
    let (mut colors, mut mask) = (Vec::with_capacity(pixels * channels), Vec::with_capacity(pixels));
    for pixel in samples.chunks_exact(channels + 1) {
        colors.extend_from_slice(&pixel[..channels]);
        mask.push(pixel[channels]);
    }
    let opaque = mask.iter().all(|alpha| *alpha == 255);
    (colors, (!opaque).then_some(mask))
}

/// Filters rows as PNG does (ISO/IEC 15948, 9): for each row the filter whose differences are smallest.
fn filtered(samples: &[u8], row_bytes: usize, pixel_bytes: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(samples.len() + samples.len() / row_bytes.max(1));
    let nothing = vec![0; row_bytes];
    let mut above = &nothing[..];
    let mut candidates = [0u8, 1, 2, 4].map(|kind| (kind, vec![0; row_bytes]));
    for row in samples.chunks_exact(row_bytes) {
        candidates.iter_mut().for_each(|(kind, bytes)| filter(*kind, row, above, pixel_bytes, bytes));
        let cost = |row: &[u8]| row.iter().map(|byte| u64::from((*byte as i8).unsigned_abs())).sum::<u64>();
        if let Some((kind, best)) = candidates.iter().min_by_key(|(_, bytes)| cost(bytes)) {
            out.push(*kind);
            out.extend_from_slice(best);
        }
        above = row;
    }
    out
}

/// Rows as they are, each behind the number of that filter.
fn unfiltered(samples: &[u8], row_bytes: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(samples.len() + samples.len() / row_bytes.max(1));
    for row in samples.chunks_exact(row_bytes) {
        out.push(0);
        out.extend_from_slice(row);
    }
    out
}

/// Writes what a filter makes of a row. Slices are walked side by side: nothing is asked for each byte, as large pictures need it.
fn filter(kind: u8, row: &[u8], above: &[u8], pixel_bytes: usize, out: &mut [u8]) {
    let first = pixel_bytes.min(row.len());
    match kind {
        1 => {
            out[..first].copy_from_slice(&row[..first]);
            for ((out, byte), left) in out[first..].iter_mut().zip(&row[first..]).zip(row) {
                *out = byte.wrapping_sub(*left);
            }
        }
        2 => {
            for ((out, byte), up) in out.iter_mut().zip(row).zip(above) {
                *out = byte.wrapping_sub(*up);
            }
        }
        4 => {
            for ((out, byte), up) in out[..first].iter_mut().zip(row).zip(above) {
                *out = byte.wrapping_sub(paeth(0, *up, 0));
            }
            let (rest, up, beside) = (&row[first..], &above[first..], row.iter().zip(above));
            for (((out, byte), up), (left, corner)) in out[first..].iter_mut().zip(rest).zip(up).zip(beside) {
                *out = byte.wrapping_sub(paeth(*left, *up, *corner));
            }
        }
        _ => out.copy_from_slice(row),
    }
}

fn paeth(left: u8, up: u8, corner: u8) -> u8 {
    let (a, b, c) = (i16::from(left), i16::from(up), i16::from(corner));
    let distance = |value: i16| (a + b - c - value).abs();
    if distance(a) <= distance(b) && distance(a) <= distance(c) {
        left
    } else if distance(b) <= distance(c) {
        up
    } else {
        corner
    }
}

type Dictionary = BTreeMap<String, DictItem>;

fn samples(width: u32, height: u32, channels: usize) -> Dictionary {
    let name = |name: &str| DictItem::Name(name.as_bytes().to_vec());
    BTreeMap::from([
        ("Type".into(), name("XObject")),
        ("Subtype".into(), name("Image")),
        ("Width".into(), DictItem::Int(width.into())),
        ("Height".into(), DictItem::Int(height.into())),
        ("BitsPerComponent".into(), DictItem::Int(8)),
        ("ColorSpace".into(), name(if channels == 1 { "DeviceGray" } else { "DeviceRGB" })),
    ])
}

/// Says what the samples' numbers mean, unless it is what a page's numbers mean anyway.
fn put_profile(dictionary: &mut Dictionary, profile: Profile<'_>, channels: usize) {
    let Profile::Other(bytes) = profile else { return };
    let dict = BTreeMap::from([
        ("N".to_owned(), DictItem::Int(channels as i64)),
        ("Filter".to_owned(), DictItem::Name(b"FlateDecode".to_vec())),
    ]);
    let stream = stream(dict, deflate(bytes));
    let space = vec![DictItem::Name(b"ICCBased".to_vec()), DictItem::Stream { stream }];
    dictionary.insert("ColorSpace".into(), DictItem::Array(space));
}

/// The dictionary of samples that are filtered and deflated (ISO 32000-1, 7.4.4.4).
fn deflated(width: u32, height: u32, channels: usize) -> Dictionary {
    let parameters = [("Predictor", 15), ("Colors", channels as i64), ("Columns", width.into())];
    let map = parameters.map(|(key, value)| (key.to_owned(), DictItem::Int(value))).into();
    let mut dictionary = samples(width, height, channels);
    dictionary.insert("Filter".into(), DictItem::Name(b"FlateDecode".to_vec()));
    dictionary.insert("DecodeParms".into(), DictItem::Dict { map });
    dictionary
}

fn stream(dict: Dictionary, content: Vec<u8>) -> ExternalStream {
    ExternalStream { dict, content, compress: false }
}

fn external(stream: ExternalStream) -> XObject {
    XObject::External(ExternalXObject { stream, width: None, height: None, dpi: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(color: png::ColorType, width: u32, height: u32, data: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut encoder = png::Encoder::new(&mut out, width, height);
        encoder.set_color(color);
        encoder.write_header().unwrap().write_image_data(data).unwrap();
        out
    }

    #[test]
    fn an_opaque_alpha_channel_needs_no_mask() {
        let clear =
            png(&encoded(png::ColorType::Rgba, 2, 1, &[9, 8, 7, 255, 1, 2, 3, 0]), Drawing::Second, Packing::Kept)
                .unwrap();
        let opaque =
            png(&encoded(png::ColorType::Rgba, 2, 1, &[9, 8, 7, 255, 1, 2, 3, 255]), Drawing::Second, Packing::Kept)
                .unwrap();
        assert!(clear.transparent && !opaque.transparent);
    }

    #[test]
    fn a_truncated_png_is_refused() {
        let whole = encoded(png::ColorType::Rgb, 64, 64, &[77; 64 * 64 * 3]);
        for length in [8, 20, 40, whole.len() / 2] {
            assert!(png(&whole[..length], Drawing::Second, Packing::Glance).is_err(), "{length} bytes");
        }
    }

    #[test]
    fn a_header_that_promises_too_many_pixels_is_refused_before_decoding() {
        let mut bytes = encoded(png::ColorType::Rgb, 1, 1, &[0; 3]);
        bytes[16..24].copy_from_slice(&[0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30]);
        let crc = crc32(&bytes[12..29]);
        bytes[29..33].copy_from_slice(&crc.to_be_bytes());
        assert!(matches!(
            png(&bytes, Drawing::Second, Packing::Kept),
            Err(PictureError::Pixels { width: 30_000, height: 30_000 })
        ));
    }

    fn crc32(data: &[u8]) -> u32 {
        let mut crc = flate2::Crc::new();
        crc.update(data);
        crc.sum()
    }

    #[test]
    fn formats_are_told_by_their_first_bytes() {
        assert_eq!(format(b"%PDF-1.4").unwrap(), Format::Pdf);
        assert_eq!(format(b"\xef\xbb\xbf<?xml?><svg/>").unwrap(), Format::Svg);
        assert!(matches!(format(b"GIF89a"), Err(PictureError::UnknownFormat)));
        assert!(matches!(format(b""), Err(PictureError::UnknownFormat)));
        assert!(matches!(format(&vec![0; MAX_PICTURE_BYTES + 1]), Err(PictureError::TooManyBytes { .. })));
    }

    /// What each filter is, byte by byte (ISO/IEC 15948, 9.2): files of earlier versions were made so, and are made again.
    #[test]
    fn filters_are_those_of_the_standard() {
        let mut seed = 9_u32;
        for (pixel_bytes, row_bytes) in [(1, 1), (1, 40), (3, 3), (3, 96), (4, 4), (2, 50)] {
            let mut random = || {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (seed >> 24) as u8 & [255, 3, 0][(seed >> 8) as usize % 3]
            };
            let (row, above): (Vec<u8>, Vec<u8>) = (0..row_bytes).map(|_| (random(), random())).unzip();
            for kind in [0, 1, 2, 4] {
                let mut made = vec![0; row_bytes];
                filter(kind, &row, &above, pixel_bytes, &mut made);
                for x in 0..row_bytes {
                    let back = |bytes: &[u8]| x.checked_sub(pixel_bytes).map_or(0, |at| bytes[at]);
                    let predicted = match kind {
                        1 => back(&row),
                        2 => above[x],
                        4 => paeth(back(&row), above[x], back(&above)),
                        _ => 0,
                    };
                    assert_eq!(made[x], row[x].wrapping_sub(predicted), "{kind} {x} of {row_bytes}");
                }
            }
        }
    }

    #[test]
    fn filtering_is_undone_by_a_png_reader() {
        let samples: Vec<u8> = (0..32 * 8 * 3).map(|i| (i * i / 7 % 251) as u8).collect();
        let rows = filtered(&samples, 96, 3);
        assert_eq!(rows.len(), samples.len() + 8);
        let mut above = vec![0u8; 96];
        for (row, want) in rows.chunks_exact(97).zip(samples.chunks_exact(96)) {
            let mut again = vec![0; 96];
            filter(row[0], want, &above, 3, &mut again);
            assert_eq!(again, row[1..]);
            above.copy_from_slice(want);
        }
    }
}
