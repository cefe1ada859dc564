//! What is done with many certificates at once: those that were ticked, or all that a filter finds but for those. What is confirmed is
//! this very list: where it is another by then, it is shown anew.

use std::collections::BTreeSet;

use axum::http::Uri;
use axum::response::Response;
use serde_json::{Value, json};

use super::certificates::{FILTER, reason, why};
use super::choice::{self, Chosen};
use super::events::text;
use super::form::{Fields, part, query, written};
use super::inside::{Answer, Sent, Staff, see};
use super::phrases;
use super::ui::{Cell, Field, Form, Html, Page, Section, Table, Text, Tone, Tried};
use crate::accounts::Permission;
use crate::server::Problem;

/// What is done by a run, with the permission that it takes.
pub(super) const ACTS: [(&str, Permission); 4] = [
    ("send", Permission::Send),
    ("regenerate", Permission::Generate),
    ("revoke", Permission::Revoke),
    ("restore", Permission::Revoke),
];

/// Shows what would be done, or leads to the file that was asked for.
pub(super) async fn ask(staff: Staff, uri: Uri) -> Answer {
    let asked = query(uri.query());
    let chosen = Chosen::of(&asked);
    if let (kind @ ("zip" | "csv"), None) = (asked.get("act"), chosen.problem(&staff)) {
        // An archive of everything there is, is made on the command line.
        let narrows = FILTER.iter().any(|name| *name != "status" && asked.some(name).is_some());
        if kind == "zip" && chosen.but && !narrows {
            let page = Page::new(staff.w.s("batch-zip")).narrow();
            let back = back(&asked, &chosen);
            return Ok(staff.page(&choice::refused(&staff, page, &staff.w.s("batch-narrow"), &back)));
        }
        return Ok(see(&file(&staff, &asked, &chosen)));
    }
    if let Some((_, permission)) = ACTS.iter().find(|(name, _)| *name == asked.get("act")) {
        staff.needs(*permission)?;
    }
    page(&staff, &asked, &Tried::NEW).await
}

/// Returns the address of the file with them.
fn file(staff: &Staff, asked: &Fields, chosen: &Chosen) -> String {
    let kind = if asked.get("act") == "zip" { "archive" } else { "csv" };
    let picks = chosen.picks.join(",");
    // What is ticked is meant whatever else was asked for when it was ticked.
    let wanted = match chosen.but {
        true => written(FILTER.map(|name| (name, asked.get(name))).into_iter().chain([("except", picks.as_str())])),
        false => written([("numbers", picks.as_str())]),
    };
    staff.api(&format!("/certificates/{kind}?{wanted}"))
}

/// Returns the way back to the list, with what was ticked.
fn back(asked: &Fields, chosen: &Chosen) -> String {
    format!("/certificates?{}", written(FILTER.map(|name| (name, asked.get(name))).into_iter().chain(chosen.pairs())))
}

fn events(chosen: &Chosen) -> BTreeSet<String> {
    chosen.picks.iter().filter_map(|number| number.split('-').nth(1)).map(str::to_uppercase).collect()
}

/// Returns the run that is asked for.
fn request(act: &str, asked: &Fields, chosen: &Chosen) -> Value {
    let mut body = json!({ "kind": act });
    let in_event = matches!(act, "send" | "regenerate");
    if chosen.but {
        for name in ["event", "text"] {
            if let Some(value) = asked.some(name) {
                body[name] = json!(value);
            }
        }
        body["which"] = which(act, asked, chosen);
        if !in_event && asked.some("event").is_none() {
            body["all_events"] = json!(true);
        }
    } else {
        body["numbers"] = json!(chosen.picks);
        if in_event && !is_over_several(act, asked, chosen) {
            body["event"] = json!(events(chosen).into_iter().next());
        }
    }
    match act {
        "revoke" if asked.some("cause").is_some() => body["reason"] = reason(asked, "public"),
        // The preview asks for nothing that it does not show.
        "revoke" => body["reason"] = json!({ "cause": "issued_in_error" }),
        "regenerate" if asked.some("reason").is_some() => body["reason"] = json!(asked.get("reason")),
        _ => {}
    }
    body
}

/// Returns what the filter asks beside event and text, and which are not meant.
fn which(act: &str, asked: &Fields, chosen: &Chosen) -> Value {
    let mut which = json!({ "except": chosen.picks });
    for (name, member) in [
        ("status", "status"),
        ("template", "template"),
        ("issued_since", "issued_since"),
        ("issued_until", "issued_until"),
        ("run", "made_by"),
    ] {
        if let Some(value) = asked.some(name) {
            which[member] = json!(value);
        }
    }
    if act == "restore" && asked.some("status").is_none() {
        // Only those can be given back.
        which["status"] = json!("revocation_waits");
    }
    which
}

async fn page(staff: &Staff, asked: &Fields, tried: &Tried<'_>) -> Answer {
    let (w, chosen, act) = (staff.w, Chosen::of(asked), asked.get("act"));
    let back = back(asked, &chosen);
    let known = ACTS.iter().any(|(name, _)| *name == act);
    let title = w.s(&format!("batch-{}", if known { act } else { "unknown" }));
    let page = Page::new(title).trail([staff.crumb(w.s("nav-certificates"), &back)]).narrow();
    let problem = if known { chosen.problem(staff) } else { Some(w.s("batch-unknown")) };
    if let Some(problem) = problem {
        return Ok(staff.page_with(tried.status(), &choice::refused(staff, page, &problem, &back)));
    }
    let preview = format!("{}/preview", operation(act, asked, &chosen));
    // What was typed into the form is judged when it is sent: the page would be gone with it otherwise.
    let plain = asked.without(&["cause", "public", "now", "reason"]);
    match staff.post(&preview, &Fields::default(), request(act, &plain, &chosen)).await {
        Ok(told) => Ok(staff.page_with(tried.status(), &shown(staff, page, (asked, &chosen), &told.value, tried))),
        Err(problem) => Ok(staff.page_with(tried.status(), &choice::refused(staff, page, &problem.detail, &back))),
    }
}

/// Says whether a run is in one event, and what is chosen is of several, or may be.
fn is_over_several(act: &str, asked: &Fields, chosen: &Chosen) -> bool {
    let in_event = matches!(act, "send" | "regenerate");
    in_event && if chosen.but { asked.some("event").is_none() } else { events(chosen).len() > 1 }
}

/// Returns the operation that asks for it, or says what it would do.
fn operation(act: &str, asked: &Fields, chosen: &Chosen) -> &'static str {
    if is_over_several(act, asked, chosen) { "/runs/together" } else { "/runs" }
}

/// Says how many of each event it is about, where it is over several.
fn by_event(staff: &Staff, preview: &Value) -> Option<Html> {
    let w = staff.w;
    let events = preview["events"].as_array().filter(|events| !events.is_empty())?;
    let row = |one: &Value| {
        let code = text(one, "event");
        vec![
            Cell::link(code.clone(), staff.at(&format!("/events/{}", part(&code)))),
            Cell::text(w.number(one["changed"].as_u64().unwrap_or_default())),
            Cell::text(phrases::said(w, &text(one, "problem"))),
        ]
    };
    let table = Table {
        caption: w.s("batch-by-event"),
        heads: [w.s("event"), w.s("batch-count"), w.s("why")].into(),
        rows: events.iter().map(row).collect(),
        empty: String::new(),
        next: None,
    };
    Some(table.into())
}

/// Returns the names of the first two that something happens to.
pub(super) fn first_two(preview: &Value) -> Vec<String> {
    let rows = preview["rows"].as_array().into_iter().flatten();
    rows.filter(|row| row["why"].is_null()).take(2).map(|row| text(row, "name")).collect()
}

/// Returns how many something happens to.
pub(super) fn changed(preview: &Value) -> u64 {
    let all = ["gets", "get_another", "replaced", "new_versions", "loses", "regains", "sends"];
    all.iter().filter_map(|name| preview[*name].as_u64()).sum()
}

fn shown(staff: &Staff, page: Page, (asked, chosen): (&Fields, &Chosen), preview: &Value, tried: &Tried<'_>) -> Page {
    let (w, act, count) = (staff.w, asked.get("act"), changed(preview));
    let mut page = page.part(super::generate::effects(staff, preview)).part_if(by_event(staff, preview));
    if preview["needs_approval"] == true {
        page = page.notice(Tone::Amber, w.s("generate-approval"));
    }
    if count == 0 {
        let back = back(asked, chosen);
        return choice::refused(staff, page.part(super::generate::list(staff, preview)), &w.s("batch-nothing"), &back);
    }
    let mut form = Form::new(staff, "/certificates/batch", w.count(&format!("batch-{act}-do"), count));
    match act {
        "revoke" => form = form.danger().fields(why(staff, "public")),
        "regenerate" => form = form.field(Field::text("reason", w.s("why")).required()),
        _ => {}
    }
    // What is confirmed is what this page shows, not what an earlier one did.
    form = form
        .tried(tried)
        .field(Field::hidden("act", act))
        .fields(FILTER.map(|name| Field::hidden(name, asked.get(name))))
        .fields(chosen.fields())
        .field(Field::hidden("expected", text(preview, "set")));
    let names = choice::names(staff, &first_two(preview));
    page = page.part(Section::new("start", w.s("generate-confirm")).part(Text(names)).part(form));
    page.part(super::generate::list(staff, preview))
}

/// Starts the run, if it is over the list that was shown.
pub(super) async fn start(Sent { staff, fields }: Sent) -> Response {
    let (act, chosen) = (fields.get("act"), Chosen::of(&fields));
    if act == "regenerate"
        && let Err(problem) = super::why::needed(staff.w, &fields, "reason")
    {
        return page(&staff, &fields, &Tried(Some((&fields, &problem)))).await.unwrap_or_else(|response| response);
    }
    let mut body = request(act, &fields, &chosen);
    body["expected"] = json!(fields.get("expected"));
    let to = operation(act, &fields, &chosen);
    match staff.post(to, &fields, body).await {
        Ok(told) if to == "/runs/together" => staff.done(&super::runs::together_path(&told.value), "runs-started"),
        Ok(told) => staff.done(&format!("/runs/{}", part(&text(&told.value, "id"))), "run-started"),
        Err(problem) => {
            let problem = told(&staff, problem);
            let tried = Tried(Some((&fields, &problem)));
            page(&staff, &fields, &tried).await.unwrap_or_else(|response| response)
        }
    }
}

/// Says in the reader's language that a list changed since it was shown.
pub(super) fn told(staff: &Staff, problem: Problem) -> Problem {
    match problem.code.as_ref() {
        "changed" => Problem { detail: staff.w.s("choose-changed"), ..problem },
        _ => problem,
    }
}
