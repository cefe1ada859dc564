//! Downloads of certificates: one, or many as a ZIP.

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::CertificateFilter;
use crate::accounts::Permission;
use crate::credential::Moment;
use crate::desk::Desk;
use crate::files::{self, Badge, FileKind, FilesError, Maker, NamePattern, Prover, Wanted, ZipWriter, own_badge_of};
use crate::making::PICTURE_DPI;
use crate::render;
use crate::server::extract::{Path, Query, certificate_number, event_code};
use crate::server::reply::tag_of;
use crate::server::{App, Caller, Problem};
use crate::store::{Certificate, CertificateQuery, Standing};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(file)).routes(routes!(archive)).routes(routes!(issued)).routes(routes!(badge))
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
    /// What it is saved as: `number` (if left out), `person`, or a pattern with `{number}`, `{name}`, `{email}`,
    /// `{external_id}`, `{event}`, `{year}`, `{issued}` and `{version}`.
    #[param(example = "number")]
    file_names: Option<String>,
}

/// Download a certificate
///
/// Drawn from its record, the same bytes each time; an embedded proof is kept once it was made.
#[utoipa::path(get, path = "/certificates/{number}/file", tag = "Certificates", extensions(("x-permission" = json!("view"))), params(("number" = String, Path), FileChoice),
    responses((status = 200, description = "The file", content((Vec<u8> = "application/pdf"), (Vec<u8> = "image/png"),
            (String = "image/svg+xml"), (String = "text/plain"), (serde_json::Value = "application/vc+ld+json"))),
        (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn file(
    State(app): State<App>,
    caller: Caller,
    Path(number): Path<String>,
    Query(choice): Query<FileChoice>,
) -> Result<Response, Problem> {
    caller.may(Permission::View)?;
    let names = names(choice.file_names.as_deref())?;
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
        let bytes = with_maker(app, desk, |maker| maker.single(&proven, kind))?;
        let name = names.file_of(desk.store, certificate, kind)?;
        Ok(as_file(bytes, kind.media_type(), &name, &file_tag(desk, certificate, kind)?))
    })
    .await
}

/// Hands a certificate's file out under its number.
pub(in crate::server) fn handed_out(
    app: &App,
    desk: &Desk,
    certificate: &Certificate,
    kind: FileKind,
) -> Result<Response, Problem> {
    let own = app.vault.own();
    let bytes = with_maker(app, desk, |maker| maker.single(&own.prove(certificate)?, kind))?;
    let name = NamePattern::default().file_of(desk.store, certificate, kind)?;
    Ok(as_file(bytes, kind.media_type(), &name, &file_tag(desk, certificate, kind)?))
}

/// What tells a file from the same one with another badge.
fn file_tag(desk: &Desk, certificate: &Certificate, kind: FileKind) -> Result<String, Problem> {
    let badge = match kind {
        FileKind::BakedPng | FileKind::BakedSvg => own_badge_of(desk.store, certificate.number.event())?,
        _ => None,
    };
    // Of those without one the tag is as it was.
    Ok(match badge {
        Some(badge) => tag_of(&(certificate, kind.extension(), badge.mark())),
        None => tag_of(&(certificate, kind.extension())),
    })
}

/// Works with what makes files for this desk.
fn with_maker<T>(app: &App, desk: &Desk, work: impl FnOnce(&Maker) -> Result<T, FilesError>) -> Result<T, FilesError> {
    // While the keys are locked only what needs a new proof waits.
    let prover = Prover::new(app.vault.signer().ok(), &app.vault.manifest());
    work(&Maker { desk: *desk, faces: &app.faces, prover: Some(&prover), badges: app.badges() })
}

fn names(pattern: Option<&str>) -> Result<NamePattern, Problem> {
    let parsed = pattern.map(str::parse).transpose();
    Ok(parsed.map_err(|error| Problem::bad_request("bad-query", format!("`file_names`: {error}")))?.unwrap_or_default())
}

impl From<FilesError> for Problem {
    fn from(error: FilesError) -> Self {
        match error {
            FilesError::NotProven(error) => error.into(),
            FilesError::Store(error) => error.into(),
            FilesError::NoKeys => Self::locked(),
            error => Self::internal(error),
        }
    }
}

/// What stands for itself in an extended parameter (RFC 8187 section 3.2.1, `attr-char`).
const ATTR_CHARS: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// Says under which name an answer is to be saved (RFC 6266): in ASCII for old clients, and as it is for all others.
fn disposition(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_graphic() && !matches!(c, '"' | '\\' | '%') || c == ' ' { c } else { '_' };
    let ascii: String = name.chars().map(plain).collect();
    if ascii == name {
        return format!("attachment; filename=\"{name}\"");
    }
    format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{}", utf8_percent_encode(name, ATTR_CHARS))
}

/// Renders a file to be saved.
fn as_file(bytes: Vec<u8>, media_type: &'static str, name: &str, tag: &str) -> Response {
    let mut response = ([(header::CONTENT_TYPE, media_type)], bytes).into_response();
    let headers = response.headers_mut();
    let values = [
        (header::CONTENT_DISPOSITION, disposition(name)),
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
        _ => {
            return Err(Problem::unprocessable("bad-request", "a preview is a `pdf` or a `png`"));
        }
    };
    Ok(as_file(bytes, kind.media_type(), &format!("SPECIMEN-{of}.{}", kind.extension()), tag))
}

/// Which certificates to download, and how.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ArchiveFilter {
    /// Of this event. An event, a run, a text or a template is to be named.
    event: Option<String>,
    /// In this state; those in force if left out, and all where `numbers` are named.
    status: Option<Standing>,
    /// Only those whose number, name or e-mail holds this.
    text: Option<String>,
    /// Only those that this run made.
    run: Option<String>,
    /// Only with a template of this name.
    template: Option<String>,
    /// Only issued at this instant, or on this day, or later. A day begins where the `event` is, or else where the issuer is.
    #[param(value_type = Option<String>, example = "2026-05-01")]
    issued_since: Option<Moment>,
    /// Only issued before this instant or day.
    #[param(value_type = Option<String>, example = "2026-06-01T00:00:00Z")]
    issued_until: Option<Moment>,
    /// Only these numbers, parted by commas.
    numbers: Option<String>,
    /// Not these numbers, parted by commas.
    except: Option<String>,
    /// Kinds of files, parted by commas: `pdf`, `png`, `png_300`, `jwt`, `json`, `baked_png`, `baked_svg`; `pdf` if left out.
    #[param(example = "pdf")]
    kinds: Option<String>,
    /// What they are called, as for one file.
    #[param(example = "number")]
    file_names: Option<String>,
}

impl ArchiveFilter {
    fn wanted(self, desk: &Desk) -> Result<Wanted, Problem> {
        let bad = |detail: &str| Problem::bad_request("bad-query", detail.to_owned());
        let Self { event, status, text, run, template, issued_since, issued_until, kinds, file_names, .. } = &self;
        let (only, except) = (super::numbers(self.numbers.as_deref())?, super::numbers(self.except.as_deref())?);
        let said = event.is_some() || text.is_some() || run.is_some() || template.is_some();
        if !said && only.is_empty() && issued_since.or(*issued_until).is_none() {
            return Err(bad("say of which `event` or `run`, or with which `text`, `template` or `numbers`"));
        }
        let kinds = FileKind::list(kinds.as_deref().unwrap_or("pdf"));
        let kinds = kinds.ok_or_else(|| {
            let known = FileKind::ALL.map(|kind| format!("`{}`", kind.name())).join(", ");
            bad(&format!("`kinds` are some of {known}, parted by commas"))
        })?;
        // Who names them wants those.
        let all = !only.is_empty() && status.is_none();
        let standing = Some((status.unwrap_or(Standing::Active), desk.now)).filter(|_| !all);
        let event = event.as_deref().map(event_code).transpose()?;
        let zone = desk.zone_of(event.as_ref())?;
        let [issued_since, issued_until] = [issued_since, issued_until].map(|at| at.map(|at| at.within(&zone)));
        let (text, run, template) = (text.clone(), run.clone(), template.clone());
        let query = CertificateQuery { event, standing, text, run, template, issued_since, issued_until, only, except };
        Ok(Wanted { query, kinds, names: names(file_names.as_deref())? })
    }
}

/// Download certificates as a ZIP
///
/// Of an event, a run or a search, with the kinds of files that are named. Made while it is sent; a download that breaks off has
/// no end, and no program takes it for whole. `manifest.csv` says what is in it. A certificate whose stored credential was not
/// signed by this issuer is left out, and named there and in `LEFT-OUT.txt`.
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
    let wanted = app
        .at_desk(&caller, |_, desk| {
            let wanted = filter.wanted(desk)?;
            match &wanted.query.event {
                Some(event) if desk.store.event(event)?.is_none() => Err(Problem::not_found(event)),
                _ => Ok(wanted),
            }
        })
        .await?;
    let event = wanted.query.event.clone();
    let name = event.map_or("certificates".to_owned(), |event| event.to_string());
    let (actor, scope) = (caller.actor(), caller.scope.clone());
    let body = app.streamed(turn, move |app, out| {
        scope.over(&*app.store, |store| {
            let desk = Desk { store, issuer: &app.issuer, actor: &actor, now: app.now() };
            let mut zip = ZipWriter::new(out);
            let packed = with_maker(app, &desk, |maker| files::export(maker, &app.vault.own(), &wanted, &mut zip));
            packed.map_err(std::io::Error::other)?;
            zip.finish().map(drop)
        })
    });
    let headers = [
        (header::CONTENT_TYPE, "application/zip".to_owned()),
        (header::CONTENT_DISPOSITION, disposition(&format!("{name}.zip"))),
    ];
    Ok((headers, body).into_response())
}

/// List certificates as CSV
///
/// As the list, whole, for a spreadsheet (RFC 4180).
#[utoipa::path(get, path = "/certificates/csv", tag = "Certificates", extensions(("x-permission" = json!("view"))), params(CertificateFilter),
    responses((status = 200, body = String, content_type = "text/csv"), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn issued(
    State(app): State<App>,
    caller: Caller,
    Query(filter): Query<CertificateFilter>,
) -> Result<Response, Problem> {
    caller.may(Permission::View)?;
    let query = app.read_at_desk(&caller, move |_, desk| filter.query(desk)).await?;
    let turn = app.turn_to_send(&caller).await?;
    let (actor, scope) = (caller.actor(), caller.scope.clone());
    let body = app.streamed(turn, move |app, out| {
        scope.over(&*app.store, |store| {
            let desk = Desk { store, issuer: &app.issuer, actor: &actor, now: app.now() };
            std::io::Write::write_all(out, "\u{feff}".as_bytes())?;
            files::write_issued(&desk, &query, out)
        })
    });
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, disposition("certificates.csv")),
    ];
    Ok((headers, body).into_response())
}

/// How a badge is wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum BadgeFormat {
    /// A PNG of 600 pixels with a transparent ground.
    #[default]
    Png,
    /// An SVG document.
    Svg,
}

/// Which badge.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct BadgeChoice {
    /// `png` if left out.
    #[param(inline)]
    format: Option<BadgeFormat>,
}

/// Download an event's badge
///
/// The picture that credentials are baked into: the event's own, or drawn from its title and the issuer's name. It holds no credential.
#[utoipa::path(get, path = "/events/{code}/badge", tag = "Events", extensions(("x-permission" = json!("view"))),
    params(("code" = String, Path, example = "WORKSHOP"), BadgeChoice),
    responses((status = 200, description = "The picture", content((Vec<u8> = "image/png"), (String = "image/svg+xml"))),
        (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn badge(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    Query(choice): Query<BadgeChoice>,
) -> Result<Response, Problem> {
    caller.may(Permission::View)?;
    app.in_turn(&caller, move |app, desk| {
        let code = event_code(&code)?;
        let event = desk.store.event(&code)?.ok_or_else(|| Problem::not_found(&code))?;
        let says = (event.achievement.name.as_str(), desk.issuer.name.as_str());
        let badge = app.badges().of_event(desk.store, &code, says, &app.faces)?;
        let Badge { svg, png } = &*badge;
        let (bytes, kind, name) = match choice.format.unwrap_or_default() {
            BadgeFormat::Png => (png.clone(), FileKind::BakedPng, format!("{code}.png")),
            BadgeFormat::Svg => (svg.clone().into_bytes(), FileKind::BakedSvg, format!("{code}.svg")),
        };
        let tag = tag_of(&(svg, kind));
        Ok(as_file(bytes, kind.media_type(), &name, &tag))
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_said_in_ascii_and_as_they_are() {
        assert_eq!(disposition("CERT-A-2026-00001.pdf"), "attachment; filename=\"CERT-A-2026-00001.pdf\"");
        assert_eq!(
            disposition("Zoë 100%.pdf"),
            "attachment; filename=\"Zo_ 100_.pdf\"; filename*=UTF-8''Zo%C3%AB%20100%25.pdf"
        );
        assert!(HeaderValue::from_str(&disposition("सुनीता\r\n\".pdf")).is_ok());
    }
}
