//! A form that is refused goes on resting on what it was filled in from: corrected and sent again, it overwrites nothing that somebody
//! else has changed meanwhile.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::browser::{Browser, form, form_with, to};
use crate::real_door::{behind_the_real_door, invited, school_by};

const PERSON: &str = "/events/WORKSHOP/participants/p0@example.org";

#[test]
fn a_refused_form_that_is_corrected_does_not_overwrite_what_changed_meanwhile() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let mut browser = Browser::of(world, "ada@example.org");
        let card = "/staff/events/WORKSHOP/people/p0%40example.org";
        let action = format!("{card}/change");
        let page = browser.page(card);
        let asked = form_with(&page, &action, "attendance");
        // Somebody else is faster.
        ada.ask(world, "PATCH", PERSON, &json!({ "external_id": "X-4711" })).ok();
        let refused = browser.send(&asked, &[("attendance", "lots")]);
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text());
        let again = form_with(&refused.text(), &action, "attendance");
        let sent = browser.send(&again, &[("attendance", "80")]);
        assert_eq!(sent.status, StatusCode::PRECONDITION_FAILED, "{}", sent.text());
        let id = || ada.ask(world, "GET", PERSON, &Value::Null).ok()["external_id"].clone();
        assert_eq!(id(), "X-4711", "what the form does not know of is still there");
        // Now it was told, and who sends it anew means it.
        let told = form_with(&sent.text(), &action, "attendance");
        let saved = browser.send(&told, &[("external_id", "X-4711")]);
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
        let now = ada.ask(world, "GET", PERSON, &Value::Null).ok();
        assert_eq!((&now["external_id"], &now["progress"]["attendance"]), (&json!("X-4711"), &json!(80)), "{now}");
    });
}

#[test]
fn so_does_a_rule_that_is_tried_out_first_and_what_an_event_says_of_mail() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let relay =
            json!({ "relay": "smtp.example.org", "security": "tls", "from": "Academy <office@academy.example>" });
        ada.ask(world, "PUT", "/mail/relay", &relay).ok();
        let mut browser = Browser::of(world, "ada@example.org");
        let path = "/staff/events/WORKSHOP/rule";
        let asked = form(&browser.page(path), path);
        ada.ask(world, "PUT", "/events/WORKSHOP/rule", &json!({ "rule": "manual" })).ok();
        let tried = browser.send(&asked, &[("who", "everybody"), ("try", "yes")]);
        assert_eq!(tried.status, StatusCode::OK, "{}", tried.text());
        let again = form(&tried.text(), path);
        let sent = browser.send(&again, &[]);
        assert_eq!(sent.status, StatusCode::PRECONDITION_FAILED, "{}", sent.text());
        assert_eq!(ada.ask(world, "GET", "/events/WORKSHOP/rule", &Value::Null).ok()["rule"], "manual");

        let (page, action) = ("/staff/events/WORKSHOP/send", "/staff/events/WORKSHOP/send/settings");
        let asked = form(&browser.page(page), action);
        let mut mail = ada.ask(world, "GET", "/events/WORKSHOP/mail", &Value::Null).ok()["mail"].clone();
        mail["texts"] = json!([{ "subject": "Theirs", "text": "Theirs, {{ name }}" }]);
        ada.ask(world, "PUT", "/events/WORKSHOP/mail", &mail).ok();
        let refused = browser.send(&asked, &[("remind_days", "often")]);
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let sent = browser.send(&form(&refused.text(), action), &[("remind_days", "30")]);
        assert_eq!(sent.status, StatusCode::PRECONDITION_FAILED, "{}", sent.text());
        // Sent anew after it was told, it does not bring back what its page had when it was first opened.
        let saved = browser.send(&form(&sent.text(), action), &[]);
        assert_eq!(to(&saved), format!("{page}?said=saved"));
        let mail = ada.ask(world, "GET", "/events/WORKSHOP/mail", &Value::Null).ok()["mail"].clone();
        assert_eq!((&mail["remind_days"], &mail["texts"][0]["subject"]), (&json!(30), &json!("Theirs")));
    });
}

#[test]
fn so_does_the_form_of_a_member_of_staff() {
    behind_the_real_door(|world, ada| {
        let bob = invited(world, ada, "bob@example.org", &["issuer"]);
        let mut browser = Browser::of(world, "ada@example.org");
        let path = format!("/staff/team/{}", bob.id);
        let asked = form(&browser.page(&path), &path);
        let of_bob = format!("/staff/{}", bob.id);
        ada.ask(world, "PATCH", &of_bob, &json!({ "roles": ["viewer"] })).ok();
        let refused = browser.send(&asked, &[("events", "no code!")]);
        assert!(refused.status.is_client_error(), "{}", refused.status);
        if refused.status != StatusCode::PRECONDITION_FAILED {
            let sent = browser.send(&form(&refused.text(), &path), &[("events", "")]);
            assert_eq!(sent.status, StatusCode::PRECONDITION_FAILED, "{}", sent.text());
        }
        let roles = ada.ask(world, "GET", &of_bob, &Value::Null).ok()["roles"].clone();
        assert_eq!(roles, json!(["viewer"]));
    });
}
