//! Pages as pixels, by hayro: whole ones on white, and parts of a page over what was drawn before.
//!
//! The same file gives the same pixels whatever the processor can do beyond what all of its kind can.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_interpret::util::TransformExt;
use hayro::hayro_syntax::Pdf;
use hayro::hayro_syntax::page::Page;
use hayro::kurbo::Affine;
use hayro::vello_cpu::color::palette::css::{TRANSPARENT, WHITE};
use hayro::vello_cpu::{Level, Pixmap, RasterizerSettings, RenderContext, Resources, TargetInit};
use hayro::{RenderCache, RenderSettings};

use super::RenderError;
use super::bands::{self, Care};
use super::flat;

/// Most pixels of a raster: A3 at 600 dpi is over, A4 at 600 dpi is under it.
pub const MAX_RASTER_PIXELS: u64 = 40_000_000;
/// Longest side: what the rasteriser can count to.
const MAX_SIDE: u64 = 32_767;

/// What a page is drawn on.
type Paper = hayro::vello_cpu::color::AlphaColor<hayro::vello_cpu::color::Srgb>;

/// A page as pixels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raster {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// Red, green, blue, alpha (on white always 255), row by row from the top.
    pub rgba: Vec<u8>,
}

/// Draws the first page as a PNG. The file need not be one of ours; of certificates of one template,
/// [`super::Backdrop`] makes them faster.
///
/// # Errors
/// When the PDF cannot be opened, or the page is too large at this resolution.
pub fn png(pdf: &[u8], dpi: f32) -> Result<Vec<u8>, RenderError> {
    let pixels = on_white(pdf.to_vec(), 1, dpi)?;
    let size = (u32::from(pixels.width()), u32::from(pixels.height()));
    let packed = bands::pack(flat::pixels(&pixels), usize::from(pixels.width()), Care::Own);
    bands::picture(size, dpi, [Arc::new(packed)])
}

/// Draws the first page of a file without paper under it: a PNG through which one sees what it lies on.
///
/// # Errors
/// As [`fn@png`].
pub(super) fn see_through(pdf: Vec<u8>, dpi: f32) -> Result<Vec<u8>, RenderError> {
    let pixels = page_on(pdf, 1, dpi, TRANSPARENT)?;
    let mut out = Vec::new();
    let mut encoder = ::png::Encoder::new(&mut out, pixels.width().into(), pixels.height().into());
    encoder.set_color(::png::ColorType::Rgba);
    encoder.set_depth(::png::BitDepth::Eight);
    encoder.set_source_srgb(::png::SrgbRenderingIntent::RelativeColorimetric);
    // What is drawn so is flat: colours repeat, and DEFLATE finds that itself.
    encoder.set_compression(::png::Compression::High);
    encoder.set_filter(::png::Filter::NoFilter);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&flat::pixels(&pixels).iter().flat_map(unweighed).collect::<Vec<u8>>())?;
    writer.finish()?;
    Ok(out)
}

/// Draws the first page of a file of ours: on white, or without paper under it.
pub(super) fn alone(pdf: Vec<u8>, dpi: f32, is_on_white: bool) -> Result<Raster, RenderError> {
    let pixels = page_on(pdf, 1, dpi, if is_on_white { WHITE } else { TRANSPARENT })?;
    let (width, height) = (u32::from(pixels.width()), u32::from(pixels.height()));
    Ok(Raster { width, height, rgba: flat::pixels(&pixels).iter().flat_map(unweighed).collect() })
}

/// A pixel is drawn with each colour weighed by its alpha, and stored without (PNG section 6.2).
fn unweighed(pixel: &flat::Pixel) -> [u8; 4] {
    let alpha = u16::from(pixel[3]);
    let colour = |part: u8| (u16::from(part) * 255 + alpha / 2).checked_div(alpha).unwrap_or(0).min(255) as u8;
    [colour(pixel[0]), colour(pixel[1]), colour(pixel[2]), pixel[3]]
}

/// Draws page `page` (counted from 1) at `dpi` pixels per inch. The file need not be one of ours.
///
/// # Errors
/// When the PDF cannot be opened, has no such page, or the page is too large at this resolution.
pub fn raster(pdf: &[u8], page: usize, dpi: f32) -> Result<Raster, RenderError> {
    let pixels = on_white(pdf.to_vec(), page, dpi)?;
    let (width, height) = (u32::from(pixels.width()), u32::from(pixels.height()));
    Ok(Raster { width, height, rgba: pixels.data_as_u8_slice().to_vec() })
}

/// Draws a page.
pub(super) fn on_white(pdf: Vec<u8>, page: usize, dpi: f32) -> Result<Pixmap, RenderError> {
    page_on(pdf, page, dpi, WHITE)
}

fn page_on(pdf: Vec<u8>, page: usize, dpi: f32, paper: Paper) -> Result<Pixmap, RenderError> {
    with_pages(pdf, |pages| {
        let no_such_page = RenderError::NoSuchPage { page, pages: pages.len() };
        let page = page.checked_sub(1).and_then(|at| pages.get(at)).ok_or(no_such_page)?;
        let (width, height) = size(page, dpi / 72.0)?;
        let mut pixels = Pixmap::new(width, height);
        draw(page, &RenderCache::new(), dpi, 0, &mut pixels, TargetInit::Clear(paper));
        Ok(pixels)
    })
}

/// Draws each page over rows of a picture, of which the first has this number in it.
pub(super) fn over(rows: &mut [(usize, Pixmap)], pdf: Vec<u8>, dpi: f32) -> Result<(), RenderError> {
    with_pages(pdf, |pages| {
        let cache = RenderCache::new();
        for (page, (first, pixels)) in pages.iter().zip(rows) {
            draw(page, &cache, dpi, *first, pixels, TargetInit::SrcOver);
        }
        Ok(())
    })
}

fn with_pages<T>(pdf: Vec<u8>, draw: impl FnOnce(&[Page<'_>]) -> Result<T, RenderError>) -> Result<T, RenderError> {
    // The file may be anybody's, and a panic in its interpreter is an answer about the file.
    let drawn = catch_unwind(AssertUnwindSafe(|| {
        let pdf = Pdf::new(pdf).map_err(|e| RenderError::Unreadable(format!("{e:?}")))?;
        draw(pdf.pages())
    }));
    drawn.unwrap_or_else(|_| Err(RenderError::Unreadable("its drawing failed".into())))
}

fn size(page: &Page<'_>, scale: f32) -> Result<(u16, u16), RenderError> {
    let pixels = |points: f32| f64::from(points * scale).max(0.0) as u64;
    let (width, height) = page.render_dimensions();
    let (width, height) = (pixels(width), pixels(height));
    let sides_fit = (1..=MAX_SIDE).contains(&width) && (1..=MAX_SIDE).contains(&height);
    if !sides_fit || width * height > MAX_RASTER_PIXELS {
        return Err(RenderError::RasterSize { width, height });
    }
    Ok((width as u16, height as u16))
}

fn draw<'a>(
    page: &'a Page<'a>,
    cache: &RenderCache<'a>,
    dpi: f32,
    first_row: usize,
    pixels: &mut Pixmap,
    target_init: TargetInit,
) {
    // What a processor has beyond this rounds otherwise where it multiplies and adds at once: some pixels would differ by one.
    let settings = hayro::vello_cpu::RenderSettings { level: Level::baseline(), num_threads: 0 };
    let mut context = RenderContext::new_with(pixels.width(), pixels.height(), settings);
    let scale = f64::from(dpi / 72.0);
    let transform = Affine::translate((0.0, -(first_row as f64)))
        * Affine::scale_non_uniform(scale, scale)
        * page.initial_transform(true).to_kurbo();
    let (interpreter, settings) = (InterpreterSettings::default(), RenderSettings::default());
    hayro::render_into(page, cache, &interpreter, &settings, &mut context, transform);
    context.flush();
    let settings = RasterizerSettings { target_init, ..RasterizerSettings::default() };
    context.render_with(pixels, &mut Resources::default(), settings);
}
