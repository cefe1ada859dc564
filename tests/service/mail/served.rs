//! The program itself, which serves and sends: what it logs names nobody, and a kill loses nothing.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::process::{Place, Process};
use crate::smtp_sink::Sink;

/// Asks again and again until it is so.
#[track_caller]
fn wait<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(began.elapsed() < Duration::from_secs(120), "{what} never came");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// An issuer with two certificates, whose mail goes to a sink.
fn place(sink: &Sink) -> Place {
    let place = Place::new();
    let people = "name,email\nZoë Ångström,zoe.angstrom@example.org\nAlan Turing,alan.turing@example.org\n";
    std::fs::write(place.path("people.csv"), people).unwrap();
    place.run(&["import", "WORKSHOP", place.path("people.csv").to_str().unwrap()]);
    place.run(&["issue", "WORKSHOP"]);
    let path = place.path("data/testamur.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let mail = format!(
        "\n[mail]\nrelay = \"127.0.0.1\"\nport = {}\nsecurity = \"none\"\nfrom = \"Academy <certs@academy.example>\"\n\
         bounces = \"{}\"\n\n[serve]\npublic_url = \"https://certs.academy.example\"\n",
        sink.port,
        place.path("Maildir").display()
    );
    for name in ["new", "cur", "tmp"] {
        std::fs::create_dir_all(place.path("Maildir").join(name)).unwrap();
    }
    std::fs::write(path, text + &mail).unwrap();
    place
}

fn states(process: &Process, token: &str) -> Vec<String> {
    let listed = process.json(token, "GET /api/v1/mail/messages", &Value::Null);
    let items = listed["items"].as_array().unwrap();
    items.iter().map(|message| message["state"].as_str().unwrap().to_owned()).collect()
}

/// Returns the secret of the link in a mail.
fn token_in(content: &[u8], path: &str) -> String {
    let read = mail_parser::MessageParser::default().parse(content).unwrap();
    let text = read.body_text(0).unwrap();
    let (_, rest) =
        text.split_once(&format!("https://certs.academy.example{path}")).unwrap_or_else(|| panic!("{text}"));
    rest.split_whitespace().next().unwrap().to_owned()
}

#[test]
fn a_service_sends_what_it_and_commands_put_out_and_its_log_names_nobody() {
    let sink = Sink::start();
    let place = place(&sink);
    let (process, token) = place.serve_owned();
    let run = json!({ "kind": "send", "event": "WORKSHOP", "people": ["zoe.angstrom@example.org"] });
    process.json(&token, "POST /api/v1/runs", &run);
    let mut mails = wait("the first mail", || Some(sink.mails()).filter(|mails| !mails.is_empty()));
    let said = place.run(&["mail", "send", "WORKSHOP"]);
    assert!(said.contains("1 message is put into the outbox") && said.contains("the service"), "{said}");
    mails.extend(wait("the second mail", || Some(sink.mails()).filter(|mails| !mails.is_empty())));
    wait("the end", || (states(&process, &token) == ["sent", "sent"]).then_some(()));
    let tried = process.json(&token, "POST /api/v1/events/WORKSHOP/mail/test", &json!({}));
    assert!(tried["reply"].as_str().unwrap().starts_with("250"), "{tried}");
    let test = sink.mails().remove(0);
    assert_eq!(test.to, crate::process::EMAIL, "to who asks for it, and to nobody else");
    assert_eq!(test.from, "certs@academy.example");

    // What comes back into the folder is read.
    let first = mails.iter().find(|mail| mail.to.starts_with("zoe")).unwrap();
    let report = format!(
        "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example\r\nTo: <{}>\r\nSubject: no\r\n\r\n\
         <zoe.angstrom@example.org>: 550 5.1.1 nobody\r\n",
        first.from
    );
    std::fs::write(place.path("Maildir/new/1"), report).unwrap();
    wait("the bounce", || states(&process, &token).contains(&"bounced".to_owned()).then_some(()));
    // Whoever follows the link of a mail, or comes into the portal by one, leaves no trace of it.
    let second = mails.iter().find(|mail| mail.to.starts_with("alan")).unwrap();
    let shows = token_in(&second.content, "/m/");
    assert_eq!(process.send(&format!("GET /m/{shows}"), "", b"").status, 200);
    let kind = "content-type: application/x-www-form-urlencoded\r\n";
    assert_eq!(process.send("POST /portal/login", kind, b"email=alan.turing%40example.org").status, 200);
    let letter = wait("the link to the portal", || sink.mails().pop());
    let lets_in = token_in(&letter.content, "/portal/enter/");
    assert_eq!(process.send(&format!("GET /portal/enter/{lets_in}"), "", b"").status, 200);
    let hers = token_in(&first.content, "/m/");
    let log = process.log();
    assert!(log.contains("\"message\":\"mail\"") || log.contains("mail"), "{log}");
    let bounce = first.from.split(['+', '@']).nth(1).unwrap();
    for name in ["zoe", "angstrom", "Ångström", "turing", &shows, &hers, &lets_in, bounce, "User unknown", "nobody"] {
        assert!(!log.contains(name), "the log says {name}: {log}");
    }
    process.stop();
}

#[test]
fn a_service_that_is_killed_while_it_sends_loses_nobody_and_sends_nobody_two() {
    let sink = Sink::start();
    let place = place(&sink);
    let rows: String = (0..60).map(|n| format!("Person {n},p{n}@example.org\n")).collect();
    std::fs::write(place.path("people.csv"), format!("name,email\n{rows}")).unwrap();
    place.run(&["import", "WORKSHOP", place.path("people.csv").to_str().unwrap()]);
    place.run(&["issue", "WORKSHOP"]);
    std::fs::write(place.path("owned"), "").unwrap();
    let mut process = place.serve(&[]);
    place.run(&["mail", "send", "WORKSHOP"]);
    wait("some mail", || (sink.count() > 5).then_some(()));
    process.child.kill().unwrap();
    process.ended();
    let done = place.output(&["mail", "deliver"]);
    assert!(matches!(done.status.code(), Some(0 | 1)), "{done:?}");
    let listed = place.run(&["mail", "list", "--json"]);
    let messages: Vec<Value> = listed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(messages.len(), 62);
    let mails = sink.mails();
    for message in &messages {
        let got = mails.iter().filter(|mail| message["to"] == mail.to.as_str()).count();
        match message["state"].as_str().unwrap() {
            "sent" => assert_eq!(got, 1, "{message}"),
            "ambiguous" => assert!(got <= 1, "{message}"),
            other => panic!("{other}: {message}"),
        }
    }
    let ambiguous = messages.iter().filter(|message| message["state"] == "ambiguous").count();
    assert!(ambiguous <= 4, "at most what was in hand: {ambiguous}");
}
