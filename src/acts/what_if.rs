//! Planning over a whole event: who would gain or lose by another rule, and how a measure is spread. Changes nothing.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::decide::facts;
use super::listed::{Listed, listed};
use super::{ActError, Decider, Planned};
use crate::desk::Desk;
use crate::eligibility::{
    self, Amount, Facts, Histogram, Measure, Moved, Rule, Spread, Tiers, thresholds, with_threshold,
};
use crate::store::Participant;

/// People read at a time.
const PAGE: usize = 1_000;
/// Ids named in each list of an answer; the counts are of all.
const NAMED: usize = 1_000;

/// What to try.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Another rule with other tiers.
    Rule(Rule, Option<Tiers>),
    /// One threshold at a place of the rule, or at `tiers.N`.
    Threshold(String, Amount),
}

/// What a change would do. People are named by their ids; those who are excluded are left out.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Changed {
    /// The same in a phrase.
    #[schema(example = "with 75 % instead of 80 %, 12 more")]
    pub text: String,
    /// How many are eligible now.
    pub before: usize,
    /// How many would be.
    pub after: usize,
    /// How many would gain.
    pub gained: usize,
    /// How many would lose.
    pub lost: usize,
    /// How many would be judged as now.
    pub same: usize,
    /// Who would gain, the first thousand.
    pub gain: Vec<String>,
    /// Who would lose, the first thousand.
    pub lose: Vec<String>,
    /// Who would change tier, the first thousand.
    pub moved: Vec<Moved>,
}

/// Says what a change of the rule would do, or a first one: without a rule nobody is eligible but by an exception. Nothing is
/// changed.
///
/// # Errors
/// When the event has no rule of which a threshold could change, the change is not a good one, or the store fails.
pub fn what_if(desk: &Desk, planned: &Planned, change: &Change) -> Result<Changed, ActError> {
    let code = &planned.event.code;
    let none = || ActError::NoRule(code.clone());
    let tiers = planned.plan.tiers.as_ref();
    let (other_rule, other_tiers, lead) = match change {
        Change::Rule(rule, tiers) => (rule.clone(), tiers.clone(), "with the other rule".to_owned()),
        Change::Threshold(at, to) => {
            let rule = planned.plan.rule.as_ref().ok_or_else(none)?;
            let (rule_then, tiers_then) = with_threshold(rule, tiers, at, *to)?;
            let now = thresholds(rule, tiers).into_iter().find(|threshold| threshold.at == *at);
            let unit = if now.as_ref().is_some_and(|now| now.percent) { " %" } else { "" };
            let was = now.map(|now| format!(" instead of {}{unit}", now.value)).unwrap_or_default();
            (rule_then, tiers_then, format!("with {to}{unit}{was}"))
        }
    };
    let decider = Decider::new(&planned.event, &planned.plan)?;
    let after = decider.other(&other_rule, other_tiers.as_ref())?;
    let nobody = decider.other(&Rule::Manual, None)?;
    let before = decider.judge().unwrap_or(&nobody);
    let mut changed = Changed::default();
    each_page(desk, planned, |people| {
        let part = eligibility::what_if(before, &after, people.iter().map(|(id, facts)| (id.as_str(), facts)));
        changed.before += part.before;
        changed.after += part.after;
        changed.gained += part.gain.len();
        changed.lost += part.lose.len();
        changed.same += part.same.len();
        extend(&mut changed.gain, part.gain);
        extend(&mut changed.lose, part.lose);
        extend(&mut changed.moved, part.moved);
    })?;
    changed.text = format!("{lead}, {}", outcome(&changed));
    Ok(changed)
}

fn extend<T>(all: &mut Vec<T>, more: Vec<T>) {
    let room = NAMED.saturating_sub(all.len());
    all.extend(more.into_iter().take(room));
}

fn outcome(changed: &Changed) -> String {
    match (changed.gained, changed.lost, changed.moved.len()) {
        (0, 0, 0) => "no difference".to_owned(),
        (0, 0, moved) => format!("{moved} in another tier"),
        (gained, 0, _) => format!("{gained} more"),
        (0, lost, _) => format!("{lost} fewer"),
        (gained, lost, _) => format!("{gained} more and {lost} fewer"),
    }
}

/// Spreads a measure over an event's people, those who are excluded left out.
///
/// # Errors
/// When the store fails.
pub fn everyone_measured(desk: &Desk, planned: &Planned, measure: Measure) -> Result<Histogram, ActError> {
    let mut spread = Spread::of(&planned.plan.course, measure);
    each_page(desk, planned, |people| people.iter().for_each(|(_, facts)| spread.add(facts)))?;
    Ok(spread.histogram())
}

/// Goes through all who are not excluded, by id.
fn each_page(desk: &Desk, planned: &Planned, mut with: impl FnMut(Vec<(String, Facts)>)) -> Result<(), ActError> {
    let code = &planned.event.code;
    let mut cursor = None;
    loop {
        let page = desk.store.participants(code, cursor.as_deref(), PAGE)?;
        let mut people = Vec::with_capacity(page.items.len());
        for person in page.items {
            let granted = match listed(desk.store, code, &person.key)? {
                Listed::Exclusion(_) => continue,
                Listed::Exception(_) => true,
                Listed::No | Listed::Lifted(_) => false,
            };
            people.push((id(&person), facts(&person, granted)));
        }
        with(people);
        cursor = page.next;
        if cursor.is_none() {
            return Ok(());
        }
    }
}

/// The id, or the key of somebody who got none yet.
fn id(person: &Participant) -> String {
    person.id.clone().unwrap_or_else(|| person.key.0.clone())
}
