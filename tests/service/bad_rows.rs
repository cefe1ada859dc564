//! Rows of a list that cannot be taken in: downloaded from the page with the reason beside, corrected, and taken in alone.

use axum::http::{StatusCode, header};

use testamur::store::{Collection, DocumentWrite, Expect};

use crate::browser::{Browser, form, form_with, to};
use crate::real_door::{behind_the_real_door, school_by};

const IMPORT: &str = "/staff/events/WORKSHOP/import";
/// One row is warned of and taken in; two are not.
const LIST: &str = "Name,E-mail,Company\nIda Rhodes,ida@example.org,ACME\nMary Allen,no address,ACME\n,betty@example.org,\"Wilkes, Inc.\"\n,jean@example.org,ACME\nKay Antonelli,kay@example.org,ACME\n";

/// Chooses a file, and returns the page that shows it with where that is.
fn chosen(browser: &mut Browser<'_>, bytes: &[u8]) -> (String, String) {
    let choose = form(&browser.page(IMPORT), IMPORT);
    let fields = choose.fields.clone();
    let answer = browser.upload(&choose, &fields, Some(("file", "list.csv", bytes)));
    (browser.follow(&answer), to(&answer))
}

/// Returns where a page offers the rows that were left out.
fn offered(page: &str) -> String {
    let links = page.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
    let link = links.into_iter().find(|link| link.contains("report"));
    link.unwrap_or_else(|| panic!("no report: {page}")).replace("&#38;", "&")
}

/// Reads a report: its columns, and its rows.
fn rows(browser: &mut Browser<'_>, link: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let answer = browser.get(link);
    assert_eq!(answer.status, StatusCode::OK, "{link}: {}", answer.text());
    assert!(answer.headers[header::CONTENT_TYPE].to_str().unwrap().starts_with("text/csv"));
    let text = answer.text();
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let owned = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect::<Vec<_>>();
    let heads = owned(reader.headers().unwrap());
    (heads, reader.records().map(|record| owned(&record.unwrap())).collect())
}

#[test]
fn bad_rows_are_downloaded_with_the_reason_corrected_and_taken_in_alone() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let mut browser = Browser::of(world, "ada@example.org");
        let (page, list) = chosen(&mut browser, LIST.as_bytes());
        assert!(page.contains("2 rows are left out") && page.contains("Take in 3 people"), "{page}");
        let link = offered(&page);
        let (heads, bad) = rows(&mut browser, &link);
        assert_eq!(
            heads,
            ["Name", "E-mail", "Company", "import_line", "import_status", "import_reason", "import_hint"]
        );
        let of: Vec<_> = bad.iter().map(|row| (row[2].as_str(), row[3].as_str(), row[4].as_str())).collect();
        assert_eq!(of, [("Wilkes, Inc.", "4", "error"), ("ACME", "5", "error")], "only those, by the list's own rows");
        assert!(bad.iter().all(|row| !row[5].is_empty()), "each says why: {bad:?}");

        // The good ones are taken in; the page afterwards offers the same rows.
        let taken = browser.send(&form_with(&page, &list, "once"), &[]);
        let after = browser.follow(&taken);
        let link =
            after.split("href=\"").map(|rest| rest.split('"').next().unwrap()).find(|link| link.contains("left_out"));
        let link = link.unwrap_or_else(|| panic!("{after}")).replace("&#38;", "&");
        assert_eq!(rows(&mut browser, &link), (heads.clone(), bad.clone()));
        let people = browser.page("/staff/events/WORKSHOP/people");
        assert!(
            people.contains("Ida Rhodes") && people.contains("Mary Allen") && !people.contains("betty@example.org")
        );

        // Corrected as they are, with the reasons still beside, they come in alone.
        let mut corrected = csv::Writer::from_writer(Vec::new());
        corrected.write_record(&heads).unwrap();
        let mut rows = bad;
        rows[0][0] = "Betty Holberton".to_owned();
        rows[1][0] = "Jean Bartik".to_owned();
        rows.iter().for_each(|row| corrected.write_record(row).unwrap());
        let (page, list) = chosen(&mut browser, &corrected.into_inner().unwrap());
        let confirm = form_with(&page, &list, "once");
        assert!(page.contains("Take in 2 people"), "{page}");
        let taken = browser.send(&confirm, &[]);
        let after = browser.follow(&taken);
        assert!(!after.contains("left_out"), "nothing is wrong any more: {after}");
        let imports = ada.ask(world, "GET", "/events/WORKSHOP/imports?order=newest", &serde_json::Value::Null).ok();
        // Both came in at one moment of this clock: it is the one of two rows.
        let items = imports["items"].as_array().unwrap();
        let counts = items.iter().map(|one| &one["counts"]).find(|counts| counts["rows"] == 2).unwrap();
        assert_eq!(
            (&counts["added"], &counts["updated"], &counts["unchanged"]),
            (&2.into(), &0.into(), &0.into()),
            "{counts}"
        );
        let people = browser.page("/staff/events/WORKSHOP/people");
        for name in ["Ida Rhodes", "Kay Antonelli", "Mary Allen", "Betty Holberton", "Jean Bartik", "Person 0"] {
            assert_eq!(people.matches(&format!(">{name}<")).count(), 1, "{name}: {people}");
        }
        // What the report said of a row is nobody's data.
        let card =
            ada.ask(world, "GET", "/events/WORKSHOP/participants/betty@example.org", &serde_json::Value::Null).ok();
        assert!(!card.to_string().contains("import_reason"), "{card}");
    });
}

#[test]
fn a_list_that_was_taken_in_long_ago_is_still_found_with_what_became_of_it() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let mut browser = Browser::of(world, "ada@example.org");
        let (page, list) = chosen(&mut browser, LIST.as_bytes());
        let taken = browser.send(&form_with(&page, &list, "once"), &[]);
        let first = to(&taken);
        assert!(browser.follow(&taken).contains("left_out"));
        let kept = world.app.store.documents(Collection::IMPORTS, "WORKSHOP/", None, 10).unwrap().items.remove(0);
        let newer = |n: usize| {
            let (mut value, id) = (kept.value.clone(), format!("20270101T000000Z-{n:08x}"));
            value["id"] = id.as_str().into();
            DocumentWrite::put(Collection::IMPORTS, format!("WORKSHOP/{id}"), Expect::Absent, &value)
        };
        world.app.store.write_documents(&(0..600).map(newer).collect::<Vec<_>>(), None).unwrap();
        let page = browser.page(first.split('?').next().unwrap());
        assert!(page.contains("list.csv") && page.contains("left_out"), "{page}");
        let id = first.split('?').next().unwrap().rsplit('/').next().unwrap();
        let one = ada.ask(world, "GET", &format!("/events/WORKSHOP/imports/{id}"), &serde_json::Value::Null).ok();
        assert_eq!((&one["id"], &one["counts"]["added"]), (&id.into(), &3.into()), "{one}");
        for other in ["20200101T000000Z-00000000", "none", ".."] {
            assert_eq!(browser.get(&format!("/staff/events/WORKSHOP/imports/{other}")).status, StatusCode::NOT_FOUND);
        }
    });
}

/// The form that says how the file is read.
fn reading(page: &str) -> crate::browser::Form {
    let found = crate::browser::forms(page).into_iter().find(|form| form.names.contains("shown_as"));
    found.unwrap_or_else(|| panic!("{page}"))
}

#[test]
fn what_was_said_of_columns_and_rows_is_of_the_reading_in_which_it_was_said() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let mut browser = Browser::of(world, "ada@example.org");
        let list = "Wer,Wohin,Klasse\nFull name,Mail,Class\nIda Rhodes,ida@example.org,A\n";
        let (_, at) = chosen(&mut browser, list.as_bytes());
        let at = at.split('?').next().unwrap();
        let page = browser.page(&format!("{at}?header_row=1&map=name%3DWer&leave_out_row=3"));
        let said = [("map".to_owned(), "name=Wer".to_owned()), ("leave_out_row".to_owned(), "3".to_owned())];
        let holds = |page: &str| said.iter().filter(|one| reading(page).fields.contains(one)).count();
        assert_eq!(holds(&page), 2, "{page}");
        // Read once more as it is, nothing is lost; by another row of headers, what was said is about columns and rows of the first one.
        let same = browser.send(&reading(&page), &[]).text();
        assert_eq!(holds(&same), 2, "{same}");
        let read = browser.send(&reading(&same), &[("header_row", "2")]);
        let page = read.text();
        assert_eq!((read.status, holds(&page)), (StatusCode::OK, 0), "{page}");
        assert!(page.contains("Ida Rhodes") && page.contains("Take in one person"), "{page}");
    });
}

#[test]
fn bad_rows_are_downloaded_also_while_something_is_asked_and_no_file_is_offered_that_is_always_refused() {
    behind_the_real_door(|world, ada| {
        school_by(world, ada);
        let mut browser = Browser::of(world, "ada@example.org");
        let choose = browser.page(IMPORT);
        assert!(choose.contains("accept=\".csv,.tsv,.txt,.xlsx\""), "{choose}");
        let asked = "Name,E-mail\nIda Rhodes,ida@example.org\nNull,kay@example.org\n,betty@example.org\n";
        let (page, _) = chosen(&mut browser, asked.as_bytes());
        assert!(!page.contains("Take in "), "something is asked first: {page}");
        let link = offered(&page);
        let (_, bad) = rows(&mut browser, &link);
        let lines: Vec<&str> = bad.iter().map(|row| row[2].as_str()).collect();
        assert_eq!(lines, ["3", "4"], "{bad:?}");
    });
}
