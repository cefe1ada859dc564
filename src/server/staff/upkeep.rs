//! How house is kept: how long what is kept, how long sessions last, where backups go. What `testamur.toml` says is shown as fixed.

use axum::http::{Method, Uri};
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::form::{Fields, query};
use super::inside::{Answer, Sent, Staff};
use super::ui::{Action, Actions, Facts, Field, Form, Kind, Page, Section, Text, Tried};
use crate::accounts::Permission;
use crate::server::Problem;
use crate::server::problem::FieldProblem;

/// The values that are numbers, by the headings they stand below.
const NUMBERS: [(&str, &[&str]); 4] = [
    ("upkeep-thrown", &["mail_days", "upload_days"]),
    ("upkeep-waiting", &["waiting_minutes"]),
    ("upkeep-sessions", &["session_hours", "session_days"]),
    ("backups", &["backup_hour", "backup_keep"]),
];
const FOLDER: &str = "backup_folder";

fn label(name: &str) -> String {
    format!("upkeep-{}", name.replace('_', "-"))
}

/// Shows the form.
pub(super) async fn show(staff: Staff, uri: Uri) -> Answer {
    staff.needs(Permission::Settings)?;
    page(&staff, &query(uri.query()), &Tried::NEW).await
}

async fn page(staff: &Staff, asked: &Fields, tried: &Tried<'_>) -> Answer {
    let w = staff.w;
    let house = staff.get("/upkeep").await?;
    let fixed: Vec<&str> = house["fixed"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let page = Page::new(w.s("upkeep-title")).trail([staff.crumb(w.s("nav-settings"), "/settings")]).narrow();
    let mut page = page.lead(w.s("upkeep-lead")).said(w, asked);
    let named = NUMBERS.iter().flat_map(|(_, names)| *names).copied().chain([FOLDER]);
    if named.clone().any(|name| !fixed.contains(&name)) {
        // Its headings stand below one of their own.
        let section = Section::new("choose", w.s("upkeep-choose"));
        page = page.part(section.part(form(staff, &house["now"], &fixed).tried(tried)));
    }
    let facts = named.filter(|name| fixed.contains(name)).map(|name| (w.s(&label(name)), written(&house["now"][name])));
    let facts: Vec<_> = facts.collect();
    if !facts.is_empty() {
        let section = Section::new("fixed", w.s("upkeep-fixed")).part(Text(w.s("upkeep-fixed-text")));
        page = page.part(section.part(Facts(facts)));
    }
    let ways = vec![Action::link(w.s("backups"), staff.at("/backups"))];
    Ok(staff.page_with(tried.status(), &page.part(Actions(ways))))
}

fn written(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn form(staff: &Staff, now: &Value, fixed: &[&str]) -> Form {
    let w = staff.w;
    let mut form = Form::new(staff, "/settings/upkeep", w.s("save"));
    for (heading, names) in NUMBERS {
        let mut fields = Vec::new();
        if heading == "backups" && !fixed.contains(&FOLDER) {
            let folder = Field::text(FOLDER, w.s(&label(FOLDER))).value(now[FOLDER].as_str().unwrap_or_default());
            fields.push(folder.hint(w.s("upkeep-backup-folder-hint")));
        }
        for name in names.iter().filter(|name| !fixed.contains(*name)) {
            let value = now[*name].as_u64().map(|value| value.to_string()).unwrap_or_default();
            let field = Field::new(name, w.s(&label(name)), Kind::Number).value(value);
            fields.push(field.hint(w.s(&format!("{}-hint", label(name)))));
        }
        if !fields.is_empty() {
            form = form.field(Field::heading(w.s(heading))).fields(fields);
        }
    }
    form
}

/// Takes what was chosen.
pub(super) async fn save(Sent { staff, fields }: Sent) -> Response {
    if let Err(response) = staff.needs(Permission::Settings) {
        return response;
    }
    let (mut body, mut errors) = (Map::new(), Vec::new());
    for name in NUMBERS.iter().flat_map(|(_, names)| *names) {
        match fields.some(name).map(str::parse::<u16>) {
            None => {}
            Some(Ok(hour)) if *name == "backup_hour" && hour > 255 => errors.push(wrong(&staff, name)),
            Some(Ok(value)) => drop(body.insert((*name).to_owned(), json!(value))),
            Some(Err(_)) => errors.push(wrong(&staff, name)),
        }
    }
    if let Some(folder) = fields.some(FOLDER) {
        body.insert(FOLDER.to_owned(), json!(folder));
    }
    let done = match errors.is_empty() {
        true => staff.send(Method::PUT, "/upkeep", &fields, Value::Object(body)).await,
        false => Err(Problem::unprocessable("bad-upkeep", staff.w.s("upkeep-nothing")).with_errors(errors)),
    };
    match done {
        Ok(_) => staff.done("/settings/upkeep", "saved"),
        Err(problem) => {
            let tried = Tried(Some((&fields, &problem)));
            page(&staff, &Fields::default(), &tried).await.unwrap_or_else(|response| response)
        }
    }
}

fn wrong(staff: &Staff, name: &str) -> FieldProblem {
    FieldProblem { field: name.to_owned(), detail: staff.w.s("upkeep-number") }
}
