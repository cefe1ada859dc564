//! The QR symbol (ISO/IEC 18004): segments, the smallest version that holds them, and the modules.

use std::sync::OnceLock;

use qrcode::Version;
use qrcode::bits::Bits;
use qrcode::canvas::{Canvas, Module};

use super::MAX_VERSION;
use super::codewords::{Blocks, LEVEL, count_bits};
use super::mask::Grid;

/// A drawn QR symbol, without its quiet zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol {
    /// 1 to 40.
    pub version: u8,
    /// Modules per side.
    pub size: usize,
    /// Row by row; true is dark.
    pub modules: Vec<bool>,
}

/// Why a text does not fit a symbol that may be printed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SymbolError {
    /// Past version 18 with error correction M.
    #[error("needs {bits} bits; version 18 holds {limit}")]
    OverBudget {
        /// Bits that the segments need.
        bits: usize,
        /// Bits that fit.
        limit: usize,
    },
}

impl Symbol {
    /// Lays out a QR text as one byte segment (up to and with `#`) and one numeric segment, error correction M, at most
    /// [`super::MAX_VERSION`].
    ///
    /// # Errors
    /// When it needs a larger version.
    pub fn of(qr_text: &str) -> Result<Self, SymbolError> {
        let segments = Segments::of(qr_text);
        let over_budget = || SymbolError::OverBudget { bits: segments.bits(MAX_VERSION), limit: budget_bits() };
        let version = (1..=MAX_VERSION).find(|v| segments.bits(*v) <= capacity(*v)).ok_or_else(over_budget)?;
        let layout = Layout::of(version);
        let codewords = layout.blocks.codewords(segments.bytes, segments.digits, version);
        let symbol = layout.best_masked(&layout.placed(&codewords));
        let size = symbol.size;
        let mut modules = Vec::with_capacity(size * size + 8);
        for (y, row) in symbol.rows.iter().enumerate() {
            for byte in row.iter().flat_map(|half| half.to_le_bytes()).take(size.div_ceil(8)) {
                // Each bit into a byte of its own.
                let apart = (u64::from(byte) * 0x0101_0101_0101_0101) & 0x8040_2010_0804_0201;
                modules.extend_from_slice(&apart.to_le_bytes().map(|bit| bit != 0));
            }
            modules.truncate((y + 1) * size);
        }
        Ok(Self { version, size, modules })
    }
}

/// Returns the bits that a QR text needs in a symbol of version 10 to 26, to compare with [`budget_bits`].
pub fn bits_needed(qr_text: &str) -> usize {
    Segments::of(qr_text).bits(MAX_VERSION)
}

/// Returns the version that holds `bytes` and `digits`, each in a segment of its own; one past [`MAX_VERSION`] if none does.
pub(super) fn version_for(bytes: usize, digits: usize) -> u8 {
    (1..=MAX_VERSION).find(|v| segment_bits(bytes, digits, *v) <= capacity(*v)).unwrap_or(MAX_VERSION + 1)
}

/// Bits of both segments with their headers (ISO/IEC 18004 section 7.4.1 and table 3).
fn segment_bits(bytes: usize, digits: usize, version: u8) -> usize {
    let (byte_count, digit_count) = count_bits(version);
    let digits = digits / 3 * 10 + [0, 4, 7][digits % 3];
    let header = |count: u32, data: usize| if data == 0 { 0 } else { 4 + count as usize + data };
    header(byte_count, 8 * bytes) + header(digit_count, digits)
}

/// Returns the bits that the largest printed symbol holds.
pub fn budget_bits() -> usize {
    capacity(MAX_VERSION)
}

fn capacity(version: u8) -> usize {
    Bits::new(Version::Normal(version.into())).max_len(LEVEL).expect("level M exists in every version")
}

/// A text cut where the symbol changes its mode: one byte segment, then one numeric segment.
struct Segments<'a> {
    bytes: &'a [u8],
    digits: &'a [u8],
}

impl<'a> Segments<'a> {
    fn of(text: &'a str) -> Self {
        let after_hash = text.find('#').map_or(0, |at| at + 1);
        let (bytes, digits) = text.split_at(after_hash);
        // Only digits go into a numeric segment; any other text is all bytes.
        if digits.bytes().all(|byte| byte.is_ascii_digit()) {
            Self { bytes: bytes.as_bytes(), digits: digits.as_bytes() }
        } else {
            Self { bytes: text.as_bytes(), digits: &[] }
        }
    }

    fn bits(&self, version: u8) -> usize {
        segment_bits(self.bytes.len(), self.digits.len(), version)
    }
}

/// What all symbols of a version share.
struct Layout {
    /// Finder, timing and alignment patterns and the version's number; format information left light.
    patterns: Grid,
    /// The eight masks, on data modules only, with the format information that names them.
    masks: [Grid; 8],
    /// The same with rows and columns exchanged.
    turned: [Grid; 8],
    blocks: Blocks,
    /// Where the bits of each codeword go, in their order (section 7.7.3). The few modules that are left over stay light.
    steps: Vec<Vec<Step>>,
}

/// One or two bits of a codeword that stand side by side.
struct Step {
    /// How far they are from the lowest bit.
    above: u8,
    /// One or two bits that are set.
    mask: u8,
    row: u8,
    /// Half of the row, and the place of the lower one there.
    half: u8,
    at: u8,
}

impl Layout {
    fn of(version: u8) -> &'static Self {
        static LAYOUTS: [OnceLock<Layout>; MAX_VERSION as usize + 1] =
            [const { OnceLock::new() }; MAX_VERSION as usize + 1];
        LAYOUTS[usize::from(version)].get_or_init(|| Self::draw(Version::Normal(version.into())))
    }

    fn draw(version: Version) -> Self {
        let mut canvas = Canvas::new(version, LEVEL);
        canvas.draw_all_functional_patterns();
        let size = usize::from(version.width().unsigned_abs());
        let (mut patterns, mut data) = (Grid::light(size), Grid::light(size));
        for (x, y) in (0..size).flat_map(|y| (0..size).map(move |x| (x, y))) {
            let module = canvas.get(x as i16, y as i16);
            data.set(x, y, module == Module::Empty);
            patterns.set(x, y, module != Module::Empty && module.is_dark());
        }
        let free: Vec<_> = zigzag(size).filter(|(x, y)| data.dark(usize::from(*x), usize::from(*y))).collect();
        let steps = free.as_chunks().0.iter().map(steps).collect();
        let masks: [Grid; 8] = std::array::from_fn(|mask| {
            let mut formatted = patterns.clone();
            draw_format(&mut formatted, mask);
            data.mask(mask).inverted(&formatted.inverted(&patterns))
        });
        let turned = std::array::from_fn(|mask| masks[mask].transposed());
        let blocks =
            Blocks::of(version, Bits::new(version).max_len(LEVEL).expect("level M exists in every version") / 8);
        Self { patterns, masks, turned, blocks, steps }
    }

    /// Puts codewords on the data modules, highest bit first.
    fn placed(&self, codewords: &[u8]) -> Grid {
        let mut grid = self.patterns.clone();
        for (steps, byte) in self.steps.iter().zip(codewords) {
            for step in steps {
                let bits = u64::from(byte >> step.above & step.mask);
                grid.rows[usize::from(step.row)][usize::from(step.half & 1)] |= bits << (step.at & 63);
            }
        }
        grid
    }

    fn masked(&self, unmasked: &Grid, mask: usize) -> Grid {
        unmasked.inverted(&self.masks[mask])
    }

    /// Returns the symbol under the mask of lowest penalty; the first of equals.
    fn best_masked(&self, unmasked: &Grid) -> Grid {
        let turned = unmasked.transposed();
        let (mut lowest, mut best) = (u32::MAX, 0);
        for mask in 0..8 {
            let symbol = self.masked(unmasked, mask);
            if let Some(penalty) = symbol.penalty_below(&turned.inverted(&self.turned[mask]), lowest) {
                (lowest, best) = (penalty, mask);
            }
        }
        self.masked(unmasked, best)
    }
}

/// Joins the modules of a codeword that stand side by side: the first is the one on the right.
fn steps(places: &[(u8, u8); 8]) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::with_capacity(8);
    for (above, (x, y)) in (0..8).rev().zip(places) {
        let (half, at) = (x / 64, x % 64);
        match steps.last_mut() {
            Some(last) if last.mask == 1 && (last.row, last.half, last.at) == (*y, half, at + 1) => {
                *last = Step { above, mask: 3, at, ..*last };
            }
            _ => steps.push(Step { above, mask: 1, row: *y, half, at }),
        }
    }
    steps
}

/// Every module right to left in columns of two, up and down in turn, without the vertical timing pattern.
fn zigzag(size: usize) -> impl Iterator<Item = (u8, u8)> {
    let columns = (0..size).rev().filter(|x| *x != 6).collect::<Vec<_>>();
    let pairs: Vec<(usize, usize)> = columns.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
    pairs.into_iter().enumerate().flat_map(move |(turn, (right, left))| {
        (0..size).flat_map(move |step| {
            let y = if turn % 2 == 0 { size - 1 - step } else { step };
            [(right as u8, y as u8), (left as u8, y as u8)]
        })
    })
}

/// Draws both copies of the format information (section 7.9): level M, the mask and their BCH code.
fn draw_format(grid: &mut Grid, mask: usize) {
    let format = format_bits(mask as u32);
    let last = grid.size - 1;
    for bit in 0..15 {
        let dark = format >> bit & 1 == 1;
        let (x, y) = match bit {
            0..=5 => (8, bit),
            6 => (8, 7),
            7 => (8, 8),
            8 => (7, 8),
            _ => (14 - bit, 8),
        };
        grid.set(x, y, dark);
        let (x, y) = if bit < 8 { (last - bit, 8) } else { (8, last - 14 + bit) };
        grid.set(x, y, dark);
    }
    grid.set(8, last - 7, true);
}

/// BCH (15,5) with generator 10100110111, under the mask 101010000010010 (annex C).
fn format_bits(mask: u32) -> u32 {
    // Level M is 00, so the data is the mask alone.
    let mut rest = mask << 10;
    for bit in (10..15).rev() {
        if rest >> bit & 1 == 1 {
            rest ^= 0x537 << (bit - 10);
        }
    }
    (mask << 10 | rest) ^ 0x5412
}

#[cfg(test)]
mod tests {
    use qrcode::Color;
    use qrcode::canvas::MaskPattern;

    use super::*;

    const MASKS: [MaskPattern; 8] = [
        MaskPattern::Checkerboard,
        MaskPattern::HorizontalLines,
        MaskPattern::VerticalLines,
        MaskPattern::DiagonalLines,
        MaskPattern::LargeCheckerboard,
        MaskPattern::Fields,
        MaskPattern::Diamonds,
        MaskPattern::Meadow,
    ];

    fn text(digits: usize) -> String {
        let numbers: String = (0..digits).map(|n| char::from(b'0' + (n * n / 7 % 10) as u8)).collect();
        format!("https://verify.example.org/#{numbers}")
    }

    #[test]
    fn every_mask_of_every_version_is_drawn_as_the_qrcode_crate_draws_it() {
        for version in 3..=MAX_VERSION {
            let full = (0..).take_while(|n| Segments::of(&text(*n)).bits(version) <= capacity(version)).last().unwrap();
            let text = text(full);
            let layout = Layout::of(version);
            let Segments { bytes, digits } = Segments::of(&text);
            let codewords = layout.blocks.codewords(bytes, digits, version);
            let mut canvas = Canvas::new(Version::Normal(version.into()), LEVEL);
            canvas.draw_all_functional_patterns();
            // Only the order of the two counts.
            canvas.draw_data(&codewords, &[]);
            let unmasked = layout.placed(&codewords);
            for (mask, pattern) in MASKS.into_iter().enumerate() {
                let mut theirs = canvas.clone();
                theirs.apply_mask(pattern);
                let ours = layout.masked(&unmasked, mask);
                let modules: Vec<bool> = (0..ours.size)
                    .flat_map(|y| (0..ours.size).map(move |x| (x, y)))
                    .map(|(x, y)| ours.dark(x, y))
                    .collect();
                let dark: Vec<bool> = theirs.into_colors().into_iter().map(|c| c == Color::Dark).collect();
                assert!(modules == dark, "version {version} mask {mask}");
            }
            assert_eq!(Symbol::of(&text).unwrap().version, version);
        }
    }

    #[test]
    fn bits_are_counted_as_they_are_written() {
        for digits in [1, 2, 3, 100, 700, 1200] {
            let text = text(digits);
            let mut bits = Bits::new(Version::Normal(MAX_VERSION.into()));
            let (bytes, numbers) = text.as_bytes().split_at(text.len() - digits);
            bits.push_byte_data(bytes).unwrap();
            bits.push_numeric_data(numbers).unwrap();
            assert_eq!(bits_needed(&text), bits.len());
        }
    }

    #[test]
    fn a_text_over_the_budget_is_refused_with_both_sizes() {
        let limit = budget_bits();
        assert_eq!(limit, 4504);
        let fits = (1000..).take_while(|n| bits_needed(&text(*n)) <= limit).last().unwrap();
        assert_eq!(Symbol::of(&text(fits)).unwrap().version, MAX_VERSION);
        let bits = bits_needed(&text(fits + 1));
        assert_eq!(Symbol::of(&text(fits + 1)), Err(SymbolError::OverBudget { bits, limit }));
        assert!(bits > limit);
    }

    #[test]
    fn a_text_without_digits_after_the_hash_is_all_bytes() {
        let segments = Segments::of("https://example.org/#about");
        assert_eq!((segments.bytes.len(), segments.digits.len()), (26, 0));
        assert_eq!(Segments::of("123").digits, b"123");
    }

    #[test]
    fn format_information_is_the_standards_example() {
        // Section 7.9.1: level M, mask 101 gives 100000011001110 after masking.
        assert_eq!(format_bits(0b101), 0b100_0000_1100_1110);
    }
}
