//! What a letter says, read by a parser of mails that did not write it.

use mail_parser::{MessageParser, MimeHeaders};
use serde_json::json;

use super::{PUBLIC, Post};
use crate::runs::done;

#[test]
fn a_letter_is_in_the_language_of_who_gets_it_and_carries_the_certificate() {
    let post = Post::in_memory();
    let world = &post.world;
    crate::runs::school(world, 0, 0);
    let zoe = json!({ "name": "Zoë Ångström", "email": "zoe@bücher.example", "locale": "de-AT", "progress": { "passed": true } });
    world.post("/events/WORKSHOP/participants", &zoe).ok();
    done(world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
    let preview = world.post("/events/WORKSHOP/mail/preview", &json!({})).ok();
    assert!(preview["text"].as_str().unwrap().contains("Glückwunsch"), "{preview}");
    assert_eq!(preview["to"], "Zoë Ångström <zoe@xn--bcher-kva.example>");
    post.send();
    assert_eq!(post.deliver().sent, 1);
    let mail = post.sink.mails().remove(0);
    assert_eq!(mail.to, "zoe@xn--bcher-kva.example");
    let read = MessageParser::default().parse(&mail.content).unwrap();
    assert_eq!(read.subject(), preview["subject"].as_str());
    let from = read.from().unwrap().first().unwrap();
    assert_eq!((from.name(), from.address()), (Some("Example Academy"), Some("certificates@academy.example")));
    assert_eq!(read.reply_to().unwrap().first().unwrap().address(), Some("office@academy.example"));
    assert_eq!(read.to().unwrap().first().unwrap().name(), Some("Zoë Ångström"));
    assert_eq!(read.date().unwrap().to_timestamp(), world.app.now().unix());
    assert_eq!(read.message_id(), post.messages()[0]["message_id"].as_str());
    let text = read.body_text(0).unwrap();
    for word in [
        "Zoë Ångström",
        "CERT-WORKSHOP-2026-00001",
        "22. November 2026",
        "https://certs.academy.example/verify",
        PUBLIC,
    ] {
        assert!(text.contains(word), "{word}: {text}");
    }
    assert!(read.body_html(0).unwrap().contains("<html lang=\"de\">"));
    let file = read.attachment(0).unwrap();
    assert_eq!(file.attachment_name(), Some("CERT-WORKSHOP-2026-00001.pdf"));
    let pdf = world.get("/certificates/CERT-WORKSHOP-2026-00001/file?format=pdf").bytes;
    assert!(file.contents() == pdf, "the same file to the byte");
}

#[test]
fn a_letter_names_the_day_that_the_certificate_prints() {
    let post = Post::in_memory();
    let world = &post.world;
    crate::runs::school(world, 1, 0);
    // Midnight of the next day there.
    let zone = json!({ "time_zone": "Pacific/Kiritimati", "expires_after": "1y" });
    world.patch("/events/WORKSHOP", &zone).ok();
    done(world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
    let preview = world.post("/events/WORKSHOP/mail/preview", &json!({})).ok();
    let text = preview["text"].as_str().unwrap();
    assert!(text.contains("November 23, 2026") && text.contains("November 23, 2027"), "{text}");
}

#[test]
fn an_event_says_from_whom_and_how_and_in_which_words() {
    let post = Post::with_certificates(1);
    let world = &post.world;
    let mail = json!({
        "attach": false, "from": "Müller, Kurse <kurse@academy.example>", "reply_to": "fragen@academy.example",
        "texts": [{ "subject": "Fertig: {{ event }}", "text": "Hallo {{ name }},\n\n{{ link }}" }],
    });
    let seen = world.get("/events/WORKSHOP/mail").etag();
    world.put("/events/WORKSHOP/mail", &mail).ok();
    let request = crate::harness::request("PUT", "/events/WORKSHOP/mail")
        .header("if-match", &seen)
        .header("content-type", "application/json");
    world.send(crate::harness::OWNER, request, mail.to_string()).problem(412, "changed-meanwhile");
    post.send();
    post.deliver();
    let sent = post.sink.mails().remove(0);
    let read = MessageParser::default().parse(&sent.content).unwrap();
    assert_eq!(read.from().unwrap().first().unwrap().name(), Some("Müller, Kurse"));
    assert_eq!(read.subject(), Some("Fertig: Applied Cartography"));
    assert_eq!(read.attachment_count(), 0);
    assert!(read.body_text(0).unwrap().starts_with("Hallo Person Number 0,"));
    for (wrong, code) in [
        (json!({ "texts": [{ "subject": "x", "text": "{{ mane }}" }] }), "bad-text"),
        (json!({ "texts": [{ "subject": "x", "text": "a" }, { "subject": "y", "text": "b" }] }), "invalid"),
        (json!({ "from": "x\r\nBcc: eve@example.org <a@b.example>" }), "bad-body"),
        (json!({ "whom": "all" }), "bad-body"),
    ] {
        assert_eq!(world.put("/events/WORKSHOP/mail", &wrong).json()["code"], code, "{wrong}");
    }
    let copied = world.post("/events/WORKSHOP/copy", &json!({ "code": "AGAIN", "details": { "title": "Again" } }));
    copied.ok();
    assert_eq!(world.get("/events/AGAIN/mail").ok()["mail"]["reply_to"], "fragen@academy.example");
}

#[test]
fn only_a_member_of_staff_with_an_address_tries_a_letter_out() {
    let post = Post::with_certificates(1);
    post.world.post("/events/WORKSHOP/mail/test", &json!({})).problem(403, "forbidden");
    assert!(post.sink.mails().is_empty());
    assert!(post.messages().is_empty());
}
