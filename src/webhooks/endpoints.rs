//! Endpoints: who is told of what. Secrets lie in a collection of their own, so that no listing can show them.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{EndpointId, EventKind, MessageId, Notice, Result, Rules, Secret, Target, WebhookError, ledger, outbox};
use crate::credential::Timestamp;
use crate::desk::Actor;
use crate::store::{Act, Collection, Document, DocumentWrite, Expect, Store, StoreError};

/// Most endpoints. Every one costs each message a delivery, in the transaction of the change it tells of.
pub const MAX_ENDPOINTS: usize = 50;
/// Longest description, in bytes.
pub const DESCRIPTION_BYTES: usize = 500;
/// Most secrets of one endpoint that sign at a time; the oldest go first.
pub const MAX_SECRETS: usize = 3;
/// How long an old secret goes on signing after a rotation when nobody says otherwise, in seconds.
pub const OVERLAP_SECONDS: i64 = 24 * 3_600;
/// The longest that it can, in seconds.
pub const MAX_OVERLAP_SECONDS: i64 = 7 * 24 * 3_600;
/// An endpoint that only failed for so many days is disabled.
pub const FAILING_DAYS: i64 = 5;
/// How often a write is decided anew when somebody else was faster.
pub(super) const TRIES: usize = 100;

/// A record and the revision of its document, for ETags.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept<T> {
    /// Its revision.
    pub revision: u64,
    /// The record.
    pub record: T,
}

impl<T: DeserializeOwned> Kept<T> {
    pub(super) fn read(document: &Document) -> Result<Self, StoreError> {
        Ok(Self { revision: document.revision, record: document.read()? })
    }
}

/// Where messages go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Endpoint {
    /// Its id.
    pub id: EndpointId,
    /// Its address.
    pub url: Target,
    /// What it is for, in the operator's words.
    pub description: String,
    /// What it is told of; sorted, each once.
    pub events: Vec<EventKind>,
    /// When it was added.
    pub created: Timestamp,
    /// Since when and why it is told nothing; `None` while it is enabled.
    pub disabled: Option<Disabled>,
}

/// Why and since when an endpoint is told nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disabled {
    /// Since when.
    pub since: Timestamp,
    /// Why.
    pub why: Why,
}

/// Why an endpoint is disabled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Staff disabled it.
    Staff,
    /// It answered 410 Gone.
    Gone,
    /// It did nothing but fail for [`FAILING_DAYS`] days.
    OnlyFails,
}

/// How an endpoint did lately.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// The first failure since the last success.
    pub failing_since: Option<Timestamp>,
    /// Failures since the last success.
    pub failures: u64,
    /// It asked to be left alone until then.
    pub paused_until: Option<Timestamp>,
}

/// What an endpoint is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointDraft {
    /// Its address, as typed.
    pub url: String,
    /// What it is for.
    pub description: String,
    /// What it is told of.
    pub events: Vec<EventKind>,
}

/// What is to change in an endpoint; `None` stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EndpointChange {
    /// Its address, as typed.
    pub url: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// What it is told of.
    pub events: Option<Vec<EventKind>>,
    /// Whether it is told anything.
    pub enabled: Option<bool>,
}

/// The secrets of an endpoint, newest first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Secrets(Vec<KeptSecret>);

#[derive(Debug, Clone, Serialize, Deserialize)]
struct KeptSecret {
    secret: Secret,
    created: Timestamp,
    expires: Option<Timestamp>,
}

impl Secrets {
    /// Returns those that sign now.
    pub(super) fn active(&self, now: Timestamp) -> Vec<Secret> {
        let good = |kept: &&KeptSecret| kept.expires.is_none_or(|end| now < end);
        self.0.iter().filter(good).map(|kept| kept.secret.clone()).collect()
    }

    fn rotate(&mut self, secret: Secret, now: Timestamp, overlap: i64) {
        let end = now.plus_seconds(overlap.clamp(0, MAX_OVERLAP_SECONDS));
        for kept in &mut self.0 {
            kept.expires = Some(kept.expires.map_or(end, |expires| expires.min(end)));
        }
        self.0.retain(|kept| kept.expires.is_none_or(|expires| now < expires));
        self.0.insert(0, KeptSecret { secret, created: now, expires: None });
        self.0.truncate(MAX_SECRETS);
    }
}

impl Endpoint {
    /// Says whether it wants to hear of this.
    pub(super) fn wants(&self, kind: EventKind) -> bool {
        self.disabled.is_none() && self.events.contains(&kind)
    }

    pub(super) fn put(&self, expect: Expect) -> DocumentWrite {
        DocumentWrite::put(Collection::WEBHOOK_ENDPOINTS, self.id.as_str(), expect, self)
    }
}

/// Adds an endpoint and returns it with its secret, which is shown this once.
///
/// # Errors
/// [`WebhookError`]; among them a bad address, no events, too many endpoints.
pub fn create(
    store: &dyn Store,
    draft: &EndpointDraft,
    rules: Rules,
    actor: &Actor,
    now: Timestamp,
) -> Result<(Kept<Endpoint>, Secret)> {
    if list(store)?.len() >= MAX_ENDPOINTS {
        return Err(WebhookError::TooMany(MAX_ENDPOINTS));
    }
    let secret = Secret::random()?;
    let endpoint = Endpoint {
        id: EndpointId::random()?,
        url: Target::parse(&draft.url, rules)?,
        description: description(&draft.description)?,
        events: events(&draft.events)?,
        created: now,
        disabled: None,
    };
    let secrets = Secrets(vec![KeptSecret { secret: secret.clone(), created: now, expires: None }]);
    let writes = [
        endpoint.put(Expect::Absent),
        DocumentWrite::put(Collection::WEBHOOK_SECRETS, endpoint.id.as_str(), Expect::Absent, &secrets),
    ];
    let act = act("webhook.create", &endpoint.id, actor, now, json!({ "events": endpoint.events }));
    let revision = store.write_documents(&writes, Some(&act))?;
    Ok((Kept { revision, record: endpoint }, secret))
}

/// Lists all endpoints by id: there are never more than a page.
///
/// # Errors
/// [`WebhookError::Store`].
pub fn list(store: &dyn Store) -> Result<Vec<Kept<Endpoint>>> {
    // A little more than the limit, for two who added the last one at once.
    let page = store.documents(Collection::WEBHOOK_ENDPOINTS, "", None, 2 * MAX_ENDPOINTS)?;
    Ok(page.items.iter().map(Kept::read).collect::<Result<_, StoreError>>()?)
}

/// Returns an endpoint.
///
/// # Errors
/// [`WebhookError::NoEndpoint`].
pub fn show(store: &dyn Store, id: &EndpointId) -> Result<Kept<Endpoint>> {
    let document = store.document(Collection::WEBHOOK_ENDPOINTS, id.as_str())?;
    Ok(Kept::read(&document.ok_or_else(|| WebhookError::NoEndpoint(id.clone()))?)?)
}

/// Returns how an endpoint did lately.
///
/// # Errors
/// [`WebhookError::Store`].
pub fn health(store: &dyn Store, id: &EndpointId) -> Result<Health> {
    Ok(kept_health(store, id)?.map_or_else(Health::default, |kept| kept.record))
}

pub(super) fn kept_health(store: &dyn Store, id: &EndpointId) -> Result<Option<Kept<Health>>> {
    let document = store.document(Collection::WEBHOOK_HEALTH, id.as_str())?;
    Ok(document.as_ref().map(Kept::read).transpose()?)
}

/// Changes an endpoint. With `revision`, only if it still is that one; otherwise [`StoreError::Conflict`]. To enable one
/// forgets its failures.
///
/// # Errors
/// [`WebhookError`].
pub fn update(
    store: &dyn Store,
    id: &EndpointId,
    revision: Option<u64>,
    change: &EndpointChange,
    rules: Rules,
    actor: &Actor,
    now: Timestamp,
) -> Result<Kept<Endpoint>> {
    again(
        || {
            let mut kept = show(store, id)?;
            let expected = revision.unwrap_or(kept.revision);
            let endpoint = &mut kept.record;
            if let Some(url) = &change.url {
                endpoint.url = Target::parse(url, rules)?;
            }
            if let Some(text) = &change.description {
                endpoint.description = description(text)?;
            }
            if let Some(kinds) = &change.events {
                endpoint.events = events(kinds)?;
            }
            let mut writes = Vec::new();
            match change.enabled {
                Some(true) => {
                    endpoint.disabled = None;
                    writes.push(DocumentWrite::delete(Collection::WEBHOOK_HEALTH, id.as_str(), Expect::Any));
                }
                Some(false) if endpoint.disabled.is_none() => {
                    endpoint.disabled = Some(Disabled { since: now, why: Why::Staff })
                }
                _ => {}
            }
            writes.push(endpoint.put(Expect::Revision(expected)));
            let detail = json!({
                "url": change.url.is_some(), "description": change.description.is_some(),
                "events": change.events, "enabled": change.enabled,
            });
            let act = act("webhook.update", id, actor, now, detail);
            kept.revision = store.write_documents(&writes, Some(&act))?;
            Ok(kept)
        },
        revision.is_none(),
    )
}

/// Gives an endpoint a new secret and returns it, this once. The old one signs too for `overlap` seconds more, at most
/// [`MAX_OVERLAP_SECONDS`]; 0 ends it now.
///
/// # Errors
/// [`WebhookError::NoEndpoint`].
pub fn rotate_secret(
    store: &dyn Store,
    id: &EndpointId,
    overlap: i64,
    actor: &Actor,
    now: Timestamp,
) -> Result<Secret> {
    again(
        || {
            let (mut kept, secret) = (secrets(store, id)?, Secret::random()?);
            kept.record.rotate(secret.clone(), now, overlap);
            let expect = Expect::Revision(kept.revision);
            let write = DocumentWrite::put(Collection::WEBHOOK_SECRETS, id.as_str(), expect, &kept.record);
            let act = act("webhook.rotate_secret", id, actor, now, json!({ "overlap": overlap }));
            store.write_documents(&[write], Some(&act))?;
            Ok(secret)
        },
        true,
    )
}

pub(super) fn secrets(store: &dyn Store, id: &EndpointId) -> Result<Kept<Secrets>> {
    let document = store.document(Collection::WEBHOOK_SECRETS, id.as_str())?;
    Ok(Kept::read(&document.ok_or_else(|| WebhookError::NoEndpoint(id.clone()))?)?)
}

/// Removes an endpoint with its secrets and deliveries. With `revision`, only if it still is that one.
///
/// # Errors
/// [`WebhookError::NoEndpoint`], [`StoreError::Conflict`].
pub fn delete(store: &dyn Store, id: &EndpointId, revision: Option<u64>, actor: &Actor, now: Timestamp) -> Result<()> {
    show(store, id)?;
    let writes = [
        DocumentWrite::delete(
            Collection::WEBHOOK_ENDPOINTS,
            id.as_str(),
            revision.map_or(Expect::Any, Expect::Revision),
        ),
        DocumentWrite::delete(Collection::WEBHOOK_SECRETS, id.as_str(), Expect::Any),
        DocumentWrite::delete(Collection::WEBHOOK_HEALTH, id.as_str(), Expect::Any),
    ];
    let act = act("webhook.delete", id, actor, now, json!({}));
    store.write_documents(&writes, Some(&act))?;
    // From here on nothing is sent. What a crash leaves lying, and what a change puts that began before, goes with its age.
    ledger::forget_endpoint(store, id)
}

/// Sends an endpoint a message of kind `webhook.ping`, whatever it asked for, and returns its id: look at its delivery for
/// what came of it.
///
/// # Errors
/// [`WebhookError::NoEndpoint`], [`WebhookError::Disabled`].
pub fn ping(store: &dyn Store, id: &EndpointId, actor: &Actor, now: Timestamp) -> Result<MessageId> {
    let endpoint = show(store, id)?.record;
    if endpoint.disabled.is_some() {
        return Err(WebhookError::Disabled(id.clone()));
    }
    let (message, writes) = outbox::message(&Notice::ping(now, id.as_str()), &[&endpoint])?;
    let act = act("webhook.ping", id, actor, now, json!({ "message": message }));
    store.write_documents(&writes, Some(&act))?;
    Ok(message)
}

/// Returns an act on an endpoint.
pub(super) fn act(action: &str, id: &EndpointId, actor: &Actor, now: Timestamp, detail: serde_json::Value) -> Act {
    Act { actor: actor.to_string(), at: now, action: action.to_owned(), subject: id.to_string(), detail }
}

/// Decides anew, if allowed, while somebody else is faster.
pub(super) fn again<T>(mut decide: impl FnMut() -> Result<T>, allowed: bool) -> Result<T> {
    for _ in 1..TRIES {
        match decide() {
            Err(WebhookError::Store(StoreError::Conflict(_))) if allowed => {}
            done => return done,
        }
    }
    decide()
}

fn description(text: &str) -> Result<String> {
    let (bytes, limit) = (text.len(), DESCRIPTION_BYTES);
    if bytes > limit { Err(WebhookError::Description { bytes, limit }) } else { Ok(text.to_owned()) }
}

fn events(kinds: &[EventKind]) -> Result<Vec<EventKind>> {
    let mut kinds: Vec<_> = kinds.iter().copied().filter(|kind| EventKind::ALL.contains(kind)).collect();
    kinds.sort_unstable();
    kinds.dedup();
    if kinds.is_empty() { Err(WebhookError::NoEvents) } else { Ok(kinds) }
}
