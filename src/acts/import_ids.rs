//! External ids of a list's rows: who keeps their place under one, and where two say something else. It refuses rows, and never
//! chooses between two people.

use std::collections::{HashMap, HashSet};

use super::person::is_address_of_another;
use super::{ActError, Answer, is_another};
use crate::credential::EventCode;
use crate::import::{Code, Finding, RowOutcome, Severity};
use crate::store::{Participant, PersonKey, Store, mailbox};

/// Whoever has an external id already keeps their place under it, also with another address or name; where both are others,
/// that is asked. Returns which rows are about them.
pub(super) fn known_ids(
    store: &dyn Store,
    code: &EventCode,
    rows: &mut [RowOutcome],
    answer: Answer,
) -> Result<HashSet<usize>, ActError> {
    let mut settled = HashSet::new();
    for (at, row) in rows.iter_mut().enumerate() {
        let Some(person) = row.person_mut() else { continue };
        let Some(id) = &person.external_id else { continue };
        let Some(owner) = store.person(code, &format!("x:{id}"))? else { continue };
        settled.insert(at);
        let known = store.participant(code, &owner)?;
        person.key = owner;
        if let Some(known) = known.filter(|known| answer != Answer::SamePerson && is_another(person, known)) {
            let reason = format!(
                "`{}` has the external id of `{}`, and no address says that they are one",
                person.name, known.name
            );
            row.refuse(Finding {
                severity: Severity::Error,
                field: "external_id".to_owned(),
                code: Code::SameId,
                reason,
                hint: "two people? Correct the id. One, whose name changed? Import this row again with \
                       `same_id=same_person`"
                    .into(),
            });
        }
    }
    Ok(settled)
}

/// Refuses rows whose external ids contradict each other or what is known.
pub(super) fn settle_ids(store: &dyn Store, code: &EventCode, rows: &mut [RowOutcome]) -> Result<(), ActError> {
    let mut seen: HashMap<String, (u64, PersonKey)> = HashMap::new();
    let addresses = addresses(rows);
    for row in rows.iter_mut() {
        let Some(person) = &row.participant else { continue };
        let Some(id) = person.external_id.clone() else { continue };
        let mut problem = clash(store, code, person, &id)?;
        if addresses.get(&mailbox(&id)).is_some_and(|keys| keys.iter().any(|key| *key != person.key)) {
            problem = problem.or(Some("the external id is the e-mail of another participant".to_owned()));
        }
        match seen.get(&id) {
            Some((line, key)) if *key != person.key => {
                problem = Some(format!("the external id is also in line {line}"))
            }
            None if problem.is_none() => drop(seen.insert(id, (row.line, person.key.clone()))),
            _ => {}
        }
        if let Some(reason) = problem {
            refuse(row, "external_id", reason, "merge the two, or correct the id");
        }
    }
    refuse_given_up(rows, &seen);
    Ok(())
}

fn refuse(row: &mut RowOutcome, field: &str, reason: String, hint: &'static str) {
    let (field, code, hint) = (field.to_owned(), Code::ExternalIdTaken, hint.into());
    row.refuse(Finding { severity: Severity::Error, field, code, reason, hint });
}

/// A row may give somebody another address; who has their old one in the same list is not that person.
fn refuse_given_up(rows: &mut [RowOutcome], seen: &HashMap<String, (u64, PersonKey)>) {
    let lower = |person: &Participant| person.email.as_deref().map(mailbox);
    let lines: HashMap<u64, &PersonKey> = seen.values().map(|(line, key)| (*line, key)).collect();
    let with_id = |row: &RowOutcome| {
        let person = row.participant.as_ref().filter(|_| lines.contains_key(&row.line))?;
        Some((person.key.clone(), (row.line, lower(person))))
    };
    let told: HashMap<PersonKey, (u64, Option<String>)> = rows.iter().filter_map(with_id).collect();
    for row in rows {
        let Some(person) = row.participant.as_ref().filter(|person| person.external_id.is_none()) else { continue };
        let (Some((line, now)), email) = (told.get(&person.key), lower(person)) else { continue };
        if email.is_some() && now.is_some() && *now != email {
            let reason = format!("this is the old e-mail of the participant in line {line}");
            refuse(row, "email", reason, "import this row again after this list");
        }
    }
}

/// Returns whose the e-mails of a list are.
fn addresses(rows: &[RowOutcome]) -> HashMap<String, Vec<PersonKey>> {
    let mut addresses: HashMap<String, Vec<PersonKey>> = HashMap::new();
    for person in rows.iter().filter_map(|row| row.participant.as_ref()) {
        if let Some(email) = &person.email {
            addresses.entry(mailbox(email)).or_default().push(person.key.clone());
        }
    }
    addresses
}

/// Says why a row's person cannot have the external id.
fn clash(store: &dyn Store, code: &EventCode, person: &Participant, id: &str) -> Result<Option<String>, ActError> {
    if let Some(owner) = store.person(code, &format!("x:{id}"))? {
        let Some(email) = &person.email else { return Ok(None) };
        let have = store.people_at(code, email)?;
        let others = !have.is_empty() && have.iter().all(|one| one.key != owner);
        return Ok(others.then(|| "the external id and the e-mail belong to two different participants".to_owned()));
    }
    if is_address_of_another(store, code, id, &person.key)? {
        return Ok(Some("the external id is the e-mail of another participant".to_owned()));
    }
    let known = store.participant(code, &person.key)?;
    let other = known.and_then(|known| known.external_id).filter(|known| known != id);
    Ok(other.map(|_| "this participant has another external id".to_owned()))
}
