//! A design, and an event's certificates, beside the whole list: what is said of each is what a run would do; all are shown, found and
//! gone through; and all that the list holds can be printed.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::browser::{Browser, form, forms, to};
use crate::harness::{OWNER, World, on_each_engine};
use crate::real_door::{behind_the_real_door, by_token};

const LONG: &str = "Gesellschaft für angewandte Kartographie und Geoinformation mit beschränkter Haftung & Co. KG";

fn text(words: &str, y: u32, width: u32) -> Value {
    json!({ "type": "text", "text": words, "x": 20, "y": y, "width": width, "height": 10, "size": 14 })
}

fn elements() -> Value {
    json!([
        { "do": "add", "element": text("{participant_name}", 20, 250) },
        { "do": "add", "element": text("{company}", 40, 60) },
        { "do": "add", "element": { "type": "qr", "x": 230, "y": 140, "size": 42 } },
    ])
}

/// An event with a list, which is open to runs.
fn event(world: &World, rows: &str) {
    let details = json!({ "title": "Applied Cartography", "template": "classic", "publish_results": false });
    world.post("/events", &json!({ "code": "WORKSHOP", "details": details })).ok();
    world.upload(OWNER, "/events/WORKSHOP/imports", "a.csv", rows.as_bytes(), &[]).ok();
}

fn begin(world: &World) -> String {
    let design = world.post("/template-designs", &json!({ "title": "Ours" })).ok();
    let path = format!("/template-designs/{}", design["id"].as_str().unwrap());
    world.post(&format!("{path}/changes"), &json!({ "changes": elements() })).ok();
    path
}

/// The same people, with the same reasons, in whichever place they are told.
fn whys(few: &Value) -> Vec<(String, String)> {
    let all = few["first"].as_array().unwrap().iter();
    let mut all: Vec<_> =
        all.map(|one| (one["name"].as_str().unwrap().to_owned(), one["why"].as_str().unwrap().to_owned())).collect();
    all.sort();
    all
}

#[test]
fn who_cannot_be_printed_is_told_as_a_run_says_it_whatever_text_it_is() {
    on_each_engine(|world| {
        event(
            world,
            &format!(
                "name,email,Company\nAda Lovelace,a@example.org,ACME\nBo Long,b@example.org,{LONG}\n\
                 Cy Glyph,c@example.org,Zo\u{a7c1}\nDi None,d@example.org,\n"
            ),
        );
        let path = begin(world);
        let tried = world.get(&format!("{path}/names?event=WORKSHOP")).ok();
        assert_eq!((&tried["people"], &tried["small"]["count"]), (&json!(4), &json!(0)), "{tried}");
        let told = whys(&tried["unfit"]);
        let names: Vec<&str> = told.iter().map(|(name, _)| name.as_str()).collect();
        assert!(names.starts_with(&["Bo Long", "Cy Glyph"]), "{told:?}");
        assert!(told[0].1.contains("company") && told[0].1.contains("does not fit"), "{told:?}");
        // Drawn for her, it is left out, and that is said.
        let bo = world.get(&format!("{path}?event=WORKSHOP&person=b@example.org")).ok();
        assert!(bo["left_out"].to_string().contains("does not fit"), "{bo}");

        // The event takes it: its preview and a run say the very same of the very same people.
        world.post(&format!("{path}/keep"), &json!({ "name": "ours" })).ok();
        world.patch("/events/WORKSHOP", &json!({ "template": "ours" })).ok();
        let of_event = world.get("/events/WORKSHOP/try-list").ok();
        assert_eq!(whys(&of_event["unfit"]), told, "{of_event}");
        world.put("/events/WORKSHOP/rule", &json!({ "rule": "everybody" })).ok();
        world.post("/events/WORKSHOP/state", &json!({ "to": "open" })).ok();
        world.post("/events/WORKSHOP/state", &json!({ "to": "completed" })).ok();
        let preview = world.post("/runs/preview", &json!({ "kind": "generate", "event": "WORKSHOP" })).ok();
        let mut refused: Vec<(String, String)> = preview["rows"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| one["effect"] == "nothing")
            .map(|one| (one["name"].as_str().unwrap().to_owned(), one["why"].as_str().unwrap().to_owned()))
            .collect();
        refused.sort();
        assert_eq!(refused, told, "{preview}");
        // What is mended is told at once.
        world.patch("/events/WORKSHOP", &json!({ "template": "minimal" })).ok();
        assert_eq!(world.get("/events/WORKSHOP/try-list").ok()["unfit"]["count"], 0);
        world.get("/events/NONE/try-list").problem(404, "not-found");
        world.get("/events/WORKSHOP/try-list?limit=0").problem(422, "bad-request");
        world.get("/events/WORKSHOP/try-list?limit=501").problem(422, "bad-request");
        world.post("/events", &json!({ "code": "BARE", "details": { "title": "No template" } })).ok();
        assert!(world.get("/events/BARE/try-list").problem(422, "invalid").contains("choose one for the event first"));
    });
}

#[test]
fn a_tier_is_printed_for_who_has_reached_it() {
    let world = World::in_memory();
    event(&world, "name,email,score\nAda Lovelace,a@example.org,95\nBo Few,b@example.org,60\n");
    let steps = json!([{ "name": "a", "from": 50 }, { "name": LONG, "from": 90 }]);
    let rule = json!({ "rule": { "score": { "at_least": 50 } }, "tiers": { "measure": "score", "steps": steps } });
    world.put("/events/WORKSHOP/rule", &rule).ok();
    let design = world.post("/template-designs", &json!({ "title": "Ours" })).ok();
    let path = format!("/template-designs/{}", design["id"].as_str().unwrap());
    let all = json!([
        { "do": "add", "element": text("{participant_name}", 20, 250) },
        { "do": "add", "element": text("{tier}", 40, 60) },
        { "do": "add", "element": { "type": "qr", "x": 230, "y": 140, "size": 42 } },
    ]);
    world.post(&format!("{path}/changes"), &json!({ "changes": all })).ok();
    let told = whys(&world.get(&format!("{path}/names?event=WORKSHOP")).ok()["unfit"]);
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].0, "Ada Lovelace");
}

/// Many people with long names, and a last one who has more columns than the others.
fn many() -> String {
    let mut rows = "name,email,Company,Passed on\n".to_owned();
    for n in 0..620 {
        let name =
            if n < 130 { format!("Wilhelmina Alexandrina Konstantinopolitanska {n:03}") } else { format!("Al {n:03}") };
        rows.push_str(&format!("{name},p{n:03}@example.org,,\n"));
    }
    rows.push_str("Zz Last,z@example.org,ACME,2026-05-01\n");
    rows
}

#[test]
fn all_of_a_kind_are_told_page_by_page_and_all_columns_are_offered() {
    on_each_engine(|world| {
        event(world, &many());
        let path = begin(world);
        let small = json!([{ "do": "set", "element": 0, "values": { "size": 28, "minSize": 4, "width": 40 } },
            { "do": "remove", "elements": [1] }]);
        world.post(&format!("{path}/changes"), &json!({ "changes": small })).ok();
        let names = |query: &str| world.get(&format!("{path}/names?event=WORKSHOP{query}")).ok();
        let told = |value: &Value| value["small"]["first"].as_array().unwrap().len();
        let first = names("");
        assert_eq!(
            (&first["people"], &first["small"]["count"], told(&first)),
            (&json!(621), &json!(130), 20),
            "{first}"
        );
        let mut seen: Vec<Value> = Vec::new();
        for from in ["0", "100", "200"] {
            let page = names(&format!("&from={from}&limit=100"));
            seen.extend(page["small"]["first"].as_array().unwrap().iter().map(|one| one["person"].clone()));
        }
        assert_eq!(seen.len(), 130);
        seen.sort_by_key(Value::to_string);
        seen.dedup();
        assert_eq!(seen.len(), 130, "nobody twice");

        let shown = world.get(&format!("{path}?event=WORKSHOP")).ok();
        assert_eq!(shown["printable"]["columns"], json!(["company", "passed_on"]), "{shown}");
        assert_eq!(shown["printable"]["days"], json!(["passed_on"]));
        assert_eq!(shown["printable"]["formats"], json!(["full", "long", "medium", "short", "iso"]));
        assert_eq!(shown["list"], json!({ "people": 621 }));
        // By place, and from one to the next.
        let second = world.get(&format!("{path}?event=WORKSHOP&place=2")).ok()["list"]["standing"].clone();
        assert_eq!(second["place"], 2);
        let next = second["next"]["person"].as_str().unwrap();
        let third = world.get(&format!("{path}?event=WORKSHOP&person={next}")).ok()["list"]["standing"].clone();
        assert_eq!((&third["place"], &third["previous"]), (&json!(3), &second["who"]));
        let last = world.get(&format!("{path}?event=WORKSHOP&place=621")).ok()["list"]["standing"].clone();
        assert!(last["next"].is_null() && last["previous"].is_object(), "{last}");
        // All but the code: no two specimens have the same.
        let page = |whom: &str| {
            let drawn = world.get(&format!("{path}/page?event=WORKSHOP&{whom}")).text().to_owned();
            drawn.lines().filter(|line| !line.contains("M0 0h7v1h-7z")).map(str::to_owned).collect::<Vec<_>>()
        };
        let by_place = page("place=2");
        assert!(by_place.len() > 8, "{by_place:?}");
        assert_eq!(by_place, page(&format!("person={}", second["who"]["person"].as_str().unwrap())));
        assert_ne!(by_place, page("place=3"));
        world.get(&format!("{path}?event=WORKSHOP&place=622")).problem(404, "no-such-participant");
        world.get(&format!("{path}?place=2")).problem(422, "bad-request");
        world.get(&format!("{path}?event=WORKSHOP&place=2&person=z@example.org")).problem(422, "bad-request");
    });
}

#[test]
fn pages_lead_to_all_of_them_and_to_anybody() {
    behind_the_real_door(|world, owner| {
        let token = owner.token(world, &["view", "import"]);
        let call = |path: &str, body: Value| by_token(world, &token, "POST", path, &body).ok();
        call("/events", json!({ "code": "WORKSHOP", "details": { "title": "Applied", "template": "classic" } }));
        for n in 0..25 {
            let person = json!({ "name": format!("Wilhelmina Konstantinopolitanska {n:02}"), "email": format!("p{n:02}@example.org"),
                "fields": { "company": if n == 7 { LONG } else { "ACME" }, "passed_on": "2026-05-01" } });
            call("/events/WORKSHOP/participants", person);
        }
        let mut ada = Browser::of(world, "ada@example.org");
        let start = form(&ada.page("/staff/template-designs"), "/staff/template-designs");
        let begun = ada.send(&start, &[("from", ""), ("title", "Ours"), ("event", "WORKSHOP")]);
        let at = to(&begun).split(['?', '#']).next().unwrap().to_owned();
        let api = at.trim_start_matches("/staff").to_owned();
        owner.ask(world, "POST", &format!("{api}/changes"), &json!({ "changes": elements() })).ok();
        let small = json!([{ "do": "set", "element": 0, "values": { "size": 28, "minSize": 4, "width": 40 } }]);
        owner.ask(world, "POST", &format!("{api}/changes"), &json!({ "changes": small })).ok();

        let names = ada.page(&format!("{at}/names?event=WORKSHOP"));
        assert!(
            names.contains("24 of 25 names shrink below 9 pt") && names.contains("One of 25 cannot be printed"),
            "{names}"
        );
        assert!(names.contains("does not fit") && names.contains("All 24"), "{names}");
        assert!(!names.contains("Konstantinopolitanska 24"), "the first twenty");
        let all = format!("{at}/names?event=WORKSHOP&kind=small&from=0");
        assert!(names.contains(&all.replace('&', "&#38;")), "{names}");
        let whole = ada.page(&all);
        assert!(whole.contains("Konstantinopolitanska 24") && !whole.contains("cannot be printed"), "{whole}");
        let behind = ada.page(&format!("{at}/names?event=WORKSHOP&kind=small&from=20"));
        assert!(behind.contains("Those before") && !behind.contains("Konstantinopolitanska 00"), "{behind}");

        // A part of the name that several have, one that one has, a place, and nobody.
        let several = ada.page(&format!("{at}?event=WORKSHOP&person=politanska+0"));
        assert!(
            several.contains("Several are called so. Who is meant?") && several.contains("politanska 09"),
            "{several}"
        );
        let one = ada.page(&format!("{at}?event=WORKSHOP&person=politanska+07"));
        assert!(one.contains("Konstantinopolitanska 07, number") && one.contains("does not fit"), "{one}");
        let third = ada.page(&format!("{at}?event=WORKSHOP&person=3"));
        assert!(
            third.contains("number 3 of 25 on the list") && third.contains("Before: ") && third.contains("After: "),
            "{third}"
        );
        assert_eq!(ada.get(&format!("{at}?event=WORKSHOP&person=nobody+at+all")).status, StatusCode::NOT_FOUND);

        // Dates in each way in which they can be written, also of a column.
        for choice in ["issue_date:iso", "issue_date:full", "passed_on:long", "company"] {
            assert!(third.contains(&format!("<option value=\"{choice}\"")), "{choice}: {third}");
        }
        assert!(!third.contains("company:long"), "no date");
        let is_first = |form: &crate::browser::Form| form.fields.contains(&("element".to_owned(), "1".to_owned()));
        let field = forms(&third).into_iter().find(|form| form.names.contains("insert") && is_first(form)).unwrap();
        let set = ada.send(&field, &[("insert", "passed_on:short")]);
        assert!(ada.follow(&set).contains("{company}{passed_on:short}"));

        // The event's own preview says the same, in both languages.
        by_token(world, &token, "PATCH", "/events/WORKSHOP", &json!({ "template": "minimal" })).ok();
        let preview = ada.page("/staff/events/WORKSHOP/preview");
        assert!(
            preview.contains("Everybody of the list") && preview.contains("Every one of 25 can be printed"),
            "{preview}"
        );
        let german = ada.page("/staff/events/WORKSHOP/preview?kind=unfit&lang=de");
        assert!(german.contains("Alle auf der Liste") && german.contains("Alle 25 lassen sich drucken"), "{german}");
    });
}
