//! `testamur`: parse, run, exit.

use std::process::ExitCode;

use clap::Parser;
use testamur::cli::{self, Cli};

fn main() -> ExitCode {
    match cli::run(Cli::parse()) {
        Ok(code) => code,
        Err(error) => cli::output::fail(&error),
    }
}
