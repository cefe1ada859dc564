//! What makes two addresses one mailbox, and two names one name. People are found again by these, whichever system spelt
//! them. Pure.

use std::borrow::Cow;

use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;
use unicode_script::{Script, UnicodeScript};

/// Returns an address as it is compared: the domain in the ASCII form of UTS 46, the local part in NFC, all in lower case.
///
/// Capitals in the local part may tell two mailboxes apart (RFC 5321 section 2.4), and hardly ever do.
#[must_use]
pub fn mailbox(address: &str) -> String {
    let address = address.trim();
    if address.is_ascii() {
        return address.to_ascii_lowercase();
    }
    let Some((local, domain)) = address.rsplit_once('@') else { return lower(address) };
    let domain = idna::domain_to_ascii(domain).unwrap_or_else(|_| lower(domain));
    format!("{}@{domain}", local.nfc().collect::<String>().to_lowercase().nfc().collect::<String>())
}

fn lower(text: &str) -> String {
    text.nfkc().collect::<String>().to_lowercase().nfkc().collect()
}

/// Returns a name as it is compared: without case, diacritics, punctuation and the order of its parts. `Núñez, José` and
/// `JOSE NUNEZ` are one name, `Jo Nunez` is another.
#[must_use]
pub fn plain_name(name: &str) -> String {
    let mut words: Vec<String> = vec![String::new()];
    for c in name.nfkd().filter(|c| !is_diacritic(*c)) {
        match c {
            // O'Neill and ONeill; a hyphen or a full stop parts two words.
            '\'' | '’' | 'ʼ' | '‘' | '`' => {}
            c if c.is_alphanumeric() || unicode_normalization::char::is_combining_mark(c) => {
                if let Some(word) = words.last_mut() {
                    word.push_str(&folded(c));
                }
            }
            _ => words.push(String::new()),
        }
    }
    words.retain(|word| !word.is_empty());
    if words.is_empty() {
        return lower(name.trim());
    }
    // Where no spaces are written between the parts, they say nothing about them.
    if words.iter().flat_map(|word| word.chars()).all(is_written_without_spaces) {
        return words.concat();
    }
    words.sort();
    words.join(" ")
}

/// Accents over letters of Latin, Greek and Cyrillic. The signs of other scripts are letters of a name.
fn is_diacritic(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}')
}

fn is_written_without_spaces(c: char) -> bool {
    matches!(c.script(), Script::Han | Script::Hiragana | Script::Katakana | Script::Hangul | Script::Common)
        && !c.is_ascii()
        || unicode_normalization::char::is_combining_mark(c)
}

/// Lower case; letters that are no letter with an accent to Unicode, and are one to those who type a name without them.
fn folded(c: char) -> Cow<'static, str> {
    Cow::Borrowed(match c {
        'ß' | 'ẞ' => "ss",
        'æ' | 'Æ' => "ae",
        'œ' | 'Œ' => "oe",
        'ø' | 'Ø' => "o",
        'ł' | 'Ł' => "l",
        'đ' | 'Đ' | 'ð' | 'Ð' => "d",
        'þ' | 'Þ' => "th",
        'ı' => "i",
        'ς' => "σ",
        other => return Cow::Owned(other.to_lowercase().collect()),
    })
}

/// Returns what an index keeps in the place of a text: short, and nothing that names anybody.
pub(super) fn digest(text: &str) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(text.as_bytes())[..8])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_mailbox_in_two_forms_is_one() {
        for (one, other) in [
            ("user@bücher.example", "user@xn--bcher-kva.example"),
            ("jürgen@hop.example.net", "ju\u{308}rgen@hop.example.net"),
            ("Eva@Hop.example.net", "eva@hop.EXAMPLE.net"),
            ("x@１２.example", "x@12.example"),
            (" ada@example.org ", "ada@example.org"),
            ("ada@BÜCHER.example", "ada@bücher.example"),
        ] {
            assert_eq!(mailbox(one), mailbox(other), "{one}");
            assert_eq!(mailbox(&mailbox(one)), mailbox(one), "{one}");
        }
        assert_ne!(mailbox("jurgen@example.org"), mailbox("jürgen@example.org"));
        assert_ne!(mailbox("a.b@example.org"), mailbox("ab@example.org"));
    }

    #[test]
    fn one_name_in_two_spellings_is_one_and_another_is_another() {
        for (one, other) in [
            ("José Núñez", "NUNEZ, Jose"),
            ("Anna-Maria Berg", "Berg Anna Maria"),
            ("Søren Ærø", "soren aero"),
            ("Łukasz Groß", "Lukasz Gross"),
            ("Sinéad O’Neill", "Sinead ONeill"),
            ("田中 さくら", "田中さくら"),
            ("김 철수", "김철수"),
            ("Ελένη Παπαδοπούλου", "ΠΑΠΑΔΟΠΟΥΛΟΥ ΕΛΕΝΗ"),
            ("Артём Йорк", "Артем Йорк"),
        ] {
            assert_eq!(plain_name(one), plain_name(other), "{one}");
        }
        for (one, other) in [
            ("Anna Berg", "Karl Berg"),
            ("Anna Berg", "Anne Berg"),
            ("Anna Berg", "Anna Maria Berg"),
            ("नरेन्द्र शर्मा", "नरेन्द्र शर्म"),
            ("タナカ", "ダナカ"),
            ("", "Anna"),
        ] {
            assert_ne!(plain_name(one), plain_name(other), "{one}");
        }
        assert_eq!(plain_name("•"), "•", "what has no letter is itself");
    }
}
