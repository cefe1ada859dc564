//! Downloads of certificates: one, or all of an event as a ZIP.

use std::io::Write;
use std::sync::mpsc::{SyncSender, sync_channel};

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use rayon::prelude::*;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::accounts::Permission;
use crate::credential::EventCode;
use crate::desk::Desk;
use crate::making::{FaceError, NotProven, OwnKeys, PICTURE_DPI, Proven};
use crate::proof::data_integrity;
use crate::render;
use crate::server::extract::{Path, Query, certificate_number, event_code};
use crate::server::reply::tag_of;
use crate::server::{App, Caller, Problem};
use crate::store::{Certificate, CertificateQuery, Standing};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(file)).routes(routes!(archive))
}

/// A kind of file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::server::api) enum FileKind {
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
    fn parts(self) -> (&'static str, &'static str) {
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
    app.in_turn(&caller, move |app, desk| {
        let number = certificate_number(&number)?;
        let versions = desk.store.versions(&number)?;
        let found = match choice.version {
            None => versions.last(),
            Some(version) => versions.iter().find(|one| one.version == version),
        };
        let certificate = found.ok_or_else(|| Problem::not_found(&number))?;
        let own = app.vault.own();
        let proven = own.prove(certificate)?;
        let kind = choice.format.unwrap_or_default();
        let bytes = drawn(app, desk, &proven, kind)?;
        Ok(as_file(bytes, kind, &format!("{number}.{}", kind.parts().1), &tag_of(&(certificate, kind.parts().1))))
    })
    .await
}

fn drawn(app: &App, desk: &Desk, proven: &Proven, kind: FileKind) -> Result<Vec<u8>, Problem> {
    let certificate = proven.certificate();
    let pdf = || app.faces.pdf(desk.store, proven, &desk.issuer.verifier).map_err(Problem::internal);
    match kind {
        FileKind::Jwt => Ok(certificate.jws.clone().into_bytes()),
        FileKind::Pdf => pdf(),
        FileKind::Png => app.faces.png(desk.store, proven, &desk.issuer.verifier).map_err(Problem::internal),
        FileKind::Json => {
            let signer = app.vault.signer();
            // A proof of a key that is retired by now is dated when it is made.
            let created = if signer.id == certificate.key { certificate.signed } else { desk.now };
            let method = data_integrity::method(&desk.issuer.did(), &signer.id);
            let secured = data_integrity::add_proof(proven.document(), &method, created, &signer.key);
            Ok(format!("{:#}\n", secured.map_err(Problem::internal)?).into_bytes())
        }
    }
}

/// Renders a file to be saved under a name of plain ASCII.
fn as_file(bytes: Vec<u8>, kind: FileKind, name: &str, tag: &str) -> Response {
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

/// Returns a specimen as a file, a PDF or its picture.
pub(in crate::server::api) fn specimen(pdf: Vec<u8>, kind: FileKind, of: &str, tag: &str) -> Result<Response, Problem> {
    let bytes = match kind {
        FileKind::Pdf => pdf,
        FileKind::Png => render::png(&pdf, PICTURE_DPI).map_err(Problem::internal)?,
        FileKind::Jwt | FileKind::Json => {
            return Err(Problem::unprocessable("bad-request", "a preview is a `pdf` or a `png`"));
        }
    };
    Ok(as_file(bytes, kind, &format!("SPECIMEN-{of}.{}", kind.parts().1), tag))
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
/// Drawn while it is sent; a download that breaks off has no end, and no program takes it for whole. A certificate whose stored
/// credential was not signed by this issuer is left out, and named in `LEFT-OUT.txt`.
#[utoipa::path(get, path = "/certificates/archive", tag = "Certificates", extensions(("x-permission" = json!("view"))), params(ArchiveFilter),
    responses((status = 200, description = "The archive", body = Vec<u8>, content_type = "application/zip"),
        (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn archive(
    State(app): State<App>,
    caller: Caller,
    Query(filter): Query<ArchiveFilter>,
) -> Result<Response, Problem> {
    caller.may(Permission::View)?;
    let turn = app.turn_to_send(&caller).await?;
    let event = event_code(&filter.event)?;
    app.at_desk(&caller, {
        let event = event.clone();
        move |_, desk| desk.store.event(&event)?.map(drop).ok_or_else(|| Problem::not_found(event))
    })
    .await?;
    let name = event.to_string();
    let body = app.streamed(turn, move |app, out| pack(app, &event, &filter, out));
    let headers = [
        (header::CONTENT_TYPE, "application/zip".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.zip\"")),
    ];
    Ok((headers, body).into_response())
}

/// Certificates drawn at a time, side by side.
const DRAWN: usize = 64;

/// What an archive says of certificates that are not in it.
const LEFT_OUT: &str = "LEFT-OUT.txt";

/// Draws one, if it is ours.
fn page_of(app: &App, own: &OwnKeys, one: &Certificate) -> Result<Result<Vec<u8>, NotProven>, FaceError> {
    match own.prove(one) {
        Ok(proven) => app.faces.pdf(&*app.store, &proven, &app.issuer.verifier).map(Ok),
        Err(why) => Ok(Err(why)),
    }
}

/// Certificates by number, drawn or refused.
type Drawn = Vec<(String, Result<Vec<u8>, NotProven>)>;

/// Draws certificates in groups and writes them as `NUMBER.pdf`: one group is drawn while the one before is sent.
fn pack(app: &App, event: &EventCode, filter: &ArchiveFilter, out: impl Write) -> std::io::Result<()> {
    let mut zip = zip::ZipWriter::new_stream(out);
    // PDFs are compressed already.
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let mut left_out = String::new();
    std::thread::scope(|scope| {
        let (sender, receiver) = sync_channel(1);
        scope.spawn(move || draw_all(app, event, filter, &sender));
        for group in receiver {
            for (number, page) in group? {
                match page {
                    Ok(pdf) => {
                        zip.start_file(format!("{number}.pdf"), stored).map_err(std::io::Error::other)?;
                        zip.write_all(&pdf)?;
                    }
                    Err(why) => {
                        tracing::error!(%why, "a certificate is left out of an archive");
                        left_out.push_str(&format!("{why}\n"));
                    }
                }
            }
        }
        Ok::<_, std::io::Error>(())
    })?;
    if !left_out.is_empty() {
        zip.start_file(LEFT_OUT, stored).map_err(std::io::Error::other)?;
        zip.write_all(left_out.as_bytes())?;
    }
    zip.finish().map_err(std::io::Error::other)?.into_inner().flush()
}

/// Draws all groups as long as somebody takes them.
fn draw_all(app: &App, event: &EventCode, filter: &ArchiveFilter, to: &SyncSender<std::io::Result<Drawn>>) {
    let query = CertificateQuery {
        event: Some(event.clone()),
        standing: Some((filter.status.unwrap_or(Standing::Active), app.now())),
        text: filter.text.clone(),
        run: filter.run.clone(),
        ..CertificateQuery::default()
    };
    let own = app.vault.own();
    let mut cursor: Option<String> = None;
    loop {
        let group = app.store.find_certificates(&query, cursor.as_deref(), DRAWN).map_err(std::io::Error::other);
        let group = group.and_then(|page| {
            cursor = page.next;
            let wanted: Vec<_> = page.items.into_iter().filter(|one| one.erased.is_none()).collect();
            let draw = |one: &Certificate| page_of(app, &own, one).map(|page| (one.number.to_string(), page));
            wanted.par_iter().map(draw).collect::<Result<Drawn, _>>().map_err(std::io::Error::other)
        });
        let last = group.is_err() || cursor.is_none();
        if to.send(group).is_err() || last {
            return;
        }
    }
}
