//! What was said about lists of a shape, to be proposed for the next one: which column is what, the code page, the sheet, the row of
//! the header. A shape is the header line of a file as it is read before anything is said about it.
//!
//! Of a header only a digest is kept, and the names of columns that were said. What is remembered belongs to the event that the list
//! was taken into: who does not see the event is proposed nothing of it.

use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::import::ImportRequest;
use super::{ActError, Planned, who};
use crate::credential::{EventCode, Timestamp};
use crate::desk::Desk;
use crate::import::{self, Hidden, Limits, Mapping, REPORT_COLUMNS, Reading};
use crate::store::{Collection, Document, DocumentQuery, DocumentWrite, Expect, Index, Store};

/// Hexadecimal digits of a shape.
const DIGITS: usize = 32;
/// Largest answers that are remembered, in bytes.
const MOST_BYTES: usize = 30_000;
/// Shapes of one event that are remembered, and that are looked through.
const MOST_SHAPES: usize = 200;
/// Documents read at a time.
const PAGE: usize = 200;

/// What was said about a list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ShapeAnswers {
    /// Which column is what, as `name=Full name`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub map: Vec<String>,
    /// The code page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// The sheet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// The row that names the columns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header_row: Option<u64>,
    /// Whether hidden rows, columns and sheets were read.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hidden: bool,
}

/// A shape of which something is remembered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Shape {
    /// A digest of the header line.
    #[serde(rename = "kind")]
    #[schema(example = "9f86d081884c7d659a2feaa0c55ad015")]
    pub shape: String,
    /// The event that the list was taken into.
    #[schema(value_type = String, example = "WORKSHOP")]
    pub event: EventCode,
    /// Who took it in.
    pub by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// What was said about it.
    pub answers: ShapeAnswers,
}

/// Returns the shape of a file; nothing if it cannot be read without being told how.
pub fn shape_of(name: &str, bytes: &[u8], limits: &Limits) -> Option<String> {
    let table = import::read_table_as(name, bytes, limits, &Reading::default(), &Mapping::default()).ok()?;
    shape(&table.header, bytes)
}

/// Returns the shape of a header line. Columns that a report of ours adds are no part of it: who corrects the rows that were left out
/// has the same list. Nothing where there are no columns.
fn shape(header: &[String], bytes: &[u8]) -> Option<String> {
    let plain = |column: &String| if column.trim().is_empty() { String::new() } else { import::field_name(column) };
    let mut fields: Vec<String> =
        header.iter().map(plain).filter(|field| !REPORT_COLUMNS.contains(&field.as_str())).collect();
    while fields.last().is_some_and(String::is_empty) {
        fields.pop();
    }
    let kind = if is_workbook(bytes) { "workbook" } else { "text" };
    (!fields.is_empty()).then(|| digest(kind, &fields))
}

fn is_workbook(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK")
}

fn digest(kind: &str, fields: &[String]) -> String {
    let whole = json!([kind, fields]).to_string();
    let mut digits = data_encoding::HEXLOWER.encode(&Sha256::digest(whole));
    digits.truncate(DIGITS);
    digits
}

/// Says whether a text is a shape.
pub fn is_shape(text: &str) -> bool {
    text.len() == DIGITS && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// Returns all that is remembered of a shape in the events that are seen.
fn all(store: &dyn Store, shape: &str) -> Result<Vec<(Document, Shape)>, ActError> {
    let query = DocumentQuery::having(Index::KIND, shape);
    let (mut found, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let page = store.find_documents(Collection::IMPORT_SHAPES, &query, cursor.as_deref(), PAGE)?;
        for document in page.items {
            let shape = document.read()?;
            found.push((document, shape));
        }
        cursor = page.next;
        if cursor.is_none() || found.len() >= 10_000 {
            return Ok(found);
        }
    }
}

/// Returns what was said about the last list of a shape, in whichever event that is seen; nothing where nothing had to be said.
///
/// # Errors
/// When the store fails.
pub fn recalled(store: &dyn Store, shape: &str) -> Result<Option<Shape>, ActError> {
    let newest = all(store, shape)?.into_iter().map(|(_, shape)| shape).max_by_key(|one| one.at);
    Ok(newest.filter(|one| one.answers != ShapeAnswers::default()))
}

/// Forgets a shape, in all events that are seen. Returns in how many.
///
/// # Errors
/// When the store fails.
pub fn forget_shape(desk: &Desk, shape: &str) -> Result<u64, ActError> {
    let found = all(desk.store, shape)?;
    for (document, one) in &found {
        let write = DocumentWrite::delete(Collection::IMPORT_SHAPES, &document.key, Expect::Any);
        let act = desk.act("import.forget", &one.event, json!({ "shape": shape }));
        desk.store.write_documents(&[write], Some(&act))?;
    }
    Ok(found.len() as u64)
}

/// Returns the writes that remember what was said about a list that is taken in.
pub(super) fn remembering(
    desk: &Desk,
    planned: &Planned,
    request: &ImportRequest,
    header: &[String],
) -> Result<Vec<DocumentWrite>, ActError> {
    let answers = answers(planned, request, header);
    let unread = match answers == ShapeAnswers::default() && planned.plan.mapping.is_empty() {
        // Read without being told anything just now.
        true => shape(header, request.bytes),
        false => shape_of(request.name, request.bytes, &request.limits),
    };
    let mut wanted: Vec<(String, ShapeAnswers)> = unread.map(|shape| (shape, answers.clone())).into_iter().collect();
    // The rows that are left out are a text whose first row is the header: of it only the columns are said again.
    if let Some(as_text) = shape(header, b"").filter(|shape| wanted.iter().all(|(known, _)| known != shape)) {
        wanted.push((as_text, ShapeAnswers { map: answers.map.clone(), ..ShapeAnswers::default() }));
    }
    let mut writes = Vec::new();
    for (shape, answers) in wanted {
        let nothing = answers == ShapeAnswers::default();
        // That nothing had to be said is remembered only over what was.
        if nothing && all(desk.store, &shape)?.iter().all(|(_, one)| one.answers == answers) {
            continue;
        }
        let event = planned.event.code.clone();
        let key = format!("{event}/{shape}");
        let one = Shape { shape, event, by: who(desk), at: desk.now, answers };
        if serde_json::to_vec(&one).is_ok_and(|bytes| bytes.len() <= MOST_BYTES) {
            writes.push(DocumentWrite::put(Collection::IMPORT_SHAPES, key, Expect::Any, &one));
        }
    }
    let prefix = format!("{}/", planned.event.code);
    let full = desk.store.documents(Collection::IMPORT_SHAPES, &prefix, None, MOST_SHAPES)?.items.len() >= MOST_SHAPES;
    Ok(if full { Vec::new() } else { writes })
}

/// Returns what was said about a list: what was remembered of the event's last one counts as said, as far as this one has the columns.
fn answers(planned: &Planned, request: &ImportRequest, header: &[String]) -> ShapeAnswers {
    let has = |column: &str| {
        let wanted = import::field_name(column);
        column.is_empty() || header.iter().any(|header| import::field_name(header) == wanted)
    };
    let map = match request.mapping.is_empty() {
        true => planned.plan.mapping.clone(),
        false => request.mapping.clone(),
    };
    let map = map.into_iter().filter(|entry| entry.split_once('=').is_none_or(|(_, column)| has(column))).collect();
    let Reading { encoding, sheet, header_row, hidden } = request.reading.clone();
    ShapeAnswers { map, encoding, sheet, header_row, hidden: hidden == Hidden::Include }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(columns: &[&str]) -> Vec<String> {
        columns.iter().map(|column| (*column).to_owned()).collect()
    }

    #[test]
    fn a_shape_is_the_header_line_but_for_what_a_report_adds() {
        let list = shape(&line(&["Name", "E-Mail", ""]), b"").unwrap();
        let mut report = line(&["Name", "E-Mail"]);
        report.extend(line(&REPORT_COLUMNS));
        assert_eq!(shape(&report, b"").as_ref(), Some(&list));
        assert!(is_shape(&list) && !is_shape("none") && !is_shape(&list.to_uppercase().replace('A', "G")));
        assert_ne!(shape(&line(&["Name", "Mail"]), b""), Some(list.clone()));
        assert_ne!(shape(&line(&["E-Mail", "Name"]), b""), Some(list.clone()), "the order is part of it");
        assert_ne!(shape(&line(&["Name", "E-Mail"]), b"PK"), Some(list), "and so is the kind of file");
        assert_eq!(shape(&line(&["", ""]), b""), None);
    }

    #[test]
    fn a_shape_is_told_from_the_file_alone() {
        let of = |text: &str| shape_of("a.csv", text.as_bytes(), &Limits::default());
        let first = of("Name;E-Mail\nAda;ada@example.org\n");
        assert!(first.is_some());
        assert_eq!(of("Name;E-Mail\nGrace;grace@example.org\nAlan;\n"), first);
        assert_eq!(of("Name,E-Mail\nGrace,grace@example.org\n"), first, "the separator is none");
        assert_eq!(of(""), None);
    }
}
