//! Reports of imports: the rows that need attention, kept for a while in pieces, as they can be corrected and imported again.
//!
//! They hold what people wrote about people: they grow old, and rows about somebody who is erased are taken out.

use super::erase::Unerased;
use super::{ActError, ImportRecord, Taken};
use crate::credential::{EventCode, Timestamp};
use crate::desk::Desk;
use crate::import::{self, Columns, REPORT_COLUMNS, RowOutcome, Table};
use crate::store::{Collection, Document, DocumentWrite, Expect, Participant, Store, StoreError};

/// Days for which the rows that need attention can be downloaded.
pub const REPORT_DAYS: i64 = 90;
/// Rows of a report that are kept; the counts are of all.
const REPORT_ROWS: usize = 20_000;
/// Bytes of a report in one document.
const CHUNK_BYTES: usize = 30_000;

/// A row as it is written: its cells.
pub(super) type ReportRow = Vec<String>;

/// Returns the report's rows, the header first; long cells are cut.
pub(super) fn report_rows(table: &Table, columns: &Columns, rows: &[RowOutcome]) -> Result<Vec<ReportRow>, ActError> {
    let wanted = rows.iter().filter(|row| !row.findings.is_empty()).take(REPORT_ROWS);
    let shown: Vec<RowOutcome> = wanted.map(for_people).collect();
    let mut bytes = Vec::new();
    import::write_report(table, columns, &shown, &mut bytes).map_err(StoreError::Io)?;
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes);
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes);
    let most = CHUNK_BYTES / 8 / columns.columns.len().max(1);
    let row = |record: csv::StringRecord| -> ReportRow {
        let long = record.as_slice().len() > CHUNK_BYTES / 4;
        record.iter().map(|cell| if long { cell.chars().take(most).collect() } else { cell.to_owned() }).collect()
    };
    Ok(reader.records().filter_map(Result::ok).map(row).collect())
}

/// The same row with hints for who corrects it in a spreadsheet.
fn for_people(row: &RowOutcome) -> RowOutcome {
    let mut row = row.clone();
    row.findings.iter_mut().for_each(|finding| finding.hint = import::plain_hint(&finding.hint).into());
    row
}

fn chunks(rows: Vec<ReportRow>) -> Vec<Vec<ReportRow>> {
    let mut chunks: Vec<Vec<ReportRow>> = Vec::new();
    let mut bytes = CHUNK_BYTES;
    for row in rows {
        let size = row.iter().map(|cell| cell.len() + 4).sum::<usize>();
        if bytes + size > CHUNK_BYTES {
            chunks.push(Vec::new());
            bytes = 0;
        }
        bytes += size;
        if let Some(last) = chunks.last_mut() {
            last.push(row);
        }
    }
    chunks
}

/// Keeps a report in pieces, and says how many rows it has. Not if somebody was erased since the list was read: the rows may
/// name them, in whichever column.
pub(super) fn keep_report(
    store: &dyn Store,
    name: &str,
    report: Vec<ReportRow>,
    unerased: &Unerased,
) -> Result<u64, StoreError> {
    let rows = report.len().saturating_sub(1) as u64;
    let key = |n: usize| format!("{name}/{n:05}");
    for (n, chunk) in chunks(report).into_iter().enumerate() {
        let write = DocumentWrite::put(Collection::IMPORT_ROWS, key(n), Expect::Any, &chunk);
        match store.write_documents(&[write, unerased.still()], None) {
            Err(error) if unerased.broke(&error) => {
                let before = (0..n).map(|n| DocumentWrite::delete(Collection::IMPORT_ROWS, key(n), Expect::Any));
                store.write_documents(&before.collect::<Vec<_>>(), None)?;
                return Ok(0);
            }
            done => drop(done?),
        }
    }
    Ok(rows)
}

/// Returns the report of an import as CSV: the rows that need attention, to be corrected and imported again. `None` if
/// there is no such import, or its report is not kept any more.
///
/// # Errors
/// When the store fails.
pub fn report_csv(store: &dyn Store, code: &EventCode, id: &str, only: Only) -> Result<Option<Vec<u8>>, ActError> {
    let mut csv = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    let (mut any, mut status) = (false, None);
    let failed = |_| ActError::invalid("report", "cannot be written");
    each_chunk(store, &format!("{code}/{id}/"), |document| {
        let rows: Vec<ReportRow> = document.read()?;
        for row in rows {
            if !any {
                any = true;
                status = row.iter().position(|cell| cell == REPORT_COLUMNS[1]);
            } else if !only.takes(status.and_then(|at| row.get(at)).map_or("", String::as_str)) {
                continue;
            }
            csv.write_record(&row).map_err(failed)?;
        }
        Ok::<_, ActError>(())
    })?;
    Ok(csv.into_inner().ok().filter(|_| any))
}

/// Returns the rows of a list that need attention as CSV, before any is taken in.
///
/// # Errors
/// When it cannot be written.
pub fn unkept_csv(taken: &Taken, only: Only) -> Result<Vec<u8>, ActError> {
    let wanted = |row: &&RowOutcome| only.takes(import::row_status(row));
    let rows: Vec<RowOutcome> = taken.rows.iter().filter(wanted).map(for_people).collect();
    let mut bytes = Vec::new();
    import::write_report(&taken.table, &taken.columns, &rows, &mut bytes).map_err(StoreError::Io)?;
    Ok(bytes)
}

/// Which rows of a report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Only {
    /// All that need attention.
    #[default]
    Everything,
    /// Those that are not taken in.
    LeftOut,
}

impl Only {
    fn takes(self, status: &str) -> bool {
        self == Self::Everything || ["error", "question", "left_out"].contains(&status)
    }
}

fn each_chunk<E: From<StoreError>>(
    store: &dyn Store,
    prefix: &str,
    mut with: impl FnMut(Document) -> Result<(), E>,
) -> Result<(), E> {
    let mut cursor = None;
    loop {
        let page = store.documents(Collection::IMPORT_ROWS, prefix, cursor.as_deref(), 100)?;
        page.items.into_iter().try_for_each(&mut with)?;
        cursor = page.next;
        if cursor.is_none() {
            return Ok(());
        }
    }
}

/// Reports grow old: they hold what people wrote about people.
pub(super) fn drop_old_reports(desk: &Desk, code: &EventCode) -> Result<(), StoreError> {
    let before = desk.now.plus_days(-REPORT_DAYS).to_string().replace(['-', ':'], "");
    let mut old = Vec::new();
    each_chunk(desk.store, &format!("{code}/"), |document| {
        let id = document.key.split('/').nth(1).unwrap_or_default();
        if id < before.as_str() {
            old.push(DocumentWrite::delete(Collection::IMPORT_ROWS, document.key, Expect::Any));
        }
        Ok::<_, StoreError>(())
    })?;
    if !old.is_empty() {
        desk.store.write_documents(&old, None)?;
    }
    Ok(())
}

/// The same for all events, by how long they are to be kept. Returns how many rows went.
pub(super) fn drop_older(store: &dyn Store, before: Timestamp) -> Result<u64, StoreError> {
    let before = before.to_string().replace(['-', ':'], "");
    let mut old = Vec::new();
    each_chunk(store, "", |document| {
        let id = document.key.split('/').nth(1).unwrap_or_default();
        if id < before.as_str() {
            old.push(DocumentWrite::delete(Collection::IMPORT_ROWS, document.key, Expect::Any));
        }
        Ok::<_, StoreError>(())
    })?;
    for some in old.chunks(500) {
        store.write_documents(some, None)?;
    }
    Ok(old.len() as u64)
}

/// Returns what a record says by which somebody could be found.
pub(super) fn told_of(person: &Participant) -> Vec<String> {
    let texts = [Some(&person.name), person.email.as_ref(), Some(&person.key.0), person.external_id.as_ref()];
    texts.into_iter().flatten().cloned().collect()
}

/// Returns the writes that take the rows that hold one of these texts out of an event's reports.
pub(super) fn without_rows_about(
    store: &dyn Store,
    code: &EventCode,
    texts: &[String],
) -> Result<Vec<DocumentWrite>, StoreError> {
    let texts: Vec<String> = texts.iter().map(|text| text.trim().to_lowercase()).collect();
    let about = |cell: &String| {
        let cell = cell.to_lowercase();
        texts.iter().any(|text| holds(&cell, text))
    };
    let mut writes = Vec::new();
    each_chunk(store, &format!("{code}/"), |document| {
        let rows: Vec<ReportRow> = document.read()?;
        let kept: Vec<&ReportRow> = rows.iter().filter(|row| !row.iter().any(about)).collect();
        if kept.len() < rows.len() {
            let expect = Expect::Revision(document.revision);
            writes.push(DocumentWrite::put(Collection::IMPORT_ROWS, document.key, expect, &kept));
        }
        Ok::<_, StoreError>(())
    })?;
    Ok(writes)
}

/// Returns the writes that take the names of files and of columns that name somebody out of an event's imports.
pub(super) fn without_files_of(
    store: &dyn Store,
    code: &EventCode,
    texts: &[String],
) -> Result<Vec<DocumentWrite>, StoreError> {
    let texts: Vec<String> = texts.iter().map(|text| text.trim().to_lowercase()).collect();
    let (mut writes, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let page = store.documents(Collection::IMPORTS, &format!("{code}/"), cursor.as_deref(), 100)?;
        for document in page.items {
            let mut record: ImportRecord = document.read()?;
            // A file is called `ada_lovelace.csv` for Ada Lovelace.
            let names = |told: &str| {
                let told = told.to_lowercase();
                let words: String = told.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
                texts.iter().any(|text| holds(&told, text) || holds(&words, text))
            };
            let of_columns = record.headers.iter().any(|(field, header)| names(field) || names(header));
            if names(&record.file) || of_columns {
                let (key, expect) = (document.key.clone(), Expect::Revision(document.revision));
                record.headers.retain(|field, header| !names(field) && !names(header));
                if names(&record.file) {
                    record.file.clear();
                }
                writes.push(DocumentWrite::put(Collection::IMPORTS, key, expect, &record));
            }
        }
        cursor = page.next;
        if cursor.is_none() {
            return Ok(writes);
        }
    }
}

/// Says whether a text stands in another as words of their own: `li` is not in `lisbon`.
fn holds(cell: &str, text: &str) -> bool {
    if text.is_empty() {
        return false;
    }
    let apart = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    cell.match_indices(text)
        .any(|(at, _)| apart(cell[..at].chars().next_back()) && apart(cell[at + text.len()..].chars().next()))
}

#[cfg(test)]
mod tests {
    use super::holds;

    #[test]
    fn a_text_is_found_as_words_of_their_own() {
        assert!(holds("li", "li") && holds("wang, li (guest)", "li") && holds("<li@example.org>", "li@example.org"));
        assert!(!holds("lisbon", "li") && !holds("", "li") && !holds("li", "") && !holds("čli", "li"));
        assert!(holds("lisbon li", "li"), "the second is one");
    }
}
