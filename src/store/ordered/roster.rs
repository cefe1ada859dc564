//! The roster of an event: its people in the order in which they were first put, so that numbers follow the list.

use std::collections::BTreeMap;

use super::{Engine, OpenWrite, Ordered, Result, check_key, decode, index, keys, kind, people};
use crate::credential::EventCode;
use crate::store::{Event, Page, Participant};

/// People of an older store who get their places in one step.
const AT_ONCE: usize = 1_000;

/// The next places of rosters while a write is being decided: a draft does not read what it puts.
#[derive(Default)]
pub(super) struct Places<'a>(BTreeMap<&'a EventCode, u64>);

impl<'a> Places<'a> {
    /// Puts somebody who is in the store as `known`; who is new takes the next place, who is known keeps the old one.
    pub(super) fn put<E: Engine>(
        &mut self,
        draft: &mut OpenWrite<'_, E>,
        event: &'a EventCode,
        known: Option<&Participant>,
        new: &Participant,
    ) -> Result<()> {
        check_key("person key", &new.key.0)?;
        people::put_marks(draft, event, known, new, None)?;
        if known.is_none() {
            let place = match self.0.get(event) {
                Some(next) => *next,
                None => next_place(draft, event)?,
            };
            self.0.insert(event, place + 1);
            index::put_newcomer(draft, event, place, new)
        } else {
            index::put_known(draft, event, new)
        }
    }
}

/// Puts people as they are, whoever is there; who is new takes the next place, who is known keeps the old one.
pub(super) fn put<'p, E: Engine>(
    draft: &mut OpenWrite<'_, E>,
    event: &'p EventCode,
    people: impl IntoIterator<Item = &'p Participant>,
) -> Result<()> {
    let (mut places, mut before) = (Places::default(), BTreeMap::new());
    for person in people {
        let known: Option<Participant> = draft.get_json(&keys::person(kind::PARTICIPANT, event, &person.key))?;
        let earlier = before.insert(&person.key, person);
        places.put(draft, event, known.as_ref().or(earlier), person)?;
    }
    Ok(())
}

/// Places are never given up, so the next one follows the last. Reads the store before the draft.
fn next_place<E: Engine>(draft: &OpenWrite<'_, E>, event: &EventCode) -> Result<u64> {
    let start = keys::group(kind::ROSTER, event.as_str());
    let last = draft.engine.last(&start, &keys::end(&start))?;
    Ok(last.and_then(|(key, _)| keys::last_u64(&key)).map_or(1, |last| last + 1))
}

impl<E: Engine> Ordered<E> {
    /// Returns a page of an event's people by their places.
    pub(super) fn roster(&self, event: &EventCode, cursor: Option<&str>, limit: usize) -> Result<Page<Participant>> {
        let start = keys::group(kind::PARTICIPANT, event.as_str());
        let person = |place: &[u8], key: &[u8]| match self.get_json(&[&start[..], key].concat())? {
            Some(person) => Ok(Some(person)),
            // Deleted since the place was read; or else the store has lost somebody.
            None if self.engine.get(place)?.is_none() => Ok(None),
            None => Err(self.damaged("somebody in a roster is not in the event")),
        };
        let mut cursor = cursor.map(str::to_owned);
        loop {
            let page = self.page(&keys::group(kind::ROSTER, event.as_str()), cursor.as_deref(), limit, person)?;
            let items: Vec<Participant> = page.items.into_iter().flatten().collect();
            if !items.is_empty() || page.next.is_none() {
                return Ok(Page { items, next: page.next });
            }
            cursor = page.next;
        }
    }

    /// Gives the people of an older store their places, event by event in the order of their keys. Goes on where an
    /// earlier call was stopped.
    pub(super) fn add_rosters(&self) -> Result<()> {
        let read = |_: &[u8], value: &[u8]| decode::<Event>(&self.engine, value);
        for event in self.all(&keys::named(kind::EVENT, b""), read)? {
            while self.add_places(&event.code)? {}
        }
        Ok(())
    }

    /// Gives the next people of an event their places; false if all have one.
    fn add_places(&self, event: &EventCode) -> Result<bool> {
        let (roster, people) =
            (keys::group(kind::ROSTER, event.as_str()), keys::group(kind::PARTICIPANT, event.as_str()));
        let last = self.engine.last(&roster, &keys::end(&roster))?;
        let placed = last.as_ref().map_or(&[][..], |(_, person)| person);
        let next = last.as_ref().and_then(|(key, _)| keys::last_u64(key)).map_or(1, |last| last + 1);
        let found = self.engine.range(&[&people[..], placed].concat(), &keys::end(&people), AT_ONCE)?;
        let more = !found.is_empty();
        let place =
            |(n, (key, _)): (u64, (Vec<u8>, Vec<u8>))| (keys::place(event, n), Some(key[people.len()..].to_vec()));
        self.write_entries((next..).zip(found).map(place).collect())?;
        Ok(more)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{LAYOUT, LAYOUT_KEY};
    use crate::credential::Timestamp;
    use crate::store::memory::{MemoryEngine, MemoryStore};
    use crate::store::{Act, Batch, Event, Fields, Participant, ParticipantChange, PersonKey, Store};

    use super::*;

    fn person(key: &str) -> Participant {
        let imported = Timestamp::from_unix(0);
        Participant::new(PersonKey(key.into()), key.into(), None, Fields::new(), imported)
    }

    fn act() -> Act {
        let detail = serde_json::Value::Null;
        Act { actor: "t".into(), at: Timestamp::from_unix(0), action: "a".into(), subject: "s".into(), detail }
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

    fn add(store: &MemoryStore, people: &[Participant]) {
        let added = |new: &Participant| ParticipantChange { event: event().code, old: None, new: Some(new.clone()) };
        let people = people.iter().map(added).collect();
        Store::write(store, &Batch { people, ..Batch::default() }, Some(&act())).unwrap();
    }

    fn names(store: &MemoryStore) -> Vec<String> {
        let page = store.participants(&event().code, None, 10_000).unwrap();
        page.items.into_iter().map(|person| person.key.0).collect()
    }

    #[test]
    fn a_store_without_rosters_gets_them_in_the_order_of_the_keys_also_after_an_interruption() {
        let store = MemoryStore::new();
        store.change_event(None, &event(), &[], &act()).unwrap();
        let people: Vec<_> = (0..2_500).rev().map(|n| person(&format!("p{n:04}"))).collect();
        add(&store, &people);
        for placed_before in [0, 1, 1_000, 2_500] {
            // What a version without rosters wrote, and some places that an interrupted opening has given since.
            let old = MemoryEngine::default();
            let all = store.engine.range(&[], &[0xff], usize::MAX).unwrap();
            let mut entries: Vec<_> = all.into_iter().filter(|(key, _)| key[0] != kind::ROSTER).collect();
            entries.push((LAYOUT_KEY.to_vec(), 1_u32.to_be_bytes().to_vec()));
            let places =
                (0..placed_before).map(|n| (keys::place(&event().code, n + 1), format!("p{n:04}").into_bytes()));
            entries.extend(places);
            old.write(entries.into_iter().map(|(key, value)| (key, Some(value))).collect()).unwrap();
            let opened = MemoryStore::over(old).unwrap();
            assert!(names(&opened).is_sorted());
            assert_eq!(names(&opened).len(), 2_500);
            add(&opened, &[person("a newcomer")]);
            assert_eq!(names(&opened)[2_500..], ["a newcomer"]);
            assert_eq!(opened.engine.get(LAYOUT_KEY).unwrap().unwrap(), LAYOUT.to_be_bytes());
        }
    }

    #[test]
    fn a_store_that_found_one_person_of_a_mailbox_finds_all_of_them_also_after_an_interruption() {
        let store = MemoryStore::new();
        store.change_event(None, &event(), &[], &act()).unwrap();
        let with = |key: &str, name: &str| Participant {
            email: Some("Info@bücher.example".into()),
            name: name.into(),
            ..person(key)
        };
        let people = [with("info@bücher.example", "Anna Berg"), with("x", "Karl Berg"), person("somebody else")];
        add(&store, &people);
        for kept in [0, 1, 5] {
            // What layout 2 wrote, and some of the marks that an interrupted opening has given since.
            let old = MemoryEngine::default();
            let all = store.engine.range(&[], &[0xff], usize::MAX).unwrap();
            let (marks, mut entries): (Vec<_>, Vec<_>) = all.into_iter().partition(|(key, _)| key[0] == kind::MARK);
            assert_eq!(marks.len(), 5);
            entries.extend(marks.into_iter().take(kept));
            entries.push((LAYOUT_KEY.to_vec(), 2_u32.to_be_bytes().to_vec()));
            entries.push((keys::mark(&event().code, "@info@bücher.example"), b"x".to_vec()));
            old.write(entries.into_iter().map(|(key, value)| (key, Some(value))).collect()).unwrap();
            let opened = MemoryStore::over(old).unwrap();
            let found = opened.people_at(&event().code, "info@xn--bcher-kva.example").unwrap();
            assert_eq!(found, people[..2]);
            assert_eq!(opened.people_named(&event().code, "BERG, KARL").unwrap(), people[1..2]);
            assert_eq!(opened.engine.get(LAYOUT_KEY).unwrap().unwrap(), LAYOUT.to_be_bytes());
            let again = opened.engine.range(&[], &[0xff], usize::MAX).unwrap();
            assert_eq!(again.iter().filter(|(key, _)| key[0] == kind::MARK).count(), 5, "the old one is gone");
        }
    }

    /// The records of a store as layout 6 had them: places apart, and marks of a mailbox that is a key, and the key in each mark.
    fn of_layout_6(store: &MemoryStore) -> MemoryEngine {
        let mut entries = Vec::new();
        for (key, value) in store.engine.range(&[], &[0xff], usize::MAX).unwrap() {
            let group = keys::group(key[0], event().code.as_str());
            match key[0] {
                kind::PARTICIPANT => {
                    let place = super::super::place_before(&value).unwrap();
                    let person: Participant = super::super::decode(&store.engine, &value).unwrap();
                    let mark = format!("{}{}", people::mailbox_mark(person.email.as_ref().unwrap()), person.key.0);
                    entries.push((keys::mark(&event().code, &mark), person.key.0.clone().into_bytes()));
                    entries.push((keys::person(kind::PLACE, &event().code, &person.key), place.to_be_bytes().to_vec()));
                    entries.push((key, [&[1], &value[9..]].concat()));
                }
                kind::MARK if value.is_empty() => {
                    // `m:DIGEST:KEY`, `n:DIGEST:KEY`
                    let mark = String::from_utf8(key[group.len()..].to_vec()).unwrap();
                    entries.push((key, mark.splitn(3, ':').nth(2).unwrap().as_bytes().to_vec()));
                }
                _ => entries.push((key, value)),
            }
        }
        entries.push((LAYOUT_KEY.to_vec(), 6_u32.to_be_bytes().to_vec()));
        let old = MemoryEngine::default();
        old.write(entries.into_iter().map(|(key, value)| (key, Some(value))).collect()).unwrap();
        old
    }

    #[test]
    fn marks_of_layout_6_go_with_who_is_erased_and_move_with_who_is_merged_or_changes_the_address() {
        let store = MemoryStore::new();
        let code = event().code;
        store.change_event(None, &event(), &[], &act()).unwrap();
        let with = |key: &str, name: &str, email: &str, id: &str| Participant {
            email: Some(email.into()),
            name: name.into(),
            external_id: Some(id.into()),
            ..person(key)
        };
        let ada = with("ada@x.example", "Ada King", "Ada@x.example", "A-1");
        let twin = with("k-twin", "Byron King", "ada@x.example", "A-2");
        let bo = with("bo@x.example", "Bo Holm", "bo@x.example", "B-1");
        let eva = with("eva@x.example", "Eva Stone", "eva@x.example", "E-1");
        add(&store, &[ada.clone(), twin.clone(), bo.clone(), eva.clone()]);
        let opened = MemoryStore::over(of_layout_6(&store)).unwrap();
        assert_eq!(opened.engine.get(LAYOUT_KEY).unwrap().unwrap(), LAYOUT.to_be_bytes());
        // Records of these kinds that name somebody, by key or by what stands there.
        let left = |key: &str| {
            let names = |bytes: &[u8]| memchr::memmem::find(bytes, key.as_bytes()).is_some();
            let kinds = [kind::PARTICIPANT, kind::MARK, kind::PLACE, kind::ROSTER];
            let all = opened.engine.range(&[], &[0xff], usize::MAX).unwrap();
            all.iter().filter(|(at, value)| kinds.contains(&at[0]) && (names(at) || names(value))).count()
        };
        let keys_of = |people: Vec<Participant>| people.into_iter().map(|one| one.key.0).collect::<Vec<_>>();
        let at = |email: &str| keys_of(opened.people_at(&code, email).unwrap());
        let named = |name: &str| keys_of(opened.people_named(&code, name).unwrap());
        let by_id = |id: &str| opened.person(&code, &format!("x:{id}")).unwrap().map(|key| key.0);
        assert_eq!(at("ADA@x.example"), ["ada@x.example", "k-twin"]);
        assert!(left("k-twin") > 3 && left("eva@x.example") > 3);

        opened.erase_person(&code, &eva.key, &[], &act()).unwrap();
        assert_eq!((left("eva@x.example"), at("eva@x.example").len(), by_id("E-1")), (0, 0, None));
        assert!(named("Eva Stone").is_empty());

        // The twin was Bo, whose record stays and takes the address along.
        let merged = Participant { email: twin.email.clone(), external_id: twin.external_id.clone(), ..bo.clone() };
        opened.merge_participants(&code, [&bo, &merged, &twin], &[], &act()).unwrap();
        assert_eq!((left("k-twin"), by_id("A-2").as_deref(), by_id("B-1")), (0, Some("bo@x.example"), None));
        assert_eq!(
            (at("ada@x.example"), at("bo@x.example").len()),
            (vec!["ada@x.example".into(), "bo@x.example".into()], 0)
        );
        assert!(named("Byron King").is_empty() && named("Bo Holm") == ["bo@x.example"]);

        let moved = Participant { email: Some("king@x.example".into()), ..ada.clone() };
        opened.change_participant(&code, Some(&ada), Some(&moved), &[], &act()).unwrap();
        assert_eq!(
            (at("ada@x.example"), at("king@x.example")),
            (vec!["bo@x.example".into()], vec!["ada@x.example".into()])
        );
        opened.erase_person(&code, &ada.key, &[], &act()).unwrap();
        opened.erase_person(&code, &bo.key, &[], &act()).unwrap();
        let marks = keys::group(kind::MARK, code.as_str());
        assert_eq!(opened.engine.range(&marks, &keys::end(&marks), 10).unwrap(), [], "no mark is left of anybody");
    }
}
