//! The card of a shared link (Open Graph `og:image`): 1200 × 627 pixels, a PNG of at most 300 KB, with the certificate's picture
//! in the middle.

use std::io::Cursor;

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::imageops::{self, FilterType as Scaling};
use image::{DynamicImage, ExtendedColorType, ImageEncoder, ImageError, Rgb, RgbImage, RgbaImage};

/// Width in pixels.
pub const WIDTH: u32 = 1_200;
/// Height in pixels.
pub const HEIGHT: u32 = 627;
/// Most bytes: crawlers leave out what is larger.
pub const MOST_BYTES: usize = 300_000;

/// Around the picture, in pixels.
const MARGIN: u32 = 34;
/// The room for the picture: one that is drawn as large as goes in there is not scaled.
pub const ROOM: (u32, u32) = (WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN);
/// How hard a drawing is packed, of 9.
const PLAIN: u8 = 3;
const GROUND: Rgb<u8> = Rgb([233, 236, 240]);
const EDGE: Rgb<u8> = Rgb([190, 197, 206]);

/// Draws the card of a certificate from its picture, a PNG. The same bytes for the same picture.
///
/// # Errors
/// When the picture is none.
pub fn card(picture: &[u8]) -> Result<Vec<u8>, ImageError> {
    let picture = image::load_from_memory_with_format(picture, image::ImageFormat::Png)?.into_rgb8();
    let picture = DynamicImage::from(picture);
    let (wide, high) = ROOM;
    let mut scale = (f64::from(wide) / f64::from(picture.width())).min(f64::from(high) / f64::from(picture.height()));
    // Drawn to fit: half a pixel is no reason to blur it.
    if picture.width().abs_diff(wide).min(picture.height().abs_diff(high)) <= 1 && scale > 0.98 {
        scale = 1.0;
    }
    loop {
        let drawn = composed(&picture, scale);
        // Drawn grounds and letters have fewest bytes unfiltered, and cost least; photographs do not.
        let plain = encoded(&drawn, CompressionType::Level(PLAIN), FilterType::NoFilter)?;
        if plain.len() <= MOST_BYTES {
            return Ok(plain);
        }
        let card = encoded(&drawn, CompressionType::Default, FilterType::Adaptive)?;
        // A photograph behind the text: what is drawn smaller has fewer bytes.
        if card.len() <= MOST_BYTES || scale < 0.05 {
            return Ok(card);
        }
        scale *= 0.85;
    }
}

/// The picture of a certificate on a card of one's own design.
#[derive(Debug, Clone, Copy)]
pub struct Placed<'a> {
    /// The picture, a PNG, as large as goes into the box.
    pub picture: &'a [u8],
    /// The box in pixels: left, top, width, height.
    pub area: [u32; 4],
    /// The line around the picture, a pixel wide.
    pub edge: Option<[u8; 3]>,
}

/// Draws a card of one's own design: the picture of the certificate over what lies below it, and above it what lies there.
///
/// # Errors
/// When the picture is none.
pub fn designed(
    below: &RgbaImage,
    placed: Option<Placed<'_>>,
    above: Option<&RgbaImage>,
) -> Result<Vec<u8>, ImageError> {
    let mut card = DynamicImage::from(below.clone()).into_rgb8();
    if let Some(Placed { picture, area: [left, top, wide, high], edge }) = placed {
        let picture = image::load_from_memory_with_format(picture, image::ImageFormat::Png)?.into_rgb8();
        let mut scale =
            (f64::from(wide) / f64::from(picture.width())).min(f64::from(high) / f64::from(picture.height()));
        if picture.width().abs_diff(wide).min(picture.height().abs_diff(high)) <= 1 && scale > 0.98 {
            scale = 1.0;
        }
        let middle = (i64::from(2 * left + wide), i64::from(2 * top + high));
        put(&mut card, &DynamicImage::from(picture), (scale, middle), edge.map(Rgb));
    }
    if let Some(above) = above {
        let mut whole = DynamicImage::from(card).into_rgba8();
        imageops::overlay(&mut whole, above, 0, 0);
        card = DynamicImage::from(whole).into_rgb8();
    }
    small_enough(card)
}

/// Packs a card; one that would be too large, as photographs are, loses of its colours and then of its sharpness, never of its parts.
fn small_enough(card: RgbImage) -> Result<Vec<u8>, ImageError> {
    let plain = encoded(&card, CompressionType::Level(PLAIN), FilterType::NoFilter)?;
    if plain.len() <= MOST_BYTES {
        return Ok(plain);
    }
    let mut packed = encoded(&card, CompressionType::Default, FilterType::Adaptive)?;
    for (side, bits) in [(1, 1), (1, 2), (2, 2), (2, 3), (3, 3), (4, 4), (8, 4)] {
        if packed.len() <= MOST_BYTES {
            break;
        }
        packed = encoded(&coarser(&card, side, bits), CompressionType::Default, FilterType::Adaptive)?;
    }
    Ok(packed)
}

/// Returns a picture of larger squares, each in a colour of fewer bits.
fn coarser(card: &RgbImage, side: u32, bits: u8) -> RgbImage {
    let small = imageops::resize(card, WIDTH.div_ceil(side), HEIGHT.div_ceil(side), Scaling::Triangle);
    // To the middle of the step, so that nothing becomes darker as a whole.
    let half = (1_u8 << bits) >> 1;
    RgbImage::from_fn(WIDTH, HEIGHT, |x, y| {
        let Rgb(colour) = *small.get_pixel(x / side, y / side);
        Rgb(colour.map(|part| if part == 255 { 255 } else { (part >> bits << bits).saturating_add(half) }))
    })
}

fn composed(picture: &DynamicImage, scale: f64) -> RgbImage {
    let mut card = RgbImage::from_pixel(WIDTH, HEIGHT, GROUND);
    put(&mut card, picture, (scale, (i64::from(WIDTH), i64::from(HEIGHT))), Some(EDGE));
    card
}

/// Puts a picture on a card, around a point that is told in half pixels.
fn put(card: &mut RgbImage, picture: &DynamicImage, (scale, (across, down)): (f64, (i64, i64)), edge: Option<Rgb<u8>>) {
    let size = |pixels: u32| ((f64::from(pixels) * scale).round() as u32).max(1);
    let (wide, high) = (size(picture.width()), size(picture.height()));
    let small = match (wide, high) == (picture.width(), picture.height()) {
        true => picture.to_rgb8(),
        false => picture.resize_exact(wide, high, Scaling::Triangle).into_rgb8(),
    };
    let (left, top) = ((across - i64::from(wide)) / 2, (down - i64::from(high)) / 2);
    if let Some(edge) = edge {
        imageops::replace(card, &RgbImage::from_pixel(wide + 2, high + 2, edge), left - 1, top - 1);
    }
    imageops::replace(card, &small, left, top);
}

fn encoded(card: &RgbImage, level: CompressionType, filter: FilterType) -> Result<Vec<u8>, ImageError> {
    let mut bytes = Cursor::new(Vec::new());
    PngEncoder::new_with_quality(&mut bytes, level, filter).write_image(
        card.as_raw(),
        WIDTH,
        HEIGHT,
        ExtendedColorType::Rgb8,
    )?;
    Ok(bytes.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(wide: u32, high: u32, pixel: impl Fn(u32, u32) -> Rgb<u8>) -> Vec<u8> {
        let picture = RgbImage::from_fn(wide, high, pixel);
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    fn noise(x: u32, y: u32) -> Rgb<u8> {
        let n = (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)).wrapping_mul(2_246_822_519);
        Rgb(n.to_le_bytes()[..3].try_into().unwrap())
    }

    #[test]
    fn what_a_designed_card_is_put_together_of_lies_one_over_the_other_and_has_few_bytes() {
        let below = RgbaImage::from_pixel(WIDTH, HEIGHT, image::Rgba([10, 20, 30, 255]));
        let mut above = RgbaImage::from_pixel(WIDTH, HEIGHT, image::Rgba([0, 0, 0, 0]));
        above.put_pixel(300, 300, image::Rgba([200, 0, 0, 255]));
        let picture = png(200, 100, |_, _| Rgb([0, 200, 0]));
        let placed = Placed { picture: &picture, area: [200, 250, 200, 100], edge: Some([1, 2, 3]) };
        let card = image::load_from_memory(&designed(&below, Some(placed), Some(&above)).unwrap()).unwrap().into_rgb8();
        let at = |x, y| card.get_pixel(x, y).0;
        assert_eq!((at(300, 300), at(301, 300)), ([200, 0, 0], [0, 200, 0]));
        assert_eq!((at(199, 300), at(198, 300), at(400, 349)), ([1, 2, 3], [10, 20, 30], [1, 2, 3]));
        // A photograph behind it all.
        let photograph = RgbaImage::from_fn(WIDTH, HEIGHT, |x, y| {
            let Rgb([r, g, b]) = noise(x, y);
            image::Rgba([r, g, b, 255])
        });
        let card = designed(&photograph, None, None).unwrap();
        assert!(card.len() <= MOST_BYTES, "{}", card.len());
        let read = image::load_from_memory(&card).unwrap();
        assert_eq!((read.width(), read.height()), (WIDTH, HEIGHT));
    }

    /// The built-in template of a card is what the program draws by itself.
    #[test]
    fn the_usual_card_and_one_that_is_laid_out_the_same_are_the_same() {
        let Rgb([r, g, b]) = GROUND;
        let below = RgbaImage::from_pixel(WIDTH, HEIGHT, image::Rgba([r, g, b, 255]));
        for (wide, high) in [(790, 559), (395, 559), (1_754, 1_240), (301, 401)] {
            let picture = png(wide, high, |x, y| Rgb([(x % 256) as u8, (y % 256) as u8, 90]));
            let area = [MARGIN, MARGIN, ROOM.0, ROOM.1];
            let placed = Placed { picture: &picture, area, edge: Some(EDGE.0) };
            let pixels = |card: &[u8]| image::load_from_memory(card).unwrap().into_rgb8();
            let own = designed(&below, Some(placed), None).unwrap();
            assert!(pixels(&own) == pixels(&card(&picture).unwrap()), "{wide}x{high}");
        }
    }

    #[test]
    fn whatever_the_picture_a_card_has_its_size_and_few_bytes() {
        // As noisy as pictures get, upright and across.
        for (wide, high) in [(1_754, 1_240), (1_240, 1_754), (40, 4_000)] {
            for plain in [true, false] {
                let picture = png(wide, high, |x, y| if plain { Rgb([255, 250, 240]) } else { noise(x, y) });
                let card = card(&picture).unwrap();
                let read = image::load_from_memory(&card).unwrap();
                assert_eq!((read.width(), read.height()), (WIDTH, HEIGHT));
                assert!(card.len() <= MOST_BYTES, "{wide}x{high} {plain}: {}", card.len());
            }
        }
        assert!(card(b"no picture").is_err());
    }
}
