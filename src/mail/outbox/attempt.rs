//! Handing a message over: what is fixed before its content goes out, and what came of it.

use super::{Kept, MessageQuery, TRIES, each, message, save};
use crate::credential::Timestamp;
use crate::mail::records::{Hand, LinkKept};
use crate::mail::{Address, MailError, Message, MessageId, Reply, Result, State, Why, link, schedule, suppress};
use crate::store::{Batch, Collection, DocumentWrite, Expect, Premise, Store, StoreError};

/// How long handing over the content may take, in seconds: well past the time limits of [`crate::mail::relay`].
pub const HAND_SECONDS: i64 = 1_200;
/// What is said of a message about which nobody can tell whether it left.
const UNKNOWN: &str = "nobody knows whether it left";

/// What is fixed before a message's content goes out.
#[derive(Debug)]
pub struct Going {
    /// To whom.
    pub to: Address,
    /// The digest of its new link, and until when that is good.
    pub link: Option<LinkKept>,
    /// The digest of its new picture, and until when that counts.
    pub picture: Option<LinkKept>,
    /// Which version of the certificate it holds, if it is about one: a newer one may have been made since the message was.
    pub version: Option<u32>,
    /// What the letter rests on.
    pub given: Vec<Premise>,
}

/// Notes durably that the content of a message goes out now. `None` if somebody was faster, or what it rests on has changed.
///
/// # Errors
/// When the store fails.
pub fn begin(store: &dyn Store, kept: &Kept, going: &Going, now: Timestamp) -> Result<Option<Kept>, StoreError> {
    let until = now.plus_seconds(HAND_SECONDS);
    let mut new = Message {
        to: Some(going.to.clone()),
        link: going.link.clone(),
        picture: going.picture.clone(),
        version: going.version.unwrap_or(kept.message.version),
        brought: going.version,
        due: Some(until),
        attempts: kept.message.attempts + 1,
        hand: Some(Hand { opening: store.opening().map(str::to_owned), until }),
        ..kept.message.clone()
    };
    new.note(now, State::Sending, "its content is handed over", None);
    let mut documents = new.replace(Some(&kept.message), Expect::Revision(kept.revision));
    documents.extend(super::told_version(store, &new)?);
    let batch = Batch { given: going.given.clone(), documents, ..Batch::default() };
    match store.write(&batch, None) {
        Ok(revision) => Ok(Some(Kept { message: new, revision })),
        Err(StoreError::Conflict(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What came of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The relay has it.
    Accepted(Reply),
    /// A mail server refused it for good, or for now.
    Refused(Reply),
    /// The connection broke before the content was over.
    Broke,
    /// The connection broke after the content, or the server answered with nonsense.
    Unknown,
    /// There is nothing to send, or nobody to send it to.
    Unsendable(String),
}

/// Records what came of an attempt; `handed`: one that got as far as the content. `told` gives what others are told of one that came
/// back. What somebody changed meanwhile, as by erasing the person or by stopping the message, stays.
///
/// # Errors
/// When the store fails: then the message stays as it is, and is ambiguous if it was being handed over.
pub fn finish(
    store: &dyn Store,
    id: &MessageId,
    (outcome, handed): (&Outcome, bool),
    (now, jitter): (Timestamp, u32),
    told: &dyn Fn(&Message) -> Vec<DocumentWrite>,
) -> Result<State> {
    for _ in 0..TRIES {
        let kept = message(store, id)?;
        let ours = match kept.message.state {
            State::Queued | State::Deferred => !handed && kept.message.due.is_some(),
            // It took so long that somebody gave it up; now it is known.
            State::Sending | State::Ambiguous => handed,
            _ => false,
        };
        if !ours {
            return Ok(kept.message.state);
        }
        let new = after(&kept.message, outcome, now, jitter);
        let mut more = Vec::new();
        if new.state == State::Bounced {
            more.extend(told(&new));
            more.extend(suppress::write(store, &new, now)?);
        }
        match save(store, &kept, &new, more) {
            Err(StoreError::Conflict(_)) => {}
            done => return Ok(done.map(|_| new.state)?),
        }
    }
    Err(StoreError::Conflict(id.to_string()).into())
}

/// Returns the message after an attempt.
fn after(old: &Message, outcome: &Outcome, now: Timestamp, jitter: u32) -> Message {
    let handed = matches!(old.state, State::Sending | State::Ambiguous);
    let attempts = old.attempts + u32::from(!handed);
    let mut new = Message { due: None, hand: None, attempts, ..old.clone() };
    let again = |new: &mut Message, what: &str, reply: Option<&Reply>| {
        new.due = schedule::next_attempt(attempts, now, jitter);
        match new.due {
            Some(_) => new.note(now, State::Deferred, what, reply),
            None => new.note(now, State::Failed, format!("{what}, {attempts} times; it is given up"), reply),
        }
    };
    match outcome {
        Outcome::Accepted(reply) => new.note(now, State::Sent, "the relay accepted it", Some(reply)),
        Outcome::Refused(reply) if !handed && reply.is_about_us() => {
            again(&mut new, "the relay takes no mail from here", Some(reply));
        }
        Outcome::Refused(reply) if reply.is_transient() => again(&mut new, Why::of(reply).words(), Some(reply)),
        Outcome::Refused(reply) => {
            let why = Why::of(reply);
            new.why = Some(why);
            new.note(now, State::Bounced, why.words(), Some(reply));
        }
        Outcome::Broke => again(&mut new, "the connection broke before its content was over", None),
        Outcome::Unknown => {
            new.note(now, State::Ambiguous, format!("the connection broke after its content: {UNKNOWN}"), None);
        }
        Outcome::Unsendable(why) => {
            (new.link, new.picture) = (None, None);
            new.note(now, State::Failed, why.clone(), None);
        }
    }
    // Who was erased meanwhile stays nameless.
    if new.to.is_none() {
        (new.link, new.picture) = (None, None);
        new.log.iter_mut().for_each(|evidence| evidence.reply = None);
    }
    new
}

/// Says of messages whose handing over was interrupted that nobody knows whether they left, and of those that wait without a
/// place in the queue too: the store was rebuilt from a dump, and they may have left since it was made. Returns how many.
///
/// # Errors
/// When the store fails.
pub fn take_stock(store: &dyn Store, now: Timestamp) -> Result<usize> {
    let mut lost = Vec::new();
    for state in [State::Sending, State::Queued, State::Deferred] {
        let query = MessageQuery { state: Some(state), ..MessageQuery::default() };
        each::<MailError>(store, &query, |message| {
            if is_lost(store, &message, now)? {
                lost.push(message.id);
            }
            Ok(())
        })?;
    }
    let mut noted = 0;
    for id in &lost {
        noted += usize::from(interrupted(store, id, now)?);
    }
    Ok(noted)
}

fn is_lost(store: &dyn Store, message: &Message, now: Timestamp) -> Result<bool, StoreError> {
    if message.state == State::Sending {
        let hand = message.hand.as_ref();
        let other = || hand.and_then(|hand| hand.opening.as_deref()) != store.opening();
        return Ok(hand.is_none_or(|hand| hand.until <= now) || other());
    }
    let Some(key) = message.queue_key() else { return Ok(false) };
    Ok(store.document(Collection::MAIL_QUEUE, &key)?.is_none())
}

/// Notes that nobody knows whether a message left; false if it is not so any more.
///
/// # Errors
/// When the store fails.
pub fn interrupted(store: &dyn Store, id: &MessageId, now: Timestamp) -> Result<bool> {
    for _ in 0..TRIES {
        let kept = message(store, id)?;
        if !is_lost(store, &kept.message, now)? {
            return Ok(false);
        }
        let what = match kept.message.state {
            State::Sending => format!("the program was stopped while it was handed over: {UNKNOWN}"),
            _ => format!("the store was rebuilt from a dump: {UNKNOWN} since that was made"),
        };
        let mut new = Message { due: None, hand: None, ..kept.message.clone() };
        new.note(now, State::Ambiguous, what, None);
        match save(store, &kept, &new, Vec::new()) {
            Err(StoreError::Conflict(_)) => {}
            done => return Ok(done.map(|_| true)?),
        }
    }
    Ok(false)
}

/// Returns a link or a picture of a message that goes out now: its text for the letter, and what is kept.
///
/// # Errors
/// [`MailError::Random`].
pub fn fresh_link(now: Timestamp, days: u16) -> Result<(String, LinkKept)> {
    let token = link::random()?;
    let kept = LinkKept { digest: link::digest(&token), until: now.plus_days(i64::from(days)) };
    Ok((token, kept))
}
