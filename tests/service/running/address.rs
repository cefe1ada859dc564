//! The address at which people reach the service: said on a page, and what follows from it.

use serde_json::{Value, json};

use crate::browser::{Browser, form, to};
use crate::mail::Post;
use crate::real_door::{behind_the_real_door, invited, school_by};

#[test]
fn an_owner_says_the_address_and_links_begin_with_it_at_once() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let mut browser = Browser::of(world, "ada@example.org");
        assert!(browser.page("/staff/settings").contains("href=\"/staff/settings/address\""));
        let page = browser.page("/staff/settings/address");
        assert!(page.contains("No address is known"), "{page}");
        let asked = form(&page, "/staff/settings/address");
        for wrong in ["certs.example.org", "http://certs.example.org", "javascript:alert(1)", "https://x.example/?a"] {
            let refused = browser.send(&asked, &[("address", wrong)]);
            assert_eq!(refused.status.as_u16(), 422, "{wrong}");
            assert!(refused.text().contains("address-error"), "{wrong}: {}", refused.text());
        }
        let invite = json!({ "email": "eve@example.org", "name": "Eve", "roles": ["viewer"] });
        let before = ada.ask(world, "POST", "/staff", &invite).json()["link"].as_str().unwrap().to_owned();
        assert!(!before.starts_with("https://certs.example.org"), "{before}");
        let saved = browser.send(&asked, &[("address", "https://certs.example.org/")]);
        assert_eq!(to(&saved), "/staff/settings/address?said=saved");
        assert!(browser.follow(&saved).contains("value=\"https://certs.example.org\""));
        let told = ada.ask(world, "GET", "/settings/address", &Value::Null).ok();
        assert_eq!(told, json!({ "address": "https://certs.example.org", "fixed": false, "for_nobody_else": false }));
        assert_eq!(ada.ask(world, "GET", "/mail", &Value::Null).ok()["links"], true);
        let invite = json!({ "email": "bob@example.org", "name": "Bob", "roles": ["viewer"] });
        let link = ada.ask(world, "POST", "/staff", &invite).json()["link"].as_str().unwrap().to_owned();
        assert!(link.starts_with("https://certs.example.org/password#"), "{link}");
        let log = world.app.store.audit(None, 1_000).unwrap().items;
        assert_eq!(log.iter().filter(|entry| entry.act.action == "mail.address").count(), 1);
        // Taken away again, nothing is known; and nobody else says it.
        ada.ask(world, "PUT", "/settings/address", &json!({ "address": "" })).ok();
        assert_eq!(ada.ask(world, "GET", "/mail", &Value::Null).ok()["links"], false);
        let vera = invited(world, ada, "vera@example.org", &["issuer"]);
        vera.ask(world, "PUT", "/settings/address", &json!({ "address": "https://x.example" }))
            .problem(403, "forbidden");
    });
}

#[test]
fn what_the_configuration_says_stays_and_a_letter_leads_to_it() {
    let post = Post::with_certificates(1);
    let world = &post.world;
    assert_eq!(
        world.get("/settings/address").ok(),
        json!({ "address": crate::mail::PUBLIC, "fixed": true, "for_nobody_else": false })
    );
    world.put("/settings/address", &json!({ "address": "https://x.example" })).problem(409, "address-fixed");
}
