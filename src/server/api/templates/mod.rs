//! The library of templates: listed, uploaded, looked over, previewed, rolled out to events.

mod archive;
mod drawn;
mod rolling;
mod upload;
mod views;

use axum::Json;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{DefaultBodyLimit, Multipart, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) use self::drawn::as_file;
use self::upload::bad;
pub(super) use self::upload::{TemplateForm, Upload};
pub(super) use self::views::{AssetView, FindingView, VersionView};
use self::views::{LookedOver, TemplateDetail, TemplateItem};
use crate::accounts::Permission;
use crate::acts::templates::{self, TemplateUse};
use crate::server::extract::{IfMatch, Listing, Paging, Path, Query, event_code};
use crate::server::meanwhile::settled;
use crate::server::reply::{Tagged, tag_of};
use crate::server::upload::turn;
use crate::server::{App, Caller, Problem};
use crate::store::template_named_for;
use crate::template::{builtin_names, is_builtin_name, name_and_language, small_names};

pub(super) fn routes() -> OpenApiRouter<App> {
    let uploads = OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(show, change, remove))
        .routes(routes!(check))
        .routes(routes!(look_over))
        .merge(drawn::uploads())
        .layer(DefaultBodyLimit::disable());
    OpenApiRouter::new().merge(drawn::routes()).merge(rolling::routes()).merge(uploads)
}

/// Refuses who may not change a template of that name: those of the library need a membership for all events, an event's own one
/// for that event.
pub(super) fn may_change(caller: &Caller, name: Option<&str>) -> Result<(), Problem> {
    let own = name.and_then(template_named_for);
    match own.filter(|event| caller.scope.covers([event].into_iter())) {
        Some(_) => caller.may(Permission::Import),
        None => caller.may_everywhere(Permission::Import),
    }
}

/// What a listing of templates tells besides.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct TemplatesWanted {
    /// Whether to tell which events use each (`used_by`).
    #[serde(default)]
    uses: bool,
    /// Only those that this event may choose: those of the issuer, and its own.
    #[param(example = "WORKSHOP")]
    event: Option<String>,
    /// Only those that are for `certificate`, `card` or `badge`, or `any`; for certificates, if left out.
    #[serde(rename = "for")]
    #[param(rename = "for", example = "card")]
    purpose: Option<String>,
}

/// List templates: the built-in ones first, then the library by name
#[utoipa::path(get, path = "/templates", tag = "Templates", extensions(("x-permission" = json!("view"))), params(Paging, TemplatesWanted),
    responses((status = 200, body = Listing<TemplateItem>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(paging): Query<Paging>,
    Query(wanted): Query<TemplatesWanted>,
) -> Result<Json<Listing<TemplateItem>>, Problem> {
    caller.may(Permission::View)?;
    let limit = paging.limit()?;
    let event = wanted.event.as_deref().map(event_code).transpose()?;
    if wanted.purpose.as_deref().is_some_and(|word| !["certificate", "card", "badge", "any"].contains(&word)) {
        let detail = "`for` is one of `certificate`, `card`, `badge` and `any`";
        return Err(Problem::unprocessable("bad-request", detail));
    }
    app.at_desk(&caller, move |_, desk| {
        let page = templates::library(desk.store, paging.cursor.as_deref(), limit)?;
        let mut items: Vec<TemplateItem> = Vec::new();
        if paging.cursor.is_none() {
            for name in builtin_names().into_iter().chain(small_names(None)) {
                if templates::is_built_in(desk.store, name)? {
                    items.push(TemplateItem::built_in(name)?);
                }
            }
        }
        for kept in page.items {
            let item = TemplateItem::of(desk.store, kept)?;
            if event.as_ref().is_none_or(|event| item.may_be_chosen(event)) {
                items.push(item);
            }
        }
        items.retain(|item| item.is_for(wanted.purpose.as_deref()));
        if wanted.uses {
            let uses = templates::all_uses(desk)?;
            items = items.into_iter().map(|item| item.with_uses(&uses)).collect();
        }
        Ok(Json(Listing { items, next: page.next }))
    })
    .await
}

/// Add a template to the library
///
/// From a document with its pictures and fonts, or from another template with a logo and signatures. It is looked over and
/// drawn once before it is kept; what cannot be used is refused with all that is wrong. The library's templates are added by
/// members for all events. One whose name is `event-CODE`, or `event-CODE-MORE`, is the event's own: whoever may change the event
/// adds it, and no other event can choose it.
#[utoipa::path(post, path = "/templates", tag = "Templates", extensions(("x-permission" = json!("import"))),
    request_body(content = TemplateForm, content_type = "multipart/form-data"),
    responses((status = 201, body = TemplateDetail), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn add(
    State(app): State<App>,
    caller: Caller,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Tagged<TemplateDetail>, Problem> {
    caller.may(Permission::Import)?;
    let upload = Upload::read(form, app.limits.upload_bytes, app.room_for_staff().enter()).await?;
    let _turn = turn().await?;
    may_change(&caller, upload.name.as_deref())?;
    app.at_desk(&caller, move |app, desk| {
        let name = upload.name.clone().ok_or_else(|| bad("there is no field `name`"))?;
        let template = upload.template(desk)?;
        let (kept, findings) = templates::add(desk, &app.faces, &name, &template)?;
        let tag = tag_of(&kept);
        let detail = TemplateDetail::of(desk.store, &name, &template, VersionView::all(kept), findings)?;
        Ok(Tagged::created(tag, detail))
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
    let upload = Upload::read(form, app.limits.upload_bytes, app.room_for_staff().enter()).await?;
    let _turn = turn().await?;
    app.at_desk(&caller, move |app, desk| {
        let name = upload.name.clone().unwrap_or_default();
        let template = upload.template(desk)?;
        let findings = templates::examine(desk, &app.faces, &template)?;
        let detail = TemplateDetail::of(desk.store, &name, &template, Vec::new(), findings)?;
        Ok(Json(detail.not_kept()))
    })
    .await
}

/// Look an upload over, however much is wrong with it, and keep nothing
///
/// Every fault with its place in the document, and on the page where it has one. `POST /templates/drawing` draws what can be drawn.
#[utoipa::path(post, path = "/templates/look-over", tag = "Templates", extensions(("x-permission" = json!("import"))),
    request_body(content = TemplateForm, content_type = "multipart/form-data"),
    responses((status = 200, body = LookedOver), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn look_over(
    State(app): State<App>,
    caller: Caller,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Json<LookedOver>, Problem> {
    caller.may(Permission::Import)?;
    let upload = Upload::read(form, app.limits.upload_bytes, app.room_for_staff().enter()).await?;
    let _turn = turn().await?;
    app.in_turn(&caller, move |app, desk| {
        let draft = upload.draft(desk)?;
        let findings = templates::draft_findings(desk, &app.faces, &draft)?;
        Ok(Json(LookedOver::of(&draft, findings)))
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
        let (plain, _) = name_and_language(&name);
        let (versions, tag) = match templates::kept(desk.store, plain) {
            Ok((kept, _)) => {
                let tag = tag_of(&kept);
                (VersionView::all(kept), tag)
            }
            Err(_) if is_builtin_name(plain) => (VersionView::built_in(plain)?, tag_of(&plain)),
            Err(other) => return Err(other.into()),
        };
        let template = TemplateDetail::opened(app, desk, &name, versions)?;
        Ok(Tagged::ok(tag, TemplateUsed { template, used_by: templates::uses(desk, plain)? }))
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
    may_change(&caller, Some(&name))?;
    let upload = Upload::read(form, app.limits.upload_bytes, app.room_for_staff().enter()).await?;
    let _turn = turn().await?;
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
            let tag = tag_of(&kept);
            let detail = TemplateDetail::of(desk.store, &name, &template, VersionView::all(kept), findings)?;
            Ok(Tagged::ok(tag, detail))
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
    may_change(&caller, Some(&name))?;
    app.at_desk(&caller, move |_, desk| {
        templates::remove(desk, &name)?;
        Ok(StatusCode::NO_CONTENT)
    })
    .await
}
