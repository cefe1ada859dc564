//! A store in which something happens right before a write: what an act has read is old then, each time, on any machine.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use testamur::credential::{CertificateNumber, EventCode, StatusEntry, Timestamp};
use testamur::status::Reason;
use testamur::store::{
    Act, AuditEntry, AuditQuery, Batch, BlobId, Certificate, CertificateChange, CertificateQuery, Collection,
    Compacted, Document, DocumentQuery, DocumentWrite, DumpRecord, Event, Page, Participant, PeopleQuery, PersonKey,
    StatusRange, Store, StoreError, Stray, Waiting,
};

type Result<T> = std::result::Result<T, StoreError>;
type Happening = Box<dyn FnOnce() + Send>;
type Look = Arc<dyn Fn(&dyn Store) + Send + Sync>;
type Refusal = Box<dyn Fn(&Batch) -> Option<StoreError> + Send>;

/// A store with a hook before its writes.
pub struct Between {
    handles: Vec<Arc<dyn Store>>,
    turn: AtomicUsize,
    happening: Mutex<Option<(&'static str, Happening)>>,
    refusal: Mutex<Option<Refusal>>,
    look: Mutex<Option<Look>>,
}

impl Between {
    /// Returns a store that does what the inner one does.
    pub fn over(inner: Arc<dyn Store>) -> Arc<Self> {
        Self::taking_turns(vec![inner])
    }

    /// Returns a store of which each call goes to the next of several handles to one store.
    pub fn taking_turns(handles: Vec<Arc<dyn Store>>) -> Arc<Self> {
        let (turn, happening, refusal, look) = Default::default();
        Arc::new(Self { handles, turn, happening, refusal, look })
    }

    fn inner(&self) -> &dyn Store {
        &*self.handles[self.turn.fetch_add(1, Ordering::Relaxed) % self.handles.len()]
    }

    /// Lets something happen before the next call of a writing method; what it writes itself is not interrupted.
    pub fn before(&self, method: &'static str, happening: impl FnOnce() + Send + 'static) {
        *self.happening.lock().unwrap() = Some((method, Box::new(happening)));
    }

    /// Says whether what should happen has happened.
    pub fn happened(&self) -> bool {
        self.happening.lock().unwrap().is_none()
    }

    /// Refuses batches from now on.
    pub fn refuse(&self, refusal: impl Fn(&Batch) -> Option<StoreError> + Send + 'static) {
        *refusals(&self.refusal) = Some(Box::new(refusal));
    }

    /// Looks at the store after each call from now on: what is seen is what is there after a cut between two of them.
    pub fn watch(&self, look: impl Fn(&dyn Store) + Send + Sync + 'static) {
        *self.look.lock().unwrap() = Some(Arc::new(look));
    }

    fn look(&self) {
        let look = self.look.lock().unwrap().clone();
        if let Some(look) = look {
            look(self.inner());
        }
    }

    fn now(&self, method: &str) {
        let happening = {
            let mut waiting = self.happening.lock().unwrap();
            if waiting.as_ref().is_some_and(|(before, _)| *before == method) { waiting.take() } else { None }
        };
        if let Some((_, happening)) = happening {
            happening();
        }
    }
}

/// Also after a refusal that panicked: what it is like for a run to meet a fault.
fn refusals(refusal: &Mutex<Option<Refusal>>) -> MutexGuard<'_, Option<Refusal>> {
    refusal.lock().unwrap_or_else(PoisonError::into_inner)
}

macro_rules! passed_on {
    ($($name:ident($($argument:ident: $kind:ty),*) -> $answer:ty;)*) => {
        $(fn $name(&self, $($argument: $kind),*) -> Result<$answer> {
            self.now(stringify!($name));
            let answer = self.inner().$name($($argument),*);
            self.look();
            answer
        })*
    };
}

impl Store for Between {
    fn opening(&self) -> Option<&str> {
        self.inner().opening()
    }

    fn write(&self, batch: &Batch, act: Option<&Act>) -> Result<u64> {
        self.now("write");
        let refused = refusals(&self.refusal).as_ref().and_then(|refusal| refusal(batch));
        let answer = refused.map_or_else(|| self.inner().write(batch, act), Err);
        self.look();
        answer
    }

    passed_on! {
        compact() -> Compacted;
        setting(name: &str) -> Option<Vec<u8>>;
        swap_setting(name: &str, old: Option<&[u8]>, new: &[u8], act: &Act) -> ();
        settings(cursor: Option<&str>, limit: usize) -> Page<(String, Vec<u8>)>;
        put_blob(bytes: &[u8]) -> BlobId;
        blob(id: &BlobId) -> Option<Vec<u8>>;
        blobs(cursor: Option<&str>, limit: usize) -> Page<BlobId>;
        event(code: &EventCode) -> Option<Event>;
        events(cursor: Option<&str>, limit: usize) -> Page<Event>;
        participant(event: &EventCode, person: &PersonKey) -> Option<Participant>;
        participants_at(event: &EventCode, people: &[&PersonKey]) -> Vec<Option<Participant>>;
        participants(event: &EventCode, cursor: Option<&str>, limit: usize) -> Page<Participant>;
        find_participants(event: &EventCode, query: &PeopleQuery, cursor: Option<&str>, limit: usize) -> Page<Participant>;
        find_people(text: &str, cursor: Option<&str>, limit: usize) -> Page<(EventCode, Participant)>;
        roster_stamps(event: &EventCode) -> Vec<(u64, u64)>;
        roster_block(event: &EventCode, block: u64) -> Vec<(u64, Participant)>;
        change_event(old: Option<&Event>, new: &Event, writes: &[DocumentWrite], act: &Act) -> ();
        remove_event(event: &Event, writes: &[DocumentWrite], act: &Act) -> ();
        forget_people(event: &EventCode, most: usize) -> bool;
        person(event: &EventCode, mark: &str) -> Option<PersonKey>;
        people_at(event: &EventCode, email: &str) -> Vec<Participant>;
        people_named(event: &EventCode, name: &str) -> Vec<Participant>;
        change_participant(event: &EventCode, old: Option<&Participant>, new: Option<&Participant>,
            writes: &[DocumentWrite], act: &Act) -> ();
        merge_participants(event: &EventCode, people: [&Participant; 3], writes: &[DocumentWrite], act: &Act) -> ();
        erase_person(event: &EventCode, person: &PersonKey, writes: &[DocumentWrite], act: &Act) -> ();
        reserve_numbers(event: &EventCode, year: i16, count: u64) -> u64;
        reserve_status(count: u32) -> Vec<StatusRange>;
        status_lists() -> Vec<u32>;
        change_strays(changes: &[(Option<&Stray>, Option<&Stray>)], writes: &[DocumentWrite], act: &Act) -> ();
        stray(status: StatusEntry) -> Option<Stray>;
        strays(cursor: Option<&str>, limit: usize) -> Page<Stray>;
        waiting(after: Timestamp, cursor: Option<&str>, limit: usize) -> Page<Waiting>;
        change_certificates(changes: &[CertificateChange], writes: &[DocumentWrite], act: &Act) -> ();
        certificate(number: &CertificateNumber) -> Option<Certificate>;
        certificates_at(numbers: &[&CertificateNumber]) -> Vec<Option<Certificate>>;
        certificates_of(event: &EventCode, people: &[&PersonKey]) -> Vec<Option<CertificateNumber>>;
        versions(number: &CertificateNumber) -> Vec<Certificate>;
        certificate_of(event: &EventCode, person: &PersonKey) -> Option<CertificateNumber>;
        certificates(event: Option<&EventCode>, cursor: Option<&str>, limit: usize) -> Page<Certificate>;
        find_certificates(query: &CertificateQuery, cursor: Option<&str>, limit: usize) -> Page<Certificate>;
        set_entries(list: u32, cursor: Option<&str>, limit: usize) -> Page<(u32, Reason)>;
        issued_digests(key: &str, cursor: Option<&str>, limit: usize) -> Page<[u8; 16]>;
        document(collection: Collection, key: &str) -> Option<Document>;
        documents_at(collection: Collection, keys: &[&str]) -> Vec<Option<Document>>;
        documents(collection: Collection, prefix: &str, cursor: Option<&str>, limit: usize) -> Page<Document>;
        documents_newest(collection: Collection, prefix: &str, cursor: Option<&str>, limit: usize) -> Page<Document>;
        find_documents(collection: Collection, query: &DocumentQuery, cursor: Option<&str>, limit: usize) -> Page<Document>;
        write_documents(writes: &[DocumentWrite], act: Option<&Act>) -> u64;
        append_audit(act: &Act) -> ();
        last_act() -> Option<Timestamp>;
        check() -> ();
        audit(cursor: Option<&str>, limit: usize) -> Page<AuditEntry>;
        audit_newest(cursor: Option<&str>, limit: usize) -> Page<AuditEntry>;
        find_audit(query: &AuditQuery, newest: bool, cursor: Option<&str>, limit: usize) -> Page<AuditEntry>;
        number_counters() -> Vec<(EventCode, i16, u64)>;
        begin_restore(dump: &str) -> ();
        restore(records: &[DumpRecord]) -> ();
        finish_restore() -> ();
    }
}
