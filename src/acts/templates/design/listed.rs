//! A design beside an event's list: tried with everybody on it, and what of the list it can print.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Serialize;
use utoipa::ToSchema;

use super::super::list_tried::{ListTried, Range, Templates, try_people};
use super::super::tried::{TryName, tried};
use super::super::{dressed_for, undrawn};
use super::pictured::tiers;
use super::{ActError, Opened};
use crate::acts::{Decision, Planned, find, planned};
use crate::credential::EventCode;
use crate::desk::Desk;
use crate::making::{Faces, PeopleTrial};
use crate::store::{Participant, PersonKey};
use crate::template::is_day;

/// The placeholder that differs by what was decided.
const TIER: &str = "tier";
/// People read at a time.
const PAGE: usize = 1_000;
/// People whose columns are looked at: as many as are tried.
const MOST: u64 = 20_000;

/// A design, for everybody of the list.
struct One {
    trial: Arc<PeopleTrial>,
    has_tiers: bool,
}

impl Templates for One {
    fn decides(&self) -> bool {
        self.has_tiers
    }

    fn of(&mut self, _: Option<&Decision>) -> Result<Arc<PeopleTrial>, ActError> {
        Ok(Arc::clone(&self.trial))
    }
}

/// Tries a design with every person of an event's list: with all that it prints of each. `kid` is the id of the key that would sign.
///
/// # Errors
/// [`ActError::NoEvent`], or [`ActError::BadTemplate`] when it cannot be laid out at all.
pub fn try_list(
    desk: &Desk,
    faces: &Faces,
    opened: &Opened,
    code: &EventCode,
    (range, kid): (Range, Option<&str>),
) -> Result<ListTried, ActError> {
    let planned = planned(desk, code)?;
    let template = dressed_for(desk, &opened.content.template, &planned.event)?;
    let trial = PeopleTrial::new(desk, faces, &template, &planned.event, kid);
    let trial = Arc::new(trial.map_err(|error| undrawn(&template, error.into()))?);
    let has_tiers = planned.plan.tiers.is_some() && template.placeholders().contains(TIER);
    try_people(desk, &planned, range, &mut One { trial, has_tiers })
}

/// Where somebody stands on an event's list, and who stands beside them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PlaceOnList)]
pub struct ListPlace {
    /// Who it is.
    pub who: TryName,
    /// Their place, from 1.
    pub place: u64,
    /// Who stands before them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous: Option<TryName>,
    /// Who stands after them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<TryName>,
}

/// What of an event a text can print, and for whom its certificates differ.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listed {
    /// The columns of its list.
    pub columns: BTreeSet<String>,
    /// Those of them that hold days alone.
    pub days: BTreeSet<String>,
    /// Its tiers, the lowest first.
    pub tiers: Vec<String>,
    /// The languages that people of the list read, and those that templates were chosen for.
    pub languages: BTreeSet<String>,
    /// How many people are on the list; where that is long, as many as were looked at.
    pub people: u64,
    /// Where the person stands who was asked for.
    pub place: Option<ListPlace>,
}

/// Looks at an event and everybody of its list: the first 20,000. `person` is somebody of it.
///
/// # Errors
/// [`ActError::NoEvent`], [`ActError::NoPerson`], or when the store fails.
pub fn listed(desk: &Desk, code: &EventCode, person: Option<&str>) -> Result<Listed, ActError> {
    let Planned { plan, .. } = planned(desk, code)?;
    let wanted = person.map(|who| find(desk.store, code, who)).transpose()?.map(|person| person.key);
    let mut found = Listed { tiers: tiers(&plan), ..Listed::default() };
    found.languages.extend(plan.language.iter().cloned());
    found.languages.extend(plan.templates.iter().filter_map(|choice| choice.language.clone()));
    let (mut columns, mut before, mut cursor) = (BTreeMap::new(), None, None);
    while found.people < MOST {
        let page = desk.store.participants(code, cursor.as_deref(), PAGE)?;
        for one in page.items {
            found.take(&one, wanted.as_ref(), &mut before);
            found.languages.extend(one.language().map(str::to_owned));
            looked_at(&mut columns, one);
        }
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    found.days = columns.iter().filter(|(_, days)| **days == Some(true)).map(|(name, _)| name.clone()).collect();
    found.columns = columns.into_keys().collect();
    Ok(found)
}

impl Listed {
    /// Counts somebody, and notes who stands beside the person who is meant.
    fn take(&mut self, one: &Participant, wanted: Option<&PersonKey>, before: &mut Option<TryName>) {
        self.people += 1;
        let Some(wanted) = wanted else { return };
        if one.key == *wanted {
            self.place = Some(ListPlace { who: tried(one), place: self.people, previous: before.take(), next: None });
            return;
        }
        match &mut self.place {
            Some(place) if place.place + 1 == self.people => place.next = Some(tried(one)),
            Some(_) => {}
            None => *before = Some(tried(one)),
        }
    }
}

/// Notes which columns somebody has, and whether all that stands in each is a day; not known where nothing does.
fn looked_at(columns: &mut BTreeMap<String, Option<bool>>, person: Participant) {
    for (name, value) in person.fields {
        let value = value.trim();
        let days = columns.entry(name).or_default();
        if !value.is_empty() {
            *days = Some(days.unwrap_or(true) && is_day(value));
        }
    }
}

/// Returns who stands at a place of an event's list, from 1; nothing where it is shorter.
///
/// # Errors
/// When the store fails.
pub fn person_at(desk: &Desk, code: &EventCode, place: u64) -> Result<Option<Participant>, ActError> {
    let (mut before, mut cursor) = (0, None);
    loop {
        let page = desk.store.participants(code, cursor.as_deref(), PAGE)?;
        let many = page.items.len() as u64;
        if place > before && place <= before + many {
            return Ok(page.items.into_iter().nth((place - before - 1) as usize));
        }
        before += many;
        cursor = page.next;
        if cursor.is_none() {
            return Ok(None);
        }
    }
}
