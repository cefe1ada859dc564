//! What is confirmed on a page is the list that was shown there: another one is shown again, and nothing is begun. A form that is
//! refused stands as it was filled in.

use axum::http::StatusCode;
use serde_json::{Value, json};
use testamur::mail::{Relay, relay::Patience};

use crate::browser::{Browser, form, form_with, to};
use crate::real_door::{behind_the_real_door, school_by};
use crate::runs::{certificates, work};

#[test]
fn certificates_are_made_for_those_who_were_shown_and_messages_sent_to_as_many() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let mut browser = Browser::of(world, "ada@example.org");
        let add = |name: &str, passed: bool| {
            let email = format!("{name}@example.org");
            let body = json!({ "name": name, "email": email, "progress": { "passed": passed } });
            ada.ask(world, "POST", "/events/WORKSHOP/participants", &body).ok();
        };
        let passed = |name: &str, passed: bool| {
            let path = format!("/events/WORKSHOP/participants/{name}@example.org");
            ada.ask(world, "PATCH", &path, &json!({ "progress": { "passed": passed } })).ok();
        };
        add("Grace", true);
        add("Alan", false);
        let page = "/staff/events/WORKSHOP/generate";
        let shown = browser.page(page);
        assert!(shown.contains("Make one certificate") && shown.contains("Grace"), "{shown}");
        let confirm = form_with(&shown, page, "expected");
        // As many, but somebody else.
        passed("Grace", false);
        passed("Alan", true);
        let other = browser.send(&confirm, &[]);
        assert_eq!(other.status, StatusCode::CONFLICT, "{}", other.text());
        let again = other.text();
        assert!(again.contains("others are among them") && again.contains("Alan"), "{again}");
        // More.
        passed("Grace", true);
        let more = browser.send(&form_with(&again, page, "expected"), &[]);
        assert!(more.status == StatusCode::CONFLICT, "{}", more.text());
        let again = more.text();
        assert!(again.contains("1 were shown, now there are 2"), "{again}");
        work(world);
        assert_eq!(certificates(&*world.app.store).len(), 3, "nothing was begun");
        let started = browser.send(&form_with(&again, page, "expected"), &[]);
        browser.follow(&started);
        work(world);
        assert_eq!(certificates(&*world.app.store).len(), 5);

        // The same for what is sent.
        let relay = Relay::new(crate::mail::config(9), Patience::default()).unwrap();
        testamur::mail::setup::tell(&*world.app.store, Some(relay.config()), world.app.now()).unwrap();
        let page = "/staff/events/WORKSHOP/send";
        let shown = browser.page(page);
        assert!(shown.contains("Send 5 messages"), "{shown}");
        let confirm = form_with(&shown, page, "count");
        add("Emmy", true);
        ada.ask(world, "POST", "/runs", &json!({ "kind": "generate", "event": "WORKSHOP" })).ok();
        work(world);
        let more = browser.send(&confirm, &[("day", "2030-05-01")]);
        assert_eq!(more.status, StatusCode::CONFLICT, "{}", more.text());
        let again = more.text();
        assert!(again.contains("5 were shown, now there are 6"), "{again}");
        let day = ("day".to_owned(), "2030-05-01".to_owned());
        assert!(form_with(&again, page, "count").fields.contains(&day), "what was planned for a day stays so: {again}");
        let no_day = browser.send(&form_with(&again, page, "count"), &[("day", "1.5.2030")]);
        assert!(no_day.status == StatusCode::UNPROCESSABLE_ENTITY, "{}", no_day.text());
        let messages = || {
            ada.ask(world, "GET", "/mail/messages?about=certificates", &Value::Null).ok()["items"]
                .as_array()
                .unwrap()
                .len()
        };
        work(world);
        assert_eq!(messages(), 0, "nothing was begun");
        let confirm = form_with(&again, page, "count");
        let started = browser.send(&confirm, &[("day", "")]);
        browser.follow(&started);
        work(world);
        assert_eq!(messages(), 6);
        // The same form once more, as by a second click: it leads to the run that was begun, and begins none.
        let runs = || ada.ask(world, "GET", "/runs?kind=send", &Value::Null).ok()["items"].as_array().unwrap().len();
        assert_eq!(runs(), 1);
        let twice = browser.send(&confirm, &[("day", "")]);
        assert_eq!((twice.status, to(&twice)), (StatusCode::SEE_OTHER, to(&started)), "{}", twice.text());
        // Filled in otherwise it is another form, and that is looked at.
        let other = browser.send(&confirm, &[("day", "2030-05-01")]);
        assert_eq!(other.status, StatusCode::CONFLICT, "{}", other.text());
        work(world);
        assert_eq!((runs(), messages()), (1, 6));
    });
}

#[test]
fn a_revocation_that_is_refused_stands_as_it_was_filled_in() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let mut browser = Browser::of(world, "ada@example.org");
        let path = "/staff/certificates/CERT-WORKSHOP-2026-00001/revoke";
        let ask = form(&browser.page(path), path);
        // `other` needs a text.
        let refused = browser.send(&ask, &[("cause", "other"), ("text", ""), ("now", "yes")]);
        assert!(refused.status.is_client_error(), "{}", refused.status);
        let page = refused.text();
        let again = form(&page, path);
        let has = |name: &str, value: &str| again.fields.contains(&(name.to_owned(), value.to_owned()));
        assert!(page.contains("role=\"alert\"") && has("cause", "other"), "{page}");
        assert!(page.contains("name=\"now\" value=\"yes\" checked"), "{page}");
        assert!(world.acts().iter().all(|(act, _)| act != "certificate.revoke"));
        let done = browser.send(&again, &[("text", "was asked for by mistake")]);
        assert!(browser.follow(&done).contains("Revoked"), "{}", done.text());
    });
}

#[test]
fn certificates_are_asked_for_by_template_and_run_and_what_is_asked_for_is_seen() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let run = ada.ask(world, "GET", "/runs", &Value::Null).ok()["items"][0]["id"].as_str().unwrap().to_owned();
        let mut browser = Browser::of(world, "ada@example.org");
        let page = browser.page("/staff/certificates");
        assert!(page.contains("<option value=\"modern\">") && !page.contains("name=\"run\""), "{page}");
        for (template, run, count) in [("classic", &*run, 3), ("modern", &*run, 0), ("classic", "", 3)] {
            let query = format!("template={template}&run={run}");
            let page = browser.page(&format!("/staff/certificates?{query}"));
            let shown = (1..=9).filter(|n| page.contains(&format!("CERT-WORKSHOP-2026-0000{n}"))).count();
            assert_eq!(shown, count, "{query}: {page}");
            assert!(page.contains(&format!("<option value=\"{template}\" selected>")), "{query}: {page}");
            assert_eq!(page.contains(&format!("name=\"run\" type=\"text\" value=\"{run}\"")), !query.ends_with('='));
        }
    });
}
