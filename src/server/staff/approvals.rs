//! What waits for a second member of staff: many certificates revoked, given back or replaced within a day.

use axum::extract::Path;
use axum::http::Uri;
use axum::response::Response;
use serde_json::{Map, Value};

use super::account::{code, password_again};
use super::beside::beside;
use super::events::text;
use super::form::{Fields, part, query, written};
use super::home::items;
use super::inside::{Answer, Sent, Staff};
use super::names::{Names, is_me};
use super::ui::{Action, Actions, Cell, Facts, Form, Html, Page, Section, Table, Text, Tone, Tried};
use super::within::Told;
use crate::accounts::Permission;
use crate::server::Problem;

/// Rows of the run that a page shows.
const SHOWN: usize = 50;

/// Lists approvals: those that wait first, then the newest.
pub(super) async fn list(staff: Staff, uri: Uri) -> Answer {
    let (w, asked) = (staff.w, query(uri.query()));
    let cursor = asked.get("cursor");
    // Those that wait stand on the first page, however old they are.
    let waiting = match cursor.is_empty() {
        true => staff.get("/approvals?state=pending&order=newest&limit=500").await?,
        false => Value::Null,
    };
    let wanted = written([("order", "newest"), ("limit", "50"), ("cursor", cursor)]);
    let found = staff.get(&format!("/approvals?{wanted}")).await?;
    let names = Names::of(&staff).await;
    let others = items(&found).iter().filter(|one| one["state"] != "pending");
    let mut rows = Vec::new();
    for one in items(&waiting).iter().chain(others) {
        let run = staff.get_if(&format!("/runs/{}", part(&text(one, "run")))).await.unwrap_or_default();
        rows.push(vec![
            Cell::link(subject(&staff, &run), staff.at(&format!("/approvals/{}", part(&text(one, "id"))))),
            Cell::text(w.number(one["count"].as_u64().unwrap_or_default())),
            Cell::text(names.name(&staff, &text(one, "by"))).sub(staff.time(&one["at"]).unwrap_or_default()),
            state(&staff, one),
        ]);
    }
    let table = Table {
        caption: w.s("approvals"),
        heads: ["approval-what", "approval-count", "asked-by", "state"].map(|key| w.s(key)).into(),
        rows,
        empty: w.s("approvals-none"),
        next: found["next"]
            .as_str()
            .map(|cursor| (w.s("more"), staff.at(&format!("/approvals?{}", written([("cursor", cursor)]))))),
    };
    let page = Page::new(w.s("approvals")).said(w, &asked).lead(w.s("approvals-lead"));
    Ok(staff.page(&page.part(table)))
}

/// Returns in words what a run does, and where.
fn subject(staff: &Staff, run: &Value) -> String {
    let kind = match run["kind"].as_str() {
        Some(kind) => staff.w.s(&format!("kind-{kind}")),
        None => staff.w.s("approval-gone"),
    };
    [kind, text(run, "event")].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" · ")
}

/// Returns a cell for how something stands that somebody decides about.
pub(super) fn state(staff: &Staff, one: &Value) -> Cell {
    let state = text(one, "state");
    let tone = match state.as_str() {
        "pending" => Tone::Amber,
        "approved" => Tone::Green,
        _ => Tone::Grey,
    };
    Cell::state(tone, staff.w.s(&format!("decided-{state}")))
}

/// Shows an approval with the run that it is about.
pub(super) async fn show(staff: Staff, Path(id): Path<String>, uri: Uri) -> Answer {
    page(&staff, &id, &query(uri.query()), &Tried::NEW).await
}

async fn page(staff: &Staff, id: &str, asked: &Fields, tried: &Tried<'_>) -> Answer {
    let w = staff.w;
    let told = staff.told(&format!("/approvals/{}", part(id))).await?;
    let approval = &told.value;
    let run = staff.get_if(&format!("/runs/{}", part(&text(approval, "run")))).await.unwrap_or_default();
    let names = Names::of(staff).await;
    let mut page = Page::new(subject(staff, &run))
        .trail([staff.crumb(w.s("approvals"), "/approvals")])
        .said(w, asked)
        .lead(w.count("approval-lead", approval["count"].as_u64().unwrap_or_default()));
    page = page.part(about(staff, &names, approval, &run));
    if approval["state"] == "pending" && staff.may(Permission::Revoke) {
        page = page.part(decision(staff, id, &told, tried));
    } else if let Some((_, problem)) = tried.0 {
        page = page.problem(Tone::Red, staff.w, problem);
    }
    Ok(staff.page_with(tried.status(), &page.part(concerned(staff, &text(approval, "run")).await)))
}

fn about(staff: &Staff, names: &Names, approval: &Value, run: &Value) -> Html {
    let w = staff.w;
    let cause = run["reason"]["cause"].as_str().map(|cause| w.s(&format!("cause-{}", cause.replace('_', "-"))));
    let decided = approval["decided_by"].as_str().map(|by| names.name(staff, by));
    let facts = Facts::known([
        (w.s("state"), Some(w.s(&format!("decided-{}", text(approval, "state"))))),
        (w.s("asked-by"), Some(names.name(staff, &text(approval, "by")))),
        (w.s("when"), staff.time(&approval["at"])),
        (w.s("cause"), cause),
        (w.s("why"), run["reason"]["text"].as_str().map(str::to_owned)),
        (
            w.s("approval-until"),
            Some(approval).filter(|one| one["state"] == "pending").and_then(|one| staff.time(&one["expires"])),
        ),
        (w.s("decided-by"), decided),
        (w.s("decided-at"), staff.time(&approval["decided_at"])),
    ]);
    let way = Action::link(w.s("approval-run"), staff.at(&format!("/runs/{}", part(&text(approval, "run")))));
    Section::new("about", w.s("approval-what")).part(facts).part(Actions(vec![way])).into()
}

fn decision(staff: &Staff, id: &str, told: &Told, tried: &Tried<'_>) -> Html {
    let w = staff.w;
    let reject =
        Action::post(staff, w.s("approval-reject"), &format!("/approvals/{}/reject", part(id)), &[("seen", &told.tag)]);
    let section = Section::new("decide", w.s("decide"));
    let mine = is_me(staff, &text(&told.value, "by"));
    let section = match alone(staff, mine, &told.value["alone_from"]) {
        Alone::Needless => section.part(approve_form(staff, id, &told.tag).tried(tried)),
        Alone::From(from) => {
            let form = approve_form(staff, id, &told.tag).field(password_again(staff)).field(code(staff));
            section.part(Text(w.with("approval-alone", [("when", from.into())]))).part(form.tried(tried))
        }
        Alone::Never => section.part(Text(w.s("approval-yours"))),
    };
    section.part(Actions(vec![reject])).into()
}

fn approve_form(staff: &Staff, id: &str, seen: &str) -> Form {
    let form = Form::new(staff, &format!("/approvals/{}/approve", part(id)), staff.w.s("approval-approve")).danger();
    form.field(super::ui::Field::hidden("seen", seen))
}

/// Whether somebody may decide alone about what they asked for themselves.
enum Alone {
    /// Somebody else asked.
    Needless,
    /// From then on, with the password again.
    From(String),
    /// Others may decide, so they do.
    Never,
}

fn alone(staff: &Staff, mine: bool, from: &Value) -> Alone {
    match (mine, staff.time(from)) {
        (false, _) => Alone::Needless,
        (true, Some(from)) => Alone::From(from),
        (true, None) => Alone::Never,
    }
}

/// Returns the certificates that a run is about.
async fn concerned(staff: &Staff, run: &str) -> Html {
    let w = staff.w;
    let rows = staff.get_if(&format!("/runs/{}/rows?limit={SHOWN}", part(run))).await.unwrap_or_default();
    let row = |row: &Value| {
        let number = text(row, "number");
        let certificate = match number.is_empty() {
            true => Cell::text(text(row, "person")),
            false => Cell::link(number.clone(), staff.at(&format!("/certificates/{}", part(&number)))),
        };
        // Who decides knows people; numbers are there to be looked up.
        let place = Cell::text(row["place"].as_u64().map(|place| w.number(place)).unwrap_or_default());
        vec![Cell::text(text(row, "name")), certificate, place]
    };
    let next = rows["next"].is_string().then(|| (w.s("approval-run"), staff.at(&format!("/runs/{}", part(run)))));
    Table {
        caption: w.s("approval-concerned"),
        heads: [w.s("name"), w.s("certificate"), w.s("row")].into(),
        rows: items(&rows).iter().map(row).collect(),
        empty: w.s("approval-concerned-none"),
        next,
    }
    .into()
}

/// Returns the password and the code that a form brought again, as the API takes them.
pub(super) fn proof(fields: &Fields) -> Value {
    let given =
        [("password", Some(fields.exact("password")).filter(|text| !text.is_empty())), ("code", fields.some("second"))];
    let given = given.into_iter().filter_map(|(name, value)| Some((name.to_owned(), Value::from(value?))));
    Value::Object(given.collect::<Map<_, _>>())
}

/// Lets a run go on.
pub(super) async fn approve(Path(id): Path<String>, Sent { staff, fields }: Sent) -> Response {
    let told = staff.post(&format!("/approvals/{}/approve", part(&id)), &fields, proof(&fields)).await;
    done(&staff, &id, &fields, told, "approved").await
}

/// Stops it.
pub(super) async fn reject(Path(id): Path<String>, Sent { staff, fields }: Sent) -> Response {
    let told = staff.post(&format!("/approvals/{}/reject", part(&id)), &fields, Value::Object(Map::new())).await;
    done(&staff, &id, &fields, told, "rejected").await
}

async fn done(staff: &Staff, id: &str, fields: &Fields, told: Result<Told, Problem>, said: &str) -> Response {
    match told {
        Ok(_) => staff.done(&format!("/approvals/{}", part(id)), said),
        Err(problem) => {
            let problem = beside(staff.w, problem);
            let tried = Tried(Some((fields, &problem)));
            page(staff, id, fields, &tried).await.unwrap_or_else(|response| response)
        }
    }
}
