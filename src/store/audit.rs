//! The audit log's chain: each entry's hash covers the entry before it, so that nothing can be taken out or changed
//! unnoticed. Whoever can rewrite the whole store can rewrite the chain; publish its head to pin it.

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{Act, AuditEntry, Result, Store, StoreError};

/// Entries read at a time.
const PAGE: usize = 1_000;

/// The newest entry's place and hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditHead {
    /// Number of entries; 0 for an empty log.
    pub sequence: u64,
    /// Hash of the last one; 64 zeros for an empty log.
    pub hash: String,
}

impl Default for AuditHead {
    fn default() -> Self {
        Self { sequence: 0, hash: "0".repeat(64) }
    }
}

impl AuditHead {
    /// Returns the entry that records an act next.
    pub(super) fn next(&self, act: &Act) -> AuditEntry {
        let sequence = self.sequence + 1;
        let hash = entry_hash(sequence, act, &self.hash);
        AuditEntry { sequence, act: act.clone(), hash, previous: self.hash.clone() }
    }

    /// Returns the head after an entry, provided that it continues the chain.
    pub fn follow(&self, entry: AuditEntry) -> Option<Self> {
        let continues = entry.sequence == self.sequence + 1
            && entry.previous == self.hash
            && entry.hash == entry_hash(entry.sequence, &entry.act, &entry.previous);
        continues.then_some(Self { sequence: entry.sequence, hash: entry.hash })
    }
}

/// Reads the whole audit log and returns its head.
///
/// # Errors
/// [`StoreError::Audit`] names the first entry that does not continue the chain.
pub fn check_audit(store: &dyn Store) -> Result<AuditHead> {
    let mut head = AuditHead::default();
    let mut cursor = None;
    loop {
        let page = store.audit(cursor.as_deref(), PAGE)?;
        for entry in page.items {
            let sequence = head.sequence + 1;
            head = head.follow(entry).ok_or(StoreError::Audit { sequence })?;
        }
        cursor = page.next;
        if cursor.is_none() {
            return Ok(head);
        }
    }
}

/// SHA-256 over the JCS (RFC 8785) of `{sequence, act, previous}`, in lower-case hex.
fn entry_hash(sequence: u64, act: &Act, previous: &str) -> String {
    #[derive(Serialize)]
    struct Hashed<'a> {
        sequence: u64,
        act: &'a Act,
        previous: &'a str,
    }
    let hashed = Hashed { sequence, act, previous };
    let bytes = serde_json_canonicalizer::to_vec(&hashed).expect("an act holds JSON values only");
    data_encoding::HEXLOWER.encode(&Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credential::Timestamp;

    fn act(subject: &str) -> Act {
        let at = Timestamp::from_unix(1_767_225_600);
        let (actor, action) = ("ada".to_owned(), "certificate.revoke".to_owned());
        Act { actor, at, action, subject: subject.to_owned(), detail: serde_json::json!({ "b": 1, "a": 2 }) }
    }

    #[test]
    fn the_chain_breaks_where_an_entry_is_changed_or_missing() {
        let first = AuditHead::default().next(&act("CERT-A-2026-00001"));
        let head = AuditHead::default().follow(first.clone()).unwrap();
        let second = head.next(&act("CERT-A-2026-00002"));
        assert!(head.follow(second.clone()).is_some());

        let mut changed = second.clone();
        changed.act.subject = "CERT-A-2026-00003".to_owned();
        assert_eq!(head.follow(changed), None);
        assert_eq!(AuditHead::default().follow(second), None);
    }

    #[test]
    fn the_hash_does_not_depend_on_the_order_of_members() {
        let mut other = act("X");
        other.detail = serde_json::json!({ "a": 2, "b": 1 });
        let head = AuditHead::default();
        assert_eq!(head.next(&act("X")).hash, head.next(&other).hash);
    }
}
