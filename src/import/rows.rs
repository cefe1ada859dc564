//! Rows are checked one by one: each becomes a participant, a participant with warnings, or an error, and says why.

mod name;

use std::collections::BTreeSet;

use rayon::prelude::*;
use unicode_normalization::UnicodeNormalization;

use super::absent::{self, Absent, Tells};
use super::columns::Meaning;
use super::commas::mostly_commas;
use super::expiry::{last_day, not_over};
use super::names::{self, Tidy};
use super::nobody::Usual;
use super::outcome::{Code, Finding, Offer, Offered, RowOutcome, Said, Severity};
use super::over::{CLEAR, person_key};
use super::question::{CommaNames, Held, Lines};
use super::{Columns, Row, Table};
use crate::credential::{Timestamp, Zone};
use crate::store::{Fields, Participant};

/// Longest name in characters as a person counts them.
pub const NAME_CHARACTERS: usize = 200;

/// Says which character of a text no font has a glyph for, if there is one.
pub type MissingGlyph<'a> = dyn Fn(&str) -> Option<char> + Sync + 'a;

/// How rows are checked.
pub struct Checks<'a> {
    /// Mails will be sent: a missing or wrong address is an error and not a warning.
    pub need_email: bool,
    /// When the rows are imported.
    pub now: Timestamp,
    /// Where the event's days begin and end.
    pub zone: &'a Zone,
    /// Returns the first character of a name that no font has a glyph for.
    pub missing_glyph: Option<&'a MissingGlyph<'a>>,
    /// What to do with a row that says that somebody was absent or failed.
    pub absent: Absent,
    /// Columns that a rule judges: what they say is no question.
    pub judged: &'a [usize],
    /// What was said about rows that are asked about.
    pub held: &'a Held,
    /// What was said about names such as `Lovelace, Ada`.
    pub comma_names: CommaNames,
}

/// Nothing was said.
static UNSAID: Held = Held {
    confirmed: Lines::NONE,
    likely: Lines::NONE,
    left_out: Lines::NONE,
    cased: Lines::NONE,
    emails: Lines::NONE,
};

/// Days of an event that says nothing.
static HERE: Zone = Zone::UTC;

impl Checks<'_> {
    /// Returns the checks at a time, of which nothing else was said.
    pub fn at(now: Timestamp) -> Self {
        Self {
            need_email: false,
            now,
            zone: &HERE,
            missing_glyph: None,
            absent: Absent::Ask,
            judged: &[],
            held: &UNSAID,
            comma_names: CommaNames::Ask,
        }
    }
}

/// Checks every row, each on its own. One bad row never stops the others.
///
/// Rows about one person are told by [`super::settle_duplicates`], when all else that may make a row an error was looked at.
pub fn check_rows(table: &Table, columns: &Columns, checks: &Checks<'_>) -> Vec<RowOutcome> {
    let tells: Vec<Option<Tells>> = columns.columns.iter().map(absent::tells).collect();
    let usual = Usual::of(table, columns);
    // Where most names are written so, that is one question about the list.
    let commas = columns.commas(table, checks.comma_names);
    let ask_commas = commas == CommaNames::Ask && !mostly_commas(table, columns);
    let swap = commas == CommaNames::Swap;
    let check = |(index, row): (usize, &Row)| {
        let gap = index > 0 && table.rows[index - 1].line + 1 < row.line;
        let (findings, cleared) = (Vec::new(), BTreeSet::new());
        let (usual, list) = (&usual, List { gap, ask_commas, swap });
        let (offers, taken, likely, said) = (Vec::new(), Vec::new(), None, None);
        let tells = &tells;
        RowChecker { columns, checks, tells, usual, list, row, findings, cleared, offers, taken, likely, said }
            .check(index)
    };
    table.rows.par_iter().enumerate().map(check).collect()
}

/// What is known of the list around a row.
struct List {
    /// Blank rows stand above.
    gap: bool,
    /// A name such as `Lovelace, Ada` is an exception, which is asked about.
    ask_commas: bool,
    /// `Lovelace, Ada` is Ada Lovelace.
    swap: bool,
}

struct RowChecker<'a> {
    columns: &'a Columns,
    checks: &'a Checks<'a>,
    /// What each column may say of somebody who was absent.
    tells: &'a [Option<Tells>],
    usual: &'a Usual,
    list: List,
    row: &'a Row,
    findings: Vec<Finding>,
    cleared: BTreeSet<String>,
    offers: Vec<Offer>,
    taken: Vec<Offered>,
    likely: Option<String>,
    said: Option<Said>,
}

impl RowChecker<'_> {
    fn check(mut self, index: usize) -> RowOutcome {
        self.check_cells();
        let name = self.name();
        let nobody = name.is_empty() && self.findings.iter().any(|finding| finding.code == Code::NoPerson);
        let (email, fields) = if nobody { (None, Fields::new()) } else { (self.email(), self.fields()) };
        let nameable = !name.is_empty() && names::characters(&name) <= NAME_CHARACTERS;
        let left_out = self.said == Some(Said::LeftOut);
        let wanted = !left_out && (nobody || self.wants_one());
        let good = self.findings.iter().all(|finding| finding.severity < Severity::Asked);
        let person = nameable
            .then(|| Participant::new(person_key(&name, email.as_deref()), name, email, fields, self.checks.now));
        let (participant, set_aside, left_out) = match (wanted, good) {
            (false, _) if left_out => (None, None, None),
            (false, _) => (None, None, person.map(Box::new)),
            (true, true) => (person, None, None),
            (true, false) => (None, person.map(Box::new), None),
        };
        let Self { findings, cleared, offers, taken, likely, said, .. } = self;
        RowOutcome {
            line: self.row.line,
            row: index,
            participant,
            set_aside,
            left_out,
            cleared,
            offers,
            taken,
            likely,
            said,
            findings,
        }
    }

    fn cell(&self, at: usize) -> &str {
        self.row.cells.get(at).map_or("", String::as_str)
    }

    fn header(&self, at: usize) -> String {
        self.columns.columns.get(at).map(|column| column.header.clone()).unwrap_or_default()
    }

    fn find(&mut self, severity: Severity, field: String, code: Code, reason: String, hint: &'static str) {
        self.findings.push(Finding { severity, field, code, reason, hint: hint.into() });
    }

    fn error(&mut self, field: &str, code: Code, reason: String, hint: &'static str) {
        self.find(Severity::Error, field.into(), code, reason, hint);
    }

    fn warn(&mut self, field: &str, code: Code, reason: String, hint: &'static str) {
        self.find(Severity::Warning, field.into(), code, reason, hint);
    }

    fn check_cells(&mut self) {
        for &at in &self.row.cut {
            let field = self.header(at);
            self.error(&field, Code::CellTooLong, "the cell is longer than 10,000 characters".into(), "shorten it");
        }
        for &at in &self.row.formulas {
            let field = self.header(at);
            self.warn(
                &field,
                Code::Formula,
                "a formula without a stored result is taken as text".into(),
                "save the file once in a spreadsheet program, or paste the values",
            );
        }
        for (at, reason) in &self.row.unsure {
            if self.columns.columns.get(*at).is_some_and(|column| !column.skipped) {
                let field = self.header(*at);
                self.warn(
                    &field,
                    Code::NumberFormat,
                    reason.clone(),
                    "check it, and write the cell as text, or save the list as CSV UTF-8, which holds what cells show",
                );
            }
        }
        if self.row.surplus {
            self.error(
                "",
                Code::TooManyCells,
                "the row has more cells than the header has columns".into(),
                "put quotation marks around a cell that holds the separator",
            );
        }
    }

    /// A row that says that somebody was absent or failed is asked about, or left out. Says whether it is not.
    fn wants_one(&mut self) -> bool {
        if self.checks.absent == Absent::Take {
            return true;
        }
        let (columns, judged) = (self.columns, self.checks.judged);
        for (at, column) in columns.columns.iter().enumerate() {
            if column.skipped || judged.contains(&at) {
                continue;
            }
            let cell = self.cell(at).trim();
            if !self.tells[at].is_some_and(|tells| absent::says_absent(tells, cell)) {
                continue;
            }
            let said: String = cell.chars().take(40).collect();
            let (severity, reason, hint) = match self.checks.absent {
                Absent::LeaveOut => (Severity::Warning, format!("left out: `{said}`"), "nothing to do"),
                _ => (
                    Severity::Error,
                    format!("`{said}`: were they absent, or did they fail? They would get a certificate as others do"),
                    "delete the row, or import it again with `absent=take` or `absent=leave_out`",
                ),
            };
            self.find(severity, column.header.clone(), Code::AbsentOrFailed, reason, hint);
            return severity == Severity::Error;
        }
        true
    }

    /// What could make a certificate say something else than it seems to.
    fn check_is_safe(&mut self, tidy: &Tidy, field: &str, what: &str) {
        if let Some(c) = tidy.bidi {
            self.error(
                field,
                Code::BidiControl,
                format!(
                    "{what} holds {}, which changes the reading direction and can make it look like another",
                    spell(c)
                ),
                "type it anew without copying it from elsewhere",
            );
        }
        if let Some(c) = tidy.control {
            self.error(
                field,
                Code::ControlCharacter,
                format!("{what} holds {}", spell(c)),
                "delete it; this is printed as one line of text",
            );
        }
        if let Some(c) = tidy.damaged {
            self.error(
                field,
                Code::DamagedCharacter,
                format!("{what} holds {}: letters were lost before this file was made", spell(c)),
                "export the list anew as CSV UTF-8",
            );
        }
    }

    fn email(&mut self) -> Option<String> {
        let at = self.columns.with(Meaning::Email);
        let field = at.map_or_else(|| "email".into(), |at| self.header(at));
        let text = at.map_or("", |at| self.cell(at)).trim().trim_start_matches("mailto:").to_owned();
        let severity = if self.checks.need_email { Severity::Error } else { Severity::Warning };
        if text.is_empty() {
            if self.checks.need_email {
                self.find(severity, field, Code::EmailMissing, "the e-mail address is missing".into(), "fill it in");
            }
            return None;
        }
        if !names::is_email(&text) {
            return self.mended(text, field, severity);
        }
        Some(text)
    }

    /// What is no address: the likely one, where somebody said that it is meant.
    fn mended(&mut self, text: String, field: String, severity: Severity) -> Option<String> {
        let shown: String = text.chars().take(80).collect();
        let Some(likely) = names::likely_email(&text) else {
            let reason = format!("`{shown}` is not an e-mail address");
            self.find(severity, field, Code::EmailInvalid, reason, "correct it, or leave the cell empty");
            return None;
        };
        if self.checks.held.emails.has(self.row.line) {
            self.taken.push(Offered::Email);
            self.warn(&field, Code::Answered, format!("`{shown}` is read as `{likely}`"), "nothing to do");
            return Some(likely);
        }
        let reason = format!("`{shown}` is not an e-mail address; is `{likely}` meant?");
        let hint = "correct it, or leave the cell empty. Or take what is likely, with the line: `likely_email=LINE`";
        self.offers.push(Offer { about: Offered::Email, shown, likely });
        self.find(severity, field, Code::EmailInvalid, reason, hint);
        None
    }

    /// All further columns, by their placeholder and, where they have a meaning, by its field too.
    fn fields(&mut self) -> Fields {
        let mut fields = Fields::new();
        let mut last: Option<String> = None;
        let columns = self.columns;
        for (at, column) in columns.columns.iter().enumerate().filter(|(_, column)| !column.skipped) {
            let text = self.row.cells.get(at).map_or("", String::as_str).trim();
            if matches!(column.meaning, Some(Meaning::Name | Meaning::Email)) {
                continue;
            }
            let clear = text.eq_ignore_ascii_case(CLEAR);
            if clear {
                self.cleared.insert(column.field.clone());
                self.cleared.extend(column.meaning.map(|meaning| meaning.field().to_owned()));
            }
            // The placeholder exists, and stays empty on paper where nothing is known.
            if text.is_empty() || clear {
                fields.entry(column.field.clone()).or_default();
                continue;
            }
            let text: String = if text.is_ascii() { text.into() } else { text.nfc().collect() };
            let text = match column.meaning {
                Some(Meaning::Credits) => self.credits(self.row.number(at).to_owned(), &column.header),
                Some(Meaning::Expires) => self.expires(self.row.number(at).to_owned(), &column.header),
                Some(Meaning::Result | Meaning::Role | Meaning::Term) => self.signed(text, &column.header),
                _ => text,
            };
            match column.meaning {
                Some(Meaning::Expires) => last = Some(last.map_or(text.clone(), |last| last.min(text.clone()))),
                Some(meaning) => drop(fields.insert(meaning.field().into(), text.clone())),
                None => {}
            }
            fields.insert(column.field.clone(), text);
        }
        // Of several last days the earliest counts, also where another column is called as the claim is.
        fields.extend(last.map(|last| (Meaning::Expires.field().to_owned(), last)));
        fields
    }

    /// What is signed as a text of its own is held to the letters of names.
    fn signed(&mut self, text: String, header: &str) -> String {
        if text.starts_with('#') && names::is_spreadsheet_debris(&text) {
            let reason = format!("`{text}` is left over from a formula");
            self.error(header, Code::ProgressInvalid, reason, "correct the cell, or leave it empty");
        }
        let tidy = names::tidy(&text);
        self.check_is_safe(&tidy, header, "the cell");
        tidy.text
    }

    /// A day as `2027-03-31`, whichever way it was written.
    fn expires(&mut self, text: String, header: &str) -> String {
        match last_day(&text).and_then(|last| not_over(last, self.checks.now, self.checks.zone)) {
            Ok(last) => last.to_string(),
            Err(problem) => {
                let reason = format!("`{}` {problem}", text.chars().take(40).collect::<String>());
                self.error(header, Code::ExpiresInvalid, reason, "write the last day as 2027-03-31, or leave it empty");
                text
            }
        }
    }

    /// `4,5` is how half of the world writes 4.5.
    fn credits(&mut self, text: String, header: &str) -> String {
        let number = if text.contains('.') { text.clone() } else { text.replace(',', ".") };
        match number.parse::<f64>() {
            Ok(credits) if (0.0..=1_000_000.0).contains(&credits) => number,
            _ => {
                let reason =
                    format!("`{}` is not a number between 0 and 1,000,000", text.chars().take(40).collect::<String>());
                self.error(header, Code::CreditsInvalid, reason, "write a number such as 4.5");
                text
            }
        }
    }
}

/// `U+202E` and, where it can be shown, the character.
fn spell(c: char) -> String {
    let code = u32::from(c);
    let shown = !c.is_control()
        && !super::is_bidi_control(c)
        && !c.is_whitespace()
        && names::tidy(&c.to_string()).invisible.is_none();
    if shown { format!("U+{code:04X} `{c}`") } else { format!("U+{code:04X}") }
}

/// A text as messages show it.
fn short(text: &str) -> String {
    text.chars().take(60).collect()
}
