//! The issuer's time zone: shown, said. What `testamur.toml` says stays.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::accounts::Permission;
use crate::acts;
use crate::credential::{Zone, ZoneError};
use crate::server::extract::Body;
use crate::server::problem::FieldProblem;
use crate::server::{App, Caller, Problem};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(show, say))
}

/// The issuer's time zone.
#[derive(Debug, Serialize, ToSchema)]
struct TimeZoneView {
    /// Its name in the IANA database.
    #[schema(example = "Europe/Berlin")]
    time_zone: String,
    /// Whether `testamur.toml` says it; then it is changed there.
    fixed: bool,
}

fn view(app: &App) -> Json<TimeZoneView> {
    let zone = &app.issuer.zone;
    Json(TimeZoneView { time_zone: zone.name().to_owned(), fixed: zone.is_fixed() })
}

/// Show the issuer's time zone
#[utoipa::path(get, path = "/settings/time-zone", tag = "Operations", extensions(("x-permission" = json!("settings"))),
    responses((status = 200, body = TimeZoneView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn show(State(app): State<App>, caller: Caller) -> Result<Json<TimeZoneView>, Problem> {
    caller.may_everywhere(Permission::Settings)?;
    Ok(view(&app))
}

/// A time zone.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "time_zone": "Europe/Berlin" }))]
struct TimeZoneWanted {
    /// Its name in the IANA database, or `UTC`.
    time_zone: String,
}

/// Say the issuer's time zone
///
/// From now on, at once: on which day something falls that happens from then on, unless its event has a zone of its own. The days of
/// certificates that were issued stay.
#[utoipa::path(put, path = "/settings/time-zone", tag = "Operations", extensions(("x-permission" = json!("settings"))), request_body = TimeZoneWanted,
    responses((status = 200, body = TimeZoneView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn say(
    State(app): State<App>,
    caller: Caller,
    Body(wanted): Body<TimeZoneWanted>,
) -> Result<Json<TimeZoneView>, Problem> {
    caller.may_everywhere(Permission::Settings)?;
    app.at_desk(&caller, move |app, desk| {
        if desk.issuer.zone.is_fixed() {
            let detail = "testamur.toml says the time zone (time_zone); change it there";
            return Err(Problem::conflict("time-zone-fixed", detail));
        }
        let zone: Zone = wanted.time_zone.parse().map_err(|error: ZoneError| {
            let errors = vec![FieldProblem { field: "time_zone".to_owned(), detail: error.to_string() }];
            Problem::unprocessable("bad-time-zone", "nothing was changed").with_errors(errors)
        })?;
        acts::choose_zone(desk, &zone)?;
        Ok(view(app))
    })
    .await
}
