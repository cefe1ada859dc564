//! `Idempotency-Key`: what is sent twice is done once.

use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use serde_json::{Value, json};
use testamur::server::Limits;
use testamur::store::{Collection, MemoryStore, SledStore, Store};
use tokio_stream::wrappers::ReceiverStream;

use crate::harness::{Answer, OWNER, World, copy, on_each_engine, request};
use crate::served::{Served, read_reply};

const KEY: &str = "idempotency-key";

fn send(world: &World, caller: &str, path: &str, key: &str, body: &Value) -> Answer {
    let request = request("POST", path).header("content-type", "application/json").header(KEY, key);
    world.send(caller, request, body.to_string())
}

fn event(code: &str) -> Value {
    json!({ "code": code, "details": { "title": "Applied Cartography" } })
}

fn replayed(answer: &Answer) -> bool {
    answer.headers.get("idempotency-replayed").is_some()
}

#[test]
fn a_request_that_is_sent_twice_is_done_once_and_answered_alike() {
    on_each_engine(|world| {
        let first = send(world, OWNER, "/events", "k1", &event("SPRING"));
        let again = send(world, OWNER, "/events", "k1", &event("SPRING"));
        assert_eq!((first.status.as_u16(), replayed(&first)), (201, false));
        assert_eq!((again.status.as_u16(), replayed(&again)), (201, true));
        assert_eq!((&again.bytes, again.etag()), (&first.bytes, first.etag()));
        assert_eq!(world.acts().iter().filter(|(action, _)| action == "event.create").count(), 1);

        send(world, OWNER, "/events", "k1", &event("AUTUMN")).problem(422, "idempotency-key-reused");
        send(world, OWNER, "/runs/preview", "k1", &event("SPRING")).problem(422, "idempotency-key-reused");
        // Another caller's key is another key, and so is another key.
        send(world, "staff:ben view,import", "/events", "k1", &event("SPRING")).problem(409, "event-exists");
        send(world, OWNER, "/events", "k2", &event("SPRING")).problem(409, "event-exists");
        let refused = send(world, OWNER, "/events", "k2", &event("SPRING"));
        assert!(replayed(&refused), "a refusal is repeated too");

        world.pass(24 * 3_600 + 1);
        send(world, OWNER, "/events", "k1", &event("SPRING")).problem(409, "event-exists");
        send(world, OWNER, "/events", "", &event("SPRING")).problem(400, "bad-idempotency-key");
        send(world, OWNER, "/events", &"k".repeat(256), &event("SPRING")).problem(400, "bad-idempotency-key");
    });
}

#[test]
fn who_announces_large_bodies_and_sends_nothing_holds_up_nobody() {
    let world = World::in_memory();
    let (mut ends, mut slow) = (Vec::new(), Vec::new());
    for n in 0..12 {
        let (end, body) = tokio::sync::mpsc::channel::<std::io::Result<Vec<u8>>>(1);
        let request = request("POST", "/events/WORKSHOP/imports").header(KEY, format!("slow{n}"));
        let request =
            request.header("content-type", "multipart/form-data; boundary=x").header("content-length", 60 << 20);
        ends.push(end);
        slow.push((request, Body::from_stream(ReceiverStream::new(body))));
    }
    std::thread::scope(|scope| {
        let world = &world;
        let slow: Vec<_> = slow
            .into_iter()
            .map(|(request, body)| scope.spawn(move || world.send("staff:ben view,import", request, body)))
            .collect();
        std::thread::sleep(Duration::from_millis(300));
        let quick = scope.spawn(move || send(world, OWNER, "/events", "k1", &event("SPRING")));
        let patience = Instant::now();
        while !quick.is_finished() && patience.elapsed() < Duration::from_secs(20) {
            std::thread::sleep(Duration::from_millis(20));
        }
        let in_time = quick.is_finished();
        // Else they would be waited for until the end of time.
        drop(ends);
        assert!(in_time, "a small form waits for those who send nothing");
        assert_eq!(quick.join().unwrap().status.as_u16(), 201);
        slow.into_iter().for_each(|one| assert!(one.join().unwrap().status.is_client_error()));
    });
}

#[test]
fn a_secret_is_not_kept_to_be_shown_again() {
    let world = World::in_memory();
    let hook = json!({ "url": "https://lms.example.org/hook", "events": ["certificate.issued"] });
    let first = send(&world, OWNER, "/webhooks", "k1", &hook);
    let secret = first.ok()["secret"].as_str().unwrap().to_owned();
    send(&world, OWNER, "/webhooks", "k1", &hook).problem(409, "already-done");
    assert_eq!(world.get("/webhooks").ok()["items"].as_array().unwrap().len(), 1);
    let kept = world.app.store.documents(Collection::IDEMPOTENCY, "", None, 10).unwrap();
    assert!(!format!("{kept:?}").contains(&secret));
}

#[test]
fn who_is_nobody_is_told_so_and_may_ask_what_everybody_may() {
    let world = World::in_memory();
    send(&world, "", "/events", "k1", &event("SPRING")).problem(401, "unauthenticated");
    let verdicts = send(&world, "", "/verify", "k1", &json!({ "text": "nothing" })).ok();
    assert_eq!(verdicts["verdicts"][0]["verdict"], "malformed");
}

#[test]
fn while_the_first_is_under_way_the_second_waits_outside_and_a_lost_one_is_done_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = SledStore::create(&folder.path().join("store")).unwrap();
    let world = World::on(Arc::new(store), tempfile::tempdir().unwrap(), Limits::default());
    let rotate = |world: &World| send(world, OWNER, "/keys/rotate", "k1", &json!({}));
    std::thread::scope(|scope| {
        let first = scope.spawn(|| rotate(&world));
        while world.app.store.documents(Collection::IDEMPOTENCY, "", None, 1).unwrap().items.is_empty() {
            std::thread::yield_now();
        }
        rotate(&world).problem(409, "request-under-way");
        copy(&folder.path().join("store"), &folder.path().join("crashed"));
        assert_eq!(first.join().unwrap().ok()["keys"].as_array().unwrap().len(), 2);
    });
    let again = rotate(&world);
    assert!(replayed(&again));
    assert_eq!(again.ok()["keys"].as_array().unwrap().len(), 2);

    // Who restarts finds the answer; who was killed in the middle finds that it was begun, and does it when it is lost.
    drop(world);
    let reopened = |name: &str| {
        let store: Arc<dyn Store> = Arc::new(SledStore::open(&folder.path().join(name)).unwrap());
        World::on(store, tempfile::tempdir().unwrap(), Limits::default())
    };
    let world = reopened("store");
    assert_eq!(rotate(&world).bytes, again.bytes);
    let world = reopened("crashed");
    rotate(&world).problem(409, "request-under-way");
    world.pass(301);
    let done = rotate(&world);
    assert!(!replayed(&done));
    assert_eq!(done.ok()["keys"].as_array().unwrap().len(), 2);
}

#[test]
fn what_has_begun_is_noted_also_when_the_caller_hangs_up() {
    on_each_engine(|world| {
        for n in 0..20 {
            let (key, code) = (format!("k{n}"), format!("E{n}"));
            let begun = request("POST", "/events").header("content-type", "application/json").header(KEY, &key);
            world.hang_up(OWNER, begun, event(&code).to_string());
            let again = || send(world, OWNER, "/events", &key, &event(&code));
            let mut answer = again();
            for _ in 0..200 {
                if answer.status.as_u16() != 409 {
                    break;
                }
                std::thread::sleep(std::time::Duration::from_millis(10));
                answer = again();
            }
            assert_eq!(answer.status.as_u16(), 201, "{}", answer.text());
        }
        assert_eq!(world.acts().iter().filter(|(action, _)| action == "event.create").count(), 20);
    });
}

#[test]
fn who_holds_much_waits_for_oneself_and_keeps_nobody_else_waiting() {
    let limits = Limits { body_bytes: 2_000, upload_bytes: 2_000, ..Limits::default() };
    let world = World::on(Arc::new(MemoryStore::new()), tempfile::tempdir().unwrap(), limits);
    let served = Served::new(world);
    let said = |caller: &str, code: &str| {
        let description = "x".repeat(700);
        let body = json!({ "code": code, "details": { "title": "Maps", "description": description } }).to_string();
        let head = format!(
            "POST /api/v1/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {caller}\r\nconnection: close\r\n\
             content-type: application/json\r\nidempotency-key: {code}\r\ncontent-length: "
        );
        (head, body)
    };
    let whole = |caller: &str, code: &str| {
        let (head, body) = said(caller, code);
        format!("{head}{}\r\n\r\n{body}", body.len())
    };
    // One body of theirs comes and does not end.
    let mut begun = served.connect();
    let (head, body) = said(OWNER, "FIRST");
    begun.write_all(format!("{head}1900\r\n\r\n{body}{}", " ".repeat(1_500 - body.len())).as_bytes()).unwrap();
    std::thread::sleep(Duration::from_secs(1));
    std::thread::scope(|scope| {
        let second = scope.spawn(|| served.say(whole(OWNER, "SECOND").as_bytes()));
        std::thread::sleep(Duration::from_secs(1));
        assert_eq!(
            served.say(whole("staff:ben view,import", "THIRD").as_bytes()).status,
            201,
            "another one has a share"
        );
        assert!(!second.is_finished(), "the share of that caller is used up");
        begun.write_all(" ".repeat(400).as_bytes()).unwrap();
        assert_eq!(read_reply(&mut begun).status, 201);
        assert_eq!(second.join().unwrap().status, 201, "there is room again");
    });
}
