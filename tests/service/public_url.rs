//! `public_url`: every link that is given begins with it, through both doors, and an invitation is one whole link.

use std::sync::Arc;

use serde_json::{Value, json};
use testamur::server::{Limits, PublicUrl, accounts, setup_link};
use testamur::store::MemoryStore;

use crate::harness::World;
use crate::process::Place;
use crate::real_door::{Member, log_in, post};

const PASSWORD: &str = "a long enough secret";
const PUBLIC: &str = "https://certs.example.org/issuer";

/// A service with an owner that is reached under an address.
fn reached_at(public_url: PublicUrl) -> (World, Member) {
    let world =
        World::changed(Arc::new(MemoryStore::new()), tempfile::tempdir().unwrap(), Limits::default(), |parts| {
            parts.authenticator = accounts();
            parts.public_url = public_url;
            parts.vc_api = true;
        });
    let link = setup_link(&world.app).unwrap().unwrap();
    let owner = json!({ "token": link.expose(), "email": "ada@example.org", "name": "Ada", "password": PASSWORD });
    let made = post(&world, "/setup", &owner).ok();
    let owner = log_in(&world, made["id"].as_str().unwrap(), "ada@example.org");
    (world, owner)
}

#[test]
fn every_link_over_http_begins_with_it() {
    let (world, ada) = reached_at(PUBLIC.parse().unwrap());
    let grace = json!({ "email": "grace@example.org", "name": "Grace", "roles": ["viewer"] });
    let invited = ada.ask(&world, "POST", "/staff", &grace).ok();
    let reset = ada.ask(&world, "POST", &format!("/staff/{}/link", invited["staff"].as_str().unwrap()), &Value::Null);
    for link in [&invited, &reset.ok()] {
        let token = link["token"].as_str().unwrap();
        assert_eq!(link["link"], format!("{PUBLIC}/password#{token}"));
    }
    let get = |path: &str| world.send("", axum::http::Request::builder().uri(path), axum::body::Body::empty());
    // The page that it leads to finds all that it needs below the same address.
    let page = get("/password").text();
    assert!(page.contains("action=\"/issuer/password\"") && page.contains("src=\"/issuer/staff.js\""), "{page}");
    assert_eq!(page.matches("=\"/").count(), page.matches("=\"/issuer/").count(), "{page}");
    assert_eq!(get("/api/v1/openapi.json").ok()["servers"], json!([{ "url": PUBLIC }]));
    assert_eq!(get("/vc/status/revocation").ok()["id"], format!("{PUBLIC}/vc/status/revocation"));
    // A session's cookie goes with all paths, over a safe connection only, whatever stands before the service.
    let login = post(&world, "/login", &json!({ "email": "ada@example.org", "password": PASSWORD }));
    let cookie = login.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.contains("; Secure") && cookie.contains("; Path=/;"), "{cookie}");
}

#[test]
fn without_it_links_lead_to_where_the_service_listens_and_never_where_a_request_says() {
    let (world, ada) = reached_at(PublicUrl::listening("http", "192.0.2.7:8080"));
    let request = crate::harness::request("POST", "/staff")
        .header("host", "evil.example")
        .header("x-forwarded-host", "evil.example")
        .header("cookie", &ada.cookie)
        .header("x-csrf-token", &ada.csrf)
        .header("content-type", "application/json");
    let grace = json!({ "email": "grace@example.org", "name": "Grace", "roles": ["viewer"] });
    let invited = world.send("", request, grace.to_string()).ok();
    assert!(invited["link"].as_str().unwrap().starts_with("http://192.0.2.7:8080/password#"), "{invited}");
    let document =
        world.send("", axum::http::Request::builder().uri("/api/v1/openapi.json"), axum::body::Body::empty());
    assert_eq!(document.ok()["servers"], Value::Null);
    let status = world.send("", axum::http::Request::builder().uri("/vc/status/revocation"), axum::body::Body::empty());
    assert_eq!(status.ok()["id"], "https://academy.example/vc/status/revocation");
}

#[test]
fn the_command_line_gives_the_same_links_while_it_serves_or_not() {
    let place = Place::new();
    place.configure(&format!("public_url = \"{PUBLIC}/\""));
    assert!(place.run(&["config", "check"]).contains(&format!("serve.public_url   {PUBLIC}\n")));
    let (process, _) = place.serve_owned();
    assert!(process.said.contains(&format!("{PUBLIC}/setup#")), "{}", process.said);
    assert!(process.said.contains(&format!("{PUBLIC}/api/v1/docs")), "{}", process.said);
    let invite = |email: &str| {
        place.run(&["staff", "invite", email, "--name", "Grace", "--role", "issuer", "--role", "revoker"])
    };
    let token = |printed: &str| printed.trim().split(&format!("{PUBLIC}/password#")).nth(1).unwrap().to_owned();
    let served = token(&invite("served@example.org"));
    assert!(place.run(&["staff", "reset", "served@example.org"]).contains(&format!("{PUBLIC}/password#")));
    assert!(
        place
            .refused(&["staff", "invite", "served@example.org", "--name", "X", "--role", "viewer"])
            .contains("has this e-mail")
    );
    assert!(
        place.refused(&["staff", "invite", "x@example.org", "--name", "X", "--role", "root"]).contains("the roles are")
    );
    process.stop();
    let alone = token(&invite("alone@example.org"));
    let process = place.serve(&["--public-url", "https://other.example"]);
    assert!(place.run(&["staff", "reset", "served@example.org"]).contains("https://other.example/password#"));
    let set = |token: &str| {
        let body = json!({ "token": token, "password": PASSWORD }).to_string();
        process.send("POST /api/v1/password", "content-type: application/json\r\n", body.as_bytes()).status
    };
    assert_eq!(set(&alone) / 100, 2);
    assert!(process.log_in_as("alone@example.org", PASSWORD).is_some());
    assert_eq!(set(&served), 422, "a newer link was made");
    let listed = place.run(&["staff", "list"]);
    assert!(listed.contains("issuer, revoker"), "{listed}");
}

#[test]
fn what_is_no_address_is_refused_before_it_serves() {
    let place = Place::new();
    for wrong in [
        "certs.example.org",
        "ftp://certs.example.org",
        "https://certs.example.org/?a",
        "https://ada@certs.example.org",
    ] {
        place.configure(&format!("public_url = \"{wrong}\""));
        let told = place.refused(&["config", "check"]);
        assert!(told.contains("public_url") && told.contains("https://certs.example.org or"), "{told}");
        assert!(place.refused(&["serve", "--public-url", wrong]).contains("public-url"));
    }
    place.configure("public_url = \"http://certs.example.org\"");
    assert!(place.run(&["config", "check"]).contains("staff log in over https only"));
}
