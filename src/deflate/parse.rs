//! Chooses among literals and matches: the cheapest path through the payload under a cost model, again and again as the
//! model learns from the path before.

use super::block::Plan;
use super::matches::Matches;
use super::tables::{self, DISTANCES, LITERALS, MAX_MATCH, MIN_MATCH};

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
    Match(super::matches::Match),
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
    let best = best.expect("there is at least one round");
    let plan = Plan::of(&Counts::of(&best.tokens));
    Parsed { plan, ..best }
}

/// Costs of every choice, in [`BIT`] fractions.
struct Costs {
    literal: [u32; 256],
    length: [u32; MAX_MATCH + 1],
    distance: [u32; DISTANCES],
}

impl Costs {
    /// Builds the model from the cost of each symbol without its extra bits.
    fn of(literal: impl Fn(usize) -> u32, distance: impl Fn(usize) -> u32) -> Self {
        let mut costs = Self { literal: [0; 256], length: [0; MAX_MATCH + 1], distance: [0; DISTANCES] };
        for (byte, cost) in costs.literal.iter_mut().enumerate() {
            *cost = literal(byte);
        }
        for (length, cost) in costs.length.iter_mut().enumerate().skip(MIN_MATCH) {
            let coded = tables::length(length);
            *cost = literal(coded.symbol) + coded.extra_bits * BIT;
        }
        for (symbol, cost) in costs.distance.iter_mut().enumerate() {
            let extra_bits = (symbol as u32 / 2).saturating_sub(1);
            *cost = distance(symbol) + extra_bits * BIT;
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
        Self::of(literal, |symbol| if symbol < 12 { 5 * BIT } else { 3 * BIT })
    }

    /// By how often symbols occurred.
    fn entropy(counts: &Counts) -> Self {
        let (literals, distances) = (information(&counts.literals), information(&counts.distances));
        Self::of(|symbol| literals[symbol], |symbol| distances[symbol])
    }

    /// By the block's own codes.
    fn exact(plan: &Plan) -> Self {
        let price = |length: u8| if length == 0 { UNUSED } else { u32::from(length) * BIT };
        let (literals, distances) = plan.lengths();
        Self::of(|symbol| price(literals[symbol]), |symbol| price(distances[symbol]))
    }
}

/// Returns each symbol's information content; unseen ones count as if seen less than once.
fn information(counts: &[u32]) -> Vec<u32> {
    let total = log2(counts.iter().sum::<u32>().max(1));
    counts.iter().map(|count| if *count == 0 { total + 2 * BIT } else { total - log2(*count) }).collect()
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

/// Returns the cheapest path from the first byte to the last.
fn cheapest(data: &[u8], found: &Matches, costs: &Costs) -> Vec<Token> {
    let mut reached = vec![u32::MAX; data.len() + 1];
    // The step that leads there: a match's length above its distance, or 0 for a literal.
    let mut steps = vec![0_u32; data.len() + 1];
    reached[0] = 0;
    for (at, byte) in data.iter().enumerate() {
        let here = reached[at];
        let cost = here + costs.literal[usize::from(*byte)];
        if cost < reached[at + 1] {
            (reached[at + 1], steps[at + 1]) = (cost, 0);
        }
        // A match that only continues the one before is taken whole or not at all: it was cut there already.
        let matches = found.at(at);
        let mut shortest = if found.continues(at) { usize::from(matches[0].length) } else { MIN_MATCH };
        for found in matches {
            let longest = usize::from(found.length);
            if shortest <= longest {
                let cost = here + costs.distance[tables::distance(usize::from(found.distance)).symbol];
                let places = at + shortest..=at + longest;
                let step = (shortest as u32) << 16 | u32::from(found.distance);
                relax(
                    &mut reached[places.clone()],
                    &mut steps[places],
                    (cost, step),
                    &costs.length[shortest..=longest],
                );
                shortest = longest + 1;
            }
        }
    }
    walk_back(data, &steps)
}

/// Takes a match of each of these lengths, of which the first is that of `step`, wherever that is cheaper. Both are written in any
/// case, so that several are done at once.
fn relax(reached: &mut [u32], steps: &mut [u32], (cost, mut step): (u32, u32), lengths: &[u32]) {
    for ((reached, taken), length) in reached.iter_mut().zip(steps).zip(lengths) {
        let cost = cost + length;
        *taken = if cost < *reached { step } else { *taken };
        *reached = cost.min(*reached);
        step += 1 << 16;
    }
}

fn walk_back(data: &[u8], steps: &[u32]) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut at = data.len();
    while at > 0 {
        let (length, distance) = ((steps[at] >> 16) as u16, steps[at] as u16);
        let token = match length {
            0 => Token::Literal(data[at - 1]),
            _ => Token::Match(super::matches::Match { length, distance }),
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
    extra_bits: usize,
}

impl Counts {
    /// Counts the end of the block alone.
    pub(super) fn none() -> Self {
        let mut counts = Self { literals: [0; LITERALS], distances: [0; DISTANCES], extra_bits: 0 };
        counts.literals[tables::END_OF_BLOCK] = 1;
        counts
    }

    /// Returns what the symbols come to under codes of these lengths.
    pub(super) fn bits(&self, literals: &[u8], distances: &[u8]) -> usize {
        let sum = |counts: &[u32], lengths: &[u8]| -> u64 {
            counts.iter().zip(lengths).map(|(count, length)| u64::from(*count) * u64::from(*length)).sum()
        };
        (sum(&self.literals, literals) + sum(&self.distances, distances)) as usize + self.extra_bits
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
        let (length, distance) = (tables::length(length), tables::distance(distance));
        self.literals[length.symbol] += 1;
        self.distances[distance.symbol] += 1;
        self.extra_bits += (length.extra_bits + distance.extra_bits) as usize;
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
