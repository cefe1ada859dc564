//! Import from outside: whole files in, rows and reports out; hostile files refused by name.

use std::io::{Cursor, Write};

use testamur::credential::Timestamp;
use testamur::import::*;

fn now() -> Timestamp {
    "2026-05-01T00:00:00Z".parse().unwrap()
}

fn checks() -> Checks<'static> {
    Checks::at(now())
}

fn import_with(bytes: &[u8], checks: &Checks<'_>) -> (Table, Columns, Vec<RowOutcome>) {
    let table = read_table("people", bytes, &Limits::default()).unwrap();
    let columns = Columns::find(&table, &Mapping::default()).unwrap();
    let rows = check_rows(&table, &columns, checks);
    (table, columns, rows)
}

fn import(text: &str) -> Vec<RowOutcome> {
    import_with(text.as_bytes(), &checks()).2
}

fn codes(row: &RowOutcome) -> Vec<Code> {
    row.findings.iter().map(|finding| finding.code).collect()
}

#[test]
fn one_bad_row_stops_nobody() {
    let rows =
        import("Name,E-Mail\nAda Lovelace,ada@example.org\n,nobody@example.org\nGrace Hopper,grace@example.org\n");
    assert_eq!(rows.iter().map(|row| row.severity()).collect::<Vec<_>>(), [None, Some(Severity::Error), None]);
    assert_eq!((rows[1].line, codes(&rows[1])), (3, vec![Code::NameMissing]));
    let grace = rows[2].participant.as_ref().unwrap();
    assert_eq!((&grace.name[..], &grace.key.0[..]), ("Grace Hopper", "grace@example.org"));
}

#[test]
fn a_name_of_ten_thousand_characters_is_told_with_its_length() {
    let rows = import(&format!("name\n{}\nAda\n", "x".repeat(10_000)));
    assert_eq!(codes(&rows[0]), [Code::NameTooLong]);
    assert_eq!(rows[0].findings[0].reason, "the name has 10000 characters; at most 200 are printed");
    assert!(rows[1].participant.is_some());
    let rows = import(&format!("name\n{}\n", "x".repeat(10_001)));
    assert!(codes(&rows[0]).contains(&Code::CellTooLong));
}

#[test]
fn bidi_controls_are_an_error_that_explains_itself() {
    let rows = import("name\nAda \u{202e}ecalevoL\n");
    assert_eq!(codes(&rows[0]), [Code::BidiControl]);
    assert!(rows[0].findings[0].reason.contains("U+202E"), "{}", rows[0].findings[0].reason);
    assert!(rows[0].participant.is_none());
}

#[test]
fn warnings_keep_the_row_and_print_the_tidy_name() {
    let rows = import("name,email\n\" ADA  LOVELACE \",not-an-address\n");
    assert_eq!(codes(&rows[0]), [Code::Spaces, Code::AllCapitals, Code::EmailInvalid]);
    let person = rows[0].participant.as_ref().unwrap();
    assert_eq!((&person.name[..], person.email.as_deref()), ("ADA LOVELACE", None));
}

#[test]
fn wrong_addresses_are_errors_only_when_mail_is_sent() {
    let need = Checks { need_email: true, ..checks() };
    let rows = import_with(b"name,email\nAda,\nGrace,x\n", &need).2;
    assert_eq!((codes(&rows[0]), codes(&rows[1])), (vec![Code::EmailMissing], vec![Code::EmailInvalid]));
    assert!(rows.iter().all(|row| row.participant.is_none()));
}

#[test]
fn the_later_row_of_a_person_counts_and_its_empty_cells_take_nothing_away() {
    let text = "name,email,score,city,Expires\nAda,ADA@example.org,1,Bonn,2027-03-31\nGrace,,5,Cork,\n\
                ada,ada@example.org,2,,\ngrace ,,6,(clear),\nÁda,Ada@Example.org,3,,\n";
    let mut rows = import_with(text.as_bytes(), &checks()).2;
    settle_duplicates(&mut rows);
    assert_eq!(summarise(&rows).people, 2);
    let people: Vec<_> = rows.iter().filter_map(|row| row.participant.as_ref()).collect();
    let said = |at: usize| ["score", "city", "expires"].map(|field| &people[at].fields[field][..]);
    assert_eq!((said(0), said(1)), (["6", "", ""], ["3", "Bonn", "2027-03-31"]));
    assert_eq!(rows[0].findings[0].reason, "the same person is again in line 4, which counts");
}

#[test]
fn a_row_with_an_error_is_kept_aside_for_further_questions() {
    let rows = import("name,Status,Expires\nAda,absent,soon\n,absent,\n");
    assert_eq!(codes(&rows[0]), [Code::ExpiresInvalid, Code::AbsentOrFailed]);
    assert!(rows[0].participant.is_none() && rows[0].set_aside.is_some() && rows[1].set_aside.is_none());
    let hint = "delete the row, or import it again with `--absent take` or `--absent leave-out`";
    assert_eq!(as_options(&rows[0].findings[1].hint), hint);
}

#[test]
fn columns_become_fields_under_their_own_name_and_their_meaning() {
    let rows = import("Vorname;Nachname;Punktzahl;Credits;Lieblingsfarbe\nZoë;Müller;87;4,5;blau\n");
    let person = rows[0].participant.as_ref().unwrap();
    assert_eq!(person.name, "Zoë Müller");
    assert_eq!(person.fields["result"], "87");
    assert_eq!(person.fields["punktzahl"], "87");
    assert_eq!(person.fields["credits"], "4.5");
    assert_eq!(person.fields["lieblingsfarbe"], "blau");
}

#[test]
fn a_missing_glyph_names_row_name_and_character() {
    let missing = |name: &str| name.chars().find(|c| *c == '𓀀');
    let rows = import_with("name\nAda\nAda 𓀀\n".as_bytes(), &Checks { missing_glyph: Some(&missing), ..checks() }).2;
    assert_eq!((rows[1].line, codes(&rows[1])), (3, vec![Code::NoGlyph]));
    assert_eq!(rows[1].findings[0].reason, "no font can draw U+13000 `𓀀` of `Ada 𓀀`");
}

#[test]
fn formulas_stay_text_and_are_defused_in_the_report() {
    let (table, columns, rows) = import_with(b"name,email,note\n,x@example.org,=cmd|' /C calc'!A0\n", &checks());
    let mut report = Vec::new();
    write_report(&table, &columns, &rows, &mut report).unwrap();
    let text = String::from_utf8(report).unwrap();
    assert!(text.contains("'=cmd|' /C calc'!A0"), "{text}");
    assert!(!text.contains(",="), "{text}");
}

#[test]
fn a_report_is_safe_where_cells_are_parted_at_semicolons_and_tabs_and_comes_back_as_it_was() {
    let cells = ["x;=1+1", "y\t@SUM(A1)", "two\n-lines", "a;\"+1\"", "'=1", "＝1"];
    let quoted = |cell: &str| format!("\"{}\"", cell.replace('"', "\"\""));
    let row: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
    let list = format!("Name,a;=1,b,c,d,e,f\n,{}\n", row.join(","));
    let (table, columns, rows) = import_with(list.as_bytes(), &checks());
    let mut report = Vec::new();
    write_report(&table, &columns, &rows, &mut report).unwrap();
    let text = String::from_utf8(report.clone()).unwrap();
    for part in text.split([';', '\t', ',', '\n']) {
        let first = part.trim_start_matches(['"', ' ', '\u{feff}']).chars().next();
        assert!(!first.is_some_and(|c| "=+-@＝".contains(c)), "{part:?} of {text:?}");
    }
    let again = read_table("report.csv", &report, &Limits::default()).unwrap();
    assert_eq!(again.rows[0].cells[1..7], cells);
    assert_eq!(again.header[1], "a;=1");
}

#[test]
fn the_last_day_of_a_certificate_is_a_date_that_is_sure_and_to_come() {
    let rows = import(
        "name,Expires\nAda,2027-03-31\nBob,31/03/2027\nEve,5/1/27\nDan,never\nKim,\nLea,2026-04-30\nTom,2026-05-01\n\
         Una,46508\n",
    );
    let read: Vec<_> = rows
        .iter()
        .map(|row| match &row.participant {
            Some(person) => person.fields["expires"].clone(),
            None => codes(row)[0].as_str().to_owned(),
        })
        .collect();
    let bad = "expires_invalid";
    assert_eq!(read, ["2027-03-31", "2027-03-31", bad, bad, "", bad, "2026-05-01", bad]);
    assert_eq!(rows[2].findings[0].reason, "`5/1/27` can be read as more than one date");
    assert!(rows[5].findings[0].reason.contains("is over"), "{:?}", rows[5].findings);
}

#[test]
fn rows_of_people_who_were_absent_or_failed_are_asked_about() {
    let list = "name,Result,Status,Attended\nAda,87,passed,yes\nBob,failed,passed,yes\nEve,A,No-show,yes\nDan,B,,no\n";
    let rows = import(list);
    let told: Vec<_> = rows.iter().map(|row| (row.participant.is_some(), codes(row))).collect();
    let asked = (false, vec![Code::AbsentOrFailed]);
    assert_eq!(told, [(true, vec![]), asked.clone(), asked.clone(), asked]);
    assert!(rows[1..].iter().all(|row| row.severity() == Some(Severity::Error)));
    let rows = import_with(list.as_bytes(), &Checks { absent: Absent::Take, ..checks() }).2;
    assert!(rows.iter().all(|row| row.participant.is_some() && row.findings.is_empty()));
    let rows = import_with(list.as_bytes(), &Checks { absent: Absent::LeaveOut, ..checks() }).2;
    assert_eq!((summarise(&rows).people, summarise(&rows).warnings, summarise(&rows).errors), (1, 3, 0));
    // What a rule judges is no question.
    let rows = import_with(list.as_bytes(), &Checks { judged: &[1, 2, 3], ..checks() }).2;
    assert_eq!(summarise(&rows).people, 4);
}

#[test]
fn what_is_signed_is_held_to_the_letters_of_names() {
    let rows =
        import("name,role,term,result,city\nAda,Speaker\u{202e},,,\nBob,,,A\u{7},\nEve,,Spring  2026,,Paris\u{202a}\n");
    assert_eq!((codes(&rows[0]), codes(&rows[1])), (vec![Code::BidiControl], vec![Code::ControlCharacter]));
    let eve = rows[2].participant.as_ref().unwrap();
    assert_eq!(eve.fields["term"], "Spring 2026");
    for title in ["Maps\u{202e}spaM", "Maps\u{2066}", "Ma\u{7}ps", "Maps\u{fffd}", "two\nlines"] {
        assert!(checked_text(title, false).is_err(), "{title:?}");
    }
    assert_eq!(checked_text(" Applied\u{200b}  Cartography ", false).as_deref(), Ok("Applied Cartography"));
    assert_eq!(checked_text("two\r\nlines ", true).as_deref(), Ok("two\nlines"));
    assert!(checked_text("two\n\u{202e}lines", true).is_err());
    assert_eq!(checked_text("الدورة ١", false).as_deref(), Ok("الدورة ١"));
}

#[test]
fn points_are_credits_only_where_they_were_mapped() {
    let rows = import("name,Points\nAda,17\n");
    let ada = rows[0].participant.as_ref().unwrap();
    assert_eq!((ada.fields.get("credits"), &ada.fields["points"][..]), (None, "17"));
    let table = read_table("people", b"name,Points\nAda,17\n", &Limits::default()).unwrap();
    let columns = Columns::find(&table, &"credits=Points".parse().unwrap()).unwrap();
    assert_eq!(check_rows(&table, &columns, &checks())[0].participant.as_ref().unwrap().fields["credits"], "17");
}

#[test]
fn a_corrected_report_can_be_imported_again() {
    let (table, columns, rows) = import_with("Name,Phone\n,+49 30 1\nZoë,2\n".as_bytes(), &checks());
    let mut report = Vec::new();
    write_report(&table, &columns, &rows, &mut report).unwrap();
    let corrected = String::from_utf8(report).unwrap().replace("\n,", "\nAda,");
    let rows = import_with(corrected.as_bytes(), &checks()).2;
    let person = rows[0].participant.as_ref().unwrap();
    assert_eq!((&person.name[..], &person.fields["phone"][..]), ("Ada", "+49 30 1"));
    assert_eq!(person.fields.len(), 1, "{:?}", person.fields);
}

#[test]
fn the_json_report_is_as_its_schema_says() {
    let schema: serde_json::Value = serde_json::from_str(include_str!("../../schemas/import.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let (table, columns, rows) =
        import_with("Name,Email,Credits\nADA LOVELACE,x,many\nZoë,,\n,,\u{200b}1\n".as_bytes(), &checks());
    let uses = uses(&columns, &Default::default(), testamur::making::Results::Kept, &[]);
    let report = report_json(&table, &columns, &uses, &rows);
    assert!(validator.is_valid(&report), "{report:#}");
    assert_eq!(report["summary"]["people"], 1);
}

#[test]
fn empty_files_say_so() {
    let error = |bytes: &[u8]| read_table("people.csv", bytes, &Limits::default()).unwrap_err().to_string();
    assert_eq!(error(b""), "`people.csv` holds no rows");
    assert_eq!(error(b"\xEF\xBB\xBF\r\n \r\n"), "`people.csv` holds no rows");
    assert_eq!(error(b"name,email\n"), "`people.csv` holds a header but no people below it");
}

const WORKBOOK: &[u8] = include_bytes!("../data/import/people.xlsx");

#[test]
fn a_workbook_is_read_as_text() {
    let (table, _, rows) = import_with(WORKBOOK, &checks());
    assert_eq!(
        table.rows[0].cells,
        ["Ada Lovelace", "ada@example.org", "87", "4.5", "2026-05-01", "9:30:00", "TRUE", "=1+1"]
    );
    assert_eq!(table.rows[1].cells[..5], ["नरेन्द्र शर्मा", "n@example.org", "0.3", "3", "2026-05-01 9:30:00"]);
    assert_eq!(table.rows[2].line, 5);
    assert_eq!(codes(&rows[0]), [Code::Formula]);
    assert!(table.notes[0].contains("`Teilnehmer`"), "{:?}", table.notes);
}

/// Builds an archive with the named parts.
fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn zip_bombs_are_refused_before_they_are_unpacked() {
    let zeros = vec![b' '; 20_000_000];
    let bomb = archive(&[("xl/workbook.xml", b"<workbook/>"), ("xl/worksheets/sheet1.xml", &zeros)]);
    let error = read_table("bomb.xlsx", &bomb, &Limits::default()).unwrap_err();
    assert!(matches!(error, ImportError::Bomb { .. }), "{error:?}");

    let small = Limits { unpacked: 1000, ..Limits::default() };
    assert!(matches!(read_table("x.xlsx", WORKBOOK, &small), Err(ImportError::Bomb { .. })));
    let few = Limits { entries: 2, ..Limits::default() };
    assert!(matches!(read_table("x.xlsx", WORKBOOK, &few), Err(ImportError::Bomb { .. })));
}

#[test]
fn an_archive_that_lies_about_its_sizes_is_refused() {
    let mut lie = archive(&[("xl/workbook.xml", &[b'x'; 5000])]);
    // The uncompressed size stands at offset 24 of the central directory's entry (APPNOTE 4.3.12) and 22 of the local one.
    let central = lie.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap();
    lie[central + 24..central + 28].copy_from_slice(&10u32.to_le_bytes());
    lie[22..26].copy_from_slice(&10u32.to_le_bytes());
    assert!(read_table("lie.xlsx", &lie, &Limits::default()).is_err());
}

#[test]
fn broken_workbooks_are_errors_and_never_panics() {
    for cut in (4..WORKBOOK.len()).step_by(97) {
        assert!(read_table("cut.xlsx", &WORKBOOK[..cut], &Limits::default()).is_err(), "{cut}");
    }
    for at in (4..WORKBOOK.len()).step_by(31) {
        let mut flipped = WORKBOOK.to_vec();
        flipped[at] ^= 0x55;
        let _ = read_table("flipped.xlsx", &flipped, &Limits::default());
    }
    let other = archive(&[("word/document.xml", b"<x/>")]);
    let error = read_table("letter.docx", &other, &Limits::default()).unwrap_err();
    assert!(matches!(error, ImportError::Kind { .. }), "{error:?}");
}

#[test]
fn a_hundred_thousand_rows_are_read_and_checked() {
    let mut text = "name,email,score\n".to_owned();
    for n in 0..100_000 {
        text.push_str(&format!("Zoë Müller {n},person{n}@example.org,{}\n", n % 100));
    }
    let rows = import(&text);
    assert_eq!(summarise(&rows).people, 100_000);
}

#[test]
fn what_a_formula_left_over_is_no_result() {
    let rows = import("name,result\nAda,#N/A\nBob,A+\n#REF!,5\n");
    assert_eq!((codes(&rows[0]), codes(&rows[1])), (vec![Code::ProgressInvalid], vec![]));
    assert!(rows[0].participant.is_none() && rows[1].participant.is_some());
}

#[test]
fn of_two_rows_about_one_person_an_error_does_not_count() {
    let mut rows = import("name,email,credits\nAda,ada@example.org,1\nAda,ada@example.org,many\n");
    settle_duplicates(&mut rows);
    assert!(rows[0].participant.is_some() && rows[1].participant.is_none());
}

#[test]
fn workbooks_of_other_kinds_are_refused_with_the_way_to_save_them_otherwise() {
    let binary = archive(&[("xl/workbook.bin", b"\x83\x01\x00"), ("_rels/.rels", b"<Relationships/>")]);
    let document = b"PK\x03\x04..........................mimetypeapplication/vnd.oasis.opendocument.spreadsheet";
    for (name, bytes, kind) in [
        ("list.xlsb", binary, "a binary workbook (.xlsb)"),
        ("list.ods", document.to_vec(), "an OpenDocument file (.ods)"),
        ("list.xls", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec(), "an old .xls workbook or a password-protected one"),
    ] {
        let error = read_table(name, &bytes, &Limits::default()).unwrap_err();
        assert_eq!(error, ImportError::Kind { file: name.into(), kind });
        assert!(error.hint().contains("save it as .xlsx"), "{}", error.hint());
    }
}
