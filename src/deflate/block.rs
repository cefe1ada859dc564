//! One final block, with the fixed codes or with codes of its own (RFC 1951 sections 3.2.6 and 3.2.7).

use super::huffman;
use super::parse::{Counts, Token};
use super::tables::{self, Coded, DISTANCES, END_OF_BLOCK, LITERALS, MAX_MATCH, MIN_MATCH};

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
    literals: [u8; SYMBOLS],
    distances: [u8; DISTANCES],
    /// None: the fixed codes.
    header: Option<Header>,
    bits: usize,
    /// Whether the codes are made for the counts as they are.
    is_plain: bool,
}

/// Literals and lengths. 288 exist, so that the fixed code is complete; the last two never occur.
const SYMBOLS: usize = 288;

/// The fixed code of literals and lengths.
const FIXED: [u8; SYMBOLS] = {
    let mut lengths = [0; SYMBOLS];
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
    /// Plans the shorter of the two forms, with less care than can be taken, to compare paths.
    pub(super) fn rough(counts: &Counts) -> Self {
        let level = (smooth(&counts.literals, SMOOTH[0]), smooth(&counts.distances, SMOOTH[0]));
        let mut plan = Self::fixed(counts);
        plan.try_codes(counts, &level.0, &level.1);
        plan.is_plain = (&level.0, &level.1) != (&counts.literals, &counts.distances)
            && plan.try_codes(counts, &counts.literals, &counts.distances);
        plan
    }

    /// Returns the shortest plan for the counts that this one is a rough one for.
    pub(super) fn with_care(mut self, counts: &Counts) -> Self {
        let mut tried: Vec<([u32; LITERALS], [u32; DISTANCES])> = Vec::with_capacity(SMOOTH.len());
        for tolerance in &SMOOTH[1..] {
            let level = (smooth(&counts.literals, *tolerance), smooth(&counts.distances, *tolerance));
            // The first of equals is taken, and counts as they are come last, unless this levels nothing.
            if (&level.0, &level.1) == (&counts.literals, &counts.distances) {
                self.is_plain = false;
            } else if !tried.contains(&level) {
                let than = self.bits + usize::from(self.is_plain);
                self.try_codes_below(than, counts, &level.0, &level.1);
                tried.push(level);
            }
        }
        self
    }

    /// Plans codes made for the counts as they are.
    pub(super) fn plain(counts: &Counts) -> Self {
        let mut plan = Self::fixed(counts);
        plan.try_codes(counts, &counts.literals, &counts.distances);
        plan
    }

    fn fixed(counts: &Counts) -> Self {
        let bits = 3 + counts.bits(&FIXED, &[5; DISTANCES]);
        Self { literals: FIXED, distances: [5; DISTANCES], header: None, bits, is_plain: false }
    }

    /// Takes codes made for `literals` and `distances`, which may be a smoother picture of `counts`, if that is shorter; says whether
    /// it is.
    fn try_codes(&mut self, counts: &Counts, literals: &[u32; LITERALS], distances: &[u32; DISTANCES]) -> bool {
        self.try_codes_below(self.bits, counts, literals, distances)
    }

    fn try_codes_below(
        &mut self,
        than: usize,
        counts: &Counts,
        literals: &[u32; LITERALS],
        distances: &[u32; DISTANCES],
    ) -> bool {
        let literals: [u8; SYMBOLS] = huffman::lengths(literals, CODE_LIMIT);
        let distances: [u8; DISTANCES] = huffman::lengths(distances, CODE_LIMIT);
        let data = 3 + counts.bits(&literals, &distances);
        // No header has fewer bits.
        if data + 14 >= than {
            return false;
        }
        let header = Header::of(&literals, &distances);
        let bits = data + header.bits;
        if bits < than {
            *self = Self { literals, distances, header: Some(header), bits, is_plain: false };
        }
        bits < than
    }

    /// Returns the size of the whole block.
    pub(super) fn bits(&self) -> usize {
        self.bits
    }

    /// Returns the code lengths of literals with lengths, and of distances.
    pub(super) fn lengths(&self) -> (&[u8; SYMBOLS], &[u8; DISTANCES]) {
        (&self.literals, &self.distances)
    }
}

/// Returns the counts with stretches of similar ones levelled, so that the header can repeat one code length.
///
/// A stretch grows while the next count is within `tolerance` of the stretch's mean; stretches of fewer than four are
/// left alone, and so are long gaps, which the header skips cheaply. A used symbol never loses its code.
fn smooth<const SYMBOLS: usize>(counts: &[u32; SYMBOLS], tolerance: f32) -> [u32; SYMBOLS] {
    let mut level = *counts;
    // How many unused symbols follow each other from each one on.
    let mut gaps = [0_u16; SYMBOLS];
    for at in (0..SYMBOLS).rev() {
        let next = gaps.get(at + 1).copied().unwrap_or_default();
        gaps[at] = if counts[at] == 0 { next + 1 } else { 0 };
    }
    let mut start = 0;
    while start < counts.len() {
        let gap = usize::from(gaps[start]);
        if gap >= LONG_GAP {
            start += gap;
            continue;
        }
        let (mut sum, mut end) = (counts[start], start + 1);
        while end < counts.len() {
            let next_gap = usize::from(gaps[end]);
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
            header.write(plan.lengths(), &mut bits);
        }
    }
    let literals = coded(&plan.literals);
    let distances = coded(&plan.distances);
    let lengths = lengths(&literals);
    for token in tokens {
        match token {
            Token::Literal(byte) => bits.push(literals[usize::from(*byte)]),
            Token::Match(found) => {
                let distance = tables::distance(usize::from(found.distance));
                bits.push(lengths[usize::from(found.length)].then(distances[distance.symbol].with(distance)));
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
fn coded<const SYMBOLS: usize>(lengths: &[u8; SYMBOLS]) -> [Code; SYMBOLS] {
    let mut codes = huffman::codes(lengths);
    std::array::from_fn(|symbol| Code { bits: codes.next().unwrap_or_default().into(), count: lengths[symbol].into() })
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

/// Up to 48 bits to be written: a length and a distance, with the extra bits of both.
#[derive(Debug, Clone, Copy, Default)]
struct Code {
    bits: u64,
    count: u32,
}

impl Code {
    /// Returns the code with the extra bits of what it stands for.
    fn with(self, coded: Coded) -> Self {
        self.then(Self { bits: coded.extra.into(), count: coded.extra_bits })
    }

    /// Returns both, one behind the other.
    fn then(self, next: Self) -> Self {
        Self { bits: self.bits | next.bits << self.count, count: self.count + next.count }
    }
}

/// The code lengths as the block's header spells them.
struct Header {
    literals: usize,
    distances: usize,
    /// What code lengths were taken to cost when it was decided where they are repeated.
    prices: [u8; HEADER_CODES],
    lengths: [u8; HEADER_CODES],
    /// How many of [`HEADER_ORDER`] are given.
    given: usize,
    bits: usize,
}

/// Codes of the header: code lengths, and repetitions of one.
const HEADER_CODES: usize = HEADER_ORDER.len();

/// A code length, or a repetition of one, with its extra bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Item {
    symbol: u8,
    extra: u8,
}

/// Bits behind each code of the header.
const EXTRA_BITS: [u8; HEADER_CODES] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 3, 7];

impl Header {
    fn of(literals: &[u8; SYMBOLS], distances: &[u8; DISTANCES]) -> Self {
        let used =
            |lengths: &[u8], least: usize| lengths.iter().rposition(|l| *l > 0).map_or(least, |at| at + 1).max(least);
        let (literals_used, distances_used) = (used(literals, 257), used(distances, 1));
        let runs = runs(&literals[..literals_used], &distances[..distances_used]);
        let mut prices = [4u8; HEADER_CODES];
        let mut best: Option<Self> = None;
        // The spelling decides the code and the code the spelling; two rounds settle it.
        for _ in 0..3 {
            let mut counts = [0; HEADER_CODES];
            spell(&runs, &prices, |item, times| counts[usize::from(item.symbol)] += times as u32);
            let lengths: [u8; HEADER_CODES] = huffman::lengths(&counts, HEADER_CODE_LIMIT);
            let given = HEADER_ORDER.iter().rposition(|at| lengths[*at] > 0).map_or(4, |at| (at + 1).max(4));
            let priced = counts.iter().zip(lengths.iter().zip(EXTRA_BITS));
            let items: u32 = priced.map(|(count, (length, extra))| count * u32::from(length + extra)).sum();
            let bits = 14 + 3 * given + items as usize;
            if best.as_ref().is_none_or(|best| bits < best.bits) {
                let (literals, distances) = (literals_used, distances_used);
                best = Some(Self { literals, distances, prices, lengths, given, bits });
            }
            let next = lengths.map(|length| if length == 0 { 7 } else { length });
            if next == prices {
                break;
            }
            prices = next;
        }
        best.expect("there is at least one round")
    }

    fn write(&self, (literals, distances): (&[u8; SYMBOLS], &[u8; DISTANCES]), bits: &mut Bits) {
        bits.add(self.literals as u32 - 257, 5);
        bits.add(self.distances as u32 - 1, 5);
        bits.add(self.given as u32 - 4, 4);
        HEADER_ORDER[..self.given].iter().for_each(|at| bits.add(u32::from(self.lengths[*at]), 3));
        let codes = coded(&self.lengths);
        spell(&runs(&literals[..self.literals], &distances[..self.distances]), &self.prices, |item, times| {
            for _ in 0..times {
                bits.push(codes[usize::from(item.symbol)]);
                bits.add(u32::from(item.extra), u32::from(EXTRA_BITS[usize::from(item.symbol)]));
            }
        });
    }
}

/// Code lengths that are the same one after the other, with how many there are.
fn runs(literals: &[u8], distances: &[u8]) -> Vec<(u8, u16)> {
    let mut all = [0; SYMBOLS + DISTANCES];
    all[..literals.len()].copy_from_slice(literals);
    all[literals.len()..][..distances.len()].copy_from_slice(distances);
    let all = &all[..literals.len() + distances.len()];
    let (mut runs, mut begins) = (Vec::with_capacity(128), 0);
    for at in 1..=all.len() {
        if all.get(at) != Some(&all[begins]) {
            runs.push((all[begins], (at - begins) as u16));
            begins = at;
        }
    }
    runs
}

/// Spells code lengths, run by run, with repetitions where `prices` make them cheaper.
fn spell(runs: &[(u8, u16)], prices: &[u8; HEADER_CODES], mut say: impl FnMut(Item, usize)) {
    for (length, count) in runs {
        spell_run(*length, usize::from(*count), prices, &mut say);
    }
}

fn spell_run(length: u8, mut left: usize, prices: &[u8; HEADER_CODES], say: &mut impl FnMut(Item, usize)) {
    let plain = Item { symbol: length, extra: 0 };
    if length == 0 {
        while left >= 11 {
            let count = left.min(138);
            say(Item { symbol: 18, extra: count as u8 - 11 }, 1);
            left -= count;
        }
    } else {
        // A repetition needs something to repeat.
        say(plain, 1);
        left -= 1;
    }
    let (symbol, most) = if length == 0 { (17, 10) } else { (16, 6) };
    while left > 0 {
        let count = left.min(most);
        let repeated = Item { symbol, extra: count.saturating_sub(3) as u8 };
        let price = prices[usize::from(symbol)] + EXTRA_BITS[usize::from(symbol)];
        if count < 3 || usize::from(price) >= count * usize::from(prices[usize::from(length)]) {
            say(plain, count);
        } else {
            say(repeated, 1);
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
    /// Appends up to 48 bits.
    fn push(&mut self, Code { bits, count }: Code) {
        self.pending |= bits << self.count;
        let pending = self.count + count;
        if pending < u64::BITS {
            self.count = pending;
            return;
        }
        self.bytes.extend_from_slice(&self.pending.to_le_bytes());
        // More than 15 were there before: less than all of them are left.
        self.pending = bits >> (u64::BITS - self.count);
        self.count = pending - u64::BITS;
    }

    fn add(&mut self, bits: u32, count: u32) {
        self.push(Code { bits: bits.into(), count });
    }

    fn finish(mut self) -> Vec<u8> {
        let left = self.count.div_ceil(8) as usize;
        self.bytes.extend(&self.pending.to_le_bytes()[..left]);
        self.bytes
    }
}
