//! The step in which somebody looks at how certificates will look: noted with who, when and over what; advice, and no lock.

use axum::http::{StatusCode, header};
use serde_json::{Value, json};
use testamur::store::Collection;

use crate::browser::{Browser, form_with, is_german_throughout, to};
use crate::harness::{World, request};
use crate::real_door::{Member, behind_the_real_door, invited};
use crate::runs::work;

const EVENT: &str = "/staff/events/WORKSHOP";
const PAGE: &str = "/staff/events/WORKSHOP/preview";
const API: &str = "/events/WORKSHOP/previewed";

/// An event with two people, of which nothing is issued.
fn prepared(world: &World, ada: &Member) {
    let details = json!({ "title": "Applied Cartography" });
    ada.ask(world, "POST", "/events", &json!({ "code": "WORKSHOP", "details": details })).ok();
    ada.ask(world, "PUT", "/events/WORKSHOP/rule", &json!({ "rule": "passed" })).ok();
    for n in 0..2 {
        let person = json!({ "name": format!("Person {n}"), "email": format!("p{n}@example.org"), "progress": { "passed": true } });
        ada.ask(world, "POST", "/events/WORKSHOP/participants", &person).ok();
    }
}

fn told(world: &World, ada: &Member) -> Value {
    ada.ask(world, "GET", API, &Value::Null).ok()
}

/// The step of the event's page, from its tone on.
fn step(browser: &mut Browser) -> String {
    let page = browser.page(EVENT);
    let step = page.split("<li class=\"").find(|part| part.contains(&format!("href=\"{PAGE}\"")));
    step.unwrap_or_else(|| panic!("{page}")).split("</li>").next().unwrap().to_owned()
}

#[test]
fn somebody_looks_before_anything_is_issued_and_a_change_has_it_looked_at_anew() {
    behind_the_real_door(|world, ada| {
        prepared(world, ada);
        let mut browser = Browser::of(world, "ada@example.org");
        // Without a template there is nothing to see.
        let page = browser.page(PAGE);
        assert!(page.contains("has no template yet") && !page.contains("I have looked"), "{page}");
        ada.ask(world, "POST", API, &Value::Null).problem(409, "nothing-drawn");
        ada.ask(world, "PATCH", "/events/WORKSHOP", &json!({ "template": "classic" })).ok();
        let now = step(&mut browser);
        assert!(now.starts_with("grey next\"") && now.contains("not looked at yet"), "{now}");
        assert_eq!((&told(world, ada)["state"], &told(world, ada)["looked"]), (&json!("not_yet"), &Value::Null));

        let page = browser.page(PAGE);
        assert!(page.contains("specimen.png?person=") && page.contains("Nobody has said yet"), "{page}");
        let person =
            ada.ask(world, "GET", "/events/WORKSHOP/participants", &Value::Null).ok()["items"][1]["id"].clone();
        let person = person.as_str().unwrap();
        assert!(browser.page(&format!("{PAGE}?person={person}")).contains(&format!("specimen.png?person={person}")));
        let looked = browser.send(&form_with(&page, PAGE, "seen"), &[]);
        assert_eq!(to(&looked), format!("{EVENT}?said=previewed"));
        assert!(browser.follow(&looked).contains("noted that you have looked"));
        let now = step(&mut browser);
        assert!(now.starts_with("green\"") && now.contains("looked at on"), "{now}");
        let known = told(world, ada);
        assert_eq!((&known["state"], &known["since"], &known["people"]), (&json!("looked"), &json!([]), &json!(2)));
        let by = known["looked"]["by"].as_str().unwrap();
        assert!(by.starts_with("staff:") && known["looked"]["template"] == "classic", "{known}");
        assert!(
            known["looked"]["digest"].as_str().unwrap().len() == 64 && known["looked"]["at"].is_string(),
            "{known}"
        );
        let page = browser.page(PAGE);
        assert!(page.contains("as it is now") && page.contains("you") && page.contains("classic, version"), "{page}");
        assert!(world.acts().iter().any(|(action, subject)| action == "event.preview" && subject == "WORKSHOP"));
        assert!(Collection::PREVIEWED.is_kept(), "a dump has it");

        // Where mail goes to somebody changes nothing of how a certificate looks; what is printed of them does.
        let change = |path: &str, body: Value| ada.ask(world, "PATCH", path, &body).ok();
        change("/events/WORKSHOP/participants/p1@example.org", json!({ "email": "other@example.org" }));
        assert_eq!(told(world, ada)["state"], "looked");
        for (path, body, since) in [
            ("/events/WORKSHOP/participants/other@example.org", json!({ "fields": { "city": "Rome" } }), "list"),
            ("/events/WORKSHOP", json!({ "template": "modern" }), "template"),
            ("/events/WORKSHOP", json!({ "title": "Other" }), "event"),
        ] {
            let seen = ada.ask(world, "GET", API, &Value::Null).etag();
            let page = browser.page(PAGE);
            change(path, body);
            assert_eq!((&told(world, ada)["state"], &told(world, ada)["since"]), (&json!("anew"), &json!([since])));
            let now = step(&mut browser);
            assert!(now.starts_with("amber next\"") && now.contains("to be looked at anew"), "{now}");
            // What was seen before is not what is there now.
            let stale = request("POST", API).header(header::COOKIE, &ada.cookie).header("x-csrf-token", &ada.csrf);
            world.send("", stale.header(header::IF_MATCH, seen), "").problem(412, "changed-meanwhile");
            let refused = browser.send(&form_with(&page, PAGE, "seen"), &[]);
            assert_eq!(refused.status, StatusCode::PRECONDITION_FAILED);
            assert!(refused.text().contains("It has changed since somebody looked"), "{}", refused.text());
            assert_eq!(
                to(&browser.send(&form_with(&refused.text(), PAGE, "seen"), &[])),
                format!("{EVENT}?said=previewed")
            );
            assert_eq!(told(world, ada)["state"], "looked");
        }
        browser.page("/staff?lang=de");
        change("/events/WORKSHOP", json!({ "title": "Another" }));
        is_german_throughout(&browser.page(PAGE), &[]);
        assert!(browser.page(EVENT).contains("neu anzusehen"));
    });
}

#[test]
fn it_blocks_nothing_and_what_is_issued_is_not_asked_for_any_more() {
    behind_the_real_door(|world, ada| {
        prepared(world, ada);
        ada.ask(world, "PATCH", "/events/WORKSHOP", &json!({ "template": "classic" })).ok();
        ada.ask(world, "POST", API, &Value::Null).ok();
        ada.ask(world, "POST", "/events/WORKSHOP/state", &json!({ "to": "completed" })).ok();
        let issued = json!({ "kind": "generate", "event": "WORKSHOP" });
        ada.ask(world, "POST", "/runs", &issued).ok();
        work(world);
        // That somebody has a certificate now is no change of the list.
        assert_eq!(told(world, ada)["state"], "looked");
        // Of another event nobody looks, and it is issued all the same.
        ada.ask(world, "POST", "/events/WORKSHOP/copy", &json!({ "code": "OTHER", "details": {} })).ok();
        let person = json!({ "name": "Person", "progress": { "passed": true } });
        ada.ask(world, "POST", "/events/OTHER/participants", &person).ok();
        ada.ask(world, "POST", "/events/OTHER/state", &json!({ "to": "completed" })).ok();
        ada.ask(world, "POST", "/runs", &json!({ "kind": "generate", "event": "OTHER" })).ok();
        work(world);
        assert_eq!(ada.ask(world, "GET", "/events/OTHER/previewed", &Value::Null).ok()["state"], "not_yet");
        let mut browser = Browser::of(world, "ada@example.org");
        let page = browser.page("/staff/events/OTHER");
        let next = page.split("<li class=\"").find(|part| part.contains("aria-current=\"step\"")).unwrap();
        assert!(!next.contains("/preview"), "{next}");
        // Who only reads sees it, and says nothing.
        let vera = invited(world, ada, "vera@example.org", &["viewer"]);
        vera.ask(world, "POST", API, &Value::Null).problem(403, "forbidden");
        let mut reader = Browser::of(world, "vera@example.org");
        assert!(!reader.page(PAGE).contains("I have looked"));
        // It goes with its event.
        ada.ask(world, "POST", "/events/WORKSHOP/copy", &json!({ "code": "GONE", "details": {} })).ok();
        ada.ask(world, "POST", "/events/GONE/participants", &person).ok();
        ada.ask(world, "POST", "/events/GONE/previewed", &Value::Null).ok();
        ada.ask(world, "DELETE", "/events/GONE", &Value::Null).ok();
        assert_eq!(world.app.store.document(Collection::PREVIEWED, "GONE").unwrap(), None);
    });
}
