//! Who begins to send a file and does not go on keeps nobody else from being served, from however many addresses they come.

use std::io::Write;
use std::net::TcpStream;
use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::json;
use testamur::mail::Relay;
use testamur::mail::relay::Patience;
use testamur::server::Limits;
use testamur::store::MemoryStore;

use crate::harness::{OWNER, World};
use crate::mail::{PUBLIC, config};
use crate::runs::{done, school};
use crate::served::{Reply, Served};
use crate::smtp_sink::Sink;

/// What they say that they will send.
const ANNOUNCED: usize = 15 << 20;

/// A service behind a proxy, so that callers have addresses of their own.
fn served() -> (Served, Sink) {
    let sink = Sink::start();
    let relay = Relay::new(config(sink.port), Patience::default()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let world = World::changed(Arc::new(MemoryStore::new()), folder, Limits::default(), |parts| {
        parts.mail = Some(relay);
        parts.public_url = PUBLIC.parse().unwrap();
        parts.behind_proxy = 1;
    });
    school(&world, 1, 0);
    done(&world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
    (Served::new(world), sink)
}

fn head(path: &str, from: usize, kind: &str, length: usize) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nhost: x\r\nx-forwarded-for: 192.0.2.{from}\r\nauthorization: Bearer {OWNER}\r\n\
         connection: close\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\r\n"
    )
}

/// Begins to send from so many addresses.
fn halves(served: &Served, count: usize, path: &str, kind: &str, begin: &str) -> Vec<TcpStream> {
    let begun = (1..=count).map(|from| {
        let mut stream = served.connect();
        stream.write_all(format!("{}{begin}", head(path, from, kind, ANNOUNCED)).as_bytes()).unwrap();
        stream
    });
    begun.collect()
}

fn whole(served: &Served, path: &str, kind: &str, body: &[u8]) -> Reply {
    served.say(&[head(path, 200, kind, body.len()).as_bytes(), body].concat())
}

const FORM: &str = "multipart/form-data; boundary=FRONTIER";

fn part(name: &str, content: &str) -> String {
    format!("--FRONTIER\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{content}\r\n")
}

fn file(name: &str, content: &str) -> String {
    format!("--FRONTIER\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"f\"\r\n\r\n{content}")
}

#[test]
fn half_a_certificate_keeps_nobody_from_showing_theirs() {
    let (served, _sink) = served();
    let begun = halves(&served, 40, "/portal/lost", FORM, &file("file", "%PDF-1.7\n"));
    let number = "CERT-WORKSHOP-2026-00001";
    let jwt = served.world.get(&format!("/certificates/{number}/file?format=jwt")).text();
    let form = [part("text", &jwt), part("email", "zoe@new.example"), file("file", "\r\n--FRONTIER--\r\n")].concat();
    let shown = whole(&served, "/portal/lost", FORM, form.as_bytes());
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.text());
    assert!(shown.text().contains("Your request was received"), "{}", shown.text());
    let patience = std::time::Instant::now();
    while served.world.get("/address-requests?state=pending").ok()["items"][0]["number"] != number {
        assert!(patience.elapsed().as_secs() < 60, "it is looked at while they still send");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    drop(begun);
}

#[test]
fn half_a_file_keeps_nobody_from_verifying() {
    let (served, _sink) = served();
    let begun = halves(&served, 40, "/api/v1/verify", "application/pdf", "%PDF-1.7\n");
    let pdf = served.world.get("/certificates/CERT-WORKSHOP-2026-00001/file").bytes;
    let verified = whole(&served, "/api/v1/verify", "application/pdf", &pdf);
    assert_eq!(verified.status, StatusCode::OK, "{}", verified.text());
    assert_eq!(verified.json()["verdicts"][0]["verdict"], "valid");
    drop(begun);
}

#[test]
fn half_an_upload_of_staff_keeps_no_other_from_being_looked_at() {
    let (served, _sink) = served();
    let ways = [
        ("/api/v1/templates/check", file("template", "{")),
        ("/api/v1/templates/look-over", file("template", "{")),
        ("/api/v1/events/WORKSHOP/imports", file("file", "name,email\n")),
    ];
    let begun: Vec<_> = ways.iter().flat_map(|(path, begin)| halves(&served, 6, path, FORM, begin)).collect();
    let template = include_str!("../../templates/minimal@2.json");
    let form = [file("template", template), "\r\n--FRONTIER--\r\n".to_owned()].concat();
    let checked = whole(&served, "/api/v1/templates/check", FORM, form.as_bytes());
    assert_eq!(checked.status, StatusCode::OK, "{}", checked.text());
    let form = [file("file", "name,email\nZoe Quux,zoe@new.example\n"), "\r\n--FRONTIER--\r\n".to_owned()].concat();
    let taken = whole(&served, "/api/v1/events/WORKSHOP/imports", FORM, form.as_bytes());
    assert_eq!(taken.status, StatusCode::OK, "{}", taken.text());
    drop(begun);
}
