//! `testamur mail settings`, `preview` and `test`: what an event says of mail, and how that looks.

use std::path::PathBuf;
use std::process::ExitCode;

use super::Global;
use super::mail::{clerk, explained, text_of};
use super::output::{self, Explain, Failure, counted};
use super::workspace::Workspace;
use crate::acts;
use crate::acts::run::RunOver;
use crate::acts::send::{self, When, Whom};
use crate::acts::standing::Blocks;
use crate::credential::EventCode;
use crate::mail::{AddressError, Mailbox};

#[derive(Debug, clap::Args)]
pub(super) struct Settings {
    /// The event
    code: EventCode,
    /// Send when somebody says so, or with each certificate that is issued
    #[arg(long, value_enum)]
    when: Option<WhenName>,
    /// Attach the PDF, or only lead to it by a link
    #[arg(long, value_enum)]
    certificate: Option<Carried>,
    /// Who messages are from; empty: as the configuration says
    #[arg(long, value_name = "NAME <ADDRESS>")]
    from: Option<String>,
    /// Where answers go; empty: as the configuration says
    #[arg(long, value_name = "ADDRESS")]
    reply_to: Option<String>,
    /// A text of its own: a file whose first line is the subject, and then a blank one
    #[arg(long, value_name = "FILE")]
    text: Option<PathBuf>,
    /// The language of that text; without one it is for all others
    #[arg(long, value_name = "TAG")]
    language: Option<String>,
    /// Tell by mail how a run of the event ended: who started it, and those of --notify
    #[arg(long, value_name = "yes|no", value_parser = super::event::yes_or_no)]
    run_notices: Option<bool>,
    /// Who else is told of runs: addresses, parted by commas; empty: nobody
    #[arg(long, value_name = "ADDRESSES")]
    notify: Option<String>,
    /// Tell participants that theirs was revoked, and that a revocation was taken back
    #[arg(long, value_name = "yes|no", value_parser = super::event::yes_or_no)]
    tell_revoked: Option<bool>,
    /// Tell participants that a new version takes the place of theirs
    #[arg(long, value_name = "yes|no", value_parser = super::event::yes_or_no)]
    tell_replaced: Option<bool>,
    /// Tell who asked for a correction what was decided
    #[arg(long, value_name = "yes|no", value_parser = super::event::yes_or_no)]
    tell_corrections: Option<bool>,
    /// Remind holders, once, so many days before their certificate ends; 0: not
    #[arg(long, value_name = "DAYS")]
    remind_days: Option<u16>,
    /// Count by a picture that a message was opened; its last line says so
    #[arg(long, value_name = "yes|no", value_parser = super::event::yes_or_no)]
    opens: Option<bool>,
    /// Take back all texts of its own
    #[arg(long, conflicts_with_all = ["text", "language"])]
    built_in_texts: bool,
}

/// When mail leaves, as it is typed.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum WhenName {
    ByHand,
    WithIssuing,
}

/// How a certificate goes, as it is typed.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Carried {
    Attached,
    Link,
}

#[derive(Debug, clap::Args)]
pub(super) struct Preview {
    /// The event
    code: EventCode,
    /// Somebody with a certificate, by e-mail or external id; the first if left out
    #[arg(long, value_name = "WHO")]
    person: Option<String>,
    /// The first to whom `mail send --newer` would send
    #[arg(long, conflicts_with = "person")]
    newer: bool,
    /// The first to whom `mail send --failed` would send
    #[arg(long, conflicts_with_all = ["person", "newer"])]
    failed: bool,
    /// A text in place of the event's own
    #[arg(long, value_name = "FILE")]
    text: Option<PathBuf>,
    /// Print the HTML
    #[arg(long)]
    html: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Test {
    /// The event
    code: EventCode,
    /// Your own address
    #[arg(long, value_name = "ADDRESS")]
    to: String,
    /// Somebody with a certificate, by e-mail or external id; the first if left out
    #[arg(long, value_name = "WHO")]
    person: Option<String>,
}

pub(super) fn settings(global: &Global, args: Settings) -> Result<ExitCode, Failure> {
    let workspace = Workspace::open(global)?;
    let desk = workspace.desk();
    workspace.event(&args.code)?;
    let old = acts::planned(&desk, &args.code)?;
    let mut mail = old.plan.mail.clone();
    if let Some(when) = args.when {
        mail.when = match when {
            WhenName::ByHand => When::ByHand,
            WhenName::WithIssuing => When::WithIssuing,
        };
    }
    if let Some(carried) = args.certificate {
        mail.attach = matches!(carried, Carried::Attached);
    }
    let mailbox = |name: &str, text: String| -> Result<Option<Mailbox>, Failure> {
        let read = Some(text.trim()).filter(|text| !text.is_empty()).map(str::parse::<Mailbox>).transpose();
        read.map_err(|error| Failure::usage(format!("--{name}: {error}")))
    };
    if let Some(from) = args.from {
        mail.from = mailbox("from", from)?;
    }
    if let Some(reply_to) = args.reply_to {
        mail.reply_to = mailbox("reply-to", reply_to)?;
    }
    mail.run_notices = args.run_notices.unwrap_or(mail.run_notices);
    mail.opens = args.opens.unwrap_or(mail.opens);
    mail.tell_revoked = args.tell_revoked.unwrap_or(mail.tell_revoked);
    mail.tell_replaced = args.tell_replaced.unwrap_or(mail.tell_replaced);
    mail.tell_corrections = args.tell_corrections.unwrap_or(mail.tell_corrections);
    if let Some(days) = args.remind_days {
        mail.remind_days = Some(days).filter(|days| *days > 0);
    }
    if let Some(notify) = args.notify {
        let addresses = notify.split(',').map(str::trim).filter(|address| !address.is_empty()).map(str::parse);
        let addresses: Result<_, AddressError> = addresses.collect();
        mail.notify = addresses.map_err(|error| Failure::usage(format!("--notify: {error}")))?;
    }
    if args.built_in_texts {
        mail.texts.clear();
    }
    if let Some(path) = &args.text {
        let text = text_of(path, args.language)?;
        mail.texts.retain(|known| known.language != text.language);
        mail.texts.push(text);
    }
    let planned = match mail == old.plan.mail {
        true => old,
        false => explained(send::settle(&desk, &old, mail))?,
    };
    let mail = &planned.plan.mail;
    let when = match mail.when {
        When::ByHand => "when somebody sends it: testamur mail send",
        When::WithIssuing => "with each certificate that is issued",
    };
    let as_configured = || "as configured".to_owned();
    let languages: Vec<_> = mail.texts.iter().map(|text| text.language.as_deref().unwrap_or("all others")).collect();
    output::line(format!("mail leaves  {when}"));
    output::line(format!("certificate  {}", if mail.attach { "attached" } else { "by a link" }));
    output::line(format!("from         {}", mail.from.as_ref().map_or_else(as_configured, ToString::to_string)));
    output::line(format!("answers to   {}", mail.reply_to.as_ref().map_or_else(as_configured, ToString::to_string)));
    output::line(format!(
        "own texts    {}",
        if languages.is_empty() { "none".to_owned() } else { languages.join(", ") }
    ));
    let notified: Vec<_> = mail.notify.iter().map(ToString::to_string).collect();
    output::line(match (mail.run_notices, notified.is_empty()) {
        (false, _) => "runs' ends   told to nobody".to_owned(),
        (true, true) => "runs' ends   told to who started them".to_owned(),
        (true, false) => format!("runs' ends   told to who started them, and {}", notified.join(", ")),
    });
    let told = [
        (mail.tell_revoked, "revoked, restored"),
        (mail.tell_replaced, "replaced"),
        (mail.tell_corrections, "corrections"),
    ];
    let mut told: Vec<_> = told.iter().filter(|(is, _)| *is).map(|(_, what)| (*what).to_owned()).collect();
    told.extend(mail.remind_days.map(|days| format!("{} before the end", counted(days, "day", "days"))));
    output::line(format!("also told    {}", if told.is_empty() { "nothing".to_owned() } else { told.join(", ") }));
    output::line(format!("opens        {}", if mail.opens { "counted by a picture" } else { "not counted" }));
    let would = explained(send::would_send(&desk, &args.code, &mut Blocks::default()))?;
    if would.sends > 0 {
        let (code, sends) = (&args.code, would.sends);
        output::line(format!("`testamur mail send {code}` would send {sends}; nobody was sent anything now"));
    }
    if would.newer > 0 {
        let people = counted(would.newer, "person has", "people have");
        let code = &args.code;
        output::line(format!("{people} a newer version than was sent; `testamur mail send {code} --newer` sends it"));
    }
    if would.without_address > 0 {
        let people = counted(would.without_address, "person has", "people have");
        output::line(format!("{people} a certificate and no address: nothing is sent to them"));
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn preview(global: &Global, args: &Preview) -> Result<ExitCode, Failure> {
    let workspace = Workspace::open_to_read(global)?;
    workspace.event(&args.code)?;
    let text = args.text.as_ref().map(|path| text_of(path, None)).transpose()?;
    let clerk = clerk(&workspace)?;
    let desk = workspace.desk();
    let over = match (args.newer, args.failed) {
        (true, _) => Some(RunOver::NewerVersion),
        (_, true) => Some(RunOver::Failed),
        _ => None,
    };
    let whom = match over {
        Some(over) => {
            let would = explained(send::would_send(&desk, &args.code, &mut Blocks::default()))?;
            Whom::Holder(explained(send::first_over(&desk, &args.code, over, &would))?)
        }
        None => args.person.clone().into(),
    };
    let shown = explained(clerk.preview(&desk, &args.code, &whom, text.into()))?;
    if args.html {
        output::line(shown.content.html.trim_end());
        return Ok(ExitCode::SUCCESS);
    }
    output::line(format!("From: {}", shown.from));
    if let Some(reply_to) = &shown.reply_to {
        output::line(format!("Reply-To: {reply_to}"));
    }
    output::line(format!("To: {}", shown.to));
    output::line(format!("Subject: {}", shown.content.subject));
    if shown.attached {
        output::line(format!("Attached: {}.pdf", shown.number));
    }
    if shown.stands_in {
        output::line(
            "Text: the built-in one about new versions, in place of the event's own, which does not say that it is about one",
        );
    }
    output::line("");
    output::line(shown.content.text.trim_end());
    Ok(ExitCode::SUCCESS)
}

pub(super) fn test(global: &Global, args: &Test) -> Result<ExitCode, Failure> {
    let to = args.to.parse().map_err(|error| Failure::usage(format!("--to: {error}")))?;
    let workspace = Workspace::open_to_read(global)?;
    workspace.event(&args.code)?;
    let relay = workspace.relay(global)?;
    let letter = explained(clerk(&workspace)?.test(
        &workspace.desk(),
        &args.code,
        &args.person.clone().into(),
        Default::default(),
        to,
    ))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().doing("send mail")?;
    let reply = runtime.block_on(relay.send_one(&letter)).doing("send a test message")?;
    output::line(format!("the relay took it: {reply}"));
    Ok(ExitCode::SUCCESS)
}
