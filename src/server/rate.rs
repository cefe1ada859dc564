//! How often one address may ask.

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

/// Addresses that are remembered before those that have been quiet are forgotten.
const MOST_ADDRESSES: usize = 100_000;

/// How many seconds' requests may come at once.
const BURST: NonZeroU32 = NonZeroU32::MIN.saturating_add(1);

/// A rate for each address; for IPv6 for each /64 network, as one customer has that many addresses.
pub(super) struct Rate(DefaultKeyedRateLimiter<IpAddr>);

impl Rate {
    /// Returns a rate of so many requests a second, and twice as many at once.
    pub(super) fn per_second(requests: u32) -> Self {
        let second = NonZeroU32::new(requests).unwrap_or(NonZeroU32::MIN);
        Self(RateLimiter::keyed(Quota::per_second(second).allow_burst(second.saturating_mul(BURST))))
    }

    /// Returns a rate of so many requests an hour, all of which may come at once.
    pub(super) fn per_hour(requests: u32) -> Self {
        Self(RateLimiter::keyed(Quota::per_hour(NonZeroU32::new(requests).unwrap_or(NonZeroU32::MIN))))
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
    fn addresses_of_one_network_count_together() {
        let (one, other) = ("2001:db8::1".parse().unwrap(), "2001:db8::ffff:1".parse().unwrap());
        assert_eq!(network(one), network(other));
        assert_ne!(network(one), network("2001:db8:0:1::1".parse().unwrap()));
        assert_eq!(network("::ffff:192.0.2.1".parse().unwrap()), "192.0.2.1".parse::<IpAddr>().unwrap());
    }
}
