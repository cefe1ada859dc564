//! Mail: what an event's letters say, sending them, and what became of each.

use axum::extract::Path;
use axum::http::{Method, Uri};
use axum::response::Response;
use serde_json::{Value, json};

use super::events::{text, trail};
use super::form::{Fields, part, query, written};
use super::home::items;
use super::inside::{Answer, Sent, Staff};
use super::ui::{
    Action, Actions, Cell, Choice, Facts, Field, Form, Html, Kind, Notice, Page, Section, Table, Text, Tone, Tried,
};
use super::words::Words;
use crate::accounts::Permission;

const STATES: [&str; 10] =
    ["queued", "sending", "sent", "deferred", "delivered", "bounced", "ambiguous", "failed", "opened", "downloaded"];

/// Returns the heads of a table of messages.
pub(super) fn heads(w: &Words) -> Vec<String> {
    ["email", "certificate", "state", "since", "why"].map(|key| w.s(key)).into()
}

/// Returns a message's row.
pub(super) fn row(staff: &Staff, message: &Value) -> Vec<Cell> {
    let (id, to) = (text(message, "id"), text(message, "to"));
    let last = message["evidence"].as_array().and_then(|all| all.last()).cloned().unwrap_or_default();
    vec![
        Cell::link(
            if to.is_empty() { staff.w.s("erased") } else { to },
            staff.at(&format!("/deliveries/{}", part(&id))),
        ),
        about(staff, message),
        state(staff, message),
        Cell::text(staff.time(&message["since"]).unwrap_or_default()),
        Cell::text(text(&last, "what")).sub(text(&last, "reply")),
    ]
}

/// Returns a cell for what a message is about: a certificate, or what became of a run.
fn about(staff: &Staff, message: &Value) -> Cell {
    let (w, number, topic) = (staff.w, text(message, "number"), text(message, "topic"));
    // That somebody has a certificate is what most are about.
    let topic = if topic == "issued" { String::new() } else { topic };
    let topic = w.if_any(&format!("topic-{}", topic.replace('_', "-"))).unwrap_or(topic);
    match number.is_empty() {
        true => Cell::text(topic),
        false => Cell::link(number.clone(), staff.at(&format!("/certificates/{}", part(&number)))).sub(topic),
    }
}

fn state(staff: &Staff, message: &Value) -> Cell {
    let state = text(message, "state");
    let tone = match state.as_str() {
        "delivered" | "downloaded" | "opened" => Tone::Green,
        "bounced" | "failed" => Tone::Red,
        "ambiguous" | "deferred" => Tone::Amber,
        _ => Tone::Grey,
    };
    Cell::state(tone, staff.w.s(&format!("mail-{state}")))
}

/// Lists messages, after how mail stands.
pub(super) async fn list(staff: Staff, uri: Uri) -> Answer {
    let (w, asked) = (staff.w, query(uri.query()));
    let filter = [("event", asked.get("event")), ("state", asked.get("state"))];
    let wanted =
        written([("limit", "50"), ("order", "newest"), ("cursor", asked.get("cursor"))].into_iter().chain(filter));
    let found = staff.get(&format!("/mail/messages?{wanted}")).await?;
    let mail = staff.get("/mail").await?;
    let next = found["next"].as_str().map(|cursor| {
        (w.s("more"), staff.at(&format!("/deliveries?{}", written(filter.into_iter().chain([("cursor", cursor)])))))
    });
    let mut states = vec![Choice::new("", w.s("all"))];
    states.extend(STATES.map(|one| Choice::new(one, w.s(&format!("mail-{one}")))));
    let form = Form::filter(&staff, "/deliveries", w.s("filter"))
        .field(Field::text("event", w.s("event-code")).value(asked.get("event")))
        .field(Field::new("state", w.s("state"), Kind::Select(states)).value(asked.get("state")));
    let rows = items(&found).iter().map(|one| row(&staff, one)).collect();
    let table = Table { caption: w.s("nav-deliveries"), heads: heads(w), rows, empty: w.s("deliveries-none"), next };
    let mut page = Page::new(w.s("nav-deliveries")).said(w, &asked);
    if mail["set_up"] != true {
        page = page.notice(Tone::Amber, w.s("mail-off"));
    }
    if let Some(trouble) = mail["trouble"].as_str() {
        page = page.part(Notice { tone: Tone::Red, text: w.s("mail-trouble"), items: vec![trouble.to_owned()] });
    }
    Ok(staff.page(&page.part(form).part(table)))
}

/// Shows a message, and how what is said of it is known.
pub(super) async fn show(staff: Staff, Path(id): Path<String>, uri: Uri) -> Answer {
    message(&staff, &id, &query(uri.query()), &Tried::NEW).await
}

async fn message(staff: &Staff, id: &str, asked: &Fields, tried: &Tried<'_>) -> Answer {
    let (w, path) = (staff.w, format!("/mail/messages/{}", part(id)));
    let message = staff.get(&path).await?;
    let facts = Facts::known([
        (w.s("state"), Some(w.s(&format!("mail-{}", text(&message, "state"))))),
        (w.s("certificate"), Some(text(&message, "number"))),
        (w.s("when"), staff.time(&message["created"])),
        (w.s("mail-due"), staff.time(&message["due"])),
        (w.s("mail-attempts"), message["attempts"].as_u64().map(|count| count.to_string())),
        (w.s("run-by"), Some(text(&message, "by"))),
        ("Message-ID".to_owned(), Some(text(&message, "message_id"))),
    ]);
    let row = |one: &Value| {
        vec![
            Cell::text(staff.time(&one["at"]).unwrap_or_default()),
            state(staff, one),
            Cell::text(text(one, "what")).sub(text(one, "reply")),
        ]
    };
    let evidence = message["evidence"].as_array().map_or(&[][..], Vec::as_slice);
    let table = Table {
        caption: w.s("mail-evidence"),
        heads: [w.s("when"), w.s("state"), w.s("why")].into(),
        rows: evidence.iter().rev().map(row).collect(),
        empty: w.s("deliveries-none"),
        next: None,
    };
    let number = text(&message, "number");
    let mut trail = vec![staff.crumb(w.s("nav-deliveries"), "/deliveries")];
    if !number.is_empty() {
        trail.push(staff.crumb(number.clone(), &format!("/certificates/{}", part(&number))));
    }
    let to = text(&message, "to");
    let mut page = Page::new(if to.is_empty() { w.s("erased") } else { to })
        .trail(trail)
        .said(w, asked)
        .part(Section::new("about", w.s("mail-message")).part(facts))
        .part(table);
    if staff.may(Permission::Send) && !number.is_empty() {
        let form = Form::new(staff, &format!("/deliveries/{}/resend", part(id)), w.s("mail-resend"))
            .field(Field::new("email", w.s("mail-right-address"), Kind::Email).hint(w.s("mail-right-hint")))
            .tried(tried);
        page = page.part(Section::new("resend", w.s("mail-resend")).part(form));
    }
    Ok(staff.page_with(tried.status(), &page))
}

/// Sends again, to the right address where one is given.
pub(super) async fn resend(Path(id): Path<String>, Sent { staff, fields }: Sent) -> Response {
    let body = fields.some("email").map_or_else(|| json!({}), |email| json!({ "email": email }));
    match staff.post(&format!("/mail/messages/{}/resend", part(&id)), &fields, body).await {
        Ok(told) => staff.done(&format!("/deliveries/{}", part(&text(&told.value, "id"))), "sending"),
        Err(problem) => {
            let tried = Tried(Some((&fields, &problem)));
            message(&staff, &id, &fields, &tried).await.unwrap_or_else(|response| response)
        }
    }
}

/// Shows an event's letter as it would go, and asks whether to send it.
pub(super) async fn look(staff: Staff, Path(code): Path<String>, uri: Uri) -> Answer {
    sending(&staff, &code, &query(uri.query()), &Tried::NEW).await
}

async fn sending(staff: &Staff, code: &str, asked: &Fields, tried: &Tried<'_>) -> Answer {
    let (w, path) = (staff.w, format!("/events/{}", part(code)));
    let event = staff.get(&path).await?;
    let told = staff.told(&format!("{path}/mail")).await?;
    let mail = staff.get("/mail").await?;
    let would_send = told.value["would_send"].as_u64().unwrap_or_default();
    let mut page = Page::new(w.s("step-send"))
        .trail(trail(staff, code, &event))
        .said(w, asked)
        .lead(w.count("send-lead", would_send));
    if let Some((_, problem)) = tried.0 {
        page = page.notice(Tone::Red, problem.detail.clone());
    }
    if mail["set_up"] != true {
        page = page.notice(Tone::Amber, w.s("mail-off"));
    }
    page = page.part_if(without_address(staff, &told.value)).part(letter(staff, &path).await);
    if staff.may(Permission::Send) && mail["set_up"] == true {
        page = page.part(start(staff, &path, would_send)).part(settings(staff, &path, &told.tag, &told.value["mail"]));
    }
    Ok(staff.page_with(tried.status(), &page))
}

/// Lists who has a certificate and no address: they get nothing, and should be seen before anybody thinks that all have theirs.
fn without_address(staff: &Staff, told: &Value) -> Option<Html> {
    let w = staff.w;
    let count = told["without_address"].as_u64().filter(|count| *count > 0)?;
    let row = |one: &Value| {
        let number = text(one, "number");
        let to = staff.at(&format!("/certificates/{}", part(&number)));
        vec![Cell::link(text(one, "name"), to), Cell::text(number)]
    };
    let people = told["people_without_address"].as_array().map_or(&[][..], Vec::as_slice);
    let table = Table {
        caption: w.count("send-without", count),
        heads: [w.s("name"), w.s("certificate")].into(),
        rows: people.iter().map(row).collect(),
        empty: String::new(),
        next: None,
    };
    let section = Section::new("without", w.count("send-without", count)).part(Text(w.s("send-without-text")));
    Some(section.part(table).into())
}

async fn letter(staff: &Staff, path: &str) -> Html {
    let w = staff.w;
    let section = Section::new("letter", w.s("send-preview"));
    match staff.post(&format!("{path}/mail/preview"), &Fields::default(), json!({})).await {
        Ok(told) => {
            let letter = told.value;
            let facts = Facts::known([
                (w.s("mail-from"), Some(text(&letter, "from"))),
                (w.s("mail-to"), Some(text(&letter, "to"))),
                (w.s("mail-subject"), Some(text(&letter, "subject"))),
                (w.s("mail-attached"), Some(w.s(if letter["attached"] == true { "yes" } else { "no" }))),
            ]);
            section.part(facts).part(super::ui::Letter(text(&letter, "text"))).into()
        }
        Err(problem) => section.part(Text(problem.detail)).into(),
    }
}

fn start(staff: &Staff, path: &str, would_send: u64) -> Html {
    let w = staff.w;
    let test = Action::post(staff, w.s("send-test"), &format!("{path}/send/test"), &[]);
    let choices =
        ["those_without", "failed"].map(|one| Choice::new(one, w.s(&format!("send-{}", one.replace('_', "-")))));
    let form = Form::new(staff, &format!("{path}/send"), w.count("send-start", would_send))
        .field(Field::new("over", w.s("send-over"), Kind::Radios(choices.into())).value("those_without"))
        .field(Field::new("day", w.s("send-day"), Kind::Date).hint(w.s("send-day-hint")));
    Section::new("start", w.s("step-send")).part(form).part(Actions(vec![test])).into()
}

fn settings(staff: &Staff, path: &str, seen: &str, mail: &Value) -> Html {
    let w = staff.w;
    let when = ["by_hand", "with_issuing"].map(|one| Choice::new(one, w.s(&format!("send-{}", one.replace('_', "-")))));
    let own = mail["texts"]
        .as_array()
        .and_then(|texts| texts.iter().find(|text| text["language"].is_null()))
        .cloned()
        .unwrap_or_default();
    let form = Form::new(staff, &format!("{path}/send/settings"), w.s("save"))
        .field(Field::hidden("seen", seen))
        .field(Field::hidden("kept", mail.to_string()))
        .field(Field::new("when", w.s("send-when"), Kind::Radios(when.into())).value(text(mail, "when")))
        .field(Field::new("attach", w.s("send-attach"), Kind::Check).value(if mail["attach"] == true {
            "yes"
        } else {
            ""
        }))
        .field(Field::text("from", w.s("mail-from")).value(text(mail, "from")))
        .field(Field::text("reply_to", w.s("mail-reply")).value(text(mail, "reply_to")))
        .field(Field::text("subject", w.s("mail-subject")).value(text(&own, "subject")).hint(w.s("send-text-hint")))
        .field(Field::new("text", w.s("mail-text"), Kind::Area(10)).value(text(&own, "text")));
    Section::new("settings", w.s("send-settings")).part(form).folded().into()
}

/// Starts the run that sends.
pub(super) async fn send(Path(code): Path<String>, Sent { staff, fields }: Sent) -> Response {
    let over = fields.some("over").unwrap_or("those_without");
    let mut body = json!({ "kind": "send", "event": code.to_uppercase(), "over": over });
    if let Some(day) = fields.some("day") {
        let day = day.parse::<jiff::civil::Date>().ok();
        body["not_before"] = json!(day.map(|day| staff.zone.first_second(day).to_string()));
    }
    match staff.post("/runs", &fields, body).await {
        Ok(told) => staff.done(&format!("/runs/{}", part(&text(&told.value, "id"))), "run-started"),
        Err(problem) => refused(&staff, &code, &fields, problem).await,
    }
}

async fn refused(staff: &Staff, code: &str, fields: &Fields, problem: crate::server::Problem) -> Response {
    let tried = Tried(Some((fields, &problem)));
    sending(staff, code, fields, &tried).await.unwrap_or_else(|response| response)
}

/// Sends a letter to who asks.
pub(super) async fn test(Path(code): Path<String>, Sent { staff, fields }: Sent) -> Response {
    let path = format!("/events/{}", part(&code));
    match staff.post(&format!("{path}/mail/test"), &fields, json!({})).await {
        Ok(_) => staff.done(&format!("{path}/send"), "test-sent"),
        Err(problem) => refused(&staff, &code, &fields, problem).await,
    }
}

/// Settles what an event says of mail.
pub(super) async fn settle(Path(code): Path<String>, Sent { staff, fields }: Sent) -> Response {
    let path = format!("/events/{}", part(&code));
    // What the form does not ask about stays as it was.
    let mut mail: Value = serde_json::from_str(fields.get("kept")).unwrap_or_else(|_| json!({}));
    if !mail.is_object() {
        mail = json!({});
    }
    mail["when"] = json!(fields.some("when").unwrap_or("by_hand"));
    mail["attach"] = json!(fields.on("attach"));
    for name in ["from", "reply_to"] {
        mail[name] = fields.some(name).map_or(Value::Null, |value| json!(value));
    }
    let others = mail["texts"].as_array().into_iter().flatten().filter(|text| !text["language"].is_null()).cloned();
    let own = fields.some("text").map(|text| json!({ "subject": fields.get("subject"), "text": text }));
    mail["texts"] = others.chain(own).collect();
    match staff.send(Method::PUT, &format!("{path}/mail"), &fields, mail).await {
        Ok(_) => staff.done(&format!("{path}/send"), "saved"),
        Err(problem) => refused(&staff, &code, &fields, problem).await,
    }
}
