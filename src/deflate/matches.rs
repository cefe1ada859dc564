//! Finds, for every position of the payload, the nearest match of each length.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::tables::{self, MAX_MATCH, MIN_MATCH, WINDOW};

/// Buckets of each hash table.
const BUCKETS: usize = 4096;
/// Candidates looked at for one position; only adversarial or large inputs reach it.
const MAX_CHAIN: usize = 256;
/// From this length on, a match that merely continues the one before is only replaced by a longer one.
const LONG: usize = 12;
/// Candidates that the quick estimate looks at for one position.
const QUICK_CHAIN: usize = 8;
/// No position.
const NONE: u32 = u32::MAX;

/// A dictionary with its hash chains, made once.
pub(crate) struct Index {
    dictionary: Vec<u8>,
    chains: Chains,
    /// Copies of the chains that nobody uses at the moment: they are larger than most of what is compressed.
    spare: Mutex<Vec<Chains>>,
}

impl Index {
    /// Indexes `dictionary`.
    pub(crate) fn new(dictionary: &[u8]) -> Self {
        let mut chains = Chains {
            three: Box::new([NONE; BUCKETS]),
            four: Box::new([NONE; BUCKETS]),
            previous: Vec::new(),
            threes: Vec::new(),
        };
        // The last three positions are left to `find`: their four bytes may reach into the payload.
        (0..dictionary.len().saturating_sub(3)).for_each(|at| {
            chains.enter(dictionary, at);
        });
        Self { dictionary: dictionary.to_vec(), chains, spare: Mutex::default() }
    }

    fn spare(&self) -> MutexGuard<'_, Vec<Chains>> {
        self.spare.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The hash chains of what stands before a position.
#[derive(Clone)]
struct Chains {
    /// Latest position of each three bytes.
    three: Box<Heads>,
    /// Latest position of each four bytes.
    four: Box<Heads>,
    /// Of each position the one before in its bucket of four, and of three.
    previous: Vec<u32>,
    threes: Vec<u32>,
}

/// Latest position of each bucket.
type Heads = [u32; BUCKETS];

impl Chains {
    /// Enters the next position, and returns which ones before it are in its buckets of three and of four bytes.
    fn enter(&mut self, buffer: &[u8], at: usize) -> (u32, u32) {
        let (mut three, mut four) = (NONE, NONE);
        if let Some(word) = buffer.get(at..at + 4) {
            let word = u32::from_le_bytes([word[0], word[1], word[2], word[3]]);
            three = std::mem::replace(&mut self.three[hash(word & 0x00FF_FFFF)], at as u32);
            four = std::mem::replace(&mut self.four[hash(word)], at as u32);
        } else if let Some(bucket) = bucket3(buffer, at) {
            three = std::mem::replace(&mut self.three[bucket], at as u32);
        }
        self.previous.push(four);
        self.threes.push(three);
        (three, four)
    }

    /// Takes the positions from `first` on out again.
    fn leave(&mut self, buffer: &[u8], first: usize) {
        for at in (first..self.previous.len()).rev() {
            if let Some(bucket) = bucket4(buffer, at) {
                self.four[bucket] = self.previous[at];
            }
            if let Some(bucket) = bucket3(buffer, at) {
                self.three[bucket] = self.threes[at];
            }
        }
        self.previous.truncate(first);
        self.threes.truncate(first);
    }
}

/// A match: this long, this far back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Match {
    pub(super) length: u16,
    pub(super) distance: u16,
}

/// A match with the lengths that are its own: nearer ones at the same position have the shorter ones.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    /// Its longest.
    pub(super) longest: Match,
    /// From here on it is the nearest. What is the rest of a long match that begins before is taken whole or not at all: it was cut
    /// there already.
    pub(super) shortest: u16,
    /// What its distance is written as.
    pub(super) symbol: u8,
}

/// Matches of all payload positions. Within one position lengths rise, and each match is the nearest of its length; only
/// the rest of a long match comes first without a search for nearer ones.
pub(super) struct Matches {
    all: Vec<Found>,
    /// How many each position has.
    counts: Vec<u16>,
}

impl Matches {
    /// Returns the matches of each position.
    pub(super) fn by_position(&self) -> impl Iterator<Item = &[Found]> {
        let mut left = &self.all[..];
        self.counts.iter().map(move |count| {
            let (here, after) = left.split_at(usize::from(*count));
            left = after;
            here
        })
    }
}

/// Finds the matches of `data` behind the dictionary.
pub(super) fn find(index: &Index, data: &[u8]) -> Matches {
    let (offset, first) = (index.dictionary.len(), index.chains.previous.len());
    let buffer = [&index.dictionary, data].concat();
    let spare = index.spare().pop();
    let mut chains = spare.unwrap_or_else(|| index.chains.clone());
    chains.previous.reserve(buffer.len() - first);
    chains.threes.reserve(buffer.len() - first);
    for at in first..offset {
        chains.enter(&buffer, at);
    }
    let mut found = Matches { all: Vec::with_capacity(data.len() * 2), counts: Vec::with_capacity(data.len()) };
    let mut last = Match { length: 0, distance: 0 };
    for at in offset..buffer.len() {
        let (heads, before) = (chains.enter(&buffer, at), found.all.len());
        last = collect(&buffer, at, heads, &chains.previous, last, &mut found.all);
        // At most one of each length.
        found.counts.push((found.all.len() - before) as u16);
    }
    chains.leave(&buffer, first);
    index.spare().push(chains);
    found
}

/// Returns how many bits `data` takes in a block of fixed codes if each step takes the longest of a few matches: quickly
/// found, and as a rule more than a careful parse needs.
pub(super) fn quick_bits(index: &Index, data: &[u8]) -> usize {
    let offset = index.dictionary.len();
    let buffer = [&index.dictionary, data].concat();
    let mut four = index.chains.four.clone();
    let mut enter = |at: usize| bucket4(&buffer, at).map_or(NONE, |b| std::mem::replace(&mut four[b], at as u32));
    (index.chains.previous.len()..offset).for_each(|at| {
        enter(at);
    });
    let fixed = |symbol: usize| usize::from(super::block::fixed_length(symbol));
    let mut bits = 3 + fixed(tables::END_OF_BLOCK);
    let mut at = offset;
    while at < buffer.len() {
        let head = enter(at);
        let found = quick_match(&buffer, at, head, &index.chains.previous);
        let length = found.map_or(1, |found| usize::from(found.length));
        bits += found.map_or_else(|| fixed(usize::from(buffer[at])), fixed_bits);
        (at + 1..at + length).for_each(|at| {
            enter(at);
        });
        at += length;
    }
    bits
}

/// The longest of the first few matches of at least four bytes. The chain is followed through the dictionary only.
fn quick_match(buffer: &[u8], at: usize, head: u32, previous: &[u32]) -> Option<Match> {
    let limit = (buffer.len() - at).min(MAX_MATCH);
    let mut candidate = head;
    let mut best: Option<Match> = None;
    for _ in 0..QUICK_CHAIN {
        if candidate == NONE || at - candidate as usize > WINDOW {
            break;
        }
        let from = candidate as usize;
        let length = same(&buffer[from..from + limit], &buffer[at..at + limit]);
        if length > best.map_or(MIN_MATCH, |best| usize::from(best.length)) {
            best = Some(Match { length: length as u16, distance: (at - from) as u16 });
        }
        candidate = previous.get(from).copied().unwrap_or(NONE);
    }
    best
}

fn fixed_bits(found: Match) -> usize {
    let length = tables::length(usize::from(found.length));
    let distance = tables::distance(usize::from(found.distance));
    let codes = usize::from(super::block::fixed_length(length.symbol)) + 5;
    codes + (length.extra_bits + distance.extra_bits) as usize
}

/// Adds the matches at a position, and returns the longest.
fn collect(buffer: &[u8], at: usize, heads: (u32, u32), previous: &[u32], last: Match, all: &mut Vec<Found>) -> Match {
    let limit = (buffer.len() - at).min(MAX_MATCH);
    let mut longest = Match { length: MIN_MATCH as u16 - 1, distance: 0 };
    let is_rest = usize::from(last.length) > LONG;
    if is_rest {
        longest = Match { length: last.length - 1, distance: last.distance };
        all.push(Found::of(longest, longest.length));
    }
    let mut take = |longest: &mut Match, from: usize| {
        let (length, same) = (longest.length, same(&buffer[from..from + limit], &buffer[at..at + limit]));
        if same > usize::from(length) {
            *longest = Match { length: same as u16, distance: (at - from) as u16 };
            all.push(Found::of(*longest, length + 1));
        }
    };
    // No position is farther than any window.
    let near = |candidate: u32| (at as u64).wrapping_sub(u64::from(candidate)) <= WINDOW as u64;
    if !is_rest && near(heads.0) && limit >= MIN_MATCH {
        take(&mut longest, heads.0 as usize);
    }
    let (mut candidate, mut left) = (heads.1, MAX_CHAIN);
    while usize::from(longest.length) < limit {
        let length = usize::from(longest.length);
        // What is longer has this byte too.
        let wanted = buffer[at + length];
        while near(candidate) && left > 0 && buffer[candidate as usize + length] != wanted {
            candidate = previous[candidate as usize];
            left -= 1;
        }
        if !near(candidate) || left == 0 {
            break;
        }
        take(&mut longest, candidate as usize);
        candidate = previous[candidate as usize];
        left -= 1;
    }
    longest
}

impl Found {
    fn of(longest: Match, shortest: u16) -> Self {
        Self { longest, shortest, symbol: tables::distance(usize::from(longest.distance)).symbol as u8 }
    }
}

/// Returns how many bytes two texts of one length begin with alike.
pub(super) fn same(one: &[u8], other: &[u8]) -> usize {
    let (mut same, mut rest) = (0, one.chunks_exact(8).zip(other.chunks_exact(8)));
    for (a, b) in rest.by_ref() {
        let word = |bytes: &[u8]| u64::from_le_bytes(bytes.try_into().expect("eight bytes"));
        let differ = word(a) ^ word(b);
        if differ != 0 {
            return same + (differ.trailing_zeros() / 8) as usize;
        }
        same += 8;
    }
    same + one[same..].iter().zip(&other[same..]).take_while(|(a, b)| a == b).count()
}

fn bucket3(buffer: &[u8], at: usize) -> Option<usize> {
    let bytes = buffer.get(at..at + 3)?;
    Some(hash(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], 0])))
}

fn bucket4(buffer: &[u8], at: usize) -> Option<usize> {
    let bytes = buffer.get(at..at + 4)?;
    Some(hash(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])))
}

fn hash(bytes: u32) -> usize {
    (bytes.wrapping_mul(0x9E37_79B1) >> 20) as usize % BUCKETS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(found: &Matches, position: usize) -> Vec<Match> {
        found.by_position().nth(position).unwrap().iter().map(|found| found.longest).collect()
    }

    #[test]
    fn finds_the_nearest_match_of_each_length_across_dictionary_and_payload() {
        let index = Index::new(b"abcdefgh--abcd__xyz");
        let found = find(&index, b"abcdefgh xyz");
        let expected = [Match { length: 4, distance: 9 }, Match { length: 8, distance: 19 }];
        assert_eq!(at(&found, 0), expected);
        assert_eq!(at(&found, 9), [Match { length: 3, distance: 12 }]);
        assert_eq!(at(&found, 8), []);
    }

    #[test]
    fn a_match_may_overlap_its_own_position() {
        let found = find(&Index::new(b""), b"aaaaaaaa");
        assert_eq!(at(&found, 0), []);
        assert_eq!(at(&found, 1), [Match { length: 7, distance: 1 }]);
    }

    #[test]
    fn a_match_may_reach_from_the_dictionary_into_the_payload() {
        let found = find(&Index::new(b"xyza"), b"bcd xyzabcd");
        assert_eq!(at(&found, 4), [Match { length: 7, distance: 8 }]);
    }
}
