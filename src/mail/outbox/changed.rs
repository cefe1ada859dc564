//! What changes a message besides trying it: sent again, stopped, come back, forgotten.

use super::{Kept, MessageQuery, TRIES, each, message, newest_of, save};
use crate::credential::{CertificateNumber, Timestamp};
use crate::mail::bounce::Returned;
use crate::mail::records::{FETCHED_IN_PORTAL, SEEN_IN_PORTAL};
use crate::mail::words::DELAYED;
use crate::mail::{
    Address, Evidence, MailError, Message, MessageId, Reply, Result, State, Why, opens, schedule, suppress,
};
use crate::store::{
    Act, Collection, Document, DocumentQuery, DocumentWrite, Expect, Index, PAGE_LIMIT, Store, StoreError, mailbox,
};

/// What goes with the note of what came back: writes that tell others, and the act.
pub type Beside = (Vec<DocumentWrite>, Act);

/// Gives up messages that a mail server said are delayed, and of which nothing was heard for [`schedule::SILENT_DAYS`].
///
/// # Errors
/// When the store fails.
pub fn close_silent(store: &dyn Store, now: Timestamp) -> Result<usize> {
    let mut silent = Vec::new();
    let query = MessageQuery { state: Some(State::Deferred), ..MessageQuery::default() };
    each::<MailError>(store, &query, |message| {
        if message.due.is_none() && now >= message.since().plus_days(schedule::SILENT_DAYS) {
            silent.push(message.id);
        }
        Ok(())
    })?;
    for id in &silent {
        let kept = message(store, id)?;
        let mut new = Message { why: Some(Why::GaveUp), ..kept.message.clone() };
        let what = format!("{}, and nothing more was heard for {} days", DELAYED, schedule::SILENT_DAYS);
        new.note(now, State::Bounced, what, None);
        match save(store, &kept, &new, Vec::new()) {
            Ok(_) | Err(StoreError::Conflict(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(silent.len())
}

/// Puts a message that nobody knows about into the queue again, as the same one: a receiver who has it knows it by its
/// `Message-ID`. Its link is another from now on. Returns the writes.
pub fn requeue(kept: &Kept, to: Address, by: &str, now: Timestamp) -> (Message, Vec<DocumentWrite>) {
    let mut new = Message {
        to: Some(to),
        due: Some(now),
        hand: None,
        looked: None,
        attempts: 0,
        link: None,
        picture: None,
        by: by.to_owned(),
        ..kept.message.clone()
    };
    new.note(now, State::Queued, "put into the outbox again", None);
    let writes = new.replace(Some(&kept.message), Expect::Revision(kept.revision));
    (new, writes)
}

/// Takes a message out of the queue that has not left; false if it has.
///
/// # Errors
/// When the store fails.
pub fn withdraw(store: &dyn Store, id: &MessageId, now: Timestamp, act: &Act) -> Result<bool> {
    for _ in 0..TRIES {
        let kept = message(store, id)?;
        let Some(writes) = withdrawn(&kept, "it was stopped before it was sent", now) else { return Ok(false) };
        match store.write_documents(&writes, Some(act)) {
            Err(StoreError::Conflict(_)) => {}
            done => return Ok(done.map(|_| true)?),
        }
    }
    Err(StoreError::Conflict(id.to_string()).into())
}

/// Returns the writes that take a message out of the queue that has not left, and say why; nothing if it has left.
pub fn withdrawn(kept: &Kept, why: &str, now: Timestamp) -> Option<Vec<DocumentWrite>> {
    let waits = matches!(kept.message.state, State::Queued | State::Deferred) && kept.message.due.is_some();
    waits.then(|| {
        let mut new = Message { due: None, ..kept.message.clone() };
        new.note(now, State::Failed, why, None);
        new.replace(Some(&kept.message), Expect::Revision(kept.revision))
    })
}

/// Returns the writes that put a message in the place of the one that was read.
pub fn changed_to(kept: &Kept, new: &Message) -> Vec<DocumentWrite> {
    new.replace(Some(&kept.message), Expect::Revision(kept.revision))
}

/// Returns the writes by which nothing follows from a message any more: it is replaced by another. Its link dies.
pub fn replaced(kept: &Kept) -> Vec<DocumentWrite> {
    let new = Message { link: None, picture: None, due: None, ..kept.message.clone() };
    new.replace(Some(&kept.message), Expect::Revision(kept.revision))
}

/// Returns the writes that take what names somebody out of the messages about their certificates; a part of erasing them.
///
/// # Errors
/// When the store fails.
pub fn forgetting<'a>(
    store: &dyn Store,
    numbers: impl Iterator<Item = &'a CertificateNumber>,
    names: &[String],
) -> Result<Vec<DocumentWrite>, StoreError> {
    let mut writes = suppress::forgetting(store, names)?;
    for number in numbers {
        let query = DocumentQuery::having(Index::NUMBER, number.to_string());
        let page = store.find_documents(Collection::MAIL_MESSAGES, &query, None, PAGE_LIMIT)?;
        for document in page.items {
            writes.extend(nameless(document)?);
        }
    }
    Ok(writes)
}

/// Forgets to whom old messages went, where their links led, and what mail servers said of them, once nothing more is to become of
/// them. That they were sent, and what became of them, stays. Returns how many.
///
/// # Errors
/// When the store fails.
pub fn forget_older(store: &dyn Store, before: Timestamp) -> Result<u64, StoreError> {
    let (mut count, mut cursor) = (0, None::<String>);
    loop {
        let page = store.documents(Collection::MAIL_MESSAGES, "", cursor.as_deref(), PAGE_LIMIT)?;
        for document in page.items {
            let message: Message = document.read()?;
            if message.created >= before {
                // Their ids sort by time.
                return Ok(count);
            }
            let waits = [State::Queued, State::Deferred, State::Sending, State::Ambiguous].contains(&message.state);
            let writes = if waits || message.since() >= before { Vec::new() } else { nameless(document)? };
            match store.write_documents(&writes, None) {
                Ok(_) if writes.is_empty() => {}
                Ok(_) => count += 1,
                // Something became of it just now.
                Err(StoreError::Conflict(_)) => {}
                Err(error) => return Err(error),
            }
        }
        cursor = page.next;
        if cursor.is_none() {
            return Ok(count);
        }
    }
}

/// Returns the writes that take what names somebody out of a message.
fn nameless(document: Document) -> Result<Vec<DocumentWrite>, StoreError> {
    let old: Message = document.read()?;
    let mut new = Message { to: None, link: None, picture: None, ..old.clone() };
    new.log.iter_mut().for_each(|evidence| evidence.reply = None);
    if matches!(old.state, State::Queued | State::Deferred) && old.due.is_some() {
        new.due = None;
        let at = old.since();
        new.note(at, State::Failed, "the person was erased before it was sent", None);
    }
    if new == old {
        return Ok(Vec::new());
    }
    Ok(new.replace(Some(&old), Expect::Revision(document.revision)))
}

/// Applies what came back about a message. False if that says nothing new. `told` gives what others are told of one that came
/// back.
fn came_back(
    old: &Message,
    state: State,
    what: &str,
    why: Why,
    reply: Option<&Reply>,
    now: Timestamp,
) -> Option<Message> {
    let open = matches!(old.state, State::Sent | State::Deferred | State::Ambiguous | State::Sending);
    let unproven = matches!(old.state, State::Delivered | State::Opened) || old.fetched_in_portal();
    let late = unproven && state == State::Bounced;
    let same = old.state == state
        && (state != State::Deferred || old.due.is_none() && old.log.last().is_some_and(|l| l.what == what));
    if same || !(open || late) || (state == State::Deferred && old.due.is_some()) {
        return None;
    }
    let mut new = Message { due: None, hand: None, ..old.clone() };
    if state == State::Bounced {
        new.why = Some(why);
        (new.link, new.picture) = (None, None);
    }
    new.note(now, state, what, reply);
    if new.to.is_none() {
        new.log.iter_mut().for_each(|evidence| evidence.reply = None);
    }
    Some(new)
}

/// A mail server that gives up may quote nobody, where its last attempt found no connection. What it told before that the
/// recipient's server had said is why, then.
fn known_before(old: &Message, returned: Returned) -> Returned {
    if returned.state != State::Bounced || returned.reply.is_some() {
        return returned;
    }
    let told = |evidence: &&Evidence| evidence.state == State::Deferred && evidence.what.starts_with(DELAYED);
    let told = old.log.iter().rev().filter(told).find_map(|evidence| Reply::read(evidence.reply.as_deref()?));
    match told {
        Some(reply) => Returned { why: Why::of(&reply), reply: Some(reply), ..returned },
        None => returned,
    }
}

/// What a holder did with the certificate in the portal, where the mailbox is proven that the message went to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InPortal {
    /// Looked at it.
    Seen,
    /// Fetched a file of it.
    Fetched,
}

/// Notes what a holder did in the portal with a certificate, on its newest message: once each, where that was sent to the mailbox that
/// they have proven. Whether it is that message that brought them says nothing: its state is `downloaded` only by a file.
///
/// # Errors
/// When the store fails.
pub fn note_in_portal(
    store: &dyn Store,
    (number, proven): (&CertificateNumber, &str),
    what: InPortal,
    now: Timestamp,
) -> Result<()> {
    let Some((newest, _)) = newest_of(store, number)? else { return Ok(()) };
    for _ in 0..TRIES {
        let kept = message(store, &newest.message)?;
        let mut new = kept.message.clone();
        let is_theirs = new.to.as_ref().is_some_and(|to| mailbox(&to.to_string()) == proven);
        let left = matches!(new.state, State::Sent | State::Delivered | State::Opened);
        let (state, said) = match what {
            InPortal::Seen => (new.state, SEEN_IN_PORTAL),
            InPortal::Fetched => (State::Downloaded, FETCHED_IN_PORTAL),
        };
        if !is_theirs || !left || new.log.iter().any(|evidence| evidence.what == said) {
            return Ok(());
        }
        new.note(now, state, said, None);
        match save(store, &kept, &new, Vec::new()) {
            Err(StoreError::Conflict(_)) => {}
            done => return Ok(done.map(drop)?),
        }
    }
    Err(StoreError::Conflict(newest.message.to_string()).into())
}

/// Notes that somebody fetched the certificate by a message's link, once: so it has arrived, whatever was known before.
///
/// # Errors
/// When the store fails, or [`MailError::NoMessage`].
pub fn note_downloaded(store: &dyn Store, id: &MessageId, now: Timestamp) -> Result<()> {
    for _ in 0..TRIES {
        let kept = message(store, id)?;
        let waits = [State::Sent, State::Deferred, State::Delivered, State::Ambiguous, State::Opened];
        if !waits.contains(&kept.message.state) && !kept.message.fetched_in_portal() {
            return Ok(());
        }
        let mut new = Message { due: None, ..kept.message.clone() };
        new.note(now, State::Downloaded, "the certificate was fetched by the message's link", None);
        match save(store, &kept, &new, Vec::new()) {
            Err(StoreError::Conflict(_)) => {}
            done => return Ok(done.map(drop)?),
        }
    }
    Err(StoreError::Conflict(id.to_string()).into())
}

/// Notes that a message's picture was looked at by what may be a person, once. False if that says nothing: before it was sent,
/// within [`opens::SECONDS`] of that, or when more is known.
///
/// # Errors
/// When the store fails, or [`MailError::NoMessage`].
pub fn note_opened(store: &dyn Store, id: &MessageId, now: Timestamp) -> Result<bool> {
    for _ in 0..TRIES {
        let kept = message(store, id)?;
        // The first: what is noted later of one that was sent leaves it so.
        let sent = kept.message.log.iter().find(|evidence| evidence.state == State::Sent);
        let is_early = sent.is_none_or(|sent| now < sent.at.plus_seconds(opens::SECONDS));
        let waits = matches!(kept.message.state, State::Sent | State::Delivered);
        if !waits || is_early {
            return Ok(false);
        }
        let mut new = kept.message.clone();
        let what = "its picture was loaded: by a person's mail program, or by something that looks like one";
        new.note(now, State::Opened, what, None);
        match save(store, &kept, &new, Vec::new()) {
            Err(StoreError::Conflict(_)) => {}
            done => return Ok(done.map(|_| true)?),
        }
    }
    Err(StoreError::Conflict(id.to_string()).into())
}

/// Writes what came back. `None` if it says nothing new.
///
/// # Errors
/// When the store fails, or [`MailError::NoMessage`].
pub fn note_returned(
    store: &dyn Store,
    id: &MessageId,
    returned: &Returned,
    now: Timestamp,
    told: &dyn Fn(&Message) -> Result<Beside>,
) -> Result<Option<Message>> {
    for _ in 0..TRIES {
        let kept = message(store, id)?;
        let returned = &known_before(&kept.message, returned.clone());
        let what = returned.words();
        let Some(new) = came_back(&kept.message, returned.state, &what, returned.why, returned.reply.as_ref(), now)
        else {
            return Ok(None);
        };
        let (mut more, act) = told(&new)?;
        if new.state == State::Bounced {
            more.extend(suppress::write(store, &new, now)?);
        } else {
            more.clear();
        }
        let mut writes = new.replace(Some(&kept.message), Expect::Revision(kept.revision));
        writes.extend(more);
        match store.write_documents(&writes, Some(&act)) {
            Err(StoreError::Conflict(_)) => {}
            done => {
                done?;
                return Ok(Some(new));
            }
        }
    }
    Err(StoreError::Conflict(id.to_string()).into())
}
