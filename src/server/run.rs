//! Listens, answers, and stops gracefully: requests that have begun are finished, new ones are not taken.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

use super::crowd::{Crowd, Impatient, WRITE_TIME, most_connections};

/// Connections at once from one address, where it does not stand for many: a quarter of all.
pub const EACH_ADDRESS: usize = 1_024;
/// Largest head of a request, in bytes.
const HEAD_BYTES: usize = 64 * 1024;
/// How long a client may take to send its request's head, and to begin and complete a TLS handshake.
const HEAD_TIME: Duration = Duration::from_secs(10);
/// How long to wait for requests under way when stopping.
const GRACE: Duration = Duration::from_secs(30);

/// Where and how to listen.
pub struct Listen {
    /// The bound socket.
    pub listener: TcpListener,
    /// Certificate chain and key; plain HTTP without.
    pub tls: Option<Arc<rustls::ServerConfig>>,
    /// Most connections at once from one address; more are closed. `None` behind a proxy, where all come from it.
    pub each_address: Option<usize>,
}

/// Why serving ended.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The socket.
    #[error("cannot accept connections")]
    Accept(#[source] std::io::Error),
}

/// Serves until `stop` is ready, then finishes what has begun.
///
/// # Errors
/// When the socket fails.
pub async fn serve(listen: Listen, router: Router, stop: impl Future<Output = ()>) -> Result<(), ServeError> {
    let graceful = GracefulShutdown::new();
    let room = Arc::new(Semaphore::new(most_connections()));
    let (crowd, each) = (Crowd::default(), listen.each_address.unwrap_or(usize::MAX));
    let acceptor = listen.tls.map(TlsAcceptor::from);
    tokio::pin!(stop);
    loop {
        let permit = tokio::select! {
            permit = room.clone().acquire_owned() => permit.expect("the semaphore is never closed"),
            () = &mut stop => break,
        };
        let (stream, peer) = tokio::select! {
            accepted = listen.listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) if passes(&error) => {
                    // Out of file descriptors, or a peer that went away: others are still served.
                    tracing::warn!(%error, "accept");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
                Err(error) => return Err(ServeError::Accept(error)),
            },
            () = &mut stop => break,
        };
        let Some(place) = crowd.enter(peer.ip(), each) else { continue };
        let answering = connection(stream, peer, acceptor.clone(), router.clone(), graceful.watcher());
        tokio::spawn(async move {
            answering.await;
            drop((permit, place));
        });
    }
    // Who connects from now on is told so at once.
    drop(listen.listener);
    tokio::select! {
        () = graceful.shutdown() => {}
        () = tokio::time::sleep(GRACE) => tracing::warn!("some requests did not end in time"),
    }
    Ok(())
}

fn passes(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    const TOO_MANY_FILES: [i32; 2] = [23, 24];
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
        || error.raw_os_error().is_some_and(|code| TOO_MANY_FILES.contains(&code))
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    acceptor: Option<TlsAcceptor>,
    router: Router,
    watcher: hyper_util::server::graceful::Watcher,
) {
    let _ = stream.set_nodelay(true);
    let stream = Impatient::new(stream, WRITE_TIME);
    match acceptor {
        None => answer(stream, peer, router, watcher).await,
        Some(acceptor) => match tokio::time::timeout(HEAD_TIME, acceptor.accept(stream)).await {
            Ok(Ok(stream)) => answer(stream, peer, router, watcher).await,
            Ok(Err(error)) => tracing::debug!(%error, "TLS handshake"),
            Err(_) => tracing::debug!("TLS handshake took too long"),
        },
    }
}

async fn answer(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: SocketAddr,
    router: Router,
    watcher: hyper_util::server::graceful::Watcher,
) {
    let service = router.map_request(move |mut request: axum::http::Request<hyper::body::Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        request.map(axum::body::Body::new)
    });
    let mut builder = hyper::server::conn::http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD_TIME).max_headers(64).max_buf_size(HEAD_BYTES);
    let served = builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
    if let Err(error) = watcher.watch(served).await {
        tracing::debug!(%error, "connection");
    }
}
