//! `testamur event update`: an event's new face. Certificates that were issued keep theirs.

use std::process::ExitCode;

use super::event::{self, Update};
use super::output::{self, Failure};
use super::workspace::Workspace;
use crate::acts;
use crate::desk::Desk;
use crate::making::Faces;
use crate::store::{BlobId, Event, StoreError, TemplateRef};
use crate::template::Template;

/// Pictures that an event puts into its template: `logo`, and one beside each name that signs.
const SIGNATURES: [&str; 3] = ["signature_1", "signature_2", "signature_3"];
const LOGO: &str = "logo";

pub(super) fn update(workspace: &Workspace, args: Update) -> Result<ExitCode, Failure> {
    let (desk, faces) = (workspace.desk(), workspace.faces()?);
    workspace.event(&args.code)?;
    let old = acts::planned(&desk, &args.code)?;
    let kept = looks(&desk, &faces, &old.event.template, &args)?;
    let details = acts::Details { kept, ..event::stated(args.title, args.details) };
    let new = acts::changed(desk.store, &old, &details).map_err(event::explain)?;
    let changed = changed(&old.event, &new.event);
    if changed.is_empty() {
        output::line(format!("nothing of event {} changes", old.event.code));
        return Ok(ExitCode::SUCCESS);
    }
    acts::update(&desk, &faces, &old, &details).map_err(event::explain)?;
    output::line(format!("event {} is changed: {}", old.event.code, changed.join(", ")));
    if !desk.store.certificates(Some(&old.event.code), None, 1)?.items.is_empty() {
        output::note("note: issued certificates keep what they say; `testamur regenerate NUMBER` makes one anew");
    }
    Ok(ExitCode::SUCCESS)
}

/// Keeps the template with the pictures that it is to have; nothing, if it stays as it is.
fn looks(desk: &Desk, faces: &Faces, before: &TemplateRef, args: &Update) -> Result<Option<TemplateRef>, Failure> {
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
        (Some(name), _) => super::template::load(name)?,
        (None, Some(old)) => old.clone(),
        (None, None) => {
            return Err(Failure::new("the event has no template yet").hint("choose one with --template"));
        }
    };
    if signs_anew {
        template = SIGNATURES.iter().fold(template, |template, name| template.without_asset(name));
    }
    // Another template shows the same logo, and the same signatures beside the same names.
    for name in [LOGO].into_iter().chain(SIGNATURES) {
        if signs_anew && name != LOGO {
            continue;
        }
        if let (None, Some(bytes)) = (template.asset(name), old.as_ref().and_then(|old| old.asset(name))) {
            template = template.with_asset(name, bytes.to_vec())?;
        }
    }
    let name = args.template.as_deref().map_or_else(|| before.name.clone(), event::template_name);
    Ok(Some(TemplateRef { name, bundle: event::keep(desk, faces.fonts(), template, pictures)? }))
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
        ("credits", old.extras.credits != new.extras.credits),
        ("results", old.publish_results != new.publish_results),
        ("signatories", old.constants != new.constants),
        ("template", old.template != new.template),
    ];
    parts.into_iter().filter_map(|(part, differs)| differs.then_some(part)).collect()
}
