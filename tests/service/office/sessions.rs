//! What others can try with somebody's browser: a session that was put into it beforehand, forms of other sites, frames, and links that
//! lead away.

use axum::http::{StatusCode, header};

use super::table::{self, Records};
use crate::browser::{Browser, Form, form, forms, to};
use crate::real_door::{PASSWORD, behind_the_real_door, invited, school_by};
use crate::runs::certificates;
use crate::staff::own_csrf;

const SESSION: &str = "__Host-testamur_session";
const LOGIN: [(&str, &str); 2] = [("email", "ada@example.org"), ("password", PASSWORD)];

/// Addresses of another site, as somebody would hide them.
const ELSEWHERE: [&str; 16] = [
    "https://evil.example/",
    "//evil.example/staff",
    "///evil.example/staff",
    "/\\evil.example/staff",
    "\\\\evil.example",
    "/staff\\..\\..\\evil.example",
    "/staff//evil.example",
    "/staff/../../evil.example",
    "/staff/%2e%2e/elsewhere",
    "/staff@evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "/\t/evil.example",
    "/staff\r\nLocation: https://evil.example/",
    " https://evil.example/staff",
];

#[test]
fn logging_in_begins_a_session_and_takes_none_that_was_there_before() {
    behind_the_real_door(|world, ada| {
        invited(world, ada, "mallory@example.org", &["viewer"]);
        // The door alone begins none, nor does a wrong password.
        let mut ended = Browser::new(world);
        let login = form(&ended.page("/staff/login"), "/staff/login");
        assert_eq!(ended.send(&login, &[LOGIN[0], ("password", "wrong")]).status, StatusCode::UNAUTHORIZED);
        assert_eq!(ended.cookie(SESSION), None);
        let begun = ended.send(&login, &LOGIN);
        let set = begun.headers[header::SET_COOKIE].to_str().unwrap();
        for flag in ["HttpOnly", "Secure", "SameSite=Strict", "Path=/;"] {
            assert!(set.contains(flag) && !set.contains("Domain"), "{flag}: {set}");
        }
        // Four that somebody else knows, and has put into the browser: one they made up, their own, one that is over, an earlier one.
        let over = ended.cookie(SESSION).unwrap().to_owned();
        let mut leaves = ended.clone();
        let leave = form(&leaves.page("/staff/events"), "/staff/logout");
        leaves.send(&leave, &[]);
        let is_in = |session: &str| {
            let mut browser = Browser::new(world);
            browser.plant(SESSION, session);
            let answer = browser.get("/staff/account");
            (answer.status == StatusCode::OK).then(|| answer.text())
        };
        assert!(is_in(&over).is_none(), "who has left is out");
        let hers = Browser::of(world, "mallory@example.org").cookie(SESSION).unwrap().to_owned();
        let earlier = Browser::of(world, "ada@example.org").cookie(SESSION).unwrap().to_owned();
        let made_up = "A".repeat(over.len());
        let mut known = vec![made_up.clone(), hers.clone(), over.clone(), earlier];
        for planted in known.clone() {
            let mut victim = Browser::new(world);
            victim.plant(SESSION, &planted);
            let login = form(&victim.page("/staff/login"), "/staff/login");
            assert_eq!(victim.send(&login, &[LOGIN[0], ("password", "wrong")]).status, StatusCode::UNAUTHORIZED);
            assert_eq!(victim.cookie(SESSION), Some(planted.as_str()), "nothing is begun");
            assert_eq!(to(&victim.send(&login, &LOGIN)), "/staff");
            let begun = victim.cookie(SESSION).unwrap().to_owned();
            assert!(!known.contains(&begun), "another session each time");
            assert!(victim.page("/staff/account").contains("ada@example.org"));
            known.push(begun);
        }
        // What was planted opens as little as before.
        assert!(is_in(&made_up).is_none() && is_in(&over).is_none());
        let account = is_in(&hers).unwrap();
        assert!(account.contains("mallory@example.org") && !account.contains("ada@example.org"), "{account}");
    });
}

#[test]
fn no_form_is_taken_without_what_only_a_page_of_its_session_knows() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let mut browser = Browser::of(world, "ada@example.org");
        let records = Records::of(world, ada).and_files_of(&mut browser);
        let (own, other) = (own_csrf(&mut browser), own_csrf(&mut Browser::of(world, "ada@example.org")));
        let before = (world.acts().len(), certificates(&*world.app.store));
        let acts: Vec<_> = table::acts().chain([("/staff/logout", "account", &[][..])]).collect();
        browser.site = "cross-site";
        for csrf in [None, Some(""), Some("guess"), Some(other.as_str())] {
            for (action, _, fields) in &acts {
                let action = records.fill(action);
                let csrf = csrf.map(|csrf| ("csrf", csrf));
                let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
                let fields: Vec<_> = fields.iter().copied().chain(csrf).map(owned).collect();
                // Written into a form of another site in either way, and into an address.
                let plain = browser.post_all(&action, &fields);
                let parts = browser.upload(&Form::with_file(&action), &fields, None);
                let asked = browser.post_all(&format!("{action}?csrf={own}"), &fields);
                for answer in [plain, parts, asked] {
                    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{action} {csrf:?}: {}", answer.text());
                    assert!(answer.text().contains("This form is of an older session"), "{action}: {}", answer.text());
                }
            }
        }
        assert_eq!((world.acts().len(), certificates(&*world.app.store)), before, "nothing was done");
        // Nor one of a page of ours: what was filled in is shown once more, and nothing is done.
        browser.site = "same-origin";
        for (action, _, fields) in acts.iter().filter(|(action, _, _)| *action != "/staff/logout") {
            let fields: Vec<_> = fields.iter().copied().chain([("csrf", other.as_str())]).collect();
            let answer = browser.post(&records.fill(action), &fields);
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{action}: {}", answer.text());
        }
        assert_eq!((world.acts().len(), certificates(&*world.app.store)), before, "nothing was done");
        let right = browser.post("/staff/events/WORKSHOP/columns", &[("cols", "email"), ("csrf", &own)]);
        assert_eq!(right.status, StatusCode::SEE_OTHER, "and nobody was logged out: {}", right.text());
    });
}

#[test]
fn no_page_stands_in_a_frame_whoever_looks_and_whatever_it_says() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        invited(world, ada, "vera@example.org", &["viewer"]);
        let mut browser = Browser::of(world, "ada@example.org");
        let records = Records::of(world, ada).and_files_of(&mut browser);
        let others = ["/staff/no/such/page", "/staff/events/NONE", "/staff/team/none"].into_iter();
        let pages: Vec<_> = table::pages().map(|(page, _)| page).chain(table::DOORS).chain(others).collect();
        let mut seen = std::collections::BTreeSet::new();
        for mut browser in [Browser::new(world), Browser::of(world, "vera@example.org"), browser] {
            for page in pages.iter().map(|page| records.fill(page)) {
                let answer = browser.get(&page);
                let header = |name: header::HeaderName| {
                    let value = answer.headers.get(&name).unwrap_or_else(|| panic!("{page} says no {name}"));
                    value.to_str().unwrap().to_owned()
                };
                assert_eq!(header(header::X_FRAME_OPTIONS), "DENY", "{page}");
                assert_eq!(header(header::X_CONTENT_TYPE_OPTIONS), "nosniff", "{page}");
                assert_eq!(header(header::REFERRER_POLICY), "no-referrer", "{page}");
                let policy = header(header::CONTENT_SECURITY_POLICY);
                for part in ["default-src 'none'", "frame-ancestors 'none'", "form-action 'self'", "base-uri 'none'"] {
                    assert!(policy.contains(part) && !policy.contains("unsafe"), "{page}: {policy}");
                }
                seen.insert(answer.status.as_u16());
            }
        }
        assert_eq!(seen.into_iter().collect::<Vec<_>>(), [200, 303, 403, 404], "pages of each kind were looked at");
    });
}

#[test]
fn the_door_leads_to_no_other_site_by_whatever_it_was_told() {
    behind_the_real_door(|world, _| {
        let mut browser = Browser::new(world);
        for target in ELSEWHERE {
            let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("next", target).finish();
            let page = browser.page(&format!("/staff/login?{query}"));
            let led = browser.send(&form(&page, "/staff/login"), &LOGIN);
            assert_eq!((led.status, to(&led).as_str()), (StatusCode::SEE_OTHER, "/staff"), "{target:?}");
            let said = browser.post("/staff/login", &[LOGIN[0], LOGIN[1], ("next", target)]);
            assert_eq!(to(&said), "/staff", "{target:?}");
            // Nor is what waits sent there.
            let kept = browser.post("/staff/login", &[LOGIN[0], LOGIN[1], ("to", target), ("kept.title", "Maps")]);
            let leads = forms(&kept.text()).into_iter().map(|form| form.action).find(|action| action.contains(target));
            assert_eq!((kept.status, leads), (StatusCode::SEE_OTHER, None), "{target:?}");
            assert_eq!(to(&kept), "/staff", "{target:?}");
            browser = Browser::new(world);
        }
        // Where somebody was not let in, they are led on; but not by an address that a browser reads as another site's.
        for (asked, leads) in
            [("/staff/runs?state=failed", "/staff/runs?state=failed"), ("/staff//evil.example/", "/staff")]
        {
            let mut browser = Browser::new(world);
            let door = to(&browser.get(asked));
            let page = browser.page(&door);
            assert_eq!(to(&browser.send(&form(&page, "/staff/login"), &LOGIN)), leads, "{asked}");
        }
    });
}

#[test]
fn no_page_and_no_form_leads_to_another_site_because_it_was_asked_to() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let records = Records::of(world, ada).and_files_of(&mut Browser::of(world, "ada@example.org"));
        let names = ["next", "back", "return", "return_to", "redirect", "continue", "said"];
        let stays = |of: &str, answer: &crate::harness::Answer| {
            if answer.headers.contains_key(header::LOCATION) {
                let to = to(answer);
                assert!(to.starts_with("/staff") && !to.starts_with("//"), "{of} leads to {to}");
            }
            let text = answer.text();
            for attribute in ["href", "action", "formaction", "src"] {
                for target in ["https:", "//", "javascript:", "\\"] {
                    let start = format!("{attribute}=\"{target}");
                    let leads = text.split(&start).skip(1);
                    let leads: Vec<_> = leads.filter(|rest| rest.split('"').next().unwrap().contains("evil")).collect();
                    assert!(leads.is_empty(), "{of}: {leads:?}");
                }
            }
        };
        for target in ["https://evil.example/", "//evil.example/"] {
            // Among the acts are some that end sessions.
            let mut browser = Browser::of(world, "ada@example.org");
            let asked = names.map(|name| (name, target));
            let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(asked).finish();
            for page in table::pages().map(|(page, _)| records.fill(page)) {
                let mark = if page.contains('?') { '&' } else { '?' };
                let answer = browser.get(&format!("{page}{mark}{query}"));
                stays(&page, &answer);
            }
            let csrf = own_csrf(&mut browser);
            let mut led = 0;
            for (action, _, fields) in table::acts() {
                let action = records.fill(action);
                let fields: Vec<_> = fields.iter().copied().chain([("csrf", csrf.as_str())]).chain(asked).collect();
                let answer = browser.post(&format!("{action}?{query}"), &fields);
                stays(&action, &answer);
                led += usize::from(answer.status == StatusCode::SEE_OTHER);
            }
            assert!(led > 15, "{led}");
        }
    });
}

#[test]
fn what_was_filled_in_before_somebody_logged_in_again_elsewhere_is_shown_and_sent_once_more() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let mut browser = Browser::of(world, "ada@example.org");
        let path = "/staff/events/WORKSHOP/people/new";
        let filled = form(&browser.page(path), path);
        // Another window of the same browser logs in again.
        let login = form(&browser.get("/staff/login").text(), "/staff/login");
        let again = browser.send(&login, &[("email", "ada@example.org"), ("password", PASSWORD)]);
        assert_eq!(again.status, StatusCode::SEE_OTHER);
        let typed = [("name", "Alan Turing"), ("email", "alan@example.org"), ("password", "my own secret")];
        let stopped = browser.send(&filled, &typed);
        let page = stopped.text();
        assert_eq!(stopped.status, StatusCode::FORBIDDEN, "{page}");
        assert!(page.contains("You are Ada now") && page.contains("alan@example.org"), "{page}");
        assert!(!page.contains("my own secret"), "{page}");
        assert!(!browser.page("/staff/events/WORKSHOP/people").contains("alan@example.org"), "nothing was done");
        let sent = browser.send(&form(&page, path), &[]);
        assert!(browser.follow(&sent).contains("Alan Turing"));
        // And whoever leaves by an older page is out.
        let leave = form(&page, "/staff/logout");
        let login = form(&browser.get("/staff/login").text(), "/staff/login");
        browser.send(&login, &[("email", "ada@example.org"), ("password", PASSWORD)]);
        assert_eq!(to(&browser.send(&leave, &[])), "/staff/login");
        assert_eq!(browser.get("/staff").status, StatusCode::SEE_OTHER);
    });
}

#[test]
fn a_form_with_a_file_keeps_what_was_typed_when_the_session_has_ended() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let mut browser = Browser::of(world, "ada@example.org");
        let path = "/staff/events/WORKSHOP/exclusions/upload";
        let upload = form(&browser.page(path), path);
        browser.forget(SESSION);
        let fields: Vec<(String, String)> =
            upload.fields.iter().filter(|(name, _)| name != "reason").cloned().collect();
        let fields = [fields, vec![("reason".to_owned(), "data_error".to_owned())]].concat();
        let list = b"p0@example.org,why\n";
        let out = browser.upload(&upload, &fields, Some(("file", "out.csv", list)));
        let page = out.text();
        assert_eq!(out.status, StatusCode::UNAUTHORIZED, "{page}");
        assert!(page.contains("Your session had ended") && !page.contains("p0@example.org,why"), "{page}");
        let login = form(&page, "/staff/login");
        let page = browser.send(&login, &[("email", "ada@example.org"), ("password", PASSWORD)]).text();
        assert!(page.contains("You are in again") && page.contains("Choose out.csv again"), "{page}");
        let again = form(&page, path);
        assert!(again.is_multipart && again.fields.contains(&("reason".to_owned(), "data_error".to_owned())), "{page}");
        let done = browser.upload(&again, &again.fields, Some(("file", "out.csv", list))).text();
        assert!(done.contains("excluded now"), "{done}");
        let listed = browser.page("/staff/events/WORKSHOP/exceptions");
        assert!(listed.contains("The record is wrong"), "{listed}");
    });
}
