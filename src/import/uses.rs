//! What becomes of each column: told at import, so that nobody thinks that a column is on the certificate when it is not.

use std::collections::BTreeSet;

use super::report::REPORT_COLUMNS;
use super::{Columns, Meaning};
use crate::making::Results;

/// Columns named at most.
const TOLD: usize = 10;

/// What a column is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Says who the person is.
    Person,
    /// Chooses the certificate's language.
    Language,
    /// Stands in the credential, which everybody can read.
    Signed,
    /// Would stand in the credential, if the event's results were for everybody; until then it is kept only.
    Unconfirmed,
    /// Fills a placeholder of the template.
    Printed,
    /// Is judged by the event's rule.
    Rule,
    /// Is kept with the person, and on no certificate.
    Kept,
    /// Was left out.
    Skipped,
}

impl Use {
    /// Returns its name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Language => "language",
            Self::Signed => "signed",
            Self::Unconfirmed => "unconfirmed",
            Self::Printed => "printed",
            Self::Rule => "rule",
            Self::Kept => "kept",
            Self::Skipped => "skipped",
        }
    }
}

/// Says what becomes of the columns that are on no certificate, and how results get there. Those that are `hidden` are told
/// beside.
pub fn told_uses(
    columns: &Columns,
    uses: &[Use],
    hidden: &BTreeSet<usize>,
    results: Results,
    how: &str,
) -> Vec<String> {
    let of = |wanted: Use| {
        let named = columns.columns.iter().zip(uses).filter(move |(_, used)| **used == wanted);
        named.map(|(column, _)| format!("`{}`", column.header.chars().take(80).collect::<String>())).collect::<Vec<_>>()
    };
    let mut told = Vec::new();
    for column in of(Use::Unconfirmed) {
        told.push(format!(
            "column {column} is kept, and neither signed nor printed: what is signed, everybody can read. If everybody may \
             read the results of this event, {how}"
        ));
    }
    if results == Results::Unasked && columns.with(Meaning::Result).is_some() {
        told.push(
            "this event is of an older version and was never asked about its results: certificates that would say one wait \
             for the answer"
                .to_owned(),
        );
    }
    let kept = of(Use::Kept);
    let more = kept.len().saturating_sub(TOLD);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    match &kept[..] {
        [] => {}
        [one] => told.push(format!("column {one} is kept, and is on no certificate")),
        many => {
            let some = many[..many.len().min(TOLD)].join(", ");
            told.push(format!("columns {some}{more} are kept, and are on no certificate"));
        }
    }
    told.extend(not_used(columns, uses, hidden));
    told
}

/// Names the columns that were left out at somebody's wish. What a report of ours says of its rows is none of theirs.
fn not_used(columns: &Columns, uses: &[Use], hidden: &BTreeSet<usize>) -> Option<String> {
    let skipped = columns.columns.iter().zip(uses).enumerate().filter(|(at, (column, used))| {
        **used == Use::Skipped && !hidden.contains(at) && !REPORT_COLUMNS.contains(&column.field.as_str())
    });
    let named: Vec<String> = skipped.map(|(_, (column, _))| format!("`{:.80}`", column.header)).collect();
    match &named[..] {
        [] => None,
        [one] => Some(format!("column {one} was not used")),
        many if many.len() <= TOLD => Some(format!("columns {} were not used", many.join(", "))),
        many => Some(format!("columns {} and {} more were not used", many[..TOLD].join(", "), many.len() - TOLD)),
    }
}

/// Returns what each column is used for, where these placeholders are printed, results are signed or not, and a rule judges
/// these columns.
pub fn uses(columns: &Columns, placeholders: &BTreeSet<String>, results: Results, judged: &[usize]) -> Vec<Use> {
    let whole_name = columns.with(Meaning::Name).is_some();
    let one = |(at, column): (usize, &super::Column)| {
        let named = |name: &str| placeholders.contains(name);
        let printed = named(&column.field) || column.meaning.is_some_and(|meaning| named(meaning.field()));
        match column.meaning {
            _ if column.skipped => Use::Skipped,
            Some(Meaning::Name | Meaning::Email) => Use::Person,
            Some(meaning) if Meaning::PARTS.contains(&meaning) && !whole_name => Use::Person,
            Some(Meaning::Language) => Use::Language,
            Some(Meaning::Credits | Meaning::Role | Meaning::Expires | Meaning::Term) => Use::Signed,
            Some(Meaning::Result) if results.signed() => Use::Signed,
            Some(Meaning::Result) => Use::Unconfirmed,
            _ if printed => Use::Printed,
            _ if judged.contains(&at) => Use::Rule,
            _ => Use::Kept,
        }
    };
    columns.columns.iter().enumerate().map(one).collect()
}
