//! `testamur template`: list, check, preview, export.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::files::write_whole;
use super::output::{self, Explain, Failure};
use super::workspace::{self, Workspace};
use super::{Global, config::Config};
use crate::acts::templates::{hint, looked_over, looked_over_after, opened};
use crate::credential::EventCode;
use crate::desk::{Actor, Desk, Issuer};
use crate::making::{self, FaceError, Order, PICTURE_DPI, Specimen, SpecimenError};
use crate::store::{Participant, PersonKey};
use crate::template::{self, FillError, FontLibrary, Severity, Template, TemplateError};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// List the built-in templates with all their versions
    List,
    /// Check a template: assets, fonts, placeholders, QR code
    Check {
        /// Built-in name, or a folder or file
        template: String,
    },
    /// Draw a specimen with a template
    Preview {
        /// Built-in name, or a folder or file
        #[arg(required_unless_present = "event")]
        template: Option<String>,
        /// Draw it for this event: with its template, logo, signatories and dates
        #[arg(long, value_name = "CODE", conflicts_with_all = ["template", "title"])]
        event: Option<EventCode>,
        /// Name to print
        #[arg(long, default_value = "Ada Lovelace")]
        name: String,
        /// File to write, .pdf or .png
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// Title of the event
        #[arg(long, default_value = "Introduction to Analytical Engines")]
        title: String,
        /// Value of a placeholder, as column="value"; may be given several times
        #[arg(long, value_name = "COLUMN=VALUE", value_parser = super::replace::assignment)]
        set: Vec<(String, String)>,
    },
    /// Write a template into a folder with its pictures and fonts, to change it
    Export {
        /// Built-in name, or one of the library
        #[arg(required_unless_present = "event")]
        template: Option<String>,
        /// The template of this event, with its logo and signatures
        #[arg(long, value_name = "CODE", conflicts_with = "template")]
        event: Option<EventCode>,
        /// Folder to write; it must not hold a template yet
        #[arg(long, value_name = "FOLDER")]
        out: PathBuf,
    },
}

pub(super) fn run(global: &Global, command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::List => {
            let named = |name| template::builtin_versions(name).rev().map(move |version| (name, version));
            let all = template::builtin_names().into_iter().chain(template::small_names(None)).flat_map(named);
            let rows = all.map(|(name, version)| row(name, version)).collect::<Result<Vec<_>, _>>()?;
            output::table(&["TEMPLATE", "VERSION", "PAGE", "PLACEHOLDERS"], &rows);
            Ok(ExitCode::SUCCESS)
        }
        Command::Check { template } => check(global, &template),
        Command::Preview { template: Some(template), name, out, title, set, .. } => {
            preview(global, &template, &name, &title, set, &out)
        }
        Command::Preview { event: Some(event), name, out, set, .. } => of_event(global, &event, &name, set, &out),
        Command::Export { template: Some(template), out, .. } => export(&named(global, &template)?, &out),
        Command::Export { event: Some(event), out, .. } => export(&kept(global, &event)?, &out),
        Command::Preview { .. } | Command::Export { .. } => {
            Err(Failure::usage("name a template, or an event with --event"))
        }
    }
}

fn row(name: &str, version: u32) -> Result<Vec<String>, Failure> {
    let named = format!("{name}@{version}");
    let template = load(&named)?;
    let (width, height) = template.document().page.millimetres();
    let page = match template.purpose().pixels() {
        None => format!("{width} × {height} mm"),
        Some((width, height)) => format!("{}, {width} × {height} pixels", template.purpose().word()),
    };
    let placeholders = template.placeholders().into_iter().collect::<Vec<_>>().join(" ");
    let newest = if version == *template::builtin_versions(name).end() { "newest" } else { "older" };
    Ok(vec![named, newest.to_owned(), page, placeholders])
}

/// Opens a template by its name or path.
pub(super) fn load(name_or_path: &str) -> Result<Template, Failure> {
    Template::open(name_or_path).map_err(|error| {
        let hint = match &error {
            TemplateError::NoVersion { .. } => {
                "`testamur template list` shows them; without a version it is the newest"
            }
            TemplateError::NotFound(_) => {
                "pass a built-in name, or a folder with template.json and its pictures and fonts beside it"
            }
            other => crate::acts::templates::hint_of(other),
        };
        Failure::from(error).hint(hint)
    })
}

/// Refuses a template that has errors; warnings are shown. It may go on from one that was taken `before`.
pub(super) fn refuse_errors(
    template: &Template,
    before: Option<&Template>,
    fonts: &FontLibrary,
) -> Result<(), Failure> {
    let findings = looked_over_after(fonts, template, before);
    findings.iter().for_each(|finding| output::note(describe(finding)));
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    if errors == 0 {
        return Ok(());
    }
    Err(Failure::new(format!("the template has {}", output::counted(errors, "error", "errors")))
        .hint("correct them, then see `testamur template check T`"))
}

fn describe(finding: &template::Finding) -> String {
    let kind = if finding.severity == Severity::Error { "error  " } else { "warning" };
    format!("{kind}  {}: {}; {}", finding.at, finding.message, finding.hint)
}

fn check(global: &Global, name_or_path: &str) -> Result<ExitCode, Failure> {
    let template = load(name_or_path)?;
    let findings = looked_over(&workspace::fonts(&global.data)?, &template);
    findings.iter().for_each(|finding| output::line(describe(finding)));
    let bad = findings.iter().any(|finding| finding.severity == Severity::Error);
    match findings.len() {
        _ if bad => {}
        0 => output::line(format!("template `{name_or_path}` is fine")),
        warnings => {
            let warnings = output::counted(warnings, "warning", "warnings");
            output::line(format!("template `{name_or_path}` can be used, with {warnings}"));
        }
    }
    Ok(if bad { ExitCode::from(output::NOT_GOOD) } else { ExitCode::SUCCESS })
}

fn preview(
    global: &Global,
    name_or_path: &str,
    name: &str,
    title: &str,
    set: Vec<(String, String)>,
    out: &Path,
) -> Result<ExitCode, Failure> {
    let png = is_png(out)?;
    let template = load(name_or_path)?;
    let fonts = workspace::fonts(&global.data)?;
    refuse_errors(&template, None, &fonts)?;
    // Without an issuer the preview shows an invented one.
    let issuer = match Config::read(&global.data) {
        Ok(config) => config.issuer(),
        Err(_) => Issuer {
            host: "certs.example.org".to_owned(),
            name: "Example Academy".to_owned(),
            verifier: "certs.example.org/verify".to_owned(),
            zone: Default::default(),
            language: Default::default(),
            render_method: false,
        },
    };
    let store = crate::store::MemoryStore::new();
    let desk = Desk { store: &store, issuer: &issuer, actor: &Actor::System, now: global.now() };
    let specimen = Specimen { recipient: name.to_owned(), title: title.to_owned(), fields: set.into_iter().collect() };
    show(specimen.pdf(&desk, &template, &fonts), png, out)
}

fn is_png(out: &Path) -> Result<bool, Failure> {
    match out.extension().and_then(|e| e.to_str()) {
        Some("png") => Ok(true),
        Some("pdf") => Ok(false),
        _ => Err(Failure::usage(format!("{} is neither .pdf nor .png", out.display()))),
    }
}

/// Draws what somebody would get from an event, who is not in it.
fn of_event(
    global: &Global,
    code: &EventCode,
    name: &str,
    set: Vec<(String, String)>,
    out: &Path,
) -> Result<ExitCode, Failure> {
    let png = is_png(out)?;
    let workspace = Workspace::open_to_read(global)?;
    let (desk, event) = (workspace.desk(), workspace.event(code)?);
    let name = crate::import::checked_name(name).map_err(|problem| Failure::usage(problem.to_string()))?;
    let person = Participant::new(PersonKey("specimen".to_owned()), name, None, set.into_iter().collect(), desk.now);
    let template = event.template.clone();
    let order = Order { person, template, tier: None, basis: None, run: None, issued: None, earlier: None };
    show(making::preview(&desk, &workspace.faces()?, &event, &order), png, out)
}

fn show(pdf: Result<Vec<u8>, SpecimenError>, png: bool, out: &Path) -> Result<ExitCode, Failure> {
    let pdf = pdf.map_err(|error| {
        let hint = match &error {
            SpecimenError::Face(FaceError::Fill(FillError::UnknownPlaceholder(_))) => {
                "give the column a value with --set COLUMN=VALUE"
            }
            SpecimenError::Face(error) => hint(error),
            _ => "shorten what is too long",
        };
        Failure::from(error).hint(hint)
    });
    let pdf = pdf.doing("draw the preview")?;
    let bytes = if png { crate::render::png(&pdf, PICTURE_DPI)? } else { pdf };
    write_whole(out, &bytes).doing(format!("write {}", out.display()))?;
    output::line(format!("{} shows a specimen; its QR code says so, and is nobody's certificate", out.display()));
    Ok(ExitCode::SUCCESS)
}

/// A built-in template or one of a folder, or else of the library; before a built-in one that came later, what the library has of
/// that name.
fn named(global: &Global, name: &str) -> Result<Template, Failure> {
    let (plain, version) = template::name_and_version(name);
    let may_be_kept = template::came_later(template::name_and_language(plain).0) && !template::path_goes_first(name);
    // Without a data folder there is no library.
    if !may_be_kept || Config::read(&global.data).is_err() {
        match Template::open(name) {
            Err(TemplateError::NotFound(_)) => {}
            _ => return load(name),
        }
    }
    let workspace = Workspace::open_to_read(global)?;
    opened(&*workspace.store, plain, version).map_err(|error| {
        Failure::from(error)
            .hint("`testamur template list` shows those that are built in; --event CODE takes an event's")
    })
}

/// The template that an event keeps.
fn kept(global: &Global, code: &EventCode) -> Result<Template, Failure> {
    let workspace = Workspace::open_to_read(global)?;
    let bundle = workspace.event(code)?.template.bundle;
    let bytes = workspace.store.blob(&bundle)?;
    let bytes =
        bytes.ok_or_else(|| Failure::new(format!("event {code} has no template yet")).hint("see `event update`"))?;
    Ok(Template::from_bundle(&bytes)?)
}

fn export(template: &Template, out: &Path) -> Result<ExitCode, Failure> {
    let document = out.join("template.json");
    if document.exists() {
        return Err(Failure::new(format!("{} is there already", document.display())).hint("name another folder"));
    }
    let value: serde_json::Value = serde_json::from_slice(&template.document_bytes())?;
    let text = format!("{}\n", serde_json::to_string_pretty(&value)?);
    let folder = |path: &Path| path.parent().map_or(Ok(()), std::fs::create_dir_all);
    for name in template.asset_names() {
        let path = out.join(name);
        folder(&path).doing(format!("create the folder of {}", path.display()))?;
        write_whole(&path, template.asset(name).unwrap_or_default()).doing(format!("write {}", path.display()))?;
    }
    folder(&document).doing(format!("create {}", out.display()))?;
    write_whole(&document, text.as_bytes()).doing(format!("write {}", document.display()))?;
    output::line(format!("{} holds the template; see `testamur template check {0}`", out.display()));
    Ok(ExitCode::SUCCESS)
}
