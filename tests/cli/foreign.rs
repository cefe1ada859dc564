//! Credentials of others: what peers issue, what 1EdTech publishes as samples, and what an employer adds as files.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::issuer::{Issuer, text};

const AT: &str = "2026-11-29T00:00:00Z";
const PEER_KEY: &str = "did:key:z6MkoPfHKJcXSzpvFeNqVGSvEZRAs4VUeEn6pvkcFvCz55uZ";

fn tests(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(path)
}

/// Returns the verdict about a file, with its detail or field.
fn judged(file: &Path, trust: &[&str]) -> (String, String) {
    let issuer = Issuer::none();
    let mut arguments = vec!["verify", file.to_str().unwrap(), "--json", "--at", AT];
    arguments.extend(trust.iter().flat_map(|one| ["--trust", one]));
    let rows = issuer.run(&arguments).rows();
    assert_eq!(rows.len(), 1, "{}", file.display());
    let more = ["detail", "field"].into_iter().find_map(|member| rows[0][member].as_str()).unwrap_or_default();
    (text(&rows[0], "verdict"), more.to_owned())
}

#[test]
fn claims_beside_the_credential_are_honoured_or_refused() {
    let folder = tests("fixtures/cases/j01-claims-beside-the-credential");
    let trust = folder.join("own-site-trust.jws");
    for (name, verdict, more) in [
        ("BAD-own-jose-exp-past.jwt", "expired", ""),
        ("BAD-own-jose-nbf-later.jwt", "not_yet_valid", ""),
        ("BAD-own-jose-iss-other.jwt", "malformed", "iss"),
    ] {
        assert_eq!(judged(&folder.join(name), &[trust.to_str().unwrap()]), (verdict.into(), more.into()), "{name}");
    }
}

#[test]
fn what_is_good_elsewhere_is_judged() {
    let folder = tests("fixtures/cases/j02-good-elsewhere-malformed-here");
    let (trust, did) = (folder.join("own-site-trust.jws"), folder.join("did-k3.json"));
    let (trust, did) = (trust.to_str().unwrap(), did.to_str().unwrap());
    for (name, trusted, verdict, more) in [
        ("full-did-key-native.json", &[trust][..], "untrusted_issuer", ""),
        ("full-did-web-keyname.json", &[trust], "untrusted_issuer", ""),
        ("key-db-rdfc.json", &[trust], "untrusted_issuer", ""),
        ("key-db-rdfc.json", &[trust, PEER_KEY], "status_unknown", "no_status_entry"),
        ("full-did-key-native.json", &[PEER_KEY], "status_unknown", "list_not_added"),
        ("own-db-two-identifiers.json", &[trust], "valid", ""),
        ("own-jose-cty.jwt", &[trust], "valid", ""),
        ("own-jose-cty.jwt", &[did, trust], "valid", ""),
        ("own-jose-cty.jwt", &[did], "unknown_key", "key_not_listed"),
    ] {
        assert_eq!(judged(&folder.join(name), trusted), (verdict.into(), more.into()), "{name} {trusted:?}");
    }
}

#[test]
fn of_an_issuer_that_has_no_trust_file_none_is_asked_for() {
    let folder = tests("fixtures/cases/j02-good-elsewhere-malformed-here");
    let (file, trust) = (folder.join("key-db-rdfc.json"), folder.join("own-site-trust.jws"));
    let (file, trust) = (file.to_str().unwrap(), trust.to_str().unwrap());
    for (trusted, told) in [(trust, "its name is its key"), (PEER_KEY, "This issuer has no trust file")] {
        let ran = Issuer::none().run(&["verify", file, "--at", AT, "--trust", trusted]).expect(1);
        let ran = ran.prints(told);
        assert!(!ran.stdout.contains("trust.jws") && !ran.stdout.contains("current trust file"), "{}", ran.stdout);
    }
    // Of an issuer with a domain there is one to be had.
    let other = folder.join("full-did-web-keyname.json");
    let ran = Issuer::none().run(&["verify", other.to_str().unwrap(), "--at", AT, "--trust", trust]).expect(1);
    ran.prints("get its trust file (trust.jws)");
}

#[test]
fn samples_of_1edtech_are_of_an_issuer_that_nobody_trusts_whatever_their_shape() {
    let trust = tests("vectors/trust/academy.jws");
    let samples = tests("vectors/standards/ob3/ob30");
    let arguments = ["verify", samples.to_str().unwrap(), "--trust", trust.to_str().unwrap(), "--json", "--at", AT];
    let rows = Issuer::none().run(&arguments).expect(1).rows();
    let mut told: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
    for row in &rows {
        let input = text(row, "input");
        let file = Path::new(&input).strip_prefix(&samples).unwrap().to_str().unwrap().to_owned();
        told.entry(file).or_default().push(row);
    }
    let table: Value = serde_json::from_str(&fs::read_to_string(tests("vectors/samples.json")).unwrap()).unwrap();
    let table = table["samples"].as_array().unwrap();
    let listed: Vec<String> = table.iter().map(|sample| text(sample, "file")).collect();
    assert_eq!(files_below(&samples), listed, "every sample is listed");
    assert_eq!(told.keys().collect::<Vec<_>>(), listed.iter().collect::<Vec<_>>(), "and told of");
    for sample in table {
        let rows = &told[&text(sample, "file")];
        assert_eq!(json!(rows.len()), sample.get("credentials").cloned().unwrap_or(json!(1)), "{sample}: {rows:?}");
        for row in rows {
            assert_eq!((&row["verdict"], &row["field"]), (&sample["verdict"], &sample["field"]), "{row}");
            let aside = sample["aside"].as_str().map(|what| format!("it is {what}, not a certificate"));
            assert_eq!(row["skipped"].as_str(), aside.as_deref(), "{row}");
            let is_baked = text(sample, "file").ends_with(".png") || text(sample, "file").ends_with(".svg");
            assert_eq!(row["source"] == "baked", is_baked, "{row}");
        }
    }
}

/// Returns the files below a folder, in the order of their names.
fn files_below(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}

#[test]
fn an_employer_adds_a_foreign_issuers_did_document_and_status_list_as_files() {
    let case = |name: &str| {
        let case = fs::read_to_string(tests(&format!("vectors/verdicts/{name}.json"))).unwrap();
        serde_json::from_str::<Value>(&case).unwrap()["input"].as_str().unwrap().to_owned()
    };
    let issuer = Issuer::none();
    fs::write(issuer.path("peer.json"), case("foreign_valid")).unwrap();
    let [did, list, key] = ["peer.did.json", "peer.list.json", "peer-without-key.did.json"]
        .map(|name| tests(&format!("vectors/trust/{name}")).to_str().unwrap().to_owned());
    let (file, at) = (issuer.path("peer.json"), "2026-05-02T12:00:00Z");
    let verify = |trust: &[&str]| {
        let mut arguments = vec!["verify", file.to_str().unwrap(), "--at", at];
        arguments.extend(trust.iter().flat_map(|one| ["--trust", one]));
        issuer.run(&arguments)
    };
    let good = verify(&[&list, &did]).expect(0);
    assert!(good.stdout.contains("✓ valid") && good.stdout.contains("by the issuer's status list"), "{}", good.stdout);
    let half = verify(&[&did]).expect(1);
    assert!(half.stdout.contains("! status_unknown") && half.stdout.contains("add it"), "{}", half.stdout);
    let alone = verify(&[&list]).expect(3);
    assert!(
        alone.stderr.contains("whose DID document is not there") && alone.stderr.contains("hint:"),
        "{}",
        alone.stderr
    );
    let keyless = verify(&[&key]).expect(3);
    assert!(keyless.stderr.contains("no Ed25519 key"), "{}", keyless.stderr);
}
