//! What is worked out of an event's people block by block of its roster, and again only where something was written since: where each
//! of them stands, for a filter that few or none meet, and to whom nothing was sent.
//!
//! It never decides: who is found by it is looked at before anything is said of them.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::decide::{Decider, Decision};
use super::listed::listed_at;
use super::{ActError, PersonState, Planned};
use crate::credential::EventCode;
use crate::store::{Participant, Store};

/// What was worked out of each block, and on what it rests.
#[derive(Debug)]
pub struct Blocks<T> {
    /// What it rests on besides what the store says of the people: another one makes all of it void.
    basis: String,
    /// By block, with the stamp that it was worked out after.
    blocks: BTreeMap<u64, (u64, T)>,
}

impl<T> Default for Blocks<T> {
    fn default() -> Self {
        Self { basis: String::new(), blocks: BTreeMap::new() }
    }
}

impl<T> Blocks<T> {
    /// Works out what was changed since the last call.
    ///
    /// # Errors
    /// When the store fails, or `work`. What was worked out before stays.
    pub fn follow<E: From<crate::store::StoreError>>(
        &mut self,
        (store, code): (&dyn Store, &EventCode),
        basis: &str,
        mut work: impl FnMut(&[(u64, Participant)]) -> Result<T, E>,
    ) -> Result<(), E> {
        if self.basis != basis {
            *self = Self { basis: basis.to_owned(), blocks: BTreeMap::new() };
        }
        // Before the people: whoever is changed meanwhile is looked at again by the next call.
        let stamps: BTreeMap<u64, u64> = store.roster_stamps(code)?.into_iter().collect();
        self.blocks.retain(|block, _| stamps.contains_key(block));
        for (block, stamp) in stamps {
            if self.blocks.get(&block).is_none_or(|(known, _)| *known != stamp) {
                let told = work(&store.roster_block(code, block)?)?;
                self.blocks.insert(block, (stamp, told));
            }
        }
        Ok(())
    }

    /// Returns what was worked out, block by block.
    pub fn all(&self) -> impl Iterator<Item = &T> {
        self.blocks.values().map(|(_, told)| told)
    }
}

/// Where somebody stands: a bit for each [`PersonState`].
type Bits = u8;

/// Where each of a block stands, by place.
pub type Stands = Vec<(u64, Bits)>;

const STATES: [PersonState; 6] = [
    PersonState::Eligible,
    PersonState::NotEligible,
    PersonState::Excluded,
    PersonState::Exception,
    PersonState::Issued,
    PersonState::NoEmail,
];

/// A test holds [`STATES`] against it.
fn bit(state: PersonState) -> Bits {
    match state {
        PersonState::Eligible => 1,
        PersonState::NotEligible => 1 << 1,
        PersonState::Excluded => 1 << 2,
        PersonState::Exception => 1 << 3,
        PersonState::Issued => 1 << 4,
        PersonState::NoEmail => 1 << 5,
    }
}

/// Returns the places of those who stand so, in ascending order. `tag` is another whenever the event or its plan is.
///
/// # Errors
/// When the store fails, or the rule is no good one.
pub fn places_of(
    store: &dyn Store,
    planned: &Planned,
    (kept, tag): (&mut Blocks<Stands>, &str),
    state: PersonState,
) -> Result<Vec<u64>, ActError> {
    let decider = Decider::new(&planned.event, &planned.plan)?;
    let code = &planned.event.code;
    kept.follow((store, code), tag, |people| stands(store, code, &decider, people))?;
    let wanted = bit(state);
    Ok(kept.all().flatten().filter(|(_, bits)| bits & wanted != 0).map(|(place, _)| *place).collect())
}

/// How many of an event stand where.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = EligibilityCounts)]
pub struct Counts {
    /// All.
    pub people: u64,
    /// Get a certificate, or have one by right.
    pub eligible: u64,
    /// Do not meet the rule.
    pub not_eligible: u64,
    /// Excluded.
    pub excluded: u64,
    /// Allowed by an exception.
    pub exception: u64,
    /// Have a certificate.
    pub issued: u64,
    /// Have no e-mail address.
    pub no_email: u64,
}

/// Counts where the people of an event stand. `tag` as with [`places_of`].
///
/// # Errors
/// When the store fails, or the rule is no good one.
pub fn counts_of(
    store: &dyn Store,
    planned: &Planned,
    (kept, tag): (&mut Blocks<Stands>, &str),
) -> Result<Counts, ActError> {
    let decider = Decider::new(&planned.event, &planned.plan)?;
    let code = &planned.event.code;
    kept.follow((store, code), tag, |people| stands(store, code, &decider, people))?;
    let all: Vec<Bits> = kept.all().flatten().map(|(_, bits)| *bits).collect();
    let count = |state| all.iter().filter(|bits| **bits & bit(state) != 0).count() as u64;
    Ok(Counts {
        people: all.len() as u64,
        eligible: count(PersonState::Eligible),
        not_eligible: count(PersonState::NotEligible),
        excluded: count(PersonState::Excluded),
        exception: count(PersonState::Exception),
        issued: count(PersonState::Issued),
        no_email: count(PersonState::NoEmail),
    })
}

fn stands(
    store: &dyn Store,
    code: &EventCode,
    decider: &Decider,
    people: &[(u64, Participant)],
) -> Result<Stands, ActError> {
    let them: Vec<&Participant> = people.iter().map(|(_, person)| person).collect();
    let listed = listed_at(store, code, &them)?;
    let numbers = store.certificates_of(code, &them.iter().map(|person| &person.key).collect::<Vec<_>>())?;
    let one = |((place, person), ((listed, _), number)): (&(u64, Participant), ((_, _), Option<_>))| {
        (*place, bits(person, &decider.decide(person, &listed), number.is_some()))
    };
    Ok(people.iter().zip(listed.into_iter().zip(numbers)).map(one).collect())
}

fn bits(person: &Participant, decision: &Decision, has_one: bool) -> Bits {
    STATES.iter().filter(|state| state.takes(person, decision, has_one)).fold(0, |bits, state| bits | bit(*state))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bit_is_a_state_that_is_looked_for() {
        assert_eq!(STATES.map(bit), [1, 2, 4, 8, 16, 32]);
    }
}
