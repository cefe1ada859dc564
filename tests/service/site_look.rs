//! Whether the published site is where every certificate says it is: nobody is told that all is well before somebody has looked.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use testamur::server::{Looking, SiteReader};
use testamur::vault::KeyFolder;
use testamur::webhooks::SendError;

use crate::browser::{Browser, form};
use crate::harness::{OWNER, PASSPHRASE, START, World, issuer, on_each_engine};
use crate::real_door::{behind_the_real_door, school_by};
use crate::runs::work;

type Answered = Result<(u16, Vec<u8>), SendError>;

/// What a web server answers, for whoever reads it.
#[derive(Clone, Default)]
struct Web(Arc<Mutex<Option<Answered>>>, Arc<Mutex<Vec<String>>>);

impl Web {
    fn of(world: &World) -> Self {
        let web = Self::default();
        world.app.read_site_with(Arc::new(web.clone()));
        web
    }

    fn answers(&self, answer: Answered) {
        *self.0.lock().unwrap() = Some(answer);
    }
}

impl SiteReader for Web {
    fn read(&self, url: String) -> Looking {
        self.1.lock().unwrap().push(url);
        let answer = self.0.lock().unwrap().clone().expect("nothing was to be read");
        Box::pin(async move { answer })
    }
}

fn publish(world: &World) -> Vec<u8> {
    world.post("/publish", &Value::Null).ok();
    work(world);
    std::fs::read(world.folder().join("site/trust.jws")).unwrap()
}

/// Another issuer of the same domain, with other keys.
fn set_up_anew() -> World {
    let folder = tempfile::tempdir().unwrap();
    let (own, start) = (issuer(), START.parse().unwrap());
    KeyFolder::create(&folder.path().join("keys"), &own.did(), &own.name, PASSPHRASE, start).unwrap();
    World::on(Arc::new(testamur::store::MemoryStore::new()), folder, testamur::server::Limits::default())
}

#[test]
fn a_look_tells_what_is_served_from_what_is_old_foreign_missing_or_out_of_reach() {
    on_each_engine(|world| {
        let web = Web::of(world);
        let first = publish(world);
        let known = world.get("/publish/site").ok();
        assert_eq!(known["address"], "https://academy.example/trust.jws");
        assert_eq!((&known["looked"], &known["known_here_only"]), (&Value::Null, &json!(false)), "nobody looked");
        let look = |answer| {
            web.answers(answer);
            world.post("/publish/site", &Value::Null).ok()["looked"].clone()
        };
        assert_eq!(look(Ok((200, first.clone())))["found"], "served");
        world.pass(60);
        assert_eq!(world.get("/publish/site").ok()["looked"]["found"], "served");
        let second = publish(world);
        assert_eq!(world.get("/publish/site").ok()["looked"], Value::Null, "nobody has looked for this one");
        let old = look(Ok((200, first)));
        assert_eq!(old, json!({ "at": world.app.now().to_string(), "found": "older", "status": 200 }));
        assert_eq!(look(Ok((200, second)))["found"], "served");
        assert_eq!(look(Ok((200, b"<html>Hello</html>".to_vec())))["found"], "not_ours");
        assert_eq!(
            look(Ok((404, Vec::new()))),
            json!({ "at": world.app.now().to_string(), "found": "missing", "status": 404 })
        );
        let moved = look(Ok((301, b"https://www.academy.example/trust.jws".to_vec())));
        assert_eq!(
            (&moved["found"], &moved["status"], &moved["to"]),
            (&json!("redirect"), &json!(301), &json!("https://www.academy.example/trust.jws"))
        );
        // Who was set up anew at the same domain is somebody else.
        assert_eq!(look(Ok((200, publish(&set_up_anew()))))["found"], "not_ours");
        for (error, found) in [
            (SendError::Refused, "not_public"),
            (SendError::Resolve, "no_name"),
            (SendError::Tls, "unsafe"),
            (SendError::Connect, "no_answer"),
            (SendError::Timeout, "no_answer"),
        ] {
            let looked = look(Err(error));
            assert_eq!((&looked["found"], &looked["status"]), (&json!(found), &Value::Null));
        }
        assert_eq!(world.get("/publish/site").ok()["looked"]["found"], "no_answer", "it is kept");
        assert!(web.1.lock().unwrap().iter().all(|url| url == "https://academy.example/trust.jws"));
        // Who only looks at pages asks nobody out there.
        world.tell("staff:vera view", "POST", "/publish/site", &Value::Null).problem(403, "forbidden");
        assert_eq!(world.ask(OWNER, "GET", "/audit?order=newest&limit=1").ok()["items"][0]["action"], "site.look");
    });
}

#[test]
fn nothing_is_green_before_somebody_has_looked_and_what_was_found_stands_on_the_pages() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let web = Web::of(world);
        ada.ask(world, "POST", "/publish", &Value::Null).ok();
        work(world);
        let mut browser = Browser::of(world, "ada@example.org");
        let event = "/staff/events/WORKSHOP";
        let page = browser.page(event);
        assert!(page.contains("nobody has looked whether it is at its address"), "{page}");
        assert!(browser.page("/staff").contains("published site that nobody has looked for"));
        let page = browser.page("/staff/publishing");
        assert!(page.contains("Nobody has looked yet") && page.contains("https://academy.example/trust.jws"), "{page}");

        web.answers(Ok((404, Vec::new())));
        let looked = browser.send(&form(&page, "/staff/publishing/look"), &[]);
        let page = browser.follow(&looked);
        assert!(page.contains("the web server answered 404"), "{page}");
        web.answers(Ok((302, b"https://www.academy.example/".to_vec())));
        let looked = browser.send(&form(&page, "/staff/publishing/look"), &[]);
        let page = browser.follow(&looked);
        assert!(page.contains("answers with a redirect (302) to https://www.academy.example/"), "{page}");
        assert!(browser.page(event).contains("published, and not found at its address"));
        assert!(browser.page("/staff").contains("that was not found at its address"));
        let german = browser.page("/staff/publishing?lang=de");
        assert!(german.contains("Umleitung (302) auf https://www.academy.example/"), "{german}");
        browser.page("/staff?lang=en");

        web.answers(Ok((200, std::fs::read(world.folder().join("site/trust.jws")).unwrap())));
        browser.send(&form(&page, "/staff/publishing/look"), &[]);
        assert!(browser.page("/staff/publishing").contains("The newest publication was there"));
        let page = browser.page(event);
        assert!(page.contains(">published<") || page.contains("published</"), "{page}");
        let home = browser.page("/staff");
        assert!(!home.contains("nobody has looked for") && !home.contains("not found at its address"), "{home}");
    });
}

#[test]
fn a_domain_or_an_address_that_nobody_else_reaches_is_told_of_wherever_it_matters() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(testamur::store::MemoryStore::new());
    let world = World::changed(store, folder, testamur::server::Limits::default(), |parts| {
        parts.issuer.host = "nas.local".to_owned();
        parts.public_url = "https://192.168.178.20".parse().unwrap();
    });
    assert_eq!(world.get("/publish/site").ok()["known_here_only"], true);
    assert_eq!(world.get("/settings/address").ok()["for_nobody_else"], true);
    let other = World::in_memory();
    assert_eq!(other.get("/settings/address").ok()["for_nobody_else"], false, "none was said");
}
