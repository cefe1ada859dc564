//! Does a run, one group of rows at a time; stalls it, fails it, ends it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use serde_json::json;

use super::group::Group;
use super::lease::{self, Held, Holder, Taken};
use super::made::Made;
use super::queue::{self, MOST_STALLS};
use super::record::{Counters, GROUP, Row, RunRecord, RunState, read};
use super::{Kind, Result, RunError, TRIES, Undo};
use crate::acts::{ActError, second, send};
use crate::desk::Desk;
use crate::mail::MailError;
use crate::making::{FaceError, Faces, IssueError, Printable, ReplaceError, Workshop};
use crate::publish::{PublishError, Published};
use crate::store::{DocumentWrite, Expect, StoreError};
use crate::webhooks::{self, Notice, RunFigures, WebhookError};

/// Why a shop did not publish, and what to do next.
#[derive(Debug, thiserror::Error)]
#[error("{cause}{}", .hint.map(|hint| format!("; {hint}")).unwrap_or_default())]
pub struct NotPublished {
    /// Why: the vault's own error, which acts know nothing of.
    pub cause: Box<dyn std::error::Error + Send + Sync>,
    /// What to do next, where there is something to do.
    pub hint: Option<&'static str>,
    /// Whether it can be done once the keys are unlocked: then the run waits, and does not fail.
    pub locked: bool,
}

/// What a run needs of the service around it.
pub trait Shop {
    /// Publishes the static site, with public pages of these faces; `at_once` with the revocations that can still be undone.
    ///
    /// # Errors
    /// Why it could not.
    fn publish(&self, desk: &Desk, faces: &Faces, at_once: bool) -> Result<Published, NotPublished>;

    /// Returns how long a revocation waits before a publication holds it.
    fn undo(&self) -> Undo;
}

/// How often a group is tried in one turn when others change its people and certificates meanwhile. Only what they changed is
/// made again.
const GROUP_TRIES: usize = 50;

/// What one call of [`step`] did.
pub enum Step {
    /// There was nothing to do.
    Idle,
    /// One group of a run is done, and durable.
    Group(Box<Done>),
    /// Others changed the same records again and again; the run has its turn again after those that get on.
    Stalled {
        /// The run.
        run: String,
    },
    /// Somebody else works on the run.
    Elsewhere {
        /// The run.
        run: String,
    },
    /// A run is over.
    Over(Box<RunRecord>),
}

/// A group of a run that is done.
pub struct Done {
    /// The run.
    pub run: String,
    /// Its rows, in the order of the list.
    pub rows: Vec<Row>,
    /// First certificates, ready to be drawn, in the order of the rows that are done.
    pub firsts: Vec<Arc<Printable>>,
    /// How many certificates got a next version.
    pub replaced: usize,
    /// How many were revoked.
    pub revoked: usize,
}

/// Does one group of the run whose turn it is. Whoever kills it anywhere finds the group done or not done.
///
/// # Errors
/// When the store fails as a whole; the next call tries again. What else goes wrong ends the run, and is in its record.
pub fn step(desk: &Desk, workshop: &Workshop, shop: &dyn Shop, holder: &Holder) -> Result<Step> {
    match queue::next(desk, holder, true)? {
        Some(id) => step_with(desk, Some(workshop), shop, holder, &id),
        None => Ok(Step::Idle),
    }
}

/// The same while the keys are locked: what signs is passed over, and stays in the queue as it is.
///
/// # Errors
/// As [`step`].
pub fn step_locked(desk: &Desk, shop: &dyn Shop, holder: &Holder) -> Result<Step> {
    match queue::next(desk, holder, false)? {
        Some(id) => step_with(desk, None, shop, holder, &id),
        None => Ok(Step::Idle),
    }
}

/// Does one group of a run, whosever turn it is. [`Step::Idle`] when it is over.
///
/// # Errors
/// As [`step`].
pub fn step_of(desk: &Desk, workshop: &Workshop, shop: &dyn Shop, holder: &Holder, id: &str) -> Result<Step> {
    step_with(desk, Some(workshop), shop, holder, id)
}

fn step_with(desk: &Desk, workshop: Option<&Workshop>, shop: &dyn Shop, holder: &Holder, id: &str) -> Result<Step> {
    let mut made = Made::default();
    for _ in 0..GROUP_TRIES {
        // First: nothing is reserved by who does not hold it.
        let held = match lease::take(desk, holder, id)? {
            Taken::Held(held) => held,
            Taken::Elsewhere => return Ok(Step::Elsewhere { run: id.to_owned() }),
            Taken::Gone => return Ok(Step::Idle),
        };
        let (record, revision) = read(desk.store, id)?;
        if record.state.is_final() {
            return Ok(Step::Idle);
        }
        let desk = Desk { actor: &record.by, ..*desk };
        // A run that makes the code panic must not end all others with it.
        let tried =
            catch_unwind(AssertUnwindSafe(|| one(&desk, (workshop, shop), (&record, revision, &held), &mut made)));
        match tried.unwrap_or(Err(RunError::Panicked)) {
            Err(error) => match store_error(&error) {
                Some(StoreError::Conflict(_)) => {}
                Some(other) if fails_all(other) => return Err(error),
                // The next turn signs with the new one, or waits until the keys are unlocked.
                None if matches!(error, RunError::KeyReplaced | RunError::Locked) => {
                    lease::rest(&desk, &held)?;
                    return Ok(Step::Stalled { run: id.to_owned() });
                }
                _ => return fail(&desk, holder, id, &error),
            },
            done => return done,
        }
    }
    stall(desk, holder, id)
}

/// Notes that a run had its turn and did not get on. After many such turns it fails.
fn stall(desk: &Desk, holder: &Holder, id: &str) -> Result<Step> {
    let Taken::Held(held) = lease::take(desk, holder, id)? else {
        return Ok(Step::Elsewhere { run: id.to_owned() });
    };
    let (record, revision) = read(desk.store, id)?;
    let desk = &Desk { actor: &record.by, ..*desk };
    if record.stalls + 1 >= MOST_STALLS {
        return fail(desk, holder, id, &RunError::Busy);
    }
    let stalled = RunRecord { stalls: record.stalls + 1, ..record.clone() };
    let writes = [stalled.put(Expect::Revision(revision)), held.done(desk.now)];
    match desk.store.write_documents(&writes, None) {
        // Cancelled, or somebody else works on it.
        Ok(_) | Err(StoreError::Conflict(_)) => Ok(Step::Stalled { run: record.id }),
        Err(error) => Err(error.into()),
    }
}

/// Ends a run that cannot go on, with its reason.
fn fail(desk: &Desk, holder: &Holder, id: &str, error: &RunError) -> Result<Step> {
    tracing::warn!(run = %id, %error, "run failed");
    for _ in 0..TRIES {
        let (record, revision) = read(desk.store, id)?;
        if record.state.is_final() {
            return Ok(Step::Over(Box::new(record)));
        }
        let held = match lease::take(desk, holder, id)? {
            Taken::Held(held) => held,
            Taken::Elsewhere => return Ok(Step::Elsewhere { run: record.id }),
            // Stopped meanwhile.
            Taken::Gone => continue,
        };
        match finish(desk, (&record, revision, &held), Some(error.to_string())) {
            Err(RunError::Store(StoreError::Conflict(_))) => {}
            done => return done,
        }
    }
    Err(RunError::Busy)
}

/// Returns what the store said, if it was the store.
fn store_error(error: &RunError) -> Option<&StoreError> {
    match error {
        RunError::Store(store)
        | RunError::Issue(IssueError::Store(store) | IssueError::Face(FaceError::Store(store)))
        | RunError::Replace(
            ReplaceError::Store(store)
            | ReplaceError::Face(FaceError::Store(store))
            | ReplaceError::Issue(IssueError::Store(store) | IssueError::Face(FaceError::Store(store))),
        )
        | RunError::Enrolment(ActError::Store(store))
        | RunError::Publish(PublishError::Store(store))
        | RunError::Webhook(WebhookError::Store(store))
        | RunError::Mail(MailError::Store(store)) => Some(store),
        _ => None,
    }
}

/// Says whether it is the store as a whole that fails, and no fault of this run.
fn fails_all(error: &StoreError) -> bool {
    matches!(error, StoreError::Io(_) | StoreError::DiskFull { .. } | StoreError::Restoring | StoreError::Locked { .. })
}

fn one(
    desk: &Desk,
    (workshop, shop): (Option<&Workshop>, &dyn Shop),
    at: (&RunRecord, u64, &Held),
    made: &mut Made,
) -> Result<Step> {
    let (record, revision, held) = at;
    if record.cancelled {
        return finish(desk, at, None);
    }
    if record.kind == Kind::Publish {
        let workshop = workshop.ok_or(RunError::Locked)?;
        return match shop.publish(desk, workshop.faces, record.at_once) {
            Ok(published) => {
                let record = RunRecord { left_out: published.left_out, ..record.clone() };
                finish(desk, (&record, revision, held), None)
            }
            Err(NotPublished { locked: true, .. }) => Err(RunError::Locked),
            Err(problem) => finish(desk, at, Some(problem.to_string())),
        };
    }
    if record.group * GROUP >= record.counters.total {
        return finish(desk, at, None);
    }
    let mut group = Group::read(desk, record, shop.undo())?;
    group.decide(desk)?;
    group.make(desk, workshop, made)?;
    group.commit(desk, revision, held)
}

/// Ends a run, and tells it.
pub(in crate::acts) fn finish(
    desk: &Desk,
    (record, revision, held): (&RunRecord, u64, &Held),
    problem: Option<String>,
) -> Result<Step> {
    let counters = record.counters;
    let state = match &problem {
        _ if record.cancelled => RunState::Cancelled,
        Some(_) => RunState::Failed,
        None if counters.failed > 0 && counters.failed == counters.total => RunState::Failed,
        None if counters.failed > 0 => RunState::CompletedWithFailures,
        None => RunState::Completed,
    };
    let finished = Some(desk.now);
    let over = RunRecord { state, problem, finished, began: record.began.or(finished), ..record.clone() };
    let mut detail = json!({ "kind": over.kind, "state": state, "counters": counters });
    if let Some(by) = &over.cancelled_by {
        detail["stoppedBy"] = json!(by);
    }
    let act = desk.act("run.finish", &over.id, detail);
    desk.store.write_documents(&ending(desk, &over, revision, held.ended())?, Some(&act))?;
    Ok(Step::Over(Box::new(over)))
}

/// Returns the writes that end a run, with who is told of it; `dequeue` takes it off the queue.
pub(in crate::acts) fn ending(
    desk: &Desk,
    over: &RunRecord,
    revision: u64,
    dequeue: DocumentWrite,
) -> Result<Vec<DocumentWrite>> {
    let Counters { total, done, skipped, failed, .. } = over.counters;
    let (kind, state) = (over.kind.name(), over.state.name());
    let figures = RunFigures { total, done, skipped, failed };
    let notice = Notice::run_finished(desk.now, &over.id, kind, state, over.event.as_ref(), figures);
    let mut writes = match webhooks::enqueue(desk.store, &[notice]) {
        // What cannot go on ends also where nobody can be told of it.
        Err(error) if over.problem.is_some() && !matches!(error, WebhookError::Store(_)) => {
            tracing::error!(run = %over.id, %error, "nobody is told that a run failed");
            Vec::new()
        }
        writes => writes?,
    };
    writes.extend(send::run_ended(desk, over)?);
    writes.extend(second::given_back(desk.store, over)?);
    writes.extend([over.put(Expect::Revision(revision)), dequeue]);
    Ok(writes)
}
