//! The journal of runs: listed, read row by row, cancelled; and what it forgets with a person.

use std::collections::BTreeMap;

use serde_json::json;

use super::record::{GROUP, Kind, Row, RowState, RunRecord, RunState, read};
use super::step::ending;
use super::{Result, RunError, Seen, TRIES, check_seen};
use crate::acts::erase::Gone;
use crate::acts::{Correction, CorrectionState};
use crate::credential::EventCode;
use crate::desk::Desk;
use crate::store::{
    Collection, Document, DocumentQuery, DocumentWrite, Expect, Index, Page, PersonKey, Store, StoreError,
};

/// Why a row is skipped whose person is in the list before.
pub(in crate::acts) const SAME_PERSON: &str = "another row is about the same person";

/// Most runs looked at for one page of a filtered listing.
const LOOKED_AT: usize = 20_000;

/// Which runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunQuery {
    /// In this event.
    pub event: Option<EventCode>,
    /// Of this kind.
    pub kind: Option<Kind>,
    /// In this state.
    pub state: Option<RunState>,
    /// Made by those whom the audit log calls so, or who begin so: `staff:7f3a`, `operator:ada`.
    pub by: Option<String>,
    /// The newest first.
    pub newest: bool,
}

impl RunQuery {
    /// Returns a query for all of them.
    pub fn all(newest: bool) -> Self {
        Self { newest, ..Self::default() }
    }

    /// Says whether it leaves out any.
    pub fn narrows(&self) -> bool {
        *self != Self::all(self.newest)
    }

    /// Says whether a run is one of those that are asked for, whatever its state.
    pub(super) fn takes(&self, run: &RunRecord) -> bool {
        self.event.as_ref().is_none_or(|event| run.event.as_ref() == Some(event))
            && self.kind.is_none_or(|kind| run.kind == kind)
            && self.is_by(run)
    }

    fn is_by(&self, run: &RunRecord) -> bool {
        self.by.as_ref().is_none_or(|by| run.by.who().to_string().starts_with(by))
    }

    /// Returns what the store is asked for, by what fewest runs have: few are under way.
    fn documents(&self) -> DocumentQuery {
        let event = self.event.as_ref().map(|event| (Index::EVENT, event.to_string()));
        let state = self.state.map(|state| (Index::STATE, state.name().to_owned()));
        let kind = self.kind.map(|kind| (Index::KIND, kind.name().to_owned()));
        let mut having: Vec<_> = event.into_iter().chain(kind).chain(state).collect();
        if self.state.is_some_and(|state| !state.is_final()) {
            having.reverse();
        }
        DocumentQuery { having, newest: self.newest, ..DocumentQuery::default() }
    }
}

/// Lists runs, oldest first or newest first.
///
/// # Errors
/// When the store fails.
pub fn runs(store: &dyn Store, query: &RunQuery, cursor: Option<&str>, limit: usize) -> Result<Page<RunRecord>> {
    let documents = query.documents();
    let read = |cursor: Option<&str>, limit| {
        let page = store.find_documents(Collection::RUNS, &documents, cursor, limit)?;
        Ok((page.items.iter().map(Document::read).collect::<Result<Vec<RunRecord>, _>>()?, page.next))
    };
    filtered(cursor, limit, LOOKED_AT, read, |run| Ok(query.is_by(run)))
}

/// Returns a run and its revision.
///
/// # Errors
/// [`RunError::NoRun`].
pub fn run(store: &dyn Store, id: &str) -> Result<(RunRecord, u64)> {
    read(store, id)
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
    let (run, _) = read(store, id)?;
    let having = state.map(|state| (Index::UNDONE, state.name().to_owned())).into_iter().collect();
    let query = DocumentQuery { prefix: format!("{id}/"), having, newest: false };
    let page = store.find_documents(Collection::RUN_ROWS, &query, cursor, limit)?;
    let read = |document: Document| Ok((place(&document.key), told(&run, document.read()?)));
    Ok(Page { items: page.items.into_iter().map(read).collect::<Result<_>>()?, next: page.next })
}

/// Says of a row whose turn never came why it did not.
fn told(run: &RunRecord, row: Row) -> Row {
    let never = run.state == RunState::Cancelled && row.state == RowState::Queued && row.reason.is_none();
    let reason = if never { Some("the run was stopped before its turn".to_owned()) } else { row.reason };
    Row { reason, ..row }
}

/// Returns one row.
///
/// # Errors
/// When the store fails.
pub fn row(store: &dyn Store, id: &str, place: u64) -> Result<Option<Row>> {
    let found = store.document(Collection::RUN_ROWS, &super::record::row_key(id, place))?;
    Ok(found.map(|document| document.read()).transpose()?)
}

/// Returns a page of those kept, from at most so many that are looked at: it may be short and still not be the last.
///
/// # Errors
/// Those of reading and of looking at one.
pub fn filtered<T, E>(
    cursor: Option<&str>,
    limit: usize,
    most: usize,
    read: impl Fn(Option<&str>, usize) -> Result<(Vec<T>, Option<String>), E>,
    keep: impl Fn(&T) -> Result<bool, E>,
) -> Result<Page<T>, E> {
    let (mut items, mut cursor, mut looked) = (Vec::new(), cursor.map(str::to_owned), 0);
    loop {
        // Never more than are wanted, so that the cursor stands right behind the last one kept.
        let (found, next) = read(cursor.as_deref(), limit - items.len())?;
        looked += found.len();
        for one in found {
            if keep(&one)? {
                items.push(one);
            }
        }
        cursor = next;
        if cursor.is_none() || items.len() >= limit || looked >= most {
            return Ok(Page { items, next: cursor });
        }
    }
}

/// Returns the runs in an event, oldest first.
pub(in crate::acts) fn runs_of(store: &dyn Store, code: &EventCode) -> Result<Vec<String>, StoreError> {
    let mut ids = Vec::new();
    each_found(store, Collection::RUNS, &DocumentQuery::having(Index::EVENT, code.to_string()), |document| {
        ids.push(document.key);
        Ok(())
    })?;
    Ok(ids)
}

/// Returns a run in an event that is not over, the newest one.
pub(in crate::acts) fn under_way_in(store: &dyn Store, code: &EventCode) -> Result<Option<String>, StoreError> {
    let (mut newest, query) = (None, DocumentQuery::having(Index::EVENT, code.to_string()));
    each_found(store, Collection::RUNS, &query, |document| {
        let run: RunRecord = document.read()?;
        if !run.state.is_final() {
            newest = Some(document.key);
        }
        Ok(())
    })?;
    Ok(newest)
}

fn place(key: &str) -> u64 {
    let mut parts = key.rsplit('/').map(|part| part.parse::<u64>().unwrap_or_default());
    let (at, group) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    group * GROUP + at
}

/// Goes through all rows of a run.
pub(in crate::acts) fn each_row(store: &dyn Store, id: &str, mut take: impl FnMut(Row) -> Result<()>) -> Result<()> {
    let (query, mut cursor) = (DocumentQuery { prefix: format!("{id}/"), ..DocumentQuery::default() }, None::<String>);
    loop {
        let page = store.find_documents(Collection::RUN_ROWS, &query, cursor.as_deref(), GROUP as usize)?;
        page.items.iter().try_for_each(|document| take(document.read()?))?;
        cursor = page.next;
        if cursor.is_none() {
            return Ok(());
        }
    }
}

/// Goes through the rows of a run that failed.
pub(in crate::acts) fn each_failed(store: &dyn Store, id: &str, mut take: impl FnMut(Row)) -> Result<(), StoreError> {
    let failed = DocumentQuery::having(Index::UNDONE, RowState::Failed.name());
    each_found(store, Collection::RUN_ROWS, &DocumentQuery { prefix: format!("{id}/"), ..failed }, |document| {
        take(document.read()?);
        Ok(())
    })
}

/// Stops a run: at once if it waits, after the present group if it is under way. What was done stays, and the record says
/// what that was ([`RunRecord::stopped`]).
///
/// # Errors
/// [`RunError::Over`], [`RunError::ChangedMeanwhile`].
pub fn cancel(desk: &Desk, id: &str, seen: Seen<RunRecord>) -> Result<RunRecord> {
    for _ in 0..TRIES {
        let (record, revision) = read(desk.store, id)?;
        check_seen(seen, &record)?;
        let waits = match record.state {
            RunState::Queued | RunState::AwaitingApproval => true,
            RunState::Processing => false,
            RunState::Preparing => return Err(RunError::Over(id.to_owned(), "its list is still being made")),
            state => return Err(RunError::Over(id.to_owned(), state.name())),
        };
        let cancelled_by = record.cancelled_by.clone().or_else(|| Some(desk.actor.who().to_string()));
        let mut changed = RunRecord { cancelled: true, cancelled_by, ..record };
        let writes = match waits {
            false => vec![changed.put(Expect::Revision(revision))],
            true => {
                changed = RunRecord { state: RunState::Cancelled, finished: Some(desk.now), ..changed };
                let mut writes = ending(desk, &changed, revision, changed.dequeue())?;
                writes.extend(crate::acts::approval::withdrawn(desk, &changed)?);
                writes
            }
        };
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

/// Returns the writes that take what names a person out of the journals of an event's runs and out of the corrections that
/// they asked for; a part of erasing them. Counters, numbers and states stay.
pub(in crate::acts) fn forgetting(store: &dyn Store, gone: &Gone) -> Result<Vec<DocumentWrite>, StoreError> {
    let mut writes = journal_rows(store, &gone.event, &gone.person, None)?;
    for number in gone.numbers() {
        let query = DocumentQuery::having(Index::NUMBER, number.to_string());
        each_found(store, Collection::CORRECTIONS, &query, |document| {
            let asked: Correction = document.read()?;
            let state = match asked.state {
                CorrectionState::Pending => CorrectionState::Rejected,
                state => state,
            };
            let bare = Correction { name: String::new(), note: None, answer: None, state, ..asked.clone() };
            if bare != asked {
                let expect = Expect::Revision(document.revision);
                writes.push(DocumentWrite::put(Collection::CORRECTIONS, document.key, expect, &bare));
            }
            Ok(())
        })?;
    }
    Ok(writes)
}

/// Returns the writes by which the journals of an event's runs name one person instead of another; a part of merging them.
///
/// # Errors
/// When the store fails.
pub fn renaming(
    store: &dyn Store,
    event: &EventCode,
    gone: &PersonKey,
    keep: &PersonKey,
) -> Result<Vec<DocumentWrite>, StoreError> {
    journal_rows(store, event, gone, Some(keep))
}

/// Rows about a person with another name, or with none and without what was said about them. A run that has a row about the
/// other gets no second one: what waited is skipped.
fn journal_rows(
    store: &dyn Store,
    event: &EventCode,
    person: &PersonKey,
    other: Option<&PersonKey>,
) -> Result<Vec<DocumentWrite>, StoreError> {
    let mut writes = Vec::new();
    for (id, rows) in rows_about(store, person)? {
        let run: Option<RunRecord> =
            store.document(Collection::RUNS, &id)?.map(|document| document.read()).transpose()?;
        // A run over certificates may be about several events.
        if run.is_some_and(|run| run.event.is_some_and(|of| of != *event)) {
            continue;
        }
        let mut other_is_in = match other {
            None => false,
            Some(other) => is_in(store, &id, other)?,
        };
        for (key, expect, row) in rows {
            let changed = match other.filter(|_| !other_is_in) {
                Some(other) => Row { person: Some(other.clone()), ..row },
                None => bare(row, other_is_in),
            };
            other_is_in |= other.is_some();
            writes.push(DocumentWrite::put(Collection::RUN_ROWS, key, expect, &changed));
        }
    }
    Ok(writes)
}

/// Rows by the ids of their runs, each with its key and the revision that it has.
type RowsByRun = BTreeMap<String, Vec<(String, Expect, Row)>>;

/// Returns the rows about somebody in all runs.
fn rows_about(store: &dyn Store, person: &PersonKey) -> Result<RowsByRun, StoreError> {
    let mut rows = RowsByRun::new();
    each_found(store, Collection::RUN_ROWS, &DocumentQuery::having(Index::PERSON, &person.0), |document| {
        let row = document.read()?;
        let run = document.key.split('/').next().unwrap_or_default().to_owned();
        rows.entry(run).or_default().push((document.key, Expect::Revision(document.revision), row));
        Ok(())
    })?;
    Ok(rows)
}

/// Says whether a run has a row about somebody.
fn is_in(store: &dyn Store, run: &str, person: &PersonKey) -> Result<bool, StoreError> {
    let query = DocumentQuery { prefix: format!("{run}/"), ..DocumentQuery::having(Index::PERSON, &person.0) };
    Ok(!store.find_documents(Collection::RUN_ROWS, &query, None, 1)?.items.is_empty())
}

/// A row that is about nobody any more: they were erased, or are another row of the same run.
fn bare(row: Row, twin: bool) -> Row {
    let reason = twin.then(|| SAME_PERSON.to_owned());
    let state = if twin && row.state == RowState::Queued { RowState::Skipped } else { row.state };
    Row { person: None, reason, state, ..row }
}

fn each_found(
    store: &dyn Store,
    collection: Collection,
    query: &DocumentQuery,
    mut take: impl FnMut(Document) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut cursor: Option<String> = None;
    loop {
        let page = store.find_documents(collection, query, cursor.as_deref(), GROUP as usize)?;
        page.items.into_iter().try_for_each(&mut take)?;
        cursor = page.next;
        if cursor.is_none() {
            return Ok(());
        }
    }
}
