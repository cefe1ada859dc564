//! Parameters of a query that an operation does not have are refused, like members of a body that it does not have: whoever
//! misspells `dry_run` must not change anything. What an operation has is what its description says.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::extract::{MatchedPath, Request};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use utoipa::openapi::OpenApi;

use super::Problem;
use super::problem::FieldProblem;
use crate::template::nearest;

/// Longest name that is repeated in an answer, in characters.
const TOLD_CHARS: usize = 60;

/// The parameters of every operation that is described, by path and method.
#[derive(Clone)]
pub(super) struct Parameters(Arc<BTreeMap<(String, Method), BTreeSet<String>>>);

impl Parameters {
    /// Reads the description.
    pub(super) fn of(document: &OpenApi) -> Self {
        let document = serde_json::to_value(document).unwrap_or_default();
        let mut known = BTreeMap::new();
        for (path, item) in document["paths"].as_object().into_iter().flatten() {
            for method in METHODS {
                let Some(operation) = item.get(method.as_str().to_ascii_lowercase()) else { continue };
                known.insert((path.clone(), method), in_query(&operation["parameters"]));
            }
        }
        Self(Arc::new(known))
    }

    /// Refuses a request with a parameter that its operation does not have.
    fn check(&self, request: &Request) -> Result<(), Problem> {
        let Some(query) = request.uri().query().filter(|query| !query.is_empty()) else { return Ok(()) };
        let Some(path) = request.extensions().get::<MatchedPath>() else { return Ok(()) };
        let method = if request.method() == Method::HEAD { Method::GET } else { request.method().clone() };
        let Some(known) = self.0.get(&(path.as_str().to_owned(), method)) else { return Ok(()) };
        let mut names = url::form_urlencoded::parse(query.as_bytes()).map(|(name, _)| name.into_owned());
        match names.find(|name| !known.contains(name)) {
            Some(name) => Err(unknown(&name, known)),
            None => Ok(()),
        }
    }
}

const METHODS: [Method; 5] = [Method::GET, Method::PUT, Method::POST, Method::PATCH, Method::DELETE];

fn in_query(parameters: &Value) -> BTreeSet<String> {
    let all = parameters.as_array().into_iter().flatten().filter(|one| one["in"] == "query");
    all.filter_map(|one| one["name"].as_str().map(str::to_owned)).collect()
}

fn unknown(name: &str, known: &BTreeSet<String>) -> Problem {
    let told: String = name.chars().take(TOLD_CHARS).collect();
    let hint = match nearest(name, known.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None if known.is_empty() => "it takes none".to_owned(),
        None => format!("it takes {}", known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")),
    };
    let detail = format!("this operation has no parameter `{told}`; {hint}");
    Problem::bad_request("bad-query", detail).with_errors(vec![FieldProblem { field: told, detail: hint }])
}

/// Middleware for all operations.
pub(super) async fn known(parameters: Parameters, request: Request, next: Next) -> Response {
    match parameters.check(&request) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}
