//! Revoked credentials that are not in the store: their status entries are set, and count as used for ever.

use std::collections::BTreeSet;

use super::{Engine, OpenWrite, Result, StoreError, keys, reserve};
use crate::store::{Stray, Waiting};

/// Adds, changes and takes back some, each status entry once: a draft does not read what it puts.
pub(super) fn change<E: Engine>(
    draft: &mut OpenWrite<'_, E>,
    changes: &[(Option<&Stray>, Option<&Stray>)],
) -> Result<()> {
    let mut seen = BTreeSet::new();
    for (old, new) in changes {
        let Some(any) = old.or(*new) else { continue };
        if !seen.insert((any.status.list, any.status.index)) || new.is_some_and(|new| new.status != any.status) {
            return Err(conflict(any));
        }
        one(draft, any, *old, *new)?;
    }
    let last = changes.iter().filter_map(|(_, new)| *new).map(|new| (new.status.list, new.position)).max();
    last.map_or(Ok(()), |(list, position)| reserve::through(draft, list, position))
}

fn one<E: Engine>(draft: &mut OpenWrite<'_, E>, any: &Stray, old: Option<&Stray>, new: Option<&Stray>) -> Result<()> {
    let key = keys::stray(any.status.list, any.status.index);
    let entry = keys::set_entry(any.status.list, any.status.index);
    let stored: Option<Stray> = draft.get_json(&key)?;
    if stored.as_ref() != old || old.is_none() && draft.engine.get(&entry)?.is_some() {
        return Err(conflict(any));
    }
    if let Some(due) = old.and_then(Stray::due) {
        draft.delete(keys::waiting(due, any.status.list, any.status.index));
    }
    match new {
        Some(new) => put(draft, new),
        None => {
            draft.delete(key);
            draft.delete(entry);
            Ok(())
        }
    }
}

fn conflict(stray: &Stray) -> StoreError {
    StoreError::Conflict(format!("status entry {} of list {}", stray.status.index, stray.status.list))
}

/// Puts one with everything that follows from it.
pub(super) fn put<E: Engine>(draft: &mut OpenWrite<'_, E>, stray: &Stray) -> Result<()> {
    let status = stray.status;
    draft.put_json(keys::stray(status.list, status.index), "revocation", stray)?;
    draft.put_json(keys::set_entry(status.list, status.index), "reason", &stray.reason)?;
    let Some(due) = stray.due() else { return Ok(()) };
    let number = stray.seen.as_ref().map(|seen| seen.number.clone());
    let waiting = Waiting { number, status, at: stray.reason.at, due };
    draft.put_json(keys::waiting(due, status.list, status.index), "waiting revocation", &waiting)
}
