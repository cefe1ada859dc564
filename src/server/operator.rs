//! The door for this machine's operator: a socket in the data folder that only the folder's owner and root may use.
//!
//! It serves all that the service serves, to a caller who may do everything: who can read the keys and the store need not log
//! in. Beside that, and only here, it carries the calls of the store, so that commands work while the service holds it
//! ([`crate::store::remote`]): each does its act in its own process, as without the service.

use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path as Named, State};
use axum::http::{Request, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::net::{UnixListener, UnixStream};
use tokio::task::JoinHandle;
use tower::ServiceExt;

use super::{App, Caller, router};
use crate::proof::jws;
use crate::store::Store;
use crate::store::remote::{self, CALL_BYTES, CALLS, Changed, DUMP_SIGNATURE, GREETING, Greeting};

/// The socket's name in the data folder.
pub const SOCKET: &str = "admin.sock";
/// `typ` of the signature under a dump.
pub use crate::acts::backup::DUMP_TYP;
/// Largest statement of a dump that is signed, in bytes.
const STATEMENT_BYTES: usize = 64 * 1024;
/// How long calls that have begun may take to end when the service stops.
const GRACE: Duration = Duration::from_secs(30);
/// How long to rest when nobody can be let in.
const REST: Duration = Duration::from_millis(50);

/// The open door; the socket goes when this is dropped.
pub struct Door {
    path: PathBuf,
    task: JoinHandle<()>,
    stop: tokio::sync::watch::Sender<bool>,
}

impl Door {
    /// Lets nobody in any more, and waits for the calls that have begun.
    pub async fn close(mut self) {
        self.stop.send_replace(true);
        let _ = (&mut self.task).await;
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
        self.task.abort();
    }
}

/// Opens the door in a data folder. Whoever opens the store may: a socket that is there already
/// is of a service that died.
///
/// # Errors
/// When the socket cannot be made.
pub fn open(data: &Path, app: &App) -> io::Result<Door> {
    let path = data.join(SOCKET);
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let told = app.clone();
    let changed = move |changed: Changed| {
        told.metrics().issued.inc_by(changed.issued);
        told.metrics().revoked.inc_by(changed.revoked);
        // What is answered from memory is made anew from what is there now.
        told.vault.forget_anchors();
    };
    let greeting = Greeting::new(fresh_name()?, app.public_url.to_string());
    let calls = calls(Arc::clone(&app.store), greeting, changed);
    let signing = Router::new()
        .route(DUMP_SIGNATURE, post(sign_dump).layer(DefaultBodyLimit::max(STATEMENT_BYTES)))
        .with_state(app.clone());
    listen(path, std::fs::metadata(data)?.uid(), calls.merge(signing).fallback_service(router(app.clone())))
}

/// Returns a name that no other start has.
fn fresh_name() -> io::Result<String> {
    let mut name = [0; 8];
    getrandom::fill(&mut name).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(data_encoding::HEXLOWER.encode(&name))
}

/// Listens at a path for root, who serves, and an owner.
///
/// # Errors
/// When the socket cannot be made.
pub fn listen(path: PathBuf, owner: u32, routes: Router) -> io::Result<Door> {
    let listener = UnixListener::bind(&path)?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
    let (stop, stopping) = tokio::sync::watch::channel(false);
    let task = tokio::spawn(let_all_in(listener, owner, routes, stopping));
    Ok(Door { path, task, stop })
}

async fn let_all_in(listener: UnixListener, owner: u32, routes: Router, mut stop: tokio::sync::watch::Receiver<bool>) {
    let graceful = GracefulShutdown::new();
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.wait_for(|stop| *stop) => break,
        };
        match stream {
            Ok((stream, _)) => match let_in(&stream, owner) {
                Some(user) => drop(tokio::spawn(connection(stream, user, routes.clone(), graceful.watcher()))),
                None => tracing::warn!("an account that is not the data folder's owner was turned away at the socket"),
            },
            Err(error) => {
                tracing::warn!(%error, "accept at the socket");
                tokio::time::sleep(REST).await;
            }
        }
    }
    drop(listener);
    tokio::select! {
        () = graceful.shutdown() => {}
        () = tokio::time::sleep(GRACE) => tracing::warn!("some commands did not end in time"),
    }
}

/// Returns who called, if they may: the mode of the socket says the same, and is not all that is relied on.
fn let_in(stream: &UnixStream, owner: u32) -> Option<u32> {
    stream.peer_cred().ok().map(|peer| peer.uid()).filter(|user| may(*user, owner))
}

/// Root, the owner of the data folder, and who the service runs as: each can read keys and store without asking.
fn may(user: u32, owner: u32) -> bool {
    user == 0 || user == owner || user == rustix::process::geteuid().as_raw()
}

async fn connection(stream: UnixStream, user: u32, routes: Router, watcher: Watcher) {
    let caller = Caller::operator(format!("uid {user}"));
    let service = routes.map_request(move |mut request: Request<hyper::body::Incoming>| {
        request.extensions_mut().insert(caller.clone());
        request.map(axum::body::Body::new)
    });
    // No time limits: a command may draw for long between two calls.
    let served = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
    if let Err(error) = watcher.watch(served).await {
        tracing::debug!(%error, "connection at the socket");
    }
}

/// A store with those who are told that it changed.
#[derive(Clone)]
struct House {
    store: Arc<dyn Store>,
    greeting: Arc<Greeting>,
    changed: Arc<dyn Fn(Changed) + Send + Sync>,
}

/// Returns the routes that carry the calls of a store. `changed` is told of each that may have changed something.
pub fn calls(store: Arc<dyn Store>, greeting: Greeting, changed: impl Fn(Changed) + Send + Sync + 'static) -> Router {
    let greeting = Greeting { opening: store.opening().map(str::to_owned), ..greeting };
    Router::new()
        .route(GREETING, get(greet))
        .route(&format!("{CALLS}/{{service}}/{{call}}"), post(call).layer(DefaultBodyLimit::max(CALL_BYTES)))
        .with_state(House { store, greeting: Arc::new(greeting), changed: Arc::new(changed) })
}

async fn greet(State(house): State<House>) -> Json<Greeting> {
    Json((*house.greeting).clone())
}

/// Does a call of the store, off the event loop.
async fn call(
    State(house): State<House>,
    Named((service, call)): Named<(String, String)>,
    bytes: Bytes,
) -> Result<Vec<u8>, StatusCode> {
    if service != house.greeting.service {
        return Err(StatusCode::GONE);
    }
    let done = tokio::task::spawn_blocking(move || {
        let (answer, changed) = remote::answer(&*house.store, &call, &bytes)?;
        if let Some(changed) = changed {
            (house.changed)(changed);
        }
        Some(answer)
    });
    match done.await {
        Ok(answer) => answer.ok_or(StatusCode::NOT_FOUND),
        Err(error) => {
            tracing::error!(%error, "a call at the socket panicked");
            Err(StatusCode::INTERNAL_SERVER_ERROR)
        }
    }
}

/// Signs the statement of a dump: who makes one beside the service need not know the passphrase.
async fn sign_dump(State(app): State<App>, statement: Bytes) -> Response {
    let signed = app.aside(move |app| {
        // Nothing, while the keys are locked.
        let signer = app.vault.signer().ok();
        Ok(signer.map(|signer| jws::sign(&statement, &signer.kid, DUMP_TYP, &signer.key)).unwrap_or_default())
    });
    signed.await.into_response()
}

#[cfg(test)]
mod tests {
    use super::may;

    #[test]
    fn only_root_the_owner_and_who_serves_are_let_in() {
        let own = rustix::process::geteuid().as_raw();
        let stranger = [4_000_001, 4_000_002].into_iter().find(|user| *user != own).unwrap();
        assert!(may(0, stranger + 1) && may(stranger, stranger) && may(own, stranger));
        assert!(!may(stranger, own) && !may(stranger, 0));
    }
}
