//! Exceptions and exclusions of many at once: whom it is about is confirmed with its number, and done group by group, each in one
//! transaction. Whoever is stopped in between repeats it, and nobody is listed twice.

use serde_json::json;

use super::listed::{Exception, Exclusion, ExclusionReason, Listed, Past, key, listed_at};
use super::person::name_of;
use super::seal::Seal;
use super::{ActError, Planned, TRIES, Whom, how, text, who};
use crate::desk::Desk;
use crate::store::{Batch, Collection, DocumentWrite, Expect, Participant, PersonKey, Premise, StoreError};

/// Most people whom one request is about.
pub const MOST_AT_ONCE: usize = 20_000;
/// People of one transaction.
const GROUP: usize = 500;
/// Names that are shown.
const SHOWN: usize = 2;

/// On which list people are put, and why.
#[derive(Debug, Clone, PartialEq)]
pub enum Listing {
    /// They get a certificate despite the rule.
    Exception {
        /// Why.
        note: Option<String>,
    },
    /// They get none, whatever the rule says.
    Exclusion {
        /// Why.
        reason: ExclusionReason,
        /// More about it.
        note: Option<String>,
    },
}

/// What becomes of a list of people.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListedMany {
    /// How many there are.
    pub total: u64,
    /// How many are put on the list.
    pub changed: u64,
    /// How many stand on it already, or are excluded and get no exception.
    pub kept: u64,
    /// Names of the first ones who are put on the list.
    pub names: Vec<String>,
    /// What the list is known by.
    pub set: String,
}

/// Says whether a listing puts somebody on a list who stands so.
fn changes(exclusion: bool, before: &Listed) -> bool {
    match before {
        Listed::No | Listed::Lifted(_) => true,
        Listed::Exception(_) => exclusion,
        Listed::Exclusion(_) => false,
    }
}

/// Finds whom it is about and says what would become of them.
fn found(
    desk: &Desk,
    planned: &Planned,
    whom: &Whom,
    exclusion: bool,
) -> Result<(ListedMany, Vec<PersonKey>), ActError> {
    let (mut told, mut seal, mut keys) = (ListedMany::default(), Seal::default(), Vec::new());
    let mut group: Vec<Participant> = Vec::new();
    let mut look = |group: &mut Vec<Participant>| -> Result<(), ActError> {
        let listed = listed_at(desk.store, &planned.event.code, &group.iter().collect::<Vec<_>>())?;
        for (person, (before, _)) in group.drain(..).zip(listed) {
            let changed = changes(exclusion, &before);
            seal.add(&person.key.0, if changed { "changes" } else { "stays" });
            told.total += 1;
            if !changed {
                told.kept += 1;
                continue;
            }
            told.changed += 1;
            if told.names.len() < SHOWN {
                told.names.push(person.name);
            }
            keys.push(person.key);
        }
        Ok(())
    };
    let mut count = 0;
    whom.each(desk, planned, |person| {
        count += 1;
        if count > MOST_AT_ONCE {
            return Err(ActError::invalid("whom", format!("are more than {MOST_AT_ONCE} people: narrow the filter")));
        }
        group.push(person);
        if group.len() < GROUP { Ok(()) } else { look(&mut group) }
    })?;
    look(&mut group)?;
    told.set = seal.text();
    Ok((told, keys))
}

/// Says who would be put on a list of exceptions or exclusions; changes nothing.
///
/// # Errors
/// See [`Whom`].
pub fn listing_foreseen(desk: &Desk, planned: &Planned, whom: &Whom, exclusion: bool) -> Result<ListedMany, ActError> {
    Ok(found(desk, planned, whom, exclusion)?.0)
}

/// Puts people on a list of exceptions or exclusions; with `expected` only if they are those who were shown
/// ([`ListedMany::set`]).
///
/// # Errors
/// [`ActError::SetChanged`], and those of [`Whom`]. When the store fails in between, groups before that are kept.
pub fn list_many(
    desk: &Desk,
    planned: &Planned,
    whom: &Whom,
    listing: &Listing,
    expected: Option<&str>,
) -> Result<ListedMany, ActError> {
    let (Listing::Exception { note } | Listing::Exclusion { note, .. }) = listing;
    let note = note.as_deref().map_or(Ok(None), |note| text("note", note))?;
    let exclusion = matches!(listing, Listing::Exclusion { .. });
    let (mut told, keys) = found(desk, planned, whom, exclusion)?;
    if expected.is_some_and(|expected| expected != told.set) {
        return Err(ActError::SetChanged);
    }
    told.changed = 0;
    for group in keys.chunks(GROUP) {
        told.changed += put(desk, planned, group, listing, note.as_deref())?;
    }
    told.kept = told.total - told.changed;
    Ok(told)
}

/// Puts a group on a list as they stand now; returns how many.
fn put(
    desk: &Desk,
    planned: &Planned,
    group: &[PersonKey],
    listing: &Listing,
    note: Option<&str>,
) -> Result<u64, ActError> {
    let code = &planned.event.code;
    for _ in 0..TRIES {
        let people = desk.store.participants_at(code, &group.iter().collect::<Vec<_>>())?;
        let people: Vec<Participant> = people.into_iter().flatten().collect();
        let listed = listed_at(desk.store, code, &people.iter().collect::<Vec<_>>())?;
        let exclusion = matches!(listing, Listing::Exclusion { .. });
        let (mut batch, mut names, mut exceptions) = (Batch::default(), Vec::new(), 0_u64);
        for (person, (before, given)) in people.iter().zip(listed) {
            if !changes(exclusion, &before) {
                continue;
            }
            exceptions += u64::from(matches!(before, Listed::Exception(_)));
            let Premise::Document(_, _, expect) = given else { continue };
            batch.documents.push(written(desk, (&key(code, &person.key), expect), listing, (note, before.past())));
            // Nobody is listed who was erased meanwhile, or merged into another.
            batch.given.push(Premise::participant(code, person));
            names.push(name_of(code, person));
        }
        if names.is_empty() {
            return Ok(0);
        }
        let count = names.len() as u64;
        let (action, detail) = match listing {
            Listing::Exception { .. } => ("exception.add", json!({ "people": names })),
            Listing::Exclusion { reason, .. } => {
                ("exclusion.add", json!({ "people": names, "reason": reason, "exceptions_removed": exceptions }))
            }
        };
        match desk.store.write(&batch, Some(&desk.act(action, code, detail))) {
            Err(StoreError::Conflict(_)) => {}
            done => return Ok(done.map(|_| count)?),
        }
    }
    Err(StoreError::Conflict(format!("listings of {code}")).into())
}

fn written(
    desk: &Desk,
    (key, expect): (&str, Expect),
    listing: &Listing,
    (note, past): (Option<&str>, Vec<Past>),
) -> DocumentWrite {
    let (by, at, how, note) = (who(desk), desk.now, how(desk), note.map(str::to_owned));
    let listed = match listing {
        Listing::Exception { .. } => Listed::Exception(Exception { by, at, note, how, past }),
        Listing::Exclusion { reason, .. } => Listed::Exclusion(Exclusion { by, at, reason: *reason, note, how, past }),
    };
    DocumentWrite::put(Collection::LISTED, key, expect, &listed)
}
