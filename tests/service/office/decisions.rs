//! What takes two people, and corrections of names, decided by forms.

use axum::http::StatusCode;
use serde_json::json;

use super::{HOSTILE, fill, is_tame};
use crate::browser::{Browser, form};
use crate::harness::World;
use crate::real_door::{Member, PASSWORD, behind_the_real_door, invited, school_by};
use crate::runs::{certificates, work};

fn revoked(world: &World) -> usize {
    certificates(&*world.app.store).iter().filter(|one| one.withdrawal.is_some()).count()
}

/// Somebody asks for everything to be revoked; returns the page about it.
fn asked(world: &World, member: &Member) -> String {
    let body = json!({ "kind": "revoke", "event": "WORKSHOP", "reason": { "cause": "issued_in_error", "text": "wrong course" } });
    let run = member.ask(world, "POST", "/runs", &body).ok();
    format!("/staff/approvals/{}", run["approval"].as_str().unwrap())
}

#[test]
fn a_mass_revocation_takes_two_and_each_sees_what_they_may_do() {
    behind_the_real_door(|world, ada| {
        let bob = invited(world, ada, "bob@example.org", &["revoker"]);
        invited(world, ada, "eve@example.org", &["viewer"]);
        school_by(world, ada);
        let path = asked(world, &bob);
        let approve = format!("{path}/approve");

        let mut eve = Browser::of(world, "eve@example.org");
        assert!(eve.page("/staff/approvals").contains("Revoke · WORKSHOP"));
        assert!(!eve.page(&path).contains(&approve), "who may not sees no form");
        let mut own = Browser::of(world, "bob@example.org");
        let page = own.page(&path);
        assert!(page.contains("somebody else has to approve it") && !page.contains(&approve), "{page}");

        let mut other = Browser::of(world, "ada@example.org");
        assert!(other.page("/staff").contains("approval waits"), "the first page says so");
        let list = other.page("/staff/approvals");
        assert!(list.contains(&path) && list.contains("Waits") && list.contains("Some One"), "{list}");
        let page = other.page(&path);
        assert!(page.contains("It is about 3 certificates.") && page.contains("wrong course"), "{page}");
        assert!(page.contains("/staff/certificates/CERT"), "it says which: {page}");
        for n in 0..3 {
            assert!(page.contains(&format!("Person {n}")), "and whose, for numbers say nothing to people: {page}");
        }
        work(world);
        assert_eq!(revoked(world), 0);
        let approved = other.send(&form(&page, &approve), &[]);
        assert!(other.follow(&approved).contains("Approved. It goes on."));
        work(world);
        assert_eq!(revoked(world), 3);
        let late = own.page(&path);
        assert!(late.contains("Approved") && !late.contains(&format!("{path}/reject")), "{late}");
    });
}

#[test]
fn who_asked_takes_it_back_and_decides_alone_only_where_nobody_else_could() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let mut browser = Browser::of(world, "ada@example.org");
        let path = asked(world, ada);
        let page = browser.page(&path);
        let rejected = browser.send(&form(&page, &format!("{path}/reject")), &[]);
        assert!(browser.follow(&rejected).contains("Rejected"));

        let path = asked(world, ada);
        let approve = format!("{path}/approve");
        let page = browser.page(&path);
        assert!(page.contains("Nobody else can approve this."), "{page}");
        let filled = [("password", PASSWORD)];
        let early = browser.send(&form(&page, &approve), &filled);
        assert_eq!(early.status, StatusCode::FORBIDDEN, "{}", early.text());
        world.pass(86_400 + 60);
        let mut browser = Browser::of(world, "ada@example.org");
        let without = fill(&mut browser, &path, &approve, &[]);
        assert!(without.status == 403 && without.text().contains("aria-invalid"), "{}", without.text());
        let wrong = browser.send(&form(&without.text(), &approve), &[("password", "something else")]);
        assert!(wrong.text().contains("This is not your password."), "{}", wrong.text());
        let done = browser.send(&form(&wrong.text(), &approve), &filled);
        assert!(browser.follow(&done).contains("Approved. It goes on."));
        work(world);
        assert_eq!(revoked(world), 3);
    });
}

fn ask_for(world: &World, member: &Member, n: usize, name: &str) -> String {
    let body = json!({ "number": format!("CERT-WORKSHOP-2026-0000{n}"), "name": name, "note": HOSTILE });
    let asked = member.ask(world, "POST", "/corrections", &body).ok();
    format!("/staff/corrections/{}", asked["id"].as_str().unwrap())
}

#[test]
fn a_correction_shows_both_names_and_is_made_or_answered() {
    behind_the_real_door(|world, ada| {
        let bob = invited(world, ada, "bob@example.org", &["issuer"]);
        school_by(world, ada);
        let right = ask_for(world, &bob, 1, "Zoë Ångström");
        let wrong = ask_for(world, &bob, 2, "Somebody Else");
        let old = certificates(&*world.app.store)
            .iter()
            .find(|one| one.number.to_string().ends_with('1'))
            .unwrap()
            .recipient
            .clone();
        let mut browser = Browser::of(world, "ada@example.org");
        let list = browser.page("/staff/corrections?state=pending");
        assert!(list.contains(&format!("{old} → Zoë Ångström")), "{list}");
        is_tame(&list);
        let page = browser.page(&right);
        is_tame(&page);
        let made = browser.send(&form(&page, &format!("{right}/approve")), &[]);
        let page = browser.follow(&made);
        assert!(
            page.contains("The certificate says the new name now.") && page.contains(&format!("{old} → Zoë")),
            "{page}"
        );
        assert!(certificates(&*world.app.store).iter().any(|one| one.recipient == "Zoë Ångström"));

        let page = browser.page(&wrong);
        let stale = form(&page, &format!("{wrong}/reject"));
        let rejected = browser.send(&stale, &[("answer", "as on the passport")]);
        let page = browser.follow(&rejected);
        assert!(page.contains("as on the passport") && !page.contains(&format!("{wrong}/approve")), "{page}");
        let list = browser.page("/staff/corrections");
        assert!(list.contains("Approved") && list.contains("Rejected"), "{list}");
        let twice = bob.ask(world, "POST", &format!("{}/reject", wrong.trim_start_matches("/staff")), &json!({}));
        twice.problem(409, "over");
    });
}
