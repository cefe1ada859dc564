//! Where templates are used, and in which version.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{ActError, PAGE, TemplateUse, dressed_as, is_built_in, kept};
use crate::acts::{Planned, plan};
use crate::credential::EventCode;
use crate::desk::Desk;
use crate::store::{BlobId, Store, TemplateRef};
use crate::template::{Purpose, Template, builtin_versions, is_builtin_name};

/// Only for this tier, and only for this language.
type Only<'a> = (Option<&'a String>, Option<&'a String>);

/// Says where a template is used, by event.
///
/// # Errors
/// When the store fails.
pub fn uses(desk: &Desk, name: &str) -> Result<Vec<TemplateUse>, ActError> {
    let newest = match kept(desk.store, name) {
        Ok((kept, _)) => kept.reference(None),
        Err(ActError::NotInLibrary(_)) if is_builtin_name(name) => None,
        Err(other) => return Err(other),
    };
    let mut versions = BuiltInVersions::default();
    let mut found = Vec::new();
    each_event(desk, |planned| {
        let mut one =
            |small: Option<Purpose>, (tier, language): Only<'_>, template: &TemplateRef| -> Result<(), ActError> {
                if template.name == name && !(newest.is_none() && versions.is_other(desk.store, template)?) {
                    found.push(TemplateUse {
                        event: planned.event.code.clone(),
                        tier: tier.cloned(),
                        language: language.cloned(),
                        small: small.map(Purpose::word),
                        digest: template.bundle.0.clone(),
                        newest: match &newest {
                            Some(newest) => {
                                newest.bundle == template.bundle
                                    || dressed_as(desk.store, newest, template)?.digest() == template.bundle.0
                            }
                            None => versions.is_newest(desk.store, template)?,
                        },
                    });
                }
                Ok(())
            };
        one(None, (None, None), &planned.event.template)?;
        for choice in &planned.plan.templates {
            one(None, (choice.tier.as_ref(), choice.language.as_ref()), &choice.template)?;
        }
        for (purpose, template) in planned.plan.small() {
            one(Some(purpose), (None, None), template)?;
        }
        Ok(())
    })?;
    Ok(found)
}

/// Which versions of built-in templates events have, each bundle looked into once: pictures of an event's own may be in it.
#[derive(Default)]
pub(super) struct BuiltInVersions(HashMap<BlobId, Option<u32>>);

impl BuiltInVersions {
    pub(super) fn is_newest(&mut self, store: &dyn Store, template: &TemplateRef) -> Result<bool, ActError> {
        let version = self.version(store, template)?;
        Ok(version.is_some_and(|version| version == *builtin_versions(&template.name).end()))
    }

    /// Says whether what is called like a built-in template is another one: that of a folder, say, which was called so before there was
    /// the built-in one. Nothing of the program takes its place.
    pub(super) fn is_other(&mut self, store: &dyn Store, template: &TemplateRef) -> Result<bool, ActError> {
        Ok(is_builtin_name(&template.name) && self.version(store, template)?.is_none())
    }

    fn version(&mut self, store: &dyn Store, template: &TemplateRef) -> Result<Option<u32>, ActError> {
        if let Some(known) = self.0.get(&template.bundle) {
            return Ok(*known);
        }
        let version = built_in_version(store, template)?;
        self.0.insert(template.bundle.clone(), version);
        Ok(version)
    }
}

/// Returns which version of a built-in template an event has; none if it is none, or another template of that name.
///
/// # Errors
/// When the store fails.
pub fn built_in_version(store: &dyn Store, template: &TemplateRef) -> Result<Option<u32>, ActError> {
    if builtin_versions(&template.name).is_empty() {
        return Ok(None);
    }
    let bytes = store.blob(&template.bundle)?;
    let opened = bytes.and_then(|bytes| Template::from_bundle(&bytes).ok());
    Ok(opened.and_then(|opened| opened.built_in_version(&template.name)))
}

/// Goes through all events.
pub(super) fn each_event(desk: &Desk, mut with: impl FnMut(&Planned) -> Result<(), ActError>) -> Result<(), ActError> {
    let mut cursor = None;
    loop {
        let page = desk.store.events(cursor.as_deref(), PAGE)?;
        for event in page.items {
            let (plan, revision) = plan(desk.store, &event.code)?;
            with(&Planned { event, plan, revision })?;
        }
        cursor = page.next;
        if cursor.is_none() {
            return Ok(());
        }
    }
}

/// Returns which events use each template, by its name.
///
/// # Errors
/// When the store fails.
pub fn all_uses(desk: &Desk) -> Result<BTreeMap<String, BTreeSet<EventCode>>, ActError> {
    let mut all: BTreeMap<String, BTreeSet<EventCode>> = BTreeMap::new();
    let (mut versions, mut built_in) = (BuiltInVersions::default(), BTreeMap::new());
    each_event(desk, |planned| {
        let chosen = planned.plan.templates.iter().map(|choice| &choice.template);
        let small = planned.plan.small().map(|(_, template)| template);
        for template in
            chosen.chain([&planned.event.template]).chain(small).filter(|template| !template.bundle.0.is_empty())
        {
            let name = &template.name;
            if !built_in.contains_key(name) {
                built_in.insert(name.clone(), is_built_in(desk.store, name)?);
            }
            if built_in[name] && versions.is_other(desk.store, template)? {
                continue;
            }
            all.entry(template.name.clone()).or_default().insert(planned.event.code.clone());
        }
        Ok(())
    })?;
    Ok(all)
}
