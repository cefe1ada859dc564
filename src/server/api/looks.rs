//! How an event's certificates look: the pictures that it has of its own, and everybody of its list tried with its templates.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::accounts::Permission;
use crate::acts::planned;
use crate::acts::templates::{self, ListTried, MOST_NAMED, NAMED, Range, Worn};
use crate::server::extract::{Path, Query, event_code};
use crate::server::{App, Caller, Problem};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(pictures)).routes(routes!(try_list))
}

/// Which of those that were found are told.
#[derive(Debug, Clone, Copy, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct RangeWanted {
    /// How many of each kind come before them.
    #[serde(default)]
    #[param(maximum = 1_000_000)]
    from: Option<u32>,
    /// How many of each kind are told at most; 20 if left out.
    #[serde(default)]
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

impl RangeWanted {
    pub(super) fn read(self) -> Result<Range, Problem> {
        let most = self.limit.map_or(NAMED, |limit| limit as usize);
        if !(1..=MOST_NAMED).contains(&most) {
            return Err(Problem::unprocessable("bad-request", format!("`limit` is not 1 to {MOST_NAMED}")));
        }
        Ok(Range { from: self.from.unwrap_or_default().min(1_000_000) as usize, most })
    }
}

/// With which template.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct TemplateAsked {
    /// A template that the event does not have yet; its own, if left out.
    #[serde(default)]
    #[param(example = "minimal")]
    template: Option<String>,
}

/// The pictures of an event's own.
#[derive(Debug, Serialize, ToSchema)]
struct EventPictures {
    /// Its logo and signatures, as far as it has some.
    items: Vec<Worn>,
}

/// List the logo and the signatures that an event has of its own
///
/// They go along when it takes another template. One that has no place for a picture (`shown`) does not print it; it is kept for the next
/// template.
#[utoipa::path(get, path = "/events/{code}/pictures", tag = "Events", extensions(("x-permission" = json!("view"))),
    params(("code" = String, Path, example = "WORKSHOP"), TemplateAsked),
    responses((status = 200, body = EventPictures), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn pictures(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    Query(asked): Query<TemplateAsked>,
) -> Result<Json<EventPictures>, Problem> {
    caller.may(Permission::View)?;
    app.at_desk(&caller, move |_, desk| {
        let event = planned(desk, &event_code(&code)?)?.event;
        Ok(Json(EventPictures { items: templates::worn(desk.store, &event.template, asked.template.as_deref())? }))
    })
    .await
}

/// Try an event's templates with everybody of its list
///
/// How many names shrink below 9 points, who gets no certificate and why, as a run would say it, and the same by script; 20,000 people at
/// most. Whether they have met the rule is another question: that is what previews of runs say.
#[utoipa::path(get, path = "/events/{code}/try-list", tag = "Quality", extensions(("x-permission" = json!("view"))),
    params(("code" = String, Path, example = "WORKSHOP"), RangeWanted),
    responses((status = 200, body = ListTried), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn try_list(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    Query(wanted): Query<RangeWanted>,
) -> Result<Json<ListTried>, Problem> {
    caller.may(Permission::View)?;
    let range = wanted.read()?;
    app.in_turn(&caller, move |app, desk| {
        let kid = app.vault.kid().ok();
        Ok(Json(templates::try_event(desk, &app.faces, &event_code(&code)?, (range, kid.as_deref()))?))
    })
    .await
}
