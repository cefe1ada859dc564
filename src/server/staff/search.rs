//! One search over all events: numbers, names, addresses, external ids, and what a QR code says.

use axum::http::Uri;
use serde_json::{Value, json};

use super::events::text;
use super::form::{Fields, part, query, written};
use super::home::items;
use super::inside::{Answer, Staff, see};
use super::ui::{Cell, Field, Form, Html, Page, Table, Text, Tone};
use crate::credential::CertificateNumber;

/// People of one event that are shown.
const PEOPLE: &str = "10";

/// Finds.
pub(super) async fn search(staff: Staff, uri: Uri) -> Answer {
    let (w, asked) = (staff.w, query(uri.query()));
    let wanted = asked.get("q");
    if let Some(number) = number(&staff, wanted).await {
        return Ok(see(&staff.at(&format!("/certificates/{}", part(&number)))));
    }
    let form = Form::filter(&staff, "/search", w.s("nav-search"))
        .field(Field::text("q", w.s("search-what")).value(wanted).hint(w.s("search-hint")));
    let mut page = Page::new(w.s("nav-search")).part(form);
    if wanted.chars().count() < 2 {
        return Ok(staff.page(&page));
    }
    let events = staff.get("/events?limit=500").await?;
    let (people, certificates) = (people(&staff, &events, wanted).await, certificates(&staff, wanted).await?);
    let is_there = |event: &&Value| {
        let lower = wanted.to_lowercase();
        [text(event, "title"), text(event, "code")].iter().any(|text| text.to_lowercase().contains(&lower))
    };
    let found: Vec<Vec<Cell>> =
        items(&events).iter().filter(is_there).map(|event| super::events::row(&staff, event)).collect();
    if events["next"].is_string() {
        page = page.notice(Tone::Amber, w.count("search-part", items(&events).len() as u64));
    }
    if found.is_empty() && people.is_empty() && certificates.is_empty() {
        page = page.part(Text(w.s("search-nothing")));
    }
    for (caption, heads, rows) in [
        ("people", vec![w.s("name"), w.s("email"), w.s("event"), w.s("certificate")], people),
        ("nav-certificates", vec![w.s("name"), w.s("certificate"), w.s("state"), w.s("issued")], certificates),
        ("nav-events", super::events::heads(w), found),
    ] {
        if !rows.is_empty() {
            let table: Html = Table { caption: w.s(caption), heads, rows, empty: String::new(), next: None }.into();
            page = page.part(table);
        }
    }
    Ok(staff.page(&page))
}

/// Returns the certificate that a text names: by its number, or as its code or link says.
async fn number(staff: &Staff, wanted: &str) -> Option<String> {
    let shortened = wanted.rsplit('/').next().unwrap_or_default();
    for candidate in [wanted, shortened, shortened.rsplit_once('-').map_or("", |(number, _)| number)] {
        if let Ok(number) = candidate.to_uppercase().parse::<CertificateNumber>() {
            return Some(number.to_string());
        }
    }
    if wanted.len() < 40 || !wanted.contains(['#', '.', ':']) {
        return None;
    }
    let told = staff.post("/verify", &Fields::default(), json!({ "text": wanted })).await.ok()?;
    // What is proven stands in the verdict itself, what is not in a member of its own.
    let verdict = told.value["verdicts"].get(0)?.as_object()?;
    let inner = verdict.values().find_map(|member| member["number"].as_str());
    let number = verdict.get("number").and_then(Value::as_str).or(inner)?.to_owned();
    // Whatever a text says, only a certificate of this issuer has a page.
    staff.get_if(&format!("/certificates/{}", part(&number))).await.map(|_| number)
}

/// Returns a text, and the same as a name that is written the other way round: `Lovelace Ada`, `Lovelace, Ada`.
fn ways(wanted: &str) -> Vec<String> {
    let words: Vec<&str> = wanted.split([' ', ',', '\t']).filter(|word| !word.is_empty()).collect();
    let mut ways = vec![wanted.trim().to_owned()];
    // What has more words is a sentence, or a name that somebody knows how to write.
    if (2..=4).contains(&words.len()) && !wanted.contains('@') {
        let (first, last) = (words[0], words[words.len() - 1]);
        ways.push([&words[1..], &[first]].concat().join(" "));
        ways.push([&[last], &words[..words.len() - 1]].concat().join(" "));
    }
    let mut seen = std::collections::BTreeSet::new();
    ways.retain(|way| seen.insert(way.to_lowercase()));
    ways
}

async fn people(staff: &Staff, events: &Value, wanted: &str) -> Vec<Vec<Cell>> {
    let mut rows = Vec::new();
    for event in items(events) {
        let code = text(event, "code");
        let mut found: Vec<Value> = Vec::new();
        for way in ways(wanted) {
            let query = written([("q", way.as_str()), ("limit", PEOPLE)]);
            let more = staff.get_if(&format!("/events/{code}/participants?{query}")).await.unwrap_or_default();
            let new = items(&more).iter().filter(|one| !found.iter().any(|known| known["id"] == one["id"]));
            let new: Vec<Value> = new.cloned().collect();
            found.extend(new);
        }
        rows.extend(found.iter().map(|person| {
            vec![
                Cell::link(
                    text(person, "name"),
                    staff.at(&format!("/events/{code}/people/{}", part(&text(person, "id")))),
                ),
                Cell::text(text(person, "email")).sub(text(person, "external_id")),
                Cell::text(text(event, "title")),
                Cell::text(text(person, "certificate")),
            ]
        }));
    }
    rows
}

async fn certificates(staff: &Staff, wanted: &str) -> Result<Vec<Vec<Cell>>, axum::response::Response> {
    let mut found: Vec<Value> = Vec::new();
    for way in ways(wanted) {
        let more = staff.get(&format!("/certificates?{}", written([("text", way.as_str()), ("limit", "50")]))).await?;
        let new = items(&more).iter().filter(|one| !found.iter().any(|known| known["number"] == one["number"]));
        let new: Vec<Value> = new.cloned().collect();
        found.extend(new);
    }
    let row = |one: &Value| {
        let number = text(one, "number");
        vec![
            Cell::link(text(one, "recipient"), staff.at(&format!("/certificates/{}", part(&number))))
                .sub(text(one, "email")),
            Cell::text(number),
            super::certificates::standing(staff, one),
            Cell::text(staff.day(&one["issued"]).unwrap_or_default()),
        ]
    };
    Ok(found.iter().map(row).collect())
}

#[cfg(test)]
mod tests {
    use super::ways;

    #[test]
    fn a_name_is_looked_for_from_either_end() {
        assert_eq!(ways("Lovelace, Ada"), ["Lovelace, Ada", "Ada Lovelace", "Ada Lovelace"][..2]);
        assert_eq!(ways("von Trapp Maria"), ["von Trapp Maria", "Trapp Maria von", "Maria von Trapp"]);
        assert_eq!(ways("ada"), ["ada"]);
        assert_eq!(ways("ada @example.org"), ["ada @example.org"]);
    }
}
