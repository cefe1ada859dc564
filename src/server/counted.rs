//! What is counted over many records, kept for who asks next, for a while.
//!
//! Knows no store: who counts says when.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::credential::Timestamp;

/// For how many seconds a count is new.
const NEW: i64 = 60;
/// For how many seconds it is shown while somebody counts anew.
const SHOWN: i64 = 3_600;
/// Counts that are kept.
const MOST_KEPT: usize = 64;

/// Counts by their names.
pub(super) struct Counted<T>(Mutex<BTreeMap<String, Kept<T>>>);

struct Kept<T> {
    value: T,
    at: Timestamp,
    /// Whether somebody counts anew.
    renewed: bool,
}

impl<T> Default for Counted<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Clone> Counted<T> {
    /// Returns a count that is not old, and whether the caller is to count anew meanwhile.
    pub(super) fn of_late(&self, key: &str, now: Timestamp) -> Option<(T, bool)> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = all.get_mut(key)?;
        let age = now.unix() - kept.at.unix();
        if !(0..SHOWN).contains(&age) {
            return None;
        }
        let anew = age >= NEW && !kept.renewed;
        kept.renewed |= anew;
        Some((kept.value.clone(), anew))
    }

    /// Keeps a count.
    pub(super) fn keep(&self, key: String, value: T, at: Timestamp) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST_KEPT && !all.contains_key(&key) {
            all.clear();
        }
        all.insert(key, Kept { value, at, renewed: false });
    }

    /// Forgets a count: there is so little to count that everybody counts themselves.
    pub(super) fn forget(&self, key: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }

    /// Lets somebody else count anew.
    pub(super) fn give_up(&self, key: &str) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = all.get_mut(key) {
            kept.renewed = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_shown_while_one_caller_counts_anew_and_not_for_ever() {
        let (counted, at) = (Counted::<u8>::default(), |seconds| Timestamp::from_unix(1_000_000 + seconds));
        assert!(counted.of_late("a", at(0)).is_none());
        counted.keep("a".to_owned(), 7, at(0));
        let anew = |seconds| counted.of_late("a", at(seconds)).map(|(_, anew)| anew);
        assert_eq!([anew(0), anew(NEW - 1), anew(NEW), anew(NEW)], [Some(false), Some(false), Some(true), Some(false)]);
        counted.give_up("a");
        assert_eq!([anew(NEW), anew(SHOWN), anew(-1)], [Some(true), None, None]);
        // What became few while it was counted anew is not shown as many for the rest of the hour.
        assert_eq!(anew(NEW), Some(false));
        counted.forget("a");
        assert_eq!(anew(NEW), None);
        for n in 0..2 * MOST_KEPT {
            counted.keep(n.to_string(), 0, at(0));
        }
        assert!(counted.0.lock().unwrap().len() <= MOST_KEPT);
    }
}
