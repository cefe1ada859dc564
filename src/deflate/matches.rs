//! Finds, for every position of the payload, the nearest match of each length.

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
    /// Latest position of each three bytes.
    three: Vec<u32>,
    /// Latest position of each four bytes, and the one before for each position.
    four: Vec<u32>,
    previous: Vec<u32>,
}

impl Index {
    /// Indexes `dictionary`.
    pub(crate) fn new(dictionary: &[u8]) -> Self {
        let mut index = Self {
            dictionary: dictionary.to_vec(),
            three: vec![NONE; BUCKETS],
            four: vec![NONE; BUCKETS],
            previous: Vec::with_capacity(dictionary.len()),
        };
        // The last three positions are left to `find`: their four bytes may reach into the payload.
        for at in 0..dictionary.len().saturating_sub(3) {
            insert(dictionary, at, &mut index.three, &mut index.four, &mut index.previous);
        }
        index
    }
}

/// A match: this long, this far back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Match {
    pub(super) length: u16,
    pub(super) distance: u16,
}

/// Matches of all payload positions. Within one position lengths rise, and each match is the nearest of its length; only
/// the rest of a long match comes first without a search for nearer ones.
pub(super) struct Matches {
    all: Vec<Match>,
    starts: Vec<u32>,
}

impl Matches {
    /// Returns the matches that begin at `position`.
    pub(super) fn at(&self, position: usize) -> &[Match] {
        &self.all[self.starts[position] as usize..self.starts[position + 1] as usize]
    }

    /// Returns whether the first match at `position` is the rest of a long one that begins before.
    pub(super) fn continues(&self, position: usize) -> bool {
        let (Some(previous), Some(first)) = (position.checked_sub(1), self.at(position).first()) else { return false };
        let rest = |last: &Match| last.distance == first.distance && last.length == first.length + 1;
        usize::from(first.length) >= LONG && self.at(previous).last().is_some_and(rest)
    }
}

/// Finds the matches of `data` behind the dictionary.
pub(super) fn find(index: &Index, data: &[u8]) -> Matches {
    let offset = index.dictionary.len();
    let buffer = [&index.dictionary, data].concat();
    let (mut three, mut four, mut previous) = (index.three.clone(), index.four.clone(), index.previous.clone());
    previous.reserve(data.len() + MIN_MATCH);
    for at in previous.len()..offset {
        insert(&buffer, at, &mut three, &mut four, &mut previous);
    }
    let mut found = Matches { all: Vec::with_capacity(data.len() * 4), starts: Vec::with_capacity(data.len() + 1) };
    found.starts.push(0);
    let mut last = Match { length: 0, distance: 0 };
    for at in offset..buffer.len() {
        let start = found.all.len();
        let heads = (bucket3(&buffer, at).map_or(NONE, |b| three[b]), bucket4(&buffer, at).map_or(NONE, |b| four[b]));
        collect(&buffer, at, heads, &previous, last, &mut found.all);
        last = found.all[start..].last().copied().unwrap_or(Match { length: 0, distance: 0 });
        found.starts.push(found.all.len() as u32);
        insert(&buffer, at, &mut three, &mut four, &mut previous);
    }
    found
}

/// Returns how many bits `data` takes in a block of fixed codes if each step takes the longest of a few matches: quickly
/// found, and as a rule more than a careful parse needs.
pub(super) fn quick_bits(index: &Index, data: &[u8]) -> usize {
    let offset = index.dictionary.len();
    let buffer = [&index.dictionary, data].concat();
    let mut four = index.four.clone();
    let mut enter = |at: usize| bucket4(&buffer, at).map_or(NONE, |b| std::mem::replace(&mut four[b], at as u32));
    (index.previous.len()..offset).for_each(|at| {
        enter(at);
    });
    let fixed = |symbol: usize| usize::from(super::block::fixed_length(symbol));
    let mut bits = 3 + fixed(tables::END_OF_BLOCK);
    let mut at = offset;
    while at < buffer.len() {
        let head = enter(at);
        let found = quick_match(&buffer, at, head, &index.previous);
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

fn collect(buffer: &[u8], at: usize, heads: (u32, u32), previous: &[u32], last: Match, all: &mut Vec<Match>) {
    let limit = (buffer.len() - at).min(MAX_MATCH);
    let mut longest = MIN_MATCH - 1;
    if usize::from(last.length) > LONG {
        longest = usize::from(last.length) - 1;
        all.push(Match { length: last.length - 1, distance: last.distance });
    } else if heads.0 != NONE {
        consider(buffer, at, heads.0 as usize, limit, &mut longest, all);
    }
    let mut candidate = heads.1;
    for _ in 0..MAX_CHAIN {
        if candidate == NONE || longest >= limit || at - candidate as usize > WINDOW {
            break;
        }
        consider(buffer, at, candidate as usize, limit, &mut longest, all);
        candidate = previous[candidate as usize];
    }
}

fn consider(buffer: &[u8], at: usize, candidate: usize, limit: usize, longest: &mut usize, all: &mut Vec<Match>) {
    let distance = at - candidate;
    if distance > WINDOW || *longest >= limit || buffer[candidate + *longest] != buffer[at + *longest] {
        return;
    }
    let length = same(&buffer[candidate..candidate + limit], &buffer[at..at + limit]);
    if length > *longest {
        *longest = length;
        all.push(Match { length: length as u16, distance: distance as u16 });
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

fn insert(buffer: &[u8], at: usize, three: &mut [u32], four: &mut [u32], previous: &mut Vec<u32>) {
    if let Some(bucket) = bucket3(buffer, at) {
        three[bucket] = at as u32;
    }
    let before = bucket4(buffer, at).map_or(NONE, |bucket| std::mem::replace(&mut four[bucket], at as u32));
    previous.push(before);
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

    #[test]
    fn finds_the_nearest_match_of_each_length_across_dictionary_and_payload() {
        let index = Index::new(b"abcdefgh--abcd__xyz");
        let found = find(&index, b"abcdefgh xyz");
        let expected = [Match { length: 4, distance: 9 }, Match { length: 8, distance: 19 }];
        assert_eq!(found.at(0), expected);
        assert_eq!(found.at(9), [Match { length: 3, distance: 12 }]);
        assert_eq!(found.at(8), []);
    }

    #[test]
    fn a_match_may_overlap_its_own_position() {
        let found = find(&Index::new(b""), b"aaaaaaaa");
        assert_eq!(found.at(0), []);
        assert_eq!(found.at(1), [Match { length: 7, distance: 1 }]);
    }

    #[test]
    fn a_match_may_reach_from_the_dictionary_into_the_payload() {
        let found = find(&Index::new(b"xyza"), b"bcd xyzabcd");
        assert_eq!(found.at(4), [Match { length: 7, distance: 8 }]);
    }
}
