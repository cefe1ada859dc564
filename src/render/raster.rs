//! Pages as pixels, by hayro.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::Pdf;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings};

use super::RenderError;

/// Most pixels of a raster: A3 at 600 dpi is over, A4 at 600 dpi is under it.
pub const MAX_RASTER_PIXELS: u64 = 40_000_000;
/// Longest side: what the rasteriser can count to.
const MAX_SIDE: u64 = 32_767;

/// A page on white.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raster {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Red, green, blue, alpha (always 255), row by row from the top.
    pub rgba: Vec<u8>,
}

/// Draws the first page as a PNG.
///
/// # Errors
/// When the PDF cannot be opened, or the page is too large at this resolution.
pub fn png(pdf: &[u8], dpi: f32) -> Result<Vec<u8>, RenderError> {
    let raster = raster(pdf, 1, dpi)?;
    let rgb: Vec<u8> = raster.rgba.chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
    let mut out = Vec::with_capacity(rgb.len() / 16);
    let mut encoder = ::png::Encoder::new(&mut out, raster.width, raster.height);
    encoder.set_color(::png::ColorType::Rgb);
    encoder.set_depth(::png::BitDepth::Eight);
    encoder.set_source_srgb(::png::SrgbRenderingIntent::RelativeColorimetric);
    let per_metre = (dpi / 0.0254).round() as u32;
    let unit = ::png::Unit::Meter;
    encoder.set_pixel_dims(Some(::png::PixelDimensions { xppu: per_metre, yppu: per_metre, unit }));
    // Paper is mostly one colour: one filter for all rows is as small as choosing, and several times as fast.
    encoder.set_compression(::png::Compression::Fast);
    encoder.set_filter(::png::Filter::Up);
    encoder.write_header()?.write_image_data(&rgb)?;
    Ok(out)
}

/// Draws page `page` (counted from 1) at `dpi` pixels per inch. The file need not be one of ours.
///
/// # Errors
/// When the PDF cannot be opened, has no such page, or the page is too large at this resolution.
pub fn raster(pdf: &[u8], page: usize, dpi: f32) -> Result<Raster, RenderError> {
    // The file may be anybody's, and a panic in its interpreter is an answer about the file.
    catch_unwind(AssertUnwindSafe(|| draw(pdf, page, dpi)))
        .unwrap_or_else(|_| Err(RenderError::Unreadable("its drawing failed".into())))
}

fn draw(pdf: &[u8], page: usize, dpi: f32) -> Result<Raster, RenderError> {
    let pdf = Pdf::new(Arc::new(pdf.to_vec())).map_err(|e| RenderError::Unreadable(format!("{e:?}")))?;
    let pages = pdf.pages();
    let no_such_page = RenderError::NoSuchPage { page, pages: pages.len() };
    let page = page.checked_sub(1).and_then(|at| pages.get(at)).ok_or(no_such_page)?;
    let scale = dpi / 72.0;
    let pixels = |points: f32| f64::from(points * scale).max(0.0) as u64;
    let (width, height) = page.render_dimensions();
    let (width, height) = (pixels(width), pixels(height));
    let sides_fit = (1..=MAX_SIDE).contains(&width) && (1..=MAX_SIDE).contains(&height);
    if !sides_fit || width * height > MAX_RASTER_PIXELS {
        return Err(RenderError::RasterSize { width, height });
    }
    let settings = PixmapSettings { x_scale: scale, y_scale: scale, bg_color: WHITE };
    let interpreter = InterpreterSettings::default();
    let pixmap = hayro::render(page, &RenderCache::new(), &interpreter, &RenderSettings::default(), &settings);
    let (width, height) = (u32::from(pixmap.width()), u32::from(pixmap.height()));
    Ok(Raster { width, height, rgba: pixmap.data_as_u8_slice().to_vec() })
}
