//! Designs as files: what is not kept yet is taken along, and begun from.

use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, State};
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::templates::{TemplateForm, Upload, as_file};
use super::tag;
use super::views::DesignDetail;
use crate::accounts::Permission;
use crate::acts::templates::design::{self, Whom};
use crate::credential::EventCode;
use crate::server::extract::{Path, Query, event_code};
use crate::server::reply::Tagged;
use crate::server::upload::turn;
use crate::server::{App, Caller, Problem};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(packed))
}

/// Returns the routes that take a file.
pub(super) fn uploads() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(bring))
}

/// Download a design as one file: a ZIP archive with its document, pictures and fonts
///
/// As it stands, whatever is still missing of a template. `POST /template-designs/from-file` takes it, and so does `POST /templates`
/// where nothing is missing. Its steps and locks are not in it.
#[utoipa::path(get, path = "/template-designs/{design}/archive", tag = "Designs", extensions(("x-permission" = json!("import"))),
    params(("design" = String, Path, example = "mfrggzdfmztwq2lk")),
    responses((status = 200, description = "The archive", body = Vec<u8>, content_type = "application/zip"),
        (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn packed(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Response, Problem> {
    caller.may(Permission::Import)?;
    app.at_desk(&caller, move |_, desk| {
        let opened = design::open(desk, &id)?;
        as_file(&opened.content.template, &format!("design-{id}"), desk.now)
    })
    .await
}

/// For what.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct EventMeant {
    /// The event whose own it is meant to be.
    #[param(example = "WORKSHOP")]
    event: Option<String>,
}

/// Begin a design from a file
///
/// From a document with its pictures and fonts, or an archive of them: that of a template, or of a design that somebody has not kept
/// yet. What is missing of a template can be missing; a picture that cannot be drawn is refused with the way out.
#[utoipa::path(post, path = "/template-designs/from-file", tag = "Designs", extensions(("x-permission" = json!("import"))),
    params(EventMeant), request_body(content = TemplateForm, content_type = "multipart/form-data"),
    responses((status = 201, body = DesignDetail), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn bring(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<EventMeant>,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Tagged<DesignDetail>, Problem> {
    caller.may(Permission::Import)?;
    let event: Option<EventCode> =
        wanted.event.filter(|code| !code.is_empty()).map(|code| event_code(&code)).transpose()?;
    let upload = Upload::read(form, app.limits.upload_bytes, app.room_for_staff().enter()).await?;
    let _turn = turn().await?;
    app.in_turn(&caller, move |app, desk| {
        if let Some(code) = &event {
            crate::acts::planned(desk, code)?;
        }
        let opened = design::bring(desk, &app.faces, upload.template(desk)?, event)?;
        Ok(Tagged::created(tag(&opened), DesignDetail::of(app, desk, opened, &Whom::default())?))
    })
    .await
}
