//! The audit log: searched, checked, exported.

use axum::http::Uri;
use serde_json::Value;

use super::events::text;
use super::form::{Fields, part, query, written};
use super::home::items;
use super::inside::{Answer, Staff};
use super::names::Names;
use super::ui::{Action, Actions, Cell, Facts, Field, Form, Kind, Notice, Page, Section, Table, Text, Tone};
use crate::credential::EventCode;

/// Letters of what an act says of itself that a row shows; the export has all.
const SHOWN: usize = 400;
/// What a filter holds.
const FILTER: [&str; 5] = ["actor", "action", "subject", "since", "until"];

/// Lists acts, newest first.
pub(super) async fn list(staff: Staff, uri: Uri) -> Answer {
    let (w, asked) = (staff.w, query(uri.query()));
    let found = staff.get(&format!("/audit?{}", wanted(&staff, &asked))).await?;
    let names = Names::of(&staff).await;
    let rows = items(&found).iter().map(|entry| row(&staff, &names, entry)).collect();
    let next = found["next"].as_str().map(|cursor| {
        let filter = FILTER.map(|name| (name, asked.get(name)));
        (w.s("more"), staff.at(&format!("/audit?{}", written(filter.into_iter().chain([("cursor", cursor)])))))
    });
    let form = Form::filter(&staff, "/audit", w.s("filter"))
        .field(Field::text("actor", w.s("audit-who")).value(asked.get("actor")).hint(w.s("audit-who-hint")))
        .field(Field::text("action", w.s("audit-what")).value(asked.get("action")).hint(w.s("audit-what-hint")))
        .field(Field::text("subject", w.s("audit-about")).value(asked.get("subject")).hint(w.s("audit-about-hint")))
        .field(Field::new("since", w.s("audit-since"), Kind::Date).value(asked.get("since")))
        .field(Field::new("until", w.s("audit-until"), Kind::Date).value(asked.get("until")));
    let table = Table {
        caption: w.s("nav-audit"),
        heads: ["when", "audit-who", "audit-what", "audit-about", "audit-more"].map(|key| w.s(key)).into(),
        rows,
        empty: w.s("audit-none"),
        next,
    };
    let actions = vec![
        Action::link(w.s("audit-check"), staff.at("/audit/check")),
        Action::file(w.s("audit-export"), staff.api("/audit/export")),
    ];
    let page = Page::new(w.s("nav-audit")).lead(w.s("audit-lead")).part(Actions(actions)).part(form);
    Ok(staff.page(&page.part(table)))
}

/// Returns what the operation is asked for: days are those of the issuer, the last one with all of it.
fn wanted(staff: &Staff, asked: &Fields) -> String {
    let day = |name: &str| asked.get(name).parse::<jiff::civil::Date>().ok();
    let since = day("since").map(|day| staff.zone.first_second(day).to_string()).unwrap_or_default();
    let until = day("until").map(|day| staff.zone.last_second(day).plus_seconds(1).to_string()).unwrap_or_default();
    let actor = match asked.get("actor") {
        whole if whole.is_empty() || whole.contains(':') => whole.to_owned(),
        id => format!("staff:{id}"),
    };
    written([
        ("limit", "50"),
        ("order", "newest"),
        ("cursor", asked.get("cursor")),
        ("actor", &actor),
        ("action", asked.get("action")),
        ("subject", asked.get("subject")),
        ("since", &since),
        ("until", &until),
    ])
}

fn row(staff: &Staff, names: &Names, entry: &Value) -> Vec<Cell> {
    let (actor, subject) = (text(entry, "actor"), text(entry, "subject"));
    let number = entry["sequence"].as_u64().unwrap_or_default();
    let about = about(staff, names, &subject);
    vec![
        Cell::text(staff.time(&entry["at"]).unwrap_or_default())
            .sub(staff.w.with("audit-number", [("n", number.into())])),
        names.cell(staff, &actor),
        action(staff, &text(entry, "action")),
        about,
        Cell::text(told(&entry["detail"])),
    ]
}

/// Returns what was done, in words, with what programs call it.
fn action(staff: &Staff, action: &str) -> Cell {
    match staff.w.if_any(&format!("act-{}", action.replace(['.', '_'], "-"))) {
        Some(said) => Cell::text(said).sub(action),
        None => Cell::text(action),
    }
}

/// Returns what an act was about, with the page of it where there is one.
fn about(staff: &Staff, names: &Names, subject: &str) -> Cell {
    let path = match subject.split_once('/') {
        _ if subject.starts_with("CERT-") => format!("/certificates/{}", part(subject)),
        _ if subject.starts_with("staff:") => return Cell::text(names.name(staff, subject)),
        Some((event, person)) if person.starts_with("p-") => format!("/events/{}/people/{}", part(event), part(person)),
        None if subject.parse::<EventCode>().is_ok_and(|code| code.as_str() == subject) => {
            format!("/events/{}", part(subject))
        }
        _ => return Cell::text(subject),
    };
    Cell::link(subject, staff.at(&path))
}

/// Writes what an act says of itself, member by member.
fn told(detail: &Value) -> String {
    let mut parts = Vec::new();
    flatten("", detail, &mut parts);
    let all = parts.join("; ");
    match all.char_indices().nth(SHOWN) {
        Some((at, _)) => format!("{}…", all.get(..at).unwrap_or_default()),
        None => all,
    }
}

fn flatten(name: &str, value: &Value, parts: &mut Vec<String>) {
    let inner = |member: &str| if name.is_empty() { member.to_owned() } else { format!("{name}.{member}") };
    match value {
        Value::Null => {}
        Value::Array(all) if all.is_empty() => {}
        Value::Object(members) => members.iter().for_each(|(member, value)| flatten(&inner(member), value, parts)),
        Value::Array(all) if all.iter().all(|one| !one.is_object() && !one.is_array()) => {
            let all: Vec<String> = all.iter().map(plain).collect();
            parts.push(format!("{name}: {}", all.join(", ")));
        }
        Value::Array(all) => {
            all.iter().enumerate().for_each(|(at, value)| flatten(&inner(&(at + 1).to_string()), value, parts));
        }
        value if name.is_empty() => parts.push(plain(value)),
        value => parts.push(format!("{name}: {}", plain(value))),
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Checks that nothing was taken out of the log or changed in it.
pub(super) async fn check(staff: Staff) -> Answer {
    let w = staff.w;
    let found = staff.get("/audit/check").await?;
    let holds = found["holds"] == true;
    let entries = w.number(found["entries"].as_u64().unwrap_or_default());
    let (tone, said) = match holds {
        true => (Tone::Green, w.with("audit-holds", [("count", entries.into())])),
        false => {
            let at = w.number(found["broken_at"].as_u64().unwrap_or_default());
            (Tone::Red, w.with("audit-broken", [("n", at.into())]))
        }
    };
    let facts = Facts::known([(w.s("audit-head"), found["head"].as_str().map(str::to_owned))]);
    let section = Section::new("chain", w.s("audit-chain")).part(Notice { tone, text: said, items: Vec::new() });
    let section = section.part(Text(w.s("audit-head-text"))).part(facts);
    let page = Page::new(w.s("audit-check")).trail([staff.crumb(w.s("nav-audit"), "/audit")]).narrow();
    Ok(staff.page(&page.part(section)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_an_act_says_is_written_member_by_member_and_not_without_end() {
        let detail = json!({ "reason": { "cause": "fraud" }, "numbers": ["A", "B"], "was": [{ "name": "x" }], "none": null, "nobody": [] });
        assert_eq!(told(&detail), "reason.cause: fraud; numbers: A, B; was.1.name: x");
        assert_eq!(told(&Value::Null), "");
        assert_eq!(told(&json!("é".repeat(1_000))).chars().count(), SHOWN + 1);
    }
}
