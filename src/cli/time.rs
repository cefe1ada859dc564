//! Reads times and dates from the command line, and the clock.

use crate::credential::{Moment, Timestamp};

/// Returns the present instant by the system's clock.
pub(super) fn now() -> Timestamp {
    Timestamp::from_unix(jiff::Timestamp::now().as_second())
}

/// Reads an instant: `2026-05-01`, `2026-05-01T10:00:00Z` or with an offset.
pub(super) fn instant(text: &str) -> Result<Timestamp, String> {
    if let Ok(time) = text.parse::<jiff::Timestamp>() {
        return Ok(Timestamp::from_unix(time.as_second()));
    }
    date(text).map_err(|_| format!("`{text}` is not a time such as 2026-05-01 or 2026-05-01T10:00:00Z"))
}

/// Reads a day, `2026-05-01`, which begins where somebody is, or an instant.
pub(super) fn moment(text: &str) -> Result<Moment, String> {
    text.parse().or_else(|_| instant(text).map(Moment::Instant))
}

/// Reads a calendar date, `2026-05-01`, as midnight UTC.
pub(super) fn date(text: &str) -> Result<Timestamp, String> {
    let date: jiff::civil::Date = text.parse().map_err(|_| format!("`{text}` is not a date such as 2026-05-01"))?;
    Ok(Timestamp::midnight(date))
}
