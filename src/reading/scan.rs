//! Finds QR codes in a grey picture: several sizes, two ways to tell black from white, and light on dark; a long one piece
//! by piece.

use std::collections::HashSet;

use image::GrayImage;
use rxing::common::{GlobalHistogramBinarizer, HybridBinarizer};
use rxing::multi::MultipleBarcodeReader;
use rxing::qrcode::QRCodeReader;
use rxing::qrcode::cpp_port::QrReader;
use rxing::{BarcodeFormat, Binarizer, BinaryBitmap, DecodeHints, Luma8LuminanceSource, RXingResult, Reader};

use super::{CANDIDATE_BYTES, found};

/// Longest sides that a picture is tried at, in this order; 0 is the picture as it is.
const SIDES: [u32; 5] = [0, 1600, 1000, 2600, 700];

/// A picture larger than this is made smaller before anything else.
const LARGEST_SIDE: u32 = 4000;

/// A picture smaller than this is also tried three times as large.
const SMALL_SIDE: u32 = 400;

/// A picture that is longer than so many times its shorter side is looked at piece by piece: made as small as it must be
/// for a look at the whole, a screenshot of a long page has no code any more. `verifier-web/src/scan/picture.ts` cuts the
/// same pieces; `tests/vectors/pieces.json` holds both to it.
const LONG: u32 = 3;

/// So many pieces at most; a picture that would need more has longer ones.
const PIECES: u32 = 24;

/// Longest side of a piece at the first, quick look.
const QUICK_SIDE: u32 = 2600;

/// Left, top, width and height of a part of a picture.
type Part = (u32, u32, u32, u32);

/// Says before a look whether there is time for it, and grants it its time.
type Clock<'a> = &'a mut dyn FnMut() -> bool;

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

/// Returns the texts of all QR codes in a photo or a scan, up to the first look that sees one of ours. Nothing, if there
/// was no time to look at each part of it at least once.
pub(super) fn scan_photo(picture: GrayImage, has_time: Clock<'_>) -> Option<Vec<String>> {
    // Decoding it took its share.
    if !has_time() {
        return None;
    }
    let picture = reduced(picture);
    let looks = looks(picture.dimensions());
    // A picture that is not cut is seen whole at the first look.
    let first_round = looks.iter().filter(|look| look.is_quick).count().max(1);
    let mut codes = Codes::default();
    for (index, look) in looks.iter().enumerate() {
        if codes.has_ours() {
            break;
        }
        if !has_time() {
            return (index >= first_round).then(|| codes.into_texts());
        }
        let seen = scaled(&picture, look.part, look.side);
        codes.add(if look.is_quick { glance(seen) } else { scan_size(seen, has_time) }.into_texts());
    }
    Some(codes.into_texts())
}

/// A look at a part of a picture, made so large that its longest side has `side` pixels.
#[derive(Debug)]
struct Look {
    part: Part,
    side: u32,
    is_quick: bool,
}

/// Returns how a picture is looked at. A long one is seen quickly from one end to the other, before any piece of it is
/// looked at more closely: a code in the last one is not to wait for what takes long in the first.
fn looks((width, height): (u32, u32)) -> Vec<Look> {
    let whole = (0, 0, width, height);
    let pieces = pieces((width, height));
    if pieces.is_empty() {
        return sizes(whole, &SIDES).into_iter().map(|side| Look { part: whole, side, is_quick: false }).collect();
    }
    let parts: Vec<Part> = [whole].into_iter().chain(pieces).collect();
    let quick = |&part: &Part| Look { part, side: longest(part).min(QUICK_SIDE), is_quick: true };
    let close: Vec<(Part, Vec<u32>)> = parts.iter().map(|&part| (part, sizes(part, &SIDES[..3]))).collect();
    let rounds = close.iter().map(|(_, sides)| sides.len()).max().unwrap_or_default();
    let round = |round: usize| {
        close
            .iter()
            .filter_map(move |(part, sides)| Some(Look { part: *part, side: *sides.get(round)?, is_quick: false }))
    };
    parts.iter().map(quick).chain((0..rounds).flat_map(round)).collect()
}

/// Returns the longest sides that a part is tried at.
fn sizes(part: Part, sides: &[u32]) -> Vec<u32> {
    let side = longest(part).min(LARGEST_SIDE);
    let mut sizes: Vec<u32> = sides.iter().map(|&s| if s == 0 { side } else { s }).collect();
    sizes.retain(|&s| s <= side);
    sizes.dedup();
    if side < SMALL_SIDE {
        sizes.push(side * 3);
    }
    sizes
}

fn longest((_, _, width, height): Part) -> u32 {
    width.max(height)
}

fn is_long((width, height): (u32, u32)) -> bool {
    let (long, short) = (width.max(height), width.min(height));
    short > 0 && long > short.saturating_mul(LONG)
}

/// Returns the pieces of a long picture, which overlap by its shorter side: what is no wider than the picture is whole in
/// one of them.
fn pieces((width, height): (u32, u32)) -> Vec<Part> {
    if !is_long((width, height)) {
        return Vec::new();
    }
    let (long, short) = (width.max(height), width.min(height));
    let step = short.max(long.div_ceil(PIECES));
    let upright = |at: u32| (0, at, width, (step + short).min(height - at));
    let lying = |at: u32| (at, 0, (step + short).min(width - at), height);
    (0..long - short).step_by(step as usize).map(|at| if height > width { upright(at) } else { lying(at) }).collect()
}

/// Makes a picture no larger than it, or a piece of it, is ever looked at, and lets go of the larger one: a phone's
/// largest photo takes half of the memory that there is.
fn reduced(picture: GrayImage) -> GrayImage {
    let (width, height) = picture.dimensions();
    let (long, short) = (width.max(height), width.min(height));
    // Most pieces are twice as long as they are wide.
    let size = match is_long((width, height)) {
        true => u64::from(long) * u64::from(LARGEST_SIDE / 2) / u64::from(short),
        false => u64::from(LARGEST_SIDE),
    };
    if u64::from(long) <= size { picture } else { scaled(&picture, (0, 0, width, height), size as u32) }
}

/// Makes a part of a picture larger, each pixel a square, or smaller, each pixel the mean of those that it covers: from the
/// picture's own rows and in bytes, where an image library takes sixteen for each pixel in between.
fn scaled(picture: &GrayImage, part: Part, size: u32) -> GrayImage {
    let (left, top, old_width, old_height) = part;
    let side = u64::from(longest(part).max(1));
    let scale = |length: u32| (u64::from(length) * u64::from(size) / side).max(1) as u32;
    let (width, height) = (scale(old_width), scale(old_height));
    let covered = |at: u32, new: u32, old: u32, first: u32| {
        let from = u64::from(at) * u64::from(old) / u64::from(new);
        let to = (u64::from(at + 1) * u64::from(old) / u64::from(new)).max(from + 1);
        first as usize + from as usize..first as usize + to as usize
    };
    let (rows, stride) = (picture.as_raw(), picture.width() as usize);
    let columns: Vec<_> = (0..width).map(|x| covered(x, width, old_width, left)).collect();
    GrayImage::from_fn(width, height, |x, y| {
        let (across, down) = (&columns[x as usize], covered(y, height, old_height, top));
        let count = (across.len() * down.len()) as u32;
        let sum = |y: usize| -> u32 { rows[y * stride..][across.clone()].iter().map(|&grey| u32::from(grey)).sum() };
        image::Luma([(down.map(sum).sum::<u32>() / count) as u8])
    })
}

/// Looks once, for what is sharp and dark on light.
fn glance(picture: GrayImage) -> Codes {
    let (mut codes, dimensions) = (Codes::default(), picture.dimensions());
    if let Ok(source) = Luma8LuminanceSource::new(picture.into_raw(), dimensions.0, dimensions.1) {
        codes.add(texts(&see_all(&mut BinaryBitmap::new(HybridBinarizer::new(source)))));
    }
    codes
}

/// Looks closely, and then for light on dark.
fn scan_size(picture: GrayImage, has_time: Clock<'_>) -> Codes {
    let dimensions = picture.dimensions();
    let mut codes = scan_pixels(picture.as_raw().clone(), dimensions);
    if !codes.has_ours() && has_time() {
        let mut inverted = picture.into_raw();
        inverted.iter_mut().for_each(|grey| *grey = 255 - *grey);
        codes.add(scan_pixels(inverted, dimensions).into_texts());
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
    let mut results = see_all(bitmap);
    if !results.iter().any(|result| found::looks_like_credential(result.getText())) {
        results.extend(QRCodeReader::new().decode_with_hints(bitmap, &hints()));
    }
    texts(&results)
}

fn see_all<B: Binarizer>(bitmap: &mut BinaryBitmap<B>) -> Vec<RXingResult> {
    QrReader.decode_multiple_with_hints(bitmap, &hints()).unwrap_or_default()
}

fn hints() -> DecodeHints {
    DecodeHints {
        TryHarder: Some(true),
        PossibleFormats: Some(HashSet::from([BarcodeFormat::QR_CODE])),
        ..DecodeHints::default()
    }
}

fn texts(results: &[RXingResult]) -> Vec<String> {
    let fits = |text: &&str| !text.is_empty() && text.len() <= CANDIDATE_BYTES;
    results.iter().map(RXingResult::getText).filter(fits).map(ToOwned::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use image::Luma;
    use serde_json::Value;

    use super::*;

    #[test]
    fn long_pictures_are_cut_as_the_vectors_say() {
        let vectors: Value = serde_json::from_str(include_str!("../../tests/vectors/pieces.json")).unwrap();
        for case in vectors["cases"].as_array().unwrap() {
            let side = |name: &str| case[name].as_u64().unwrap() as u32;
            let cut = pieces((side("width"), side("height")));
            let cut: Vec<[u32; 4]> =
                cut.into_iter().map(|(left, top, width, height)| [left, top, width, height]).collect();
            assert_eq!(serde_json::json!(cut), case["pieces"], "{} × {}", side("width"), side("height"));
        }
    }

    /// A picture of which each row is as grey as its number says.
    fn striped(width: u32, height: u32) -> GrayImage {
        GrayImage::from_fn(width, height, |_, y| Luma([(y / 8 % 256) as u8]))
    }

    #[test]
    fn a_piece_is_cut_out_of_the_pictures_own_rows() {
        let picture = striped(300, 1600);
        let part = (100, 800, 100, 200);
        let as_it_is = scaled(&picture, part, 200);
        assert_eq!(as_it_is, image::imageops::crop_imm(&picture, 100, 800, 100, 200).to_image());
        let smaller = scaled(&picture, part, 25);
        assert_eq!(
            (smaller.dimensions(), smaller.get_pixel(0, 0).0, smaller.get_pixel(0, 24).0),
            ((12, 25), [100], [124])
        );
    }

    #[test]
    fn every_piece_is_seen_once_before_any_is_looked_at_closely() {
        for size in [(1080, 20_000), (30_000, 1_200), (700, 30_000)] {
            let looks = looks(size);
            let quick = looks.iter().take_while(|look| look.is_quick).map(|look| look.part);
            let quick: Vec<Part> = quick.collect();
            assert_eq!(quick[1..], pieces(size), "{size:?}");
            assert!(looks[quick.len()..].iter().all(|look| !look.is_quick));
            // And closely, one by one, before any is looked at so in another size.
            let close: Vec<Part> = looks[quick.len()..][..quick.len()].iter().map(|look| look.part).collect();
            assert_eq!(close, quick, "{size:?}");
        }
    }

    #[test]
    fn a_picture_is_no_larger_than_it_is_looked_at() {
        assert_eq!(reduced(striped(300, 200)).dimensions(), (300, 200));
        assert_eq!(reduced(striped(6_000, 3_000)).dimensions(), (LARGEST_SIDE, 2_000));
        assert_eq!(reduced(striped(1_080, 20_000)).dimensions(), (1_080, 20_000), "its pieces are small");
        assert_eq!(reduced(striped(12_000, 3_000)).dimensions(), (8_000, 2_000));
    }

    #[test]
    fn without_time_for_a_first_look_nothing_is_said_of_a_picture() {
        let looks = looks((300, 2_000));
        let first_round = looks.iter().filter(|look| look.is_quick).count();
        assert!(first_round > 5 && first_round < looks.len());
        let within = |granted: usize| {
            let mut left = granted;
            let mut has_time = || left.checked_sub(1).map(|less| left = less).is_some();
            scan_photo(striped(300, 2_000), &mut has_time)
        };
        assert_eq!(within(first_round), None);
        assert_eq!(within(first_round + 1), Some(Vec::new()));
    }
}
