//! Requests for another address, by people who lost their mailbox and showed a certificate.

use axum::extract::Path;
use axum::http::Uri;
use axum::response::Response;
use serde_json::{Value, json};

use super::approvals::state;
use super::beside::beside;
use super::events::text;
use super::form::{Fields, part, query, written};
use super::home::items;
use super::inside::{Answer, Sent, Staff};
use super::names::Names;
use super::ui::{
    Action, Actions, Cell, Choice, Facts, Field, Form, Html, Kind, Notice, Page, Picture, Section, Table, Text, Tone,
    Tried,
};
use super::within::Told;
use crate::accounts::Permission;
use crate::server::Problem;

/// Lists requests: those that wait first.
pub(super) async fn list(staff: Staff, uri: Uri) -> Answer {
    let (w, asked) = (staff.w, query(uri.query()));
    let state_asked = asked.some("state").unwrap_or("pending");
    let shown = if state_asked == "all" { "" } else { state_asked };
    let wanted = [("limit", "50"), ("cursor", asked.get("cursor")), ("state", shown)];
    let found = staff.get(&format!("/address-requests?{}", written(wanted))).await?;
    let row = |one: &Value| {
        let number = text(one, "number");
        vec![
            Cell::link(text(one, "name"), staff.at(&format!("/address-requests/{}", part(&number))))
                .sub(text(one, "note")),
            Cell::text(text(one, "email")).sub(text(one, "email_now")),
            Cell::link(number.clone(), staff.at(&format!("/certificates/{}", part(&number)))),
            Cell::text(staff.time(&one["at"]).unwrap_or_default()),
            state(&staff, one),
        ]
    };
    let next = found["next"].as_str().map(|cursor| {
        let query = written([("state", asked.get("state")), ("cursor", cursor)]);
        (w.s("more"), staff.at(&format!("/address-requests?{query}")))
    });
    let states =
        ["pending", "approved", "rejected"].map(|one| Choice::new(one, w.s(&format!("decided-{one}")))).into_iter();
    let states = states.chain([Choice::new("all", w.s("all"))]).collect();
    let form = Form::filter(&staff, "/address-requests", w.s("filter"))
        .field(Field::new("state", w.s("state"), Kind::Select(states)).value(state_asked));
    let table = Table {
        caption: w.s("addresses"),
        heads: ["name", "address-new", "certificate", "when", "state"].map(|key| w.s(key)).into(),
        rows: items(&found).iter().map(row).collect(),
        empty: w.s("addresses-none"),
        next,
    };
    let page = Page::new(w.s("addresses")).said(w, &asked).lead(w.s("addresses-lead"));
    Ok(staff.page(&page.part(form).part(table)))
}

/// Shows a request.
pub(super) async fn show(staff: Staff, Path(number): Path<String>, uri: Uri) -> Answer {
    page(&staff, &number, &query(uri.query()), &Tried::NEW).await
}

async fn page(staff: &Staff, number: &str, asked: &Fields, tried: &Tried<'_>) -> Answer {
    let w = staff.w;
    let told = staff.told(&format!("/address-requests/{}", part(number))).await?;
    let request = &told.value;
    let mut page = Page::new(text(request, "name"))
        .trail([staff.crumb(w.s("addresses"), "/address-requests")])
        .said(w, asked)
        .part(about(staff, &Names::of(staff).await, request));
    if request["state"] == "pending" && staff.may(Permission::Import) {
        page = page.part(approval(staff, number, &told, tried)).part(rejection(staff, number, &told.tag));
    } else if let Some((_, problem)) = tried.0 {
        page = page.notice(Tone::Red, problem.detail.clone());
    }
    let src = staff.at(&format!("/certificates/{}/picture.png", part(number)));
    let alt = w.with("certificate-picture", [("name", text(request, "name").into())]);
    let shown = Section::new("shown", w.s("address-shown")).part(Picture { src, alt });
    Ok(staff.page_with(tried.status(), &page.part(shown)))
}

fn about(staff: &Staff, names: &Names, request: &Value) -> Html {
    let w = staff.w;
    let number = text(request, "number");
    let facts = Facts::known([
        (w.s("address-now"), Some(text(request, "email_now"))),
        (w.s("address-new"), Some(text(request, "email"))),
        (w.s("correction-note"), Some(text(request, "note"))),
        (w.s("address-asked"), staff.time(&request["told"])),
        (w.s("certificate"), Some(number.clone())),
        (w.s("when"), staff.time(&request["at"])),
        (w.s("state"), Some(w.s(&format!("decided-{}", text(request, "state"))))),
        (w.s("decided-by"), request["decided_by"].as_str().map(|by| names.name(staff, by))),
        (w.s("decided-at"), staff.time(&request["decided_at"])),
        (w.s("why"), Some(text(request, "answer"))),
        (w.s("address-told"), told_of(staff, request)),
        (w.s("address-also"), Some(items_of(&request["also_in"]).join(", "))),
    ]);
    let event = number.split('-').nth(1).unwrap_or_default().to_owned();
    let card = request["person"].as_str().map(|person| {
        let path = format!("/events/{}/people/{}", part(&event), part(person));
        Action::link(w.s("address-person"), staff.at(&path))
    });
    let certificate = Action::link(w.s("certificate"), staff.at(&format!("/certificates/{}", part(&number))));
    let mut section = Section::new("about", w.s("address-request")).part(facts);
    if let Some(notice) = not_in(staff, &request["not_in"]) {
        section = section.part(notice);
    }
    let others = all_of(&request["others"]);
    if !others.is_empty() {
        section = section.part(others_of(staff, others));
    }
    section.part(Actions(card.into_iter().chain([certificate]).collect())).into()
}

/// Says where the address was to be changed too and is not, with the way to change it there.
fn not_in(staff: &Staff, events: &Value) -> Option<Notice> {
    let w = staff.w;
    let item = |one: &Value| {
        let why = w.s(&format!("address-not-{}", text(one, "why").replace('_', "-")));
        format!("{}: {why}", text(one, "event"))
    };
    let items: Vec<String> = all_of(events).iter().map(item).collect();
    (!items.is_empty()).then(|| Notice { tone: Tone::Amber, text: w.s("address-not-in"), items })
}

/// Shows which other addresses were asked for.
fn others_of(staff: &Staff, others: &[Value]) -> Table {
    let w = staff.w;
    let row = |one: &Value| {
        let (email, note) = (text(one, "email"), text(one, "note"));
        vec![Cell::text(email).sub(note), Cell::text(staff.time(&one["at"]).unwrap_or_default())]
    };
    Table {
        caption: w.s("address-others"),
        heads: ["address-new", "when"].map(|key| w.s(key)).into(),
        rows: others.iter().map(row).collect(),
        empty: String::new(),
        next: None,
    }
}

/// Says whether the old address is told.
fn told_of(staff: &Staff, request: &Value) -> Option<String> {
    let told = request["mail"].as_str()?;
    Some(staff.w.s(if told.contains("is in the outbox") { "address-told-yes" } else { "address-told-no" }))
}

fn approval(staff: &Staff, number: &str, told: &Told, tried: &Tried<'_>) -> Html {
    let w = staff.w;
    let mut form = Form::new(staff, &format!("/address-requests/{}/approve", part(number)), w.s("address-approve"))
        .field(Field::hidden("seen", &told.tag));
    let others = all_of(&told.value["others"]);
    if !others.is_empty() {
        // None is chosen before: which of them is the person's, only staff know.
        let addresses = std::iter::once(&told.value).chain(others).map(|one| text(one, "email"));
        let choices = addresses.map(|email| Choice::new(email.clone(), email)).collect();
        form = form.field(Field::new("email", w.s("address-which"), Kind::Radios(choices)).required());
    }
    let elsewhere = all_of(&told.value["elsewhere"]);
    if !elsewhere.is_empty() {
        let same = |one: &&Value| !one["email"].is_null() && one["email"] == told.value["email_now"];
        let ticked: Vec<String> = elsewhere.iter().filter(same).map(|one| text(one, "event")).collect();
        let choice = |one: &Value| {
            let (event, email) = (text(one, "event"), text(one, "email"));
            Choice::new(event.clone(), format!("{event}: {} {email}", text(one, "name")).trim_end().to_owned())
        };
        let field =
            Field::new("events", w.s("address-elsewhere"), Kind::Checks(elsewhere.iter().map(choice).collect()));
        form = form.field(field.value(ticked.join(",")).hint(w.s("address-elsewhere-hint")));
    }
    // The operation asks whether somebody with the same address is meant.
    if tried.about(&["same-address"]).is_some() {
        let choices = vec![Choice::new("two_people", w.s("import-two-people"))];
        form = form
            .field(Field::new("same_address", w.s("import-same-address"), Kind::Radios(choices)).value("two_people"));
    }
    let mut section = Section::new("approve", w.s("address-approve"));
    let contested = told.value["contested"].as_u64().unwrap_or_default();
    if contested > 0 {
        let text = w.count("address-contested", contested);
        section = section.part(Notice { tone: Tone::Red, text, items: Vec::new() });
    }
    section = section.part(Text(w.s("address-approve-text")));
    let joined: Vec<&str> = items_of(&told.value["joined_in"]);
    if !joined.is_empty() {
        section = section.part(Text(w.with("address-joined", [("events", joined.join(", ").into())])));
    }
    section.part(form.tried(tried)).into()
}

fn all_of(list: &Value) -> &[Value] {
    list.as_array().map_or(&[], Vec::as_slice)
}

fn items_of(list: &Value) -> Vec<&str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

fn rejection(staff: &Staff, number: &str, seen: &str) -> Html {
    let w = staff.w;
    let form = Form::new(staff, &format!("/address-requests/{}/reject", part(number)), w.s("address-reject"))
        .danger()
        .field(Field::hidden("seen", seen))
        .field(Field::text("answer", w.s("why")).required().hint(w.s("address-answer-hint")));
    Section::new("reject", w.s("address-reject")).part(form).into()
}

/// Gives the person the new address.
pub(super) async fn approve(Path(number): Path<String>, Sent { staff, fields }: Sent) -> Response {
    let mut body = json!({ "events": fields.all("events").collect::<Vec<_>>() });
    if let Some(email) = fields.some("email") {
        body["email"] = json!(email);
    }
    if let Some(same) = fields.some("same_address") {
        body["same_address"] = json!(same);
    }
    let told = staff.post(&format!("/address-requests/{}/approve", part(&number)), &fields, body).await;
    done(&staff, &number, &fields, told, "address-changed").await
}

/// Leaves the address as it is.
pub(super) async fn reject(Path(number): Path<String>, Sent { staff, fields }: Sent) -> Response {
    let body = json!({ "answer": fields.get("answer") });
    let told = staff.post(&format!("/address-requests/{}/reject", part(&number)), &fields, body).await;
    done(&staff, &number, &fields, told, "rejected").await
}

async fn done(staff: &Staff, number: &str, fields: &Fields, told: Result<Told, Problem>, said: &str) -> Response {
    match told {
        Ok(_) => staff.done(&format!("/address-requests/{}", part(number)), said),
        Err(problem) => {
            let problem = beside(staff.w, problem);
            let tried = Tried(Some((fields, &problem)));
            page(staff, number, fields, &tried).await.unwrap_or_else(|response| response)
        }
    }
}
