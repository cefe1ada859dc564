//! The step "Preview" of an event: how certificates will look for people on its list, and that somebody has looked. It is advice; nothing
//! waits for it.

use axum::extract::Path;
use axum::http::{Method, Uri};
use axum::response::Response;
use serde_json::{Value, json};

use super::designer::list;
use super::events::{text, trail};
use super::form::{Fields, part, query, written};
use super::inside::{Answer, Sent, Staff};
use super::library::{problem_of, tries};
use super::names::Names;
use super::parts::Gallery;
use super::ui::{Action, Actions, Facts, Field, Form, Html, Notice, Page, Section, Text, Tone, Tried};
use super::within::Ask;
use crate::accounts::Permission;

/// Most people of a list that is tried as a whole whenever the page is looked at.
const AT_ONCE: u64 = 500;

/// Shows the preview.
pub(super) async fn show(staff: Staff, Path(code): Path<String>, uri: Uri) -> Answer {
    page(&staff, &code, &query(uri.query()), &Tried::NEW).await
}

async fn page(staff: &Staff, code: &str, asked: &Fields, tried: &Tried<'_>) -> Answer {
    let (w, path) = (staff.w, format!("/events/{}", part(code)));
    let event = staff.get(&path).await?;
    // Before what is drawn: whoever changes it meanwhile has it looked at anew.
    let told = staff.told(&format!("{path}/previewed")).await?;
    let mut page = Page::new(w.s("step-preview")).trail(trail(staff, code, &event)).said(w, asked);
    let template = text(&event["template"], "name");
    let missing = [
        (template.is_empty(), "preview-no-template", "step-template", "/template"),
        (told.value["people"] == 0, "preview-nobody", "step-people", "/import"),
    ];
    let missing: Vec<_> = missing.into_iter().filter(|(is_so, ..)| *is_so).collect();
    page = page.lead(w.s("preview-lead")).part(stands(staff, &told.value).await);
    if !missing.is_empty() {
        for (_, said, _, _) in &missing {
            page = page.notice(Tone::Amber, w.s(said));
        }
        let ways = missing.iter().map(|(_, _, key, way)| Action::link(w.s(key), staff.at(&format!("{path}{way}"))));
        return Ok(staff.page_with(tried.status(), &page.part(Actions(ways.collect()))));
    }
    page = page.part(drawings(staff, code, &path, asked).await?);
    page = page.part_if(everybody(staff, &path, (asked, told.value["people"].as_u64().unwrap_or_default())).await);
    if staff.may(Permission::Import) && event["archived"].is_null() {
        let form = Form::new(staff, &format!("{path}/preview"), w.s("preview-looked"))
            .field(Field::hidden("seen", &told.tag))
            .tried(tried);
        page = page.part(Section::new("looked", w.s("preview-look")).part(Text(w.s("preview-look-text"))).part(form));
    }
    let ways = [("step-template", "/template"), ("step-generate", "/generate")];
    let ways = ways.map(|(key, way)| Action::link(w.s(key), staff.at(&format!("{path}{way}"))));
    Ok(staff.page_with(tried.status(), &page.part(Actions(ways.into()))))
}

/// Who looked, at what, and what has changed since.
async fn stands(staff: &Staff, told: &Value) -> Html {
    let (w, looked) = (staff.w, &told["looked"]);
    if looked.is_null() {
        return Notice { tone: Tone::Grey, text: w.s("preview-not-yet"), items: Vec::new() }.into();
    }
    let since = told["since"].as_array().map_or(&[][..], Vec::as_slice);
    let changed = since.iter().filter_map(Value::as_str).map(|what| w.s(&format!("preview-since-{what}"))).collect();
    let notice = match told["state"] == "looked" {
        true => Notice { tone: Tone::Green, text: w.s("preview-as-looked"), items: Vec::new() },
        false => Notice { tone: Tone::Amber, text: w.s("preview-anew"), items: changed },
    };
    // One that is no version of the library is known by what it is made of.
    let digest = || text(looked, "digest").chars().take(8).collect();
    let version: String = looked["version"].as_u64().map_or_else(digest, |version| version.to_string());
    let values = [("template", text(looked, "template").into()), ("version", version.into())];
    let template = w.with("preview-version", values);
    let facts = Facts::known([
        (w.s("preview-by"), Some(Names::of(staff).await.name(staff, &text(looked, "by")))),
        (w.s("preview-at"), staff.time(&looked["at"])),
        (w.s("template"), Some(template)),
        (w.s("people"), looked["people"].as_u64().map(|people| w.number(people))),
    ]);
    Html(Html::from(notice).0 + &Html::from(facts).0)
}

/// The certificates of somebody who is asked for, of the longest name, and of one of each script on the list.
async fn drawings(staff: &Staff, code: &str, path: &str, asked: &Fields) -> Result<Html, Response> {
    let (w, mut shots) = (staff.w, Vec::new());
    let person = asked.get("person");
    for one in tries(staff, code, asked).await? {
        let query = written([("person", &*one.person), ("name", &*one.name)]);
        let mut body = json!({ "format": "pdf" });
        for (member, value) in [("person", &one.person), ("name", &one.name)] {
            if !value.is_empty() {
                body[member] = json!(value);
            }
        }
        let problem = problem_of(staff, &format!("{path}/specimen"), body).await;
        shots.push(one.shot(staff, staff.at(&format!("{path}/specimen.png?{query}")), problem));
    }
    let form = Form::filter(staff, &format!("{path}/preview"), w.s("preview-show"))
        .field(Field::text("person", w.s("template-try-person")).value(person));
    let section = Section::new("drawn", w.s("preview-drawn"));
    let section =
        if shots.is_empty() { section.part(Text(w.s("template-try-empty"))) } else { section.part(Gallery(shots)) };
    Ok(section.part(form).into())
}

/// Everybody of the list, tried with the template that would be theirs: at once where the list is short.
async fn everybody(staff: &Staff, path: &str, (asked, people): (&Fields, u64)) -> Option<Html> {
    let w = staff.w;
    if people > AT_ONCE && asked.get("kind").is_empty() && !asked.on("list") {
        let way = Action::link(w.s("design-names-look"), staff.at(&format!("{path}/preview?list=yes#names")));
        return Some(Section::new("names", w.s("design-names")).part(Actions(vec![way])).into());
    }
    let range = list::range(asked);
    let query = written(range.iter().map(|(name, value)| (*name, &**value)));
    let tried = staff.get_if(&format!("{path}/try-list?{query}")).await?;
    let shown = |person: &str| staff.at(&format!("{path}/preview?{}", written([("person", person)])));
    let all = |kind: &str, from: u64| {
        staff.at(&format!("{path}/preview?{}", written([("kind", kind), ("from", &*from.to_string())])))
    };
    Some(list::tried(staff, &tried, asked, &list::Ways { shown: &shown, all: &all }))
}

/// Notes that they have looked.
pub(super) async fn look(Path(code): Path<String>, Sent { staff, fields }: Sent) -> Response {
    if let Err(response) = staff.needs(Permission::Import) {
        return response;
    }
    let path = format!("/events/{}", part(&code));
    let ask = Ask { seen: fields.some("seen"), once: fields.some("once"), ..Ask::default() };
    match staff.ask(Method::POST, &format!("{path}/previewed"), ask).await {
        Ok(_) => staff.done(&path, "previewed"),
        Err(problem) => {
            let tried = Tried(Some((&fields, &problem)));
            page(&staff, &code, &Fields::default(), &tried).await.unwrap_or_else(|response| response)
        }
    }
}

/// Returns what is said of the step, and how it looks: nobody has to look at what is issued already.
pub(super) fn step(staff: &Staff, told: &Value) -> (String, Tone) {
    let w = staff.w;
    match told["state"].as_str() {
        Some("looked") => {
            let day = staff.day(&told["looked"]["at"]).unwrap_or_default();
            (w.with("step-preview-looked", [("day", day.into())]), Tone::Green)
        }
        Some("anew") => (w.s("step-preview-anew"), Tone::Amber),
        _ => (w.s("step-preview-not-yet"), Tone::Grey),
    }
}
