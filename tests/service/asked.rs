//! What is unsure about a list is asked: 409 with questions and choices, nothing written; answered in the query or by form.

use serde_json::json;

use super::events::workshop;
use super::harness::{OWNER, World, on_each_engine};

const IMPORTS: &str = "/events/WORKSHOP/imports";
const LIST: &str = "Name,Email\nAda,ada@example.org\nNull,null@example.org\nEve (Guest),eve@example.org\nTotal,\n";

fn people(world: &World) -> usize {
    world.get("/events/WORKSHOP/participants").ok()["items"].as_array().unwrap().len()
}

#[test]
fn questions_are_answered_in_the_query_or_by_form_and_it_is_recorded_who_did() {
    on_each_engine(|world| {
        workshop(world);
        let send = |query: &str, fields: &[(&str, &str)]| {
            world.upload(OWNER, &format!("{IMPORTS}{query}"), "a.csv", LIST.as_bytes(), fields)
        };
        let asked = send("", &[]);
        let detail = asked.problem(409, "asked");
        assert!(detail.contains("are these 3 rows people"), "{detail}");
        let question = &asked.json()["questions"][0];
        assert_eq!((&question["about"], question["rows"].as_array().unwrap().len()), (&json!("rows"), 3));
        assert_eq!(
            question["rows"][1],
            json!({ "line": 4, "shown": "Eve (Guest)", "reason": question["rows"][1]["reason"], "likely": "Eve" })
        );
        let choices: Vec<&str> =
            question["choices"].as_array().unwrap().iter().map(|choice| choice["answer"].as_str().unwrap()).collect();
        assert_eq!(choices, ["confirm_row=3", "likely_row=4", "leave_out_row=3,4,5"]);
        assert_eq!(people(world), 0);
        assert!(world.acts().iter().all(|(action, _)| action != "import.finish"));
        // A dry run has the questions too.
        let tried = send("?dry_run=true", &[]).ok();
        assert_eq!((&tried["questions"][0]["about"], &tried["counts"]["asked"]), (&json!("rows"), &json!(3)));
        // Some answers in the query, some by form.
        send("?confirm_row=3", &[("likely_row", "4")]).problem(409, "asked");
        let done = send("?confirm_row=3", &[("likely_row", "4"), ("leave_out_row", "5")]).ok();
        assert_eq!((&done["counts"]["added"], &done["import"]["confirmed"]), (&json!(3), &json!([3, 4])));
        assert_eq!(people(world), 3);
        let log = world.app.store.audit(None, 1_000).unwrap().items;
        let finished: Vec<_> = log.iter().filter(|entry| entry.act.action == "import.finish").collect();
        let [entry] = &finished[..] else { panic!("{finished:?}") };
        // An address may stand behind the name.
        let actor = entry.act.actor.split(" from ").next();
        assert_eq!((actor, &entry.act.subject[..]), (Some("staff:owner"), "WORKSHOP"));
        let told = &entry.act.detail;
        assert_eq!((&told["confirmed"], &told["likely"]), (&json!([3]), &json!([4])), "{told}");
        assert_eq!((&told["left_out"], &told["import"]), (&json!([5]), &done["import"]["id"]), "{told}");
        assert!(!format!("{log:?}").contains("Eve"), "{log:?}");
        for wrong in
            ["?confirm_row=all", "?confirm_row=x", "?likely_row=", "?hidden=perhaps", "?comma_names=x", "?header_row=x"]
        {
            assert!(send(wrong, &[]).status.is_client_error(), "{wrong}");
        }
        send("", &[("hidden", "perhaps")]).problem(422, "invalid");
        send("?encoding=klingon", &[]).problem(422, "bad-file");
        // What percent formats show is what rules compare: 0.85, shown as 85%, is 85 and not less than one.
        let workbook = include_bytes!("../fixtures/cases/r02-excel-percent/02-number-formats.xlsx");
        world.upload(OWNER, IMPORTS, "a.xlsx", workbook, &[]).ok();
        let items = world.get("/events/WORKSHOP/participants").ok()["items"].clone();
        let lena = items.as_array().unwrap().iter().find(|one| one["name"] == "Lena Brandt").unwrap().clone();
        assert_eq!(lena["progress"]["score"].to_string().trim_matches('"').parse::<f64>(), Ok(85.0), "{lena}");
        let stands = |at_least: u32| {
            world.put("/events/WORKSHOP/rule", &json!({ "rule": { "score": { "at_least": at_least } } })).ok();
            let report = world.get("/events/WORKSHOP/eligibility").ok();
            let of = |name: &str| {
                let rows = report["items"].as_array().unwrap();
                let row = rows.iter().find(|row| row["name"] == name);
                row.unwrap_or_else(|| panic!("{name}: {report}"))["eligible"].clone()
            };
            ["Lena Brandt", "Ola Nowak", "Tomas Vidal"].map(of)
        };
        assert_eq!(stands(60), [true, true, false]);
        assert_eq!(stands(85), [true, true, false]);
        assert_eq!(stands(86), [false, true, false]);
    });
}

#[test]
fn hidden_sheets_are_named_and_taken_in_where_that_is_said() {
    on_each_engine(|world| {
        workshop(world);
        let hidden = include_bytes!("../fixtures/cases/r25-sheets/25c-hidden-sheets.xlsx");
        let only = include_bytes!("../fixtures/cases/r25-sheets/25d-only-a-hidden-sheet.xlsx");
        let send = |query: &str, fields: &[(&str, &str)]| {
            world.upload(OWNER, &format!("{IMPORTS}{query}"), "a.xlsx", hidden, fields)
        };
        let tried = send("?dry_run=true", &[]).ok();
        let notes = tried["notes"].to_string();
        assert!(notes.contains("the hidden sheets `Archive 2025`, `Rooms` were left out; `hidden=include`"), "{notes}");
        assert_eq!((&tried["counts"]["people"], &tried["questions"]), (&json!(1), &json!([])));
        // By the query, and by form.
        for (query, fields) in [("?hidden=include", &[][..]), ("", &[("hidden", "include")])] {
            let asked = send(query, fields);
            asked.problem(409, "asked");
            let choices = &asked.json()["questions"][0]["choices"];
            assert_eq!(
                (&choices[0]["answer"], &choices[1]["answer"]),
                (&json!("sheet=2026"), &json!("sheet=Archive 2025"))
            );
        }
        assert_eq!(people(world), 0);
        let done = send("?hidden=include&sheet=Archive%202025", &[]).ok();
        assert_eq!(done["counts"]["added"], 1);
        assert_eq!(world.get("/events/WORKSHOP/participants").ok()["items"][0]["name"], "Old Person");
        let refused = world.upload(OWNER, IMPORTS, "a.xlsx", only, &[]);
        let detail = refused.problem(422, "bad-file");
        assert!(detail.contains("hidden sheets, which are left out: `People`"), "{detail}");
        world.upload(OWNER, &format!("{IMPORTS}?hidden=include&dry_run=true"), "a.xlsx", only, &[]).ok();
    });
}

#[test]
fn workbooks_of_other_kinds_are_refused_with_the_way_to_save_them() {
    on_each_engine(|world| {
        workshop(world);
        let archive = |part: &str| {
            let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
            archive.start_file(part, zip::write::SimpleFileOptions::default()).unwrap();
            archive.finish().unwrap().into_inner()
        };
        let document = b"PK\x03\x04..........................mimetypeapplication/vnd.oasis.opendocument.spreadsheet";
        for (name, kind, bytes) in [
            ("list.ods", "an OpenDocument file (.ods)", document.to_vec()),
            ("list.xls", "an old .xls workbook", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec()),
            ("list.xlsb", "a binary workbook (.xlsb)", archive("xl/workbook.bin")),
        ] {
            for query in ["", "?dry_run=true"] {
                let answer = world.upload(OWNER, &format!("{IMPORTS}{query}"), name, &bytes, &[]);
                let detail = answer.problem(422, "bad-file");
                assert!(detail.contains(kind) && detail.contains("save it as .xlsx or as CSV UTF-8"), "{detail}");
            }
        }
        assert_eq!(people(world), 0);
    });
}
