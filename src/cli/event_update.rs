//! `testamur event update`: an event's new face. Certificates that were issued keep theirs.

use std::path::Path;
use std::process::ExitCode;

use super::event::{self, Update};
use super::output::{self, Failure};
use super::workspace::Workspace;
use crate::acts;
use crate::acts::Planned;
use crate::acts::templates::{LOGO, SIGNATURES, dressed, taken_along, words_of};
use crate::desk::Desk;
use crate::making::Faces;
use crate::store::{BlobId, Event, StoreError, TemplateRef};
use crate::template::{Template, is_builtin_name, path_goes_first};

pub(super) fn update(workspace: &Workspace, args: Update) -> Result<ExitCode, Failure> {
    let (desk, faces) = (workspace.desk(), workspace.faces()?);
    workspace.event(&args.code)?;
    let old = acts::planned(&desk, &args.code)?;
    let kept = looks(&desk, &faces, &old, &args)?;
    let small = event::small(&desk, faces.fonts(), &args.details)?;
    let details = acts::Details { kept, ..event::stated(args.title, args.details, small) };
    let new = acts::changed(desk.store, &old, &details).map_err(event::explain)?;
    let mut changed = changed(&old.event, &new.event);
    if old.plan.public_pages != new.plan.public_pages {
        changed.push("public pages");
    }
    if old.plan.card_template != new.plan.card_template {
        changed.push("card");
    }
    if old.plan.badge_template != new.plan.badge_template {
        changed.push("badge");
    }
    if old.plan.language != new.plan.language {
        changed.push("language");
    }
    let rule = args.rule.filter(|rule| old.plan.rule.as_ref() != Some(rule));
    if changed.is_empty() && rule.is_none() {
        output::line(format!("nothing of event {} changes", old.event.code));
        return Ok(ExitCode::SUCCESS);
    }
    let mut now = old.clone();
    if !changed.is_empty() {
        now = acts::update(&desk, &faces, &old, &details).map_err(event::explain)?;
    }
    if let Some(rule) = rule {
        let tiers = now.plan.tiers.clone();
        acts::set_rule(&desk, &faces, &now, Some(rule), tiers).map_err(event::explain)?;
        changed.push("rule");
    }
    output::line(format!("event {} is changed: {}", old.event.code, changed.join(", ")));
    if !desk.store.certificates(Some(&old.event.code), None, 1)?.items.is_empty() {
        output::note("note: issued certificates keep what they say; `testamur regenerate NUMBER` makes one anew");
    }
    Ok(ExitCode::SUCCESS)
}

/// Keeps the template with the pictures that it is to have; nothing, if it stays as it is.
fn looks(desk: &Desk, faces: &Faces, planned: &Planned, args: &Update) -> Result<Option<TemplateRef>, Failure> {
    let (before, spoken) = (&planned.event.template, planned.plan.language.as_deref());
    let wanted = args.details.language.as_deref().or(spoken);
    let pictures = event::pictures(&args.details)?;
    let signs_anew = !args.details.signatory.is_empty();
    if args.template.is_none() && !signs_anew && pictures.is_empty() {
        return Ok(None);
    }
    let old = match before.bundle.0.is_empty() {
        true => None,
        false => Some(kept(desk, &before.bundle)?),
    };
    let mut template = match (&args.template, &old) {
        (Some(name), _) => event::spoken(super::template::load(name)?, name, wanted),
        (None, Some(old)) => {
            let from = words_of(spoken, &planned.event.achievement.criteria);
            taken_along(old, from, wanted).unwrap_or_else(|| old.clone())
        }
        (None, None) => {
            return Err(Failure::new("the event has no template yet").hint("choose one with --template"));
        }
    };
    if signs_anew {
        template = SIGNATURES.iter().fold(template, |template, name| template.without_asset(name));
    }
    let stay = if signs_anew { vec![LOGO] } else { [[LOGO].as_slice(), SIGNATURES.as_slice()].concat() };
    if let Some(old) = &old {
        template = dressed(template, old, &stay)?;
    }
    let name = args.template.as_deref().map_or_else(|| before.name.clone(), event::template_name);
    Ok(Some(TemplateRef { name, bundle: event::keep(desk, faces.fonts(), (template, old.as_ref()), pictures)? }))
}

/// Returns the template that somebody names for certificates of an event: a built-in one, one of the library, the digest of a
/// kept one, or a folder or file, with the event's own pictures. Names go before paths, but where [`path_goes_first`].
pub(super) fn named(desk: &Desk, faces: &Faces, event: &Event, name: &str) -> Result<TemplateRef, Failure> {
    if !path_goes_first(name) && (!Path::new(name).exists() || is_builtin_name(name)) {
        return acts::templates::for_event(desk, faces, event, name).map_err(|error| match error {
            acts::ActError::NoTemplate(_) => Failure::from(error).hint(
                "pass a built-in name (`testamur template list`), one of the library, or a folder with template.json",
            ),
            error => event::explain(error),
        });
    }
    let mut template = super::template::load(name)?;
    let old = match event.template.bundle.0.is_empty() {
        true => None,
        false => Some(kept(desk, &event.template.bundle)?),
    };
    if let Some(old) = &old {
        template = dressed(template, old, &[[LOGO].as_slice(), &SIGNATURES].concat())?;
    }
    let kept = TemplateRef {
        name: event::template_name(name),
        bundle: event::keep(desk, faces.fonts(), (template, old.as_ref()), Vec::new())?,
    };
    acts::templates::fits(desk, faces, event, kept).map_err(event::explain)
}

fn kept(desk: &Desk, bundle: &BlobId) -> Result<Template, Failure> {
    let bytes = desk.store.blob(bundle)?.ok_or_else(|| StoreError::NotFound(bundle.to_string()))?;
    Ok(Template::from_bundle(&bytes)?)
}

/// Names what differs, for people and for the audit log.
fn changed(old: &Event, new: &Event) -> Vec<&'static str> {
    let (was, is) = (&old.achievement, &new.achievement);
    let parts = [
        ("title", was.name != is.name),
        ("description", was.description != is.description),
        ("criteria", was.criteria != is.criteria),
        ("kind", was.achievement_type != is.achievement_type),
        ("first day", old.starts != new.starts),
        ("last day", old.ends != new.ends),
        ("validity", old.expires_after != new.expires_after),
        ("time zone", old.zone != new.zone),
        ("credits", old.extras.credits != new.extras.credits),
        ("results", old.publish_results != new.publish_results),
        ("signatories", old.constants != new.constants),
        ("template", old.template != new.template),
    ];
    parts.into_iter().filter_map(|(part, differs)| differs.then_some(part)).collect()
}
