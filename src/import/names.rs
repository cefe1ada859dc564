//! What can be wrong with a name before it is printed and signed: characters nobody sees, directions that lie, letters
//! of two scripts in one word. Judges text only; knows no rows.

use unicode_normalization::UnicodeNormalization;
use unicode_script::{Script, UnicodeScript};
use unicode_segmentation::UnicodeSegmentation;

use crate::credential::is_bidi_control;

/// Marks of one direction without a range (UAX 9, 2.6): harmless, and not needed in a name of its own.
fn is_bidi_mark(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}')
}

/// Characters that show nothing and have no place in a name, unlike the two joiners.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{00ad}' | '\u{034f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}' | '\u{200b}'
        | '\u{2060}'..='\u{2064}' | '\u{206a}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}')
        || is_bidi_mark(c)
}

/// ZERO WIDTH NON-JOINER and JOINER, which decide how Indic, Arabic and Persian letters connect (RFC 5892 appendix A).
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

/// A name made ready for print, and what was changed or looks wrong.
#[derive(Debug, Default)]
pub(super) struct Tidy {
    /// NFC, trimmed, runs of spaces collapsed, invisible characters removed.
    pub text: String,
    /// Spaces were trimmed or collapsed, or odd spaces replaced.
    pub spaces: bool,
    /// Invisible characters were removed; the first of them.
    pub invisible: Option<char>,
    /// A control character or line break inside; the text must not be used.
    pub control: Option<char>,
    /// A bidi embedding, override or isolate; the text must not be used.
    pub bidi: Option<char>,
    /// U+FFFD, a private use character or a noncharacter: the name was damaged before it came here.
    pub damaged: Option<char>,
}

pub(super) fn tidy(raw: &str) -> Tidy {
    let mut tidy = Tidy::default();
    let mut text = String::with_capacity(raw.len());
    let trimmed = raw.trim_matches(|c: char| c.is_whitespace());
    tidy.spaces = trimmed.len() != raw.len();
    let mut previous: Option<char> = None;
    for c in trimmed.chars() {
        if is_bidi_control(c) {
            tidy.bidi.get_or_insert(c);
        } else if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') {
            tidy.control.get_or_insert(c);
        } else if is_invisible(c) || (is_joiner(c) && !joiner_belongs(previous)) {
            tidy.invisible.get_or_insert(c);
        } else if c.is_whitespace() {
            if text.ends_with(' ') {
                tidy.spaces = true;
            } else {
                text.push(' ');
                // The ideographic space is how Japanese names are written; a no-break space is a leftover of HTML.
                tidy.spaces |= !matches!(c, ' ' | '\u{3000}');
            }
        } else {
            if is_damage(c) {
                tidy.damaged.get_or_insert(c);
            }
            text.push(c);
        }
        previous = Some(c);
    }
    while text.ends_with(' ') {
        text.pop();
    }
    tidy.text = if text.is_ascii() { text } else { text.nfc().collect() };
    tidy
}

/// Why a name is not used as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameProblem {
    /// Nothing is left of it.
    #[error("the name is empty")]
    Empty,
    /// Past the limit, in characters.
    #[error("the name has {0} characters; at most {limit} are printed", limit = super::NAME_CHARACTERS)]
    TooLong(usize),
    /// A character that must not be in a name.
    #[error("the name holds {what} (U+{code:04X})", code = u32::from(*character))]
    Character {
        /// What kind of character.
        what: &'static str,
        /// The character.
        character: char,
    },
    /// A character that must not be in any text that is printed and signed.
    #[error("holds {what} (U+{code:04X})", code = u32::from(*character))]
    Letter {
        /// What kind of character.
        what: &'static str,
        /// The character.
        character: char,
    },
}

/// Returns a name ready for print by the rules of imported ones, for one that is typed in.
///
/// # Errors
/// When an imported row with it would be an error.
pub fn checked_name(raw: &str) -> Result<String, NameProblem> {
    let (text, problem) = checked(raw);
    let length = text.graphemes(true).count();
    match problem {
        Some((what, character)) => Err(NameProblem::Character { what, character }),
        None if text.is_empty() => Err(NameProblem::Empty),
        None if length > super::NAME_CHARACTERS => Err(NameProblem::TooLong(length)),
        None => Ok(text),
    }
}

/// Returns the tidy text, and the first character that must not be in it.
fn checked(raw: &str) -> (String, Option<(&'static str, char)>) {
    let tidy = tidy(raw);
    let kinds = [
        ("a control character", tidy.control),
        ("a bidi control, which can make it read as another", tidy.bidi),
        ("a damaged character", tidy.damaged),
    ];
    (tidy.text, kinds.into_iter().find_map(|(what, character)| Some((what, character?))))
}

/// Returns a text that is printed and signed as names are, such as a title: without stray spaces and invisible characters;
/// in `lines`, as a description may be, line breaks stay.
///
/// # Errors
/// When it holds a character that must not be in a name. An empty text is left to the caller.
pub fn checked_text(raw: &str, lines: bool) -> Result<String, NameProblem> {
    let line = |line: &str| match checked(line) {
        (text, None) => Ok(text),
        (_, Some((what, character))) => Err(NameProblem::Letter { what, character }),
    };
    match lines {
        false => line(raw),
        true => Ok(raw.trim().lines().map(line).collect::<Result<Vec<_>, _>>()?.join("\n")),
    }
}

/// Returns what looks wrong with a name, each with its code and a sentence; nothing for a good one.
pub fn lint_name(name: &str) -> Vec<(super::Code, String)> {
    let tidy = tidy(name);
    let spelt = |c: char| format!("U+{:04X}", u32::from(c));
    let characters = [
        (tidy.bidi, super::Code::BidiControl, "which changes the reading direction"),
        (tidy.control, super::Code::ControlCharacter, "a control character"),
        (tidy.damaged, super::Code::DamagedCharacter, "which stands for a lost letter"),
        (tidy.invisible, super::Code::InvisibleCharacter, "which shows nothing"),
    ];
    let found =
        |(c, code, what): (Option<char>, super::Code, &str)| c.map(|c| (code, format!("holds {}, {what}", spelt(c))));
    let mut findings: Vec<_> = characters.into_iter().filter_map(found).collect();
    if tidy.spaces {
        findings.push((super::Code::Spaces, "has stray spaces".to_owned()));
    }
    if let Some(word) = mixed_script_word(&tidy.text) {
        findings.push((super::Code::MixedScripts, format!("`{word}` mixes letters of two scripts")));
    }
    if is_all_capitals(&tidy.text) {
        findings.push((super::Code::AllCapitals, "is all in capitals".to_owned()));
    }
    if !is_all_capitals(&tidy.text)
        && let Some(likely) = super::case::usual(&tidy.text)
    {
        findings.push((super::Code::NameCase, format!("is in an unusual case; is `{likely}` meant?")));
    }
    if holds_a_digit(&tidy.text) {
        findings.push((super::Code::UnlikelyName, "holds a digit".to_owned()));
    }
    if has_no_letter(&tidy.text) {
        findings.push((super::Code::NoLetter, "has no letter".to_owned()));
    }
    findings
}

/// A joiner belongs after a letter or sign of a script that joins.
fn joiner_belongs(previous: Option<char>) -> bool {
    previous.is_some_and(|c| {
        unicode_normalization::char::is_combining_mark(c)
            || !matches!(
                c.script(),
                Script::Latin | Script::Greek | Script::Cyrillic | Script::Common | Script::Han | Script::Hebrew
            )
    })
}

fn is_damage(c: char) -> bool {
    let code = u32::from(c);
    c == '\u{fffd}'
        || matches!(code, 0xE000..=0xF8FF | 0xF0000..)
        || matches!(code, 0xFDD0..=0xFDEF)
        || code & 0xFFFE == 0xFFFE
}

/// True for what a spreadsheet shows where a formula failed or was not evaluated.
pub(super) fn is_spreadsheet_debris(name: &str) -> bool {
    name.starts_with('=')
        || matches!(name, "#N/A" | "#REF!" | "#VALUE!" | "#NAME?" | "#DIV/0!" | "#NUM!" | "#NULL!" | "#ERROR!")
}

/// True for `Ana Lim 2`, in the digits of any script. What is a letter of its own (`Ⅲ`, `〇`) is none.
pub(super) fn holds_a_digit(name: &str) -> bool {
    name.chars()
        .any(|c| c.is_ascii_digit() || !c.is_ascii() && c.is_numeric() && !matches!(c, '\u{2160}'..='\u{218b}' | '〇'))
}

/// Returns the first word that mixes scripts that nobody writes in one word (UTS 39 section 5.1, single script).
pub(super) fn mixed_script_word(name: &str) -> Option<&str> {
    if name.is_ascii() {
        return None;
    }
    name.split(|c: char| c.is_whitespace() || c == '-' || c == '(' || c == ')' || c == ',').find(|word| is_mixed(word))
}

fn is_mixed(word: &str) -> bool {
    let mut seen: Option<Script> = None;
    for c in word.chars() {
        let script = family(c.script());
        if matches!(script, Script::Common | Script::Inherited | Script::Unknown) {
            continue;
        }
        match seen {
            Some(before) if before != script => return true,
            _ => seen = Some(script),
        }
    }
    false
}

/// Scripts that are written together in one word count as one: Japanese, Korean and Bopomofo with Han (UTS 39, 5.1).
fn family(script: Script) -> Script {
    match script {
        Script::Hiragana | Script::Katakana | Script::Hangul | Script::Bopomofo => Script::Han,
        other => other,
    }
}

/// Fewest letters of a name that is said to be all in capitals.
pub(super) const CAPITALS: usize = 5;

/// True for a name of two words or more, or one long word, in capitals only.
pub(super) fn is_all_capitals(name: &str) -> bool {
    let letters = name.chars().filter(|c| c.is_alphabetic());
    let (upper, cased) = letters.fold((0, 0), |(upper, cased), c| {
        (upper + usize::from(c.is_uppercase()), cased + usize::from(c.is_uppercase() || c.is_lowercase()))
    });
    cased >= CAPITALS && upper == cased
}

/// True if a name has no letter at all.
pub(super) fn has_no_letter(name: &str) -> bool {
    !name.chars().any(char::is_alphabetic)
}

/// Length as a person counts it.
pub(super) fn characters(name: &str) -> usize {
    if name.is_ascii() { name.len() } else { name.graphemes(true).count() }
}

/// Returns the address that may be meant where one has a slip: a space in it, a comma for a full stop, `(at)`.
pub(super) fn likely_email(text: &str) -> Option<String> {
    let inside = match text.split_once('<').and_then(|(_, rest)| rest.split_once('>')) {
        Some((inside, _)) => inside,
        None => text,
    };
    // `Ada Lovelace ada@example.org` has more than one gap: what of it is the address nobody can say.
    if inside.split_whitespace().count() > 2 {
        return None;
    }
    let joined: String = inside.split_whitespace().collect::<String>().replace("(at)", "@").replace("[at]", "@");
    let (local, domain) = joined.split_once('@')?;
    let domain = domain.trim_end_matches(['.', ',', ';', ':']).replace(',', ".");
    let likely = format!("{}@{domain}", local.trim_start_matches([',', ';', ':']));
    (likely != text && is_email(&likely)).then_some(likely)
}

/// An address that mail could be sent to: `local@domain.tld`, without spaces (the useful part of RFC 5321, 4.1.2).
pub fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let plain =
        |c: char| !c.is_whitespace() && !c.is_control() && !matches!(c, '<' | '>' | '(' | ')' | ',' | ';' | '"');
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .chars()
                .all(|c| c.is_alphanumeric() || c == '-' || unicode_normalization::char::is_combining_mark(c))
    };
    let dots = |local: &str| local.starts_with('.') || local.ends_with('.') || local.contains("..");
    !local.is_empty()
        && local.len() <= 64
        && text.len() <= 254
        && !dots(local)
        && !local.contains('@')
        && text.chars().all(plain)
        && domain.contains('.')
        && domain.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn real_names_pass_untouched() {
        for name in [
            "Ada Lovelace",
            "Zoë Ångström-O’Neill",
            "Nguyễn Thị Minh Khai",
            "محمد رضا شجریان",
            "علی‌رضا",
            "क्षत्रिय र्‍याल",
            "തൻ‍ വി",
            "山田 太郎",
            "タナカ さくら子",
            "김철수",
            "Ελένη Παπαδοπούλου",
            "Łukasz Żółć",
            "María José",
            "דוד בן־גוריון",
        ] {
            let tidy = tidy(name);
            assert_eq!(tidy.text, name.nfc().collect::<String>());
            assert!(
                tidy.invisible.is_none() && tidy.control.is_none() && tidy.bidi.is_none() && !tidy.spaces,
                "{name}"
            );
            assert_eq!(mixed_script_word(name), None);
        }
    }

    #[test]
    fn letters_of_two_scripts_in_one_word_are_found() {
        assert_eq!(mixed_script_word("Аda Lovelace"), Some("Аda"));
        assert_eq!(mixed_script_word("Иван Petrov"), None);
        assert_eq!(mixed_script_word("山田Taro"), Some("山田Taro"));
    }

    #[test]
    fn spaces_are_collapsed_and_told() {
        let tidy = tidy("  Ada \u{a0} Lovelace ");
        assert_eq!((&tidy.text[..], tidy.spaces), ("Ada Lovelace", true));
    }

    #[test]
    fn decomposed_letters_are_composed() {
        assert_eq!(tidy("Zoe\u{308}").text, "Zoë");
    }

    #[test]
    fn joiners_stay_where_letters_join_and_go_elsewhere() {
        assert_eq!(tidy("علی\u{200c}رضا").invisible, None);
        let latin = tidy("Ada\u{200d}Love");
        assert_eq!((&latin.text[..], latin.invisible), ("AdaLove", Some('\u{200d}')));
        assert_eq!(tidy("Ada\u{200b}").invisible, Some('\u{200b}'));
    }

    #[test]
    fn controls_and_directions_are_told() {
        assert_eq!(tidy("Ada\u{202e}ecalevoL").bidi, Some('\u{202e}'));
        assert_eq!(tidy("Ada\u{7}").control, Some('\u{7}'));
        assert_eq!(tidy("Ada\nLovelace").control, Some('\n'));
        assert_eq!(tidy("Jos\u{fffd}").damaged, Some('\u{fffd}'));
    }

    #[test]
    fn capitals_are_told_only_where_there_are_cases() {
        assert!(is_all_capitals("ADA LOVELACE"));
        assert!(!is_all_capitals("Ada Lovelace"));
        assert!(!is_all_capitals("山田太郎花子"));
        assert!(!is_all_capitals("R2D2"));
    }

    #[test]
    fn an_address_with_a_slip_is_offered_as_it_may_be_meant() {
        for (text, likely) in [
            ("person 11@example.org", Some("person11@example.org")),
            ("emily.brown@example,org", Some("emily.brown@example.org")),
            ("Ada <ada@example.org>", Some("ada@example.org")),
            ("ada(at)example.org", Some("ada@example.org")),
            ("ada@example.org;", Some("ada@example.org")),
            ("ada@example", None),
            ("a@b.org, c@d.org", None),
            ("Ada Lovelace ada@example.org", None),
            ("56 participants", None),
        ] {
            assert_eq!(likely_email(text).as_deref(), likely, "{text}");
        }
    }

    #[test]
    fn addresses_are_judged_as_mail_would() {
        for good in ["ada@example.org", "a.b+c@mail.example.co.uk", "zoë@münchen.de", "o'neill@example.org"] {
            assert!(is_email(good), "{good}");
        }
        for bad in [
            "",
            "ada",
            "ada@",
            "@example.org",
            "ada@example",
            "ada@@example.org",
            "a b@example.org",
            "ada@example..org",
            "ada.@example.org",
            "ada@-x.org",
            "a@b.org, c@d.org",
            "Ada <ada@example.org>",
        ] {
            assert!(!is_email(bad), "{bad}");
        }
    }
}
