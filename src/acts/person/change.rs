//! People of an event: added and changed one by one, merged, deleted, erased.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::acts::asked::{Said, check_absent, check_alone, known};
use crate::acts::import_report::{told_of, without_rows_about};
use crate::acts::listed::{Listed, key, stored};
use crate::acts::{ActError, MAX_FIELDS, entered, printed, retried, text};
use crate::acts::{free_key, fresh_id, planned};
use crate::credential::EventCode;
use crate::desk::Desk;
use crate::eligibility::{Course, Done, Entered, Mark, Progress};
use crate::import::{checked_name, field_name, is_email, last_day, person_key};
use crate::store::{
    Batch, Collection, DocumentWrite, Fields, Participant, ParticipantChange, PersonKey, Premise, Store, StoreError,
};

/// Longest external id, in bytes.
const EXTERNAL_ID_BYTES: usize = 200;
/// Longest language tag, in bytes.
const LOCALE_BYTES: usize = 35;

/// What is said about a person. What is left out is as before; an empty text takes it away.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "external_id": "lms-4711", "name": "Ada Lovelace", "email": "ada@example.org", "locale": "en",
    "fields": { "city": "London" },
    "progress": { "sessions": { "day1": { "present": true } }, "score": 87.5 }
}))]
pub struct PersonChange {
    /// The person's id in another system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// Name as it shall be printed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// E-mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Language of the certificate and of mails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// Further columns; those that are not named stay, and `null` or an empty text clears one.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, Option<String>>,
    /// Attendance, points, score and so on; what is not named stays.
    #[serde(default)]
    pub progress: Progress,
    /// What of the progress is not known any more, by its name in `progress_entered`: `score`, `passed`, `sessions.day1`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(example = json!(["score", "sessions.day1"]))]
    pub forget: Vec<String>,
}

/// Returns a person by id, external id, e-mail or name.
///
/// # Errors
/// [`ActError::NoPerson`]; [`ActError::Ambiguous`] if it is one's external id and another's e-mail.
pub fn find(store: &dyn Store, code: &EventCode, who: &str) -> Result<Participant, ActError> {
    let who = who.trim();
    let none = || ActError::NoPerson(code.clone());
    if who.is_empty() || who.len() > 400 {
        return Err(none());
    }
    let by_mark = |mark: String| match store.person(code, &mark)? {
        Some(key) => store.participant(code, &key),
        None => Ok(None),
    };
    if let Some(person) = by_mark(format!("#{who}"))? {
        return Ok(person);
    }
    let by_address = match is_email(who) {
        true => store.people_at(code, who)?,
        false => Vec::new(),
    };
    if by_address.len() > 1 {
        return Err(ActError::SharedAddress);
    }
    let by_address = by_address.into_iter().next();
    match (by_mark(format!("x:{who}"))?, by_address) {
        (Some(one), Some(other)) if one.key != other.key => return Err(ActError::Ambiguous),
        (Some(person), _) | (None, Some(person)) => return Ok(person),
        (None, None) => {}
    }
    let mut named = called(store, code, who)?.into_iter().filter(|person| person.email.is_none());
    match (named.next(), named.next()) {
        (Some(_), Some(_)) => return Err(ActError::SharedName),
        (Some(person), None) => return Ok(person),
        (None, _) => {}
    }
    // An address or name that somebody had once, and nobody has now.
    store.participant(code, &PersonKey(who.to_lowercase()))?.ok_or_else(none)
}

/// Returns who has just this name, without regard to capitals and spaces.
fn called(store: &dyn Store, code: &EventCode, name: &str) -> Result<Vec<Participant>, StoreError> {
    let wanted = person_key(name, None);
    let mut people = store.people_named(code, name)?;
    people.retain(|person| person_key(&person.name, None) == wanted);
    Ok(people)
}

/// Says whether an external id is the e-mail that somebody else has now: whoever asks for one would get the other.
///
/// # Errors
/// When the store fails.
pub(in crate::acts) fn is_address_of_another(
    store: &dyn Store,
    code: &EventCode,
    id: &str,
    key: &PersonKey,
) -> Result<bool, StoreError> {
    Ok(is_email(id) && store.people_at(code, id)?.iter().any(|owner| owner.key != *key))
}

/// Returns how acts and addresses name a person: by the random id, which says nothing.
pub fn name_of(code: &EventCode, person: &Participant) -> String {
    format!("{code}/{}", person.id.as_deref().unwrap_or("-"))
}

/// Adds somebody, or changes who has this external id or e-mail. Says whether they are new.
///
/// # Errors
/// When what is said cannot be, when it has to be said whether they are known ([`ActError::SameAddress`],
/// [`ActError::SameName`], [`ActError::SameId`]), or somebody else changed them meanwhile.
pub fn upsert(
    desk: &Desk,
    code: &EventCode,
    change: &PersonChange,
    said: Said,
) -> Result<(Participant, bool), ActError> {
    if let Some(known) = known(desk.store, code, change, said.answers())? {
        return Ok((patch_given(desk, code, &known, change, said, Vec::new())?, false));
    }
    planned(desk, code)?.in_use()?;
    check_absent(None, change, said.absent)?;
    let name = change.name.as_deref().ok_or_else(|| ActError::invalid("name", "is missing"))?;
    let (name, email) = (checked_name(name)?, email(change.email.as_deref())?);
    let key = free_key(desk.store, code, &person_key(&name, email.as_deref()))?;
    let known = Participant::new(key, name, email, Fields::new(), desk.now);
    let fresh = Participant { id: Some(fresh_id()?), entered: Some(entered(desk)), ..known };
    let person = changed(&fresh, change, &entered(desk))?;
    check_external_id(desk.store, code, &fresh, &person)?;
    put(desk, code, (None, &person), (Vec::new(), Vec::new()), "participant.add")?;
    Ok((person, true))
}

/// Changes a person.
///
/// # Errors
/// When what is said cannot be, or somebody else changed them meanwhile.
pub fn patch(desk: &Desk, code: &EventCode, old: &Participant, change: &PersonChange) -> Result<Participant, ActError> {
    patch_given(desk, code, old, change, Said::default(), Vec::new())
}

/// Changes a person, provided that what else the caller has seen is still so.
///
/// # Errors
/// See [`patch`].
pub fn patch_given(
    desk: &Desk,
    code: &EventCode,
    old: &Participant,
    change: &PersonChange,
    said: Said,
    given: Vec<Premise>,
) -> Result<Participant, ActError> {
    patch_with(desk, code, (old, change), said, (given, Vec::new()))
}

/// Says whether somebody could be changed so, and changes nothing.
///
/// # Errors
/// See [`patch`].
pub(in crate::acts) fn tried_with(
    desk: &Desk,
    code: &EventCode,
    (old, change): (&Participant, &PersonChange),
    said: Said,
) -> Result<(), ActError> {
    let person = changed(old, change, &entered(desk))?;
    check_alone(desk.store, code, (old, &person), said)?;
    check_external_id(desk.store, code, old, &person)
}

/// The same, with what else is written in the same step. Where nothing of the person changes, nothing is.
///
/// # Errors
/// See [`patch`].
pub(in crate::acts) fn patch_with(
    desk: &Desk,
    code: &EventCode,
    (old, change): (&Participant, &PersonChange),
    said: Said,
    (given, mut documents): (Vec<Premise>, Vec<DocumentWrite>),
) -> Result<Participant, ActError> {
    let mut person = changed(old, change, &entered(desk))?;
    if person == *old {
        return Ok(person);
    }
    check_absent(Some(old), change, said.absent)?;
    check_alone(desk.store, code, (old, &person), said)?;
    check_external_id(desk.store, code, old, &person)?;
    if person.id.is_none() {
        person.id = Some(fresh_id()?);
    }
    // Rows of reports that named them otherwise would not be found again.
    let renamed = old.name != person.name || old.email != person.email || old.external_id != person.external_id;
    if renamed {
        documents.extend(without_rows_about(desk.store, code, &told_of(old))?);
    }
    documents.extend(super::ties::parting(desk.store, code, old, person.email.as_deref())?);
    put(desk, code, (Some(old), &person), (given, documents), "participant.change")?;
    Ok(person)
}

fn check_external_id(
    store: &dyn Store,
    code: &EventCode,
    old: &Participant,
    new: &Participant,
) -> Result<(), ActError> {
    match &new.external_id {
        Some(id) if new.external_id != old.external_id && is_address_of_another(store, code, id, &new.key)? => {
            Err(ActError::invalid("external_id", "is the e-mail of another participant"))
        }
        _ => Ok(()),
    }
}

fn put(
    desk: &Desk,
    code: &EventCode,
    (old, new): (Option<&Participant>, &Participant),
    (given, documents): (Vec<Premise>, Vec<DocumentWrite>),
    action: &str,
) -> Result<(), ActError> {
    let act = desk.act(action, name_of(code, new), json!({ "changed": changed_parts(old, new) }));
    let change = ParticipantChange { event: code.clone(), old: old.cloned(), new: Some(new.clone()) };
    let batch = Batch { given, people: vec![change], documents, ..Batch::default() };
    desk.store.write(&batch, Some(&act)).map(drop).map_err(|error| match (error, &new.external_id) {
        (StoreError::Conflict(what), Some(id)) if what == *id => ActError::ExternalIdTaken,
        (StoreError::NotFound(_), _) => ActError::NoEvent(code.clone()),
        (other, _) => other.into(),
    })
}

/// Which parts of a record differ, for the audit log: their names, not what they hold.
fn changed_parts(old: Option<&Participant>, new: &Participant) -> Vec<&'static str> {
    let Some(old) = old else { return Vec::new() };
    let parts = [
        ("name", old.name != new.name),
        ("email", old.email != new.email),
        ("external_id", old.external_id != new.external_id),
        ("locale", old.locale != new.locale),
        ("fields", old.fields != new.fields),
        ("progress", old.progress != new.progress),
    ];
    parts.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name).collect()
}

/// Refuses progress in sessions or activities that the event does not have. An event that lists none yet is told nothing of.
///
/// # Errors
/// The ids, by field.
pub fn check_progress(course: &Course, progress: &Progress) -> Result<(), ActError> {
    let sessions = course.sessions.iter().map(|session| &session.id).collect();
    known_ids("progress.sessions", sessions, progress.sessions.keys())?;
    let activities = course.activities.iter().map(|activity| &activity.id).collect();
    known_ids("progress.activities", activities, progress.activities.keys())
}

fn known_ids<'a>(
    field: &str,
    known: Vec<&String>,
    mut named: impl Iterator<Item = &'a String>,
) -> Result<(), ActError> {
    let unknown = named.find(|id| !known.is_empty() && !known.contains(id));
    unknown.map_or(Ok(()), |id| {
        let id: String = id.chars().take(60).collect();
        Err(ActError::invalid(field, format!("names `{id}`, which the event does not have")))
    })
}

/// Marks attendance entered one by one or in bulk. What somebody else changes of the person meanwhile stays.
///
/// # Errors
/// See [`patch`]; [`ActError::NoPerson`] if they were erased or merged since they were read.
pub fn change_progress(
    desk: &Desk,
    code: &EventCode,
    old: &Participant,
    progress: Progress,
) -> Result<Participant, ActError> {
    let (change, mut read) = (PersonChange { progress, ..PersonChange::default() }, Some(old.clone()));
    retried(|| {
        let now = match read.take() {
            Some(old) => Some(old),
            None => desk.store.participant(code, &old.key)?,
        };
        patch(desk, code, &now.ok_or_else(|| ActError::NoPerson(code.clone()))?, &change)
    })
}

/// A name as somebody wrote it, no longer than a message bears.
fn shown(name: &str) -> String {
    name.chars().take(80).collect()
}

fn changed(old: &Participant, change: &PersonChange, by: &Entered) -> Result<Participant, ActError> {
    let mut said = Participant { progress: change.progress.clone(), ..old.clone() };
    said.stamp(by);
    let told = change.progress.told();
    let mut person = said.over(old);
    for name in &change.forget {
        if told.contains_key(name) {
            return Err(ActError::invalid("forget", format!("names `{}`, which `progress` says anew", shown(name))));
        }
        if !person.progress.forget(name) {
            return Err(ActError::invalid(
                "forget",
                format!("names `{}`, which is no part of the progress", shown(name)),
            ));
        }
        person.progress_entered.remove(name);
    }
    if let Some(name) = &change.name {
        person.name = checked_name(name)?;
    }
    if let Some(address) = &change.email {
        person.email = email(Some(address))?;
    }
    if let Some(id) = &change.external_id {
        person.external_id = short("external_id", id, EXTERNAL_ID_BYTES)?;
    }
    if let Some(locale) = &change.locale {
        person.locale = short("locale", locale, LOCALE_BYTES)?;
        let tag = |tag: &String| tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        if !person.locale.as_ref().is_none_or(tag) {
            return Err(ActError::invalid("locale", "is not a language tag such as pt-BR"));
        }
    }
    for (column, value) in &change.fields {
        let column = field_name(column);
        let value = value.as_deref().unwrap_or_default();
        let value = claim(&column, text(&format!("fields.{column}"), value)?.unwrap_or_default())?;
        person.fields.insert(column, value);
    }
    if person.fields.len() > MAX_FIELDS {
        return Err(ActError::invalid("fields", format!("are more than {MAX_FIELDS}")));
    }
    person.progress.check()?;
    Ok(person)
}

/// Columns that become claims are held to what they can be, as those of a list are.
fn claim(column: &str, value: String) -> Result<String, ActError> {
    let invalid = |problem: &str| ActError::invalid(format!("fields.{column}"), problem);
    match column {
        _ if value.is_empty() => Ok(value),
        "expires" => {
            let last = last_day(&value).map_err(|problem| invalid(&problem.to_string()))?;
            Ok(last.to_string())
        }
        "result" | "role" | "term" => Ok(printed(&format!("fields.{column}"), &value, false)?.unwrap_or_default()),
        _ => Ok(value),
    }
}

fn short(field: &str, value: &str, most: usize) -> Result<Option<String>, ActError> {
    let value = text(field, value)?;
    if value.as_ref().is_some_and(|value| value.len() > most) {
        return Err(ActError::invalid(field, format!("is longer than {most} bytes")));
    }
    Ok(value)
}

pub(in crate::acts) fn email(address: Option<&str>) -> Result<Option<String>, ActError> {
    let Some(address) = address.map(str::trim).filter(|address| !address.is_empty()) else { return Ok(None) };
    if is_email(address) {
        Ok(Some(address.to_owned()))
    } else {
        Err(ActError::invalid("email", "is not an e-mail address"))
    }
}

/// Makes one participant of two: `keep` stays, and gets what only `gone` has: progress, columns, listing, certificate.
/// `more` is what else must follow in the same step.
///
/// # Errors
/// [`ActError::BothHaveCertificates`], [`ActError::SamePerson`], or when one was changed meanwhile.
pub fn merge(
    desk: &Desk,
    code: &EventCode,
    keep: &Participant,
    gone: &Participant,
    more: Vec<DocumentWrite>,
) -> Result<Participant, ActError> {
    if keep.key == gone.key {
        return Err(ActError::SamePerson);
    }
    let number = |person: &Participant| desk.store.certificate_of(code, &person.key);
    let (kept_number, gone_number) = (number(keep)?, number(gone)?);
    if let (Some(one), Some(other)) = (&kept_number, &gone_number) {
        return Err(ActError::BothHaveCertificates(one.clone(), other.clone()));
    }
    let person = merged(keep, gone)?;
    let mut writes = merged_listing(desk.store, code, keep, gone)?;
    writes.extend(without_rows_about(desk.store, code, &told_of(gone))?);
    writes.extend(super::ties::parting(desk.store, code, keep, person.email.as_deref())?);
    writes.extend(super::ties::moving(desk.store, code, &gone.key, &keep.key)?);
    writes.extend(more);
    let detail = json!({ "gone": name_of(code, gone), "certificate": gone_number });
    let act = desk.act("participant.merge", name_of(code, &person), detail);
    desk.store.merge_participants(code, [keep, &person, gone], &writes, &act)?;
    Ok(person)
}

fn merged(keep: &Participant, gone: &Participant) -> Result<Participant, ActError> {
    let mut person = keep.clone().over(&Participant { key: keep.key.clone(), ..gone.clone() });
    person.id = match keep.id.clone() {
        Some(id) => Some(id),
        None => Some(fresh_id()?),
    };
    person.email = keep.email.clone().or_else(|| gone.email.clone());
    for (column, value) in &gone.fields {
        let kept = person.fields.entry(column.clone()).or_default();
        if kept.is_empty() {
            kept.clone_from(value);
        }
    }
    // Present under one name is present.
    for (session, mark) in &gone.progress.sessions {
        let kept: &mut Mark = person.progress.sessions.entry(session.clone()).or_insert(*mark);
        if mark.present && !kept.present {
            *kept = *mark;
        }
    }
    for (activity, done) in &gone.progress.activities {
        let kept: &mut Done = person.progress.activities.entry(activity.clone()).or_insert(*done);
        if done.done && !kept.done {
            *kept = *done;
        }
    }
    person.entered.clone_from(&keep.entered);
    person.credit([keep, gone]);
    Ok(person)
}

/// An exclusion of either holds for both, else an exception of either.
fn merged_listing(
    store: &dyn Store,
    code: &EventCode,
    keep: &Participant,
    gone: &Participant,
) -> Result<Vec<DocumentWrite>, ActError> {
    let (kept, expect_kept) = stored(store, code, &keep.key)?;
    let (other, expect_other) = stored(store, code, &gone.key)?;
    let (stays, goes) = match (&kept, &other) {
        (Listed::Exclusion(_), _) | (_, Listed::No) => (kept, other),
        (Listed::Exception(_), Listed::Exception(_) | Listed::Lifted(_)) => (kept, other),
        // Whose exclusion was lifted is let in again: that is what the person would lose.
        (Listed::Lifted(one), Listed::Lifted(two)) if one.exception && !two.exception => (other, kept),
        (Listed::Lifted(_), Listed::Lifted(_)) => (kept, other),
        _ => (other, kept),
    };
    let stays = stays.remembering(&goes);
    let mut writes = vec![DocumentWrite::delete(Collection::LISTED, key(code, &gone.key), expect_other)];
    // Also the one that stays as it is: it must not be taken away meanwhile, when the other goes.
    if stays != Listed::No {
        writes.push(DocumentWrite::put(Collection::LISTED, key(code, &keep.key), expect_kept, &stays));
    }
    Ok(writes)
}
