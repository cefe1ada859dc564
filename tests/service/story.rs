//! One story, told through the command line and told over HTTP under one clock: both leave the same store, the same audit log
//! and the same webhooks, but for who acted and for what is drawn at random.

use std::collections::BTreeSet;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use serde_json::{Value, json};
use testamur::credential::Timestamp;
use testamur::desk::{Actor, Issuer};
use testamur::server::Limits;
use testamur::store::{Collection, Header, SledStore, Store, export};
use testamur::webhooks::endpoints::{self, EndpointDraft};
use testamur::webhooks::{EventKind, Rules};

use crate::harness::{World, copy};
use crate::process::{self, Place};
use crate::runs::work;

const PEOPLE: &str = "name,email,language\nAda Lovelace,ada@example.org,en\nGrace Hopper,grace@example.org,\n\
                      José Núñez,jose@example.org,es\n";
const MORE: &str = "name,email\nGrace Hopper,grace@example.org\nKatherine Johnson,katherine@example.org\n";
/// Between two acts, in seconds.
const PAUSE: i64 = 60;

/// A door, and the time by which it acts.
struct Door<'a> {
    now: i64,
    way: Way<'a>,
}

enum Way<'a> {
    Commands(&'a Place),
    Http(&'a World),
}

impl Door<'_> {
    /// One act: by this command, or by this request.
    #[track_caller]
    fn act(&mut self, command: &[&str], request: impl FnOnce(&World)) {
        self.now += PAUSE;
        match self.way {
            Way::Commands(place) => {
                let clock = Timestamp::from_unix(self.now).to_string();
                let output = place.command(command).env("TESTAMUR_CLOCK", clock).output().unwrap();
                assert!(output.status.success(), "{command:?}: {output:?}");
            }
            Way::Http(world) => {
                world.pass(self.now - world.app.now().unix());
                request(world);
                work(world);
            }
        }
    }
}

/// The story, from an event to a new key.
fn tell(door: &mut Door, place: &Place) {
    let path = |name: &str| place.path(name).to_str().unwrap().to_owned();
    let create = ["event", "create", "MAPS", "--title", "Applied Cartography", "--template", "classic"];
    door.act(&create, |world| {
        let details = json!({ "title": "Applied Cartography", "template": "classic" });
        world.post("/events", &json!({ "code": "MAPS", "details": details, "rule": "everybody" })).ok();
    });
    let update = ["event", "update", "MAPS", "--title", "Applied Cartography II", "--credits", "3"];
    door.act(&update, |world| {
        let details = json!({ "title": "Applied Cartography II", "credits": 3 });
        world.patch("/events/MAPS", &details).ok();
    });
    for (name, list) in [("people.csv", PEOPLE), ("more.csv", MORE)] {
        door.act(&["import", "MAPS", &path(name)], |world| {
            world.upload(crate::harness::OWNER, "/events/MAPS/imports", name, list.as_bytes(), &[]).ok();
        });
    }
    let who = "jose@example.org";
    door.act(&["people", "exclude", "MAPS", who, "--reason", "did-not-complete"], |world| {
        world.post("/events/MAPS/exclusions", &json!({ "person": who, "reason": "did_not_complete" })).ok();
    });
    door.act(&["issue", "MAPS"], |world| {
        let run = json!({ "kind": "generate", "event": "MAPS", "over": "all_eligible", "anyway": true });
        world.post("/runs", &run).ok();
    });
    door.act(&["people", "unlist", "MAPS", who], |world| {
        world.delete(&format!("/events/MAPS/exclusions/{who}")).ok();
    });
    door.act(&["people", "except", "MAPS", who, "--note", "Did it later."], |world| {
        world.post("/events/MAPS/exceptions", &json!({ "person": who, "note": "Did it later." })).ok();
    });
    let [first, second] =
        [1, 2].map(|n| format!("CERT-MAPS-{}-0000{n}", &Timestamp::from_unix(door.now).to_string()[..4]));
    for number in [&first, &second] {
        let revoke = ["revoke", number, "--reason", "Asked to.", "--cause", "on-request"];
        door.act(&revoke, |world| {
            let why = json!({ "cause": "on_request", "text": "Asked to." });
            world.post(&format!("/certificates/{number}/revoke"), &why).ok();
        });
    }
    door.act(&["restore", &second], |world| {
        world.post(&format!("/certificates/{second}/restore"), &json!({})).ok();
    });
    door.act(&["publish", "--out", &path("site")], |world| {
        world.post("/publish", &json!({})).ok();
    });
    door.act(&["keys", "rotate"], |world| {
        world.post("/keys/rotate", &json!({})).ok();
    });
    door.act(&["people", "erase", "MAPS", "ada@example.org"], |world| {
        world.post("/events/MAPS/participants/ada@example.org/erase", &json!({})).ok();
    });
    door.act(&["issue", "MAPS"], |world| {
        let run = json!({ "kind": "generate", "event": "MAPS", "over": "all_eligible", "anyway": true });
        world.post("/runs", &run).ok();
    });
}

#[test]
fn one_story_leaves_the_same_through_both_doors() {
    let place = Place::new();
    std::fs::write(place.path("people.csv"), PEOPLE).unwrap();
    std::fs::write(place.path("more.csv"), MORE).unwrap();
    let begin = process::now();
    let store = SledStore::open(&place.path("data/store")).unwrap();
    let draft = EndpointDraft {
        url: "https://hooks.example/x".into(),
        description: String::new(),
        events: EventKind::ALL.to_vec(),
    };
    endpoints::create(&store, &draft, Rules::default(), &Actor::System, Timestamp::from_unix(begin)).unwrap();
    drop(store);

    let folder = tempfile::tempdir().unwrap();
    copy(&place.path("data/store"), &folder.path().join("store"));
    copy(&place.path("data/keys"), &folder.path().join("keys"));
    tell(&mut Door { now: begin, way: Way::Commands(&place) }, &place);
    let store = Arc::new(SledStore::open(&folder.path().join("store")).unwrap());
    let issuer = Issuer {
        host: "certs.example.org".into(),
        name: "Example Academy".into(),
        verifier: "certs.example.org/verify".into(),
        zone: Default::default(),
        language: Default::default(),
        render_method: false,
    };
    let world = World::changed(store.clone(), folder, Limits::default(), |parts| parts.issuer = issuer);
    tell(&mut Door { now: begin, way: Way::Http(&world) }, &place);

    let by_commands = left(&SledStore::open(&place.path("data/store")).unwrap());
    let by_http = left(&*store);
    let only =
        |these: &BTreeSet<String>, those: &BTreeSet<String>| these.difference(those).cloned().collect::<Vec<_>>();
    let (commands, http) = (only(&by_commands, &by_http), only(&by_http, &by_commands));
    let told = by_commands.iter().filter(|record| record.contains(" told ")).count();
    assert!(by_commands.len() > 40 && told > 5, "there is something to compare: {}, {told}", by_commands.len());
    assert!(
        commands.is_empty() && http.is_empty(),
        "only by the command line:\n{}\nonly over HTTP:\n{}",
        commands.join("\n"),
        http.join("\n")
    );
}

/// Returns the records of a store, without what is drawn at random and who acted.
fn left(store: &dyn Store) -> BTreeSet<String> {
    let mut dump = Vec::new();
    let header = Header::new(Timestamp::from_unix(0), "x");
    export(store, &header, &mut dump, &|_| String::new(), &|_| true).unwrap();
    let text = String::from_utf8(dump).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let kept = lines.filter(|line| line["record"].is_object()).map(|mut line| plain(line["record"].take()));
    let messages = store.documents(Collection::WEBHOOK_MESSAGES, "", None, 1_000).unwrap().items;
    let told = messages.into_iter().map(|message| format!("told {}", plain(message.value)));
    let mut all: Vec<String> = kept.chain(told).collect();
    all.sort();
    // Those that are alike are counted.
    let same = |at: usize| all[..at].iter().rev().take_while(|one| **one == all[at]).count();
    (0..all.len()).map(|at| format!("{} {}", same(at), all[at])).collect()
}

fn plain(mut record: Value) -> String {
    bare(&mut record);
    record.to_string()
}

/// Takes the random and the actor out of a value.
fn bare(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, value) in members.iter_mut() {
                match (name.as_str(), &value) {
                    ("hash" | "previous" | "sequence", _) => *value = Value::Null,
                    ("actor" | "by" | "decided_by", _) => *value = json!("SOMEBODY"),
                    (_, Value::String(text)) => *value = json!(of_text(text)),
                    _ => bare(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(bare),
        Value::String(text) => *value = json!(of_text(text)),
        _ => {}
    }
}

/// Opens a JWS, and takes the random out of a text.
fn of_text(text: &str) -> String {
    if let [_, payload, _] = text.split('.').collect::<Vec<_>>()[..]
        && let Ok(bytes) = BASE64URL.decode(payload)
        && let Ok(mut claims) = serde_json::from_slice::<Value>(&bytes)
    {
        bare(&mut claims);
        return format!("signed {claims}");
    }
    let mut bare = String::new();
    for part in text.split_inclusive(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_') {
        let word = part.trim_end_matches(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_');
        bare.push_str(&of_word(word));
        bare.push_str(&part[word.len()..]);
    }
    bare
}

/// Ids, credentials' suffixes and digests.
fn of_word(word: &str) -> String {
    let hex = |text: &str| text.chars().all(|c| c.is_ascii_hexdigit());
    let parts: Vec<&str> = word.split('-').collect();
    match parts[..] {
        [time, id] if time.len() == 16 && time.ends_with('Z') && id.len() == 8 && hex(id) => format!("{time}-ID"),
        ["p", id] if id.len() == 16 => "p-ID".to_owned(),
        ["CERT", event, year, number, _] => format!("CERT-{event}-{year}-{number}-ID"),
        [digest] if digest.len() >= 32 && hex(digest) => "DIGEST".to_owned(),
        [id] if id.starts_with("msg_") => "msg_ID".to_owned(),
        _ => word.to_owned(),
    }
}
