//! Lists as programs and people really write them: each file of `tests/fixtures/cases` that is a list, by the folder that it
//! stands in. No wrong name is taken, nobody is lost, nobody is invented; what is unsure is asked.

use std::path::Path;

use testamur::credential::Timestamp;
use testamur::import::*;

/// A list as it is read with these answers.
#[derive(Debug)]
pub(crate) struct List {
    pub(crate) table: Table,
    pub(crate) columns: Columns,
    pub(crate) rows: Vec<RowOutcome>,
    pub(crate) questions: Vec<Question>,
}

/// What was answered.
#[derive(Default)]
pub(crate) struct Said {
    pub(crate) reading: Reading,
    pub(crate) mapping: Mapping,
    pub(crate) held: Held,
    pub(crate) comma_names: CommaNames,
}

fn now() -> Timestamp {
    "2026-05-01T00:00:00Z".parse().unwrap()
}

fn bytes(case: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/cases").join(case);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub(crate) fn list_of(bytes: &[u8], said: &Said) -> List {
    let table = read_table_as("list", bytes, &Limits::default(), &said.reading, &said.mapping).unwrap();
    let columns = Columns::find(&table, &said.mapping).unwrap();
    let checks = Checks { held: &said.held, comma_names: said.comma_names, ..Checks::at(now()) };
    let mut rows = check_rows(&table, &columns, &checks);
    settle_duplicates(&mut rows);
    let of_rows = asked_commas(&table, &columns, said.comma_names).into_iter().chain(asked_rows(&rows));
    let questions = table.questions.iter().chain(&columns.questions).cloned().chain(of_rows).collect();
    List { table, columns, rows, questions }
}

fn case(case: &str, said: &Said) -> List {
    list_of(&bytes(case), said)
}

impl List {
    /// Names of people who would be taken in.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.rows.iter().filter_map(|row| Some(&row.participant.as_ref()?.name[..])).collect()
    }

    /// What is asked about.
    pub(crate) fn asked(&self) -> Vec<&str> {
        self.questions.iter().map(|question| &question.about[..]).collect()
    }

    /// Rows that are asked about, with what is likely.
    pub(crate) fn held(&self) -> Vec<(u64, Option<&str>)> {
        let asked = |row: &&RowOutcome| row.severity() == Some(Severity::Asked);
        self.rows.iter().filter(asked).map(|row| (row.line, row.likely.as_deref())).collect()
    }

    pub(crate) fn choices(&self) -> Vec<&str> {
        self.questions.iter().flat_map(|question| &question.choices).map(|choice| &choice.answer[..]).collect()
    }

    fn says(&self, words: &str) -> bool {
        self.table.notes.iter().any(|note| note.contains(words))
    }

    fn field(&self, row: usize, field: &str) -> &str {
        let person = self.rows[row].person().unwrap();
        person.fields.get(field).map_or("", String::as_str)
    }
}

/// Reads a list, and demands that nothing is asked about it and these are the names.
#[track_caller]
fn clean(file: &str, names: &[&str]) -> List {
    let list = case(file, &Said::default());
    assert_eq!((list.names(), list.questions.len()), (names.to_vec(), 0), "{:#?}", list.questions);
    list
}

fn read_by(encoding: &str) -> Said {
    Said { reading: Reading { encoding: Some(encoding.into()), ..Reading::default() }, ..Said::default() }
}

#[test]
fn d05_and_r04_code_pages_are_asked_about_with_the_names_as_they_would_be_printed() {
    for (file, page, name) in [
        ("d05-legacy-encodings-are-signed-wrong/cp1250-few.csv", "windows-1250", "Jiří Dvořák"),
        ("d05-legacy-encodings-are-signed-wrong/d4-cp1254.csv", "windows-1254", "Işıl Gültekin"),
        ("r04-central-european-csv/08d-cp1250.csv", "windows-1250", "Łukasz Wałęsiak"),
        ("r04-central-european-csv/08f-cp1254-turkish.csv", "windows-1254", "Gülşen Işık"),
    ] {
        let list = case(file, &Said::default());
        assert!(list.asked().contains(&"encoding"), "{file}: {list:#?}");
        let offered = list.questions[0].choices.iter().find(|choice| choice.says.contains(name));
        assert_eq!(offered.map(|choice| choice.answer.as_str()), Some(&format!("encoding={page}")[..]), "{file}");
        let said = case(file, &read_by(page));
        assert!(said.questions.is_empty() && said.names().contains(&name), "{file}: {:?}", said.questions);
    }
    let double = "r04-central-european-csv/08h-utf8-double.csv";
    let list = case(double, &Said::default());
    assert!(list.choices().contains(&"encoding=utf-8-twice"), "{list:#?}");
    let said = case(double, &read_by("utf-8-twice"));
    assert_eq!((said.names(), said.questions.len()), (vec!["José Muñoz", "François"], 0));
}

#[test]
fn a_name_read_by_another_page_is_offered_as_it_was_written_or_not_at_all() {
    let list = list_of("Name\nÐarûnas Þemaitis\nÞydrûnas Ðimkutë\n".as_bytes(), &Said::default());
    assert_eq!(list.held(), [(2, Some("Šarūnas Žemaitis")), (3, Some("Žydrūnas Šimkutė"))], "{list:#?}");
    // Đorđe by one page and Šorše by another: it is warned of, and neither is offered.
    let unsure = list_of("Name\nÐorðe Horvat\n".as_bytes(), &Said::default());
    assert_eq!((unsure.held(), unsure.rows[0].findings[0].code), (Vec::new(), Code::StrangeLetters));
    // The file itself, in the page by which it was written: no other one gives words.
    let bytes = b"Name\n\xd0ar\xfbnas \xdeemaitis\n\xdeydr\xfbnas \xd0imkut\xeb\n";
    let list = list_of(bytes, &Said::default());
    assert_eq!(list.choices(), ["encoding=windows-1257"], "{list:#?}");
}

#[test]
fn d06_lines_of_gradebooks_that_are_no_people_are_asked_about() {
    let canvas = case("d06-gradebooks-issue-to-points-possible/d9-canvas.csv", &Said::default());
    assert_eq!((canvas.asked(), canvas.held()), (vec!["comma_names", "rows"], vec![(3, None), (6, None)]));
    let turned = Said { comma_names: CommaNames::Swap, ..Said::default() };
    let canvas = case("d06-gradebooks-issue-to-points-possible/d9-canvas.csv", &turned);
    assert_eq!(canvas.names(), ["Ada Lovelace", "Grace Hopper"]);
    assert_eq!(canvas.held(), [(3, None), (6, None)], "possible points, and the test student");
    let classroom = case("d06-gradebooks-issue-to-points-possible/d9-classroom.csv", &Said::default());
    assert_eq!(
        (classroom.held(), classroom.names()),
        (vec![(2, None), (3, None)], vec!["Ada Lovelace", "Grace Hopper"])
    );
    let totals = case("d06-gradebooks-issue-to-points-possible/d6-totals.xlsx", &Said::default());
    assert_eq!((totals.held(), totals.names()), (vec![(4, None)], vec!["Ada Lovelace", "Grace Hopper"]));
    for (list, nobody) in [
        (
            "Last name,First name,Email address,Quiz\nLovelace,Ada,a@x.example,9\nHopper,Grace,g@x.example,8\nOverall average,,,8.5\n",
            4,
        ),
        ("Name;E-Mail;Punkte\nAda;a@x.example;9\nGrace;g@x.example;8\nDurchschnitt;;8,5\n", 4),
        ("Name,Email\nAda,a@x.example\nGroup B,\nGrace,g@x.example\nAlan,t@x.example\n", 3),
        ("Nom,Courriel\nAda,a@x.example\nGrace,g@x.example\nAlan,t@x.example\nListe établie par le secrétariat,\n", 5),
        ("Name,Email\nAda,a@x.example\nTest Student,t@x.example\n", 3),
        ("Imię i nazwisko;Punkty\nAda;9\nGrace;8\nAlan;7\nSuma;24\n", 5),
        ("氏名,メール\n佐藤 花子,a@x.example\n合計,\n", 3),
    ] {
        let list = list_of(list.as_bytes(), &Said::default());
        assert_eq!(list.held(), [(nobody, None)], "{list:#?}");
    }
}

#[test]
fn d07_and_r05_what_is_hidden_is_left_out_and_said() {
    let filtered = clean("d07-filtered-out-people-get-certificates/d6-filter.xlsx", &["Ada Lovelace", "Grace Hopper"]);
    assert!(filtered.says("2 rows are hidden by a filter (3, 5)"), "{:?}", filtered.table.notes);
    let include = Said { reading: Reading { hidden: Hidden::Include, ..Reading::default() }, ..Said::default() };
    let all = case("d07-filtered-out-people-get-certificates/d6-filter.xlsx", &include);
    assert_eq!((all.rows.len(), all.says("were read as all others")), (4, true));
    let column = case("d07-filtered-out-people-get-certificates/d6-hidden-col.xlsx", &Said::default());
    assert_eq!((column.names(), column.questions.len()), (vec!["Ada Lovelace"], 0), "{column:#?}");
    assert!(column.says("`Full name`"), "{:?}", column.table.notes);
    let filtered = clean("r05-filtered-rows/04-filtered.xlsx", &["Eva Klein", "Yuki Arai"]);
    assert!(filtered.says("2 rows are hidden by a filter") && filtered.says("the hidden column `Email`"));
}

#[test]
fn d08_and_r01_last_days_are_taken_or_refused() {
    let dates = case("d08-expires-column-does-nothing/d3-openpyxl.xlsx", &Said::default());
    assert_eq!(dates.field(0, "expires"), "2027-05-01");
    let unsure = case("d08-expires-column-does-nothing/w-sheetjs.csv", &Said::default());
    assert!(unsure.names().is_empty() && unsure.rows[0].findings[0].code == Code::ExpiresInvalid);
    let dates = clean("r01-expires-column/21-language-expires.csv", &["Jana Kurz", "Léa Roy"]);
    assert_eq!((dates.field(0, "expires"), dates.field(1, "expires")), ("2027-03-31", "2027-03-31"));
    // A workbook's dates in every form: cells with a format, of type `d`, and texts. A number without a format is no date.
    let dates = case("r01-expires-column/03-dates.xlsx", &Said::default());
    assert_eq!(dates.names(), ["Dina Haddad", "Piotr Zielak", "Mei Tan", "Aino Virta", "Rui Prates"]);
    let days: Vec<&str> = (0..5).map(|row| dates.field(row, "expires")).collect();
    assert_eq!(days, ["2027-05-01", "2027-12-31", "2027-12-31", "2027-05-01", "2027-12-31"]);
    let last = &dates.rows[5];
    assert_eq!((last.line, last.findings[0].code), (7, Code::ExpiresInvalid), "{last:?}");
}

#[test]
fn d09_and_r02_numbers_are_what_their_cells_show() {
    let list = clean("d09-numbers-not-as-shown/d3-formats.xlsx", &["Ada Lovelace", "Grace Hopper"]);
    let shown = |row, fields: &[&str]| fields.iter().map(|field| list.field(row, field).to_owned()).collect::<Vec<_>>();
    assert_eq!(
        shown(0, &["member_no", "score", "fee", "grade", "expires"]),
        ["00042", "85%", "1,234.50 €", "Level 2", "2027-05-01"]
    );
    let cells = |row: usize| list.table.rows[row].cells.iter().skip(4).map(|cell| &cell[..]).collect::<Vec<_>>();
    assert_eq!(
        cells(0),
        [
            "37:30",
            "2027-05-01",
            "2026-11-20 14:30",
            "1,234.50 €",
            "Friday, November 20, 2026",
            "Sep-26",
            "+441234567890",
            "Level 2",
            "1.23457E+19",
            "0.333333333",
            "9:05 AM"
        ]
    );
    assert_eq!(shown(1, &["member_no", "score"]), ["00007", "100%"]);
    assert_eq!((list.table.rows[0].number(3), list.table.rows[0].number(8)), ("85", "2026-11-20"));
    // 1.23457E+19 has more digits than spreadsheets keep, and `mmm-yy` says no language.
    assert_eq!(list.rows[0].findings.iter().map(|one| one.code).collect::<Vec<_>>(), [Code::NumberFormat]);
    assert!(list.says("were written in English, as `Sep-26`"), "{:?}", list.table.notes);
    let percent = case("d09-numbers-not-as-shown/d3-percent.xlsx", &Said::default());
    let cells: Vec<_> = percent.table.rows.iter().map(|row| (&row.cells[1][..], &row.cells[2][..])).collect();
    assert_eq!(cells, [("85.0%", "85%"), ("100.0%", "100%"), ("92.5%", "93%")]);
    let list = clean("r02-excel-percent/02-number-formats.xlsx", &["Lena Brandt", "Ola Nowak", "Tomas Vidal"]);
    let results: Vec<&str> = (0..3).map(|row| list.field(row, "result")).collect();
    assert_eq!(results, ["85%", "100%", "17.5 pts"]);
    assert_eq!(
        (list.field(0, "student_id"), list.field(0, "credits"), list.table.rows[2].number(2)),
        ("00417", "4.0", "17.5")
    );
}

/// A workbook of one sheet, with these formats of cells, and rows of cells `(style, value)`. The format `crossed out` is a font.
pub(crate) fn workbook(from_1904: bool, formats: &[&str], rows: &[&[(usize, &str)]]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let mut put = |name: &str, text: String| {
        archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut archive, text.as_bytes()).unwrap();
    };
    const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    const RELS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
    const DOCUMENT: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let relation = |kind: &str, target: &str, id: &str| {
        format!(r#"<Relationship Id="{id}" Type="{DOCUMENT}/{kind}" Target="{target}"/>"#)
    };
    put(
        "_rels/.rels",
        format!(
            r#"<Relationships xmlns="{RELS}">{}</Relationships>"#,
            relation("officeDocument", "xl/workbook.xml", "r1")
        ),
    );
    let parts = relation("worksheet", "worksheets/sheet1.xml", "r1") + &relation("styles", "styles.xml", "r2");
    put("xl/_rels/workbook.xml.rels", format!(r#"<Relationships xmlns="{RELS}">{parts}</Relationships>"#));
    put(
        "xl/workbook.xml",
        format!(
            r#"<workbook xmlns="{MAIN}" xmlns:r="{DOCUMENT}"><workbookPr date1904="{from_1904}"/><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>"#
        ),
    );
    let escaped =
        |text: &str| text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;");
    let of =
        |(at, code): (usize, &&str)| format!(r#"<numFmt numFmtId="{}" formatCode="{}"/>"#, 164 + at, escaped(code));
    let all: String = formats.iter().enumerate().map(of).collect();
    let style = |(at, code): (usize, &&str)| match *code {
        "crossed out" => r#"<xf numFmtId="0" fontId="1" applyFont="1"/>"#.to_owned(),
        _ => format!(r#"<xf numFmtId="{}" applyNumberFormat="1"/>"#, 164 + at),
    };
    let styles: String = formats.iter().enumerate().map(style).collect();
    put(
        "xl/styles.xml",
        format!(
            r#"<styleSheet xmlns="{MAIN}"><numFmts>{all}</numFmts><fonts><font/><font><strike/></font></fonts><cellXfs><xf numFmtId="0"/>{styles}</cellXfs></styleSheet>"#
        ),
    );
    let cell = |(style, value): &(usize, &str)| match value.parse::<f64>() {
        Ok(_) => format!(r#"<c s="{style}"><v>{value}</v></c>"#),
        Err(_) => format!(r#"<c s="{style}" t="inlineStr"><is><t>{}</t></is></c>"#, escaped(value)),
    };
    let rows: String =
        rows.iter().map(|row| format!("<row>{}</row>", row.iter().map(cell).collect::<String>())).collect();
    put("xl/worksheets/sheet1.xml", format!(r#"<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>"#));
    archive.finish().unwrap().into_inner()
}

#[test]
fn d09_what_a_workbook_cannot_say_is_told_and_days_are_counted_from_1904_where_it_says_so() {
    let formats = ["yyyy-mm-dd", "[$-411]ggge", ";;;", "mmmm yyyy", "\"Dr. \"@", "[$-409]dddd, d mmmm yyyy", "h:mm"];
    let header =
        [(0, "Name"), (0, "Day"), (0, "Era"), (0, "Secret"), (0, "Month"), (0, "Expires"), (0, "Start"), (0, "Phone")];
    let row = [
        (5, "Ada Lovelace"),
        (1, "45046"),
        (2, "7"),
        (3, "8"),
        (4, "45046"),
        (6, "45046"),
        (7, "0.40625"),
        (0, "441234567890"),
    ];
    let list = list_of(&workbook(true, &formats, &[&header, &row]), &Said::default());
    assert_eq!(list.names(), ["Dr. Ada Lovelace"], "{list:#?}");
    let cells: Vec<&str> = list.table.rows[0].cells.iter().skip(1).map(|cell| &cell[..]).collect();
    let shown = ["2027-05-01", "7", "", "May 2027", "Saturday, 1 May 2027", "9:45", "441234567890"];
    assert_eq!(cells, shown);
    assert_eq!(list.field(0, "expires"), "2027-05-01");
    let told: Vec<_> = list.rows[0].findings.iter().map(|one| (one.code, &one.field[..], one.severity)).collect();
    let warning = |field| (Code::NumberFormat, field, Severity::Warning);
    assert_eq!(told, [warning("Era"), warning("Secret")]);
    assert!(
        list.says("column `Month`: months and days were written in English, as `May 2027`"),
        "{:?}",
        list.table.notes
    );
    assert!(list.says("column `Phone`: long numbers were taken in full"), "{:?}", list.table.notes);
    // A month is no last day, and a text that is hidden is no name.
    let header = [(0, "Name"), (0, "Expires")];
    let rows = [[(0, "Ada Lovelace"), (4, "46508")], [(3, "Grace Hopper"), (1, "46508")]];
    let list = list_of(&workbook(false, &formats, &[&header, &rows[0], &rows[1]]), &Said::default());
    let codes: Vec<Vec<Code>> = list.rows.iter().map(|row| row.findings.iter().map(|one| one.code).collect()).collect();
    assert_eq!(codes, [vec![Code::ExpiresInvalid], vec![Code::NumberFormat, Code::NameMissing]], "{list:#?}");
}

#[test]
fn d10_and_r16_notes_and_points_are_not_signed() {
    let list = case("d10-note-column-becomes-the-result/d8-rich.xlsx", &Said::default());
    assert_eq!(list.columns.with(Meaning::Result), None);
    let list = clean("r16-points-are-not-credits/24-points.csv", &["Bo Lim"]);
    assert_eq!(list.columns.with(Meaning::Credits), None);
}

#[test]
fn d11_and_r14_what_is_no_name_is_asked_about_with_the_likely_one() {
    let outlook = case("d11-names-with-addresses-and-json/d9-outlook.csv", &Said::default());
    assert_eq!(outlook.held(), [(2, Some("Ada Lovelace")), (3, Some("Grace Hopper"))]);
    let json = case("d11-names-with-addresses-and-json/w-exceljs.csv", &Said::default());
    assert_eq!(json.held(), [(2, Some("Ada Lovelace"))]);
    let zoom = case("d11-names-with-addresses-and-json/d9-zoom.csv", &Said::default());
    assert_eq!(zoom.held(), [(3, Some("Brian Smith")), (6, Some("Ada Lovelace"))]);
    let teams = case("d11-names-with-addresses-and-json/d9-teams-cut.csv", &Said::default());
    assert_eq!(teams.held(), [(3, Some("Grace Hopper")), (4, Some("Zoë Hopper"))], "{teams:#?}");
    assert!(teams.says("`3. In-Meeting Activities`, is another section"));
    let all = Held { likely: "all".parse().unwrap(), ..Held::default() };
    let teams = case("d11-names-with-addresses-and-json/d9-teams-cut.csv", &Said { held: all, ..Said::default() });
    assert_eq!((teams.names(), teams.questions.len()), (vec!["Ada Lovelace", "Grace Hopper", "Zoë Hopper"], 0));

    // A digit, brackets and a family name in front are asked about or warned of, wherever they stand.
    for (name, code, severity) in [
        ("Ana Lim2", Code::UnlikelyName, Severity::Warning),
        ("4na Lim", Code::UnlikelyName, Severity::Warning),
        ("Ana Lim ٣", Code::UnlikelyName, Severity::Warning),
        ("Grace Hopper (Gracie)", Code::UnlikelyName, Severity::Warning),
        ("Lovelace, Ada", Code::UnlikelyName, Severity::Asked),
        ("Ana Lim 0301234567", Code::UnlikelyName, Severity::Asked),
        ("ana@example.org", Code::UnlikelyName, Severity::Asked),
        ("{\"text\":1", Code::UnlikelyName, Severity::Asked),
        ("1234", Code::NoLetter, Severity::Error),
    ] {
        let quoted = name.replace('"', "\"\"");
        let text = format!("Name,Email\nBo Holm,b@x.example\n\"{quoted}\",a@x.example\nEva Klein,e@x.example\n");
        let list = list_of(text.as_bytes(), &Said::default());
        let found: Vec<_> = list.rows[1].findings.iter().map(|found| (found.code, found.severity)).collect();
        assert_eq!(found, [(code, severity)], "{name}: {list:#?}");
        assert_eq!((list.rows[1].line, list.rows[1].severity()), (3, Some(severity)), "{name}");
    }
    let again = list_of(b"Name,Email\nBo Holm,b@x.example\nName,Email\nEva Klein,e@x.example\n", &Said::default());
    assert_eq!(
        (again.names(), again.rows.len() - again.names().len()),
        (vec!["Bo Holm", "Eva Klein"], again.held().len())
    );
    for name in ["Ana Lim Ⅲ", "武 〇", "Ana Lim II"] {
        let list = list_of(format!("Name\n{name}\n").as_bytes(), &Said::default());
        let told = list.rows[0].findings.iter().any(|found| found.reason.contains("digits"));
        assert!(!told, "{name}: {list:#?}");
    }

    let dirty = case("r14-dirty-names/22-dirty-names.csv", &Said::default());
    assert_eq!(dirty.names(), ["ana lim", "Dr. Ng, PhD"], "{:#?}", dirty.held());
}

#[test]
fn d11_what_the_columns_are_called_is_nobody_and_who_is_called_so_is_asked_about() {
    // Nothing else stands in these rows: they are left out, and it is said.
    for list in [
        "Name,Email\nAda,a@x.example\nFull name,E-mail address\nGrace,g@x.example\n",
        "Vorname;Nachname;E-Mail\nAda;Lovelace;a@x.example\nFIRST NAME;LAST NAME;EMAIL\nGrace;Hopper;g@x.example\n",
        "Name;Town\nAda;Cork\nNAME;town\nGrace;Bonn\n",
        "Full Name,Score\nAda,9\nNom complet,Résultat\nGrace,8\n",
        "First name,Last name\nAda,Lovelace\nFirst Name,Last Name\nGrace,Hopper\n",
    ] {
        let list = list_of(list.as_bytes(), &Said::default());
        assert_eq!((list.names().len(), list.rows.len(), list.questions.len()), (2, 2, 0), "{list:#?}");
        assert!(list.says("row 3: the names of the columns again, left out"), "{:?}", list.table.notes);
    }
    // One word may be somebody.
    for (list, line) in [
        ("Full Name\nAda\nNAME\nGrace\n", 3),
        ("Name\nAda\nName\nGrace\n", 3),
        ("Name\nAda\nGrace\nNom complet\n", 4),
        ("Teilnehmer\nAda\nteilnehmer\nGrace\n", 3),
        ("氏名\n佐藤 花子\n名前\n鈴木 一郎\n", 3),
        ("ФИО\nАда\nПолное имя\nГрейс\n", 3),
        ("Name,Town\nAda,Cork\nName,Bonn\nGrace,Bonn\n", 3),
        ("What's your full name?\nAda\nFull name as it shall appear on your certificate\nGrace\n", 3),
    ] {
        let list = list_of(list.as_bytes(), &Said::default());
        assert_eq!((list.held(), list.names().len()), (vec![(line, None)], 2), "{list:#?}");
        let held = Held { confirmed: line.to_string().parse().unwrap(), ..Held::default() };
        let again = list_of(
            list.table
                .clone()
                .rows
                .iter()
                .fold(list.table.header.join(",") + "\n", |text, row| text + &row.cells.join(",") + "\n")
                .as_bytes(),
            &Said { held, ..Said::default() },
        );
        assert_eq!((again.names().len(), again.questions.len()), (3, 0), "{again:#?}");
    }
    let mailed = list_of(b"Name,Email\nAda,a@x.example\nName,n@x.example\n", &Said::default());
    assert_eq!((mailed.names(), mailed.questions.len()), (vec!["Ada", "Name"], 0));
}

#[test]
fn d12_d13_and_r20_reports_and_forms_are_read() {
    let list = clean("d12-eventbrite-attendee-number-is-the-name/d9-eventbrite.csv", &["Ada Lovelace"]);
    assert_eq!(list.rows[1].findings[0].code, Code::AbsentOrFailed, "not attending");
    assert_eq!(list.columns.with(Meaning::Name), None);
    clean("d13-attendance-reports-not-found/titled-semicolons.csv", &["Ada Lovelace"]);
    clean("d13-attendance-reports-not-found/d9-google-forms.csv", &["Ada Lovelace", "grace hopper"]);
    let second = clean("d13-attendance-reports-not-found/d6-second-active.xlsx", &["Ada Lovelace"]);
    assert!(second.says("read the sheet `Participants`") && second.says("`Read me`"), "{:?}", second.table.notes);
    let teams = case("d13-attendance-reports-not-found/d9-teams.csv", &Said::default());
    assert_eq!((teams.names(), teams.rows.len(), teams.held().len()), (vec!["Ada Lovelace"], 3, 2));
    assert!(teams.says("row 10 names the columns") && teams.says("is another section"), "{:?}", teams.table.notes);
    let zoom = case("d13-attendance-reports-not-found/d9-zoom-header.csv", &Said::default());
    assert!(zoom.says("row 4 names the columns") && zoom.names().contains(&"Grace Hopper (Gracie)"), "{zoom:#?}");
    // What is told of a meeting has columns of its own, of which some are called as those of the list.
    let meeting = "Thema,Benutzer-E-Mail,Dauer (Minuten),Teilnehmer\nKurs,h@x.example,60,2\n\nName (Originalname),Benutzer-E-Mail,\
                   Dauer (Minuten),Gast\nJana Kurz,j@x.example,60,Nein\nOle Brandt,o@x.example,60,Nein\n";
    let list = list_of(meeting.as_bytes(), &Said::default());
    assert_eq!((list.names(), list.questions.len()), (vec!["Jana Kurz", "Ole Brandt"], 0), "{list:#?}");
    clean("r20-title-row-semicolons/23-title-semicolon.csv", &["Jana Kurz"]);
    clean("r20-title-row-semicolons/16-gforms.csv", &["Ana Cruz"]);
    let teams = case("r20-title-row-semicolons/15-teams.csv", &Said::default());
    assert_eq!((teams.names(), teams.held()), (vec!["Dana Cole"], vec![(12, Some("Eli Frost"))]));
    let told = Said { reading: Reading { header_row: Some(2), ..Reading::default() }, ..Said::default() };
    assert_eq!(case("r20-title-row-semicolons/23-title-semicolon.csv", &told).names(), ["Jana Kurz"]);
}

#[test]
fn r00_parts_of_names_are_put_together() {
    clean("r00-name-and-surname/people.csv", &["John Oak", "Mia Stone"]);
    clean("r00-name-and-surname/japanese.csv", &["佐藤 花子"]);
    clean("r00-name-and-surname/middle-name.csv", &["Ann Bea Cole"]);
    for (list, name) in [
        ("Vezetéknév,Keresztnév\nKovács,Anna\n", "Kovács Anna"),
        ("姓,名,邮箱\n王,小明,w@x.example\n", "王小明"),
        ("성,이름\n김,민준\n", "김민준"),
        ("Họ,Tên đệm,Tên\nNguyễn,Thị Minh,Khai\n", "Nguyễn Thị Minh Khai"),
        ("Name,Nachname\nZoë,Müller\n", "Zoë Müller"),
        ("Фамилия,Имя,Отчество\nПетров,Иван,Ильич\n", "Иван Ильич Петров"),
        ("Nombre,Apellido paterno,Apellido materno\nAna,García,López\n", "Ana García López"),
        ("Voornaam,Tussenvoegsel,Achternaam\nJan,van der,Berg\n", "Jan van der Berg"),
        ("Full name,Surname\nJohn Oak,Oak\n", "John Oak"),
    ] {
        let list = list_of(list.as_bytes(), &Said::default());
        assert_eq!((list.names(), list.questions.len()), (vec![name], 0), "{list:#?}");
    }
    let unsure = list_of(b"Name,Surname\nJohn Oak,Elm\nMia,Stone\n", &Said::default());
    assert_eq!(unsure.choices(), ["map=name=Name", "map=first_name=Name"]);
}

#[test]
fn r13_totals_and_notes_below_a_list_are_asked_about() {
    let list = case("r13-totals-row/05-totals.xlsx", &Said::default());
    assert_eq!((list.names(), list.held()), (vec!["Eva Klein", "Yuki Arai"], vec![(4, None), (6, None)]));
}

#[test]
fn r25_the_sheet_with_people_is_found_and_of_several_the_open_one_is_offered_first() {
    let cover = clean("r25-sheets/25-cover-sheet.xlsx", &["Ana Lim", "Bo Holm"]);
    assert!(cover.says("`Read me`"));
    let two = case("r25-sheets/25b-second-sheet-active.xlsx", &Said::default());
    assert_eq!((two.asked(), two.choices()), (vec!["sheet"], vec!["sheet=2026", "sheet=Archive 2025"]));
    let sheet =
        |name: &str| Said { reading: Reading { sheet: Some(name.into()), ..Reading::default() }, ..Said::default() };
    let said = case("r25-sheets/25b-second-sheet-active.xlsx", &sheet("2026"));
    assert_eq!((said.names(), said.questions.len()), (vec!["New Person"], 0));
    assert_eq!(case("r25-sheets/25b-second-sheet-active.xlsx", &sheet("archive 2025")).names(), ["Old Person"]);
    let none = read_table_as(
        "list",
        &bytes("r25-sheets/25-cover-sheet.xlsx"),
        &Limits::default(),
        &sheet("x").reading,
        &Mapping::default(),
    );
    assert!(none.unwrap_err().hint().contains("`People`"));
}

#[test]
fn r25_hidden_sheets_are_named_and_taken_in_where_that_is_said() {
    let reading = |sheet: Option<&str>, hidden: Hidden| Said {
        reading: Reading { sheet: sheet.map(str::to_owned), hidden, ..Reading::default() },
        ..Said::default()
    };
    let list = clean("r25-sheets/25c-hidden-sheets.xlsx", &["New Person"]);
    assert!(list.says("the hidden sheets `Archive 2025`, `Rooms` were left out; `hidden=include`"), "{list:#?}");
    let all = case("r25-sheets/25c-hidden-sheets.xlsx", &reading(None, Hidden::Include));
    assert_eq!(all.choices(), ["sheet=2026", "sheet=Archive 2025"]);
    assert_eq!(all.questions[0].choices[1].says, "the sheet `Archive 2025`, which is hidden");
    assert!(all.says("of the others, `Archive 2025`, `Rooms`, nothing was read") && !all.says("left out"), "{all:#?}");
    let said = case("r25-sheets/25c-hidden-sheets.xlsx", &reading(Some("Archive 2025"), Hidden::Include));
    assert_eq!((said.names(), said.questions.len()), (vec!["Old Person"], 0));
    // One that is named is read, and the others are left out and named as before.
    let named = case("r25-sheets/25c-hidden-sheets.xlsx", &reading(Some("archive 2025"), Hidden::LeaveOut));
    assert_eq!(named.names(), ["Old Person"]);
    assert!(named.says("the hidden sheet `Rooms` was left out"), "{named:#?}");
    let workbook = bytes("r25-sheets/25d-only-a-hidden-sheet.xlsx");
    let none = read_table_as("a.xlsx", &workbook, &Limits::default(), &Reading::default(), &Mapping::default());
    assert!(none.unwrap_err().to_string().contains("hidden sheets, which are left out: `People`"));
    let include = reading(None, Hidden::Include);
    assert_eq!(case("r25-sheets/25d-only-a-hidden-sheet.xlsx", &include).names(), ["Old Person"]);
}

#[test]
fn two_thousand_surnames_of_many_countries_raise_under_five_questions() {
    let text = include_str!("../fixtures/surnames.txt");
    let names: std::collections::BTreeSet<&str> =
        text.lines().filter(|line| !line.starts_with('#')).flat_map(|line| line.split_whitespace().skip(1)).collect();
    assert!(names.len() >= 2_000, "{}", names.len());
    for header in ["Name", "Name,Email", "First name,Last name,Email"] {
        let row = |(at, name): (usize, &&str)| match header {
            "Name" => name.to_string(),
            "Name,Email" => format!("{name},p{at}@example.org"),
            _ => format!("Kim,{name},p{at}@example.org"),
        };
        let rows: Vec<String> = names.iter().enumerate().map(row).collect();
        let list = list_of(format!("{header}\n{}\n", rows.join("\n")).as_bytes(), &Said::default());
        let asked: Vec<String> = list
            .rows
            .iter()
            .filter(|row| row.severity() == Some(Severity::Asked))
            .map(|row| row.person().unwrap().name.clone())
            .collect();
        assert!(asked.len() < 5, "{header}: {asked:?}");
        let errors: Vec<&RowOutcome> = list.rows.iter().filter(|row| row.severity() == Some(Severity::Error)).collect();
        assert!(errors.is_empty(), "{header}: {errors:#?}");
        let strange: Vec<&str> = list
            .rows
            .iter()
            .filter(|row| row.findings.iter().any(|one| one.code == Code::StrangeLetters))
            .map(|row| &row.person().unwrap().name[..])
            .collect();
        assert!(strange.len() < 5, "{strange:?}");
        // Nobody is lost: each has a certificate to come, or is asked about.
        let lost = |row: &&RowOutcome| row.participant.is_none() && row.severity() != Some(Severity::Asked);
        let lost: Vec<&RowOutcome> = list.rows.iter().filter(lost).collect();
        assert!(lost.is_empty(), "{header}: {lost:#?}");
        assert_eq!(
            (list.rows.len(), summarise(&list.rows).people + asked.len()),
            (names.len(), names.len()),
            "{header}"
        );
    }
}

#[test]
fn a_workbook_and_the_same_list_as_text_give_the_same_people() {
    let workbook = clean("r25-sheets/25-cover-sheet.xlsx", &["Ana Lim", "Bo Holm"]);
    let text = list_of(b"Name;Email\r\nAna Lim;ana@example.org\r\nBo Holm;bo@example.org\r\n", &Said::default());
    let people = |list: &List| list.rows.iter().filter_map(|row| row.participant.clone()).collect::<Vec<_>>();
    assert_eq!((people(&workbook), people(&text).len()), (people(&text), 2));
    // Numbers and days too, which a workbook keeps apart from how it shows them: rules and certificates read the same.
    let formats = ["0%", "00000", "0.0", "yyyy-mm-dd"];
    let header = [(0, "Name"), (0, "Score"), (0, "Student ID"), (0, "Credits"), (0, "Expires")];
    let rows = [
        [(0, "Lena Brandt"), (1, "0.85"), (2, "417"), (3, "4"), (4, "46508")],
        [(0, "Ola Nowak"), (1, "1"), (2, "7"), (3, "2.5"), (4, "46508")],
    ];
    let workbook = list_of(&self::workbook(false, &formats, &[&header, &rows[0], &rows[1]]), &Said::default());
    let text = "Name,Score,Student ID,Credits,Expires\nLena Brandt,85%,00417,4.0,2027-05-01\nOla Nowak,100%,00007,2.5,2027-05-01\n";
    let text = list_of(text.as_bytes(), &Said::default());
    assert_eq!((workbook.names(), workbook.field(0, "expires")), (vec!["Lena Brandt", "Ola Nowak"], "2027-05-01"));
    assert_eq!(people(&workbook), people(&text));
    let numbers = |list: &List| list.table.rows.iter().map(|row| row.number(1).to_owned()).collect::<Vec<_>>();
    let scores =
        |list: &List| numbers(list).iter().map(|number| number.trim_end_matches('%').to_owned()).collect::<Vec<_>>();
    assert_eq!((scores(&workbook), scores(&text)), (vec!["85".into(), "100".into()], vec!["85".into(), "100".into()]));
}

#[test]
fn of_a_dozen_further_lists_nobody_is_lost_and_no_wrong_name_is_taken() {
    for (list, taken, asked) in [
        ("Name;E-Mail\nZoë Müller;z@x.example\nSumme;\nMia Null;m@x.example\n", 2, 1),
        ("Name,Email\nTest User,t@x.example\nAnna Test,a@x.example\n", 1, 1),
        ("Teilnehmer\nName;E-Mail\nJana Kurz;j@x.example\n", 1, 0),
        ("Student;Points\nPoints Possible;100\nBo Lim;90\n", 1, 1),
        (
            "First name,Last name,Email address\nAda,Lovelace,a@x.example\nCher,,c@x.example\nGrace,Hopper,g@x.example\n",
            3,
            0,
        ),
        ("Name,Email\nAda,a@x.example\nName,Email\nGrace,g@x.example\n", 2, 0),
        ("Name,Email\n«Name»,a@x.example\n${name},b@x.example\nundefined,c@x.example\n", 0, 3),
        ("Name\nJosÃ© MuÃ±oz\nAda\n", 1, 1),
        ("Name\nＴａｒｏ Ｙａｍａｄａ\n山田 太郎\n", 1, 1),
        ("Name,Email\niPad (2),\nGalaxy S21,\nAda Lovelace,a@x.example\n", 1, 2),
        (
            "Nome,Cognome,Email\nMaria,Rossi,m@x.example\nTotale,,\nLuca,Bianchi,l@x.example\nAnna,Verdi,a@x.example\n",
            3,
            1,
        ),
        ("Jméno,Příjmení\nJiří,Dvořák\n", 1, 0),
        // As Moodle, Eventbrite and people write them.
        ("Full Name\nAda Lovelace\nTotal: 3\nSumme: 3 Teilnehmer\nTest 2\nMia Null\n", 2, 3),
        ("Adı;Soyadı;E-posta adresi\nIşıl;Gültekin;i@x.example\nGenel ortalama;;\n", 1, 1),
        ("Prénom,Nom,Adresse de courriel\nZoé,Lefèvre,z@x.example\nMoyenne générale,,\n", 1, 1),
        ("First Name,Surname,Email\nAda,Lovelace,a@x.example\nInfo Requested,Info Requested,Info Requested\n", 1, 1),
        ("Ime i prezime;E-pošta\nĐorđe Horvat;d@x.example\nUkupno;\nŽeljka Čović;z@x.example\n", 2, 1),
        ("Name\nDr. Renée Faure (Organisatrice)\n", 0, 1),
        (
            "Name,Email\niPad von Emil,e@x.example\nAda's iPhone,a@x.example\nZoé’s MacBook Pro,z@x.example\nMichael Dell,d@x.example\n",
            1,
            3,
        ),
    ] {
        let list = list_of(list.as_bytes(), &Said::default());
        assert_eq!(
            (list.names().len(), list.held().len()),
            (taken, asked),
            "{:?}\n{:#?}",
            list.names(),
            list.questions
        );
    }
}
