//! What is done each night while the service runs: a backup, and what is old is thrown away. Staff can ask for a backup, or for the drill
//! that restores one, at any time; one at a time, beside what else the service does.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;
use utoipa::ToSchema;

use super::standings::make_ready;
use super::{App, Problem};
use crate::accounts;
use crate::acts::backup::{self, BackupError, Drill, Good, Plan};
use crate::acts::portal;
use crate::acts::retention::{self, Retention};
use crate::credential::Timestamp;
use crate::desk::{Actor, Desk};
use crate::proof::jws;
use crate::store::{Collection, DocumentWrite, Expect, StoreError};

/// How often it is looked whether it is time.
const LOOK: Duration = Duration::from_secs(300);
/// What is thrown away, is once a day.
const DAY: i64 = 86_400;
/// When things were thrown away last.
const THROWN: &str = "thrown-away";

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Busy {
    /// A backup is being made.
    Backup,
    /// The newest backup is being restored, to see that it can be.
    Drill,
}

/// What is being done now.
#[derive(Debug, Default)]
pub(super) struct Upkeep(Arc<Mutex<Option<Busy>>>);

impl Upkeep {
    /// Returns what is being done.
    pub(super) fn now(&self) -> Option<Busy> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins something, unless something is being done: of two who ask at once one is told so.
    ///
    /// # Errors
    /// 409 `busy`.
    pub(super) fn begin(&self, what: Busy) -> Result<Doing, Problem> {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match *now {
            Some(Busy::Backup) => Err(Problem::conflict("busy", "a backup is being made; wait until it is done")),
            Some(Busy::Drill) => {
                Err(Problem::conflict("busy", "a backup is being restored to try it; wait until that is done"))
            }
            None => {
                *now = Some(what);
                Ok(Doing(Arc::clone(&self.0)))
            }
        }
    }
}

/// Something that was begun. It ends when this is dropped, also where the work panics.
#[derive(Debug)]
pub(super) struct Doing(Arc<Mutex<Option<Busy>>>);

impl Drop for Doing {
    fn drop(&mut self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// Looks again and again whether it is time. Never ends.
pub async fn each_night(app: App) {
    let mut looks = tokio::time::interval(LOOK);
    loop {
        looks.tick().await;
        if let Err(problem) = app.aside(nightly).await {
            tracing::error!(code = problem.code, detail = problem.detail, "what is done each night was not");
        }
        if let Err(problem) = app.aside(make_ready).await {
            tracing::error!(
                code = problem.code,
                detail = problem.detail,
                "what lists are filtered by was not made ready"
            );
        }
    }
}

/// Does what is due. Under a clock that is not believed nothing is.
///
/// # Errors
/// When a backup fails, or the store.
pub fn nightly(app: &App) -> Result<(), Problem> {
    if !app.believes_clock() {
        return Ok(());
    }
    let house = app.house()?;
    app.uploads().tidy(app.now(), house.waiting_minutes);
    let made = match &house.backup {
        // A backup is signed: while the keys are locked it waits, and is made as soon as they are not.
        Some(_) if app.vault.is_locked() => Ok(()),
        Some(plan) if backup::is_due(&backup::known(&*app.store)?, plan, &app.issuer.zone, app.now()) => {
            let begun = app.upkeep().begin(Busy::Backup);
            begun.and_then(|doing| make(app, &Actor::System, doing)).map(drop)
        }
        _ => Ok(()),
    };
    // Whatever became of the backup: also where one, or a drill, is under way.
    throw_away(app, house.retention)?;
    made
}

fn throw_away(app: &App, retention: Retention) -> Result<(), Problem> {
    let desk = Desk { store: &*app.store, issuer: &app.issuer, actor: &Actor::System, now: app.now() };
    let document = desk.store.document(Collection::UPKEEP, THROWN)?;
    let last = document.as_ref().and_then(|document| document.value["at"].as_str()?.parse::<Timestamp>().ok());
    if last.is_some_and(|last| (0..DAY).contains(&(desk.now.unix() - last.unix()))) {
        return Ok(());
    }
    let sessions = accounts::sweep(desk.store, desk.now)?;
    portal::sweep(desk.store, desk.now)?;
    retention::throw_away(&desk, retention, sessions as u64)?;
    let note = DocumentWrite::put(Collection::UPKEEP, THROWN, Expect::Any, &serde_json::json!({ "at": desk.now }));
    Ok(desk.store.write_documents(&[note], None).map(drop)?)
}

/// Returns the plan.
///
/// # Errors
/// When nothing says where backups go.
pub(super) fn plan(app: &App) -> Result<Plan, Problem> {
    let detail = "nothing says where backups go: choose a folder on the page “What is kept”";
    app.house()?.backup.ok_or_else(|| Problem::conflict("no-backup-folder", detail))
}

/// Holds that there is a backup to be restored.
///
/// # Errors
/// When there is none, or the folder cannot be read.
pub(super) fn has_one(app: &App) -> Result<(), Problem> {
    let Plan { folder, .. } = plan(app)?;
    match backup::list(&folder, app.now())?.files.is_empty() {
        true => Err(BackupError::Nothing(folder).into()),
        false => Ok(()),
    }
}

/// Makes a backup that was begun.
///
/// # Errors
/// What was in the way.
pub(super) fn make(app: &App, actor: &Actor, _doing: Doing) -> Result<Good, Problem> {
    let plan = plan(app)?;
    let desk = Desk { store: &*app.store, issuer: &app.issuer, actor, now: app.now() };
    let signer = app.vault.signer()?;
    let sign = |statement: &[u8]| Some(jws::sign(statement, &signer.kid, backup::DUMP_TYP, &signer.key));
    let made = backup::make(&desk, &app.vault.own(), &sign, &plan);
    app.metrics().backup_failed.set(i64::from(made.is_err()));
    let good = made.inspect_err(|error| tracing::error!(%error, "no backup was made"))?;
    tracing::info!(records = good.records, bytes = good.bytes, "made a backup");
    Ok(good)
}

/// Restores the newest backup, to see that it can be, once that was begun.
///
/// # Errors
/// When there is none, or the store fails.
pub(super) fn drill(app: &App, actor: &Actor, _doing: Doing) -> Result<Drill, Problem> {
    let plan = plan(app)?;
    let desk = Desk { store: &*app.store, issuer: &app.issuer, actor, now: app.now() };
    let drill = backup::drill(&desk, &app.vault.manifest(), &plan)?;
    if let Some(problem) = &drill.problem {
        tracing::error!(problem, "the newest backup cannot be restored as it is");
    }
    Ok(drill)
}

impl From<BackupError> for Problem {
    fn from(error: BackupError) -> Self {
        let detail = error.to_string();
        match error {
            BackupError::Locked => Self::locked(),
            BackupError::Nothing(_) => Self::conflict("no-backup", detail),
            BackupError::Store(error @ (StoreError::DiskFull { .. } | StoreError::Restoring)) => error.into(),
            BackupError::Folder { .. } | BackupError::Dump(_) | BackupError::Store(_) => {
                tracing::error!(%detail, "backup");
                Self::new(axum::http::StatusCode::INTERNAL_SERVER_ERROR, "backup-failed", detail)
            }
        }
    }
}
