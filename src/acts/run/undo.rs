//! What a run revoked is taken back by who need not sign for it: on the command line, alone or beside the service. It is the run
//! that the service makes of it, with the same journal, and who kills it half way can start it again, or leaves the rest to the
//! service. A run that sends goes the same way. What is published or changed meanwhile is seen: a group that conflicts is decided again.

use super::create::create_as;
use super::group::Group;
use super::lease::{self, Holder, Taken};
use super::record::{GROUP, RunRecord, read};
use super::step::{Step, finish};
use super::{Chosen, Kind, Result, RunError, RunOver, RunRequest, TRIES, Undo};
use crate::credential::Timestamp;
use crate::desk::Desk;
use crate::store::StoreError;

/// Returns the request to take back what a run revoked: for [`super::affected`], which says whom that is about.
///
/// # Errors
/// [`RunError::NoRun`].
pub fn restoration(desk: &Desk, id: &str) -> Result<RunRequest> {
    let (run, _) = read(desk.store, id)?;
    Ok(RunRequest { over: Some(RunOver::Filter), run: Some(run.id), ..RunRequest::of(Kind::Restore) })
}

/// Takes back what a run revoked and no publication holds yet. The caller is not counted.
///
/// # Errors
/// [`RunError::NoRun`], [`RunError::Nobody`] if it revoked nothing that is still revoked.
pub fn undo(desk: &Desk, id: &str) -> Result<RunRecord> {
    let holder = Holder::to_the_end();
    let made = create_as(desk, &holder, (&restoration(desk, id)?, Chosen::default()), usize::MAX)?.run;
    unsigned(desk, &|| desk.now, &holder, &made.id)
}

/// Does a run to its end for which nothing is signed: one that restores, or sends.
///
/// # Errors
/// When the store fails, or somebody else works on it.
pub fn unsigned(desk: &Desk, clock: &dyn Fn() -> Timestamp, holder: &Holder, id: &str) -> Result<RunRecord> {
    let mut tries = 0;
    loop {
        let desk = &Desk { now: clock(), ..*desk };
        match one_group(desk, holder, id) {
            Ok(Some(run)) => return Ok(run),
            Ok(None) => tries = 0,
            Err(RunError::Store(StoreError::Conflict(_))) if tries < TRIES => tries += 1,
            Err(error) => {
                // Best effort: it is given up in any case when its lease ends.
                let _ = lease::give_back(desk, holder, id);
                return Err(error);
            }
        }
    }
}

/// Takes one group back; returns the run when it is over.
fn one_group(desk: &Desk, holder: &Holder, id: &str) -> Result<Option<RunRecord>> {
    let Taken::Held(held) = lease::take(desk, holder, id)? else { return Err(RunError::Busy) };
    let (run, revision) = read(desk.store, id)?;
    if run.cancelled || run.group * GROUP >= run.counters.total {
        return match finish(desk, (&run, revision, &held), None)? {
            Step::Over(run) => Ok(Some(*run)),
            _ => Err(RunError::Busy),
        };
    }
    let mut group = Group::read(desk, &run, Undo::default())?;
    group.decide(desk)?;
    group.settle(desk)?;
    group.commit(desk, revision, &held)?;
    Ok(None)
}
