//! Our credentials under other people's rules: 1EdTech's schema, the pinned contexts, Data Integrity.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};
use sha2::Digest;
use testamur::credential::{Achievement, Claims, CredentialSuffix, Extras, StatusEntry, Timestamp, schema};
use testamur::proof::data_integrity::{PINNED_CONTEXTS, add_proof, verify_proof};
use testamur::proof::eddsa::SecretKey;
use testamur::proof::json_ld;

fn file(path: &str) -> String {
    fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn claims(recipient: &str, extras: Extras) -> Claims {
    Claims {
        host: "certs.example.org".into(),
        issuer_name: "Example Academy".into(),
        number: "CERT-WORKSHOP-2026-00001".parse().unwrap(),
        suffix: CredentialSuffix::from_random([1, 2, 3, 4, 5]),
        valid_from: time("2026-05-01T00:00:00Z"),
        valid_until: Some(time("2028-05-01T00:00:00Z")),
        recipient: recipient.into(),
        achievement: Achievement {
            path: "a/WORKSHOP".into(),
            name: "Workshop".into(),
            description: "Two days on certificates.".into(),
            criteria: "Attended both days.".into(),
            achievement_type: "Certificate".into(),
        },
        extras,
        status: StatusEntry { list: 1, index: 4711 },
    }
}

fn samples() -> Vec<Value> {
    let full = Extras {
        credits: Some(4.5),
        starts: Some(time("2026-04-01T00:00:00Z")),
        ends: Some(time("2026-04-02T00:00:00Z")),
        result: Some("A1".into()),
        term: Some("2026".into()),
        role: Some("Speaker".into()),
    };
    let whole = Extras { credits: Some(3.0), ..Extras::default() };
    [("Ada Lovelace", full), ("महेन्द्र सिंह", whole), ("<b>\u{1F469}\u{200D}\u{1F52C} \"O'Neil\"</b>", Extras::default())]
        .map(|(name, extras)| claims(name, extras).to_json().unwrap())
        .into()
}

#[test]
fn pinned_contexts_have_their_digests() {
    let sums = file("schemas/contexts/SHA256SUMS");
    let compiled_in: Vec<_> = PINNED_CONTEXTS.iter().chain(&json_ld::CONTEXTS).collect();
    assert_eq!(sums.lines().count(), compiled_in.len());
    for line in sums.lines() {
        let (digest, name) = line.split_once("  ").unwrap();
        let text = file(&format!("schemas/contexts/{name}"));
        assert_eq!(data_encoding::HEXLOWER.encode(&sha2::Sha256::digest(&text)), digest, "{name}");
        assert!(compiled_in.iter().any(|(_, compiled)| *compiled == text), "{name} is not what is compiled in");
    }
}

#[test]
fn credentials_satisfy_1edtechs_own_schema() {
    let official: Value =
        serde_json::from_str(&file("tests/vectors/standards/ob3/ob_v3p0_achievementcredential_schema.json")).unwrap();
    let official = jsonschema::options().should_validate_formats(true).build(&official).unwrap();
    let key = SecretKey::from_seed(&[7; 32]);
    for plain in samples() {
        assert_eq!(schema::check(&plain), Ok(()));
        let secured = add_proof(&plain, "did:web:certs.example.org#k1", time("2026-05-01T00:00:00Z"), &key).unwrap();
        for credential in [plain, secured] {
            if let Err(error) = official.validate(&credential) {
                panic!("{}: {error}", error.instance_path());
            }
            let mut broken = credential;
            broken["credentialSubject"]["achievement"]["criteria"] = json!("text");
            assert!(!official.is_valid(&broken), "the official schema judges nothing");
        }
    }
}

#[test]
fn data_integrity_proofs_survive_every_script() {
    let key = SecretKey::from_seed(&[7; 32]);
    let method = "did:web:certs.example.org#k1";
    for credential in samples() {
        let secured = add_proof(&credential, method, time("2026-05-01T00:00:00Z"), &key).unwrap();
        let stored: Value = serde_json::from_slice(&serde_json::to_vec(&secured).unwrap()).unwrap();
        assert_eq!(verify_proof(&stored, method, &key.public()), Ok(true));
        let mut renamed = stored;
        renamed["credentialSubject"]["identifier"][0]["identityHash"] = json!("Somebody Else");
        assert_eq!(verify_proof(&renamed, method, &key.public()), Ok(false));
    }
}

/// The status list of the specification's own example has the shape of ours.
#[test]
fn status_list_credentials_can_carry_a_proof() {
    let mut list: Value =
        serde_json::from_str(&file("tests/vectors/standards/bitstring/spec-example-all-zero.json")).unwrap();
    list["issuer"] = json!("did:web:certs.example.org");
    list["validUntil"] = json!("2021-04-12T14:27:40Z");
    list["credentialSubject"]["ttl"] = json!(86_400_000);
    let key = SecretKey::from_seed(&[7; 32]);
    let method = "did:web:certs.example.org#k1";
    let secured = add_proof(&list, method, time("2021-04-05T14:27:40Z"), &key).unwrap();
    assert_eq!(verify_proof(&secured, method, &key.public()), Ok(true));
    let mut changed = secured;
    changed["credentialSubject"]["encodedList"] = json!("uH4sIAAAAAAAAAA");
    assert_eq!(verify_proof(&changed, method, &key.public()), Ok(false));
}
