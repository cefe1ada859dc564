//! A second certificate for somebody who did better at another try: by an order that names them, once for each try.

use serde_json::{Value, json};
use testamur::acts::portal;
use testamur::store::CertificateState;

use crate::erase::{named, said};
use crate::harness::{World, on_each_engine};
use crate::runs::{certificates, done, school, work};

const ADA: &str = "p00000@example.org";
const FIRST: &str = "CERT-WORKSHOP-2026-00001";

/// Asks for another certificate for this person.
fn again(person: &str) -> Value {
    json!({ "kind": "generate", "event": "WORKSHOP", "people": [person], "again": true })
}

/// Two who have a certificate, and one who did not pass.
fn issued(world: &World) {
    school(world, 2, 1);
    done(world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
}

/// Notes another result of somebody.
fn retook(world: &World, person: &str, grade: &str) {
    let change = json!({ "fields": { "grade": grade } });
    world.patch(&format!("/events/WORKSHOP/participants/{person}"), &change).ok();
}

fn counted(run: &Value) -> [u64; 3] {
    ["done", "skipped", "failed"].map(|name| run["counters"][name].as_u64().unwrap())
}

#[test]
fn who_did_better_gets_another_one_and_the_first_stays() {
    on_each_engine(|world| {
        issued(world);
        let all = || certificates(&*world.app.store);
        let foreseen = world.post("/runs/preview", &again(ADA)).ok();
        assert_eq!((&foreseen["keeps"], &foreseen["get_another"]), (&json!(1), &json!(0)));
        assert_eq!(foreseen["rows"][0]["why"], "has one already that says the same");
        assert_eq!(counted(&done(world, &again(ADA))), [0, 1, 0]);
        retook(world, ADA, "A");
        // Nothing but the order makes another one.
        done(world, &json!({ "kind": "generate", "event": "WORKSHOP", "over": "all_eligible" }));
        world.post("/runs", &json!({ "kind": "generate", "event": "WORKSHOP" })).problem(422, "nobody");
        done(world, &json!({ "kind": "generate", "event": "WORKSHOP", "people": [ADA] }));
        assert_eq!(all().len(), 2);

        let foreseen = world.post("/runs/preview", &again(ADA)).ok();
        assert_eq!((&foreseen["get_another"], &foreseen["rows"][0]["effect"]), (&json!(1), &json!("gets_another")));
        let before = all()[0].clone();
        let run = done(world, &again(ADA));
        assert_eq!((counted(&run), &run["again"]), ([1, 0, 0], &json!(true)));
        let [first, _, second] = &all()[..] else { panic!("three") };
        assert_eq!((first, &second.earlier), (&before, &Some(first.number.clone())));
        assert_ne!(first.status, second.status);
        let person = world.get(&format!("/events/WORKSHOP/participants/{ADA}")).ok();
        assert_eq!(person["certificate"], "CERT-WORKSHOP-2026-00003");
        assert_eq!(person["earlier_certificates"], json!([FIRST]));
        let shown = world.get("/certificates/CERT-WORKSHOP-2026-00003").ok();
        assert_eq!(shown["versions"][0]["earlier"], FIRST, "{shown}");
        let holders = portal::holders(&*world.app.store, ADA).unwrap();
        let held: Vec<_> =
            holders[0].holdings.iter().map(|one| one.certificate.as_ref().unwrap().number.sequence()).collect();
        assert_eq!(held, [1, 3], "the newest last");

        // The same order again, and once more after the next try.
        assert_eq!(counted(&done(world, &again(ADA))), [0, 1, 0]);
        retook(world, ADA, "A+");
        assert_eq!(counted(&done(world, &again(ADA))), [1, 0, 0]);
        let person = world.get(&format!("/events/WORKSHOP/participants/{ADA}")).ok();
        assert_eq!(person["earlier_certificates"], json!(["CERT-WORKSHOP-2026-00003", FIRST]));
        assert_eq!(counted(&done(world, &again("p00002@example.org"))), [0, 0, 1], "did not pass");
    });
}

#[test]
fn two_orders_at_once_make_one_and_a_worker_that_begins_anew_makes_no_third() {
    on_each_engine(|world| {
        issued(world);
        retook(world, ADA, "A");
        let runs = [(); 2].map(|()| world.post("/runs", &again(ADA)).ok()["id"].as_str().unwrap().to_owned());
        work(world);
        // Runs of one second have no order.
        let mut ended = runs.map(|id| counted(&world.get(&format!("/runs/{id}")).ok()));
        ended.sort_unstable();
        assert_eq!(ended, [[0, 1, 0], [1, 0, 0]]);
        work(world);
        assert_eq!(certificates(&*world.app.store).len(), 3);
    });
}

#[test]
fn another_one_is_ordered_for_those_who_are_named_and_first_ones_are_not_made_anew() {
    on_each_engine(|world| {
        issued(world);
        for request in [
            json!({ "kind": "generate", "event": "WORKSHOP", "again": true }),
            json!({ "kind": "generate", "event": "WORKSHOP", "over": "all_eligible", "again": true }),
            json!({ "kind": "regenerate", "event": "WORKSHOP", "people": [ADA], "again": true }),
        ] {
            assert!(world.post("/runs", &request).problem(422, "bad-request").contains("again"));
        }
        retook(world, ADA, "A");
        done(world, &again(ADA));
        let by_number = json!({ "kind": "regenerate", "event": "WORKSHOP", "numbers": [FIRST] });
        assert!(world.post("/runs", &by_number).problem(409, "followed").contains("CERT-WORKSHOP-2026-00003"));
        let name = json!({ "number": FIRST, "name": "Ada King" });
        world.post("/corrections", &name).problem(409, "followed");
        world.post(&format!("/certificates/{FIRST}/revoke"), &json!({ "cause": "on_request", "now": true })).ok();
        world.post(&format!("/certificates/{FIRST}/reissue"), &json!({ "reason": "x" })).problem(409, "followed");
        let [first, _, second] = &certificates(&*world.app.store)[..] else { panic!("three") };
        assert!(matches!(first.state, CertificateState::Revoked { .. }));
        assert_eq!(second.state, CertificateState::Active);
        // Who has them both goes into somebody else, with both.
        let other = json!({ "name": "Ada Numberless", "email": "ada@elsewhere.example" });
        let other = world.post("/events/WORKSHOP/participants", &other).ok();
        let merged = world.post("/events/WORKSHOP/merge", &json!({ "keep": other["id"], "gone": ADA })).ok();
        assert_eq!(merged["certificate"], "CERT-WORKSHOP-2026-00003");
        assert_eq!(merged["earlier_certificates"], json!([FIRST]));
    });
}

#[test]
fn who_is_not_entitled_any_more_loses_all_that_are_in_force() {
    on_each_engine(|world| {
        issued(world);
        retook(world, ADA, "A");
        done(world, &again(ADA));
        let failed = json!({ "progress": { "passed": false } });
        world.patch(&format!("/events/WORKSHOP/participants/{ADA}"), &failed).ok();
        let lose = json!({ "kind": "regenerate", "event": "WORKSHOP", "over": "not_passing" });
        assert_eq!(counted(&done(world, &lose)), [1, 0, 0]);
        let active = |one: &testamur::store::Certificate| one.state == CertificateState::Active;
        let left: Vec<_> = certificates(&*world.app.store).into_iter().filter(active).collect();
        assert_eq!(left.len(), 1, "the other person's");
        assert_ne!(left[0].person.0, ADA);
    });
}

#[test]
fn an_erased_person_is_in_none_of_their_certificates_and_in_no_message_about_them() {
    on_each_engine(|world| {
        let id = said(world);
        let first = world.get(&format!("/events/WORKSHOP/participants/{id}")).ok()["certificate"].clone();
        retook(world, &id, "A");
        assert_eq!(counted(&done(world, &again(&id))), [1, 0, 0]);
        let person = world.get(&format!("/events/WORKSHOP/participants/{id}")).ok();
        assert_eq!(person["earlier_certificates"], json!([first]));
        done(world, &json!({ "kind": "send", "event": "WORKSHOP", "numbers": [person["certificate"]] }));
        assert_eq!(world.post(&format!("/events/WORKSHOP/participants/{id}/erase"), &json!({})).status, 204);
        assert!(named(world).is_empty(), "{:?}", named(world));
        let store = &*world.app.store;
        let number = |value: &Value| value.as_str().unwrap().parse().unwrap();
        for one in [&first, &person["certificate"]] {
            assert!(store.versions(&number(one)).unwrap().iter().all(|version| version.erased.is_some()), "{one}");
        }
        let kept = store.certificate(&number(&person["certificate"])).unwrap().unwrap();
        assert_eq!(kept.earlier, Some(number(&first)), "numbers stay");
    });
}
