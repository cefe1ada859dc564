//! Two people: what one member of staff may do alone within a day, and who can be the second.
//!
//! Counted is the person, not the request and not the token: revocations, restorations and next versions of certificates are
//! added up by the hour in one document of theirs, which is written in the same step as the act, so that two requests at
//! once do not both take what is left for one. A run counts what it is to change when it is made, and gives back at its end what it
//! did not change. What a second person approved is not counted. Who acts on the command line
//! has the keys and the store in their hands, and is not counted either.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::run::{Result, RunError, RunRecord};
use crate::accounts::{self, Permission};
use crate::credential::{EventCode, Timestamp};
use crate::desk::{Actor, Desk};
use crate::store::{Collection, DocumentWrite, Expect, Store, StoreError};

/// How long an act waits that nobody else could approve, in seconds.
pub const ALONE_SECONDS: i64 = 24 * HOUR;
/// What counts as a day.
const DAY: i64 = 24 * HOUR;
const HOUR: i64 = 3_600;

/// What somebody did alone, by the hour since 1970. An hour that began more than a day ago counts no more.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Tally {
    hours: BTreeMap<i64, u64>,
}

impl Tally {
    /// Forgets what is over; the hour in which the day began still counts, so that no day is too short.
    fn at(mut self, now: Timestamp) -> Self {
        self.hours.retain(|hour, _| (hour + 1) * HOUR > now.unix() - DAY);
        self
    }

    fn sum(&self) -> u64 {
        self.hours.values().sum()
    }
}

/// How an act can be done.
pub(super) enum Takes {
    /// By one: with this write in the same step, which counts it.
    One(Option<DocumentWrite>),
    /// By two.
    Two,
}

/// Says whether the desk's actor may change so many certificates more today without a second person.
pub(super) fn takes(desk: &Desk, count: u64, alone: usize) -> Result<Takes> {
    let Some(key) = tally_of(desk).filter(|_| count > 0) else { return Ok(Takes::One(None)) };
    let document = desk.store.document(Collection::TALLIES, &key)?;
    let expect = document.as_ref().map_or(Expect::Absent, |document| Expect::Revision(document.revision));
    let known: Tally = document.map(|document| document.read()).transpose()?.unwrap_or_default();
    let mut tally = known.at(desk.now);
    if tally.sum().saturating_add(count) > alone as u64 {
        return Ok(Takes::Two);
    }
    *tally.hours.entry(desk.now.unix() / HOUR).or_default() += count;
    Ok(Takes::One(Some(DocumentWrite::put(Collection::TALLIES, key, expect, &tally))))
}

/// Returns the write that gives back what a run that is over did not change, of what was counted when it was made.
pub(super) fn given_back(store: &dyn Store, over: &RunRecord) -> Result<Option<DocumentWrite>> {
    // Rows that were done include those that changed nothing that was there: never more is given back than was left alone.
    let unchanged = over.counted.saturating_sub(over.counters.done);
    let Some(key) = over.by.member().map(tally_key).filter(|_| unchanged > 0) else { return Ok(None) };
    let Some(document) = store.document(Collection::TALLIES, &key)? else { return Ok(None) };
    let (mut tally, expect): (Tally, _) = (document.read()?, Expect::Revision(document.revision));
    // An hour that was forgotten counts no more.
    let Some(hour) = tally.hours.get_mut(&(over.created.unix() / HOUR)) else { return Ok(None) };
    *hour = hour.saturating_sub(unchanged);
    Ok(Some(DocumentWrite::put(Collection::TALLIES, key, expect, &tally)))
}

/// Says whether so many more certificates would need a second person.
///
/// # Errors
/// When the store fails.
pub fn needs_two(desk: &Desk, count: u64, alone: usize) -> Result<bool> {
    Ok(matches!(takes(desk, count, alone)?, Takes::Two))
}

/// Returns the write that counts one certificate that the desk's actor changes alone.
pub(super) fn one_more(desk: &Desk, alone: usize) -> Result<Option<DocumentWrite>> {
    match takes(desk, 1, alone)? {
        Takes::One(write) => Ok(write),
        Takes::Two => Err(RunError::TwoNeeded(alone)),
    }
}

/// Says whether a write was refused because the desk's actor changed another certificate meanwhile: look again.
pub(super) fn was_counted(desk: &Desk, error: &StoreError) -> bool {
    matches!(error, StoreError::Conflict(key) if Some(key) == tally_of(desk).as_ref())
}

/// Returns from when on who asked may decide alone, because nobody else could who sees the events that it is about; `None` while
/// somebody can. Accounts that were
/// made after the request do not count.
///
/// # Errors
/// When the store fails.
pub fn alone_from(
    store: &dyn Store,
    permission: Permission,
    (by, at): (&Actor, Timestamp),
    events: &BTreeSet<EventCode>,
) -> Result<Option<Timestamp>> {
    let others = accounts::who_may(store, permission, events)?.into_iter();
    let mut others = others.filter(|one| one.created <= at && by.member() != Some(one.id.as_str()));
    Ok(others.next().is_none().then(|| at.plus_seconds(ALONE_SECONDS)))
}

/// Returns the key of the tally in which what the desk's actor does is counted; `None` if they are not counted.
fn tally_of(desk: &Desk) -> Option<String> {
    desk.actor.member().map(tally_key)
}

fn tally_key(member: &str) -> String {
    format!("staff:{member}")
}

/// Holds that somebody else decides than who asked; or, where nobody else could, who asked: in person, a day later, and with
/// the proof that it is them.
pub(super) fn somebody_else(
    desk: &Desk,
    permission: Permission,
    asked: (&Actor, Timestamp),
    events: &BTreeSet<EventCode>,
    proved: Option<&accounts::Proved>,
) -> Result<()> {
    // Who asked through a token of theirs asked all the same.
    if !asked.0.is_same_person(desk.actor) {
        return Ok(());
    }
    match alone_from(desk.store, permission, asked, events)? {
        None => Err(RunError::SamePerson),
        Some(from) if desk.now < from => Err(RunError::OnlyYou(from)),
        Some(_) if !desk.actor.is_in_person() => Err(RunError::NotStaff),
        Some(_) if proved.is_none() => Err(RunError::ProofNeeded),
        Some(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_over_when_its_last_hour_is() {
        let tally = |hours: &[(i64, u64)]| Tally { hours: hours.iter().copied().collect() };
        let now = Timestamp::from_unix(100 * HOUR + 1_800);
        // Began 24 h and a half ago, but went on until 23 h and a half ago.
        assert_eq!(tally(&[(75, 1), (76, 2), (99, 4), (100, 8)]).at(now).sum(), 14);
        assert_eq!(tally(&[(75, 1)]).at(Timestamp::from_unix(100 * HOUR)).sum(), 0);
        assert_eq!(tally(&[(76, 1)]).at(Timestamp::from_unix(100 * HOUR)).sum(), 1);
    }
}
