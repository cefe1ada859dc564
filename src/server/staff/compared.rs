//! Versions of a template beside each other, and what is not the same, in words.

use axum::extract::Path;
use axum::http::Uri;
use serde_json::Value;

use super::designer::{element_said, member_said};
use super::events::text;
use super::form::{part, query, written};
use super::home::items;
use super::inside::{Answer, Staff};
use super::parts::{Gallery, Shot};
use super::ui::{Cell, Html, Page, Section, Table, Tone};
use crate::server::Problem;

/// Letters of a value that are shown.
const SHORT: usize = 80;

/// Shows two versions of a template, and what is not the same.
pub(super) async fn show(staff: Staff, Path(name): Path<String>, uri: Uri) -> Answer {
    let (w, asked) = (staff.w, query(uri.query()));
    let path = format!("/templates/{}", part(&name));
    let number = |member: &str| asked.get(member).parse::<u32>().ok();
    let (Some(one), Some(other)) = (number("one"), number("other")) else {
        return Err(staff.failed(&Problem::not_found(w.s("no-such-page"))));
    };
    let numbers = [("one", &*one.to_string()), ("other", &*other.to_string())];
    let changes = staff.get(&format!("{path}/compare?{}", written(numbers))).await?;
    let shot = |version: u32| {
        let said = w.with("template-version", [("version", version.into())]);
        Shot {
            href: staff.at(&format!("{path}?version={version}")),
            src: staff.at(&format!("{path}/picture.png?version={version}")),
            alt: format!("{}, {said}", w.with("template-specimen", [("name", name.clone().into())])),
            title: said,
            tone: Tone::Grey,
            state: w.s(if version == one { "template-compare-old" } else { "template-compare-new" }),
            notes: Vec::new(),
        }
    };
    let title =
        w.with("template-compare-title", [("name", name.clone().into()), ("one", one.into()), ("other", other.into())]);
    let trail = [staff.crumb(w.s("nav-templates"), "/templates"), staff.crumb(name.clone(), &path)];
    let found = Section::new("changes", w.s("template-compare")).part(table(&staff, items(&changes)));
    Ok(staff.page(&Page::new(title).trail(trail).part(Gallery(vec![shot(one), shot(other)])).part(found)))
}

/// Says what is not the same.
pub(super) fn table(staff: &Staff, changes: &[Value]) -> Html {
    let w = staff.w;
    let row = |change: &Value| {
        let (element, became) = (&change["element"], text(change, "became"));
        let what = match element.is_object() {
            true => element_said(w, element),
            false => w.s("design-paper"),
        };
        let tone = match became.as_str() {
            "added" => Tone::Green,
            "removed" => Tone::Red,
            _ => Tone::Grey,
        };
        let kind = text(element, "type");
        let member = |one: &Value| {
            let named = member_said(w, &kind, &text(one, "member"));
            match text(one, "member").as_str() {
                "file" => named,
                _ => format!("{named}: {} → {}", value_said(&one["before"]), value_said(&one["after"])),
            }
        };
        let members: Vec<String> = change["members"].as_array().into_iter().flatten().map(member).collect();
        vec![
            Cell::text(what),
            Cell::state(tone, w.s(&format!("template-became-{became}"))),
            Cell::text(members.join("; ")),
        ]
    };
    Table {
        caption: w.s("template-compare"),
        heads: [w.s("template-compare-what"), w.s("state"), w.s("template-compare-how")].into(),
        rows: changes.iter().map(row).collect(),
        empty: w.s("template-compare-same"),
        next: None,
    }
    .into()
}

/// Writes a value of the document, as short as it can be shown.
fn value_said(value: &Value) -> String {
    let said = match value {
        Value::Null => return "–".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let short: String = said.chars().take(SHORT).collect();
    if said.chars().nth(SHORT).is_some() { format!("{short}…") } else { short }
}
