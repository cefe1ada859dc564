//! An invitation is mailed to whom it is for, at once and outside of the outbox: its link lets somebody in, and is kept nowhere. Once:
//! who did not get it is given the link that was shown, or a new one.

use std::time::Duration;

use serde::Serialize;
use serde_json::json;
use tokio::time::timeout;
use utoipa::ToSchema;

use super::told::addressed;
use crate::accounts::{self, INVITATION_SECONDS, Secret, Staff};
use crate::desk::Desk;
use crate::mail::notices::{self, Invited};
use crate::mail::relay::{NotTaken, Patience};
use crate::mail::{Letter, Relay, Reply};
use crate::server::{App, Caller, PASSWORD_PAGE};

/// How long the mail server may take over each step, and over all: somebody waits for the link.
const STEP: Duration = Duration::from_secs(6);
const ALL: Duration = Duration::from_secs(12);

/// Whether it left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = InvitationMailState)]
enum State {
    /// The mail server took it.
    Sent,
    /// It did not leave.
    NotSent,
    /// It may have left or not.
    Unknown,
}

/// Which link it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sent {
    /// That of the invitation.
    First,
    /// One in its place.
    Again,
}

/// What became of the mail with an invitation.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = InvitationMail)]
pub(super) struct Mailed {
    /// Whether it left.
    state: State,
    /// What the mail server answered, or why it did not leave.
    #[schema(example = "250 2.0.0 Ok: queued as 4BA79298")]
    said: String,
}

impl Mailed {
    fn of(sent: Result<Reply, NotTaken>) -> Self {
        match sent {
            Ok(reply) => Self { state: State::Sent, said: reply.to_string() },
            Err(error @ NotTaken::Unknown) => Self { state: State::Unknown, said: error.to_string() },
            Err(error) => Self { state: State::NotSent, said: error.to_string() },
        }
    }
}

/// A letter, and through what it goes.
type Ready = (Relay, Letter);

/// Writes the letter with a link; nothing where no mail leaves, or nobody said where people reach the service.
pub(super) fn letter(
    app: &App,
    desk: &Desk,
    member: &Staff,
    (which, language, token): (Sent, Option<&str>, &Secret),
) -> Option<Result<Ready, String>> {
    let relay = app.mail_now().relay.clone()?;
    let address = app.reached_at();
    address.told()?;
    Some(written(desk, &relay, member, (which, language, address.link(PASSWORD_PAGE, token))))
}

fn written(
    desk: &Desk,
    relay: &Relay,
    member: &Staff,
    (which, language, link): (Sent, Option<&str>, String),
) -> Result<Ready, String> {
    let by = desk.actor.member().and_then(|id| accounts::member(desk.store, id).ok()).map(|one| one.name);
    let (issuer, hours, again) = (desk.issuer.name.clone(), INVITATION_SECONDS / 3_600, which == Sent::Again);
    let facts = Invited { by, issuer, link, hours, again };
    let content = notices::invited(language, &facts).map_err(|error| error.to_string())?;
    let letter = addressed(relay, desk.now, (&member.email, "invitation"), &content)?;
    let patience = Patience { connect: STEP, command: STEP, content: STEP };
    let relay = Relay::new(relay.config().clone(), patience).map_err(|error| error.to_string())?;
    Ok((relay, letter))
}

/// Hands a letter over, and writes down what became of it.
pub(super) async fn mailed(
    app: &App,
    caller: &Caller,
    id: &str,
    letter: Option<Result<Ready, String>>,
) -> Option<Mailed> {
    let (relay, letter) = match letter? {
        Ok(ready) => ready,
        Err(said) => return Some(Mailed { state: State::NotSent, said }),
    };
    let (app, caller, subject) = (app.clone(), caller.clone(), format!("staff:{id}"));
    // It goes on when who asked has gone: that it left is written down all the same.
    let sending = tokio::spawn(async move {
        let mailed = Mailed::of(relay.send_one(&letter).await);
        let detail = json!({ "mail": mailed.state });
        let noted = app.at_desk(&caller, move |_, desk| {
            Ok(desk.store.append_audit(&desk.act("staff.invite_mailed", subject, detail))?)
        });
        if let Err(problem) = noted.await {
            tracing::warn!(code = problem.code, "what became of a mailed invitation is not in the audit log");
        }
        mailed
    });
    let mailed = timeout(ALL, sending).await.ok().and_then(Result::ok);
    Some(mailed.unwrap_or_else(|| Mailed::of(Err(NotTaken::Unknown))))
}
