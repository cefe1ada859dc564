//! Dates in the words of a language (CLDR, through ICU4X), always of the Gregorian calendar, in UTC.

use icu_calendar::{Date, Gregorian};
use icu_datetime::FixedCalendarDateTimeFormatter;
use icu_datetime::fieldsets::{YMD, YMDE};
use icu_locale_core::Locale;

use crate::credential::Timestamp;

/// How much of a date is written out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DateStyle {
    /// With the day of the week.
    Full,
    /// The month as a word: `1 May 2026`.
    #[default]
    Long,
    /// The month shortened.
    Medium,
    /// Digits only.
    Short,
    /// `2026-05-01`.
    Iso,
}

impl DateStyle {
    /// Reads the part after the colon of `{issue_date:long}`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        match text {
            "full" => Ok(Self::Full),
            "long" => Ok(Self::Long),
            "medium" => Ok(Self::Medium),
            "short" => Ok(Self::Short),
            "iso" => Ok(Self::Iso),
            _ => Err(format!(
                "`{}` is not a date format: full, long, medium, short, iso",
                text.chars().take(20).collect::<String>()
            )),
        }
    }
}

/// Writes dates in one language.
pub(super) struct DateWriter {
    full: FixedCalendarDateTimeFormatter<Gregorian, YMDE>,
    long: FixedCalendarDateTimeFormatter<Gregorian, YMD>,
    medium: FixedCalendarDateTimeFormatter<Gregorian, YMD>,
    short: FixedCalendarDateTimeFormatter<Gregorian, YMD>,
}

impl DateWriter {
    /// Returns nothing if the language is not a tag or has no patterns.
    pub(super) fn new(language: &str) -> Option<Self> {
        let locale = Locale::try_from_str(language).ok()?;
        let ymd = |set| FixedCalendarDateTimeFormatter::try_new((&locale).into(), set).ok();
        Some(Self {
            full: FixedCalendarDateTimeFormatter::try_new((&locale).into(), YMDE::long()).ok()?,
            long: ymd(YMD::long())?,
            medium: ymd(YMD::medium())?,
            short: ymd(YMD::short().with_year_style(icu_datetime::options::YearStyle::Full))?,
        })
    }

    /// Writes the day of an instant.
    pub(super) fn write(&self, instant: Timestamp, style: DateStyle) -> String {
        let day = instant.civil().date();
        let Ok(date) = Date::try_new_gregorian(day.year().into(), day.month() as u8, day.day() as u8) else {
            return day.to_string();
        };
        match style {
            DateStyle::Full => self.full.format(&date).to_string(),
            DateStyle::Long => self.long.format(&date).to_string(),
            DateStyle::Medium => self.medium.format(&date).to_string(),
            DateStyle::Short => self.short.format(&date).to_string(),
            DateStyle::Iso => day.to_string(),
        }
    }

    /// Writes a span of days; one day if both are the same.
    pub(super) fn write_span(&self, from: Timestamp, to: Timestamp, style: DateStyle) -> String {
        if from.civil().date() == to.civil().date() {
            return self.write(from, style);
        }
        format!("{} – {}", self.write(from, style), self.write(to, style))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_words_of_the_language() {
        let day: Timestamp = "2026-05-01T10:00:00Z".parse().unwrap();
        for (language, expected) in [
            ("en", "May 1, 2026"),
            ("en-GB", "1 May 2026"),
            ("de", "1. Mai 2026"),
            ("fr", "1 mai 2026"),
            ("es", "1 de mayo de 2026"),
            ("hi", "1 मई, 2026"),
            ("zh", "2026年5月1日"),
            ("ja", "2026年5月1日"),
            ("th", "1 พฤษภาคม ค.ศ. 2026"),
            ("ar", "1 مايو 2026"),
        ] {
            assert_eq!(DateWriter::new(language).unwrap().write(day, DateStyle::Long), expected, "{language}");
        }
    }

    #[test]
    fn one_day_is_not_a_span() {
        let writer = DateWriter::new("en-GB").unwrap();
        let day: Timestamp = "2026-05-01T00:00:00Z".parse().unwrap();
        assert_eq!(writer.write_span(day, day, DateStyle::Long), "1 May 2026");
        assert_eq!(writer.write_span(day, day.plus_days(2), DateStyle::Iso), "2026-05-01 – 2026-05-03");
    }
}
