//! What a workbook says beside its cells (ECMA-376 part 1): which rows, columns and sheets are hidden, which sheet is open,
//! which cells have a number format of their own, which row of a table holds its totals.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::io::{BufRead, BufReader, Read};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::archive::Archive;

/// Why a part cannot be read.
pub(super) type Problem = String;

/// The sheets of a workbook, and how it counts days.
#[derive(Debug, Default)]
pub(super) struct Sheets {
    /// In their order.
    pub sheets: Vec<Sheet>,
    /// Whether days are counted from 1904, as Excel for the Mac once did.
    pub from_1904: bool,
}

/// A sheet of a workbook.
#[derive(Debug, Clone, Default)]
pub(super) struct Sheet {
    /// Its part in the archive.
    pub part: String,
    /// Whether it is open when the workbook is.
    pub active: bool,
    /// Whether it is hidden.
    pub hidden: bool,
}

/// What is known of a sheet's rows and columns.
#[derive(Debug, Default)]
pub(super) struct Marks {
    /// Rows that are hidden, from 0.
    pub hidden_rows: HashSet<u32>,
    /// Whether a filter hides them.
    pub filtered: bool,
    /// Columns that are hidden, from 0.
    pub hidden_columns: BTreeSet<usize>,
    /// Cells with a format that is wanted: row, column, style; as they stand in the part.
    pub formats: Vec<(u32, u32, u32)>,
    /// Rows that hold totals of a table, from 0.
    pub totals: HashSet<u32>,
}

/// Returns the sheets of a workbook in their order.
pub(super) fn sheets(archive: &mut Archive) -> Result<Sheets, Problem> {
    let parts = relations(archive, "xl/workbook.xml", "xl/_rels/workbook.xml.rels")?;
    let (mut sheets, mut active, mut from_1904) = (Vec::new(), 0, false);
    each_element(archive, "xl/workbook.xml", |element| {
        match element.local_name().as_ref() {
            "workbookPr" => from_1904 = is_true(element, "date1904"),
            "workbookView" => active = number(element, "activeTab").unwrap_or(0),
            "sheet" => {
                let part = attribute(element, "id").and_then(|id| parts.get(&id).cloned()).unwrap_or_default();
                sheets.push(Sheet { part, ..Sheet::default() });
            }
            _ => {}
        }
        true
    })?;
    if let Some(open) = sheets.get_mut(active as usize) {
        open.active = true;
    }
    Ok(Sheets { sheets, from_1904 })
}

/// Returns what is said of a sheet's rows and columns. Of cells' styles those that are wanted of a number, or of a text, are
/// kept, at most `most`.
pub(super) fn marks(
    archive: &mut Archive,
    part: &str,
    wanted: impl Fn(u32, bool) -> bool,
    most: usize,
) -> Result<Marks, Problem> {
    let mut marks = Marks::default();
    let (mut row, mut column) = (0, 0);
    let mut next_row = 0;
    let width = |width: Option<String>| width.is_some_and(|width| width.parse::<f64>() == Ok(0.0));
    each_element(archive, part, |element| {
        match element.local_name().as_ref() {
            "sheetPr" => marks.filtered = is_true(element, "filterMode"),
            "col" if is_true(element, "hidden") || width(attribute(element, "width")) => {
                let from = number(element, "min").unwrap_or(1).max(1) - 1;
                let to = number(element, "max").unwrap_or(1).min(16_384);
                marks.hidden_columns.extend((from..to).map(|column| column as usize));
            }
            "row" => {
                row = number(element, "r").map_or(next_row, |row| row.max(1) - 1);
                (next_row, column) = (row + 1, 0);
                if is_true(element, "hidden") || width(attribute(element, "ht")) {
                    marks.hidden_rows.insert(row);
                }
            }
            "c" => {
                let (mut place, mut style, mut is_number) = (None, None, true);
                for one in element.attributes().filter_map(Result::ok) {
                    match one.key.local_name().as_ref() {
                        "r" => place = cell(&one.value),
                        "s" => style = one.value.trim().parse().ok(),
                        "t" => is_number = &*one.value == "n",
                        _ => {}
                    }
                }
                let (at_row, at_column) = place.unwrap_or((row, column));
                column = at_column + 1;
                if let Some(style) = style.filter(|style| wanted(*style, is_number)) {
                    marks.formats.push((at_row, at_column, style));
                }
            }
            "autoFilter" => marks.filtered |= !marks.hidden_rows.is_empty(),
            _ => {}
        }
        marks.formats.len() <= most
    })?;
    marks.totals = totals(archive, part)?;
    Ok(marks)
}

/// Returns the totals rows of a sheet's tables.
fn totals(archive: &mut Archive, part: &str) -> Result<HashSet<u32>, Problem> {
    let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
    let tables = relations(archive, part, &format!("{folder}/_rels/{file}.rels"))?;
    let mut totals = HashSet::new();
    for table in tables.values().filter(|part| part.contains("/tables/")) {
        each_element(archive, table, |element| {
            if element.local_name().as_ref() == "table" {
                let count = number(element, "totalsRowCount").unwrap_or(0).min(10);
                let area = attribute(element, "ref").unwrap_or_default();
                let last = area.rsplit(':').next().and_then(cell);
                totals.extend(
                    last.into_iter().flat_map(|(row, _)| (row + 1).saturating_sub(count)..=row).filter(|_| count > 0),
                );
            }
            true
        })?;
    }
    Ok(totals)
}

/// Returns the parts that a part refers to, by the ids of its relations.
fn relations(archive: &mut Archive, of: &str, rels: &str) -> Result<HashMap<String, String>, Problem> {
    let folder = of.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts = HashMap::new();
    each_element(archive, rels, |element| {
        if element.local_name().as_ref() == "Relationship"
            && let (Some(id), Some(target)) = (attribute(element, "Id"), attribute(element, "Target"))
        {
            parts.insert(id, resolve(folder, &target));
        }
        true
    })?;
    Ok(parts)
}

/// `../tables/table1.xml` in `xl/worksheets` is `xl/tables/table1.xml`.
fn resolve(folder: &str, target: &str) -> String {
    if let Some(absolute) = target.strip_prefix('/') {
        return absolute.to_owned();
    }
    let mut steps: Vec<&str> = folder.split('/').filter(|step| !step.is_empty()).collect();
    for step in target.split('/') {
        match step {
            ".." => drop(steps.pop()),
            "." | "" => {}
            step => steps.push(step),
        }
    }
    steps.join("/")
}

/// Goes through the elements of a part, until `each` says no. A part that is not there has none.
fn each_element(
    archive: &mut Archive,
    part: &str,
    mut each: impl FnMut(&BytesStart<'_>) -> bool,
) -> Result<(), Problem> {
    let wanted = part.to_lowercase();
    let name = archive.file_names().filter_map(Result::ok).find(|name| name.to_lowercase() == wanted);
    let Some(name) = name.map(|name| name.into_owned()) else { return Ok(()) };
    let file = archive.by_name(&name).map_err(|error| error.to_string())?;
    let mut reader = Reader::from_reader(BufReader::new(file));
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match read(&mut reader, &mut buffer)? {
            Event::Start(element) | Event::Empty(element) if !each(&element) => return Ok(()),
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

fn read<'a, R: Read>(reader: &mut Reader<BufReader<R>>, buffer: &'a mut Vec<u8>) -> Result<Event<'a>, Problem>
where
    BufReader<R>: BufRead,
{
    reader.read_event_into(buffer).map_err(|error| error.to_string())
}

/// Returns an attribute, whatever its prefix.
fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = element.attributes().filter_map(Result::ok).find(|one| one.key.local_name().as_ref() == name)?;
    Some(found.value.into_owned())
}

fn number(element: &BytesStart<'_>, name: &str) -> Option<u32> {
    attribute(element, name)?.trim().parse().ok()
}

fn is_true(element: &BytesStart<'_>, name: &str) -> bool {
    attribute(element, name).is_some_and(|value| value == "1" || value == "true")
}

/// Returns row and column of `B7`, from 0.
pub(super) fn cell(place: &str) -> Option<(u32, u32)> {
    let bare: String;
    let place = if place.contains('$') {
        bare = place.replace('$', "");
        &bare
    } else {
        place
    };
    let split = place.find(|c: char| c.is_ascii_digit())?;
    let (letters, digits) = place.split_at(split);
    if letters.is_empty() || letters.len() > 3 || !letters.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return None;
    }
    let column = letters.bytes().fold(0, |sum, byte| sum * 26 + u32::from(byte.to_ascii_uppercase() - b'A') + 1);
    Some((digits.parse::<u32>().ok()?.checked_sub(1)?, column - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_parts_are_found() {
        assert_eq!((cell("A1"), cell("$AB$12"), cell("B0"), cell("12")), (Some((0, 0)), Some((11, 27)), None, None));
        assert_eq!(resolve("xl/worksheets", "../tables/t.xml"), "xl/tables/t.xml");
        assert_eq!(resolve("xl", "/xl/worksheets/s.xml"), "xl/worksheets/s.xml");
    }
}
