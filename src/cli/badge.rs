//! `testamur event badge`: the picture that an event's credentials are baked into.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::files::write_whole;
use super::output::{self, Explain, Failure};
use super::workspace::Workspace;
use crate::credential::EventCode;
use crate::files::Badge;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The event
    code: EventCode,
    /// File to write, .png or .svg
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub(super) fn run(workspace: &Workspace, args: &Args) -> Result<ExitCode, Failure> {
    let event = workspace.event(&args.code)?;
    let desk = workspace.desk();
    let drawn =
        || Badge::of(&event.achievement.name, &desk.issuer.name, workspace.faces()?.fonts()).doing("draw a badge");
    let bytes = match args.out.extension().and_then(|extension| extension.to_str()) {
        Some("png") => drawn()?.png,
        Some("svg") => drawn()?.svg.into_bytes(),
        _ => return Err(Failure::usage(format!("{} is neither .png nor .svg", args.out.display()))),
    };
    write(&args.out, &bytes)?;
    output::line(format!("the badge of event {} is in {}", args.code, args.out.display()));
    Ok(ExitCode::SUCCESS)
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    write_whole(path, bytes).doing(format!("write {}", path.display()))
}
