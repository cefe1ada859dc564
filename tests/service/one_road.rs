//! What the command line does and what the service does is one thing: one journal, one set of rules, the same webhooks.

use serde_json::{Value, json};
use testamur::acts::run::{self, Kind, RunOver, RunRequest, RunState};
use testamur::desk::{Actor, Desk, Issuer};
use testamur::making::Faces;
use testamur::store::SledStore;
use testamur::template::FontLibrary;

use crate::process::{Place, Process};

/// Makes an endpoint for everything that can be told.
fn listen(process: &Process, token: &str) {
    let kinds = ["certificate.issued", "certificate.revoked", "certificate.superseded", "run.finished"];
    let hook = json!({ "url": "https://hooks.example/x", "events": kinds });
    process.json(token, "POST /api/v1/webhooks", &hook);
}

/// Returns the kinds of messages that are to be delivered, sorted.
fn told(process: &Process, token: &str) -> Vec<String> {
    let endpoints = process.json(token, "GET /api/v1/webhooks", &Value::Null);
    let id = endpoints["items"][0]["id"].as_str().unwrap().to_owned();
    let deliveries = process.json(token, &format!("GET /api/v1/webhooks/{id}/deliveries"), &Value::Null);
    let all = deliveries["items"].as_array().unwrap();
    let mut kinds: Vec<String> = all.iter().map(|one| one["event"].as_str().unwrap().to_owned()).collect();
    kinds.sort();
    kinds
}

fn list(place: &Place, names: &[&str]) -> String {
    let rows: String = names.iter().map(|name| format!("{name},{}@example.org\n", &name[..3].to_lowercase())).collect();
    let path = place.path("people.csv");
    std::fs::write(&path, format!("name,email\n{rows}")).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn what_the_command_line_issues_and_revokes_is_in_the_journal_and_rings_the_webhooks() {
    let place = Place::new();
    let (process, token) = place.serve_owned();
    listen(&process, &token);
    process.stop();

    place.run(&["import", "WORKSHOP", &list(&place, &["Ada Lovelace", "Grace Hopper"])]);
    let issued = place.run(&["issue", "WORKSHOP"]);
    assert!(issued.starts_with("2 issued, 0 had one already, 0 failed, of 2"), "{issued}");
    let rows = place.run(&["certificates", "list", "--json"]);
    let first: Value = serde_json::from_str(rows.lines().next().unwrap()).unwrap();
    place.run(&["revoke", first["number"].as_str().unwrap(), "--reason", "x", "--cause", "on-request", "--now"]);

    let process = place.serve(&[]);
    let runs = process.json(&token, "GET /api/v1/runs?order=newest", &Value::Null);
    let run = &runs["items"][0];
    assert_eq!(
        (&run["kind"], &run["event"], &run["state"]),
        (&json!("generate"), &json!("WORKSHOP"), &json!("completed"))
    );
    assert_eq!(run["counters"], json!({ "total": 2, "done": 2, "skipped": 0, "failed": 0 }));
    let id = run["id"].as_str().unwrap();
    let rows = process.json(&token, &format!("GET /api/v1/runs/{id}/rows"), &Value::Null);
    assert_eq!(rows["items"].as_array().unwrap().iter().filter(|row| row["state"] == "done").count(), 2);
    let number = first["number"].as_str().unwrap();
    let shown = process.json(&token, &format!("GET /api/v1/certificates/{number}"), &Value::Null);
    let version = &shown["versions"][0];
    assert_eq!((&version["status"], &version["run"]), (&json!("revoked"), &json!(id)), "{shown}");
    assert_eq!(told(&process, &token), ["certificate.issued", "certificate.revoked", "run.finished"]);
    process.stop();
}

#[test]
fn a_rule_of_the_service_holds_on_the_command_line_and_who_is_named_and_gets_none_is_told() {
    let place = Place::new();
    let (process, token) = place.serve_owned();
    process.json(&token, "PUT /api/v1/events/WORKSHOP/rule", &json!({ "rule": "passed" }));
    for (name, passed) in [("Ada Lovelace", true), ("Grace Hopper", false)] {
        let email = format!("{}@example.org", &name[..3].to_lowercase());
        let person = json!({ "name": name, "email": email, "progress": { "passed": passed } });
        process.json(&token, "POST /api/v1/events/WORKSHOP/participants", &person);
    }
    process.stop();
    let dry = place.run(&["issue", "WORKSHOP", "--dry-run"]);
    assert!(dry.contains("1 would get a certificate, 0 have one already, 0 would fail, of 1"), "{dry}");
    assert!(place.run(&["issue", "WORKSHOP"]).starts_with("1 issued, 0 had one already, 0 failed, of 1"));
    let named = place.output(&["issue", "WORKSHOP", "--only", "gra@example.org"]);
    let said = String::from_utf8(named.stdout).unwrap();
    assert_eq!(named.status.code(), Some(1));
    assert!(
        said.contains("does not meet the rule") && said.contains("0 issued, 0 had one already, 1 failed"),
        "{said}"
    );
}

#[test]
fn a_command_that_was_interrupted_is_ended_in_the_journal_and_the_next_one_completes_it() {
    let place = Place::new();
    place.run(&["import", "WORKSHOP", &list(&place, &["Ada Lovelace", "Grace Hopper"])]);
    let store = SledStore::open(&place.path("data/store")).unwrap();
    let issuer = Issuer {
        host: "x.example".into(),
        name: "X".into(),
        verifier: "x.example/verify".into(),
        zone: Default::default(),
        language: Default::default(),
        render_method: false,
    };
    let now = testamur::credential::Timestamp::from_unix(crate::process::now());
    let ada = Actor::operator("ada");
    let desk = Desk { store: &store, issuer: &issuer, actor: &ada, now };
    let request = RunRequest {
        event: Some("WORKSHOP".parse().unwrap()),
        over: Some(RunOver::AllEligible),
        anyway: true,
        ..RunRequest::of(Kind::Generate)
    };
    let faces = Faces::new(FontLibrary::builtin());
    let killed = run::create(&desk, &faces, &request, usize::MAX).unwrap().run.id;
    drop(store);
    let out = place.path("out");
    let issued = place.output(&["issue", "WORKSHOP", "--out", out.to_str().unwrap()]);
    assert!(issued.status.success(), "{issued:?}");
    assert!(String::from_utf8_lossy(&issued.stdout).starts_with("2 issued, 0 had one already, 0 failed, of 2"));
    let note = String::from_utf8_lossy(&issued.stderr).into_owned();
    assert!(note.contains("an earlier command was interrupted"), "{note}");
    let store = SledStore::open(&place.path("data/store")).unwrap();
    let (ended, _) = run::run(&store, &killed).unwrap();
    assert_eq!((ended.state, ended.cancelled), (RunState::Cancelled, true));
    assert_eq!(run::open(&store).unwrap(), 0);
    drop(store);

    // Files that are missing are drawn, and nobody gets a second certificate.
    std::fs::remove_dir_all(&out).unwrap();
    let again = place.run(&["issue", "WORKSHOP", "--out", out.to_str().unwrap()]);
    assert!(again.starts_with("0 issued, 2 had one already, 0 failed, of 2"), "{again}");
    assert_eq!(std::fs::read_dir(out).unwrap().count(), 2);
}
