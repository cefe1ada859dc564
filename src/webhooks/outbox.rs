//! The outbox: messages, and what became of each at each endpoint.
//!
//! A delivery that waits has an entry in the queue of its endpoint, sorted by the time it is due, so that nobody searches
//! and a dead endpoint holds up nobody else. Who takes one moves its entry to the end of a lease: if that worker dies, the
//! entry comes due again and the message is sent again. Every step is one transaction on the delivery's revision.

use super::endpoints::{again, kept_health, list, secrets, show};
use super::{
    Attempt, Delivery, DeliveryState, Endpoint, EndpointId, Kept, Message, MessageId, Notice, Outcome, Result, Secret,
    Target, WebhookError, endpoints, schedule,
};
use crate::credential::Timestamp;
use crate::desk::Actor;
use crate::store::{Act, Collection, DocumentWrite, Expect, Store, StoreError};

/// How long a worker may take over one attempt before another does it again, in seconds: well past the time limit of
/// [`super::client::TIMEOUT`].
pub const LEASE_SECONDS: i64 = 60;
/// Attempts that the log of one delivery keeps; the oldest go first.
pub const LOG_ATTEMPTS: usize = 30;
/// An endpoint is disabled as one that only fails after so many failures at least.
pub const FAILING_ATTEMPTS: u64 = 10;
/// Queue entries looked at to take one.
const QUEUE_PAGE: usize = 16;

/// Returns the writes that tell all who asked for it; put them into the transaction of the change itself. None if nobody
/// asked.
///
/// # Errors
/// [`WebhookError::Store`], [`WebhookError::Random`].
pub fn enqueue(store: &dyn Store, notices: &[Notice]) -> Result<Vec<DocumentWrite>> {
    let endpoints = list(store)?;
    let mut writes = Vec::new();
    for notice in notices {
        let wanting = endpoints.iter().map(|kept| &kept.record).filter(|endpoint| endpoint.wants(notice.kind()));
        let wanting: Vec<_> = wanting.collect();
        if !wanting.is_empty() {
            writes.extend(message(notice, &wanting)?.1);
        }
    }
    Ok(writes)
}

/// Returns the writes of a message to these endpoints, due at once.
pub(super) fn message(notice: &Notice, endpoints: &[&Endpoint]) -> Result<(MessageId, Vec<DocumentWrite>)> {
    let (kind, at) = (notice.kind(), notice.at());
    let id = MessageId::random(at)?;
    let to = endpoints.iter().map(|endpoint| endpoint.id.clone()).collect();
    let message = Message { id: id.clone(), kind, at, body: notice.body(), endpoints: to };
    let mut writes = vec![DocumentWrite::put(Collection::WEBHOOK_MESSAGES, id.as_str(), Expect::Absent, &message)];
    for endpoint in message.endpoints {
        let delivery = Delivery {
            endpoint,
            message: id.clone(),
            kind,
            at,
            state: DeliveryState::Waiting,
            attempts: 0,
            due: Some(at),
            lease: None,
            log: Vec::new(),
        };
        writes.extend(delivery.replace(None, Expect::Absent));
    }
    Ok((id, writes))
}

impl Delivery {
    /// Returns the writes that put this delivery, its queue entry and its entry by state in the place of `old`'s.
    pub(super) fn replace(&self, old: Option<&Self>, expect: Expect) -> Vec<DocumentWrite> {
        let mut writes = vec![DocumentWrite::put(Collection::WEBHOOK_DELIVERIES, self.key(), expect, self)];
        // Deletions first: of two writes to one key the second counts.
        if let Some(key) = old.and_then(Self::queue_key) {
            writes.push(DocumentWrite::delete(Collection::WEBHOOK_QUEUE, key, Expect::Any));
        }
        if let Some(key) = self.queue_key() {
            writes.push(DocumentWrite::put(Collection::WEBHOOK_QUEUE, key, Expect::Any, &self.message));
        }
        if old.is_none_or(|old| old.state != self.state) {
            writes
                .extend(old.map(|old| DocumentWrite::delete(Collection::WEBHOOK_STATES, old.state_key(), Expect::Any)));
            writes.push(DocumentWrite::put(Collection::WEBHOOK_STATES, self.state_key(), Expect::Any, &self.at));
        }
        writes
    }

    /// Returns the writes that remove it.
    pub(super) fn remove(&self) -> Vec<DocumentWrite> {
        let queue = self.queue_key().map(|key| DocumentWrite::delete(Collection::WEBHOOK_QUEUE, key, Expect::Any));
        let mut writes: Vec<_> = queue.into_iter().collect();
        writes.push(DocumentWrite::delete(Collection::WEBHOOK_STATES, self.state_key(), Expect::Any));
        writes.push(DocumentWrite::delete(Collection::WEBHOOK_DELIVERIES, self.key(), Expect::Any));
        writes
    }

    fn key(&self) -> String {
        delivery_key(&self.endpoint, &self.message)
    }

    fn state_key(&self) -> String {
        format!("{}/{}", self.state.name(), self.key())
    }

    fn queue_key(&self) -> Option<String> {
        self.due.map(|due| format!("{}/{:012}/{}", self.endpoint, due.unix().max(0), self.message))
    }
}

/// Returns a delivery's key: an endpoint's newest come first.
pub(super) fn delivery_key(endpoint: &EndpointId, message: &MessageId) -> String {
    format!("{endpoint}/{}", message.newest_first())
}

/// Returns a delivery.
pub(super) fn delivery(
    store: &dyn Store,
    endpoint: &EndpointId,
    message: &MessageId,
) -> Result<Option<Kept<Delivery>>> {
    let document = store.document(Collection::WEBHOOK_DELIVERIES, &delivery_key(endpoint, message))?;
    Ok(document.as_ref().map(Kept::read).transpose()?)
}

/// Returns a message.
pub(super) fn kept_message(store: &dyn Store, id: &MessageId) -> Result<Option<Message>> {
    let document = store.document(Collection::WEBHOOK_MESSAGES, id.as_str())?;
    Ok(document.map(|document| document.read()).transpose()?)
}

/// Returns when an endpoint's next delivery is due; `None` when nothing waits, or it is disabled or gone. Heeds a pause.
///
/// # Errors
/// [`WebhookError::Store`].
pub fn next_due(store: &dyn Store, endpoint: &Endpoint) -> Result<Option<Timestamp>> {
    if endpoint.disabled.is_some() {
        return Ok(None);
    }
    let page = store.documents(Collection::WEBHOOK_QUEUE, &format!("{}/", endpoint.id), None, 1)?;
    let Some((due, _)) = page.items.first().and_then(|document| read_queue_key(&document.key)) else { return Ok(None) };
    let paused = endpoints::health(store, &endpoint.id)?.paused_until;
    Ok(Some(paused.map_or(due, |until| due.max(until))))
}

fn read_queue_key(key: &str) -> Option<(Timestamp, MessageId)> {
    let (_, rest) = key.split_once('/')?;
    let (due, message) = rest.split_once('/')?;
    Some((Timestamp::from_unix(due.parse().ok()?), message.parse().ok()?))
}

/// A delivery that one worker took to send.
#[derive(Debug, Clone)]
pub struct Claim {
    /// The message's id.
    pub message: MessageId,
    /// The endpoint.
    pub endpoint: EndpointId,
    /// Where to.
    pub url: Target,
    /// What to send.
    pub body: String,
    /// What to sign it with.
    pub secrets: Vec<Secret>,
    lease: String,
}

/// Takes an endpoint's delivery that has been due for longest, for [`LEASE_SECONDS`]. `None` when nothing is due, or others
/// are faster.
///
/// # Errors
/// [`WebhookError::Store`], [`WebhookError::Random`].
pub fn claim(store: &dyn Store, id: &EndpointId, now: Timestamp) -> Result<Option<Claim>> {
    let endpoint = match show(store, id) {
        Err(WebhookError::NoEndpoint(_)) => return Ok(None),
        shown => shown?.record,
    };
    if next_due(store, &endpoint)?.is_none_or(|due| due > now) {
        return Ok(None);
    }
    let page = store.documents(Collection::WEBHOOK_QUEUE, &format!("{id}/"), None, QUEUE_PAGE)?;
    for entry in page.items {
        let place = read_queue_key(&entry.key).filter(|(due, _)| *due <= now);
        let Some((due, message)) = place else { break };
        match take(store, &endpoint, &message, due, now) {
            Ok(Some(claim)) => return Ok(Some(claim)),
            // An entry without a delivery that waits for it.
            Ok(None) => {
                let stale =
                    DocumentWrite::delete(Collection::WEBHOOK_QUEUE, entry.key, Expect::Revision(entry.revision));
                ignore_conflict(store.write_documents(&[stale], None))?;
            }
            Err(WebhookError::Store(StoreError::Conflict(_))) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

/// Takes one delivery, if it waits since `due`.
fn take(
    store: &dyn Store,
    endpoint: &Endpoint,
    id: &MessageId,
    due: Timestamp,
    now: Timestamp,
) -> Result<Option<Claim>> {
    let (Some(kept), Some(message)) = (delivery(store, &endpoint.id, id)?, kept_message(store, id)?) else {
        return Ok(None);
    };
    let old = kept.record;
    if old.due != Some(due) {
        return Ok(None);
    }
    let secrets = secrets(store, &endpoint.id)?.record.active(now);
    // The same random text as any id has: only this worker knows it.
    let lease = EndpointId::random()?.to_string();
    let new = Delivery { due: Some(now.plus_seconds(LEASE_SECONDS)), lease: Some(lease.clone()), ..old.clone() };
    store.write_documents(&new.replace(Some(&old), Expect::Revision(kept.revision)), None)?;
    let (message, body) = (message.id, message.body);
    Ok(Some(Claim { message, endpoint: endpoint.id.clone(), url: endpoint.url.clone(), body, secrets, lease }))
}

fn ignore_conflict(result: Result<u64, StoreError>) -> Result<()> {
    match result {
        Ok(_) | Err(StoreError::Conflict(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// What came of sending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// When it began, how it ended, how long it took.
    pub attempt: Attempt,
    /// When the receiver asked to be called again.
    pub retry_after: Option<Timestamp>,
}

/// What comes after an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finished {
    /// The receiver has it.
    Delivered,
    /// It will be tried again then.
    Again(Timestamp),
    /// It was given up.
    Failed,
    /// The lease ended, or the delivery is gone: somebody else's attempt counts, not this one.
    Lost,
}

/// Records an attempt and decides what comes next. `jitter` is random.
///
/// # Errors
/// [`WebhookError::Store`].
pub fn finish(store: &dyn Store, claim: &Claim, report: &Report, now: Timestamp, jitter: u32) -> Result<Finished> {
    again(
        || {
            let Some(kept) = delivery(store, &claim.endpoint, &claim.message)? else { return Ok(Finished::Lost) };
            let old = kept.record;
            if old.lease.as_ref() != Some(&claim.lease) {
                return Ok(Finished::Lost);
            }
            let (new, finished) = after(&old, report, now, jitter);
            let mut writes = new.replace(Some(&old), Expect::Revision(kept.revision));
            let act = note_health(store, &claim.endpoint, report, now, &mut writes)?;
            store.write_documents(&writes, act.as_ref())?;
            Ok(finished)
        },
        true,
    )
}

/// Returns the delivery after an attempt.
fn after(old: &Delivery, report: &Report, now: Timestamp, jitter: u32) -> (Delivery, Finished) {
    let mut new = Delivery { attempts: old.attempts.saturating_add(1), due: None, lease: None, ..old.clone() };
    new.log.push(report.attempt.clone());
    let excess = new.log.len().saturating_sub(LOG_ATTEMPTS);
    new.log.drain(..excess);
    let outcome = report.attempt.outcome;
    if outcome.is_success() {
        new.state = DeliveryState::Delivered;
        return (new, Finished::Delivered);
    }
    new.due = schedule::next_attempt(new.attempts, now, report.retry_after, jitter).filter(|_| outcome != GONE);
    match new.due {
        Some(at) => (new, Finished::Again(at)),
        None => {
            new.state = DeliveryState::Failed;
            (new, Finished::Failed)
        }
    }
}

/// The answer of a receiver that wants nothing any more.
const GONE: Outcome = Outcome::Status(410);

/// Adds what an attempt says about its endpoint, and disables one that is gone or only fails: that is an act.
fn note_health(
    store: &dyn Store,
    id: &EndpointId,
    report: &Report,
    now: Timestamp,
    writes: &mut Vec<DocumentWrite>,
) -> Result<Option<Act>> {
    let kept = kept_health(store, id)?;
    let expect = kept.as_ref().map_or(Expect::Absent, |kept| Expect::Revision(kept.revision));
    let outcome = report.attempt.outcome;
    if outcome.is_success() {
        writes.extend(kept.map(|_| DocumentWrite::delete(Collection::WEBHOOK_HEALTH, id.as_str(), expect)));
        return Ok(None);
    }
    let mut health = kept.map(|kept| kept.record).unwrap_or_default();
    health.failures += 1;
    let since = *health.failing_since.get_or_insert(now);
    if outcome.is_overload() {
        health.paused_until = Some(report.retry_after.unwrap_or(now.plus_seconds(schedule::OVERLOADED_SECONDS)));
    }
    let only_fails = health.failures >= FAILING_ATTEMPTS && now >= since.plus_days(endpoints::FAILING_DAYS);
    writes.push(DocumentWrite::put(Collection::WEBHOOK_HEALTH, id.as_str(), expect, &health));
    let why = match outcome {
        GONE => endpoints::Why::Gone,
        _ if only_fails => endpoints::Why::OnlyFails,
        _ => return Ok(None),
    };
    let mut kept = match show(store, id) {
        Err(WebhookError::NoEndpoint(_)) => return Ok(None),
        shown => shown?,
    };
    if kept.record.disabled.is_some() {
        return Ok(None);
    }
    kept.record.disabled = Some(endpoints::Disabled { since: now, why });
    writes.push(kept.record.put(Expect::Revision(kept.revision)));
    Ok(Some(endpoints::act("webhook.disable", id, &Actor::System, now, serde_json::json!({ "why": why }))))
}
