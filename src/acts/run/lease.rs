//! Who works on a run: a lease with a fencing token, in the run's entry of the queue.
//!
//! Who is to work on a run writes a lease into its entry before anything is reserved for it, and every write about the run that
//! follows expects the entry as they left it. A lease ends by the clock of the desk. Whoever takes the run then writes a larger
//! token over it, and what the former holder still writes conflicts: two who work on one run cost a group's numbers at most,
//! and nobody gets two. Where one process at a time has the store open, what was held under an earlier opening is nobody's any more:
//! who held it has died, or has lost the store.

use std::sync::OnceLock;

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};

use super::{Result, TRIES};
use crate::credential::Timestamp;
use crate::desk::Desk;
use crate::making::IssueError;
use crate::store::{Collection, Document, DocumentWrite, Expect, Premise, Store, StoreError};

/// How long a worker may take over one group before another does it again, in seconds: well past what a group takes on a slow
/// machine.
pub const LEASE_SECONDS: i64 = 120;

/// Somebody who works on runs: a thread of a service, a command.
#[derive(Debug, Default)]
pub struct Holder {
    name: OnceLock<String>,
    keeps: bool,
}

impl Holder {
    /// Returns a holder who keeps a run from its first group to its last; others give it back after each group.
    pub fn to_the_end() -> Self {
        Self { keeps: true, ..Self::default() }
    }

    /// Returns the holder's name, which begins with that of the opening.
    fn name(&self, store: &dyn Store) -> Result<&str> {
        if let Some(name) = self.name.get() {
            return Ok(name);
        }
        let own = random()?;
        Ok(self.name.get_or_init(|| format!("{}/{own}", store.opening().unwrap_or(SHARED))))
    }
}

/// What begins the names of holders where processes share the store.
const SHARED: &str = "shared";

fn random() -> Result<String> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).map_err(|error| IssueError::Random(error.to_string()))?;
    Ok(HEXLOWER.encode(&bytes))
}

/// A run's entry of the queue. Those of earlier versions say nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    /// Grows with each holder.
    #[serde(default, skip_serializing_if = "is_zero")]
    token: u64,
    /// Who works on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lease: Option<Lease>,
}

fn is_zero(token: &u64) -> bool {
    *token == 0
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Lease {
    holder: String,
    until: Timestamp,
}

impl Lease {
    /// Says whether it lasts for another group.
    fn lasts(&self, now: Timestamp) -> bool {
        self.until >= now.plus_seconds(LEASE_SECONDS / 2)
    }

    /// Says whether it still holds, for who has this opening of the store.
    fn is_live(&self, now: Timestamp, opening: Option<&str>) -> bool {
        let here = opening.is_none_or(|opening| self.holder.split('/').next() == Some(opening));
        // One that ends later than any that can be given was given by another clock.
        now < self.until && self.until <= now.plus_seconds(2 * LEASE_SECONDS) && here
    }
}

impl Entry {
    /// Reads an entry. One that says something else is nobody's.
    pub(super) fn of(document: &Document) -> Self {
        document.read().unwrap_or_default()
    }

    /// Says whether somebody else than this holder works on the run.
    pub(super) fn is_held(&self, desk: &Desk, holder: &Holder) -> bool {
        let others = |lease: &&Lease| holder.name.get() != Some(&lease.holder);
        self.lease.as_ref().filter(others).is_some_and(|lease| lease.is_live(desk.now, desk.store.opening()))
    }

    fn put(&self, run: &str, expect: Expect) -> DocumentWrite {
        DocumentWrite::put(Collection::RUN_QUEUE, run, expect, self)
    }
}

/// What came of asking for a run.
pub(in crate::acts) enum Taken {
    /// It is ours.
    Held(Held),
    /// Somebody else works on it.
    Elsewhere,
    /// It is not in the queue.
    Gone,
}

/// A run that its holder may write about, while nobody else has taken it.
pub(in crate::acts) struct Held {
    run: String,
    entry: Entry,
    keeps: bool,
    revision: u64,
}

impl Held {
    /// Returns the revision of the entry: that of the record too, right after both were made.
    pub(super) fn revision(&self) -> u64 {
        self.revision
    }

    /// Returns the premise that the run still is ours.
    pub(super) fn given(&self) -> Premise {
        Premise::Document(Collection::RUN_QUEUE, self.run.clone(), Expect::Revision(self.revision))
    }

    /// Returns the write that goes with a group: the run stays ours for longer, or is given back.
    pub(super) fn done(&self, now: Timestamp) -> DocumentWrite {
        let keep = |lease: Lease| Lease { until: now.plus_seconds(LEASE_SECONDS), ..lease };
        let lease = self.entry.lease.clone().filter(|_| self.keeps).map(keep);
        Entry { lease, ..self.entry.clone() }.put(&self.run, Expect::Revision(self.revision))
    }

    /// Returns the write that takes the run off the queue.
    pub(super) fn ended(&self) -> DocumentWrite {
        DocumentWrite::delete(Collection::RUN_QUEUE, self.run.clone(), Expect::Revision(self.revision))
    }
}

/// Begins a new run, whose record is among the writes, with its maker as its first holder.
pub(super) fn begin(desk: &Desk, holder: &Holder, run: &str, record: DocumentWrite) -> Result<Held> {
    let entry = Entry::default().for_holder(desk, holder)?;
    let revision = desk.store.write_documents(&[record, entry.put(run, Expect::Absent)], None)?;
    Ok(Held { run: run.to_owned(), entry, keeps: holder.keeps, revision })
}

impl Entry {
    fn for_holder(&self, desk: &Desk, holder: &Holder) -> Result<Self> {
        let (name, until) = (holder.name(desk.store)?.to_owned(), desk.now.plus_seconds(LEASE_SECONDS));
        let again = self.lease.as_ref().is_some_and(|lease| lease.holder == name);
        Ok(Self { token: self.token + u64::from(!again), lease: Some(Lease { holder: name, until }) })
    }
}

/// Takes a run of the queue, unless somebody else works on it. Durable when it returns.
///
/// # Errors
/// When the store fails.
pub(in crate::acts) fn take(desk: &Desk, holder: &Holder, run: &str) -> Result<Taken> {
    for _ in 0..TRIES {
        let Some(document) = desk.store.document(Collection::RUN_QUEUE, run)? else { return Ok(Taken::Gone) };
        let old = Entry::of(&document);
        if old.is_held(desk, holder) {
            return Ok(Taken::Elsewhere);
        }
        let entry = old.for_holder(desk, holder)?;
        let held = |entry, revision| Taken::Held(Held { run: run.to_owned(), entry, keeps: holder.keeps, revision });
        // Ours already, and for long enough.
        if entry.token == old.token && old.lease.as_ref().is_some_and(|lease| lease.lasts(desk.now)) {
            return Ok(held(old, document.revision));
        }
        if let Some(lease) = old.lease.filter(|_| entry.token > old.token) {
            tracing::warn!(%run, token = entry.token, until = %lease.until, "its worker did not come back; another goes on");
        }
        match desk.store.write_documents(&[entry.put(run, Expect::Revision(document.revision))], None) {
            Err(StoreError::Conflict(_)) => {}
            written => return Ok(held(entry, written?)),
        }
    }
    Ok(Taken::Elsewhere)
}

/// Gives a run back that is not over: others go on with it at once.
///
/// # Errors
/// When the store fails.
pub fn give_back(desk: &Desk, holder: &Holder, run: &str) -> Result<()> {
    let Taken::Held(held) = take(desk, holder, run)? else { return Ok(()) };
    rest(desk, &Held { keeps: false, ..held })
}

/// Ends a turn in which nothing was done.
pub(super) fn rest(desk: &Desk, held: &Held) -> Result<()> {
    match desk.store.write_documents(&[held.done(desk.now)], None) {
        Ok(_) | Err(StoreError::Conflict(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::MemoryStore;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix(1_800_000_000 + seconds)
    }

    #[test]
    fn a_lease_ends_by_the_clock_and_with_the_process_that_had_the_store_to_itself() {
        let (here, store, other) = (Holder::default(), MemoryStore::new(), MemoryStore::new());
        let lease = |holder: &str| Lease { holder: holder.to_owned(), until: at(LEASE_SECONDS) };
        let (ours, theirs) = (lease(here.name(&store).unwrap()), lease("0011223344556677/8899aabbccddeeff"));
        for opening in [store.opening(), None] {
            assert!(ours.is_live(at(0), opening) && ours.is_live(at(LEASE_SECONDS - 1), opening));
            assert!(!ours.is_live(at(LEASE_SECONDS), opening), "it is over");
            assert!(!ours.is_live(at(-10 * LEASE_SECONDS), opening), "the clock that gave it was another");
        }
        assert!(theirs.is_live(at(0), None), "another process may share the store");
        assert!(!theirs.is_live(at(0), store.opening()), "nobody else can be there");
        assert!(!ours.is_live(at(0), other.opening()), "who held it had the store before");
        let beside = Holder::default();
        assert_eq!(beside.name(&store).unwrap().split('/').next(), store.opening());
        assert_ne!(beside.name(&store).unwrap(), here.name(&store).unwrap());
    }

    #[test]
    fn an_entry_of_an_earlier_version_is_nobodys() {
        let document = |value| Document { key: "x".to_owned(), revision: 1, value };
        for value in [serde_json::json!({}), serde_json::json!([]), serde_json::json!({ "lease": 7 })] {
            assert_eq!(Entry::of(&document(value)), Entry::default());
        }
        let held = Entry { token: 3, lease: Some(Lease { holder: "a/b".to_owned(), until: at(5) }) };
        let stored = held.put("x", Expect::Any).value.unwrap();
        assert_eq!(Entry::of(&document(stored)), held);
    }
}
