//! What the store finds records by besides their keys: it follows from the records, and is written in the same step.
//!
//! What is searched of certificates and people stands in blocks of some dozen, so that a search goes through some hundred or
//! thousand values and not through all records, and reads only those records that it finds. Acts are never changed, so theirs
//! are written once, when a block is full. Documents are found by the members that their collection declares. An index never
//! decides: every record that it leads to is looked at.
//!
//! Each block of people has a stamp: the last write that changed somebody in it, or what they have. Who keeps what was worked out
//! of a block looks at it again only when the stamp is another one.

mod acts;
mod blocks;
mod certificates;
mod documents;
mod people;

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::{Engine, OpenWrite, Ordered, Result, decode, encode, keys, kind};
use crate::credential::{CertificateNumber, EventCode};
use crate::store::{Certificate, Collection, Participant, PersonKey};

pub(super) use acts::seal;

/// Records of an older store that are read for one step.
const AT_ONCE: usize = 1_000;
/// What a person's record is called.
const PARTICIPANT: &str = "participant";

/// What a write changes of the indexes.
#[derive(Default)]
pub(super) struct Touched {
    /// What blocks hold from now on, by the blocks' keys and by place; nothing where it is taken out.
    blocks: BTreeMap<Vec<u8>, BTreeMap<u8, Option<Vec<u8>>>>,
    /// Under which keys documents are found from now on, by the documents' own.
    documents: BTreeMap<Vec<u8>, (Collection, BTreeSet<Vec<u8>>)>,
    /// The stamps of blocks of rosters that this write sets.
    stamps: BTreeSet<Vec<u8>>,
    /// Places in rosters that are new in this write.
    places: BTreeMap<(EventCode, PersonKey), u64>,
}

impl Touched {
    /// Notes the current version of a certificate.
    pub(super) fn certificate(&mut self, certificate: &Certificate) {
        let (block, slot) = certificates::place(&certificate.number);
        self.blocks.entry(block).or_default().insert(slot, Some(certificates::facets(certificate)));
    }

    /// Notes a document, or that it is gone, by the name of its collection.
    pub(super) fn document(&mut self, collection: &str, name: &str, value: Option<&serde_json::Value>) {
        let Some(collection) = Collection::named(collection).filter(|one| !one.indexes().is_empty()) else { return };
        let found = value.map(|value| documents::found_by(collection, name, value)).unwrap_or_default();
        self.documents.insert(super::documents::key(collection.name(), name), (collection, found));
    }

    pub(super) fn person(&mut self, event: &EventCode, place: u64, person: Option<&Participant>) {
        self.stamps.insert(people::stamp_of(event, place));
        let (block, slot) = people::place(event, place);
        let text = person.map(|person| crate::store::query::person_text(person).into_bytes());
        self.blocks.entry(block).or_default().insert(slot, text);
    }
}

/// Notes that what somebody has is another from now on: a certificate, a listing, a message.
pub(super) fn stamp<E: Engine>(draft: &mut OpenWrite<'_, E>, event: &EventCode, key: &PersonKey) -> Result<()> {
    if let Some(place) = place_of(draft, event, key)? {
        draft.touched.stamps.insert(people::stamp_of(event, place));
    }
    Ok(())
}

/// Notes whom a document is about, where what somebody has is in it.
pub(super) fn stamp_by<E: Engine>(
    draft: &mut OpenWrite<'_, E>,
    collection: &str,
    name: &str,
    value: Option<&serde_json::Value>,
) -> Result<()> {
    if collection == Collection::LISTED.name() {
        let about = name.split_once('/').and_then(|(code, key)| Some((code.parse().ok()?, PersonKey(key.to_owned()))));
        return about.map_or(Ok(()), |(event, key)| stamp(draft, &event, &key));
    }
    let number = match collection {
        _ if collection == Collection::MAILED.name() => name.split_once('/').map(|(_, number)| number),
        // What became of a message says whether somebody was told.
        _ if collection == Collection::MAIL_MESSAGES.name() => value.and_then(|value| value["number"].as_str()),
        _ => None,
    };
    let Some(number) = number.and_then(|number| number.parse::<CertificateNumber>().ok()) else { return Ok(()) };
    // Of one that is issued in the same step the certificate itself sets the stamp.
    let whose: Option<Whose> = draft.get_json(&keys::certificate(kind::CERTIFICATE, &number))?;
    whose.map_or(Ok(()), |whose| stamp(draft, number.event(), &whose.person))
}

/// Whose a certificate is.
#[derive(Deserialize)]
struct Whose {
    person: PersonKey,
}

/// Puts somebody who takes a new place.
pub(super) fn put_newcomer<E: Engine>(
    draft: &mut OpenWrite<'_, E>,
    event: &EventCode,
    place: u64,
    person: &Participant,
) -> Result<()> {
    draft.put(keys::place(event, place), person.key.0.clone().into_bytes());
    draft.touched.places.insert((event.clone(), person.key.clone()), place);
    put_placed(draft, event, place, person)
}

/// Puts somebody who is in the event and keeps their place.
pub(super) fn put_known<E: Engine>(
    draft: &mut OpenWrite<'_, E>,
    event: &EventCode,
    person: &Participant,
) -> Result<()> {
    match place_of(draft, event, &person.key)? {
        Some(place) => put_placed(draft, event, place, person),
        None => draft.put_json(keys::person(kind::PARTICIPANT, event, &person.key), PARTICIPANT, person),
    }
}

fn put_placed<E: Engine>(
    draft: &mut OpenWrite<'_, E>,
    event: &EventCode,
    place: u64,
    person: &Participant,
) -> Result<()> {
    let record = super::placed(place, &encode(PARTICIPANT, person)?);
    draft.put(keys::person(kind::PARTICIPANT, event, &person.key), record);
    draft.touched.person(event, place, Some(person));
    Ok(())
}

/// Returns somebody's place in an event's roster.
pub(super) fn place_of<E: Engine>(
    draft: &OpenWrite<'_, E>,
    event: &EventCode,
    person: &PersonKey,
) -> Result<Option<u64>> {
    if let Some(place) = draft.touched.places.get(&(event.clone(), person.clone())) {
        return Ok(Some(*place));
    }
    let record = draft.engine.get(&keys::person(kind::PARTICIPANT, event, person))?;
    if let Some(place) = record.as_deref().and_then(super::place_before) {
        return Ok(Some(place));
    }
    // As layout 6 kept it.
    let found = draft.engine.get(&keys::person(kind::PLACE, event, person))?;
    Ok(found.and_then(|bytes| keys::last_u64(&bytes)))
}

/// Puts what a write changes of the indexes into it.
pub(super) fn follow<E: Engine>(draft: &mut OpenWrite<'_, E>) -> Result<()> {
    let Touched { blocks, documents, stamps, .. } = std::mem::take(&mut draft.touched);
    let batch = draft.batch.to_be_bytes().to_vec();
    stamps.into_iter().for_each(|key| draft.put(key, batch.clone()));
    for (key, changes) in blocks {
        let mut block = draft.engine.get(&key)?.unwrap_or_default();
        block = blocks::changed(draft.engine, &block, changes)?;
        if block.is_empty() { draft.delete(key) } else { draft.put(key, block) }
    }
    for (at, (collection, found)) in documents {
        let before = documents::found_before(draft.engine, collection, &at)?;
        before.difference(&found).for_each(|key| draft.delete(key.clone()));
        found.difference(&before).for_each(|key| draft.put(key.clone(), Vec::new()));
    }
    Ok(())
}

impl<E: Engine> Ordered<E> {
    /// Makes the indexes of an older store. Done again from the beginning when an earlier call was stopped.
    pub(super) fn add_indexes(&self) -> Result<()> {
        self.renew_facets()?;
        self.each(&keys::named(kind::ROSTER, b""), |draft, key, person| people::add(draft, key, person))?;
        for collection in Collection::ALL.iter().filter(|collection| !collection.indexes().is_empty()) {
            let start = super::documents::key(collection.name(), "");
            self.each(&start, |draft, key, bytes| {
                let name = String::from_utf8_lossy(&key[start.len()..]);
                let value = super::documents::read(&self.engine, &name, bytes)?.value;
                let found = documents::found_by(*collection, &name, &value);
                found.into_iter().for_each(|key| draft.put(key, Vec::new()));
                Ok(())
            })?;
        }
        self.seal_acts()
    }

    /// Makes the blocks of certificates anew: an older store has larger ones. Done again from the beginning, too.
    pub(super) fn renew_facets(&self) -> Result<()> {
        self.each(&keys::named(kind::FACETS, b""), |draft, key, _| {
            draft.delete(key.to_vec());
            Ok(())
        })?;
        self.each(&keys::named(kind::CERTIFICATE, b""), |draft, _, bytes| {
            draft.touched.certificate(&decode(&self.engine, bytes)?);
            Ok(())
        })
    }

    /// Goes through all records that start so, and writes what follows from them.
    fn each(&self, start: &[u8], take: impl Fn(&mut OpenWrite<'_, E>, &[u8], &[u8]) -> Result<()>) -> Result<()> {
        let mut after = start.to_vec();
        loop {
            let found = self.engine.range(&after, &keys::end(start), AT_ONCE)?;
            let Some((last, _)) = found.last() else { return Ok(()) };
            after.clone_from(last);
            {
                let mut writer = self.writer();
                let mut draft = self.draft(Vec::new());
                found.iter().try_for_each(|(key, value)| take(&mut draft, key, value))?;
                self.write(&mut writer, draft)?;
            }
            self.settle()?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{LAYOUT, LAYOUT_KEY};
    use super::*;
    use crate::credential::Timestamp;
    use crate::store::memory::{MemoryEngine, MemoryStore};
    use crate::store::{
        Act, AuditQuery, Batch, CertificateQuery, DocumentQuery, DocumentWrite, Event, Expect, Fields, Index,
        ParticipantChange, PeopleQuery, Store,
    };

    const INDEXES: [u8; 4] = [kind::FACETS, kind::INDEX, kind::ACTS, kind::TEXTS];

    fn act(n: i64) -> Act {
        let at = Timestamp::from_unix(n);
        Act { actor: "t".into(), at, action: "a".into(), subject: format!("s{n}"), detail: serde_json::Value::Null }
    }

    fn event() -> Event {
        let json = serde_json::json!({
            "code": "OLD", "created": "2026-01-01T00:00:00Z", "extras": {},
            "achievement": { "path": "a/OLD", "name": "Old", "description": "Old", "criteria": "None",
                "achievement_type": "Certificate" },
            "template": { "name": "classic", "bundle": "" },
        });
        serde_json::from_value(json).unwrap()
    }

    fn certificate(n: u64, person: &str) -> Certificate {
        let json = serde_json::json!({
            "number": format!("CERT-OLD-2026-{n:05}"), "version": 1, "person": person, "recipient": person,
            "email": null, "fields": {}, "jws": format!("{n}"), "key": "k1",
            "template": { "name": "classic", "bundle": "" }, "status": { "list": 1, "index": n },
            "issued": "2026-01-01T00:00:00Z", "signed": "2026-01-01T00:00:00Z", "valid_until": null,
            "state": { "state": "active" },
        });
        serde_json::from_value(json).unwrap()
    }

    /// A store with people, certificates, rows and acts.
    fn filled() -> MemoryStore {
        let store = MemoryStore::new();
        store.change_event(None, &event(), &[], &act(0)).unwrap();
        let key = |n: u64| format!("p{n:04}");
        let person = |n| Participant::new(PersonKey(key(n)), key(n), None, Fields::new(), Timestamp::from_unix(0));
        let people =
            (0..1_300).map(|n| ParticipantChange { event: event().code, old: None, new: Some(person(n)) }).collect();
        let row = |n: u64| {
            let row = serde_json::json!({ "person": key(n), "state": "failed" });
            DocumentWrite::put(Collection::RUN_ROWS, format!("run/{n:04}"), Expect::Any, &row)
        };
        let documents = (0..1_300).map(row).collect();
        let batch = Batch { people, documents, ..Batch::default() };
        Store::write(&store, &batch, Some(&act(0))).unwrap();
        let issue = |n| crate::store::CertificateChange::Issue(certificate(n + 1, &key(n)));
        store.change_certificates(&(0..1_300).map(issue).collect::<Vec<_>>(), &[], &act(0)).unwrap();
        (0..600).for_each(|n| store.append_audit(&act(n)).unwrap());
        store
    }

    /// A record as it was before people had their place in it.
    fn without_place((key, value): (Vec<u8>, Vec<u8>)) -> (Vec<u8>, Vec<u8>) {
        let value = match super::super::place_before(&value) {
            Some(_) => [&[1], &value[9..]].concat(),
            None => value,
        };
        (key, value)
    }

    fn entries(store: &MemoryStore) -> Vec<(Vec<u8>, Vec<u8>)> {
        store.engine.range(&[], &[0xff], usize::MAX).unwrap()
    }

    #[test]
    fn a_store_without_indexes_gets_them_also_after_an_interruption() {
        let wanted = entries(&filled());
        let (indexes, records): (Vec<_>, Vec<_>) =
            wanted.iter().cloned().partition(|(key, _)| INDEXES.contains(&key[0]));
        // Blocks of certificates and of texts; a person and a state of each row; acts.
        assert_eq!(indexes.len(), 41 + 21 + 2_600 + 2);
        for kept in [0, 1, 700, indexes.len()] {
            // What layout 4 wrote, and what an interrupted opening has made since.
            let old = MemoryEngine::default();
            let mut all: Vec<_> = records.iter().cloned().map(without_place).collect();
            all.extend(indexes[..kept].iter().cloned());
            all.push((LAYOUT_KEY.to_vec(), 4_u32.to_be_bytes().to_vec()));
            old.write(all.into_iter().map(|(key, value)| (key, Some(value))).collect()).unwrap();
            let opened = MemoryStore::over(old).unwrap();
            assert_eq!(opened.engine.get(LAYOUT_KEY).unwrap().unwrap(), LAYOUT.to_be_bytes());
            let made: Vec<_> = entries(&opened).into_iter().filter(|(key, _)| INDEXES.contains(&key[0])).collect();
            assert!(made == indexes, "the same as if they had been there from the beginning");
            let people = |entries: Vec<(Vec<u8>, Vec<u8>)>| {
                entries.into_iter().filter(|(key, _)| key[0] == kind::PARTICIPANT).collect::<Vec<_>>()
            };
            assert!(people(entries(&opened)) == people(wanted.clone()), "and the places");
            let text = Some("P1299".to_owned());
            let query = CertificateQuery { text: text.clone(), ..CertificateQuery::default() };
            assert_eq!(opened.find_certificates(&query, None, 5).unwrap().items, [certificate(1_300, "p1299")]);
            let found = opened.find_participants(&event().code, &PeopleQuery { text, places: None }, None, 5).unwrap();
            assert_eq!(found.items.len(), 1);
            let rows = DocumentQuery::having(Index::PERSON, "p0007");
            assert_eq!(opened.find_documents(Collection::RUN_ROWS, &rows, None, 5).unwrap().items.len(), 1);
            let acts = AuditQuery { subject: Some("s77".into()), ..AuditQuery::default() };
            assert_eq!(opened.find_audit(&acts, true, None, 5).unwrap().items.len(), 1);
        }
    }

    /// The blocks of certificates as layout 5 had them: of 64.
    fn long_blocks(engine: &MemoryEngine, blocks: &[(Vec<u8>, Vec<u8>)]) -> Vec<(Vec<u8>, Vec<u8>)> {
        let mut long: BTreeMap<u64, Vec<(u8, Vec<u8>)>> = BTreeMap::new();
        for (key, block) in blocks {
            let first = keys::last_u64(key).unwrap() * u64::from(certificates::BLOCK);
            for (slot, facets) in blocks::read(engine, block).unwrap() {
                let number = first + u64::from(slot);
                long.entry(number / 64).or_default().push(((number % 64) as u8, facets.to_vec()));
            }
        }
        let written = |records: &[(u8, Vec<u8>)]| blocks::written(records.iter().map(|(slot, one)| (*slot, &one[..])));
        long.iter().map(|(block, records)| (keys::facets(&event().code, 2026, *block), written(records))).collect()
    }

    #[test]
    fn long_blocks_of_certificates_become_short_ones_also_after_an_interruption() {
        let wanted = entries(&filled());
        let (blocks, others): (Vec<_>, Vec<_>) = wanted.iter().cloned().partition(|(key, _)| key[0] == kind::FACETS);
        let long = long_blocks(&MemoryEngine::default(), &blocks);
        assert_eq!((blocks.len(), long.len()), (41, 21));
        // All as it was; some taken out; all taken out; some made.
        for left in [&long[..], &long[7..], &[], &blocks[..9]] {
            let old = MemoryEngine::default();
            let mut all: Vec<_> = others.iter().chain(left).cloned().collect();
            all.push((LAYOUT_KEY.to_vec(), 5_u32.to_be_bytes().to_vec()));
            old.write(all.into_iter().map(|(key, value)| (key, Some(value))).collect()).unwrap();
            let opened = MemoryStore::over(old).unwrap();
            assert_eq!(opened.engine.get(LAYOUT_KEY).unwrap().unwrap(), LAYOUT.to_be_bytes());
            let made: Vec<_> = entries(&opened).into_iter().filter(|(key, _)| key[0] == kind::FACETS).collect();
            assert!(made == blocks);
        }
    }

    #[test]
    fn a_place_that_is_a_record_of_its_own_is_found_and_goes_with_the_person() {
        let old = MemoryEngine::default();
        let mut all = Vec::new();
        for (key, value) in entries(&filled()) {
            if key[0] == kind::PARTICIPANT {
                let place = super::super::place_before(&value).unwrap();
                let person = PersonKey(String::from_utf8(key[5..].to_vec()).unwrap());
                all.push((keys::person(kind::PLACE, &event().code, &person), place.to_be_bytes().to_vec()));
            }
            all.push(without_place((key, value)));
        }
        all.push((LAYOUT_KEY.to_vec(), 6_u32.to_be_bytes().to_vec()));
        old.write(all.into_iter().map(|(key, value)| (key, Some(value))).collect()).unwrap();
        let opened = MemoryStore::over(old).unwrap();
        let code = event().code;
        let find = |text: &str| {
            let query = PeopleQuery { text: Some(text.to_owned()), places: None };
            opened.find_participants(&code, &query, None, 5).unwrap().items
        };
        let person = find("p0033").remove(0);
        let renamed = Participant { name: "Ada Lovelace".into(), ..person.clone() };
        opened.change_participant(&code, Some(&person), Some(&renamed), &[], &act(1)).unwrap();
        assert_eq!(find("Lovelace"), std::slice::from_ref(&renamed));
        assert_eq!(opened.roster_block(&code, 0).unwrap()[33], (34, renamed));
        let places = || entries(&opened).iter().filter(|(key, _)| key[0] == kind::PLACE).count();
        for gone in ["p0033", "p0034"] {
            opened.erase_person(&code, &PersonKey(gone.into()), &[], &act(2)).unwrap();
            assert!(find(gone).is_empty());
        }
        assert_eq!(places(), 1_298);
    }

    #[test]
    fn nothing_is_left_of_who_is_gone() {
        let store = filled();
        let code = event().code;
        let text = |needle: &str| {
            let holds = |bytes: &[u8]| memchr::memmem::find(bytes, needle.as_bytes()).is_some();
            entries(&store)
                .iter()
                .filter(|(key, value)| key[0] != kind::DOCUMENT && (holds(key) || holds(value)))
                .count()
        };
        assert!(text("p0033") > 3);
        store.erase_person(&code, &PersonKey("p0033".into()), &[], &act(1)).unwrap();
        assert_eq!(text("p0033"), 0);
        let others = text("p0034");
        assert!(others > 3);
        store.remove_event(&event(), &[], &act(2)).unwrap_err();
    }
}
