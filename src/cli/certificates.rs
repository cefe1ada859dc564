//! `testamur certificates`: list, show, render, export; and who else may see them.

use std::collections::BTreeSet;
use std::io::BufWriter;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::builder::PossibleValue;
use serde_json::{Value, json};

use super::Global;
use super::files::{FileWriter, Folder, Names, left_out, write_whole_by};
use super::output::{self, Explain, Failure};
use super::time;
use super::workspace::Workspace;
use crate::acts::portal::{self, Shown};
use crate::credential::{CertificateNumber, EventCode, Moment, Timestamp};
use crate::desk::Desk;
use crate::files::{self, Badges, FileKind, FilesError, Maker, Wanted, ZipWriter};
use crate::making::{OwnKeys, StageTimes};
use crate::store::{Certificate, CertificateQuery, Standing, StoreError};

/// How many records are read at once.
const PAGE: usize = 500;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// List certificates
    List {
        #[command(flatten)]
        only: Only,
        /// Print one JSON object a line
        #[arg(long, conflicts_with = "csv")]
        json: bool,
        /// Print CSV with all that is known, for spreadsheets
        #[arg(long)]
        csv: bool,
    },
    /// Show one certificate with all its versions
    Show {
        /// The certificate
        number: CertificateNumber,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Draw certificates again from their records; the same bytes each time
    Render {
        /// The certificate
        #[arg(required_unless_present = "all", conflicts_with = "all")]
        number: Option<CertificateNumber>,
        /// Every certificate
        #[arg(long)]
        all: bool,
        /// Kinds of files
        #[arg(long, value_delimiter = ',', default_value = "pdf")]
        format: Vec<FileKind>,
        #[command(flatten)]
        names: Names,
        /// Folder for the files
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// Give certificates a public page, as their holders can in the portal
    MakeVisible {
        /// The certificates
        #[arg(required = true, value_name = "NUMBER")]
        numbers: Vec<CertificateNumber>,
        /// Let search engines list the pages
        #[arg(long)]
        indexed: bool,
    },
    /// Take the public pages of certificates away
    Hide {
        /// The certificates
        #[arg(required = true, value_name = "NUMBER")]
        numbers: Vec<CertificateNumber>,
    },
    /// Write files of many certificates into a ZIP or a folder, with a manifest.csv
    Export {
        #[command(flatten)]
        only: Only,
        /// Kinds of files
        #[arg(long, value_delimiter = ',', default_value = "pdf")]
        kinds: Vec<FileKind>,
        #[command(flatten)]
        names: Names,
        #[command(flatten)]
        target: Target,
    },
}

/// Where an export goes.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
pub(super) struct Target {
    /// Write one ZIP archive
    #[arg(long, value_name = "FILE")]
    zip: Option<PathBuf>,
    /// Write into this folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Which certificates.
#[derive(Debug, clap::Args)]
pub(super) struct Only {
    /// Only of this event
    #[arg(value_name = "EVENT", conflicts_with = "event")]
    of: Option<EventCode>,
    /// Only of this event
    #[arg(long, value_name = "CODE")]
    event: Option<EventCode>,
    /// Only with this status
    #[arg(long)]
    status: Option<Standing>,
    /// Only whose number, name or e-mail holds this
    #[arg(long)]
    text: Option<String>,
    /// Only with a template of this name
    #[arg(long, value_name = "NAME")]
    template: Option<String>,
    /// Only those that this run made
    #[arg(long, value_name = "ID")]
    run: Option<String>,
    /// Only issued on this day or later, or at an instant; a day begins where the event is that is named, else the issuer
    #[arg(long, value_name = "DAY", value_parser = time::moment)]
    issued_since: Option<Moment>,
    /// Only issued before this day, or before an instant
    #[arg(long, value_name = "DAY", value_parser = time::moment)]
    issued_until: Option<Moment>,
    /// But not this one; can be given several times
    #[arg(long, value_name = "NUMBER")]
    except: Vec<CertificateNumber>,
}

impl Only {
    fn event(&self) -> Option<&EventCode> {
        self.of.as_ref().or(self.event.as_ref())
    }

    fn query(self, desk: &Desk) -> Result<CertificateQuery, StoreError> {
        let Self { of, event, status, text, template, run, issued_since, issued_until, except } = self;
        let (event, standing) = (of.or(event), status.map(|status| (status, desk.now)));
        let zone = desk.zone_of(event.as_ref())?;
        let [issued_since, issued_until] = [issued_since, issued_until].map(|at| at.map(|at| at.within(&zone)));
        let (only, except) = (BTreeSet::new(), except.into_iter().collect());
        Ok(CertificateQuery { event, standing, text, template, run, issued_since, issued_until, only, except })
    }
}

impl clap::ValueEnum for Standing {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()))
    }
}

pub(super) fn run(global: &Global, command: Command) -> Result<ExitCode, Failure> {
    let kinds = match &command {
        Command::Render { format, .. } => format.as_slice(),
        Command::Export { kinds, .. } => kinds,
        _ => &[],
    };
    // A proof is kept: that is a write, at a time which is to be right.
    let is_written = kinds.iter().any(|kind| kind.holds_proof())
        || matches!(command, Command::MakeVisible { .. } | Command::Hide { .. });
    let workspace = if is_written { Workspace::open(global)? } else { Workspace::open_to_read(global)? };
    match command {
        Command::List { only, csv: true, .. } => list_csv(&workspace, only),
        Command::List { only, json, .. } => list(&workspace, only, json),
        Command::Show { number, json } => show(&workspace, &number, json),
        Command::Render { number, format, names, out, .. } => {
            render(global, &workspace, number.as_ref(), (format, names), out)
        }
        Command::MakeVisible { numbers, indexed } => set_shown(&workspace, &numbers, Shown { visible: true, indexed }),
        Command::Hide { numbers } => set_shown(&workspace, &numbers, Shown::default()),
        Command::Export { only, kinds, names, target } => export(global, &workspace, only, (kinds, names), target),
    }
}

fn list_csv(workspace: &Workspace, only: Only) -> Result<ExitCode, Failure> {
    only.event().map(|code| workspace.event(code)).transpose()?;
    let desk = workspace.desk();
    let mut table = Vec::new();
    files::write_issued(&desk, &only.query(&desk)?, &mut table).doing("list certificates")?;
    output::whole(&String::from_utf8_lossy(&table));
    Ok(ExitCode::SUCCESS)
}

fn list(workspace: &Workspace, only: Only, as_json: bool) -> Result<ExitCode, Failure> {
    only.event().map(|code| workspace.event(code)).transpose()?;
    let desk = workspace.desk();
    let (now, query) = (desk.now, only.query(&desk)?);
    let mut rows = Vec::new();
    each_page(workspace, &query, |page| {
        for certificate in page {
            if as_json {
                output::json(&summary(&certificate, now));
            } else {
                let issued = certificate.printed_days().issued.to_string();
                let told = told(&certificate, now);
                rows.push(vec![certificate.number.to_string(), told, issued, certificate.recipient]);
            }
        }
        Ok(())
    })?;
    if !as_json {
        output::table(&["NUMBER", "STATUS", "ISSUED", "RECIPIENT"], &rows);
    }
    Ok(ExitCode::SUCCESS)
}

/// Says in words how a certificate stands.
fn told(certificate: &Certificate, now: Timestamp) -> String {
    match certificate.waits_until(now) {
        Some(until) => format!("revocation waits until {until}"),
        None => Standing::of(certificate, now).name().to_owned(),
    }
}

fn summary(certificate: &Certificate, now: Timestamp) -> Value {
    let mut summary = json!({
        "number": certificate.number, "status": Standing::of(certificate, now).name(), "version": certificate.version,
        "recipient": certificate.recipient, "email": certificate.email, "issued": certificate.issued,
        "signed": certificate.signed,
        "validUntil": certificate.valid_until, "key": certificate.key, "template": certificate.template.name,
        "statusList": certificate.status.list, "statusIndex": certificate.status.index,
        "run": certificate.run, "waitsUntil": certificate.waits_until(now), "revokedByRun": revoked_by(certificate),
    });
    if let Some(earlier) = &certificate.earlier {
        summary["earlier"] = json!(earlier);
    }
    summary
}

/// Returns the run that revoked a certificate: by it all that it took is taken back together.
fn revoked_by(certificate: &Certificate) -> Option<&str> {
    certificate.withdrawal.as_ref()?.run.as_deref()
}

fn show(workspace: &Workspace, number: &CertificateNumber, as_json: bool) -> Result<ExitCode, Failure> {
    let versions = workspace.store.versions(number)?;
    if versions.is_empty() {
        return Err(Failure::new(format!("certificate {number} does not exist"))
            .hint("list what there is with `testamur certificates list`"));
    }
    let now = workspace.desk().now;
    let shown = portal::shown_of(&*workspace.store, number)?;
    if as_json {
        let all = versions.iter().map(|version| {
            let mut value = summary(version, now);
            value["jws"] = json!(version.jws);
            value["fields"] = json!(version.fields);
            value["state"] = json!(version.state);
            value["basis"] = json!(version.basis);
            value
        });
        output::json(&json!({ "number": number, "shown": shown, "versions": all.collect::<Vec<_>>() }));
        return Ok(ExitCode::SUCCESS);
    }
    for version in &versions {
        output::line(format!("{number}  version {}  {}", version.version, told(version, now)));
        for (what, value) in details(version) {
            output::line(format!("  {what:<12} {value}"));
        }
    }
    if shown.visible && versions.last().is_some_and(|current| current.erased.is_none()) {
        output::line(format!("visible at {}", portal::address(&*workspace.store, number)?));
    }
    Ok(ExitCode::SUCCESS)
}

fn details(version: &Certificate) -> Vec<(&'static str, String)> {
    let mut rows = vec![
        ("recipient", version.recipient.clone()),
        ("issued", version.issued.to_string()),
        ("signed", format!("{} with key {}", version.signed, version.key)),
        (
            "template",
            format!(
                "{} {}",
                version.template.name,
                &version.template.bundle.0[..12.min(version.template.bundle.0.len())]
            ),
        ),
        ("status entry", format!("list {}, index {}", version.status.list, version.status.index)),
    ];
    rows.extend(version.email.clone().map(|email| ("e-mail", email)));
    rows.extend(version.valid_until.map(|until| ("valid until", until.to_string())));
    rows.extend(version.earlier.as_ref().map(|earlier| ("after", earlier.to_string())));
    if let Some(reason) = version.state.reason() {
        rows.push(("since", reason.at.to_string()));
        rows.extend(reason.text.clone().map(|text| ("reason", text)));
        rows.extend(revoked_by(version).map(|run| ("by run", run.to_owned())));
    }
    rows
}

/// Shows certificates to the public, or hides them. All of them must be there before anything is done.
fn set_shown(workspace: &Workspace, numbers: &[CertificateNumber], shown: Shown) -> Result<ExitCode, Failure> {
    let desk = workspace.desk();
    let missing = |number: &CertificateNumber| {
        Failure::new(format!("certificate {number} does not exist, or names nobody any more"))
            .hint("nothing was changed; list what there is with `testamur certificates list`")
    };
    for number in numbers {
        desk.store.certificate(number)?.filter(|one| one.erased.is_none()).ok_or_else(|| missing(number))?;
    }
    for number in numbers {
        portal::set_shown(&desk, number, shown).doing("change who may see it")?;
        output::line(match shown.visible {
            true => format!("{number} is visible at {}", portal::address(desk.store, number)?),
            false => format!("{number} is hidden"),
        });
    }
    output::line("next: testamur publish --out SITE, so that the site follows");
    Ok(ExitCode::SUCCESS)
}

fn render(
    global: &Global,
    workspace: &Workspace,
    number: Option<&CertificateNumber>,
    (kinds, Names { file_names: names }): (Vec<FileKind>, Names),
    out: PathBuf,
) -> Result<ExitCode, Failure> {
    std::fs::create_dir_all(&out).doing(format!("create {}", out.display()))?;
    let (faces, times, desk) = (workspace.faces()?, StageTimes::default(), workspace.desk());
    let (prover, badges) = (workspace.prover(global, &kinds)?, Badges::default());
    let own = Arc::new(OwnKeys::of(workspace.keys()?.manifest()));
    let maker = Maker { desk, faces: &faces, prover: prover.as_ref(), badges: &badges };
    let writer = FileWriter { out, kinds, names, maker, times: &times, own };
    let (mut total, mut refused) = (0, Vec::new());
    let mut write = |page: Vec<Certificate>| {
        let left_out = writer.write_stored(&page)?;
        total += page.len() - left_out.len();
        refused.extend(left_out);
        Ok(())
    };
    match number {
        Some(number) => {
            let certificate = desk.store.certificate(number)?.ok_or_else(|| {
                Failure::new(format!("certificate {number} does not exist"))
                    .hint("list what there is with `testamur certificates list`")
            })?;
            write(vec![certificate])?;
        }
        // Of an erased one there is nothing to make.
        None => each_page(workspace, &CertificateQuery::default(), |mut page| {
            page.retain(|certificate| certificate.erased.is_none());
            write(page)
        })?,
    }
    if total > 0 || refused.is_empty() {
        let drawn = output::counted(total, "certificate is", "certificates are");
        output::line(format!("{drawn} in {}", writer.out.display()));
    }
    left_out(&refused).map_or(Ok(ExitCode::SUCCESS), Err)
}

fn export(
    global: &Global,
    workspace: &Workspace,
    only: Only,
    (kinds, Names { file_names: names }): (Vec<FileKind>, Names),
    target: Target,
) -> Result<ExitCode, Failure> {
    only.event().map(|code| workspace.event(code)).transpose()?;
    let (faces, desk) = (workspace.faces()?, workspace.desk());
    let (prover, badges) = (workspace.prover(global, &kinds)?, Badges::default());
    let own = OwnKeys::of(workspace.keys()?.manifest());
    let maker = Maker { desk, faces: &faces, prover: prover.as_ref(), badges: &badges };
    let mut query = only.query(&desk)?;
    query.standing.get_or_insert((Standing::Active, desk.now));
    let wanted = Wanted { query, kinds, names };
    let (place, exported) = match (target.zip, target.out) {
        (Some(path), _) => {
            let zipped = write_whole_by(&path, |file| {
                let mut zip = ZipWriter::new(BufWriter::new(file));
                let exported = files::export(&maker, &own, &wanted, &mut zip)?;
                let failed = |cause| FilesError::Write { name: path.display().to_string(), cause };
                zip.finish().map_err(failed)?;
                Ok(exported)
            });
            (path.display().to_string(), zipped?)
        }
        (None, out) => {
            let folder = out.unwrap_or_default();
            std::fs::create_dir_all(&folder).doing(format!("create {}", folder.display()))?;
            let place = folder.display().to_string();
            (place, files::export(&maker, &own, &wanted, &mut Folder(folder))?)
        }
    };
    let made = output::counted(exported.certificates, "certificate", "certificates");
    let files = output::counted(exported.files, "file", "files");
    output::line(format!("{files} of {made} are in {place}, with {}", files::MANIFEST));
    left_out(&exported.left_out).map_or(Ok(ExitCode::SUCCESS), Err)
}

fn each_page(
    workspace: &Workspace,
    query: &CertificateQuery,
    mut work: impl FnMut(Vec<Certificate>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut cursor: Option<String> = None;
    loop {
        let page = workspace.store.find_certificates(query, cursor.as_deref(), PAGE)?;
        work(page.items)?;
        cursor = page.next;
        if cursor.is_none() {
            return Ok(());
        }
    }
}
