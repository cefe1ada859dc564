//! Another day of issue, and another template for one run, on the command line.

use std::fs;

use crate::issuer::{EVENT, Issuer, THREE};

/// When what was forgotten is issued: the key is of March 2026.
const NOW: &str = "2026-09-01T10:00:00Z";

#[test]
fn a_day_before_the_key_was_made_is_signed_and_verifies() {
    let mut issuer = Issuer::with(THREE);
    issuer.at(NOW);
    let issue = |day: &str| {
        let day = ["issue", EVENT, "--issued-on", day, "--reason", "forgotten in December", "--out", "OUT"];
        issuer.run(&[&day[..], &["--format", "pdf,jwt,json"]].concat())
    };
    issue("2026-09-02").expect(2).warns("is in the future");
    issue("1969-12-31").expect(2).warns("is before");
    issuer.run(&["issue", EVENT, "--issued-on", "2025-12-30"]).expect(2).warns("--reason");
    issuer.run(&["issue", EVENT, "--reason", "x"]).expect(2).warns("--issued-on");
    let dry = ["issue", EVENT, "--issued-on", "2025-12-30", "--reason", "forgotten", "--dry-run"];
    issuer.run(&dry).expect(0).prints("3 would get a certificate");
    issue("2025-12-30").expect(0).prints("3 issued");
    issuer.run(&["publish", "--out", "SITE"]).expect(0);
    let number = "CERT-MAPS-2025-00001";
    for extension in ["pdf", "jwt", "json"] {
        assert_eq!(issuer.verdict(&issuer.file(number, extension), "2026-09-01T11:00:00Z"), "valid", "{extension}");
    }
    let shown = issuer.run(&["certificates", "show", number, "--json"]).expect(0);
    let shown = shown.rows()[0]["versions"][0].clone();
    assert_eq!((&shown["issued"], &shown["signed"]), (&"2025-12-30T00:00:00Z".into(), &NOW.into()));
    assert_eq!(shown["basis"]["issued_on"]["reason"], "forgotten in December");
    let page = testamur::reading::read(&fs::read(issuer.file(number, "pdf")).unwrap()).unwrap().printed.unwrap();
    assert!(page.contains("2025"), "{page}");
    // Its key ends, and it stays good.
    issuer.at("2026-09-02T10:00:00Z").run(&["keys", "rotate"]).expect(0);
    issuer.run(&["publish", "--out", "SITE"]).expect(0);
    assert_eq!(issuer.verdict(&issuer.file(number, "jwt"), "2026-09-02T11:00:00Z"), "valid");
    // Who comes later has the number of the year.
    issuer.import("name,email\nAda Lovelace,ada@example.org\n").expect(0);
    issuer.run(&["issue", EVENT]).expect(0).prints("1 issued, 3 had one already");
    assert!(issuer.numbers().contains(&"CERT-MAPS-2026-00001".to_owned()));
    // What would be over from the beginning is refused.
    issuer.run(&["event", "update", EVENT, "--expires-after", "90d", "--starts", "2026-01-01"]).expect(0);
    issuer.import("name,email\nGrace Hopper,grace@example.org\n").expect(0);
    let late = ["issue", EVENT, "--reason", "x", "--issued-on"];
    issuer.run(&[&late[..], &["2026-02-01"]].concat()).expect(2).warns("expired on 2026-05-02 already");
    issuer.run(&[&late[..], &["2025-12-31"]].concat()).expect(2).warns("before the event begins, on 2026-01-01");
}

#[test]
fn a_run_and_a_next_version_name_their_template() {
    let issuer = Issuer::with(THREE);
    issuer.run(&["issue", EVENT, "--template", "nowhere"]).refuses("`nowhere` is neither a built-in template");
    issuer.run(&["issue", EVENT, "--template", "modern", "--dry-run"]).expect(0).prints("3 would get a certificate");
    issuer.run(&["issue", EVENT, "--template", "modern"]).expect(0).prints("3 issued");
    let number = &issuer.numbers()[0];
    let template = |number: &str| {
        let shown = issuer.run(&["certificates", "show", number, "--json"]).expect(0).stdout;
        ["classic", "minimal", "modern"]
            .into_iter()
            .filter(|name| shown.contains(&format!("\"{name}\"")))
            .collect::<Vec<_>>()
    };
    assert_eq!(template(number), ["modern"]);
    let again = ["regenerate", number, "--reason", "another look", "--template", "minimal"];
    issuer.run(&again).expect(0).prints("is now version 2");
    assert!(template(number).contains(&"minimal"));
    let shown = issuer.run(&["event", "show", EVENT]).expect(0);
    assert!(shown.stdout.contains("classic"), "{shown:?}");
}
