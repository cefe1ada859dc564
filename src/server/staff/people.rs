//! The participants of an event: listed with the decision about each, added by hand.

use std::collections::BTreeSet;

use axum::extract::Path;
use axum::http::{Method, Uri};
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::choice::{Chooser, Chosen};
use super::events::{text, trail};
use super::form::{Fields, part, query, written};
use super::home::items;
use super::import::words::{Headers, own_label};
use super::inside::{Answer, Sent, Staff};
use super::known::{Known, absent, plainly};
use super::phrases;
use super::ui::{Action, Actions, Cell, Choice, Field, Form, Kind, Page, Section, Table, Text, Tone, Tried};
use super::words::Words;
use crate::accounts::Permission;
use crate::server::Problem;
use crate::server::problem::FieldProblem;

/// The states of a filter, as the API names them.
const STATES: [&str; 6] = ["eligible", "not_eligible", "excluded", "exception", "issued", "no_email"];

/// What a filter holds, as the API names it.
pub(super) const FILTER: [&str; 2] = ["q", "state"];
/// Columns that can be shown beside the name, with their texts; those of the list itself go by `+` and their names.
const COLUMNS: [(&str, &str); 11] = [
    ("email", "email"),
    ("external_id", "field-external-id"),
    ("locale", "field-language"),
    ("decision", "people-decision"),
    ("missing", "people-missing"),
    ("tier", "person-tier"),
    ("attendance", "measure-attendance"),
    ("completion", "measure-completion"),
    ("score", "measure-score"),
    ("points", "measure-points"),
    ("certificate", "certificate"),
];
/// Those that are shown unless somebody chooses others.
const USUAL: [&str; 4] = ["email", "decision", "missing", "certificate"];
/// Most columns of the list itself that are offered.
const MOST_OWN: usize = 30;

/// Lists participants.
pub(super) async fn list(staff: Staff, Path(code): Path<String>, uri: Uri) -> Answer {
    let (w, path, asked) = (staff.w, format!("/events/{}", part(&code)), query(uri.query()));
    let event = staff.get(&path).await?;
    let filter = FILTER.map(|name| (name, asked.get(name)));
    let wanted = written([("limit", "50"), ("cursor", asked.get("cursor"))].into_iter().chain(filter));
    let people = staff.get(&format!("{path}/eligibility?{wanted}")).await?;
    let (chosen, columns) = (Chosen::of(&asked), columns(&staff, &asked, &people).await);
    let rows = items(&people).iter().map(|person| row(&staff, &path, person, (&columns, &chosen))).collect();
    let mut states = vec![Choice::new("", w.s("all"))];
    states.extend(STATES.map(|state| Choice::new(state, w.s(&format!("people-{}", state.replace('_', "-"))))));
    let own = if asked.some("cols").is_some() { &columns[..] } else { &[] };
    let own: Vec<(&str, &str)> = own.iter().map(|one| ("cols", one.as_str())).collect();
    let form = Form::filter(&staff, &format!("{path}/people"), w.s("filter"))
        .field(Field::text("q", w.s("people-text")).value(asked.get("q")))
        .field(Field::new("state", w.s("state"), Kind::Select(states)).value(asked.get("state")))
        .fields(own.iter().map(|(name, value)| Field::hidden(name, *value)));
    let headers = Headers::of(&staff, &path).await;
    let mut heads = vec![w.s("name")];
    heads.extend(columns.iter().map(|column| head(w, &headers, column)));
    let table = Table {
        caption: w.s("step-people"),
        heads,
        rows,
        empty: w.s(if filter.iter().all(|(_, value)| value.is_empty()) { "people-none" } else { "people-none-found" }),
        next: None,
    };
    let page = Page::new(w.s("step-people")).trail(trail(&staff, &code, &event)).said(w, &asked);
    let page = page.part(ways(&staff, &path, filter)).part(form).part_if(total(&staff, &path, filter, &people).await);
    if items(&people).is_empty() {
        // What was looked through may have ended before anybody was found; the next page goes on.
        let next = people["next"].as_str().map(|cursor| {
            let query = written(filter.into_iter().chain(own).chain([("cursor", cursor)]));
            Action::link(w.s("people-search-on"), staff.at(&format!("{path}/people?{query}")))
        });
        return Ok(staff.page(&page.part(table).part_if(next.map(|next| Actions(vec![next])))));
    }
    let shown: Vec<String> = items(&people).iter().map(|one| text(one, "id")).collect();
    let (here, to) = (format!("{path}/people"), format!("{path}/chosen"));
    let kept: Vec<_> = filter.into_iter().chain(own).collect();
    let mut chooser = Chooser::new(&staff, (&here, &to), &kept, &chosen, &shown, (table, people["next"].as_str()));
    for (name, permission) in super::people_batch::ACTS {
        if staff.may(permission) {
            chooser = chooser.act(name, w.s(&format!("batch-{name}")));
        }
    }
    Ok(staff.page(&page.part(chooser).part(which_columns(&staff, &path, (&people, &headers), (&columns, filter)))))
}

/// Says how many there are: of a state exactly, as its list has looked at all of them; else up to a page of the API, and more is
/// said to be more.
async fn total(staff: &Staff, path: &str, filter: [(&str, &str); 2], shown: &Value) -> Option<Text> {
    const MOST: &str = "500";
    if items(shown).is_empty() {
        return None;
    }
    if let [(_, ""), (_, state)] = filter
        && !state.is_empty()
    {
        let counts = staff.get_if(&format!("{path}/eligibility-counts")).await?;
        return Some(Text(staff.w.count("people-total", counts[state].as_u64()?)));
    }
    let wanted = written([("limit", MOST)].into_iter().chain(filter));
    let all = staff.get_if(&format!("{path}/participants?{wanted}")).await?;
    let key = if all["next"].is_string() { "people-total-more" } else { "people-total" };
    Some(Text(staff.w.count(key, items(&all).len() as u64)))
}

/// What can be done besides.
fn ways(staff: &Staff, path: &str, filter: [(&str, &str); 2]) -> Actions {
    let w = staff.w;
    let mut actions = Vec::new();
    if staff.may(Permission::Import) {
        actions.push(Action::link(w.s("import-title"), staff.at(&format!("{path}/import"))).primary());
        actions.push(Action::link(w.s("people-add"), staff.at(&format!("{path}/people/new"))));
    }
    actions.push(Action::link(w.s("step-rule"), staff.at(&format!("{path}/rule"))));
    actions.push(Action::link(w.s("exceptions"), staff.at(&format!("{path}/exceptions"))));
    actions.push(Action::link(w.s("duplicates"), staff.at(&format!("{path}/duplicates"))));
    let report = format!("{path}/eligibility-report?{}", written(filter));
    actions.push(Action::file(w.s("people-report"), staff.api(report.trim_end_matches('?'))));
    Actions(actions)
}

/// Returns the columns that the address asks for, else those that the member chose before, else the usual ones. Of what they chose those
/// that another event's list had are not shown where nobody has them.
async fn columns(staff: &Staff, asked: &Fields, people: &Value) -> Vec<String> {
    let named = known(asked.all("cols"));
    if !named.is_empty() {
        return named;
    }
    let own = own_columns(people);
    let mut all = kept(staff).await;
    all.retain(|one| !one.starts_with('+') || own.contains(one));
    if all.is_empty() { USUAL.map(str::to_owned).into() } else { all }
}

/// Returns the columns that the member chose before.
async fn kept(staff: &Staff) -> Vec<String> {
    let me = staff.get_if("/me").await.unwrap_or_default();
    let all = me["staff"]["peopleColumns"].as_array();
    known(all.into_iter().flatten().filter_map(Value::as_str))
}

/// Returns those of some columns that there are, each once; those of the list itself begin with `+`.
fn known<'c>(columns: impl Iterator<Item = &'c str>) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for one in columns {
        let is_known = COLUMNS.iter().any(|(name, _)| *name == one) || one.len() > 1 && one.starts_with('+');
        if is_known && !all.iter().any(|other| other == one) && all.len() < COLUMNS.len() + MOST_OWN {
            all.push(one.to_owned());
        }
    }
    all
}

/// Returns the columns of the list itself that somebody on the page has.
fn own_columns(people: &Value) -> BTreeSet<String> {
    let named = items(people).iter().filter_map(|person| person["fields"].as_object()).flat_map(|fields| fields.keys());
    named.map(|name| format!("+{name}")).filter(|name| !name.contains(',')).take(MOST_OWN * 50).collect()
}

/// Keeps the columns that were chosen, for this list and others, and leads back. Columns of other lists, which were not offered, stay.
pub(super) async fn choose_columns(Path(code): Path<String>, Sent { staff, fields }: Sent) -> Response {
    let offered: BTreeSet<&str> = fields.all("offered").collect();
    let mut columns = known(fields.all("cols"));
    let others = kept(&staff).await.into_iter().filter(|one| one.starts_with('+') && !offered.contains(one.as_str()));
    columns.extend(others.filter(|one| !fields.all("cols").any(|chosen| chosen == one)).collect::<Vec<_>>());
    match staff.send(Method::PATCH, "/me", &fields, json!({ "peopleColumns": columns })).await {
        Ok(_) => {
            let filter = written(FILTER.map(|name| (name, fields.get(name))));
            let path = format!("/events/{}/people?{filter}", part(&code));
            staff.done(path.trim_end_matches('?'), "saved")
        }
        Err(problem) => staff.failed(&problem),
    }
}

fn head(w: &Words, headers: &Headers, column: &str) -> String {
    match column.strip_prefix('+') {
        Some(own) => own_label(w, headers, own),
        None => COLUMNS.iter().find(|(name, _)| *name == column).map(|(_, key)| w.s(key)).unwrap_or_default(),
    }
}

/// Asks which columns are shown: the usual ones, and those that came with the list.
fn which_columns(
    staff: &Staff,
    path: &str,
    (people, headers): (&Value, &Headers),
    (columns, filter): (&[String], [(&str, &str); 2]),
) -> Section {
    let w = staff.w;
    let mut choices: Vec<Choice> = COLUMNS.iter().map(|(name, key)| Choice::new(*name, w.s(key))).collect();
    let shown = columns.iter().filter(|one| one.starts_with('+') && !one.contains(',')).cloned();
    let own: BTreeSet<String> = own_columns(people).into_iter().chain(shown).collect();
    let own: Vec<String> = own.into_iter().take(MOST_OWN).collect();
    let offered = own.iter().map(|one| Field::hidden("offered", one.as_str()));
    choices.extend(own.iter().map(|one| Choice::new(one.clone(), head(w, headers, one))));
    let form = Form::new(staff, &format!("{path}/columns"), w.s("people-columns-show"))
        .fields(offered)
        .fields(
            filter.into_iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| Field::hidden(name, value)),
        )
        .field(Field::new("cols", w.s("people-columns-which"), Kind::Checks(choices)).value(columns.join(",")));
    Section::new("columns", w.s("people-columns")).part(form).folded()
}

fn row(staff: &Staff, path: &str, person: &Value, (columns, chosen): (&[String], &Chosen)) -> Vec<Cell> {
    let (id, name) = (text(person, "id"), text(person, "name"));
    let tick = staff.w.with("choose-row", [("name", format!("{name}, {id}").into())]);
    let first = Cell::link(name, staff.at(&format!("{path}/people/{}", part(&id)))).pick(&id, tick, chosen.has(&id));
    [first].into_iter().chain(columns.iter().map(|column| cell(staff, person, column))).collect()
}

fn cell(staff: &Staff, person: &Value, column: &str) -> Cell {
    if let Some(own) = column.strip_prefix('+') {
        return Cell::text(text(&person["fields"], own));
    }
    match column {
        "decision" => decision(staff, person),
        "missing" => {
            let missing: Vec<&str> =
                person["missing"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let said: Vec<String> = missing.iter().map(|one| phrases::said(staff.w, one)).collect();
            Cell::text(said.join("; "))
        }
        "certificate" => match text(person, "certificate") {
            number if number.is_empty() => Cell::text(""),
            number => Cell::link(number.clone(), staff.at(&format!("/certificates/{number}"))),
        },
        "attendance" | "completion" | "score" | "points" => Cell::text(match &person["measures"][column] {
            Value::Number(number) => number.to_string(),
            Value::String(text) => text.clone(),
            _ => String::new(),
        }),
        _ => Cell::text(text(person, column)),
    }
}

/// Returns a cell that says whether somebody gets a certificate, and why.
pub(super) fn decision(staff: &Staff, person: &Value) -> Cell {
    let reason = text(person, "reason");
    let tone = match (person["eligible"] == true, reason.as_str()) {
        (true, _) => Tone::Green,
        (false, "excluded") => Tone::Red,
        (false, _) => Tone::Amber,
    };
    Cell::state(tone, staff.w.s(&format!("ground-{}", reason.replace('_', "-")))).sub(text(person, "tier"))
}

/// Asks who is to be added.
pub(super) async fn new(staff: Staff, Path(code): Path<String>) -> Answer {
    staff.needs(Permission::Import)?;
    let path = format!("/events/{}", part(&code));
    let event = staff.get(&path).await?;
    let known = Known::of(&staff, &path, &event).await;
    Ok(staff.page(&added(&staff, &code, (&event, &known), &Tried::NEW)))
}

fn added(staff: &Staff, code: &str, (event, known): (&Value, &Known<'_>), tried: &Tried<'_>) -> Page {
    let w = staff.w;
    let mut form = Form::new(staff, &format!("/events/{}/people/new", part(code)), w.s("people-add"))
        .field(Field::text("name", w.s("name")).required())
        .field(Field::new("email", w.s("email"), Kind::Email))
        .field(Field::text("external_id", w.s("field-external-id")))
        .field(
            super::languages::field(w, "locale", w.s("field-language"), w.s("language-none"), "")
                .hint(w.s("people-language-note")),
        )
        .fields(known.fields(&Value::Null))
        .fields(absent(w, tried));
    // The operation asks whether somebody with the same address or name is meant.
    if let Some(about) = tried.about(&["same-address", "same-name", "same-id"]) {
        let choices = ["two_people", "same_person"]
            .map(|one| Choice::new(one, w.s(&format!("import-{}", one.replace('_', "-")))));
        let field = Field::new(&about.replace('-', "_"), w.s(&format!("import-{about}")), Kind::Radios(choices.into()));
        form = form.field(field.value("two_people"));
    }
    let page = Page::new(w.s("people-add")).trail(trail(staff, code, event)).narrow();
    // The headings inside of the form are below one.
    page.part(Section::new("about", w.s("person")).part(form.tried(tried)))
}

/// Adds somebody.
pub(super) async fn add(Path(code): Path<String>, Sent { staff, fields }: Sent) -> Response {
    if let Err(response) = staff.needs(Permission::Import) {
        return response;
    }
    let path = format!("/events/{}", part(&code));
    let mut body = Map::new();
    for name in ["name", "email", "external_id", "locale"] {
        if let Some(value) = fields.some(name) {
            body.insert(name.to_owned(), json!(value));
        }
    }
    let event = match staff.get(&path).await {
        Ok(event) => event,
        Err(response) => return response,
    };
    let known = Known::of(&staff, &path, &event).await;
    let refused = |problem: &Problem| {
        let tried = Tried(Some((&fields, problem)));
        staff.page_with(tried.status(), &added(&staff, &code, (&event, &known), &tried))
    };
    match known.read(&fields) {
        Ok(said) => said.into_body(&mut body),
        Err(problem) => return refused(&problem),
    }
    let said = ["same_address", "same_name", "same_id", "absent"].map(|name| (name, fields.get(name)));
    let to = format!("{path}/participants?{}", written(said));
    match staff.post(to.trim_end_matches('?'), &fields, Value::Object(body)).await {
        Ok(told) => staff.done(&format!("{path}/people/{}", part(&text(&told.value, "id"))), "saved"),
        Err(problem) => refused(&plain_email(&staff, &fields, plainly(staff.w, problem))),
    }
}

/// The same problem, with the address that is none in the place of the name that the API has for it.
pub(super) fn plain_email(staff: &Staff, fields: &Fields, mut problem: Problem) -> Problem {
    if problem.code == "invalid" && problem.errors.iter().any(|error| error.field == "email") {
        let detail = staff.w.with("people-bad-email", [("email", fields.get("email").to_owned().into())]);
        problem.detail = staff.w.s("form-look");
        problem.by_api = false;
        problem.errors = vec![FieldProblem { field: "email".to_owned(), detail }];
    }
    problem
}
