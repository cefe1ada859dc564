//! Duplicates: people of one event who may be one person, and mailboxes with several names.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, RandomState};

use serde::Serialize;
use utoipa::ToSchema;

use crate::acts::ActError;
use crate::credential::EventCode;
use crate::import::person_key;
use crate::store::{Participant, PersonKey, Store, StoreError, mailbox};

/// Groups told at once.
const MAX_GROUPS: usize = 500;
/// People told of each group.
const MAX_MEMBERS: usize = 100;
/// People read at a time.
const PAGE: usize = 1_000;

/// What people have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Same {
    /// The e-mail, in whichever form.
    Email,
    /// The name, without regard to capitals and spaces.
    Name,
}

/// People who may be one.
#[derive(Debug, Clone, PartialEq)]
pub struct Duplicate {
    /// What they have in common.
    pub same: Same,
    /// How many.
    pub count: usize,
    /// The first hundred of them, in the order of the event's list.
    pub people: Vec<Participant>,
}

/// Finds people of an event with the same e-mail or the same name: the first five hundred groups.
///
/// # Errors
/// When the store fails.
pub fn duplicates(store: &dyn Store, code: &EventCode) -> Result<Vec<Duplicate>, ActError> {
    // Of everybody only a number is held; who shares one is read a second time.
    let (hasher, mut shared) = (RandomState::new(), HashMap::<u64, bool>::new());
    let marks = |person: &Participant| {
        let email = person.email.as_ref().map(|email| (Same::Email, mailbox(email)));
        [email, Some((Same::Name, person_key(&person.name, None).0))].into_iter().flatten()
    };
    each_person(store, code, |person| {
        for mark in marks(&person) {
            shared.entry(hasher.hash_one(mark)).and_modify(|more| *more = true).or_default();
        }
    })?;
    let mut groups = Groups::default();
    each_person(store, code, |person| {
        for mark in marks(&person).filter(|mark| shared.get(&hasher.hash_one(mark)) == Some(&true)) {
            groups.add(mark, person.key.clone());
        }
    })?;
    let read = |((same, _), Group { count, members }): ((Same, String), Group<PersonKey>)| {
        let people = members.iter().filter_map(|key| store.participant(code, key).transpose());
        Ok(Duplicate { same, count, people: people.collect::<Result<_, StoreError>>()? })
    };
    groups.shared().map(read).collect()
}

/// One mailbox under different names in the events of this issuer.
#[derive(Debug, Clone, PartialEq)]
pub struct SameMailbox {
    /// The e-mail.
    pub email: String,
    /// How often.
    pub count: usize,
    /// The first hundred of them, each with the event.
    pub people: Vec<(EventCode, Participant)>,
}

/// Finds people of any events with the same e-mail and different names: one of the names may be misspelt. The first five
/// hundred.
///
/// # Errors
/// When the store fails.
pub fn same_mailbox(store: &dyn Store) -> Result<Vec<SameMailbox>, ActError> {
    // For each address a number for the name, and whether there is another name.
    let (hasher, mut mailboxes) = (RandomState::new(), HashMap::<u64, (u64, bool)>::new());
    let email = |person: &Participant| person.email.as_deref().map(mailbox);
    each_event(store, |code| {
        each_person(store, code, |person| {
            let Some(email) = email(&person) else { return };
            let name = hasher.hash_one(person_key(&person.name, None).0);
            let seen = mailboxes.entry(hasher.hash_one(email)).or_insert((name, false));
            seen.1 |= seen.0 != name;
        })
    })?;
    let mut groups = Groups::default();
    each_event(store, |code| {
        each_person(store, code, |person| {
            let Some(email) = email(&person) else { return };
            if mailboxes.get(&hasher.hash_one(&email)).is_some_and(|(_, differs)| *differs) {
                groups.add(email, (code.clone(), person.key));
            }
        })
    })?;
    let read = |(email, Group { count, members }): (String, Group<(EventCode, PersonKey)>)| {
        let read = |(code, key): (EventCode, _)| Ok(store.participant(&code, &key)?.map(|person| (code, person)));
        let people = members.into_iter().map(read).filter_map(Result::transpose);
        Ok(SameMailbox { email, count, people: people.collect::<Result<_, StoreError>>()? })
    };
    groups.shared().map(read).collect()
}

/// Who has what in common: the first groups by what it is, and the first members of each.
struct Groups<K, M>(BTreeMap<K, Group<M>>);

struct Group<M> {
    count: usize,
    members: Vec<M>,
}

impl<K, M> Default for Groups<K, M> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<K: Ord, M> Groups<K, M> {
    fn add(&mut self, key: K, member: M) {
        let full = self.0.len() >= MAX_GROUPS;
        // What was left out once stays out: the last of those that are kept only comes nearer.
        if full && self.0.last_key_value().is_some_and(|(last, _)| key > *last) {
            return;
        }
        let group = self.0.entry(key).or_insert(Group { count: 0, members: Vec::new() });
        group.count += 1;
        if group.members.len() < MAX_MEMBERS {
            group.members.push(member);
        }
        if self.0.len() > MAX_GROUPS {
            self.0.pop_last();
        }
    }

    fn shared(self) -> impl Iterator<Item = (K, Group<M>)> {
        self.0.into_iter().filter(|(_, group)| group.count > 1)
    }
}

fn each_person(store: &dyn Store, code: &EventCode, mut with: impl FnMut(Participant)) -> Result<(), ActError> {
    let mut cursor = None;
    loop {
        let page = store.participants(code, cursor.as_deref(), PAGE)?;
        page.items.into_iter().for_each(&mut with);
        cursor = page.next;
        if cursor.is_none() {
            return Ok(());
        }
    }
}

fn each_event(store: &dyn Store, mut with: impl FnMut(&EventCode) -> Result<(), ActError>) -> Result<(), ActError> {
    let mut cursor = None;
    loop {
        let page = store.events(cursor.as_deref(), PAGE)?;
        page.items.iter().try_for_each(|event| with(&event.code))?;
        cursor = page.next;
        if cursor.is_none() {
            return Ok(());
        }
    }
}
