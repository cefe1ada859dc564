//! `testamur regenerate`.

use std::process::ExitCode;

use super::Global;
use super::event_update::named as named_for;
use super::output::{self, Explain, Failure};
use super::workspace::{ANY, UNSURE, Workspace, vault_failure};
use crate::acts;
use crate::acts::run::RunError;
use crate::credential::{CertificateNumber, Timestamp};
use crate::desk::Desk;
use crate::making::{NewValues, ReplaceError, StageTimes, Workshop};
use crate::store::StoreError;

/// Longest public reason, in characters.
const LONGEST_REASON: usize = 200;

/// Longest corrected value of a column, in characters.
const LONGEST_VALUE: usize = 1_000;

#[derive(Debug, clap::Args)]
pub(super) struct Regenerate {
    /// The certificate
    number: CertificateNumber,
    /// Correct a column, as name="Ada Lovelace"; may be given several times
    #[arg(long, value_name = "COLUMN=VALUE", value_parser = assignment)]
    set: Vec<(String, String)>,
    /// Why; published with the status list, so without personal data
    #[arg(long)]
    reason: String,
    /// Drawn by this template instead of the event's: built in, of the library, a digest, or a folder or file
    #[arg(long, value_name = "NAME")]
    template: Option<String>,
}

/// Reads `column=value`.
pub(super) fn assignment(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((column, value)) if !column.trim().is_empty() => Ok((column.trim().to_owned(), value.trim().to_owned())),
        _ => Err(format!("`{text}` is not of the form column=\"value\"")),
    }
}

pub(super) fn regenerate(global: &Global, args: Regenerate) -> Result<ExitCode, Failure> {
    let (set, reason) = (checked(args.set)?, Some(reason(&args.reason)?));
    let workspace = Workspace::open(global)?;
    let (signer, faces, times) =
        (workspace.vault(global, None)?.signer().map_err(vault_failure)?, workspace.faces()?, StageTimes::default());
    let event = workspace.store.event(args.number.event())?;
    let named = event.as_ref().zip(args.template.as_ref());
    let template = named.map(|(event, name)| named_for(&workspace.desk(), &faces, event, name)).transpose()?;
    let correction = NewValues { set, reason, template };
    let workshop = Workshop { faces: &faces, signer: &signer, times: &times };
    let new = acts::correct::correct(&workspace.desk(), &workshop, &args.number, &correction, ANY)
        .map_err(|error| explain(error, &workspace.desk()))?;
    output::line(format!("{} is now version {}; the version before it is superseded", new.number, new.version));
    output::line(format!(
        "next: testamur certificates render {} --out DIR, then testamur publish --out SITE",
        new.number
    ));
    Ok(ExitCode::SUCCESS)
}

fn explain(error: RunError, desk: &Desk) -> Failure {
    if let Some((number, until)) = waiting(&error, desk) {
        let hint = format!("no publication holds that before {until}; take it back first: testamur restore {number}");
        return Failure::from(error).hint(hint);
    }
    let hint = match &error {
        RunError::Replace(ReplaceError::NotProven(why)) => why.hint(),
        RunError::Unasked(_) => "say it once, with `testamur event update CODE --publish-results`, or `=no`",
        RunError::NoCertificate(_) => "list what there is with `testamur certificates list`",
        RunError::AlreadyRevoked(..) => "a revoked certificate stays revoked; nothing was changed",
        RunError::Replace(ReplaceError::UnknownColumn { .. }) => {
            "write the column as the list has it; nothing was changed"
        }
        RunError::Replace(ReplaceError::NothingChanges(_)) => "correct something with --set; nothing was changed",
        RunError::CannotMake(_) => "correct the value; nothing was changed",
        RunError::Store(StoreError::Io(_)) => UNSURE,
        _ => "nothing was changed",
    };
    Failure::from(error).hint(hint)
}

/// Returns the certificate that cannot be replaced because it is revoked, and until when that can be taken back.
fn waiting(error: &RunError, desk: &Desk) -> Option<(CertificateNumber, Timestamp)> {
    let RunError::AlreadyRevoked(number, _) = error else { return None };
    let revoked = desk.store.certificate(number).ok()??;
    Some((number.clone(), revoked.waits_until(desk.now)?))
}

/// Reads why something is done.
pub(super) fn reason(text: &str) -> Result<String, Failure> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > LONGEST_REASON || text.chars().any(unprintable) {
        return Err(Failure::usage(format!("the reason must have 1 to {LONGEST_REASON} printable characters")));
    }
    Ok(text.to_owned())
}

/// A corrected name passes the same checks as an imported one; every other column is short and printable.
fn checked(set: Vec<(String, String)>) -> Result<Vec<(String, String)>, Failure> {
    set.into_iter()
        .map(|(column, value)| match column.as_str() {
            "name" => Ok((column, crate::import::checked_name(&value).doing("use this name")?)),
            _ if value.chars().count() > LONGEST_VALUE || value.chars().any(unprintable) => {
                Err(Failure::usage(format!("column `{column}` must have up to {LONGEST_VALUE} printable characters")))
            }
            _ => Ok((column, value)),
        })
        .collect()
}

fn unprintable(c: char) -> bool {
    c.is_control() || crate::import::is_bidi_control(c)
}
