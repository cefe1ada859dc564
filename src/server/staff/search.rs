//! One search over all events: numbers, names, addresses, external ids, and what a QR code says.

use axum::http::Uri;
use axum::response::Response;
use serde_json::{Value, json};

use super::events::text;
use super::form::{Fields, part, query, written};
use super::home::items;
use super::inside::{Answer, Staff, see};
use super::ui::{Cell, Field, Form, Html, Page, Table, Text, Tone};
use crate::credential::CertificateNumber;

/// Records of each kind that are shown.
const SHOWN: usize = 50;

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
    let (people, certificates) = (people(&staff, wanted).await?, certificates(&staff, wanted).await?);
    let events = staff.get(&format!("/events?{}", written([("q", wanted), ("limit", &SHOWN.to_string())]))).await?;
    let found: Vec<Vec<Cell>> = items(&events).iter().map(|event| super::events::row(&staff, event)).collect();
    if found.is_empty() && people.rows.is_empty() && certificates.rows.is_empty() {
        page = page.part(Text(w.s("search-nothing")));
    }
    if events["next"].is_string() || people.more || certificates.more {
        page = page.notice(Tone::Amber, w.s("search-more"));
    }
    for (caption, heads, rows) in [
        ("people", vec![w.s("name"), w.s("email"), w.s("event"), w.s("certificate")], people.rows),
        ("nav-certificates", vec![w.s("name"), w.s("certificate"), w.s("state"), w.s("issued")], certificates.rows),
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

/// What is found of one kind.
struct Found {
    rows: Vec<Vec<Cell>>,
    /// Whether there is more than is shown.
    more: bool,
}

/// Asks a listing for a text in all its ways, each record once; `id` are the members by which one is known.
async fn found(
    staff: &Staff,
    (path, name): (&str, &str),
    wanted: &str,
    id: &[&str],
) -> Result<(Vec<Value>, bool), Response> {
    let (mut found, mut more): (Vec<Value>, bool) = (Vec::new(), false);
    for way in ways(wanted) {
        let told =
            staff.get(&format!("{path}?{}", written([(name, way.as_str()), ("limit", &SHOWN.to_string())]))).await?;
        let is_new = |one: &&Value| !found.iter().any(|known| id.iter().all(|member| known[member] == one[member]));
        let new: Vec<Value> = items(&told).iter().filter(is_new).cloned().collect();
        found.extend(new);
        more |= told["next"].is_string();
    }
    more |= found.len() > SHOWN;
    found.truncate(SHOWN);
    Ok((found, more))
}

async fn people(staff: &Staff, wanted: &str) -> Result<Found, Response> {
    let (found, more) = found(staff, ("/participants", "q"), wanted, &["event", "id"]).await?;
    let row = |person: &Value| {
        let (event, id) = (text(person, "event"), text(person, "id"));
        let card = staff.at(&format!("/events/{}/people/{}", part(&event), part(&id)));
        vec![
            Cell::link(text(person, "name"), card),
            Cell::text(text(person, "email")).sub(text(person, "external_id")),
            Cell::text(text(person, "event_title")).sub(event),
            Cell::text(text(person, "certificate")),
        ]
    };
    Ok(Found { rows: found.iter().map(row).collect(), more })
}

async fn certificates(staff: &Staff, wanted: &str) -> Result<Found, Response> {
    let (found, more) = found(staff, ("/certificates", "text"), wanted, &["number"]).await?;
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
    Ok(Found { rows: found.iter().map(row).collect(), more })
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
