//! Events.

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::accounts::Permission;
use crate::credential::Timestamp;
use crate::server::extract::{Listing, Paging, Path, Query, event_code};
use crate::server::reply::{Tagged, tag_of};
use crate::server::{App, Caller, Problem};
use crate::store::Event;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(show))
}

/// An event as the API shows it.
#[derive(Debug, Serialize, ToSchema)]
struct EventView {
    /// Part of every certificate's number.
    #[schema(example = "WORKSHOP")]
    code: String,
    /// Title.
    #[schema(example = "Applied Cartography")]
    title: String,
    /// What it was about.
    description: String,
    /// What had to be done for a certificate.
    criteria: String,
    /// First day.
    #[schema(value_type = Option<String>, format = DateTime)]
    starts: Option<Timestamp>,
    /// Last day.
    #[schema(value_type = Option<String>, format = DateTime)]
    ends: Option<Timestamp>,
    /// When it was created.
    #[schema(value_type = String, format = DateTime)]
    created: Timestamp,
}

impl EventView {
    fn of(event: Event) -> Self {
        Self {
            code: event.code.to_string(),
            title: event.achievement.name,
            description: event.achievement.description,
            criteria: event.achievement.criteria,
            starts: event.starts,
            ends: event.ends,
            created: event.created,
        }
    }
}

/// List events by code
#[utoipa::path(get, path = "/events", tag = "Events", params(Paging),
    responses((status = 200, body = Listing<EventView>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(paging): Query<Paging>,
) -> Result<Json<Listing<EventView>>, Problem> {
    caller.may(Permission::View)?;
    let limit = paging.limit()?;
    app.at_desk(&caller, move |_, desk| {
        Ok(Json(Listing::of(desk.store.events(paging.cursor.as_deref(), limit)?, EventView::of)))
    })
    .await
}

/// Show an event
#[utoipa::path(get, path = "/events/{code}", tag = "Events", params(("code" = String, Path, example = "WORKSHOP")),
    responses((status = 200, body = EventView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn show(State(app): State<App>, caller: Caller, Path(code): Path<String>) -> Result<Tagged<EventView>, Problem> {
    caller.may(Permission::View)?;
    app.at_desk(&caller, move |_, desk| {
        let code = event_code(&code)?;
        let event = desk.store.event(&code)?.ok_or_else(|| Problem::not_found(&code))?;
        Ok(Tagged::ok(tag_of(&event), EventView::of(event)))
    })
    .await
}
