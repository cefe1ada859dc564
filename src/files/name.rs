//! What files of certificates are called: by number, by person, or by a pattern.
//!
//! A name is good on Windows, macOS and Linux alike, and belongs to one certificate, whatever else lies beside it: the number
//! stands at its beginning or its end, apart from the rest, so that no two are alike, in capitals or not. It depends on the
//! certificate alone, not on what was written before: a file that is made again replaces itself and no other.

use std::fmt;
use std::str::FromStr;

use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

use super::FileKind;
use crate::store::{Certificate, Store, StoreError};

/// Longest name without its extension, in bytes. File systems take 255, those that encrypt names 143 (eCryptfs); the longest
/// extension has its place too, and Windows counts the whole path.
const NAME_BYTES: usize = 128;

/// Longest pattern, in bytes.
const PATTERN_BYTES: usize = 200;

/// What Windows keeps for its devices, whatever stands behind a point.
const RESERVED: [&str; 6] = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];

/// Why a pattern is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NamePatternError {
    /// A placeholder that is not known, or a brace alone.
    #[error("`{{{0}}}` is no placeholder of file names; there are {list}", list = Value::list())]
    Unknown(String),
    /// A character that some system does not take.
    #[error("a file name cannot hold `{0}`")]
    Character(char),
    /// The number stands within it, or touches something.
    #[error("`{{number}}` stands first or last, with a space or a sign beside it, so that no two files have one name")]
    Number,
    /// It is too long.
    #[error("a pattern of file names has at most {PATTERN_BYTES} bytes")]
    TooLong,
}

/// What can stand in a file's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Value {
    Number,
    Name,
    Email,
    ExternalId,
    Event,
    Year,
    Issued,
    Version,
}

impl Value {
    const ALL: [(&str, Self); 8] = [
        ("number", Self::Number),
        ("name", Self::Name),
        ("email", Self::Email),
        ("external_id", Self::ExternalId),
        ("event", Self::Event),
        ("year", Self::Year),
        ("issued", Self::Issued),
        ("version", Self::Version),
    ];

    fn list() -> String {
        Self::ALL.map(|(name, _)| format!("{{{name}}}")).join(" ")
    }

    fn of(self, certificate: &Certificate, external_id: Option<&str>) -> String {
        let Certificate { number, recipient, email, issued, version, .. } = certificate;
        match self {
            Self::Number => number.to_string(),
            Self::Name => tame(recipient),
            Self::Email => tame(email.as_deref().unwrap_or_default()),
            Self::ExternalId => tame(external_id.unwrap_or_default()),
            Self::Event => number.event().to_string(),
            Self::Year => number.year().to_string(),
            Self::Issued => issued.to_string()[..10].to_owned(),
            Self::Version => version.to_string(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Value(Value),
}

/// How files are named. Written `number`, `person`, or with placeholders: `{event} {name} {number}`; where the number is left
/// out it follows the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamePattern(Vec<Piece>);

impl Default for NamePattern {
    fn default() -> Self {
        Self(vec![Piece::Value(Value::Number)])
    }
}

impl FromStr for NamePattern {
    type Err = NamePatternError;

    fn from_str(text: &str) -> Result<Self, NamePatternError> {
        let text = match text.trim() {
            "number" => "{number}",
            "person" => "{name} {number}",
            pattern if pattern.len() > PATTERN_BYTES => return Err(NamePatternError::TooLong),
            pattern => pattern,
        };
        let mut pieces = pieces(text)?;
        let number = Piece::Value(Value::Number);
        if !pieces.contains(&number) {
            pieces.extend([Piece::Text(" ".to_owned()), number]);
        }
        if is_apart(&pieces) { Ok(Self(pieces)) } else { Err(NamePatternError::Number) }
    }
}

impl fmt::Display for NamePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|piece| match piece {
            Piece::Text(text) => f.write_str(text),
            Piece::Value(value) => {
                let name = Value::ALL.iter().find(|(_, known)| known == value).map_or("", |(name, _)| name);
                write!(f, "{{{name}}}")
            }
        })
    }
}

fn pieces(text: &str) -> Result<Vec<Piece>, NamePatternError> {
    let (mut pieces, mut rest) = (Vec::new(), text);
    while let Some(at) = rest.find(['{', '}']) {
        let (before, after) = rest.split_at(at);
        push_text(&mut pieces, before)?;
        let name = after[1..].split('}').next().unwrap_or_default();
        let known = Value::ALL.iter().find(|(known, _)| *known == name).filter(|_| after.starts_with('{'));
        let unknown = || NamePatternError::Unknown(name.chars().take(40).collect());
        pieces.push(Piece::Value(known.ok_or_else(unknown)?.1));
        rest = after.get(name.len() + 2..).ok_or_else(unknown)?;
    }
    push_text(&mut pieces, rest)?;
    Ok(pieces)
}

fn push_text(pieces: &mut Vec<Piece>, text: &str) -> Result<(), NamePatternError> {
    if let Some(bad) = text.chars().find(|c| is_bad(*c) || is_unseen(*c)) {
        return Err(NamePatternError::Character(bad));
    }
    if !text.is_empty() {
        pieces.push(Piece::Text(text.nfc().collect()));
    }
    Ok(())
}

/// Says whether the number can be told from the rest: once, at an end, and not beside a letter or a digit.
fn is_apart(pieces: &[Piece]) -> bool {
    let number = Piece::Value(Value::Number);
    let parts = |piece: Option<&Piece>, beside: fn(&str) -> Option<char>| match piece {
        None => true,
        Some(Piece::Text(text)) => beside(text).is_some_and(|c| !c.is_alphanumeric()),
        Some(Piece::Value(_)) => false,
    };
    let once = pieces.iter().filter(|piece| **piece == number).count() == 1;
    let first = pieces.first() == Some(&number) && parts(pieces.get(1), |text| text.chars().next());
    let before = pieces.len().checked_sub(2).and_then(|at| pieces.get(at));
    let last = pieces.last() == Some(&number) && parts(before, |text| text.chars().next_back());
    once && (first || last)
}

impl NamePattern {
    /// Returns the names of certificates' files, without extensions.
    ///
    /// # Errors
    /// When the store fails.
    pub fn names(&self, store: &dyn Store, certificates: &[Certificate]) -> Result<Vec<String>, StoreError> {
        certificates.iter().map(|certificate| self.name_of(store, certificate)).collect()
    }

    /// Returns the name of a certificate's files, without an extension. The external id is the one that the person has now.
    ///
    /// # Errors
    /// When the store fails.
    pub fn name_of(&self, store: &dyn Store, certificate: &Certificate) -> Result<String, StoreError> {
        let external_id = match self.0.contains(&Piece::Value(Value::ExternalId)) {
            true => store.participant(certificate.number.event(), &certificate.person)?.and_then(|who| who.external_id),
            false => None,
        };
        Ok(self.name(certificate, external_id.as_deref()))
    }

    /// Returns the name of a certificate's file of a kind.
    ///
    /// # Errors
    /// When the store fails.
    pub fn file_of(&self, store: &dyn Store, certificate: &Certificate, kind: FileKind) -> Result<String, StoreError> {
        Ok(format!("{}.{}", self.name_of(store, certificate)?, kind.extension()))
    }

    fn name(&self, certificate: &Certificate, external_id: Option<&str>) -> String {
        let text = |piece: &Piece| match piece {
            Piece::Text(text) => (text.clone(), false),
            Piece::Value(Value::Number) => (certificate.number.to_string(), false),
            Piece::Value(value) => (value.of(certificate, external_id), true),
        };
        let mut parts: Vec<(String, bool)> = self.0.iter().map(text).collect();
        shorten(&mut parts);
        let whole: String = parts.iter().flat_map(|(text, _)| text.chars()).nfc().collect();
        let whole = whole.split_whitespace().collect::<Vec<_>>().join(" ");
        // A point at the beginning hides a file, one at the end is dropped by Windows.
        let whole = whole.trim_matches([' ', '.']);
        if is_reserved(whole) { format!("_{whole}") } else { whole.to_owned() }
    }
}

/// Takes letters off the longest value until the name has room.
fn shorten(parts: &mut [(String, bool)]) {
    while parts.iter().map(|(text, _)| text.len()).sum::<usize>() > NAME_BYTES {
        let longest =
            parts.iter_mut().filter(|(text, may)| *may && !text.is_empty()).max_by_key(|(text, _)| text.len());
        let Some((text, _)) = longest else { return };
        let end = text.grapheme_indices(true).next_back().map_or(0, |(at, _)| at);
        text.truncate(end);
    }
}

/// Puts a value in a form that every system takes: composed (NFC), without what is unseen, with `_` for signs of paths.
fn tame(value: &str) -> String {
    let tame = |c: char| match c {
        c if c.is_whitespace() => ' ',
        c if is_bad(c) => '_',
        c => c,
    };
    value.chars().filter(|c| !is_unseen(*c)).nfc().map(tame).collect()
}

/// What Windows does not take, and what parts a path elsewhere.
fn is_bad(c: char) -> bool {
    matches!(c, '<' | '>' | ':' | '"' | '/' | '\\' | '|' | '?' | '*') || c.is_control()
}

/// What turns text around or joins it without being seen, and what is no letter at all: a name must not look like another.
/// The joiners of Persian and Indian scripts stay.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{ffff}' | '\u{e0000}'..='\u{e0fff}')
}

/// Says whether Windows takes a name for one of its devices: what counts ends at the first point.
fn is_reserved(name: &str) -> bool {
    let device = name.split('.').next().unwrap_or_default().trim_end().to_uppercase();
    let is_port = |start: &str| {
        let mut rest = device.strip_prefix(start).unwrap_or_default().chars();
        rest.next().is_some_and(|c| c.is_ascii_digit() || matches!(c, '¹' | '²' | '³')) && rest.next().is_none()
    };
    RESERVED.contains(&&*device) || is_port("COM") || is_port("LPT")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::files::tests::certificate;

    fn named(pattern: &str, name: &str, external_id: Option<&str>) -> String {
        let certificate = Certificate { recipient: name.to_owned(), ..certificate(7) };
        pattern.parse::<NamePattern>().unwrap().name(&certificate, external_id)
    }

    #[test]
    fn names_are_by_number_by_person_or_by_a_pattern() {
        for (pattern, wanted) in [
            ("number", "CERT-WORKSHOP-2026-00007"),
            ("person", "Zoë Ångström CERT-WORKSHOP-2026-00007"),
            ("{name}", "Zoë Ångström CERT-WORKSHOP-2026-00007"),
            ("{number}_{name}", "CERT-WORKSHOP-2026-00007_Zoë Ångström"),
            ("{event} {year} - {external_id} - {number}", "WORKSHOP 2026 - lms_7 - CERT-WORKSHOP-2026-00007"),
            ("v{version}, {issued}, {number}", "v1, 2026-05-01, CERT-WORKSHOP-2026-00007"),
        ] {
            assert_eq!(named(pattern, "Zoe\u{308} A\u{30a}ngstro\u{308}m", Some("lms/7")), wanted, "{pattern}");
            let parsed: NamePattern = pattern.parse().unwrap();
            assert_eq!(parsed.to_string().parse(), Ok(parsed));
        }
    }

    #[test]
    fn what_some_system_does_not_take_is_put_otherwise() {
        for (name, wanted) in [
            ("../../etc/passwd", "_.._etc_passwd CERT-WORKSHOP-2026-00007"),
            ("CON. ", "_CON. CERT-WORKSHOP-2026-00007"),
            ("com³.x", "_com³.x CERT-WORKSHOP-2026-00007"),
            ("a\u{202e}fdp\n<b>", "afdp _b_ CERT-WORKSHOP-2026-00007"),
            ("   ", "CERT-WORKSHOP-2026-00007"),
            ("CONNIE", "CONNIE CERT-WORKSHOP-2026-00007"),
        ] {
            assert_eq!(named("person", name, None), wanted);
        }
        let long = named("{name} {external_id} {number}", &"ग्या".repeat(60), Some(&"x".repeat(300)));
        assert!((120..=NAME_BYTES).contains(&long.len()) && long.ends_with(" CERT-WORKSHOP-2026-00007"), "{long}");
        assert!(long.starts_with("ग्याग्या") && long.contains("xxx"), "{long}");
    }

    #[test]
    fn patterns_that_could_give_two_files_one_name_are_refused() {
        let error = |pattern: &str| pattern.parse::<NamePattern>().unwrap_err();
        for pattern in ["{name}{number}", "{number}{name}", "{name} {number} {event}", "x{number}", "{number}-{number}"]
        {
            assert_eq!(error(pattern), NamePatternError::Number, "{pattern}");
        }
        assert_eq!(error("{nmae} {number}"), NamePatternError::Unknown("nmae".into()));
        assert!(error("{titel}").to_string().contains("{external_id}"));
        for pattern in ["{name", "name}", "{", "{{name}}"] {
            assert!(matches!(error(pattern), NamePatternError::Unknown(_)), "{pattern}");
        }
        assert_eq!(error("a/{number}"), NamePatternError::Character('/'));
        assert_eq!(error(&"x".repeat(201)), NamePatternError::TooLong);
    }

    proptest! {
        /// Of two certificates the names differ in more than capitals, and every system takes them.
        #[test]
        fn no_two_files_have_one_name(one in "\\PC{0,40}", other in "[ .A-Z0-9-]{0,60}", first: bool) {
            let pattern = if first { "{number} {name} {external_id}" } else { "{external_id} {name}-{number}" };
            let pattern: NamePattern = pattern.parse().unwrap();
            let of = |sequence, name: &str, id: &str| {
                let certificate = Certificate { recipient: name.to_owned(), ..certificate(sequence) };
                pattern.name(&certificate, Some(id))
            };
            let names = [of(1, &one, &other), of(2, &other, &one), of(12, &one, &other), of(100_001, &other, "")];
            for (at, name) in names.iter().enumerate() {
                prop_assert!(name.len() <= NAME_BYTES + 1 && !name.ends_with(['.', ' ']) && !is_reserved(name));
                prop_assert!(!name.contains(is_bad) && !name.contains(is_unseen) && !name.starts_with('.'));
                prop_assert!(name.nfc().eq(name.chars()), "{name:?}");
                prop_assert!(names[..at].iter().all(|before| before.to_lowercase() != name.to_lowercase()));
            }
        }
    }
}
