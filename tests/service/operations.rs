//! What whoever runs the service relies on: starting, stopping, health, logs, backups, the disk, a lost password.

use std::io::{Read, Write};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use serde_json::{Value, json};
use testamur::store::MemoryStore;

use super::harness::World;
use super::process::{EMAIL, NAME, PASSWORD, Place, Process, repository, request};
use super::runs;
use super::served::{Reply, Served, read_reply};

// ---- listening

fn https(process: &Process, line: &str) -> std::io::Result<Reply> {
    let mut roots = rustls::RootCertStore::empty();
    let file = repository("tests/data/service/localhost.crt");
    roots.add(CertificateDer::from_pem_file(file).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = Arc::new(config.with_root_certificates(roots).with_no_client_auth());
    let name = ServerName::try_from("localhost").unwrap();
    let mut session = rustls::ClientConnection::new(config, name).unwrap();
    let mut socket = process.connect();
    let mut stream = rustls::Stream::new(&mut session, &mut socket);
    stream.write_all(&request(line, "", b""))?;
    Ok(read_reply(&mut stream))
}

#[test]
fn with_a_certificate_and_a_key_it_speaks_tls_and_nothing_else() {
    let place = Place::new();
    let file = |name: &str| repository(&format!("tests/data/service/{name}")).display().to_string();
    let (chain, key) = (file("localhost.crt"), file("localhost.key"));
    let process = place.serve(&["--tls-cert", &chain, "--tls-key", &key]);
    assert!(process.said.contains("https://127.0.0.1:"), "{}", process.said);
    assert_eq!(https(&process, "GET /readyz").unwrap().status, 200);
    assert_eq!(process.send("GET /readyz", "", b"").status, 0, "no plain HTTP there");
    process.stop();
    assert!(place.refused(&["serve", "--tls-cert", &chain]).contains("--tls-key"));
    let refused = place.refused(&["serve", "--listen", "127.0.0.1:0", "--tls-cert", &chain, "--tls-key", &chain]);
    assert!(refused.contains("localhost.crt"), "{refused}");
}

#[test]
fn an_address_is_taken_from_the_proxy_only_behind_one() {
    let (one_line, two_lines) = ("198.51.100.9, 203.0.113.7", "198.51.100.9\r\nx-forwarded-for: 203.0.113.7");
    for (behind_proxy, lines, expected) in [
        (0, one_line, "127.0.0.1"),
        (1, one_line, "203.0.113.7"),
        // As HAProxy does.
        (1, two_lines, "203.0.113.7"),
        (2, two_lines, "198.51.100.9"),
        (1, "203.0.113.7:4711", "203.0.113.7"),
        (1, "198.51.100.9, [2001:db8::7]:4711", "2001:db8::7"),
        (1, "203.0.113.7\r\nforwarded: for=198.51.100.9", "127.0.0.1"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let change = |parts: &mut testamur::server::Parts| parts.behind_proxy = behind_proxy;
        let world = World::changed(Arc::new(MemoryStore::new()), folder, Default::default(), change);
        let served = Served::new(world);
        let headers = format!("content-type: application/json\r\nx-forwarded-for: {lines}\r\n");
        let made = served.ask("POST /api/v1/events", &headers, b"{\"code\":\"A\",\"details\":{\"title\":\"A\"}}");
        assert_eq!(made.status, 201, "{}", made.text());
        let actor = served.world.app.store.audit(None, 100).unwrap().items.pop().unwrap().act.actor;
        assert_eq!(actor, format!("staff:owner from {expected}"), "{behind_proxy} {lines:?}");
    }
}

#[test]
fn a_second_service_over_the_same_folder_is_refused_and_the_first_goes_on() {
    let place = Place::new();
    let process = place.serve(&[]);
    let refused = place.refused(&["serve", "--listen", "127.0.0.1:0"]);
    assert!(refused.contains("in use by another process") && refused.contains("hint: "), "{refused}");
    assert!(refused.contains("`testamur serve` runs over this folder: stop it"), "{refused}");
    let port = process.port.to_string();
    let other = Place::new();
    let taken = other.refused(&["serve", "--listen", &format!("127.0.0.1:{port}")]);
    assert!(taken.contains(&port) && taken.contains("hint: "), "{taken}");
    assert_eq!(process.send("GET /readyz", "", b"").status, 200);
    assert!(place.path("data/admin.sock").exists(), "the first one's door is still there");
}

// ---- configuration

#[test]
fn config_check_says_what_it_amounts_to_or_what_is_wrong() {
    let place = Place::new();
    place.configure(
        "listen = \"127.0.0.1:9\"\nupload_mb = 5\nrequest_seconds = 7\nrevoke_alone = 3\nlinks_per_caller = 30",
    );
    let told = place.run(&["config", "check"]);
    for (name, value) in [
        ("listen", "127.0.0.1:9"),
        ("upload_mb", "5"),
        ("request_seconds", "7"),
        ("revoke_alone", "3"),
        ("links_per_caller", "30"),
    ] {
        assert!(told.lines().any(|line| line.contains(name) && line.ends_with(value)), "{name}: {told}");
    }
    let wrong = [
        ("lisen = \"127.0.0.1:9\"", "lisen"),
        ("listen = \"here\"", "listen"),
        ("upload_mb = 0", "upload_mb"),
        ("request_seconds = -1", "request_seconds"),
        ("links_per_caller = 0", "links_per_caller"),
        ("tls_cert = \"/nowhere.pem\"", "tls_key"),
        ("tls_cert = \"/nowhere.pem\"\ntls_key = \"/nowhere.pem\"", "/nowhere.pem"),
    ];
    for (lines, named) in wrong {
        place.configure(lines);
        for command in [&["config", "check"][..], &["serve"]] {
            let refused = place.refused(command);
            assert!(refused.contains(named), "{command:?} {lines}: {refused}");
        }
    }
}

#[test]
fn a_flag_goes_before_the_environment_and_that_before_the_file() {
    let place = Place::new();
    place.configure("listen = \"127.0.0.1:1\"");
    let mut command = place.command(&["serve"]);
    command.env("TESTAMUR_LISTEN", "127.0.0.1:2");
    let process = place.serve_as(command, &["--listen", "127.0.0.1:0"]);
    assert!(process.port > 1_000);
    process.stop();
    let mut command = place.command(&["serve", "--vc-api"]);
    command.env("TESTAMUR_LISTEN", "192.0.2.1:9");
    let output = command.output().unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).contains("192.0.2.1:9"), "{output:?}");
}

// ---- health and metrics

#[test]
fn it_is_ready_while_its_store_is_there() {
    let place = Place::new();
    let process = place.serve(&[]);
    assert_eq!(process.send("GET /healthz", "", b"").status, 200);
    assert_eq!(process.send("GET /readyz", "", b"").status, 200);
    std::fs::rename(place.path("data/store"), place.path("elsewhere")).unwrap();
    std::thread::sleep(Duration::from_millis(1_100));
    process.send("GET /readyz", "", b"").problem(503, "not-ready");
    assert_eq!(process.send("GET /healthz", "", b"").status, 200, "a restart would not bring the folder back");
    std::fs::rename(place.path("elsewhere"), place.path("data/store")).unwrap();
    std::thread::sleep(Duration::from_millis(1_100));
    assert_eq!(process.send("GET /readyz", "", b"").status, 200);
}

/// Reads the text format of Prometheus; returns each sample's name with labels, and its value.
fn samples(text: &str) -> Vec<(String, f64)> {
    let mut families = std::collections::BTreeMap::new();
    let mut samples = Vec::new();
    assert!(text.ends_with("# EOF\n"), "it is whole");
    for line in text.lines() {
        match line.strip_prefix("# ") {
            Some(comment) => {
                let mut words = comment.splitn(3, ' ');
                if let (Some("TYPE"), Some(family), Some(kind)) = (words.next(), words.next(), words.next()) {
                    assert!(["counter", "gauge", "histogram"].contains(&kind), "{line}");
                    assert_eq!(families.insert(family.to_owned(), kind.to_owned()), None, "told twice: {line}");
                }
            }
            None => {
                let (name, value) = line.rsplit_once(' ').unwrap();
                let family = name.split('{').next().unwrap();
                let base = ["_total", "_bucket", "_sum", "_count"].iter().find_map(|end| family.strip_suffix(end));
                assert!(families.contains_key(base.unwrap_or(family)), "{line} has no type");
                assert!(family.starts_with("testamur_"), "{line}");
                samples.push((name.to_owned(), value.parse().unwrap()));
            }
        }
    }
    samples
}

#[test]
fn the_metrics_are_prometheus_text_and_count_what_happened() {
    let world = World::in_memory();
    runs::school(&world, 3, 1);
    let queued = json!({ "kind": "generate", "event": "WORKSHOP" });
    let id = world.post("/runs", &queued).ok()["id"].as_str().unwrap().to_owned();
    let sample = |world: &World, name: &str| {
        let answer = world.send("", axum::http::Request::get("/metrics"), "");
        let kind = answer.headers["content-type"].to_str().unwrap();
        assert!(kind.starts_with("application/openmetrics-text; version=1.0.0"), "{kind}");
        let found = samples(&answer.text()).into_iter().filter(|(sample, _)| sample.starts_with(name));
        found.map(|(_, value)| value).sum::<f64>()
    };
    assert_eq!(sample(&world, "testamur_runs_open"), 1.0);
    runs::work(&world);
    world.get(&format!("/runs/{id}")).ok();
    world.post("/certificates/CERT-WORKSHOP-2026-00001/revoke", &json!({ "cause": "on_request" })).ok();
    assert_eq!(sample(&world, "testamur_runs_open"), 0.0);
    assert_eq!(sample(&world, "testamur_certificates_issued_total"), 3.0);
    assert_eq!(sample(&world, "testamur_certificates_revoked_total"), 1.0);
    let route = "testamur_http_requests_total{method=\"GET\",route=\"/api/v1/runs/{id}\",status=\"200\"}";
    assert_eq!(sample(&world, route), 1.0);
    assert!(sample(&world, "testamur_http_request_seconds_count{route=\"/api/v1/runs/{id}\"}") >= 1.0);
    assert_eq!(sample(&world, "testamur_http_requests_in_flight"), 1.0, "this one");
}

// ---- logs

#[test]
fn each_answer_has_an_id_that_its_log_line_has_too() {
    let place = Place::new();
    let process = place.serve(&[]);
    let sent = process.send("GET /api/v1/events", "x-request-id: forged\r\n", b"");
    let id = sent.header("x-request-id").unwrap().to_owned();
    assert_eq!((id.len(), sent.status), (16, 401));
    assert_ne!(process.send("GET /healthz", "", b"").header("x-request-id"), Some(&id[..]));
    let log = process.log();
    assert!(!log.contains("forged"), "{log}");
    let line = log.lines().find(|line| line.contains(&id)).unwrap();
    let line: Value = serde_json::from_str(line).expect("each line is JSON");
    let fields = &line["fields"];
    assert_eq!((&fields["route"], &fields["status"]), (&json!("/api/v1/events"), &json!(401)));
}

#[test]
fn logs_hold_no_names_addresses_or_secrets() {
    let place = Place::new();
    let mut command = place.command(&["serve"]);
    command.env("RUST_LOG", "testamur=debug,info");
    let process = place.serve_as(command, &["--site", place.path("site").to_str().unwrap()]);
    let link = process.setup.clone().unwrap();
    let token = process.set_up();
    let (cookie, csrf) = process.log_in(PASSWORD).unwrap();
    assert!(process.log_in("a wrong passphrase was typed").is_none());
    let person =
        json!({ "name": "Zoë Ångström-Quux", "email": "zoe.quux@secret.example", "external_id": "pnr-19930214" });
    process.json(&token, "POST /api/v1/events/WORKSHOP/participants", &person);
    for path in ["zoe.quux@secret.example", "?q=zoe.quux", "nobody.quux@secret.example"] {
        let line = format!("GET /api/v1/events/WORKSHOP/participants/{path}").replace("/?", "?");
        process.send(&line, &format!("authorization: Bearer {token}\r\n"), b"");
    }
    process.json(&token, "PUT /api/v1/events/WORKSHOP/rule", &json!({ "rule": "checked_in" }));
    let rule = json!({ "rule": { "cel": { "expression": "role == 'Zoë Ångström-Quux'" } } });
    process.json(&token, "PUT /api/v1/events/WORKSHOP/rule", &rule);
    let issue = json!({ "person": "zoe.quux@secret.example", "reason": "Zoë sat the exam on paper" });
    process.json(&token, "POST /api/v1/events/WORKSHOP/issue-now", &issue);
    let long = json!({ "name": "Zoë Ångström-Quux ".repeat(30), "email": "zoe2.quux@secret.example" });
    process.send(
        "POST /api/v1/events/WORKSHOP/participants",
        &format!("authorization: Bearer {token}\r\ncontent-type: application/json\r\n"),
        long.to_string().as_bytes(),
    );
    let number = "CERT-WORKSHOP-".to_owned();
    let listed = process.json(&token, "GET /api/v1/certificates", &Value::Null);
    let number = listed["items"][0]["number"].as_str().filter(|found| found.starts_with(&number)).unwrap().to_owned();
    let cause = json!({ "cause": "other", "text": "Zoë asked for it" });
    process.json(&token, &format!("POST /api/v1/certificates/{number}/revoke"), &cause);
    process.json(&token, "POST /api/v1/publish", &Value::Null);
    let hook = json!({ "url": "https://hooks.secret.example/t0k3n?key=abc", "events": ["certificate.issued"] });
    let made = process.json(&token, "POST /api/v1/webhooks", &hook);
    let secret = made["secret"].as_str().unwrap().to_owned();
    std::thread::sleep(Duration::from_millis(1_500));
    let log = process.log();
    process.stop();
    let session = cookie.split_once('=').unwrap().1;
    let words = [
        "Zoë",
        "Ångström",
        "quux",
        "Quux",
        "secret.example",
        "pnr-19930214",
        "t0k3n",
        "Hopper",
        "navy.example",
        EMAIL,
        NAME,
        PASSWORD,
        "wrong passphrase",
        session,
        &csrf,
        &token,
        &link,
        &secret,
        "correct horse",
    ];
    for word in words {
        assert!(
            !log.contains(word),
            "`{word}` is in the log: {}",
            log.lines().find(|line| line.contains(word)).unwrap()
        );
    }
    assert!(log.lines().filter(|line| line.contains("\"answered\"")).count() > 10, "{log}");
}

// ---- stopping

#[test]
fn stopping_finishes_what_has_begun_and_takes_nothing_new() {
    let place = Place::new();
    let (mut process, token) = place.serve_owned();
    let body = json!({ "name": "Ada Lovelace", "email": "ada@example.org" }).to_string();
    let headers = format!("authorization: Bearer {token}\r\ncontent-type: application/json\r\n");
    let bytes = request("POST /api/v1/events/WORKSHOP/participants", &headers, body.as_bytes());
    let mut begun = process.connect();
    begun.write_all(&bytes[..bytes.len() - 10]).unwrap();
    let mut idle = process.connect();
    idle.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    assert_eq!(read_reply(&mut idle).status, 200);
    process.terminate();
    std::thread::sleep(Duration::from_millis(500));
    assert!(std::net::TcpStream::connect(("127.0.0.1", process.port)).is_err(), "nothing new is taken");
    begun.write_all(&bytes[bytes.len() - 10..]).unwrap();
    assert_eq!(read_reply(&mut begun).status, 201);
    let (code, time) = process.ended();
    assert!(code == Some(0) && time < Duration::from_secs(5), "{code:?} after {time:?}");
    assert!(place.run(&["people", "list", "WORKSHOP"]).contains("Ada Lovelace"));
    assert!(!place.path("data/admin.sock").exists());
}

#[test]
fn who_watches_a_run_does_not_hold_up_the_stop() {
    let world = World::in_memory();
    runs::school(&world, 3, 0);
    let id = world.post("/runs", &json!({ "kind": "generate", "event": "WORKSHOP" })).ok()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let mut served = Served::new(world);
    let mut watching = served.connect();
    let line =
        format!("GET /api/v1/runs/{id}/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer staff:a view\r\n\r\n");
    watching.write_all(line.as_bytes()).unwrap();
    let mut seen = Vec::new();
    while !String::from_utf8_lossy(&seen).contains("event: progress") {
        let mut buffer = [0; 4096];
        let read = watching.read(&mut buffer).unwrap();
        assert_ne!(read, 0);
        seen.extend_from_slice(&buffer[..read]);
    }
    assert!(served.stop() < Duration::from_secs(5));
    let mut rest = Vec::new();
    watching.read_to_end(&mut rest).unwrap();
    assert!(rest.ends_with(b"0\r\n\r\n"), "the stream ends in order");
}

// ---- the disk

#[test]
fn a_backup_taken_while_it_serves_restores_to_the_same() {
    let place = Place::new();
    let (process, token) = place.serve_owned();
    for n in 0..20 {
        let person =
            json!({ "name": format!("Person {}", char::from(b'A' + n)), "email": format!("p{n}@example.org") });
        process.json(&token, "POST /api/v1/events/WORKSHOP/participants", &person);
        let issue = json!({ "person": format!("p{n}@example.org"), "reason": "on paper" });
        process.json(&token, "POST /api/v1/events/WORKSHOP/issue-now", &issue);
    }
    let hook = json!({ "url": "https://hooks.example.org/", "events": ["run.finished"] });
    process.json(&token, "POST /api/v1/webhooks", &hook);
    let dump = place.path("dump");
    // Who makes it beside the service need not know the passphrase.
    let mut export = place.command(&["export", dump.to_str().unwrap()]);
    let told = export.env_remove("TESTAMUR_PASSPHRASE").output().unwrap();
    assert!(told.status.success(), "{told:?}");
    process.stop();
    let again = place.path("again");
    std::fs::rename(place.path("data/store"), place.path("old")).unwrap();
    let lists = |place: &Place| {
        ["certificates list --json", "people list WORKSHOP --json", "staff list --json"]
            .map(|command| place.run(&command.split(' ').collect::<Vec<_>>()))
            // A restored record counts its revisions anew.
            .map(|text| text.split(",\"revision\":").next().unwrap().to_owned())
    };
    place.run(&["import-dump", dump.to_str().unwrap(), "--complete"]);
    let restored = lists(&place);
    place.run(&["export", again.to_str().unwrap()]);
    std::fs::rename(place.path("data/store"), place.path("restored")).unwrap();
    std::fs::rename(place.path("old"), place.path("data/store")).unwrap();
    assert_eq!(restored, lists(&place));
    // The first line says when, the last is signed over that.
    let records = |path: &std::path::Path| {
        let text = std::fs::read_to_string(path).unwrap();
        let lines: Vec<_> = text.lines().map(str::to_owned).collect();
        lines[1..lines.len() - 1].to_vec()
    };
    assert_eq!(records(&dump), records(&again));
    assert!(records(&dump).len() > 60);
    std::fs::rename(place.path("data/store"), place.path("old")).unwrap();
    std::fs::rename(place.path("restored"), place.path("data/store")).unwrap();
    let process = place.serve(&[]);
    assert!(process.log_in(PASSWORD).is_some(), "the owner can log in to the restored service");
    let listed = process.json(&token, "GET /api/v1/certificates?limit=500", &Value::Null);
    assert_eq!(listed["items"].as_array().unwrap().len(), 20);
}

/// Runs in a name space of its own, where a small disk can be mounted that goes away with it.
const SMALL_DISK: &str = r#"
set -eu
mount -t tmpfs -o size=24m tmpfs "$1"
cp -a "$2/." "$1"
export TESTAMUR_DATA="$1"
shift 2
exec "$@"
"#;

#[test]
fn a_full_disk_is_told_and_nothing_acknowledged_is_lost() {
    let can = Command::new("unshare").args(["--map-root-user", "--mount", "true"]).status();
    if !can.is_ok_and(|status| status.success()) {
        eprintln!("not run: this machine lets nobody mount a small disk (unshare --mount)");
        return;
    }
    let place = Place::new();
    let (first, token) = place.serve_owned();
    first.stop();
    let disk = place.path("disk");
    std::fs::create_dir(&disk).unwrap();
    let mut command = place.command(&[]);
    let program = command.get_program().to_owned();
    let mut small = Command::new("unshare");
    small.args(["--map-root-user", "--mount", "bash", "-c", SMALL_DISK, "bash"]);
    small.arg(&disk).arg(place.path("data")).arg(program).arg("serve");
    small.env("TESTAMUR_PASSPHRASE", "correct horse battery staple").stdin(std::process::Stdio::null());
    command.env_clear();
    let mut process = place.serve_as(small, &[]);
    let inside = std::path::PathBuf::from(format!("/proc/{}/root{}", process.child.id(), disk.display()));
    let headers = format!("authorization: Bearer {token}\r\ncontent-type: application/json\r\n");
    let add = |process: &Process, n: usize| {
        let fields = json!({ "note": "x".repeat(4_000) });
        let person = json!({ "name": "Person Full", "email": format!("full{n}@example.org"), "fields": fields });
        process.send("POST /api/v1/events/WORKSHOP/participants", &headers, person.to_string().as_bytes())
    };
    let mut told: Vec<usize> = (0..20).filter(|n| add(&process, *n).status == 201).collect();
    assert_eq!(told.len(), 20);
    assert_eq!(process.send("GET /readyz", "", b"").status, 200);
    let mut ballast = std::fs::File::create(inside.join("ballast")).unwrap();
    while ballast.write_all(&[0; 4_096]).is_ok() {}
    std::thread::sleep(Duration::from_millis(1_100));
    process.send("GET /readyz", "", b"").problem(503, "not-ready");
    let mut refused = 0;
    for n in 20..2_000 {
        let answer = add(&process, n);
        match answer.status {
            201 => told.push(n),
            _ => {
                answer.problem(507, "disk-full");
                refused += 1;
                if refused == 3 {
                    break;
                }
            }
        }
    }
    assert_eq!(refused, 3, "a full disk is noticed");
    assert_eq!(process.send("GET /healthz", "", b"").status, 200, "it needs room, and no restart");
    drop(ballast);
    std::fs::remove_file(inside.join("ballast")).unwrap();
    assert_eq!(add(&process, 5_000).status, 201, "it goes on when there is room");
    told.push(5_000);
    let copied = place.path("copied");
    for folder in ["store", "keys"] {
        super::harness::copy(&inside.join(folder), &copied.join(folder));
    }
    std::fs::copy(inside.join("testamur.toml"), copied.join("testamur.toml")).unwrap();
    process.terminate();
    assert_eq!(process.ended().0, Some(0), "it stops in order: {}", process.log());
    std::fs::remove_dir_all(place.path("data")).unwrap();
    std::fs::rename(copied, place.path("data")).unwrap();
    let people = place.run(&["people", "list", "WORKSHOP", "--json"]);
    for n in &told {
        assert!(people.contains(&format!("\"full{n}@example.org\"")), "{n} was acknowledged and is lost");
    }
    assert!(!process.log().contains("panicked"), "{}", process.log());
    let again = place.serve(&[]);
    assert_eq!(add(&again, 9_999).status, 201);
}

// ---- a lost password

fn link(printed: &str) -> String {
    printed.split("/password#").nth(1).unwrap_or_else(|| panic!("{printed}")).trim().to_owned()
}

fn set_password(process: &Process, token: &str, password: &str) -> u16 {
    let body = json!({ "token": token, "password": password }).to_string();
    process.send("POST /api/v1/password", "content-type: application/json\r\n", body.as_bytes()).status
}

#[test]
fn an_owner_who_lost_the_password_is_let_in_again_while_it_serves_or_not() {
    let place = Place::new();
    let (process, token) = place.serve_owned();
    let listed = place.run(&["staff", "list"]);
    assert!(listed.contains(EMAIL) && listed.contains("owner"), "{listed}");
    let printed = place.run(&["staff", "reset", &EMAIL.to_uppercase()]);
    assert!(printed.contains(&format!("http://127.0.0.1:{}/password#", process.port)), "{printed}");
    let ended = process.send("GET /api/v1/events", &format!("authorization: Bearer {token}\r\n"), b"");
    assert_eq!(ended.status, 401, "whoever is in the account is out");
    let (old, new) = (link(&printed), link(&place.run(&["staff", "reset", EMAIL])));
    assert_ne!(set_password(&process, &old, "the first new pass phrase"), 200, "only the last link is good");
    assert_eq!(set_password(&process, &new, "the second new pass phrase") / 100, 2);
    assert_ne!(set_password(&process, &new, "the third new pass phrase") / 100, 2, "and that once");
    assert!(process.log_in(PASSWORD).is_none() && process.log_in("the second new pass phrase").is_some());
    let nobody = place.refused(&["staff", "reset", "nobody@example.org"]);
    assert!(nobody.contains("does not exist") && nobody.contains("staff list"), "{nobody}");
    assert!(!process.log().contains(&new));
    process.stop();
    let offline = link(&place.run(&["staff", "reset", EMAIL, "--two-step"]));
    assert!(place.run(&["staff", "list", "--json"]).contains("\"email\":\"grace.hopper@navy.example\""));
    assert!(place.refused(&["staff", "reset", "nobody@example.org"]).contains("does not exist"));
    let process = place.serve(&[]);
    assert_eq!(set_password(&process, &offline, "the fourth new pass phrase") / 100, 2);
    assert!(process.log_in("the fourth new pass phrase").is_some());
}

// ---- what was erased

#[test]
fn the_store_is_rewritten_while_it_serves_and_without_it() {
    let place = Place::new();
    let (process, token) = place.serve_owned();
    let event = json!({ "code": "A", "details": { "title": "A" } });
    process.json(&token, "POST /api/v1/events", &event);
    let person = json!({ "name": "Zdzisława Brzęczyszczykiewicz", "email": "rare-name@example.org" });
    process.json(&token, "POST /api/v1/events/A/participants", &person);
    process.json(&token, "POST /api/v1/events/A/participants/rare-name@example.org/erase", &Value::Null);
    let kept = || {
        let bytes = std::fs::read(place.path("data").join("store/db")).unwrap();
        bytes.windows(10).any(|window| window == b"rare-name@")
    };
    assert!(kept(), "this test sees what is in the file");
    let printed = place.run(&["store", "compact"]);
    assert!(printed.contains("rewrote the store") && printed.contains("backups"), "{printed}");
    assert!(!kept());
    // It goes on serving, and what it writes now is there after a restart.
    process.json(&token, "POST /api/v1/events", &json!({ "code": "B", "details": { "title": "B" } }));
    process.stop();
    place.run(&["store", "compact"]);
    let process = place.serve(&[]);
    let listed = process.json(&token, "GET /api/v1/events", &Value::Null);
    assert_eq!(listed["items"].as_array().unwrap().len(), 3, "{listed}");
}

// ---- what the public is told

#[test]
fn a_revocation_is_told_to_the_public_at_once() {
    let world = World::in_memory();
    runs::school(&world, 2, 0);
    runs::done(&world, &json!({ "kind": "generate", "event": "WORKSHOP" }));
    let certificates = runs::certificates(&*world.app.store);
    let verdict = || {
        let body = json!({ "text": certificates[0].jws });
        world.tell("", "POST", "/verify", &body).ok()["verdicts"][0]["verdict"].clone()
    };
    let number = &certificates[0].number;
    assert_eq!(verdict(), "valid");
    world.post(&format!("/certificates/{number}/revoke"), &json!({ "cause": "on_request" })).ok();
    assert_eq!(verdict(), "revoked");
    world.post(&format!("/certificates/{number}/restore"), &Value::Null).ok();
    assert_eq!(verdict(), "valid");
    runs::done(&world, &json!({ "kind": "revoke", "numbers": [number], "reason": { "cause": "fraud" } }));
    assert_eq!(verdict(), "revoked");
}
