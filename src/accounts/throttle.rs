//! Slows down guessing: attempts are counted in memory of a fixed size, by account and by address.
//!
//! Counters lie in a table that names are hashed into, twice, and the smaller counts. So nobody can push another's
//! counter out by making up names, and two names that meet by accident meet in one row only.

use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use super::{AccountsError, Result};
use crate::credential::Timestamp;

/// Counters in a row; there are two rows.
const ROW: usize = 1 << 16;
/// After this many seconds without an attempt a counter is forgotten.
const FORGET_SECONDS: i64 = 3_600;

/// What is counted, how many attempts are free, and how long one waits at most after those.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lane {
    name: &'static str,
    free: u16,
    longest: i64,
}

/// Passwords of one account from one address.
pub(super) const PAIR: Lane = Lane { name: "pair", free: 5, longest: 900 };
/// Passwords of one account from everywhere. Generous: else anybody could lock anybody out.
pub(super) const ACCOUNT: Lane = Lane { name: "account", free: 50, longest: 60 };
/// Passwords of all accounts from one address.
pub(super) const ADDRESS: Lane = Lane { name: "address", free: 20, longest: 900 };
/// Codes of one account. Whoever gets here knows the password.
pub(super) const CODE: Lane = Lane { name: "code", free: 5, longest: 900 };
/// Codes of the recovery sheet of one account from one address.
pub(super) const SHEET_PAIR: Lane = Lane { name: "sheet-pair", free: 5, longest: 900 };
/// The same from everywhere. They cannot be guessed; nobody is to be locked out by others.
pub(super) const SHEET: Lane = Lane { name: "sheet", free: 50, longest: 60 };
/// Links that somebody asks for by mail: no mailbox is flooded.
pub(super) const RESET: Lane = Lane { name: "reset", free: 3, longest: 900 };
/// The same for all accounts from one address.
pub(super) const RESET_ADDRESS: Lane = Lane { name: "reset-address", free: 10, longest: 900 };
/// Failures of one account from one address that are written down one by one; further ones now and then.
pub(super) const NOTED: Lane = Lane { name: "noted", free: 10, longest: 900 };
/// Failures that are written down at all: guessing must not fill the audit log.
pub(super) const NOTED_ALL: Lane = Lane { name: "noted-all", free: 500, longest: 60 };
/// Passwords typed again within a session.
pub(super) const AGAIN: Lane = Lane { name: "again", free: 5, longest: 900 };

/// Passphrases of the keys, said by one member of staff or from one address.
pub(super) const PASSPHRASE: Lane = Lane { name: "passphrase", free: 5, longest: 900 };

/// Counts attempts. One for the whole process.
pub struct Throttle {
    /// SipHash under a random key: which names meet cannot be found out from outside.
    hasher: RandomState,
    cells: Mutex<Vec<Cell>>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Cell {
    attempts: u16,
    last: i64,
}

impl Cell {
    /// Returns how many seconds the next attempt has to wait.
    fn wait(&self, lane: Lane, now: i64) -> i64 {
        let Some(over) = self.attempts(now).checked_sub(lane.free) else { return 0 };
        let delay = 1_i64.checked_shl(over.into()).map_or(lane.longest, |delay| delay.clamp(1, lane.longest));
        (self.last + delay - now).clamp(0, lane.longest)
    }

    fn attempts(&self, now: i64) -> u16 {
        if now - self.last > FORGET_SECONDS { 0 } else { self.attempts }
    }
}

impl Default for Throttle {
    fn default() -> Self {
        Self { hasher: RandomState::new(), cells: Mutex::new(vec![Cell::default(); 2 * ROW]) }
    }
}

impl Throttle {
    /// Counts an attempt in every lane, before its outcome is known, or refuses it because one of them must wait.
    pub(super) fn admit(&self, lanes: &[(Lane, &str)], now: Timestamp) -> Result<()> {
        let now = now.unix();
        let mut cells = self.cells.lock().unwrap_or_else(PoisonError::into_inner);
        let wait = |(lane, name): &(Lane, &str)| {
            self.places(*lane, name).into_iter().map(|place| cells[place].wait(*lane, now)).min().unwrap_or(0)
        };
        let seconds = lanes.iter().map(wait).max().unwrap_or(0);
        if seconds > 0 {
            return Err(AccountsError::Throttled { seconds: seconds.unsigned_abs() });
        }
        for (lane, name) in lanes {
            for place in self.places(*lane, name) {
                let attempts = cells[place].attempts(now).saturating_add(1);
                cells[place] = Cell { attempts, last: now };
            }
        }
        Ok(())
    }

    /// Takes back what succeeded: nothing is left against the account, and one attempt less against the address.
    pub(super) fn succeed(&self, lanes: &[(Lane, &str)]) {
        let mut cells = self.cells.lock().unwrap_or_else(PoisonError::into_inner);
        for (lane, name) in lanes {
            for place in self.places(*lane, name) {
                let attempts = if *lane == ADDRESS { cells[place].attempts.saturating_sub(1) } else { 0 };
                cells[place].attempts = attempts;
            }
        }
    }

    /// Returns where a name counts, in either row.
    fn places(&self, lane: Lane, name: &str) -> [usize; 2] {
        let hash = self.hasher.hash_one((lane.name, name)).to_be_bytes();
        let at = |from: usize| usize::from(u16::from_be_bytes([hash[from], hash[from + 1]]));
        [at(0), ROW + at(2)]
    }
}

/// Returns what an address counts as: an IPv6 subscriber has a whole /64.
pub(super) fn subscriber(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix(1_800_000_000 + seconds)
    }

    fn waits(outcome: Result<()>) -> u64 {
        match outcome {
            Ok(()) => 0,
            Err(AccountsError::Throttled { seconds }) => seconds,
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn each_attempt_after_the_free_ones_waits_twice_as_long() {
        let throttle = Throttle::default();
        let lane = [(PAIR, "ada")];
        for _ in 0..5 {
            assert_eq!(waits(throttle.admit(&lane, at(0))), 0);
        }
        let mut now = 0;
        for expected in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900] {
            assert_eq!(waits(throttle.admit(&lane, at(now))), expected);
            now += i64::try_from(expected).unwrap();
            assert_eq!(waits(throttle.admit(&lane, at(now))), 0);
        }
        assert_eq!(waits(throttle.admit(&[(PAIR, "bob")], at(now))), 0, "another's counter");
        assert_eq!(waits(throttle.admit(&lane, at(now + FORGET_SECONDS + 1))), 0);
        assert_eq!(waits(throttle.admit(&lane, at(now + FORGET_SECONDS + 1))), 0, "forgotten");
    }

    #[test]
    fn success_clears_the_account_and_not_the_address() {
        let throttle = Throttle::default();
        let lanes = [(PAIR, "ada"), (ADDRESS, "192.0.2.1")];
        for _ in 0..4 {
            throttle.admit(&lanes, at(0)).unwrap();
        }
        throttle.succeed(&lanes);
        for _ in 0..17 {
            assert_eq!(waits(throttle.admit(&[(ADDRESS, "192.0.2.1")], at(0))), 0);
        }
        assert_eq!(waits(throttle.admit(&lanes, at(0))), 1, "3 are left of the first 4, and 17 make 20");
        assert_eq!(waits(throttle.admit(&[(PAIR, "ada")], at(0))), 0);
    }

    #[test]
    fn attempts_at_once_are_counted_before_they_fail() {
        let throttle = Throttle::default();
        let admitted = std::thread::scope(|scope| {
            let tries: Vec<_> = (0..50).map(|_| scope.spawn(|| throttle.admit(&[(CODE, "ada")], at(0)))).collect();
            tries.into_iter().filter_map(|one| one.join().unwrap().ok()).count()
        });
        assert_eq!(admitted, 5);
    }

    #[test]
    fn made_up_names_do_not_push_a_counter_out() {
        let throttle = Throttle::default();
        for _ in 0..5 {
            throttle.admit(&[(PAIR, "ada")], at(0)).unwrap();
        }
        for name in 0..20_000 {
            let _ = throttle.admit(&[(PAIR, &name.to_string())], at(0));
        }
        assert!(waits(throttle.admit(&[(PAIR, "ada")], at(0))) >= 1);
    }

    #[test]
    fn a_network_of_ipv6_counts_as_one() {
        let of = |text: &str| subscriber(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2:3::4"), of("2001:db8:1:2:ffff::1"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:192.0.2.1"), "192.0.2.1");
    }
}
