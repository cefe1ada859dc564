//! Certificates: list, show, download one or all, issue one, revoke, restore.

use std::io::{BufWriter, Write};

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio_stream::wrappers::ReceiverStream;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::accounts::Permission;
use crate::credential::{CertificateNumber, EventCode, Timestamp, limits};
use crate::enrolment;
use crate::issuance::{Desk, StageTimes, Workshop};
use crate::proof::{data_integrity, jws::Jws};
use crate::render;
use crate::runs::{self, RunReason, holds};
use crate::server::extract::{Body, IfMatch, Listing, Paging, Path, Query, certificate_number, event_code};
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
        .routes(routes!(request_own))
        .routes(routes!(reissue))
        .routes(routes!(archive))
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

/// The ETag covers the record, and what the date makes of it.
fn tag(certificate: &Certificate, now: Timestamp) -> String {
    tag_of(&(certificate, Standing::of(certificate, now)))
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
#[utoipa::path(get, path = "/certificates", tag = "Certificates", extensions(("x-permission" = json!("view"))), params(CertificateFilter),
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
#[utoipa::path(get, path = "/certificates/{number}", tag = "Certificates", extensions(("x-permission" = json!("view"))), params(("number" = String, Path, example = "CERT-WORKSHOP-2026-00001")),
    responses((status = 200, body = Whole), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn show(State(app): State<App>, caller: Caller, Path(number): Path<String>) -> Result<Tagged<Whole>, Problem> {
    caller.may(Permission::View)?;
    app.at_desk(&caller, move |_, desk| {
        let number = certificate_number(&number)?;
        let versions = desk.store.versions(&number)?;
        let current = versions.last().ok_or_else(|| Problem::not_found(&number))?;
        let tag = tag(current, desk.now);
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
#[utoipa::path(get, path = "/certificates/{number}/file", tag = "Certificates", extensions(("x-permission" = json!("view"))), params(("number" = String, Path), FileChoice),
    responses((status = 200, description = "The file", content((Vec<u8> = "application/pdf"), (Vec<u8> = "image/png"),
            (String = "text/plain"), (serde_json::Value = "application/vc+ld+json"))),
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

fn drawn(app: &App, desk: &Desk, certificate: &Certificate, kind: FileKind) -> Result<Vec<u8>, Problem> {
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

/// Reads the number of a certificate that is to be changed, provided that the caller has seen it as it is.
fn seen(desk: &Desk, number: &str, seen: &IfMatch) -> Result<CertificateNumber, Problem> {
    let number = certificate_number(number)?;
    if let Some(current) = desk.store.certificate(&number)? {
        seen.check(&tag(&current, desk.now))?;
    }
    Ok(number)
}

/// Revoke a certificate
///
/// It stays resolvable, with the reason. One that is revoked already stays as it is.
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
        let number = seen(desk, &number, &if_match)?;
        let revoked = runs::revoke(desk, &number, &reason)?;
        app.metrics().revoked.inc();
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
        let number = seen(desk, &number, &if_match)?;
        let restored = app.vault.undisturbed(|| runs::restore(desk, &number))?;
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
    app.at_desk(&caller, move |app, desk| {
        let code = event_code(&code)?;
        let (signer, times) = (app.vault.signer(), StageTimes::default());
        let workshop = Workshop { faces: &app.faces, signer: &signer, times: &times };
        let person = enrolment::find(desk.store, &code, &body.person)?;
        let issued = runs::issue_now(desk, &workshop, &code, &person.key, &body.reason)?;
        app.metrics().issued.inc();
        app.vault.forget_anchors();
        Ok(Tagged::created(tag(&issued, desk.now), CertificateView::of(issued, desk.now)))
    })
    .await
}

/// Issue to somebody who asks for their own
///
/// Where the event allows it (`self_service`), is ready, and the person meets the rule; for portals and learning platforms
/// that ask in their participants' names. Staff use `issue-now`.
#[utoipa::path(post, path = "/events/{code}/participants/{person}/request", tag = "Certificates", extensions(("x-permission" = json!("import"))),
    params(("code" = String, Path, example = "WORKSHOP"), ("person" = String, Path, description = "Id, external id or e-mail")),
    responses((status = 201, body = CertificateView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn request_own(
    State(app): State<App>,
    caller: Caller,
    Path((code, who)): Path<(String, String)>,
) -> Result<Tagged<CertificateView>, Problem> {
    caller.may(Permission::Import)?;
    app.at_desk(&caller, move |app, desk| {
        let code = event_code(&code)?;
        let (signer, times) = (app.vault.signer(), StageTimes::default());
        let workshop = Workshop { faces: &app.faces, signer: &signer, times: &times };
        let person = enrolment::find(desk.store, &code, &who)?;
        let issued = runs::request_own(desk, &workshop, &code, &person.key)?;
        app.metrics().issued.inc();
        Ok(Tagged::created(tag(&issued, desk.now), CertificateView::of(issued, desk.now)))
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
#[utoipa::path(post, path = "/certificates/{number}/reissue", tag = "Certificates", extensions(("x-permission" = json!("generate"))), params(("number" = String, Path)),
    request_body = Reissue,
    responses((status = 201, body = CertificateView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn reissue(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
    Body(body): Body<Reissue>,
) -> Result<Tagged<CertificateView>, Problem> {
    caller.may(Permission::Generate)?;
    app.at_desk(&caller, move |app, desk| {
        let number = certificate_number(&number)?;
        let (signer, times) = (app.vault.signer(), StageTimes::default());
        let workshop = Workshop { faces: &app.faces, signer: &signer, times: &times };
        let issued = runs::reissue(desk, &workshop, &number, &body.reason)?;
        app.metrics().issued.inc();
        Ok(Tagged::created(tag(&issued, desk.now), CertificateView::of(issued, desk.now)))
    })
    .await
}

/// Which certificates to download.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ArchiveFilter {
    /// Of this event.
    event: String,
    /// In this state; those in force if left out.
    status: Option<Standing>,
    /// Only those whose number, name or e-mail holds this.
    text: Option<String>,
    /// Only those that this run made.
    run: Option<String>,
}

/// Download all certificates of an event as a ZIP of PDFs
///
/// Drawn while it is sent; a download that breaks off has no end, and no program takes it for whole.
#[utoipa::path(get, path = "/certificates/archive", tag = "Certificates", extensions(("x-permission" = json!("view"))), params(ArchiveFilter),
    responses((status = 200, description = "The archive", body = Vec<u8>, content_type = "application/zip"),
        (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn archive(
    State(app): State<App>,
    caller: Caller,
    Query(filter): Query<ArchiveFilter>,
) -> Result<Response, Problem> {
    caller.may(Permission::View)?;
    let busy = "other archives are being made; try again in a moment";
    let turn =
        ARCHIVES.try_acquire().map_err(|_| Problem::new(axum::http::StatusCode::SERVICE_UNAVAILABLE, "busy", busy))?;
    let event = event_code(&filter.event)?;
    app.aside({
        let event = event.clone();
        move |app| app.store.event(&event)?.map(drop).ok_or_else(|| Problem::not_found(event))
    })
    .await?;
    let name = event.to_string();
    let (tell, told) = tokio::sync::mpsc::channel::<Chunk>(8);
    tokio::task::spawn_blocking(move || {
        let _turn = turn;
        if let Err(error) = pack(&app, &event, &filter, Pipe(&tell)) {
            // Breaks the stream off, so that a part is not taken for the whole. Whoever hung up hears nothing.
            let _ = tell.blocking_send(Err(error));
        }
    });
    let headers = [
        (header::CONTENT_TYPE, "application/zip".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.zip\"")),
    ];
    Ok((headers, axum::body::Body::from_stream(ReceiverStream::new(told))).into_response())
}

/// Archives made at once: each keeps a thread until it is downloaded.
static ARCHIVES: Semaphore = Semaphore::const_new(2);
/// Certificates drawn at a time, side by side.
const DRAWN: usize = 64;

type Chunk = Result<Bytes, std::io::Error>;

/// Writes into a response, no faster than it is read.
struct Pipe<'a>(&'a tokio::sync::mpsc::Sender<Chunk>);

impl Write for Pipe<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let hung_up = |_| std::io::Error::from(std::io::ErrorKind::BrokenPipe);
        self.0.blocking_send(Ok(Bytes::copy_from_slice(bytes))).map_err(hung_up)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Draws certificates in groups and writes them as `NUMBER.pdf`.
fn pack(app: &App, event: &EventCode, filter: &ArchiveFilter, out: Pipe) -> std::io::Result<()> {
    let (store, now) = (&*app.store, app.now());
    let text = filter.text.as_deref().map(str::trim).unwrap_or_default();
    let keep = |one: &Certificate| {
        Standing::of(one, now) == filter.status.unwrap_or(Standing::Active)
            && one.erased.is_none()
            && (filter.run.is_none() || one.run == filter.run)
            && holds(one, text)
    };
    let mut zip = zip::ZipWriter::new_stream(BufWriter::with_capacity(64 * 1024, out));
    // PDFs are compressed already.
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let mut cursor: Option<String> = None;
    loop {
        let page = store.certificates(Some(event), cursor.as_deref(), DRAWN).map_err(std::io::Error::other)?;
        let wanted: Vec<_> = page.items.into_iter().filter(keep).collect();
        let draw = |one: &Certificate| {
            app.faces.pdf(store, one, &app.issuer.verifier).map(|pdf| (one.number.to_string(), pdf))
        };
        let drawn: Result<Vec<_>, _> = wanted.par_iter().map(draw).collect();
        for (number, pdf) in drawn.map_err(std::io::Error::other)? {
            zip.start_file(format!("{number}.pdf"), stored).map_err(std::io::Error::other)?;
            zip.write_all(&pdf)?;
        }
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    zip.finish().map_err(std::io::Error::other)?.into_inner().flush()
}
