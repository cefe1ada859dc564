//! Compares what a PDF prints with what was signed: an edited name, number, title or result shows.
//!
//! Three answers for each field: it stands there; something else that can be read stands there; or nobody can tell, because
//! the page's letters cannot be read or are not to be trusted. [`super::letters`] brings them into one form first. A crafted
//! file can still lie to this; the signed fields are what counts, always. `verifier-web/src/page/compare.ts` decides alike,
//! and `tests/vectors/printed.json` judges both.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::Value;

use super::letters::{self, Folded, fold};
use crate::credential::{CertificateNumber, UnverifiedCredential};

/// A signed field that pages print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// The recipient's name.
    Name,
    /// The certificate's number.
    Number,
    /// What was achieved.
    Title,
    /// The issuer's name.
    Issuer,
    /// The first result.
    Result,
}

impl Field {
    /// Returns where it stands in the credential.
    pub fn path(self) -> &'static str {
        match self {
            Self::Name => "credentialSubject.identifier",
            Self::Number => "credentialSubject.licenseNumber",
            Self::Title => "credentialSubject.achievement.name",
            Self::Issuer => "issuer.name",
            Self::Result => "credentialSubject.result",
        }
    }

    /// Returns what people call it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Number => "number",
            Self::Title => "title",
            Self::Issuer => "issuer's name",
            Self::Result => "result",
        }
    }
}

/// A signed field in whose place the page shows something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disagreement {
    /// Which it is.
    pub field: Field,
    /// What was signed.
    pub signed: String,
    /// What the page shows in its place, where that can be told; `None`: all of the page can be read, and it is not there.
    pub found: Option<String>,
}

/// What came of comparing a page with what was signed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Compared {
    /// What the page contradicts.
    pub differs: Vec<Disagreement>,
    /// What could not be compared: name, number or title.
    pub uncompared: Vec<Field>,
}

impl Compared {
    /// True if all of it stands on the page.
    pub fn agrees(&self) -> bool {
        self.differs.is_empty() && self.uncompared.is_empty()
    }
}

/// What was signed, as far as pages print it.
#[derive(Debug, Clone, Default)]
pub struct Signed<'a> {
    /// The recipient's name.
    pub name: &'a str,
    /// The certificate's number.
    pub number: &'a str,
    /// What was achieved.
    pub title: &'a str,
    /// The issuer's name.
    pub issuer: &'a str,
    /// The first result.
    pub result: Option<&'a str>,
    /// All other texts about the recipient: what stands in them is no result.
    pub others: Vec<&'a str>,
}

impl<'a> Signed<'a> {
    fn of(credential: &'a UnverifiedCredential) -> Self {
        let subject = credential.document.get("credentialSubject");
        let result = subject.and_then(|subject| subject.get("result"));
        let mut others = Vec::new();
        let members = subject.and_then(Value::as_object).into_iter().flatten();
        members.filter(|(name, _)| *name != "result").for_each(|(_, value)| texts(value, &mut others));
        Self {
            name: &credential.recipient,
            number: &credential.number,
            title: &credential.title,
            issuer: &credential.issuer_name,
            result: result.and_then(|all| all.get(0)?.get("value")?.as_str()),
            others,
        }
    }
}

fn texts<'a>(value: &'a Value, all: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => all.push(text),
        Value::Array(items) => items.iter().for_each(|item| texts(item, all)),
        Value::Object(members) => members.values().for_each(|item| texts(item, all)),
        _ => {}
    }
}

/// A text that differs by less than this share of its characters is shown as what was found in place of the signed one.
const SIMILAR: f64 = 0.5;

/// Longest line and signed text that are compared character by character, in characters.
const COMPARED: usize = 400;

/// Compares the printed text of a credential's pages with it.
pub fn compare(printed: &str, credential: &UnverifiedCredential) -> Compared {
    compare_signed(printed, &Signed::of(credential))
}

/// Compares the printed text of pages with what was signed.
///
/// The recipient's name, the number and the title must be there. The issuer's name and the result are often drawn as a
/// logo or left out: they are only reported where something else clearly stands in their place.
pub fn compare_signed(printed: &str, signed: &Signed<'_>) -> Compared {
    let page = Page::new(printed);
    let mut compared = Compared::default();
    let fields = [(Field::Name, signed.name), (Field::Number, signed.number), (Field::Title, signed.title)];
    let other_number = numbers(printed).into_iter().filter(|number| number != signed.number).min();
    let shown = fields.map(|(_, text)| page.shows(text));
    // Where none of it stands on a page, its letters may be anything.
    let is_known = other_number.is_some() || shown.contains(&true);
    for ((field, text), is_shown) in fields.into_iter().zip(shown) {
        let standing = match (field, &other_number) {
            (Field::Number, Some(other)) => Standing::Other(Some(other.clone())),
            _ if is_shown => Standing::There,
            _ => page.standing(text, is_known),
        };
        compared.add(field, text, standing);
    }
    if !page.shows(signed.issuer)
        && let other @ Standing::Other(Some(_)) = page.standing(signed.issuer, false)
    {
        compared.add(Field::Issuer, signed.issuer, other);
    }
    if let Some(result) = signed.result
        && let other @ Some(_) = other_result(&page, result, signed)
    {
        compared.add(Field::Result, result, Standing::Other(other));
    }
    compared
}

impl Compared {
    fn add(&mut self, field: Field, signed: &str, standing: Standing) {
        match standing {
            Standing::There => {}
            Standing::Other(found) => self.differs.push(Disagreement { field, signed: signed.into(), found }),
            Standing::Unclear => self.uncompared.push(field),
        }
    }
}

/// How a signed text stands on a page.
enum Standing {
    There,
    /// Something else does, if that can be told.
    Other(Option<String>),
    /// Nobody can tell.
    Unclear,
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
    folded: Folded,
    /// Whether all of it can be read.
    is_clear: bool,
}

impl<'a> Page<'a> {
    fn new(printed: &'a str) -> Self {
        Self { printed, folded: Folded::new(printed), is_clear: !letters::has_unreadable(printed) }
    }

    fn shows(&self, text: &str) -> bool {
        let is_other = || match letters::unswapped(self.printed, text) {
            Cow::Owned(right) => Folded::new(&right).shows(text),
            Cow::Borrowed(_) => false,
        };
        self.folded.shows(text) || is_other()
    }

    fn lines(&self) -> impl Iterator<Item = &'a str> {
        self.printed.split(['\n', '\u{c}']).map(str::trim).filter(|line| !line.is_empty())
    }

    /// How a text stands there that the page does not show as it was signed.
    fn standing(&self, text: &str, is_known: bool) -> Standing {
        if self.lines().any(|line| letters::is_respelled(line, text)) || self.folded.has_within(text) {
            return Standing::Unclear;
        }
        // Where all of a script is lost, programs could not draw it, or drew it without letters.
        let is_lost = letters::has_complex(text) && !letters::has_complex(self.printed);
        match self.similar_line(text) {
            None if is_lost || !(self.is_clear && is_known) => Standing::Unclear,
            found => Standing::Other(found),
        }
    }

    /// The line most like `text`, if any is alike and can be read.
    fn similar_line(&self, text: &str) -> Option<String> {
        let mut forms = vec![fold(text)];
        forms.extend(if letters::has_rtl(text) { letters::drawn(text) } else { Vec::new() });
        let forms: Vec<Vec<char>> = forms.iter().map(|form| form.chars().take(COMPARED).collect()).collect();
        let mut best: Option<(f64, &str)> = None;
        for line in self.lines().filter(|line| !letters::has_unreadable(line)) {
            let have: Vec<char> = fold(line).chars().take(COMPARED + 1).collect();
            for wanted in &forms {
                let longer = have.len().max(wanted.len());
                // A difference in length alone may already be too much.
                if have.is_empty() || have.len() > COMPARED || have.len().abs_diff(wanted.len()) * 2 > longer {
                    continue;
                }
                let share = distance(wanted, &have) as f64 / longer as f64;
                if share < SIMILAR && best.is_none_or(|(least, _)| share < least) {
                    best = Some((share, line));
                }
            }
        }
        best.map(|(_, line)| line.to_owned())
    }
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

/// A page that shows `C1` and nowhere the signed `A1` was edited; a page that shows neither just does not print it, and what
/// stands in another signed text is no result.
fn other_result(page: &Page<'_>, result: &str, signed: &Signed<'_>) -> Option<String> {
    let printed = words_of(page.printed);
    if page.shows(result) && (result.chars().count() > 3 || printed.iter().any(|word| fold(word) == fold(result))) {
        return None;
    }
    let wanted = shape(result);
    // Bare numbers of that many digits are days, years and points of all kinds: they prove nothing.
    if !wanted.contains('0') || wanted.chars().all(|c| c == '0') {
        return None;
    }
    let others = signed.others.iter().chain([&signed.name, &signed.number, &signed.title, &signed.issuer]);
    let others: BTreeSet<String> = others.flat_map(|text| words_of(text)).map(fold).collect();
    let is_other = |word: &&&str| shape(word) == wanted && fold(word) != fold(result) && !others.contains(&fold(word));
    printed.iter().find(is_other).map(|word| (*word).to_owned())
}

fn words_of(text: &str) -> Vec<&str> {
    text.split(|c: char| c.is_whitespace() || "()[],;:/".contains(c)).map(|word| word.trim_end_matches('.')).collect()
}

fn shape(text: &str) -> String {
    let kind = |c: char| match c {
        c if c.is_numeric() => '0',
        c if c.is_alphabetic() => 'a',
        c => c,
    };
    text.chars().map(kind).collect()
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

    fn found(printed: &str, credential: &UnverifiedCredential) -> Vec<(Field, Option<String>)> {
        let compared = compare(printed, credential);
        assert_eq!(compared.uncompared, []);
        compared.differs.into_iter().map(|d| (d.field, d.found)).collect()
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
            [(Field::Title, Some("German C1".into())), (Field::Result, Some("C1".into()))]
        );
    }

    #[test]
    fn another_name_is_found_even_if_nothing_is_like_it() {
        let page = PAGE.replace("Ada Lovelace", "Mallory");
        assert_eq!(found(&page, &credential("Ada Lovelace", "German A1", None)), [(Field::Name, None)]);
    }

    #[test]
    fn a_second_number_on_the_page_is_told() {
        let page = format!("{PAGE}CERT-GER-2026-00008\n");
        assert_eq!(
            found(&page, &credential("Ada Lovelace", "German A1", None)),
            [(Field::Number, Some("CERT-GER-2026-00008".into()))]
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
