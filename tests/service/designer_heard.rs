//! What a design says to those who hear it; what is said of a picture when another takes its place; designs as files; and that a design is
//! kept in one step, and grows no further than a document may.

use axum::http::{StatusCode, header};
use serde_json::{Value, json};
use testamur::acts::ActError;
use testamur::acts::templates::{self, design};
use testamur::desk::{Actor, Desk};

use crate::browser::{Browser, Form, form, form_with, to};
use crate::designer::{begin, change, element_form, filled, path, step, svg_bytes, upload};
use crate::harness::{OWNER, START, World, issuer, on_each_engine};
use crate::real_door::behind_the_real_door;
use crate::templates::png;

/// What is read of a design, in its order: as what, and what is said.
fn heard(design: &Value) -> Vec<(String, String)> {
    let text = |one: &Value, member: &str| one[member].as_str().unwrap().to_owned();
    design["aloud"].as_array().unwrap().iter().map(|one| (text(one, "heard_as"), text(one, "text"))).collect()
}

fn said(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(heard_as, text)| ((*heard_as).to_owned(), (*text).to_owned())).collect()
}

/// Puts a file into a design as its page does.
fn put_in(browser: &mut Browser, at: &str, page: &str, usage: &str, (name, bytes): (&str, &[u8])) -> String {
    let hidden = form_with(page, at, "kind").fields;
    let mut fields: Vec<(String, String)> =
        hidden.into_iter().filter(|(name, _)| ["csrf", "seen"].contains(&name.as_str())).collect();
    fields.push(("as".to_owned(), usage.to_owned()));
    let added = browser.upload(&Form::with_file(&format!("{at}/files")), &fields, Some(("file", name, bytes)));
    browser.follow(&added)
}

#[test]
fn what_is_heard_is_written_in_forms_and_shown_in_its_order() {
    behind_the_real_door(|world, owner| {
        let mut ada = Browser::of(world, "ada@example.org");
        let start = form(&ada.page("/staff/template-designs"), "/staff/template-designs");
        let begun = ada.send(&start, &[("from", ""), ("title", "Our own"), ("language", "en")]);
        let (at, mut page) = (to(&begun), ada.follow(&begun));
        assert!(page.contains("Nothing is read yet"), "{page}");
        for kind in ["name", "text", "signatories", "qr"] {
            let added = ada.send(&form_with(&page, &at, "kind"), &[("act", "add"), ("kind", kind)]);
            page = ada.follow(&added);
        }
        page = put_in(&mut ada, &at, &page, "picture", ("seal.png", &png(400, 200)));
        page = put_in(&mut ada, &at, &page, "background", ("ground.png", &png(297, 210)));
        // A picture that says nothing is told of beside it, and once among all that a designer should know.
        let (_, form_of_seal) = page.split_once("id=\"element-4\"").unwrap();
        let beside = form_of_seal.split("<form").next().unwrap();
        assert!(beside.contains("says nothing to those who hear the page"), "{page}");
        assert!(beside.contains("say under “For screen readers” what it shows"), "{page}");
        let design = |owner: &crate::real_door::Member| {
            owner.ask(world, "GET", at.trim_start_matches("/staff"), &Value::Null).ok()
        };
        let code = "QR code that carries this certificate, signed";
        let first = [
            ("text", "{participant_name}"),
            ("heading", "Text"),
            ("signatories", "{signatory_1_name}, {signatory_1_title}, {signatory_2_name}, {signatory_2_title}"),
            ("code", code),
            ("decoration", "ground.png"),
            ("decoration", "seal.png"),
        ];
        assert_eq!(heard(&design(owner)), said(&first));

        // Each says how it is read, and when.
        let mut set = |page: &str, element: &str, fields: &[(&str, &str)]| {
            let sent = ada.send(&element_form(page, &at, element), fields);
            assert_eq!(sent.status, StatusCode::SEE_OTHER, "{fields:?}: {}", sent.text());
            ada.follow(&sent)
        };
        page = set(&page, "4", &[("alt", "Our seal"), ("order", "1")]);
        page = set(&page, "0", &[("role", "heading"), ("order", "2")]);
        page = set(&page, "1", &[("role", "decoration")]);
        page = set(&page, "3", &[("alt", "Scan me"), ("order", "3")]);
        page = set(&page, "2", &[("order", "9")]);
        assert!(!page.contains("says nothing to those who hear the page"), "{page}");
        let shown = page.split("id=\"aloud-title\"").nth(1).unwrap().split("</section>").next().unwrap();
        let places = ["Our seal", "{participant_name}", "Scan me", "{signatory_1_name}", "Not read", "Text", "seal"]
            .map(|text| shown.find(text));
        assert!(places[..5].iter().all(Option::is_some) && places[..5].is_sorted(), "{places:?}: {shown}");
        let order = [
            ("picture", "Our seal"),
            ("heading", "{participant_name}"),
            ("code", "Scan me"),
            ("signatories", "{signatory_1_name}, {signatory_1_title}, {signatory_2_name}, {signatory_2_title}"),
            ("decoration", "ground.png"),
            ("decoration", "Text"),
        ];
        assert_eq!(heard(&design(owner)), said(&order));
        // A picture that has a text can be decoration all the same; and what is none any more says it again.
        page = set(&page, "4", &[("role", "decoration")]);
        assert!(heard(&design(owner)).contains(&("decoration".to_owned(), "seal.png".to_owned())));
        page = set(&page, "4", &[("role", ""), ("order", "")]);
        assert_eq!(design(owner)["document"]["elements"][4]["order"], Value::Null);
        for order in ["x", "-1", "1.5", "70000"] {
            let refused = ada.send(&element_form(&page, &at, "4"), &[("order", order)]);
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{order}");
            let told = refused.text();
            assert!(told.contains(&format!("value=\"{order}\"")) && told.contains("aria-invalid"), "{order}: {told}");
        }

        // What the background says stays when the form of the page is saved, and goes with the background.
        let ground = |owner| design(owner)["document"]["background"].clone();
        let paper = |page: &str| form_with(page, &at, "ground");
        let done = ada.send(&paper(&page), &[("alt", "A river at dusk")]);
        page = ada.follow(&done);
        assert_eq!(ground(owner), json!({ "asset": "ground.png", "alt": "A river at dusk" }));
        assert_eq!(heard(&design(owner))[0], ("picture".to_owned(), "A river at dusk".to_owned()));
        let done = ada.send(&paper(&page), &[("title", "Another"), ("ground", "#fffff0")]);
        page = ada.follow(&done);
        let mut bare = paper(&page);
        bare.fields.retain(|(name, _)| name != "alt");
        let done = ada.send(&bare, &[("title", "A third")]);
        page = ada.follow(&done);
        let kept = json!({ "asset": "ground.png", "color": "#fffff0", "alt": "A river at dusk" });
        assert_eq!((ground(owner), &design(owner)["title"]), (kept, &json!("A third")));
        let done = ada.send(&paper(&page), &[("background", "")]);
        page = ada.follow(&done);
        assert_eq!(ground(owner), json!({ "color": "#fffff0" }));

        // Past the last layer is the last one, also where it is locked there.
        let done = ada.send(&element_form(&page, &at, "0"), &[("layer", "99"), ("locked", "yes")]);
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
        let last = design(owner);
        assert_eq!(
            (&last["document"]["elements"][4]["text"], &last["elements"][4]["locked"]),
            (&json!("{participant_name}"), &json!(true))
        );
        let german = ada.page(&format!("{at}?lang=de"));
        assert!(
            german.contains("So wird sie vorgelesen") && german.contains("Ohne Text wird es nicht vorgelesen"),
            "{german}"
        );
        ada.forget("testamur_language");
    });
}

#[test]
fn another_picture_does_not_say_what_the_one_before_has_shown() {
    on_each_engine(|world| {
        let design = filled(world);
        upload(world, &design, "ground.png", &png(297, 210), &[("as", "background")]).ok();
        upload(world, &design, "seal.png", &png(40, 20), &[("as", "picture")]).ok();
        let says = json!([
            { "do": "page", "values": { "background": { "asset": "ground.png", "alt": "A river" } } },
            { "do": "set", "element": 4, "values": { "alt": "The seal of 1890" } },
        ]);
        step(world, &design, says);
        let said = |design: &Value| {
            let document = &design["document"];
            [&document["background"]["alt"], &document["elements"][4]["alt"]]
                .map(|alt| alt.as_str().unwrap_or("").to_owned())
        };
        // The very same file is the same picture.
        let other = [("as", "picture"), ("element", "4")];
        let same = upload(world, &design, "seal.png", &png(40, 20), &other).ok();
        assert_eq!(said(&same), ["A river", "The seal of 1890"]);
        let other = upload(world, &design, "photo.svg", svg_bytes(), &other).ok();
        assert_eq!(said(&other), ["A river", ""]);
        assert!(other["findings"].to_string().contains("says nothing to those who hear"), "{other}");
        let other = upload(world, &design, "sea.svg", svg_bytes(), &[("as", "background")]).ok();
        assert_eq!(said(&other), ["", ""]);
        // A place that says what is put there before anything is, goes on saying it.
        let classic = begin(world, &json!({ "from": "classic" }));
        let is_logo = |one: &Value| one["asset"] == "logo";
        let at = classic["document"]["elements"].as_array().unwrap().iter().position(is_logo).unwrap();
        let fields = [("as", "picture"), ("element", &*at.to_string())];
        let with = upload(world, &classic, "ours.png", &png(400, 200), &fields).ok();
        assert_eq!(with["document"]["elements"][at]["alt"], "Logo");
    });
}

#[test]
fn a_design_grows_no_larger_than_a_document_may_be() {
    let world = World::in_memory();
    let design = filled(&world);
    let before = world.get(&path(&design)).ok();
    let text = |chars: usize| json!({ "type": "text", "text": "x".repeat(chars) });
    let twice = json!({ "do": "duplicate", "elements": [4] });
    // A few of these would ask for more than any memory has: nothing is copied that there is no room for.
    for last in [
        twice.clone(),
        json!({ "do": "add", "element": text(200_000) }),
        json!({ "do": "set", "element": 0, "values": { "text": "y".repeat(200_000) } }),
        json!({ "do": "page", "values": { "title": "z".repeat(200_000) } }),
    ] {
        let changes = json!([{ "do": "add", "element": text(300_000) }, twice, twice, last]);
        let answer = change(&world, &design, changes);
        answer.problem(422, "invalid");
        let error = answer.json()["errors"][0].clone();
        assert_eq!(error["field"], "changes.3", "{error}");
        assert!(error["detail"].as_str().unwrap().contains("larger than 1 MB"), "{error}");
    }
    // What is taken out makes room.
    let again = json!([
        { "do": "add", "element": text(400_000) },
        { "do": "remove", "elements": [4] },
        { "do": "add", "element": text(400_000) },
        { "do": "remove", "elements": [4] },
    ]);
    change(&world, &design, again).ok();
    let after = world.get(&path(&design)).ok();
    assert_eq!(after["document"], before["document"], "nothing was done");
}

#[test]
fn a_design_is_kept_and_gone_in_one_step_or_neither() {
    on_each_engine(|world| {
        let actor = Actor::Staff { id: "owner".to_owned(), token: None, address: None, why: None };
        let desk = Desk { store: &*world.app.store, issuer: &issuer(), actor: &actor, now: START.parse().unwrap() };
        let from =
            |name: &str, next: bool| design::Beginning { from: Some(name.to_owned()), next, ..Default::default() };
        let renamed =
            |title: &str| vec![serde_json::from_value(json!({ "do": "page", "values": { "title": title } })).unwrap()];
        // Somebody, in another window, changes it between being read and being kept.
        let old = design::begin(&desk, &from("minimal", false)).unwrap();
        let changed = design::change(&desk, &old, &renamed("Ours")).unwrap();
        let refused = design::keep(&desk, &world.app.faces, &old, "ours", None);
        assert!(matches!(refused, Err(ActError::Store(_))), "{refused:?}");
        assert!(templates::kept(desk.store, "ours").is_err(), "it is no template either");
        assert_eq!(design::open(&desk, &old.design.id).unwrap().content.template.document().title, "Ours");
        design::keep(&desk, &world.app.faces, &changed, "ours", None).unwrap();
        assert!(design::open(&desk, &old.design.id).is_err(), "and its steps are gone");
        // The same as the next version, and where nothing of the template has changed.
        let next = design::begin(&desk, &from("ours", true)).unwrap();
        let changed = design::change(&desk, &next, &renamed("Ours again")).unwrap();
        assert!(design::keep(&desk, &world.app.faces, &next, "ours", None).is_err());
        assert_eq!(templates::kept(desk.store, "ours").unwrap().0.versions.len(), 1);
        design::keep(&desk, &world.app.faces, &changed, "ours", None).unwrap();
        assert_eq!(templates::kept(desk.store, "ours").unwrap().0.versions.len(), 2);
        let same = design::begin(&desk, &from("ours", true)).unwrap();
        design::keep(&desk, &world.app.faces, &same, "ours", None).unwrap();
        assert!(design::open(&desk, &same.design.id).is_err());
        assert_eq!(templates::kept(desk.store, "ours").unwrap().0.versions.len(), 2);
        // A name that is taken is told as that.
        let other = design::begin(&desk, &from("minimal", false)).unwrap();
        let taken = design::keep(&desk, &world.app.faces, &other, "ours", None);
        assert!(matches!(taken, Err(ActError::TemplateExists(_))), "{taken:?}");
    });
}

#[test]
fn an_unkept_design_is_taken_along_as_one_file_and_begun_from() {
    on_each_engine(|world| {
        // There is no code on it yet, and so it is no template.
        let design = begin(world, &json!({ "title": "Half done", "page": { "width": 200, "height": 120 } }));
        let name = json!({ "type": "text", "text": "{participant_name}", "x": 20, "y": 20, "width": 100, "height": 10, "size": 14 });
        step(world, &design, json!([{ "do": "add", "element": name }]));
        upload(world, &design, "seal.png", &png(40, 20), &[("as", "picture")]).ok();
        let design = upload(world, &design, "ground.svg", svg_bytes(), &[("as", "background")]).ok();
        let file = world.get(&format!("{}/archive", path(&design)));
        assert_eq!(
            (file.status, &file.headers[header::CONTENT_TYPE]),
            (StatusCode::OK, &"application/zip".parse().unwrap())
        );
        let bring = |caller: &str, query: &str, bytes: &[u8]| {
            let parts = [("archive", Some("design.zip"), bytes)];
            crate::templates::send(world, caller, "POST", &format!("/template-designs/from-file{query}"), &parts)
        };
        let other = "staff:other view,import";
        let brought = bring(other, "", &file.bytes).ok();
        for member in ["title", "document", "assets", "page", "aloud"] {
            assert_eq!(brought[member], design[member], "{member}");
        }
        assert_eq!((&brought["undo"], &brought["of"]), (&json!(0), &Value::Null));
        // Whose it is now sees it, and nobody else.
        assert_eq!(world.ask(other, "GET", &path(&brought)).status, 200);
        assert_eq!(world.ask(other, "GET", &format!("{}/archive", path(&brought))).bytes, file.bytes);
        world.get(&format!("{}/archive", path(&brought))).problem(404, "not-found");
        // For an event that there is; a template's file can be begun from, too.
        bring(OWNER, "?event=NONE", &file.bytes).problem(404, "not-found");
        let classic = world.get("/templates/classic/archive").bytes;
        assert_eq!(
            bring(OWNER, "", &classic).ok()["document"]["title"],
            begin(world, &json!({ "from": "classic" }))["title"]
        );
        // What cannot be drawn, or read, is refused with the way out, and nothing begun.
        let many = world.get("/template-designs").ok()["items"].as_array().unwrap().len();
        let packed = |picture: &[u8]| {
            let document = json!({ "testamur": 1, "title": "T", "elements": [{ "type": "image", "asset": "a.png", "x": 1, "y": 1, "width": 9, "height": 9 }] });
            crate::designs::zip(&[("template.json", document.to_string().as_bytes()), ("a.png", picture)])
        };
        bring(OWNER, "", &packed(b"no picture")).problem(422, "bad-template");
        let broken = bring(OWNER, "", &packed(&png(400, 200)[..60]));
        assert_eq!(broken.status, 422, "{}", broken.text());
        bring(OWNER, "", b"no archive").problem(400, "bad-upload");
        assert_eq!(world.get("/template-designs").ok()["items"].as_array().unwrap().len(), many);
    });
}

#[test]
fn pages_take_a_design_along_and_begin_from_its_file() {
    behind_the_real_door(|world, _| {
        let mut ada = Browser::of(world, "ada@example.org");
        let list = ada.page("/staff/template-designs");
        let begun = ada.send(&form(&list, "/staff/template-designs"), &[("from", "minimal")]);
        let page = ada.follow(&begun);
        let at = to(&begun);
        let file = format!("/api/v1{}/archive", at.trim_start_matches("/staff"));
        assert!(page.contains(&format!("href=\"{file}\"")), "{page}");
        let file = ada.get(&file).bytes;
        let bring = form(&list, "/staff/template-designs/from-file");
        let brought = ada.upload(&bring, &bring.fields.clone(), Some(("files", "design.zip", &file)));
        assert_eq!(brought.status, StatusCode::SEE_OTHER, "{}", brought.text());
        assert_ne!(to(&brought), at);
        assert!(ada.follow(&brought).contains("{participant_name}"));
        let refused = ada.upload(&bring, &bring.fields.clone(), Some(("files", "design.zip", b"PK no archive")));
        assert!(refused.status.is_client_error() && refused.text().contains("from-file"), "{}", refused.text());
    });
}
