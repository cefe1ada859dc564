//! What is chosen for one run: another template, another day of issue.

use serde_json::{Value, json};

use crate::harness::{OWNER, World, on_each_engine};
use crate::runs::{certificates, done, school, work};
use crate::templates::{add, document, pdf, send};

fn generate(more: Value) -> Value {
    let mut request = json!({ "kind": "generate", "event": "WORKSHOP", "over": "all_eligible" });
    request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    request
}

/// Refused by the preview and by the run alike, and nothing is there afterwards.
#[track_caller]
fn refused(world: &World, request: &Value, code: &str) -> String {
    let detail = world.post("/runs/preview", request).problem(422, code);
    assert_eq!(world.post("/runs", request).problem(422, code), detail);
    assert_eq!(world.get("/runs").ok()["items"], json!([]));
    detail
}

#[test]
fn a_run_is_drawn_by_the_template_that_it_names_whatever_becomes_of_that() {
    on_each_engine(|world| {
        school(world, 2, 0);
        assert_eq!(add(world, "own", "First words", "en").status, 201);
        refused(world, &generate(json!({ "template": "nowhere" })), "no-such-template");
        // A title that has room in the event's template, and none in this one.
        let text = json!({ "type": "text", "text": "{event_title}", "x": 20, "y": 20, "width": 170, "height": 20, "size": 26, "minSize": 24 });
        let page = json!({ "size": "A4", "orientation": "portrait" });
        let elements = [text, json!({ "type": "qr", "x": 20, "y": 236, "size": 40 })];
        let narrow = json!({ "testamur": 1, "title": "Narrow", "language": "en", "page": page, "elements": elements })
            .to_string();
        let parts: [(&str, Option<&str>, &[u8]); 2] =
            [("name", None, b"narrow"), ("template", Some("template.json"), narrow.as_bytes())];
        assert_eq!(send(world, OWNER, "POST", "/templates", &parts).status, 201);
        let title = json!({ "title": "Applied Cartography and the Surveying of Distant Mountains" });
        world.patch("/events/WORKSHOP", &title).ok();
        let detail = refused(world, &generate(json!({ "template": "narrow" })), "does-not-fit");
        assert!(detail.contains("event_title"), "{detail}");
        let revoke = json!({ "kind": "revoke", "event": "WORKSHOP", "template": "own", "reason": "x" });
        world.post("/runs", &revoke).problem(422, "bad-request");

        let request = generate(json!({ "template": "own" }));
        let preview = world.post("/runs/preview", &request).ok();
        assert_eq!((&preview["gets"], &preview["rows"][0]["template"]), (&json!(2), &json!("own")));
        let run = world.post("/runs", &request).ok();
        let template = &run["template"];
        assert_eq!((&template["name"], template["digest"].as_str().unwrap().len()), (&json!("own"), 64));
        let second = document("Second words", "en");
        let put = send(world, OWNER, "PUT", "/templates/own", &[("template", Some("template.json"), &second)]);
        assert_eq!(put.status, 200);
        work(world);
        let number = "CERT-WORKSHOP-2026-00001";
        assert!(pdf(world, number, 1).contains("First words"));
        assert_eq!(certificates(&*world.app.store)[0].template.bundle.0, template["digest"].as_str().unwrap());

        // The next version by the template of today, and by the event's own where none is named.
        let again = json!({ "kind": "regenerate", "event": "WORKSHOP", "template": "own" });
        assert_eq!(world.post("/runs/preview", &again).ok()["replaced"], 2);
        assert_eq!(done(world, &again)["counters"]["done"], 2);
        assert!(pdf(world, number, 2).contains("Second words"));
        let older = json!({ "kind": "regenerate", "event": "WORKSHOP", "over": "template_older", "template": "own" });
        assert_eq!(world.post("/runs/preview", &older).ok()["total"], 0);
        let own = json!({ "kind": "regenerate", "event": "WORKSHOP", "numbers": [number] });
        assert_eq!(done(world, &own)["counters"]["done"], 1);
        assert!(!pdf(world, number, 3).contains("words"));
        assert_eq!(world.get("/events/WORKSHOP").ok()["template"]["name"], "classic");
    });
}

#[test]
fn another_day_of_issue_is_signed_with_its_reason_kept_and_what_would_not_verify_is_refused() {
    on_each_engine(|world| {
        school(world, 2, 0);
        let details = json!({ "starts": "2025-12-01", "ends": "2025-12-20", "expires_after": "1y" });
        world.patch("/events/WORKSHOP", &details).ok();
        let on = |day: &str| generate(json!({ "issued_on": day, "reason": "they were forgotten in December" }));
        for (request, words) in [
            (on("2026-11-23"), "in the future"),
            (on("2025-11-30"), "before the event begins"),
            (generate(json!({ "issued_on": "2025-12-29" })), "must say why"),
            (generate(json!({ "issued_on": "2025-12-29", "reason": " " })), "needs a text"),
        ] {
            let detail = refused(world, &request, "bad-request");
            assert!(detail.contains(words), "{detail}");
        }
        for day in ["30.06.2026", "2026-06-31", "2026-06-30T10:00:00Z"] {
            refused(world, &on(day), "bad-body");
        }
        let again = json!({ "kind": "regenerate", "event": "WORKSHOP", "issued_on": "2025-12-29", "reason": "x" });
        refused(world, &again, "bad-request");
        world.patch("/events/WORKSHOP", &json!({ "expires_after": "90d" })).ok();
        assert!(refused(world, &on("2025-12-29"), "bad-request").contains("expired on 2026-03-29"));
        world.patch("/events/WORKSHOP", &json!({ "expires_after": "1y" })).ok();

        assert_eq!(world.post("/runs/preview", &on("2025-12-29")).ok()["gets"], 2);
        let run = done(world, &on("2025-12-29"));
        assert_eq!((&run["issued_on"], &run["counters"]["done"]), (&json!("2025-12-29"), &json!(2)));
        assert_eq!(run["reason"]["text"], "they were forgotten in December");
        let number = "CERT-WORKSHOP-2025-00001";
        let shown = world.get(&format!("/certificates/{number}")).ok();
        let version = &shown["versions"][0];
        assert_eq!(version["issued"], "2025-12-29T00:00:00Z", "{shown}");
        let kept = &certificates(&*world.app.store)[0];
        assert_eq!(kept.valid_until.unwrap().to_string(), "2026-12-29T23:59:59Z");
        assert_eq!(kept.signed, world.app.now());
        let basis = &kept.basis.as_ref().unwrap()["issued_on"];
        assert_eq!((&basis["day"], &basis["by"]), (&json!("2025-12-29"), &json!("staff:owner")), "{basis}");
        assert_eq!((&basis["at"], &basis["reason"]), (&run["created"], &run["reason"]["text"]));
        assert!(pdf(world, number, 1).contains("2025"));
        for action in ["run.start", "certificate.issue"] {
            let log = world.get(&format!("/audit?action={action}")).ok();
            assert!(log.to_string().contains("2025-12-29"), "{log}");
        }
        // A next version keeps the day; who comes later is issued to on the day itself.
        world.patch("/events/WORKSHOP/participants/p00000@example.org", &json!({ "name": "Another Name" })).ok();
        assert_eq!(done(world, &json!({ "kind": "regenerate", "event": "WORKSHOP" }))["counters"]["done"], 1);
        let shown = world.get(&format!("/certificates/{number}")).ok();
        assert_eq!(shown["versions"][1]["issued"], "2025-12-29T00:00:00Z");
        let late = json!({ "name": "Late Comer", "email": "late@example.org", "progress": { "passed": true } });
        world.post("/events/WORKSHOP/participants", &late).ok();
        assert_eq!(done(world, &generate(json!({})))["counters"]["done"], 1);
        let late = world.get("/events/WORKSHOP/participants/late@example.org").ok();
        assert_eq!(late["certificate"], "CERT-WORKSHOP-2026-00001");
    });
}
