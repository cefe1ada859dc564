//! Runs of which something failed and that nobody has made good since: what somebody has to look at.
//!
//! Publications are not among them: each one says everything anew, so only the last one matters ([`super::NotPublished`]).

use super::Result;
use super::journal::{RunQuery, runs};
use super::record::{Kind, RunOver, RunRecord, RunState};
use crate::store::{PAGE_LIMIT, Page, Store};

/// In which states a run can be of which something failed.
const STATES: [RunState; 3] = [RunState::Failed, RunState::CompletedWithFailures, RunState::Cancelled];

/// Runs that failed, in whole or in part, and were not made good.
#[derive(Debug, Default)]
pub struct Unrepeated {
    /// The newest first.
    pub runs: Vec<RunRecord>,
    /// How many runs were looked at.
    pub looked: usize,
}

/// Returns all runs of which something failed, but for those that were repeated: by a run over what failed, or by one over the same
/// group that went through.
///
/// # Errors
/// When the store fails.
pub fn unrepeated(store: &dyn Store) -> Result<Unrepeated> {
    let (mut open, mut looked) = (Vec::new(), 0);
    for state in STATES {
        let query = RunQuery { state: Some(state), ..RunQuery::default() };
        Page::each(
            |cursor| runs(store, &query, cursor, PAGE_LIMIT),
            |run| {
                looked += 1;
                if has_failed(&run) {
                    open.push(run);
                }
                true
            },
        )?;
    }
    let Some(first) = open.iter().map(|run| run.created).min() else {
        return Ok(Unrepeated { runs: open, looked });
    };
    let all = RunQuery::all(true);
    Page::each(
        |cursor| runs(store, &all, cursor, PAGE_LIMIT),
        |later| {
            looked += 1;
            open.retain(|run| !makes_good(&later, run));
            later.created >= first
        },
    )?;
    open.sort_by(|one, other| other.id.cmp(&one.id));
    Ok(Unrepeated { runs: open, looked })
}

/// Lists those of [`unrepeated`] that a query asks for; its state is not looked at.
///
/// # Errors
/// As [`unrepeated`].
pub fn unrepeated_page(
    store: &dyn Store,
    query: &RunQuery,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<RunRecord>> {
    let mut all = unrepeated(store)?.runs;
    if !query.newest {
        all.reverse();
    }
    let is_after = |run: &RunRecord| match (cursor, query.newest) {
        (None, _) => true,
        (Some(cursor), true) => run.id.as_str() < cursor,
        (Some(cursor), false) => run.id.as_str() > cursor,
    };
    all.retain(|run| is_after(run) && query.takes(run));
    let more = all.len() > limit;
    all.truncate(limit);
    let next = all.last().filter(|_| more).map(|last| last.id.clone());
    Ok(Page { items: all, next })
}

fn has_failed(run: &RunRecord) -> bool {
    run.kind != Kind::Publish && (run.state == RunState::Failed || run.counters.failed > 0)
}

/// Says whether a run leaves nothing to do about another: it repeats what failed, or went through over the same group later. One that was
/// stopped, or could not go on, does neither. Of a run that never had a list nothing can be repeated: it is begun anew.
fn makes_good(later: &RunRecord, failed: &RunRecord) -> bool {
    if later.retry_of.as_ref() == Some(&failed.id) {
        return !matches!(later.state, RunState::Failed | RunState::Cancelled);
    }
    let alike = later.kind == failed.kind && later.event == failed.event && later.over == failed.over;
    let is_group = !matches!(failed.over, RunOver::Selected | RunOver::Filter);
    let went_through = later.state == RunState::Completed && later.created > failed.created;
    alike && went_through && (failed.counters.total == 0 || is_group)
}
