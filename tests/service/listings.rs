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
}
