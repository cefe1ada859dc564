//! What is behind a mailbox: its people, and what each of them has in every event, also by other mailboxes of theirs.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use crate::acts::{Enrolment, EventPlan, Tie, plan, ties};
use crate::credential::CertificateNumber;
use crate::store::{self, Certificate, Event, PAGE_LIMIT, Participant, Store, StoreError, plain_name};

/// Most enrolments that are looked at to find whether one is somebody's.
const LOOKED_AT: usize = 1_000;

/// Somebody behind a mailbox: who has one name, or one external id, is one person, unless something else is said of two
/// enrolments ([`crate::acts::tie`]).
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
    let Some(person) = person else { return Ok(None) };
    if !has(&person, mailbox) && !is_theirs(store, &Enrolment::of(number.event(), &person.key), mailbox)? {
        return Ok(None);
    }
    Ok(Some(Owned { plan: plan(store, number.event())?.0, person, certificate }))
}

fn has(person: &Participant, mailbox: &str) -> bool {
    person.email.as_deref().is_some_and(|email| store::mailbox(email) == mailbox)
}

/// Says whether an enrolment is one of a person behind this mailbox, though it is by another one.
fn is_theirs(store: &dyn Store, enrolment: &Enrolment, mailbox: &str) -> Result<bool, StoreError> {
    let people = holders(store, mailbox)?;
    Ok(people.iter().flat_map(|holder| &holder.holdings).any(|holding| holding.enrolment() == *enrolment))
}

/// Returns the people behind a mailbox with all that they have, in the order in which the events were made.
///
/// # Errors
/// When the store fails.
pub fn holders(store: &dyn Store, mailbox: &str) -> Result<Vec<Holder>, StoreError> {
    let found = at(store, mailbox)?;
    together(store, found)
}

/// Returns all that one person of an event has in every event.
///
/// # Errors
/// When the store fails.
pub fn holder_of(store: &dyn Store, event: &Event, person: &Participant) -> Result<Option<Holder>, StoreError> {
    let found = match &person.email {
        Some(email) => at(store, &store::mailbox(email))?,
        None => holdings(store, event, person)?,
    };
    let is_it = |one: &Holding| one.event.code == event.code && one.person.key == person.key;
    Ok(together(store, found)?.into_iter().find(|holder| holder.holdings.iter().any(is_it)))
}

/// Returns the language of who has a mailbox: of the newest of their enrolments with one, their own or that of the event. Of several people
/// who have it, whoever comes last is as good as any.
///
/// # Errors
/// When the store fails.
pub fn language_at(store: &dyn Store, mailbox: &str) -> Result<Option<String>, StoreError> {
    let people = holders(store, mailbox)?;
    let mut said = people.iter().flat_map(|holder| &holder.holdings).rev();
    let language = said.find_map(|holding| holding.plan.language_of(&holding.person));
    Ok(language.map(str::to_owned))
}

/// Returns the enrolments with a mailbox.
fn at(store: &dyn Store, mailbox: &str) -> Result<Vec<Holding>, StoreError> {
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
            return Ok(found);
        }
    }
}

/// Adds the enrolments that are said to be the same people's, with all that these people have by the mailboxes that come in so, and
/// puts those of each together. Who else has one of those mailboxes is left out.
fn together(store: &dyn Store, mut found: Vec<Holding>) -> Result<Vec<Holder>, StoreError> {
    let own: BTreeSet<_> = found.iter().map(Holding::enrolment).collect();
    let mut mailboxes: BTreeSet<_> = found.iter().filter_map(Holding::mailbox).collect();
    let mut seen = own.clone();
    let (mut said, mut place) = (Vec::new(), 0);
    while place < found.len() && place < LOOKED_AT {
        for tie in ties(store, &found[place].enrolment())? {
            if tie.joined && seen.insert(tie.other.clone()) {
                let event = store.event(&tie.other.event)?;
                let person = store.participant(&tie.other.event, &tie.other.person)?;
                if let Some((event, person)) = event.zip(person) {
                    let joined = holdings(store, &event, &person)?;
                    let new = joined.iter().filter_map(Holding::mailbox).find(|new| !mailboxes.contains(new));
                    found.extend(joined);
                    // What came, or comes, to that mailbox under one name or id is theirs too.
                    if let Some(new) = new {
                        let there = at(store, &new)?;
                        mailboxes.insert(new);
                        let more = there.into_iter().filter(|one| !seen.contains(&one.enrolment()));
                        let more: Vec<Holding> = more.collect();
                        seen.extend(more.iter().map(Holding::enrolment));
                        found.extend(more);
                    }
                }
            }
            said.push(tie);
        }
        place += 1;
    }
    found.sort_by(|one, other| (one.event.created, &one.event.code).cmp(&(other.event.created, &other.event.code)));
    let mut people = grouped(found, &said);
    people.retain(|holder| holder.holdings.iter().any(|holding| own.contains(&holding.enrolment())));
    tell_apart(&mut people);
    Ok(people)
}

/// Returns what somebody has in an event: each of their certificates, the first first, or that there is none.
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

impl Holding {
    fn enrolment(&self) -> Enrolment {
        Enrolment::of(&self.event.code, &self.person.key)
    }

    fn mailbox(&self) -> Option<String> {
        self.person.email.as_deref().map(store::mailbox)
    }
}

/// Says what was said of two enrolments, if anything was.
fn said_of(said: &[Tie], one: &Holding, other: &Holding) -> Option<bool> {
    let (one, other) = (one.enrolment(), other.enrolment());
    said.iter().find(|tie| tie.one == one && tie.other == other).map(|tie| tie.joined)
}

/// Enrolments that are put together, with what others are alike in: the id of another system, or one name behind one mailbox.
type Group = (Holder, Vec<String>);

/// Puts enrolments of one person together: those of whom it was said, and then those that are alike and of whom nothing else was.
fn grouped(found: Vec<Holding>, said: &[Tie]) -> Vec<Holder> {
    let is_said = |one: &Group, other: &Group| said_between(one, other, said).contains(&true);
    let is_alike = |one: &Group, other: &Group| {
        one.1.iter().any(|mark| other.1.contains(mark)) && !said_between(one, other, said).contains(&false)
    };
    let people = put_together(found.into_iter().map(alone).collect(), is_said);
    put_together(people, is_alike).into_iter().map(|(holder, _)| holder).collect()
}

fn alone(holding: Holding) -> Group {
    let person = &holding.person;
    let name = format!("name {}", plain_name(&person.name));
    let ids = person.external_id.iter().map(|id| format!("id {id}"));
    let holder = Holder {
        id: id(&ids.clone().chain([name.clone()]).collect::<Vec<_>>()),
        name: person.name.clone(),
        holdings: Vec::new(),
    };
    let behind = match holding.mailbox() {
        Some(mailbox) => format!("{name} behind {mailbox}"),
        None => format!("{name} in {}/{}", holding.event.code, person.key.0),
    };
    let marks = ids.chain([behind]).collect();
    (Holder { holdings: vec![holding], ..holder }, marks)
}

/// Makes one of groups that are one person's. Who was two people until now, and is one by a third, becomes one.
fn put_together(groups: Vec<Group>, is_one: impl Fn(&Group, &Group) -> bool) -> Vec<Group> {
    let mut people: Vec<Group> = Vec::new();
    for mut one in groups {
        let mut others = Vec::new();
        for before in people {
            match is_one(&before, &one) {
                true => one = joined(before, one),
                false => others.push(before),
            }
        }
        others.push(one);
        people = others;
    }
    people
}

/// Returns what was said of the enrolments of two groups.
fn said_between(one: &Group, other: &Group, said: &[Tie]) -> Vec<bool> {
    let pairs = one.0.holdings.iter().flat_map(|a| other.0.holdings.iter().map(move |b| (a, b)));
    pairs.filter_map(|(a, b)| said_of(said, a, b)).collect()
}

/// Returns the two as one: with the id of the oldest enrolment, and the name of the newest.
fn joined(one: Group, other: Group) -> Group {
    let ((mut holder, mut marks), (more, more_marks)) = (one, other);
    let order = |holding: &Holding| (holding.event.created, holding.event.code.clone());
    if more.holdings.first().map(order) < holder.holdings.first().map(order) {
        holder.id = more.id;
    }
    holder.holdings.extend(more.holdings);
    holder.holdings.sort_by_key(order);
    if let Some(newest) = holder.holdings.last() {
        holder.name.clone_from(&newest.person.name);
    }
    marks.extend(more_marks);
    (holder, marks)
}

/// Gives people of one name, who were said to be two, ids that tell them apart.
fn tell_apart(people: &mut [Holder]) {
    let mut seen = BTreeSet::new();
    for holder in people {
        if !seen.insert(holder.id.clone())
            && let Some(first) = holder.holdings.first()
        {
            holder.id = id(&[format!("{}/{}", first.event.code, first.person.key.0)]);
            seen.insert(holder.id.clone());
        }
    }
}

fn id(marks: &[String]) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(marks.join("\n"))[..8])
}
