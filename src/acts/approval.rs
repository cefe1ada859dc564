//! Approvals: revoking, restoring or replacing many within a day takes two members of staff ([`super::second`]).

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::run::record::{RunRecord, RunState, read};
use super::run::step::ending;
use super::run::{Result, RunError, TRIES, filtered, new_id};
use super::second;
use crate::accounts::{Permission, Proved};
use crate::credential::Timestamp;
use crate::desk::{Actor, Desk};
use crate::store::{Collection, Document, DocumentQuery, DocumentWrite, Expect, Page, Store, StoreError};

/// How long somebody can approve, in days.
pub const DAYS: i64 = 7;
/// Most approvals looked at for one page of those in one state.
const LOOKED_AT: usize = 20_000;
/// Approvals read at a time where those are looked for that wait: they are among the newest.
const AT_A_TIME: usize = 50;

/// Where an approval stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ApprovalState {
    /// Nobody decided yet.
    Pending,
    /// The run may go on.
    Approved,
    /// The run was cancelled.
    Rejected,
    /// Nobody decided in time.
    Expired,
}

/// What needs a second member of staff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// Grows with time.
    pub id: String,
    /// The run that waits.
    pub run: String,
    /// How many certificates would be revoked, restored or replaced.
    pub count: usize,
    /// Who asked: a member of staff, or a token of theirs, which names its owner.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
    /// Until when it can be decided.
    pub expires: Timestamp,
    /// Where it stands.
    pub state: ApprovalState,
    /// Who decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<Actor>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<Timestamp>,
}

impl Approval {
    pub(super) fn put(&self, expect: Expect) -> DocumentWrite {
        DocumentWrite::put(Collection::APPROVALS, self.id.clone(), expect, self)
    }

    /// Returns it as it stands at an instant.
    fn at(self, now: Timestamp) -> Self {
        let late = self.state == ApprovalState::Pending && self.expires < now;
        Self { state: if late { ApprovalState::Expired } else { self.state }, ..self }
    }
}

pub(super) fn asked(desk: &Desk, run: &RunRecord, count: usize) -> Result<Approval> {
    Ok(Approval {
        id: new_id(desk.now)?,
        run: run.id.clone(),
        count,
        by: desk.actor.clone(),
        at: desk.now,
        expires: desk.now.plus_days(DAYS),
        state: ApprovalState::Pending,
        decided_by: None,
        decided_at: None,
    })
}

/// Returns the write by which an approval that nobody decided about is over, because the run was stopped.
pub(super) fn withdrawn(desk: &Desk, run: &RunRecord) -> Result<Option<DocumentWrite>> {
    let Some(id) = &run.approval else { return Ok(None) };
    let (approval, revision) = show(desk.store, desk.now, id)?;
    let (decided_by, decided_at) = (Some(desk.actor.clone()), Some(desk.now));
    let open = approval.state == ApprovalState::Pending;
    let over = Approval { state: ApprovalState::Rejected, decided_by, decided_at, ..approval };
    Ok(open.then(|| over.put(Expect::Revision(revision))))
}

/// Lists approvals as they stand now, those in one state or all, oldest first or newest first.
///
/// # Errors
/// When the store fails.
pub fn list(
    store: &dyn Store,
    (state, newest): (Option<ApprovalState>, bool),
    now: Timestamp,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<Approval>> {
    let query = DocumentQuery { newest, ..DocumentQuery::default() };
    // Of those that wait, none is older than somebody could decide: before it nothing is looked for.
    let only_new = state == Some(ApprovalState::Pending) && newest;
    let read = |cursor: Option<&str>, limit: usize| {
        let limit = if only_new { limit.min(AT_A_TIME) } else { limit };
        let page = store.find_documents(Collection::APPROVALS, &query, cursor, limit)?;
        let read = |document: &Document| Ok(document.read::<Approval>()?.at(now));
        let found = page.items.iter().map(read).collect::<Result<Vec<_>>>()?;
        let is_past = only_new && found.last().is_some_and(|last| last.expires < now);
        Ok((found, page.next.filter(|_| !is_past)))
    };
    filtered(cursor, limit, LOOKED_AT, read, |one| Ok(state.is_none_or(|state| one.state == state)))
}

/// Returns an approval and its revision.
///
/// # Errors
/// [`RunError::NoApproval`].
pub fn show(store: &dyn Store, now: Timestamp, id: &str) -> Result<(Approval, u64)> {
    let missing = || RunError::NoApproval(id.chars().take(60).collect());
    let found = if id.len() <= 64 { store.document(Collection::APPROVALS, id)? } else { None };
    let document = found.ok_or_else(missing)?;
    Ok((document.read::<Approval>()?.at(now), document.revision))
}

/// Lets the run go on. Somebody else must have asked for it; or, where nobody else could approve, a day ago, who approves
/// it now with the proof that it is them.
///
/// # Errors
/// [`RunError::SamePerson`], [`RunError::OnlyYou`], [`RunError::ProofNeeded`], [`RunError::NotStaff`], [`RunError::Over`].
pub fn approve(desk: &Desk, id: &str, proved: Option<&Proved>) -> Result<Approval> {
    decide(desk, id, (ApprovalState::Approved, "approval.approve"), proved)
}

/// Returns from when on who asked may approve, because nobody else could.
///
/// # Errors
/// When the store fails.
pub fn alone_from(store: &dyn Store, approval: &Approval) -> Result<Option<Timestamp>> {
    let run = read(store, &approval.run)?.0;
    second::alone_from(store, Permission::Revoke, (&approval.by, approval.at), &run.about())
}

/// Cancels the run. Also who asked may take it back so.
///
/// # Errors
/// [`RunError::NotStaff`], [`RunError::Over`].
pub fn reject(desk: &Desk, id: &str) -> Result<Approval> {
    decide(desk, id, (ApprovalState::Rejected, "approval.reject"), None)
}

/// Refuses an API token: people decide.
///
/// # Errors
/// [`RunError::NotStaff`].
pub fn in_person(desk: &Desk) -> Result<()> {
    if desk.actor.is_in_person() { Ok(()) } else { Err(RunError::NotStaff) }
}

fn decide(desk: &Desk, id: &str, (state, action): (ApprovalState, &str), proved: Option<&Proved>) -> Result<Approval> {
    in_person(desk)?;
    for _ in 0..TRIES {
        let (approval, revision) = show(desk.store, desk.now, id)?;
        match approval.state {
            ApprovalState::Pending => {}
            ApprovalState::Expired => return Err(RunError::Over(id.to_owned(), "it has expired")),
            _ => return Err(RunError::Over(id.to_owned(), "it has been decided")),
        }
        let (run, run_revision) = read(desk.store, &approval.run)?;
        if run.state != RunState::AwaitingApproval {
            return Err(RunError::Over(run.id, run.state.name()));
        }
        let approved = state == ApprovalState::Approved;
        if approved {
            second::somebody_else(desk, Permission::Revoke, (&approval.by, approval.at), &run.about(), proved)?;
        }
        let decided = Approval { state, decided_by: Some(desk.actor.clone()), decided_at: Some(desk.now), ..approval };
        let next = match approved {
            true => RunRecord { state: RunState::Queued, ..run },
            false => RunRecord {
                state: RunState::Cancelled,
                finished: Some(desk.now),
                cancelled_by: Some(desk.actor.who().to_string()),
                ..run
            },
        };
        let mut writes = vec![decided.put(Expect::Revision(revision))];
        writes.extend(match approved {
            true => vec![next.put(Expect::Revision(run_revision)), next.enqueue()],
            false => ending(desk, &next, run_revision, next.dequeue())?,
        });
        let alone = decided.by.is_same_person(desk.actor);
        let detail = json!({ "run": next.id, "count": decided.count, "asked": decided.by.to_string(), "alone": alone });
        match desk.store.write_documents(&writes, Some(&desk.act(action, id, detail))) {
            Err(StoreError::Conflict(_)) => {}
            done => {
                done?;
                return Ok(decided);
            }
        }
    }
    Err(RunError::Busy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_approval_can_be_decided_to_its_last_second_and_not_after_it() {
        let at = Timestamp::from_unix(1_800_000_000);
        let expires = at.plus_days(DAYS);
        let asked = |state| Approval {
            id: "a".to_owned(),
            run: "r".to_owned(),
            count: 2,
            by: Actor::staff("bob"),
            at,
            expires,
            state,
            decided_by: None,
            decided_at: None,
        };
        let stands = |state, now: Timestamp| asked(state).at(now).state;
        let pending = ApprovalState::Pending;
        for (seconds, state) in [(-1, pending), (0, pending), (1, ApprovalState::Expired)] {
            assert_eq!(stands(pending, expires.plus_seconds(seconds)), state, "{seconds}");
        }
        for over in [ApprovalState::Approved, ApprovalState::Rejected] {
            assert_eq!(stands(over, expires.plus_seconds(1)), over);
        }
    }
}
