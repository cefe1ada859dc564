//! Dates in the words of a language (CLDR, through ICU4X), of the Gregorian calendar unless the language's tag asks for another
//! one, in UTC.

use icu_calendar::{Date, Gregorian};
use icu_datetime::fieldsets::enums::DateFieldSet;
use icu_datetime::fieldsets::{YMD, YMDE};
use icu_datetime::pattern::{DateTimePattern, FixedCalendarDateTimeNames};
use icu_datetime::{DateTimeFormatter, FixedCalendarDateTimeFormatter};
use icu_locale_core::Locale;
use icu_locale_core::extensions::unicode::key;
use writeable::TryWriteable;

use super::date_patterns::PATTERNS;
use crate::credential::Timestamp;
use crate::scene::Drawing;

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
    /// How the styles are called in a placeholder.
    pub const NAMES: [&str; 5] = ["full", "long", "medium", "short", "iso"];

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
    words: Box<Words>,
    full: FixedCalendarDateTimeFormatter<Gregorian, YMDE>,
    long: FixedCalendarDateTimeFormatter<Gregorian, YMD>,
    medium: FixedCalendarDateTimeFormatter<Gregorian, YMD>,
    short: FixedCalendarDateTimeFormatter<Gregorian, YMD>,
}

/// Where the words and their order come from.
#[allow(clippy::large_enum_variant, reason = "a writer has it in a box as a whole")]
enum Words {
    /// From the parts that are asked for: what ICU4X makes of them, which is not in every language what CLDR says for a date.
    Parts,
    /// From the language's own patterns.
    Patterns {
        names: FixedCalendarDateTimeNames<Gregorian, DateFieldSet>,
        full: DateTimePattern,
        long: DateTimePattern,
    },
    /// From the calendar that the language's tag asks for.
    Calendar { full: DateTimeFormatter<YMDE>, long: DateTimeFormatter<YMD>, medium: DateTimeFormatter<YMD> },
    /// There are none, so that a month would be `M11`.
    None,
}

/// Calendars that a tag may ask for (`th-TH-u-ca-buddhist`) besides the Gregorian one.
const CALENDARS: [&str; 12] = [
    "buddhist",
    "chinese",
    "coptic",
    "dangi",
    "ethiopic",
    "hebrew",
    "indian",
    "islamic-civil",
    "islamic-umalqura",
    "japanese",
    "persian",
    "roc",
];

/// Writes a day out in a language, as CLDR does; as `2026-05-01` in one that has no words for it.
pub fn written_day(language: &str, day: jiff::civil::Date) -> String {
    let writer = DateWriter::new(language, Drawing::default());
    writer.and_then(|writer| writer.write_day(day, DateStyle::Long)).unwrap_or_else(|| day.to_string())
}

impl DateWriter {
    /// Returns nothing if the language is not a tag or has no patterns, or if it asks for a calendar that is not known.
    pub(super) fn new(language: &str, drawing: Drawing) -> Option<Self> {
        let locale = Locale::try_from_str(language).ok()?;
        let ymd = |set| FixedCalendarDateTimeFormatter::try_new((&locale).into(), set).ok();
        let mut writer = Self {
            words: Box::new(Words::Parts),
            full: FixedCalendarDateTimeFormatter::try_new((&locale).into(), YMDE::long()).ok()?,
            long: ymd(YMD::long())?,
            medium: ymd(YMD::medium())?,
            short: ymd(YMD::short().with_year_style(icu_datetime::options::YearStyle::Full))?,
        };
        if drawing != Drawing::First {
            writer.words = Box::new(Words::of(&locale, &writer)?);
        }
        Some(writer)
    }

    /// Writes the day of an instant.
    pub(super) fn write(&self, instant: Timestamp, style: DateStyle) -> String {
        let day = instant.civil().date();
        self.write_day(day, style).unwrap_or_else(|| day.to_string())
    }

    /// Writes a day; nothing if the calendar does not reach it.
    pub(super) fn write_day(&self, day: jiff::civil::Date, style: DateStyle) -> Option<String> {
        let date = Date::try_new_gregorian(day.year().into(), day.month() as u8, day.day() as u8).ok()?;
        Some(match (&*self.words, style) {
            (_, DateStyle::Iso) | (Words::None, _) => day.to_string(),
            (Words::Patterns { names, full, .. }, DateStyle::Full) => written(names, full, &date)?,
            (Words::Patterns { names, long, .. }, DateStyle::Long) => written(names, long, &date)?,
            (Words::Calendar { full, .. }, DateStyle::Full) => full.format(&date).to_string(),
            (Words::Calendar { long, .. }, DateStyle::Long) => long.format(&date).to_string(),
            (Words::Calendar { medium, .. }, _) => medium.format(&date).to_string(),
            (_, DateStyle::Full) => self.full.format(&date).to_string(),
            (_, DateStyle::Long) => self.long.format(&date).to_string(),
            (_, DateStyle::Medium) => self.medium.format(&date).to_string(),
            (_, DateStyle::Short) => self.short.format(&date).to_string(),
        })
    }

    /// Writes a span of days; one day if both are the same.
    pub(super) fn write_span(&self, from: Timestamp, to: Timestamp, style: DateStyle) -> String {
        if from.civil().date() == to.civil().date() {
            return self.write(from, style);
        }
        format!("{} – {}", self.write(from, style), self.write(to, style))
    }
}

impl Words {
    fn of(locale: &Locale, parts: &DateWriter) -> Option<Self> {
        let calendar = locale.extensions.unicode.keywords.get(&key!("ca")).map(ToString::to_string);
        if let Some(calendar) = calendar.filter(|calendar| calendar != "gregory") {
            return if CALENDARS.contains(&calendar.as_str()) { Self::calendar(locale) } else { None };
        }
        // A language without names of months gets their numbers from the root of all languages.
        let november = Date::try_new_gregorian(2026, 11, 28).ok()?;
        if parts.long.format(&november).to_string().contains("M11") {
            return Some(Self::None);
        }
        Some(patterns(locale).and_then(|patterns| Self::patterns(locale, patterns)).unwrap_or(Self::Parts))
    }

    fn patterns(locale: &Locale, (full, long): (&str, &str)) -> Option<Self> {
        let pattern = |text| DateTimePattern::try_from_pattern_str(text).ok();
        let (full, long) = (pattern(full)?, pattern(long)?);
        let mut names = FixedCalendarDateTimeNames::try_new(locale.into()).ok()?;
        names.include_for_pattern(&full).ok()?;
        names.include_for_pattern(&long).ok()?;
        Some(Self::Patterns { names, full, long })
    }

    fn calendar(locale: &Locale) -> Option<Self> {
        Some(Self::Calendar {
            full: DateTimeFormatter::try_new(locale.into(), YMDE::long()).ok()?,
            long: DateTimeFormatter::try_new(locale.into(), YMD::long()).ok()?,
            medium: DateTimeFormatter::try_new(locale.into(), YMD::medium()).ok()?,
        })
    }
}

fn written(
    names: &FixedCalendarDateTimeNames<Gregorian, DateFieldSet>,
    pattern: &DateTimePattern,
    date: &Date<Gregorian>,
) -> Option<String> {
    let written = names.with_pattern_unchecked(pattern).format(date);
    let text = written.try_write_to_string().ok()?;
    Some(text.into_owned())
}

/// Returns the patterns of a language, or of the one above it that says something, where its parts alone give others.
fn patterns(locale: &Locale) -> Option<(&'static str, &'static str)> {
    let tag = locale.id.to_string();
    let mut tag = tag.as_str();
    loop {
        if let Ok(at) = PATTERNS.binary_search_by_key(&tag, |(language, ..)| language) {
            let (_, full, long) = PATTERNS[at];
            return Some((full, long));
        }
        tag = tag.rsplit_once('-')?.0;
    }
}

/// Says whether a cell of a list can be written as a date.
pub fn is_day(text: &str) -> bool {
    day(text).is_some()
}

/// Reads the day that a list's column holds: `2026-05-01`, with or without a time of day.
pub(super) fn day(text: &str) -> Option<jiff::civil::Date> {
    let (day, rest) = text.split_at_checked(10)?;
    let alone = rest.is_empty() || rest.starts_with(['T', ' ']);
    day.parse().ok().filter(|_| alone)
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
            ("hi", "1 मई 2026"),
            ("zh", "2026年5月1日"),
            ("ja", "2026年5月1日"),
            ("th", "1 พฤษภาคม ค.ศ. 2026"),
            ("ar", "1 مايو 2026"),
        ] {
            assert_eq!(
                DateWriter::new(language, Drawing::Second).unwrap().write(day, DateStyle::Long),
                expected,
                "{language}"
            );
        }
    }

    /// Returns the numbers in a text, whatever script their digits are of.
    fn numbers(text: &str) -> Vec<u32> {
        const ZEROS: [char; 12] = ['0', '٠', '۰', '०', '০', '༠', '၀', '߀', '𑄶', '𞥐', '᱐', '꯰'];
        let digit =
            |c: char| ZEROS.iter().find_map(|&zero| u32::from(c).checked_sub(zero.into()).filter(|digit| *digit < 10));
        let digits = text.chars().map(|c| digit(c).map_or(' ', |digit| char::from(b'0' + digit as u8)));
        digits.collect::<String>().split_whitespace().map(|number| number.parse().unwrap()).collect()
    }

    #[test]
    fn every_language_of_the_table_writes_dates() {
        let day: Timestamp = "2026-11-28T00:00:00Z".parse().unwrap();
        assert!(PATTERNS.is_sorted_by_key(|(language, ..)| *language));
        let mut spoken = 0;
        for (language, pattern, _) in PATTERNS {
            let writer = DateWriter::new(language, Drawing::Second).unwrap();
            let [full, long] = [DateStyle::Full, DateStyle::Long].map(|style| writer.write(day, style));
            if matches!(*writer.words, Words::None) {
                assert_eq!((&full[..], &long[..]), ("2026-11-28", "2026-11-28"), "{language}");
                continue;
            }
            spoken += 1;
            for text in [&full, &long] {
                let numbers = numbers(text);
                assert!(numbers.contains(&28) && numbers.contains(&2026), "{language}: {text}");
                assert!(!text.contains("M11") && *text != day.civil().date().to_string(), "{language}: {text}");
            }
            // The month is a word, or has one beside its number; the day of the week is another, where the language gives it.
            let letters = |text: &str| text.chars().filter(|c| c.is_alphabetic()).count();
            let names_day = letters(&full) > letters(&long);
            assert!(letters(&long) >= 2 && names_day == pattern.contains('E'), "{language}: {full}, {long}");
        }
        assert!(2 * spoken > PATTERNS.len(), "{spoken} of {} have words", PATTERNS.len());
    }

    #[test]
    fn one_day_is_not_a_span() {
        let writer = DateWriter::new("en-GB", Drawing::Second).unwrap();
        let day: Timestamp = "2026-05-01T00:00:00Z".parse().unwrap();
        assert_eq!(writer.write_span(day, day, DateStyle::Long), "1 May 2026");
        assert_eq!(writer.write_span(day, day.plus_days(2), DateStyle::Iso), "2026-05-01 – 2026-05-03");
    }

    #[test]
    fn dates_have_the_order_that_their_language_gives_them() {
        let day: Timestamp = "2026-11-28T00:00:00Z".parse().unwrap();
        for (language, full, long) in [
            ("et", "laupäev, 28. november 2026", "28. november 2026"),
            ("et-EE", "laupäev, 28. november 2026", "28. november 2026"),
            ("da", "lørdag den 28. november 2026", "28. november 2026"),
            ("ga", "Dé Sathairn 28 Samhain 2026", "28 Samhain 2026"),
            ("am", "ቅዳሜ 28 ኖቬምበር 2026", "28 ኖቬምበር 2026"),
            ("gd", "DiSathairne, 28mh dhen t-Samhain 2026", "28mh dhen t-Samhain 2026"),
            ("ha", "Asabar 28 Nuwamba, 2026", "28 Nuwamba, 2026"),
            ("hy", "2026 թ. նոյեմբերի 28, շաբաթ", "28 նոյեմբերի, 2026 թ."),
            ("kn", "ಶನಿವಾರ, ನವೆಂಬರ್ 28, 2026", "ನವೆಂಬರ್ 28, 2026"),
            ("ku", "şemî, 28ê mijdara 2026an", "28ê mijdara 2026an"),
            ("or", "ଶନିବାର, ନଭେମ୍ବର 28, 2026", "ନଭେମ୍ବର 28, 2026"),
            ("ti", "ቀዳም፣ 28 ሕዳር 2026", "ሕዳር 28, 2026"),
            ("bo", "2026-11-28", "2026-11-28"),
            ("dz", "2026-11-28", "2026-11-28"),
            ("ja-JP-u-ca-japanese", "令和8年11月28日土曜日", "令和8年11月28日"),
            ("th-TH-u-ca-buddhist", "วันเสาร์ที่ 28 พฤศจิกายน 2569", "28 พฤศจิกายน 2569"),
            ("de-u-ca-gregory", "Samstag, 28. November 2026", "28. November 2026"),
        ] {
            let writer = DateWriter::new(language, Drawing::Second).unwrap();
            assert_eq!(writer.write(day, DateStyle::Full), full, "{language}");
            assert_eq!(writer.write(day, DateStyle::Long), long, "{language}");
        }
        assert!(DateWriter::new("en-u-ca-mayan", Drawing::Second).is_none());
        let before = DateWriter::new("et", Drawing::First).unwrap();
        assert_eq!(before.write(day, DateStyle::Long), "28 november 2026", "as it was issued");
    }
}
