//! Participants: added, changed, merged, deleted.

mod attendance;
mod erase;
mod everywhere;
mod history;
mod import_how;
mod imports;
mod listing;
mod names;
mod persons;

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) use self::listing::{PeopleFilter, filtered};
use crate::accounts::Permission;
use crate::acts::{self, Decider, Decision, ExclusionReason, Listed, PersonChange, Planned, Said};
use crate::credential::{EventCode, Timestamp};
use crate::desk::Desk;
use crate::eligibility::{Entered, Progress};
use crate::server::extract::{Body, IfMatch, Path, Query, event_code};
use crate::server::meanwhile::settled;
use crate::server::reply::{Tagged, tag_of};
use crate::server::{App, Caller, Problem};
use crate::store::{Fields, Participant, Premise, Store};

/// People looked at for one filtered page; the next page goes on.
const SCANNED: usize = 20_000;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(listing::list, upsert))
        .routes(routes!(everywhere::search))
        .routes(routes!(show, change, delete))
        .routes(routes!(merge))
        .routes(routes!(attendance::attendance))
        .routes(routes!(names::lint))
        .routes(routes!(names::duplicates))
        .routes(routes!(names::same_mailbox))
        .routes(routes!(history::history))
        .merge(erase::routes())
        .merge(imports::routes())
        .merge(persons::routes())
}

/// A participant as the API shows it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PersonView {
    /// Names the person in addresses.
    #[schema(example = "p-4kq3ydvnf7wzj2ha")]
    pub id: String,
    /// The person's id in another system.
    pub external_id: Option<String>,
    /// Name as it shall be printed.
    #[schema(example = "Ada Lovelace")]
    pub name: String,
    /// E-mail.
    pub email: Option<String>,
    /// Language of the certificate and of mails.
    pub locale: Option<String>,
    /// Further columns.
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    pub fields: Fields,
    /// What the person has attended, done and reached.
    pub progress: Progress,
    /// Who put the person in, and how.
    pub entered: Entered,
    /// Who entered what is known of the progress, and how, by name: `sessions.day1`, `score`. What is not named here was
    /// entered before this was noted.
    pub progress_entered: BTreeMap<String, Entered>,
    /// When the person was last imported or added.
    #[schema(value_type = String, format = DateTime)]
    pub imported: Timestamp,
    /// The certificate, if there is one: the newest.
    #[schema(example = "CERT-WORKSHOP-2026-00001")]
    pub certificate: Option<String>,
    /// The certificates before it, the newest first, where somebody did better at another try and got another one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub earlier_certificates: Vec<String>,
}

/// That somebody is an exception or excluded, and why.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ListedView {
    /// On which list: `exception` or `exclusion`.
    #[schema(example = "exception")]
    pub list: &'static str,
    /// Why, where they are excluded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<ExclusionReason>,
    /// Why, in the words of who did it.
    #[schema(example = "was ill on the second day")]
    pub note: Option<String>,
    /// Who did it.
    #[schema(example = "staff:7f3a")]
    pub by: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

impl ListedView {
    pub(super) fn of(listed: Listed) -> Option<Self> {
        match listed {
            Listed::Exception(one) => {
                Some(Self { list: "exception", reason: None, note: one.note, by: one.by, at: one.at })
            }
            Listed::Exclusion(one) => {
                Some(Self { list: "exclusion", reason: Some(one.reason), note: one.note, by: one.by, at: one.at })
            }
            Listed::No | Listed::Lifted(_) => None,
        }
    }
}

impl PersonView {
    pub(super) fn of(store: &dyn Store, code: &EventCode, person: Participant) -> Result<Self, Problem> {
        let mut numbers = store.all_of(code, &person.key)?.into_iter().map(|one| one.number.to_string());
        let certificate = numbers.next();
        Ok(Self {
            earlier_certificates: numbers.collect(),
            id: person.id.unwrap_or(person.key.0),
            external_id: person.external_id,
            name: person.name,
            email: person.email,
            locale: person.locale,
            fields: person.fields,
            progress: person.progress,
            entered: person.entered.unwrap_or_default(),
            progress_entered: person.progress_entered,
            imported: person.imported,
            certificate,
        })
    }
}

/// Add a participant, or change who has this external id or e-mail
///
/// An e-mail and a name, in any spelling, are one person. The e-mail of somebody with another name, and a name without
/// anything that tells two apart, are answered with 409 and the other's id: ask again, and say whether they are two people.
/// Different external ids and names at one e-mail are two people. An external id under which somebody with another name and
/// another e-mail is known is asked about too, and so is what says that they were absent or failed, as in lists.
#[utoipa::path(post, path = "/events/{code}/participants", tag = "Participants", extensions(("x-permission" = json!("import"))), request_body = PersonChange,
    params(("code" = String, Path, example = "WORKSHOP"), Said),
    responses((status = 201, body = PersonView), (status = 200, body = PersonView),
        (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn upsert(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    Query(said): Query<Said>,
    Body(change): Body<PersonChange>,
) -> Result<Tagged<PersonView>, Problem> {
    caller.may(Permission::Import)?;
    app.at_desk(&caller, move |_, desk| {
        let code = event_code(&code)?;
        check_progress(desk, &code, &change.progress)?;
        let (person, new) = acts::retried(|| acts::upsert(desk, &code, &change, said))?;
        let (tag, view) = (tag(desk.store, &code, &person)?, PersonView::of(desk.store, &code, person)?);
        Ok(if new { Tagged::created(tag, view) } else { Tagged::ok(tag, view) })
    })
    .await
}

/// The ETag covers the person and the certificate.
fn tag(store: &dyn Store, code: &EventCode, person: &Participant) -> Result<String, Problem> {
    Ok(tag_of(&(person, store.certificate_of(code, &person.key)?)))
}

fn tagged(desk: &Desk, code: &EventCode, person: Participant) -> Result<Tagged<PersonView>, Problem> {
    let tag = tag(desk.store, code, &person)?;
    Ok(Tagged::ok(tag, PersonView::of(desk.store, code, person)?))
}

/// Finds a person of an event, provided that the caller has seen them as they are.
pub(super) fn person(desk: &Desk, code: &str, who: &str, seen: &IfMatch) -> Result<(EventCode, Participant), Problem> {
    let code = event_code(code)?;
    let person = acts::find(desk.store, &code, who)?;
    if seen.0.is_some() {
        seen.check(&tag(desk.store, &code, &person)?)?;
    }
    Ok((code, person))
}

/// Finds a person as [`person`] does, with the premises that make `If-Match` part of the write: the certificate, which the
/// ETag covers too, still is the same. The write expects the person itself.
fn person_given(
    desk: &Desk,
    code: &str,
    who: &str,
    seen: &IfMatch,
) -> Result<(EventCode, Participant, Vec<Premise>), Problem> {
    let code = event_code(code)?;
    let person = acts::find(desk.store, &code, who)?;
    if seen.0.is_none() {
        return Ok((code, person, Vec::new()));
    }
    let number = desk.store.certificate_of(&code, &person.key)?;
    seen.check(&tag_of(&(&person, &number)))?;
    let given = vec![Premise::Certificate(code.clone(), person.key.clone(), number)];
    Ok((code, person, given))
}

/// Show a participant
#[utoipa::path(get, path = "/events/{code}/participants/{person}", tag = "Participants", extensions(("x-permission" = json!("view"))),
    params(("code" = String, Path, example = "WORKSHOP"), ("person" = String, Path, description = "Id, external id or e-mail")),
    responses((status = 200, body = PersonView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn show(
    State(app): State<App>,
    caller: Caller,
    Path((code, who)): Path<(String, String)>,
) -> Result<Tagged<PersonView>, Problem> {
    caller.may(Permission::View)?;
    app.at_desk(&caller, move |_, desk| {
        let (code, person) = person(desk, &code, &who, &IfMatch(None))?;
        tagged(desk, &code, person)
    })
    .await
}

/// Refuses progress in what the event does not have.
fn check_progress(desk: &Desk, code: &EventCode, progress: &Progress) -> Result<(), Problem> {
    if progress.sessions.is_empty() && progress.activities.is_empty() {
        return Ok(());
    }
    let course = acts::planned(desk, code)?.plan.course;
    Ok(acts::check_progress(&course, progress)?)
}

/// Change a participant: attendance, points, score, name, columns
///
/// Asks what adding one asks: an e-mail of somebody with another name, a name that nothing tells apart, what says that they
/// were absent or failed; and, where they are named by an external id or e-mail and `If-Match` is left out, a name and an
/// e-mail that are both others.
#[utoipa::path(patch, path = "/events/{code}/participants/{person}", tag = "Participants", extensions(("x-permission" = json!("import"))), request_body = PersonChange,
    params(("code" = String, Path, example = "WORKSHOP"), ("person" = String, Path, description = "Id, external id or e-mail"), Said,
        ("If-Match" = Option<String>, Header, description = "ETag that was seen, or *", pattern = r#"^(\*|"[!#-~]*")$"#)),
    responses((status = 200, body = PersonView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn change(
    State(app): State<App>,
    caller: Caller,
    Path((code, who)): Path<(String, String)>,
    Query(said): Query<Said>,
    if_match: IfMatch,
    Body(mut change): Body<PersonChange>,
) -> Result<Tagged<PersonView>, Problem> {
    caller.may(Permission::Import)?;
    // Staff who patch one person enter by hand; systems add or change by external id.
    change.progress.sessions.values_mut().for_each(|mark| mark.by_hand = true);
    app.at_desk(&caller, move |_, desk| {
        settled(|| {
            let (code, old, given) = person_given(desk, &code, &who, &if_match)?;
            check_progress(desk, &code, &change.progress)?;
            // Who names them by their own id, or has seen them, knows whom they change.
            let own = old.id.as_ref().unwrap_or(&old.key.0) == who.trim();
            if !own && if_match.0.is_none() {
                acts::check_same(&old, &change, said.same_id)?;
            }
            let person = acts::patch_given(desk, &code, &old, &change, said, given)?;
            tagged(desk, &code, person)
        })
    })
    .await
}

/// Delete a participant who has no certificate
#[utoipa::path(delete, path = "/events/{code}/participants/{person}", tag = "Participants", extensions(("x-permission" = json!("import"))),
    params(("code" = String, Path, example = "WORKSHOP"), ("person" = String, Path, description = "Id, external id or e-mail"),
        ("If-Match" = Option<String>, Header, description = "ETag that was seen, or *", pattern = r#"^(\*|"[!#-~]*")$"#)),
    responses((status = 204, description = "Gone"), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn delete(
    State(app): State<App>,
    caller: Caller,
    Path((code, who)): Path<(String, String)>,
    if_match: IfMatch,
) -> Result<StatusCode, Problem> {
    caller.may(Permission::Import)?;
    app.at_desk(&caller, move |app, desk| {
        settled(|| {
            let (code, person) = person(desk, &code, &who, &if_match)?;
            Ok(acts::erase::delete(desk, &*app.store, &code, &person)?)
        })?;
        Ok(StatusCode::NO_CONTENT)
    })
    .await
}

/// Two who are one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "keep": "p-4kq3ydvnf7wzj2ha", "gone": "p-a7wzj2hq4kq3ydvn" }))]
struct Merge {
    /// Who stays.
    keep: String,
    /// Who goes.
    gone: String,
}

/// Make one participant of two; progress, exception and certificate move to the one who stays
#[utoipa::path(post, path = "/events/{code}/merge", tag = "Participants", extensions(("x-permission" = json!("import"))), request_body = Merge,
    params(("code" = String, Path, example = "WORKSHOP")),
    responses((status = 200, body = PersonView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn merge(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    Body(merge): Body<Merge>,
) -> Result<Tagged<PersonView>, Problem> {
    caller.may(Permission::Import)?;
    app.at_desk(&caller, move |_, desk| {
        let code = event_code(&code)?;
        settled(|| {
            let keep = acts::find(desk.store, &code, &merge.keep)?;
            let gone = acts::find(desk.store, &code, &merge.gone)?;
            let more = crate::acts::run::renaming(desk.store, &code, &gone.key, &keep.key)?;
            let person = acts::merge(desk, &code, &keep, &gone, more)?;
            tagged(desk, &code, person)
        })
    })
    .await
}

/// Decides about one person.
pub(super) fn decision(desk: &Desk, planned: &Planned, person: &Participant) -> Result<Decision, Problem> {
    let listed = acts::listed(desk.store, &planned.event.code, &person.key)?;
    Ok(Decider::new(&planned.event, &planned.plan)?.decide(person, &listed))
}
