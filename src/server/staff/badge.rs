//! The badge of an event: drawn from its title, or a picture of its own.

use axum::extract::{Path, Query};
use axum::http::{Method, Uri};
use axum::response::Response;
use serde::Deserialize;

use super::events::{text, trail};
use super::form::{Fields, File, part, parts, query};
use super::inside::{Answer, Sent, Staff};
use super::ui::{Action, Actions, Field, Form, Kind, Page, Picture, Section, Text, Tried};
use super::within::Ask;
use crate::accounts::Permission;
use crate::server::Problem;

/// Shows the badge, and asks for another one.
pub(super) async fn show(staff: Staff, Path(code): Path<String>, uri: Uri) -> Answer {
    page(&staff, &code, &query(uri.query()), &Tried::NEW).await
}

async fn page(staff: &Staff, code: &str, asked: &Fields, tried: &Tried<'_>) -> Answer {
    let (w, path) = (staff.w, format!("/events/{}", part(code)));
    let told = staff.told(&path).await?;
    let event = &told.value;
    let own = text(event, "badge");
    let digest = text(&event["badge_template"], "digest");
    let mark = if own.is_empty() { &digest } else { &own };
    let src = staff.at(&format!("{path}/badge.png?of={}", mark.get(..16).unwrap_or("title")));
    let picture = Picture { src, alt: w.with("badge-picture", [("title", text(event, "title").into())]) };
    let by = text(&event["badge_template"], "name");
    let said = match (own.is_empty(), by.is_empty()) {
        (false, _) => w.s("badge-own"),
        (true, true) => w.s("badge-drawn"),
        (true, false) => w.with("badge-by-template", [("name", by.into())]),
    };
    let mut page = Page::new(w.s("badge")).trail(trail(staff, code, event)).said(w, asked).narrow();
    page = page.part(Section::new("now", w.s("badge-now")).part(Text(said)).part(picture));
    if staff.may(Permission::Import) {
        page = page.link(w.s("badge-to-templates"), staff.at(&format!("{path}/template#small")));
        let form = Form::new(staff, &format!("{path}/badge"), w.s("badge-take"))
            .field(Field::hidden("seen", &told.tag))
            .field(
                Field::new("file", w.s("badge-file"), Kind::File("image/png,image/svg+xml"))
                    .required()
                    .hint(w.s("badge-file-hint")),
            )
            .tried(tried);
        let mut section = Section::new("own", w.s("badge-change")).part(Text(w.s("badge-text"))).part(form);
        if !own.is_empty() {
            let fields = [("remove", "yes"), ("seen", told.tag.as_str())];
            let remove = Action::post(staff, w.s("badge-remove"), &format!("{path}/badge"), &fields);
            section = section.part(Actions(vec![remove]));
        }
        page = page.part(section);
    }
    Ok(staff.page_with(tried.status(), &page))
}

/// Which picture: it is another one once the event has another badge.
#[derive(Deserialize)]
pub(super) struct Which {
    #[serde(default)]
    #[allow(dead_code, reason = "it tells browsers one picture from another")]
    of: String,
}

/// The badge as a picture.
pub(super) async fn picture(staff: Staff, Path(code): Path<String>, Query(_): Query<Which>) -> Answer {
    staff.pass(&format!("/events/{}/badge?format=png", part(&code))).await
}

/// Takes a picture, or takes it away.
pub(super) async fn save(Path(code): Path<String>, Sent { staff, fields }: Sent) -> Response {
    match saved(&staff, &code, &fields).await {
        Ok(()) => staff.done(&format!("/events/{}/badge", part(&code)), "saved"),
        Err(problem) => {
            let tried = Tried(Some((&fields, &problem)));
            page(&staff, &code, &fields, &tried).await.unwrap_or_else(|response| response)
        }
    }
}

async fn saved(staff: &Staff, code: &str, fields: &Fields) -> Result<(), Problem> {
    let path = format!("/events/{}/badge", part(code));
    let seen = fields.some("seen");
    if fields.on("remove") {
        return staff.ask(Method::DELETE, &path, Ask { seen, ..Ask::default() }).await.map(drop);
    }
    let file: Vec<&File> = fields.file("file").into_iter().collect();
    if file.is_empty() {
        let none = Problem::unprocessable("invalid", staff.w.s("badge-none"));
        return Err(none);
    }
    let (kind, body) = parts(std::iter::empty(), &file);
    staff.ask(Method::PUT, &path, Ask { seen, body: Some((&kind, body)), ..Ask::default() }).await.map(drop)
}
