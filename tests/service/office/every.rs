//! Every page, every link and every field of theirs: what they weigh, where they lead, and that what somebody types stays text.

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::Arc;

use axum::http::{StatusCode, header};
use serde_json::{Value, json};
use testamur::server::{Publisher, accounts, setup_link};
use testamur::store::MemoryStore;

use super::HOSTILE;
use super::table::{self, Records};
use crate::browser::{Browser, Form, form, forms, to};
use crate::harness::{Answer, World};
use crate::real_door::{Member, PASSWORD, log_in, post, school_by};
use crate::runs::{enrol, person, work};

/// A service with an owner, and an event of three who have a certificate.
fn school() -> (World, Member) {
    let folder = tempfile::tempdir().unwrap();
    let world = World::with_door(Arc::new(MemoryStore::new()), folder, Default::default(), accounts());
    let link = setup_link(&world.app).unwrap().unwrap();
    let owner = json!({ "token": link.expose(), "email": "ada@example.org", "name": "Ada", "password": PASSWORD });
    let made = post(&world, "/setup", &owner).ok();
    let ada = log_in(&world, made["id"].as_str().unwrap(), "ada@example.org");
    school_by(&world, &ada);
    (world, ada)
}

/// All pages that are there, for somebody who may see each.
fn pages(world: &World, ada: &Member, browser: &mut Browser<'_>) -> Vec<String> {
    let records = Records::of(world, ada).and_files_of(browser);
    let all = table::pages().map(|(page, _)| records.fill(page));
    all.filter(|page| table::is_page(page) && !page.contains("/none")).collect()
}

fn packed(bytes: &[u8]) -> usize {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap().len()
}

/// Most bytes of a page with all that it loads but pictures, packed.
const MOST: usize = 60_000;

#[test]
fn no_page_with_style_and_script_is_larger_than_sixty_kilobytes_packed() {
    let (world, ada) = school();
    enrol(&world, &(0..300).map(|n| person(n, true)).collect::<Vec<_>>());
    let run = json!({ "kind": "generate", "event": "WORKSHOP", "which": { "state": "eligible" }, "text": "number 1" });
    ada.ask(&world, "POST", "/runs", &run).ok();
    work(&world);
    let mut browser = Browser::of(&world, "ada@example.org");
    let loaded = ["/pages.css", "/staff.css", "/staff.js"].map(|path| packed(&browser.get(path).bytes));
    let loaded: usize = loaded.iter().sum();
    assert!(loaded > 1_000, "style and script are there");
    // A list of which something is wrong with each row.
    let path = "/staff/events/WORKSHOP/import";
    let choose = form(&browser.page(path), path);
    let rows: String = (0..500).map(|n| format!("Somebody Number {n},no address {n},{n}\n")).collect();
    let list = format!("Name,Email,Attendance\n{rows}");
    let chosen = browser.upload(&choose, &choose.fields.clone(), Some(("file", "list.csv", list.as_bytes())));
    let mut largest = (0, String::new());
    for page in pages(&world, &ada, &mut browser).into_iter().chain([to(&chosen)]) {
        let size = loaded + packed(browser.page(&page).as_bytes());
        assert!(size < MOST, "{page}: {size}");
        largest = largest.max((size, page));
    }
    println!("the largest page is {} with {} bytes, {loaded} of them style and script", largest.1, largest.0);
}

/// What fits into a field that is empty, so that the others of its form come into play.
fn usual(field: &str, n: usize) -> Option<String> {
    Some(match field {
        "name" | "title" => "Some One".to_owned(),
        "email" => format!("x{n}@example.org"),
        "code" => format!("H{n}"),
        "note" | "reason" | "text" => "why".to_owned(),
        "url" => "https://example.org/hook".to_owned(),
        "person" => "p0@example.org".to_owned(),
        _ => return None,
    })
}

/// Fails on a page in which what was typed has become markup.
#[track_caller]
fn stays_text(answer: &Answer, of: &str) {
    assert!(!answer.status.is_server_error(), "{of}: {}", answer.text());
    let kind = answer.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.starts_with("text/html") {
        let text = answer.text();
        assert!(!text.contains("<script>alert") && !text.contains("<img src=x"), "{of}: {text}");
    }
}

/// Types it into one field of a form, or into all, and follows where that leads.
fn types(browser: &mut Browser, form: &Form, into: Option<&str>, n: usize) {
    let is_meant = |name: &str| into.is_none_or(|one| one == name);
    let mut filled: Vec<(String, String)> = Vec::new();
    for name in &form.texts {
        let empty = form.fields.iter().all(|(field, value)| field != name || value.is_empty());
        match is_meant(name) {
            true => filled.push((name.clone(), HOSTILE.to_owned())),
            false => filled.extend(usual(name, n).filter(|_| empty).map(|value| (name.clone(), value))),
        }
    }
    let filled: Vec<(&str, &str)> = filled.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let answer = browser.send(form, &filled);
    let of = format!("{} {into:?}", form.action);
    stays_text(&answer, &of);
    if answer.status == StatusCode::SEE_OTHER {
        let next = browser.get(&to(&answer));
        stays_text(&next, &of);
    }
}

#[test]
fn what_is_typed_into_any_field_of_any_form_stays_text_on_every_page() {
    let (world, ada) = school();
    let mut browser = Browser::of(&world, "ada@example.org");
    let (mut typed, mut actions) = (0, BTreeSet::new());
    let pages = pages(&world, &ada, &mut browser);
    for page in &pages {
        let count = forms(&browser.get(page).text()).len();
        for at in 0..count {
            // Each time anew: a form is sent once, and what was sent before may have changed it.
            let mut fields: Vec<Option<String>> = vec![None];
            let mut first = true;
            while let Some(into) = fields.pop() {
                let Some(form) = forms(&browser.get(page).text()).into_iter().nth(at) else { break };
                if form.texts.is_empty() {
                    break;
                }
                if std::mem::take(&mut first) {
                    fields.extend(form.texts.iter().cloned().map(Some));
                }
                types(&mut browser, &form, into.as_deref(), typed);
                actions.insert(form.action.split('?').next().unwrap().to_owned());
                typed += 1;
            }
        }
    }
    assert!(typed > 150 && actions.len() > 30, "{typed} in {}", actions.len());
    // What was kept of it is shown, and is text wherever that is.
    let mut shown = 0;
    for page in &pages {
        for language in ["en", "de"] {
            let answer = browser.get(&format!("{page}{}lang={language}", if page.contains('?') { '&' } else { '?' }));
            stays_text(&answer, page);
            shown += usize::from(answer.text().contains("alert(1)"));
        }
    }
    assert!(shown > 20, "{shown}");
    let acts = world.app.store.audit(None, 10_000).unwrap().items;
    let kept = acts.iter().filter(|entry| entry.act.detail.to_string().contains("alert(1)")).count();
    assert!(kept > 5, "{kept}");
    assert!(ada.ask(&world, "GET", "/events", &Value::Null).status.is_success());
}

#[test]
fn every_link_and_picture_of_every_page_leads_somewhere() {
    let (world, ada) = school();
    Publisher::default().look(&world.app).unwrap();
    work(&world);
    let mut browser = Browser::of(&world, "ada@example.org");
    let mut seen = BTreeSet::new();
    for page in pages(&world, &ada, &mut browser) {
        let text = browser.page(&page);
        for part in ["href=\"/", "src=\"/"].into_iter().flat_map(|start| text.split(start).skip(1)) {
            let to = part.split('"').next().unwrap().replace("&#38;", "&");
            let to = format!("/{}", to.split('#').next().unwrap());
            // The page itself in another language.
            if to.contains("lang=") || !seen.insert(to.clone()) {
                continue;
            }
            let status = browser.get(&to).status;
            assert!(status.is_success() || status == StatusCode::SEE_OTHER, "{page} leads to {to}: {status}");
        }
    }
    assert!(seen.len() > 100 && seen.contains("/verify/verifier.html"), "{}", seen.len());
}
