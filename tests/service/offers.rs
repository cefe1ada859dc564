//! What a new user meets with a list: columns in other languages, a list without a column of names, names in an unusual case, rows
//! that are left out and how it all adds up.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::browser::{Browser, form, form_with, to};
use crate::harness::{OWNER, World, on_each_engine};
use crate::real_door::{Member, behind_the_real_door};

fn event(world: &World, owner: &Member) {
    let rule = json!({ "all": [{ "attendance": { "percent": 80 } }, { "activities": { "points": 50 } }] });
    let body = json!({ "code": "MAPS", "details": { "title": "Maps", "template": "classic" }, "rule": rule });
    owner.ask(world, "POST", "/events", &body).ok();
}

/// Chooses a file; returns where the list is looked at, and that page.
fn choose(browser: &mut Browser, list: &str) -> (String, String) {
    choose_file(browser, "list.csv", list.as_bytes())
}

fn choose_file(browser: &mut Browser, name: &str, bytes: &[u8]) -> (String, String) {
    let at = "/staff/events/MAPS/import";
    let choose = form(&browser.page(at), at);
    let fields = choose.fields.clone();
    let chosen = browser.upload(&choose, &fields, Some(("file", name, bytes)));
    assert_eq!(chosen.status, StatusCode::SEE_OTHER, "{}", chosen.text());
    let at = to(&chosen);
    let page = browser.get(&at).text();
    (at, page)
}

#[test]
fn an_attendance_column_of_another_language_is_read_and_any_column_can_be_said_to_be_one() {
    behind_the_real_door(|world, owner| {
        event(world, owner);
        let mut ada = Browser::of(world, "ada@example.org");
        let (_, page) =
            choose(&mut ada, "Name;E-Mail;Anwesenheit\nAda Lovelace;a@example.org;85 %\nBo Holm;b@example.org;60\n");
        assert!(page.contains("for the rule") && page.contains("2 rows: 2 people."), "{page}");
        for field in ["attendance", "completion", "points", "session:", "skip"] {
            assert_eq!(page.contains(&format!("<option value=\"{field}")), field != "session:", "{field}: {page}");
        }
        let (list, page) = choose(&mut ada, "Name;E-Mail;Anwesenheit;Testpkt\nAda Lovelace;a@example.org;85 %;70\n");
        assert!(page.contains("Testpkt"), "{page}");
        let page = ada.page(&format!("{list}?map=points%3DTestpkt"));
        let taken = ada.send(&form_with(&page, &list, "once"), &[]);
        ada.follow(&taken);
        let person = owner.ask(world, "GET", "/events/MAPS/participants/a@example.org", &Value::Null).ok();
        assert_eq!((&person["progress"]["attendance"], &person["progress"]["points"]), (&json!(85), &json!(70)));
        // Yes and no are no percentage.
        let (_, page) = choose(&mut ada, "Name;E-Mail;Anwesenheit\nAda Lovelace;a@example.org;ja\n");
        assert!(!page.contains("is not a number"), "{page}");
    });
}

#[test]
fn a_rule_that_asks_for_what_nobody_has_says_so_and_what_is_missing_is_said_in_words() {
    behind_the_real_door(|world, owner| {
        event(world, owner);
        let body = json!({ "name": "Ada Lovelace", "email": "a@example.org", "progress": { "attendance": 60 } });
        owner.ask(world, "POST", "/events/MAPS/participants", &body).ok();
        let mut ada = Browser::of(world, "ada@example.org");
        let page = ada.page("/staff/events/MAPS/rule");
        assert!(page.contains("Nobody has points") && !page.contains("Nobody has an attendance"), "{page}");
        assert!(page.contains("/staff/events/MAPS/import\"") && page.contains("a column read as the points"), "{page}");
        let people = ada.page("/staff/events/MAPS/people");
        assert!(people.contains("attendance 60 %, needed 80 %; no points recorded"), "{people}");
        assert!(people.contains("One person."), "{people}");
        let german = ada.page("/staff/events/MAPS/people?lang=de");
        assert!(german.contains("Anwesenheit 60 %, nötig 80 %; keine Punkte eingetragen"), "{german}");
        ada.forget("testamur_language");
        assert!(ada.page("/staff/events/MAPS/people?state=no_email").contains("Nobody was found."));
        // Adding takes a percentage as lists do, and names an address that is none.
        let add = form(&ada.page("/staff/events/MAPS/people/new"), "/staff/events/MAPS/people/new");
        let refused = ada.send(&add, &[("name", "Bo Holm"), ("email", "bo"), ("attendance", "95 %")]);
        assert!(refused.text().contains("“bo” is not an e-mail address."), "{}", refused.text());
        let add = form(&refused.text(), "/staff/events/MAPS/people/new");
        let added = ada.send(&add, &[("name", "Bo Holm"), ("email", ""), ("attendance", "95 %")]);
        let card = ada.follow(&added);
        assert!(card.contains("95"), "{card}");
        assert!(ada.page("/staff/events/MAPS/people?state=no_email").contains("Bo Holm"));
    });
}

#[test]
fn a_list_without_a_column_of_names_asks_which_one_it_is() {
    behind_the_real_door(|world, owner| {
        event(world, owner);
        let mut ada = Browser::of(world, "ada@example.org");
        let (list, page) = choose(&mut ada, "Firma;E-Mail\nACME Ltd;a@example.org\n");
        assert!(page.contains("map=name=Firma") && !page.contains("--map") && !page.contains("header_row="), "{page}");
        let page = ada.send(&form(&page, &list), &[("answer", "map=name=Firma")]).text();
        assert!(page.contains("ACME Ltd") && page.contains("Take in one person"), "{page}");
    });
}

#[test]
fn sheet_row_of_headers_and_code_page_are_chosen_from_what_there_is_with_what_was_guessed() {
    behind_the_real_door(|world, owner| {
        event(world, owner);
        let mut ada = Browser::of(world, "ada@example.org");
        let (list, page) =
            choose_file(&mut ada, "list.csv", b"Attendance list\n\nName;Email\nJ\xfcrgen Gr\xf6\xdfer;j@example.org\n");
        let reading = |page: &str| page.split("id=\"reading\"").nth(1).unwrap().to_owned();
        let guessed = reading(&page);
        for option in [
            "<option value=\"\" selected>windows-1252 (as guessed)</option>",
            "<option value=\"windows-1250\">windows-1250</option>",
            "<option value=\"\" selected>Row 3: Name, Email (as guessed)</option>",
            "<option value=\"1\">Row 1: Attendance list</option>",
        ] {
            assert!(guessed.contains(option), "{option}: {guessed}");
        }
        assert!(!guessed.contains("name=\"sheet\""), "a text has no sheets: {guessed}");
        // Read again as it stands, it goes on being guessed.
        let page = ada.send(&form_with(&page, &list, "header_row"), &[]).text();
        assert!(reading(&page).contains("windows-1252 (as guessed)"), "{page}");
        let page = ada.send(&form_with(&page, &list, "encoding"), &[("encoding", "macintosh")]).text();
        let said = reading(&page);
        assert!(said.contains("<option value=\"macintosh\" selected>") && said.contains(">As guessed<"), "{said}");
        assert!(!page.contains("Jürgen Größer"), "{page}");

        let workbook = include_bytes!("../fixtures/cases/r25-sheets/25c-hidden-sheets.xlsx");
        let (list, page) = choose_file(&mut ada, "list.xlsx", workbook);
        let page = ada.send(&form_with(&page, &list, "hidden"), &[("hidden", "include")]).text();
        let sheets = reading(&page);
        assert!(sheets.contains("<option value=\"Archive 2025\">Archive 2025</option>"), "{sheets}");
        assert!(sheets.contains("<option value=\"Rooms\">") && !sheets.contains("name=\"encoding\""), "{sheets}");
        // Where a list cannot be read as it was said, it is said in words.
        let page = ada.get(&format!("{}?sheet=Nowhere", list.split('?').next().unwrap())).text();
        assert!(page.contains("type=\"text\" value=\"Nowhere\""), "{page}");
        let german = ada.get(&format!("{}?lang=de", list.split('?').next().unwrap())).text();
        assert!(german.contains("(wie erkannt)"), "{german}");
        ada.forget("testamur_language");
    });
}

#[test]
fn the_sheet_what_is_hidden_and_the_row_of_the_headers_are_changed_by_the_form() {
    behind_the_real_door(|world, owner| {
        event(world, owner);
        let mut ada = Browser::of(world, "ada@example.org");
        let workbook = include_bytes!("../fixtures/cases/r25-sheets/25c-hidden-sheets.xlsx");
        let (list, page) = choose_file(&mut ada, "list.xlsx", workbook);
        assert!(page.contains("The hidden sheets `Archive 2025`, `Rooms` were left out"), "{page}");
        assert!(
            page.contains("New Person") && !page.contains("Old Person") && !page.contains("hidden=include"),
            "{page}"
        );
        // Each answer stays while the next one is given.
        let page = ada.send(&form_with(&page, &list, "hidden"), &[("hidden", "include")]).text();
        assert!(
            page.contains("The sheet `Archive 2025`, which is hidden") && !page.contains("Rooms` were left out"),
            "{page}"
        );
        assert!(!page.contains("Take in one person"), "{page}");
        let page = ada.send(&form_with(&page, &list, "sheet"), &[("sheet", "Archive 2025")]).text();
        assert!(page.contains("Old Person") && !page.contains("New Person"), "{page}");
        let taken = ada.send(&form_with(&page, &list, "once"), &[]);
        ada.follow(&taken);
        assert!(ada.page("/staff/events/MAPS/people").contains("Old Person"));
        // A workbook that holds nothing to see says what it hides.
        let only = include_bytes!("../fixtures/cases/r25-sheets/25d-only-a-hidden-sheet.xlsx");
        let (list, page) = choose_file(&mut ada, "list.xlsx", only);
        assert!(page.contains("left out: `People`") && !page.contains("hidden=include"), "{page}");
        let page = ada.send(&form_with(&page, &list, "hidden"), &[("hidden", "include")]).text();
        assert!(page.contains("Old Person"), "{page}");
        let (list, page) = choose(&mut ada, "Name,Email\nMia Stone,m@example.org\nName,Email\nBo Holm,b@example.org\n");
        assert!(page.contains("Mia Stone") && page.contains("2 rows: 2 people."), "{page}");
        let page = ada.send(&form_with(&page, &list, "header_row"), &[("header_row", "3")]).text();
        assert!(page.contains("Row 3 names the columns; the 2 rows above it were left out"), "{page}");
        // Who stands above it is offered as a row of headers alone.
        let people = page.split("id=\"reading\"").next().unwrap();
        assert!(people.contains("Bo Holm") && !people.contains("Mia Stone"), "{page}");
        let page = ada.send(&form_with(&page, &list, "header_row"), &[("header_row", "9")]).text();
        assert!(page.contains("no row 9"), "{page}");
    });
}

#[test]
fn names_are_written_in_the_usual_case_by_one_click_and_rows_and_people_add_up() {
    behind_the_real_door(|world, owner| {
        event(world, owner);
        let mut ada = Browser::of(world, "ada@example.org");
        let list = "Name,Email,Remarks\nhans MÜLLER,h@example.org,\nLars Hansen,l@example.org,\nLars HANSEN,l@example.org,\n\
                    Mia Stone,mia stone@example.org,\nEve Gone,e@example.org,no show\n";
        let (at, page) = choose(&mut ada, list);
        assert!(page.contains("Row 2: hans MÜLLER → Hans Müller"), "{page}");
        assert!(
            page.contains("5 rows: 3 people, one row about somebody whose later row counts, one row left out."),
            "{page}"
        );
        assert!(page.contains("Take in 3 people") && page.contains("Eve Gone"), "{page}");
        assert!(page.contains("left out unless you take them in"), "{page}");
        let page = ada.page(&format!("{at}?name_case=all&likely_email=all&absent=leave_out"));
        assert!(page.contains("5 rows: 3 people") && !page.contains("→"), "{page}");
        let report = ada.get(&format!("{at}/report.csv?absent=leave_out")).text();
        assert!(report.contains("Eve Gone") && report.contains("left_out") && !report.contains("Mia"), "{report}");
        let taken = ada.send(&form_with(&page, &at, "once"), &[]);
        ada.follow(&taken);
        let people = ada.page("/staff/events/MAPS/people");
        for name in ["Hans Müller", "Lars Hansen", "miastone@example.org"] {
            assert!(people.contains(name), "{name}: {people}");
        }
        assert!(!people.contains("HANSEN") && !people.contains("Eve Gone"), "{people}");
        let log = format!("{:?}", world.app.store.audit(None, 1_000).unwrap());
        assert!(log.contains("name_case") && log.contains("likely_email"), "{log}");
        // Columns of the list are shown in words.
        let columns = ada.page("/staff/events/MAPS/people?cols=%2Bremarks");
        assert!(columns.contains("Remarks") && !columns.contains(">remarks<"), "{columns}");
    });
}

#[test]
fn columns_are_shown_as_the_list_calls_them() {
    behind_the_real_door(|world, owner| {
        event(world, owner);
        let mut ada = Browser::of(world, "ada@example.org");
        let (list, page) = choose(&mut ada, "Name,Email,Sitz-Nr.\nAda Lovelace,a@example.org,7\n");
        let taken = ada.send(&form_with(&page, &list, "once"), &[]);
        ada.follow(&taken);
        let page = ada.page("/staff/events/MAPS/people?cols=%2Bsitz_nr");
        assert!(page.contains(">Sitz-Nr.<") && !page.contains(">Sitz nr<"), "{page}");
    });
}

#[test]
fn what_a_list_calls_a_column_is_forgotten_where_it_names_somebody_who_is_erased() {
    on_each_engine(|world| {
        world.post("/events", &json!({ "code": "MAPS", "details": { "title": "Maps", "template": "classic" } })).ok();
        let list = "Name,Email,Sitz-Nr.,Gast von Bo Holm\nAda Lovelace,a@example.org,7,x\nBo Holm,b@example.org,8,\n";
        world.upload(OWNER, "/events/MAPS/imports", "a.csv", list.as_bytes(), &[]).ok();
        let headers = || world.get("/events/MAPS/imports").ok()["items"][0]["headers"].clone();
        assert_eq!(headers(), json!({ "sitz_nr": "Sitz-Nr.", "gast_von_bo_holm": "Gast von Bo Holm" }));
        assert_eq!(world.post("/events/MAPS/participants/b@example.org/erase", &json!({})).status, 204);
        assert_eq!(headers(), json!({ "sitz_nr": "Sitz-Nr." }));
    });
}

#[test]
fn names_in_two_columns_that_are_not_known_are_said_before_the_list_is_read() {
    behind_the_real_door(|world, owner| {
        event(world, owner);
        let mut ada = Browser::of(world, "ada@example.org");
        let (list, page) = choose(&mut ada, "Foo;Bar;E-Mail\nAda;Lovelace;a@example.org\nBo;Holm;b@example.org\n");
        assert!(page.contains("map=name=Foo"), "{page}");
        let which = form_with(&page, &list, "column");
        let said = ada.send(&which, &[("column", "Foo"), ("as", "first_name")]);
        let page = ada.follow(&said);
        assert!(page.contains("Take in 2 people"), "{page}");
        let which = form_with(&page, &list, "column");
        let said = ada.send(&which, &[("column", "Bar"), ("as", "last_name")]);
        let page = ada.follow(&said);
        assert!(page.contains("Ada Lovelace") && page.contains("Bo Holm"), "{page}");
    });
}

#[test]
fn a_dry_run_says_what_would_become_of_the_people_and_who_is_known_keeps_a_better_written_name() {
    on_each_engine(|world| {
        world.post("/events", &json!({ "code": "MAPS", "details": { "title": "Maps", "template": "classic" } })).ok();
        let send = |query: &str, list: &str| {
            world.upload(OWNER, &format!("/events/MAPS/imports{query}"), "a.csv", list.as_bytes(), &[]).ok()
        };
        let list = "Name,Email\nAda Lovelace,a@example.org\nBo Holm,b@example.org\n";
        let dry = send("?dry_run=true", list);
        assert_eq!(
            (&dry["counts"]["added"], &dry["counts"]["people"], &dry["import"]),
            (&json!(2), &json!(2), &Value::Null)
        );
        send("", list);
        let next = "Name,Email,Town\nADA LOVELACE,a@example.org,Bonn\nBo Holm,b@example.org,\n";
        let dry = send("?dry_run=true", next);
        assert_eq!((&dry["counts"]["added"], &dry["counts"]["updated"]), (&json!(0), &json!(2)));
        assert_eq!(dry["offers"], json!([]));
        let done = send("", next);
        assert_eq!((&done["counts"]["updated"], done["findings"].to_string().contains("is kept")), (&json!(2), true));
        let names = world.get("/events/MAPS/participants").ok()["items"].to_string();
        assert!(names.contains("Ada Lovelace") && !names.contains("ADA"), "{names}");
        // A copy is of another time.
        let details = json!({ "starts": "2026-05-01", "ends": "2026-05-02" });
        world.patch("/events/MAPS", &details).ok();
        let copy = world.post("/events/MAPS/copy", &json!({ "code": "NEXT", "details": {} })).ok();
        assert_eq!((&copy["starts"], &copy["ends"]), (&Value::Null, &Value::Null), "{copy}");
    });
}

#[test]
fn the_rows_are_told_by_how_they_were_found_and_the_first_people_with_what_their_certificates_say() {
    behind_the_real_door(|world, owner| {
        event(world, owner);
        let mut ada = Browser::of(world, "ada@example.org");
        let list = "Name;E-Mail;Credits;Company\nAda Lovelace;a@example.org;4,5;Engines\nBo  Holm;b@example.org;;Looms\n;c@example.org;;\n#12 Klaus;d@example.org;3;\n";
        let told = {
            let path = "/events/MAPS/imports?dry_run=true";
            let token = owner.token(world, &["view", "import"]);
            let form = format!(
                "--X\r\nContent-Disposition: form-data; name=\"file\"; filename=\"l.csv\"\r\n\r\n{list}\r\n--X--\r\n"
            );
            let request = crate::harness::request("POST", path).header("authorization", token);
            world.send("", request.header("content-type", "multipart/form-data; boundary=X"), form).ok()
        };
        let count = |name: &str| told["counts"][name].as_u64().unwrap();
        assert_eq!(["rows", "valid", "warnings", "errors", "asked"].map(count), [4, 1, 1, 1, 1], "{told}");
        let says = |n: usize, header: &str| {
            let all = told["first_people"][n]["says"].as_array().unwrap();
            all.iter().find(|one| one["header"] == header).map(|one| one["value"].clone())
        };
        assert_eq!(says(0, "Credits"), Some(json!("4.5")), "{told}");
        assert_eq!(says(1, "Credits"), Some(json!("")), "{told}");
        assert_eq!(says(0, "Company"), None, "what no certificate says is not among it: {told}");
        let (_, page) = choose(&mut ada, list);
        for said in ["row is valid", "row with a warning", "row with an error", "row asked about"] {
            assert!(page.contains(&format!("<b>1</b> <span>{said}</span>")), "{said}: {page}");
        }
        let first = page.split("<caption>The first people, as they would be printed").nth(1).unwrap();
        let table = first.split("</table>").next().unwrap();
        assert!(table.contains("Ada Lovelace") && table.contains("4.5") && !table.contains("Engines"), "{table}");
        ada.page("/staff?lang=de");
        let (_, page) = choose(&mut ada, list);
        assert!(page.contains("<b>1</b> <span>Zeile mit Fehler</span>"), "{page}");
    });
}
