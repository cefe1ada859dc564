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

/// What verifiers should know of, or changes who may see what.
const TOLD: [&str; 10] = [
    "certificate.revoke",
    "certificate.hasten",
    "certificate.regenerate",
    "certificate.reissue",
    "certificate.show",
    "certificate.hide",
    "participant.erase",
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

impl Due {
    /// Returns what the service's log calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Changed => "changed",
            Self::Ageing => "ageing",
        }
    }
}

/// Remembers how far the audit log was looked at, so that it is read once.
#[derive(Debug, Default)]
pub struct Watch {
    /// The last entry that was looked at.
    seen: u64,
    /// The last publication that it was compared with.
    of: Option<u64>,
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
        let now_lists = store.status_lists()?.len();
        let grown = last.lists.is_some_and(|lists| now_lists > lists);
        let changed =
            grown || last.pages_left || self.has_waited(store, &last, now)? || self.has_changed(store, &last)?;
        Ok(changed.then_some(Due::Changed))
    }

    /// Says whether a revocation that was left out is due now.
    fn has_waited(&self, store: &dyn Store, last: &LastPublished, now: Timestamp) -> Result<bool, PublishError> {
        let mut cursor = None::<String>;
        loop {
            let page = store.waiting(last.issued, cursor.as_deref(), PAGE)?;
            // The first one due comes first.
            let due = page.items.iter().take_while(|one| one.due <= now);
            let (due, all) = (due.collect::<Vec<_>>(), page.items.len());
            if due.iter().any(|one| !last.holds(one.at, Some(one.due))) {
                return Ok(true);
            }
            cursor = page.next.filter(|_| due.len() == all);
            if cursor.is_none() {
                return Ok(false);
            }
        }
    }

    /// Says whether anything was done since the last publication that verifiers should know. What waits is told when it is
    /// due.
    fn has_changed(&mut self, store: &dyn Store, last: &LastPublished) -> Result<bool, PublishError> {
        if self.of != Some(last.version) {
            *self = Self { of: Some(last.version), ..Self::default() };
        }
        let is_in = |entry: &AuditEntry| match last.through {
            Some(through) => entry.sequence <= through,
            None => entry.act.at <= last.covers,
        };
        let (mut newest, mut cursor) = (None, None::<String>);
        'log: loop {
            let page = store.audit_newest(cursor.as_deref(), PAGE)?;
            for entry in page.items {
                newest = newest.or(Some(entry.sequence));
                if entry.sequence <= self.seen || is_in(&entry) {
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

/// Says whether an act is one that verifiers should know of at once: a revocation that waits is not. An event that shows its
/// certificates, or hides them, is.
fn is_told(entry: &AuditEntry) -> bool {
    let act = &entry.act;
    if act.action == "event.update" {
        return !act.detail["after"]["public_pages"].is_null();
    }
    TOLD.contains(&act.action.as_str()) && act.detail["due"].is_null()
}

impl LastPublished {
    /// Says whether half of the time is over for which what was published is good; or may be, where an earlier version
    /// published, which did not write that down.
    pub fn is_ageing(&self, now: Timestamp) -> bool {
        let Some(next) = self.next_update else { return true };
        now.unix() >= self.issued.unix() + (next.unix() - self.issued.unix()) / 2
    }

    /// Says whether three quarters of it are over: somebody should see to it.
    pub fn is_late(&self, now: Timestamp) -> bool {
        let Some(next) = self.next_update else { return false };
        now.unix() >= self.issued.unix() + (next.unix() - self.issued.unix()) / 4 * 3
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn published(next_update: Option<i64>) -> LastPublished {
        let at = Timestamp::from_unix(1_000);
        let next_update = next_update.map(|seconds| at.plus_seconds(seconds));
        LastPublished { version: 3, issued: at, covers: at, next_update, lists: None, through: None, pages_left: false }
    }

    #[test]
    fn what_is_published_ages_at_half_and_is_late_at_three_quarters_of_its_time() {
        let ages = |last: &LastPublished, seconds: i64| {
            let now = Timestamp::from_unix(1_000 + seconds);
            (last.is_ageing(now), last.is_late(now))
        };
        let last = published(Some(800));
        assert_eq!(
            [399, 400, 599, 600].map(|seconds| ages(&last, seconds)),
            [(false, false), (true, false), (true, false), (true, true)]
        );
        // Of an earlier version it is not known: it is published anew, and nobody is alarmed.
        assert_eq!(ages(&published(None), 0), (true, false));
    }
}
