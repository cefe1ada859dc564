//! Backups: what is there, made anew, and the drill that restores one; and how house is kept: how long what is kept, how long sessions
//! last, where backups go.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::accounts::Permission;
use crate::acts::backup::{self, Drill, Failed, Good, PassedOver};
use crate::acts::upkeep::{self, Elsewhere, UpkeepError, Values};
use crate::credential::Timestamp;
use crate::server::extract::Body;
use crate::server::nights::{self, Busy, Doing};
use crate::server::problem::FieldProblem;
use crate::server::{App, Caller, Problem};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(show, make))
        .routes(routes!(drill))
        .routes(routes!(say_elsewhere, not_elsewhere))
        .routes(routes!(house, keep_house))
}

/// A backup in the folder.
#[derive(Debug, Serialize, ToSchema)]
struct BackupFile {
    /// Its name, which says when it was made.
    #[schema(example = "testamur-20261130T020000Z.jsonl")]
    name: String,
    /// Its size.
    bytes: u64,
}

/// What is known of backups.
#[derive(Debug, Serialize, ToSchema)]
struct Backups {
    /// Where they go; nothing: neither `testamur.toml` nor staff said so.
    folder: Option<String>,
    /// At which hour of the issuer's day they are made.
    hour: Option<u8>,
    /// How many stay.
    keep: Option<u16>,
    /// Those that are there, newest first.
    files: Vec<BackupFile>,
    /// What has the name of a backup and is not taken for one.
    passed_over: Vec<PassedOver>,
    /// Why the folder cannot be read.
    unreadable: Option<String>,
    /// The newest that this service has made.
    last: Option<Good>,
    /// That the last try failed.
    failed: Option<Failed>,
    /// The last drill.
    drill: Option<Drill>,
    /// What is being done now.
    under_way: Option<Busy>,
    /// Whether there is none, or none of the last two days.
    stale: bool,
    /// That they are made elsewhere, if an owner said so.
    elsewhere: Option<Elsewhere>,
    /// When the newest of those was made, by the marker.
    #[schema(value_type = Option<String>, format = DateTime)]
    elsewhere_newest: Option<Timestamp>,
    /// Whether the marker says that none was made in the last two days.
    elsewhere_stale: bool,
}

fn view(app: &App) -> Result<Backups, Problem> {
    let told = backup::known(&*app.store)?;
    let plan = app.house()?.backup;
    let plan = plan.as_ref();
    let (listed, unreadable) = match plan.map(|plan| backup::list(&plan.folder, app.now())) {
        Some(Ok(listed)) => (listed, None),
        Some(Err(error)) => (backup::Listed::default(), Some(error.to_string())),
        None => (backup::Listed::default(), None),
    };
    let (elsewhere, data) = (upkeep::elsewhere(&*app.store)?, app.data.as_deref());
    let age = told.last.as_ref().map(|last| app.now().unix() - last.at.unix());
    Ok(Backups {
        folder: plan.map(|plan| plan.folder.display().to_string()),
        hour: plan.map(|plan| plan.hour),
        keep: plan.map(|plan| plan.keep),
        passed_over: listed.passed_over,
        files: listed.files.into_iter().map(|one| BackupFile { name: one.name, bytes: one.bytes }).collect(),
        unreadable,
        stale: age.is_none_or(|age| age > backup::STALE_SECONDS),
        elsewhere_newest: elsewhere.as_ref().and_then(|one| one.newest(data, app.now())),
        elsewhere_stale: elsewhere.as_ref().is_some_and(|one| one.is_stale(data, app.now())),
        elsewhere,
        last: told.last,
        failed: told.failed,
        drill: told.drill,
        under_way: app.upkeep().now(),
    })
}

/// Show what is known of backups
#[utoipa::path(get, path = "/backups", tag = "Backups", extensions(("x-permission" = json!("settings"))),
    responses((status = 200, body = Backups), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn show(State(app): State<App>, caller: Caller) -> Result<Json<Backups>, Problem> {
    caller.may_everywhere(Permission::Settings)?;
    app.aside(|app| Ok(Json(view(app)?))).await
}

/// Make a backup now
///
/// A signed dump of the whole store, into the folder that `testamur.toml` or staff named. It goes on after the answer; what came of it is shown
/// with the others. One at a time, and not while a drill is under way: 409 `busy`.
#[utoipa::path(post, path = "/backups", tag = "Backups", extensions(("x-permission" = json!("settings"))),
    responses((status = 202, body = Backups), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn make(State(app): State<App>, caller: Caller) -> Result<(StatusCode, Json<Backups>), Problem> {
    begun(app, caller, Busy::Backup, |app, caller, doing| nights::make(app, &caller.actor(), doing).map(drop)).await
}

/// Restore the newest backup, to see that it can be
///
/// Into a folder of its own, which is taken away again. Records are counted, the chain of the audit log is followed, and certificates
/// from all over are verified. It goes on after the answer; what it saw is shown with the backups. One at a time, and not while a
/// backup is being made: 409 `busy`.
#[utoipa::path(post, path = "/backups/drill", tag = "Backups", extensions(("x-permission" = json!("settings"))),
    responses((status = 202, body = Backups), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn drill(State(app): State<App>, caller: Caller) -> Result<(StatusCode, Json<Backups>), Problem> {
    begun(app, caller, Busy::Drill, |app, caller, doing| nights::drill(app, &caller.actor(), doing).map(drop)).await
}

/// Begins something that takes longer than a request may, on a thread of its own; what signs only while the keys are open. It has
/// begun when that is answered: who asks meanwhile hears so.
async fn begun(
    app: App,
    caller: Caller,
    what: Busy,
    work: impl FnOnce(&App, &Caller, Doing) -> Result<(), Problem> + Send + 'static,
) -> Result<(StatusCode, Json<Backups>), Problem> {
    caller.may_everywhere(Permission::Settings)?;
    nights::plan(&app)?;
    if what == Busy::Backup && app.vault.is_locked() {
        return Err(Problem::locked());
    }
    let doing = app.upkeep().begin(what)?;
    if what == Busy::Drill {
        app.aside(nights::has_one).await?;
    }
    let worked = app.clone();
    let thread = std::thread::Builder::new().name("upkeep".to_owned()).spawn(move || {
        if let Err(problem) = work(&worked, &caller, doing) {
            tracing::warn!(code = problem.code, "a backup or a drill did not come about");
        }
    });
    thread.map_err(Problem::internal)?;
    app.aside(|app| Ok((StatusCode::ACCEPTED, Json(view(app)?)))).await
}

/// What shows that backups are made elsewhere.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "marker": "/srv/backups" }))]
struct ElsewhereWanted {
    /// A file that each of them renews, or the folder that they go to: its date shows how old the newest is.
    #[serde(default)]
    marker: Option<String>,
}

/// Say that backups are made elsewhere
///
/// By a timer of the machine, say. Then none is missed here; with a marker, one is when that grows older than two days.
#[utoipa::path(put, path = "/backups/elsewhere", tag = "Backups", extensions(("x-permission" = json!("settings"))), request_body = ElsewhereWanted,
    responses((status = 200, body = Backups), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn say_elsewhere(
    State(app): State<App>,
    caller: Caller,
    Body(wanted): Body<ElsewhereWanted>,
) -> Result<Json<Backups>, Problem> {
    caller.may_everywhere(Permission::Settings)?;
    app.at_desk(&caller, move |app, desk| {
        upkeep::say_elsewhere(desk, Some(wanted.marker), app.data.as_deref())?;
        Ok(Json(view(app)?))
    })
    .await
}

/// Say that backups are not made elsewhere any more
#[utoipa::path(delete, path = "/backups/elsewhere", tag = "Backups", extensions(("x-permission" = json!("settings"))),
    responses((status = 200, body = Backups), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn not_elsewhere(State(app): State<App>, caller: Caller) -> Result<Json<Backups>, Problem> {
    caller.may_everywhere(Permission::Settings)?;
    app.at_desk(&caller, move |app, desk| {
        upkeep::say_elsewhere(desk, None, app.data.as_deref())?;
        Ok(Json(view(app)?))
    })
    .await
}

/// How house is kept.
#[derive(Debug, Serialize, ToSchema)]
struct Upkeep {
    /// As it is now; without a folder no backups are made.
    now: Values,
    /// What staff chose.
    chosen: Values,
    /// What `testamur.toml` says; that is changed there.
    fixed: Vec<&'static str>,
}

fn upkeep_view(app: &App) -> Result<Json<Upkeep>, Problem> {
    let (house, chosen) = (app.house()?, upkeep::chosen(&*app.store)?);
    let now = Values {
        mail_days: Some(house.retention.mail_days),
        upload_days: Some(house.retention.upload_days),
        waiting_minutes: Some(house.waiting_minutes),
        session_hours: Some(house.sessions.hours),
        session_days: Some(house.sessions.days),
        backup_hour: house.backup.as_ref().map(|plan| plan.hour),
        backup_keep: house.backup.as_ref().map(|plan| plan.keep),
        // As it was said, and not where that is.
        backup_folder: app.fixed.clone().or(chosen.clone()).backup_folder,
    };
    Ok(Json(Upkeep { now, chosen, fixed: app.fixed.said() }))
}

/// Show how house is kept
#[utoipa::path(get, path = "/upkeep", tag = "Operations", extensions(("x-permission" = json!("settings"))),
    responses((status = 200, body = Upkeep), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn house(State(app): State<App>, caller: Caller) -> Result<Json<Upkeep>, Problem> {
    caller.may_everywhere(Permission::Settings)?;
    app.aside(upkeep_view).await
}

/// What is asked for: nothing that is not known.
struct Wanted(Values);

impl<'de> Deserialize<'de> for Wanted {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let members = serde_json::Map::deserialize(deserializer)?;
        if let Some(unknown) = members.keys().find(|member| !Values::MEMBERS.contains(&member.as_str())) {
            return Err(D::Error::unknown_field(unknown, &Values::MEMBERS));
        }
        serde_json::from_value(members.into()).map(Self).map_err(D::Error::custom)
    }
}

/// Choose how house is kept
///
/// In place of what was chosen before, at once; what is left out is as usual. What `testamur.toml` says stays.
#[utoipa::path(put, path = "/upkeep", tag = "Operations", extensions(("x-permission" = json!("settings"))), request_body = Values,
    responses((status = 200, body = Upkeep), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn keep_house(
    State(app): State<App>,
    caller: Caller,
    Body(Wanted(mut wanted)): Body<Wanted>,
) -> Result<Json<Upkeep>, Problem> {
    caller.may_everywhere(Permission::Settings)?;
    app.at_desk(&caller, move |app, desk| {
        wanted.backup_folder = wanted.backup_folder.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let data = app.data.as_deref();
        // What is published, and what only the service itself is to write to.
        let own = data.into_iter().flat_map(|data| [data.join("keys"), data.join("store")]);
        let but: Vec<_> = app.vault.site().map(std::path::Path::to_owned).into_iter().chain(own).collect();
        upkeep::choose(desk, (&app.fixed, wanted), data, &but)?;
        upkeep_view(app)
    })
    .await
}

impl From<UpkeepError> for Problem {
    fn from(error: UpkeepError) -> Self {
        match error {
            UpkeepError::Store(error) => error.into(),
            UpkeepError::Faults(faults) => {
                let told = |fault: upkeep::Fault| FieldProblem { field: fault.field.to_owned(), detail: fault.problem };
                let errors = faults.into_iter().map(told).collect();
                Self::unprocessable("bad-upkeep", "nothing was changed").with_errors(errors)
            }
        }
    }
}
