//! The whole life of certificates: every verdict is reached by the commands that lead to it.

use std::fs;

use serde_json::Value;

use crate::issuer::{EVENT, Issuer, THREE, text};
use crate::lists::credential;

/// An hour after everything was set up.
const LATER: &str = "2026-03-01T10:00:00Z";
/// While the first site is still fresh.
const SOON: &str = "2026-03-03T09:00:00Z";
/// When it is not.
const STALE: &str = "2026-06-01T09:00:00Z";

fn verdicts(rows: &[Value]) -> Vec<String> {
    rows.iter().map(|row| text(row, "verdict")).collect()
}

#[test]
fn three_names_become_three_valid_certificates() {
    let issuer = Issuer::with(THREE);
    let ran = issuer.run(&["issue", EVENT, "--out", "OUT", "--format", "pdf,png,jwt", "--json"]).expect(0);
    let rows = ran.rows();
    let numbers: Vec<String> = rows[..3].iter().map(|row| text(row, "number")).collect();
    assert!(rows[..3].iter().all(|row| row["outcome"] == "issued"), "{rows:?}");
    assert_eq!((&rows[3]["issued"], &rows[3]["failed"]), (&Value::from(3), &Value::from(0)), "{rows:?}");
    assert_eq!(numbers, ["CERT-MAPS-2026-00001", "CERT-MAPS-2026-00002", "CERT-MAPS-2026-00003"]);
    issuer.run(&["publish", "--out", "SITE"]).expect(0);
    let rows = issuer.run(&["verify", "OUT", "--trust", "SITE", "--json"]).expect(0).rows();
    assert_eq!(verdicts(&rows), vec!["valid"; 9], "a PDF, a picture and a .jwt file each");
}

#[test]
fn numbers_follow_the_rows_of_the_list_and_later_rows_come_after() {
    let issuer = Issuer::with(THREE);
    // Ada is new in the middle; the others keep the places of their first import, also Sakura, whose row changed.
    let second = "name,email,score\n田中 さくら,sakura@example.org,96\nAda Whitfield,ada@example.org,70\nJosé Núñez,jose@example.org,91\n";
    fs::write(issuer.path("people.csv"), second).unwrap();
    issuer.run(&["import", EVENT, "PEOPLE", "--duplicates", "update"]).expect(0).prints("1 added, 1 updated");
    issuer.run(&["issue", EVENT]).expect(0).prints("4 issued");
    let rows = issuer.run(&["certificates", "list", "--json"]).expect(0).rows();
    let who: Vec<String> = rows.iter().map(|row| text(row, "recipient")).collect();
    assert_eq!(who, ["José Núñez", "ऐश्वर्या शर्मा", "田中 さくら", "Ada Whitfield"]);
}

#[test]
fn json_with_an_embedded_proof_is_the_same_each_time_and_verifies_for_as_long_as_its_key_is_good() {
    let mut issuer = Issuer::with(THREE);
    issuer.run(&["issue", EVENT, "--out", "OUT", "--format", "json"]).expect(0);
    issuer.run(&["publish", "--out", "SITE"]).expect(0);
    let rows = issuer.run(&["verify", "OUT", "--trust", "SITE", "--json"]).expect(0).rows();
    assert_eq!(verdicts(&rows), vec!["valid"; 3]);
    let number = text(&rows[0], "number");
    let file = issuer.file(&number, "json");
    let made = fs::read(&file).unwrap();
    let render = |issuer: &Issuer| {
        issuer.run(&["certificates", "render", &number, "--format", "json", "--out", "OUT"]).expect(0);
        fs::read(&file).unwrap()
    };
    assert_eq!(render(&issuer), made);
    issuer.at(LATER).run(&["keys", "rotate"]).expect(0);
    assert_eq!(render(&issuer), made, "the key that signed the record is retired, not gone");
    issuer.run(&["publish", "--out", "SITE"]).expect(0);
    assert_eq!(issuer.verdict(&file, SOON), "valid");
    let changed = String::from_utf8(made.clone()).unwrap().replace(&number, "CERT-MAPS-2026-00009");
    fs::write(issuer.path("changed.json"), changed).unwrap();
    assert_eq!(issuer.verdict(&issuer.path("changed.json"), SOON), "proof_invalid");
    issuer.run(&["keys", "compromise", "k1", "--since", LATER]).expect(0);
    issuer.run(&["publish", "--out", "SITE"]).expect(0);
    assert_eq!(issuer.verdict(&file, SOON), "compromised_key", "issued sets know certificates by their JWS");
    assert_ne!(render(&issuer), made, "the active key speaks for the stolen one");
    assert_eq!(issuer.verdict(&file, SOON), "valid");
}

#[test]
fn a_revoked_certificate_is_known_as_revoked_once_it_is_published() {
    let mut issuer = Issuer::issued(THREE);
    let number = issuer.numbers()[0].clone();
    let pdf = issuer.file(&number, "pdf");
    issuer.at(LATER).run(&["revoke", &number, "--reason", "issued in error", "--now"]).expect(0);
    assert_eq!(issuer.verdict(&pdf, SOON), "valid", "the old snapshot cannot know");
    issuer.run(&["publish", "--out", "SITE"]).expect(0);
    let answer = issuer.verify(&pdf, SOON);
    assert_eq!(text(&answer, "verdict"), "revoked");
    assert!(answer["reason"].to_string().contains("issued in error"), "{answer}");
    assert_eq!(issuer.verdict(&issuer.file(&issuer.numbers()[1], "pdf"), SOON), "valid", "nobody else is touched");
    issuer.run(&["revoke", &number, "--reason", "again"]).refuses("was revoked on");
    issuer.run(&["certificates", "list", "--status", "revoked"]).expect(0).prints(&number);
}

#[test]
fn certificates_and_people_are_listed_by_what_is_asked_for() {
    let issuer = Issuer::issued(THREE);
    let listed = |filter: &[&str]| issuer.run(&[&["certificates", "list", "--json"], filter].concat()).expect(0).rows();
    let all = listed(&[]);
    let (run, template) = (text(&all[0], "run"), text(&all[0], "template"));
    for (filter, count) in [
        (["--text", "NÚÑEZ"], 1),
        (["--text", "nobody"], 0),
        (["--template", &template], 3),
        (["--template", "none"], 0),
        (["--run", &run], 3),
        (["--run", "none"], 0),
        (["--issued-since", "2000-01-01"], 3),
        (["--issued-until", "2000-01-01"], 0),
    ] {
        assert_eq!(listed(&filter).len(), count, "{filter:?}");
    }
    assert_eq!(issuer.run(&["people", "list", EVENT, "--text", "josé", "--json"]).expect(0).rows().len(), 1);
    issuer.run(&["certificates", "list", "--issued-since", "soon"]).expect(2);
}

#[test]
fn a_corrected_certificate_keeps_its_number_and_the_old_copy_says_superseded() {
    let mut issuer = Issuer::issued(THREE);
    let number = issuer.numbers()[0].clone();
    let (pdf, old) = (issuer.file(&number, "pdf"), issuer.path("old.pdf"));
    fs::copy(&pdf, &old).unwrap();
    let before = credential(&issuer, &number);
    issuer
        .at(LATER)
        .run(&["regenerate", &number, "--set", "name=José Núñez Ortega", "--reason", "name corrected"])
        .expect(0);
    issuer.run(&["certificates", "render", &number, "--out", "OUT"]).expect(0);
    issuer.run(&["publish", "--out", "SITE"]).expect(0);
    assert_eq!(issuer.verdict(&old, SOON), "superseded");
    let new = issuer.verify(&pdf, SOON);
    assert_eq!((text(&new, "verdict"), text(&new, "recipient")), ("valid".into(), "José Núñez Ortega".into()));
    assert_eq!(text(&new, "number"), number);
    let shown = issuer.run(&["certificates", "show", &number, "--json"]).expect(0).rows();
    assert_eq!(shown[0]["versions"].as_array().map(Vec::len), Some(2), "{shown:?}");
    let after = credential(&issuer, &number);
    assert_ne!(after["id"], before["id"]);
    for date in ["validFrom", "validUntil"] {
        assert_eq!(after[date], before[date], "{date}: that of the first version");
    }
}

#[test]
fn certificates_outlive_their_key() {
    let mut issuer = Issuer::issued(THREE);
    issuer.at(LATER).run(&["keys", "rotate"]).expect(0);
    issuer.import("name,email\nFreya Llewellyn,freya@example.org\n").expect(0);
    issuer
        .run(&["issue", EVENT, "--out", "OUT", "--format", "pdf,jwt"])
        .expect(0)
        .prints("1 issued, 3 had one already");
    let newest = issuer.file("CERT-MAPS-2026-00004", "pdf");
    assert_eq!(issuer.verdict(&newest, SOON), "unknown_key", "the old snapshot does not know the new key");
    issuer.run(&["publish", "--out", "SITE"]).expect(0);
    let rows = issuer.run(&["verify", "OUT", "--trust", "SITE", "--at", SOON, "--json"]).expect(0).rows();
    assert_eq!(verdicts(&rows), vec!["valid"; 8]);
    let keys: Vec<String> = rows.iter().map(|row| text(row, "key")).collect();
    assert_eq!(keys.iter().filter(|key| key.ends_with("#k1")).count(), 6, "{keys:?}");
    let states = issuer.run(&["keys", "list"]).expect(0);
    assert!(states.stdout.contains("retired") && states.stdout.contains("active"), "{}", states.stdout);
}

#[test]
fn a_stolen_key_takes_no_honest_certificate_with_it() {
    let mut issuer = Issuer::issued(THREE);
    issuer.at(LATER).run(&["keys", "rotate"]).expect(0);
    issuer.run(&["keys", "compromise", "k1", "--since", "2026-02-01"]).expect(0);
    issuer.run(&["publish", "--out", "SITE"]).expect(0);
    for number in issuer.numbers() {
        assert_eq!(issuer.verdict(&issuer.file(&number, "pdf"), SOON), "valid", "{number} is in the issued set");
    }
}

#[test]
fn the_root_key_can_be_replaced() {
    let mut issuer = Issuer::issued(THREE);
    issuer.at(LATER).run(&["keys", "root-rotate"]).expect(0);
    issuer.run(&["publish", "--out", "SITE"]).expect(0);
    issuer.run(&["verify", "OUT", "--trust", "SITE", "--at", SOON]).expect(0).prints("6 valid");
}

#[test]
fn nothing_is_green_when_its_revocation_state_is_old() {
    let issuer = Issuer::issued(THREE);
    let pdf = issuer.file(&issuer.numbers()[0], "pdf");
    assert_eq!(issuer.verdict(&pdf, SOON), "valid");
    assert_eq!(issuer.verdict(&pdf, STALE), "valid_status_stale");
    assert_eq!(issuer.verdict(&pdf, "2025-01-01"), "not_yet_valid");
}

#[test]
fn what_is_valid_is_so_as_of_an_instant_that_is_said() {
    let issuer = Issuer::issued(THREE);
    let pdf = issuer.file(&issuer.numbers()[0], "pdf");
    let (made, due) = ("2026-03-01T09:00:00Z", "2026-03-08T09:00:00Z");
    let fresh = format!("as of {made}, 2 days old, by the issuer's trust file; the next is due {due}");
    let stale = format!("as of {made}, 92 days old, by the issuer's trust file; a newer one was due {due}");
    let verify = |at, more| issuer.run(&["verify", pdf.to_str().unwrap(), "--trust", "SITE", "--at", at, more]);
    // With each answer, and once for all of them.
    verify(SOON, "--thorough")
        .expect(0)
        .prints(&format!("\n    valid {fresh}\n"))
        .prints(&format!(": revocations known {fresh}\n"));
    let quiet = verify(SOON, "--quiet").expect(0).prints(&format!(": revocations known {fresh}\n"));
    assert_eq!(quiet.stdout.lines().count(), 2, "{}", quiet.stdout);
    verify(STALE, "--thorough").expect(1).prints(&format!("\n    revocations known {stale}\n"));
    for (at, on, overdue, text) in [(SOON, "trust_file", false, fresh), (STALE, "trust_file", true, stale)] {
        let basis = &issuer.verify(&pdf, at)["basis"];
        assert_eq!((&basis["on"], &basis["overdue"], &basis["text"]), (&on.into(), &overdue.into(), &text.into()));
        assert_eq!((&basis["asOf"], &basis["nextUpdate"]), (&made.into(), &due.into()), "{basis}");
    }
    // Where no list was looked at, none is spoken of.
    let (mut jws, forged) =
        (fs::read_to_string(issuer.file(&issuer.numbers()[0], "jwt")).unwrap(), issuer.path("f.jwt"));
    let at = jws.rfind('.').unwrap() + 1;
    jws.replace_range(at..=at, if jws[at..].starts_with('A') { "B" } else { "A" });
    fs::write(&forged, jws).unwrap();
    let answer = issuer.verify(&forged, SOON);
    assert_eq!((text(&answer, "verdict").as_str(), &answer["basis"]), ("proof_invalid", &Value::Null));
}

#[test]
fn an_expired_manifest_makes_no_certificate_green() {
    let mut issuer = Issuer::issued(THREE);
    let pdf = issuer.file(&issuer.numbers()[0], "pdf");
    let answer = issuer.verify(&pdf, "2029-03-01");
    assert_eq!(text(&answer, "verdict"), "valid_status_stale");
    assert_eq!(text(&answer, "detail"), "manifest_expired");
    issuer.at("2029-03-01T09:00:00Z").run(&["publish", "--out", "SITE", "--accept-clock"]).expect(0);
    assert_eq!(issuer.verdict(&pdf, "2029-03-01T09:05:00Z"), "valid", "publishing renews it");
}

#[test]
fn a_certificate_with_an_end_expires() {
    let mut issuer = Issuer::new();
    issuer
        .run(&["event", "create", "FIRSTAID", "--title", "First Aid", "--template", "modern", "--expires-after", "2y"])
        .expect(0);
    fs::write(issuer.path("people.csv"), THREE).unwrap();
    issuer.run(&["import", "FIRSTAID", "PEOPLE"]).expect(0);
    issuer.run(&["issue", "FIRSTAID", "--out", "OUT", "--format", "jwt"]).expect(0);
    issuer.at("2028-06-01T09:00:00Z").run(&["publish", "--out", "SITE", "--accept-clock"]).expect(0);
    let file = issuer.file("CERT-FIRSTAID-2026-00001", "jwt");
    assert_eq!(issuer.verdict(&file, "2028-06-02"), "expired");
    assert_eq!(issuer.run(&["certificates", "list", "--status", "expired", "--json"]).expect(0).rows().len(), 3);
}

#[test]
fn only_the_issuer_that_is_trusted_is_believed() {
    let (issuer, other) = (Issuer::issued(THREE), Issuer::none());
    other.run(&["init", "--issuer", "Example Academy", "--domain", "certs.example.com"]).expect(0);
    other.run(&["publish", "--out", "SITE"]).expect(0);
    let (pdf, site) = (issuer.file(&issuer.numbers()[0], "pdf"), other.path("site"));
    let (pdf, site) = (pdf.to_str().unwrap(), site.to_str().unwrap());
    let rows = issuer.run(&["verify", pdf, "--trust", site, "--at", SOON, "--json"]).expect(1).rows();
    assert_eq!(verdicts(&rows), ["untrusted_issuer"], "the same name is not the same issuer");
    let both =
        issuer.run(&["verify", pdf, "--trust", site, "--trust", "SITE", "--at", SOON, "--json"]).expect(0).rows();
    assert_eq!(verdicts(&both), ["valid"]);
}

#[test]
fn one_changed_letter_is_a_forgery() {
    let issuer = Issuer::issued(THREE);
    let rows = issuer.run(&["certificates", "list", "--json"]).expect(0).rows();
    let number = rows.iter().find(|row| row["recipient"] == "José Núñez").map(|row| text(row, "number")).unwrap();
    let jwt = issuer.file(&number, "jwt");
    let genuine = fs::read_to_string(&jwt).unwrap();
    let (head, signature) = genuine.trim().rsplit_once('.').unwrap();
    let (header, payload) = head.split_once('.').unwrap();
    let claims = String::from_utf8(data_encoding::BASE64URL_NOPAD.decode(payload.as_bytes()).unwrap()).unwrap();
    let changed = data_encoding::BASE64URL_NOPAD.encode(claims.replace("José", "Jose").as_bytes());
    assert_ne!(changed, payload);
    fs::write(&jwt, format!("{header}.{changed}.{signature}")).unwrap();
    let answer = issuer.verify(&jwt, SOON);
    assert_eq!(text(&answer, "verdict"), "proof_invalid");
    assert!(answer.get("recipient").is_none(), "nothing unproven is shown as proven: {answer}");
}

#[test]
fn the_text_of_a_qr_code_is_enough() {
    let issuer = Issuer::issued(THREE);
    let jwt = issuer.file(&issuer.numbers()[2], "jwt");
    let packed = issuer.run(&["qr", "pack", jwt.to_str().unwrap(), "--host", "verify.example.org"]).expect(0);
    let url = packed.stdout.trim();
    assert!(url.starts_with("https://verify.example.org/#1"), "{url}");
    issuer.run(&["qr", "unpack", url]).expect(0).prints(fs::read_to_string(&jwt).unwrap().trim());
    issuer.run(&["verify", url, "--trust", "SITE", "--at", SOON]).expect(0).prints("1 valid");
    fs::write(issuer.path("scanned.txt"), format!("{url}\n\n{url}\n")).unwrap();
    let mut command = issuer.command(&["verify", "-", "--trust", "SITE", "--at", SOON, "--json"]);
    command.stdin(fs::File::open(issuer.path("scanned.txt")).unwrap());
    assert_eq!(verdicts(&crate::issuer::Ran::of(&mut command).expect(0).rows()), ["valid", "valid"]);
}

#[test]
fn an_event_can_be_changed_and_what_was_issued_keeps_what_it_says() {
    let issuer = Issuer::issued(THREE);
    let number = issuer.numbers().remove(0);
    let before = fs::read(issuer.file(&number, "pdf")).unwrap();
    let change =
        ["event", "update", EVENT, "--title", "Marine Cartography", "--template", "modern", "--ends", "2026-02-27"];
    let ran = issuer.run(&[&change[..], &["--signatory", "Jane Doe; Director", "--expires-after", "2y"]].concat());
    let words = "is changed: title, description, last day, validity, signatories, template";
    ran.expect(0).prints(words).warns("issued certificates keep what they say");
    issuer.run(&change).expect(0).prints("nothing of event MAPS changes");

    let shown =
        issuer.run(&["event", "show", EVENT]).expect(0).prints("Marine Cartography").prints("Jane Doe, Director");
    shown.prints("3 people, 3 certificates").prints("valid for     2y").prints("ends          2026-02-27");
    let event = issuer.run(&["event", "show", EVENT, "--json"]).expect(0).rows().remove(0);
    assert_eq!(
        (text(&event["achievement"], "description"), text(&event["template"], "name")),
        ("Marine Cartography".into(), "modern".into())
    );
    assert_eq!((&event["people"], &event["certificates"]), (&Value::from(3), &Value::from(3)));

    issuer.run(&["certificates", "render", &number, "--out", "OUT"]).expect(0);
    assert!(before == fs::read(issuer.file(&number, "pdf")).unwrap(), "the same bytes as before");
    issuer.run(&["regenerate", &number, "--reason", "another title"]).expect(0);
    issuer.run(&["certificates", "render", &number, "--out", "OUT"]).expect(0);
    issuer.run(&["publish", "--out", "SITE"]).expect(0);
    assert_eq!(text(&issuer.verify(&issuer.file(&number, "pdf"), SOON), "title"), "Marine Cartography");
}

#[test]
fn a_change_that_cannot_be_changes_nothing() {
    let issuer = Issuer::new();
    let before = issuer.run(&["event", "show", EVENT, "--json"]).expect(0).stdout;
    issuer.run(&["event", "update", "NOSUCH", "--title", "X"]).refuses("event `NOSUCH` does not exist");
    issuer.run(&["event", "show", "NOSUCH"]).refuses("event `NOSUCH` does not exist");
    issuer.run(&["event", "update", EVENT, "--title", " "]).expect(2).warns("`title` is empty");
    issuer.run(&["event", "update", EVENT, "--starts", "2026-05-02", "--ends", "2026-05-01"]).expect(2);
    issuer.run(&["event", "update", EVENT, "--title", &"Very long title ".repeat(40)]).refuses("cannot lay out");
    issuer.run(&["event", "update", EVENT, "--expires-after", "soon"]).expect(2);
    assert_eq!(issuer.run(&["event", "show", EVENT, "--json"]).expect(0).stdout, before);
}

#[test]
fn a_logo_stays_when_the_template_changes_and_a_signature_goes_with_its_name() {
    let issuer = Issuer::new();
    let logo = r##"<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><rect width="40" height="20" fill="#123456"/></svg>"##;
    fs::write(issuer.path("mark.svg"), logo).unwrap();
    let mark = issuer.path("mark.svg");
    let mark = mark.to_str().unwrap();
    let signs = format!("Jane Doe; Director; {mark}");
    issuer
        .run(&["event", "update", EVENT, "--logo", mark, "--signatory", &signs])
        .expect(0)
        .prints("changed: signatories, template");
    issuer.run(&["event", "update", EVENT, "--template", "modern"]).expect(0);
    let assets = || {
        let event = issuer.run(&["event", "show", EVENT, "--json"]).expect(0).rows().remove(0);
        let store = testamur::store::SledStore::open(&issuer.path("data/store")).unwrap();
        let bundle = testamur::store::BlobId(text(&event["template"], "bundle"));
        let bytes = testamur::store::Store::blob(&store, &bundle).unwrap().unwrap();
        let template = testamur::template::Template::from_bundle(&bytes).unwrap();
        ["logo", "signature_1"].map(|name| template.asset(name).is_some())
    };
    assert_eq!(assets(), [true, true]);
    issuer.run(&["event", "update", EVENT, "--signatory", "John Roe; Dean"]).expect(0);
    assert_eq!(assets(), [true, false], "nobody signs with another's hand");
}

#[test]
fn people_are_listed_as_the_list_has_them_with_their_certificates() {
    let issuer = Issuer::with(THREE);
    issuer.run(&["issue", EVENT, "--only", "sakura@example.org"]).expect(0);
    let rows = issuer.run(&["people", "list", EVENT, "--json"]).expect(0).rows();
    let who: Vec<_> = rows.iter().map(|row| (text(row, "name"), row["certificate"].as_str())).collect();
    let number = Some("CERT-MAPS-2026-00001");
    assert_eq!(who, [("José Núñez".into(), None), ("ऐश्वर्या शर्मा".into(), None), ("田中 さくら".into(), number)]);
    let table = issuer.run(&["people", "list", EVENT]).expect(0).prints("sakura@example.org");
    assert_eq!(table.stdout.lines().count(), 4);
    issuer.run(&["people", "list", "NOSUCH"]).refuses("event `NOSUCH` does not exist");
}

#[test]
fn a_published_site_is_passed_over_when_a_folder_is_verified() {
    let issuer = Issuer::issued(THREE);
    crate::issuer::copy(&issuer.path("site/status"), &issuer.path("out/status"));
    let ran = issuer.run(&["verify", "OUT", "--trust", "SITE", "--at", SOON, "--json"]).expect(0);
    assert_eq!(verdicts(&ran.verdicts()), vec!["valid"; 6]);
    ran.warns("it is a status list, not a certificate");
    let list = issuer.path("site/status/1.jwt");
    let ran = issuer.run(&["verify", list.to_str().unwrap(), "--trust", "SITE", "--at", SOON]);
    ran.expect(3).warns("skipped").warns("there is nothing to verify");
}

#[test]
fn certificates_put_together_into_one_file_are_each_compared_with_their_own_page() {
    let issuer = Issuer::issued(THREE);
    let files: Vec<_> = issuer.numbers().iter().map(|number| issuer.file(number, "pdf")).collect();
    let all = issuer.path("all.pdf");
    let mut command = std::process::Command::new("qpdf");
    command.args(["--empty", "--pages"]).args(&files).arg("--").arg(&all);
    crate::issuer::Ran::of(&mut command).expect(0);
    let ran = issuer.run(&["verify", all.to_str().unwrap(), "--trust", "SITE", "--at", SOON, "--json"]).expect(0);
    let mut numbers: Vec<String> = ran.rows().iter().map(|row| text(row, "number")).collect();
    numbers.sort();
    assert_eq!((verdicts(&ran.rows()), numbers), (vec!["valid".to_owned(); 3], issuer.numbers()));
}

#[test]
fn issuing_twice_gives_nobody_two() {
    let issuer = Issuer::with(THREE);
    issuer.run(&["issue", EVENT]).expect(0).prints("3 issued");
    issuer.run(&["issue", EVENT]).expect(0).prints("0 issued, 3 had one already");
    issuer.import(THREE).expect(0);
    issuer.run(&["issue", EVENT]).expect(0).prints("0 issued, 3 had one already");
    assert_eq!(issuer.numbers().len(), 3);
}

#[test]
fn some_can_be_issued_before_the_others_and_nobody_in_a_dry_run() {
    let issuer = Issuer::with(THREE);
    issuer.run(&["issue", EVENT, "--dry-run"]).expect(0).prints("3 would get a certificate");
    assert!(issuer.numbers().is_empty());
    issuer.run(&["issue", EVENT, "--only", "SAKURA@example.org"]).expect(0).prints("1 issued");
    let rows = issuer.run(&["certificates", "list", "--json"]).expect(0).rows();
    assert_eq!((rows.len(), text(&rows[0], "email")), (1, "sakura@example.org".to_owned()));
}

#[test]
fn the_store_can_be_rebuilt_from_an_export() {
    let issuer = Issuer::issued(THREE);
    let (dump, store) = (issuer.path("store.dump"), issuer.path("data/store"));
    let list = issuer.run(&["certificates", "list", "--json"]).expect(0).stdout;
    issuer.run(&["export", dump.to_str().unwrap()]).expect(0);
    fs::rename(&store, issuer.path("lost")).unwrap();
    issuer.run(&["import-dump", dump.to_str().unwrap()]).expect(0);
    assert_eq!(issuer.run(&["certificates", "list", "--json"]).expect(0).stdout, list);
    issuer.import("name,email\nFreya Llewellyn,freya@example.org\n").expect(0);
    issuer.run(&["issue", EVENT]).expect(0).prints("1 issued");
    assert_eq!(issuer.numbers().len(), 4, "the next number is a new one");
}

#[test]
fn the_demo_shows_the_whole_life() {
    let issuer = Issuer::none();
    let out = issuer.path("demo");
    let ran = issuer.run(&["demo", "--people", "60", "--out", out.to_str().unwrap()]).expect(0);
    for words in ["59 valid", "1 revoked", "1 superseded", "1 proof_invalid"] {
        assert!(ran.stdout.contains(words), "`{words}`: {}", ran.stdout);
    }
    issuer.run(&["demo", "--out", out.to_str().unwrap()]).refuses("is not empty");
}

#[test]
fn a_revocation_waits_and_is_undone_without_a_trace() {
    let mut issuer = Issuer::issued(THREE);
    let number = issuer.numbers()[0].clone();
    let pdf = issuer.file(&number, "pdf");
    let revoked = issuer.at(LATER).run(&["revoke", &number, "--reason", "issued in error"]).expect(0);
    revoked.prints("no publication holds it before 2026-03-01T10:15:00Z").prints(&format!("testamur restore {number}"));
    let left = "without 1 revocation that can still be undone, until 2026-03-01T10:15:00Z at the latest";
    issuer.run(&["publish", "--out", "SITE"]).expect(0).prints(left);
    let rows = issuer.run(&["publish", "--out", "SITE", "--json"]).expect(0).rows();
    assert_eq!(rows[0]["leftOut"], serde_json::json!({ "count": 1, "until": "2026-03-01T10:15:00Z" }));
    assert_eq!(issuer.verdict(&pdf, SOON), "valid");
    let listed = issuer.run(&["certificates", "list"]).expect(0);
    listed.prints(&format!("{number}  revocation waits until 2026-03-01T10:15:00Z  "));
    let listed = issuer.run(&["certificates", "list", "--status", "revocation_waits", "--json"]).expect(0).rows();
    assert_eq!((listed.len(), text(&listed[0], "waitsUntil").as_str()), (1, "2026-03-01T10:15:00Z"));
    issuer
        .run(&["certificates", "show", &number])
        .expect(0)
        .prints("version 1  revocation waits until 2026-03-01T10:15");
    assert!(issuer.run(&["certificates", "list", "--status", "revoked", "--json"]).expect(0).rows().is_empty());
    let rename = ["regenerate", &number, "--set", "name=J. Núñez", "--reason", "asked for"];
    issuer.run(&rename).refuses("revoked").warns(&format!("take it back first: testamur restore {number}"));
    issuer.run(&["restore", &number]).expect(0).prints("is no longer revoked");
    issuer.run(&["restore", &number]).refuses("is not revoked");

    issuer.run(&["revoke", &number, "--reason", "issued in error"]).expect(0);
    let again = issuer.run(&["revoke", &number, "--reason", "again"]).refuses("was revoked on 2026-03-01T10:00:00Z");
    let again = again.warns("no publication holds that before 2026-03-01T10:15:00Z");
    let again = again.warns(&format!("testamur restore {number}")).warns("--now");
    assert!(!again.stderr.contains("stays revoked"), "{}", again.stderr);
    let at_once = issuer.run(&["revoke", &number, "--reason", "the exam was bought", "--cause", "fraud"]).expect(0);
    at_once.prints("waits no more");
    issuer.run(&["publish", "--out", "SITE"]).expect(0);
    assert_eq!(issuer.verdict(&pdf, SOON), "revoked");
    issuer.run(&["restore", &number]).refuses("has been published");
    issuer.run(&["revoke", &number, "--reason", "again"]).refuses("was revoked on").warns("stays revoked");
    issuer.run(&["certificates", "list"]).expect(0).prints(&format!("{number}  revoked  "));

    // The clock ends the wait, or who publishes; a setting says how long it is.
    let second = issuer.numbers()[1].clone();
    issuer.run(&["revoke", &second, "--reason", "issued in error"]).expect(0);
    issuer.at("2026-03-01T10:15:00Z").run(&["publish", "--out", "SITE"]).expect(0);
    assert_eq!(issuer.verdict(&issuer.file(&second, "pdf"), SOON), "revoked");
    let third = issuer.numbers()[2].clone();
    issuer.run(&["revoke", &third, "--reason", "issued in error"]).expect(0);
    issuer.run(&["publish", "--out", "SITE", "--now"]).expect(0);
    assert_eq!(issuer.verdict(&issuer.file(&third, "pdf"), SOON), "revoked");
    let config = issuer.path("data/testamur.toml");
    let told = fs::read_to_string(&config).unwrap();
    fs::write(&config, format!("undo_minutes = 1441\n{told}")).unwrap();
    issuer.run(&["config", "check"]).expect(2).warns("undo_minutes must be 0 to 1440");
    fs::write(&config, format!("undo_minutes = 30\n{told}")).unwrap();
    issuer.run(&["config", "check"]).expect(0).prints("undo_minutes       30");
}

#[test]
fn a_revoked_certificate_is_not_drawn_again() {
    let mut issuer = Issuer::issued(THREE);
    let numbers = issuer.numbers();
    issuer.at(LATER).run(&["revoke", &numbers[0], "--reason", "issued in error", "--now"]).expect(0);
    issuer.run(&["revoke", &numbers[1], "--reason", "issued in error"]).expect(0);
    fs::remove_dir_all(issuer.path("out")).unwrap();
    let again = ["issue", EVENT, "--out", "OUT", "--format", "pdf"];
    let ran = issuer.run(&again).expect(0).prints("0 issued, 3 had one already");
    ran.prints("2 certificates are revoked and not drawn again");
    let drawn = |number: &String| issuer.file(number, "pdf").exists();
    assert_eq!(numbers.iter().map(drawn).collect::<Vec<_>>(), [false, false, true]);
    issuer.run(&["restore", &numbers[1]]).expect(0);
    let rows = issuer.run(&[&again[..], &["--json"]].concat()).expect(0).rows();
    assert_eq!(rows.last().unwrap()["revokedNotDrawn"], 1);
    assert!(issuer.file(&numbers[1], "pdf").exists() && !issuer.file(&numbers[0], "pdf").exists());
}

#[test]
fn a_stolen_key_ends_the_wait_of_what_it_signed() {
    let mut issuer = Issuer::issued(THREE);
    let number = issuer.numbers()[0].clone();
    issuer.at(LATER).run(&["revoke", &number, "--reason", "issued in error"]).expect(0);
    issuer.run(&["keys", "compromise", "k1", "--since", LATER]).expect(0);
    let published = issuer.run(&["publish", "--out", "SITE"]).expect(0);
    assert!(!published.stdout.contains("undone"), "{published:?}");
    assert_eq!(issuer.verdict(&issuer.file(&number, "pdf"), SOON), "revoked");
}

#[test]
fn what_was_issued_after_the_dump_is_revoked_by_its_file() {
    let mut issuer = Issuer::issued(THREE);
    let dump = issuer.path("store.dump");
    issuer.run(&["export", dump.to_str().unwrap()]).expect(0);
    issuer.import("name,email\nFreya Llewellyn,freya@example.org\nAda Whitfield,ada@example.org\nZoë Ångström,zoe@example.org\n").expect(0);
    issuer.run(&["issue", EVENT, "--out", "OUT", "--format", "pdf,png,jwt,json"]).expect(0).prints("3 issued");
    // One of them was revoked and published before the disk was lost.
    let late = issuer.numbers().split_off(3);
    issuer.run(&["revoke", &late[2], "--reason", "issued in error", "--now"]).expect(0);
    issuer.run(&["publish", "--out", "SITE"]).expect(0);
    fs::remove_dir_all(issuer.path("data/store")).unwrap();
    issuer.run(&["import-dump", dump.to_str().unwrap()]).expect(0);

    issuer
        .at(LATER)
        .run(&["revoke", &late[0], "--reason", "x"])
        .refuses("does not exist")
        .warns("testamur revoke FILE");
    let path = |number: &str, kind: &str| issuer.file(number, kind).to_str().unwrap().to_owned();
    let (pdf, json) = (path(&late[0], "pdf"), path(&late[1], "json"));
    let ran = issuer.run(&["revoke", &pdf, "--reason", "issued in error"]).expect(0);
    ran.prints(&format!("{} is revoked", late[0])).warns("issued after the dump").prints("restore");
    issuer.run(&["revoke", &path(&late[0], "png"), "--reason", "x"]).refuses("was revoked on");
    issuer.run(&["restore", &path(&late[0], "jwt")]).expect(0);
    issuer.run(&["restore", &pdf]).refuses("is not revoked");
    issuer.run(&["revoke", &pdf, "--reason", "issued in error", "--now"]).expect(0);
    issuer.run(&["revoke", &json, "--reason", "bought", "--cause", "fraud"]).expect(0);

    let nowhere = issuer.path("nowhere");
    let wrong = issuer.run(&["publish", "--out", nowhere.to_str().unwrap(), "--after-restore"]);
    let wrong = wrong.refuses("holds no published site").warns("copy the site that was published last");
    assert!(!nowhere.exists() && !wrong.stderr.contains("empty folder"), "{}", wrong.stderr);
    let ran = issuer.run(&["publish", "--out", "SITE", "--after-restore"]).expect(0);
    ran.warns("1 revocation of certificates that the store does not know").warns("testamur revoke FILE");
    for number in &late {
        assert_eq!(issuer.verdict(&issuer.file(number, "pdf"), SOON), "revoked", "{number}");
    }
    assert_eq!(issuer.verdict(&issuer.file(&issuer.numbers()[0], "pdf"), SOON), "valid");
    // The next dump keeps it all.
    issuer.run(&["export", dump.to_str().unwrap(), "--force"]).expect(0);
    fs::remove_dir_all(issuer.path("data/store")).unwrap();
    issuer.run(&["import-dump", dump.to_str().unwrap(), "--complete"]).expect(0);
    issuer.run(&["publish", "--out", "SITE"]).expect(0);
    assert_eq!(issuer.verdict(&issuer.file(&late[0], "pdf"), SOON), "revoked");

    // A forgery, another's and nonsense are not revoked.
    let jwt = fs::read_to_string(issuer.file(&late[1], "jwt")).unwrap();
    fs::write(issuer.path("forged.jwt"), jwt.trim().rsplit_once('.').unwrap().0.to_owned() + ".AAAA").unwrap();
    let forged = issuer.path("forged.jwt");
    issuer.run(&["revoke", forged.to_str().unwrap(), "--reason", "x"]).refuses("no certificate");
    fs::write(issuer.path("note.txt"), "nothing to see").unwrap();
    issuer.run(&["revoke", issuer.path("note.txt").to_str().unwrap(), "--reason", "x"]).refuses("holds no certificate");
    issuer.run(&["revoke", "no-such-file.pdf", "--reason", "x"]).expect(2).warns("no file is called so");
}

#[test]
fn a_next_version_keeps_the_date_of_issue_and_the_last_day_that_follows_from_it() {
    let mut issuer = Issuer::with(THREE);
    issuer.run(&["event", "update", EVENT, "--expires-after", "1y"]).expect(0);
    issuer.run(&["issue", EVENT]).expect(0);
    let number = issuer.numbers().remove(0);
    let number = number.as_str();
    let (first, last, later) = ("2026-03-01T09:00:00Z", "2027-03-01T23:59:59Z", "2026-03-05T09:00:00Z");
    let before = credential(&issuer, number);
    assert_eq!(["validFrom", "validUntil"].map(|date| text(&before, date)), [first, last]);
    // On another day, from which another last day would follow.
    issuer.at(later);
    issuer.run(&["regenerate", number, "--reason", "again"]).refuses("nothing of");
    let set = ["regenerate", number, "--set", "name=José Núñez Ortega", "--reason", "name corrected"];
    issuer.run(&set).expect(0);
    let after = credential(&issuer, number);
    assert_ne!(after["id"], before["id"]);
    assert_eq!(["validFrom", "validUntil"].map(|date| text(&after, date)), [first, last]);
    let shown = issuer.run(&["certificates", "show", number, "--json"]).expect(0).rows();
    let newest = &shown[0]["versions"][1];
    assert_eq!(["issued", "signed", "validUntil"].map(|date| text(newest, date)), [first, later, last]);
}
