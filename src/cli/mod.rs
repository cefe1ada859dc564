//! The command line: parses, joins the rooms, prints. The only place that reads the environment and the clock.
//!
//! Results go to stdout, progress and errors to stderr. Exit codes: 0 good, 1 a verdict or a row was not good, 2 wrong
//! usage, 3 could not do it.

mod badge;
mod begin;
mod bench;
mod bench_pictures;
mod certificates;
mod config;
mod demo;
pub mod demo_people;
mod dump;
mod event;
mod event_update;
mod files;
mod import;
mod init;
mod issue;
mod keys;
mod mail;
mod mail_config;
mod mail_event;
pub mod output;
mod passphrase;
mod people;
mod people_change;
mod people_person;
mod publish;
mod qr;
mod read_pieces;
mod replace;
mod revoke;
mod sample;
mod serve;
mod staff;
mod store;
mod template;
mod time;
mod verify;
mod workspace;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::credential::Timestamp;
use output::Failure;

/// Issue signed certificates that anyone can verify offline
#[derive(Debug, Parser)]
#[command(version, propagate_version = true, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
pub struct Global {
    /// Folder with testamur.toml, keys/ and the store
    #[arg(long, global = true, env = "TESTAMUR_DATA", default_value = ".", value_name = "DIR")]
    data: PathBuf,
    /// File whose first line is the passphrase of the keys (else TESTAMUR_PASSPHRASE, else a prompt)
    #[arg(long, global = true, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// Believe this machine's clock although it is far from all that is recorded; that is recorded too
    #[arg(long, global = true)]
    accept_clock: bool,
    /// Act as if it were this instant: for tests and reproducible demonstrations
    #[arg(long, global = true, env = "TESTAMUR_CLOCK", value_name = "T", value_parser = time::instant, hide = true)]
    clock: Option<Timestamp>,
}

impl Global {
    /// Returns the time.
    fn now(&self) -> Timestamp {
        self.clock.unwrap_or_else(time::now)
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Set up an issuer: configuration, keys and store
    Init(init::Args),
    /// List, check or preview templates
    #[command(subcommand)]
    Template(template::Command),
    /// Create, change, show or list events
    #[command(subcommand)]
    Event(event::Command),
    /// Import people into an event from CSV or XLSX
    Import(import::Args),
    /// List the people of an event; exclude, except or erase one
    #[command(subcommand)]
    People(people::Command),
    /// Issue certificates to everybody in an event who has none yet
    Issue(issue::Args),
    /// List, show or render certificates
    #[command(subcommand)]
    Certificates(certificates::Command),
    /// Revoke a certificate, by its number or by its file
    Revoke(revoke::Revoke),
    /// Take a revocation back that no publication holds yet
    Restore(revoke::Restore),
    /// Replace a certificate by a corrected one with the same number
    Regenerate(replace::Regenerate),
    /// List, rotate or give up keys
    #[command(subcommand)]
    Keys(keys::Command),
    /// Write the static site: keys, status lists, trust snapshot
    Publish(publish::Args),
    /// Verify certificates: PDF, PNG, JPEG, .jwt, QR texts; no network
    Verify(verify::Args),
    /// Pack a credential into a QR text, or unpack one
    #[command(subcommand)]
    Qr(qr::Command),
    /// Show the whole life of certificates with invented people
    Demo(demo::Args),
    /// Serve the API for staff and other systems
    Serve(serve::Args),
    /// List who may log in to the service, or let somebody in again
    #[command(subcommand)]
    Staff(staff::Command),
    /// Send mail about certificates, and see what became of it
    #[command(subcommand)]
    Mail(mail::Command),
    /// Rewrite the store
    #[command(subcommand)]
    Store(store::Command),
    /// Show or check the configuration
    #[command(subcommand)]
    Config(serve::ConfigCommand),
    /// Write everything in the store to a signed file
    Export(dump::Export),
    /// Rebuild the store from an exported file
    ImportDump(dump::Import),
    /// Measure certificates per second, stage by stage
    Bench(bench::Args),
    /// Read files for another process of this program, within limits
    #[command(hide = true)]
    ReadPieces,
}

/// Runs a command.
///
/// # Errors
/// When it could not do its work; a verdict or a row that is not good is exit code 1, not an error.
pub fn run(cli: Cli) -> Result<ExitCode, Failure> {
    let Cli { global, command } = cli;
    let global = &global;
    match command {
        Command::Init(args) => init::run(global, args),
        Command::Template(command) => template::run(global, command),
        Command::Event(command) => event::run(global, command),
        Command::Import(args) => import::run(global, args),
        Command::People(command) => people::run(global, command),
        Command::Issue(args) => issue::run(global, args),
        Command::Certificates(command) => certificates::run(global, command),
        Command::Revoke(args) => revoke::revoke(global, args),
        Command::Restore(args) => revoke::restore(global, args),
        Command::Regenerate(args) => replace::regenerate(global, args),
        Command::Keys(command) => keys::run(global, command),
        Command::Publish(args) => publish::run(global, args),
        Command::Verify(args) => verify::run(global, args),
        Command::Qr(command) => qr::run(command),
        Command::Demo(args) => demo::run(args),
        Command::Serve(args) => serve::run(global, args),
        Command::Staff(command) => staff::run(global, command),
        Command::Mail(command) => mail::run(global, command),
        Command::Store(command) => store::run(global, command),
        Command::Config(command) => serve::config(global, command),
        Command::Export(args) => dump::export(global, args),
        Command::ImportDump(args) => dump::import(global, args),
        Command::Bench(args) => bench::run(args),
        Command::ReadPieces => read_pieces::run(),
    }
}
