//! The texts of the pages in the verifier's seven languages; what the verifier says of a verdict is said here in the same words.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use jiff::civil::Date;

use crate::credential::Timestamp;
use crate::desk::Language;
use crate::template::written_day;

/// The texts of one language.
#[derive(Debug)]
pub(crate) struct Texts {
    /// Its tag.
    pub language: &'static str,
    /// What it is called in itself.
    pub name: &'static str,
    texts: HashMap<String, String>,
}

/// What zones differ from UTC by: whole quarters of an hour, at most 14 hours. In seconds.
const ZONE_STEP: i64 = 900;
const ZONE_MOST: i64 = 14 * 3_600;

macro_rules! languages {
    ($($tag:literal $name:literal),* $(,)?) => {
        [$(Texts::read(
            $tag, $name,
            include_str!(concat!("texts/", $tag, ".json")),
            include_str!(concat!("../../verifier-web/src/i18n/", $tag, ".json")),
        )),*]
    };
}

static ALL: LazyLock<[Texts; 7]> = LazyLock::new(|| {
    languages![
        "en" "English", "de" "Deutsch", "es" "Español", "fr" "Français", "ar" "العربية", "hi" "हिन्दी", "zh" "中文",
    ]
});

impl Texts {
    fn read(language: &'static str, name: &'static str, own: &str, verifier: &str) -> Self {
        let read =
            |json| serde_json::from_str::<HashMap<String, String>>(json).expect("texts are JSON: a test reads them");
        let mut texts = read(verifier);
        texts.extend(read(own));
        Self { language, name, texts }
    }

    /// Returns every language, the first for who wants another.
    pub(crate) fn all() -> &'static [Self] {
        &*ALL
    }

    /// Returns a language by its tag, or by a longer one (`pt-BR`, `de-AT`) that begins with it.
    pub(crate) fn named(tag: &str) -> Option<&'static Self> {
        let first = tag.split(['-', '_']).next().unwrap_or_default();
        ALL.iter().find(|texts| texts.language.eq_ignore_ascii_case(first))
    }

    /// Returns the texts of an issuer's language.
    pub(crate) fn of_house(language: Language) -> &'static Self {
        Self::named(language.tag()).unwrap_or(&ALL[0])
    }

    /// Returns a text.
    pub(crate) fn s(&self, key: &str) -> &str {
        self.texts.get(key).map_or("", String::as_str)
    }

    /// Returns a text with a value in the place of `{name}`.
    pub(crate) fn with(&self, key: &str, name: &str, value: &str) -> String {
        self.s(key).replace(&format!("{{{name}}}"), value)
    }

    /// The same with two values.
    pub(crate) fn with2(&self, key: &str, one: (&str, &str), other: (&str, &str)) -> String {
        // Value by value: what is put in may look like a placeholder.
        let (start, end) = (format!("{{{}}}", one.0), format!("{{{}}}", other.0));
        let text = self.s(key);
        let parts = text.split(&start).map(|part| part.replace(&end, other.1));
        parts.collect::<Vec<_>>().join(one.1)
    }

    /// Returns what is said of verdicts, by key.
    pub(crate) fn of_verdicts(&self) -> impl Iterator<Item = (&str, &str)> {
        let all = self.texts.iter().map(|(key, text)| (key.as_str(), text.as_str()));
        let said = all.filter(|(key, _)| key.starts_with("v.") && (key.ends_with(".title") || key.ends_with(".text")));
        // The same each time.
        said.collect::<BTreeMap<_, _>>().into_iter()
    }

    /// Returns `rtl` where it is written from right to left.
    pub(crate) fn dir(&self) -> &'static str {
        if self.language == "ar" { "rtl" } else { "ltr" }
    }

    /// Writes a day of UTC.
    pub(crate) fn day(&self, at: Timestamp) -> String {
        written_day(self.language, at.civil().date())
    }

    /// Writes a day.
    pub(crate) fn date(&self, day: Date) -> String {
        written_day(self.language, day)
    }

    /// Writes an instant to the minute.
    pub(crate) fn time(&self, at: Timestamp) -> String {
        let time = at.civil().time();
        format!("{}, {:02}:{:02} UTC", self.day(at), time.hour(), time.minute())
    }

    /// Writes an instant of a certificate that prints it as this day: the day alone where it is the first or the last second of
    /// that day somewhere, as it is where the issuer is.
    pub(crate) fn instant(&self, at: Timestamp, printed: Date) -> String {
        let first = Timestamp::midnight(printed);
        let is_edge = |edge: Timestamp| {
            let away = at.unix() - edge.unix();
            away % ZONE_STEP == 0 && away.abs() <= ZONE_MOST
        };
        match is_edge(first) || is_edge(first.plus_seconds(86_399)) {
            true => written_day(self.language, printed),
            false => self.time(at),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_language_says_everything_with_the_same_placeholders() {
        let marks = |text: &str| {
            let inside = text.split('{').skip(1).filter_map(|part| part.split_once('}'));
            inside.map(|(name, _)| name.to_owned()).collect::<BTreeSet<_>>()
        };
        let english = &ALL[0];
        for texts in &*ALL {
            for (key, text) in &english.texts {
                let other = texts.texts.get(key).unwrap_or_else(|| panic!("{} does not say {key}", texts.language));
                assert_eq!(marks(other), marks(text), "{} {key}", texts.language);
                assert!(!other.trim().is_empty(), "{} {key}", texts.language);
            }
        }
    }

    #[test]
    fn the_day_that_a_certificate_prints_is_shown_without_a_time_where_it_begins_or_ends_there() {
        for (at, printed, shown) in [
            // Berlin, New York, Auckland, Kathmandu, UTC.
            ("2028-11-30T22:59:59Z", "2028-11-30", "November 30, 2028"),
            ("2028-12-01T04:59:59Z", "2028-11-30", "November 30, 2028"),
            ("2028-11-30T10:59:59Z", "2028-11-30", "November 30, 2028"),
            ("2028-11-30T11:00:00Z", "2028-12-01", "December 1, 2028"),
            ("2028-11-30T18:14:59Z", "2028-11-30", "November 30, 2028"),
            ("2028-11-30T23:59:59Z", "2028-11-30", "November 30, 2028"),
            // The middle of a day, and UTC's last second where it is the next day.
            ("2028-11-30T11:30:21Z", "2028-11-30", "November 30, 2028, 11:30 UTC"),
            ("2028-11-30T23:59:59Z", "2028-12-01", "November 30, 2028, 23:59 UTC"),
        ] {
            assert_eq!(ALL[0].instant(at.parse().unwrap(), printed.parse().unwrap()), shown, "{at}");
        }
    }

    #[test]
    fn what_a_page_asks_for_is_there() {
        let pages = [
            include_str!("../../templates/pages/layout.html"),
            include_str!("../../templates/pages/public.html"),
            include_str!("../../templates/pages/door.html"),
            include_str!("../../templates/pages/sent.html"),
            include_str!("../../templates/pages/link.html"),
            include_str!("../../templates/pages/linked.html"),
            include_str!("../../templates/pages/all.html"),
            include_str!("../../templates/pages/one.html"),
            include_str!("../../templates/pages/failed.html"),
            include_str!("../../templates/pages/still.html"),
            include_str!("../../templates/pages/profile.html"),
        ];
        let mut asked = 0;
        for page in pages {
            for call in ["t.s(\"", "t.with(\"", "t.with2(\""] {
                for rest in page.split(call).skip(1) {
                    let key = rest.split('"').next().unwrap_or_default();
                    assert!(ALL[0].texts.contains_key(key), "{key}");
                    asked += 1;
                }
            }
        }
        assert!(asked > 50, "{asked}");
    }

    #[test]
    fn a_value_that_looks_like_a_placeholder_stays_one() {
        let text = ALL[0].with2("correct.waits", ("issuer", "{name}"), ("name", "{issuer}"));
        assert_eq!(text, "A correction waits for the decision of {name}: {issuer}");
    }
}
