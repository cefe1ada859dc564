//! The issuer's time zone: said on a page, what follows from it at once, and where `testamur.toml` says it.

use axum::http::StatusCode;
use serde_json::{Value, json};
use testamur::desk::HouseZone;
use testamur::server::accounts;
use testamur::store::MemoryStore;

use crate::browser::{Browser, form, to};
use crate::harness::{World, issuer};
use crate::real_door::{behind_the_real_door, invited, school_by};
use crate::runs::{certificates, work};

const PAGE: &str = "/staff/settings/time-zone";

#[test]
fn an_owner_says_the_time_zone_and_times_are_those_of_it_at_once() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let mut browser = Browser::of(world, "ada@example.org");
        let settings = browser.page("/staff/settings");
        assert!(settings.contains(&format!("href=\"{PAGE}\"")) && settings.contains("UTC"), "{settings}");
        let asked = form(&browser.page(PAGE), PAGE);
        for wrong in ["", "Mars/Olympus", "+02:00", "<b>"] {
            let refused = browser.send(&asked, &[("time_zone", wrong)]);
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
            assert!(refused.text().contains("time_zone-error"), "{wrong}: {}", refused.text());
        }
        let german = browser.page(&format!("{PAGE}?lang=de"));
        crate::browser::is_german(&browser.send(&form(&german, PAGE), &[("time_zone", "Mars/Olympus")]).text(), &[]);
        browser.forget("testamur_language");
        // Ten in the morning of UTC is eleven at night in Auckland.
        let run = ada.ask(world, "GET", "/runs", &Value::Null).ok()["items"][0]["id"].as_str().unwrap().to_owned();
        let run = format!("/staff/runs/{run}?lang=en");
        assert!(browser.page(&run).contains("10:00"));
        let saved = browser.send(&asked, &[("time_zone", "pacific/auckland")]);
        assert_eq!(to(&saved), format!("{PAGE}?said=saved"));
        assert!(browser.follow(&saved).contains("value=\"Pacific/Auckland\""));
        let page = browser.page(&run);
        assert!(page.contains("23:00") && !page.contains("10:00"), "{page}");
        let told = ada.ask(world, "GET", "/settings/time-zone", &Value::Null).ok();
        assert_eq!(told, json!({ "time_zone": "Pacific/Auckland", "fixed": false }));
        // An event of its own zone keeps that; the others go by the house. It is written down, and no other role may.
        let log = world.app.store.audit(None, 1_000).unwrap().items;
        let act = log.iter().find(|entry| entry.act.action == "issuer.time_zone").unwrap();
        assert_eq!(act.act.detail, json!({ "from": "UTC", "to": "Pacific/Auckland" }));
        let vera = invited(world, ada, "vera@example.org", &["issuer", "revoker", "key_officer"]);
        vera.ask(world, "PUT", "/settings/time-zone", &json!({ "time_zone": "UTC" })).problem(403, "forbidden");
        // Whoever opens the same store anew finds it.
        let anew = issuer();
        testamur::acts::take_up_zone(&*world.app.store, &anew).unwrap();
        assert_eq!(anew.zone.name(), "Pacific/Auckland");
    });
}

#[test]
fn an_event_has_a_zone_of_its_own_on_its_form() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let mut browser = Browser::of(world, "ada@example.org");
        let path = "/staff/events/WORKSHOP/change";
        let change = form(&browser.page(path), path);
        let refused = browser.send(&change, &[("time_zone", "Mars/Olympus")]);
        assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.text().contains("time_zone-error"));
        let saved = browser.send(&change, &[("time_zone", "Asia/Tokyo")]);
        assert!(browser.follow(&saved).contains("Asia/Tokyo"));
        ada.ask(world, "PUT", "/settings/time-zone", &json!({ "time_zone": "Europe/Berlin" })).ok();
        assert_eq!(ada.ask(world, "GET", "/events/WORKSHOP", &Value::Null).ok()["time_zone"], "Asia/Tokyo");
    });
}

/// A run that was confirmed has one calendar: a certificate of its second group does not bear another year than one of the first.
#[test]
fn a_run_keeps_the_zone_that_it_was_made_with() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let say = |zone: &str| drop(ada.ask(world, "PUT", "/settings/time-zone", &json!({ "time_zone": zone })).ok());
        let enrol = |name: &str| {
            let person =
                json!({ "name": name, "email": format!("{name}@example.org"), "progress": { "passed": true } });
            ada.ask(world, "POST", "/events/WORKSHOP/participants", &person).ok();
        };
        let run = json!({ "kind": "generate", "event": "WORKSHOP", "issued_on": "2026-01-02", "reason": "forgotten" });
        let begin = || ada.ask(world, "POST", "/runs", &run).ok();
        let issued = |name: &str| {
            let all = certificates(&*world.app.store);
            all.iter()
                .find(|one| one.recipient == name)
                .unwrap_or_else(|| panic!("{all:?}"))
                .printed_days()
                .issued
                .to_string()
        };
        say("Pacific/Auckland");
        enrol("early");
        begin();
        say("America/New_York");
        work(world);
        assert_eq!(issued("early"), "2026-01-02");
        let first = certificates(&*world.app.store).into_iter().find(|one| one.recipient == "early").unwrap();
        assert_eq!(first.issued.to_string(), "2026-01-01T11:00:00Z", "midnight of Auckland");
        enrol("late");
        begin();
        work(world);
        let second = certificates(&*world.app.store).into_iter().find(|one| one.recipient == "late").unwrap();
        assert_eq!(second.issued.to_string(), "2026-01-02T05:00:00Z", "midnight of New York");
        assert_eq!(issued("late"), "2026-01-02");
    });
}

#[test]
fn what_the_configuration_says_is_fixed() {
    let (store, folder) = (std::sync::Arc::new(MemoryStore::new()), tempfile::tempdir().unwrap());
    let world = World::changed(store, folder, Default::default(), |parts| {
        parts.issuer.zone = HouseZone::fixed("Europe/Berlin".parse().unwrap());
    });
    assert_eq!(world.get("/settings/time-zone").ok(), json!({ "time_zone": "Europe/Berlin", "fixed": true }));
    world.put("/settings/time-zone", &json!({ "time_zone": "UTC" })).problem(409, "time-zone-fixed");
    // Nor does what was said before it stood there.
    world.app.issuer.zone.set("Asia/Tokyo".parse().unwrap());
    assert_eq!(world.app.issuer.zone.name(), "Europe/Berlin");
    let world = World::changed(
        std::sync::Arc::new(MemoryStore::new()),
        tempfile::tempdir().unwrap(),
        Default::default(),
        |parts| {
            parts.authenticator = accounts();
            parts.issuer.zone = HouseZone::fixed("Europe/Berlin".parse().unwrap());
        },
    );
    let link = testamur::server::setup_link(&world.app).unwrap().unwrap();
    let owner = json!({ "token": link.expose(), "email": "ada@example.org", "name": "Ada", "password": crate::real_door::PASSWORD });
    crate::real_door::post(&world, "/setup", &owner).ok();
    let mut browser = Browser::of(&world, "ada@example.org");
    let page = browser.page(PAGE);
    assert!(page.contains("testamur.toml says Europe/Berlin") && !page.contains("name=\"time_zone\""), "{page}");
    assert!(!browser.page("/staff/settings").contains(PAGE), "nothing leads where nothing can be changed");
}
