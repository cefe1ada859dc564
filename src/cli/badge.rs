//! `testamur event badge`: the picture that an event's credentials are baked into, written, or given to the event.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::files::write_whole;
use super::output::{self, Explain, Failure};
use super::workspace::Workspace;
use crate::acts;
use crate::credential::EventCode;
use crate::desk::Desk;
use crate::files::{self, Badges};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The event
    code: EventCode,
    /// File to write, .png or .svg
    #[arg(long, value_name = "FILE", required_unless_present_any = ["image", "drawn"])]
    out: Option<PathBuf>,
    /// Picture of the event's own: PNG of at least 200 pixels each way, or SVG without texts, at most 1 MB; in no credential
    #[arg(long, value_name = "FILE", conflicts_with = "drawn")]
    image: Option<PathBuf>,
    /// Take the event's own picture away: the badge is drawn from title and issuer again
    #[arg(long)]
    drawn: bool,
}

impl Args {
    /// Says whether the event gets another badge.
    pub(super) fn changes(&self) -> bool {
        self.image.is_some() || self.drawn
    }
}

pub(super) fn run(workspace: &Workspace, args: &Args) -> Result<ExitCode, Failure> {
    let event = workspace.event(&args.code)?;
    let desk = workspace.desk();
    if args.changes() {
        change(workspace, &desk, args)?;
    }
    let Some(out) = &args.out else { return Ok(ExitCode::SUCCESS) };
    let drawn = || {
        let (says, faces) = ((event.achievement.name.as_str(), desk.issuer.name.as_str()), workspace.faces()?);
        Badges::default().of_event(desk.store, &args.code, says, &faces).doing("draw a badge")
    };
    let bytes = match out.extension().and_then(|extension| extension.to_str()) {
        Some("png") => drawn()?.png.clone(),
        Some("svg") => drawn()?.svg.clone().into_bytes(),
        _ => return Err(Failure::usage(format!("{} is neither .png nor .svg", out.display()))),
    };
    write(out, &bytes)?;
    output::line(format!("the badge of event {} is in {}", args.code, out.display()));
    Ok(ExitCode::SUCCESS)
}

fn change(workspace: &Workspace, desk: &Desk, args: &Args) -> Result<(), Failure> {
    let old = acts::planned(desk, &args.code)?;
    let picture = match &args.image {
        Some(path) => Some(fs::read(path).doing(format!("read {}", path.display()))?),
        None => None,
    };
    if let Some(picture) = &picture
        && let Some(why) = files::undrawable(picture, workspace.faces()?.fonts())
    {
        return Err(Failure::usage(format!("file {why}")));
    }
    acts::set_badge(desk, &old, picture.as_deref()).map_err(super::event::explain)?;
    let what = if picture.is_some() { "has a badge of its own" } else { "has the badge that is drawn from its title" };
    output::line(format!("event {} {what}; what was signed stays as it is", args.code));
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    write_whole(path, bytes).doing(format!("write {}", path.display()))
}
