//! Previews and spot checks.

use std::time::Instant;

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::certificates::specimen;
use crate::accounts::Permission;
use crate::acts::run::RunError;
use crate::acts::spot_check::{self, SpotCheck};
use crate::acts::templates::{self, TryNames};
use crate::acts::{self, Decider, NotReady, Planned, listed, planned};
use crate::desk::Desk;
use crate::files::FileKind;
use crate::making::{self, FaceError, IssueError, Order, SpecimenError};
use crate::server::extract::{Body, Path, event_code};
use crate::server::reply::tag_of;
use crate::server::{App, Caller, Problem};
use crate::store::{Fields, Participant, PersonKey};

/// How many certificates are checked unless the caller says.
const CHECKED: usize = 5;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(preview)).routes(routes!(try_names)).routes(routes!(spot_check))
}

/// Whose certificate to preview.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PreviewRequest {
    /// The person, by e-mail, by id or by the id of another system. Left out: somebody who does not exist.
    #[serde(default)]
    #[schema(example = "zoe@example.org")]
    person: Option<String>,
    /// The name to print for somebody who does not exist.
    #[serde(default)]
    name: Option<String>,
    /// `pdf` or `png`; `pdf` if left out.
    #[serde(default)]
    format: Option<FileKind>,
}

/// Preview a certificate
///
/// Just as it would be issued now, but with SPECIMEN across the page. Its QR code is none of a certificate: every verifier
/// answers `specimen`. Changes nothing.
#[utoipa::path(post, path = "/events/{code}/specimen", tag = "Quality", extensions(("x-permission" = json!("view"))), params(("code" = String, Path, example = "WORKSHOP")),
    request_body = PreviewRequest,
    responses((status = 200, description = "The file", content((Vec<u8> = "application/pdf"), (Vec<u8> = "image/png"))),
        (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn preview(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    Body(body): Body<PreviewRequest>,
) -> Result<Response, Problem> {
    caller.may(Permission::View)?;
    app.in_turn(&caller, move |app, desk| {
        let code = event_code(&code)?;
        let Planned { event, plan, .. } = planned(desk, &code)?;
        let person = match (&body.person, body.name) {
            (Some(who), _) => acts::find(desk.store, &code, who)?,
            (None, name) => nobody(desk, name)?,
        };
        let decider = Decider::new(&event, &plan)?;
        let decision = decider.decide(&person, &listed(desk.store, &code, &person.key)?);
        if decision.template.bundle.0.is_empty() {
            return Err(RunError::NotReady(vec![NotReady::NoTemplate]).into());
        }
        let order = Order {
            person,
            template: decision.template,
            tier: decision.tier,
            basis: None,
            run: None,
            issued: None,
            earlier: None,
        };
        let pdf = making::preview(desk, &app.faces, &event, &order).map_err(cannot_draw)?;
        specimen(pdf, body.format.unwrap_or_default(), code.as_str(), &tag_of(&desk.now))
    })
    .await
}

/// Returns somebody who does not exist.
pub(super) fn nobody(desk: &Desk, name: Option<String>) -> Result<Participant, Problem> {
    let name = crate::import::checked_name(&name.unwrap_or_else(|| "Specimen Person".to_owned()));
    let name = name.map_err(|error| Problem::unprocessable("bad-name", error.to_string()))?;
    Ok(Participant::new(PersonKey("specimen".to_owned()), name, None, Fields::new(), desk.now))
}

/// Says why a specimen cannot be drawn.
pub(super) fn cannot_draw(error: SpecimenError) -> Problem {
    match error {
        SpecimenError::Issue(IssueError::Store(error)) | SpecimenError::Face(FaceError::Store(error)) => error.into(),
        SpecimenError::Draft(_) | SpecimenError::Face(_) => Problem::unprocessable("cannot-make", error.to_string()),
        SpecimenError::Issue(_) | SpecimenError::Store(_) => Problem::internal(error),
    }
}

/// Find names to try a template with: the longest of the event's list, and one of each script on it
#[utoipa::path(get, path = "/events/{code}/try-names", tag = "Quality", extensions(("x-permission" = json!("view"))), params(("code" = String, Path, example = "WORKSHOP")),
    responses((status = 200, body = TryNames), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn try_names(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
) -> Result<Json<TryNames>, Problem> {
    caller.may(Permission::View)?;
    app.in_turn(&caller, move |_, desk| {
        let code = event_code(&code)?;
        planned(desk, &code)?;
        Ok(Json(templates::names(desk.store, &code)?))
    })
    .await
}

/// How many to check.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SpotCheckRequest {
    /// 1 to 25; 5 if left out.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 25)]
    count: Option<u32>,
}

/// Check certificates taken at random
///
/// Each is drawn, scanned, verified against what would be published now, and compared with its record. Changes nothing.
/// Where that takes too long, fewer are checked than asked for.
#[utoipa::path(post, path = "/events/{code}/spot-check", tag = "Quality", extensions(("x-permission" = json!("view"))), params(("code" = String, Path, example = "WORKSHOP")),
    request_body = SpotCheckRequest,
    responses((status = 200, body = SpotCheck), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn spot_check(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    Body(body): Body<SpotCheckRequest>,
) -> Result<Json<SpotCheck>, Problem> {
    caller.may(Permission::View)?;
    let count = body.count.map_or(CHECKED, |count| count as usize);
    if !(1..=spot_check::MOST).contains(&count) {
        return Err(Problem::unprocessable("bad-request", format!("`count` must be 1 to {}", spot_check::MOST)));
    }
    app.read_at_desk(&caller, move |app, desk| {
        let code = event_code(&code)?;
        let (trust, own) = (app.vault.present(desk)?, app.vault.own());
        // Half of the time that a request may take: the one under way when it is over is still finished.
        let (began, most) = (Instant::now(), app.limits.request_time / 2);
        Ok(Json(spot_check::spot_check(desk, &app.faces, &own, &trust, &code, count, || began.elapsed() < most)?))
    })
    .await
}
