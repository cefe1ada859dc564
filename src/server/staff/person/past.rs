//! What a card tells of a person besides what is so now: earlier certificates, what was done about them, and the same person elsewhere.

use serde_json::Value;

use super::super::events::text;
use super::super::form::part;
use super::super::home::items;
use super::super::inside::Staff;
use super::super::names::Names;
use super::super::ui::{Cell, Html, Section, Table, Text};
use super::super::{certificates, people};
use super::path;

/// Other events that are shown.
const OTHERS: usize = 50;

/// What they had in this event before the newest certificate.
pub(super) async fn earlier(staff: &Staff, person: &Value) -> Html {
    let w = staff.w;
    let mut rows = Vec::new();
    for number in person["earlier_certificates"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        let found = staff.get_if(&format!("/certificates/{}", part(number))).await.unwrap_or_default();
        let current = found["versions"].as_array().and_then(|all| all.last()).cloned().unwrap_or_default();
        rows.push(vec![
            Cell::link(number, staff.at(&format!("/certificates/{}", part(number)))),
            certificates::standing(staff, &current),
            Cell::text(staff.day(&current["issued"]).unwrap_or_default()),
        ]);
    }
    if rows.is_empty() {
        return Html(String::new());
    }
    let heads = [w.s("certificate"), w.s("state"), w.s("issued")].into();
    Table { caption: w.s("person-earlier"), heads, rows, empty: String::new(), next: None }.into()
}

/// What was done about them: when, by whom, why.
pub(super) async fn history(staff: &Staff, (code, who): (&str, &str)) -> Html {
    let w = staff.w;
    let path = format!("/events/{}/participants/{}/history", part(code), part(who));
    let found = staff.get_if(&path).await.unwrap_or_default();
    let names = Names::of(staff).await;
    let row = |one: &Value| {
        let action = text(one, "action");
        let what = w.if_any(&format!("act-{}", action.replace(['.', '_'], "-"))).unwrap_or(action);
        let cause = text(one, "cause").replace('_', "-");
        let known = ["cause", "excluded"].iter().find_map(|kind| w.if_any(&format!("{kind}-{cause}")));
        let why = known.unwrap_or_default();
        let about = match (text(one, "number"), text(one, "run")) {
            (number, _) if !number.is_empty() => {
                Cell::link(number.clone(), staff.at(&format!("/certificates/{number}")))
            }
            (_, run) if !run.is_empty() => Cell::link(w.s("person-run"), staff.at(&format!("/runs/{}", part(&run)))),
            _ => Cell::text(""),
        };
        vec![
            Cell::text(staff.time(&one["at"]).unwrap_or_default()),
            Cell::text(what),
            names.cell(staff, &text(one, "by")),
            about,
            Cell::text(why).sub([text(one, "text"), text(one, "note")].join(" ").trim()),
        ]
    };
    let table = Table {
        caption: w.s("person-history"),
        heads: ["when", "person-act", "run-by", "person-about", "why"].map(|key| w.s(key)).into(),
        rows: items(&found).iter().map(row).collect(),
        empty: w.s("person-history-none"),
        next: None,
    };
    Section::new("history", w.s("person-history")).part(table).into()
}

/// The same person in other events: as the portal puts them together.
pub(super) async fn others(staff: &Staff, (code, who): (&str, &str), person: &Value) -> Html {
    let w = staff.w;
    let own = text(person, "id");
    let found = staff.get_if(&format!("/events/{}/participants/{}/enrolments", part(code), part(who))).await;
    let found = found.unwrap_or_default();
    let mut seen = std::collections::BTreeSet::new();
    let all: Vec<(String, String)> = items(&found)
        .iter()
        .map(|one| (text(one, "event"), text(one, "person")))
        .filter(|one| !(one.0.eq_ignore_ascii_case(code) && one.1 == own) && seen.insert(one.clone()))
        .collect();
    let mut rows = Vec::new();
    for (other, id) in all.iter().take(OTHERS) {
        let title = staff.get_if(&format!("/events/{}", part(other))).await.map(|event| text(&event, "title"));
        let decision = format!("/events/{}/eligibility/{}", part(other), part(id));
        let Some(one) = staff.get_if(&decision).await else { continue };
        let number = text(&one, "certificate");
        let certificate = match number.is_empty() {
            true => Cell::text(""),
            false => Cell::link(number.clone(), staff.at(&format!("/certificates/{number}"))),
        };
        rows.push(vec![
            Cell::link(title.unwrap_or_else(|| other.clone()), staff.at(&path(other, id))),
            Cell::text(text(&one, "name")).sub(text(&one, "email")),
            people::decision(staff, &one),
            certificate,
        ]);
    }
    let more = all.len().saturating_sub(OTHERS) as u64;
    let table = Table {
        caption: w.s("person-others"),
        heads: [w.s("event"), w.s("name"), w.s("people-decision"), w.s("certificate")].into(),
        rows,
        empty: w.s("person-no-others"),
        next: None,
    };
    let section = Section::new("others", w.s("person-others")).part(table);
    if more > 0 { section.part(Text(w.count("person-more-others", more))).into() } else { section.into() }
}
