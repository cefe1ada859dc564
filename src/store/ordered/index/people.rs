//! What is searched of an event's people: their texts, in blocks by their places in the roster.

use std::collections::BTreeMap;

use super::super::{damaged, wanted};
use super::{Engine, OpenWrite, Ordered, Result, blocks, keys, kind};
use crate::credential::EventCode;
use crate::store::query::person_text;
use crate::store::sought::{Sought, holds};
use crate::store::{PAGE_LIMIT, Page, Participant, PeopleQuery, PersonKey, StoreError};

/// People of a block.
pub(super) const BLOCK: u8 = 64;
/// Blocks read at a time.
const BLOCKS: usize = 64;

/// Returns the block that a place of a roster is in, and where there.
pub(super) fn place(event: &EventCode, place: u64) -> (Vec<u8>, u8) {
    let (block, slot) = blocks::split(place, BLOCK);
    (keys::texts(event, block), slot)
}

/// Returns the key of the stamp of the block that a place is in.
pub(super) fn stamp_of(event: &EventCode, place: u64) -> Vec<u8> {
    keys::stamp(event, blocks::split(place, BLOCK).0)
}

/// Notes somebody of an older store, by the entry of a roster.
pub(super) fn add<E: Engine>(draft: &mut OpenWrite<'_, E>, key: &[u8], person: &[u8]) -> Result<()> {
    let broken = || damaged(draft.engine, "an entry of a roster cannot be read");
    let (head, place) = key.split_last_chunk().ok_or_else(broken)?;
    let code = head.get(1..).and_then(|code| std::str::from_utf8(code.strip_suffix(&[0])?).ok()?.parse().ok());
    let event: EventCode = code.ok_or_else(broken)?;
    let person = PersonKey(String::from_utf8_lossy(person).into_owned());
    let at = keys::person(kind::PARTICIPANT, &event, &person);
    // Who is not there is what is left of an event that is being removed.
    let Some(person) = draft.get_json::<Participant>(&at)? else { return Ok(()) };
    super::put_placed(draft, &event, u64::from_be_bytes(*place), &person)
}

impl<E: Engine> Ordered<E> {
    /// Returns a page of the people that are asked for.
    pub(in super::super) fn people_found(
        &self,
        event: &EventCode,
        query: &PeopleQuery,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Participant>> {
        let Some(text) = query.wanted_text() else {
            return match &query.places {
                Some(places) => self.people_of_places(event, places, cursor, limit),
                None => self.roster(event, cursor, limit),
            };
        };
        let among = |place: &u64| query.places.as_ref().is_none_or(|places| places.binary_search(place).is_ok());
        let sought = Sought::new(&text);
        let limit = limit.clamp(1, PAGE_LIMIT);
        let prefix = keys::group(kind::ROSTER, event.as_str());
        let start = keys::group(kind::TEXTS, event.as_str());
        let after = place_after(&prefix, cursor)?;
        let mut from = match after {
            0 => start.clone(),
            after => keys::before(&place(event, after).0),
        };
        let (mut items, mut last) = (Vec::new(), 0);
        loop {
            wanted::check()?;
            let found = self.engine.range(&from, &keys::end(&start), BLOCKS)?;
            self.settle()?;
            let Some((key, _)) = found.last() else { return Ok(Page { items, next: None }) };
            from.clone_from(key);
            for place in self.places_with(&sought, &found)?.into_iter().filter(among) {
                let person = if place > after { self.person_at(event, place)? } else { None };
                let Some(person) = person.filter(|person| holds(&person_text(person), &text)) else { continue };
                if items.len() == limit {
                    let next = keys::cursor(&prefix, &keys::place(event, last));
                    return Ok(Page { items, next: Some(next) });
                }
                items.push(person);
                last = place;
            }
        }
    }

    /// Returns a page of the people of all events of whom a text is true.
    pub(in super::super) fn people_anywhere(
        &self,
        text: &str,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<(EventCode, Participant)>> {
        let query = PeopleQuery { text: Some(text.to_owned()), places: None };
        let Some(text) = query.wanted_text() else { return Ok(Page { items: Vec::new(), next: None }) };
        let (sought, limit) = (Sought::new(&text), limit.clamp(1, PAGE_LIMIT));
        let (prefix, start) = (keys::named(kind::ROSTER, b""), keys::named(kind::TEXTS, b""));
        let after = keys::after(&prefix, cursor)?;
        let mut from = match after == prefix {
            true => start.clone(),
            false => {
                let (event, place_of) = placed(&after).ok_or_else(|| bad_cursor(cursor))?;
                keys::before(&place(&event, place_of).0)
            }
        };
        let (mut items, mut last, mut there) = (Vec::new(), Vec::new(), BTreeMap::new());
        loop {
            wanted::check()?;
            let found = self.engine.range(&from, &keys::end(&start), BLOCKS)?;
            self.settle()?;
            let Some((key, _)) = found.last() else { return Ok(Page { items, next: None }) };
            from.clone_from(key);
            for (key, block) in found.iter().filter(|(_, block)| sought.may_be_in(block)) {
                let (event, _) = placed(key).ok_or_else(|| blocks::broken(&self.engine))?;
                // What is left of an event that is being removed is found no more.
                if !self.is_there(&mut there, &event)? {
                    continue;
                }
                for place in self.places_with(&sought, &[(key.clone(), block.clone())])? {
                    let at = keys::place(&event, place);
                    let person = if at > after { self.person_at(&event, place)? } else { None };
                    let Some(person) = person.filter(|person| holds(&person_text(person), &text)) else { continue };
                    if items.len() == limit {
                        return Ok(Page { items, next: Some(keys::cursor(&prefix, &last)) });
                    }
                    items.push((event.clone(), person));
                    last = at;
                }
            }
        }
    }

    /// Says whether there is an event; each is looked at once.
    fn is_there(&self, known: &mut BTreeMap<EventCode, bool>, event: &EventCode) -> Result<bool> {
        if let Some(is_there) = known.get(event) {
            return Ok(*is_there);
        }
        let is_there = self.get(&keys::named(kind::EVENT, event.as_str().as_bytes()))?.is_some();
        known.insert(event.clone(), is_there);
        Ok(is_there)
    }

    /// Returns a page of those who have these places.
    fn people_of_places(
        &self,
        event: &EventCode,
        places: &[u64],
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Participant>> {
        let limit = limit.clamp(1, PAGE_LIMIT);
        let prefix = keys::group(kind::ROSTER, event.as_str());
        let after = place_after(&prefix, cursor)?;
        let (mut items, mut last) = (Vec::new(), 0);
        for &place in &places[places.partition_point(|place| *place <= after)..] {
            wanted::check()?;
            let Some(person) = self.person_at(event, place)? else { continue };
            if items.len() == limit {
                let next = keys::cursor(&prefix, &keys::place(event, last));
                return Ok(Page { items, next: Some(next) });
            }
            items.push(person);
            last = place;
        }
        Ok(Page { items, next: None })
    }

    /// Returns the blocks of a roster with their stamps; 0 where nothing was written to one since there are stamps.
    pub(in super::super) fn stamps(&self, event: &EventCode) -> Result<Vec<(u64, u64)>> {
        let roster = keys::group(kind::ROSTER, event.as_str());
        let Some((last, _)) = self.engine.last(&roster, &keys::end(&roster))? else { return Ok(Vec::new()) };
        let broken = || blocks::broken(&self.engine);
        let last = blocks::split(keys::last_u64(&last).ok_or_else(broken)?, BLOCK).0;
        let prefix = keys::group(kind::STAMP, event.as_str());
        let found = self.engine.range(&prefix, &keys::end(&prefix), (last + 1) as usize)?;
        self.settle()?;
        let mut stamps: BTreeMap<u64, u64> = (0..=last).map(|block| (block, 0)).collect();
        for (key, value) in found {
            let stamp = keys::last_u64(&value).ok_or_else(broken)?;
            stamps.insert(keys::last_u64(&key).ok_or_else(broken)?, stamp);
        }
        Ok(stamps.into_iter().collect())
    }

    /// Returns who is in a block of a roster, with their places.
    pub(in super::super) fn people_in_block(&self, event: &EventCode, block: u64) -> Result<Vec<(u64, Participant)>> {
        wanted::check()?;
        let first = block.saturating_mul(u64::from(BLOCK));
        let (from, to) = (keys::before(&keys::place(event, first)), keys::place(event, first + u64::from(BLOCK)));
        let found = self.engine.range(&from, &to, usize::from(BLOCK))?;
        self.settle()?;
        let mut people = Vec::with_capacity(found.len());
        for (key, person) in found {
            let place = keys::last_u64(&key).ok_or_else(|| blocks::broken(&self.engine))?;
            let at = [keys::group(kind::PARTICIPANT, event.as_str()), person].concat();
            // Who is not there any more was deleted since the place was read.
            people.extend(self.get_json(&at)?.map(|person| (place, person)));
        }
        Ok(people)
    }

    /// Returns the places in blocks whose texts hold one.
    fn places_with(&self, sought: &Sought<'_>, found: &[(Vec<u8>, Vec<u8>)]) -> Result<Vec<u64>> {
        let mut places = Vec::new();
        for (key, block) in found {
            let first = keys::last_u64(key).ok_or_else(|| blocks::broken(&self.engine))? * u64::from(BLOCK);
            // Most blocks hold it nowhere: one look says so.
            if !sought.may_be_in(block) {
                continue;
            }
            let with = blocks::read(&self.engine, block)?.into_iter().filter(|(_, text)| sought.may_be_in(text));
            places.extend(with.map(|(slot, _)| first + u64::from(slot)));
        }
        Ok(places)
    }

    fn person_at(&self, event: &EventCode, place: u64) -> Result<Option<Participant>> {
        let Some(key) = self.get(&keys::place(event, place))? else { return Ok(None) };
        self.get_json(&[keys::group(kind::PARTICIPANT, event.as_str()), key].concat())
    }
}

/// Splits a key of a roster, or of its blocks, into the event and the number.
fn placed(key: &[u8]) -> Option<(EventCode, u64)> {
    let (head, number) = key.get(1..)?.split_last_chunk()?;
    let code = std::str::from_utf8(head.strip_suffix(&[0])?).ok()?.parse().ok()?;
    Some((code, u64::from_be_bytes(*number)))
}

fn bad_cursor(cursor: Option<&str>) -> StoreError {
    StoreError::Cursor(cursor.unwrap_or_default().chars().take(40).collect())
}

/// Returns the place that a cursor continues after; 0 without one.
fn place_after(prefix: &[u8], cursor: Option<&str>) -> Result<u64> {
    let after = keys::after(prefix, cursor)?;
    match after[prefix.len()..] {
        [] => Ok(0),
        ref rest => <[u8; 8]>::try_from(rest).map(u64::from_be_bytes).map_err(|_| bad_cursor(cursor)),
    }
}
