//! Exceptions and exclusions.

use axum::Json;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{DefaultBodyLimit, Multipart, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::participants::person;
use crate::accounts::Permission;
use crate::acts::{self, Exception, Exclusion, ExclusionReason, ListRow, MAX_LIST_BYTES};
use crate::credential::{EventCode, Timestamp};
use crate::desk::Desk;
use crate::eligibility::How;
use crate::server::extract::{Body, IfMatch, Listing, Paging, Path, Query, event_code};
use crate::server::meanwhile::settled;
use crate::server::upload::{read_form, turn};
use crate::server::{App, Caller, Problem};
use crate::store::{Page, Participant};

pub(super) fn routes() -> OpenApiRouter<App> {
    let upload = OpenApiRouter::new().routes(routes!(import)).routes(routes!(import_exclusions));
    let upload = upload.layer(DefaultBodyLimit::disable());
    OpenApiRouter::new()
        .routes(routes!(exceptions, except))
        .routes(routes!(remove_exception))
        .routes(routes!(exclusions, exclude))
        .routes(routes!(remove_exclusion))
        .merge(super::listings::routes())
        .merge(upload)
}

/// An exception.
#[derive(Debug, Serialize, ToSchema)]
struct ExceptionView {
    /// For whom.
    #[schema(example = "p-4kq3ydvnf7wzj2ha")]
    id: String,
    /// Name.
    name: String,
    /// E-mail.
    email: Option<String>,
    /// Why.
    note: Option<String>,
    /// Who granted it.
    by: String,
    /// How it was entered.
    how: How,
    /// When it was granted.
    #[schema(value_type = String, format = DateTime)]
    granted: Timestamp,
    /// When the certificate was generated, if it was.
    #[schema(value_type = Option<String>, format = DateTime)]
    generated: Option<Timestamp>,
    /// The certificate.
    certificate: Option<String>,
}

/// When a person's certificate was issued, and its number.
fn generated(
    desk: &Desk,
    code: &EventCode,
    person: &Participant,
) -> Result<(Option<Timestamp>, Option<String>), Problem> {
    let Some(number) = desk.store.certificate_of(code, &person.key)? else { return Ok((None, None)) };
    let issued = desk.store.certificate(&number)?.map(|certificate| certificate.issued);
    Ok((issued, Some(number.to_string())))
}

impl ExceptionView {
    fn of(desk: &Desk, code: &EventCode, (person, exception): (Participant, Exception)) -> Result<Self, Problem> {
        let (generated, certificate) = generated(desk, code, &person)?;
        Ok(Self {
            id: person.id.unwrap_or(person.key.0),
            name: person.name,
            email: person.email,
            note: exception.note,
            by: exception.by,
            how: exception.how,
            granted: exception.at,
            generated,
            certificate,
        })
    }
}

/// List exceptions
#[utoipa::path(get, path = "/events/{code}/exceptions", tag = "Exceptions", extensions(("x-permission" = json!("view"))),
    params(("code" = String, Path, example = "WORKSHOP"), Paging),
    responses((status = 200, body = Listing<ExceptionView>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn exceptions(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    Query(paging): Query<Paging>,
) -> Result<Json<Listing<ExceptionView>>, Problem> {
    caller.may(Permission::View)?;
    let limit = paging.limit()?;
    app.read_at_desk(&caller, move |_, desk| {
        let code = acts::planned(desk, &event_code(&code)?)?.event.code;
        let Page { items, next } = acts::exceptions(desk.store, &code, paging.cursor.as_deref(), limit)?;
        let items = items.into_iter().map(|found| ExceptionView::of(desk, &code, found));
        Ok(Json(Listing { items: items.collect::<Result<_, Problem>>()?, next }))
    })
    .await
}

/// Whom to allow a certificate.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "person": "ada@example.org", "note": "was ill on the second day" }))]
struct ExceptionWanted {
    /// Id, external id or e-mail.
    person: String,
    /// Why.
    #[serde(default)]
    note: Option<String>,
}

/// Allow a person a certificate despite the rule
#[utoipa::path(post, path = "/events/{code}/exceptions", tag = "Exceptions", extensions(("x-permission" = json!("import"))), request_body = ExceptionWanted,
    params(("code" = String, Path, example = "WORKSHOP")),
    responses((status = 201, body = ExceptionView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn except(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    Body(wanted): Body<ExceptionWanted>,
) -> Result<Response, Problem> {
    caller.may(Permission::Import)?;
    app.at_desk(&caller, move |_, desk| {
        let (code, person, exception) = settled(|| {
            let (code, person) = person(desk, &code, &wanted.person, &IfMatch(None))?;
            let exception = acts::except(desk, &code, &person, wanted.note.as_deref())?;
            Ok((code, person, exception))
        })?;
        let view = ExceptionView::of(desk, &code, (person, exception))?;
        Ok((StatusCode::CREATED, Json(view)).into_response())
    })
    .await
}

/// Remove an exception
#[utoipa::path(delete, path = "/events/{code}/exceptions/{person}", tag = "Exceptions", extensions(("x-permission" = json!("import"))),
    params(("code" = String, Path, example = "WORKSHOP"), ("person" = String, Path, description = "Id, external id or e-mail")),
    responses((status = 204, description = "Removed"), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn remove_exception(
    State(app): State<App>,
    caller: Caller,
    Path((code, who)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    remove(app, caller, code, who, false).await
}

async fn remove(app: App, caller: Caller, code: String, who: String, exclusion: bool) -> Result<StatusCode, Problem> {
    caller.may(Permission::Import)?;
    app.at_desk(&caller, move |_, desk| {
        settled(|| {
            let (code, person) = person(desk, &code, &who, &IfMatch(None))?;
            Ok(acts::remove(desk, &code, &person, exclusion)?)
        })?;
        Ok(StatusCode::NO_CONTENT)
    })
    .await
}

/// A list of exceptions.
#[derive(ToSchema)]
#[allow(dead_code, reason = "describes the form")]
struct ExceptionForm {
    /// CSV of `email_or_id[,note]`.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// What became of a list of exceptions.
#[derive(Debug, Serialize, ToSchema)]
struct ListTaken {
    /// How many were granted.
    granted: usize,
    /// Every row with its outcome.
    rows: Vec<ListRow>,
}

/// Import exceptions from CSV; each row's outcome is named
#[utoipa::path(post, path = "/events/{code}/exceptions/import", tag = "Exceptions", extensions(("x-permission" = json!("import"))),
    params(("code" = String, Path, example = "WORKSHOP")),
    request_body(content = ExceptionForm, content_type = "multipart/form-data",
        example = json!({ "file": "ada@example.org,was ill on the second day\n" })),
    responses((status = 200, body = ListTaken), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn import(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Json<ListTaken>, Problem> {
    caller.may(Permission::Import)?;
    let form = read_form(form, MAX_LIST_BYTES, app.room_for_staff().enter()).await?;
    let _turn = turn().await?;
    app.at_desk(&caller, move |_, desk| {
        let code = acts::planned(desk, &event_code(&code)?)?.event.code;
        let rows = acts::except_list(desk, &code, &form.bytes)?;
        let granted = rows.iter().filter(|row| row.outcome == acts::RowFate::Granted).count();
        Ok(Json(ListTaken { granted, rows }))
    })
    .await
}

/// An exclusion.
#[derive(Debug, Serialize, ToSchema)]
struct ExclusionView {
    /// About whom.
    id: String,
    /// Name.
    name: String,
    /// E-mail.
    email: Option<String>,
    /// Why.
    reason: ExclusionReason,
    /// More about it.
    note: Option<String>,
    /// Who excluded them.
    by: String,
    /// How it was entered.
    how: How,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// The certificate, if there is one: it stays in force until it is revoked.
    certificate: Option<String>,
    /// Whether an exception was removed in the same step.
    #[serde(skip_serializing_if = "Option::is_none")]
    exception_removed: Option<bool>,
}

impl ExclusionView {
    fn of(
        desk: &Desk,
        code: &EventCode,
        (person, exclusion): (Participant, Exclusion),
        exception_removed: Option<bool>,
    ) -> Result<Self, Problem> {
        let (_, certificate) = generated(desk, code, &person)?;
        Ok(Self {
            id: person.id.unwrap_or(person.key.0),
            name: person.name,
            email: person.email,
            reason: exclusion.reason,
            note: exclusion.note,
            by: exclusion.by,
            how: exclusion.how,
            at: exclusion.at,
            certificate,
            exception_removed,
        })
    }
}

/// List exclusions
#[utoipa::path(get, path = "/events/{code}/exclusions", tag = "Exceptions", extensions(("x-permission" = json!("view"))),
    params(("code" = String, Path, example = "WORKSHOP"), Paging),
    responses((status = 200, body = Listing<ExclusionView>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn exclusions(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    Query(paging): Query<Paging>,
) -> Result<Json<Listing<ExclusionView>>, Problem> {
    caller.may(Permission::View)?;
    let limit = paging.limit()?;
    app.read_at_desk(&caller, move |_, desk| {
        let code = acts::planned(desk, &event_code(&code)?)?.event.code;
        let Page { items, next } = acts::exclusions(desk.store, &code, paging.cursor.as_deref(), limit)?;
        let items = items.into_iter().map(|found| ExclusionView::of(desk, &code, found, None));
        Ok(Json(Listing { items: items.collect::<Result<_, Problem>>()?, next }))
    })
    .await
}

/// A list of exclusions.
#[derive(ToSchema)]
#[allow(dead_code, reason = "describes the form")]
struct ExclusionForm {
    /// CSV of `email_or_id[,note]`.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// Why they are excluded, all of them.
    reason: ExclusionReason,
}

/// What became of a list of exclusions.
#[derive(Debug, Serialize, ToSchema)]
struct ExclusionsTaken {
    /// How many are excluded now.
    excluded: usize,
    /// Every row with its outcome.
    rows: Vec<ListRow>,
}

/// Import exclusions from CSV; each row's outcome is named
///
/// An exception goes in the same step.
#[utoipa::path(post, path = "/events/{code}/exclusions/import", tag = "Exceptions", extensions(("x-permission" = json!("import"))),
    params(("code" = String, Path, example = "WORKSHOP")),
    request_body(content = ExclusionForm, content_type = "multipart/form-data",
        example = json!({ "file": "ada@example.org,wrote to us\n", "reason": "requested" })),
    responses((status = 200, body = ExclusionsTaken), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn import_exclusions(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Json<ExclusionsTaken>, Problem> {
    caller.may(Permission::Import)?;
    let form = read_form(form, MAX_LIST_BYTES, app.room_for_staff().enter()).await?;
    let _turn = turn().await?;
    app.at_desk(&caller, move |_, desk| {
        let code = acts::planned(desk, &event_code(&code)?)?.event.code;
        let said = form.texts.iter().find(|(name, _)| name == "reason").map_or("", |(_, text)| text.trim());
        let reason: ExclusionReason = serde_json::from_value(said.into()).map_err(|_| {
            let detail = "an exclusion needs a `reason`: conduct, did_not_complete, requested or data_error";
            Problem::unprocessable("invalid", detail)
        })?;
        let rows = acts::exclude_list(desk, &code, reason, &form.bytes)?;
        let excluded = rows.iter().filter(|row| row.outcome == acts::RowFate::Listed).count();
        Ok(Json(ExclusionsTaken { excluded, rows }))
    })
    .await
}

/// Whom to exclude.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "person": "ada@example.org", "reason": "requested" }))]
struct ExclusionWanted {
    /// Id, external id or e-mail.
    person: String,
    /// Why.
    reason: ExclusionReason,
    /// More about it.
    #[serde(default)]
    note: Option<String>,
}

/// Exclude a person; an exception goes in the same step
#[utoipa::path(post, path = "/events/{code}/exclusions", tag = "Exceptions", extensions(("x-permission" = json!("import"))), request_body = ExclusionWanted,
    params(("code" = String, Path, example = "WORKSHOP")),
    responses((status = 201, body = ExclusionView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn exclude(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    Body(wanted): Body<ExclusionWanted>,
) -> Result<Response, Problem> {
    caller.may(Permission::Import)?;
    app.at_desk(&caller, move |_, desk| {
        let (code, person, (exclusion, had)) = settled(|| {
            let (code, person) = person(desk, &code, &wanted.person, &IfMatch(None))?;
            let done = acts::exclude(desk, &code, &person, wanted.reason, wanted.note.as_deref())?;
            Ok((code, person, done))
        })?;
        let view = ExclusionView::of(desk, &code, (person, exclusion), Some(had))?;
        Ok((StatusCode::CREATED, Json(view)).into_response())
    })
    .await
}

/// Remove an exclusion
#[utoipa::path(delete, path = "/events/{code}/exclusions/{person}", tag = "Exceptions", extensions(("x-permission" = json!("import"))),
    params(("code" = String, Path, example = "WORKSHOP"), ("person" = String, Path, description = "Id, external id or e-mail")),
    responses((status = 204, description = "Removed"), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn remove_exclusion(
    State(app): State<App>,
    caller: Caller,
    Path((code, who)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    remove(app, caller, code, who, true).await
}
