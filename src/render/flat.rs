//! DEFLATE (RFC 1951) for rows of pixels in which colours repeat, as letters and lines on paper do: a stretch is taken from the
//! row above, from the pixel on the left, or from where the same two pixels were seen last. Made for speed, by looking at whole
//! pixels; photos are packed elsewhere. The same pixels give the same bytes on every machine.

use hayro::vello_cpu::Pixmap;

/// A pixel: red, green, blue, and an alpha that is not packed.
pub(super) type Pixel = [u8; 4];

/// Longest match (section 3.2.5), in bytes.
const LONGEST: usize = 258;
/// How far back a match may begin.
const WINDOW: usize = 32_768;
/// Slots that remember where two pixels were seen; a power of two.
const SLOTS: usize = 1 << 12;
const END_OF_BLOCK: usize = 256;
/// Longest code.
const CODE_LIMIT: u8 = 15;
/// The order in which lengths of the header's own code are given (section 3.2.7).
const HEADER_ORDER: [u8; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

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
    let mut tokens = Tokens::new();
    for y in 0..pixels.len() / width {
        tokens.row(pixels, width, y);
    }
    tokens.written()
}

/// Packs bytes of which few come again in order, each by how often it occurs. Ends as [`pack`] does.
pub(super) fn coded(bytes: &[u8]) -> Vec<u8> {
    let (mut literals, mut distances) = ([0_u32; 286], [0_u32; 30]);
    (literals[0], literals[END_OF_BLOCK], distances[0], distances[1]) = (1, 1, 1, 1);
    bytes.iter().for_each(|byte| literals[usize::from(*byte)] += 1);
    let (literals, distances) = (codes(&literals), codes(&distances));
    let mut bits = Bits { bytes: Vec::with_capacity(bytes.len()), ..Bits::default() };
    header(&mut bits, &literals, &distances);
    bytes.iter().for_each(|byte| bits.code(literals[usize::from(*byte)]));
    bits.code(literals[END_OF_BLOCK]);
    bits.finish()
}

/// A literal byte (`length` 0), or a match.
#[derive(Clone, Copy)]
struct Token {
    length: u16,
    /// The byte, or the distance less one.
    value: u16,
}

struct Tokens {
    all: Vec<Token>,
    /// Where in `pixels` a pair was seen last, counted from 1.
    seen: Vec<u32>,
}

impl Tokens {
    fn new() -> Self {
        Self { all: Vec::with_capacity(1 << 14), seen: vec![0; SLOTS] }
    }

    fn row(&mut self, pixels: &[Pixel], width: usize, y: usize) {
        let (start, end) = (y * width, (y + 1) * width);
        let stride = 3 * width + 1;
        self.literal(0);
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
                pixels[at][..3].iter().for_each(|byte| self.literal(*byte));
                length = 1;
            } else {
                self.matched(3 * length, distance);
            }
            at += length;
        }
    }

    fn literal(&mut self, byte: u8) {
        self.all.push(Token { length: 0, value: u16::from(byte) });
    }

    /// A match of any length: no piece of it is shorter than three bytes, the least there is.
    fn matched(&mut self, mut bytes: usize, distance: usize) {
        while bytes > 0 {
            let length = bytes.min(LONGEST);
            self.all.push(Token { length: length as u16, value: (distance - 1) as u16 });
            bytes -= length;
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

    fn written(&self) -> Vec<u8> {
        // Two of each at least, so that either code is whole.
        let (mut literals, mut distances) = ([0_u32; 286], [0_u32; 30]);
        (literals[0], literals[END_OF_BLOCK], distances[0], distances[1]) = (1, 1, 1, 1);
        for token in &self.all {
            if token.length == 0 {
                literals[usize::from(token.value)] += 1;
            } else {
                literals[length_symbol(token.length).0] += 1;
                distances[distance_symbol(token.value).0] += 1;
            }
        }
        let (literals, distances) = (codes(&literals), codes(&distances));
        let mut bits = Bits { bytes: Vec::with_capacity(self.all.len()), ..Bits::default() };
        header(&mut bits, &literals, &distances);
        for token in &self.all {
            if token.length == 0 {
                bits.code(literals[usize::from(token.value)]);
                continue;
            }
            let (symbol, extra, count) = length_symbol(token.length);
            bits.code(literals[symbol]);
            bits.push(extra, count);
            let (symbol, extra, count) = distance_symbol(token.value);
            bits.code(distances[symbol]);
            bits.push(extra, count);
        }
        bits.code(literals[END_OF_BLOCK]);
        bits.finish()
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

/// Symbol, extra bits and their number (section 3.2.5).
fn length_symbol(length: u16) -> (usize, u32, u32) {
    let rest = u32::from(length) - 3;
    match rest {
        255 => (285, 0, 0),
        0..8 => (257 + rest as usize, 0, 0),
        _ => {
            let count = rest.ilog2() - 2;
            ((257 + 4 * (count + 1) + (rest >> count & 3)) as usize, rest & ((1 << count) - 1), count)
        }
    }
}

/// The same of a distance less one.
fn distance_symbol(rest: u16) -> (usize, u32, u32) {
    let rest = u32::from(rest);
    if rest < 4 {
        return (rest as usize, 0, 0);
    }
    let count = rest.ilog2() - 1;
    ((2 * (count + 1) + (rest >> count & 1)) as usize, rest & ((1 << count) - 1), count)
}

/// A code, its first bit lowest, and its length; no length: never used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Code {
    bits: u16,
    length: u8,
}

/// Huffman codes for symbols that occur so often, at least two of them; counts are levelled until no code is too long.
fn codes(counts: &[u32]) -> Vec<Code> {
    let mut counts = counts.to_vec();
    loop {
        let lengths = lengths(&counts);
        if lengths.iter().all(|length| *length <= CODE_LIMIT) {
            return canonical(&lengths);
        }
        counts.iter_mut().filter(|count| **count > 0).for_each(|count| *count = *count / 2 + 1);
    }
}

fn lengths(counts: &[u32]) -> Vec<u8> {
    // Nodes are symbols, then pairs of nodes; ties are broken by their numbers.
    let mut parents = vec![0_usize; counts.len()];
    let used = counts.iter().enumerate().filter(|(_, count)| **count > 0);
    let mut open: std::collections::BinaryHeap<_> = used.map(|(at, count)| std::cmp::Reverse((*count, at))).collect();
    while let (Some(std::cmp::Reverse(a)), Some(std::cmp::Reverse(b))) = (open.pop(), open.pop()) {
        let pair = parents.len();
        parents.push(0);
        (parents[a.1], parents[b.1]) = (pair, pair);
        if open.is_empty() {
            break;
        }
        open.push(std::cmp::Reverse((a.0 + b.0, pair)));
    }
    let mut depths = vec![0_u8; parents.len()];
    for at in (0..parents.len()).rev().filter(|at| parents[*at] > 0).collect::<Vec<_>>() {
        depths[at] = depths[parents[at]].saturating_add(1);
    }
    depths.truncate(counts.len());
    depths
}

/// Codes from their lengths (section 3.2.2).
fn canonical(lengths: &[u8]) -> Vec<Code> {
    let mut next = [0_u16; CODE_LIMIT as usize + 2];
    for length in 1..=CODE_LIMIT {
        let before = lengths.iter().filter(|other| **other == length - 1 && length > 1).count() as u16;
        next[usize::from(length)] = (next[usize::from(length) - 1] + before) << 1;
    }
    let code = |length: &u8| {
        if *length == 0 {
            return Code::default();
        }
        let bits = next[usize::from(*length)];
        next[usize::from(*length)] += 1;
        Code { bits: bits.reverse_bits() >> (16 - length), length: *length }
    };
    lengths.iter().map(code).collect()
}

/// A block with codes of its own, whose lengths are given as four bits each (section 3.2.7).
fn header(bits: &mut Bits, literals: &[Code], distances: &[Code]) {
    bits.push(0b100, 3);
    bits.push(literals.len() as u32 - 257, 5);
    bits.push(distances.len() as u32 - 1, 5);
    bits.push(HEADER_ORDER.len() as u32 - 4, 4);
    HEADER_ORDER.iter().for_each(|symbol| bits.push(if *symbol < 16 { 4 } else { 0 }, 3));
    for code in literals.iter().chain(distances) {
        bits.push(u32::from(code.length.reverse_bits() >> 4), 4);
    }
}

/// Writes bits, the first into the lowest place (section 3.1.1).
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    pending: u64,
    count: u32,
}

impl Bits {
    fn push(&mut self, value: u32, bits: u32) {
        self.pending |= u64::from(value) << self.count;
        self.count += bits;
        if self.count >= 32 {
            self.bytes.extend_from_slice(&(self.pending as u32).to_le_bytes());
            self.pending >>= 32;
            self.count -= 32;
        }
    }

    fn code(&mut self, code: Code) {
        self.push(u32::from(code.bits), u32::from(code.length));
    }

    /// Ends with an empty stored block, and so with a whole byte (section 3.2.4).
    fn finish(mut self) -> Vec<u8> {
        self.push(0, 3);
        self.push(0, (8 - self.count % 8) % 8);
        self.bytes.extend_from_slice(&self.pending.to_le_bytes()[..self.count as usize / 8]);
        self.bytes.extend_from_slice(&[0, 0, 0xff, 0xff]);
        self.bytes
    }
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

    #[test]
    fn no_code_is_too_long() {
        let mut counts = vec![1_u32, 1];
        (2..40).for_each(|at| counts.push(counts[at - 1].saturating_add(counts[at - 2])));
        let codes = codes(&counts);
        assert!(codes.iter().all(|code| (1..=CODE_LIMIT).contains(&code.length)));
        assert_eq!(codes.iter().map(|code| 1_u64 << (CODE_LIMIT - code.length)).sum::<u64>(), 1 << CODE_LIMIT);
    }

    #[test]
    fn symbols_are_those_of_the_standard() {
        for (length, symbol) in
            [(3, 257), (10, 264), (11, 265), (12, 265), (13, 266), (130, 280), (257, 284), (258, 285)]
        {
            assert_eq!(length_symbol(length).0, symbol, "{length}");
        }
        for (distance, symbol) in [(1, 0), (4, 3), (5, 4), (6, 4), (7, 5), (24_577, 29), (32_768, 29)] {
            assert_eq!(distance_symbol((distance - 1) as u16).0, symbol, "{distance}");
        }
    }
}
