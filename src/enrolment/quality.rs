//! Duplicates: people of one event who may be one person, and mailboxes with several names.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use utoipa::ToSchema;

use super::EnrolmentError;
use crate::credential::EventCode;
use crate::issuance::import::person_key;
use crate::store::{Participant, Store, mailbox};

/// Groups told at once.
const MAX_GROUPS: usize = 500;
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
    /// Two or more.
    pub people: Vec<Participant>,
}

/// Finds people of an event with the same e-mail or the same name: the first five hundred groups.
///
/// # Errors
/// When the store fails.
pub fn duplicates(store: &dyn Store, code: &EventCode) -> Result<Vec<Duplicate>, EnrolmentError> {
    // Only keys are held for everybody; people are read again for the few groups.
    let mut groups: HashMap<(Same, String), Vec<crate::store::PersonKey>> = HashMap::new();
    let mut cursor = None;
    loop {
        let page = store.participants(code, cursor.as_deref(), PAGE)?;
        for person in page.items {
            if let Some(email) = &person.email {
                groups.entry((Same::Email, mailbox(email))).or_default().push(person.key.clone());
            }
            let name = person_key(&person.name, None).0;
            groups.entry((Same::Name, name)).or_default().push(person.key);
        }
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    let mut groups: Vec<_> = groups.into_iter().filter(|(_, keys)| keys.len() > 1).collect();
    groups.sort();
    let read = |((same, _), keys): ((Same, String), Vec<crate::store::PersonKey>)| {
        let people = keys.iter().filter_map(|key| store.participant(code, key).transpose());
        Ok(Duplicate { same, people: people.collect::<Result<_, crate::store::StoreError>>()? })
    };
    groups.into_iter().take(MAX_GROUPS).map(read).collect()
}

/// One mailbox under different names in the events of this issuer.
#[derive(Debug, Clone, PartialEq)]
pub struct SameMailbox {
    /// The e-mail.
    pub email: String,
    /// Two or more, each with the event.
    pub people: Vec<(EventCode, Participant)>,
}

/// Finds people of any events with the same e-mail and different names: one of the names may be misspelt. The first five
/// hundred.
///
/// # Errors
/// When the store fails.
pub fn same_mailbox(store: &dyn Store) -> Result<Vec<SameMailbox>, EnrolmentError> {
    struct Seen {
        name: String,
        differs: bool,
        people: Vec<(EventCode, crate::store::PersonKey)>,
    }
    let mut mailboxes: BTreeMap<String, Seen> = BTreeMap::new();
    each_event(store, |code| {
        let mut cursor = None;
        loop {
            let page = store.participants(code, cursor.as_deref(), PAGE)?;
            for person in page.items {
                let Some(email) = person.email.as_deref().map(mailbox) else { continue };
                let name = person_key(&person.name, None).0;
                let fresh = || Seen { name: name.clone(), differs: false, people: Vec::new() };
                let seen = mailboxes.entry(email).or_insert_with(fresh);
                seen.differs |= seen.name != name;
                seen.people.push((code.clone(), person.key));
            }
            cursor = page.next;
            if cursor.is_none() {
                return Ok(());
            }
        }
    })?;
    let differing = mailboxes.into_iter().filter(|(_, seen)| seen.differs);
    let read = |(email, seen): (String, Seen)| {
        let read = |(code, key): (EventCode, _)| Ok(store.participant(&code, &key)?.map(|person| (code, person)));
        let people = seen.people.into_iter().map(read).filter_map(Result::transpose);
        Ok(SameMailbox { email, people: people.collect::<Result<_, crate::store::StoreError>>()? })
    };
    differing.take(MAX_GROUPS).map(read).collect()
}

fn each_event(
    store: &dyn Store,
    mut with: impl FnMut(&EventCode) -> Result<(), EnrolmentError>,
) -> Result<(), EnrolmentError> {
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
