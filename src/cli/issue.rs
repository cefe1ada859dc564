//! `testamur issue`: makes a run over everybody in an event who is to have a certificate, does it in this process, and draws
//! what each step answers.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::sync_channel;

use indicatif::ProgressBar;
use serde_json::json;

use super::Global;
use super::event;
use super::event_update::named;
use super::files::{FileWriter, Names, left_out};
use super::output::{self, Explain, Failure};
use super::time;
use super::workspace::{ANY, Workspace, vault_failure};
use crate::acts::run::{
    self, Counters, Done, Fate, HAS_ONE, Holder, Kind, Row, RowState, RunError, RunOver, RunReason, RunRecord,
    RunRequest, Selected, Step,
};
use crate::acts::{self, NotReady};
use crate::credential::{CertificateNumber, EventCode, Timestamp};
use crate::desk::Desk;
use crate::files::{Badges, FileKind, FilesError, Maker, Prover};
use crate::import::is_email;
use crate::making::{Faces, NotProven, OwnKeys, StageTimes, Trial, Workshop};
use crate::store::{Cause, Certificate, CertificateState, PersonKey, Store, StoreError};
use crate::vault::Vault;

/// Most people named before a dry run's counts.
const SHOWN: u64 = 20;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The event
    code: EventCode,
    /// Only these people, by e-mail or certificate number
    #[arg(long, value_name = "EMAIL|NUMBER", num_args = 1..)]
    only: Vec<String>,
    /// Another certificate, with a number of its own, for these people who have one and did better since; the first one stays
    /// what it is
    #[arg(long, value_name = "EMAIL|NUMBER", num_args = 1.., conflicts_with_all = ["only", "failed"])]
    retake: Vec<String>,
    /// Only those for whom an earlier run failed and who still lack one
    #[arg(long, conflicts_with = "only")]
    failed: bool,
    /// Drawn by this template instead of the event's: built in, of the library, a digest, or a folder or file
    #[arg(long, value_name = "NAME")]
    template: Option<String>,
    /// The day that first certificates say they were issued on, not before the event begins; needs --reason. The number bears
    /// its year, and validity is counted from it
    #[arg(long, value_name = "DAY", value_parser = time::date, requires = "reason")]
    issued_on: Option<Timestamp>,
    /// Why certificates bear another day of issue; kept with each, and not published
    #[arg(long, requires = "issued_on")]
    reason: Option<String>,
    /// Say who would get a certificate, and sign nothing
    #[arg(long)]
    dry_run: bool,
    /// Whether everybody may read the results (scores, grades, remarks), for an event that was never asked; kept with it
    #[arg(long, value_enum, value_name = "ANSWER", conflicts_with = "dry_run")]
    publish_results: Option<Answer>,
    /// Also write files into this folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Kinds of files
    #[arg(long, value_delimiter = ',', default_value = "pdf", requires = "out")]
    format: Vec<FileKind>,
    #[command(flatten)]
    names: Names,
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Answer {
    /// Results are signed, and everybody can read them
    #[value(alias = "true")]
    Yes,
    /// Results are kept, and not signed
    #[value(alias = "false")]
    No,
}

pub(super) fn run(global: &Global, args: Args) -> Result<ExitCode, Failure> {
    let workspace = Workspace::open(global)?;
    let desk = workspace.desk();
    let issued_in = workspace.event(&args.code)?;
    let faces = workspace.faces()?;
    let kept = args.template.as_ref().map(|name| named(&desk, &faces, &issued_in, name)).transpose()?;
    let reason = args.reason.as_deref().map(why).transpose()?;
    let request = RunRequest { kept, issued_on: args.issued_on, reason, ..request(&desk, &args)? };
    let planned = acts::planned(&desk, &args.code).map_err(event::explain)?;
    if let Some(unmarked) = event::nobody_marked(&acts::unmarked(&desk, &planned).map_err(event::explain)?) {
        output::note(format!("warning: {unmarked}"));
    }
    if args.dry_run {
        return dry_run(&workspace, &desk, &faces, &args, &request);
    }
    let vault = workspace.vault(global, None)?;
    let signer = vault.signer().map_err(vault_failure)?;
    settle_results(&desk, &faces, &args)?;
    let times = StageTimes::default();
    let (prover, badges) = (Prover::new(signer.clone(), &vault.manifest()), Badges::default());
    let writer = args.out.clone().map(|out| FileWriter {
        out,
        kinds: args.format.clone(),
        names: args.names.file_names.clone(),
        maker: Maker { desk, faces: &faces, prover: Some(&prover), badges: &badges },
        own: signer.own.clone(),
        times: &times,
    });
    let shown = Shown::new(args.json, output::progress(0, "issuing"));
    interrupted(&desk, &args.code)?;
    let workshop = Workshop { faces: &faces, signer: &signer, times: &times };
    let over = issue(&desk, &|| global.now(), (&workshop, &vault), &request, writer.as_ref(), &shown)?;
    if over.is_none() && !args.failed {
        nobody(&desk, &args.code)?;
    }
    finish(&args, over.as_ref(), shown.revoked.into_inner())
}

/// Reads why certificates bear another day.
fn why(text: &str) -> Result<RunReason, Failure> {
    Ok(RunReason { cause: Cause::Other, text: Some(super::replace::reason(text)?), now: false })
}

/// Says why a run is over nobody.
fn nobody(desk: &Desk, code: &EventCode) -> Result<(), Failure> {
    match desk.store.participants(code, None, 1)?.items.is_empty() {
        true => output::note(format!("hint: nobody is in this event yet: testamur import {code} people.csv")),
        false => {
            output::note("hint: nobody in this event meets its rule yet; GET /api/v1/events/CODE/eligibility says why")
        }
    }
    Ok(())
}

/// Ends what an earlier command began and was killed in: the run that follows goes over everybody anew, and whoever got
/// theirs keeps it.
fn interrupted(desk: &Desk, code: &EventCode) -> Result<(), Failure> {
    for ended in explain(run::end_interrupted(desk, Kind::Generate, Some(code)))? {
        output::note(format!("note: an earlier command was interrupted; {}", ended.stopped().unwrap_or_default()));
    }
    Ok(())
}

/// Keeps what is said about the event's results.
fn settle_results(desk: &Desk, faces: &Faces, args: &Args) -> Result<(), Failure> {
    let Some(answer) = args.publish_results else { return Ok(()) };
    let old = acts::planned(desk, &args.code).map_err(event::explain)?;
    let wanted = Some(answer == Answer::Yes);
    if old.event.publish_results != wanted {
        let details = acts::Details { publish_results: wanted, ..acts::Details::default() };
        acts::update(desk, faces, &old, &details).map_err(event::explain)?;
        let becomes = if answer == Answer::Yes { "signed, for everybody to read" } else { "kept, and not signed" };
        output::note(format!("note: results of event {} are {becomes} from now on", args.code));
    }
    Ok(())
}

/// Makes a run and does it, and draws one group while the next one is being signed. Nothing if the request is over nobody. It
/// stays this command's as long as `clock` is told of: a service beside it does other runs.
pub(super) fn issue(
    desk: &Desk,
    clock: &dyn Fn() -> Timestamp,
    (workshop, vault): (&Workshop, &Vault),
    request: &RunRequest,
    writer: Option<&FileWriter>,
    shown: &Shown,
) -> Result<Option<RunRecord>, Failure> {
    if let Some(writer) = writer {
        std::fs::create_dir_all(&writer.out).doing(format!("create {}", writer.out.display()))?;
    }
    let holder = Holder::to_the_end();
    let run = match run::create_held(desk, workshop.faces, &holder, request, ANY) {
        Err(RunError::Nobody) => return Ok(None),
        created => explain(created)?.run,
    };
    shown.bar.set_length(run.counters.total);
    std::thread::scope(|scope| {
        // One group waits while one is drawn: memory does not grow with the number of rows.
        let (sender, receiver) = sync_channel::<Done>(1);
        let drawing = scope.spawn(move || -> Result<Vec<NotProven>, FilesError> {
            let mut refused = Vec::new();
            let Some(writer) = writer else { return Ok(refused) };
            for done in receiver {
                let (missing, revoked) = missing(desk.store, writer, &done)?;
                shown.revoked.fetch_add(revoked, Ordering::Relaxed);
                writer.write_issued(done.firsts)?;
                refused.extend(writer.write_stored(&missing)?);
            }
            Ok(refused)
        });
        let work = || {
            loop {
                let desk = Desk { now: clock(), ..*desk };
                match explain(run::step_of(&desk, workshop, vault, &holder, &run.id))? {
                    Step::Group(done) => {
                        shown.group(&done);
                        // Who draws has failed, and says why.
                        if writer.is_some() && sender.send(*done).is_err() {
                            return Ok(None);
                        }
                    }
                    Step::Over(record) => return Ok(Some(*record)),
                    Step::Stalled { .. } => {}
                    Step::Elsewhere { .. } => return Err(Failure::new(ELSEWHERE).hint(GOES_ON)),
                    Step::Idle => return Ok(Some(explain(run::run(desk.store, &run.id))?.0)),
                }
            }
        };
        let over: Result<Option<RunRecord>, Failure> = work();
        if !matches!(&over, Ok(Some(_))) {
            // Best effort: it is given up in any case when its lease ends.
            let _ = run::give_back(&Desk { now: clock(), ..*desk }, &holder, &run.id);
        }
        drop(sender);
        let drawn = drawing.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        shown.bar.finish_and_clear();
        let refused = drawn
            .hint("make room or choose another folder, then run the command again: it completes what is missing")?;
        let over = over?;
        if let Some(problem) = over.as_ref().and_then(|over| over.problem.as_ref()) {
            return Err(Failure::new(problem).hint(GOES_ON));
        }
        left_out(&refused).map_or(Ok(over), Err)
    })
}

/// Why a command stops that was stopped itself for too long.
const ELSEWHERE: &str = "this command did not get on for so long that another worker goes on with its run";

/// What to do when a run could not go on.
const GOES_ON: &str = "what was acknowledged is safe; run the command again and it goes on";

fn explain<T>(result: Result<T, RunError>) -> Result<T, Failure> {
    result.map_err(|error| {
        if let RunError::Unasked(unasked) = &error {
            let how = format!("say it once, with `testamur issue {} --publish-results yes`, or `no`", unasked.0);
            return Failure::question(&error).hint(how);
        }
        let hint = match &error {
            RunError::Request { .. } => return Failure::usage(error).hint("nothing was changed"),
            RunError::NotReady(missing) if missing.contains(&NotReady::NoRule) => {
                "say who gets one: testamur event update CODE --rule everybody"
            }
            RunError::NotReady(missing) if missing.contains(&NotReady::NoTemplate) => {
                "choose one: testamur event update CODE --template classic"
            }
            _ => GOES_ON,
        };
        Failure::from(error).hint(hint)
    })
}

/// A run that was killed left records without files: they are drawn now, and so are next versions. A corrected certificate is
/// drawn again, lest its old copy be sent. Also counts those that are revoked, and not drawn.
fn missing(store: &dyn Store, writer: &FileWriter, done: &Done) -> Result<(Vec<Certificate>, usize), StoreError> {
    let firsts: BTreeSet<_> = done.firsts.iter().map(|first| &first.certificate.number).collect();
    let first = |row: &Row| row.number.as_ref().is_some_and(|number| firsts.contains(number));
    let rest =
        done.rows.iter().filter(|row| row.state == RowState::Skipped || row.state == RowState::Done && !first(row));
    let kept = rest.filter_map(|row| row.number.as_ref());
    let mut missing: Vec<Certificate> =
        kept.filter_map(|number| store.certificate(number).transpose()).collect::<Result<_, _>>()?;
    let known = missing.len();
    missing.retain(|certificate| certificate.state == CertificateState::Active);
    let revoked = known - missing.len();
    let mut wanted = Vec::with_capacity(missing.len());
    for certificate in missing {
        if certificate.version > 1 || writer.lacks(&certificate)? {
            wanted.push(certificate);
        }
    }
    Ok((wanted, revoked))
}

/// What is shown while a run goes on.
pub(super) struct Shown {
    /// One JSON object a line, each printed once its record is durable.
    pub json: bool,
    /// Progress on a terminal.
    pub bar: ProgressBar,
    /// How many certificates are not drawn again because they are revoked.
    revoked: AtomicUsize,
}

impl Shown {
    /// Returns what shows nothing yet.
    pub(super) fn new(json: bool, bar: ProgressBar) -> Self {
        Self { json, bar, revoked: AtomicUsize::new(0) }
    }

    fn group(&self, done: &Done) {
        let mut firsts = done.firsts.iter().peekable();
        for row in &done.rows {
            let first = firsts.next_if(|first| Some(&first.certificate.number) == row.number.as_ref());
            self.row(row, first.map(|first| &first.certificate));
        }
        self.bar.inc(done.rows.len() as u64);
    }

    fn row(&self, row: &Row, first: Option<&Certificate>) {
        let person = row.person.as_ref();
        let reason = row.reason.as_deref().unwrap_or_default();
        if self.json {
            output::json(&match (first, &row.number) {
                (Some(certificate), _) => json!({
                    "person": person, "outcome": "issued", "number": certificate.number,
                    "statusList": certificate.status.list, "statusIndex": certificate.status.index,
                }),
                (None, Some(number)) if row.state == RowState::Done => {
                    json!({ "person": person, "outcome": "new_version", "number": number })
                }
                (None, Some(number)) if reason == HAS_ONE => {
                    json!({ "person": person, "outcome": "already_has", "number": number })
                }
                (None, Some(number)) => {
                    json!({ "person": person, "outcome": "already_has", "number": number, "reason": reason })
                }
                (None, None) if row.state == RowState::Failed => {
                    json!({ "person": person, "outcome": "failed", "reason": reason })
                }
                (None, None) => json!({ "person": person, "outcome": "skipped", "reason": reason }),
            });
            return;
        }
        let who = person.map(|person| person.0.as_str()).unwrap_or_default();
        let number = row.number.as_ref().map(ToString::to_string).unwrap_or_default();
        let told = match row.state {
            RowState::Failed => format!("failed  {who}  {reason}"),
            RowState::Done if first.is_none() => format!("new version  {number}  {who}"),
            // Who lost theirs and stays without.
            RowState::Skipped if !reason.is_empty() && reason != HAS_ONE => format!("kept  {number}  {who}  {reason}"),
            _ => return,
        };
        self.bar.suspend(|| output::line(told));
    }
}

fn finish(args: &Args, over: Option<&RunRecord>, revoked: usize) -> Result<ExitCode, Failure> {
    let Counters { total, done, skipped, failed, new_versions } = over.map(|over| over.counters).unwrap_or_default();
    let issued = done - new_versions;
    if args.json {
        let run = over.map(|over| &over.id);
        let mut ended = json!({
            "run": run, "total": total, "issued": issued, "newVersions": new_versions, "alreadyHad": skipped,
            "failed": failed,
        });
        if args.out.is_some() {
            ended["revokedNotDrawn"] = json!(revoked);
        }
        output::json(&ended);
    } else {
        let anew = next_versions(new_versions);
        output::line(format!("{issued} issued, {anew}{skipped} had one already, {failed} failed, of {total}"));
        if let Some(out) = args.out.as_ref().filter(|_| done > 0 || skipped > revoked as u64) {
            output::line(format!("files are in {}", out.display()));
        }
        if revoked > 0 {
            let certificates = output::counted(revoked, "certificate is", "certificates are");
            output::line(format!("{certificates} revoked and not drawn again; a file from before stays where it is"));
        }
    }
    Ok(if failed > 0 { ExitCode::from(output::NOT_GOOD) } else { ExitCode::SUCCESS })
}

/// Says how many next versions there are, where there are some: a part of a sentence.
fn next_versions(count: u64) -> String {
    match count {
        0 => String::new(),
        count => format!("{}, ", output::counted(count as usize, "new version", "new versions")),
    }
}

fn dry_run(
    workspace: &Workspace,
    desk: &Desk,
    faces: &Faces,
    args: &Args,
    request: &RunRequest,
) -> Result<ExitCode, Failure> {
    let keys = workspace.keys()?;
    let manifest = keys.manifest();
    let kid = manifest.active().map(|key| format!("{}#{}", manifest.issuer, key.id));
    let kid = kid.ok_or_else(|| Failure::new("there is no active key").hint("make one with `testamur keys rotate`"))?;
    let shown = Shown::new(args.json, ProgressBar::hidden());
    let mut counters = Counters::default();
    let each = |Selected { mut row, fate, name }: Selected| {
        counters.total += 1;
        match &fate {
            Fate::Get(grant) => {
                counters.done += 1;
                would_get(desk, args, (&row, grant.earlier.as_ref()), &name, counters.done)?;
            }
            Fate::Replace(old, _) => {
                counters.new_versions += 1;
                would_renew(args, &row, &name, &old.number);
            }
            Fate::Keep(number, why) => {
                counters.skipped += 1;
                if why != HAS_ONE {
                    (row.state, row.reason, row.number) = (RowState::Skipped, Some(why.clone()), Some(number.clone()));
                    shown.row(&row, None);
                }
            }
            _ => {
                counters.failed += 1;
                (row.state, row.reason) = (RowState::Failed, fate.why().map(str::to_owned));
                shown.row(&row, None);
            }
        }
        Ok(())
    };
    let trial = Trial { faces, kid: &kid, own: &OwnKeys::of(manifest) };
    let previewed = run::preview(desk, &trial, request, u64::MAX, each);
    match previewed {
        Err(RunError::Nobody) => {}
        previewed => drop(explain(previewed)?),
    }
    let Counters { total, done, skipped, failed, new_versions } = counters;
    let more = done.saturating_sub(SHOWN);
    if more > 0 && !args.json {
        output::line(format!("… and {more} more; see them all with --json"));
    }
    if args.json {
        output::json(&json!({
            "dryRun": true, "total": total, "wouldIssue": done, "newVersions": new_versions, "alreadyHave": skipped,
            "wouldFail": failed,
        }));
    } else {
        let anew = next_versions(new_versions);
        output::line(format!(
            "{done} would get a certificate, {anew}{skipped} have one already, {failed} would fail, of {total}"
        ));
    }
    Ok(if failed > 0 { ExitCode::from(output::NOT_GOOD) } else { ExitCode::SUCCESS })
}

/// Names one who would get a certificate: all as JSON, else the first few.
fn would_get(
    desk: &Desk,
    args: &Args,
    (row, earlier): (&Row, Option<&CertificateNumber>),
    name: &str,
    place: u64,
) -> run::Result<()> {
    let Some(key) = &row.person else { return Ok(()) };
    if args.json {
        let mut would = json!({ "person": key, "name": name, "outcome": "would_issue" });
        if let Some(earlier) = earlier {
            would["earlier"] = json!(earlier);
        }
        output::json(&would);
    } else if place <= SHOWN {
        let person = desk.store.participant(&args.code, key)?;
        let address = person.and_then(|person| person.email).map(|email| format!(" <{email}>")).unwrap_or_default();
        let what = if earlier.is_some() { "another one" } else { "one" };
        output::line(format!("would get {what}  {name}{address}"));
    }
    Ok(())
}

/// Names one who would get a next version.
fn would_renew(args: &Args, row: &Row, name: &str, number: &CertificateNumber) {
    if args.json {
        output::json(&json!({ "person": row.person, "name": name, "outcome": "would_renew", "number": number }));
    } else {
        output::line(format!("would get a new version  {name}  {number}"));
    }
}

/// Returns the request for everybody in an event who is to have one: who works on this machine need not wait until the event
/// is completed.
pub(super) fn everybody(code: &EventCode) -> RunRequest {
    RunRequest {
        event: Some(code.clone()),
        over: Some(RunOver::AllEligible),
        anyway: true,
        ..RunRequest::of(Kind::Generate)
    }
}

/// Turns `--only` and `--retake` into people; somebody unknown is an error, not a silent nothing.
fn request(desk: &Desk, args: &Args) -> Result<RunRequest, Failure> {
    let mut only = Vec::new();
    let again = !args.retake.is_empty();
    for text in args.only.iter().chain(&args.retake) {
        let key = match text.parse::<CertificateNumber>() {
            Ok(number) => desk.store.certificate(&number)?.map(|certificate| certificate.person),
            Err(_) => known_as(desk, &args.code, text.trim())?,
        };
        match key {
            Some(key) if desk.store.participant(&args.code, &key)?.is_some() => {
                if !only.contains(&key) {
                    only.push(key);
                }
            }
            _ => {
                return Err(Failure::new(format!("nobody in event `{}` goes by `{text}`", args.code))
                    .hint("name people by their e-mail as imported, or by certificate number"));
            }
        }
    }
    if !only.is_empty() {
        return Ok(RunRequest { over: Some(RunOver::Selected), keys: only, again, ..everybody(&args.code) });
    }
    if args.failed {
        return Ok(RunRequest { over: Some(RunOver::Failed), ..everybody(&args.code) });
    }
    let barred = barred(desk, &args.code)?;
    if barred > 0 {
        let who = output::counted(barred, "person", "people");
        output::note(format!("note: excluded from this event, and left out: {who}"));
    }
    Ok(everybody(&args.code))
}

/// Counts who is excluded.
fn barred(desk: &Desk, code: &EventCode) -> Result<usize, Failure> {
    let (mut barred, mut cursor) = (0, None::<String>);
    loop {
        let page = acts::exclusions(desk.store, code, cursor.as_deref(), 1_000)?;
        barred += page.items.len();
        cursor = page.next;
        if cursor.is_none() {
            return Ok(barred);
        }
    }
}

/// Returns who has this e-mail or name now.
fn known_as(desk: &Desk, code: &EventCode, who: &str) -> Result<Option<PersonKey>, Failure> {
    let mut people = match is_email(who) {
        true => desk.store.people_at(code, who)?,
        false => desk.store.people_named(code, who)?,
    };
    if people.len() > 1 {
        let names: Vec<String> = people.iter().take(5).map(|person| format!("`{}`", person.name)).collect();
        return Err(Failure::new(format!("several people in event `{code}` go by `{who}`: {}", names.join(", ")))
            .hint("name the one by the name or the e-mail that only they have"));
    }
    Ok(people.pop().map(|person| person.key).or_else(|| Some(PersonKey(who.to_lowercase())).filter(|_| !is_email(who))))
}
