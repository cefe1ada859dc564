//! What operators ask: is it alive, is it ready, how does it do.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::publisher::{self, Ages};
use super::{App, Problem};
use crate::acts::run;
use crate::credential::Timestamp;
use crate::store::StoreError;

/// How long what was found out about the store is good for.
const LOOKED_AT: Duration = Duration::from_secs(1);
/// How long ago the queue may have moved that it need not be looked at, in seconds.
const MOVING_SECONDS: i64 = 10;
/// Upper bounds of the request times, in seconds.
const BUCKETS: [f64; 10] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Requested {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: String,
}

/// What is counted.
pub struct Metrics {
    registry: Registry,
    requests: Family<Requested, Counter>,
    seconds: Family<Route, Histogram, fn() -> Histogram>,
    in_flight: Gauge,
    /// Certificates issued since the start.
    pub issued: Counter,
    /// Certificates revoked since the start.
    pub revoked: Counter,
    /// Runs that are not finished.
    pub runs_open: Gauge,
    /// For how long a run has been waiting while none was worked on.
    pub runs_still: Gauge,
    /// How old what is published is, in seconds.
    published_age: Gauge,
    /// For how many more seconds it is good; negative once it is stale.
    published_good: Gauge,
    /// Whether the last publication failed.
    published_failed: Gauge,
    /// Whether the keys are locked.
    keys_locked: Gauge,
    /// Whether the last backup failed.
    pub backup_failed: Gauge,
    /// How old the newest backup is, in seconds; -1 without one.
    backup_age: Gauge,
    /// Reads of much that are being done.
    reads: Gauge,
    /// Those that ended before they were done, as nobody waited any more.
    reads_given_up: Counter,
}

/// A read of much that is counted.
pub(super) struct Reading<'a>(&'a Metrics);

impl Metrics {
    /// Counts a read of much.
    pub(super) fn read(&self) -> Reading<'_> {
        self.reads.inc();
        Reading(self)
    }
}

impl Reading<'_> {
    /// Says whether anybody still waited when it ended.
    pub(super) fn ended(self, given_up: bool) {
        if given_up {
            self.0.reads_given_up.inc();
        }
    }
}

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        self.0.reads.dec();
    }
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("testamur");
        let requests = Family::<Requested, Counter>::default();
        let buckets: fn() -> Histogram = || Histogram::new(BUCKETS);
        let seconds = Family::<Route, Histogram, fn() -> Histogram>::new_with_constructor(buckets);
        let (in_flight, issued, revoked): (Gauge, Counter, Counter) = Default::default();
        let (runs_open, runs_still): (Gauge, Gauge) = Default::default();
        let (published_age, published_good, published_failed): (Gauge, Gauge, Gauge) = Default::default();
        registry.register("publication_failed", "1 if the last publication failed", published_failed.clone());
        let age = "Seconds since the last publication";
        registry.register("publication_age_seconds", age, published_age.clone());
        let good = "Seconds for which what is published is still good; negative once it is stale";
        registry.register("publication_good_for_seconds", good, published_good.clone());
        let (backup_failed, backup_age): (Gauge, Gauge) = Default::default();
        registry.register("backup_failed", "1 if the last backup failed", backup_failed.clone());
        let old = "Seconds since the newest backup; -1 if none was made";
        registry.register("backup_age_seconds", old, backup_age.clone());
        let keys_locked: Gauge = Gauge::default();
        registry.register("keys_locked", "1 while the keys are locked: what signs waits", keys_locked.clone());
        let (reads, reads_given_up): (Gauge, Counter) = Default::default();
        registry.register("large_reads", "Reads of much that are being done", reads.clone());
        registry.register("large_reads_given_up", "Reads of much that nobody waited for", reads_given_up.clone());
        registry.register("http_requests", "Requests answered", requests.clone());
        registry.register("http_request_seconds", "Time until the answer began", seconds.clone());
        registry.register("http_requests_in_flight", "Requests being answered", in_flight.clone());
        registry.register("certificates_issued", "Certificates issued since the start", issued.clone());
        registry.register("certificates_revoked", "Certificates revoked since the start", revoked.clone());
        registry.register("runs_open", "Runs queued or being processed", runs_open.clone());
        let still = "Seconds for which a run has been waiting while no run was worked on";
        registry.register("runs_still_seconds", still, runs_still.clone());
        Self {
            registry,
            requests,
            seconds,
            in_flight,
            issued,
            revoked,
            runs_open,
            runs_still,
            published_age,
            published_good,
            published_failed,
            keys_locked,
            backup_failed,
            backup_age,
            reads,
            reads_given_up,
        }
    }
}

/// The endpoints of this page.
pub(super) fn routes() -> Router<App> {
    Router::new().route("/healthz", get(healthy)).route("/readyz", get(ready)).route("/metrics", get(metrics))
}

/// Healthy is who can go on. A store that failed to write refuses everything until it is opened again: only a restart helps.
async fn healthy(State(app): State<App>) -> Result<&'static str, Problem> {
    let broken = |_| unavailable("restart-needed", "the store failed; free space or mend the disk, and restart");
    app.aside(|app| Ok(app.store.last_act()?)).await.map_err(broken)?;
    Ok("ok\n")
}

/// Ready is who can expect the next write to succeed, and the runs that wait to be worked on. The store is looked at once a
/// second, however often it is asked for.
pub(super) async fn ready(State(app): State<App>) -> Result<String, Problem> {
    app.aside(|app| match app.readiness().ask(|| app.store.check()) {
        Ok(()) if still(app)? >= run::STILL_SECONDS => {
            let detail = "runs wait, and none is worked on; the log says why, and a restart takes them up again";
            Err(unavailable("queue-stands-still", detail))
        }
        Ok(()) => Ok(format!("ready\n{}{}", published(app)?, locked(app)?)),
        Err(problem) => Err(unavailable("not-ready", problem)),
    })
    .await
}

/// Says that the keys are locked: a service is ready also then, for all that does not sign.
fn locked(app: &App) -> Result<String, Problem> {
    Ok(match app.vault.is_locked() {
        false => String::new(),
        true => {
            let waiting = match run::waiting_for_keys(&*app.store)? {
                1 => "1 run waits".to_owned(),
                many => format!("{many} runs wait"),
            };
            format!("keys: locked, {waiting}; {}\n", crate::vault::UNLOCK)
        }
    })
}

/// Says how old what is published is: a service is ready also when that grows stale, but somebody should know.
fn published(app: &App) -> Result<String, Problem> {
    Ok(match publisher::ages(app)? {
        None => "published: never\n".to_owned(),
        Some(Ages { failed: true, .. }) => "published: the last try failed, see the run\n".to_owned(),
        Some(Ages { age, good: None, .. }) => format!("published: {} ago\n", seconds(age)),
        Some(Ages { age, good: Some(good), .. }) if good < 0 => {
            format!("published: {} ago, stale for {}\n", seconds(age), seconds(-good))
        }
        Some(Ages { age, good: Some(good), .. }) => {
            format!("published: {} ago, good for {}\n", seconds(age), seconds(good))
        }
    })
}

fn seconds(count: i64) -> String {
    if count == 1 { "1 second".to_owned() } else { format!("{count} seconds") }
}

/// Returns for how many seconds a run has been waiting while none was worked on.
pub(super) fn still(app: &App) -> Result<i64, Problem> {
    let (moved, now) = (app.pulse().last(), app.now());
    // As long as the worker looks at the queue, nobody else need.
    if now.unix() - moved.unix() < MOVING_SECONDS { Ok(0) } else { Ok(run::still(&*app.store, moved, now)?) }
}

/// When a step of a run, or a look at an empty queue, was last done; when the service began, before the first.
pub(super) struct Pulse(AtomicI64);

impl Pulse {
    pub(super) fn at(now: Timestamp) -> Self {
        Self(AtomicI64::new(now.unix()))
    }

    /// Notes that the queue moves.
    pub(super) fn beat(&self, now: Timestamp) {
        self.0.store(now.unix(), Ordering::SeqCst);
    }

    fn last(&self) -> Timestamp {
        Timestamp::from_unix(self.0.load(Ordering::SeqCst))
    }
}

fn unavailable(code: &str, detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, code, detail)
}

/// What came of the last look at the store.
#[derive(Default)]
pub(super) struct Readiness(Mutex<Option<(Instant, Result<(), &'static str>)>>);

impl Readiness {
    /// Returns what is wrong, in words that anybody may read.
    fn ask(&self, look: impl FnOnce() -> Result<(), StoreError>) -> Result<(), &'static str> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &*last {
            Some((at, found)) if at.elapsed() < LOOKED_AT => *found,
            _ => {
                let found = look().map_err(|error| {
                    tracing::error!(%error, "not ready");
                    if matches!(error, StoreError::DiskFull { .. }) { "the disk is full" } else { "the store fails" }
                });
                *last = Some((Instant::now(), found));
                found
            }
        }
    }
}

async fn metrics(State(app): State<App>) -> Response {
    // Counted when asked for: who makes, ends or cancels runs need not know of it.
    if let Ok((open, still)) = app.aside(|app| Ok((run::open(&*app.store)?, still(app)?))).await {
        app.metrics().runs_open.set(open as i64);
        app.metrics().runs_still.set(still);
    }
    if let Ok(Some(ages)) = app.aside(publisher::ages).await {
        app.metrics().published_age.set(ages.age);
        app.metrics().published_good.set(ages.good.unwrap_or_default());
        app.metrics().published_failed.set(i64::from(ages.failed));
    }
    if let Ok(told) = app.aside(|app| Ok(crate::acts::backup::known(&*app.store)?)).await {
        let age = told.last.map_or(-1, |last| app.now().unix() - last.at.unix());
        app.metrics().backup_age.set(age);
        app.metrics().backup_failed.set(told.failed.is_some().into());
    }
    app.metrics().keys_locked.set(app.vault.is_locked().into());
    let mut text = String::new();
    match prometheus_client::encoding::text::encode(&mut text, &app.metrics().registry) {
        Ok(()) => {
            let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
            ([(header::CONTENT_TYPE, kind)], text).into_response()
        }
        Err(error) => Problem::internal(error).into_response(),
    }
}

/// Returns a method's name. Anybody can invent methods, and each would be counted for ever.
fn known(method: &Method) -> &'static str {
    const KNOWN: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    KNOWN.into_iter().find(|known| *known == method.as_str()).unwrap_or("other")
}

/// Counts every request, and logs it without anything personal: the route's pattern, not the address that was asked for.
pub(super) async fn observe(State(app): State<App>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("(none)", MatchedPath::as_str).to_owned();
    let method = known(request.method());
    let id = request.headers().get("x-request-id").and_then(|id| id.to_str().ok()).unwrap_or_default().to_owned();
    let started = Instant::now();
    app.metrics().in_flight.inc();
    let span = tracing::info_span!("request", %id);
    let response = tracing::Instrument::instrument(next.run(request), span).await;
    app.metrics().in_flight.dec();
    let (elapsed, status) = (started.elapsed(), response.status().as_u16());
    tracing::info!(%id, %method, %route, status, ms = elapsed.as_millis() as u64, "answered");
    app.metrics().seconds.get_or_create(&Route { route: route.clone() }).observe(elapsed.as_secs_f64());
    app.metrics().requests.get_or_create(&Requested { method, route, status }).inc();
    response
}
