//! Finds what repeats in rows of pixels, as letters and lines on paper do: a stretch is taken from the row above, from the pixel
//! on the left, or from where the same two pixels were seen last. Made for speed, by looking at whole pixels; photos are packed
//! elsewhere, and how DEFLATE writes what is found is not known here. The same pixels give the same bytes on every machine.

use hayro::vello_cpu::Pixmap;

use crate::deflate::{Tokens, WINDOW};

/// A pixel: red, green, blue, and an alpha that is not packed.
pub(super) type Pixel = [u8; 4];

/// Slots that remember where two pixels were seen; a power of two.
const SLOTS: usize = 1 << 12;

/// The pixels of a picture that was drawn.
pub(super) fn pixels(drawn: &Pixmap) -> &[Pixel] {
    drawn.data_as_u8_slice().as_chunks().0
}

/// The same, to be painted on.
pub(super) fn pixels_mut(drawn: &mut Pixmap) -> &mut [Pixel] {
    drawn.data_as_u8_slice_mut().as_chunks_mut().0
}

/// Packs rows, each behind the byte that says that it is not filtered. Ends with a whole byte; more blocks may follow.
pub(super) fn pack(pixels: &[Pixel], width: usize) -> Vec<u8> {
    let mut rows = Rows { tokens: Tokens::with_room(1 << 14), seen: vec![0; SLOTS] };
    for y in 0..pixels.len() / width {
        rows.row(pixels, width, y);
    }
    rows.tokens.whole_bytes()
}

/// Packs bytes of which few come again in order, each by how often it occurs. Ends as [`pack`] does.
pub(super) fn coded(bytes: &[u8]) -> Vec<u8> {
    let mut tokens = Tokens::with_room(bytes.len());
    bytes.iter().for_each(|byte| tokens.literal(*byte));
    tokens.whole_bytes()
}

struct Rows {
    tokens: Tokens,
    /// Where in `pixels` a pair was seen last, counted from 1.
    seen: Vec<u32>,
}

impl Rows {
    fn row(&mut self, pixels: &[Pixel], width: usize, y: usize) {
        let (start, end) = (y * width, (y + 1) * width);
        let stride = 3 * width + 1;
        self.tokens.literal(0);
        let mut at = start;
        while at < end {
            let rest = &pixels[at..end];
            let above = if y > 0 { same(rest, &pixels[at - width..end - width]) } else { 0 };
            let left = if at > start { rest.iter().take_while(|pixel| **pixel == pixels[at - 1]).count() } else { 0 };
            let (mut length, mut distance) = if above >= left { (above, stride) } else { (left, 3) };
            if let (0 | 1, Some(earlier)) = (length, self.swap(pixels, at, end)) {
                let away = distance_between(earlier, at, width);
                // Not over the end of its row, where bytes stand that are no pixels.
                let until = at.min((earlier / width + 1) * width);
                let again = if away <= WINDOW { same(rest, &pixels[earlier..until]) } else { 0 };
                if again > length.max(1) {
                    (length, distance) = (again, away);
                }
            }
            if length == 0 || distance > WINDOW {
                pixels[at][..3].iter().for_each(|byte| self.tokens.literal(*byte));
                length = 1;
            } else {
                self.tokens.copy(3 * length, distance);
            }
            at += length;
        }
    }

    /// Remembers where a pair of pixels stands, and returns where it stood before.
    fn swap(&mut self, pixels: &[Pixel], at: usize, end: usize) -> Option<usize> {
        let &[first, second] = pixels[at..end].first_chunk()?;
        let mixed = u32::from_le_bytes(first) ^ u32::from_le_bytes(second).rotate_left(11);
        let slot = (mixed.wrapping_mul(2_654_435_761) >> 20) as usize % SLOTS;
        let before = std::mem::replace(&mut self.seen[slot], at as u32 + 1);
        (before as usize).checked_sub(1)
    }
}

/// How many pixels at the start of both are the same.
fn same(a: &[Pixel], b: &[Pixel]) -> usize {
    let (whole, _) = a.as_chunks::<8>();
    let (other, _) = b.as_chunks::<8>();
    let chunks = whole.iter().zip(other).take_while(|(a, b)| a == b).count() * 8;
    chunks + a[chunks..].iter().zip(&b[chunks..]).take_while(|(a, b)| a == b).count()
}

/// Bytes from one pixel to a later one, filter bytes of the rows between them included.
fn distance_between(earlier: usize, later: usize, width: usize) -> usize {
    3 * (later - earlier) + later / width - earlier / width
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unpacked(packed: &[u8]) -> Vec<u8> {
        let whole = [packed, &[3, 0]].concat();
        miniz_oxide::inflate::decompress_to_vec(&whole).unwrap()
    }

    fn rows(pixels: &[Pixel], width: usize) -> Vec<u8> {
        let row = |row: &[Pixel]| [vec![0], row.iter().flat_map(|pixel| pixel[..3].to_vec()).collect()].concat();
        pixels.chunks(width).flat_map(row).collect()
    }

    #[test]
    fn what_was_packed_comes_out_again() {
        let mut state = 7_u32;
        let mut random = |below: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) % below
        };
        // From one colour to noise, and from one pixel to rows that no match reaches back over.
        for colours in [1, 2, 3, 20, 255] {
            for (width, height) in [(1, 1), (2, 1), (1, 300), (87, 40), (300, 33), (11_000, 4)] {
                let mut pixels: Vec<Pixel> = Vec::new();
                while pixels.len() < width * height {
                    let colour = [random(colours) as u8, random(colours) as u8, 9, 255];
                    let run = 1 + random(if colours == 255 { 1 } else { 40 }) as usize;
                    pixels.extend(std::iter::repeat_n(colour, run.min(width * height - pixels.len())));
                }
                assert!(unpacked(&pack(&pixels, width)) == rows(&pixels, width), "{colours} {width} {height}");
            }
        }
    }

    #[test]
    fn one_colour_takes_next_to_nothing() {
        let packed = pack(&[[255; 4]; 1_000 * 16], 1_000);
        assert!(packed.len() < 600, "{} bytes of 48,016", packed.len());
    }
}
