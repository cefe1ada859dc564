//! What changes certificates one by one: revoke, restore, issue to one person, issue anew.

use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{CertificateView, tag};
use crate::accounts::Permission;
use crate::acts;
use crate::acts::Revoked;
use crate::acts::run::RunReason;
use crate::desk::Desk;
use crate::making::{StageTimes, Workshop};
use crate::server::extract::{Body, IfMatch, Path, certificate_number, event_code};
use crate::server::reply::Tagged;
use crate::server::{App, Caller, Problem};
use crate::store::Certificate;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(revoke))
        .routes(routes!(restore))
        .routes(routes!(issue_now))
        .routes(routes!(request_own))
        .routes(routes!(reissue))
}

/// Revoke a certificate
///
/// It stays resolvable, with the reason. It waits (`waits_until`) before a publication holds it, and can be taken back until
/// then; fraud and `"now": true` do not wait, and end the wait of one that is revoked already, which stays as it is otherwise.
#[utoipa::path(post, path = "/certificates/{number}/revoke", tag = "Certificates", extensions(("x-permission" = json!("revoke"))), params(("number" = String, Path), ("If-Match" = Option<String>, Header, description = "ETag that was seen, or *", pattern = r#"^(\*|"[!#-~]*")$"#)),
    request_body(content = RunReason, example = json!({"cause": "issued_in_error", "text": "wrong course"})),
    responses((status = 200, body = CertificateView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn revoke(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
    if_match: IfMatch,
    Body(reason): Body<RunReason>,
) -> Result<Tagged<CertificateView>, Problem> {
    caller.may(Permission::Revoke)?;
    app.at_desk(&caller, move |app, desk| {
        let seen = |current: &Certificate| if_match.is(|| tag(current, desk.now));
        let number = certificate_number(&number)?;
        let rules = (app.vault.undo(), app.limits.revoke_alone);
        let (revoked, news) = acts::revoke(desk, &number, &reason, rules, &seen)?;
        if news == Revoked::Anew {
            app.metrics().revoked.inc();
        }
        app.vault.forget_anchors();
        Ok(Tagged::ok(tag(&revoked, desk.now), CertificateView::of(revoked, desk.now)))
    })
    .await
}

/// Take a revocation back
///
/// Only until it is published; after that verifiers may have seen it, and the answer is 409.
#[utoipa::path(post, path = "/certificates/{number}/restore", tag = "Certificates", extensions(("x-permission" = json!("revoke"))), params(("number" = String, Path), ("If-Match" = Option<String>, Header, description = "ETag that was seen, or *", pattern = r#"^(\*|"[!#-~]*")$"#)),
    responses((status = 200, body = CertificateView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn restore(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
    if_match: IfMatch,
) -> Result<Tagged<CertificateView>, Problem> {
    caller.may(Permission::Revoke)?;
    app.at_desk(&caller, move |app, desk| {
        let number = certificate_number(&number)?;
        let seen = |current: &Certificate| if_match.is(|| tag(current, desk.now));
        let alone = app.limits.revoke_alone;
        let restored = acts::restore(desk, &number, alone, &seen)?;
        app.vault.forget_anchors();
        Ok(Tagged::ok(tag(&restored, desk.now), CertificateView::of(restored, desk.now)))
    })
    .await
}

/// Whom to issue to, whatever the rule says.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct IssueNow {
    /// The person, by e-mail, by id or by the id of another system.
    #[schema(example = "zoe@example.org")]
    person: String,
    /// Why; kept with the certificate.
    #[schema(example = "sat the exam on paper")]
    reason: String,
}

/// Issue to one person now
///
/// Whatever the rule says; who, when and why are kept with the certificate. An exclusion is stronger.
#[utoipa::path(post, path = "/events/{code}/issue-now", tag = "Certificates", extensions(("x-permission" = json!("generate"))), params(("code" = String, Path, example = "WORKSHOP")),
    request_body = IssueNow,
    responses((status = 201, body = CertificateView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn issue_now(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    Body(body): Body<IssueNow>,
) -> Result<Tagged<CertificateView>, Problem> {
    caller.may(Permission::Generate)?;
    issued(app, caller, move |desk, workshop| {
        let code = event_code(&code)?;
        let person = acts::find(desk.store, &code, &body.person)?;
        Ok(acts::issue_now(desk, workshop, &code, &person.key, &body.reason)?)
    })
    .await
}

/// Issue to somebody who asks for their own
///
/// Where the event allows it (`self_service`), is ready, and the person meets the rule; for portals and learning platforms
/// that ask in their participants' names. Staff use `issue-now`.
#[utoipa::path(post, path = "/events/{code}/participants/{person}/request", tag = "Certificates", extensions(("x-permission" = json!("generate"))),
    params(("code" = String, Path, example = "WORKSHOP"), ("person" = String, Path, description = "Id, external id or e-mail")),
    responses((status = 201, body = CertificateView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn request_own(
    State(app): State<App>,
    caller: Caller,
    Path((code, who)): Path<(String, String)>,
) -> Result<Tagged<CertificateView>, Problem> {
    caller.may(Permission::Generate)?;
    issued(app, caller, move |desk, workshop| {
        let code = event_code(&code)?;
        let person = acts::find(desk.store, &code, &who)?;
        Ok(acts::request_own(desk, workshop, &code, &person.key)?)
    })
    .await
}

/// Why to issue anew.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "reason": "the fraud case was closed" }))]
struct Reissue {
    /// Kept with the certificate.
    reason: String,
}

/// Issue a revoked certificate anew
///
/// The next version under the same number, by the present data and template; the revoked version stays revoked. A revocation
/// that has not been published can be taken back instead.
#[utoipa::path(post, path = "/certificates/{number}/reissue", tag = "Certificates", extensions(("x-permission" = json!("revoke"))), params(("number" = String, Path)),
    request_body = Reissue,
    responses((status = 201, body = CertificateView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn reissue(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
    Body(body): Body<Reissue>,
) -> Result<Tagged<CertificateView>, Problem> {
    // Who may withdraw it decides whether it comes back.
    caller.may(Permission::Revoke)?;
    let alone = app.limits.revoke_alone;
    issued(app, caller, move |desk, workshop| {
        Ok(acts::reissue(desk, workshop, &certificate_number(&number)?, &body.reason, alone)?)
    })
    .await
}

/// Issues one certificate and answers with it.
async fn issued(
    app: App,
    caller: Caller,
    issue: impl FnOnce(&Desk, &Workshop) -> Result<Certificate, Problem> + Send + 'static,
) -> Result<Tagged<CertificateView>, Problem> {
    app.at_desk(&caller, move |app, desk| {
        let (signer, times) = (app.vault.signer()?, StageTimes::default());
        let certificate = issue(desk, &Workshop { faces: &app.faces, signer: &signer, times: &times })?;
        app.metrics().issued.inc();
        app.vault.forget_anchors();
        Ok(Tagged::created(tag(&certificate, desk.now), CertificateView::of(certificate, desk.now)))
    })
    .await
}
