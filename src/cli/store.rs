//! `testamur store`: what is done to the store as a whole. Works while the service runs, through its socket, and without it.

use std::process::ExitCode;

use super::Global;
use super::output::{self, Explain, Failure};
use super::staff::{ask, connected};
use super::workspace::Workspace;
use crate::acts::erase;
use crate::server::admin;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Rewrite the store's files, so that they hold nothing of what was erased
    Compact,
}

pub(super) fn run(global: &Global, Command::Compact: Command) -> Result<ExitCode, Failure> {
    let compacted = match connected(global) {
        Some(service) => ask(service, admin::COMPACT)?,
        None => serde_json::to_value(erase::compact(&Workspace::open(global)?.desk()).hint(HINT)?).unwrap_or_default(),
    };
    let size = |name: &str| format!("{:.1} MB", compacted[name].as_u64().unwrap_or_default() as f64 / 1e6);
    output::line(format!("rewrote the store: {} before, {} now", size("before"), size("after")));
    output::line("backups and dumps that were made before still hold what they held");
    Ok(ExitCode::SUCCESS)
}

const HINT: &str = "the store is as it was; this needs as much room on the disk as the store takes";
