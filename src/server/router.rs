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
use utoipa_axum::router::OpenApiRouter;

use super::api::Security;
use super::{App, Problem, api, idempotency, ops, pace, reply, vc_api};

/// The document's fixed parts.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Testamur",
        description = "Issues signed certificates that anyone can verify offline.\n\nErrors are `application/problem+json` with stable codes. Listings are paged by cursor. A POST with an `Idempotency-Key` is done once. Records carry an `ETag`; a change with `If-Match` is refused with 412 when somebody else was faster, and a read with `If-None-Match` is answered with 304 when nothing has changed.\n\nEach operation says as `x-permission` what it needs: a permission, one of several, `account` for what is one's own and only for who is logged in, or `public`."
    ),
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
    let (api, document) = described().split_for_parts();
    let timeout = app.limits.request_time;
    let api = if app.vc_api { api.merge(vc_api::routes()) } else { api };
    api.route("/api/v1/openapi.json", get(move || async move { Json(document) }))
        .route("/api/v1/docs", get(|| async { Html(include_str!("reader.html")) }))
        .route("/api/v1/docs/reader.js", get(reader_script))
        .route("/setup", get(|| async { Html(include_str!("account.html")) }))
        .route("/password", get(|| async { Html(include_str!("account.html")) }))
        .route("/account.js", get(|| async { script(include_str!("account.js")) }))
        .merge(ops::routes())
        .fallback(|| async { Problem::new(StatusCode::NOT_FOUND, "no-such-route", "there is nothing at this address") })
        .method_not_allowed_fallback(|| async {
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "this address takes other methods")
        })
        .layer(middleware::from_fn_with_state(app.clone(), idempotency::once))
        .layer(middleware::from_fn(reply::unless_known))
        .layer(DefaultBodyLimit::max(app.limits.body_bytes))
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
            "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
        ))
        .with_state(app)
}

async fn reader_script() -> Response {
    script(include_str!("reader.js"))
}

fn script(text: &'static str) -> Response {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], text).into_response()
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
