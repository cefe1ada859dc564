//! The texts of the pages in the verifier's seven languages; what the verifier says of a verdict is said here in the same words.

use std::collections::HashMap;
use std::sync::LazyLock;

use axum::http::{HeaderMap, header};

use crate::credential::Timestamp;
use crate::template::written_day;

/// Name of the cookie that keeps a language that was chosen.
pub(super) const COOKIE: &str = "testamur_language";

/// The texts of one language.
#[derive(Debug)]
pub(crate) struct Texts {
    /// Its tag.
    pub language: &'static str,
    /// What it is called in itself.
    pub name: &'static str,
    texts: HashMap<String, String>,
}

macro_rules! languages {
    ($($tag:literal $name:literal),* $(,)?) => {
        [$(Texts::read(
            $tag, $name,
            include_str!(concat!("texts/", $tag, ".json")),
            include_str!(concat!("../../../verifier-web/src/i18n/", $tag, ".json")),
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
    pub(super) fn named(tag: &str) -> Option<&'static Self> {
        let first = tag.split(['-', '_']).next().unwrap_or_default();
        ALL.iter().find(|texts| texts.language.eq_ignore_ascii_case(first))
    }

    /// Returns the language that a browser wants: the one that was chosen here, else the first that it names (RFC 9110 section
    /// 12.5.4), else English.
    pub(super) fn wanted(headers: &HeaderMap) -> &'static Self {
        let chosen = super::cookie(headers, COOKIE).and_then(|tag| Self::named(&tag));
        let named = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let weighed = |part: &str| {
            let (tag, quality) = part.split_once(";q=").unwrap_or((part, "1"));
            let quality = quality.trim().parse::<f32>().ok().filter(|quality| *quality > 0.0)?;
            Some((Self::named(tag.trim())?, quality))
        };
        let best = named.split(',').filter_map(weighed).fold(None, |best: Option<(&Self, f32)>, one| match best {
            Some(best) if best.1 >= one.1 => Some(best),
            _ => Some(one),
        });
        chosen.or(best.map(|(texts, _)| texts)).unwrap_or(&ALL[0])
    }

    /// Returns a text.
    pub(super) fn s(&self, key: &str) -> &str {
        self.texts.get(key).map_or("", String::as_str)
    }

    /// Returns a text with a value in the place of `{name}`.
    pub(super) fn with(&self, key: &str, name: &str, value: &str) -> String {
        self.s(key).replace(&format!("{{{name}}}"), value)
    }

    /// The same with two values.
    pub(super) fn with2(&self, key: &str, one: (&str, &str), other: (&str, &str)) -> String {
        // Value by value: what is put in may look like a placeholder.
        let (start, end) = (format!("{{{}}}", one.0), format!("{{{}}}", other.0));
        let text = self.s(key);
        let parts = text.split(&start).map(|part| part.replace(&end, other.1));
        parts.collect::<Vec<_>>().join(one.1)
    }

    /// Returns `rtl` where it is written from right to left.
    pub(super) fn dir(&self) -> &'static str {
        if self.language == "ar" { "rtl" } else { "ltr" }
    }

    /// Writes a day of UTC.
    pub(super) fn day(&self, at: Timestamp) -> String {
        written_day(self.language, at.civil().date())
    }

    /// Writes an instant to the minute.
    pub(super) fn time(&self, at: Timestamp) -> String {
        let time = at.civil().time();
        format!("{}, {:02}:{:02} UTC", self.day(at), time.hour(), time.minute())
    }

    /// Writes an instant of a certificate: the day alone where it is the first or the last second of one.
    pub(super) fn instant(&self, at: Timestamp) -> String {
        match &at.to_string()[11..] {
            "00:00:00Z" | "23:59:59Z" => self.day(at),
            _ => self.time(at),
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
    fn what_a_page_asks_for_is_there() {
        let pages = [
            include_str!("../../../templates/pages/layout.html"),
            include_str!("../../../templates/pages/public.html"),
            include_str!("../../../templates/pages/door.html"),
            include_str!("../../../templates/pages/sent.html"),
            include_str!("../../../templates/pages/link.html"),
            include_str!("../../../templates/pages/linked.html"),
            include_str!("../../../templates/pages/all.html"),
            include_str!("../../../templates/pages/one.html"),
            include_str!("../../../templates/pages/failed.html"),
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
    fn a_browser_gets_the_language_that_it_wants_most() {
        let wanted = |text: &str| {
            let headers = HeaderMap::from_iter([(header::ACCEPT_LANGUAGE, text.parse().unwrap())]);
            Texts::wanted(&headers).language
        };
        for (text, language) in [
            ("de-AT,de;q=0.9,en;q=0.8", "de"),
            ("pt-BR, fr;q=0.5, en;q=0.4", "fr"),
            ("en;q=0.2, zh-Hant-TW;q=0.7", "zh"),
            ("de;q=0, ar", "ar"),
            ("", "en"),
            ("tlh, *;q=0.1", "en"),
            (";;q=x,,de;q=nonsense", "en"),
        ] {
            assert_eq!(wanted(text), language, "{text}");
        }
    }

    #[test]
    fn a_value_that_looks_like_a_placeholder_stays_one() {
        let text = ALL[0].with2("correct.waits", ("issuer", "{name}"), ("name", "{issuer}"));
        assert_eq!(text, "A correction waits for the decision of {name}: {issuer}");
    }
}
