//! CSV (RFC 4180 and what spreadsheet programs make of it): encoding and separator are found out, not asked for.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::columns::HEADER_SEARCHED;
use super::table::cut;
use super::{ImportError, Limits, Row, Table};

/// Separators that are tried, the likeliest first.
const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Records that the separator is guessed from.
const SNIFFED_RECORDS: usize = 20;

/// A cell with more line breaks than this is a quotation mark that was never closed.
const CELL_LINE_BREAKS: usize = 20;

pub(super) fn read(name: &str, bytes: &[u8], limits: &Limits) -> Result<Table, ImportError> {
    let (text, encoding, sure) = decode(name, bytes)?;
    if !sure {
        check_western(name, &text)?;
    }
    let (text, said) = separator_line(&text);
    let separator = said.unwrap_or_else(|| sniff_separator(text));
    let mut table = Table { name: name.into(), ..Table::default() };
    table.notes.push(format!("read as {encoding} text, columns separated by {}", spell(separator)));
    if !sure {
        table.notes.push("the file is not UTF-8; check that accented letters are right".into());
    }
    read_records(name, text, separator, u64::from(said.is_some()), limits, &mut table)?;
    Ok(table)
}

/// Returns the text, its encoding's name, and whether that is certain.
fn decode<'a>(name: &str, bytes: &'a [u8]) -> Result<(Cow<'a, str>, &'static str, bool), ImportError> {
    let with = |encoding: &'static Encoding| encoding.decode_with_bom_removal(bytes).0;
    match Encoding::for_bom(bytes) {
        Some((encoding, _)) if encoding == UTF_16LE || encoding == UTF_16BE => {
            return Ok((with(encoding), encoding.name(), true));
        }
        _ => {}
    }
    if bytes.iter().take(4096).any(|&byte| byte == 0) {
        return Err(ImportError::Kind { file: name.into(), kind: "not text (or UTF-16 without a byte order mark)" });
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok((Cow::Borrowed(text.trim_start_matches('\u{feff}')), UTF_8.name(), true)),
        // Latin-1 is read as Windows-1252, its superset, as browsers do (WHATWG Encoding, 4.2).
        Err(_) => Ok((with(WINDOWS_1252), WINDOWS_1252.name(), false)),
    }
}

/// Cyrillic, Greek or Japanese bytes read as Windows-1252 give words of nothing but accented letters and signs:
/// better no certificate than one for `Èâàíîâ`.
fn check_western(name: &str, text: &str) -> Result<(), ImportError> {
    for (at, line) in text.lines().enumerate() {
        for word in line.split(|c: char| c.is_ascii() && !c.is_ascii_alphabetic()) {
            let foreign = word.chars().filter(|c| !c.is_ascii()).count();
            if foreign >= 3 && foreign * 2 > word.chars().count() {
                let sample = word.chars().filter(|c| !c.is_control()).take(20).collect();
                return Err(ImportError::Encoding { file: name.into(), line: at as u64 + 1, sample });
            }
        }
    }
    Ok(())
}

/// Excel's first line `sep=;`.
fn separator_line(text: &str) -> (&str, Option<u8>) {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    match first.trim_end_matches('\r').as_bytes() {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', separator] if SEPARATORS.contains(separator) => {
            (rest, Some(*separator))
        }
        _ => (text, None),
    }
}

/// The separator that splits the first records into the most columns, with the fewest records that differ.
fn sniff_separator(text: &str) -> u8 {
    let score = |separator: u8| {
        let widths: Vec<usize> = records(text, separator)
            .into_records()
            .take(SNIFFED_RECORDS)
            .filter_map(|record| record.ok().map(|record| record.len()))
            .collect();
        let Some(&first) = widths.first() else { return (0, 0) };
        let same = widths.iter().filter(|&&width| width == first).count();
        if first < 2 { (0, 0) } else { (same * 100 / widths.len(), first) }
    };
    // `max_by_key` takes the last of equals: reversed, so that the likeliest wins.
    SEPARATORS.into_iter().rev().max_by_key(|&separator| score(separator)).unwrap_or(b',')
}

fn spell(separator: u8) -> &'static str {
    match separator {
        b';' => "semicolons",
        b'\t' => "tabs",
        b'|' => "bars",
        _ => "commas",
    }
}

fn records(text: &str, separator: u8) -> ::csv::Reader<&[u8]> {
    ::csv::ReaderBuilder::new().delimiter(separator).has_headers(false).flexible(true).from_reader(text.as_bytes())
}

fn read_records(
    name: &str,
    text: &str,
    separator: u8,
    skipped_lines: u64,
    limits: &Limits,
    table: &mut Table,
) -> Result<(), ImportError> {
    let mut reader = records(text, separator);
    let mut record = ::csv::StringRecord::new();
    let mut lines = Lines { text: text.as_bytes(), to: 0, line: 1 + skipped_lines };
    let mut cells = 0;
    loop {
        let more = reader.read_record(&mut record).map_err(|error| damaged(name, &error))?;
        if !more {
            return Ok(());
        }
        let line = lines.at(record.position().map_or(0, |position| position.byte() as usize));
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if let Some(long) = record.iter().find(|cell| cell.len() > 80) {
            check_quote(name, long, line)?;
        }
        if table.header.is_empty() {
            if record.len() > limits.columns {
                return Err(ImportError::TooMany { file: name.into(), what: "columns", limit: limits.columns });
            }
            table.header = record.iter().map(str::to_owned).collect();
            continue;
        }
        cells += record.iter().filter(|cell| !cell.is_empty()).count();
        check_counts(name, table.rows.len(), cells, limits)?;
        let kept = if table.rows.len() < HEADER_SEARCHED { limits.columns } else { table.header.len() };
        table.rows.push(row(&record, line, table.header.len(), kept, limits.cell));
    }
}

/// Counts lines up to where a record starts; the csv crate's own count stops before blank lines and after `\r`.
struct Lines<'a> {
    text: &'a [u8],
    to: usize,
    line: u64,
}

impl Lines<'_> {
    fn at(&mut self, position: usize) -> u64 {
        let rest = self.text.get(position..).unwrap_or_default();
        let start = position + rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let passed = self.text.get(self.to..start).unwrap_or_default();
        let lone = |at: usize| passed[at] == b'\r' && self.text.get(self.to + at + 1) != Some(&b'\n');
        self.line += (0..passed.len()).filter(|&at| passed[at] == b'\n' || lone(at)).count() as u64;
        self.to = start;
        self.line
    }
}

/// The first rows keep what is past the header's width: one of them may be the header.
fn row(record: &::csv::StringRecord, line: u64, width: usize, kept: usize, cell_limit: usize) -> Row {
    let mut row =
        Row { line, surplus: record.iter().skip(width).any(|cell| !cell.trim().is_empty()), ..Row::default() };
    row.cells = record.iter().take(kept).map(str::to_owned).collect();
    for (at, cell) in row.cells.iter_mut().enumerate() {
        if cut(cell, cell_limit) {
            row.cut.push(at);
        }
    }
    row
}

fn check_quote(name: &str, cell: &str, line: u64) -> Result<(), ImportError> {
    if cell.bytes().filter(|&byte| byte == b'\n').nth(CELL_LINE_BREAKS).is_some() {
        return Err(ImportError::Quote { file: name.into(), line });
    }
    Ok(())
}

/// Refuses one row or cell more than the limits allow.
pub(super) fn check_counts(name: &str, rows: usize, cells: usize, limits: &Limits) -> Result<(), ImportError> {
    let too_many = |what, limit| Err(ImportError::TooMany { file: name.into(), what, limit });
    if rows >= limits.rows {
        return too_many("rows", limits.rows);
    }
    if cells > limits.cells {
        return too_many("cells", limits.cells);
    }
    Ok(())
}

fn damaged(name: &str, error: &::csv::Error) -> ImportError {
    ImportError::Damaged { file: name.into(), problem: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(bytes: &[u8]) -> Table {
        read("people.csv", bytes, &Limits::default()).unwrap()
    }

    fn first_row(bytes: &[u8]) -> Vec<String> {
        table(bytes).rows.remove(0).cells
    }

    #[test]
    fn every_usual_encoding_gives_the_same_text() {
        let text = "name,town\nZoë Müller,Köln\n";
        let utf16 = |bom: [u8; 2], unit: fn(u16) -> [u8; 2]| {
            bom.into_iter().chain(text.encode_utf16().flat_map(unit)).collect::<Vec<u8>>()
        };
        let mut bom = b"\xEF\xBB\xBF".to_vec();
        bom.extend(text.as_bytes());
        let latin: Vec<u8> = text.chars().map(|c| c as u8).collect();
        for bytes in
            [text.into(), bom, latin, utf16([0xFF, 0xFE], u16::to_le_bytes), utf16([0xFE, 0xFF], u16::to_be_bytes)]
        {
            assert_eq!(first_row(&bytes), ["Zoë Müller", "Köln"]);
            assert_eq!(table(&bytes).header, ["name", "town"]);
        }
    }

    #[test]
    fn separators_are_found_even_when_a_cell_holds_another() {
        assert_eq!(first_row(b"name;town\nLovelace, Ada;London, UK\n"), ["Lovelace, Ada", "London, UK"]);
        assert_eq!(first_row(b"name\ttown\nAda\tLondon\n"), ["Ada", "London"]);
        assert_eq!(first_row(b"name,town\n\"Lovelace; Ada\",London\n"), ["Lovelace; Ada", "London"]);
        assert_eq!(first_row(b"name\nAda\n"), ["Ada"]);
        assert_eq!(first_row(b"sep=;\nname;town\nAda;London\n"), ["Ada", "London"]);
    }

    #[test]
    fn lines_are_those_of_the_file() {
        let table = table(b"name,note\r\n\r\nAda,\"two\r\nlines\"\r\n,,\r\nGrace,\r\n");
        assert_eq!(table.rows.iter().map(|row| row.line).collect::<Vec<_>>(), [3, 6]);
    }

    #[test]
    fn cyrillic_in_a_legacy_encoding_is_refused_and_not_guessed() {
        let mut bytes = b"name,town\n".to_vec();
        bytes.extend(b"\xC8\xE2\xE0\xED\xEE\xE2 \xC8\xE2\xE0\xED,x\n");
        let error = read("people.csv", &bytes, &Limits::default()).unwrap_err();
        assert!(matches!(error, ImportError::Encoding { line: 2, .. }), "{error:?}");
        assert!(error.hint().contains("CSV UTF-8"));
    }

    #[test]
    fn an_unclosed_quotation_mark_is_an_error_and_swallows_nobody() {
        let mut text = "name,town\n\"Ada,London\n".to_owned();
        text.push_str(&"Grace,York\n".repeat(40));
        let error = read("people.csv", text.as_bytes(), &Limits::default()).unwrap_err();
        assert_eq!(error, ImportError::Quote { file: "people.csv".into(), line: 2 });
    }

    #[test]
    fn rows_columns_and_cells_have_limits() {
        let limits = Limits { rows: 2, columns: 2, cell: 5, ..Limits::default() };
        let what = |text: &str| match read("x.csv", text.as_bytes(), &limits) {
            Err(ImportError::TooMany { what, .. }) => what,
            other => panic!("{other:?}"),
        };
        assert_eq!(what("name\na\nb\nc\n"), "rows");
        assert_eq!(what("name,b,c\na\n"), "columns");
        let table = read("x.csv", b"name\nabcdefgh\n", &limits).unwrap();
        assert_eq!((&table.rows[0].cells[0][..], &table.rows[0].cut[..]), ("abcde", &[0][..]));
    }

    #[test]
    fn binary_rubbish_is_not_text() {
        assert!(matches!(read("x.csv", b"a\0b\0c", &Limits::default()), Err(ImportError::Kind { .. })));
    }
}
