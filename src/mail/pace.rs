//! How fast mail leaves, and that a relay that is down is left alone. Pure: the time comes from outside, as a length since some
//! beginning, so that a clock that is set does not matter.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);
/// Failures of the relay in a row after which it is left alone.
pub const FAILURES: u32 = 3;
/// How long it is left alone first; each time twice as long.
pub const REST: Duration = Duration::from_secs(30);
/// How long it is left alone at most.
pub const LONGEST_REST: Duration = Duration::from_secs(600);
/// Domains that are remembered.
const DOMAINS: usize = 10_000;

/// Who may be sent to now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum May {
    /// It may leave.
    Now,
    /// Nothing may leave for so long.
    Later(Duration),
    /// Nothing may leave to this domain for so long.
    NotThere(Duration),
}

/// Limits, each over the last minute.
#[derive(Debug, Default)]
pub struct Pace {
    all: usize,
    each: usize,
    sent: VecDeque<Duration>,
    domains: HashMap<String, VecDeque<Duration>>,
}

impl Pace {
    /// Returns limits a minute: for all, and for each domain; 0 is none.
    pub fn of(all: u32, each: u32) -> Self {
        Self { all: all as usize, each: each as usize, ..Self::default() }
    }

    /// Says whether a message may leave to a domain, and counts it if it may.
    pub fn take(&mut self, domain: &str, now: Duration) -> May {
        if let Some(wait) = full(&mut self.sent, self.all, now) {
            return May::Later(wait);
        }
        if self.each > 0 {
            if self.domains.len() > DOMAINS {
                self.domains.retain(|_, sent| sent.back().is_some_and(|last| now < *last + MINUTE));
            }
            let sent = self.domains.entry(domain.to_owned()).or_default();
            if let Some(wait) = full(sent, self.each, now) {
                return May::NotThere(wait);
            }
            sent.push_back(now);
        }
        if self.all > 0 {
            self.sent.push_back(now);
        }
        May::Now
    }
}

/// Returns for how long no more may be added.
fn full(sent: &mut VecDeque<Duration>, most: usize, now: Duration) -> Option<Duration> {
    while sent.front().is_some_and(|first| *first + MINUTE <= now) {
        sent.pop_front();
    }
    let first = sent.front().filter(|_| most > 0 && sent.len() >= most)?;
    Some((*first + MINUTE).saturating_sub(now))
}

/// The circuit breaker: after some failures in a row the relay is left alone, then tried with one message.
#[derive(Debug, Default)]
pub struct Breaker {
    failures: u32,
    until: Option<Duration>,
    trying: bool,
}

impl Breaker {
    /// Returns for how long the relay is left alone; nothing if it may be tried.
    pub fn rests(&mut self, now: Duration) -> Option<Duration> {
        let until = self.until?;
        if now < until {
            return Some(until - now);
        }
        // One tries; the others wait to see.
        if self.trying {
            return Some(Duration::from_secs(1));
        }
        self.trying = true;
        None
    }

    /// Notes that the relay works.
    pub fn works(&mut self) {
        *self = Self::default();
    }

    /// Notes that the relay cannot be used; says whether it is left alone from now on.
    pub fn fails(&mut self, now: Duration) -> bool {
        self.failures = self.failures.saturating_add(1);
        self.trying = false;
        if self.failures < FAILURES {
            return false;
        }
        let doublings = (self.failures - FAILURES).min(8);
        self.until = Some(now + (REST * 2_u32.pow(doublings)).min(LONGEST_REST));
        true
    }

    /// Says that who tried found out nothing about the relay.
    pub fn learnt_nothing(&mut self) {
        self.trying = false;
    }

    /// Says whether it is left alone.
    pub fn is_open(&self) -> bool {
        self.until.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn so_many_leave_a_minute_and_so_many_to_one_domain() {
        let mut pace = Pace::of(3, 2);
        assert_eq!(pace.take("a", at(0)), May::Now);
        assert_eq!(pace.take("a", at(10)), May::Now);
        assert_eq!(pace.take("a", at(20)), May::NotThere(at(40)));
        assert_eq!(pace.take("b", at(20)), May::Now);
        assert_eq!(pace.take("c", at(30)), May::Later(at(30)));
        assert_eq!(pace.take("a", at(60)), May::Now);
        let mut free = Pace::of(0, 0);
        assert!((0..1_000).all(|_| free.take("a", at(0)) == May::Now));
    }

    #[test]
    fn a_relay_that_fails_is_left_alone_and_then_tried_by_one() {
        let mut breaker = Breaker::default();
        assert!(!breaker.fails(at(0)) && !breaker.fails(at(0)));
        assert_eq!(breaker.rests(at(0)), None);
        assert!(breaker.fails(at(0)));
        assert_eq!(breaker.rests(at(10)), Some(at(20)));
        assert_eq!(breaker.rests(at(30)), None, "one tries");
        assert_eq!(breaker.rests(at(30)), Some(at(1)), "the others wait");
        assert!(breaker.fails(at(30)));
        assert_eq!(breaker.rests(at(30)), Some(at(60)), "twice as long");
        assert_eq!(breaker.rests(at(90)), None);
        breaker.works();
        assert!(!breaker.is_open() && breaker.rests(at(90)).is_none());
        for _ in 0..100 {
            breaker.fails(at(90));
        }
        assert_eq!(breaker.rests(at(90)), Some(LONGEST_REST));
    }
}
