//! Many people put into an event at once: what an import's rows become.

use std::collections::HashSet;

use serde_json::json;

use super::ties::parting;
use crate::credential::EventCode;
use crate::desk::Desk;
use crate::import::{Duplicates, RowOutcome};
use crate::store::{Batch, Participant, ParticipantChange, PersonKey, StoreError, mailbox, plain_name};

/// How many people are written at once.
const GROUP: usize = 1_000;
/// How often one person is tried when others keep changing them.
const TRIES: usize = 100;

/// Lines named at most of rows about people who were kept as they were.
const KEPT_TOLD: usize = 100;

/// What became of the people of an import.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Enrolled {
    /// New in the event.
    pub added: u64,
    /// Known before, replaced by the row.
    pub updated: u64,
    /// Known before, kept as they were because duplicates are skipped.
    pub kept: u64,
    /// Known before with the very same data.
    pub unchanged: u64,
    /// Updated although they have a certificate, which keeps what it says.
    pub certified: u64,
    /// Known when the list was read, and before it was their turn erased, merged or given another address by somebody else:
    /// they are left as they are, and nobody is added in their place.
    pub gone: u64,
    /// The first lines about people who were kept although the row says something else.
    #[serde(rename = "keptLines")]
    pub kept_lines: Vec<u64>,
}

/// Makes one of a row and who is known.
pub type Join<'a> = dyn Fn(&RowOutcome, &Participant, &Participant) -> Participant + 'a;

/// Puts checked rows into an event, by the keys that [`super::recognise`] gave them. People who are known already are kept
/// or updated, as `duplicates` says; `join` puts a row over the known one. What others change meanwhile is read again, not
/// lost.
///
/// # Errors
/// When the store fails; groups that were written before stay, and the same import completes the rest.
pub fn enroll(
    desk: &Desk,
    event: &EventCode,
    rows: &[RowOutcome],
    duplicates: Duplicates,
    join: &Join<'_>,
) -> Result<Enrolled, StoreError> {
    let people: Vec<_> = rows.iter().filter_map(|row| Some((row, row.participant.as_ref()?))).collect();
    let list = List { desk, event, duplicates, join, known: known(desk, event, &people)? };
    let (mut enrolled, mut rest) = (Enrolled::default(), &people[..]);
    let (mut size, mut tries, mut newcomers) = (GROUP, 0, Newcomers::AreNew);
    while !rest.is_empty() {
        let (group, later) = rest.split_at(size.min(rest.len()));
        match list.take(group, enrolled.clone(), newcomers) {
            // Somebody else changed one of them: read again, and fewer at a time, so that a busy neighbour stops nobody.
            Err(StoreError::Conflict(_)) if size > 1 || tries < TRIES => {
                tries += usize::from(size == 1);
                (size, newcomers) = ((group.len() / 2).max(1), Newcomers::AreLookedFor);
            }
            done => {
                enrolled = done?;
                (rest, size, tries) = (later, (size * 2).min(GROUP), 0);
                newcomers = Newcomers::AreNew;
            }
        }
    }
    Ok(enrolled)
}

/// Says what would become of the people of a list, if they were put into an event now as [`enroll`] does.
///
/// # Errors
/// When the store fails.
pub fn foresee(
    desk: &Desk,
    event: &EventCode,
    rows: &[RowOutcome],
    duplicates: Duplicates,
    join: &Join<'_>,
) -> Result<Enrolled, StoreError> {
    let list = List { desk, event, duplicates, join, known: HashSet::new() };
    let mut enrolled = Enrolled::default();
    for (row, person) in rows.iter().filter_map(|row| Some((row, row.participant.as_ref()?))) {
        list.decide(&mut enrolled, row, person, Newcomers::AreLookedFor)?;
    }
    Ok(enrolled)
}

/// What is taken of those who were not in the event when the list was begun. The write refuses who came since.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Newcomers {
    /// They still are not.
    AreNew,
    /// That is looked at.
    AreLookedFor,
}

/// Returns those of a list who are in the event now.
fn known<'a>(
    desk: &Desk,
    event: &EventCode,
    people: &[(&RowOutcome, &'a Participant)],
) -> Result<HashSet<&'a PersonKey>, StoreError> {
    let here = |(_, person): &(&RowOutcome, &'a Participant)| {
        desk.store.participant(event, &person.key).map(|known| known.map(|_| &person.key)).transpose()
    };
    people.iter().filter_map(here).collect()
}

/// Says whether a row still is about somebody: they may have got another address or name since they were found by it.
fn is_about(row: &Participant, known: &Participant) -> bool {
    if row.external_id.is_some() && row.external_id == known.external_id {
        return true;
    }
    match (&row.email, &known.email) {
        (Some(row), Some(known)) => mailbox(row) == mailbox(known),
        // One without an address was found by the name.
        _ => plain_name(&row.name) == plain_name(&known.name),
    }
}

/// A list that is taken in.
struct List<'a> {
    desk: &'a Desk<'a>,
    event: &'a EventCode,
    duplicates: Duplicates,
    join: &'a Join<'a>,
    /// Who was in the event before anything was written. Who is gone since was erased or merged, and stays so.
    known: HashSet<&'a PersonKey>,
}

impl List<'_> {
    /// Writes one group, provided that nobody changed one of them since they were read.
    fn take(
        &self,
        group: &[(&RowOutcome, &Participant)],
        before: Enrolled,
        newcomers: Newcomers,
    ) -> Result<Enrolled, StoreError> {
        let mut enrolled = before;
        let (mut people, mut documents) = (Vec::with_capacity(group.len()), Vec::new());
        for (row, person) in group {
            let change = self.decide(&mut enrolled, row, person, newcomers)?;
            if let Some((old, new)) = change.as_ref().and_then(|change| change.old.as_ref().zip(change.new.as_ref())) {
                documents.extend(parting(self.desk.store, self.event, old, new.email.as_deref())?);
            }
            people.extend(change);
        }
        if !people.is_empty() {
            let act = self.desk.act("participant.import", self.event, json!({ "people": people.len() }));
            self.desk.store.write(&Batch { people, documents, ..Batch::default() }, Some(&act))?;
        }
        Ok(enrolled)
    }

    /// Counts a person and returns what to write, if anything.
    fn decide(
        &self,
        enrolled: &mut Enrolled,
        row: &RowOutcome,
        person: &Participant,
        newcomers: Newcomers,
    ) -> Result<Option<ParticipantChange>, StoreError> {
        let was_known = self.known.contains(&person.key);
        let known = match was_known || newcomers == Newcomers::AreLookedFor {
            true => self.desk.store.participant(self.event, &person.key)?,
            false => None,
        };
        let Some(known) = known else {
            if was_known {
                enrolled.gone += 1;
                return Ok(None);
            }
            enrolled.added += 1;
            return Ok(Some(self.change(None, Participant { id: Some(fresh_id()?), ..person.clone() })));
        };
        if !is_about(person, &known) {
            enrolled.gone += 1;
            return Ok(None);
        }
        let updated = (self.join)(row, person, &known);
        if (Participant { imported: person.imported, ..known.clone() }) == updated {
            enrolled.unchanged += 1;
            return Ok(None);
        }
        if self.duplicates == Duplicates::Skip {
            enrolled.kept += 1;
            if enrolled.kept_lines.len() < KEPT_TOLD {
                enrolled.kept_lines.push(row.line);
            }
            return Ok(None);
        }
        enrolled.updated += 1;
        enrolled.certified += u64::from(self.desk.store.certificate_of(self.event, &person.key)?.is_some());
        let id = updated.id.clone().map_or_else(fresh_id, Ok)?;
        Ok(Some(self.change(Some(known), Participant { id: Some(id), ..updated })))
    }

    fn change(&self, old: Option<Participant>, new: Participant) -> ParticipantChange {
        ParticipantChange { event: self.event.clone(), old, new: Some(new) }
    }
}

/// Returns a random id for a person: 80 bits, as `p-` and lower-case base32.
///
/// # Errors
/// When the operating system gives no random bytes.
pub fn fresh_id() -> Result<String, StoreError> {
    let mut bytes = [0; 10];
    getrandom::fill(&mut bytes).map_err(|error| StoreError::Io(std::io::Error::other(error.to_string())))?;
    Ok(format!("p-{}", data_encoding::BASE32_NOPAD.encode(&bytes).to_lowercase()))
}
