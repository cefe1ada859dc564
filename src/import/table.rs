//! A spreadsheet as a table of texts, within limits: which sheet and which row names the columns, what is left out.

use std::collections::BTreeSet;

use serde::Serialize;
use utoipa::ToSchema;

use super::again::{Again, Called};
use super::columns::{Columns, Meaning, names_columns};
use super::letters::read_twice;
use super::mapping::Mapping;
use super::question::{AskedRow, Choice, Hidden, Question, Reading};
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
    /// Columns (from 0) that are hidden, and left out unless they are mapped.
    pub hidden_columns: BTreeSet<usize>,
    /// What was assumed while reading, as sentences: encoding, separator, sheet, what was left out.
    pub notes: Vec<String>,
    /// What has to be answered before anything is taken in.
    pub questions: Vec<Question>,
    /// How it was read, as it was said or guessed.
    pub read: AsRead,
}

/// How a file was read, and what else could have been said of it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, ToSchema)]
pub struct AsRead {
    /// Of a workbook the sheet.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Participants")]
    pub sheet: Option<String>,
    /// Of a workbook all sheets that can be read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sheets: Vec<String>,
    /// Of a text file the code page.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "utf-8")]
    pub encoding: Option<String>,
    /// The row that names the columns.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 1)]
    pub header_row: Option<u64>,
    /// The first rows, any of which may be that.
    pub first_rows: Vec<FirstRow>,
}

/// A row among the first of a file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, ToSchema)]
pub struct FirstRow {
    /// Line in the file, or row in the sheet.
    #[schema(example = 1)]
    pub line: u64,
    /// What stands in it, shortened.
    #[schema(example = "Name, E-mail, Passed")]
    pub says: String,
}

impl FirstRow {
    fn of(row: &Row) -> Self {
        let filled = row.cells.iter().map(|cell| cell.trim()).filter(|cell| !cell.is_empty());
        let says = filled.take(FIRST_CELLS).collect::<Vec<_>>().join(", ");
        Self { line: row.line, says: says.chars().take(FIRST_LETTERS).collect() }
    }
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
    /// What is in cells that show more, by column (from 0): `85` of `85%`, `2027-05-01` of `Saturday, 1 May 2027`.
    pub numbers: Vec<(usize, String)>,
    /// Columns (from 0) whose cell may be shown otherwise than it was taken, and why, in one sentence.
    pub unsure: Vec<(usize, String)>,
    /// Columns (from 0) whose cell is crossed out.
    pub struck: Vec<usize>,
    /// True if the row has more cells than the header; the surplus fills nothing.
    pub surplus: bool,
    /// True if the row is hidden.
    pub hidden: bool,
    /// True if the workbook says that the row holds totals, or it adds up other rows.
    pub totals: bool,
}

impl Row {
    /// Returns a cell's number, or its day, where it shows more than that, else what it shows.
    pub fn number(&self, at: usize) -> &str {
        let number = self.numbers.iter().find(|(column, _)| *column == at).map(|(_, number)| number.as_str());
        number.unwrap_or_else(|| self.cells.get(at).map_or("", String::as_str)).trim()
    }
}

/// How a file is to be read.
#[derive(Clone, Copy)]
pub(super) struct How<'a> {
    pub reading: &'a Reading,
    pub mapping: &'a Mapping,
}

/// The rows of a file as they stand there, with the header somewhere among the first.
#[derive(Default)]
pub(super) struct Rows {
    pub rows: Vec<Row>,
    pub hidden_columns: BTreeSet<usize>,
    /// Whether a filter hides rows.
    pub filtered: bool,
    /// Columns whose cells may all be shown otherwise than they were taken, and why, in one sentence.
    pub unsure: Vec<(usize, String)>,
    pub notes: Vec<String>,
    pub questions: Vec<Question>,
    pub read: AsRead,
}

/// Cells and letters of a row that are told, for who says which one names the columns.
const FIRST_CELLS: usize = 8;
const FIRST_LETTERS: usize = 80;
/// Rows that are looked at for the header.
pub(super) const HEADER_SEARCHED: usize = 30;
/// Lines named in a note.
const NAMED: usize = 8;
/// The answer that text which was read by the wrong page and written anew is read back.
const TWICE: &str = "utf-8-twice";

/// Reads a CSV or XLSX file, told apart by its first bytes; `name` is only used in messages.
///
/// # Errors
/// When the file as a whole cannot be read; see [`ImportError`].
pub fn read_table(name: &str, bytes: &[u8], limits: &Limits) -> Result<Table, ImportError> {
    read_table_as(name, bytes, limits, &Reading::default(), &Mapping::default())
}

/// Reads a file as it was said; the mapping tells which columns the header names.
///
/// # Errors
/// As [`read_table`], and when the file has no such sheet, row or code page.
pub fn read_table_as(
    name: &str,
    bytes: &[u8],
    limits: &Limits,
    reading: &Reading,
    mapping: &Mapping,
) -> Result<Table, ImportError> {
    if bytes.len() > limits.bytes {
        return Err(ImportError::TooLarge { file: name.into(), bytes: bytes.len(), limit: limits.bytes });
    }
    if let Some(kind) = unread_kind(bytes) {
        return Err(ImportError::Kind { file: name.into(), kind });
    }
    let twice = reading.encoding.as_ref().is_some_and(|said| said.eq_ignore_ascii_case(TWICE));
    let plain =
        Reading { encoding: if twice { Some("utf-8".into()) } else { reading.encoding.clone() }, ..reading.clone() };
    let how = How { reading: &plain, mapping };
    let read = if bytes.starts_with(b"PK\x03\x04") {
        xlsx::read(name, bytes, limits, &how)?
    } else {
        csv::read(name, bytes, limits, &how)?
    };
    let mut table = build(name, read, &how, limits)?;
    read_back(&mut table, twice, reading.encoding.is_some());
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

/// Finds the header, and leaves out what is hidden, stands above it, or belongs to another section.
fn build(name: &str, read: Rows, how: &How<'_>, limits: &Limits) -> Result<Table, ImportError> {
    let Rows { rows, hidden_columns, filtered, unsure, notes, questions, read } = read;
    let mut table = Table { name: name.into(), hidden_columns, notes, questions, read, ..Table::default() };
    if how.reading.hidden == Hidden::Include {
        table.hidden_columns.clear();
    }
    let mut rows = without_hidden(rows, filtered, how.reading.hidden, &mut table.notes);
    let Some(at) = header_at(&rows, how)? else { return Ok(table) };
    table.read.header_row = rows.get(at).map(|row| row.line);
    table.read.first_rows = rows.iter().take(HEADER_SEARCHED).map(FirstRow::of).collect();
    let below = rows.split_off(at + 1);
    let Some(header) = rows.pop() else { return Ok(table) };
    if let [first, ..] = &rows[..] {
        let above = match rows.len() {
            1 => format!("row {} above it was left out", first.line),
            many => format!("the {many} rows above it were left out"),
        };
        table.notes.push(format!(
            "row {} names the columns; {above}. If another row does, say which: `header_row=ROW`",
            header.line
        ));
    }
    if header.cells.len() > limits.columns {
        return Err(ImportError::TooMany { file: name.into(), what: "columns", limit: limits.columns });
    }
    table.header = header.cells;
    table.rows = of_this_section(below, &table.header, how.mapping, &mut table.notes);
    let width = table.header.len();
    for row in &mut table.rows {
        row.surplus = row.cells.iter().skip(width).any(|cell| !cell.trim().is_empty());
        row.cells.truncate(width);
        row.cut.retain(|at| *at < width);
        row.formulas.retain(|at| *at < width);
        row.unsure.retain(|(at, _)| *at < width);
    }
    for (at, reason) in unsure.iter().filter(|(at, _)| *at < width) {
        table.notes.push(format!("column `{}`: {reason}", table.header[*at].trim()));
    }
    if !table.hidden_columns.is_empty() {
        let named = |at: &usize| table.header.get(*at).map(|header| header.trim()).filter(|header| !header.is_empty());
        let hidden: Vec<String> =
            table.hidden_columns.iter().filter_map(named).map(|header| format!("`{header}`")).collect();
        if !hidden.is_empty() {
            let what = if hidden.len() == 1 { "the hidden column" } else { "the hidden columns" };
            let was = if hidden.len() == 1 { "was" } else { "were" };
            table
                .notes
                .push(format!("{what} {} {was} left out; `hidden=include` reads what is hidden", hidden.join(", ")));
        }
    }
    Ok(table)
}

/// Returns the row that names the columns: the one that was said; the first, or the one below a title that names more.
fn header_at(rows: &[Row], how: &How<'_>) -> Result<Option<usize>, ImportError> {
    if let Some(line) = how.reading.header_row {
        return rows.iter().position(|row| row.line == line).map(Some).ok_or(ImportError::NoRow(line));
    }
    let Some(first) = rows.first() else { return Ok(None) };
    let names = |row: &Row| names_columns(&row.cells, how.mapping);
    let titled = filled(first) == 1;
    let searched = || rows.iter().take(HEADER_SEARCHED).enumerate().skip(1);
    if names(first).is_some_and(|found| found > 1 || !titled) {
        // `Topic, Participants` with a number below: what is told of the meeting stands above its list.
        let is_list = |(at, row): &(usize, &Row)| {
            names(row).is_some_and(|found| found > 1) && letters_below(rows, *at, how) == Some(true)
        };
        let later = || searched().find(is_list).map(|(at, _)| at);
        let counts = letters_below(rows, 0, how) == Some(false);
        return Ok(Some(if counts { later().unwrap_or(0) } else { 0 }));
    }
    if let Some((at, _)) = searched().find(|(_, row)| names(row).is_some_and(|found| found > 1)) {
        return Ok(Some(at));
    }
    // One word alone may be somebody's role, as `Student`.
    if names(first).is_none()
        && titled
        && let Some((at, _)) = searched().find(|(_, row)| names(row).is_some())
    {
        return Ok(Some(at));
    }
    Ok(Some(0))
}

/// Says whether what stands in the row below a header where the names would be has letters; nothing if nothing does.
fn letters_below(rows: &[Row], at: usize, how: &How<'_>) -> Option<bool> {
    let table = Table { header: rows[at].cells.clone(), ..Table::default() };
    let columns = Columns::find(&table, how.mapping).ok()?;
    let is_of_names = |column: &super::Column| {
        column.meaning.is_some_and(|meaning| meaning == Meaning::Name || Meaning::PARTS.contains(&meaning))
    };
    let cells = columns.columns.iter().zip(&rows.get(at + 1)?.cells);
    let names = cells.filter(|(column, cell)| is_of_names(column) && !cell.trim().is_empty());
    names.map(|(_, cell)| cell.chars().any(char::is_alphabetic)).reduce(|one, other| one || other)
}

fn filled(row: &Row) -> usize {
    row.cells.iter().filter(|cell| !cell.trim().is_empty()).count()
}

/// `3, 5, 7 and 12 more`.
fn lines(rows: &[&Row]) -> String {
    let first: Vec<String> = rows.iter().take(NAMED).map(|row| row.line.to_string()).collect();
    match rows.len().saturating_sub(NAMED) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

fn without_hidden(rows: Vec<Row>, filtered: bool, hidden: Hidden, notes: &mut Vec<String>) -> Vec<Row> {
    let those: Vec<&Row> = rows.iter().filter(|row| row.hidden).collect();
    if those.is_empty() {
        return rows;
    }
    let (row, is, was) = if those.len() == 1 { ("row", "is", "was") } else { ("rows", "are", "were") };
    let by = if filtered { " by a filter" } else { "" };
    let what = format!("{} {row} {is} hidden{by} ({})", those.len(), lines(&those));
    if hidden == Hidden::Include {
        notes.push(format!("{what} and {was} read as all others"));
        return rows;
    }
    notes.push(format!("{what} and {was} left out; `hidden=include` reads what is hidden"));
    rows.into_iter().filter(|row| !row.hidden).collect()
}

/// Leaves out rows that name the columns again, and the next numbered section of a report, which has columns of its own.
fn of_this_section(mut rows: Vec<Row>, header: &[String], mapping: &Mapping, notes: &mut Vec<String>) -> Vec<Row> {
    let begins = |pair: &[Row]| {
        filled(&pair[0]) == 1
            && pair[0].cells.iter().any(|cell| is_numbered(cell.trim()))
            && names_columns(&pair[1].cells, &Mapping::default()).is_some_and(|found| found > 1)
    };
    if let Some(at) = rows.windows(2).position(begins) {
        let next = &rows[at];
        let title = next.cells.iter().find(|cell| !cell.trim().is_empty()).map_or("", |cell| cell.trim());
        notes.push(format!(
            "what follows from row {} on, `{title:.60}`, is another section and was left out",
            next.line
        ));
        rows.truncate(at);
    }
    let table = Table { header: header.to_vec(), ..Table::default() };
    let Ok(columns) = Columns::find(&table, mapping) else { return rows };
    let called = Called::of(&columns);
    let surely = |row: &Row| called.again(&row.cells) == Some(Again::Surely);
    let (repeated, rows): (Vec<Row>, Vec<Row>) = rows.into_iter().partition(surely);
    if !repeated.is_empty() {
        let these: Vec<&Row> = repeated.iter().collect();
        let what = if repeated.len() == 1 { "row" } else { "rows" };
        notes.push(format!("{what} {}: the names of the columns again, left out", lines(&these)));
    }
    rows
}

/// `3. In-Meeting Activities`.
fn is_numbered(cell: &str) -> bool {
    let rest = cell.trim_start_matches(|c: char| c.is_ascii_digit());
    rest.len() < cell.len() && rest.starts_with(". ")
}

/// Text in UTF-8 that was read as Windows-1252 and written as UTF-8 again is asked about, or read back.
fn read_back(table: &mut Table, wanted: bool, said: bool) {
    if wanted {
        let cells = table.rows.iter_mut().flat_map(|row| &mut row.cells).chain(&mut table.header);
        cells.for_each(|cell| *cell = read_twice(cell).unwrap_or_else(|| std::mem::take(cell)));
        return;
    }
    if said {
        return;
    }
    let found = |row: &Row| {
        let pair = row.cells.iter().find_map(|cell| Some((cell.clone(), read_twice(cell)?)))?;
        Some(AskedRow { line: row.line, shown: pair.0, reason: String::new(), likely: Some(pair.1) })
    };
    let rows: Vec<AskedRow> = table.rows.iter().filter_map(found).collect();
    let Some(AskedRow { shown, likely: Some(likely), .. }) = rows.first() else { return };
    let question = Question {
        about: "encoding".into(),
        text: format!(
            "the letters of this file were read by the wrong code page once before: is `{shown}` to be `{likely}`?"
        ),
        more_rows: rows.len().saturating_sub(NAMED) as u64,
        choices: vec![
            Choice::new(format!("encoding={TWICE}"), format!("the names are as `{likely}`")),
            Choice::new("encoding=utf-8", format!("the names are as `{shown}`")),
        ],
        rows: rows.iter().take(NAMED).cloned().collect(),
    };
    table.questions.push(question);
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
