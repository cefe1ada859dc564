//! Columns that a template prints as dates, as `{completed_on:long}`: a day is kept as `2026-05-04`, whichever way the list
//! writes it; what is none, or could be two, is told when the list is taken in and not when everybody waits for certificates.

use std::collections::BTreeSet;

use crate::import::{Code, Columns, ExpiryError, Finding, RowOutcome, Severity, last_day};
use crate::template::Template;

/// Reads these columns. A row with a cell that is no day becomes an error.
pub(super) fn settle(templates: &[Template], columns: &Columns, rows: &mut [RowOutcome]) {
    let dates: BTreeSet<String> = templates.iter().flat_map(Template::date_columns).collect();
    let printed = columns.columns.iter().filter(|column| !column.skipped && dates.contains(&column.field));
    let printed: Vec<(&str, &str)> = printed.map(|column| (&column.field[..], &column.header[..])).collect();
    for row in rows.iter_mut().filter(|_| !printed.is_empty()) {
        let mut findings = Vec::new();
        let Some(person) = row.person_mut() else { continue };
        for (field, header) in &printed {
            let Some(cell) = person.fields.get_mut(*field).filter(|cell| !cell.trim().is_empty()) else { continue };
            match last_day(cell) {
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
