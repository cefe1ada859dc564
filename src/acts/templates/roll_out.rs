//! New versions of templates, given to the events that use an older one; and who that would be.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::uses::{BuiltInVersions, each_event};
use super::{ActError, PAGE, damaged, dressed_as, is_built_in, kept, worn};
use crate::acts::Planned;
use crate::acts::event::save;
use crate::acts::seal::Seal;
use crate::credential::EventCode;
use crate::desk::Desk;
use crate::making::{self, Constants, Faces};
use crate::store::{Store, StoreError, TemplateRef};
use crate::template::{Purpose, Template};

/// What became of one event that a version was rolled out to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RolledOut {
    /// The event.
    #[schema(value_type = String, example = "WORKSHOP")]
    pub event: EventCode,
    /// Whether it has the newest version now.
    pub done: bool,
    /// Why not: what the event says may not fit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// An event that uses an older version, and what would become of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WouldRollOut {
    /// The event.
    #[schema(value_type = String, example = "WORKSHOP")]
    pub event: EventCode,
    /// Its title.
    pub title: String,
    /// Whether the newest version fits; if not, the event would keep what it has.
    pub fits: bool,
    /// Digests of the exact versions that it would get: one, but where it uses several kinds of the template.
    pub versions: Vec<String>,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// The event's own pictures that the newest version has no place for: they are not printed, and kept for the one after.
    pub hides: BTreeSet<String>,
    /// How many people are on its list.
    pub people: u64,
    /// How many of them have a certificate, which stays as it is.
    pub issued: u64,
}

/// An event before and after it gets the newest version.
struct Step {
    old: Planned,
    new: Planned,
    before: BTreeSet<String>,
    after: BTreeMap<String, TemplateRef>,
    /// Whether it fits.
    fits: Result<(), ActError>,
}

/// Goes through the events that use an older version of a template: all, or those named.
fn each_older(
    desk: &Desk,
    faces: &Faces,
    name: &str,
    only: Option<&[EventCode]>,
    mut with: impl FnMut(Step) -> Result<(), ActError>,
) -> Result<(), ActError> {
    let missing = || ActError::NotInLibrary(name.to_owned());
    let (newest, of_kept) = match is_built_in(desk.store, name)? {
        true => (None, None),
        false => {
            let (kept, _) = kept(desk.store, name)?;
            (Some(kept.reference(None).ok_or_else(missing)?), kept.newest().map(|newest| newest.purpose))
        }
    };
    let mut versions = BuiltInVersions::default();
    each_event(desk, |old| {
        if only.is_some_and(|only| !only.contains(&old.event.code)) {
            return Ok(());
        }
        let mut new = old.clone();
        let (mut before, mut after) = (BTreeSet::new(), BTreeMap::new());
        let plan = &mut new.plan;
        let choices = plan.templates.iter_mut().map(|choice| (Purpose::Certificate, &mut choice.template));
        let small = plan.card_template.iter_mut().map(|card| (Purpose::Card, card));
        let small = small.chain(plan.badge_template.iter_mut().map(|badge| (Purpose::Badge, badge)));
        let all = choices.chain([(Purpose::Certificate, &mut new.event.template)]).chain(small);
        let (constants, mut fits) = (making::constants(desk, &old.event), Ok(()));
        for (purpose, template) in all.filter(|(_, template)| template.name == name) {
            // A folder's template that an event has may be called as a card of the library.
            if of_kept.is_some_and(|kept| kept != purpose) {
                continue;
            }
            let newer = match &newest {
                Some(newest) if newest.bundle == template.bundle => continue,
                Some(newest) => {
                    let bundle = desk.store.put_blob(&dressed_as(desk.store, newest, template)?.to_bundle())?;
                    TemplateRef { bundle, ..newest.clone() }
                }
                None if versions.is_other(desk.store, template)? => continue,
                None if versions.is_newest(desk.store, template)? => continue,
                None => renewed(desk.store, template)?,
            };
            if newer.bundle != template.bundle {
                // A badge shortens what is too long, and a card that cannot be drawn gives way to the plain one.
                let none = Constants::none();
                let said = if purpose.is_certificate() { &constants } else { &none };
                fits = fits.and_then(|()| faces.of(desk.store, &newer, said).map(drop));
                after.insert(newer.bundle.0.clone(), newer.clone());
                before.insert(std::mem::replace(template, newer).bundle.0);
            }
        }
        if before.is_empty() {
            return Ok(());
        }
        match fits.map_err(ActError::from) {
            Err(ActError::Store(error)) => Err(error.into()),
            fits => with(Step { old: old.clone(), new, before, after, fits }),
        }
    })
}

/// Returns the events that use an older version of a template, with what would become of each. Changes nothing.
///
/// # Errors
/// [`ActError::NotInLibrary`], or when the store fails.
pub fn would_roll_out(desk: &Desk, faces: &Faces, name: &str) -> Result<Vec<WouldRollOut>, ActError> {
    let mut found = Vec::new();
    each_older(desk, faces, name, None, |step| {
        found.push(step.would(desk.store)?);
        Ok(())
    })?;
    Ok(found)
}

impl Step {
    /// Says what would become of the event.
    fn would(&self, store: &dyn Store) -> Result<WouldRollOut, ActError> {
        let (event, title) = (self.old.event.code.clone(), self.old.event.achievement.name.clone());
        let problem = self.fits.as_ref().err().map(ToString::to_string);
        let (people, issued) = people_of(store, &event)?;
        let mut hides = BTreeSet::new();
        for newer in self.after.values() {
            let all = worn::worn(store, newer, None)?;
            hides.extend(all.into_iter().filter(|one| !one.shown).map(|one| one.name.to_owned()));
        }
        let versions = self.after.keys().cloned().collect();
        Ok(WouldRollOut { event, title, fits: problem.is_none(), versions, problem, hides, people, issued })
    }
}

/// Returns what some events are known by with what each would get and how many people it is about: who confirms them gets that or
/// nothing.
pub fn roll_out_set<'a>(would: impl IntoIterator<Item = &'a WouldRollOut>) -> String {
    let mut seal = Seal::default();
    for one in would {
        let effect = if one.fits { one.versions.join(" ") } else { String::new() };
        seal.add(one.event.as_str(), &format!("{effect} {} {}", one.people, one.issued));
    }
    seal.text()
}

/// Returns how many people are on an event's list, and how many of them have a certificate.
fn people_of(store: &dyn Store, code: &EventCode) -> Result<(u64, u64), StoreError> {
    let (mut people, mut issued, mut cursor) = (0, 0, None);
    loop {
        let page = store.participants(code, cursor.as_deref(), PAGE)?;
        let keys: Vec<_> = page.items.iter().map(|person| &person.key).collect();
        people += keys.len() as u64;
        issued += store.certificates_of(code, &keys)?.iter().flatten().count() as u64;
        cursor = page.next;
        if cursor.is_none() {
            return Ok((people, issued));
        }
    }
}

/// Gives the newest version of a template to the events that use an older one: to all, or to those named. Certificates stay
/// as they are; a run over `template_older` replaces them. An event in which it does not fit keeps what it has. What is given is what
/// `confirmed` was shown; it is asked before anything is done, if there is one.
///
/// # Errors
/// [`ActError::NotInLibrary`], when the store fails, or what `confirmed` refuses.
pub fn roll_out<E: From<ActError>>(
    desk: &Desk,
    faces: &Faces,
    name: &str,
    only: Option<&[EventCode]>,
    confirmed: Option<impl FnOnce(&[WouldRollOut]) -> Result<(), E>>,
) -> Result<Vec<RolledOut>, E> {
    let mut steps = Vec::new();
    each_older(desk, faces, name, only, |step| {
        steps.push(step);
        Ok(())
    })?;
    if let Some(confirmed) = confirmed {
        confirmed(&steps.iter().map(|step| step.would(desk.store)).collect::<Result<Vec<_>, _>>()?)?;
    }
    let given = steps.into_iter().map(|step| given(desk, name, step));
    Ok(given.collect::<Result<_, ActError>>()?)
}

/// Gives an event what is newest, if it fits and nobody has changed the event meanwhile.
fn given(desk: &Desk, name: &str, Step { old, new, before, after, fits }: Step) -> Result<RolledOut, ActError> {
    let event = old.event.code.clone();
    // One, but where events have put pictures of their own into a built-in template.
    let digests = if after.len() == 1 { json!(after.keys().next()) } else { json!(after.keys().collect::<Vec<_>>()) };
    let detail = json!({ "template": name, "before": before, "after": digests });
    match fits.and_then(|()| save(desk, &old, new, &[], "event.template", detail)) {
        Ok(_) => Ok(RolledOut { event, done: true, problem: None }),
        Err(ActError::Store(error)) if !matches!(error, StoreError::Conflict(_)) => Err(error.into()),
        Err(problem) => Ok(RolledOut { event, done: false, problem: Some(problem.to_string()) }),
    }
}

/// Returns the newest version of a built-in template with the pictures that an event has put into its own.
fn renewed(store: &dyn Store, old: &TemplateRef) -> Result<TemplateRef, ActError> {
    let unknown = || ActError::NoTemplate(old.name.clone());
    let mut new = Template::built_in(&old.name, None).map_err(|_| unknown())?;
    let opened = store.blob(&old.bundle)?.and_then(|bytes| Template::from_bundle(&bytes).ok());
    if let Some(same) = opened.as_ref().and_then(|old| new.in_language(&old.document().language)) {
        new = same;
    }
    let places = new.asset_places();
    let stays = |name: &&str| places.contains_key(*name) || worn::names().any(|worn| worn == *name);
    for name in opened.iter().flat_map(Template::asset_names).filter(stays) {
        let bytes = opened.as_ref().and_then(|opened| opened.asset(name)).unwrap_or_default().to_vec();
        new = new.with_asset(name, bytes).map_err(|error| damaged(&error))?;
    }
    Ok(TemplateRef { name: old.name.clone(), bundle: store.put_blob(&new.to_bundle())? })
}
