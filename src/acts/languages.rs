//! Languages of certificates: the texts of one are those of its template. A person's language chooses among the templates that
//! the event has; where there is none for it, that is said before anybody waits, and never changed in silence.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use utoipa::ToSchema;

use super::ActError;
use crate::store::{BlobId, Store, TemplateRef};
use crate::template::Template;

/// Kinds of [`OtherLanguage`] that are told.
const TOLD: usize = 50;

/// People whose certificates are printed by a template in another language than theirs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct OtherLanguage {
    /// Their language's tag, as it was said.
    #[schema(example = "de")]
    pub language: String,
    /// The template.
    #[schema(example = "classic")]
    pub template: String,
    /// The language of its texts.
    #[schema(example = "en")]
    pub texts_in: String,
    /// How many they are.
    pub people: u64,
}

impl OtherLanguage {
    /// Says it in a sentence.
    pub fn told(&self) -> String {
        let Self { language, template, texts_in, people } = self;
        let who = match people {
            1 => "1 person has".to_owned(),
            many => format!("{many} people have"),
        };
        format!(
            "{who} the language `{language}`, and will get certificates of template {template}, whose texts are in `{texts_in}`"
        )
    }
}

/// In which language the texts of templates are; each is looked up once.
#[derive(Default)]
pub struct TextsIn(HashMap<BlobId, Option<String>>);

impl TextsIn {
    /// Returns the language of a template's texts; nothing where there is no such template, or it cannot be read.
    ///
    /// # Errors
    /// When the store fails.
    pub fn of(&mut self, store: &dyn Store, template: &TemplateRef) -> Result<Option<String>, ActError> {
        if let Some(known) = self.0.get(&template.bundle) {
            return Ok(known.clone());
        }
        let bundle = if template.bundle.0.is_empty() { None } else { store.blob(&template.bundle)? };
        let language = bundle.and_then(|bundle| Some(Template::from_bundle(&bundle).ok()?.document().language.clone()));
        self.0.insert(template.bundle.clone(), language.clone());
        Ok(language)
    }
}

/// Counts people by what is printed for them.
#[derive(Default)]
pub struct OtherLanguages {
    texts: TextsIn,
    counted: BTreeMap<(String, String, String), u64>,
}

impl OtherLanguages {
    /// Counts one who gets a certificate.
    ///
    /// # Errors
    /// When the store fails.
    pub fn count(&mut self, store: &dyn Store, language: Option<&str>, template: &TemplateRef) -> Result<(), ActError> {
        let Some(language) = language else { return Ok(()) };
        let Some(texts_in) = self.texts.of(store, template)? else { return Ok(()) };
        if is_other(language, &texts_in) {
            let language = language.chars().take(40).collect();
            *self.counted.entry((language, template.name.clone(), texts_in)).or_default() += 1;
        }
        Ok(())
    }

    /// Returns those whose language is another one, the most first.
    pub fn told(self) -> Vec<OtherLanguage> {
        let of = |((language, template, texts_in), people)| OtherLanguage { language, template, texts_in, people };
        let mut all: Vec<_> = self.counted.into_iter().map(of).collect();
        all.sort_by_key(|one| std::cmp::Reverse(one.people));
        all.truncate(TOLD);
        all
    }
}

/// Says whether a text is the tag of a language, such as `de` or `pt-BR`, by its letters.
pub fn is_language(tag: &str) -> bool {
    let part = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
    let first = tag.split(['-', '_']).next().unwrap_or_default();
    tag.len() <= 35
        && (2..=3).contains(&first.len())
        && first.bytes().all(|b| b.is_ascii_alphabetic())
        && tag.split(['-', '_']).all(part)
}

/// Says whether somebody of this language reads texts in that one as those of another language. `de-AT` and `de` are one;
/// `zh-Hans` and `zh-Hant` are two.
pub fn is_other(language: &str, texts_in: &str) -> bool {
    let parts = |tag: &str| {
        let all: Vec<String> = tag.split(['-', '_']).map(str::to_lowercase).collect();
        let script = all.iter().skip(1).find(|part| part.len() == 4 && part.bytes().all(|b| b.is_ascii_alphabetic()));
        (all.first().cloned().unwrap_or_default(), script.cloned())
    };
    let ((one, one_script), (other, other_script)) = (parts(language), parts(texts_in));
    // Two codes of one language (ISO 639: `no` is the macrolanguage of Bokmål).
    let same = |a: &str, b: &str| a == b || matches!((a, b), ("no", "nb") | ("nb", "no"));
    !same(&one, &other) || one_script.zip(other_script).is_some_and(|(one, other)| one != other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_no_other_language_and_a_script_is() {
        for (language, texts_in, other) in [
            ("de", "de", false),
            ("de-AT", "de", false),
            ("DE_at", "de-CH", false),
            ("nb", "no", false),
            ("de", "en", true),
            ("German", "de", true),
            ("zh-Hant", "zh-Hans", true),
            ("zh", "zh-Hans", false),
        ] {
            assert_eq!(is_other(language, texts_in), other, "{language} {texts_in}");
        }
    }

    #[test]
    fn tags_are_told_from_words() {
        for tag in ["de", "pt-BR", "zh_Hant", "sr-Latn-RS", "ckb"] {
            assert!(is_language(tag), "{tag}");
        }
        for text in ["", "d", "de-", "Deutsch", "German", "<b>", "12", "de--AT"] {
            assert!(!is_language(text), "{text}");
        }
    }
}
