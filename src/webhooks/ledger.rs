//! The log of deliveries: list, look, send again by hand, and clear what is old.

use serde_json::json;

use super::endpoints::{act, again, show};
use super::outbox::{delivery, kept_message};
use super::{Delivery, DeliveryState, EndpointId, Kept, Message, MessageId, Result, WebhookError};
use crate::credential::Timestamp;
use crate::desk::Actor;
use crate::store::{Collection, Document, DocumentWrite, Expect, Page, Store};

/// How long messages and their deliveries are kept, in days. What waits longer, at a disabled endpoint, is given up.
pub const RETENTION_DAYS: i64 = 30;
/// Most deliveries of one page.
pub const PAGE_DELIVERIES: usize = 500;
/// Deliveries or messages removed in one transaction.
const SWEEP: usize = 200;

/// Which deliveries to list; all without any.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeliveryFilter {
    /// Those to this endpoint.
    pub endpoint: Option<EndpointId>,
    /// Those in this state.
    pub state: Option<DeliveryState>,
}

/// Lists deliveries by endpoint, the newest of each first. One whose state changes meanwhile may be missing.
///
/// # Errors
/// [`WebhookError::Store`], with an unknown cursor among others.
pub fn deliveries(
    store: &dyn Store,
    filter: &DeliveryFilter,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Page<Delivery>> {
    let limit = limit.clamp(1, PAGE_DELIVERIES);
    let prefix = filter.endpoint.as_ref().map_or_else(String::new, |id| format!("{id}/"));
    let Some(state) = filter.state else {
        let page = store.documents(Collection::WEBHOOK_DELIVERIES, &prefix, cursor, limit)?;
        let items = page.items.iter().map(Document::read).collect::<Result<_, _>>()?;
        return Ok(Page { items, next: page.next });
    };
    let page = store.documents(Collection::WEBHOOK_STATES, &format!("{}/{prefix}", state.name()), cursor, limit)?;
    let mut items = Vec::new();
    for entry in &page.items {
        let key = entry.key.split_once('/').map_or("", |(_, key)| key);
        let found = store.document(Collection::WEBHOOK_DELIVERIES, key)?;
        let found = found.map(|document| document.read::<Delivery>()).transpose()?;
        items.extend(found.filter(|delivery| delivery.state == state));
    }
    Ok(Page { items, next: page.next })
}

/// Returns a delivery with the log of its attempts.
///
/// # Errors
/// [`WebhookError::NoDelivery`].
pub fn show_delivery(store: &dyn Store, endpoint: &EndpointId, message: &MessageId) -> Result<Kept<Delivery>> {
    let missing = || WebhookError::NoDelivery { endpoint: endpoint.clone(), message: message.clone() };
    delivery(store, endpoint, message)?.ok_or_else(missing)
}

/// Returns a message with its payload.
///
/// # Errors
/// [`WebhookError::NoMessage`].
pub fn show_message(store: &dyn Store, id: &MessageId) -> Result<Message> {
    kept_message(store, id)?.ok_or_else(|| WebhookError::NoMessage(id.clone()))
}

/// Puts a delivery into the queue again, due now, with all attempts before it. One that is being sent stays as it is. The
/// receiver gets the same `webhook-id`.
///
/// # Errors
/// [`WebhookError::NoDelivery`], [`WebhookError::NoMessage`], [`WebhookError::Disabled`].
pub fn redeliver(
    store: &dyn Store,
    endpoint: &EndpointId,
    message: &MessageId,
    actor: &Actor,
    now: Timestamp,
) -> Result<Delivery> {
    if show(store, endpoint)?.record.disabled.is_some() {
        return Err(WebhookError::Disabled(endpoint.clone()));
    }
    again(
        || {
            let Kept { revision, record: old } = show_delivery(store, endpoint, message)?;
            show_message(store, message)?;
            if old.lease.is_some() && old.due.is_some_and(|end| now < end) {
                return Ok(old);
            }
            let new =
                Delivery { state: DeliveryState::Waiting, attempts: 0, due: Some(now), lease: None, ..old.clone() };
            let act = act("webhook.redeliver", endpoint, actor, now, json!({ "message": message }));
            store.write_documents(&new.replace(Some(&old), Expect::Revision(revision)), Some(&act))?;
            Ok(new)
        },
        true,
    )
}

/// Removes messages past [`RETENTION_DAYS`] with their deliveries, and returns how many.
///
/// # Errors
/// [`WebhookError::Store`].
pub fn tidy(store: &dyn Store, now: Timestamp) -> Result<usize> {
    let oldest = MessageId::first_at(now.plus_days(-RETENTION_DAYS));
    let mut removed = 0;
    loop {
        let page = store.documents(Collection::WEBHOOK_MESSAGES, "", None, SWEEP)?;
        let old = page.items.iter().filter(|document| document.key < oldest).collect::<Vec<_>>();
        let mut writes = Vec::new();
        for document in &old {
            let message: Message = document.read()?;
            for endpoint in &message.endpoints {
                writes
                    .extend(delivery(store, endpoint, &message.id)?.into_iter().flat_map(|kept| kept.record.remove()));
            }
            writes.push(DocumentWrite::delete(Collection::WEBHOOK_MESSAGES, document.key.clone(), Expect::Any));
        }
        store.write_documents(&writes, None)?;
        removed += old.len();
        if old.len() < SWEEP {
            return Ok(removed);
        }
    }
}

/// Removes all deliveries of an endpoint that is gone.
pub(super) fn forget_endpoint(store: &dyn Store, id: &EndpointId) -> Result<()> {
    loop {
        let page = store.documents(Collection::WEBHOOK_DELIVERIES, &format!("{id}/"), None, SWEEP)?;
        if page.items.is_empty() {
            return Ok(());
        }
        let mut writes = Vec::new();
        for document in &page.items {
            writes.extend(document.read::<Delivery>()?.remove());
        }
        store.write_documents(&writes, None)?;
    }
}
