//! `testamur store`: what is done to the store as a whole.

use std::process::ExitCode;

use super::Global;
use super::output::{self, Explain, Failure};
use super::workspace::Workspace;
use crate::acts::erase;
use crate::store::Compacted;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Rewrite the store's files, so that they hold nothing of what was erased
    Compact,
}

pub(super) fn run(global: &Global, Command::Compact: Command) -> Result<ExitCode, Failure> {
    let Compacted { before, after } = erase::compact(&Workspace::open(global)?.desk()).hint(HINT)?;
    let size = |bytes: u64| format!("{:.1} MB", bytes as f64 / 1e6);
    output::line(format!("rewrote the store: {} before, {} now", size(before), size(after)));
    output::line("backups and dumps that were made before still hold what they held");
    Ok(ExitCode::SUCCESS)
}

const HINT: &str = "the store is as it was; this needs as much room on the disk as the store takes";
