//! Columns that a template prints as dates, as `{completed_on:long}`: a day is kept as `2026-05-04`, whichever way the list
//! writes it; what is none, or could be two, is told when the list is taken in and not when everybody waits for certificates.

use std::collections::BTreeSet;

use crate::import::{Code, Column, Columns, ExpiryError, Finding, RowOutcome, Severity, Table, last_day};
use crate::template::Template;

/// Reads these columns. A row with a cell that is no day becomes an error.
pub(super) fn settle(templates: &[Template], table: &Table, columns: &Columns, rows: &mut [RowOutcome]) {
    let dates: BTreeSet<String> = templates.iter().flat_map(Template::date_columns).collect();
    let printed = |(at, column): (usize, &'_ Column)| {
        let wanted = !column.skipped && dates.contains(&column.field);
        wanted.then(|| (at, column.field.clone(), column.header.clone()))
    };
    let printed: Vec<(usize, String, String)> = columns.columns.iter().enumerate().filter_map(printed).collect();
    for row in rows.iter_mut().filter(|_| !printed.is_empty()) {
        let mut findings = Vec::new();
        let read = &table.rows[row.row];
        let Some(person) = row.person_mut() else { continue };
        for (at, field, header) in &printed {
            let Some(cell) = person.fields.get_mut(field).filter(|cell| !cell.trim().is_empty()) else { continue };
            // A cell that shows a day in words says which one it is.
            let day = last_day(read.number(*at)).or_else(|_| last_day(cell));
            match day {
                Ok(day) => *cell = day.to_string(),
                Err(problem) => findings.push(no_day(header, cell, problem)),
            }
        }
        // What is an error of this column already is told once.
        for finding in findings {
            let error = |known: &Finding| known.severity == Severity::Error && known.field == finding.field;
            if !row.findings.iter().any(error) {
                row.refuse(finding);
            }
        }
    }
}

fn no_day(header: &str, cell: &str, problem: ExpiryError) -> Finding {
    Finding {
        severity: Severity::Error,
        field: header.to_owned(),
        code: Code::DateUnclear,
        reason: format!("`{:.40}` {problem}, and the template prints this column as one", cell),
        hint: "write the day as 2026-05-04, or leave the cell empty. Or take the format, as `:long`, out of the template's \
               placeholder"
            .into(),
    }
}
