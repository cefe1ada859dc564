//! When to try again after a server said "not now" (RFC 5321 section 4.5.4.1: at least half an hour apart in the long run, for
//! days), and when a message is given up of which nothing was heard.

use crate::credential::Timestamp;

/// Seconds between an attempt and the next: twelve attempts in a little more than four days.
pub const DELAYS: &[i64] = &[60, 300, 900, 1_800, 3_600, 7_200, 14_400, 28_800, 57_600, 86_400, 172_800];
/// Delays grow by up to this share at random, in percent.
pub const JITTER_PERCENT: i64 = 20;
/// For how many days a server that said "delayed" may try on before its silence is taken for the end: some never say more.
pub const SILENT_DAYS: i64 = 7;

/// Returns when to try again after so many attempts (from 1), or `None` when it was the last. `jitter` is random.
pub fn next_attempt(attempts: u32, now: Timestamp, jitter: u32) -> Option<Timestamp> {
    let delay = *DELAYS.get(usize::try_from(attempts).ok()?.checked_sub(1)?)?;
    let spread = i128::from(delay * JITTER_PERCENT) * i128::from(jitter) / i128::from(u32::MAX) / 100;
    Some(now.plus_seconds(delay + spread as i64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_grow_apart_and_end() {
        let now = Timestamp::from_unix(1_767_225_600);
        let (mut at, mut attempts) = (now, 1);
        while let Some(next) = next_attempt(attempts, at, 0) {
            (at, attempts) = (next, attempts + 1);
        }
        assert_eq!((attempts, (at.unix() - now.unix()) / 86_400), (12, 4));
        assert_eq!(next_attempt(1, now, u32::MAX), Some(now.plus_seconds(72)));
        assert_eq!((next_attempt(0, now, 0), next_attempt(u32::MAX, now, 0)), (None, None));
    }
}
