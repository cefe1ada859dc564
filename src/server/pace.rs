//! How long a request may take: for its body to arrive, and then for the work. A body that trickles in holds no connection
//! for long, a large one over a slow line is taken all the same.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::BoxError;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use hyper::body::{Body as HttpBody, Frame, SizeHint};

use super::Problem;

/// Longest pause within a body.
const PAUSE: Duration = Duration::from_secs(10);
/// How long a body may arrive before it has to have come at [`RATE`].
const START: Duration = Duration::from_secs(20);
/// Bytes a second that a body has to come at, on the average since the request began.
const RATE: u64 = 32 * 1024;
/// How often it is looked at.
const LOOK: Duration = Duration::from_millis(250);

/// How far a request's body is.
struct Pace {
    began: Instant,
    /// When the last bytes came, in milliseconds since it began.
    last: AtomicU64,
    bytes: AtomicU64,
    /// Whether somebody waits for more.
    waited_for: AtomicBool,
}

/// Answers 408 when the body comes too slowly, and 503 when the work takes too long. Work that has begun in the store is
/// finished all the same.
pub(super) async fn in_time(limit: Duration, request: Request, next: Next) -> Response {
    let pace = Arc::new(Pace::begin());
    let request = request.map(|body| Body::new(Watched { body, pace: Arc::clone(&pace) }));
    let answering = next.run(request);
    tokio::pin!(answering);
    loop {
        tokio::select! {
            response = &mut answering => return response,
            () = tokio::time::sleep(LOOK) => if let Some(problem) = pace.problem(limit) {
                return closing(problem.into_response());
            },
        }
    }
}

/// What did not come in time may still come: the connection is of no use any more.
fn closing(mut response: Response) -> Response {
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

impl Pace {
    fn begin() -> Self {
        Self {
            began: Instant::now(),
            last: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            waited_for: AtomicBool::new(false),
        }
    }

    fn came(&self, bytes: usize) {
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
        self.last.store(self.began.elapsed().as_millis() as u64, Ordering::Relaxed);
    }

    fn problem(&self, limit: Duration) -> Option<Problem> {
        let waiting = self.waited_for.load(Ordering::Relaxed);
        let (bytes, last) = (self.bytes.load(Ordering::Relaxed), self.last.load(Ordering::Relaxed));
        too_slow(self.began.elapsed(), Duration::from_millis(last), bytes, waiting, limit)
    }
}

/// Judges a request of some age, whose last bytes came at an instant of it.
fn too_slow(age: Duration, last: Duration, bytes: u64, waiting: bool, limit: Duration) -> Option<Problem> {
    let quiet = age.saturating_sub(last);
    if waiting {
        let crawls = age > START && bytes < RATE * age.as_secs();
        let detail = "the body came too slowly";
        return (quiet > PAUSE || crawls).then(|| Problem::new(StatusCode::REQUEST_TIMEOUT, "slow-body", detail));
    }
    let detail = "this took too long; it may still be done";
    (quiet > limit).then(|| Problem::new(StatusCode::SERVICE_UNAVAILABLE, "timeout", detail))
}

/// A body whose pace is watched.
struct Watched {
    body: Body,
    pace: Arc<Pace>,
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        self.pace.waited_for.store(polled.is_pending(), Ordering::Relaxed);
        if let Poll::Ready(frame) = &polled {
            let data = frame.as_ref().and_then(|frame| frame.as_ref().ok()).and_then(Frame::data_ref);
            self.pace.came(data.map_or(0, Bytes::len));
        }
        polled.map_err(Into::into)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.pace.waited_for.store(false, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(age: u64, last: u64, bytes: u64, waiting: bool) -> Option<u16> {
        let seconds = Duration::from_secs;
        too_slow(seconds(age), seconds(last), bytes, waiting, seconds(30)).map(|problem| problem.status)
    }

    #[test]
    fn a_body_may_take_long_if_it_keeps_coming() {
        assert_eq!(code(600, 599, 600 * RATE, true), None);
        assert_eq!(code(15, 14, 15, true), None, "it has only begun");
        assert_eq!(code(21, 20, 21, true), Some(408), "it trickles");
        assert_eq!(code(11, 0, 1 << 20, true), Some(408), "it has stopped");
    }

    #[test]
    fn work_is_timed_from_when_the_body_was_there() {
        assert_eq!(code(629, 600, 600 * RATE, false), None);
        assert_eq!(code(631, 600, 600 * RATE, false), Some(503));
        assert_eq!(code(31, 0, 0, false), Some(503));
    }
}
