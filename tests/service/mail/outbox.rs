//! Sent once: runs, faults of the relay, crashes, erasing, restored stores.

use std::collections::BTreeSet;
use std::io::Cursor;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use testamur::mail::outbox::{self, Going};
use testamur::mail::relay::Patience;
use testamur::mail::{Message, link};
use testamur::store::{Collection, Header, MemoryStore, export, import};

use super::{Post, on_each_engine};
use crate::harness::World;
use crate::runs::{done, school, work};
use crate::smtp_sink::Fault;

fn to(n: usize) -> String {
    format!("p{n:05}@example.org")
}

fn state_of(message: &Value) -> &str {
    message["state"].as_str().unwrap()
}

#[test]
fn a_run_sends_to_each_once_and_says_what_became_of_it() {
    on_each_engine(|post| {
        school(&post.world, 3, 1);
        done(&post.world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
        let preview = post.world.post("/runs/preview", &json!({ "kind": "send", "event": "WORKSHOP" })).ok();
        assert_eq!((&preview["total"], &preview["sends"]), (&json!(3), &json!(3)), "{preview}");
        assert!(post.messages().is_empty() && post.deliver().sent == 0, "a preview sends nothing");

        let run = post.send();
        assert_eq!((&run["state"], &run["counters"]["done"]), (&json!("completed"), &json!(3)), "{run}");
        assert!(post.messages().iter().all(|message| state_of(message) == "queued" && message["run"] == run["id"]));
        assert_eq!(post.deliver().sent, 3);
        let mails = post.sink.mails();
        let reached: BTreeSet<_> = mails.iter().map(|mail| mail.to.clone()).collect();
        assert_eq!(reached, (0..3).map(to).collect());
        let senders: BTreeSet<_> = mails.iter().map(|mail| mail.from.clone()).collect();
        assert_eq!(senders.len(), 3, "each has a sender of its own");
        assert!(senders.iter().all(|from| from.starts_with("bounce+") && from.ends_with("@academy.example")));
        for message in post.messages() {
            assert_eq!(state_of(&message), "sent", "{message}");
            let evidence = message["evidence"].as_array().unwrap();
            let states: Vec<_> = evidence.iter().map(|one| one["state"].as_str().unwrap()).collect();
            assert_eq!(states, ["queued", "sending", "sent"]);
            assert_eq!(evidence[2]["reply"], "250 2.0.0 kept");
        }

        // Whatever is asked for again, nobody gets a second one.
        post.world.post("/runs", &json!({ "kind": "send", "event": "WORKSHOP" })).problem(422, "nobody");
        let named = done(&post.world, &json!({ "kind": "send", "event": "WORKSHOP", "people": [to(1)] }));
        assert_eq!((&named["counters"]["done"], &named["counters"]["skipped"]), (&json!(0), &json!(1)));
        post.world
            .post("/runs", &json!({ "kind": "send", "event": "WORKSHOP", "over": "failed" }))
            .problem(422, "nobody");
        assert_eq!(post.deliver().sent, 0);
        assert!(post.sink.mails().is_empty());
        let actions: Vec<_> = post.world.acts().into_iter().map(|(action, _)| action).collect();
        assert!(actions.contains(&"mail.send".to_owned()));
    });
}

#[test]
fn each_fault_of_the_relay_leads_to_its_own_state() {
    let post = Post::with_certificates(8);
    let faults = [
        Fault::Recipient("450 4.2.1 try later"),
        Fault::Recipient("550 5.1.1 <p00001@example.org>: User unknown"),
        Fault::Recipient("421 4.3.2 shutting down"),
        Fault::CutAfter,
        Fault::Content("451 4.3.0 not now"),
        Fault::Content("554 5.7.1 looks like spam"),
        Fault::Data("452 4.3.1 no room"),
    ];
    faults.into_iter().enumerate().for_each(|(n, fault)| post.sink.fail(&to(n), fault));
    post.send();
    let sent = post.deliver();
    assert_eq!((sent.sent, sent.deferred, sent.bounced, sent.ambiguous, sent.failed), (1, 4, 2, 1, 0), "{sent:?}");
    let state = |n: usize| state_of(&post.message_to(&to(n))).to_owned();
    let states: Vec<_> = (0..8).map(state).collect();
    assert_eq!(states, ["deferred", "bounced", "deferred", "ambiguous", "deferred", "bounced", "deferred", "sent"]);
    assert_eq!(post.message_to(&to(1))["why"], "no_mailbox");
    assert_eq!(post.message_to(&to(5))["why"], "refused");
    let first: Vec<_> = post.sink.mails().into_iter().map(|mail| (mail.to, mail.acknowledged)).collect();
    assert_eq!(first.len(), 2, "the sink has two, of one of which nobody knows: {first:?}");

    // What was deferred leaves when it is due; what is ambiguous does not.
    assert_eq!(post.deliver().sent, 0, "it is not due yet");
    post.world.pass(90);
    assert_eq!(post.deliver().sent, 4);
    post.world.pass(30 * 86_400);
    assert_eq!(post.deliver(), Default::default());
    assert_eq!(post.sink.mails().len(), 4);
    let status = post.world.get("/mail").ok();
    assert_eq!(
        (&status["waiting"], &status["in_vain"], &status["ambiguous"]),
        (&json!(0), &json!(2), &json!(1)),
        "{status}"
    );
}

#[test]
fn a_connection_that_breaks_before_the_content_costs_nothing() {
    let post = Post::with_certificates(1);
    post.sink.fail(&to(0), Fault::CutBefore);
    post.send();
    let mut sent = 0;
    // The relay cannot be told from one that is down: it is tried again, and the message is as it was.
    for _ in 0..3 {
        sent += post.deliver().sent;
    }
    assert_eq!((sent, post.sink.mails().len()), (1, 1));
    assert_eq!(state_of(&post.messages()[0]), "sent");
}

/// As slow as can be: it keeps the connection and says nothing. Before the final dot nothing has left; after it nobody can tell.
#[test]
fn a_relay_that_falls_silent_keeps_nobody_waiting_and_nothing_is_sent_twice() {
    let silence = Duration::from_secs(2);
    let post = Post::impatient(Patience { command: silence, content: silence, ..Patience::default() });
    school(&post.world, 7, 0);
    done(&post.world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
    // A recipient is named again in new connections.
    (0..3).for_each(|_| post.sink.fail(&to(0), Fault::SilentAtRecipient));
    post.sink.fail(&to(1), Fault::SilentAtData);
    post.sink.fail(&to(2), Fault::SilentAfter);
    post.send();
    let sent = post.deliver();
    assert_eq!((sent.sent, sent.deferred, sent.ambiguous, sent.stuck), (4, 2, 1, false), "{sent:?}");
    let state = |n: usize| state_of(&post.message_to(&to(n))).to_owned();
    let states: Vec<_> = (0..7).map(state).collect();
    assert_eq!(states, ["deferred", "deferred", "ambiguous", "sent", "sent", "sent", "sent"]);
    let mut taken: Vec<_> = post.sink.mails().into_iter().map(|mail| (mail.to, mail.acknowledged)).collect();
    taken.sort();
    assert_eq!(taken, (2..7).map(|n| (to(n), n != 2)).collect::<Vec<_>>(), "the silent one has it: who could tell");
    assert!(post.world.get("/mail").ok()["trouble"].is_null());

    // What had not left does so once it is due; of the other nobody knows, and it waits for somebody to decide.
    post.sink.forgive(&to(0));
    post.world.pass(90);
    assert_eq!(post.deliver().sent, 2);
    post.world.pass(30 * 86_400);
    assert_eq!(post.deliver(), Default::default());
    let reached: BTreeSet<_> = post.sink.mails().into_iter().map(|mail| mail.to).collect();
    assert_eq!(reached, [to(0), to(1)].into());
    assert_eq!(state(2), "ambiguous");
}

#[test]
fn a_recipient_whose_answer_cannot_be_read_keeps_nobody_waiting() {
    let post = Post::with_certificates(6);
    let long: &'static str = Box::leak(format!("550 {}", "5.1.1 ".repeat(800)).into_boxed_str());
    for _ in 0..20 {
        post.sink.fail(&to(0), Fault::CutBefore);
        post.sink.fail(&to(1), Fault::Recipient(long));
        post.sink.fail(&to(2), Fault::Recipient("550-5.1.1 one\r\n551 5.7.1 another"));
    }
    post.send();
    let sent = post.deliver();
    assert_eq!((sent.sent, sent.deferred, sent.stuck), (3, 3, false), "{sent:?}");
    for n in 0..3 {
        let message = post.message_to(&to(n));
        assert_eq!((state_of(&message), &message["attempts"]), ("deferred", &json!(1)), "{message}");
    }
    assert!(post.world.get("/mail").ok()["trouble"].is_null());
    // It is tried again later, and leaves once it can.
    (0..3).for_each(|n| post.sink.forgive(&to(n)));
    post.world.pass(3_600);
    assert_eq!(post.deliver().sent, 3);
}

/// From the fourth in a row on it is the relay's fault; but none of them stays at the head of the queue for it.
#[test]
fn recipients_in_a_row_whose_answers_cannot_be_read_keep_nobody_waiting_for_ever() {
    let post = Post::with_certificates(8);
    let broken: Vec<String> = (0..6).map(to).collect();
    for to in &broken {
        (0..60).for_each(|_| post.sink.fail(to, Fault::CutBefore));
    }
    done(&post.world, &json!({ "kind": "send", "event": "WORKSHOP", "people": broken }));
    let sent = post.deliver();
    assert_eq!((sent.sent, sent.deferred), (0, 6), "{sent:?}");
    for to in &broken {
        let message = post.message_to(to);
        assert_eq!((state_of(&message), &message["attempts"]), ("deferred", &json!(1)), "{message}");
    }
    let trouble = post.world.get("/mail").ok()["trouble"].clone();
    assert!(trouble.as_str().is_some_and(|said| said.contains("breaks off at every recipient")), "{trouble}");
    // Who comes after them is sent to, and the relay is well again.
    post.send();
    assert_eq!(post.deliver().sent, 2);
    assert!(post.world.get("/mail").ok()["trouble"].is_null());
    // They are tried as often as any, and given up some day.
    for _ in 0..20 {
        post.world.pass(3 * 86_400);
        post.deliver();
    }
    for to in &broken {
        let message = post.message_to(to);
        assert_eq!((state_of(&message), &message["attempts"]), ("failed", &json!(12)), "{message}");
    }
}

#[test]
fn a_relay_that_is_down_is_left_alone_and_nothing_is_lost() {
    let post = Post::with_certificates(20);
    post.sink.refuse(true);
    post.send();
    let sent = post.deliver();
    assert!(sent.stuck && sent.sent == 0, "{sent:?}");
    assert!(post.sink.connections() < 10, "{} times", post.sink.connections());
    assert!(post.messages().iter().all(|message| state_of(message) == "queued" && message["attempts"] == 0));
    let trouble = post.world.get("/mail").ok();
    assert!(trouble["trouble"].as_str().unwrap().contains("421"), "{trouble}");
    post.sink.refuse(false);
    assert_eq!(post.deliver().sent, 20);
    assert_eq!(post.world.get("/mail").ok()["trouble"], Value::Null);
    assert_eq!(post.sink.mails().len(), 20);
}

/// Brings a message as far as a courier does that is killed before it hears of the end.
fn killed_while_sending(post: &Post) -> Message {
    let (store, now) = (&*post.world.app.store, post.world.app.now());
    let id = post.messages()[0]["id"].as_str().unwrap().parse().unwrap();
    let kept = outbox::message(store, &id).unwrap();
    let going =
        Going { to: kept.message.to.clone().unwrap(), link: None, picture: None, version: None, given: Vec::new() };
    outbox::begin(store, &kept, &going, now).unwrap().unwrap().message
}

#[test]
fn who_is_killed_while_handing_over_leaves_a_message_that_is_never_sent_again_by_itself() {
    let post = Post::with_certificates(1);
    post.send();
    let message = killed_while_sending(&post);
    // Somebody else's hand, in the same opening of the store: it is left alone as long as it can take.
    assert_eq!(post.deliver(), Default::default());
    assert_eq!(state_of(&post.messages()[0]), "sending");
    post.world.pass(outbox::HAND_SECONDS + 1);
    assert_eq!(post.deliver().sent, 0);
    assert_eq!(state_of(&post.messages()[0]), "ambiguous");
    post.world.pass(30 * 86_400);
    assert_eq!(post.deliver().sent, 0);
    assert!(post.sink.mails().is_empty());

    // A member of staff decides: it is the same message, by which a receiver knows the second.
    let path = format!("/mail/messages/{}/resend", message.id);
    let again = post.world.post(&path, &json!({})).ok();
    assert_eq!((&again["id"], &again["message_id"]), (&json!(message.id), &json!(message.message_id)));
    post.world.post(&path, &json!({})).problem(409, "under-way");
    assert_eq!(post.deliver().sent, 1);
    let mail = String::from_utf8(post.sink.mails().remove(0).content).unwrap();
    assert!(mail.contains(&format!("Message-ID: <{}>", message.message_id)), "{mail}");
}

#[test]
fn a_message_goes_with_the_certificate_where_the_event_wants_it() {
    on_each_engine(|post| {
        school(&post.world, 2, 0);
        done(&post.world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
        let settled = post.world.put("/events/WORKSHOP/mail", &json!({ "when": "with_issuing" })).ok();
        assert_eq!(settled["would_send"], 2, "who has one already is sent nothing: {settled}");
        assert!(post.messages().is_empty() && post.deliver().sent == 0);

        let late = json!({ "name": "Late Comer", "email": "late@example.org", "progress": { "passed": true } });
        post.world.post("/events/WORKSHOP/participants", &late).ok();
        let mute = json!({ "name": "No Address", "progress": { "passed": true } });
        post.world.post("/events/WORKSHOP/participants", &mute).ok();
        done(&post.world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
        assert_eq!(post.messages().len(), 1, "in the same step as the certificate");
        let now = json!({ "name": "By Hand", "email": "hand@example.org" });
        post.world.post("/events/WORKSHOP/participants", &now).ok();
        post.world
            .post("/events/WORKSHOP/issue-now", &json!({ "person": "hand@example.org", "reason": "was ill" }))
            .ok();
        assert_eq!(post.messages().len(), 2);
        assert_eq!(post.deliver().sent, 2);
        let reached: BTreeSet<_> = post.sink.mails().into_iter().map(|mail| mail.to).collect();
        assert_eq!(reached, ["hand@example.org", "late@example.org"].map(str::to_owned).into());
        assert_eq!(post.send()["counters"]["done"], 2, "the first two, by hand");
        assert_eq!(post.deliver().sent, 2);
        assert_eq!(post.sink.mails().len(), 2);
    });
}

#[test]
fn without_a_relay_nothing_gathers() {
    let world = World::in_memory();
    school(&world, 1, 0);
    world.put("/events/WORKSHOP/mail", &json!({ "when": "with_issuing" })).problem(409, "no-mail");
    done(&world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
    world.post("/runs", &json!({ "kind": "send", "event": "WORKSHOP" })).problem(409, "no-mail");
    assert_eq!(world.get("/mail").ok()["set_up"], false);
}

#[test]
fn what_is_revoked_or_has_no_address_is_not_sent() {
    let post = Post::with_certificates(3);
    post.send();
    post.world.post("/certificates/CERT-WORKSHOP-2026-00001/revoke", &json!({ "cause": "fraud" })).ok();
    post.world.patch(&format!("/events/WORKSHOP/participants/{}", to(1)), &json!({ "email": "new@example.org" })).ok();
    let sent = post.deliver();
    assert_eq!((sent.sent, sent.failed), (2, 1), "{sent:?}");
    let reached: BTreeSet<_> = post.sink.mails().into_iter().map(|mail| mail.to).collect();
    assert_eq!(reached, ["new@example.org".to_owned(), to(2)].into(), "to the address that they have then");
    let failed = post.world.get("/mail/messages?state=failed").ok()["items"][0].clone();
    assert!(failed["evidence"][1]["what"].as_str().unwrap().contains("revoked"), "{failed}");
}

#[test]
fn a_run_is_stopped_before_its_messages_leave_and_its_text_is_its_own() {
    let post = Post::with_certificates(2);
    let later = json!({
        "kind": "send", "event": "WORKSHOP", "not_before": "2026-11-22T12:00:00Z",
        "mail": { "subject": "Only today", "text": "Dear {{ name }}, only today." },
    });
    let run = done(&post.world, &later);
    assert_eq!(post.deliver().sent, 0, "not before");
    assert_eq!(post.world.post("/mail/stop", &json!({ "run": run["id"] })).ok()["stopped"], 2);
    post.world.pass(3 * 3_600);
    assert_eq!(post.deliver().sent, 0);
    let again =
        done(&post.world, &json!({ "kind": "send", "event": "WORKSHOP", "over": "failed", "mail": later["mail"] }));
    assert_eq!(again["counters"]["done"], 2, "{again}");
    assert_eq!(post.deliver().sent, 2);
    let mails = post.sink.mails();
    assert!(mails.iter().all(|mail| String::from_utf8_lossy(&mail.content).contains("Subject: Only today")));
    let wrong = json!({ "kind": "send", "event": "WORKSHOP", "mail": { "subject": "x", "text": "{{ nobody }}" } });
    post.world.post("/runs", &wrong).problem(422, "bad-request");
}

/// Returns the token of the link in a mail.
fn token(content: &[u8]) -> String {
    let mail = String::from_utf8_lossy(content).replace("=\r\n", "");
    let (_, rest) = mail.split_once("/m/").expect("there is a link");
    rest.chars().take_while(|c| c.is_ascii_alphanumeric()).collect()
}

fn leads_to(world: &World, token: &str) -> Option<String> {
    let found = link::certificate_of(&*world.app.store, token, world.app.now()).unwrap();
    found.map(|linked| linked.number.to_string())
}

#[test]
fn a_link_shows_one_certificate_and_dies_in_time_with_a_resend_a_new_address_or_the_person() {
    on_each_engine(|post| {
        school(&post.world, 4, 0);
        done(&post.world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
        post.send();
        post.deliver();
        let mut mails = post.sink.mails();
        mails.sort_by(|one, other| one.to.cmp(&other.to));
        let tokens: Vec<_> = mails.iter().map(|mail| token(&mail.content)).collect();
        let world = &post.world;
        for (n, token) in tokens.iter().enumerate() {
            assert_eq!(leads_to(world, token), Some(format!("CERT-WORKSHOP-2026-{:05}", n + 1)));
        }
        for wrong in ["", "example", &tokens[0].to_uppercase(), &format!("{}0", &tokens[0][..25])] {
            assert_eq!(leads_to(world, wrong), None, "{wrong}");
        }
        let stored: String = [Collection::MAIL_LINKS, Collection::MAIL_MESSAGES]
            .into_iter()
            .flat_map(|collection| world.app.store.documents(collection, "", None, 100).unwrap().items)
            .map(|document| format!("{} {}", document.key, document.value))
            .collect();
        assert!(tokens.iter().all(|token| !stored.contains(token.as_str())), "nothing kept opens anything");

        let message = post.message_to(&to(0))["id"].as_str().unwrap().to_owned();
        world.post(&format!("/mail/messages/{message}/resend"), &json!({})).ok();
        assert_eq!(leads_to(world, &tokens[0]), None, "sent again");
        world.post(&format!("/mail/messages/{message}/resend"), &json!({})).problem(409, "replaced");
        post.deliver();
        let second = token(&post.sink.mails()[0].content);
        assert_eq!(leads_to(world, &second).as_deref(), Some("CERT-WORKSHOP-2026-00001"));
        world.patch(&format!("/events/WORKSHOP/participants/{}", to(1)), &json!({ "email": "new@example.org" })).ok();
        assert_eq!(leads_to(world, &tokens[1]), None, "a new address");
        assert_eq!(world.post(&format!("/events/WORKSHOP/participants/{}/erase", to(2)), &json!({})).status, 204);
        assert_eq!(leads_to(world, &tokens[2]), None, "erased");
        assert!(leads_to(world, &tokens[3]).is_some());
        world.pass(90 * 86_400);
        assert_eq!(leads_to(world, &tokens[3]), None, "its time is over");
    });
}

#[test]
fn an_erased_person_leaves_no_address_in_the_outbox_and_gets_nothing() {
    let post = Post::with_certificates(2);
    post.sink.fail(&to(0), Fault::Recipient("450 4.2.1 <p00000@example.org> later"));
    post.send();
    post.deliver();
    post.sink.mails();
    assert_eq!(post.world.post(&format!("/events/WORKSHOP/participants/{}/erase", to(0)), &json!({})).status, 204);
    post.world.pass(90);
    assert_eq!(post.deliver().sent, 0);
    assert!(post.sink.mails().is_empty());
    for collection in Collection::ALL {
        for document in post.world.app.store.documents(*collection, "", None, 1_000).unwrap().items {
            assert!(!document.value.to_string().contains(&to(0)), "{}: {}", collection.name(), document.value);
        }
    }
    let messages = post.messages();
    let left = messages.iter().find(|message| message["to"].is_null()).unwrap();
    assert_eq!(left["state"], "failed", "{left}");
}

#[test]
fn a_store_that_was_rebuilt_from_a_dump_mails_nobody_twice() {
    let post = Post::with_certificates(4);
    post.sink.fail(&to(0), Fault::Recipient("450 4.2.1 later"));
    post.sink.fail(&to(1), Fault::CutAfter);
    done(&post.world, &json!({ "kind": "send", "event": "WORKSHOP", "people": [to(0), to(1), to(2)] }));
    post.deliver();
    done(&post.world, &json!({ "kind": "send", "event": "WORKSHOP", "people": [to(3)] }));
    let (mut dump, now) = (Vec::new(), post.world.app.now());
    export(&*post.world.app.store, &Header::new(now, "did:web:x"), &mut dump, &|_| "x".to_owned(), &|_| true).unwrap();
    // What was due then leaves now, and the dump does not know.
    post.deliver();
    post.sink.mails();

    let store = Arc::new(MemoryStore::new());
    import(&*store, &mut Cursor::new(dump), &|_, _| true).unwrap();
    let again = Post::over(store, tempfile::tempdir().unwrap());
    again.world.pass(now.unix() - again.world.app.now().unix() + 7 * 86_400);
    assert_eq!(again.deliver(), Default::default());
    assert!(again.sink.mails().is_empty());
    let states: Vec<_> = (0..4).map(|n| state_of(&again.message_to(&to(n))).to_owned()).collect();
    assert_eq!(states, ["ambiguous", "ambiguous", "sent", "ambiguous"]);
    again.world.post("/runs", &json!({ "kind": "send", "event": "WORKSHOP" })).problem(422, "nobody");
}

#[test]
fn two_couriers_at_once_send_each_message_once() {
    let post = Post::with_certificates(40);
    post.send();
    let sent: u64 = std::thread::scope(|scope| {
        let couriers: Vec<_> = (0..3)
            .map(|_| {
                scope.spawn(|| {
                    let runtime =
                        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
                    runtime.block_on(testamur::server::courier(&post.world.app).unwrap().deliver_due()).unwrap().sent
                })
            })
            .collect();
        couriers.into_iter().map(|courier| courier.join().unwrap()).sum()
    });
    let mails = post.sink.mails();
    let reached: BTreeSet<_> = mails.iter().map(|mail| mail.to.clone()).collect();
    assert_eq!((sent, mails.len(), reached.len()), (40, 40, 40));
}

#[test]
fn who_is_limited_to_other_events_sees_no_message_and_touches_none() {
    let post = Post::with_certificates(1);
    post.send();
    post.deliver();
    let from = post.sink.mails().remove(0).from;
    let id = post.messages()[0]["id"].as_str().unwrap().to_owned();
    let other = "staff:eve view,import,send OTHER";
    let ask = |method: &str, path: &str, body: Value| post.world.tell(other, method, path, &body);
    assert_eq!(ask("GET", "/mail/messages", Value::Null).ok()["items"], json!([]));
    ask("GET", &format!("/mail/messages/{id}"), Value::Null).problem(404, "not-found");
    ask("POST", &format!("/mail/messages/{id}/resend"), json!({})).problem(404, "not-found");
    ask("POST", &format!("/mail/messages/{id}/report"), json!({ "state": "bounced" })).problem(404, "not-found");
    ask("GET", "/events/WORKSHOP/mail", Value::Null).problem(404, "not-found");
    ask("POST", "/runs", json!({ "kind": "send", "event": "WORKSHOP" })).problem(404, "not-found");
    let bounce = "From: MAILER-DAEMON@mx.example\r\nSubject: no\r\n\r\n550 5.1.1 nobody\r\n";
    ask("POST", "/mail/bounces", json!({ "mail": bounce, "recipient": from })).problem(404, "not-found");
    assert_eq!(post.messages()[0]["state"], "sent");
}

#[test]
fn a_run_that_sends_is_decided_as_things_stand_when_it_is_done() {
    let post = Post::with_certificates(2);
    let world = &post.world;
    let run = world.post("/runs", &json!({ "kind": "send", "event": "WORKSHOP" })).ok();
    world.post("/certificates/CERT-WORKSHOP-2026-00001/revoke", &json!({ "cause": "fraud" })).ok();
    work(world);
    let over = world.get(&format!("/runs/{}", run["id"].as_str().unwrap())).ok();
    assert_eq!((&over["counters"]["done"], &over["counters"]["skipped"]), (&json!(1), &json!(1)), "{over}");
}

#[test]
fn who_has_a_certificate_and_no_address_is_counted_where_it_is_decided_to_send() {
    let post = Post::with_certificates(3);
    let world = &post.world;
    let mail = || world.get("/events/WORKSHOP/mail").ok();
    assert_eq!((&mail()["would_send"], &mail()["without_address"]), (&json!(3), &json!(0)));
    let person = world.get("/events/WORKSHOP/participants").ok()["items"][1].clone();
    let path = format!("/events/WORKSHOP/participants/{}", person["id"].as_str().unwrap());
    world.patch(&path, &json!({ "email": "" })).ok();
    let told = mail();
    assert_eq!((&told["would_send"], &told["without_address"]), (&json!(2), &json!(1)), "{told}");
    let named = &told["people_without_address"];
    assert_eq!((&named[0]["name"], &named[0]["number"]), (&person["name"], &person["certificate"]), "{named}");
    assert_eq!(post.deliver().sent, 0);
    post.send();
    assert_eq!(post.deliver().sent, 2);
}

/// A relay that wants a login, say, refuses whoever is named: that is nothing about them.
#[test]
fn what_a_relay_has_against_us_bounces_nobody() {
    on_each_engine(|post| {
        school(&post.world, 20, 0);
        done(&post.world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
        post.send();
        let people: Vec<_> = post.messages().iter().map(|one| one["to"].as_str().unwrap().to_owned()).collect();
        for to in &people {
            post.sink.fail(to, Fault::Recipient("554 5.7.1 <somebody@far.example>: Relay access denied"));
        }
        assert!(post.deliver().stuck);
        let states = |post: &Post, state: &str| post.messages().iter().filter(|one| one["state"] == state).count();
        assert_eq!(states(post, "queued") + states(post, "deferred"), 20);
        assert!(states(post, "queued") > 0, "not all are tried in vain");
        let status = post.world.get("/mail").ok();
        let trouble = status["trouble"].as_str().unwrap();
        assert!(trouble.contains("refuses recipients with 554") && !trouble.contains("somebody"), "{trouble}");
        let told = post.messages().into_iter().find(|one| one["state"] == "deferred").unwrap();
        assert_eq!(told["evidence"].as_array().unwrap().last().unwrap()["what"], "the relay takes no mail from here");

        // The login is there.
        people.iter().for_each(|to| post.sink.forgive(to));
        post.world.pass(600);
        assert_eq!(post.deliver().sent, 20);
        assert_eq!((states(post, "sent"), post.sink.mails().len()), (20, 20));
    });
}
