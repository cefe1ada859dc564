//! Reading is bounded: a few at a time walk over everybody, and nobody reads for who has gone.

use std::fmt::Write;
use std::sync::Barrier;
use std::time::Duration;

use super::harness::{Answer, OWNER, World, on_each_engine, request};

const HISTOGRAM: &str = "/events/WORKSHOP/eligibility-histogram?measure=score";

/// An event of many, who were imported.
fn crowd(world: &World, people: usize) {
    super::events::workshop(world);
    let mut list = "name,email,score\n".to_owned();
    for n in 0..people {
        let (first, last) = (char::from(b'A' + (n % 26) as u8), char::from(b'A' + (n / 26 % 26) as u8));
        writeln!(list, "{first}da {last}ovelace,p{n}@example.org,{}", n % 100).unwrap();
    }
    let taken = world.upload(OWNER, "/events/WORKSHOP/imports", "people.csv", list.as_bytes(), &[]).ok();
    assert_eq!(taken["counts"]["added"], people, "{taken}");
}

fn counted(world: &World, name: &str) -> u64 {
    let metrics = world.send("", axum::http::Request::get("/metrics"), "").text();
    let line = metrics.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {name} in {metrics}")).parse().unwrap()
}

fn rests(world: &World) {
    while counted(world, "testamur_large_reads") > 0 {
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn who_asks_for_too_much_at_once_is_told_to_wait_and_others_are_answered() {
    on_each_engine(|world| {
        crowd(world, 3_000);
        let together = Barrier::new(40);
        let ask = || {
            together.wait();
            world.get(HISTOGRAM)
        };
        let answers: Vec<Answer> = std::thread::scope(|scope| {
            let asking: Vec<_> = (0..40).map(|_| scope.spawn(ask)).collect();
            asking.into_iter().map(|one| one.join().unwrap()).collect()
        });
        let (good, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
        assert!(!good.is_empty());
        for answer in refused {
            answer.problem(503, "busy");
            assert_eq!(answer.headers["retry-after"], "1");
        }
        rests(world);
        let bins = world.get(HISTOGRAM).ok();
        let people: u64 = bins["bins"].as_array().unwrap().iter().map(|bin| bin["count"].as_u64().unwrap()).sum();
        assert_eq!(people, 3_000);
    });
}

#[test]
fn nothing_is_read_for_who_has_hung_up() {
    let world = World::in_memory();
    crowd(&world, 5_000);
    let what_if = "{\"threshold\":{\"at\":\"\",\"to\":75}}";
    world.put("/events/WORKSHOP/rule", &serde_json::json!({ "rule": { "score": { "at_least": 60 } } })).ok();
    // Whether one is cut off in the middle is a matter of chance, so it is tried until it is.
    for _ in 0..200 {
        world.hang_up(OWNER, request("GET", HISTOGRAM), "");
        let ask = request("POST", "/events/WORKSHOP/eligibility/what-if").header("content-type", "application/json");
        world.hang_up(OWNER, ask, what_if);
        rests(&world);
        if counted(&world, "testamur_large_reads_given_up_total") > 0 {
            return;
        }
    }
    panic!("everything was read to its end");
}

#[test]
fn what_is_sent_while_it_is_made_is_whole_and_one_that_is_not_taken_ends() {
    on_each_engine(|world| {
        crowd(world, 1_500);
        let report = world.get("/events/WORKSHOP/eligibility-report").text();
        assert_eq!(report.lines().count(), 1_501);
        assert!(report.starts_with('\u{feff}') && report.contains("p1499@example.org"));
        // More than may be sent at once, one after the other: each gives its turn back.
        for _ in 0..10 {
            world.hang_up(OWNER, request("GET", "/events/WORKSHOP/eligibility-report"), "");
            world.hang_up(OWNER, request("GET", "/audit/export"), "");
        }
        assert_eq!(world.get("/events/WORKSHOP/eligibility-report").text(), report);
        assert!(world.get("/audit/export").text().contains("\"holds\":true"));
    });
}

#[test]
fn many_who_share_a_name_are_counted_and_the_first_hundred_are_told() {
    on_each_engine(|world| {
        super::events::workshop(world);
        let list: String = (0..150).map(|n| format!("Ada Lovelace,p{n}@example.org\n")).collect();
        world.upload(OWNER, "/events/WORKSHOP/imports", "p.csv", format!("name,email\n{list}").as_bytes(), &[]).ok();
        let groups = world.get("/events/WORKSHOP/duplicates").ok();
        let group = &groups["items"][0];
        assert_eq!((&group["same"], &group["count"]), (&"name".into(), &150.into()), "{groups}");
        assert_eq!(group["people"].as_array().unwrap().len(), 100);
        assert_eq!(group["people"][0]["email"], "p0@example.org");
    });
}
