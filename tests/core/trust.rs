//! Trust documents against their schemas and limits, and what a verifier remembers.

use serde_json::Value;
use testamur::credential::limits;
use testamur::verify::{AnchorError, TrustAnchors, verify};
use testamur::{keys, status, verify as verifying};

use crate::vectors::world::{ISSUER, NOW, World, key, signed, statement, time};

fn conforms(schema: &str, value: &Value) {
    let schema = jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap();
    let problems: Vec<_> = schema.iter_errors(value).map(|e| e.to_string()).collect();
    assert!(problems.is_empty(), "{problems:?}");
}

#[test]
fn documents_are_as_their_schemas_say() {
    for world in [World::academy(), World::other(), World::academy_robbed()] {
        let manifest = serde_json::to_value(&world.manifest).unwrap();
        conforms(include_str!("../../schemas/manifest.json"), &manifest);
        conforms(include_str!("../../schemas/snapshot.json"), &serde_json::to_value(world.snapshot()).unwrap());
    }
    let mut anchors = TrustAnchors::default();
    anchors.add(&World::academy().sign(), None).unwrap();
    let schema: Value = serde_json::from_str(include_str!("../../schemas/snapshot.json")).unwrap();
    for (part, value) in [
        ("seen", serde_json::to_value(&anchors.seen()[ISSUER]).unwrap()),
        ("rootStatement", serde_json::to_value(statement(1, ISSUER, 1)).unwrap()),
    ] {
        let mut schema = schema.clone();
        let definition = schema["$defs"][part].clone();
        schema.as_object_mut().unwrap().retain(|key, _| key.starts_with('$'));
        schema.as_object_mut().unwrap().extend(definition.as_object().unwrap().clone());
        conforms(&schema.to_string(), &value);
    }
}

#[test]
fn a_manifest_schema_knows_which_date_goes_with_which_state() {
    let schema = serde_json::from_str(include_str!("../../schemas/manifest.json")).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    let mut manifest = serde_json::to_value(World::academy().manifest).unwrap();
    assert!(schema.is_valid(&manifest));
    manifest["keys"][2]["until"] = "2026-05-01T00:00:00Z".into();
    assert!(!schema.is_valid(&manifest));
}

#[test]
fn the_limits_in_the_schema_are_those_of_the_code() {
    let table: Value = serde_json::from_str(include_str!("../../schemas/verdict.json")).unwrap();
    let limits = [
        ("textBytes", verifying::TEXT_BYTES as u64),
        ("credentialBytes", limits::CREDENTIAL_BYTES as u64),
        ("snapshotBytes", limits::SNAPSHOT_BYTES as u64),
        ("manifestBytes", keys::MANIFEST_BYTES as u64),
        ("listCredentialBytes", status::LIST_CREDENTIAL_BYTES as u64),
        ("listEntriesMin", status::LIST_ENTRIES.into()),
        ("listEntriesMax", status::MAX_LIST_ENTRIES as u64),
        ("rootLinks", keys::ROOT_LINKS as u64),
        ("jsonDepth", limits::JSON_DEPTH as u64),
        ("jsonInteger", limits::JSON_INTEGER),
        ("clockSkewSeconds", verifying::CLOCK_SKEW_SECONDS as u64),
    ];
    for (name, value) in limits {
        assert_eq!(table["limits"][name].as_u64(), Some(value), "{name}");
    }
}

#[test]
fn what_was_seen_survives_a_run_and_a_refused_file_changes_nothing() {
    let newer = World::academy().with(|w| w.version = 8).sign();
    let mut first = TrustAnchors::default();
    first.add(&newer, Some(&key(1).public())).unwrap();
    let kept = serde_json::to_string(first.seen()).unwrap();

    let mut second = TrustAnchors::with_seen(serde_json::from_str(&kept).unwrap());
    let refused = second.add(&World::academy().sign(), None).map(|_| ());
    assert_eq!(refused, Err(AnchorError::Rollback { offered: 7, seen: 8 }));
    assert_eq!(serde_json::to_string(second.seen()).unwrap(), kept);
    assert_eq!(verify(&signed(|_| ()), &second, time(NOW)).code(), "untrusted_issuer");
    second.add(&newer, None).unwrap();
    assert_eq!(verify(&signed(|_| ()), &second, time(NOW)).code(), "valid");
}

#[test]
fn what_a_verdict_says_is_what_was_signed() {
    let mut anchors = TrustAnchors::default();
    anchors.add(&World::academy().sign(), None).unwrap();
    let json = verify(&signed(|c| c.status.index = 11), &anchors, time(NOW)).to_json();
    let expected = serde_json::json!({
        "verdict": "superseded",
        "number": "CERT-WORKSHOP-2026-00001",
        "recipient": "Ada Lovelace",
        "title": "Analytical Engines",
        "issuer": ISSUER,
        "issuerName": "Example Academy",
        "key": format!("{ISSUER}#k3"),
        "rootFingerprint": key(2).public().fingerprint(),
        "validFrom": "2026-04-20T10:00:00Z",
        "statusAsOf": "2026-05-01T00:00:00Z",
        "nextUpdate": "2026-05-08T00:00:00Z",
        "reason": { "code": "superseded", "at": "2026-04-25T09:00:00Z", "text": "name corrected" },
    });
    assert_eq!(json, expected);
    let stranger = verify(&signed(|_| ()), &TrustAnchors::default(), time(NOW)).to_json();
    assert_eq!(stranger["claimed"]["recipient"], "Ada Lovelace");
    assert!(stranger.get("recipient").is_none() && stranger.get("rootFingerprint").is_none());
}
