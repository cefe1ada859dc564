//! Exceptions and exclusions of many at once.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::accounts::Permission;
use crate::acts::{self, ExclusionReason, ListedMany, Listing, Whom};
use crate::server::extract::{Body, Path, event_code};
use crate::server::{App, Caller, Problem};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(foresee)).routes(routes!(list))
}

/// On which list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum ListKind {
    /// They get a certificate despite the rule.
    Exception,
    /// They get none, whatever the rule says.
    Exclusion,
}

/// Whom to put on a list, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "list": "exclusion", "whom": { "people": ["ada@example.org"] }, "reason": "requested" }))]
struct ListingWanted {
    /// On which list.
    list: ListKind,
    /// Whom.
    whom: Whom,
    /// Why they are excluded; needed for `exclusion`.
    #[serde(default)]
    reason: Option<ExclusionReason>,
    /// Why an exception is made, or more about an exclusion.
    #[serde(default)]
    note: Option<String>,
    /// `set` of the preview that was confirmed: where others are in it by now, nothing is begun (409, `changed`).
    #[serde(default)]
    expected: Option<String>,
}

impl ListingWanted {
    fn listing(&self) -> Result<Listing, Problem> {
        let note = self.note.clone();
        match (self.list, self.reason) {
            (ListKind::Exclusion, Some(reason)) => Ok(Listing::Exclusion { reason, note }),
            (ListKind::Exclusion, None) => Err(Problem::unprocessable("invalid", "an exclusion needs a `reason`")),
            (ListKind::Exception, None) => Ok(Listing::Exception { note }),
            (ListKind::Exception, Some(_)) => {
                Err(Problem::unprocessable("invalid", "an exception has a `note`, and no `reason`"))
            }
        }
    }
}

/// What becomes of them.
#[derive(Debug, Serialize, ToSchema)]
struct ListingView {
    /// How many there are.
    total: u64,
    /// How many are put on the list.
    changed: u64,
    /// How many stand on it already, or are excluded and get no exception.
    kept: u64,
    /// Names of the first two who are put on the list.
    names: Vec<String>,
    /// What they are known by: with it as `expected` it is done to these or to nobody.
    #[schema(example = "5f2b9c0d4e8a7163b1f0c2d3e4a59687")]
    set: String,
}

impl ListingView {
    fn of(listed: ListedMany) -> Json<Self> {
        let ListedMany { total, changed, kept, names, set } = listed;
        Json(Self { total, changed, kept, names, set })
    }
}

/// Say who would be put on a list; nothing is changed
#[utoipa::path(post, path = "/events/{code}/listings/preview", tag = "Exceptions", extensions(("x-permission" = json!("view"))), request_body = ListingWanted,
    params(("code" = String, Path, example = "WORKSHOP")),
    responses((status = 200, body = ListingView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn foresee(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    Body(wanted): Body<ListingWanted>,
) -> Result<Json<ListingView>, Problem> {
    caller.may(Permission::View)?;
    app.read_at_desk(&caller, move |app, desk| {
        let planned = acts::planned(desk, &event_code(&code)?)?;
        let exclusion = wanted.list == ListKind::Exclusion;
        let whom = app.located_people(&planned, wanted.whom)?;
        Ok(ListingView::of(acts::listing_foreseen(desk, &planned, &whom, exclusion)?))
    })
    .await
}

/// Make exceptions or exclusions for many
///
/// For people who are named, or for all whom a filter finds but for some; at most 20,000 at once. Who stands on the list already
/// stays as they are; exclusion is stronger than an exception, which goes in the same step.
#[utoipa::path(post, path = "/events/{code}/listings", tag = "Exceptions", extensions(("x-permission" = json!("import"))), request_body = ListingWanted,
    params(("code" = String, Path, example = "WORKSHOP")),
    responses((status = 200, body = ListingView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    Body(wanted): Body<ListingWanted>,
) -> Result<Json<ListingView>, Problem> {
    caller.may(Permission::Import)?;
    app.at_desk(&caller, move |app, desk| {
        let planned = acts::planned(desk, &event_code(&code)?)?;
        let listing = wanted.listing()?;
        let whom = app.located_people(&planned, wanted.whom)?;
        Ok(ListingView::of(acts::list_many(desk, &planned, &whom, &listing, wanted.expected.as_deref())?))
    })
    .await
}
