//! What an event's certificates look like: the template that is chosen, with its own logo and signatures, tried out with a name.

use axum::extract::{Path, Query};
use axum::http::{Method, Uri};
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

use super::events::{text, trail};
use super::form::{Fields, File, part, parts, query, written};
use super::home::items;
use super::inside::{Answer, Sent, Staff};
use super::ui::{Action, Actions, Choice, Field, Form, Kind, Page, Picture, Section, Text, Tone, Tried};
use super::within::Ask;
use crate::accounts::Permission;
use crate::server::Problem;

/// The pictures that an event may have of its own.
const PICTURES: [&str; 3] = ["logo", "signature_1", "signature_2"];

/// Shows what is chosen, and asks what shall be.
pub(super) async fn show(staff: Staff, Path(code): Path<String>, uri: Uri) -> Answer {
    page(&staff, &code, &query(uri.query()), &Tried::NEW).await
}

async fn page(staff: &Staff, code: &str, asked: &Fields, tried: &Tried<'_>) -> Answer {
    let (w, path) = (staff.w, format!("/events/{}", part(code)));
    let told = staff.told(&path).await?;
    let event = &told.value;
    let chosen = text(&event["template"], "name");
    let mut page = Page::new(w.s("step-template")).trail(trail(staff, code, event)).said(w, asked);
    if chosen.is_empty() {
        page = page.notice(Tone::Amber, w.s("template-none"));
    } else {
        let name = asked.some("name").unwrap_or_default();
        let src = staff.at(&format!("{path}/specimen.png?{}", written([("name", name)])));
        let form = Form::filter(staff, &format!("{path}/template"), w.s("template-try"))
            .field(Field::text("name", w.s("template-try-name")).value(name));
        let picture = Picture { src, alt: w.with("template-specimen", [("name", chosen.clone().into())]) };
        page = page.part(
            Section::new("specimen", w.with("template-chosen", [("name", chosen.clone().into())]))
                .part(picture)
                .part(form),
        );
    }
    if staff.may(Permission::Import) {
        let templates = staff.get("/templates?limit=200").await?;
        page = page.part(choose(staff, &path, &told.tag, &templates, &chosen, tried));
    }
    Ok(staff.page_with(tried.status(), &page))
}

fn choose(
    staff: &Staff,
    path: &str,
    seen: &str,
    templates: &Value,
    chosen: &str,
    tried: &Tried<'_>,
) -> super::ui::Html {
    let w = staff.w;
    let names: Vec<Choice> =
        items(templates).iter().map(|one| Choice::new(text(one, "name"), text(one, "name"))).collect();
    let first = names.first().map_or_else(String::new, |choice| choice.value.clone());
    let form = Form::new(staff, &format!("{path}/template"), w.s("template-take"))
        .field(Field::hidden("seen", seen))
        .field(Field::new("template", w.s("template"), Kind::Select(names)).value(if chosen.is_empty() {
            first
        } else {
            chosen.to_owned()
        }))
        .field(
            Field::new("logo", w.s("template-logo"), Kind::File("image/png,image/jpeg,image/svg+xml"))
                .hint(w.s("template-logo-hint")),
        )
        .field(Field::new("signature_1", w.s("template-signature-1"), Kind::File("image/png,image/jpeg,image/svg+xml")))
        .field(Field::new("signature_2", w.s("template-signature-2"), Kind::File("image/png,image/jpeg,image/svg+xml")))
        .tried(tried);
    let all = Action::link(w.s("nav-templates"), staff.at("/templates"));
    Section::new("choose", w.s("template-choose"))
        .part(Text(w.s("template-choose-text")))
        .part(form)
        .part(Actions(vec![all]))
        .into()
}

/// Takes a template, with pictures of the event's own put into it where there are some.
pub(super) async fn take(Path(code): Path<String>, Sent { staff, fields }: Sent) -> Response {
    match taken(&staff, &code, &fields).await {
        Ok(()) => staff.done(&format!("/events/{}/template", part(&code)), "saved"),
        Err(problem) => {
            let tried = Tried(Some((&fields, &problem)));
            page(&staff, &code, &fields, &tried).await.unwrap_or_else(|response| response)
        }
    }
}

async fn taken(staff: &Staff, code: &str, fields: &Fields) -> Result<(), Problem> {
    let pictures: Vec<&File> = PICTURES.iter().filter_map(|name| fields.file(name)).collect();
    let base = fields.get("template");
    let name = match pictures.is_empty() {
        true => base.to_owned(),
        false => with_pictures(staff, code, base, &pictures).await?,
    };
    let body = json!({ "template": name });
    staff.send(Method::PATCH, &format!("/events/{}", part(code)), fields, body).await.map(|_| ())
}

/// Keeps a template of the event's own: another one with its pictures.
async fn with_pictures(staff: &Staff, code: &str, base: &str, pictures: &[&File]) -> Result<String, Problem> {
    let own = format!("event-{}", code.to_lowercase());
    let is_kept = staff.get_if(&format!("/templates/{own}")).await.is_some();
    let texts = [("base", base), ("name", &own)];
    let texts = if is_kept { &texts[..1] } else { &texts[..] };
    let (kind, body) = parts(texts.iter().copied(), pictures);
    let ask = Ask { body: Some((&kind, body)), ..Ask::default() };
    match is_kept {
        true => staff.ask(Method::PUT, &format!("/templates/{own}"), ask).await?,
        false => staff.ask(Method::POST, "/templates", ask).await?,
    };
    Ok(own)
}

/// For whom a specimen is drawn.
#[derive(Deserialize)]
pub(super) struct For {
    #[serde(default)]
    name: String,
}

/// A specimen of an event's certificate.
pub(super) async fn specimen(staff: Staff, Path(code): Path<String>, Query(wanted): Query<For>) -> Answer {
    let mut body = json!({ "format": "png" });
    if !wanted.name.trim().is_empty() {
        body["name"] = json!(wanted.name.trim());
    }
    drawn(&staff, &format!("/events/{}/specimen", part(&code)), body).await
}

/// A specimen of a template.
pub(super) async fn of_template(staff: Staff, Path(name): Path<String>) -> Answer {
    drawn(&staff, &format!("/templates/{}/preview", part(&name)), json!({ "format": "png" })).await
}

async fn drawn(staff: &Staff, path: &str, body: Value) -> Answer {
    staff.pass_post(path, body).await
}

/// Lists templates with their pictures.
pub(super) async fn list(staff: Staff, uri: Uri) -> Answer {
    let w = staff.w;
    let templates = staff.get("/templates?limit=200").await?;
    let mut page = Page::new(w.s("nav-templates")).said(w, &query(uri.query())).lead(w.s("templates-lead"));
    for one in items(&templates) {
        let name = text(one, "name");
        let src = staff.at(&format!("/templates/{}/picture.png", part(&name)));
        let picture = Picture { src, alt: w.with("template-specimen", [("name", name.clone().into())]) };
        let kind = w.s(if one["built_in"] == true { "template-built-in" } else { "template-own" });
        let file =
            Action::file(w.s("template-file"), staff.api(&format!("/templates/{}/files/template.json", part(&name))));
        page = page
            .part(Section::new(&format!("t-{name}"), name).part(Text(kind)).part(picture).part(Actions(vec![file])));
    }
    Ok(staff.page(&page))
}
