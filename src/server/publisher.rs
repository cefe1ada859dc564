//! Publishes by itself: after changes, once they cannot be undone unseen, and before what is published grows stale. Whoever
//! revokes need not be allowed to publish.
//!
//! Asks for a run like anybody else, so that the journal, the audit log and the webhooks tell of it. When it is to happen:
//! [`crate::publish::agenda`].

use std::time::Duration;

use super::{App, Problem};
use crate::credential::Timestamp;
use crate::issuance::Desk;
use crate::publish::agenda::Watch;
use crate::publish::{self, LastPublished};
use crate::runs::{self, Kind, RunError, RunRequest};
use crate::webhooks::{self, Notice};

/// How often it is looked.
const LOOK: Duration = Duration::from_secs(15);
/// How long it rests after a publication that failed, in seconds.
const RETRY_SECONDS: i64 = 600;

/// What is remembered between two looks.
#[derive(Debug, Default)]
pub struct Publisher {
    watch: Watch,
    /// When a publication was asked for last, and the version before it.
    asked: Option<(Timestamp, u64)>,
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
        if app.vault.site().is_none() || !app.believes_clock() {
            return Ok(false);
        }
        let desk = Desk { store: &*app.store, issuer: &app.issuer, actor: "system", now: app.now() };
        let last = publish::last(desk.store)?;
        self.tell_late(&desk, last.as_ref())?;
        let Some(why) = self.watch.due(desk.store, desk.now)? else { return Ok(false) };
        let version = last.map_or(0, |last| last.version);
        let failed = self.asked.is_some_and(|(at, before)| {
            before == version && (0..RETRY_SECONDS).contains(&(desk.now.unix() - at.unix()))
        });
        if failed || runs::is_open(desk.store, Kind::Publish)? {
            return Ok(false);
        }
        self.asked = Some((desk.now, version));
        let run = runs::create(&desk, &RunRequest::of(Kind::Publish), usize::MAX)?.run;
        tracing::info!(run = %run.id, ?why, "publishing");
        Ok(true)
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

/// How old what is published is, and for how much longer it is good, in seconds; nothing before the first publication.
///
/// # Errors
/// When the store fails.
pub(super) fn ages(app: &App) -> Result<Option<(i64, Option<i64>)>, Problem> {
    let last = publish::last(&*app.store).map_err(RunError::from)?;
    let now = app.now().unix();
    Ok(last.map(|last| (now - last.issued.unix(), last.next_update.map(|next| next.unix() - now))))
}
