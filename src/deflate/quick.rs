//! Compresses in a hurry: the operators that draw a page, the outlines of a few letters. One look for a match at each place,
//! the first one is taken, and one block with codes of its own. Of such texts it makes about what the usual coders make at
//! their lower levels, in a fraction of their time: they clear hundreds of kilobytes before they begin.

use super::matches::{Match, same};
use super::tables::{MAX_MATCH, WINDOW};
use super::tokens::Tokens;

/// Bits of the hash of four bytes.
const HASH_BITS: u32 = 12;
/// Shortest match that is looked for.
const SHORTEST: usize = 4;
/// The zlib header of a fast method with a window of 32 KiB (RFC 1950 section 2.2).
const HEADER: [u8; 2] = [0x78, 0x01];

/// A stretch of which its writer knows that it stood before, as nobody who searches would find it so well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Known {
    /// Where it begins.
    pub(crate) at: usize,
    /// How many bytes it has, from 3 to 258.
    pub(crate) length: usize,
    /// Where it stood before.
    pub(crate) before: usize,
}

/// Compresses `data` into a zlib stream (RFC 1950). What is `known` stands in the order of its places, and does not overlap.
pub(crate) fn quick(data: &[u8], known: &[Known]) -> Vec<u8> {
    let mut out = Vec::with_capacity(64 + data.len() / 2);
    out.extend(HEADER);
    let mut out = tokens(data, known).end(out);
    out.extend(adler32(data).to_be_bytes());
    out
}

/// Cuts `data` into what is known, the first matches that are found between, and literals.
fn tokens(data: &[u8], known: &[Known]) -> Tokens {
    let mut cut = Cut { data, last: [0; 1 << HASH_BITS], tokens: Tokens::with_room(data.len() / 2) };
    let mut at = 0;
    for (place, one) in known.iter().enumerate() {
        if one.at - at < SHORTEST {
            cut.literals(at, one.at);
        } else {
            cut.search(at, one.at);
        }
        at = one.at;
        let next = known.get(place + 1).map_or(data.len(), |next| next.at);
        // What follows may have stood there too.
        let most = (next - at).min(MAX_MATCH);
        let length = one.length.min(most);
        let (then, before) = (&data[at + length..at + most], &data[one.before + length..]);
        let more = if then.first() == before.first() { same(&before[..then.len()], then) } else { 0 };
        cut.tokens.copy(length + more, at - one.before);
        at += length + more;
    }
    cut.search(at, data.len());
    cut.tokens
}

/// Data on its way into tokens.
struct Cut<'a> {
    data: &'a [u8],
    /// Where four bytes of each hash stood last, counted from one.
    last: [u32; 1 << HASH_BITS],
    tokens: Tokens,
}

impl Cut<'_> {
    fn literals(&mut self, from: usize, to: usize) {
        self.data[from..to].iter().for_each(|byte| self.tokens.literal(*byte));
    }

    /// Takes the first match at each place, up to `end`.
    fn search(&mut self, mut at: usize, end: usize) {
        while at < end {
            let most = (end - at).min(MAX_MATCH);
            match self.enter(at, most).and_then(|before| self.found(before, at, most)) {
                Some(found) => {
                    self.tokens.copy(usize::from(found.length), usize::from(found.distance));
                    self.enter(at + 1, most - 1);
                    at += usize::from(found.length);
                }
                None => {
                    self.literals(at, at + 1);
                    at += 1;
                }
            }
        }
    }

    /// Notes where the four bytes at a place stand, and returns where they may have stood before.
    fn enter(&mut self, at: usize, most: usize) -> Option<usize> {
        if most < SHORTEST {
            return None;
        }
        let four: [u8; SHORTEST] = self.data[at..at + SHORTEST].try_into().ok()?;
        let hash = u32::from_le_bytes(four).wrapping_mul(0x9E37_79B1) >> (32 - HASH_BITS);
        let before = std::mem::replace(&mut self.last[hash as usize], at as u32 + 1);
        before.checked_sub(1).map(|before| before as usize)
    }

    fn found(&self, before: usize, at: usize, most: usize) -> Option<Match> {
        let distance = at - before;
        if distance > WINDOW {
            return None;
        }
        let length = same(&self.data[before..before + most], &self.data[at..at + most]);
        (length >= SHORTEST).then_some(Match { length: length as u16, distance: distance as u16 })
    }
}

/// The checksum of RFC 1950 section 8.2.
pub(crate) fn adler32(data: &[u8]) -> u32 {
    const MODULUS: u64 = 65_521;
    /// So many bytes cannot overflow the sums.
    const AT_ONCE: usize = 5_552;
    /// Bytes that are summed side by side.
    const LANES: usize = 16;
    let (mut low, mut high) = (1, 0);
    for part in data.chunks(AT_ONCE) {
        let (rows, rest) = part.as_chunks::<LANES>();
        // Of each lane, its bytes, and those once more for each row below theirs.
        let (mut sums, mut below) = ([0_u32; LANES], [0_u32; LANES]);
        for row in rows {
            for lane in 0..LANES {
                below[lane] += sums[lane];
                sums[lane] += u32::from(row[lane]);
            }
        }
        let total = |lanes: &[u32; LANES]| lanes.iter().map(|lane| u64::from(*lane)).sum::<u64>();
        let within: u64 = (1..=LANES as u64).rev().zip(&sums).map(|(times, sum)| times * u64::from(*sum)).sum();
        high += low * (rows.len() * LANES) as u64 + LANES as u64 * total(&below) + within;
        low += total(&sums);
        for byte in rest {
            low += u64::from(*byte);
            high += low;
        }
        low %= MODULUS;
        high %= MODULUS;
    }
    (high << 16 | low) as u32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn inflated(stream: &[u8]) -> Vec<u8> {
        miniz_oxide::inflate::decompress_to_vec_zlib(stream).expect("a zlib stream with the right checksum")
    }

    #[test]
    fn what_is_compressed_comes_back() {
        for size in [0, 1, 2, 3, 4, 5, 11, 12, 300, 40_000] {
            let noise: Vec<u8> = (0..size as u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
            let lines: Vec<u8> = (0..size).map(|n| b"12 5 1 1 re\n"[n % 12]).collect();
            for data in [vec![7; size], noise, lines] {
                assert_eq!(inflated(&quick(&data, &[])), data, "{size}");
            }
        }
    }

    #[test]
    fn lines_that_repeat_become_few_bytes() {
        let lines: Vec<u8> =
            (0..1_000).flat_map(|n| format!("{} {} 1 1 re\n", n * 7 % 73, n / 20).into_bytes()).collect();
        let usual = miniz_oxide::deflate::compress_to_vec_zlib(&lines, 2);
        assert!(quick(&lines, &[]).len() < usual.len() * 11 / 10);
    }

    #[test]
    fn nothing_farther_than_the_window_is_copied() {
        let mut data = b"a stretch that comes twice".to_vec();
        data.extend((0..40_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 17) as u8));
        data.extend(b"a stretch that comes twice");
        assert_eq!(inflated(&quick(&data, &[])), data);
    }

    #[test]
    fn the_checksum_is_the_standards() {
        let byte_by_byte = |data: &[u8]| {
            let step = |(low, high): (u32, u32), byte: &u8| {
                let low = (low + u32::from(*byte)) % 65_521;
                (low, (high + low) % 65_521)
            };
            let (low, high) = data.iter().fold((1, 0), step);
            high << 16 | low
        };
        assert_eq!(adler32(b"Wikipedia"), 0x11e6_0398);
        for length in [0, 1, 15, 16, 17, 5_551, 5_552, 5_553, 5_569, 20_000] {
            let mixed: Vec<u8> = (0..length as u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
            for data in [vec![255; length], mixed] {
                assert_eq!(adler32(&data), byte_by_byte(&data), "{length}");
            }
        }
    }

    proptest! {
        #[test]
        fn anything_comes_back(parts in prop::collection::vec((prop::collection::vec(any::<u8>(), 0..30), 0..9_usize), 0..80)) {
            let data: Vec<u8> = parts.iter().flat_map(|(part, times)| part.repeat(*times)).collect();
            prop_assert_eq!(inflated(&quick(&data, &[])), data);
        }
    }
}
