//! `testamur revoke` and `testamur restore`: by number, or by the certificate itself; and what a run revoked.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::process::ExitCode;

use super::Global;
use super::output::{self, Explain, Failure, shown};
use super::replace::reason;
use super::workspace::{ANY, UNSURE, Workspace};
use crate::acts;
use crate::acts::run::{self, Counters, Fate, RunError, RunReason, Selected};
use crate::acts::{Presented, Revoked, stray};
use crate::credential::{CertificateNumber, Timestamp};
use crate::reading::{FILE_BYTES, Reader};
use crate::store::{Cause, StoreError};
use crate::verify::Ours;

#[derive(Debug, clap::Args)]
pub(super) struct Revoke {
    /// The certificate: its number, or its PDF, PNG, .jwt or .json file, or its QR code's text
    #[arg(value_name = "NUMBER|FILE|TEXT")]
    certificate: String,
    /// Why; published with the status list, so without personal data
    #[arg(long)]
    reason: String,
    /// Why, for programs
    #[arg(long, value_enum, default_value = "other")]
    cause: CauseName,
    /// Let the next publication hold it, without the time in which it can be undone unseen; fraud never waits
    #[arg(long)]
    now: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Restore {
    /// The certificate: its number, or its PDF, PNG, .jwt or .json file, or its QR code's text
    #[arg(value_name = "NUMBER|FILE|TEXT", required_unless_present = "run", conflicts_with = "run")]
    certificate: Option<String>,
    /// Take back what this run of the service revoked: says whom that is about, and does it with --yes
    #[arg(long, value_name = "ID")]
    pub(super) run: Option<String>,
    /// Do it
    #[arg(long, requires = "run")]
    yes: bool,
}

/// Causes, as they are typed.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum CauseName {
    IssuedInError,
    EligibilityLost,
    OnRequest,
    Fraud,
    Other,
}

impl From<CauseName> for Cause {
    fn from(name: CauseName) -> Self {
        match name {
            CauseName::IssuedInError => Self::IssuedInError,
            CauseName::EligibilityLost => Self::EligibilityLost,
            CauseName::OnRequest => Self::OnRequest,
            CauseName::Fraud => Self::Fraud,
            CauseName::Other => Self::Other,
        }
    }
}

pub(super) fn revoke(global: &Global, args: Revoke) -> Result<ExitCode, Failure> {
    let why = RunReason { cause: args.cause.into(), text: Some(reason(&args.reason)?), now: args.now };
    let named = Named::read(&args.certificate)?;
    let workspace = Workspace::open(global)?;
    let (desk, undo) = (workspace.desk(), workspace.config.undo());
    let (presented, news) = match named {
        Named::Number(number) => {
            let (certificate, news) = acts::revoke(&desk, &number, &why, (undo, ANY), &|_| true).map_err(explain)?;
            (Presented::Known(Box::new(certificate)), news)
        }
        Named::Bytes(bytes) => {
            acts::revoke_presented(&desk, &ours(&workspace, &bytes)?, &why, (undo, ANY)).map_err(explain)?
        }
    };
    let Told { number, since, waits, stray } = Told::of(&presented, desk.now);
    match news {
        Revoked::Before => return Err(revoked_before(&args.certificate, &number, since, waits)),
        Revoked::Anew => output::line(format!("{number} is revoked")),
        Revoked::Hastened => output::line(format!("{number} was revoked on {since}, and waits no more")),
    }
    if let Some(namesake) = stray {
        output::note("note: the store does not know it: it was issued after the dump that the store was rebuilt from");
        output::note("note: its own status entry is set, and no other certificate ever gets that");
        if namesake {
            output::note(format!("note: the store has another certificate {number}, which stays as it is"));
        }
    }
    match waits {
        Some(until) => {
            output::line(format!(
                "no publication holds it before {until}; until then: testamur restore {}",
                quoted(&args.certificate)
            ));
            output::line(
                "next: testamur publish --out SITE after that, so that verifiers learn of it; or revoke it again with --now",
            );
        }
        None => output::line("next: testamur publish --out SITE, so that verifiers learn of it"),
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn restore(global: &Global, args: Restore) -> Result<ExitCode, Failure> {
    if let Some(run) = &args.run {
        return restore_run(global, run, args.yes);
    }
    let named = Named::read(args.certificate.as_deref().unwrap_or_default())?;
    let workspace = Workspace::open(global)?;
    let desk = workspace.desk();
    let number = match named {
        Named::Number(number) => acts::restore(&desk, &number, ANY, &|_| true).map_err(explain)?.number,
        Named::Bytes(bytes) => {
            match acts::restore_presented(&desk, &ours(&workspace, &bytes)?, ANY).map_err(explain)? {
                Presented::Known(certificate) => certificate.number,
                Presented::Stray { number, .. } => number,
            }
        }
    };
    output::line(format!("{number} is no longer revoked; no publication ever held that it was"));
    Ok(ExitCode::SUCCESS)
}

/// Says whom a run's revocations are about that can be taken back, and takes them back if that was said.
fn restore_run(global: &Global, run: &str, yes: bool) -> Result<ExitCode, Failure> {
    let workspace = Workspace::open(global)?;
    let desk = workspace.desk();
    let (mut rows, mut back) = (Vec::new(), 0_usize);
    let request = run::restoration(&desk, run).map_err(explain)?;
    run::affected(&desk, &request, |selected| {
        back += usize::from(matches!(selected.fate, Fate::Regain(_)));
        rows.push(regained(&selected));
        Ok(())
    })
    .map_err(explain)?;
    if back == 0 {
        let kept = if rows.is_empty() { "" } else { ": what it revoked has been published" };
        return Err(Failure::new(format!("run `{run}` revoked nothing that can be taken back{kept}"))
            .hint("`testamur certificates show NUMBER` says which run revoked a certificate; nothing was changed"));
    }
    if !yes {
        output::table(&["NUMBER", "REVOKED", "WHAT BECOMES OF IT", "RECIPIENT"], &rows);
        let certificates = output::counted(back, "certificate", "certificates");
        output::line(format!("{certificates} would not be revoked any more; nothing was changed"));
        output::line(format!("next: testamur restore --run {run} --yes"));
        return Ok(ExitCode::SUCCESS);
    }
    let done = run::undo(&desk, run).map_err(explain)?;
    let Counters { done: restored, skipped, failed, .. } = done.counters;
    let restored = output::counted(restored, "certificate is", "certificates are");
    output::line(format!("{restored} no longer revoked; no publication ever held that they were"));
    if skipped + failed > 0 {
        output::line(format!("{} of that run stay revoked", skipped + failed));
    }
    output::line(format!("in the journal this is run {}", done.id));
    Ok(if failed > 0 { ExitCode::from(output::NOT_GOOD) } else { ExitCode::SUCCESS })
}

/// Number, since when it is revoked, what becomes of it, and whose it is.
fn regained(selected: &Selected) -> Vec<String> {
    let (since, becomes) = match &selected.fate {
        Fate::Regain(old) => (old.state.reason().map(|reason| reason.at.to_string()), "no longer revoked".to_owned()),
        other => (None, format!("stays: {}", other.why().unwrap_or_default())),
    };
    let number = selected.row.number.as_ref().map(ToString::to_string);
    vec![number.unwrap_or_default(), since.unwrap_or_default(), becomes, selected.name.clone()]
}

/// Says what can be done about a certificate that is revoked already: more, while that waits.
fn revoked_before(named: &str, number: &CertificateNumber, since: Timestamp, waits: Option<Timestamp>) -> Failure {
    let Some(until) = waits else {
        let failure = Failure::new(format!("certificate {number} was revoked on {since}"));
        return failure.hint("a revoked certificate stays revoked; nothing was changed");
    };
    let named = quoted(named);
    let failure = Failure::new(format!(
        "certificate {number} was revoked on {since}; no publication holds that before {until}, and nothing was changed"
    ));
    failure.hint(format!(
        "take it back with `testamur restore {named}`, or end the wait: revoke it again with --now, or publish with --now"
    ))
}

/// What is told of a revocation.
struct Told {
    number: CertificateNumber,
    since: Timestamp,
    waits: Option<Timestamp>,
    /// For one that is not in the store: whether it has a namesake there.
    stray: Option<bool>,
}

impl Told {
    fn of(presented: &Presented, now: Timestamp) -> Self {
        match presented {
            Presented::Known(known) => Self {
                number: known.number.clone(),
                since: known.state.reason().map_or(now, |reason| reason.at),
                waits: known.waits_until(now),
                stray: None,
            },
            Presented::Stray { number, stray, namesake } => Self {
                number: number.clone(),
                since: stray.reason.at,
                waits: stray.waits_until(now),
                stray: Some(*namesake),
            },
        }
    }
}

/// A certificate as it was named.
enum Named {
    Number(CertificateNumber),
    Bytes(Vec<u8>),
}

impl Named {
    fn read(argument: &str) -> Result<Self, Failure> {
        if let Ok(number) = argument.parse() {
            return Ok(Self::Number(number));
        }
        let path = Path::new(argument);
        if path.is_file() {
            let mut bytes = Vec::new();
            let file = File::open(path).doing(format!("read {}", shown(argument)))?;
            file.take(FILE_BYTES as u64 + 1).read_to_end(&mut bytes).doing(format!("read {}", shown(argument)))?;
            return Ok(Self::Bytes(bytes));
        }
        let is_text = ["#1", "#0"].iter().any(|mark| argument.contains(mark))
            || ["ey", "{"].iter().any(|start| argument.starts_with(start));
        if is_text {
            return Ok(Self::Bytes(argument.as_bytes().to_vec()));
        }
        Err(Failure::usage(format!("`{}` is not a certificate number, and no file is called so", shown(argument)))
            .hint("pass a number as CERT-WORKSHOP-2026-00001, the certificate's file, or its QR code's text in quotes"))
    }
}

/// Proves that one of our keys signed what a file or text holds.
fn ours(workspace: &Workspace, bytes: &[u8]) -> Result<Ours, Failure> {
    stray::read(bytes, &Reader::own(), workspace.keys()?.manifest()).map_err(explain)
}

fn quoted(argument: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    if argument.chars().all(plain) { argument.to_owned() } else { format!("'{}'", argument.replace('\'', r"'\''")) }
}

fn explain(error: RunError) -> Failure {
    let hint = match &error {
        RunError::NoCertificate(_) => {
            "list what there is with `testamur certificates list`; one that was issued after the dump that this store was \
             rebuilt from is revoked by its file: testamur revoke FILE"
        }
        RunError::NoRun(_) => "`testamur certificates show NUMBER` says which run revoked a certificate",
        RunError::Published(_) => "verifiers know of it; issue it anew in the service instead",
        RunError::NotRevoked(_) => "nothing was changed",
        RunError::NotOurs(_) => "pass a certificate of this issuer, as it was issued; nothing was changed",
        RunError::OldVersion { .. } => "revoke by number to withdraw the version that is in force",
        RunError::EntryTaken(_) => "revoke that one by its number if it is meant",
        RunError::CompromisedKey(..) => "publish, so that verifiers know of the key; nothing was changed",
        RunError::Store(StoreError::Io(_)) => UNSURE,
        _ => "nothing was changed",
    };
    Failure::from(error).hint(hint)
}
