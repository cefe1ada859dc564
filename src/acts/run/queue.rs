//! The queue: whose turn it is, and whether it moves.
//!
//! Publishing waits behind no run. A run that others keep in the way of steps behind those that get on, and after
//! [`MOST_STALLS`] turns without one group done it fails with its reason. So no run stops the others for ever.

use serde_json::json;

use super::lease::{self, Entry, Holder, Taken};
use super::record::{Kind, RunRecord, RunState, read};
use super::step::ending;
use super::{Result, RunError};
use crate::credential::{EventCode, Timestamp};
use crate::desk::{Actor, Desk};
use crate::store::{Collection, Document, DocumentWrite, Expect, PAGE_LIMIT, Store, StoreError};

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
    each(store, |_, run| {
        found |= run.kind == kind;
        Ok(())
    })?;
    Ok(found)
}

/// Counts the runs that wait for the keys to be unlocked.
///
/// # Errors
/// When the store fails.
pub fn waiting_for_keys(store: &dyn Store) -> Result<usize> {
    let mut count = 0;
    each(store, |_, run| {
        count += usize::from(run.kind.signs() && !run.cancelled);
        Ok(())
    })?;
    Ok(count)
}

/// Says for how many seconds a run has been waiting while no step was done, the last of which was at `moved`; 0 if none waits.
///
/// # Errors
/// When the store fails.
pub fn still(store: &dyn Store, moved: Timestamp, now: Timestamp) -> Result<i64> {
    let mut oldest: Option<Timestamp> = None;
    each(store, |_, run| {
        oldest = Some(oldest.map_or(run.created, |oldest| oldest.min(run.created)));
        Ok(())
    })?;
    Ok(oldest.map_or(0, |oldest| (now.unix() - oldest.max(moved).unix()).max(0)))
}

/// Returns the run whose turn it is: what publishes, else the oldest of those that were kept from getting on least often. What
/// somebody else works on is not looked at, nor, while the keys are locked (`signs` is false), what signs.
pub(in crate::acts) fn next(desk: &Desk, holder: &Holder, signs: bool) -> Result<Option<String>> {
    let mut best: Option<((bool, u32), String)> = None;
    each(desk.store, |entry, run| {
        let rank = (run.kind != Kind::Publish, run.stalls);
        if Entry::of(entry).is_held(desk, holder) || (run.kind.signs() && !signs && !run.cancelled) {
            return Ok(());
        }
        if best.as_ref().is_none_or(|(first, _)| rank < *first) {
            best = Some((rank, run.id));
        }
        Ok(())
    })?;
    Ok(best.map(|(_, id)| id))
}

/// Ends runs whose list was being frozen when the service was killed: nobody was told that they exist. Takes what is no run
/// off the queue. What somebody works on stays as it is.
///
/// # Errors
/// When the store fails.
pub fn tidy(desk: &Desk) -> Result<()> {
    let holder = Holder::default();
    for entry in queued(desk.store)? {
        if Entry::of(&entry).is_held(desk, &holder) {
            continue;
        }
        let stray =
            || DocumentWrite::delete(Collection::RUN_QUEUE, entry.key.clone(), Expect::Revision(entry.revision));
        let writes = match read(desk.store, &entry.key) {
            Ok((record, revision)) if record.state == RunState::Preparing => {
                let problem = Some("the service was stopped while the list was being made".to_owned());
                let failed = RunRecord { state: RunState::Failed, problem, finished: Some(desk.now), ..record };
                vec![failed.put(Expect::Revision(revision)), stray()]
            }
            Ok((record, _)) if record.state.is_final() => vec![stray()],
            Err(RunError::NoRun(_)) => vec![stray()],
            Ok(_) | Err(RunError::Store(StoreError::Damaged { .. })) => continue,
            Err(other) => return Err(other),
        };
        match desk.store.write_documents(&writes, None) {
            // Somebody has taken it up.
            Ok(_) | Err(StoreError::Conflict(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Ends the runs of a kind, over this event or over none, that a command began which was killed, and returns them. What somebody works on goes
/// on.
///
/// # Errors
/// When the store fails.
pub fn end_interrupted(desk: &Desk, kind: Kind, event: Option<&EventCode>) -> Result<Vec<RunRecord>> {
    tidy(desk)?;
    let mut begun = Vec::new();
    each(desk.store, |_, run| {
        if run.kind == kind && run.event.as_ref() == event && matches!(run.by, Actor::Operator { .. }) {
            begun.push(run.id);
        }
        Ok(())
    })?;
    let holder = Holder::default();
    begun.into_iter().filter_map(|id| end(desk, &holder, &id).transpose()).collect()
}

/// Ends a run that nobody works on.
fn end(desk: &Desk, holder: &Holder, id: &str) -> Result<Option<RunRecord>> {
    let Taken::Held(held) = lease::take(desk, holder, id)? else { return Ok(None) };
    let (record, revision) = read(desk.store, id)?;
    let ended = RunRecord {
        state: RunState::Cancelled,
        cancelled: true,
        cancelled_by: Some(desk.actor.who().to_string()),
        finished: Some(desk.now),
        ..record
    };
    let act = desk.act("run.cancel", id, json!({ "at": ended.counters, "interrupted": true }));
    match desk.store.write_documents(&ending(desk, &ended, revision, held.ended())?, Some(&act)) {
        // Somebody was faster.
        Err(StoreError::Conflict(_)) => Ok(None),
        done => Ok(done.map(|_| Some(ended))?),
    }
}

/// Goes through the runs that can be worked on with their entries, oldest first. What cannot be read stops no other.
fn each(store: &dyn Store, mut take: impl FnMut(&Document, RunRecord) -> Result<()>) -> Result<()> {
    for entry in queued(store)? {
        match read(store, &entry.key) {
            Ok((run, _)) if matches!(run.state, RunState::Queued | RunState::Processing) => take(&entry, run)?,
            Ok(_) | Err(RunError::NoRun(_)) => {}
            Err(RunError::Store(error @ StoreError::Damaged { .. })) => {
                tracing::error!(run = %entry.key, %error, "a run cannot be read");
            }
            Err(other) => return Err(other),
        }
    }
    Ok(())
}

fn queued(store: &dyn Store) -> Result<Vec<Document>> {
    let (mut entries, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let page = store.documents(Collection::RUN_QUEUE, "", cursor.as_deref(), 1_000)?;
        entries.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            return Ok(entries);
        }
    }
}
