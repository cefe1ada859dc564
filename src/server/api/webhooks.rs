//! Webhook endpoints and what became of their messages.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::accounts::Permission;
use crate::credential::Timestamp;
use crate::desk::Desk;
use crate::server::extract::{Body, IfMatch, Listing, Path, Query};
use crate::server::reply::{ShownOnce, Tagged};
use crate::server::{App, Caller, Problem};
use crate::webhooks::{
    Delivery, DeliveryFilter, DeliveryState, Disabled, Endpoint, EndpointChange, EndpointDraft, EndpointId, EventKind,
    Kept, MessageId, Outcome, WebhookError, endpoints, ledger,
};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(show, update, delete))
        .routes(routes!(rotate_secret))
        .routes(routes!(ping))
        .routes(routes!(deliveries))
        .routes(routes!(redeliver))
}

/// An endpoint.
#[derive(Debug, Serialize, ToSchema)]
struct EndpointView {
    /// Its id.
    #[schema(example = "ep_01jd0000000000000000000000")]
    id: String,
    /// Where messages go.
    #[schema(example = "https://lms.example.org/hooks/testamur")]
    url: String,
    /// What it is for.
    description: String,
    /// What it is told of.
    #[schema(example = json!(["certificate.issued", "run.finished"]))]
    events: Vec<String>,
    /// When it was added.
    #[schema(value_type = String, format = DateTime)]
    created: Timestamp,
    /// Since when it is told nothing, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    disabled: Option<Disabled>,
}

impl EndpointView {
    fn of(endpoint: Endpoint) -> Self {
        Self {
            id: endpoint.id.to_string(),
            url: endpoint.url.as_str().to_owned(),
            description: endpoint.description,
            events: endpoint.events.iter().map(|kind| kind.name().to_owned()).collect(),
            created: endpoint.created,
            disabled: endpoint.disabled,
        }
    }

    fn tagged(kept: Kept<Endpoint>) -> Tagged<Self> {
        Tagged::ok(kept.revision, Self::of(kept.record))
    }
}

/// A new endpoint with its secret.
#[derive(Serialize, ToSchema)]
struct NewEndpointView {
    endpoint: EndpointView,
    /// Signs every message (Standard Webhooks). It is shown this once.
    #[schema(example = "whsec_…")]
    secret: String,
}

/// A secret.
#[derive(Serialize, ToSchema)]
struct SecretView {
    /// Signs every message from now on. It is shown this once.
    #[schema(example = "whsec_…")]
    secret: String,
}

/// What an endpoint shall be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct EndpointBody {
    /// `https`, and an address of the public internet.
    #[schema(example = "https://lms.example.org/hooks/testamur", max_length = 2000)]
    url: String,
    /// What it is for.
    #[serde(default)]
    #[schema(max_length = 500)]
    description: String,
    /// What it is told of: `certificate.issued`, `certificate.superseded`, `certificate.revoked`, `certificate.restored`,
    /// `run.finished`, `publication.late`, `delivery.bounced`.
    #[schema(example = json!(["certificate.issued", "run.finished"]), min_items = 1)]
    events: Vec<String>,
}

/// What shall be changed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct EndpointPatch {
    /// `https`, and an address of the public internet.
    url: Option<String>,
    /// What it is for.
    description: Option<String>,
    /// What it is told of.
    events: Option<Vec<String>>,
    /// Whether it is told anything.
    enabled: Option<bool>,
}

/// What became of a message at one endpoint.
#[derive(Debug, Serialize, ToSchema)]
struct DeliveryView {
    /// The message, its `webhook-id`.
    message: String,
    /// What it tells of.
    #[schema(example = "certificate.issued")]
    event: &'static str,
    /// When that happened.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// `waiting`, `delivered` or `failed`.
    #[schema(example = "delivered")]
    state: &'static str,
    /// When it is tried next.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    due: Option<Timestamp>,
    /// What was tried, oldest first.
    attempts: Vec<AttemptView>,
}

/// One attempt.
#[derive(Debug, Serialize, ToSchema)]
struct AttemptView {
    /// When it began.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// The HTTP status of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    /// Why there was no answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "timeout")]
    error: Option<crate::webhooks::SendError>,
    /// How long it took.
    millis: u64,
}

impl DeliveryView {
    fn of(delivery: Delivery) -> Self {
        let attempt = |attempt: crate::webhooks::Attempt| {
            let (status, error) = match attempt.outcome {
                Outcome::Status(status) => (Some(status), None),
                Outcome::Error(error) => (None, Some(error)),
            };
            AttemptView { at: attempt.at, status, error, millis: attempt.millis }
        };
        Self {
            message: delivery.message.to_string(),
            event: delivery.kind.name(),
            at: delivery.at,
            state: delivery.state.name(),
            due: delivery.due,
            attempts: delivery.log.into_iter().map(attempt).collect(),
        }
    }
}

/// List webhook endpoints
#[utoipa::path(get, path = "/webhooks", tag = "Webhooks", extensions(("x-permission" = json!("settings"))),
    responses((status = 200, body = Listing<EndpointView>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn list(State(app): State<App>, caller: Caller) -> Result<Json<Listing<EndpointView>>, Problem> {
    caller.may(Permission::Settings)?;
    app.at_desk(&caller, |_, desk| {
        let all = endpoints::list(desk.store)?;
        Ok(Json(Listing { items: all.into_iter().map(|kept| EndpointView::of(kept.record)).collect(), next: None }))
    })
    .await
}

/// Add a webhook endpoint
///
/// `events` names what it is told of: `certificate.issued`, `certificate.superseded`, `certificate.revoked`,
/// `certificate.restored`, `run.finished`, `publication.late`, `delivery.bounced`. The secret in the answer
/// is shown this once. How messages look and how to check them is said where this group of operations begins.
#[utoipa::path(post, path = "/webhooks", tag = "Webhooks", extensions(("x-permission" = json!("settings"))), request_body = EndpointBody,
    responses((status = 201, body = NewEndpointView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn create(
    State(app): State<App>,
    caller: Caller,
    Body(body): Body<EndpointBody>,
) -> Result<ShownOnce<NewEndpointView>, Problem> {
    caller.may(Permission::Settings)?;
    app.at_desk(&caller, move |app, desk| {
        let EndpointBody { url, description, events } = body;
        let draft = EndpointDraft { url, description, events: kinds(&events)? };
        let (kept, secret) = endpoints::create(desk.store, &draft, app.hooks, desk.actor, desk.now)?;
        let secret = secret.reveal();
        let view = NewEndpointView { endpoint: EndpointView::of(kept.record), secret };
        Ok(ShownOnce(StatusCode::CREATED, view))
    })
    .await
}

/// Show a webhook endpoint
#[utoipa::path(get, path = "/webhooks/{id}", tag = "Webhooks", extensions(("x-permission" = json!("settings"))), params(("id" = String, Path)),
    responses((status = 200, body = EndpointView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn show(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Tagged<EndpointView>, Problem> {
    caller.may(Permission::Settings)?;
    app.at_desk(&caller, move |_, desk| Ok(EndpointView::tagged(endpoints::show(desk.store, &endpoint(&id)?)?))).await
}

/// Returns the revision that the write must find: the one that the caller has seen, if they say so.
fn seen(desk: &Desk, id: &EndpointId, seen: &IfMatch) -> Result<Option<u64>, Problem> {
    let revision = endpoints::show(desk.store, id)?.revision;
    seen.check(&revision.to_string())?;
    Ok(seen.0.is_some().then_some(revision))
}

/// Change a webhook endpoint
#[utoipa::path(patch, path = "/webhooks/{id}", tag = "Webhooks", extensions(("x-permission" = json!("settings"))), params(("id" = String, Path), ("If-Match" = Option<String>, Header, description = "ETag that was seen, or *", pattern = r#"^(\*|"[!#-~]*")$"#)), request_body = EndpointPatch,
    responses((status = 200, body = EndpointView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn update(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    if_match: IfMatch,
    Body(body): Body<EndpointPatch>,
) -> Result<Tagged<EndpointView>, Problem> {
    caller.may(Permission::Settings)?;
    app.at_desk(&caller, move |app, desk| {
        let id = endpoint(&id)?;
        let seen = seen(desk, &id, &if_match)?;
        let EndpointPatch { url, description, events, enabled } = body;
        let events = events.as_deref().map(kinds).transpose()?;
        let change = EndpointChange { url, description, events, enabled };
        let kept = endpoints::update(desk.store, &id, seen, &change, app.hooks, desk.actor, desk.now);
        Ok(EndpointView::tagged(kept.map_err(|error| if_match.told(error))?))
    })
    .await
}

/// Remove a webhook endpoint
#[utoipa::path(delete, path = "/webhooks/{id}", tag = "Webhooks", extensions(("x-permission" = json!("settings"))), params(("id" = String, Path), ("If-Match" = Option<String>, Header, description = "ETag that was seen, or *", pattern = r#"^(\*|"[!#-~]*")$"#)),
    responses((status = 204), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn delete(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    if_match: IfMatch,
) -> Result<StatusCode, Problem> {
    caller.may(Permission::Settings)?;
    app.at_desk(&caller, move |_, desk| {
        let id = endpoint(&id)?;
        let seen = seen(desk, &id, &if_match)?;
        endpoints::delete(desk.store, &id, seen, desk.actor, desk.now).map_err(|error| if_match.told(error))?;
        Ok(StatusCode::NO_CONTENT)
    })
    .await
}

/// Give an endpoint a new secret
///
/// The old one goes on signing beside it for a day.
#[utoipa::path(post, path = "/webhooks/{id}/secret", tag = "Webhooks", extensions(("x-permission" = json!("settings"))), params(("id" = String, Path)),
    responses((status = 201, body = SecretView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn rotate_secret(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<ShownOnce<SecretView>, Problem> {
    caller.may(Permission::Settings)?;
    app.at_desk(&caller, move |_, desk| {
        let overlap = endpoints::OVERLAP_SECONDS;
        let secret = endpoints::rotate_secret(desk.store, &endpoint(&id)?, overlap, desk.actor, desk.now)?;
        Ok(ShownOnce(StatusCode::CREATED, SecretView { secret: secret.reveal() }))
    })
    .await
}

/// Send a test message to an endpoint
///
/// Of the type `webhook.ping`, whatever the endpoint asked for.
#[utoipa::path(post, path = "/webhooks/{id}/ping", tag = "Webhooks", extensions(("x-permission" = json!("settings"))), params(("id" = String, Path)),
    responses((status = 202, body = Queued), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn ping(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<Queued>), Problem> {
    caller.may(Permission::Settings)?;
    app.at_desk(&caller, move |_, desk| {
        let message = endpoints::ping(desk.store, &endpoint(&id)?, desk.actor, desk.now)?.to_string();
        Ok((StatusCode::ACCEPTED, Json(Queued { message })))
    })
    .await
}

/// A message in the outbox.
#[derive(Debug, Serialize, ToSchema)]
struct Queued {
    /// Its id.
    message: String,
}

/// Which deliveries.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Which {
    /// `waiting`, `delivered` or `failed`.
    state: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// 1 to 500; 50 if left out.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

/// List what became of an endpoint's messages
#[utoipa::path(get, path = "/webhooks/{id}/deliveries", tag = "Webhooks", extensions(("x-permission" = json!("settings"))), params(("id" = String, Path), Which),
    responses((status = 200, body = Listing<DeliveryView>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn deliveries(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(which): Query<Which>,
) -> Result<Json<Listing<DeliveryView>>, Problem> {
    caller.may(Permission::Settings)?;
    let limit = crate::server::extract::Paging { cursor: None, limit: which.limit }.limit()?;
    let known = |name: &str| DeliveryState::ALL.iter().copied().find(|state| state.name() == name);
    let state = which.state.as_deref().map(|name| {
        known(name).ok_or_else(|| Problem::bad_request("bad-query", "`state` is waiting, delivered or failed"))
    });
    let state = state.transpose()?;
    app.at_desk(&caller, move |_, desk| {
        let id = endpoint(&id)?;
        endpoints::show(desk.store, &id)?;
        let filter = DeliveryFilter { endpoint: Some(id), state };
        let page = ledger::deliveries(desk.store, &filter, which.cursor.as_deref(), limit)?;
        Ok(Json(Listing::of(page, DeliveryView::of)))
    })
    .await
}

/// Send a message to an endpoint again
#[utoipa::path(post, path = "/webhooks/{id}/deliveries/{message}/redeliver", tag = "Webhooks", extensions(("x-permission" = json!("settings"))),
    params(("id" = String, Path), ("message" = String, Path)),
    responses((status = 202, body = DeliveryView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn redeliver(
    State(app): State<App>,
    caller: Caller,
    Path((id, message)): Path<(String, String)>,
) -> Result<(StatusCode, Json<DeliveryView>), Problem> {
    caller.may(Permission::Settings)?;
    app.at_desk(&caller, move |_, desk| {
        let message: MessageId = message.parse().map_err(|_| Problem::not_found("this message"))?;
        let delivery = ledger::redeliver(desk.store, &endpoint(&id)?, &message, desk.actor, desk.now)?;
        Ok((StatusCode::ACCEPTED, Json(DeliveryView::of(delivery))))
    })
    .await
}

fn endpoint(id: &str) -> Result<EndpointId, Problem> {
    id.parse().map_err(|_| Problem::not_found("this endpoint"))
}

fn kinds(names: &[String]) -> Result<Vec<EventKind>, Problem> {
    let known = EventKind::ALL.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(", ");
    let unknown = |name: &String| {
        let name: String = name.chars().take(60).collect();
        Problem::unprocessable("unknown-event", format!("`{name}` is none of {known}"))
    };
    names.iter().map(|name| name.parse().map_err(|_| unknown(name))).collect()
}

impl From<WebhookError> for Problem {
    fn from(error: WebhookError) -> Self {
        match error {
            WebhookError::Target(why) => {
                Self::unprocessable("bad-webhook-address", format!("this address cannot receive webhooks: {why}"))
            }
            WebhookError::NoEndpoint(_) | WebhookError::NoMessage(_) | WebhookError::NoDelivery { .. } => {
                Self::new(StatusCode::NOT_FOUND, "not-found", error.to_string())
            }
            WebhookError::Disabled(_) => Self::conflict("endpoint-disabled", error.to_string()),
            WebhookError::NoEvents | WebhookError::Description { .. } => {
                Self::unprocessable("bad-endpoint", error.to_string())
            }
            WebhookError::TooMany(_) => Self::conflict("too-many-endpoints", error.to_string()),
            WebhookError::Random => Self::internal(error),
            WebhookError::Store(error) => error.into(),
        }
    }
}
