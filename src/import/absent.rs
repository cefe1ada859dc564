//! What is said of people who were absent or failed: whoever imports or adds them is asked before a certificate says
//! otherwise.
//!
//! Only columns are looked at that mean a result, an attendance, a status, a role, a term or a remark, and only short cells:
//! the words of `absent.txt`, as words of the cell. A column that asks yes or no (`Passed`, `Anwesend`) says it also by
//! `no`, a cross, a dash or 0.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::columns::{Column, Meaning, field_name, key};
use super::headers::headers;

/// The words, by section.
const WORDS: &str = include_str!("absent.txt");

/// The sections, read once.
static SECTIONS: LazyLock<HashMap<&str, Section>> = LazyLock::new(|| {
    let mut sections: HashMap<&str, Section> = HashMap::new();
    let mut name = "";
    for line in WORDS.lines().filter(|line| !line.starts_with('#')) {
        match line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            Some(begun) => name = begun,
            None => line.split_whitespace().for_each(|word| sections.entry(name).or_default().add(word)),
        }
    }
    sections
});

/// The words of a section.
#[derive(Default)]
struct Section {
    whole: HashSet<&'static str>,
    /// What words begin with.
    beginnings: Vec<&'static str>,
}

impl Section {
    fn add(&mut self, word: &'static str) {
        match word.strip_suffix('*') {
            Some(beginning) => self.beginnings.push(beginning),
            None => drop(self.whole.insert(word)),
        }
    }
}

/// Longest cell that is looked at, in characters; a longer one tells a story.
const SHORT: usize = 60;
/// Shortest word, in characters, with which a compound such as `Endergebnis` may end.
const COMPOUND: usize = 6;
/// Most words that stand for one thing, as `did not show up`.
const RUN: usize = 4;
/// Crosses, dashes and empty boxes that stand for no. `x` is none of them: in most lists it means that somebody was there.
const SIGNS: &str = "✗✘×✕✖☒❌❎⨯☓☐□◻⬜-–—−‐‑―";

/// What to do with a row that says that somebody was absent or failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Absent {
    /// An error, until it is said what to do.
    #[default]
    Ask,
    /// Take it as any other.
    Take,
    /// Leave it out, with a warning.
    #[serde(alias = "leave-out")]
    LeaveOut,
}

/// What a column may say of somebody who was absent or failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tells {
    /// Words only: a remark, a role, a term.
    Words,
    /// Words and marks: a result.
    Marks,
    /// Words, marks, and no: a status.
    Status,
    /// All of these, crosses, dashes and nothing of a hundred: it asks yes or no, or how much.
    Asks,
    /// Words, and yes: it asks whether somebody was absent or failed.
    AsksAbsent,
}

/// Says whether a column of this header would be asked about, and whether this cell says that somebody was absent or failed.
pub fn says_absent_or_failed(header: &str, cell: &str) -> bool {
    let meaning = Meaning::of(header);
    let column = Column { header: header.to_owned(), field: field_name(header), meaning, skipped: false };
    tells(&column).is_some_and(|tells| says_absent(tells, cell))
}

fn is_in(name: &str, word: &str) -> bool {
    SECTIONS.get(name).is_some_and(|section| {
        section.whole.contains(word) || section.beginnings.iter().any(|beginning| word.starts_with(beginning))
    })
}

/// Returns what a column may say, if it is one of these.
pub(super) fn tells(column: &Column) -> Option<Tells> {
    match column.meaning {
        Some(Meaning::Result) => Some(Tells::Marks),
        Some(Meaning::Role | Meaning::Term) => Some(Tells::Words),
        Some(_) => None,
        None => {
            let kinds = [
                ("asks", Tells::Asks),
                ("status", Tells::Status),
                ("remarks", Tells::Words),
                ("words", Tells::AsksAbsent),
            ];
            let known = kinds.into_iter().find(|(name, _)| is_header(name, &column.header)).map(|(_, tells)| tells);
            known.or_else(|| has_word(&column.header).then_some(Tells::Marks))
        }
    }
}

/// `Final result`, `Ergebnis Prüfung`, `Endergebnis`: one of the words means a result, a status or an attendance. It may also
/// mean something else (`Present address`), so a no, a cross or a dash is none.
fn has_word(header: &str) -> bool {
    let means = |word: &str| {
        ["asks", "status"].iter().any(|name| is_in(name, word)) || Meaning::of(word) == Some(Meaning::Result)
    };
    let ends = |word: &str| {
        let sections = ["asks", "status"].into_iter().flat_map(|name| SECTIONS[name].whole.iter().copied());
        let mut known = sections.chain(headers(Meaning::Result)).filter(|known| known.chars().count() >= COMPOUND);
        known.any(|known| word.ends_with(known))
    };
    let plain = field_name(header);
    plain.split('_').any(|word| !is_in("unlike", word) && (means(word) || ends(word)))
}

/// Says whether a column is looked at for what became of somebody.
pub fn tells_what_became(header: &str) -> bool {
    let column = Column { header: header.to_owned(), field: field_name(header), meaning: None, skipped: false };
    tells(&column).is_some()
}

/// `Passed`, `Passed?`, `Passed (yes/no)`, `Passed the exam`.
fn is_header(name: &str, header: &str) -> bool {
    let head = header.split(['(', '[', '?', ':', '/', '|', ',', '=']).next().unwrap_or_default();
    if is_in(name, &key(header)) || is_in(name, &key(head)) {
        return true;
    }
    let plain = field_name(head);
    let words: Vec<&str> = plain.split('_').collect();
    let filler = |word: &&str| is_in("fillers", word) || word.chars().all(|c| c.is_numeric());
    let (fillers, rest): (Vec<&str>, Vec<&str>) = words.iter().copied().partition(filler);
    fillers.len() <= RUN && (1..=2).contains(&rest.len()) && rest.iter().all(|word| is_in(name, word))
}

/// Says whether a cell of such a column says so.
pub(super) fn says_absent(tells: Tells, cell: &str) -> bool {
    let cell = cell.trim();
    if cell.is_empty() || cell.chars().count() > SHORT {
        return false;
    }
    let whole = key(cell);
    let lettered = cell.chars().any(char::is_alphanumeric);
    match tells {
        Tells::AsksAbsent if ["✓", "✔", "☑", "✅"].contains(&cell.trim_end_matches('\u{fe0f}')) => true,
        Tells::AsksAbsent if lettered && is_in("yes", &whole) => true,
        Tells::Asks if cell.chars().all(|c| SIGNS.contains(c) || c == '\u{fe0f}') => true,
        Tells::Asks if is_nothing(cell) => true,
        Tells::Asks | Tells::Status if lettered && is_in("no", &whole) => true,
        Tells::Asks | Tells::Status | Tells::Marks if lettered && is_in("whole", &whole) => true,
        _ => lettered && says_words(cell),
    }
}

/// `0`, `0 %`, `0.0`, `0/5`, `0 of 5`.
fn is_nothing(cell: &str) -> bool {
    let end = cell.find(|c: char| !c.is_ascii_digit() && !['.', ','].contains(&c)).unwrap_or(cell.len());
    let (number, rest) = cell.split_at(end);
    let zero = number.contains('0') && number.chars().all(|c| !c.is_ascii_digit() || c == '0');
    let rest = rest.trim();
    let of = || {
        let rest = ["/", "of", "von", "de", "sur", "su", "van", "из"].iter().find_map(|word| rest.strip_prefix(word));
        rest.is_some_and(|total| total.trim().parse::<f64>().is_ok())
    };
    zero && (rest.is_empty() || rest == "%" || rest == "٪" || of())
}

/// Says whether one of the words stands in a cell. What is parted by signs is looked at part by part: `no, absent` is not
/// `no absence`.
fn says_words(cell: &str) -> bool {
    let cell = cell.replace(['\'', '’'], "");
    let parts =
        cell.split([',', ';', ':', '(', ')', '[', ']', '/', '|', '.', '!', '?', '（', '）', '，', '、', '；', '：']);
    parts.flat_map(|part| part.split(" - ")).flat_map(|part| part.split(['–', '—'])).any(part_says)
}

/// The same of one part: nothing before the word turns it into the opposite.
fn part_says(part: &str) -> bool {
    let plain = field_name(part);
    let words: Vec<&str> = plain.split('_').collect();
    let is_harmless = |from: usize| {
        let from = from.saturating_sub(1)..=from;
        from.clone().any(|from| (1..=RUN).any(|length| is_run("harmless", &words, from, length)))
    };
    let turned = |at: usize| at > 0 && is_in("not", words[at - 1]);
    (0..words.len()).any(|at| {
        let said = (1..=RUN).any(|length| is_run("words", &words, at, length));
        (said && !turned(at) && !is_harmless(at)) || holds_han(words[at])
    })
}

/// Whether some words one after the other are one of a section.
fn is_run(name: &str, words: &[&str], from: usize, length: usize) -> bool {
    words.get(from..from + length).is_some_and(|run| is_in(name, &run.concat()))
}

/// Where no spaces part words, one is looked for inside; `未缺席` is not absent.
fn holds_han(text: &str) -> bool {
    let han = |c: char| ('\u{3040}'..='\u{30ff}').contains(&c) || ('\u{4e00}'..='\u{9fff}').contains(&c);
    if !text.chars().any(han) {
        return false;
    }
    let words = SECTIONS["words"].whole.iter().filter(|word| word.chars().count() > 1 && word.chars().all(han));
    let turns = |c: char| "未没沒不無无非".contains(c);
    words
        .into_iter()
        .any(|word| text.match_indices(*word).any(|(at, _)| !text[..at].chars().next_back().is_some_and(turns)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_spelt_as_cells_are_compared() {
        for name in ["asks", "status", "remarks", "fillers", "words", "whole", "yes", "no", "not", "harmless", "unlike"]
        {
            let Section { whole, beginnings } = &SECTIONS[name];
            assert!(whole.len() > 4, "{name}");
            whole.iter().chain(beginnings).for_each(|word| assert_eq!(key(word), *word, "{name}"));
        }
        assert_eq!(SECTIONS.len(), 11);
    }
}
