//! The library of templates: what there is and where it is used, one with its versions, tried with names, and a new version given
//! to the events that use an older one.

use axum::extract::{Path, Query};
use axum::http::{Method, Uri};
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::events::text;
use super::form::{Fields, part, query, written};
use super::home::items;
use super::inside::{Answer, Sent, Staff};
use super::languages;
use super::names::Names;
use super::parts::{Gallery, Mark, Marked, Shot, Sure};
use super::phrases;
use super::ui::{
    Action, Actions, Cell, Choice, Crumb, Facts, Field, Form, Html, Kind, Notice, Page, Section, Table, Text, Tone,
    Tried,
};
use super::within::Ask;
use super::words::Words;
use crate::accounts::Permission;
use crate::server::Problem;

/// Scripts that one page tries a template with.
const MOST_SCRIPTS: usize = 12;
/// Events that a field offers, and that a line names.
const MOST_EVENTS: usize = 200;
const NAMED_EVENTS: usize = 6;

/// Says whether who looks may change a template of the library, or of an event's own.
pub(super) fn may_change(staff: &Staff, template: &Value) -> bool {
    match template["event"].as_str() {
        // Who sees it has the event.
        Some(_) => staff.may(Permission::Import),
        None => staff.may_everywhere(Permission::Import),
    }
}

fn trail(staff: &Staff) -> Crumb {
    staff.crumb(staff.w.s("nav-templates"), "/templates")
}

/// Returns what kind of template it is.
fn kind(staff: &Staff, template: &Value) -> String {
    let w = staff.w;
    let whose = match template["event"].as_str() {
        Some(event) => w.with("template-of-event", [("event", event.to_owned().into())]),
        None => w.s(if template["built_in"] == true { "template-built-in" } else { "template-own" }),
    };
    match &*text(template, "for") {
        small @ ("card" | "badge") => format!("{}, {whose}", w.s(&format!("template-for-{small}"))),
        _ => whose,
    }
}

/// Lists templates with their pictures and where each is used.
pub(super) async fn list(staff: Staff, uri: Uri) -> Answer {
    let (w, asked) = (staff.w, query(uri.query()));
    let wanted = written([("limit", "50"), ("uses", "true"), ("for", "any"), ("cursor", asked.get("cursor"))]);
    let templates = staff.get(&format!("/templates?{wanted}")).await?;
    let shots = items(&templates).iter().map(|one| shot(&staff, one)).collect();
    let mut page = Page::new(w.s("nav-templates")).said(w, &asked).lead(w.s("templates-lead"));
    if staff.may_everywhere(Permission::Import) {
        let design = Action::link(w.s("design-new"), staff.at("/template-designs")).primary();
        let upload = Action::link(w.s("template-upload"), staff.at("/template-uploads"));
        page = page.part(Actions(vec![design, upload]));
    } else if staff.may(Permission::Import) {
        page = page.link(w.s("design-new"), staff.at("/template-designs")).part(Text(w.s("template-upload-event")));
    }
    page = page.part(Gallery(shots));
    if let Some(cursor) = templates["next"].as_str() {
        let next = Action::link(w.s("more"), staff.at(&format!("/templates?{}", written([("cursor", cursor)]))));
        page = page.part(Actions(vec![next]));
    }
    Ok(staff.page(&page))
}

fn shot(staff: &Staff, one: &Value) -> Shot {
    let (w, name) = (staff.w, text(one, "name"));
    let href = staff.at(&format!("/templates/{}", part(&name)));
    let drawn = spoken_name(one, &name, w.language);
    let events: Vec<&str> = one["used_by"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let version = one["version"].as_u64().unwrap_or_default();
    let version = match staff.day(&one["at"]) {
        Some(day) => w.with("template-version-of", [("version", version.into()), ("day", day.into())]),
        None => w.with("template-version", [("version", version.into())]),
    };
    let used = match events.len() {
        0 => w.s("template-unused"),
        many => {
            let named = events.iter().take(NAMED_EVENTS).copied().collect::<Vec<_>>().join(", ");
            let more = many.saturating_sub(NAMED_EVENTS);
            let more =
                if more == 0 { String::new() } else { format!(" {}", w.count("template-used-more", more as u64)) };
            w.with("template-used", [("events", format!("{named}{more}").into())])
        }
    };
    Shot {
        src: staff.at(&format!("/templates/{}/picture.png", part(&drawn))),
        href,
        alt: w.with("template-specimen", [("name", name.clone().into())]),
        title: name,
        tone: Tone::Grey,
        state: kind(staff, one),
        notes: vec![version, used],
    }
}

/// Returns how a template is named in a language, if it can be had in it.
fn spoken_name(template: &Value, name: &str, language: &str) -> String {
    let speaks = template["languages"].as_array().is_some_and(|all| all.iter().any(|one| one == language));
    if speaks { format!("{name}.{language}") } else { name.to_owned() }
}

/// Which version of a template is drawn, and for whom.
#[derive(Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    version: String,
    #[serde(default)]
    event: String,
    #[serde(default)]
    person: String,
    #[serde(default)]
    name: String,
}

impl Wanted {
    fn body(&self, format: &str) -> Value {
        let mut body = json!({ "format": format });
        for (member, value) in [("event", &self.event), ("person", &self.person), ("recipient", &self.name)] {
            if !value.trim().is_empty() {
                body[member] = json!(value.trim());
            }
        }
        body
    }

    fn query(&self) -> String {
        written([("version", &*self.version), ("event", &self.event), ("person", &self.person), ("name", &self.name)])
    }
}

fn preview(name: &str, wanted: &Wanted) -> String {
    let version = wanted.version.parse::<u32>().map(|version| version.to_string()).unwrap_or_default();
    let query = written([("version", &*version)]);
    let mark = if query.is_empty() { "" } else { "?" };
    format!("/templates/{}/preview{mark}{query}", part(name))
}

/// A specimen of a template.
pub(super) async fn picture(staff: Staff, Path(name): Path<String>, Query(wanted): Query<Wanted>) -> Answer {
    staff.pass_post(&preview(&name, &wanted), wanted.body("png")).await
}

/// Shows a template with its versions and where each is used.
pub(super) async fn show(staff: Staff, Path(name): Path<String>, uri: Uri) -> Answer {
    let (w, asked) = (staff.w, query(uri.query()));
    let told = staff.get(&format!("/templates/{}", part(&name))).await?;
    let (template, uses) = (&told["template"], told["used_by"].as_array().map_or(&[][..], Vec::as_slice));
    let version = asked.get("version").parse::<u64>().ok();
    let path = format!("/templates/{}", part(&name));
    let language = asked.some("language").unwrap_or(w.language);
    let drawn = format!("/templates/{}/picture.png", part(&spoken_name(template, &name, language)));
    let src = version.map_or_else(|| staff.at(&drawn), |version| staff.at(&format!("{drawn}?version={version}")));
    let alt = w.with("template-specimen", [("name", name.clone().into())]);
    let title = match version {
        Some(version) => {
            format!("{name}, {}", w.with("template-version", [("version", version.into())]))
        }
        None => name.clone(),
    };
    // What was found is about the newest version.
    let marks = if version.is_none() { marks(&staff, &template["findings"]) } else { Vec::new() };
    let mut page =
        Page::new(title).trail([trail(&staff)]).said(w, &asked).part(Actions(actions(&staff, template, uses)));
    page = page.part(Marked::new(Some(src), alt, page_of(&template["page"]), marks));
    if let Some(ways) = in_languages(&staff, &path, template) {
        page = page.part(ways);
    }
    page = page.part(Section::new("about", w.s("template-about")).part(facts(&staff, template)));
    page = page.part(versions(&staff, &path, template, uses).await).part(used(&staff, uses));
    Ok(staff.page(&page))
}

/// Shows the way to a built-in template's picture in each of its languages.
fn in_languages(staff: &Staff, path: &str, template: &Value) -> Option<Html> {
    let w = staff.w;
    let all = template["languages"].as_array().filter(|all| !all.is_empty())?;
    let way = |tag: &str| {
        Action::link(languages::name(w, tag), staff.at(&format!("{path}?{}", written([("language", tag)]))))
    };
    let ways = all.iter().filter_map(Value::as_str).map(way).collect();
    Some(
        Section::new("languages", w.s("template-languages"))
            .part(Text(w.s("template-languages-text")))
            .part(Actions(ways))
            .into(),
    )
}

/// Returns a page's size.
pub(super) fn page_of(value: &Value) -> Option<[f64; 2]> {
    let side = |at: usize| value[at].as_f64().filter(|side| *side > 0.0);
    Some([side(0)?, side(1)?])
}

/// Returns what was found of a template, with where it is.
pub(super) fn marks(staff: &Staff, findings: &Value) -> Vec<Mark> {
    let w = staff.w;
    let mark = |one: &Value| {
        let is_error = one["severity"] == "error";
        let side = |at: usize| one["area"][at].as_f64();
        let area = (|| Some([side(0)?, side(1)?, side(2)?, side(3)?]))();
        Mark {
            area,
            tone: if is_error { Tone::Red } else { Tone::Amber },
            state: w.s(if is_error { "template-fault" } else { "template-warning" }),
            text: phrases::said(w, &text(one, "message")),
            hint: phrases::said(w, &text(one, "hint")),
            at: text(one, "at"),
        }
    };
    findings.as_array().into_iter().flatten().map(mark).collect()
}

fn actions(staff: &Staff, template: &Value, uses: &[Value]) -> Vec<Action> {
    let (w, name) = (staff.w, text(template, "name"));
    let path = format!("/templates/{}", part(&name));
    let mut actions = vec![Action::link(w.s("template-try-names"), staff.at(&format!("{path}/try")))];
    let is_built_in = template["built_in"] == true;
    if staff.may(Permission::Import) {
        let next = if may_change(staff, template) && !is_built_in { "yes" } else { "" };
        let design = format!("/template-designs?{}", written([("from", &*name), ("next", next)]));
        actions.push(Action::link(w.s("design-from-this"), staff.at(&design)));
    }
    if may_change(staff, template) && !is_built_in {
        let upload = format!("/template-uploads?{}", written([("for", &*name)]));
        actions.push(Action::link(w.s("template-new-version"), staff.at(&upload)).primary());
    }
    if staff.may(Permission::Import) && uses.iter().any(|one| one["newest"] == false) {
        actions.push(Action::link(w.s("template-roll-out"), staff.at(&format!("{path}/roll-out"))));
    }
    actions.push(Action::file(w.s("template-file"), staff.api(&format!("{path}/archive"))));
    if may_change(staff, template) && !is_built_in && uses.is_empty() {
        actions.push(Action::link(w.s("template-remove"), staff.at(&format!("{path}/remove"))));
    }
    actions
}

fn facts(staff: &Staff, template: &Value) -> Facts {
    let w = staff.w;
    let texts = |member: &str| {
        let all: Vec<&str> = template[member].as_array()?.iter().filter_map(Value::as_str).collect();
        Some(all.join(", "))
    };
    let asset = |one: &Value| {
        let key = if one["present"] == true { "template-asset-there" } else { "template-asset-free" };
        w.with(key, [("name", text(one, "name").into())])
    };
    let assets: Vec<String> = template["assets"].as_array().into_iter().flatten().map(asset).collect();
    let size = page_of(&template["page"]);
    Facts::known([
        (w.s("template-title"), Some(text(template, "title"))),
        (w.s("template-kind"), Some(kind(staff, template))),
        (w.s("field-language"), Some(languages::name(w, &text(template, "language")))),
        (w.s("template-page"), size.map(|[width, height]| format!("{width} × {height} mm"))),
        (w.s("template-prints"), texts("placeholders")),
        (w.s("template-assets"), Some(assets.join(", "))),
    ])
}

async fn versions(staff: &Staff, path: &str, template: &Value, uses: &[Value]) -> Html {
    let (w, names) = (staff.w, Names::of(staff).await);
    let first = template["versions"][0]["version"].as_u64().unwrap_or(1);
    let row = |one: &Value| {
        let version = one["version"].as_u64().unwrap_or_default();
        let of: Vec<String> =
            uses.iter().filter(|used| used["digest"] == one["digest"]).map(|one| text(one, "event")).collect();
        let by = one["by"].as_str().map_or_else(|| Cell::text(w.s("template-built-in")), |by| names.cell(staff, by));
        vec![
            Cell::link(version.to_string(), staff.at(&format!("{path}?version={version}"))),
            Cell::text(staff.time(&one["at"]).unwrap_or_default()),
            by,
            Cell::text(of.join(", ")),
            Cell::link(w.s("template-file"), staff.api(&format!("{path}/archive?version={version}"))),
            match version > first {
                true => Cell::link(w.s("template-compare-before"), staff.at(&compared(path, version - 1, version))),
                false => Cell::text(String::new()),
            },
        ]
    };
    let table = Table {
        caption: w.s("template-versions"),
        heads: [
            w.s("template-version-head"),
            w.s("when"),
            w.s("template-by"),
            w.s("template-used-in"),
            w.s("template-file"),
            w.s("template-compare"),
        ]
        .into(),
        rows: template["versions"].as_array().into_iter().flatten().rev().map(row).collect(),
        empty: String::new(),
        next: None,
    };
    Section::new("versions", w.s("template-versions")).part(table).into()
}

/// Returns where two versions stand beside each other.
fn compared(path: &str, one: u64, other: u64) -> String {
    format!("{path}/compare?one={one}&other={other}")
}

fn used(staff: &Staff, uses: &[Value]) -> Html {
    let w = staff.w;
    let row = |one: &Value| {
        let event = text(one, "event");
        let (tone, key) = match one["newest"] == true {
            true => (Tone::Green, "template-newest"),
            false => (Tone::Amber, "template-older"),
        };
        let only = one["for"].as_str().map_or_else(|| text(one, "tier"), |small| w.s(&format!("template-for-{small}")));
        vec![
            Cell::link(event.clone(), staff.at(&format!("/events/{}/template", part(&event)))),
            Cell::text(only),
            Cell::text(text(one, "language")),
            Cell::state(tone, w.s(key)),
        ]
    };
    let table = Table {
        caption: w.s("template-used-in"),
        heads: [w.s("event"), w.s("template-tier"), w.s("field-language"), w.s("state")].into(),
        rows: uses.iter().map(row).collect(),
        empty: w.s("template-unused"),
        next: None,
    };
    Section::new("used", w.s("template-used-in")).part(table).into()
}

/// Tries a template with the names of an event: the longest, one of each script, and anybody of the list.
pub(super) async fn try_names(staff: Staff, Path(name): Path<String>, uri: Uri) -> Answer {
    let (w, asked) = (staff.w, query(uri.query()));
    let path = format!("/templates/{}", part(&name));
    let events = staff.get(&format!("/events?limit={MOST_EVENTS}")).await?;
    let choice =
        |one: &Value| Choice::new(text(one, "code"), format!("{} ({})", text(one, "title"), text(one, "code")));
    let mut choices = vec![Choice::new("", w.s("template-try-nobody"))];
    choices.extend(items(&events).iter().map(choice));
    let form = Form::filter(&staff, &format!("{path}/try"), w.s("template-try-show"))
        .field(Field::new("event", w.s("event"), Kind::Select(choices)).value(asked.get("event")))
        .field(Field::text("person", w.s("template-try-person")).value(asked.get("person")))
        .field(Field::text("name", w.s("template-try-name")).value(asked.get("name")))
        .field(Field::hidden("version", asked.get("version")));
    let wanted = |person: &str, name: &str| Wanted {
        version: asked.get("version").to_owned(),
        event: asked.get("event").to_owned(),
        person: person.to_owned(),
        name: name.to_owned(),
    };
    let mut page = Page::new(w.with("template-try-title", [("name", name.clone().into())]))
        .trail([trail(&staff), staff.crumb(name.clone(), &path)])
        .lead(w.s("template-try-lead"))
        .part(form);
    let tries = tries(&staff, asked.get("event"), &asked).await?;
    if tries.is_empty() && !asked.get("event").is_empty() {
        page = page.notice(Tone::Grey, w.s("template-try-empty"));
    }
    let mut shots = Vec::new();
    for one in tries {
        let wanted = wanted(&one.person, &one.name);
        let problem = problem_of(&staff, &preview(&name, &wanted), wanted.body("pdf")).await;
        let src = staff.at(&format!("{path}/picture.png?{}", wanted.query()));
        shots.push(one.shot(&staff, src, problem));
    }
    Ok(staff.page(&page.part(Gallery(shots))))
}

/// Somebody whom a template is tried with.
pub(super) struct Try {
    /// Why them.
    title: String,
    /// Their name, as it is shown.
    shown: String,
    /// Their id; nothing for who does not exist.
    pub(super) person: String,
    /// The name of who does not exist.
    pub(super) name: String,
}

impl Try {
    /// Returns why them, and who they are.
    pub(super) fn said(&self) -> String {
        format!("{}: {}", self.title, self.shown)
    }

    /// Returns the picture, or what stands in its way.
    pub(super) fn shot(self, staff: &Staff, src: String, problem: Option<Problem>) -> Shot {
        let w = staff.w;
        let (tone, key) = match problem {
            None => (Tone::Green, "template-try-fits"),
            Some(_) => (Tone::Red, "template-try-fails"),
        };
        let mut notes = vec![self.shown.clone()];
        notes.extend(problem.map(|problem| phrases::said(w, &problem.detail)));
        Shot {
            title: self.title,
            href: src.clone(),
            alt: w.with("template-specimen", [("name", self.shown.into())]),
            src,
            tone,
            state: w.s(key),
            notes: notes.into_iter().filter(|note| !note.is_empty()).collect(),
        }
    }
}

/// Returns whom a template is tried with: who was asked for, then the longest name of the event's list and one of each script.
///
/// # Errors
/// The page that says what is wrong.
pub(super) async fn tries(staff: &Staff, event: &str, asked: &Fields) -> Result<Vec<Try>, Response> {
    let w = staff.w;
    let mut all = Vec::new();
    let nobody = |title: &str, name: &str| Try {
        title: w.s(title),
        shown: name.to_owned(),
        person: String::new(),
        name: name.to_owned(),
    };
    if let Some(name) = asked.some("name") {
        all.push(nobody("template-try-name", name));
    }
    if event.is_empty() {
        if all.is_empty() {
            all.push(nobody("template-try-nobody", ""));
        }
        return Ok(all);
    }
    if let Some(person) = asked.some("person") {
        let path = format!("/events/{}/participants/{}", part(event), part(person));
        let told = staff.get(&path).await?;
        let shown = text(&told, "name");
        all.push(Try { title: w.s("template-try-chosen"), shown, person: person.to_owned(), name: String::new() });
    }
    let names = staff.get(&format!("/events/{}/try-names", part(event))).await?;
    let of = |title: String, one: &Value| Try {
        title,
        shown: text(one, "name"),
        person: text(one, "person"),
        name: String::new(),
    };
    if names["longest"].is_object() {
        all.push(of(w.s("template-try-longest"), &names["longest"]));
    }
    for one in names["scripts"].as_array().into_iter().flatten().take(MOST_SCRIPTS) {
        let script = text(one, "script");
        let known = w.if_any(&format!("script-{}", script.to_lowercase())).unwrap_or(script);
        // Who has the longest name is shown once, also where nobody else has a name of that script.
        match all.iter_mut().find(|other| !other.person.is_empty() && other.person == text(one, "person")) {
            Some(other) => other.title = format!("{}, {known}", other.title),
            None => all.push(of(known, one)),
        }
    }
    Ok(all)
}

/// Says why somebody's specimen cannot be drawn.
pub(super) async fn problem_of(staff: &Staff, path: &str, body: Value) -> Option<Problem> {
    let ask = Ask { body: Some(("application/json", body.to_string().into())), ..Ask::default() };
    staff.ask(Method::POST, path, ask).await.err()
}

/// Asks whether the newest version goes to the events that use an older one.
pub(super) async fn ask_roll_out(staff: Staff, Path(name): Path<String>) -> Answer {
    roll_out_page(&staff, &name, &Tried::NEW).await
}

async fn roll_out_page(staff: &Staff, name: &str, tried: &Tried<'_>) -> Answer {
    staff.needs(Permission::Import)?;
    let (w, path) = (staff.w, format!("/templates/{}", part(name)));
    let would = staff.get(&format!("{path}/roll-out")).await?;
    let events = items(&would);
    let fitting: Vec<&Value> = events.iter().filter(|one| one["fits"] == true).collect();
    let mut page = Page::new(w.s("template-roll-out"))
        .trail([trail(staff), staff.crumb(name, &path)])
        .lead(w.with("template-roll-out-lead", [("name", name.to_owned().into())]));
    if events.is_empty() {
        page = page.notice(Tone::Green, w.s("template-roll-out-none"));
    }
    let row = |one: &Value| {
        let (code, fits) = (text(one, "event"), one["fits"] == true);
        let count = |member: &str| one[member].as_u64().unwrap_or_default().into();
        let (tone, key) =
            if fits { (Tone::Green, "template-roll-out-gets") } else { (Tone::Red, "template-roll-out-keeps") };
        vec![
            Cell::link(text(one, "title"), staff.at(&format!("/events/{}", part(&code)))).sub(code),
            Cell::state(tone, w.s(key)),
            Cell::text(w.with("template-roll-out-people", [("people", count("people")), ("issued", count("issued"))])),
            Cell::text(why_of(w, one)),
        ]
    };
    if !events.is_empty() {
        let table = Table {
            caption: w.s("template-roll-out-who"),
            heads: [w.s("event"), w.s("state"), w.s("template-roll-out-touches"), w.s("why")].into(),
            rows: events.iter().map(row).collect(),
            empty: String::new(),
            next: None,
        };
        page = page.part(table);
    }
    if !fitting.is_empty() {
        let first: Vec<String> = fitting.iter().take(2).map(|one| text(one, "title")).collect();
        let names = w.with("generate-names", [("names", first.join(", ").into())]);
        let form = Form::new(staff, &format!("{path}/roll-out"), w.count("template-roll-out-do", fitting.len() as u64))
            .field(Field::hidden("count", events.len().to_string()))
            .field(Field::hidden("expected", text(&would, "set")))
            .tried(tried);
        let section = Section::new("start", w.s("generate-confirm")).part(Text(names));
        page = page.part(section.part(Text(w.s("template-roll-out-text"))).part(form));
    } else if let Some((_, problem)) = tried.0 {
        page = page.problem(Tone::Red, staff.w, problem);
    }
    Ok(staff.page_with(tried.status(), &page))
}

/// Says what stands in the way of an event, or which of its own pictures it would not show.
fn why_of(w: &Words, one: &Value) -> String {
    let hides = one["hides"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let hides: Vec<String> = hides.map(|name| super::look::picture_called(w, name)).collect();
    match hides.is_empty() {
        true => phrases::said(w, &text(one, "problem")),
        false => w.with("template-event-pictures-hidden", [("pictures", hides.join(", ").into())]),
    }
}

/// Gives the newest version to them, if they are those that were shown.
pub(super) async fn roll_out(Path(name): Path<String>, Sent { staff, fields }: Sent) -> Response {
    if let Err(response) = staff.needs(Permission::Import) {
        return response;
    }
    let path = format!("/templates/{}", part(&name));
    // Who takes out of the form what it confirms, confirms nothing.
    let count: u64 = fields.get("count").parse().unwrap_or_default();
    let body = json!({ "expected": count, "set": fields.get("expected") });
    let told = match staff.post(&format!("{path}/roll-out"), &fields, body).await {
        Ok(told) => told.value,
        Err(problem) => {
            let problem = super::batch::told(&staff, problem);
            let tried = Tried(Some((&fields, &problem)));
            return roll_out_page(&staff, &name, &tried).await.unwrap_or_else(|response| response);
        }
    };
    let w = staff.w;
    let failed: Vec<String> = items(&told)
        .iter()
        .filter(|one| one["done"] != true)
        .map(|one| format!("{}: {}", text(one, "event"), text(one, "problem")))
        .collect();
    if failed.is_empty() {
        return staff.done(&path, "template-rolled-out");
    }
    let done = (items(&told).len() - failed.len()) as u64;
    let page = Page::new(w.s("template-roll-out"))
        .trail([trail(&staff), staff.crumb(name.clone(), &path)])
        .notice(Tone::Green, w.count("template-rolled-out-some", done))
        .part(Notice { tone: Tone::Red, text: w.s("template-rolled-out-not"), items: failed })
        .link(w.s("template"), staff.at(&path));
    staff.page(&page)
}

/// Asks whether a template goes from the library.
pub(super) async fn ask_remove(staff: Staff, Path(name): Path<String>) -> Answer {
    staff.needs(Permission::Import)?;
    let told = staff.get(&format!("/templates/{}", part(&name))).await?;
    if !may_change(&staff, &told["template"]) || told["template"]["built_in"] == true {
        return Err(staff.failed(&Problem::forbidden(staff.w.s("forbidden"))));
    }
    Ok(staff.page(&removed(&staff, &name, &Tried::NEW)))
}

fn removed(staff: &Staff, name: &str, tried: &Tried<'_>) -> Page {
    let path = format!("/templates/{}", part(name));
    let sure = Sure {
        key: "template-remove",
        about: name.to_owned(),
        path: format!("{path}/remove"),
        trail: vec![trail(staff), staff.crumb(name, &path)],
        fields: Vec::new(),
    };
    sure.page(staff, tried)
}

/// Takes a template out of the library.
pub(super) async fn remove(Path(name): Path<String>, Sent { staff, fields }: Sent) -> Response {
    if let Err(response) = staff.needs(Permission::Import) {
        return response;
    }
    let ask = Ask { once: fields.some("once"), ..Ask::default() };
    match staff.ask(Method::DELETE, &format!("/templates/{}", part(&name)), ask).await {
        Ok(_) => staff.done("/templates", "template-removed"),
        Err(problem) => {
            let tried = Tried(Some((&fields, &problem)));
            staff.page_with(tried.status(), &removed(&staff, &name, &tried))
        }
    }
}
