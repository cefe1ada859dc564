//! Templates made by hand: by the API and by the pages, step by step, taken back, kept; and what nobody may do.

use std::sync::Arc;

use axum::http::{StatusCode, header};
use serde_json::{Value, json};
use testamur::server::Limits;
use testamur::store::{SledStore, Store};

use crate::browser::{Browser, Form, form, form_with, forms, to};
use crate::harness::{Answer, OWNER, World, on_each_engine, request};
use crate::real_door::{Member, behind_the_real_door, invited, school_by};
use crate::runs::{certificates, work};

/// What somebody types who means no good.
const HOSTILE: &str = "\"><script>alert(1)</script>{{{participant_name}";

pub fn begin(world: &World, body: &Value) -> Value {
    world.post("/template-designs", body).ok()
}

pub fn path(design: &Value) -> String {
    format!("/template-designs/{}", design["id"].as_str().unwrap())
}

pub fn change(world: &World, design: &Value, changes: Value) -> Answer {
    world.post(&format!("{}/changes", path(design)), &json!({ "changes": changes }))
}

pub fn step(world: &World, design: &Value, changes: Value) -> Value {
    change(world, design, changes).ok()
}

pub fn upload(world: &World, design: &Value, name: &str, bytes: &[u8], fields: &[(&str, &str)]) -> Answer {
    world.upload(OWNER, &format!("{}/files", path(design)), name, bytes, fields)
}

fn area(design: &Value, at: usize) -> Vec<f64> {
    let sides = design["elements"][at]["area"].as_array().unwrap().iter();
    sides.map(|side| (side.as_f64().unwrap() * 100.0).round() / 100.0).collect()
}

fn text(words: &str, x: u32, y: u32, width: u32) -> Value {
    json!({ "type": "text", "text": words, "x": x, "y": y, "width": width, "height": 10, "size": 14 })
}

/// A page with a name, a line, a rectangle and a code.
pub fn filled(world: &World) -> Value {
    let design = begin(world, &json!({ "title": "Ours", "page": { "size": "A4", "orientation": "landscape" } }));
    let changes = json!([
        { "do": "add", "element": text("{participant_name}", 20, 20, 100) },
        { "do": "add", "element": { "type": "line", "x1": 20, "y1": 40, "x2": 120, "y2": 40 } },
        { "do": "add", "element": { "type": "rect", "x": 200, "y": 20, "width": 40, "height": 30, "fill": "#eeeeee" } },
        { "do": "add", "element": { "type": "qr", "x": 230, "y": 140, "size": 42 } },
    ]);
    step(world, &design, changes)
}

#[test]
fn every_operation_does_what_it_says_and_can_be_taken_back() {
    on_each_engine(|world| {
        let design = filled(world);
        assert_eq!(design["touched"], json!([3]), "of the last operation: {design}");
        assert_eq!(design["findings"], json!([]), "{design}");
        let at = |changes: Value| step(world, &design, changes);

        let moved = at(json!([{ "do": "move", "elements": [0, 1], "dx": 1.5, "dy": -0.1 }]));
        assert_eq!((area(&moved, 0), area(&moved, 1)), (vec![21.5, 19.9, 100.0, 10.0], vec![21.5, 39.9, 100.0, 0.0]));
        let set = at(
            json!([{ "do": "set", "element": 0, "values": { "color": "#1a2b3c", "minSize": 9, "align": "center" } }]),
        );
        assert_eq!(set["document"]["elements"][0]["color"], "#1a2b3c");
        let unset = at(json!([{ "do": "set", "element": 0, "values": { "minSize": null } }]));
        assert_eq!(unset["document"]["elements"][0]["minSize"], Value::Null);
        let copied = at(json!([{ "do": "duplicate", "elements": [0] }]));
        assert_eq!((copied["touched"].clone(), area(&copied, 4)), (json!([4]), vec![26.5, 24.9, 100.0, 10.0]));
        let lower = at(json!([{ "do": "order", "element": 4, "to": 0 }]));
        assert_eq!((lower["touched"].clone(), area(&lower, 0)), (json!([0]), vec![26.5, 24.9, 100.0, 10.0]));
        let gone = at(json!([{ "do": "remove", "elements": [0] }]));
        assert_eq!(gone["document"]["elements"].as_array().unwrap().len(), 4);
        // In line with the page, its margins and each other.
        let right = at(json!([{ "do": "align", "elements": [0], "side": "right" }]));
        assert_eq!(area(&right, 0)[0], 197.0);
        let margin = at(json!([{ "do": "align", "elements": [0], "side": "top", "among": "margins" }]));
        assert_eq!(area(&margin, 0)[1], 10.0);
        let middle = at(
            json!([{ "do": "align", "elements": [0], "side": "center" }, { "do": "align", "elements": [0], "side": "middle" }]),
        );
        assert_eq!(area(&middle, 0)[..2], [98.5, 100.0]);
        let each = at(json!([{ "do": "align", "elements": [0, 2], "side": "bottom", "among": "each" }]));
        assert_eq!((area(&each, 0)[1], area(&each, 2)[1]), (100.0, 80.0));
        let spread = at(json!([
            { "do": "set", "element": 0, "values": { "x": 10, "y": 20 } },
            { "do": "set", "element": 1, "values": { "x1": 130, "x2": 150, "y1": 25, "y2": 25 } },
            { "do": "set", "element": 2, "values": { "x": 200, "y": 20 } },
            { "do": "distribute", "elements": [0, 1, 2], "along": "across" },
        ]));
        assert_eq!([0, 1, 2].map(|at| area(&spread, at)[0]), [10.0, 145.0, 200.0]);
        let page = at(
            json!([{ "do": "page", "values": { "title": "Gold", "language": "de", "page": { "width": 200, "height": 120 }, "background": { "color": "#fffff0" } } }]),
        );
        assert_eq!((&page["page"], &page["title"]), (&json!([200.0, 120.0]), &json!("Gold")));
        // What lies outside of the smaller page is told, and can be mended.
        assert!(page["findings"].to_string().contains("outside the page"), "{page}");

        // Locked: nothing changes it but being unlocked.
        let locked = at(json!([{ "do": "lock", "elements": [0], "locked": true }]));
        assert_eq!(locked["elements"][0]["locked"], true);
        for changes in [
            json!([{ "do": "move", "elements": [0], "dx": 1, "dy": 0 }]),
            json!([{ "do": "set", "element": 0, "values": { "x": 1 } }]),
            json!([{ "do": "remove", "elements": [0] }]),
            json!([{ "do": "order", "element": 0, "to": 1 }]),
            json!([{ "do": "align", "elements": [0], "side": "left" }]),
        ] {
            let told = change(world, &design, changes.clone()).problem(422, "invalid");
            assert!(told.contains("locked"), "{changes}: {told}");
        }
        // The lock goes along when another is put below.
        let under = at(json!([{ "do": "add", "element": text("Below", 10, 10, 30), "at": 0 }]));
        assert_eq!((&under["elements"][0]["locked"], &under["elements"][1]["locked"]), (&json!(false), &json!(true)));
        at(
            json!([{ "do": "lock", "elements": [1], "locked": false }, { "do": "move", "elements": [1], "dx": 1, "dy": 1 }]),
        );

        // All of it back, step by step, and forth again.
        let last = world.get(&path(&design)).ok();
        let steps = last["undo"].as_u64().unwrap();
        for _ in 0..steps {
            world.post(&format!("{}/undo", path(&design)), &json!({})).ok();
        }
        world.post(&format!("{}/undo", path(&design)), &json!({})).problem(422, "invalid");
        let first = world.get(&path(&design)).ok();
        assert_eq!((&first["document"]["elements"], &first["redo"]), (&json!([]), &json!(steps)));
        for _ in 0..steps {
            world.post(&format!("{}/redo", path(&design)), &json!({})).ok();
        }
        world.post(&format!("{}/redo", path(&design)), &json!({})).problem(422, "invalid");
        let again = world.get(&path(&design)).ok();
        assert_eq!((&again["document"], &again["elements"]), (&last["document"], &last["elements"]));
        // A change after steps were taken back takes the place of what was there.
        world.post(&format!("{}/undo", path(&design)), &json!({})).ok();
        let other = at(json!([{ "do": "page", "values": { "title": "Another way" } }]));
        assert_eq!(other["redo"], 0);
        // What changes nothing is no step.
        let same = at(json!([{ "do": "page", "values": { "title": "Another way" } }]));
        assert_eq!(same["undo"], other["undo"]);
    });
}

#[test]
fn what_could_not_be_read_from_a_file_is_refused_whole_and_says_where() {
    let world = World::in_memory();
    let design = filled(&world);
    let before = world.get(&path(&design)).ok();
    for (changes, at, says) in [
        (json!([]), "changes", "1 to"),
        (json!([{ "do": "move", "elements": [9], "dx": 1, "dy": 1 }]), "changes.0", "names element 9"),
        (json!([{ "do": "add", "element": { "type": "video" } }]), "elements[4]", "unknown type"),
        (json!([{ "do": "add", "element": [1] }]), "elements[4]", "not an object"),
        (json!([{ "do": "set", "element": 0, "values": { "colour": "red" } }]), "elements[0]", "unknown field"),
        (json!([{ "do": "set", "element": 0, "values": { "text": "{" } }]), "elements[0]", "has no `}`"),
        (json!([{ "do": "set", "element": 0, "values": { "width": 0 } }]), "elements[0]", "not between"),
        (json!([{ "do": "set", "element": 0, "values": { "size": 1e30 } }]), "elements[0]", "not between"),
        (json!([{ "do": "set", "element": 0, "values": { "type": "qr" } }]), "changes.0", "something else"),
        (json!([{ "do": "set", "element": 0, "values": { "text": "x".repeat(4_001) } }]), "elements[0]", "4000"),
        (json!([{ "do": "duplicate", "elements": [3] }]), "elements", "more than one qr"),
        (
            json!([{ "do": "set", "element": 3, "values": { "size": 30 } }]),
            "elements[3].size",
            "35.6 mm, and prints well from 40 mm",
        ),
        (json!([{ "do": "page", "values": { "elements": [] } }]), "changes.0", "not one of"),
        (json!([{ "do": "page", "values": { "language": "???" } }]), "language", "BCP 47"),
        (json!([{ "do": "page", "values": { "page": { "width": 10, "height": 10 } } }]), "page", "not between"),
        (
            json!([{ "do": "add", "element": { "type": "image", "asset": "../../etc/passwd", "x": 1, "y": 1, "width": 9, "height": 9 } }]),
            "elements[4]",
            "passwd",
        ),
        // The second is refused, and the first not done.
        (
            json!([{ "do": "move", "elements": [0], "dx": 9, "dy": 9 }, { "do": "remove", "elements": [77] }]),
            "changes.1",
            "element 77",
        ),
    ] {
        let answer = change(&world, &design, changes.clone());
        answer.problem(422, "invalid");
        let error = answer.json()["errors"][0].clone();
        assert!(error["detail"].as_str().unwrap().contains(says), "{changes}: {error}");
        assert_eq!(error["field"], at, "{changes}: {error}");
    }
    change(&world, &design, json!([{ "do": "explode" }])).problem(422, "bad-body");
    let many: Vec<Value> = (0..501).map(|_| json!({ "do": "move", "elements": [0], "dx": 0, "dy": 0 })).collect();
    change(&world, &design, json!(many)).problem(422, "invalid");
    assert_eq!(world.get(&path(&design)).ok(), before, "nothing was done");
}

#[test]
fn hostile_words_stay_words_in_the_drawing_and_on_every_page() {
    behind_the_real_door(|world, owner| {
        school_by(world, owner);
        let mut ada = Browser::of(world, "ada@example.org");
        let start = form(&ada.page("/staff/template-designs"), "/staff/template-designs");
        let begun = ada.send(&start, &[("from", ""), ("title", HOSTILE), ("page", "A4 portrait"), ("language", "en")]);
        let at = to(&begun);
        let mut page = ada.follow(&begun);
        for kind in ["text", "name", "signatories", "qr", "rect", "line"] {
            let add = form_with(&page, &at, "kind");
            let added = ada.send(&add, &[("act", "add"), ("kind", kind)]);
            page = ada.follow(&added);
        }
        // Into each field of each form, one after the other.
        let mut typed = 0;
        let all = forms(&page);
        for one in all.iter().filter(|one| one.action.starts_with("/staff/template-designs/")) {
            for field in &one.texts {
                let seen = form_with(&ada.page(&at), &at, "kind").fields;
                let seen = seen.iter().find(|(name, _)| name == "seen").unwrap().1.clone();
                let answer = ada.send(one, &[(field, HOSTILE), ("seen", &seen)]);
                assert!(!answer.status.is_server_error(), "{field}: {}", answer.text());
                let shown =
                    if answer.status == StatusCode::SEE_OTHER { ada.get(&to(&answer)).text() } else { answer.text() };
                assert!(!shown.contains("<script>alert"), "{field}: {shown}");
                typed += 1;
            }
        }
        assert!(typed > 40, "{typed}");
        let words = json!({ "changes": [{ "do": "set", "element": 0, "values": { "text": "<script>alert(1)</script>&\"'", "x": 20, "width": 150 } }] });
        let id = at.rsplit('/').next().unwrap();
        owner.ask(world, "POST", &format!("/template-designs/{id}/changes"), &words).ok();
        let svg = ada.get(&format!("{at}/page.svg"));
        assert_eq!(svg.headers[header::CONTENT_TYPE], "image/svg+xml");
        assert!(svg.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap().contains("sandbox"));
        assert!(
            !svg.text().contains("<script") && svg.text().contains("&lt;script&gt;"),
            "the title is a title: {:.400}",
            svg.text()
        );
        assert!(!ada.page("/staff/template-designs").contains("<script>alert"));
    });
}

#[test]
fn nobody_sees_or_changes_the_design_of_another_and_a_stale_one_is_told() {
    behind_the_real_door(|world, owner| {
        let eve = invited(world, owner, "eve@example.org", &["issuer"]);
        let vera = invited(world, owner, "vera@example.org", &["viewer"]);
        let mine = owner.ask(world, "POST", "/template-designs", &json!({ "from": "classic" })).ok();
        let at = path(&mine);
        let nothing = json!({ "changes": [{ "do": "page", "values": { "title": "Hers" } }] });
        let all: [(&str, &str, Value); 7] = [
            ("GET", "", Value::Null),
            ("GET", "/page", Value::Null),
            ("GET", "/names?event=WORKSHOP", Value::Null),
            ("POST", "/changes", nothing.clone()),
            ("POST", "/undo", json!({})),
            ("POST", "/keep", json!({ "name": "hers" })),
            ("DELETE", "", Value::Null),
        ];
        for (method, more, body) in &all {
            let answer = eve.ask(world, method, &format!("{at}{more}"), body);
            assert_eq!(answer.status, 404, "{method} {more}: {}", answer.text());
            let answer = vera.ask(world, method, &format!("{at}{more}"), body);
            assert_eq!(answer.status, 403, "{method} {more}: {}", answer.text());
        }
        assert_eq!(eve.ask(world, "GET", "/template-designs", &Value::Null).ok()["items"], json!([]));
        for id in ["", "x", "../x", "a%2Fb", &"a".repeat(40)] {
            let answer = owner.ask(world, "GET", &format!("/template-designs/{id}"), &Value::Null);
            assert!(id.is_empty() || answer.status == 404, "{id}: {}", answer.text());
        }

        // Who looked before somebody changed it changes nothing.
        let stale = owner.ask(world, "GET", &at, &Value::Null).etag();
        owner.ask(world, "POST", &format!("{at}/changes"), &nothing).ok();
        let by = |member: &Member, method: &str, more: &str, tag: &str, body: &Value| {
            let request = request(method, &format!("{at}{more}")).header(header::IF_MATCH, tag);
            let request = request.header(header::COOKIE, &member.cookie).header("x-csrf-token", &member.csrf);
            world.send("", request.header(header::CONTENT_TYPE, "application/json"), body.to_string())
        };
        for (method, more, body) in all.iter().filter(|(method, ..)| *method != "GET") {
            by(owner, method, more, &stale, body).problem(412, "changed-meanwhile");
        }
        let fresh = owner.ask(world, "GET", &at, &Value::Null).etag();
        by(owner, "POST", "/undo", &fresh, &json!({})).ok();
        // The page says it, and shows what is there now.
        let mut ada = Browser::of(world, "ada@example.org");
        let there = format!("/staff{at}");
        let old = form_with(&ada.page(&there), &there, "kind");
        ada.send(&old, &[("kind", "line"), ("act", "add")]);
        let refused = ada.send(&old, &[("kind", "line"), ("act", "add")]);
        assert_eq!(refused.status, StatusCode::PRECONDITION_FAILED);
        assert!(refused.text().contains("id=\"design\"") && refused.text().contains("role=\"alert\""));
        // Another site's form changes nothing.
        let answer = ada.send(&old, &[("csrf", "guess")]);
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert!(world.acts().iter().all(|(action, _)| !action.starts_with("template.")), "nothing was kept");
    });
}

#[test]
fn a_template_in_use_is_frozen_and_a_design_becomes_its_next_version() {
    on_each_engine(|world| {
        let design = filled(world);
        let kept = world.post(&format!("{}/keep", path(&design)), &json!({ "name": "ours" })).ok();
        assert_eq!((&kept["name"], &kept["versions"][0]["version"]), (&json!("ours"), &json!(1)), "{kept}");
        assert_eq!(world.get("/template-designs").ok()["items"], json!([]), "it is done");
        let details = json!({ "title": "Applied Cartography", "template": "ours" });
        world.post("/events", &json!({ "code": "WORKSHOP", "details": details })).ok();
        let used = world.get("/events/WORKSHOP").ok()["template"]["digest"].clone();
        assert_eq!(used, kept["versions"][0]["digest"]);

        let next = begin(world, &json!({ "from": "ours", "next": true }));
        assert_eq!((&next["of"], &next["newest"]), (&json!("ours"), &json!(1)), "{next}");
        step(world, &next, json!([{ "do": "set", "element": 0, "values": { "y": 30 } }]));
        // Somebody else was faster: their version is not passed over unseen.
        let other = begin(world, &json!({ "from": "ours", "next": true }));
        step(world, &other, json!([{ "do": "set", "element": 0, "values": { "y": 25 } }]));
        world.post(&format!("{}/keep", path(&other)), &json!({ "name": "ours" })).ok();
        let keep = format!("{}/keep", path(&next));
        let told = world.post(&keep, &json!({ "name": "ours" })).problem(409, "version-meanwhile");
        assert!(told.contains("version 2"), "{told}");
        assert_eq!(world.get(&path(&next)).ok()["newest"], 2);
        let kept = world.post(&keep, &json!({ "name": "ours", "after": 2 })).ok();
        assert_eq!(kept["versions"].as_array().unwrap().len(), 3);
        assert_eq!(world.get("/events/WORKSHOP").ok()["template"]["digest"], used, "the event keeps what it has");
        // Under the name of one that it was not begun for, and under a built-in one's, it is refused.
        let third = filled(world);
        world.post(&format!("{}/keep", path(&third)), &json!({ "name": "ours" })).problem(409, "template-exists");
        world.post(&format!("{}/keep", path(&third)), &json!({ "name": "classic" })).problem(409, "template-exists");
        world.post(&format!("{}/keep", path(&third)), &json!({ "name": "../x" })).problem(422, "invalid");
        // With what is wrong it is not kept, and goes on being a design.
        step(world, &third, json!([{ "do": "remove", "elements": [3] }]));
        let told =
            world.post(&format!("{}/keep", path(&third)), &json!({ "name": "no-code" })).problem(422, "bad-template");
        assert!(told.contains("no QR code"), "{told}");
        assert_eq!(world.ask(OWNER, "DELETE", &path(&third)).status, 204);
        world.get(&path(&third)).problem(404, "not-found");
        // A built-in template has no next version of one's own.
        assert_eq!(begin(world, &json!({ "from": "classic", "next": true }))["of"], Value::Null);
        begin(world, &json!({ "from": "modern" }));
        world.post("/template-designs", &json!({ "from": "nonesuch" })).problem(404, "not-found");
    });
}

#[test]
fn two_hundred_steps_are_taken_back_also_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("store");
    let design = {
        let store: Arc<dyn Store> = Arc::new(SledStore::create(&place).unwrap());
        let world = World::on(store, tempfile::tempdir().unwrap(), Limits::default());
        let design = filled(&world);
        for at in 1..=205 {
            step(&world, &design, json!([{ "do": "set", "element": 0, "values": { "y": at } }]));
        }
        design
    };
    let store: Arc<dyn Store> = Arc::new(SledStore::open(&place).unwrap());
    let world = World::on(store, tempfile::tempdir().unwrap(), Limits::default());
    let mut now = world.get(&path(&design)).ok();
    assert_eq!((&now["undo"], area(&now, 0)[1]), (&json!(200), 205.0));
    for _ in 0..200 {
        now = world.post(&format!("{}/undo", path(&design)), &json!({})).ok();
    }
    assert_eq!((&now["undo"], &now["redo"], area(&now, 0)[1]), (&json!(0), &json!(200), 5.0));
    now = world.post(&format!("{}/redo", path(&design)), &json!({})).ok();
    assert_eq!(area(&now, 0)[1], 6.0);
}

fn png() -> Vec<u8> {
    crate::templates::png(40, 20)
}

#[test]
fn pictures_and_fonts_are_put_in_or_refused_with_the_way_out() {
    on_each_engine(|world| {
        let design = filled(world);
        let with = upload(world, &design, "..\\my ground?.png", &png(), &[("as", "background")]).ok();
        assert_eq!(with["document"]["background"]["asset"], "my-ground-.png", "{with}");
        let with = upload(world, &design, "logo.png", &png(), &[("as", "picture")]).ok();
        assert_eq!((&with["touched"], &with["document"]["elements"][4]["asset"]), (&json!([4]), &json!("logo.png")));
        // The same name with other bytes is another file; the old one goes where nothing shows it.
        let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"40\" height=\"20\"><rect width=\"40\" height=\"20\" fill=\"#1f5c4d\"/></svg>";
        let with = upload(world, &design, "logo.png", svg, &[("as", "picture"), ("element", "4")]).ok();
        assert_eq!(with["document"]["elements"][4]["asset"], "logo-2.png");
        let names: Vec<&str> =
            with["assets"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["logo-2.png", "my-ground-.png"]);
        let signs = json!({ "type": "signatories", "people": [{ "name": "Jane Doe" }], "x": 20, "y": 150, "width": 100, "height": 25 });
        step(world, &design, json!([{ "do": "add", "element": signs }]));
        let with =
            upload(world, &design, "jane.png", &png(), &[("as", "signature"), ("element", "5"), ("person", "0")]).ok();
        assert_eq!(with["document"]["elements"][5]["people"][0]["image"], "jane.png");
        let font = std::fs::read("tests/data/fonts/PlainSample.ttf").unwrap();
        let with = upload(world, &design, "own.ttf", &font, &[("as", "font")]).ok();
        assert_eq!(with["document"]["fonts"], json!(["own.ttf"]));
        assert!(
            with["fonts"].as_array().unwrap().len() > 10
                && with["findings"].as_array().unwrap().iter().all(|one| one["severity"] != "error"),
            "{with}"
        );
        let svg = world.get(&format!("{}/page", path(&design)));
        assert_eq!(svg.text().matches("<image ").count(), 3, "{:.300}", svg.text());
        assert!(svg.text().contains("data:image/png;base64,"));

        for (bytes, fields, code) in [
            (&b"no picture"[..], &[("as", "background")][..], "bad-template"),
            (b"%PDF-1.4 broken", &[("as", "background")], "bad-template"),
            (
                b"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"><text>x</text></svg>",
                &[("as", "picture")],
                "bad-template",
            ),
            (b"x", &[("as", "font")], "bad-template"),
            (svg_bytes(), &[("as", "picture"), ("element", "0")], "invalid"),
            (svg_bytes(), &[("as", "signature"), ("element", "5"), ("person", "9")], "invalid"),
            (svg_bytes(), &[("as", "signature")], "invalid"),
        ] {
            let answer = upload(world, &design, "x.png", bytes, fields);
            assert!(
                answer.status == 422 && [code, "invalid"].contains(&answer.json()["code"].as_str().unwrap()),
                "{fields:?}: {}",
                answer.text()
            );
        }
        upload(world, &design, "x.png", &png(), &[("as", "poster")]).problem(400, "bad-upload");
        upload(world, &design, "x.png", &png(), &[("as", "picture"), ("element", "x")]).problem(400, "bad-upload");
        upload(world, &design, "x.png", &vec![0; (5 << 20) + 1], &[("as", "picture")]).problem(422, "invalid");
        // Taken back, the file is there again.
        world.post(&format!("{}/undo", path(&design)), &json!({})).ok();
        assert_eq!(world.get(&format!("{}/page", path(&design))).status, 200);
        world.post(&format!("{}/keep", path(&design)), &json!({ "name": "pictured" })).ok();
        let packed = world.get("/templates/pictured/archive");
        assert!(packed.bytes.windows(8).any(|part| part == b"jane.png"), "it can be taken elsewhere as one file");
    });
}

pub fn svg_bytes() -> &'static [u8] {
    b"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"40\" height=\"20\"><rect width=\"40\" height=\"20\"/></svg>"
}

/// An event with names that are short, long, and of scripts that no font has.
fn listed(world: &World) {
    let details = json!({ "title": "Applied Cartography", "template": "classic" });
    world.post("/events", &json!({ "code": "WORKSHOP", "details": details })).ok();
    let long = "Wilhelmina Alexandrina Konstantinopolitanska-Featherstonehaugh";
    let rows = format!(
        "name,email,Company\nAda Lovelace,a@example.org,ACME\nЮлія Щербак,u@example.org,\n{long},l@example.org,\nZoë\u{a7c1}Ng,z@example.org,\n{long} von und zu {long},v@example.org,\n"
    );
    world.upload(OWNER, "/events/WORKSHOP/imports", "a.csv", rows.as_bytes(), &[]).ok();
}

#[test]
fn every_name_of_a_list_is_tried_and_each_can_be_shown() {
    on_each_engine(|world| {
        listed(world);
        let design = filled(world);
        step(
            world,
            &design,
            json!([{ "do": "set", "element": 0, "values": { "size": 28, "minSize": 6, "width": 100 } }]),
        );
        let tried = world.get(&format!("{}/names?event=WORKSHOP", path(&design))).ok();
        let people = tried["people"].as_u64().unwrap();
        assert!(people >= 4 && tried["more"] == false, "{tried}");
        assert_eq!(tried["small"]["count"], 1, "{tried}");
        assert!(tried["small"]["first"][0]["name"].as_str().unwrap().starts_with("Wilhelmina"), "{tried}");
        assert_eq!(tried["unfit"]["count"], people - 3, "{tried}");
        let cyrillic = tried["scripts"].as_array().unwrap().iter().find(|one| one["script"] == "Cyrl").unwrap();
        assert_eq!((&cyrillic["people"], &cyrillic["unfit"]), (&json!(1), &json!(0)), "{tried}");
        // Wider, the long one has room; a wish for more is told at once.
        step(world, &design, json!([{ "do": "set", "element": 0, "values": { "width": 250 } }]));
        let wider = world.get(&format!("{}/names?event=WORKSHOP", path(&design))).ok();
        assert_eq!(wider["small"]["count"], 0, "{wider}");
        // One of those who do not fit: it is drawn without the name, and that is said.
        let mut unfit = tried["unfit"]["first"].as_array().unwrap().iter();
        let long = unfit.find(|one| one["name"].as_str().unwrap().contains("von und zu")).unwrap();
        step(world, &design, json!([{ "do": "set", "element": 0, "values": { "width": 60 } }]));
        let query = format!("event=WORKSHOP&person={}", long["person"].as_str().unwrap());
        let shown = world.get(&format!("{}?{query}", path(&design))).ok();
        assert!(
            shown["left_out"][0]["at"] == "elements[0]"
                && shown["left_out"][0]["message"].to_string().contains("does not fit"),
            "{shown}"
        );
        assert_eq!(shown["printable"]["columns"], json!(["company"]), "{shown}");
        assert!(tried["unfit"]["first"].to_string().contains("why"), "{tried}");
        let there = world.get(&format!("{}/page?{query}", path(&design)));
        let ada = world.get(&format!("{}/page?event=WORKSHOP&person=a@example.org", path(&design)));
        assert!(there.text().matches("<path").count() < ada.text().matches("<path").count(), "the name is left out");
        // A column of the list is printed, and none that it lacks.
        step(world, &design, json!([{ "do": "add", "element": text("{company}", 20, 60, 100) }]));
        let found = world.get(&format!("{}?event=WORKSHOP", path(&design))).ok();
        assert!(!found["findings"].to_string().contains("company"), "{found}");
        let found = world.get(&path(&design)).ok();
        assert!(found["findings"].to_string().contains("company"), "{found}");
        world.get(&format!("{}/names?event=NONE", path(&design))).problem(404, "not-found");
        world.get(&format!("{}?person=a@example.org", path(&design))).problem(422, "bad-request");
        world.get(&format!("{}/page?event=WORKSHOP&person=nobody", path(&design))).problem(404, "no-such-participant");
    });
}

/// Sends the form of a page that goes to an address.
fn filled_in(browser: &mut Browser, page: &str, action: &str, fields: &[(&str, &str)]) -> Answer {
    let form = form(&browser.page(page), action);
    browser.send(&form, fields)
}

/// The design's forms for an element.
pub fn element_form(page: &str, at: &str, element: &str) -> Form {
    let is_it = |form: &Form| {
        form.action.split('?').next() == Some(at) && form.fields.contains(&("element".to_owned(), element.to_owned()))
    };
    forms(page).into_iter().find(is_it).unwrap_or_else(|| panic!("no form of element {element}: {page}"))
}

#[test]
fn a_template_is_made_from_nothing_by_forms_alone_and_a_certificate_with_it() {
    behind_the_real_door(|world, owner| {
        school_by(world, owner);
        let mut ada = Browser::of(world, "ada@example.org");
        assert!(ada.page("/staff/templates").contains("/staff/template-designs"));
        let start = form(&ada.page("/staff/template-designs"), "/staff/template-designs");
        let begun =
            ada.send(&start, &[("from", ""), ("title", "Our own"), ("page", "A4 landscape"), ("language", "en")]);
        let (at, mut page) = (to(&begun), ada.follow(&begun));
        assert!(page.contains("no QR code") && page.contains("The page is empty"), "{page}");
        for kind in ["name", "event", "date", "number", "rect", "signatories", "qr"] {
            let added = ada.send(&form_with(&page, &at, "kind"), &[("act", "add"), ("kind", kind)]);
            page = ada.follow(&added);
        }
        assert!(page.contains("Nothing is wrong with it"), "{page}");
        // By numbers, with a comma as people write them; a column is added to a text.
        let one = element_form(&page, &at, "0");
        let set = ada.send(
            &one,
            &[
                ("x", "20,5"),
                ("y", "30"),
                ("width", "256"),
                ("size", "40"),
                ("font", "Great Vibes"),
                ("color", "#1f5c4d"),
                ("insert", "term"),
            ],
        );
        page = ada.follow(&set);
        assert!(page.contains("value=\"20.5\"") && page.contains("{participant_name}{term}"), "{page}");
        let refused = ada.send(&element_form(&page, &at, "0"), &[("x", "twenty")]);
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            refused.text().contains("value=\"twenty\"") && refused.text().contains("aria-invalid"),
            "what was typed stays"
        );
        // The floor of the code is said where it is set.
        assert!(page.contains("At least 35.6 mm; prints well from 40.0 mm"), "{page}");
        let small = ada.send(&element_form(&page, &at, "6"), &[("size", "20")]);
        assert!(
            small.status == StatusCode::UNPROCESSABLE_ENTITY && small.text().contains("35.6 mm"),
            "{}",
            small.text()
        );
        // Layers: picked, in line, doubled, out, locked.
        let layers = |page: &str| form_with(page, &at, "pick");
        for (act, pick) in [("center", "0"), ("up", "0"), ("duplicate", "1"), ("remove", "7"), ("lock", "2")] {
            let done = ada.send(&layers(&page), &[("pick", pick), ("do", act), ("among", "page")]);
            assert_eq!(done.status, StatusCode::SEE_OTHER, "{act}: {}", done.text());
            page = ada.follow(&done);
        }
        assert!(page.contains("locked</span>"), "{page}");
        let nothing = ada.send(&layers(&page), &[("pick", ""), ("do", "left")]);
        assert!(nothing.text().contains("Tick the elements"), "{}", nothing.text());
        let undo =
            forms(&page).into_iter().find(|form| form.fields.contains(&("act".to_owned(), "undo".to_owned()))).unwrap();
        page = {
            let undone = ada.send(&undo, &[]);
            ada.follow(&undone)
        };
        assert!(!page.contains("locked</span>"), "{page}");
        let files = Form::with_file(&format!("{at}/files"));
        let hidden = form_with(&page, &at, "kind").fields;
        let mut fields: Vec<(String, String)> =
            hidden.into_iter().filter(|(name, _)| ["csrf", "seen"].contains(&name.as_str())).collect();
        fields.push(("as".to_owned(), "background".to_owned()));
        let added = ada.upload(&files, &fields, Some(("file", "ground.png", &crate::templates::png(297, 210))));
        page = ada.follow(&added);
        assert!(page.contains("ground.png"), "{page}");
        // In German, too.
        let german = ada.page(&format!("{at}?lang=de"));
        assert!(german.contains("Elemente in Zahlen") && german.contains("druckt gut ab"), "{german}");
        ada.forget("testamur_language");

        // For the event's own list, then kept and used.
        let whom = ada.page(&format!("{at}?event=WORKSHOP"));
        assert!(whom.contains(&format!("{at}/names?event=WORKSHOP")), "{whom}");
        let names = ada.page(&format!("{at}/names?event=WORKSHOP"));
        assert!(
            names.contains("No name of 3 shrinks below 9 pt") && names.contains("Every one of 3 can be printed"),
            "{names}"
        );
        let keep = format!("{at}/keep");
        let refused = filled_in(&mut ada, &keep, &keep, &[("name", "No Name")]);
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let kept = filled_in(&mut ada, &keep, &keep, &[("name", "own")]);
        assert_eq!(to(&kept), "/staff/templates/own?said=template-kept");
        assert!(ada.follow(&kept).contains("from=own&#38;next=yes"));
        let choose = form_with(&ada.page("/staff/events/WORKSHOP/template"), "/staff/events/WORKSHOP/template", "logo");
        let taken = ada.send(&choose, &[("template", "own")]);
        ada.follow(&taken);
        let run = json!({ "kind": "regenerate", "event": "WORKSHOP", "over": "already_issued" });
        owner.ask(world, "POST", "/runs", &run).ok();
        work(world);
        let number = certificates(&*world.app.store)[0].number.to_string();
        let pdf = owner.ask(world, "GET", &format!("/certificates/{number}/file?format=pdf"), &Value::Null);
        let printed = testamur::reading::read(&pdf.bytes).unwrap().printed.unwrap();
        assert!(printed.contains("Person 0"), "{printed}");

        // Thrown away, it is gone with its steps.
        let begun = filled_in(&mut ada, "/staff/template-designs?from=own&next=yes", "/staff/template-designs", &[]);
        let at = to(&begun);
        assert!(ada.page(&format!("{at}/keep")).contains("version 2 of own"));
        let discard = format!("{at}/discard");
        let gone = filled_in(&mut ada, &discard, &discard, &[]);
        assert!(ada.follow(&gone).contains("The design is gone"));
        assert_eq!(ada.get(&at).status, StatusCode::NOT_FOUND);
    });
}
