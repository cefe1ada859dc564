//! Lists as people really have them, on the command line: what is asked, how it is answered, and that nothing is written before.

use std::fs;
use std::path::{Path, PathBuf};

use crate::issuer::{EVENT, Issuer, Ran};
use crate::lists::credential;

fn case(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/cases").join(name)
}

fn import(issuer: &Issuer, file: &Path, options: &[&str]) -> Ran {
    issuer.run(&[&["import", EVENT, file.to_str().unwrap()], options].concat())
}

fn written(issuer: &Issuer, csv: &str, options: &[&str]) -> Ran {
    let file = issuer.path("list.csv");
    fs::write(&file, csv).unwrap();
    import(issuer, &file, options)
}

fn people(issuer: &Issuer) -> Vec<String> {
    let rows = issuer.run(&["people", "list", EVENT, "--json"]).expect(0).rows();
    rows.iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn nothing_is_written_while_a_question_is_open_and_rows_are_confirmed_singly() {
    let issuer = Issuer::new();
    let list = "Name,Email\nAda Lovelace,ada@example.org\nNull,null@example.org\nTest,test@example.org\nGuest,g@example.org\n\
                Total,\nEve (Guest),eve@example.org\n";
    let ran = written(&issuer, list, &[]).expect(1).prints("question: are these 5 rows people");
    let ran = ran.prints("--confirm-row 3").prints("--likely-row 7").prints("--leave-out-row 3,4,5,6,7");
    ran.prints("nothing was imported").prints("line 7  `Eve (Guest)` -> `Eve`");
    assert!(people(&issuer).is_empty());
    written(&issuer, list, &["--confirm-row", "3,4-5"]).expect(1).prints("are these 2 rows people");
    assert!(people(&issuer).is_empty());
    written(&issuer, list, &["--confirm-row", "all"]).expect(2).warns("not all at once");
    let answers = ["--confirm-row", "3,4-5", "--likely-row", "7", "--leave-out-row", "all"];
    let ran = written(&issuer, list, &answers).expect(0).prints("5 added");
    ran.prints("`Null` was confirmed").prints("`Eve (Guest)` is taken as `Eve`").prints("left out, as it was said");
    issuer.run(&["issue", EVENT]).expect(0).prints("5 issued");
    let mut names = people(&issuer);
    names.sort();
    assert_eq!(names, ["Ada Lovelace", "Eve", "Guest", "Null", "Test"]);
}

#[test]
fn code_pages_sheets_and_hidden_rows_are_answered_by_options() {
    let issuer = Issuer::new();
    let file = case("r04-central-european-csv/08d-cp1250.csv");
    import(&issuer, &file, &[]).expect(1).prints("--encoding windows-1250").prints("`Łukasz Wałęsiak`");
    assert!(people(&issuer).is_empty());
    import(&issuer, &file, &["--encoding", "klingon"]).refuses("no code page");
    import(&issuer, &file, &["--encoding", "cp1250"]).expect(0).prints("3 added");
    assert!(people(&issuer).contains(&"Łukasz Wałęsiak".to_owned()));
    let two = case("r25-sheets/25b-second-sheet-active.xlsx");
    import(&issuer, &two, &[]).expect(1).prints("--sheet 2026").prints("--sheet 'Archive 2025'");
    import(&issuer, &two, &["--sheet", "2026"]).expect(0).prints("1 added");
    import(&issuer, &two, &["--sheet", "2027"]).refuses("no sheet `2027`");
    let filtered = case("d07-filtered-out-people-get-certificates/d6-filter.xlsx");
    let ran = import(&issuer, &filtered, &["--dry-run"]).expect(0).warns("2 rows are hidden by a filter (3, 5)");
    ran.warns("`--hidden include`").prints("2 people would be imported");
    import(&issuer, &filtered, &["--dry-run", "--hidden", "include"]).expect(1);
    let hidden = case("r25-sheets/25c-hidden-sheets.xlsx");
    let ran = import(&issuer, &hidden, &["--dry-run"])
        .expect(0)
        .warns("the hidden sheets `Archive 2025`, `Rooms` were left out");
    ran.warns("`--hidden include`").prints("1 person would be imported");
    let ran = import(&issuer, &hidden, &["--hidden", "include"])
        .expect(1)
        .prints("the sheet `Archive 2025`, which is hidden");
    ran.prints("--sheet 'Archive 2025'").prints("nothing was imported");
    import(&issuer, &hidden, &["--hidden", "include", "--sheet", "Archive 2025"]).expect(0).prints("1 added");
    assert!(people(&issuer).contains(&"Old Person".to_owned()));
    let only = case("r25-sheets/25d-only-a-hidden-sheet.xlsx");
    import(&issuer, &only, &[]).refuses("hidden sheets, which are left out: `People`").warns("`--hidden include`");
    let titled = case("r20-title-row-semicolons/23-title-semicolon.csv");
    import(&issuer, &titled, &["--dry-run"]).expect(0).warns("row 2 names the columns").warns("`--header-row ROW`");
    import(&issuer, &titled, &["--dry-run", "--header-row", "9"]).refuses("no row 9");
    // The answer to a question about columns is a mapping.
    let unsure = "Name,Surname\nJohn Oak,Elm\nMia,Stone\n";
    written(&issuer, unsure, &[]).expect(1).prints("--map 'first_name=Name'");
    written(&issuer, unsure, &["--map", "first_name=Name"]).expect(0).prints("2 added");
    let commas = "Name\n\"Lovelace, Ada\"\n\"Hopper, Grace\"\n";
    written(&issuer, commas, &["--map", "name=Name"]).expect(1).prints("--comma-names swap");
    written(&issuer, commas, &["--map", "name=Name", "--comma-names", "swap"]).expect(0).prints("2 added");
    assert!(people(&issuer).contains(&"Ada Lovelace".to_owned()));
}

#[test]
fn numbers_are_signed_as_the_cell_shows_them() {
    let issuer = Issuer::new();
    issuer.run(&["event", "update", EVENT, "--publish-results"]).expect(0);
    import(&issuer, &case("r02-excel-percent/02-number-formats.xlsx"), &[]).expect(0).prints("3 added");
    issuer.run(&["issue", EVENT]).expect(0).prints("3 issued");
    let signed = credential(&issuer, &issuer.numbers()[0]);
    assert_eq!(signed["credentialSubject"]["result"][0]["value"], "85%");
    assert_eq!(signed["credentialSubject"]["creditsEarned"].to_string(), "4");
}

/// Workbooks of other kinds: what each is called, and its first bytes.
fn other_workbooks() -> [(&'static str, &'static str, Vec<u8>); 5] {
    let archive = |part: &str| {
        let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        archive.start_file(part, zip::write::SimpleFileOptions::default()).unwrap();
        archive.finish().unwrap().into_inner()
    };
    let document = b"PK\x03\x04..........................mimetypeapplication/vnd.oasis.opendocument.spreadsheet";
    [
        ("list.ods", "an OpenDocument file (.ods)", document.to_vec()),
        ("list.xls", "an old .xls workbook", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec()),
        ("list.xlsb", "a binary workbook (.xlsb)", archive("xl/workbook.bin")),
        ("list.numbers", "an archive but no .xlsx workbook", archive("Index/Document.iwa")),
        ("list.fods", "a web page or an XML file", b"<?xml version=\"1.0\"?><office:document>".to_vec()),
    ]
}

#[test]
fn workbooks_of_other_kinds_are_refused_with_the_way_to_save_them() {
    let issuer = Issuer::new();
    for (name, kind, bytes) in other_workbooks() {
        let file = issuer.path(name);
        fs::write(&file, bytes).unwrap();
        for options in [&[][..], &["--dry-run"]] {
            import(&issuer, &file, options).refuses(kind).warns("save it as .xlsx or as CSV UTF-8");
        }
    }
    assert!(people(&issuer).is_empty());
}

#[test]
fn columns_that_only_a_rule_asks_for_and_those_left_out_are_told() {
    let issuer = Issuer::new();
    let list = "Name,Email,Points,Attendance,Passed,Seat,Notes\nAda Lovelace,a@example.org,17,80,yes,4,x\n";
    let ran = written(&issuer, list, &["--dry-run", "--map", "skip=Notes"]).expect(0);
    let ran = ran.prints("column `Name` is the name").prints("column `Email` is the email");
    let ran = ran.prints("column `Points` is taken as the points, for rules, and is on no certificate");
    let ran = ran.prints("column `Attendance` is taken as the attendance, for rules");
    let ran = ran.prints("column `Passed` is taken as the result of the examination, for rules");
    ran.prints("column `Seat` is kept, and is on no certificate").prints("column `Notes` was not used");
}

#[test]
fn names_that_fit_on_no_line_are_found_at_import() {
    let issuer = Issuer::new();
    issuer.run(&["event", "create", "SMALL", "--title", "Small", "--template", "minimal"]).expect(0);
    let file = case("r24-long-single-word-name/20-names.csv");
    let ran = issuer.run(&["import", "SMALL", file.to_str().unwrap(), "--dry-run", "--json"]);
    assert!(ran.stdout.contains("does_not_fit") && ran.stdout.contains("Wolfeschlegelstein"), "{}", ran.stdout);
    assert!(!ran.stdout.contains("`Ana Lim"), "{}", ran.stdout);
}

#[test]
fn d11_a_digit_in_a_name_is_a_warning_of_its_row() {
    let issuer = Issuer::new();
    let ran = written(
        &issuer,
        "Name,Email\nAna Lim2,a@example.org\nBo Holm,b@example.org\n",
        &["--report", issuer.path("report.csv").to_str().unwrap()],
    );
    let ran = ran.expect(0).prints("2 added");
    ran.prints("line 2").prints("`Ana Lim2` is printed with its digits");
    let report = fs::read_to_string(issuer.path("report.csv")).unwrap();
    assert!(report.contains("Ana Lim2,a@example.org,2,warning,") && !report.contains("Bo Holm"), "{report}");
}

#[test]
fn d11_a_column_that_says_something_else_than_its_header_is_left_out_by_what_the_hint_says() {
    let issuer = Issuer::new();
    // Words alone are no attendance, whatever the column is called.
    let list =
        "Full Name,Attendance,Response\nAda Lovelace,Meeting Organizer,None\nGrace Hopper,Required Attendee,Accepted\n";
    let ran = written(&issuer, list, &[]).expect(0).prints("2 added");
    ran.prints("column `Attendance` is not taken as the attendance: no cell of it holds a number");
    let list = "Full Name,Attendance,Response\nBo Holm,90,None\nMia Stone,Required Attendee,Accepted\n";
    let ran = written(&issuer, list, &[]).expect(1).prints("`Required Attendee` is not a number");
    ran.prints("--map 'skip=Attendance'");
    written(&issuer, list, &["--map", "skip=Attendance"]).expect(0).prints("1 added");
    // What a list calls its columns runs in no shell.
    let list = "Name,attendance:$(date)\nAda Lovelace,x\n";
    written(&issuer, list, &["--map", "attendance=attendance:$(date)"])
        .expect(1)
        .prints("--map 'skip=attendance:$(date)'");
}

/// An issuer with an event whose template prints a column of dates in words.
fn with_dates() -> Issuer {
    let issuer = Issuer::new();
    let template = fs::read_to_string(case("r19-date-and-number-columns/template.json")).unwrap();
    let folder = issuer.path("template");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("template.json"), template.replace("{completed_on}", "{completed_on:long}")).unwrap();
    let folder = folder.to_str().unwrap();
    issuer.run(&["event", "create", "DATES", "--title", "Dates", "--template", folder]).expect(0);
    issuer
}

#[test]
fn a_column_of_dates_is_printed_in_the_words_of_the_language() {
    let issuer = with_dates();
    let list = "Name,Completed on\nDina,2026-05-01\nRui,1 May 2026\nUma,05/04/2026\nAda,04.05.2026\nBo,\n";
    // What cannot be told for a day, or could be two, is told now and not when everybody waits.
    fs::write(issuer.path("people.csv"), list).unwrap();
    let ran = issuer.run(&["import", "DATES", "PEOPLE"]).expect(1).prints("3 added");
    let ran = ran.prints("`1 May 2026` is not a date").prints("`05/04/2026` can be read as more than one date");
    ran.prints("write the day as 2026-05-04");
    issuer.run(&["issue", "DATES", "--out", "OUT", "--format", "pdf"]).expect(0).prints("3 issued");
    let printed = |number: &String| {
        testamur::reading::read(&fs::read(issuer.file(number, "pdf")).unwrap()).unwrap().printed.unwrap()
    };
    let all: Vec<String> = issuer.numbers().iter().map(printed).collect();
    for day in ["1 Mayıs 2026", "4 Mayıs 2026"] {
        assert_eq!(all.iter().filter(|text| text.contains(day)).count(), 1, "{day}: {all:?}");
    }
}

#[test]
fn dates_of_a_workbook_are_printed_and_those_that_are_none_are_told_by_their_line() {
    let issuer = with_dates();
    let book = case("r19-date-and-number-columns/03-dates.xlsx");
    let ran = issuer.run(&["import", "DATES", book.to_str().unwrap()]).expect(1).prints("3 added");
    for (line, said) in [("line 4", "05/04/2026"), ("line 6", "1 May 2026"), ("line 7", "`x` is not a date")] {
        let told = ran.stdout.lines().filter(|text| text.contains(line)).collect::<String>();
        assert!(told.contains(said), "{line}: {}", ran.stdout);
    }
    issuer.run(&["issue", "DATES", "--out", "OUT", "--format", "pdf"]).expect(0).prints("3 issued");
    let printed = |number: &String| {
        testamur::reading::read(&fs::read(issuer.file(number, "pdf")).unwrap()).unwrap().printed.unwrap()
    };
    // A hundredth of a second before midnight is midnight, as seconds are shown.
    let days = [("Dina Haddad", "1 Mayıs 2026"), ("Piotr Zielak", "2 Mayıs 2026"), ("Aino Virta", "1 Mayıs 2026")];
    for (number, (name, day)) in issuer.numbers().iter().zip(days) {
        let printed = printed(number);
        assert!(printed.contains(name) && printed.contains(day), "{number}: {printed}");
    }
}

#[test]
fn domains_become_what_did_web_wants_and_ip_addresses_are_refused() {
    for (told, domain) in [
        ("bücher.example", "xn--bcher-kva.example"),
        ("Certs.Example.ORG", "certs.example.org"),
        ("certs.example.org.", "certs.example.org"),
    ] {
        let other = Issuer::none();
        let ran = other.run(&["init", "--issuer", "Ex", "--domain", told]).expect(0);
        ran.prints(&format!("issuer did:web:{domain} is set up")).warns(&format!("is written as {domain}"));
    }
    for told in [
        "192.0.2.1",
        "[2001:db8::1]",
        "2001:db8::1",
        "10.0.0.1:8080",
        "１２７.０.０.１",
        "127。0。0。1",
        "0x7f000001",
        "certs.example.org/issuers/one",
        "https://certs.example.org/",
        "a..b",
        "",
    ] {
        let other = Issuer::none();
        let ran = other.run(&["init", "--issuer", "Ex", "--domain", told]).expect(2);
        assert!(ran.stderr.contains("hint: "), "{told}: {}", ran.stderr);
        assert!(!other.path("data/testamur.toml").exists());
    }
    // For a trial, which the refusal of an address leads to.
    let other = Issuer::none();
    other
        .run(&["init", "--issuer", "Ex", "--domain", "127.0.0.1"])
        .expect(2)
        .warns("for a trial on this machine, localhost");
    other
        .run(&["init", "--issuer", "Ex", "--domain", "localhost"])
        .expect(0)
        .prints("issuer did:web:localhost is set up");
    let other = Issuer::none();
    let ran = other.run(&["init", "--issuer", "Ex", "--domain", "LocalHost:8443"]).expect(0);
    ran.prints("issuer did:web:localhost%3A8443 is set up");
}
