//! A whole page as an SVG document (SVG 1.1): the scenes that become a certificate's PDF, with every glyph as its outline, so that
//! what a browser shows is what is printed. No font is named in it, and nothing is laid out anew.
//!
//! Pictures are shown as this program draws them, and not as a browser would: see [`shown`].

use std::fmt::Write;

use super::svg::{escaped, put_path, put_run, short};
use super::{Base, RenderError, flat, raster};
use crate::scene::{Drawing, FontSource, ImageItem, Item, QrItem, Scene};

/// Pixels of the longer side of a picture as it is shown.
const PIXELS: f32 = 1_600.0;
/// Resolution of the page on which one is drawn; only its pixels matter.
const DPI: f32 = 144.0;
/// Quality of a photo as it is shown.
const QUALITY: u8 = 88;
/// The line around a page within a page, in points: a pixel of a card.
const EDGE: f32 = 72.0 / 25.4 / 4.0;
/// Modules of white around a symbol (ISO/IEC 18004, 9.1).
const QUIET: f32 = 4.0;

/// Returns a page as an SVG: the items of all scenes, one scene over the other, as a certificate's page holds those of its template
/// and then its own. `title` is what screen readers say; `picture` says where a picture is found.
///
/// # Errors
/// What `picture` answers.
pub fn page_svg<E>(
    scenes: &[&Scene],
    faces: &dyn FontSource,
    title: &str,
    picture: impl FnMut(&ImageItem) -> Result<String, E>,
) -> Result<String, E> {
    let size = scenes.first().map_or((0.0, 0.0), |scene| (scene.width, scene.height));
    Ok(page_svg_of(size, title, &svg_items(scenes, faces, picture)?))
}

/// Returns a page of this size in points as an SVG, with what [`svg_items`] and [`within_svg`] draw on it.
pub fn page_svg_of((width, height): (f32, f32), title: &str, items: &str) -> String {
    let (w, h) = (short(width), short(height));
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    out.push_str("<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\"");
    // Writing into a text does not fail.
    let _ = write!(out, " width=\"{w}pt\" height=\"{h}pt\" viewBox=\"0 0 {w} {h}\" role=\"img\">");
    let _ = write!(out, "\n<title>{}</title>\n<rect width=\"{w}\" height=\"{h}\" fill=\"#fff\"/>\n", escaped(title));
    out.push_str(items);
    out.push_str("</svg>\n");
    out
}

/// Returns another page in a box of a page, in points: as large as it goes in there, in its middle, with a line around it.
pub fn within_svg([x, y, w, h]: [f32; 4], (width, height): (f32, f32), edge: Option<[u8; 3]>, items: &str) -> String {
    let scale = (w / width).min(h / height);
    let (wide, high) = (width * scale, height * scale);
    let place = [x + (w - wide) / 2.0, y + (h - high) / 2.0, wide, high];
    let rect = |[x, y, w, h]: [f32; 4]| {
        let [x, y, w, h] = [x, y, w, h].map(short);
        format!("x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\"")
    };
    let mut out = String::new();
    if let Some([r, g, b]) = edge {
        let [x, y, w, h] = place;
        let around = rect([x - EDGE, y - EDGE, w + 2.0 * EDGE, h + 2.0 * EDGE]);
        let _ = writeln!(out, "<rect {around} fill=\"#{r:02x}{g:02x}{b:02x}\"/>");
    }
    let (page_wide, page_high) = (short(width), short(height));
    let _ = writeln!(out, "<svg {} viewBox=\"0 0 {page_wide} {page_high}\">", rect(place));
    let _ = writeln!(out, "<rect width=\"{page_wide}\" height=\"{page_high}\" fill=\"#fff\"/>");
    out.push_str(items);
    out.push_str("</svg>\n");
    out
}

/// Returns the items of all scenes, one scene over the other, as what stands in an SVG.
///
/// # Errors
/// What `picture` answers.
pub fn svg_items<E>(
    scenes: &[&Scene],
    faces: &dyn FontSource,
    mut picture: impl FnMut(&ImageItem) -> Result<String, E>,
) -> Result<String, E> {
    let height = scenes.first().map_or(0.0, |scene| scene.height);
    // As long as PDF lets them be (ISO 32000-1, table 52).
    let mut out = String::from("<g stroke-miterlimit=\"10\">\n");
    for item in scenes.iter().flat_map(|scene| &scene.items) {
        match item {
            Item::Path(path) => put_path(&mut out, path, height),
            Item::Glyphs(run) => put_run(&mut out, run, faces, height),
            Item::Qr(symbol) => put_symbol(&mut out, symbol, height),
            Item::Image(image) => {
                let [left, bottom, right, top] = image.rect;
                let [x, y, w, h] = [left, height - top, right - left, top - bottom].map(short);
                let source = escaped(&picture(image)?).replace('"', "&quot;");
                let _ =
                    write!(out, "<image x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" preserveAspectRatio=\"none\"");
                let _ = writeln!(out, " xlink:href=\"{source}\"/>");
            }
            Item::Link { .. } => {}
        }
    }
    out.push_str("</g>\n");
    Ok(out)
}

/// The white square and all dark modules as one path, as the PDF has them.
fn put_symbol(out: &mut String, item: &QrItem, height: f32) {
    let size = item.symbol.size;
    if size == 0 || item.symbol.modules.len() != size * size {
        return;
    }
    let (unit, x, y) = (item.side / size as f32, short(item.origin.0), short(height - item.origin.1 - item.side));
    let outer = size as f32 + 2.0 * QUIET;
    let _ = write!(out, "<g transform=\"matrix({unit:.6} 0 0 {unit:.6} {x} {y})\">");
    let _ =
        write!(out, "<path fill=\"#fff\" d=\"M-{QUIET}-{QUIET}h{outer}v{outer}h-{outer}z\"/><path fill=\"#000\" d=\"");
    for (row, modules) in item.symbol.modules.chunks_exact(size).enumerate() {
        let mut column = 0;
        for run in modules.chunk_by(|a, b| a == b) {
            if run[0] {
                let _ = write!(out, "M{column} {row}h{0}v1h-{0}z", run.len());
            }
            column += run.len();
        }
    }
    out.push_str("\"/></g>\n");
}

/// A picture as a page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Its media type.
    pub kind: &'static str,
    /// The file.
    pub bytes: Vec<u8>,
}

/// Returns how many pixels a picture is shown with: as many whatever its size on the page, so that it need not be drawn anew when
/// that changes.
pub fn shown_pixels(image: &ImageItem) -> (u32, u32) {
    let [left, bottom, right, top] = image.rect;
    let (width, height) = ((right - left).abs().max(0.01), (top - bottom).abs().max(0.01));
    let scale = PIXELS / width.max(height);
    let side = |length: f32| (length * scale).round().clamp(8.0, PIXELS) as u32;
    (side(width), side(height))
}

/// Draws a picture as the PDF shows it: turned, in its own colours, an SVG or a PDF by what draws them there. What was a photo is one
/// again, and all else has no loss.
///
/// # Errors
/// When it cannot go into a file.
pub fn shown(image: &ImageItem, drawing: Drawing, faces: &dyn FontSource) -> Result<Shown, RenderError> {
    let (across, down) = shown_pixels(image);
    let (width, height) = (across as f32 * 72.0 / DPI, down as f32 * 72.0 / DPI);
    let item = Item::Image(ImageItem { rect: [0.0, 0.0, width, height], ..image.clone() });
    let scene = Scene { width, height, language: String::new(), drawing, items: vec![item], tags: Vec::new() };
    let base = Base::at_a_glance(&scene, faces, &[])?;
    if !image.bytes.starts_with(b"\xFF\xD8\xFF") {
        return Ok(Shown { kind: "image/png", bytes: base.see_through(DPI)? });
    }
    let pixels = raster::on_white(base.shared_page(), 1, DPI)?;
    let colours: Vec<u8> = flat::pixels(&pixels).iter().flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
    let mut bytes = Vec::new();
    let mut encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, QUALITY);
    let (width, height) = (pixels.width().into(), pixels.height().into());
    let encoded = encoder.encode(&colours, width, height, image::ExtendedColorType::Rgb8);
    encoded.map_err(|error| RenderError::Unreadable(error.to_string()))?;
    Ok(Shown { kind: "image/jpeg", bytes })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::qr::Symbol;
    use crate::scene::{FontData, FontId, Turn};

    struct NoFaces;

    impl FontSource for NoFaces {
        fn face(&self, _: FontId) -> FontData<'_> {
            FontData { data: &[], index: 0 }
        }
    }

    fn page(items: Vec<Item>) -> String {
        let scene = Scene {
            width: 300.0,
            height: 200.0,
            language: "en".into(),
            drawing: Drawing::Third,
            items,
            tags: Vec::new(),
        };
        page_svg::<RenderError>(&[&scene], &NoFaces, "<script>&\"", |image| Ok(format!("\"><{}", image.name))).unwrap()
    }

    #[test]
    fn what_is_said_and_where_pictures_are_stays_text() {
        let image = ImageItem {
            name: "x".to_owned(),
            bytes: Arc::new(Vec::new()),
            rect: [10.0, 20.0, 110.0, 70.0],
            turn: Turn::default(),
            alt: String::new(),
        };
        let svg = page(vec![Item::Image(image)]);
        assert!(svg.contains("<title>&lt;script&gt;&amp;\"</title>"), "{svg}");
        assert!(svg.contains("x=\"10\" y=\"130\" width=\"100\" height=\"50\""), "{svg}");
        assert!(svg.contains("xlink:href=\"&quot;&gt;&lt;x\"/>"), "{svg}");
    }

    #[test]
    fn a_symbol_stands_on_white_where_it_belongs() {
        let modules = [true, true, false, false, false, true, true, false, true].to_vec();
        let symbol = Symbol { version: 1, size: 3, modules };
        let svg = page(vec![Item::Qr(QrItem { origin: (10.0, 20.0), side: 30.0, symbol })]);
        assert!(svg.contains("matrix(10.000000 0 0 10.000000 10 150)"), "{svg}");
        assert!(svg.contains("d=\"M-4-4h11v11h-11z\""), "{svg}");
        assert!(svg.contains("d=\"M0 0h2v1h-2zM2 1h1v1h-1zM0 2h1v1h-1zM2 2h1v1h-1z\""), "{svg}");
    }
}
