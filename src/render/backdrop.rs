//! What all certificates of a template share, drawn once as pixels: of each certificate only its own texts and its QR code are
//! drawn, over copies of the rows that they stand in, and only bands that they touch are packed anew.
//!
//! The picture is that of the certificate's PDF, and its bytes depend on nothing but the template and the certificate:
//! neither on what was drawn before nor on whether a backdrop was kept. Which ones are kept is for callers to say.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use hayro::vello_cpu::Pixmap;

use super::bands::{self, Care, Piece, ROWS};
use super::flat::{self, Pixel};
use super::qr::{self, Grid};
use super::{Base, RenderError, raster};
use crate::scene::{FontSource, Glyph, GlyphRun, Item, QrItem, Scene};

/// Rows that are drawn around what a text's outlines reach, in pixels: hinting moves them a little.
const MARGIN: f32 = 3.0;

/// A base as pixels at one resolution, with the bands that certificates left untouched.
#[derive(Debug)]
pub struct Backdrop {
    dpi: f32,
    pixels: Pixmap,
    /// Packed when a certificate leaves them untouched for the first time.
    packed: Vec<OnceLock<Arc<Piece>>>,
}

/// Neighbouring bands with all that stands in them.
struct Stretch<'a> {
    bands: Range<usize>,
    items: Vec<&'a Item>,
    symbols: Vec<&'a QrItem>,
}

impl Base {
    /// Draws the shared part at `dpi` pixels per inch.
    ///
    /// # Errors
    /// When it cannot be drawn, or the page is too large at this resolution.
    pub fn backdrop(&self, dpi: f32) -> Result<Backdrop, RenderError> {
        Ok(Backdrop::of(dpi, raster::on_white(self.shared_page(), 1, dpi)?))
    }

    /// The same as it looks from afar, for small pictures: drawn at their size, a line that is thinner than a pixel would be as dark as
    /// one that is not.
    ///
    /// # Errors
    /// As [`Base::backdrop`].
    pub fn backdrop_from_afar(&self, dpi: f32) -> Result<Backdrop, RenderError> {
        Ok(Backdrop::of(dpi, halved(&raster::on_white(self.shared_page(), 1, 2.0 * dpi)?)))
    }

    /// Draws the shared part alone, as a PNG without paper under it.
    ///
    /// # Errors
    /// As [`Base::backdrop`].
    pub fn see_through(&self, dpi: f32) -> Result<Vec<u8>, RenderError> {
        raster::see_through(self.shared_page(), dpi)
    }

    /// Draws the shared part alone: on white, or without paper under it.
    ///
    /// # Errors
    /// As [`Base::backdrop`].
    pub fn raster(&self, dpi: f32, on_white: bool) -> Result<raster::Raster, RenderError> {
        raster::alone(self.shared_page(), dpi, on_white)
    }

    /// Draws one certificate as a PNG over this base's backdrop: `own` holds the items that differ.
    ///
    /// # Errors
    /// When a font cannot be embedded, or the scene holds a picture.
    pub fn png(&self, backdrop: &Backdrop, own: &Scene, faces: &dyn FontSource) -> Result<Vec<u8>, RenderError> {
        let stretches = backdrop.stretches(own, faces);
        let mut drawn: Vec<_> = stretches.iter().map(|one| backdrop.copied(&one.bands)).collect();
        let parts: Vec<_> = stretches.iter().map(|one| one.items.clone()).collect();
        raster::over(&mut drawn, self.own_pages(own, &parts, faces)?, backdrop.dpi)?;
        for (stretch, (first, pixels)) in stretches.iter().zip(&mut drawn) {
            let grid = backdrop.grid(own.height, *first);
            let width = usize::from(pixels.width());
            stretch.symbols.iter().for_each(|symbol| qr::paint(flat::pixels_mut(pixels), width, grid, symbol));
        }
        backdrop.packed(&drawn)
    }
}

/// Makes one pixel of four.
fn halved(large: &Pixmap) -> Pixmap {
    let mut small = Pixmap::new((large.width() / 2).max(1), (large.height() / 2).max(1));
    let (width, across, from) = (usize::from(small.width()), usize::from(large.width()), flat::pixels(large));
    for (y, row) in flat::pixels_mut(&mut small).chunks_exact_mut(width).enumerate() {
        for (x, pixel) in row.iter_mut().enumerate() {
            let at = 2 * (y * across + x);
            let four = [at, at + 1, at + across, at + across + 1].map(|at| from[at.min(from.len() - 1)]);
            let mean = |part: usize| (four.iter().map(|one| u16::from(one[part])).sum::<u16>() + 2) / 4;
            *pixel = [0, 1, 2, 3].map(|part| mean(part) as u8);
        }
    }
    small
}

impl Backdrop {
    fn of(dpi: f32, pixels: Pixmap) -> Self {
        let packed = (0..usize::from(pixels.height()).div_ceil(ROWS)).map(|_| OnceLock::new()).collect();
        Self { dpi, pixels, packed }
    }

    /// Returns about how much memory it takes, in bytes.
    pub fn bytes(&self) -> usize {
        let packed: usize = self.packed.iter().filter_map(OnceLock::get).map(|piece| piece.bytes()).sum();
        self.pixels.data_as_u8_slice().len() + packed
    }

    fn width(&self) -> usize {
        usize::from(self.pixels.width())
    }

    fn height(&self) -> usize {
        usize::from(self.pixels.height())
    }

    fn grid(&self, page_height: f32, first_row: usize) -> Grid {
        let scale = f64::from(self.dpi / 72.0);
        Grid { left: 0.0, top: f64::from(page_height) - first_row as f64 / scale, scale }
    }

    /// Sorts a scene's items by the bands that they touch. Symbols at the end of a scene are painted, others are drawn.
    fn stretches<'a>(&self, own: &'a Scene, faces: &dyn FontSource) -> Vec<Stretch<'a>> {
        let drawn =
            own.items.iter().rposition(|item| !matches!(item, Item::Qr(_) | Item::Link { .. })).map_or(0, |at| at + 1);
        let stretch = |(at, item): (usize, &'a Item)| {
            let (below, above) = reach(item, own.height, faces)?;
            let row = |y: f32, away: f32| (own.height - y) * self.dpi / 72.0 + away;
            let band = |row: f32| (row.max(0.0) as usize / ROWS).min(self.packed.len());
            let bands = band(row(above, -MARGIN))..(band(row(below, MARGIN)) + 1).min(self.packed.len());
            Some(match item {
                Item::Qr(symbol) if at >= drawn => Stretch { bands, items: vec![], symbols: vec![symbol] },
                item => Stretch { bands, items: vec![item], symbols: vec![] },
            })
        };
        let mut all: Vec<_> =
            own.items.iter().enumerate().filter_map(stretch).filter(|one| !one.bands.is_empty()).collect();
        all.sort_by_key(|one| one.bands.start);
        let mut merged: Vec<Stretch<'a>> = Vec::new();
        for one in all {
            match merged.last_mut().filter(|last| one.bands.start <= last.bands.end) {
                Some(last) => last.join(one),
                None => merged.push(one),
            }
        }
        // As they were painted: what comes later lies above.
        let place = |item: &&Item| own.items.iter().position(|other| std::ptr::eq(other, *item));
        merged.iter_mut().for_each(|one| one.items.sort_by_key(place));
        merged
    }

    /// Rows of these bands, and which is the first.
    fn copied(&self, bands: &Range<usize>) -> (usize, Pixmap) {
        let (first, end) = (bands.start * ROWS, (bands.end * ROWS).min(self.height()));
        let mut rows = Pixmap::new(self.pixels.width(), (end - first) as u16);
        let all = flat::pixels(&self.pixels);
        flat::pixels_mut(&mut rows).copy_from_slice(&all[first * self.width()..end * self.width()]);
        (first, rows)
    }

    /// Packs the picture in which these rows stand in the place of the backdrop's.
    fn packed(&self, drawn: &[(usize, Pixmap)]) -> Result<Vec<u8>, RenderError> {
        let (width, before) = (self.width(), flat::pixels(&self.pixels));
        let rows = |at: usize| at * ROWS * width..((at + 1) * ROWS).min(self.height()) * width;
        let mut pieces = Vec::with_capacity(self.packed.len());
        let mut next = 0;
        let shared = |bands: Range<usize>, pieces: &mut Vec<Arc<Piece>>| {
            let piece = |at: usize| {
                self.packed[at].get_or_init(|| Arc::new(bands::pack(&before[rows(at)], width, Care::Shared)))
            };
            pieces.extend(bands.map(|at| piece(at).clone()));
        };
        for (first, pixels) in drawn {
            let (start, after) = (first / ROWS, flat::pixels(pixels));
            shared(next..start, &mut pieces);
            let bands: Vec<&[Pixel]> = after.chunks(ROWS * width).collect();
            let is_touched = |at: usize| *bands[at] != before[rows(start + at)];
            let all: Vec<(usize, bool)> = (0..bands.len()).map(|at| (at, is_touched(at))).collect();
            // Bands side by side that are touched are packed as one.
            for some in all.chunk_by(|above, below| above.1 == below.1) {
                let (from, to) = (some[0].0, some[some.len() - 1].0 + 1);
                if some[0].1 {
                    let own = &after[from * ROWS * width..(to * ROWS * width).min(after.len())];
                    pieces.push(Arc::new(bands::pack(own, width, Care::Own)));
                } else {
                    shared(start + from..start + to, &mut pieces);
                }
            }
            next = start + bands.len();
        }
        shared(next..self.packed.len(), &mut pieces);
        bands::picture((width as u32, self.height() as u32), self.dpi, pieces)
    }
}

impl<'a> Stretch<'a> {
    fn join(&mut self, other: Stretch<'a>) {
        self.bands.end = self.bands.end.max(other.bands.end);
        self.items.extend(other.items);
        self.symbols.extend(other.symbols);
    }
}

/// How far down and up an item reaches, in points; nothing for what is not seen.
fn reach(item: &Item, page_height: f32, faces: &dyn FontSource) -> Option<(f32, f32)> {
    match item {
        Item::Glyphs(run) => match ttf_parser::Face::parse(faces.face(run.font).data, faces.face(run.font).index) {
            Ok(face) => reach_of_text(run, &face),
            Err(_) => Some((0.0, page_height)),
        },
        Item::Qr(symbol) => {
            let quiet = qr::quiet_zone(symbol);
            Some((symbol.origin.1 - quiet, symbol.origin.1 + symbol.side + quiet))
        }
        // Joins of lines may reach far.
        Item::Path(_) => Some((0.0, page_height)),
        Item::Image(_) | Item::Link { .. } => None,
    }
}

fn reach_of_text(run: &GlyphRun, face: &ttf_parser::Face<'_>) -> Option<(f32, f32)> {
    let scale = run.size / f32::from(face.units_per_em());
    let reach = |glyph: &Glyph| {
        let outline = face.glyph_bounding_box(ttf_parser::GlyphId(glyph.id))?;
        let at = |units: i16| run.y + glyph.dy + f32::from(units) * scale;
        Some((at(outline.y_min), at(outline.y_max)))
    };
    run.glyphs.iter().filter_map(reach).reduce(|(low, high), (below, above)| (low.min(below), high.max(above)))
}
