//! One final block, with the fixed codes or with codes of its own (RFC 1951 sections 3.2.6 and 3.2.7).

use super::huffman;
use super::parse::{Parsed, Token};
use super::tables::{self, DISTANCES, END_OF_BLOCK, LITERALS};

/// Longest code of literals, lengths and distances.
const CODE_LIMIT: usize = 15;
/// Longest code of the code lengths.
const HEADER_CODE_LIMIT: usize = 7;
/// The order in which the header gives the lengths of its own code (RFC 1951 section 3.2.7).
const HEADER_ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/// How far a count may be from its neighbours' mean to be levelled with them; each is tried, the best first.
const SMOOTH: [f32; 4] = [2.5, 1.5, 1.0, 4.0];
/// Unused symbols in a row that are left unused.
const LONG_GAP: usize = 5;

/// How often each symbol occurs.
pub(super) struct Counts {
    pub(super) literals: [u32; LITERALS],
    pub(super) distances: [u32; DISTANCES],
    pub(super) extra_bits: usize,
}

/// The codes of a block and what it comes to.
pub(super) struct Plan {
    literals: Vec<u8>,
    distances: Vec<u8>,
    /// None: the fixed codes.
    header: Option<Header>,
    bits: usize,
}

/// Returns the length of a literal's or length's fixed code.
pub(super) fn fixed_length(symbol: usize) -> u8 {
    match symbol {
        144..=255 => 9,
        256..=279 => 7,
        _ => 8,
    }
}

impl Plan {
    /// Plans the shorter of the two forms.
    pub(super) fn of(counts: &Counts) -> Self {
        Self::shortest(counts, &SMOOTH)
    }

    /// Plans with less care, to compare paths.
    pub(super) fn rough(counts: &Counts) -> Self {
        Self::shortest(counts, &SMOOTH[..1])
    }

    fn shortest(counts: &Counts, tolerances: &[f32]) -> Self {
        let smooth = tolerances.iter().map(|tolerance| {
            let (literals, distances) = (smooth(&counts.literals, *tolerance), smooth(&counts.distances, *tolerance));
            Self::with_codes(counts, &literals, &distances)
        });
        let plain = Self::with_codes(counts, &counts.literals, &counts.distances);
        let shorter = |best: Self, next: Self| if next.bits < best.bits { next } else { best };
        smooth.chain([plain]).fold(Self::fixed(counts), shorter)
    }

    fn fixed(counts: &Counts) -> Self {
        // 288 literal codes exist, so that the code is complete; the last two never occur.
        let literals: Vec<u8> = (0..288).map(fixed_length).collect();
        let distances = vec![5; DISTANCES];
        let bits = 3 + counts.bits(&literals, &distances);
        Self { literals, distances, header: None, bits }
    }

    /// Plans codes made for `literals` and `distances`, which may be a smoother picture of `counts`.
    fn with_codes(counts: &Counts, literals: &[u32], distances: &[u32]) -> Self {
        let literals = huffman::lengths(literals, CODE_LIMIT);
        let distances = huffman::lengths(distances, CODE_LIMIT);
        let header = Header::of(&literals, &distances);
        let bits = 3 + header.bits() + counts.bits(&literals, &distances);
        Self { literals, distances, header: Some(header), bits }
    }

    /// Returns the size of the whole block.
    pub(super) fn bits(&self) -> usize {
        self.bits
    }

    /// Returns the code lengths of literals with lengths, and of distances.
    pub(super) fn lengths(&self) -> (&[u8], &[u8]) {
        (&self.literals, &self.distances)
    }
}

impl Counts {
    fn bits(&self, literals: &[u8], distances: &[u8]) -> usize {
        let sum = |counts: &[u32], lengths: &[u8]| -> usize {
            counts.iter().zip(lengths).map(|(count, length)| *count as usize * usize::from(*length)).sum()
        };
        sum(&self.literals, literals) + sum(&self.distances, distances) + self.extra_bits
    }
}

/// Returns the counts with stretches of similar ones levelled, so that the header can repeat one code length.
///
/// A stretch grows while the next count is within `tolerance` of the stretch's mean; stretches of fewer than four are
/// left alone, and so are long gaps, which the header skips cheaply. A used symbol never loses its code.
fn smooth(counts: &[u32], tolerance: f32) -> Vec<u32> {
    let mut level = counts.to_vec();
    let mut start = 0;
    while start < counts.len() {
        let gap = counts[start..].iter().take_while(|count| **count == 0).count();
        if gap >= LONG_GAP {
            start += gap;
            continue;
        }
        let (mut sum, mut end) = (counts[start], start + 1);
        while end < counts.len() {
            let next_gap = counts[end..].iter().take_while(|count| **count == 0).count();
            let mean = sum as f32 / (end - start) as f32;
            if next_gap >= LONG_GAP || (counts[end] as f32 - mean).abs() > tolerance {
                break;
            }
            sum += counts[end];
            end += 1;
        }
        if end - start >= 4 && sum > 0 {
            let mean = (sum + (end - start) as u32 / 2) / (end - start) as u32;
            level[start..end].fill(mean.max(1));
        }
        start = end;
    }
    level
}

/// Writes the block.
pub(super) fn write(data: &[u8], parsed: &Parsed) -> Vec<u8> {
    let plan = &parsed.plan;
    let mut bits = Bits::default();
    bits.push(1, 1);
    match &plan.header {
        None => bits.push(1, 2),
        Some(header) => {
            bits.push(2, 2);
            header.write(&mut bits);
        }
    }
    let (literals, distances) = (huffman::codes(&plan.literals), huffman::codes(&plan.distances));
    let literal = |bits: &mut Bits, symbol: usize| bits.push(literals[symbol], plan.literals[symbol]);
    let mut at = 0;
    for token in &parsed.tokens {
        match token {
            Token::Literal => literal(&mut bits, usize::from(data[at])),
            Token::Match(found) => {
                let length = tables::length(usize::from(found.length));
                let distance = tables::distance(usize::from(found.distance));
                literal(&mut bits, length.symbol);
                bits.push(length.extra as u16, length.extra_bits as u8);
                bits.push(distances[distance.symbol], plan.distances[distance.symbol]);
                bits.push(distance.extra as u16, distance.extra_bits as u8);
            }
        }
        at += token.len();
    }
    literal(&mut bits, END_OF_BLOCK);
    bits.finish()
}

/// The code lengths as the block's header spells them.
struct Header {
    literals: usize,
    distances: usize,
    items: Vec<Item>,
    lengths: Vec<u8>,
    /// How many of [`HEADER_ORDER`] are given.
    given: usize,
}

/// A code length, or a repetition of one, with its extra bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Item {
    symbol: u8,
    extra: u8,
}

impl Item {
    fn extra_bits(self) -> u8 {
        match self.symbol {
            16 => 2,
            17 => 3,
            18 => 7,
            _ => 0,
        }
    }
}

impl Header {
    fn of(literals: &[u8], distances: &[u8]) -> Self {
        let used =
            |lengths: &[u8], least: usize| lengths.iter().rposition(|l| *l > 0).map_or(least, |at| at + 1).max(least);
        let (literal_count, distance_count) = (used(literals, 257), used(distances, 1));
        let all = [&literals[..literal_count], &distances[..distance_count]].concat();
        let mut prices = [4u8; 19];
        let mut best: Option<Self> = None;
        // The spelling decides the code and the code the spelling; two rounds settle it.
        for _ in 0..3 {
            let items = spell(&all, &prices);
            let mut counts = [0; 19];
            items.iter().for_each(|item| counts[usize::from(item.symbol)] += 1);
            let lengths = huffman::lengths(&counts, HEADER_CODE_LIMIT);
            let given = HEADER_ORDER.iter().rposition(|at| lengths[*at] > 0).map_or(4, |at| (at + 1).max(4));
            for (price, length) in prices.iter_mut().zip(&lengths) {
                *price = if *length == 0 { 7 } else { *length };
            }
            let header = Self { literals: literal_count, distances: distance_count, items, lengths, given };
            if best.as_ref().is_none_or(|best| header.bits() < best.bits()) {
                best = Some(header);
            }
        }
        best.expect("there is at least one round")
    }

    fn bits(&self) -> usize {
        let items = self.items.iter().map(|i| usize::from(self.lengths[usize::from(i.symbol)] + i.extra_bits()));
        14 + 3 * self.given + items.sum::<usize>()
    }

    fn write(&self, bits: &mut Bits) {
        bits.push((self.literals - 257) as u16, 5);
        bits.push((self.distances - 1) as u16, 5);
        bits.push((self.given - 4) as u16, 4);
        HEADER_ORDER[..self.given].iter().for_each(|at| bits.push(u16::from(self.lengths[*at]), 3));
        let codes = huffman::codes(&self.lengths);
        for item in &self.items {
            bits.push(codes[usize::from(item.symbol)], self.lengths[usize::from(item.symbol)]);
            bits.push(u16::from(item.extra), item.extra_bits());
        }
    }
}

/// Spells code lengths, run by run, with repetitions where `prices` make them cheaper.
fn spell(lengths: &[u8], prices: &[u8; 19]) -> Vec<Item> {
    let mut items = Vec::with_capacity(lengths.len() / 2);
    for run in lengths.chunk_by(|a, b| a == b) {
        spell_run(run[0], run.len(), prices, &mut items);
    }
    items
}

fn spell_run(length: u8, mut left: usize, prices: &[u8; 19], items: &mut Vec<Item>) {
    let plain = Item { symbol: length, extra: 0 };
    if length == 0 {
        while left >= 11 {
            let count = left.min(138);
            items.push(Item { symbol: 18, extra: count as u8 - 11 });
            left -= count;
        }
    } else {
        // A repetition needs something to repeat.
        items.push(plain);
        left -= 1;
    }
    let (symbol, most) = if length == 0 { (17, 10) } else { (16, 6) };
    while left > 0 {
        let count = left.min(most);
        let repeated = Item { symbol, extra: count.saturating_sub(3) as u8 };
        let price = prices[usize::from(symbol)] + repeated.extra_bits();
        if count < 3 || usize::from(price) >= count * usize::from(prices[usize::from(length)]) {
            items.extend(std::iter::repeat_n(plain, count));
        } else {
            items.push(repeated);
        }
        left -= count;
    }
}

/// Writes bits, the first into the lowest place (RFC 1951 section 3.1.1).
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    pending: u32,
    count: u32,
}

impl Bits {
    fn push(&mut self, value: u16, bits: u8) {
        self.pending |= u32::from(value) << self.count;
        self.count += u32::from(bits);
        while self.count >= 8 {
            self.bytes.push(self.pending as u8);
            self.pending >>= 8;
            self.count -= 8;
        }
    }

    fn finish(mut self) -> Vec<u8> {
        if self.count > 0 {
            self.bytes.push(self.pending as u8);
        }
        self.bytes
    }
}
