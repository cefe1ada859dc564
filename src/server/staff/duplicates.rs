//! People who may be one: found in an event and over all events, and made one of two once somebody has looked at both.

use axum::extract::Path;
use axum::http::Uri;
use axum::response::Response;
use serde_json::{Value, json};

use super::beside::beside;
use super::events::{text, trail};
use super::form::{Fields, part, query, written};
use super::home::items;
use super::import::words::{Headers, own_label};
use super::inside::{Answer, Sent, Staff};
use super::ui::{
    Action, Actions, Cell, Choice, Crumb, Facts, Field, Form, Html, Kind, Page, Section, Table, Text, Tried,
};
use crate::accounts::Permission;

/// Groups that a page shows.
const SHOWN: usize = 50;

/// Lists those of an event.
pub(super) async fn list(staff: Staff, Path(code): Path<String>, uri: Uri) -> Answer {
    let (w, path) = (staff.w, format!("/events/{}", part(&code)));
    let event = staff.get(&path).await?;
    let found = staff.get(&format!("{path}/duplicates")).await?;
    let mut page = Page::new(w.s("duplicates")).trail(trail(&staff, &code, &event)).said(w, &query(uri.query()));
    page = page.lead(w.s("duplicates-lead"));
    if items(&found).is_empty() {
        page = page.part(Text(w.s("duplicates-none")));
    }
    for group in items(&found).iter().take(SHOWN) {
        page = page.part(of_group(&staff, &path, group));
    }
    if items(&found).len() > SHOWN {
        page = page.part(Text(w.count("duplicates-further", (items(&found).len() - SHOWN) as u64)));
    }
    let everywhere = Action::link(w.s("duplicates-everywhere"), staff.at("/duplicates"));
    Ok(staff.page(&page.part(Actions(vec![everywhere]))))
}

fn of_group(staff: &Staff, path: &str, group: &Value) -> Html {
    let w = staff.w;
    let people = group["people"].as_array().map_or(&[][..], Vec::as_slice);
    let first = people.first().map(|one| text(one, "id")).unwrap_or_default();
    let row = |person: &Value| {
        let id = text(person, "id");
        let query = written([("one", first.as_str()), ("other", id.as_str())]);
        let merge = Action::link(w.s("merge-look"), staff.at(&format!("{path}/merge?{query}")));
        let may = staff.may(Permission::Import) && id != first;
        vec![
            Cell::link(text(person, "name"), staff.at(&format!("{path}/people/{}", part(&id))))
                .sub(text(person, "external_id")),
            Cell::text(text(person, "email")),
            Cell::text(text(person, "certificate")),
            Cell::text(staff.day(&person["imported"]).unwrap_or_default()),
            Cell::act(may.then_some(merge)),
        ]
    };
    let count = group["count"].as_u64().unwrap_or_default();
    let key = if group["same"] == "email" { "duplicates-same-email" } else { "duplicates-same-name" };
    Table {
        caption: w.count(key, count),
        heads: [w.s("name"), w.s("email"), w.s("certificate"), w.s("duplicates-since"), String::new()].into(),
        rows: people.iter().map(row).collect(),
        empty: String::new(),
        next: None,
    }
    .into()
}

/// Lists mailboxes that stand for different names in different events.
pub(super) async fn everywhere(staff: Staff) -> Answer {
    let w = staff.w;
    let found = staff.get("/duplicates").await?;
    let mut page = Page::new(w.s("duplicates-everywhere")).trail([staff.crumb(w.s("nav-events"), "/events")]);
    page = page.lead(w.s("duplicates-everywhere-text"));
    if items(&found).is_empty() {
        page = page.part(Text(w.s("duplicates-none-everywhere")));
    }
    for mailbox in items(&found).iter().take(SHOWN) {
        let row = |one: &Value| {
            let (event, person) = (text(one, "event"), &one["person"]);
            let path = staff.at(&format!("/events/{}/people/{}", part(&event), part(&text(person, "id"))));
            vec![Cell::link(text(person, "name"), path), Cell::text(event), Cell::text(text(person, "certificate"))]
        };
        page = page.part(Table {
            caption: text(mailbox, "email"),
            heads: [w.s("name"), w.s("event"), w.s("certificate")].into(),
            rows: mailbox["people"].as_array().into_iter().flatten().map(row).collect(),
            empty: String::new(),
            next: None,
        });
    }
    Ok(staff.page(&page))
}

/// Asks whether two are one, with both side by side.
pub(super) async fn ask_merge(staff: Staff, Path(code): Path<String>, uri: Uri) -> Answer {
    two(&staff, &code, &query(uri.query()), &Tried::NEW).await
}

async fn two(staff: &Staff, code: &str, asked: &Fields, tried: &Tried<'_>) -> Answer {
    staff.needs(Permission::Import)?;
    let (w, path) = (staff.w, format!("/events/{}", part(code)));
    let event = staff.get(&path).await?;
    let (one, other) = (asked.get("one"), asked.get("other"));
    let mut people = Vec::new();
    for id in [one, other] {
        people.push(staff.get(&format!("{path}/participants/{}", part(id))).await?);
    }
    let choices = people.iter().map(|person| Choice::new(text(person, "id"), named(person)));
    // However they were asked for: who stays is chosen by these ids.
    let ids = people.iter().zip(["one", "other"]).map(|(person, name)| Field::hidden(name, text(person, "id")));
    let form = Form::new(staff, &format!("{path}/merge"), w.s("merge"))
        .danger()
        .fields(ids)
        .field(Field::new("keep", w.s("merge-keep"), Kind::Radios(choices.collect())).value(kept(&people)))
        .field(super::why::asked(w).required())
        .tried(tried);
    let own: Crumb = staff.crumb(w.s("duplicates"), &format!("{path}/duplicates"));
    let headers = Headers::of(staff, &path).await;
    let mut page = Page::new(w.s("merge-title")).trail(trail(staff, code, &event).into_iter().chain([own])).narrow();
    page = page.lead(w.s("merge-text"));
    for (at, person) in people.iter().enumerate() {
        page = page.part(
            Section::new(&format!("person-{at}"), format!("{}. {}", at + 1, text(person, "name")))
                .part(known(staff, &headers, person)),
        );
    }
    Ok(staff.page_with(tried.status(), &page.part(form)))
}

/// Returns who stays unless somebody says otherwise: who has a certificate, else the first.
fn kept(people: &[Value]) -> String {
    let has = people.iter().find(|person| person["certificate"].is_string());
    has.or(people.first()).map(|person| text(person, "id")).unwrap_or_default()
}

/// Returns how somebody is told from who has the same name.
fn named(person: &Value) -> String {
    let more = ["email", "external_id", "certificate"].map(|member| text(person, member));
    let all = [text(person, "name")].into_iter().chain(more).filter(|text| !text.is_empty());
    all.collect::<Vec<_>>().join(" · ")
}

fn known(staff: &Staff, headers: &Headers, person: &Value) -> Html {
    let w = staff.w;
    let fields = person["fields"].as_object().into_iter().flatten();
    let fields = fields.map(|(name, value)| (own_label(w, headers, name), value.as_str().map(str::to_owned)));
    let facts = [
        (w.s("email"), Some(text(person, "email"))),
        (w.s("field-external-id"), Some(text(person, "external_id"))),
        (w.s("certificate"), Some(text(person, "certificate"))),
        (w.s("duplicates-since"), staff.day(&person["imported"])),
    ];
    Facts::known(facts.into_iter().chain(fields)).into()
}

/// Makes one of two.
pub(super) async fn merge(Path(code): Path<String>, Sent { staff, fields }: Sent) -> Response {
    let path = format!("/events/{}", part(&code));
    let keep = fields.get("keep");
    let gone = if keep == fields.get("one") { fields.get("other") } else { fields.get("one") };
    let told = match super::why::needed(staff.w, &fields, super::why::WHY) {
        Ok(()) => staff.post(&format!("{path}/merge"), &fields, json!({ "keep": keep, "gone": gone })).await,
        Err(problem) => Err(problem),
    };
    match told {
        Ok(told) => staff.done(&format!("{path}/people/{}", part(&text(&told.value, "id"))), "merged"),
        Err(problem) => {
            let problem = beside(staff.w, problem);
            let tried = Tried(Some((&fields, &problem)));
            two(&staff, &code, &fields, &tried).await.unwrap_or_else(|response| response)
        }
    }
}
