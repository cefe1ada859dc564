//! What is kept of an import that happened: its record, the mapping and the shape of its list, and the report. Names and addresses
//! stand in the report alone, and where a file or a column is called so.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::erase::Unerased;
use super::import::{Counts, ImportRequest};
use super::import_report::{ReportRow, drop_old_reports, keep_report};
use super::{ActError, Planned, import_shapes, retried, who};
use crate::credential::{EventCode, Timestamp};
use crate::desk::Desk;
use crate::import::{self, Columns, Meaning, Offered, RowOutcome, Said};
use crate::store::{Collection, Document, DocumentWrite, Expect, Page, Store, StoreError};

/// Characters of a file's name that are remembered.
const FILE_NAME: usize = 120;
/// Characters of a column's header that are remembered, and columns of which they are.
const HEADER: usize = 80;
const MOST_HEADERS: usize = 60;
/// Mapping entries at most.
const MAX_MAPPING: usize = 300;

/// An import that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ImportRecord {
    /// Its id.
    #[schema(example = "20261122T100000Z-1f2e3d4c")]
    pub id: String,
    /// Who.
    pub by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// What the file was called. Empty if that is not known, or named somebody who was erased.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[schema(example = "attendance.xlsx")]
    pub file: String,
    /// Counts.
    pub counts: Counts,
    /// Rows in the report.
    pub report_rows: u64,
    /// Lines of rows that were asked about, and that this person said to be people.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub confirmed: Vec<u64>,
    /// What the list calls the columns that are kept with people, by the names under which they are kept. Not those that named
    /// somebody who was erased.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(example = json!({ "seat_no": "Seat no." }))]
    pub headers: BTreeMap<String, String>,
}

/// Keeps the record, the mapping and, in pieces, the report.
pub(super) fn remember(
    desk: &Desk,
    planned: &Planned,
    request: &ImportRequest,
    (report, unerased): (Vec<ReportRow>, &Unerased),
    (counts, rows, (header, columns)): (Counts, &[RowOutcome], (&[String], &Columns)),
) -> Result<ImportRecord, ActError> {
    let code = &planned.event.code;
    let mut bytes = [0; 4];
    getrandom::fill(&mut bytes).map_err(|error| StoreError::Io(std::io::Error::other(error.to_string())))?;
    let stamp = desk.now.to_string().replace(['-', ':'], "");
    let id = format!("{stamp}-{}", data_encoding::HEXLOWER.encode(&bytes));
    let report_rows = keep_report(desk.store, &format!("{code}/{id}"), report, unerased)?;
    let lines = |said: &dyn Fn(Said) -> bool| {
        rows.iter().filter(|row| row.said.is_some_and(said)).map(|row| row.line).collect::<Vec<u64>>()
    };
    let confirmed = lines(&|said| said != Said::LeftOut);
    let (file, headers) = (file_name(request.name), headers(columns));
    let mut record = ImportRecord { id, by: who(desk), at: desk.now, file, counts, report_rows, confirmed, headers };
    let key = format!("{code}/{}", record.id);
    let mut told = json!({ "import": record.id, "counts": counts });
    let answers = [("confirmed", Said::Confirmed), ("likely", Said::Likely), ("left_out", Said::LeftOut)];
    for (name, answer) in answers {
        let lines = lines(&|said| said == answer);
        if !lines.is_empty() {
            told[name] = json!(lines);
        }
    }
    for (name, offered) in [("name_case", Offered::NameCase), ("likely_email", Offered::Email)] {
        let taken: Vec<u64> = rows.iter().filter(|row| row.taken.contains(&offered)).map(|row| row.line).collect();
        if !taken.is_empty() {
            told[name] = json!(taken);
        }
    }
    let act = desk.act("import.finish", code, told);
    let shapes = import_shapes::remembering(desk, planned, request, header)?;
    let mut still = Some(unerased.still());
    retried(|| {
        let mut writes = vec![DocumentWrite::put(Collection::IMPORTS, key.clone(), Expect::Absent, &record)];
        writes.extend(remembered(desk, planned, request)?);
        writes.extend(shapes.iter().cloned());
        writes.extend(still.clone());
        match desk.store.write_documents(&writes, Some(&act)) {
            // Whoever was erased meanwhile may have given the file its name.
            Err(error) if still.is_some() && unerased.broke(&error) => {
                (still, record.file) = (None, String::new());
                record.headers.clear();
                Err(error.into())
            }
            done => Ok(done.map(drop)?),
        }
    })?;
    drop_old_reports(desk, code)?;
    Ok(record)
}

/// Returns what the columns are called that are kept with people.
fn headers(columns: &Columns) -> BTreeMap<String, String> {
    use Meaning::{Email, FirstName, LastName, MiddleName, Name, SecondLastName};
    let of_person = |meaning| matches!(meaning, Name | FirstName | MiddleName | LastName | SecondLastName | Email);
    let kept = columns.columns.iter().filter(|column| !column.skipped && !column.meaning.is_some_and(of_person));
    let shown = |c: &char| !c.is_control() && !import::is_bidi_control(*c);
    let header = |header: &str| header.trim().chars().filter(shown).take(HEADER).collect::<String>();
    kept.map(|column| (column.field.clone(), header(&column.header))).take(MOST_HEADERS).collect()
}

/// Returns what a file is called, without its folder, in a length that is shown.
fn file_name(name: &str) -> String {
    let plain = name.rsplit(['/', '\\']).next().unwrap_or_default();
    plain.chars().filter(|c| !c.is_control() && !import::is_bidi_control(*c)).take(FILE_NAME).collect()
}

/// Returns the write that remembers a new mapping. What else somebody changes in the plan meanwhile stays.
fn remembered(desk: &Desk, planned: &Planned, request: &ImportRequest) -> Result<Option<DocumentWrite>, ActError> {
    let mapping = &request.mapping;
    if mapping.is_empty() || mapping.len() > MAX_MAPPING || *mapping == planned.plan.mapping {
        return Ok(None);
    }
    let code = &planned.event.code;
    let (mut plan, revision) = super::plan(desk.store, code)?;
    plan.mapping.clone_from(mapping);
    let expect = revision.map_or(Expect::Absent, Expect::Revision);
    Ok(Some(DocumentWrite::put(Collection::PLANS, code.as_str(), expect, &plan)))
}

/// Lists an event's imports, oldest first or newest first.
///
/// # Errors
/// When the store fails.
pub fn imports(
    store: &dyn Store,
    code: &EventCode,
    newest: bool,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<ImportRecord>, ActError> {
    let prefix = format!("{code}/");
    let page = match newest {
        true => store.documents_newest(Collection::IMPORTS, &prefix, cursor, limit)?,
        false => store.documents(Collection::IMPORTS, &prefix, cursor, limit)?,
    };
    let items = page.items.iter().map(Document::read).collect::<Result<_, _>>()?;
    Ok(Page { items, next: page.next })
}

/// Returns an import of an event by its id, however many there were since.
///
/// # Errors
/// When the store fails.
pub fn import_named(store: &dyn Store, code: &EventCode, id: &str) -> Result<Option<ImportRecord>, ActError> {
    let found = store.document(Collection::IMPORTS, &format!("{code}/{id}"))?;
    Ok(found.map(|document| document.read()).transpose()?)
}
