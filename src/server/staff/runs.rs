//! Runs: listed, followed while they go on, stopped, repeated.

use axum::extract::Path;
use axum::http::Uri;
use axum::response::Response;
use serde_json::{Value, json};

use super::events::text;
use super::form::{part, query, written};
use super::home::items;
use super::inside::{Answer, Sent, Staff};
use super::names::Names;
use super::phrases::{said, sentence};
use super::ui::{
    Action, Actions, Cell, Choice, Facts, Field, Figure, Figures, Form, Html, Kind, Live, Notice, Page, Progress,
    Table, Tone, fragment,
};
use super::words::Words;
use crate::accounts::Permission;
use crate::acts::run::MOST_EVENTS;
use crate::credential::EventCode;

const STATES: [&str; 8] = [
    "preparing",
    "awaiting_approval",
    "queued",
    "processing",
    "completed",
    "completed_with_failures",
    "failed",
    "cancelled",
];

const KINDS: [&str; 6] = ["generate", "regenerate", "revoke", "restore", "publish", "send"];

/// Stands among the states for runs of which something failed and that nobody repeated.
const UNREPEATED: &str = "unrepeated";

/// Rows that failed which a page shows.
const FAILURES: &str = "100";

/// Lists runs.
pub(super) async fn list(staff: Staff, uri: Uri) -> Answer {
    let (w, asked) = (staff.w, query(uri.query()));
    let filter = ["event", "kind", "state"].map(|name| (name, asked.get(name)));
    // What failed and was not repeated is no state of its own.
    let wanted = filter.map(|pair| if pair == ("state", UNREPEATED) { (UNREPEATED, "true") } else { pair });
    let wanted =
        written([("limit", "50"), ("order", "newest"), ("cursor", asked.get("cursor"))].into_iter().chain(wanted));
    let runs = staff.get(&format!("/runs?{wanted}")).await?;
    let next = runs["next"].as_str().map(|cursor| {
        (w.s("more"), staff.at(&format!("/runs?{}", written(filter.into_iter().chain([("cursor", cursor)])))))
    });
    let mut states = vec![Choice::new("", w.s("all")), Choice::new(UNREPEATED, w.s("run-unrepeated"))];
    let mut kinds = vec![Choice::new("", w.s("all"))];
    kinds.extend(KINDS.map(|one| Choice::new(one, w.s(&format!("kind-{one}")))));
    states.extend(STATES.map(|one| Choice::new(one, w.s(&format!("run-{}", one.replace('_', "-"))))));
    let form = Form::filter(&staff, "/runs", w.s("filter"))
        .field(Field::text("event", w.s("event-code")).value(asked.get("event")))
        .field(Field::new("kind", w.s("run-kind"), Kind::Select(kinds)).value(asked.get("kind")))
        .field(Field::new("state", w.s("state"), Kind::Select(states)).value(asked.get("state")));
    let table = Table {
        caption: w.s("nav-runs"),
        heads: heads(w),
        rows: items(&runs).iter().map(|run| row(&staff, run)).collect(),
        empty: w.s("runs-none"),
        next,
    };
    Ok(staff.page(&Page::new(w.s("nav-runs")).said(w, &asked).part(form).part(table)))
}

fn heads(w: &Words) -> Vec<String> {
    ["when", "run-kind", "event", "state", "run-done", "run-failed"].map(|key| w.s(key)).into()
}

fn row(staff: &Staff, run: &Value) -> Vec<Cell> {
    let w = staff.w;
    let counters = &run["counters"];
    let count = |member: &str| w.number(counters[member].as_u64().unwrap_or_default());
    vec![
        Cell::link(
            staff.time(&run["created"]).unwrap_or_default(),
            staff.at(&format!("/runs/{}", part(&text(run, "id")))),
        ),
        Cell::text(w.s(&format!("kind-{}", does(run)))),
        Cell::text(text(run, "event")),
        state(staff, run),
        Cell::text(count("done")),
        Cell::text(count("failed")),
    ]
}

fn state(staff: &Staff, run: &Value) -> Cell {
    let state = text(run, "state");
    let tone = match state.as_str() {
        "completed" => Tone::Green,
        "failed" | "completed_with_failures" => Tone::Red,
        "cancelled" => Tone::Grey,
        _ => Tone::Amber,
    };
    Cell::state(tone, staff.w.s(&format!("run-{}", state.replace('_', "-"))))
}

fn is_over(run: &Value) -> bool {
    matches!(run["state"].as_str(), Some("completed" | "completed_with_failures" | "failed" | "cancelled"))
}

/// Shows a run.
pub(super) async fn show(staff: Staff, Path(id): Path<String>, uri: Uri) -> Answer {
    let (w, path, asked) = (staff.w, format!("/runs/{}", part(&id)), query(uri.query()));
    let run = staff.get(&path).await?;
    let event = text(&run, "event");
    let mut page = Page::new(w.s(&format!("kind-{}", does(&run)))).said(w, &asked);
    let mut trail = vec![staff.crumb(w.s("nav-runs"), "/runs")];
    if !event.is_empty() {
        trail.push(staff.crumb(event.clone(), &format!("/events/{event}")));
    }
    page = page.trail(trail);
    let over = is_over(&run);
    let parts = progress(&staff, &run);
    let came_back = came_back(&staff, &run).await;
    page = match over {
        true => parts.into_iter().fold(page, Page::part),
        false => page.refresh(3).part(Live { source: staff.at(&format!("{path}/progress")), parts }),
    };
    page = page.part_if(came_back).part(about(&staff, &run).await).part(actions(&staff, &path, &run));
    if over && ["generate", "regenerate"].contains(&does(&run)) {
        page = page.part(super::ui::Text(w.s("zip-names")));
    }
    if over {
        page = page.part(failures(&staff, &path, &run, asked.get("cursor")).await?);
    }
    Ok(staff.page(&page))
}

/// Returns the path of the page that shows runs that were begun together, by what the operation told.
pub(super) fn together_path(told: &Value) -> String {
    let all = |member: &str| told[member].as_array().cloned().unwrap_or_default();
    let (runs, refused) = (all("runs"), all("refused"));
    let runs: Vec<String> = runs.iter().map(|run| text(run, "id")).collect();
    let refused: Vec<String> = refused.iter().map(|one| text(one, "event")).collect();
    let pairs = runs.iter().map(|id| ("run", id.as_str())).chain(refused.iter().map(|code| ("refused", code.as_str())));
    format!("/runs/together?{}", written(pairs))
}

/// Shows runs that were begun together.
pub(super) async fn together(staff: Staff, uri: Uri) -> Answer {
    let (w, asked) = (staff.w, query(uri.query()));
    let mut runs = Vec::new();
    for id in asked.all("run").take(MOST_EVENTS) {
        runs.extend(staff.get_if(&format!("/runs/{}", part(id))).await);
    }
    let going = runs.iter().filter(|run| !is_over(run)).count();
    let mut page = Page::new(w.s("runs-together")).trail([staff.crumb(w.s("nav-runs"), "/runs")]).said(w, &asked);
    // Codes alone: what somebody else wrote into an address is not said by this page.
    let refused: Vec<String> =
        asked.all("refused").filter_map(|code| Some(code.parse::<EventCode>().ok()?.to_string())).collect();
    if !refused.is_empty() {
        page = page.part(Notice { tone: Tone::Red, text: w.s("runs-refused"), items: refused });
    }
    if going > 0 {
        page = page.lead(w.count("runs-going", going as u64)).refresh(3);
    }
    let table = Table {
        caption: w.s("nav-runs"),
        heads: heads(w),
        rows: runs.iter().map(|run| row(&staff, run)).collect(),
        empty: w.s("runs-none"),
        next: None,
    };
    Ok(staff.page(&page.part(table)))
}

/// How far it is, alone: asked for anew while it goes on.
pub(super) async fn far(staff: Staff, Path(id): Path<String>) -> Answer {
    let run = staff.get(&format!("/runs/{}", part(&id))).await?;
    let mut response = fragment(progress(&staff, &run));
    if is_over(&run) {
        response.headers_mut().insert("x-over", axum::http::HeaderValue::from_static("yes"));
    }
    Ok(response)
}

/// Says how many messages of a run that sends came back or failed after it had put them into the outbox.
async fn came_back(staff: &Staff, run: &Value) -> Option<Html> {
    if run["kind"] != "send" {
        return None;
    }
    let id = text(run, "id");
    let wanted = [("in_vain", "all"), ("run", id.as_str())];
    let query = written(wanted.into_iter().chain([("limit", "500")]));
    let found = staff.get_if(&format!("/mail/messages?{query}")).await?;
    let count = items(&found).len() as u64;
    let href = Some(staff.at(&format!("/deliveries?{}", written(wanted))));
    let figure =
        Figure { label: staff.w.s("run-came-back"), value: staff.w.number(count), href, tone: Some(Tone::Red) };
    (count > 0).then(|| Figures(vec![figure]).into())
}

fn progress(staff: &Staff, run: &Value) -> Vec<Html> {
    let (w, counters) = (staff.w, &run["counters"]);
    let count = |member: &str| counters[member].as_u64().unwrap_or_default();
    let (total, failed, sends) = (count("total"), count("failed"), run["kind"] == "send");
    let done = count("done") + count("skipped") + failed;
    let figure = |key: &str, value: u64, tone: Tone| Figure {
        label: w.s(key),
        value: w.number(value),
        href: None,
        tone: Some(tone).filter(|_| value > 0),
    };
    let mut parts = vec![
        Figures(vec![
            figure(if sends { "run-put-out" } else { "run-done" }, count("done"), Tone::Green),
            figure(if sends { "run-not-sent" } else { "run-skipped" }, count("skipped"), Tone::Grey),
            figure("run-failed", failed, Tone::Red),
            figure("run-total", total, Tone::Grey),
        ])
        .into(),
    ];
    let label = match run["seconds_left"].as_u64() {
        Some(seconds) if !is_over(run) => w.count("run-left", seconds),
        _ => w.s(&format!("run-{}", text(run, "state").replace('_', "-"))),
    };
    parts.push(Progress { done, total, label }.into());
    if let Some(problem) = run["problem"].as_str() {
        parts.push(Notice { tone: Tone::Red, text: sentence(&said(w, problem)), items: Vec::new() }.into());
    }
    parts
}

async fn about(staff: &Staff, run: &Value) -> Html {
    let w = staff.w;
    let left_out = run["left_out"]["count"].as_u64().map(|count| w.count("run-left-out", count));
    let names = Names::of(staff).await;
    Facts::known([
        (w.s("run-by"), Some(names.name(staff, &text(run, "by")))),
        (w.s("run-created"), staff.time(&run["created"])),
        (w.s("run-finished"), staff.time(&run["finished"])),
        (w.s("why"), run["reason"]["text"].as_str().map(str::to_owned)),
        (w.s("template"), run["template"]["name"].as_str().map(str::to_owned)),
        (w.s("run-stopped"), Some(stopped(staff, &names, &text(run, "stopped")))),
        (w.s("run-waits"), left_out),
    ])
    .into()
}

/// What was done before somebody stopped it, and who that was: the record calls them by an id.
fn stopped(staff: &Staff, names: &Names, told: &str) -> String {
    let who = told.strip_prefix("stopped by ").and_then(|rest| rest.split(' ').next()).unwrap_or_default();
    let named = if who.is_empty() { told.to_owned() } else { told.replacen(who, &names.name(staff, who), 1) };
    sentence(&said(staff.w, &named))
}

/// Returns what a run does: one over those who are no longer eligible makes nothing anew, it revokes.
fn does(run: &Value) -> &str {
    match (run["kind"].as_str().unwrap_or_default(), run["over"].as_str()) {
        ("regenerate", Some("not_passing")) => "revoke",
        (kind, _) => kind,
    }
}

/// Returns what it takes to stop or repeat a run: what it takes to start it.
fn needed(run: &Value) -> Permission {
    match does(run) {
        "revoke" | "restore" => Permission::Revoke,
        "publish" => Permission::Keys,
        "send" => Permission::Send,
        _ => Permission::Generate,
    }
}

fn actions(staff: &Staff, path: &str, run: &Value) -> Html {
    let w = staff.w;
    let (id, event, kind) = (text(run, "id"), text(run, "event"), does(run));
    let mut all = Vec::new();
    let may = staff.may(needed(run));
    if !is_over(run) && may {
        all.push(Action::post(staff, w.s("run-cancel"), &format!("{path}/cancel"), &[]));
    }
    if !run["approval"].is_null() && run["state"] == "awaiting_approval" {
        all.push(Action::link(w.s("approvals"), staff.at("/approvals")).primary());
    }
    // What broke off left rows that were not reached: they are repeated like those that failed.
    let broke_off = run["state"] == "failed" && kind != "publish" && run["counters"]["total"].as_u64() > Some(0);
    if is_over(run) && may && (run["counters"]["failed"].as_u64() > Some(0) || broke_off) {
        all.push(Action::post(staff, w.s("run-retry"), &format!("{path}/retry"), &[]).primary());
    }
    if is_over(run) && ["generate", "regenerate"].contains(&kind) {
        all.push(Action::link(w.s("step-send"), staff.at(&format!("/events/{event}/send"))).primary());
        all.push(Action::link(w.s("nav-certificates"), staff.at(&format!("/certificates?run={}", part(&id)))));
        all.push(Action::file(w.s("certificates-zip"), staff.api(&format!("/certificates/archive?run={}", part(&id)))));
    }
    if is_over(run) && kind == "send" {
        all.push(Action::link(w.s("nav-deliveries"), staff.at(&format!("/deliveries?event={event}"))).primary());
    }
    if !event.is_empty() {
        all.push(Action::link(w.s("event"), staff.at(&format!("/events/{event}"))));
    }
    Actions(all).into()
}

/// What failed and why, with its people and certificates.
async fn failures(staff: &Staff, path: &str, run: &Value, cursor: &str) -> Result<Html, Response> {
    let w = staff.w;
    // Where nothing was begun, nothing can have failed, and nothing went well either.
    let begun =
        run["counters"]["done"].as_u64().unwrap_or_default() + run["counters"]["skipped"].as_u64().unwrap_or_default();
    let wanted = written([("state", "failed"), ("limit", FAILURES), ("cursor", cursor)]);
    let rows = staff.get(&format!("{path}/rows?{wanted}")).await?;
    let row = |row: &Value| {
        vec![
            Cell::text(row["place"].as_u64().unwrap_or_default().to_string()),
            person(staff, run, row),
            certificate(staff, &text(row, "number")),
            Cell::text(sentence(&said(w, &text(row, "reason")))),
        ]
    };
    let next = rows["next"].as_str().map(|cursor| {
        let failed = run["counters"]["failed"].as_u64().unwrap_or_default();
        (w.count("run-failures-more", failed), staff.at(&format!("{path}?{}", written([("cursor", cursor)]))))
    });
    Ok(Table {
        caption: w.s("run-failures"),
        heads: [w.s("row"), w.s("person"), w.s("certificate"), w.s("why")].into(),
        rows: items(&rows).iter().map(row).collect(),
        empty: w.s(if begun > 0 { "run-no-failures" } else { "run-nothing-begun" }),
        next,
    }
    .into())
}

/// Whom a row is about, with the way to their card. Nobody is left once they were erased.
fn person(staff: &Staff, run: &Value, row: &Value) -> Cell {
    let (id, event) = (text(row, "person"), text(run, "event"));
    let name = Some(text(row, "name")).filter(|name| !name.is_empty());
    let (called, below) = match name {
        // An address says more than nothing; what stands for one says nothing.
        Some(name) => (name, if id.contains('@') { id.clone() } else { String::new() }),
        None => (id.clone(), String::new()),
    };
    match id.is_empty() || event.is_empty() {
        true => Cell::text(called),
        false => Cell::link(called, staff.at(&format!("/events/{event}/people/{}", part(&id)))).sub(below),
    }
}

fn certificate(staff: &Staff, number: &str) -> Cell {
    match number.is_empty() {
        true => Cell::text(""),
        false => Cell::link(number, staff.at(&format!("/certificates/{}", part(number)))),
    }
}

/// Stops a run.
pub(super) async fn cancel(Path(id): Path<String>, Sent { staff, fields }: Sent) -> Response {
    let path = format!("/runs/{}", part(&id));
    match staff.post(&format!("{path}/cancel"), &fields, json!({})).await {
        Ok(_) => staff.done(&path, "run-cancelled"),
        Err(problem) => staff.failed(&problem),
    }
}

/// Repeats what failed.
pub(super) async fn retry(Path(id): Path<String>, Sent { staff, fields }: Sent) -> Response {
    match staff.post(&format!("/runs/{}/retry", part(&id)), &fields, json!({})).await {
        Ok(told) => staff.done(&format!("/runs/{}", part(&text(&told.value, "id"))), "run-started"),
        Err(problem) => staff.failed(&problem),
    }
}
