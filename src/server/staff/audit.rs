//! The audit log: searched, checked, exported.

use axum::http::Uri;
use serde_json::Value;

use super::events::text;
use super::form::{Fields, part, query, written};
use super::home::items;
use super::inside::{Answer, Staff};
use super::names::Names;
use super::ui::{Action, Actions, Cell, Choice, Facts, Field, Form, Kind, Notice, Page, Section, Table, Text, Tone};
use super::words::Words;
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
    let mut rows = Vec::new();
    for entry in items(&found) {
        rows.push(row(&staff, &names, entry, note(&staff, entry).await));
    }
    let next = found["next"].as_str().map(|cursor| {
        let filter = FILTER.map(|name| (name, asked.get(name)));
        (w.s("more"), staff.at(&format!("/audit?{}", written(filter.into_iter().chain([("cursor", cursor)])))))
    });
    let form = Form::filter(&staff, "/audit", w.s("filter"))
        .field(one_of("actor", w.s("audit-who"), &asked, names.choices(), &w.s("all")))
        .field(one_of("action", w.s("audit-what"), &asked, kinds(&staff), &w.s("all")))
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

/// Kinds of acts, as the operation finds them by what they begin with.
const KINDS: [&str; 29] = [
    "address.",
    "approval.",
    "backup.",
    "certificate.",
    "clock.",
    "correction.",
    "event.",
    "exception.",
    "exclusion.",
    "import.",
    "issuer.",
    "key.",
    "keys.",
    "mail.",
    "participant.",
    "person.",
    "portal.",
    "profile.",
    "retention.",
    "root.",
    "run.",
    "session.",
    "site.",
    "staff.",
    "store.",
    "template.",
    "token.",
    "upkeep.",
    "webhook.",
];

fn kinds(staff: &Staff) -> Vec<Choice> {
    let said = |kind: &str| staff.w.s(&format!("audit-kind-{}", kind.trim_end_matches('.')));
    KINDS.iter().map(|kind| Choice::new(*kind, said(kind))).collect()
}

/// Asks for one of some; what an address asks for besides stays chosen.
fn one_of(name: &str, label: String, asked: &Fields, mut choices: Vec<Choice>, all: &str) -> Field {
    let value = asked.get(name);
    choices.insert(0, Choice::new("", all));
    if !choices.iter().any(|one| one.value == value) {
        choices.push(Choice::new(value, value));
    }
    Field::new(name, label, Kind::Select(choices)).value(value)
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

/// Returns why somebody was made an exception or excluded, or got a certificate by hand: the log does not have it, as it may say what is
/// erased with them.
async fn note(staff: &Staff, entry: &Value) -> Option<String> {
    match entry["action"].as_str()? {
        "exception.add" | "exclusion.add" => listed_for(staff, entry).await,
        "certificate.issue" if entry["detail"]["issuedNow"] == true => issued_for(staff, entry, 1, "issued_now").await,
        "certificate.reissue" => issued_for(staff, entry, entry["detail"]["to"].as_u64()?, "reissued").await,
        _ => None,
    }
}

/// Returns what is kept with a version of a certificate of why it was made.
async fn issued_for(staff: &Staff, entry: &Value, version: u64, by: &str) -> Option<String> {
    let told = staff.get_if(&format!("/certificates/{}", part(entry["subject"].as_str()?))).await?;
    let made = told["versions"].as_array()?.iter().find(|one| one["version"].as_u64() == Some(version))?;
    made["basis"][by]["note"].as_str().map(str::to_owned)
}

/// Returns what is kept with somebody's exception or exclusion of why it was made.
async fn listed_for(staff: &Staff, entry: &Value) -> Option<String> {
    // Of many at once all have the same.
    let subject = entry["detail"]["people"][0].as_str().or_else(|| entry["subject"].as_str())?;
    let (event, person) = subject.split_once('/')?;
    let history = staff.get_if(&format!("/events/{}/participants/{}/history", part(event), part(person))).await?;
    let same = items(&history).iter().find(|one| one["sequence"] == entry["sequence"])?;
    same["note"].as_str().map(str::to_owned)
}

fn row(staff: &Staff, names: &Names, entry: &Value, note: Option<String>) -> Vec<Cell> {
    let (actor, subject) = (text(entry, "actor"), text(entry, "subject"));
    let number = entry["sequence"].as_u64().unwrap_or_default();
    let about = about(staff, names, &subject);
    vec![
        Cell::text(staff.time(&entry["at"]).unwrap_or_default())
            .sub(staff.w.with("audit-number", [("n", number.into())])),
        names.cell(staff, &actor),
        action(staff, &text(entry, "action"), &entry["detail"]),
        about,
        more(staff, &entry["detail"], note),
    ]
}

/// Returns what was done, in words, with what programs call it.
fn action(staff: &Staff, action: &str, detail: &Value) -> Cell {
    // What a correction does is to make a certificate anew; why is what people look for.
    if action == "certificate.regenerate" && detail["correction"].is_string() {
        return Cell::text(staff.w.s("act-correction-approve")).sub(action);
    }
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

/// Returns what an act says of itself; of a correction the way to it, where both names stand.
fn more(staff: &Staff, detail: &Value, note: Option<String>) -> Cell {
    let note = note.map(|note| format!("{}: {note}", member(staff.w, "note")));
    let said = [note.unwrap_or_default(), told(staff.w, detail)];
    let said = said.into_iter().filter(|said| !said.is_empty()).collect::<Vec<_>>().join("; ");
    match detail["correction"].as_str() {
        Some(id) => Cell::link(staff.w.s("correction"), staff.at(&format!("/corrections/{}", part(id)))).sub(said),
        None => Cell::text(said),
    }
}

/// Members whose zeros say nothing.
const COUNTS: [&str; 3] = ["counters", "counts", "left_out"];

/// Writes what an act says of itself, member by member, in words where there are some for it: what was changed as from what to what,
/// without what is empty or none.
fn told(w: &Words, detail: &Value) -> String {
    let mut parts = Vec::new();
    flatten("", detail, &mut parts);
    let before = |name: &str| {
        let name = format!("before.{name}");
        let found = parts.iter().find(|(other, value)| *other == name && !value.is_empty());
        found.map_or("–", |(_, value)| value.as_str())
    };
    let is_after = |name: &str| parts.iter().any(|(other, value)| other == name && !value.is_empty());
    let mut said = Vec::new();
    for (name, value) in &parts {
        let kind = name.split('.').next().unwrap_or_default();
        if name == "correction" || value.is_empty() || value == "0" && COUNTS.contains(&kind) {
            continue;
        }
        let value = match name.as_str() {
            // Over whom a run goes that sends is said in other words than over whom one that issues.
            "over" if detail["kind"] == "send" => w.if_any(&format!("send-{}", value.replace('_', "-"))),
            _ => None,
        }
        .unwrap_or_else(|| in_words(w, name, value));
        if let Some(name) = name.strip_prefix("after.") {
            said.push(format!("{}: {} → {value}", member(w, name), in_words(w, name, before(name))));
        } else if let Some(name) = name.strip_prefix("before.") {
            // What was taken away has no after.
            if !is_after(&format!("after.{name}")) {
                said.push(format!("{}: {value} → –", member(w, name)));
            }
        } else if name.is_empty() {
            said.push(value);
        } else {
            said.push(format!("{}: {value}", member(w, name)));
        }
    }
    let all = said.join("; ");
    match all.char_indices().nth(SHOWN) {
        Some((at, _)) => format!("{}…", all.get(..at).unwrap_or_default()),
        None => all,
    }
}

/// Returns what a member is called, by all of its path or by its end; as it is where nothing is known of it.
fn member(w: &Words, name: &str) -> String {
    let last = name.rsplit('.').find(|part| part.parse::<usize>().is_err()).unwrap_or(name);
    let key = |name: &str| {
        let mut key = String::from("audit-of-");
        for c in name.chars() {
            match c {
                '.' | '_' => key.push('-'),
                c if c.is_ascii_uppercase() => key.extend(['-', c.to_ascii_lowercase()]),
                c => key.push(c),
            }
        }
        key
    };
    w.if_any(&key(name)).or_else(|| w.if_any(&key(last))).unwrap_or_else(|| name.to_owned())
}

/// Returns a value in words where there are some for it; of a digest the beginning.
fn in_words(w: &Words, name: &str, value: &str) -> String {
    let is_digest = value.len() == 64 && value.bytes().all(|byte| byte.is_ascii_hexdigit());
    let known = |kind: &str| w.if_any(&format!("{kind}-{}", value.replace('_', "-")));
    match name.rsplit('.').next().unwrap_or_default() {
        _ if is_digest => format!("{}…", value.get(..8).unwrap_or_default()),
        _ if value == "true" => w.s("yes"),
        _ if value == "false" => w.s("no"),
        "cause" => known("cause").unwrap_or_else(|| value.to_owned()),
        "from" | "to" => known("event-state").unwrap_or_else(|| value.to_owned()),
        "state" => known("run").unwrap_or_else(|| value.to_owned()),
        "over" => known("over").unwrap_or_else(|| value.to_owned()),
        "kind" => known("kind").unwrap_or_else(|| value.to_owned()),
        "reason" => known("excluded").unwrap_or_else(|| value.to_owned()),
        "roles" => {
            let name =
                |one: &str| w.if_any(&format!("role-{}", one.replace('_', "-"))).unwrap_or_else(|| one.to_owned());
            value.split(", ").map(name).collect::<Vec<_>>().join(", ")
        }
        _ => value.to_owned(),
    }
}

fn flatten(name: &str, value: &Value, parts: &mut Vec<(String, String)>) {
    let inner = |member: &str| if name.is_empty() { member.to_owned() } else { format!("{name}.{member}") };
    match value {
        Value::Null => {}
        Value::Array(all) if all.is_empty() => {}
        Value::Object(members) => members.iter().for_each(|(member, value)| flatten(&inner(member), value, parts)),
        Value::Array(all) if all.iter().all(|one| !one.is_object() && !one.is_array()) => {
            let all: Vec<String> = all.iter().map(plain).collect();
            parts.push((name.to_owned(), all.join(", ")));
        }
        Value::Array(all) => {
            all.iter().enumerate().for_each(|(at, value)| flatten(&inner(&(at + 1).to_string()), value, parts));
        }
        value => parts.push((name.to_owned(), plain(value))),
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
        let (english, german) = (Words::named("en").unwrap(), Words::named("de").unwrap());
        let detail = json!({
            "reason": { "cause": "fraud" }, "numbers": ["A", "B"], "was": [{ "name": "x" }], "none": null, "nobody": [],
            "counters": { "done": 2, "failed": 0 },
        });
        let (said, auf_deutsch) = (told(english, &detail), told(german, &detail));
        for part in ["Cause: Fraud", "Certificates: A, B", "done: 2"] {
            assert!(said.contains(part) && !said.contains("failed"), "{said}");
        }
        assert!(auf_deutsch.contains("Ursache: Betrug") && auf_deutsch.contains("erledigt: 2"), "{auf_deutsch}");
        let changed = json!({
            "before": { "title": "Maps", "template": "", "organiser": "Ada" },
            "after": { "title": "Old maps", "template": "5d8b".repeat(16) },
        });
        assert_eq!(told(english, &changed), "Organiser: Ada → –; Title: Maps → Old maps; Template: – → 5d8b5d8b…");
        assert_eq!(told(english, &Value::Null), "");
        assert_eq!(told(english, &json!("é".repeat(1_000))).chars().count(), SHOWN + 1);
    }
}
