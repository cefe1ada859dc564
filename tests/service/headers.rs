//! What lists say by their headers, and what is told of it: names that stand in one cell, results in words, titles, rows that add up
//! others, people who were made up.

use serde_json::{Value, json};

use crate::browser::{Browser, form_with};
use crate::events::workshop;
use crate::harness::{OWNER, World, on_each_engine};
use crate::lists::issued;
use crate::real_door::behind_the_real_door;

fn looked(world: &World, list: &str, fields: &[(&str, &str)]) -> Value {
    world.upload(OWNER, "/events/WORKSHOP/imports?dry_run=true", "liste.csv", list.as_bytes(), fields).ok()
}

fn names(told: &Value) -> Vec<&str> {
    told["first_people"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect()
}

fn used(told: &Value, header: &str) -> (Value, Value) {
    let column = told["columns"].as_array().unwrap().iter().find(|one| one["header"] == header).unwrap();
    (column["use"].clone(), column["meaning"].clone())
}

#[test]
fn a_header_that_names_both_parts_is_the_whole_name_and_says_which_part_stands_first() {
    on_each_engine(|world| {
        workshop(world);
        for header in ["Vor- und Zuname", "Vor- und Nachname", "Prénom et nom", "Voornaam en achternaam"] {
            let told = looked(world, &format!("{header};E-Mail\nHans Müller;hans@x.example\n"), &[]);
            assert_eq!((names(&told), &told["questions"]), (vec!["Hans Müller"], &json!([])), "{header}");
        }
        // Which part is which is not told without a comma, and not of languages that print the family name first.
        for list in [
            "Zu- und Vorname;E-Mail\nMüller, Hans;hans@x.example\nBraun Ida;ida@x.example\n",
            "Vezetéknév, keresztnév;E-Mail\nKovács, Anna;a@x.example\nNagy, Béla;b@x.example\n",
        ] {
            let asked = world.upload(OWNER, "/events/WORKSHOP/imports?dry_run=true", "liste.csv", list.as_bytes(), &[]);
            asked.problem(422, "bad-file");
            assert_eq!(asked.json()["questions"][0]["about"], "map");
        }
        for header in ["Name, Vorname", "Zu- und Vorname", "Nachname / Vorname"] {
            let list = format!("{header};E-Mail\nMüller, Hans;hans@x.example\nVon der Au, Ida;ida@x.example\n");
            let told = looked(world, &list, &[]);
            assert_eq!(
                (names(&told), &told["questions"]),
                (vec!["Hans Müller", "Ida Von der Au"], &json!([])),
                "{header}"
            );
        }
        // What was said is stronger.
        let list = "Name, Vorname;E-Mail\nMüller, Hans;hans@x.example\nBraun, Ida;ida@x.example\n";
        let kept = world.upload(
            OWNER,
            "/events/WORKSHOP/imports?dry_run=true&comma_names=keep",
            "l.csv",
            list.as_bytes(),
            &[],
        );
        assert_eq!(names(&kept.ok()), ["Müller, Hans", "Braun, Ida"]);
        // A header that says nothing of it is asked about as before.
        let told = looked(world, "Teilnehmer;E-Mail\nMüller, Hans;hans@x.example\nBraun, Ida;ida@x.example\n", &[]);
        assert_eq!(told["questions"][0]["about"], "comma_names", "{told}");
    });
}

#[test]
fn a_column_that_is_called_passed_is_for_the_rule_and_a_result_is_if_somebody_says_so() {
    on_each_engine(|world| {
        workshop(world);
        world.put("/events/WORKSHOP/rule", &json!({ "rule": "passed" })).ok();
        let of = |who: &str| {
            world.get(&format!("/events/WORKSHOP/participants/{who}@x.example")).ok()["progress"]["passed"].clone()
        };
        // A result beside it, and grades, say nothing of who has passed.
        let list = "Name;E-Mail;Ergebnis;Bestanden\nHans Müller;hans@x.example;teilgenommen;nein\n";
        world.upload(OWNER, "/events/WORKSHOP/imports", "liste.csv", list.as_bytes(), &[]).ok();
        assert_eq!(of("hans"), false, "by the column that says so");
        let list = "Name;E-Mail;Passed;Grade\nIda Braun;ida@x.example;yes;A\n";
        world.upload(OWNER, "/events/WORKSHOP/imports", "liste.csv", list.as_bytes(), &[("absent", "take")]).ok();
        assert_eq!(of("ida"), true, "an A is no absence");
        // A number is a result, until somebody says that it is whether they passed.
        let list = "Name;E-Mail;Ergebnis\nHans Müller;hans@x.example;1\nIda Braun;ida@x.example;0\n";
        assert_eq!(used(&looked(world, list, &[]), "Ergebnis").1, "result");
        assert_eq!(used(&looked(world, list, &[("map", "passed=Ergebnis")]), "Ergebnis"), (json!("rule"), Value::Null));
        let list =
            "Name;E-Mail;Ergebnis\nHans Müller;hans@x.example;bestanden\nIda Braun;ida@x.example;nicht bestanden\n";
        let told = looked(world, list, &[]);
        assert_eq!(used(&told, "Ergebnis").1, "result", "{told}");
        let codes: Vec<_> = told["findings"].as_array().unwrap().iter().map(|one| &one["code"]).collect();
        assert!(codes.contains(&&json!("absent_or_failed")), "nobody has said what becomes of who has failed: {told}");
        let passed = [("map", "passed=Ergebnis")];
        let told = looked(world, list, &passed);
        assert_eq!(used(&told, "Ergebnis"), (json!("rule"), Value::Null), "{told}");
        assert_eq!(told["findings"], json!([]), "nothing is odd about it");
        world.upload(OWNER, "/events/WORKSHOP/imports", "liste.csv", list.as_bytes(), &passed).ok();
        assert_eq!((of("hans"), of("ida")), (json!(true), json!(false)));
        let told =
            looked(world, "Name;E-Mail;Bestanden\nHans Müller;hans@x.example;ja\nIda Braun;ida@x.example;nein\n", &[]);
        assert_eq!(used(&told, "Bestanden").0, "rule", "{told}");
        // One odd cell is an error of its row, and no reason to leave what was said before of the others.
        let list = "Name;E-Mail;Bestanden\nHans Müller;hans@x.example;ja\nUwe Kern;uwe@x.example;krank\n";
        let told = looked(world, list, &[]);
        assert_eq!(used(&told, "Bestanden").0, "rule", "{told}");
        assert_eq!(told["counts"]["errors"], 1, "{told}");
    });
}

#[test]
fn a_newer_list_says_the_result_that_is_signed_later() {
    on_each_engine(|world| {
        workshop(world);
        let list = |said: &str| format!("Name;E-Mail;Ergebnis\nHans Müller;hans@x.example;{said}\n");
        world.put("/events/WORKSHOP/rule", &json!({ "rule": "passed" })).ok();
        let hans = "/events/WORKSHOP/participants/hans@x.example";
        for (said, passed) in [("nicht bestanden", false), ("bestanden", true)] {
            let passed_by = [("map", "passed=Ergebnis")];
            world.upload(OWNER, "/events/WORKSHOP/imports", "liste.csv", list(said).as_bytes(), &passed_by).ok();
            let person = world.get(hans).ok();
            let fields = &person["fields"];
            assert_eq!(
                (&person["progress"]["passed"], &fields["result"], &fields["ergebnis"]),
                (&json!(passed), &json!(said), &json!(said)),
                "{person}"
            );
        }
        world.patch("/events/WORKSHOP", &json!({ "publish_results": true })).ok();
        let credential = issued(world, "hans@x.example");
        assert_eq!(credential["credentialSubject"]["result"][0]["value"], "bestanden", "{credential}");
    });
}

#[test]
fn a_list_that_begins_with_roles_keeps_its_attendance() {
    on_each_engine(|world| {
        workshop(world);
        let list = "Rolle;Name;E-Mail;Anwesenheit\nStudent;Hans Müller;hans@x.example;90\nStudent;Ida Braun;;80\n";
        let told = looked(world, list, &[]);
        assert_eq!(used(&told, "Anwesenheit").0, "rule", "{told}");
        world.upload(OWNER, "/events/WORKSHOP/imports", "liste.csv", list.as_bytes(), &[]).ok();
        let hans = world.get("/events/WORKSHOP/participants/hans@x.example").ok();
        assert_eq!(hans["progress"]["attendance"].to_string().trim_matches('"'), "90", "{hans}");
    });
}

#[test]
fn a_row_that_adds_up_others_hides_no_column_of_attendance() {
    on_each_engine(|world| {
        workshop(world);
        for last in ["Durchschnitt;;=MITTELWERT(C2:C4)", "Summe;;n. v.", "Durchschnitt;;85,3 im Mittel"] {
            let list = format!(
                "Name;E-Mail;Anwesenheit\nHans Müller;hans@x.example;90\nIda Braun;ida@x.example;80\nUwe Kern;uwe@x.example;86\n{last}\n"
            );
            let told = looked(world, &list, &[]);
            assert_eq!(used(&told, "Anwesenheit").0, "rule", "{last}: {told}");
        }
        let words = "Name;E-Mail;Anwesenheit\nHans Müller;hans@x.example;meist da\nIda Braun;ida@x.example;selten\n";
        assert_eq!(used(&looked(world, words, &[]), "Anwesenheit").0, "kept");
    });
}

#[test]
fn titles_are_told_and_people_who_were_made_up_are_asked_about() {
    on_each_engine(|world| {
        workshop(world);
        let list = "Titel;Vorname;Nachname;E-Mail\n;Hans;Müller;hans@x.example\nDr.;Ida;Braun;ida@x.example\nProf. Dr.;Uwe;Kern;uwe@x.example\n";
        let told = looked(world, list, &[]);
        let found = told["findings"].as_array().unwrap();
        let titles: Vec<&Value> = found.iter().filter(|one| one["code"] == "not_printed").collect();
        assert_eq!(
            (titles.len(), &titles[0]["line"], &titles[0]["severity"]),
            (1, &json!(3), &json!("warning")),
            "{told}"
        );
        assert!(titles[0]["hint"].as_str().unwrap().contains("{titel}"), "{titles:?}");
        // The title of a course is none.
        let course = "Titel;Name;E-Mail\nKartografie;Hans Müller;hans@x.example\n";
        assert!(
            looked(world, course, &[])["findings"].as_array().unwrap().iter().all(|one| one["code"] != "not_printed")
        );

        for name in ["Tina Testperson", "Max Mustermann", "Erika Musterfrau", "Test Teststudent", "Testteilnehmer 2"] {
            let list = format!("Name;E-Mail\nHans Müller;hans@x.example\n{name};t@x.example\n");
            let told = looked(world, &list, &[]);
            assert_eq!(told["counts"]["asked"], 1, "{name}: {told}");
        }
        for name in ["Ida Muster", "Uwe Tester", "Marie Test", "Jan Probst"] {
            let list = format!("Name;E-Mail\nHans Müller;hans@x.example\n{name};t@x.example\n");
            assert_eq!(looked(world, &list, &[])["counts"]["asked"], 0, "{name}");
        }
    });
}

#[test]
fn the_page_says_once_what_was_found_alike_with_its_rows() {
    behind_the_real_door(|world, ada| {
        let made = json!({ "code": "WORKSHOP", "details": { "title": "Maps", "template": "classic" } });
        ada.ask(world, "POST", "/events", &made).ok();
        let mut browser = Browser::of(world, "ada@example.org");
        let choose = |browser: &mut Browser| {
            form_with(&browser.page("/staff/events/WORKSHOP/import"), "/staff/events/WORKSHOP/import", "file")
        };
        let people = |n: usize| format!("Person{n} Kern;\n");
        let list: String = (1..=40).map(people).collect();
        let list = format!("Name;E-Mail\nHans Müller;hans@x.example\n{list}");
        let form = choose(&mut browser);
        let fields = form.fields.clone();
        let taken = browser.upload(&form, &fields, Some(("file", "liste.csv", list.as_bytes())));
        let page = browser.follow(&taken);
        let rows = page.matches("<td").count();
        assert!(page.contains("40 rows") && rows < 60, "{rows}: {page}");
        assert!(page.contains("3, 4, 5") && page.contains("<summary>and 28 more rows</summary>"), "{page}");
        assert!(page.contains("Person1 Kern, Person2 Kern") && page.contains("42 Person40 Kern"), "{page}");

        // However long the list: all rows are counted, and what is found behind the first hundred is there too.
        let list: String = (1..=150).map(people).collect();
        let late = "Ida Braun;ida@@x.example\nHugo Maier;hans@x.example\n";
        let list = format!("Name;E-Mail\nHans Müller;hans@x.example\n{list}{late}");
        let form = choose(&mut browser);
        let fields = form.fields.clone();
        let taken = browser.upload(&form, &fields, Some(("file", "lang.csv", list.as_bytes())));
        let page = browser.follow(&taken);
        assert!(page.contains("150 rows: Person1 Kern"), "{page}");
        assert!(page.contains("<summary>and 138 more rows</summary>"), "{page}");
        let findings = page.split("id=\"findings\"").nth(1).unwrap_or_else(|| panic!("no findings: {page}"));
        assert!(findings.contains(">153<") && findings.contains("ida@@x"), "{findings}");
        // Whether one is meant by a row behind them is asked.
        assert!(page.contains("name=\"same_address\""), "{page}");

        // What is said of each row is said of each: who is again in which row.
        let list = "Name;E-Mail\nHans Müller;hans@x.example\nIda Braun;ida@x.example\nHans Müller;hans@x.example\nIda Braun;ida@x.example\n";
        let form = choose(&mut browser);
        let fields = form.fields.clone();
        let taken = browser.upload(&form, &fields, Some(("file", "doppelt.csv", list.as_bytes())));
        let page = browser.follow(&taken);
        for said in
            ["The same person is again in row 4, which counts", "The same person is again in row 5, which counts"]
        {
            assert!(page.contains(said), "{said}: {page}");
        }

        // A list of headers alone says so, in both languages.
        for (query, said) in
            [("", "holds a header but no people below it"), ("?lang=de", "aber darunter keine Personen")]
        {
            let page = browser.page(&format!("/staff/events/WORKSHOP/import{query}"));
            let form = form_with(&page, "/staff/events/WORKSHOP/import", "file");
            let fields = form.fields.clone();
            let taken = browser.upload(&form, &fields, Some(("file", "leer.csv", "Name;E-Mail\n".as_bytes())));
            let page = match taken.status.is_redirection() {
                true => browser.get(&crate::browser::to(&taken)).text(),
                false => taken.text(),
            };
            assert!(page.contains(said), "{page}");
        }
    });
}
