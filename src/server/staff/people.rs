//! The participants of an event: listed with the decision about each, added by hand.

use axum::extract::Path;
use axum::http::Uri;
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::events::{text, trail};
use super::form::{part, query, written};
use super::home::items;
use super::inside::{Answer, Sent, Staff};
use super::ui::{Action, Actions, Cell, Choice, Field, Form, Kind, Page, Table, Tone, Tried};
use crate::accounts::Permission;

/// The states of a filter, as the API names them.
const STATES: [&str; 5] = ["eligible", "not_eligible", "excluded", "exception", "issued"];

/// Lists participants.
pub(super) async fn list(staff: Staff, Path(code): Path<String>, uri: Uri) -> Answer {
    let (w, path, asked) = (staff.w, format!("/events/{}", part(&code)), query(uri.query()));
    let event = staff.get(&path).await?;
    let filter = [("q", asked.get("q")), ("state", asked.get("state"))];
    let wanted = written([("limit", "50"), ("cursor", asked.get("cursor"))].into_iter().chain(filter));
    let people = staff.get(&format!("{path}/eligibility?{wanted}")).await?;
    let rows = items(&people).iter().map(|person| row(&staff, &path, person)).collect();
    let next = people["next"].as_str().map(|cursor| {
        let query = written(filter.into_iter().chain([("cursor", cursor)]));
        (w.s("more"), staff.at(&format!("{path}/people?{query}")))
    });
    let mut states = vec![Choice::new("", w.s("all"))];
    states.extend(STATES.map(|state| Choice::new(state, w.s(&format!("people-{}", state.replace('_', "-"))))));
    let form = Form::filter(&staff, &format!("{path}/people"), w.s("filter"))
        .field(Field::text("q", w.s("people-text")).value(asked.get("q")))
        .field(Field::new("state", w.s("state"), Kind::Select(states)).value(asked.get("state")));
    let mut actions = Vec::new();
    if staff.may(Permission::Import) {
        actions.push(Action::link(w.s("import-title"), staff.at(&format!("{path}/import"))).primary());
        actions.push(Action::link(w.s("people-add"), staff.at(&format!("{path}/people/new"))));
    }
    actions.push(Action::link(w.s("step-rule"), staff.at(&format!("{path}/rule"))));
    actions.push(Action::link(w.s("exceptions"), staff.at(&format!("{path}/exceptions"))));
    actions.push(Action::link(w.s("duplicates"), staff.at(&format!("{path}/duplicates"))));
    let report = format!("{path}/eligibility-report?{}", written(filter));
    actions.push(Action::file(w.s("people-report"), staff.api(report.trim_end_matches('?'))));
    let table = Table {
        caption: w.s("step-people"),
        heads: [w.s("name"), w.s("email"), w.s("people-decision"), w.s("people-missing"), w.s("certificate")].into(),
        rows,
        empty: w.s(if filter.iter().all(|(_, value)| value.is_empty()) { "people-none" } else { "people-none-found" }),
        next,
    };
    let page = Page::new(w.s("step-people")).trail(trail(&staff, &code, &event)).said(w, &asked);
    Ok(staff.page(&page.part(Actions(actions)).part(form).part(table)))
}

fn row(staff: &Staff, path: &str, person: &Value) -> Vec<Cell> {
    let missing = person["missing"].as_array().map_or(&[][..], Vec::as_slice);
    let missing: Vec<&str> = missing.iter().filter_map(Value::as_str).collect();
    let number = text(person, "certificate");
    let certificate = match number.is_empty() {
        true => Cell::text(""),
        false => Cell::link(number.clone(), staff.at(&format!("/certificates/{number}"))),
    };
    vec![
        Cell::link(text(person, "name"), staff.at(&format!("{path}/people/{}", part(&text(person, "id"))))),
        Cell::text(text(person, "email")),
        decision(staff, person),
        Cell::text(missing.join("; ")),
        certificate,
    ]
}

/// Returns a cell that says whether somebody gets a certificate, and why.
pub(super) fn decision(staff: &Staff, person: &Value) -> Cell {
    let reason = text(person, "reason");
    let tone = match (person["eligible"] == true, reason.as_str()) {
        (true, _) => Tone::Green,
        (false, "excluded") => Tone::Red,
        (false, _) => Tone::Amber,
    };
    Cell::state(tone, staff.w.s(&format!("ground-{}", reason.replace('_', "-")))).sub(text(person, "tier"))
}

/// Asks who is to be added.
pub(super) async fn new(staff: Staff, Path(code): Path<String>) -> Answer {
    let event = staff.get(&format!("/events/{}", part(&code))).await?;
    Ok(staff.page(&added(&staff, &code, &event, &Tried::NEW)))
}

fn added(staff: &Staff, code: &str, event: &Value, tried: &Tried<'_>) -> Page {
    let w = staff.w;
    let mut form = Form::new(staff, &format!("/events/{}/people/new", part(code)), w.s("people-add"))
        .field(Field::text("name", w.s("name")).required())
        .field(Field::new("email", w.s("email"), Kind::Email))
        .field(Field::text("external_id", w.s("field-external-id")))
        .field(
            super::languages::field(w, "locale", w.s("field-language"), w.s("language-none"), "")
                .hint(w.s("people-language-note")),
        );
    // The operation asks whether somebody with the same address or name is meant.
    if let Some(about) = tried.about(&["same-address", "same-name", "same-id"]) {
        let choices = ["two_people", "same_person"]
            .map(|one| Choice::new(one, w.s(&format!("import-{}", one.replace('_', "-")))));
        let field = Field::new(&about.replace('-', "_"), w.s(&format!("import-{about}")), Kind::Radios(choices.into()));
        form = form.field(field.value("two_people"));
    }
    let page = Page::new(w.s("people-add")).trail(trail(staff, code, event)).narrow();
    page.part(form.tried(tried))
}

/// Adds somebody.
pub(super) async fn add(Path(code): Path<String>, Sent { staff, fields }: Sent) -> Response {
    let path = format!("/events/{}", part(&code));
    let mut body = Map::new();
    for name in ["name", "email", "external_id", "locale"] {
        if let Some(value) = fields.some(name) {
            body.insert(name.to_owned(), json!(value));
        }
    }
    let said = ["same_address", "same_name", "same_id"].map(|name| (name, fields.get(name)));
    let to = format!("{path}/participants?{}", written(said));
    match staff.post(to.trim_end_matches('?'), &fields, Value::Object(body)).await {
        Ok(told) => staff.done(&format!("{path}/people/{}", part(&text(&told.value, "id"))), "saved"),
        Err(problem) => {
            let event = staff.get_if(&path).await.unwrap_or_default();
            let tried = Tried(Some((&fields, &problem)));
            staff.page_with(tried.status(), &added(&staff, &code, &event, &tried))
        }
    }
}
