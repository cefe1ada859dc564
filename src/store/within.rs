//! A store of which only some events are seen: what a membership that is limited to events works over.
//!
//! Everything that reads answers as if there were nothing else, and everything that writes refuses what is outside with
//! [`StoreError::NotFound`]: so no act, listing or search has to think of it. What belongs to no event (templates, accounts,
//! status entries, counters) passes, templates to read only; the audit log and what belongs to nobody knows which event is
//! not seen at all.

use std::collections::BTreeSet;

use serde_json::Value;

use super::dump::Record;
use super::{
    Act, AuditEntry, Batch, BlobId, Certificate, CertificateChange, Collection, Compacted, Document, DocumentWrite,
    Event, Page, Participant, PersonKey, Result, StatusRange, Store, StoreError, Stray, Waiting,
};
use crate::credential::{CertificateNumber, EventCode, StatusEntry, Timestamp};
use crate::status::Reason;

/// The events of a store that somebody may see.
pub struct Within<'a> {
    store: &'a dyn Store,
    events: &'a BTreeSet<EventCode>,
}

/// To which event a document belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Belongs {
    /// To none: accounts, the outbox, marks.
    Nowhere,
    /// To none, and only whoever sees all events changes it.
    Issuer,
    /// To that with whose code its key begins.
    Key,
    /// It is a run: to its `event`, or its `events`.
    Run,
    /// To the event of the run with whose id its key begins.
    KeysRun,
    /// To the event of its `run`.
    ItsRun,
    /// To the event of the certificate with its `number`.
    Number,
}

/// Returns to which event the documents of a collection belong; those of one that is not named here are not seen.
fn belongs(collection: Collection) -> Option<Belongs> {
    use Collection as C;
    let all: &[(Belongs, &[C])] = &[
        (
            Belongs::Nowhere,
            &[
                C::STAFF,
                C::STAFF_EMAILS,
                C::STAFF_OWNERS,
                C::STAFF_SETUP,
                C::SESSIONS,
                C::SECOND_STEPS,
                C::API_TOKENS,
                C::TALLIES,
                C::PUBLICATION,
                C::SIGNING_KEY,
                C::IDEMPOTENCY,
                C::ERASED,
                C::RUN_QUEUE,
                C::WEBHOOK_ENDPOINTS,
                C::WEBHOOK_SECRETS,
                C::WEBHOOK_HEALTH,
                C::WEBHOOK_MESSAGES,
                C::WEBHOOK_DELIVERIES,
                C::WEBHOOK_QUEUE,
                C::WEBHOOK_STATES,
            ],
        ),
        (Belongs::Issuer, &[C::TEMPLATES]),
        (Belongs::Key, &[C::PLANS, C::RULES, C::LISTED, C::IMPORTS, C::IMPORT_ROWS, C::ERASING, C::REMOVING]),
        (Belongs::Run, &[C::RUNS]),
        (Belongs::KeysRun, &[C::RUN_ROWS]),
        (Belongs::ItsRun, &[C::APPROVALS]),
        (Belongs::Number, &[C::CORRECTIONS]),
    ];
    all.iter().find(|(_, collections)| collections.contains(&collection)).map(|(belongs, _)| *belongs)
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

    /// Says whether a code that stands in a document is within.
    fn names(&self, code: &str) -> bool {
        code.parse().is_ok_and(|code| self.has(&code))
    }

    fn has_number(&self, value: &Value) -> bool {
        value["number"]
            .as_str()
            .and_then(|text| text.parse::<CertificateNumber>().ok())
            .is_some_and(|n| self.has(n.event()))
    }

    /// Says whether a run is within; one of which the events are not known yet only while it is being made (`writing`).
    fn has_run(&self, run: &Value, writing: bool) -> bool {
        if let Some(event) = run["event"].as_str() {
            return self.names(event);
        }
        let events = run["events"].as_array().map(Vec::as_slice).unwrap_or_default();
        (writing || !events.is_empty())
            && events.iter().all(|event| event.as_str().is_some_and(|code| self.names(code)))
    }

    fn has_run_of(&self, id: &str, writing: bool) -> Result<bool> {
        let run = self.store.document(Collection::RUNS, id)?;
        Ok(run.is_some_and(|run| self.has_run(&run.value, writing)))
    }

    /// Says whether a document is within. `rows` remembers the last run that rows were looked at of.
    fn shows(&self, collection: Collection, key: &str, value: &Value, rows: &mut Remembered) -> Result<bool> {
        let first = key.split('/').next().unwrap_or_default();
        Ok(match belongs(collection) {
            None => false,
            Some(Belongs::Nowhere | Belongs::Issuer) => true,
            Some(Belongs::Key) => self.names(first),
            Some(Belongs::Run) => self.has_run(value, rows.writing),
            Some(Belongs::KeysRun) => {
                rows.of(first, |writing| self.has_run_of(first, writing))?
                    && (value["number"].is_null() || self.has_number(value))
            }
            Some(Belongs::ItsRun) => match value["run"].as_str() {
                Some(id) => self.has_run_of(id, rows.writing)?,
                None => false,
            },
            Some(Belongs::Number) => self.has_number(value),
        })
    }

    /// Refuses writes of documents outside, of what is there and of what comes.
    fn may_write(&self, writes: &[DocumentWrite]) -> Result<()> {
        let mut rows = Remembered { run: None, writing: true };
        for write in writes {
            let refused = || StoreError::NotFound(format!("a document of {}", write.collection.name()));
            match belongs(write.collection) {
                Some(Belongs::Nowhere) => continue,
                Some(Belongs::Issuer) if write.only_expects => continue,
                None | Some(Belongs::Issuer) => return Err(refused()),
                Some(_) => {}
            }
            let stored = self.store.document(write.collection, &write.key)?;
            let values = [stored.as_ref().map(|document| &document.value), write.value.as_ref()];
            for value in values.into_iter().flatten() {
                if !self.shows(write.collection, &write.key, value, &mut rows)? {
                    return Err(refused());
                }
            }
            if stored.is_none() && write.value.is_none() && belongs(write.collection) == Some(Belongs::Key) {
                let null = Value::Null;
                if !self.shows(write.collection, &write.key, &null, &mut rows)? {
                    return Err(refused());
                }
            }
        }
        Ok(())
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

    fn first_with_certificates<'e>(&self, codes: impl Iterator<Item = &'e EventCode>) -> Result<Option<&'e EventCode>> {
        for code in codes {
            if !self.store.certificates(Some(code), None, 1)?.items.is_empty() {
                return Ok(Some(code));
            }
        }
        Ok(None)
    }

    fn has_stray(&self, stray: &Stray) -> bool {
        stray.seen.as_ref().is_some_and(|seen| self.has(seen.number.event()))
    }

    /// Returns a page of those that are within, and at least one if there is any.
    fn sifted<T>(
        &self,
        cursor: Option<&str>,
        read: impl Fn(Option<&str>) -> Result<Page<T>>,
        mut keep: impl FnMut(&T) -> Result<bool>,
    ) -> Result<Page<T>> {
        let mut cursor = cursor.map(str::to_owned);
        loop {
            let page = read(cursor.as_deref())?;
            let mut items = Vec::with_capacity(page.items.len());
            for item in page.items {
                if keep(&item)? {
                    items.push(item);
                }
            }
            if !items.is_empty() || page.next.is_none() {
                return Ok(Page { items, next: page.next });
            }
            cursor = page.next;
        }
    }

    fn sifted_documents(
        &self,
        collection: Collection,
        cursor: Option<&str>,
        read: impl Fn(Option<&str>) -> Result<Page<Document>>,
    ) -> Result<Page<Document>> {
        let mut rows = Remembered { run: None, writing: false };
        self.sifted(cursor, read, |one: &Document| self.shows(collection, &one.key, &one.value, &mut rows))
    }
}

/// The run that rows were last looked at of, and whether it is within.
struct Remembered {
    run: Option<(String, bool)>,
    writing: bool,
}

impl Remembered {
    fn of(&mut self, id: &str, look: impl FnOnce(bool) -> Result<bool>) -> Result<bool> {
        match &self.run {
            Some((known, within)) if known == id => Ok(*within),
            _ => {
                let within = look(self.writing)?;
                self.run = Some((id.to_owned(), within));
                Ok(within)
            }
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

    /// Of all events: one event after the other. A cursor is the event's code and, after a point, that within it.
    fn certificates(&self, event: Option<&EventCode>, cursor: Option<&str>, limit: usize) -> Result<Page<Certificate>> {
        match event {
            Some(event) if self.has(event) => return self.store.certificates(Some(event), cursor, limit),
            Some(_) => return Ok(nothing()),
            None => {}
        }
        let (from, mut inner) = match cursor.map(|text| (text, text.split_once('.'))) {
            None => (None, None),
            Some((text, Some((code, inner)))) => {
                let code: EventCode = code.parse().map_err(|_| bad_cursor(text))?;
                (Some(code), Some(inner.to_owned()).filter(|inner| !inner.is_empty()))
            }
            Some((text, None)) => return Err(bad_cursor(text)),
        };
        let mut codes = self.events.iter().filter(|code| from.as_ref().is_none_or(|from| *code >= from));
        while let Some(code) = codes.next() {
            let inner = inner.take().filter(|_| from.as_ref() == Some(code));
            let Page { items, next } = self.store.certificates(Some(code), inner.as_deref(), limit)?;
            if items.is_empty() && next.is_none() {
                continue;
            }
            let next = match next {
                Some(next) => Some(format!("{code}.{next}")),
                // Only where there is something: no page but the first is empty.
                None => self.first_with_certificates(codes)?.map(|following| format!("{following}.")),
            };
            return Ok(Page { items, next });
        }
        Ok(nothing())
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
        self.sifted(cursor, |cursor| self.store.strays(cursor, limit), |stray| Ok(self.has_stray(stray)))
    }

    fn waiting(&self, after: Timestamp, cursor: Option<&str>, limit: usize) -> Result<Page<Waiting>> {
        let keep = |one: &Waiting| Ok(one.number.as_ref().is_some_and(|number| self.has(number.event())));
        self.sifted(cursor, |cursor| self.store.waiting(after, cursor, limit), keep)
    }

    fn issued_digests(&self, key: &str, cursor: Option<&str>, limit: usize) -> Result<Page<[u8; 16]>> {
        self.store.issued_digests(key, cursor, limit)
    }

    fn document(&self, collection: Collection, key: &str) -> Result<Option<Document>> {
        let Some(document) = self.store.document(collection, key)? else { return Ok(None) };
        let mut rows = Remembered { run: None, writing: false };
        Ok(self.shows(collection, key, &document.value, &mut rows)?.then_some(document))
    }

    fn documents(
        &self,
        collection: Collection,
        prefix: &str,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Document>> {
        self.sifted_documents(collection, cursor, |cursor| self.store.documents(collection, prefix, cursor, limit))
    }

    fn documents_newest(
        &self,
        collection: Collection,
        prefix: &str,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Document>> {
        self.sifted_documents(collection, cursor, |cursor| {
            self.store.documents_newest(collection, prefix, cursor, limit)
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

    fn compact(&self) -> Result<Compacted> {
        Err(StoreError::NotFound("the store".to_owned()))
    }

    fn number_counters(&self) -> Result<Vec<(EventCode, i16, u64)>> {
        Ok(self.store.number_counters()?.into_iter().filter(|(event, ..)| self.has(event)).collect())
    }

    fn begin_restore(&self, _: &str) -> Result<()> {
        Err(StoreError::NotFound("the store".to_owned()))
    }

    fn restore(&self, _: &[Record]) -> Result<()> {
        Err(StoreError::NotFound("the store".to_owned()))
    }

    fn finish_restore(&self) -> Result<()> {
        Err(StoreError::NotFound("the store".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_collection_says_to_which_event_its_documents_belong() {
        for collection in Collection::ALL {
            assert!(belongs(*collection).is_some(), "{} is not named in `belongs`", collection.name());
        }
    }
}
