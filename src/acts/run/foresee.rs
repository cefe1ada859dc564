//! What a run would do, as exactly as it can be known before: who would get something is tried out up to the signature.

use super::fate::{Fate, Grant};
use super::select::{RunRequest, Selected, each};
use super::{NOTHING_CHANGES, Result, RunError};
use crate::credential::EventCode;
use crate::desk::Desk;
use crate::making::{self, Faces, Order};

/// People tried out at a time, side by side.
const TOGETHER: usize = 500;

/// Says whom a request is about and what would become of them, where nothing is made: revocations and restorations.
///
/// # Errors
/// See [`RunError`]; also what `take` returns.
pub fn affected(desk: &Desk, request: &RunRequest, take: impl FnMut(Selected) -> Result<()>) -> Result<()> {
    let over = request.check()?;
    each(desk, request, over, take)
}

/// Says who will get, keep or lose what, and changes nothing. Who would get something that cannot be made is told as one who
/// gets nothing or keeps what they have, with why. At most `most` are tried out; returns how many were past them. `kid` is
/// the full id of the key that would sign.
///
/// # Errors
/// See [`RunError`]; also what `take` returns.
pub fn preview(
    desk: &Desk,
    (faces, kid): (&Faces, &str),
    request: &RunRequest,
    most: u64,
    mut take: impl FnMut(Selected) -> Result<()>,
) -> Result<u64> {
    let over = request.check()?;
    let Some(code) = &request.event else {
        each(desk, request, over, take)?;
        return Ok(0);
    };
    let (mut waiting, mut tried, mut untried) = (Vec::new(), 0, 0);
    let mut flush = |group: Vec<Selected>| {
        let gets = group.iter().filter(|one| is_made(&one.fate)).count() as u64;
        let group = if tried < most {
            tried += gets;
            foreseen(desk, (faces, kid), code, group)?
        } else {
            untried += gets;
            group
        };
        group.into_iter().try_for_each(&mut take)
    };
    each(desk, request, over, |selected| {
        waiting.push(selected);
        if waiting.len() < TOGETHER { Ok(()) } else { flush(std::mem::take(&mut waiting)) }
    })?;
    flush(waiting)?;
    Ok(untried)
}

fn is_made(fate: &Fate) -> bool {
    matches!(fate, Fate::Get(_) | Fate::Replace(..))
}

/// Corrects what was decided by what can be made.
fn foreseen(
    desk: &Desk,
    (faces, kid): (&Faces, &str),
    code: &EventCode,
    mut group: Vec<Selected>,
) -> Result<Vec<Selected>> {
    let event = desk.store.event(code)?.ok_or(RunError::Nobody)?;
    let (mut places, mut orders) = (Vec::new(), Vec::new());
    for (at, selected) in group.iter().enumerate() {
        let (Fate::Get(grant) | Fate::Replace(_, grant), Some(key)) = (&selected.fate, &selected.row.person) else {
            continue;
        };
        if let Some(person) = desk.store.participant(code, key)? {
            let Grant { template, tier, .. } = grant.clone();
            places.push(at);
            orders.push(Order { person, template, tier, basis: None, run: None });
        }
    }
    let tried = making::try_out(desk, faces, kid, &event, &orders)?;
    for ((at, order), problem) in places.into_iter().zip(&orders).zip(tried) {
        let fate = &mut group[at].fate;
        let changed = match (&*fate, problem) {
            (Fate::Replace(old, _), _) if !making::would_change(&event, old, order) => {
                Fate::Keep(old.number.clone(), NOTHING_CHANGES.to_owned())
            }
            (Fate::Replace(old, _), Some(why)) => Fate::Keep(old.number.clone(), why.to_string()),
            (_, Some(why)) => Fate::Nothing(why.to_string()),
            (_, None) => continue,
        };
        *fate = changed;
    }
    Ok(group)
}
