//! The service over what an earlier version left behind: its folder with staff, a run that waits for its turn and a correction
//! that waits for a second person. How the folder was made is in `tests/tools/make-fixture`; the command line's side is `tests/cli/earlier.rs`.

use serde_json::{Value, json};

use super::process::{Place, Process};

/// A day after the folder was left.
const NEXT_DAY: &str = "2026-11-27T10:00:00Z";
const EMAIL: &str = "ada@example.org";
const PASSWORD: &str = "a password for tests only";

/// Somebody who is logged in.
struct Session<'a> {
    process: &'a Process,
    headers: String,
}

impl Session<'_> {
    #[track_caller]
    fn call(&self, line: &str, body: &Value) -> Value {
        let text = if body.is_null() { String::new() } else { body.to_string() };
        let reply = self.process.send(line, &self.headers, text.as_bytes());
        assert_eq!(reply.status / 100, 2, "{line}: {}", reply.text());
        if reply.body.is_empty() { Value::Null } else { reply.json() }
    }

    fn get(&self, path: &str) -> Value {
        self.call(&format!("GET /api/v1{path}"), &Value::Null)
    }

    /// Waits until a run is over, and returns it.
    fn over(&self, run: &Value) -> Value {
        let path = format!("/runs/{}", run["id"].as_str().unwrap());
        loop {
            let run = self.get(&path);
            match run["state"].as_str().unwrap() {
                "queued" | "processing" => std::thread::sleep(std::time::Duration::from_millis(50)),
                _ => return run,
            }
        }
    }

    fn publish(&self) {
        let run = self.over(&self.call("POST /api/v1/publish", &json!({})));
        assert_eq!(run["state"], "completed", "{run}");
    }
}

fn serve(place: &Place) -> Process {
    let mut command = place.command(&["serve"]);
    command.env("TESTAMUR_CLOCK", NEXT_DAY);
    place.serve_as(command, &["--site", place.path("site").to_str().unwrap()])
}

/// The verdict of a file that the earlier version drew.
fn verdict(place: &Place, name: &str) -> String {
    let (file, site) = (place.path(name), place.path("site"));
    let mut command = place.command(&["verify", file.to_str().unwrap(), "--trust", site.to_str().unwrap(), "--json"]);
    let output = command.env("TESTAMUR_CLOCK", NEXT_DAY).output().unwrap();
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"));
    answer["verdict"].as_str().unwrap().to_owned()
}

#[test]
fn the_service_goes_on_over_the_folder_of_7f1119e() {
    let place = Place::earlier("7f1119e");
    let process = serve(&place);
    let (cookie, csrf) = process.log_in_as(EMAIL, PASSWORD).expect("Ada's password is good still");
    let headers = format!("content-type: application/json\r\ncookie: {cookie}\r\nx-csrf-token: {csrf}\r\n");
    let ada = Session { process: &process, headers };
    assert_eq!(ada.get("/certificates?limit=500")["items"].as_array().unwrap().len(), 12);
    assert_eq!(ada.get("/audit/check")["holds"], true);

    // It issues: to somebody new, by the rule that was set then, and not to who was excluded.
    let person = json!({ "name": "Yves Duchamp", "email": "yves@example.org", "progress": { "score": 90 } });
    ada.call("POST /api/v1/events/WORKSHOP/participants", &person);
    let made = ada.over(&ada.call("POST /api/v1/runs", &json!({ "kind": "generate", "event": "WORKSHOP" })));
    assert_eq!((&made["state"], &made["counters"]["done"]), (&json!("completed"), &json!(1)), "{made}");

    // The run that waited for its turn goes on; so does the name that waited for a second person: nobody else could approve
    // it, and a day has passed.
    let waited = ada.get("/runs?kind=revoke")["items"][0].clone();
    assert_eq!(ada.over(&waited)["counters"]["done"], 2);
    let correction = ada.get("/corrections")["items"][0].clone();
    let approve = format!("POST /api/v1/corrections/{}/approve", correction["id"].as_str().unwrap());
    assert_eq!(ada.call(&approve, &json!({ "password": PASSWORD }))["state"], "approved");

    let one = json!({ "cause": "on_request", "now": true });
    ada.call("POST /api/v1/certificates/CERT-MAPS-2026-00003/revoke", &one);
    ada.publish();
    for (file, expected) in [
        ("certificates/CERT-MAPS-2026-00002.pdf", "valid"),
        ("certificates/CERT-MAPS-2026-00003.pdf", "revoked"),
        ("certificates/CERT-MAPS-2026-00004.pdf", "revoked"),
        ("before/CERT-MAPS-2026-00001.pdf", "superseded"),
        ("certificates/CERT-MAPS-2026-00001.pdf", "valid"),
        ("certificates/CERT-WORKSHOP-2026-00002.jwt", "revoked"),
        ("certificates/CERT-WORKSHOP-2026-00004.pdf", "superseded"),
        ("certificates/CERT-WORKSHOP-2026-00005.pdf", "valid"),
    ] {
        assert_eq!(verdict(&place, file), expected, "{file}");
    }
    process.stop();
}
