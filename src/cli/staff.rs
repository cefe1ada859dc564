//! `testamur staff`: for the operator of this machine, who can always let an owner in again. Works while the service runs,
//! through its socket, and without it.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::process::ExitCode;

use serde_json::{Value, json};

use super::Global;
use super::output::{self, Explain, Failure};
use super::workspace::Workspace;
use crate::accounts::{Role, Scope};
use crate::credential::EventCode;
use crate::server::admin::{self, Invited, Limited};

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
    /// Make a link with which a member of staff sets a new password; sessions and API tokens end
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
            invite(global, &Invited { email, name, roles: roles.into_iter().collect(), events })
        }
        Command::Limit { email, events, all_events } => {
            let events = Scope::of((!all_events).then(|| events.into_iter().collect()));
            limit(global, &Limited { email, events })
        }
        Command::Reset { email, two_step } => reset(global, &email, two_step),
    }
}

fn list(global: &Global, as_json: bool) -> Result<ExitCode, Failure> {
    let answer = match connected(global) {
        Some(service) => ask(service, admin::STAFF_LIST)?,
        None => json!({ "staff": admin::staff(&Workspace::open_to_read(global)?.desk())? }),
    };
    let staff = answer["staff"].as_array().map(Vec::as_slice).unwrap_or_default();
    if as_json {
        staff.iter().for_each(output::json);
    } else {
        output::table(&["E-MAIL", "NAME", "ROLES", "EVENTS", "STATE"], &staff.iter().map(row).collect::<Vec<_>>());
    }
    Ok(ExitCode::SUCCESS)
}

fn row(member: &Value) -> Vec<String> {
    let text = |name: &str| member[name].as_str().unwrap_or_default().to_owned();
    let is = |name: &str| member[name].as_bool().unwrap_or_default();
    let roles = member["roles"].as_array().map(Vec::as_slice).unwrap_or_default();
    let roles: Vec<_> = roles.iter().filter_map(Value::as_str).collect();
    let state = match (is("disabled"), is("invited"), is("twoStep")) {
        (true, ..) => "disabled",
        (_, true, _) => "invited",
        (.., true) => "with second step",
        _ => "active",
    };
    let events = member["events"].as_array().map(|events| {
        let codes: Vec<_> = events.iter().filter_map(Value::as_str).collect();
        if codes.is_empty() { "none".to_owned() } else { codes.join(", ") }
    });
    vec![text("email"), text("name"), roles.join(", "), events.unwrap_or_else(|| "all".to_owned()), state.to_owned()]
}

fn invite(global: &Global, who: &Invited) -> Result<ExitCode, Failure> {
    let link = match connected(global) {
        Some(service) => {
            let told = serde_json::to_string(who).doing("ask the service")?;
            link_in(&ask(service, &format!("{}:{told}", admin::STAFF_INVITE))?)
        }
        None => {
            let workspace = Workspace::open(global)?;
            let public = super::serve::address(&workspace.config)?;
            public.link(admin::PASSWORD_PAGE, &admin::invite(&workspace.desk(), who)?)
        }
    };
    output::line("whoever opens this within 72 hours sets the password of the new member, once:");
    output::line(format!("    {link}"));
    Ok(ExitCode::SUCCESS)
}

fn limit(global: &Global, to: &Limited) -> Result<ExitCode, Failure> {
    match connected(global) {
        Some(service) => {
            let told = serde_json::to_string(to).doing("ask the service")?;
            ask(service, &format!("{}:{told}", admin::STAFF_LIMIT))?;
        }
        None => drop(admin::limit(&Workspace::open(global)?.desk(), to).hint(HINT)?),
    }
    output::line(match to.events.events() {
        Some(events) => format!(
            "{} sees {}, and nothing else",
            to.email,
            events.iter().map(EventCode::as_str).collect::<Vec<_>>().join(", ")
        ),
        None => format!("{} sees all events", to.email),
    });
    Ok(ExitCode::SUCCESS)
}

fn link_in(answer: &Value) -> String {
    answer["link"].as_str().unwrap_or_default().to_owned()
}

fn reset(global: &Global, email: &str, two_step: bool) -> Result<ExitCode, Failure> {
    // It is sent as a line.
    if email.contains(['\n', '\r']) {
        return Err(Failure::usage("this is not an e-mail address"));
    }
    let link = match connected(global) {
        Some(service) => {
            let command = if two_step { admin::STAFF_RESET_TWO_STEP } else { admin::STAFF_RESET };
            link_in(&ask(service, &format!("{command}:{email}"))?)
        }
        None => {
            let workspace = Workspace::open(global)?;
            let public = super::serve::address(&workspace.config)?;
            let token = admin::reset(&workspace.desk(), email, two_step).hint(HINT)?;
            public.link(admin::PASSWORD_PAGE, &token)
        }
    };
    output::line("whoever opens this within 72 hours sets a new password, once; older links are good no more,");
    output::line("and whoever is in the account now is out: its sessions and API tokens have ended:");
    output::line(format!("    {link}"));
    Ok(ExitCode::SUCCESS)
}

const HINT: &str = "see who there is with `testamur staff list`";

/// Connects to the service of this data folder, if it runs.
pub(super) fn connected(global: &Global) -> Option<UnixStream> {
    UnixStream::connect(global.data.join(admin::SOCKET)).ok()
}

pub(super) fn ask(mut service: UnixStream, command: &str) -> Result<Value, Failure> {
    writeln!(service, "{command}").doing("ask the service")?;
    let mut line = String::new();
    BufReader::new(service).read_line(&mut line).doing("ask the service")?;
    let answer: Value = serde_json::from_str(&line).doing("understand the service")?;
    match answer["error"].as_str() {
        Some(error) => Err(Failure::new(error).hint(HINT)),
        None => Ok(answer),
    }
}
