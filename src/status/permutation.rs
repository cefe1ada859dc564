//! In which order the entries of a status list are given out.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Rounds of the network; ten leave a wide margin over the four that a random-looking permutation needs.
const ROUNDS: u8 = 10;

/// The 17 bits of an index are halved into 8 (left) and 9 (right).
const RIGHT_BITS: u32 = 9;

/// A keyed random permutation of a list's indexes: the n-th credential gets `index(n)`, so that neighbours in time are
/// not neighbours in the list, and no index is used twice as long as no `n` is.
///
/// An unbalanced Feistel network whose round function is HMAC-SHA256: each round only adds to one half what it computes
/// from the other, so it can be undone, whatever the key; hence no two `n` share an index.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Permutation {
    key: [u8; 32],
}

impl Permutation {
    /// Returns the permutation of list `list` under a secret.
    pub fn new(secret: &[u8; 32], list: u32) -> Self {
        Self {
            key: mac(&keyed(secret), &[b"testamur status list permutation 1".as_slice(), &list.to_be_bytes()].concat()),
        }
    }

    /// Returns the index of the n-th entry; `n` is below [`super::LIST_ENTRIES`], higher bits are ignored.
    pub fn index(&self, n: u32) -> u32 {
        index(n, |round, half| self.round(round, half))
    }

    /// Returns the indexes of some entries that follow each other. Their halves repeat, and what was computed from one is kept
    /// until all are known.
    pub fn indexes(&self, first: u32, count: u32) -> Vec<u32> {
        let keyed = keyed(&self.key);
        // Of each round, by half; no round adds more than nine bits.
        let mut known = vec![[u16::MAX; 1 << RIGHT_BITS]; ROUNDS.into()];
        let mut round = |round: u8, half: u32| {
            let known = &mut known[usize::from(round)][half as usize];
            if *known == u16::MAX {
                *known = (added(&keyed, round, half) & 0x1ff) as u16;
            }
            u32::from(*known)
        };
        let indexes = (first..first + count).map(|n| index(n, &mut round)).collect();
        known.zeroize();
        indexes
    }

    /// Returns the n of which `index` is the index.
    pub fn position(&self, index: u32) -> u32 {
        let index = index % super::LIST_ENTRIES;
        let (mut left, mut right) = (index >> RIGHT_BITS, index & 0x1ff);
        for round in (0..ROUNDS).rev() {
            if round % 2 == 0 {
                right ^= self.round(round, left) & 0x1ff;
            } else {
                left ^= self.round(round, right) & 0xff;
            }
        }
        left << RIGHT_BITS | right
    }

    fn round(&self, round: u8, half: u32) -> u32 {
        added(&keyed(&self.key), round, half)
    }
}

/// The network, with what each round adds to one half for the other.
fn index(n: u32, mut round: impl FnMut(u8, u32) -> u32) -> u32 {
    let n = n % super::LIST_ENTRIES;
    let (mut left, mut right) = (n >> RIGHT_BITS, n & 0x1ff);
    for at in 0..ROUNDS {
        if at % 2 == 0 {
            right ^= round(at, left) & 0x1ff;
        } else {
            left ^= round(at, right) & 0xff;
        }
    }
    left << RIGHT_BITS | right
}

fn added(keyed: &Hmac<Sha256>, round: u8, half: u32) -> u32 {
    let [high, low] = (half as u16).to_be_bytes();
    let digest = mac(keyed, &[round, high, low]);
    u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]])
}

fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes a key of any length")
}

fn mac(keyed: &Hmac<Sha256>, message: &[u8]) -> [u8; 32] {
    keyed.clone().chain_update(message).finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::super::LIST_ENTRIES;
    use super::*;

    #[test]
    fn every_index_is_handed_out_exactly_once() {
        let permutation = Permutation::new(&[3; 32], 1);
        let mut seen = vec![false; LIST_ENTRIES as usize];
        for n in 0..LIST_ENTRIES {
            let index = permutation.index(n) as usize;
            assert!(!std::mem::replace(&mut seen[index], true), "index {index} twice");
            assert_eq!(permutation.position(index as u32), n);
        }
    }

    #[test]
    fn indexes_that_are_asked_for_together_are_those_of_one_by_one() {
        let permutation = Permutation::new(&[7; 32], 2);
        for (first, count) in [(0, 0), (0, 1), (500, 1_500), (LIST_ENTRIES - 3, 3)] {
            let one_by_one: Vec<u32> = (first..first + count).map(|n| permutation.index(n)).collect();
            assert_eq!(permutation.indexes(first, count), one_by_one);
        }
    }

    #[test]
    fn lists_and_secrets_have_orders_of_their_own() {
        let first = |secret, list| (0..8).map(|n| Permutation::new(&[secret; 32], list).index(n)).collect::<Vec<_>>();
        assert_ne!(first(1, 1), first(1, 2));
        assert_ne!(first(1, 1), first(2, 1));
        // Frozen: an issuer's store counts on the order never changing.
        assert_eq!(first(1, 1), FROZEN);
    }

    /// Computed by a second implementation, in another language.
    const FROZEN: [u32; 8] = [59065, 124461, 119135, 66338, 77029, 98875, 15835, 81205];

    #[test]
    fn neighbours_do_not_stay_neighbours() {
        let permutation = Permutation::new(&[9; 32], 4);
        let close = (0..10_000).filter(|&n| permutation.index(n).abs_diff(permutation.index(n + 1)) < 64).count();
        // A random order gives about 10 of 10,000.
        assert!(close < 40, "{close}");
    }
}
