//! What a request carries, refused with a problem that says what is wrong.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use data_encoding::HEXLOWER_PERMISSIVE;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::meanwhile::changed_meanwhile;
use super::{App, Problem};
use crate::credential::{CertificateNumber, EventCode};

/// Most items of one page.
pub(super) const PAGE_LIMIT: usize = 500;
const PAGE_DEFAULT: usize = 50;

/// A JSON body. Unknown members are refused where the type says so.
pub(super) struct Body<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &App) -> Result<Self, Problem> {
        let refused = |status, text: String| Problem::new(status, "bad-body", text);
        within(request.headers(), state.limits.body_bytes)?;
        let (parts, body) = request.into_parts();
        let bytes = Bytes::from_request(Request::from_parts(parts.clone(), body), state)
            .await
            .map_err(|rejection| refused(rejection.status(), rejection.body_text()))?;
        // serde would take an array for a struct, member by member.
        if bytes.trim_ascii_start().starts_with(b"[") {
            return Err(refused(StatusCode::UNPROCESSABLE_ENTITY, "an object is expected, not an array".to_owned()));
        }
        match axum::Json::<T>::from_request(Request::from_parts(parts, bytes.into()), state).await {
            Ok(axum::Json(value)) => Ok(Self(value)),
            Err(rejection) => Err(refused(rejection.status(), rejection.body_text())),
        }
    }
}

/// A JSON body that may be left out.
pub(super) struct BodyIfAny<T>(pub T);

impl<T: DeserializeOwned + Default> FromRequest<App> for BodyIfAny<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &App) -> Result<Self, Problem> {
        within(request.headers(), state.limits.body_bytes)?;
        let (parts, body) = request.into_parts();
        let Raw(bytes) = Raw::from_request(Request::from_parts(parts.clone(), body), state).await?;
        if bytes.trim_ascii().is_empty() {
            return Ok(Self(T::default()));
        }
        let Body::<Option<T>>(value) = Body::from_request(Request::from_parts(parts, bytes.into()), state).await?;
        Ok(Self(value.unwrap_or_default()))
    }
}

/// A body as it is.
pub(super) struct Raw(pub Bytes);

impl FromRequest<App> for Raw {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &App) -> Result<Self, Problem> {
        let refused = |status| match status {
            StatusCode::PAYLOAD_TOO_LARGE => {
                Problem::new(status, "body-too-large", "the body is larger than what is read")
            }
            other => Problem::new(other, "bad-body", "the body broke off"),
        };
        Bytes::from_request(request, state).await.map(Self).map_err(|rejection| refused(rejection.status()))
    }
}

/// Says whether a body is announced as JSON.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

/// Refuses a body whose length is told to be over a limit, before any of it is read.
pub(super) fn within(headers: &HeaderMap, limit: usize) -> Result<(), Problem> {
    let told = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    match told {
        Some(length) if length > limit as u64 => {
            let detail = format!("the body has {length} bytes; at most {limit} are taken here");
            Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body-too-large", detail))
        }
        _ => Ok(()),
    }
}

/// Says whether what the percent signs of a query stand for is UTF-8: decoders put a replacement for what is not.
fn is_text(query: &str) -> bool {
    let mut bytes = Vec::with_capacity(query.len());
    let mut rest = query.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let decoded =
            (byte == b'%').then(|| after.get(..2).and_then(|hex| HEXLOWER_PERMISSIVE.decode(hex).ok())).flatten();
        match decoded {
            Some(decoded) => {
                bytes.extend(decoded);
                rest = &after[2..];
            }
            None => {
                bytes.push(byte);
                rest = after;
            }
        }
    }
    std::str::from_utf8(&bytes).is_ok()
}

/// The query.
pub(super) struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<App> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &App) -> Result<Self, Problem> {
        if !is_text(parts.uri.query().unwrap_or_default()) {
            return Err(Problem::bad_request("bad-query", "the query is not UTF-8"));
        }
        match axum::extract::Query::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Query(value)) => Ok(Self(value)),
            Err(rejection) => Err(Problem::bad_request("bad-query", told(&rejection.body_text()))),
        }
    }
}

/// Says which parameter is wrong in the words of these answers, and not in those of the library that reads it.
fn told(rejection: &str) -> String {
    let rest = rejection.strip_prefix("Failed to deserialize query string: ").unwrap_or(rejection);
    let Some((name, why)) = rest.split_once(": ") else { return rest.to_owned() };
    match why.strip_prefix("unknown variant ").and_then(|why| why.split_once(", expected ")) {
        Some((value, known)) => {
            format!("the parameter `{name}` cannot be {value}; it can be {}", known.trim_start_matches("one of "))
        }
        None => format!("the parameter `{name}` cannot be read: {why}"),
    }
}

/// The parts of the path. Each is checked for what it names: what cannot exist does not.
pub(super) struct Path<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<App> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &App) -> Result<Self, Problem> {
        match axum::extract::Path::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(value)) => Ok(Self(value)),
            Err(rejection) => Err(Problem::new(StatusCode::NOT_FOUND, "not-found", rejection.body_text())),
        }
    }
}

/// Reads an event's code from a path.
pub(super) fn event_code(text: &str) -> Result<EventCode, Problem> {
    text.parse().map_err(|_| Problem::not_found(short(text)))
}

/// Reads a certificate's number from a path.
pub(super) fn certificate_number(text: &str) -> Result<CertificateNumber, Problem> {
    text.parse().map_err(|_| Problem::not_found(short(text)))
}

fn short(text: &str) -> String {
    text.chars().take(60).collect()
}

/// Where a listing starts and how much of it is wanted.
#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Paging {
    /// `next` of the page before.
    pub cursor: Option<String>,
    /// 1 to 500; 50 if left out.
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<u32>,
}

impl Paging {
    /// Returns how many items are wanted.
    pub(super) fn limit(&self) -> Result<usize, Problem> {
        match self.limit.map(|limit| limit as usize) {
            None => Ok(PAGE_DEFAULT),
            Some(limit @ 1..=PAGE_LIMIT) => Ok(limit),
            Some(_) => Err(Problem::bad_request("bad-query", format!("`limit` must be 1 to {PAGE_LIMIT}"))),
        }
    }
}

/// In which order a listing comes. A cursor belongs to the order that it was given for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Order {
    /// The oldest first.
    #[default]
    Oldest,
    /// The newest first.
    Newest,
}

/// One page of a listing.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Listing<T> {
    /// The items.
    pub items: Vec<T>,
    /// Cursor of the next page; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl<T> Listing<T> {
    /// Renders a page of records.
    pub(super) fn of<R>(page: crate::store::Page<R>, render: impl FnMut(R) -> T) -> Self {
        Self { items: page.items.into_iter().map(render).collect(), next: page.next }
    }
}

/// `If-Match` (RFC 9110 section 13.1.1): the revision that the caller has seen.
pub(super) struct IfMatch(pub Option<String>);

impl FromRequestParts<App> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get(header::IF_MATCH) else { return Ok(Self(None)) };
        let text = value.to_str().unwrap_or_default().trim();
        if text == "*" {
            return Ok(Self(None));
        }
        let tag = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).filter(|tag| !tag.contains('"'));
        tag.map(|tag| Self(Some(tag.to_owned())))
            .ok_or_else(|| Problem::bad_request("bad-if-match", "`If-Match` must be one ETag in quotation marks, or *"))
    }
}

impl IfMatch {
    /// Checks that the caller has seen what is there.
    pub(super) fn check(&self, tag: &str) -> Result<(), Problem> {
        match &self.0 {
            Some(seen) if seen != tag => Err(changed_meanwhile()),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::told;

    #[test]
    fn a_parameter_is_refused_by_its_name_and_with_what_it_can_be() {
        let read = "Failed to deserialize query string: state: unknown variant `x`, expected one of `sent`, `failed`";
        assert_eq!(told(read), "the parameter `state` cannot be `x`; it can be `sent`, `failed`");
        let number = "Failed to deserialize query string: limit: invalid digit found in string";
        assert_eq!(told(number), "the parameter `limit` cannot be read: invalid digit found in string");
        assert_eq!(told("something else"), "something else");
    }
}
