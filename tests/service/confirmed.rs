//! What is confirmed on a page is the list that was shown there: another one is shown again, and nothing is begun. A form that is
//! refused stands as it was filled in.

use axum::http::StatusCode;
use serde_json::{Value, json};
use testamur::mail::{Relay, relay::Patience};

use crate::browser::{Browser, form, form_with, to};
use crate::real_door::{behind_the_real_door, invited, school_by};
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
fn messages_go_to_those_who_were_named_and_not_to_as_many_others() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let relay = Relay::new(crate::mail::config(9), Patience::default()).unwrap();
        testamur::mail::setup::tell(&*world.app.store, Some(relay.config()), world.app.now()).unwrap();
        let mut browser = Browser::of(world, "ada@example.org");
        let page = "/staff/events/WORKSHOP/send";
        let shown = browser.page(page);
        assert!(shown.contains("All who were sent nothing yet: 3, among them Person 0, Person 1"), "{shown}");
        assert!(browser.page(&format!("{page}?lang=de")).contains("3, darunter Person 0, Person 1"));
        browser.forget("testamur_language");
        let confirm = form_with(&shown, page, "count");
        // One gets theirs by hand, and somebody else is issued one: as many wait as before.
        ada.ask(
            world,
            "POST",
            "/runs",
            &json!({ "kind": "send", "event": "WORKSHOP", "numbers": ["CERT-WORKSHOP-2026-00001"] }),
        )
        .ok();
        let other = json!({ "name": "Emmy Noether", "email": "emmy@example.org", "progress": { "passed": true } });
        ada.ask(world, "POST", "/events/WORKSHOP/participants", &other).ok();
        ada.ask(world, "POST", "/runs", &json!({ "kind": "generate", "event": "WORKSHOP" })).ok();
        work(world);
        let sent = || {
            ada.ask(world, "GET", "/mail/messages?about=certificates", &Value::Null).ok()["items"]
                .as_array()
                .unwrap()
                .len()
        };
        assert_eq!(sent(), 1);
        let refused = browser.send(&confirm, &[]);
        assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text());
        let again = refused.text();
        assert!(
            again.contains("others are among them") && again.contains("3, among them Person 1, Person 2"),
            "{again}"
        );
        // Nor does it go on by a form that says nothing of whom it was shown.
        let bare = browser.send(&form_with(&again, page, "count"), &[("set_those_without", "")]);
        assert_eq!(bare.status, StatusCode::CONFLICT, "{}", bare.text());
        work(world);
        assert_eq!(sent(), 1, "nothing was begun");
        let started = browser.send(&form_with(&again, page, "count"), &[]);
        browser.follow(&started);
        work(world);
        assert_eq!(sent(), 4);
    });
}

#[test]
fn what_can_still_be_undone_is_published_once_somebody_has_seen_what_that_is() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let mut browser = Browser::of(world, "ada@example.org");
        let page = "/staff/publishing/at-once";
        assert!(browser.page(page).contains("No revocation waits"));
        let revoke = |n: usize| {
            let path = format!("/certificates/CERT-WORKSHOP-2026-0000{n}/revoke");
            ada.ask(world, "POST", &path, &json!({ "cause": "issued_in_error", "text": "wrong course" })).ok();
        };
        revoke(1);
        // The page of what is published leads there; nothing on it ends the wait.
        let front = browser.page("/staff/publishing");
        assert!(front.contains(&format!("href=\"{page}\"")) && !front.contains("at_once"), "{front}");
        let csrf = crate::staff::own_csrf(&mut browser);
        let plain = browser.post("/staff/publishing", &[("csrf", &csrf), ("at_once", "yes")]);
        browser.follow(&plain);
        work(world);
        let waits = || ada.ask(world, "GET", "/publish", &Value::Null).ok()["left_out"]["count"].clone();
        assert_eq!(waits(), 1, "an old form ends no wait");

        let shown = browser.page(page);
        for part in ["One revocation can still be undone", "The first are: Person 0", "wrong course", "with this one"] {
            assert!(shown.contains(part), "{part}: {shown}");
        }
        let german = browser.page(&format!("{page}?lang=de"));
        assert!(german.contains("Ein Widerruf kann noch rückgängig gemacht werden"), "{german}");
        browser.forget("testamur_language");
        // Another one waits by now: it is shown again, and nothing is published.
        let bob = invited(world, ada, "bob@example.org", &["revoker"]);
        let path = "/certificates/CERT-WORKSHOP-2026-00002/revoke";
        bob.ask(world, "POST", path, &json!({ "cause": "issued_in_error" })).ok();
        let stale = browser.send(&form(&shown, page), &[]);
        assert_eq!(stale.status, StatusCode::CONFLICT, "{}", stale.text());
        let again = stale.text();
        assert!(
            again.contains("The list has changed") && again.contains("2 revocations can still be undone"),
            "{again}"
        );
        work(world);
        assert_eq!(waits(), 2);
        let bare = browser.send(&form(&again, page), &[("expected", "")]);
        assert_eq!(bare.status, StatusCode::CONFLICT, "who confirms nothing publishes nothing: {}", bare.text());
        let done = browser.send(&form(&bare.text(), page), &[]);
        browser.follow(&done);
        work(world);
        assert_eq!(waits(), Value::Null);
        assert!(world.acts().iter().any(|(act, _)| act == "certificate.hasten"));
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
