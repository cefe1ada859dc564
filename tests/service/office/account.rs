//! One's own account by its forms: password, second step, sessions, API tokens.

use axum::http::{StatusCode, header};
use serde_json::Value;
use totp_rs::Totp;

use super::{HOSTILE, is_tame};
use crate::browser::{Browser, form, to};
use crate::harness::World;
use crate::real_door::{PASSWORD, behind_the_real_door, by_token};

/// The cookie of a session.
const SESSION: &str = "__Host-testamur_session";
const NEW: &str = " another long secret ";

#[test]
fn a_password_is_changed_once_the_old_one_was_right_and_ends_what_others_have() {
    behind_the_real_door(|world, other| {
        let mut ada = Browser::of(world, "ada@example.org");
        let page = ada.page("/staff/account");
        assert!(page.contains("ada@example.org") && page.contains("Owner"), "{page}");
        for (old, new, again, said) in [
            ("something else", NEW, NEW, "This is not your password."),
            (PASSWORD, NEW, "another long one", "The two passwords are not the same."),
            (PASSWORD, "short", "short", "12 to 200 characters"),
        ] {
            let change = form(&ada.page("/staff/account/password"), "/staff/account/password");
            let refused = ada.send(&change, &[("password", old), ("new", new), ("repeat", again)]);
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{said}");
            let page = refused.text();
            assert!(page.contains(said) && page.contains("aria-invalid=\"true\""), "{page}");
            assert!(
                !page.contains(old) && !page.contains(&format!("value=\"{new}\"")),
                "no password is written into a page"
            );
        }
        let change = form(&ada.page("/staff/account/password"), "/staff/account/password");
        let filled = [("password", PASSWORD), ("new", NEW), ("repeat", NEW)];
        let changed = ada.send(&change, &filled);
        assert!(ada.follow(&changed).contains("Your password is changed."));
        other.ask(world, "GET", "/me", &Value::Null).problem(401, "session-ended");
        // Spaces belong to a password, at the door too.
        let login = form(&Browser::new(world).page("/staff/login"), "/staff/login");
        let mut browser = Browser::new(world);
        let refused = browser.send(&login, &[("email", "ada@example.org"), ("password", NEW.trim())]);
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
        let taken = browser.send(&login, &[("email", "ada@example.org"), ("password", NEW)]);
        assert_eq!(to(&taken), "/staff");
    });
}

fn code(world: &World, secret: &str) -> String {
    let totp = Totp::from_url(secret).unwrap();
    totp.generate(world.app.now().unix().unsigned_abs()).to_string()
}

/// Returns the values that a page shows once.
fn shown(page: &str) -> Vec<String> {
    page.split("<code>").skip(1).map(|rest| rest.split("</code>").next().unwrap().to_owned()).collect()
}

#[test]
fn the_second_step_is_turned_on_by_a_picture_and_a_code_and_its_recovery_codes_are_shown_once() {
    behind_the_real_door(|world, _| {
        let mut ada = Browser::of(world, "ada@example.org");
        let begin = form(&ada.page("/staff/account/second-step"), "/staff/account/second-step");
        let refused = ada.send(&begin, &[("password", "something else")]);
        assert!(refused.status == 422 && refused.text().contains("This is not your password."));
        let begin = form(&refused.text(), "/staff/account/second-step");
        let offered = ada.send(&begin, &[("password", PASSWORD)]);
        assert_eq!(
            (offered.status, &offered.headers[header::CACHE_CONTROL]),
            (StatusCode::OK, &"no-store".parse().unwrap())
        );
        let page = offered.text();
        assert!(page.contains("<svg viewBox") && !page.contains("style="), "{page}");
        let confirm = form(&page, "/staff/account/second-step/confirm");
        let address = confirm.fields.iter().find(|(name, _)| name == "otpauth").unwrap().1.clone();
        let secret = address.split("secret=").nth(1).unwrap().split('&').next().unwrap();
        let spaced: Vec<&str> = secret.as_bytes().chunks(4).map(|four| std::str::from_utf8(four).unwrap()).collect();
        assert!(page.contains(&spaced.join(" ")), "the secret can be typed: {page}");

        // A wrong code shows the same picture again.
        let again = ada.send(&confirm, &[("second", "000000")]);
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(again.text().contains("This code is wrong") && again.text().contains(&spaced.join(" ")));
        let confirm = form(&again.text(), "/staff/account/second-step/confirm");
        let first = code(world, &address);
        let done = ada.send(&confirm, &[("second", &first)]);
        let codes = shown(&done.text());
        assert!(codes.len() >= 8, "{}", done.text());
        // Sent once more, as by the browser's own button, it shows nothing.
        let twice = ada.send(&confirm, &[("second", &first)]);
        assert!(twice.status.is_client_error() && shown(&twice.text()).is_empty(), "{}", twice.text());
        assert!(ada.page("/staff/account").contains(&format!("on, {} recovery codes left", codes.len())));

        // At the door a recovery code is taken in place of a code.
        let mut elsewhere = Browser::new(world);
        let login = form(&elsewhere.page("/staff/login"), "/staff/login");
        let asked = elsewhere.send(&login, &[("email", "ada@example.org"), ("password", PASSWORD)]);
        let second = form(&asked.text(), "/staff/login/second-step");
        let led = elsewhere.send(&second, &[("code", &codes[0]), ("next", "//evil.example/staff")]);
        assert_eq!(to(&led), "/staff", "to no other site");

        // Who has put a session into the browser before is none the wiser: another one is begun, once the second step is passed.
        let planted = ["A".repeat(43), ada.cookie(SESSION).unwrap().to_owned()];
        for (value, recovery) in planted.iter().zip(&codes[2..]) {
            let mut victim = Browser::new(world);
            victim.plant(SESSION, value);
            let login = form(&Browser::new(world).page("/staff/login"), "/staff/login");
            let asked = victim.send(&login, &[("email", "ada@example.org"), ("password", PASSWORD)]);
            assert_eq!(victim.cookie(SESSION), Some(value.as_str()), "no session before the second step");
            let second = form(&asked.text(), "/staff/login/second-step");
            assert_eq!(to(&victim.send(&second, &[("code", recovery)])), "/staff");
            let begun = victim.cookie(SESSION).unwrap().to_owned();
            assert!(planted.iter().all(|old| *old != begun));
            assert_eq!(victim.get("/staff/account").status, StatusCode::OK);
        }
        let mut attacker = Browser::new(world);
        attacker.plant(SESSION, &planted[0]);
        assert_eq!(to(&attacker.get("/staff/account")).split('?').next(), Some("/staff/login"), "it opens nothing");

        // New codes take the place of the old ones, and the second step goes with a password and a code.
        let anew = form(&ada.page("/staff/account/second-step/codes"), "/staff/account/second-step/codes");
        let anew = shown(&ada.send(&anew, &[("password", PASSWORD)]).text());
        assert!(anew.iter().all(|code| !codes.contains(code)) && anew.len() == codes.len());
        let remove = form(&ada.page("/staff/account/second-step/remove"), "/staff/account/second-step/remove");
        let refused = ada.send(&remove, &[("password", PASSWORD), ("second", &codes[1])]);
        assert!(refused.status == 422 && refused.text().contains("This code is wrong"), "{}", refused.text());
        let remove = form(&refused.text(), "/staff/account/second-step/remove");
        let removed = ada.send(&remove, &[("password", PASSWORD), ("second", &anew[0])]);
        assert!(ada.follow(&removed).contains("The second step is off."));
    });
}

#[test]
fn a_session_is_ended_from_another() {
    behind_the_real_door(|world, other| {
        let mut ada = Browser::of(world, "ada@example.org");
        let page = ada.page("/staff/account");
        assert!(page.contains("this one"), "{page}");
        let end = page.split("action=\"").find(|part| part.starts_with("/staff/account/sessions/")).unwrap();
        let end = end.split('"').next().unwrap();
        let ended = ada.send(&form(&page, end), &[]);
        assert!(ada.follow(&ended).contains("The session has ended."));
        other.ask(world, "GET", "/me", &Value::Null).problem(401, "session-ended");
    });
}

#[test]
fn a_token_is_shown_once_is_limited_as_it_was_asked_for_and_ends_when_it_is_deleted() {
    behind_the_real_door(|world, _| {
        let mut ada = Browser::of(world, "ada@example.org");
        let path = "/staff/account/tokens/new";
        let ask = |ada: &mut Browser<'_>, fields: &[(&str, &str)]| {
            let new = form(&ada.page(path), path);
            let known = [("name", HOSTILE), ("expires", "2026-12-24"), ("password", PASSWORD)];
            let rest = known.into_iter().filter(|(name, _)| !fields.iter().any(|(given, _)| given == name));
            let filled: Vec<(&str, &str)> = fields.iter().copied().chain(rest).collect();
            ada.send(&new, &filled)
        };
        for (fields, said) in [
            (&[("password", "something else")][..], "This is not your password."),
            (&[("expires", "2030-01-01")], "at most a year ahead"),
            (&[("expires", "soon")], "at most a year ahead"),
            (&[("events", "no code!")], "is no code of an event"),
        ] {
            let refused = ask(&mut ada, fields);
            assert!(refused.status == 422 && refused.text().contains(said), "{said}: {}", refused.text());
        }
        let made = ask(&mut ada, &[("events", "workshop, Other"), ("scopes", "view")]);
        let secret = shown(&made.text()).into_iter().next().unwrap();
        assert!(secret.starts_with("tst_"), "{}", made.text());
        assert_eq!(made.headers[header::CACHE_CONTROL], "no-store");
        let token = format!("Bearer {secret}");
        by_token(world, &token, "GET", "/events", &Value::Null).ok();
        by_token(world, &token, "GET", "/staff", &Value::Null).problem(403, "forbidden");

        let page = ada.page("/staff/account");
        assert!(
            !page.contains(&secret) && page.contains("OTHER, WORKSHOP") && page.contains("24 December 2026"),
            "{page}"
        );
        is_tame(&page);
        let delete =
            page.split("href=\"").find(|part| part.starts_with("/staff/account/tokens/") && part.contains("/delete\""));
        let delete = delete.unwrap().split('"').next().unwrap().to_owned();
        let sure = ada.page(&delete);
        assert!(sure.contains("This cannot be undone"), "{sure}");
        let deleted = ada.send(&form(&sure, &delete), &[]);
        assert!(ada.follow(&deleted).contains("The token works no more."));
        by_token(world, &token, "GET", "/events", &Value::Null).problem(401, "bad-token");
    });
}
