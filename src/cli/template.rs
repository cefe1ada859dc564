//! `testamur template`: list, check, preview.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::files::write_whole;
use super::output::{self, Explain, Failure};
use super::{Global, config::Config, workspace};
use crate::desk::{Actor, Desk, Issuer};
use crate::making::{PICTURE_DPI, Specimen};
use crate::template::{self, FontLibrary, Severity, Template, TemplateError};

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
        template: String,
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
}

pub(super) fn run(global: &Global, command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::List => {
            let named = |name| template::builtin_versions(name).rev().map(move |version| (name, version));
            let all = template::builtin_names().into_iter().flat_map(named);
            let rows = all.map(|(name, version)| row(name, version)).collect::<Result<Vec<_>, _>>()?;
            output::table(&["TEMPLATE", "VERSION", "PAGE", "PLACEHOLDERS"], &rows);
            Ok(ExitCode::SUCCESS)
        }
        Command::Check { template } => check(global, &template),
        Command::Preview { template, name, out, title, set } => preview(global, &template, &name, &title, set, &out),
    }
}

fn row(name: &str, version: u32) -> Result<Vec<String>, Failure> {
    let named = format!("{name}@{version}");
    let template = load(&named)?;
    let (width, height) = template.document().page.millimetres();
    let placeholders = template.placeholders().into_iter().collect::<Vec<_>>().join(" ");
    let newest = if version == *template::builtin_versions(name).end() { "newest" } else { "older" };
    Ok(vec![named, newest.to_owned(), format!("{width} × {height} mm"), placeholders])
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
            _ => "correct template.json by schemas/template.json; pictures and fonts lie beside it",
        };
        Failure::from(error).hint(hint)
    })
}

/// Refuses a template that has errors; warnings are shown.
pub(super) fn refuse_errors(template: &Template, fonts: &FontLibrary) -> Result<(), Failure> {
    let findings = template.check(fonts, &[]);
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    if errors == 0 {
        return Ok(());
    }
    findings.iter().for_each(|finding| output::note(describe(finding)));
    Err(Failure::new(format!("the template has {}", output::counted(errors, "error", "errors")))
        .hint("correct them, then see `testamur template check T`"))
}

fn describe(finding: &template::Finding) -> String {
    let kind = if finding.severity == Severity::Error { "error  " } else { "warning" };
    format!("{kind}  {}: {}; {}", finding.at, finding.message, finding.hint)
}

fn check(global: &Global, name_or_path: &str) -> Result<ExitCode, Failure> {
    let template = load(name_or_path)?;
    let findings = template.check(&workspace::fonts(&global.data)?, &[]);
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
    let png = match out.extension().and_then(|e| e.to_str()) {
        Some("png") => true,
        Some("pdf") => false,
        _ => return Err(Failure::usage(format!("{} is neither .pdf nor .png", out.display()))),
    };
    let template = load(name_or_path)?;
    let fonts = workspace::fonts(&global.data)?;
    refuse_errors(&template, &fonts)?;
    // Without an issuer the preview shows an invented one.
    let issuer = match Config::read(&global.data) {
        Ok(config) => config.issuer(),
        Err(_) => Issuer {
            host: "certs.example.org".to_owned(),
            name: "Example Academy".to_owned(),
            verifier: "certs.example.org/verify".to_owned(),
        },
    };
    let store = crate::store::MemoryStore::new();
    let desk = Desk { store: &store, issuer: &issuer, actor: &Actor::System, now: global.now() };
    let specimen = Specimen { recipient: name.to_owned(), title: title.to_owned(), fields: set.into_iter().collect() };
    let pdf = specimen
        .pdf(&desk, &template, &fonts)
        .doing("draw the preview")
        .hint("shorten what is too long, or change the template")?;
    let bytes = if png { crate::render::png(&pdf, PICTURE_DPI)? } else { pdf };
    write_whole(out, &bytes).doing(format!("write {}", out.display()))?;
    output::line(format!("{} shows a specimen; its QR code says so, and is nobody's certificate", out.display()));
    Ok(ExitCode::SUCCESS)
}
