//! When to publish next: soon after something changed that verifiers should know, once it can no longer be undone unseen, and
//! well before what is published grows stale.
//!
//! Looks at the store and at the time; publishes nothing.

use super::{LastPublished, PublishError};
use crate::credential::Timestamp;
use crate::store::{AuditEntry, Store};

/// Acts looked at in one step.
const PAGE: usize = 500;
/// How many seconds lie between two publications at least: what changes together is published together.
const REST_SECONDS: i64 = 60;

/// What verifiers should know of.
const TOLD: [&str; 7] = [
    "certificate.revoke",
    "certificate.hasten",
    "certificate.regenerate",
    "certificate.reissue",
    "key.rotate",
    "key.compromise",
    "root.rotate",
];

/// Why it is time to publish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// Nothing has been published yet.
    First,
    /// Something changed.
    Changed,
    /// Half of the time is over for which what is published is good.
    Ageing,
}

/// Remembers how far the audit log was looked at, so that it is read once.
#[derive(Debug, Default)]
pub struct Watch {
    /// The last entry that was looked at.
    seen: u64,
    /// When the last publication was that it was compared with.
    of: Option<Timestamp>,
    changed: bool,
}

impl Watch {
    /// Says why it is time to publish; nothing if it is not.
    ///
    /// # Errors
    /// When the store fails.
    pub fn due(&mut self, store: &dyn Store, now: Timestamp) -> Result<Option<Due>, PublishError> {
        let Some(last) = super::last(store)? else { return Ok(Some(Due::First)) };
        if now.unix() - last.issued.unix() < REST_SECONDS {
            return Ok(None);
        }
        if last.is_ageing(now) {
            return Ok(Some(Due::Ageing));
        }
        let grown = last.lists.is_some_and(|lists| store.status_lists().is_ok_and(|now| now.len() > lists));
        let changed = grown || self.has_waited(store, &last, now)? || self.has_changed(store, &last)?;
        Ok(changed.then_some(Due::Changed))
    }

    /// Says whether a revocation that was left out is due now.
    fn has_waited(&self, store: &dyn Store, last: &LastPublished, now: Timestamp) -> Result<bool, PublishError> {
        let first = store.waiting(last.issued, None, 1)?.items.into_iter().next();
        Ok(first.is_some_and(|first| first.due <= now && !last.holds(first.at, Some(first.due))))
    }

    /// Says whether anything was done since the last publication that verifiers should know. What waits is told when it is
    /// due.
    fn has_changed(&mut self, store: &dyn Store, last: &LastPublished) -> Result<bool, PublishError> {
        if self.of != Some(last.issued) {
            *self = Self { of: Some(last.issued), ..Self::default() };
        }
        let (mut newest, mut cursor) = (None, None::<String>);
        'log: loop {
            let page = store.audit_newest(cursor.as_deref(), PAGE)?;
            for entry in page.items {
                newest = newest.or(Some(entry.sequence));
                if entry.sequence <= self.seen || entry.act.at <= last.covers {
                    break 'log;
                }
                self.changed |= is_told(&entry);
            }
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        self.seen = newest.unwrap_or(self.seen);
        Ok(self.changed)
    }
}

/// Says whether an act is one that verifiers should know of at once: a revocation that waits is not.
fn is_told(entry: &AuditEntry) -> bool {
    let act = &entry.act;
    TOLD.contains(&act.action.as_str()) && act.detail["due"].is_null()
}

impl LastPublished {
    /// Says whether half of the time is over for which what was published is good.
    pub fn is_ageing(&self, now: Timestamp) -> bool {
        let Some(next) = self.next_update else { return false };
        now.unix() >= self.issued.unix() + (next.unix() - self.issued.unix()) / 2
    }

    /// Says whether three quarters of it are over: somebody should see to it.
    pub fn is_late(&self, now: Timestamp) -> bool {
        let Some(next) = self.next_update else { return false };
        now.unix() >= self.issued.unix() + (next.unix() - self.issued.unix()) / 4 * 3
    }
}
