//! Corrections of names.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::accounts::Permission;
use crate::acts::correct::Which;
use crate::acts::{Ask, Correction, CorrectionState, correct};
use crate::credential::Timestamp;
use crate::desk::Desk;
use crate::making::{StageTimes, Workshop};
use crate::server::api::proof::{ProofAgain, not_younger};
use crate::server::extract::{Body, BodyIfAny, IfMatch, Listing, Order, Paging, Path, Query, certificate_number};
use crate::server::reply::Tagged;
use crate::server::{App, Caller, Problem};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, ask))
        .routes(routes!(show))
        .routes(routes!(approve))
        .routes(routes!(reject))
}

/// A correction that was asked for.
#[derive(Debug, Serialize, ToSchema)]
struct CorrectionView {
    /// Grows with time.
    id: String,
    /// The certificate.
    #[schema(example = "CERT-WORKSHOP-2026-00001")]
    number: String,
    /// The right name.
    #[schema(example = "Zoë Ångström")]
    name: String,
    /// What the participant said.
    note: Option<String>,
    /// Who handed it in.
    by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Where it stands.
    state: CorrectionState,
    /// Who decided.
    decided_by: Option<String>,
    /// When.
    #[schema(value_type = Option<String>, format = DateTime)]
    decided_at: Option<Timestamp>,
    /// What was answered.
    answer: Option<String>,
    /// The version that was issued.
    version: Option<u32>,
    /// What became of the mail about it.
    mail: Option<String>,
}

impl CorrectionView {
    fn of(one: Correction) -> Self {
        let Correction { id, number, name, note, by, at, state, decided_by, decided_at, answer, version, mail } = one;
        let number = number.to_string();
        let (by, decided_by) = (by.to_string(), decided_by.map(|by| by.to_string()));
        Self { id, number, name, note, by, at, state, decided_by, decided_at, answer, version, mail }
    }
}

/// Which corrections.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct CorrectionFilter {
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
    state: Option<CorrectionState>,
    /// Only of this certificate.
    #[param(example = "CERT-WORKSHOP-2026-00001")]
    number: Option<String>,
}

/// List corrections
#[utoipa::path(get, path = "/corrections", tag = "Corrections", extensions(("x-permission" = json!("view"))), params(CorrectionFilter),
    responses((status = 200, body = Listing<CorrectionView>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(filter): Query<CorrectionFilter>,
) -> Result<Json<Listing<CorrectionView>>, Problem> {
    caller.may(Permission::View)?;
    let limit = Paging { cursor: None, limit: filter.limit }.limit()?;
    let number = filter.number.as_deref().map(certificate_number).transpose()?;
    let which = Which { state: filter.state, number, newest: filter.order == Order::Newest };
    app.list_at_desk(&caller, limit, which.narrows(), move |_, desk| {
        let page = correct::list(desk.store, &which, filter.cursor.as_deref(), limit)?;
        Ok(Json(Listing::of(page, CorrectionView::of)))
    })
    .await
}

/// Ask for another name on a certificate
#[utoipa::path(post, path = "/corrections", tag = "Corrections", extensions(("x-permission" = json!("import"))), request_body = Ask,
    responses((status = 201, body = CorrectionView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn ask(State(app): State<App>, caller: Caller, Body(ask): Body<Ask>) -> Result<Tagged<CorrectionView>, Problem> {
    caller.may(Permission::Import)?;
    app.at_desk(&caller, move |_, desk| {
        let asked = correct::ask(desk, &ask)?;
        let (_, revision) = correct::show(desk.store, &asked.id)?;
        Ok(Tagged::created(revision, CorrectionView::of(asked)))
    })
    .await
}

fn tagged(desk: &Desk, id: &str) -> Result<Tagged<CorrectionView>, Problem> {
    let (found, revision) = correct::show(desk.store, id)?;
    Ok(Tagged::ok(revision, CorrectionView::of(found)))
}

/// Show a correction
#[utoipa::path(get, path = "/corrections/{id}", tag = "Corrections", extensions(("x-permission" = json!("view"))), params(("id" = String, Path)),
    responses((status = 200, body = CorrectionView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Tagged<CorrectionView>, Problem> {
    caller.may(Permission::View)?;
    app.at_desk(&caller, move |_, desk| tagged(desk, &id)).await
}

/// Issue the certificate with the right name
///
/// Under the same number, dated as the first; the old version is superseded in the same step. Who asked does not approve;
/// where nobody else may, they can 24 hours after the request, with the password again and a code where the second step is
/// on. Counts for the second person like a revocation.
#[utoipa::path(post, path = "/corrections/{id}/approve", tag = "Corrections", extensions(("x-permission" = json!("generate"))), params(("id" = String, Path), ("If-Match" = Option<String>, Header, description = "ETag that was seen, or *", pattern = r#"^(\*|"[!#-~]*")$"#)), request_body = Option<ProofAgain>,
    responses((status = 200, body = CorrectionView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn approve(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    if_match: IfMatch,
    BodyIfAny(proof): BodyIfAny<ProofAgain>,
) -> Result<Tagged<CorrectionView>, Problem> {
    caller.may(Permission::Generate)?;
    proof
        .at_desk(&app, &caller, move |app, desk, proof| {
            let (signer, times) = (app.vault.signer()?, StageTimes::default());
            let workshop = Workshop { faces: &app.faces, signer: &signer, times: &times };
            let (asked, _) = correct::show(desk.store, &id)?;
            not_younger(desk, asked.at)?;
            let alone = correct::alone_from(desk.store, &asked)?;
            let proved = proof.check(app, desk, (&asked.by, alone))?;
            let (rules, seen) =
                ((app.limits.revoke_alone, proved.as_ref()), |revision: &u64| if_match.is(|| revision.to_string()));
            correct::approve(desk, &workshop, &id, rules, &seen)?;
            app.vault.forget_anchors();
            tagged(desk, &id)
        })
        .await
}

/// Why not.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Rejection {
    /// What the participant is told.
    #[serde(default)]
    #[schema(example = "The name is the one on the passport that was shown")]
    answer: Option<String>,
}

/// Leave the name as it is
#[utoipa::path(post, path = "/corrections/{id}/reject", tag = "Corrections", extensions(("x-permission" = json!("generate"))), params(("id" = String, Path), ("If-Match" = Option<String>, Header, description = "ETag that was seen, or *", pattern = r#"^(\*|"[!#-~]*")$"#)), request_body = Rejection,
    responses((status = 200, body = CorrectionView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn reject(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    if_match: IfMatch,
    Body(rejection): Body<Rejection>,
) -> Result<Tagged<CorrectionView>, Problem> {
    caller.may(Permission::Generate)?;
    app.at_desk(&caller, move |_, desk| {
        let seen = |revision: &u64| if_match.is(|| revision.to_string());
        correct::reject(desk, &id, rejection.answer, &seen).map_err(|error| if_match.told(error))?;
        tagged(desk, &id)
    })
    .await
}
