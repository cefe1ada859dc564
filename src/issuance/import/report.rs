//! The report of an import: the bad rows as CSV that can be corrected and imported again, or all findings as JSON
//! (`schemas/import.json`).

use std::io::Write;

use serde_json::{Value, json};

use super::{Columns, RowOutcome, Severity, Table, summarise};

/// Columns that the report adds; they are no columns of a person when the file is imported again.
pub(super) const REPORT_COLUMNS: [&str; 4] = ["import_line", "import_status", "import_reason", "import_hint"];

/// Spreadsheet programs run cells that begin with these (OWASP, CSV injection).
pub(super) const FORMULA_SIGNS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

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
    let hints: Vec<&str> = outcome.findings.iter().map(|finding| finding.hint).collect();
    let status = outcome.severity().map_or("valid", status);
    [outcome.line.to_string(), status.into(), safe_cell(&reasons.join("; ")), safe_cell(&hints.join("; "))]
}

fn status(severity: Severity) -> &'static str {
    match severity {
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

/// Returns a cell that no spreadsheet program takes for a formula.
pub fn safe_cell(cell: &str) -> String {
    if cell.starts_with(FORMULA_SIGNS) { format!("'{cell}") } else { cell.to_owned() }
}

/// Returns the whole report as JSON, as `schemas/import.json` describes it.
pub fn report_json(table: &Table, columns: &Columns, rows: &[RowOutcome]) -> Value {
    let summary = summarise(rows);
    let columns: Vec<Value> = columns
        .columns
        .iter()
        .map(|column| {
            json!({
                "header": column.header,
                "field": column.field,
                "meaning": column.meaning.map(|meaning| meaning.field()),
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
            "rows": summary.valid + summary.warnings + summary.errors,
            "valid": summary.valid,
            "warnings": summary.warnings,
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
                "severity": status(finding.severity),
                "field": finding.field,
                "code": finding.code.as_str(),
                "reason": finding.reason,
                "hint": finding.hint,
            })
        })
        .collect();
    json!({
        "line": row.line,
        "status": row.severity().map_or("valid", status),
        "imported": row.participant.is_some(),
        "findings": findings,
    })
}
