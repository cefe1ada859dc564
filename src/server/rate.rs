//! How often one address may ask.

use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::credential::Timestamp;

/// Addresses that are remembered before those that have been quiet are forgotten.
const MOST_ADDRESSES: usize = 100_000;

/// How many seconds' requests may come at once.
const BURST: NonZeroU32 = NonZeroU32::MIN.saturating_add(1);
const HOUR: i64 = 3_600;

/// A rate for each address; for IPv6 for each /64 network, as one customer has that many addresses.
pub(super) struct Rate(DefaultKeyedRateLimiter<IpAddr>);

impl Rate {
    /// Returns a rate of so many requests a second, and twice as many at once.
    pub(super) fn per_second(requests: u32) -> Self {
        let second = NonZeroU32::new(requests).unwrap_or(NonZeroU32::MIN);
        Self(RateLimiter::keyed(Quota::per_second(second).allow_burst(second.saturating_mul(BURST))))
    }

    /// Counts a request, and says whether it may be answered.
    pub(super) fn allows(&self, address: IpAddr) -> bool {
        if self.0.len() > MOST_ADDRESSES {
            self.0.retain_recent();
            self.0.shrink_to_fit();
        }
        self.0.check_key(&network(address)).is_ok()
    }
}

/// So many requests from each address within any hour. A rate would let nearly twice as many through: all at once, and then one each
/// time its share of the hour is over.
pub(super) struct Hourly {
    most: usize,
    asked: Mutex<HashMap<IpAddr, VecDeque<i64>>>,
}

impl Hourly {
    /// Allows so many.
    pub(super) fn of(most: u32) -> Self {
        Self { most: most.max(1) as usize, asked: Mutex::default() }
    }

    /// Counts a request, and says whether it may be answered.
    pub(super) fn allows(&self, address: IpAddr, now: Timestamp) -> bool {
        self.wait(address, now).is_none()
    }

    /// Counts a request, or says after how many seconds there may be one.
    pub(super) fn wait(&self, address: IpAddr, now: Timestamp) -> Option<u64> {
        let now = now.unix();
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if asked.len() > MOST_ADDRESSES {
            asked.retain(|_, times| times.back().is_some_and(|last| now - last < HOUR));
            if asked.len() > MOST_ADDRESSES {
                asked.clear();
            }
            asked.shrink_to_fit();
        }
        let times = asked.entry(network(address)).or_default();
        while times.front().is_some_and(|first| now - first >= HOUR) {
            times.pop_front();
        }
        if times.len() >= self.most {
            return times.front().map(|first| (first + HOUR - now).unsigned_abs().max(1));
        }
        times.push_back(now);
        None
    }
}

/// Returns whom an address counts as.
pub(super) fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) => {
            v6.to_ipv4_mapped().map_or(IpAddr::V6(Ipv6Addr::from(u128::from(v6) >> 64 << 64)), IpAddr::V4)
        }
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_is_slowed_down_and_its_neighbour_is_not() {
        let rate = Rate::per_second(5);
        let (one, other) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        let allowed = (0..100).filter(|_| rate.allows(one)).count();
        assert!((10..20).contains(&allowed), "{allowed}");
        assert!(rate.allows(other));
    }

    #[test]
    fn so_many_are_answered_within_any_hour_and_then_one_hears_when_to_ask_again() {
        let hourly = Hourly::of(5);
        let (one, other) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        let at = |minute: i64| Timestamp::from_unix(1_800_000_000 + 60 * minute);
        let answered: Vec<i64> = (0..180).filter(|minute| hourly.allows(one, at(*minute))).collect();
        assert_eq!(answered, [0, 1, 2, 3, 4, 60, 61, 62, 63, 64, 120, 121, 122, 123, 124]);
        assert_eq!(hourly.wait(one, at(150)), Some(30 * 60));
        assert_eq!(hourly.wait(other, at(150)), None);
    }

    #[test]
    fn who_has_been_quiet_is_forgotten_when_there_are_very_many() {
        let hourly = Hourly::of(1);
        let at = |hour: i64| Timestamp::from_unix(1_800_000_000 + HOUR * hour);
        let many = |first: u32| (first..first + 70_000).map(|n| IpAddr::from(n.to_be_bytes()));
        assert!(many(0).all(|address| hourly.allows(address, at(0))));
        assert!(many(70_000).all(|address| hourly.allows(address, at(1))));
        assert!(hourly.asked.lock().unwrap().len() <= MOST_ADDRESSES + 1);
        assert!(!hourly.allows(IpAddr::from(139_999_u32.to_be_bytes()), at(1)));
    }

    #[test]
    fn addresses_of_one_network_count_together() {
        let (one, other) = ("2001:db8::1".parse().unwrap(), "2001:db8::ffff:1".parse().unwrap());
        assert_eq!(network(one), network(other));
        assert_ne!(network(one), network("2001:db8:0:1::1".parse().unwrap()));
        assert_eq!(network("::ffff:192.0.2.1".parse().unwrap()), "192.0.2.1".parse::<IpAddr>().unwrap());
    }
}
