//! One final block, with the fixed codes or with codes of its own (RFC 1951 sections 3.2.6 and 3.2.7).

use super::huffman;
use super::parse::{Counts, Token};
use super::tables::{self, Coded, DISTANCES, END_OF_BLOCK, MAX_MATCH, MIN_MATCH};

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

/// The codes of a block and what it comes to.
pub(super) struct Plan {
    literals: Vec<u8>,
    distances: Vec<u8>,
    /// None: the fixed codes.
    header: Option<Header>,
    bits: usize,
}

/// The fixed code of literals and lengths. 288 exist, so that it is complete; the last two never occur.
const FIXED: [u8; 288] = {
    let mut lengths = [0; 288];
    let mut symbol = 0;
    while symbol < lengths.len() {
        lengths[symbol] = fixed_length(symbol);
        symbol += 1;
    }
    lengths
};

/// Returns the length of a literal's or length's fixed code.
pub(super) const fn fixed_length(symbol: usize) -> u8 {
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
        let smooth = tolerances.iter().map(|one| (smooth(&counts.literals, *one), smooth(&counts.distances, *one)));
        let mut pictures: Vec<(Vec<u32>, Vec<u32>)> = Vec::with_capacity(tolerances.len() + 1);
        // Several may level nothing, or the same: the first of equals is taken in any case.
        for picture in smooth.chain([(counts.literals.to_vec(), counts.distances.to_vec())]) {
            if !pictures.contains(&picture) {
                pictures.push(picture);
            }
        }
        let shorter = |best: Self, (literals, distances): (Vec<u32>, Vec<u32>)| {
            Self::with_codes(counts, &literals, &distances, best.bits).unwrap_or(best)
        };
        pictures.into_iter().fold(Self::fixed(counts), shorter)
    }

    /// Plans codes made for the counts as they are.
    pub(super) fn plain(counts: &Counts) -> Self {
        Self::shortest(counts, &[])
    }

    fn fixed(counts: &Counts) -> Self {
        let bits = 3 + counts.bits(&FIXED, &[5; DISTANCES]);
        Self { literals: FIXED.to_vec(), distances: vec![5; DISTANCES], header: None, bits }
    }

    /// Plans codes made for `literals` and `distances`, which may be a smoother picture of `counts`; nothing if that is not
    /// shorter than so many bits.
    fn with_codes(counts: &Counts, literals: &[u32], distances: &[u32], than: usize) -> Option<Self> {
        let literals = huffman::lengths(literals, CODE_LIMIT);
        let distances = huffman::lengths(distances, CODE_LIMIT);
        let data = 3 + counts.bits(&literals, &distances);
        // No header has fewer bits.
        if data + 14 >= than {
            return None;
        }
        let header = Header::of(&literals, &distances);
        let bits = data + header.bits();
        (bits < than).then_some(Self { literals, distances, header: Some(header), bits })
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

/// What follows a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    /// Nothing: it is the last one.
    End,
    /// An empty stored block, which ends with a whole byte (section 3.2.4): other blocks may follow it.
    WholeByte,
}

/// Writes the block behind what is there.
pub(super) fn write(tokens: &[Token], plan: &Plan, then: Then, out: Vec<u8>) -> Vec<u8> {
    let mut bits = Bits { bytes: out, ..Bits::default() };
    bits.bytes.reserve(plan.bits / 8 + 16);
    bits.add(u32::from(then == Then::End), 1);
    match &plan.header {
        None => bits.add(1, 2),
        Some(header) => {
            bits.add(2, 2);
            header.write(&mut bits);
        }
    }
    let literals = coded(&plan.literals);
    let distances = coded(&plan.distances);
    let lengths = lengths(&literals);
    for token in tokens {
        match token {
            Token::Literal(byte) => bits.push(literals[usize::from(*byte)]),
            Token::Match(found) => {
                bits.push(lengths[usize::from(found.length)]);
                let distance = tables::distance(usize::from(found.distance));
                bits.push(distances[distance.symbol].with(distance));
            }
        }
    }
    bits.push(literals[END_OF_BLOCK]);
    match then {
        Then::End => bits.finish(),
        Then::WholeByte => {
            bits.add(0, 3);
            let mut out = bits.finish();
            out.extend([0, 0, 0xff, 0xff]);
            out
        }
    }
}

/// Returns each symbol's code.
fn coded(lengths: &[u8]) -> Vec<Code> {
    let codes = huffman::codes(lengths).into_iter().zip(lengths);
    codes.map(|(bits, count)| Code { bits: u32::from(bits), count: u32::from(*count) }).collect()
}

/// Returns what each length of a match is written as.
fn lengths(literals: &[Code]) -> [Code; MAX_MATCH + 1] {
    let mut lengths = [Code::default(); MAX_MATCH + 1];
    for (length, code) in lengths.iter_mut().enumerate().skip(MIN_MATCH) {
        let coded = tables::length(length);
        *code = literals.get(coded.symbol).copied().unwrap_or_default().with(coded);
    }
    lengths
}

/// Up to 28 bits to be written.
#[derive(Debug, Clone, Copy, Default)]
struct Code {
    bits: u32,
    count: u32,
}

impl Code {
    /// Returns the code with the extra bits of what it stands for.
    fn with(self, coded: Coded) -> Self {
        Self { bits: self.bits | coded.extra << self.count, count: self.count + coded.extra_bits }
    }
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
            let before = prices;
            for (price, length) in prices.iter_mut().zip(&lengths) {
                *price = if *length == 0 { 7 } else { *length };
            }
            let header = Self { literals: literal_count, distances: distance_count, items, lengths, given };
            if best.as_ref().is_none_or(|best| header.bits() < best.bits()) {
                best = Some(header);
            }
            if prices == before {
                break;
            }
        }
        best.expect("there is at least one round")
    }

    fn bits(&self) -> usize {
        let items = self.items.iter().map(|i| usize::from(self.lengths[usize::from(i.symbol)] + i.extra_bits()));
        14 + 3 * self.given + items.sum::<usize>()
    }

    fn write(&self, bits: &mut Bits) {
        bits.add(self.literals as u32 - 257, 5);
        bits.add(self.distances as u32 - 1, 5);
        bits.add(self.given as u32 - 4, 4);
        HEADER_ORDER[..self.given].iter().for_each(|at| bits.add(u32::from(self.lengths[*at]), 3));
        let codes = coded(&self.lengths);
        for item in &self.items {
            bits.push(codes[usize::from(item.symbol)]);
            bits.add(u32::from(item.extra), u32::from(item.extra_bits()));
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
    pending: u64,
    count: u32,
}

impl Bits {
    /// Appends up to 32 bits.
    fn push(&mut self, Code { bits, count }: Code) {
        self.pending |= u64::from(bits) << self.count;
        self.count += count;
        if self.count >= 32 {
            self.bytes.extend_from_slice(&(self.pending as u32).to_le_bytes());
            self.pending >>= 32;
            self.count -= 32;
        }
    }

    fn add(&mut self, bits: u32, count: u32) {
        self.push(Code { bits, count });
    }

    fn finish(mut self) -> Vec<u8> {
        let left = self.count.div_ceil(8) as usize;
        self.bytes.extend(&self.pending.to_le_bytes()[..left]);
        self.bytes
    }
}
