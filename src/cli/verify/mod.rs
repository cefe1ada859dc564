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
use crate::verify::{AnchorError, Seen, TrustAnchors};
use inputs::{Answers, KINDS, inputs};
pub(super) use show::Tally;

/// How many files are verified between two prints.
const GROUP: usize = 256;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// PDF, PNG, JPEG, .jwt or .json files, folders, QR texts, or - for texts on stdin
    #[arg(required = true, value_name = "FILE|FOLDER|URL|-")]
    inputs: Vec<String>,
    /// Published site, or its trust.jws; of an issuer without one its did.json (or did:key:…) and its status lists; may be given
    /// several times
    #[arg(long, value_name = "SITE|FILE", env = "TESTAMUR_TRUST", value_delimiter = ',')]
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
            "pass --trust with a published site's folder or its trust.jws, got from the issuer by a way you trust; of an issuer \
             without one, its did.json",
        ));
    }
    let mut anchors = TrustAnchors::with_seen(read_state(args.state.as_deref())?);
    let mut files = args.trust.iter().map(|path| trust_file(path)).collect::<Result<Vec<_>, _>>()?;
    // A trust file says more than a DID document, and a list is nobody's until its issuer is there.
    files.sort_by_key(|(_, text)| (TrustAnchors::is_list(text), text.starts_with(['{', 'd'])));
    for (file, text) in files {
        match anchors.add_any(&text, None) {
            Ok(_) => {}
            Err(error @ AnchorError::HasTrustFile(_)) => output::note(format!("note: {file} adds nothing: {error}")),
            Err(error) => {
                let hint = match error {
                    AnchorError::UnknownIssuer(_) => "pass the issuer's did.json too, got by a way you trust",
                    AnchorError::NoKey | AnchorError::Did(_) => "it is the did.json of an issuer, or a did:key",
                    _ => "get a new one from the issuer, by a way you trust",
                };
                return Err(error).doing(format!("trust {file}")).hint(hint);
            }
        }
    }
    if let Some(path) = &args.state {
        let text = serde_json::to_vec_pretty(anchors.seen()).expect("versions and dates are plain JSON");
        write_whole(path, &text).doing(format!("write {}", path.display()))?;
    }
    Ok(anchors)
}

/// Reads one of the files that say whom to trust; the name `did:key:…` says it all.
fn trust_file(path: &Path) -> Result<(String, String), Failure> {
    let given = path.display().to_string();
    if given.starts_with("did:key:") {
        return Ok((given.clone(), given));
    }
    let file = if path.is_dir() { path.join("trust.jws") } else { path.to_owned() };
    let doing = || format!("read the trust file {}", file.display());
    let bytes = read_bounded(&file, limits::SNAPSHOT_BYTES as u64 * 2)
        .doing(doing())
        .hint("it is trust.jws of a published site, or the did.json or a status list of an issuer without one")?;
    let text = String::from_utf8(bytes).doing(doing())?;
    Ok((file.display().to_string(), text.trim().to_owned()))
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
