//! Commands beside a service that has the store open: each does what it does alone, and both see what the other did.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::process::{Child, Output, Stdio};
use std::time::{Duration, Instant};

use clap::CommandFactory;
use serde_json::{Value, json};
use testamur::cli::Cli;

use super::hooks::Receiver;
use super::process::{Place, Process, now, request};
use super::served::{Reply, read_reply};

const PEOPLE: &str = "Name,E-mail\nAda Lovelace,ada@example.org\nGrace Hopper,grace@example.org\n\
                      सुनीता शर्मा,sunita@example.org\nAlan Turing,alan@example.org\n";

/// Commands that need no data folder of a service, and are not run here: they take long, or are started by the program itself.
const APART: [&str; 3] = ["demo", "bench", "read-pieces"];

/// Commands that only who has the folder alone may run: what they say beside a service.
const REFUSED: [(&[&str], &str); 3] = [
    (&["init", "--issuer", "Another", "--domain", "other.example.org"], "exists already"),
    (&["import-dump", "dump"], "stop it"),
    (&["serve", "--listen", "127.0.0.1:0"], "stop it"),
];

/// Every other command, in an order in which each has something to do, with its exit code.
const COMMANDS: [(&[&str], i32); 76] = [
    (&["config", "check"], 0),
    (&["template", "list"], 0),
    (&["template", "check", "classic"], 0),
    (&["template", "preview", "classic", "--out", "preview.pdf"], 0),
    (&["template", "export", "classic", "--out", "exported"], 0),
    (&["event", "create", "MAPS", "--title", "Maps", "--template", "classic"], 0),
    (&["event", "create", "MAPS", "--title", "Maps", "--template", "classic"], 3),
    (&["event", "update", "MAPS", "--title", "Old maps"], 0),
    (&["event", "list"], 0),
    (&["event", "archive", "MAPS"], 0),
    (&["event", "list", "--archived"], 0),
    (&["event", "unarchive", "MAPS"], 0),
    (&["event", "create", "AGAIN", "--title", "Again", "--template", "classic"], 0),
    (&["import", "AGAIN", "people.csv"], 0),
    (&["people", "remove", "AGAIN", "alan@example.org"], 0),
    (&["event", "remove", "AGAIN"], 0),
    (&["event", "show", "MAPS"], 0),
    (&["import", "MAPS", "people.csv"], 0),
    (&["import", "MAPS", "people.csv"], 0),
    (&["import", "NOWHERE", "people.csv"], 3),
    (&["people", "list", "MAPS"], 0),
    (&["people", "person", "MAPS", "alan@example.org"], 0),
    (&["people", "join", "MAPS", "alan@example.org", "MAPS", "alan@example.org"], 3),
    (&["people", "split", "MAPS", "alan@example.org", "MAPS", "alan@example.org"], 3),
    (&["people", "except", "MAPS", "alan@example.org"], 0),
    (&["people", "unlist", "MAPS", "alan@example.org"], 0),
    (&["people", "exclude", "MAPS", "alan@example.org", "--reason", "requested"], 0),
    (&["people", "unlist", "MAPS", "alan@example.org"], 0),
    (&["issue", "MAPS", "--dry-run"], 0),
    (&["issue", "MAPS", "--out", "out", "--format", "pdf,jwt"], 0),
    (&["issue", "MAPS"], 0),
    (&["certificates", "list"], 0),
    (&["certificates", "show", "CERT-MAPS-YEAR-00001"], 0),
    (&["certificates", "render", "CERT-MAPS-YEAR-00001", "--out", "again"], 0),
    (&["certificates", "make-visible", "CERT-MAPS-YEAR-00001", "--indexed"], 0),
    (&["certificates", "make-visible", "CERT-MAPS-YEAR-00099"], 3),
    (&["certificates", "hide", "CERT-MAPS-YEAR-00001"], 0),
    (&["certificates", "export", "MAPS", "--kinds", "pdf,json,baked-svg", "--zip", "all.zip"], 0),
    (
        &[
            "certificates",
            "export",
            "--text",
            "ada",
            "--kinds",
            "baked-png",
            "--file-names",
            "person",
            "--out",
            "badges",
        ],
        0,
    ),
    (&["people", "list", "MAPS", "--csv"], 0),
    (&["event", "badge", "MAPS", "--out", "badge.svg"], 0),
    (&["mail", "settings", "MAPS", "--certificate", "link"], 0),
    (&["mail", "settings", "MAPS", "--when", "with-issuing"], 3),
    (&["mail", "preview", "MAPS"], 3),
    (&["mail", "test", "MAPS", "--to", "me@example.org"], 3),
    (&["mail", "send", "MAPS"], 3),
    (&["mail", "deliver"], 3),
    (&["mail", "list", "MAPS"], 0),
    (&["mail", "show", "CERT-MAPS-YEAR-00001"], 3),
    (&["mail", "resend", "CERT-MAPS-YEAR-00001"], 3),
    (&["mail", "ambiguous"], 0),
    (&["mail", "stop", "20260101T000000Z-00000000"], 0),
    (&["mail", "bounce"], 3),
    (&["revoke", "CERT-MAPS-YEAR-00001", "--reason", "in error"], 0),
    (&["restore", "CERT-MAPS-YEAR-00001"], 0),
    (&["restore", "CERT-MAPS-YEAR-00001"], 3),
    (&["revoke", "CERT-MAPS-YEAR-00002", "--reason", "in error", "--now"], 0),
    (&["revoke", "out/CERT-MAPS-YEAR-00004.pdf", "--reason", "by its file"], 0),
    (&["regenerate", "CERT-MAPS-YEAR-00003", "--set", "name=Sunita Sharma", "--reason", "name"], 0),
    (&["keys", "list"], 0),
    (&["keys", "rotate"], 0),
    (&["publish", "--out", "site"], 0),
    (&["verify", "out", "--trust", "site"], 1),
    (&["qr", "pack", "out/CERT-MAPS-YEAR-00001.jwt", "--host", "certs.example.org/verify"], 0),
    (&["qr", "unpack", "QR"], 0),
    (&["keys", "compromise", "k1", "--since", "2026-01-01T00:00:00Z"], 0),
    (&["keys", "root-rotate"], 0),
    (&["publish", "--out", "site", "--now"], 0),
    (&["staff", "invite", "bob@example.org", "--name", "Bob", "--role", "issuer"], 0),
    (&["staff", "limit", "bob@example.org", "--event", "MAPS"], 0),
    (&["staff", "list"], 0),
    (&["staff", "reset", "bob@example.org"], 0),
    (&["people", "erase", "MAPS", "alan@example.org"], 0),
    (&["store", "compact"], 0),
    (&["export", "dump"], 0),
    (&["keys", "passphrase", "--new-passphrase-file", "new.txt"], 0),
];

/// Returns the commands that clap knows, as they are typed.
fn known() -> BTreeSet<String> {
    fn leaves(command: &clap::Command, before: &str, into: &mut BTreeSet<String>) {
        let mut below = command.get_subcommands().filter(|one| one.get_name() != "help").peekable();
        if below.peek().is_none() {
            into.insert(before.to_owned());
        }
        below.for_each(|one| leaves(one, format!("{before} {}", one.get_name()).trim(), into));
    }
    let mut all = BTreeSet::new();
    leaves(&Cli::command(), "", &mut all);
    all
}

/// A folder with the files that commands need, at a time that stands still.
struct Folder {
    place: Place,
    clock: String,
    year: String,
}

impl Folder {
    fn new(clock: i64) -> Self {
        let place = Place::new();
        std::fs::write(place.path("people.csv"), PEOPLE).unwrap();
        std::fs::write(place.path("new.txt"), "another long passphrase\n").unwrap();
        std::fs::write(place.path("owned"), "").unwrap();
        let clock = testamur::credential::Timestamp::from_unix(clock).to_string();
        Self { place, year: clock[..4].to_owned(), clock }
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let qr = std::fs::read_to_string(self.place.path("qr.txt")).unwrap_or_default();
        let arguments: Vec<_> =
            arguments.iter().map(|one| one.replace("YEAR", &self.year).replace("QR", qr.trim())).collect();
        let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
        let mut command = self.place.command(&arguments);
        let output = command.current_dir(self.place.path(".")).env("TESTAMUR_CLOCK", &self.clock).output().unwrap();
        if arguments[..2] == ["qr", "pack"] {
            std::fs::write(self.place.path("qr.txt"), &output.stdout).unwrap();
        }
        output
    }

    fn serve(&self) -> Process {
        let mut command = self.place.command(&["serve"]);
        command.env("TESTAMUR_CLOCK", &self.clock);
        self.place.serve_as(command, &[])
    }

    /// Returns what was printed without what differs from folder to folder: paths, addresses, and what is random.
    fn told(&self, output: &Output) -> String {
        let here = self.place.path("").display().to_string();
        let text = String::from_utf8(output.stdout.clone()).unwrap().replace(here.trim_end_matches('/'), "HERE");
        text.lines().map(|line| masked(line) + "\n").collect()
    }
}

/// Puts an `x` for digits and small letters of words that hold both, for addresses, and for fingerprints and sizes.
fn masked(line: &str) -> String {
    let is_random = |word: &str| {
        let hex = word.len() == 4 && word.chars().all(|c| c.is_ascii_hexdigit()) && !word.starts_with("20");
        let mixed = word.len() >= 8
            && word.contains(|c: char| c.is_ascii_lowercase())
            && word.contains(|c: char| c.is_ascii_digit());
        let link = word.contains("://") && word.contains('#');
        hex || mixed || link || word.parse::<f64>().is_ok_and(|_| word.contains('.'))
    };
    line.split(' ').map(|word| if is_random(word) { "x" } else { word }).collect::<Vec<_>>().join(" ")
}

#[test]
fn every_command_does_beside_the_service_what_it_does_alone() {
    let named = |arguments: &[&str]| -> String {
        let two = arguments.iter().take(2).copied().collect::<Vec<_>>().join(" ");
        if known().contains(&two) { two } else { arguments[0].to_owned() }
    };
    let mut tried: BTreeSet<_> = COMMANDS.iter().map(|(arguments, _)| named(arguments)).collect();
    tried.extend(REFUSED.iter().map(|(arguments, _)| named(arguments)));
    tried.extend(APART.map(str::to_owned));
    assert_eq!(known(), tried, "each command is tried here, or named as one that is not");
    for row in include_str!("../../docs/commands.md").lines().filter(|line| line.starts_with("| `")) {
        let first = row.split('`').nth(1).unwrap().split(' ').next().unwrap();
        assert!(known().iter().any(|one| one.split(' ').next() == Some(first)), "{row}");
    }

    let clock = now() + 60;
    let (alone, beside) = (Folder::new(clock), Folder::new(clock));
    let service = beside.serve();
    for (arguments, code) in COMMANDS {
        let (one, other) = std::thread::scope(|scope| {
            let one = scope.spawn(|| alone.run(arguments));
            let other = beside.run(arguments);
            (one.join().unwrap(), other)
        });
        assert_eq!(one.status.code(), Some(code), "alone {arguments:?}: {one:?}");
        assert_eq!(other.status.code(), Some(code), "beside {arguments:?}: {other:?}\n{}", service.log());
        assert_eq!(beside.told(&other), alone.told(&one), "{arguments:?}");
    }
    for (arguments, hint) in REFUSED {
        let refused = beside.run(arguments);
        let text = String::from_utf8_lossy(&refused.stderr);
        assert_eq!(refused.status.code(), Some(3), "{arguments:?}: {text}");
        assert!(text.contains(hint) && text.contains("\nhint: "), "{arguments:?}: {text}");
    }
    assert!(!service.log().contains("panicked"), "{}", service.log());
    service.stop();

    let acts = |folder: &Folder| -> Vec<Value> {
        let dump = folder.place.path("again.dump");
        let mut export = folder.place.command(&["export", dump.to_str().unwrap()]);
        export.env("TESTAMUR_CLOCK", &folder.clock).env("TESTAMUR_PASSPHRASE", "another long passphrase");
        let done = export.output().unwrap();
        assert!(done.status.success(), "{done:?}");
        let text = std::fs::read_to_string(dump).unwrap();
        let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let acts = lines.filter_map(|line| line["record"]["audit"]["act"].as_object().cloned());
        acts.map(|act| json!([act["actor"], act["action"]])).collect()
    };
    let (one, other) = (acts(&alone), acts(&beside));
    assert!(one.len() > 15, "{one:?}");
    // The service wrote of its set-up link besides.
    let other: Vec<_> = other.into_iter().filter(|act| act[1] != "staff.setup_link").collect();
    assert_eq!(other, one);
}

/// Sends a request through the socket, as `curl --unix-socket` does.
fn through_the_socket(place: &Place, line: &str, body: &Value) -> Reply {
    let mut stream = UnixStream::connect(place.path("data/admin.sock")).unwrap();
    let text = if body.is_null() { String::new() } else { body.to_string() };
    stream.write_all(&request(line, "content-type: application/json\r\n", text.as_bytes())).unwrap();
    read_reply(&mut stream)
}

#[test]
fn the_socket_carries_the_service_for_the_operator_and_the_store_nowhere_else() {
    let place = Place::new();
    let (process, token) = place.serve_owned();
    let mode = std::fs::metadata(place.path("data/admin.sock")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let ask = |line: &str, body: &Value| through_the_socket(&place, line, body);
    assert_eq!(ask("GET /api/v1/events", &Value::Null).json()["items"][0]["code"], "WORKSHOP");
    let made = ask("POST /api/v1/events", &json!({ "code": "A", "details": { "title": "A" } }));
    assert_eq!(made.status, 201, "{}", made.text());
    let invited = json!({ "email": "bob@example.org", "name": "Bob", "roles": ["issuer"] });
    assert_eq!(ask("POST /api/v1/staff", &invited).status, 201);
    assert_eq!(ask("GET /api/v1/me", &Value::Null).status, 403);
    // As often as they like.
    let patient = (0..60).map(|_| ask("POST /api/v1/verify", &json!({ "text": "x" })).status);
    assert_eq!(patient.collect::<BTreeSet<_>>(), BTreeSet::from([200]));
    let log = process.json(&token, "GET /api/v1/audit?order=newest&limit=10", &Value::Null);
    let log = log["items"].as_array().unwrap();
    let of = |action: &str| log.iter().find(|entry| entry["action"] == action).unwrap()["actor"].clone();
    assert!(of("event.create").as_str().unwrap().starts_with("operator:"), "{log:?}");

    let greeting = ask("GET /operator", &Value::Null).json();
    let service = greeting["service"].as_str().unwrap();
    let call = format!("/operator/store/{service}/last_act");
    assert_eq!(ask(&format!("POST {call}"), &json!([])).status, 200);
    assert_eq!(ask("POST /operator/store/another/last_act", &json!([])).status, 410);
    assert_eq!(ask(&format!("POST /operator/store/{service}/drop"), &json!([])).status, 404);
    let headers = format!("authorization: Bearer {token}\r\ncontent-type: application/json\r\n");
    for line in ["GET /operator".to_owned(), format!("POST {call}"), "POST /operator/dump-signature".to_owned()] {
        let refused = process.send(&line, &headers, b"null");
        assert!([404, 405].contains(&refused.status), "{line}: {}", refused.status);
    }
    process.stop();
    assert!(!place.path("data/admin.sock").exists());
}

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

#[test]
fn what_a_command_does_is_seen_by_the_service_and_told_to_who_listens() {
    let place = Place::new();
    place.configure("webhooks_loopback = true");
    let (process, token) = place.serve_owned();
    let receiver = Receiver::start();
    let endpoint = json!({ "url": receiver.url(), "events": ["certificate.issued", "certificate.revoked"] });
    process.json(&token, "POST /api/v1/webhooks", &endpoint);
    let get = |path: &str| process.json(&token, &format!("GET /api/v1{path}"), &Value::Null);
    let post = |path: &str, body: Value| process.json(&token, &format!("POST /api/v1{path}"), &body);

    std::fs::write(place.path("people.csv"), PEOPLE).unwrap();
    place.run(&["import", "WORKSHOP", place.path("people.csv").to_str().unwrap()]);
    let out = place.path("out");
    place.run(&["issue", "WORKSHOP", "--out", out.to_str().unwrap()]);
    assert_eq!(std::fs::read_dir(&out).unwrap().count(), 4, "the command drew all of what it issued");
    let run = get("/runs")["items"][0].clone();
    assert_eq!(
        (&run["kind"], &run["state"], &run["counters"]["done"]),
        (&json!("generate"), &json!("completed"), &json!(4))
    );
    assert!(run["by"].as_str().unwrap().starts_with("operator:"), "{run}");

    let all = get("/certificates")["items"].clone();
    let number = |n: usize| all[n]["number"].as_str().unwrap().to_owned();
    let jws = |number: &str| {
        process.send(&format!("GET /api/v1/certificates/{number}/file?format=jwt"), &bearer(&token), b"").text()
    };
    let verdict = |jws: &str| post("/verify", json!({ "text": jws }))["verdicts"][0]["verdict"].clone();
    let metrics = process.send("GET /metrics", "", b"").text();
    assert!(metrics.contains("testamur_certificates_issued_total 4"), "{metrics}");
    let first = jws(&number(0));
    assert_eq!(verdict(&first), "valid");
    place.run(&["revoke", &number(0), "--reason", "in error"]);
    assert_eq!(verdict(&first), "revoked", "what is answered from memory is not older than the command");
    let shown = get(&format!("/certificates/{}", number(0)));
    assert_eq!(shown["versions"][0]["status"], "revocation_waits", "{shown}");
    place.run(&["restore", &number(0)]);
    assert_eq!(verdict(&first), "valid");

    place.run(&["keys", "rotate"]);
    post("/events/WORKSHOP/participants", json!({ "name": "Late Comer", "email": "late@example.org" }));
    let made = post("/runs", json!({ "kind": "generate", "event": "WORKSHOP", "anyway": true }));
    let id = made["id"].as_str().unwrap().to_owned();
    let over = wait("the end of the run", || {
        let run = get(&format!("/runs/{id}"));
        (run["finished"] != Value::Null).then_some(run)
    });
    assert_eq!((&over["state"], &over["counters"]["done"]), (&json!("completed"), &json!(1)), "{over}");
    let last = get("/certificates")["items"][4]["number"].as_str().unwrap().to_owned();
    let header = jws(&last).split('.').next().unwrap().to_owned();
    let header = data_encoding::BASE64URL_NOPAD.decode(header.as_bytes()).unwrap();
    let header: Value = serde_json::from_slice(&header).unwrap();
    assert!(header["kid"].as_str().unwrap().ends_with("#k2"), "the service signs with the new key: {header}");
    assert_eq!(get("/keys")["keys"].as_array().unwrap().len(), 2);

    let mut told = Vec::new();
    wait("the webhooks", || {
        told.extend(receiver.messages().into_iter().map(|one| one.body));
        let has = |words: &str| told.iter().any(|body: &String| body.contains(words));
        (has("certificate.issued") && has("certificate.revoked") && has(&last)).then_some(())
    });
}

fn bearer(token: &str) -> String {
    format!("authorization: Bearer {token}\r\n")
}

#[test]
fn a_hundred_commands_at_once_all_do_their_work() {
    let place = Place::new();
    let process = place.serve(&[]);
    let begun: Vec<Child> = (0..100)
        .map(|n| {
            let email = format!("p{n}@example.org");
            let mut command = place.command(&["staff", "invite", &email, "--name", "Somebody", "--role", "viewer"]);
            command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    for one in begun {
        let done = one.wait_with_output().unwrap();
        assert!(done.status.success(), "{done:?}");
    }
    let listed = place.run(&["staff", "list", "--json"]);
    assert_eq!(listed.lines().count(), 100);
    process.stop();
}

#[test]
fn a_service_that_is_killed_in_the_middle_of_a_command_loses_nothing_that_was_acknowledged() {
    const MANY: usize = 1_700;
    let place = Place::new();
    std::fs::write(place.path("owned"), "").unwrap();
    let people = place.path("people.csv");
    let rows = (0..MANY).map(|n| format!("Person {n},p{n}@example.org\n"));
    std::fs::write(&people, format!("Name,E-mail\n{}", rows.collect::<String>())).unwrap();
    place.run(&["import", "WORKSHOP", people.to_str().unwrap()]);
    let mut process = place.serve(&[]);
    let mut command = place.command(&["issue", "WORKSHOP", "--json"]);
    let mut issuing = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(issuing.stdout.take().unwrap()).lines();
    let mut acknowledged: Vec<Value> = Vec::new();
    let number = |line: &str| serde_json::from_str::<Value>(line).unwrap()["number"].clone();
    acknowledged.push(number(&lines.next().unwrap().unwrap()));
    process.child.kill().unwrap();
    process.ended();
    acknowledged.extend(lines.map(|line| number(&line.unwrap())));
    let ended = issuing.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(3), "{said}");
    assert!(said.contains("went away in the middle"), "{said}");
    assert!(!said.contains("panicked"), "{said}");

    // The socket that it left is nobody: commands open the store themselves.
    assert!(place.path("data/admin.sock").exists());
    let kept = place.run(&["certificates", "list", "--json"]);
    let kept: BTreeSet<String> = kept.lines().map(|line| number(line).to_string()).collect();
    acknowledged.retain(|number| !number.is_null());
    assert!(!acknowledged.is_empty() && kept.len() < MANY, "it was killed in the middle: {}", kept.len());
    assert!(acknowledged.iter().all(|number| kept.contains(&number.to_string())));
    let again = place.run(&["issue", "WORKSHOP"]);
    let issued = MANY - kept.len();
    assert!(again.contains(&format!("{issued} issued, {} had one already, 0 failed", kept.len())), "{again}");
}
