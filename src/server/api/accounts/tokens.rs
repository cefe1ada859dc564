//! API tokens: one's own, and for those with the permission `settings` everybody's.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::accounts::{self, ApiToken, Permission, Permissions, Scope, Secret, TokenRequest};
use crate::credential::Timestamp;
use crate::server::extract::{Body, Listing, Path};
use crate::server::reply::ShownOnce;
use crate::server::session::{Member, again, hashing};
use crate::server::{App, Caller, Problem};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(own, create))
        .routes(routes!(revoke_own))
        .routes(routes!(all))
        .routes(routes!(revoke))
}

/// List one's API tokens, newest first
#[utoipa::path(get, path = "/me/tokens", tag = "API tokens", extensions(("x-permission" = json!("account"))), security(("session" = [])),
    responses((status = 200, body = Listing<ApiToken>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn own(State(app): State<App>, member: Member) -> Result<Json<Listing<ApiToken>>, Problem> {
    let id = member.id();
    let items = app.at_desk(&member.caller, move |_, desk| Ok(accounts::tokens(desk.store, Some(&id))?)).await?;
    Ok(Json(Listing { items, next: None }))
}

/// What the token shall be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TokenBody {
    /// What it is for.
    #[schema(example = "LMS")]
    name: String,
    /// What it may do: not more than its maker.
    #[schema(value_type = Vec<Permission>, min_items = 1)]
    scopes: Permissions,
    /// The events that it is limited to, some of those that its maker is; nothing: as its maker.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>, example = json!(["WORKSHOP"]), max_items = 1000)]
    events: Scope,
    /// When it ends, at most 366 days ahead.
    #[schema(value_type = String, format = DateTime, example = "2027-01-01T00:00:00Z")]
    expires: Timestamp,
    /// One's password again.
    #[schema(value_type = String, format = Password)]
    password: Secret,
}

/// A new token.
#[derive(Serialize, ToSchema)]
struct NewTokenView {
    /// What is known of it from now on.
    token: ApiToken,
    /// To send as `Authorization: Bearer …`. It is shown this once.
    #[schema(example = "tst_…")]
    secret: String,
}

/// Make an API token
///
/// With the password again. All of one's tokens end with a new password, a reset or when the account is disabled.
#[utoipa::path(post, path = "/me/tokens", tag = "API tokens", extensions(("x-permission" = json!("account"))), request_body = TokenBody, security(("session" = [])),
    responses((status = 201, body = NewTokenView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn create(
    State(app): State<App>,
    member: Member,
    Body(body): Body<TokenBody>,
) -> Result<ShownOnce<NewTokenView>, Problem> {
    let id = member.id();
    let made = hashing(&app, &member.caller, move |app, desk| {
        let request =
            TokenRequest { name: &body.name, scopes: body.scopes, events: body.events, expires: body.expires };
        accounts::create_token(desk, &app.logins().throttle, &id, &body.password, &request).map_err(again)
    });
    let made = made.await?;
    let view = NewTokenView { token: made.token, secret: made.secret.expose().to_owned() };
    Ok(ShownOnce(StatusCode::CREATED, view))
}

/// Revoke one of one's API tokens
#[utoipa::path(delete, path = "/me/tokens/{id}", tag = "API tokens", extensions(("x-permission" = json!("account"))), security(("session" = [])),
    params(("id" = String, Path, example = "0123456789abcdef")),
    responses((status = 204), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn revoke_own(State(app): State<App>, member: Member, Path(token): Path<String>) -> Result<StatusCode, Problem> {
    let id = member.id();
    app.at_desk(&member.caller, move |_, desk| Ok(accounts::revoke_token(desk, Some(&id), &token)?)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// List everybody's API tokens, newest first
#[utoipa::path(get, path = "/tokens", tag = "API tokens", extensions(("x-permission" = json!("settings"))),
    responses((status = 200, body = Listing<ApiToken>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn all(State(app): State<App>, caller: Caller) -> Result<Json<Listing<ApiToken>>, Problem> {
    caller.may(Permission::Settings)?;
    let items = app.at_desk(&caller, move |_, desk| Ok(accounts::tokens(desk.store, None)?)).await?;
    Ok(Json(Listing { items, next: None }))
}

/// Revoke anybody's API token
#[utoipa::path(delete, path = "/tokens/{id}", tag = "API tokens", extensions(("x-permission" = json!("settings"))), security(("session" = [])),
    params(("id" = String, Path, example = "0123456789abcdef")),
    responses((status = 204), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn revoke(State(app): State<App>, member: Member, Path(token): Path<String>) -> Result<StatusCode, Problem> {
    member.may(Permission::Settings)?;
    app.at_desk(&member.caller, move |_, desk| Ok(accounts::revoke_token(desk, None, &token)?)).await?;
    Ok(StatusCode::NO_CONTENT)
}
