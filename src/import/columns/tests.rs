//! Which headers are taken for what, and what is said of them.

use super::*;

fn find(header: &[&str], maps: &[&str]) -> Result<Vec<(Meaning, String)>, MappingError> {
    let table = Table { header: header.iter().map(|h| (*h).to_owned()).collect(), ..Table::default() };
    let mut mapping = Mapping::default();
    for map in maps {
        mapping.add(map)?;
    }
    let columns = Columns::find(&table, &mapping)?;
    Ok(columns.columns.into_iter().filter_map(|c| Some((c.meaning?, c.header))).collect())
}

fn means(header: &[&str]) -> Vec<Meaning> {
    find(header, &[]).unwrap().into_iter().map(|(meaning, _)| meaning).collect()
}

#[test]
fn the_list_of_headers_is_spelt_as_headers_are_compared() {
    for meaning in Meaning::ALL {
        assert!(headers(meaning).count() > 4, "{meaning:?}");
        headers(meaning).for_each(|header| assert_eq!(key(header), header));
    }
    assert_eq!(crate::import::headers::sections(), Meaning::ALL.len());
}

#[test]
fn headers_are_known_in_many_languages() {
    for header in [
        &["Full Name", "E-Mail"][..],
        &["participant", "email address"],
        &["नाम", "ईमेल"],
        &["姓名", "邮箱"],
        &["الاسم", "البريد الإلكتروني"],
        &["ФИО", "почта"],
        &["氏名", "メールアドレス"],
        &["이름", "이메일"],
        &["Nom et prénom", "Courriel"],
        &["NOMBRE COMPLETO", "Correo electrónico"],
        &["பெயர்", "மின்னஞ்சல்"],
    ] {
        assert_eq!(means(header), [Name, Email], "{header:?}");
    }
}

#[test]
fn split_names_are_put_together() {
    assert_eq!(means(&["First Name", "Last Name", "Email"]), [FirstName, LastName, Email]);
    assert_eq!(means(&["Name", "Vorname"]), [LastName, FirstName]);
    assert_eq!(means(&["Nom", "Prénom"]), [LastName, FirstName]);
    assert_eq!(means(&["Nombre", "Apellidos"]), [FirstName, LastName]);
}

#[test]
fn a_single_part_is_the_whole_name() {
    assert_eq!(means(&["Nombre", "Correo"]), [Name, Email]);
    assert_eq!(means(&["Nom"]), [Name]);
}

#[test]
fn a_mapped_column_wins_over_the_found_one() {
    let found = find(&["Name", "Printed as", "Email"], &["name=Printed as"]).unwrap();
    assert_eq!(found, [(Name, "Printed as".into()), (Email, "Email".into())]);
}

#[test]
fn a_missing_mapped_column_is_named_with_those_there_are() {
    let error = find(&["Name", "Town"], &["email=Mail"]).unwrap_err();
    assert_eq!(error.to_string(), "the file has no column `Mail`");
    assert_eq!(error.hint(), "its columns are `Name`, `Town`");
}

#[test]
fn without_a_name_column_the_columns_are_listed() {
    let error = find(&["Id", "Town"], &[]).unwrap_err();
    assert!(error.hint().contains("`Id`, `Town`"), "{}", error.hint());
}

fn with_rows(rows: &[&[&str]]) -> Columns {
    let cells = |row: &&[&str]| row.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
    let row = |(line, row)| crate::import::Row { line, cells: cells(row), ..Default::default() };
    let rows_of = (2..).zip(&rows[1..]).map(row).collect();
    let table = Table { header: cells(&rows[0]), rows: rows_of, ..Table::default() };
    Columns::find(&table, &Mapping::default()).unwrap()
}

#[test]
fn a_name_beside_a_part_is_the_other_part_unless_its_cells_hold_both() {
    for (header, meanings) in [
        (["Name", "Surname"], [FirstName, LastName]),
        (["name", "lastname"], [FirstName, LastName]),
        (["Name", "Family name"], [FirstName, LastName]),
        (["Student", "Surname"], [FirstName, LastName]),
        (["Name", "Nachname"], [FirstName, LastName]),
        (["Navn", "Etternavn"], [FirstName, LastName]),
        (["이름", "성"], [FirstName, LastName]),
        (["Name", "Vorname"], [LastName, FirstName]),
        (["Naam", "Voornaam"], [LastName, FirstName]),
    ] {
        let found = with_rows(&[&header, &["John", "Oak"], &["Mia", "Stone"]]);
        assert_eq!(
            found.columns.iter().filter_map(|column| column.meaning).collect::<Vec<_>>(),
            meanings,
            "{header:?}"
        );
        assert!(found.questions.is_empty(), "{header:?}");
    }
    let whole = with_rows(&[&["Name", "Surname"], &["John Oak", "Oak"], &["Mia Stone", "Stone"]]);
    assert_eq!((whole.columns[0].meaning, whole.questions.len()), (Some(Name), 0));
    let unsure = with_rows(&[&["Name", "Surname"], &["John Oak", "Elm"], &["Mia Stone", "Stone"]]);
    assert_eq!(unsure.questions[0].choices[1].answer, "map=first_name=Name");
    let explicit = with_rows(&[&["Full name", "Surname"], &["John", "Oak"]]);
    assert_eq!(explicit.columns[0].meaning, Some(Name));
}

#[test]
fn headers_of_forms_and_reports_are_known() {
    assert_eq!(means(&["Timestamp", "Email Address", "Score", "What's your full name? "]), [Email, Score, Name]);
    assert_eq!(means(&["Full name (as it should appear on your certificate)"]), [Name]);
    assert_eq!(means(&["Name (original name)", "Email", "Join time"]), [Name, Email]);
    assert_eq!(means(&["Name (Original Name)", "User Email"]), [Name, Email]);
    assert_eq!(means(&["Order #", "First Name", "Last Name", "Email", "Attendee #"]), [FirstName, LastName, Email]);
    assert_eq!(means(&["First Name", "Middle Name", "Last Name"]), [FirstName, MiddleName, LastName]);
    assert_eq!(means(&["Nombre", "Apellido paterno", "Apellido materno"]), [FirstName, LastName, SecondLastName]);
    assert_eq!(means(&["First name", "Surname", "ID number", "Email address"]), [FirstName, LastName, Email]);
    assert_eq!(means(&["Фамилия", "Имя", "Отчество"]), [LastName, FirstName, MiddleName]);
    assert!(find(&["What is the full name of your company?"], &[]).is_err());
}

#[test]
fn a_note_is_a_grade_in_german_lists_only() {
    let grade = |header: &[&str], cell: &str| {
        let mut row = vec!["x"; header.len()];
        row[header.len() - 1] = cell;
        with_rows(&[header, &row]).with(Score).is_some()
    };
    assert!(grade(&["Vorname", "Nachname", "Note"], "gut") && grade(&["Name", "Note"], "1,3"));
    assert!(!grade(&["Name", "Note"], "vegetarian") && !grade(&["Name", "E-mail", "Note"], ""));
    assert!(!grade(&["Vorname", "Nachname", "Note"], "needs wheelchair access"));
    assert!(!grade(&["Name", "Notes"], "87"));
}

#[test]
fn unknown_fields_are_refused_and_skipped_columns_stay_out() {
    assert!(matches!(find(&["Name"], &["nme=Name"]), Err(MappingError::Field(_))));
    assert!(matches!(find(&["Name"], &["name"]), Err(MappingError::Form(_))));
    assert_eq!(find(&["Name", "Email"], &["skip=Email"]).unwrap(), [(Name, "Name".into())]);
    assert_eq!(find(&["Name", "Email"], &["email="]).unwrap(), [(Name, "Name".into())]);
}

#[test]
fn placeholders_keep_letters_of_every_script() {
    assert_eq!(field_name("  Full Name (as printed) "), "full_name_as_printed");
    assert_eq!(field_name("पूरा नाम"), "पूरा_नाम");
    assert_eq!(field_name("***"), "column");
}

#[test]
fn two_columns_of_one_name_stay_apart() {
    let header = ["Name", "Name", ""].map(String::from);
    let fields: Vec<String> = plain_columns(&header).into_iter().map(|c| c.field).collect();
    assert_eq!(fields, ["name", "name_2", "column_3"]);
}
