//! What a first user met: mistakes that are easy to make, and the way out of each.

use std::fs;

use crate::issuer::{EVENT, Issuer, THREE};

#[test]
fn an_empty_cell_leaves_its_line_out_and_spreadsheet_debris_is_no_name() {
    let issuer = Issuer::new();
    let folder = issuer.path("own");
    fs::create_dir(&folder).unwrap();
    fs::write(
        folder.join("template.json"),
        r##"{"testamur":1,"title":"Own","language":"en","page":{"size":"A4","orientation":"landscape"},"elements":[
            {"type":"text","text":"{participant_name}","x":20,"y":40,"width":200,"height":20,"font":"Montserrat","size":24},
            {"type":"text","text":"Grade {grade}","optional":true,"x":20,"y":80,"width":200,"height":20,"font":"Montserrat","size":14},
            {"type":"text","text":"{event_title} {certificate_number}","x":20,"y":110,"width":200,"height":20,"font":"Montserrat","size":12},
            {"type":"qr","x":230,"y":140,"size":40}]}"##,
    )
    .unwrap();
    issuer.run(&["event", "create", "OPT", "--title", "Optional", "--template", folder.to_str().unwrap()]).expect(0);
    fs::write(issuer.path("people.csv"), "name,email,grade\nCara Two,c@example.org,\nDan One,d@example.org,1\n#N/A,x@example.org,2\n=A1,y@example.org,2\n")
        .unwrap();
    issuer.run(&["import", "OPT", "PEOPLE"]).expect(1).prints("2 with errors").prints("left over from a formula");
    issuer.run(&["issue", "OPT", "--out", "OUT"]).expect(0).prints("2 issued");
}

#[test]
fn a_column_that_the_template_wants_is_missed_at_import_and_the_near_one_is_named() {
    let issuer = Issuer::new();
    let folder = issuer.path("own");
    fs::create_dir(&folder).unwrap();
    let text = |words: &str, y: u32| {
        format!(r#"{{"type":"text","text":"{words}","x":20,"y":{y},"width":200,"height":12,"size":12}}"#)
    };
    let texts = ["{participant_name}", "{course_hours} hours", "{result}", "{event_title} {certificate_number}"];
    let texts: Vec<String> = (1..).zip(texts).map(|(n, words)| text(words, n * 20)).collect();
    let elements = format!(r#"{},{{"type":"qr","x":230,"y":140,"size":40}}"#, texts.join(","));
    let template = format!(r#"{{"testamur":1,"title":"Own","elements":[{elements}]}}"#);
    fs::write(folder.join("template.json"), template).unwrap();
    issuer.run(&["event", "create", "OWN", "--title", "Own", "--template", folder.to_str().unwrap()]).expect(0);
    let import = |csv: &str, more: &[&str]| {
        fs::write(issuer.path("people.csv"), csv).unwrap();
        issuer.run(&[&["import", "OWN", "PEOPLE"], more].concat()).expect(0)
    };
    for more in [&["--dry-run"][..], &["--dry-run", "--json"]] {
        import("Name,Hours\nAda One,8\n", more)
            .warns("{course_hours}")
            .warns("lets no certificate be made; did you mean the column `Hours`? Name it `course_hours`")
            .warns("{result} of the event's template, which stays empty on paper");
    }
    let complete = import("Name,Course hours,Score\nAda One,8,1\n", &[]);
    assert!(!complete.stderr.contains("warning"), "{}", complete.stderr);
    issuer.run(&["issue", "OWN"]).expect(0).prints("1 issued");
}

#[test]
fn a_title_above_the_header_is_told_with_the_row_of_the_header() {
    let issuer = Issuer::new();
    let ran = issuer.import("Spring course,,\nRoom 7,,\nNo,Full name,E-mail\n1,Ada,ada@example.org\n").expect(0);
    ran.prints("1 added").warns("row 3 names the columns; the 2 rows above it were left out");
    issuer.run(&["import", EVENT, "PEOPLE", "--map", "name=Full name"]).expect(0).warns("row 3 names the columns");
    // Without the commas that a spreadsheet program fills rows up with.
    issuer.import("Spring course\n\nNo,Full name,E-mail\n1,Ada,ada@example.org\n").expect(0).warns("row 3 names");
    issuer.run(&["import", EVENT, "PEOPLE", "--header-row", "1"]).refuses("no column holds the names");
}

#[test]
fn people_come_from_a_spreadsheet_as_they_come_from_csv() {
    let issuer = Issuer::new();
    let rows = [["Full name", "E-mail", "Score"], ["José Núñez", "jose@example.org", "91"], ["田中 さくら", "", "95"]];
    fs::write(issuer.path("people.xlsx"), spreadsheet(&rows)).unwrap();
    let file = issuer.path("people.xlsx");
    let ran = issuer.run(&["import", EVENT, file.to_str().unwrap()]).expect(0).prints("2 added");
    let ran = ran.prints("column `Full name` is the name").prints("column `E-mail` is the email");
    assert!(ran.stderr.contains("read the sheet `People`"), "{}", ran.stderr);
    issuer.run(&["issue", EVENT]).expect(0).prints("2 issued");
    let rows = issuer.run(&["certificates", "list", "--json"]).expect(0).rows();
    let who = rows.iter().map(|row| (row["recipient"].as_str().unwrap(), row["email"].as_str()));
    assert_eq!(who.collect::<Vec<_>>(), [("José Núñez", Some("jose@example.org")), ("田中 さくら", None)]);
}

/// Returns a workbook of one sheet (ECMA-376 part 1, 18.2 and 18.3), its texts in the cells themselves.
fn spreadsheet(rows: &[[&str; 3]]) -> Vec<u8> {
    use std::io::Write;
    const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    const LINKS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
    let cell = |(column, text): (char, &&str), row: usize| {
        format!(r#"<c r="{column}{row}" t="inlineStr"><is><t>{text}</t></is></c>"#)
    };
    let row = |(n, row): (usize, &[&str; 3])| {
        let cells: String = ('A'..).zip(row).map(|at| cell(at, n)).collect();
        format!(r#"<row r="{n}">{cells}</row>"#)
    };
    let rows: String = (1..).zip(rows).map(row).collect();
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml";
    let link = |kind: &str, target: &str| {
        let relation = format!(r#"<Relationship Id="rId1" Type="{LINKS}/{kind}" Target="{target}"/>"#);
        format!(r#"<Relationships xmlns="{PACKAGE}/relationships">{relation}</Relationships>"#)
    };
    let parts = [
        (
            "[Content_Types].xml",
            format!(
                r#"<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/></Types>"#
            ),
        ),
        ("_rels/.rels", link("officeDocument", "xl/workbook.xml")),
        (
            "xl/workbook.xml",
            format!(
                r#"<workbook xmlns="{MAIN}" xmlns:r="{LINKS}"><sheets><sheet name="People" sheetId="1" r:id="rId1"/></sheets></workbook>"#
            ),
        ),
        ("xl/_rels/workbook.xml.rels", link("worksheet", "worksheets/sheet1.xml")),
        ("xl/worksheets/sheet1.xml", format!(r#"<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>"#)),
    ];
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, xml) in parts {
        archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(xml.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[test]
fn a_correction_of_nothing_or_of_no_column_changes_nothing() {
    let issuer = Issuer::issued(THREE);
    let number = issuer.numbers().remove(0);
    issuer.run(&["regenerate", &number, "--reason", "x"]).refuses("would change");
    issuer.run(&["regenerate", &number, "--set", "nmae=Ada", "--reason", "x"]).refuses("no column `nmae`");
    let shown = issuer.run(&["certificates", "show", &number, "--json"]).expect(0);
    assert!(!shown.stdout.contains("superseded"), "{}", shown.stdout);
}

#[test]
fn one_is_not_spoken_of_in_the_plural() {
    let issuer = Issuer::new();
    issuer.import("name,email\nJosé Núñez,jose@example.org\n").expect(0).prints("1 row: 1 valid");
    issuer.run(&["import", EVENT, "PEOPLE", "--dry-run"]).expect(0).prints("1 person would be imported");
    issuer.run(&["issue", EVENT]).expect(0);
    issuer.run(&["certificates", "render", "--all", "--out", "OUT"]).expect(0).prints("1 certificate is in ");
}

#[test]
fn a_corrected_certificate_is_drawn_again_by_the_next_run() {
    let issuer = Issuer::issued(THREE);
    let number = issuer.numbers().remove(0);
    let before = fs::read(issuer.file(&number, "pdf")).unwrap();
    issuer.run(&["regenerate", &number, "--set", "name=Josefa Núñez", "--reason", "name"]).expect(0);
    issuer.run(&["issue", EVENT, "--out", "OUT"]).expect(0);
    assert_ne!(before, fs::read(issuer.file(&number, "pdf")).unwrap(), "the old copy would be sent");
}

#[test]
fn a_title_that_does_not_fit_makes_no_event() {
    let issuer = Issuer::new();
    let title = "Very long title ".repeat(40);
    issuer.run(&["event", "create", "LONG", "--title", &title, "--template", "classic"]).refuses("cannot");
    issuer.run(&["event", "create", "LONG", "--title", "Short", "--template", "classic"]).expect(0);
}

#[test]
fn a_folder_of_other_files_is_no_site() {
    let issuer = Issuer::issued(THREE);
    issuer.run(&["publish", "--out", "OUT"]).refuses("no part of a site");
    assert!(!issuer.path("out").join("trust.jws").exists());
}

#[test]
fn a_restored_store_publishes_again_once_it_knows_what_the_site_knows() {
    let issuer = Issuer::issued(THREE);
    let number = issuer.numbers().remove(0);
    let dump = issuer.path("dump.jsonl");
    issuer.run(&["export", dump.to_str().unwrap()]).expect(0);
    issuer.run(&["revoke", &number, "--reason", "issued in error", "--now"]).expect(0);
    issuer.run(&["publish", "--out", "SITE"]).expect(0);
    fs::remove_dir_all(issuer.path("data/store")).unwrap();
    issuer.run(&["import-dump", dump.to_str().unwrap()]).expect(0);

    issuer.run(&["publish", "--out", "SITE"]).refuses("--after-restore");
    let ran = issuer.run(&["publish", "--out", "SITE", "--after-restore"]).expect(0).prints("site version 3");
    ran.warns(&format!("{number} was revoked or replaced after the dump")).warns("testamur revoke FILE");
    assert_eq!(issuer.verdict(&issuer.file(&number, "pdf"), "2026-03-01T10:00:00Z"), "revoked");
}
