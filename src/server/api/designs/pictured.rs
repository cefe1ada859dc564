//! Designs as pictures, and tried with the names of an event.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::super::looks::RangeWanted;
use super::{WhomWanted, tag};
use crate::accounts::Permission;
use crate::acts::templates::ListTried;
use crate::acts::templates::design;
use crate::server::extract::{Path, Query, event_code};
use crate::server::{App, Caller, Problem};

/// What a drawing may do where it is opened alone: nothing but show itself.
const POLICY: &str = "default-src 'none'; img-src data:; sandbox";

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(page)).routes(routes!(names))
}

/// Draw a design as an SVG: the page that would become the PDF, with letters as outlines
///
/// What cannot be drawn for them is left out; `GET /template-designs/{design}` says what. The code is that of a specimen.
#[utoipa::path(get, path = "/template-designs/{design}/page", tag = "Designs", extensions(("x-permission" = json!("import"))),
    params(("design" = String, Path, example = "mfrggzdfmztwq2lk"), WhomWanted),
    responses((status = 200, description = "The page", body = String, content_type = "image/svg+xml"),
        (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn page(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(whom): Query<WhomWanted>,
) -> Result<Response, Problem> {
    caller.may(Permission::Import)?;
    let whom = whom.read()?;
    app.in_turn(&caller, move |app, desk| {
        let (opened, whom) = (design::open(desk, &id)?, whom.somebody(desk)?);
        let drawn = design::drawn(desk, &app.faces, &opened, &whom)?;
        let headers = [
            (header::CONTENT_TYPE, "image/svg+xml".to_owned()),
            (header::CONTENT_SECURITY_POLICY, POLICY.to_owned()),
            (header::CACHE_CONTROL, "private, no-cache".to_owned()),
            (header::ETAG, format!("\"{}\"", tag(&opened))),
        ];
        Ok((headers, drawn.svg).into_response())
    })
    .await
}

/// Whose names.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct EventWanted {
    /// The event whose list is tried.
    #[param(example = "WORKSHOP")]
    event: String,
}

/// Try a design with everybody of an event's list
///
/// How many names shrink below 9 points, who gets no certificate and why, as a run would say it, and the same by script; 20,000 people at
/// most.
#[utoipa::path(get, path = "/template-designs/{design}/names", tag = "Designs", extensions(("x-permission" = json!("import"))),
    params(("design" = String, Path, example = "mfrggzdfmztwq2lk"), EventWanted, RangeWanted),
    responses((status = 200, body = ListTried), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn names(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(wanted): Query<EventWanted>,
    Query(range): Query<RangeWanted>,
) -> Result<Json<ListTried>, Problem> {
    caller.may(Permission::Import)?;
    let range = range.read()?;
    app.in_turn(&caller, move |app, desk| {
        let opened = design::open(desk, &id)?;
        let code = event_code(&wanted.event)?;
        let kid = app.vault.kid().ok();
        Ok(Json(design::try_list(desk, &app.faces, &opened, &code, (range, kid.as_deref()))?))
    })
    .await
}
