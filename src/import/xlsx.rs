//! XLSX (ECMA-376 part 1) through calamine: the first visible sheet that holds anything, cell by cell.
//!
//! An archive is measured before calamine sees it: its directory may lie about sizes, so every part is unpacked once
//! into nothing, counting. Formulas are never evaluated: a cell is its stored result, or the formula as text.

use std::io::{Cursor, Read};

use calamine::{DataRef, ExcelDateTime, Reader, SheetType, SheetVisible, Xlsx, XlsxError, XlsxFormulaMetadata};

use super::columns::HEADER_SEARCHED;
use super::csv::check_counts;
use super::table::cut;
use super::{ImportError, Limits, Row, Table};

/// Parts smaller than this may unpack to any ratio.
const RATIO_FREE_BYTES: u64 = 1 << 20;

/// Most bytes that one packed byte may unpack to; sheets of ordinary text stay below 40.
const MAX_RATIO: u64 = 400;

type Archive<'a> = zip::ZipArchive<Cursor<&'a [u8]>>;
type Workbook<'a> = Xlsx<Cursor<&'a [u8]>>;

pub(super) fn read(name: &str, bytes: &[u8], limits: &Limits) -> Result<Table, ImportError> {
    check_archive(name, bytes, limits)?;
    // calamine is not fuzzed: a panic on a crafted workbook becomes an error.
    let read = std::panic::catch_unwind(|| read_workbook(name, bytes, limits));
    read.unwrap_or_else(|_| Err(damaged(name, "its structure is broken")))
}

fn read_workbook(name: &str, bytes: &[u8], limits: &Limits) -> Result<Table, ImportError> {
    let mut workbook: Workbook = Xlsx::new(Cursor::new(bytes)).map_err(|error| xlsx_error(name, &error))?;
    let sheets: Vec<String> = workbook
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible)
        .map(|sheet| sheet.name.clone())
        .collect();
    for sheet in &sheets {
        let mut table = read_sheet(name, &mut workbook, sheet, limits)?;
        if table.header.is_empty() {
            continue;
        }
        table.notes.push(match sheets.len() {
            1 => format!("read the sheet `{sheet}`"),
            many => format!("read the sheet `{sheet}`; the workbook has {many} sheets, the others were left out"),
        });
        return Ok(table);
    }
    Err(ImportError::Empty(name.into()))
}

fn read_sheet(name: &str, workbook: &mut Workbook, sheet: &str, limits: &Limits) -> Result<Table, ImportError> {
    let failed = |error: &XlsxError| xlsx_error(name, error);
    let mut cells = workbook.worksheet_cells_reader(sheet).map_err(|e| failed(&e))?;
    let mut builder = Builder::new(name, limits);
    while let Some(cell) = cells.next_cell_with_formula_metadata().map_err(|e| failed(&e))? {
        let formula = cell.formula.as_ref().map(formula_text);
        builder.cell(cell.pos, text(&cell.value), formula)?;
    }
    builder.finish()
}

/// Puts cells into rows as they stream by.
struct Builder<'a> {
    name: &'a str,
    limits: &'a Limits,
    table: Table,
    row: Row,
    cells: usize,
}

impl<'a> Builder<'a> {
    fn new(name: &'a str, limits: &'a Limits) -> Self {
        Self { name, limits, table: Table { name: name.into(), ..Table::default() }, row: Row::default(), cells: 0 }
    }

    fn cell(&mut self, pos: (u32, u32), value: String, formula: Option<String>) -> Result<(), ImportError> {
        let (line, column) = (u64::from(pos.0) + 1, pos.1 as usize);
        if line != self.row.line {
            self.end_row()?;
            self.row.line = line;
        }
        let is_formula = value.is_empty() && formula.is_some();
        let mut value = if is_formula { formula.unwrap_or_default() } else { value };
        if value.trim().is_empty() {
            return Ok(());
        }
        self.cells += 1;
        check_counts(self.name, 0, self.cells, self.limits)?;
        if column >= self.limits.columns {
            return Err(ImportError::TooMany { file: self.name.into(), what: "columns", limit: self.limits.columns });
        }
        if self.row.cells.len() <= column {
            self.row.cells.resize(column + 1, String::new());
        }
        if cut(&mut value, self.limits.cell) {
            self.row.cut.push(column);
        }
        if is_formula {
            self.row.formulas.push(column);
        }
        self.row.cells[column] = value;
        Ok(())
    }

    fn end_row(&mut self) -> Result<(), ImportError> {
        let mut row = std::mem::take(&mut self.row);
        if row.cells.is_empty() {
            return Ok(());
        }
        if self.table.header.is_empty() {
            self.table.header = row.cells;
            return Ok(());
        }
        check_counts(self.name, self.table.rows.len(), 0, self.limits)?;
        row.surplus = row.cells.len() > self.table.header.len();
        // One of the first rows may be the header.
        if self.table.rows.len() >= HEADER_SEARCHED {
            row.cells.truncate(self.table.header.len());
        }
        self.table.rows.push(row);
        Ok(())
    }

    fn finish(mut self) -> Result<Table, ImportError> {
        self.end_row()?;
        Ok(self.table)
    }
}

fn text(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number_text(*number),
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(true) => "TRUE".into(),
        DataRef::Bool(false) => "FALSE".into(),
        DataRef::DateTime(date) => date_text(date),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::Error(error) => error.to_string(),
        DataRef::Empty => String::new(),
    }
}

/// Excel itself shows 15 significant digits: `0.1 + 0.2` is 0.3.
fn number_text(number: f64) -> String {
    let rounded: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    rounded.to_string()
}

/// `2026-05-01`, `2026-05-01T09:30:00`, or `09:30:00` for a time of day or a duration.
fn date_text(date: &ExcelDateTime) -> String {
    let serial = date.as_f64();
    if !date.is_datetime() || serial < 1.0 {
        let seconds = (serial * 86_400.0).round() as i64;
        return format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }
    let (year, month, day, hour, minute, second, _) = date.to_ymd_hms_milli();
    if (hour, minute, second) == (0, 0, 0) {
        return format!("{year:04}-{month:02}-{day:02}");
    }
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
}

fn formula_text(formula: &XlsxFormulaMetadata) -> String {
    match formula {
        XlsxFormulaMetadata::Normal { formula } | XlsxFormulaMetadata::Shared { formula, .. } => format!("={formula}"),
        _ => "=(formula of another cell)".into(),
    }
}

/// Measures the archive: what its directory says, then what really comes out.
fn check_archive(name: &str, bytes: &[u8], limits: &Limits) -> Result<(), ImportError> {
    let bomb = |problem: String| Err(ImportError::Bomb { file: name.into(), problem });
    let mut archive: Archive =
        zip::ZipArchive::new(Cursor::new(bytes)).map_err(|error| damaged(name, &error.to_string()))?;
    if archive.len() > limits.entries {
        return bomb(format!("holds {} files inside; at most {} are read", archive.len(), limits.entries));
    }
    if archive.index_for_name("xl/workbook.xml").is_none() && archive.index_for_name("_rels/.rels").is_none() {
        return Err(ImportError::Kind { file: name.into(), kind: "an archive but no .xlsx workbook" });
    }
    let mut total = 0;
    for index in 0..archive.len() {
        total += measure_part(name, &mut archive, index, limits.unpacked.saturating_sub(total), limits)?;
    }
    Ok(())
}

/// Unpacks one part into nothing and returns its size; refuses it at `left` bytes.
fn measure_part(
    name: &str,
    archive: &mut Archive,
    index: usize,
    left: u64,
    limits: &Limits,
) -> Result<u64, ImportError> {
    let bomb = |problem: String| ImportError::Bomb { file: name.into(), problem };
    let mut part = archive.by_index(index).map_err(|error| damaged(name, &error.to_string()))?;
    let (packed, claimed) = (part.compressed_size(), part.size());
    if claimed > left {
        return Err(bomb(format!("would unpack to more than {} MB", limits.unpacked / 1_000_000)));
    }
    if claimed > RATIO_FREE_BYTES && claimed / packed.max(1) > MAX_RATIO {
        return Err(bomb(format!("a part of it would unpack to more than {MAX_RATIO} times its size")));
    }
    let mut head = Vec::with_capacity(4096);
    let mut read = part.by_ref().take(4096).read_to_end(&mut head).map_err(|e| damaged(name, &e.to_string()))? as u64;
    check_shared_count(name, &head, limits)?;
    // The directory may claim less than there is.
    read += std::io::copy(&mut part.take(claimed.saturating_sub(read) + 1), &mut std::io::sink())
        .map_err(|error| damaged(name, &error.to_string()))?;
    if read > claimed {
        return Err(bomb("a part of it is larger than the archive says".into()));
    }
    Ok(read)
}

/// calamine reserves memory for as many shared texts as `uniqueCount` claims; a lie there must not be believed.
fn check_shared_count(name: &str, head: &[u8], limits: &Limits) -> Result<(), ImportError> {
    let head = String::from_utf8_lossy(head);
    let Some((_, rest)) = head.split_once("uniqueCount") else { return Ok(()) };
    let digits: String = rest.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    match digits.parse::<usize>() {
        Ok(count) if count <= limits.cells => Ok(()),
        _ => Err(ImportError::Bomb { file: name.into(), problem: format!("claims to hold {digits:.20} texts") }),
    }
}

fn xlsx_error(name: &str, error: &XlsxError) -> ImportError {
    match error {
        XlsxError::Password => ImportError::Kind { file: name.into(), kind: "protected by a password" },
        other => damaged(name, &other.to_string()),
    }
}

fn damaged(name: &str, problem: &str) -> ImportError {
    ImportError::Damaged { file: name.into(), problem: problem.chars().take(200).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_carry_no_float_noise() {
        assert_eq!(number_text(0.1 + 0.2), "0.3");
        assert_eq!(number_text(87.0), "87");
        assert_eq!(number_text(1234567.5), "1234567.5");
        assert_eq!(number_text(-0.25), "-0.25");
    }

    #[test]
    fn a_lie_about_the_number_of_texts_is_refused() {
        let head = br#"<sst xmlns="x" count="1" uniqueCount="99999999999999">"#;
        assert!(check_shared_count("x", head, &Limits::default()).is_err());
        assert!(check_shared_count("x", br#"<sst uniqueCount="3">"#, &Limits::default()).is_ok());
    }
}
