//! A design tried with every name of an event's list: how many shrink far, how many do not fit, and in which script.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use utoipa::ToSchema;

use super::super::tried::{TryName, scripts_of, tried};
use super::super::{dressed_for, made_up, undrawn};
use super::pictured::tiers;
use super::{ActError, Opened};
use crate::acts::{Planned, planned};
use crate::credential::EventCode;
use crate::desk::Desk;
use crate::making::{Faces, NameTrial};
use crate::store::{Fields, Participant, PersonKey};

/// Below this a name is called small, in points.
const SMALL: f32 = 9.0;
/// Most people that are tried at once.
const MOST: u64 = 20_000;
/// People read at a time.
const PAGE: usize = 1_000;
/// Names that are told of each kind.
const NAMED: usize = 20;
/// People whose columns are looked at.
const SAMPLED: usize = 500;

/// Some of the names of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = NamedSome)]
pub struct Few {
    /// How many they are.
    pub count: u64,
    /// The first of them.
    pub first: Vec<TryName>,
}

impl Few {
    fn add(&mut self, person: &Participant) {
        self.count += 1;
        if self.first.len() < NAMED {
            self.first.push(tried(person));
        }
    }
}

/// What became of the names of a script.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct ScriptTried {
    /// The script, by ISO 15924.
    #[schema(example = "Cyrl")]
    pub script: String,
    /// How many names have letters of it.
    pub people: u64,
    /// How many of them shrink below 9 points.
    pub small: u64,
    /// How many of them cannot be printed.
    pub unfit: u64,
}

/// What became of the names of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct ListTried {
    /// How many names were tried: the first 20,000 of the list at most.
    pub people: u64,
    /// Whether there are more.
    pub more: bool,
    /// Those that shrink below 9 points.
    pub small: Few,
    /// Those that do not fit, or have a letter that no font has.
    pub unfit: Few,
    /// The same by script.
    pub scripts: Vec<ScriptTried>,
}

/// Tries a design with every name of an event's list.
///
/// # Errors
/// [`ActError::NoEvent`], or [`ActError::BadTemplate`] when it cannot be laid out at all.
pub fn try_list(desk: &Desk, faces: &Faces, opened: &Opened, code: &EventCode) -> Result<ListTried, ActError> {
    let planned = planned(desk, code)?;
    let (mut found, mut scripts): (ListTried, BTreeMap<&'static str, ScriptTried>) = Default::default();
    let mut trial: Option<NameTrial> = None;
    let template = dressed_for(desk, &opened.content.template, &planned.event)?;
    let mut cursor = None;
    while found.people < MOST {
        let page = desk.store.participants(code, cursor.as_deref(), PAGE)?;
        for person in &page.items {
            if trial.is_none() {
                // What none of the list says is made up, as for who does not exist.
                let columns = made_up(desk, &template, &person.fields);
                let (key, name) = (PersonKey("specimen".to_owned()), person.name.clone());
                let somebody = Participant::new(key, name, None, Fields::new(), desk.now);
                let made = NameTrial::new(desk, faces, &template, &planned.event, (&somebody, &columns));
                trial = Some(made.map_err(|error| undrawn(&template, error))?);
            }
            let Some(trial) = &trial else { continue };
            let size = trial.shrinks_to(person);
            let (small, unfit) = (matches!(size, Ok(Some(size)) if size < SMALL), size.is_err());
            found.people += 1;
            if small {
                found.small.add(person);
            }
            if unfit {
                found.unfit.add(person);
            }
            for script in scripts_of(&person.name) {
                let one = scripts.entry(script).or_default();
                one.people += 1;
                one.small += u64::from(small);
                one.unfit += u64::from(unfit);
            }
        }
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    found.more = cursor.is_some();
    found.scripts = scripts.into_iter().map(|(script, one)| ScriptTried { script: script.to_owned(), ..one }).collect();
    Ok(found)
}

/// What of an event a text can print, and for whom its certificates differ.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listed {
    /// The columns of its list.
    pub columns: BTreeSet<String>,
    /// Its tiers, the lowest first.
    pub tiers: Vec<String>,
    /// The languages that people of the list read, and those that templates were chosen for.
    pub languages: BTreeSet<String>,
}

/// Looks at an event and the first of its list.
///
/// # Errors
/// [`ActError::NoEvent`], or when the store fails.
pub fn listed(desk: &Desk, code: &EventCode) -> Result<Listed, ActError> {
    let Planned { plan, .. } = planned(desk, code)?;
    let page = desk.store.participants(code, None, SAMPLED)?;
    let mut languages: BTreeSet<String> = plan.language.iter().cloned().collect();
    languages.extend(plan.templates.iter().filter_map(|choice| choice.language.clone()));
    languages.extend(page.items.iter().filter_map(|person| person.language().map(str::to_owned)));
    let columns = page.items.into_iter().flat_map(|person| person.fields.into_keys()).collect();
    Ok(Listed { columns, tiers: tiers(&plan), languages })
}
