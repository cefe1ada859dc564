//! What Home says of the service itself, what was done by day, and the pages beside the keys.

use serde_json::{Value, json};
use testamur::acts::backup::Plan;
use testamur::server::{Limits, Publisher};
use testamur::store::MemoryStore;

use crate::browser::Browser;
use crate::harness::{World, on_each_engine};
use crate::real_door::{behind_the_real_door, invited, school_by};
use crate::runs::{certificates, done, enrol, person, school, work};

fn today(world: &World) -> Value {
    world.get("/figures").ok()["days"].as_array().unwrap().last().unwrap().clone()
}

#[test]
fn each_day_counts_what_runs_did_and_what_was_done_by_hand_however_many_runs_there_are() {
    on_each_engine(|world| {
        school(world, 3, 0);
        done(world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
        assert_eq!(today(world), json!({ "day": "2026-11-22", "issued": 3, "sent": 0 }));
        // More runs than any page of a list holds, on a later day.
        world.pass(86_400);
        for _ in 0..260 {
            let run = world.post("/publish", &Value::Null).ok();
            world.post(&format!("/runs/{}/cancel", run["id"].as_str().unwrap()), &Value::Null).ok();
            work(world);
        }
        enrol(world, &[person(7, true)]);
        world.post("/events/WORKSHOP/issue-now", &json!({ "person": "p00007@example.org", "reason": "late" })).ok();
        let days = world.get("/figures?days=3").ok()["days"].clone();
        let issued: Vec<_> = days.as_array().unwrap().iter().map(|day| day["issued"].as_u64().unwrap()).collect();
        assert_eq!(issued, [0, 3, 1], "{days}");
        // Who is limited to events sees what runs did in theirs.
        let limited = world.ask("staff:eve view WORKSHOP", "GET", "/figures?days=3").ok();
        assert_eq!(limited["days"][1]["issued"], 3, "{limited}");
        let other = world.ask("staff:eve view OTHER", "GET", "/figures?days=3").ok();
        assert_eq!(other["days"][1]["issued"], 0, "{other}");
        world.get("/figures?days=0").problem(400, "bad-query");
        world.pass(40 * 86_400);
        assert!(world.get("/figures").ok()["days"].as_array().unwrap().iter().all(|day| day["issued"] == 0));
    });
}

#[test]
fn what_is_not_well_is_told_with_where_to_go() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        invited(world, ada, "vera@example.org", &["viewer"]);
        let mut browser = Browser::of(world, "ada@example.org");
        let home = browser.page("/staff");
        assert!(home.contains("href=\"/staff/backups\""), "no backup was ever made: {home}");
        assert!(!home.contains("href=\"/staff/unlock\"") && !home.contains("queue of runs"));
        let vera = Browser::of(world, "vera@example.org").page("/staff");
        assert!(!vera.contains("href=\"/staff/backups\""), "who cannot do anything about it is not told");
        world.app.vault.lock();
        let home = browser.page("/staff");
        assert!(home.contains("key is locked away") && home.contains("href=\"/staff/unlock\""), "{home}");
        world.app.vault.unlock(super::locked::PASSPHRASE).unwrap();
        // A year later the key is due, and the list of keys ends soon after.
        world.pass(366 * 86_400);
        let standing = world.app.vault.manifest();
        assert!(standing.active().is_some());
        let mut later = Browser::of(world, "ada@example.org");
        let home = later.page("/staff");
        assert!(home.contains("signing for a year") && home.contains("manifest that ends soon"), "{home}");
        let german = later.page("/staff?lang=de");
        assert!(german.contains("Schlüsselliste, die bald abläuft"), "{german}");
    });
}

#[test]
fn room_publications_and_backups_are_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    let (data, backups) = (folder.path().to_owned(), folder.path().join("backups"));
    let store = std::sync::Arc::new(MemoryStore::new());
    let world = World::changed(store, folder, Limits::default(), |parts| {
        parts.data = Some(data);
        parts.fixed = Plan { folder: backups, hour: 2, keep: 2 }.into();
    });
    school(&world, 1, 0);
    let standing = world.get("/standing").ok();
    assert!(standing["free_bytes"].as_u64() > Some(0), "{standing}");
    assert_eq!((&standing["backup_stale"], &standing["backup_planned"]), (&json!(true), &json!(true)));
    testamur::server::nightly(&world.app).unwrap();
    assert_eq!(world.get("/standing").ok()["backup_stale"], false);
    world.pass(2 * 86_400 + 1);
    assert_eq!(world.get("/standing").ok()["backup_stale"], true);
    // A site that cannot be written.
    std::fs::write(world.folder().join("site"), "in the way").unwrap();
    world.post("/publish", &Value::Null).ok();
    work(&world);
    assert_eq!(world.get("/standing").ok()["publication_failed"], true);
}

#[test]
fn the_drill_of_a_stolen_key_counts_and_changes_nothing() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let unpublished = Browser::of(world, "ada@example.org").page("/staff/publishing/site");
        assert!(!unpublished.contains("verifier.html"), "nothing leads to what is not there yet: {unpublished}");
        Publisher::default().look(&world.app).unwrap();
        work(world);
        let before = (world.acts().len(), certificates(&*world.app.store));
        let seen = ada.ask(world, "GET", "/keys/k1/drill", &Value::Null).ok();
        assert_eq!((&seen["signed"], &seen["replaced"], &seen["root_here"]), (&json!(3), &json!(true), &json!(true)));
        ada.ask(world, "GET", "/keys/k9/drill", &Value::Null).problem(404, "not-found");
        let mut browser = Browser::of(world, "ada@example.org");
        let page = browser.page("/staff/publishing");
        assert!(page.contains("/staff/publishing/k1/drill") && page.contains("/staff/publishing/ceremony"), "{page}");
        let drill = browser.page("/staff/publishing/k1/drill");
        assert!(drill.contains("stay valid") && drill.contains("/staff/publishing/k1/stolen"), "{drill}");
        let fingerprint = world.app.vault.root_fingerprint();
        for (language, said) in [("en", "Two people meet"), ("de", "Zwei Personen treffen sich")] {
            let guide = browser.page(&format!("/staff/publishing/ceremony?lang={language}"));
            assert!(guide.contains(&fingerprint) && guide.contains(said), "{guide}");
        }
        browser.forget("testamur_language");
        let site = browser.page("/staff/publishing/site");
        assert!(site.contains("https://academy.example/") && site.contains("verifier.html"), "{site}");
        assert!(site.contains(world.folder().join("site").to_str().unwrap()), "{site}");
        invited(world, ada, "vera@example.org", &["viewer"]);
        let vera = Browser::of(world, "vera@example.org").page("/staff/publishing/site");
        assert!(!vera.contains(world.folder().to_str().unwrap()), "where things lie is for who looks after them");
        assert_eq!(certificates(&*world.app.store), before.1);
        let keys = world.acts().into_iter().skip(before.0).filter(|(act, _)| act.starts_with("key")).count();
        assert_eq!(keys, 0);
    });
}

#[test]
fn the_first_page_says_how_much_there_is_and_its_plot_how_high_it_is() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        ada.ask(world, "POST", "/events", &json!({ "code": "NEXT", "details": { "title": "Next" } })).ok();
        let page = Browser::of(world, "ada@example.org").page("/staff");
        let figure = |value: &str, label: &str| format!("<b>{value}</b> <span>{label}</span>");
        for (value, label) in [
            ("3", "certificates issued in the last 30 days"),
            ("0", "messages sent in the last 30 days"),
            ("1", "event under way or prepared"),
        ] {
            assert!(page.contains(&figure(value, label)), "{label}: {page}");
        }
        let order = ["id=\"attention\"", "id=\"figures\"", "class=\"plot"].map(|part| page.find(part).unwrap());
        assert!(order.is_sorted(), "what needs somebody stands first: {order:?}");
        assert!(page.contains("<span>4</span><span>2</span><span>0</span>"), "the plot has a scale: {page}");
        let german = Browser::of(world, "ada@example.org").page("/staff?lang=de");
        assert!(german.contains(&figure("3", "Zertifikate in den letzten 30 Tagen ausgestellt")), "{german}");
    });
}
