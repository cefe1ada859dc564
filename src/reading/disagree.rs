//! Compares what a PDF prints with what was signed: an edited name, number, title or result shows.
//!
//! Text extraction may split, reorder and respell, so texts are compared without case, spaces, compatibility forms and
//! invisible characters, in reading order and in the order of drawing from left to right. A crafted file can still lie
//! to this; the signed fields are what counts, always.

use std::collections::BTreeSet;

use unicode_bidi::{BidiClass, BidiInfo, Level, bidi_class};
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

use crate::credential::{CertificateNumber, UnverifiedCredential};

/// A signed field that the page does not show as signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disagreement {
    /// The field's path in the credential.
    pub field: &'static str,
    /// What was signed.
    pub signed: String,
    /// What the page shows in its place, where that can be told; `None`: the signed text is just not there.
    pub found: Option<String>,
}

/// A text that differs by at most this share of its characters is shown as what was found in place of the signed one.
const SIMILAR: f64 = 0.5;

/// Longest line and signed text that are compared character by character, in characters.
const COMPARED: usize = 400;

/// Returns the signed fields that the printed text contradicts.
///
/// The recipient's name, the number and the title must be there. The issuer's name and the result are often drawn as a
/// logo or left out: they are only reported where something else clearly stands in their place.
pub fn disagreements(printed: &str, credential: &UnverifiedCredential) -> Vec<Disagreement> {
    let page = Page::new(printed);
    let mut all = Vec::new();
    all.extend(missing(&page, "credentialSubject.identifier", &credential.recipient));
    all.extend(other_number(&page, &credential.number));
    all.extend(missing(&page, "credentialSubject.achievement.name", &credential.title));
    all.extend(missing(&page, "issuer.name", &credential.issuer_name).filter(|d| d.found.is_some()));
    all.extend(result(credential).and_then(|signed| other_result(&page, signed)));
    all
}

/// Returns the pages that speak of a credential where a file holds several: all but those that show the number of
/// another one of them and not its own. A page that shows a number which is in no credential stays everybody's.
pub fn own_pages(printed: &str, number: &str, others: &[&str]) -> String {
    let is_anothers = |page: &str| {
        let shown = numbers(page);
        !shown.iter().any(|n| n == number) && shown.iter().any(|n| others.contains(&n.as_str()))
    };
    printed.split_inclusive('\u{c}').filter(|page| !is_anothers(page)).collect()
}

/// The certificate numbers that a page shows.
pub(super) type Shown = BTreeSet<String>;

/// Returns the numbers that each page shows.
pub fn shown_numbers(printed: &str) -> Vec<BTreeSet<String>> {
    printed.split_terminator('\u{c}').map(|page| numbers(page).into_iter().collect()).collect()
}

struct Page<'a> {
    printed: &'a str,
    folded: String,
}

impl<'a> Page<'a> {
    fn new(printed: &'a str) -> Self {
        Self { printed, folded: fold(printed) }
    }

    fn shows(&self, text: &str) -> bool {
        self.shows_whole(text) || has_rtl(text) && text.split_whitespace().all(|word| self.shows_whole(word))
    }

    fn shows_whole(&self, text: &str) -> bool {
        self.folded.contains(&fold(text)) || drawn_orders(text).iter().any(|form| self.folded.contains(form))
    }

    /// The line most like `text`, if any is alike.
    fn similar_line(&self, text: &str) -> Option<String> {
        let wanted: Vec<char> = fold(text).chars().take(COMPARED).collect();
        let scored = self.printed.split(['\n', '\u{c}']).filter_map(|line| {
            let line = line.trim();
            let have: Vec<char> = fold(line).chars().take(COMPARED + 1).collect();
            let longer = have.len().max(wanted.len());
            // A difference in length alone may already be too much.
            if have.is_empty() || have.len() > COMPARED || have.len().abs_diff(wanted.len()) * 2 > longer {
                return None;
            }
            let share = distance(&wanted, &have) as f64 / longer as f64;
            (share < SIMILAR).then_some((share, line))
        });
        let best = scored.min_by(|a, b| a.0.total_cmp(&b.0))?;
        Some(best.1.to_owned())
    }
}

fn missing(page: &Page<'_>, field: &'static str, signed: &str) -> Option<Disagreement> {
    if page.shows(signed) {
        return None;
    }
    Some(Disagreement { field, signed: signed.into(), found: page.similar_line(signed) })
}

/// The signed number must be the only one on the page.
fn other_number(page: &Page<'_>, signed: &str) -> Option<Disagreement> {
    let others: BTreeSet<String> = numbers(page.printed).into_iter().filter(|number| number != signed).collect();
    let found = others.into_iter().next();
    if found.is_none() && page.shows(signed) {
        return None;
    }
    Some(Disagreement { field: "credentialSubject.licenseNumber", signed: signed.into(), found })
}

/// Every `CERT-EVENT-YEAR-SEQUENCE` in a text.
fn numbers(text: &str) -> Vec<String> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'))
        .filter_map(|word| word.get(word.find("CERT-")?..))
        // A link holds the number with the address's suffix behind it.
        .filter(|word| word.parse::<CertificateNumber>().is_ok())
        .map(str::to_owned)
        .collect()
}

fn result(credential: &UnverifiedCredential) -> Option<&str> {
    let results = credential.document.get("credentialSubject")?.get("result")?.as_array()?;
    results.first()?.get("value")?.as_str()
}

/// A page that shows `C1` and nowhere the signed `A1` was edited; a page that shows neither just does not print it.
fn other_result(page: &Page<'_>, signed: &str) -> Option<Disagreement> {
    let words =
        || page.printed.split(|c: char| c.is_whitespace() || "()[],;:/".contains(c)).map(|w| w.trim_end_matches('.'));
    if page.shows(signed) && (signed.chars().count() > 3 || words().any(|word| fold(word) == fold(signed))) {
        return None;
    }
    let shape = |text: &str| -> String {
        text.chars()
            .map(|c| {
                if c.is_numeric() {
                    '0'
                } else if c.is_alphabetic() {
                    'a'
                } else {
                    c
                }
            })
            .collect()
    };
    let wanted = shape(signed);
    // Bare numbers of that many digits are days, years and points of all kinds: they prove nothing.
    if !wanted.contains('0') || wanted.chars().all(|c| c == '0') {
        return None;
    }
    let found = words().find(|word| shape(word) == wanted && fold(word) != fold(signed))?.to_owned();
    Some(Disagreement { field: "credentialSubject.result", signed: signed.into(), found: Some(found) })
}

/// NFKC without case, white space and characters that show nothing (UAX 31 section 2.3, UAX 9). Capitals of a name may be those of
/// its language: Turkish ones keep or lack the dot, Greek ones have no accents, and of `ß` there is none.
fn fold(text: &str) -> String {
    let shown = |c: &char| {
        !c.is_whitespace()
            && !c.is_control()
            && !matches!(*c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}'
                | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
    };
    let lower = |text: &str| text.nfkc().flat_map(char::to_lowercase).collect::<String>();
    // Lower case can compose anew (`İ`), hence twice.
    lower(&lower(text))
        .chars()
        .filter(shown)
        .filter(|c| *c != '\u{307}')
        .map(without_marks_of_case)
        .collect::<String>()
        .replace('ß', "ss")
}

fn without_marks_of_case(letter: char) -> char {
    match letter {
        'ı' => 'i',
        'ς' => 'σ',
        'ͷ'..='ώ' | '\u{1F00}'..='\u{1FFF}' => letter.nfd().next().unwrap_or(letter),
        other => other,
    }
}

fn has_rtl(text: &str) -> bool {
    text.chars().any(|c| matches!(bidi_class(c), BidiClass::R | BidiClass::AL))
}

/// The ways in which a file may spell right-to-left text: in the order of drawing, from left to right, by clusters or by
/// characters, in a paragraph of either direction; folded. A line break reorders words, hence `shows` looks for each.
fn drawn_orders(text: &str) -> Vec<String> {
    if !has_rtl(text) {
        return Vec::new();
    }
    let mut forms = Vec::new();
    for base in [None, Some(Level::ltr()), Some(Level::rtl())] {
        for by_cluster in [true, false] {
            forms.push(fold(&drawn_order(text, base, by_cluster)));
        }
    }
    forms.dedup();
    forms
}

fn drawn_order(text: &str, base: Option<Level>, by_cluster: bool) -> String {
    let info = BidiInfo::new(text, base);
    let mut drawn = String::with_capacity(text.len());
    for paragraph in &info.paragraphs {
        let (levels, runs) = info.visual_runs(paragraph, paragraph.range.clone());
        for run in runs {
            match (levels[run.start].is_rtl(), by_cluster) {
                (false, _) => drawn.push_str(&text[run]),
                (true, true) => drawn.extend(text[run].graphemes(true).rev()),
                (true, false) => drawn.extend(text[run].chars().rev()),
            }
        }
    }
    drawn
}

/// Levenshtein's distance.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, to) in b.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = (diagonal + usize::from(from != to)).min(above + 1).min(row[j] + 1);
            diagonal = above;
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credential::{Achievement, Claims, CredentialSuffix, Extras, StatusEntry};

    fn credential(recipient: &str, title: &str, result: Option<&str>) -> UnverifiedCredential {
        let claims = Claims {
            host: "certs.example.org".into(),
            issuer_name: "Example Academy".into(),
            number: "CERT-GER-2026-00007".parse().unwrap(),
            suffix: CredentialSuffix::from_random([1; 5]),
            valid_from: "2026-05-01T00:00:00Z".parse().unwrap(),
            valid_until: None,
            recipient: recipient.into(),
            achievement: Achievement {
                path: "a/GER".into(),
                name: title.into(),
                description: "d".into(),
                criteria: "c".into(),
                achievement_type: "Certificate".into(),
            },
            extras: Extras { result: result.map(str::to_owned), ..Extras::default() },
            status: StatusEntry { list: 1, index: 7 },
        };
        UnverifiedCredential::from_payload(&claims.to_jcs().unwrap()).unwrap()
    }

    fn found(printed: &str, credential: &UnverifiedCredential) -> Vec<(&'static str, Option<String>)> {
        disagreements(printed, credential).into_iter().map(|d| (d.field, d.found)).collect()
    }

    const PAGE: &str = "Example Academy\nCERTIFICATE\nAda Lovelace\nGerman A1\n1 May 2026\nCERT-GER-2026-00007\u{c}";

    #[test]
    fn a_page_as_signed_agrees() {
        assert_eq!(found(PAGE, &credential("Ada Lovelace", "German A1", Some("A1"))), []);
    }

    #[test]
    fn splitting_case_and_compatibility_forms_do_not_matter() {
        let page = PAGE.replace("Ada Lovelace", "A d a\nLOVE lace").replace("German", "Ge\u{200b}rman");
        assert_eq!(found(&page, &credential("Ada Lovelace", "German A1", None)), []);
        assert_eq!(found("ﬁona\nGerman A1\nCERT-GER-2026-00007", &credential("Fiona", "German A1", None)), []);
    }

    #[test]
    fn an_edited_title_is_shown_beside_the_signed_one() {
        let page = PAGE.replace("German A1", "German C1");
        assert_eq!(
            found(&page, &credential("Ada Lovelace", "German A1", Some("A1"))),
            [
                ("credentialSubject.achievement.name", Some("German C1".into())),
                ("credentialSubject.result", Some("C1".into()))
            ]
        );
    }

    #[test]
    fn another_name_is_found_even_if_nothing_is_like_it() {
        let page = PAGE.replace("Ada Lovelace", "Mallory");
        assert_eq!(
            found(&page, &credential("Ada Lovelace", "German A1", None)),
            [("credentialSubject.identifier", None)]
        );
    }

    #[test]
    fn a_second_number_on_the_page_is_told() {
        let page = format!("{PAGE}CERT-GER-2026-00008\n");
        assert_eq!(
            found(&page, &credential("Ada Lovelace", "German A1", None)),
            [("credentialSubject.licenseNumber", Some("CERT-GER-2026-00008".into()))]
        );
        let link = format!("{PAGE}https://certs.example.org/c/CERT-GER-2026-00007-aeaqcaib");
        assert_eq!(found(&link, &credential("Ada Lovelace", "German A1", None)), []);
    }

    #[test]
    fn where_a_file_holds_several_each_is_compared_with_its_own_page() {
        let other = PAGE.replace("00007", "00008").replace("Ada Lovelace", "Grace Hopper");
        let both = format!("{PAGE}{other}");
        let ada = credential("Ada Lovelace", "German A1", None);
        let own = own_pages(&both, &ada.number, &["CERT-GER-2026-00008"]);
        assert_eq!((own.as_str(), found(&own, &ada)), (PAGE, vec![]));
        // A page about a number that nobody signed is everybody's trouble.
        assert_eq!(found(&own_pages(&both, &ada.number, &[]), &ada).len(), 1);
        let edited = both.replace("Ada Lovelace", "Mallory");
        assert_eq!(found(&own_pages(&edited, &ada.number, &["CERT-GER-2026-00008"]), &ada).len(), 1);
    }

    #[test]
    fn capitals_are_those_of_the_names_language() {
        for (name, printed) in [
            ("Nihal Yiğit", "NİHAL YİĞİT"),
            ("Işıl Kaçar", "IŞIL KAÇAR"),
            ("Άννα Παππάς", "ΑΝΝΑ ΠΑΠΠΑΣ"),
            ("Weiß", "WEISS"),
        ] {
            assert_eq!(fold(printed), fold(name), "{name}");
        }
        assert_ne!(fold("Nihal"), fold("Nehal"));
    }

    #[test]
    fn a_logo_or_an_unprinted_result_raises_no_alarm() {
        let page = "Ada Lovelace\nGerman A1\nCERT-GER-2026-00007\n22";
        assert_eq!(found(page, &credential("Ada Lovelace", "German A1", Some("87"))), []);
    }

    #[test]
    fn right_to_left_names_agree_in_either_order() {
        let name = "דוד בן־גוריון";
        let visual: String = name.chars().rev().collect();
        for text in [name, &visual] {
            let page = format!("{text}\nGerman A1\nCERT-GER-2026-00007");
            assert_eq!(found(&page, &credential(name, "German A1", None)), []);
        }
    }
}
