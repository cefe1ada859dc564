//! A clock that is watched while the service runs: one that jumps is not written down.
//!
//! The machine counts seconds besides, which nobody can set; by them it is known what the clock should say about now. What
//! the machine slept through is not counted, so a clock is refused only where it is far from what it should say.

use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::{App, Problem};
use crate::credential::Timestamp;
use crate::publish::clock::{self, ClockError};
use crate::store::Store;

/// An instant that was believed, and when it was, by the machine's own count.
#[derive(Debug, Clone, Copy)]
pub struct Steady {
    at: Timestamp,
    began: Instant,
}

impl Steady {
    /// Starts to count from an instant that is believed.
    pub fn from(at: Timestamp) -> Self {
        Self { at, began: Instant::now() }
    }

    /// Checks a clock by the count and by what is recorded.
    ///
    /// # Errors
    /// As [`clock::check`].
    pub fn check(&self, store: &dyn Store, now: Timestamp) -> Result<(), ClockError> {
        let passed = i64::try_from(self.began.elapsed().as_secs()).unwrap_or(i64::MAX);
        clock::check(store, now, Some(Timestamp::from_unix(self.at.unix().saturating_add(passed))))
    }
}

/// Refuses what may write while the clock is not to be believed. What only reads goes on.
pub(super) async fn believed(State(app): State<App>, request: Request, next: Next) -> Response {
    let reads = [Method::GET, Method::HEAD, Method::OPTIONS].contains(request.method());
    let public = request.uri().path().starts_with("/api/v1/verify");
    if reads || public || app.steady.is_none() {
        return next.run(request).await;
    }
    match app.aside(|app| app.believe_clock().map_err(Problem::from)).await {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

impl From<ClockError> for Problem {
    fn from(error: ClockError) -> Self {
        let detail = "this machine's clock is wrong, or was; nothing was changed. Set it right, or start the service with --accept-clock if it is right.";
        match error {
            ClockError::Unknown(error) => error.into(),
            other => {
                tracing::error!(error = %other, "clock");
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "clock", format!("{other}: {detail}"))
            }
        }
    }
}
