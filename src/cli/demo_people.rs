//! Invented people in many scripts, for the demo, the benchmark and the tests.
//!
//! Knows lists of given and family names per language (`demo/people.json`) and combines them: first one given name,
//! then two, then three, so that even 100,000 people differ. Deterministic: the same number gives the same people. Any
//! likeness to real people is chance; every address is in a domain reserved for examples (RFC 2606).

use std::collections::HashSet;

use serde::Deserialize;

const LISTS: &str = include_str!("demo/people.json");

/// Domains that belong to nobody (RFC 2606 section 3).
const DOMAINS: [&str; 3] = ["example.org", "example.com", "example.net"];

/// Most given names of one person.
const MOST_GIVEN_NAMES: usize = 3;

/// Somebody who does not exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoPerson {
    /// Name as it is written in their language.
    pub name: String,
    /// Address; no two people share one.
    pub email: String,
    /// Country, ISO 3166-1 alpha-2.
    pub country: String,
    /// Language, BCP 47.
    pub language: String,
    /// Score between 60 and 100.
    pub score: u32,
}

#[derive(Deserialize)]
struct Language {
    language: String,
    country: String,
    order: Order,
    /// Given names and family names that go together, each separated by blanks: many languages inflect both.
    sets: Vec<(String, String)>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
enum Order {
    #[serde(rename = "given family")]
    GivenFamily,
    #[serde(rename = "family given")]
    FamilyGiven,
    /// No blank between them, and one given name only.
    #[serde(rename = "familygiven")]
    Joined,
}

/// Returns `n` people, the languages taking turns. No two share a name or an address.
///
/// Beyond what the lists can tell apart (more than 300,000) fewer are returned.
pub fn people(n: usize) -> Vec<DemoPerson> {
    let languages: Vec<Language> = serde_json::from_str(LISTS).expect("the tests read the same file");
    let mut supplies: Vec<_> = languages.iter().map(names).collect();
    let mut seen = HashSet::with_capacity(n);
    let mut people = Vec::with_capacity(n);
    while people.len() < n {
        let before = people.len();
        for (language, names) in languages.iter().zip(&mut supplies) {
            if people.len() == n {
                break;
            }
            // Two languages may know the same name: it is given to one person only.
            if let Some(name) = names.find(|name| seen.insert(name.clone())) {
                people.push(person(language, name, people.len() + 1));
            }
        }
        if people.len() == before {
            break;
        }
    }
    people
}

/// Returns people as CSV (RFC 4180) with the columns `name,email,country,language,score`.
pub fn to_csv(people: &[DemoPerson]) -> String {
    let mut csv = String::from("name,email,country,language,score\n");
    for person in people {
        let DemoPerson { name, email, country, language, score } = person;
        csv.push_str(&format!("{name},{email},{country},{language},{score}\n"));
    }
    csv
}

fn person(language: &Language, name: String, position: usize) -> DemoPerson {
    let local = language.language.to_ascii_lowercase();
    DemoPerson {
        name,
        email: format!("{local}.{position:05}@{}", DOMAINS[position % DOMAINS.len()]),
        country: language.country.clone(),
        language: language.language.clone(),
        score: score(position),
    }
}

/// Spreads scores over 60 to 100 without a pattern that a reader would see (Knuth's multiplicative hash).
fn score(position: usize) -> u32 {
    let mixed = (position as u32).wrapping_mul(2_654_435_761) >> 16;
    60 + mixed % 41
}

/// Returns all names of a language: those with one given name first, the sets taking turns.
fn names(language: &Language) -> impl Iterator<Item = String> + '_ {
    let most = if language.order == Order::Joined { 1 } else { MOST_GIVEN_NAMES };
    let sets: Vec<(Vec<&str>, Vec<&str>)> =
        language.sets.iter().map(|(given, family)| (given.split(' ').collect(), family.split(' ').collect())).collect();
    (1..=most).flat_map(move |count| {
        let sets = sets.clone();
        let longest = sets.iter().map(|(given, family)| combinations(given.len(), family.len(), count)).max();
        (0..longest.unwrap_or(0)).flat_map(move |k| {
            let name = |(given, family): &(Vec<&str>, Vec<&str>)| combine(given, family, count, k, language.order);
            sets.iter().filter_map(name).collect::<Vec<_>>()
        })
    })
}

/// Returns how many names there are with `count` different given names, in any order, and a family name.
fn combinations(given: usize, family: usize, count: usize) -> usize {
    (0..count).map(|used| given.saturating_sub(used)).product::<usize>() * family
}

/// Returns the `k`-th of these names. The family name moves along with the first given name, so that neighbours differ
/// in both.
fn combine(given: &[&str], family: &[&str], count: usize, k: usize, order: Order) -> Option<String> {
    if k >= combinations(given.len(), family.len(), count) {
        return None;
    }
    let mut left: Vec<&str> = given.to_vec();
    let (mut rest, mut shift) = (k, 0);
    let mut chosen = Vec::with_capacity(count);
    for _ in 0..count {
        let index = rest % left.len();
        rest /= left.len();
        shift += index;
        chosen.push(left.remove(index));
    }
    let (family, given) = (family[(rest + shift) % family.len()], chosen.join(" "));
    Some(match order {
        Order::GivenFamily => format!("{given} {family}"),
        Order::FamilyGiven => format!("{family} {given}"),
        Order::Joined => format!("{family}{given}"),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use unicode_normalization::is_nfc;
    use unicode_script::{Script, UnicodeScript};

    use super::*;

    #[test]
    fn a_hundred_thousand_people_share_neither_name_nor_address() {
        let people = people(100_000);
        assert_eq!(people.len(), 100_000);
        assert_eq!(people.iter().map(|p| &p.name).collect::<HashSet<_>>().len(), 100_000);
        assert_eq!(people.iter().map(|p| &p.email).collect::<HashSet<_>>().len(), 100_000);
    }

    #[test]
    fn fewer_people_are_the_first_of_more() {
        assert_eq!(people(300), people(5_000)[..300]);
        assert!(people(0).is_empty());
    }

    #[test]
    fn the_first_two_hundred_write_in_more_than_twenty_scripts() {
        let scripts: BTreeSet<&str> = people(200)
            .iter()
            .flat_map(|p| p.name.chars().map(|c| c.script().full_name()).collect::<Vec<_>>())
            .collect();
        assert!(scripts.len() > 20, "{scripts:?}");
    }

    #[test]
    fn names_are_normalised_and_keep_to_one_script() {
        for person in people(20_000) {
            assert!(is_nfc(&person.name), "{}", person.name);
            assert!(!person.name.chars().any(|c| c.is_control() || c == ','), "{}", person.name);
            let neutral = [Script::Common, Script::Inherited, Script::Hiragana, Script::Katakana];
            let own: BTreeSet<&str> = person
                .name
                .chars()
                .map(|c| c.script())
                .filter(|s| !neutral.contains(s))
                .map(|s| s.full_name())
                .collect();
            assert!(own.len() <= 1, "{} mixes {own:?}", person.name);
        }
    }

    #[test]
    fn neighbours_of_one_language_differ_in_both_names() {
        let people = people(200);
        let english: Vec<_> = people.iter().filter(|p| p.language == "en").map(|p| p.name.as_str()).collect();
        assert_eq!(english[..2], ["Charlotte Whitfield", "Oliver O’Connor"]);
    }

    #[test]
    fn every_address_and_score_is_harmless() {
        for person in people(1_000) {
            assert!(DOMAINS.iter().any(|domain| person.email.ends_with(&format!("@{domain}"))), "{}", person.email);
            assert!((60..=100).contains(&person.score));
            assert_eq!(person.country.len(), 2);
        }
    }

    #[test]
    fn csv_has_one_row_each_and_needs_no_quotes() {
        let people = people(500);
        let csv = to_csv(&people);
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        let names: Vec<String> = reader.records().map(|row| row.unwrap()[0].to_owned()).collect();
        assert_eq!(names, people.iter().map(|p| p.name.clone()).collect::<Vec<_>>());
    }
}
