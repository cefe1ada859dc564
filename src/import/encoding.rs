//! Code pages of text files: UTF-8 and UTF-16 are told by their bytes; any other is guessed by what the words look like, and
//! asked for where two pages would give other names.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::ImportError;
use super::letters::{Look, look};
use super::question::{AskedRow, Choice, Question};

/// What the upper half of the code pages of DOS means.
const DOS: &str = include_str!("dos.txt");

/// Pages that Latin letters may be written by, the likelier first.
const LATIN: [&str; 7] =
    ["windows-1252", "windows-1250", "windows-1254", "windows-1257", "macintosh", "iso-8859-2", "iso-8859-15"];
/// Pages for other letters; of these only what the words speak for is taken.
const OTHERS: [&str; 8] = [
    "windows-1251",
    "windows-1253",
    "windows-1255",
    "windows-1256",
    "koi8-u",
    "windows-874",
    "windows-1258",
    "x-mac-cyrillic",
];
/// Pages of DOS, looked at where no other one gives words.
const OF_DOS: [&str; 6] = ["ibm850", "ibm852", "ibm437", "ibm775", "ibm857", "ibm866"];
/// Names that are shown of each reading.
const SHOWN: usize = 3;
/// Readings that are shown.
const READINGS: usize = 6;

/// Pages of East Asia, of which what the words look like says nothing.
const EAST: [&str; 4] = ["shift_jis", "gbk", "big5", "euc-kr"];

/// Returns the names of the code pages that are offered to who says by which one a file is to be read; others are understood too.
pub fn pages() -> impl Iterator<Item = &'static str> {
    ["utf-8", "utf-16le"].into_iter().chain(LATIN).chain(OTHERS).chain(OF_DOS).chain(EAST)
}

/// A code page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Page {
    /// One of the WHATWG Encoding Standard.
    Web(&'static Encoding),
    /// One of DOS.
    Dos(&'static str, &'static str),
}

impl Page {
    /// Returns the page of a name, in the spellings that are in use.
    pub(super) fn named(name: &str) -> Option<Self> {
        let name = name.trim().to_lowercase();
        let plain: String = name.chars().filter(|c| c.is_ascii_alphanumeric()).collect();
        let digits = plain.trim_start_matches(|c: char| !c.is_ascii_digit());
        let dos = |page: &str| {
            let line = DOS.lines().find_map(|line| line.strip_prefix("ibm")?.strip_prefix(page)?.strip_prefix(' '));
            let name = OF_DOS.iter().find(|name| name.strip_prefix("ibm") == Some(page))?;
            line.map(|letters| Self::Dos(name, letters))
        };
        let web = |label: &str| Encoding::for_label(label.as_bytes()).map(Self::Web);
        let label = match plain.as_str() {
            "macroman" | "macosroman" | "mac" | "applemacintosh" => "macintosh",
            "ansi" | "latin1" | "western" => "windows-1252",
            "sjis" | "cp932" => "shift_jis",
            "cp936" => "gbk",
            "cp949" => "euc-kr",
            "cp950" => "big5",
            "utf16" => "utf-16le",
            _ => name.as_str(),
        };
        web(label).or_else(|| dos(digits)).or_else(|| web(&format!("windows-{digits}")))
    }

    /// Returns its name.
    pub(super) fn name(self) -> String {
        match self {
            Self::Web(encoding) => encoding.name().to_lowercase(),
            Self::Dos(name, _) => name.to_owned(),
        }
    }

    /// Returns the text that bytes say, if each of them means something.
    pub(super) fn text(self, bytes: &[u8]) -> Option<String> {
        match self {
            Self::Web(encoding) => {
                let bytes = match Encoding::for_bom(bytes) {
                    Some((found, length)) if found == encoding => &bytes[length..],
                    _ => bytes,
                };
                encoding.decode_without_bom_handling_and_without_replacement(bytes).map(Cow::into_owned)
            }
            Self::Dos(_, letters) => {
                let letters: Vec<char> = letters.chars().collect();
                let letter = |&byte: &u8| match byte {
                    0..128 => Some(char::from(byte)),
                    _ => letters.get(usize::from(byte) - 128).copied().filter(|c| *c != '\u{fffd}'),
                };
                bytes.iter().map(letter).collect()
            }
        }
    }

    /// Returns the bytes of a text, if the page has all of its letters.
    pub(super) fn bytes(self, text: &str) -> Option<Vec<u8>> {
        let Self::Web(encoding) = self else { return None };
        let (bytes, _, lost) = encoding.encode(text);
        (!lost).then(|| bytes.into_owned())
    }
}

/// A text file's text.
pub(super) struct Decoded {
    pub text: String,
    /// By which page it was read.
    pub page: String,
    /// What is said about it.
    pub note: Option<String>,
    /// What is asked about it.
    pub question: Option<Question>,
}

impl Decoded {
    fn sure(text: String, page: impl Into<String>) -> Self {
        Self { text, page: page.into(), note: None, question: None }
    }
}

/// Returns the text of a file, by the page that was said or is found.
pub(super) fn decode(name: &str, bytes: &[u8], said: Option<&str>) -> Result<Decoded, ImportError> {
    if let Some(said) = said {
        return decode_as(name, bytes, said);
    }
    match Encoding::for_bom(bytes) {
        Some((encoding, length)) if encoding == UTF_16LE || encoding == UTF_16BE => {
            let text = encoding.decode_without_bom_handling(&bytes[length..]).0.into_owned();
            return Ok(Decoded::sure(text, encoding.name()));
        }
        _ => {}
    }
    if let Some(decoded) = without_mark(bytes) {
        return Ok(decoded);
    }
    if bytes.iter().take(4096).any(|&byte| byte == 0) {
        return Err(ImportError::Kind { file: name.into(), kind: "not text (or UTF-16 without a byte order mark)" });
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Decoded::sure(text.trim_start_matches('\u{feff}').to_owned(), UTF_8.name())),
        Err(_) => guess(name, bytes),
    }
}

/// Returns what UTF-16 says without its mark: one half of its commas and line breaks is zero, and seldom the other one.
fn without_mark(bytes: &[u8]) -> Option<Decoded> {
    /// How much more often that half is zero.
    const OFTENER: usize = 4;
    let zeros = |half: usize| bytes.iter().skip(half).step_by(2).take(2_048).filter(|byte| **byte == 0).count();
    let encoding = match (zeros(0), zeros(1)) {
        (first, second) if second > first * OFTENER => UTF_16LE,
        (first, second) if first > second * OFTENER => UTF_16BE,
        _ => return None,
    };
    let text = encoding.decode_without_bom_handling_and_without_replacement(bytes)?;
    // A list has lines, in the same sixteen bits.
    let is_text = text.contains('\n') && !text.chars().any(|c| c.is_control() && !matches!(c, '\r' | '\n' | '\t'));
    is_text.then(|| Decoded::sure(text.into_owned(), encoding.name()))
}

fn decode_as(name: &str, bytes: &[u8], said: &str) -> Result<Decoded, ImportError> {
    let page = Page::named(said).ok_or_else(|| ImportError::UnknownEncoding(said.chars().take(40).collect()))?;
    match page.text(bytes) {
        Some(text) => Ok(Decoded::sure(text.trim_start_matches('\u{feff}').to_owned(), page.name())),
        None => Err(ImportError::NotEncoding { file: name.into(), encoding: page.name() }),
    }
}

/// A page, and what it makes of the words that are not ASCII.
struct Candidate {
    page: Page,
    words: Vec<String>,
    look: Look,
}

/// Takes the page that gives words; where several give other words, that is asked.
fn guess(name: &str, bytes: &[u8]) -> Result<Decoded, ImportError> {
    let fields = foreign_fields(bytes);
    let mut found = candidates(&fields, &guessed_first(bytes));
    // A page of the Macintosh gives words of many of those of DOS, and the other way round.
    let of_windows = |one: &Candidate| one.look > Look::Broken && !one.page.name().contains("mac");
    if !found.iter().any(of_windows) {
        found.extend(candidates(&fields, &OF_DOS.iter().filter_map(|name| Page::named(name)).collect::<Vec<_>>()));
    }
    let best = found.iter().map(|one| one.look).max().unwrap_or(Look::Broken);
    let mut distinct: Vec<Candidate> = Vec::new();
    for one in found.into_iter().filter(|one| one.look == best && best > Look::Broken) {
        if distinct.iter().all(|other| other.words != one.words) && one.page.text(bytes).is_some() {
            distinct.push(one);
        }
    }
    let Some(first) = distinct.first() else { return Err(not_told(name, bytes)) };
    let text = first.page.text(bytes).unwrap_or_default();
    let page = first.page.name();
    let note = Some(format!("the file is not UTF-8; it was read as {page}: check that accented letters are right"));
    // Where all letters are those that the pages of Windows share, and they give them, nothing is unsure. A page of another
    // system is a guess, also where it is the only one that gives words.
    let unsure = distinct.len() > 1 || best < Look::Words || !is_shared(first) || !is_western(&fields, first);
    let question = unsure.then(|| question(&fields, &distinct));
    Ok(Decoded { text, page, note, question })
}

/// Letters that mean the same in the pages of Windows for the West, the middle of Europe and Turkey.
fn is_shared(one: &Candidate) -> bool {
    let shared = |c: char| c.is_ascii() || "äöüßéáíóúçâîôÄÖÜÉÁÍÓÚÇÂÎÔ–’".contains(c);
    one.words.iter().all(|word| word.chars().all(shared))
}

/// Says whether the page of Windows for the West gives the same words.
fn is_western(fields: &[(u64, Vec<u8>)], one: &Candidate) -> bool {
    let western = Page::Web(encoding_rs::WINDOWS_1252);
    fields.iter().zip(&one.words).all(|((_, field), word)| western.text(field).as_ref() == Some(word))
}

/// Returns pages in the order in which they are looked at: what the words speak for first.
fn guessed_first(bytes: &[u8]) -> Vec<Page> {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let guess = Page::Web(detector.guess(None, Utf8Detection::Deny));
    let mut pages = vec![guess];
    pages.extend(LATIN.iter().chain(&OTHERS).filter_map(|name| Page::named(name)).filter(|page| *page != guess));
    pages
}

fn candidates(fields: &[(u64, Vec<u8>)], pages: &[Page]) -> Vec<Candidate> {
    let one = |&page: &Page| {
        let words: Vec<String> = fields.iter().map(|(_, field)| page.text(field)).collect::<Option<_>>()?;
        let look = words.iter().map(|word| look(word)).min().unwrap_or(Look::Words);
        Some(Candidate { page, words, look })
    };
    pages.iter().filter_map(one).collect()
}

/// Returns the cells with letters outside ASCII, each once, with the line of the first.
fn foreign_fields(bytes: &[u8]) -> Vec<(u64, Vec<u8>)> {
    /// More say nothing new.
    const MOST: usize = 2_000;
    let mut seen = std::collections::HashSet::new();
    let mut fields = Vec::new();
    for (at, line) in bytes.split(|&byte| byte == b'\n').enumerate() {
        for field in line.split(|byte| b",;\t\"\r".contains(byte)).filter(|field| !field.is_ascii()) {
            if fields.len() < MOST && seen.insert(field) {
                fields.push((at as u64 + 1, field.to_vec()));
            }
        }
    }
    fields
}

fn question(fields: &[(u64, Vec<u8>)], readings: &[Candidate]) -> Question {
    // What differs is shown first.
    let differs = |at: &usize| readings.iter().any(|one| one.words[*at] != readings[0].words[*at]);
    let (differing, same): (Vec<usize>, Vec<usize>) = (0..fields.len()).partition(differs);
    let places: Vec<usize> = differing.into_iter().chain(same).take(SHOWN).collect();
    let says = |one: &Candidate| {
        let words: Vec<String> = places.iter().map(|&at| format!("`{}`", one.words[at].trim())).collect();
        format!("the names are {}", words.join(", "))
    };
    let row = |&at: &usize| AskedRow {
        line: fields[at].0,
        shown: readings[0].words[at].trim().to_owned(),
        reason: String::new(),
        likely: None,
    };
    Question {
        about: "encoding".into(),
        text: "the file is not UTF-8, and its letters can be read in more than one way: which are the names?".into(),
        rows: places.iter().map(row).collect(),
        more_rows: fields.len().saturating_sub(places.len()) as u64,
        choices: readings
            .iter()
            .take(READINGS)
            .map(|one| Choice::new(format!("encoding={}", one.page.name()), says(one)))
            .collect(),
    }
}

/// No page gives words: better no certificate than one for `Èâàíîâ`.
fn not_told(name: &str, bytes: &[u8]) -> ImportError {
    let is_text = |line: &[u8]| std::str::from_utf8(line).is_ok();
    let lines = || bytes.split(|&byte| byte == b'\n');
    if lines().any(|line| !line.is_ascii() && is_text(line))
        && let Some(at) = lines().position(|line| !is_text(line))
    {
        return ImportError::Mixed { file: name.into(), line: at as u64 + 1 };
    }
    let (line, field) = foreign_fields(bytes).into_iter().next().unwrap_or((1, Vec::new()));
    let western = Page::Web(encoding_rs::WINDOWS_1252);
    let sample = western.text(&field).unwrap_or_default().chars().filter(|c| !c.is_control()).take(20).collect();
    ImportError::Encoding { file: name.into(), line, sample }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_that_is_offered_is_one() {
        for name in pages() {
            assert_eq!(Page::named(name).map(Page::name).as_deref(), Some(name));
        }
    }

    #[test]
    fn a_zero_here_and_there_makes_no_list_of_sixteen_bits() {
        for list in [&b"Name,Email\nAda,a@x.example\0"[..], b"Name,Email\nAd\0a,a@x.example\n", b"Name\nAda\n\0\0"] {
            assert!(matches!(decode("list", list, None), Err(ImportError::Kind { .. })), "{list:?}");
        }
        let wide: Vec<u8> = "Name\nZoë\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(decode("list", &wide, None).unwrap().text, "Name\nZoë\n");
    }

    fn page(name: &str, text: &str) -> Vec<u8> {
        match Page::named(name).unwrap() {
            Page::Dos(_, letters) => {
                let byte = |c: char| match c.is_ascii() {
                    true => c as u8,
                    false => letters.chars().position(|letter| letter == c).unwrap() as u8 + 128,
                };
                text.chars().map(byte).collect()
            }
            web => web.bytes(text).unwrap(),
        }
    }

    #[test]
    fn what_is_written_by_a_page_is_read_by_it_or_asked() {
        for (name, text) in [
            ("windows-1250", "Jiří Dvořák,Łukasz Wójcik,Erdős Pál"),
            ("windows-1254", "Işıl Gültekin,Şule Yılmaz,Gülşen Işık"),
            ("windows-1257", "Živilė Šimkutė,Šarūnas Žemaitis"),
            ("macintosh", "José Müller,Zoë Núñez"),
            // One page alone gives words, of letters that the pages of Windows share.
            ("macintosh", "José Müller"),
            ("ibm850", "Jürgen Größer"),
            ("ibm852", "Jürgen Größer,André"),
            ("ibm850", "Schön,Möller"),
            ("ibm850", "Jürgen Groß,Bärbel Schön"),
            ("iso-8859-15", "Zoé Šafar,Françoise Œuvrard"),
            ("windows-1251", "Иван Петров,Ольга Ковалёва"),
            ("koi8-r", "Иван Петров,Ольга Ковалёва"),
            ("windows-1253", "Ελένη Παπαδοπούλου"),
            ("ibm850", "José Müller,Zoë Núñez"),
            ("ibm852", "Jiří Dvořák,Łukasz Wójcik"),
            ("windows-1252", "Hélène Lefèvre,Siân"),
            ("shift_jis", "佐藤花子,鈴木一郎,高橋さくら,田中ひろし"),
        ] {
            let bytes = page(name, &format!("name\n{}\n", text.replace(',', "\n")));
            let decoded = decode("x", &bytes, None).unwrap_or_else(|error| panic!("{name}: {error}"));
            let asked = decoded.question.unwrap_or_else(|| panic!("{name} is not asked"));
            let offered = asked.choices.iter().any(|choice| choice.says.contains(text.split(',').next().unwrap()));
            assert!(offered, "{name}: {asked:#?}");
            let by = decode("x", &bytes, Some(name)).unwrap();
            assert!(by.question.is_none() && text.split(',').all(|name| by.text.contains(name)), "{name}: {}", by.text);
        }
    }

    #[test]
    fn sixteen_bits_are_read_without_their_mark_and_other_bytes_are_not() {
        let list = "Name\tE-Mail\nZoë Müller\tz@example.org\n鈴木一郎\ts@example.org\n";
        for order in [u16::to_le_bytes, u16::to_be_bytes] {
            let bytes: Vec<u8> = list.encode_utf16().flat_map(order).collect();
            assert_eq!(decode("x", &bytes, None).map(|read| read.text).ok().as_deref(), Some(list));
            assert!(decode("x", &bytes[..bytes.len() - 1], None).is_err(), "half of a letter is missing");
        }
        assert!(decode("x", b"Name\0\0\0Ada", None).is_err() && decode("x", b"N\0\x01\0", None).is_err());
    }

    #[test]
    fn two_lists_that_were_put_together_are_told_by_the_first_line_of_the_other() {
        let mut bytes = "Name\nZoë Müller\n".as_bytes().to_vec();
        bytes.extend(page("windows-1252", "José Núñez\n"));
        let error = decode("x", &bytes, None).map(|read| read.text).unwrap_err();
        assert_eq!(error, ImportError::Mixed { file: "x".into(), line: 3 });
    }

    #[test]
    fn letters_that_all_pages_share_are_not_asked_about() {
        for name in ["windows-1252", "windows-1250", "windows-1254"] {
            let decoded = decode("x", &page(name, "name\nJürgen Müßig\nJosé Pérez\n"), None).unwrap();
            assert!(decoded.question.is_none() && decoded.text.contains("José Pérez"), "{:?}", decoded.question);
            assert!(decoded.note.unwrap().contains("not UTF-8"));
        }
    }

    #[test]
    fn pages_are_known_by_the_names_in_use() {
        for (name, page) in [
            ("cp1250", "windows-1250"),
            ("Windows-1254", "windows-1254"),
            ("1257", "windows-1257"),
            ("MacRoman", "macintosh"),
            ("ANSI", "windows-1252"),
            ("IBM850", "ibm850"),
            ("cp852", "ibm852"),
            ("UTF-8", "utf-8"),
            ("utf8", "utf-8"),
            ("latin2", "iso-8859-2"),
            ("cp866", "ibm866"),
        ] {
            assert_eq!(Page::named(name).map(Page::name).as_deref(), Some(page), "{name}");
        }
        assert!(Page::named("klingon").is_none() && Page::named("").is_none());
    }
}
