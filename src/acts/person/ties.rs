//! That enrolments in several events are one person's, or are not: said by staff, or proven by who reads both mailboxes. It is
//! stronger than what names and ids say ([`crate::acts::portal::holders`]).

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::name_of;
use crate::acts::ActError;
use crate::acts::erase::Gone;
use crate::credential::{EventCode, Timestamp};
use crate::desk::{Actor, Desk};
use crate::store::{
    Batch, Collection, Document, DocumentWrite, Expect, PAGE_LIMIT, Participant, PersonKey, Premise, Store, StoreError,
    mailbox,
};

/// Somebody in an event.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Enrolment {
    /// The event.
    pub event: EventCode,
    /// Their key in it.
    pub person: PersonKey,
}

impl Enrolment {
    /// Returns somebody in an event.
    pub fn of(event: &EventCode, person: &PersonKey) -> Self {
        Self { event: event.clone(), person: person.clone() }
    }

    /// Where what is said of it is kept: keys can be addresses.
    fn place(&self) -> String {
        HEXLOWER.encode(&Sha256::digest(format!("{}/{}", self.event, self.person.0))[..16])
    }
}

/// What is said of two enrolments. Kept twice, to be found from either.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tie {
    /// The one.
    pub one: Enrolment,
    /// The other.
    pub other: Enrolment,
    /// Whether they are one person's; else they are two people's.
    pub joined: bool,
    /// Who said it.
    pub by: Actor,
    /// When.
    pub at: Timestamp,
}

/// Says that two enrolments are one person's (`joined`), or two people's, whatever was said before.
///
/// # Errors
/// [`ActError::SamePerson`]; when both are in one event, where people are merged instead; when somebody was erased meanwhile.
pub fn tie(
    desk: &Desk,
    one: (&EventCode, &Participant),
    other: (&EventCode, &Participant),
    joined: bool,
) -> Result<(), ActError> {
    if one.0 == other.0 && one.1.key == other.1.key {
        return Err(ActError::SamePerson);
    }
    if one.0 == other.0 && joined {
        return Err(ActError::invalid("other", "is in the same event: merge the two"));
    }
    let given = [one, other].map(|(code, person)| Premise::Enrolled(code.clone(), person.key.clone())).into();
    let documents = writes(desk, one, other, joined);
    let action = if joined { "person.join" } else { "person.split" };
    let act = desk.act(action, name_of(one.0, one.1), json!({ "other": name_of(other.0, other.1) }));
    desk.store.write(&Batch { given, documents, ..Batch::default() }, Some(&act))?;
    Ok(())
}

/// Returns the writes that say it.
pub(in crate::acts) fn writes(
    desk: &Desk,
    one: (&EventCode, &Participant),
    other: (&EventCode, &Participant),
    joined: bool,
) -> Vec<DocumentWrite> {
    let (one, other) = (Enrolment::of(one.0, &one.1.key), Enrolment::of(other.0, &other.1.key));
    let put = |one: &Enrolment, other: &Enrolment| {
        let tie = Tie { one: one.clone(), other: other.clone(), joined, by: desk.actor.who(), at: desk.now };
        DocumentWrite::put(Collection::PERSON_TIES, place_of(one, other), Expect::Any, &tie)
    };
    vec![put(&one, &other), put(&other, &one)]
}

/// Returns what is said of an enrolment.
///
/// # Errors
/// When the store fails.
pub fn ties(store: &dyn Store, of: &Enrolment) -> Result<Vec<Tie>, StoreError> {
    let documents = store.documents(Collection::PERSON_TIES, &format!("{}/", of.place()), None, PAGE_LIMIT)?.items;
    documents.iter().map(Document::read).collect()
}

/// Returns the writes by which an enrolment that gets another mailbox is no longer joined with those that the caller does not see: who
/// answers for one event alone gives nobody a way into the others.
pub(in crate::acts) fn parting(
    store: &dyn Store,
    code: &EventCode,
    old: &Participant,
    email: Option<&str>,
) -> Result<Vec<DocumentWrite>, StoreError> {
    let mut writes = Vec::new();
    if old.email.as_deref().map(mailbox) == email.map(mailbox) {
        return Ok(writes);
    }
    for tie in ties(store, &Enrolment::of(code, &old.key))? {
        if tie.joined && store.event(&tie.other.event)?.is_none() {
            writes.extend(untied(&tie.one, &tie.other));
        }
    }
    Ok(writes)
}

fn untied(one: &Enrolment, other: &Enrolment) -> [DocumentWrite; 2] {
    let places = [place_of(one, other), place_of(other, one)];
    places.map(|place| DocumentWrite::delete(Collection::PERSON_TIES, place, Expect::Any))
}

/// Returns the writes by which what was said of somebody is said of who they are now, after the two were merged. Where something
/// was said of both, the newer holds; that the two were two people is said no more. Whom the caller does not see, they are not joined
/// with afterwards.
pub(in crate::acts) fn moving(
    store: &dyn Store,
    code: &EventCode,
    gone: &PersonKey,
    keep: &PersonKey,
) -> Result<Vec<DocumentWrite>, StoreError> {
    let (gone, keep) = (Enrolment::of(code, gone), Enrolment::of(code, keep));
    let kept = ties(store, &keep)?;
    let mut writes = Vec::new();
    for tie in ties(store, &gone)? {
        writes.extend(untied(&gone, &tie.other));
        let unseen = tie.joined && store.event(&tie.other.event)?.is_none();
        let newer = kept.iter().any(|known| known.other == tie.other && known.at >= tie.at);
        if tie.other == keep || newer || unseen {
            continue;
        }
        for (one, other) in [(&keep, &tie.other), (&tie.other, &keep)] {
            let moved = Tie { one: one.clone(), other: other.clone(), ..tie.clone() };
            writes.push(DocumentWrite::put(Collection::PERSON_TIES, place_of(one, other), Expect::Any, &moved));
        }
    }
    Ok(writes)
}

fn place_of(one: &Enrolment, other: &Enrolment) -> String {
    format!("{}/{}", one.place(), other.place())
}

/// Returns the writes by which nothing is said any more of who is erased.
pub(in crate::acts) fn forgetting(store: &dyn Store, gone: &Gone) -> Result<Vec<DocumentWrite>, StoreError> {
    let gone = Enrolment::of(&gone.event, &gone.person);
    let both = |tie: Tie| [place_of(&tie.one, &tie.other), place_of(&tie.other, &tie.one)];
    let keys = ties(store, &gone)?.into_iter().flat_map(both);
    Ok(keys.map(|key| DocumentWrite::delete(Collection::PERSON_TIES, key, Expect::Any)).collect())
}
