//! What the pages of a published site say, in an issuer's language. Markup in a text is the text's own; what is put into it comes escaped.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::desk::Language;

/// The texts of one language.
pub(super) struct Texts {
    pub(super) language: Language,
    texts: HashMap<String, String>,
}

macro_rules! languages {
    ($($tag:literal),* $(,)?) => {
        [$(($tag, include_str!(concat!("texts/", $tag, ".json")))),*]
    };
}

static ALL: LazyLock<Vec<Texts>> = LazyLock::new(|| {
    let all = languages!["ar", "de", "en", "es", "fr", "hi", "zh"];
    let read = |(tag, json): (&str, &str)| Texts {
        language: tag.parse().expect("a language of an issuer: a test reads them"),
        texts: serde_json::from_str(json).expect("texts are JSON: a test reads them"),
    };
    all.into_iter().map(read).collect()
});

impl Texts {
    /// Returns the texts of a language.
    pub(super) fn of(language: Language) -> &'static Self {
        ALL.iter().find(|texts| texts.language == language).expect("there are texts of each: a test reads them")
    }

    /// Returns `rtl` where it is written from right to left.
    pub(super) fn dir(&self) -> &'static str {
        if self.language.tag() == "ar" { "rtl" } else { "ltr" }
    }

    /// Returns a text.
    pub(super) fn s(&self, key: &str) -> &str {
        self.texts.get(key).map_or("", String::as_str)
    }

    /// Returns a text with values in the places of `{name}`; what is put in is not looked at again.
    pub(super) fn with(&self, key: &str, values: &[(&str, &str)]) -> String {
        let (mut said, mut rest) = (String::new(), self.s(key));
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            said.push_str(before);
            said.push_str(values.iter().find(|(of, _)| *of == name).map_or("", |(_, value)| value));
            rest = after;
        }
        said.push_str(rest);
        said
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The names in a text, and its marks.
    fn places(text: &str) -> BTreeSet<&str> {
        let names = text.split('{').skip(1).filter_map(|rest| rest.split('}').next());
        let marks = text.split('<').skip(1).filter_map(|rest| rest.split('>').next());
        names.chain(marks).collect()
    }

    #[test]
    fn every_language_says_all_and_puts_in_the_same() {
        let english = Texts::of(Language::FIRST);
        for language in Language::ALL {
            let texts = Texts::of(language);
            assert_eq!(texts.texts.len(), english.texts.len(), "{language}");
            for (key, text) in &english.texts {
                let said = texts.s(key);
                assert!(!said.is_empty(), "{language} {key}");
                assert_eq!(places(said), places(text), "{language} {key}");
                // French has two of the English words.
                let is_own = said != text || ["active", "version"].contains(&key.as_str());
                assert!(language == Language::FIRST || is_own, "{language} {key}");
            }
        }
    }

    #[test]
    fn what_is_put_in_is_not_looked_at_again() {
        let said = Texts::of(Language::FIRST).with("title", &[("name", "{link}{name}{")]);
        assert_eq!(said, "{link}{name}{: certificates");
    }
}
