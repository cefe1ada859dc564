//! What holds for every route.

use super::document;
use super::harness::{World, on_each_engine};

#[test]
fn who_is_not_known_or_may_not_is_refused_with_a_problem() {
    on_each_engine(|world| {
        world.ask("", "GET", "/events").problem(401, "unauthenticated");
        world.ask("staff:ada import", "GET", "/events").problem(403, "forbidden");
        assert_eq!(world.ask("staff:ada view", "GET", "/events").ok()["items"], serde_json::json!([]));
    });
}

#[test]
fn an_unknown_address_and_a_wrong_method_are_problems() {
    let world = World::in_memory();
    world.get("/nothing").problem(404, "no-such-route");
    world.delete("/events").problem(405, "method-not-allowed");
}

#[test]
fn the_page_of_the_api_names_every_operation_without_scripts() {
    let world = World::in_memory();
    let request = axum::http::Request::builder().uri("/api/v1/docs");
    let page = world.send("", request, axum::body::Body::empty()).text();
    let all = document::operations(&testamur::server::openapi());
    assert!(all.len() > 100);
    for (name, operation) in all {
        let (method, path) = name.split_once(' ').unwrap();
        assert!(page.contains(&format!("<b>{method}</b> <code>{path}</code>")), "{name}");
        let begin = operation.details["summary"].as_str().unwrap().split(['`', '&', '"']).next().unwrap();
        assert!(page.contains(begin), "{name}: {begin}");
    }
    assert!(page.contains("href=\"openapi.json\"") && !page.contains("<!--"));
}

#[test]
fn the_pages_ask_nobody_else_for_anything() {
    let world = World::in_memory();
    for path in ["/api/v1/docs", "/api/v1/docs/reader.css", "/api/v1/docs/reader.js"] {
        let request = axum::http::Request::builder().uri(path);
        let answer = world.send("", request, axum::body::Body::empty());
        let (policy, text) = (answer.headers["content-security-policy"].to_str().unwrap(), answer.text());
        assert_eq!(answer.status, 200, "{path}");
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; "), "{path}: {policy}");
        assert!(!policy.contains("http") && !policy.contains("unsafe") && !policy.contains('*'), "{path}: {policy}");
        for outside in ["http:", "https:", "=\"//", "url(", "@import", "innerHTML"] {
            assert!(!text.contains(outside), "{path} has {outside}");
        }
    }
}
