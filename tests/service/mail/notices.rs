//! What is told besides that somebody has a certificate: to staff that a run ended, to participants what becomes of theirs. Each
//! once, and nothing that was before it was switched on.

use std::collections::BTreeSet;

use mail_parser::MessageParser;
use serde_json::{Value, json};
use testamur::accounts::{self, Invitation, Role, Scope};
use testamur::acts::correct::{self, Ask};
use testamur::desk::{Actor, Desk};
use testamur::server::remind;

use super::{PUBLIC, Post, on_each_engine};
use crate::harness::World;
use crate::runs::{desk, done, school, work};

/// Returns somebody of staff with an account, as a caller.
fn member(world: &World, email: &str) -> String {
    let who = Invitation { email, name: "Ada", roles: [Role::Issuer].into(), events: Scope::default(), language: None };
    accounts::invite(&desk(world), &who).unwrap().0.id
}

fn may(id: &str) -> String {
    format!("staff:{id} view,import,generate,send,revoke")
}

/// Starts a run as somebody and does it.
fn run_by(world: &World, caller: &str, request: &Value) -> Value {
    let id = world.tell(caller, "POST", "/runs", request).ok()["id"].as_str().unwrap().to_owned();
    work(world);
    world.get(&format!("/runs/{id}")).ok()
}

/// Returns to whom mails went, and what they say.
fn mails(post: &Post) -> Vec<(String, String, String)> {
    let read = |mail: crate::smtp_sink::Mail| {
        let read = MessageParser::default().parse(&mail.content).unwrap();
        (mail.to, read.subject().unwrap().to_owned(), read.body_text(0).unwrap().replace("\r\n", "\n"))
    };
    let mut mails: Vec<_> = post.sink.mails().into_iter().map(read).collect();
    mails.sort();
    mails
}

fn to_staff(post: &Post) -> Vec<Value> {
    post.messages().into_iter().filter(|message| message["topic"] == "run_ended").collect()
}

#[test]
fn who_started_a_run_and_whom_the_event_names_hear_once_that_it_ended() {
    on_each_engine(|post| {
        let world = &post.world;
        school(world, 2, 1);
        let ada = member(world, "ada@academy.example");
        world.put("/events/WORKSHOP/mail", &json!({ "notify": ["office@academy.example"] })).ok();
        let run =
            run_by(world, &may(&ada), &json!({ "kind": "generate", "event": "WORKSHOP", "over": "all_eligible" }));
        let told = to_staff(post);
        assert_eq!(told.len(), 2, "{told:?}");
        for message in &told {
            assert_eq!((&message["run"], &message["event"]), (&run["id"], &json!("WORKSHOP")), "{message}");
            assert_eq!((&message["number"], &message["state"]), (&Value::Null, &json!("queued")), "{message}");
        }
        work(world);
        assert_eq!(post.deliver().sent, 2);
        let mails = mails(post);
        let to: Vec<_> = mails.iter().map(|(to, ..)| to.as_str()).collect();
        assert_eq!(to, ["ada@academy.example", "office@academy.example"]);
        for (_, subject, text) in &mails {
            assert_eq!(subject, "Run ended in WORKSHOP: 2 done, 0 failed");
            let link = format!("{PUBLIC}/staff/runs/{}", run["id"].as_str().unwrap());
            assert!(text.contains("Done: 2\nNeeded nothing: 0\nFailed: 0\n") && text.contains(&link), "{text}");
            assert!(!text.contains("Person Number") && !text.contains("p00000"), "{text}");
        }
        assert_eq!(post.deliver().sent, 0);
        assert!(to_staff(post).iter().all(|message| message["state"] == "sent"));
    });
}

#[test]
fn nobody_hears_who_does_not_want_to() {
    let post = Post::in_memory();
    let world = &post.world;
    school(world, 1, 0);
    let send = json!({ "kind": "generate", "event": "WORKSHOP", "over": "all_eligible" });
    let ada = member(world, "ada@academy.example");
    let count = || to_staff(&post).len();

    run_by(world, &format!("staff:{ada}/token:1 view,generate"), &send);
    assert_eq!(count(), 0, "what a token started is no person's run");
    run_by(world, &may(&ada), &send);
    assert_eq!(count(), 1);
    accounts::set_run_notices(&desk(world), &ada, false).unwrap();
    assert_eq!(post.deliver().failed, 1, "who switches it off is not told of what waits either");
    run_by(world, &may(&ada), &send);
    assert_eq!(count(), 1);
    accounts::set_run_notices(&desk(world), &ada, true).unwrap();
    world.put("/events/WORKSHOP/mail", &json!({ "run_notices": false, "notify": ["office@academy.example"] })).ok();
    run_by(world, &may(&ada), &send);
    assert_eq!(count(), 1);
    assert!(post.sink.mails().is_empty());
    world.put("/events/WORKSHOP/mail", &json!({ "notify": ["no address"] })).problem(422, "bad-body");

    // Without a relay nothing is put out.
    let bare = World::in_memory();
    school(&bare, 1, 0);
    let ada = member(&bare, "ada@academy.example");
    run_by(&bare, &may(&ada), &send);
    assert_eq!(bare.get("/mail/messages").ok()["items"], json!([]));
}

#[test]
fn who_is_limited_to_events_stops_a_run_and_its_notice_is_within() {
    let post = Post::in_memory();
    let world = &post.world;
    school(world, 1, 0);
    let ada = member(world, "ada@academy.example");
    let caller = format!("{} WORKSHOP", may(&ada));
    let request = json!({ "kind": "generate", "event": "WORKSHOP" });
    let run = world.tell(&caller, "POST", "/runs", &request).ok();
    world.tell(&caller, "POST", &format!("/runs/{}/cancel", run["id"].as_str().unwrap()), &json!({})).ok();
    let seen = world.ask(&caller, "GET", "/mail/messages").ok();
    assert_eq!(seen["items"][0]["topic"], "run_ended", "{seen}");
    let other = world.ask(&format!("{} OTHER", may(&ada)), "GET", "/mail/messages").ok();
    assert_eq!(other["items"], json!([]));
    assert_eq!(post.deliver().sent, 1);
    let (_, _, text) = mails(&post).remove(0);
    assert!(text.contains("was stopped"), "{text}");
}

/// An event with certificates of two, of whom the first reads German.
fn told_of(post: &Post, mail: &Value) -> Vec<String> {
    let world = &post.world;
    school(world, 0, 0);
    world.patch("/events/WORKSHOP", &json!({ "expires_after": "1y" })).ok();
    for (name, email, locale) in [("Zoë Ångström", "zoe@example.org", "de"), ("Alan Turing", "alan@example.org", "en")]
    {
        let person = json!({ "name": name, "email": email, "locale": locale, "progress": { "passed": true } });
        world.post("/events/WORKSHOP/participants", &person).ok();
    }
    done(world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
    world.put("/events/WORKSHOP/mail", mail).ok();
    let listed = world.get("/certificates").ok();
    listed["items"].as_array().unwrap().iter().map(|one| one["number"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_revocation_is_told_when_it_counts_and_that_it_was_taken_back_to_who_heard_of_it() {
    on_each_engine(|post| {
        let world = &post.world;
        let numbers = told_of(post, &json!({}));
        let why = json!({ "cause": "other", "text": "the exam was cancelled" });
        let revoke = |number: &str| world.post(&format!("/certificates/{number}/revoke"), &why).ok();
        let restore = |number: &str| world.post(&format!("/certificates/{number}/restore"), &json!({})).ok();
        // Before it is switched on nobody is told, and switching it on tells nobody.
        revoke(&numbers[1]);
        world.put("/events/WORKSHOP/mail", &json!({ "tell_revoked": true })).ok();
        assert_eq!(post.messages(), Vec::<Value>::new());
        restore(&numbers[1]);
        assert_eq!(post.messages(), Vec::<Value>::new(), "who was not told of the one is not told of the other");

        // Taken back while it waits: nobody hears of either.
        revoke(&numbers[0]);
        assert_eq!(post.deliver().sent, 0, "it waits as long as the revocation");
        restore(&numbers[0]);
        world.pass(3_600);
        assert_eq!(post.deliver().sent, 0);
        let states: Vec<_> = post.messages().iter().map(|one| one["state"].clone()).collect();
        assert_eq!(states, ["failed"]);

        revoke(&numbers[0]);
        world.pass(16 * 60);
        assert_eq!(post.deliver().sent, 1);
        let (to, subject, text) = mails(post).remove(0);
        assert_eq!(
            (to.as_str(), subject),
            ("zoe@example.org", format!("Ihr Zertifikat {} wurde widerrufen", numbers[0]))
        );
        assert!(text.contains("the exam was cancelled") && text.contains("22. November 2026"), "{text}");
        assert!(!text.contains("/m/"), "{text}");
        restore(&numbers[0]);
        assert_eq!(post.deliver().sent, 1);
        let (_, subject, text) = mails(post).remove(0);
        assert!(subject.ends_with("gilt wieder") && text.contains("/m/"), "{text}");
        assert_eq!(post.deliver().sent, 0);

        // By a run as well, and each once.
        done(world, &json!({ "kind": "revoke", "numbers": numbers, "reason": { "cause": "fraud" } }));
        assert_eq!(post.deliver().sent, 2);
        let reached: BTreeSet<_> = mails(post).into_iter().map(|(to, ..)| to).collect();
        assert_eq!(reached.len(), 2);
    });
}

#[test]
fn holders_are_reminded_once_before_their_certificates_end() {
    on_each_engine(|post| {
        let world = &post.world;
        let numbers = told_of(post, &json!({ "remind_days": 30 }));
        let late = |days: i64| world.pass(days * 86_400);
        assert_eq!(remind(&world.app).unwrap(), 0);
        late(334);
        assert_eq!(remind(&world.app).unwrap(), 0);
        late(2);
        assert_eq!(remind(&world.app).unwrap(), 2);
        assert_eq!(remind(&world.app).unwrap(), 0, "each once");
        assert_eq!(post.deliver().sent, 2);
        let (_, subject, text) = mails(post).pop().unwrap();
        assert!(subject.starts_with(&format!("Ihr Zertifikat {} ist gültig bis", numbers[0])), "{subject}");
        assert!(text.contains("2027") && text.contains("/m/"), "{text}");
        late(3);
        assert_eq!(remind(&world.app).unwrap(), 0);
        let actions = world.acts().into_iter().filter(|(action, _)| action == "mail.remind").count();
        assert_eq!(actions, 2);
    });
}

#[test]
fn who_is_past_the_day_when_it_is_switched_on_is_not_reminded() {
    let post = Post::in_memory();
    told_of(&post, &json!({}));
    post.world.pass(350 * 86_400);
    post.world.put("/events/WORKSHOP/mail", &json!({ "remind_days": 30 })).ok();
    assert_eq!(remind(&post.world.app).unwrap(), 0);
    post.world.put("/events/WORKSHOP/mail", &json!({ "remind_days": 10 })).ok();
    post.world.pass(6 * 86_400);
    assert_eq!(remind(&post.world.app).unwrap(), 2);
    post.world.put("/events/WORKSHOP/mail", &json!({ "remind_days": 0 })).problem(422, "invalid");
}

#[test]
fn who_asked_for_a_correction_hears_what_was_decided() {
    let post = Post::in_memory();
    let world = &post.world;
    let numbers = told_of(&post, &json!({ "tell_corrections": true, "tell_replaced": true }));
    let ask = |number: &str, name: &str| {
        let holder = Actor::Holder { id: "WORKSHOP/x".to_owned(), address: None };
        let desk = Desk { actor: &holder, ..desk(world) };
        let ask = Ask { number: number.parse().unwrap(), name: name.to_owned(), note: None };
        correct::ask(&desk, &ask).unwrap().id
    };
    let asked = ask(&numbers[0], "Zoë Maria Ångström");
    let decided = world.post(&format!("/corrections/{asked}/approve"), &json!({})).ok();
    assert_eq!(decided["mail"], "a message about it is in the outbox");
    let declined = ask(&numbers[1], "Alan M. Turing");
    let answer = json!({ "answer": "please send us a copy of your passport" });
    world.post(&format!("/corrections/{declined}/reject"), &answer).ok();
    assert_eq!(post.deliver().sent, 2);
    let mails = mails(&post);
    assert!(mails[0].2.contains("was declined") && mails[0].2.contains("passport"), "{}", mails[0].2);
    assert!(mails[1].2.contains("Zoë Maria Ångström") && mails[1].2.contains("Berichtigung"), "{}", mails[1].2);
    assert!(mails[1].2.contains("/m/"), "{}", mails[1].2);

    // What staff correct of themselves was asked for by nobody: only the new version is told.
    world
        .tell("staff:i view,import", "POST", "/corrections", &json!({ "number": numbers[1], "name": "A. Turing" }))
        .ok();
    let open = world.get("/corrections?state=pending").ok()["items"][0]["id"].as_str().unwrap().to_owned();
    world.post(&format!("/corrections/{open}/approve"), &json!({})).ok();
    assert_eq!(post.deliver().sent, 1);
    let mut topics: Vec<_> = post.messages().iter().map(|one| one["topic"].as_str().unwrap().to_owned()).collect();
    topics.sort();
    assert_eq!(topics, ["correction_declined", "correction_made", "replaced"]);

    // Failed ones are sent again when somebody asks for that.
    let is_it = |one: &Value| one["topic"] == "replaced";
    let last = post.messages().into_iter().find(is_it).unwrap();
    let again = world.post(&format!("/mail/messages/{}/resend", last["id"].as_str().unwrap()), &json!({})).ok();
    assert_eq!((&again["topic"], &again["again_of"]), (&json!("replaced"), &last["id"]));
    assert_eq!(post.deliver().sent, 1);
}

#[test]
fn erasing_takes_the_address_out_of_what_was_told_and_what_waits() {
    let post = Post::in_memory();
    let world = &post.world;
    let numbers = told_of(&post, &json!({ "tell_revoked": true }));
    world.post(&format!("/certificates/{}/revoke", numbers[0]), &json!({ "cause": "fraud" })).ok();
    assert_eq!(post.deliver().sent, 1);
    world.post(&format!("/certificates/{}/revoke", numbers[1]), &json!({ "cause": "on_request" })).ok();
    for n in [0, 1] {
        let people = world.get("/events/WORKSHOP/participants").ok();
        let id = people["items"][0]["id"].as_str().unwrap_or_else(|| panic!("{n}: {people}")).to_owned();
        assert_eq!(world.post(&format!("/events/WORKSHOP/participants/{id}/erase"), &json!({})).status, 204);
    }
    world.pass(3_600);
    assert_eq!(post.deliver().sent, 0);
    for message in post.messages() {
        assert_eq!(message["to"], Value::Null, "{message}");
    }
}
