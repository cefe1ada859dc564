//! The service publishes by itself, and serves what it published.

use axum::body::Body;
use axum::http::{Request, header};
use serde_json::{Value, json};
use testamur::acts::run::Undo;
use testamur::server::Publisher;
use testamur::verify::{TrustAnchors, verify_jws};

use crate::harness::{Answer, OWNER, World, on_each_engine};
use crate::process::Place;
use crate::runs::{certificates, done, school, work};

const FIRST: &str = "/certificates/CERT-WORKSHOP-2026-00001";
const DAY: i64 = 24 * 3_600;

/// Asks the site for a file, as a browser does.
fn site(world: &World, path: &str) -> Answer {
    world.send("", Request::builder().uri(path), Body::empty())
}

/// Lets the publisher look, and does what it asked for; says whether that was anything.
fn looked(world: &World, publisher: &mut Publisher) -> bool {
    let asked = publisher.look(&world.app).unwrap();
    work(world);
    asked
}

fn version(world: &World) -> u64 {
    world.get("/publish").ok()["version"].as_u64().unwrap()
}

/// Says what somebody learns who fetched the site's trust file.
fn verdict(world: &World, number: usize) -> &'static str {
    let mut anchors = TrustAnchors::default();
    anchors.add(site(world, "/trust.jws").text().trim(), None).unwrap();
    verify_jws(&certificates(&*world.app.store)[number - 1].jws, &anchors, world.app.now()).code()
}

#[test]
fn it_publishes_after_changes_when_they_can_no_longer_be_undone_and_before_the_site_grows_stale() {
    on_each_engine(|world| {
        let mut publisher = Publisher::default();
        assert!(looked(world, &mut publisher), "nothing was ever published");
        assert_eq!(version(world), 1);
        school(world, 3, 0);
        done(world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
        world.pass(100);
        assert!(!looked(world, &mut publisher), "new certificates are valid without it");
        assert_eq!(verdict(world, 1), "valid");

        // Who revokes may not publish, and need not.
        let revoker = "staff:bob view,revoke";
        world.tell(revoker, "POST", &format!("{FIRST}/revoke"), &json!({ "cause": "on_request" })).ok();
        world.pass(100);
        assert!(!looked(world, &mut publisher), "it can still be undone");
        world.pass(15 * 60);
        assert!(looked(world, &mut publisher));
        assert_eq!((version(world), verdict(world, 1)), (2, "revoked"));
        world.pass(100);
        assert!(!looked(world, &mut publisher), "all is told");

        let fraud = "/certificates/CERT-WORKSHOP-2026-00002/revoke";
        world.tell(revoker, "POST", fraud, &json!({ "cause": "fraud" })).ok();
        assert!(looked(world, &mut publisher), "fraud does not wait");
        assert_eq!(verdict(world, 2), "revoked");
        world.pass(100);
        world.post("/keys/rotate", &json!({})).ok();
        assert!(looked(world, &mut publisher), "verifiers must know the new key");
        world.pass(100);
        assert!(!looked(world, &mut Publisher::default()), "also one that was started again knows that all is told");

        world.pass(3 * DAY);
        assert!(!looked(world, &mut publisher));
        world.pass(DAY);
        assert!(looked(world, &mut publisher), "half of its seven days are over");
        let last = world.get("/runs?order=newest").ok()["items"][0].clone();
        assert_eq!((&last["kind"], &last["by"]), (&json!("publish"), &json!("system")));
    });
}

#[test]
fn what_was_published_into_another_folder_is_published_into_the_one_that_is_served() {
    let world = World::in_memory();
    let mut publisher = Publisher::default();
    assert!(looked(&world, &mut publisher));
    assert!(!looked(&world, &mut publisher));
    // As after `testamur publish --out` somewhere else, or with a new disk.
    std::fs::remove_dir_all(world.folder().join("site")).unwrap();
    assert!(looked(&world, &mut Publisher::default()));
    assert_eq!((version(&world), site(&world, "/").status.as_u16()), (2, 200));
    assert!(!looked(&world, &mut publisher));
}

#[test]
fn a_publication_that_fails_is_tried_again_later_and_an_old_one_is_told() {
    let world = World::in_memory();
    let mut publisher = Publisher::default();
    assert!(looked(&world, &mut publisher));
    // Somebody put a folder there that stands in the way.
    let site = world.folder().join("site");
    std::fs::remove_file(site.join("trust.json")).unwrap();
    std::fs::create_dir_all(site.join("trust.json/x")).unwrap();
    world.pass(4 * DAY);
    assert!(looked(&world, &mut publisher));
    world.pass(60);
    assert!(!looked(&world, &mut publisher), "it failed, and rests");
    assert_eq!(figure(&world, "testamur_publication_failed "), 1);
    let ready = || world.send("", Request::builder().uri("/readyz"), Body::empty()).text();
    assert!(ready().starts_with("ready\n") && ready().contains("failed"), "{}", ready());
    world.pass(600);
    std::fs::remove_dir_all(site.join("trust.json")).unwrap();
    assert!(looked(&world, &mut Publisher::default()), "also by one that was started again");
    assert_eq!(figure(&world, "testamur_publication_failed "), 0);
    assert!(site.join("trust.json").is_file());
    world.pass(60);
    assert!(!looked(&world, &mut publisher));

    let hook = json!({ "url": "https://hooks.example/x", "events": ["publication.late"] });
    world.post("/webhooks", &hook).ok();
    let told = || {
        let all = world.app.store.documents(testamur::store::Collection::WEBHOOK_MESSAGES, "", None, 100).unwrap();
        all.items.iter().filter(|one| one.value.to_string().contains("publication.late")).count()
    };
    assert_eq!(figure(&world, "testamur_publication_age_seconds "), 60);
    assert_eq!(figure(&world, "testamur_publication_good_for_seconds "), 7 * DAY - 60);
    world.pass(8 * DAY);
    assert!(ready().contains("stale for"), "{}", ready());
    assert_eq!(told(), 0);
    // The service slept, or could not publish.
    assert!(publisher.look(&world.app).unwrap());
    publisher.look(&world.app).unwrap();
    assert_eq!(told(), 1, "once of each");
}

/// Returns a figure of the metrics.
fn figure(world: &World, name: &str) -> i64 {
    let all = world.send("", Request::builder().uri("/metrics"), Body::empty()).text();
    let line = all.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("no {name} in {all}"));
    line.rsplit(' ').next().unwrap().parse().unwrap()
}

#[test]
fn the_site_is_served_and_nothing_beside_it() {
    let world = World::in_memory();
    site(&world, "/index.html").problem(404, "no-such-route");
    // Nothing leads there before.
    let front = site(&world, "/").text();
    assert!(
        front.contains("href=\"/portal\"") && !front.contains("/verify/") && !front.contains("/index.html"),
        "{front}"
    );
    assert!(looked(&world, &mut Publisher::default()));
    std::fs::write(world.folder().join("site/.trust.jws.tmp"), "half").unwrap();
    for file in ["site/notes.txt", "site/keys/server.key", "site/verify/mine.txt"] {
        std::fs::write(world.folder().join(file), "private").unwrap();
    }

    let front = site(&world, "/").text();
    for way in ["/verify/", "/portal", "/staff", "/index.html"] {
        assert!(front.contains(&format!("href=\"{way}\"")), "{way}: {front}");
    }
    let home = site(&world, "/index.html");
    assert!(home.text().contains("Example Academy"), "{}", home.text());
    assert_eq!(home.headers[header::CONTENT_TYPE], "text/html; charset=utf-8");
    let trust = site(&world, "/trust.jws");
    assert_eq!(trust.bytes, std::fs::read(world.folder().join("site/trust.jws")).unwrap());
    assert_eq!(trust.headers[header::CACHE_CONTROL], "no-cache");
    let again = Request::builder().uri("/trust.jws").header(header::IF_NONE_MATCH, trust.etag());
    assert_eq!(world.send("", again, Body::empty()).status, 304);
    let did: Value = site(&world, "/.well-known/did.json").json();
    assert_eq!(did["id"], "did:web:academy.example");
    assert_eq!(site(&world, "/keys/roots.json").headers[header::CONTENT_TYPE], "application/json");
    if testamur::publish::verifier_is_built_in() {
        assert_eq!(site(&world, "/verify").headers[header::LOCATION], "verify/");
        let page = site(&world, "/verify/");
        assert_eq!(page.headers[header::CONTENT_TYPE], "text/html; charset=utf-8");
        let policy = page.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(!policy.contains("script-src"), "the page says itself what it may load");
    }
    for hidden in [
        "/.publish.lock",
        "/.trust.jws.tmp",
        "/notes.txt",
        "/keys/server.key",
        "/verify/mine.txt",
        "/../keys/k1.jwe",
        "/verify/%2e%2e/%2e%2e/keys/k1.jwe",
    ] {
        site(&world, hidden).problem(404, "no-such-route");
    }
    // A certificate's link in which a program has written `%23` for the `#`: the page puts it right.
    for link in ["/verify/%231262", "/verify/%2523126212", "/verify%231262"] {
        let page = site(&world, link);
        assert_eq!(page.status, 404, "{link}");
        assert_eq!(page.headers[header::CONTENT_TYPE], "text/html; charset=utf-8");
        assert!(page.text().contains("location.replace"), "{link}: {}", page.text());
    }
    world.send(OWNER, Request::builder().method("POST").uri("/trust.jws"), Body::empty()).problem(404, "no-such-route");
}

#[test]
fn a_status_list_is_told_in_the_form_that_is_asked_for() {
    let world = World::in_memory();
    assert!(looked(&world, &mut Publisher::default()));
    let list = |accept: Option<&str>| {
        let request = Request::builder().uri("/status/1");
        let request = accept.into_iter().fold(request, |request, accept| request.header(header::ACCEPT, accept));
        world.send("", request, Body::empty())
    };
    let file = |name: &str| std::fs::read(world.folder().join("site/status").join(name)).unwrap();
    for (accept, name, kind) in [
        (Some("*/*"), "1", "application/vc"),
        (Some("application/vc+ld+json"), "1", "application/vc+ld+json"),
        (Some("application/json"), "1", "application/json"),
        (Some("application/vc+jwt"), "1.jwt", "application/vc+jwt"),
        // As openbadgeslib asks.
        (None, "1.jwt", "application/vc+jwt"),
    ] {
        let answer = list(accept);
        assert_eq!((answer.status.as_u16(), &answer.headers[header::CONTENT_TYPE]), (200, &kind.parse().unwrap()));
        assert_eq!(answer.headers[header::VARY], "accept");
        assert!(answer.bytes == file(name), "{accept:?}");
        let again = Request::builder().uri("/status/1").header(header::IF_NONE_MATCH, answer.etag());
        let again = accept.into_iter().fold(again, |request, accept| request.header(header::ACCEPT, accept));
        assert_eq!(world.send("", again, Body::empty()).status, 304, "{accept:?}");
    }
    // Whatever form is asked for, both tell of the same list.
    let jwt = list(Some("application/vc+jwt")).text();
    let payload = data_encoding::BASE64URL_NOPAD.decode(jwt.trim().split('.').nth(1).unwrap().as_bytes()).unwrap();
    let (signed, json): (Value, Value) = (serde_json::from_slice(&payload).unwrap(), list(Some("*/*")).json());
    assert_eq!((&signed["id"], &signed["credentialSubject"]), (&json["id"], &json["credentialSubject"]));
    let none = world.send("", Request::builder().uri("/status/7").header(header::ACCEPT, "*/*"), Body::empty());
    none.problem(404, "no-such-route");
    let as_file = site(&world, "/status/1.jwt");
    assert!(as_file.bytes == file("1.jwt") && !as_file.headers.contains_key(header::VARY));
}

#[test]
fn a_folder_of_others_is_not_published_into() {
    let world = World::changed(
        std::sync::Arc::new(testamur::store::MemoryStore::new()),
        tempfile::tempdir().unwrap(),
        testamur::server::Limits::default(),
        |parts| parts.vault.set_undo(Undo(0)),
    );
    let site = world.folder().join("site");
    std::fs::create_dir_all(&site).unwrap();
    std::fs::write(site.join("index.html"), "ours").unwrap();
    std::fs::write(site.join("shop.php"), "ours").unwrap();
    let run = world.ask(OWNER, "POST", "/publish").ok();
    work(&world);
    let run = world.get(&format!("/runs/{}", run["id"].as_str().unwrap())).ok();
    assert_eq!(run["state"], "failed");
    assert!(run["problem"].as_str().unwrap().contains("which is no part of a site"), "{run}");
    assert_eq!(std::fs::read_to_string(site.join("index.html")).unwrap(), "ours");
}

#[test]
fn a_folder_of_keys_is_never_served() {
    let place = Place::new();
    let data = place.path("data");
    let refused = place.refused(&["serve", "--listen", "127.0.0.1:0", "--site", data.to_str().unwrap()]);
    assert!(refused.contains("would mix it with the private folder") && refused.contains("hint: "), "{refused}");
}
