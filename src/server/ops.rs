//! What operators ask: is it alive, is it ready, how does it do.

use std::time::Instant;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::{App, Problem};

/// Upper bounds of the request times, in seconds.
const BUCKETS: [f64; 10] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Requested {
    method: String,
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
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("testamur");
        let requests = Family::<Requested, Counter>::default();
        let buckets: fn() -> Histogram = || Histogram::new(BUCKETS);
        let seconds = Family::<Route, Histogram, fn() -> Histogram>::new_with_constructor(buckets);
        let (in_flight, issued, revoked, runs_open): (Gauge, Counter, Counter, Gauge) = Default::default();
        registry.register("http_requests", "Requests answered", requests.clone());
        registry.register("http_request_seconds", "Time until the answer began", seconds.clone());
        registry.register("http_requests_in_flight", "Requests being answered", in_flight.clone());
        registry.register("certificates_issued", "Certificates issued since the start", issued.clone());
        registry.register("certificates_revoked", "Certificates revoked since the start", revoked.clone());
        registry.register("runs_open", "Runs queued or being processed", runs_open.clone());
        Self { registry, requests, seconds, in_flight, issued, revoked, runs_open }
    }
}

/// The endpoints of this page.
pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
}

/// Ready is who can read the store and has an active key.
async fn ready(State(app): State<App>) -> Result<&'static str, Problem> {
    app.aside(|app| app.store.last_act().map_err(Problem::from))
        .await
        .map_err(|_| Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not-ready", "the store does not answer"))?;
    Ok("ready\n")
}

async fn metrics(State(app): State<App>) -> Response {
    let mut text = String::new();
    match prometheus_client::encoding::text::encode(&mut text, &app.metrics().registry) {
        Ok(()) => {
            let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
            ([(header::CONTENT_TYPE, kind)], text).into_response()
        }
        Err(error) => Problem::internal(error).into_response(),
    }
}

/// Counts every request, and logs it without anything personal: the route's pattern, not the address that was asked for.
pub(super) async fn observe(State(app): State<App>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("(none)", MatchedPath::as_str).to_owned();
    let method = request.method().to_string();
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
