//! Share cards and badges by templates: made from the built-in ones, taken by an event, seen where certificates are shared; and what was
//! drawn before stays as it was.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::browser::{Browser, form_with};
use crate::harness::{Answer, OWNER, World, on_each_engine};
use crate::real_door::{behind_the_real_door, school_by};
use crate::runs::{done, school, work};
use crate::templates::send;

const NUMBER: &str = "CERT-WORKSHOP-2026-00001";

fn stranger(world: &World, path: &str) -> Answer {
    world.send("", Request::builder().uri(path), Body::empty())
}

/// Issues, shows the first certificate, and returns the path of its page.
fn shown(world: &World) -> String {
    school(world, 2, 0);
    done(world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
    let shown = json!({ "visible": true, "indexed": false });
    let shown = world.post(&format!("/certificates/{NUMBER}/shown"), &shown).ok();
    shown["address"].as_str().unwrap().strip_prefix("https://academy.example").unwrap().to_owned()
}

fn card(world: &World, path: &str) -> image::RgbImage {
    let answer = stranger(world, &format!("{path}/card.png"));
    assert!(answer.bytes.len() <= 300_000, "{} bytes", answer.bytes.len());
    let card = image::load_from_memory(&answer.bytes).unwrap().into_rgb8();
    assert_eq!(card.dimensions(), (1_200, 627));
    card
}

fn take(world: &World, details: Value) -> Answer {
    world.patch("/events/WORKSHOP", &details)
}

/// Makes a template from a built-in one, and keeps it.
fn designed(world: &World, from: &str, name: &str, changes: &Value) -> Value {
    let design = world.post("/template-designs", &json!({ "from": from })).ok();
    let path = format!("/template-designs/{}", design["id"].as_str().unwrap());
    let design = world.post(&format!("{path}/changes"), &json!({ "changes": changes })).ok();
    world.post(&format!("{path}/keep"), &json!({ "name": name })).ok();
    design
}

#[test]
fn a_card_is_made_from_the_built_in_one_and_stands_beside_shared_links() {
    on_each_engine(|world| {
        let path = shown(world);
        let usual = card(world, &path);
        // Drawn by a template that says the same, it is the same to the pixel.
        assert_eq!(take(world, json!({ "card_template": "card" })).ok()["card_template"]["name"], "card");
        assert!(card(world, &path) == usual);

        let red = json!({ "type": "rect", "x": 0, "y": 0, "width": 300, "height": 5, "fill": "#c81e1e" });
        let name = json!({ "type": "text", "text": "{participant_name}", "x": 10, "y": 145, "width": 280, "height": 11,
            "size": 22, "minSize": 14, "color": "#c81e1e" });
        let changes = json!([{ "do": "add", "element": red }, { "do": "add", "element": name },
            { "do": "set", "element": 0, "values": { "y": 10, "height": 130 } }]);
        let design = designed(world, "card", "our-card", &changes);
        assert_eq!((&design["for"], &design["pixels"]), (&json!("card"), &json!([1_200, 627])), "{design}");
        assert_eq!(design["findings"], json!([]), "{design}");
        let event = take(world, json!({ "card_template": "our-card" })).ok();
        assert_eq!(
            (&event["card_template"]["name"], &event["template"]["name"]),
            (&json!("our-card"), &json!("classic"))
        );
        let own = card(world, &path);
        assert_eq!((own.get_pixel(600, 8).0, own.get_pixel(5, 300).0), ([200, 30, 30], [233, 236, 240]));
        let is_red = |(_, y, pixel): (u32, u32, &image::Rgb<u8>)| y > 580 && pixel.0 == [200, 30, 30];
        assert!(own.enumerate_pixels().filter(|one| is_red(*one)).count() > 100, "the name stands below");
        // What is nearly white in the middle is the certificate.
        assert!(own.pixels().filter(|pixel| pixel.0.iter().all(|part| *part > 240)).count() > 50_000);

        // Its next version reaches the event when it is given to it, and what a version was stays.
        let next = json!({ "from": "our-card", "next": true });
        let design = world.post("/template-designs", &next).ok();
        let at = format!("/template-designs/{}", design["id"].as_str().unwrap());
        let blue = json!([{ "do": "set", "element": 1, "values": { "fill": "#1e1ec8" } }]);
        world.post(&format!("{at}/changes"), &json!({ "changes": blue })).ok();
        world.post(&format!("{at}/keep"), &json!({ "name": "our-card" })).ok();
        assert!(card(world, &path) == own);
        let uses = world.get("/templates/our-card").ok();
        let used = json!([{ "event": "WORKSHOP", "for": "card", "digest": event["card_template"]["digest"], "newest": false }]);
        assert_eq!((&uses["used_by"], &uses["template"]["for"]), (&used, &json!("card")), "{uses}");
        assert_eq!(world.delete("/templates/our-card").status.as_u16(), 409, "an event uses it");
        world.post("/templates/our-card/roll-out", &json!({})).ok();
        assert_eq!(card(world, &path).get_pixel(600, 8).0, [30, 30, 200]);

        // The certificate itself is what it was, and none is made with a card.
        let refused = take(world, json!({ "template": "our-card" }));
        assert!(refused.problem(422, "invalid").contains("no certificate is made with it"), "{}", refused.text());
        let refused = take(world, json!({ "card_template": "classic" }));
        assert!(
            refused.problem(422, "invalid").contains("for certificates, not for share cards"),
            "{}",
            refused.text()
        );
        take(world, json!({ "card_template": "" })).ok();
        assert!(card(world, &path) == usual);
    });
}

#[test]
fn the_published_card_is_the_same_and_follows_the_event() {
    let world = World::in_memory();
    let path = shown(&world);
    let publish = || {
        world.ask(OWNER, "POST", "/publish").ok();
        work(&world);
        std::fs::read(world.folder().join("site").join(&path[1..]).join("card.png")).unwrap()
    };
    let usual = publish();
    take(&world, json!({ "card_template": "card-name" })).ok();
    let own = publish();
    assert!(own != usual && own == stranger(&world, &format!("{path}/card.png")).bytes);
    assert_eq!(image::load_from_memory(&own).unwrap().into_rgb8().get_pixel(600, 5).0, [29, 58, 112]);
    take(&world, json!({ "card_template": "" })).ok();
    assert!(publish() == usual, "as it was, to the byte");
}

#[test]
fn a_card_that_cannot_be_drawn_for_somebody_gives_way_to_the_plain_one() {
    let world = World::in_memory();
    let path = shown(&world);
    let usual = card(&world, &path);
    let column =
        json!({ "type": "text", "text": "{shoe_size}", "x": 10, "y": 2, "width": 280, "height": 6, "size": 14 });
    designed(&world, "card", "shoes", &json!([{ "do": "add", "element": column }]));
    take(&world, json!({ "card_template": "shoes" })).ok();
    assert!(card(&world, &path) == usual, "nobody of the list has such a column");
}

#[test]
fn a_badge_is_drawn_by_a_template_where_there_is_no_picture() {
    on_each_engine(|world| {
        let path = shown(world);
        let file = |format: &str| world.get(&format!("/certificates/{NUMBER}/file?format={format}")).bytes;
        let drawn = |bytes: &[u8]| image::load_from_memory(bytes).unwrap().into_rgba8();
        let (usual, signed) = (file("baked_png"), file("jwt"));
        assert_eq!(stranger(world, &format!("{path}/badge.png")).status.as_u16(), 404);

        let ground = json!([{ "do": "set", "element": 1, "values": { "fill": "#112233" } }]);
        designed(world, "badge", "our-badge", &ground);
        let event = take(world, json!({ "badge_template": "our-badge" })).ok();
        assert_eq!((&event["badge"], &event["badge_template"]["name"]), (&Value::Null, &json!("our-badge")));
        let baked = file("baked_png");
        assert_ne!(baked, usual);
        let picture = drawn(&baked);
        assert_eq!((picture.dimensions(), picture.get_pixel(300, 520).0), ((600, 600), [0x11, 0x22, 0x33, 255]));
        assert_eq!(drawn(&stranger(world, &format!("{path}/badge.png")).bytes), picture);
        assert_eq!(drawn(&world.get("/events/WORKSHOP/badge?format=png").bytes), picture);
        let svg = String::from_utf8(file("baked_svg")).unwrap();
        assert!(svg.contains("#112233") && svg.contains("openbadges:credential"));
        assert_eq!(file("jwt"), signed, "it is in nothing that is signed");
        // A picture of the event's own goes first.
        let red = image::RgbaImage::from_pixel(300, 300, image::Rgba([200, 30, 30, 255]));
        let mut bytes = std::io::Cursor::new(Vec::new());
        red.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
        let picture = [("file", Some("badge"), bytes.get_ref().as_slice())];
        send(world, OWNER, "PUT", "/events/WORKSHOP/badge", &picture).ok();
        assert_eq!(drawn(&file("baked_png")).get_pixel(300, 520).0, [200, 30, 30, 255]);
        world.delete("/events/WORKSHOP/badge").ok();
        assert_eq!(file("baked_png"), baked);
        take(world, json!({ "badge_template": "" })).ok();
        assert_eq!(file("baked_png"), usual, "drawn as before");
    });
}

#[test]
fn listings_tell_what_templates_are_for_and_designs_begin_as_what_they_shall_be() {
    let world = World::in_memory();
    school(&world, 1, 0);
    let names = |query: &str| {
        let all = world.get(&format!("/templates{query}")).ok()["items"].clone();
        all.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(
        (names("?for=card"), names("?for=badge")),
        (vec!["card".into(), "card-name".into()], vec!["badge".into()])
    );
    assert!(!names("").contains(&"card".to_owned()) && names("?for=any").contains(&"card".to_owned()));
    world.get("/templates?for=poster").problem(422, "bad-request");
    for (purpose, page) in [("card", json!([300.0, 156.75])), ("badge", json!([100.0, 100.0]))] {
        let design = world.post("/template-designs", &json!({ "for": purpose })).ok();
        assert_eq!((&design["for"], &design["page"]), (&json!(purpose), &page));
        let path = format!("/template-designs/{}", design["id"].as_str().unwrap());
        let refused = |changes: Value, said: &str| {
            let refused = world.post(&format!("{path}/changes"), &json!({ "changes": changes }));
            assert!(refused.problem(422, "invalid").contains(said), "{}", refused.text());
        };
        refused(json!([{ "do": "add", "element": { "type": "qr", "x": 20, "y": 20 } }]), "no code");
        refused(json!([{ "do": "page", "values": { "page": { "width": 300, "height": 200 } } }]), "page");
        // Nothing that differs from person to person stands on a badge.
        let printable = design["printable"]["texts"].as_array().unwrap();
        assert_eq!(printable.contains(&json!("participant_name")), purpose == "card");
    }
    // The canvas of a card shows the certificate that somebody would get.
    let design = world.post("/template-designs", &json!({ "from": "card-name" })).ok();
    let path = format!("/template-designs/{}/page", design["id"].as_str().unwrap());
    let [nobody, somebody] =
        ["", "?event=WORKSHOP&person=p00000@example.org"].map(|whom| world.get(&format!("{path}{whom}")).text());
    for svg in [&nobody, &somebody] {
        assert_eq!(svg.matches("<svg").count(), 2, "a page within the page");
        svg2pdf::usvg::roxmltree::Document::parse(svg).unwrap();
    }
    assert_ne!(nobody, somebody);
    // A version is for what the versions before it were for.
    designed(&world, "card", "ours", &json!([{ "do": "page", "values": { "title": "Ours" } }]));
    let badge = world.get("/templates/badge/files/template.json").bytes;
    let refused = send(&world, OWNER, "PUT", "/templates/ours", &[("template", Some("template.json"), &badge)]);
    assert!(refused.problem(422, "invalid").contains("keep it under another name"), "{}", refused.text());
    // As one file, there and back.
    let archive = world.get("/templates/ours/archive").bytes;
    let again = [("name", None, b"again".as_slice()), ("archive", Some("template.zip"), &archive)];
    assert_eq!(send(&world, OWNER, "POST", "/templates", &again).ok()["for"], "card");
    let preview = world.post("/templates/again/preview", &json!({ "format": "png", "event": "WORKSHOP" }));
    assert!(preview.bytes.starts_with(b"\x89PNG"), "{}", preview.text());
}

#[test]
fn staff_begin_a_card_on_a_page_and_choose_it_for_the_event() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let mut browser = Browser::of(world, "ada@example.org");
        let begin = form_with(&browser.page("/staff/template-designs"), "/staff/template-designs", "from");
        let answer = browser.send(&begin, &[("from", ""), ("page", "card"), ("title", "Ours")]);
        let page = browser.follow(&answer);
        assert!(page.contains("1200 × 627 pixels") && page.contains("data-pixels=\"4\""), "{page}");
        assert!(page.contains("value=\"certificate\"") && !page.contains("name=\"kind\" value=\"qr\""), "{page}");

        let look = "/staff/events/WORKSHOP/template";
        let form = form_with(&browser.page(look), look, "card_template");
        browser.send(&form, &[("card_template", "card-name"), ("badge_template", "badge")]);
        let event = ada.ask(world, "GET", "/events/WORKSHOP", &Value::Null).ok();
        assert_eq!(
            (&event["card_template"]["name"], &event["badge_template"]["name"]),
            (&json!("card-name"), &json!("badge"))
        );
        assert!(browser.page("/staff/events/WORKSHOP/badge").contains("by the template badge"));
        // Kept for an event, a card has a name of its own beside the event's template.
        let own = json!({ "from": "card", "event": "WORKSHOP" });
        let design = ada.ask(world, "POST", "/template-designs", &own).ok();
        let keep = browser.page(&format!("/staff/template-designs/{}/keep", design["id"].as_str().unwrap()));
        assert!(keep.contains("value=\"event-workshop-card\""), "{keep}");
        let library = browser.page("/staff/templates");
        assert!(library.contains("Share card, Part of the program"), "{library}");
        let page = browser.page("/staff/templates/card");
        assert!(page.contains("/staff/template-designs?from=card"), "{page}");
    });
}
