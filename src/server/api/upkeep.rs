//! Backups: what is there, made anew, and the drill that restores one.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::accounts::Permission;
use crate::acts::backup::{self, Drill, Failed, Good};
use crate::server::nights::{self, Busy};
use crate::server::{App, Caller, Problem};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(show, make)).routes(routes!(drill))
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
    /// Where they go; nothing: `testamur.toml` has no section `[backup]`.
    folder: Option<String>,
    /// At which hour of the issuer's day they are made.
    hour: Option<u8>,
    /// How many stay.
    keep: Option<u16>,
    /// Those that are there, newest first.
    files: Vec<BackupFile>,
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
}

fn view(app: &App) -> Result<Backups, Problem> {
    let told = backup::known(&*app.store)?;
    let plan = app.backup.as_ref();
    let (files, unreadable) = match plan.map(|plan| backup::list(&plan.folder)) {
        Some(Ok(files)) => (files, None),
        Some(Err(error)) => (Vec::new(), Some(error.to_string())),
        None => (Vec::new(), None),
    };
    let age = told.last.as_ref().map(|last| app.now().unix() - last.at.unix());
    Ok(Backups {
        folder: plan.map(|plan| plan.folder.display().to_string()),
        hour: plan.map(|plan| plan.hour),
        keep: plan.map(|plan| plan.keep),
        files: files.into_iter().map(|one| BackupFile { name: one.name, bytes: one.bytes }).collect(),
        unreadable,
        stale: age.is_none_or(|age| age > backup::STALE_SECONDS),
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
/// A signed dump of the whole store, into the folder that `testamur.toml` names. It goes on after the answer; what came of it is shown
/// with the others.
#[utoipa::path(post, path = "/backups", tag = "Backups", extensions(("x-permission" = json!("settings"))),
    responses((status = 202, body = Backups), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn make(State(app): State<App>, caller: Caller) -> Result<(StatusCode, Json<Backups>), Problem> {
    begun(app, caller, true, |app, caller| nights::make(app, &caller.actor()).map(drop)).await
}

/// Restore the newest backup, to see that it can be
///
/// Into a folder of its own, which is taken away again. Records are counted, the chain of the audit log is followed, and certificates
/// from all over are verified. It goes on after the answer; what it saw is shown with the backups.
#[utoipa::path(post, path = "/backups/drill", tag = "Backups", extensions(("x-permission" = json!("settings"))),
    responses((status = 202, body = Backups), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn drill(State(app): State<App>, caller: Caller) -> Result<(StatusCode, Json<Backups>), Problem> {
    begun(app, caller, false, |app, caller| nights::drill(app, &caller.actor()).map(drop)).await
}

/// Begins something that takes longer than a request may, on a thread of its own; what signs only while the keys are open.
async fn begun(
    app: App,
    caller: Caller,
    signs: bool,
    work: impl FnOnce(&App, &Caller) -> Result<(), Problem> + Send + 'static,
) -> Result<(StatusCode, Json<Backups>), Problem> {
    caller.may_everywhere(Permission::Settings)?;
    nights::plan(&app)?;
    if signs && app.vault.is_locked() {
        return Err(Problem::locked());
    }
    if app.upkeep().now().is_some() {
        return Err(Problem::conflict("busy", "a backup or a drill is under way; wait until it is done"));
    }
    let worked = app.clone();
    let (began, beginning) = tokio::sync::oneshot::channel();
    let thread = std::thread::Builder::new().name("upkeep".to_owned()).spawn(move || {
        let _ = began.send(());
        if let Err(problem) = work(&worked, &caller) {
            tracing::warn!(code = problem.code, "a backup or a drill did not come about");
        }
    });
    thread.map_err(Problem::internal)?;
    let _ = beginning.await;
    app.aside(|app| Ok((StatusCode::ACCEPTED, Json(view(app)?)))).await
}
