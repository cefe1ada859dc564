//! Names of months and days of the week in the language that a format names (`[$-407]`, `[$-de-DE]`; LCIDs of MS-LCID), as CLDR
//! has them.

use icu_calendar::{Date, Gregorian};
use icu_datetime::fieldsets::enums::DateFieldSet;
use icu_datetime::pattern::{DateTimePattern, FixedCalendarDateTimeNames};
use icu_locale_core::Locale;
use writeable::TryWriteable;

/// Languages by the lower ten bits of their LCID.
const LANGUAGES: [(u32, &str); 52] = [
    (0x01, "ar"),
    (0x02, "bg"),
    (0x03, "ca"),
    (0x04, "zh"),
    (0x05, "cs"),
    (0x06, "da"),
    (0x07, "de"),
    (0x08, "el"),
    (0x09, "en"),
    (0x0a, "es"),
    (0x0b, "fi"),
    (0x0c, "fr"),
    (0x0d, "he"),
    (0x0e, "hu"),
    (0x0f, "is"),
    (0x10, "it"),
    (0x11, "ja"),
    (0x12, "ko"),
    (0x13, "nl"),
    (0x14, "nb"),
    (0x15, "pl"),
    (0x16, "pt"),
    (0x18, "ro"),
    (0x19, "ru"),
    (0x1b, "sk"),
    (0x1c, "sq"),
    (0x1d, "sv"),
    (0x1e, "th"),
    (0x1f, "tr"),
    (0x20, "ur"),
    (0x21, "id"),
    (0x22, "uk"),
    (0x23, "be"),
    (0x24, "sl"),
    (0x25, "et"),
    (0x26, "lv"),
    (0x27, "lt"),
    (0x29, "fa"),
    (0x2a, "vi"),
    (0x2b, "hy"),
    (0x2d, "eu"),
    (0x2f, "mk"),
    (0x36, "af"),
    (0x37, "ka"),
    (0x39, "hi"),
    (0x3e, "ms"),
    (0x3f, "kk"),
    (0x41, "sw"),
    (0x45, "bn"),
    (0x49, "ta"),
    (0x52, "cy"),
    (0x56, "gl"),
];

/// Languages that write the whole word of a month in one way, wherever it stands.
const ONE_WAY: [&str; 19] =
    ["en", "de", "fr", "es", "it", "pt", "nl", "da", "sv", "nb", "fi", "hu", "et", "ro", "tr", "id", "is", "ca", "af"];

/// The language of a format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Language(String);

impl Language {
    /// Reads what stands behind the `-` of `[$-407]`: nothing for the system's own form, an error for what is not known.
    pub(super) fn named(text: &str) -> Result<Option<Self>, ()> {
        let text = text.split(',').next().unwrap_or_default();
        if text.is_empty() || text.eq_ignore_ascii_case("x-sysdate") || text.eq_ignore_ascii_case("x-systime") {
            return Ok(None);
        }
        if let Ok(code) = u32::from_str_radix(text, 16) {
            let (digits, calendar) = (code >> 24, code >> 16 & 0xff);
            // The Gregorian calendar and the digits of Europe; 0xf400 and 0xf800 are the forms of the system.
            return match (digits, calendar, code & 0xffff) {
                (0 | 1, 0 | 1, 0 | 0x400 | 0x800 | 0xf400 | 0xf800) => Ok(None),
                (0 | 1, 0 | 1, code) => {
                    let found = LANGUAGES.iter().find(|(number, _)| *number == code & 0x3ff);
                    found.map(|(_, tag)| Some(Self((*tag).to_owned()))).ok_or(())
                }
                _ => Err(()),
            };
        }
        let locale = Locale::try_from_str(text).map_err(drop)?;
        if text.contains("-u-") || text.contains("-x-") {
            return Err(());
        }
        Ok(Some(Self(locale.id.language.as_str().to_owned())))
    }

    /// Whether its words can stand in one form only.
    pub(super) fn is_one_way(&self, shortened: bool) -> bool {
        if shortened { self.0 == "en" } else { ONE_WAY.contains(&self.0.as_str()) }
    }

    /// Returns the tag of the language, which is English where none is said.
    fn tag(language: Option<&Self>) -> &str {
        language.map_or("en", |language| &language.0)
    }
}

/// Returns a month in words: shortened with three letters, whole with four, its first letter with five.
pub(super) fn month(
    language: Option<&Language>,
    day: jiff::civil::Date,
    letters: usize,
    beside_day: bool,
) -> Option<String> {
    let pattern = match (letters, beside_day) {
        (3, true) => "MMM",
        (3, false) => "LLL",
        (_, true) => "MMMM",
        (_, false) => "LLLL",
    };
    let word = written(Language::tag(language), pattern, day)?;
    Some(if letters == 5 { word.chars().take(1).collect() } else { word })
}

/// Returns a day of the week in words: shortened with three letters, whole with four.
pub(super) fn weekday(language: Option<&Language>, day: jiff::civil::Date, letters: usize) -> Option<String> {
    written(Language::tag(language), if letters == 3 { "EEE" } else { "EEEE" }, day)
}

fn written(tag: &str, pattern: &str, day: jiff::civil::Date) -> Option<String> {
    let locale = Locale::try_from_str(tag).ok()?;
    let date = Date::try_new_gregorian(day.year().into(), day.month() as u8, day.day() as u8).ok()?;
    let pattern = DateTimePattern::try_from_pattern_str(pattern).ok()?;
    let mut names: FixedCalendarDateTimeNames<Gregorian, DateFieldSet> =
        FixedCalendarDateTimeNames::try_new((&locale).into()).ok()?;
    names.include_for_pattern(&pattern).ok()?;
    let written = names.with_pattern_unchecked(&pattern).format(&date);
    written.try_write_to_string().ok().map(|text| text.into_owned())
}
