//! Certificates as files: every kind is accepted by software that nobody here wrote, named safely, and the same each time.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::issuer::{EVENT, Issuer, THREE, text};
use crate::tools::run;
use crate::zips::members;

/// An hour after everything was set up, and while the first site is still fresh.
const LATER: &str = "2026-03-01T10:00:00Z";
const SOON: &str = "2026-03-03T09:00:00Z";

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn rows(output: &str) -> Vec<Value> {
    output.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Asks other people's verifiers about files.
pub(crate) fn judged(issuer: &Issuer, files: &[PathBuf]) -> Vec<Value> {
    assert!(root("tests/judges/node_modules").exists(), "run scripts/setup first: it installs the judges");
    let mut judge = Command::new("node");
    judge.arg(root("tests/judges/judge.mjs")).arg(issuer.path("site/.well-known/did.json")).arg(SOON);
    rows(&run(judge.args(files)))
}

/// Asks openbadgeslib, which looks at status lists too, at a time.
fn judged_with_lists(issuer: &Issuer, at: &str, files: &[PathBuf]) -> Vec<Value> {
    let python = root("target/venv/bin/python");
    assert!(python.exists(), "run scripts/setup first: it installs the judges");
    let mut judge = Command::new(python);
    rows(&run(judge.arg(root("tests/judges/judge.py")).arg(issuer.path("site")).arg(at).args(files)))
}

/// Reads badges with Python's standard library.
fn unbaked(files: &[PathBuf]) -> Vec<Value> {
    rows(&run(Command::new("python3").arg(root("tests/tools/read_baked.py")).args(files)))
}

/// The names in a folder with what they hold.
fn folder(path: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(path).unwrap().map(Result::unwrap);
    entries.map(|one| (one.file_name().into_string().unwrap(), fs::read(one.path()).unwrap())).collect()
}

#[test]
fn every_kind_of_credential_file_is_accepted_by_others_and_a_changed_one_is_not() {
    let issuer = Issuer::with(THREE);
    issuer.run(&["issue", EVENT, "--out", "OUT", "--format", "pdf,jwt,json,baked-png,baked-svg"]).expect(0);
    issuer.run(&["publish", "--out", "SITE"]).expect(0);
    let ours = issuer.run(&["verify", "OUT", "--trust", "SITE", "--at", SOON, "--json"]).expect(0).rows();
    assert_eq!((ours.len(), ours.iter().all(|row| row["verdict"] == "valid")), (15, true), "{ours:?}");
    let files =
        |extension: &str| issuer.numbers().iter().map(|number| issuer.file(number, extension)).collect::<Vec<_>>();
    let badges = [files("badge.png"), files("badge.svg")].concat();
    for (row, badge) in unbaked(&badges).iter().zip(&badges) {
        assert_eq!(row["problem"], Value::Null, "{row}");
        let number = text(row, "number");
        let json = fs::read_to_string(issuer.file(&number, "json")).unwrap();
        assert_eq!(text(row, "credential"), json.trim());
        assert!(badge.to_str().unwrap().contains(&number));
    }
    let good = [files("json"), files("jwt"), files("pdf").iter().map(|pdf| taken_out(&issuer, pdf)).collect()].concat();
    let told = judged(&issuer, &good);
    assert_eq!(told.len(), 12, "three of JSON by two judges, three JWTs and what three PDFs carry by one");
    for row in told {
        assert_eq!(row["verified"], true, "{row}");
    }
    for row in judged_with_lists(&issuer, SOON, &[files("json"), badges.clone()].concat()) {
        assert_eq!(row["verified"], true, "{row}");
    }
    // It takes JWTs in the form of Open Badges 3.0 section 8.2 alone, whose claims VC-JOSE-COSE does not have.
    for row in judged_with_lists(&issuer, SOON, &files("jwt")) {
        assert_eq!(row["said"], "JWT payload is missing the required 'iss' claim", "{row}");
    }
    let number = &issuer.numbers()[0];
    let json = fs::read_to_string(issuer.file(number, "json")).unwrap();
    let jwt = fs::read_to_string(issuer.file(number, "jwt")).unwrap();
    let at = jwt.rfind('.').unwrap() + 20;
    let other = if jwt[at..].starts_with('A') { "B" } else { "A" };
    let changed = [
        ("name.json", json.replace("José", "Jose")),
        ("date.json", json.replace("2026-03-01T09:00:00Z", "2026-03-01T09:00:01Z")),
        ("bit.jwt", format!("{}{other}{}", &jwt[..at], &jwt[at + 1..])),
    ];
    let paths = changed.map(|(name, content)| {
        fs::write(issuer.path(name), content).unwrap();
        issuer.path(name)
    });
    let told = judged(&issuer, &[&paths[..], &[changed_in_pdf(&issuer, number, &jwt, at)]].concat());
    assert_eq!(told.len(), 6, "two of JSON by two judges, and two JWTs");
    for row in told {
        assert_eq!(row["verified"], false, "{row}");
    }
    let [svg, png] = ["badge.svg", "badge.png"].map(|kind| changed_badge(&issuer, number, kind));
    for row in judged_with_lists(&issuer, SOON, &[paths[0].clone(), paths[1].clone(), svg, png]) {
        assert!(text(&row, "said").contains("signature mismatch"), "{row}");
    }
    // What is revoked is refused by who looks at the list, in each form.
    issuer.run(&["revoke", number, "--reason", "a mistake", "--now"]).expect(0);
    issuer.run(&["publish", "--out", "SITE"]).expect(0);
    let revoked = ["json", "badge.png", "badge.svg"].map(|kind| issuer.file(number, kind));
    for row in judged_with_lists(&issuer, SOON, &revoked) {
        assert!(text(&row, "said").contains("status 'revocation' is set"), "{row}");
    }
}

#[test]
fn issued_pdfs_of_every_built_in_template_break_no_clause_that_pikepdf_looks_at() {
    let issuer = Issuer::new();
    let [logo, signature] = ["r08-exif-orientation/a1-exif6.jpg", "m01-signature-photo-lies-on-its-side/sig6.jpg"]
        .map(|name| root("tests/fixtures/cases").join(name).to_str().unwrap().to_owned());
    let signs = format!("Dr. Helena Okafor; Programme Director; {signature}");
    let python = root("target/venv/bin/python");
    assert!(python.exists(), "run scripts/setup first: it installs pikepdf");
    let mut judge = Command::new(python);
    judge.arg(root("tests/tools/pdf_clauses.py"));
    for template in ["classic", "classic@1", "modern", "modern@1", "minimal", "minimal@1", "laurel", "ribbon", "quiet"]
    {
        let event = template.to_uppercase().replace('@', "");
        let create = ["event", "create", &event, "--title", "Data Analysis", "--template", template, "--logo", &logo];
        issuer.run(&[&create[..], &["--signatory", &signs]].concat()).expect(0);
        issuer.run(&["import", &event, root("tests/data/scripts.csv").to_str().unwrap()]).expect(0);
        issuer.run(&["issue", &event, "--out", "OUT", "--format", "pdf"]).expect(0).prints("23 issued");
    }
    let files = folder(&issuer.path("out"));
    judge.args(files.keys().map(|name| issuer.path("out").join(name)));
    let told = run(&mut judge);
    let broken: Vec<&str> = told.lines().filter(|line| !line.ends_with(".pdf: ")).collect();
    assert_eq!((told.lines().count(), broken), (207, Vec::new()));
}

/// Takes the credential out of a PDF with poppler.
fn taken_out(issuer: &Issuer, pdf: &Path) -> PathBuf {
    let name = pdf.file_stem().unwrap().to_string_lossy();
    let out = issuer.path(&format!("{name}.taken-out.jwt"));
    run(Command::new("pdfdetach").args(["-save", "1", "-o"]).arg(&out).arg(pdf));
    out
}

/// Changes a letter of the credential that a PDF carries, and takes it out.
fn changed_in_pdf(issuer: &Issuer, number: &str, jwt: &str, at: usize) -> PathBuf {
    let mut bytes = fs::read(issuer.file(number, "pdf")).unwrap();
    let begins = memchr::memmem::find(&bytes, jwt.trim().as_bytes()).expect("the credential stands in it");
    let letter = &mut bytes[begins + at];
    *letter = if *letter == b'A' { b'B' } else { b'A' };
    let changed = issuer.path("changed.pdf");
    fs::write(&changed, bytes).unwrap();
    let out = taken_out(issuer, &changed);
    let taken = fs::read_to_string(&out).unwrap();
    assert!(taken.len() == jwt.trim().len() && taken != jwt.trim(), "the changed one was taken out: {taken}");
    out
}

/// Writes a badge whose credential names somebody else, of as many letters.
fn changed_badge(issuer: &Issuer, number: &str, kind: &str) -> PathBuf {
    let mut bytes = fs::read(issuer.file(number, kind)).unwrap();
    let (name, other) = ("José".as_bytes(), "Josè".as_bytes());
    let at = memchr::memmem::find(&bytes, name).expect("the name stands in it");
    bytes[at..at + name.len()].copy_from_slice(other);
    if kind.ends_with("png") {
        let begins = memchr::memmem::rfind(&bytes[..at], b"iTXt").unwrap();
        let length = u32::from_be_bytes(bytes[begins - 4..begins].try_into().unwrap()) as usize;
        let end = begins + 4 + length;
        let mut sum = flate2::Crc::new();
        sum.update(&bytes[begins..end]);
        bytes[end..end + 4].copy_from_slice(&sum.sum().to_be_bytes());
    }
    let path = issuer.path(&format!("changed.{kind}"));
    fs::write(&path, bytes).unwrap();
    path
}

/// Others judge in JSON-LD safe mode: what no context defines makes a badge invalid.
#[test]
fn a_certificate_that_says_all_it_can_has_no_property_that_others_do_not_know() {
    let issuer = Issuer::new();
    let create = |kind: &'static str, criteria: &'static str| {
        [
            "event",
            "create",
            "FULL",
            "--title",
            "@type",
            "--template",
            "classic",
            "--description",
            "https://example.org/x",
            "--criteria",
            criteria,
            "--achievement-type",
            kind,
            "--starts",
            "2026-02-01",
            "--ends",
            "2026-02-02",
            "--expires-after",
            "2y",
            "--publish-results",
        ]
    };
    issuer.run(&create("Course", "_:b0")).expect(2).warns("`criteria` begins with `_:`");
    issuer
        .run(&create("Workshop", "@id"))
        .expect(2)
        .warns("`achievement_type` is none of the types of Open Badges 3.0");
    issuer.run(&create("ext:Workshop", "@id")).expect(0);
    issuer
        .run(&["event", "update", "FULL", "--achievement-type", "Thing"])
        .expect(2)
        .warns("one of your own begins with `ext:`");
    let list = issuer.path("full.csv");
    fs::write(&list, "name,email,credits,result,term,role,Favourite colour\nAda Lovelace,ada@example.org,4.1,A1,Spring,Speaker,green\n").unwrap();
    issuer.run(&["import", "FULL", list.to_str().unwrap()]).expect(0);
    issuer.run(&["issue", "FULL", "--out", "OUT", "--format", "json"]).expect(0);
    issuer.run(&["publish", "--out", "SITE"]).expect(0);
    let number = &issuer.numbers()[0];
    let json = fs::read_to_string(issuer.file(number, "json")).unwrap();
    let subject = serde_json::from_str::<Value>(&json).unwrap()["credentialSubject"].clone();
    for claim in ["creditsEarned", "activityStartDate", "activityEndDate", "result", "term", "role"] {
        assert!(!subject[claim].is_null(), "{claim} is not in {subject}");
    }
    assert!(!json.contains("green"), "what is not said is not signed: {json}");
    let other = issuer.path("other.json");
    fs::write(&other, json.replacen("\"role\"", "\"favouriteColour\": \"green\", \"role\"", 1)).unwrap();
    let rows = judged(&issuer, &[issuer.file(number, "json"), other]);
    let (known, unknown) = rows.split_at(2);
    assert!(known.iter().all(|row| row["verified"] == true), "{known:?}");
    assert!(unknown.iter().all(|row| text(row, "said").to_lowercase().contains("safe mode")), "{unknown:?}");
    let rows = judged_with_lists(&issuer, SOON, &[issuer.file(number, "json"), issuer.path("other.json")]);
    assert_eq!((&rows[0]["verified"], &rows[1]["verified"]), (&Value::Bool(true), &Value::Bool(false)), "{rows:?}");
}

#[test]
fn a_badge_with_a_changed_credential_is_refused_here_too() {
    let issuer = Issuer::with(THREE);
    issuer.run(&["issue", EVENT, "--out", "OUT", "--format", "baked-svg"]).expect(0);
    issuer.run(&["publish", "--out", "SITE"]).expect(0);
    let file = issuer.file(&issuer.numbers()[0], "badge.svg");
    let told = issuer.verify(&file, SOON);
    assert_eq!((text(&told, "verdict"), text(&told, "recipient")), ("valid".into(), "José Núñez".into()));
    let badge = fs::read_to_string(&file).unwrap();
    fs::write(&file, badge.replace("José Núñez", "Joseph Núñez")).unwrap();
    assert_eq!(issuer.verdict(&file, SOON), "proof_invalid");
}

/// The proof is kept: also by the dump, and whichever key signs by then.
#[test]
fn what_was_made_once_is_the_same_after_a_rotation_and_a_restored_dump() {
    let mut issuer = Issuer::with(THREE);
    issuer.run(&["issue", EVENT]).expect(0);
    let made = |issuer: &Issuer, out: &str| {
        let out = issuer.path(out);
        let out = out.to_str().unwrap();
        issuer
            .run(&["certificates", "render", "--all", "--format", "json,baked-png,baked-svg", "--out", out])
            .expect(0);
        folder(Path::new(out))
    };
    issuer.at(LATER).run(&["keys", "rotate"]).expect(0);
    let first = made(&issuer, "first");
    let proof = String::from_utf8(first["CERT-MAPS-2026-00001.json"].clone()).unwrap();
    assert!(proof.contains("#k2-multikey") && proof.contains(LATER), "made by the key that signs by then: {proof}");
    issuer.at(SOON).run(&["keys", "rotate"]).expect(0);
    assert_eq!(made(&issuer, "second"), first);
    let dump = issuer.path("dump.jsonl");
    issuer.run(&["export", dump.to_str().unwrap()]).expect(0);
    fs::rename(issuer.path("data/store"), issuer.path("old-store")).unwrap();
    issuer.run(&["import-dump", dump.to_str().unwrap()]).expect(0);
    assert_eq!(made(&issuer, "third"), first);
}

#[test]
fn an_export_has_a_manifest_and_is_the_same_as_zip_and_as_folder() {
    let issuer = Issuer::with(THREE);
    issuer.run(&["issue", EVENT]).expect(0);
    let (zip, out) = (issuer.path("all.zip"), issuer.path("all"));
    let export = |target: [&str; 2]| {
        let args = ["certificates", "export", EVENT, "--kinds", "pdf,png-300,json", "--file-names", "person"];
        issuer.run(&[args.as_slice(), &target].concat()).expect(0).prints("9 files of 3 certificates");
    };
    export(["--zip", zip.to_str().unwrap()]);
    export(["--out", out.to_str().unwrap()]);
    let packed = members(&fs::read(&zip).unwrap());
    assert_eq!(packed, folder(&out));
    let names: Vec<&str> = packed.keys().map(String::as_str).collect();
    assert_eq!(names.len(), 10, "{names:?}");
    assert!(names.contains(&"José Núñez CERT-MAPS-2026-00001.300dpi.png"), "{names:?}");
    assert!(names.contains(&"田中 さくら CERT-MAPS-2026-00003.pdf"), "{names:?}");
    let size = image::load_from_memory(&packed["José Núñez CERT-MAPS-2026-00001.300dpi.png"]).unwrap();
    assert_eq!((size.width(), size.height()), (3_507, 2_480));
    let manifest = String::from_utf8(packed["manifest.csv"].clone()).unwrap();
    assert_eq!(manifest.matches("\r\n").count(), 4, "{manifest}");
    let mut reader = csv::Reader::from_reader(manifest.as_bytes());
    let lines: Vec<BTreeMap<String, String>> = reader.deserialize().map(Result::unwrap).collect();
    assert_eq!(lines[1]["name"], "ऐश्वर्या शर्मा");
    assert_eq!((lines[1]["state"].as_str(), lines[1]["left_out"].as_str()), ("active", ""));
    assert!(lines.iter().all(|line| ["pdf", "png_300", "json"].iter().all(|kind| packed.contains_key(&line[*kind]))));
    let only = issuer.path("one.zip");
    let only = only.to_str().unwrap();
    issuer
        .run(&["certificates", "export", "--text", "josé", "--zip", only])
        .expect(0)
        .prints("1 file of 1 certificate");
    issuer.run(&["certificates", "export", EVENT]).expect(2);
    issuer.run(&["certificates", "export", "NOWHERE", "--zip", only]).refuses("does not exist");
}

#[test]
fn files_are_named_as_they_are_wanted_and_never_take_anothers_place() {
    let issuer = Issuer::with("name,email,id\nAda Lovelace,ada@example.org,7/a\nADA LOVELACE,ada2@example.org,CON\n");
    let named = ["issue", EVENT, "--out", "OUT", "--file-names", "{name}"];
    issuer.run(&named).expect(0);
    let names: Vec<String> = folder(&issuer.path("out")).into_keys().collect();
    assert_eq!(names, ["ADA LOVELACE CERT-MAPS-2026-00002.pdf", "Ada Lovelace CERT-MAPS-2026-00001.pdf"]);
    // What is missing is made again under its name, and nothing else is.
    let lost = issuer.path("out").join(&names[0]);
    fs::remove_file(&lost).unwrap();
    issuer.run(&named).expect(0).prints("2 had one already");
    assert!(lost.exists());
    for (pattern, problem) in
        [("{nmae}", "{external_id}"), ("{name}{number}", "first or last"), ("a/{number}", "cannot hold `/`")]
    {
        issuer.run(&["issue", EVENT, "--out", "OUT", "--file-names", pattern]).expect(2).warns(problem);
    }
}

#[test]
fn people_and_certificates_are_listed_as_csv_with_the_file_of_each() {
    let issuer = Issuer::with(THREE);
    issuer.run(&["issue", EVENT, "--only", "jose@example.org"]).expect(0);
    let table = issuer.run(&["people", "list", EVENT, "--csv", "--file-names", "person"]).expect(0).stdout;
    let lines: Vec<&str> = table.split_terminator("\r\n").collect();
    assert_eq!(lines[0], "name,email,external_id,number,version,state,issued,valid_until,file");
    assert_eq!(
        lines[1],
        "José Núñez,jose@example.org,,CERT-MAPS-2026-00001,1,active,2026-03-01T09:00:00Z,,José Núñez CERT-MAPS-2026-00001.pdf"
    );
    assert_eq!((lines[2], lines.len()), ("ऐश्वर्या शर्मा,aishwarya@example.org,,,,,,,", 4));
    let issued = issuer.run(&["certificates", "list", "--csv"]).expect(0).stdout;
    assert!(issued.starts_with("number,version,name,email,event,state,"), "{issued}");
    assert_eq!(issued.matches("\r\n").count(), 2);
}

#[test]
fn an_event_has_a_badge() {
    let issuer = Issuer::new();
    for name in ["badge.png", "badge.svg"] {
        let file = issuer.path(name);
        issuer.run(&["event", "badge", EVENT, "--out", file.to_str().unwrap()]).expect(0);
        assert!(fs::metadata(file).unwrap().len() > 5_000);
    }
    issuer.run(&["event", "badge", EVENT, "--out", "badge.gif"]).expect(2);
}

#[test]
fn an_event_gets_a_badge_of_its_own_and_gives_it_back() {
    let issuer = Issuer::issued(THREE);
    let picture = image::RgbaImage::from_pixel(300, 300, image::Rgba([200, 30, 30, 255]));
    let (own, out) = (issuer.path("own.png"), issuer.path("badge.png"));
    picture.save(&own).unwrap();
    let (own, out) = (own.to_str().unwrap(), out.to_str().unwrap());
    let red = || image::open(out).unwrap().to_rgba8().get_pixel(300, 500).0 == [200, 30, 30, 255];
    issuer.run(&["event", "badge", EVENT, "--out", out]).expect(0);
    assert!(!red());
    issuer.run(&["event", "badge", EVENT, "--image", own, "--out", out]).expect(0).prints("has a badge of its own");
    assert!(red());
    let list = issuer.path("people.csv");
    let ran = issuer.run(&["event", "badge", EVENT, "--image", list.to_str().unwrap()]);
    assert!(ran.code != 0 && ran.stderr.contains("neither a PNG nor an SVG"), "{ran:?}");
    issuer.run(&["event", "badge", EVENT, "--drawn", "--out", out]).expect(0).prints("drawn from its title");
    assert!(!red());
    assert_ne!(issuer.run(&["event", "badge", EVENT]).code, 0);
}
