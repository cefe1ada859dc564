//! What is asked before a list is taken in, and what was answered.
//!
//! While a question is open nothing is written. Each comes with the rows that it is about and with its choices, spelt as HTTP
//! takes them (`encoding=windows-1250`); [`Choice::as_option`] spells one for the command line. Who answers is recorded with
//! the import.

use std::collections::BTreeSet;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::outcome::{Offer, Offered, RowOutcome, Severity};

/// Rows of one question that are told.
pub(super) const ASKED_ROWS: usize = 100;
/// Rows that one answer may name.
const MOST_LINES: usize = 10_000;

/// A question about a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Question {
    /// What it is about, for programs: `encoding`, `sheet`, `map`, `comma_names`, `rows`; of what is only offered: `name_case`,
    /// `likely_email`.
    #[schema(example = "rows")]
    pub about: String,
    /// The question, in one sentence.
    pub text: String,
    /// The rows that it is about, the first 100.
    pub rows: Vec<AskedRow>,
    /// Further rows that it is about.
    pub more_rows: u64,
    /// What can be answered.
    pub choices: Vec<Choice>,
}

/// A row that a question is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AskedRow {
    /// Line in the file.
    pub line: u64,
    /// What stands there, as it would be printed.
    pub shown: String,
    /// Why it is asked about.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// The name that may be meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub likely: Option<String>,
}

/// An answer that can be given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Choice {
    /// The answer, as `encoding=windows-1250`.
    #[schema(example = "confirm_row=12,14")]
    pub answer: String,
    /// What it does.
    pub says: String,
}

impl Choice {
    /// Returns a choice.
    pub fn new(answer: impl Into<String>, says: impl Into<String>) -> Self {
        Self { answer: answer.into(), says: says.into() }
    }

    /// Returns the answer as an option of the command line: `--confirm-row 12,14`. What a file calls its sheets is quoted so that
    /// no shell does anything with it (POSIX.1-2017, 2.2.2): people copy this.
    pub fn as_option(&self) -> String {
        let (name, value) = self.answer.split_once('=').unwrap_or((&self.answer, ""));
        let plain = !value.is_empty() && value.chars().all(|c| c.is_alphanumeric() || "-_,.".contains(c));
        let value = if plain { value.to_owned() } else { format!("'{}'", value.replace('\'', r"'\''")) };
        format!("--{} {value}", name.replace('_', "-"))
    }
}

/// Lines of a list that an answer names: `12,14-16`, or `all` that are asked about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lines {
    all: bool,
    lines: BTreeSet<u64>,
}

/// Not lines of a list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LinesError {
    /// Another form.
    #[error("`{0}` is not lines of the list, such as 12,14-16")]
    Form(String),
    /// Too many.
    #[error("an answer names at most {MOST_LINES} lines")]
    TooMany,
    /// Rows are confirmed one by one.
    #[error("rows are confirmed by their lines, and not all at once")]
    All,
}

impl Lines {
    /// No line.
    pub const NONE: Self = Self { all: false, lines: BTreeSet::new() };

    /// Says whether a line is named by itself.
    pub fn names(&self, line: u64) -> bool {
        self.lines.contains(&line)
    }

    /// Says whether a line is named.
    pub fn has(&self, line: u64) -> bool {
        self.all || self.lines.contains(&line)
    }

    /// Returns the same lines, if each is named by itself.
    ///
    /// # Errors
    /// [`LinesError::All`].
    pub fn singly(self) -> Result<Self, LinesError> {
        if self.all { Err(LinesError::All) } else { Ok(self) }
    }

    /// Adds the lines of another answer.
    ///
    /// # Errors
    /// [`LinesError::TooMany`].
    pub fn and(mut self, other: Self) -> Result<Self, LinesError> {
        self.all |= other.all;
        self.lines.extend(other.lines);
        if self.lines.len() > MOST_LINES { Err(LinesError::TooMany) } else { Ok(self) }
    }
}

impl FromStr for Lines {
    type Err = LinesError;

    fn from_str(text: &str) -> Result<Self, LinesError> {
        let form = || LinesError::Form(text.chars().take(40).collect());
        let mut named = Self::default();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            if part.eq_ignore_ascii_case("all") {
                named.all = true;
                continue;
            }
            let (from, to) = part.split_once('-').unwrap_or((part, part));
            let (from, to) = (from.trim().parse::<u64>(), to.trim().parse::<u64>());
            let (from, to) = from.ok().zip(to.ok()).filter(|(from, to)| from <= to).ok_or_else(form)?;
            if (to - from) as usize >= MOST_LINES || named.lines.len() > MOST_LINES {
                return Err(LinesError::TooMany);
            }
            named.lines.extend(from..=to);
        }
        if named == Self::default() { Err(form()) } else { Ok(named) }
    }
}

/// What was answered about rows that are held back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Held {
    /// They are people, and are called as it stands there.
    pub confirmed: Lines,
    /// They are people, and are called as is likely.
    pub likely: Lines,
    /// They are left out.
    pub left_out: Lines,
    /// Their names are written in the usual case.
    pub cased: Lines,
    /// Their addresses are those that are likely meant.
    pub emails: Lines,
}

/// What to do with hidden rows, columns and sheets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Hidden {
    /// They are left out, and that is said.
    #[default]
    #[serde(alias = "leave-out")]
    LeaveOut,
    /// They are read as all others.
    Include,
}

/// Names of the form `Family, Given`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CommaNames {
    /// It is asked, where most names of a list are written so.
    #[default]
    Ask,
    /// The family name stands first: `Lovelace, Ada` is Ada Lovelace.
    Swap,
    /// They are printed as they stand.
    Keep,
}

/// How a file is to be read, as far as that was said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    /// The code page of a text file.
    pub encoding: Option<String>,
    /// The sheet of a workbook.
    pub sheet: Option<String>,
    /// The row that names the columns.
    pub header_row: Option<u64>,
    /// Hidden rows, columns and sheets.
    pub hidden: Hidden,
}

/// Returns the question about the rows that are held back, if there are any.
pub fn asked_rows(rows: &[RowOutcome]) -> Option<Question> {
    let asked: Vec<(&RowOutcome, String)> = rows.iter().filter_map(|row| Some((row, reasons(row)?))).collect();
    if asked.is_empty() {
        return None;
    }
    let shown = |(row, reason): &(&RowOutcome, String)| AskedRow {
        line: row.line,
        shown: row.person().map(|person| person.name.clone()).unwrap_or_default(),
        reason: reason.clone(),
        likely: row.likely.clone(),
    };
    let lines = |wanted: &dyn Fn(&RowOutcome) -> bool| {
        let lines: Vec<String> =
            asked.iter().filter(|(row, _)| wanted(row)).map(|(row, _)| row.line.to_string()).collect();
        if lines.len() > ASKED_ROWS { "all".to_owned() } else { lines.join(",") }
    };
    let mut choices = vec![Choice::new(
        format!("confirm_row={}", asked[0].0.line),
        "they are a person, called as it stands there; name each line that is",
    )];
    if asked.iter().any(|(row, _)| row.likely.is_some()) {
        let likely = lines(&|row| row.likely.is_some());
        choices.push(Choice::new(format!("likely_row={likely}"), "they are people, called as is likely"));
    }
    choices.push(Choice::new(format!("leave_out_row={}", lines(&|_| true)), "they are left out"));
    Some(Question {
        about: "rows".into(),
        text: match asked.len() {
            1 => "is this row a person, and is this the name?".into(),
            many => format!("are these {many} rows people, and are these their names?"),
        },
        rows: asked.iter().take(ASKED_ROWS).map(shown).collect(),
        more_rows: asked.len().saturating_sub(ASKED_ROWS) as u64,
        choices,
    })
}

/// Returns what may be taken as is likely, and needs no answer: names in an unusual case, addresses with a slip.
pub fn offers(rows: &[RowOutcome]) -> Vec<Question> {
    let kinds = [
        (Offered::NameCase, "name_case", "names in an unusual case: are they to be written as is likely?"),
        (Offered::Email, "likely_email", "addresses with a slip: are they to be read as is likely?"),
    ];
    kinds.into_iter().filter_map(|(about, name, text)| offer(rows, about, name, text)).collect()
}

fn offer(rows: &[RowOutcome], about: Offered, name: &str, text: &str) -> Option<Question> {
    let taken = rows.iter().filter(|row| row.participant.is_some());
    let offers: Vec<(u64, &Offer)> = taken
        .flat_map(|row| row.offers.iter().map(move |offer| (row.line, offer)))
        .filter(|(_, one)| one.about == about)
        .collect();
    if offers.is_empty() {
        return None;
    }
    let row = |(line, offer): &(u64, &Offer)| AskedRow {
        line: *line,
        shown: offer.shown.clone(),
        reason: String::new(),
        likely: Some(offer.likely.clone()),
    };
    Some(Question {
        about: name.into(),
        text: text.into(),
        rows: offers.iter().take(ASKED_ROWS).map(row).collect(),
        more_rows: offers.len().saturating_sub(ASKED_ROWS) as u64,
        choices: vec![Choice::new(format!("{name}=all"), "all of them; or name their lines")],
    })
}

fn reasons(row: &RowOutcome) -> Option<String> {
    let asked = row.findings.iter().filter(|finding| finding.severity == Severity::Asked);
    let reasons: Vec<&str> = asked.map(|finding| finding.reason.as_str()).collect();
    (!reasons.is_empty()).then(|| reasons.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_named_singly_in_ranges_or_all() {
        let lines: Lines = "12, 14-16".parse().unwrap();
        assert_eq!([11, 12, 13, 14, 16, 17].map(|line| lines.has(line)), [false, true, false, true, true, false]);
        assert!("all".parse::<Lines>().unwrap().has(9) && "all".parse::<Lines>().unwrap().singly().is_err());
        for bad in ["", "x", "3-1", "1-", "-1", "1;2", "1-99999999999"] {
            assert!(bad.parse::<Lines>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_choice_is_spelt_for_a_shell() {
        let option = |answer: &str| Choice::new(answer, "").as_option();
        assert_eq!(option("confirm_row=12,14"), "--confirm-row 12,14");
        assert_eq!(option("sheet=Read me"), "--sheet 'Read me'");
        assert_eq!(option("map=first_name=Name"), "--map 'first_name=Name'");
        assert_eq!(option("sheet=$(date) `date` \"x\""), "--sheet '$(date) `date` \"x\"'");
        assert_eq!(option("sheet=Anna's; date"), r"--sheet 'Anna'\''s; date'");
    }
}
