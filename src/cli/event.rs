//! `testamur event`: what certificates are issued for.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::json;

use super::output::{self, Explain, Failure};
use super::workspace::Workspace;
use super::{Global, time};
use crate::credential::{Achievement, EventCode, Extras, Timestamp};
use crate::issuance::{self, Desk, ExpiresAfter};
use crate::store::{Event, Fields, Store, TemplateRef};
use crate::template::FontLibrary;

/// Most people who sign.
const SIGNATORIES: usize = 3;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Create an event
    Create(Box<Create>),
    /// List events
    List {
        /// Print one JSON object a line
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, clap::Args)]
pub(super) struct Create {
    /// Code used in certificate numbers: 1 to 24 of A-Z and 0-9
    code: EventCode,
    /// Title as printed and signed
    #[arg(long)]
    title: String,
    /// Built-in template name, or a folder or file
    #[arg(long, value_name = "T")]
    template: String,
    /// First day
    #[arg(long, value_name = "D", value_parser = time::date)]
    starts: Option<Timestamp>,
    /// Last day
    #[arg(long, value_name = "D", value_parser = time::date)]
    ends: Option<Timestamp>,
    /// What it was about [default: the title]
    #[arg(long)]
    description: Option<String>,
    /// What had to be done for a certificate
    #[arg(long, default_value = "Completed all required parts.")]
    criteria: String,
    /// How long certificates are valid, as 2y, 18mo, 6w or 90d [default: for ever]
    #[arg(long, value_name = "LENGTH")]
    expires_after: Option<ExpiresAfter>,
    /// Credits earned by everybody; a column `credits` overrides it
    #[arg(long)]
    credits: Option<f64>,
    /// Who signs, up to three times: name, title and a picture of the signature, as "Jane Doe; Director; jane.png"
    #[arg(long, value_name = "NAME; TITLE[; PNG]", value_parser = signatory)]
    signatory: Vec<Signatory>,
    /// Logo for templates that have a place for one: PNG, JPEG or SVG
    #[arg(long, value_name = "FILE")]
    logo: Option<PathBuf>,
    /// Kind of achievement, a term of Open Badges 3.0
    #[arg(long, default_value = "Certificate")]
    achievement_type: String,
}

pub(super) fn run(global: &Global, command: Command) -> Result<ExitCode, Failure> {
    let workspace = Workspace::open(global)?;
    match command {
        Command::Create(args) => create(&workspace, *args),
        Command::List { json } => list(&workspace, json),
    }
}

fn create(workspace: &Workspace, args: Create) -> Result<ExitCode, Failure> {
    if let (Some(starts), Some(ends)) = (args.starts, args.ends)
        && ends < starts
    {
        return Err(Failure::usage("the event ends before it starts"));
    }
    let desk = workspace.desk();
    let faces = workspace.faces()?;
    let (constants, pictures) = looks(&args)?;
    let event = Event {
        achievement: Achievement {
            path: format!("a/{}", args.code),
            name: args.title.trim().to_owned(),
            description: args.description.unwrap_or_else(|| args.title.clone()).trim().to_owned(),
            criteria: args.criteria.trim().to_owned(),
            achievement_type: args.achievement_type,
        },
        code: args.code,
        starts: args.starts,
        ends: args.ends,
        expires_after: args.expires_after.map(|length| length.to_string()),
        template: keep_template(&desk, faces.fonts(), &args.template, pictures)?,
        extras: Extras { credits: args.credits, ..Extras::default() },
        constants,
        created: desk.now,
    };
    if event.achievement.name.is_empty() {
        return Err(Failure::usage("the title is empty"));
    }
    // A title that does not fit is found now, not when people wait for their certificates.
    faces
        .of(desk.store, &event.template, &issuance::constants(&desk, &event))
        .doing("lay out this event's certificates")
        .hint("shorten the text that is named, or change the template; no event was created")?;
    add(&desk, &event)?;
    output::line(format!("event {} is ready, with template {}", event.code, event.template.name));
    output::line(format!("next: testamur import {} people.csv", event.code));
    Ok(ExitCode::SUCCESS)
}

/// Somebody who signs certificates.
#[derive(Debug, Clone)]
struct Signatory {
    name: String,
    title: String,
    picture: Option<PathBuf>,
}

fn signatory(text: &str) -> Result<Signatory, String> {
    let parts: Vec<&str> = text.split(';').map(str::trim).collect();
    match parts[..] {
        [name, title] | [name, title, ""] if !name.is_empty() => {
            Ok(Signatory { name: name.to_owned(), title: title.to_owned(), picture: None })
        }
        [name, title, picture] if !name.is_empty() => {
            Ok(Signatory { name: name.to_owned(), title: title.to_owned(), picture: Some(picture.into()) })
        }
        _ => Err(format!("`{text}` is not of the form \"Name; Title\" or \"Name; Title; picture.png\"")),
    }
}

/// Placeholders and pictures that all certificates of an event share.
type Looks = (Fields, Vec<(String, Vec<u8>)>);

fn looks(args: &Create) -> Result<Looks, Failure> {
    if args.signatory.len() > SIGNATORIES {
        return Err(Failure::usage(format!("at most {SIGNATORIES} people can sign")));
    }
    let (mut constants, mut pictures) = Looks::default();
    let read = |path: &Path| std::fs::read(path).doing(format!("read the picture {}", path.display()));
    if let Some(logo) = &args.logo {
        pictures.push(("logo".to_owned(), read(logo)?));
    }
    for (n, signatory) in (1..).zip(&args.signatory) {
        constants.insert(format!("signatory_{n}_name"), signatory.name.clone());
        constants.insert(format!("signatory_{n}_title"), signatory.title.clone());
        if let Some(path) = &signatory.picture {
            pictures.push((format!("signature_{n}"), read(path)?));
        }
    }
    Ok((constants, pictures))
}

/// Puts a new event into the store.
pub(super) fn add(desk: &Desk, event: &Event) -> Result<(), Failure> {
    let act = desk.act("event.create", &event.code, json!({ "template": event.template.bundle }));
    desk.store.put_event(None, event, &act).map_err(|error| match error {
        crate::store::StoreError::Conflict(_) => {
            Failure::new(format!("event `{}` exists already", event.code)).hint("choose another code")
        }
        other => other.into(),
    })
}

/// Checks a template, compiles it once, and keeps this version of it in the store.
pub(super) fn keep_template(
    desk: &Desk,
    fonts: &FontLibrary,
    name_or_path: &str,
    pictures: Vec<(String, Vec<u8>)>,
) -> Result<TemplateRef, Failure> {
    let mut template = super::template::load(name_or_path)?;
    for (name, bytes) in pictures {
        template = template.with_asset(&name, bytes).hint("use a PNG, JPEG or SVG picture of at most 5 MB")?;
    }
    super::template::refuse_errors(&template, fonts)?;
    let bundle = desk.store.put_blob(&template.to_bundle())?;
    Ok(TemplateRef { name: template_name(name_or_path), bundle })
}

fn template_name(name_or_path: &str) -> String {
    Path::new(name_or_path).file_stem().map_or(name_or_path.to_owned(), |stem| stem.to_string_lossy().into_owned())
}

fn list(workspace: &Workspace, as_json: bool) -> Result<ExitCode, Failure> {
    let mut rows = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let page = workspace.store.events(cursor.as_deref(), 500)?;
        for event in page.items {
            if as_json {
                output::json(&event);
            } else {
                let day = |t: Option<Timestamp>| t.map_or_else(|| "-".to_owned(), |t| t.to_string()[..10].to_owned());
                rows.push(vec![
                    event.code.to_string(),
                    event.achievement.name.clone(),
                    day(event.starts),
                    day(event.ends),
                    event.template.name.clone(),
                ]);
            }
        }
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    if !as_json {
        output::table(&["CODE", "TITLE", "STARTS", "ENDS", "TEMPLATE"], &rows);
    }
    Ok(ExitCode::SUCCESS)
}
