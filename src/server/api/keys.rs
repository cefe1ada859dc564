//! Keys, and what is published.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::runs::RunView;
use crate::accounts::{self, Permission, Secret};
use crate::acts::run::{self, RunError, RunRequest};
use crate::credential::Timestamp;
use crate::desk::Desk;
use crate::keys::{KeyFileError, KeyState};
use crate::publish::{self, LeftOut};
use crate::server::extract::{Body, Path, Query};
use crate::server::problem::FieldProblem;
use crate::server::reply::{Tagged, tag_of};
use crate::server::session::hashing;
use crate::server::site_look::{self, SiteView};
use crate::server::{App, Caller, Problem, VaultError};
use crate::vault::{KeyFolderError, KeyRow};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(rotate))
        .routes(routes!(compromise))
        .routes(routes!(drill))
        .routes(routes!(unlock))
        .routes(routes!(lock))
        .routes(routes!(published, publish))
        .routes(routes!(site, look_at_site))
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
    /// Since when it signs.
    #[schema(value_type = String, format = DateTime)]
    from: Timestamp,
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
        Self { id: row.key.id, state, from: row.key.from, since, fingerprint: row.fingerprint }
    }
}

/// The issuer's keys.
#[derive(Debug, Serialize, ToSchema)]
struct Keys {
    /// Fingerprint of the root key, to compare where people can see it.
    root_fingerprint: String,
    /// The signing keys, oldest first.
    keys: Vec<KeyView>,
    /// Whether nobody has said the passphrase: what signs waits, and is answered with 503 (`keys-locked`).
    locked: bool,
    /// Runs that wait for the keys to be unlocked.
    waiting: usize,
    /// Until when the key manifest is good. It is renewed in time by who publishes.
    #[schema(value_type = String, format = DateTime)]
    manifest_expires: Timestamp,
}

fn keys(app: &App, desk: &Desk) -> Result<Json<Keys>, Problem> {
    let keys = app.vault.keys().into_iter().map(KeyView::of).collect();
    let locked = app.vault.is_locked();
    Ok(Json(Keys {
        root_fingerprint: app.vault.root_fingerprint(),
        keys,
        locked,
        waiting: if locked { run::waiting_for_keys(desk.store)? } else { 0 },
        manifest_expires: app.vault.manifest().expires,
    }))
}

/// List signing keys
#[utoipa::path(get, path = "/keys", tag = "Keys", extensions(("x-permission" = json!("view"))),
    responses((status = 200, body = Keys), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn list(State(app): State<App>, caller: Caller) -> Result<Json<Keys>, Problem> {
    caller.may(Permission::View)?;
    app.at_desk(&caller, keys).await
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
        keys(app, desk)
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
        keys(app, desk)
    })
    .await
}

/// What would happen if a key were declared stolen now.
#[derive(Debug, Serialize, ToSchema)]
struct Theft {
    /// The key.
    #[schema(example = "k1")]
    id: String,
    /// Its state now.
    #[schema(example = "active")]
    state: &'static str,
    /// Certificates that it signed, all versions: those that would stay good.
    signed: u64,
    /// How much the list of them would add to what is published, in bytes.
    issued_set_bytes: u64,
    /// Revocations that still wait: that of a stolen key ends the wait.
    revocations_waiting: u64,
    /// Whether another key would sign at once in its place.
    replaced: bool,
    /// Whether the root key is in the folder of the service. Without it no key is declared stolen.
    root_here: bool,
    /// Whether the service publishes.
    site: bool,
}

/// Bytes of a certificate in a published issued set: a digest of 16 bytes, in base64.
const DIGEST_BYTES: u64 = 22;
/// Digests read at a time.
const DIGESTS: usize = 4_096;

/// Rehearse that a key is stolen
///
/// Says what would be published and how many certificates stay good. Changes nothing.
#[utoipa::path(get, path = "/keys/{id}/drill", tag = "Keys", extensions(("x-permission" = json!("view"))), params(("id" = String, Path, example = "k1")),
    responses((status = 200, body = Theft), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn drill(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Json<Theft>, Problem> {
    caller.may_everywhere(Permission::View)?;
    app.read_at_desk(&caller, move |app, desk| {
        let rows = app.vault.keys();
        let row = rows.into_iter().find(|row| row.key.id == id).ok_or_else(|| Problem::not_found(&id))?;
        let (mut signed, mut cursor) = (0, None::<String>);
        loop {
            let page = desk.store.issued_digests(&id, cursor.as_deref(), DIGESTS)?;
            signed += page.items.len() as u64;
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        let waiting = publish::left_out(desk.store, desk.now).map_err(RunError::from)?;
        let away = app.vault.elsewhere();
        Ok(Json(Theft {
            signed,
            issued_set_bytes: signed * DIGEST_BYTES,
            revocations_waiting: waiting.map_or(0, |left| left.count),
            replaced: matches!(row.key.state, KeyState::Active),
            root_here: !away.contains(&app.vault.root_id()),
            site: app.vault.site().is_some(),
            state: KeyView::of(row).state,
            id,
        }))
    })
    .await
}

/// The passphrase of the keys.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Unlock {
    /// Neither kept on disk nor logged.
    #[schema(value_type = String, format = Password)]
    passphrase: Secret,
}

/// Unlock the keys
///
/// For a service that was started without the passphrase, or whose keys were locked. What is queued goes on. Attempts are
/// slowed down like those to log in.
#[utoipa::path(post, path = "/keys/unlock", tag = "Keys", extensions(("x-permission" = json!("keys"))), request_body = Unlock,
    responses((status = 200, body = Keys), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn unlock(State(app): State<App>, caller: Caller, Body(body): Body<Unlock>) -> Result<Json<Keys>, Problem> {
    caller.may(Permission::Keys)?;
    hashing(&app, &caller, move |app, desk| {
        let opened =
            accounts::guess(desk, &app.logins().throttle, || app.vault.unlock(body.passphrase.expose()).map_err(wrong));
        let done = opened.inspect_err(|problem| refused(desk, problem));
        done.and_then(|()| unlocked(app, desk))?;
        take_up_mail(app);
        keys(app, desk)
    })
    .await
}

fn wrong(error: VaultError) -> Problem {
    match error {
        VaultError::Keys(KeyFolderError::File(KeyFileError::WrongPassphrase(_) | KeyFileError::EmptyPassphrase)) => {
            let errors =
                vec![FieldProblem { field: "passphrase".to_owned(), detail: "this is not the passphrase".to_owned() }];
            Problem::unprocessable("wrong-passphrase", "the passphrase is wrong; the keys stay as they were")
                .with_errors(errors)
        }
        other => problem(other),
    }
}

/// Writes down that somebody guessed.
fn refused(desk: &Desk, problem: &Problem) {
    if problem.code == "wrong-passphrase"
        && let Err(error) = desk.store.append_audit(&desk.act("keys.unlock_refused", "keys", json!({})))
    {
        tracing::error!(%error, "a wrong passphrase was not written down");
    }
}

/// Tells the store, before anybody signs. What cannot be written down is not done.
fn unlocked(app: &App, desk: &Desk) -> Result<(), Problem> {
    let told = app.vault.tell_signer(desk.store);
    let told = told.and_then(|()| desk.store.append_audit(&desk.act("keys.unlock", "keys", json!({}))));
    told.map(drop).map_err(|error| {
        app.vault.lock();
        error.into()
    })
}

/// The password for mail is sealed with the same passphrase. That it cannot be had stops nothing else.
fn take_up_mail(app: &App) {
    if let Err(problem) = app.take_up_mail() {
        tracing::error!(detail = problem.detail, "mail does not leave");
    }
}

/// Lock the keys
///
/// The passphrase and the open key are forgotten. What signs waits from now on; all else goes on.
#[utoipa::path(post, path = "/keys/lock", tag = "Keys", extensions(("x-permission" = json!("keys"))),
    responses((status = 200, body = Keys), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn lock(State(app): State<App>, caller: Caller) -> Result<Json<Keys>, Problem> {
    caller.may(Permission::Keys)?;
    app.at_desk(&caller, |app, desk| {
        // First: who takes a key away does not wait for the disk.
        if app.vault.lock() {
            let written = desk.store.append_audit(&desk.act("keys.lock", "keys", json!({})));
            take_up_mail(app);
            written?;
        }
        keys(app, desk)
    })
    .await
}

fn problem(error: VaultError) -> Problem {
    let detail = error.to_string();
    match error {
        VaultError::NoSite => Problem::conflict("no-site", detail),
        VaultError::Keys(KeyFolderError::UnknownKey(id)) => Problem::not_found(id),
        VaultError::Locked
        | VaultError::Keys(KeyFolderError::Io { .. })
        | VaultError::Publish(_)
        | VaultError::Store(_) => error.into(),
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
    /// What these are known by: with it as `expected` a publication at once holds these very ones, or none is begun.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "5f2b9c0d4e8a7163")]
    waiting: Option<String>,
}

/// How to publish.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct PublishHow {
    /// Hold also the revocations that can still be undone; they cannot be from then on.
    #[serde(default)]
    at_once: bool,
    /// `waiting` of what was shown (`GET`): where others wait by now, nothing is begun (409, `changed`).
    expected: Option<String>,
}

/// Show what was published last
#[utoipa::path(get, path = "/publish", tag = "Keys", extensions(("x-permission" = json!("view"))),
    responses((status = 200, body = PublishedView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn published(State(app): State<App>, caller: Caller) -> Result<Json<PublishedView>, Problem> {
    caller.may(Permission::View)?;
    let limited = caller.scope.is_limited();
    app.at_desk(&caller, move |_, desk| {
        let last = publish::last(desk.store).map_err(RunError::from)?;
        let left_out = publish::left_out(desk.store, desk.now).map_err(RunError::from)?.filter(|_| !limited);
        Ok(Json(PublishedView {
            waiting: left_out.as_ref().map(|_| waiting(desk)).transpose()?,
            version: last.as_ref().map_or(0, |last| last.version),
            issued: last.as_ref().map(|last| last.issued),
            next_update: last.as_ref().and_then(|last| last.next_update),
            covers: last.as_ref().map(|last| last.covers),
            // It counts what is waiting in all events.
            left_out,
        }))
    })
    .await
}

/// Returns what the revocations are known by that wait.
fn waiting(desk: &Desk) -> Result<String, Problem> {
    Ok(tag_of(&publish::waiting(desk.store, desk.now).map_err(RunError::from)?))
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
        if let Some(expected) = &how.expected
            && *expected != waiting(desk)?
        {
            return Err(Problem::conflict("changed", "other revocations wait by now than were shown; look again"));
        }
        let request = RunRequest { at_once: how.at_once, ..RunRequest::of(run::Kind::Publish) };
        let run = run::create(desk, &app.faces, &request, usize::MAX)?.run;
        Ok(Tagged { status: StatusCode::CREATED, tag: tag_of(&run), value: RunView::of(run) })
    })
    .await
}

/// Show where the published site is to be, and whether it was found there
///
/// Verifiers read it at the issuer's domain. Whether it is there is known once somebody has looked (`POST`).
#[utoipa::path(get, path = "/publish/site", tag = "Keys", extensions(("x-permission" = json!("view"))),
    responses((status = 200, body = SiteView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn site(State(app): State<App>, caller: Caller) -> Result<Json<SiteView>, Problem> {
    caller.may(Permission::View)?;
    app.at_desk(&caller, move |_, desk| Ok(Json(site_look::known(desk)?))).await
}

/// Look whether the published site is served at the issuer's domain
///
/// Reads `trust.jws` there over the network, as anybody does who checks a certificate, and keeps what was found.
#[utoipa::path(post, path = "/publish/site", tag = "Keys", extensions(("x-permission" = json!("keys"))),
    responses((status = 200, body = SiteView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn look_at_site(State(app): State<App>, caller: Caller) -> Result<Json<SiteView>, Problem> {
    caller.may(Permission::Keys)?;
    let read = site_look::look(&app).await?;
    app.at_desk(&caller, move |app, desk| Ok(Json(site_look::keep(app, desk, read)?))).await
}
