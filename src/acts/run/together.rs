//! One act over certificates of several events: a run is in one event, so it comes to one in each, all confirmed at once.

use std::collections::BTreeSet;

use super::chosen::chosen;
use super::create::{Created, create};
use super::fate::Effect;
use super::select::{each, filter, refused};
use super::{Kind, Result, RunError, RunOver, RunRequest, Which};
use crate::acts::seal::Seal;
use crate::credential::EventCode;
use crate::desk::Desk;
use crate::making::Faces;

/// Most events of one act.
pub const MOST_EVENTS: usize = 100;
/// Certificates read at a time.
const PAGE: usize = 1_000;

/// Returns the runs that it comes to, by event.
///
/// # Errors
/// [`RunError::Request`] for what is over one event, or over too many; [`RunError::Nobody`] if none is found.
pub fn split(desk: &Desk, request: &RunRequest) -> Result<Vec<RunRequest>> {
    if !matches!(request.kind, Kind::Regenerate | Kind::Send) {
        return Err(refused("kind", "is `regenerate` or `send`: others need no event"));
    }
    if request.event.is_some() || !request.people.is_empty() {
        return Err(refused("event", "and `people` are left out: this is over certificates of several events"));
    }
    let by_number = !request.numbers.is_empty();
    if !by_number && request.which.is_none() {
        return Err(refused("which", "or `numbers` is needed"));
    }
    let events = match by_number {
        true => request.numbers.iter().map(|number| number.event().clone()).collect(),
        false => events_found(desk, request)?,
    };
    if events.len() > MOST_EVENTS {
        return Err(refused(
            "which",
            &format!("finds certificates of more than {MOST_EVENTS} events: narrow the filter"),
        ));
    }
    let one = |event: &EventCode| {
        let numbers = request.numbers.iter().filter(|number| number.event() == event).cloned().collect();
        RunRequest { event: Some(event.clone()), numbers, expected: None, ..request.clone() }
    };
    Ok(events.iter().map(one).collect())
}

/// Returns in which events a filter finds some; days are looked at event by event, as each has its own.
fn events_found(desk: &Desk, request: &RunRequest) -> Result<BTreeSet<EventCode>> {
    let which = request.which.clone().map(|which| Which { issued_since: None, issued_until: None, ..which });
    let query = filter(desk, &RunRequest { which, ..request.clone() })?;
    let (mut events, mut cursor) = (BTreeSet::new(), None::<String>);
    loop {
        let page = desk.store.find_certificates(&query, cursor.as_deref(), PAGE)?;
        events.extend(page.items.iter().map(|one| one.number.event().clone()));
        cursor = page.next;
        if cursor.is_none() || events.len() > MOST_EVENTS {
            return Ok(events);
        }
    }
}

/// Returns what lists are known by together.
pub fn set<'s>(lists: impl IntoIterator<Item = (&'s EventCode, &'s str)>) -> String {
    let mut seal = Seal::default();
    lists.into_iter().for_each(|(event, set)| seal.add(event.as_str(), set));
    seal.text()
}

/// What became of one of them.
pub type Begun = (EventCode, Result<Created>);

/// Begins them all, if the lists are together those that were shown (`expected`). What cannot be begun in an event is told beside the
/// others, which go on.
///
/// # Errors
/// As [`split`]; [`RunError::SetChanged`], before anything is begun.
pub fn create_together(desk: &Desk, faces: &Faces, request: &RunRequest, alone: usize) -> Result<Vec<Begun>> {
    let (mut lists, mut begun) = (Vec::new(), Vec::new());
    for one in split(desk, request)? {
        let Some(event) = one.event.clone() else { continue };
        match sealed(desk, faces, &one) {
            Ok(Some(list)) => lists.push((event, one, list)),
            // Nobody of it is in the list.
            Ok(None) => {}
            Err(RunError::Store(error)) => return Err(error.into()),
            Err(error) => begun.push((event, Err(error))),
        }
    }
    if lists.is_empty() && begun.is_empty() {
        return Err(RunError::Nobody);
    }
    let now = set(lists.iter().map(|(event, _, list)| (event, list.set.as_str())));
    if request.expected.as_ref().is_some_and(|expected| *expected != now) {
        return Err(RunError::SetChanged);
    }
    let begin = |(event, one, list): (EventCode, RunRequest, List)| {
        let one = RunRequest { expected: Some(list.set), ..one };
        (event, create(desk, faces, &one, alone))
    };
    // Where nothing would change there is nothing to begin.
    begun.extend(lists.into_iter().filter(|(_, _, list)| list.changes).map(begin));
    Ok(begun)
}

/// A list of one of them.
struct List {
    /// What it is known by.
    set: String,
    /// Whether something happens to anybody in it.
    changes: bool,
}

/// Returns the list of one; nothing if nobody is in it.
fn sealed(desk: &Desk, faces: &Faces, request: &RunRequest) -> Result<Option<List>> {
    let (over, chosen): (RunOver, _) = (request.check()?, chosen(desk, faces, request)?);
    let (mut seal, mut any, mut changes) = (Seal::default(), false, false);
    each(desk, request, (over, &chosen), |selected| {
        any = true;
        changes |= !matches!(selected.fate.effect(), Effect::Keeps | Effect::Nothing);
        selected.sealed(&mut seal);
        Ok(())
    })?;
    Ok(any.then(|| List { set: seal.text(), changes }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_known_together_by_event_and_by_what_is_in_each() {
        let [a, b]: [EventCode; 2] = ["A", "B"].map(|code| code.parse().unwrap());
        let both = set([(&a, "one"), (&b, "two")]);
        assert_eq!(both, set([(&a, "one"), (&b, "two")]));
        for other in [set([(&a, "one")]), set([(&a, "two"), (&b, "one")]), set([(&b, "one"), (&a, "two")])] {
            assert_ne!(other, both);
        }
    }
}
