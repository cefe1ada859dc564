//! What was found in the rows of a list, and what became of each.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::store::Participant;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The row is imported.
    Warning,
    /// Nothing is imported until it is said what the row is.
    Asked,
    /// The row is left out.
    Error,
}

impl Severity {
    /// Returns what reports and programs call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Asked => "question",
            Self::Error => "error",
        }
    }
}

/// What was found, for machines. Stable: reports and scripts name them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Code {
    /// No name.
    NameMissing,
    /// Past `NAME_CHARACTERS`.
    NameTooLong,
    /// A control character or line break.
    ControlCharacter,
    /// A bidi embedding, override or isolate.
    BidiControl,
    /// A replacement, private use or noncharacter.
    DamagedCharacter,
    /// No font can draw a character of the name.
    NoGlyph,
    /// No letter in the name.
    NoLetter,
    /// Invisible characters were removed.
    InvisibleCharacter,
    /// Two scripts in one word.
    MixedScripts,
    /// Capitals only.
    AllCapitals,
    /// Small letters only, or some words in another case than the others.
    NameCase,
    /// Spaces were trimmed or collapsed.
    Spaces,
    /// An e-mail is needed and missing.
    EmailMissing,
    /// Not an address.
    EmailInvalid,
    /// The same person again.
    Duplicate,
    /// A cell past the limit.
    CellTooLong,
    /// More cells than columns.
    TooManyCells,
    /// A formula without a stored result.
    Formula,
    /// A cell that may be shown otherwise than it was taken.
    NumberFormat,
    /// Credits that are not a number.
    CreditsInvalid,
    /// A last day that is no date, could be two, or is over.
    ExpiresInvalid,
    /// A column that the template prints as a date holds none, or one that could be two.
    DateUnclear,
    /// The row says that somebody was absent or failed.
    AbsentOrFailed,
    /// The address of somebody with another name.
    SameAddress,
    /// The name of somebody else, and nothing to tell the two apart.
    SameName,
    /// Attendance, points or another column about progress that cannot be read.
    ProgressInvalid,
    /// An external id that is another person's.
    ExternalIdTaken,
    /// An external id of somebody with another name and another address.
    SameId,
    /// The row may be no person: totals, a heading, a footnote.
    NoPerson,
    /// What stands there is no name, or more than one.
    UnlikelyName,
    /// Letters that no single language puts into a word.
    StrangeLetters,
    /// Somebody said what the row is.
    Answered,
    /// The name fits on no line of the certificate.
    DoesNotFit,
    /// A column that people would look for on the certificate is not on it.
    NotPrinted,
}

impl Code {
    /// Returns the code as reports spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DateUnclear => "date_unclear",
            Self::NameMissing => "name_missing",
            Self::NameTooLong => "name_too_long",
            Self::ControlCharacter => "control_character",
            Self::BidiControl => "bidi_control",
            Self::DamagedCharacter => "damaged_character",
            Self::NoGlyph => "no_glyph",
            Self::NoLetter => "no_letter",
            Self::InvisibleCharacter => "invisible_character",
            Self::MixedScripts => "mixed_scripts",
            Self::AllCapitals => "all_capitals",
            Self::NameCase => "name_case",
            Self::Spaces => "spaces",
            Self::EmailMissing => "email_missing",
            Self::EmailInvalid => "email_invalid",
            Self::Duplicate => "duplicate",
            Self::CellTooLong => "cell_too_long",
            Self::TooManyCells => "too_many_cells",
            Self::Formula => "formula",
            Self::NumberFormat => "number_format",
            Self::CreditsInvalid => "credits_invalid",
            Self::ExpiresInvalid => "expires_invalid",
            Self::AbsentOrFailed => "absent_or_failed",
            Self::SameAddress => "same_address",
            Self::SameName => "same_name",
            Self::ProgressInvalid => "progress_invalid",
            Self::ExternalIdTaken => "external_id_taken",
            Self::SameId => "same_id",
            Self::NoPerson => "no_person",
            Self::UnlikelyName => "unlikely_name",
            Self::StrangeLetters => "strange_letters",
            Self::Answered => "answered",
            Self::DoesNotFit => "does_not_fit",
            Self::NotPrinted => "not_printed",
        }
    }
}

/// One finding about one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How bad.
    pub severity: Severity,
    /// The column it is about, as written in the file.
    pub field: String,
    /// For machines.
    pub code: Code,
    /// What is wrong.
    pub reason: String,
    /// What to do. Where it is an answer, it is spelt as HTTP takes it; [`as_options`] spells it for the command line.
    pub hint: Cow<'static, str>,
}

/// Returns a hint with its answers spelt as options: `same_name=two_people` is `--same-name two-people`.
pub fn as_options(hint: &str) -> String {
    const ANSWERS: [&str; 15] = [
        "same_address",
        "same_name",
        "same_id",
        "absent",
        "encoding",
        "sheet",
        "header_row",
        "hidden",
        "comma_names",
        "confirm_row",
        "likely_row",
        "leave_out_row",
        "name_case",
        "likely_email",
        "map",
    ];
    let part = |(at, part): (usize, &str)| match part.split_once('=') {
        // What a file calls its columns stays as it is, and runs in no shell.
        Some(("map", _)) if at % 2 == 1 => super::Choice::new(part, "").as_option(),
        Some((name, value)) if at % 2 == 1 && ANSWERS.contains(&name) => {
            format!("--{} {}", name.replace('_', "-"), value.replace('_', "-"))
        }
        _ => part.to_owned(),
    };
    hint.split('`').enumerate().map(part).collect::<Vec<_>>().join("`")
}

/// Returns a hint without the sentences that spell answers of programs (`map=skip=Notes`), where something else is left.
pub fn plain_hint(hint: &str) -> String {
    let kept: String = hint.split_inclusive(". ").filter(|sentence| !is_for_programs(sentence)).collect();
    let kept = kept.trim().trim_end_matches('.');
    if kept.is_empty() { hint.to_owned() } else { kept.to_owned() }
}

/// Says whether a sentence spells what programs answer with, as `header_row=ROW`: pages have fields for that.
pub fn is_for_programs(sentence: &str) -> bool {
    sentence.split('`').skip(1).step_by(2).any(|code| code.contains('='))
}

/// What was said about a row that is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// A person, called as it stands there.
    Confirmed,
    /// A person, called as is likely.
    Likely,
    /// Left out.
    LeftOut,
}

/// What a row may say otherwise, if somebody takes it so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// What it is about.
    pub about: Offered,
    /// What stands there.
    pub shown: String,
    /// What is likely.
    pub likely: String,
}

/// What is offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offered {
    /// A name in the usual case.
    NameCase,
    /// An address without its slip.
    Email,
}

/// What became of a row.
#[derive(Debug, Clone, PartialEq)]
pub struct RowOutcome {
    /// Line in the file.
    pub line: u64,
    /// Index into `Table::rows`.
    pub row: usize,
    /// The person, unless the row is an error or a skipped duplicate.
    pub participant: Option<Participant>,
    /// Whom an error row would be about: what else is to be asked about it is asked at once.
    pub set_aside: Option<Box<Participant>>,
    /// Whom a row is about that is left out because it says that they were absent or failed.
    pub left_out: Option<Box<Participant>>,
    /// Fields that the row takes away (`CLEAR`).
    pub cleared: BTreeSet<String>,
    /// The name that may be meant, where the one that stands there is asked about.
    pub likely: Option<String>,
    /// What it may say otherwise: the row is taken as it stands unless somebody takes these.
    pub offers: Vec<Offer>,
    /// What of it was taken.
    pub taken: Vec<Offered>,
    /// What was said about the row, which would be asked about otherwise.
    pub said: Option<Said>,
    /// Everything that was found.
    pub findings: Vec<Finding>,
}

impl RowOutcome {
    /// Returns whom the row is about, also where it is an error.
    pub fn person(&self) -> Option<&Participant> {
        self.participant.as_ref().or(self.set_aside.as_deref())
    }

    /// The same, to be changed.
    pub fn person_mut(&mut self) -> Option<&mut Participant> {
        self.participant.as_mut().or(self.set_aside.as_deref_mut())
    }

    /// Makes the row an error.
    pub fn refuse(&mut self, finding: Finding) {
        if let Some(person) = self.participant.take() {
            self.set_aside = Some(Box::new(person));
        }
        self.findings.push(finding);
    }

    /// Says whether the row is left out though nothing is wrong with it: somebody said so, or it says that they were absent.
    pub fn is_left_out(&self) -> bool {
        let again = self.findings.iter().any(|finding| finding.code == Code::Duplicate);
        self.participant.is_none() && self.severity() == Some(Severity::Warning) && !again
    }

    /// Returns the worst finding's severity; `None`: valid.
    pub fn severity(&self) -> Option<Severity> {
        self.findings.iter().map(|finding| finding.severity).max()
    }
}

/// Counts over all rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Rows without findings.
    pub valid: usize,
    /// Rows with warnings only.
    pub warnings: usize,
    /// Rows that are asked about.
    pub asked: usize,
    /// Rows left out for an error.
    pub errors: usize,
    /// Rows that are left out though nothing is wrong with them (also counted above).
    pub left_out: usize,
    /// Rows in whose place a later row about the same person counts (also counted above).
    pub duplicates: usize,
    /// People to be imported.
    pub people: usize,
}

/// Counts the outcomes.
pub fn summarise(rows: &[RowOutcome]) -> Summary {
    let mut summary = Summary::default();
    for row in rows {
        match row.severity() {
            None => summary.valid += 1,
            Some(Severity::Warning) => summary.warnings += 1,
            Some(Severity::Asked) => summary.asked += 1,
            Some(Severity::Error) => summary.errors += 1,
        }
        summary.people += usize::from(row.participant.is_some());
        summary.left_out += usize::from(row.is_left_out());
        summary.duplicates += usize::from(row.findings.iter().any(|finding| finding.code == Code::Duplicate));
    }
    summary
}
