//! Errors as `application/problem+json` (RFC 9457) with stable codes.

use std::io::{self, ErrorKind};

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::VaultError;
use crate::acts::ActError;
use crate::making::NotProven;
use crate::publish::PublishError;
use crate::store::StoreError;
use crate::vault::KeyFolderError;

/// Why a request was not done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Problem {
    /// `/problems/CODE`.
    #[serde(rename = "type")]
    #[schema(example = "/problems/not-found")]
    pub kind: String,
    /// The code in words.
    #[schema(example = "Not found")]
    pub title: String,
    /// The HTTP status.
    #[schema(example = 404)]
    pub status: u16,
    /// Stable code for programs.
    #[schema(example = "not-found")]
    pub code: String,
    /// What is wrong with what, for people.
    #[schema(example = "`WORKSHOP` does not exist")]
    pub detail: String,
    /// What is wrong with which field, where several are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldProblem>,
    /// What has to be answered first, each with its choices.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub questions: Vec<crate::import::Question>,
    /// After how many seconds it makes sense to ask again; sent as `Retry-After`.
    #[serde(skip)]
    pub retry_after: Option<u64>,
    /// Whether an operation answered it, in English, and not a page in the language of who looks.
    #[serde(skip)]
    pub(super) by_api: bool,
}

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FieldProblem {
    /// Path of the field, as `rule.all.0.percent`.
    pub field: String,
    /// What is wrong with it.
    pub detail: String,
}

impl Problem {
    /// Returns a problem. The code is in kebab case; its words are the title.
    pub fn new(status: StatusCode, code: &str, detail: impl Into<String>) -> Self {
        let mut title = code.replace('-', " ");
        if let Some(first) = title.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        let (kind, code) = (format!("/problems/{code}"), code.to_owned());
        Self {
            kind,
            title,
            status: status.as_u16(),
            code,
            detail: detail.into(),
            errors: Vec::new(),
            questions: Vec::new(),
            retry_after: None,
            by_api: false,
        }
    }

    /// The request cannot be understood.
    pub fn bad_request(code: &str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }

    /// The request is understood, and what it asks cannot be.
    pub fn unprocessable(code: &str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail)
    }

    /// Something is in the way.
    pub fn conflict(code: &str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, detail)
    }

    /// It is not there.
    pub fn not_found(what: impl std::fmt::Display) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", format!("`{what}` does not exist"))
    }

    /// Nobody, or not somebody who may.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", detail)
    }

    /// Not said who.
    pub fn unauthenticated() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthenticated",
            "log in, or send an API token as `Authorization: Bearer …`",
        )
    }

    /// Something broke here. The cause goes to the log, not to the caller.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        tracing::error!(%cause, "request failed");
        let detail = "something broke on our side; nothing was acknowledged. The log has it under the request id.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail)
    }

    /// It needs the keys, which are locked. Nothing was done, and it can be sent again.
    pub fn locked() -> Self {
        let detail = format!("the keys are locked, and nothing was done; {}", crate::vault::UNLOCK);
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "keys-locked", detail)
    }

    /// There is no room for it. Which disk goes to the log, not to the caller.
    fn disk_full(cause: impl std::fmt::Display) -> Self {
        tracing::error!(%cause, "disk full");
        let detail = "the disk is full; nothing was acknowledged. Free some space on the service's machine, then send this again.";
        Self::new(StatusCode::INSUFFICIENT_STORAGE, "disk-full", detail)
    }

    /// A file could not be written: because the disk is full, or something broke.
    fn unwritten(cause: impl std::fmt::Display, why: &io::Error) -> Self {
        match why.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::disk_full(format!("{cause}: {why}")),
            _ => Self::internal(format!("{cause}: {why}")),
        }
    }

    /// Adds what is wrong with single fields.
    pub fn with_errors(self, errors: Vec<FieldProblem>) -> Self {
        Self { errors, ..self }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let retry_after = self.retry_after;
        let mut response = (status, Json(self)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict(_) => Self::conflict("conflict", error.to_string()),
            StoreError::NotFound(what) => Self::not_found(what),
            StoreError::Cursor(_) => Self::bad_request("bad-cursor", error.to_string()),
            StoreError::TooLarge { .. } => Self::unprocessable("too-large", error.to_string()),
            StoreError::DiskFull { .. } => Self::disk_full(error),
            StoreError::Unwanted => Self::new(StatusCode::SERVICE_UNAVAILABLE, "unwanted", error.to_string()),
            StoreError::Restoring => Self::new(StatusCode::SERVICE_UNAVAILABLE, "restoring", error.to_string()),
            other => Self::internal(other),
        }
    }
}

impl From<VaultError> for Problem {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Locked => Self::locked(),
            VaultError::NoSite => Self::conflict("no-site", "no folder to publish into is configured"),
            VaultError::Publish(error) => error.into(),
            VaultError::Store(error) => error.into(),
            VaultError::Keys(KeyFolderError::Io { ref source, .. }) => Self::unwritten(&error, source),
            VaultError::Keys(error) => Self::internal(error),
        }
    }
}

impl From<PublishError> for Problem {
    fn from(error: PublishError) -> Self {
        match error {
            PublishError::Store(error) => error.into(),
            PublishError::Io { ref source, .. } => Self::unwritten(&error, source),
            other => Self::internal(other),
        }
    }
}

impl From<NotProven> for Problem {
    fn from(error: NotProven) -> Self {
        let detail = format!("{error}; {}", error.hint());
        match error {
            NotProven::Erased { .. } => Self::new(StatusCode::GONE, "erased", "what it said was erased"),
            NotProven::UnknownKey { .. } => Self::conflict("key-missing", detail),
            NotProven::Tampered { .. } => {
                tracing::error!(%error, "the store was tampered with");
                Self::conflict("tampered", detail)
            }
        }
    }
}

impl From<ActError> for Problem {
    fn from(error: ActError) -> Self {
        use ActError as E;
        let detail = error.to_string();
        match error {
            E::Store(error) => error.into(),
            E::NoEvent(code) => Self::not_found(code),
            E::NoPerson(_) => Self::new(StatusCode::NOT_FOUND, "no-such-participant", detail),
            E::EventExists(_) => Self::conflict("event-exists", detail),
            E::Archived(_) => Self::conflict("archived", detail),
            E::NothingDrawn(_) => Self::conflict("nothing-drawn", detail),
            E::HasCertificates(_) => Self::conflict("has-certificates", detail),
            E::RunUnderWay(..) => Self::conflict("run-under-way", detail),
            E::BeingRemoved(_) => Self::conflict("being-removed", detail),
            E::State { .. } => Self::conflict("bad-state", detail),
            E::HasCertificate(_) => Self::conflict("has-certificate", detail),
            E::BothHaveCertificates(..) => Self::conflict("both-have-certificates", detail),
            E::SamePerson => Self::unprocessable("same-participant", detail),
            E::ExternalIdTaken => Self::conflict("external-id-taken", detail),
            E::Ambiguous | E::SharedAddress | E::SharedName => Self::conflict("ambiguous", detail),
            E::SameAddress(_) | E::AddressTaken(_) => Self::conflict("same-address", detail),
            E::Twin(_) => Self::conflict("twin", detail),
            E::SameId(_) => Self::conflict("same-id", detail),
            E::AbsentOrFailed(_) => Self::conflict("absent-or-failed", detail),
            E::SameName(_) => Self::conflict("same-name", detail),
            E::AlreadyListed => Self::conflict("already-listed", detail),
            E::Excluded => Self::conflict("excluded", detail),
            E::SetChanged => Self::conflict("changed", detail),
            E::NotThere(places) => {
                let field = |at: &usize| FieldProblem { field: at.to_string(), detail: "is not there".to_owned() };
                Self::unprocessable("unknown-rows", detail).with_errors(places.iter().take(1_000).map(field).collect())
            }
            E::NotListed => Self::new(StatusCode::NOT_FOUND, "not-listed", detail),
            E::NoRule(_) => Self::conflict("no-rule", detail),
            E::NoTemplate(_) => Self::unprocessable("no-such-template", detail),
            E::NotInLibrary(name) => Self::not_found(name),
            E::TemplateExists(_) => Self::conflict("template-exists", detail),
            E::LibraryFull => Self::conflict("library-full", detail),
            E::VersionMeanwhile(..) => Self::conflict("version-meanwhile", detail),
            E::TemplateInUse(_) => Self::conflict("template-in-use", detail),
            E::BadTemplate(findings) => {
                let field = |one: crate::template::Finding| FieldProblem {
                    field: one.at,
                    detail: format!("{}; {}", one.message, one.hint),
                };
                Self::unprocessable("bad-template", detail).with_errors(findings.into_iter().map(field).collect())
            }
            E::Face(_) => Self::unprocessable("does-not-fit", detail),
            E::Name(_) => Self::unprocessable("bad-name", detail),
            E::Asked(questions) => Self { questions, ..Self::conflict("asked", detail) },
            E::Import(error) => {
                let questions = error.questions();
                Self { questions, ..Self::unprocessable("bad-file", format!("{detail}; {}", error.hint())) }
            }
            E::Eligibility(_) => Self::unprocessable("bad-rule", detail),
            E::Invalid { field, reason } => {
                let errors = vec![FieldProblem { field, detail: reason }];
                Self::unprocessable("invalid", detail).with_errors(errors)
            }
        }
    }
}
