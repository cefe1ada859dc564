//! Rows that are no people: totals, averages, possible points, headings of sections, footnotes, test students. Asked about,
//! never left out unasked: somebody may be called so.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::again::Called;
use super::columns::{Columns, Meaning, key};
use super::headers::headers;
use super::{Row, Table};

/// The words, by section.
const WORDS: &str = include_str!("nobody.txt");

static SECTIONS: LazyLock<HashMap<&str, HashSet<&str>>> = LazyLock::new(|| {
    let mut sections: HashMap<&str, HashSet<&str>> = HashMap::new();
    let mut name = "";
    for line in WORDS.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        match line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            Some(begun) => name = begun,
            None => sections.entry(name).or_default().extend(line.split_whitespace()),
        }
    }
    sections
});

/// Says whether a word stands in a section of the list.
pub(super) fn is_in(section: &str, word: &str) -> bool {
    SECTIONS.get(section).is_some_and(|words| words.contains(word))
}

/// Fewest other rows by which one is found unlike the others.
const OTHERS: usize = 2;
/// Words of names that are written small.
const SMALL: &str = "de del della dei di da das do dos du des la le las los el al bin binti bint ibn abu ben bar van von vom der \
    den dem ten ter te zu zur zum und y e i af av dit d l o a ap ab ferch na ni nic mac s/o d/o a/l a/p oglu st";

/// Says whether names write a word small: `van`, `s/o`.
pub(super) fn is_small(word: &str) -> bool {
    let plain = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '/').to_lowercase();
    [SMALL, MORE_SMALL].iter().flat_map(|words| words.split_whitespace()).any(|one| one == plain)
}

/// Further words, by which a heading is not told from a name.
const MORE_SMALL: &str = "dal dalla dalle degli delle dello het op aan in uit over auf vom ob the of and et und née geb binte bte \
    ul ur umm bani anak till zur ó ua uí";

/// What is usual in a list.
pub(super) struct Usual {
    called: Called,
    name: Option<usize>,
    parts: Vec<usize>,
    email: Option<usize>,
    /// Rows, and how many of them have an address, both parts of the name, more than a name.
    rows: usize,
    with_email: usize,
    with_parts: usize,
    with_more: usize,
    totals: usize,
    /// The numbers of each column.
    sums: Vec<Sum>,
}

/// Says whether a row adds up others by what it says itself: what stands in it is no measure of anybody. Who has an address, or a
/// name that says nothing of the kind, is somebody, whatever stands in the first column: `Student`.
pub(crate) fn adds_up(row: &Row, columns: &Columns) -> bool {
    let names =
        [Meaning::Name, Meaning::FirstName, Meaning::LastName].into_iter().filter_map(|part| columns.with(part));
    let cell = |at: usize| row.cells.get(at).map_or("", |cell| cell.trim());
    let named = || names.map(cell).any(|name| !name.is_empty() && !says_that_it_adds(name));
    row.totals || begins_as_one_that_adds(row).is_some() && !named()
}

/// Returns what a row begins with, if that is what rows begin with that add up others, and nobody's address is in it.
fn begins_as_one_that_adds(row: &Row) -> Option<&str> {
    let first = row.cells.iter().map(|cell| cell.trim()).find(|cell| !cell.is_empty())?;
    (says_that_it_adds(first) && !row.cells.iter().any(|cell| cell.contains('@'))).then_some(first)
}

fn says_that_it_adds(cell: &str) -> bool {
    is_in("nobody", &key(cell)) || is_in("perhaps", &key(cell))
}

/// The numbers of a column: what they come to, how many there are, and between which they lie.
#[derive(Clone, Copy)]
struct Sum {
    sum: f64,
    count: usize,
    least: f64,
    most: f64,
}

impl Sum {
    const NONE: Self = Self { sum: 0.0, count: 0, least: f64::INFINITY, most: f64::NEG_INFINITY };

    /// `1, 2, 3 …`: what counts rows adds up none.
    fn counts(&self) -> bool {
        (self.most - self.least + 1.0 - self.count as f64).abs() < 1e-6
    }

    fn is_sum(&self, row: &Row, at: usize) -> bool {
        number(row, at)
            .is_some_and(|number| self.count > OTHERS && number > 0.0 && (2.0 * number - self.sum).abs() < 1e-6)
    }

    fn add(&mut self, number: f64) {
        let Self { sum, count, least, most } = *self;
        *self = Self { sum: sum + number, count: count + 1, least: least.min(number), most: most.max(number) };
    }
}

impl Usual {
    /// Looks through a list.
    pub(super) fn of(table: &Table, columns: &Columns) -> Self {
        let parts = [Meaning::FirstName, Meaning::LastName].into_iter().filter_map(|part| columns.with(part)).collect();
        let (name, email) = (columns.with(Meaning::Name), columns.with(Meaning::Email));
        let mut usual = Self {
            called: Called::of(columns),
            name,
            parts,
            email,
            rows: 0,
            with_email: 0,
            with_parts: 0,
            with_more: 0,
            totals: 0,
            sums: Vec::new(),
        };
        for row in &table.rows {
            usual.rows += 1;
            usual.with_email += usize::from(usual.has_email(row));
            usual.with_parts += usize::from(usual.has_parts(row));
            usual.with_more += usize::from(!usual.is_bare(row));
            usual.totals += usize::from(row.totals);
            usual.sums.resize(usual.sums.len().max(row.cells.len()), Sum::NONE);
            for (at, sum) in usual.sums.iter_mut().enumerate() {
                if let Some(number) = number(row, at) {
                    sum.add(number);
                }
            }
        }
        usual
    }

    fn has_email(&self, row: &Row) -> bool {
        self.email.is_some_and(|at| is_filled(row, at))
    }

    fn has_parts(&self, row: &Row) -> bool {
        self.name.is_none() && self.parts.len() == 2 && self.parts.iter().all(|at| is_filled(row, *at))
    }

    /// Nothing stands in the row but a name.
    fn is_bare(&self, row: &Row) -> bool {
        (0..row.cells.len()).all(|at| !is_filled(row, at) || Some(at) == self.name || self.parts.contains(&at))
    }

    /// Whether a number of the row is the sum of all others of its column.
    fn is_sum(&self, row: &Row) -> bool {
        self.sums.iter().enumerate().any(|(at, all)| all.is_sum(row, at))
    }

    /// The same where no word says so: of a column that counts its rows it says nothing.
    fn is_sum_unsaid(&self, row: &Row) -> bool {
        self.sums.iter().enumerate().any(|(at, all)| !all.counts() && all.is_sum(row, at))
    }

    /// Whether a number of the row is the mean of all others of its column, which differ.
    fn is_mean(&self, row: &Row) -> bool {
        let is = |(at, all): (usize, &Sum)| {
            let tells = all.count > OTHERS && all.most > all.least && !all.counts();
            let Some(number) = number(row, at).filter(|_| tells) else {
                return false;
            };
            let mean = (all.sum - number) / (all.count - 1) as f64;
            // As people round it.
            (number - mean).abs() < 0.006 && number > all.least && number < all.most
        };
        self.sums.iter().enumerate().any(is)
    }

    /// Whether (nearly) all others have something.
    fn all_others(&self, have: usize) -> bool {
        let others = self.rows.saturating_sub(1);
        others >= OTHERS && (have * 10 >= others * 9 || have + 3 >= others && have > OTHERS)
    }

    /// Whether most others have something.
    fn most_others(&self, have: usize) -> bool {
        have >= OTHERS && have * 2 >= self.rows.saturating_sub(1)
    }

    /// Says what a row is that has no name: what adds up others, a heading, a footnote.
    pub(super) fn nameless(&self, row: &Row) -> Option<String> {
        let filled: Vec<&str> = row.cells.iter().map(|cell| cell.trim()).filter(|cell| !cell.is_empty()).collect();
        let shown = |cell: &str| cell.chars().take(40).collect::<String>();
        match &filled[..] {
            [first, _, ..] if begins_as_one_that_adds(row).is_some() => {
                Some(format!("`{}`: the row adds up others, and names nobody", shown(first)))
            }
            // An address is somebody's.
            [one] if !one.contains('@') && self.all_others(self.with_more) => {
                Some(format!("`{}`: a heading or a footnote, which names nobody", shown(one)))
            }
            _ => None,
        }
    }

    /// Says why a row may be no person. `name` is what would be printed, `gap` whether blank rows stand above it.
    pub(super) fn doubt(&self, row: &Row, name: &str, gap: bool) -> Option<String> {
        let lacks_email = !self.has_email(row) && self.all_others(self.with_email);
        let lacks_part = self.name.is_none() && !self.has_parts(row) && self.all_others(self.with_parts);
        let bare = self.is_bare(row) && self.all_others(self.with_more);
        let plain = key(name);
        if row.totals && self.totals * 2 <= self.rows {
            return Some("the row adds up others".to_owned());
        }
        let numbered = plain.trim_end_matches(char::is_numeric);
        let made_up =
            || name.split_whitespace().any(|word| is_in("madeup", key(word).trim_end_matches(char::is_numeric)));
        if is_in("nobody", &plain) || made_up() || is_counted(name, numbered) || is_n_a(name) || is_device(name, &plain)
        {
            return Some("this seems to be no name of a person".to_owned());
        }
        if is_no_word_of_names(name, &plain) {
            return Some("this seems to be no name of a person".to_owned());
        }
        if row.struck.iter().any(|at| Some(*at) == self.name || self.parts.contains(at)) {
            return Some("the name is crossed out".to_owned());
        }
        if self.called.again(&row.cells).is_some() {
            return Some("this seems to be what the column is called, and no name of a person".to_owned());
        }
        let unlike = || match (lacks_email, lacks_part) {
            (true, true) => "it has neither an e-mail address nor both parts of a name, unlike the others",
            (true, false) => "it has no e-mail address, unlike the others",
            (false, true) => "it has one part of a name only, unlike the others",
            (false, false) => "nothing else stands in the row, unlike the others",
        };
        let perhaps = is_in("perhaps", &plain) || (numbered.len() < plain.len() && is_in("perhaps", numbered));
        if perhaps && self.is_sum(row) {
            return Some("the row adds up others".to_owned());
        }
        // Of these words less will do.
        let lacks = !self.has_email(row) && self.most_others(self.with_email)
            || self.name.is_none() && !self.has_parts(row) && self.most_others(self.with_parts)
            || self.is_bare(row) && self.most_others(self.with_more);
        let adds = || name.split_whitespace().any(|word| is_in("adding", &key(word)));
        if lacks && (perhaps || adds()) {
            return Some("this seems to be no name of a person, and the row lacks what most others have".to_owned());
        }
        if (lacks_email || lacks_part) && (self.is_sum_unsaid(row) || self.is_mean(row)) {
            return Some("its numbers are the sum or the mean of all others".to_owned());
        }
        // Where nobody has an address, a part of the name is what tells.
        if lacks_part && (lacks_email || self.email.is_none()) {
            return Some(format!("this may be no person: {}", unlike()));
        }
        let told = bare && (gap || is_sentence(name) || is_heading(name));
        told.then(|| {
            "this may be a heading or a footnote: nothing else stands in the row, unlike the others".to_owned()
        })
    }
}

fn number(row: &Row, at: usize) -> Option<f64> {
    let text = row.number(at);
    let begins = text.starts_with(|c: char| c.is_ascii_digit());
    begins.then(|| text.replace(',', ".").parse().ok().filter(|number: &f64| number.is_finite()))?
}

fn is_filled(row: &Row, at: usize) -> bool {
    row.cells.get(at).is_some_and(|cell| !cell.trim().is_empty())
}

/// What meetings and programs count, as `Participant 4`; without a number it is somebody's name.
const COUNTED: [&str; 11] = [
    "gast",
    "participant",
    "student",
    "user",
    "teilnehmer",
    "teilnehmerin",
    "teilnehmende",
    "caller",
    "section",
    "group",
    "gruppe",
];

/// `Total: 3`, `Test 2`, `Guest 4`, `Participant 12`, `Summe: 3 Teilnehmer`.
fn is_counted(name: &str, numbered: &str) -> bool {
    let before = name.split_once([':', '：']).map(|(before, _)| key(before));
    name.chars().any(char::is_numeric)
        && (is_in("nobody", numbered)
            || COUNTED.contains(&numbered)
            || before.is_some_and(|before| is_in("nobody", &before)))
}

/// `E-Mail`, where a list lies on its side; `全班平均`; a cell that is ticked; who a teacher is to see what students see.
fn is_no_word_of_names(name: &str, plain: &str) -> bool {
    let inside = || SECTIONS["inside"].iter().any(|word| plain.contains(word));
    // Emel and Surel are people.
    let mail = || !plain.is_ascii() || ["mail", "courriel", "correo"].iter().any(|word| plain.contains(word));
    ["TRUE", "FALSE", "WAHR", "FALSCH"].contains(&name)
        || mail() && headers(Meaning::Email).any(|header| header == plain)
        || plain.ends_with("previewuser")
        || !plain.is_ascii() && inside()
}

/// `N/A`, `n.a.`, `-none-`.
fn is_n_a(name: &str) -> bool {
    let lower = name.to_lowercase();
    [
        "n/a", "n.a.", "n.a", "<null>", "(null)", "(none)", "-none-", "[none]", "(blank)", "(leer)", "k.a.", "n.n.",
        "#n/a",
    ]
    .contains(&lower.trim())
}

/// `iPhone`, `Galaxy S21`, `iPad (2)`, `iPad von Emil`, `Ada's MacBook`.
fn is_device(name: &str, plain: &str) -> bool {
    if !SECTIONS["devices"].iter().any(|device| plain.contains(device)) {
        return false;
    }
    let words: Vec<String> = name.split_whitespace().map(key).collect();
    let device = |word: &String| is_in("devices", word);
    let of = |word: &String| ["von", "de", "of", "di", "van", "do", "da"].contains(&&word[..]);
    let has_owner = |word: &str| word.ends_with(['\'', '’']) || word.ends_with("'s") || word.ends_with("’s");
    let raw: Vec<&str> = name.split_whitespace().collect();
    if words.windows(2).any(|pair| device(&pair[0]) && of(&pair[1]))
        || raw.windows(2).any(|pair| has_owner(pair[0]) && device(&key(pair[1])))
    {
        return true;
    }
    words.iter().any(device)
        && words.iter().all(|word| {
            device(word)
                || word.chars().any(char::is_numeric)
                || ["column", "pro", "air", "mini", "von", "de", "of"].contains(&&word[..])
        })
}

/// Says whether words of a text are written small that no name writes so, or it ends as a sentence does.
fn is_sentence(name: &str) -> bool {
    let words: Vec<&str> = name.split_whitespace().collect();
    let small = |word: &&&str| {
        let plain = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '/').to_lowercase();
        word.chars().next().is_some_and(char::is_lowercase) && !SMALL.split_whitespace().any(|one| one == plain)
    };
    let smalls = words.iter().skip(1).filter(small).count();
    let ends = name.ends_with([':', ';', '!']) || (name.ends_with('.') && words.len() > 3);
    ends || smalls >= 2
        || name.starts_with(['*', '•', '†', '¹'])
        || words.len() > 2 && name.chars().any(char::is_numeric)
}

/// `Group A`, `3. Activities`.
fn is_heading(name: &str) -> bool {
    let first = key(name.split_whitespace().next().unwrap_or_default());
    is_in("headings", &first) || name.chars().next().is_some_and(char::is_numeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_spelt_as_cells_are_compared() {
        for name in ["nobody", "madeup", "perhaps", "headings", "devices", "tags", "adding", "inside"] {
            assert!(SECTIONS[name].len() > 10, "{name}");
            SECTIONS[name].iter().for_each(|word| assert_eq!(key(word), *word, "{name}"));
        }
        assert_eq!(SECTIONS.len(), 8);
    }

    #[test]
    fn people_who_are_made_up_for_a_test_are_told_by_one_word() {
        for word in ["testperson", "mustermann", "musterfrau", "testteilnehmerin", "teststudent", "dummyuser"] {
            assert!(is_in("madeup", word), "{word}");
        }
        // Muster, Tester and Test are families.
        for word in ["muster", "tester", "test", "musterle", "probst", "beispiel"] {
            assert!(!is_in("madeup", word), "{word}");
        }
    }

    #[test]
    fn sentences_and_headings_are_told_from_names() {
        for text in ["Prepared by the front office", "Please sign below:", "* with honours", "Seats are limited to 20."]
        {
            assert!(is_sentence(text), "{text}");
        }
        for name in [
            "Maximiliana von und zu Hohenlohe",
            "Ravi s/o Kumar",
            "Luiz da Silva e Souza",
            "Martin King Jr.",
            "bell hooks",
        ] {
            assert!(!is_sentence(name), "{name}");
        }
        assert!(is_heading("Group A") && is_heading("3. Activities") && !is_heading("Groupova Jana"));
    }
}
