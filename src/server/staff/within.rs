//! The service's operations as its pages call them: the same routes, permissions and checks as for programs, without a socket
//! between. So a page can do nothing that the API cannot, and refuses what the API refuses.

use std::net::SocketAddr;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::ConnectInfo;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, header};
use axum::response::Response;
use http_body_util::{BodyExt, Limited};
use serde_json::Value;
use tower::ServiceExt;

use crate::server::Problem;
use crate::server::auth::WHY_HEADER;
use crate::server::idempotency::OnlyBefore;
use crate::server::problem::FieldProblem;
use crate::server::session::CSRF_HEADER;

/// Largest answer that a page is made of, in bytes.
const MOST: usize = 16 << 20;
/// What of a page's request goes on to the operation: who calls, from where, with what.
const TAKEN: [&str; 4] = ["cookie", "user-agent", "forwarded", "x-forwarded-for"];

/// The operations.
#[derive(Clone)]
pub(in crate::server) struct Api(Router);

impl Api {
    /// Takes the routes with all that guards them.
    pub(in crate::server) fn new(routes: Router) -> Self {
        Self(routes)
    }
}

/// Who calls them.
#[derive(Clone)]
pub(super) struct Within {
    api: Api,
    headers: HeaderMap,
    peer: Option<ConnectInfo<SocketAddr>>,
}

/// What is asked of an operation.
#[derive(Default)]
pub(super) struct Ask<'a> {
    /// What was seen of the record that is changed (`If-Match`).
    pub seen: Option<&'a str>,
    /// By which a form that was sent twice is known (`Idempotency-Key`).
    pub once: Option<&'a str>,
    /// Why it is done, for the audit log.
    pub why: Option<&'a str>,
    /// The body and its type.
    pub body: Option<(&'a str, Bytes)>,
    /// Whether it is only asked what was answered to this very form before.
    pub before: bool,
}

/// What an operation answered.
pub(super) struct Told {
    /// The record; null where there is none.
    pub value: Value,
    /// Its ETag.
    pub tag: String,
    /// What the browser is to keep.
    pub cookies: Vec<HeaderValue>,
}

impl Within {
    /// Calls as who sent a request.
    pub(super) fn new(api: Api, parts: &Parts) -> Self {
        let mut headers = HeaderMap::new();
        for name in TAKEN {
            for value in parts.headers.get_all(name) {
                headers.append(HeaderName::from_static(name), value.clone());
            }
        }
        Self { api, headers, peer: parts.extensions.get().copied() }
    }

    /// Proves, from now on, that changes are asked for by a page of the session.
    pub(super) fn prove(&mut self, csrf: &str) {
        self.headers.extend(HeaderValue::from_str(csrf).ok().map(|csrf| (HeaderName::from_static(CSRF_HEADER), csrf)));
    }

    /// Reads a record.
    ///
    /// # Errors
    /// The operation's.
    pub(super) async fn get(&self, path: &str) -> Result<Told, Problem> {
        self.ask(Method::GET, path, Ask::default()).await
    }

    /// Does something.
    ///
    /// # Errors
    /// The operation's.
    pub(super) async fn ask(&self, method: Method, path: &str, ask: Ask<'_>) -> Result<Told, Problem> {
        let response = self.response(method, path, ask).await?;
        let (parts, body) = response.into_parts();
        let bytes = Limited::new(body, MOST).collect().await.map_err(Problem::internal)?.to_bytes();
        if !parts.status.is_success() {
            return Err(read_problem(parts.status, &parts.headers, &bytes));
        }
        let is_json = parts
            .headers
            .get(header::CONTENT_TYPE)
            .is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
        let value = match is_json {
            true => serde_json::from_slice(&bytes).map_err(Problem::internal)?,
            false => Value::Null,
        };
        let tag = parts.headers.get(header::ETAG).and_then(|tag| tag.to_str().ok()).unwrap_or_default().to_owned();
        Ok(Told { value, tag, cookies: parts.headers.get_all(header::SET_COOKIE).iter().cloned().collect() })
    }

    /// Returns an answer as it comes, such as a picture.
    ///
    /// # Errors
    /// When the question cannot be put.
    pub(super) async fn response(&self, method: Method, path: &str, ask: Ask<'_>) -> Result<Response, Problem> {
        let mut request = Request::builder().method(method).uri(format!("/api/v1{path}"));
        if let Some(headers) = request.headers_mut() {
            headers.extend(self.headers.clone());
            let set = [(header::IF_MATCH, ask.seen), (HeaderName::from_static("idempotency-key"), ask.once)];
            for (name, value) in
                set.into_iter().filter_map(|(name, value)| Some((name, value.filter(|v| !v.is_empty())?)))
            {
                headers.insert(name, HeaderValue::from_str(value).map_err(bad_form)?);
            }
            if let Some(why) = ask.why {
                let name = HeaderName::from_static(WHY_HEADER);
                headers.insert(name, HeaderValue::from_str(&super::form::part(why)).map_err(bad_form)?);
            }
            if let Some((kind, _)) = &ask.body {
                headers.insert(header::CONTENT_TYPE, HeaderValue::from_str(kind).map_err(bad_form)?);
            }
        }
        let body = ask.body.map_or_else(Body::empty, |(_, bytes)| Body::from(bytes));
        let mut request = request.body(body).map_err(bad_form)?;
        if let Some(peer) = self.peer {
            request.extensions_mut().insert(peer);
        }
        if ask.before {
            request.extensions_mut().insert(OnlyBefore);
        }
        match self.api.0.clone().oneshot(request).await {
            Ok(response) => Ok(response),
            Err(never) => match never {},
        }
    }
}

fn bad_form(_: impl std::error::Error) -> Problem {
    Problem::bad_request("bad-form", "the form is not as its page made it; open the page anew")
}

/// What the reader of JSON says before its own words.
const READER: &str = "Failed to deserialize the JSON body into the target type: ";
const PARSER: &str = "Failed to parse the request body as JSON: ";

/// Says what the reader of JSON means, by the name of the field: its own words are for programmers.
fn plain(problem: Problem) -> Problem {
    if let Some(rest) = problem.detail.strip_prefix(PARSER) {
        let line = rest.rsplit(" line ").next().and_then(|rest| rest.split(' ').next()).unwrap_or("1");
        let detail = format!("this is no JSON: it breaks off or goes wrong in line {line}");
        return Problem { detail, ..problem };
    }
    let Some(rest) = problem.detail.strip_prefix(READER) else { return problem };
    let (path, what) = match rest.split_once(": ") {
        Some((path, what)) if !path.contains([' ', '`']) => (path, what),
        _ => ("", rest),
    };
    let named = |begins: &str| what.strip_prefix(begins)?.split('`').next();
    let of = |name: &str| if path.is_empty() || path == "." { name.to_owned() } else { format!("{path}.{name}") };
    let (field, detail) = match (named("missing field `"), named("unknown field `")) {
        (Some(name), _) => (of(name), format!("field `{name}` is missing")),
        (_, Some(name)) => (of(name), format!("there is no field `{name}` here")),
        _ => (path.to_owned(), format!("this is not what the field `{path}` takes")),
    };
    let errors = vec![FieldProblem { field, detail: detail.clone() }];
    Problem { detail, errors, ..problem }
}

/// Reads what an operation says is wrong.
fn read_problem(status: StatusCode, headers: &HeaderMap, bytes: &[u8]) -> Problem {
    let retry = headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
    match serde_json::from_slice::<Problem>(bytes) {
        Ok(problem) => plain(Problem { retry_after: retry, by_api: true, ..problem }),
        Err(_) => Problem::new(status, "failed", "the service did not say why"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readers_own_words_become_the_name_of_the_field() {
        for (detail, said, field) in [
            (format!("{READER}missing field `title` at line 1 column 2"), "field `title` is missing", "title"),
            (format!("{READER}details: missing field `x` at line 1 column 2"), "field `x` is missing", "details.x"),
            (
                format!("{READER}details: unknown field `xx`, expected one of `a` at line 3"),
                "there is no field `xx` here",
                "details.xx",
            ),
            (
                format!("{READER}progress.score: invalid type: string \"x\", expected f64 at line 1 column 9"),
                "this is not what the field `progress.score` takes",
                "progress.score",
            ),
        ] {
            let problem = plain(Problem::unprocessable("bad-body", detail));
            assert_eq!((&*problem.detail, &*problem.errors[0].field), (said, field));
        }
        let broken = plain(Problem::bad_request("bad-body", format!("{PARSER}EOF while parsing at line 7 column 0")));
        assert_eq!(broken.detail, "this is no JSON: it breaks off or goes wrong in line 7");
        let other = plain(Problem::bad_request("bad-body", "the body broke off"));
        assert_eq!(other.detail, "the body broke off");
    }
}
