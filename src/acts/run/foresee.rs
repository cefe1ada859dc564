//! What a run would do, as exactly as it can be known before: who would get something is tried out up to the signature, by
//! the code that makes it.

use super::chosen::{Chosen, chosen};
use super::fate::{Fate, Grant};
use super::select::{RunRequest, Selected, each};
use super::{NOTHING_CHANGES, Result, RunError};
use crate::acts::seal::Seal;
use crate::credential::EventCode;
use crate::desk::Desk;
use crate::making::{self, FaceError, IssueError, ReplaceError, Trial};

/// People tried out at a time, side by side.
const TOGETHER: usize = 500;

/// Says whom a request is about and what would become of them, where nothing is made: revocations and restorations.
///
/// # Errors
/// See [`RunError`]; also what `take` returns.
pub fn affected(desk: &Desk, request: &RunRequest, take: impl FnMut(Selected) -> Result<()>) -> Result<()> {
    let over = request.check()?;
    each(desk, request, (over, &Chosen::default()), take)
}

/// What a preview says as a whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Foreseen {
    /// How many would get something and were not tried out.
    pub untried: u64,
    /// What the list is known by: who says it with the run gets this list or none ([`RunRequest::expected`]).
    pub set: String,
}

/// Says who will get, keep or lose what, and changes nothing. Who would get something that cannot be made is told as one who
/// gets nothing or keeps what they have, with why. At most `most` are tried out.
///
/// # Errors
/// See [`RunError`]; also what `take` returns.
pub fn preview(
    desk: &Desk,
    trial: &Trial,
    request: &RunRequest,
    most: u64,
    mut take: impl FnMut(Selected) -> Result<()>,
) -> Result<Foreseen> {
    let over = request.check()?;
    let chosen = chosen(desk, trial.faces, request)?;
    let mut seal = Seal::default();
    let Some(code) = &request.event else {
        each(desk, request, (over, &chosen), |selected| {
            selected.sealed(&mut seal);
            take(selected)
        })?;
        return Ok(Foreseen { untried: 0, set: seal.text() });
    };
    let (mut waiting, mut tried, mut untried) = (Vec::new(), 0, 0);
    let mut flush = |group: Vec<Selected>| {
        let gets = group.iter().filter(|one| is_made(&one.fate)).count() as u64;
        let group = if tried < most {
            tried += gets;
            foreseen(desk, trial, (code, &chosen), group)?
        } else {
            untried += gets;
            group
        };
        group.into_iter().try_for_each(&mut take)
    };
    each(desk, request, (over, &chosen), |selected| {
        selected.sealed(&mut seal);
        waiting.push(selected);
        if waiting.len() < TOGETHER { Ok(()) } else { flush(std::mem::take(&mut waiting)) }
    })?;
    flush(waiting)?;
    Ok(Foreseen { untried, set: seal.text() })
}

fn is_made(fate: &Fate) -> bool {
    matches!(fate, Fate::Get(_) | Fate::Replace(..))
}

/// Corrects what was decided by what can be made.
fn foreseen(
    desk: &Desk,
    trial: &Trial,
    (code, chosen): (&EventCode, &Chosen),
    mut group: Vec<Selected>,
) -> Result<Vec<Selected>> {
    let event = desk.store.event(code)?.ok_or(RunError::Nobody)?;
    let (mut firsts, mut orders, mut nexts, mut pairs) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (at, selected) in group.iter().enumerate() {
        let (Fate::Get(grant) | Fate::Replace(_, grant), Some(key)) = (&selected.fate, &selected.row.person) else {
            continue;
        };
        let Some(person) = desk.store.participant(code, key)? else { continue };
        let order = chosen.order(desk.zone(&event), person, grant.clone());
        if let Fate::Replace(old, _) = &selected.fate {
            nexts.push(at);
            pairs.push(((**old).clone(), order));
        } else {
            firsts.push(at);
            orders.push(order);
        }
    }
    for (at, problem) in firsts.into_iter().zip(making::try_out(desk, trial, &event, &orders)?) {
        let Some(why) = problem.map(|problem| problem.to_string()) else { continue };
        group[at].fate = match &group[at].fate {
            Fate::Get(Grant { earlier: Some(number), .. }) => Fate::Keep(number.clone(), why),
            _ => Fate::Nothing(why),
        };
    }
    for ((at, tried), (old, _)) in
        nexts.into_iter().zip(making::try_successors(desk, trial, &event, &pairs)).zip(&pairs)
    {
        let why = match tried {
            Ok(()) => continue,
            Err(
                ReplaceError::Store(error)
                | ReplaceError::Face(FaceError::Store(error))
                | ReplaceError::Issue(IssueError::Store(error)),
            ) => return Err(error.into()),
            Err(ReplaceError::NothingChanges(_)) => NOTHING_CHANGES.to_owned(),
            Err(problem) => problem.to_string(),
        };
        group[at].fate = Fate::Keep(old.number.clone(), why);
    }
    Ok(group)
}
