//! What needs a second member of staff.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::accounts::{self, Permission};
use crate::credential::Timestamp;
use crate::issuance::Desk;
use crate::runs::{self, Approval, ApprovalState, approval};
use crate::server::extract::{IfMatch, Listing, Order, Paging, Path, Query};
use crate::server::reply::{Tagged, tag_of};
use crate::server::{App, Caller, Problem};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(show)).routes(routes!(approve)).routes(routes!(reject))
}

/// What needs a second member of staff.
#[derive(Debug, Serialize, ToSchema)]
struct ApprovalView {
    /// Grows with time.
    id: String,
    /// The run that waits.
    run: String,
    /// How many would lose their certificate, or get a revoked one back.
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
#[utoipa::path(get, path = "/approvals", tag = "Runs", extensions(("x-permission" = json!("view"))), params(ApprovalFilter),
    responses((status = 200, body = Listing<ApprovalView>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn list(
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

fn tagged(desk: &Desk, id: &str) -> Result<Tagged<ApprovalView>, Problem> {
    let (approval, _) = approval::show(desk.store, desk.now, id)?;
    Ok(Tagged::ok(tag_of(&approval), ApprovalView::of(approval)))
}

/// Checks that the caller has seen an approval as it is.
fn seen(desk: &Desk, id: &str, seen: &IfMatch) -> Result<(), Problem> {
    seen.check(&tag_of(&approval::show(desk.store, desk.now, id)?.0))
}

/// Show an approval
#[utoipa::path(get, path = "/approvals/{id}", tag = "Runs", extensions(("x-permission" = json!("view"))), params(("id" = String, Path)),
    responses((status = 200, body = ApprovalView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn show(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Tagged<ApprovalView>, Problem> {
    caller.may(Permission::View)?;
    app.at_desk(&caller, move |_, desk| tagged(desk, &id)).await
}

/// Let a run go on that somebody else asked for
///
/// Only a member of staff who is logged in can decide, and not the one who asked.
#[utoipa::path(post, path = "/approvals/{id}/approve", tag = "Runs", extensions(("x-permission" = json!("revoke"))), security(("session" = [])), params(("id" = String, Path), ("If-Match" = Option<String>, Header, description = "ETag that was seen, or *", pattern = r#"^(\*|"[!#-~]*")$"#)),
    responses((status = 200, body = ApprovalView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn approve(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    if_match: IfMatch,
) -> Result<Tagged<ApprovalView>, Problem> {
    decided(app, caller, id, if_match, |desk, id| {
        not_younger(desk, &approval::show(desk.store, desk.now, id)?.0)?;
        Ok(runs::approve(desk, id)?)
    })
    .await
}

/// Cancel a run that waits for approval
///
/// Only a member of staff who is logged in can decide; also the one who asked.
#[utoipa::path(post, path = "/approvals/{id}/reject", tag = "Runs", extensions(("x-permission" = json!("revoke"))), security(("session" = [])), params(("id" = String, Path), ("If-Match" = Option<String>, Header, description = "ETag that was seen, or *", pattern = r#"^(\*|"[!#-~]*")$"#)),
    responses((status = 200, body = ApprovalView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn reject(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    if_match: IfMatch,
) -> Result<Tagged<ApprovalView>, Problem> {
    decided(app, caller, id, if_match, |desk, id| Ok(runs::reject(desk, id)?)).await
}

async fn decided(
    app: App,
    caller: Caller,
    id: String,
    if_match: IfMatch,
    decide: fn(&Desk, &str) -> Result<Approval, Problem>,
) -> Result<Tagged<ApprovalView>, Problem> {
    caller.may(Permission::Revoke)?;
    app.at_desk(&caller, move |_, desk| {
        approval::in_person(desk)?;
        seen(desk, &id, &if_match)?;
        decide(desk, &id)?;
        tagged(desk, &id)
    })
    .await
}

/// Refuses an account that was made after the request: nobody invites their own second person.
fn not_younger(desk: &Desk, approval: &Approval) -> Result<(), Problem> {
    let id = desk.actor.strip_prefix("staff:").and_then(|actor| actor.split([' ', '/']).next());
    match id.map(|id| accounts::member(desk.store, id)) {
        Some(Ok(member)) if member.created > approval.at => Err(Problem::forbidden(
            "this account was made after the request; somebody who was there before must approve",
        )),
        _ => Ok(()),
    }
}
