//! `testamur event`: what certificates are issued for.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::json;

use super::output::{self, Explain, Failure};
use super::workspace::{UNSURE, Workspace};
use super::{Global, badge, time};
use crate::acts::{self, ActError};
use crate::credential::{EventCode, Timestamp};
use crate::desk::Desk;
use crate::eligibility::{Rule, Session};
use crate::import::checked_text;
use crate::making::{ExpiresAfter, ValidityError};
use crate::store::{BlobId, Event, Page, StoreError, TemplateRef};
use crate::template::{FontLibrary, Template, is_builtin_name, path_goes_first};

/// How many records are read at once.
const PAGE: usize = 500;
/// Most people who sign.
const SIGNATORIES: usize = 6;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Create an event
    Create(Box<Create>),
    /// Change an event; what was issued keeps what it says
    Update(Box<Update>),
    /// Show an event
    Show {
        /// The event
        code: EventCode,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Write the badge of an event, as a PNG or an SVG, or give it one of its own
    Badge(badge::Args),
    /// Archive an event: it is listed no more and takes nothing new; what was issued stays as it is
    Archive {
        /// The event
        code: EventCode,
    },
    /// Bring an archived event back
    Unarchive {
        /// The event
        code: EventCode,
    },
    /// Remove an event in which nothing was issued, with its people, exceptions and imports
    Remove {
        /// The event
        code: EventCode,
    },
    /// List events that are not archived
    List {
        /// Those that are
        #[arg(long)]
        archived: bool,
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
    #[arg(long, value_parser = line)]
    title: String,
    /// Built-in template name, as classic or classic.de, or a folder or file
    #[arg(long, value_name = "T")]
    template: String,
    /// Who gets a certificate: everybody in the list, or another rule as JSON (schemas/rule.json)
    #[arg(long, value_name = "RULE", value_parser = rule, default_value = "everybody")]
    rule: Rule,
    #[command(flatten)]
    details: Details,
}

#[derive(Debug, clap::Args)]
pub(super) struct Update {
    /// The event
    pub(super) code: EventCode,
    /// Title as printed and signed
    #[arg(long, value_parser = line)]
    pub(super) title: Option<String>,
    /// Built-in template name, as classic or classic.de, or a folder or file
    #[arg(long, value_name = "T")]
    pub(super) template: Option<String>,
    /// Who gets a certificate from now on: everybody in the list, or another rule as JSON (schemas/rule.json)
    #[arg(long, value_name = "RULE", value_parser = rule)]
    pub(super) rule: Option<Rule>,
    #[command(flatten)]
    pub(super) details: Details,
}

/// What an event need not say.
#[derive(Debug, clap::Args)]
pub(super) struct Details {
    /// First day
    #[arg(long, value_name = "D", value_parser = time::date)]
    pub(super) starts: Option<Timestamp>,
    /// Last day
    #[arg(long, value_name = "D", value_parser = time::date)]
    pub(super) ends: Option<Timestamp>,
    /// What it was about [default: the title]
    #[arg(long, value_parser = lines)]
    pub(super) description: Option<String>,
    /// What had to be done for a certificate [default: Completed all required parts.]
    #[arg(long, value_parser = lines)]
    pub(super) criteria: Option<String>,
    /// How long certificates are valid, counted from their day of issue, as 2y, 18mo, 6w or 90d, or never to end [default:
    /// never]; a certificate made anew keeps its day of issue
    #[arg(long, value_name = "LENGTH", value_parser = validity)]
    pub(super) expires_after: Option<Validity>,
    /// Where days begin and end, as Europe/Berlin: the printed day of issue and the end of the last day [default: time_zone of
    /// testamur.toml, else UTC]
    #[arg(long, value_name = "ZONE")]
    pub(super) time_zone: Option<String>,
    /// Language of the event, as de or pt-BR: of the words of a built-in template (ar, de, en, es, fr, hi, zh), and, for people of
    /// whom none is said, of the template of their certificates, where the event has one for it, and of mails [default: that of the
    /// template]
    #[arg(long, value_name = "TAG")]
    pub(super) language: Option<String>,
    /// Credits earned by everybody; a column `credits` overrides it
    #[arg(long, value_parser = credits)]
    pub(super) credits: Option<f64>,
    /// Who signs, up to six times: name, title and a picture of the signature, as "Jane Doe; Director; jane.png"
    #[arg(long, value_name = "NAME; TITLE[; PNG]", value_parser = signatory)]
    pub(super) signatory: Vec<Signatory>,
    /// Logo for templates that have a place for one: PNG, JPEG or SVG
    #[arg(long, value_name = "FILE")]
    pub(super) logo: Option<PathBuf>,
    /// Template of the cards beside shared links: card, card-name, one of the library, or a folder or file; none: as the program draws
    /// them by itself
    #[arg(long, value_name = "T")]
    pub(super) card_template: Option<String>,
    /// Template of the badge: badge, one of the library, or a folder or file; none: as the program draws it by itself
    #[arg(long, value_name = "T")]
    pub(super) badge_template: Option<String>,
    /// Kind of achievement, a term of Open Badges 3.0 [default: Certificate]
    #[arg(long, value_parser = line)]
    pub(super) achievement_type: Option<String>,
    /// Confirm that everybody may read the results (=no: not): a column of scores, grades or remarks is signed only then
    #[arg(
        long, value_name = "ANSWER", value_parser = yes_or_no, num_args = 0..=1, require_equals = true,
        default_missing_value = "yes"
    )]
    pub(super) publish_results: Option<bool>,
    /// Give certificates public pages unless their holders hide them (=no: hidden until their holders show them)
    #[arg(
        long, value_name = "ANSWER", value_parser = yes_or_no, num_args = 0..=1, require_equals = true,
        default_missing_value = "yes"
    )]
    pub(super) public_pages: Option<bool>,
}

/// How long certificates are valid; nothing: for ever.
#[derive(Debug, Clone, Copy)]
pub(super) struct Validity(pub(super) Option<ExpiresAfter>);

fn validity(text: &str) -> Result<Validity, String> {
    match text {
        "never" => Ok(Validity(None)),
        _ => text.parse().map(|length| Validity(Some(length))).map_err(|e: ValidityError| e.to_string()),
    }
}

/// Rules as they can be written here.
const RULES: &str = r#"everybody, passed, or '{"attendance": {"percent": 80}}'; schemas/rule.json has them all"#;

/// Reads a rule: a word such as `everybody` or `passed`, or JSON.
fn rule(text: &str) -> Result<Rule, String> {
    let text = text.trim();
    let value = match text.starts_with(['{', '"']) {
        true => serde_json::from_str(text).map_err(|error| format!("not JSON: {error}"))?,
        false => json!(text),
    };
    Rule::read(&value).map_err(|error| format!("{error}; write it as {RULES}"))
}

pub(super) fn yes_or_no(text: &str) -> Result<bool, String> {
    match text {
        "yes" | "true" => Ok(true),
        "no" | "false" => Ok(false),
        _ => Err("neither yes nor no".to_owned()),
    }
}

/// A text that is printed and signed holds the letters of names only.
pub(super) fn line(text: &str) -> Result<String, String> {
    checked_text(text, false).map_err(|problem| format!("the text {problem}"))
}

fn lines(text: &str) -> Result<String, String> {
    checked_text(text, true).map_err(|problem| format!("the text {problem}"))
}

/// As a column `credits` is read; `NaN` and `inf` are no credits.
fn credits(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number| (0.0..=1e6).contains(number));
    number.ok_or_else(|| "not a number between 0 and 1,000,000".to_owned())
}

pub(super) fn run(global: &Global, command: Command) -> Result<ExitCode, Failure> {
    let workspace = match &command {
        Command::Badge(args) if args.changes() => Workspace::open(global)?,
        Command::Show { .. } | Command::List { .. } | Command::Badge(_) => Workspace::open_to_read(global)?,
        _ => Workspace::open(global)?,
    };
    match command {
        Command::Create(args) => create(&workspace, *args),
        Command::Update(args) => super::event_update::update(&workspace, *args),
        Command::Show { code, json } => show(&workspace, &code, json),
        Command::List { archived, json } => list(&workspace, archived, json),
        Command::Badge(args) => badge::run(&workspace, &args),
        Command::Archive { code } => set_archived(&workspace, &code, true),
        Command::Unarchive { code } => set_archived(&workspace, &code, false),
        Command::Remove { code } => remove(&workspace, &code),
    }
}

fn create(workspace: &Workspace, args: Create) -> Result<ExitCode, Failure> {
    let Create { code, title, template, rule, details } = args;
    let desk = workspace.desk();
    let faces = workspace.faces()?;
    let spoken = details.language.as_deref();
    let kept = keep_template(&desk, faces.fonts(), (&template, spoken), pictures(&details)?)?;
    let small = small(&desk, faces.fonts(), &details)?;
    let details = acts::Details { kept: Some(kept), ..stated(Some(title), details, small) };
    let made = acts::create(&desk, &faces, code, &details, Some(rule)).map_err(explain)?;
    output::line(format!("event {} is ready, with template {}", made.event.code, made.event.template.name));
    output::line(format!("next: testamur import {} people.csv", made.event.code));
    Ok(ExitCode::SUCCESS)
}

/// Returns how acts are told the templates of an event's card and badge: by name, and those of a folder or file by their digest.
pub(super) fn small(desk: &Desk, fonts: &FontLibrary, args: &Details) -> Result<[Option<String>; 2], Failure> {
    let of = |said: &Option<String>| -> Result<Option<String>, Failure> {
        match said.as_deref() {
            None => Ok(None),
            Some("none") => Ok(Some(String::new())),
            Some(name) if !path_goes_first(name) && !Path::new(name).exists() => Ok(Some(name.to_owned())),
            Some(name) if !path_goes_first(name) && is_builtin_name(name) => Ok(Some(name.to_owned())),
            Some(path) => Ok(Some(keep(desk, fonts, (super::template::load(path)?, None), Vec::new())?.0)),
        }
    };
    Ok([of(&args.card_template)?, of(&args.badge_template)?])
}

/// Returns what an event is to say, as every door says it; the template aside.
pub(super) fn stated(
    title: Option<String>,
    args: Details,
    [card_template, badge_template]: [Option<String>; 2],
) -> acts::Details {
    let signatories = args.signatory.into_iter().map(|Signatory { name, title, .. }| acts::Signatory { name, title });
    let signatories: Vec<_> = signatories.collect();
    acts::Details {
        title,
        description: args.description,
        criteria: args.criteria,
        achievement_type: args.achievement_type,
        starts: args.starts,
        ends: args.ends,
        expires_after: args.expires_after.map(|length| length.0.map_or_else(String::new, |length| length.to_string())),
        time_zone: args.time_zone,
        language: args.language,
        credits: args.credits,
        signatories: Some(signatories).filter(|signatories| !signatories.is_empty()),
        publish_results: args.publish_results,
        public_pages: args.public_pages,
        card_template,
        badge_template,
        ..acts::Details::default()
    }
}

/// Says what to do where an event is not made or changed.
pub(super) fn explain(error: ActError) -> Failure {
    let error = match error {
        ActError::Invalid { .. } => return Failure::usage(error).hint("nothing was changed"),
        ActError::Face(ref cause) => {
            let hint = format!("{}; nothing was changed", acts::templates::hint(cause));
            return Failure::new("cannot lay out this event's certificates").because(error).hint(hint);
        }
        error => error,
    };
    let hint = match &error {
        ActError::EventExists(_) => "choose another code",
        ActError::Store(StoreError::Conflict(_)) => "run the command again; nothing was changed",
        ActError::Store(StoreError::Io(_)) => UNSURE,
        _ => "nothing was changed",
    };
    Failure::from(error).hint(hint)
}

/// Somebody who signs certificates.
#[derive(Debug, Clone)]
pub(super) struct Signatory {
    name: String,
    title: String,
    picture: Option<PathBuf>,
}

fn signatory(text: &str) -> Result<Signatory, String> {
    line(text)?;
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

/// Returns the pictures that all certificates of an event share, by the names that templates have for them.
pub(super) fn pictures(args: &Details) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    if args.signatory.len() > SIGNATORIES {
        return Err(Failure::usage(format!("at most {SIGNATORIES} people can sign")));
    }
    let mut pictures = Vec::new();
    let read = |path: &Path| std::fs::read(path).doing(format!("read the picture {}", path.display()));
    if let Some(logo) = &args.logo {
        pictures.push(("logo".to_owned(), read(logo)?));
    }
    for (n, signatory) in (1..).zip(&args.signatory) {
        if let Some(path) = &signatory.picture {
            pictures.push((format!("signature_{n}"), read(path)?));
        }
    }
    Ok(pictures)
}

/// Checks a template and keeps this version of it in the store. A built-in one speaks the language of its event, unless another is
/// named.
pub(super) fn keep_template(
    desk: &Desk,
    fonts: &FontLibrary,
    (name_or_path, language): (&str, Option<&str>),
    pictures: Vec<(String, Vec<u8>)>,
) -> Result<TemplateRef, Failure> {
    let template = spoken(super::template::load(name_or_path)?, name_or_path, language);
    Ok(TemplateRef { name: template_name(name_or_path), bundle: keep(desk, fonts, (template, None), pictures)? })
}

/// Returns a template as an event takes it that is in this language.
pub(super) fn spoken(template: Template, name_or_path: &str, language: Option<&str>) -> Template {
    let (named, _) = crate::template::name_and_version(name_or_path);
    match crate::template::name_and_language(named) {
        (_, Some(_)) => template,
        (_, None) => acts::templates::in_language_of(template, language),
    }
}

/// Keeps a template with an event's pictures put in, and with those of the one that the event had before.
pub(super) fn keep(
    desk: &Desk,
    fonts: &FontLibrary,
    (mut template, before): (Template, Option<&Template>),
    pictures: Vec<(String, Vec<u8>)>,
) -> Result<BlobId, Failure> {
    for (name, bytes) in pictures {
        template = template.with_asset(&name, bytes).hint("use a PNG, JPEG or SVG picture of at most 5 MB")?;
    }
    super::template::refuse_errors(&template, before, fonts)?;
    Ok(desk.store.put_blob(&template.to_bundle())?)
}

/// Returns the name that an event keeps: of `classic@1` and `classic.de` the name, of a file's path its stem.
pub(super) fn template_name(name_or_path: &str) -> String {
    let (name, _) = crate::template::name_and_language(crate::template::name_and_version(name_or_path).0);
    if crate::template::is_builtin_name(name) {
        return name.to_owned();
    }
    Path::new(name_or_path).file_stem().map_or(name_or_path.to_owned(), |stem| stem.to_string_lossy().into_owned())
}

fn show(workspace: &Workspace, code: &EventCode, as_json: bool) -> Result<ExitCode, Failure> {
    let event = workspace.event(code)?;
    let desk = workspace.desk();
    let planned = acts::planned(&desk, code)?;
    let unmarked = acts::unmarked(&desk, &planned)?;
    let (mut people, mut certificates) = (0, 0);
    each(|cursor| workspace.store.participants(code, cursor, PAGE), |_| people += 1)?;
    each(|cursor| workspace.store.certificates(Some(code), cursor, PAGE), |_| certificates += 1)?;
    if as_json {
        let mut value = json!(event);
        value["people"] = json!(people);
        value["certificates"] = json!(certificates);
        value["rule"] = json!(planned.plan.rule);
        value["unmarkedSessions"] = json!(unmarked);
        output::json(&value);
        return Ok(ExitCode::SUCCESS);
    }
    let archived = if planned.plan.archived.is_some() { "  (archived)" } else { "" };
    output::line(format!("{code}  {}{archived}", event.achievement.name));
    let version = acts::templates::built_in_version(&*workspace.store, &event.template)?;
    let gets = ruled(planned.plan.rule.as_ref());
    let pages = if planned.plan.public_pages {
        "visible unless hidden by the holder"
    } else {
        "hidden unless shown by the holder"
    };
    let language = planned.plan.language.clone().map(|tag| ("language", tag));
    let small =
        planned.plan.small().map(|(purpose, template)| (purpose.word(), format!("by template {}", template.name)));
    let further = [("rule", gets), ("public page", pages.to_owned())].into_iter().chain(language).chain(small);
    for (what, value) in details(&event, version).into_iter().chain(further) {
        output::line(format!("  {what:<13} {value}"));
    }
    let people = output::counted(people, "person", "people");
    output::line(format!("  {people}, {}", output::counted(certificates, "certificate", "certificates")));
    if let Some(unmarked) = nobody_marked(&unmarked) {
        output::line(format!("  {unmarked}"));
    }
    Ok(ExitCode::SUCCESS)
}

/// Says who gets a certificate.
fn ruled(rule: Option<&Rule>) -> String {
    match rule {
        None => "none yet: nobody gets one but by an exception".to_owned(),
        Some(Rule::Everybody) => "everybody in the list".to_owned(),
        Some(rule) => json!(rule).to_string(),
    }
}

/// Names the sessions in which nobody was marked, if there are some.
pub(super) fn nobody_marked(sessions: &[Session]) -> Option<String> {
    let named: Vec<_> = sessions.iter().map(|one| format!("{} ({})", one.title, one.id)).collect();
    let named = named.join(", ");
    (!sessions.is_empty()).then(|| format!("the rule asks for attendance, and nobody was marked in: {named}"))
}

fn details(event: &Event, version: Option<u32>) -> Vec<(&'static str, String)> {
    let Event { achievement, constants, .. } = event;
    let bundle: String = event.template.bundle.0.chars().take(12).collect();
    let mut rows = vec![
        ("description", achievement.description.clone()),
        ("criteria", achievement.criteria.clone()),
        ("kind", achievement.achievement_type.clone()),
        ("starts", day(event.starts)),
        ("ends", day(event.ends)),
        ("valid for", event.expires_after.clone().unwrap_or_else(|| "ever".to_owned())),
        ("template", format!("{}{} {bundle}", event.template.name, version.map_or(String::new(), |v| format!("@{v}")))),
    ];
    rows.extend(event.zone.as_ref().map(|zone| ("time zone", zone.to_string())));
    rows.extend(event.extras.credits.map(|credits| ("credits", credits.to_string())));
    for n in 1..=SIGNATORIES {
        let of = |part: &str| constants.get(&format!("signatory_{n}_{part}"));
        rows.extend(of("name").zip(of("title")).map(|(name, title)| ("signs", format!("{name}, {title}"))));
    }
    let results = match event.publish_results {
        Some(true) => "signed, for everybody to read",
        Some(false) => "kept, and not signed",
        None => "never asked: certificates that would say one wait for --publish-results or --publish-results=no",
    };
    rows.push(("results", results.to_owned()));
    rows.push(("created", event.created.to_string()));
    rows
}

fn day(time: Option<Timestamp>) -> String {
    time.map_or_else(|| "-".to_owned(), |time| time.to_string()[..10].to_owned())
}

/// Goes through all pages of a listing.
pub(super) fn each<T>(
    page: impl Fn(Option<&str>) -> Result<Page<T>, StoreError>,
    with: impl FnMut(T),
) -> Result<(), Failure> {
    let (mut cursor, mut with) = (None::<String>, with);
    loop {
        let Page { items, next } = page(cursor.as_deref())?;
        items.into_iter().for_each(&mut with);
        cursor = next;
        if cursor.is_none() {
            return Ok(());
        }
    }
}

fn set_archived(workspace: &Workspace, code: &EventCode, archived: bool) -> Result<ExitCode, Failure> {
    let desk = workspace.desk();
    workspace.event(code)?;
    acts::set_archived(&desk, &acts::planned(&desk, code).map_err(explain)?, archived).map_err(explain)?;
    output::line(match archived {
        true => format!("event {code} is archived; `testamur event unarchive {code}` brings it back"),
        false => format!("event {code} is back"),
    });
    Ok(ExitCode::SUCCESS)
}

fn remove(workspace: &Workspace, code: &EventCode) -> Result<ExitCode, Failure> {
    let desk = workspace.desk();
    workspace.event(code)?;
    acts::remove_event(&desk, &acts::planned(&desk, code).map_err(explain)?).map_err(explain)?;
    workspace.finish_begun()?;
    output::line(format!("event {code} is removed, with all who were in it"));
    Ok(ExitCode::SUCCESS)
}

fn list(workspace: &Workspace, archived: bool, as_json: bool) -> Result<ExitCode, Failure> {
    let mut codes = Vec::new();
    each(|cursor| workspace.store.events(cursor, PAGE), |event| codes.push(event))?;
    let mut rows = Vec::new();
    let mut row = |event: Event| {
        if as_json {
            return output::json(&event);
        }
        let (starts, ends) = (day(event.starts), day(event.ends));
        rows.push(vec![event.code.to_string(), event.achievement.name, starts, ends, event.template.name]);
    };
    for event in codes {
        if acts::plan(&*workspace.store, &event.code)?.0.archived.is_some() == archived {
            row(event);
        }
    }
    if !as_json {
        output::table(&["CODE", "TITLE", "STARTS", "ENDS", "TEMPLATE"], &rows);
    }
    Ok(ExitCode::SUCCESS)
}
