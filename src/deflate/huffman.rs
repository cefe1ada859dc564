//! Huffman codes with limited lengths, in the canonical form of RFC 1951 section 3.2.2.

/// The longest code that is asked for.
const LONGEST: usize = 15;
/// Counts up to here are put in order by counting them.
const FEW: usize = 128;
/// So few symbols are put in order one by one.
const SMALL: usize = 24;

/// Returns the code length of each symbol, at most `limit` bits; 0 for symbols that do not occur, and behind the last count.
pub(super) fn lengths<const SYMBOLS: usize>(counts: &[u32], limit: usize) -> [u8; SYMBOLS] {
    let leaves = rarest_first(counts);
    let mut lengths = [0; SYMBOLS];
    if let [only] = leaves[..] {
        lengths[symbol(only)] = 1;
        return lengths;
    }
    let mut per_length = depths::<SYMBOLS>(&leaves, limit);
    shorten(&mut per_length, limit);
    let mut rarest_first = leaves.iter();
    for length in (1..=limit).rev() {
        for leaf in rarest_first.by_ref().take(per_length[length]) {
            lengths[symbol(*leaf)] = length as u8;
        }
    }
    lengths
}

/// A symbol that occurs, below how often: in this order the Huffman tree takes them.
type Leaf = u64;

fn symbol(leaf: Leaf) -> usize {
    usize::from(leaf as u16)
}

/// Returns the symbols that occur, by their counts and then by their own order. Nearly all counts are small: where there are many,
/// those have their places as soon as it is known how many symbols have each.
fn rarest_first(counts: &[u32]) -> Vec<Leaf> {
    let mut leaves = Vec::with_capacity(counts.len());
    // Most symbols do not occur, and many of those stand together.
    for (eight, counts) in counts.chunks(8).enumerate().filter(|(_, counts)| counts.iter().any(|count| *count > 0)) {
        for (at, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            leaves.push(u64::from(*count) << 16 | (8 * eight + at) as u64);
        }
    }
    if leaves.len() > SMALL {
        return counted(&leaves);
    }
    for at in 1..leaves.len() {
        let leaf = leaves[at];
        let mut place = at;
        while place > 0 && leaves[place - 1] > leaf {
            leaves[place] = leaves[place - 1];
            place -= 1;
        }
        leaves[place] = leaf;
    }
    leaves
}

fn counted(all: &[Leaf]) -> Vec<Leaf> {
    let few = |leaf: &Leaf| ((leaf >> 16) as usize).min(FEW);
    let (mut next, mut most) = ([0_u16; FEW + 1], 0);
    for leaf in all {
        next[few(leaf)] += 1;
        most = most.max(few(leaf));
    }
    let mut place = 0;
    for next in &mut next[..=most] {
        let here = *next;
        *next = place;
        place += here;
    }
    let many = if most == FEW { usize::from(next[FEW]) } else { all.len() };
    let mut leaves = vec![0; all.len()];
    for leaf in all {
        let place = &mut next[few(leaf)];
        leaves[usize::from(*place)] = *leaf;
        *place += 1;
    }
    leaves[many..].sort_unstable();
    leaves
}

/// Returns how many leaves the Huffman tree has at each depth; deeper than `limit` counts as `limit`. In place, as Moffat and
/// Katajainen have it (In-place calculation of minimum-redundancy codes, 1995).
fn depths<const SYMBOLS: usize>(leaves: &[Leaf], limit: usize) -> [usize; LONGEST + 1] {
    let mut per_length = [0; LONGEST + 1];
    let count = leaves.len();
    if count < 2 {
        return per_length;
    }
    // Weights of leaves; then, from the front, weights of inner nodes in the order they are made; then the parents of those.
    let mut nodes = [0_u32; SYMBOLS];
    for (node, leaf) in nodes.iter_mut().zip(leaves) {
        *node = (leaf >> 16) as u32;
    }
    let (mut leaf, mut inner) = (0, 0);
    for node in 0..count - 1 {
        let mut weight = 0;
        for _ in 0..2 {
            if leaf < count && (inner >= node || nodes[leaf] <= nodes[inner]) {
                weight += nodes[leaf];
                leaf += 1;
            } else {
                weight += std::mem::replace(&mut nodes[inner], node as u32);
                inner += 1;
            }
        }
        nodes[node] = weight;
    }
    // Of each inner node how deep it is: the last one is the root.
    nodes[count - 2] = 0;
    let mut per_depth = [0_u16; SYMBOLS];
    per_depth[0] = 1;
    for node in (0..count - 2).rev() {
        nodes[node] = nodes[nodes[node] as usize] + 1;
        per_depth[nodes[node] as usize] += 1;
    }
    // What is no inner node at a depth is a leaf.
    let mut places = 1;
    for (depth, inner) in per_depth[..count].iter().enumerate() {
        per_length[depth.min(limit)] += usize::from(places - inner);
        places = 2 * inner;
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
pub(super) fn codes(lengths: &[u8]) -> impl Iterator<Item = u16> {
    let mut per_length = [0u16; 16];
    for length in lengths.iter().filter(|length| **length > 0) {
        per_length[usize::from(*length)] += 1;
    }
    let mut next = [0u16; 16];
    for length in 1..16 {
        next[length] = (next[length - 1] + per_length[length - 1]) << 1;
    }
    lengths.iter().map(move |length| match *length {
        0 => 0,
        length => {
            let code = next[usize::from(length)];
            next[usize::from(length)] += 1;
            code.reverse_bits() >> (16 - length)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kraft(lengths: &[u8]) -> f64 {
        lengths.iter().filter(|l| **l > 0).map(|l| 0.5f64.powi(i32::from(*l))).sum()
    }

    #[test]
    fn lengths_make_a_complete_code_and_favour_what_is_frequent() {
        assert_eq!(lengths(&[5, 0, 1, 1, 2], 15), [1, 0, 3, 3, 2, 0]);
        assert_eq!(lengths(&[0, 7], 15), [0, 1]);
        assert_eq!(lengths(&[0, 0], 15), [0, 0]);
    }

    #[test]
    fn a_code_that_would_be_too_deep_is_limited_and_stays_complete() {
        let fibonacci: Vec<u32> =
            std::iter::successors(Some((1u32, 1u32)), |(a, b)| Some((*b, a + b))).map(|(a, _)| a).take(19).collect();
        let limited = lengths::<19>(&fibonacci, 7);
        assert!(limited.iter().all(|length| (1..=7).contains(length)));
        assert_eq!(kraft(&limited), 1.0);
        assert!(lengths::<19>(&fibonacci, 15).iter().any(|length| *length > 7));
    }

    #[test]
    fn codes_are_the_standards_example() {
        // RFC 1951 section 3.2.2: lengths (3,3,3,3,3,2,4,4) give 010 011 100 101 110 00 1110 1111.
        let expected = [0b010, 0b110, 0b001, 0b101, 0b011, 0b00, 0b0111, 0b1111];
        assert!(codes(&[3, 3, 3, 3, 3, 2, 4, 4]).eq(expected));
    }
}
