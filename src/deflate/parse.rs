//! Chooses among literals and matches: the cheapest path through the payload under a cost model, again and again as the
//! model learns from the path before.

use super::block::Plan;
use super::matches::{Found, Match, Matches};
use super::tables::{self, DISTANCES, END_OF_BLOCK, LITERALS, MAX_MATCH};

/// Costs are counted in this fraction of a bit; whole numbers only, so that every machine decides alike.
const BIT: u32 = 1 << FRACTION;
const FRACTION: u32 = 5;
/// Rounds at most; the path seldom changes after the third.
const ROUNDS: usize = 6;
/// What a symbol costs that the block does not use yet: a long code and its place in the block's header.
const UNUSED: u32 = 13 * BIT;

/// One step of the path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token {
    /// The byte itself.
    Literal(u8),
    /// A copy.
    Match(Match),
}

impl Token {
    /// Returns how many bytes of the payload it covers.
    pub(super) fn len(self) -> usize {
        match self {
            Self::Literal(_) => 1,
            Self::Match(found) => usize::from(found.length),
        }
    }
}

/// A path with the block that writes it.
pub(super) struct Parsed {
    pub(super) tokens: Vec<Token>,
    pub(super) plan: Plan,
}

/// Returns the best path that the rounds find, or the first with bits that are `enough`.
pub(super) fn best(data: &[u8], found: &Matches, enough: impl Fn(usize) -> bool) -> Parsed {
    let mut best: Option<Parsed> = None;
    let mut costs = Costs::typical();
    let mut before = 0;
    for round in 0..ROUNDS {
        let tokens = cheapest(data, found, &costs);
        let counts = Counts::of(&tokens);
        let plan = Plan::rough(&counts);
        let bits = plan.bits();
        // First by entropy, which dares to try symbols anew; at last by the very codes that would be written.
        let last_rounds = round >= ROUNDS / 2;
        costs = if last_rounds { Costs::exact(&plan) } else { Costs::entropy(&counts) };
        if best.as_ref().is_none_or(|best| bits < best.plan.bits()) {
            best = Some(Parsed { tokens, plan });
        }
        if last_rounds && bits == before || enough(bits) {
            break;
        }
        before = bits;
    }
    let Parsed { tokens, plan } = best.expect("there is at least one round");
    let plan = plan.with_care(&Counts::of(&tokens));
    Parsed { tokens, plan }
}

/// Costs of every choice, in [`BIT`] fractions.
struct Costs {
    literal: [u32; 256],
    length: [u32; MAX_MATCH + 1],
    /// Of the symbols in use.
    distance: [u32; 32],
}

impl Costs {
    /// Builds the model from the cost of each symbol without its extra bits.
    fn of(literals: &[u32; LITERALS], distances: &[u32; DISTANCES]) -> Self {
        let mut costs = Self { literal: [0; 256], length: [0; MAX_MATCH + 1], distance: [0; 32] };
        costs.literal.copy_from_slice(&literals[..256]);
        for (symbol, (lengths, extra)) in (END_OF_BLOCK + 1..).zip(tables::lengths()) {
            costs.length[lengths].fill(literals[symbol] + extra * BIT);
        }
        for (symbol, cost) in distances.iter().enumerate() {
            costs.distance[symbol] = cost + tables::distance_extra(symbol) * BIT;
        }
        costs
    }

    /// What symbols usually cost in a block of their own.
    fn typical() -> Self {
        let literal = |symbol: usize| match symbol {
            0x20 | 0x61..=0x7A | 0x30..=0x39 => 5 * BIT,
            0..=0x7F => 8 * BIT,
            _ => 6 * BIT,
        };
        let distance = |symbol: usize| if symbol < 12 { 5 * BIT } else { 3 * BIT };
        Self::of(&std::array::from_fn(literal), &std::array::from_fn(distance))
    }

    /// By how often symbols occurred.
    fn entropy(counts: &Counts) -> Self {
        Self::of(&information(&counts.literals), &information(&counts.distances))
    }

    /// By the block's own codes.
    fn exact(plan: &Plan) -> Self {
        let price = |length: u8| if length == 0 { UNUSED } else { u32::from(length) * BIT };
        let (literals, distances) = plan.lengths();
        Self::of(&std::array::from_fn(|symbol| price(literals[symbol])), &distances.map(price))
    }
}

/// Returns each symbol's information content; unseen ones count as if seen less than once.
fn information<const SYMBOLS: usize>(counts: &[u32; SYMBOLS]) -> [u32; SYMBOLS] {
    let total = log2(counts.iter().sum::<u32>().max(1));
    counts.map(|count| if count == 0 { total + 2 * BIT } else { total - log2(count) })
}

/// Returns log2 in [`BIT`] fractions, rounded down, by repeated squaring: no floating point, no rounding mode.
fn log2(value: u32) -> u32 {
    let whole = value.ilog2();
    let mut mantissa = (u64::from(value) << 31) >> whole;
    let mut result = whole;
    for _ in 0..FRACTION {
        mantissa = (mantissa * mantissa) >> 31;
        let carry = (mantissa >> 32) as u32;
        mantissa >>= carry;
        result = result << 1 | carry;
    }
    result
}

/// What a place costs that nothing leads to yet.
const FAR: u64 = (u32::MAX as u64) << 32;

/// Returns the cheapest path from the first byte to the last.
fn cheapest(data: &[u8], found: &Matches, costs: &Costs) -> Vec<Token> {
    // What it costs to get to each place, above the last step that leads there: a match's length above its distance, or 0 for a
    // literal. Of two that cost the same the first stays.
    let mut reached = vec![FAR; data.len() + 1];
    reached[0] = 0;
    let take = |place: &mut u64, cost: u32, step: u32| {
        if cost < (*place >> 32) as u32 {
            *place = u64::from(cost) << 32 | u64::from(step);
        }
    };
    for (at, (byte, matches)) in data.iter().zip(found.by_position()).enumerate() {
        let here = (reached[at] >> 32) as u32;
        take(&mut reached[at + 1], here + costs.literal[usize::from(*byte)], 0);
        for Found { longest, shortest, symbol } in matches {
            let cost = here + costs.distance[usize::from(symbol % 32)];
            let (first, end) = (usize::from(*shortest), usize::from(longest.length) + 1);
            let mut step = u32::from(*shortest) << 16 | u32::from(longest.distance);
            take(&mut reached[at + first], cost + costs.length[first], step);
            // Most have no other length.
            if first + 1 < end {
                for (place, length) in reached[at + first + 1..at + end].iter_mut().zip(&costs.length[first + 1..end]) {
                    step += 1 << 16;
                    take(place, cost + length, step);
                }
            }
        }
    }
    walk_back(data, &reached)
}

fn walk_back(data: &[u8], reached: &[u64]) -> Vec<Token> {
    let mut tokens = Vec::with_capacity(data.len() / 4);
    let mut at = data.len();
    while at > 0 {
        let step = reached[at] as u32;
        let token = match (step >> 16) as u16 {
            0 => Token::Literal(data[at - 1]),
            length => Token::Match(Match { length, distance: step as u16 }),
        };
        tokens.push(token);
        at -= token.len();
    }
    tokens.reverse();
    tokens
}

/// How often each symbol occurs.
pub(super) struct Counts {
    pub(super) literals: [u32; LITERALS],
    pub(super) distances: [u32; DISTANCES],
}

impl Counts {
    /// Counts the end of the block alone.
    pub(super) fn none() -> Self {
        let mut counts = Self { literals: [0; LITERALS], distances: [0; DISTANCES] };
        counts.literals[END_OF_BLOCK] = 1;
        counts
    }

    /// Returns what the symbols come to under codes of these lengths.
    pub(super) fn bits(&self, literals: &[u8], distances: &[u8]) -> usize {
        let sum = |counts: &[u32], lengths: &[u8]| -> u32 {
            counts.iter().zip(lengths).map(|(count, length)| count * u32::from(*length)).sum()
        };
        (sum(&self.literals, literals) + sum(&self.distances, distances)) as usize + self.extra_bits()
    }

    /// Returns the bits behind the symbols, whatever their codes.
    fn extra_bits(&self) -> usize {
        let lengths = self.literals[END_OF_BLOCK + 1..].iter().zip(tables::LENGTH_EXTRA);
        let distances = (0..).zip(&self.distances).map(|(symbol, count)| tables::distance_extra(symbol) * count);
        (lengths.map(|(count, extra)| count * u32::from(extra)).sum::<u32>() + distances.sum::<u32>()) as usize
    }

    /// Counts the symbols of a path, the end of the block included.
    pub(super) fn of(tokens: &[Token]) -> Self {
        let mut counts = Self::none();
        tokens.iter().for_each(|token| counts.add(*token));
        counts
    }

    /// Counts the symbols of one step.
    pub(super) fn add(&mut self, token: Token) {
        match token {
            Token::Literal(byte) => self.literals[usize::from(byte)] += 1,
            Token::Match(found) => self.add_match(usize::from(found.length), usize::from(found.distance)),
        }
    }

    fn add_match(&mut self, length: usize, distance: usize) {
        self.literals[tables::length_symbol(length)] += 1;
        self.distances[tables::distance(distance).symbol] += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithms_are_exact_at_powers_of_two_and_close_between() {
        for value in 1..5000u32 {
            let exact = f64::from(value).log2() * f64::from(BIT);
            let ours = f64::from(log2(value));
            assert!(ours <= exact + 1e-9 && exact - ours < 1.01, "{value}: {ours} {exact}");
        }
        assert_eq!(log2(1024), 10 * BIT);
    }
}
