//! Huffman codes with limited lengths, in the canonical form of RFC 1951 section 3.2.2.

/// Most symbols of a code: the literals and lengths of the fixed one (RFC 1951 section 3.2.6).
const MOST: usize = 288;
/// The longest code that is asked for.
const LONGEST: usize = 15;
/// Counts up to here are put in order by counting them.
const FEW: usize = 128;

/// Returns the code length of each symbol, at most `limit` bits; 0 for symbols that do not occur. There are at most 288.
pub(super) fn lengths(counts: &[u32], limit: usize) -> Vec<u8> {
    let mut room = [Leaf::default(); MOST];
    let leaves = rarest_first(counts, &mut room);
    let mut lengths = vec![0; counts.len()];
    if let [only] = leaves {
        lengths[usize::from(only.symbol)] = 1;
        return lengths;
    }
    let mut per_length = depths(leaves, limit);
    shorten(&mut per_length, limit);
    let mut rarest_first = leaves.iter();
    for length in (1..=limit).rev() {
        for leaf in rarest_first.by_ref().take(per_length[length]) {
            lengths[usize::from(leaf.symbol)] = length as u8;
        }
    }
    lengths
}

/// A symbol that occurs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Leaf {
    count: u32,
    symbol: u16,
}

/// Returns the symbols that occur, by their counts and then by their own order. Nearly all counts are small: those have their
/// places as soon as it is known how many symbols have each.
fn rarest_first<'a>(counts: &[u32], room: &'a mut [Leaf; MOST]) -> &'a [Leaf] {
    let mut next = [0_u16; FEW + 1];
    for count in counts {
        next[(*count as usize).min(FEW)] += 1;
    }
    let mut place = 0;
    for (count, next) in next.iter_mut().enumerate() {
        let here = if count == 0 { 0 } else { *next };
        *next = place;
        place += here;
    }
    let many = usize::from(next[FEW]);
    for (symbol, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let place = &mut next[(*count as usize).min(FEW)];
        room[usize::from(*place)] = Leaf { count: *count, symbol: symbol as u16 };
        *place += 1;
    }
    let leaves = &mut room[..usize::from(place)];
    leaves[many..].sort_unstable();
    leaves
}

/// Returns how many leaves the Huffman tree has at each depth; deeper than `limit` counts as `limit`.
fn depths(leaves: &[Leaf], limit: usize) -> [usize; LONGEST + 1] {
    let mut per_length = [0; LONGEST + 1];
    let count = leaves.len();
    if count == 0 {
        return per_length;
    }
    // Two queues: leaves rise, and so do the inner nodes in the order they are made.
    let mut weights = [0_u32; 2 * MOST];
    for (weight, leaf) in weights.iter_mut().zip(leaves) {
        *weight = leaf.count;
    }
    // Of each node its parent, and then how deep it is.
    let mut nodes = [0_u16; 2 * MOST];
    let (mut leaf, mut inner) = (0, count);
    for node in count..2 * count - 1 {
        let mut weight = 0;
        for _ in 0..2 {
            let from_leaves = leaf < count && (inner >= node || weights[leaf] <= weights[inner]);
            let child = if from_leaves { &mut leaf } else { &mut inner };
            weight += weights[*child];
            nodes[*child] = node as u16;
            *child += 1;
        }
        weights[node] = weight;
    }
    for node in (0..2 * count - 2).rev() {
        nodes[node] = nodes[usize::from(nodes[node])] + 1;
    }
    for depth in &nodes[..count] {
        per_length[usize::from(*depth).min(limit)] += 1;
    }
    per_length
}

/// Makes a code that is too full at `limit` bits fit again (Kraft's inequality).
fn shorten(per_length: &mut [usize], limit: usize) {
    let mut used: usize = (1..=limit).map(|length| per_length[length] << (limit - length)).sum();
    while used > 1 << limit {
        per_length[limit] -= 1;
        let split = (1..limit).rev().find(|length| per_length[*length] > 0).expect("a shorter code is left to split");
        per_length[split] -= 1;
        per_length[split + 1] += 2;
        used -= 1;
    }
}

/// Returns the codes of these lengths, bits reversed as the stream wants them (RFC 1951 section 3.1.1).
pub(super) fn codes(lengths: &[u8]) -> Vec<u16> {
    let mut per_length = [0u16; 16];
    for length in lengths.iter().filter(|length| **length > 0) {
        per_length[usize::from(*length)] += 1;
    }
    let mut next = [0u16; 16];
    for length in 1..16 {
        next[length] = (next[length - 1] + per_length[length - 1]) << 1;
    }
    let code_of = |length: &u8| match *length {
        0 => 0,
        length => {
            let code = next[usize::from(length)];
            next[usize::from(length)] += 1;
            code.reverse_bits() >> (16 - length)
        }
    };
    lengths.iter().map(code_of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kraft(lengths: &[u8]) -> f64 {
        lengths.iter().filter(|l| **l > 0).map(|l| 0.5f64.powi(i32::from(*l))).sum()
    }

    #[test]
    fn lengths_make_a_complete_code_and_favour_what_is_frequent() {
        assert_eq!(lengths(&[5, 0, 1, 1, 2], 15), [1, 0, 3, 3, 2]);
        assert_eq!(lengths(&[0, 7], 15), [0, 1]);
        assert_eq!(lengths(&[0, 0], 15), [0, 0]);
    }

    #[test]
    fn a_code_that_would_be_too_deep_is_limited_and_stays_complete() {
        let fibonacci: Vec<u32> =
            std::iter::successors(Some((1u32, 1u32)), |(a, b)| Some((*b, a + b))).map(|(a, _)| a).take(19).collect();
        let limited = lengths(&fibonacci, 7);
        assert!(limited.iter().all(|length| (1..=7).contains(length)));
        assert_eq!(kraft(&limited), 1.0);
        assert!(lengths(&fibonacci, 15).iter().any(|length| *length > 7));
    }

    #[test]
    fn codes_are_the_standards_example() {
        // RFC 1951 section 3.2.2: lengths (3,3,3,3,3,2,4,4) give 010 011 100 101 110 00 1110 1111.
        let expected = [0b010, 0b110, 0b001, 0b101, 0b011, 0b00, 0b0111, 0b1111];
        assert_eq!(codes(&[3, 3, 3, 3, 3, 2, 4, 4]), expected);
    }
}
