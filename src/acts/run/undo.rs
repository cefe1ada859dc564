//! What a run revoked is taken back, by who holds the store alone: nothing is published meanwhile, nobody else changes anything,
//! and nothing is signed. Otherwise it is the run that the service makes of it, with the same journal, and who kills it half way
//! can start it again, or leaves the rest to the service.

use super::create::create_as;
use super::lease::{self, Holder, Taken};
use super::record::{GROUP, RunRecord, read};
use super::step::{Group, Step, finish};
use super::{Chosen, Kind, Over, Result, RunError, RunRequest, Undo};
use crate::desk::Desk;

/// Returns the request to take back what a run revoked: for [`super::affected`], which says whom that is about.
///
/// # Errors
/// [`RunError::NoRun`].
pub fn restoration(desk: &Desk, id: &str) -> Result<RunRequest> {
    let (run, _) = read(desk.store, id)?;
    Ok(RunRequest { over: Some(Over::Filter), run: Some(run.id), ..RunRequest::of(Kind::Restore) })
}

/// Takes back what a run revoked and no publication holds yet. The caller holds the store alone and is not counted.
///
/// # Errors
/// [`RunError::NoRun`], [`RunError::Nobody`] if it revoked nothing that is still revoked.
pub fn undo(desk: &Desk, id: &str) -> Result<RunRecord> {
    let holder = Holder::to_the_end();
    let made = create_as(desk, &holder, (&restoration(desk, id)?, Chosen::default()), usize::MAX)?.run;
    loop {
        let Taken::Held(held) = lease::take(desk, &holder, &made.id)? else { return Err(RunError::Busy) };
        let (run, revision) = read(desk.store, &made.id)?;
        if run.cancelled || run.group * GROUP >= run.counters.total {
            return match finish(desk, (&run, revision, &held), None)? {
                Step::Over(run) => Ok(*run),
                _ => Err(RunError::Busy),
            };
        }
        let mut group = Group::read(desk, &run, Undo::default())?;
        group.decide(desk)?;
        group.settle(desk)?;
        group.commit(desk, revision, &held)?;
    }
}
