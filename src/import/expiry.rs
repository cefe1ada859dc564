//! The day on which a certificate expires, as a list says it. A day that can be read in two ways is not guessed.

use unicode_normalization::UnicodeNormalization;

use crate::credential::{Timestamp, Zone};

/// Why a text is not the last day of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ExpiryError {
    /// Nothing that reads as a date.
    #[error("is not a date")]
    NoDate,
    /// Day and month, or the year's century, can be read in two ways.
    #[error("can be read as more than one date")]
    Ambiguous,
    /// Over already.
    #[error("is over: the certificate would be expired from the first moment on")]
    Past,
}

/// Reads the last day of a certificate. `2027-03-31`, `2027/03/31`, `31.03.2027` and, where
/// only one reading is a date, `31/03/2027` or `03/31/2027`; a time of day after it is passed over.
///
/// # Errors
/// See [`ExpiryError`]; whether the day is over is told by [`not_over`].
pub fn last_day(text: &str) -> Result<jiff::civil::Date, ExpiryError> {
    // Digits of other keyboards are digits (UTS 46 would say so too).
    let text: String = text.trim().nfkc().collect();
    let day = text.split_once(['T', ' ']).filter(|(_, time)| is_time(time)).map_or(&text[..], |(day, _)| day);
    let sign = day.chars().find(|c| !c.is_ascii_digit()).filter(|c| ['-', '/', '.'].contains(c));
    let parts: Vec<&str> = day.split(sign.ok_or(ExpiryError::NoDate)?).collect();
    let [a, b, c] = parts[..] else { return Err(ExpiryError::NoDate) };
    if parts.iter().any(|part| part.is_empty() || part.len() > 4 || !part.bytes().all(|byte| byte.is_ascii_digit())) {
        return Err(ExpiryError::NoDate);
    }
    let date = match (a.len(), c.len(), sign) {
        (4, ..=2, _) => date(a, b, c),
        // Who writes full stops writes the day first.
        (..=2, 4, Some('.')) => date(c, b, a),
        (..=2, 4, _) => match (date(c, b, a), date(c, a, b)) {
            (Some(one), Some(other)) if one != other => return Err(ExpiryError::Ambiguous),
            (one, other) => one.or(other),
        },
        // 5/1/27: neither the century nor the order is sure.
        (..=2, ..=2, _) => return Err(ExpiryError::Ambiguous),
        _ => None,
    };
    date.ok_or(ExpiryError::NoDate)
}

/// Refuses a last day that is over.
///
/// # Errors
/// [`ExpiryError::Past`].
pub fn not_over(last: jiff::civil::Date, now: Timestamp, zone: &Zone) -> Result<jiff::civil::Date, ExpiryError> {
    if zone.last_second(last) < now { Err(ExpiryError::Past) } else { Ok(last) }
}

/// `09:30`, `09:30:00`, with or without a zone that a program writes behind it: the day counts.
fn is_time(text: &str) -> bool {
    let number = |part: &str| part.len() <= 2 && part.parse::<u8>().is_ok();
    let (text, zone) = text.split_once(['+', '-']).unwrap_or((text, "00"));
    if !zone.split(':').all(number) {
        return false;
    }
    let mut parts = text.trim_end_matches('Z').split(':');
    parts.next().is_some_and(number)
        && parts.next().is_some_and(number)
        && parts.next().is_none_or(|seconds| seconds.parse::<f32>().is_ok_and(|seconds| (0.0..60.0).contains(&seconds)))
        && parts.next().is_none()
}

fn date(year: &str, month: &str, day: &str) -> Option<jiff::civil::Date> {
    let year: i16 = year.parse().ok()?;
    // A slip of the finger, or a number that is no year.
    if !(1900..=2999).contains(&year) {
        return None;
    }
    jiff::civil::Date::new(year, month.parse().ok()?, day.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_that_is_sure_is_read() {
        for text in [
            "2027-03-31",
            " 2027-03-31 ",
            "2027/03/31",
            "2027.3.31",
            "31.03.2027",
            "31.3.2027",
            "31/03/2027",
            "03/31/2027",
            "31-03-2027",
            "2027-03-31T00:00:00",
            "2027-03-31T00:00:00+00:00",
            "2027-03-31 09:30",
            "２０２７-03-31",
        ] {
            assert_eq!(last_day(text).map(|last| last.to_string()), Ok("2027-03-31".to_owned()), "{text}");
        }
        assert_eq!(last_day("05/05/2027").unwrap().to_string(), "2027-05-05", "both readings are one day");
    }

    #[test]
    fn what_is_no_date_or_two_is_refused() {
        for text in ["5/1/27", "05/01/2027", "1-5-2027", "1.5.27"] {
            assert_eq!(last_day(text), Err(ExpiryError::Ambiguous), "{text}");
        }
        for text in [
            "",
            "never",
            "46508",
            "2027",
            "2027-02-30",
            "31/31/2027",
            "2027-13-01",
            "31.13.2027",
            "0202-01-01",
            "12027-01-01",
            "2027-03-31 or so",
            "20270331",
            "2027-03",
            "1/2/3/4",
            "#N/A",
            "=TODAY()",
            "½/1/2027",
        ] {
            assert_eq!(last_day(text), Err(ExpiryError::NoDate), "{text}");
        }
    }

    #[test]
    fn a_last_day_is_over_at_the_issuers_midnight() {
        let (day, auckland) = (last_day("2026-11-30").unwrap(), "Pacific/Auckland".parse().unwrap());
        let now: Timestamp = "2026-11-30T11:30:00Z".parse().unwrap();
        assert_eq!(not_over(day, now, &Zone::UTC), Ok(day));
        assert_eq!(not_over(day, now, &auckland), Err(ExpiryError::Past));
    }
}
