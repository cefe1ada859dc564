//! Staff: who there is, inviting, changing, removing. For those with the permission `settings`.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::invited::{self, Mailed, Sent};
use crate::accounts::{self, AccountsError, Change, Invitation, Permission, Role, Scope, Secret, Staff};
use crate::mail::notices::staff_language;
use crate::server::PASSWORD_PAGE;
use crate::server::extract::{Body, BodyIfAny, IfMatch, Listing, Paging, Path, Query};
use crate::server::meanwhile::changed_meanwhile;
use crate::server::reply::{ShownOnce, Tagged};
use crate::server::session::InPerson;
use crate::server::{App, Caller, Problem};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, invite))
        .routes(routes!(show, update, remove))
        .routes(routes!(link))
        .routes(routes!(clear_two_step))
}

/// List staff by id
#[utoipa::path(get, path = "/staff", tag = "Staff", extensions(("x-permission" = json!("settings"))), params(Paging),
    responses((status = 200, body = Listing<Staff>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(paging): Query<Paging>,
) -> Result<Json<Listing<Staff>>, Problem> {
    caller.may(Permission::Settings)?;
    let limit = paging.limit()?;
    app.at_desk(&caller, move |_, desk| {
        let page = accounts::members(desk.store, paging.cursor.as_deref(), limit)?;
        Ok(Json(Listing::of(page, |member| member)))
    })
    .await
}

/// Show a member of staff
#[utoipa::path(get, path = "/staff/{id}", tag = "Staff", extensions(("x-permission" = json!("settings"))), params(("id" = String, Path, example = "abcdefgh23456777")),
    responses((status = 200, body = Staff), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn show(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Tagged<Staff>, Problem> {
    caller.may(Permission::Settings)?;
    let member = app.at_desk(&caller, move |_, desk| Ok(accounts::member(desk.store, &id)?)).await?;
    Ok(Tagged::ok(member.revision, member))
}

/// Who is invited.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct InviteBody {
    #[schema(example = "grace@example.org")]
    email: String,
    #[schema(example = "Grace Hopper")]
    name: String,
    /// At least one.
    #[schema(value_type = Vec<Role>, min_items = 1)]
    roles: BTreeSet<Role>,
    /// The events that the membership is limited to, also ones that are yet to be created: what is outside does not exist for
    /// them, and what is the issuer's as a whole they may not. Nothing: all there are. Not for owners.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>, example = json!(["WORKSHOP"]), max_items = 1000)]
    events: Scope,
    /// In which language the mail with the link is, and that with a later one: `en` or `de`; `en` if left out.
    #[serde(default)]
    #[schema(example = "en")]
    language: Option<String>,
}

/// A link to set a password with.
#[derive(Serialize, ToSchema)]
struct LinkView {
    /// Whose it is.
    staff: String,
    /// Works once, for 72 hours, with `POST /api/v1/password`. It is shown this once.
    token: String,
    /// The page that does so, with the token in its fragment: what to send to whom it is for.
    #[schema(example = "https://certs.example.org/password#abcdefgh23456777.…")]
    link: String,
    /// What became of the mail with it; nothing where none was written: there is no mail server, nobody said where people reach the
    /// service, or it is no invitation.
    mail: Option<Mailed>,
}

impl LinkView {
    fn of(app: &App, staff: String, token: &Secret, mail: Option<Mailed>) -> ShownOnce<Self> {
        let link = app.reached_at().link(PASSWORD_PAGE, token);
        ShownOnce(StatusCode::CREATED, Self { staff, token: token.expose().to_owned(), link, mail })
    }
}

/// Invite a member of staff
///
/// The answer has the link to set a password with; give it to nobody else. It begins with `public_url` of the configuration. Where
/// there is a mail server, the link is mailed to the new member as well, once.
#[utoipa::path(post, path = "/staff", tag = "Staff", extensions(("x-permission" = json!("settings"))), request_body = InviteBody, security(("session" = [])),
    responses((status = 201, body = LinkView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn invite(
    State(app): State<App>,
    InPerson(caller): InPerson,
    Body(body): Body<InviteBody>,
) -> Result<ShownOnce<LinkView>, Problem> {
    caller.may(Permission::Settings)?;
    let made = app.at_desk(&caller, move |app, desk| {
        let language = body.language.as_deref().map(staff_language);
        let who = Invitation { email: &body.email, name: &body.name, roles: body.roles, events: body.events, language };
        let (member, token) = accounts::invite(desk, &who)?;
        let letter = invited::letter(app, desk, &member, (Sent::First, language, &token));
        Ok((member.id, token, letter))
    });
    let (id, token, letter) = made.await?;
    let mail = invited::mailed(&app, &caller, &id, letter).await;
    Ok(LinkView::of(&app, id, &token, mail))
}

/// How a link is handed on.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = LinkWanted, example = json!({ "language": "en" }))]
struct LinkBody {
    /// In which language the mail to somebody who is invited is: `en` or `de`; if left out, that of the invitation.
    language: Option<String>,
}

/// What changes; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChangeBody {
    email: Option<String>,
    name: Option<String>,
    /// At least one.
    #[schema(value_type = Option<Vec<Role>>, min_items = 1)]
    roles: Option<BTreeSet<Role>>,
    /// The events that the membership is limited to from now on; `null`: all there are.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<Vec<String>>, example = json!(["WORKSHOP"]), max_items = 1000)]
    events: Option<Scope>,
    /// Who is disabled is logged out and may not log in; API tokens end.
    disabled: Option<bool>,
}

/// Tells `null` from what is left out.
fn said<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Scope>, D::Error> {
    Scope::deserialize(deserializer).map(Some)
}

/// Change a member of staff
///
/// The last owner who can log in stays one. A link to set a password with ends with the address that it was sent to.
#[utoipa::path(patch, path = "/staff/{id}", tag = "Staff", extensions(("x-permission" = json!("settings"))), request_body = ChangeBody, security(("session" = [])),
    params(("id" = String, Path, example = "abcdefgh23456777"), ("If-Match" = Option<String>, Header, description = "ETag that was seen, or *", pattern = r#"^(\*|"[!#-~]*")$"#)),
    responses((status = 200, body = Staff), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn update(
    State(app): State<App>,
    InPerson(caller): InPerson,
    Path(id): Path<String>,
    seen: IfMatch,
    Body(body): Body<ChangeBody>,
) -> Result<Tagged<Staff>, Problem> {
    caller.may(Permission::Settings)?;
    let seen = revision(&seen)?;
    let changed = app.at_desk(&caller, move |_, desk| {
        let ChangeBody { email, name, roles, events, disabled } = body;
        accounts::update(desk, &id, seen, &Change { email, name, roles, events, disabled })
            .map_err(|error| raced(error, seen))
    });
    let changed = changed.await?;
    Ok(Tagged::ok(changed.revision, changed))
}

/// Returns the revision that the caller has seen.
fn revision(seen: &IfMatch) -> Result<Option<u64>, Problem> {
    match &seen.0 {
        None => Ok(None),
        // A tag that is none of ours is none that is there.
        Some(tag) => tag.parse().map(Some).map_err(|_| changed_meanwhile()),
    }
}

fn raced(error: AccountsError, seen: Option<u64>) -> Problem {
    match error {
        AccountsError::Conflict if seen.is_some() => changed_meanwhile(),
        other => other.into(),
    }
}

/// Remove a member of staff
///
/// Sessions and API tokens end. The last owner who can log in stays.
#[utoipa::path(delete, path = "/staff/{id}", tag = "Staff", extensions(("x-permission" = json!("settings"))), security(("session" = [])),
    params(("id" = String, Path, example = "abcdefgh23456777"), ("If-Match" = Option<String>, Header, description = "ETag that was seen, or *", pattern = r#"^(\*|"[!#-~]*")$"#)),
    responses((status = 204), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn remove(
    State(app): State<App>,
    InPerson(caller): InPerson,
    Path(id): Path<String>,
    seen: IfMatch,
) -> Result<StatusCode, Problem> {
    caller.may(Permission::Settings)?;
    let seen = revision(&seen)?;
    let removed =
        app.at_desk(&caller, move |_, desk| accounts::remove(desk, &id, seen).map_err(|error| raced(error, seen)));
    removed.await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Make a link for a member to set a new password with
///
/// Whoever has the account has it no more: sessions, API tokens, event streams and older links end. The old password is
/// good until a new one is set. To who was invited and has no password yet, the link is mailed as an invitation is. To nobody else:
/// the mailbox may be what was lost.
#[utoipa::path(post, path = "/staff/{id}/link", tag = "Staff", extensions(("x-permission" = json!("settings"))), request_body = Option<LinkBody>, security(("session" = [])),
    params(("id" = String, Path, example = "abcdefgh23456777")),
    responses((status = 201, body = LinkView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn link(
    State(app): State<App>,
    InPerson(caller): InPerson,
    Path(id): Path<String>,
    BodyIfAny(body): BodyIfAny<LinkBody>,
) -> Result<ShownOnce<LinkView>, Problem> {
    caller.may(Permission::Settings)?;
    let made = app.at_desk(&caller, move |app, desk| {
        let token = accounts::reset_link(desk, &id)?;
        let member = accounts::member(desk.store, &id)?;
        let language = body.language.as_deref().map(staff_language).or(member.language.as_deref());
        let letter = || invited::letter(app, desk, &member, (Sent::Again, language, &token));
        let letter = member.invited.then(letter).flatten();
        Ok((id, token, letter))
    });
    let (id, token, letter) = made.await?;
    let mail = invited::mailed(&app, &caller, &id, letter).await;
    Ok(LinkView::of(&app, id, &token, mail))
}

/// Turn the second step of a member off who lost it
///
/// All sessions of the member end.
#[utoipa::path(delete, path = "/staff/{id}/two-step", tag = "Staff", extensions(("x-permission" = json!("settings"))), security(("session" = [])),
    params(("id" = String, Path, example = "abcdefgh23456777")),
    responses((status = 204), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn clear_two_step(
    State(app): State<App>,
    InPerson(caller): InPerson,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    caller.may(Permission::Settings)?;
    app.at_desk(&caller, move |_, desk| Ok(accounts::clear_two_step(desk, &id)?)).await?;
    Ok(StatusCode::NO_CONTENT)
}
