//! Messages: what became of each, what came back, and sending them again.

use axum::extract::Path;
use axum::http::Uri;
use axum::response::Response;
use serde_json::{Value, json};

use super::choice::{Chooser, Chosen};
use super::events::text;
use super::form::{Fields, part, query, written};
use super::home::items;
use super::inside::{Answer, Sent, Staff};
use super::names::Names;
use super::phrases;
use super::ui::{
    Action, Actions, Bar, Cell, Choice, Facts, Field, Figure, Figures, Form, Html, Kind, Notice, Page, Plot, Section,
    Table, Text, Tone, Tried,
};
use super::words::Words;
use crate::accounts::Permission;

const STATES: [&str; 10] =
    ["queued", "sending", "sent", "deferred", "delivered", "bounced", "ambiguous", "failed", "opened", "downloaded"];

/// Returns the heads of a table of messages.
pub(super) fn heads(w: &Words) -> Vec<String> {
    ["mail-whom", "certificate", "state", "mail-sent", "mail-opened", "mail-downloaded", "why"]
        .map(|key| w.s(key))
        .into()
}

/// Returns a message's row.
pub(super) fn row(staff: &Staff, message: &Value) -> Vec<Cell> {
    let (id, to) = (text(message, "id"), text(message, "to"));
    let evidence = message["evidence"].as_array().map_or(&[][..], Vec::as_slice);
    let last = evidence.last().cloned().unwrap_or_default();
    // The first day on which it was known.
    let first = |states: &[&str]| {
        let found = evidence.iter().find(|one| states.contains(&one["state"].as_str().unwrap_or_default()));
        Cell::text(found.and_then(|one| staff.day(&one["at"])).unwrap_or_default())
    };
    // That all went well need not be said in each row.
    let went_well = ["sent", "delivered", "opened", "downloaded"].contains(&text(message, "state").as_str());
    let why = if went_well { Value::Null } else { last };
    let path = staff.at(&format!("/deliveries/{}", part(&id)));
    let whom = match (text(message, "name"), to) {
        (name, to) if name.is_empty() && to.is_empty() => Cell::link(staff.w.s("erased"), path),
        (name, to) if name.is_empty() => Cell::link(to, path),
        (name, to) => Cell::link(name, path).sub(to),
    };
    vec![
        whom,
        about(staff, message),
        state(staff, message).sub(staff.time(&message["since"]).unwrap_or_default()),
        first(&["sent", "delivered"]),
        first(&["opened"]),
        first(&["downloaded"]),
        Cell::text(phrases::said(staff.w, &text(&why, "what"))).sub(text(&why, "reply")),
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

/// What a filter holds, as the API names it.
const FILTER: [&str; 3] = ["q", "event", "state"];

/// Lists messages, after how mail stands.
pub(super) async fn list(staff: Staff, uri: Uri) -> Answer {
    let (w, asked) = (staff.w, query(uri.query()));
    if !asked.get("in_vain").is_empty() {
        return vain(&staff, &asked).await;
    }
    let filter = FILTER.map(|name| (name, asked.get(name)));
    // What staff are told of runs stands with the runs.
    let page = [("limit", "50"), ("order", "newest"), ("about", "certificates"), ("cursor", asked.get("cursor"))];
    let wanted = written(page.into_iter().chain(filter));
    let found = staff.get(&format!("/mail/messages?{wanted}")).await?;
    let mail = staff.get("/mail").await?;
    let mut states = vec![Choice::new("", w.s("all"))];
    states.extend(STATES.map(|one| Choice::new(one, w.s(&format!("mail-{one}")))));
    let form = Form::filter(&staff, "/deliveries", w.s("filter"))
        .field(Field::text("q", w.s("deliveries-text")).value(asked.get("q")))
        .field(Field::text("event", w.s("deliveries-event")).value(asked.get("event")))
        .field(Field::new("state", w.s("state"), Kind::Select(states)).value(asked.get("state")));
    let chosen = Chosen::of(&asked);
    let ticked = |message: &Value| {
        let id = text(message, "id");
        let tick = w.with("choose-row", [("name", format!("{}, {id}", text(message, "to")).into())]);
        let mut cells = row(&staff, message).into_iter();
        let first = cells.next().map(|cell| cell.pick(&id, tick, chosen.has(&id)));
        first.into_iter().chain(cells).collect()
    };
    let rows = items(&found).iter().map(ticked).collect();
    let table =
        Table { caption: w.s("nav-deliveries"), heads: heads(w), rows, empty: w.s("deliveries-none"), next: None };
    let mut page = Page::new(w.s("nav-deliveries")).said(w, &asked);
    if mail["set_up"] != true {
        page = page.notice(Tone::Amber, w.s("mail-off"));
    }
    if let Some(trouble) = mail["trouble"].as_str() {
        page = page.part(Notice {
            tone: Tone::Red,
            text: w.s("mail-trouble"),
            items: vec![phrases::sentence(&phrases::said(w, trouble))],
        });
    }
    page = page.part(figures(&staff, &mail)).part_if(plot(&staff, asked.get("event")).await).part(form);
    // Where few are found among many, a page may hold none and still not be the last.
    if items(&found).is_empty() && found["next"].is_null() {
        return Ok(staff.page(&page.part(table).part(meanings(w))));
    }
    let shown: Vec<String> = items(&found).iter().map(|one| text(one, "id")).collect();
    let ways = ("/deliveries", "/deliveries/batch");
    let mut chooser = Chooser::new(&staff, ways, &filter, &chosen, &shown, (table, found["next"].as_str()));
    if staff.may(Permission::Send) {
        chooser = chooser.act("resend", w.s("mail-resend"));
    }
    Ok(staff.page(&page.part(chooser).part(meanings(w))))
}

/// What each state means.
fn meanings(w: &Words) -> Html {
    let facts = STATES.map(|one| (w.s(&format!("mail-{one}")), w.s(&format!("mail-{one}-means"))));
    Section::new("meanings", w.s("mail-meanings")).part(Facts(facts.into())).folded().into()
}

/// Lists messages that reached nobody: of everything, an event or a run, or those alone that somebody still has to look at.
async fn vain(staff: &Staff, asked: &Fields) -> Answer {
    let w = staff.w;
    let filter = ["in_vain", "event", "run"].map(|name| (name, asked.get(name)));
    let page = [("limit", "50"), ("order", "newest"), ("cursor", asked.get("cursor"))];
    let found = staff.get(&format!("/mail/messages?{}", written(page.into_iter().chain(filter)))).await?;
    let unsettled = |message: &Value| message["seen_to"].is_null() && staff.may(Permission::Send);
    let act = |message: &Value| {
        let path = format!("/deliveries/{}/seen", part(&text(message, "id")));
        Cell::act(unsettled(message).then(|| Action::post(staff, w.s("mail-seen"), &path, &[])))
    };
    let rows = items(&found).iter().map(|one| row(staff, one).into_iter().chain([act(one)]).collect()).collect();
    let next = found["next"].as_str().map(|cursor| {
        (w.s("more"), staff.at(&format!("/deliveries?{}", written(filter.into_iter().chain([("cursor", cursor)])))))
    });
    let heads = heads(w).into_iter().chain([w.s("mail-todo")]).collect();
    let table = Table { caption: w.s("mail-vain-title"), heads, rows, empty: w.s("mail-vain-none"), next };
    let page = Page::new(w.s("mail-vain-title")).trail([staff.crumb(w.s("nav-deliveries"), "/deliveries")]);
    Ok(staff.page(&page.said(w, asked).lead(w.s("mail-vain-lead")).part(table)))
}

/// Notes that somebody has seen to a message that reached nobody.
pub(super) async fn seen(Path(id): Path<String>, Sent { staff, fields }: Sent) -> Response {
    let path = format!("/deliveries/{}", part(&id));
    match staff.post(&format!("/mail/messages/{}/seen", part(&id)), &fields, json!({})).await {
        Ok(_) => staff.done(&path, "mail-seen"),
        Err(problem) => {
            let tried = Tried(Some((&fields, &problem)));
            message(&staff, &id, &fields, &tried).await.unwrap_or_else(|response| response)
        }
    }
}

/// How many wait, came back, or may or may not have left: each leads to those.
fn figures(staff: &Staff, mail: &Value) -> Figures {
    let w = staff.w;
    let figure = |(member, key, state, tone): (&str, &str, &str, Tone)| {
        let count = mail[member].as_u64().unwrap_or_default();
        let href = Some(staff.at(&match state {
            "bounced" => "/deliveries?in_vain=unsettled".to_owned(),
            state => format!("/deliveries?state={state}"),
        }));
        Figure { label: w.s(key), value: w.number(count), href, tone: Some(tone).filter(|_| count > 0) }
    };
    let all = [
        ("waiting", "mail-waiting", "queued", Tone::Grey),
        ("in_vain", "mail-in-vain", "bounced", Tone::Red),
        ("ambiguous", "mail-unsure", "ambiguous", Tone::Amber),
    ];
    Figures(all.map(figure).into())
}

/// What was sent by day, and what came back, with the table beside; nothing where nothing was sent.
async fn plot(staff: &Staff, event: &str) -> Option<Html> {
    let w = staff.w;
    let told = staff.get_if(&format!("/mail/days?{}", written([("event", event)]))).await?;
    let bars: Vec<Bar> = told["days"].as_array()?.iter().map(|day| bar(staff, day)).collect();
    if bars.iter().all(|bar| bar.value == 0 && bar.second == 0) {
        return None;
    }
    let title = w.with("mail-plot", [("time", staff.time(&told["as_of"]).unwrap_or_default().into())]);
    let (first, second) = (w.s("mail-plot-sent"), w.s("mail-plot-vain"));
    Some(Plot::new(w, title, (first, second), bars, w.s("plot-table")).into())
}

fn bar(staff: &Staff, day: &Value) -> Bar {
    let label = day["day"].as_str().and_then(|text| text.parse::<jiff::civil::Date>().ok());
    let label = label.map(|day| staff.w.date(day)).unwrap_or_default();
    let count = |member: &str| day[member].as_u64().unwrap_or_default();
    Bar { label, value: count("messages"), second: count("in_vain") }
}

/// Returns what is sent again.
fn again(asked: &Fields, chosen: &Chosen) -> Value {
    match chosen.but {
        false => json!({ "messages": chosen.picks }),
        true => {
            let (event, state, q) = (asked.some("event"), asked.some("state"), asked.some("q"));
            json!({ "event": event, "state": state, "q": q, "except": chosen.picks })
        }
    }
}

/// Shows which would be sent again.
pub(super) async fn ask_many(staff: Staff, uri: Uri) -> Answer {
    staff.needs(Permission::Send)?;
    many(&staff, &query(uri.query()), &Tried::NEW).await
}

async fn many(staff: &Staff, asked: &Fields, tried: &Tried<'_>) -> Answer {
    let (w, chosen) = (staff.w, Chosen::of(asked));
    let filter = FILTER.map(|name| (name, asked.get(name)));
    let back = format!("/deliveries?{}", written(filter.into_iter().chain(chosen.pairs())));
    let page = Page::new(w.s("mail-resend")).trail([staff.crumb(w.s("nav-deliveries"), &back)]).narrow();
    let refused =
        |page: Page, why: &str| Ok(staff.page_with(tried.status(), &super::choice::refused(staff, page, why, &back)));
    if let Some(problem) = chosen.problem(staff) {
        return refused(page, &problem);
    }
    let preview = match staff.post("/mail/resend/preview", &Fields::default(), again(asked, &chosen)).await {
        Ok(told) => told.value,
        Err(problem) => return refused(page, &problem.detail),
    };
    let (sends, kept) = (preview["sends"].as_u64().unwrap_or_default(), preview["kept"].as_u64().unwrap_or_default());
    let page = if kept > 0 { page.part(Text(w.count("mail-resend-kept", kept))) } else { page };
    if sends == 0 {
        return refused(page, &w.s("batch-nothing"));
    }
    let names = preview["names"].as_array().into_iter().flatten();
    let names: Vec<String> = names.filter_map(|name| name.as_str().map(str::to_owned)).collect();
    let form = Form::new(staff, "/deliveries/batch", w.count("mail-resend-do", sends))
        .tried(tried)
        .fields(filter.map(|(name, value)| Field::hidden(name, value)))
        .fields(chosen.fields())
        .field(Field::hidden("expected", text(&preview, "set")));
    let names = Text(super::choice::names(staff, &names));
    let page = page.part(Section::new("start", w.s("generate-confirm")).part(names).part(form));
    Ok(staff.page_with(tried.status(), &page))
}

/// Sends them again, if they are those that were shown.
pub(super) async fn resend_many(Sent { staff, fields }: Sent) -> Response {
    let mut body = again(&fields, &Chosen::of(&fields));
    body["expected"] = json!(fields.get("expected"));
    match staff.post("/mail/resend", &fields, body).await {
        Ok(told) if told.value["under_way"].as_u64() > Some(0) => staff.done("/deliveries", "sending-pieces"),
        Ok(_) => staff.done("/deliveries", "sending"),
        Err(problem) => {
            let problem = super::batch::told(&staff, problem);
            let tried = Tried(Some((&fields, &problem)));
            many(&staff, &fields, &tried).await.unwrap_or_else(|response| response)
        }
    }
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
        (w.s("name"), Some(text(&message, "name"))),
        (w.s("certificate"), Some(text(&message, "number"))),
        (w.s("when"), staff.time(&message["created"])),
        (w.s("mail-due"), staff.time(&message["due"])),
        (w.s("mail-attempts"), message["attempts"].as_u64().map(|count| count.to_string())),
        (w.s("run-by"), Some(Names::of(staff).await.name(staff, &text(&message, "by")))),
        (w.s("mail-seen-at"), staff.time(&message["seen_to"])),
        ("Message-ID".to_owned(), Some(text(&message, "message_id"))),
    ]);
    let row = |one: &Value| {
        vec![
            Cell::text(staff.time(&one["at"]).unwrap_or_default()),
            state(staff, one),
            Cell::text(phrases::said(w, &text(one, "what"))).sub(text(one, "reply")),
        ]
    };
    let evidence = message["evidence"].as_array().map_or(&[][..], Vec::as_slice);
    let table = Table {
        caption: w.s("mail-evidence"),
        heads: [w.s("when"), w.s("state"), w.s("why")].into(),
        rows: evidence.iter().rev().map(row).collect(),
        empty: w.s("mail-evidence-none"),
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
    let open = ["bounced", "failed", "ambiguous"].contains(&text(&message, "state").as_str());
    if staff.may(Permission::Send) && open && message["seen_to"].is_null() {
        let act = Action::post(staff, w.s("mail-seen"), &format!("/deliveries/{}/seen", part(id)), &[]);
        let section = Section::new("seen", w.s("mail-seen")).part(Text(w.s("mail-seen-text")));
        page = page.part(section.part(Actions(vec![act])));
    }
    Ok(staff.page_with(tried.status(), &page.part(meanings(w))))
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
