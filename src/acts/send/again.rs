//! Sending again, and taking back what has not left.

use serde_json::json;

use super::{Errand, Result, SendError, TRIES, tidings};
use crate::acts::{self, PersonChange};
use crate::credential::CertificateNumber;
use crate::desk::Desk;
use crate::mail::outbox::{self, Kept, Mailed, MessageQuery, newest_of};
use crate::mail::{
    Address, MailError, Message, MessageId, SetUp, State, Tiding, Topic, enqueue_tiding, setup, suppress,
};
use crate::store::{Batch, Certificate, CertificateState, Expect, Participant, Premise, StoreError};

/// Sends about a certificate again: the newest message, whatever became of it, unless it is on its way. Of one that nobody knows
/// whether it left the `Message-ID` stays, so that who has it knows the second for the same; else it is a new message. The
/// link of the old one dies. `to` corrects the person's address first.
///
/// # Errors
/// [`SendError::UnderWay`], [`SendError::Replaced`], [`SendError::NotInForce`], [`SendError::NoAddress`].
pub fn resend(desk: &Desk, id: &MessageId, to: Option<&str>) -> Result<Message> {
    if let Some(to) = to {
        correct(desk, id, to)?;
    }
    for _ in 0..TRIES {
        match once(desk, id) {
            Err(
                SendError::Store(StoreError::Conflict(_))
                | SendError::Run(acts::run::RunError::Store(StoreError::Conflict(_))),
            ) => {}
            done => return done,
        }
    }
    Err(SendError::Busy)
}

/// Gives the person another address.
fn correct(desk: &Desk, id: &MessageId, to: &str) -> Result<()> {
    // What is no address that can be mailed to is refused before anything is changed.
    to.parse::<Address>()?;
    let message = outbox::message(desk.store, id)?.message;
    let number = message.number.ok_or(SendError::NotOfCertificate(message.id))?;
    let known = desk.store.certificate(&number)?;
    let known = known.ok_or_else(|| SendError::NotInForce(number.clone()))?;
    let person = desk.store.participant(number.event(), &known.person)?;
    let person = person.ok_or_else(|| SendError::NoAddress(number.clone()))?;
    let change = PersonChange { email: Some(to.to_owned()), ..PersonChange::default() };
    acts::patch(desk, number.event(), &person, &change)?;
    Ok(())
}

fn once(desk: &Desk, id: &MessageId) -> Result<Message> {
    let setup = setup::told(desk.store)?.ok_or(MailError::NotSetUp)?;
    let kept = outbox::message(desk.store, id)?;
    let old = &kept.message;
    let number = match (&old.number, old.topic) {
        (Some(number), Topic::Issued) => number,
        _ => return tiding(desk, &setup, &kept),
    };
    let Addressed { certificate, person, to, newest } = addressed(desk, old, number)?;
    let mut documents = Vec::from_iter(suppress::lift(desk.store, &to)?);
    let by = desk.actor.who().to_string();
    let same = old.state == State::Ambiguous;
    let message = if same {
        let (message, writes) = outbox::requeue(&kept, to, &by, desk.now);
        documents.extend(writes);
        message.id
    } else {
        let expect = newest.map_or(Expect::Absent, |(_, revision)| Expect::Revision(revision));
        let errand = Errand { certificate, to, again_of: Some(old.id.clone()), expect };
        let (id, writes) = errand.writes(desk, &setup, (old.run.as_deref(), desk.now))?;
        documents.extend(writes);
        id
    };
    let given = vec![Premise::participant(number.event(), &person)];
    let detail = json!({ "message": message, "before": old.id, "state": old.state, "same": same });
    let act = desk.act("mail.resend", number, detail);
    desk.store.write(&Batch { given, documents, ..Batch::default() }, Some(&act))?;
    Ok(outbox::message(desk.store, &message)?.message)
}

/// What a message is sent again about, and to whom.
struct Addressed {
    certificate: Certificate,
    person: Participant,
    to: Address,
    newest: Option<(Mailed, u64)>,
}

/// Returns that, where it can be sent again.
fn addressed(desk: &Desk, old: &Message, number: &CertificateNumber) -> Result<Addressed> {
    let newest = newest_of(desk.store, number)?;
    if let Some((mailed, _)) = newest.as_ref().filter(|(mailed, _)| mailed.message != old.id) {
        return Err(SendError::Replaced(old.id.clone(), mailed.message.clone()));
    }
    at_rest(old)?;
    let certificate = desk.store.certificate(number)?;
    let certificate = certificate.filter(|one| one.state == CertificateState::Active && one.erased.is_none());
    let certificate = certificate.ok_or_else(|| SendError::NotInForce(number.clone()))?;
    let person = desk.store.participant(number.event(), &certificate.person)?;
    let person = person.ok_or_else(|| SendError::NoAddress(number.clone()))?;
    let email = person.email.as_deref().ok_or_else(|| SendError::NoAddress(number.clone()))?;
    let to: Address = email.parse()?;
    Ok(Addressed { certificate, person, to, newest })
}

/// Says whether a message can be sent again as things stand.
///
/// # Errors
/// Why it cannot, as [`resend`] would say.
pub(super) fn ready(desk: &Desk, old: &Message) -> Result<()> {
    match (&old.number, old.topic) {
        (Some(number), Topic::Issued) => addressed(desk, old, number).map(drop),
        _ => {
            at_rest(old)?;
            let to = tidings::to(desk.store, old)?;
            to.map(drop).ok_or_else(|| SendError::Nothing("nobody is there to get it".to_owned()))
        }
    }
}

/// Refuses a message that is on its way.
fn at_rest(message: &Message) -> Result<()> {
    match message.state {
        state if message.due.is_some() || matches!(state, State::Queued | State::Sending) => {
            Err(SendError::UnderWay(message.id.clone(), state))
        }
        _ => Ok(()),
    }
}

/// Sends again what tells of something else than of a certificate that was issued.
fn tiding(desk: &Desk, setup: &SetUp, kept: &Kept) -> Result<Message> {
    let old = &kept.message;
    at_rest(old)?;
    let to = tidings::to(desk.store, old)?.ok_or_else(|| SendError::Nothing("nobody is there to get it".to_owned()))?;
    let mut documents = Vec::from_iter(suppress::lift(desk.store, &to)?);
    let by = desk.actor.who().to_string();
    let same = old.state == State::Ambiguous;
    let (id, writes) = match same {
        true => {
            let (message, writes) = outbox::requeue(kept, to, &by, desk.now);
            (message.id, writes)
        }
        false => {
            let certificate = old.number.clone().map(|number| (number, old.version));
            let (event, run, member) = (old.event.clone(), old.run.clone(), old.member.clone());
            let again_of = Some(old.id.clone());
            let due = desk.now;
            let tiding = Tiding { topic: old.topic, event, certificate, run, to, member, by, due, again_of };
            enqueue_tiding(setup, tiding, desk.now)?
        }
    };
    documents.extend(writes);
    // Whoever else sends it again at the same moment is refused.
    if !same {
        documents.extend(outbox::replaced(kept));
    }
    let detail = json!({ "message": id, "before": old.id, "state": old.state, "same": same, "topic": old.topic });
    let act = desk.act("mail.resend", old.about(), detail);
    desk.store.write_documents(&documents, Some(&act))?;
    Ok(outbox::message(desk.store, &id)?.message)
}

/// Takes the messages of a run that have not left out of the outbox, and returns how many those were. What left stays sent.
///
/// # Errors
/// When the store fails.
pub fn stop(desk: &Desk, run: &str) -> Result<usize> {
    let mut waiting = Vec::new();
    for state in [State::Queued, State::Deferred] {
        let query = MessageQuery { state: Some(state), ..MessageQuery::default() };
        outbox::each::<SendError>(desk.store, &query, |message| {
            let of = message.run.as_deref() == Some(run) && message.topic != Topic::RunEnded;
            if of && message.due.is_some() {
                waiting.push(message.id);
            }
            Ok(())
        })?;
    }
    let mut stopped = 0;
    for id in waiting {
        let act = desk.act("mail.stop", run, json!({ "message": id }));
        stopped += usize::from(outbox::withdraw(desk.store, &id, desk.now, &act)?);
    }
    Ok(stopped)
}
