//! To make certificates: who would get, keep or lose one, and why; then the run.

use axum::extract::Path;
use axum::http::Uri;
use axum::response::Response;
use serde_json::{Value, json};

use super::events::{text, trail};
use super::form::{Fields, part, query};
use super::inside::{Answer, Sent, Staff};
use super::phrases;
use super::ui::{
    Action, Actions, Cell, Choice, Field, Figure, Figures, Form, Html, Kind, Notice, Page, Section, Table, Tone, Tried,
};
use super::within::Ask;
use crate::accounts::Permission;

/// What can be made, each with the kind of run that does it.
const OVER: [(&str, &str); 6] = [
    ("those_without", "generate"),
    ("failed", "generate"),
    ("exceptions_only", "generate"),
    ("already_issued", "regenerate"),
    ("not_passing", "regenerate"),
    ("template_older", "regenerate"),
];
/// What takes certificates away, and makes none.
const TAKEN: &str = "not_passing";
/// What is made for those who have none: beside it stands who gets none.
const KINDS_WITHOUT: [&str; 2] = ["those_without", "failed"];
/// Rows of a preview that a page shows.
const SHOWN: usize = 50;
/// What may become of somebody, as a preview counts it, with how that looks.
const EFFECTS: [(&str, Tone); 8] = [
    ("gets", Tone::Green),
    ("replaced", Tone::Amber),
    ("new_versions", Tone::Amber),
    ("loses", Tone::Red),
    ("regains", Tone::Green),
    ("sends", Tone::Green),
    ("keeps", Tone::Grey),
    ("nothing", Tone::Grey),
];

/// Returns what a form asks for.
fn request(code: &str, fields: &Fields) -> Value {
    let over = fields.some("over").unwrap_or("those_without");
    let kind = OVER.iter().find(|(name, _)| *name == over).map_or("generate", |(_, kind)| kind);
    let mut body = json!({ "kind": kind, "event": code.to_uppercase(), "over": over, "anyway": fields.on("anyway") });
    if let Some(note) = fields.some("reason") {
        body["reason"] = json!(note);
    }
    body
}

/// Shows who would get one.
pub(super) async fn look(staff: Staff, Path(code): Path<String>, uri: Uri) -> Answer {
    let fields = query(uri.query());
    page(&staff, &code, &fields, &Tried::NEW).await
}

async fn page(staff: &Staff, code: &str, fields: &Fields, tried: &Tried<'_>) -> Answer {
    let (w, path) = (staff.w, format!("/events/{}", part(code)));
    let event = staff.get(&path).await?;
    let mut page =
        Page::new(w.s("step-generate")).trail(trail(staff, code, &event)).said(w, fields).lead(w.s("generate-lead"));
    if let Some((_, problem)) = tried.0 {
        page = page.problem(Tone::Red, staff.w, problem);
    }
    let over = fields.some("over").unwrap_or("those_without");
    let choices = OVER.map(|(name, _)| Choice::new(name, w.s(&format!("over-{}", name.replace('_', "-")))));
    let form = Form::filter(staff, &format!("{path}/generate"), w.s("generate-look"))
        .field(Field::new("over", w.s("generate-over"), Kind::Select(choices.into())).value(over))
        .field(Field::new("anyway", w.s("generate-anyway"), Kind::Check).value(fields.get("anyway")));
    page = page.part(form);
    let body = Some(("application/json", request(code, fields).to_string().into()));
    let ask = Ask { body, ..Ask::default() };
    page = match staff.ask(axum::http::Method::POST, "/runs/preview", ask).await {
        Ok(told) => {
            let page = shown(staff, page, &path, &told.value, over, fields);
            match KINDS_WITHOUT.contains(&over) {
                true => page.part_if(left_out(staff, &path).await),
                false => page,
            }
        }
        Err(problem) if problem.code == "not-ready" => not_ready(staff, page, &path).await,
        Err(problem) => page.problem(Tone::Amber, w, &problem),
    };
    Ok(staff.page_with(tried.status(), &page))
}

/// Says what is missing, each with the way to it.
async fn not_ready(staff: &Staff, page: Page, path: &str) -> Page {
    let w = staff.w;
    let ready = staff.get_if(&format!("{path}/ready")).await.unwrap_or_default();
    let missing: Vec<&str> = ready["missing"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let known = [("no_template", "/template"), ("no_rule", "/rule"), ("not_completed", "/state")];
    let there: Vec<_> = known.iter().filter(|(what, _)| missing.contains(what)).collect();
    let key = |what: &str| format!("generate-{}", what.replace('_', "-"));
    let items = there.iter().map(|(what, _)| w.s(&key(what))).collect();
    let ways = there
        .iter()
        .map(|(what, way)| Action::link(w.s(&format!("{}-way", key(what))), staff.at(&format!("{path}{way}"))));
    page.part(Notice { tone: Tone::Amber, text: w.s("generate-not-ready"), items }).part(Actions(ways.collect()))
}

/// Lists the first of those who get none, with why.
async fn left_out(staff: &Staff, path: &str) -> Option<Html> {
    let w = staff.w;
    let mut rows = Vec::new();
    for state in ["not_eligible", "excluded"] {
        let found = staff.get_if(&format!("{path}/eligibility?state={state}&limit={SHOWN}")).await.unwrap_or_default();
        rows.extend(super::home::items(&found).iter().map(|person| {
            let missing = person["missing"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let missing: Vec<String> = missing.map(|one| phrases::said(w, one)).collect();
            let card = staff.at(&format!("{path}/people/{}", part(&text(person, "id"))));
            vec![
                Cell::link(text(person, "name"), card),
                super::people::decision(staff, person),
                Cell::text(missing.join("; ")),
            ]
        }));
    }
    if rows.is_empty() {
        return None;
    }
    rows.truncate(SHOWN);
    let table = Table {
        caption: w.s("generate-left-out"),
        heads: [w.s("name"), w.s("people-decision"), w.s("why")].into(),
        rows,
        empty: String::new(),
        next: Some((w.s("generate-left-out-all"), staff.at(&format!("{path}/people?state=not_eligible")))),
    };
    Some(Section::new("left-out", w.s("generate-left-out")).part(table).into())
}

fn shown(staff: &Staff, mut page: Page, path: &str, preview: &Value, over: &str, fields: &Fields) -> Page {
    let w = staff.w;
    page = page.part(effects(staff, preview));
    page = page.part_if(super::languages::others(staff, path, &preview["languages"]));
    if let Some(sessions) = preview["unmarked_sessions"].as_array().filter(|all| !all.is_empty()) {
        let items = sessions.iter().map(|session| text(session, "title")).collect();
        page = page.part(Notice { tone: Tone::Amber, text: w.s("generate-unmarked"), items });
    }
    if let Some(count) = preview["without_address"].as_u64().filter(|count| *count > 0) {
        page = page.notice(Tone::Amber, w.count("generate-without-address", count));
    }
    if preview["needs_approval"] == true {
        page = page.notice(Tone::Amber, w.s("generate-approval"));
    }
    let changed: u64 = EFFECTS[..6].iter().filter_map(|(name, _)| preview[*name].as_u64()).sum();
    if changed == 0 {
        page = page.notice(Tone::Grey, w.s("generate-nobody"));
    } else if staff.may(Permission::Generate) {
        let first: Vec<String> =
            rows(preview).filter(|row| row["why"].is_null()).take(2).map(|row| text(row, "name")).collect();
        let mut form = Form::new(staff, &format!("{path}/generate"), w.count(says(over), changed))
            .field(Field::hidden("over", over))
            .field(Field::hidden("anyway", fields.get("anyway")))
            .field(Field::hidden("expected", text(preview, "set")))
            .field(Field::hidden("count", changed.to_string()));
        if over == TAKEN {
            let reason = Field::text("reason", w.s("revoke-public")).hint(w.s("revoke-public-hint"));
            form = form.field(reason.value(fields.get("reason")));
        } else if over != "those_without" {
            form = form.field(Field::text("reason", w.s("why")).required().value(fields.get("reason")));
        }
        let names = w.with("generate-names", [("names", first.join(", ").into())]);
        page = page.part(Section::new("start", w.s("generate-confirm")).part(super::ui::Text(names)).part(form));
    }
    let back = Action::link(w.s("event"), staff.at(path));
    let specimen = Action::link(w.s("step-template"), staff.at(&format!("{path}/template")));
    page.part(list(staff, preview)).part(Actions(vec![specimen, back]))
}

/// Says what the button does.
fn says(over: &str) -> &'static str {
    if over == TAKEN { "generate-take" } else { "generate-start" }
}

fn rows(preview: &Value) -> impl Iterator<Item = &Value> {
    preview["rows"].as_array().into_iter().flatten()
}

/// Says how many get, keep and lose what.
pub(super) fn effects(staff: &Staff, preview: &Value) -> Html {
    let w = staff.w;
    let figure = |(name, tone): (&str, Tone)| {
        let count = preview[name].as_u64().filter(|count| *count > 0)?;
        let label = w.s(&format!("effect-{}", name.replace('_', "-")));
        Some(Figure { label, value: w.number(count), href: None, tone: Some(tone) })
    };
    Figures(EFFECTS.into_iter().filter_map(figure).collect()).into()
}

/// Lists the first of those that a preview is about.
pub(super) fn list(staff: &Staff, preview: &Value) -> Html {
    let w = staff.w;
    // What no row says is no column.
    let has_number = rows(preview).take(SHOWN).any(|row| row["number"].is_string());
    let why = |row: &Value| match row["ground"].as_str() {
        Some(ground) => w.if_any(&format!("ground-{}", ground.replace('_', "-"))).unwrap_or_default(),
        None => phrases::sentence(&phrases::said(w, &text(row, "why"))),
    };
    let row = |row: &Value| {
        let effect = text(row, "effect");
        let key = format!("effect-{}", if effect == "new_version" { "new-versions" } else { &effect });
        let without = if row["has_address"] == false { w.s("generate-no-address") } else { String::new() };
        let mut cells = vec![Cell::text(text(row, "name")).sub(without), Cell::text(w.s(&key)), Cell::text(why(row))];
        cells.extend(has_number.then(|| Cell::text(text(row, "number"))));
        cells.push(Cell::text(text(row, "template")).sub(text(row, "tier")));
        cells
    };
    let mut heads = vec![w.s("name"), w.s("generate-effect"), w.s("why")];
    heads.extend(has_number.then(|| w.s("certificate")));
    heads.push(w.s("template"));
    let total = preview["total"].as_u64().unwrap_or_default();
    Table {
        caption: w.with("generate-first", [("shown", (SHOWN as u64).min(total).into()), ("total", total.into())]),
        heads,
        rows: rows(preview).take(SHOWN).map(row).collect(),
        empty: w.s("generate-nobody"),
        next: None,
    }
    .into()
}

/// Starts the run over the very list that was shown, or shows it as it is by now.
pub(super) async fn start(Path(code): Path<String>, Sent { staff, fields }: Sent) -> Response {
    let mut body = request(&code, &fields);
    if let Some(set) = fields.some("expected") {
        body["expected"] = json!(set);
    }
    match staff.post("/runs", &fields, body).await {
        Err(problem) if problem.code == "changed" => changed(&staff, &code, &fields).await,
        Ok(told) => staff.done(&format!("/runs/{}", part(&text(&told.value, "id"))), "run-started"),
        Err(problem) => {
            let tried = Tried(Some((&fields, &problem)));
            page(&staff, &code, &fields, &tried).await.unwrap_or_else(|response| response)
        }
    }
}

/// Shows the list again, and says that it is another than the one that was confirmed.
async fn changed(staff: &Staff, code: &str, fields: &Fields) -> Response {
    let expected: u64 = fields.get("count").parse().unwrap_or_default();
    let body = Some(("application/json", request(code, fields).to_string().into()));
    let ask = Ask { body, ..Ask::default() };
    let preview = staff.ask(axum::http::Method::POST, "/runs/preview", ask).await.map(|told| told.value);
    let preview = preview.unwrap_or_default();
    let now: u64 = EFFECTS[..6].iter().filter_map(|(name, _)| preview[*name].as_u64()).sum();
    let said = match now == expected {
        true => staff.w.s("generate-others"),
        false => staff.w.with("generate-changed", [("expected", expected.into()), ("now", now.into())]),
    };
    let problem = crate::server::Problem::conflict("changed", said);
    let tried = Tried(Some((fields, &problem)));
    page(staff, code, fields, &tried).await.unwrap_or_else(|response| response)
}
