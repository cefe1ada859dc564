//! Answers with an ETag.

use axum::Json;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use data_encoding::HEXLOWER;
use serde::Serialize;
use sha2::{Digest, Sha256};

/// A record with its ETag.
pub(super) struct Tagged<T> {
    pub status: StatusCode,
    pub tag: String,
    pub value: T,
}

impl<T> Tagged<T> {
    /// An answer about what is there.
    pub(super) fn ok(tag: impl ToString, value: T) -> Self {
        Self { status: StatusCode::OK, tag: tag.to_string(), value }
    }

    /// An answer about what was made.
    pub(super) fn created(tag: impl ToString, value: T) -> Self {
        Self { status: StatusCode::CREATED, tag: tag.to_string(), value }
    }
}

impl<T: Serialize> IntoResponse for Tagged<T> {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.value)).into_response();
        if let Ok(tag) = HeaderValue::from_str(&format!("\"{}\"", self.tag)) {
            response.headers_mut().insert(header::ETAG, tag);
        }
        response
    }
}

/// Returns the ETag of a record that has no revision of its own.
pub(super) fn tag_of(record: &impl Serialize) -> String {
    let json = serde_json::to_vec(record).unwrap_or_default();
    HEXLOWER.encode(&Sha256::digest(json)[..8])
}

/// Answers 304 to who has what is there already (`If-None-Match`, RFC 9110 section 13.1.2).
pub(super) async fn unless_known(request: Request, next: Next) -> Response {
    let reads = [Method::GET, Method::HEAD].contains(request.method());
    let seen = request.headers().get(header::IF_NONE_MATCH).filter(|_| reads).cloned();
    let response = next.run(request).await;
    let known = response.status() == StatusCode::OK && seen.is_some_and(|seen| knows(&seen, response.headers()));
    if !known {
        return response;
    }
    let (mut head, _) = response.into_parts();
    head.status = StatusCode::NOT_MODIFIED;
    for about_the_body in [header::CONTENT_TYPE, header::CONTENT_LENGTH, header::CONTENT_DISPOSITION] {
        head.headers.remove(about_the_body);
    }
    Response::from_parts(head, axum::body::Body::empty())
}

/// Says whether one of the tags is that of the answer, or any will do.
fn knows(seen: &HeaderValue, headers: &HeaderMap) -> bool {
    let (Some(tag), Ok(seen)) = (headers.get(header::ETAG).and_then(|tag| tag.to_str().ok()), seen.to_str()) else {
        return false;
    };
    seen.split(',').map(str::trim).any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag)
}

/// An answer with a secret in it, which is shown this once and kept nowhere.
pub(super) struct ShownOnce<T>(pub StatusCode, pub T);

impl<T: Serialize> IntoResponse for ShownOnce<T> {
    fn into_response(self) -> Response {
        let mut response = (self.0, Json(self.1)).into_response();
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response.extensions_mut().insert(super::idempotency::ShownOnce);
        response
    }
}
