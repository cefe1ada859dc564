//! Templates in the works: begun, changed step by step, drawn, tried with an event's list, kept. Each is seen by who began it alone.

mod carried;
mod pictured;
mod views;

use axum::Json;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{DefaultBodyLimit, Multipart, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::views::{DesignDetail, DesignItem};
use super::templates::{VersionView, may_change};
use crate::accounts::Permission;
use crate::acts::templates::design::{self, Beginning, FilePlace, FileUse, Opened, Operation, Whom};
use crate::credential::EventCode;
use crate::desk::Desk;
use crate::server::extract::{Body, BodyIfAny, IfMatch, Path, Query};
use crate::server::reply::Tagged;
use crate::server::upload::{read_form, turn};
use crate::server::{App, Caller, Problem};
use crate::template::Purpose;

/// Longest text of a design's own, in bytes.
const TEXT_BYTES: usize = 4_000;
/// Longest name of a tier or language, in bytes.
const SHORT_BYTES: usize = 200;

pub(super) fn routes() -> OpenApiRouter<App> {
    let uploads =
        OpenApiRouter::new().routes(routes!(add_file)).merge(carried::uploads()).layer(DefaultBodyLimit::disable());
    OpenApiRouter::new()
        .routes(routes!(list, begin))
        .routes(routes!(show, discard))
        .routes(routes!(change))
        .routes(routes!(undo))
        .routes(routes!(redo))
        .routes(routes!(keep))
        .merge(pictured::routes())
        .merge(carried::routes())
        .merge(uploads)
}

/// By what a design is known: its revision.
fn tag(opened: &Opened) -> String {
    format!("{}-{}", opened.design.id, opened.revision)
}

/// Returns a design, if it is the one that was seen.
fn seen(desk: &Desk, id: &str, if_match: &IfMatch) -> Result<Opened, Problem> {
    let opened = design::open(desk, id)?;
    if_match.check(&tag(&opened)).map(|()| opened)
}

fn told(app: &App, desk: &Desk, opened: Opened, whom: &Whom) -> Result<Tagged<DesignDetail>, Problem> {
    Ok(Tagged::ok(tag(&opened), DesignDetail::of(app, desk, opened, whom)?))
}

/// Does a change, and tells what has become of the design.
async fn done(
    app: App,
    caller: Caller,
    (id, if_match): (String, IfMatch),
    act: impl FnOnce(&App, &Desk, &Opened) -> Result<Opened, Problem> + Send + 'static,
) -> Result<Tagged<DesignDetail>, Problem> {
    caller.may(Permission::Import)?;
    app.at_desk(&caller, move |app, desk| {
        let opened = seen(desk, &id, &if_match)?;
        let done = act(app, desk, &opened).map_err(|problem| if_match.told(problem))?;
        told(app, desk, done, &Whom::default())
    })
    .await
}

/// All designs of who asks.
#[derive(Debug, Serialize, ToSchema)]
struct Designs {
    /// Those changed last first.
    items: Vec<DesignItem>,
}

/// List the designs that you have begun
#[utoipa::path(get, path = "/template-designs", tag = "Designs", extensions(("x-permission" = json!("import"))),
    responses((status = 200, body = Designs), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn list(State(app): State<App>, caller: Caller) -> Result<Json<Designs>, Problem> {
    caller.may(Permission::Import)?;
    app.at_desk(&caller, |_, desk| {
        let items = design::designs(desk)?.into_iter().map(DesignItem::of).collect();
        Ok(Json(Designs { items }))
    })
    .await
}

/// What a design begins from.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "from": "classic" }))]
struct BeginningWanted {
    /// A built-in template or one of the library; an empty page if left out.
    #[serde(default)]
    from: Option<String>,
    /// Whether it becomes the next version of that template, and not a new one.
    #[serde(default)]
    next: bool,
    /// The event whose own it is meant to be.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "WORKSHOP")]
    event: Option<EventCode>,
    /// Title, of an empty page.
    #[serde(default)]
    title: Option<String>,
    /// Language, of an empty page: its own words and its dates.
    #[serde(default)]
    language: Option<String>,
    /// What an empty page is for: `certificate`, `card` (of shared links: 1200 by 627 pixels) or `badge`; a certificate, if left out.
    #[serde(default, rename = "for")]
    #[schema(value_type = Option<String>, example = "card")]
    purpose: Purpose,
    /// Page, of an empty one: `size` and `orientation`, or `width` and `height` in millimetres. That of a card is fixed.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    page: Option<Value>,
}

/// Begin a design
///
/// From a built-in template, from one of the library, or from an empty page. Nobody else sees it, and nothing is issued with it.
#[utoipa::path(post, path = "/template-designs", tag = "Designs", extensions(("x-permission" = json!("import"))),
    request_body = BeginningWanted,
    responses((status = 201, body = DesignDetail), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn begin(
    State(app): State<App>,
    caller: Caller,
    BodyIfAny(body): BodyIfAny<BeginningWanted>,
) -> Result<Tagged<DesignDetail>, Problem> {
    caller.may(Permission::Import)?;
    if body.next {
        may_change(&caller, body.from.as_deref())?;
    }
    let texts = [&body.from, &body.title, &body.language];
    if texts.into_iter().flatten().any(|text| text.len() > TEXT_BYTES) {
        return Err(Problem::unprocessable("too-large", "a text is too long"));
    }
    app.at_desk(&caller, move |app, desk| {
        if let Some(code) = &body.event {
            crate::acts::planned(desk, code)?;
        }
        let BeginningWanted { from, next, event, title, language, purpose, page } = body;
        let opened = design::begin(desk, &Beginning { from, next, event, title, language, page, purpose })?;
        Ok(Tagged::created(tag(&opened), DesignDetail::of(app, desk, opened, &Whom::default())?))
    })
    .await
}

/// For whom a design is looked at.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct WhomWanted {
    /// As the certificates of this event: its columns can be printed.
    #[param(example = "WORKSHOP")]
    event: Option<String>,
    /// For this person of it: by e-mail, by id or by the id of another system.
    person: Option<String>,
    /// For whoever stands at this place of its list, from 1.
    #[param(minimum = 1)]
    place: Option<u32>,
    /// The name of who does not exist.
    name: Option<String>,
    /// As somebody of this tier of the event's.
    #[param(example = "gold")]
    tier: Option<String>,
    /// As somebody who reads this language.
    #[param(example = "de")]
    language: Option<String>,
}

impl WhomWanted {
    fn read(self) -> Result<WhomRead, Problem> {
        let place = self.place.map(u64::from);
        if place.is_some() && (self.event.is_none() || self.person.as_deref().is_some_and(|who| !who.trim().is_empty()))
        {
            return Err(Problem::unprocessable("bad-request", "`place` needs an `event`, and no `person`"));
        }
        Ok(WhomRead { whom: self.whom()?, place })
    }

    fn whom(self) -> Result<Whom, Problem> {
        let some = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        let (event, person) = (some(self.event), some(self.person));
        if event.is_none() && person.is_some() {
            return Err(Problem::unprocessable("bad-request", "`person` needs an `event`"));
        }
        let name = some(self.name).map(|name| crate::import::checked_name(&name)).transpose();
        let name = name.map_err(|error| Problem::unprocessable("bad-name", error.to_string()))?;
        let event = event.map(|code| crate::server::extract::event_code(&code)).transpose()?;
        let (tier, language) = (some(self.tier), some(self.language));
        if event.is_none() && tier.is_some() {
            return Err(Problem::unprocessable("bad-request", "`tier` needs an `event`"));
        }
        if let Some(text) = [&tier, &language].into_iter().flatten().find(|text| text.len() > SHORT_BYTES) {
            let text: String = text.chars().take(40).collect();
            return Err(Problem::unprocessable("bad-request", format!("`{text}…` is too long")));
        }
        Ok(Whom { event, person, name, tier, language })
    }
}

/// For whom a design is looked at, of which the list was not looked at yet.
struct WhomRead {
    whom: Whom,
    place: Option<u64>,
}

impl WhomRead {
    /// Returns for whom it is: also who stands at a place of the list.
    fn somebody(self, desk: &Desk) -> Result<Whom, Problem> {
        let Self { mut whom, place } = self;
        if let (Some(place), Some(code)) = (place, &whom.event) {
            crate::acts::planned(desk, code)?;
            let found = design::person_at(desk, code, place)?;
            let person = found.ok_or_else(|| crate::acts::ActError::NoPerson(code.clone()))?;
            whom.person = Some(person.id.unwrap_or(person.key.0));
        }
        Ok(whom)
    }
}

/// Show a design: its document, and what a designer should know
#[utoipa::path(get, path = "/template-designs/{design}", tag = "Designs", extensions(("x-permission" = json!("import"))),
    params(("design" = String, Path, example = "mfrggzdfmztwq2lk"), WhomWanted),
    responses((status = 200, body = DesignDetail), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(whom): Query<WhomWanted>,
) -> Result<Tagged<DesignDetail>, Problem> {
    caller.may(Permission::Import)?;
    let whom = whom.read()?;
    app.in_turn(&caller, move |app, desk| told(app, desk, design::open(desk, &id)?, &whom.somebody(desk)?)).await
}

/// Throw a design away
#[utoipa::path(delete, path = "/template-designs/{design}", tag = "Designs", extensions(("x-permission" = json!("import"))),
    params(("design" = String, Path, example = "mfrggzdfmztwq2lk"), ("If-Match" = Option<String>, Header, description = "ETag that was seen")),
    responses((status = 204, description = "Thrown away"), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn discard(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    if_match: IfMatch,
) -> Result<StatusCode, Problem> {
    caller.may(Permission::Import)?;
    app.at_desk(&caller, move |_, desk| {
        let opened = seen(desk, &id, &if_match)?;
        design::discard(desk, &opened).map_err(|error| if_match.told(error))?;
        Ok(StatusCode::NO_CONTENT)
    })
    .await
}

/// What to change.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "changes": [{ "do": "move", "elements": [0], "dx": 1.0, "dy": 0.0 }] }))]
struct ChangesWanted {
    /// Operations, done one after the other as one step; all of them, or none.
    changes: Vec<Operation>,
}

/// Change a design by one step
///
/// What it has become is checked as a document's file would be, and refused where that could not be read. What is missing of a
/// template (`findings`) is refused when it is kept. The last 200 steps can be taken back.
#[utoipa::path(post, path = "/template-designs/{design}/changes", tag = "Designs", extensions(("x-permission" = json!("import"))),
    params(("design" = String, Path, example = "mfrggzdfmztwq2lk"), ("If-Match" = Option<String>, Header, description = "ETag that was seen")),
    request_body = ChangesWanted,
    responses((status = 200, body = DesignDetail), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn change(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    if_match: IfMatch,
    Body(body): Body<ChangesWanted>,
) -> Result<Tagged<DesignDetail>, Problem> {
    let act = move |_: &App, desk: &Desk, opened: &Opened| Ok(design::change(desk, opened, &body.changes)?);
    done(app, caller, (id, if_match), act).await
}

/// Take the last step of a design back
#[utoipa::path(post, path = "/template-designs/{design}/undo", tag = "Designs", extensions(("x-permission" = json!("import"))),
    params(("design" = String, Path, example = "mfrggzdfmztwq2lk"), ("If-Match" = Option<String>, Header, description = "ETag that was seen")),
    responses((status = 200, body = DesignDetail), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn undo(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    if_match: IfMatch,
) -> Result<Tagged<DesignDetail>, Problem> {
    done(app, caller, (id, if_match), |_, desk, opened| Ok(design::back(desk, opened)?)).await
}

/// Do again what was taken back last
#[utoipa::path(post, path = "/template-designs/{design}/redo", tag = "Designs", extensions(("x-permission" = json!("import"))),
    params(("design" = String, Path, example = "mfrggzdfmztwq2lk"), ("If-Match" = Option<String>, Header, description = "ETag that was seen")),
    responses((status = 200, body = DesignDetail), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn redo(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    if_match: IfMatch,
) -> Result<Tagged<DesignDetail>, Problem> {
    done(app, caller, (id, if_match), |_, desk, opened| Ok(design::again(desk, opened)?)).await
}

/// A file for a design.
#[derive(ToSchema)]
#[allow(dead_code, reason = "describes the form")]
struct FileForm {
    /// PNG, JPEG, SVG, a PDF of one page, or a font.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// `background`, `picture`, `signature` or `font`.
    #[schema(rename = "as", value_type = String)]
    usage: FileUse,
    /// The element that shows it, by its place; a new one, if left out.
    element: Option<usize>,
    /// Whose signature it is, by their place among those of the element, from 0.
    person: Option<usize>,
    /// The middle of a new picture from the left, in millimetres.
    x: Option<f32>,
    /// The middle of a new picture from the top, in millimetres.
    y: Option<f32>,
}

/// Put a picture or a font into a design
///
/// It is looked over as a template's files are: what cannot be drawn is refused with the way out.
#[utoipa::path(post, path = "/template-designs/{design}/files", tag = "Designs", extensions(("x-permission" = json!("import"))),
    params(("design" = String, Path, example = "mfrggzdfmztwq2lk"), ("If-Match" = Option<String>, Header, description = "ETag that was seen")),
    request_body(content = FileForm, content_type = "multipart/form-data"),
    responses((status = 200, body = DesignDetail), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn add_file(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    if_match: IfMatch,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Tagged<DesignDetail>, Problem> {
    caller.may(Permission::Import)?;
    let form = read_form(form, app.limits.upload_bytes, app.room_for_staff().enter()).await?;
    let _turn = turn().await?;
    let text = |name: &str| form.texts.iter().find(|(field, _)| field == name).map(|(_, text)| text.trim());
    let bad = |detail: String| Problem::bad_request("bad-upload", detail);
    let usage = text("as").unwrap_or_default();
    let usage: FileUse = serde_json::from_value(Value::from(usage))
        .map_err(|_| bad("`as` is one of `background`, `picture`, `signature` and `font`".to_owned()))?;
    let number = |name: &str| match text(name).filter(|text| !text.is_empty()) {
        Some(text) => text.parse().map(Some).map_err(|_| bad(format!("`{name}` is not a number"))),
        None => Ok(None),
    };
    let length = |name: &str| match text(name).filter(|text| !text.is_empty()) {
        Some(text) => {
            let read = text.parse().ok().filter(|length: &f32| length.is_finite());
            read.map(Some).ok_or_else(|| bad(format!("`{name}` is not a number")))
        }
        None => Ok(None),
    };
    let (element, person) = (number("element")?, number("person")?.unwrap_or_default());
    let place = FilePlace { element, person, middle: length("x")?.zip(length("y")?) };
    let (name, bytes) = (form.name.clone(), form.bytes);
    let act = move |app: &App, desk: &Desk, opened: &Opened| {
        Ok(design::add_file(desk, &app.faces, opened, (&name, bytes), (usage, place))?)
    };
    done(app, caller, (id, if_match), act).await
}

/// As what a design is kept.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "name": "gold" }))]
struct KeepWanted {
    /// The name of a new template, or of the one whose next version it is.
    name: String,
    /// The version that it follows, as it was seen; the one that it was begun from, if left out.
    #[serde(default)]
    after: Option<u32>,
}

/// What a design was kept as.
#[derive(Debug, Serialize, ToSchema)]
struct DesignKept {
    /// The template.
    #[schema(example = "gold")]
    name: String,
    /// Its versions, oldest first.
    versions: Vec<VersionView>,
}

/// Keep a design as a template, or as the next version of one
///
/// It is looked over and drawn once, as an upload is. Events keep the version that they have until the new one is rolled out to
/// them. The design is done then.
#[utoipa::path(post, path = "/template-designs/{design}/keep", tag = "Designs", extensions(("x-permission" = json!("import"))),
    params(("design" = String, Path, example = "mfrggzdfmztwq2lk"), ("If-Match" = Option<String>, Header, description = "ETag that was seen")),
    request_body = KeepWanted,
    responses((status = 200, body = DesignKept), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn keep(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    if_match: IfMatch,
    Body(body): Body<KeepWanted>,
) -> Result<Json<DesignKept>, Problem> {
    may_change(&caller, Some(&body.name))?;
    app.in_turn(&caller, move |app, desk| {
        let opened = seen(desk, &id, &if_match)?;
        let (kept, _) = design::keep(desk, &app.faces, &opened, &body.name, body.after)?;
        Ok(Json(DesignKept { name: kept.name.clone(), versions: VersionView::all(kept) }))
    })
    .await
}
