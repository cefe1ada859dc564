//! Participants: added, changed, imported, merged, erased.

use axum::Json;
use axum::extract::multipart::{Field, MultipartRejection};
use axum::extract::{DefaultBodyLimit, Multipart, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::accounts::Permission;
use crate::credential::{EventCode, Timestamp};
use crate::eligibility::{Mark, Progress};
use crate::enrolment::{
    self, Decider, Decision, EnrolmentError, Ground, ImportRecord, ImportRequest, Imported, PersonChange, Planned, Same,
};
use crate::issuance::Desk;
use crate::issuance::import::{Duplicates, Limits, lint_name};
use crate::server::extract::{Body, IfMatch, Listing, Order, Paging, Path, Query, event_code};
use crate::server::reply::{Tagged, tag_of};
use crate::server::{App, Caller, Problem};
use crate::store::{DocumentWrite, Fields, Page, Participant, Store};

/// Files read at once: each may take as much memory as an upload is large.
static READERS: Semaphore = Semaphore::const_new(4);
/// People looked at for one filtered page; the next page goes on.
const SCANNED: usize = 20_000;
/// People named in one request.
const MAX_NAMED: usize = 10_000;
/// Events read at a time.
const EVENTS: usize = 500;
/// How often a change of many records is tried.
const TRIES: usize = 8;
/// Text fields of an upload.
const MAX_TEXT_FIELDS: usize = 300;

pub(super) fn routes() -> OpenApiRouter<App> {
    let uploads = OpenApiRouter::new().routes(routes!(import, imports)).layer(DefaultBodyLimit::disable());
    OpenApiRouter::new()
        .routes(routes!(list, upsert))
        .routes(routes!(show, change, delete))
        .routes(routes!(erase))
        .routes(routes!(erase_everywhere))
        .routes(routes!(merge))
        .routes(routes!(attendance))
        .routes(routes!(report))
        .routes(routes!(lint))
        .routes(routes!(duplicates))
        .routes(routes!(same_mailbox))
        .merge(uploads)
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
    /// When the person was last imported or added.
    #[schema(value_type = String, format = DateTime)]
    pub imported: Timestamp,
    /// The certificate, if there is one.
    #[schema(example = "CERT-WORKSHOP-2026-00001")]
    pub certificate: Option<String>,
}

impl PersonView {
    pub(super) fn of(store: &dyn Store, code: &EventCode, person: Participant) -> Result<Self, Problem> {
        let certificate = store.certificate_of(code, &person.key)?.map(|number| number.to_string());
        Ok(Self {
            id: person.id.unwrap_or(person.key.0),
            external_id: person.external_id,
            name: person.name,
            email: person.email,
            locale: person.locale,
            fields: person.fields,
            progress: person.progress,
            imported: person.imported,
            certificate,
        })
    }
}

/// Which people are wanted.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct PeopleFilter {
    /// Only these.
    #[serde(default)]
    #[param(inline)]
    pub state: Option<PersonState>,
    /// Only whose name, e-mail or external id holds this.
    #[serde(default)]
    pub q: Option<String>,
}

/// Where a person stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum PersonState {
    /// Gets a certificate, or has one by right.
    Eligible,
    /// Does not meet the rule.
    NotEligible,
    /// Excluded.
    Excluded,
    /// Allowed by an exception.
    Exception,
    /// Has a certificate.
    Issued,
}

impl PeopleFilter {
    fn takes(&self, desk: &Desk, code: &EventCode, person: &Participant, decision: &Decision) -> Result<bool, Problem> {
        let wanted = self.q.as_deref().map(|q| q.trim().to_lowercase()).filter(|q| !q.is_empty());
        if let Some(wanted) = wanted {
            let texts = [Some(&person.name), person.email.as_ref(), person.external_id.as_ref()];
            if !texts.into_iter().flatten().any(|text| text.to_lowercase().contains(&wanted)) {
                return Ok(false);
            }
        }
        Ok(match self.state {
            None => true,
            Some(PersonState::Eligible) => decision.eligible,
            Some(PersonState::NotEligible) => matches!(decision.reason, Ground::NotMet | Ground::NoRule),
            Some(PersonState::Excluded) => decision.reason == Ground::Excluded,
            Some(PersonState::Exception) => matches!(decision.reason, Ground::Exception | Ground::Manual),
            Some(PersonState::Issued) => desk.store.certificate_of(code, &person.key)?.is_some(),
        })
    }
}

/// Returns a page of those whom a filter takes, with the decision about each.
pub(super) fn filtered(
    desk: &Desk,
    code: &EventCode,
    filter: &PeopleFilter,
    cursor: Option<String>,
    limit: usize,
) -> Result<Page<(Participant, Decision)>, Problem> {
    let (mut items, mut cursor, mut scanned) = (Vec::new(), cursor, 0);
    // Once, however many short pages follow.
    let planned = enrolment::planned(desk, code)?;
    let decider = Decider::new(&planned.event, &planned.plan)?;
    loop {
        let page = enrolment::decisions(desk, &decider, cursor.as_deref(), limit - items.len())?;
        scanned += page.items.len();
        for (person, decision) in page.items {
            if filter.takes(desk, code, &person, &decision)? {
                items.push((person, decision));
            }
        }
        cursor = page.next;
        if items.len() >= limit || scanned >= SCANNED || cursor.is_none() {
            return Ok(Page { items, next: cursor });
        }
    }
}

/// List participants
#[utoipa::path(get, path = "/events/{code}/participants", tag = "Participants",
    params(("code" = String, Path, example = "WORKSHOP"), Paging, PeopleFilter),
    responses((status = 200, body = Listing<PersonView>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    Query(paging): Query<Paging>,
    Query(filter): Query<PeopleFilter>,
) -> Result<Json<Listing<PersonView>>, Problem> {
    caller.may(Permission::View)?;
    let limit = paging.limit()?;
    app.at_desk(&caller, move |_, desk| {
        let code = event_code(&code)?;
        let Page { items, next } = filtered(desk, &code, &filter, paging.cursor, limit)?;
        let view = |(person, _)| PersonView::of(desk.store, &code, person);
        Ok(Json(Listing { items: items.into_iter().map(view).collect::<Result<_, Problem>>()?, next }))
    })
    .await
}

/// Add a participant, or change who has this external id or e-mail
#[utoipa::path(post, path = "/events/{code}/participants", tag = "Participants", request_body = PersonChange,
    params(("code" = String, Path, example = "WORKSHOP")),
    responses((status = 201, body = PersonView), (status = 200, body = PersonView),
        (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn upsert(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    Body(change): Body<PersonChange>,
) -> Result<Tagged<PersonView>, Problem> {
    caller.may(Permission::Import)?;
    app.at_desk(&caller, move |_, desk| {
        let code = event_code(&code)?;
        let (person, new) = enrolment::upsert(desk, &code, &change)?;
        let (tag, view) = (tag_of(&person), PersonView::of(desk.store, &code, person)?);
        Ok(if new { Tagged::created(tag, view) } else { Tagged::ok(tag, view) })
    })
    .await
}

/// Finds a person of an event, provided that the caller has seen them as they are.
pub(super) fn person(desk: &Desk, code: &str, who: &str, seen: &IfMatch) -> Result<(EventCode, Participant), Problem> {
    let code = event_code(code)?;
    let person = enrolment::find(desk.store, &code, who)?;
    seen.check(&tag_of(&person))?;
    Ok((code, person))
}

/// Show a participant
#[utoipa::path(get, path = "/events/{code}/participants/{person}", tag = "Participants",
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
        Ok(Tagged::ok(tag_of(&person), PersonView::of(desk.store, &code, person)?))
    })
    .await
}

/// Change a participant: attendance, points, score, name, columns
#[utoipa::path(patch, path = "/events/{code}/participants/{person}", tag = "Participants", request_body = PersonChange,
    params(("code" = String, Path, example = "WORKSHOP"), ("person" = String, Path, description = "Id, external id or e-mail"),
        ("If-Match" = Option<String>, Header, description = "ETag that was seen")),
    responses((status = 200, body = PersonView), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn change(
    State(app): State<App>,
    caller: Caller,
    Path((code, who)): Path<(String, String)>,
    if_match: IfMatch,
    Body(mut change): Body<PersonChange>,
) -> Result<Tagged<PersonView>, Problem> {
    caller.may(Permission::Import)?;
    // Staff who patch one person enter by hand; systems add or change by external id.
    change.progress.sessions.values_mut().for_each(|mark| mark.by_hand = true);
    app.at_desk(&caller, move |_, desk| {
        let (code, old) = person(desk, &code, &who, &if_match)?;
        let person = enrolment::patch(desk, &code, &old, &change)?;
        Ok(Tagged::ok(tag_of(&person), PersonView::of(desk.store, &code, person)?))
    })
    .await
}

/// Delete a participant who has no certificate
#[utoipa::path(delete, path = "/events/{code}/participants/{person}", tag = "Participants",
    params(("code" = String, Path, example = "WORKSHOP"), ("person" = String, Path, description = "Id, external id or e-mail"),
        ("If-Match" = Option<String>, Header, description = "ETag that was seen")),
    responses((status = 204, description = "Gone"), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn delete(
    State(app): State<App>,
    caller: Caller,
    Path((code, who)): Path<(String, String)>,
    if_match: IfMatch,
) -> Result<StatusCode, Problem> {
    caller.may(Permission::Import)?;
    app.at_desk(&caller, move |_, desk| {
        settled(|| {
            let (code, person) = person(desk, &code, &who, &if_match)?;
            let more = forgetting(desk, &code, &person)?;
            Ok(enrolment::delete(desk, &code, &person, more)?)
        })?;
        Ok(StatusCode::NO_CONTENT)
    })
    .await
}

/// Erase a person: all that names them goes, number and status of the certificate stay
#[utoipa::path(post, path = "/events/{code}/participants/{person}/erase", tag = "Participants",
    params(("code" = String, Path, example = "WORKSHOP"), ("person" = String, Path, description = "Id, external id or e-mail")),
    responses((status = 204, description = "Erased"), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn erase(
    State(app): State<App>,
    caller: Caller,
    Path((code, who)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    caller.may(Permission::Import)?;
    app.at_desk(&caller, move |_, desk| {
        settled(|| {
            let (code, person) = person(desk, &code, &who, &IfMatch(None))?;
            let more = forgetting(desk, &code, &person)?;
            Ok(enrolment::erase(desk, &code, &person, more)?)
        })?;
        Ok(StatusCode::NO_CONTENT)
    })
    .await
}

/// Whom to erase.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "person": "ada@example.org" }))]
struct EraseWanted {
    /// E-mail, or id in another system.
    person: String,
}

/// Somebody who was erased.
#[derive(Debug, Serialize, ToSchema)]
struct ErasedFrom {
    /// From this event.
    #[schema(example = "WORKSHOP")]
    event: String,
    /// The certificate, of which number and status stay.
    certificate: Option<String>,
}

/// Erase a person from all events
///
/// Everybody who is known under this e-mail, or under this id in another system, in any event: as `erase` does in one.
#[utoipa::path(post, path = "/erase", tag = "Participants", request_body = EraseWanted,
    responses((status = 200, body = Listing<ErasedFrom>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn erase_everywhere(
    State(app): State<App>,
    caller: Caller,
    Body(wanted): Body<EraseWanted>,
) -> Result<Json<Listing<ErasedFrom>>, Problem> {
    caller.may(Permission::Import)?;
    app.at_desk(&caller, move |_, desk| {
        let (mut items, mut cursor) = (Vec::new(), None);
        loop {
            let page = desk.store.events(cursor.as_deref(), EVENTS)?;
            for event in page.items {
                // Two people may share a mailbox.
                while let Some(certificate) = settled(|| erased_from(desk, &event.code, &wanted.person))? {
                    items.push(ErasedFrom { event: event.code.to_string(), certificate });
                }
            }
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        if items.is_empty() {
            let detail = "nobody is known under this e-mail or id";
            return Err(Problem::new(StatusCode::NOT_FOUND, "no-such-participant", detail));
        }
        Ok(Json(Listing { items, next: None }))
    })
    .await
}

/// Erases one who is known so in an event; says which certificate was theirs. `None`: there is nobody.
fn erased_from(desk: &Desk, code: &EventCode, who: &str) -> Result<Option<Option<String>>, Problem> {
    let person = match enrolment::find(desk.store, code, who) {
        Err(EnrolmentError::NoPerson(_)) => return Ok(None),
        found => found?,
    };
    let number = desk.store.certificate_of(code, &person.key)?;
    let more = forgetting(desk, code, &person)?;
    enrolment::erase(desk, code, &person, more)?;
    Ok(Some(number.map(|number| number.to_string())))
}

/// What else says something of a person: journals, corrections, answers kept for requests that come twice.
fn forgetting(desk: &Desk, code: &EventCode, person: &Participant) -> Result<Vec<DocumentWrite>, Problem> {
    let mut writes = crate::runs::forgetting(desk.store, code, &person.key)?;
    let names = enrolment::names_of(desk.store, code, person)?;
    writes.extend(crate::server::idempotency::forgetting(desk.store, &names)?);
    Ok(writes)
}

/// Tries again when somebody else, such as a run, changed one of the records meanwhile.
fn settled<T>(mut work: impl FnMut() -> Result<T, Problem>) -> Result<T, Problem> {
    for _ in 1..TRIES {
        match work() {
            Err(problem) if problem.code == "conflict" => {}
            done => return done,
        }
    }
    work()
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
#[utoipa::path(post, path = "/events/{code}/merge", tag = "Participants", request_body = Merge,
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
        let keep = enrolment::find(desk.store, &code, &merge.keep)?;
        let gone = enrolment::find(desk.store, &code, &merge.gone)?;
        let more = crate::runs::renaming(desk.store, &code, &gone.key, &keep.key)?;
        let person = enrolment::merge(desk, &code, &keep, &gone, more)?;
        Ok(Tagged::ok(tag_of(&person), PersonView::of(desk.store, &code, person)?))
    })
    .await
}

/// Who was there, and who was not.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "session": "day1", "present": ["ada@example.org", "lms-4711"], "absent": [] }))]
struct Attendance {
    /// The session's id.
    session: String,
    /// Ids, external ids or e-mails of those present.
    #[serde(default)]
    present: Vec<String>,
    /// The same of those absent.
    #[serde(default)]
    absent: Vec<String>,
    /// Whether a person entered this; reports flag it.
    #[serde(default)]
    by_hand: bool,
}

/// What became of a list of attendance.
#[derive(Debug, Serialize, ToSchema)]
struct AttendanceTaken {
    /// How many people were marked.
    marked: usize,
    /// Who is not in the event, as they were named.
    unknown: Vec<String>,
}

/// Take attendance at one session for many
#[utoipa::path(post, path = "/events/{code}/attendance", tag = "Participants", request_body = Attendance,
    params(("code" = String, Path, example = "WORKSHOP")),
    responses((status = 200, body = AttendanceTaken), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn attendance(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    Body(taken): Body<Attendance>,
) -> Result<Json<AttendanceTaken>, Problem> {
    caller.may(Permission::Import)?;
    if taken.present.len() + taken.absent.len() > MAX_NAMED {
        return Err(Problem::unprocessable("too-many", format!("at most {MAX_NAMED} people at once")));
    }
    app.at_desk(&caller, move |_, desk| {
        let planned = enrolment::planned(desk, &event_code(&code)?)?;
        if !planned.plan.course.sessions.iter().any(|session| session.id == taken.session) {
            return Err(Problem::unprocessable("no-such-session", "the event has no such session"));
        }
        let (mut marked, mut unknown) = (0, Vec::new());
        let present = taken.present.iter().map(|who| (who, true));
        for (who, present) in present.chain(taken.absent.iter().map(|who| (who, false))) {
            match enrolment::find(desk.store, &planned.event.code, who) {
                Ok(person) => {
                    let mark = Mark { present, by_hand: taken.by_hand };
                    let sessions = [(taken.session.clone(), mark)].into();
                    let progress = Progress { sessions, ..Progress::default() };
                    enrolment::change_progress(desk, &planned.event.code, &person, progress)?;
                    marked += 1;
                }
                Err(EnrolmentError::NoPerson(_)) => unknown.push(who.chars().take(80).collect()),
                Err(other) => return Err(other.into()),
            }
        }
        Ok(Json(AttendanceTaken { marked, unknown }))
    })
    .await
}

/// How a list is taken in.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ImportHow {
    /// Check the list, and take nothing in.
    #[serde(default)]
    dry_run: bool,
    /// Keep what is known of people instead of changing it.
    #[serde(default)]
    keep_known: bool,
}

/// A list of people.
#[derive(ToSchema)]
#[allow(dead_code, reason = "describes the form")]
struct ListForm {
    /// CSV or XLSX.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// `FIELD=COLUMN`, once for each; without any, as at the last import.
    map: Vec<String>,
}

/// Import participants from CSV or XLSX
#[utoipa::path(post, path = "/events/{code}/imports", tag = "Participants",
    params(("code" = String, Path, example = "WORKSHOP"), ImportHow),
    request_body(content = ListForm, content_type = "multipart/form-data"),
    responses((status = 200, body = Imported), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn import(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    Query(how): Query<ImportHow>,
    form: Result<Multipart, MultipartRejection>,
) -> Result<Json<Imported>, Problem> {
    caller.may(Permission::Import)?;
    let _turn = turn()?;
    let form = read_form(form, app.limits.upload_bytes).await?;
    app.at_desk(&caller, move |app, desk| {
        let planned = enrolment::planned(desk, &event_code(&code)?)?;
        let missing_glyph = |name: &str| app.faces.fonts().missing_glyph(name);
        let request = ImportRequest {
            name: &form.name,
            bytes: &form.bytes,
            mapping: form.texts.into_iter().filter(|(name, _)| name == "map").map(|(_, value)| value).collect(),
            duplicates: if how.keep_known { Duplicates::Skip } else { Duplicates::Update },
            dry_run: how.dry_run,
            missing_glyph: Some(&missing_glyph),
            limits: Limits { bytes: app.limits.upload_bytes.min(Limits::default().bytes), ..Limits::default() },
        };
        Ok(Json(enrolment::import(desk, &planned, &request)?))
    })
    .await
}

/// Takes a turn at reading a file.
pub(super) fn turn() -> Result<tokio::sync::SemaphorePermit<'static>, Problem> {
    let busy = "other files are being read; try again in a moment";
    READERS.try_acquire().map_err(|_| Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy", busy))
}

/// An uploaded file with its texts.
pub(super) struct Form {
    pub name: String,
    pub bytes: Vec<u8>,
    pub texts: Vec<(String, String)>,
}

/// Reads an upload, never more than `limit` bytes of it.
pub(super) async fn read_form(form: Result<Multipart, MultipartRejection>, limit: usize) -> Result<Form, Problem> {
    let bad = |detail: String| Problem::bad_request("bad-upload", detail);
    let mut form = form.map_err(|rejection| bad(rejection.body_text()))?;
    let mut read = Form { name: String::new(), bytes: Vec::new(), texts: Vec::new() };
    let (mut left, mut found) = (limit, false);
    while let Some(field) = form.next_field().await.map_err(|error| bad(error.body_text()))? {
        let name = field.name().unwrap_or_default().to_owned();
        let file = field.file_name().unwrap_or("upload").chars().take(200).collect();
        let bytes = read_field(field, &mut left).await?;
        if name == "file" && !found {
            (read.name, read.bytes, found) = (file, bytes, true);
        } else if read.texts.len() < MAX_TEXT_FIELDS {
            let text = String::from_utf8(bytes).map_err(|_| bad("a field is not UTF-8".to_owned()))?;
            read.texts.push((name, text));
        }
    }
    if found { Ok(read) } else { Err(bad("there is no field `file`".to_owned())) }
}

pub(super) async fn read_field(mut field: Field<'_>, left: &mut usize) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    loop {
        let chunk = field.chunk().await.map_err(|error| Problem::bad_request("bad-upload", error.body_text()))?;
        let Some(chunk) = chunk else { return Ok(bytes) };
        *left = left.checked_sub(chunk.len()).ok_or_else(|| {
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body-too-large", "the upload is larger than what is read")
        })?;
        bytes.extend_from_slice(&chunk);
    }
}

/// Which imports.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ImportsWanted {
    /// `next` of the page before.
    cursor: Option<String>,
    /// 1 to 500; 50 if left out.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
    /// `oldest` or `newest` first; `oldest` if left out.
    #[serde(default)]
    #[param(inline)]
    order: Order,
}

/// List imports
#[utoipa::path(get, path = "/events/{code}/imports", tag = "Participants",
    params(("code" = String, Path, example = "WORKSHOP"), ImportsWanted),
    responses((status = 200, body = Listing<ImportRecord>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn imports(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    Query(wanted): Query<ImportsWanted>,
) -> Result<Json<Listing<ImportRecord>>, Problem> {
    caller.may(Permission::View)?;
    let limit = Paging { cursor: None, limit: wanted.limit }.limit()?;
    app.at_desk(&caller, move |_, desk| {
        let planned = enrolment::planned(desk, &event_code(&code)?)?;
        let page = enrolment::imports(
            desk.store,
            &planned.event.code,
            wanted.order == Order::Newest,
            wanted.cursor.as_deref(),
            limit,
        )?;
        Ok(Json(Listing::of(page, |record| record)))
    })
    .await
}

/// Download the rows of an import that need attention, as CSV to correct and import again
#[utoipa::path(get, path = "/events/{code}/imports/{import}/report", tag = "Participants",
    params(("code" = String, Path, example = "WORKSHOP"), ("import" = String, Path, example = "20261122T100000Z-1f2e3d4c")),
    responses((status = 200, body = String, content_type = "text/csv"), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn report(
    State(app): State<App>,
    caller: Caller,
    Path((code, id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    caller.may(Permission::View)?;
    app.at_desk(&caller, move |_, desk| {
        let code = event_code(&code)?;
        let shaped = id.len() <= 40 && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let none = || Problem::not_found("this report");
        let csv = if shaped { enrolment::report_csv(desk.store, &code, &id)? } else { None }.ok_or_else(none)?;
        let headers = [
            (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
            (header::CONTENT_DISPOSITION, "attachment; filename=\"report.csv\""),
        ];
        Ok((headers, csv).into_response())
    })
    .await
}

/// What looks wrong with a name.
#[derive(Debug, Serialize, ToSchema)]
struct Linted {
    /// Whose.
    id: String,
    /// The name.
    name: String,
    /// The certificate, if there is one already.
    certificate: Option<String>,
    /// What looks wrong.
    findings: Vec<NameFinding>,
}

/// One finding about a name.
#[derive(Debug, Serialize, ToSchema)]
struct NameFinding {
    /// For programs.
    #[schema(value_type = String, example = "all_capitals")]
    code: &'static str,
    /// In words.
    #[schema(example = "is all in capitals")]
    detail: String,
}

/// List participants whose names look wrong
#[utoipa::path(get, path = "/events/{code}/lint", tag = "Participants",
    params(("code" = String, Path, example = "WORKSHOP"), Paging),
    responses((status = 200, body = Listing<Linted>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn lint(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
    Query(paging): Query<Paging>,
) -> Result<Json<Listing<Linted>>, Problem> {
    caller.may(Permission::View)?;
    let limit = paging.limit()?;
    app.at_desk(&caller, move |_, desk| {
        let planned: Planned = enrolment::planned(desk, &event_code(&code)?)?;
        let code = &planned.event.code;
        let (mut items, mut cursor, mut scanned) = (Vec::new(), paging.cursor, 0);
        loop {
            let page = desk.store.participants(code, cursor.as_deref(), limit - items.len())?;
            scanned += page.items.len();
            for person in page.items {
                let findings = lint_name(&person.name).into_iter();
                let findings: Vec<_> =
                    findings.map(|(code, detail)| NameFinding { code: code.as_str(), detail }).collect();
                if !findings.is_empty() {
                    let view = PersonView::of(desk.store, code, person)?;
                    items.push(Linted { id: view.id, name: view.name, certificate: view.certificate, findings });
                }
            }
            cursor = page.next;
            if items.len() >= limit || scanned >= SCANNED || cursor.is_none() {
                return Ok(Json(Listing { items, next: cursor }));
            }
        }
    })
    .await
}

/// People who may be one.
#[derive(Debug, Serialize, ToSchema)]
struct Group {
    /// What they have in common.
    same: Same,
    /// Two or more.
    people: Vec<PersonView>,
}

/// Find participants with the same e-mail or the same name
#[utoipa::path(get, path = "/events/{code}/duplicates", tag = "Participants",
    params(("code" = String, Path, example = "WORKSHOP")),
    responses((status = 200, body = Listing<Group>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn duplicates(
    State(app): State<App>,
    caller: Caller,
    Path(code): Path<String>,
) -> Result<Json<Listing<Group>>, Problem> {
    caller.may(Permission::View)?;
    app.at_desk(&caller, move |_, desk| {
        let code = enrolment::planned(desk, &event_code(&code)?)?.event.code;
        let group = |found: enrolment::Duplicate| {
            let people = found.people.into_iter().map(|person| PersonView::of(desk.store, &code, person));
            Ok(Group { same: found.same, people: people.collect::<Result<_, Problem>>()? })
        };
        let items = enrolment::duplicates(desk.store, &code)?.into_iter().map(group);
        Ok(Json(Listing { items: items.collect::<Result<_, Problem>>()?, next: None }))
    })
    .await
}

/// One mailbox under different names.
#[derive(Debug, Serialize, ToSchema)]
struct Mailbox {
    /// The e-mail.
    #[schema(example = "ada@example.org")]
    email: String,
    /// Two or more.
    people: Vec<InEvent>,
}

/// A person with the event that they are in.
#[derive(Debug, Serialize, ToSchema)]
struct InEvent {
    /// The event.
    #[schema(example = "WORKSHOP")]
    event: String,
    /// The person.
    person: PersonView,
}

/// Find e-mails that stand for different names in different events
#[utoipa::path(get, path = "/duplicates", tag = "Participants",
    responses((status = 200, body = Listing<Mailbox>), (status = "4XX", body = Problem, content_type = "application/problem+json")))]
async fn same_mailbox(State(app): State<App>, caller: Caller) -> Result<Json<Listing<Mailbox>>, Problem> {
    caller.may(Permission::View)?;
    let _turn = turn()?;
    app.at_desk(&caller, move |_, desk| {
        let shown = |(code, person): (EventCode, Participant)| {
            Ok(InEvent { event: code.to_string(), person: PersonView::of(desk.store, &code, person)? })
        };
        let mailbox = |found: enrolment::SameMailbox| {
            let people = found.people.into_iter().map(shown).collect::<Result<_, Problem>>()?;
            Ok(Mailbox { email: found.email, people })
        };
        let items = enrolment::same_mailbox(desk.store)?.into_iter().map(mailbox);
        Ok(Json(Listing { items: items.collect::<Result<_, Problem>>()?, next: None }))
    })
    .await
}

/// Decides about one person.
pub(super) fn decision(desk: &Desk, planned: &Planned, person: &Participant) -> Result<Decision, Problem> {
    let listed = enrolment::listed(desk.store, &planned.event.code, &person.key)?;
    Ok(Decider::new(&planned.event, &planned.plan)?.decide(person, &listed))
}
