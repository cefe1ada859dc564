//! How an event's certificates will look: whether somebody looked, and that somebody did.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::accounts::Permission;
use crate::acts::previewed::{self, Previewed, Since};
use crate::acts::{self, Planned, templates};
use crate::credential::Timestamp;
use crate::desk::Desk;
use crate::server::extract::{IfMatch, Path, event_code};
use crate::server::reply::{Tagged, tag_of};
use crate::server::{App, Caller, Problem};
use crate::store::Store;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(show, look))
}

/// Where the preview stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum PreviewState {
    /// Nobody has looked yet.
    NotYet,
    /// Somebody has looked at what is drawn now.
    Looked,
    /// Somebody has looked, and what is drawn now is another thing.
    Anew,
}

/// Who looked at what.
#[derive(Debug, Serialize, ToSchema)]
struct LookedView {
    /// Who.
    #[schema(example = "staff:7f3a")]
    by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// The name of the event's template then.
    #[schema(example = "classic")]
    template: String,
    /// Its version in the library; nothing where it is not known there.
    version: Option<u32>,
    /// The digest of that exact version.
    digest: String,
    /// How many were on the list.
    people: u64,
}

impl LookedView {
    fn of(store: &dyn Store, looked: Previewed) -> Self {
        let kept = templates::kept(store, &looked.template).ok();
        let versions = kept.into_iter().flat_map(|(kept, _)| kept.versions);
        let version = versions.into_iter().find(|one| one.digest == looked.digest).map(|one| one.version);
        let Previewed { by, at, template, digest, people, .. } = looked;
        Self { by, at, template, version, digest, people }
    }
}

/// Whether somebody looked at how an event's certificates will look.
#[derive(Debug, Serialize, ToSchema)]
struct PreviewedView {
    /// Where that stands. It is advice: no run waits for it.
    state: PreviewState,
    /// What has changed since.
    since: Vec<Since>,
    /// How many are on the list now.
    people: u64,
    /// Who looked last, at what; nothing while nobody has.
    looked: Option<LookedView>,
}

/// The ETag covers what is drawn, and who looked.
fn tagged(app: &App, desk: &Desk, planned: &Planned) -> Result<Tagged<PreviewedView>, Problem> {
    let (drawn, people) = app.drawn(planned)?;
    let known = previewed::known(desk.store, &planned.event.code)?;
    let tag = tag_of(&(&drawn, known.as_ref().map(|(_, revision)| revision)));
    let since = known.as_ref().map(|(looked, _)| looked.since(&drawn)).unwrap_or_default();
    let state = match (&known, since.is_empty()) {
        (None, _) => PreviewState::NotYet,
        (Some(_), true) => PreviewState::Looked,
        (Some(_), false) => PreviewState::Anew,
    };
    let looked = known.map(|(looked, _)| LookedView::of(desk.store, looked));
    Ok(Tagged::ok(tag, PreviewedView { state, since, people, looked }))
}

/// Show whether somebody looked at how an event's certificates will look
///
/// What is drawn is another thing once the event, its templates or its list are: then it is to be looked at anew.
#[utoipa::path(get, path = "/events/{code}/previewed", tag = "Events", extensions(("x-permission" = json!("view"))), params(("code" = String, Path, example = "WORKSHOP")),
    responses((status = 200, body = PreviewedView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
) -> Result<Tagged<PreviewedView>, Problem> {
    caller.may(Permission::View)?;
    app.in_turn(&caller, move |app, desk| tagged(app, desk, &acts::planned(desk, &event_code(&code)?)?)).await
}

/// Say that somebody looked at how an event's certificates will look
///
/// At what is drawn now; with `If-Match`, only if that is what was seen. `POST /events/{code}/specimen` draws it.
#[utoipa::path(post, path = "/events/{code}/previewed", tag = "Events", extensions(("x-permission" = json!("import"))), params(("code" = String, Path, example = "WORKSHOP"), ("If-Match" = Option<String>, Header, description = "ETag that was seen, or *", pattern = r#"^(\*|"[!#-~]*")$"#)),
    responses((status = 200, body = PreviewedView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn look(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    if_match: IfMatch,
) -> Result<Tagged<PreviewedView>, Problem> {
    caller.may(Permission::Import)?;
    app.in_turn(&caller, move |app, desk| {
        let planned = acts::planned(desk, &event_code(&code)?)?;
        if_match.check(&tagged(app, desk, &planned)?.tag)?;
        previewed::look(desk, &planned, app.drawn(&planned)?)?;
        tagged(app, desk, &planned)
    })
    .await
}
