//! Listings: in which order, and what many people cost.

use std::time::Instant;

use serde_json::{Value, json};

use crate::harness::{World, on_each_engine};
use crate::runs::{done, school};

fn ids(world: &World, path: &str, member: &str) -> Vec<Value> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = world.get(&format!("{path}&limit=2{cursor}")).ok();
        all.extend(page["items"].as_array().unwrap().iter().map(|one| one[member].clone()));
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

#[test]
fn every_listing_that_grows_with_time_comes_from_either_end() {
    on_each_engine(|world| {
        school(world, 3, 0);
        for over in ["all_eligible", "those_without", "all_eligible"] {
            let request = json!({ "kind": "generate", "event": "WORKSHOP", "over": over });
            if world.post("/runs/preview", &request).ok()["total"] != 0 {
                done(world, &request);
            }
            world.pass(60);
        }
        for (n, name) in (1..4).zip(["One", "Two", "Three"]) {
            let ask = json!({ "number": format!("CERT-WORKSHOP-2026-0000{n}"), "name": name });
            world.post("/corrections", &ask).ok();
            let csv = format!("name\nNew {name}\n");
            world.upload(crate::harness::OWNER, "/events/WORKSHOP/imports", "a.csv", csv.as_bytes(), &[]).ok();
            world.pass(60);
        }
        let lists = [
            ("/runs?x=", "id"),
            ("/corrections?x=", "id"),
            ("/events/WORKSHOP/imports?x=", "id"),
            ("/audit?action=", "sequence"),
        ];
        for (path, member) in lists {
            let path = if path.contains("x=") { path.replace("x=", "") } else { path.to_owned() };
            let oldest = ids(world, &format!("{path}&order=oldest"), member);
            let mut newest = ids(world, &format!("{path}&order=newest"), member);
            assert!(oldest.len() >= 2, "{path}");
            newest.reverse();
            assert_eq!(oldest, newest, "{path}");
            assert_eq!(ids(world, &path, member), oldest, "oldest first unless asked otherwise");
        }
        world.get("/runs?order=odd").problem(400, "bad-query");
        assert_eq!(ids(world, "/runs?kind=revoke", "id"), [] as [Value; 0]);
    });
}

#[test]
fn ten_thousand_people_are_decided_about_page_by_page() {
    let world = World::in_memory();
    school(&world, 6_000, 4_000);
    let begun = Instant::now();
    let (mut cursor, mut pages, mut people, mut eligible) = (String::new(), 0, 0, 0);
    let mut slowest = 0.0_f64;
    loop {
        let page_begun = Instant::now();
        let page = world.get(&format!("/events/WORKSHOP/eligibility?limit=500{cursor}")).ok();
        slowest = slowest.max(page_begun.elapsed().as_secs_f64());
        let items = page["items"].as_array().unwrap();
        pages += 1;
        people += items.len();
        eligible += items.iter().filter(|one| one["eligible"] == true).count();
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    println!("{pages} pages, {:.2} s, the slowest {slowest:.3} s", begun.elapsed().as_secs_f64());
    assert_eq!((people, eligible), (10_000, 6_000));
    // The filter finds its first after 6,000 others, and the last page is short again and again.
    let begun = Instant::now();
    let failing = world.get("/events/WORKSHOP/eligibility?state=not_eligible&limit=50").ok();
    assert_eq!(failing["items"].as_array().unwrap().len(), 50);
    println!("a filtered page: {:.3} s", begun.elapsed().as_secs_f64());
}

#[test]
fn the_report_has_its_columns_whatever_the_rule_asks_for_and_comes_as_csv() {
    on_each_engine(|world| {
        super::events::workshop(world);
        let ada = json!({ "name": "Ada", "email": "ada@example.org", "progress": { "score": 91, "activities": { "quiz": { "done": true, "points": 7 } } } });
        world.post("/events/WORKSHOP/participants", &ada).ok();
        let evil = json!({ "name": "=HYPERLINK(1)", "email": "eve@example.org" });
        world.post("/events/WORKSHOP/participants", &evil).ok();
        let present = json!({ "session": "day1", "present": ["ada@example.org"], "by_hand": true });
        world.post("/events/WORKSHOP/attendance", &present).ok();
        world.put("/events/WORKSHOP/rule", &json!({ "rule": { "score": { "at_least": 90 } } })).ok();
        let one = world.get("/events/WORKSHOP/eligibility/ada@example.org").ok();
        let measures = &one["measures"];
        assert_eq!(
            (&measures["by_hand"], &measures["sessions"], &measures["points"]),
            (&json!(true), &json!(1), &json!(7)),
            "{measures}"
        );
        let csv = world.get("/events/WORKSHOP/eligibility-report");
        assert_eq!(csv.headers["content-type"], "text/csv; charset=utf-8");
        let text = csv.text();
        let mut lines = text.trim_start_matches('\u{feff}').lines();
        assert_eq!(
            lines.next().unwrap(),
            "id,name,email,attendance,entered_by_hand,points,score,completion,status,reason,tier,certificate"
        );
        let first = lines.next().unwrap();
        assert!(first.contains("Ada,ada@example.org,50,typed by staff:owner,7,91,100,eligible,rule_met"), "{first}");
        let second = lines.next().unwrap();
        assert!(second.contains(",'=HYPERLINK(1),") && second.contains(",not_eligible,"), "{second}");
        let failing = world.get("/events/WORKSHOP/eligibility-report?state=not_eligible").text();
        assert!(!failing.contains("ada@") && failing.contains("eve@"));
    });
}

#[test]
fn what_others_change_while_a_correction_is_approved_is_not_lost() {
    on_each_engine(|world| {
        school(world, 1, 0);
        done(world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
        let path = "/events/WORKSHOP/participants/p00000@example.org";
        std::thread::scope(|scope| {
            let patches = scope.spawn(|| {
                let mut kept = 0;
                for n in 1..=60 {
                    let change = world.patch(path, &json!({ "fields": { "count": n.to_string() } }));
                    match change.status.as_u16() {
                        200 => kept = n,
                        409 => {}
                        other => panic!("{other} {}", change.text()),
                    }
                    let now = world.get(path).ok()["fields"]["count"].as_str().unwrap_or("0").parse::<u32>().unwrap();
                    assert_eq!(now, kept, "what was answered with 200 stays");
                }
            });
            for n in 1..=15 {
                let ask = json!({ "number": "CERT-WORKSHOP-2026-00001", "name": format!("Right Name {n}") });
                let asked = world.post("/corrections", &ask).ok();
                let path = format!("/corrections/{}/approve", asked["id"].as_str().unwrap());
                world.ask("staff:second view,generate", "POST", &path).ok();
            }
            patches.join().unwrap();
        });
        assert_eq!(world.get(path).ok()["name"], "Right Name 15");
    });
}
