//! Templates as pictures and files: previews, drawings of uploads, and what they are made of.

use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::archive::DOCUMENT;
use super::upload::{TemplateForm, Upload};
use crate::accounts::Permission;
use crate::acts::templates::{self, Sample};
use crate::acts::{self, Decider, Planned, listed};
use crate::credential::{EventCode, Timestamp};
use crate::desk::Desk;
use crate::files::{FileKind, ZipWriter};
use crate::making::{self, Order};
use crate::server::api::certificates::specimen;
use crate::server::api::quality::{cannot_draw, nobody};
use crate::server::extract::{Body, Path, Query};
use crate::server::reply::tag_of;
use crate::server::upload::turn;
use crate::server::{App, Caller, Problem};
use crate::store::Fields;
use crate::template::Template;

/// Columns of a preview.
const MAX_COLUMNS: usize = 200;
/// Longest value of a preview's column, in bytes.
const VALUE_BYTES: usize = 4_000;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(preview)).routes(routes!(file)).routes(routes!(packed))
}

/// Returns the routes that take a file.
pub(super) fn uploads() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(drawing))
}

/// Which version.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct VersionWanted {
    /// The version's number; the newest if left out.
    #[param(minimum = 1)]
    version: Option<u32>,
}

/// For whom to draw a template.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "recipient": "Zoë Ångström", "title": "Applied Cartography", "format": "png" }))]
struct PreviewWanted {
    /// The name to print.
    #[serde(default)]
    recipient: Option<String>,
    /// The event's title.
    #[serde(default)]
    title: Option<String>,
    /// Draw it as this event's certificates would be drawn with it. `recipient` is then a name for somebody who does not exist.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "WORKSHOP")]
    event: Option<EventCode>,
    /// For this person of the event: by e-mail, by id or by the id of another system.
    #[serde(default)]
    person: Option<String>,
    /// Further columns; what the template prints and this lacks is made up.
    #[serde(default)]
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    fields: Fields,
    /// `pdf` or `png`; `pdf` if left out.
    #[serde(default)]
    format: Option<FileKind>,
}

impl PreviewWanted {
    fn sample(&self) -> Result<Sample, Problem> {
        let long = self.fields.iter().any(|(name, value)| name.len() + value.len() > VALUE_BYTES);
        let title_long = self.title.as_ref().is_some_and(|title| title.len() > VALUE_BYTES);
        if self.fields.len() > MAX_COLUMNS || long || title_long {
            return Err(Problem::unprocessable("too-large", "there are too many columns, or one is too long"));
        }
        let name = self.recipient.as_deref().map(crate::import::checked_name).transpose();
        let recipient = name.map_err(|error| Problem::unprocessable("bad-name", error.to_string()))?;
        Ok(Sample { recipient, title: self.title.clone(), fields: self.fields.clone() })
    }
}

/// Draw a template for somebody who does not exist
///
/// With SPECIMEN across the page. Its QR code is none of a certificate: every verifier answers `specimen`.
#[utoipa::path(post, path = "/templates/{name}/preview", tag = "Templates", extensions(("x-permission" = json!("view"))),
    params(("name" = String, Path, example = "classic"), VersionWanted), request_body = PreviewWanted,
    responses((status = 200, description = "The file", content((Vec<u8> = "application/pdf"), (Vec<u8> = "image/png"))),
        (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn preview(
    State(app): State<App>,
    caller: Caller,
    Path(name): Path<String>,
    Query(wanted): Query<VersionWanted>,
    Body(body): Body<PreviewWanted>,
) -> Result<Response, Problem> {
    caller.may(Permission::View)?;
    app.in_turn(&caller, move |app, desk| {
        let sample = body.sample()?;
        let pdf = match &body.event {
            None if body.person.is_some() => {
                return Err(Problem::unprocessable("bad-request", "`person` needs an `event`"));
            }
            None => {
                let template = templates::opened(desk.store, &name, wanted.version)?;
                templates::specimen(desk, &app.faces, &template, &sample)?
            }
            Some(event) => {
                of_event(app, desk, event, (&name, wanted.version), (body.person.as_deref(), sample.recipient))?
            }
        };
        specimen(pdf, body.format.unwrap_or_default(), &name, &tag_of(&desk.now))
    })
    .await
}

/// Draws a template as an event's certificates would be drawn with it.
fn of_event(
    app: &App,
    desk: &Desk,
    code: &EventCode,
    (name, version): (&str, Option<u32>),
    (person, recipient): (Option<&str>, Option<String>),
) -> Result<Vec<u8>, Problem> {
    let Planned { event, plan, .. } = acts::planned(desk, code)?;
    let person = match person {
        Some(who) => acts::find(desk.store, code, who)?,
        None => nobody(desk, recipient)?,
    };
    let whole = version.map_or_else(|| name.to_owned(), |version| format!("{name}@{version}"));
    let template = templates::shown_for_event(desk, &app.faces, &event, &whole)?;
    let tier = Decider::new(&event, &plan)?.decide(&person, &listed(desk.store, code, &person.key)?).tier;
    let order = Order { person, template, tier, basis: None, run: None, issued: None, earlier: None };
    making::preview(desk, &app.faces, &event, &order).map_err(cannot_draw)
}

/// Download a template as one file: a ZIP archive with its document, pictures and fonts
///
/// As `POST /templates` takes it (`archive`).
#[utoipa::path(get, path = "/templates/{name}/archive", tag = "Templates", extensions(("x-permission" = json!("view"))),
    params(("name" = String, Path, example = "classic"), VersionWanted),
    responses((status = 200, description = "The archive", body = Vec<u8>, content_type = "application/zip"),
        (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn packed(
    State(app): State<App>,
    caller: Caller,
    Path(name): Path<String>,
    Query(wanted): Query<VersionWanted>,
) -> Result<Response, Problem> {
    caller.may(Permission::View)?;
    app.at_desk(&caller, move |_, desk| {
        let template = templates::opened(desk.store, &name, wanted.version)?;
        as_file(&template, &name, desk.now)
    })
    .await
}

/// Packs a template as one file, as uploads take it.
pub(in crate::server::api) fn as_file(template: &Template, name: &str, now: Timestamp) -> Result<Response, Problem> {
    let document: serde_json::Value = serde_json::from_slice(&template.document_bytes()).map_err(Problem::internal)?;
    let document = serde_json::to_vec_pretty(&document).map_err(Problem::internal)?;
    let mut zip = ZipWriter::new(Vec::new());
    zip.add(DOCUMENT, &document, now).map_err(Problem::internal)?;
    for asset in template.asset_names() {
        zip.add(asset, template.asset(asset).unwrap_or_default(), now).map_err(Problem::internal)?;
    }
    let bytes = zip.finish().map_err(Problem::internal)?;
    let plain: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(60).collect();
    let headers = [
        (header::CONTENT_TYPE, "application/zip".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{plain}.zip\"")),
        (header::CACHE_CONTROL, "private, no-cache".to_owned()),
    ];
    Ok((headers, bytes).into_response())
}

/// Draw an upload for somebody who does not exist, and keep nothing
///
/// However much is wrong with it: elements that cannot be drawn are left out. With SPECIMEN across the page. `POST
/// /templates/look-over` says what is wrong.
#[utoipa::path(post, path = "/templates/drawing", tag = "Templates", extensions(("x-permission" = json!("import"))),
    request_body(content = TemplateForm, content_type = "multipart/form-data"),
    responses((status = 200, description = "The picture", body = Vec<u8>, content_type = "image/png"),
        (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn drawing(
    State(app): State<App>,
    caller: Caller,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Response, Problem> {
    caller.may(Permission::Import)?;
    let upload = Upload::read(form, app.limits.upload_bytes, app.room_for_staff().enter()).await?;
    let _turn = turn().await?;
    app.in_turn(&caller, move |app, desk| {
        let draft = upload.draft(desk)?;
        let pdf = templates::draft_specimen(desk, &app.faces, &draft, &Sample::default())?;
        specimen(pdf, FileKind::Png, "template", &tag_of(&desk.now))
    })
    .await
}

/// Download a template's document, or one of its pictures and fonts
#[utoipa::path(get, path = "/templates/{name}/files/{file}", tag = "Templates", extensions(("x-permission" = json!("view"))),
    params(("name" = String, Path, example = "classic"),
        ("file" = String, Path, example = "template.json", description = "`template.json`, or an asset's name"), VersionWanted),
    responses((status = 200, description = "The file", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn file(
    State(app): State<App>,
    caller: Caller,
    Path((name, file)): Path<(String, String)>,
    Query(wanted): Query<VersionWanted>,
) -> Result<Response, Problem> {
    caller.may(Permission::View)?;
    app.at_desk(&caller, move |_, desk| {
        let template = templates::opened(desk.store, &name, wanted.version)?;
        let bytes = match file.as_str() {
            "template.json" => Some(template.document_bytes()),
            asset => template.asset(asset).map(<[u8]>::to_vec),
        };
        let bytes = bytes.ok_or_else(|| Problem::not_found(file.chars().take(60).collect::<String>()))?;
        // Never shown in place: an uploaded picture must not run as a page of this host.
        let headers = [
            (header::CONTENT_TYPE, "application/octet-stream"),
            (header::CONTENT_DISPOSITION, "attachment"),
            (header::CACHE_CONTROL, "private, no-cache"),
        ];
        Ok((headers, bytes).into_response())
    })
    .await
}
