//! What staff decide about a request for another address: in the certificate's event, and in the person's others that they choose.

use serde_json::json;

use super::{AddressRequest, NOTE_CHARS, NotChanged, NotIn, show};
use crate::acts::correct::CorrectionState as State;
use crate::acts::person::{patch_with, tried_with};
use crate::acts::portal::holder_of;
use crate::acts::run::{Result, RunError, Seen, TRIES, check_seen, select::refused};
use crate::acts::withdraw::current;
use crate::acts::{ActError, PersonChange, Said, send};
use crate::credential::{CertificateNumber, EventCode};
use crate::desk::Desk;
use crate::mail::Topic;
use crate::store::{Certificate, CertificateState, Expect, Participant, StoreError, mailbox};

/// Somebody's enrolment in another event, which has an address of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Elsewhere {
    /// The event.
    pub event: EventCode,
    /// As whom.
    pub person: Participant,
}

/// Returns in which other events, of those that the caller sees, the person stands with another address than the one asked for.
///
/// # Errors
/// When the store fails.
pub fn elsewhere(desk: &Desk, request: &AddressRequest) -> Result<Vec<Elsewhere>> {
    let code = request.number.event();
    let Some(certificate) = desk.store.certificate(&request.number)? else { return Ok(Vec::new()) };
    let person = desk.store.participant(code, &certificate.person)?;
    let Some((event, person)) = desk.store.event(code)?.zip(person) else { return Ok(Vec::new()) };
    let Some(holder) = holder_of(desk.store, &event, &person)? else { return Ok(Vec::new()) };
    let mut found: Vec<Elsewhere> = Vec::new();
    for holding in holder.holdings {
        let one = Elsewhere { event: holding.event.code, person: holding.person };
        let has_it = one.person.email.as_deref().is_some_and(|email| mailbox(email) == mailbox(&request.email));
        // One event may have several certificates of theirs.
        if one.event != *code && !has_it && !found.contains(&one) {
            found.push(one);
        }
    }
    Ok(found)
}

/// What staff agree to.
#[derive(Debug, Clone, Default)]
pub struct Agreed {
    /// Which of the addresses that were asked for; the first one, where only one was.
    pub email: Option<String>,
    /// The other events in which the person gets it too.
    pub events: Vec<EventCode>,
    /// Where somebody else has it: whether they share it.
    pub said: Said,
}

/// Gives the person the new address, as any other correction of one does: links of messages die, and what was not sent yet goes
/// there. The old address is told in the same step. Then it is changed in other events, each with its own entry in the log and its
/// old address told; whether that can be done is looked at before anything is. Where it was, and where not yet or not at all, stands in the
/// request from the decision on. Who decides second changes nothing anywhere. The caller sends the new one a way in.
///
/// # Errors
/// [`RunError::Over`], [`RunError::AlreadyRevoked`], [`RunError::PersonErased`], [`RunError::ChangedMeanwhile`]; what stands in the
/// way of the address, such as [`ActError::SameAddress`]; an address that was not asked for, or an event in which they are not.
pub fn approve(desk: &Desk, number: &CertificateNumber, agreed: &Agreed, seen: Seen<u64>) -> Result<AddressRequest> {
    let (request, _) = pending(desk, number, seen)?;
    let request = chosen(request, agreed)?;
    let mut others = elsewhere(desk, &request)?;
    others.retain(|one| agreed.events.contains(&one.event));
    others.sort_by_key(|one| agreed.events.iter().position(|code| *code == one.event));
    if let Some(unknown) = agreed.events.iter().find(|code| !others.iter().any(|one| one.event == **code)) {
        return Err(refused("events", &format!("has `{unknown}`, where they are not, or have this address already")));
    }
    for one in &others {
        tried_with(desk, &one.event, (&one.person, &to(&request)), agreed.said)?;
    }
    let own = in_force_now(desk, number)?;
    tried_with(desk, number.event(), (&own.1, &to(&request)), agreed.said)?;
    let mut told: Vec<String> = own.1.email.iter().map(|email| mailbox(email)).collect();
    let not_yet = |one: &Elsewhere| NotIn { event: one.event.clone(), why: NotChanged::NotReached };
    let mut decided = changed_here(desk, number, (agreed, others.iter().map(not_yet).collect()), seen)?;
    for one in others {
        let event = one.event.clone();
        // It is decided: what stands in the way in one event holds up neither the others nor the link.
        let done = changed_elsewhere(desk, one, &request, agreed.said, &mut told);
        let why = done.err().map(|error| why_not(&error));
        if why.is_some() {
            tracing::warn!(%number, %event, ?why, "an address that was approved was not changed in this event too");
        }
        // Where that cannot be noted, the request goes on saying that it was not reached.
        match noted(desk, &decided, &event, why) {
            Ok(noted) => decided = noted,
            Err(error) => tracing::warn!(%number, %event, %error, "where an address was changed cannot be noted"),
        }
    }
    Ok(decided)
}

/// Says in a word why an address was not changed.
fn why_not(error: &RunError) -> NotChanged {
    match error {
        RunError::Over(..) => NotChanged::ChangedMeanwhile,
        RunError::NoPerson(_) => NotChanged::Gone,
        RunError::Store(_) | RunError::Busy | RunError::Enrolment(ActError::Store(_)) => NotChanged::Failed,
        _ => NotChanged::Refused,
    }
}

/// Notes that the address was changed in another event too, or why not.
fn noted(desk: &Desk, decided: &AddressRequest, event: &EventCode, why: Option<NotChanged>) -> Result<AddressRequest> {
    for _ in 0..TRIES {
        let (mut now, revision) = show(desk.store, &decided.number)?;
        // The person may have asked again meanwhile: that is another one.
        if now.state != State::Approved || now.decided_at != decided.decided_at {
            return Ok(decided.clone());
        }
        // Two of one mailbox may be in one event: each has its own entry.
        let at = now.not_in.iter().position(|one| one.event == *event && one.why == NotChanged::NotReached);
        let entry = at.map(|at| now.not_in.remove(at));
        match (why, entry) {
            (Some(why), Some(entry)) => now.not_in.push(NotIn { why, ..entry }),
            (None, _) if !now.also_in.contains(event) => now.also_in.push(event.clone()),
            _ => {}
        }
        match desk.store.write_documents(&[now.put(Expect::Revision(revision))], None) {
            Err(StoreError::Conflict(_)) => {}
            done => return Ok(done.map(|_| now)?),
        }
    }
    Err(RunError::Busy)
}

/// Returns the request about the address that staff chose.
fn chosen(request: AddressRequest, agreed: &Agreed) -> Result<AddressRequest> {
    let email = match &agreed.email {
        Some(email) => email.clone(),
        None if request.others.is_empty() => request.email.clone(),
        None => return Err(refused("email", "is needed: several addresses were asked for")),
    };
    request.choosing(&email).ok_or_else(|| refused("email", "is none of those that were asked for"))
}

fn to(request: &AddressRequest) -> PersonChange {
    PersonChange { email: Some(request.email.clone()), ..PersonChange::default() }
}

/// Returns the certificate, which must be in force, and whose it is.
fn in_force_now(desk: &Desk, number: &CertificateNumber) -> Result<(Certificate, Participant)> {
    let certificate = current(desk, number)?;
    if certificate.erased.is_some() {
        return Err(RunError::PersonErased(number.clone()));
    }
    if let CertificateState::Revoked { reason } = &certificate.state {
        return Err(RunError::AlreadyRevoked(number.clone(), reason.at));
    }
    let person = desk.store.participant(number.event(), &certificate.person)?;
    let person = person.ok_or_else(|| RunError::NoPerson(number.event().clone()))?;
    Ok((certificate, person))
}

/// Changes the address in another event, and tells the old one there if it is not told yet.
fn changed_elsewhere(
    desk: &Desk,
    mut one: Elsewhere,
    request: &AddressRequest,
    said: Said,
    told: &mut Vec<String>,
) -> Result<()> {
    for _ in 0..TRIES {
        match changed_once(desk, &one, request, said, told) {
            // What somebody else changed of them meanwhile is kept: the next try starts from it.
            Err(RunError::Enrolment(ActError::Store(StoreError::Conflict(_)))) => {}
            done => return done,
        }
        let now = desk.store.participant(&one.event, &one.person.key)?;
        let now = now.ok_or_else(|| RunError::NoPerson(one.event.clone()))?;
        // Another address is what somebody else knows better.
        if now.email != one.person.email {
            return Err(RunError::Over(one.event.to_string(), "their address was changed meanwhile"));
        }
        one.person = now;
    }
    Err(RunError::Busy)
}

fn changed_once(
    desk: &Desk,
    one: &Elsewhere,
    request: &AddressRequest,
    said: Said,
    told: &mut Vec<String>,
) -> Result<()> {
    let old = one.person.email.as_ref().map(|email| mailbox(email)).filter(|old| !told.contains(old));
    let certificate = desk.store.certificate_of(&one.event, &one.person.key)?;
    let certificate = certificate.map(|number| desk.store.certificate(&number)).transpose()?.flatten();
    let letters = match (&old, certificate.filter(|one| one.erased.is_none())) {
        (Some(_), Some(certificate)) => send::of_address(desk, Topic::AddressChanged, &certificate, &one.person)?,
        _ => Vec::new(),
    };
    let tells = !letters.is_empty();
    patch_with(desk, &one.event, (&one.person, &to(request)), said, (Vec::new(), letters))?;
    told.extend(old.filter(|_| tells));
    Ok(())
}

/// Changes it where the certificate is that was shown, and notes the decision in the same step.
fn changed_here(
    desk: &Desk,
    number: &CertificateNumber,
    (agreed, not_in): (&Agreed, Vec<NotIn>),
    seen: Seen<u64>,
) -> Result<AddressRequest> {
    for _ in 0..TRIES {
        let (request, revision) = pending(desk, number, seen)?;
        let request = chosen(request, agreed)?;
        let (certificate, person) = in_force_now(desk, number)?;
        let letters = send::of_address(desk, Topic::AddressChanged, &certificate, &person)?;
        let mail = match letters.is_empty() {
            true => "the old address is not told: there is none, it bounced, or no mail is set up",
            false => "a message to the old address is in the outbox",
        };
        let decided = AddressRequest {
            state: State::Approved,
            decided_by: Some(desk.actor.clone()),
            decided_at: Some(desk.now),
            mail: Some(mail.to_owned()),
            also_in: Vec::new(),
            not_in: not_in.clone(),
            ..request
        };
        let (change, code) = (to(&decided), number.event());
        let documents: Vec<_> = letters.into_iter().chain([decided.put(Expect::Revision(revision))]).collect();
        match patch_with(desk, code, (&person, &change), agreed.said, (Vec::new(), documents)) {
            // What somebody else changed meanwhile is kept: the next try starts from it.
            Err(ActError::Store(StoreError::Conflict(_))) => {}
            Err(error) => return Err(error.into()),
            Ok(new) if new == person => return already(desk, decided, revision),
            Ok(_) => return Ok(decided),
        }
    }
    Err(RunError::Busy)
}

/// The address is theirs already: somebody gave it to them meanwhile.
fn already(desk: &Desk, decided: AddressRequest, revision: u64) -> Result<AddressRequest> {
    let decided = AddressRequest { mail: None, ..decided };
    let act = desk.act("address.approve", &decided.number, json!({ "changed": [] }));
    desk.store.write_documents(&[decided.put(Expect::Revision(revision))], Some(&act))?;
    Ok(decided)
}

/// Leaves the address as it is.
///
/// # Errors
/// [`RunError::Over`]; without a reason, or with one that is too long.
pub fn reject(desk: &Desk, number: &CertificateNumber, answer: &str, seen: Seen<u64>) -> Result<AddressRequest> {
    let answer = answer.trim();
    if answer.is_empty() || answer.chars().count() > NOTE_CHARS {
        return Err(refused("answer", "has 1 to 500 characters"));
    }
    let (request, revision) = pending(desk, number, seen)?;
    let decided = AddressRequest {
        state: State::Rejected,
        decided_by: Some(desk.actor.clone()),
        decided_at: Some(desk.now),
        answer: Some(answer.to_owned()),
        ..request
    };
    let act = desk.act("address.reject", number, json!({}));
    desk.store.write_documents(&[decided.put(Expect::Revision(revision))], Some(&act))?;
    Ok(decided)
}

fn pending(desk: &Desk, number: &CertificateNumber, seen: Seen<u64>) -> Result<(AddressRequest, u64)> {
    let found = show(desk.store, number)?;
    check_seen(seen, &found.1)?;
    match found.0.state {
        State::Pending => Ok(found),
        _ => Err(RunError::Over(number.to_string(), "it has been decided")),
    }
}
