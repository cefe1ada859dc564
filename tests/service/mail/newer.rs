//! Newer versions of what was sent: who was told nothing of theirs is counted, can be sent it, and reads that it is a new version.

use std::sync::Arc;

use serde_json::{Value, json};
use testamur::acts::send::{Clerk, Office};
use testamur::desk::Issuer;
use testamur::mail::outbox::{self, Going, begin};
use testamur::mail::{Clerk as _, Prepared, Tokens};
use testamur::making::{Faces, OwnKeys};
use testamur::store::{Collection, DocumentWrite, Expect};
use testamur::template::FontLibrary;

use super::{Post, config, on_each_engine};
use crate::browser::{Browser, form_with};
use crate::harness::World;
use crate::real_door::{behind_the_real_door, school_by};
use crate::runs::{done, school, work};
use crate::smtp_sink::{Fault, Sink};

/// Makes certificates for so many people of an event.
fn issued_to(post: &Post, people: usize) -> &World {
    school(&post.world, people, 0);
    done(&post.world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
    &post.world
}

/// Gives somebody another name, and makes all certificates anew that say something else then.
fn renamed(world: &World, people: &[usize]) -> Value {
    for n in people {
        let path = format!("/events/WORKSHOP/participants/p{n:05}@example.org?same_id=same_person");
        world.patch(&path, &json!({ "name": format!("Person Elsewhere {n}") })).ok();
    }
    let run = done(world, &json!({ "kind": "regenerate", "event": "WORKSHOP" }));
    assert_eq!(run["counters"]["done"], people.len(), "{run}");
    run
}

/// Returns the newest message of a topic to somebody.
fn of_topic(post: &Post, topic: &str, to: &str) -> Value {
    post.messages().into_iter().rev().find(|one| one["topic"] == topic && one["to"] == to).unwrap()
}

fn told(post: &Post) -> [Value; 2] {
    let mut told = post.world.get("/events/WORKSHOP/mail").ok();
    ["would_send", "newer_version"].map(|member| told[member].take())
}

/// Returns to whom something went, with its subject and text, by address.
fn mails(post: &Post) -> Vec<(String, String, String)> {
    let mut all: Vec<_> = post
        .sink
        .mails()
        .into_iter()
        .map(|mail| {
            let read = mail_parser::MessageParser::default().parse(&mail.content).unwrap();
            (mail.to, read.subject().unwrap().to_owned(), read.body_text(0).unwrap().trim().to_owned())
        })
        .collect();
    all.sort();
    all
}

const NEWER: &str = "It takes the place of the one that you have";
const FIRST: &str = "congratulations!";

#[test]
fn who_has_a_newer_version_than_was_sent_is_counted_and_is_sent_it_once() {
    on_each_engine(|post| {
        let world = issued_to(post, 4);
        assert_eq!(told(post), [json!(4), json!(0)]);
        post.send();
        post.deliver();
        assert!(mails(post).iter().all(|(_, _, text)| text.contains(FIRST)));
        assert_eq!(told(post), [json!(0), json!(0)]);
        renamed(world, &[0, 1]);
        assert_eq!(told(post), [json!(0), json!(2)], "nobody was sent anything by that");
        assert_eq!(post.deliver().sent, 0);

        let newer = json!({ "kind": "send", "event": "WORKSHOP", "over": "newer_version" });
        // Of two runs at once one sends: what is not new any more when its turn comes is left alone.
        let first = world.post("/runs", &newer).ok();
        let second = done(world, &newer);
        let first = world.get(&format!("/runs/{}", first["id"].as_str().unwrap())).ok();
        let counted = |run: &Value| ["total", "done", "skipped"].map(|count| run["counters"][count].as_u64().unwrap());
        let mut both = [counted(&first), counted(&second)];
        both.sort_unstable();
        assert_eq!(both, [[2, 0, 2], [2, 2, 0]]);
        assert_eq!(told(post), [json!(0), json!(0)], "what waits is on its way");
        assert_eq!(post.deliver().sent, 2);
        let all = mails(post);
        assert_eq!(
            all.iter().map(|(to, ..)| to.as_str()).collect::<Vec<_>>(),
            ["p00000@example.org", "p00001@example.org"]
        );
        for (_, subject, text) in all {
            assert!(subject.starts_with("A new version of your certificate CERT-WORKSHOP-2026-"), "{subject}");
            assert!(text.contains(NEWER) && text.contains("Person Elsewhere") && !text.contains(FIRST), "{text}");
        }
        world.post("/runs", &newer).problem(422, "nobody");
    });
}

#[test]
fn what_waits_when_a_newer_version_is_made_brings_that_one_and_counts_as_it() {
    on_each_engine(|post| {
        let world = issued_to(post, 1);
        post.send();
        renamed(world, &[0]);
        assert_eq!(told(post), [json!(0), json!(0)]);
        assert_eq!(post.deliver().sent, 1);
        let all = mails(post);
        assert!(all[0].2.contains("Person Elsewhere 0") && all[0].2.contains(FIRST), "they have no other one: {all:?}");
        assert_eq!(post.messages()[0]["version"], 2);
        assert_eq!(told(post), [json!(0), json!(0)], "they have the newest");
    });
}

#[test]
fn who_was_told_of_the_new_version_by_another_message_has_it() {
    on_each_engine(|post| {
        let world = issued_to(post, 2);
        post.send();
        post.deliver();
        world.put("/events/WORKSHOP/mail", &json!({ "tell_replaced": true })).ok();
        renamed(world, &[0]);
        assert_eq!(told(post), [json!(0), json!(0)]);
        assert_eq!(post.deliver().sent, 1);
        assert_eq!(told(post), [json!(0), json!(0)]);
        // After what was revoked they get another one: it takes the place of nothing that is good.
        let number = post.message_to("p00001@example.org")["number"].as_str().unwrap().to_owned();
        mails(post);
        world.post(&format!("/certificates/{number}/revoke"), &json!({ "cause": "issued_in_error" })).ok();
        world.post(&format!("/certificates/{number}/reissue"), &json!({ "reason": "it was right" })).ok();
        assert_eq!(told(post), [json!(0), json!(1)]);
        done(world, &json!({ "kind": "send", "event": "WORKSHOP", "over": "newer_version" }));
        assert_eq!(post.deliver().sent, 1);
        assert!(mails(post)[0].2.contains(FIRST));
    });
}

/// All that a filter finds are not named one by one: who was told by a notice is not told once more by that. Who is named is.
#[test]
fn who_was_told_by_a_notice_is_sent_the_newer_version_where_they_are_named_and_not_by_a_filter() {
    on_each_engine(|post| {
        let world = issued_to(post, 2);
        post.send();
        post.deliver();
        world.put("/events/WORKSHOP/mail", &json!({ "tell_replaced": true })).ok();
        renamed(world, &[0]);
        assert_eq!(post.deliver().sent, 1, "the notice");
        world.put("/events/WORKSHOP/mail", &json!({ "tell_replaced": false })).ok();
        renamed(world, &[1]);
        assert_eq!((told(post), post.deliver().sent), ([json!(0), json!(1)], 0));
        mails(post);
        let filter = json!({ "kind": "send", "event": "WORKSHOP", "which": { "except": [] } });
        let preview = world.post("/runs/preview", &filter).ok();
        assert_eq!((&preview["sends"], &preview["keeps"]), (&json!(1), &json!(1)), "{preview}");
        let counters = done(world, &filter)["counters"].clone();
        assert_eq!((&counters["done"], &counters["skipped"]), (&json!(1), &json!(1)), "{counters}");
        post.deliver();
        assert_eq!(mails(post).iter().map(|(to, ..)| to.as_str()).collect::<Vec<_>>(), ["p00001@example.org"]);
        // Both have the newest by now; one by its notice alone.
        let named =
            json!({ "kind": "send", "event": "WORKSHOP", "people": ["p00000@example.org", "p00001@example.org"] });
        let counters = done(world, &named)["counters"].clone();
        assert_eq!((&counters["done"], &counters["skipped"]), (&json!(1), &json!(1)), "{counters}");
        post.deliver();
        let all = mails(post);
        assert_eq!(all.iter().map(|(to, ..)| to.as_str()).collect::<Vec<_>>(), ["p00000@example.org"]);
        assert!(all[0].2.contains(NEWER), "{all:?}");
    });
}

#[test]
fn an_events_own_text_goes_out_where_it_says_so_itself_and_one_for_this_sending_as_it_is() {
    let post = Post::with_certificates(1);
    let world = &post.world;
    post.send();
    post.deliver();
    let newer = |mail: Value| {
        let run = json!({ "kind": "send", "event": "WORKSHOP", "people": ["p00000@example.org"], "mail": mail });
        done(world, &run);
        assert_eq!(post.deliver().sent, 1);
        let (_, subject, text) = mails(&post).pop().unwrap();
        (subject, text)
    };
    let own = |text: &str| json!({ "texts": [{ "subject": "Of ours", "text": text }] });
    mails(&post);
    renamed(world, &[0]);
    world.put("/events/WORKSHOP/mail", &own("Well done, {{ name }}.")).ok();
    let preview = world.post("/events/WORKSHOP/mail/preview", &json!({})).ok();
    assert!(preview["text"].as_str().unwrap().contains(NEWER), "shown as it goes: {preview}");
    assert!(newer(Value::Null).1.contains(NEWER), "a text that congratulates is for the first one");
    let says = "{% if replaces %}Instead of the one before, {{ name }}.{% else %}Well done.{% endif %}";
    world.put("/events/WORKSHOP/mail", &own(says)).ok();
    world
        .patch(
            "/events/WORKSHOP/participants/p00000@example.org?same_id=same_person",
            &json!({ "name": "Person A Third Name" }),
        )
        .ok();
    done(world, &json!({ "kind": "regenerate", "event": "WORKSHOP" }));
    assert_eq!(
        newer(Value::Null),
        ("Of ours".to_owned(), "Instead of the one before, Person A Third Name.".to_owned())
    );
    world
        .patch(
            "/events/WORKSHOP/participants/p00000@example.org?same_id=same_person",
            &json!({ "name": "Person A Fourth Name" }),
        )
        .ok();
    done(world, &json!({ "kind": "regenerate", "event": "WORKSHOP" }));
    let once = json!({ "subject": "Only today", "text": "Dear {{ name }}." });
    assert_eq!(newer(once), ("Only today".to_owned(), "Dear Person A Fourth Name.".to_owned()));
}

#[test]
fn staff_see_who_has_a_newer_version_and_send_it_on_the_page() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let (sink, mut browser) = (Sink::start(), Browser::of(world, "ada@example.org"));
        let from = "Academy <office@academy.example>";
        let relay = json!({ "relay": "127.0.0.1", "port": sink.port, "security": "none", "from": from });
        ada.ask(world, "PUT", "/mail/relay", &relay).ok();
        ada.ask(world, "POST", "/runs", &json!({ "kind": "send", "event": "WORKSHOP" })).ok();
        work(world);
        let path = "/events/WORKSHOP/participants/p1@example.org?same_id=same_person";
        ada.ask(world, "PATCH", path, &json!({ "name": "Person Elsewhere" })).ok();
        let again = json!({ "kind": "regenerate", "event": "WORKSHOP", "people": ["p1@example.org"] });
        ada.ask(world, "POST", "/runs", &again).ok();
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        runtime.block_on(testamur::server::courier(&world.app).unwrap().deliver_due()).unwrap();
        work(world);
        assert!(browser.page("/staff/events/WORKSHOP").contains("1 newer version not sent"));
        let path = "/staff/events/WORKSHOP/send";
        let page = browser.page(path);
        assert!(page.contains("p1@example.org") && page.contains(NEWER), "the letter of who gets one: {page}");
        let built_in = "This is the built-in text about new versions";
        assert!(!page.contains(built_in));
        let own = json!({ "texts": [{ "subject": "Of ours", "text": "Well done, {{ name }}." }] });
        ada.ask(world, "PUT", "/events/WORKSHOP/mail", &own).ok();
        let page = browser.page(path);
        assert!(page.contains(built_in) && page.contains(NEWER), "it is said where the own text went: {page}");
        assert!(page.contains("One person was sent an earlier version of their certificate"), "{page}");
        assert!(page.contains("Those who have a newer version than was sent") && page.contains("Send one message"));
        let german = browser.page(&format!("{path}?lang=de"));
        assert!(german.contains("Eine Person bekam eine frühere Version"), "{german}");
        browser.page(&format!("{path}?lang=en"));
        let asked = form_with(&page, path, "newer");
        let refused = browser.send(&asked, &[("over", "newer_version"), ("newer", "7")]);
        assert_eq!(refused.status, 409, "as many as were shown, and no others: {}", refused.text());
        let begun = browser.send(&asked, &[("over", "newer_version")]);
        assert!(browser.follow(&begun).contains("Started."));
        work(world);
        assert!(!browser.page(path).contains("sent an earlier version"));
        let log = browser.page("/staff/audit");
        assert!(log.contains("Those who have a newer version than was sent"), "{log}");
        assert!(log.contains("All who were sent nothing yet") && !log.contains("newer_version"), "{log}");
    });
}

#[test]
fn a_notice_that_was_stopped_refused_or_came_back_told_nobody() {
    on_each_engine(|post| {
        let world = issued_to(post, 3);
        post.send();
        post.deliver();
        world.put("/events/WORKSHOP/mail", &json!({ "tell_replaced": true })).ok();
        let run = renamed(world, &[2]);
        assert_eq!(told(post), [json!(0), json!(0)], "it waits");
        assert_eq!(world.post("/mail/stop", &json!({ "run": run["id"] })).ok()["stopped"], 1);
        assert_eq!(told(post), [json!(0), json!(1)], "stopped");

        post.sink.fail("p00001@example.org", Fault::Content("554 5.7.1 Message refused"));
        renamed(world, &[1]);
        assert_eq!(told(post), [json!(0), json!(1)]);
        post.deliver();
        assert_eq!(of_topic(post, "replaced", "p00001@example.org")["state"], "bounced");
        assert_eq!(told(post), [json!(0), json!(2)], "refused");

        renamed(world, &[0]);
        assert_eq!(post.deliver().sent, 1);
        assert_eq!(told(post), [json!(0), json!(2)]);
        let id = of_topic(post, "replaced", "p00000@example.org")["id"].as_str().unwrap().to_owned();
        let report = json!({ "state": "bounced", "reply": "552 5.2.2 The mailbox is full" });
        world.post(&format!("/mail/messages/{id}/report"), &report).ok();
        assert_eq!(told(post), [json!(0), json!(3)], "came back");

        let run = done(world, &json!({ "kind": "send", "event": "WORKSHOP", "over": "newer_version" }));
        assert_eq!(run["counters"]["done"], 3, "{run}");
        assert_eq!((post.deliver().sent, told(post)), (3, [json!(0), json!(0)]));
    });
}

/// Makes the records of messages what earlier versions of the program wrote: they say the version that there was when it was put out.
fn as_before(post: &Post) {
    let store = &*post.world.app.store;
    for collection in [Collection::MAIL_MESSAGES, Collection::MAILED] {
        for mut document in store.documents(collection, "", None, 100).unwrap().items {
            document.value["version"] = json!(1);
            document.value.as_object_mut().unwrap().remove("brought");
            let write = DocumentWrite::put(collection, document.key, Expect::Any, &document.value);
            store.write_documents(&[write], None).unwrap();
        }
    }
}

#[test]
fn what_an_earlier_version_of_the_program_sent_counts_as_what_there_was_when_it_went() {
    on_each_engine(|post| {
        let world = issued_to(post, 2);
        post.send();
        world.pass(60);
        renamed(world, &[0]);
        world.pass(60);
        assert_eq!(post.deliver().sent, 2);
        as_before(post);
        assert_eq!(told(post), [json!(0), json!(0)], "they have the newest");
        let newer = json!({ "kind": "send", "event": "WORKSHOP", "over": "newer_version" });
        world.post("/runs", &newer).problem(422, "nobody");
        let named = json!({ "kind": "send", "event": "WORKSHOP", "people": ["p00000@example.org"] });
        assert_eq!(done(world, &named)["counters"]["done"], 0, "nobody gets it twice");

        world.pass(60);
        renamed(world, &[1]);
        assert_eq!(told(post), [json!(0), json!(1)], "made after what was sent");
        assert_eq!(done(world, &newer)["counters"]["done"], 1);
        assert_eq!(post.deliver().sent, 1);
    });
}

#[test]
fn who_was_sent_nothing_that_arrived_is_among_the_failed_and_was_sent_no_earlier_version() {
    on_each_engine(|post| {
        let world = issued_to(post, 2);
        post.sink.fail("p00000@example.org", Fault::Content("554 5.7.1 Message refused"));
        post.send();
        post.deliver();
        mails(post);
        renamed(world, &[0]);
        assert_eq!(told(post), [json!(0), json!(0)]);
        let over = |over: &str| json!({ "kind": "send", "event": "WORKSHOP", "over": over });
        world.post("/runs", &over("newer_version")).problem(422, "nobody");
        assert_eq!(done(world, &over("failed"))["counters"]["done"], 1);
        assert_eq!(post.deliver().sent, 1);
        let all = mails(post);
        let (to, _, text) = all.last().unwrap();
        assert_eq!(to, "p00000@example.org");
        assert!(text.contains("Person Elsewhere 0") && text.contains(FIRST) && !text.contains(NEWER), "{text}");
    });
}

#[test]
fn what_went_to_another_address_is_not_what_they_have_at_this_one() {
    let post = Post::with_certificates(1);
    let world = &post.world;
    post.send();
    post.deliver();
    mails(&post);
    let change = json!({ "name": "Person Elsewhere", "email": "elsewhere@example.org" });
    world.patch("/events/WORKSHOP/participants/p00000@example.org?same_id=same_person", &change).ok();
    done(world, &json!({ "kind": "regenerate", "event": "WORKSHOP" }));
    assert_eq!(told(&post), [json!(0), json!(1)]);
    done(world, &json!({ "kind": "send", "event": "WORKSHOP", "over": "newer_version" }));
    assert_eq!(post.deliver().sent, 1);
    let all = mails(&post);
    let (to, _, text) = all.iter().find(|(to, ..)| to == "elsewhere@example.org").unwrap();
    assert!(text.contains(FIRST) && !text.contains(NEWER), "{to}: {text}");
}

#[test]
fn a_preview_is_of_those_to_whom_it_would_go() {
    let post = Post::with_certificates(3);
    let world = &post.world;
    let preview = |over: Value| world.post("/events/WORKSHOP/mail/preview", &json!({ "over": over }));
    let to = |over: &str| preview(json!(over)).ok()["to"].as_str().unwrap().to_owned();
    assert!(to("those_without").contains("p00000@"));
    preview(json!("newer_version")).problem(422, "nobody");
    post.sink.fail("p00002@example.org", Fault::Content("554 5.7.1 Message refused"));
    post.send();
    post.deliver();
    renamed(world, &[1]);
    preview(json!("those_without")).problem(422, "nobody");
    preview(json!("filter")).problem(422, "bad-request");
    assert!(to("newer_version").contains("p00001@") && to("failed").contains("p00002@"));
    let shown = preview(json!("newer_version")).ok();
    assert!(shown["text"].as_str().unwrap().contains(NEWER) && shown["stands_in"] == false, "{shown}");
    let own = json!({ "texts": [{ "subject": "Of ours", "text": "Well done, {{ name }}." }] });
    world.put("/events/WORKSHOP/mail", &own).ok();
    let stands_in = |over: Value| preview(over).ok()["stands_in"].clone();
    assert_eq!([stands_in(json!("newer_version")), stands_in(Value::Null)], [json!(true), json!(false)]);
}

/// What a clerk works with, as the service has it.
struct Desks(Issuer, Faces, Arc<OwnKeys>);

impl Office for Desks {
    fn issuer(&self) -> &Issuer {
        &self.0
    }

    fn faces(&self) -> &Faces {
        &self.1
    }

    fn own(&self) -> Arc<OwnKeys> {
        Arc::clone(&self.2)
    }
}

#[test]
fn a_letter_goes_only_while_its_version_is_the_one_in_force() {
    on_each_engine(|post| {
        let world = issued_to(post, 1);
        post.send();
        let (store, now) = (&*world.app.store, world.app.now());
        let office = Desks(crate::harness::issuer(), Faces::new(FontLibrary::builtin()), world.app.vault.own());
        let clerk = Clerk::new(office, config(post.sink.port), None);
        let entry = outbox::due(store, now, 1).unwrap().remove(0);
        let kept = outbox::message(store, &entry.message).unwrap();
        let written = || match clerk.letter(store, &kept.message, now, Tokens { link: None, picture: None }).unwrap() {
            Prepared::Ready(letter) => {
                let to = letter.to.address.clone();
                Going { to, link: None, picture: None, version: letter.version, given: letter.given }
            }
            Prepared::Nothing(why) => panic!("{why}"),
        };
        let first = written();
        renamed(world, &[0]);
        assert!(begin(store, &kept, &first, now).unwrap().is_none(), "it is written anew");
        let second = written();
        assert_eq!((first.version, second.version), (Some(1), Some(2)));
        let begun = begin(store, &kept, &second, now).unwrap().unwrap();
        assert_eq!(begun.message.version, 2);
    });
}
