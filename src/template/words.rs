//! A text with the languages of its parts: what a name is shaped and raised by is not what the page is written in.

use harfrust::Language;
use icu_casemap::CaseMapper;
use icu_locale_core::LanguageIdentifier;

/// A text, and where each part ends that has a language of its own.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Words {
    pub text: String,
    parts: Vec<(usize, Option<Language>)>,
}

impl Words {
    /// Appends text in a language; none: the shaper is told of none.
    pub(super) fn push(&mut self, text: &str, language: Option<&str>) {
        if text.is_empty() {
            return;
        }
        let language = language.and_then(Language::new);
        self.text.push_str(text);
        match self.parts.last_mut() {
            Some((end, last)) if *last == language => *end = self.text.len(),
            _ => self.parts.push((self.text.len(), language)),
        }
    }

    /// Returns the language of the character at a byte.
    pub(super) fn language_at(&self, at: usize) -> Option<&Language> {
        let part = self.parts.partition_point(|(end, _)| *end <= at);
        self.parts.get(part)?.1.as_ref()
    }

    /// Cuts at the line breaks that the text itself asks for; other controls become spaces.
    pub(super) fn lines(&self) -> Vec<Self> {
        let mut lines = vec![Self::default()];
        let mut letters = self.text.char_indices().peekable();
        while let Some((at, letter)) = letters.next() {
            if is_break(letter) {
                if letter == '\r' {
                    letters.next_if(|(_, next)| *next == '\n');
                }
                lines.push(Self::default());
            } else if let Some(line) = lines.last_mut() {
                line.put(if letter.is_control() { ' ' } else { letter }, self.language_at(at));
            }
        }
        lines
    }

    fn put(&mut self, letter: char, language: Option<&Language>) {
        self.text.push(letter);
        match self.parts.last_mut() {
            Some((end, last)) if last.as_ref() == language => *end = self.text.len(),
            _ => self.parts.push((self.text.len(), language.cloned())),
        }
    }
}

fn is_break(letter: char) -> bool {
    matches!(letter, '\n' | '\r' | '\u{2028}' | '\u{2029}' | '\u{85}' | '\u{B}' | '\u{C}')
}

/// Raises a text by the rules of a language (Unicode, SpecialCasing).
pub(super) fn raised(text: &str, language: &str) -> String {
    let language: LanguageIdentifier = language.parse().unwrap_or(LanguageIdentifier::UNKNOWN);
    CaseMapper::new().uppercase_to_string(text, &language).into_owned()
}

/// The language by which a person's name is raised: their own where the list says it, else what its letters tell, and
/// otherwise none, since a page in Turkish may well certify Siân or Weiss.
pub(super) fn raises<'a>(name: &str, own: Option<&'a str>, page: &str) -> &'a str {
    own.or_else(|| told_by_letters(name, page)).unwrap_or("und")
}

/// The language by which a person's name is shaped: the same, but otherwise the page's.
pub(super) fn shapes<'a>(name: &str, own: Option<&'a str>, page: &'a str) -> &'a str {
    own.or_else(|| told_by_letters(name, page)).unwrap_or(page)
}

/// Letters of one language whose capitals, or whose `i`, are not those of its neighbours.
fn told_by_letters(name: &str, page: &str) -> Option<&'static str> {
    // With a cedilla in place of the comma, as older keyboards write Romanian.
    let romanian = matches!(primary(page), "ro" | "mo");
    let has = |letters: &str| name.contains(|letter| letters.contains(letter));
    let within = |first: char, last: char| name.chars().any(|letter| (first..=last).contains(&letter));
    if has("əƏ") {
        Some("az")
    } else if has("ğĞıİ") || (!romanian && has("şŞ")) {
        Some("tr")
    } else if within('\u{370}', '\u{3FF}') || within('\u{1F00}', '\u{1FFF}') {
        Some("el")
    } else if within('\u{530}', '\u{58F}') {
        Some("hy")
    } else {
        None
    }
}

/// The first part of a language tag.
pub(super) fn primary(language: &str) -> &str {
    language.split('-').next().unwrap_or_default()
}

/// Writes the characters that are two or three Latin letters in one (U+FB00 to U+FB06) as these: they come out of other
/// documents, no list means anything by them, and a face that lacks one would be left in the middle of a word.
pub(super) fn without_ligatures(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            'ﬀ' => plain.push_str("ff"),
            'ﬁ' => plain.push_str("fi"),
            'ﬂ' => plain.push_str("fl"),
            'ﬃ' => plain.push_str("ffi"),
            'ﬄ' => plain.push_str("ffl"),
            'ﬅ' | 'ﬆ' => plain.push_str("st"),
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_raised_by_its_own_language() {
        for (name, own, page, capitals) in [
            ("Siân Gwynŵr", None, "tr", "SIÂN GWYNŴR"),
            ("Mária", None, "tr", "MÁRIA"),
            ("Weiss", None, "az", "WEISS"),
            ("Nihal Yiğit", None, "en", "NİHAL YİĞİT"),
            ("Fikri", Some("tr"), "en", "FİKRİ"),
            ("Fikri", Some("en"), "tr", "FIKRI"),
            ("Ioana Ştefania", None, "ro", "IOANA ŞTEFANIA"),
            ("Vəli", None, "en", "VƏLİ"),
            ("Άννα", None, "en", "ΑΝΝΑ"),
            ("Weiß", None, "de", "WEISS"),
        ] {
            assert_eq!(raised(name, raises(name, own, page)), capitals, "{name}, {own:?}, {page}");
        }
    }

    #[test]
    fn lines_keep_the_languages_of_their_parts() {
        let mut words = Words::default();
        words.push("a\r\n", Some("en"));
        words.push("b\tc", Some("tr"));
        words.push("", Some("de"));
        let lines = words.lines();
        assert_eq!(lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>(), ["a", "b c"]);
        assert_eq!(lines[0].language_at(0), Language::new("en").as_ref());
        assert_eq!(lines[1].language_at(2), Language::new("tr").as_ref());
    }
}
