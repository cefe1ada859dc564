//! Events: listed, made, changed, copied; and the page of one with its steps.

use axum::extract::Path;
use axum::http::{Method, Uri};
use axum::response::Response;
use jiff::civil::Date;
use serde_json::{Map, Value, json};

use super::beside::beside;
use super::form::{Fields, part, query, written};
use super::home::{items, state_of_event};
use super::inside::{Answer, Sent, Staff};
use super::languages;
use super::ui::{
    Action, Actions, Cell, Choice, Facts, Field, Form, Html, Kind, Page, Section, Step, Steps, Table, Text, Tone, Tried,
};
use super::within::Ask;
use super::words::Words;
use crate::accounts::Permission;

/// Signatories that the form asks for.
const SIGNATORIES: usize = 2;

/// Returns the heads of a table of events.
pub(super) fn heads(w: &Words) -> Vec<String> {
    ["event", "event-code", "event-days", "state"].map(|key| w.s(key)).into()
}

/// Returns an event's row.
pub(super) fn row(staff: &Staff, event: &Value) -> Vec<Cell> {
    let code = event["code"].as_str().unwrap_or_default();
    vec![
        Cell::link(text(event, "title"), staff.at(&format!("/events/{code}"))),
        Cell::text(code),
        Cell::text(days(staff, event)),
        state_of_event(staff, event),
    ]
}

/// Returns a text of a record; an empty one where there is none.
pub(super) fn text(record: &Value, member: &str) -> String {
    record[member].as_str().unwrap_or_default().to_owned()
}

fn days(staff: &Staff, event: &Value) -> String {
    match (day_of(staff, event, "starts"), day_of(staff, event, "ends")) {
        (Some(starts), Some(ends)) => staff.w.dates(starts, ends),
        (Some(day), None) | (None, Some(day)) => staff.w.date(day),
        (None, None) => String::new(),
    }
}

/// Returns a day that an event names. Midnight by UTC is how a date is kept, wherever people are.
fn day_of(staff: &Staff, event: &Value, member: &str) -> Option<Date> {
    let text = event[member].as_str()?;
    match text.strip_suffix("T00:00:00Z") {
        Some(date) => date.parse().ok(),
        None => Some(staff.zone.day(text.parse().ok()?)),
    }
}

/// Lists events.
pub(super) async fn list(staff: Staff, uri: Uri) -> Answer {
    let (w, asked) = (staff.w, query(uri.query()));
    let archived = asked.on("archived");
    let path =
        written([("limit", "50"), ("cursor", asked.get("cursor")), ("archived", if archived { "true" } else { "" })]);
    let events = staff.get(&format!("/events?{path}")).await?;
    let next = events["next"].as_str().map(|cursor| {
        let query = written([("cursor", cursor), ("archived", asked.get("archived"))]);
        (w.s("more"), staff.at(&format!("/events?{query}")))
    });
    let rows = items(&events).iter().map(|event| row(&staff, event)).collect();
    let mut actions = Vec::new();
    if !archived && may_make(&staff).await {
        actions.push(Action::link(w.s("event-new"), staff.at("/events/new")).primary());
    }
    actions.push(match archived {
        true => Action::link(w.s("events-current"), staff.at("/events")),
        false => Action::link(w.s("events-archived"), staff.at("/events?archived=yes")),
    });
    let title = w.s(if archived { "events-archived" } else { "nav-events" });
    let empty = w.s(if archived { "events-none-archived" } else { "events-none" });
    let table = Table { caption: title.clone(), heads: heads(w), rows, empty, next };
    Ok(staff.page(&Page::new(title).said(w, &asked).part(Actions(actions)).part(table)))
}

/// Returns the codes of which somebody may make events who is limited to some; nothing where they may make any.
async fn own_codes(staff: &Staff) -> Option<Vec<String>> {
    let mut free = Vec::new();
    for code in staff.scope.events()?.iter().map(ToString::to_string) {
        if staff.get_if(&format!("/events/{code}")).await.is_none() {
            free.push(code);
        }
    }
    Some(free)
}

/// Says whether somebody may make an event: who is limited to events that are there already may make none.
pub(super) async fn may_make(staff: &Staff) -> bool {
    staff.may(Permission::Import) && own_codes(staff).await.is_none_or(|codes| !codes.is_empty())
}

/// Asks for a new event.
pub(super) async fn new(staff: Staff) -> Answer {
    staff.needs(Permission::Import)?;
    let codes = own_codes(&staff).await;
    Ok(staff.page(&made(&staff, codes, &Tried::NEW)))
}

/// Asks for a code: one of those that are somebody's own where they are limited to some.
fn code_field(w: &Words, codes: Option<Vec<String>>) -> Field {
    match codes {
        None => Field::text("code", w.s("event-code")).required(),
        Some(codes) => {
            let choices = codes.into_iter().map(|code| Choice::new(code.clone(), code)).collect();
            Field::new("code", w.s("event-code"), Kind::Select(choices))
        }
    }
    .hint(w.s("event-code-hint"))
}

/// The page of who may make no event, since all of theirs are there.
fn none_to_make(staff: &Staff, title: String) -> Page {
    let page = Page::new(title).trail([staff.crumb(staff.w.s("nav-events"), "/events")]).narrow();
    page.part(Text(staff.w.s("event-none-to-make")))
}

fn made(staff: &Staff, codes: Option<Vec<String>>, tried: &Tried<'_>) -> Page {
    let w = staff.w;
    if codes.as_ref().is_some_and(Vec::is_empty) {
        return none_to_make(staff, w.s("event-new"));
    }
    let form = Form::new(staff, "/events/new", w.s("event-create"))
        .field(Field::text("title", w.s("event-title")).required().hint(w.s("event-title-hint")))
        .field(code_field(w, codes))
        .fields(details(w, &Value::Null))
        .field(
            Field::new("everybody", w.s("event-everybody"), Kind::Check).value("yes").hint(w.s("event-everybody-hint")),
        )
        .tried(tried);
    Page::new(w.s("event-new")).trail([staff.crumb(w.s("nav-events"), "/events")]).narrow().part(form)
}

/// Returns the fields of what an event says, filled with what it says.
fn details(w: &'static Words, event: &Value) -> Vec<Field> {
    let day = |member: &str| event[member].as_str().map_or("", |at| at.get(..10).unwrap_or_default()).to_owned();
    let said = |member: &str| text(event, member);
    // A new event is most likely in the language of who makes it: its certificates are.
    let language = if event.is_null() { w.language.to_owned() } else { said("language") };
    let mut fields = vec![
        Field::new("starts", w.s("event-starts"), Kind::Date).value(day("starts")),
        Field::new("ends", w.s("event-ends"), Kind::Date).value(day("ends")),
        Field::text("organiser", w.s("event-organiser")).value(said("organiser")),
        Field::new("criteria", w.s("event-criteria"), Kind::Area(3))
            .value(said("criteria"))
            .hint(w.s("event-criteria-hint")),
        Field::new("description", w.s("event-description"), Kind::Area(3)).value(said("description")),
        Field::text("expires_after", w.s("event-expires")).value(said("expires_after")).hint(w.s("event-expires-hint")),
        Field::text("time_zone", w.s("event-zone")).value(said("time_zone")).hint(w.s("event-zone-hint")),
        languages::field(w, "language", w.s("event-language"), w.s("language-none-event"), &language)
            .hint(w.s("event-language-hint")),
    ];
    for at in 1..=SIGNATORIES {
        let place = [("n", at.into())];
        let of = |member: &str| event["signatories"][at - 1][member].as_str().unwrap_or_default().to_owned();
        let (name, title) = (w.with("event-signatory", place.clone()), w.with("event-signatory-title", place));
        fields.push(Field::text(&format!("signatory{at}"), name).value(of("name")));
        fields.push(Field::text(&format!("signatory{at}_title"), title).value(of("title")));
    }
    let on = |member: &str| if event[member] == true { "yes" } else { "" };
    fields.push(Field::new("self_service", w.s("event-self"), Kind::Check).value(on("self_service")));
    fields.push(
        Field::new("public_pages", w.s("event-public"), Kind::Check)
            .value(on("public_pages"))
            .hint(w.s("event-public-hint")),
    );
    fields.push(
        Field::new("publish_results", w.s("event-results"), Kind::Check)
            .value(on("publish_results"))
            .hint(w.s("event-results-hint")),
    );
    fields
}

/// Returns what the form says of an event, as the API takes it. A field that is left out says nothing, an empty one takes away.
fn said(fields: &Fields, is_new: bool) -> Value {
    let mut details = Map::new();
    for name in ["title", "organiser", "criteria", "description", "expires_after", "time_zone", "language"] {
        let value = fields.get(name);
        if !(value.is_empty() && is_new) {
            details.insert(name.to_owned(), json!(value));
        }
    }
    for name in ["starts", "ends"] {
        if let Some(day) = fields.some(name) {
            details.insert(name.to_owned(), json!(day));
        }
    }
    for name in ["self_service", "public_pages", "publish_results"] {
        if fields.on(name) || !is_new {
            details.insert(name.to_owned(), json!(fields.on(name)));
        }
    }
    let signatory = |at| {
        let name = fields.some(&format!("signatory{at}"))?;
        Some(json!({ "name": name, "title": fields.get(&format!("signatory{at}_title")) }))
    };
    let signatories: Vec<Value> = (1..=SIGNATORIES).filter_map(signatory).collect();
    // The form of a change shows those that there are: emptied, they are taken away.
    if !signatories.is_empty() || !is_new {
        details.insert("signatories".to_owned(), json!(signatories));
    }
    Value::Object(details)
}

/// Makes an event.
pub(super) async fn create(Sent { staff, fields }: Sent) -> Response {
    if let Err(response) = staff.needs(Permission::Import) {
        return response;
    }
    let mut body = json!({ "code": fields.get("code").to_uppercase(), "details": said(&fields, true) });
    if fields.on("everybody") {
        body["rule"] = json!("everybody");
    }
    match staff.post("/events", &fields, body).await {
        Ok(told) => staff.done(&format!("/events/{}", text(&told.value, "code")), "event-made"),
        Err(problem) => {
            let problem = beside(staff.w, problem);
            let tried = Tried(Some((&fields, &problem)));
            let codes = own_codes(&staff).await;
            staff.page_with(tried.status(), &made(&staff, codes, &tried))
        }
    }
}

/// Returns the way back to an event.
pub(super) fn trail(staff: &Staff, code: &str, event: &Value) -> [super::ui::Crumb; 2] {
    [staff.crumb(staff.w.s("nav-events"), "/events"), staff.crumb(text(event, "title"), &format!("/events/{code}"))]
}

/// Shows an event: where it stands, and the one thing to do next.
pub(super) async fn show(staff: Staff, Path(code): Path<String>, uri: Uri) -> Answer {
    let (w, path) = (staff.w, format!("/events/{}", part(&code)));
    let told = staff.told(&path).await?;
    let event = &told.value;
    let steps = steps(&staff, &path, event).await?;
    let mut page = Page::new(text(event, "title"))
        .trail([staff.crumb(w.s("nav-events"), "/events")])
        .said(w, &query(uri.query()))
        .lead(
            [text(event, "code"), days(&staff, event)]
                .into_iter()
                .filter(|text| !text.is_empty())
                .collect::<Vec<_>>()
                .join(" · "),
        );
    if !event["archived"].is_null() {
        page = page.notice(Tone::Amber, w.s("event-is-archived"));
    }
    page = page.part(Steps(steps)).part(about(&staff, &path, event)).part(further(&staff, &path, &told.tag, event));
    Ok(staff.page(&page))
}

async fn steps(staff: &Staff, path: &str, event: &Value) -> Result<Vec<Step>, Response> {
    let w = staff.w;
    let people = staff.get(&format!("{path}/participants?limit=1")).await?;
    let ready = staff.get(&format!("{path}/ready")).await?;
    let code = text(event, "code");
    let issued = staff.get(&format!("/certificates?event={code}&limit=1")).await?;
    let missing = |what: &str| ready["missing"].as_array().is_some_and(|all| all.iter().any(|one| one == what));
    let (has_people, has_issued) = (!items(&people).is_empty(), !items(&issued).is_empty());
    let mail = staff.get_if(&format!("{path}/mail")).await.unwrap_or_default();
    let vain = format!("/mail/messages?in_vain=unsettled&limit=100&event={code}");
    let came_back = items(&staff.get_if(&vain).await.unwrap_or_default()).len() as u64;
    let published = staff.get_if("/publish").await.unwrap_or_default();
    let previewed = staff.get_if(&format!("{path}/previewed")).await.unwrap_or_default();
    let step = |key: &str, way: &str, done: bool, how: String| Step {
        title: w.s(key),
        state: how,
        tone: if done { Tone::Green } else { Tone::Grey },
        href: staff.at(&format!("{path}{way}")),
        next: false,
    };
    let how = |done: bool, yes: &str, no: &str| w.s(if done { yes } else { no });
    let is_over = day_of(staff, event, "ends").is_some_and(|last| last < staff.zone.day(staff.now));
    let not_over = if is_over { "step-completed-due" } else { "step-completed-no" };
    // What is published says nothing of an event that has no certificate.
    let is_published = has_issued && published["version"].as_u64() > Some(0);
    let mut steps = vec![
        step(
            "step-people",
            if has_people { "/people" } else { "/import" },
            has_people,
            how(has_people, "step-there", "step-nobody"),
        ),
        step("step-rule", "/rule", !missing("no_rule"), how(!missing("no_rule"), "step-there", "step-missing")),
        step(
            "step-template",
            "/template",
            !missing("no_template"),
            how(!missing("no_template"), "step-there", "step-missing"),
        ),
        {
            let (state, tone) = super::preview::step(staff, &previewed);
            Step { tone, ..step("step-preview", "/preview", false, state) }
        },
        step(
            "step-completed",
            "/state",
            !missing("not_completed"),
            how(!missing("not_completed"), "step-completed-yes", not_over),
        ),
        step("step-generate", "/generate", has_issued, how(has_issued, "step-issued", "step-not-issued")),
    ];
    let (state, tone) = sending(w, &mail, has_issued, came_back);
    steps.push(Step { state, tone, ..step("step-send", "/send", false, String::new()) });
    let not_published = if has_issued { "step-not-published" } else { "step-not-issued" };
    let mut publish = step("step-publish", "", is_published, how(is_published, "step-published", not_published));
    publish.href = staff.at("/publishing");
    if is_published {
        // What lies in a folder is seen by nobody yet.
        let site = staff.get_if("/publish/site").await.unwrap_or_default();
        (publish.tone, publish.state) = match site["looked"]["found"].as_str() {
            Some("served") if site["known_here_only"] != true => (publish.tone, publish.state),
            Some("served") => (Tone::Amber, w.s("step-published-here")),
            Some(_) => (Tone::Red, w.s("step-published-not-found")),
            None => (Tone::Amber, w.s("step-published-unseen")),
        };
    }
    steps.push(publish);
    if let Some(next) = next_of(w, &mut steps, has_issued) {
        next.next = true;
    }
    Ok(steps)
}

/// Returns the one thing to do next.
fn next_of<'s>(w: &Words, steps: &'s mut [Step], has_issued: bool) -> Option<&'s mut Step> {
    // Nobody has to send anything who chose no mail server; and nobody to look at what was issued already.
    let (off, preview) = (w.s("step-send-off"), w.s("step-preview"));
    steps.iter_mut().find(|step| match step.title == preview {
        true => !has_issued && step.tone != Tone::Green,
        false => step.tone == Tone::Grey && step.state != off,
    })
}

/// Returns what is said of the step that sends, and how it looks. Where no mail leaves, nothing was asked for and nothing is missing.
fn sending(w: &Words, mail: &Value, has_issued: bool, came_back: u64) -> (String, Tone) {
    let count = |member: &str| mail[member].as_u64().unwrap_or_default();
    let (to_send, newer, without) = (count("would_send"), count("newer_version"), count("without_address"));
    let (state, tone) = match (has_issued, mail["set_up"] == true) {
        (false, _) => (w.s("step-not-issued"), Tone::Grey),
        // Nothing was answered: it is neither off nor done.
        (true, _) if mail.is_null() => (w.s("step-send-unknown"), Tone::Amber),
        (true, false) => (w.s("step-send-off"), Tone::Grey),
        (true, true) if to_send > 0 => (w.count("step-to-send", to_send), Tone::Grey),
        (true, true) if newer > 0 => (w.count("step-newer-version", newer), Tone::Amber),
        (true, true) if without > 0 => (w.count("step-without-address", without), Tone::Amber),
        (true, true) => (w.count("step-to-send", 0), Tone::Green),
    };
    match came_back {
        0 => (state, tone),
        count => (format!("{state}; {}", w.count("step-came-back", count)), Tone::Red),
    }
}

fn about(staff: &Staff, path: &str, event: &Value) -> Html {
    let w = staff.w;
    let some = |member: &str| Some(text(event, member));
    let facts = Facts::known([
        (w.s("event-organiser"), some("organiser")),
        (w.s("event-criteria"), some("criteria")),
        (w.s("event-description"), some("description")),
        (w.s("event-expires"), some("expires_after")),
        (w.s("event-zone"), some("time_zone")),
        (w.s("event-language"), event["language"].as_str().map(|tag| languages::name(w, tag))),
        (w.s("template"), event["template"]["name"].as_str().map(str::to_owned)),
    ]);
    let section = Section::new("about", w.s("event-about")).part(facts);
    let change = Action::link(w.s("change"), staff.at(&format!("{path}/change")));
    let badge = Action::link(w.s("event-badge"), staff.at(&format!("{path}/badge")));
    let may = staff.may(Permission::Import).then_some(change);
    section.part(Actions(may.into_iter().chain([badge]).collect())).into()
}

fn further(staff: &Staff, path: &str, seen: &str, event: &Value) -> Html {
    let w = staff.w;
    let code = text(event, "code");
    let mut actions = vec![
        Action::link(w.s("imports"), staff.at(&format!("{path}/imports"))),
        Action::link(w.s("nav-certificates"), staff.at(&format!("/certificates?event={code}"))),
        Action::link(w.s("nav-deliveries"), staff.at(&format!("/deliveries?event={code}"))),
        Action::link(w.s("nav-runs"), staff.at(&format!("/runs?event={code}"))),
        Action::link(w.s("exceptions"), staff.at(&format!("{path}/exceptions"))),
        Action::link(w.s("duplicates"), staff.at(&format!("{path}/duplicates"))),
        Action::link(w.s("spot"), staff.at(&format!("{path}/spot-check"))),
        Action::link(w.s("languages-title"), staff.at(&format!("{path}/languages"))),
    ];
    if staff.may(Permission::Import) {
        actions.push(Action::link(w.s("course"), staff.at(&format!("{path}/course"))));
        // Who is limited to events makes copies of none but those that they were given beforehand.
        if !staff.scope.is_limited() {
            actions.push(Action::link(w.s("event-copy"), staff.at(&format!("{path}/copy"))));
        }
        let (key, to) = if event["archived"].is_null() { ("event-archive", "yes") } else { ("event-unarchive", "") };
        let archive = Form::new(staff, &format!("{path}/archived"), w.s(key))
            .field(Field::hidden("to", to))
            .field(Field::hidden("seen", seen))
            .field(super::why::asked(w));
        return Section::new("further", w.s("event-further")).part(Actions(actions)).part(archive).into();
    }
    Section::new("further", w.s("event-further")).part(Actions(actions)).into()
}

/// Asks what an event shall say.
pub(super) async fn change(staff: Staff, Path(code): Path<String>) -> Answer {
    staff.needs(Permission::Import)?;
    let told = staff.told(&format!("/events/{}", part(&code))).await?;
    Ok(staff.page(&changed(&staff, &code, &told.value, &told.tag, &Tried::NEW)))
}

fn changed(staff: &Staff, code: &str, event: &Value, seen: &str, tried: &Tried<'_>) -> Page {
    let w = staff.w;
    let form = Form::new(staff, &format!("/events/{}/change", part(code)), w.s("save"))
        .field(Field::hidden("seen", seen))
        .field(Field::text("title", w.s("event-title")).required().value(text(event, "title")))
        .fields(details(w, event))
        .tried(tried);
    Page::new(w.s("event-change"))
        .trail(trail(staff, code, event))
        .narrow()
        .part(Text(w.s("event-change-text")))
        .part(form)
}

/// Changes what an event says.
pub(super) async fn save(Path(code): Path<String>, Sent { staff, fields }: Sent) -> Response {
    if let Err(response) = staff.needs(Permission::Import) {
        return response;
    }
    let path = format!("/events/{}", part(&code));
    let told = match staff.told(&path).await {
        Ok(told) => told,
        Err(response) => return response,
    };
    let seen = fields.get("seen").to_owned();
    let mut details = said(&fields, false);
    // Those that the form has no place for stay.
    let rest = told.value["signatories"].as_array().into_iter().flatten().skip(SIGNATORIES).cloned();
    if let Some(signatories) = details["signatories"].as_array_mut() {
        signatories.extend(rest);
    }
    match staff.send(Method::PATCH, &path, &fields, details).await {
        Ok(_) => staff.done(&path, "saved"),
        Err(problem) => {
            let tried = Tried(Some((&fields, &problem)));
            staff.page_with(tried.status(), &changed(&staff, &code, &told.value, &seen, &tried))
        }
    }
}

/// Asks whether the event is over.
pub(super) async fn state(staff: Staff, Path(code): Path<String>) -> Answer {
    staff.needs(Permission::Import)?;
    let told = staff.told(&format!("/events/{}", part(&code))).await?;
    let (w, event) = (staff.w, &told.value);
    let states = ["draft", "open", "completed"].map(|state| Choice::new(state, w.s(&format!("event-state-{state}"))));
    let form = Form::new(&staff, &format!("/events/{}/state", part(&code)), w.s("save"))
        .field(Field::hidden("seen", &told.tag))
        // Who comes here wants to say that it is over.
        .field(Field::new("to", w.s("state"), Kind::Radios(states.into())).value("completed"))
        .field(super::why::asked(w));
    let page =
        Page::new(w.s("step-completed")).trail(trail(&staff, &code, event)).narrow().lead(w.s("event-state-text"));
    Ok(staff.page(&page.part(form)))
}

/// Moves an event.
pub(super) async fn move_to(Path(code): Path<String>, Sent { staff, fields }: Sent) -> Response {
    let path = format!("/events/{}", part(&code));
    let body = json!({ "to": fields.get("to") });
    match staff.post(&format!("{path}/state"), &fields, body).await {
        Ok(_) => staff.done(&path, "saved"),
        Err(problem) => staff.failed(&problem),
    }
}

/// Archives an event, or brings it back.
pub(super) async fn archive(Path(code): Path<String>, Sent { staff, fields }: Sent) -> Response {
    let path = format!("/events/{}", part(&code));
    let method = if fields.on("to") { Method::PUT } else { Method::DELETE };
    let ask = Ask { seen: fields.some("seen"), why: fields.some(super::why::WHY), ..Ask::default() };
    match staff.ask(method, &format!("{path}/archived"), ask).await {
        Ok(_) => staff.done(&path, "saved"),
        Err(problem) => staff.failed(&problem),
    }
}

/// Asks for the code of a copy.
pub(super) async fn copy(staff: Staff, Path(code): Path<String>) -> Answer {
    staff.needs(Permission::Import)?;
    let event = staff.get(&format!("/events/{}", part(&code))).await?;
    let codes = own_codes(&staff).await;
    Ok(staff.page(&copied(&staff, (&code, &event), codes, &Tried::NEW)))
}

fn copied(staff: &Staff, (code, event): (&str, &Value), codes: Option<Vec<String>>, tried: &Tried<'_>) -> Page {
    let w = staff.w;
    if codes.as_ref().is_some_and(Vec::is_empty) {
        return none_to_make(staff, w.s("event-copy"));
    }
    let form = Form::new(staff, &format!("/events/{}/copy", part(code)), w.s("event-copy"))
        .field(Field::text("title", w.s("event-title")).required().value(text(event, "title")))
        .field(code_field(w, codes))
        .field(Field::new("starts", w.s("event-starts"), Kind::Date).hint(w.s("event-copy-days")))
        .field(Field::new("ends", w.s("event-ends"), Kind::Date))
        .tried(tried);
    Page::new(w.s("event-copy")).trail(trail(staff, code, event)).narrow().lead(w.s("event-copy-text")).part(form)
}

/// Copies an event.
pub(super) async fn make_copy(Path(code): Path<String>, Sent { staff, fields }: Sent) -> Response {
    if let Err(response) = staff.needs(Permission::Import) {
        return response;
    }
    let path = format!("/events/{}", part(&code));
    let body = json!({ "code": fields.get("code").to_uppercase(), "details": said(&fields, true) });
    match staff.post(&format!("{path}/copy"), &fields, body).await {
        Ok(told) => staff.done(&format!("/events/{}", text(&told.value, "code")), "event-made"),
        Err(problem) => {
            let event = staff.get_if(&path).await.unwrap_or_default();
            let problem = beside(staff.w, problem);
            let tried = Tried(Some((&fields, &problem)));
            let codes = own_codes(&staff).await;
            staff.page_with(tried.status(), &copied(&staff, (&code, &event), codes, &tried))
        }
    }
}
