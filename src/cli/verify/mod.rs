//! `testamur verify`: files, folders and texts against trust anchors; no network, and no data folder needed.

mod inputs;
mod show;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use rayon::prelude::*;

use super::files::write_whole;
use super::output::{self, Explain, Failure};
use super::{Global, time};
use crate::credential::{Timestamp, limits};
use crate::reading::{Ask, ReadMode, Reader};
use crate::verify::{Seen, TrustAnchors};
use inputs::{Answers, KINDS, inputs};
pub(super) use show::Tally;

/// How many files are verified between two prints.
const GROUP: usize = 256;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// PDF, PNG, JPEG, .jwt or .json files, folders, QR texts, or - for texts on stdin
    #[arg(required = true, value_name = "FILE|FOLDER|URL|-")]
    inputs: Vec<String>,
    /// Published site, or its trust.jws; may be given several times
    #[arg(long, value_name = "SITE|trust.jws", env = "TESTAMUR_TRUST", value_delimiter = ',')]
    trust: Vec<PathBuf>,
    /// Remember the newest snapshots in this file, and refuse older ones from now on
    #[arg(long, value_name = "FILE", env = "TESTAMUR_STATE")]
    state: Option<PathBuf>,
    /// Verify as of this instant
    #[arg(long, value_name = "T", value_parser = time::instant)]
    at: Option<Timestamp>,
    /// Read the QR code too where a credential is attached, and compare
    #[arg(long)]
    thorough: bool,
    /// Print only what is not good, and the summary
    #[arg(long, conflicts_with = "json")]
    quiet: bool,
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
}

pub(super) fn run(global: &Global, args: Args) -> Result<ExitCode, Failure> {
    let tally = tally(global, &args)?;
    Ok(if tally.all_good() { ExitCode::SUCCESS } else { ExitCode::from(output::NOT_GOOD) })
}

/// Verifies, prints, and counts.
pub(super) fn tally(global: &Global, args: &Args) -> Result<Tally, Failure> {
    let now = args.at.unwrap_or_else(|| global.now());
    let anchors = anchors(args)?;
    let mode = if args.thorough { ReadMode::Thorough } else { ReadMode::Quick };
    let look = Look { anchors, now, reader: Reader::own(), ask: Ask { mode, ..Ask::default() } };
    let mut tally = Tally::default();
    for input in &args.inputs {
        for group in inputs(input)?.chunks(GROUP) {
            let answers: Vec<Answers> = group.par_iter().map(|item| item.answers(&look)).collect();
            answers.into_iter().for_each(|answers| tally.show(answers, args));
        }
    }
    tally.say_passed_over();
    if tally.total() == 0 {
        return Err(Failure::new("there is nothing to verify")
            .hint(format!("in folders, files ending in {} are looked at", KINDS.join(", "))));
    }
    if !args.json {
        tally.summary();
    }
    Ok(tally)
}

/// Loads the trust anchors, refusing any that is older than what was seen before.
fn anchors(args: &Args) -> Result<TrustAnchors, Failure> {
    if args.trust.is_empty() {
        return Err(Failure::usage("whom to trust was not said").hint(
            "pass --trust with a published site's folder or its trust.jws, got from the issuer by a way you trust",
        ));
    }
    let mut anchors = TrustAnchors::with_seen(read_state(args.state.as_deref())?);
    for path in &args.trust {
        let file = if path.is_dir() { path.join("trust.jws") } else { path.clone() };
        let bytes = read_bounded(&file, limits::SNAPSHOT_BYTES as u64 * 2)
            .doing(format!("read the trust snapshot {}", file.display()))
            .hint("it is trust.jws of a published site")?;
        let text = String::from_utf8(bytes).doing(format!("read the trust snapshot {}", file.display()))?;
        anchors
            .add(text.trim(), None)
            .doing(format!("trust {}", file.display()))
            .hint("get a new trust.jws from the issuer, by a way you trust")?;
    }
    if let Some(path) = &args.state {
        let text = serde_json::to_vec_pretty(anchors.seen()).expect("versions and dates are plain JSON");
        write_whole(path, &text).doing(format!("write {}", path.display()))?;
    }
    Ok(anchors)
}

fn read_state(path: Option<&Path>) -> Result<BTreeMap<String, Seen>, Failure> {
    match path {
        Some(path) if path.exists() => {
            let bytes = read_bounded(path, 1 << 20).doing(format!("read {}", path.display()))?;
            serde_json::from_slice(&bytes).doing(format!("read {}", path.display()))
        }
        _ => Ok(BTreeMap::new()),
    }
}

fn read_bounded(path: &Path, limit: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(std::io::Error::other(format!("it is larger than {limit} bytes")));
    }
    Ok(bytes)
}

/// What all of them are looked at with.
struct Look<'a> {
    anchors: TrustAnchors,
    now: Timestamp,
    reader: Reader,
    ask: Ask<'a>,
}
