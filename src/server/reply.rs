//! Answers with an ETag.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
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
