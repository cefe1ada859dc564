//! What staff pages say, in words for whoever has never seen the API: all that is wrong at once and beside its field, what is missing
//! with the way to it, and no way to what cannot work.

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::browser::{Browser, form, to};
use super::harness::on_each_engine;
use super::real_door::{behind_the_real_door, invited};

#[test]
fn all_that_is_wrong_with_an_event_is_told_at_once() {
    on_each_engine(|world| {
        let details = json!({ "title": "Maps", "starts": "2026-05-04", "ends": "2026-05-01", "expires_after": "soon" });
        let told = world.post("/events", &json!({ "code": "PM 2026", "details": details }));
        told.problem(422, "invalid");
        let fields: Vec<Value> =
            told.json()["errors"].as_array().unwrap().iter().map(|one| one["field"].clone()).collect();
        assert_eq!(fields, ["code", "expires_after", "ends"]);
        // One alone is said as before.
        let one = world.post("/events", &json!({ "code": "PM 2026", "details": { "title": "Maps" } }));
        assert!(one.problem(422, "bad-code").contains("`PM 2026` is not an event code"));
        assert_eq!(one.json()["errors"][0]["field"], "code");
        assert!(world.get("/events").ok()["items"].as_array().unwrap().is_empty());
    });
    behind_the_real_door(|world, _| {
        let mut ada = Browser::of(world, "ada@example.org");
        let new = form(&ada.page("/staff/events/new"), "/staff/events/new");
        let filled = [("title", "Maps"), ("code", "PM 2026"), ("starts", "2026-05-04"), ("ends", "2026-05-01")];
        let refused = ada.send(&new, &filled);
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let page = refused.text();
        for said in [
            "Look at what is marked below.",
            "This is not an event code: 1 to 24 of A-Z and 0-9, starting with a letter.",
            "This is before the event starts.",
        ] {
            assert!(page.contains(said), "{said}: {page}");
        }
        assert!(!page.contains("`ends`"), "{page}");
        ada.page("/staff/events/new?lang=de");
        let new = form(&ada.page("/staff/events/new"), "/staff/events/new");
        let page = ada.send(&new, &filled).text();
        assert!(page.contains("Das ist kein Kürzel") && page.contains("Das liegt vor dem Beginn"), "{page}");
        assert!(!page.contains("event code"), "{page}");
    });
}

#[test]
fn a_copy_has_the_days_that_are_given_with_it_and_no_others() {
    behind_the_real_door(|world, owner| {
        let made = json!({ "code": "SPRING", "details": {
            "title": "Maps", "template": "classic", "starts": "2026-05-04", "ends": "2026-05-08" } });
        owner.ask(world, "POST", "/events", &made).ok();
        let copied = owner.ask(world, "POST", "/events/SPRING/copy", &json!({ "code": "LATER", "details": {} })).ok();
        assert_eq!((&copied["starts"], &copied["ends"]), (&Value::Null, &Value::Null));
        let mut ada = Browser::of(world, "ada@example.org");
        assert!(ada.page("/staff/events/SPRING").contains("4–8 May 2026"));
        let copy = form(&ada.page("/staff/events/SPRING/copy"), "/staff/events/SPRING/copy");
        assert!(copy.fields.contains(&("starts".to_owned(), String::new())), "{:?}", copy.fields);
        let copied = ada.send(&copy, &[("code", "autumn"), ("starts", "2026-11-30"), ("ends", "2026-12-02")]);
        let page = ada.follow(&copied);
        assert!(page.contains("30 November – 2 December 2026"), "{page}");
        assert_eq!(owner.ask(world, "GET", "/events/AUTUMN", &Value::Null).ok()["template"]["name"], "classic");
    });
}

#[test]
fn who_is_limited_to_events_is_led_into_no_form_that_cannot_work() {
    behind_the_real_door(|world, owner| {
        let made = json!({ "code": "MINE", "details": { "title": "Mine", "template": "classic" } });
        owner.ask(world, "POST", "/events", &made).ok();
        let bob = invited(world, owner, "bob@example.org", &["issuer"]);
        let limit = |events: Value| {
            owner.ask(world, "PATCH", &format!("/staff/{}", bob.id), &json!({ "events": events })).ok();
            Browser::of(world, "bob@example.org")
        };
        let mut limited = limit(json!(["MINE"]));
        for path in ["/staff", "/staff/events", "/staff/events/MINE"] {
            let page = limited.page(path);
            assert!(!page.contains("/staff/events/new\"") && !page.contains("/MINE/copy\""), "{path}: {page}");
        }
        let page = limited.page("/staff/events/new");
        assert!(page.contains("You work in some events only") && !page.contains("name=\"title\""), "{page}");
        let refused = limited.get("/staff/audit");
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        let page = refused.text();
        assert!(page.contains("team, audit and settings") && !page.contains("this needs the permission"), "{page}");
        // A code that is theirs beforehand is theirs to make.
        let mut limited = limit(json!(["MINE", "NEXT"]));
        assert!(limited.page("/staff/events").contains("/staff/events/new\""));
        let new = form(&limited.page("/staff/events/new"), "/staff/events/new");
        let made = limited.send(&new, &[("title", "Next")]);
        assert_eq!(to(&made), "/staff/events/NEXT?said=event-made");
    });
}

#[test]
fn the_page_before_issuing_says_why_who_has_no_address_and_who_gets_none() {
    behind_the_real_door(|world, owner| {
        let ask = |method: &str, path: &str, body: Value| owner.ask(world, method, path, &body);
        ask("POST", "/events", json!({ "code": "MAPS", "details": { "title": "Maps" } })).ok();
        let mut ada = Browser::of(world, "ada@example.org");
        let page = ada.page("/staff/events/MAPS/generate");
        for way in ["/staff/events/MAPS/template\"", "/staff/events/MAPS/rule\"", "/staff/events/MAPS/state\""] {
            assert!(page.contains(way), "{way}: {page}");
        }
        assert!(page.contains("The event is not marked as completed."), "{page}");
        ask("PATCH", "/events/MAPS", json!({ "template": "classic" })).ok();
        ask("PUT", "/events/MAPS/rule", json!({ "rule": "passed" })).ok();
        for (name, email, passed) in [
            ("Grace Hopper", "grace@example.org", true),
            ("Alan Turing", "", true),
            ("Kay Doe", "kay@example.org", false),
        ] {
            let mut person = json!({ "name": name, "progress": { "passed": passed } });
            if !email.is_empty() {
                person["email"] = json!(email);
            }
            ask("POST", "/events/MAPS/participants", person).ok();
        }
        ask("POST", "/events/MAPS/state", json!({ "to": "completed" })).ok();
        let preview = ask("POST", "/runs/preview", json!({ "kind": "generate", "event": "MAPS" })).ok();
        assert_eq!((&preview["gets"], &preview["without_address"]), (&json!(2), &json!(1)));
        assert!(preview["rows"].as_array().unwrap().iter().all(|row| row["ground"] == "rule_met"), "{preview}");
        let page = ada.page("/staff/events/MAPS/generate");
        for said in ["Yes, meets the rule", "One of them has no e-mail address", "Who gets none", "Kay Doe"] {
            assert!(page.contains(said), "{said}: {page}");
        }
        assert!(!page.contains("data-head=\"Certificate\""), "no row has a number yet: {page}");
        // Nothing is published of an event without certificates, whatever is published of others.
        let page = ada.page("/staff/events/MAPS");
        assert!(!page.contains("class=\"how\">published"), "{page}");
    });
}

#[test]
fn the_audit_log_and_the_rule_say_in_words_what_they_mean() {
    behind_the_real_door(|world, owner| {
        let ask = |method: &str, path: &str, body: Value| owner.ask(world, method, path, &body);
        ask("POST", "/events", json!({ "code": "MAPS", "details": { "title": "Maps" } })).ok();
        ask("PATCH", "/events/MAPS", json!({ "title": "Old maps" })).ok();
        let mut ada = Browser::of(world, "ada@example.org");
        let page = ada.page("/staff/audit?action=event.");
        assert!(page.contains("Title: Maps → Old maps") && !page.contains("before.title"), "{page}");
        assert!(page.contains("<option value=\"event.\" selected>Events</option>"), "{page}");
        let rule = form(&ada.page("/staff/events/MAPS/rule"), "/staff/events/MAPS/rule");
        let page = ada.send(&rule, &[("who", "written"), ("written", "{ \"all\": ")]).text();
        assert!(page.contains("This is not JSON: it breaks off or goes wrong in line 1"), "{page}");
        assert!(page.contains("written-error") && !page.contains("EOF"), "{page}");
        // Events are ticked, and the link can be written in a mail of one's own.
        let invite = form(&ada.page("/staff/team/new"), "/staff/team/new");
        let filled = [("name", "Grace"), ("email", "grace@example.org"), ("roles", "viewer"), ("events", "MAPS")];
        let page = ada.send(&invite, &filled).text();
        assert!(page.contains("href=\"mailto:grace%40example.org?") && page.contains("data-copy="), "{page}");
        assert!(ada.page("/staff/team").contains("MAPS"));
        assert!(ada.page("/staff/team/new").contains("MAPS: Old maps"));
    });
}
