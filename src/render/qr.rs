//! The QR symbol as one vector path, and as pixels.

use std::ops::Range;
use std::sync::LazyLock;

use super::flat::Pixel;
use super::syntax::{operation, put};
use crate::deflate::Known;
use crate::qr::Symbol;
use crate::scene::QrItem;

/// Modules of white around the symbol (ISO/IEC 18004, 9.1).
const QUIET_ZONE: f32 = 4.0;

/// About how many bytes a module takes: one of four begins a run.
const BYTES_PER_MODULE: usize = 4;
/// So many modules have no more than one stretch that is known, or hardly.
const MODULES_PER_KNOWN: usize = 3;
/// Modules of the largest symbol's side (ISO/IEC 18004 section 7.1).
const MODULES: usize = 177;

/// The width of the white around a symbol.
pub(super) fn quiet_zone(item: &QrItem) -> f32 {
    QUIET_ZONE * item.side / (item.symbol.size.max(1)) as f32
}

/// Draws the white square with its quiet zone, then all dark modules as one path: a rectangle per run in a row, one
/// fill, so that no reader leaves hairlines between modules. What stood in `out` before goes into `known`: of nearly every
/// rectangle all but where it begins.
pub(super) fn draw(out: &mut Vec<u8>, item: &QrItem, known: &mut Vec<Known>) {
    let Symbol { size, modules, .. } = &item.symbol;
    if *size == 0 || *size > MODULES || modules.len() != size * size {
        return;
    }
    let (side, unit) = (*size as f32, item.side / *size as f32);
    out.extend_from_slice(b"q\n");
    // Rows are counted from the top: the unit square is turned upside down.
    matrix(out, unit, item.origin.0, item.origin.1 + item.side);
    out.extend_from_slice(b"1 1 1 rg\n");
    let outer = side + 2.0 * QUIET_ZONE;
    operation(out, &[-QUIET_ZONE, -QUIET_ZONE, outer, outer], "re");
    out.extend_from_slice(b"f\n0 0 0 rg\n");
    let pieces = &PIECES[..=*size];
    out.reserve(item.symbol.modules.len() * BYTES_PER_MODULE);
    known.reserve(item.symbol.modules.len() / MODULES_PER_KNOWN);
    // By how long a run is: the row that had one last, and where that rectangle's line ends.
    let mut last: Vec<Option<(usize, usize)>> = vec![None; size + 1];
    for (y, row) in modules.chunks_exact(*size).enumerate() {
        // Where the row stands in the rectangle before.
        let mut same_row = None;
        let in_row = &pieces[y].in_row;
        let mut x = 0;
        while let Some(light) = row[x..].iter().position(|dark| *dark) {
            x += light;
            let run = row[x..].iter().position(|dark| !dark).unwrap_or(size - x);
            pieces[x].start.put(out);
            let tail = out.len();
            in_row.put(out);
            let width = out.len();
            pieces[run].end.put(out);
            let before = last[run].replace((y, out.len()));
            let at = if before.is_some_and(|(row, _)| row == y) { tail } else { width };
            if at == width {
                known.extend(same_row.map(|before| Known { at: tail, length: in_row.length, before }));
            }
            let length = out.len() - at;
            known.extend(before.map(|(_, end)| Known { at, length, before: end - length }));
            same_row = Some(tail);
            x += run;
        }
    }
    out.extend_from_slice(b"f\nQ\n");
}

/// What is written of each number of a symbol: where a run begins, its row, and how long it is.
struct Pieces {
    start: Piece,
    in_row: Piece,
    end: Piece,
}

static PIECES: LazyLock<[Pieces; MODULES + 1]> = LazyLock::new(|| {
    std::array::from_fn(|number| Pieces {
        start: Piece::of(b"", number, b""),
        in_row: Piece::of(b" ", number, b" "),
        end: Piece::of(b"", number, b" 1 re\n"),
    })
});

/// A few bytes that are written again and again: all of the room at once, which takes two instructions and no call.
struct Piece {
    bytes: [u8; Self::ROOM],
    length: usize,
}

impl Piece {
    /// Bytes of the longest piece.
    const ROOM: usize = 16;

    /// A number below a thousand between other bytes; there is room for twelve of those.
    fn of(before: &[u8], number: usize, behind: &[u8]) -> Self {
        let digits = [100, 10, 1].into_iter().filter(|power| number >= *power || *power == 1);
        let digits = digits.map(|power| b'0' + (number / power % 10) as u8);
        let mut piece = Self { bytes: [0; Self::ROOM], length: 0 };
        for byte in before.iter().copied().chain(digits).chain(behind.iter().copied()) {
            piece.bytes[piece.length] = byte;
            piece.length += 1;
        }
        piece
    }

    fn put(&self, out: &mut Vec<u8>) {
        let end = out.len() + self.length;
        out.extend_from_slice(&self.bytes);
        out.truncate(end);
    }
}

/// A picture's grid in a page's coordinates: what x and y are at the left upper corner, and how many pixels a point is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grid {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) scale: f64,
}

/// Paints the symbol as [`draw`] has it drawn, each pixel by how much of it is covered.
pub(super) fn paint(pixels: &mut [Pixel], width: usize, grid: Grid, item: &QrItem) {
    let Symbol { size, modules, .. } = &item.symbol;
    if *size == 0 || modules.len() != size * size || width == 0 {
        return;
    }
    let unit = f64::from(item.side) / *size as f64 * grid.scale;
    let left = (f64::from(item.origin.0) - grid.left) * grid.scale;
    let top = (grid.top - f64::from(item.origin.1 + item.side)) * grid.scale;
    let quiet = f64::from(QUIET_ZONE) * unit;
    let side = *size as f64 * unit;
    let columns = touched(left - quiet, side + 2.0 * quiet, width);
    let rows = touched(top - quiet, side + 2.0 * quiet, pixels.len() / width);
    let white_across: Vec<f64> = columns.clone().map(|x| covered(x, left - quiet, side + 2.0 * quiet)).collect();
    let dark_across: Vec<Vec<f64>> =
        modules.chunks_exact(*size).map(|row| across(row, columns.clone(), left, unit)).collect();
    for y in rows {
        let white = covered(y, top - quiet, side + 2.0 * quiet);
        let modules: Vec<(&[f64], f64)> = over(y, top, unit, *size)
            .map(|row| (&*dark_across[row], covered(y, top + row as f64 * unit, unit)))
            .collect();
        let line = &mut pixels[y * width..][columns.clone()];
        for (at, pixel) in line.iter_mut().enumerate() {
            let dark: f64 = modules.iter().map(|(across, share)| across[at] * share).sum();
            let (white, light) = (white * white_across[at], 1.0 - dark.min(1.0));
            for channel in &mut pixel[..3] {
                let paper = f64::from(*channel);
                // A cast cuts off what is behind the point: rounded, without a call.
                let paper = (paper + (255.0 - paper) * white + 0.5) as u8;
                *channel = (f64::from(paper) * light + 0.5) as u8;
            }
        }
    }
}

/// How much of each column's width the dark modules of a row cover.
fn across(row: &[bool], columns: Range<usize>, left: f64, unit: f64) -> Vec<f64> {
    let dark = |x: usize| {
        let modules = over(x, left, unit, row.len()).filter(|at| row[*at]);
        modules.map(|at| covered(x, left + at as f64 * unit, unit)).sum()
    };
    columns.map(dark).collect()
}

/// The pixels that a stretch touches.
fn touched(from: f64, length: f64, most: usize) -> Range<usize> {
    let within = |at: f64| (at.max(0.0) as usize).min(most);
    within(from.floor())..within((from + length).ceil())
}

/// The modules that lie on a pixel.
fn over(pixel: usize, from: f64, unit: f64, size: usize) -> Range<usize> {
    let module = |at: f64| (at.max(0.0) as usize).min(size);
    module(((pixel as f64 - from) / unit).floor())..module(((pixel as f64 + 1.0 - from) / unit).ceil())
}

/// How much of a pixel a stretch covers.
fn covered(pixel: usize, from: f64, length: f64) -> f64 {
    ((from + length).min(pixel as f64 + 1.0) - from.max(pixel as f64)).clamp(0.0, 1.0)
}

/// Six decimals for the scale: three would shift the last module of a large symbol by a tenth of a module.
fn matrix(out: &mut Vec<u8>, unit: f32, x: f32, y: f32) {
    put(out, format_args!("{unit:.6} 0 0 {:.6} ", -unit));
    operation(out, &[x, y], "cm");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_a_row_are_one_rectangle_and_all_rows_one_path() {
        let modules = [true, true, false, false, false, true, true, false, true].to_vec();
        let symbol = Symbol { version: 1, size: 3, modules };
        let mut out = Vec::new();
        let mut known = Vec::new();
        draw(&mut out, &QrItem { origin: (10.0, 20.0), side: 30.0, symbol }, &mut known);
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("10.000000 0 0 -10.000000 10 50 cm"), "{text}");
        assert!(text.contains("-4 -4 11 11 re\nf\n"), "{text}");
        assert!(text.contains("0 0 2 1 re\n2 1 1 1 re\n0 2 1 1 re\n2 2 1 1 re\nf\nQ\n"), "{text}");
    }
}
