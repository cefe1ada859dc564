//! Runs, their journals.

mod approvals;
mod preview;
mod problem;
mod together;
mod watch;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::accounts::Permission;
use crate::acts::run::{
    self, Counters, Kind, Row, RowState, RunOver, RunQuery, RunReason, RunRecord, RunRequest, RunState,
};
use crate::credential::{EventCode, Timestamp};
use crate::publish::LeftOut;
use crate::server::extract::{Body, IfMatch, Listing, Order, Paging, Path, Query, event_code};
use crate::server::reply::{Tagged, tag_of};
use crate::server::{App, Caller, Problem};
use crate::store::{Store, StoreError};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(preview::preview))
        .routes(routes!(together::preview))
        .routes(routes!(together::create))
        .routes(routes!(show))
        .routes(routes!(rows))
        .routes(routes!(watch::events))
        .routes(routes!(cancel))
        .routes(routes!(retry))
        .merge(approvals::routes())
}

/// A run as the API shows it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RunView {
    /// Grows with time.
    #[schema(example = "20261122T101500Z-1f2e3d4c")]
    id: String,
    /// What it does.
    kind: Kind,
    /// In which event.
    #[schema(example = "WORKSHOP")]
    event: Option<String>,
    /// Over whom.
    over: RunOver,
    /// Where it stands.
    state: RunState,
    /// Who made it, and from where.
    #[schema(example = "staff:7f3a from 192.0.2.7")]
    by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    created: Timestamp,
    /// When its first group was begun.
    #[schema(value_type = Option<String>, format = DateTime)]
    began: Option<Timestamp>,
    /// When it was over.
    #[schema(value_type = Option<String>, format = DateTime)]
    finished: Option<Timestamp>,
    /// Rows, by what became of them.
    counters: Counters,
    /// Rows a second.
    #[schema(example = 950.0)]
    rate: Option<f64>,
    /// Seconds until it is over, at that rate.
    #[schema(example = 12)]
    seconds_left: Option<u64>,
    /// Why, for revocations, replacements and another day of issue.
    reason: Option<RunReason>,
    /// The template that was chosen for it, in place of the event's.
    template: Option<RunTemplate>,
    /// The day that its first certificates say they were issued on, where it is not that of the run.
    #[schema(format = Date, example = "2026-06-30")]
    issued_on: Option<String>,
    /// Whether those named who have a certificate get another one.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    again: bool,
    /// The run whose failed rows it repeats.
    retry_of: Option<String>,
    /// The approval that it waits for or had.
    approval: Option<String>,
    /// Why it could not go on.
    problem: Option<String>,
    /// What was done and what was not, where somebody stopped it.
    #[schema(
        example = "stopped by staff:7f3a after 500 of 1200: 500 revoked, 0 needed nothing, 0 failed; 700 were not begun"
    )]
    stopped: Option<String>,
    /// Restore: the run that revoked.
    of: Option<String>,
    /// Publish: revocations that are not in it, because they can still be undone.
    left_out: Option<LeftOut>,
}

/// A template version.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RunTemplate {
    /// Its name.
    #[schema(example = "classic")]
    name: String,
    /// Digest of the exact version.
    digest: String,
}

impl RunView {
    pub(super) fn of(run: RunRecord) -> Self {
        Self {
            rate: run.rate(),
            stopped: run.stopped(),
            seconds_left: run.seconds_left(),
            event: run.event.as_ref().map(ToString::to_string),
            id: run.id,
            kind: run.kind,
            over: run.over,
            state: run.state,
            by: run.by.to_string(),
            created: run.created,
            began: run.began,
            finished: run.finished,
            counters: run.counters,
            reason: run.reason,
            template: run.chosen.template.map(|one| RunTemplate { name: one.name, digest: one.bundle.0 }),
            issued_on: run.chosen.issued_on.map(run::date),
            again: run.chosen.again,
            retry_of: run.retry_of,
            approval: run.approval,
            problem: run.problem,
            of: run.of,
            left_out: run.left_out,
        }
    }
}

/// One row of a run.
#[derive(Debug, Serialize, ToSchema)]
struct RowView {
    /// Its place in the list, from 1.
    #[schema(example = 1)]
    place: u64,
    /// The person: their e-mail, or what stands for it. Nothing once they are erased.
    #[schema(example = "zoe@example.org")]
    person: Option<String>,
    /// What they are called, or who the certificate is for. Nothing once they are erased.
    #[schema(example = "Zoë Ångström")]
    name: Option<String>,
    /// The certificate.
    #[schema(example = "CERT-WORKSHOP-2026-00001")]
    number: Option<String>,
    /// What became of it.
    state: RowState,
    /// Why it failed or needed nothing.
    reason: Option<String>,
}

impl RowView {
    fn of(store: &dyn Store, event: Option<&EventCode>, (place, row): (u64, Row)) -> Result<Self, StoreError> {
        let name = match (&row.person, &row.number, event) {
            (Some(person), _, Some(event)) => store.participant(event, person)?.map(|person| person.name),
            (None, Some(number), _) => {
                store.certificate(number)?.filter(|one| one.erased.is_none()).map(|one| one.recipient)
            }
            _ => None,
        };
        let number = row.number.map(|number| number.to_string());
        let person = row.person.map(|person| person.0);
        Ok(Self { place: place + 1, person, name, number, state: row.state, reason: row.reason })
    }
}

/// Which runs.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct RunFilter {
    /// `next` of the page before.
    cursor: Option<String>,
    /// 1 to 500; 50 if left out.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
    /// `oldest` or `newest` first; `oldest` if left out.
    #[serde(default)]
    #[param(inline)]
    order: Order,
    /// Only of this event.
    event: Option<String>,
    /// Only of this kind.
    kind: Option<Kind>,
    /// Only in this state.
    state: Option<RunState>,
    /// Only by those whose id begins so.
    #[param(example = "staff:7f3a")]
    by: Option<String>,
    /// Only those of which something failed and that were not repeated since, or done anew over the same group; publications
    /// aside. Without `state`.
    #[serde(default)]
    unrepeated: bool,
}

/// List runs
///
/// Those that this service was asked for, and those of the command line, by `operator:ACCOUNT`.
#[utoipa::path(get, path = "/runs", tag = "Runs", extensions(("x-permission" = json!("view"))), params(RunFilter),
    responses((status = 200, body = Listing<RunView>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(filter): Query<RunFilter>,
) -> Result<Json<Listing<RunView>>, Problem> {
    caller.may(Permission::View)?;
    let limit = Paging { cursor: None, limit: filter.limit }.limit()?;
    let event = filter.event.as_deref().map(event_code).transpose()?;
    let RunFilter { kind, state, by, order, unrepeated, .. } = filter;
    if unrepeated && state.is_some() {
        return Err(Problem::bad_request("bad-query", "`unrepeated` goes without `state`"));
    }
    let query = RunQuery { event, kind, state, by, newest: order == Order::Newest };
    app.list_at_desk(&caller, limit, unrepeated || query.narrows(), move |_, desk| {
        let cursor = filter.cursor.as_deref();
        let page = match unrepeated {
            true => run::unrepeated_page(desk.store, &query, cursor, limit)?,
            false => run::runs(desk.store, &query, cursor, limit)?,
        };
        Ok(Json(Listing::of(page, RunView::of)))
    })
    .await
}

/// What may start a run of this kind.
fn permission(request: &RunRequest) -> Permission {
    match request.kind {
        Kind::Regenerate if request.over == Some(RunOver::NotPassing) => Permission::Revoke,
        Kind::Generate | Kind::Regenerate => Permission::Generate,
        Kind::Revoke | Kind::Restore => Permission::Revoke,
        Kind::Publish => Permission::Keys,
        Kind::Send => Permission::Send,
    }
}

/// Start a run
///
/// The list of those who are in the group now is frozen. The run itself is done in the background: ask for it, or watch
/// its events. Needs `generate`, `revoke`, `keys` or `send`, by what it does. With more certificates revoked, restored or replaced
/// within a day than one member of staff may alone (50, if not configured) it waits for an approval.
#[utoipa::path(post, path = "/runs", tag = "Runs", extensions(("x-permission" = json!(["generate", "revoke", "keys", "send"]))),
    request_body(content = RunRequest, example = json!({"kind": "generate", "event": "WORKSHOP", "over": "those_without"})),
    responses((status = 201, body = RunView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn create(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<RunRequest>,
) -> Result<Tagged<RunView>, Problem> {
    caller.may(permission(&request))?;
    app.in_turn(&caller, move |app, desk| {
        let request = app.located(desk, request)?;
        let created = run::create(desk, &app.faces, &request, app.limits.revoke_alone)?;
        Ok(tagged(created.run, StatusCode::CREATED))
    })
    .await
}

fn tagged(run: RunRecord, status: StatusCode) -> Tagged<RunView> {
    let tag = tag_of(&run);
    Tagged { status, tag, value: RunView::of(run) }
}

/// Show a run
#[utoipa::path(get, path = "/runs/{id}", tag = "Runs", extensions(("x-permission" = json!("view"))), params(("id" = String, Path, example = "20261122T101500Z-1f2e3d4c")),
    responses((status = 200, body = RunView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn show(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Tagged<RunView>, Problem> {
    caller.may(Permission::View)?;
    app.at_desk(&caller, move |_, desk| Ok(tagged(run::run(desk.store, &id)?.0, StatusCode::OK))).await
}

/// Which rows.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct RowFilter {
    /// `next` of the page before.
    cursor: Option<String>,
    /// 1 to 500; 50 if left out.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
    /// Only in this state.
    state: Option<RowState>,
}

/// Show a run's journal, row by row
#[utoipa::path(get, path = "/runs/{id}/rows", tag = "Runs", extensions(("x-permission" = json!("view"))), params(("id" = String, Path), RowFilter),
    responses((status = 200, body = Listing<RowView>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn rows(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(filter): Query<RowFilter>,
) -> Result<Json<Listing<RowView>>, Problem> {
    caller.may(Permission::View)?;
    let limit = Paging { cursor: None, limit: filter.limit }.limit()?;
    app.list_at_desk(&caller, limit, filter.state.is_some(), move |_, desk| {
        let page = run::rows(desk.store, &id, filter.state, filter.cursor.as_deref(), limit)?;
        let (of, _) = run::run(desk.store, &id)?;
        let items = page.items.into_iter().map(|row| RowView::of(desk.store, of.event.as_ref(), row));
        Ok(Json(Listing { items: items.collect::<Result<_, _>>()?, next: page.next }))
    })
    .await
}

async fn look(app: &App, caller: &Caller, id: &str) -> Result<(RunRecord, u64), Problem> {
    let id = id.to_owned();
    app.at_desk(caller, move |_, desk| Ok(run::run(desk.store, &id)?)).await
}

/// Stop a run
///
/// At once if it waits, after the present group if it is under way. What was done stays; `stopped` says what that was.
#[utoipa::path(post, path = "/runs/{id}/cancel", tag = "Runs", extensions(("x-permission" = json!(["generate", "revoke", "keys", "send"]))), params(("id" = String, Path), ("If-Match" = Option<String>, Header, description = "ETag that was seen, or *", pattern = r#"^(\*|"[!#-~]*")$"#)),
    responses((status = 200, body = RunView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn cancel(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    if_match: IfMatch,
) -> Result<Tagged<RunView>, Problem> {
    may_touch(&app, &caller, &id).await?;
    app.at_desk(&caller, move |_, desk| {
        let seen = |run: &RunRecord| if_match.is(|| tag_of(run));
        Ok(tagged(run::cancel(desk, &id, &seen)?, StatusCode::OK))
    })
    .await
}

/// Repeat what failed
///
/// Makes a new run over the rows that failed, and no others.
#[utoipa::path(post, path = "/runs/{id}/retry", tag = "Runs", extensions(("x-permission" = json!(["generate", "revoke", "keys", "send"]))), params(("id" = String, Path)),
    responses((status = 201, body = RunView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn retry(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Tagged<RunView>, Problem> {
    may_touch(&app, &caller, &id).await?;
    app.at_desk(&caller, move |app, desk| {
        Ok(tagged(run::retry_failed(desk, &id, app.limits.revoke_alone)?.run, StatusCode::CREATED))
    })
    .await
}

/// Who may stop or repeat a run is who may start it. Others do not learn whether it exists.
async fn may_touch(app: &App, caller: &Caller, id: &str) -> Result<(), Problem> {
    use Permission::{Generate, Keys, Revoke, Send, View};
    if [Generate, Revoke, Keys, Send].into_iter().all(|one| caller.may(one).is_err()) {
        return caller.may(Generate);
    }
    caller.may(View)?;
    let (run, _) = look(app, caller, id).await?;
    caller.may(match (run.kind, run.over) {
        (Kind::Regenerate, RunOver::NotPassing) | (Kind::Revoke | Kind::Restore, _) => Revoke,
        (Kind::Generate | Kind::Regenerate, _) => Generate,
        (Kind::Publish, _) => Keys,
        (Kind::Send, _) => Send,
    })
}
