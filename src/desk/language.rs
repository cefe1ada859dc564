//! The language in which an issuer speaks where nobody's own is known: on its published start page, and on the pages and in the
//! letters of whoever says none. Seven are spoken, as by the verifier.

use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, PoisonError, RwLock};

use serde::{Deserialize, Deserializer, Serialize, de};

/// A language that pages are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Language(&'static str);

/// It is none of those that pages are written in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("is none of ar, de, en, es, fr, hi, zh")]
pub struct LanguageError;

impl Language {
    /// English, where nothing is said.
    pub const FIRST: Self = Self("en");
    /// All of them.
    pub const ALL: [Self; 7] = [Self("ar"), Self("de"), Self::FIRST, Self("es"), Self("fr"), Self("hi"), Self("zh")];

    /// Returns its tag (BCP 47).
    pub fn tag(self) -> &'static str {
        self.0
    }
}

impl FromStr for Language {
    type Err = LanguageError;

    fn from_str(text: &str) -> Result<Self, LanguageError> {
        Self::ALL.into_iter().find(|language| language.0.eq_ignore_ascii_case(text.trim())).ok_or(LanguageError)
    }
}

impl<'de> Deserialize<'de> for Language {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|error| de::Error::custom(format!("`{text}` {error}")))
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// The language of an issuer, as it is now: what the configuration says is fixed, else it may be said otherwise while the service
/// runs, and all who share it go by that.
#[derive(Debug, Clone)]
pub struct HouseLanguage {
    fixed: bool,
    now: Arc<RwLock<Language>>,
}

impl HouseLanguage {
    /// One that the configuration says.
    pub fn fixed(language: Language) -> Self {
        Self { fixed: true, now: Arc::new(RwLock::new(language)) }
    }

    /// Says whether the configuration says it: then no page changes it.
    pub fn is_fixed(&self) -> bool {
        self.fixed
    }

    /// Returns the one of now.
    pub fn now(&self) -> Language {
        *self.now.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Goes by another one from now on, unless it is fixed.
    pub fn set(&self, language: Language) {
        if !self.fixed {
            *self.now.write().unwrap_or_else(PoisonError::into_inner) = language;
        }
    }
}

impl Default for HouseLanguage {
    fn default() -> Self {
        Self { fixed: false, now: Arc::new(RwLock::new(Language::FIRST)) }
    }
}

impl PartialEq for HouseLanguage {
    fn eq(&self, other: &Self) -> bool {
        self.now() == other.now()
    }
}

impl Eq for HouseLanguage {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_one_of_seven_and_what_is_fixed_stays() {
        assert_eq!("DE ".parse::<Language>().map(Language::tag), Ok("de"));
        for wrong in ["", "de-AT", "pt", "<b>"] {
            assert_eq!(wrong.parse::<Language>(), Err(LanguageError), "{wrong}");
        }
        let (fixed, free) = (HouseLanguage::fixed("fr".parse().unwrap()), HouseLanguage::default());
        let shared = free.clone();
        for house in [&fixed, &free] {
            house.set("ar".parse().unwrap());
        }
        assert_eq!([fixed.now().tag(), free.now().tag(), shared.now().tag()], ["fr", "ar", "ar"]);
    }
}
