//! How long certificates are valid: lengths of time, counted from the day of issue.

use std::fmt;
use std::str::FromStr;

use jiff::ToSpan;

use crate::credential::{Timestamp, Zone};

/// How long a certificate stays valid: `2y`, `18mo`, `6w` or `90d`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExpiresAfter {
    count: i32,
    unit: Unit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Years,
    Months,
    Weeks,
    Days,
}

/// Text that is no such length of time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a length of time such as 2y, 18mo, 6w or 90d")]
pub struct ValidityError(String);

impl ExpiresAfter {
    /// Returns the last second of the day on which a certificate of `start` stops being valid, where the issuer is.
    pub fn end(self, start: Timestamp, zone: &Zone) -> Timestamp {
        let span = match self.unit {
            Unit::Years => self.count.years(),
            Unit::Months => self.count.months(),
            Unit::Weeks => self.count.weeks(),
            Unit::Days => self.count.days(),
        };
        let last = zone.day(start).checked_add(span).unwrap_or(jiff::civil::Date::MAX);
        zone.last_second(last)
    }
}

impl FromStr for ExpiresAfter {
    type Err = ValidityError;

    fn from_str(text: &str) -> Result<Self, ValidityError> {
        let error = || ValidityError(text.chars().take(20).collect());
        let digits = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(error)?;
        let unit = match &text[digits..] {
            "y" => Unit::Years,
            "mo" => Unit::Months,
            "w" => Unit::Weeks,
            "d" => Unit::Days,
            _ => return Err(error()),
        };
        match text[..digits].parse() {
            Ok(count @ 1..=36_500) if unit != Unit::Years || count <= 200 => Ok(Self { count, unit }),
            _ => Err(error()),
        }
    }
}

impl fmt::Display for ExpiresAfter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            Unit::Years => "y",
            Unit::Months => "mo",
            Unit::Weeks => "w",
            Unit::Days => "d",
        };
        write!(f, "{}{unit}", self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_with_the_last_second_of_the_last_day() {
        let start: Timestamp = "2024-02-29T10:00:00Z".parse().unwrap();
        let end = |text: &str| text.parse::<ExpiresAfter>().unwrap().end(start, &Zone::UTC).to_string();
        assert_eq!(end("2y"), "2026-02-28T23:59:59Z");
        assert_eq!(end("1mo"), "2024-03-29T23:59:59Z");
        assert_eq!(end("90d"), "2024-05-29T23:59:59Z");
        // Half past midnight of 1 March in Auckland.
        let (start, zone) = ("2024-02-29T11:30:00Z".parse().unwrap(), "Pacific/Auckland".parse().unwrap());
        assert_eq!("1y".parse::<ExpiresAfter>().unwrap().end(start, &zone).to_string(), "2025-03-01T10:59:59Z");
    }

    #[test]
    fn refuses_what_is_no_length_of_time() {
        for text in ["", "y", "0y", "2", "2 y", "-1d", "2years", "99999999999d", "201y"] {
            assert!(text.parse::<ExpiresAfter>().is_err(), "{text}");
        }
    }
}
