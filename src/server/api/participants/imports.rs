//! Lists of participants: taken in, remembered, reported.

use axum::Json;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{DefaultBodyLimit, Multipart, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::accounts::Permission;
use crate::acts::{self, ImportRecord, ImportRequest, Imported};
use crate::acts::{Answer, Answers};
use crate::import::{Absent, CommaNames, Duplicates, Held, Hidden, Limits, Lines, LinesError, Reading};
use crate::server::extract::{Listing, Order, Paging, Path, Query, event_code};
use crate::server::upload::{read_form, turn};
use crate::server::{App, Caller, Problem};

pub(super) fn routes() -> OpenApiRouter<App> {
    let uploads = OpenApiRouter::new().routes(routes!(import, imports)).layer(DefaultBodyLimit::disable());
    uploads.routes(routes!(report))
}

/// How a list is taken in.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ImportHow {
    /// Check the list, and take nothing in.
    #[serde(default)]
    dry_run: bool,
    /// Keep what is known of people instead of changing it.
    #[serde(default)]
    keep_known: bool,
    /// Rows with the address of somebody with another name: `ask` (if left out), which makes them errors, `two_people`, or
    /// `same_person`, whose name changed.
    #[serde(default)]
    #[param(inline)]
    same_address: Answer,
    /// Rows with the name of somebody else, and no address to tell them apart: `ask` (if left out), `two_people` or
    /// `same_person`.
    #[serde(default)]
    #[param(inline)]
    same_name: Answer,
    /// Rows with the external id of somebody with another name and another address: `ask` (if left out), which makes them
    /// errors, or `same_person`, who changed both.
    #[serde(default)]
    #[param(inline)]
    same_id: Answer,
    /// Rows that say that somebody was absent or failed: `ask` (if left out), which makes them errors, `take` or `leave_out`.
    #[serde(default)]
    #[param(inline)]
    absent: Absent,
    /// The code page of a text file that is not UTF-8, as `windows-1250`.
    encoding: Option<String>,
    /// The sheet of a workbook that has the people.
    sheet: Option<String>,
    /// The row that names the columns, from 1.
    header_row: Option<u64>,
    /// Rows and columns that are hidden or filtered out: `leave_out` (if left out), or `include`.
    #[serde(default)]
    #[param(inline)]
    hidden: Hidden,
    /// Names such as `Lovelace, Ada`: `ask` (if left out), `swap` or `keep`.
    #[serde(default)]
    #[param(inline)]
    comma_names: CommaNames,
    /// Rows that are asked about and are people, called as it stands there, by their lines: `12,14`. It is recorded who said
    /// so.
    confirm_row: Option<String>,
    /// Rows that are asked about and are people, called as is likely: their lines, or `all`.
    likely_row: Option<String>,
    /// Rows to leave out: their lines, or `all` that are asked about.
    leave_out_row: Option<String>,
}

impl ImportHow {
    /// Takes the answers that came as fields of the form, where the query has none.
    fn with_form(mut self, texts: &[(String, String)]) -> Result<Self, Problem> {
        let last =
            |name: &str| texts.iter().rev().find(|(field, _)| field == name).map(|(_, value)| value.trim().to_owned());
        let text = |place: &mut Option<String>, name: &str| {
            if place.is_none() {
                *place = last(name).filter(|value| !value.is_empty());
            }
        };
        text(&mut self.encoding, "encoding");
        text(&mut self.sheet, "sheet");
        text(&mut self.confirm_row, "confirm_row");
        text(&mut self.likely_row, "likely_row");
        text(&mut self.leave_out_row, "leave_out_row");
        let invalid = |name: &str, what: &str| Problem::unprocessable("invalid", format!("`{name}` {what}"));
        if let Some(row) = last("header_row").filter(|row| !row.is_empty()) {
            self.header_row = Some(row.parse().map_err(|_| invalid("header_row", "is not the number of a row"))?);
        }
        match last("hidden").as_deref() {
            None | Some("") => {}
            Some("include") => self.hidden = Hidden::Include,
            Some("leave_out" | "leave-out") => self.hidden = Hidden::LeaveOut,
            Some(_) => return Err(invalid("hidden", "is neither `leave_out` nor `include`")),
        }
        match last("comma_names").as_deref() {
            None | Some("") => {}
            Some("ask") => self.comma_names = CommaNames::Ask,
            Some("swap") => self.comma_names = CommaNames::Swap,
            Some("keep") => self.comma_names = CommaNames::Keep,
            Some(_) => return Err(invalid("comma_names", "is none of `ask`, `swap` and `keep`")),
        }
        Ok(self)
    }

    fn held(&self) -> Result<Held, Problem> {
        let lines = |said: &Option<String>| said.as_ref().map_or(Ok(Lines::NONE), |said| said.parse::<Lines>());
        let held = || {
            let (confirmed, likely, left_out) =
                (lines(&self.confirm_row)?.singly()?, lines(&self.likely_row)?, lines(&self.leave_out_row)?);
            Ok(Held { confirmed, likely, left_out })
        };
        held().map_err(|error: LinesError| Problem::unprocessable("invalid", error.to_string()))
    }
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
    let _turn = turn()?;
    let form = read_form(form, app.limits.upload_bytes).await?;
    let how = how.with_form(&form.texts)?;
    app.at_desk(&caller, move |app, desk| {
        let planned = acts::planned(desk, &event_code(&code)?)?;
        let held = how.held()?;
        let missing_glyph = |name: &str| app.faces.fonts().missing_glyph(name);
        let request = ImportRequest {
            name: &form.name,
            bytes: &form.bytes,
            mapping: form.texts.into_iter().filter(|(name, _)| name == "map").map(|(_, value)| value).collect(),
            duplicates: if how.keep_known { Duplicates::Skip } else { Duplicates::Update },
            answers: Answers { same_address: how.same_address, same_name: how.same_name, same_id: how.same_id },
            absent: how.absent,
            reading: Reading {
                encoding: how.encoding,
                sheet: how.sheet,
                header_row: how.header_row,
                hidden: how.hidden,
            },
            comma_names: how.comma_names,
            held,
            dry_run: how.dry_run,
            missing_glyph: Some(&missing_glyph),
            fonts: Some(app.faces.fonts()),
            limits: Limits { bytes: app.limits.upload_bytes.min(Limits::default().bytes), ..Limits::default() },
        };
        Ok(Json(acts::import(desk, &planned, &request)?))
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

/// Download the rows of an import that need attention, as CSV to correct and import again
#[utoipa::path(get, path = "/events/{code}/imports/{import}/report", tag = "Participants", extensions(("x-permission" = json!("view"))),
    params(("code" = String, Path, example = "WORKSHOP"), ("import" = String, Path, example = "20261122T100000Z-1f2e3d4c")),
    responses((status = 200, body = String, content_type = "text/csv"), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn report(
    State(app): State<App>,
    caller: Caller,
    Path((code, id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    caller.may(Permission::View)?;
    app.at_desk(&caller, move |_, desk| {
        let code = event_code(&code)?;
        let shaped = id.len() <= 40 && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let none = || Problem::not_found("this report");
        let csv = if shaped { acts::report_csv(desk.store, &code, &id)? } else { None }.ok_or_else(none)?;
        let headers = [
            (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
            (header::CONTENT_DISPOSITION, "attachment; filename=\"report.csv\""),
        ];
        Ok((headers, csv).into_response())
    })
    .await
}
