//! The people of an event's list, each tried with the template that would be theirs: how many names shrink far, who cannot have a
//! certificate and why, and the same by script. A run would say the same of each.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde::Serialize;
use utoipa::ToSchema;

use super::tried::{TryName, scripts_of, tried};
use super::{ActError, told};
use crate::acts::{Decider, Decision, Planned, listed, planned};
use crate::credential::EventCode;
use crate::desk::Desk;
use crate::making::{self, FaceError, Faces, MakeError, PeopleTrial, TrialOf};
use crate::store::{BlobId, Participant, StoreError, TemplateRef};
use crate::template::Template;

/// Below this a name is called small, in points.
const SMALL: f32 = 9.0;
/// Most people that are tried at once.
const MOST: u64 = 20_000;
/// People read at a time.
const PAGE: usize = 1_000;
/// How many are told of each kind, unless more are asked for.
pub const NAMED: usize = 20;
/// The most that are told at once.
pub const MOST_NAMED: usize = 500;

/// Which of each kind are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// How many come before them.
    pub from: usize,
    /// How many at most.
    pub most: usize,
}

impl Default for Range {
    fn default() -> Self {
        Self { from: 0, most: NAMED }
    }
}

/// Somebody of a list, and what was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct NamedOne {
    /// Who.
    #[serde(flatten)]
    pub who: TryName,
    /// Why they get no certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "company does not fit its place, not even at 8 pt")]
    pub why: Option<String>,
}

/// Some of the names of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = NamedSome)]
pub struct Few {
    /// How many they are.
    pub count: u64,
    /// Those that were asked for: the first 20, unless the query says otherwise.
    pub first: Vec<NamedOne>,
}

impl Few {
    fn add(&mut self, range: Range, person: &Participant, why: Option<String>) {
        if (range.from..range.from + range.most).contains(&(self.count as usize)) {
            self.first.push(NamedOne { who: tried(person), why });
        }
        self.count += 1;
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
    /// How many of those people get no certificate.
    pub unfit: u64,
}

/// What became of the people of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct ListTried {
    /// How many people were tried: the first 20,000 of the list at most.
    pub people: u64,
    /// Whether there are more.
    pub more: bool,
    /// Those whose names shrink below 9 points.
    pub small: Few,
    /// Those who get no certificate: a text that does not fit, a letter that no font has, a column that is missing, a code that would
    /// be too large.
    pub unfit: Few,
    /// The same by script.
    pub scripts: Vec<ScriptTried>,
}

/// Which template somebody is tried with.
pub(super) trait Templates {
    /// Says whether what was decided about somebody counts: their tier, their template.
    fn decides(&self) -> bool;

    /// Returns their template.
    fn of(&mut self, decision: Option<&Decision>) -> Result<Arc<PeopleTrial>, ActError>;
}

/// Tries each person of a list.
pub(super) fn try_people(
    desk: &Desk,
    Planned { event, plan, .. }: &Planned,
    range: Range,
    templates: &mut dyn Templates,
) -> Result<ListTried, ActError> {
    let (mut found, mut scripts): (ListTried, BTreeMap<&'static str, ScriptTried>) = Default::default();
    let decider = if templates.decides() { Some(Decider::new(event, plan)?) } else { None };
    let mut cursor = None;
    while found.people < MOST {
        let page = desk.store.participants(&event.code, cursor.as_deref(), PAGE)?;
        let mut trials = Vec::with_capacity(page.items.len());
        for person in &page.items {
            let listed = |decider: &Decider| Ok(decider.decide(person, &listed(desk.store, &event.code, &person.key)?));
            let decision: Option<Decision> = decider.as_ref().map(listed).transpose().map_err(|e: StoreError| e)?;
            let trial = templates.of(decision.as_ref())?;
            trials.push(TrialOf { trial, person, tier: decision.and_then(|decision| decision.tier) });
        }
        for (person, size) in page.items.iter().zip(making::try_people(desk, event, &trials)) {
            found.people += 1;
            let (small, unfit) = (matches!(size, Ok(Some(size)) if size < SMALL), size.is_err());
            if small {
                found.small.add(range, person, None);
            }
            if let Err(error) = size {
                found.unfit.add(range, person, Some(why(&error)));
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

/// Says why somebody gets no certificate, as a run says it.
fn why(error: &MakeError) -> String {
    match error {
        MakeError::Face(error) => told(&**error),
        other => other.to_string(),
    }
}

/// The templates that an event has for its tiers and languages, each laid out once.
struct Own<'a> {
    desk: &'a Desk<'a>,
    faces: &'a Faces,
    planned: &'a Planned,
    kid: Option<&'a str>,
    laid: HashMap<BlobId, Arc<PeopleTrial>>,
}

impl Templates for Own<'_> {
    fn decides(&self) -> bool {
        !self.planned.plan.templates.is_empty() || self.planned.plan.tiers.is_some()
    }

    fn of(&mut self, decision: Option<&Decision>) -> Result<Arc<PeopleTrial>, ActError> {
        let event = &self.planned.event;
        let TemplateRef { bundle, .. } = decision.map_or(&event.template, |decision| &decision.template);
        if let Some(known) = self.laid.get(bundle) {
            return Ok(Arc::clone(known));
        }
        let bytes = self.desk.store.blob(bundle)?.ok_or_else(|| StoreError::NotFound(bundle.to_string()))?;
        let template = Template::from_bundle(&bytes).map_err(FaceError::from)?;
        let trial = Arc::new(PeopleTrial::new(self.desk, self.faces, &template, event, self.kid)?);
        self.laid.insert(bundle.clone(), Arc::clone(&trial));
        Ok(trial)
    }
}

/// Tries each person of an event's list with the template that would be theirs. `kid` is the id of the key that would sign.
///
/// # Errors
/// [`ActError::NoEvent`], or when the event has no template, or one that cannot be laid out.
pub fn try_event(
    desk: &Desk,
    faces: &Faces,
    code: &EventCode,
    (range, kid): (Range, Option<&str>),
) -> Result<ListTried, ActError> {
    let planned = planned(desk, code)?;
    if planned.event.template.bundle.0.is_empty() {
        return Err(ActError::invalid("template", "is missing: choose one for the event first"));
    }
    let mut own = Own { desk, faces, planned: &planned, kid, laid: HashMap::new() };
    try_people(desk, &planned, range, &mut own)
}
