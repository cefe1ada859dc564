//! What needs a second member of staff.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::accounts::Permission;
use crate::acts;
use crate::acts::{Approval, ApprovalState, approval};
use crate::credential::Timestamp;
use crate::desk::Desk;
use crate::server::api::proof::{ProofAgain, not_younger};
use crate::server::extract::{BodyIfAny, IfMatch, Listing, Order, Paging, Path, Query};
use crate::server::reply::{Tagged, tag_of};
use crate::server::{App, Caller, Problem};
use crate::store::Store;

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
    /// How many certificates would be revoked, restored or replaced.
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
    /// While it waits and nobody but who asked could approve it: from when on they can, with password and second factor.
    #[schema(value_type = Option<String>, format = DateTime)]
    alone_from: Option<Timestamp>,
}

impl ApprovalView {
    fn of(store: &dyn Store, approval: Approval) -> Result<Self, Problem> {
        let alone_from = match approval.state {
            ApprovalState::Pending => approval::alone_from(store, &approval)?,
            _ => None,
        };
        let Approval { id, run, count, by, at, expires, state, decided_by, decided_at } = approval;
        let (by, decided_by) = (by.to_string(), decided_by.map(|by| by.to_string()));
        Ok(Self { id, run, count, by, at, expires, state, decided_by, decided_at, alone_from })
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
    /// Only in this state.
    state: Option<ApprovalState>,
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
    app.list_at_desk(&caller, limit, filter.state.is_some(), move |_, desk| {
        let which = (filter.state, filter.order == Order::Newest);
        let page = approval::list(desk.store, which, desk.now, filter.cursor.as_deref(), limit)?;
        let items = page.items.into_iter().map(|approval| ApprovalView::of(desk.store, approval));
        Ok(Json(Listing { items: items.collect::<Result<_, _>>()?, next: page.next }))
    })
    .await
}

fn tagged(desk: &Desk, id: &str) -> Result<Tagged<ApprovalView>, Problem> {
    let view = ApprovalView::of(desk.store, approval::show(desk.store, desk.now, id)?.0)?;
    Ok(Tagged::ok(tag_of(&view), view))
}

/// Checks that the caller has seen an approval as it is.
fn seen(desk: &Desk, id: &str, seen: &IfMatch) -> Result<(), Problem> {
    seen.check(&tagged(desk, id)?.tag)
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
/// Only a member of staff who is logged in can decide, and not the one who asked. Where nobody else may approve, the one who
/// asked can from `alone_from` on, 24 hours after the request: with the password again, and a code where the second step is
/// on. Until then it is in the list, and can be rejected.
#[utoipa::path(post, path = "/approvals/{id}/approve", tag = "Runs", extensions(("x-permission" = json!("revoke"))), security(("session" = [])), params(("id" = String, Path), ("If-Match" = Option<String>, Header, description = "ETag that was seen, or *", pattern = r#"^(\*|"[!#-~]*")$"#)), request_body = Option<ProofAgain>,
    responses((status = 200, body = ApprovalView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn approve(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    if_match: IfMatch,
    BodyIfAny(proof): BodyIfAny<ProofAgain>,
) -> Result<Tagged<ApprovalView>, Problem> {
    caller.may(Permission::Revoke)?;
    proof
        .at_desk(&app, &caller, move |app, desk, proof| {
            approval::in_person(desk)?;
            seen(desk, &id, &if_match)?;
            let (approval, _) = approval::show(desk.store, desk.now, &id)?;
            not_younger(desk, approval.at)?;
            let alone = approval::alone_from(desk.store, &approval)?;
            let proved = proof.check(app, desk, (&approval.by, alone))?;
            acts::approve(desk, &id, proved.as_ref())?;
            tagged(desk, &id)
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
    caller.may(Permission::Revoke)?;
    app.at_desk(&caller, move |_, desk| {
        approval::in_person(desk)?;
        seen(desk, &id, &if_match)?;
        acts::reject(desk, &id)?;
        tagged(desk, &id)
    })
    .await
}
