//! When to try again: the example schedule of Standard Webhooks ("Deliverability and reliability"), with jitter, and what
//! a receiver asks for by `Retry-After`.

use jiff::fmt::rfc2822::DateTimeParser;

use crate::credential::Timestamp;

/// Seconds between an attempt and the next: ten attempts in a little more than three days.
pub const DELAYS: &[i64] = &[5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
/// Delays grow by up to this share at random, in percent, so that what failed together does not come back together.
pub const JITTER_PERCENT: i64 = 20;
/// Longest wait that a receiver can ask for, in seconds.
pub const RETRY_AFTER_SECONDS: i64 = 86_400;
/// How long an endpoint that says it is overloaded is left alone when it does not say how long, in seconds.
pub const OVERLOADED_SECONDS: i64 = 30;
/// Longest `Retry-After` header that is looked at, in bytes.
const HEADER_BYTES: usize = 64;

/// Returns when to try again after so many attempts (from 1), or `None` when it was the last.
pub fn next_attempt(attempts: u32, now: Timestamp, retry_after: Option<Timestamp>, jitter: u32) -> Option<Timestamp> {
    let delay = *DELAYS.get(usize::try_from(attempts).ok()?.checked_sub(1)?)?;
    let spread = i128::from(delay * JITTER_PERCENT) * i128::from(jitter) / i128::from(u32::MAX) / 100;
    let planned = now.plus_seconds(delay + spread as i64);
    let latest = now.plus_seconds(RETRY_AFTER_SECONDS);
    Some(retry_after.map_or(planned, |asked| planned.max(asked.min(latest))))
}

/// Reads a `Retry-After` header (RFC 9110 section 10.2.3): seconds or a date. `None` for what is neither.
pub fn retry_after(header: &str, now: Timestamp) -> Option<Timestamp> {
    let text = header.trim();
    if text.is_empty() || text.len() > HEADER_BYTES {
        return None;
    }
    let asked = if text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than a number has: a very long time.
        now.plus_seconds(text.parse::<i64>().unwrap_or(i64::MAX))
    } else {
        let date = DateTimeParser::new().parse_timestamp(text).ok()?;
        Timestamp::from_unix(date.as_second())
    };
    Some(asked.clamp(now, now.plus_seconds(RETRY_AFTER_SECONDS)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        Timestamp::from_unix(1_767_225_600)
    }

    #[test]
    fn ten_attempts_span_three_days() {
        let mut at = now();
        let mut attempts = 1;
        while let Some(next) = next_attempt(attempts, at, None, 0) {
            assert_eq!(next, at.plus_seconds(DELAYS[attempts as usize - 1]));
            at = next;
            attempts += 1;
        }
        assert_eq!((attempts, at.unix() - now().unix()), (10, 272_105));
        assert_eq!(next_attempt(0, now(), None, 0), None);
        assert_eq!(next_attempt(u32::MAX, now(), None, 0), None);
    }

    #[test]
    fn jitter_adds_up_to_a_fifth() {
        assert_eq!(next_attempt(2, now(), None, u32::MAX), Some(now().plus_seconds(360)));
        assert_eq!(next_attempt(2, now(), None, u32::MAX / 2), Some(now().plus_seconds(329)));
    }

    #[test]
    fn a_receiver_can_ask_for_later_but_not_for_sooner_or_never() {
        let asked =
            |seconds| next_attempt(1, now(), Some(now().plus_seconds(seconds)), 0).map(|at| at.unix() - now().unix());
        assert_eq!((asked(60), asked(0), asked(1), asked(1_000_000)), (Some(60), Some(5), Some(5), Some(86_400)));
        assert_eq!(next_attempt(10, now(), Some(now().plus_seconds(60)), 0), None);
    }

    #[test]
    fn retry_after_is_seconds_or_a_date_within_bounds() {
        let read = |text: &str| retry_after(text, now()).map(|at| at.unix() - now().unix());
        assert_eq!(read("120"), Some(120));
        assert_eq!(read(" 0 "), Some(0));
        assert_eq!(read("99999999999999999999999"), Some(RETRY_AFTER_SECONDS));
        assert_eq!(read("Thu, 01 Jan 2026 00:01:00 GMT"), Some(60));
        assert_eq!(read("Wed, 31 Dec 2025 00:01:00 GMT"), Some(0));
        assert_eq!(read("Fri, 01 Jan 2027 00:01:00 GMT"), Some(RETRY_AFTER_SECONDS));
        for bad in ["", "-1", "1.5", "soon", "Thu, 32 Jan 2026 00:01:00 GMT", &"1".repeat(65)] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
