//! A store of which only some events are seen: what a membership that is limited to events works over.
//!
//! Everything that reads answers as if there were nothing else, and everything that writes refuses what is outside with
//! [`StoreError::NotFound`]: so no act, listing or search has to think of it. What belongs to no event (templates, accounts,
//! status entries, counters) passes, templates to read only but for those of an event's own; the audit
//! log and what belongs to nobody knows which event is not seen at all.

mod documents;

use std::collections::BTreeSet;

pub use self::documents::{OWN_TEMPLATE, template_named_for};

use self::documents::Remembered;
use super::PAGE_LIMIT;
use super::dump::DumpRecord;
use super::{
    Act, AuditEntry, AuditQuery, Batch, BlobId, Certificate, CertificateChange, CertificateQuery, Collection,
    Compacted, Document, DocumentQuery, DocumentWrite, Event, Page, Participant, PeopleQuery, PersonKey, Result,
    StatusRange, Store, StoreError, Stray, Waiting,
};
use crate::credential::{CertificateNumber, EventCode, StatusEntry, Timestamp};
use crate::status::Reason;

/// The events of a store that somebody may see.
pub struct Within<'a> {
    store: &'a dyn Store,
    events: &'a BTreeSet<EventCode>,
}

impl<'a> Within<'a> {
    /// Returns what of a store is within these events.
    pub fn new(store: &'a dyn Store, events: &'a BTreeSet<EventCode>) -> Self {
        Self { store, events }
    }

    fn has(&self, event: &EventCode) -> bool {
        self.events.contains(event)
    }

    fn known(&self, event: &EventCode) -> Result<()> {
        if self.has(event) { Ok(()) } else { Err(StoreError::NotFound(event.to_string())) }
    }

    fn may_change(&self, changes: &[CertificateChange]) -> Result<()> {
        use CertificateChange as C;
        changes.iter().try_for_each(|change| match change {
            C::Issue(new) => self.known(new.number.event()),
            C::Supersede { old, new, .. } | C::Reissue { old, new } => {
                self.known(old.number.event())?;
                self.known(new.number.event())
            }
            C::Revoke { old, .. } | C::Hasten { old } | C::Reinstate { old } => self.known(old.number.event()),
        })
    }

    /// Returns a page of certificates of one event after the other. A cursor is the event's code and, after a point, that
    /// within it.
    fn event_by_event<T>(
        &self,
        cursor: Option<&str>,
        limit: usize,
        read: impl Fn(&EventCode, Option<&str>, usize) -> Result<Page<T>>,
    ) -> Result<Page<T>> {
        let limit = limit.clamp(1, PAGE_LIMIT);
        let (from, mut inner) = match cursor.map(|text| (text, text.split_once('.'))) {
            None => (None, None),
            Some((text, Some((code, inner)))) => {
                let code: EventCode = code.parse().map_err(|_| bad_cursor(text))?;
                (Some(code), Some(inner.to_owned()).filter(|inner| !inner.is_empty()))
            }
            Some((text, None)) => return Err(bad_cursor(text)),
        };
        let mut items = Vec::new();
        for code in self.events.iter().filter(|code| from.as_ref().is_none_or(|from| *code >= from)) {
            let inner = inner.take().filter(|_| from.as_ref() == Some(code));
            // One is looked at more than is wanted, so that a page that has a next one is followed by something.
            if items.len() == limit {
                if !read(code, inner.as_deref(), 1)?.items.is_empty() {
                    return Ok(Page { items, next: Some(format!("{code}.")) });
                }
                continue;
            }
            let page = read(code, inner.as_deref(), limit - items.len())?;
            items.extend(page.items);
            if let Some(next) = page.next {
                return Ok(Page { items, next: Some(format!("{code}.{next}")) });
            }
        }
        Ok(Page { items, next: None })
    }

    fn has_stray(&self, stray: &Stray) -> bool {
        stray.seen.as_ref().is_some_and(|seen| self.has(seen.number.event()))
    }

    /// Returns a page of those that are within; it is full unless it is the last.
    fn sifted<T>(
        &self,
        cursor: Option<&str>,
        limit: usize,
        read: impl Fn(Option<&str>, usize) -> Result<Page<T>>,
        mut keep: impl FnMut(&T) -> Result<bool>,
    ) -> Result<Page<T>> {
        let limit = limit.clamp(1, PAGE_LIMIT);
        let (mut items, mut cursor) = (Vec::new(), cursor.map(str::to_owned));
        loop {
            // Never more than are wanted, so that the cursor stands right behind the last one.
            let page = read(cursor.as_deref(), limit - items.len())?;
            for item in page.items {
                if keep(&item)? {
                    items.push(item);
                }
            }
            if items.len() >= limit || page.next.is_none() {
                return Ok(Page { items, next: page.next });
            }
            cursor = page.next;
        }
    }
}

fn nothing<T>() -> Page<T> {
    Page { items: Vec::new(), next: None }
}

fn bad_cursor(text: &str) -> StoreError {
    StoreError::Cursor(text.chars().take(40).collect())
}

impl Store for Within<'_> {
    fn covers(&self, event: &EventCode) -> bool {
        self.has(event)
    }

    fn setting(&self, name: &str) -> Result<Option<Vec<u8>>> {
        self.store.setting(name)
    }

    fn swap_setting(&self, name: &str, _: Option<&[u8]>, _: &[u8], _: &Act) -> Result<()> {
        Err(StoreError::NotFound(name.to_owned()))
    }

    fn settings(&self, _: Option<&str>, _: usize) -> Result<Page<(String, Vec<u8>)>> {
        Ok(nothing())
    }

    fn put_blob(&self, bytes: &[u8]) -> Result<BlobId> {
        self.store.put_blob(bytes)
    }

    fn blob(&self, id: &BlobId) -> Result<Option<Vec<u8>>> {
        self.store.blob(id)
    }

    fn blobs(&self, _: Option<&str>, _: usize) -> Result<Page<BlobId>> {
        Ok(nothing())
    }

    fn event(&self, code: &EventCode) -> Result<Option<Event>> {
        if self.has(code) { self.store.event(code) } else { Ok(None) }
    }

    fn events(&self, cursor: Option<&str>, limit: usize) -> Result<Page<Event>> {
        let after: Option<EventCode> = cursor.map(|text| text.parse().map_err(|_| bad_cursor(text))).transpose()?;
        let mut rest = self.events.iter().filter(|code| after.as_ref().is_none_or(|after| *code > after));
        let mut items: Vec<Event> = Vec::new();
        for code in rest.by_ref() {
            items.extend(self.store.event(code)?);
            if items.len() >= limit.max(1) {
                break;
            }
        }
        let mut more = false;
        for code in rest {
            if self.store.event(code)?.is_some() {
                more = true;
                break;
            }
        }
        let next = items.last().filter(|_| more).map(|last| last.code.to_string());
        Ok(Page { items, next })
    }

    fn write(&self, batch: &Batch, act: Option<&Act>) -> Result<u64> {
        batch.people.iter().try_for_each(|change| self.known(&change.event))?;
        self.may_change(&batch.certificates)?;
        self.may_write(&batch.documents)?;
        self.store.write(batch, act)
    }

    fn participant(&self, event: &EventCode, person: &PersonKey) -> Result<Option<Participant>> {
        if self.has(event) { self.store.participant(event, person) } else { Ok(None) }
    }

    fn participants(&self, event: &EventCode, cursor: Option<&str>, limit: usize) -> Result<Page<Participant>> {
        if self.has(event) { self.store.participants(event, cursor, limit) } else { Ok(nothing()) }
    }

    fn find_participants(
        &self,
        event: &EventCode,
        query: &PeopleQuery,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Participant>> {
        if self.has(event) { self.store.find_participants(event, query, cursor, limit) } else { Ok(nothing()) }
    }

    fn find_people(&self, text: &str, cursor: Option<&str>, limit: usize) -> Result<Page<(EventCode, Participant)>> {
        let query = PeopleQuery { text: Some(text.to_owned()), places: None };
        if query.wanted_text().is_none() {
            return Ok(nothing());
        }
        self.event_by_event(cursor, limit, |code, cursor, limit| {
            let page = self.store.find_participants(code, &query, cursor, limit)?;
            Ok(Page { items: page.items.into_iter().map(|one| (code.clone(), one)).collect(), next: page.next })
        })
    }

    fn roster_stamps(&self, event: &EventCode) -> Result<Vec<(u64, u64)>> {
        if self.has(event) { self.store.roster_stamps(event) } else { Ok(Vec::new()) }
    }

    fn roster_block(&self, event: &EventCode, block: u64) -> Result<Vec<(u64, Participant)>> {
        if self.has(event) { self.store.roster_block(event, block) } else { Ok(Vec::new()) }
    }

    fn change_event(&self, old: Option<&Event>, new: &Event, writes: &[DocumentWrite], act: &Act) -> Result<()> {
        self.known(&new.code)?;
        self.may_write(writes)?;
        self.store.change_event(old, new, writes, act)
    }

    fn remove_event(&self, event: &Event, writes: &[DocumentWrite], act: &Act) -> Result<()> {
        self.known(&event.code)?;
        self.may_write(writes)?;
        self.store.remove_event(event, writes, act)
    }

    fn forget_people(&self, event: &EventCode, most: usize) -> Result<bool> {
        self.known(event)?;
        self.store.forget_people(event, most)
    }

    fn person(&self, event: &EventCode, mark: &str) -> Result<Option<PersonKey>> {
        if self.has(event) { self.store.person(event, mark) } else { Ok(None) }
    }

    fn people_at(&self, event: &EventCode, email: &str) -> Result<Vec<Participant>> {
        if self.has(event) { self.store.people_at(event, email) } else { Ok(Vec::new()) }
    }

    fn people_named(&self, event: &EventCode, name: &str) -> Result<Vec<Participant>> {
        if self.has(event) { self.store.people_named(event, name) } else { Ok(Vec::new()) }
    }

    fn change_participant(
        &self,
        event: &EventCode,
        old: Option<&Participant>,
        new: Option<&Participant>,
        writes: &[DocumentWrite],
        act: &Act,
    ) -> Result<()> {
        self.known(event)?;
        self.may_write(writes)?;
        self.store.change_participant(event, old, new, writes, act)
    }

    fn merge_participants(
        &self,
        event: &EventCode,
        people: [&Participant; 3],
        writes: &[DocumentWrite],
        act: &Act,
    ) -> Result<()> {
        self.known(event)?;
        self.may_write(writes)?;
        self.store.merge_participants(event, people, writes, act)
    }

    fn erase_person(&self, event: &EventCode, person: &PersonKey, writes: &[DocumentWrite], act: &Act) -> Result<()> {
        self.known(event)?;
        self.may_write(writes)?;
        self.store.erase_person(event, person, writes, act)
    }

    fn reserve_numbers(&self, event: &EventCode, year: i16, count: u64) -> Result<u64> {
        self.known(event)?;
        self.store.reserve_numbers(event, year, count)
    }

    fn reserve_status(&self, count: u32) -> Result<Vec<StatusRange>> {
        self.store.reserve_status(count)
    }

    fn status_lists(&self) -> Result<Vec<u32>> {
        self.store.status_lists()
    }

    fn change_certificates(&self, changes: &[CertificateChange], writes: &[DocumentWrite], act: &Act) -> Result<()> {
        self.may_change(changes)?;
        self.may_write(writes)?;
        self.store.change_certificates(changes, writes, act)
    }

    fn certificate(&self, number: &CertificateNumber) -> Result<Option<Certificate>> {
        if self.has(number.event()) { self.store.certificate(number) } else { Ok(None) }
    }

    fn versions(&self, number: &CertificateNumber) -> Result<Vec<Certificate>> {
        if self.has(number.event()) { self.store.versions(number) } else { Ok(Vec::new()) }
    }

    fn certificate_of(&self, event: &EventCode, person: &PersonKey) -> Result<Option<CertificateNumber>> {
        if self.has(event) { self.store.certificate_of(event, person) } else { Ok(None) }
    }

    fn certificates(&self, event: Option<&EventCode>, cursor: Option<&str>, limit: usize) -> Result<Page<Certificate>> {
        match event {
            Some(event) if self.has(event) => self.store.certificates(Some(event), cursor, limit),
            Some(_) => Ok(nothing()),
            None => self.event_by_event(cursor, limit, |code, cursor, limit| {
                self.store.certificates(Some(code), cursor, limit)
            }),
        }
    }

    fn find_certificates(
        &self,
        query: &CertificateQuery,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Certificate>> {
        match &query.event {
            Some(event) if self.has(event) => self.store.find_certificates(query, cursor, limit),
            Some(_) => Ok(nothing()),
            None => self.event_by_event(cursor, limit, |code, cursor, limit| {
                let query = CertificateQuery { event: Some(code.clone()), ..query.clone() };
                self.store.find_certificates(&query, cursor, limit)
            }),
        }
    }

    fn set_entries(&self, list: u32, cursor: Option<&str>, limit: usize) -> Result<Page<(u32, Reason)>> {
        self.store.set_entries(list, cursor, limit)
    }

    fn change_strays(
        &self,
        changes: &[(Option<&Stray>, Option<&Stray>)],
        writes: &[DocumentWrite],
        act: &Act,
    ) -> Result<()> {
        let all = changes.iter().flat_map(|(old, new)| [*old, *new]).flatten();
        if !{ all }.all(|stray| self.has_stray(stray)) {
            return Err(StoreError::NotFound("this certificate".to_owned()));
        }
        self.may_write(writes)?;
        self.store.change_strays(changes, writes, act)
    }

    fn stray(&self, status: StatusEntry) -> Result<Option<Stray>> {
        Ok(self.store.stray(status)?.filter(|stray| self.has_stray(stray)))
    }

    fn strays(&self, cursor: Option<&str>, limit: usize) -> Result<Page<Stray>> {
        self.sifted(cursor, limit, |cursor, limit| self.store.strays(cursor, limit), |stray| Ok(self.has_stray(stray)))
    }

    fn waiting(&self, after: Timestamp, cursor: Option<&str>, limit: usize) -> Result<Page<Waiting>> {
        let keep = |one: &Waiting| Ok(one.number.as_ref().is_some_and(|number| self.has(number.event())));
        self.sifted(cursor, limit, |cursor, limit| self.store.waiting(after, cursor, limit), keep)
    }

    fn issued_digests(&self, key: &str, cursor: Option<&str>, limit: usize) -> Result<Page<[u8; 16]>> {
        self.store.issued_digests(key, cursor, limit)
    }

    fn document(&self, collection: Collection, key: &str) -> Result<Option<Document>> {
        let Some(document) = self.store.document(collection, key)? else { return Ok(None) };
        let mut rows = Remembered::reading();
        Ok(self.shows(collection, key, &document.value, &mut rows)?.then_some(document))
    }

    fn documents(
        &self,
        collection: Collection,
        prefix: &str,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Document>> {
        self.sifted_documents(collection, cursor, limit, |cursor, limit| {
            self.store.documents(collection, prefix, cursor, limit)
        })
    }

    fn documents_newest(
        &self,
        collection: Collection,
        prefix: &str,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Document>> {
        self.sifted_documents(collection, cursor, limit, |cursor, limit| {
            self.store.documents_newest(collection, prefix, cursor, limit)
        })
    }

    fn find_documents(
        &self,
        collection: Collection,
        query: &DocumentQuery,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Document>> {
        self.sifted_documents(collection, cursor, limit, |cursor, limit| {
            self.store.find_documents(collection, query, cursor, limit)
        })
    }

    fn write_documents(&self, writes: &[DocumentWrite], act: Option<&Act>) -> Result<u64> {
        self.may_write(writes)?;
        self.store.write_documents(writes, act)
    }

    fn append_audit(&self, act: &Act) -> Result<()> {
        self.store.append_audit(act)
    }

    fn last_act(&self) -> Result<Option<Timestamp>> {
        self.store.last_act()
    }

    fn opening(&self) -> Option<&str> {
        self.store.opening()
    }

    fn check(&self) -> Result<()> {
        self.store.check()
    }

    fn audit(&self, _: Option<&str>, _: usize) -> Result<Page<AuditEntry>> {
        Ok(nothing())
    }

    fn audit_newest(&self, _: Option<&str>, _: usize) -> Result<Page<AuditEntry>> {
        Ok(nothing())
    }

    fn find_audit(&self, _: &AuditQuery, _: bool, _: Option<&str>, _: usize) -> Result<Page<AuditEntry>> {
        Ok(nothing())
    }

    fn compact(&self) -> Result<Compacted> {
        Err(StoreError::NotFound("the store".to_owned()))
    }

    fn number_counters(&self) -> Result<Vec<(EventCode, i16, u64)>> {
        Ok(self.store.number_counters()?.into_iter().filter(|(event, ..)| self.has(event)).collect())
    }

    fn begin_restore(&self, _: &str) -> Result<()> {
        Err(StoreError::NotFound("the store".to_owned()))
    }

    fn restore(&self, _: &[DumpRecord]) -> Result<()> {
        Err(StoreError::NotFound("the store".to_owned()))
    }

    fn finish_restore(&self) -> Result<()> {
        Err(StoreError::NotFound("the store".to_owned()))
    }
}
