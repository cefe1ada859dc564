//! To whom of an event nothing was sent yet, or nothing of the version that they have now: counted by who looks only at what was
//! written since the last count.

use std::collections::{BTreeMap, BTreeSet};

use super::super::standing::Blocks;
use super::errand::fate;
use super::in_vain::{InVain, in_vain};
use super::newer;
use crate::acts::run::fate::Fate;
use crate::acts::run::{Result, RunError, RunOver};
use crate::acts::seal::Seal;
use crate::credential::{CertificateNumber, EventCode};
use crate::desk::Desk;
use crate::mail::outbox::{newest_of, newest_of_each};
use crate::mail::{Address, Topic, setup, suppress};
use crate::store::{Certificate, CertificateState, Participant, PersonKey, Store};

/// People without an address that are named.
const NAMED: usize = 500;
/// Names that are shown of those to whom something is sent.
const NAMES: usize = 2;

/// What a run over those without a message would do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WouldSend {
    /// To how many it would send.
    pub sends: u64,
    /// To how many who were sent an earlier version of theirs, and were told nothing of the one that took its place: a run over those
    /// would send to them.
    pub newer: u64,
    /// How many have no address.
    pub without_address: u64,
    /// The first of these, by certificate and name.
    pub named: Vec<(CertificateNumber, String)>,
    /// The first certificate that it would send.
    pub first: Option<CertificateNumber>,
    /// The first newer version that a run over those would send.
    pub first_newer: Option<CertificateNumber>,
    /// What is shown of those without a message before it is sent to them.
    pub shown: ShownGroup,
    /// The same of those with a newer version.
    pub shown_newer: ShownGroup,
}

/// What is shown of those over whom a run would send.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ShownGroup {
    /// The names of the first two.
    pub names: Vec<String>,
    /// What the group is known by: another one is known by something else, also where it is as large.
    pub set: String,
}

impl ShownGroup {
    fn of(group: &[&Unsent]) -> Self {
        let mut seal = Seal::default();
        let mut first: Vec<&Unsent> = Vec::with_capacity(NAMES + 1);
        for one in group {
            seal.add(&one.number.to_string(), &one.version.to_string());
            // The first by their numbers, without sorting all of them.
            let at = first.partition_point(|other| other.number < one.number);
            if at < NAMES {
                first.insert(at, one);
                first.truncate(NAMES);
            }
        }
        Self { names: first.into_iter().map(|one| one.name.clone()).collect(), set: seal.text() }
    }
}

/// A certificate that stands and was sent to nobody, as it is now.
#[derive(Debug)]
pub struct Unsent {
    /// Whether an earlier version was.
    newer: bool,
    number: CertificateNumber,
    version: u32,
    name: String,
    to: To,
}

/// Where it would go.
#[derive(Debug)]
enum To {
    /// There is no address.
    Nowhere,
    /// To one that cannot be mailed to.
    Impossible,
    /// To one that is on the list of those that bounced under this mark, if it is.
    Marked(String),
    /// To one, where no bounces are known.
    There,
}

/// Counts those to whom a run over those without a message would send, and those who have no address.
///
/// # Errors
/// When the store fails.
pub fn would_send(desk: &Desk, code: &EventCode, kept: &mut Blocks<Vec<Unsent>>) -> Result<WouldSend> {
    if setup::told(desk.store)?.is_none() {
        return Ok(WouldSend::default());
    }
    let marks = suppress::Marks::of(desk.store)?;
    kept.follow((desk.store, code), &marks.name(), |people| unsent(desk.store, code, &marks, people))?;
    let all: Vec<&Unsent> = kept.all().flatten().collect();
    let wanted: BTreeSet<&str> = all.iter().filter_map(|one| one.mark()).collect();
    let bounced = suppress::which(desk.store, &wanted)?;
    let is_sent = |one: &Unsent| match &one.to {
        To::Marked(mark) => !bounced.contains(mark.as_str()),
        To::There => true,
        To::Nowhere | To::Impossible => false,
    };
    let is_nowhere = |one: &&Unsent| !one.newer && matches!(one.to, To::Nowhere);
    let mut nowhere: Vec<&Unsent> = all.iter().copied().filter(is_nowhere).collect();
    nowhere.sort_by(|one, other| one.number.cmp(&other.number));
    let (newer, first): (Vec<&Unsent>, Vec<&Unsent>) = all.iter().filter(|one| is_sent(one)).partition(|one| one.newer);
    Ok(WouldSend {
        sends: first.len() as u64,
        newer: newer.len() as u64,
        without_address: nowhere.len() as u64,
        named: nowhere.into_iter().take(NAMED).map(|one| (one.number.clone(), one.name.clone())).collect(),
        first: first.iter().map(|one| &one.number).min().cloned(),
        first_newer: newer.iter().map(|one| &one.number).min().cloned(),
        shown: ShownGroup::of(&first),
        shown_newer: ShownGroup::of(&newer),
    })
}

/// Returns the first certificate of those over which a run would send: one of whose letters a preview shows.
///
/// # Errors
/// [`RunError::Nobody`] where there is none, [`RunError::Request`] where nothing is sent over those, and when the store fails.
pub fn first_over(desk: &Desk, code: &EventCode, over: RunOver, would: &WouldSend) -> Result<CertificateNumber> {
    let first = match over {
        RunOver::ThoseWithout => would.first.clone(),
        RunOver::NewerVersion => would.first_newer.clone(),
        RunOver::Failed => first_failed(desk.store, code)?,
        _ => {
            let problem = "is `those_without`, `newer_version` or `failed` here".to_owned();
            return Err(RunError::Request { field: "over", problem });
        }
    };
    first.ok_or(RunError::Nobody)
}

/// Returns the certificate of the newest message that reached nobody, and that a run sends again.
fn first_failed(store: &dyn Store, code: &EventCode) -> Result<Option<CertificateNumber>> {
    let failed = in_vain(store, &InVain { event: Some(code.clone()), ..InVain::default() })?;
    for message in failed.into_iter().filter(|message| message.topic == Topic::Issued) {
        let Some(number) = message.number else { continue };
        let Some(certificate) = store.certificate(&number)? else { continue };
        let newest = newest_of(store, &number)?.is_some_and(|(mailed, _)| mailed.message == message.id);
        let person = store.participant(code, &certificate.person)?;
        let sends = matches!(fate(store, RunOver::Failed, Some(certificate), person.as_ref())?.0, Fate::Send(_));
        if newest && sends {
            return Ok(Some(number));
        }
    }
    Ok(None)
}

impl Unsent {
    fn mark(&self) -> Option<&str> {
        match &self.to {
            To::Marked(mark) => Some(mark),
            _ => None,
        }
    }
}

/// Returns those certificates of a block's people that stand and were sent to nobody.
fn unsent(
    store: &dyn Store,
    code: &EventCode,
    marks: &suppress::Marks,
    people: &[(u64, Participant)],
) -> Result<Vec<Unsent>> {
    let people: BTreeMap<&PersonKey, &Participant> = people.iter().map(|(_, person)| (&person.key, person)).collect();
    let keys: Vec<&PersonKey> = people.keys().copied().collect();
    let mut standing = Vec::new();
    let mut next: Vec<CertificateNumber> = store.certificates_of(code, &keys)?.into_iter().flatten().collect();
    while !next.is_empty() {
        let found = store.certificates_at(&next.iter().collect::<Vec<_>>())?;
        // Those before them stand too, where somebody got another one.
        next = found.iter().flatten().filter_map(|one| one.earlier.clone()).collect();
        let theirs = |one: &Certificate| one.state == CertificateState::Active && people.contains_key(&one.person);
        standing.extend(found.into_iter().flatten().filter(theirs));
    }
    let mailed = newest_of_each(store, &standing.iter().map(|one| &one.number).collect::<Vec<_>>())?;
    let untold = newer::untold(store, &standing, &mailed)?;
    let mut unsent = Vec::new();
    for (one, (mailed, untold)) in standing.into_iter().zip(mailed.into_iter().zip(untold)) {
        if mailed.is_none() || untold {
            let to = To::of(people.get(&one.person).and_then(|person| person.email.as_deref()), marks);
            unsent.push(Unsent {
                newer: mailed.is_some(),
                number: one.number,
                version: one.version,
                name: one.recipient,
                to,
            });
        }
    }
    Ok(unsent)
}

impl To {
    fn of(email: Option<&str>, marks: &suppress::Marks) -> Self {
        let Some(email) = email else { return Self::Nowhere };
        match email.parse::<Address>() {
            Err(_) => Self::Impossible,
            Ok(address) => marks.mark(&address).map_or(Self::There, Self::Marked),
        }
    }
}
