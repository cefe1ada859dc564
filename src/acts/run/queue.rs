//! The queue: whose turn it is, and whether it moves.
//!
//! Publishing waits behind no run. A run that others keep in the way of steps behind those that get on, and after
//! [`MOST_STALLS`] turns without one group done it fails with its reason. So no run stops the others for ever.

use serde_json::json;

use super::record::{Kind, RunRecord, RunState, read};
use super::step::ending;
use super::{Result, RunError};
use crate::credential::{EventCode, Timestamp};
use crate::desk::{Actor, Desk};
use crate::store::{Collection, DocumentWrite, Expect, PAGE_LIMIT, Store, StoreError};

/// How many turns in a row may pass without a group done.
pub(in crate::acts) const MOST_STALLS: u32 = 5;
/// After how many seconds without a step a queue in which a run waits counts as not moving.
pub const STILL_SECONDS: i64 = 300;

/// Counts the runs that are queued or under way, up to the length of a page.
///
/// # Errors
/// When the store fails.
pub fn open(store: &dyn Store) -> Result<usize> {
    Ok(store.documents(Collection::RUN_QUEUE, "", None, PAGE_LIMIT)?.items.len())
}

/// Says whether a run of this kind is queued or under way.
///
/// # Errors
/// When the store fails.
pub fn is_open(store: &dyn Store, kind: Kind) -> Result<bool> {
    let mut found = false;
    each(store, |run| {
        found |= run.kind == kind;
        Ok(())
    })?;
    Ok(found)
}

/// Says for how many seconds a run has been waiting while no step was done, the last of which was at `moved`; 0 if none waits.
///
/// # Errors
/// When the store fails.
pub fn still(store: &dyn Store, moved: Timestamp, now: Timestamp) -> Result<i64> {
    let mut oldest: Option<Timestamp> = None;
    each(store, |run| {
        oldest = Some(oldest.map_or(run.created, |oldest| oldest.min(run.created)));
        Ok(())
    })?;
    Ok(oldest.map_or(0, |oldest| (now.unix() - oldest.max(moved).unix()).max(0)))
}

/// Returns the run whose turn it is: what publishes, else the oldest of those that were kept from getting on least often.
pub(in crate::acts) fn next(store: &dyn Store) -> Result<Option<String>> {
    let mut best: Option<((bool, u32), String)> = None;
    each(store, |run| {
        let rank = (run.kind != Kind::Publish, run.stalls);
        if best.as_ref().is_none_or(|(first, _)| rank < *first) {
            best = Some((rank, run.id));
        }
        Ok(())
    })?;
    Ok(best.map(|(_, id)| id))
}

/// Ends runs whose list was being frozen when the service was killed: nobody was told that they exist. Takes what is no run
/// off the queue.
///
/// # Errors
/// When the store fails.
pub fn tidy(desk: &Desk) -> Result<()> {
    for id in queued(desk.store)? {
        match read(desk.store, &id) {
            Ok((record, revision)) if record.state == RunState::Preparing => {
                let problem = Some("the service was stopped while the list was being made".to_owned());
                let failed = RunRecord { state: RunState::Failed, problem, finished: Some(desk.now), ..record };
                desk.store.write_documents(&[failed.put(Expect::Revision(revision)), failed.dequeue()], None)?;
            }
            Ok((record, _)) if record.state.is_final() => {
                desk.store.write_documents(&[record.dequeue()], None)?;
            }
            Err(RunError::NoRun(_)) => {
                let gone = DocumentWrite::delete(Collection::RUN_QUEUE, id, Expect::Any);
                desk.store.write_documents(&[gone], None)?;
            }
            Ok(_) | Err(RunError::Store(StoreError::Damaged { .. })) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(())
}

/// Ends the runs that issue in an event and that a command began which was killed, and returns them. Only who has the store
/// to themselves may ask for this: they know that nobody works on them.
///
/// # Errors
/// When the store fails.
pub fn end_interrupted(desk: &Desk, event: &EventCode) -> Result<Vec<RunRecord>> {
    tidy(desk)?;
    let mut begun = Vec::new();
    each(desk.store, |run| {
        if run.kind == Kind::Generate && run.event.as_ref() == Some(event) && matches!(run.by, Actor::Operator { .. }) {
            begun.push(run.id);
        }
        Ok(())
    })?;
    begun.into_iter().map(|id| end(desk, &id)).collect()
}

/// Ends a run that nobody works on.
fn end(desk: &Desk, id: &str) -> Result<RunRecord> {
    let (record, revision) = read(desk.store, id)?;
    let ended = RunRecord {
        state: RunState::Cancelled,
        cancelled: true,
        cancelled_by: Some(desk.actor.who().to_string()),
        finished: Some(desk.now),
        ..record
    };
    let act = desk.act("run.cancel", id, json!({ "at": ended.counters, "interrupted": true }));
    desk.store.write_documents(&ending(desk, &ended, revision)?, Some(&act))?;
    Ok(ended)
}

/// Goes through the runs that can be worked on, oldest first. What cannot be read stops no other.
fn each(store: &dyn Store, mut take: impl FnMut(RunRecord) -> Result<()>) -> Result<()> {
    for id in queued(store)? {
        match read(store, &id) {
            Ok((run, _)) if matches!(run.state, RunState::Queued | RunState::Processing) => take(run)?,
            Ok(_) | Err(RunError::NoRun(_)) => {}
            Err(RunError::Store(error @ StoreError::Damaged { .. })) => {
                tracing::error!(run = %id, %error, "a run cannot be read");
            }
            Err(other) => return Err(other),
        }
    }
    Ok(())
}

fn queued(store: &dyn Store) -> Result<Vec<String>> {
    let (mut ids, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let page = store.documents(Collection::RUN_QUEUE, "", cursor.as_deref(), 1_000)?;
        ids.extend(page.items.into_iter().map(|document| document.key));
        cursor = page.next;
        if cursor.is_none() {
            return Ok(ids);
        }
    }
}
