//! Days where the issuer is: what is printed, when a last day ends, and that neither moves afterwards.

use std::fs;

use serde_json::Value;

use crate::issuer::{EVENT, Issuer, text};
use crate::tools::pdf_text;

/// Half past midnight of 1 December in Auckland.
const NIGHT: &str = "2026-11-30T11:30:00Z";
const NUMBER: &str = "CERT-MAPS-2026-00001";

fn in_auckland() -> Issuer {
    let mut issuer = Issuer::with("name,expires\nAda Lovelace,\nGrace Hopper,2027-06-30\n");
    let file = issuer.path("data/testamur.toml");
    let config = fs::read_to_string(&file).unwrap();
    fs::write(&file, format!("time_zone = \"Pacific/Auckland\"\n{config}")).unwrap();
    issuer
        .run(&["event", "update", EVENT, "--expires-after", "1y", "--starts", "2026-11-27", "--ends", "2026-11-30"])
        .expect(0);
    issuer.at(NIGHT);
    issuer
}

fn credential(issuer: &Issuer, number: &str) -> Value {
    let shown = issuer.run(&["certificates", "show", number, "--json"]).expect(0).rows();
    shown[0]["versions"][0].clone()
}

#[test]
fn a_certificate_prints_the_day_where_the_issuer_is_and_ends_with_its_last_day_there() {
    let issuer = in_auckland();
    issuer.run(&["issue", EVENT, "--out", "OUT", "--format", "pdf,jwt"]).expect(0);
    issuer.run(&["publish", "--out", "SITE"]).expect(0);
    let pdf = issuer.file(NUMBER, "pdf");
    let printed = pdf_text(&pdf);
    assert!(printed.contains("December 1, 2026"), "{printed}");
    assert!(printed.contains("Valid until December 1, 2027"), "{printed}");
    // The days of the course are days, wherever.
    assert!(printed.contains("November 27") && printed.contains("30, 2026"), "{printed}");
    assert_eq!(text(&credential(&issuer, NUMBER), "validUntil"), "2027-12-01T10:59:59Z");
    assert_eq!(issuer.verdict(&pdf, "2027-12-01T10:59:59Z"), "valid_status_stale");
    assert_eq!(issuer.verdict(&pdf, "2027-12-01T11:00:00Z"), "expired");
    let other = "CERT-MAPS-2026-00002";
    assert_eq!(text(&credential(&issuer, other), "validUntil"), "2027-06-30T11:59:59Z");
    assert!(pdf_text(&issuer.file(other, "pdf")).contains("Valid until June 30, 2027"));
}

#[test]
fn what_was_issued_looks_the_same_when_the_zone_is_another() {
    let mut issuer = in_auckland();
    issuer.run(&["issue", EVENT, "--out", "OUT"]).expect(0);
    let before = fs::read(issuer.file(NUMBER, "pdf")).unwrap();
    issuer.run(&["event", "update", EVENT, "--time-zone", "America/Los_Angeles"]).expect(0).prints("time zone");
    let again = issuer.path("again");
    issuer.run(&["certificates", "render", NUMBER, "--out", again.to_str().unwrap()]).expect(0);
    assert!(fs::read(again.join(format!("{NUMBER}.pdf"))).unwrap() == before, "drawing again gives the same bytes");
    // A next version keeps the day of issue that was printed.
    issuer.at("2026-12-02T12:00:00Z");
    issuer.run(&["regenerate", NUMBER, "--set", "name=Ada King", "--reason", "name corrected"]).expect(0);
    let new = issuer.path("new");
    issuer.run(&["certificates", "render", NUMBER, "--out", new.to_str().unwrap()]).expect(0);
    let printed = pdf_text(&new.join(format!("{NUMBER}.pdf")));
    assert!(printed.contains("Ada King") && printed.contains("December 1, 2026"), "{printed}");
}

#[test]
fn an_event_has_a_zone_of_its_own_and_a_number_the_year_there() {
    let mut issuer = in_auckland();
    issuer.run(&["event", "update", EVENT, "--time-zone", "asia/tokyo"]).expect(0);
    issuer.run(&["event", "show", EVENT]).expect(0).prints("Asia/Tokyo");
    issuer.at("2026-12-31T15:30:00Z");
    issuer.run(&["issue", EVENT, "--out", "OUT"]).expect(0);
    let printed = pdf_text(&issuer.file("CERT-MAPS-2027-00001", "pdf"));
    assert!(printed.contains("January 1, 2027"), "{printed}");
    // Today is the first of January there: it can be the day of issue, and its number bears that year.
    issuer.import("name\nEdsger Dijkstra\n").expect(0);
    issuer
        .run(&["issue", EVENT, "--out", "OUT", "--issued-on", "2027-01-01", "--reason", "the day of the ceremony"])
        .expect(0);
    assert!(pdf_text(&issuer.file("CERT-MAPS-2027-00003", "pdf")).contains("January 1, 2027"));
    // What is signed is that day's first instant, there.
    let shown = issuer.run(&["certificates", "show", "CERT-MAPS-2027-00003", "--json"]).expect(0);
    assert_eq!(shown.rows()[0]["versions"][0]["issued"], "2026-12-31T15:00:00Z");
    let chosen = issuer.path("chosen");
    let chosen = chosen.to_str().unwrap();
    issuer.run(&["certificates", "render", "CERT-MAPS-2027-00003", "--out", chosen, "--format", "json"]).expect(0);
    let signed = fs::read(issuer.path("chosen").join("CERT-MAPS-2027-00003.json")).unwrap();
    let signed: serde_json::Value = serde_json::from_slice(&signed).unwrap();
    assert_eq!(signed["validFrom"], "2026-12-31T15:00:00Z");
    issuer.import("name\nKatherine Johnson\n").expect(0);
    let early = issuer.run(&["issue", EVENT, "--out", "OUT", "--issued-on", "2027-01-02", "--reason", "a slip"]);
    assert!(early.code != 0 && early.stderr.contains("today is 2027-01-01"), "{early:?}");
}

#[test]
fn what_is_no_time_zone_is_refused() {
    let issuer = Issuer::new();
    let refused = issuer.run(&["event", "update", EVENT, "--time-zone", "NZDT"]).expect(2);
    assert!(refused.stderr.contains("Europe/Berlin"), "{refused:?}");
    let none = Issuer::none();
    let refused = none
        .run(&["init", "--issuer", "Example Academy", "--domain", "certs.example.org", "--time-zone", "Mars/Olympus"])
        .expect(2);
    assert!(refused.stderr.contains("IANA") && !none.path("data").exists(), "{refused:?}");
}

#[test]
fn the_published_start_page_speaks_the_language_that_was_said_at_the_start() {
    let refused = Issuer::none();
    let init = ["init", "--issuer", "Beispielakademie", "--domain", "certs.example.org", "--language"];
    let told = refused.run(&[&init[..], &["xx"]].concat()).expect(2);
    assert!(told.stderr.contains("ar, de, en, es, fr, hi, zh") && !refused.path("data").exists(), "{told:?}");
    let issuer = Issuer::none();
    issuer.run(&[&init[..], &["de"]].concat()).expect(0);
    let config = fs::read_to_string(issuer.path("data/testamur.toml")).unwrap();
    assert!(config.contains("language = \"de\""), "{config}");
    issuer.run(&["publish", "--out", "SITE"]).expect(0);
    let page = fs::read_to_string(issuer.path("site/index.html")).unwrap();
    assert!(page.contains("<html lang=\"de\"") && page.contains("Ein Zertifikat prüfen"), "{page}");
    // Whoever never said one has what was there before.
    let file = issuer.path("data/testamur.toml");
    fs::write(&file, config.replace("language = \"de\"\n", "")).unwrap();
    issuer.run(&["publish", "--out", "SITE"]).expect(0);
    assert!(fs::read_to_string(issuer.path("site/index.html")).unwrap().contains("Certificates issued by"));
    fs::write(&file, config.replace("\"de\"", "\"xx\"")).unwrap();
    let told = issuer.run(&["publish", "--out", "SITE"]);
    assert!(told.code != 0 && told.stderr.contains("`xx` is none of"), "{told:?}");
}

#[test]
fn a_row_whose_last_day_is_over_there_is_an_error() {
    let issuer = in_auckland();
    let taken = issuer.import("name,expires\nAlan Turing,2026-11-30\n");
    assert!(taken.code == 1 && taken.stdout.contains("is over"), "{taken:?}");
}

#[test]
fn a_day_that_a_list_is_filtered_by_begins_where_the_issuer_or_the_event_is() {
    let issuer = in_auckland();
    issuer.run(&["issue", EVENT]).expect(0);
    let listed = |more: &[&str]| {
        let ran = issuer.run(&[&["certificates", "list", "--json"], more].concat()).expect(0);
        ran.rows().len()
    };
    // Signed half past eleven on 30 November by UTC, which is 1 December there.
    for (more, count) in [
        (["--issued-since", "2026-12-01"], 2),
        (["--issued-until", "2026-12-01"], 0),
        (["--issued-since", "2026-12-02"], 0),
        (["--issued-since", "2026-12-01T00:00:00Z"], 0),
        (["--issued-until", "2026-12-01T00:00:00Z"], 2),
    ] {
        assert_eq!(listed(&more), count, "{more:?}");
        assert_eq!(listed(&[&["--event", EVENT], &more[..]].concat()), count, "{more:?}");
    }
    let table = issuer.run(&["certificates", "list"]).expect(0);
    assert!(table.stdout.contains("2026-12-01") && !table.stdout.contains("2026-11-30"), "{}", table.stdout);
    // An event with days of its own, where it still was the day before.
    issuer.run(&["event", "update", EVENT, "--time-zone", "America/Los_Angeles"]).expect(0);
    let of_event = |more: [&str; 2]| listed(&[&["--event", EVENT], &more[..]].concat());
    assert_eq!((of_event(["--issued-since", "2026-12-01"]), of_event(["--issued-since", "2026-11-30"])), (0, 2));
    assert_eq!(listed(&["--issued-since", "2026-12-01"]), 2, "of all events it is the issuer's day");
}
