//! What participants are told besides that they have a certificate, where their event wants that: in the step that it tells of,
//! or, before a certificate ends, when its day has come. Who was not told of a revocation is not told that it was taken back.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use serde_json::json;

use super::{EventMail, Result};
use crate::acts::{Correction, plan, run};
use crate::credential::{EventCode, Timestamp};
use crate::desk::{Actor, Desk};
use crate::mail::outbox;
use crate::mail::{Address, Message, SetUp, State, Tiding, Topic, enqueue_tiding, setup, suppress};
use crate::store::{
    Batch, Certificate, CertificateChange, CertificateQuery, CertificateState, Collection, DocumentWrite, Expect,
    PAGE_LIMIT, Participant, Premise, Store, StoreError,
};

/// Returns the writes that tell participants of changes of their certificates: of those that their events want to be told.
pub(in crate::acts) fn of_changes(
    desk: &Desk,
    changes: &[CertificateChange],
    run: Option<&str>,
) -> run::Result<Vec<DocumentWrite>> {
    let mut writes = Vec::new();
    let Some(setup) = setup::told(desk.store)? else { return Ok(writes) };
    let mut events = BTreeMap::<EventCode, EventMail>::new();
    for change in changes {
        let (certificate, topic, due) = match change {
            CertificateChange::Revoke { old, withdrawal, .. } => {
                (old, Topic::Revoked, withdrawal.as_ref().and_then(|why| why.due))
            }
            CertificateChange::Supersede { new, .. } => (new, Topic::Replaced, None),
            CertificateChange::Reinstate { old } => (old, Topic::Restored, None),
            _ => continue,
        };
        let mail = match events.entry(certificate.number.event().clone()) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => {
                let mail = plan(desk.store, place.key())?.0.mail;
                place.insert(mail)
            }
        };
        let wanted = if topic == Topic::Replaced { mail.tell_replaced } else { mail.tell_revoked };
        if topic == Topic::Restored {
            let (taken_back, was_told) = revocation_told(desk, certificate)?;
            writes.extend(taken_back);
            if !was_told {
                continue;
            }
        }
        if !wanted {
            continue;
        }
        let person = desk.store.participant(certificate.number.event(), &certificate.person)?;
        let Some(to) = person.and_then(|person| address(desk.store, &person).transpose()).transpose()? else {
            continue;
        };
        let told = Told { topic, certificate, run, to, due: due.unwrap_or(desk.now) };
        writes.extend(told.writes(desk, &setup)?);
    }
    Ok(writes)
}

/// Something that is told of a certificate.
struct Told<'a> {
    topic: Topic,
    certificate: &'a Certificate,
    run: Option<&'a str>,
    to: Address,
    due: Timestamp,
}

impl Told<'_> {
    fn writes(self, desk: &Desk, setup: &SetUp) -> crate::mail::Result<Vec<DocumentWrite>> {
        let number = self.certificate.number.clone();
        let tiding = Tiding {
            topic: self.topic,
            event: Some(number.event().clone()),
            certificate: Some((number, self.certificate.version)),
            run: self.run.map(str::to_owned),
            to: self.to,
            member: None,
            by: desk.actor.who().to_string(),
            due: self.due,
            again_of: None,
        };
        Ok(enqueue_tiding(setup, tiding, desk.now)?.1)
    }
}

/// Returns where somebody is told, if they can be.
fn address(store: &dyn Store, person: &Participant) -> Result<Option<Address>, StoreError> {
    let Some(to) = person.email.as_ref().and_then(|email| email.parse().ok()) else { return Ok(None) };
    Ok(if suppress::of(store, &to)?.is_some() { None } else { Some(to) })
}

/// Returns the writes by which the message about a revocation does not leave any more, and whether it may have left.
fn revocation_told(desk: &Desk, certificate: &Certificate) -> run::Result<(Vec<DocumentWrite>, bool)> {
    let is_it = |one: &Message| one.topic == Topic::Revoked && one.version == certificate.version;
    let Some(told) = outbox::about(desk.store, &certificate.number)?.into_iter().find(is_it) else {
        return Ok((Vec::new(), false));
    };
    let kept = outbox::message(desk.store, &told.id)?;
    match outbox::withdrawn(&kept, "the revocation was taken back before it was sent", desk.now) {
        Some(writes) => Ok((writes, false)),
        None => Ok((Vec::new(), !matches!(kept.message.state, State::Failed | State::Bounced))),
    }
}

/// Returns the writes that tell who asked for a correction themselves what was decided: made, as this version, or declined.
pub(in crate::acts) fn corrected(
    desk: &Desk,
    correction: &Correction,
    made: Option<u32>,
    person: &Participant,
) -> run::Result<Vec<DocumentWrite>> {
    let Some(setup) = setup::told(desk.store)? else { return Ok(Vec::new()) };
    let is_theirs = matches!(correction.by, Actor::Holder { .. });
    let code = correction.number.event();
    if !is_theirs || !plan(desk.store, code)?.0.mail.tell_corrections {
        return Ok(Vec::new());
    }
    let Some(to) = address(desk.store, person)? else { return Ok(Vec::new()) };
    let Some(current) = desk.store.certificate(&correction.number)? else { return Ok(Vec::new()) };
    let topic = if made.is_some() { Topic::CorrectionMade } else { Topic::CorrectionDeclined };
    let certificate = Certificate { version: made.unwrap_or(current.version), ..current };
    let told = Told { topic, certificate: &certificate, run: None, to, due: desk.now };
    Ok(told.writes(desk, &setup)?)
}

/// Returns the writes that tell the address that somebody has that another one is asked for, or took its place; whatever the event
/// says of mail: who reads it may know better.
pub(in crate::acts) fn of_address(
    desk: &Desk,
    topic: Topic,
    certificate: &Certificate,
    before: &Participant,
) -> run::Result<Vec<DocumentWrite>> {
    let Some(setup) = setup::told(desk.store)? else { return Ok(Vec::new()) };
    let Some(to) = address(desk.store, before)? else { return Ok(Vec::new()) };
    let told = Told { topic, certificate, run: None, to, due: desk.now };
    Ok(told.writes(desk, &setup)?)
}

/// Puts into the outbox what reminds holders that their certificates end soon, where their events want that: each version once,
/// and none whose day for it was before that was switched on. Returns how many.
///
/// # Errors
/// When the store fails: what was not put there is the next time.
pub fn remind(desk: &Desk) -> Result<usize> {
    let Some(setup) = setup::told(desk.store)? else { return Ok(0) };
    let (mut count, mut cursor) = (0, None::<String>);
    loop {
        let page = desk.store.events(cursor.as_deref(), PAGE_LIMIT)?;
        for event in &page.items {
            let plan = plan(desk.store, &event.code)?.0;
            if let Some(asked) = plan.mail.remind_days.zip(plan.reminds_since) {
                count += remind_in(desk, &setup, &event.code, asked)?;
            }
        }
        cursor = page.next;
        if cursor.is_none() {
            return Ok(count);
        }
    }
}

fn remind_in(desk: &Desk, setup: &SetUp, code: &EventCode, (days, since): (u16, Timestamp)) -> Result<usize> {
    let (query, mut cursor) = (CertificateQuery { event: Some(code.clone()), ..Default::default() }, None::<String>);
    let mut count = 0;
    loop {
        let page = desk.store.find_certificates(&query, cursor.as_deref(), PAGE_LIMIT)?;
        for certificate in page.items.iter().filter(|one| one.erased.is_none()) {
            if is_due(certificate, days, since, desk.now) {
                count += usize::from(remind_one(desk, setup, certificate)?);
            }
        }
        cursor = page.next;
        if cursor.is_none() {
            return Ok(count);
        }
    }
}

/// Says whether the day has come on which a holder is reminded. A certificate that was made after that day is new to them.
fn is_due(certificate: &Certificate, days: u16, since: Timestamp, now: Timestamp) -> bool {
    let Some(end) = certificate.valid_until.filter(|_| certificate.state == CertificateState::Active) else {
        return false;
    };
    let day = end.plus_days(-i64::from(days));
    since.max(certificate.signed) <= day && day <= now && now < end
}

/// Reminds one; false if they were reminded before, or cannot be.
fn remind_one(desk: &Desk, setup: &SetUp, certificate: &Certificate) -> Result<bool> {
    let number = &certificate.number;
    let key = format!("{}/{number}/{}", number.event(), certificate.version);
    if desk.store.document(Collection::MAIL_REMINDED, &key)?.is_some() {
        return Ok(false);
    }
    let Some(person) = desk.store.participant(number.event(), &certificate.person)? else { return Ok(false) };
    let Some(to) = address(desk.store, &person)? else { return Ok(false) };
    let told = Told { topic: Topic::Expires, certificate, run: None, to, due: desk.now };
    let mut documents = told.writes(desk, setup)?;
    let reminded = json!({ "at": desk.now });
    documents.push(DocumentWrite::put(Collection::MAIL_REMINDED, key, Expect::Absent, &reminded));
    let given = vec![Premise::participant(number.event(), &person)];
    let act = desk.act("mail.remind", number, json!({ "version": certificate.version }));
    match desk.store.write(&Batch { given, documents, ..Batch::default() }, Some(&act)) {
        // Somebody was faster, or the person was changed: looked at again the next time.
        Err(StoreError::Conflict(_)) => Ok(false),
        done => Ok(done.map(|_| true)?),
    }
}

/// Returns why there is nothing to tell any more.
pub(super) fn overtaken(message: &Message, certificate: &Certificate) -> Option<&'static str> {
    let is_active = certificate.state == CertificateState::Active;
    match message.topic {
        Topic::CorrectionDeclined | Topic::AddressAsked | Topic::AddressChanged | Topic::RunEnded => None,
        Topic::Revoked if is_active => Some("the certificate is in force again"),
        Topic::Revoked => None,
        _ if !is_active => Some("the certificate was revoked before it was sent"),
        Topic::Expires if certificate.version != message.version => Some("a newer version took its place"),
        _ => None,
    }
}

/// Returns the reason that a letter gives: of a revocation, or the answer to who asked for a correction.
pub(super) fn reason(
    store: &dyn Store,
    message: &Message,
    certificate: &Certificate,
) -> Result<Option<String>, StoreError> {
    match message.topic {
        Topic::Revoked => Ok(certificate.state.reason().and_then(|reason| reason.text.clone())),
        Topic::CorrectionDeclined => crate::acts::correct::answer(store, &certificate.number),
        _ => Ok(None),
    }
}
