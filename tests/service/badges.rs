//! Badges of events' own: what is taken, where it shows, and what it does not change.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::browser::{Browser, form, form_with};
use crate::events::workshop;
use crate::harness::{Answer, OWNER, World, on_each_engine};
use crate::real_door::{behind_the_real_door, school_by};
use crate::runs::{done, school};
use crate::templates::send;

fn red(side: u32) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let picture = image::RgbaImage::from_pixel(side, side, image::Rgba([200, 30, 30, 255]));
    picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

const SVG: &[u8] =
    b"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\"><path d=\"M0 0h9v9z\" fill=\"#123456\"/></svg>";

fn put(world: &World, caller: &str, file: &[u8]) -> Answer {
    send(world, caller, "PUT", "/events/WORKSHOP/badge", &[("file", Some("badge"), file)])
}

fn colour(png: &[u8]) -> [u8; 4] {
    let picture = image::load_from_memory(png).unwrap().to_rgba8();
    assert_eq!(picture.dimensions(), (600, 600));
    picture.get_pixel(300, 500).0
}

#[test]
fn a_picture_of_the_events_own_is_what_credentials_are_baked_into_and_in_none_of_them() {
    on_each_engine(|world| {
        school(world, 2, 0);
        done(world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
        let number = world.get("/certificates").ok()["items"][0]["number"].as_str().unwrap().to_owned();
        let file = |format: &str| world.get(&format!("/certificates/{number}/file?format={format}"));
        let (signed, credential, pdf) = (file("jwt").bytes, file("json").bytes, file("pdf").bytes);
        let drawn = file("baked_png");
        assert_ne!(colour(&drawn.bytes), [200, 30, 30, 255]);

        let event = put(world, OWNER, &red(300)).ok();
        assert_eq!(event["badge"].as_str().unwrap().len(), 64);
        let baked = file("baked_png");
        assert_eq!(colour(&baked.bytes), [200, 30, 30, 255]);
        assert_ne!(baked.etag(), drawn.etag(), "what a browser keeps is another file");
        assert_eq!(colour(&world.get("/events/WORKSHOP/badge?format=png").bytes), [200, 30, 30, 255]);
        // The credential in it is the one that was signed, and verifies.
        assert_eq!((file("jwt").bytes, file("json").bytes, file("pdf").bytes), (signed, credential, pdf));
        for format in ["baked_png", "baked_svg"] {
            let found = testamur::reading::read(&file(format).bytes).unwrap();
            let text = found.candidates.iter().find(|one| one.looks_like_credential()).unwrap().text.clone();
            assert!(!text.contains("\"image\""), "{format}");
            assert_eq!(
                world.post("/verify", &json!({ "text": text })).ok()["verdicts"][0]["verdict"],
                "valid",
                "{format}"
            );
        }
        let svg = String::from_utf8(file("baked_svg").bytes).unwrap();
        assert!(svg.contains("data:image/png;base64,"), "{}", &svg[..300]);
        // New ones are as large as before: no credential names the picture.
        put(world, OWNER, SVG).ok();
        world.post("/events/WORKSHOP/participants", &json!({ "name": "New One", "email": "new@example.org" })).ok();
        let now = json!({ "person": "new@example.org", "reason": "was there" });
        let other = world.post("/events/WORKSHOP/issue-now", &now).ok()["number"].as_str().unwrap().to_owned();
        let json = world.get(&format!("/certificates/{other}/file?format=json")).ok();
        assert_eq!(json["credentialSubject"]["achievement"].get("image"), None);
        let svg = String::from_utf8(file("baked_svg").bytes).unwrap();
        assert!(svg.contains("#123456") && svg.contains("openbadges:credential"), "{}", &svg[..300]);

        let event = world.delete("/events/WORKSHOP/badge").ok();
        assert_eq!(event["badge"], Value::Null);
        assert_eq!(file("baked_png").bytes, drawn.bytes, "drawn as before");
        let acts = world.acts();
        assert_eq!(acts.iter().filter(|(action, _)| action == "event.badge").count(), 3);
    });
}

#[test]
fn what_is_no_picture_for_a_badge_is_refused_with_the_reason() {
    let world = World::in_memory();
    workshop(&world);
    let outside = b"<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" viewBox=\"0 0 9 9\"><image xlink:href=\"file:///etc/passwd\" width=\"9\" height=\"9\"/></svg>";
    // Fine as a document, and nothing that we draw.
    let filtered = b"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\"><filter id=\"f\"><feTurbulence/></filter><path filter=\"url(#f)\" d=\"M0 0h9v9z\"/></svg>";
    let large = [red(300), vec![0; 1 << 20]].concat();
    for (file, said) in [
        (&b"GIF89a"[..], "neither a PNG nor an SVG"),
        (&red(100), "200"),
        (&red(300)[..60], "damaged"),
        (outside, ""),
        (filtered, ""),
        (&large, "at most"),
        (b"", "neither"),
    ] {
        let refused = put(&world, OWNER, file);
        refused.problem(422, "invalid");
        assert!(refused.text().contains(said), "{}", refused.text());
    }
    assert_eq!(put(&world, OWNER, &vec![0; 3 << 20]).status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(put(&world, "staff:v view", &red(300)).status, StatusCode::FORBIDDEN);
    assert_eq!(put(&world, "staff:o view,import OTHER", &red(300)).status, StatusCode::NOT_FOUND);
    assert_eq!(world.get("/events/WORKSHOP").ok()["badge"], Value::Null);
}

#[test]
fn staff_choose_it_on_a_page_and_it_shows_on_the_public_one() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let mut browser = Browser::of(world, "ada@example.org");
        let here = "/staff/events/WORKSHOP/badge";
        assert!(browser.page("/staff/events/WORKSHOP").contains(here));
        let page = browser.page(here);
        assert!(page.contains("drawn from the title"), "{page}");
        let upload = form(&page, here);
        let refused = browser.upload(&upload, &upload.fields.clone(), Some(("file", "a.png", b"GIF89a")));
        assert_eq!(refused.status, 422, "{}", refused.text());
        assert!(refused.text().contains("neither a PNG nor an SVG"), "{}", refused.text());
        let upload = form(&refused.text(), here);
        let taken = browser.upload(&upload, &upload.fields.clone(), Some(("file", "a.png", &red(300))));
        let page = browser.follow(&taken);
        assert!(page.contains("a picture of the event"), "{page}");
        assert_eq!(colour(&browser.get(&format!("{here}.png")).bytes), [200, 30, 30, 255]);

        // Where the certificate is visible, the badge is.
        let number = "CERT-WORKSHOP-2026-00001";
        let token = ada.token(world, &["view", "import", "generate"]);
        let file = crate::real_door::by_token(
            world,
            &token,
            "GET",
            &format!("/certificates/{number}/file?format=json"),
            &Value::Null,
        );
        let id = file.json()["id"].as_str().unwrap().to_owned();
        let public = id.split_once("/c/").map(|(_, tail)| format!("/c/{tail}")).unwrap();
        let mut anyone = Browser::new(world);
        assert_eq!(anyone.get(&format!("{public}/badge.png")).status, StatusCode::NOT_FOUND);
        let actor = testamur::desk::Actor::System;
        let desk = testamur::desk::Desk {
            store: &*world.app.store,
            issuer: &world.app.issuer,
            actor: &actor,
            now: world.app.now(),
        };
        let shown = testamur::acts::portal::Shown { visible: true, indexed: false };
        testamur::acts::portal::set_shown(&desk, &number.parse().unwrap(), shown).unwrap();
        let page = anyone.page(&public);
        assert!(page.contains(&format!("{public}/badge.png")), "{page}");
        assert_eq!(colour(&anyone.get(&format!("{public}/badge.png")).bytes), [200, 30, 30, 255]);
        let remove = form_with(&browser.page(here), here, "remove");
        browser.send(&remove, &[]);
        assert!(browser.page(here).contains("drawn from the title"));
        assert!(!anyone.page(&public).contains("badge.png"));
    });
}
