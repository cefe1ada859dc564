//! Which column holds what: found by its header in many languages, corrected by `--map`.

use std::collections::{HashMap, HashSet};
use std::str::FromStr;

use unicode_normalization::UnicodeNormalization;

use super::headers::{asks_for_name, head, headers, is_german};
use super::parts::{self, Order, Verdict};
use super::question::{Choice, Question};
use super::report::REPORT_COLUMNS;
use super::{Limits, Table};

/// What a column says about a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Meaning {
    /// The whole name as printed.
    Name,
    /// Given name, printed before the family name.
    FirstName,
    /// Further given names, printed after the first.
    MiddleName,
    /// Family name.
    LastName,
    /// A second family name, printed after the first.
    SecondLastName,
    /// E-mail address.
    Email,
    /// Language or locale of the certificate.
    Language,
    /// Credits earned.
    Credits,
    /// Result, score or grade.
    Result,
    /// Role in the event.
    Role,
    /// When the certificate expires.
    Expires,
    /// Academic term.
    Term,
}

use Meaning::{
    Credits, Email, Expires, FirstName, Language, LastName, MiddleName, Name, Result as Score, Role, SecondLastName,
    Term,
};

impl Meaning {
    /// Every meaning, in the order that messages list them.
    pub const ALL: [Self; 12] =
        [Name, FirstName, MiddleName, LastName, SecondLastName, Email, Language, Credits, Score, Role, Expires, Term];
    /// What names are put together from.
    pub const PARTS: [Self; 4] = [FirstName, MiddleName, LastName, SecondLastName];

    /// Returns what a column of this header is taken for; the likelier where it may be two.
    pub fn of(header: &str) -> Option<Self> {
        let wanted = key(header);
        Self::ALL.into_iter().find(|meaning| headers(*meaning).any(|header| header == wanted))
    }

    /// Returns the field's name in `--map`, in placeholders and in a participant's fields.
    pub fn field(self) -> &'static str {
        match self {
            Name => "name",
            FirstName => "first_name",
            MiddleName => "middle_name",
            LastName => "last_name",
            SecondLastName => "second_last_name",
            Email => "email",
            Language => "language",
            Credits => "credits",
            Score => "result",
            Role => "role",
            Expires => "expires",
            Term => "term",
        }
    }
}

/// A user's corrections: `name=Full name`, `email=` (no such column), `skip=Notes`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mapping {
    entries: Vec<(Target, String)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Target {
    Meaning(Meaning),
    Skip,
}

/// Why the columns do not say who the people are.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MappingError {
    /// Not `FIELD=COLUMN`.
    #[error("`{0}` is not FIELD=COLUMN, such as `name=Full name`")]
    Form(String),
    /// A field that is not known.
    #[error("`{0}` is not a field that can be mapped")]
    Field(String),
    /// A column that the file does not have.
    #[error("the file has no column `{column}`")]
    Column {
        /// What was asked for.
        column: String,
        /// What there is.
        columns: Vec<String>,
    },
    /// No column holds the names.
    #[error("no column holds the names of people")]
    NoName {
        /// What there is.
        columns: Vec<String>,
    },
}

impl MappingError {
    /// Returns what to do next.
    pub fn hint(&self) -> String {
        let list = |columns: &[String]| columns.iter().map(|c| format!("`{c}`")).collect::<Vec<_>>().join(", ");
        match self {
            Self::Form(_) => "write the file's column after `=`, in quotes if it has spaces".into(),
            Self::Field(_) => {
                format!("map one of {}, or skip", Meaning::ALL.map(Meaning::field).join(", "))
            }
            Self::Column { columns, .. } => format!("its columns are {}", list(columns)),
            Self::NoName { columns } => format!(
                "say which one does, as `map=name=COLUMN`, or which row names the columns, as `header_row=ROW`; the \
                 columns are {}",
                list(columns)
            ),
        }
    }
}

impl MappingError {
    /// Returns what can be answered: where no column is known to hold the names, any of them may.
    pub fn questions(&self) -> Vec<Question> {
        let Self::NoName { columns } = self else { return Vec::new() };
        let choice = |column: &String| Choice::new(format!("map=name={column}"), format!("the column `{column}`"));
        vec![Question {
            about: "map".into(),
            text: "which column holds the names of people?".into(),
            rows: Vec::new(),
            more_rows: 0,
            choices: columns.iter().filter(|column| !column.is_empty()).map(choice).collect(),
        }]
    }
}

impl FromStr for Mapping {
    type Err = MappingError;

    fn from_str(text: &str) -> Result<Self, MappingError> {
        let mut mapping = Self::default();
        mapping.add(text)?;
        Ok(mapping)
    }
}

impl Mapping {
    /// Adds one `FIELD=COLUMN`; an empty column says that the file has none for that field.
    ///
    /// # Errors
    /// When it has another form or the field is not known.
    pub fn add(&mut self, text: &str) -> Result<(), MappingError> {
        let (field, column) = text.split_once('=').ok_or_else(|| MappingError::Form(text.into()))?;
        let wanted = field_name(field);
        let target = match Meaning::ALL.into_iter().find(|meaning| meaning.field() == wanted) {
            Some(meaning) => Target::Meaning(meaning),
            None if wanted == "skip" => Target::Skip,
            None => return Err(MappingError::Field(field.into())),
        };
        self.entries.push((target, column.trim().to_owned()));
        Ok(())
    }

    fn says(&self, meaning: Meaning) -> Option<&str> {
        self.entries.iter().rev().find(|(target, _)| *target == Target::Meaning(meaning)).map(|(_, c)| c.as_str())
    }
}

/// One column of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its header as written (`Column 3` where that is empty).
    pub header: String,
    /// The placeholder it fills: `full_name`.
    pub field: String,
    /// What it was taken for.
    pub meaning: Option<Meaning>,
    /// Left out at the user's wish.
    pub skipped: bool,
}

/// A file's columns and what they mean. There is a name column, or a first and a last name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    /// In the file's order.
    pub columns: Vec<Column>,
    /// In which order the parts of a name are printed.
    pub order: Order,
    /// What has to be answered before anything is taken in.
    pub questions: Vec<Question>,
}

/// Most characters of a header that are looked at to find out whether it is one.
const HEADER_CHARACTERS: usize = 300;

/// Returns how many columns a row of a file names that are known, if one of them names people.
pub(super) fn names_columns(cells: &[String], mapping: &Mapping) -> Option<usize> {
    // A list with more columns is refused, whatever they are called; and a whole line is no column's name.
    let some = cells.iter().take(Limits::default().columns);
    let cells: Vec<String> = some.map(|cell| cell.chars().take(HEADER_CHARACTERS).collect()).collect();
    let row = Table { header: cells.clone(), ..Table::default() };
    // What was remembered of another file may name columns that this one lacks.
    let has = |column: &str| column.is_empty() || cells.iter().any(|cell| key(cell) == key(column));
    let entries = mapping.entries.iter().filter(|(_, column)| has(column)).cloned().collect();
    let found = Columns::find(&row, &Mapping { entries }).ok()?;
    Some(found.columns.iter().filter(|column| column.meaning.is_some()).count())
}

impl Columns {
    /// Finds out which column holds what.
    ///
    /// # Errors
    /// When a mapped column does not exist, or no column holds the names.
    pub fn find(table: &Table, mapping: &Mapping) -> Result<Self, MappingError> {
        let mut found = Self { columns: plain_columns(&table.header), order: Order::default(), questions: Vec::new() };
        for at in table.hidden_columns.iter().filter(|at| **at < table.header.len()) {
            found.columns[*at].skipped = true;
        }
        for (target, column) in mapping.entries.iter().filter(|(_, column)| !column.is_empty()) {
            let at = found.index_of(column)?;
            found.columns[at].skipped = *target == Target::Skip;
        }
        for meaning in Meaning::ALL {
            if let Some(at) = found.column_for(meaning, mapping)? {
                found.columns[at].meaning = Some(meaning);
            }
        }
        found.note_is_a_grade(table, mapping);
        found.find_all_last_days(mapping);
        found.settle_names(table, mapping)?;
        found.order = parts::order(&found);
        Ok(found)
    }

    /// `Note` is a grade in German; elsewhere it is a remark, which nobody should sign.
    fn note_is_a_grade(&mut self, table: &Table, mapping: &Mapping) {
        let Some(at) = self.with(Score).filter(|at| key(&self.columns[*at].header) == "note") else { return };
        if mapping.says(Score).is_some() {
            return;
        }
        let german = self.columns.iter().any(|column| is_german(&column.header));
        let cells = table.rows.iter().filter_map(|row| row.cells.get(at)).map(|cell| cell.trim());
        let filled: Vec<&str> = cells.filter(|cell| !cell.is_empty()).collect();
        let short = filled.iter().all(|cell| cell.chars().count() <= 14);
        let number = |cell: &&str| cell.chars().next().is_some_and(|c| c.is_ascii_digit()) && cell.chars().count() <= 5;
        let numbers = !filled.is_empty() && filled.iter().all(number);
        if !(short && (german || numbers)) {
            self.columns[at].meaning = None;
        }
    }

    /// Of several columns with last days none is passed over, unless it was said which one counts.
    fn find_all_last_days(&mut self, mapping: &Mapping) {
        if mapping.says(Expires).is_some() {
            return;
        }
        let mapped = |header: &str| mapping.entries.iter().any(|(_, c)| !c.is_empty() && key(c) == key(header));
        for column in self.columns.iter_mut().filter(|column| column.meaning.is_none() && !column.skipped) {
            let is_one = headers(Expires).any(|header| header == key(&column.header)) && !mapped(&column.header);
            column.meaning = is_one.then_some(Expires);
        }
    }

    /// Returns the index of the column with a meaning; the first, where several have it.
    pub fn with(&self, meaning: Meaning) -> Option<usize> {
        self.columns.iter().position(|column| column.meaning == Some(meaning))
    }

    fn headers(&self) -> Vec<String> {
        self.columns.iter().map(|column| column.header.clone()).collect()
    }

    fn index_of(&self, wanted: &str) -> Result<usize, MappingError> {
        let by = |same: &dyn Fn(&str) -> bool| self.columns.iter().position(|column| same(&column.header));
        by(&|header| header.trim() == wanted)
            .or_else(|| by(&|header| key(header) == key(wanted)))
            .ok_or_else(|| MappingError::Column { column: wanted.into(), columns: self.headers() })
    }

    fn column_for(&self, meaning: Meaning, mapping: &Mapping) -> Result<Option<usize>, MappingError> {
        match mapping.says(meaning) {
            Some("") => return Ok(None),
            Some(column) => return self.index_of(column).map(Some),
            None => {}
        }
        let keys: Vec<String> = self.columns.iter().map(|column| key(&column.header)).collect();
        let free = |at: &usize| {
            let column = &self.columns[*at];
            let wanted_elsewhere = mapping.entries.iter().any(|(_, c)| !c.is_empty() && key(c) == keys[*at]);
            column.meaning.is_none() && !column.skipped && !wanted_elsewhere
        };
        if !matches!(meaning, Name | FirstName | MiddleName | LastName | SecondLastName | Email) {
            return Ok(headers(meaning).find_map(|header| (0..keys.len()).find(|at| keys[*at] == header && free(at))));
        }
        // `Attendee #` counts people.
        let counts = |at: &usize| self.columns[*at].header.contains(['#', '№']);
        let exact = headers(meaning)
            .find_map(|header| (0..keys.len()).find(|at| keys[*at] == header && free(at) && !counts(at)));
        // `Name (original name)`, `E-mail (work)`.
        let heads: Vec<String> = self.columns.iter().map(|column| head(&column.header)).collect();
        let by_head = || {
            headers(meaning)
                .find_map(|header| (0..keys.len()).find(|at| heads[*at] == header && free(at) && !counts(at)))
        };
        let asks =
            || (0..keys.len()).find(|at| meaning == Name && free(at) && asks_for_name(&self.columns[*at].header));
        Ok(exact.or_else(by_head).or_else(asks))
    }

    /// `Nombre` alone is a whole name; beside `Apellidos` it is a first name. `Name` beside `Vorname` is a last name, beside
    /// `Surname` a first one, unless its cells hold the other.
    fn settle_names(&mut self, table: &Table, mapping: &Mapping) -> Result<(), MappingError> {
        let asked = |meaning| mapping.says(meaning).is_some_and(|column| !column.is_empty());
        let (name, first, last) = (self.with(Name), self.with(FirstName), self.with(LastName));
        match (name, first, last) {
            (None, Some(_), Some(_)) => {}
            (Some(_), _, _) if asked(Name) => {}
            // A whole name was found; parts of it are ordinary columns, unless the user asked for the parts.
            (Some(at), Some(_), Some(_)) if asked(FirstName) || asked(LastName) => self.columns[at].meaning = None,
            (Some(at), Some(first), Some(last)) => {
                if parts::has_no_letters(table, at) {
                    self.columns[at].meaning = None;
                } else if !parts::is_whole(&self.columns[at].header)
                    && !table.rows.is_empty()
                    && parts::judge(table, at, &[first, last]) != Verdict::Whole
                {
                    self.ask_whole(at, None);
                }
            }
            (Some(at), Some(other), None) => self.settle_beside(table, at, (other, LastName)),
            (Some(at), None, Some(other)) => self.settle_beside(table, at, (other, FirstName)),
            (Some(_), None, None) => {}
            (None, Some(at), None) | (None, None, Some(at)) => self.columns[at].meaning = Some(Name),
            (None, None, None) => return Err(MappingError::NoName { columns: self.headers() }),
        }
        if self.with(Name).is_some() {
            let further = |column: &&mut Column| matches!(column.meaning, Some(MiddleName | SecondLastName));
            self.columns.iter_mut().filter(further).for_each(|column| column.meaning = None);
        }
        Ok(())
    }

    /// A column called name beside one part of the name is the other part, or the whole.
    fn settle_beside(&mut self, table: &Table, at: usize, (other, part): (usize, Meaning)) {
        if parts::is_whole(&self.columns[at].header) {
            return;
        }
        match parts::judge(table, at, &[other]) {
            Verdict::Whole => {}
            Verdict::Part => self.columns[at].meaning = Some(part),
            Verdict::Unsure => self.ask_whole(at, Some(part)),
        }
    }

    /// Asks whether a column is the whole name, or only a part of it, or none.
    fn ask_whole(&mut self, at: usize, part: Option<Meaning>) {
        let header = &self.columns[at].header;
        let other = match part {
            Some(part) => {
                let what = if part == FirstName { "given" } else { "family" };
                Choice::new(format!("map={}={header}", part.field()), format!("it is the {what} name only"))
            }
            None => Choice::new("map=name=", "the names are put together from their parts".to_owned()),
        };
        self.questions.push(Question {
            about: "map".into(),
            text: format!("is the column `{header}` the whole name?"),
            rows: Vec::new(),
            more_rows: 0,
            choices: vec![Choice::new(format!("map=name={header}"), "it is printed as it stands there"), other],
        });
    }
}

fn plain_columns(header: &[String]) -> Vec<Column> {
    let mut columns: Vec<Column> = Vec::with_capacity(header.len());
    // The fields that are taken, and where to go on for the next column of the same name.
    let (mut taken, mut next) = (HashSet::new(), HashMap::<String, usize>::new());
    for (at, cell) in header.iter().enumerate() {
        let header = match cell.trim() {
            "" => format!("Column {}", at + 1),
            text => text.to_owned(),
        };
        let wanted = field_name(&header);
        let field = if taken.contains(&wanted) {
            let next = next.entry(wanted.clone()).or_insert(2);
            loop {
                let field = format!("{wanted}_{next}");
                *next += 1;
                if !taken.contains(&field) {
                    break field;
                }
            }
        } else {
            wanted
        };
        let skipped = REPORT_COLUMNS.contains(&field.as_str());
        taken.insert(field.clone());
        columns.push(Column { header, field, meaning: None, skipped });
    }
    columns
}

/// Returns the placeholder for a column's header: `Full Name (as printed)` becomes `full_name_as_printed`.
pub fn field_name(header: &str) -> String {
    let mut name = String::new();
    for c in header.nfkc().flat_map(char::to_lowercase) {
        if c.is_alphanumeric() || unicode_normalization::char::is_combining_mark(c) {
            name.push(c);
        } else if !name.is_empty() && !name.ends_with('_') {
            name.push('_');
        }
    }
    let name = name.trim_end_matches('_');
    if name.is_empty() { "column".into() } else { name.into() }
}

/// A header without case, spaces and punctuation, for comparing.
pub(super) fn key(header: &str) -> String {
    field_name(header).replace('_', "")
}

#[cfg(test)]
mod tests {
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
        assert_eq!(super::super::headers::sections(), Meaning::ALL.len());
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
}
