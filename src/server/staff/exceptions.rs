//! Who gets a certificate of an event despite the rule, and who gets none whatever it says: one by one, or from a list.

use axum::extract::{Path, State};
use axum::http::{Method, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::beside::beside;
use super::events::{text, trail};
use super::form::{Fields, File, part, parts, query, written};
use super::home::items;
use super::inside::{Answer, Sent, Staff};
use super::names::Names;
use super::ui::{
    Action, Actions, Cell, Choice, Crumb, Field, Figure, Figures, Form, Html, Kind, Page, Section, Table, Text, Tone,
    Tried,
};
use super::within::Ask;
use crate::accounts::Permission;
use crate::import::safe_cell;
use crate::server::{App, Problem};

const REASONS: [&str; 4] = ["did_not_complete", "conduct", "requested", "data_error"];
/// Rows of a list whose outcome a page shows; those that were refused go first.
const SHOWN: usize = 500;

/// One of the two lists: how the API and the pages call it.
#[derive(Clone, Copy)]
struct Listed {
    path: &'static str,
    key: &'static str,
    /// The parameter that holds where its page begins.
    cursor: &'static str,
}

const EXCEPTIONS: Listed = Listed { path: "exceptions", key: "exception", cursor: "exceptions" };
const EXCLUSIONS: Listed = Listed { path: "exclusions", key: "exclusion", cursor: "exclusions" };

/// Lists both.
pub(super) async fn list(staff: Staff, Path(code): Path<String>, uri: Uri) -> Answer {
    let (w, asked, path) = (staff.w, query(uri.query()), format!("/events/{}", part(&code)));
    let event = staff.get(&path).await?;
    let names = Names::of(&staff).await;
    let mut page =
        Page::new(w.s("exceptions")).trail(trail(&staff, &code, &event)).said(w, &asked).lead(w.s("exceptions-lead"));
    for (listed, title) in [(EXCEPTIONS, "exceptions-granted"), (EXCLUSIONS, "exclusions")] {
        let table = table(&staff, &path, listed, &names, &asked).await?;
        let mut section = Section::new(listed.path, w.s(title)).part(Text(w.s(&format!("{title}-text")))).part(table);
        if staff.may(Permission::Import) {
            section = section.part(ways(&staff, &path, listed));
        }
        page = page.part(section);
    }
    Ok(staff.page(&page))
}

fn ways(staff: &Staff, path: &str, listed: Listed) -> Actions {
    let w = staff.w;
    let new = staff.at(&format!("{path}/{}/new", listed.path));
    let upload = staff.at(&format!("{path}/{}/upload", listed.path));
    let (add, list) = (w.s(&format!("{}-add", listed.key)), w.s("exceptions-upload"));
    Actions(vec![Action::link(add, new), Action::link(list, upload)])
}

async fn table(staff: &Staff, path: &str, listed: Listed, names: &Names, asked: &Fields) -> Result<Html, Response> {
    let w = staff.w;
    let wanted = written([("limit", "50"), ("cursor", asked.get(listed.cursor))]);
    let found = staff.get(&format!("{path}/{}?{wanted}", listed.path)).await?;
    let next = found["next"]
        .as_str()
        .map(|cursor| (w.s("more"), staff.at(&format!("{path}/exceptions?{}", written([(listed.cursor, cursor)])))));
    Ok(Table {
        caption: w.s(if listed.key == EXCEPTIONS.key { "exceptions-granted" } else { "exclusions" }),
        heads: [w.s("name"), w.s("why"), w.s("granted-by"), w.s("certificate"), String::new()].into(),
        rows: items(&found).iter().map(|one| row(staff, path, listed, names, one)).collect(),
        empty: w.s(&format!("{}s-none", listed.key)),
        next,
    }
    .into())
}

fn row(staff: &Staff, path: &str, listed: Listed, names: &Names, one: &Value) -> Vec<Cell> {
    let (w, id, number) = (staff.w, part(&text(one, "id")), text(one, "certificate"));
    let why = match one["reason"].as_str() {
        Some(reason) => Cell::text(w.s(&format!("excluded-{}", reason.replace('_', "-")))).sub(text(one, "note")),
        None => Cell::text(text(one, "note")),
    };
    let when = staff.time(&one["granted"]).or_else(|| staff.time(&one["at"])).unwrap_or_default();
    let remove = Action::post(staff, w.s("take-away"), &format!("{path}/{}/{id}/remove", listed.path), &[]);
    vec![
        Cell::link(text(one, "name"), staff.at(&format!("{path}/people/{id}"))).sub(text(one, "email")),
        why,
        Cell::text(names.name(staff, &text(one, "by"))).sub(when),
        match number.is_empty() {
            true => Cell::text(""),
            false => Cell::link(number.clone(), staff.at(&format!("/certificates/{}", part(&number)))),
        },
        Cell::act(staff.may(Permission::Import).then_some(remove)),
    ]
}

fn crumbs(staff: &Staff, code: &str, event: &Value) -> Vec<Crumb> {
    let own = staff.crumb(staff.w.s("exceptions"), &format!("/events/{}/exceptions", part(code)));
    trail(staff, code, event).into_iter().chain([own]).collect()
}

/// Asks who is to be an exception.
pub(super) async fn new_exception(staff: Staff, Path(code): Path<String>) -> Answer {
    asked(&staff, &code, EXCEPTIONS, &Tried::NEW).await
}

/// Asks who is to be excluded.
pub(super) async fn new_exclusion(staff: Staff, Path(code): Path<String>) -> Answer {
    asked(&staff, &code, EXCLUSIONS, &Tried::NEW).await
}

async fn asked(staff: &Staff, code: &str, listed: Listed, tried: &Tried<'_>) -> Answer {
    staff.needs(Permission::Import)?;
    let w = staff.w;
    let event = staff.get(&format!("/events/{}", part(code))).await?;
    let add = w.s(&format!("{}-add", listed.key));
    let path = format!("/events/{}/{}/new", part(code), listed.path);
    let mut form = Form::new(staff, &path, add.clone())
        .field(Field::text("person", w.s("exception-who")).required().hint(w.s("exception-who-hint")));
    form = match listed.key == EXCEPTIONS.key {
        true => form.field(Field::text("note", w.s("why")).required().hint(w.s("exception-note-hint"))),
        false => form.field(reasons(staff)).field(Field::text("note", w.s("exclusion-note"))),
    };
    let page = Page::new(add).trail(crumbs(staff, code, &event)).narrow().part(form.tried(tried));
    Ok(staff.page_with(tried.status(), &page))
}

/// Asks why somebody is excluded.
fn reasons(staff: &Staff) -> Field {
    let why = REASONS.map(|one| Choice::new(one, staff.w.s(&format!("excluded-{}", one.replace('_', "-")))));
    Field::new("reason", staff.w.s("exclusion-why"), Kind::Radios(why.into())).value(REASONS[0])
}

/// Makes an exception.
pub(super) async fn except(Path(code): Path<String>, Sent { staff, fields }: Sent) -> Response {
    let body = json!({ "person": fields.get("person"), "note": fields.some("note") });
    added(&staff, &code, &fields, EXCEPTIONS, body).await
}

/// Excludes somebody.
pub(super) async fn exclude(Path(code): Path<String>, Sent { staff, fields }: Sent) -> Response {
    let body = json!({ "person": fields.get("person"), "reason": fields.get("reason"), "note": fields.some("note") });
    added(&staff, &code, &fields, EXCLUSIONS, body).await
}

async fn added(staff: &Staff, code: &str, fields: &Fields, listed: Listed, body: Value) -> Response {
    let path = format!("/events/{}", part(code));
    match staff.post(&format!("{path}/{}", listed.path), fields, body).await {
        Ok(_) => staff.done(&format!("{path}/exceptions"), &format!("{}-made", listed.key)),
        Err(problem) => {
            let problem = beside(staff.w, problem);
            let tried = Tried(Some((fields, &problem)));
            asked(staff, code, listed, &tried).await.unwrap_or_else(|response| response)
        }
    }
}

/// Takes an exception away.
pub(super) async fn remove_exception(Path((code, who)): Path<(String, String)>, sent: Sent) -> Response {
    removed(&sent.staff, &code, &who, EXCEPTIONS).await
}

/// Takes an exclusion away.
pub(super) async fn remove_exclusion(Path((code, who)): Path<(String, String)>, sent: Sent) -> Response {
    removed(&sent.staff, &code, &who, EXCLUSIONS).await
}

async fn removed(staff: &Staff, code: &str, who: &str, listed: Listed) -> Response {
    let path = format!("/events/{}", part(code));
    match staff.ask(Method::DELETE, &format!("{path}/{}/{}", listed.path, part(who)), Ask::default()).await {
        Ok(_) => staff.done(&format!("{path}/exceptions"), "taken-away"),
        Err(problem) => staff.failed(&beside(staff.w, problem)),
    }
}

/// Asks for a list of exceptions.
pub(super) async fn choose(staff: Staff, Path(code): Path<String>) -> Answer {
    chosen(&staff, &code, EXCEPTIONS, &Tried::NEW).await
}

/// Asks for a list of exclusions.
pub(super) async fn choose_out(staff: Staff, Path(code): Path<String>) -> Answer {
    chosen(&staff, &code, EXCLUSIONS, &Tried::NEW).await
}

async fn chosen(staff: &Staff, code: &str, listed: Listed, tried: &Tried<'_>) -> Answer {
    staff.needs(Permission::Import)?;
    let w = staff.w;
    let event = staff.get(&format!("/events/{}", part(code))).await?;
    let path = format!("/events/{}/{}/upload", part(code), listed.path);
    let mut form = Form::new(staff, &path, w.s("exceptions-upload")).field(
        Field::new("file", w.s(&format!("{}s-file", listed.key)), Kind::File(".csv,.txt"))
            .required()
            .hint(w.s(&format!("{}s-file-hint", listed.key))),
    );
    if listed.key == EXCLUSIONS.key {
        form = form.field(reasons(staff));
    }
    let title = w.s(&format!("{}s-file", listed.key));
    let page = Page::new(title).trail(crumbs(staff, code, &event)).narrow().part(form.tried(tried));
    Ok(staff.page_with(tried.status(), &page))
}

/// Takes a list of exceptions, and says what became of each row.
pub(super) async fn upload(State(app): State<App>, Path(code): Path<String>, Sent { staff, fields }: Sent) -> Response {
    list_taken(&app, &staff, &code, &fields, EXCEPTIONS).await
}

/// The same of exclusions.
pub(super) async fn upload_out(
    State(app): State<App>,
    Path(code): Path<String>,
    Sent { staff, fields }: Sent,
) -> Response {
    list_taken(&app, &staff, &code, &fields, EXCLUSIONS).await
}

async fn list_taken(app: &App, staff: &Staff, code: &str, fields: &Fields, listed: Listed) -> Response {
    match uploaded(staff, code, fields, listed).await {
        Ok(told) => {
            let whole = whole(app, staff, code, &told).await;
            taken(staff, code, &told, (listed, whole)).await.unwrap_or_else(|response| response)
        }
        Err(problem) => {
            let problem = beside(staff.w, problem);
            let tried = Tried(Some((fields, &problem)));
            chosen(staff, code, listed, &tried).await.unwrap_or_else(|response| response)
        }
    }
}

async fn uploaded(staff: &Staff, code: &str, fields: &Fields, listed: Listed) -> Result<Value, Problem> {
    let file: Option<&File> = fields.file("file");
    let file = file.ok_or_else(|| Problem::unprocessable("no-file", staff.w.s("import-no-file")))?;
    let reason = fields.some("reason").map(|reason| ("reason", reason));
    let (kind, body) = parts(reason.into_iter(), &[file]);
    let ask = Ask { once: fields.some("once"), body: Some((&kind, body)), ..Ask::default() };
    let path = format!("/events/{}/{}/import", part(code), listed.path);
    Ok(staff.ask(Method::POST, &path, ask).await?.value)
}

/// Keeps what came of each row as a list to download, and returns where; nothing where there is no room for it.
async fn whole(app: &App, staff: &Staff, code: &str, told: &Value) -> Option<String> {
    let w = staff.w;
    let mut list = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    list.write_record([w.s("row"), w.s("person"), w.s("outcome"), w.s("outcome-code")]).ok()?;
    for row in told["rows"].as_array().into_iter().flatten() {
        let (line, who, code) = (row["line"].as_u64().unwrap_or_default(), text(row, "who"), text(row, "outcome"));
        let said = w.s(&format!("outcome-{}", code.replace('_', "-")));
        list.write_record([line.to_string(), safe_cell(&who), said, code]).ok()?;
    }
    let bytes = list.into_inner().ok()?.into();
    let file = File { field: "outcome".to_owned(), name: "outcome.csv".to_owned(), bytes };
    let id = super::uploads::keep(app, &super::import::owner(staff, code), file).await.ok()??;
    Some(staff.at(&format!("/events/{}/outcomes/{id}/rows.csv", part(code))))
}

/// Hands out what came of each row of a list.
pub(super) async fn rows(State(app): State<App>, staff: Staff, Path((code, id)): Path<(String, String)>) -> Answer {
    staff.needs(Permission::Import)?;
    let found = super::uploads::found(&app, &super::import::owner(&staff, &code), &id).await;
    let found = found.and_then(|found| found.ok_or_else(|| Problem::not_found("this list")));
    let file = found.map_err(|problem| staff.failed(&problem))?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"outcome.csv\""),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, file.bytes.clone()).into_response())
}

async fn taken(staff: &Staff, code: &str, told: &Value, (listed, whole): (Listed, Option<String>)) -> Answer {
    let w = staff.w;
    let event = staff.get(&format!("/events/{}", part(code))).await?;
    let rows = told["rows"].as_array().map_or(&[][..], Vec::as_slice);
    let is_done = |row: &&Value| row["outcome"] == "granted" || row["outcome"] == "listed";
    let (done, others): (Vec<&Value>, Vec<&Value>) = rows.iter().partition(is_done);
    let figure = |key: &str, count: usize, tone| Figure {
        label: w.s(key),
        value: w.number(count as u64),
        href: None,
        tone: Some(tone).filter(|_| count > 0),
    };
    let figures = Figures(vec![
        figure(&format!("outcome-{}s", listed.key), done.len(), Tone::Green),
        figure("outcome-not", others.len(), Tone::Amber),
    ]);
    let row = |row: &&Value| {
        let outcome = text(row, "outcome");
        let tone = match outcome.as_str() {
            "granted" | "listed" => Tone::Green,
            "already_listed" | "duplicate_row" => Tone::Grey,
            _ => Tone::Red,
        };
        let line = row["line"].as_u64().map(|line| w.number(line)).unwrap_or_default();
        let outcome = w.s(&format!("outcome-{}", outcome.replace('_', "-")));
        vec![Cell::text(text(row, "who")), Cell::text(line), Cell::state(tone, outcome)]
    };
    let table = Table {
        caption: w.s("outcome-rows"),
        heads: [w.s("person"), w.s("row"), w.s("outcome")].into(),
        rows: others.iter().chain(&done).take(SHOWN).map(row).collect(),
        empty: w.s("outcome-empty"),
        next: None,
    };
    let back = Action::link(w.s("exceptions"), staff.at(&format!("/events/{}/exceptions", part(code)))).primary();
    let more = rows.len().saturating_sub(SHOWN) as u64;
    let more = (more > 0).then(|| Text(w.count("outcome-more", more)));
    let whole = whole.map(|path| Action::file(w.s("outcome-whole"), path));
    let page = Page::new(w.s("outcome")).trail(crumbs(staff, code, &event)).part(figures).part_if(more).part(table);
    Ok(staff.page(&page.part(Actions([back].into_iter().chain(whole).collect()))))
}
