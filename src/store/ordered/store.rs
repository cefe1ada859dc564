//! The store's methods, each a few lines over the rooms beside this file.

use data_encoding::HEXLOWER;

use super::{
    Engine, Ordered, Result, StoreError, certificates, check_key, decode, documents, keys, kind, people, premises,
    reserve, strays, wanted,
};
use crate::credential::{CertificateNumber, EventCode, StatusEntry, Timestamp};
use crate::status::Reason;
use crate::store::alike::plain_name;
use crate::store::dump::DumpRecord;
use crate::store::{
    Act, AuditEntry, AuditQuery, Batch, BlobId, Certificate, CertificateChange, CertificateQuery, Collection,
    Compacted, Document, DocumentQuery, DocumentWrite, Event, Page, Participant, PeopleQuery, PersonKey, StatusRange,
    Store, Stray, Waiting,
};

impl<E: Engine> Store for Ordered<E> {
    fn setting(&self, name: &str) -> Result<Option<Vec<u8>>> {
        self.get(&keys::named(kind::SETTING, name.as_bytes()))
    }

    fn swap_setting(&self, name: &str, old: Option<&[u8]>, new: &[u8], act: &Act) -> Result<()> {
        check_key("setting's name", name)?;
        let (bytes, limit) = (new.len(), super::RECORD_BYTES);
        if bytes > limit {
            return Err(StoreError::TooLarge { what: "setting", bytes, limit });
        }
        self.commit(|draft| {
            let key = keys::named(kind::SETTING, name.as_bytes());
            if draft.engine.get(&key)?.as_deref() != old {
                return Err(StoreError::Conflict(name.to_owned()));
            }
            draft.put(key, new.to_vec());
            draft.act = Some(act);
            Ok(())
        })
    }

    fn settings(&self, cursor: Option<&str>, limit: usize) -> Result<Page<(String, Vec<u8>)>> {
        self.page(&keys::named(kind::SETTING, b""), cursor, limit, |key, value| {
            Ok((String::from_utf8_lossy(&key[1..]).into_owned(), value.to_vec()))
        })
    }

    fn put_blob(&self, bytes: &[u8]) -> Result<BlobId> {
        self.keep_blob(bytes)
    }

    fn blob(&self, id: &BlobId) -> Result<Option<Vec<u8>>> {
        self.kept_blob(id)
    }

    fn blobs(&self, cursor: Option<&str>, limit: usize) -> Result<Page<BlobId>> {
        self.page(&keys::named(kind::BLOB, b""), cursor, limit, |key, _| Ok(BlobId(HEXLOWER.encode(&key[1..]))))
    }

    fn event(&self, code: &EventCode) -> Result<Option<Event>> {
        self.get_json(&keys::named(kind::EVENT, code.as_str().as_bytes()))
    }

    fn events(&self, cursor: Option<&str>, limit: usize) -> Result<Page<Event>> {
        self.page_json(&keys::named(kind::EVENT, b""), cursor, limit)
    }

    fn write(&self, batch: &Batch, act: Option<&Act>) -> Result<u64> {
        self.commit(|draft| {
            draft.act = act;
            premises::check(draft, &batch.given)?;
            people::change_all(draft, &batch.people)?;
            certificates::change(draft, &batch.certificates)?;
            documents::write(draft, &batch.documents)?;
            Ok(draft.batch)
        })
    }

    fn participant(&self, event: &EventCode, person: &PersonKey) -> Result<Option<Participant>> {
        self.get_json(&keys::person(kind::PARTICIPANT, event, person))
    }

    fn participants_at(&self, event: &EventCode, people: &[&PersonKey]) -> Result<Vec<Option<Participant>>> {
        self.many(
            people,
            |person| keys::person(kind::PARTICIPANT, event, person),
            |_, bytes| decode(&self.engine, bytes),
        )
    }

    fn participants(&self, event: &EventCode, cursor: Option<&str>, limit: usize) -> Result<Page<Participant>> {
        self.roster(event, cursor, limit)
    }

    fn find_participants(
        &self,
        event: &EventCode,
        query: &PeopleQuery,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Participant>> {
        self.people_found(event, query, cursor, limit)
    }

    fn find_people(&self, text: &str, cursor: Option<&str>, limit: usize) -> Result<Page<(EventCode, Participant)>> {
        self.people_anywhere(text, cursor, limit)
    }

    fn roster_stamps(&self, event: &EventCode) -> Result<Vec<(u64, u64)>> {
        self.stamps(event)
    }

    fn roster_block(&self, event: &EventCode, block: u64) -> Result<Vec<(u64, Participant)>> {
        self.people_in_block(event, block)
    }

    fn change_event(&self, old: Option<&Event>, new: &Event, writes: &[DocumentWrite], act: &Act) -> Result<()> {
        self.commit(|draft| {
            let key = keys::named(kind::EVENT, new.code.as_str().as_bytes());
            if draft.get_json::<Event>(&key)?.as_ref() != old {
                return Err(StoreError::Conflict(new.code.to_string()));
            }
            draft.act = Some(act);
            draft.put_json(key, "event", new)?;
            documents::write(draft, writes)
        })
    }

    fn remove_event(&self, event: &Event, writes: &[DocumentWrite], act: &Act) -> Result<()> {
        self.commit(|draft| {
            draft.act = Some(act);
            people::remove_event(draft, event)?;
            documents::write(draft, writes)
        })
    }

    fn forget_people(&self, event: &EventCode, most: usize) -> Result<bool> {
        self.commit(|draft| people::forget_all(draft, event, most))
    }

    fn person(&self, event: &EventCode, mark: &str) -> Result<Option<PersonKey>> {
        let key = self.get(&keys::mark(event, mark))?;
        Ok(key.map(|key| PersonKey(String::from_utf8_lossy(&key).into_owned())))
    }

    fn people_at(&self, event: &EventCode, email: &str) -> Result<Vec<Participant>> {
        self.of_mailbox(event, email)
    }

    fn people_named(&self, event: &EventCode, name: &str) -> Result<Vec<Participant>> {
        self.alike(event, &people::name_mark(name), |person| plain_name(&person.name) == plain_name(name))
    }

    fn change_participant(
        &self,
        event: &EventCode,
        old: Option<&Participant>,
        new: Option<&Participant>,
        writes: &[DocumentWrite],
        act: &Act,
    ) -> Result<()> {
        self.commit(|draft| {
            draft.act = Some(act);
            people::change(draft, event, old, new)?;
            documents::write(draft, writes)
        })
    }

    fn merge_participants(
        &self,
        event: &EventCode,
        [old, new, gone]: [&Participant; 3],
        writes: &[DocumentWrite],
        act: &Act,
    ) -> Result<()> {
        self.commit(|draft| {
            draft.act = Some(act);
            people::merge(draft, event, old, new, gone)?;
            documents::write(draft, writes)
        })
    }

    fn erase_person(&self, event: &EventCode, person: &PersonKey, writes: &[DocumentWrite], act: &Act) -> Result<()> {
        self.commit(|draft| {
            draft.act = Some(act);
            people::erase(draft, event, person, act.at)?;
            documents::write(draft, writes)
        })
    }

    fn reserve_numbers(&self, event: &EventCode, year: i16, count: u64) -> Result<u64> {
        self.commit(|draft| reserve::numbers(draft, event, year, count))
    }

    fn reserve_status(&self, count: u32) -> Result<Vec<StatusRange>> {
        self.commit(|draft| reserve::status(draft, count))
    }

    fn status_lists(&self) -> Result<Vec<u32>> {
        let read = |_: &[u8], value: &[u8]| reserve::list_counter(&self.engine, value);
        self.all(&keys::named(kind::STATUS_LIST, b""), read)
    }

    fn change_certificates(&self, changes: &[CertificateChange], writes: &[DocumentWrite], act: &Act) -> Result<()> {
        self.commit(|draft| {
            draft.act = Some(act);
            certificates::change(draft, changes)?;
            documents::write(draft, writes)
        })
    }

    fn certificate(&self, number: &CertificateNumber) -> Result<Option<Certificate>> {
        self.get_json(&keys::certificate(kind::CERTIFICATE, number))
    }

    fn certificates_at(&self, numbers: &[&CertificateNumber]) -> Result<Vec<Option<Certificate>>> {
        let key = |number: &CertificateNumber| keys::certificate(kind::CERTIFICATE, number);
        self.many(numbers, key, |_, bytes| decode(&self.engine, bytes))
    }

    fn versions(&self, number: &CertificateNumber) -> Result<Vec<Certificate>> {
        // The current version first: one that is superseded meanwhile is then seen as the older of two, not missed.
        let current = self.certificate(number)?;
        let read = |_: &[u8], value: &[u8]| decode::<Certificate>(&self.engine, value);
        let mut versions = self.all(&keys::certificate(kind::OLD_VERSION, number), read)?;
        versions.retain(|old| current.as_ref().is_some_and(|current| old.version < current.version));
        versions.extend(current);
        Ok(versions)
    }

    fn certificate_of(&self, event: &EventCode, person: &PersonKey) -> Result<Option<CertificateNumber>> {
        let number = certificates::owned(&self.engine, event, person)?;
        self.settle()?;
        Ok(number)
    }

    fn certificates_of(&self, event: &EventCode, people: &[&PersonKey]) -> Result<Vec<Option<CertificateNumber>>> {
        wanted::check()?;
        let owned = people.iter().map(|person| certificates::owned(&self.engine, event, person));
        let numbers = owned.collect::<Result<_>>()?;
        self.settle()?;
        Ok(numbers)
    }

    fn certificates(&self, event: Option<&EventCode>, cursor: Option<&str>, limit: usize) -> Result<Page<Certificate>> {
        let prefix = match event {
            Some(event) => keys::group(kind::CERTIFICATE, event.as_str()),
            None => keys::named(kind::CERTIFICATE, b""),
        };
        self.page_json(&prefix, cursor, limit)
    }

    fn find_certificates(
        &self,
        query: &CertificateQuery,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Certificate>> {
        self.certificates_found(query, cursor, limit)
    }

    fn set_entries(&self, list: u32, cursor: Option<&str>, limit: usize) -> Result<Page<(u32, Reason)>> {
        self.page(&keys::set_entries(list), cursor, limit, |key, value| {
            let index = keys::last_u32(key).ok_or_else(|| self.damaged("a status entry has no index"))?;
            Ok((index, decode(&self.engine, value)?))
        })
    }

    fn change_strays(
        &self,
        changes: &[(Option<&Stray>, Option<&Stray>)],
        writes: &[DocumentWrite],
        act: &Act,
    ) -> Result<()> {
        self.commit(|draft| {
            draft.act = Some(act);
            strays::change(draft, changes)?;
            documents::write(draft, writes)
        })
    }

    fn stray(&self, status: StatusEntry) -> Result<Option<Stray>> {
        self.get_json(&keys::stray(status.list, status.index))
    }

    fn strays(&self, cursor: Option<&str>, limit: usize) -> Result<Page<Stray>> {
        self.page_json(&keys::named(kind::STRAY, b""), cursor, limit)
    }

    fn waiting(&self, after: Timestamp, cursor: Option<&str>, limit: usize) -> Result<Page<Waiting>> {
        let start = keys::named(kind::WAITING, b"");
        let from = keys::cursor(&start, &keys::waiting(after, u32::MAX, u32::MAX));
        self.page_json(&start, cursor.or(Some(&from)), limit)
    }

    fn issued_digests(&self, key: &str, cursor: Option<&str>, limit: usize) -> Result<Page<[u8; 16]>> {
        self.page(&keys::group(kind::DIGEST, key), cursor, limit, |key, _| {
            key.last_chunk().copied().ok_or_else(|| self.damaged("an issued digest is too short"))
        })
    }

    fn document(&self, collection: Collection, key: &str) -> Result<Option<Document>> {
        let value = self.get(&documents::key(collection.name(), key))?;
        value.map(|bytes| documents::read(&self.engine, key, &bytes)).transpose()
    }

    fn documents_at(&self, collection: Collection, keys: &[&str]) -> Result<Vec<Option<Document>>> {
        let at = |key: &str| documents::key(collection.name(), key);
        self.many(keys, at, |key, bytes| documents::read(&self.engine, key, bytes))
    }

    fn documents(
        &self,
        collection: Collection,
        prefix: &str,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Document>> {
        let start = documents::key(collection.name(), "");
        self.page(&documents::key(collection.name(), prefix), cursor, limit, |key, value| {
            documents::read(&self.engine, &String::from_utf8_lossy(&key[start.len()..]), value)
        })
    }

    fn documents_newest(
        &self,
        collection: Collection,
        prefix: &str,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Document>> {
        let start = documents::key(collection.name(), "");
        self.page_back(&documents::key(collection.name(), prefix), cursor, limit, |key, value| {
            documents::read(&self.engine, &String::from_utf8_lossy(&key[start.len()..]), value)
        })
    }

    fn find_documents(
        &self,
        collection: Collection,
        query: &DocumentQuery,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Document>> {
        self.documents_found(collection, query, cursor, limit)
    }

    fn write_documents(&self, writes: &[DocumentWrite], act: Option<&Act>) -> Result<u64> {
        self.commit(|draft| {
            documents::write(draft, writes)?;
            draft.act = act;
            Ok(draft.batch)
        })
    }

    fn append_audit(&self, act: &Act) -> Result<()> {
        self.commit(|draft| {
            draft.act = Some(act);
            Ok(())
        })
    }

    fn last_act(&self) -> Result<Option<Timestamp>> {
        Ok(super::last_audit(&self.engine)?.map(|entry| entry.act.at))
    }

    fn opening(&self) -> Option<&str> {
        self.engine.is_alone().then_some(self.opening.as_str())
    }

    fn check(&self) -> Result<()> {
        self.engine.check()
    }

    fn audit(&self, cursor: Option<&str>, limit: usize) -> Result<Page<AuditEntry>> {
        self.page_json(&keys::named(kind::AUDIT, b""), cursor, limit)
    }

    fn audit_newest(&self, cursor: Option<&str>, limit: usize) -> Result<Page<AuditEntry>> {
        self.page_back(&keys::named(kind::AUDIT, b""), cursor, limit, |_, value| decode(&self.engine, value))
    }

    fn find_audit(
        &self,
        query: &AuditQuery,
        newest: bool,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<AuditEntry>> {
        self.acts_found(query, newest, cursor, limit)
    }

    fn compact(&self) -> Result<Compacted> {
        self.engine.compact()
    }

    fn number_counters(&self) -> Result<Vec<(EventCode, i16, u64)>> {
        self.all(&keys::named(kind::NUMBERS, b""), |key, value| {
            let (event, year) = keys::read_numbers(key).ok_or_else(|| self.damaged("a counter has no event"))?;
            Ok((event, year, reserve::counter(&self.engine, value)?))
        })
    }

    fn begin_restore(&self, dump: &str) -> Result<()> {
        self.start_restore(dump)
    }

    fn restore(&self, records: &[DumpRecord]) -> Result<()> {
        self.take_records(records)
    }

    fn finish_restore(&self) -> Result<()> {
        self.end_restore()
    }
}

impl<E: Engine> Ordered<E> {
    /// Reads what is under several keys.
    fn many<K: ?Sized, T>(
        &self,
        keys: &[&K],
        at: impl Fn(&K) -> Vec<u8>,
        read: impl Fn(&K, &[u8]) -> Result<T>,
    ) -> Result<Vec<Option<T>>> {
        wanted::check()?;
        let found = keys.iter().map(|key| self.engine.get(&at(key))).collect::<Result<Vec<_>>>()?;
        self.settle()?;
        let read = |(key, bytes): (&&K, Option<Vec<u8>>)| bytes.map(|bytes| read(key, &bytes)).transpose();
        keys.iter().zip(found).map(read).collect()
    }

    /// Reads all pages of a listing that is short by nature.
    pub(super) fn all<T>(&self, prefix: &[u8], read: impl Fn(&[u8], &[u8]) -> Result<T>) -> Result<Vec<T>> {
        let (mut items, mut cursor) = (Vec::new(), None);
        loop {
            let page = self.page(prefix, cursor.as_deref(), super::PAGE_LIMIT, &read)?;
            items.extend(page.items);
            cursor = page.next;
            if cursor.is_none() {
                return Ok(items);
            }
        }
    }
}
