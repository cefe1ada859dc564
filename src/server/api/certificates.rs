//! Certificates: list, show, download, issue one, revoke, restore.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::accounts::Permission;
use crate::credential::{Timestamp, limits};
use crate::enrolment;
use crate::issuance::{StageTimes, Workshop};
use crate::proof::{data_integrity, jws::Jws};
use crate::render;
use crate::runs::{self, RunReason, holds};
use crate::server::extract::{Body, Listing, Paging, Path, Query, certificate_number, event_code};
use crate::server::reply::{Tagged, tag_of};
use crate::server::{App, Caller, Problem};
use crate::store::{Cause, Certificate, Standing};

/// Resolution of pictures, in dots per inch.
const DPI: f32 = 150.0;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(file))
        .routes(routes!(revoke))
        .routes(routes!(restore))
        .routes(routes!(issue_now))
}

/// A version of a certificate.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CertificateView {
    /// Stays the same in all versions.
    #[schema(example = "CERT-WORKSHOP-2026-00001")]
    number: String,
    /// From 1.
    #[schema(example = 1)]
    version: u32,
    /// What became of it.
    status: Standing,
    /// Name as printed.
    #[schema(example = "Zoë Ångström")]
    recipient: String,
    /// E-mail at the time.
    email: Option<String>,
    /// Date of issue, the same in all versions.
    #[schema(value_type = String, format = DateTime)]
    issued: Timestamp,
    /// When this version was signed.
    #[schema(value_type = String, format = DateTime)]
    signed: Timestamp,
    /// Until when it is valid.
    #[schema(value_type = Option<String>, format = DateTime)]
    valid_until: Option<Timestamp>,
    /// Short id of the key that signed it.
    #[schema(example = "k1")]
    key: String,
    /// The template's name.
    #[schema(example = "classic")]
    template: String,
    /// Since when it is revoked or superseded.
    #[schema(value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
    /// What the public reads about that.
    reason: Option<String>,
    /// Why it was revoked, for programs.
    cause: Option<Cause>,
    /// The run that made this version.
    run: Option<String>,
    /// Why the person got it: frozen when it was issued.
    #[schema(value_type = Option<Object>)]
    basis: Option<Value>,
}

impl CertificateView {
    pub(super) fn of(certificate: Certificate, now: Timestamp) -> Self {
        let status = Standing::of(&certificate, now);
        let reason = certificate.state.reason();
        Self {
            number: certificate.number.to_string(),
            version: certificate.version,
            status,
            recipient: certificate.recipient,
            email: certificate.email,
            issued: certificate.issued,
            signed: certificate.signed,
            valid_until: certificate.valid_until,
            key: certificate.key,
            template: certificate.template.name,
            since: reason.map(|reason| reason.at),
            reason: reason.and_then(|reason| reason.text.clone()),
            cause: certificate.withdrawal.map(|withdrawal| withdrawal.cause),
            run: certificate.run,
            basis: certificate.basis,
        }
    }
}

/// A certificate with all its versions.
#[derive(Debug, Serialize, ToSchema)]
struct Whole {
    /// Its number.
    number: String,
    /// Its versions, oldest first; the last is the current one.
    versions: Vec<CertificateView>,
}

/// Which certificates.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct CertificateFilter {
    /// `next` of the page before.
    cursor: Option<String>,
    /// 1 to 500; 50 if left out.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
    /// Only of this event.
    event: Option<String>,
    /// Only in this state.
    status: Option<Standing>,
    /// Only those whose number, name or e-mail holds this.
    text: Option<String>,
    /// Only those that this run made.
    run: Option<String>,
}

/// List certificates by number
///
/// Current versions. A page of a filtered listing may be short and still have a next one.
#[utoipa::path(get, path = "/certificates", tag = "Certificates", params(CertificateFilter),
    responses((status = 200, body = Listing<CertificateView>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(filter): Query<CertificateFilter>,
) -> Result<Json<Listing<CertificateView>>, Problem> {
    caller.may(Permission::View)?;
    let limit = Paging { cursor: None, limit: filter.limit }.limit()?;
    app.at_desk(&caller, move |_, desk| {
        let event = filter.event.as_deref().map(event_code).transpose()?;
        let text = filter.text.as_deref().map(str::trim).unwrap_or_default();
        let keep = |one: &Certificate| {
            filter.status.is_none_or(|status| Standing::of(one, desk.now) == status)
                && (filter.run.is_none() || one.run == filter.run)
                && holds(one, text)
        };
        let read = |cursor: Option<&str>, limit| {
            let page = desk.store.certificates(event.as_ref(), cursor, limit)?;
            Ok((page.items, page.next))
        };
        let page = runs::filtered(filter.cursor.as_deref(), limit, read, keep)?;
        Ok(Json(Listing::of(page, |one| CertificateView::of(one, desk.now))))
    })
    .await
}

/// Show a certificate with all its versions
#[utoipa::path(get, path = "/certificates/{number}", tag = "Certificates", params(("number" = String, Path, example = "CERT-WORKSHOP-2026-00001")),
    responses((status = 200, body = Whole), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn show(State(app): State<App>, caller: Caller, Path(number): Path<String>) -> Result<Tagged<Whole>, Problem> {
    caller.may(Permission::View)?;
    app.at_desk(&caller, move |_, desk| {
        let number = certificate_number(&number)?;
        let versions = desk.store.versions(&number)?;
        let current = versions.last().ok_or_else(|| Problem::not_found(&number))?;
        let tag = tag_of(current);
        let versions = versions.into_iter().map(|one| CertificateView::of(one, desk.now)).collect();
        Ok(Tagged::ok(tag, Whole { number: number.to_string(), versions }))
    })
    .await
}

/// A kind of file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum FileKind {
    /// PDF/A-3b with the credential attached.
    #[default]
    Pdf,
    /// A picture at 150 dpi.
    Png,
    /// The credential, a compact JWS (W3C VC-JOSE-COSE).
    Jwt,
    /// The credential with an embedded proof (eddsa-rdfc-2022, Open Badges 3.0).
    Json,
}

impl FileKind {
    pub(super) fn parts(self) -> (&'static str, &'static str) {
        match self {
            Self::Pdf => ("application/pdf", "pdf"),
            Self::Png => ("image/png", "png"),
            Self::Jwt => ("text/plain; charset=utf-8", "jwt"),
            Self::Json => ("application/vc+ld+json", "json"),
        }
    }
}

/// Which file.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct FileChoice {
    /// `pdf` if left out.
    format: Option<FileKind>,
    /// The current version if left out.
    #[param(minimum = 1)]
    version: Option<u32>,
}

/// Download a certificate
///
/// Drawn from its record, the same bytes each time.
#[utoipa::path(get, path = "/certificates/{number}/file", tag = "Certificates", params(("number" = String, Path), FileChoice),
    responses((status = 200, description = "The file", body = Vec<u8>, content_type = "application/pdf"),
        (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn file(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
    Query(choice): Query<FileChoice>,
) -> Result<Response, Problem> {
    caller.may(Permission::View)?;
    app.at_desk(&caller, move |app, desk| {
        let number = certificate_number(&number)?;
        let versions = desk.store.versions(&number)?;
        let found = match choice.version {
            None => versions.last(),
            Some(version) => versions.iter().find(|one| one.version == version),
        };
        let certificate = found.ok_or_else(|| Problem::not_found(&number))?;
        if certificate.jws.is_empty() {
            return Err(Problem::new(axum::http::StatusCode::GONE, "erased", "what it said was erased"));
        }
        let kind = choice.format.unwrap_or_default();
        let bytes = drawn(app, desk, certificate, kind)?;
        Ok(as_file(bytes, kind, &format!("{number}.{}", kind.parts().1), &tag_of(&(certificate, kind.parts().1))))
    })
    .await
}

fn drawn(
    app: &App,
    desk: &crate::issuance::Desk,
    certificate: &Certificate,
    kind: FileKind,
) -> Result<Vec<u8>, Problem> {
    let pdf = || app.faces.pdf(desk.store, certificate, &desk.issuer.verifier).map_err(Problem::internal);
    match kind {
        FileKind::Jwt => Ok(certificate.jws.clone().into_bytes()),
        FileKind::Pdf => pdf(),
        FileKind::Png => render::png(&pdf()?, DPI).map_err(Problem::internal),
        FileKind::Json => {
            let jws = Jws::parse(&certificate.jws, limits::CREDENTIAL_BYTES).map_err(Problem::internal)?;
            let document: Value = serde_json::from_slice(&jws.payload).map_err(Problem::internal)?;
            let signer = app.vault.signer();
            // A proof of a key that is retired by now is dated when it is made.
            let created = if signer.id == certificate.key { certificate.signed } else { desk.now };
            let method = data_integrity::method(&desk.issuer.did(), &signer.id);
            let secured = data_integrity::add_proof(&document, &method, created, &signer.key);
            Ok(format!("{:#}\n", secured.map_err(Problem::internal)?).into_bytes())
        }
    }
}

/// Renders a file to be saved under a name of plain ASCII.
pub(super) fn as_file(bytes: Vec<u8>, kind: FileKind, name: &str, tag: &str) -> Response {
    let mut response = ([(header::CONTENT_TYPE, kind.parts().0)], bytes).into_response();
    let headers = response.headers_mut();
    let values = [
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (header::ETAG, format!("\"{tag}\"")),
        (header::CACHE_CONTROL, "private, no-cache".to_owned()),
    ];
    for (header, value) in values {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(header, value);
        }
    }
    response
}

/// Revoke a certificate
///
/// It stays resolvable, with the reason. One that is revoked already stays as it is.
#[utoipa::path(post, path = "/certificates/{number}/revoke", tag = "Certificates", params(("number" = String, Path)),
    request_body(content = RunReason, example = json!({"cause": "issued_in_error", "text": "wrong course"})),
    responses((status = 200, body = CertificateView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn revoke(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
    Body(reason): Body<RunReason>,
) -> Result<Json<CertificateView>, Problem> {
    caller.may(Permission::Revoke)?;
    app.at_desk(&caller, move |app, desk| {
        let revoked = runs::revoke(desk, &certificate_number(&number)?, &reason)?;
        app.metrics().revoked.inc();
        Ok(Json(CertificateView::of(revoked, desk.now)))
    })
    .await
}

/// Take a revocation back
///
/// Only until it is published; after that verifiers may have seen it, and the answer is 409.
#[utoipa::path(post, path = "/certificates/{number}/restore", tag = "Certificates", params(("number" = String, Path)),
    responses((status = 200, body = CertificateView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn restore(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
) -> Result<Json<CertificateView>, Problem> {
    caller.may(Permission::Revoke)?;
    app.at_desk(&caller, move |app, desk| {
        let number = certificate_number(&number)?;
        let restored = app.vault.undisturbed(|| runs::restore(desk, &number))?;
        Ok(Json(CertificateView::of(restored, desk.now)))
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
#[utoipa::path(post, path = "/events/{code}/issue-now", tag = "Certificates", params(("code" = String, Path, example = "WORKSHOP")),
    request_body = IssueNow,
    responses((status = 201, body = CertificateView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn issue_now(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    Body(body): Body<IssueNow>,
) -> Result<Tagged<CertificateView>, Problem> {
    caller.may(Permission::Generate)?;
    app.at_desk(&caller, move |app, desk| {
        let code = event_code(&code)?;
        let (signer, times) = (app.vault.signer(), StageTimes::default());
        let workshop = Workshop { faces: &app.faces, signer: &signer, times: &times };
        let person = enrolment::find(desk.store, &code, &body.person)?;
        let issued = runs::issue_now(desk, &workshop, &code, &person.key, &body.reason)?;
        app.metrics().issued.inc();
        Ok(Tagged::created(tag_of(&issued), CertificateView::of(issued, desk.now)))
    })
    .await
}
