//! A spreadsheet as a table of texts, within limits.

use super::report::{REPORT_COLUMNS, unsafe_cell};
use super::{ImportError, csv, xlsx};

/// Sizes past which a file is refused. The defaults are what Testamur promises to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Largest file: 50 MB.
    pub bytes: usize,
    /// Most rows below the header: 200,000.
    pub rows: usize,
    /// Most columns: 200.
    pub columns: usize,
    /// Most cells that hold something: 4,000,000.
    pub cells: usize,
    /// Longest cell in characters: 10,000. A longer one is cut, and its row is an error.
    pub cell: usize,
    /// Most bytes that a spreadsheet may unpack to, all parts together: 400 MB.
    pub unpacked: u64,
    /// Most files inside a spreadsheet: 2,000.
    pub entries: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 50_000_000,
            rows: 200_000,
            columns: 200,
            cells: 4_000_000,
            cell: 10_000,
            unpacked: 400_000_000,
            entries: 2_000,
        }
    }
}

/// A spreadsheet as text: a header and rows, all cells trimmed of nothing and interpreted as nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Table {
    /// The file's name, for messages.
    pub name: String,
    /// The header row, cell by cell, as written.
    pub header: Vec<String>,
    /// The rows below it, blank ones left out.
    pub rows: Vec<Row>,
    /// What was assumed while reading, as sentences: encoding, separator, sheet.
    pub notes: Vec<String>,
}

/// One row of a [`Table`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Row {
    /// Line in the file, or row in the sheet, from 1.
    pub line: u64,
    /// Its cells; may be fewer than the header has.
    pub cells: Vec<String>,
    /// Columns (from 0) whose cell was longer than [`Limits::cell`] and was cut.
    pub cut: Vec<usize>,
    /// Columns (from 0) that hold a formula without a stored result; the cell is the formula's text.
    pub formulas: Vec<usize>,
    /// True if the row has more cells than the header; the surplus fills nothing.
    pub surplus: bool,
}

/// Reads a CSV or XLSX file, told apart by its first bytes; `name` is only used in messages.
///
/// # Errors
/// When the file as a whole cannot be read; see [`ImportError`].
pub fn read_table(name: &str, bytes: &[u8], limits: &Limits) -> Result<Table, ImportError> {
    if bytes.len() > limits.bytes {
        return Err(ImportError::TooLarge { file: name.into(), bytes: bytes.len(), limit: limits.bytes });
    }
    if let Some(kind) = unread_kind(bytes) {
        return Err(ImportError::Kind { file: name.into(), kind });
    }
    let mut table = if bytes.starts_with(b"PK\x03\x04") {
        xlsx::read(name, bytes, limits)?
    } else {
        csv::read(name, bytes, limits)?
    };
    table.header.truncate(used_columns(&table));
    unescape_report(&mut table);
    if table.header.is_empty() {
        return Err(ImportError::Empty(name.into()));
    }
    if table.rows.is_empty() {
        return Err(ImportError::OnlyHeader(name.into()));
    }
    Ok(table)
}

/// A corrected report ([`super::write_report`]) comes back: takes off the `'` that it put before formulas.
fn unescape_report(table: &mut Table) {
    if !REPORT_COLUMNS.iter().all(|column| table.header.iter().any(|cell| cell == column)) {
        return;
    }
    for cell in table.rows.iter_mut().flat_map(|row| &mut row.cells).chain(&mut table.header) {
        *cell = unsafe_cell(cell);
    }
}

/// Spreadsheets often carry empty columns at the right.
fn used_columns(table: &Table) -> usize {
    let header = table.header.iter().rposition(|cell| !cell.trim().is_empty()).map_or(0, |at| at + 1);
    let widest = table.rows.iter().filter_map(|row| row.cells.iter().rposition(|cell| !cell.trim().is_empty())).max();
    header.max(widest.map_or(0, |at| at + 1)).min(table.header.len())
}

fn unread_kind(bytes: &[u8]) -> Option<&'static str> {
    const KINDS: [(&[u8], &str); 10] = [
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "an old .xls workbook or a password-protected one"),
        (b"%PDF", "a PDF"),
        (b"\x89PNG", "a picture"),
        (b"\xFF\xD8\xFF", "a picture"),
        (b"GIF8", "a picture"),
        (b"\x1F\x8B", "a compressed file"),
        (b"Rar!", "a compressed file"),
        (b"7z\xBC\xAF\x27\x1C", "a compressed file"),
        (b"{\\rtf", "a text document"),
        (b"PK\x05\x06", "an empty archive"),
    ];
    if let Some((_, kind)) = KINDS.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Some(kind);
    }
    // An OpenDocument file names its type in its first entry, uncompressed (ODF 1.3 part 2, 3.3).
    let head = &bytes[..bytes.len().min(120)];
    let contains = |needle: &[u8]| head.windows(needle.len()).any(|window| window == needle);
    if bytes.starts_with(b"PK") && contains(b"mimetypeapplication/vnd.oasis.opendocument") {
        return Some("an OpenDocument file (.ods)");
    }
    let start = head.trim_ascii_start().to_ascii_lowercase();
    [&b"<!doctype html"[..], b"<html", b"<?xml", b"<table"]
        .iter()
        .any(|tag| start.starts_with(tag))
        .then_some("a web page or an XML file")
}

/// Cuts `text` to `limit` characters; returns whether it was longer.
pub(super) fn cut(text: &mut String, limit: usize) -> bool {
    // A character has at least one byte, so short texts need no count.
    if text.len() <= limit {
        return false;
    }
    match text.char_indices().nth(limit) {
        Some((at, _)) => {
            text.truncate(at);
            text.shrink_to_fit();
            true
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_kinds_of_files_are_named() {
        for (bytes, kind) in [
            (&b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1rest"[..], "an old .xls workbook or a password-protected one"),
            (
                b"PK\x03\x04..........................mimetypeapplication/vnd.oasis.opendocument.spreadsheet",
                "an OpenDocument file (.ods)",
            ),
            (b"  <!DOCTYPE html><html>", "a web page or an XML file"),
            (b"%PDF-1.7", "a PDF"),
        ] {
            let error = read_table("x.csv", bytes, &Limits::default()).unwrap_err();
            assert_eq!(error, ImportError::Kind { file: "x.csv".into(), kind });
            assert!(error.hint().contains(".xlsx"));
        }
    }

    #[test]
    fn a_file_past_the_limit_is_refused_before_it_is_read() {
        let limits = Limits { bytes: 10, ..Limits::default() };
        let error = read_table("x.csv", b"name\nAda Lovelace\n", &limits).unwrap_err();
        assert_eq!(error, ImportError::TooLarge { file: "x.csv".into(), bytes: 18, limit: 10 });
    }

    #[test]
    fn cutting_counts_characters_not_bytes() {
        let mut text = "नमस्ते".to_owned();
        assert!(!cut(&mut text, 6));
        assert!(cut(&mut text, 2));
        assert_eq!(text, "नम");
    }
}
