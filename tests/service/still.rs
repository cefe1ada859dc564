//! Public pages on the published site: they outlive the service, hold no verdict, and go with what is hidden or erased.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::{Value, json};
use testamur::server::{Publisher, Vault};

use crate::harness::{Answer, OWNER, World};
use crate::runs::{done, school, work};
use crate::templates::send;

fn number(n: usize) -> String {
    format!("CERT-WORKSHOP-2026-{n:05}")
}

fn issued(world: &World, people: usize) {
    school(world, people, 0);
    done(world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
}

/// Shows a certificate, and returns the path of its page below the site.
fn show(world: &World, n: usize, indexed: bool) -> String {
    let path = format!("/certificates/{}/shown", number(n));
    let shown = world.post(&path, &json!({ "visible": true, "indexed": indexed })).ok();
    assert_eq!((&shown["visible"], &shown["indexed"]), (&json!(true), &json!(indexed)));
    shown["address"].as_str().unwrap().strip_prefix("https://academy.example/").unwrap().to_owned()
}

fn publish(world: &World) {
    let run = world.ask(OWNER, "POST", "/publish").ok();
    work(world);
    assert_eq!(world.get(&format!("/runs/{}", run["id"].as_str().unwrap())).ok()["state"], "completed");
}

/// Returns all files of the public pages with when they were written.
fn files(world: &World) -> BTreeMap<String, SystemTime> {
    let folder = world.folder().join("site/c");
    let mut found = BTreeMap::new();
    for entry in folder.read_dir().into_iter().flatten().map(Result::unwrap) {
        let inside = |path: PathBuf| path.read_dir().unwrap().map(|file| file.unwrap().path()).collect::<Vec<_>>();
        let files = if entry.path().is_dir() { inside(entry.path()) } else { vec![entry.path()] };
        for file in files {
            let name = file.strip_prefix(&folder).unwrap().display().to_string();
            found.insert(name, file.metadata().unwrap().modified().unwrap());
        }
    }
    found
}

fn names(world: &World) -> Vec<String> {
    files(world).into_keys().collect()
}

fn page(world: &World, path: &str) -> String {
    std::fs::read_to_string(world.folder().join("site").join(path).join("index.html")).unwrap()
}

fn stranger(world: &World, path: &str) -> Answer {
    world.send("", Request::builder().uri(path), Body::empty())
}

#[test]
fn visible_pages_are_written_once_and_go_with_what_is_hidden_or_erased() {
    let world = World::in_memory();
    issued(&world, 3);
    publish(&world);
    assert_eq!(names(&world), [] as [String; 0], "nothing is visible yet");
    assert!(!world.folder().join("site/pages.css").exists());

    let (first, second) = (show(&world, 1, false), show(&world, 2, true));
    publish(&world);
    let before = files(&world);
    let of = |path: &str| {
        let folder = path.strip_prefix("c/").unwrap();
        ["card.png", "certificate.png", "index.html"].map(|file| format!("{folder}/{file}"))
    };
    let expected: Vec<_> = [vec![".pages".to_owned()], of(&first).to_vec(), of(&second).to_vec()].concat();
    assert_eq!(before.keys().cloned().collect::<Vec<_>>(), expected);
    let index = std::fs::read_to_string(world.folder().join("site/c/.pages")).unwrap();
    assert!(index.lines().count() == 2 && !index.contains("CERT"), "who finds it finds no page: {index}");
    let card = image::open(world.folder().join("site").join(&first).join("card.png")).unwrap();
    assert_eq!((card.width(), card.height()), (1200, 627));

    // The page says who and what, where it belongs, and no verdict.
    let text = page(&world, &first);
    let address = format!("https://academy.example/{first}");
    for said in [
        format!("<link rel=\"canonical\" href=\"{address}\">"),
        format!("property=\"og:image\" content=\"{address}/card.png\""),
        "Not checked here".to_owned(),
        "<meta name=\"robots\" content=\"noindex\">".to_owned(),
        "href=\"https://academy.example/verify/#1".to_owned(),
        "\"@type\":\"EducationalOccupationalCredential\"".to_owned(),
        number(1),
    ] {
        assert!(text.contains(&said), "{said} is not in {text}");
    }
    assert!(!text.contains(">Valid<") && !text.contains("class=\"card verdict green\""), "{text}");
    assert!(!page(&world, &second).contains("noindex"));
    let data = |id: &str| {
        let (_, rest) = text.split_once(&format!("id=\"{id}\">")).unwrap();
        rest.split_once("</script>").unwrap().0.to_owned()
    };
    let asked = json!({ "text": data("credential") });
    assert_eq!(world.post("/verify", &asked).ok()["verdicts"][0]["verdict"], "valid");
    let roots: Value = serde_json::from_str(&data("trust-roots")).unwrap();
    assert_eq!(roots.as_object().unwrap().keys().collect::<Vec<_>>(), ["did:web:academy.example"]);
    assert_eq!(text.contains("verify/still.js"), testamur::publish::verifier_is_built_in());

    // What did not change is not written anew; nor for a revocation, which trust.jws tells.
    let revoke = json!({ "cause": "issued_in_error", "now": true });
    world.post(&format!("/certificates/{}/revoke", number(1)), &revoke).ok();
    publish(&world);
    let after = files(&world);
    assert!(before.iter().all(|(name, at)| name == ".pages" || after[name] == *at), "{before:?} {after:?}");
    // Only the page, not its pictures, says whether search engines may list it.
    show(&world, 1, true);
    publish(&world);
    let listed = files(&world);
    let [card, picture, html] = of(&first);
    assert_eq!((listed[&card], listed[&picture]), (before[&card], before[&picture]));
    assert!(listed[&html] > before[&html] && !page(&world, &first).contains("noindex"));

    // A correction has an address of its own, and the old page stays.
    let people = world.get("/events/WORKSHOP/participants").ok();
    let id = people["items"][1]["id"].as_str().unwrap();
    world.patch(&format!("/events/WORKSHOP/participants/{id}"), &json!({ "name": "Zoë Ångström" })).ok();
    done(&world, &json!({ "kind": "regenerate", "event": "WORKSHOP", "numbers": [number(2)] }));
    publish(&world);
    let of_second =
        || names(&world).iter().filter(|name| name.starts_with(&number(2)) && name.ends_with("index.html")).count();
    assert_eq!((of_second(), page(&world, &second).contains("Zoë")), (2, false), "{:?}", names(&world));
    // Hidden, and gone with the next publication; so is who is erased.
    world.post(&format!("/certificates/{}/shown", number(1)), &json!({ "visible": false })).ok();
    publish(&world);
    assert!(names(&world).iter().all(|name| !name.starts_with(&number(1))), "{:?}", names(&world));
    assert_eq!(of_second(), 2);
    world.post(&format!("/events/WORKSHOP/participants/{id}/erase"), &json!({ "confirm": id })).ok();
    publish(&world);
    assert_eq!(names(&world), [".pages"]);
    assert_eq!(std::fs::read_to_string(world.folder().join("site/c/.pages")).unwrap(), "");
    let none = world.post(&format!("/certificates/{}/shown", number(2)), &json!({ "visible": true }));
    none.problem(404, "not-found");
}

#[test]
fn the_service_publishes_after_somebody_was_shown_or_hidden_and_never_serves_a_page_from_the_site() {
    let world = World::in_memory();
    issued(&world, 2);
    let mut publisher = Publisher::default();
    let mut looked = || {
        world.pass(100);
        let asked = publisher.look(&world.app).unwrap();
        work(&world);
        asked
    };
    assert!(looked());
    let first = show(&world, 1, false);
    assert!(looked() && !looked());
    assert!(names(&world).len() == 4, "{:?}", names(&world));
    // With a slash, as on a static host, one is led to the page; the files of the site are not what is served.
    let led = stranger(&world, &format!("/{first}/"));
    assert_eq!(
        (led.status, &led.headers[header::LOCATION]),
        (StatusCode::PERMANENT_REDIRECT, &format!("/{first}").parse().unwrap())
    );
    assert!(stranger(&world, &format!("/{first}")).text().contains(">Valid<"));
    for file in ["index.html", ".pages"] {
        assert_eq!(stranger(&world, &format!("/{first}/{file}")).status, StatusCode::NOT_FOUND, "{file}");
    }
    assert_eq!(stranger(&world, "/c/.pages").status, StatusCode::NOT_FOUND);
    world.post(&format!("/certificates/{}/shown", number(1)), &json!({ "visible": false })).ok();
    assert_eq!(stranger(&world, &format!("/{first}")).status, StatusCode::NOT_FOUND, "at once");
    assert!(looked());
    assert_eq!(names(&world), [".pages"]);
    let acts: Vec<_> =
        world.acts().into_iter().filter(|(_, subject)| *subject == number(1)).map(|(act, _)| act).collect();
    assert!(acts.ends_with(&["certificate.show".to_owned(), "certificate.hide".to_owned()]), "{acts:?}");
}

#[test]
fn many_new_pages_come_with_several_publications_and_an_event_can_show_all() {
    let world = World::changed(
        std::sync::Arc::new(testamur::store::MemoryStore::new()),
        tempfile::tempdir().unwrap(),
        testamur::server::Limits::default(),
        |parts| Vault::set_pages_at_once(&mut parts.vault, 2),
    );
    issued(&world, 5);
    world.patch("/events/WORKSHOP", &json!({ "public_pages": true })).ok();
    world.post(&format!("/certificates/{}/shown", number(5)), &json!({ "visible": false })).ok();
    let mut publisher = Publisher::default();
    let mut looked = || {
        world.pass(100);
        let asked = publisher.look(&world.app).unwrap();
        work(&world);
        asked
    };
    let pages = || names(&world).iter().filter(|name| name.ends_with("index.html")).count();
    assert!(looked());
    assert_eq!(pages(), 2);
    assert!(looked(), "two wait");
    assert_eq!(pages(), 4, "the holder of the fifth keeps it to themselves");
    assert!(!looked(), "nothing waits");
    // What somebody else put beside them stays, and what was lost is drawn anew.
    let site = world.folder().join("site/c");
    let lost = site.join(names(&world).into_iter().find(|name| name.ends_with("card.png")).unwrap());
    std::fs::remove_file(&lost).unwrap();
    std::fs::create_dir(site.join("notes")).unwrap();
    publish(&world);
    assert!(lost.exists() && site.join("notes").exists());
    assert!(Path::new(&site).join(".pages").exists());
    world.patch("/events/WORKSHOP", &json!({ "public_pages": false })).ok();
    assert!(looked(), "what an event hides goes soon too");
    assert_eq!(pages(), 0);
}

#[test]
fn a_badge_of_the_events_own_stands_on_its_pages_and_goes_with_them() {
    let world = World::in_memory();
    issued(&world, 2);
    let (first, second) = (show(&world, 1, false), show(&world, 2, false));
    publish(&world);
    let badges = || names(&world).into_iter().filter(|name| name.ends_with("badge.png")).collect::<Vec<_>>();
    let shows = |path: &str| page(&world, path).contains("<img class=\"badge\" src=\"badge.png\"");
    assert!(badges().is_empty() && !shows(&first), "it is drawn for files only");

    let mut picture = std::io::Cursor::new(Vec::new());
    image::RgbaImage::from_pixel(300, 300, image::Rgba([200, 30, 30, 255]))
        .write_to(&mut picture, image::ImageFormat::Png)
        .unwrap();
    let set = || {
        send(&world, OWNER, "PUT", "/events/WORKSHOP/badge", &[("file", Some("badge"), &picture.get_ref()[..])]).ok();
        publish(&world);
    };
    set();
    assert!(badges().len() == 2 && shows(&first) && shows(&second), "{:?}", names(&world));
    let file = std::fs::read(world.folder().join("site").join(&first).join("badge.png")).unwrap();
    assert!(file == stranger(&world, &format!("/{first}/badge.png")).bytes, "as on the service's own page");
    // Written once.
    let before = files(&world);
    publish(&world);
    assert!(files(&world).iter().all(|(name, at)| name == ".pages" || before[name] == *at));
    // One that was lost is drawn again.
    std::fs::remove_file(world.folder().join("site").join(&second).join("badge.png")).unwrap();
    publish(&world);
    assert_eq!(badges().len(), 2);

    // Taken away from the event, it goes from pages that stay.
    world.delete("/events/WORKSHOP/badge").ok();
    publish(&world);
    assert!(badges().is_empty() && !shows(&first) && !shows(&second), "{:?}", names(&world));
    // It goes with a page that is hidden, and with one whose person is erased.
    set();
    world.post(&format!("/certificates/{}/shown", number(1)), &json!({ "visible": false })).ok();
    publish(&world);
    assert!(
        badges().len() == 1 && names(&world).iter().all(|name| !name.starts_with(&number(1))),
        "{:?}",
        names(&world)
    );
    let people = world.get("/events/WORKSHOP/participants").ok();
    for one in people["items"].as_array().unwrap() {
        let id = one["id"].as_str().unwrap();
        world.post(&format!("/events/WORKSHOP/participants/{id}/erase"), &json!({ "confirm": id })).ok();
    }
    publish(&world);
    assert_eq!(names(&world), [".pages"]);
}

#[test]
fn a_card_is_the_certificates_picture_drawn_at_the_cards_size() {
    let world = World::in_memory();
    school(&world, 1, 0);
    for (code, template) in [("MODERN", "modern"), ("MINIMAL", "minimal")] {
        let details = json!({ "title": "Applied Cartography", "template": template });
        world.post("/events", &json!({ "code": code, "details": details })).ok();
        world.put(&format!("/events/{code}/rule"), &json!({ "rule": "passed" })).ok();
        let person = json!({ "name": "Zoë Ångström", "email": "z@example.org", "progress": { "passed": true } });
        world.post(&format!("/events/{code}/participants"), &person).ok();
        world.post(&format!("/events/{code}/state"), &json!({ "to": "open" })).ok();
        world.post(&format!("/events/{code}/state"), &json!({ "to": "completed" })).ok();
        done(&world, &json!({ "kind": "generate", "event": code }));
    }
    done(&world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
    for code in ["WORKSHOP", "MODERN", "MINIMAL"] {
        let shown = json!({ "visible": true, "indexed": false });
        let shown = world.post(&format!("/certificates/CERT-{code}-2026-00001/shown"), &shown).ok();
        let path = shown["address"].as_str().unwrap().strip_prefix("https://academy.example").unwrap().to_owned();
        publish(&world);
        let card = std::fs::read(world.folder().join("site").join(&path[1..]).join("card.png")).unwrap();
        assert!(card.len() <= 300_000, "{code}: {} bytes", card.len());
        assert!(card == stranger(&world, &format!("{path}/card.png")).bytes, "{code}: the service draws the same");
        // A large picture made small shows the same, but for how edges are smoothed.
        let large = stranger(&world, &format!("{path}/certificate.png")).bytes;
        let scaled = testamur::sharing::card::card(&large).unwrap();
        let [one, other] = [&card, &scaled].map(|png| image::load_from_memory(png).unwrap().into_rgb8());
        assert_eq!((one.dimensions(), other.dimensions()), ((1200, 627), (1200, 627)));
        let apart = |(one, other): (&u8, &u8)| u64::from(one.abs_diff(*other));
        let all: u64 = one.as_raw().iter().zip(other.as_raw()).map(apart).sum();
        let mean = all as f64 / one.as_raw().len() as f64;
        assert!(mean < 3.0, "{code}: {mean}");
        // Blurred by a few pixels they are nearly one: nothing is missing, and nothing stands elsewhere.
        let [one, other] = [one, other].map(|picture| image::imageops::blur(&picture, 4.0));
        let most = one.as_raw().iter().zip(other.as_raw()).map(apart).max().unwrap();
        assert!(most < 48, "{code}: {most}");
    }
}
