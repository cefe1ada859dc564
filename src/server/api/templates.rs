//! The library of templates: listed, uploaded, previewed, rolled out to events.

use axum::Json;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{DefaultBodyLimit, Multipart, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::certificates::specimen;

use crate::accounts::Permission;
use crate::acts::templates::{self, Kept, MAX_UPLOAD_BYTES, RolledOut, Sample, TemplateUse};
use crate::credential::{EventCode, Timestamp};
use crate::desk::Desk;
use crate::files::FileKind;
use crate::server::extract::{Body, IfMatch, Listing, Paging, Path, Query};
use crate::server::meanwhile::settled;
use crate::server::reply::{Tagged, tag_of};
use crate::server::upload::{read_field, turn};
use crate::server::{App, Caller, Problem};
use crate::store::Fields;
use crate::template::{Finding, MAX_ASSETS, Severity, Template, TemplateError, builtin_names, builtin_versions};

/// Parts of one upload.
const MAX_PARTS: usize = MAX_ASSETS + 8;
/// Columns of a preview.
const MAX_COLUMNS: usize = 200;
/// Longest value of a preview's column, in bytes.
const VALUE_BYTES: usize = 4_000;

pub(super) fn routes() -> OpenApiRouter<App> {
    let uploads = OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(show, change, remove))
        .routes(routes!(check))
        .layer(DefaultBodyLimit::disable());
    OpenApiRouter::new().routes(routes!(preview)).routes(routes!(file)).routes(routes!(roll_out)).merge(uploads)
}

/// A template as the API shows it.
#[derive(Debug, Serialize, ToSchema)]
struct TemplateDetail {
    /// Its name; events name it so.
    #[schema(example = "gold")]
    name: String,
    /// Whether it is part of the program.
    built_in: bool,
    /// Digest of the newest version.
    digest: String,
    /// Title, for people.
    title: String,
    /// Language of the page's own text and of its dates.
    #[schema(example = "en")]
    language: String,
    /// Page in millimetres: width, height.
    #[schema(value_type = Vec<f64>, example = json!([297.0, 210.0]))]
    page: [f32; 2],
    /// What it prints: built-in names, and columns of the list.
    #[schema(example = json!(["participant_name", "issue_date"]))]
    placeholders: Vec<String>,
    /// Pictures and fonts.
    assets: Vec<AssetView>,
    /// Its versions, oldest first.
    versions: Vec<VersionView>,
    /// What a designer should know about it.
    findings: Vec<FindingView>,
}

/// A version of a template.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TemplateVersion)]
struct VersionView {
    /// From 1. `NAME@VERSION` is a template that an event can name, and stays with.
    #[schema(example = 1)]
    version: u32,
    /// SHA-256 of the template with its pictures and fonts.
    digest: String,
    /// Who uploaded it; nobody, where it is part of the program.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "staff:7f3a")]
    by: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    at: Option<Timestamp>,
}

impl VersionView {
    fn all(kept: Kept) -> Vec<Self> {
        let view = |one: templates::KeptVersion| Self {
            version: one.version,
            digest: one.digest,
            by: Some(one.by),
            at: Some(one.at),
        };
        kept.versions.into_iter().map(view).collect()
    }

    fn built_in(name: &str) -> Result<Vec<Self>, Problem> {
        let view = |version| {
            let template = Template::built_in(name, Some(version)).map_err(Problem::internal)?;
            Ok(Self { version, digest: template.digest(), by: None, at: None })
        };
        builtin_versions(name).map(view).collect()
    }
}

/// A picture or font that a template has a place for.
#[derive(Debug, Serialize, ToSchema)]
struct AssetView {
    /// Its name.
    #[schema(example = "logo")]
    name: String,
    /// Whether it is there.
    present: bool,
    /// Whether the template can do without.
    optional: bool,
    /// Its size.
    bytes: u64,
}

/// Something that a designer should know.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TemplateFinding)]
struct FindingView {
    /// `error`: certificates could not be made or verified; `warning`: they may look wrong.
    #[schema(value_type = String, example = "warning")]
    severity: &'static str,
    /// Where in the document.
    #[schema(example = "elements[3]")]
    at: String,
    /// What it is.
    message: String,
    /// What to do about it.
    hint: String,
}

impl FindingView {
    fn of(finding: Finding) -> Self {
        let severity = if finding.severity == Severity::Error { "error" } else { "warning" };
        Self { severity, at: finding.at, message: finding.message, hint: finding.hint }
    }
}

impl TemplateDetail {
    fn of(name: &str, template: &Template, versions: Vec<VersionView>, findings: Vec<Finding>) -> Self {
        let (width, height) = template.document().page.millimetres();
        let assets = template.asset_places().into_iter().map(|(name, optional)| {
            let bytes = template.asset(&name);
            AssetView { present: bytes.is_some(), optional, bytes: bytes.map_or(0, <[u8]>::len) as u64, name }
        });
        Self {
            name: name.to_owned(),
            built_in: builtin_names().contains(&name),
            digest: template.digest(),
            title: template.document().title.clone(),
            language: template.document().language.clone(),
            page: [width, height],
            placeholders: template.placeholders().into_iter().collect(),
            assets: assets.collect(),
            versions,
            findings: findings.into_iter().map(FindingView::of).collect(),
        }
    }

    /// The newest version of what a name stands for, looked over.
    fn opened(app: &App, desk: &Desk, name: &str, versions: Vec<VersionView>) -> Result<Self, Problem> {
        let template = templates::opened(desk.store, name, None)?;
        let findings = template.check(app.faces.fonts(), &[]);
        Ok(Self::of(name, &template, versions, findings))
    }
}

/// A template in the listing.
#[derive(Debug, Serialize, ToSchema)]
struct TemplateItem {
    /// Its name; events name it so.
    #[schema(example = "gold")]
    name: String,
    /// Whether it is part of the program.
    built_in: bool,
    /// Number of the newest version.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<u32>,
    /// Digest of the newest version.
    digest: String,
}

impl TemplateItem {
    fn of(kept: Kept) -> Self {
        let (version, digest) = kept.newest().map(|newest| (newest.version, newest.digest.clone())).unzip();
        Self { name: kept.name, built_in: false, version, digest: digest.unwrap_or_default() }
    }

    fn built_in(name: &str) -> Result<Self, Problem> {
        let template = Template::open(name).map_err(Problem::internal)?;
        let version = Some(*builtin_versions(name).end());
        Ok(Self { name: name.to_owned(), built_in: true, version, digest: template.digest() })
    }
}

/// List templates: the built-in ones first, then the library by name
#[utoipa::path(get, path = "/templates", tag = "Templates", extensions(("x-permission" = json!("view"))), params(Paging),
    responses((status = 200, body = Listing<TemplateItem>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(paging): Query<Paging>,
) -> Result<Json<Listing<TemplateItem>>, Problem> {
    caller.may(Permission::View)?;
    let limit = paging.limit()?;
    app.at_desk(&caller, move |_, desk| {
        let page = templates::library(desk.store, paging.cursor.as_deref(), limit)?;
        let mut items = Vec::new();
        if paging.cursor.is_none() {
            items = builtin_names().into_iter().map(TemplateItem::built_in).collect::<Result<_, _>>()?;
        }
        items.extend(page.items.into_iter().map(TemplateItem::of));
        Ok(Json(Listing { items, next: page.next }))
    })
    .await
}

/// A template to upload.
#[derive(ToSchema)]
#[allow(dead_code, reason = "describes the form")]
struct TemplateForm {
    /// Its name, for a new one.
    name: Option<String>,
    /// `template.json`; see `schemas/template.json`. Left out where `base` is given.
    #[schema(value_type = Option<String>, format = Binary)]
    template: Option<Vec<u8>>,
    /// Instead of `template`: a built-in template or one of the library, to put pictures into.
    base: Option<String>,
    /// Pictures and fonts that the document names, each under its file name.
    #[schema(value_type = Option<Vec<String>>, format = Binary)]
    asset: Option<Vec<Vec<u8>>>,
    /// The picture `logo`, where the template has a place for it; so `signature_1` to `signature_6`, and any other by name.
    #[schema(value_type = Option<String>, format = Binary)]
    logo: Option<Vec<u8>>,
}

/// The parts of an upload.
#[derive(Default)]
struct Upload {
    name: Option<String>,
    document: Option<Vec<u8>>,
    base: Option<String>,
    assets: Vec<(String, Vec<u8>)>,
}

fn bad(detail: impl Into<String>) -> Problem {
    Problem::bad_request("bad-upload", detail)
}

impl Upload {
    /// Reads the form, never more than a template may have.
    async fn read(form: Result<Multipart, MultipartRejection>, limit: usize) -> Result<Self, Problem> {
        let mut form = form.map_err(|rejection| bad(rejection.body_text()))?;
        let (mut read, mut left, mut parts) = (Self::default(), limit.min(MAX_UPLOAD_BYTES), 0);
        while let Some(field) = form.next_field().await.map_err(|error| bad(error.body_text()))? {
            parts += 1;
            if parts > MAX_PARTS {
                return Err(bad(format!("there are more than {MAX_PARTS} parts")));
            }
            let name = field.name().unwrap_or_default().to_owned();
            let file = field.file_name().map(str::to_owned);
            let bytes = read_field(field, &mut left).await?;
            read.take(name, file, bytes)?;
        }
        Ok(read)
    }

    fn take(&mut self, name: String, file: Option<String>, bytes: Vec<u8>) -> Result<(), Problem> {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).map_err(|_| bad("a field is not UTF-8"));
        match (name.as_str(), file) {
            ("name", _) => self.name = Some(text(bytes)?.trim().to_owned()),
            ("base", _) => self.base = Some(text(bytes)?.trim().to_owned()),
            ("template", _) => self.document = Some(bytes),
            ("asset", Some(file)) => self.assets.push((file, bytes)),
            ("asset", None) => return Err(bad("an `asset` needs a file name")),
            (_, Some(_)) => self.assets.push((name, bytes)),
            (_, None) => return Err(bad("a part is neither `name`, `template`, `base` nor a file")),
        }
        Ok(())
    }

    /// Makes a template of the parts.
    fn template(self, desk: &Desk) -> Result<Template, Problem> {
        let mut names: Vec<_> = self.assets.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        if let Some(twice) = names.windows(2).find(|two| two[0] == two[1]) {
            return Err(bad(format!("asset `{}` is there twice", twice[0].chars().take(60).collect::<String>())));
        }
        let template = match (&self.document, &self.base) {
            (Some(document), None) => {
                let assets = self.assets.iter().map(|(name, bytes)| (name.clone(), bytes.clone().into())).collect();
                Template::new(document, assets).map_err(refused)?
            }
            (None, Some(base)) => {
                let template = templates::opened(desk.store, base, None)?;
                let put = |template: Template, (name, bytes): (String, Vec<u8>)| template.with_asset(&name, bytes);
                self.assets.clone().into_iter().try_fold(template, put).map_err(refused)?
            }
            _ => return Err(bad("exactly one of `template` and `base` is needed")),
        };
        let places = template.asset_places();
        match self.assets.iter().find(|(name, _)| !places.contains_key(name)) {
            None => Ok(template),
            Some((name, _)) => {
                let known = places.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
                let name: String = name.chars().take(60).collect();
                let detail = format!("the template has no place for `{name}`; it has places for: {known}");
                Err(Problem::unprocessable("bad-template", detail))
            }
        }
    }
}

fn refused(error: TemplateError) -> Problem {
    Problem::unprocessable("bad-template", error.to_string())
}

/// Add a template to the library
///
/// From a document with its pictures and fonts, or from another template with a logo and signatures. It is looked over and
/// drawn once before it is kept; what cannot be used is refused with all that is wrong.
#[utoipa::path(post, path = "/templates", tag = "Templates", extensions(("x-permission" = json!("import"))),
    request_body(content = TemplateForm, content_type = "multipart/form-data"),
    responses((status = 201, body = TemplateDetail), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn add(
    State(app): State<App>,
    caller: Caller,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Tagged<TemplateDetail>, Problem> {
    caller.may_everywhere(Permission::Import)?;
    let _turn = turn()?;
    let upload = Upload::read(form, app.limits.upload_bytes).await?;
    app.at_desk(&caller, move |app, desk| {
        let name = upload.name.clone().ok_or_else(|| bad("there is no field `name`"))?;
        let template = upload.template(desk)?;
        let (kept, findings) = templates::add(desk, &app.faces, &name, &template)?;
        Ok(Tagged::created(tag_of(&kept), TemplateDetail::of(&name, &template, VersionView::all(kept), findings)))
    })
    .await
}

/// Look an upload over, and keep nothing
#[utoipa::path(post, path = "/templates/check", tag = "Templates", extensions(("x-permission" = json!("import"))),
    request_body(content = TemplateForm, content_type = "multipart/form-data"),
    responses((status = 200, body = TemplateDetail), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn check(
    State(app): State<App>,
    caller: Caller,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Json<TemplateDetail>, Problem> {
    caller.may(Permission::Import)?;
    let _turn = turn()?;
    let upload = Upload::read(form, app.limits.upload_bytes).await?;
    app.at_desk(&caller, move |app, desk| {
        let name = upload.name.clone().unwrap_or_default();
        let template = upload.template(desk)?;
        let findings = templates::examine(desk, &app.faces, &template)?;
        Ok(Json(TemplateDetail { built_in: false, ..TemplateDetail::of(&name, &template, Vec::new(), findings) }))
    })
    .await
}

/// A template, and where it is used.
#[derive(Debug, Serialize, ToSchema)]
struct TemplateUsed {
    /// The template.
    template: TemplateDetail,
    /// Events that name it.
    used_by: Vec<TemplateUse>,
}

/// Show a template, and which events use it
#[utoipa::path(get, path = "/templates/{name}", tag = "Templates", extensions(("x-permission" = json!("view"))), params(("name" = String, Path, example = "classic")),
    responses((status = 200, body = TemplateUsed), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(name): Path<String>,
) -> Result<Tagged<TemplateUsed>, Problem> {
    caller.may(Permission::View)?;
    app.at_desk(&caller, move |app, desk| {
        let (versions, tag) = match templates::kept(desk.store, &name) {
            Ok((kept, _)) => {
                let tag = tag_of(&kept);
                (VersionView::all(kept), tag)
            }
            Err(_) if builtin_names().contains(&name.as_str()) => (VersionView::built_in(&name)?, tag_of(&name)),
            Err(other) => return Err(other.into()),
        };
        let template = TemplateDetail::opened(app, desk, &name, versions)?;
        Ok(Tagged::ok(tag, TemplateUsed { template, used_by: templates::uses(desk, &name)? }))
    })
    .await
}

/// Upload a new version of a template
///
/// Events keep the version that they have until the new one is rolled out to them.
#[utoipa::path(put, path = "/templates/{name}", tag = "Templates", extensions(("x-permission" = json!("import"))),
    params(("name" = String, Path, example = "gold"), ("If-Match" = Option<String>, Header, description = "ETag that was seen")),
    request_body(content = TemplateForm, content_type = "multipart/form-data"),
    responses((status = 200, body = TemplateDetail), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn change(
    State(app): State<App>,
    caller: Caller,
    Path(name): Path<String>,
    if_match: IfMatch,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Tagged<TemplateDetail>, Problem> {
    caller.may_everywhere(Permission::Import)?;
    let _turn = turn()?;
    let upload = Upload::read(form, app.limits.upload_bytes).await?;
    app.at_desk(&caller, move |app, desk| {
        let seen = || {
            let (old, revision) = templates::kept(desk.store, &name)?;
            if_match.check(&tag_of(&old)).map(|()| (old, revision))
        };
        seen()?;
        let template = upload.template(desk)?;
        settled(|| {
            let (old, revision) = seen()?;
            let (kept, findings) = templates::add_version(desk, &app.faces, (&old, revision), &template)?;
            Ok(Tagged::ok(tag_of(&kept), TemplateDetail::of(&name, &template, VersionView::all(kept), findings)))
        })
    })
    .await
}

/// Take a template out of the library
///
/// Refused while an event uses it. Certificates that were drawn with it keep it.
#[utoipa::path(delete, path = "/templates/{name}", tag = "Templates", extensions(("x-permission" = json!("import"))), params(("name" = String, Path, example = "gold")),
    responses((status = 204, description = "Removed"), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn remove(State(app): State<App>, caller: Caller, Path(name): Path<String>) -> Result<StatusCode, Problem> {
    caller.may_everywhere(Permission::Import)?;
    app.at_desk(&caller, move |_, desk| {
        templates::remove(desk, &name)?;
        Ok(StatusCode::NO_CONTENT)
    })
    .await
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
        let template = templates::opened(desk.store, &name, wanted.version)?;
        let pdf = templates::specimen(desk, &app.faces, &template, &body.sample()?)?;
        specimen(pdf, body.format.unwrap_or_default(), &name, &tag_of(&desk.now))
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

/// To which events.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "events": ["WORKSHOP"] }))]
struct RollOut {
    /// Their codes; all that use it if left out.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>, max_items = 1_000)]
    events: Option<Vec<EventCode>>,
}

/// Give the newest version to the events that use an older one
///
/// Certificates stay as they are: a run `regenerate` over `template_older` replaces them. An event in which the new version
/// does not fit keeps what it has, and is named.
#[utoipa::path(post, path = "/templates/{name}/roll-out", tag = "Templates", extensions(("x-permission" = json!("import"))),
    params(("name" = String, Path, example = "gold")), request_body = RollOut,
    responses((status = 200, body = Listing<RolledOut>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn roll_out(
    State(app): State<App>,
    caller: Caller,
    Path(name): Path<String>,
    Body(body): Body<RollOut>,
) -> Result<Json<Listing<RolledOut>>, Problem> {
    caller.may(Permission::Import)?;
    if body.events.as_ref().is_some_and(|events| events.len() > 1_000) {
        return Err(Problem::unprocessable("too-many", "at most 1,000 events at once"));
    }
    app.at_desk(&caller, move |app, desk| {
        let items = templates::roll_out(desk, &app.faces, &name, body.events.as_deref())?;
        Ok(Json(Listing { items, next: None }))
    })
    .await
}
