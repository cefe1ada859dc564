//! Instants in UTC, in whole seconds.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An instant in UTC, in whole seconds since 1970; printed as `2026-05-01T00:00:00Z` (RFC 3339).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// Text that is not an RFC 3339 instant in whole seconds UTC between the years 1 and 9999.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a time such as 2026-05-01T00:00:00Z")]
pub struct TimestampError(pub String);

/// First and last second of the years 0001 to 9999.
const RANGE: std::ops::RangeInclusive<i64> = -62_135_596_800..=253_402_300_799;

/// 1970-01-01T00:00:00 in UTC.
const EPOCH: jiff::civil::DateTime = jiff::civil::DateTime::constant(1970, 1, 1, 0, 0, 0, 0);

impl Timestamp {
    /// The first second of the year 1: before everything.
    pub const FIRST: Self = Self(*RANGE.start());

    /// Returns the instant `seconds` after 1970-01-01T00:00:00Z, clamped to the years 1 to 9999.
    pub fn from_unix(seconds: i64) -> Self {
        Self(seconds.clamp(*RANGE.start(), *RANGE.end()))
    }

    /// The last second of the year 9999: what "never" is.
    pub const LAST: Self = Self(*RANGE.end());

    /// Reads a `dateTimeStamp` of XML Schema 1.1 part 2, section 3.4.28, as others write times: with a fraction of a second,
    /// which is left out, or an offset of at most 14 hours.
    ///
    /// # Errors
    /// Anything else, also an instant outside of the years 1 to 9999.
    pub fn from_date_time_stamp(text: &str) -> Result<Self, TimestampError> {
        let error = || TimestampError(text.chars().take(40).collect());
        let (civil, rest) = text.split_at_checked(19).ok_or_else(error)?;
        let civil: Self = format!("{civil}Z").parse().map_err(|_| error())?;
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let zone = rest.find(['Z', '+', '-']).ok_or_else(error)?;
        let (fraction, zone) = rest.split_at(zone);
        if !fraction.is_empty() && !fraction.strip_prefix('.').is_some_and(digits) {
            return Err(error());
        }
        let seconds = civil.0 - offset(zone).ok_or_else(error)?;
        RANGE.contains(&seconds).then_some(Self(seconds)).ok_or_else(error)
    }

    /// Returns seconds since 1970-01-01T00:00:00Z.
    pub fn unix(self) -> i64 {
        self.0
    }

    /// Returns the instant `seconds` later (earlier if negative), clamped to the years 1 to 9999.
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self::from_unix(self.0.saturating_add(seconds))
    }

    /// Returns the instant `days` later, clamped.
    pub fn plus_days(self, days: i64) -> Self {
        self.plus_seconds(days.saturating_mul(86_400))
    }

    /// Returns the calendar year in UTC.
    pub fn year(self) -> i16 {
        self.civil().year()
    }

    /// Returns the civil date and time in UTC.
    pub fn civil(self) -> jiff::civil::DateTime {
        // By civil arithmetic: jiff's own instants end a day before the year 9999 does.
        EPOCH.saturating_add(jiff::SignedDuration::from_secs(self.0))
    }

    /// Returns midnight UTC of a civil date.
    pub fn midnight(date: jiff::civil::Date) -> Self {
        let days = date.duration_since(jiff::civil::date(1970, 1, 1)).as_secs();
        Self::from_unix(days)
    }
}

/// Reads `Z`, or `+HH:MM` and `-HH:MM` up to 14 hours, as seconds.
fn offset(zone: &str) -> Option<i64> {
    if zone == "Z" {
        return Some(0);
    }
    let sign = if zone.starts_with('+') { 1 } else { -1 };
    let (hours, minutes) = zone.get(1..)?.split_once(':')?;
    let two = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    let minutes = if two(hours) && two(minutes) { minutes.parse::<i64>().ok()? } else { 60 };
    let all = hours.parse::<i64>().ok()? * 60 + minutes;
    (minutes < 60 && all <= 14 * 60).then_some(sign * all * 60)
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let t = self.civil();
        write!(
            f,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
            t.year(),
            t.month(),
            t.day(),
            t.hour(),
            t.minute(),
            t.second()
        )
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    /// Reads exactly `YYYY-MM-DDTHH:MM:SSZ`, the one form that Testamur signs. Leap seconds, offsets and fractions are
    /// refused, so that two implementations cannot disagree.
    fn from_str(text: &str) -> Result<Self, TimestampError> {
        let error = || TimestampError(text.chars().take(40).collect());
        let shape = |(at, byte): (usize, u8)| match at {
            4 | 7 => byte == b'-',
            10 => byte == b'T',
            13 | 16 => byte == b':',
            19 => byte == b'Z',
            _ => byte.is_ascii_digit(),
        };
        if text.len() != 20 || !text.bytes().enumerate().all(shape) {
            return Err(error());
        }
        let part = |from: usize, to: usize| text[from..to].parse::<i16>().map_err(|_| error());
        let (second, year) = (part(17, 19)?, part(0, 4)?);
        if second > 59 || year == 0 {
            return Err(error());
        }
        let date = jiff::civil::DateTime::new(
            year,
            part(5, 7)? as i8,
            part(8, 10)? as i8,
            part(11, 13)? as i8,
            part(14, 16)? as i8,
            second as i8,
            0,
        )
        .map_err(|_| error())?;
        Ok(Self(date.duration_since(EPOCH).as_secs()))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_what_it_reads() {
        for text in ["1970-01-01T00:00:00Z", "2026-02-28T23:59:59Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"] {
            assert_eq!(text.parse::<Timestamp>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn others_write_fractions_and_offsets() {
        let read = |text: &str| Timestamp::from_date_time_stamp(text).map(|time| time.to_string()).ok();
        for (text, time) in [
            ("2026-05-01T00:00:00Z", "2026-05-01T00:00:00Z"),
            ("2026-05-01T00:00:00.000Z", "2026-05-01T00:00:00Z"),
            ("2026-05-01T00:00:59.999999999999Z", "2026-05-01T00:00:59Z"),
            ("2026-05-01T02:00:00+02:00", "2026-05-01T00:00:00Z"),
            ("2026-04-30T19:00:00.5-05:00", "2026-05-01T00:00:00Z"),
            ("2026-05-01T14:00:00+14:00", "2026-05-01T00:00:00Z"),
        ] {
            assert_eq!(read(text).as_deref(), Some(time), "{text}");
        }
        for text in [
            "",
            "2026-05-01",
            "2026-05-01T00:00:00",
            "2026-05-01T00:00:00.Z",
            "2026-05-01T00:00:00,5Z",
            "2026-05-01T00:00:00.5",
            "2026-05-01T00:00:00+14:01",
            "2026-05-01T00:00:00+02:60",
            "2026-05-01T00:00:00+2:00",
            "2026-05-01T00:00:00+02",
            "2026-05-01T00:00:00Zx",
            "2026-05-01T00:00:00.5éZ",
            "2026-02-30T00:00:00.000Z",
            "0001-01-01T00:00:00+01:00",
            "9999-12-31T23:59:59-01:00",
            "2026-05-01t00:00:00z",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn refuses_every_other_form() {
        for text in [
            "",
            "2026-05-01",
            "2026-05-01T00:00:00",
            "2026-05-01T00:00:00+00:00",
            "2026-05-01T00:00:00.0Z",
            "2026-05-01t00:00:00z",
            "2026-02-30T00:00:00Z",
            "2026-06-30T23:59:60Z",
            "2026-05-01T24:00:00Z",
            "0000-05-01T00:00:00Z",
            "２026-05-01T00:00:0Z",
        ] {
            assert!(text.parse::<Timestamp>().is_err(), "{text}");
        }
    }
}
