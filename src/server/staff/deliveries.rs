//! Mail: what an event's letters say, sending them, and what became of each.

use axum::extract::Path;
use axum::http::{Method, Uri};
use axum::response::Response;
use serde_json::{Value, json};

use super::choice::{Chooser, Chosen};
use super::events::{text, trail};
use super::form::{Fields, part, query, written};
use super::home::items;
use super::inside::{Answer, Sent, Staff};
use super::names::Names;
use super::ui::{
    Action, Actions, Bar, Cell, Choice, Facts, Field, Figure, Figures, Form, Html, Kind, Notice, Page, Picture, Plot,
    Section, Table, Text, Tone, Tried,
};
use super::words::Words;
use super::{one_time, phrases};
use crate::accounts::Permission;
use crate::mail::compose;
use crate::server::Problem;
use crate::server::problem::FieldProblem;

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
const FILTER: [&str; 2] = ["event", "state"];

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
        page = page.part(Notice { tone: Tone::Red, text: w.s("mail-trouble"), items: vec![trouble.to_owned()] });
    }
    page = page.part(figures(&staff, &mail)).part_if(plot(&staff, asked.get("event")).await).part(form);
    if items(&found).is_empty() {
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
    Some(Plot { title, first, second, bars, show_table: w.s("plot-table") }.into())
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
        true => json!({ "event": asked.some("event"), "state": asked.some("state"), "except": chosen.picks }),
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

/// Shows an event's letter as it would go, and asks whether to send it.
pub(super) async fn look(staff: Staff, Path(code): Path<String>, uri: Uri) -> Answer {
    sending(&staff, &code, &query(uri.query()), &Tried::NEW).await
}

async fn sending(staff: &Staff, code: &str, asked: &Fields, tried: &Tried<'_>) -> Answer {
    let (w, path) = (staff.w, format!("/events/{}", part(code)));
    let event = staff.get(&path).await?;
    let told = staff.told(&format!("{path}/mail")).await?;
    let mail = staff.get("/mail").await?;
    let waits = Waits::of(&told.value);
    let mut page = Page::new(w.s("step-send"))
        .trail(trail(staff, code, &event))
        .said(w, asked)
        .lead(w.count("send-lead", waits.first));
    if waits.newer > 0 {
        page = page.notice(Tone::Amber, w.count("send-newer-wait", waits.newer));
    }
    // What is wrong with the settings stands in their form.
    let settled = tried.0.is_some_and(|(fields, _)| !fields.get("kept").is_empty());
    if let Some((_, problem)) = tried.0.filter(|_| !settled) {
        page = page.problem(Tone::Red, staff.w, problem);
    }
    if settled {
        // The form is far below: whoever sent it sees here that it was refused, and the way there.
        let way = Action::link(w.s("send-settings"), "#settings".to_owned());
        page = page.notice(Tone::Red, w.s("send-settings-refused")).part(Actions(vec![way]));
    }
    if mail["set_up"] != true {
        page = page.notice(Tone::Amber, w.s("mail-off"));
    }
    if mail["set_up"] == true && mail["links"] != true {
        page = page.notice(Tone::Amber, w.s("send-no-links"));
        let say = Action::link(w.s("address-change"), staff.at("/settings/address"));
        page = page.part_if(staff.may(Permission::Settings).then(|| Actions(vec![say])));
    }
    let over = waits.shown_over(asked.some("over")).filter(|_| mail["set_up"] == true);
    page = page.part_if(without_address(staff, &path, &told.value)).part(letter(staff, &path, asked, over).await);
    if staff.may(Permission::Send) && mail["set_up"] == true {
        let own = if settled { tried } else { &Tried::NEW };
        page = page.part(start(staff, &path, waits, asked));
        page = page.part(one_time::section(staff, &path, waits.to_whom(staff.w), asked));
        page =
            page.part(settings(staff, &path, (&told.tag, &told.value["mail"]), asked.get("text") == "built-in", own));
    }
    Ok(staff.page_with(tried.status(), &page))
}

/// Lists who has a certificate and no address: they get nothing, and should be seen before anybody thinks that all have theirs.
fn without_address(staff: &Staff, path: &str, told: &Value) -> Option<Html> {
    let w = staff.w;
    let count = told["without_address"].as_u64().filter(|count| *count > 0)?;
    let row = |one: &Value| {
        let number = text(one, "number");
        let certificate = staff.at(&format!("/certificates/{}", part(&number)));
        // An address is entered on their card.
        let card = match text(one, "person") {
            id if id.is_empty() => certificate.clone(),
            id => staff.at(&format!("{path}/people/{}", part(&id))),
        };
        vec![Cell::link(text(one, "name"), card), Cell::link(number, certificate)]
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

/// Shows the letter as the first of those gets it over whom a run would go, or whoever is asked for.
async fn letter(staff: &Staff, path: &str, asked: &Fields, over: Option<&str>) -> Html {
    let (w, person) = (staff.w, asked.some("person"));
    let another = Form::filter(staff, &format!("{path}/send"), w.s("send-preview-do"))
        .field(Field::text("person", w.s("send-preview-whom")).value(person.unwrap_or_default()));
    let section = Section::new("letter", w.s(if person.is_some() { "send-preview-one" } else { "send-preview" }));
    let body = json!({ "person": person, "over": over.filter(|_| person.is_none()) });
    match staff.post(&format!("{path}/mail/preview"), &Fields::default(), body).await {
        Ok(told) => {
            // What is attached is seen beside what is said.
            let theirs = text(&told.value, "person");
            let query = written([("person", person.unwrap_or(&theirs))]);
            let src = staff.at(&format!("{path}/specimen.png?{query}"));
            let attached = Picture { src, alt: w.s("send-preview-certificate") };
            let section = as_it_goes(w, section.part(another), &told.value);
            section.part(Text(w.s("send-preview-certificate"))).part(attached).into()
        }
        Err(problem) => section.part(another).part(Text(phrases::problem(w, &problem).text)).into(),
    }
}

/// Shows a letter as it goes.
pub(super) fn as_it_goes(w: &Words, section: Section, letter: &Value) -> Section {
    let facts = Facts::known([
        (w.s("mail-from"), Some(text(letter, "from"))),
        (w.s("mail-to"), Some(text(letter, "to"))),
        (w.s("mail-subject"), Some(text(letter, "subject"))),
        (w.s("mail-attached"), Some(w.s(if letter["attached"] == true { "yes" } else { "no" }))),
    ]);
    let section = match letter["stands_in"] == true {
        true => section.part(Text(w.s("send-stands-in"))),
        false => section,
    };
    section.part(facts).part(super::ui::Letter(text(letter, "text")))
}

/// Who waits for a message: without one, and with one of an earlier version.
#[derive(Clone, Copy)]
pub(super) struct Waits {
    first: u64,
    newer: u64,
}

impl Waits {
    pub(super) fn of(told: &Value) -> Self {
        let count = |member: &str| told[member].as_u64().unwrap_or_default();
        Self { first: count("would_send"), newer: count("newer_version") }
    }

    /// Returns how many wait of those over whom a run goes; nothing of those of whom that is not said.
    pub(super) fn over(self, over: &str) -> Option<u64> {
        match over {
            "those_without" => Some(self.first),
            "newer_version" => Some(self.newer),
            _ => None,
        }
    }

    /// Returns over whom a letter is shown: those who were chosen, or who are offered first; nobody in particular where no one waits.
    fn shown_over(self, asked: Option<&str>) -> Option<&'static str> {
        let waits = |over: &&str| self.over(over).is_some_and(|count| count > 0);
        let offered = ["those_without", "newer_version"];
        offered.into_iter().filter(waits).find(|over| asked == Some(*over)).or_else(|| offered.into_iter().find(waits))
    }

    /// Returns to whom a run can send. Where nobody waits for one, no button offers to send none.
    fn to_whom(self, w: &Words) -> Vec<Choice> {
        let over = ["those_without", "newer_version", "failed"].into_iter();
        let over = over.filter(|over| self.over(over) != Some(0));
        over.map(|one| Choice::new(one, w.s(&format!("send-{}", one.replace('_', "-"))))).collect()
    }
}

fn start(staff: &Staff, path: &str, waits: Waits, asked: &Fields) -> Html {
    let w = staff.w;
    let test = Action::post(staff, w.s("send-test"), &format!("{path}/send/test"), &[]);
    let over = waits.to_whom(w);
    let (first, submit) = match waits {
        Waits { first: 0, newer: 0 } => ("failed", w.s("send-failed-do")),
        Waits { first: 0, newer } => ("newer_version", w.count("send-start", newer)),
        Waits { first, newer: 0 } => ("those_without", w.count("send-start", first)),
        // How many depends on what is chosen.
        _ => ("those_without", w.s("step-send")),
    };
    let nobody = first == "failed";
    // A form that was refused goes on from what was said in it.
    let wanted = asked.some("over").filter(|wanted| over.iter().any(|one| one.value == *wanted));
    let form = Form::new(staff, &format!("{path}/send"), submit)
        .field(Field::new("over", w.s("send-over"), Kind::Radios(over)).value(wanted.unwrap_or(first)))
        .field(Field::new("day", w.s("send-day"), Kind::Date).value(asked.get("day")).hint(w.s("send-day-hint")));
    let form = form
        .field(Field::hidden("count", waits.first.to_string()))
        .field(Field::hidden("newer", waits.newer.to_string()));
    let section = Section::new("start", w.s(if nobody { "send-failed" } else { "step-send" }));
    let section = section.part(form).part(Actions(vec![test]));
    if nobody { section.folded().into() } else { section.into() }
}

fn addresses(all: &Value) -> String {
    all.as_array().into_iter().flatten().filter_map(Value::as_str).collect::<Vec<_>>().join(", ")
}

/// What participants are told of besides their certificates, where somebody wants that; nothing of it is on by itself.
const TOLD: [&str; 4] = ["tell_revoked", "tell_replaced", "tell_corrections", "opens"];

/// The switches of what participants are told, and the days before the end when they are reminded.
fn told_to_people(w: &Words, mail: &Value) -> Vec<Field> {
    let switch = |name: &str| {
        let key = format!("mail-{}", name.replace('_', "-"));
        let field = Field::new(name, w.s(&key), Kind::Check).value(if mail[name] == true { "yes" } else { "" });
        match w.if_any(&format!("{key}-hint")) {
            Some(hint) => field.hint(hint),
            None => field,
        }
    };
    let days = mail["remind_days"].as_u64().map(|days| days.to_string()).unwrap_or_default();
    let remind = Field::text("remind_days", w.s("mail-remind-days")).value(days).hint(w.s("mail-remind-days-hint"));
    TOLD.into_iter().map(switch).chain([remind]).collect()
}

fn settings(staff: &Staff, path: &str, (seen, mail): (&str, &Value), built_in: bool, tried: &Tried<'_>) -> Html {
    let w = staff.w;
    let when = ["by_hand", "with_issuing"].map(|one| Choice::new(one, w.s(&format!("send-{}", one.replace('_', "-")))));
    let own = mail["texts"]
        .as_array()
        .and_then(|texts| texts.iter().find(|text| text["language"].is_null()))
        .cloned()
        .unwrap_or_default();
    let own = match built_in {
        true => {
            let (subject, text) = compose::built_in_text(Some(w.language));
            json!({ "subject": subject, "text": text })
        }
        false => own,
    };
    let form = Form::new(staff, &format!("{path}/send/settings"), w.s("save"))
        .field(Field::hidden("seen", seen))
        .field(Field::hidden("kept", mail.to_string()))
        .field(Field::new("when", w.s("send-when"), Kind::Radios(when.into())).value(text(mail, "when")))
        .field(Field::new("attach", w.s("send-attach"), Kind::Check).value(if mail["attach"] == true {
            "yes"
        } else {
            ""
        }))
        .field(
            Field::new("run_notices", w.s("mail-run-notices"), Kind::Check)
                .value(if mail["run_notices"] == false { "" } else { "yes" })
                .hint(w.s("mail-run-notices-hint")),
        )
        .field(
            Field::text("notify", w.s("mail-notify")).value(addresses(&mail["notify"])).hint(w.s("mail-notify-hint")),
        )
        .fields(told_to_people(w, mail))
        .field(Field::text("from", w.s("mail-from")).value(text(mail, "from")))
        .field(Field::text("reply_to", w.s("mail-reply")).value(text(mail, "reply_to")))
        .field(Field::text("subject", w.s("mail-subject")).value(text(&own, "subject")).hint(w.s("send-text-hint")))
        .field(
            Field::new("text", w.s("mail-text"), Kind::Area(10))
                .value(text(&own, "text"))
                .hint(w.with("send-placeholders", [("example", "{{ name }}".into())])),
        )
        .tried(tried);
    let placeholders = compose::PLACEHOLDERS
        .map(|name| (format!("{{{{ {name} }}}}"), w.s(&format!("placeholder-{}", name.replace('_', "-")))));
    let start = Action::link(w.s("send-built-in"), staff.at(&format!("{path}/send?text=built-in#settings")));
    let section = Section::new("settings", w.s("send-settings")).part(form);
    let section = section.part(Text(w.s("send-placeholders-are"))).part(Facts(placeholders.into()));
    let section = section.part(Actions(vec![start]));
    if built_in || tried.0.is_some() { section.into() } else { section.folded().into() }
}

/// Starts the run that sends.
pub(super) async fn send(Path(code): Path<String>, Sent { staff, fields }: Sent) -> Response {
    let over = fields.some("over").unwrap_or("those_without");
    let own = one_time::said(&fields);
    if let Some(own) = own.as_ref().filter(|own| !one_time::was_shown(&fields, own)) {
        return match one_time::shown(&staff, &code, (&fields, own)).await {
            Ok(page) => page,
            Err(problem) => refused(&staff, &code, &fields, problem).await,
        };
    }
    let mut body = json!({ "kind": "send", "event": code.to_uppercase(), "over": over, "mail": own });
    if let Some(day) = fields.some("day") {
        let Ok(day) = day.parse::<jiff::civil::Date>() else {
            let problem = Problem::unprocessable("bad-request", staff.w.s("send-bad-day"));
            return refused(&staff, &code, &fields, problem).await;
        };
        body["not_before"] = json!(staff.zone.first_second(day).to_string());
    }
    if let Some(problem) = changed(&staff, &code, (over, &fields)).await {
        return refused(&staff, &code, &fields, problem).await;
    }
    match staff.post("/runs", &fields, body).await {
        Ok(told) => staff.done(&format!("/runs/{}", part(&text(&told.value, "id"))), "run-started"),
        Err(problem) => refused(&staff, &code, &fields, problem).await,
    }
}

/// Says that more or fewer wait by now than were shown.
async fn changed(staff: &Staff, code: &str, (over, fields): (&str, &Fields)) -> Option<Problem> {
    let expected = match over {
        "those_without" => fields.some("count"),
        "newer_version" => fields.some("newer"),
        _ => None,
    };
    let expected: u64 = expected?.parse().ok()?;
    let now = Waits::of(&staff.get_if(&format!("/events/{}/mail", part(code))).await?).over(over)?;
    let said = || staff.w.with("generate-changed", [("expected", expected.into()), ("now", now.into())]);
    (now != expected).then(|| Problem::conflict("changed", said()))
}

async fn refused(staff: &Staff, code: &str, fields: &Fields, problem: Problem) -> Response {
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
    mail["run_notices"] = json!(fields.on("run_notices"));
    for name in TOLD {
        mail[name] = json!(fields.on(name));
    }
    mail["remind_days"] = match fields.some("remind_days").map(str::parse::<u16>) {
        None => Value::Null,
        Some(Ok(days @ 1..=365)) => json!(days),
        Some(_) => {
            let errors =
                vec![FieldProblem { field: "remind_days".to_owned(), detail: staff.w.s("mail-remind-days-bad") }];
            let problem = Problem::unprocessable("bad-number", staff.w.s("form-look")).with_errors(errors);
            return refused(&staff, &code, &fields, problem).await;
        }
    };
    let notify = fields.get("notify").split([',', ';', ' ']).map(str::trim).filter(|one| !one.is_empty());
    mail["notify"] = notify.collect::<Vec<_>>().into();
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
