//! What was typed into a form of staff stays when the form is refused, and is seen there; and the switches of an event's mail.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::browser::{Browser, form, form_with};
use crate::real_door::{behind_the_real_door, school_by};

#[test]
fn a_reason_that_is_refused_stays_with_the_form_and_the_cause_stays_chosen() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let mut browser = Browser::of(world, "ada@example.org");
        let long = "because ".repeat(1_000);
        let page = browser.page("/staff/certificates/batch?act=revoke&pick=CERT-WORKSHOP-2026-00001");
        let batch = form_with(&page, "/staff/certificates/batch", "cause");
        let refused = browser.send(&batch, &[("cause", "eligibility_lost"), ("public", &long)]);
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text());
        let page = refused.text();
        let again = form_with(&page, "/staff/certificates/batch", "cause");
        assert!(again.fields.contains(&("cause".to_owned(), "eligibility_lost".to_owned())), "{:?}", again.fields);
        assert!(again.fields.iter().any(|(name, value)| name == "public" && value.trim() == long.trim()), "{page}");

        let exclude = browser.page("/staff/events/WORKSHOP/chosen?act=exclude&pick=p2%40example.org");
        let exclude = form_with(&exclude, "/staff/events/WORKSHOP/chosen", "reason");
        let refused = browser.send(&exclude, &[("reason", "conduct"), ("note", &long)]);
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text());
        let again = form_with(&refused.text(), "/staff/events/WORKSHOP/chosen", "reason");
        assert!(again.fields.contains(&("reason".to_owned(), "conduct".to_owned())), "{:?}", again.fields);

        let one = browser.page("/staff/certificates/CERT-WORKSHOP-2026-00001/revoke");
        let one = form(&one, "/staff/certificates/CERT-WORKSHOP-2026-00001/revoke");
        let refused = browser.send(&one, &[("cause", "fraud"), ("text", &long)]);
        let again = form(&refused.text(), "/staff/certificates/CERT-WORKSHOP-2026-00001/revoke");
        assert!(again.fields.contains(&("cause".to_owned(), "fraud".to_owned())), "{:?}", again.fields);
    });
}

#[test]
fn what_participants_are_told_is_switched_on_the_page_of_an_events_mail() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let relay =
            json!({ "relay": "smtp.example.org", "security": "tls", "from": "Academy <office@academy.example>" });
        ada.ask(world, "PUT", "/mail/relay", &relay).ok();
        let mut browser = Browser::of(world, "ada@example.org");
        let path = "/staff/events/WORKSHOP/send/settings";
        let page = browser.page("/staff/events/WORKSHOP/send");
        let settings = form(&page, path);
        let switches = ["tell_revoked", "tell_replaced", "tell_corrections", "opens"];
        assert!(settings.fields.iter().all(|(name, _)| !switches.contains(&name.as_str())), "nothing is on by itself");
        let on = switches.map(|name| (name, "yes"));
        let filled: Vec<(&str, &str)> = on.into_iter().chain([("remind_days", "30")]).collect();
        let saved = browser.send(&settings, &filled);
        let page = browser.follow(&saved);
        let mail = || ada.ask(world, "GET", "/events/WORKSHOP/mail", &Value::Null).ok()["mail"].clone();
        for name in switches {
            assert_eq!(mail()[name], true, "{name}");
        }
        assert_eq!(mail()["remind_days"], 30);
        // What is on is shown so; a number that is none is told beside its field and, since that is far below, at the top.
        let settings = form(&page, path);
        assert!(settings.fields.contains(&("tell_revoked".to_owned(), "yes".to_owned())), "{:?}", settings.fields);
        let refused = browser.send(&settings, &[("remind_days", "often")]);
        let text = refused.text();
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(text.contains("remind_days-error") && text.contains("The settings were not saved"), "{text}");
        assert_eq!(mail()["remind_days"], 30, "nothing was changed");
        let off: Vec<(&str, &str)> = switches.map(|name| (name, "")).into_iter().chain([("remind_days", "")]).collect();
        browser.send(&settings, &off);
        // What is off, as by itself, is not named.
        assert_eq!((&mail()["tell_revoked"], &mail()["remind_days"]), (&Value::Null, &Value::Null));
        let german = browser.page("/staff/events/WORKSHOP/send?lang=de");
        assert!(german.contains("So viele Tage vor dem Ende ihres Zertifikats erinnern"), "{german}");
    });
}
