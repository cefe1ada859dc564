//! Publishes by itself: after changes, once they cannot be undone unseen, and before what is published grows stale. Whoever
//! revokes need not be allowed to publish.
//!
//! Asks for a run like anybody else, so that the journal, the audit log and the webhooks tell of it. When it is to happen:
//! [`crate::publish::agenda`].

use std::path::Path;
use std::time::Duration;

use super::{App, Problem};
use crate::acts::run::{self, Kind, RunError, RunQuery, RunRequest, RunState};
use crate::credential::Timestamp;
use crate::desk::{Actor, Desk};
use crate::publish::agenda::{Due, Watch};
use crate::publish::{self, LastPublished};
use crate::store::Store;
use crate::webhooks::{self, Notice};

/// How often it is looked.
const LOOK: Duration = Duration::from_secs(15);
/// How long it rests after a publication that failed, in seconds.
const RETRY_SECONDS: i64 = 600;

/// What is remembered between two looks.
#[derive(Debug, Default)]
pub struct Publisher {
    watch: Watch,
    /// The version that was found in the folder of the site.
    there: Option<u64>,
    /// The version that was told to be late.
    told: Option<u64>,
}

/// Looks again and again whether it is time. Never ends.
pub async fn publish_when_due(app: App) {
    let mut publisher = Publisher::default();
    let mut looks = tokio::time::interval(LOOK);
    loop {
        looks.tick().await;
        let work = move |app: &App| {
            let done = publisher.look(app);
            Ok((publisher, done))
        };
        match app.aside(work).await {
            Ok((back, done)) => {
                publisher = back;
                if let Err(error) = done {
                    tracing::error!(%error, "whether to publish could not be found out");
                }
            }
            Err(problem) => {
                tracing::error!(code = problem.code, "whether to publish could not be found out");
                publisher = Publisher::default();
            }
        }
    }
}

impl Publisher {
    /// Asks for a publication if it is time for one and there is a folder for it; says whether it did.
    ///
    /// # Errors
    /// When the store fails.
    pub fn look(&mut self, app: &App) -> Result<bool, RunError> {
        let Some(site) = app.vault.site().filter(|_| app.believes_clock()) else { return Ok(false) };
        let desk = Desk { store: &*app.store, issuer: &app.issuer, actor: &Actor::System, now: app.now() };
        let last = publish::last(desk.store)?;
        self.tell_late(&desk, last.as_ref())?;
        // One that failed may have been written down already, and half of its files may be there.
        let again = match failed(desk.store)? {
            Some(at) if (0..RETRY_SECONDS).contains(&(desk.now.unix() - at.unix())) => return Ok(false),
            failed => failed.is_some(),
        };
        let elsewhere = last.as_ref().is_some_and(|last| !self.is_there(site, last));
        let why = self.watch.due(desk.store, desk.now)?;
        if !again && !elsewhere && why.is_none() || run::is_open(desk.store, Kind::Publish)? {
            return Ok(false);
        }
        let run = run::create(&desk, &app.faces, &RunRequest::of(Kind::Publish), usize::MAX)?.run;
        let why = why.map_or("", Due::name);
        tracing::info!(run = %run.id, why, again, elsewhere, "publishing");
        Ok(true)
    }

    /// Says whether the last publication is in this folder: it may have been made into another one, or the folder is new.
    fn is_there(&mut self, site: &Path, last: &LastPublished) -> bool {
        if self.there != Some(last.version) {
            // What cannot be read is told by the publication that is asked for.
            self.there = publish::version_at(site).unwrap_or_default();
        }
        self.there == Some(last.version)
    }

    /// Warns once of each publication that has grown old and was not renewed.
    fn tell_late(&mut self, desk: &Desk, last: Option<&LastPublished>) -> Result<(), RunError> {
        let Some((last, next)) = last.and_then(|last| Some((last, last.next_update?))) else { return Ok(()) };
        if !last.is_late(desk.now) || self.told == Some(last.version) {
            return Ok(());
        }
        self.told = Some(last.version);
        tracing::warn!(version = last.version, issued = %last.issued, good_until = %next, "what is published grows stale");
        let notice = Notice::publication_late(desk.now, last.version, last.issued, next);
        desk.store.write_documents(&webhooks::enqueue(desk.store, &[notice])?, None)?;
        Ok(())
    }
}

/// Returns when the last publication failed; nothing if it did not.
pub(super) fn failed(store: &dyn Store) -> Result<Option<Timestamp>, RunError> {
    let query = RunQuery { kind: Some(Kind::Publish), ..RunQuery::all(true) };
    let last = run::runs(store, &query, None, 1)?.items.into_iter().next();
    Ok(last.filter(|run| run.state == RunState::Failed).and_then(|run| run.finished))
}

/// Returns how what is published stands; nothing before the first publication.
///
/// # Errors
/// When the store fails.
pub(super) fn ages(app: &App) -> Result<Option<Ages>, Problem> {
    let last = publish::last(&*app.store).map_err(RunError::from)?;
    let now = app.now().unix();
    let failed = failed(&*app.store)?.is_some();
    Ok(last.map(|last| Ages {
        age: now - last.issued.unix(),
        good: last.next_update.map(|next| next.unix() - now),
        failed,
    }))
}

/// How what is published stands, in seconds.
pub(super) struct Ages {
    /// Since when it was published.
    pub(super) age: i64,
    /// For how much longer it is good; negative once it is stale, nothing where it is not known.
    pub(super) good: Option<i64>,
    /// Whether the last try failed: half of its files may be there.
    pub(super) failed: bool,
}
