//! A design beside an event: drawn for its tiers and languages, its code as large as what is signed asks for, copied from another event's
//! own; versions compared; and whom a roll-out touches.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::browser::{Browser, form, forms, to};
use crate::harness::{OWNER, World, on_each_engine};
use crate::real_door::{behind_the_real_door, school_by};
use crate::runs::work;

fn begin(world: &World, body: &Value) -> (String, Value) {
    let design = world.post("/template-designs", body).ok();
    (format!("/template-designs/{}", design["id"].as_str().unwrap()), design)
}

fn step(world: &World, path: &str, changes: Value) -> Value {
    world.post(&format!("{path}/changes"), &json!({ "changes": changes })).ok()
}

fn text(words: &str, y: u32) -> Value {
    json!({ "type": "text", "text": words, "x": 20, "y": y, "width": 200, "height": 10, "size": 14 })
}

/// An event with tiers, and people who read three languages.
fn event(world: &World) {
    let details = json!({ "title": "Applied Cartography", "template": "classic" });
    world.post("/events", &json!({ "code": "WORKSHOP", "details": details })).ok();
    let steps = json!([{ "name": "bronze", "from": 50 }, { "name": "gold", "from": 90 }]);
    let rule = json!({ "rule": { "score": { "at_least": 50 } }, "tiers": { "measure": "score", "steps": steps } });
    world.put("/events/WORKSHOP/rule", &rule).ok();
    let rows = "name,email,score,language\nAda Lovelace,a@example.org,95,\nZoé Fournier,z@example.org,60,fr\nÄnne Groß,g@example.org,91,de\n";
    world.upload(OWNER, "/events/WORKSHOP/imports", "a.csv", rows.as_bytes(), &[]).ok();
}

#[test]
fn a_design_is_drawn_for_each_tier_and_each_language() {
    on_each_engine(|world| {
        event(world);
        let (path, _) = begin(world, &json!({ "title": "Ours", "event": "WORKSHOP" }));
        let changes = json!([
            { "do": "add", "element": text("{participant_name}", 20) },
            { "do": "add", "element": text("{tier}", 40) },
            { "do": "add", "element": text("{issue_date:long}", 60) },
            { "do": "add", "element": { "type": "qr", "x": 230, "y": 140, "size": 42 } },
        ]);
        step(world, &path, changes);
        let shown = world.get(&format!("{path}?event=WORKSHOP")).ok();
        assert_eq!(
            shown["variants"],
            json!({ "tiers": ["bronze", "gold"], "languages": ["de", "fr"], "own_words": [], "in_part": false })
        );
        // Of no event there are none.
        assert_eq!(
            world.get(&path).ok()["variants"],
            json!({ "tiers": [], "languages": [], "own_words": [], "in_part": false })
        );
        let drawn = |query: &str| world.get(&format!("{path}/page?event=WORKSHOP{query}")).text();
        let (bronze, gold) = (drawn("&tier=bronze"), drawn("&tier=gold"));
        assert_ne!(bronze, gold);
        // Whoever has no tier of their own is drawn with that which is asked for.
        assert_eq!(drawn("&person=a@example.org"), drawn("&person=a@example.org&tier=gold"));
        assert_ne!(drawn("&person=a@example.org"), drawn("&person=a@example.org&tier=bronze"));
        let told = world.get(&format!("{path}/page?event=WORKSHOP&tier=silver")).problem(422, "invalid");
        assert!(told.contains("bronze, gold"), "{told}");
        world.get(&format!("{path}?tier=gold")).problem(422, "bad-request");
        world.get(&format!("{path}?language={}", "x".repeat(300))).problem(422, "bad-request");
        // The words of a built-in template are in each of its languages, until it is changed.
        let (path, built_in) = begin(world, &json!({ "from": "minimal" }));
        assert_eq!(built_in["variants"]["languages"], json!(["ar", "de", "en", "es", "fr", "hi", "zh"]));
        let page = |query: &str| world.get(&format!("{path}/page{query}")).text();
        assert_ne!(page(""), page("?language=de"));
        assert_eq!(page(""), page("?language=en"));
        // Changed, it still is, as far as the words are those that it came with; what is said of one's own is the same in all.
        let at =
            built_in["document"]["elements"].as_array().unwrap().iter().position(|one| one["text"] == "has completed");
        let own = json!([{ "do": "set", "element": at.unwrap(), "values": { "text": "has learnt" } }]);
        let changed = step(world, &path, own);
        assert_eq!(changed["variants"]["languages"], built_in["variants"]["languages"]);
        assert_eq!(changed["variants"]["own_words"], json!([at.unwrap()]));
        assert_eq!((&built_in["variants"]["in_part"], &changed["variants"]["in_part"]), (&json!(false), &json!(true)));
        assert_ne!(page(""), page("?language=de"));
        // Put into a language, it is printed so; it is a step like any, and one's own words stay.
        let spoken = step(world, &path, json!([{ "do": "speak", "language": "de" }]));
        assert_eq!(spoken["document"]["language"], "de");
        assert_eq!(page(""), page("?language=de"));
        let texts = spoken["document"]["elements"].to_string();
        assert!(
            texts.contains("has learnt") && texts.contains("Scannen zum Prüfen") && !texts.contains("Scan to verify"),
            "{texts}"
        );
        let told = world.post(&format!("{path}/changes"), &json!({ "changes": [{ "do": "speak", "language": "pt" }] }));
        told.problem(422, "invalid");
        step(world, &path, json!([{ "do": "lock", "elements": [0, 1, 2, 3, 4, 5, 6, 7], "locked": true }]));
        let locked =
            world.post(&format!("{path}/changes"), &json!({ "changes": [{ "do": "speak", "language": "fr" }] }));
        assert!(locked.problem(422, "invalid").contains("locked"));
        world.post(&format!("{path}/undo"), &json!({})).ok();
        world.post(&format!("{path}/undo"), &json!({})).ok();
        assert_eq!(world.get(&path).ok()["document"]["language"], "en");
        // Nothing but words of one's own is in one language.
        let (path, empty) = begin(world, &json!({ "title": "Ours" }));
        assert_eq!(empty["variants"]["languages"], json!([]));
        let alone = step(world, &path, json!([{ "do": "add", "element": text("has learnt to draw maps", 20) }]));
        assert_eq!(alone["variants"], json!({ "tiers": [], "languages": [], "own_words": [0], "in_part": false }));
    });
}

#[test]
fn the_code_says_its_version_and_from_which_size_it_prints_well() {
    let world = World::in_memory();
    event(&world);
    let (path, design) = begin(&world, &json!({ "from": "classic" }));
    let code = &design["code"];
    let version = code["version"].as_u64().unwrap();
    assert!((8..=18).contains(&version), "{code}");
    // 0.45 mm a module (docs/files.md).
    let well = (17.0 + 4.0 * version as f64) * 0.45;
    assert!((code["prints_well"].as_f64().unwrap() - well).abs() < 0.06, "{code}");
    assert_eq!(code["side"], 40.0);
    // It grows with what is signed.
    let long = "Wilhelmina Alexandrina Konstantinopolitanska-Featherstonehaugh von und zu Hohenberg-Langenburg";
    let longer = world.get(&format!("{path}?name={}", long.replace(' ', "%20"))).ok();
    assert!(longer["code"]["version"].as_u64().unwrap() > version, "{} {version}", longer["code"]);
    let (_, empty) = begin(&world, &json!({ "title": "Ours" }));
    assert!(empty["code"]["side"].is_null() && empty["code"]["version"].is_u64(), "{}", empty["code"]);
}

#[test]
fn a_picture_stands_where_it_was_dropped_in_its_own_shape() {
    let world = World::in_memory();
    let (path, _) = begin(&world, &json!({ "title": "Ours" }));
    let svg =
        b"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"400\" height=\"100\"><path d=\"M0 0h400v100z\"/></svg>";
    let put = |fields: &[(&str, &str)]| world.upload(OWNER, &format!("{path}/files"), "logo.svg", svg, fields);
    let with = put(&[("as", "picture"), ("x", "60"), ("y", "40.5")]).ok();
    let area: Vec<f64> =
        with["elements"][0]["area"].as_array().unwrap().iter().map(|one| one.as_f64().unwrap()).collect();
    assert!((area[0] + area[2] / 2.0 - 60.0).abs() < 0.2 && (area[1] + area[3] / 2.0 - 40.5).abs() < 0.2, "{area:?}");
    assert!((area[2] / area[3] - 4.0).abs() < 0.05, "{area:?}");
    put(&[("as", "picture"), ("x", "left"), ("y", "1")]).problem(400, "bad-upload");
    put(&[("as", "picture"), ("x", "NaN"), ("y", "1")]).problem(400, "bad-upload");
}

#[test]
fn another_events_own_template_is_copied_by_a_design_of_this_one() {
    on_each_engine(|world| {
        event(world);
        let details = json!({ "title": "Other", "template": "minimal" });
        world.post("/events", &json!({ "code": "OTHER", "details": details })).ok();
        let (path, _) = begin(world, &json!({ "from": "minimal", "event": "WORKSHOP" }));
        step(world, &path, json!([{ "do": "page", "values": { "title": "Of the workshop" } }]));
        world.post(&format!("{path}/keep"), &json!({ "name": "event-workshop" })).ok();
        world.patch("/events/OTHER", &json!({ "template": "event-workshop" })).problem(422, "invalid");
        let (path, copy) = begin(world, &json!({ "from": "event-workshop", "event": "OTHER" }));
        assert_eq!((&copy["title"], &copy["event"]), (&json!("Of the workshop"), &json!("OTHER")));
        world.post(&format!("{path}/keep"), &json!({ "name": "event-other" })).ok();
        world.patch("/events/OTHER", &json!({ "template": "event-other" })).ok();
        assert_eq!(world.get("/events/OTHER").ok()["template"]["name"], "event-other");
    });
}

#[test]
fn versions_are_compared_and_a_roll_out_says_whom_it_touches() {
    on_each_engine(|world| {
        event(world);
        let (path, _) = begin(world, &json!({ "from": "minimal" }));
        step(world, &path, json!([{ "do": "page", "values": { "title": "Ours" } }]));
        world.post(&format!("{path}/keep"), &json!({ "name": "ours" })).ok();
        world.patch("/events/WORKSHOP", &json!({ "template": "ours" })).ok();
        let (path, next) = begin(world, &json!({ "from": "ours", "next": true }));
        assert_eq!(next["changes"], json!([]));
        let changed = step(
            world,
            &path,
            json!([{ "do": "move", "elements": [2], "dx": 1, "dy": 0 }, { "do": "add", "element": text("More", 60) }]),
        );
        // Before it is kept, what is not as in the newest version; and after.
        let became = |changes: &Value| -> Vec<String> {
            changes.as_array().unwrap().iter().map(|one| one["became"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(became(&changed["changes"]), ["changed", "added"], "{}", changed["changes"]);
        world.post(&format!("{path}/keep"), &json!({ "name": "ours" })).ok();
        let told = world.get("/templates/ours/compare?one=1&other=2").ok();
        assert_eq!(told["items"], changed["changes"]);
        assert_eq!(told["items"][0]["members"], json!([{ "member": "x", "before": 28, "after": 29 }]));
        let back = world.get("/templates/ours/compare?one=2&other=1").ok();
        assert_eq!(became(&back["items"]), ["changed", "removed"]);
        assert_eq!(world.get("/templates/ours/compare?one=2&other=2").ok()["items"], json!([]));
        assert!(!world.get("/templates/minimal/compare?one=1&other=2").ok()["items"].as_array().unwrap().is_empty());
        world.get("/templates/ours/compare?one=1&other=9").problem(404, "not-found");

        let would = world.get("/templates/ours/roll-out").ok()["items"][0].clone();
        assert_eq!((&would["event"], &would["people"], &would["issued"]), (&json!("WORKSHOP"), &json!(3), &json!(0)));
        world.post("/events/WORKSHOP/state", &json!({ "to": "open" })).ok();
        world.post("/events/WORKSHOP/state", &json!({ "to": "completed" })).ok();
        world.post("/runs", &json!({ "kind": "generate", "event": "WORKSHOP" })).ok();
        work(world);
        let would = world.get("/templates/ours/roll-out").ok()["items"][0].clone();
        assert_eq!((&would["people"], &would["issued"]), (&json!(3), &json!(3)), "{would}");
        // What was shown is what is done: where there are other people by now, it is asked anew.
        let shown = world.get("/templates/ours/roll-out").ok()["set"].clone();
        let person = json!({ "name": "Grace Hopper", "email": "grace@example.org" });
        world.post("/events/WORKSHOP/participants", &person).ok();
        let before = world.get("/events/WORKSHOP").ok()["template"].clone();
        world.post("/templates/ours/roll-out", &json!({ "set": shown })).problem(409, "changed");
        assert_eq!(world.get("/events/WORKSHOP").ok()["template"], before);
        let would = world.get("/templates/ours/roll-out").ok();
        assert_eq!((&would["items"][0]["people"], &would["items"][0]["issued"]), (&json!(4), &json!(3)), "{would}");
        assert_ne!(would["set"], shown);
        let rolled = world.post("/templates/ours/roll-out", &json!({ "set": would["set"], "expected": 1 })).ok();
        assert_eq!(rolled["items"][0]["done"], true, "{rolled}");
        // Nothing is left that it could be about.
        world.post("/templates/ours/roll-out", &json!({ "set": would["set"] })).problem(409, "changed");
        // Who confirms nothing in particular gives it to all.
        assert_eq!(world.post("/templates/ours/roll-out", &json!({})).ok()["items"], json!([]));
    });
}

#[test]
fn pages_show_versions_tiers_and_languages_side_by_side() {
    behind_the_real_door(|world, owner| {
        school_by(world, owner);
        let mut ada = Browser::of(world, "ada@example.org");
        let page = "/staff/template-designs?from=minimal&event=WORKSHOP";
        let start = form(&ada.page(page), "/staff/template-designs");
        let begun = ada.send(&start, &[]);
        let at = to(&begun).split(['?', '#']).next().unwrap().to_owned();
        assert!(ada.page(&format!("{at}?event=WORKSHOP")).contains("/side-by-side"));
        let beside = ada.page(&format!("{at}/side-by-side?event=WORKSHOP"));
        assert!(beside.contains("page.svg?event=WORKSHOP&#38;language=de") && beside.contains("German"), "{beside}");
        let drawing = ada.get(&format!("{at}/page.svg?event=WORKSHOP&language=de"));
        assert_eq!(drawing.status, StatusCode::OK);
        // Begun in the language that was chosen for its words; what is said of one's own is told where languages stand beside each other.
        let start = form(&ada.page(page), "/staff/template-designs");
        let german = to(&ada.send(&start, &[("words", "de")])).split(['?', '#']).next().unwrap().to_owned();
        assert!(ada.page(&german).contains("Scannen zum Prüfen"));
        let own = json!({ "changes": [{ "do": "add", "element": text("hat Karten gezeichnet", 150) }] });
        owner.ask(world, "POST", &format!("{}/changes", german.trim_start_matches("/staff")), &own).ok();
        let beside = ada.page(&format!("{german}/side-by-side"));
        assert!(beside.contains("One text is your own, and the same in all"), "{beside}");
        let speak = |page: &str, tag: &str| {
            let is_it = |form: &crate::browser::Form| form.fields.contains(&("language".to_owned(), tag.to_owned()));
            forms(page)
                .into_iter()
                .find(|form| form.fields.contains(&("act".to_owned(), "speak".to_owned())) && is_it(form))
        };
        assert!(speak(&beside, "de").is_none(), "it is in German");
        let spoken = ada.send(&speak(&beside, "fr").unwrap(), &[]);
        let shown = ada.follow(&spoken);
        assert!(shown.contains("hat Karten gezeichnet") && !shown.contains("Scannen zum Prüfen"), "{shown}");
        let keep = format!("{at}/keep");
        let keeping = form(&ada.page(&keep), &keep);
        let kept = ada.send(&keeping, &[("name", "ours")]);
        assert_eq!(to(&kept), "/staff/templates/ours?said=template-kept");
        let next = "/staff/template-designs?from=ours&next=yes";
        let start = form(&ada.page(next), "/staff/template-designs");
        let begun = ada.send(&start, &[]);
        let at = to(&begun).split(['?', '#']).next().unwrap().to_owned();
        let moved = json!({ "changes": [{ "do": "set", "element": 4, "values": { "size": 38 } }] });
        owner.ask(world, "POST", &format!("{}/changes", at.trim_start_matches("/staff")), &moved).ok();
        let keep = format!("{at}/keep");
        let page = ada.page(&keep);
        assert!(page.contains("Size, pt: 42.0 → 38.0") || page.contains("Size, pt: 42 → 38"), "{page}");
        ada.send(&form(&page, &keep), &[]);
        let page = ada.page("/staff/templates/ours");
        assert!(page.contains("/staff/templates/ours/compare?one=1&#38;other=2"), "{page}");
        let page = ada.page("/staff/templates/ours/compare?one=1&other=2");
        assert!(page.contains("picture.png?version=1") && page.contains("picture.png?version=2"), "{page}");
        assert!(page.contains("→ 38"), "{page}");
        assert_eq!(ada.get("/staff/templates/ours/compare").status, StatusCode::NOT_FOUND);
        assert_eq!(ada.get("/staff/templates/ours/compare?one=1&other=7").status, StatusCode::NOT_FOUND);
    });
}
