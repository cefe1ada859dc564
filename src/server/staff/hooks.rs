//! Webhooks: which other systems are told what, and what became of each message.

use axum::extract::Path;
use axum::http::{Method, Uri};
use axum::response::Response;
use serde_json::{Value, json};

use super::beside::beside;
use super::events::text;
use super::form::{Fields, part, query, written};
use super::home::items;
use super::inside::{Answer, Sent, Staff};
use super::parts::{ShownOnce, Sure};
use super::ui::{
    Action, Actions, Cell, Choice, Crumb, Facts, Field, Form, Html, Kind, Page, Section, Table, Text, Tone, Tried,
};
use super::within::{Ask, Told};
use crate::accounts::Permission;
use crate::server::Problem;
use crate::webhooks::EventKind;

/// Lists endpoints.
pub(super) async fn list(staff: Staff, uri: Uri) -> Answer {
    let w = staff.w;
    let found = staff.get("/webhooks").await?;
    let row = |one: &Value| {
        let id = part(&text(one, "id"));
        vec![
            Cell::link(text(one, "url"), staff.at(&format!("/team/webhooks/{id}"))).sub(text(one, "description")),
            Cell::text(told_of(&staff, one)),
            state(&staff, one),
        ]
    };
    let table = Table {
        caption: w.s("webhooks"),
        heads: ["hook-url", "hook-events", "state"].map(|key| w.s(key)).into(),
        rows: items(&found).iter().map(row).collect(),
        empty: w.s("hooks-none"),
        next: None,
    };
    let add = Action::link(w.s("hook-add"), staff.at("/team/webhooks/new")).primary();
    let page = Page::new(w.s("webhooks")).trail([staff.crumb(w.s("nav-team"), "/team")]).said(w, &query(uri.query()));
    Ok(staff.page(&page.lead(w.s("hooks-lead")).part(Actions(vec![add])).part(table)))
}

/// Returns of what an endpoint is told.
fn told_of(staff: &Staff, endpoint: &Value) -> String {
    let all = endpoint["events"].as_array().into_iter().flatten().filter_map(Value::as_str);
    all.map(|kind| kind_of(staff, kind)).collect::<Vec<_>>().join(", ")
}

fn kind_of(staff: &Staff, kind: &str) -> String {
    staff.w.s(&format!("hook-{}", kind.replace('.', "-")))
}

fn state(staff: &Staff, endpoint: &Value) -> Cell {
    let w = staff.w;
    match endpoint["disabled"]["why"].as_str() {
        None => Cell::state(Tone::Green, w.s("on")),
        Some("staff") => Cell::state(Tone::Grey, w.s("hook-off-staff")),
        Some(why) => Cell::state(Tone::Red, w.s(&format!("hook-off-{}", why.replace('_', "-")))),
    }
}

fn trail(staff: &Staff) -> [Crumb; 2] {
    [staff.crumb(staff.w.s("nav-team"), "/team"), staff.crumb(staff.w.s("webhooks"), "/team/webhooks")]
}

/// Asks for an address to be told.
pub(super) async fn new(staff: Staff) -> Answer {
    staff.needs(Permission::Settings)?;
    Ok(staff.page(&added(&staff, &Tried::NEW)))
}

fn added(staff: &Staff, tried: &Tried<'_>) -> Page {
    let w = staff.w;
    let kinds = EventKind::ALL.iter().map(|kind| Choice::new(kind.name(), kind_of(staff, kind.name()))).collect();
    let form = Form::new(staff, "/team/webhooks/new", w.s("hook-add"))
        .field(Field::text("url", w.s("hook-url")).required().hint(w.s("hook-url-hint")))
        .field(Field::text("description", w.s("hook-for")))
        .field(Field::new("events", w.s("hook-events"), Kind::Checks(kinds)))
        .tried(tried);
    Page::new(w.s("hook-add")).trail(trail(staff)).narrow().lead(w.s("hooks-lead")).part(form)
}

/// Adds an endpoint; shows its secret this once.
pub(super) async fn create(Sent { staff, fields }: Sent) -> Response {
    if let Err(refused) = staff.needs(Permission::Settings) {
        return refused;
    }
    let events: Vec<&str> = fields.all("events").collect();
    let body = json!({ "url": fields.get("url"), "description": fields.get("description"), "events": events });
    match staff.post("/webhooks", &fields, body).await {
        Ok(told) => staff.page(&secret_page(&staff, &text(&told.value["endpoint"], "id"), &told.value)),
        Err(problem) => {
            let problem = beside(staff.w, problem);
            let tried = Tried(Some((&fields, &problem)));
            staff.page_with(tried.status(), &added(&staff, &tried))
        }
    }
}

fn secret_page(staff: &Staff, id: &str, told: &Value) -> Page {
    let w = staff.w;
    let once = ShownOnce::new(staff, w.s("hook-secret-once"), vec![text(told, "secret")]);
    let done = Action::link(w.s("shown-kept"), staff.at(&format!("/team/webhooks/{}", part(id)))).primary();
    let page = Page::new(w.s("hook-secret")).trail(trail(staff)).narrow().lead(w.s("hook-secret-text"));
    page.part(once).part(Actions(vec![done]))
}

/// Shows an endpoint with what became of its messages.
pub(super) async fn show(staff: Staff, Path(id): Path<String>, uri: Uri) -> Answer {
    page(&staff, &id, &query(uri.query()), None).await
}

async fn page(staff: &Staff, id: &str, asked: &Fields, problem: Option<&Problem>) -> Answer {
    let (w, path) = (staff.w, format!("/webhooks/{}", part(id)));
    let told = staff.told(&path).await?;
    let endpoint = &told.value;
    let mut page =
        Page::new(text(endpoint, "url")).trail(trail(staff)).said(w, asked).lead(text(endpoint, "description"));
    if let Some(problem) = problem {
        page = page.problem(Tone::Red, staff.w, problem);
    }
    let facts = Facts::known([
        (w.s("hook-events"), Some(told_of(staff, endpoint))),
        (w.s("team-since"), staff.day(&endpoint["created"])),
        (w.s("hook-off-since"), staff.time(&endpoint["disabled"]["since"])),
    ]);
    let section = Section::new("about", w.s("state"))
        .part(Text(state_text(staff, endpoint)))
        .part(facts)
        .part(acts(staff, id, &told.tag, endpoint));
    page = page.part(section).part(deliveries(staff, &path, asked).await?);
    let status = Tried(problem.map(|problem| (asked, problem))).status();
    Ok(staff.page_with(status, &page))
}

fn state_text(staff: &Staff, endpoint: &Value) -> String {
    match endpoint["disabled"]["why"].as_str() {
        None => staff.w.s("hook-on-text"),
        Some(why) => staff.w.s(&format!("hook-off-{}", why.replace('_', "-"))),
    }
}

fn acts(staff: &Staff, id: &str, seen: &str, endpoint: &Value) -> Html {
    let (w, path) = (staff.w, format!("/team/webhooks/{}", part(id)));
    let is_on = endpoint["disabled"].is_null();
    let mut all = Vec::new();
    if is_on {
        all.push(Action::post(staff, w.s("hook-ping"), &format!("{path}/ping"), &[]).primary());
    }
    let (key, to) = if is_on { ("hook-pause", "") } else { ("hook-resume", "yes") };
    all.push(Action::post(staff, w.s(key), &format!("{path}/enabled"), &[("to", to), ("seen", seen)]));
    all.push(Action::link(w.s("hook-new-secret"), staff.at(&format!("{path}/secret"))));
    all.push(Action::link(w.s("hook-remove"), staff.at(&format!("{path}/remove"))));
    Actions(all).into()
}

async fn deliveries(staff: &Staff, path: &str, asked: &Fields) -> Result<Html, Response> {
    let w = staff.w;
    let wanted = written([("limit", "50"), ("cursor", asked.get("cursor"))]);
    let found = staff.get(&format!("{path}/deliveries?{wanted}")).await?;
    let row = |one: &Value| {
        let again = staff_path(path, &format!("/deliveries/{}/redeliver", part(&text(one, "message"))));
        let last = one["attempts"].as_array().and_then(|all| all.last()).cloned().unwrap_or_default();
        let answer =
            last["status"].as_u64().map_or_else(|| text(&last, "error").replace('_', " "), |status| status.to_string());
        let tries = one["attempts"].as_array().map_or(0, Vec::len) as u64;
        let tone = match one["state"].as_str() {
            Some("delivered") => Tone::Green,
            Some("failed") => Tone::Red,
            _ => Tone::Amber,
        };
        vec![
            Cell::text(staff.time(&one["at"]).unwrap_or_default()),
            Cell::text(kind_of(staff, &text(one, "event"))),
            Cell::state(tone, w.s(&format!("hook-is-{}", text(one, "state")))),
            Cell::text(answer).sub(w.count("hook-tries", tries)),
            Cell::act(Some(Action::post(staff, w.s("hook-again"), &again, &[]))),
        ]
    };
    let next = found["next"]
        .as_str()
        .map(|cursor| (w.s("more"), staff.at(&staff_path(path, &format!("?{}", written([("cursor", cursor)]))))));
    Ok(Table {
        caption: w.s("hook-deliveries"),
        heads: [w.s("when"), w.s("hook-about"), w.s("state"), w.s("hook-answer"), String::new()].into(),
        rows: items(&found).iter().map(row).collect(),
        empty: w.s("hook-deliveries-none"),
        next,
    }
    .into())
}

/// Returns the page of what the operation has at `path`.
fn staff_path(path: &str, more: &str) -> String {
    format!("/team{path}{more}")
}

/// Leads back to an endpoint after something was done to it, or says there why not.
async fn done(staff: &Staff, id: &str, fields: &Fields, told: Result<Told, Problem>, said: &str) -> Response {
    match told {
        Ok(_) => staff.done(&format!("/team/webhooks/{}", part(id)), said),
        Err(problem) => {
            let problem = beside(staff.w, problem);
            page(staff, id, fields, Some(&problem)).await.unwrap_or_else(|response| response)
        }
    }
}

/// Sends a test message.
pub(super) async fn ping(Path(id): Path<String>, Sent { staff, fields }: Sent) -> Response {
    let told = staff.post(&format!("/webhooks/{}/ping", part(&id)), &fields, Value::Null).await;
    done(&staff, &id, &fields, told, "hook-pinged").await
}

/// Tells an endpoint nothing for a while, or again.
pub(super) async fn enable(Path(id): Path<String>, Sent { staff, fields }: Sent) -> Response {
    let body = json!({ "enabled": fields.on("to") });
    let told = staff.send(Method::PATCH, &format!("/webhooks/{}", part(&id)), &fields, body).await;
    done(&staff, &id, &fields, told, "saved").await
}

/// Sends a message again.
pub(super) async fn redeliver(Path((id, message)): Path<(String, String)>, Sent { staff, fields }: Sent) -> Response {
    let path = format!("/webhooks/{}/deliveries/{}/redeliver", part(&id), part(&message));
    let told = staff.post(&path, &fields, Value::Null).await;
    done(&staff, &id, &fields, told, "sending").await
}

async fn sure(staff: &Staff, id: &str, (key, way): (&str, &str)) -> Answer {
    let told = staff.told(&format!("/webhooks/{}", part(id))).await?;
    let sure = Sure {
        key,
        about: text(&told.value, "url"),
        path: format!("/team/webhooks/{}{way}", part(id)),
        trail: trail(staff).into(),
        fields: vec![Field::hidden("seen", &told.tag)],
    };
    Ok(staff.page(&sure.page(staff, &Tried::NEW)))
}

/// Asks before an endpoint gets a new secret.
pub(super) async fn ask_secret(staff: Staff, Path(id): Path<String>) -> Answer {
    sure(&staff, &id, ("hook-new-secret", "/secret")).await
}

/// Gives an endpoint a new secret; shows it this once.
pub(super) async fn secret(Path(id): Path<String>, Sent { staff, fields }: Sent) -> Response {
    match staff.post(&format!("/webhooks/{}/secret", part(&id)), &fields, Value::Null).await {
        Ok(told) => staff.page(&secret_page(&staff, &id, &told.value)),
        Err(problem) => staff.failed(&beside(staff.w, problem)),
    }
}

/// Asks before an endpoint is removed.
pub(super) async fn ask_remove(staff: Staff, Path(id): Path<String>) -> Answer {
    sure(&staff, &id, ("hook-remove", "/remove")).await
}

/// Removes an endpoint.
pub(super) async fn remove(Path(id): Path<String>, Sent { staff, fields }: Sent) -> Response {
    let ask = Ask { seen: fields.some("seen"), ..Ask::default() };
    match staff.ask(Method::DELETE, &format!("/webhooks/{}", part(&id)), ask).await {
        Ok(_) => staff.done("/team/webhooks", "hook-removed"),
        Err(problem) => staff.failed(&beside(staff.w, problem)),
    }
}
