//! Events: created, changed, copied; their courses and where they stand.

use axum::Json;
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::eligibility::read_rule;
use crate::accounts::Permission;
use crate::acts::run;
use crate::acts::{self, Archived, Details, Early, EventState, NotReady, Planned, Prerequisites, Signatory};
use crate::credential::{EventCode, Timestamp};
use crate::desk::Desk;
use crate::eligibility::{Course, Rule, Session, Tiers};
use crate::server::extract::{Body, IfMatch, Listing, Paging, Path, Query, event_code};
use crate::server::meanwhile::settled;
use crate::server::problem::FieldProblem;
use crate::server::reply::{Tagged, tag_of};
use crate::server::upload::{read_form, turn};
use crate::server::{App, Caller, Problem};
use crate::store::{Event, StoreError};
use crate::template::MAX_BADGE_BYTES;

/// Most events looked at for one page: few enough to need no turn.
const LOOKED_AT: usize = 500;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(show, change, remove))
        .routes(routes!(copy))
        .routes(routes!(set_state))
        .routes(routes!(set_course))
        .routes(routes!(allow_early, forbid_early))
        .routes(routes!(archive, unarchive))
        .routes(routes!(ready))
        .merge(badge_uploads())
}

/// Pictures are read by the operation itself, within its own bounds.
fn badge_uploads() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(set_badge, remove_badge)).layer(DefaultBodyLimit::disable())
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
    /// Kind of achievement.
    achievement_type: String,
    /// Who organises it.
    organiser: Option<String>,
    /// First day.
    #[schema(value_type = Option<String>, format = DateTime)]
    starts: Option<Timestamp>,
    /// Last day.
    #[schema(value_type = Option<String>, format = DateTime)]
    ends: Option<Timestamp>,
    /// How long certificates are valid.
    expires_after: Option<String>,
    /// Where its days begin and end, if not as the issuer's.
    time_zone: Option<String>,
    /// The language of participants of whom none is said.
    language: Option<String>,
    /// The picture of its badge by its SHA-256, if it has one of its own; it goes before a template.
    badge: Option<String>,
    /// The template that its badge is drawn by, if it says one and has no picture.
    badge_template: Option<TemplateView>,
    /// The template of the cards that stand beside shared links, if it says one.
    card_template: Option<TemplateView>,
    /// Credits earned by everybody.
    credits: Option<f64>,
    /// Who signs.
    signatories: Vec<Signatory>,
    /// Where it stands.
    state: EventState,
    /// Its sessions and activities.
    course: Course,
    /// The rule, if there is one.
    rule: Option<Rule>,
    /// The rule's version.
    rule_version: u64,
    /// The tiers, if there are some.
    tiers: Option<Tiers>,
    /// Its template, if it has one.
    template: Option<TemplateView>,
    /// Templates for single tiers and languages.
    templates: Vec<TemplateView>,
    /// Whether participants who meet the rule may request their own certificate.
    self_service: bool,
    /// Whether certificates have public pages unless their holders hide them.
    public_pages: bool,
    /// Whether it was confirmed that everybody may read the results, so that they are signed. Nothing: the event is of an older
    /// version and was never asked; certificates that would say a result wait for the answer (409 `results-unasked`).
    publish_results: Option<bool>,
    /// How the columns of the last import were mapped.
    mapping: Vec<String>,
    /// Who allowed to generate certificates before it is completed.
    early: Option<Early>,
    /// Who archived it.
    archived: Option<Archived>,
    /// When it was created.
    #[schema(value_type = String, format = DateTime)]
    created: Timestamp,
}

/// A template version.
#[derive(Debug, Serialize, ToSchema)]
struct TemplateView {
    /// Only for this tier.
    #[serde(skip_serializing_if = "Option::is_none")]
    tier: Option<String>,
    /// Only for this language.
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    /// Its name.
    #[schema(example = "classic")]
    name: String,
    /// Digest of the exact version.
    digest: String,
}

impl EventView {
    fn of(planned: Planned) -> Self {
        let Planned { event, plan, .. } = planned;
        let view = |tier, language, template: crate::store::TemplateRef| TemplateView {
            tier,
            language,
            name: template.name,
            digest: template.bundle.0,
        };
        let template = Some(event.template).filter(|template| !template.bundle.0.is_empty());
        Self {
            code: event.code.to_string(),
            title: event.achievement.name,
            description: event.achievement.description,
            criteria: event.achievement.criteria,
            achievement_type: event.achievement.achievement_type,
            organiser: plan.organiser,
            starts: event.starts,
            ends: event.ends,
            expires_after: event.expires_after,
            time_zone: event.zone.map(|zone| zone.to_string()),
            language: plan.language,
            badge: plan.badge.map(|picture| picture.0),
            badge_template: plan.badge_template.map(|template| view(None, None, template)),
            card_template: plan.card_template.map(|template| view(None, None, template)),
            credits: event.extras.credits,
            signatories: acts::signatories(&event.constants),
            state: plan.state,
            course: plan.course,
            rule: plan.rule,
            rule_version: plan.rule_version,
            tiers: plan.tiers,
            template: template.map(|template| view(None, None, template)),
            templates: plan.templates.into_iter().map(|t| view(t.tier, t.language, t.template)).collect(),
            self_service: plan.self_service,
            public_pages: plan.public_pages,
            publish_results: event.publish_results,
            mapping: plan.mapping,
            early: plan.early,
            archived: plan.archived,
            created: event.created,
        }
    }
}

/// The event's ETag covers the event and its plan.
pub(super) fn tag(planned: &Planned) -> String {
    tag_of(&(&planned.event, &planned.plan))
}

fn reply(planned: Planned) -> Tagged<EventView> {
    Tagged::ok(tag(&planned), EventView::of(planned))
}

/// Returns an event for a change, provided that the caller has seen it as it is. The write expects event and plan so.
pub(super) fn seen(desk: &Desk, code: &str, seen: &IfMatch) -> Result<Planned, Problem> {
    let planned = acts::planned(desk, &event_code(code)?)?;
    seen.check(&tag(&planned))?;
    Ok(planned)
}

/// Which events.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct EventFilter {
    /// `next` of the page before.
    cursor: Option<String>,
    /// 1 to 500; 50 if left out.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
    /// `true`: those that are archived; else those that are not.
    archived: Option<bool>,
    /// Only those whose title or code holds this text.
    #[param(example = "workshop")]
    q: Option<String>,
}

impl EventFilter {
    /// Says whether it looks for an event.
    fn looks_for(&self, event: &Event) -> bool {
        let Some(text) = self.q.as_ref().map(|text| text.trim().to_lowercase()) else { return true };
        [&*event.achievement.name, event.code.as_str()].iter().any(|own| own.to_lowercase().contains(&text))
    }
}

/// List events by code
///
/// Those that are not archived, or with `archived=true` those that are. A page may be short and still have a next one.
#[utoipa::path(get, path = "/events", tag = "Events", extensions(("x-permission" = json!("view"))), params(EventFilter),
    responses((status = 200, body = Listing<EventView>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(filter): Query<EventFilter>,
) -> Result<Json<Listing<EventView>>, Problem> {
    caller.may(Permission::View)?;
    let limit = Paging { cursor: None, limit: filter.limit }.limit()?;
    app.list_at_desk(&caller, limit, false, move |_, desk| {
        let read = |cursor: Option<&str>, limit| {
            let mut page = desk.store.events(cursor, limit)?;
            // Of those that are not looked for no more is read.
            page.items.retain(|event| filter.looks_for(event));
            let planned = |event: Event| {
                let (plan, revision) = acts::plan(desk.store, &event.code)?;
                Ok(Planned { event, plan, revision })
            };
            Ok((page.items.into_iter().map(planned).collect::<Result<_, StoreError>>()?, page.next))
        };
        let keep = |one: &Planned| Ok(one.plan.archived.is_some() == filter.archived.unwrap_or_default());
        let page = run::filtered::<_, StoreError>(filter.cursor.as_deref(), limit, LOOKED_AT, read, keep)?;
        Ok(Json(Listing::of(page, EventView::of)))
    })
    .await
}

/// A new event.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "code": "WORKSHOP", "details": { "title": "Applied Cartography", "template": "classic" } }))]
struct NewEvent {
    /// 1 to 24 of A-Z and 0-9, starting with a letter; part of every number, for ever.
    #[schema(min_length = 1, max_length = 24, pattern = "^[A-Za-z][A-Za-z0-9]*$")]
    code: String,
    /// What it says.
    #[serde(default)]
    details: Details,
    /// Who gets a certificate: `everybody` in the list, or another rule. Left out: nobody before there is one.
    #[serde(default)]
    #[schema(value_type = Option<Rule>, example = "everybody")]
    rule: Option<serde_json::Value>,
}

/// Another event.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "code": "WORKSHOP2", "details": { "title": "Applied Cartography, again" } }))]
struct CopiedEvent {
    /// 1 to 24 of A-Z and 0-9, starting with a letter; part of every number, for ever.
    #[schema(min_length = 1, max_length = 24, pattern = "^[A-Za-z][A-Za-z0-9]*$")]
    code: String,
    /// What it says otherwise.
    #[serde(default)]
    details: Details,
}

fn new_code(text: &str) -> Result<EventCode, Problem> {
    text.parse().map_err(|error: crate::credential::NumberError| {
        let errors = vec![FieldProblem { field: "code".to_owned(), detail: BAD_CODE.to_owned() }];
        Problem::unprocessable("bad-code", error.to_string()).with_errors(errors)
    })
}

fn undated(old: &Planned) -> Planned {
    let mut copy = old.clone();
    (copy.event.starts, copy.event.ends) = (None, None);
    copy
}

/// What a code is, where one is none.
const BAD_CODE: &str = "is not an event code: 1 to 24 of A-Z and 0-9, starting with a letter";

/// Refuses at once where more than one thing is wrong, each with its field; one alone is refused by the act.
fn all_good(desk: &Desk, code: Option<&str>, old: &Planned, details: &Details) -> Result<(), Problem> {
    let mut wrong = acts::faults(desk.store, old, details);
    match code.map(str::parse::<EventCode>) {
        Some(Err(_)) => wrong.insert(0, ("code".to_owned(), BAD_CODE.to_owned())),
        Some(Ok(code)) if !wrong.is_empty() && desk.store.event(&code)?.is_some() => {
            wrong.insert(0, ("code".to_owned(), "is that of another event already".to_owned()));
        }
        _ => {}
    }
    if wrong.len() < 2 {
        return Ok(());
    }
    let detail = wrong.iter().map(|(field, reason)| format!("`{field}` {reason}")).collect::<Vec<_>>().join("; ");
    let errors = wrong.into_iter().map(|(field, detail)| FieldProblem { field, detail }).collect();
    Err(Problem::unprocessable("invalid", detail).with_errors(errors))
}

/// Create an event in draft
#[utoipa::path(post, path = "/events", tag = "Events", extensions(("x-permission" = json!("import"))), request_body = NewEvent,
    responses((status = 201, body = EventView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn create(
    State(app): State<App>,
    caller: Caller,
    Body(new): Body<NewEvent>,
) -> Result<Tagged<EventView>, Problem> {
    caller.may(Permission::Import)?;
    app.at_desk(&caller, move |app, desk| {
        let rule = new.rule.as_ref().filter(|rule| !rule.is_null()).map(read_rule).transpose()?;
        let any = "A".parse().map_err(Problem::internal)?;
        all_good(desk, Some(&new.code), &acts::fresh(desk, any, None), &new.details)?;
        let planned = acts::create(desk, &app.faces, new_code(&new.code)?, &new.details, rule)?;
        Ok(Tagged::created(tag(&planned), EventView::of(planned)))
    })
    .await
}

/// Show an event
#[utoipa::path(get, path = "/events/{code}", tag = "Events", extensions(("x-permission" = json!("view"))), params(("code" = String, Path, example = "WORKSHOP")),
    responses((status = 200, body = EventView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn show(State(app): State<App>, caller: Caller, Path(code): Path<String>) -> Result<Tagged<EventView>, Problem> {
    caller.may(Permission::View)?;
    app.at_desk(&caller, move |_, desk| Ok(reply(acts::planned(desk, &event_code(&code)?)?))).await
}

/// Change an event; what was issued keeps what it says
#[utoipa::path(patch, path = "/events/{code}", tag = "Events", extensions(("x-permission" = json!("import"))), request_body = Details,
    params(("code" = String, Path, example = "WORKSHOP"), ("If-Match" = Option<String>, Header, description = "ETag that was seen, or *", pattern = r#"^(\*|"[!#-~]*")$"#)),
    responses((status = 200, body = EventView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn change(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    if_match: IfMatch,
    Body(details): Body<Details>,
) -> Result<Tagged<EventView>, Problem> {
    caller.may(Permission::Import)?;
    app.at_desk(&caller, move |app, desk| {
        settled(|| {
            let old = seen(desk, &code, &if_match)?;
            all_good(desk, None, &old, &details)?;
            Ok(reply(acts::update(desk, &app.faces, &old, &details)?))
        })
    })
    .await
}

/// Copy an event, without its people, into a draft of another code
///
/// Its days are those of `details`, if any: never those of the event that is copied.
#[utoipa::path(post, path = "/events/{code}/copy", tag = "Events", extensions(("x-permission" = json!("import"))), request_body = CopiedEvent,
    params(("code" = String, Path, example = "WORKSHOP")),
    responses((status = 201, body = EventView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn copy(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    Body(new): Body<CopiedEvent>,
) -> Result<Tagged<EventView>, Problem> {
    caller.may(Permission::Import)?;
    app.at_desk(&caller, move |app, desk| {
        let old = acts::planned(desk, &event_code(&code)?)?;
        all_good(desk, Some(&new.code), &undated(&old), &new.details)?;
        let planned = acts::copy(desk, &app.faces, &old, new_code(&new.code)?, &new.details)?;
        Ok(Tagged::created(tag(&planned), EventView::of(planned)))
    })
    .await
}

/// A picture for a badge.
#[derive(ToSchema)]
#[allow(dead_code, reason = "describes the form")]
struct BadgePicture {
    /// PNG (at least 200 pixels each way) or SVG without texts, at most 1 MB.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// Give an event a badge of its own
///
/// The picture that credentials are baked into from now on; it also stands on public pages and in the portal. It is in no credential:
/// what was signed stays, and QR codes are as large as before.
#[utoipa::path(put, path = "/events/{code}/badge", tag = "Events", extensions(("x-permission" = json!("import"))), request_body(content = BadgePicture, content_type = "multipart/form-data"),
    params(("code" = String, Path, example = "WORKSHOP"), ("If-Match" = Option<String>, Header, description = "ETag that was seen, or *", pattern = r#"^(\*|"[!#-~]*")$"#)),
    responses((status = 200, body = EventView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn set_badge(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    if_match: IfMatch,
    request: Request,
) -> Result<Tagged<EventView>, Problem> {
    caller.may(Permission::Import)?;
    // A little more than the largest picture, so that a larger one is told so.
    let limit = MAX_BADGE_BYTES + (1 << 16);
    let form = read_form(Multipart::from_request(request, &app).await, limit, app.room_for_staff().enter()).await?;
    let turn = turn().await?;
    app.in_turn(&caller, move |app, desk| {
        let _turn = turn;
        if let Some(reason) = crate::files::undrawable(&form.bytes, app.faces.fonts()) {
            return Err(acts::ActError::Invalid { field: "file".to_owned(), reason }.into());
        }
        settled(|| {
            let old = seen(desk, &code, &if_match)?;
            Ok(reply(acts::set_badge(desk, &old, Some(&form.bytes))?))
        })
    })
    .await
}

/// Take an event's own badge away; it is drawn from title and issuer again
#[utoipa::path(delete, path = "/events/{code}/badge", tag = "Events", extensions(("x-permission" = json!("import"))),
    params(("code" = String, Path, example = "WORKSHOP"), ("If-Match" = Option<String>, Header, description = "ETag that was seen, or *", pattern = r#"^(\*|"[!#-~]*")$"#)),
    responses((status = 200, body = EventView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn remove_badge(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    if_match: IfMatch,
) -> Result<Tagged<EventView>, Problem> {
    caller.may(Permission::Import)?;
    app.at_desk(&caller, move |_, desk| {
        settled(|| {
            let old = seen(desk, &code, &if_match)?;
            Ok(reply(acts::set_badge(desk, &old, None)?))
        })
    })
    .await
}

/// Where an event shall stand.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "to": "completed" }))]
struct StateWanted {
    /// The state.
    to: EventState,
}

/// Move an event to draft, open or completed
#[utoipa::path(post, path = "/events/{code}/state", tag = "Events", extensions(("x-permission" = json!("import"))), request_body = StateWanted,
    params(("code" = String, Path, example = "WORKSHOP"), ("If-Match" = Option<String>, Header, description = "ETag that was seen, or *", pattern = r#"^(\*|"[!#-~]*")$"#)),
    responses((status = 200, body = EventView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn set_state(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    if_match: IfMatch,
    Body(wanted): Body<StateWanted>,
) -> Result<Tagged<EventView>, Problem> {
    caller.may(Permission::Import)?;
    app.at_desk(&caller, move |_, desk| {
        settled(|| {
            let old = seen(desk, &code, &if_match)?;
            Ok(reply(acts::move_to(desk, &old, wanted.to)?))
        })
    })
    .await
}

/// Replace the sessions and activities
#[utoipa::path(put, path = "/events/{code}/course", tag = "Events", extensions(("x-permission" = json!("import"))), request_body = Course,
    params(("code" = String, Path, example = "WORKSHOP"), ("If-Match" = Option<String>, Header, description = "ETag that was seen, or *", pattern = r#"^(\*|"[!#-~]*")$"#)),
    responses((status = 200, body = EventView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn set_course(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    if_match: IfMatch,
    Body(course): Body<Course>,
) -> Result<Tagged<EventView>, Problem> {
    caller.may(Permission::Import)?;
    app.at_desk(&caller, move |_, desk| {
        settled(|| {
            let old = seen(desk, &code, &if_match)?;
            Ok(reply(acts::set_course(desk, &old, course.clone())?))
        })
    })
    .await
}

/// Why certificates may be generated early.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "note": "the last session was moved to January" }))]
struct EarlyWanted {
    /// Why.
    note: String,
}

/// Allow to generate certificates before the event is completed
#[utoipa::path(put, path = "/events/{code}/early", tag = "Events", extensions(("x-permission" = json!("generate"))), request_body = EarlyWanted,
    params(("code" = String, Path, example = "WORKSHOP"), ("If-Match" = Option<String>, Header, description = "ETag that was seen, or *", pattern = r#"^(\*|"[!#-~]*")$"#)),
    responses((status = 200, body = EventView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn allow_early(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    if_match: IfMatch,
    Body(wanted): Body<EarlyWanted>,
) -> Result<Tagged<EventView>, Problem> {
    caller.may(Permission::Generate)?;
    app.at_desk(&caller, move |_, desk| {
        settled(|| {
            let old = seen(desk, &code, &if_match)?;
            Ok(reply(acts::allow_early(desk, &old, Some(&wanted.note))?))
        })
    })
    .await
}

/// Take back that certificates may be generated early
#[utoipa::path(delete, path = "/events/{code}/early", tag = "Events", extensions(("x-permission" = json!("generate"))),
    params(("code" = String, Path, example = "WORKSHOP"), ("If-Match" = Option<String>, Header, description = "ETag that was seen, or *", pattern = r#"^(\*|"[!#-~]*")$"#)),
    responses((status = 200, body = EventView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn forbid_early(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    if_match: IfMatch,
) -> Result<Tagged<EventView>, Problem> {
    caller.may(Permission::Generate)?;
    app.at_desk(&caller, move |_, desk| {
        settled(|| {
            let old = seen(desk, &code, &if_match)?;
            Ok(reply(acts::allow_early(desk, &old, None)?))
        })
    })
    .await
}

/// Archive an event
///
/// It is out of the usual listing, and takes no lists, no people and no runs that issue. What was issued in it is verified,
/// published, corrected and revoked as before.
#[utoipa::path(put, path = "/events/{code}/archived", tag = "Events", extensions(("x-permission" = json!("import"))),
    params(("code" = String, Path, example = "WORKSHOP"), ("If-Match" = Option<String>, Header, description = "ETag that was seen, or *", pattern = r#"^(\*|"[!#-~]*")$"#)),
    responses((status = 200, body = EventView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn archive(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    if_match: IfMatch,
) -> Result<Tagged<EventView>, Problem> {
    set_archived(app, caller, code, if_match, true).await
}

/// Bring an archived event back
#[utoipa::path(delete, path = "/events/{code}/archived", tag = "Events", extensions(("x-permission" = json!("import"))),
    params(("code" = String, Path, example = "WORKSHOP"), ("If-Match" = Option<String>, Header, description = "ETag that was seen, or *", pattern = r#"^(\*|"[!#-~]*")$"#)),
    responses((status = 200, body = EventView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn unarchive(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    if_match: IfMatch,
) -> Result<Tagged<EventView>, Problem> {
    set_archived(app, caller, code, if_match, false).await
}

async fn set_archived(
    app: App,
    caller: Caller,
    code: String,
    if_match: IfMatch,
    archived: bool,
) -> Result<Tagged<EventView>, Problem> {
    caller.may(Permission::Import)?;
    app.at_desk(&caller, move |_, desk| {
        settled(|| {
            let old = seen(desk, &code, &if_match)?;
            Ok(reply(acts::set_archived(desk, &old, archived)?))
        })
    })
    .await
}

/// Remove an event in which nothing was issued
///
/// With its people, exceptions and exclusions, plan, imports and their reports. An event with certificates is archived instead.
/// Numbers that were reserved in it are never handed out again, also if an event gets the same code later.
#[utoipa::path(delete, path = "/events/{code}", tag = "Events", extensions(("x-permission" = json!("import"))),
    params(("code" = String, Path, example = "WORKSHOP"), ("If-Match" = Option<String>, Header, description = "ETag that was seen, or *", pattern = r#"^(\*|"[!#-~]*")$"#)),
    responses((status = 204, description = "Removed"), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    if_match: IfMatch,
) -> Result<StatusCode, Problem> {
    caller.may(Permission::Import)?;
    app.at_desk(&caller, move |app, desk| {
        let removed = settled(|| {
            let old = seen(desk, &code, &if_match)?;
            acts::remove_event(desk, &old)?;
            Ok(old.event.code)
        })?;
        acts::finish_removal(&*app.store, &removed)?;
        Ok(StatusCode::NO_CONTENT)
    })
    .await
}

/// Whether certificates can be generated.
#[derive(Debug, Serialize, ToSchema)]
struct Ready {
    /// Whether nothing is missing.
    ready: bool,
    /// What is missing. A run is refused for all of it but `no_attendance`, which it says in its preview.
    missing: Vec<NotReady>,
    /// The sessions in which nobody was marked, present or absent, where the rule depends on them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unmarked_sessions: Vec<Session>,
}

/// Say what is missing before certificates can be generated
#[utoipa::path(get, path = "/events/{code}/ready", tag = "Events", extensions(("x-permission" = json!("view"))),
    params(("code" = String, Path, example = "WORKSHOP")),
    responses((status = 200, body = Ready), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn ready(State(app): State<App>, caller: Caller, Path(code): Path<String>) -> Result<Json<Ready>, Problem> {
    caller.may(Permission::View)?;
    app.read_at_desk(&caller, move |_, desk| {
        let planned = acts::planned(desk, &event_code(&code)?)?;
        let Prerequisites { missing, unmarked } = acts::prerequisites(desk, &planned)?;
        Ok(Json(Ready { ready: missing.is_empty(), missing, unmarked_sessions: unmarked }))
    })
    .await
}
