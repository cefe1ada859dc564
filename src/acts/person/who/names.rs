//! Rows without an address: the name, and what else is there, says whom they are about.

use super::apart::told_apart_by;
use super::{Answer, List, Other, Verdict, asked, ids_differ};
use crate::import::{Code, RowOutcome, person_key};
use crate::store::{Participant, PersonKey, StoreError};

const SAY: &str = "two people, or one? Give each an e-mail address, or import this row again with \
                   `same_name=two_people` or `same_name=same_person`";
const CANNOT_SAY: &str = "give each of them an e-mail address or an external id";
/// People of one name without addresses that are compared; more are not told apart.
const MOST_ALIKE: usize = 100;

impl List<'_> {
    /// Finds whom the rows of one name are about.
    pub(super) fn of_name(&mut self, rows: &mut [RowOutcome], plain: &str, group: &[usize]) -> Result<(), StoreError> {
        let name = |at: &usize| Some(rows[*at].person()?.name.clone());
        let Some(name) = group.first().and_then(name) else { return Ok(()) };
        let met = self.met.get(plain).map_or(&[][..], Vec::as_slice);
        let mut others: Vec<Other> = Other::noted(rows, met).collect();
        let known = self.store.people_named(self.event, &name)?.into_iter().map(Other::known);
        others.extend(known.take(MOST_ALIKE + 1));
        let open = self.claim(rows, group, &others)?;
        let distinct = open.iter().filter(|(_, same)| same.is_none()).count();
        for (at, same) in open {
            let Some(person) = rows[at].person() else { continue };
            let good = same.filter(|same| rows[*same].participant.is_some() || rows[at].participant.is_none());
            let verdict = match good.map(|same| rows[same].person().map(|person| person.key.clone())) {
                Some(Some(key)) => Verdict::Is(key),
                // A second row as one that was asked about, or the first of its kind.
                _ => self.judge(person, &others, distinct),
            };
            if self.apply(&mut rows[at], verdict)?.is_some()
                && let Some(person) = rows[at].person()
            {
                others.push(Other::row(person, rows[at].line));
                self.meet(person, at);
            }
        }
        Ok(())
    }

    /// Rows that say nothing new of somebody are about them. Returns the others, each with the earlier row that says just
    /// the same.
    fn claim(
        &mut self,
        rows: &mut [RowOutcome],
        group: &[usize],
        others: &[Other],
    ) -> Result<Vec<(usize, Option<usize>)>, StoreError> {
        let mut open: Vec<(usize, Option<usize>)> = Vec::new();
        // By an external id: another row is about them already.
        let settled: Vec<&PersonKey> =
            others.iter().map(|other| &other.key).filter(|key| self.claimed.contains(*key)).collect();
        for &at in group {
            let Some(person) = rows[at].person() else { continue };
            let theirs = |other: &&Other| {
                other.known.as_ref().is_some_and(|known| says_nothing_new(person, known))
                    && self.fits(other, person)
                    && !settled.contains(&&other.key)
            };
            let found = others.iter().take(MOST_ALIKE).find(theirs).map(|other| other.key.clone());
            if let Some(key) = found {
                self.apply(&mut rows[at], Verdict::Is(key))?;
                continue;
            }
            let alike = |&&(earlier, same): &&(usize, Option<usize>)| {
                same.is_none() && rows[earlier].person().is_some_and(|other| says_the_same(person, other))
            };
            let same = open.iter().take(MOST_ALIKE).find(alike).map(|(earlier, _)| *earlier);
            open.push((at, same));
        }
        Ok(open)
    }

    /// Whether somebody may be whom a row without an address is about: who has one is not meant by a name alone.
    fn fits(&self, other: &Other, person: &Participant) -> bool {
        let differ = ids_differ(other.external_id.as_ref(), person.external_id.as_ref());
        !differ && !other.has_email
    }

    fn judge(&self, person: &Participant, others: &[Other], distinct: usize) -> Verdict {
        let differs = |other: &Other| ids_differ(other.external_id.as_ref(), person.external_id.as_ref());
        if others.iter().all(differs) {
            return Verdict::New;
        }
        let cannot_say = |hint| {
            let one = others.iter().find(|other| other.line.is_some()).or(others.first());
            let reason = one.map(|one| format!("`{}` may be {}: nothing tells them apart", person.name, one.spelt()));
            asked(Code::SameName, reason.unwrap_or_default(), hint)
        };
        if others.len() > MOST_ALIKE {
            return cannot_say(CANNOT_SAY);
        }
        let free: Vec<&Other> = others
            .iter()
            .filter(|other| other.known.is_some() && !self.claimed.contains(&other.key) && self.fits(other, person))
            .collect();
        if let ([one], 1) = (&free[..], distinct)
            && person_key(&one.name, None) == person_key(&person.name, None)
        {
            let column = one.known.as_ref().and_then(|known| told_apart_by(person, known));
            match (column, self.answers.same_name) {
                (None, _) => return Verdict::Is(one.key.clone()),
                (Some(column), Answer::Ask) => {
                    let reason = format!("`{}` may be {}, with another `{column}`", person.name, one.spelt());
                    return asked(Code::SameName, reason, SAY);
                }
                (Some(_), _) => {}
            }
        }
        let one = |others: &[Other]| others.iter().all(|other| other.key == others[0].key);
        match self.answers.same_name {
            Answer::Ask => cannot_say(SAY),
            Answer::SamePerson if one(others) => Verdict::Is(others[0].key.clone()),
            // One of them is known: which, nobody can say.
            Answer::TwoPeople if !free.iter().any(|other| !other.has_email) || free.len() + distinct == 2 => {
                Verdict::New
            }
            Answer::SamePerson | Answer::TwoPeople => cannot_say(CANNOT_SAY),
        }
    }
}

/// Whether two rows without addresses say the same.
fn says_the_same(one: &Participant, other: &Participant) -> bool {
    person_key(&one.name, None) == person_key(&other.name, None)
        && one.fields == other.fields
        && one.progress == other.progress
        && one.locale == other.locale
        && one.external_id == other.external_id
}

/// Whether a row says nothing of somebody that is not known.
fn says_nothing_new(row: &Participant, known: &Participant) -> bool {
    let over = row.clone().over(known);
    person_key(&row.name, None) == person_key(&known.name, None)
        && row.fields.iter().all(|(column, value)| value.is_empty() || known.fields.get(column) == Some(value))
        && over.progress == known.progress
        && over.locale == known.locale
        && over.external_id == known.external_id
}
