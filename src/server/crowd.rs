//! How many connections there are at once, in all and from one address, and how long one may wait for its client to read.

use std::collections::HashMap;
use std::future::Future;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

use super::rate::network;

/// Connections at once, where the system allows as many open files.
const MOST: usize = 4_096;
/// Open files that are not connections: the store, files being published, webhooks.
const OTHER_FILES: usize = 256;
/// Fewest connections, however few files may be open.
const FEWEST: usize = 64;
/// How long a client may take nothing of what it is sent.
pub(super) const WRITE_TIME: Duration = Duration::from_secs(30);

/// Returns how many connections there may be at once; more wait in the system's queue.
pub(super) fn most_connections() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let most = open_files(&limits).map_or(MOST, |files| files.saturating_sub(OTHER_FILES).clamp(FEWEST, MOST));
    if most < MOST {
        tracing::warn!(most, "fewer connections at once than usual: the system's limit of open files is low");
    }
    most
}

/// Reads the soft limit of open files from `/proc/self/limits`.
fn open_files(limits: &str) -> Option<usize> {
    limits.lines().find_map(|line| line.strip_prefix("Max open files"))?.split_whitespace().next()?.parse().ok()
}

/// Counts what comes from one address; for IPv6 from one /64 network.
#[derive(Clone, Default)]
pub(super) struct Crowd(Arc<Mutex<HashMap<IpAddr, usize>>>);

/// One that is counted, until it is dropped.
pub(super) struct Place {
    crowd: Crowd,
    network: IpAddr,
    size: usize,
}

impl Crowd {
    /// Counts one more; nothing if there are `most` from there already.
    pub(super) fn enter(&self, address: IpAddr, most: usize) -> Option<Place> {
        self.enter_with(address, 1, most)
    }

    /// Counts so much more; nothing if that is more than `most` from there.
    pub(super) fn enter_with(&self, address: IpAddr, size: usize, most: usize) -> Option<Place> {
        let network = network(address);
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counted.get(&network).copied().unwrap_or_default();
        if count + size > most {
            return None;
        }
        counted.insert(network, count + size);
        Some(Place { crowd: self.clone(), network, size })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counted = self.crowd.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counted.get_mut(&self.network) {
            *count -= self.size;
            if *count == 0 {
                counted.remove(&self.network);
            }
        }
    }
}

/// A connection that is given up when its client reads nothing for a while.
pub(super) struct Impatient<S> {
    stream: S,
    time: Duration,
    /// Runs while the client reads nothing.
    patience: Option<Pin<Box<Sleep>>>,
}

impl<S> Impatient<S> {
    /// Returns a connection that is given up when its client reads nothing for this long.
    pub(super) fn new(stream: S, time: Duration) -> Self {
        Self { stream, time, patience: None }
    }

    /// Passes on what came of writing, or an error when it has come to nothing for too long.
    fn timed<T>(&mut self, context: &mut Context<'_>, polled: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if polled.is_ready() {
            self.patience = None;
            return polled;
        }
        let time = self.time;
        let patience = self.patience.get_or_insert_with(|| Box::pin(tokio::time::sleep(time)));
        ready!(patience.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Impatient<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Impatient<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.timed(context, polled)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write_vectored(context, parts);
        self.timed(context, polled)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.stream).poll_flush(context);
        self.timed(context, polled)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.stream).poll_shutdown(context);
        self.timed(context, polled)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt;

    use super::*;

    #[test]
    fn one_address_has_so_many_places_and_gets_them_back() {
        let crowd = Crowd::default();
        let (one, other) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        let places: Vec<_> = (0..3).map_while(|_| crowd.enter(one, 2)).collect();
        assert_eq!(places.len(), 2);
        assert!(crowd.enter(other, 2).is_some());
        drop(places);
        assert!(crowd.enter(one, 2).is_some());
        assert!(crowd.0.lock().unwrap().is_empty(), "who left is forgotten");
    }

    #[test]
    fn the_limit_of_open_files_is_read() {
        let limits = "Limit                     Soft Limit           Hard Limit           Units\n\
                      Max processes             95890                95890                processes\n\
                      Max open files            1024                 524288               files\n";
        assert_eq!(open_files(limits), Some(1_024));
        assert_eq!(open_files("Max open files unlimited unlimited files"), None);
        assert!(most_connections() >= FEWEST);
    }

    #[tokio::test]
    async fn a_client_that_reads_nothing_is_given_up() {
        let (near, _far) = tokio::io::duplex(16);
        let mut stream = Impatient::new(near, Duration::from_millis(20));
        assert_eq!(stream.write_all(&[0; 64]).await.unwrap_err().kind(), io::ErrorKind::TimedOut);
    }
}
