//! Listings: page by page to the end, also while something changes, and filtered.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::events::workshop;
use crate::harness::{OWNER, World, on_each_engine};
use crate::runs::{certificates, done, school};

/// Returns a listing page by page to its end; between two pages something may happen.
fn paged(world: &World, path: &str, limit: usize, mut between: impl FnMut()) -> Vec<Value> {
    let separator = if path.contains('?') { '&' } else { '?' };
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = world.get(&format!("{path}{separator}limit={limit}{cursor}")).ok();
        let some = page["items"].as_array().unwrap();
        assert!(some.len() <= limit, "{path}");
        items.extend(some.iter().cloned());
        let Some(next) = page["next"].as_str() else { return items };
        cursor = format!("&cursor={}", escaped(next));
        between();
    }
}

fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// A world with a few of everything.
fn busy(world: &World) {
    school(world, 7, 5);
    for n in 0..3 {
        let excepted = json!({ "person": format!("p{:05}@example.org", 7 + n) });
        world.post("/events/WORKSHOP/exceptions", &excepted).ok();
    }
    let excluded = json!({ "person": "p00010@example.org", "reason": "conduct" });
    world.post("/events/WORKSHOP/exclusions", &excluded).ok();
    for people in [["p00000@example.org", "p00001@example.org"], ["p00002@example.org", "p00003@example.org"]] {
        done(world, &json!({ "kind": "generate", "event": "WORKSHOP", "people": people }));
    }
    for number in [1, 2, 3] {
        let ask = json!({ "number": format!("CERT-WORKSHOP-2026-{number:05}"), "name": "Zoë Ångström" });
        world.post("/corrections", &ask).ok();
    }
    let hook = json!({ "url": "https://lms.example.org/hook", "events": ["certificate.issued"] });
    let hook = world.post("/webhooks", &hook).ok()["endpoint"]["id"].as_str().unwrap().to_owned();
    for _ in 0..3 {
        world.post(&format!("/webhooks/{hook}/ping"), &json!({})).ok();
    }
    for code in ["AUTUMN", "SPRING", "WINTER"] {
        world.post("/events", &json!({ "code": code, "details": { "title": code } })).ok();
    }
    for score in [50, 60, 70] {
        let rule = json!({ "rule": { "any": ["passed", { "score": { "at_least": score } }] } });
        world.put("/events/AUTUMN/rule", &rule).ok();
    }
    for name in ["a.csv", "b.csv", "c.csv"] {
        let csv = format!("name,email\nADA LOVELACE,{name}@example.org\n");
        world.upload(OWNER, "/events/SPRING/imports", name, csv.as_bytes(), &[]).ok();
    }
}

#[test]
fn pages_add_up_to_the_listing() {
    on_each_engine(|world| {
        busy(world);
        let run = world.get("/runs").ok()["items"][0]["id"].as_str().unwrap().to_owned();
        let hook = world.get("/webhooks").ok()["items"][0]["id"].as_str().unwrap().to_owned();
        let listings = [
            ("/audit".to_owned(), 20),
            ("/certificates".to_owned(), 4),
            ("/certificates?status=active".to_owned(), 4),
            ("/corrections".to_owned(), 3),
            ("/corrections?state=pending".to_owned(), 3),
            ("/events".to_owned(), 4),
            ("/events/AUTUMN/rule/versions".to_owned(), 3),
            ("/events/SPRING/imports".to_owned(), 3),
            ("/events/SPRING/lint".to_owned(), 3),
            ("/events/WORKSHOP/eligibility".to_owned(), 11),
            ("/events/WORKSHOP/eligibility?state=eligible".to_owned(), 10),
            ("/events/WORKSHOP/exceptions".to_owned(), 3),
            ("/events/WORKSHOP/exclusions".to_owned(), 1),
            ("/events/WORKSHOP/participants".to_owned(), 12),
            ("/runs".to_owned(), 2),
            (format!("/runs/{run}/rows"), 2),
            (format!("/webhooks/{hook}/deliveries"), 3),
        ];
        for (path, least) in listings {
            let whole = paged(world, &path, 500, || ());
            assert!(whole.len() >= least, "{path}: {}", whole.len());
            for limit in [1, 2, 3] {
                assert_eq!(paged(world, &path, limit, || ()), whole, "{path} by {limit}");
            }
            let separator = if path.contains('?') { '&' } else { '?' };
            for wrong in ["limit=0", "limit=501", "limit=-1", "limit=x"] {
                world.get(&format!("{path}{separator}{wrong}")).problem(400, "bad-query");
            }
            let odd = world.get(&format!("{path}{separator}cursor=%00%FFnothing"));
            assert!(!odd.status.is_server_error(), "{path}: {}", odd.text());
        }
    });
}

#[test]
fn what_stays_while_others_come_and_go_is_listed_exactly_once() {
    on_each_engine(|world| {
        workshop(world);
        let add = |n: usize| {
            let person = json!({ "name": format!("Person {n}"), "external_id": format!("e{n}") });
            world.post("/events/WORKSHOP/participants", &person).ok();
        };
        (0..20).for_each(add);
        let mut came = 20;
        let found = paged(world, "/events/WORKSHOP/participants", 3, || {
            add(came);
            world.delete(&format!("/events/WORKSHOP/participants/e{}", came - 20)).ok();
            came += 1;
        });
        let ids: Vec<_> = found.iter().map(|person| person["external_id"].as_str().unwrap().to_owned()).collect();
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "nobody twice: {ids:?}");
        let gone = came - 20;
        assert!((1..15).contains(&gone));
        for stayed in gone..20 {
            assert!(ids.contains(&format!("e{stayed}")), "e{stayed} was there all the time: {ids:?}");
        }
    });
}

#[test]
fn filters_find_what_they_say() {
    on_each_engine(|world| {
        busy(world);
        let count = |path: &str| paged(world, path, 500, || ()).len();
        let people = |query: &str| count(&format!("/events/WORKSHOP/participants?{query}"));
        assert_eq!((people("state=eligible"), people("state=not_eligible"), people("state=excluded")), (10, 1, 1));
        assert_eq!((people("state=exception"), people("state=issued")), (3, 4));
        assert_eq!((people("q=number%201"), people("q=P00003%40"), people("q=none")), (3, 1, 0));
        world.get("/events/WORKSHOP/participants?state=odd").problem(400, "bad-query");
        assert_eq!((count("/runs?event=WORKSHOP"), count("/runs?event=AUTUMN")), (2, 0));
        assert_eq!((count("/runs?state=completed"), count("/runs?state=failed")), (2, 0));
        let first = world.get("/corrections").ok()["items"][0]["id"].as_str().unwrap().to_owned();
        world.post(&format!("/corrections/{first}/reject"), &json!({})).ok();
        assert_eq!((count("/corrections?state=pending"), count("/corrections?state=rejected")), (2, 1));
        world.post("/certificates/CERT-WORKSHOP-2026-00004/revoke", &json!({ "cause": "fraud" })).ok();
        assert_eq!((count("/certificates?status=revoked"), count("/certificates?status=active")), (1, 3));
        assert_eq!((count("/certificates?event=WORKSHOP"), count("/certificates?event=AUTUMN")), (4, 0));
        assert_eq!(count("/certificates?text=p00002%40example.org"), 1);
        assert_eq!((count("/certificates?template=classic"), count("/certificates?template=modern")), (4, 0));
        let certificate = world.get("/certificates").ok()["items"][0].clone();
        let issued = certificate["issued"].as_str().unwrap();
        let since = |since: &str| count(&format!("/certificates?issued_since={since}"));
        let until = |until: &str| count(&format!("/certificates?issued_until={until}"));
        assert_eq!(
            (since(issued), since("2099-01-01T00:00:00Z"), until("2099-01-01T00:00:00Z"), until(issued)),
            (4, 0, 4, 0)
        );
        let day = &issued[..10];
        assert_eq!((since(day), until(day), since("2099-01-01"), until("2099-01-01")), (4, 0, 0, 4));
        // The day of the event, which begins fourteen hours earlier, and of all events the issuer's.
        assert!(issued.starts_with("2026-11-22T1"), "{issued}");
        world.patch("/events/WORKSHOP", &json!({ "time_zone": "Pacific/Kiritimati" })).ok();
        assert_eq!((since("2026-11-23&event=WORKSHOP"), since("2026-11-23")), (4, 0));
        assert_eq!((until("2026-11-23&event=WORKSHOP"), until("2026-11-23")), (0, 4));
        world.patch("/events/WORKSHOP", &json!({ "time_zone": "UTC" })).ok();
        let run = certificate["run"].as_str().unwrap();
        assert_eq!(
            (count(&format!("/certificates?run={run}&text=2026-00001")), count("/certificates?run=none")),
            (1, 0)
        );
        let by = world.get("/runs").ok()["items"][0]["by"].as_str().unwrap().split(" from ").next().unwrap().to_owned();
        assert_eq!((count(&format!("/runs?by={by}")), count("/runs?by=operator:nobody")), (2, 0));
        world.get("/certificates?issued_since=yesterday").problem(400, "bad-query");
        let hook = world.get("/webhooks").ok()["items"][0]["id"].as_str().unwrap().to_owned();
        let sent = |state: &str| count(&format!("/webhooks/{hook}/deliveries?state={state}"));
        assert_eq!((sent("waiting"), sent("failed")), (3, 0));
        world.get(&format!("/webhooks/{hook}/deliveries?state=odd")).problem(400, "bad-query");
        assert_eq!(certificates(&*world.app.store).len(), 4);
    });
}
