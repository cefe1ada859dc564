//! What words look like: which letters a language puts into them, which signs stand in none, and which code page they may
//! have been read by. Knows letters only; says nothing about people.

use std::collections::HashMap;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;
use unicode_script::{Script, UnicodeScript};

use super::encoding::Page;
use super::names::mixed_script_word;

/// Letters by language.
const ALPHABETS: &str = include_str!("alphabets.txt");

/// Which languages have a letter, a bit for each.
static LANGUAGES: LazyLock<HashMap<char, u128>> = LazyLock::new(|| {
    let lines = ALPHABETS.lines().filter_map(|line| line.split_once(' ').filter(|_| !line.starts_with('#')));
    let mut languages: HashMap<char, u128> = HashMap::new();
    for (at, (_, letters)) in lines.enumerate() {
        letters.nfc().for_each(|letter| *languages.entry(letter).or_default() |= 1 << at);
    }
    languages
});

/// Pages by which text is often read, though it was written by another.
const MISTAKEN: [&str; 5] = ["windows-1250", "windows-1254", "windows-1257", "macintosh", "windows-1251"];

/// Letters that begin no word: the soft g of Turkish, the eth of Icelandic.
const BEGIN_NONE: [char; 2] = ['ğ', 'ð'];

/// The page by which text is read that was written by another.
const WESTERN: Page = Page::Web(encoding_rs::WINDOWS_1252);

/// Whether all of a text looks like words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Look {
    /// Signs or capitals stand where no word has them, or letters of two scripts in one word.
    Broken,
    /// Words of letters that no single language has.
    Strange,
    /// Words.
    Words,
}

/// Says what the words of a text look like.
pub(super) fn look(text: &str) -> Look {
    if text.is_ascii() {
        return Look::Words;
    }
    if has_sign_inside(text) || has_turned_capitals(text) || mixed_script_word(text).is_some() {
        return Look::Broken;
    }
    let strange = words(text).any(|word| !word.is_ascii() && !is_of_a_language(word));
    if strange { Look::Strange } else { Look::Words }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    let inside = |c: char| c.is_alphabetic() || unicode_normalization::char::is_combining_mark(c);
    text.split(move |c: char| !inside(c)).filter(|word| !word.is_empty())
}

/// Says whether one language has all letters of a word. Other scripts than Latin are not looked at.
fn is_of_a_language(word: &str) -> bool {
    let word: Vec<char> = word.nfc().flat_map(char::to_lowercase).collect();
    // What has more marks than a code page has letters was not read by one.
    if word.iter().any(|c| !c.is_ascii() && !matches!(c.script(), Script::Latin)) {
        return true;
    }
    // `Ğarûnas` for Šarūnas: in no language does a word begin so.
    if BEGIN_NONE.contains(&word[0]) {
        return false;
    }
    let foreign = word.iter().filter(|c| !c.is_ascii() && !matches!(c, 'ª' | 'º'));
    foreign.fold(u128::MAX, |languages, c| languages & LANGUAGES.get(c).copied().unwrap_or(0)) != 0
}

/// Signs that stand in no word of any language: currency, marks, fractions, raised digits, spacing accents, frames.
fn is_sign(c: char) -> bool {
    matches!(c, '\u{80}'..='\u{9f}' | '¡'..='©' | '¬'..='³' | '¶' | '¸' | '¹' | '»'..='¿' | '×' | '÷' | 'ƒ' | 'µ'
        | '†' | '‡' | '•' | '…' | '‰' | '‹' | '›' | '⁄' | '€' | '₧' | '₪' | '™' | '\u{fb00}'..='\u{fb06}' | 'ˆ'..='ˇ' | '˘'..='˝'
        | '\u{2200}'..='\u{22ff}' | '\u{2500}'..='\u{25ff}' | '⌐' | '⌠' | '⌡' | '\u{f8ff}' | 'π' | 'Ω')
}

/// Quotation marks and dashes belong beside words, and not into them.
pub(super) fn has_sign_inside(text: &str) -> bool {
    if !text.chars().any(|c| is_sign(c) || matches!(c, '‘' | '“' | '„' | '‚' | '”' | 'ª' | 'º' | '·')) {
        return false;
    }
    let chars: Vec<char> = text.chars().collect();
    let letter = |at: Option<usize>| at.and_then(|at| chars.get(at)).is_some_and(|c| c.is_alphabetic());
    let greek = chars.iter().any(|c| matches!(c.script(), Script::Greek) && !matches!(c, 'π' | 'Ω' | 'µ'));
    chars.iter().enumerate().any(|(at, &c)| {
        let (before, after) = (letter(at.checked_sub(1)), letter(Some(at + 1)));
        match c {
            'π' | 'Ω' if greek => false,
            '€' | '©' | '®' | '™' | '…' if !(before && after) => false,
            '¿' | '¡' | '«' | '‹' if !before => false,
            '»' | '›' if !after => false,
            '‘' => before && !after,
            '“' | '„' | '‚' => before,
            '”' => before && after,
            'ª' | 'º' => before && after,
            // Catalan and Occitan put it between letters.
            '·' => before != after,
            _ => is_sign(c) && (before || after),
        }
    })
}

/// `JosŽ`, `MŸller`, `JÅrgen`: a capital that is no plain one, after a small letter or between a capital and a small one;
/// `хБЮМНБ`: a word turned inside out.
fn has_turned_capitals(text: &str) -> bool {
    let foreign = |c: char| c.is_uppercase() && !c.is_ascii();
    words(text).any(|word| {
        let chars: Vec<char> = word.chars().collect();
        let after_small = chars.windows(2).any(|pair| pair[0].is_lowercase() && foreign(pair[1]));
        let before_small = |three: &[char]| three[0].is_uppercase() && foreign(three[1]) && three[2].is_lowercase();
        after_small || chars.windows(3).any(before_small)
    })
}

/// Returns the name that may be meant where a text was read by another page than it was written by. Where several pages give
/// words, none is likelier than the others, and none is offered.
pub(super) fn meant(text: &str) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    if let Some(once) = read_twice(text) {
        return Some(once);
    }
    if look(text) == Look::Words {
        return None;
    }
    let bytes = WESTERN.bytes(text)?;
    let readings = MISTAKEN.iter().filter_map(|name| Page::named(name)?.text(&bytes));
    let mut words = readings.filter(|read| look(read) == Look::Words);
    let first = words.next()?;
    words.all(|other| other == first).then_some(first)
}

/// Returns what UTF-8 says that was read as Windows-1252 and written as UTF-8 again: `JosÃ©` is José.
pub(super) fn read_twice(text: &str) -> Option<String> {
    if text.is_ascii() || !text.chars().any(|c| matches!(c, '\u{c2}'..='\u{f4}')) {
        return None;
    }
    let bytes = WESTERN.bytes(text)?;
    let once = String::from_utf8(bytes).ok()?;
    (!once.is_ascii() && !once.chars().any(char::is_control)).then_some(once)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_many_languages_look_like_words() {
        for name in [
            "Zoë Müller",
            "Jiří Dvořák",
            "Łukasz Żółć-Święcicki",
            "Kovács Ödön",
            "İbrahim Iğdır Işıl",
            "Þórdís Guðjónsdóttir",
            "Nguyễn Thị Phương Thảo",
            "Ọlábísí Adébáyọ̀ Ṣẹ́gun",
            "Kaʻiulani Noʻeau",
            "D’Angelo O‘Connor",
            "Gal·la Martí",
            "ÅSA ÖBERG",
            "Ísleifur Ægir Órason",
            "Mª Carmen",
            "Живко Петров",
            "Ελένη Παπαδοπούλου",
            "Müller–Schmidt",
            "Žydrūnas Šimkutė",
            "Siân Gwynŵr",
        ] {
            assert_eq!(look(name), Look::Words, "{name}");
            assert_eq!(meant(name), None, "{name}");
        }
    }

    #[test]
    fn what_was_read_by_another_page_is_found_with_what_was_meant() {
        for (read, written) in [
            ("£ukasz Wa³êsiak", "Łukasz Wałęsiak"),
            ("Gülþen Iþýk", "Gülşen Işık"),
            ("Zo‘ Nœ–ez", "Zoë Núñez"),
            ("JosŽ MŸller", "José Müller"),
            ("JosÃ© MuÃ±oz", "José Muñoz"),
            ("FranÃ§ois", "François"),
            ("Ðarûnas Þemaitis", "Šarūnas Žemaitis"),
            ("Þydrûnas Ðimkutë", "Žydrūnas Šimkutė"),
        ] {
            assert_eq!(meant(read).as_deref(), Some(written), "{read}");
        }
        // Đorđe or Šorše: who wrote it knows.
        assert_eq!((meant("Ðorðe"), look("Ðorðe")), (None, Look::Strange));
    }
}
