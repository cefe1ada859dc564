//! The code tables of RFC 1951 section 3.2.5.

use std::ops::Range;

/// Shortest match.
pub(super) const MIN_MATCH: usize = 3;
/// Longest match.
pub(super) const MAX_MATCH: usize = 258;
/// Farthest a match may reach back.
pub(crate) const WINDOW: usize = 32_768;
/// The symbol that ends a block.
pub(super) const END_OF_BLOCK: usize = 256;
/// Literal and length symbols in use.
pub(super) const LITERALS: usize = 286;
/// Distance symbols in use.
pub(super) const DISTANCES: usize = 30;

const LENGTH_BASE: [u16; 29] =
    [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
/// Extra bits behind each symbol of a length.
pub(super) const LENGTH_EXTRA: [u8; 29] =
    [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];

/// Index into the length tables for every match length.
const LENGTH_CODE: [u8; MAX_MATCH + 1] = {
    let mut codes = [0; MAX_MATCH + 1];
    let mut length = MIN_MATCH;
    let mut code = 0;
    while length <= MAX_MATCH {
        while code + 1 < LENGTH_BASE.len() && LENGTH_BASE[code + 1] as usize <= length {
            code += 1;
        }
        codes[length] = code as u8;
        length += 1;
    }
    codes
};

/// A symbol with its extra bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Coded {
    pub(super) symbol: usize,
    pub(super) extra_bits: u32,
    pub(super) extra: u32,
}

/// Returns the symbol of a match length from 3 to 258, without its extra bits.
pub(super) fn length_symbol(length: usize) -> usize {
    257 + usize::from(LENGTH_CODE[length])
}

/// Returns the lengths of matches that each symbol stands for, and how many extra bits say which.
pub(super) fn lengths() -> impl Iterator<Item = (Range<usize>, u32)> {
    (0..LENGTH_BASE.len()).map(|code| {
        let base = usize::from(LENGTH_BASE[code]);
        let next = LENGTH_BASE.get(code + 1).map_or(MAX_MATCH + 1, |next| usize::from(*next));
        (base..next, u32::from(LENGTH_EXTRA[code]))
    })
}

/// Returns how many extra bits stand behind the symbol of a distance.
pub(super) fn distance_extra(symbol: usize) -> u32 {
    (symbol as u32 / 2).saturating_sub(1)
}

/// Returns the symbol of a match length from 3 to 258.
pub(super) fn length(length: usize) -> Coded {
    let code = usize::from(LENGTH_CODE[length]);
    let extra = length as u32 - u32::from(LENGTH_BASE[code]);
    Coded { symbol: 257 + code, extra_bits: u32::from(LENGTH_EXTRA[code]), extra }
}

/// Returns the symbol of a distance from 1 to 32,768.
pub(super) fn distance(distance: usize) -> Coded {
    let back = distance as u32 - 1;
    if back < 4 {
        return Coded { symbol: back as usize, extra_bits: 0, extra: 0 };
    }
    let top = 31 - back.leading_zeros();
    let extra_bits = top - 1;
    let symbol = 2 * top + ((back >> extra_bits) & 1);
    Coded { symbol: symbol as usize, extra_bits, extra: back & ((1 << extra_bits) - 1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_distances_follow_the_standards_table() {
        assert_eq!(length(3), Coded { symbol: 257, extra_bits: 0, extra: 0 });
        assert_eq!(length(12), Coded { symbol: 265, extra_bits: 1, extra: 1 });
        assert_eq!(length(257), Coded { symbol: 284, extra_bits: 5, extra: 30 });
        assert_eq!(length(258), Coded { symbol: 285, extra_bits: 0, extra: 0 });
        assert_eq!(distance(1), Coded { symbol: 0, extra_bits: 0, extra: 0 });
        assert_eq!(distance(4), Coded { symbol: 3, extra_bits: 0, extra: 0 });
        assert_eq!(distance(6), Coded { symbol: 4, extra_bits: 1, extra: 1 });
        assert_eq!(distance(1025), Coded { symbol: 20, extra_bits: 9, extra: 0 });
        assert_eq!(distance(32_768), Coded { symbol: 29, extra_bits: 13, extra: 8191 });
    }
}
