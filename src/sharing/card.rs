//! The card of a shared link (Open Graph `og:image`): 1200 × 627 pixels, a PNG of at most 300 KB, with the certificate's picture
//! in the middle.

use std::io::Cursor;

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::imageops::{self, FilterType as Scaling};
use image::{DynamicImage, ExtendedColorType, ImageEncoder, ImageError, Rgb, RgbImage};

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

fn composed(picture: &DynamicImage, scale: f64) -> RgbImage {
    let size = |pixels: u32| ((f64::from(pixels) * scale).round() as u32).max(1);
    let (wide, high) = (size(picture.width()), size(picture.height()));
    let small = match (wide, high) == (picture.width(), picture.height()) {
        true => picture.to_rgb8(),
        false => picture.resize_exact(wide, high, Scaling::Triangle).into_rgb8(),
    };
    let mut card = RgbImage::from_pixel(WIDTH, HEIGHT, GROUND);
    let (left, top) = (i64::from(WIDTH - wide) / 2, i64::from(HEIGHT - high) / 2);
    let frame = RgbImage::from_pixel(wide + 2, high + 2, EDGE);
    imageops::replace(&mut card, &frame, left - 1, top - 1);
    imageops::replace(&mut card, &small, left, top);
    card
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

    #[test]
    fn whatever_the_picture_a_card_has_its_size_and_few_bytes() {
        // As noisy as pictures get, upright and across.
        let noise = |x: u32, y: u32| {
            let n = (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)).wrapping_mul(2_246_822_519);
            Rgb(n.to_le_bytes()[..3].try_into().unwrap())
        };
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
