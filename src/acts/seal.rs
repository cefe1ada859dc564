//! What a list of people or certificates is known by, with what would become of each: who confirms one gets that one or none.

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

/// Bytes of a digest that are told: nobody makes two lists of one.
const TOLD: usize = 16;

/// A list, entry by entry.
#[derive(Default)]
pub(in crate::acts) struct Seal(Sha256);

impl Seal {
    /// Adds an entry: about whom or what, and what would become of it.
    pub(in crate::acts) fn add(&mut self, about: &str, effect: &str) {
        for part in [about, effect] {
            // With its length, so that no two lists are written alike.
            self.0.update((part.len() as u64).to_be_bytes());
            self.0.update(part.as_bytes());
        }
    }

    /// Returns what the list is known by.
    pub(in crate::acts) fn text(self) -> String {
        HEXLOWER.encode(&self.0.finalize()[..TOLD])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(entries: &[(&str, &str)]) -> String {
        let mut seal = Seal::default();
        entries.iter().for_each(|(about, effect)| seal.add(about, effect));
        seal.text()
    }

    #[test]
    fn lists_that_differ_anywhere_are_told_apart() {
        let lists: [&[(&str, &str)]; 6] = [
            &[],
            &[("a", "gets")],
            &[("a", "keeps")],
            &[("ag", "ets")],
            &[("a", "gets"), ("b", "gets")],
            &[("b", "gets"), ("a", "gets")],
        ];
        let seals: std::collections::BTreeSet<_> = lists.iter().map(|list| of(list)).collect();
        assert_eq!(seals.len(), lists.len());
        assert_eq!(of(lists[4]), of(lists[4]));
    }
}
