//! The QR symbol as one vector path.

use super::syntax::{operation, put};
use crate::deflate::Known;
use crate::qr::Symbol;
use crate::scene::QrItem;

/// Modules of white around the symbol (ISO/IEC 18004, 9.1).
const QUIET_ZONE: f32 = 4.0;

/// About how many bytes a module takes: one of four begins a run.
const BYTES_PER_MODULE: usize = 4;

/// Draws the white square with its quiet zone, then all dark modules as one path: a rectangle per run in a row, one
/// fill, so that no reader leaves hairlines between modules. What stood in `out` before goes into `known`: of nearly every
/// rectangle all but where it begins.
pub(super) fn draw(out: &mut Vec<u8>, item: &QrItem, known: &mut Vec<Known>) {
    let Symbol { size, modules, .. } = &item.symbol;
    if *size == 0 || modules.len() != size * size {
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
    let numbers: Vec<Vec<u8>> = (0..=*size).map(|number| number.to_string().into_bytes()).collect();
    let ends: Vec<Vec<u8>> = numbers.iter().map(|number| [number, &b" 1 re\n"[..]].concat()).collect();
    out.reserve(item.symbol.modules.len() * BYTES_PER_MODULE);
    // By how long a run is: the row that had one last, and where that rectangle's line ends.
    let mut last: Vec<Option<(usize, usize)>> = vec![None; size + 1];
    for (y, row) in modules.chunks_exact(*size).enumerate() {
        let middle = [b" ", &numbers[y][..], b" "].concat();
        let mut x = 0;
        for run in row.chunk_by(|a, b| a == b) {
            if run[0] {
                out.extend_from_slice(&numbers[x]);
                let tail = out.len();
                out.extend_from_slice(&middle);
                let width = out.len();
                out.extend_from_slice(&ends[run.len()]);
                let before = last[run.len()].replace((y, out.len()));
                let at = if before.is_some_and(|(row, _)| row == y) { tail } else { width };
                let length = out.len() - at;
                known.extend(before.map(|(_, end)| Known { at, length, before: end - length }));
            }
            x += run.len();
        }
    }
    out.extend_from_slice(b"f\nQ\n");
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
