//! XLSX (ECMA-376 part 1) through calamine: the sheet that has people, cell by cell, numbers as their cells show them.
//!
//! An archive is measured before calamine sees it ([`super::archive`]). Formulas are never evaluated: a cell is its stored
//! result, or the formula as text.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Cursor;

use calamine::{DataRef, Reader, SheetType, SheetVisible, Xlsx, XlsxError, XlsxFormulaMetadata};

use super::archive::{Archive, check_archive, damaged};
use super::book::{self, Marks, Sheet, Sheets};
use super::columns::names_columns;
use super::csv::check_counts;
use super::question::{Choice, Hidden, Question};
use super::shown::{Format, Shown, Unsure, plain};
use super::table::{HEADER_SEARCHED, How, Rows, cut};
use super::{ImportError, Limits, Row};

/// Sheets that are looked into for people.
const SHEETS: usize = 50;
/// Sheets that are named where something is said of many.
const NAMED: usize = 10;

type Workbook<'a> = Xlsx<Cursor<&'a [u8]>>;

pub(super) fn read(name: &str, bytes: &[u8], limits: &Limits, how: &How<'_>) -> Result<Rows, ImportError> {
    check_archive(name, bytes, limits)?;
    // calamine is not fuzzed: a panic on a crafted workbook becomes an error.
    let read = std::panic::catch_unwind(|| read_workbook(name, bytes, limits, how));
    read.unwrap_or_else(|_| Err(damaged(name, "its structure is broken")))
}

/// A workbook while it is read.
struct Book<'a> {
    name: &'a str,
    workbook: Workbook<'a>,
    archive: Archive<'a>,
    sheets: Vec<(String, Sheet)>,
    from_1904: bool,
    limits: &'a Limits,
}

fn read_workbook(name: &str, bytes: &[u8], limits: &Limits, how: &How<'_>) -> Result<Rows, ImportError> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|error| damaged(name, &error.to_string()))?;
    let workbook: Workbook = Xlsx::new(Cursor::new(bytes)).map_err(|error| xlsx_error(name, &error))?;
    let Sheets { sheets: parts, from_1904 } = book::sheets(&mut archive).map_err(|problem| damaged(name, &problem))?;
    let all = workbook.sheets_metadata();
    let (mut sheets, mut left_out) = (Vec::new(), Vec::new());
    for (sheet, part) in all.iter().zip(parts).filter(|(sheet, _)| sheet.typ == SheetType::WorkSheet) {
        let hidden = sheet.visible != SheetVisible::Visible;
        let wanted = how.reading.sheet.as_ref().is_some_and(|wanted| is_named(&sheet.name, wanted));
        if hidden && !wanted && how.reading.hidden == Hidden::LeaveOut {
            left_out.push(sheet.name.clone());
        } else {
            sheets.push((sheet.name.clone(), Sheet { hidden, ..part }));
        }
    }
    let mut book = Book { name, workbook, archive, sheets, from_1904, limits };
    let (chosen, mut notes, question) = match book.choose(how) {
        Err(ImportError::Empty(file)) if !left_out.is_empty() => {
            return Err(ImportError::OnlyHidden { file, sheets: listed(&left_out) });
        }
        chosen => chosen?,
    };
    if !left_out.is_empty() {
        let (sheets, were) = if left_out.len() == 1 { ("sheet", "was") } else { ("sheets", "were") };
        let named = listed(&left_out);
        notes.push(format!("the hidden {sheets} {named} {were} left out; `hidden=include` reads what is hidden"));
    }
    let mut rows = book.read(chosen)?;
    rows.read.sheets = book.sheets.iter().map(|(name, _)| name.clone()).collect();
    rows.read.sheet = rows.read.sheets.get(chosen).cloned();
    rows.notes.extend(notes);
    rows.questions.extend(question);
    Ok(rows)
}

/// Names sheets, the first ones of many.
fn listed(names: &[String]) -> String {
    let named = names.iter().take(NAMED).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    if names.len() > NAMED { named + " and others" } else { named }
}

fn is_named(sheet: &str, wanted: &str) -> bool {
    sheet.trim().to_lowercase() == wanted.trim().to_lowercase()
}

impl Book<'_> {
    /// Returns the sheet that was said, or the one that has people; where several have, that is asked.
    fn choose(&mut self, how: &How<'_>) -> Result<(usize, Vec<String>, Option<Question>), ImportError> {
        let names: Vec<String> = self.sheets.iter().map(|(name, _)| name.clone()).collect();
        let read = |at: usize| match names.len() {
            1 => format!("read the sheet `{}`", names[at]),
            many => {
                let others: Vec<_> = (0..many).filter(|other| *other != at).map(|at| names[at].clone()).collect();
                format!("read the sheet `{}`; of the others, {}, nothing was read", names[at], listed(&others))
            }
        };
        if let Some(wanted) = &how.reading.sheet {
            let at = names.iter().position(|name| is_named(name, wanted));
            let at = at.ok_or_else(|| ImportError::NoSheet { sheet: wanted.clone(), sheets: names.clone() })?;
            return Ok((at, vec![read(at)], None));
        }
        let mut filled = Vec::new();
        let mut people = Vec::new();
        for at in 0..names.len().min(SHEETS) {
            let first = self.peek(at)?;
            if !first.is_empty() {
                filled.push(at);
            }
            let header = first.iter().position(|cells| names_columns(cells, how.mapping).is_some());
            if header.is_some_and(|header| header + 1 < first.len()) {
                people.push(at);
            }
        }
        let active = |among: &[usize]| among.iter().copied().find(|at| self.sheets[*at].1.active);
        let Some(at) = active(&people).or(people.first().copied()).or(active(&filled)).or(filled.first().copied())
        else {
            return Err(ImportError::Empty(self.name.into()));
        };
        let question = (people.len() > 1).then(|| Question {
            about: "sheet".into(),
            text: "several sheets of this workbook have people: which one is the list?".into(),
            rows: Vec::new(),
            more_rows: 0,
            choices: [at]
                .iter()
                .chain(people.iter().filter(|other| **other != at))
                .map(|&at| {
                    let Sheet { active, hidden, .. } = self.sheets[at].1;
                    let open = if active { ", which is the one that is open" } else { "" };
                    let which = if hidden { ", which is hidden" } else { open };
                    Choice::new(format!("sheet={}", names[at]), format!("the sheet `{}`{which}", names[at]))
                })
                .collect(),
        });
        Ok((at, vec![read(at)], question))
    }

    /// Returns the first rows of a sheet.
    fn peek(&mut self, sheet: usize) -> Result<Vec<Vec<String>>, ImportError> {
        let (file, title) = (self.name, self.sheets[sheet].0.clone());
        let failed = |error: &XlsxError| xlsx_error(file, error);
        let mut cells = match self.workbook.worksheet_cells_reader(&title) {
            Ok(cells) => cells,
            // A sheet of no cells has nobody.
            Err(XlsxError::NotAWorksheet(_) | XlsxError::WorksheetNotFound(_)) => return Ok(Vec::new()),
            Err(error) => return Err(failed(&error)),
        };
        let mut rows: Vec<(u32, Vec<String>)> = Vec::new();
        while let Some(cell) = cells.next_cell().map_err(|error| failed(&error))? {
            let (pos, value) = (cell.get_position(), text(cell.get_value()));
            if value.trim().is_empty() || pos.1 as usize >= self.limits.columns {
                continue;
            }
            if rows.last().is_none_or(|(row, _)| *row != pos.0) {
                if rows.len() > HEADER_SEARCHED {
                    break;
                }
                rows.push((pos.0, Vec::new()));
            }
            if let Some((_, cells)) = rows.last_mut() {
                cells.resize(cells.len().max(pos.1 as usize + 1), String::new());
                cells[pos.1 as usize] = value;
            }
        }
        Ok(rows.into_iter().map(|(_, cells)| cells).collect())
    }

    fn read(&mut self, sheet: usize) -> Result<Rows, ImportError> {
        let (file, limits) = (self.name, self.limits);
        let (title, Sheet { part, .. }) = self.sheets[sheet].clone();
        let failed = |error: &XlsxError| xlsx_error(file, error);
        let mut cells = self.workbook.worksheet_cells_reader(&title).map_err(|e| failed(&e))?;
        let of_style = |(at, style): (usize, &calamine::Style)| {
            let format = style.number_format.as_ref()?;
            let format = Format::new(&format.format_code, format.format_id);
            (!format.is_plain()).then_some((at as u32, format))
        };
        let formats: HashMap<u32, Format> = cells.styles().iter().enumerate().filter_map(of_style).collect();
        let is_struck = |style: &calamine::Style| style.font.as_ref().is_some_and(|font| font.has_strikethrough());
        let struck = cells.styles().iter().enumerate().filter(|(_, style)| is_struck(style));
        let struck: HashSet<u32> = struck.map(|(at, _)| at as u32).collect();
        let wanted = |style: u32, number: bool| {
            struck.contains(&style) || formats.get(&style).is_some_and(|format| number || format.changes_text())
        };
        let marks =
            book::marks(&mut self.archive, &part, wanted, limits.cells).map_err(|problem| damaged(file, &problem))?;
        let mut builder = Builder::new(file, limits, marks, (formats, struck), self.from_1904);
        while let Some(cell) = cells.next_cell_with_formula_metadata().map_err(|e| failed(&e))? {
            let formula = cell.formula.as_ref().map(formula_text);
            builder.cell(cell.pos, &cell.value, formula)?;
        }
        builder.finish()
    }
}

/// Puts cells into rows as they stream by.
struct Builder<'a> {
    name: &'a str,
    limits: &'a Limits,
    marks: Marks,
    /// Number formats by style, and that of cells without one.
    formats: HashMap<u32, Format>,
    general: Format,
    /// Styles that cross out what stands in a cell.
    struck: HashSet<u32>,
    from_1904: bool,
    /// What columns show that is not sure, each with the first such cell.
    unsure: BTreeMap<(usize, Unsure), String>,
    /// Where in [`Marks::formats`] the stream of cells is.
    at: usize,
    read: Rows,
    row: Row,
    cells: usize,
}

impl<'a> Builder<'a> {
    fn new(
        name: &'a str,
        limits: &'a Limits,
        marks: Marks,
        (formats, struck): (HashMap<u32, Format>, HashSet<u32>),
        from_1904: bool,
    ) -> Self {
        Self {
            name,
            limits,
            marks,
            formats,
            general: Format::new("General", None),
            struck,
            from_1904,
            unsure: BTreeMap::new(),
            at: 0,
            read: Rows::default(),
            row: Row::default(),
            cells: 0,
        }
    }

    fn cell(&mut self, pos: (u32, u32), value: &DataRef<'_>, formula: Option<String>) -> Result<(), ImportError> {
        let (line, column) = (u64::from(pos.0) + 1, pos.1 as usize);
        if line != self.row.line {
            self.end_row()?;
            self.row.line = line;
        }
        let shown = self.shown(pos, value);
        let value = text(value);
        let is_formula = value.is_empty() && formula.is_some();
        self.row.totals |= formula.as_deref().is_some_and(adds_up_rows);
        let mut value = if is_formula { formula.unwrap_or_default() } else { value };
        if let Some(shown) = shown {
            value = self.take(column, shown);
        }
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

    /// Returns what a cell shows; the formats stand in the order of the cells.
    fn shown(&mut self, pos: (u32, u32), value: &DataRef<'_>) -> Option<Shown> {
        let formats = &self.marks.formats;
        while formats.get(self.at).is_some_and(|(row, column, _)| (*row, *column) < pos) {
            self.at += 1;
        }
        let style = formats.get(self.at).filter(|(row, column, _)| (*row, *column) == pos).map(|(_, _, style)| style);
        if style.is_some_and(|style| self.struck.contains(style)) && !matches!(value, DataRef::Empty) {
            self.row.struck.push(pos.1 as usize);
        }
        let own = style.and_then(|style| self.formats.get(style));
        let number = match value {
            DataRef::Int(number) => *number as f64,
            DataRef::Float(number) => *number,
            DataRef::DateTime(date) => date.as_f64(),
            DataRef::String(text) => return own?.text(text),
            DataRef::SharedString(text) => return own?.text(text),
            _ => return None,
        };
        Some(own.unwrap_or(&self.general).number(number, self.from_1904))
    }

    /// Keeps what is known of a cell beside what it shows, and returns that.
    fn take(&mut self, column: usize, shown: Shown) -> String {
        if let Some(unsure) = shown.unsure {
            let text = if unsure == Unsure::Hidden { &shown.plain } else { &shown.text };
            let text: String = text.chars().take(40).collect();
            if unsure.each_row() {
                self.row.unsure.push((column, unsure.of(&text)));
            } else {
                self.unsure.entry((column, unsure)).or_insert(text);
            }
        }
        if shown.plain != shown.text {
            self.row.numbers.push((column, shown.plain));
        }
        shown.text
    }

    fn end_row(&mut self) -> Result<(), ImportError> {
        let mut row = std::mem::take(&mut self.row);
        if row.cells.is_empty() {
            return Ok(());
        }
        let at = (row.line - 1) as u32;
        row.hidden = self.marks.hidden_rows.contains(&at);
        row.totals |= self.marks.totals.contains(&at);
        check_counts(self.name, self.read.rows.len().saturating_sub(1), 0, self.limits)?;
        self.read.rows.push(row);
        Ok(())
    }

    fn finish(mut self) -> Result<Rows, ImportError> {
        self.end_row()?;
        self.read.hidden_columns =
            self.marks.hidden_columns.into_iter().filter(|at| *at < self.limits.columns).collect();
        self.read.filtered = self.marks.filtered;
        self.read.unsure = self.unsure.iter().map(|((column, unsure), text)| (*column, unsure.of(text))).collect();
        Ok(self.read)
    }
}

/// Says whether a formula adds up a column: `SUBTOTAL(109,[Points])`, `SUM(C2:C9)`; `SUM(B2:F2)` adds up somebody's own.
fn adds_up_rows(formula: &str) -> bool {
    let formula = formula.trim_start_matches('=').to_ascii_uppercase();
    let Some((function, arguments)) = formula.split_once('(') else { return false };
    match function.trim() {
        "SUBTOTAL" | "AGGREGATE" => true,
        "SUM" | "AVERAGE" | "COUNT" | "COUNTA" | "COUNTIF" | "MIN" | "MAX" | "MEDIAN" | "ROUND" => {
            let ends = |range: &str| {
                let (from, to) = range.split_once(':')?;
                let word = |c: char| !c.is_ascii_alphanumeric() && c != '$';
                Some((book::cell(from.rsplit(word).next()?)?, book::cell(to.split(word).next()?)?))
            };
            ends(arguments).is_some_and(|((from, _), (to, _))| from != to)
        }
        _ => false,
    }
}

fn text(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => plain(*number),
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(true) => "TRUE".into(),
        DataRef::Bool(false) => "FALSE".into(),
        DataRef::DateTime(date) => plain(date.as_f64()),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::Error(error) => error.to_string(),
        DataRef::Empty => String::new(),
    }
}

fn formula_text(formula: &XlsxFormulaMetadata) -> String {
    match formula {
        XlsxFormulaMetadata::Normal { formula } | XlsxFormulaMetadata::Shared { formula, .. } => format!("={formula}"),
        _ => "=(formula of another cell)".into(),
    }
}

fn xlsx_error(name: &str, error: &XlsxError) -> ImportError {
    match error {
        XlsxError::Password => ImportError::Kind { file: name.into(), kind: "protected by a password" },
        other => damaged(name, &other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_adds_up_other_rows_is_told_from_what_adds_up_ones_own() {
        for formula in ["SUBTOTAL(109,[Points])", "=SUM(C2:C9)", "AVERAGE($C$2:$C$9)", "ROUND(AVERAGE(B2:B4),1)"] {
            assert!(adds_up_rows(formula), "{formula}");
        }
        for formula in ["SUM(B2:F2)", "B2+C2", "IF(B2>60,\"passed\",\"failed\")", "VLOOKUP(A2,Old!A2:B9,2)"] {
            assert!(!adds_up_rows(formula), "{formula}");
        }
    }
}
