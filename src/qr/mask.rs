//! The mask decision of ISO/IEC 18004 section 7.8: eight patterns, each with its penalty, on rows of bits.
//!
//! A module is one bit, and what is judged are columns, all of them at once: of each, the modules that follow each other stand
//! at one place of rows that follow each other. For rows the symbol is turned. That takes a few hundred instructions in place of some
//! for each module, with the same scores.

use super::MAX_VERSION;

/// Modules of the largest symbol's side.
const MOST: usize = 17 + 4 * MAX_VERSION as usize;
/// Light rows above and below the symbol, as many as N3 asks for.
const QUIET: usize = 4;
/// Rows of the largest symbol with those.
const ROOM: usize = MOST + 2 * QUIET;

/// A row: bit `x % 64` of word `x / 64` is set when the module is dark.
pub(super) type Row = [u64; 2];

/// A square of modules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Grid {
    pub(super) size: usize,
    pub(super) rows: Vec<Row>,
}

/// The eight conditions of table 10, by their reference: `i` is the row, `j` the column.
const CONDITIONS: [fn(usize, usize) -> bool; 8] = [
    |i, j| (i + j).is_multiple_of(2),
    |i, _| i.is_multiple_of(2),
    |_, j| j.is_multiple_of(3),
    |i, j| (i + j).is_multiple_of(3),
    |i, j| (i / 2 + j / 3).is_multiple_of(2),
    |i, j| (i * j) % 2 + (i * j) % 3 == 0,
    |i, j| ((i * j) % 2 + (i * j) % 3).is_multiple_of(2),
    |i, j| ((i + j) % 2 + (i * j) % 3).is_multiple_of(2),
];

impl Grid {
    /// Returns a grid of light modules.
    pub(super) fn light(size: usize) -> Self {
        Self { size, rows: vec![[0; 2]; size] }
    }

    /// Returns whether the module is dark.
    pub(super) fn dark(&self, x: usize, y: usize) -> bool {
        self.rows[y][x / 64] >> (x % 64) & 1 == 1
    }

    /// Makes the module dark or light.
    pub(super) fn set(&mut self, x: usize, y: usize, dark: bool) {
        let word = &mut self.rows[y][x / 64];
        *word = *word & !(1 << (x % 64)) | u64::from(dark) << (x % 64);
    }

    /// Returns mask `mask` over the modules that are set here, the data modules.
    pub(super) fn mask(&self, mask: usize) -> Self {
        let condition = CONDITIONS[mask];
        let mut grid = Self::light(self.size);
        for (i, j) in (0..self.size).flat_map(|i| (0..self.size).map(move |j| (i, j))) {
            grid.set(j, i, self.dark(j, i) && condition(i, j));
        }
        grid
    }

    /// Returns the grid with the modules of `mask` inverted.
    pub(super) fn inverted(&self, mask: &Self) -> Self {
        let inverted = |(row, mask): (&Row, &Row)| halves(|half| row[half] ^ mask[half]);
        Self { size: self.size, rows: self.rows.iter().zip(&mask.rows).map(inverted).collect() }
    }

    /// Returns the grid with rows and columns exchanged.
    pub(super) fn transposed(&self) -> Self {
        const BYTES: usize = size_of::<Row>();
        // Squares of eight modules, each of them one word.
        let squares = self.size.div_ceil(8);
        let mut rows = [[0_u8; BYTES]; MOST.next_multiple_of(8)];
        for (bytes, row) in rows.iter_mut().zip(&self.rows) {
            bytes[..8].copy_from_slice(&row[0].to_le_bytes());
            bytes[8..].copy_from_slice(&row[1].to_le_bytes());
        }
        let mut turned = [[0_u8; BYTES]; MOST.next_multiple_of(8)];
        for (down, across) in (0..squares).flat_map(|down| (0..squares).map(move |across| (down, across))) {
            let square = u64::from_le_bytes(std::array::from_fn(|y| rows[8 * down + y][across]));
            for (x, row) in turned_square(square).to_le_bytes().into_iter().enumerate() {
                turned[8 * across + x][down] = row;
            }
        }
        let word = |bytes: &[u8; BYTES], half: usize| std::array::from_fn(|at| bytes[8 * half + at]);
        let row = |bytes: &[u8; BYTES]| halves(|half| u64::from_le_bytes(word(bytes, half)));
        Self { size: self.size, rows: turned[..self.size].iter().map(row).collect() }
    }

    /// Returns the penalty of table 11, if it is below a bound; the lowest decides. `turned` is the grid transposed.
    pub(super) fn penalty_below(&self, turned: &Self, bound: u32) -> Option<u32> {
        let mut penalty = self.blocks() + self.imbalance() + self.runs() + self.finders();
        if penalty < bound {
            penalty += turned.runs() + turned.finders();
        }
        (penalty < bound).then_some(penalty)
    }

    /// The words of all rows with the quiet zone above and below, and more light ones behind: of all symbols as many, so that
    /// the compiler knows, and does several at once.
    fn framed(&self) -> [u64; 2 * ROOM] {
        let mut words = [0; 2 * ROOM];
        words[2 * QUIET..][..2 * self.size].copy_from_slice(self.rows.as_flattened());
        words
    }

    /// N1: a run of n >= 5 modules of one colour in a column costs n - 2.
    fn runs(&self) -> u32 {
        let words = self.framed();
        let inside = [ones(self.size.min(64)), ones(self.size.saturating_sub(64))];
        let (mut same, mut five, mut begins) = ([0; 2 * ROOM], [0; 2 * ROOM], [0; 2 * ROOM]);
        for at in 0..2 * (ROOM - 1) {
            same[at] = !(words[at] ^ words[at + 2]);
        }
        same[..2 * QUIET].fill(0);
        same[2 * (QUIET + self.size - 1)..].fill(0);
        // A bit stays for each five in a row that begin there.
        for at in 0..2 * (ROOM - 3) {
            five[at] = same[at] & same[at + 2] & same[at + 4] & same[at + 6] & inside[at % 2];
        }
        for at in 2..2 * ROOM {
            begins[at] = five[at] & !five[at - 2];
        }
        let rows = |words: &[u64; 2 * ROOM]| count(&words.as_chunks().0[QUIET..][..self.size - 4]);
        rows(&five) + 2 * rows(&begins)
    }

    /// N2: three points for each 2 by 2 block of one colour.
    fn blocks(&self) -> u32 {
        let pairs = [ones((self.size - 1).min(64)), ones(self.size.saturating_sub(65))];
        // Whether a module has the colour of the one on its right.
        let (mut right, mut blocks) = ([[0; 2]; ROOM], [[0; 2]; ROOM]);
        for (right, row) in right.iter_mut().zip(&self.rows) {
            let shifted = [row[0] >> 1 | row[1] << 63, row[1] >> 1];
            *right = halves(|half| !(row[half] ^ shifted[half]) & pairs[half]);
        }
        for ((block, right), rows) in blocks.iter_mut().zip(right.windows(2)).zip(self.rows.windows(2)) {
            *block = halves(|half| right[0][half] & right[1][half] & !(rows[0][half] ^ rows[1][half]));
        }
        3 * count(&blocks[..self.size - 1])
    }

    /// N3: forty points for each 1:1:3:1:1 in a column with four light modules on a side. Above and below there is the quiet zone,
    /// which is light.
    fn finders(&self) -> u32 {
        /// Rows from the first of four light ones above to the last one below.
        const SPAN: usize = QUIET + 7 + QUIET;
        let (dark, mut found) = (self.framed(), [0; 2 * (ROOM - SPAN + 1)]);
        for (at, found) in found.iter_mut().enumerate() {
            let row = |row: usize| dark[at + 2 * row];
            let core = row(4) & !row(5) & row(6) & row(7) & row(8) & !row(9) & row(10);
            let above = row(0) | row(1) | row(2) | row(3);
            let below = row(11) | row(12) | row(13) | row(14);
            *found = core & !(above & below);
        }
        let rare = found.iter().filter(|word| **word != 0);
        40 * rare.map(|word| word.count_ones()).sum::<u32>()
    }

    /// N4: ten points for each whole 5 % that the dark share is away from a half.
    fn imbalance(&self) -> u32 {
        let all = (self.size * self.size) as u32;
        (count(&self.rows) * 2).abs_diff(all) * 10 / all * 10
    }
}

/// Both halves of a row: side by side they take the time of one.
fn halves(half: impl Fn(usize) -> u64) -> Row {
    [half(0), half(1)]
}

/// Exchanges rows and columns of eight by eight bits, a row a byte (Warren, Hacker's Delight, section 7-3).
fn turned_square(mut square: u64) -> u64 {
    for (shift, mask) in [(7, 0x00AA_00AA_00AA_00AA), (14, 0x0000_CCCC_0000_CCCC), (28, 0x0000_0000_F0F0_F0F0)] {
        let change = (square ^ square >> shift) & mask;
        square ^= change ^ change << shift;
    }
    square
}

fn ones(count: usize) -> u64 {
    if count == 64 { u64::MAX } else { (1 << count) - 1 }
}

/// Counts the bits of some rows; not every processor has an instruction for it.
fn count(rows: &[Row]) -> u32 {
    /// So many cannot overflow a byte of the sum.
    const AT_ONCE: usize = 31;
    let mut total = 0;
    for rows in rows.chunks(AT_ONCE) {
        let mut sums = [0; 2];
        for row in rows {
            sums = halves(|half| sums[half] + bytes(fours(row[half])));
        }
        total += sums.iter().flat_map(|sum| sum.to_le_bytes()).map(u32::from).sum::<u32>();
    }
    total
}

/// How many bits are set in each four.
fn fours(word: u64) -> u64 {
    const PAIRS: u64 = u64::MAX / 5;
    let twos = word - ((word >> 1) & (u64::MAX / 3));
    (twos & PAIRS) + (twos >> 2 & PAIRS)
}

/// The sums of each two fours.
fn bytes(fours: u64) -> u64 {
    const FOURS: u64 = u64::MAX / 17;
    (fours & FOURS) + (fours >> 4 & FOURS)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Table 11 read off module by module.
    fn slow_penalty(grid: &Grid) -> u32 {
        let size = grid.size as i64;
        let at = |x: i64, y: i64| x >= 0 && y >= 0 && x < size && y < size && grid.dark(x as usize, y as usize);
        let mut penalty = 0;
        for turned in [false, true] {
            let at = |x: i64, y: i64| if turned { at(y, x) } else { at(x, y) };
            for y in 0..size {
                let line: Vec<bool> = (0..size).map(|x| at(x, y)).collect();
                penalty +=
                    line.chunk_by(|a, b| a == b).filter(|r| r.len() >= 5).map(|r| r.len() as u32 - 2).sum::<u32>();
                for x in 0..size {
                    let core = (0..7).all(|k| at(x + k, y) == [true, false, true, true, true, false, true][k as usize]);
                    let before = (1..5).all(|k| !at(x - k, y));
                    let after = (7..11).all(|k| !at(x + k, y));
                    penalty += if core && (before || after) { 40 } else { 0 };
                }
            }
        }
        for (x, y) in (0..size - 1).flat_map(|x| (0..size - 1).map(move |y| (x, y))) {
            let same = [(1, 0), (0, 1), (1, 1)].iter().all(|(dx, dy)| at(x + dx, y + dy) == at(x, y));
            penalty += if same { 3 } else { 0 };
        }
        let dark = (0..size * size).filter(|n| at(n % size, n / size)).count() as f64 / (size * size) as f64;
        penalty + ((dark - 0.5).abs() / 0.05 + 1e-9).floor() as u32 * 10
    }

    fn noise(size: usize, seed: u64) -> Grid {
        let mut state = seed | 1;
        let mut grid = Grid::light(size);
        for (y, x) in (0..size).flat_map(|y| (0..size).map(move |x| (y, x))) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            // Runs and finder-like stretches need correlated modules.
            let copy = x > 0 && state % 5 < 3 && grid.dark(x - 1, y);
            grid.set(x, y, copy || state.is_multiple_of(7));
        }
        grid
    }

    #[test]
    fn the_fast_penalty_is_the_slow_one() {
        for seed in 1..60u64 {
            let grid = noise(21 + 4 * (seed as usize % 18), seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
            let (turned, slow) = (grid.transposed(), slow_penalty(&grid));
            assert_eq!(grid.penalty_below(&turned, slow + 1), Some(slow), "seed {seed}");
            assert_eq!(grid.penalty_below(&turned, slow), None, "seed {seed}");
        }
        let light = Grid::light(21);
        assert_eq!(light.penalty_below(&light, u32::MAX), Some(slow_penalty(&light)));
    }

    #[test]
    fn finders_count_once_and_the_quiet_zone_counts_as_light() {
        let column = |bits: u32| {
            let mut grid = Grid::light(21);
            (0..21).for_each(|y| grid.set(2, y, bits >> y & 1 == 1));
            grid.finders()
        };
        assert_eq!(column(0b101_1101), 40);
        assert_eq!(column(0b101_1101 << 14), 40);
        assert_eq!(column(0b1101_1101_0001), 0);
    }

    #[test]
    fn a_turned_grid_has_its_columns_as_rows() {
        for size in (21..=MOST).step_by(4) {
            let grid = noise(size, 7 + size as u64);
            let turned = grid.transposed();
            assert!((0..size).all(|x| (0..size).all(|y| grid.dark(x, y) == turned.dark(y, x))), "{size}");
            assert_eq!(turned.transposed(), grid, "{size}");
        }
    }
}
