//! `testamur`: parse, run, exit.

use std::process::ExitCode;

use clap::Parser;
use testamur::cli::{self, Cli};

/// Issuing allocates in many small pieces from all cores at once.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match cli::run(Cli::parse()) {
        Ok(code) => code,
        Err(error) => cli::output::fail(&error),
    }
}
