//! What an event says of mail: settled, previewed, tried out.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::problem::not_taken;
use crate::accounts::{self, Permission};
use crate::acts::run::RunOver;
use crate::acts::send::{self, EventMail, Shown, ShownGroup, Trial, Whom};
use crate::acts::{self, Planned};
use crate::desk::Desk;
use crate::mail::{OwnText, setup};
use crate::server::api::events::{seen, tag};
use crate::server::extract::{Body, BodyIfAny, IfMatch, Path, event_code};
use crate::server::post::clerk;
use crate::server::reply::Tagged;
use crate::server::{App, Caller, Problem};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(show, settle)).routes(routes!(preview)).routes(routes!(test))
}

/// What an event says of mail, and what that would mean.
#[derive(Debug, Serialize, ToSchema)]
struct EventMailView {
    /// What it says.
    mail: EventMail,
    /// Whether mail leaves from this service: without that nobody is counted as waiting for any.
    set_up: bool,
    /// How many have a certificate and were sent nothing: nobody is, until somebody starts a run of kind `send`.
    would_send: u64,
    /// How many were sent an earlier version of theirs and told nothing of the one that took its place: so many would a run over
    /// `newer_version` send to.
    newer_version: u64,
    /// How many of those without a message have no address: nothing is sent to them.
    without_address: u64,
    /// The first of these.
    people_without_address: Vec<WithoutAddress>,
    /// Each group that waits, as it is shown before it is sent to.
    groups: Vec<SendGroup>,
}

/// Those over whom a run of kind `send` would go.
#[derive(Debug, Serialize, ToSchema)]
struct SendGroup {
    /// Over whom.
    over: RunOver,
    /// To how many it would send.
    count: u64,
    /// The names of the first two.
    #[schema(example = json!(["Ada Lovelace", "Grace Hopper"]))]
    names: Vec<String>,
    /// What the group is known by: another one is known by something else, also where it is as large.
    #[schema(example = "5f2b9c0d4e8a7163b1f0c2d3e4a59687")]
    set: String,
}

impl SendGroup {
    fn of(over: RunOver, count: u64, shown: ShownGroup) -> Self {
        Self { over, count, names: shown.names, set: shown.set }
    }
}

/// Somebody with a certificate and no address.
#[derive(Debug, Serialize, ToSchema)]
struct WithoutAddress {
    /// The certificate.
    #[schema(example = "CERT-WORKSHOP-2026-00001")]
    number: String,
    /// The name on it.
    name: String,
    /// Who has it, as participants are named in addresses.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "p-4kq3ydvnf7wzj2ha")]
    person: Option<String>,
}

impl EventMailView {
    fn tagged(app: &App, desk: &Desk, planned: Planned) -> Result<Tagged<Self>, Problem> {
        let would = app.would_send(desk, &planned.event.code)?;
        let mut named = Vec::with_capacity(would.named.len());
        for (number, name) in would.named {
            let certificate = desk.store.certificate(&number)?;
            let person = certificate.map(|one| desk.store.participant(number.event(), &one.person)).transpose()?;
            let person = person.flatten().and_then(|person| person.id);
            named.push(WithoutAddress { number: number.to_string(), name, person });
        }
        let view = Self {
            set_up: setup::told(desk.store)?.is_some(),
            would_send: would.sends,
            newer_version: would.newer,
            without_address: would.without_address,
            people_without_address: named,
            groups: vec![
                SendGroup::of(RunOver::ThoseWithout, would.sends, would.shown),
                SendGroup::of(RunOver::NewerVersion, would.newer, would.shown_newer),
            ],
            mail: planned.plan.mail.clone(),
        };
        Ok(Tagged::ok(tag(&planned), view))
    }
}

/// Show what an event says of mail
#[utoipa::path(get, path = "/events/{code}/mail", tag = "Mail", extensions(("x-permission" = json!("view"))), params(("code" = String, Path, example = "WORKSHOP")),
    responses((status = 200, body = EventMailView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
) -> Result<Tagged<EventMailView>, Problem> {
    caller.may(Permission::View)?;
    app.in_turn(&caller, move |app, desk| EventMailView::tagged(app, desk, acts::planned(desk, &event_code(&code)?)?))
        .await
}

/// Settle what an event says of mail
///
/// In place of what it said. With `with_issuing` a message stands in the outbox together with each new certificate. Who has a
/// certificate already is sent nothing by this: `would_send` says how many a run of kind `send` would send to.
#[utoipa::path(put, path = "/events/{code}/mail", tag = "Mail", extensions(("x-permission" = json!("send"))), params(("code" = String, Path, example = "WORKSHOP"), ("If-Match" = Option<String>, Header, description = "ETag that was seen, or *", pattern = r#"^(\*|"[!#-~]*")$"#)), request_body = EventMail,
    responses((status = 200, body = EventMailView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn settle(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    if_match: IfMatch,
    Body(mail): Body<EventMail>,
) -> Result<Tagged<EventMailView>, Problem> {
    caller.may(Permission::Send)?;
    app.in_turn(&caller, move |app, desk| {
        let old = seen(desk, &code, &if_match)?;
        let planned = send::settle(desk, &old, mail).map_err(|error| match error {
            send::SendError::Act(error) => if_match.told(error),
            other => Problem::from(other),
        })?;
        EventMailView::tagged(app, desk, planned)
    })
    .await
}

/// Whom a letter is to be shown for.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(example = json!({ "person": "zoe@example.org" }))]
struct LetterWanted {
    /// Somebody with a certificate, by id, external id or e-mail; the first if left out.
    person: Option<String>,
    /// A text in place of the event's own, shown as to somebody of its language if it has one.
    text: Option<OwnText>,
    /// As to somebody of this language.
    #[schema(example = "de")]
    language: Option<String>,
    /// With a name that is made up, also before anybody has a certificate; without `person` and `over`.
    made_up: bool,
    /// Where nobody is named: the first of those over whom a run of kind `send` would go: `those_without`, `newer_version` or `failed`.
    over: Option<RunOver>,
}

/// A letter as it would go.
#[derive(Debug, Serialize, ToSchema)]
struct LetterView {
    /// Who it is from.
    from: String,
    /// Where answers go.
    reply_to: Option<String>,
    /// Who it is to.
    to: String,
    /// The certificate that it is about.
    number: String,
    /// Whose it is, as participants are named in addresses.
    person: Option<String>,
    /// The language that it is written in.
    language: String,
    /// The subject.
    subject: String,
    /// As plain text.
    text: String,
    /// As HTML.
    html: String,
    /// Whether the PDF is attached.
    attached: bool,
    /// Whether the built-in text about new versions stands in for the event's own, which does not say that it is about one.
    stands_in: bool,
}

impl LetterView {
    fn of(shown: Shown) -> Self {
        Self {
            from: shown.from.to_string(),
            reply_to: shown.reply_to.map(|to| to.to_string()),
            to: shown.to.to_string(),
            number: shown.number.to_string(),
            person: shown.person,
            language: shown.content.language,
            subject: shown.content.subject,
            text: shown.content.text,
            html: shown.content.html,
            attached: shown.attached,
            stands_in: shown.stands_in,
        }
    }
}

/// Show a letter as it would go to somebody
#[utoipa::path(post, path = "/events/{code}/mail/preview", tag = "Mail", extensions(("x-permission" = json!("view"))), params(("code" = String, Path, example = "WORKSHOP")), request_body = Option<LetterWanted>,
    responses((status = 200, body = LetterView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn preview(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    BodyIfAny(preview): BodyIfAny<LetterWanted>,
) -> Result<Json<LetterView>, Problem> {
    caller.may(Permission::View)?;
    app.in_turn(&caller, move |app, desk| {
        let code = acts::planned(desk, &event_code(&code)?)?.event.code;
        let whom = match (preview.person, preview.over) {
            (None, None) if preview.made_up => Whom::MadeUp,
            _ if preview.made_up => return Err(made_up_alone()),
            (None, Some(over)) => Whom::Holder(send::first_over(desk, &code, over, &app.would_send(desk, &code)?)?),
            (person, _) => person.into(),
        };
        let shown =
            clerk(app)?.preview(desk, &code, &whom, Trial { text: preview.text, language: preview.language })?;
        Ok(Json(LetterView::of(shown)))
    })
    .await
}

/// Who is made up is nobody else.
fn made_up_alone() -> Problem {
    Problem::unprocessable("bad-request", "`made_up` goes without `person` and `over`")
}

/// Whom a test message is about, and what it says.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(example = json!({}))]
struct TestWanted {
    /// Somebody with a certificate, by id, external id or e-mail; the first if left out.
    person: Option<String>,
    /// A text in place of the event's own, also one that is not kept yet.
    text: Option<OwnText>,
    /// As to somebody of this language.
    #[schema(example = "de")]
    language: Option<String>,
    /// With a name that is made up, and a specimen attached where a certificate would be; without `person`.
    made_up: bool,
}

/// What came of a test message.
#[derive(Debug, Serialize, ToSchema)]
struct TestView {
    /// What the relay answered.
    #[schema(example = "250 2.0.0 Ok: queued as 4BA79298")]
    reply: String,
}

/// Send a test message to oneself
///
/// A letter as somebody of the event would get it, to the address of the member of staff who asks, at once and outside of the
/// outbox. Its link leads nowhere.
#[utoipa::path(post, path = "/events/{code}/mail/test", tag = "Mail", extensions(("x-permission" = json!("send"))), params(("code" = String, Path, example = "WORKSHOP")), request_body = Option<TestWanted>,
    responses((status = 200, body = TestView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn test(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    BodyIfAny(wanted): BodyIfAny<TestWanted>,
) -> Result<Json<TestView>, Problem> {
    caller.may(Permission::Send)?;
    let letter = app
        .at_desk(&caller, move |app, desk| {
            let code = acts::planned(desk, &event_code(&code)?)?.event.code;
            let clerk = clerk(app)?;
            let to = own_address(app, desk)?;
            let whom = match (wanted.person, wanted.made_up) {
                (None, true) => Whom::MadeUp,
                (Some(_), true) => return Err(made_up_alone()),
                (person, false) => person.into(),
            };
            let trial = Trial { text: wanted.text, language: wanted.language };
            Ok(clerk.test(desk, &code, &whom, trial, to)?)
        })
        .await?;
    let relay = app.mail_now().usable()?;
    let reply = relay.send_one(&letter).await.map_err(|error| not_taken(error.to_string()))?;
    Ok(Json(TestView { reply: reply.to_string() }))
}

/// Returns the address of who asks: nobody makes the service write to others so.
pub(super) fn own_address(app: &App, desk: &Desk) -> Result<crate::mail::Address, Problem> {
    let member = desk.actor.member().and_then(|id| accounts::member(&*app.store, id).ok());
    let email = member
        .map(|member| member.email)
        .ok_or_else(|| Problem::forbidden("only a member of staff has an address to send to"))?;
    email.parse().map_err(|error: crate::mail::AddressError| Problem::unprocessable("bad-address", error.to_string()))
}
