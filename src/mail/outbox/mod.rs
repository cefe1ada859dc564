//! The outbox: messages put in with what they tell of, handed over, and what came of it.
//!
//! A message that waits has an entry in the queue, by the time when it is due. Two who try to send one at once both get as far
//! as the recipient; then each writes that it hands the content over, provided that the message still is what it read, and one
//! of them does. Nothing else is a lease. An entry of a message that is being handed over comes due when that takes longer than it can:
//! whoever finds it says so, and does not send it.

mod attempt;
mod changed;

pub use attempt::{Going, HAND_SECONDS, Outcome, begin, finish, fresh_link, interrupted, take_stock};
pub use changed::{
    Beside, InPortal, changed_to, close_silent, forget_older, forgetting, note_downloaded, note_in_portal, note_opened,
    note_returned, replaced, requeue, withdraw, withdrawn,
};

use serde::{Deserialize, Serialize};

use super::{Address, MailError, Message, MessageId, Result, SetUp, State, Topic};
use crate::credential::{CertificateNumber, EventCode, Timestamp};
use crate::store::{
    Collection, Document, DocumentQuery, DocumentWrite, Expect, Index, PAGE_LIMIT, Page, Store, StoreError,
};

/// How often a change is tried again when somebody else was faster.
const TRIES: usize = 50;
/// Messages of one certificate that are looked through, the newest first.
const LOOKED_AT: usize = 100;

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

/// What is to be told besides that somebody has a certificate.
#[derive(Debug, Clone)]
pub struct Tiding {
    /// What.
    pub topic: Topic,
    /// The event, if it is in one.
    pub event: Option<EventCode>,
    /// The certificate and its version, if it is about one.
    pub certificate: Option<(CertificateNumber, u32)>,
    /// The run, if one did it or ended.
    pub run: Option<String>,
    /// To whom, as far as is known now.
    pub to: Address,
    /// The member of staff whom it is to, if it is to one.
    pub member: Option<String>,
    /// Who did what it tells.
    pub by: String,
    /// When it may leave.
    pub due: Timestamp,
    /// The message that it replaces.
    pub again_of: Option<MessageId>,
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
    let Order { number, version, to, run, by, due, again_of, expect } = order;
    let (event, certificate) = (Some(number.event().clone()), Some((number.clone(), version)));
    let tiding = Tiding { topic: Topic::Issued, event, certificate, run, to, member: None, by, due, again_of };
    let (id, mut writes) = put(setup, tiding, now)?;
    let mailed = Mailed { message: id.clone(), version };
    writes.push(DocumentWrite::put(Collection::MAILED, mailed_key(number.event(), &number), expect, &mailed));
    Ok((id, writes))
}

/// The same for what tells of something else. That it is told once is up to the transaction: it holds
/// something that happens once.
///
/// # Errors
/// [`MailError::Random`].
pub fn enqueue_tiding(setup: &SetUp, tiding: Tiding, now: Timestamp) -> Result<(MessageId, Vec<DocumentWrite>)> {
    put(setup, tiding, now)
}

fn put(setup: &SetUp, tiding: Tiding, now: Timestamp) -> Result<(MessageId, Vec<DocumentWrite>)> {
    let id = MessageId::random(now)?;
    let Tiding { topic, event, certificate, run, to, member, by, due, again_of } = tiding;
    let (number, version) = certificate.map_or((None, 0), |(number, version)| (Some(number), version));
    let mut message = Message {
        message_id: format!("{id}@{}", setup.domain),
        id: id.clone(),
        topic,
        event,
        number,
        version,
        brought: None,
        member,
        to: Some(to),
        state: State::Queued,
        run,
        by,
        created: now,
        due: Some(due),
        attempts: 0,
        again_of,
        why: None,
        looked: None,
        link: None,
        picture: None,
        hand: None,
        log: Vec::new(),
    };
    message.note(now, State::Queued, "put into the outbox", None);
    let writes = message.replace(None, Expect::Absent);
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
        let (new, old) = (self.digests(), old.map(Self::digests).unwrap_or_default());
        for gone in old.iter().filter(|digest| !new.contains(digest)) {
            writes.push(DocumentWrite::delete(Collection::MAIL_LINKS, gone.as_str(), Expect::Any));
        }
        for come in new.iter().filter(|digest| !old.contains(digest)) {
            writes.push(DocumentWrite::put(Collection::MAIL_LINKS, come.as_str(), Expect::Any, &self.id));
        }
        writes
    }

    /// Returns the digests of its link and its picture.
    fn digests(&self) -> Vec<String> {
        self.link.iter().chain(&self.picture).map(|kept| kept.digest.clone()).collect()
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

/// Returns the write that notes which version the newest message of a certificate tells of, where that is another than was known.
fn told_version(store: &dyn Store, message: &Message) -> Result<Option<DocumentWrite>, StoreError> {
    let Some(number) = message.number.as_ref().filter(|_| message.topic == Topic::Issued) else { return Ok(None) };
    let newest = newest_of(store, number)?.filter(|(mailed, _)| mailed.message == message.id);
    let Some((mailed, revision)) = newest.filter(|(mailed, _)| mailed.version != message.version) else {
        return Ok(None);
    };
    let told = Mailed { version: message.version, ..mailed };
    let key = mailed_key(number.event(), number);
    Ok(Some(DocumentWrite::put(Collection::MAILED, key, Expect::Revision(revision), &told)))
}

/// Returns the messages about a certificate, the newest first: of very many the newest.
///
/// # Errors
/// When the store fails.
pub fn about(store: &dyn Store, number: &CertificateNumber) -> Result<Vec<Message>, StoreError> {
    let query = MessageQuery { number: Some(number.clone()), newest: true, ..MessageQuery::default() };
    Ok(messages(store, &query, None, LOOKED_AT)?.items)
}

/// Returns several messages, in their order.
///
/// # Errors
/// When the store fails, or [`MailError::NoMessage`].
pub fn messages_at(store: &dyn Store, ids: &[&MessageId]) -> Result<Vec<Message>> {
    let keys: Vec<&str> = ids.iter().map(|id| id.as_str()).collect();
    let found = store.documents_at(Collection::MAIL_MESSAGES, &keys)?;
    let read = |(document, id): (Option<Document>, &&MessageId)| {
        Ok(document.ok_or_else(|| MailError::NoMessage(id.to_string()))?.read()?)
    };
    found.into_iter().zip(ids).map(read).collect()
}

/// Returns since when the message has been due, or when it will be, that is due first; nothing where none waits.
///
/// # Errors
/// When the store fails.
pub fn due_since(store: &dyn Store) -> Result<Option<Timestamp>, StoreError> {
    let first = store.documents(Collection::MAIL_QUEUE, "", None, 1)?.items.into_iter().next();
    let seconds = first.as_ref().and_then(|first| first.key.split('/').next()?.parse().ok());
    Ok(seconds.map(Timestamp::from_unix))
}

/// Returns the newest message of each of several certificates, in their order.
///
/// # Errors
/// When the store fails.
pub fn newest_of_each(store: &dyn Store, numbers: &[&CertificateNumber]) -> Result<Vec<Option<Mailed>>, StoreError> {
    let keys: Vec<String> = numbers.iter().map(|number| mailed_key(number.event(), number)).collect();
    let found = store.documents_at(Collection::MAILED, &keys.iter().map(String::as_str).collect::<Vec<_>>())?;
    found.into_iter().map(|document| document.map(|document| document.read()).transpose()).collect()
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

/// Counts the messages that wait for their turn here, up to a limit: by their entries of the queue, which are small.
///
/// # Errors
/// When the store fails.
pub fn waiting(store: &dyn Store, limit: usize) -> Result<usize, StoreError> {
    Ok(store.documents(Collection::MAIL_QUEUE, "", None, limit)?.items.len())
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
