//! Which mail server takes the mail: shown, chosen, tried. What `testamur.toml` says stays.

use std::net::Ipv4Addr;
use std::sync::{Mutex, PoisonError};

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::event::own_address;
use super::problem::not_taken;
use crate::accounts::{Permission, Secret};
use crate::desk::Desk;
use crate::mail::chosen::{self, Chosen, Fault};
use crate::mail::relay::Patience;
use crate::mail::{Content, Heads, Letter, Mailbox, MessageId, Relay, Security, mime, setup};
use crate::server::extract::{Body, BodyIfAny};
use crate::server::problem::FieldProblem;
use crate::server::{App, Caller, MAIL_PASSWORD, Problem, RELAY_TESTS_AN_HOUR};

/// How long the server may take over each step when it is tried: somebody waits for the answer.
const STEP: std::time::Duration = std::time::Duration::from_secs(6);

/// Held by who chooses a mail server.
static CHOOSING: Mutex<()> = Mutex::new(());

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(show, choose, remove)).routes(routes!(test))
}

/// Which mail server takes the mail.
#[derive(Debug, Serialize, ToSchema)]
struct RelayView {
    /// Whether mail leaves from this service.
    set_up: bool,
    /// Whether `testamur.toml` says all of this; then it is changed there.
    fixed: bool,
    /// Its host.
    #[schema(example = "smtp.example.org")]
    relay: Option<String>,
    /// Its port.
    #[schema(example = 587)]
    port: Option<u16>,
    /// `starttls`, `tls` or `none`.
    #[schema(example = "starttls")]
    security: Option<&'static str>,
    /// Who logs in there.
    user: Option<String>,
    /// Whether a password is kept. It is shown to nobody.
    has_password: bool,
    /// Whether the password waits for the keys to be unlocked, and all mail with it.
    waits_for_keys: bool,
    /// Who messages are from, where an event does not say.
    #[schema(example = "Example Academy <certificates@example.org>")]
    from: Option<String>,
    /// Where answers go, where an event does not say.
    reply_to: Option<String>,
}

fn view(app: &App) -> Json<RelayView> {
    let now = app.mail_now();
    let config = now.config.as_ref();
    Json(RelayView {
        set_up: config.is_some(),
        fixed: now.fixed,
        relay: config.map(|config| config.relay.clone()),
        port: config.map(|config| config.port),
        security: config.map(|config| match config.security {
            Security::StartTls => "starttls",
            Security::Tls => "tls",
            Security::None => "none",
        }),
        has_password: now.user.is_some() && (now.relay.is_some() || now.waits),
        user: now.user.clone(),
        waits_for_keys: now.waits,
        from: config.map(|config| config.from.to_string()),
        reply_to: config.and_then(|config| config.reply_to.as_ref().map(ToString::to_string)),
    })
}

/// Show which mail server takes the mail
#[utoipa::path(get, path = "/mail/relay", tag = "Mail", extensions(("x-permission" = json!("settings"))),
    responses((status = 200, body = RelayView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn show(State(app): State<App>, caller: Caller) -> Result<Json<RelayView>, Problem> {
    caller.may_everywhere(Permission::Settings)?;
    Ok(view(&app))
}

/// A mail server.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "relay": "smtp.example.org", "security": "starttls", "user": "office", "password": "…", "from": "Example Academy <certificates@example.org>" }))]
struct RelayWanted {
    /// Its host.
    relay: String,
    /// Its port. The usual one if left out: 587 with `starttls`, 465 with `tls`, 25 with `none`.
    #[serde(default)]
    port: Option<u16>,
    /// `starttls`, `tls`, or `none`: only to this machine itself.
    #[serde(default = "starttls")]
    security: String,
    /// Who logs in there.
    #[serde(default)]
    user: Option<String>,
    /// With which password. If left out, the one that is kept stays, for the same server and user.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Password)]
    password: Option<Secret>,
    /// Who messages are from, where an event does not say.
    from: String,
    /// Where answers go, where an event does not say.
    #[serde(default)]
    reply_to: Option<String>,
}

fn starttls() -> String {
    "starttls".to_owned()
}

/// Choose which mail server takes the mail
///
/// In place of the one before, at once. The password is sealed with the passphrase of the keys, which must be unlocked for it.
#[utoipa::path(put, path = "/mail/relay", tag = "Mail", extensions(("x-permission" = json!("settings"))), request_body = RelayWanted,
    responses((status = 200, body = RelayView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn choose(
    State(app): State<App>,
    caller: Caller,
    Body(wanted): Body<RelayWanted>,
) -> Result<Json<RelayView>, Problem> {
    caller.may_everywhere(Permission::Settings)?;
    app.at_desk(&caller, move |app, desk| {
        // Password and server are written one after the other: two who choose do not mix theirs.
        let _alone = CHOOSING.lock().unwrap_or_else(PoisonError::into_inner);
        not_fixed(app)?;
        let RelayWanted { relay, port, security, user, password, from, reply_to } = wanted;
        let text = |text: String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let (user, reply_to) = (user.and_then(text), reply_to.and_then(text));
        let relay = relay.trim().to_ascii_lowercase();
        let chosen = Chosen { relay, port, security, user, from, reply_to };
        let before = chosen::chosen(desk.store)?;
        // One that was chosen before there were such bounds stays.
        let known = before.is_some_and(|before| before.relay == chosen.relay && before.port == chosen.port);
        let config = if known { chosen.config() } else { chosen.checked() }.map_err(|faults| invalid(&faults))?;
        let password = password.filter(|password| !password.expose().is_empty());
        let kept = app.vault.open_sealed(MAIL_PASSWORD).ok().flatten();
        keep_password(app, (&chosen, config.port), password.as_ref())?;
        let detail = json!({ "relay": config.relay, "port": config.port, "security": chosen.security, "login": chosen.user.is_some(), "password": password.is_some() });
        if let Err(error) = chosen::choose(desk.store, Some(&chosen), Some(&desk.act("mail.relay", "mail", detail))) {
            if password.is_some() {
                put_back(app, kept.as_deref().map(String::as_str));
            }
            return Err(error.into());
        }
        app.take_up_mail()?;
        if chosen.user.is_none() {
            app.vault.unseal(MAIL_PASSWORD)?;
        }
        Ok(view(app))
    })
    .await
}

/// Puts back the password of the server that goes on being used.
fn put_back(app: &App, kept: Option<&str>) {
    let done = match kept {
        Some(text) => app.vault.seal(MAIL_PASSWORD, text),
        None => app.vault.unseal(MAIL_PASSWORD),
    };
    if let Err(error) = done {
        tracing::error!(%error, "the mail server's password could not be put back; enter it anew");
    }
}

fn not_fixed(app: &App) -> Result<(), Problem> {
    match app.mail_now().fixed {
        true => Err(Problem::conflict("mail-fixed", "testamur.toml says which server takes the mail; change it there")),
        false => Ok(()),
    }
}

fn invalid(faults: &[Fault]) -> Problem {
    let errors =
        faults.iter().map(|fault| FieldProblem { field: fault.field.to_owned(), detail: fault.problem.clone() });
    Problem::unprocessable("bad-relay", "nothing was changed").with_errors(errors.collect())
}

/// Seals a new password before anything says that there is one. The one that is kept goes to no other server.
fn keep_password(app: &App, (chosen, port): (&Chosen, u16), password: Option<&Secret>) -> Result<(), Problem> {
    let wrong = |problem: &str| invalid(&[Fault { field: "password", problem: problem.to_owned() }]);
    match (&chosen.user, password) {
        (Some(user), Some(password)) => Ok(app.seal_password((&chosen.relay, Some(port)), user, password.expose())?),
        (None, Some(_)) => Err(wrong("a password needs a user")),
        // Nothing logs in: what is kept goes when that is written.
        (None, None) => Ok(()),
        (Some(_), None) => match app.has_password_for(chosen) {
            Some(true) => Ok(()),
            Some(false) => Err(wrong("say the password: none is kept for this server, port and user")),
            None => Err(Problem::locked()),
        },
    }
}

/// Send no more mail
///
/// The server and its password are forgotten. What is in the outbox waits.
#[utoipa::path(delete, path = "/mail/relay", tag = "Mail", extensions(("x-permission" = json!("settings"))),
    responses((status = 200, body = RelayView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn remove(State(app): State<App>, caller: Caller) -> Result<Json<RelayView>, Problem> {
    caller.may_everywhere(Permission::Settings)?;
    app.at_desk(&caller, move |app, desk| {
        let _alone = CHOOSING.lock().unwrap_or_else(PoisonError::into_inner);
        not_fixed(app)?;
        if chosen::chosen(desk.store)?.is_some() {
            chosen::choose(desk.store, None, Some(&desk.act("mail.relay", "mail", json!({ "relay": null }))))?;
        }
        app.vault.unseal(MAIL_PASSWORD)?;
        setup::tell(desk.store, None, desk.now)?;
        app.take_up_mail()?;
        Ok(view(app))
    })
    .await
}

/// In which language.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(example = json!({ "language": "en" }))]
struct TryWanted {
    /// `en` or `de`; `en` if left out.
    language: Option<String>,
}

/// What the server answered.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RelayAnswer)]
struct Tried {
    /// Word by word.
    #[schema(example = "250 2.0.0 Ok: queued as 4BA79298")]
    reply: String,
}

/// Send a message to oneself to try the mail server
///
/// At once and outside of the outbox, to the address of the member of staff who asks; ten times an hour.
#[utoipa::path(post, path = "/mail/relay/test", tag = "Mail", extensions(("x-permission" = json!("settings"))), request_body = Option<TryWanted>,
    responses((status = 200, body = Tried), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn test(
    State(app): State<App>,
    caller: Caller,
    BodyIfAny(wanted): BodyIfAny<TryWanted>,
) -> Result<Json<Tried>, Problem> {
    caller.may_everywhere(Permission::Settings)?;
    let relay = app.mail_now().usable()?;
    if !app.relay_tests().allows(Ipv4Addr::UNSPECIFIED.into(), app.now()) {
        let detail =
            format!("the mail server was tried {RELAY_TESTS_AN_HOUR} times within the hour; wait some minutes");
        return Err(Problem::new(StatusCode::TOO_MANY_REQUESTS, "too-many-tests", detail));
    }
    let patience = Patience { connect: STEP, command: STEP, content: STEP };
    let relay = Relay::new(relay.config().clone(), patience).map_err(|error| not_taken(error.to_string()))?;
    let from = relay.config().from.clone();
    let domain = relay.config().domain.clone();
    let letter = app
        .at_desk(&caller, move |app, desk| {
            let to = Mailbox { name: None, address: own_address(app, desk)? };
            letter(desk, (from, to), &domain, wanted.language.as_deref())
        })
        .await?;
    let reply = relay.send_one(&letter).await.map_err(|error| not_taken(error.to_string()))?;
    Ok(Json(Tried { reply: reply.to_string() }))
}

fn letter(
    desk: &Desk,
    (from, to): (Mailbox, Mailbox),
    domain: &str,
    language: Option<&str>,
) -> Result<Letter, Problem> {
    let issuer = &desk.issuer.name;
    let (language, subject, text) = match language {
        Some("de") => (
            "de",
            format!("Testnachricht von {issuer}"),
            "Der Mailserver nimmt Nachrichten dieses Dienstes an. Diese hier ging nur an Sie.\n",
        ),
        _ => (
            "en",
            format!("Test message of {issuer}"),
            "The mail server takes messages of this service. This one went to you alone.\n",
        ),
    };
    let content = Content::plain(language, subject, text.to_owned()).map_err(Problem::internal)?;
    let id = MessageId::random(desk.now)?;
    let heads =
        Heads { from, reply_to: None, to: to.clone(), date: desk.now, message_id: format!("test.{id}@{domain}") };
    let mime = mime(&heads, &content, None).map_err(Problem::internal)?;
    Ok(Letter { to, mime, version: None, given: Vec::new() })
}
