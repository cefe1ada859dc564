//! What is behind a mailbox: its people, and what each of them has in every event.

use sha2::{Digest, Sha256};

use crate::acts::{EventPlan, plan};
use crate::credential::CertificateNumber;
use crate::store::{self, Certificate, Event, PAGE_LIMIT, Participant, Store, StoreError, plain_name};

/// Somebody behind a mailbox: who has one name, or one external id, is one person.
#[derive(Debug)]
pub struct Holder {
    /// Tells them from the others of the mailbox; says nothing about them.
    pub id: String,
    /// The name of their newest enrolment.
    pub name: String,
    /// In every event, the newest last; of several certificates in one event each.
    pub holdings: Vec<Holding>,
}

/// An enrolment and what came of it.
#[derive(Debug)]
pub struct Holding {
    /// The event.
    pub event: Event,
    /// Its plan.
    pub plan: EventPlan,
    /// As whom.
    pub person: Participant,
    /// The certificate's current version.
    pub certificate: Option<Certificate>,
}

/// A certificate that is somebody's of a mailbox.
#[derive(Debug)]
pub struct Owned {
    /// Its event's plan.
    pub plan: EventPlan,
    /// Whose it is.
    pub person: Participant,
    /// Its current version.
    pub certificate: Certificate,
}

/// Returns a certificate, if whose it is has this mailbox.
///
/// # Errors
/// When the store fails.
pub fn owned(store: &dyn Store, mailbox: &str, number: &CertificateNumber) -> Result<Option<Owned>, StoreError> {
    let Some(certificate) = store.certificate(number)?.filter(|one| one.erased.is_none()) else { return Ok(None) };
    let person = store.participant(number.event(), &certificate.person)?;
    let has = |person: &Participant| person.email.as_deref().is_some_and(|email| store::mailbox(email) == mailbox);
    let Some(person) = person.filter(has) else { return Ok(None) };
    Ok(Some(Owned { plan: plan(store, number.event())?.0, person, certificate }))
}

/// Returns the people behind a mailbox with all that they have, in the order in which the events were made.
///
/// # Errors
/// When the store fails.
pub fn holders(store: &dyn Store, mailbox: &str) -> Result<Vec<Holder>, StoreError> {
    let (mut found, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let page = store.events(cursor.as_deref(), PAGE_LIMIT)?;
        for event in page.items {
            for person in store.people_at(&event.code, mailbox)? {
                found.extend(holdings(store, &event, &person)?);
            }
        }
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    found.sort_by(|one, other| (one.event.created, &one.event.code).cmp(&(other.event.created, &other.event.code)));
    Ok(grouped(found))
}

fn holdings(store: &dyn Store, event: &Event, person: &Participant) -> Result<Vec<Holding>, StoreError> {
    let plan = plan(store, &event.code)?.0;
    let holding =
        |certificate| Holding { event: event.clone(), plan: plan.clone(), person: person.clone(), certificate };
    let known = store.all_of(&event.code, &person.key)?.into_iter().filter(|one| one.erased.is_none());
    let mut holdings: Vec<_> = known.rev().map(|one| holding(Some(one))).collect();
    if holdings.is_empty() {
        holdings.push(holding(None));
    }
    Ok(holdings)
}

/// Puts enrolments of one person together.
fn grouped(found: Vec<Holding>) -> Vec<Holder> {
    let mut people: Vec<(Holder, Vec<String>)> = Vec::new();
    for holding in found {
        let person = &holding.person;
        let name = format!("name {}", plain_name(&person.name));
        let marks: Vec<String> = person.external_id.iter().map(|id| format!("id {id}")).chain([name]).collect();
        // Who was two people until now, and is one by an id, becomes one.
        let (same, others): (Vec<_>, Vec<_>) =
            people.into_iter().partition(|(_, known)| marks.iter().any(|mark| known.contains(mark)));
        people = others;
        let mut one = (Holder { id: id(&marks), name: String::new(), holdings: Vec::new() }, marks);
        for (holder, marks) in same {
            if one.0.holdings.is_empty() {
                one.0.id = holder.id;
            }
            one.0.holdings.extend(holder.holdings);
            one.1.extend(marks);
        }
        one.0.name.clone_from(&holding.person.name);
        one.0.holdings.push(holding);
        people.push(one);
    }
    people.into_iter().map(|(holder, _)| holder).collect()
}

fn id(marks: &[String]) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(marks.join("\n"))[..8])
}
