//! Lists of participants: taken in, remembered, reported.

use axum::Json;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{DefaultBodyLimit, Multipart, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::import_how::{ImportHow, limits};
use crate::accounts::Permission;
use crate::acts::{self, ImportRecord, Imported, Only, Shape};
use crate::server::extract::{Listing, Order, Paging, Path, Query, event_code};
use crate::server::upload::{read_form, turn};
use crate::server::{App, Caller, Problem};

pub(super) fn routes() -> OpenApiRouter<App> {
    let uploads = OpenApiRouter::new()
        .routes(routes!(import, imports))
        .routes(routes!(check_report))
        .routes(routes!(shape))
        .layer(DefaultBodyLimit::disable());
    uploads.routes(routes!(one)).routes(routes!(report)).routes(routes!(remembered, forget))
}

/// Which rows of a report.
#[derive(Debug, Clone, Copy, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ReportWanted {
    /// `everything` that needs attention (if left out), or only the rows that are `left_out`.
    #[serde(default)]
    #[param(inline)]
    only: Only,
}

/// A list of people.
#[derive(ToSchema)]
#[allow(dead_code, reason = "describes the form")]
struct ListForm {
    /// CSV or XLSX, with a header row.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// `FIELD=COLUMN`, once for each: the column of that header fills the field, as in `email=Mail address`. Fields are
    /// those that the operation lists. `FIELD=` says that no column fills it, `skip=COLUMN` leaves a column out. What is not
    /// mapped is found by its header. Without any `map`, as at the last import.
    #[schema(required = false)]
    map: Vec<String>,
    /// As in the query.
    encoding: Option<String>,
    /// As in the query.
    sheet: Option<String>,
    /// As in the query.
    header_row: Option<String>,
    /// As in the query.
    hidden: Option<String>,
    /// As in the query.
    comma_names: Option<String>,
    /// As in the query.
    confirm_row: Option<String>,
    /// As in the query.
    likely_row: Option<String>,
    /// As in the query.
    leave_out_row: Option<String>,
    /// As in the query.
    name_case: Option<String>,
    /// As in the query.
    likely_email: Option<String>,
}

/// Import participants from CSV or XLSX
///
/// Each row is a person, found again by `external_id`, else by `email` and name in any spelling, else by the name alone.
/// Nobody is overwritten for an address alone: where a row may be about somebody with another name, or nothing tells two of
/// one name apart, it is an error until `same_address` or `same_name` says whether they are two people. Columns are found
/// by their headers, in many languages, or by `map`.
///
/// Who it is: `name`, or `first_name` and `last_name`; `email`; `external_id`, the id in another system; `locale` or
/// `language`, such as `pt-BR`.
///
/// What the rule asks for: `session:ID` (or `attendance:ID`), one for each session, yes or no; `activity:ID`, one for each
/// activity, yes, no or points; `attendance` and `progress` (or `completion`), in percent; `points`; `score`; `passed` and
/// `checked_in`, yes or no; `role`. `ID` is the id or the title of a session or activity of the event's course. Yes is yes,
/// y, true, x, 1, present, attended, done or passed; no is no, n, false, -, 0, absent, missed or failed.
///
/// An empty cell takes nothing away that is known; `(clear)` in a cell does. Of two rows about one person the later counts,
/// with what its empty cells leave to the earlier. Rows that say that somebody was absent or failed are errors until `absent`
/// says what to do, unless the rule judges the column: looked at are results, attendance, status, roles, terms and remarks, in
/// many languages, for words such as `absent`, `no-show`, `failed` in a short cell; and columns that ask yes or no for a no,
/// 0, a dash or a cross. All questions about a list come together.
///
/// What is unsure is asked: whether a row is a person, a name a name, which code page or sheet is meant. While a question is
/// open nothing is taken in: the answer is 409 `asked`, with `questions`, their rows and choices; a dry run has them too. Each
/// choice is spelt as it goes into the query, or into the form: `confirm_row=12`, `encoding=windows-1250`.
///
/// What is signed: `credits`, `role`, `term`; `expires`, the last day, as `2027-03-31`, where the event's own end is not
/// earlier; and `result`, once the event's `publish_results` confirms that everybody may read it. Any other column is kept
/// as a field of the person, for templates. `use` in the answer says what becomes of each.
#[utoipa::path(post, path = "/events/{code}/imports", tag = "Participants", extensions(("x-permission" = json!("import"))),
    params(("code" = String, Path, example = "WORKSHOP"), ImportHow),
    request_body(content = ListForm, content_type = "multipart/form-data",
        example = json!({ "file": "Name,Mail\nAda Lovelace,ada@example.org\n", "map": ["name=Name", "email=Mail"] })),
    responses((status = 200, body = Imported), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn import(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    Query(how): Query<ImportHow>,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Json<Imported>, Problem> {
    caller.may(Permission::Import)?;
    let form = read_form(form, app.limits.upload_bytes, app.room_for_staff().enter()).await?;
    let _turn = turn().await?;
    let how = how.with_form(&form.texts)?;
    app.at_desk(&caller, move |app, desk| {
        let planned = acts::planned(desk, &event_code(&code)?)?;
        how.request(app, &form, |request| Ok(Json(acts::import(desk, &planned, request)?)))
    })
    .await
}

/// Check a list, and download the rows that need attention, as CSV to correct
///
/// The rows in the list's own columns, with the reason beside. Takes nothing in. Corrected, they are imported as any list.
#[utoipa::path(post, path = "/events/{code}/imports/report", tag = "Participants", extensions(("x-permission" = json!("import"))),
    params(("code" = String, Path, example = "WORKSHOP"), ImportHow, ReportWanted),
    request_body(content = ListForm, content_type = "multipart/form-data",
        example = json!({ "file": "Name,Mail\nAda Lovelace,ada@example.org\n", "map": ["name=Name", "email=Mail"] })),
    responses((status = 200, body = String, content_type = "text/csv"), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn check_report(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    Query(how): Query<ImportHow>,
    Query(wanted): Query<ReportWanted>,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, Problem> {
    caller.may(Permission::Import)?;
    let form = read_form(form, app.limits.upload_bytes, app.room_for_staff().enter()).await?;
    let _turn = turn().await?;
    let how = how.with_form(&form.texts)?.dry();
    app.at_desk(&caller, move |app, desk| {
        let planned = acts::planned(desk, &event_code(&code)?)?;
        how.request(app, &form, |request| {
            let taken = acts::take(desk, &planned, request)?;
            Ok(as_csv(acts::unkept_csv(&taken, wanted.only)?))
        })
    })
    .await
}

/// The shape of a list.
#[derive(Debug, Serialize, ToSchema)]
struct ShapeFound {
    /// A digest of its header line; nothing where it cannot be read without being told how.
    #[serde(skip_serializing_if = "Option::is_none")]
    shape: Option<String>,
    /// What was said about the last list of this shape, in whichever event the caller sees.
    #[serde(skip_serializing_if = "Option::is_none")]
    remembered: Option<Shape>,
}

/// Tell a list's shape, and what was said about the last list of it
///
/// Keeps nothing, and takes nothing in: what was said is proposed, and applies once it is said again.
#[utoipa::path(post, path = "/events/{code}/imports/shape", tag = "Participants", extensions(("x-permission" = json!("import"))),
    params(("code" = String, Path, example = "WORKSHOP")),
    request_body(content = ListForm, content_type = "multipart/form-data",
        example = json!({ "file": "Name,Mail\nAda Lovelace,ada@example.org\n" })),
    responses((status = 200, body = ShapeFound), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn shape(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Json<ShapeFound>, Problem> {
    caller.may(Permission::Import)?;
    let form = read_form(form, app.limits.upload_bytes, app.room_for_staff().enter()).await?;
    let _turn = turn().await?;
    app.at_desk(&caller, move |app, desk| {
        acts::planned(desk, &event_code(&code)?)?;
        let shape = acts::shape_of(&form.name, &form.bytes, &limits(app));
        let remembered = shape.as_deref().map_or(Ok(None), |shape| acts::recalled(desk.store, shape))?;
        Ok(Json(ShapeFound { shape, remembered }))
    })
    .await
}

/// Show what was said about the last list of a shape
#[utoipa::path(get, path = "/import-shapes/{shape}", tag = "Participants", extensions(("x-permission" = json!("import"))),
    params(("shape" = String, Path, example = "9f86d081884c7d659a2feaa0c55ad015")),
    responses((status = 200, body = Shape), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn remembered(State(app): State<App>, caller: Caller, Path(shape): Path<String>) -> Result<Json<Shape>, Problem> {
    caller.may(Permission::Import)?;
    app.at_desk(&caller, move |_, desk| {
        let found = if acts::is_shape(&shape) { acts::recalled(desk.store, &shape)? } else { None };
        found.map(Json).ok_or_else(|| Problem::not_found("anything about this shape"))
    })
    .await
}

/// Forget what was said about lists of a shape, in all events that the caller sees
#[utoipa::path(delete, path = "/import-shapes/{shape}", tag = "Participants", extensions(("x-permission" = json!("import"))),
    params(("shape" = String, Path, example = "9f86d081884c7d659a2feaa0c55ad015")),
    responses((status = 204, description = "Forgotten"), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn forget(State(app): State<App>, caller: Caller, Path(shape): Path<String>) -> Result<StatusCode, Problem> {
    caller.may(Permission::Import)?;
    app.at_desk(&caller, move |_, desk| {
        let found = if acts::is_shape(&shape) { acts::forget_shape(desk, &shape)? } else { 0 };
        match found {
            0 => Err(Problem::not_found("anything about this shape")),
            _ => Ok(StatusCode::NO_CONTENT),
        }
    })
    .await
}

/// Which imports.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ImportsWanted {
    /// `next` of the page before.
    cursor: Option<String>,
    /// 1 to 500; 50 if left out.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
    /// `oldest` or `newest` first; `oldest` if left out.
    #[serde(default)]
    #[param(inline)]
    order: Order,
}

/// List imports
#[utoipa::path(get, path = "/events/{code}/imports", tag = "Participants", extensions(("x-permission" = json!("view"))),
    params(("code" = String, Path, example = "WORKSHOP"), ImportsWanted),
    responses((status = 200, body = Listing<ImportRecord>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn imports(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    Query(wanted): Query<ImportsWanted>,
) -> Result<Json<Listing<ImportRecord>>, Problem> {
    caller.may(Permission::View)?;
    let limit = Paging { cursor: None, limit: wanted.limit }.limit()?;
    app.at_desk(&caller, move |_, desk| {
        let planned = acts::planned(desk, &event_code(&code)?)?;
        let page = acts::imports(
            desk.store,
            &planned.event.code,
            wanted.order == Order::Newest,
            wanted.cursor.as_deref(),
            limit,
        )?;
        Ok(Json(Listing::of(page, |record| record)))
    })
    .await
}

/// Show an import
#[utoipa::path(get, path = "/events/{code}/imports/{import}", tag = "Participants", extensions(("x-permission" = json!("view"))),
    params(("code" = String, Path, example = "WORKSHOP"), ("import" = String, Path, example = "20261122T100000Z-1f2e3d4c")),
    responses((status = 200, body = ImportRecord), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn one(
    State(app): State<App>,
    caller: Caller,
    Path((code, id)): Path<(String, String)>,
) -> Result<Json<ImportRecord>, Problem> {
    caller.may(Permission::View)?;
    app.at_desk(&caller, move |_, desk| {
        let planned = acts::planned(desk, &event_code(&code)?)?;
        let found = if is_id(&id) { acts::import_named(desk.store, &planned.event.code, &id)? } else { None };
        found.map(Json).ok_or_else(|| Problem::not_found("this import"))
    })
    .await
}

/// Says whether a text can be the id of an import.
fn is_id(id: &str) -> bool {
    !id.is_empty() && id.len() <= 40 && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// Download the rows of an import that need attention, as CSV to correct and import again
#[utoipa::path(get, path = "/events/{code}/imports/{import}/report", tag = "Participants", extensions(("x-permission" = json!("view"))),
    params(("code" = String, Path, example = "WORKSHOP"), ("import" = String, Path, example = "20261122T100000Z-1f2e3d4c"), ReportWanted),
    responses((status = 200, body = String, content_type = "text/csv"), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn report(
    State(app): State<App>,
    caller: Caller,
    Path((code, id)): Path<(String, String)>,
    Query(wanted): Query<ReportWanted>,
) -> Result<Response, Problem> {
    caller.may(Permission::View)?;
    app.at_desk(&caller, move |_, desk| {
        let code = event_code(&code)?;
        let none = || Problem::not_found("this report");
        let csv =
            if is_id(&id) { acts::report_csv(desk.store, &code, &id, wanted.only)? } else { None }.ok_or_else(none)?;
        Ok(as_csv(csv))
    })
    .await
}

fn as_csv(csv: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"report.csv\""),
    ];
    (headers, csv).into_response()
}
