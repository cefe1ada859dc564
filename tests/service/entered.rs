//! Who entered what, and how: typed, by a list, by another system; through both doors.

use serde_json::{Value, json};

use crate::harness::{OWNER, World, on_each_engine};
use crate::process::Place;
use crate::runs::{enrol, person};

const SYSTEM: &str = "staff:owner/token:lms view,import";

fn told(world: &World, who: &str) -> Value {
    world.get(&format!("/events/WORKSHOP/participants/{who}")).ok()
}

#[test]
fn what_was_entered_says_by_whom_and_how() {
    on_each_engine(|world| {
        super::events::workshop(world);
        let ada = json!({ "name": "Ada", "email": "ada@x.example", "progress": { "score": 80 } });
        world.post("/events/WORKSHOP/participants", &ada).ok();
        let bob = json!({ "name": "Bob", "email": "bob@x.example" });
        world.tell(SYSTEM, "POST", "/events/WORKSHOP/participants", &bob).ok();
        let csv = "name,email,score\nCy,cy@x.example,70\nAda,ada@x.example,90\n";
        let import = || world.upload(OWNER, "/events/WORKSHOP/imports", "a.csv", csv.as_bytes(), &[]).ok();
        import();
        // Somebody of an earlier version, of whom nobody noted it.
        enrol(world, &[person(9, true)]);

        let typed = json!({ "how": "typed", "by": "staff:owner" });
        let listed = json!({ "how": "import", "by": "staff:owner" });
        let system = json!({ "how": "system", "by": "staff:owner/token:lms" });
        for (who, wanted) in [
            ("ada@x.example", &typed),
            ("bob@x.example", &system),
            ("cy@x.example", &listed),
            ("p00009@example.org", &json!({ "how": "unknown" })),
        ] {
            assert_eq!(told(world, who)["entered"], *wanted, "{who}");
        }
        // The list said another score than was typed; what it says again is nobody else's.
        assert_eq!(told(world, "ada@x.example")["progress_entered"], json!({ "score": listed }));
        world
            .patch(
                "/events/WORKSHOP/participants/cy@x.example",
                &json!({ "progress": { "score": 70, "passed": true } }),
            )
            .ok();
        assert_eq!(told(world, "cy@x.example")["progress_entered"], json!({ "score": listed, "passed": typed }));
        assert_eq!(import()["counts"]["unchanged"], 2);

        // Marks that were entered by hand name who did it, in the report and one by one.
        let hand = |caller: &str, who: &str| {
            let marks = json!({ "session": "day1", "present": [who], "by_hand": true });
            world.tell(caller, "POST", "/events/WORKSHOP/attendance", &marks).ok();
        };
        hand(OWNER, "ada@x.example");
        hand(SYSTEM, "bob@x.example");
        let mut old = testamur::eligibility::Progress::default();
        old.sessions.insert("day1".to_owned(), testamur::eligibility::Mark { present: true, by_hand: true });
        let mut before = person(8, true);
        before.progress = old;
        enrol(world, &[before]);
        for (who, wanted, cell) in [
            ("ada@x.example", json!([typed]), ",50,typed by staff:owner,"),
            ("bob@x.example", json!([system]), ",50,system by staff:owner/token:lms,"),
            ("p00008@example.org", json!([{ "how": "unknown" }]), ",50,unknown,"),
            ("cy@x.example", Value::Null, ",,,"),
        ] {
            let one = world.get(&format!("/events/WORKSHOP/eligibility/{who}")).ok();
            assert_eq!(one["entered_by_hand"], wanted, "{who}");
            let report = world.get("/events/WORKSHOP/eligibility-report").text();
            let line = report.lines().find(|line| line.contains(who)).unwrap();
            assert!(line.contains(cell), "{line}");
        }

        // Exceptions and exclusions.
        world.post("/events/WORKSHOP/exceptions", &json!({ "person": "ada@x.example" })).ok();
        let exceptions = "bob@x.example,was ill\n";
        world.upload(OWNER, "/events/WORKSHOP/exceptions/import", "l.csv", exceptions.as_bytes(), &[]).ok();
        let excluded = json!({ "person": "cy@x.example", "reason": "conduct" });
        world.tell(SYSTEM, "POST", "/events/WORKSHOP/exclusions", &excluded).ok();
        let hows = |path: &str| -> Vec<Value> {
            let items = world.get(&format!("/events/WORKSHOP/{path}")).ok()["items"].clone();
            items.as_array().unwrap().iter().map(|one| one["how"].clone()).collect()
        };
        assert_eq!(hows("exceptions"), [json!("typed"), json!("import")]);
        assert_eq!(hows("exclusions"), [json!("system")]);
        // Two are made one: what each says keeps who said it.
        let ids = ["ada@x.example", "bob@x.example"].map(|who| told(world, who)["id"].clone());
        world.post("/events/WORKSHOP/merge", &json!({ "keep": ids[1], "gone": ids[0] })).ok();
        let one = told(world, "bob@x.example");
        assert_eq!((&one["entered"], &one["progress_entered"]["score"]), (&system, &listed), "{one}");
        assert_eq!(one["progress_entered"]["sessions.day1"], system);
    });
}

#[test]
fn the_command_line_says_who_put_people_in_and_how() {
    let place = Place::new();
    let path = place.path("people.csv");
    std::fs::write(&path, "name,email,score\nCy,cy@x.example,70\n").unwrap();
    place.run(&["import", "WORKSHOP", path.to_str().unwrap()]);
    let (process, token) = place.serve_owned();
    let ada = json!({ "name": "Ada", "email": "ada@x.example" });
    process.json(&token, "POST /api/v1/events/WORKSHOP/participants", &ada);
    process.stop();
    let rows: Vec<Value> = place
        .run(&["people", "list", "WORKSHOP", "--json"])
        .lines()
        .map(|row| serde_json::from_str(row).unwrap())
        .collect();
    let of = |name: &str| rows.iter().find(|row| row["name"] == name).unwrap().clone();
    assert_eq!(of("Cy")["entered"]["how"], "import");
    assert_eq!(of("Cy")["progressEntered"]["score"], of("Cy")["entered"]);
    assert!(of("Cy")["entered"]["by"].as_str().unwrap().starts_with("operator:"));
    assert!(["typed", "system"].contains(&of("Ada")["entered"]["how"].as_str().unwrap()), "{}", of("Ada"));
    let table = place.run(&["people", "list", "WORKSHOP", "--entered"]);
    assert!(table.contains("ENTERED") && table.contains("import by operator:"), "{table}");
    assert!(!place.run(&["people", "list", "WORKSHOP"]).contains("import by"));
}
