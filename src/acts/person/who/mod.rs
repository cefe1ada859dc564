//! Who is who: whom a row of a list is about. Nobody is overwritten or left out because of an address or a name alone.
//!
//! One mailbox and one name, whichever way they are spelt ([`mailbox`], [`plain_name`]), are one person. One mailbox and
//! another name are two people, or one whose name was corrected: that is asked. Without an address, a name and the other
//! columns decide; where they do not, or say otherwise, that is asked too. Different external ids are different people, and one external id is
//! one person, unless name and address both say otherwise: that is asked.

mod addresses;
mod apart;
mod names;

use std::collections::{HashMap, HashSet};

use crate::credential::EventCode;
use crate::import::{Code, Finding, RowOutcome, Severity, person_key};
use crate::store::{Participant, PersonKey, Store, StoreError, mailbox, plain_name};

/// What to do where two may be one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// The row is an error, which names both, until it is said.
    #[default]
    Ask,
    /// They are two.
    #[serde(alias = "two-people")]
    TwoPeople,
    /// They are one: the row is about who is known.
    #[serde(alias = "same-person")]
    SamePerson,
}

/// What is said about those of a list who may be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default, deny_unknown_fields)]
pub struct Answers {
    /// The same address, another name: `ask` (if left out), `two_people`, or `same_person`, whose name changed.
    #[param(inline)]
    pub same_address: Answer,
    /// The same name, and no address to tell them apart: `ask` (if left out), `two_people` or `same_person`.
    #[param(inline)]
    pub same_name: Answer,
    /// The same external id, another name and another address: `ask` (if left out), or `same_person`, who changed both.
    #[param(inline)]
    pub same_id: Answer,
}

/// Gives each row's person the key of who they are, or a new one; where that has to be asked, the row becomes an error.
/// Rows that are `settled` have the right key already.
///
/// # Errors
/// When the store fails.
pub fn recognise(
    store: &dyn Store,
    event: &EventCode,
    rows: &mut [RowOutcome],
    settled: &HashSet<usize>,
    answers: Answers,
) -> Result<(), StoreError> {
    let mut list = List {
        store,
        event,
        answers,
        taken: HashMap::new(),
        met: HashMap::new(),
        at: HashMap::new(),
        claimed: HashSet::new(),
    };
    for (at, row) in rows.iter().enumerate().filter(|(at, _)| settled.contains(at)) {
        let Some(person) = &row.participant else { continue };
        list.claimed.insert(person.key.clone());
        list.meet(person, at);
        if let Some(email) = &person.email {
            note(&mut list.at, mailbox(email), at);
        }
    }
    let open: Vec<usize> = (0..rows.len()).filter(|at| !settled.contains(at)).collect();
    // Rows that are errors come after the good ones: they are asked about too, and change nothing for the others.
    let (good, aside): (Vec<usize>, Vec<usize>) = open.into_iter().partition(|at| rows[*at].participant.is_some());
    list.find(rows, good)?;
    list.find(rows, aside)
}

/// Finds a free key: the wanted one, or that with the next number behind it.
///
/// # Errors
/// When the store fails.
pub fn free_key(store: &dyn Store, event: &EventCode, wanted: &PersonKey) -> Result<PersonKey, StoreError> {
    next_free(store, event, wanted, &mut 1)
}

fn next_free(
    store: &dyn Store,
    event: &EventCode,
    wanted: &PersonKey,
    next: &mut u64,
) -> Result<PersonKey, StoreError> {
    loop {
        let key = if *next == 1 { wanted.clone() } else { PersonKey(format!("{} ~{next}", wanted.0)) };
        *next += 1;
        if store.participant(event, &key)?.is_none() {
            return Ok(key);
        }
    }
}

/// Says whether two external ids say that these are two people.
pub fn ids_differ(one: Option<&String>, other: Option<&String>) -> bool {
    one.zip(other).is_some_and(|(one, other)| one != other)
}

/// Says whether a row that has somebody's external id is about another person by all else: another name, and another address
/// or none that says otherwise. An address or a name that changed alone, and a name with a slip, are ordinary changes.
pub fn is_another(row: &Participant, known: &Participant) -> bool {
    let (one, other) = (plain_name(&row.name), plain_name(&known.name));
    let longest = one.chars().count().max(other.chars().count());
    let slip = strsim::osa_distance(&one, &other);
    if one == other || slip <= 2 && slip * 4 <= longest {
        return false;
    }
    match (&row.email, &known.email) {
        (Some(row), Some(known)) => mailbox(row) != mailbox(known),
        // Nothing else tells: a part of the name that stayed does.
        _ => !one.split(' ').any(|word| other.split(' ').any(|known| known == word)),
    }
}

/// Rows by what they have in common, in the order of the list.
#[derive(Default)]
struct Groups {
    places: HashMap<String, usize>,
    groups: Vec<(String, Vec<usize>)>,
}

impl Groups {
    fn add(&mut self, common: String, row: usize) {
        let place = *self.places.entry(common.clone()).or_insert_with(|| {
            self.groups.push((common, Vec::new()));
            self.groups.len() - 1
        });
        self.groups[place].1.push(row);
    }
}

/// A list that is being read, and whom its rows were about so far.
struct List<'a> {
    store: &'a dyn Store,
    event: &'a EventCode,
    answers: Answers,
    /// The number that the next newcomer who wants a key gets.
    taken: HashMap<PersonKey, u64>,
    /// Rows that are about somebody, by plain name; in long lists what is noted of each row counts.
    met: HashMap<String, Vec<u32>>,
    /// The same with an address, by mailbox.
    at: HashMap<String, Vec<u32>>,
    /// People of the event whom a row is about already.
    claimed: HashSet<PersonKey>,
}

/// Somebody whom a row may be about.
#[derive(Clone)]
struct Other {
    key: PersonKey,
    name: String,
    has_email: bool,
    external_id: Option<String>,
    /// The line that is about them, unless they are known from the event only.
    line: Option<u64>,
    /// Their record, if they are known.
    known: Option<Box<Participant>>,
}

/// What is to become of a row.
enum Verdict {
    /// It is about this person.
    Is(PersonKey),
    /// It is about somebody new.
    New,
    /// It has to be said.
    Asked(Finding),
}

impl Other {
    fn known(person: Participant) -> Self {
        let (key, name, external_id) = (person.key.clone(), person.name.clone(), person.external_id.clone());
        Self { key, name, has_email: person.email.is_some(), external_id, line: None, known: Some(Box::new(person)) }
    }

    fn row(person: &Participant, line: u64) -> Self {
        let (key, name, external_id) = (person.key.clone(), person.name.clone(), person.external_id.clone());
        Self { key, name, has_email: person.email.is_some(), external_id, line: Some(line), known: None }
    }

    /// Returns whom rows are about that were noted.
    fn noted<'r>(rows: &'r [RowOutcome], noted: &'r [u32]) -> impl Iterator<Item = Self> + 'r {
        noted.iter().map(|at| &rows[*at as usize]).filter_map(|row| Some(Self::row(row.person()?, row.line)))
    }

    /// `Ada`, who is in line 3.
    fn spelt(&self) -> String {
        match self.line {
            Some(line) => format!("`{}` in line {line}", self.name),
            None => format!("`{}`, who is in the event already", self.name),
        }
    }
}

impl List<'_> {
    /// Finds whom some rows are about.
    fn find(&mut self, rows: &mut [RowOutcome], places: Vec<usize>) -> Result<(), StoreError> {
        let (mut mailboxes, mut names) = (Groups::default(), Groups::default());
        for at in places {
            let Some(person) = rows[at].person() else { continue };
            match &person.email {
                Some(email) => mailboxes.add(mailbox(email), at),
                None => names.add(plain_name(&person.name), at),
            }
        }
        for (mailbox, group) in mailboxes.groups {
            self.at_address(rows, &group, mailbox)?;
        }
        names.groups.into_iter().try_for_each(|(name, group)| self.of_name(rows, &name, &group))
    }

    /// Remembers whom a row is about.
    fn meet(&mut self, person: &Participant, row: usize) {
        note(&mut self.met, plain_name(&person.name), row);
    }

    /// Does what the verdict says; returns whom the row is about.
    fn apply(&mut self, row: &mut RowOutcome, verdict: Verdict) -> Result<Option<PersonKey>, StoreError> {
        let Some(person) = row.person_mut() else { return Ok(None) };
        let key = match verdict {
            Verdict::Is(key) => key,
            Verdict::New => {
                let wanted = person_key(&person.name, person.email.as_deref());
                let next = self.taken.entry(wanted.clone()).or_insert(1);
                next_free(self.store, self.event, &wanted, next)?
            }
            Verdict::Asked(finding) => {
                row.refuse(finding);
                return Ok(None);
            }
        };
        self.claimed.insert(key.clone());
        person.key = key.clone();
        Ok(Some(key))
    }
}

/// Notes a row by what it is found by. Most are alone there.
fn note(noted: &mut HashMap<String, Vec<u32>>, by: String, row: usize) {
    noted.entry(by).or_insert_with(|| Vec::with_capacity(1)).push(row as u32);
}

fn asked(code: Code, reason: String, hint: &'static str) -> Verdict {
    let field = match code {
        Code::SameAddress => "email",
        _ => "name",
    };
    Verdict::Asked(Finding { severity: Severity::Error, field: field.to_owned(), code, reason, hint: hint.into() })
}
