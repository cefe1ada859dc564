//! Backups: those that are there, one made now, and the drill that shows that the newest can be restored.

use axum::http::{Method, Uri};
use axum::response::Response;
use serde_json::{Value, json};

use super::events::text;
use super::form::{Fields, query};
use super::inside::{Answer, Sent, Staff};
use super::names::Names;
use super::ui::{Action, Actions, Cell, Facts, Field, Form, Html, Notice, Page, Section, Table, Text, Tone, Tried};
use crate::accounts::Permission;

/// After how many seconds a page is asked for anew while something is being done.
const AGAIN: u32 = 2;

/// Shows the backups.
pub(super) async fn show(staff: Staff, uri: Uri) -> Answer {
    staff.needs(Permission::Settings)?;
    page(&staff, &query(uri.query()), &Tried::NEW).await
}

async fn page(staff: &Staff, asked: &Fields, tried: &Tried<'_>) -> Answer {
    let backups = staff.get("/backups").await?;
    let names = match backups["elsewhere"].is_object() {
        true => Some(Names::of(staff).await),
        false => None,
    };
    let page = parts(staff, asked, &backups).part(elsewhere_of(staff, &backups, names.as_ref(), tried));
    Ok(staff.page_with(tried.status(), &page))
}

fn parts(staff: &Staff, asked: &Fields, backups: &Value) -> Page {
    let w = staff.w;
    let page = Page::new(w.s("backups-title")).trail([staff.crumb(w.s("nav-settings"), "/settings")]);
    let page = page.lead(w.s("backups-lead")).said(w, asked);
    if !backups["folder"].is_string() {
        let tone = if backups["elsewhere"].is_object() { Tone::Grey } else { Tone::Amber };
        let way = Action::link(w.s("upkeep-title"), staff.at("/settings/upkeep"));
        return page.notice(tone, w.s("backups-none")).part(Text(w.s("backups-how"))).part(Actions(vec![way]));
    }
    let page = match backups["under_way"].as_str() {
        Some("drill") => page.notice(Tone::Grey, w.s("drill-under-way")).refresh(AGAIN),
        Some(_) => page.notice(Tone::Grey, w.s("backups-under-way")).refresh(AGAIN),
        None => page,
    };
    page.part(standing(staff, backups)).part(drill(staff, backups)).part(list(staff, backups))
}

fn standing(staff: &Staff, backups: &Value) -> Html {
    let w = staff.w;
    let number = |name: &str| backups[name].as_u64().unwrap_or_default();
    let last = &backups["last"];
    let facts = Facts::known([
        (w.s("backups-newest"), staff.time(&last["at"])),
        (w.s("backups-records"), last["records"].as_u64().map(|count| w.number(count))),
        (w.s("backups-when"), Some(w.with("backups-hour", [("hour", format!("{:02}:00", number("hour")).into())]))),
        (w.s("backups-keep"), Some(w.number(number("keep")))),
        (w.s("backups-folder"), Some(text(backups, "folder"))),
    ]);
    let mut section = Section::new("backup", w.s("backups")).part(facts);
    let trouble = [&backups["failed"]["problem"], &backups["unreadable"]];
    for problem in trouble.into_iter().filter_map(Value::as_str) {
        let items = vec![problem.to_owned()];
        section = section.part(Notice { tone: Tone::Red, text: w.s("backups-failed"), items });
    }
    if last["not_as_signed"].as_u64() > Some(0) {
        section = section.part(Notice { tone: Tone::Red, text: w.s("backups-tampered"), items: Vec::new() });
    } else if backups["stale"] == true && (backups["elsewhere"].is_null() || backups["elsewhere_stale"] == true) {
        section = section.part(Notice { tone: Tone::Amber, text: w.s("backups-stale"), items: Vec::new() });
    }
    let over = backups["passed_over"].as_array().into_iter().flatten();
    let over = over.map(|one| {
        format!("{}: {}", text(one, "name"), w.s(&format!("backups-over-{}", text(one, "why").replace('_', "-"))))
    });
    let over: Vec<String> = over.collect();
    if !over.is_empty() {
        section = section.part(Notice { tone: Tone::Amber, text: w.s("backups-over"), items: over });
    }
    let make = Action::post(staff, w.s("backups-make"), "/backups", &[]).primary();
    let idle = backups["under_way"].is_null();
    let change = Action::link(w.s("upkeep-title"), staff.at("/settings/upkeep"));
    let ways = idle.then_some(make).into_iter().chain([change]).collect();
    section.part(Actions(ways)).part(Text(w.s("backups-keys"))).into()
}

fn drill(staff: &Staff, backups: &Value) -> Html {
    let w = staff.w;
    let seen = &backups["drill"];
    let mut section = Section::new("drill", w.s("drill")).part(Text(w.s("drill-text")));
    if seen.is_object() {
        let notice = match seen["good"] == true {
            true => Notice { tone: Tone::Green, text: w.s("drill-good"), items: Vec::new() },
            false => Notice { tone: Tone::Red, text: w.s("drill-bad"), items: vec![text(seen, "problem")] },
        };
        let count = |name: &str| seen[name].as_u64().map(|count| w.number(count));
        let facts = Facts::known([
            (w.s("when"), staff.time(&seen["at"])),
            (w.s("drill-of"), staff.time(&seen["made"])),
            (w.s("backups-records"), count("records")),
            (w.s("drill-certificates"), count("certificates")),
            (w.s("drill-audit"), count("audit")),
            (w.s("drill-signatures"), count("signatures")),
        ]);
        section = section.part(notice).part(facts);
    }
    let can = backups["under_way"].is_null() && backups["files"].as_array().is_some_and(|files| !files.is_empty());
    let start = Action::post(staff, w.s("drill-start"), "/backups/drill", &[]);
    section.part(Actions(can.then_some(start).into_iter().collect())).into()
}

fn list(staff: &Staff, backups: &Value) -> Html {
    let w = staff.w;
    let row = |file: &Value| {
        let bytes = file["bytes"].as_u64().unwrap_or_default();
        vec![
            Cell::text(text(file, "name")),
            Cell::text(w.with("backups-size", [("kb", w.number(bytes.div_ceil(1_024)).into())])),
        ]
    };
    Table {
        caption: w.s("backups-files"),
        heads: [w.s("backups-name"), w.s("backups-bytes")].into(),
        rows: backups["files"].as_array().into_iter().flatten().map(row).collect(),
        empty: w.s("backups-empty"),
        next: None,
    }
    .into()
}

/// Says that backups are made elsewhere, or asks whether.
fn elsewhere_of(staff: &Staff, backups: &Value, names: Option<&Names>, tried: &Tried<'_>) -> Section {
    let (w, said) = (staff.w, &backups["elsewhere"]);
    let section = Section::new("elsewhere", w.s("elsewhere"));
    let Some(names) = names else {
        let marker = Field::text("marker", w.s("elsewhere-marker")).hint(w.s("elsewhere-marker-hint"));
        let form = Form::new(staff, "/backups/elsewhere", w.s("elsewhere-say")).field(marker).tried(tried);
        let section = section.part(Text(w.s("elsewhere-text"))).part(form);
        return if tried.0.is_some() { section } else { section.folded() };
    };
    let facts = Facts::known([
        (w.s("elsewhere-by"), Some(names.name(staff, &text(said, "by")))),
        (w.s("when"), staff.time(&said["at"])),
        (w.s("elsewhere-marker"), Some(text(said, "marker"))),
        (w.s("backups-newest"), staff.time(&backups["elsewhere_newest"])),
    ]);
    let notice = match (backups["elsewhere_stale"] == true, said["marker"].is_string()) {
        (true, _) => Notice { tone: Tone::Amber, text: w.s("elsewhere-stale"), items: Vec::new() },
        (false, true) => Notice { tone: Tone::Green, text: w.s("elsewhere-fresh"), items: Vec::new() },
        (false, false) => Notice { tone: Tone::Grey, text: w.s("elsewhere-believed"), items: Vec::new() },
    };
    let end = Action::post(staff, w.s("elsewhere-end"), "/backups/here", &[]);
    section.part(notice).part(facts).part(Actions(vec![end]))
}

/// Says that backups are made elsewhere.
pub(super) async fn elsewhere(Sent { staff, fields }: Sent) -> Response {
    let body = json!({ "marker": fields.some("marker") });
    match staff.send(Method::PUT, "/backups/elsewhere", &fields, body).await {
        Ok(_) => staff.done("/backups", "saved"),
        Err(problem) if problem.status == 403 => staff.failed(&problem),
        Err(problem) => {
            let tried = Tried(Some((&fields, &problem)));
            page(&staff, &Fields::default(), &tried).await.unwrap_or_else(|response| response)
        }
    }
}

/// Says that they are not any more.
pub(super) async fn here(Sent { staff, fields }: Sent) -> Response {
    match staff.send(Method::DELETE, "/backups/elsewhere", &fields, Value::Null).await {
        Ok(_) => staff.done("/backups", "saved"),
        Err(problem) => staff.failed(&problem),
    }
}

/// Makes one now.
pub(super) async fn make(Sent { staff, fields }: Sent) -> Response {
    begun(&staff, &fields, "/backups", "backup-begun").await
}

/// Restores the newest, to see that it can be.
pub(super) async fn rehearse(Sent { staff, fields }: Sent) -> Response {
    begun(&staff, &fields, "/backups/drill", "drill-begun").await
}

async fn begun(staff: &Staff, fields: &Fields, path: &str, said: &str) -> Response {
    match staff.post(path, fields, json!({})).await {
        Ok(_) => staff.done("/backups", said),
        Err(problem) => staff.failed(&problem),
    }
}
