//! Names that are written with the family name first, as `Lovelace, Ada`: where most names of a list are, that is one question about
//! the list, and else one about each row.

use super::columns::{Columns, Meaning};
use super::doubts;
use super::question::{ASKED_ROWS, AskedRow, Choice, CommaNames, Question};
use super::{Row, Table};

/// Returns the question of a list whose names are mostly written as `Lovelace, Ada`.
pub fn asked_commas(table: &Table, columns: &Columns, said: CommaNames) -> Option<Question> {
    if columns.commas(table, said) != CommaNames::Ask || !mostly_commas(table, columns) {
        return None;
    }
    let (turned, _) = comma_names(table, columns);
    let example = turned.first().cloned()?;
    let row = |(line, shown, likely): (u64, String, String)| AskedRow {
        line,
        shown,
        reason: String::new(),
        likely: Some(likely),
    };
    Some(Question {
        about: "comma_names".into(),
        text: format!(
            "the names of this list are written with the family name first: is `{}` to be printed as `{}`?",
            example.1, example.2
        ),
        more_rows: turned.len().saturating_sub(ASKED_ROWS) as u64,
        rows: turned.into_iter().take(ASKED_ROWS).map(row).collect(),
        choices: vec![
            Choice::new("comma_names=swap", format!("the names are printed as `{}`", example.2)),
            Choice::new("comma_names=keep", format!("the names are printed as `{}`", example.1)),
        ],
    })
}

/// Returns the names of a list that are written as `Lovelace, Ada`, with their lines, and how many names there are.
fn comma_names(table: &Table, columns: &Columns) -> (Vec<(u64, String, String)>, usize) {
    let Some(at) = columns.with(Meaning::Name) else { return (Vec::new(), 0) };
    let cell = |row: &Row| row.cells.get(at).map_or("", |cell| cell.trim()).to_owned();
    let named = table.rows.iter().filter(|row| !cell(row).is_empty()).count();
    let turned = |row: &Row| {
        let name = bare(cell(row));
        let turned = doubts::turned(&name)?;
        Some((row.line, name, turned))
    };
    (table.rows.iter().filter_map(turned).collect(), named)
}

/// A name without what is no part of it: `Lovelace, Ada <ada@example.org>`.
fn bare(cell: String) -> String {
    match cell.contains([',', '，', '、']) {
        true => doubts::of(&cell).and_then(|doubt| doubt.likely).unwrap_or(cell),
        false => cell,
    }
}

/// Says whether most names of a list are written so.
pub(super) fn mostly_commas(table: &Table, columns: &Columns) -> bool {
    let (turned, named) = comma_names(table, columns);
    turned.len() > 1 && turned.len() * 2 >= named
}
