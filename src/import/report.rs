//! The report of an import: the bad rows as CSV that can be corrected and imported again, or all findings as JSON
//! (`schemas/import.json`).

use std::io::Write;

use serde_json::{Value, json};

use super::{Columns, RowOutcome, Severity, Table, Use, summarise};

/// Columns that the report adds; they are no columns of a person when the file is imported again.
pub const REPORT_COLUMNS: [&str; 4] = ["import_line", "import_status", "import_reason", "import_hint"];

/// Spreadsheet programs run cells that begin with these, also in full width (OWASP, CSV injection).
const FORMULA_SIGNS: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];

/// Writes the rows that have findings: their original cells, then line, status, reasons and hints.
///
/// A cell that a spreadsheet program would take for a formula gets a leading `'`.
///
/// # Errors
/// When `out` fails.
pub fn write_report(
    table: &Table,
    columns: &Columns,
    rows: &[RowOutcome],
    out: &mut dyn Write,
) -> Result<(), std::io::Error> {
    // The byte order mark tells Excel that this is UTF-8.
    out.write_all("\u{feff}".as_bytes())?;
    let mut csv = ::csv::Writer::from_writer(out);
    let kept: Vec<usize> = (0..columns.columns.len())
        .filter(|&at| !REPORT_COLUMNS.contains(&columns.columns[at].field.as_str()))
        .collect();
    let header = kept.iter().map(|&at| safe_cell(&columns.columns[at].header));
    csv.write_record(header.chain(REPORT_COLUMNS.map(String::from)))?;
    for outcome in rows.iter().filter(|outcome| !outcome.findings.is_empty()) {
        let cells = kept.iter().map(|&at| safe_cell(table.rows[outcome.row].cells.get(at).map_or("", String::as_str)));
        csv.write_record(cells.chain(added_cells(outcome)))?;
    }
    csv.flush()
}

fn added_cells(outcome: &RowOutcome) -> [String; 4] {
    let reasons: Vec<String> = outcome
        .findings
        .iter()
        .map(|f| if f.field.is_empty() { f.reason.clone() } else { format!("{}: {}", f.field, f.reason) })
        .collect();
    let hints: Vec<&str> = outcome.findings.iter().map(|finding| &*finding.hint).collect();
    [outcome.line.to_string(), row_status(outcome).into(), safe_cell(&reasons.join("; ")), safe_cell(&hints.join("; "))]
}

/// Returns how reports call what became of a row.
pub fn row_status(row: &RowOutcome) -> &'static str {
    if row.is_left_out() { "left_out" } else { row.severity().map_or("valid", Severity::name) }
}

/// What parts one cell from the next where a spreadsheet program is set to another separator than the comma.
const SEPARATORS: [char; 5] = [';', '\t', '|', '\n', '\r'];

/// Returns a cell that no spreadsheet program takes for a formula, also where it parts cells at semicolons or tabs: each
/// formula's sign at a beginning gets a `'` before it.
pub fn safe_cell(cell: &str) -> String {
    let mut safe = String::with_capacity(cell.len() + 2);
    each_beginning(cell, |part, beginning| {
        safe.push_str(part);
        if beginning {
            safe.push('\'');
        }
    });
    safe
}

/// Takes off what [`safe_cell`] put before signs.
pub(super) fn unsafe_cell(cell: &str) -> String {
    let mut raw = String::with_capacity(cell.len());
    each_beginning(cell, |part, beginning| {
        raw.push_str(if beginning { part.strip_suffix('\'').unwrap_or(part) } else { part })
    });
    raw
}

/// Goes through a cell in parts; after a part that ends where a formula's sign would begin a cell, `true` is told.
/// Spaces and quotation marks before the sign are passed over as spreadsheet programs do, and so are earlier `'`.
fn each_beginning<'a>(cell: &'a str, mut tell: impl FnMut(&'a str, bool)) {
    let (mut from, mut beginning) = (0, true);
    for (at, c) in cell.char_indices() {
        if beginning && FORMULA_SIGNS.contains(&c) {
            tell(&cell[from..at], true);
            from = at;
        }
        beginning = SEPARATORS.contains(&c) || beginning && matches!(c, ' ' | '"' | '\'' | '\u{a0}');
    }
    tell(&cell[from..], false);
}

/// Returns the whole report as JSON, as `schemas/import.json` describes it.
pub fn report_json(table: &Table, columns: &Columns, uses: &[Use], rows: &[RowOutcome]) -> Value {
    let summary = summarise(rows);
    let columns: Vec<Value> = columns
        .columns
        .iter()
        .zip(uses)
        .map(|(column, used)| {
            json!({
                "header": column.header,
                "field": column.field,
                "meaning": column.meaning.map(|meaning| meaning.field()),
                "use": used.as_str(),
                "skipped": column.skipped,
            })
        })
        .collect();
    let rows: Vec<Value> = rows.iter().filter(|row| !row.findings.is_empty()).map(row_json).collect();
    json!({
        "file": table.name,
        "notes": table.notes,
        "columns": columns,
        "summary": {
            "rows": summary.valid + summary.warnings + summary.asked + summary.errors,
            "valid": summary.valid,
            "warnings": summary.warnings,
            "asked": summary.asked,
            "errors": summary.errors,
            "duplicates": summary.duplicates,
            "people": summary.people,
        },
        "rows": rows,
    })
}

fn row_json(row: &RowOutcome) -> Value {
    let findings: Vec<Value> = row
        .findings
        .iter()
        .map(|finding| {
            json!({
                "severity": finding.severity.name(),
                "field": finding.field,
                "code": finding.code.as_str(),
                "reason": finding.reason,
                "hint": finding.hint,
            })
        })
        .collect();
    json!({
        "line": row.line,
        "status": row.severity().map_or("valid", Severity::name),
        "imported": row.participant.is_some(),
        "findings": findings,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_sign_begins_a_cell_wherever_cells_are_parted_and_nothing_is_lost() {
        let signs = FORMULA_SIGNS.iter().collect::<String>();
        let alphabet: Vec<char> = format!("{signs};|\n \"'a").chars().collect();
        // Every text of up to four of these.
        let mut texts = vec![String::new()];
        let mut last = texts.clone();
        for _ in 0..4 {
            last = last.iter().flat_map(|text| alphabet.iter().map(move |c| format!("{text}{c}"))).collect();
            texts.extend(last.iter().cloned());
        }
        for text in texts {
            let safe = safe_cell(&text);
            for part in safe.split([';', '|', '\n', ',']) {
                let first = part.trim_start_matches([' ', '"']).chars().next();
                assert!(!first.is_some_and(|c| FORMULA_SIGNS.contains(&c)) || part.is_empty(), "{text:?}: {safe:?}");
            }
            assert_eq!(unsafe_cell(&safe), text, "{safe:?}");
        }
        assert_eq!(safe_cell("x;=1+1"), "x;'=1+1");
        assert_eq!(safe_cell("Anne-Marie; 5 - 3"), "Anne-Marie; 5 - 3");
    }
}
