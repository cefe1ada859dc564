//! Lists of people by where they stand, what is done to such a list, and to whom nothing was sent: after every kind of change as if all
//! had been looked at anew.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use testamur::acts::run::{self, Kind, RunOver, RunRequest, Which};
use testamur::acts::{PersonState, Whom, listing_foreseen, planned};
use testamur::mail::{Relay, relay::Patience};

use crate::harness::{World, on_each_engine};
use crate::runs::{certificates, desk, done, school, work};

const STATES: [&str; 5] = ["eligible", "not_eligible", "excluded", "exception", "issued"];

/// All of an event, page by page, in order.
fn all(world: &World, query: &str) -> Vec<Value> {
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = world.get(&format!("/events/WORKSHOP/eligibility?limit=19{query}{cursor}")).ok();
        items.extend(page["items"].as_array().unwrap().iter().cloned());
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return items,
        }
    }
}

fn stands(state: &str, one: &Value) -> bool {
    let reason = one["reason"].as_str().unwrap();
    match state {
        "eligible" => one["eligible"] == true,
        "not_eligible" => ["not_met", "no_rule"].contains(&reason),
        "excluded" => reason == "excluded",
        "exception" => ["exception", "manual"].contains(&reason),
        _ => one["certificate"].is_string(),
    }
}

/// Compares each filter with the whole list, and what would be sent with what was issued.
#[track_caller]
fn agree(world: &World, after: &str) {
    let everybody = all(world, "");
    let ids = |all: &[Value]| all.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    for state in STATES {
        let wanted: Vec<Value> = everybody.iter().filter(|one| stands(state, one)).cloned().collect();
        assert_eq!(ids(&all(world, &format!("&state={state}"))), ids(&wanted), "{state} after {after}");
        let named = |one: &&Value| one["name"].as_str().unwrap().to_lowercase().contains("number 1");
        let wanted: Vec<Value> = wanted.iter().filter(named).cloned().collect();
        let found = all(world, &format!("&state={state}&q=number+1"));
        assert_eq!(ids(&found), ids(&wanted), "{state} with a text after {after}");
        batches_agree(world, (state, "number 1"), wanted.len(), after);
    }
    let counts = world.get("/events/WORKSHOP/eligibility-counts").ok();
    for state in STATES {
        let wanted = everybody.iter().filter(|one| stands(state, one)).count();
        assert_eq!(counts[state], json!(wanted), "{state} after {after}");
    }
    assert_eq!(counts["people"], json!(everybody.len()), "after {after}");
    let sent: BTreeSet<String> = world.get("/mail/messages?limit=500").ok()["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|message| message["number"].as_str().map(str::to_owned))
        .collect();
    let standing = certificates(&*world.app.store).into_iter().filter(|one| one.withdrawal.is_none());
    let (mut sends, mut without) = (0, 0);
    for one in standing.filter(|one| !sent.contains(&one.number.to_string())) {
        let of = everybody.iter().find(|person| person["certificate"] == one.number.to_string().as_str());
        match of.map(|person| person["email"].is_string()) {
            Some(true) => sends += 1,
            Some(false) => without += 1,
            // Of who was erased nothing is known to send to.
            None => {}
        }
    }
    let told = world.get("/events/WORKSHOP/mail").ok();
    assert_eq!((&told["would_send"], &told["without_address"]), (&json!(sends), &json!(without)), "after {after}");
}

/// What is done to those whom a filter finds is done to as many.
#[track_caller]
fn batches_agree(world: &World, (state, q): (&str, &str), wanted: usize, after: &str) {
    let listing = json!({ "list": "exclusion", "whom": { "state": state, "q": q }, "reason": "requested" });
    let told = world.post("/events/WORKSHOP/listings/preview", &listing).ok();
    assert_eq!(told["total"], json!(wanted), "a list of those who are {state} after {after}");
    let request = json!({ "kind": "generate", "event": "WORKSHOP", "which": { "state": state }, "text": q });
    let told = world.post("/runs/preview", &request);
    match told.status.is_success() {
        true => assert_eq!(told.ok()["total"], json!(wanted), "a run over those who are {state} after {after}"),
        // Without a rule there is nothing to make.
        false => drop(told.problem(409, "not-ready")),
    }
}

#[test]
fn a_batch_looks_where_its_filter_leads_and_at_each_again() {
    on_each_engine(|world| {
        school(world, 10, 30);
        let (desk, code) = (desk(world), "WORKSHOP".parse().unwrap());
        let planned = planned(&desk, &code).unwrap();
        let roster = desk.store.roster_stamps(&code).unwrap().into_iter();
        let people: Vec<_> = roster.flat_map(|(block, _)| desk.store.roster_block(&code, block).unwrap()).collect();
        let places = |passed: bool, count: usize| -> Vec<u64> {
            let fits = people.iter().filter(|(_, person)| person.progress.passed == Some(passed));
            fits.map(|(place, _)| *place).take(count).collect()
        };
        let state = Some(PersonState::NotEligible);
        let count = |places: Option<Vec<u64>>| {
            let whom = Whom { state, places: places.clone(), ..Whom::default() };
            let listed = listing_foreseen(&desk, &planned, &whom, true).unwrap().total as usize;
            let (which, over) = (Some(Which { state, ..Which::default() }), Some(RunOver::Filter));
            let request = RunRequest {
                event: Some("WORKSHOP".parse().unwrap()),
                over,
                which,
                places,
                ..RunRequest::of(Kind::Generate)
            };
            let mut run = 0;
            run::affected(&desk, &request, |_| {
                run += 1;
                Ok(())
            })
            .unwrap();
            assert_eq!(run, listed);
            run
        };
        assert_eq!(count(None), 30, "where nobody says where they are, all are looked at");
        assert_eq!((count(Some(places(false, 3))), count(Some(Vec::new()))), (3, 0));
        assert_eq!(count(Some(places(true, 3))), 0, "who stands there and is none of them is not meant");
    });
}

#[test]
fn filters_and_counts_follow_every_change() {
    on_each_engine(|world| {
        let relay = Relay::new(crate::mail::config(9), Patience::default()).unwrap();
        testamur::mail::setup::tell(&*world.app.store, Some(relay.config()), world.app.now()).unwrap();
        school(world, 70, 70);
        agree(world, "the import");
        let person = |n: usize| format!("/events/WORKSHOP/participants/p{n:05}@example.org");
        done(world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
        agree(world, "issuing");
        world.patch(&person(3), &json!({ "email": "" })).ok();
        agree(world, "an address was taken away");
        world.post("/events/WORKSHOP/exceptions", &json!({ "person": "p00100@example.org", "note": "why" })).ok();
        agree(world, "an exception");
        world.post("/events/WORKSHOP/exclusions", &json!({ "person": "p00101@example.org", "reason": "conduct" })).ok();
        agree(world, "an exclusion");
        world.delete("/events/WORKSHOP/exclusions/p00101@example.org");
        agree(world, "an exclusion was taken off");
        world.patch(&person(102), &json!({ "progress": { "passed": true } })).ok();
        agree(world, "somebody passed");
        world.post("/certificates/CERT-WORKSHOP-2026-00005/revoke", &json!({ "cause": "fraud" })).ok();
        agree(world, "a revocation");
        let more = json!({ "name": "Person Number 1 the second", "email": "new@example.org" });
        world.post("/events/WORKSHOP/participants", &more).ok();
        agree(world, "somebody was added");
        done(
            world,
            &json!({ "kind": "send", "event": "WORKSHOP", "numbers": ["CERT-WORKSHOP-2026-00007", "CERT-WORKSHOP-2026-00008"] }),
        );
        agree(world, "some were sent");
        world.put("/events/WORKSHOP/rule", &json!({ "rule": "everybody" })).ok();
        agree(world, "another rule");
        world.put("/events/WORKSHOP/rule", &json!({ "rule": null })).ok();
        agree(world, "no rule");
        let erased = world.post(&format!("{}/erase", person(9)), &json!({}));
        assert!(erased.status.is_success(), "{}", erased.text());
        work(world);
        agree(world, "somebody was erased");
        world.delete(&person(139));
        agree(world, "somebody was deleted");
    });
}
