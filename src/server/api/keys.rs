//! Keys, and what is published.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::runs::RunView;
use crate::accounts::Permission;
use crate::acts::run::{self, RunError, RunRequest};
use crate::credential::Timestamp;
use crate::keys::KeyState;
use crate::publish::{self, LeftOut};
use crate::server::extract::{Body, Path, Query};
use crate::server::reply::{Tagged, tag_of};
use crate::server::{App, Caller, Problem, VaultError};
use crate::vault::{KeyFolderError, KeyRow};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(rotate))
        .routes(routes!(compromise))
        .routes(routes!(published, publish))
}

/// A signing key.
#[derive(Debug, Serialize, ToSchema)]
struct KeyView {
    /// Short id.
    #[schema(example = "k1")]
    id: String,
    /// `active`, `retired` or `compromised`.
    #[schema(example = "active")]
    state: &'static str,
    /// Since when it is not active any more.
    #[schema(value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
    /// Its fingerprint.
    fingerprint: String,
}

impl KeyView {
    fn of(row: KeyRow) -> Self {
        let (state, since) = match row.key.state {
            KeyState::Active => ("active", None),
            KeyState::Retired { until } => ("retired", Some(until)),
            KeyState::Compromised { since } => ("compromised", Some(since)),
        };
        Self { id: row.key.id, state, since, fingerprint: row.fingerprint }
    }
}

/// The issuer's keys.
#[derive(Debug, Serialize, ToSchema)]
struct Keys {
    /// Fingerprint of the root key, to compare where people can see it.
    root_fingerprint: String,
    /// The signing keys, oldest first.
    keys: Vec<KeyView>,
}

fn keys(app: &App) -> Keys {
    let keys = app.vault.keys().into_iter().map(KeyView::of).collect();
    Keys { root_fingerprint: app.vault.root_fingerprint(), keys }
}

/// List signing keys
#[utoipa::path(get, path = "/keys", tag = "Keys", extensions(("x-permission" = json!("view"))),
    responses((status = 200, body = Keys), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn list(State(app): State<App>, caller: Caller) -> Result<Json<Keys>, Problem> {
    caller.may(Permission::View)?;
    app.aside(|app| Ok(Json(keys(app)))).await
}

/// Retire the active key and make a new one
///
/// Old certificates stay valid. The root key must be in the folder of the service. Publish afterwards.
#[utoipa::path(post, path = "/keys/rotate", tag = "Keys", extensions(("x-permission" = json!("keys"))),
    responses((status = 200, body = Keys), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn rotate(State(app): State<App>, caller: Caller) -> Result<Json<Keys>, Problem> {
    caller.may(Permission::Keys)?;
    app.at_desk(&caller, |app, desk| {
        app.vault.rotate(desk).map_err(problem)?;
        Ok(Json(keys(app)))
    })
    .await
}

/// Since when.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Compromise {
    /// The earliest instant at which it may have been in other hands.
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
}

/// Declare a key stolen
///
/// Only what is in the issued set stays valid. Publish afterwards.
#[utoipa::path(post, path = "/keys/{id}/compromise", tag = "Keys", extensions(("x-permission" = json!("keys"))), params(("id" = String, Path, example = "k1")), request_body = Compromise,
    responses((status = 200, body = Keys), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn compromise(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Body(body): Body<Compromise>,
) -> Result<Json<Keys>, Problem> {
    caller.may(Permission::Keys)?;
    app.at_desk(&caller, move |app, desk| {
        app.vault.compromise(desk, &id, body.since).map_err(problem)?;
        Ok(Json(keys(app)))
    })
    .await
}

fn problem(error: VaultError) -> Problem {
    let detail = error.to_string();
    match error {
        VaultError::NoSite => Problem::conflict("no-site", detail),
        VaultError::Keys(KeyFolderError::UnknownKey(id)) => Problem::not_found(id),
        VaultError::Keys(KeyFolderError::Io { .. }) | VaultError::Publish(_) | VaultError::Store(_) => error.into(),
        VaultError::Keys(_) => Problem::conflict("keys", detail),
    }
}

/// What was published last.
#[derive(Debug, Serialize, ToSchema)]
struct PublishedView {
    /// The snapshot's version; 0: nothing was published.
    #[schema(example = 12)]
    version: u64,
    /// Its date.
    #[schema(value_type = Option<String>, format = DateTime)]
    issued: Option<Timestamp>,
    /// Until when it is good: verifiers say from then on that they do not know of newer revocations.
    #[schema(value_type = Option<String>, format = DateTime)]
    next_update: Option<Timestamp>,
    /// Every revocation up to this instant is in it, and cannot be taken back; but for those that could still be undone then.
    #[schema(value_type = Option<String>, format = DateTime)]
    covers: Option<Timestamp>,
    /// Revocations that a publication would leave out now, because they can still be undone.
    left_out: Option<LeftOut>,
}

/// How to publish.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct PublishHow {
    /// Hold also the revocations that can still be undone; they cannot be from then on.
    #[serde(default)]
    at_once: bool,
}

/// Show what was published last
#[utoipa::path(get, path = "/publish", tag = "Keys", extensions(("x-permission" = json!("view"))),
    responses((status = 200, body = PublishedView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn published(State(app): State<App>, caller: Caller) -> Result<Json<PublishedView>, Problem> {
    caller.may(Permission::View)?;
    let limited = caller.scope.is_limited();
    app.at_desk(&caller, move |_, desk| {
        let last = publish::last(desk.store).map_err(RunError::from)?;
        let left_out = publish::left_out(desk.store, desk.now).map_err(RunError::from)?;
        Ok(Json(PublishedView {
            version: last.as_ref().map_or(0, |last| last.version),
            issued: last.as_ref().map(|last| last.issued),
            next_update: last.as_ref().and_then(|last| last.next_update),
            covers: last.as_ref().map(|last| last.covers),
            // It counts what is waiting in all events.
            left_out: left_out.filter(|_| !limited),
        }))
    })
    .await
}

/// Publish the static site
///
/// Starts a run. Revocations that are in it cannot be taken back any more. Those that wait are left out, which the run says
/// when it is over.
#[utoipa::path(post, path = "/publish", tag = "Keys", extensions(("x-permission" = json!("keys"))), params(PublishHow),
    responses((status = 201, body = RunView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn publish(
    State(app): State<App>,
    caller: Caller,
    Query(how): Query<PublishHow>,
) -> Result<Tagged<RunView>, Problem> {
    caller.may(Permission::Keys)?;
    app.at_desk(&caller, move |app, desk| {
        let request = RunRequest { at_once: how.at_once, ..RunRequest::of(run::Kind::Publish) };
        let run = run::create(desk, &app.faces, &request, usize::MAX)?.run;
        Ok(Tagged { status: StatusCode::CREATED, tag: tag_of(&run), value: RunView::of(run) })
    })
    .await
}
