//! The outbox: messages put in with what they tell of, handed over, and what came of it.
//!
//! A message that waits has an entry in the queue, by the time when it is due. Two who try to send one at once both get as far
//! as the recipient; then each writes that it hands the content over, provided that the message still is what it read, and one
//! of them does. Nothing else is a lease. An entry of a message that is being handed over comes due when that takes longer than it can:
//! whoever finds it says so, and does not send it.

use serde::{Deserialize, Serialize};

use super::records::Hand;
use super::words::{self, Reply};
use super::{Address, MailError, Message, MessageId, Result, SetUp, State, Why, link, schedule, suppress};
use crate::credential::{CertificateNumber, EventCode, Timestamp};
use crate::store::{
    Batch, Collection, Document, DocumentQuery, DocumentWrite, Expect, Index, PAGE_LIMIT, Page, Premise, Store,
    StoreError,
};

/// How long handing over the content may take, in seconds: well past the time limits of [`super::relay`].
pub const HAND_SECONDS: i64 = 1_200;
/// How often a change is tried again when somebody else was faster.
const TRIES: usize = 50;

/// What is said of a message about which nobody can tell whether it left.
const UNKNOWN: &str = "nobody knows whether it left";

/// What is to be told of a certificate.
#[derive(Debug, Clone)]
pub struct Order {
    /// The certificate.
    pub number: CertificateNumber,
    /// The version.
    pub version: u32,
    /// To whom, as far as is known now.
    pub to: Address,
    /// The run that asks for it.
    pub run: Option<String>,
    /// Who asks for it.
    pub by: String,
    /// When it may leave.
    pub due: Timestamp,
    /// The message that it replaces, and what it must still be.
    pub again_of: Option<MessageId>,
    /// What the certificate's entry must still be: that nobody was faster.
    pub expect: Expect,
}

/// The newest message of a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mailed {
    /// The message.
    pub message: MessageId,
    /// The version that it tells of.
    pub version: u32,
}

/// An entry of the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    /// The message.
    pub message: MessageId,
    /// The domain that it goes to: how many may is counted before it is read.
    pub domain: String,
    /// The entry's key and revision.
    #[serde(skip)]
    pub(super) entry: (String, u64),
}

/// A record with the revision that it was read in.
#[derive(Debug, Clone)]
pub struct Kept {
    /// The message.
    pub message: Message,
    /// Its revision.
    pub revision: u64,
}

/// Returns the writes that put a message into the outbox, with its id; put them into the transaction of what it tells of.
///
/// # Errors
/// [`MailError::Random`].
pub fn enqueue(setup: &SetUp, order: Order, now: Timestamp) -> Result<(MessageId, Vec<DocumentWrite>)> {
    let id = MessageId::random(now)?;
    let Order { number, version, to, run, by, due, again_of, expect } = order;
    let mut message = Message {
        message_id: format!("{id}@{}", setup.domain),
        id: id.clone(),
        event: number.event().clone(),
        number,
        version,
        to: Some(to),
        state: State::Queued,
        run,
        by,
        created: now,
        due: Some(due),
        attempts: 0,
        again_of,
        why: None,
        link: None,
        hand: None,
        log: Vec::new(),
    };
    message.note(now, State::Queued, "put into the outbox", None);
    let mut writes = message.replace(None, Expect::Absent);
    let mailed = Mailed { message: id.clone(), version };
    writes.push(DocumentWrite::put(Collection::MAILED, mailed_key(&message.event, &message.number), expect, &mailed));
    Ok((id, writes))
}

fn mailed_key(event: &EventCode, number: &CertificateNumber) -> String {
    format!("{event}/{number}")
}

impl Message {
    /// Returns the writes that put this message and its entry of the queue in the place of `old`'s.
    pub(super) fn replace(&self, old: Option<&Self>, expect: Expect) -> Vec<DocumentWrite> {
        let mut writes = vec![DocumentWrite::put(Collection::MAIL_MESSAGES, self.id.as_str(), expect, self)];
        // Deletions first: of two writes to one key the second counts.
        if let Some(key) = old.and_then(Self::queue_key) {
            writes.push(DocumentWrite::delete(Collection::MAIL_QUEUE, key, Expect::Any));
        }
        if let Some(key) = self.queue_key() {
            let domain = self.to.as_ref().map(|to| to.domain().to_owned()).unwrap_or_default();
            let due = Due { message: self.id.clone(), domain, entry: Default::default() };
            writes.push(DocumentWrite::put(Collection::MAIL_QUEUE, key, Expect::Any, &due));
        }
        let link = |message: &Self| message.link.as_ref().map(|link| link.digest.clone());
        if let Some(gone) = old.and_then(link).filter(|digest| link(self).as_ref() != Some(digest)) {
            writes.push(DocumentWrite::delete(Collection::MAIL_LINKS, gone, Expect::Any));
        }
        if let Some(new) = link(self).filter(|digest| old.and_then(link).as_ref() != Some(digest)) {
            writes.push(DocumentWrite::put(Collection::MAIL_LINKS, new, Expect::Any, &self.id));
        }
        writes
    }

    fn queue_key(&self) -> Option<String> {
        self.due.map(|due| format!("{:012}/{}", due.unix().max(0), self.id))
    }
}

/// Returns a message with its revision.
///
/// # Errors
/// [`MailError::NoMessage`].
pub fn message(store: &dyn Store, id: &MessageId) -> Result<Kept> {
    let document = store.document(Collection::MAIL_MESSAGES, id.as_str())?;
    let document = document.ok_or_else(|| MailError::NoMessage(id.to_string()))?;
    Ok(Kept { message: document.read()?, revision: document.revision })
}

/// Which messages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MessageQuery {
    /// Of this event.
    pub event: Option<EventCode>,
    /// In this state.
    pub state: Option<State>,
    /// About this certificate.
    pub number: Option<CertificateNumber>,
    /// The newest first.
    pub newest: bool,
}

/// Lists messages, oldest first or newest first.
///
/// # Errors
/// When the store fails.
pub fn messages(
    store: &dyn Store,
    query: &MessageQuery,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<Message>, StoreError> {
    let number = query.number.as_ref().map(|number| (Index::NUMBER, number.to_string()));
    let event = query.event.as_ref().map(|event| (Index::EVENT, event.to_string()));
    let state = query.state.map(|state| (Index::STATE, state.name().to_owned()));
    // What fewest messages have first: most were sent.
    let mut having: Vec<_> = number.into_iter().chain(state).chain(event).collect();
    if query.state == Some(State::Sent) {
        having.reverse();
    }
    let query = DocumentQuery { having, newest: query.newest, ..DocumentQuery::default() };
    let page = store.find_documents(Collection::MAIL_MESSAGES, &query, cursor, limit)?;
    Ok(Page { items: page.items.iter().map(Document::read).collect::<Result<_, _>>()?, next: page.next })
}

/// Goes through all messages that are asked for.
///
/// # Errors
/// When the store fails, and what `take` returns.
pub fn each<E: From<StoreError>>(
    store: &dyn Store,
    query: &MessageQuery,
    mut take: impl FnMut(Message) -> Result<(), E>,
) -> Result<(), E> {
    let mut cursor: Option<String> = None;
    loop {
        let page = messages(store, query, cursor.as_deref(), PAGE_LIMIT)?;
        page.items.into_iter().try_for_each(&mut take)?;
        cursor = page.next;
        if cursor.is_none() {
            return Ok(());
        }
    }
}

/// Returns the newest message of a certificate, and the revision of that entry.
///
/// # Errors
/// When the store fails.
pub fn newest_of(store: &dyn Store, number: &CertificateNumber) -> Result<Option<(Mailed, u64)>, StoreError> {
    let document = store.document(Collection::MAILED, &mailed_key(number.event(), number))?;
    document.map(|document| Ok((document.read()?, document.revision))).transpose()
}

/// Lists the entries of the queue that are due, the first one first.
///
/// # Errors
/// When the store fails.
pub fn due(store: &dyn Store, now: Timestamp, limit: usize) -> Result<Vec<Due>, StoreError> {
    let page = store.documents(Collection::MAIL_QUEUE, "", None, limit)?;
    let is_due = |document: &&Document| {
        let at = document.key.split('/').next().and_then(|text| text.parse::<i64>().ok());
        at.is_some_and(|at| at <= now.unix())
    };
    let read = |document: &Document| Ok(Due { entry: (document.key.clone(), document.revision), ..document.read()? });
    page.items.iter().take_while(is_due).map(read).collect()
}

/// Takes an entry of the queue away that leads to nothing that is due. One that was written anew meanwhile stays.
///
/// # Errors
/// When the store fails.
pub(super) fn drop_entry(store: &dyn Store, due: &Due) -> Result<(), StoreError> {
    let (key, revision) = &due.entry;
    let gone = DocumentWrite::delete(Collection::MAIL_QUEUE, key.clone(), Expect::Revision(*revision));
    match store.write_documents(&[gone], None) {
        Ok(_) | Err(StoreError::Conflict(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Writes a changed message, provided that it still is as it was read.
fn save(store: &dyn Store, kept: &Kept, new: &Message, more: Vec<DocumentWrite>) -> Result<u64, StoreError> {
    let mut writes = new.replace(Some(&kept.message), Expect::Revision(kept.revision));
    writes.extend(more);
    store.write_documents(&writes, None)
}

/// What is fixed before a message's content goes out.
#[derive(Debug)]
pub struct Going {
    /// To whom.
    pub to: Address,
    /// The digest of its new link, and until when that is good.
    pub link: Option<super::records::LinkKept>,
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
        due: Some(until),
        attempts: kept.message.attempts + 1,
        hand: Some(Hand { opening: store.opening().map(str::to_owned), until }),
        ..kept.message.clone()
    };
    new.note(now, State::Sending, "its content is handed over", None);
    let documents = new.replace(Some(&kept.message), Expect::Revision(kept.revision));
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
            new.link = None;
            new.note(now, State::Failed, why.clone(), None);
        }
    }
    // Who was erased meanwhile stays nameless.
    if new.to.is_none() {
        new.link = None;
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
        let what = format!("{}, and nothing more was heard for {} days", words::DELAYED, schedule::SILENT_DAYS);
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
        attempts: 0,
        link: None,
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
pub fn withdraw(store: &dyn Store, id: &MessageId, now: Timestamp, act: &crate::store::Act) -> Result<bool> {
    for _ in 0..TRIES {
        let kept = message(store, id)?;
        if !matches!(kept.message.state, State::Queued | State::Deferred) || kept.message.due.is_none() {
            return Ok(false);
        }
        let mut new = Message { due: None, ..kept.message.clone() };
        new.note(now, State::Failed, "it was stopped before it was sent", None);
        let writes = new.replace(Some(&kept.message), Expect::Revision(kept.revision));
        match store.write_documents(&writes, Some(act)) {
            Err(StoreError::Conflict(_)) => {}
            done => return Ok(done.map(|_| true)?),
        }
    }
    Err(StoreError::Conflict(id.to_string()).into())
}

/// Returns the writes by which nothing follows from a message any more: it is replaced by another. Its link dies.
pub fn replaced(kept: &Kept) -> Vec<DocumentWrite> {
    let new = Message { link: None, due: None, ..kept.message.clone() };
    new.replace(Some(&kept.message), Expect::Revision(kept.revision))
}

/// Returns the writes that take what names somebody out of the messages about their certificate; a part of erasing them.
///
/// # Errors
/// When the store fails.
pub fn forgetting(
    store: &dyn Store,
    number: Option<&CertificateNumber>,
    names: &[String],
) -> Result<Vec<DocumentWrite>, StoreError> {
    let mut writes = suppress::forgetting(store, names)?;
    let Some(number) = number else { return Ok(writes) };
    let query = DocumentQuery::having(Index::NUMBER, number.to_string());
    let page = store.find_documents(Collection::MAIL_MESSAGES, &query, None, PAGE_LIMIT)?;
    for document in page.items {
        let old: Message = document.read()?;
        let mut new = Message { to: None, link: None, ..old.clone() };
        new.log.iter_mut().for_each(|evidence| evidence.reply = None);
        if matches!(old.state, State::Queued | State::Deferred) && old.due.is_some() {
            new.due = None;
            let at = old.since();
            new.note(at, State::Failed, "the person was erased before it was sent", None);
        }
        if new != old {
            writes.extend(new.replace(Some(&old), Expect::Revision(document.revision)));
        }
    }
    Ok(writes)
}

/// Applies what came back about a message. False if that says nothing new. `told` gives what others are told of one that came
/// back.
pub(super) fn came_back(
    old: &Message,
    state: State,
    what: &str,
    why: Why,
    reply: Option<&Reply>,
    now: Timestamp,
) -> Option<Message> {
    let open = matches!(old.state, State::Sent | State::Deferred | State::Ambiguous | State::Sending);
    let late = old.state == State::Delivered && state == State::Bounced;
    let same = old.state == state
        && (state != State::Deferred || old.due.is_none() && old.log.last().is_some_and(|l| l.what == what));
    if same || !(open || late) || (state == State::Deferred && old.due.is_some()) {
        return None;
    }
    let mut new = Message { due: None, hand: None, ..old.clone() };
    if state == State::Bounced {
        new.why = Some(why);
        new.link = None;
    }
    new.note(now, state, what, reply);
    if new.to.is_none() {
        new.log.iter_mut().for_each(|evidence| evidence.reply = None);
    }
    Some(new)
}

/// Writes what came back. `None` if it says nothing new.
///
/// # Errors
/// When the store fails, or [`MailError::NoMessage`].
pub fn note_returned(
    store: &dyn Store,
    id: &MessageId,
    returned: &super::bounce::Returned,
    now: Timestamp,
    told: &dyn Fn(&Message) -> Result<(Vec<DocumentWrite>, crate::store::Act)>,
) -> Result<Option<Message>> {
    for _ in 0..TRIES {
        let kept = message(store, id)?;
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

/// Notes that somebody fetched the certificate by a message's link, once: so it has arrived, whatever was known before.
///
/// # Errors
/// When the store fails, or [`MailError::NoMessage`].
pub fn note_downloaded(store: &dyn Store, id: &MessageId, now: Timestamp) -> Result<()> {
    for _ in 0..TRIES {
        let kept = message(store, id)?;
        let waits = [State::Sent, State::Deferred, State::Delivered, State::Ambiguous, State::Opened];
        if !waits.contains(&kept.message.state) {
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

/// Returns the link of a message that goes out now: its text for the letter, and what is kept.
///
/// # Errors
/// [`MailError::Random`].
pub fn fresh_link(now: Timestamp, days: u16) -> Result<(String, super::records::LinkKept)> {
    let token = link::random()?;
    let kept = super::records::LinkKept { digest: link::digest(&token), until: now.plus_days(i64::from(days)) };
    Ok((token, kept))
}
