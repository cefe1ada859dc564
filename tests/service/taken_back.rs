//! What a run of the service revoked is taken back on the command line, while the service rests.

use std::process::Output;

use serde_json::{Value, json};

use super::process::{Place, Process};

fn number(n: u32) -> String {
    format!("CERT-WORKSHOP-2026-{n:05}")
}

fn revoked(process: &Process, token: &str, numbers: &[u32]) -> String {
    let numbers: Vec<_> = numbers.iter().map(|n| number(*n)).collect();
    let request = json!({ "kind": "revoke", "numbers": numbers, "reason": { "cause": "issued_in_error" } });
    let run = process.json(token, "POST /api/v1/runs", &request);
    let id = run["id"].as_str().unwrap().to_owned();
    while process.json(token, &format!("GET /api/v1/runs/{id}"), &Value::Null)["state"] != "completed" {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    id
}

fn text(output: &Output) -> (Option<i32>, String) {
    let both = [output.stdout.clone(), output.stderr.clone()].concat();
    (output.status.code(), String::from_utf8(both).unwrap())
}

fn statuses(place: &Place) -> Vec<String> {
    let listed = place.run(&["certificates", "list", "--json"]);
    let status = |line: &str| {
        let row: Value = serde_json::from_str(line).unwrap();
        row["status"].as_str().unwrap().to_owned()
    };
    listed.lines().map(status).collect()
}

#[test]
fn a_run_is_undone_on_the_command_line_and_takes_back_nothing_else() {
    let place = Place::new();
    let (process, token) = place.serve_owned();
    for n in 0..4_u8 {
        let name = format!("Person {}", char::from(b'A' + n));
        let person = json!({ "name": name, "email": format!("p{n}@example.org") });
        process.json(&token, "POST /api/v1/events/WORKSHOP/participants", &person);
        let issue = json!({ "person": format!("p{n}@example.org"), "reason": "on paper" });
        process.json(&token, "POST /api/v1/events/WORKSHOP/issue-now", &issue);
    }
    let alone = json!({ "cause": "fraud" });
    process.json(&token, &format!("POST /api/v1/certificates/{}/revoke", number(4)), &alone);
    let run = revoked(&process, &token, &[1, 2, 4]);
    let beside = place.run(&["restore", "--run", &run]);
    process.stop();

    let shown = place.run(&["certificates", "show", &number(1)]);
    assert!(shown.contains(&run) && shown.contains("revocation waits until"), "{shown}");
    let before = statuses(&place);
    assert_eq!(before, ["revocation_waits", "revocation_waits", "active", "revoked"]);
    // Whom it is about comes first, and changes nothing.
    let told = place.run(&["restore", "--run", &run]);
    assert_eq!(told, beside, "the same beside the service");
    assert!(told.contains("Person A") && told.contains(&number(2)) && !told.contains("Person D"), "{told}");
    assert!(told.contains("2 certificates would not be revoked any more; nothing was changed"), "{told}");
    assert_eq!(statuses(&place), before);
    let done = place.run(&["restore", "--run", &run, "--yes"]);
    assert!(done.contains("2 certificates are no longer revoked"), "{done}");
    assert_eq!(statuses(&place), ["active", "active", "active", "revoked"], "fraud does not come back");

    let (code, again) = text(&place.output(&["restore", "--run", &run, "--yes"]));
    assert!(code == Some(3) && again.contains("revoked nothing that can be taken back"), "{again}");
    let (code, unknown) = text(&place.output(&["restore", "--run", "20261122T101500Z-1f2e3d4c"]));
    assert!(code == Some(3) && unknown.contains("does not exist") && unknown.contains("hint: "), "{unknown}");
    for wrong in [vec!["restore"], vec!["restore", "--yes", "X"], vec!["restore", "X", "--run", &run]] {
        assert_eq!(place.output(&wrong).status.code(), Some(2), "{wrong:?}");
    }

    // The service has it in its journal as a run of its own.
    let process = place.serve(&[]);
    let runs = process.json(&token, "GET /api/v1/runs?kind=restore", &Value::Null);
    let (undone, all) = (&runs["items"][0], runs["items"].as_array().unwrap().len());
    assert_eq!((&undone["of"], &undone["state"], all), (&json!(run), &json!("completed"), 1), "{runs}");
    assert_eq!(undone["counters"]["done"], 2);
}
