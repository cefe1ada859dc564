//! `testamur people exclude`, `except`, `unlist`, `remove` and `erase`: one person of an event.

use std::process::ExitCode;

use super::Global;
use super::event::explain;
use super::output::{self, Failure};
use super::workspace::Workspace;
use crate::acts::{self, ActError, ExclusionReason, Listed, erase};
use crate::credential::EventCode;

/// Whom it is about.
#[derive(Debug, clap::Args)]
pub(super) struct Who {
    /// The event
    pub(super) code: EventCode,
    /// By e-mail, id, id in another system, or name if they have no e-mail
    pub(super) who: String,
}

/// Who gets no certificate, and why.
#[derive(Debug, clap::Args)]
pub(super) struct Exclude {
    #[command(flatten)]
    who: Who,
    /// Why
    #[arg(long, value_enum)]
    reason: Reason,
    /// More about it, for the staff
    #[arg(long)]
    note: Option<String>,
}

/// Who gets a certificate despite the rule.
#[derive(Debug, clap::Args)]
pub(super) struct Except {
    #[command(flatten)]
    who: Who,
    /// Why, for the staff
    #[arg(long)]
    note: Option<String>,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Reason {
    /// Conduct
    Conduct,
    /// Did not complete the event
    DidNotComplete,
    /// Asked for it
    Requested,
    /// The record is wrong
    DataError,
}

impl From<Reason> for ExclusionReason {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::Conduct => Self::Conduct,
            Reason::DidNotComplete => Self::DidNotComplete,
            Reason::Requested => Self::Requested,
            Reason::DataError => Self::DataError,
        }
    }
}

pub(super) fn exclude(global: &Global, args: &Exclude) -> Result<ExitCode, Failure> {
    let Who { code, who } = &args.who;
    let (_, excepted) = change(global, &args.who, |workspace| {
        let desk = workspace.desk();
        acts::exclude(&desk, code, &acts::find(desk.store, code, who)?, args.reason.into(), args.note.as_deref())
    })?;
    let before = if excepted { ", and excepted no longer" } else { "" };
    output::line(format!("{who} is excluded from {code}{before}: no run issues to them"));
    output::note("note: a certificate that they have stays valid until it is revoked");
    Ok(ExitCode::SUCCESS)
}

pub(super) fn except(global: &Global, args: &Except) -> Result<ExitCode, Failure> {
    let Who { code, who } = &args.who;
    change(global, &args.who, |workspace| {
        let desk = workspace.desk();
        acts::except(&desk, code, &acts::find(desk.store, code, who)?, args.note.as_deref())
    })?;
    output::line(format!("{who} gets a certificate of {code} whatever its rule says"));
    Ok(ExitCode::SUCCESS)
}

pub(super) fn unlist(global: &Global, args: &Who) -> Result<ExitCode, Failure> {
    let Who { code, who } = args;
    let excluded = change(global, args, |workspace| {
        let desk = workspace.desk();
        let person = acts::find(desk.store, code, who)?;
        let excluded = matches!(acts::listed(desk.store, code, &person.key)?, Listed::Exclusion(_));
        acts::remove(&desk, code, &person, excluded)?;
        Ok(excluded)
    })?;
    let list = if excluded { "excluded" } else { "excepted" };
    output::line(format!("{who} is no longer {list} in {code}: the rule decides"));
    Ok(ExitCode::SUCCESS)
}

pub(super) fn remove(global: &Global, args: &Who) -> Result<ExitCode, Failure> {
    let Who { code, who } = args;
    change(global, args, |workspace| {
        let desk = workspace.desk();
        erase::delete(&desk, desk.store, code, &acts::find(desk.store, code, who)?)
    })?;
    output::line(format!("they are no longer in {code}"));
    Ok(ExitCode::SUCCESS)
}

pub(super) fn erase(global: &Global, args: &Who) -> Result<ExitCode, Failure> {
    let Who { code, who } = args;
    let erased = change(global, args, |workspace| {
        let desk = workspace.desk();
        erase::erase_known(&desk, desk.store, code, who)?.ok_or(ActError::NoPerson(code.clone()))
    })?;
    let kept = erased.map_or_else(String::new, |number| {
        format!(": of certificate {number} only the number, the dates and the status are known from now on")
    });
    output::line(format!("erased from {code}{kept}"));
    output::note(
        "note: their bytes go out of the store's files with `testamur store compact`, and out of your backups when you \
         delete those",
    );
    Ok(ExitCode::SUCCESS)
}

/// Does one act on somebody, anew if somebody else was faster.
fn change<T>(global: &Global, about: &Who, act: impl Fn(&Workspace) -> Result<T, ActError>) -> Result<T, Failure> {
    let workspace = Workspace::open(global)?;
    workspace.event(&about.code)?;
    acts::retried(|| act(&workspace)).map_err(|error| match error {
        ActError::NoPerson(_) => Failure::new(format!("nobody in event `{}` goes by `{}`", about.code, about.who))
            .hint(format!("see who is in it: testamur people list {}", about.code)),
        ActError::HasCertificate(_) => {
            Failure::new(error).hint("erase them: number and status of the certificate stay, nothing else does")
        }
        ActError::AlreadyListed | ActError::NotListed | ActError::Excluded => {
            Failure::new(error).hint("nothing was changed; `testamur people unlist` takes somebody off both lists")
        }
        error => explain(error),
    })
}
