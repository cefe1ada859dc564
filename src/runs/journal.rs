use serde_json::json;

use super::record::{GROUP, Row, RowState, RunRecord, RunState, read};
use super::{CorrectionState, Result, RunError, TRIES};
use crate::credential::EventCode;
use crate::issuance::Desk;
use crate::store::{Collection, Document, DocumentWrite, Expect, PAGE_LIMIT, Page, PersonKey, Store, StoreError};

/// Records looked at for one page of a filtered listing; a page may be short and still not be the last.
const LOOKED_AT: usize = 20_000;

/// Lists runs, oldest first.
///
/// # Errors
/// When the store fails.
pub fn runs(
    store: &dyn Store,
    keep: impl Fn(&RunRecord) -> bool,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<RunRecord>> {
    filtered(
        cursor,
        limit,
        |cursor, limit| {
            let page = store.documents(Collection::RUNS, "", cursor, limit)?;
            Ok((page.items.iter().map(Document::read).collect::<Result<Vec<RunRecord>, _>>()?, page.next))
        },
        keep,
    )
}

/// Returns a run and its revision.
///
/// # Errors
/// [`RunError::NoRun`].
pub fn run(store: &dyn Store, id: &str) -> Result<(RunRecord, u64)> {
    read(store, id)
}

/// Counts the runs that are queued or under way, up to the length of a page.
///
/// # Errors
/// When the store fails.
pub fn open(store: &dyn Store) -> Result<usize> {
    Ok(store.documents(Collection::RUN_QUEUE, "", None, PAGE_LIMIT)?.items.len())
}

/// Lists a run's rows with their places from 0, those in one state or all.
///
/// # Errors
/// [`RunError::NoRun`].
pub fn rows(
    store: &dyn Store,
    id: &str,
    state: Option<RowState>,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<(u64, Row)>> {
    read(store, id)?;
    let prefix = format!("{id}/");
    filtered(
        cursor,
        limit,
        |cursor, limit| {
            let page = store.documents(Collection::RUN_ROWS, &prefix, cursor, limit)?;
            let rows = page.items.iter().map(|document| Ok((place(&document.key), document.read()?)));
            Ok((rows.collect::<Result<Vec<(u64, Row)>, StoreError>>()?, page.next))
        },
        |(_, row)| state.is_none_or(|state| row.state == state),
    )
}

/// Returns one row.
///
/// # Errors
/// When the store fails.
pub fn row(store: &dyn Store, id: &str, place: u64) -> Result<Option<Row>> {
    let found = store.document(Collection::RUN_ROWS, &super::record::row_key(id, place))?;
    Ok(found.map(|document| document.read()).transpose()?)
}

/// Returns a page of those kept, from as many records as one page may look at.
pub fn filtered<T>(
    cursor: Option<&str>,
    limit: usize,
    read: impl Fn(Option<&str>, usize) -> Result<(Vec<T>, Option<String>)>,
    keep: impl Fn(&T) -> bool,
) -> Result<Page<T>> {
    let (mut items, mut cursor, mut looked) = (Vec::new(), cursor.map(str::to_owned), 0);
    loop {
        // Never more than are wanted, so that the cursor stands right behind the last one kept.
        let (found, next) = read(cursor.as_deref(), limit - items.len())?;
        looked += found.len();
        items.extend(found.into_iter().filter(&keep));
        cursor = next;
        if cursor.is_none() || items.len() >= limit || looked >= LOOKED_AT {
            return Ok(Page { items, next: cursor });
        }
    }
}

fn place(key: &str) -> u64 {
    let mut parts = key.rsplit('/').map(|part| part.parse::<u64>().unwrap_or_default());
    let (at, group) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    group * GROUP + at
}

/// Goes through all rows of a run.
pub(super) fn each_row(store: &dyn Store, id: &str, mut take: impl FnMut(u64, Row) -> Result<()>) -> Result<()> {
    let mut cursor: Option<String> = None;
    loop {
        let page = store.documents(Collection::RUN_ROWS, &format!("{id}/"), cursor.as_deref(), GROUP as usize)?;
        for document in &page.items {
            take(place(&document.key), document.read()?)?;
        }
        cursor = page.next;
        if cursor.is_none() {
            return Ok(());
        }
    }
}

/// Stops a run: at once if it waits, after the present group if it is under way. What was done stays.
///
/// # Errors
/// [`RunError::Over`].
pub fn cancel(desk: &Desk, id: &str) -> Result<RunRecord> {
    for _ in 0..TRIES {
        let (record, revision) = read(desk.store, id)?;
        let waits = match record.state {
            RunState::Queued | RunState::AwaitingApproval => true,
            RunState::Processing => false,
            RunState::Preparing => return Err(RunError::Over(id.to_owned(), "its list is still being made")),
            state => return Err(RunError::Over(id.to_owned(), state.name())),
        };
        let mut changed = RunRecord { cancelled: true, ..record };
        if waits {
            changed = RunRecord { state: RunState::Cancelled, finished: Some(desk.now), ..changed };
        }
        let mut writes = vec![changed.put(Expect::Revision(revision))];
        writes.extend(waits.then(|| changed.dequeue()));
        match desk.store.write_documents(&writes, Some(&desk.act("run.cancel", id, json!({ "at": changed.counters }))))
        {
            Err(StoreError::Conflict(_)) => {}
            done => {
                done?;
                return Ok(changed);
            }
        }
    }
    Err(RunError::Busy)
}

/// Takes what names a person out of the journals of an event's runs and out of the corrections that they asked for; a part
/// of erasing them. Counters, numbers and states stay.
///
/// # Errors
/// When the store fails.
pub fn forget_person(desk: &Desk, event: &EventCode, person: &PersonKey) -> Result<()> {
    let mut cursor: Option<String> = None;
    loop {
        let page = desk.store.documents(Collection::RUNS, "", cursor.as_deref(), GROUP as usize)?;
        for document in &page.items {
            let run: RunRecord = document.read()?;
            if run.event.as_ref() == Some(event) {
                each_row(desk.store, &run.id, |place, row| {
                    if row.person.as_ref() == Some(person) {
                        let bare = Row { person: None, reason: None, ..row };
                        desk.store.write_documents(&[bare.put(&run.id, place)], None)?;
                    }
                    Ok(())
                })?;
            }
        }
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    let Some(number) = desk.store.certificate_of(event, person)? else { return Ok(()) };
    let mut cursor: Option<String> = None;
    loop {
        let page =
            super::correction::list(desk.store, |asked| asked.number == number, cursor.as_deref(), GROUP as usize)?;
        for asked in page.items {
            let state = match asked.state {
                CorrectionState::Pending => CorrectionState::Rejected,
                state => state,
            };
            let bare = super::Correction { name: String::new(), note: None, answer: None, state, ..asked };
            let write = DocumentWrite::put(Collection::CORRECTIONS, bare.id.clone(), Expect::Any, &bare);
            desk.store.write_documents(&[write], None)?;
        }
        cursor = page.next;
        if cursor.is_none() {
            return Ok(());
        }
    }
}
