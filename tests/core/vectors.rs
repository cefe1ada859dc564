//! The verdict vectors: one file per case, read by every implementation; `tests/vectors/README.md` describes them.

pub(crate) mod edges;
mod foreign_cases;
pub(crate) mod generate;
mod json_cases;
mod qr_cases;
mod strict_cases;
mod text_cases;
mod trust_cases;
mod verdict_cases;
pub(crate) mod world;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use testamur::credential::Timestamp;
use testamur::proof::eddsa::PublicKey;
use testamur::verify::{AnchorError, Seen, TrustAnchors, Verdict, verify};

/// One case, as it is written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Case {
    /// The file's name.
    pub name: String,
    /// What it is about.
    pub why: String,
    /// The verdict's code; absent where only the trust files are judged.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub expect: Option<String>,
    /// The verdict's detail.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub detail: Option<String>,
    /// The field that is malformed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub field: Option<String>,
    /// The verifier's clock.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub now: Option<Timestamp>,
    /// Trust files, loaded in this order.
    pub trust: Vec<String>,
    /// What the verifier saw in earlier runs.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub seen: Option<BTreeMap<String, Seen>>,
    /// The pinned root key for every trust file.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub pin: Option<String>,
    /// The code with which the last trust file is refused, or `ok`; all before it must be accepted.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub expect_trust: Option<String>,
    /// The text that is verified.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub input: Option<String>,
}

pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors")
}

fn read_cases() -> Vec<Case> {
    generate::write_if_asked();
    let mut paths: Vec<_> =
        std::fs::read_dir(folder().join("verdicts")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let read = |path: &PathBuf| {
        let case: Case = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        assert_eq!(Some(case.name.as_str()), path.file_stem().and_then(|name| name.to_str()));
        case
    };
    paths.iter().map(read).collect()
}

/// Loads a case's trust files; all but the last must be accepted.
fn load(case: &Case) -> (TrustAnchors, Result<(), AnchorError>) {
    let mut anchors = TrustAnchors::with_seen(case.seen.clone().unwrap_or_default());
    let pin = case.pin.as_deref().map(|pin| PublicKey::from_base64url(pin).unwrap());
    let mut last = Ok(());
    for name in &case.trust {
        assert_eq!(last, Ok(()), "{}: a trust file before the last is refused", case.name);
        let text = std::fs::read_to_string(folder().join(name)).unwrap();
        last = anchors.add_any(&text, pin.as_ref()).map(|_| ());
    }
    (anchors, last)
}

/// Judges one case; says what differs from what it expects.
fn judge(case: &Case) -> Result<Option<Verdict>, String> {
    let (anchors, loaded) = load(case);
    let code = loaded.as_ref().map_or_else(AnchorError::code, |()| "ok");
    if code != case.expect_trust.as_deref().unwrap_or("ok") {
        return Err(format!("{}: trust {code}: {loaded:?}", case.name));
    }
    let Some(input) = &case.input else { return Ok(None) };
    let verdict = verify(input, &anchors, case.now.expect("a case with an input has a time"));
    let json = verdict.to_json();
    let member = |name: &str| json.get(name).and_then(|value| value.as_str()).map(str::to_owned);
    if [member("verdict"), member("detail"), member("field")]
        == [&case.expect, &case.detail, &case.field].map(Clone::clone)
    {
        Ok(Some(verdict))
    } else {
        Err(format!("{}: {json}", case.name))
    }
}

#[test]
fn every_case_gets_its_verdict() {
    let wrong: Vec<String> = read_cases().iter().filter_map(|case| judge(case).err()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_due_next_is_the_end_of_what_ends_first() {
    let (mut stale, mut fresh) = (0, 0);
    for case in read_cases() {
        let Ok(Some(json)) = judge(&case).map(|verdict| Some(verdict?.to_json())) else { continue };
        let Some(next) = json["nextUpdate"].as_str() else { continue };
        let is_late = case.now.expect("a case with an input has a time") > next.parse::<Timestamp>().unwrap();
        match json["verdict"].as_str() {
            Some("valid") => fresh += usize::from(!is_late),
            Some("valid_status_stale") => stale += usize::from(is_late),
            _ => continue,
        }
        assert_eq!(is_late, json["verdict"] == "valid_status_stale", "{}: {json}", case.name);
    }
    assert!(stale >= 5 && fresh >= 20, "{stale} and {fresh}");
}

#[test]
fn every_verdict_is_as_its_schema_says() {
    let schema = include_str!("../../schemas/verdict.json");
    let schema = jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap();
    for case in read_cases() {
        let Ok(Some(json)) = judge(&case).map(|verdict| Some(verdict?.to_json())) else { continue };
        let problems: Vec<_> = schema.iter_errors(&json).map(|e| e.to_string()).collect();
        assert!(problems.is_empty(), "{}: {problems:?}", case.name);
    }
}

#[test]
fn there_are_at_least_sixty_cases_and_most_are_bad() {
    let cases = read_cases();
    let good = |case: &&Case| case.expect.as_deref() == Some("valid") || case.expect_trust.as_deref() == Some("ok");
    let good = cases.iter().filter(good).count();
    assert!(cases.len() >= 60, "{}", cases.len());
    assert!(cases.len() - good > good, "{good} of {} are good", cases.len());
}

#[test]
fn every_code_and_detail_occurs() {
    let cases = read_cases();
    let table: serde_json::Value = serde_json::from_str(include_str!("../../schemas/verdict.json")).unwrap();
    let has = |pick: fn(&Case) -> &Option<String>, code: &str| cases.iter().any(|c| pick(c).as_deref() == Some(code));
    for (list, pick) in [("codes", (|c| &c.expect) as fn(&Case) -> &Option<String>), ("details", |c| &c.detail)] {
        for code in table[list].as_object().unwrap().keys() {
            assert!(has(pick, code), "no case for {list} {code}");
        }
    }
    for code in table["trustErrors"].as_object().unwrap().keys() {
        assert!(has(|c| &c.expect_trust, code), "no case for trust error {code}");
    }
}

#[test]
fn the_files_are_what_the_generator_makes() {
    let made = generate::all();
    let read = read_cases();
    assert_eq!(read.len(), made.cases.len(), "run with TESTAMUR_WRITE_VECTORS=1");
    for case in &made.cases {
        let committed = read.iter().find(|committed| committed.name == case.name).expect("a file for each case");
        // Deflate is not canonical: a QR text may be packed in another way and still hold the same credential.
        let qr = case.input.as_deref().is_some_and(|text| text.contains('#') || text.starts_with('1'));
        let input = if qr { case.input.clone() } else { committed.input.clone() };
        assert_eq!(&Case { input, ..committed.clone() }, case, "run with TESTAMUR_WRITE_VECTORS=1");
    }
    for (name, text) in &made.trust {
        let committed = std::fs::read_to_string(folder().join(name)).unwrap();
        assert_eq!(&committed, text, "{name}: run with TESTAMUR_WRITE_VECTORS=1");
    }
}
