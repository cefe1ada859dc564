//! Runs and their rows as they are kept, with states and counters.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::credential::{CertificateNumber, EventCode, Timestamp, Zone};
use crate::desk::Actor;
use crate::store::{Cause, Collection, Document, DocumentWrite, Expect, PersonKey, Store};

use super::{Chosen, Result, RunError};
use crate::publish::{self, LeftOut};

/// Rows of one group: done in one transaction, whose audit entry names every number.
pub(in crate::acts) const GROUP: u64 = 500;

/// What a run does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Issues first certificates.
    Generate,
    /// Makes next versions under the same numbers, or first ones, or takes them away: by group.
    Regenerate,
    /// Revokes.
    Revoke,
    /// Takes revocations back that are not published yet.
    Restore,
    /// Publishes the static site.
    Publish,
    /// Sends mail about certificates, to those who were sent none.
    Send,
}

impl Kind {
    /// Returns its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Generate => "generate",
            Self::Regenerate => "regenerate",
            Self::Revoke => "revoke",
            Self::Restore => "restore",
            Self::Publish => "publish",
            Self::Send => "send",
        }
    }

    /// Says whether it signs: while the keys are locked it waits.
    pub fn signs(self) -> bool {
        matches!(self, Self::Generate | Self::Regenerate | Self::Publish)
    }

    /// Returns what became of a row that it did.
    fn past(self) -> &'static str {
        match self {
            Self::Generate => "issued",
            Self::Regenerate => "regenerated",
            Self::Revoke => "revoked",
            Self::Restore => "restored",
            Self::Publish => "published",
            Self::Send => "sent",
        }
    }

    /// Returns over whom such a run can go.
    pub(in crate::acts) fn groups(self) -> &'static [RunOver] {
        use RunOver::*;
        match self {
            Self::Generate => &[ThoseWithout, AllEligible, ExceptionsOnly, Failed, Selected, Filter],
            Self::Regenerate => {
                &[AlreadyIssued, NotIssued, Failed, Passing, NotPassing, TemplateOlder, Selected, Filter]
            }
            Self::Revoke | Self::Restore => &[Selected, Filter],
            Self::Publish => &[Everything],
            Self::Send => &[ThoseWithout, NewerVersion, Failed, Selected, Filter],
        }
    }
}

/// Over whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunOver {
    /// Generate: all who are eligible, also those who have theirs and keep it.
    AllEligible,
    /// Generate: all who are eligible and have none, or lost theirs; who is let in again gets a next version. Send: all with a
    /// certificate about which no message was ever sent.
    ThoseWithout,
    /// Those named: people, or certificates.
    Selected,
    /// Generate: those whom an exception lets in.
    ExceptionsOnly,
    /// Regenerate: all who have one.
    AlreadyIssued,
    /// Regenerate: all who are eligible and have none, or lost theirs.
    NotIssued,
    /// Generate, regenerate: those for whom an earlier run failed and who still lack one; not who is excluded. Send: those whose
    /// last message bounced or failed.
    Failed,
    /// Regenerate: all who are eligible now.
    Passing,
    /// Regenerate: those who have one and are not eligible any more; they lose it.
    NotPassing,
    /// Regenerate: those whose certificate was drawn by another template than they would get now.
    TemplateOlder,
    /// Send: those who were sent an earlier version of theirs, and were told nothing of the one that took its place.
    NewerVersion,
    /// All certificates that the filter finds, and with generate all people, but for those that it names.
    Filter,
    /// Publish: everything.
    Everything,
}

impl RunOver {
    /// Returns its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::AllEligible => "all_eligible",
            Self::ThoseWithout => "those_without",
            Self::Selected => "selected",
            Self::ExceptionsOnly => "exceptions_only",
            Self::AlreadyIssued => "already_issued",
            Self::NotIssued => "not_issued",
            Self::Failed => "failed",
            Self::Passing => "passing",
            Self::NotPassing => "not_passing",
            Self::TemplateOlder => "template_older",
            Self::NewerVersion => "newer_version",
            Self::Filter => "filter",
            Self::Everything => "everything",
        }
    }
}

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// Its list is being frozen.
    Preparing,
    /// A second member of staff has to approve it.
    AwaitingApproval,
    /// Waits for its turn.
    Queued,
    /// Under way.
    Processing,
    /// All rows are done or needed nothing.
    Completed,
    /// Some rows failed.
    CompletedWithFailures,
    /// It could not go on, or all rows failed.
    Failed,
    /// Stopped by somebody; what was done stays.
    Cancelled,
}

impl RunState {
    /// Says whether nothing more will happen.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::CompletedWithFailures | Self::Failed | Self::Cancelled)
    }

    /// Returns its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Preparing => "preparing",
            Self::AwaitingApproval => "awaiting_approval",
            Self::Queued => "queued",
            Self::Processing => "processing",
            Self::Completed => "completed",
            Self::CompletedWithFailures => "completed_with_failures",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// Counters of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Counters {
    /// Rows of the list.
    pub total: u64,
    /// Rows that were done.
    pub done: u64,
    /// Rows that needed nothing.
    pub skipped: u64,
    /// Rows that could not be done.
    pub failed: u64,
    /// Of those that were done: people who had lost theirs and were let in again, and got a next version.
    #[serde(default, skip_serializing_if = "none")]
    pub new_versions: u64,
}

fn none(count: &u64) -> bool {
    *count == 0
}

impl Counters {
    /// Returns how many rows are over.
    pub fn over(&self) -> u64 {
        self.done + self.skipped + self.failed
    }

    pub(in crate::acts) fn count(&mut self, state: RowState) {
        match state {
            RowState::Queued => {}
            RowState::Done => self.done += 1,
            RowState::Skipped => self.skipped += 1,
            RowState::Failed => self.failed += 1,
        }
    }
}

/// Why certificates are revoked or replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RunReason {
    /// For programs.
    pub cause: Cause,
    /// What is published with the status: no personal data. Needed for `other`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "the exam of 3 May was cancelled")]
    pub text: Option<String>,
    /// Whether the next publication holds it, without the time in which it can be undone unseen. Fraud never waits.
    #[serde(default, skip_serializing_if = "is_false")]
    pub now: bool,
}

impl RunReason {
    /// Returns until when a revocation for this reason waits: nothing if it is due at once.
    pub(in crate::acts) fn due(&self, now: Timestamp, undo: Undo) -> Option<Timestamp> {
        let at_once = self.now || self.cause == Cause::Fraud;
        undo.due(now).filter(|_| !at_once)
    }
}

/// How long a revocation waits before a publication holds it, in minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Undo(pub u16);

impl Default for Undo {
    fn default() -> Self {
        Self(publish::UNDO_MINUTES)
    }
}

impl Undo {
    /// Returns when a revocation of now is due: nothing if it does not wait.
    pub(in crate::acts) fn due(self, now: Timestamp) -> Option<Timestamp> {
        (self.0 > 0).then(|| now.plus_seconds(i64::from(self.0) * 60))
    }
}

fn is_false(value: &bool) -> bool {
    !value
}

/// A run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    /// Grows with time.
    pub id: String,
    /// What it does.
    pub kind: Kind,
    /// In which event, if in one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<EventCode>,
    /// In which events, if it is in none of its own; nothing of runs of earlier versions, which only who sees all events sees.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub events: BTreeSet<EventCode>,
    /// Over whom.
    pub over: RunOver,
    /// Who made it.
    pub by: Actor,
    /// When.
    pub created: Timestamp,
    /// Where it stands.
    pub state: RunState,
    /// When its first group was begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub began: Option<Timestamp>,
    /// When its last group was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated: Option<Timestamp>,
    /// When it was over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished: Option<Timestamp>,
    /// Its counters.
    pub counters: Counters,
    /// The next group.
    pub group: u64,
    /// How many turns in a row passed without a group done, because others kept changing the same records.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub stalls: u32,
    /// Whether somebody asked for it to stop.
    #[serde(default)]
    pub cancelled: bool,
    /// Why, for revocations and replacements.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<RunReason>,
    /// The run whose failed rows it repeats.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_of: Option<String>,
    /// The approval that it waits for or had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<String>,
    /// Why it could not go on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// Restore: the run that revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// Publish: whether revocations that wait become due with it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub at_once: bool,
    /// Publish: what is not in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_out: Option<LeftOut>,
    /// Where days begin and end for it, as it was when it was made: a run of a thousand has one calendar, whoever changes the event or
    /// the house meanwhile. Nothing of runs that make nothing and of those of earlier versions, which go by what is said when they work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<Zone>,
    /// What was chosen for it: another template, another day of issue.
    #[serde(default, skip_serializing_if = "Chosen::is_nothing")]
    pub chosen: Chosen,
    /// Who stopped it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancelled_by: Option<String>,
    /// How many certificates of it were counted when it was made, as what its maker changes alone within a day. What it did not
    /// change is given back when it is over; runs of earlier versions give nothing back.
    #[serde(default, skip_serializing_if = "none")]
    pub counted: u64,
}

fn is_zero(stalls: &u32) -> bool {
    *stalls == 0
}

impl RunRecord {
    /// Returns the events that it is about.
    pub fn about(&self) -> BTreeSet<EventCode> {
        self.event.iter().chain(&self.events).cloned().collect()
    }

    /// Returns rows a second since the first group, where that can be said.
    pub fn rate(&self) -> Option<f64> {
        let seconds = self.updated?.unix() - self.began?.unix();
        (self.counters.over() > 0).then(|| self.counters.over() as f64 / seconds.max(1) as f64)
    }

    /// Returns what was done and what was not, in a sentence, where somebody stopped it.
    pub fn stopped(&self) -> Option<String> {
        let (by, counters) = (self.cancelled_by.as_deref()?, self.counters);
        let (total, left) = (counters.total, counters.total.saturating_sub(counters.over()));
        let end = if self.state.is_final() { "were not begun" } else { "are left" };
        Some(match (counters.over(), &self.kind) {
            (0, _) => format!("stopped by {by} before anything was done"),
            (over, kind) => format!(
                "stopped by {by} after {over} of {total}: {} {}, {} needed nothing, {} failed; {left} {end}",
                counters.done,
                kind.past(),
                counters.skipped,
                counters.failed,
            ),
        })
    }

    /// Returns in how many seconds it will be over at that rate.
    pub fn seconds_left(&self) -> Option<u64> {
        let left = self.counters.total.saturating_sub(self.counters.over());
        if self.state != RunState::Processing {
            return None;
        }
        self.rate().map(|rate| (left as f64 / rate).ceil() as u64)
    }

    pub(in crate::acts) fn put(&self, expect: Expect) -> DocumentWrite {
        DocumentWrite::put(Collection::RUNS, self.id.clone(), expect, self)
    }

    /// Returns the write that puts it into the queue, where nobody works on it yet.
    pub(in crate::acts) fn enqueue(&self) -> DocumentWrite {
        DocumentWrite::put(Collection::RUN_QUEUE, self.id.clone(), Expect::Any, &serde_json::Map::new())
    }

    /// Returns the write that takes it off the queue, whoever works on it: what they still write conflicts.
    pub(in crate::acts) fn dequeue(&self) -> DocumentWrite {
        DocumentWrite::delete(Collection::RUN_QUEUE, self.id.clone(), Expect::Any)
    }
}

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RowState {
    /// Its turn has not come.
    Queued,
    /// Done.
    Done,
    /// Needed nothing.
    Skipped,
    /// Could not be done.
    Failed,
}

impl RowState {
    /// Returns its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Done => "done",
            Self::Skipped => "skipped",
            Self::Failed => "failed",
        }
    }
}

/// One row of a run's list: a person or a certificate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The person; erased with them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonKey>,
    /// The certificate: named, or what was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<CertificateNumber>,
    /// What became of it.
    pub state: RowState,
    /// Why it failed or needed nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Row {
    pub(in crate::acts) fn person(key: PersonKey) -> Self {
        Self { person: Some(key), number: None, state: RowState::Queued, reason: None }
    }

    pub(in crate::acts) fn certificate(number: CertificateNumber) -> Self {
        Self { person: None, number: Some(number), state: RowState::Queued, reason: None }
    }

    pub(in crate::acts) fn put(&self, run: &str, place: u64, expect: Expect) -> DocumentWrite {
        DocumentWrite::put(Collection::RUN_ROWS, row_key(run, place), expect, self)
    }

    /// Returns whom or what it is about, to tell rows apart.
    pub(in crate::acts) fn about(&self) -> String {
        match (&self.person, &self.number) {
            (Some(person), _) => format!("person {}", person.0),
            (None, Some(number)) => format!("certificate {number}"),
            (None, None) => String::new(),
        }
    }
}

/// Returns the key of a row: its run, its group, its place in the group.
pub(in crate::acts) fn row_key(run: &str, place: u64) -> String {
    format!("{}{:03}", group_prefix(run, place / GROUP), place % GROUP)
}

/// Returns how the keys of a group's rows begin.
pub(in crate::acts) fn group_prefix(run: &str, group: u64) -> String {
    format!("{run}/{group:06}/")
}

/// Returns a run with its revision.
pub(in crate::acts) fn read(store: &dyn Store, id: &str) -> Result<(RunRecord, u64)> {
    // What cannot be an id is looked for in no listing of another kind.
    let plain = id.len() <= 64 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let found = if plain { store.document(Collection::RUNS, id)? } else { None };
    let Document { revision, value, key } = found.ok_or_else(|| RunError::NoRun(id.chars().take(60).collect()))?;
    Ok((Document { key, revision, value }.read()?, revision))
}
