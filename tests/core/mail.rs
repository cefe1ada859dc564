//! What comes back, as seven mail servers wrote it: each report is matched to its message and to no other, and read as what it
//! means.

use std::collections::BTreeMap;
use std::path::Path;

use testamur::credential::Timestamp;
use testamur::mail::bounce::{self, NotOurs};
use testamur::mail::{BounceKey, Config, MessageId, Security, State, Why, setup};
use testamur::store::MemoryStore;

fn key() -> BounceKey {
    let store = MemoryStore::new();
    let config = Config {
        relay: "localhost".to_owned(),
        port: 25,
        security: Security::None,
        ca: None,
        login: None,
        from: "certs@academy.example".parse().unwrap(),
        reply_to: None,
        domain: "academy.example".to_owned(),
        per_minute: 0,
        per_domain: 0,
        link_days: 90,
    };
    setup::tell(&store, Some(&config), now()).unwrap();
    setup::bounce_key(&store).unwrap()
}

fn now() -> Timestamp {
    "2026-11-28T15:00:00Z".parse().unwrap()
}

/// The reports by `SERVER/NUMBER`, each with what the hop did.
fn reports() -> BTreeMap<String, (String, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/bounces");
    let mut reports = BTreeMap::new();
    for server in std::fs::read_dir(root).unwrap().flatten().filter(|entry| entry.path().is_dir()) {
        for file in std::fs::read_dir(server.path()).unwrap().flatten() {
            let bytes = std::fs::read(file.path()).unwrap();
            let text = String::from_utf8_lossy(&bytes);
            let (_, rest) = text.split_once("bounce+").unwrap();
            let case = rest.split(['.', '@']).next().unwrap().to_owned();
            let stem = file.path().file_stem().unwrap().to_string_lossy().into_owned();
            reports.insert(format!("{}/{stem}", server.file_name().to_string_lossy()), (case, bytes));
        }
    }
    reports
}

/// What a report means. Some servers go on trying, and say so; of those that gave up some no longer know the reply.
fn meant(report: &str, case: &str) -> (State, Why) {
    let tries_on = ["opensmtpd/007", "opensmtpd/008", "opensmtpd/009", "nullmailer/009", "nullmailer/010"];
    let state = if tries_on.contains(&report) { State::Deferred } else { State::Bounced };
    let why = match (case, report) {
        ("unknown550" | "noesc550" | "multi550" | "big550" | "pair", _) => Why::NoMailbox,
        ("moved551", _) => Why::Moved,
        ("data554", _) => Why::Refused,
        // It told the next hop's reply away: all that is left is that the connection broke.
        ("full452", "sendmail/016") => Why::Busy,
        ("full552" | "full452", _) => Why::Full,
        ("busy421", "courier/017") => Why::GaveUp,
        ("cut", "exim/018") => Why::GaveUp,
        ("busy421" | "cut", _) => Why::Busy,
        (other, _) => panic!("{other} is a new case"),
    };
    (state, why)
}

#[test]
fn every_report_is_matched_to_its_message_and_read_as_what_it_means() {
    let key = key();
    let reports = reports();
    assert!(reports.len() >= 58, "{}", reports.len());
    let mut wrong = Vec::new();
    for (name, (case, bytes)) in &reports {
        let id = MessageId::random(now()).unwrap();
        let text = String::from_utf8_lossy(bytes);
        let theirs = text.split("bounce+").nth(1).unwrap().split('@').next().unwrap();
        let address = key.address(&id, "academy.example");
        let (local, _) = address.split_once('@').unwrap();
        let ours = text.replace(&format!("bounce+{theirs}"), local);
        match bounce::read(&key, ours.as_bytes(), None) {
            Ok(returned) if returned.message == id && (returned.state, returned.why) == meant(name, case) => {}
            other => wrong.push(format!("{name} ({case}): {other:?}, not {:?}", meant(name, case))),
        }
        // A pipe that names the recipient says the same, in capitals too.
        let piped = bounce::read(&key, bytes, Some(&address.to_uppercase()));
        assert_eq!(piped.map(|one| one.message), Ok(id), "{name}");
        // As it came, to an address that nobody here made, it is nobody's.
        assert_eq!(bounce::read(&key, bytes, None), Err(NotOurs::Address), "{name}");
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), reports.len(), wrong.join("\n"));
}

#[test]
fn another_issuers_token_leads_to_nobody() {
    let (ours, theirs) = (key(), key());
    let id = MessageId::random(now()).unwrap();
    let address = theirs.address(&id, "academy.example");
    for (name, (_, bytes)) in reports() {
        assert_eq!(bounce::read(&ours, &bytes, Some(&address)), Err(NotOurs::Address), "{name}");
    }
}

#[test]
fn a_report_cut_anywhere_is_another_or_none_and_never_somebody_elses() {
    let key = key();
    let id = MessageId::random(now()).unwrap();
    let address = key.address(&id, "academy.example");
    for (name, (_, bytes)) in reports() {
        for end in (0..bytes.len().min(6_000)).step_by(97) {
            if let Ok(returned) = bounce::read(&key, &bytes[..end], Some(&address)) {
                assert_eq!(returned.message, id, "{name}");
            }
        }
    }
}
