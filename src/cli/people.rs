//! `testamur people`: who is in an event, in the order of the list.

use std::process::ExitCode;

use serde_json::json;

use super::Global;
use super::output::{self, Failure};
use super::workspace::Workspace;
use crate::credential::EventCode;
use crate::store::Store;

/// How many records are read at once.
const PAGE: usize = 500;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// List the people of an event, and their certificates
    List {
        /// The event
        code: EventCode,
        /// Print one JSON object a line
        #[arg(long)]
        json: bool,
    },
}

pub(super) fn run(global: &Global, command: Command) -> Result<ExitCode, Failure> {
    let workspace = Workspace::open_to_read(global)?;
    match command {
        Command::List { code, json } => list(&workspace, &code, json),
    }
}

fn list(workspace: &Workspace, code: &EventCode, as_json: bool) -> Result<ExitCode, Failure> {
    workspace.event(code)?;
    let store = &workspace.store;
    let (mut rows, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let page = store.participants(code, cursor.as_deref(), PAGE)?;
        for person in page.items {
            let number = store.certificate_of(code, &person.key)?;
            if as_json {
                output::json(&json!({
                    "person": person.key, "name": person.name, "email": person.email, "fields": person.fields,
                    "imported": person.imported, "certificate": number,
                }));
            } else {
                let dash = || "-".to_owned();
                let number = number.map_or_else(dash, |number| number.to_string());
                rows.push(vec![person.name, person.email.unwrap_or_else(dash), number]);
            }
        }
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    if !as_json {
        output::table(&["NAME", "E-MAIL", "CERTIFICATE"], &rows);
    }
    Ok(ExitCode::SUCCESS)
}
