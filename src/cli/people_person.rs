//! `testamur people join`, `split` and `person`: who is one person in several events.

use std::process::ExitCode;

use super::Global;
use super::event::explain;
use super::output::{self, Failure};
use super::people_change::Who;
use super::workspace::Workspace;
use crate::acts::{self, ActError, portal};
use crate::credential::EventCode;
use crate::store::Participant;

/// Two enrolments.
#[derive(Debug, clap::Args)]
pub(super) struct Two {
    #[command(flatten)]
    who: Who,
    /// The other event
    other_code: EventCode,
    /// Who it is there
    other: String,
}

pub(super) fn join(global: &Global, args: &Two) -> Result<ExitCode, Failure> {
    said(global, args, true)?;
    output::line("they are one person: the portal shows both together, under either's address");
    Ok(ExitCode::SUCCESS)
}

pub(super) fn split(global: &Global, args: &Two) -> Result<ExitCode, Failure> {
    said(global, args, false)?;
    output::line("they are two people, whatever their names, ids and addresses say");
    Ok(ExitCode::SUCCESS)
}

fn said(global: &Global, args: &Two, joined: bool) -> Result<(), Failure> {
    let workspace = Workspace::open(global)?;
    let (code, one) = found(&workspace, &args.who.code, &args.who.who)?;
    let (other_code, other) = found(&workspace, &args.other_code, &args.other)?;
    acts::tie(&workspace.desk(), (&code, &one), (&other_code, &other), joined).map_err(explain)
}

fn found(workspace: &Workspace, code: &EventCode, who: &str) -> Result<(EventCode, Participant), Failure> {
    workspace.event(code)?;
    let person = acts::find(&*workspace.store, code, who).map_err(|error| match error {
        ActError::NoPerson(_) => Failure::new(format!("nobody in event `{code}` goes by `{}`", output::shown(who)))
            .hint(format!("see who is in it: testamur people list {code}")),
        error => explain(error),
    })?;
    Ok((code.clone(), person))
}

pub(super) fn person(global: &Global, args: &Who) -> Result<ExitCode, Failure> {
    let workspace = Workspace::open_to_read(global)?;
    let event = workspace.event(&args.code)?;
    let (_, person) = found(&workspace, &args.code, &args.who)?;
    let holder = portal::holder_of(&*workspace.store, &event, &person)?;
    let rows: Vec<_> = holder
        .into_iter()
        .flat_map(|holder| holder.holdings)
        .map(|one| {
            let number = one.certificate.map(|certificate| certificate.number.to_string());
            let email = one.person.email.unwrap_or_default();
            vec![one.event.code.to_string(), one.person.name, email, number.unwrap_or_default()]
        })
        .collect();
    output::table(&["EVENT", "NAME", "E-MAIL", "NUMBER"], &rows);
    Ok(ExitCode::SUCCESS)
}
