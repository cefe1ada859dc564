//! `testamur people`: who is in an event, in the order of the list; what is done to one of them is in `people_change`.

use std::collections::BTreeSet;
use std::process::ExitCode;

use serde_json::json;

use super::Global;
use super::files::Names;
use super::output::{self, Failure};
use super::people_change;
use super::people_person;
use super::workspace::Workspace;
use crate::credential::EventCode;
use crate::files::{FileKind, NamePattern, csv_writer};
use crate::import::safe_cell;
use crate::store::{Fields, PeopleQuery, PersonKey, Standing};

/// How many records are read at once.
const PAGE: usize = 500;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// List the people of an event, and their certificates
    List {
        /// The event
        code: EventCode,
        /// Only whose name, e-mail or external id holds this
        #[arg(long)]
        text: Option<String>,
        /// Show the further columns too
        #[arg(long)]
        fields: bool,
        /// Show who put each one in, and how
        #[arg(long)]
        entered: bool,
        /// Print one JSON object a line, with all that is known
        #[arg(long, conflicts_with = "csv")]
        json: bool,
        /// Print CSV (RFC 4180) with each one's certificate, its state, and the file that it is written to
        #[arg(long, conflicts_with_all = ["fields", "entered"])]
        csv: bool,
        #[command(flatten)]
        names: Names,
    },
    /// Let somebody get no certificate, whatever the rule says
    Exclude(people_change::Exclude),
    /// Let somebody get a certificate despite the rule
    Except(people_change::Except),
    /// Take somebody off the exclusions or the exceptions
    Unlist(people_change::Who),
    /// Take somebody out of an event who has no certificate
    Remove(people_change::Who),
    /// Say that somebody is the same person in another event
    Join(people_person::Two),
    /// Say that somebody is another person than in another event
    Split(people_person::Two),
    /// List all that one person has, in every event
    Person(people_change::Who),
    /// Erase somebody: all that names them goes, number and status of a certificate stay
    Erase(people_change::Who),
}

pub(super) fn run(global: &Global, command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::List { code, text, csv: true, names, .. } => {
            list_csv(&Workspace::open_to_read(global)?, &code, &PeopleQuery { text, places: None }, &names.file_names)
        }
        Command::List { code, text, fields, entered, json, .. } => {
            list(&Workspace::open_to_read(global)?, &code, &PeopleQuery { text, places: None }, (fields, entered), json)
        }
        Command::Exclude(args) => people_change::exclude(global, &args),
        Command::Except(args) => people_change::except(global, &args),
        Command::Unlist(args) => people_change::unlist(global, &args),
        Command::Remove(args) => people_change::remove(global, &args),
        Command::Join(args) => people_person::join(global, &args),
        Command::Split(args) => people_person::split(global, &args),
        Command::Person(args) => people_person::person(global, &args),
        Command::Erase(args) => people_change::erase(global, &args),
    }
}

/// The columns for other programs, as a mail merge.
const COLUMNS: [&str; 9] =
    ["name", "email", "external_id", "number", "version", "state", "issued", "valid_until", "file"];

fn list_csv(
    workspace: &Workspace,
    code: &EventCode,
    query: &PeopleQuery,
    names: &NamePattern,
) -> Result<ExitCode, Failure> {
    workspace.event(code)?;
    let (store, now) = (&*workspace.store, workspace.desk().now);
    let (mut table, mut cursor) = (csv_writer(Vec::new()), None::<String>);
    let broken = |error: csv::Error| Failure::new(error);
    table.write_record(COLUMNS).map_err(broken)?;
    loop {
        let page = store.find_participants(code, query, cursor.as_deref(), PAGE)?;
        let keys: Vec<&PersonKey> = page.items.iter().map(|person| &person.key).collect();
        let numbers = store.certificates_of(code, &keys)?;
        let certificates = store.certificates_at(&numbers.iter().flatten().collect::<Vec<_>>())?;
        let mut certificates = certificates.into_iter();
        for (person, number) in page.items.iter().zip(&numbers) {
            let certificate = number.as_ref().and_then(|_| certificates.next().flatten());
            let mut row = vec![person.name.clone()];
            row.extend([&person.email, &person.external_id].map(|text| text.clone().unwrap_or_default()));
            row.extend(match &certificate {
                None => [const { String::new() }; 6],
                Some(one) => [
                    one.number.to_string(),
                    one.version.to_string(),
                    Standing::of(one, now).name().to_owned(),
                    one.issued.to_string(),
                    one.valid_until.map(|until| until.to_string()).unwrap_or_default(),
                    names.file_of(store, one, FileKind::Pdf)?,
                ],
            });
            table.write_record(row.iter().map(|cell| safe_cell(cell))).map_err(broken)?;
        }
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    let table = table.into_inner().map_err(|error| Failure::new(error.into_error()))?;
    output::whole(&String::from_utf8_lossy(&table));
    Ok(ExitCode::SUCCESS)
}

fn list(
    workspace: &Workspace,
    code: &EventCode,
    query: &PeopleQuery,
    (with_fields, with_entered): (bool, bool),
    as_json: bool,
) -> Result<ExitCode, Failure> {
    workspace.event(code)?;
    let store = &workspace.store;
    let (mut rows, mut columns, mut cursor) = (Vec::new(), BTreeSet::new(), None::<String>);
    loop {
        let page = store.find_participants(code, query, cursor.as_deref(), PAGE)?;
        for person in page.items {
            let number = store.certificate_of(code, &person.key)?;
            if as_json {
                output::json(&json!({
                    "person": person.key, "name": person.name, "email": person.email, "fields": person.fields,
                    "externalId": person.external_id, "locale": person.locale, "progress": person.progress,
                    "imported": person.imported, "certificate": number,
                    "entered": person.entered.unwrap_or_default(), "progressEntered": person.progress_entered,
                }));
            } else {
                let dash = || "-".to_owned();
                let number = number.map_or_else(dash, |number| number.to_string());
                columns.extend(person.fields.keys().filter(|_| with_fields).cloned());
                let mut row = vec![person.name, person.email.unwrap_or_else(dash), number];
                row.extend(with_entered.then(|| person.entered.unwrap_or_default().to_string()));
                rows.push((row, person.fields));
            }
        }
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    if !as_json {
        let mut heads = vec!["NAME", "E-MAIL", "CERTIFICATE"];
        heads.extend(with_entered.then_some("ENTERED"));
        heads.extend(columns.iter().map(|c| &**c));
        let cell = |fields: &Fields, column: &String| {
            fields.get(column).map(|value| value.replace(['\n', '\r'], " ")).unwrap_or_default()
        };
        let whole = |(mut row, fields): (Vec<String>, Fields)| {
            row.extend(columns.iter().map(|column| cell(&fields, column)));
            row
        };
        output::table(&heads, &rows.into_iter().map(whole).collect::<Vec<_>>());
    }
    Ok(ExitCode::SUCCESS)
}
