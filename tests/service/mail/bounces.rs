//! What comes back over HTTP: to its message, in the same words as a refusal in the dialogue; told to who listens.

use serde_json::{Value, json};
use testamur::desk::Actor;
use testamur::store::Collection;
use testamur::webhooks::endpoints::{self, EndpointDraft};
use testamur::webhooks::{EventKind, Rules};

use super::Post;
use crate::runs::done;
use crate::smtp_sink::Fault;

const TO: &str = "p00000@example.org";

/// A service that has sent one message; with the address that it was sent from.
fn sent() -> (Post, String) {
    let post = Post::with_certificates(1);
    post.send();
    post.deliver();
    let from = post.sink.mails().remove(0).from;
    (post, from)
}

/// A report that a mail server wrote, to this address.
fn report(file: &str, to: &str) -> String {
    let path = crate::process::repository(&format!("tests/data/bounces/{file}.eml"));
    let text = String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned();
    let theirs = text.split("bounce+").nth(1).unwrap().split('@').next().unwrap().to_owned();
    text.replace(&format!("bounce+{theirs}@academy.example"), to)
}

#[test]
fn a_report_says_the_same_as_a_refusal_in_the_dialogue() {
    let (post, from) = sent();
    let hook = EndpointDraft {
        url: "https://hooks.example.com/in".to_owned(),
        description: String::new(),
        events: vec![EventKind::DeliveryBounced],
    };
    let (store, now) = (&*post.world.app.store, post.world.app.now());
    endpoints::create(store, &hook, Rules::default(), &Actor::staff("owner"), now).unwrap();
    let taken = post.world.post("/mail/bounces", &json!({ "mail": report("postfix/011", &from) })).ok();
    let message = &taken["message"];
    assert_eq!((&taken["news"], &message["state"], &message["to"]), (&json!(true), &json!("bounced"), &json!(TO)));
    let last = message["evidence"].as_array().unwrap().last().unwrap().clone();

    let dialogue = Post::with_certificates(1);
    dialogue
        .sink
        .fail(TO, Fault::Recipient("550 5.1.1 <unknown550@hop.example.net>: Recipient address rejected: User unknown"));
    dialogue.send();
    dialogue.deliver();
    let refused = dialogue.messages().remove(0);
    assert_eq!((&refused["state"], &refused["why"]), (&message["state"], &message["why"]));
    let said = refused["evidence"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&said["what"], &said["reply"]), (&last["what"], &last["reply"]));

    // The same mail twice changes nothing.
    let again = post.world.post("/mail/bounces", &json!({ "mail": report("postfix/011", &from) })).ok();
    assert_eq!((&again["news"], &again["message"]), (&json!(false), message));
    let told = store.documents(Collection::WEBHOOK_MESSAGES, "", None, 10).unwrap().items;
    assert_eq!(told.len(), 1);
    let body: Value = serde_json::from_str(told[0].value["body"].as_str().unwrap()).unwrap();
    assert_eq!((&body["type"], &body["data"]["delivery"]), (&json!("delivery.bounced"), &message["id"]));
    assert!(!body.to_string().contains("example.org"), "no addresses: {body}");
}

#[test]
fn an_address_that_bounced_hard_is_sent_nothing_until_it_is_corrected() {
    let (post, from) = sent();
    post.world.post("/mail/bounces", &json!({ "mail": report("exim/011", &from) })).ok();
    let again = done(&post.world, &json!({ "kind": "send", "event": "WORKSHOP", "over": "failed" }));
    assert_eq!((&again["counters"]["done"], &again["counters"]["skipped"]), (&json!(0), &json!(1)), "{again}");
    let rows = post.world.get(&format!("/runs/{}/rows", again["id"].as_str().unwrap())).ok();
    assert!(rows["items"][0]["reason"].as_str().unwrap().contains("does not exist"), "{rows}");

    let old = post.messages().remove(0);
    let path = format!("/mail/messages/{}/resend", old["id"].as_str().unwrap());
    post.world.post(&path, &json!({ "email": "not an address" })).problem(422, "bad-address");
    let new = post.world.post(&path, &json!({ "email": "right@example.org" })).ok();
    assert_eq!((&new["to"], &new["again_of"]), (&json!("right@example.org"), &old["id"]));
    assert_ne!(new["message_id"], old["message_id"], "another message, to another");
    assert_eq!(post.deliver().sent, 1);
    assert_eq!(post.sink.mails()[0].to, "right@example.org");
    let person = post.world.get("/events/WORKSHOP/participants/right@example.org").ok();
    assert_eq!(person["certificate"], "CERT-WORKSHOP-2026-00001");
}

#[test]
fn a_full_mailbox_can_be_tried_again() {
    let (post, from) = sent();
    let taken = post.world.post("/mail/bounces", &json!({ "mail": report("sendmail/011", &from) })).ok();
    assert_eq!((&taken["message"]["state"], &taken["message"]["why"]), (&json!("bounced"), &json!("full")));
    let again = done(&post.world, &json!({ "kind": "send", "event": "WORKSHOP", "over": "failed" }));
    assert_eq!(again["counters"]["done"], 1, "{again}");
    assert_eq!(post.deliver().sent, 1);
}

#[test]
fn a_delay_is_no_end_but_silence_after_it_is() {
    let (post, from) = sent();
    let taken = post.world.post("/mail/bounces", &json!({ "mail": report("opensmtpd/007", &from) })).ok();
    assert_eq!(taken["message"]["state"], "deferred");
    assert_eq!(taken["message"]["due"], Value::Null, "it is not ours to try again");
    post.world.pass(6 * 86_400);
    assert_eq!(post.deliver(), Default::default());
    assert_eq!(post.messages()[0]["state"], "deferred");
    post.world.pass(2 * 86_400);
    assert_eq!(post.deliver(), Default::default());
    assert_eq!(post.messages()[0]["state"], "bounced", "by our own clock");
}

/// A report as Postfix writes it.
fn postfix(to: &str, action: &str, status: &str, diagnostic: &str) -> String {
    format!(
        "From: MAILER-DAEMON@mx.example (Mail Delivery System)\r\nTo: {to}\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"B\"\r\n\r\n--B\r\n\
         Content-Type: text/plain\r\n\r\nThis is the mail system.\r\n\r\n--B\r\nContent-Type: message/delivery-status\r\n\r\n\
         Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; {TO}\r\nAction: {action}\r\nStatus: {status}\r\n\
         Diagnostic-Code: {diagnostic}\r\n\r\n--B--\r\n"
    )
}

#[test]
fn a_server_that_gives_up_and_quotes_nobody_gave_a_reason_before() {
    let suspended = "X-Postfix; delivery temporarily suspended: lost connection with mx.example while sending RCPT TO";
    let last = |post: &Post, from: &str| {
        let mail = postfix(from, "failed", "4.4.2", suspended);
        let message = post.world.post("/mail/bounces", &json!({ "mail": mail })).ok()["message"].clone();
        let last = message["evidence"].as_array().unwrap().last().unwrap().clone();
        (message["why"].clone(), last["what"].clone(), last["reply"].clone())
    };
    let (post, from) = sent();
    let (why, _, reply) = last(&post, &from);
    assert_eq!((why, reply), (json!("busy"), Value::Null), "nothing else is known");

    let (post, from) = sent();
    let full = "452 4.2.2 That mailbox is full";
    let delayed = postfix(&from, "delayed", "4.2.2", &format!("smtp; {full}"));
    assert_eq!(post.world.post("/mail/bounces", &json!({ "mail": delayed })).ok()["message"]["state"], "deferred");
    let what = "the mailbox is full, until the mail server gave up";
    assert_eq!(last(&post, &from), (json!("full"), json!(what), json!(full)));
}

#[test]
fn what_is_no_report_of_ours_changes_nothing() {
    let (post, from) = sent();
    for (mail, recipient) in [
        ("From: Ada <ada@example.org>\r\nSubject: away\r\n\r\nI am away\r\n", Some(from.as_str())),
        ("From: MAILER-DAEMON@mx.example\r\nTo: bounce+aaaa@academy.example\r\n\r\n550 no\r\n", None),
        ("", None),
    ] {
        post.world.post("/mail/bounces", &json!({ "mail": mail, "recipient": recipient })).problem(422, "no-report");
    }
    assert_eq!(post.messages()[0]["state"], "sent");
}

#[test]
fn a_provider_can_say_what_became_of_a_message() {
    let (post, _) = sent();
    let path = format!("/mail/messages/{}/report", post.messages()[0]["id"].as_str().unwrap());
    assert_eq!(post.world.post(&path, &json!({ "state": "delivered" })).ok()["message"]["state"], "delivered");
    let late = post.world.post(&path, &json!({ "state": "bounced", "reply": "550 5.1.1 nobody" })).ok();
    assert_eq!((&late["message"]["state"], &late["message"]["why"]), (&json!("bounced"), &json!("no_mailbox")));
    post.world.post(&path, &json!({ "state": "opened" })).problem(422, "no-report");
    post.world
        .post("/mail/messages/ml_000000000000000000000000000000/report", &json!({ "state": "delivered" }))
        .problem(404, "not-found");
}

#[test]
fn a_maildir_is_read_and_marked() {
    let (post, from) = sent();
    let folder = post.world.folder().join("Maildir");
    for name in ["new", "cur", "tmp"] {
        std::fs::create_dir_all(folder.join(name)).unwrap();
    }
    std::fs::write(folder.join("new/1"), report("dma/001", &from)).unwrap();
    std::fs::write(folder.join("new/2"), "From: somebody\r\n\r\nhello\r\n").unwrap();
    let desk = crate::runs::desk(&post.world);
    assert_eq!(testamur::acts::send::from_folder(&desk, &folder).unwrap(), (1, 1));
    assert_eq!(testamur::acts::send::from_folder(&desk, &folder).unwrap(), (0, 0));
    assert_eq!(post.messages()[0]["state"], "bounced");
}
