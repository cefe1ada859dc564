//! Makes runs: the list is frozen, row by row, and what takes a second person waits for one.

use std::collections::BTreeSet;

use serde_json::json;

use super::chosen::{Chosen, chosen};
use super::fate::Fate;
use super::lease::{self, Held, Holder};
use super::record::{Counters, GROUP, Kind, Row, RowState, RunRecord, RunState, read};
use super::select::{RunRequest, each};
use super::{Result, RunError, RunOver, RunReason, TRIES, journal, new_id};
use crate::acts::approval::{self, Approval};
use crate::acts::planned;
use crate::acts::seal::Seal;
use crate::acts::second::{self, Takes};
use crate::credential::EventCode;
use crate::desk::Desk;
use crate::making::Faces;
use crate::store::{Batch, Collection, DocumentWrite, Expect, PersonKey, Premise, Store, StoreError};

/// A run that was made.
#[derive(Debug, Clone, PartialEq)]
pub struct Created {
    /// The run.
    pub run: RunRecord,
    /// The approval that it waits for.
    pub approval: Option<Approval>,
}

/// Makes a run over those who are in the group now. With more than `alone` certificates that one person revokes, restores or
/// replaces within a day it waits for a second member of staff. What it chooses is settled before anything is reserved.
///
/// # Errors
/// See [`RunError`]; a run of which not all rows could be written never starts.
pub fn create(desk: &Desk, faces: &Faces, request: &RunRequest, alone: usize) -> Result<Created> {
    create_held(desk, faces, &Holder::default(), request, alone)
}

/// The same by somebody who does it themselves, where they keep runs to the end: nobody else takes it.
///
/// # Errors
/// As [`create`].
pub fn create_held(desk: &Desk, faces: &Faces, holder: &Holder, request: &RunRequest, alone: usize) -> Result<Created> {
    request.check()?;
    create_as(desk, holder, (request, chosen(desk, faces, request)?), alone)
}

/// The same with what was chosen.
pub(in crate::acts) fn create_as(
    desk: &Desk,
    holder: &Holder,
    (request, chosen): (&RunRequest, Chosen),
    alone: usize,
) -> Result<Created> {
    let over = request.check()?;
    let of = request.run.clone().filter(|_| request.kind == Kind::Restore);
    let begun = begun(desk, (request.kind, over), request.event.clone(), request.reason.clone())?;
    let record = RunRecord { of, at_once: request.at_once, chosen: chosen.clone(), ..begun };
    freeze(desk, holder, record, alone, |list| {
        let mut seal = Seal::default();
        each(desk, request, (over, &chosen), |selected| {
            selected.sealed(&mut seal);
            list.add(selected.row, &selected.fate)
        })?;
        // What was confirmed is this very list, and what would become of it.
        if request.expected.as_ref().is_some_and(|expected| *expected != seal.text()) {
            return Err(RunError::SetChanged);
        }
        Ok(())
    })
}

/// Makes a run over the rows of another that failed; also over those that were not reached when it could not go on. Who was
/// erased, or merged into another of the list, is not in it.
///
/// # Errors
/// [`RunError::Over`] while it is under way, [`RunError::Nobody`] if there are none.
pub fn retry_failed(desk: &Desk, id: &str, alone: usize) -> Result<Created> {
    let (old, _) = read(desk.store, id)?;
    if !old.state.is_final() {
        return Err(RunError::Over(id.to_owned(), "it is still under way; retry when it is over"));
    }
    if let (Kind::Generate | Kind::Regenerate, Some(code)) = (old.kind, &old.event) {
        planned(desk, code)?.in_use()?;
    }
    let broke_off = old.state == RunState::Failed && old.problem.is_some();
    let retry_of = Some(old.id.clone());
    let of = old.of.clone();
    let record = RunRecord {
        retry_of,
        of,
        at_once: old.at_once,
        chosen: old.chosen,
        ..begun(desk, (old.kind, old.over), old.event, old.reason)?
    };
    freeze(desk, &Holder::default(), record, alone, |list| {
        journal::each_row(desk.store, id, |row| match row.state {
            _ if row.person.is_none() && row.number.is_none() => Ok(()),
            RowState::Queued if !broke_off => Ok(()),
            RowState::Failed | RowState::Queued => {
                let counts = match list.record.kind {
                    Kind::Revoke | Kind::Restore | Kind::Regenerate => true,
                    // Who lost theirs would get a next version.
                    _ => has_one(desk.store, list.record, &row)?,
                };
                list.add_row(Row { state: RowState::Queued, reason: None, ..row }, counts)
            }
            _ => Ok(()),
        })
    })
}

/// Says whether a row is about somebody who has a certificate, of whatever state.
fn has_one(store: &dyn Store, run: &RunRecord, row: &Row) -> Result<bool> {
    let Some((event, person)) = run.event.as_ref().zip(row.person.as_ref()) else { return Ok(false) };
    Ok(store.certificate_of(event, person)?.is_some())
}

fn begun(
    desk: &Desk,
    (kind, over): (Kind, RunOver),
    event: Option<EventCode>,
    reason: Option<RunReason>,
) -> Result<RunRecord> {
    let makes = matches!(kind, Kind::Generate | Kind::Regenerate);
    let of = event.as_ref().filter(|_| makes).map(|code| desk.store.event(code)).transpose()?.flatten();
    let zone = of.map(|event| desk.zone(&event).clone());
    Ok(RunRecord {
        id: new_id(desk.now)?,
        kind,
        event,
        events: BTreeSet::new(),
        over,
        by: desk.actor.clone(),
        created: desk.now,
        state: RunState::Preparing,
        began: None,
        updated: None,
        finished: None,
        counters: Counters::default(),
        group: 0,
        stalls: 0,
        cancelled: false,
        reason,
        retry_of: None,
        approval: None,
        problem: None,
        of: None,
        at_once: false,
        left_out: None,
        zone,
        chosen: Chosen::default(),
        cancelled_by: None,
        counted: 0,
    })
}

/// A list that is being frozen: at most one group of its rows is in memory. Each person and each certificate is in it once.
struct List<'a> {
    store: &'a dyn Store,
    record: &'a RunRecord,
    held: &'a Held,
    pending: Vec<Row>,
    written: u64,
    seen: BTreeSet<String>,
    /// In which events, where the run is in none of its own.
    events: BTreeSet<EventCode>,
    /// Certificates that would be changed: what is counted for the second person.
    changing: u64,
}

impl List<'_> {
    fn add(&mut self, row: Row, fate: &Fate) -> Result<()> {
        self.add_row(row, fate.changes_one())
    }

    fn add_row(&mut self, row: Row, counts: bool) -> Result<()> {
        if self.seen.insert(row.about()) {
            if self.record.event.is_none() {
                self.events.extend(row.number.as_ref().map(|number| number.event().clone()));
            }
            self.pending.push(row);
            self.changing += u64::from(counts);
        }
        let full = (self.written + self.pending.len() as u64).is_multiple_of(GROUP) && !self.pending.is_empty();
        if full { self.flush() } else { Ok(()) }
    }

    /// Writes the pending rows, provided that all of them are still enrolled: who was erased or merged since they were
    /// selected must not come into a journal, where nobody would look for them again.
    fn flush(&mut self) -> Result<()> {
        for _ in 0..TRIES {
            if self.pending.is_empty() {
                return Ok(());
            }
            let places = self.pending.iter().zip(self.written..);
            let documents = places.map(|(row, place)| row.put(&self.record.id, place, Expect::Absent)).collect();
            let enrolled = self.enrolled().map(|(event, key)| Premise::Enrolled(event.clone(), key.clone()));
            let given = enrolled.chain([self.held.given()]).collect();
            match self.store.write(&Batch { given, documents, ..Batch::default() }, None) {
                Err(StoreError::Conflict(_)) => self.drop_gone()?,
                done => {
                    done?;
                    self.written += self.pending.len() as u64;
                    self.pending.clear();
                    return Ok(());
                }
            }
        }
        Err(RunError::Busy)
    }

    fn enrolled(&self) -> impl Iterator<Item = (&EventCode, &PersonKey)> {
        self.pending.iter().filter_map(|row| self.record.event.as_ref().zip(row.person.as_ref()))
    }

    fn drop_gone(&mut self) -> Result<()> {
        let mut gone = BTreeSet::new();
        for (event, key) in self.enrolled() {
            if self.store.participant(event, key)?.is_none() {
                gone.insert(key.clone());
            }
        }
        self.pending.retain(|row| row.person.as_ref().is_none_or(|key| !gone.contains(key)));
        Ok(())
    }
}

fn freeze(
    desk: &Desk,
    holder: &Holder,
    record: RunRecord,
    alone: usize,
    fill: impl FnOnce(&mut List<'_>) -> Result<()>,
) -> Result<Created> {
    let held = lease::begin(desk, holder, &record.id, record.put(Expect::Absent))?;
    let (pending, seen) = (Vec::new(), BTreeSet::new());
    let events = BTreeSet::new();
    let mut list =
        List { store: desk.store, record: &record, held: &held, pending, written: 0, seen, events, changing: 0 };
    let filled = fill(&mut list).and_then(|()| list.flush());
    let (total, changing, events) = (list.written, list.changing, std::mem::take(&mut list.events));
    let empty = total == 0 && record.kind != Kind::Publish;
    if filled.is_err() || empty {
        discard(desk.store, &record, total)?;
        filled?;
        return Err(RunError::Nobody);
    }
    let record = RunRecord { events, ..record };
    for _ in 0..TRIES {
        match start(desk, record.clone(), &held, total, (changing, alone)) {
            // Their tally was written meanwhile: what is left for one person is looked up again.
            Err(RunError::Store(StoreError::Conflict(_))) => {}
            done => return done,
        }
    }
    Err(RunError::Busy)
}

/// Puts the run into the queue, or the approval that it needs first.
fn start(desk: &Desk, record: RunRecord, held: &Held, total: u64, (changing, alone): (u64, usize)) -> Result<Created> {
    let (approval, tally) = match second::takes(desk, changing, alone)? {
        Takes::One(tally) => (None, tally),
        Takes::Two => (Some(approval::asked(desk, &record, changing as usize)?), None),
    };
    let run = RunRecord {
        state: if approval.is_some() { RunState::AwaitingApproval } else { RunState::Queued },
        counters: Counters { total, ..Counters::default() },
        approval: approval.as_ref().map(|approval| approval.id.clone()),
        counted: if tally.is_some() { changing } else { 0 },
        ..record
    };
    let mut writes = vec![run.put(Expect::Revision(held.revision()))];
    match &approval {
        Some(approval) => writes.extend([approval.put(Expect::Absent), held.ended()]),
        None => writes.push(held.done(desk.now)),
    }
    writes.extend(tally);
    let mut detail = json!({
        "kind": run.kind, "event": run.event, "over": run.over, "total": total, "reason": run.reason,
        "retryOf": run.retry_of, "approval": run.approval, "of": run.of,
    });
    if !run.chosen.is_nothing() {
        detail["chosen"] = json!(run.chosen);
    }
    desk.store.write_documents(&writes, Some(&desk.act("run.start", &run.id, detail)))?;
    Ok(Created { run, approval })
}

fn discard(store: &dyn Store, record: &RunRecord, total: u64) -> Result<(), StoreError> {
    let keys: Vec<_> = (0..total).map(|place| super::record::row_key(&record.id, place)).collect();
    for some in keys.chunks(GROUP as usize) {
        let gone = |key: &String| DocumentWrite::delete(Collection::RUN_ROWS, key.clone(), Expect::Any);
        store.write_documents(&some.iter().map(gone).collect::<Vec<_>>(), None)?;
    }
    let gone = DocumentWrite::delete(Collection::RUNS, record.id.clone(), Expect::Any);
    store.write_documents(&[gone, record.dequeue()], None)?;
    Ok(())
}
