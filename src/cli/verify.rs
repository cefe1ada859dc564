//! `testamur verify`: files, folders and texts against trust anchors; no network, and no data folder needed.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use rayon::prelude::*;
use serde_json::{Map, Value, json};

use super::files::write_whole;
use super::output::{self, Explain, Failure, shown};
use super::{Global, time};
use crate::credential::{Timestamp, limits};
use crate::inspect::{self, Finding, Page};
use crate::reading::{self, Ask, ReadMode, Reader, ReadingError};
use crate::verify::{Seen, StatusFreshness, TrustAnchors, Verdict};

/// Largest file that is read, in bytes.
const LARGEST_FILE: u64 = reading::FILE_BYTES as u64;
/// Kinds of files that are looked for in folders.
const KINDS: [&str; 9] = ["pdf", "png", "jpg", "jpeg", "jwt", "json", "txt", "zip", "eml"];
/// Kinds that may hold certificates and are not opened: each is said, lest it hide behind the others.
const CLOSED: [&str; 13] = ["7z", "rar", "tar", "gz", "tgz", "xz", "bz2", "msg", "p7m", "webp", "heic", "tif", "tiff"];
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
            let answers: Vec<Vec<Answer>> = group.par_iter().map(|item| item.answer(&look)).collect();
            answers.iter().flatten().for_each(|answer| tally.show(answer, args));
        }
    }
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

/// One thing to verify.
enum Input {
    File(PathBuf),
    Bytes(Vec<u8>),
    Text(String),
}

/// What all of them are looked at with.
struct Look<'a> {
    anchors: TrustAnchors,
    now: Timestamp,
    reader: Reader,
    ask: Ask<'a>,
}

/// Expands an argument into the things to verify.
fn inputs(argument: &str) -> Result<Vec<Input>, Failure> {
    if argument == "-" {
        return stdin();
    }
    let path = Path::new(argument);
    if path.is_dir() {
        let mut files = Vec::new();
        let others = walk(path, &mut files).doing(format!("read the folder {argument}"))?;
        if others > 0 {
            let others = output::counted(others, "file", "files");
            output::note(format!("{others} of other kinds in {} not looked at", shown(argument)));
        }
        files.sort();
        return Ok(files.into_iter().map(Input::File).collect());
    }
    if path.exists() {
        return Ok(vec![Input::File(path.to_owned())]);
    }
    let looks_like_text =
        argument.contains("#1") || ["http", "ey", "{"].iter().any(|start| argument.starts_with(start));
    if looks_like_text {
        return Ok(vec![Input::Text(argument.to_owned())]);
    }
    Err(Failure::new(format!("there is no file or folder `{argument}`"))
        .hint("pass a file, a folder, or the whole text of a QR code in quotes"))
}

/// Reads a file, or texts line by line, from stdin.
fn stdin() -> Result<Vec<Input>, Failure> {
    let mut bytes = Vec::new();
    std::io::stdin().lock().take(LARGEST_FILE + 1).read_to_end(&mut bytes).doing("read stdin")?;
    if bytes.len() as u64 > LARGEST_FILE {
        return Err(Failure::new(format!("there is more on stdin than {LARGEST_FILE} bytes"))
            .hint("write it to files, and pass their names"));
    }
    if !reading::is_text(&bytes) {
        return Ok(vec![Input::Bytes(bytes)]);
    }
    let Ok(text) = String::from_utf8(bytes) else {
        return Err(Failure::new("what is on stdin is neither text nor a file that is read")
            .hint("pass a PDF, a picture, an archive or a mail, or one QR text a line"));
    };
    if text.lines().nth(1).is_some() && is_json(&text) {
        return Ok(vec![Input::Text(text)]);
    }
    Ok(text.lines().filter(|line| !line.trim().is_empty()).map(|line| Input::Text(line.to_owned())).collect())
}

/// Returns whether a whole text is one JSON object, which may have many lines.
fn is_json(text: &str) -> bool {
    text.trim_start().starts_with('{') && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

/// Collects what is looked at in a folder; returns how many files are not.
fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<u64> {
    let mut others = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        // Links to folders are not followed: a folder that links to itself would never end. A pipe would never begin.
        if entry.file_type()?.is_dir() {
            others += walk(&path, files)?;
        } else if path.is_file() {
            let ends_in = |kind: &&str| path.extension().is_some_and(|e| e.eq_ignore_ascii_case(kind));
            if KINDS.iter().chain(&CLOSED).any(|kind| ends_in(kind)) {
                files.push(path);
            } else {
                others += 1;
            }
        }
    }
    Ok(others)
}

impl Input {
    fn answer(&self, look: &Look<'_>) -> Vec<Answer> {
        match self {
            Self::Text(text) => {
                let input = text.chars().take(60).collect();
                vec![Answer { input, inner: inspect::text(text, &look.anchors, look.now) }]
            }
            Self::Bytes(bytes) => look.file("-", bytes),
            Self::File(path) => {
                let input = path.display().to_string();
                match read_bounded(path, LARGEST_FILE) {
                    Err(error) => {
                        let size = fs::metadata(path).map_or(0, |metadata| metadata.len());
                        let error = if size > LARGEST_FILE {
                            ReadingError::TooLarge { bytes: usize::try_from(size).unwrap_or(usize::MAX) }
                        } else {
                            ReadingError::NoReader(error.to_string())
                        };
                        vec![Answer { input, inner: inspect::unreadable(error) }]
                    }
                    Ok(bytes) => look.file(&input, &bytes),
                }
            }
        }
    }
}

impl Look<'_> {
    fn file(&self, input: &str, bytes: &[u8]) -> Vec<Answer> {
        let inspected = inspect::file(bytes, &self.reader, &self.anchors, self.now, self.ask);
        let path = |name: Option<String>| name.map_or(input.to_owned(), |name| format!("{input}/{name}"));
        for inspect::Note { name, text, is_left_out } in inspected.notes {
            let what = if is_left_out { "skipped" } else { "note:" };
            output::note(format!("{what} {}: {}", shown(path(name)), shown(text)));
        }
        let answers = inspected.answers.into_iter();
        answers.map(|mut inner| Answer { input: path(inner.name.take()), inner }).collect()
    }
}

/// The answer about one credential found in one input.
struct Answer {
    input: String,
    inner: inspect::Answer,
}

impl Answer {
    fn to_json(&self) -> Value {
        let mut object = Map::from_iter([("input".to_owned(), json!(self.input))]);
        object.extend(self.inner.to_json());
        Value::Object(object)
    }

    fn to_text(&self) -> String {
        let sign = match &self.inner.finding {
            _ if self.inner.is_good() => "✓",
            Finding::Unreadable(_)
            | Finding::Verdict(Verdict::Valid(_) | Verdict::ValidStatusStale(_) | Verdict::StatusUnknown(_)) => "!",
            Finding::Verdict(_) => "✗",
        };
        // Whoever made the file chose these words, its name too.
        let mut text = format!("{sign} {:<18} {}", self.inner.finding.code(), shown(&self.input));
        let mut add = |line: String| text.extend(["\n    ", &shown(line)]);
        match (&self.inner.finding, self.inner.finding.verdict().and_then(Verdict::credential)) {
            (Finding::Unreadable(error), _) => add(format!("{error}; {}", error.hint())),
            (Finding::Verdict(Verdict::Malformed(problem)), _) => add(problem.to_string()),
            (Finding::Verdict(verdict), Some(credential)) => {
                let proven = if verdict.proven().is_some() { "" } else { "not proven: " };
                add(format!("{proven}{}  {}  {}", credential.number, credential.recipient, credential.title));
                add(format!("{proven}issued by {} ({})", credential.issuer_name, credential.issuer));
                if !self.inner.is_good() {
                    add(explanation(verdict));
                    add(verdict.guidance().hint.to_owned());
                }
            }
            _ => {}
        }
        if let Some((_, sentence)) = self.inner.page.warning() {
            add(sentence.to_owned());
        }
        for differs in &self.inner.disagreements {
            add(format!("the page does not print the signed {}: {}", differs.field, differs.signed));
        }
        text
    }
}

/// Says what a verdict means and what the issuer said about it.
fn explanation(verdict: &Verdict) -> String {
    let guidance = verdict.guidance();
    let mut text = guidance.detail.unwrap_or(guidance.sentence).to_owned();
    if let Some(StatusFreshness::AsOf { at, .. }) = verdict.proven().map(|proven| proven.checked().status) {
        text.push_str(&format!(" Revocation state of {at}."));
    }
    if let Some(reason) = verdict.reason() {
        text.push_str(&format!(" Since {}", reason.at));
        text.extend(reason.text.as_ref().map(|why| format!(": {why}")));
        text.push('.');
    }
    text
}

/// Verdicts by code.
#[derive(Default)]
pub(super) struct Tally {
    codes: BTreeMap<&'static str, u64>,
    differing: u64,
    not_good: u64,
}

impl Tally {
    fn show(&mut self, answer: &Answer, args: &Args) {
        *self.codes.entry(answer.inner.finding.code()).or_default() += 1;
        self.differing += u64::from(!answer.inner.disagreements.is_empty() || answer.inner.page != Page::Read);
        self.not_good += u64::from(!answer.inner.is_good());
        if args.json {
            output::json(&answer.to_json());
        } else if !(args.quiet && answer.inner.is_good()) {
            output::line(answer.to_text());
        }
    }

    /// Returns how many answers had this code.
    pub(super) fn count(&self, code: &str) -> u64 {
        self.codes.get(code).copied().unwrap_or_default()
    }

    /// Returns how many pages did not print what was signed.
    pub(super) fn differing(&self) -> u64 {
        self.differing
    }

    fn total(&self) -> u64 {
        self.codes.values().sum()
    }

    fn all_good(&self) -> bool {
        self.not_good == 0
    }

    fn summary(&self) {
        let counts: Vec<String> = self.codes.iter().map(|(code, count)| format!("{count} {code}")).collect();
        let differing = if self.differing > 0 {
            format!("; {} whose page differs or cannot be read", self.differing)
        } else {
            String::new()
        };
        output::line(format!("{} verified offline: {}{differing}", self.total(), counts.join(", ")));
    }
}
