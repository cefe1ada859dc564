//! The mask decision of ISO/IEC 18004 section 7.8: eight patterns, each with its penalty, on rows of bits.
//!
//! A module is one bit of a `u128`, so a whole row is judged in a few instructions: about a hundred times faster than
//! module by module, with the same scores.

/// A square of modules: bit `x` of row `y` is set when the module is dark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Grid {
    pub(super) size: usize,
    pub(super) rows: Vec<u128>,
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
        Self { size, rows: vec![0; size] }
    }

    /// Returns whether the module is dark.
    pub(super) fn dark(&self, x: usize, y: usize) -> bool {
        self.rows[y] >> x & 1 == 1
    }

    /// Makes the module dark or light.
    pub(super) fn set(&mut self, x: usize, y: usize, dark: bool) {
        self.rows[y] = self.rows[y] & !(1 << x) | u128::from(dark) << x;
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
        Self { size: self.size, rows: self.rows.iter().zip(&mask.rows).map(|(row, mask)| row ^ mask).collect() }
    }

    /// Returns the grid with rows and columns exchanged.
    pub(super) fn transposed(&self) -> Self {
        let mut turned = Self::light(self.size);
        for (y, row) in self.rows.iter().enumerate() {
            let mut left = *row;
            while left != 0 {
                turned.rows[left.trailing_zeros() as usize] |= 1 << y;
                left &= left - 1;
            }
        }
        turned
    }

    /// Returns the penalty of table 11, if it is below a bound; the lowest decides. `turned` is the grid transposed.
    pub(super) fn penalty_below(&self, turned: &Self, bound: u32) -> Option<u32> {
        let lines =
            |grid: &Self| grid.rows.iter().map(|row| runs(*row, self.size) + finders(*row, self.size)).sum::<u32>();
        let mut penalty = self.blocks() + self.imbalance() + lines(self);
        if penalty < bound {
            penalty += lines(turned);
        }
        (penalty < bound).then_some(penalty)
    }

    /// N2: three points for each 2 by 2 block of one colour.
    fn blocks(&self) -> u32 {
        let pairs = ones(self.size - 1);
        let block = |rows: &[u128]| {
            let (a, b) = (rows[0], rows[1]);
            (!(a ^ a >> 1) & !(b ^ b >> 1) & !(a ^ b) & pairs).count_ones()
        };
        3 * self.rows.windows(2).map(block).sum::<u32>()
    }

    /// N4: ten points for each whole 5 % that the dark share is away from a half.
    fn imbalance(&self) -> u32 {
        let dark: u32 = self.rows.iter().map(|row| row.count_ones()).sum();
        let all = (self.size * self.size) as u32;
        (dark * 2).abs_diff(all) * 10 / all * 10
    }
}

fn ones(count: usize) -> u128 {
    (1 << count) - 1
}

/// N1: a run of n >= 5 modules of one colour costs n - 2.
fn runs(row: u128, size: usize) -> u32 {
    let same = !(row ^ row >> 1) & ones(size - 1);
    // A bit stays for each five in a row that begin there.
    let five = same & same >> 1 & same >> 2 & same >> 3;
    let begins = five & !(five << 1);
    five.count_ones() + 2 * begins.count_ones()
}

/// N3: forty points for each 1:1:3:1:1 with four light modules on a side; the quiet zone is light.
fn finders(row: u128, size: usize) -> u32 {
    let dark = row << 4;
    let light = !dark & ones(size + 8);
    let core = dark & light >> 1 & dark >> 2 & dark >> 3 & dark >> 4 & light >> 5 & dark >> 6;
    if core == 0 {
        return 0;
    }
    let four = light & light >> 1 & light >> 2 & light >> 3;
    40 * (core & (four >> 7 | four << 4)).count_ones()
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
        assert_eq!(finders(0b101_1101, 21), 40);
        assert_eq!(finders(0b101_1101 << 14, 21), 40);
        assert_eq!(finders(0b1101_1101_0001, 21), 0);
    }
}
