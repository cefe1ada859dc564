//! What an event wears, its logo and signatures, goes along to each template: none is lost without a word. And what was put into a design
//! is taken out again.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::browser::{Browser, Form, form, form_with, forms, to};
use crate::harness::{OWNER, World, on_each_engine};
use crate::real_door::{behind_the_real_door, school_by};
use crate::templates::{Part, document, png, send};

fn text(words: &str, y: u32) -> Value {
    json!({ "type": "text", "text": words, "x": 20, "y": y, "width": 250, "height": 10, "size": 14 })
}

/// A template with no place for a picture, from nothing.
fn bare(world: &World, name: &str) {
    let design = world.post("/template-designs", &json!({ "title": "Bare" })).ok();
    let path = format!("/template-designs/{}", design["id"].as_str().unwrap());
    let all = json!([
        { "do": "add", "element": text("{participant_name}", 20) },
        { "do": "add", "element": { "type": "qr", "x": 230, "y": 140, "size": 42 } },
    ]);
    world.post(&format!("{path}/changes"), &json!({ "changes": all })).ok();
    world.post(&format!("{path}/keep"), &json!({ "name": name })).ok();
}

/// An event with a logo and a signature of its own.
fn dressed(world: &World) {
    world
        .post("/events", &json!({ "code": "WORKSHOP", "details": { "title": "Applied", "template": "classic" } }))
        .ok();
    let picture = png(400, 100);
    let parts: [Part; 4] = [
        ("name", None, b"event-workshop"),
        ("base", None, b"classic"),
        ("logo", Some("logo.png"), &picture),
        ("signature_1", Some("jane.png"), &picture),
    ];
    assert_eq!(send(world, OWNER, "POST", "/templates", &parts).status, StatusCode::CREATED);
    world.patch("/events/WORKSHOP", &json!({ "template": "event-workshop" })).ok();
}

/// Which pictures the event has, and whether each is shown.
fn pictures(world: &World, query: &str) -> Vec<(String, bool)> {
    let told = world.get(&format!("/events/WORKSHOP/pictures{query}")).ok();
    let all = told["items"].as_array().unwrap().iter();
    all.map(|one| (one["name"].as_str().unwrap().to_owned(), one["shown"].as_bool().unwrap())).collect()
}

fn both(shown: bool) -> Vec<(String, bool)> {
    ["logo", "signature_1"].map(|name| (name.to_owned(), shown)).into()
}

#[test]
fn an_events_pictures_go_along_and_wait_where_there_is_no_place_for_them() {
    on_each_engine(|world| {
        bare(world, "bare");
        dressed(world);
        assert_eq!(pictures(world, ""), both(true));
        // Before it is taken, and after.
        assert_eq!(pictures(world, "?template=bare"), both(false));
        assert_eq!(pictures(world, "?template=minimal"), both(true));
        world.get("/events/WORKSHOP/pictures?template=none").problem(404, "not-found");
        world.patch("/events/WORKSHOP", &json!({ "template": "bare" })).ok();
        assert_eq!(pictures(world, ""), both(false), "they are kept");
        let used = world.get("/templates/bare").ok();
        assert_eq!(used["used_by"][0]["newest"], true, "{used}");
        assert_eq!(world.get("/templates/bare/roll-out").ok()["items"], json!([]));
        // The next template has places for them.
        world.patch("/events/WORKSHOP", &json!({ "template": "minimal" })).ok();
        assert_eq!(pictures(world, ""), both(true));
        let used = world.get("/templates/minimal").ok();
        assert_eq!(used["used_by"][0]["newest"], true, "{used}");
        // By its digest a template is exactly that.
        let digest = world.get("/templates/modern").ok()["template"]["digest"].as_str().unwrap().to_owned();
        world.post("/events", &json!({ "code": "SEED", "details": { "title": "Seed", "template": "modern" } })).ok();
        world.patch("/events/WORKSHOP", &json!({ "template": digest })).ok();
        assert_eq!(pictures(world, ""), []);
        // Its own template as it is; what was taken off it stays off.
        world.patch("/events/WORKSHOP", &json!({ "template": "event-workshop" })).ok();
        assert_eq!(pictures(world, ""), both(true));
        let parts: [Part; 2] = [("base", None, b"event-workshop"), ("without", None, b"logo")];
        assert!(send(world, OWNER, "PUT", "/templates/event-workshop", &parts).status.is_success());
        world.patch("/events/WORKSHOP", &json!({ "template": "event-workshop" })).ok();
        assert_eq!(pictures(world, ""), [("signature_1".to_owned(), true)]);
        // A version of the library's that has lost its place says so before it is rolled out.
        let logo = png(40, 20);
        let parts: [Part; 3] = [("name", None, b"ours"), ("base", None, b"minimal"), ("logo", Some("l.png"), &logo)];
        send(world, OWNER, "POST", "/templates", &parts).ok();
        world.patch("/events/WORKSHOP", &json!({ "template": "ours" })).ok();
        let design = world.post("/template-designs", &json!({ "from": "ours", "next": true })).ok();
        let path = format!("/template-designs/{}", design["id"].as_str().unwrap());
        let elements = design["document"]["elements"].as_array().unwrap();
        let signs = elements.iter().position(|one| one["type"] == "signatories").unwrap();
        world.post(&format!("{path}/changes"), &json!({ "changes": [{ "do": "remove", "elements": [signs] }] })).ok();
        world.post(&format!("{path}/keep"), &json!({ "name": "ours" })).ok();
        let would = world.get("/templates/ours/roll-out").ok();
        assert_eq!(would["items"][0]["hides"], json!(["signature_1"]), "{would}");
        world.post("/templates/ours/roll-out", &json!({ "expected": 1, "set": would["set"] })).ok();
        assert!(pictures(world, "").contains(&("signature_1".to_owned(), false)), "{:?}", pictures(world, ""));
    });
}

/// The status of one of the pictures in what an event keeps.
fn picture(world: &World, kept: &Value, name: &str) -> StatusCode {
    let digest = kept["digest"].as_str().unwrap();
    world.get(&format!("/templates/{digest}/files/{name}")).status
}

#[test]
fn pictures_of_a_librarys_template_stay_with_it() {
    on_each_engine(|world| {
        let (dean, next) = (png(40, 20), png(60, 20));
        let parts: [Part; 3] =
            [("name", None, b"ours"), ("base", None, b"minimal"), ("signature_1", Some("dean.png"), &dean)];
        assert_eq!(send(world, OWNER, "POST", "/templates", &parts).status, StatusCode::CREATED);
        world
            .post("/events", &json!({ "code": "WORKSHOP", "details": { "title": "Applied", "template": "ours" } }))
            .ok();
        // Also an older version than the newest.
        let parts: [Part; 2] = [("base", None, b"minimal"), ("signature_1", Some("next.png"), &next)];
        assert!(send(world, OWNER, "PUT", "/templates/ours", &parts).status.is_success());
        assert_eq!(pictures(world, ""), []);
        let event = world.patch("/events/WORKSHOP", &json!({ "template": "classic" })).ok();
        assert_eq!(picture(world, &event["template"], "signature_1"), StatusCode::NOT_FOUND, "{event}");
    });
}

#[test]
fn no_picture_is_lost_where_the_same_template_is_chosen_again() {
    on_each_engine(|world| {
        dressed(world);
        let (other, own) = (png(60, 60), document("Own", "en"));
        let take = |parts: &[Part]| {
            assert!(send(world, OWNER, "PUT", "/templates/event-workshop", parts).status.is_success());
            world.patch("/events/WORKSHOP", &json!({ "template": "event-workshop" })).ok();
        };
        // Of a base without the logo, which nobody has taken off.
        take(&[("base", None, b"classic"), ("signature_1", Some("other.png"), &other)]);
        assert_eq!(pictures(world, ""), both(true));
        world.patch("/events/WORKSHOP", &json!({ "template": "event-workshop" })).ok();
        assert_eq!(pictures(world, ""), both(true), "the same again");
        take(&[("base", None, b"event-workshop"), ("signature_2", Some("two.png"), &other)]);
        let all =
            |shown: bool| ["logo", "signature_1", "signature_2"].map(|name| (name.to_owned(), shown || name == "logo"));
        assert_eq!(pictures(world, ""), all(true), "a second picture");
        take(&[("template", Some("template.json"), &own)]);
        assert_eq!(pictures(world, ""), all(false), "a document of its own");
    });
}

#[test]
fn templates_for_languages_wear_the_same() {
    let world = World::in_memory();
    dressed(&world);
    let templates = json!([{ "language": "de", "template": "minimal" }]);
    let event = world.patch("/events/WORKSHOP", &json!({ "templates": templates })).ok();
    for name in ["logo", "signature_1"] {
        assert_eq!(picture(&world, &event["templates"][0], name), StatusCode::OK, "{event}");
    }
}

#[test]
fn a_design_for_an_event_that_wears_something_has_places_for_it() {
    let world = World::in_memory();
    dressed(&world);
    let begin = |body: Value| world.post("/template-designs", &body).ok();
    let page = json!({ "size": "A4", "orientation": "portrait" });
    let with = begin(json!({ "title": "Ours", "event": "WORKSHOP", "page": page }));
    let elements = with["document"]["elements"].as_array().unwrap();
    assert_eq!(
        (&elements[0]["asset"], &elements[1]["people"][0]["image"]),
        (&json!("logo"), &json!("signature_1")),
        "{with}"
    );
    assert!(
        with["findings"].as_array().unwrap().iter().all(|one| !one["message"].as_str().unwrap().contains("outside")),
        "{with}"
    );
    let path = format!("/template-designs/{}", with["id"].as_str().unwrap());
    let for_event = world.get(&format!("{path}/page?event=WORKSHOP")).text();
    assert!(for_event.contains("<image ") && !world.get(&format!("{path}/page")).text().contains("<image "));
    for body in [json!({ "title": "Ours" }), json!({ "title": "Ours", "event": "OTHER" })] {
        if body["event"].is_string() {
            world
                .post("/events", &json!({ "code": "OTHER", "details": { "title": "Other", "template": "classic" } }))
                .ok();
        }
        assert_eq!(begin(body)["document"]["elements"], json!([]));
    }
}

/// The form of a design's element.
fn element(page: &str, at: &str) -> Form {
    let is_it = |form: &Form| form.fields.contains(&("element".to_owned(), at.to_owned()));
    forms(page).into_iter().find(is_it).unwrap_or_else(|| panic!("no form of element {at}: {page}"))
}

#[test]
fn pages_ask_before_pictures_are_hidden_and_copy_from_another_event() {
    behind_the_real_door(|world, owner| {
        school_by(world, owner);
        let mut ada = Browser::of(world, "ada@example.org");
        let page = "/staff/events/WORKSHOP/template";
        // From nothing, by the buttons: a place for the logo, and signatures of the event.
        let start = form(&ada.page("/staff/template-designs"), "/staff/template-designs");
        let design = to(&ada.send(&start, &[("from", ""), ("title", "Bare")]));
        let mut shown = ada.page(&design);
        for kind in ["name", "qr"] {
            let added = ada.send(&form_with(&shown, &design, "kind"), &[("act", "add"), ("kind", kind)]);
            shown = ada.follow(&added);
        }
        let keep = format!("{design}/keep");
        let kept = {
            let keeping = form(&ada.page(&keep), &keep);
            ada.send(&keeping, &[("name", "bare")])
        };
        assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.text());

        // A picture cannot be put where there is no place, and that says what to do.
        let choose = form_with(&ada.page(page), page, "logo");
        let mut fields = choose.fields.clone();
        fields.retain(|(name, _)| name != "template");
        fields.push(("template".to_owned(), "bare".to_owned()));
        let refused = ada.upload(&choose, &fields, Some(("logo", "logo.png", &png(400, 100))));
        assert!(refused.text().contains("put a place for it on the page in the designer"), "{}", refused.text());
        let choose = form_with(&ada.page(page), page, "logo");
        let taken = ada.upload(&choose, &choose.fields.clone(), Some(("logo", "logo.png", &png(400, 100))));
        assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.text());

        // It is asked, and nothing done before the answer.
        let choose = form_with(&ada.page(page), page, "logo");
        let asked = ada.send(&choose, &[("template", "bare")]);
        assert_eq!(asked.status, StatusCode::CONFLICT, "{}", asked.text());
        assert!(asked.text().contains("has no place for what the event has of its own: Logo"), "{}", asked.text());
        let name =
            |world: &World| owner.ask(world, "GET", "/events/WORKSHOP", &Value::Null).ok()["template"]["name"].clone();
        assert_eq!(name(world), "event-workshop");
        let german = ada.page(&format!("{page}?lang=de"));
        assert!(german.contains("Logo wegnehmen"), "{german}");
        ada.forget("testamur_language");
        // A file that was chosen with it has to be chosen again: nobody goes on without it unawares.
        let mut fields = choose.fields.clone();
        fields.retain(|(name, _)| name != "template");
        fields.push(("template".to_owned(), "bare".to_owned()));
        let with_file = ada.upload(&choose, &fields, Some(("logo", "logo.png", &png(40, 10)))).text();
        assert!(with_file.contains("Files have to be chosen again"), "{with_file}");
        let alone = ada.send(&form_with(&with_file, page, "without"), &[("template", "bare"), ("without", "yes")]);
        assert_eq!(alone.status, StatusCode::CONFLICT, "{}", alone.text());
        assert_eq!(name(world), "event-workshop");
        let again = form_with(&asked.text(), page, "without");
        let done = ada.send(&again, &[("template", "bare"), ("without", "yes")]);
        let after = ada.follow(&done);
        assert_eq!(name(world), "bare");
        assert!(after.contains("The template has no place for this, and does not print it: Logo"), "{after}");
        // The same again: that was told.
        let same = ada.send(&form_with(&after, page, "logo"), &[("template", "bare")]);
        assert_eq!(same.status, StatusCode::SEE_OTHER, "{}", same.text());
        let after = ada.follow(&same);
        // Kept for the next one; taken off, it is gone for good.
        let choose = form_with(&after, page, "logo");
        let next = ada.send(&choose, &[("template", "minimal")]);
        let after = ada.follow(&next);
        assert!(
            after.contains("With pictures of this event’s own: Logo") && !after.contains("has no place for this"),
            "{after}"
        );
        let off = ada.send(&form_with(&after, page, "off"), &[]);
        let after = ada.follow(&off);
        assert!(!after.contains("Take the logo off"), "{after}");
        let choose = form_with(&after, page, "logo");
        ada.send(&choose, &[("template", "modern")]);
        let told = owner.ask(world, "GET", "/events/WORKSHOP/pictures", &Value::Null).ok();
        assert_eq!(told["items"], json!([]), "taken off stays off");

        // Another event's own template is copied in one act; its own logo goes along.
        let other = json!({ "code": "OTHER", "details": { "title": "Other", "template": "minimal" } });
        owner.ask(world, "POST", "/events", &other).ok();
        let their = "/staff/events/OTHER/template";
        let choose = form_with(&ada.page(their), their, "logo");
        let logo = png(60, 60);
        ada.upload(&choose, &choose.fields.clone(), Some(("logo", "own.png", &logo)));
        let digest = |name: &str| {
            let told = owner.ask(world, "GET", &format!("/templates/{name}"), &Value::Null).ok();
            told["template"]["digest"].as_str().unwrap().to_owned()
        };
        let before = digest("event-workshop");
        let copy = form_with(&ada.page(their), their, "copy");
        let copied = ada.send(&copy, &[("copy", "event-workshop")]);
        let after = ada.follow(&copied);
        assert!(after.contains("With pictures of this event’s own: Logo"), "{after}");
        let event = owner.ask(world, "GET", "/events/OTHER", &Value::Null).ok();
        assert_eq!(event["template"]["name"], "event-other-2");
        assert_eq!(digest("event-workshop"), before, "the other's stays as it is");
        let dressed = event["template"]["digest"].as_str().unwrap();
        let kept = owner.ask(world, "GET", &format!("/templates/{dressed}/files/logo"), &Value::Null);
        assert_eq!(kept.bytes, logo, "its own logo");
    });
}

#[test]
fn who_signs_for_another_event_is_not_copied() {
    behind_the_real_door(|world, owner| {
        school_by(world, owner);
        let mut ada = Browser::of(world, "ada@example.org");
        let page = "/staff/events/WORKSHOP/template";
        let choose = form_with(&ada.page(page), page, "logo");
        let taken = ada.upload(&choose, &choose.fields.clone(), Some(("signature_1", "jane.png", &png(40, 20))));
        assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.text());
        let other = json!({ "code": "OTHER", "details": { "title": "Other", "template": "minimal" } });
        owner.ask(world, "POST", "/events", &other).ok();
        let their = "/staff/events/OTHER/template";
        let copy = form_with(&ada.page(their), their, "copy");
        let copied = ada.send(&copy, &[("copy", "event-workshop")]);
        assert_eq!(copied.status, StatusCode::SEE_OTHER, "{}", copied.text());
        let event = owner.ask(world, "GET", "/events/OTHER", &Value::Null).ok();
        assert_eq!(event["template"]["name"], "event-other");
        let told = owner.ask(world, "GET", "/events/OTHER/pictures", &Value::Null).ok();
        assert_eq!(told["items"], json!([]), "signed by nobody else's hand");
        let told = owner.ask(world, "GET", "/events/WORKSHOP/pictures", &Value::Null).ok();
        assert_eq!(told["items"][0]["name"], "signature_1", "the other's stays as it is");
    });
}

#[test]
fn places_for_an_events_pictures_are_put_on_the_page_and_fonts_and_signatures_taken_out_again() {
    behind_the_real_door(|world, owner| {
        school_by(world, owner);
        let mut ada = Browser::of(world, "ada@example.org");
        let start = form(&ada.page("/staff/template-designs"), "/staff/template-designs");
        let at = to(&ada.send(&start, &[("from", ""), ("title", "Ours")]));
        let mut page = ada.page(&at);
        for kind in ["logo", "signatories"] {
            let added = ada.send(&form_with(&page, &at, "kind"), &[("act", "add"), ("kind", kind)]);
            page = ada.follow(&added);
        }
        assert!(page.contains("The event’s logo"), "{page}");
        let api = at.trim_start_matches("/staff").to_owned();
        let document = || owner.ask(world, "GET", &api, &Value::Null).ok()["document"].clone();
        let now = document();
        assert_eq!((&now["elements"][0]["asset"], &now["elements"][0]["optional"]), (&json!("logo"), &json!(true)));
        assert_eq!(now["elements"][1]["people"][1]["image"], "signature_2");

        // A signature's picture: another file, none, the event's again.
        let files = Form::with_file(&format!("{at}/files"));
        let put = |ada: &mut Browser, page: &str, usage: &str, name: &str, bytes: &[u8]| {
            let hidden = form_with(page, &at, "kind").fields;
            let mut fields: Vec<(String, String)> =
                hidden.into_iter().filter(|(name, _)| ["csrf", "seen"].contains(&name.as_str())).collect();
            fields.push(("as".to_owned(), usage.to_owned()));
            let added = ada.upload(&files, &fields, Some(("file", name, bytes)));
            ada.follow(&added)
        };
        page = put(&mut ada, &page, "signature 1 0", "jane.png", &png(40, 20));
        assert_eq!(document()["elements"][1]["people"][0]["image"], "jane.png");
        // What else is set leaves it where it is.
        let set = ada.send(&element(&page, "1"), &[("name0", "Jane Doe")]);
        page = ada.follow(&set);
        assert_eq!(
            document()["elements"][1]["people"][0],
            json!({ "name": "Jane Doe", "title": "{signatory_1_title}", "image": "jane.png" })
        );
        let set = ada.send(&element(&page, "1"), &[("image0", "")]);
        page = ada.follow(&set);
        assert!(document()["elements"][1]["people"][0]["image"].is_null());
        let set = ada.send(&element(&page, "1"), &[("image0", "signature_1")]);
        page = ada.follow(&set);
        assert_eq!(document()["elements"][1]["people"][0]["image"], "signature_1");

        let font = std::fs::read("tests/data/fonts/PlainSample.ttf").unwrap();
        page = put(&mut ada, &page, "font", "own.ttf", &font);
        assert!(page.contains("Take own.ttf out"), "{page}");
        let out =
            forms(&page).into_iter().find(|form| form.fields.contains(&("act".to_owned(), "font-out".to_owned())));
        let gone = ada.send(&out.unwrap(), &[]);
        page = ada.follow(&gone);
        assert!(!page.contains("own.ttf") && document()["fonts"].as_array().is_none_or(Vec::is_empty), "{page}");
        let undone = forms(&page).into_iter().find(|form| form.fields.contains(&("act".to_owned(), "undo".to_owned())));
        let back = ada.send(&undone.unwrap(), &[]);
        assert!(ada.follow(&back).contains("Take own.ttf out"), "with its file");
    });
}
