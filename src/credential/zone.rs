//! Time zones: on which calendar day an instant falls where an issuer is. By the IANA database that the program carries, never
//! the machine's, so that two machines print the same day.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, Time};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Timestamp;

/// A time zone by its IANA name, such as `Pacific/Auckland`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone(TimeZone);

/// The calendar days that a certificate prints: those where its issuer or its event is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrintedDays {
    /// Of the instant of issue.
    pub issued: Date,
    /// Of the last instant; nothing where it does not end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Date>,
}

impl PrintedDays {
    /// Returns the days of two instants; nothing where they are those of UTC.
    pub fn of(zone: &Zone, issued: Timestamp, valid_until: Option<Timestamp>) -> Option<Self> {
        (!zone.is_utc()).then(|| Self { issued: zone.day(issued), valid_until: valid_until.map(|last| zone.day(last)) })
    }
}

/// A text that names no time zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no time zone of the IANA database, such as Europe/Berlin or UTC")]
pub struct ZoneError(String);

impl Zone {
    /// The zone of what says none.
    pub const UTC: Self = Self(TimeZone::UTC);

    /// Says whether days are those of UTC.
    pub fn is_utc(&self) -> bool {
        *self == Self::UTC
    }

    /// Returns the name.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// Returns the day on which an instant falls.
    pub fn day(&self, at: Timestamp) -> Date {
        // At the ends of the calendar no zone's day is known; there it is that of UTC.
        jiff::Timestamp::from_second(at.unix())
            .map_or_else(|_| at.civil().date(), |instant| self.0.to_datetime(instant).date())
    }

    /// Returns the first second of a day. Where clocks are put forward at midnight, it is the first that there is.
    pub fn first_second(&self, day: Date) -> Timestamp {
        self.instant(day, Time::midnight()).unwrap_or_else(|| Timestamp::midnight(day))
    }

    /// Returns the last second of a day.
    pub fn last_second(&self, day: Date) -> Timestamp {
        let next = day.tomorrow().ok().and_then(|next| self.instant(next, Time::midnight()));
        next.map_or_else(|| Timestamp::midnight(day).plus_seconds(86_399), |next| next.plus_seconds(-1))
    }

    fn instant(&self, day: Date, time: Time) -> Option<Timestamp> {
        let instant = self.0.to_ambiguous_timestamp(day.to_datetime(time)).compatible().ok()?;
        Some(Timestamp::from_unix(instant.as_second()))
    }
}

/// A day as somebody names it, which begins when it begins where they are, or an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// A day.
    Day(Date),
    /// An instant, the same everywhere.
    Instant(Timestamp),
}

impl Moment {
    /// Returns the instant, of a day the first second in a zone.
    pub fn within(self, zone: &Zone) -> Timestamp {
        match self {
            Self::Day(day) => zone.first_second(day),
            Self::Instant(at) => at,
        }
    }
}

/// A text that is neither.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is neither a day such as 2026-05-01 nor a time such as 2026-05-01T10:00:00Z")]
pub struct MomentError(String);

impl FromStr for Moment {
    type Err = MomentError;

    fn from_str(text: &str) -> Result<Self, MomentError> {
        let day = || text.parse().ok().filter(|_| text.len() == 10).map(Self::Day);
        let instant = || text.parse().ok().map(Self::Instant);
        day().or_else(instant).ok_or_else(|| MomentError(text.chars().take(40).collect()))
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl Default for Zone {
    fn default() -> Self {
        Self::UTC
    }
}

impl FromStr for Zone {
    type Err = ZoneError;

    /// Reads a name, in any case. `+13:00` and abbreviations are none: they do not say when clocks change.
    fn from_str(text: &str) -> Result<Self, ZoneError> {
        let error = || ZoneError(text.chars().take(40).collect());
        let name = text.trim();
        let is_name =
            name.len() <= 64 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+-/".contains(&byte));
        if !is_name {
            return Err(error());
        }
        if ["UTC", "Etc/UTC"].iter().any(|utc| utc.eq_ignore_ascii_case(name)) {
            return Ok(Self::UTC);
        }
        TimeZoneDatabase::bundled().get(name).map(Self).map_err(|_| error())
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Zone {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_begins_and_ends_at_the_zones_midnight() {
        for (zone, instant, day, first, last) in [
            ("UTC", "2026-11-30T11:30:00Z", "2026-11-30", "2026-11-30T00:00:00Z", "2026-11-30T23:59:59Z"),
            ("Pacific/Auckland", "2026-11-30T11:30:00Z", "2026-12-01", "2026-11-30T11:00:00Z", "2026-12-01T10:59:59Z"),
            (
                "America/Los_Angeles",
                "2026-03-01T04:00:00Z",
                "2026-02-28",
                "2026-02-28T08:00:00Z",
                "2026-03-01T07:59:59Z",
            ),
            // The day on which clocks are put forward has 23 hours, the other 25.
            ("Europe/Berlin", "2026-03-29T10:00:00Z", "2026-03-29", "2026-03-28T23:00:00Z", "2026-03-29T21:59:59Z"),
            ("Europe/Berlin", "2026-10-25T10:00:00Z", "2026-10-25", "2026-10-24T22:00:00Z", "2026-10-25T22:59:59Z"),
            // There was no midnight, and once no such day.
            ("America/Santiago", "2022-09-11T12:00:00Z", "2022-09-11", "2022-09-11T04:00:00Z", "2022-09-12T02:59:59Z"),
            ("Asia/Kathmandu", "2026-05-01T18:15:00Z", "2026-05-02", "2026-05-01T18:15:00Z", "2026-05-02T18:14:59Z"),
        ] {
            let zone: Zone = zone.parse().unwrap();
            let found = zone.day(at(instant));
            assert_eq!(found.to_string(), day, "{zone} {instant}");
            assert_eq!(zone.first_second(found), at(first), "{zone} {day}");
            assert_eq!(zone.last_second(found), at(last), "{zone} {day}");
        }
    }

    #[test]
    fn at_the_ends_of_the_calendar_there_is_a_day_too() {
        for zone in ["Pacific/Kiritimati", "America/Los_Angeles", "UTC"] {
            let zone: Zone = zone.parse().unwrap();
            for end in [Timestamp::FIRST, Timestamp::LAST] {
                let day = zone.day(end);
                assert!(zone.first_second(day) <= zone.last_second(day), "{zone} {day}");
            }
        }
    }

    #[test]
    fn a_name_is_read_in_any_case_and_written_as_the_database_does() {
        for (text, name) in
            [("europe/berlin", "Europe/Berlin"), ("utc", "UTC"), ("Etc/UTC", "UTC"), (" Asia/Tokyo ", "Asia/Tokyo")]
        {
            let zone: Zone = text.parse().unwrap();
            assert_eq!(zone.to_string(), name);
            assert_eq!(serde_json::from_str::<Zone>(&serde_json::to_string(&zone).unwrap()).unwrap(), zone);
        }
        for text in ["", "Mars/Olympus", "+13:00", "NZDT", "../../etc/passwd", "Europe/Berlin\n;", &"a".repeat(1000)] {
            assert!(text.parse::<Zone>().is_err(), "{text}");
        }
    }
}
