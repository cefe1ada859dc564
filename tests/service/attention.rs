//! What needs somebody: what failed, on the pages of runs and on Home, however many there are, and in the language of who looks.

use std::ops::Range;

use serde_json::{Value, json};
use testamur::credential::Timestamp;
use testamur::mail::setup;
use testamur::store::{Collection, DocumentWrite, Expect, Participant};

use crate::browser::{Browser, form, is_german_throughout, to};
use crate::harness::World;
use crate::real_door::{Member, behind_the_real_door, invited, school_by};
use crate::runs::{enrol, person, work};

/// People who pass, and for whom nothing can be made.
fn bad(places: Range<usize>) -> Vec<Participant> {
    let one = |n| {
        let mut one = person(n, true);
        one.fields.insert("credits".to_owned(), "many".to_owned());
        one
    };
    places.map(one).collect()
}

fn generate() -> Value {
    json!({ "kind": "generate", "event": "WORKSHOP" })
}

/// Starts a run, and returns its id.
fn begin(world: &World, member: &Member, request: &Value) -> String {
    world.pass(1);
    member.ask(world, "POST", "/runs", request).ok()["id"].as_str().unwrap().to_owned()
}

fn repair(world: &World, member: &Member, n: usize) {
    let path = format!("/events/WORKSHOP/participants/p{n:05}@example.org");
    member.ask(world, "PATCH", &path, &json!({ "fields": { "credits": "2" } })).ok();
}

/// Writes copies of a document, each changed by its place.
fn copied(world: &World, collection: Collection, key: &str, count: usize, change: impl Fn(usize, &mut Value)) {
    let store = &world.app.store;
    let value = store.document(collection, key).unwrap().unwrap().value;
    let copy = |n: usize| {
        let mut value = value.clone();
        change(n, &mut value);
        let key = value["id"].as_str().unwrap().to_owned();
        DocumentWrite::put(collection, key, Expect::Absent, &value)
    };
    let writes: Vec<_> = (0..count).map(copy).collect();
    for some in writes.chunks(100) {
        store.write_documents(some, None).unwrap();
    }
}

/// What Home counts with a way there; nothing where it counts none.
fn counted(home: &str, way: &str) -> Option<u64> {
    let (_, rest) = home.split_once(&format!("<a href=\"/staff{way}\"><b>"))?;
    rest.split('<').next()?.parse().ok()
}

fn next_page(page: &str) -> Option<String> {
    let (before, _) = page.split_once("\" rel=\"next\"")?;
    before.rsplit("href=\"").next().map(str::to_owned)
}

#[test]
fn what_failed_was_stopped_or_is_wrong_is_said_in_german_with_names() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        enrol(world, &bad(100..102));
        let failed = begin(world, ada, &generate());
        work(world);
        let stopped = begin(world, ada, &generate());
        ada.ask(world, "POST", &format!("/runs/{stopped}/cancel"), &json!({})).ok();
        std::fs::write(world.folder().join("site"), "in the way").unwrap();
        let published = begin(world, ada, &json!({ "kind": "publish" }));
        work(world);
        let mut browser = Browser::of(world, "ada@example.org");
        browser.page("/staff?lang=de");
        let page = browser.page(&format!("/staff/runs/{failed}"));
        is_german_throughout(&page, &[]);
        let why = "In der Spalte `credits` steht `many`; das ist keine Zahl zwischen 0 und 1.000.000";
        assert!(page.contains(why), "{page}");
        let page = browser.page(&format!("/staff/runs/{stopped}"));
        is_german_throughout(&page, &[]);
        assert!(page.contains("Sie, bevor etwas getan war") && !page.contains("staff:"), "{page}");
        let page = browser.page(&format!("/staff/runs/{published}"));
        is_german_throughout(&page, &[]);
        assert!(page.contains("kann nicht gelesen oder geschrieben werden"), "{page}");
        // Who did not do it themselves reads who did.
        invited(world, ada, "bob@example.org", &["owner"]);
        let page = Browser::of(world, "bob@example.org").page(&format!("/staff/runs/{stopped}"));
        assert!(page.contains("Stopped by Ada before anything was done"), "{page}");

        let renamed = json!({ "name": "Another Name" });
        ada.ask(world, "PATCH", "/events/WORKSHOP/participants/p0@example.org?same_id=same_person", &renamed).ok();
        let at = "/staff/events/WORKSHOP/spot-check";
        let page = browser.page(at);
        let wrong = browser.send(&form(&page, at), &[]).text();
        is_german_throughout(&wrong, &[]);
        assert!(wrong.contains("Die Person heißt inzwischen anders"), "{wrong}");

        let trouble = "the relay takes no mail from here: it refuses recipients with 550, whoever they are; a login may be missing";
        setup::note_trouble(&*world.app.store, Some(trouble), world.app.now()).unwrap();
        let page = browser.page("/staff/deliveries");
        is_german_throughout(&page, &[]);
        assert!(page.contains("er lehnt Empfänger mit 550 ab"), "{page}");
    });
}

#[test]
fn what_failed_is_shown_page_by_page_with_its_people_and_is_repeated_from_there() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        enrol(world, &bad(100..203));
        let id = begin(world, ada, &generate());
        work(world);
        let mut browser = Browser::of(world, "ada@example.org");
        let at = format!("/staff/runs/{id}");
        let first = browser.page(&at);
        let rows = |page: &str| page.matches("/staff/events/WORKSHOP/people/p00").count();
        assert!(rows(&first) == 100 && first.contains("More of the 103 that failed"), "{first}");
        let second = browser.page(&next_page(&first).unwrap());
        assert!(rows(&second) == 3 && second.contains("Person Number 202"), "{second}");
        assert_eq!(next_page(&second), None);
        let (_, link) = second.split_once("href=\"/staff/events/WORKSHOP/people/p00202").unwrap();
        let card = format!("/staff/events/WORKSHOP/people/p00202{}", link.split('"').next().unwrap());
        assert!(browser.page(&card).contains("Person Number 202"));

        repair(world, ada, 100);
        repair(world, ada, 202);
        let again = browser.send(&form(&second, &format!("{at}/retry")), &[]);
        let page = browser.follow(&again);
        assert!(page.contains("Make certificates"), "{page}");
        work(world);
        let path = to(&again).split('?').next().unwrap().to_owned();
        let over = ada.ask(world, "GET", path.strip_prefix("/staff").unwrap(), &Value::Null).ok();
        let counters = ["total", "done", "failed"].map(|name| over["counters"][name].as_u64().unwrap());
        assert_eq!((counters, &over["retry_of"]), ([103, 2, 101], &json!(id)));
        let page = browser.page(&path);
        assert!(rows(&page) == 100 && page.contains("More of the 101 that failed"), "{page}");

        // A row about a certificate leads to that.
        let row = json!({ "number": "CERT-WORKSHOP-2026-00001", "state": "failed", "reason": "it is not revoked" });
        let write = DocumentWrite::put(Collection::RUN_ROWS, format!("{id}/000000/000"), Expect::Any, &row);
        world.app.store.write_documents(&[write], None).unwrap();
        let page = browser.page(&at);
        assert!(page.contains("href=\"/staff/certificates/CERT-WORKSHOP-2026-00001\""), "{page}");
        assert!(page.contains("Person 0") && page.contains("It is not revoked"), "{page}");
    });
}

#[test]
fn home_counts_all_that_failed_and_waits_however_much_came_after_it() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let mut browser = Browser::of(world, "ada@example.org");
        assert_eq!(counted(&browser.page("/staff"), "/runs?state=unrepeated"), None);
        let mut people = bad(100..101);
        people.push(person(150, true));
        enrol(world, &people);
        let partly = begin(world, ada, &generate());
        work(world);
        // One that broke off before any of its rows, one that was never begun, and one that nobody needs to repeat.
        let stamp = |n: usize| format!("2026-11-22T10:{:02}:{:02}Z", 30 + n / 60, n % 60);
        let id = |n: usize| format!("20261122T10{:02}{:02}Z-{n:08x}", 30 + n / 60, n % 60);
        copied(world, Collection::RUNS, &partly, 2, |n, run| {
            let total = if n == 0 { 5 } else { 0 };
            let counters = json!({ "total": total, "done": 0, "skipped": 0, "failed": 0 });
            (run["id"], run["created"]) = (json!(id(n)), json!(stamp(n)));
            (run["state"], run["counters"], run["problem"]) = (json!("failed"), counters, json!("the program failed"));
            if n == 0 {
                run["over"] = json!("selected");
            }
        });
        let site = json!({ "total": 1, "done": 0, "skipped": 0, "failed": 1 });
        // More runs than any page of a list holds.
        copied(world, Collection::RUNS, &partly, 250, |n, run| {
            (run["id"], run["created"]) = (json!(id(n + 2)), json!(stamp(n + 2)));
            (run["kind"], run["state"]) = (json!("send"), json!("completed"));
            run["counters"]["failed"] = json!(0);
            if n == 7 {
                (run["kind"], run["state"], run["counters"]) = (json!("publish"), json!("failed"), site.clone());
            }
            // Who stopped it before its first row has repeated nothing.
            if n == 9 {
                (run["kind"], run["state"], run["retry_of"]) = (json!("generate"), json!("cancelled"), json!(partly));
            }
        });
        let home = browser.page("/staff");
        assert_eq!(counted(&home, "/runs?state=unrepeated"), Some(3), "{home}");
        let listed = |browser: &mut Browser| {
            let list = browser.page("/staff/runs?state=unrepeated");
            list.matches("href=\"/staff/runs/2026").count()
        };
        assert_eq!(listed(&mut browser), 3, "the list has what was counted");
        let whole = browser.page(&format!("/staff/runs/{}", id(0)));
        assert!(whole.contains(&format!("/staff/runs/{}/retry", id(0))), "what broke off can be repeated: {whole}");
        // The list of runs takes the way from a publication that failed.
        assert_eq!(browser.page("/staff/runs?kind=publish&state=failed").matches("href=\"/staff/runs/2026").count(), 1);
        for (query, count) in [("", 3), ("&order=newest&limit=2", 2), ("&kind=generate", 3), ("&event=OTHER", 0)] {
            let told = ada.ask(world, "GET", &format!("/runs?unrepeated=true{query}"), &Value::Null).ok();
            assert_eq!(told["items"].as_array().unwrap().len(), count, "{query}: {told}");
            assert_eq!(told["next"].is_string(), count == 2, "{query}: {told}");
        }
        ada.ask(world, "GET", "/runs?unrepeated=true&state=failed", &Value::Null).problem(400, "bad-query");

        // Repeated, it needs nobody any more; and what had no list was begun anew.
        repair(world, ada, 100);
        world.pass(7_200);
        let mut browser = Browser::of(world, "ada@example.org");
        let page = browser.page(&format!("/staff/runs/{partly}"));
        browser.send(&form(&page, &format!("/staff/runs/{partly}/retry")), &[]);
        work(world);
        assert_eq!(counted(&browser.page("/staff"), "/runs?state=unrepeated"), Some(1));
        assert_eq!(listed(&mut browser), 1);
    });
}

#[test]
fn home_counts_all_approvals_corrections_and_requests() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let reason = json!({ "cause": "issued_in_error" });
        let revoke = json!({ "kind": "revoke", "event": "WORKSHOP", "reason": reason });
        let run = begin(world, ada, &revoke);
        let run = ada.ask(world, "GET", &format!("/runs/{run}"), &Value::Null).ok();
        let approval = run["approval"].as_str().unwrap();
        copied(world, Collection::APPROVALS, approval, 250, |n, one| {
            (one["id"], one["state"]) = (json!(format!("20261123T100000Z-{n:08x}")), json!("rejected"));
        });
        let ask = json!({ "number": "CERT-WORKSHOP-2026-00001", "name": "Right Name" });
        let asked = ada.ask(world, "POST", "/corrections", &ask).ok()["id"].as_str().unwrap().to_owned();
        copied(world, Collection::CORRECTIONS, &asked, 600, |n, one| {
            one["id"] = json!(format!("20261123T100000Z-{n:08x}"));
        });
        let mut browser = Browser::of(world, "ada@example.org");
        let home = browser.page("/staff");
        assert_eq!(counted(&home, "/approvals"), Some(1), "{home}");
        assert_eq!(counted(&home, "/corrections?state=pending"), Some(601), "{home}");
        let standing = ada.ask(world, "GET", "/standing", &Value::Null).ok();
        assert_eq!(standing["pending_address_requests"], 0);
        let list = browser.page("/staff/approvals");
        assert!(list.contains(&format!("href=\"/staff/approvals/{approval}\"")), "the one that waits is shown: {list}");
        let more = browser.page(&next_page(&list).unwrap());
        assert!(more.contains("/staff/approvals/20261123T") && !more.contains(approval), "{more}");
        // Nobody can decide any more.
        let pending = |world: &World| ada.ask(world, "GET", "/approvals?state=pending", &Value::Null);
        assert_eq!(pending(world).ok()["items"].as_array().unwrap().len(), 1);
    });
}

#[test]
fn home_says_what_is_not_well_before_there_is_any_event() {
    behind_the_real_door(|world, _| {
        let now: Timestamp = world.app.now();
        setup::note_trouble(&*world.app.store, Some("the relay cannot be reached: its name is not known"), now)
            .unwrap();
        let mut browser = Browser::of(world, "ada@example.org");
        let home = browser.page("/staff");
        assert!(home.contains("There is no event yet") && home.contains("href=\"/staff/events/new\""), "{home}");
        assert_eq!(counted(&home, "/backups"), Some(1), "{home}");
        assert!(home.contains("mail server that cannot be used"), "{home}");
        assert!(!home.contains("publish for the first time"), "there is nothing to publish: {home}");
    });
}

#[test]
fn messages_are_found_by_address_name_and_number_and_sent_again_so() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        setup::tell(&*world.app.store, Some(&crate::mail::config(25)), world.app.now()).unwrap();
        begin(world, ada, &json!({ "kind": "send", "event": "WORKSHOP" }));
        work(world);
        let mut browser = Browser::of(world, "ada@example.org");
        let page = browser.page("/staff/deliveries");
        let rows = |page: &str| page.matches("name=\"pick\"").count();
        assert_eq!(rows(&page), 3, "{page}");
        let filter = form(&page, "/staff/deliveries");
        for (text, found) in [("P1@example", 1), ("example.org", 3), ("2 person", 1), ("00001", 1), ("nobody", 0)] {
            let page = browser.send(&filter, &[("q", text)]).text();
            assert_eq!(rows(&page), found, "{text}: {page}");
        }
        let page = browser.send(&filter, &[("q", "p1@example.org")]).text();
        assert!(page.contains("value=\"p1@example.org\"") && page.contains("Person 1"), "{page}");
        // All that were found, and no others.
        let batch = browser.page("/staff/deliveries/batch?q=p1%40example.org&state=queued&which=but");
        assert!(!batch.contains("Person 0") && !batch.contains("Person 2"), "{batch}");
    });
}
