//! Every page and every link of theirs: what they weigh and where they lead.

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::json;
use testamur::server::{Publisher, accounts, setup_link};
use testamur::store::MemoryStore;

use super::table::{self, Records};
use crate::browser::{Browser, form, to};
use crate::harness::World;
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
