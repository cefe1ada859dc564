//! Whom a change of one person is about, and what has to be said first: nobody becomes another by an external id, an address or
//! a name alone, and nobody who was absent or failed gets a certificate unasked. The rules are those of lists.

use serde::Deserialize;

use super::ActError;
use super::person::{PersonChange, email};
use crate::acts::{Answer, Answers, ids_differ, is_another};
use crate::credential::EventCode;
use crate::import::{Absent, field_name, says_absent_or_failed};
use crate::store::{Participant, Store, mailbox, plain_name};

/// What is said about one person who may be known, or who gets no certificate as a rule.
#[derive(Debug, Clone, Copy, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default, deny_unknown_fields)]
pub struct Said {
    /// The same address, another name: `ask` (if left out), `two_people`, or `same_person`, whose name changed.
    #[param(inline)]
    pub same_address: Answer,
    /// The same name, and no address to tell them apart: `ask` (if left out), `two_people` or `same_person`.
    #[param(inline)]
    pub same_name: Answer,
    /// The same external id, another name and another address: `ask` (if left out), or `same_person`, who changed both.
    #[param(inline)]
    pub same_id: Answer,
    /// A result, status, role, term or remark that says that they were absent or failed: `ask` (if left out), or `take`.
    #[param(inline)]
    pub absent: Absent,
}

impl Said {
    pub(super) fn answers(self) -> Answers {
        Answers { same_address: self.same_address, same_name: self.same_name, same_id: self.same_id }
    }
}

/// Finds whom a change is about; the rules are those of lists ([`crate::acts::recognise`]).
pub(super) fn known(
    store: &dyn Store,
    code: &EventCode,
    change: &PersonChange,
    answers: Answers,
) -> Result<Option<Participant>, ActError> {
    let id = change.external_id.as_deref().map(str::trim).filter(|id| !id.is_empty()).map(str::to_owned);
    if let Some(id) = &id
        && let Some(key) = store.person(code, &format!("x:{id}"))?
        && let Some(person) = store.participant(code, &key)?
    {
        check_same(&person, change, answers.same_id)?;
        return Ok(Some(person));
    }
    let differs = |known: &Participant| ids_differ(known.external_id.as_ref(), id.as_ref());
    let email = email(change.email.as_deref())?;
    let at_address = email.as_ref().map_or(Ok(Vec::new()), |email| store.people_at(code, email))?;
    let plain = change.name.as_deref().map(plain_name);
    let is_called = |known: &&Participant| plain.as_ref().is_none_or(|plain| plain_name(&known.name) == *plain);
    let mut same = at_address.iter().filter(is_called);
    match (same.next(), same.next()) {
        (Some(_), Some(_)) => return Err(ActError::SharedAddress),
        // One mailbox and one name under another external id.
        (Some(one), None) if differs(one) => return Err(ActError::ExternalIdTaken),
        (Some(one), None) => return Ok(Some(one.clone())),
        (None, _) => {}
    }
    if !at_address.is_empty() {
        let all_differ = at_address.iter().all(differs);
        return match (&at_address[..], answers.same_address) {
            ([one], Answer::SamePerson) if !all_differ => Ok(Some(one.clone())),
            (_, Answer::TwoPeople) => Ok(None),
            _ if all_differ => Ok(None),
            (all, _) => Err(ActError::SameAddress(ids_of(all))),
        };
    }
    let Some(name) = &change.name else { return Ok(None) };
    // Who has an address is told apart by it.
    let mut named = store.people_named(code, name)?;
    named.retain(|known| !differs(known) && (email.is_none() || known.email.is_none()));
    match (&named[..], answers.same_name) {
        ([], _) | (_, Answer::TwoPeople) => Ok(None),
        ([one], Answer::SamePerson) => Ok(Some(one.clone())),
        (all, _) => Err(ActError::SameName(ids_of(all))),
    }
}

/// Refuses to make one person another: where they are named by an external id and name and address both change, that is
/// asked.
///
/// # Errors
/// [`ActError::SameId`].
pub fn check_same(old: &Participant, change: &PersonChange, answer: Answer) -> Result<(), ActError> {
    let name = change.name.clone().unwrap_or_else(|| old.name.clone());
    let row = Participant { name, email: email(change.email.as_deref())?, ..old.clone() };
    if answer != Answer::SamePerson && is_another(&row, old) {
        return Err(ActError::SameId(ids_of(std::slice::from_ref(old))));
    }
    Ok(())
}

/// Refuses what says that somebody was absent or failed, unless it is known or was confirmed.
pub(super) fn check_absent(old: Option<&Participant>, change: &PersonChange, answer: Absent) -> Result<(), ActError> {
    match answer {
        Absent::Take => return Ok(()),
        Absent::LeaveOut => return Err(ActError::invalid("absent", "is `ask` or `take` for one participant")),
        Absent::Ask => {}
    }
    let known = |column: &str| old.and_then(|old| old.fields.get(&field_name(column))).map(|value| value.trim());
    let said = |(column, value): (&String, &Option<String>)| {
        let value = value.as_deref().unwrap_or_default().trim();
        (known(column) != Some(value) && says_absent_or_failed(column, value)).then(|| format!("fields.{column}"))
    };
    let role = change.progress.role.as_deref().filter(|role| {
        let known = old.and_then(|old| old.progress.role.as_deref());
        known != Some(*role) && says_absent_or_failed("role", role)
    });
    let field = change.fields.iter().find_map(said).or_else(|| role.map(|_| "progress.role".to_owned()));
    field.map_or(Ok(()), |field| Err(ActError::AbsentOrFailed(field)))
}

/// Refuses an address or a name of another person: two who share a mailbox are told apart by their names or external ids.
pub(super) fn check_alone(
    store: &dyn Store,
    code: &EventCode,
    (old, new): (&Participant, &Participant),
    said: Said,
) -> Result<(), ActError> {
    let place = |person: &Participant| person.email.as_deref().map(mailbox);
    let (moved, renamed) = (place(old) != place(new), plain_name(&old.name) != plain_name(&new.name));
    let others = |people: Vec<Participant>| -> Vec<Participant> {
        let differ = |known: &Participant| ids_differ(known.external_id.as_ref(), new.external_id.as_ref());
        people.into_iter().filter(|known| known.key != new.key && !differ(known)).collect()
    };
    let Some(email) = new.email.as_ref().filter(|_| moved || renamed) else {
        let named = if moved || renamed { others(store.people_named(code, &new.name)?) } else { Vec::new() };
        return match named.is_empty() || said.same_name == Answer::TwoPeople {
            true => Ok(()),
            false => Err(ActError::SameName(ids_of(&named))),
        };
    };
    let there = others(store.people_at(code, email)?);
    let twins: Vec<Participant> =
        there.iter().filter(|known| plain_name(&known.name) == plain_name(&new.name)).cloned().collect();
    if !twins.is_empty() {
        return Err(ActError::Twin(ids_of(&twins)));
    }
    match !moved || there.is_empty() || said.same_address == Answer::TwoPeople {
        true => Ok(()),
        false => Err(ActError::AddressTaken(ids_of(&there))),
    }
}

/// Names people by their ids, the first few.
fn ids_of(people: &[Participant]) -> String {
    let ids: Vec<&str> = people.iter().take(5).filter_map(|person| person.id.as_deref()).collect();
    if ids.is_empty() { "another".to_owned() } else { ids.join(", ") }
}
