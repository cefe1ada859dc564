//! The codewords of a symbol: two segments as bits, filled up, cut into blocks, each with what corrects it
//! (ISO/IEC 18004 sections 7.4 to 7.6).
//!
//! How a version is cut, and what a byte leaves when it is divided by the generator, is asked of the qrcode crate once. A block is
//! then divided a byte at a time, not a coefficient at a time, and the rest of the division lies in a few words.

use qrcode::{EcLevel, Version, ec};

/// Error correction M: 15 % of the codewords may be lost.
pub(super) const LEVEL: EcLevel = EcLevel::M;
/// Words of the rest of a division: blocks have at most 30 bytes of correction.
const REST: usize = 4;
/// What fills a symbol up (section 7.4.10).
const PADDING: [u8; 2] = [0b1110_1100, 0b0001_0001];
const NUMERIC: u32 = 0b0001;
const BYTE: u32 = 0b0100;

/// Widths of the counts of bytes and of digits (table 3).
pub(super) fn count_bits(version: u8) -> (u32, u32) {
    if version < 10 { (8, 10) } else { (16, 12) }
}

/// How the codewords of a version are cut into blocks.
pub(super) struct Blocks {
    /// Where each begins, and where the last one ends.
    edges: Vec<usize>,
    /// How many bytes correct a block.
    correction: usize,
    /// What each byte leaves that stands in front of `correction` zeros; the highest coefficient first.
    rests: Vec<[u64; REST]>,
}

impl Blocks {
    pub(super) fn of(version: Version, bytes: usize) -> Self {
        // Where the bytes go shows where they are cut: the first of each block come first, and then the second of the first.
        let sent = |byte: fn(usize) -> u8| {
            let data: Vec<u8> = (0..bytes).map(byte).collect();
            ec::construct_codewords(&data, version, LEVEL).expect("level M exists in every version")
        };
        let ((low, correction), (high, _)) = (sent(|at| at as u8), sent(|at| (at >> 8) as u8));
        let order = low.iter().zip(high).map(|(low, high)| usize::from(*low) | usize::from(high) << 8);
        let firsts: Vec<usize> =
            order.enumerate().take_while(|(at, from)| *at == 0 || *from != 1).map(|one| one.1).collect();
        let correction = correction.len() / firsts.len();
        let rest = |byte: u8| {
            let mut rest = ec::create_error_correction_code(&[byte], correction);
            rest.resize(8 * REST, 0);
            let words = rest.as_chunks::<8>().0;
            std::array::from_fn(|at| u64::from_be_bytes(words[at]))
        };
        let edges = firsts.into_iter().chain([bytes]).collect();
        Self { edges, correction, rests: (0..=u8::MAX).map(rest).collect() }
    }

    /// Returns all codewords of two segments in the order in which they are placed; the segments fit.
    pub(super) fn codewords(&self, bytes: &[u8], digits: &[u8], version: u8) -> Vec<u8> {
        let capacity = self.edges.last().copied().unwrap_or_default();
        let data = data(bytes, digits, version, capacity);
        let blocks = || self.edges.windows(2).map(|edges| &data[edges[0]..edges[1]]);
        let longest = blocks().map(<[u8]>::len).max().unwrap_or_default();
        let mut out = Vec::with_capacity(capacity + self.correction * (self.edges.len() - 1));
        for at in 0..longest {
            out.extend(blocks().filter_map(|block| block.get(at)));
        }
        let rests: Vec<[u8; 8 * REST]> = blocks().map(|block| self.rest(block)).collect();
        for at in 0..self.correction {
            out.extend(rests.iter().map(|rest| rest[at]));
        }
        out
    }

    /// Divides a block by the generator.
    fn rest(&self, block: &[u8]) -> [u8; 8 * REST] {
        let mut rest = [0_u64; REST];
        for byte in block {
            let leaves = &self.rests[usize::from(byte ^ (rest[0] >> 56) as u8)];
            let next = |at: usize| if at + 1 < REST { rest[at + 1] >> 56 } else { 0 };
            rest = std::array::from_fn(|at| (rest[at] << 8 | next(at)) ^ leaves[at]);
        }
        let mut bytes = [0; 8 * REST];
        for (bytes, word) in bytes.as_chunks_mut().0.iter_mut().zip(rest) {
            *bytes = word.to_be_bytes();
        }
        bytes
    }
}

/// Writes both segments, an end and what fills the symbol up.
fn data(bytes: &[u8], digits: &[u8], version: u8, capacity: usize) -> Vec<u8> {
    let (byte_count, digit_count) = count_bits(version);
    let mut bits = Bits { bytes: Vec::with_capacity(capacity + 8), pending: 0, count: 0 };
    if !bytes.is_empty() {
        bits.push(BYTE, 4);
        bits.push(bytes.len() as u32, byte_count);
        bytes.iter().for_each(|byte| bits.push(u32::from(*byte), 8));
    }
    if !digits.is_empty() {
        bits.push(NUMERIC, 4);
        bits.push(digits.len() as u32, digit_count);
        let (threes, rest) = digits.as_chunks::<3>();
        let number = |digits: &[u8]| digits.iter().fold(0, |number, digit| number * 10 + u32::from(digit - b'0'));
        threes.iter().for_each(|three| bits.push(number(three), 10));
        bits.push(number(rest), [0, 4, 7][rest.len()]);
    }
    let mut data = bits.ended(capacity);
    data.extend(PADDING.into_iter().cycle().take(capacity - data.len()));
    data
}

/// Bits on their way into bytes, the highest first.
struct Bits {
    bytes: Vec<u8>,
    pending: u64,
    count: u32,
}

impl Bits {
    /// Appends up to 16 bits.
    fn push(&mut self, value: u32, bits: u32) {
        self.pending = self.pending << bits | u64::from(value);
        self.count += bits;
        if self.count >= 32 {
            self.count -= 32;
            self.bytes.extend_from_slice(&((self.pending >> self.count) as u32).to_be_bytes());
        }
    }

    /// Ends with four zeros, if there is room for them, and zeros up to a whole byte (section 7.4.9).
    fn ended(mut self, capacity: usize) -> Vec<u8> {
        let left = 8 * capacity - 8 * self.bytes.len() - self.count as usize;
        self.push(0, left.min(4) as u32);
        let rest = (self.pending << (64 - self.count.max(1))).to_be_bytes();
        self.bytes.extend_from_slice(&rest[..self.count.div_ceil(8) as usize]);
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use qrcode::bits::Bits;

    use super::super::MAX_VERSION;
    use super::*;

    #[test]
    fn codewords_are_those_of_the_qrcode_crate() {
        let address = b"https://verify.example.org/#";
        for version in 2..=MAX_VERSION {
            let normal = Version::Normal(version.into());
            let room = Bits::new(normal).max_len(LEVEL).unwrap();
            let blocks = Blocks::of(normal, room / 8);
            for digits in (0..1_300_usize).step_by(7) {
                let digits: Vec<u8> = (0..digits).map(|n| b'0' + (n * n / 7 % 10) as u8).collect();
                let mut bits = Bits::new(normal);
                bits.push_byte_data(&address[..28.min(room / 16)]).unwrap();
                if !digits.is_empty() {
                    bits.push_numeric_data(&digits).unwrap();
                }
                if bits.push_terminator(LEVEL).is_err() {
                    assert!(digits.len() > 10, "version {version}");
                    break;
                }
                let (data, correction) = ec::construct_codewords(&bits.into_bytes(), normal, LEVEL).unwrap();
                let ours = blocks.codewords(&address[..28.min(room / 16)], &digits, version);
                assert!(ours == [data, correction].concat(), "version {version}, {} digits", digits.len());
            }
        }
    }
}
