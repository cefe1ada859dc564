//! People: changed provided that nobody else did, merged, and erased with all that names them.

use std::collections::{BTreeMap, BTreeSet};

use super::{Engine, OpenWrite, Ordered, PAGE_LIMIT, Result, StoreError, certificates, index, keys, kind, roster};
use crate::credential::{CertificateNumber, EventCode, Timestamp};
use crate::status::issued_digest;
use crate::store::alike::{digest, mailbox, plain_name};
use crate::store::{Certificate, Erased, Event, Fields, Participant, ParticipantChange, PersonKey};

/// Places of a roster read at a time.
const PLACES: usize = 1_000;

/// Returns the texts that lead to one person besides the key, `#ID` and `x:EXTERNAL`, and those that lead to all of one
/// mailbox or one name: they end with the key, and belong to nobody else. Whose key is their mailbox needs no mark for that.
pub(super) fn marks(person: &Participant) -> Vec<String> {
    let key = &person.key.0;
    let by_mailbox = person.email.as_ref().filter(|email| mailbox(email) != *key);
    let marks = [
        person.id.as_ref().map(|id| format!("#{id}")),
        person.external_id.as_ref().map(|id| format!("x:{id}")),
        by_mailbox.map(|email| format!("{}{key}", mailbox_mark(email))),
        Some(format!("{}{key}", name_mark(&person.name))),
    ];
    marks.into_iter().flatten().collect()
}

/// Returns the marks that earlier versions gave somebody: one that led to one person of a mailbox only, and one of the mailbox
/// also where the key is that.
fn old_marks(person: &Participant) -> impl Iterator<Item = String> {
    let marks =
        |email: &String| [format!("@{}", email.to_lowercase()), format!("{}{}", mailbox_mark(email), person.key.0)];
    person.email.as_ref().map(marks).into_iter().flatten()
}

/// Returns how the marks of all who have this e-mail begin.
pub(super) fn mailbox_mark(email: &str) -> String {
    format!("m:{}:", digest(&mailbox(email)))
}

/// Returns how the marks of all who have this name begin.
pub(super) fn name_mark(name: &str) -> String {
    format!("n:{}:", digest(&plain_name(name)))
}

/// Says whether a mark ends with the person's key.
fn names_its_owner(mark: &str) -> bool {
    mark.starts_with(['m', 'n'])
}

/// Returns what stands under a mark: the person's key, unless the mark ends with it. (Earlier versions wrote it there, too.)
fn led_to(mark: &str, person: &PersonKey) -> Vec<u8> {
    if names_its_owner(mark) { Vec::new() } else { person.0.clone().into_bytes() }
}

/// Puts the marks of a person and takes away those that no longer lead there. `gone` gives up all of its own.
pub(super) fn put_marks<E: Engine>(
    draft: &mut OpenWrite<'_, E>,
    event: &EventCode,
    old: Option<&Participant>,
    new: &Participant,
    gone: Option<&PersonKey>,
) -> Result<()> {
    let wanted = marks(new);
    if let Some(old) = old {
        take_marks(draft, event, old, &wanted)?;
    }
    for mark in wanted {
        let key = keys::mark(event, &mark);
        // Nobody else can have it, and where it would stand need not be read.
        if names_its_owner(&mark) {
            draft.put(key, led_to(&mark, &new.key));
            continue;
        }
        super::check_key("external id", &mark)?;
        let owner = draft.engine.get(&key)?;
        let free = owner
            .as_deref()
            .is_none_or(|owner| owner == new.key.0.as_bytes() || gone.is_some_and(|gone| owner == gone.0.as_bytes()));
        match free {
            true => draft.put(key, new.key.0.clone().into_bytes()),
            false => return Err(StoreError::Conflict(mark.trim_start_matches("x:").to_owned())),
        }
    }
    Ok(())
}

fn take_marks<E: Engine>(
    draft: &mut OpenWrite<'_, E>,
    event: &EventCode,
    person: &Participant,
    but: &[String],
) -> Result<()> {
    for mark in marks(person).into_iter().chain(old_marks(person)).filter(|mark| !but.contains(mark)) {
        let key = keys::mark(event, &mark);
        if names_its_owner(&mark) || draft.engine.get(&key)?.as_deref() == Some(person.key.0.as_bytes()) {
            draft.delete(key);
        }
    }
    Ok(())
}

impl<E: Engine> Ordered<E> {
    /// Returns the people whose marks begin so, and of whom it is true.
    pub(super) fn alike(
        &self,
        event: &EventCode,
        mark: &str,
        is_so: impl Fn(&Participant) -> bool,
    ) -> Result<Vec<Participant>> {
        let start = keys::mark(event, mark);
        let found = self.engine.range(&start, &keys::end(&start), PAGE_LIMIT)?;
        self.settle()?;
        let person = |(mark, _): (Vec<u8>, Vec<u8>)| {
            let key = &mark[start.len()..];
            self.get_json::<Participant>(&[&keys::group(kind::PARTICIPANT, event.as_str()), key].concat())
        };
        let people = found.into_iter().map(person).collect::<Result<Vec<_>>>()?;
        // Deleted since the mark was read, or another text with the same digest.
        Ok(people.into_iter().flatten().filter(is_so).collect())
    }

    /// Returns the people who have an e-mail.
    pub(super) fn of_mailbox(&self, event: &EventCode, email: &str) -> Result<Vec<Participant>> {
        let wanted = mailbox(email);
        let is_so = |person: &Participant| person.email.as_ref().is_some_and(|own| mailbox(own) == wanted);
        let mut people = self.alike(event, &mailbox_mark(email), is_so)?;
        let by_key = self.get_json(&keys::person(kind::PARTICIPANT, event, &PersonKey(wanted.clone())))?;
        if let Some(person) = by_key.filter(is_so) {
            // A mark that an earlier version wrote leads there, too.
            if let Err(at) = people.binary_search_by(|one| one.key.cmp(&person.key)) {
                people.insert(at, person);
            }
        }
        Ok(people)
    }

    /// Gives the people of an older store the marks by which all of one mailbox or one name are found. Done again from the
    /// beginning when an earlier call was stopped.
    pub(super) fn add_marks(&self) -> Result<()> {
        let read = |_: &[u8], value: &[u8]| super::decode::<Event>(&self.engine, value);
        for event in self.all(&keys::named(kind::EVENT, b""), read)? {
            let start = keys::group(kind::PARTICIPANT, event.code.as_str());
            let mut after = start.clone();
            loop {
                let found = self.engine.range(&after, &keys::end(&start), PLACES)?;
                let Some((last, _)) = found.last() else { break };
                after.clone_from(last);
                let mut changes = Vec::with_capacity(found.len() * 3);
                for (_, bytes) in &found {
                    let person: Participant = super::decode(&self.engine, bytes)?;
                    changes.extend(old_marks(&person).map(|mark| (keys::mark(&event.code, &mark), None)));
                    let new = |mark: String| (keys::mark(&event.code, &mark), Some(led_to(&mark, &person.key)));
                    changes.extend(marks(&person).into_iter().map(new));
                }
                self.write_entries(changes)?;
            }
        }
        Ok(())
    }
}

/// Adds, replaces or deletes one person. Nobody who has a certificate is deleted.
pub(super) fn change<E: Engine>(
    draft: &mut OpenWrite<'_, E>,
    event: &EventCode,
    old: Option<&Participant>,
    new: Option<&Participant>,
) -> Result<()> {
    expect_event(draft, event)?;
    change_one(draft, event, (old, new), &mut roster::Places::default())
}

/// Makes all changes, each of another person: a draft does not read what it puts.
pub(super) fn change_all<E: Engine>(draft: &mut OpenWrite<'_, E>, changes: &[ParticipantChange]) -> Result<()> {
    let (mut seen, mut ids, mut places) = (BTreeSet::new(), BTreeMap::new(), roster::Places::default());
    let events: BTreeSet<&EventCode> = changes.iter().map(|change| &change.event).collect();
    events.into_iter().try_for_each(|event| expect_event(draft, event))?;
    for ParticipantChange { event, old, new } in changes {
        let Some(key) = old.as_ref().or(new.as_ref()).map(|person| &person.key) else { continue };
        if !seen.insert((event, key)) {
            return Err(conflict(event));
        }
        if let Some(id) = new.as_ref().and_then(|person| person.external_id.as_ref())
            && ids.insert((event, id), key).is_some()
        {
            return Err(StoreError::Conflict(id.clone()));
        }
        change_one(draft, event, (old.as_ref(), new.as_ref()), &mut places)?;
    }
    Ok(())
}

fn change_one<'a, E: Engine>(
    draft: &mut OpenWrite<'_, E>,
    event: &'a EventCode,
    (old, new): (Option<&Participant>, Option<&Participant>),
    places: &mut roster::Places<'a>,
) -> Result<()> {
    let Some(key) = old.or(new).map(|person| &person.key) else { return Ok(()) };
    expect(draft, event, key, old)?;
    match (old, new) {
        (_, Some(new)) if new.key == *key => places.put(draft, event, old, new),
        (_, Some(_)) => Err(conflict(event)),
        (Some(old), None) => {
            if let Some(number) = certificates::owned(draft.engine, event, key)? {
                return Err(StoreError::Conflict(number.to_string()));
            }
            delete(draft, event, old)
        }
        (None, None) => Ok(()),
    }
}

/// Deletes an event in which nothing was issued.
pub(super) fn remove_event<E: Engine>(draft: &mut OpenWrite<'_, E>, event: &Event) -> Result<()> {
    let code = event.code.as_str();
    let key = keys::named(kind::EVENT, code.as_bytes());
    let issued = keys::group(kind::CERTIFICATE, code);
    let unchanged = draft.get_json::<Event>(&key)?.as_ref() == Some(event);
    if !unchanged || !draft.engine.range(&issued, &keys::end(&issued), 1)?.is_empty() {
        return Err(StoreError::Conflict(code.to_owned()));
    }
    draft.delete(key);
    Ok(())
}

/// Deletes some records of the people of an event that is not there; says whether there may be more.
pub(super) fn forget_all<E: Engine>(draft: &mut OpenWrite<'_, E>, event: &EventCode, most: usize) -> Result<bool> {
    if draft.engine.get(&keys::named(kind::EVENT, event.as_str().as_bytes()))?.is_some() {
        return Err(StoreError::Conflict(event.to_string()));
    }
    for kind in [kind::PARTICIPANT, kind::MARK, kind::ROSTER, kind::PLACE, kind::TEXTS, kind::STAMP] {
        let start = keys::group(kind, event.as_str());
        let found = draft.engine.range(&start, &keys::end(&start), most)?;
        if !found.is_empty() {
            found.into_iter().for_each(|(key, _)| draft.delete(key));
            return Ok(true);
        }
    }
    Ok(false)
}

/// Puts one person in the place of two. The certificates of the one who goes become those of the one who stays.
pub(super) fn merge<E: Engine>(
    draft: &mut OpenWrite<'_, E>,
    event: &EventCode,
    old: &Participant,
    new: &Participant,
    gone: &Participant,
) -> Result<()> {
    expect_event(draft, event)?;
    expect(draft, event, &old.key, Some(old))?;
    expect(draft, event, &gone.key, Some(gone))?;
    if new.key != old.key || old.key == gone.key {
        return Err(conflict(event));
    }
    if let Some(number) = certificates::owned(draft.engine, event, &gone.key)? {
        if certificates::owned(draft.engine, event, &old.key)?.is_some() {
            return Err(StoreError::Conflict(number.to_string()));
        }
        hand_over_all(draft, event, &gone.key, &new.key, Certificate::clone)?;
    }
    delete(draft, event, gone)?;
    index::put_known(draft, event, new)?;
    put_marks(draft, event, Some(old), new, Some(&gone.key))
}

/// Takes away all that names a person: the record and what every version of the certificate says of them. The numbers, the
/// status entries and the digests of what was issued stay.
pub(super) fn erase<E: Engine>(
    draft: &mut OpenWrite<'_, E>,
    event: &EventCode,
    person: &PersonKey,
    at: Timestamp,
) -> Result<()> {
    let known: Option<Participant> = draft.get_json(&keys::person(kind::PARTICIPANT, event, person))?;
    let number = certificates::owned(draft.engine, event, person)?;
    if known.is_none() && number.is_none() {
        return Err(StoreError::NotFound("this person".to_owned()));
    }
    if let Some(known) = known {
        delete(draft, event, &known)?;
    }
    if let Some(number) = number {
        let nobody = PersonKey(format!("erased:{number}"));
        hand_over_all(draft, event, person, &nobody, |old| Certificate {
            recipient: String::new(),
            former: Vec::new(),
            email: None,
            fields: Fields::new(),
            jws: String::new(),
            // What was measured, and notes about the person.
            basis: None,
            erased: old.erased.clone().or_else(|| {
                let digest = data_encoding::HEXLOWER.encode(&issued_digest(&old.jws));
                Some(Erased { at, digest })
            }),
            ..old.clone()
        })?;
    }
    Ok(())
}

/// Rewrites all certificates of a person for another owner.
fn hand_over_all<E: Engine>(
    draft: &mut OpenWrite<'_, E>,
    event: &EventCode,
    from: &PersonKey,
    to: &PersonKey,
    rewrite: impl Fn(&Certificate) -> Certificate,
) -> Result<()> {
    let numbers = certificates::chain(draft.engine, event, from)?;
    numbers.iter().rev().try_for_each(|number| hand_over(draft, event, number, to, &rewrite))
}

/// Rewrites every version of a certificate for another owner.
fn hand_over<E: Engine>(
    draft: &mut OpenWrite<'_, E>,
    event: &EventCode,
    number: &CertificateNumber,
    to: &PersonKey,
    rewrite: impl Fn(&Certificate) -> Certificate,
) -> Result<()> {
    let current = keys::certificate(kind::CERTIFICATE, number);
    let older = keys::certificate(kind::OLD_VERSION, number);
    let mut versions = draft.engine.range(&older, &keys::end(&older), usize::MAX)?;
    versions.extend(draft.engine.get(&current)?.map(|bytes| (current, bytes)));
    let decode = |(key, bytes): (Vec<u8>, Vec<u8>)| Ok((key, super::decode::<Certificate>(draft.engine, &bytes)?));
    let versions: Vec<_> = versions.into_iter().map(decode).collect::<Result<_>>()?;
    for (_, version) in &versions {
        draft.delete(keys::person(kind::OWNER, event, &version.person));
    }
    for (key, version) in versions {
        let version = Certificate { person: to.clone(), ..rewrite(&version) };
        // The current one is the last.
        draft.touched.certificate(&version);
        draft.put_json(key, "certificate", &version)?;
    }
    draft.put_json(keys::person(kind::OWNER, event, to), "owner", number)
}

fn delete<E: Engine>(draft: &mut OpenWrite<'_, E>, event: &EventCode, person: &Participant) -> Result<()> {
    draft.delete(keys::person(kind::PARTICIPANT, event, &person.key));
    take_marks(draft, event, person, &[])?;
    if let Some(place) = index::place_of(draft, event, &person.key)? {
        draft.touched.person(event, place, None);
        draft.delete(keys::place(event, place));
        draft.delete(keys::person(kind::PLACE, event, &person.key));
    }
    Ok(())
}

fn expect_event<E: Engine>(draft: &OpenWrite<'_, E>, event: &EventCode) -> Result<()> {
    match draft.engine.get(&keys::named(kind::EVENT, event.as_str().as_bytes()))? {
        Some(_) => Ok(()),
        None => Err(StoreError::NotFound(event.to_string())),
    }
}

fn expect<E: Engine>(
    draft: &OpenWrite<'_, E>,
    event: &EventCode,
    key: &PersonKey,
    expected: Option<&Participant>,
) -> Result<()> {
    let stored: Option<Participant> = draft.get_json(&keys::person(kind::PARTICIPANT, event, key))?;
    if stored.as_ref() == expected { Ok(()) } else { Err(conflict(event)) }
}

fn conflict(event: &EventCode) -> StoreError {
    StoreError::Conflict(somebody_of(event))
}

/// Names the event: a person's key is an address.
pub(super) fn somebody_of(event: &EventCode) -> String {
    format!("a participant of {event}")
}

/// Returns the digest that a certificate's credential is known by.
pub(super) fn credential_digest(certificate: &Certificate) -> [u8; 16] {
    let kept = certificate
        .erased
        .as_ref()
        .and_then(|erased| data_encoding::HEXLOWER.decode(erased.digest.as_bytes()).ok()?.try_into().ok());
    kept.unwrap_or_else(|| issued_digest(&certificate.jws))
}
