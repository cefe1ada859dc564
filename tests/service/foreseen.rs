//! What a preview says is what the run does, person by person, over lists of all kinds; through both doors.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use testamur::store::{Participant, PersonKey};

use crate::harness::{OWNER, World};
use crate::process::Place;
use crate::runs::{enrol, school, work};
use crate::templates::send;

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// Somebody of the list: good, or with one of the things that can be wrong.
fn somebody(n: usize, kind: u64) -> Participant {
    let email = format!("q{n:05}@example.org");
    let name = match kind {
        0 => "W".repeat(150),
        1 => format!("Name {n} \u{13000}\u{13001}"),
        _ => format!("Person Number {n}"),
    };
    let mut fields = BTreeMap::from([("team".to_owned(), "Blue".to_owned())]);
    let mut set = |column: &str, value: &str| drop(fields.insert(column.to_owned(), value.to_owned()));
    match kind {
        2 => set("credits", "many"),
        3 => set("expires", "2020-01-01"),
        4 => set("role", &"first speaker ".repeat(40)),
        5 => drop(fields.remove("team")),
        _ => {}
    }
    let imported = "2026-11-01T00:00:00Z".parse().unwrap();
    let mut person = Participant::new(PersonKey(email.clone()), name, Some(email), fields, imported);
    person.progress.passed = Some(kind != 6);
    person
}

/// A template that prints a column which not everybody has.
fn with_team(world: &World) {
    let text = |text: &str, y: u32| json!({ "type": "text", "text": text, "x": 20, "y": y, "width": 170, "height": 20, "size": 20, "minSize": 8 });
    let elements = [
        text("{participant_name}", 40),
        text("Team {team}", 80),
        json!({ "type": "qr", "x": 20, "y": 236, "size": 40 }),
    ];
    let page = json!({ "size": "A4", "orientation": "portrait" });
    let document =
        json!({ "testamur": 1, "title": "Team", "language": "en", "page": page, "elements": elements }).to_string();
    let parts: [(&str, Option<&str>, &[u8]); 2] =
        [("name", None, b"team"), ("template", Some("template.json"), document.as_bytes())];
    assert_eq!(send(world, OWNER, "POST", "/templates", &parts).status, 201);
    world.patch("/events/WORKSHOP", &json!({ "template": "team" })).ok();
}

/// Previews a request, runs it, and compares; returns what was done to how many.
fn compared(world: &World, request: &Value) -> BTreeMap<String, usize> {
    let preview = world.post("/runs/preview", request).ok();
    assert_eq!(preview["untried"], 0);
    let foreseen = |row: &Value| {
        let why = row["why"].as_str().map(str::to_owned);
        (row["person"].as_str().unwrap().to_owned(), (row["effect"].as_str().unwrap().to_owned(), why))
    };
    let foreseen: BTreeMap<_, _> = preview["rows"].as_array().unwrap().iter().map(foreseen).collect();
    let mut effects = BTreeMap::<String, usize>::new();
    foreseen.values().for_each(|(effect, _)| *effects.entry(effect.clone()).or_default() += 1);
    for (effect, counter) in [
        ("gets", "gets"),
        ("replaced", "replaced"),
        ("new_version", "new_versions"),
        ("loses", "loses"),
        ("keeps", "keeps"),
        ("nothing", "nothing"),
    ] {
        assert_eq!(preview[counter], effects.get(effect).copied().unwrap_or_default(), "{counter}");
    }
    if foreseen.is_empty() {
        world.post("/runs", request).problem(422, "nobody");
        return effects;
    }
    let id = world.post("/runs", request).ok()["id"].as_str().unwrap().to_owned();
    work(world);
    let rows = world.get(&format!("/runs/{id}/rows?limit=500")).ok();
    let rows = rows["items"].as_array().unwrap();
    assert_eq!(rows.len(), foreseen.len());
    for row in rows {
        let (effect, why) = &foreseen[row["person"].as_str().unwrap()];
        let does = ["gets", "replaced", "new_version", "loses"].contains(&effect.as_str());
        assert_eq!(does, row["state"] == "done", "{request} {effect} {why:?} {row}");
        assert_eq!(why.as_deref(), row["reason"].as_str(), "{request} {row}");
    }
    let run = world.get(&format!("/runs/{id}")).ok();
    let new = run["counters"]["new_versions"].as_u64().unwrap_or_default();
    assert_eq!(new, effects.get("new_version").copied().unwrap_or_default() as u64);
    effects
}

#[test]
fn what_a_preview_says_is_what_the_run_does() {
    for seed in 1..=3 {
        let world = World::in_memory();
        school(&world, 1, 0);
        with_team(&world);
        let mut dice = Dice(seed);
        let people: Vec<_> = (0..40).map(|n| somebody(n, if n < 8 { n as u64 } else { dice.roll(12) })).collect();
        enrol(&world, &people);
        world.patch("/events/WORKSHOP/participants/p00000@example.org", &json!({ "fields": { "team": "Red" } })).ok();
        let request = |kind: &str, over: &str| json!({ "kind": kind, "event": "WORKSHOP", "over": over });
        let first = compared(&world, &request("generate", "all_eligible"));
        assert!(first["gets"] > 5 && first["nothing"] >= 6, "{first:?}");
        compared(&world, &request("generate", "failed"));

        // Some change, some fail the rule, some lose theirs; some of those are let in again.
        for n in 8..40 {
            let who = format!("q{n:05}@example.org");
            let path = format!("/events/WORKSHOP/participants/{who}");
            match dice.roll(7) {
                0 => drop(world.patch(&path, &json!({ "name": format!("Other Name {n}") })).ok()),
                1 => drop(world.patch(&path, &json!({ "fields": { "credits": "lots" } })).ok()),
                2 => drop(world.patch(&path, &json!({ "progress": { "passed": false } })).ok()),
                3 | 4 => {
                    let Some(number) = world.get(&path).ok()["certificate"].as_str().map(str::to_owned) else {
                        continue;
                    };
                    let cause = ["fraud", "eligibility_lost", "on_request"][dice.roll(3) as usize];
                    world.post(&format!("/certificates/{number}/revoke"), &json!({ "cause": cause })).ok();
                    if cause == "eligibility_lost" {
                        world.pass(1);
                        let out = json!({ "person": who, "reason": "requested" });
                        world.post("/events/WORKSHOP/exclusions", &out).ok();
                        world.delete(&format!("/events/WORKSHOP/exclusions/{who}")).ok();
                        println!("{seed} {who} is let in again");
                    }
                    if dice.roll(2) == 0 {
                        let field = json!({ "fields": { "role": "first speaker ".repeat(40) } });
                        world.patch(&path, &field).ok();
                    }
                }
                _ => {}
            }
        }
        let mut seen = BTreeMap::new();
        for (kind, over) in [
            ("regenerate", "already_issued"),
            ("regenerate", "not_passing"),
            ("generate", "those_without"),
            ("regenerate", "passing"),
            ("generate", "failed"),
            ("generate", "all_eligible"),
        ] {
            compared(&world, &request(kind, over))
                .into_iter()
                .for_each(|(effect, count)| *seen.entry(effect).or_insert(0) += count);
        }
        for effect in ["replaced", "new_version", "keeps", "nothing"] {
            assert!(seen.contains_key(effect), "{effect} occurs: {seen:?}");
        }
    }
}

#[test]
fn what_a_dry_run_says_is_what_issue_does() {
    let place = Place::new();
    let mut dice = Dice(7);
    let mut list = "name,email,credits,expires,role\n".to_owned();
    for n in 0..30 {
        let kind = if n < 4 { n } else { dice.roll(9) };
        let name = if kind == 0 { "W".repeat(150) } else { format!("Person Number {n}") };
        let credits = if kind == 1 { "many" } else { "2" };
        let role = if kind == 2 { "first speaker ".repeat(40) } else { String::new() };
        list.push_str(&format!("{name},q{n}@example.org,{credits},,{role}\n"));
    }
    let path = place.path("people.csv");
    std::fs::write(&path, list).unwrap();
    place.output(&["import", "WORKSHOP", path.to_str().unwrap()]);
    let lines = |arguments: &[&str]| -> Vec<Value> {
        let said = String::from_utf8(place.output(arguments).stdout).unwrap();
        said.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let outcomes = |rows: &[Value]| -> BTreeMap<String, (String, Value)> {
        let row = |row: &Value| {
            let outcome =
                row["outcome"].as_str()?.replace("would_issue", "issued").replace("would_renew", "new_version");
            Some((row["person"].as_str()?.to_owned(), (outcome, row["reason"].clone())))
        };
        rows.iter().filter_map(row).collect()
    };
    for round in 0..2 {
        let dry = lines(&["issue", "WORKSHOP", "--dry-run", "--json"]);
        let done = lines(&["issue", "WORKSHOP", "--json"]);
        let (foreseen, made) = (outcomes(&dry), outcomes(&done));
        let got = |all: &BTreeMap<String, (String, Value)>, outcome: &str| {
            all.iter()
                .filter(|(_, (one, _))| one == outcome)
                .map(|(who, (_, why))| (who.clone(), why.clone()))
                .collect::<Vec<_>>()
        };
        for outcome in ["issued", "new_version", "failed"] {
            assert_eq!(got(&foreseen, outcome), got(&made, outcome), "round {round}: {outcome}");
        }
        let (dry, done) = (dry.last().unwrap(), done.last().unwrap());
        assert_eq!((&dry["wouldIssue"], &dry["wouldFail"]), (&done["issued"], &done["failed"]), "{dry} {done}");
        assert!(done["failed"].as_u64().unwrap() > 0 && (round > 0 || done["issued"].as_u64().unwrap() > 5), "{done}");
    }
}
