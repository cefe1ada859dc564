//! `testamur staff`: for the operator of this machine, who can always let an owner in again.

use std::collections::BTreeSet;
use std::process::ExitCode;

use super::Global;
use super::output::{self, Explain, Failure};
use super::workspace::Workspace;
use crate::accounts::{self, Change, Invitation, Role, Scope, Secret, Staff};
use crate::credential::EventCode;
use crate::desk::Desk;
use crate::server::{PASSWORD_PAGE, PublicUrl};

/// Members read at once.
const PAGE: usize = 500;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// List who may log in to the service
    List {
        /// Print one JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Invite a member of staff: prints the link to set a password with
    Invite {
        /// The member's e-mail
        email: String,
        /// The member's name
        #[arg(long)]
        name: String,
        /// What they are: viewer, issuer, revoker, key_officer or owner; may be given several times
        #[arg(long = "role", required = true, value_name = "ROLE")]
        roles: Vec<Role>,
        /// Limit the membership to this event; may be given several times
        #[arg(long = "event", value_name = "CODE")]
        events: Vec<EventCode>,
    },
    /// Limit a membership to events: what is outside does not exist for them
    Limit {
        /// The member's e-mail
        email: String,
        /// To this event; may be given several times
        #[arg(long = "event", value_name = "CODE", required_unless_present = "all_events")]
        events: Vec<EventCode>,
        /// End the limit
        #[arg(long, conflicts_with = "events")]
        all_events: bool,
    },
    /// Make a link with which a member of staff sets a new password; sessions, API tokens and the recovery sheet end
    Reset {
        /// The member's e-mail
        email: String,
        /// Take the second step away too: for who lost the telephone and the recovery codes
        #[arg(long)]
        two_step: bool,
    },
}

pub(super) fn run(global: &Global, command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::List { json } => list(global, json),
        Command::Invite { email, name, roles, events } => {
            let events = Scope::of(Some(events).filter(|events| !events.is_empty()).map(BTreeSet::from_iter));
            let roles = roles.into_iter().collect();
            invite(global, &Invitation { email: &email, name: &name, roles, events, language: None })
        }
        Command::Limit { email, events, all_events } => {
            let events = Scope::of((!all_events).then(|| events.into_iter().collect()));
            limit(global, &email, &events)
        }
        Command::Reset { email, two_step } => reset(global, &email, two_step),
    }
}

fn list(global: &Global, as_json: bool) -> Result<ExitCode, Failure> {
    let staff = everybody(&Workspace::open_to_read(global)?.desk())?;
    if as_json {
        staff.iter().for_each(output::json);
    } else {
        output::table(&["E-MAIL", "NAME", "ROLES", "EVENTS", "STATE"], &staff.iter().map(row).collect::<Vec<_>>());
    }
    Ok(ExitCode::SUCCESS)
}

fn everybody(desk: &Desk) -> accounts::Result<Vec<Staff>> {
    let (mut all, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let page = accounts::members(desk.store, cursor.as_deref(), PAGE)?;
        all.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            return Ok(all);
        }
    }
}

fn row(member: &Staff) -> Vec<String> {
    let roles: Vec<_> = member.roles.iter().map(ToString::to_string).collect();
    let state = match (member.disabled, member.invited, member.two_step) {
        (true, ..) => "disabled",
        (_, true, _) => "invited",
        (.., true) => "with second step",
        _ => "active",
    };
    let events = member.events.events().map(|events| match events.is_empty() {
        true => "none".to_owned(),
        false => listed(events),
    });
    let events = events.unwrap_or_else(|| "all".to_owned());
    vec![member.email.clone(), member.name.clone(), roles.join(", "), events, state.to_owned()]
}

fn listed(events: &BTreeSet<EventCode>) -> String {
    events.iter().map(EventCode::as_str).collect::<Vec<_>>().join(", ")
}

fn invite(global: &Global, who: &Invitation) -> Result<ExitCode, Failure> {
    let workspace = Workspace::open(global)?;
    let (_, token) = accounts::invite(&workspace.desk(), who)?;
    let link = address(&workspace)?.link(PASSWORD_PAGE, &token);
    output::line("whoever opens this within 72 hours sets the password of the new member, once:");
    output::line(format!("    {link}"));
    Ok(ExitCode::SUCCESS)
}

/// Limits a membership to events, or ends the limit.
fn limit(global: &Global, email: &str, events: &Scope) -> Result<ExitCode, Failure> {
    let workspace = Workspace::open(global)?;
    let desk = workspace.desk();
    let member = accounts::member_of(desk.store, email).hint(HINT)?;
    let change = Change { events: Some(events.clone()), ..Change::default() };
    accounts::update(&desk, &member.id, None, &change).hint(HINT)?;
    output::line(match events.events() {
        Some(events) => format!("{email} sees {}, and nothing else", listed(events)),
        None => format!("{email} sees all events"),
    });
    Ok(ExitCode::SUCCESS)
}

fn reset(global: &Global, email: &str, two_step: bool) -> Result<ExitCode, Failure> {
    let workspace = Workspace::open(global)?;
    let token = link(&workspace.desk(), email, two_step).hint(HINT)?;
    let link = address(&workspace)?.link(PASSWORD_PAGE, &token);
    output::line("whoever opens this within 72 hours sets a new password, once; older links are good no more,");
    output::line("and whoever is in the account now is out: its sessions, API tokens and recovery sheet have ended:");
    output::line(format!("    {link}"));
    Ok(ExitCode::SUCCESS)
}

const HINT: &str = "see who there is with `testamur staff list`";

/// Returns what links begin with: where the service that runs says that it is, else what the configuration says.
fn address(workspace: &Workspace) -> Result<PublicUrl, Failure> {
    match &workspace.service {
        Some(service) => service.address().parse().doing("understand where the service is"),
        None => super::serve::address(&workspace.config),
    }
}

/// Makes a link with which the member of an e-mail can set a new password; on demand the second step goes too.
fn link(desk: &Desk, email: &str, two_step: bool) -> accounts::Result<Secret> {
    let member = accounts::member_of(desk.store, email)?;
    if two_step && member.two_step {
        accounts::clear_two_step(desk, &member.id)?;
    }
    accounts::reset_link(desk, &member.id)
}
