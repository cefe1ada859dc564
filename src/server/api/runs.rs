//! Runs, their journals and approvals.

use std::convert::Infallible;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use serde::{Deserialize, Serialize};
use tokio_stream::wrappers::ReceiverStream;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::accounts::Permission;
use crate::credential::Timestamp;
use crate::issuance::IssueError;
use crate::runs::fate::Effect;
use crate::runs::{
    self, Approval, ApprovalState, Counters, Fate, Kind, Over, Row, RowState, RunError, RunReason, RunRecord,
    RunRequest, RunState, Selected, approval,
};
use crate::server::extract::{Body, Listing, Order, Paging, Path, Query};
use crate::server::problem::FieldProblem;
use crate::server::reply::Tagged;
use crate::server::{App, Caller, Problem};

/// How often a run is looked at for who watches it.
const LOOK: Duration = Duration::from_millis(500);
/// How often a line is sent to who watches while nothing happens.
const HEARTBEAT: Duration = Duration::from_secs(10);
/// Most rows that a preview shows; it counts all.
const PREVIEWED: usize = 1_000;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(preview))
        .routes(routes!(show))
        .routes(routes!(rows))
        .routes(routes!(events))
        .routes(routes!(cancel))
        .routes(routes!(retry))
        .routes(routes!(approvals))
        .routes(routes!(show_approval))
        .routes(routes!(approve))
        .routes(routes!(reject))
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
    over: Over,
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
    /// Why, for revocations and replacements.
    reason: Option<RunReason>,
    /// The run whose failed rows it repeats.
    retry_of: Option<String>,
    /// The approval that it waits for or had.
    approval: Option<String>,
    /// Why it could not go on.
    problem: Option<String>,
}

impl RunView {
    pub(super) fn of(run: RunRecord) -> Self {
        Self {
            rate: run.rate(),
            seconds_left: run.seconds_left(),
            event: run.event.as_ref().map(ToString::to_string),
            id: run.id,
            kind: run.kind,
            over: run.over,
            state: run.state,
            by: run.by,
            created: run.created,
            began: run.began,
            finished: run.finished,
            counters: run.counters,
            reason: run.reason,
            retry_of: run.retry_of,
            approval: run.approval,
            problem: run.problem,
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
    /// The certificate.
    #[schema(example = "CERT-WORKSHOP-2026-00001")]
    number: Option<String>,
    /// What became of it.
    state: RowState,
    /// Why it failed or needed nothing.
    reason: Option<String>,
}

impl RowView {
    fn of((place, row): (u64, Row)) -> Self {
        let number = row.number.map(|number| number.to_string());
        let person = row.person.map(|person| person.0);
        Self { place: place + 1, person, number, state: row.state, reason: row.reason }
    }
}

/// What a run would do.
#[derive(Debug, Default, Serialize, ToSchema)]
struct Preview {
    /// Rows of the list.
    total: u64,
    /// How many get a first certificate.
    gets: u64,
    /// How many get a next version.
    replaced: u64,
    /// How many lose theirs.
    loses: u64,
    /// How many get a revoked one back.
    regains: u64,
    /// How many keep what they have.
    keeps: u64,
    /// How many get none.
    nothing: u64,
    /// Whether a second member of staff would have to approve it.
    needs_approval: bool,
    /// Who, the first 1,000 of them.
    rows: Vec<PreviewRow>,
}

/// What would become of one.
#[derive(Debug, Serialize, ToSchema)]
struct PreviewRow {
    /// The person.
    person: Option<String>,
    /// The name.
    name: String,
    /// The certificate that it is about.
    number: Option<String>,
    /// What would be done.
    effect: Effect,
    /// Why nothing would change.
    why: Option<String>,
    /// The tier.
    tier: Option<String>,
    /// The template's name.
    template: Option<String>,
}

impl Preview {
    fn count(&mut self, selected: Selected) {
        self.total += 1;
        let counter = match selected.fate.effect() {
            Effect::Gets => &mut self.gets,
            Effect::Replaced => &mut self.replaced,
            Effect::Loses => &mut self.loses,
            Effect::Regains => &mut self.regains,
            Effect::Keeps => &mut self.keeps,
            Effect::Nothing => &mut self.nothing,
        };
        *counter += 1;
        if self.rows.len() < PREVIEWED {
            self.rows.push(PreviewRow::of(selected));
        }
    }
}

impl PreviewRow {
    fn of(Selected { row, name, fate }: Selected) -> Self {
        let grant = match &fate {
            Fate::Get(grant) | Fate::Replace(_, grant) => Some(grant),
            _ => None,
        };
        Self {
            person: row.person.map(|person| person.0),
            name,
            number: fate.number().map(ToString::to_string),
            effect: fate.effect(),
            why: fate.why().map(str::to_owned),
            tier: grant.and_then(|grant| grant.tier.clone()),
            template: grant.map(|grant| grant.template.name.clone()),
        }
    }
}

/// What may start a run of this kind.
fn permission(request: &RunRequest) -> Permission {
    match request.kind {
        Kind::Regenerate if request.over == Some(Over::NotPassing) => Permission::Revoke,
        Kind::Generate | Kind::Regenerate => Permission::Generate,
        Kind::Revoke | Kind::Restore => Permission::Revoke,
        Kind::Publish => Permission::Keys,
        Kind::Send => Permission::Send,
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
}

/// List runs
///
/// Those that this service was asked for. What `testamur issue` did on the command line is no run here: its certificates
/// have no `run`, and the audit log has it as `certificate.issue` and `run.finish` of the command line's user.
#[utoipa::path(get, path = "/runs", tag = "Runs", params(RunFilter),
    responses((status = 200, body = Listing<RunView>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(filter): Query<RunFilter>,
) -> Result<Json<Listing<RunView>>, Problem> {
    caller.may(Permission::View)?;
    let limit = Paging { cursor: None, limit: filter.limit }.limit()?;
    app.at_desk(&caller, move |_, desk| {
        let keep = |run: &RunRecord| {
            let event = run.event.as_ref().map(ToString::to_string);
            (filter.event.is_none() || event == filter.event)
                && filter.kind.is_none_or(|kind| run.kind == kind)
                && filter.state.is_none_or(|state| run.state == state)
        };
        let newest = filter.order == Order::Newest;
        Ok(Json(Listing::of(runs::runs(desk.store, newest, keep, filter.cursor.as_deref(), limit)?, RunView::of)))
    })
    .await
}

/// Start a run
///
/// The list of those who are in the group now is frozen. The run itself is done in the background: ask for it, or watch
/// its events. Needs `generate`, `revoke` or `keys`, by what it does. More revocations at once than one member of staff
/// may do alone wait for an approval.
#[utoipa::path(post, path = "/runs", tag = "Runs",
    request_body(content = RunRequest, example = json!({"kind": "generate", "event": "WORKSHOP", "over": "those_without"})),
    responses((status = 201, body = RunView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn create(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<RunRequest>,
) -> Result<Tagged<RunView>, Problem> {
    caller.may(permission(&request))?;
    app.at_desk(&caller, move |app, desk| {
        let created = runs::create(desk, &request, app.limits.revoke_alone)?;
        Ok(tagged(created.run, StatusCode::CREATED))
    })
    .await
}

fn tagged(run: RunRecord, status: StatusCode) -> Tagged<RunView> {
    let tag = crate::server::reply::tag_of(&run);
    Tagged { status, tag, value: RunView::of(run) }
}

/// Say what a run would do
///
/// Exactly who gets, keeps or loses what. Changes nothing.
#[utoipa::path(post, path = "/runs/preview", tag = "Runs",
    request_body(content = RunRequest, example = json!({"kind": "generate", "event": "WORKSHOP", "over": "all_eligible"})),
    responses((status = 200, body = Preview), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn preview(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<RunRequest>,
) -> Result<Json<Preview>, Problem> {
    caller.may(Permission::View)?;
    app.at_desk(&caller, move |app, desk| {
        let mut preview = Preview::default();
        runs::preview(desk, &request, |selected| {
            preview.count(selected);
            Ok(())
        })?;
        preview.needs_approval = preview.loses > app.limits.revoke_alone as u64;
        Ok(Json(preview))
    })
    .await
}

/// Show a run
#[utoipa::path(get, path = "/runs/{id}", tag = "Runs", params(("id" = String, Path, example = "20261122T101500Z-1f2e3d4c")),
    responses((status = 200, body = RunView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn show(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Tagged<RunView>, Problem> {
    caller.may(Permission::View)?;
    app.at_desk(&caller, move |_, desk| Ok(tagged(runs::run(desk.store, &id)?.0, StatusCode::OK))).await
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
#[utoipa::path(get, path = "/runs/{id}/rows", tag = "Runs", params(("id" = String, Path), RowFilter),
    responses((status = 200, body = Listing<RowView>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn rows(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(filter): Query<RowFilter>,
) -> Result<Json<Listing<RowView>>, Problem> {
    caller.may(Permission::View)?;
    let limit = Paging { cursor: None, limit: filter.limit }.limit()?;
    app.at_desk(&caller, move |_, desk| {
        let page = runs::rows(desk.store, &id, filter.state, filter.cursor.as_deref(), limit)?;
        Ok(Json(Listing::of(page, RowView::of)))
    })
    .await
}

/// One event of the stream.
#[expect(dead_code, reason = "only describes the stream")]
#[derive(ToSchema)]
struct StreamEvent {
    /// `progress` or `end`.
    event: String,
    /// The run as JSON.
    data: String,
}

/// Watch a run
///
/// Server-sent events: `progress` with the run whenever it has changed, `end` with the run when it is over; then the
/// stream ends. It also ends when the service is stopped: connect again.
#[utoipa::path(get, path = "/runs/{id}/events", tag = "Runs", params(("id" = String, Path)),
    responses((status = 200, body = StreamEvent, content_type = "text/event-stream"),
        (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn events(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Sse<impl tokio_stream::Stream<Item = Result<Event, Infallible>>>, Problem> {
    caller.may(Permission::View)?;
    look(&app, &id).await?;
    let (tell, told) = tokio::sync::mpsc::channel(4);
    tokio::spawn(async move {
        let mut seen = 0;
        // Ends with the run, with the client, or when the run cannot be read any more.
        while let Ok((run, revision)) = look(&app, &id).await {
            let over = run.state.is_final();
            if revision != seen {
                seen = revision;
                let name = if over { "end" } else { "progress" };
                let data = serde_json::to_string(&RunView::of(run)).unwrap_or_default();
                if tell.send(Ok(Event::default().event(name).data(data))).await.is_err() {
                    return;
                }
            }
            if over || tell.is_closed() {
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                () = app.stopping() => return,
            }
        }
    });
    Ok(Sse::new(ReceiverStream::new(told)).keep_alive(KeepAlive::new().interval(HEARTBEAT)))
}

async fn look(app: &App, id: &str) -> Result<(RunRecord, u64), Problem> {
    let id = id.to_owned();
    app.aside(move |app| Ok(runs::run(&*app.store, &id)?)).await
}

/// Stop a run
///
/// At once if it waits, after the present group if it is under way. What was done stays.
#[utoipa::path(post, path = "/runs/{id}/cancel", tag = "Runs", params(("id" = String, Path)),
    responses((status = 200, body = RunView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn cancel(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Tagged<RunView>, Problem> {
    may_touch(&app, &caller, &id).await?;
    app.at_desk(&caller, move |_, desk| Ok(tagged(runs::cancel(desk, &id)?, StatusCode::OK))).await
}

/// Repeat what failed
///
/// Makes a new run over the rows that failed, and no others.
#[utoipa::path(post, path = "/runs/{id}/retry", tag = "Runs", params(("id" = String, Path)),
    responses((status = 201, body = RunView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn retry(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Tagged<RunView>, Problem> {
    may_touch(&app, &caller, &id).await?;
    app.at_desk(&caller, move |app, desk| {
        Ok(tagged(runs::retry_failed(desk, &id, app.limits.revoke_alone)?.run, StatusCode::CREATED))
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
    let (run, _) = look(app, id).await?;
    caller.may(match (run.kind, run.over) {
        (Kind::Regenerate, Over::NotPassing) | (Kind::Revoke | Kind::Restore, _) => Revoke,
        (Kind::Generate | Kind::Regenerate, _) => Generate,
        (Kind::Publish, _) => Keys,
        (Kind::Send, _) => Send,
    })
}

/// What needs a second member of staff.
#[derive(Debug, Serialize, ToSchema)]
struct ApprovalView {
    /// Grows with time.
    id: String,
    /// The run that waits.
    run: String,
    /// How many would lose their certificate.
    #[schema(example = 120)]
    count: usize,
    /// Who asked.
    by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Until when it can be decided.
    #[schema(value_type = String, format = DateTime)]
    expires: Timestamp,
    /// Where it stands.
    state: ApprovalState,
    /// Who decided.
    decided_by: Option<String>,
    /// When.
    #[schema(value_type = Option<String>, format = DateTime)]
    decided_at: Option<Timestamp>,
}

impl ApprovalView {
    fn of(approval: Approval) -> Self {
        let Approval { id, run, count, by, at, expires, state, decided_by, decided_at } = approval;
        Self { id, run, count, by, at, expires, state, decided_by, decided_at }
    }
}

/// Which approvals.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ApprovalFilter {
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

/// List approvals
#[utoipa::path(get, path = "/approvals", tag = "Runs", params(ApprovalFilter),
    responses((status = 200, body = Listing<ApprovalView>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn approvals(
    State(app): State<App>,
    caller: Caller,
    Query(filter): Query<ApprovalFilter>,
) -> Result<Json<Listing<ApprovalView>>, Problem> {
    caller.may(Permission::View)?;
    let limit = Paging { cursor: None, limit: filter.limit }.limit()?;
    app.at_desk(&caller, move |_, desk| {
        let newest = filter.order == Order::Newest;
        let page = approval::list(desk.store, newest, desk.now, filter.cursor.as_deref(), limit)?;
        Ok(Json(Listing::of(page, ApprovalView::of)))
    })
    .await
}

/// Show an approval
#[utoipa::path(get, path = "/approvals/{id}", tag = "Runs", params(("id" = String, Path)),
    responses((status = 200, body = ApprovalView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn show_approval(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Tagged<ApprovalView>, Problem> {
    caller.may(Permission::View)?;
    app.at_desk(&caller, move |_, desk| {
        let (approval, revision) = approval::show(desk.store, desk.now, &id)?;
        Ok(Tagged::ok(revision, ApprovalView::of(approval)))
    })
    .await
}

/// Let a run go on that somebody else asked for
#[utoipa::path(post, path = "/approvals/{id}/approve", tag = "Runs", params(("id" = String, Path)),
    responses((status = 200, body = ApprovalView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn approve(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<ApprovalView>, Problem> {
    caller.may(Permission::Revoke)?;
    app.at_desk(&caller, move |_, desk| Ok(Json(ApprovalView::of(runs::approve(desk, &id)?)))).await
}

/// Cancel a run that waits for approval
#[utoipa::path(post, path = "/approvals/{id}/reject", tag = "Runs", params(("id" = String, Path)),
    responses((status = 200, body = ApprovalView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn reject(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Json<ApprovalView>, Problem> {
    caller.may(Permission::Revoke)?;
    app.at_desk(&caller, move |_, desk| Ok(Json(ApprovalView::of(runs::reject(desk, &id)?)))).await
}

impl From<RunError> for Problem {
    fn from(error: RunError) -> Self {
        let detail = error.to_string();
        match error {
            RunError::Store(error) => error.into(),
            RunError::Enrolment(error) => error.into(),
            RunError::Issue(IssueError::Store(error)) => error.into(),
            RunError::Issue(IssueError::NoEvent(code)) => Self::not_found(code),
            RunError::NoRun(what) | RunError::NoApproval(what) | RunError::NoCorrection(what) => Self::not_found(what),
            RunError::NoCertificate(number) => Self::not_found(number),
            RunError::NoPerson(_) => Self::new(StatusCode::NOT_FOUND, "no-such-participant", detail),
            RunError::NotReady(missing) => {
                let field = |one: &crate::enrolment::NotReady| FieldProblem {
                    field: "event".to_owned(),
                    detail: one.to_string(),
                };
                Self::conflict("not-ready", detail).with_errors(missing.iter().map(field).collect())
            }
            RunError::Request { field, ref problem } => {
                let errors = vec![FieldProblem { field: field.to_owned(), detail: problem.clone() }];
                Self::unprocessable("bad-request", detail).with_errors(errors)
            }
            RunError::Unknown(places) => {
                let field = |at: &usize| FieldProblem { field: at.to_string(), detail: "is not there".to_owned() };
                Self::unprocessable("unknown-rows", detail).with_errors(places.iter().take(1_000).map(field).collect())
            }
            RunError::Nobody => Self::unprocessable("nobody", detail),
            RunError::NoMail => Self::conflict("mail-comes-later", detail),
            RunError::Excluded => Self::conflict("excluded", detail),
            RunError::NoSelfService(_) => Self::conflict("no-self-service", detail),
            RunError::NotEligible => Self::conflict("not-eligible", detail),
            RunError::AlreadyHas(_) => Self::conflict("already-has", detail),
            RunError::AlreadyRevoked(..) => Self::conflict("revoked", detail),
            RunError::NotRevoked(_) => Self::conflict("not-revoked", detail),
            RunError::Published(_) => Self::conflict("published", detail),
            RunError::Over(..) => Self::conflict("over", detail),
            RunError::SamePerson => Self::new(StatusCode::FORBIDDEN, "same-person", detail),
            RunError::NotStaff => Self::forbidden(detail),
            RunError::Busy => Self::conflict("busy", detail),
            RunError::CannotMake(_) => Self::unprocessable("cannot-make", detail),
            RunError::Replace(_) => Self::unprocessable("cannot-replace", detail),
            RunError::Issue(error) => Self::internal(error),
            RunError::Webhook(error) => Self::internal(error),
            RunError::Publish(error) => Self::internal(error),
        }
    }
}
