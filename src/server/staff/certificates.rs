//! Certificates: found, shown, fetched, taken back, given back, issued anew.

use axum::extract::Path;
use axum::http::Uri;
use axum::response::Response;
use serde_json::{Value, json};

use super::choice::{Chooser, Chosen};
use super::events::text;
use super::form::{Fields, part, query, written};
use super::home::items;
use super::inside::{Answer, Sent, Staff};
use super::ui::{
    Action, Actions, Cell, Choice, Facts, Field, Form, Html, Kind, Notice, Page, Picture, Section, Table, Text, Tone,
    Tried,
};
use super::within::Ask;
use crate::accounts::Permission;

const STATES: [&str; 5] = ["active", "expired", "revocation_waits", "revoked", "superseded"];
const CAUSES: [&str; 5] = ["issued_in_error", "eligibility_lost", "on_request", "fraud", "other"];
/// What a filter holds, as the API names it.
pub(super) const FILTER: [&str; 7] = ["event", "status", "text", "run", "template", "issued_since", "issued_until"];

/// Lists certificates.
pub(super) async fn list(staff: Staff, uri: Uri) -> Answer {
    let (w, asked) = (staff.w, query(uri.query()));
    let filter = FILTER.map(|name| (name, asked.get(name)));
    let cursor = [("limit", "50"), ("cursor", asked.get("cursor"))];
    let found = staff.get(&format!("/certificates?{}", written(cursor.into_iter().chain(filter)))).await?;
    let chosen = Chosen::of(&asked);
    let mut states = vec![Choice::new("", w.s("all"))];
    states.extend(STATES.map(|one| Choice::new(one, w.s(&format!("standing-{}", one.replace('_', "-"))))));
    let form = Form::filter(&staff, "/certificates", w.s("filter"))
        .field(Field::text("text", w.s("certificates-text")).value(asked.get("text")))
        .field(Field::text("event", w.s("event-code")).value(asked.get("event")))
        .field(Field::new("status", w.s("state"), Kind::Select(states)).value(asked.get("status")))
        .field(Field::new("issued_since", w.s("certificates-since"), Kind::Date).value(asked.get("issued_since")))
        .field(Field::new("issued_until", w.s("certificates-until"), Kind::Date).value(asked.get("issued_until")))
        .field(which_template(&staff, asked.get("template")).await)
        // Led here by a run: it is seen, and can be emptied.
        .fields(asked.some("run").map(|run| Field::text("run", w.s("certificates-run")).value(run)));
    let rows = items(&found).iter().map(|one| row(&staff, one, &chosen)).collect();
    let table = Table {
        caption: w.s("nav-certificates"),
        heads: [w.s("name"), w.s("certificate"), w.s("state"), w.s("issued"), w.s("template")].into(),
        rows,
        empty: w.s("certificates-none"),
        next: None,
    };
    let page = Page::new(w.s("nav-certificates")).said(w, &asked).part(form);
    if items(&found).is_empty() {
        return Ok(staff.page(&page.part(table)));
    }
    let shown: Vec<String> = items(&found).iter().map(|one| text(one, "number")).collect();
    let ways = ("/certificates", "/certificates/batch");
    let mut chooser = Chooser::new(&staff, ways, &filter, &chosen, &shown, (table, found["next"].as_str()))
        .act("zip", w.s("batch-zip"))
        .act("csv", w.s("certificates-csv"));
    for (name, permission) in super::batch::ACTS {
        if staff.may(permission) {
            chooser = chooser.act(name, w.s(&format!("batch-{name}")));
        }
    }
    Ok(staff.page(&page.part(chooser).part(Text(w.s("zip-names")))))
}

fn row(staff: &Staff, one: &Value, chosen: &Chosen) -> Vec<Cell> {
    let (number, name) = (text(one, "number"), text(one, "recipient"));
    let tick = staff.w.with("choose-row", [("name", format!("{name}, {number}").into())]);
    vec![
        Cell::link(name, staff.at(&format!("/certificates/{number}"))).sub(text(one, "email")).pick(
            &number,
            tick,
            chosen.has(&number),
        ),
        Cell::text(number),
        standing(staff, one),
        Cell::text(staff.day(&one["issued"]).unwrap_or_default()),
        Cell::text(text(one, "template")),
    ]
}

/// Asks by which template they were made: those of the library, and the one that is asked for, which may be gone.
async fn which_template(staff: &Staff, chosen: &str) -> Field {
    let w = staff.w;
    let told = staff.get_if("/templates?limit=500").await.unwrap_or_default();
    let mut names: Vec<String> = items(&told).iter().map(|one| text(one, "name")).collect();
    if !chosen.is_empty() && !names.iter().any(|name| name == chosen) {
        names.push(chosen.to_owned());
    }
    let all = names.into_iter().map(|name| Choice::new(name.clone(), name));
    let choices = [Choice::new("", w.s("all"))].into_iter().chain(all).collect();
    Field::new("template", w.s("template"), Kind::Select(choices)).value(chosen)
}

/// Returns a cell for how a certificate stands.
pub(super) fn standing(staff: &Staff, one: &Value) -> Cell {
    let status = text(one, "status");
    let tone = match status.as_str() {
        "active" => Tone::Green,
        "revoked" => Tone::Red,
        "superseded" => Tone::Grey,
        _ => Tone::Amber,
    };
    Cell::state(tone, staff.w.s(&format!("standing-{}", status.replace('_', "-"))))
}

/// Shows a certificate.
pub(super) async fn show(staff: Staff, Path(number): Path<String>, uri: Uri) -> Answer {
    page(&staff, &number, &query(uri.query()), &Tried::NEW).await
}

async fn page(staff: &Staff, number: &str, asked: &Fields, tried: &Tried<'_>) -> Answer {
    let (w, path) = (staff.w, format!("/certificates/{}", part(number)));
    let told = staff.told(&path).await?;
    let versions = told.value["versions"].as_array().cloned().unwrap_or_default();
    let current = versions.last().cloned().unwrap_or_default();
    let event = number.split('-').nth(1).unwrap_or_default().to_owned();
    let picture = Picture {
        src: staff.at(&format!("{path}/picture.png")),
        alt: w.with("certificate-picture", [("name", text(&current, "recipient").into())]),
    };
    let mut page = Page::new(text(&current, "recipient"))
        .trail([staff.crumb(w.s("nav-events"), "/events"), staff.crumb(event.clone(), &format!("/events/{event}"))])
        .said(w, asked)
        .lead(number.to_owned());
    if let Some((_, problem)) = tried.0 {
        page = page.problem(Tone::Red, staff.w, problem);
    }
    let person = staff.get_if(&format!("{path}/person")).await.unwrap_or_default();
    let mut section = Section::new("current", w.s("certificate"))
        .part(facts(staff, &current, &person))
        .part(picture)
        .part(files(staff, &path));
    if let Some(card) = card(staff, &event, &person) {
        section = section.part(card);
    }
    let sent = messages(staff, number).await;
    let way = sending(staff, number, &current, items(&sent));
    page = page.part_if(waiting(staff, number).await).part(section);
    page =
        page.part(changes(staff, (&path, &event), &told.tag, (&current, &person), way)).part(sent_table(staff, &sent));
    if versions.len() > 1 {
        page = page.part(older(staff, &versions));
    }
    Ok(staff.page_with(tried.status(), &page))
}

/// Leads to whose it is.
fn card(staff: &Staff, event: &str, person: &Value) -> Option<Actions> {
    let id = person["id"].as_str()?;
    let to = staff.at(&format!("/events/{}/people/{}", part(event), part(id)));
    Some(Actions(vec![Action::link(staff.w.s("certificate-person"), to)]))
}

fn facts(staff: &Staff, current: &Value, person: &Value) -> Html {
    let w = staff.w;
    let status = text(current, "status");
    let cause = current["cause"].as_str().map(|cause| w.s(&format!("cause-{}", cause.replace('_', "-"))));
    Facts::known([
        (w.s("state"), Some(w.s(&format!("standing-{}", status.replace('_', "-"))))),
        (w.s("email"), Some(text(current, "email"))),
        (
            w.s("email-now"),
            person["email"].as_str().filter(|now| Some(*now) != current["email"].as_str()).map(str::to_owned),
        ),
        (w.s("issued"), staff.day(&current["issued"])),
        (w.s("valid-until"), staff.day(&current["valid_until"])),
        (w.s("version"), current["version"].as_u64().map(|version| version.to_string())),
        (w.s("template"), Some(text(current, "template"))),
        (w.s("key"), Some(text(current, "key"))),
        (w.s("since"), staff.time(&current["since"])),
        (w.s("cause"), cause),
        (w.s("reason"), Some(text(current, "reason"))),
        (w.s("waits-until"), staff.time(&current["waits_until"])),
        (w.s("granted-why"), granted(staff, &current["basis"])),
    ])
    .into()
}

/// Says why somebody got it: what a member of staff wrote, where one did, else what the rule says.
fn granted(staff: &Staff, basis: &Value) -> Option<String> {
    let noted = ["reissued", "issued_now"].iter().find_map(|by| basis[*by]["note"].as_str().map(str::to_owned));
    let ground = || {
        let reason = basis["reason"].as_str()?;
        staff.w.if_any(&format!("ground-{}", reason.replace('_', "-")))
    };
    noted.or_else(ground)
}

fn files(staff: &Staff, path: &str) -> Html {
    let file = |format: &str, text: String| Action::file(text, staff.api(&format!("{path}/file?format={format}")));
    let w = staff.w;
    Actions(vec![
        file("pdf", "PDF".to_owned()).primary(),
        file("png", "PNG".to_owned()),
        file("json", w.s("file-json")),
        file("jwt", "JWT".to_owned()),
        file("baked_png", w.s("file-badge")),
    ])
    .into()
}

/// Says that somebody asked for another name, where nobody has decided yet.
async fn waiting(staff: &Staff, number: &str) -> Option<Html> {
    let w = staff.w;
    let query = written([("state", "pending"), ("number", number), ("limit", "5")]);
    let found = staff.get_if(&format!("/corrections?{query}")).await?;
    let one = items(&found).first()?.clone();
    let text_of = w.with("correction-waits", [("name", text(&one, "name").into())]);
    let open = Action::link(w.s("person-open"), staff.at(&format!("/corrections/{}", part(&text(&one, "id")))));
    let notice = Notice { tone: Tone::Amber, text: text_of, items: Vec::new() };
    Some(Section::new("waiting", w.s("correction")).part(notice).part(Actions(vec![open.primary()])).into())
}

/// What can be done to mail a certificate.
pub(super) enum Way {
    /// A message leaves, or waits.
    Leaves,
    /// Nothing was sent of this version.
    Send(Action),
    /// It was sent, and can be sent once more.
    Again(Action),
}

/// Returns how a certificate is mailed as things stand, by the messages about it, the newest first.
pub(super) fn sending(staff: &Staff, number: &str, current: &Value, messages: &[Value]) -> Option<Way> {
    let w = staff.w;
    let status = text(current, "status");
    if !staff.may(Permission::Send) || !matches!(status.as_str(), "active" | "expired") {
        return None;
    }
    let newest = messages.iter().find(|one| one["topic"] == "issued");
    let send = || Action::post(staff, w.s("send-one"), &format!("/certificates/{}/send", part(number)), &[]);
    let Some(newest) = newest else { return Some(Way::Send(send())) };
    let state = text(newest, "state");
    let leaves = matches!(state.as_str(), "queued" | "sending") || state == "deferred" && !newest["due"].is_null();
    if leaves {
        return Some(Way::Leaves);
    }
    if newest["version"].as_u64() < current["version"].as_u64() {
        return Some(Way::Send(send()));
    }
    let path = format!("/deliveries/{}/resend", part(&text(newest, "id")));
    Some(Way::Again(Action::post(staff, w.s("mail-resend"), &path, &[])))
}

fn changes(
    staff: &Staff,
    (path, event): (&str, &str),
    seen: &str,
    (current, person): (&Value, &Value),
    way: Option<Way>,
) -> Html {
    let w = staff.w;
    let mut section = Section::new("change", w.s("change"));
    let mut actions = Vec::new();
    let status = text(current, "status");
    let can_be_taken = matches!(status.as_str(), "active" | "expired");
    if staff.may(Permission::Revoke) {
        match status.as_str() {
            "revocation_waits" => actions
                .push(Action::post(staff, w.s("restore"), &format!("{path}/restore"), &[("seen", seen)]).primary()),
            "revoked" => actions.push(Action::link(w.s("reissue"), staff.at(&format!("{path}/reissue")))),
            _ if can_be_taken => actions.push(Action::link(w.s("revoke"), staff.at(&format!("{path}/revoke")))),
            _ => {}
        }
    }
    match way {
        Some(Way::Send(action) | Way::Again(action)) => actions.push(action),
        Some(Way::Leaves) => section = section.part(Text(w.s("mail-on-its-way"))),
        None => {}
    }
    if let Some(id) = person["id"].as_str().filter(|_| staff.may(Permission::Import) && can_be_taken) {
        let card = format!("/events/{}/people/{}?open=change#change", part(event), part(id));
        actions.push(Action::link(w.s("correct-title"), staff.at(&card)));
    }
    section = match actions.is_empty() {
        true => section.part(Text(w.s("certificate-fixed"))),
        false => section.part(Actions(actions)),
    };
    section.into()
}

/// Returns the messages about a certificate, the newest first.
pub(super) async fn messages(staff: &Staff, number: &str) -> Value {
    let path = format!("/mail/messages?number={}&order=newest&limit=20", part(number));
    staff.get_if(&path).await.unwrap_or_default()
}

fn sent_table(staff: &Staff, found: &Value) -> Html {
    let w = staff.w;
    let rows = items(found).iter().map(|one| super::deliveries::row(staff, one)).collect();
    Table {
        caption: w.s("nav-deliveries"),
        heads: super::deliveries::heads(w),
        rows,
        empty: w.s("deliveries-none-one"),
        next: None,
    }
    .into()
}

fn older(staff: &Staff, versions: &[Value]) -> Html {
    let w = staff.w;
    let row = |one: &Value| {
        vec![
            Cell::text(one["version"].as_u64().unwrap_or_default().to_string()),
            Cell::text(text(one, "recipient")),
            standing(staff, one),
            Cell::text(staff.time(&one["signed"]).unwrap_or_default()),
            Cell::text(text(one, "reason")),
        ]
    };
    Table {
        caption: w.s("versions"),
        heads: [w.s("version"), w.s("name"), w.s("state"), w.s("signed"), w.s("reason")].into(),
        rows: versions.iter().rev().map(row).collect(),
        empty: String::new(),
        next: None,
    }
    .into()
}

/// The picture of a certificate.
pub(super) async fn picture(staff: Staff, Path(number): Path<String>) -> Answer {
    staff.pass(&format!("/certificates/{}/file?format=png", part(&number))).await
}

/// Asks why a certificate is taken back.
pub(super) async fn ask_revoke(staff: Staff, Path(number): Path<String>) -> Answer {
    staff.needs(Permission::Revoke)?;
    revoking(&staff, &number, &Tried::NEW).await
}

async fn revoking(staff: &Staff, number: &str, tried: &Tried<'_>) -> Answer {
    let told = staff.told(&format!("/certificates/{}", part(number))).await?;
    let versions = told.value["versions"].as_array().cloned().unwrap_or_default();
    let current = versions.last().cloned().unwrap_or_default();
    let w = staff.w;
    let form = Form::new(staff, &format!("/certificates/{}/revoke", part(number)), w.s("revoke"))
        .danger()
        .field(Field::hidden("seen", &told.tag))
        .fields(why(staff, "text"))
        .tried(tried);
    let trail = [staff.crumb(text(&current, "recipient"), &format!("/certificates/{}", part(number)))];
    let page = Page::new(w.s("revoke-title")).trail(trail).narrow().lead(number).part(Text(w.s("revoke-text")));
    Ok(staff.page_with(tried.status(), &page.part(form)))
}

/// Asks why certificates are taken back; what the public reads goes by `public`, for a form in which `text` is something else.
pub(super) fn why(staff: &Staff, public: &'static str) -> [Field; 3] {
    let w = staff.w;
    let causes = CAUSES.map(|one| Choice::new(one, w.s(&format!("cause-{}", one.replace('_', "-")))));
    [
        Field::new("cause", w.s("cause"), Kind::Radios(causes.into())).value("issued_in_error"),
        Field::text(public, w.s("revoke-public")).of("text").hint(w.s("revoke-public-hint")),
        Field::new("now", w.s("revoke-now"), Kind::Check).hint(w.s("revoke-now-hint")),
    ]
}

/// Reads that.
pub(super) fn reason(fields: &Fields, public: &str) -> Value {
    let mut reason = json!({ "cause": fields.get("cause") });
    if let Some(text) = fields.some(public) {
        reason["text"] = json!(text);
    }
    if fields.on("now") {
        reason["now"] = json!(true);
    }
    reason
}

/// Takes a certificate back.
pub(super) async fn revoke(Path(number): Path<String>, Sent { staff, fields }: Sent) -> Response {
    let path = format!("/certificates/{}", part(&number));
    match staff.post(&format!("{path}/revoke"), &fields, reason(&fields, "text")).await {
        Ok(_) => staff.done(&path, "revoked"),
        Err(problem) if !staff.may(Permission::Revoke) => staff.failed(&problem),
        Err(problem) => {
            let tried = Tried(Some((&fields, &problem)));
            revoking(&staff, &number, &tried).await.unwrap_or_else(|response| response)
        }
    }
}

async fn done(
    staff: &Staff,
    number: &str,
    fields: &Fields,
    told: Result<super::within::Told, crate::server::Problem>,
    said: &str,
) -> Response {
    match told {
        Ok(_) => staff.done(&format!("/certificates/{}", part(number)), said),
        Err(problem) => {
            let tried = Tried(Some((fields, &problem)));
            page(staff, number, fields, &tried).await.unwrap_or_else(|response| response)
        }
    }
}

/// Gives a certificate back whose revocation waits.
pub(super) async fn restore(Path(number): Path<String>, Sent { staff, fields }: Sent) -> Response {
    let ask = Ask { seen: fields.some("seen"), once: fields.some("once"), ..Ask::default() };
    let told = staff.ask(axum::http::Method::POST, &format!("/certificates/{}/restore", part(&number)), ask).await;
    done(&staff, &number, &fields, told, "restored").await
}

/// Asks why a revoked certificate is issued anew.
pub(super) async fn ask_reissue(staff: Staff, Path(number): Path<String>) -> Answer {
    staff.needs(Permission::Revoke)?;
    Ok(reissuing(&staff, &number, &Tried::NEW))
}

fn reissuing(staff: &Staff, number: &str, tried: &Tried<'_>) -> Response {
    let w = staff.w;
    let form = Form::new(staff, &format!("/certificates/{}/reissue", part(number)), w.s("reissue"))
        .field(Field::text("reason", w.s("why")).required())
        .tried(tried);
    let trail = [staff.crumb(number, &format!("/certificates/{}", part(number)))];
    let page = Page::new(w.s("reissue")).trail(trail).narrow().part(Text(w.s("reissue-text")));
    staff.page_with(tried.status(), &page.part(form))
}

/// Issues a revoked certificate anew.
pub(super) async fn reissue(Path(number): Path<String>, Sent { staff, fields }: Sent) -> Response {
    let body = json!({ "reason": fields.get("reason") });
    let path = format!("/certificates/{}", part(&number));
    match staff.post(&format!("{path}/reissue"), &fields, body).await {
        Ok(_) => staff.done(&path, "reissued"),
        Err(problem) if !staff.may(Permission::Revoke) => staff.failed(&problem),
        Err(problem) => reissuing(&staff, &number, &Tried(Some((&fields, &problem)))),
    }
}

/// Sends the message about one certificate.
pub(super) async fn send(Path(number): Path<String>, Sent { staff, fields }: Sent) -> Response {
    if let Err(response) = staff.needs(Permission::Send) {
        return response;
    }
    let event = number.split('-').nth(1).unwrap_or_default();
    let body = json!({ "kind": "send", "event": event, "numbers": [number] });
    if let Some(told) = staff.before("/runs", &fields, &body).await.transpose() {
        return done(&staff, &number, &fields, told, "sending").await;
    }
    // What was sent already is not sent again by this: that is said, and nothing is on its way.
    let preview = staff.post("/runs/preview", &Fields::default(), body.clone()).await;
    if let Ok(preview) = preview.as_ref().map(|told| &told.value).map_err(|_| ())
        && preview["sends"] == 0
    {
        let found = messages(&staff, &number).await;
        let sent = items(&found).iter().find(|one| one["topic"] == "issued" && one["state"] != "failed");
        let detail = match sent {
            Some(one) => staff.w.with("sent-before", [("time", staff.time(&one["since"]).unwrap_or_default().into())]),
            None => {
                let why = preview["rows"][0]["why"].as_str().unwrap_or_default();
                staff.w.with("nothing-sent", [("why", super::phrases::said(staff.w, why).into())])
            }
        };
        let problem = crate::server::Problem::conflict("nothing-sent", detail);
        return done(&staff, &number, &fields, Err(problem), "sending").await;
    }
    let told = staff.post("/runs", &fields, body).await;
    done(&staff, &number, &fields, told, "sending").await
}
