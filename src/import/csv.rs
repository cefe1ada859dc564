//! CSV (RFC 4180 and what spreadsheet programs make of it): encoding and separator are found out, not asked for.

use std::collections::HashMap;

use super::columns::names_columns;
use super::encoding::decode;
use super::table::{How, Rows, cut};
use super::{ImportError, Limits, Row};

/// Separators that are tried, the likeliest first.
const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Records that the separator is guessed from.
const SNIFFED_RECORDS: usize = 40;

/// A cell with more line breaks than this is a quotation mark that was never closed.
const CELL_LINE_BREAKS: usize = 20;

pub(super) fn read(name: &str, bytes: &[u8], limits: &Limits, how: &How<'_>) -> Result<Rows, ImportError> {
    let decoded = decode(name, bytes, how.reading.encoding.as_deref())?;
    let (text, said) = separator_line(&decoded.text);
    let separator = said.unwrap_or_else(|| sniff_separator(text, how));
    let mut read = Rows::default();
    read.read.encoding = Some(decoded.page.clone());
    read.notes.push(format!("read as {} text, columns separated by {}", decoded.page, spell(separator)));
    read.notes.extend(decoded.note);
    read.questions.extend(decoded.question);
    read_records(name, text, separator, u64::from(said.is_some()), limits, &mut read)?;
    Ok(read)
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

/// The separator by which one of the first records names the most columns that are known; else the one that splits most of
/// them into as many columns as the others, and leaves nothing else in the cells of addresses. A title above the list has none of its
/// own.
fn sniff_separator(text: &str, how: &How<'_>) -> u8 {
    let score = |separator: u8| {
        let first: Vec<Vec<String>> = records(text, separator)
            .into_records()
            .take(SNIFFED_RECORDS)
            .filter_map(|record| Some(record.ok()?.iter().map(str::to_owned).collect()))
            .collect();
        let named = first.iter().filter_map(|cells| names_columns(cells, how.mapping)).max().unwrap_or(0);
        let mut widths: HashMap<usize, usize> = HashMap::new();
        first.iter().filter(|cells| cells.len() > 1).for_each(|cells| *widths.entry(cells.len()).or_default() += 1);
        let (width, count) = widths.into_iter().max_by_key(|(width, count)| (*count, *width)).unwrap_or((0, 0));
        // One word alone is a header by every separator.
        let addresses = first.iter().flatten().filter(|cell| is_address_alone(cell)).count();
        (if named > 1 { named } else { 0 }, count * 100 / first.len().max(1), addresses, width)
    };
    // `max_by_key` takes the last of equals: reversed, so that the likeliest wins.
    SEPARATORS.into_iter().rev().max_by_key(|&separator| score(separator)).unwrap_or(b',')
}

/// Says whether a cell looks like one e-mail address, and like nothing else.
fn is_address_alone(cell: &str) -> bool {
    let stray = |c: char| c.is_whitespace() || SEPARATORS.iter().any(|&separator| c == char::from(separator));
    cell.trim().split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && domain.contains('.') && !local.contains(stray) && !domain.contains(stray)
    })
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
    read: &mut Rows,
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
        cells += record.iter().filter(|cell| !cell.is_empty()).count();
        check_counts(name, read.rows.len().saturating_sub(1), cells, limits)?;
        read.rows.push(row(&record, line, limits));
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

/// One cell more than a header may have is kept: that there is one is told.
fn row(record: &::csv::StringRecord, line: u64, limits: &Limits) -> Row {
    let mut row = Row { line, ..Row::default() };
    row.cells = record.iter().take(limits.columns + 1).map(str::to_owned).collect();
    for (at, cell) in row.cells.iter_mut().enumerate() {
        if cut(cell, limits.cell) {
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
    use crate::import::{Table, read_table};

    fn read(name: &str, bytes: &[u8], limits: &Limits) -> Result<Table, ImportError> {
        read_table(name, bytes, limits)
    }

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
        let unknown =
            first_row("név, keresztnév;cím\nKovács, Anna;anna@x.example\nNagy, Béla;b@x.example\n".as_bytes());
        assert_eq!(unknown, ["Kovács, Anna", "anna@x.example"]);
        assert_eq!(first_row(b"sep=;\nname;town\nAda;London\n"), ["Ada", "London"]);
    }

    #[test]
    fn a_title_has_no_separator_of_its_own() {
        let titled = table(b"Teilnehmerliste, Kurs 7\r\nName;E-Mail\r\nJana Kurz;jana@example.org\r\n");
        assert_eq!((&titled.header[..], titled.rows[0].line), (&["Name".to_owned(), "E-Mail".to_owned()][..], 3));
        let tabs = table(
            b"1. Summary\nTitle\tMaps, again\nPeople\t3\n\n2. People\nName\tEmail\tRole\nAda\ta@x.example\tHost\n",
        );
        assert_eq!(tabs.header, ["Name", "Email", "Role"]);
        assert!(tabs.notes.iter().any(|note| note.contains("row 6")), "{:?}", tabs.notes);
    }

    #[test]
    fn lines_are_those_of_the_file() {
        let table = table(b"name,note\r\n\r\nAda,\"two\r\nlines\"\r\n,,\r\nGrace,\r\n");
        assert_eq!(table.rows.iter().map(|row| row.line).collect::<Vec<_>>(), [3, 6]);
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
