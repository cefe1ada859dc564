//! In which language a text is read aloud: the one that is known of it, if that is written so, else the one that its letters tell.
//!
//! A voice that reads a name by the rules of another language is not understood. Where letters tell no language, they tell a script
//! at least (`und-Cyrl`), and nothing is claimed beyond that.

use icu_locale_core::LanguageIdentifier;
use unicode_script::Script;

use super::words::primary;

/// Scripts with the languages that are written in them: the first one is meant where nothing else is known.
const WRITTEN: [(Script, &[&str]); 27] = [
    (Script::Arabic, &["ar", "fa", "ur", "ps", "sd", "ug", "ckb", "ks", "pnb", "prs"]),
    (Script::Hebrew, &["he", "yi"]),
    (Script::Devanagari, &["hi", "mr", "ne", "sa", "kok", "mai", "bho", "brx", "doi"]),
    (Script::Bengali, &["bn", "as", "mni"]),
    (Script::Gurmukhi, &["pa"]),
    (Script::Gujarati, &["gu"]),
    (Script::Oriya, &["or"]),
    (Script::Tamil, &["ta"]),
    (Script::Telugu, &["te"]),
    (Script::Kannada, &["kn"]),
    (Script::Malayalam, &["ml"]),
    (Script::Sinhala, &["si"]),
    (Script::Thai, &["th"]),
    (Script::Lao, &["lo"]),
    (Script::Khmer, &["km"]),
    (Script::Myanmar, &["my", "shn", "ksw", "mnw"]),
    (Script::Tibetan, &["bo", "dz"]),
    (Script::Ethiopic, &["am", "ti", "gez"]),
    (Script::Georgian, &["ka"]),
    (Script::Armenian, &["hy"]),
    (Script::Greek, &["el", "grc"]),
    (Script::Hangul, &["ko"]),
    (Script::Hiragana, &["ja"]),
    (Script::Katakana, &["ja"]),
    (Script::Bopomofo, &["zh"]),
    (Script::Han, &["zh", "ja", "yue", "ko", "lzh"]),
    // Ukrainian is no Russian: which of them it is, letters seldom tell.
    (Script::Cyrillic, &["und-Cyrl", "ru", "uk", "bg", "be", "mk", "sr", "kk", "ky", "tg", "mn", "tt", "ba", "ce"]),
];
/// Of these languages, those that are written in Latin letters as well.
const LATIN_TOO: [&str; 5] = ["sr", "kk", "tt", "mn", "ug"];
/// What is said of Latin letters on a page in other ones.
const LATIN: &str = "und-Latn";

/// Returns the language of a text in one script, if it is not the page's. `told` is what is known of the text.
pub(super) fn other<'a>(text: &str, script: Script, told: Option<&'a str>, page: &str) -> Option<&'a str> {
    if matches!(script, Script::Common | Script::Inherited | Script::Unknown) {
        return None;
    }
    // A cell of a list may hold anything: only a tag is one (RFC 5646), and goes into a file.
    match told.filter(|told| *told != "und" && told.parse::<LanguageIdentifier>().is_ok()) {
        Some(told) if is_written(told, script) => (!told.eq_ignore_ascii_case(page)).then_some(told),
        _ if is_written(page, script) => None,
        _ => by_letters(text, script),
    }
}

/// Whether a language is written in a script.
fn is_written(language: &str, script: Script) -> bool {
    let first = primary(language);
    let has = |(_, languages): &(Script, &[&str])| languages.contains(&first);
    if script == Script::Latin {
        return !WRITTEN.iter().any(has) || LATIN_TOO.contains(&first) || language.contains("-Latn");
    }
    WRITTEN.iter().any(|row| row.0 == script && has(row))
}

/// The language that letters tell.
fn by_letters(text: &str, script: Script) -> Option<&'static str> {
    let has = |letters: &str| text.contains(|letter| letters.contains(letter));
    match script {
        Script::Arabic if has("ٹڈڑںے") => Some("ur"),
        Script::Arabic if has("پچژگیک") => Some("fa"),
        Script::Cyrillic if has("іїєґІЇЄҐ") => Some("uk"),
        Script::Latin => Some(LATIN),
        _ => WRITTEN.iter().find(|row| row.0 == script).map(|row| row.1[0]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_in_the_language_that_is_known_of_it_or_that_its_letters_tell() {
        for (text, script, told, page, expected) in [
            ("Ada", Script::Latin, Some("en"), "en", None),
            ("Fikri", Script::Latin, Some("tr"), "en", Some("tr")),
            ("Ada", Script::Latin, None, "ar", Some("und-Latn")),
            ("Ada", Script::Latin, None, "sr", None),
            ("Ada", Script::Latin, Some("de"), "ar", Some("de")),
            ("محمد", Script::Arabic, Some("en"), "en", Some("ar")),
            ("محمد", Script::Arabic, Some("ar"), "ar", None),
            ("پرویز", Script::Arabic, Some("en"), "en", Some("fa")),
            ("פרידה", Script::Hebrew, Some("de"), "de", Some("he")),
            ("सुनीता", Script::Devanagari, Some("mr"), "en", Some("mr")),
            ("सुनीता", Script::Devanagari, None, "ne", None),
            ("李雷", Script::Han, Some("en"), "en", Some("zh")),
            ("李雷", Script::Han, Some("en"), "ja", None),
            ("Анна", Script::Cyrillic, Some("en"), "en", Some("und-Cyrl")),
            ("Юлія", Script::Cyrillic, Some("en"), "en", Some("uk")),
            ("Άννα", Script::Greek, Some("el"), "en", Some("el")),
            ("2026", Script::Common, Some("en"), "ar", None),
            ("Ada", Script::Latin, Some("de-at"), "en", Some("de-at")),
            ("Ada", Script::Latin, Some("deutsch (at)"), "en", None),
            ("Ada", Script::Latin, Some("de)"), "ar", Some("und-Latn")),
            ("محمد", Script::Arabic, Some("ar)>>bdc"), "en", Some("ar")),
        ] {
            assert_eq!(other(text, script, told, page), expected, "{text}, {told:?}, {page}");
        }
    }
}
