//! The standing texts of letters: looked at and tried before they are kept, and one for each language.

use axum::http::{StatusCode, header};
use mail_parser::{MessageParser, MimeHeaders};
use serde_json::{Value, json};

use crate::browser::{Browser, form_with, to};
use crate::real_door::{behind_the_real_door, school_by};
use crate::smtp_sink::Sink;

const PAGE: &str = "/staff/events/WORKSHOP/send";
const FORM: &str = "/staff/events/WORKSHOP/send/text";
const HOSTILE: &str = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&";

fn relay(port: u16) -> Value {
    json!({ "relay": "127.0.0.1", "port": port, "security": "none", "from": "Academy <office@academy.example>" })
}

#[test]
fn a_text_is_looked_at_and_tried_before_it_is_kept_and_each_language_has_its_own() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let (sink, mut browser) = (Sink::start(), Browser::of(world, "ada@example.org"));
        ada.ask(world, "PUT", "/mail/relay", &relay(sink.port)).ok();
        let texts = || ada.ask(world, "GET", "/events/WORKSHOP/mail", &Value::Null).ok()["mail"]["texts"].clone();
        let asked = form_with(&browser.page(PAGE), FORM, "whose");
        let said =
            [("subject", "For {{ name }}"), ("text", "Dear {{ name }},\n\nsee https://example.org/x for {{ event }}.")];

        // Looked at, with a name that is made up and with somebody's own: as text and as HTML, and nothing is kept.
        let shown = browser.send(&asked, &[&said[..], &[("look", "yes")]].concat());
        assert_eq!(shown.status, StatusCode::OK);
        let page = shown.text();
        assert!(page.contains("For Zoë Ångström") && page.contains("Dear Zoë Ångström,"), "{page}");
        assert!(page.contains("<a href=\"https://example.org/x\" rel=\"noopener noreferrer\">"), "{page}");
        let policy = shown.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(!policy.contains("unsafe") && !page.contains("style=\""), "{policy}");
        let typed = form_with(&page, FORM, "whose");
        assert!(typed.fields.contains(&("subject".to_owned(), "For {{ name }}".to_owned())), "{:?}", typed.fields);
        let shown = browser.send(&typed, &[("look", "yes"), ("whose", "p1@example.org")]).text();
        assert!(shown.contains("Dear Person 1,") && !shown.contains("Dear Zoë"), "{shown}");
        assert_eq!(texts(), Value::Null);

        // Tried by a letter to oneself, which says what is typed; nothing is kept.
        let tried = browser.send(&typed, &[("test", "yes")]);
        assert!(tried.text().contains("For {{ name }}"), "what was typed stays: {}", tried.text());
        let mut mails = sink.mails();
        assert_eq!((mails[0].to.as_str(), mails.len()), ("ada@example.org", 1));
        let mail = mails.remove(0);
        let read = MessageParser::default().parse(&mail.content).unwrap();
        assert_eq!(read.subject(), Some("For Zoë Ångström"));
        assert_eq!(read.attachment(0).unwrap().attachment_name(), Some("specimen.pdf"));
        assert!(read.body_html(0).unwrap().contains("Dear Zoë"));
        assert_eq!(texts(), Value::Null);

        // Kept; and a second language beside it.
        let saved = browser.send(&typed, &[]);
        assert_eq!(to(&saved), format!("{PAGE}?said=saved"));
        let german = form_with(&browser.page(&format!("{PAGE}?language=de")), FORM, "whose");
        let saved = browser.send(&german, &[("subject", "Für {{ name }}"), ("text", "Guten Tag {{ name }}")]);
        assert_eq!(to(&saved), format!("{PAGE}?said=saved"));
        let kept = texts();
        assert_eq!((kept.as_array().unwrap().len(), &kept[1]["language"]), (2, &json!("de")), "{kept}");
        ada.ask(world, "PATCH", "/events/WORKSHOP/participants/p1@example.org", &json!({ "locale": "de-AT" })).ok();
        let letter = |person: &str| {
            let body = json!({ "person": person });
            ada.ask(world, "POST", "/events/WORKSHOP/mail/preview", &body).ok()["text"].as_str().unwrap().to_owned()
        };
        assert!(letter("p1@example.org").starts_with("Guten Tag Person 1"));
        assert!(letter("p0@example.org").starts_with("Dear Person 0"));

        // One is taken away, the other stays.
        let others = form_with(&browser.page(&format!("{PAGE}?others=yes")), FORM, "whose");
        assert!(others.fields.contains(&("subject".to_owned(), "For {{ name }}".to_owned())), "{:?}", others.fields);
        browser.send(&others, &[("subject", ""), ("text", "")]);
        let kept = texts();
        assert_eq!((kept.as_array().unwrap().len(), &kept[0]["language"]), (1, &json!("de")), "{kept}");
        let log = world.app.store.audit(None, 1_000).unwrap().items;
        assert!(log.iter().any(|entry| entry.act.action == "event.mail"));
    });
}

#[test]
fn what_is_wrong_with_a_text_stands_beside_it_and_hostile_ones_do_nothing() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let (sink, mut browser) = (Sink::start(), Browser::of(world, "ada@example.org"));
        ada.ask(world, "PUT", "/mail/relay", &relay(sink.port)).ok();
        let asked = form_with(&browser.page(PAGE), FORM, "whose");
        for button in ["look", "test", "none"] {
            let wrong = browser.send(&asked, &[("subject", "x"), ("text", "{{ nmae }}"), (button, "yes")]);
            assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "{button}");
            let page = wrong.text();
            assert!(page.contains("text-error") && page.contains("{{ nmae }}"), "{button}: {page}");
        }
        let hostile = [("subject", HOSTILE), ("text", HOSTILE), ("whose", ""), ("language", "de"), ("look", "yes")];
        let shown = browser.send(&asked, &hostile);
        assert_eq!(shown.status, StatusCode::OK, "{}", shown.text());
        let page = shown.text();
        assert!(!page.contains("<script>alert") && !page.contains("<img src=x"), "{page}");
        assert!(page.contains("&#60;script&#62;alert(1)"), "it is shown as it stands: {page}");
        let nobody = browser.send(&asked, &[("subject", "x"), ("text", "x"), ("whose", HOSTILE), ("look", "yes")]);
        assert!(nobody.status.is_client_error() && !nobody.text().contains("<script>alert"), "{}", nobody.text());
        let language = [("subject", "x"), ("text", "x"), ("language", "\"><script>"), ("look", "yes")];
        assert_eq!(browser.send(&asked, &language).status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(sink.count(), 0, "nothing left");
        // A stale form overwrites nobody's text.
        let mut mail = ada.ask(world, "GET", "/events/WORKSHOP/mail", &Value::Null).ok()["mail"].clone();
        mail["texts"] = json!([{ "subject": "Theirs", "text": "Theirs" }]);
        ada.ask(world, "PUT", "/events/WORKSHOP/mail", &mail).ok();
        let looked = browser.send(&asked, &[("subject", "Ours"), ("text", "Ours"), ("look", "yes")]).text();
        let sent = browser.send(&form_with(&looked, FORM, "whose"), &[]);
        assert_eq!(sent.status, StatusCode::PRECONDITION_FAILED, "{}", sent.text());
    });
}

#[test]
fn programs_try_a_text_too_also_before_anybody_has_a_certificate() {
    behind_the_real_door(|world, ada| {
        let details = json!({ "title": "Applied Cartography", "template": "classic", "language": "fr" });
        ada.ask(world, "POST", "/events", &json!({ "code": "EARLY", "details": details })).ok();
        let sink = Sink::start();
        ada.ask(world, "PUT", "/mail/relay", &relay(sink.port)).ok();
        let ask = |path: &str, body: Value| ada.ask(world, "POST", &format!("/events/EARLY/mail/{path}"), &body);
        ask("preview", json!({})).problem(409, "no-certificate");
        let french = ask("preview", json!({ "made_up": true })).ok();
        assert_eq!((&french["language"], &french["number"]), (&json!("fr"), &json!("CERT-EARLY-2026-00000")));
        assert!(french["html"].as_str().unwrap().contains("<html lang=\"fr\">"), "{french}");
        let arabic = ask("preview", json!({ "made_up": true, "language": "ar" })).ok();
        assert!(arabic["text"].as_str().unwrap().contains("تهانينا"), "{arabic}");
        let own =
            json!({ "language": "de", "subject": "Für {{ name }}", "text": "Hallo {{ name }} am {{ issued_on }}" });
        let shown = ask("preview", json!({ "made_up": true, "text": own })).ok();
        assert_eq!(shown["subject"], "Für Zoë Ångström");
        assert!(shown["text"].as_str().unwrap().contains("22. November 2026"), "{shown}");
        ask("test", json!({ "made_up": true, "text": own })).ok();
        let mail = sink.mails().pop().unwrap();
        let read = MessageParser::default().parse(&mail.content).unwrap();
        assert_eq!((mail.to.as_str(), read.subject()), ("ada@example.org", Some("Für Zoë Ångström")));
        assert!(read.attachment(0).unwrap().contents().starts_with(b"%PDF"));
        ask("preview", json!({ "made_up": true, "person": "x" })).problem(422, "bad-request");
        ask("test", json!({ "made_up": true, "person": "x" })).problem(422, "bad-request");
        ask("preview", json!({ "made_up": true, "language": "no tag" })).problem(422, "invalid");
        ask("preview", json!({ "made_up": true, "text": { "subject": "x", "text": "{{ nmae }}" } }))
            .problem(422, "bad-text");
        assert_eq!(sink.count(), 0, "nothing of that left");
    });
}
