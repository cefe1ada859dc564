//! The team and webhooks by their forms.

use axum::http::{StatusCode, header};
use serde_json::{Value, json};

use super::{HOSTILE, fill, is_tame};
use crate::browser::{Browser, form, to};
use crate::real_door::{PASSWORD, behind_the_real_door, invited, log_in};

/// Returns the first value that a page shows once.
#[track_caller]
fn shown(page: &str) -> String {
    let rest = page.split("<code>").nth(1).unwrap_or_else(|| panic!("nothing is shown once: {page}"));
    rest.split("</code>").next().unwrap().to_owned()
}

#[test]
fn somebody_is_invited_comes_in_is_changed_limited_locked_out_and_removed() {
    behind_the_real_door(|world, owner| {
        let mut ada = Browser::of(world, "ada@example.org");
        let new = form(&ada.page("/staff/team/new"), "/staff/team/new");
        let refused = ada.send(&new, &[("name", "Grace"), ("email", "grace@example.org")]);
        assert!(refused.status == 422 && refused.text().contains("Choose at least one."), "{}", refused.text());
        let filled = [("name", HOSTILE), ("email", "grace@example.org"), ("roles", "viewer"), ("events", "workshop")];
        let made = ada.send(&form(&refused.text(), "/staff/team/new"), &filled);
        assert_eq!((made.status, &made.headers[header::CACHE_CONTROL]), (StatusCode::OK, &"no-store".parse().unwrap()));
        is_tame(&made.text());
        let link = shown(&made.text());
        let (page, token) = link.split_once('#').unwrap();
        assert!(page.ends_with("/password"), "{link}");

        // Grace chooses her password behind the link, and is led to the door.
        let mut grace = Browser::new(world);
        let set = form(&grace.page("/password"), "/password");
        let done = grace.send(&set, &[("token", token), ("new", PASSWORD), ("repeat", PASSWORD)]);
        assert!(done.text().contains("href=\"/staff/login\""), "{}", done.text());
        let grace = log_in(world, "", "grace@example.org");
        let me = grace.ask(world, "GET", "/me", &Value::Null).ok()["staff"].clone();
        assert_eq!((&me["roles"], &me["events"]), (&json!(["viewer"]), &json!(["WORKSHOP"])));

        // She gets another role, for all events; then she is locked out.
        let path = format!("/staff/team/{}", me["id"].as_str().unwrap());
        is_tame(&ada.page("/staff/team"));
        let change = form(&ada.page(&path), &path);
        let changed = ada.send(&change, &[("name", "Grace"), ("roles", "issuer"), ("events", "")]);
        assert!(ada.follow(&changed).contains("Saved."));
        let me = grace.ask(world, "GET", "/me", &Value::Null).ok()["staff"].clone();
        assert_eq!((&me["roles"], &me["events"]), (&json!(["issuer"]), &Value::Null));
        let stale = ada.send(&change, &[("name", "Late"), ("roles", "viewer")]);
        assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED, "{}", stale.text());
        let change = form(&ada.page(&path), &path);
        ada.send(&change, &[("disabled", "yes")]);
        grace.ask(world, "GET", "/me", &Value::Null).problem(401, "session-ended");
        assert!(ada.page("/staff/team").contains("locked out"));
        let change = form(&ada.page(&path), &path);
        ada.send(&change, &[("disabled", "")]);

        // A new link is shown once; and she is removed.
        let ask = form(&ada.page(&format!("{path}/link")), &format!("{path}/link"));
        let made = ada.send(&ask, &[]);
        assert!(shown(&made.text()).contains("/password#"), "{}", made.text());
        assert!(!ada.send(&ask, &[]).text().contains("/password#"), "sent twice it shows nothing");
        let remove = form(&ada.page(&format!("{path}/remove")), &format!("{path}/remove"));
        let removed = ada.send(&remove, &[]);
        assert!(ada.follow(&removed).contains("They are removed from the team."));
        assert!(!ada.page("/staff/team").contains("grace@example.org"));

        // The last owner stays one.
        let own = format!("/staff/team/{}", owner.id);
        let change = form(&ada.page(&own), &own);
        let refused = ada.send(&change, &[("roles", "viewer")]);
        assert!(refused.status == 409 && refused.text().contains("last owner"), "{}", refused.text());
    });
}

#[test]
fn a_second_step_that_was_lost_is_taken_away() {
    behind_the_real_door(|world, ada| {
        let bob = invited(world, ada, "bob@example.org", &["viewer"]);
        let offer = bob.ask(world, "POST", "/me/two-step", &json!({ "password": PASSWORD })).ok();
        let totp = totp_rs::Totp::from_url(offer["url"].as_str().unwrap()).unwrap();
        let code = totp.generate(world.app.now().unix().unsigned_abs()).to_string();
        bob.ask(world, "POST", "/me/two-step/confirm", &json!({ "code": code })).ok();
        let mut browser = Browser::of(world, "ada@example.org");
        let path = format!("/staff/team/{}/second-step", bob.id);
        let taken = fill(&mut browser, &path, &path, &[]);
        assert!(browser.follow(&taken).contains("Their second step is off."));
        log_in(world, &bob.id, "bob@example.org");
    });
}

#[test]
fn tokens_of_others_are_seen_and_ended() {
    behind_the_real_door(|world, ada| {
        let bob = invited(world, ada, "bob@example.org", &["viewer"]);
        let token = bob.token(world, &["view"]);
        let mut browser = Browser::of(world, "ada@example.org");
        let page = browser.page("/staff/team");
        assert!(page.contains("LMS") && page.contains("Some One"), "{page}");
        let delete = page.split("href=\"").find(|part| part.starts_with("/staff/team/tokens/")).unwrap();
        let delete = delete.split('"').next().unwrap().to_owned();
        let deleted = browser.send(&form(&browser.clone().page(&delete), &delete), &[]);
        assert!(browser.follow(&deleted).contains("The token works no more."));
        crate::real_door::by_token(world, &token, "GET", "/events", &Value::Null).problem(401, "bad-token");
    });
}

#[test]
fn a_webhook_is_added_with_its_secret_shown_once_tried_paused_and_removed() {
    behind_the_real_door(|world, _| {
        let mut ada = Browser::of(world, "ada@example.org");
        let path = "/staff/team/webhooks/new";
        let refused = fill(&mut ada, path, path, &[("url", "http://127.0.0.1/hook"), ("events", "run.finished")]);
        assert!(refused.status == 422 && refused.text().contains("aria-invalid"), "{}", refused.text());
        let filled = [("url", "https://lms.example.org/hooks"), ("description", HOSTILE), ("events", "run.finished")];
        let made = ada.send(&form(&refused.text(), path), &filled);
        let secret = shown(&made.text());
        assert!(secret.starts_with("whsec_"), "{}", made.text());
        let list = ada.page("/staff/team/webhooks");
        is_tame(&list);
        assert!(!list.contains(&secret));
        let one = list.split("href=\"").find(|part| part.starts_with("/staff/team/webhooks/ep")).unwrap();
        let one = one.split('"').next().unwrap().to_owned();
        let page = ada.page(&one);
        let pinged = ada.send(&form(&page, &format!("{one}/ping")), &[]);
        let page = ada.follow(&pinged);
        assert!(page.contains("A test is on its way.") && page.contains("not tried yet"), "{page}");
        let again = page.split("action=\"").find(|part| part.contains("/redeliver\"")).unwrap();
        let again = ada.send(&form(&page, again.split('"').next().unwrap()), &[]);
        assert_eq!(again.status, StatusCode::SEE_OTHER, "{}", again.text());
        let paused = ada.send(&form(&page, &format!("{one}/enabled")), &[]);
        let page = ada.follow(&paused);
        assert!(page.contains("paused") && !page.contains(&format!("{one}/ping")), "{page}");
        let resumed = ada.send(&form(&page, &format!("{one}/enabled")), &[]);
        assert!(ada.follow(&resumed).contains(&format!("{one}/ping")));
        let anew = form(&ada.page(&format!("{one}/secret")), &format!("{one}/secret"));
        assert_ne!(shown(&ada.send(&anew, &[]).text()), secret);
        let remove = form(&ada.page(&format!("{one}/remove")), &format!("{one}/remove"));
        let removed = ada.send(&remove, &[]);
        assert_eq!(to(&removed), "/staff/team/webhooks?said=hook-removed");
        assert!(!ada.page("/staff/team/webhooks").contains("lms.example.org"));
    });
}

#[test]
fn an_auditor_finds_who_did_what_and_that_nothing_is_missing() {
    behind_the_real_door(|world, owner| {
        let mut ada = Browser::of(world, "ada@example.org");
        let invite = form(&ada.page("/staff/team/new"), "/staff/team/new");
        ada.send(&invite, &[("name", "Grace"), ("email", "grace@example.org"), ("roles", "viewer")]);
        let page = ada.page("/staff/audit");
        assert!(page.contains("staff.invite") && page.contains(">you<"), "{page}");
        let (invited, setup) = (page.find("staff.invite").unwrap(), page.find("staff.login").unwrap());
        assert!(invited <= setup, "the newest comes first");
        let day = |since: &str, until: &str| format!("/staff/audit?action=staff.invite&since={since}&until={until}");
        assert!(ada.page(&day("2026-11-22", "2026-11-22")).contains("staff.invite</"));
        assert!(ada.page(&day("2026-11-23", "")).contains("Nothing of that kind was done."));
        assert!(ada.page(&day("", "2026-11-21")).contains("Nothing of that kind was done."));
        assert!(ada.page(&format!("/staff/audit?actor={}", owner.id)).contains("staff.invite</"));
        assert!(ada.page("/staff/audit?actor=nobodyatall").contains("Nothing of that kind was done."));
        let page = ada.page("/staff/audit/check");
        assert!(page.contains("Nothing was taken out or changed") && page.contains("<dd"), "{page}");
    });
}

#[test]
fn settings_are_shown_as_fixed_and_without_secrets() {
    behind_the_real_door(|world, _| {
        let mut ada = Browser::of(world, "ada@example.org");
        let page = ada.page("/staff/settings");
        for shown in [
            "Example Academy",
            "academy.example/verify",
            "did:web:academy.example",
            "The service works as it should.",
            "64 MB",
        ] {
            assert!(page.contains(shown), "{shown}: {page}");
        }
        assert!(!page.contains("class=\"card form\""), "nothing can be changed there");
    });
}
