//! Rows with an address: whom of a mailbox they are about.

use std::collections::{HashMap, HashSet};

use super::{Answer, List, Other, Verdict, asked, ids_differ, note};
use crate::import::{Code, RowOutcome};
use crate::store::{Participant, StoreError, plain_name};

const SAY_ADDRESS: &str = "two people, or one whose name changed? Import this row again with `same_address=two_people` or `same_address=same_person`";
const SAY_NAME: &str =
    "the same person, or another? Import this row again with `same_name=same_person` or `same_name=two_people`";
const CANNOT_SAY: &str = "give each of them an address of their own, or an external id";

/// All who have one mailbox, from the event and from the list so far.
#[derive(Default)]
struct Mailbox {
    others: Vec<Other>,
    by_name: HashMap<String, Vec<usize>>,
    ids: HashSet<String>,
    without_id: usize,
}

impl Mailbox {
    fn add(&mut self, plain: String, other: Other) {
        let places = self.by_name.entry(plain).or_default();
        // A second row about the same person, or their record and a row.
        if places.iter().any(|&at| self.others[at].key == other.key) {
            return;
        }
        places.push(self.others.len());
        match &other.external_id {
            Some(id) => drop(self.ids.insert(id.clone())),
            None => self.without_id += 1,
        }
        self.others.push(other);
    }

    /// True if external ids say that this is none of them.
    fn excludes(&self, person: &Participant) -> bool {
        self.without_id == 0 && person.external_id.as_ref().is_some_and(|id| !self.ids.contains(id))
    }

    fn judge(&self, person: &Participant, plain: &str, answer: Answer) -> Verdict {
        let same: Vec<&Other> =
            self.by_name.get(plain).into_iter().flatten().take(2).map(|&at| &self.others[at]).collect();
        match (&same[..], &self.others[..], answer) {
            ([one], ..) => Verdict::Is(one.key.clone()),
            ([one, ..], ..) => {
                let reason = format!("several people have this address and are called as {}", one.spelt());
                asked(Code::SameAddress, reason, CANNOT_SAY)
            }
            ([], [], _) => Verdict::New,
            ([], ..) if self.excludes(person) => Verdict::New,
            ([], _, Answer::TwoPeople) => Verdict::New,
            ([], [one], Answer::SamePerson) => Verdict::Is(one.key.clone()),
            ([], [one, ..], answer) => {
                let reason = format!("`{}` has the address of {}", person.name, one.spelt());
                asked(Code::SameAddress, reason, if answer == Answer::Ask { SAY_ADDRESS } else { CANNOT_SAY })
            }
        }
    }
}

impl List<'_> {
    /// Finds whom the rows of one mailbox are about.
    pub(super) fn at_address(
        &mut self,
        rows: &mut [RowOutcome],
        group: &[usize],
        place: String,
    ) -> Result<(), StoreError> {
        let email = |at: &usize| rows[*at].person()?.email.clone();
        let Some(email) = group.first().and_then(email) else { return Ok(()) };
        let mut mailbox = Mailbox::default();
        let known = self.store.people_at(self.event, &email)?.into_iter().map(Other::known);
        let met = self.at.get(&place).map_or(&[][..], Vec::as_slice);
        known.chain(Other::noted(rows, met)).for_each(|other| mailbox.add(plain_name(&other.name), other));
        for &at in group {
            let Some(person) = rows[at].person() else { continue };
            let plain = plain_name(&person.name);
            let verdict = match mailbox.judge(person, &plain, self.answers.same_address) {
                Verdict::New => self.newcomer(person)?,
                verdict => verdict,
            };
            if self.apply(&mut rows[at], verdict)?.is_some()
                && let Some(person) = rows[at].person()
            {
                mailbox.add(plain, Other::row(person, rows[at].line));
                self.meet(person, at);
                note(&mut self.at, place.clone(), at);
            }
        }
        Ok(())
    }

    /// Somebody with a new address may be known by name, without an address.
    fn newcomer(&self, person: &Participant) -> Result<Verdict, StoreError> {
        let mut known = self.store.people_named(self.event, &person.name)?;
        known.retain(|known| {
            let differ = ids_differ(known.external_id.as_ref(), person.external_id.as_ref());
            known.email.is_none() && !differ && !self.claimed.contains(&known.key)
        });
        Ok(match (&known[..], self.answers.same_name) {
            ([], _) | (_, Answer::TwoPeople) => Verdict::New,
            ([one], Answer::SamePerson) => Verdict::Is(one.key.clone()),
            ([one, ..], answer) => {
                let reason = format!("`{}` is in the event already, without an address", one.name);
                asked(Code::SameName, reason, if answer == Answer::Ask { SAY_NAME } else { CANNOT_SAY })
            }
        })
    }
}
