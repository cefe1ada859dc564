//! Versions of a template: compared, and given to the events that use an older one.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::accounts::Permission;
use crate::acts::templates::{self, Change, RolledOut, WouldRollOut};
use crate::credential::EventCode;
use crate::server::extract::{Body, Listing, Path, Query};
use crate::server::{App, Caller, Problem};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(would_roll_out, roll_out)).routes(routes!(compare))
}

/// What a roll-out would be about.
#[derive(Debug, Serialize, ToSchema)]
struct RollOutPreview {
    /// The events.
    items: Vec<WouldRollOut>,
    /// Nothing: all of them are there.
    next: Option<String>,
    /// What they are known by, with what each would get and how many people it has: with it as `set` the roll-out is about these very
    /// events or none.
    #[schema(example = "5f2b9c0d4e8a7163b1f0c2d3e4a59687")]
    set: String,
}

/// Say which events a roll-out would be about
///
/// Those that use an older version, each with whether the newest fits. Changes nothing.
#[utoipa::path(get, path = "/templates/{name}/roll-out", tag = "Templates", extensions(("x-permission" = json!("view"))),
    params(("name" = String, Path, example = "gold")),
    responses((status = 200, body = RollOutPreview), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn would_roll_out(
    State(app): State<App>,
    caller: Caller,
    Path(name): Path<String>,
) -> Result<Json<RollOutPreview>, Problem> {
    caller.may(Permission::View)?;
    app.in_turn(&caller, move |app, desk| {
        let items = templates::would_roll_out(desk, &app.faces, &name)?;
        let set = templates::roll_out_set(&items);
        Ok(Json(RollOutPreview { items, next: None, set }))
    })
    .await
}

/// Which versions.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Versions {
    /// The older version.
    #[param(example = 1)]
    one: u32,
    /// The newer one.
    #[param(example = 2)]
    other: u32,
}

/// Compare two versions of a template
///
/// The page, and the elements that are new, not there any more, changed, or lie elsewhere among the others; none where both are the same.
#[utoipa::path(get, path = "/templates/{name}/compare", tag = "Templates", extensions(("x-permission" = json!("view"))),
    params(("name" = String, Path, example = "classic"), Versions),
    responses((status = 200, body = Listing<Change>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn compare(
    State(app): State<App>,
    caller: Caller,
    Path(name): Path<String>,
    Query(versions): Query<Versions>,
) -> Result<Json<Listing<Change>>, Problem> {
    caller.may(Permission::View)?;
    app.at_desk(&caller, move |_, desk| {
        let items = templates::compare(desk, &name, (versions.one, versions.other))?;
        Ok(Json(Listing { items, next: None }))
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
    /// Only if it is about so many events; else nothing is done (409 `changed`).
    #[serde(default)]
    expected: Option<u64>,
    /// `set` of what was shown: where it is about other events by now, one has more or fewer people or certificates, or would get
    /// another version, nothing is done (409 `changed`).
    #[serde(default)]
    set: Option<String>,
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
        let is_confirmed = body.expected.is_some() || body.set.is_some();
        let confirmed = is_confirmed.then_some(|would: &[WouldRollOut]| confirmed(would, &body));
        let items = templates::roll_out(desk, &app.faces, &name, body.events.as_deref(), confirmed)?;
        Ok(Json(Listing { items, next: None }))
    })
    .await
}

/// Refuses a roll-out that is about others than were shown.
fn confirmed(would: &[WouldRollOut], body: &RollOut) -> Result<(), Problem> {
    let now = would.len() as u64;
    if let Some(expected) = body.expected.filter(|expected| *expected != now) {
        let events = if now == 1 { "1 event".to_owned() } else { format!("{now} events") };
        let detail = format!("it would be about {events} now, not {expected}; look again");
        return Err(Problem::conflict("changed", detail));
    }
    let set = templates::roll_out_set(would);
    match body.set.as_ref().is_some_and(|seen| *seen != set) {
        true => Err(Problem::conflict(
            "changed",
            "it would be about other events or people now, or give another version; look again",
        )),
        false => Ok(()),
    }
}
