//! The pages behind links: of the first owner, of an invitation.

use axum::http::{StatusCode, header};
use testamur::server::{accounts, setup_link};
use testamur::store::MemoryStore;

use super::{HOSTILE, is_tame};
use crate::browser::{Browser, form, to};
use crate::harness::World;
use crate::real_door::PASSWORD;

fn fresh() -> World {
    let folder = tempfile::tempdir().unwrap();
    World::with_door(std::sync::Arc::new(MemoryStore::new()), folder, Default::default(), accounts())
}

#[test]
fn the_first_owner_is_made_by_a_form_that_keeps_what_was_typed_but_no_password() {
    let world = fresh();
    let token = setup_link(&world.app).unwrap().unwrap();
    let mut browser = Browser::new(&world);
    let answer = browser.get("/setup");
    let policy = answer.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(!policy.contains("unsafe") && !answer.text().contains("<style"), "{policy}");
    let set = form(&answer.text(), "/setup");
    let fields = [("name", HOSTILE), ("email", "ada@example.org"), ("new", PASSWORD), ("repeat", PASSWORD)];
    let refused = browser.send(&set, &[&fields[..], &[("token", "half")]].concat());
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = refused.text();
    is_tame(&page);
    assert!(page.contains("Copy all of it") && page.contains("ada@example.org") && !page.contains(PASSWORD), "{page}");
    // The whole link is as good as what is after its mark.
    let whole = format!("https://certs.example.org/setup#{}", token.expose());
    let differ = browser.send(
        &set,
        &[("token", &whole), ("name", "Ada"), ("email", "ada@example.org"), ("new", PASSWORD), ("repeat", "another")],
    );
    assert!(differ.text().contains("The two passwords are not the same."), "{}", differ.text());
    let made = browser.send(
        &set,
        &[("token", &whole), ("name", "Ada"), ("email", "ada@example.org"), ("new", PASSWORD), ("repeat", PASSWORD)],
    );
    assert!(made.status == 200 && made.text().contains("href=\"/staff/login\""), "{}", made.text());
    assert!(made.headers.get(header::SET_COOKIE).is_none() && !made.text().contains(token.expose()));
    let login = form(&browser.page("/staff/login"), "/staff/login");
    assert_eq!(to(&browser.send(&login, &[("email", "ada@example.org"), ("password", PASSWORD)])), "/staff");
    let twice = browser.send(
        &set,
        &[("token", &whole), ("name", "Eve"), ("email", "eve@example.org"), ("new", PASSWORD), ("repeat", PASSWORD)],
    );
    assert!(twice.status == 409 && twice.text().contains("has its first owner"), "{}", twice.text());
}

#[test]
fn the_pages_behind_links_speak_german_too() {
    let world = fresh();
    let mut browser = Browser::new(&world);
    for path in ["/setup", "/password"] {
        let page = browser.page(&format!("{path}?lang=de"));
        assert!(page.contains("lang=\"de\"") && page.contains("Mindestens 12 Zeichen."), "{page}");
        assert!(page.contains("staff.js"), "the script that takes the secret out of the address");
    }
}
