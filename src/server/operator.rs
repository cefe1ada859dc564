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
use axum::extract::{DefaultBodyLimit, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router, middleware};
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::net::{UnixListener, UnixStream};
use tokio::task::JoinHandle;
use tower::ServiceExt;

use super::extract::Path as Named;
use super::{App, Caller, Problem, router};
use crate::proof::jws;
use crate::store::remote::{self, CALL_BYTES, CALLS, DUMP_SIGNATURE, GREETING, Greeting};

/// The socket's name in the data folder.
pub const SOCKET: &str = "admin.sock";
/// `typ` of the signature under a dump.
pub const DUMP_TYP: &str = "testamur-dump+jwt";
/// Largest statement of a dump that is signed, in bytes.
const STATEMENT_BYTES: usize = 64 * 1024;
/// How long calls that have begun may take to end when the service stops.
const GRACE: Duration = Duration::from_secs(30);
/// How long to rest when nobody can be let in.
const REST: Duration = Duration::from_millis(50);

/// Marks a request that came through this door.
#[derive(Debug, Clone, Copy)]
pub(super) struct ByOperator;

impl ByOperator {
    /// Says whether a request came through this door.
    pub(super) fn sent(parts: &Parts) -> bool {
        parts.extensions.get::<Self>().is_some()
    }
}

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

/// Opens the door in a data folder of a service with an address. Whoever opens the store may: a socket that is there already
/// is of a service that died.
///
/// # Errors
/// When the socket cannot be made.
pub fn open(data: &Path, app: &App, address: String) -> io::Result<Door> {
    let path = data.join(SOCKET);
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let owner = std::fs::metadata(data)?.uid();
    let listener = UnixListener::bind(&path)?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
    let routes = routes(app.clone(), address)?;
    let (stop, stopping) = tokio::sync::watch::channel(false);
    let task = tokio::spawn(listen(listener, owner, routes, stopping));
    Ok(Door { path, task, stop })
}

async fn listen(listener: UnixListener, owner: u32, routes: Router, mut stop: tokio::sync::watch::Receiver<bool>) {
    let graceful = GracefulShutdown::new();
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.wait_for(|stop| *stop) => break,
        };
        match stream {
            Ok((stream, _)) if let_in(&stream, owner) => {
                tokio::spawn(connection(stream, routes.clone(), graceful.watcher()));
            }
            Ok(_) => tracing::warn!("an account that is not the data folder's owner was turned away at the socket"),
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

/// Says whether who called may: the mode of the socket says the same, and is not all that is relied on.
fn let_in(stream: &UnixStream, owner: u32) -> bool {
    stream.peer_cred().is_ok_and(|peer| may(peer.uid(), owner))
}

/// Root, the owner of the data folder, and who the service runs as: each can read keys and store without asking.
fn may(user: u32, owner: u32) -> bool {
    user == 0 || user == owner || user == rustix::process::geteuid().as_raw()
}

async fn connection(stream: UnixStream, routes: Router, watcher: Watcher) {
    let service = routes.map_request(|request: axum::http::Request<hyper::body::Incoming>| {
        request.map(axum::body::Body::new)
    });
    // No time limits: a command may draw for long between two calls.
    let served = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
    if let Err(error) = watcher.watch(served).await {
        tracing::debug!(%error, "connection at the socket");
    }
}

/// What only this door has, with what it needs.
#[derive(Clone)]
struct House {
    app: App,
    greeting: Arc<Greeting>,
}

/// Returns the routes of this door.
fn routes(app: App, address: String) -> io::Result<Router> {
    let mut name = [0; 8];
    getrandom::fill(&mut name).map_err(|error| io::Error::other(error.to_string()))?;
    let greeting = Arc::new(Greeting::new(data_encoding::HEXLOWER.encode(&name), address));
    let everything = router(app.clone()).layer(middleware::map_request(as_operator));
    Ok(Router::new()
        .route(GREETING, get(greet))
        .route(DUMP_SIGNATURE, post(sign_dump).layer(DefaultBodyLimit::max(STATEMENT_BYTES)))
        .route(&format!("{CALLS}/{{service}}/{{call}}"), post(call).layer(DefaultBodyLimit::max(CALL_BYTES)))
        .with_state(House { app, greeting })
        .fallback_service(everything))
}

async fn as_operator(mut request: Request) -> Request {
    request.extensions_mut().insert(ByOperator);
    request.extensions_mut().insert(Caller::operator());
    request
}

async fn greet(State(house): State<House>) -> Json<Greeting> {
    Json((*house.greeting).clone())
}

/// Does a call of the store.
async fn call(
    State(House { app, greeting }): State<House>,
    axum::extract::Path((service, call)): axum::extract::Path<(String, String)>,
    bytes: Bytes,
) -> Response {
    if service != greeting.service {
        return StatusCode::GONE.into_response();
    }
    let done = app.aside(move |app| {
        let answered = remote::answer(&*app.store, &call, &bytes);
        if answered.as_ref().is_some_and(|(_, changed)| *changed) {
            // What is answered from memory is made anew from what is there now.
            app.vault.forget_anchors();
        }
        Ok(answered)
    });
    match done.await {
        Ok(Some((answer, _))) => ([(header::CONTENT_TYPE, "application/octet-stream")], answer).into_response(),
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(problem) => problem.into_response(),
    }
}

/// Signs the statement of a dump: who makes one beside the service need not know the passphrase.
async fn sign_dump(State(House { app, .. }): State<House>, statement: Bytes) -> Response {
    let signed = app.aside(move |app| {
        let signer = app.vault.signer();
        Ok(jws::sign(&statement, &signer.kid, DUMP_TYP, &signer.key))
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
