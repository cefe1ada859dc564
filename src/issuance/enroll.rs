use serde_json::json;

use super::Desk;
use super::import::{Columns, Duplicates, Meaning, RowOutcome};
use crate::credential::EventCode;
use crate::store::{Participant, StoreError};

/// How many people are written at once.
const GROUP: usize = 1_000;

/// What became of the people of an import.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
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
}

/// Puts a row over who is known: what the file has no column for stays as it is.
pub fn row_over(columns: &Columns, row: &Participant, known: &Participant) -> Participant {
    let mut person = row.clone().over(known);
    if columns.with(Meaning::Email).is_none() {
        person.email.clone_from(&known.email);
    }
    for (column, value) in &known.fields {
        person.fields.entry(column.clone()).or_insert_with(|| value.clone());
    }
    person
}

/// Makes one of a row and who is known.
pub type Join<'a> = dyn Fn(&RowOutcome, &Participant, &Participant) -> Participant + 'a;

/// Puts checked rows into an event, by the keys that [`super::recognise`] gave them. People who are known already are kept or updated,
/// as `duplicates` says; `join` puts a row over the known one.
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
    let mut enrolled = Enrolled::default();
    let people: Vec<_> = rows.iter().filter_map(|row| Some((row, row.participant.as_ref()?))).collect();
    for group in people.chunks(GROUP) {
        let mut writes = Vec::with_capacity(group.len());
        for (row, person) in group {
            writes.extend(enrolled.decide(desk, event, person, duplicates, &|known| join(row, person, known))?);
        }
        if !writes.is_empty() {
            let act = desk.act("participant.import", event, json!({ "people": writes.len() }));
            desk.store.put_participants(event, &writes, &act)?;
        }
    }
    Ok(enrolled)
}

impl Enrolled {
    /// Counts a person and returns what to write, if anything.
    fn decide(
        &mut self,
        desk: &Desk,
        event: &EventCode,
        person: &Participant,
        duplicates: Duplicates,
        joined: &dyn Fn(&Participant) -> Participant,
    ) -> Result<Option<Participant>, StoreError> {
        let Some(known) = desk.store.participant(event, &person.key)? else {
            self.added += 1;
            return Ok(Some(Participant { id: Some(fresh_id()?), ..person.clone() }));
        };
        let updated = joined(&known);
        if (Participant { imported: person.imported, ..known }) == updated {
            self.unchanged += 1;
            return Ok(None);
        }
        if duplicates == Duplicates::Skip {
            self.kept += 1;
            return Ok(None);
        }
        self.updated += 1;
        self.certified += u64::from(desk.store.certificate_of(event, &person.key)?.is_some());
        let id = updated.id.clone().map_or_else(fresh_id, Ok)?;
        Ok(Some(Participant { id: Some(id), ..updated }))
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
