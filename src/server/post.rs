//! The service as a post office: who writes its letters, who carries them, and where what comes back is read.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::{App, Problem};
use crate::acts::send::{self, Clerk, Office, SendError};
use crate::desk::{Actor, Desk, Issuer};
use crate::mail::{Courier, MailError};
use crate::making::{Faces, OwnKeys};

/// How often a folder that mails come back into is looked at.
const LOOK: Duration = Duration::from_secs(30);

impl Office for App {
    fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    fn faces(&self) -> &Faces {
        &self.faces
    }

    fn own(&self) -> Arc<OwnKeys> {
        self.vault.own()
    }
}

/// Returns who writes the service's letters.
///
/// # Errors
/// Where no mail is set up.
pub(super) fn clerk(app: &App) -> Result<Clerk<App>, Problem> {
    let config = app.mail_now().config.clone().ok_or(MailError::NotSetUp)?;
    let public_url = app.reached_at().told().map(str::to_owned);
    Ok(Clerk::new(app.clone(), config, public_url).checked_at(app.verifier_page()))
}

/// Returns who carries the service's letters; nobody where no mail is set up, or its password is not known.
pub fn courier(app: &App) -> Option<Courier> {
    let relay = app.mail_now().relay.clone()?;
    let clerk = clerk(app).ok()?;
    Some(Courier::new(Arc::clone(&app.store), relay, Arc::new(clerk), Arc::clone(&app.clock)))
}

/// Reads what comes back into a folder, for as long as the service runs.
pub async fn read_bounces(app: App, folder: PathBuf) {
    loop {
        let (app, folder) = (app.clone(), folder.clone());
        let read = tokio::task::spawn_blocking(move || {
            let desk = Desk { store: &*app.store, issuer: &app.issuer, actor: &Actor::System, now: app.now() };
            send::from_folder(&desk, &folder)
        });
        match read.await {
            Ok(Ok((0, _))) | Err(_) => {}
            Ok(Ok((news, others))) => tracing::info!(news, others, "mails that came back"),
            Ok(Err(error)) => tracing::warn!(%error, "what came back cannot be read"),
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Reminds holders whose certificates end soon, where their events want that. Returns how many.
///
/// # Errors
/// Those of the store.
pub fn remind(app: &App) -> Result<usize, SendError> {
    if !app.believes_clock() {
        return Ok(0);
    }
    let desk = Desk { store: &*app.store, issuer: &app.issuer, actor: &Actor::System, now: app.now() };
    let count = send::remind(&desk)?;
    if count > 0 {
        tracing::info!(count, "reminded holders that their certificates end");
    }
    Ok(count)
}
