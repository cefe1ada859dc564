//! `testamur event update`: an event's new face. Certificates that were issued keep theirs.

use std::process::ExitCode;

use serde_json::json;

use super::event::{self, Details, Update};
use super::output::{self, Failure};
use super::workspace::Workspace;
use crate::issuance::{Desk, Faces};
use crate::store::{BlobId, Event, StoreError, TemplateRef};
use crate::template::Template;

/// Pictures that an event puts into its template: `logo`, and one beside each name that signs.
const SIGNATURES: [&str; 3] = ["signature_1", "signature_2", "signature_3"];
const LOGO: &str = "logo";

pub(super) fn update(workspace: &Workspace, args: Update) -> Result<ExitCode, Failure> {
    let old = workspace.event(&args.code)?;
    let (desk, faces) = (workspace.desk(), workspace.faces()?);
    let mut new = old.clone();
    looks(&desk, &faces, &mut new, &args)?;
    words(&mut new, args.title, args.details);
    let changed = changed(&old, &new);
    if changed.is_empty() {
        output::line(format!("nothing of event {} changes", old.code));
        return Ok(ExitCode::SUCCESS);
    }
    event::check(&desk, &faces, &new)?;
    let act = desk.act("event.update", &old.code, json!({ "changed": changed, "template": new.template.bundle }));
    desk.store.put_event(Some(&old), &new, &act).map_err(|error| match error {
        StoreError::Conflict(_) => Failure::from(error).hint("run the command again; nothing was changed"),
        other => other.into(),
    })?;
    output::line(format!("event {} is changed: {}", old.code, changed.join(", ")));
    if !desk.store.certificates(Some(&old.code), None, 1)?.items.is_empty() {
        output::note("note: issued certificates keep what they say; `testamur regenerate NUMBER` makes one anew");
    }
    Ok(ExitCode::SUCCESS)
}

/// Template, pictures and names that sign.
fn looks(desk: &Desk, faces: &Faces, new: &mut Event, args: &Update) -> Result<(), Failure> {
    let (constants, pictures) = event::looks(&args.details)?;
    let signs_anew = !args.details.signatory.is_empty();
    if signs_anew {
        new.constants.retain(|name, _| !name.starts_with("signatory_"));
        new.constants.extend(constants);
    }
    if args.template.is_none() && !signs_anew && pictures.is_empty() {
        return Ok(());
    }
    let old = kept(desk, &new.template.bundle)?;
    let mut template = match &args.template {
        None => old.clone(),
        Some(name) => super::template::load(name)?,
    };
    if signs_anew {
        template = SIGNATURES.iter().fold(template, |template, name| template.without_asset(name));
    }
    // Another template shows the same logo, and the same signatures beside the same names.
    for name in [LOGO].into_iter().chain(SIGNATURES) {
        if signs_anew && name != LOGO {
            continue;
        }
        if let (None, Some(bytes)) = (template.asset(name), old.asset(name)) {
            template = template.with_asset(name, bytes.to_vec())?;
        }
    }
    let name = args.template.as_deref().map_or_else(|| new.template.name.clone(), event::template_name);
    new.template = TemplateRef { name, bundle: event::keep(desk, faces.fonts(), template, pictures)? };
    Ok(())
}

fn kept(desk: &Desk, bundle: &BlobId) -> Result<Template, Failure> {
    let bytes = desk.store.blob(bundle)?.ok_or_else(|| StoreError::NotFound(bundle.to_string()))?;
    Ok(Template::from_bundle(&bytes)?)
}

fn words(new: &mut Event, title: Option<String>, details: Details) {
    let achievement = &mut new.achievement;
    let set = |place: &mut String, text: Option<String>| {
        if let Some(text) = text {
            text.trim().clone_into(place);
        }
    };
    // A description that was only the title follows it.
    let follows = achievement.description == achievement.name;
    set(&mut achievement.description, details.description.or_else(|| title.clone().filter(|_| follows)));
    set(&mut achievement.name, title);
    set(&mut achievement.criteria, details.criteria);
    set(&mut achievement.achievement_type, details.achievement_type);
    new.starts = details.starts.or(new.starts);
    new.ends = details.ends.or(new.ends);
    if let Some(length) = details.expires_after {
        new.expires_after = length.0.map(|length| length.to_string());
    }
    new.extras.credits = details.credits.or(new.extras.credits);
    new.publish_results = details.publish_results.or(new.publish_results);
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
        ("credits", old.extras.credits != new.extras.credits),
        ("results", old.publish_results != new.publish_results),
        ("signatories", old.constants != new.constants),
        ("template", old.template != new.template),
    ];
    parts.into_iter().filter_map(|(part, differs)| differs.then_some(part)).collect()
}
