//! `testamur issue`: certificates for everybody in an event who has none yet.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};

use indicatif::ProgressBar;
use serde_json::json;

use super::Global;
use super::files::{FileError, FileWriter, Format, left_out};
use super::output::{self, Explain, Failure};
use super::workspace::Workspace;
use crate::credential::{CertificateNumber, EventCode};
use crate::eligibility::Rule;
use crate::enrolment;
use crate::issuance::import::is_email;
use crate::issuance::{
    self, Desk, Faces, IssueRequest, Issued, NotProven, Outcome, RowResult, Signer, Sink, StageTimes, Unasked, Workshop,
};
use crate::store::{Certificate, CertificateState, Event, Participant, PersonKey, RunTotals};

/// Most people named before a dry run's counts.
const SHOWN: u64 = 20;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The event
    code: EventCode,
    /// Only these people, by e-mail or certificate number
    #[arg(long, value_name = "EMAIL|NUMBER", num_args = 1..)]
    only: Vec<String>,
    /// Say who would get a certificate, and sign nothing
    #[arg(long)]
    dry_run: bool,
    /// Whether everybody may read the results (scores, grades, remarks), for an event that was never asked; kept with it
    #[arg(long, value_enum, value_name = "ANSWER")]
    publish_results: Option<Answer>,
    /// Also write files into this folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Kinds of files
    #[arg(long, value_delimiter = ',', default_value = "pdf", requires = "out")]
    format: Vec<Format>,
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
    let event = workspace.event(&args.code)?;
    let request = request(&desk, &args)?;
    settle_results(&desk, event, &args, &request)?;
    if args.dry_run {
        return dry_run(&workspace, &desk, &args, &request);
    }
    let signer = workspace.signer(global)?;
    let faces = workspace.faces()?;
    let times = StageTimes::default();
    let embedder = workspace.embedder(global, &args.format)?;
    let writer = args.out.clone().map(|out| FileWriter {
        out,
        embedder,
        own: signer.own.clone(),
        formats: args.format.clone(),
        faces: &faces,
        verifier: &desk.issuer.verifier,
        times: &times,
    });
    let shown = Shown::new(args.json, output::progress(count(&desk, &args.code, &request)?, "issuing"));
    let run = issue(&desk, &faces, &signer, &args.code, &request, writer.as_ref(), &times, &shown)?;
    finish(&args, run.totals, &run.id, shown.revoked.into_inner())
}

/// Keeps what is said about the event's results. Where it was never said, and one of these certificates would say one, it has
/// to be said first.
fn settle_results(desk: &Desk, event: Event, args: &Args, request: &IssueRequest) -> Result<(), Failure> {
    let Some(answer) = args.publish_results else {
        let how = format!("say it once, with `testamur issue {} --publish-results yes`, or `no`", event.code);
        return Unasked::check_list(desk.store, &event, request)?.map_err(Failure::question).hint(how);
    };
    let new = Event { publish_results: Some(answer == Answer::Yes), ..event.clone() };
    if new != event && !args.dry_run {
        let act = desk.act("event.update", &event.code, json!({ "changed": ["results"] }));
        desk.store.put_event(Some(&event), &new, &act)?;
        let becomes = if answer == Answer::Yes { "signed, for everybody to read" } else { "kept, and not signed" };
        output::note(format!("note: results of event {} are {becomes} from now on", event.code));
    }
    Ok(())
}

/// Issues, and draws one group while the next one is being signed.
#[expect(clippy::too_many_arguments, reason = "the wiring of one run; each is named at its two call sites")]
pub(super) fn issue(
    desk: &Desk,
    faces: &Faces,
    signer: &Signer,
    code: &EventCode,
    request: &IssueRequest,
    writer: Option<&FileWriter>,
    times: &StageTimes,
    shown: &Shown,
) -> Result<crate::store::Run, Failure> {
    if let Some(writer) = writer {
        std::fs::create_dir_all(&writer.out).doing(format!("create {}", writer.out.display()))?;
    }
    let workshop = Workshop { faces, signer, times };
    std::thread::scope(|scope| {
        // One group waits while one is drawn: memory does not grow with the number of rows.
        let (sender, receiver) = sync_channel::<Group>(1);
        let drawing = scope.spawn(move || -> Result<Vec<NotProven>, FileError> {
            let mut refused = Vec::new();
            let Some(writer) = writer else { return Ok(refused) };
            for group in receiver {
                writer.write_issued(group.issued)?;
                refused.extend(writer.write_stored(desk.store, &group.missing)?);
            }
            Ok(refused)
        });
        let hand_over = HandOver { desk, writer, sender: Mutex::new(writer.map(|_| sender)), shown };
        let run = issuance::issue(desk, &workshop, code, request, &hand_over);
        drop(hand_over);
        let drawn = drawing.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        shown.bar.finish_and_clear();
        let refused = drawn
            .hint("make room or choose another folder, then run the command again: it completes what is missing")?;
        let run = explain(run)?;
        left_out(&refused).map_or(Ok(run), Err)
    })
}

fn explain<T>(result: Result<T, issuance::IssueError>) -> Result<T, Failure> {
    result.hint("what was acknowledged is safe; run the command again and it goes on")
}

/// A group on its way to the drawing thread.
struct Group {
    issued: Vec<Issued>,
    missing: Vec<Certificate>,
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

struct HandOver<'a> {
    desk: &'a Desk<'a>,
    writer: Option<&'a FileWriter<'a>>,
    sender: Mutex<Option<SyncSender<Group>>>,
    shown: &'a Shown,
}

impl Sink for HandOver<'_> {
    fn group(&self, rows: Vec<RowResult>, issued: Vec<Issued>) -> Result<(), String> {
        rows.iter().for_each(|row| self.shown.row(row));
        let Some(writer) = self.writer else { return Ok(()) };
        // A run that was killed left records without files: they are drawn now. A corrected certificate is drawn again,
        // lest its old copy be sent.
        let missing = rows.iter().filter_map(|row| match &row.outcome {
            Outcome::AlreadyHas(number) => self.desk.store.certificate(number).transpose(),
            _ => None,
        });
        let mut missing: Vec<Certificate> = missing.collect::<Result<_, _>>().map_err(|e| e.to_string())?;
        let known = missing.len();
        missing.retain(|certificate| certificate.state == CertificateState::Active);
        self.shown.revoked.fetch_add(known - missing.len(), Ordering::Relaxed);
        missing.retain(|certificate| certificate.version > 1 || writer.lacks(&certificate.number));
        let sender = self.sender.lock().map_err(|_| "the drawing thread is gone")?;
        let sender = sender.as_ref().ok_or("the drawing thread is gone")?;
        sender.send(Group { issued, missing }).map_err(|_| "the drawing thread stopped".to_owned())
    }
}

impl Shown {
    /// Returns what shows nothing yet.
    pub(super) fn new(json: bool, bar: ProgressBar) -> Self {
        Self { json, bar, revoked: AtomicUsize::new(0) }
    }

    fn row(&self, row: &RowResult) {
        self.bar.inc(1);
        let person = &row.person;
        if self.json {
            output::json(&match &row.outcome {
                Outcome::Issued(certificate) => json!({
                    "person": person, "outcome": "issued", "number": certificate.number,
                    "statusList": certificate.status.list, "statusIndex": certificate.status.index,
                }),
                Outcome::AlreadyHas(number) => json!({ "person": person, "outcome": "already_has", "number": number }),
                Outcome::Failed(reason) => json!({ "person": person, "outcome": "failed", "reason": reason }),
            });
        } else if let Outcome::Failed(reason) = &row.outcome {
            self.bar.suspend(|| output::line(format!("failed  {}  {reason}", person.0)));
        }
    }
}

fn finish(args: &Args, totals: RunTotals, run: &str, revoked: usize) -> Result<ExitCode, Failure> {
    let RunTotals { total, issued, skipped, failed } = totals;
    if args.json {
        let mut ended =
            json!({ "run": run, "total": total, "issued": issued, "alreadyHad": skipped, "failed": failed });
        if args.out.is_some() {
            ended["revokedNotDrawn"] = json!(revoked);
        }
        output::json(&ended);
    } else {
        output::line(format!("{issued} issued, {skipped} had one already, {failed} failed, of {total}"));
        if let Some(out) = args.out.as_ref().filter(|_| issued > 0) {
            output::line(format!("files are in {}", out.display()));
        }
        if revoked > 0 {
            let certificates = output::counted(revoked, "certificate is", "certificates are");
            output::line(format!("{certificates} revoked and not drawn again; a file from before stays where it is"));
        }
        if total == 0 {
            output::note(format!("hint: nobody is in this event yet: testamur import {} people.csv", args.code));
        }
    }
    Ok(if failed > 0 { ExitCode::from(output::NOT_GOOD) } else { ExitCode::SUCCESS })
}

fn dry_run(workspace: &Workspace, desk: &Desk, args: &Args, request: &IssueRequest) -> Result<ExitCode, Failure> {
    let keys = workspace.keys()?;
    let manifest = keys.manifest();
    let kid = manifest.active().map(|key| format!("{}#{}", manifest.issuer, key.id));
    let kid = kid.ok_or_else(|| Failure::new("there is no active key").hint("make one with `testamur keys rotate`"))?;
    let mut totals = RunTotals::default();
    let shown = Shown::new(args.json, ProgressBar::hidden());
    let each = |person: &Participant, result: Result<Option<CertificateNumber>, String>| {
        totals.total += 1;
        match result {
            Ok(None) => {
                totals.issued += 1;
                would_get(args, person, totals.issued);
            }
            Ok(Some(_)) => totals.skipped += 1,
            Err(reason) => {
                totals.failed += 1;
                shown.row(&RowResult { person: person.key.clone(), outcome: Outcome::Failed(reason) });
            }
        }
    };
    explain(issuance::preflight(desk, &workspace.faces()?, &kid, &args.code, request, each))?;
    let RunTotals { total, issued, skipped, failed } = totals;
    let more = issued.saturating_sub(SHOWN);
    if more > 0 && !args.json {
        output::line(format!("… and {more} more; see them all with --json"));
    }
    if args.json {
        output::json(
            &json!({ "dryRun": true, "total": total, "wouldIssue": issued, "alreadyHave": skipped, "wouldFail": failed }),
        );
    } else {
        output::line(format!(
            "{issued} would get a certificate, {skipped} have one already, {failed} would fail, of {total}"
        ));
    }
    Ok(if failed > 0 { ExitCode::from(output::NOT_GOOD) } else { ExitCode::SUCCESS })
}

/// Names one who would get a certificate: all as JSON, else the first few.
fn would_get(args: &Args, person: &Participant, place: u64) {
    if args.json {
        output::json(&json!({ "person": person.key, "name": person.name, "outcome": "would_issue" }));
    } else if place <= SHOWN {
        let address = person.email.as_ref().map(|email| format!(" <{email}>")).unwrap_or_default();
        output::line(format!("would get one  {}{address}", person.name));
    }
}

/// Turns `--only` into people; somebody unknown is an error, not a silent nothing.
fn request(desk: &Desk, args: &Args) -> Result<IssueRequest, Failure> {
    let mut only = Vec::new();
    for text in &args.only {
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
    if enrolment::plan(desk.store, &args.code)?.0.rule.is_some_and(|rule| rule != Rule::Everybody) {
        output::note(
            "note: the event has a rule, which only runs of the service look at; this is for everybody in the list",
        );
    }
    let barred = barred(desk, &args.code)?;
    if !barred.is_empty() {
        let who = output::counted(barred.len(), "person", "people");
        output::note(format!("note: excluded from this event, and left out: {who}"));
    }
    Ok(IssueRequest { only, barred })
}

/// Returns who was excluded over HTTP: exclusions hold for both doors.
fn barred(desk: &Desk, code: &EventCode) -> Result<BTreeSet<PersonKey>, Failure> {
    let (mut barred, mut cursor) = (BTreeSet::new(), None::<String>);
    loop {
        let page = enrolment::exclusions(desk.store, code, cursor.as_deref(), 1_000)?;
        barred.extend(page.items.into_iter().map(|(person, _)| person.key));
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

/// Counts the people of a run, for the progress bar.
fn count(desk: &Desk, code: &EventCode, request: &IssueRequest) -> Result<u64, Failure> {
    use std::io::IsTerminal;
    if !request.only.is_empty() {
        return Ok(request.only.len() as u64);
    }
    if !std::io::stderr().is_terminal() {
        return Ok(0);
    }
    let (mut total, mut cursor) = (0, None::<String>);
    loop {
        let page = desk.store.participants(code, cursor.as_deref(), 1_000)?;
        total += page.items.len() as u64;
        cursor = page.next;
        if cursor.is_none() {
            return Ok(total);
        }
    }
}
