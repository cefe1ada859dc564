//! The calls of [`Store`], each on one line for both sides: what it does, its arguments as they are given, what they are on the
//! other side, and how they are lent to the store there.

use std::any::Any;

use sha2::{Digest, Sha256};

use super::wire::{answered, answered_bytes, arguments, read_answer, read_arguments, read_bytes};
use super::{CALLS, Kind, RemoteStore};
use crate::credential::{CertificateNumber, EventCode, StatusEntry, Timestamp};
use crate::status::Reason;
use crate::store::{
    Act, AuditEntry, AuditQuery, Batch, BlobId, Certificate, CertificateChange, CertificateQuery, Collection,
    Compacted, Document, DocumentQuery, DocumentWrite, DumpRecord, Event, Page, Participant, PeopleQuery, PersonKey,
    Result, StatusRange, Store, Stray, Waiting, wanted,
};

/// Puts both sides of each call: `KIND NAME(ARGUMENT: GIVEN = SENT => LENT, …) -> ANSWER;`.
macro_rules! calls {
    ($($kind:ident $name:ident($($argument:ident: $given:ty = $sent:ty => $lent:expr),*) -> $answer:ty;)*) => {
        /// The calls as they are written here: two programs that differ in them do not understand each other.
        const FORM: &str = stringify!($($name($($argument: $sent),*) -> $answer;)*);

        impl Store for RemoteStore {
            $(fn $name(&self, $($argument: $given),*) -> Result<$answer> {
                let sent = arguments(&($($argument,)*))?;
                read_answer(&self.call(stringify!($name), &sent, Kind::$kind)?)
            })*

            fn opening(&self) -> Option<&str> {
                self.greeting.opening.as_deref()
            }

            fn put_blob(&self, bytes: &[u8]) -> Result<BlobId> {
                read_answer(&self.call(PUT_BLOB, bytes, Kind::Writes)?)
            }

            fn blob(&self, id: &BlobId) -> Result<Option<Vec<u8>>> {
                read_bytes(self.call(BLOB, &arguments(id)?, Kind::Reads)?)
            }
        }

        /// Does a call that came from another process on a store; nothing if there is no such call. Says what it changed, if it
        /// may have changed something.
        pub fn answer(store: &dyn Store, call: &str, bytes: &[u8]) -> Option<(Vec<u8>, Option<Changed>)> {
            Some(match call {
                $(stringify!($name) => {
                    let mut changed = None;
                    let done = read_arguments(bytes).and_then(|given: ($($sent,)*)| {
                        let ($($argument,)*) = given;
                        let answer = store.$name($($lent),*)?;
                        changed = (Kind::$kind == Kind::Writes).then(|| Changed::by(&[$(&$argument),*]));
                        Ok(answer)
                    });
                    (answered::<$answer>(done), changed)
                })*
                PUT_BLOB => (answered(store.put_blob(bytes)), None),
                BLOB => (answered_bytes(read_arguments(bytes).and_then(|id| store.blob(&id))), None),
                _ => return None,
            })
        }
    };
}

/// How many certificates a call made, and how many it revoked: for who counts them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Changed {
    /// New ones, and next versions.
    pub issued: u64,
    /// Revoked ones.
    pub revoked: u64,
}

impl Changed {
    /// Counts what a call's arguments say.
    fn by(arguments: &[&dyn Any]) -> Self {
        let mut changed = Self::default();
        for argument in arguments {
            let batch = argument.downcast_ref::<Batch>().map(|batch| &batch.certificates);
            for one in batch.or(argument.downcast_ref()).into_iter().flatten() {
                match one {
                    CertificateChange::Issue(_)
                    | CertificateChange::Supersede { .. }
                    | CertificateChange::Reissue { .. } => changed.issued += 1,
                    CertificateChange::Revoke { .. } => changed.revoked += 1,
                    CertificateChange::Hasten { .. } | CertificateChange::Reinstate { .. } => {}
                }
            }
            let strays: Option<&Vec<(Option<Stray>, Option<Stray>)>> = argument.downcast_ref();
            let revoked = strays.into_iter().flatten().filter(|(old, new)| old.is_none() && new.is_some());
            changed.revoked += revoked.count() as u64;
        }
        changed
    }
}

const PUT_BLOB: &str = "put_blob";
const BLOB: &str = "blob";

calls! {
    Reads setting(name: &str = String => &name) -> Option<Vec<u8>>;
    Writes swap_setting(
        name: &str = String => &name,
        old: Option<&[u8]> = Option<Vec<u8>> => old.as_deref(),
        new: &[u8] = Vec<u8> => &new,
        act: &Act = Act => &act
    ) -> ();
    Lists settings(cursor: Option<&str> = Option<String> => cursor.as_deref(), limit: usize = usize => limit)
        -> Page<(String, Vec<u8>)>;
    Lists blobs(cursor: Option<&str> = Option<String> => cursor.as_deref(), limit: usize = usize => limit)
        -> Page<BlobId>;
    Reads event(code: &EventCode = EventCode => &code) -> Option<Event>;
    Lists events(cursor: Option<&str> = Option<String> => cursor.as_deref(), limit: usize = usize => limit)
        -> Page<Event>;
    Writes write(batch: &Batch = Batch => &batch, act: Option<&Act> = Option<Act> => act.as_ref()) -> u64;
    Reads participant(event: &EventCode = EventCode => &event, person: &PersonKey = PersonKey => &person)
        -> Option<Participant>;
    Reads participants_at(
        event: &EventCode = EventCode => &event,
        people: &[&PersonKey] = Vec<PersonKey> => &people.iter().collect::<Vec<_>>()
    ) -> Vec<Option<Participant>>;
    Lists participants(
        event: &EventCode = EventCode => &event,
        cursor: Option<&str> = Option<String> => cursor.as_deref(),
        limit: usize = usize => limit
    ) -> Page<Participant>;
    Lists find_participants(
        event: &EventCode = EventCode => &event,
        query: &PeopleQuery = PeopleQuery => &query,
        cursor: Option<&str> = Option<String> => cursor.as_deref(),
        limit: usize = usize => limit
    ) -> Page<Participant>;
    Lists find_people(
        text: &str = String => &text,
        cursor: Option<&str> = Option<String> => cursor.as_deref(),
        limit: usize = usize => limit
    ) -> Page<(EventCode, Participant)>;
    Reads roster_stamps(event: &EventCode = EventCode => &event) -> Vec<(u64, u64)>;
    Reads roster_block(event: &EventCode = EventCode => &event, block: u64 = u64 => block) -> Vec<(u64, Participant)>;
    Writes change_event(
        old: Option<&Event> = Option<Event> => old.as_ref(),
        new: &Event = Event => &new,
        writes: &[DocumentWrite] = Vec<DocumentWrite> => &writes,
        act: &Act = Act => &act
    ) -> ();
    Writes remove_event(
        event: &Event = Event => &event,
        writes: &[DocumentWrite] = Vec<DocumentWrite> => &writes,
        act: &Act = Act => &act
    ) -> ();
    Writes forget_people(event: &EventCode = EventCode => &event, most: usize = usize => most) -> bool;
    Reads person(event: &EventCode = EventCode => &event, mark: &str = String => &mark) -> Option<PersonKey>;
    Reads people_at(event: &EventCode = EventCode => &event, email: &str = String => &email) -> Vec<Participant>;
    Reads people_named(event: &EventCode = EventCode => &event, name: &str = String => &name) -> Vec<Participant>;
    Writes change_participant(
        event: &EventCode = EventCode => &event,
        old: Option<&Participant> = Option<Participant> => old.as_ref(),
        new: Option<&Participant> = Option<Participant> => new.as_ref(),
        writes: &[DocumentWrite] = Vec<DocumentWrite> => &writes,
        act: &Act = Act => &act
    ) -> ();
    Writes merge_participants(
        event: &EventCode = EventCode => &event,
        old_new_gone: [&Participant; 3] = [Participant; 3] => old_new_gone.each_ref(),
        writes: &[DocumentWrite] = Vec<DocumentWrite> => &writes,
        act: &Act = Act => &act
    ) -> ();
    Writes erase_person(
        event: &EventCode = EventCode => &event,
        person: &PersonKey = PersonKey => &person,
        writes: &[DocumentWrite] = Vec<DocumentWrite> => &writes,
        act: &Act = Act => &act
    ) -> ();
    Writes reserve_numbers(event: &EventCode = EventCode => &event, year: i16 = i16 => year, count: u64 = u64 => count)
        -> u64;
    Writes reserve_status(count: u32 = u32 => count) -> Vec<StatusRange>;
    Reads status_lists() -> Vec<u32>;
    Writes change_certificates(
        changes: &[CertificateChange] = Vec<CertificateChange> => &changes,
        writes: &[DocumentWrite] = Vec<DocumentWrite> => &writes,
        act: &Act = Act => &act
    ) -> ();
    Reads certificate(number: &CertificateNumber = CertificateNumber => &number) -> Option<Certificate>;
    Reads certificates_at(
        numbers: &[&CertificateNumber] = Vec<CertificateNumber> => &numbers.iter().collect::<Vec<_>>()
    ) -> Vec<Option<Certificate>>;
    Reads versions(number: &CertificateNumber = CertificateNumber => &number) -> Vec<Certificate>;
    Reads certificate_of(event: &EventCode = EventCode => &event, person: &PersonKey = PersonKey => &person)
        -> Option<CertificateNumber>;
    Reads certificates_of(
        event: &EventCode = EventCode => &event,
        people: &[&PersonKey] = Vec<PersonKey> => &people.iter().collect::<Vec<_>>()
    ) -> Vec<Option<CertificateNumber>>;
    Lists certificates(
        event: Option<&EventCode> = Option<EventCode> => event.as_ref(),
        cursor: Option<&str> = Option<String> => cursor.as_deref(),
        limit: usize = usize => limit
    ) -> Page<Certificate>;
    Lists find_certificates(
        query: &CertificateQuery = CertificateQuery => &query,
        cursor: Option<&str> = Option<String> => cursor.as_deref(),
        limit: usize = usize => limit
    ) -> Page<Certificate>;
    Lists set_entries(
        list: u32 = u32 => list,
        cursor: Option<&str> = Option<String> => cursor.as_deref(),
        limit: usize = usize => limit
    ) -> Page<(u32, Reason)>;
    Writes change_strays(
        changes: &[(Option<&Stray>, Option<&Stray>)] = Vec<(Option<Stray>, Option<Stray>)> =>
            &changes.iter().map(|(old, new)| (old.as_ref(), new.as_ref())).collect::<Vec<_>>(),
        writes: &[DocumentWrite] = Vec<DocumentWrite> => &writes,
        act: &Act = Act => &act
    ) -> ();
    Reads stray(status: StatusEntry = StatusEntry => status) -> Option<Stray>;
    Lists strays(cursor: Option<&str> = Option<String> => cursor.as_deref(), limit: usize = usize => limit)
        -> Page<Stray>;
    Lists waiting(
        after: Timestamp = Timestamp => after,
        cursor: Option<&str> = Option<String> => cursor.as_deref(),
        limit: usize = usize => limit
    ) -> Page<Waiting>;
    Lists issued_digests(
        key: &str = String => &key,
        cursor: Option<&str> = Option<String> => cursor.as_deref(),
        limit: usize = usize => limit
    ) -> Page<[u8; 16]>;
    Reads document(collection: Collection = Collection => collection, key: &str = String => &key) -> Option<Document>;
    Reads documents_at(
        collection: Collection = Collection => collection,
        keys: &[&str] = Vec<String> => &keys.iter().map(String::as_str).collect::<Vec<_>>()
    ) -> Vec<Option<Document>>;
    Lists documents(
        collection: Collection = Collection => collection,
        prefix: &str = String => &prefix,
        cursor: Option<&str> = Option<String> => cursor.as_deref(),
        limit: usize = usize => limit
    ) -> Page<Document>;
    Lists documents_newest(
        collection: Collection = Collection => collection,
        prefix: &str = String => &prefix,
        cursor: Option<&str> = Option<String> => cursor.as_deref(),
        limit: usize = usize => limit
    ) -> Page<Document>;
    Lists find_documents(
        collection: Collection = Collection => collection,
        query: &DocumentQuery = DocumentQuery => &query,
        cursor: Option<&str> = Option<String> => cursor.as_deref(),
        limit: usize = usize => limit
    ) -> Page<Document>;
    Writes write_documents(
        writes: &[DocumentWrite] = Vec<DocumentWrite> => &writes,
        act: Option<&Act> = Option<Act> => act.as_ref()
    ) -> u64;
    Writes append_audit(act: &Act = Act => &act) -> ();
    Reads last_act() -> Option<Timestamp>;
    Reads check() -> ();
    Lists audit(cursor: Option<&str> = Option<String> => cursor.as_deref(), limit: usize = usize => limit)
        -> Page<AuditEntry>;
    Lists audit_newest(cursor: Option<&str> = Option<String> => cursor.as_deref(), limit: usize = usize => limit)
        -> Page<AuditEntry>;
    Lists find_audit(
        query: &AuditQuery = AuditQuery => &query,
        newest: bool = bool => newest,
        cursor: Option<&str> = Option<String> => cursor.as_deref(),
        limit: usize = usize => limit
    ) -> Page<AuditEntry>;
    Writes compact() -> Compacted;
    Reads number_counters() -> Vec<(EventCode, i16, u64)>;
    Writes begin_restore(dump: &str = String => &dump) -> ();
    Writes restore(records: &[DumpRecord] = Vec<DumpRecord> => &records) -> ();
    Writes finish_restore() -> ();
}

/// Returns a short name of the form that calls have in this program.
pub(super) fn form() -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(FORM)[..8])
}

impl RemoteStore {
    fn call(&self, name: &str, bytes: &[u8], kind: Kind) -> Result<Vec<u8>> {
        if kind == Kind::Lists {
            wanted::check()?;
        }
        self.ask(&format!("{CALLS}/{}/{name}", self.greeting.service), bytes, kind)
    }
}
