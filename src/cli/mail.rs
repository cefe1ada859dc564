//! `testamur mail`: sends, and says what became of each message. What an event says of mail is in `mail_event`.

use std::io::Read;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use serde_json::json;

use super::output::{self, Explain, Failure, counted};
use super::workspace::{ANY, Workspace};
use super::{Global, mail_event, serve, time};
use crate::acts::run::{self, Fate, Holder, Kind, RunError, RunOver, RunRequest};
use crate::acts::send::{self, Clerk, Office, SendError};
use crate::credential::{CertificateNumber, EventCode, Timestamp};
use crate::desk::Issuer;
use crate::mail::bounce::MAIL_BYTES;
use crate::mail::outbox::{self, MessageQuery};
use crate::mail::{Courier, MailError, Message, MessageId, OwnText, Sent, State, setup};
use crate::making::{Faces, OwnKeys};

/// Most rows shown of those that are sent nothing.
const SHOWN: usize = 20;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Send to all with a certificate in an event who were sent nothing
    Send(SendArgs),
    /// Hand over what is due in the outbox, where no service does
    Deliver,
    /// List messages, and where each stands
    List {
        /// Only of this event
        code: Option<EventCode>,
        /// Only in this state
        #[arg(long, value_parser = state)]
        state: Option<State>,
        /// Print one JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Show what became of a message, and how that is known
    Show {
        /// The message, or the certificate that it is about
        #[arg(value_name = "MESSAGE|NUMBER")]
        message: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Send about a certificate again
    Resend {
        /// The message, or the certificate that it is about
        #[arg(value_name = "MESSAGE|NUMBER")]
        message: String,
        /// The right address, which the person gets first
        #[arg(long, value_name = "ADDRESS")]
        to: Option<String>,
    },
    /// List messages of which nobody knows whether they left
    Ambiguous {
        /// Print one JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Stop the messages of a run that have not left
    Stop {
        /// The run
        run: String,
    },
    /// Take a mail that came back, from stdin, or all of a folder
    Bounce {
        /// The address that it came to, if that does not stand in its header
        #[arg(long, value_name = "ADDRESS", conflicts_with = "folder")]
        recipient: Option<String>,
        /// A Maildir, or a file of the mbox format
        #[arg(long, value_name = "PATH")]
        folder: Option<PathBuf>,
    },
    /// Show or settle what an event says of mail
    Settings(mail_event::Settings),
    /// Show a letter as it would go to somebody
    Preview(mail_event::Preview),
    /// Send a letter to yourself, as somebody would get it
    Test(mail_event::Test),
}

#[derive(Debug, clap::Args)]
pub(super) struct SendArgs {
    /// The event
    code: EventCode,
    /// Only these people, by e-mail or certificate number
    #[arg(long, value_name = "EMAIL|NUMBER", num_args = 1..)]
    only: Vec<String>,
    /// Only those whose last message bounced or failed
    #[arg(long, conflicts_with = "only")]
    failed: bool,
    /// Only those who were sent an earlier version of theirs, and told nothing of the newer one
    #[arg(long, conflicts_with_all = ["only", "failed"])]
    newer: bool,
    /// Say to whom it would go, and send nothing
    #[arg(long)]
    dry_run: bool,
    /// A text for this once: a file whose first line is the subject, and then a blank one
    #[arg(long, value_name = "FILE")]
    text: Option<PathBuf>,
    /// Nothing leaves before this instant
    #[arg(long, value_name = "T", value_parser = time::instant)]
    not_before: Option<Timestamp>,
}

fn state(text: &str) -> Result<State, String> {
    let names: Vec<_> = State::ALL.iter().map(|state| state.name()).collect();
    State::named(text).ok_or_else(|| format!("the states are {}", names.join(", ")))
}

pub(super) fn run(global: &Global, command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Send(args) => send_all(global, &args),
        Command::Deliver => {
            let workspace = Workspace::open(global)?;
            remind(&workspace)?;
            deliver(global, &workspace)
        }
        Command::List { code, state, json } => {
            list(global, &MessageQuery { event: code, state, ..Default::default() }, json)
        }
        Command::Ambiguous { json } => {
            list(global, &MessageQuery { state: Some(State::Ambiguous), ..Default::default() }, json)
        }
        Command::Show { message, json } => show(global, &message, json),
        Command::Resend { message, to } => resend(global, &message, to.as_deref()),
        Command::Stop { run } => stop(global, &run),
        Command::Bounce { recipient, folder } => bounce(global, recipient.as_deref(), folder),
        Command::Settings(args) => mail_event::settings(global, args),
        Command::Preview(args) => mail_event::preview(global, &args),
        Command::Test(args) => mail_event::test(global, &args),
    }
}

/// Reads a text of one's own: the subject, a blank line, the text.
pub(super) fn text_of(path: &PathBuf, language: Option<String>) -> Result<OwnText, Failure> {
    let whole = std::fs::read_to_string(path).doing(format!("read {}", path.display()))?.replace("\r\n", "\n");
    let missing =
        || Failure::usage(format!("{}: the first line is the subject, then comes a blank one", path.display()));
    let (subject, text) = whole.split_once("\n\n").ok_or_else(missing)?;
    let text = OwnText { language, subject: subject.trim_start_matches("Subject: ").to_owned(), text: text.to_owned() };
    text.check().map_err(|error| Failure::usage(format!("{}: {error}", path.display())))?;
    Ok(text)
}

fn send_all(global: &Global, args: &SendArgs) -> Result<ExitCode, Failure> {
    let workspace = Workspace::open(global)?;
    let desk = workspace.desk();
    workspace.event(&args.code)?;
    let request = request(args)?;
    let (mut rows, mut sends, mut nothing) = (Vec::new(), 0_u64, 0_usize);
    explained(run::affected(&desk, &request, |selected| {
        let what = match &selected.fate {
            Fate::Send(errand) => {
                sends += 1;
                errand.to.to_string()
            }
            other => {
                nothing += 1;
                format!("nothing: {}", other.why().unwrap_or_default())
            }
        };
        if args.dry_run || (matches!(&selected.fate, Fate::Nothing(_)) && rows.len() < SHOWN) {
            let number = selected.fate.number().or(selected.row.number.as_ref());
            rows.push(vec![number.map(ToString::to_string).unwrap_or_default(), selected.name, what]);
        }
        Ok(())
    }))?;
    if !rows.is_empty() {
        output::table(&["NUMBER", "NAME", "TO"], &rows);
    }
    if args.dry_run {
        output::line(format!("{} would be sent, {nothing} would not", counted(sends, "message", "messages")));
        return Ok(ExitCode::SUCCESS);
    }
    if sends == 0 {
        output::line("nobody is to be sent anything");
        return Ok(ExitCode::SUCCESS);
    }
    let run = put_out(global, &workspace, &request)?;
    let Some(run) = run else { return Ok(ExitCode::SUCCESS) };
    let done = run.counters.done;
    output::line(format!("{} put into the outbox by run {}", counted(done, "message is", "messages are"), run.id));
    if workspace.service.is_some() {
        output::line("the service that runs sends them; see `testamur mail list`");
        return Ok(ExitCode::SUCCESS);
    }
    deliver(global, &workspace)
}

fn request(args: &SendArgs) -> Result<RunRequest, Failure> {
    let (mut numbers, mut people) = (Vec::new(), Vec::new());
    for who in &args.only {
        match who.parse::<CertificateNumber>() {
            Ok(number) => numbers.push(number),
            Err(_) => people.push(who.clone()),
        }
    }
    let over = match () {
        () if !args.only.is_empty() => RunOver::Selected,
        () if args.failed => RunOver::Failed,
        () if args.newer => RunOver::NewerVersion,
        () => RunOver::ThoseWithout,
    };
    let mail = args.text.as_ref().map(|path| text_of(path, None)).transpose()?;
    let event = Some(args.code.clone());
    let not_before = args.not_before;
    Ok(RunRequest { event, over: Some(over), numbers, people, mail, not_before, ..RunRequest::of(Kind::Send) })
}

/// Makes a run that puts messages into the outbox, and does it. What an earlier command began and was killed in is ended first.
fn put_out(global: &Global, workspace: &Workspace, request: &RunRequest) -> Result<Option<run::RunRecord>, Failure> {
    let desk = workspace.desk();
    let holder = Holder::to_the_end();
    explained(run::end_interrupted(&desk, Kind::Send, request.event.as_ref()))?;
    let faces = workspace.faces()?;
    let made = match run::create_held(&desk, &faces, &holder, request, ANY) {
        Err(RunError::Nobody) => return Ok(None),
        made => explained(made)?.run,
    };
    Ok(Some(explained(run::unsigned(&desk, &|| global.now(), &holder, &made.id))?))
}

/// What a command's clerk works with.
pub(super) struct CommandOffice {
    issuer: Issuer,
    faces: Faces,
    own: Arc<OwnKeys>,
}

impl Office for CommandOffice {
    fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    fn faces(&self) -> &Faces {
        &self.faces
    }

    fn own(&self) -> Arc<OwnKeys> {
        Arc::clone(&self.own)
    }
}

/// Returns who writes letters for a command.
pub(super) fn clerk(workspace: &Workspace) -> Result<Clerk<CommandOffice>, Failure> {
    let config = workspace.mail_config()?.ok_or_else(not_set_up)?;
    let office = CommandOffice {
        issuer: workspace.config.issuer(),
        faces: workspace.faces()?,
        own: Arc::new(OwnKeys::of(workspace.keys()?.manifest())),
    };
    let public_url = match serve::address(&workspace.config)?.told() {
        Some(told) => Some(told.to_owned()),
        None => crate::mail::reached::reached(&*workspace.store)?,
    };
    Ok(Clerk::new(office, config, public_url))
}

fn deliver(global: &Global, workspace: &Workspace) -> Result<ExitCode, Failure> {
    workspace.mail_config()?.ok_or_else(not_set_up)?;
    if workspace.service.is_some() {
        output::line("the service that runs sends what is due; see `testamur mail list`");
        return Ok(ExitCode::SUCCESS);
    }
    let (relay, clerk) = (workspace.relay(global)?, clerk(workspace)?);
    let fixed = global.clock;
    let clock: crate::mail::Clock = Arc::new(move || fixed.unwrap_or_else(time::now));
    let courier = Courier::new(Arc::clone(&workspace.store), relay, Arc::new(clerk), clock);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.doing("send mail")?;
    let sent = runtime.block_on(courier.deliver_due()).doing("send mail")?;
    let stuck = setup::stuck(&*workspace.store)?.filter(|_| sent.stuck);
    Ok(told(sent, stuck.map(|stuck| stuck.problem)))
}

/// Reminds holders whose certificates end soon, where no service does.
fn remind(workspace: &Workspace) -> Result<(), Failure> {
    if workspace.service.is_none() {
        let count = explained(send::remind(&workspace.desk()))? as u64;
        if count > 0 {
            output::line(format!("{} reminded that their certificate ends", counted(count, "person is", "people are")));
        }
    }
    Ok(())
}

fn told(sent: Sent, problem: Option<String>) -> ExitCode {
    let Sent { sent: accepted, deferred, bounced, ambiguous, failed, stuck } = sent;
    output::line(format!(
        "{accepted} sent, {deferred} deferred, {bounced} bounced, {failed} failed, {ambiguous} ambiguous"
    ));
    if stuck {
        let problem = problem.unwrap_or_else(|| "the relay cannot be used".to_owned());
        output::note(format!("warning: {problem}"));
        output::note("hint: nothing is lost: what is due waits; run `testamur mail deliver` when that is mended");
    }
    if ambiguous > 0 {
        output::note(
            "hint: see `testamur mail ambiguous`: nobody knows whether those left, and they are not sent again by themselves",
        );
    }
    match stuck || bounced + failed + ambiguous > 0 {
        true => ExitCode::from(output::NOT_GOOD),
        false => ExitCode::SUCCESS,
    }
}

fn list(global: &Global, query: &MessageQuery, as_json: bool) -> Result<ExitCode, Failure> {
    let workspace = Workspace::open_to_read(global)?;
    query.event.as_ref().map(|code| workspace.event(code)).transpose()?;
    let mut rows = Vec::new();
    outbox::each::<Failure>(&*workspace.store, query, |message| {
        if as_json {
            output::json(&summary(&message));
        } else {
            let to = message.to.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
            let what = message.log.last().map(|last| last.what.clone()).unwrap_or_default();
            let (id, number, state) = (message.id.to_string(), message.about(), message.state.name());
            rows.push(vec![id, number, state.to_owned(), message.since().to_string(), to, what]);
        }
        Ok(())
    })?;
    if !as_json {
        output::table(&["MESSAGE", "ABOUT", "STATE", "SINCE", "TO", "WHAT"], &rows);
    }
    Ok(ExitCode::SUCCESS)
}

fn summary(message: &Message) -> serde_json::Value {
    json!({
        "message": message.id, "topic": message.topic, "event": message.event, "number": message.number, "version": message.version,
        "to": message.to, "state": message.state, "since": message.since(), "messageId": message.message_id,
        "run": message.run, "by": message.by, "created": message.created, "due": message.due,
        "attempts": message.attempts, "why": message.why, "againOf": message.again_of, "evidence": message.log,
    })
}

/// Returns the message of an id, or the newest one about a certificate.
fn named(workspace: &Workspace, text: &str) -> Result<MessageId, Failure> {
    if let Ok(id) = text.parse() {
        return Ok(id);
    }
    let none = || {
        Failure::new(format!("there is no message `{}`", output::shown(text)))
            .hint("list them with `testamur mail list`, or name a certificate by its number")
    };
    let number: CertificateNumber = text.parse().map_err(|_| none())?;
    let newest = outbox::newest_of(&*workspace.store, &number)?;
    Ok(newest.ok_or_else(none)?.0.message)
}

fn show(global: &Global, text: &str, as_json: bool) -> Result<ExitCode, Failure> {
    let workspace = Workspace::open_to_read(global)?;
    let message = explained(outbox::message(&*workspace.store, &named(&workspace, text)?))?.message;
    if as_json {
        output::json(&summary(&message));
        return Ok(ExitCode::SUCCESS);
    }
    let to = message.to.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
    output::line(format!("message      {}", message.id));
    match &message.number {
        Some(number) => output::line(format!("certificate  {number} (version {})", message.version)),
        None => output::line(format!("about        {}", message.about())),
    }
    output::line(format!("tells        {}", message.topic.words()));
    output::line(format!("to           {to}"));
    output::line(format!("state        {} since {}", message.state.name(), message.since()));
    output::line(format!("message-id   <{}>", message.message_id));
    if let Some(due) = message.due.filter(|_| message.state != State::Sending) {
        output::line(format!("due          {due}"));
    }
    for evidence in &message.log {
        let reply = evidence.reply.as_ref().map(|reply| format!(" ({reply})")).unwrap_or_default();
        output::line(format!("  {}  {}: {}{reply}", evidence.at, evidence.state.name(), evidence.what));
    }
    Ok(ExitCode::SUCCESS)
}

fn resend(global: &Global, text: &str, to: Option<&str>) -> Result<ExitCode, Failure> {
    let workspace = Workspace::open(global)?;
    let message = explained(send::resend(&workspace.desk(), &named(&workspace, text)?, to))?;
    output::line(format!("message {} about {} is put into the outbox", message.id, message.about()));
    if workspace.service.is_some() {
        output::line("the service that runs sends it; see `testamur mail list`");
        return Ok(ExitCode::SUCCESS);
    }
    deliver(global, &workspace)
}

fn stop(global: &Global, run: &str) -> Result<ExitCode, Failure> {
    let workspace = Workspace::open(global)?;
    let stopped = explained(send::stop(&workspace.desk(), run))?;
    output::line(format!("{} stopped; what left stays sent", counted(stopped as u64, "message is", "messages are")));
    Ok(ExitCode::SUCCESS)
}

fn bounce(global: &Global, recipient: Option<&str>, folder: Option<PathBuf>) -> Result<ExitCode, Failure> {
    let workspace = Workspace::open(global)?;
    let desk = workspace.desk();
    if let Some(folder) = folder {
        let read = send::from_folder(&desk, &folder).doing(format!("read {}", folder.display()));
        let (news, others) = read?;
        let news = counted(news as u64, "mail says", "mails say");
        output::line(format!("{news} something new; {others} are not about messages of ours"));
        return Ok(ExitCode::SUCCESS);
    }
    let mut mail = Vec::new();
    std::io::stdin().take(MAIL_BYTES as u64 + 1).read_to_end(&mut mail).doing("read the mail from stdin")?;
    match send::bounce(&desk, &mail, recipient) {
        Ok(reported) => {
            let (message, what) = (&reported.message, if reported.news { "is" } else { "was known to be" });
            output::line(format!("message {} about {} {what} {}", message.id, message.about(), message.state.name()));
            Ok(ExitCode::SUCCESS)
        }
        // A pipe that fails makes the mail server keep the mail, or send it on: this one is done with.
        Err(error @ SendError::NotOurs(_)) => {
            output::note(format!("note: {error}"));
            Ok(ExitCode::from(output::NOT_GOOD))
        }
        Err(error) => explained(Err(error)),
    }
}

/// Says that no mail is set up, and what to do.
pub(super) fn not_set_up() -> Failure {
    Failure::from(MailError::NotSetUp).hint("give it `relay` and `from`; docs/mail.md says how")
}

/// Says what to do about what went wrong.
pub(super) fn explained<T, E>(result: Result<T, E>) -> Result<T, Failure>
where
    SendError: From<E>,
{
    result.map_err(|error| {
        let error = SendError::from(error);
        match &error {
            SendError::Mail(MailError::NotSetUp) | SendError::Run(RunError::NoMail) => not_set_up(),
            SendError::UnderWay(..) => Failure::from(error).hint("wait, or stop it with `testamur mail stop RUN`"),
            SendError::Run(RunError::Unknown(_)) => {
                Failure::from(error).hint("name people by their e-mail, or certificates by number")
            }
            SendError::NoAddress(_) => Failure::from(error).hint("give it with --to"),
            SendError::Mail(MailError::NoMessage(_)) => {
                Failure::from(error).hint("list them with `testamur mail list`")
            }
            _ => Failure::from(error).hint("nothing was changed; see `testamur mail list`"),
        }
    })
}
