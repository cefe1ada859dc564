//! Every route on one page.

use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router, middleware};
use data_encoding::HEXLOWER;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::request_id::{MakeRequestId, PropagateRequestIdLayer, RequestId, SetRequestIdLayer};
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa::OpenApi;
use utoipa::openapi::Server;
use utoipa_axum::router::OpenApiRouter;

use super::api::Security;
use super::parameters::{self, Parameters};
use super::{App, Problem, api, docs, idempotency, ops, pace, pages, reply, site, staff, steady, vc_api};

/// How webhooks look to who receives them.
const WEBHOOKS: &str = "Tells other systems what happened, by Standard Webhooks 1.0.0 (standardwebhooks.com), whose libraries check messages as they are.\n\nA message is a POST of `application/json`: `{\"type\": \"certificate.issued\", \"timestamp\": \"2026-11-22T10:00:00Z\", \"data\": {\"event\": \"WORKSHOP\", \"run\": \"20261122T100000Z-1f2e3d4c\", \"certificates\": [\"CERT-WORKSHOP-2026-00001\"]}}`. It holds ids and numbers, never names or e-mail addresses: ask the API for the rest.\n\nTypes: `certificate.issued`, `certificate.superseded`, `certificate.revoked` and `certificate.restored` have `data` of `event`, `run` (or null) and up to 500 `certificates`. `run.finished` has `run`, `kind`, `state`, `event` (or null), `total`, `done`, `skipped` and `failed`. `delivery.bounced` has `delivery`, the message's id, and `certificate`. `publication.late` has `version`, `issued` and `good_until` of what is published and grows stale. `webhook.ping`, a test, has `endpoint`.\n\nHeaders: `webhook-id`, the same for every attempt, by which repetitions are known; `webhook-timestamp`, the time of the attempt in seconds since 1970; `webhook-signature`, one or more `v1,SIGNATURE` with a space between. SIGNATURE is the base64 of the HMAC-SHA256 of `ID.TIMESTAMP.BODY`, with the bytes as they came; its key is the base64 after `whsec_` in the secret, decoded. Refuse a message with no good signature, or whose time is more than five minutes off.\n\nAnswer with 2xx soon. Anything else is tried again, ten times in a little more than three days; messages may come more than once and in another order.";

/// The document's fixed parts.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Testamur",
        description = "Issues signed certificates that anyone can verify offline.\n\nWho calls: a program sends `Authorization: Bearer TOKEN` with an API token, which a member of staff makes with `POST /api/v1/me/tokens`. A person logs in with `POST /api/v1/login`: `email` and `password`; if the answer has a `ticket`, its second step is `POST /api/v1/login/second-step` with that ticket and a `code`. The answer sets the cookie `__Host-testamur_session`, which goes with every call from then on, and has a `csrfToken` (also `GET /api/v1/me` has it), which goes as the header `x-csrf-token` with every call but GET and HEAD. `POST /api/v1/logout` ends the session.\n\nMost operations take either. Those that only list `session` as their security are for people: one's own account and API tokens, changes to staff, and the decision about an approval; an API token is refused there with 403. The operations to log in, to set a password and to verify need neither.\n\nA membership or a token can be limited to events (`events`): what is outside does not exist for it, in no listing or count, and is answered as what is not there, with 404.\n\nErrors are `application/problem+json` with stable codes. Listings are paged by cursor. A POST with an `Idempotency-Key` is done once. Any request may say why in the header `Testamur-Why` (percent-encoded UTF-8, at most 500 characters): it stands with what it does in the audit log, which nothing is erased from. Records carry an `ETag`; a change with `If-Match` is refused with 412 when somebody else was faster, and a read with `If-None-Match` is answered with 304 when nothing has changed. Members of a body and parameters of a query that an operation does not have are refused. While the keys are locked, what signs at once is refused with 503 (`keys-locked`), and runs that sign wait.\n\nEach operation says as `x-permission` what it needs: a permission, one of several, `account` for what is one's own and only for who is logged in, or `public`."
    ),
    tags((name = "Webhooks", description = WEBHOOKS)),
    modifiers(&Security),
    security(("token" = []), ("session" = []))
)]
struct Document;

/// Returns the OpenAPI 3.1 document.
pub fn openapi() -> utoipa::openapi::OpenApi {
    described().split_for_parts().1
}

fn described() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Document::openapi()).nest("/api/v1", api::routes())
}

/// Returns the service's routes.
pub fn router(app: App) -> Router {
    let (api, mut document) = described().split_for_parts();
    document.servers = app.public_url.told().map(|address| vec![Server::new(address)]);
    let timeout = app.limits.request_time;
    // An upload, and what a form has around it.
    let most = app.limits.upload_bytes.saturating_add(1 << 20);
    let parameters = Parameters::of(&document);
    let within = staff::Api::new(guarded(api.clone(), &app, &parameters).with_state(app.clone()));
    let api = if app.vc_api { api.merge(vc_api::routes()) } else { api };
    let page = docs::page(&document);
    api.route("/api/v1/openapi.json", get(move || async move { Json(document) }))
        .route("/api/v1/docs", get(move || async move { Html(page) }))
        .route("/api/v1/docs/reader.js", get(reader_script))
        .route("/api/v1/docs/reader.css", get(reader_style))
        .merge(ops::routes())
        .merge(pages::routes())
        .merge(staff::routes(within))
        .fallback(site::file)
        .method_not_allowed_fallback(|| async {
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "this address takes other methods")
        })
        .layer(middleware::from_fn_with_state(app.clone(), steady::believed))
        .layer(middleware::from_fn_with_state(app.clone(), idempotency::once))
        .layer(middleware::from_fn(move |request, next| parameters::known(parameters.clone(), request, next)))
        .layer(middleware::from_fn(reply::unless_known))
        .layer(DefaultBodyLimit::max(app.limits.body_bytes))
        .layer(middleware::from_fn(move |request, next| within_bounds(most, request, next)))
        .layer(middleware::from_fn(move |request, next| pace::in_time(timeout, request, next)))
        .layer(CatchPanicLayer::custom(|_| Problem::internal("a handler panicked").into_response()))
        .layer(middleware::from_fn_with_state(app.clone(), ops::observe))
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(SetRequestIdLayer::x_request_id(RandomId))
        .layer(middleware::map_request(without_forged_id))
        .layer(fixed(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(fixed(header::REFERRER_POLICY, "no-referrer"))
        .layer(fixed(header::X_FRAME_OPTIONS, "DENY"))
        .layer(fixed(
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
        ))
        .with_state(app)
}

/// Reads no more of any request than the largest that is taken: what stands around the parts of a form counts too.
async fn within_bounds(most: usize, request: Request, next: middleware::Next) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::Body::new(http_body_util::Limited::new(body, most));
    next.run(Request::from_parts(parts, body)).await
}

/// Puts around operations what belongs to every call of them, from where it may come.
fn guarded(api: Router<App>, app: &App, parameters: &Parameters) -> Router<App> {
    let parameters = parameters.clone();
    api.layer(middleware::from_fn_with_state(app.clone(), idempotency::once))
        .layer(middleware::from_fn(move |request, next| parameters::known(parameters.clone(), request, next)))
        .layer(DefaultBodyLimit::max(app.limits.body_bytes))
}

async fn reader_script() -> Response {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], include_str!("reader.js")).into_response()
}

async fn reader_style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("reader.css")).into_response()
}

fn fixed(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}

/// Takes away the id that a caller sent: only ours are in the log.
async fn without_forged_id(mut request: Request) -> Request {
    request.headers_mut().remove("x-request-id");
    request
}

/// Request ids that cannot be guessed or forged: one that the caller sends is replaced.
#[derive(Clone, Copy)]
struct RandomId;

impl MakeRequestId for RandomId {
    fn make_request_id<B>(&mut self, _: &axum::http::Request<B>) -> Option<RequestId> {
        let mut bytes = [0; 8];
        getrandom::fill(&mut bytes).ok()?;
        HeaderValue::from_str(&HEXLOWER.encode(&bytes)).ok().map(RequestId::new)
    }
}
