//! How the service itself stands, for who looks after it, and what was done by day.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::accounts::Permission;
use crate::acts::correct::{self, Which};
use crate::acts::figures::{self, Figures};
use crate::acts::{ApprovalState, CorrectionState, approval, backup, lost, run, upkeep};
use crate::credential::Timestamp;
use crate::desk::Desk;
use crate::mail::{outbox, setup};
use crate::server::extract::Query;
use crate::server::{App, Caller, Problem, ops, publisher};
use crate::store::{PAGE_LIMIT, Page};

/// How much room there should be, in bytes: a backup or a publication of some size fits.
const ROOM: u64 = 1 << 30;
/// How long a key should sign at most, in days: a year.
const KEY_DAYS: i64 = 365;
/// How long before its end a manifest is shown, in days. Who publishes renews it sooner, where the root key is there.
const MANIFEST_DAYS: i64 = 50;
/// How long a message that is due may wait, in seconds.
const MAIL_SECONDS: i64 = 3_600;
const DAY: i64 = 86_400;
/// Days that are counted, where nothing is said.
const DAYS: u16 = 30;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(show)).routes(routes!(by_day))
}

/// How the service stands. What is left out is well, or is not known.
#[derive(Debug, Default, Serialize, ToSchema)]
struct Standing {
    /// Whether the keys are locked.
    keys_locked: bool,
    /// Runs that wait for them.
    waiting_for_keys: usize,
    /// For how many days the active key has been signing.
    key_days: Option<i64>,
    /// Whether it should be replaced soon.
    key_due: bool,
    /// Whether it signs already, and no publication names it: verifiers do not know it.
    key_unpublished: bool,
    /// For how many more days the key manifest is good.
    manifest_days: i64,
    /// Whether that is not long.
    manifest_ends: bool,
    /// Whether the last publication failed.
    publication_failed: bool,
    /// Why the next write may fail.
    store_unwell: Option<String>,
    /// Room on the disk of the data folder, in bytes.
    free_bytes: Option<u64>,
    /// Whether that is little.
    disk_low: bool,
    /// For how many seconds runs have been waiting while none was worked on.
    queue_still_seconds: i64,
    /// Whether that is too long.
    queue_stuck: bool,
    /// For how many seconds the message has been due that has waited longest.
    mail_waiting_seconds: i64,
    /// Whether that is too long, or the mail server cannot be used.
    mail_unwell: bool,
    /// Whether this service makes backups.
    backup_planned: bool,
    /// Whether an owner said that backups are made elsewhere.
    backup_elsewhere: bool,
    /// Whether there is none of the last two days, as far as that can be seen.
    backup_stale: bool,
    /// Whether the last try failed.
    backup_failed: bool,
    /// Whether the last drill found something.
    drill_failed: bool,
    /// Runs of which something failed and that were not repeated since, or done anew over the same group; publications aside. Where
    /// there are many of these, or of what follows, they are counted once a minute.
    failed_runs: usize,
    /// Approvals that wait for somebody.
    pending_approvals: usize,
    /// Corrections that wait for somebody.
    pending_corrections: usize,
    /// Requests for another address that wait for somebody.
    pending_address_requests: usize,
}

/// How many have to be looked at for a count until it is kept for a minute.
const MANY: usize = 500;

/// Show how the service stands
#[utoipa::path(get, path = "/standing", tag = "Operations", extensions(("x-permission" = json!("view"))),
    responses((status = 200, body = Standing), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn show(State(app): State<App>, caller: Caller) -> Result<Json<Standing>, Problem> {
    caller.may(Permission::View)?;
    let ready = ops::ready(State(app.clone())).await;
    let waits = {
        let key = format!("{:?}", caller.scope);
        app.at_desk(&caller, move |app, desk| waiting(app, desk, &key)).await?
    };
    app.aside(move |app| {
        // What stands still is told by its seconds.
        let unwell = ready.err().filter(|problem| problem.code == "not-ready").map(|problem| problem.detail);
        let mut standing = Standing { store_unwell: unwell, ..waits };
        keys(app, &mut standing)?;
        disk(app, &mut standing);
        mail(app, &mut standing)?;
        backups(app, &mut standing)?;
        standing.queue_still_seconds = ops::still(app)?;
        standing.queue_stuck = standing.queue_still_seconds >= run::STILL_SECONDS;
        standing.publication_failed = publisher::failed(&*app.store)?.is_some();
        Ok(Json(standing))
    })
    .await
}

/// What waits for somebody, of what the caller sees.
fn waiting(app: &App, desk: &Desk, scope: &str) -> Result<Standing, Problem> {
    let (store, now) = (desk.store, desk.now);
    let of_late = |what: &str, count: &dyn Fn() -> Result<Looked, Problem>| of_late(app, (what, scope), now, count);
    let pending = (Some(ApprovalState::Pending), true);
    let corrections = Which { state: Some(CorrectionState::Pending), ..Which::default() };
    Ok(Standing {
        failed_runs: of_late("runs", &|| {
            let found = run::unrepeated(store)?;
            Ok(Looked { count: found.runs.len(), looked: found.looked })
        })?,
        pending_approvals: of_late("approvals", &|| {
            counted(|cursor| approval::list(store, pending, now, cursor, PAGE_LIMIT))
        })?,
        pending_corrections: of_late("corrections", &|| {
            counted(|cursor| correct::list(store, &corrections, cursor, PAGE_LIMIT))
        })?,
        pending_address_requests: of_late("addresses", &|| {
            counted(|cursor| lost::list(store, Some(CorrectionState::Pending), cursor, PAGE_LIMIT))
        })?,
        ..Standing::default()
    })
}

/// A count, and how many were looked at for it.
struct Looked {
    count: usize,
    looked: usize,
}

/// Returns a count of what a scope sees: where many are looked at for it, as it was within the last minute.
fn of_late(
    app: &App,
    (what, scope): (&str, &str),
    now: Timestamp,
    count: &dyn Fn() -> Result<Looked, Problem>,
) -> Result<usize, Problem> {
    let (kept, key) = (app.waiting(), format!("{what} {scope}"));
    if let Some((count, false)) = kept.of_late(&key, now) {
        return Ok(count);
    }
    let Looked { count, looked } = count().inspect_err(|_| kept.give_up(&key))?;
    match looked >= MANY {
        true => kept.keep(key, count, now),
        false => kept.forget(&key),
    }
    Ok(count)
}

/// Counts all of a listing.
fn counted<T>(list: impl Fn(Option<&str>) -> run::Result<Page<T>>) -> Result<Looked, Problem> {
    let mut count = 0;
    Page::each(list, |_| {
        count += 1;
        true
    })?;
    Ok(Looked { count, looked: count })
}

fn keys(app: &App, standing: &mut Standing) -> Result<(), Problem> {
    let (manifest, now) = (app.vault.manifest(), app.now().unix());
    standing.keys_locked = app.vault.is_locked();
    if standing.keys_locked {
        standing.waiting_for_keys = run::waiting_for_keys(&*app.store)?;
    }
    standing.key_days = manifest.active().map(|key| (now - key.from.unix()) / DAY);
    let published = crate::publish::last(&*app.store)?;
    standing.key_unpublished = match (manifest.active(), published) {
        (Some(key), Some(last)) => last.issued < key.from,
        _ => false,
    };
    standing.key_due = standing.key_days.is_some_and(|days| days >= KEY_DAYS);
    standing.manifest_days = (manifest.expires.unix() - now).div_euclid(DAY);
    standing.manifest_ends = standing.manifest_days < MANIFEST_DAYS;
    Ok(())
}

fn disk(app: &App, standing: &mut Standing) {
    let room = app.data.as_ref().and_then(|data| rustix::fs::statvfs(data.as_path()).ok());
    standing.free_bytes = room.map(|room| room.f_bavail.saturating_mul(room.f_frsize));
    standing.disk_low = standing.free_bytes.is_some_and(|free| free < ROOM);
}

fn mail(app: &App, standing: &mut Standing) -> Result<(), Problem> {
    let now = app.now();
    let since = outbox::due_since(&*app.store)?;
    standing.mail_waiting_seconds = since.map_or(0, |since| (now.unix() - since.unix()).max(0));
    let stuck = setup::stuck(&*app.store)?.is_some();
    standing.mail_unwell = stuck || standing.mail_waiting_seconds > MAIL_SECONDS;
    Ok(())
}

fn backups(app: &App, standing: &mut Standing) -> Result<(), Problem> {
    let told = backup::known(&*app.store)?;
    let age = told.last.as_ref().map(|last| app.now().unix() - last.at.unix());
    standing.backup_planned = app.house()?.backup.is_some();
    let elsewhere = upkeep::elsewhere(&*app.store)?;
    standing.backup_elsewhere = elsewhere.is_some();
    // One of the two is enough.
    let theirs = elsewhere.is_none_or(|elsewhere| elsewhere.is_stale(app.data.as_deref(), app.now()));
    standing.backup_stale = theirs && age.is_none_or(|age| age > backup::STALE_SECONDS);
    standing.backup_failed = told.failed.is_some();
    standing.drill_failed = told.drill.is_some_and(|drill| !drill.good);
    Ok(())
}

/// Which days.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Days {
    /// 1 to 366; 30 if left out.
    #[param(minimum = 1, maximum = 366)]
    days: Option<u16>,
}

/// What was done by day.
#[derive(Debug, Serialize, ToSchema)]
struct ByDay {
    /// The days, today last.
    days: Vec<Figures>,
    /// Events that are under way, or prepared: neither completed nor archived.
    #[schema(example = 3)]
    events_under_way: u64,
}

/// Count what was issued and sent, by day
///
/// Of what was issued by hand, the issuer's members of staff see what is in all events; who is limited to events sees what runs did.
#[utoipa::path(get, path = "/figures", tag = "Operations", extensions(("x-permission" = json!("view"))), params(Days),
    responses((status = 200, body = ByDay), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn by_day(State(app): State<App>, caller: Caller, Query(asked): Query<Days>) -> Result<Json<ByDay>, Problem> {
    caller.may(Permission::View)?;
    let days = asked.days.unwrap_or(DAYS);
    if !(1..=figures::MOST_DAYS).contains(&days) {
        return Err(Problem::bad_request("bad-query", format!("`days` must be 1 to {}", figures::MOST_DAYS)));
    }
    let by_hand = !caller.scope.is_limited();
    app.read_at_desk(&caller, move |app, desk| {
        let days = figures::by_day(desk.store, &app.issuer.zone, desk.now, days, by_hand)?;
        Ok(Json(ByDay { days, events_under_way: figures::events_under_way(desk.store)? }))
    })
    .await
}
