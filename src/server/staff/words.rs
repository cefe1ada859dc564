//! The texts of the staff's pages, in message files of Project Fluent: English, and German as complete.

use std::sync::LazyLock;

use axum::http::{HeaderMap, header};
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use jiff::civil::Date;
use unic_langid::LanguageIdentifier;

use crate::credential::{Timestamp, Zone};
use crate::template::written_day;

/// Name of the cookie that keeps a language that was chosen; the same as on the pages of holders.
pub(super) const COOKIE: &str = "testamur_language";

/// The texts of one language.
pub(super) struct Words {
    /// Its tag.
    pub language: &'static str,
    /// What it is called in itself.
    pub name: &'static str,
    bundle: FluentBundle<FluentResource>,
}

const ENGLISH: &str = concat!(
    include_str!("texts/en.ftl"),
    include_str!("texts/office.en.ftl"),
    include_str!("texts/desk.en.ftl"),
    include_str!("texts/library.en.ftl"),
    include_str!("texts/running.en.ftl"),
    include_str!("texts/known.en.ftl"),
    include_str!("texts/designer.en.ftl"),
);
#[cfg(test)]
const GERMAN: &str = concat!(
    include_str!("texts/de.ftl"),
    include_str!("texts/office.de.ftl"),
    include_str!("texts/desk.de.ftl"),
    include_str!("texts/library.de.ftl"),
    include_str!("texts/running.de.ftl"),
    include_str!("texts/known.de.ftl"),
    include_str!("texts/designer.de.ftl"),
);

/// With what the API says in English itself.
const WHOLE_GERMAN: &str = concat!(
    include_str!("texts/de.ftl"),
    include_str!("texts/office.de.ftl"),
    include_str!("texts/desk.de.ftl"),
    include_str!("texts/library.de.ftl"),
    include_str!("texts/running.de.ftl"),
    include_str!("texts/known.de.ftl"),
    include_str!("texts/designer.de.ftl"),
    include_str!("texts/problems.de.ftl"),
);

static ALL: LazyLock<[Words; 2]> =
    LazyLock::new(|| [Words::read("en", "English", ENGLISH), Words::read("de", "Deutsch", WHOLE_GERMAN)]);

impl Words {
    fn read(language: &'static str, name: &'static str, text: &str) -> Self {
        // What cannot be read of a file is left out, and found missing by a test.
        let resource = FluentResource::try_new(text.to_owned()).unwrap_or_else(|(resource, _)| resource);
        let tag: LanguageIdentifier = language.parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![tag]);
        // Names stand in elements of their own, which have a direction.
        bundle.set_use_isolating(false);
        bundle.add_resource_overriding(resource);
        Self { language, name, bundle }
    }

    /// Returns every language, the first for who wants another.
    pub(super) fn all() -> &'static [Self] {
        &*ALL
    }

    /// Returns the language for who wants another.
    pub(super) fn first() -> &'static Self {
        &ALL[0]
    }

    /// Returns a language by its tag, or by a longer one such as `de-AT`.
    pub(super) fn named(tag: &str) -> Option<&'static Self> {
        let first = tag.split(['-', '_', ';']).next().unwrap_or_default().trim();
        ALL.iter().find(|words| words.language.eq_ignore_ascii_case(first))
    }

    /// Returns the language that was chosen, else the first of the browser's that is spoken here, else English.
    pub(super) fn wanted(headers: &HeaderMap) -> &'static Self {
        let jar = axum_extra::extract::cookie::CookieJar::from_headers(headers);
        let chosen = jar.get(COOKIE).and_then(|cookie| Self::named(cookie.value()));
        let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        chosen.or_else(|| accepted.split(',').find_map(Self::named)).unwrap_or(&ALL[0])
    }

    /// Returns a text.
    pub(super) fn s(&self, key: &str) -> String {
        self.told(key, None).unwrap_or_else(|| key.to_owned())
    }

    /// Returns a text if there is one of that key.
    pub(super) fn if_any(&self, key: &str) -> Option<String> {
        self.told(key, None)
    }

    /// Returns a text with values in it.
    pub(super) fn with<const N: usize>(&self, key: &str, values: [(&'static str, FluentValue<'_>); N]) -> String {
        let args: FluentArgs<'_> = values.into_iter().collect();
        self.told(key, Some(&args)).unwrap_or_else(|| key.to_owned())
    }

    /// Returns a text with a number of things in it, `count`.
    pub(super) fn count(&self, key: &str, count: u64) -> String {
        self.with(key, [("count", count.into())])
    }

    fn told(&self, key: &str, args: Option<&FluentArgs<'_>>) -> Option<String> {
        let pattern = self.bundle.get_message(key)?.value()?;
        let mut errors = Vec::new();
        Some(self.bundle.format_pattern(pattern, args, &mut errors).into_owned())
    }

    /// Writes a number with its groups of three.
    pub(super) fn number(&self, number: u64) -> String {
        let digits = number.to_string();
        let mark = if self.language == "de" { '.' } else { ',' };
        let mut written = String::new();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                written.push(mark);
            }
            written.push(digit);
        }
        written
    }

    /// Writes the day on which an instant falls in a zone.
    pub(super) fn day(&self, zone: &Zone, at: Timestamp) -> String {
        self.date(zone.day(at))
    }

    /// Writes a day, in English as the pages spell: day, month, year.
    pub(super) fn date(&self, day: Date) -> String {
        written_day(if self.language == "en" { "en-GB" } else { self.language }, day)
    }

    /// Writes the days from one to another, with what both have in common once: `12–13 November 2026`.
    pub(super) fn dates(&self, first: Date, last: Date) -> String {
        let (from, to) = (self.date(first), self.date(last));
        if first == last {
            return to;
        }
        let mut parts = from.splitn(3, ' ');
        match (parts.next(), parts.next()) {
            (Some(day), Some(_)) if (first.year(), first.month()) == (last.year(), last.month()) => {
                format!("{day}–{to}")
            }
            (Some(day), Some(month)) if first.year() == last.year() => format!("{day} {month} – {to}"),
            _ => format!("{from} – {to}"),
        }
    }

    /// Writes an instant to the minute, in UTC where that is the zone, else as the zone's clocks show it.
    pub(super) fn time(&self, zone: &Zone, at: Timestamp) -> String {
        let seconds = at.unix() - zone.first_second(zone.day(at)).unix();
        let suffix = if zone.is_utc() { " UTC" } else { "" };
        format!("{}, {:02}:{:02}{suffix}", self.day(zone, at), seconds / 3_600, seconds / 60 % 60)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    const FILES: [(&str, &str); 2] = [("en", ENGLISH), ("de", GERMAN)];

    /// The messages of a file, each with the values that it puts in.
    fn messages(text: &str) -> BTreeMap<String, BTreeSet<String>> {
        let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut last = String::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            if let Some((key, _)) = line.split_once(" =").filter(|(key, _)| !key.starts_with([' ', '[', '*'])) {
                last = key.to_owned();
                assert!(found.insert(last.clone(), BTreeSet::new()).is_none(), "{key} stands twice");
            }
            for part in line.split('$').skip(1) {
                let name = part.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap();
                found.get_mut(&last).unwrap().insert(name.to_owned());
            }
        }
        found
    }

    #[test]
    fn every_file_is_whole_and_says_the_same_with_the_same_values() {
        let english = messages(FILES[0].1);
        assert!(english.len() > 200, "{}", english.len());
        for (language, text) in FILES {
            if let Err((_, errors)) = FluentResource::try_new(text.to_owned()) {
                panic!("{language}: {errors:?}");
            }
            let own = messages(text);
            let (ours, theirs): (BTreeSet<_>, BTreeSet<_>) = (own.keys().collect(), english.keys().collect());
            assert_eq!(ours.symmetric_difference(&theirs).collect::<Vec<_>>(), Vec::<&&String>::new(), "{language}");
            for (key, values) in &own {
                assert_eq!(values, &english[key], "{language} {key}");
            }
        }
    }

    #[test]
    fn what_the_pages_ask_for_is_there() {
        let english = messages(FILES[0].1);
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let (mut asked, mut files) = (0, Vec::new());
        let mut folders = vec![root.join("src/server/staff"), root.join("templates/pages/staff")];
        while let Some(folder) = folders.pop() {
            let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
            let (deeper, here): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
            folders.extend(deeper);
            files.extend(here);
        }
        for file in files.iter().filter(|path| path.is_file()) {
            let text = std::fs::read_to_string(file).unwrap();
            for call in [".s(\"", ".with(\"", ".count(\""] {
                for rest in text.split(call).skip(1) {
                    let key = rest.split('"').next().unwrap();
                    assert!(english.contains_key(key) || key.is_empty(), "{}: {key}", file.display());
                    asked += 1;
                }
            }
        }
        assert!(asked > 200, "{asked}");
    }

    #[test]
    fn numbers_and_times_are_written_as_people_do() {
        let (english, german) = (&ALL[0], &ALL[1]);
        assert_eq!(
            (english.number(1_234_567), german.number(1_234), german.number(99)),
            ("1,234,567".to_owned(), "1.234".to_owned(), "99".to_owned())
        );
        let at = "2026-06-30T22:05:00Z".parse().unwrap();
        let berlin = "Europe/Berlin".parse().unwrap();
        assert_eq!(german.time(&berlin, at), "1. Juli 2026, 00:05");
        assert_eq!(english.time(&Zone::UTC, at), "30 June 2026, 22:05 UTC");
    }

    #[test]
    fn days_from_one_to_another_say_once_what_they_share() {
        let (english, german) = (&ALL[0], &ALL[1]);
        let day = |text: &str| text.parse::<Date>().unwrap();
        for (first, last, in_english, in_german) in [
            ("2026-11-12", "2026-11-13", "12–13 November 2026", "12.–13. November 2026"),
            ("2026-11-30", "2026-12-02", "30 November – 2 December 2026", "30. November – 2. Dezember 2026"),
            ("2026-12-30", "2027-01-02", "30 December 2026 – 2 January 2027", "30. Dezember 2026 – 2. Januar 2027"),
            ("2026-03-01", "2026-03-01", "1 March 2026", "1. März 2026"),
        ] {
            assert_eq!(english.dates(day(first), day(last)), in_english);
            assert_eq!(german.dates(day(first), day(last)), in_german);
        }
    }
}
