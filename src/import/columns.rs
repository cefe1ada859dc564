//! Which column holds what: found by its header in many languages, corrected by `--map`.

use std::str::FromStr;

use unicode_normalization::UnicodeNormalization;

use super::Table;
use super::report::REPORT_COLUMNS;

/// What a column says about a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Meaning {
    /// The whole name as printed.
    Name,
    /// Given name, printed before the family name.
    FirstName,
    /// Family name.
    LastName,
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

use Meaning::{Credits, Email, Expires, FirstName, Language, LastName, Name, Result as Score, Role, Term};

/// Headers by field, as [`key`] spells them.
const HEADERS: &str = include_str!("headers.txt");

/// Returns the headers that mean something, the likelier ones first.
pub(super) fn headers(meaning: Meaning) -> impl Iterator<Item = &'static str> {
    let begins =
        move |line: &str| line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) == Some(meaning.field());
    let section = HEADERS.lines().skip_while(move |line| !begins(line));
    let lines = section.skip(1).take_while(|line| !line.starts_with('[')).filter(|line| !line.starts_with('#'));
    lines.flat_map(str::split_whitespace)
}

/// Rows below the first one that are looked at for the header.
pub(super) const HEADER_SEARCHED: usize = 10;

impl Meaning {
    /// Every meaning, in the order that messages list them.
    pub const ALL: [Self; 10] = [Name, FirstName, LastName, Email, Language, Credits, Score, Role, Expires, Term];

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
            LastName => "last_name",
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
    /// Something stands above the header.
    #[error("row 1 has no name column; row {row} looks like the header")]
    HeaderBelow {
        /// The row, from 1.
        row: u64,
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
            Self::HeaderBelow { row } => format!("delete the rows above row {row}, save the file and import it again"),
            Self::NoName { columns } => {
                format!("say which one does, as --map name=\"COLUMN\"; the columns are {}", list(columns))
            }
        }
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
}

impl Columns {
    /// Finds out which column holds what.
    ///
    /// # Errors
    /// When a mapped column does not exist, or no column holds the names.
    pub fn find(table: &Table, mapping: &Mapping) -> Result<Self, MappingError> {
        Self::assign(table, mapping).map_err(|error| match (&error, header_below(table)) {
            (MappingError::NoName { .. } | MappingError::Column { .. }, Some(row)) => MappingError::HeaderBelow { row },
            _ => error,
        })
    }

    fn assign(table: &Table, mapping: &Mapping) -> Result<Self, MappingError> {
        let mut found = Self { columns: plain_columns(&table.header) };
        for (_, column) in
            mapping.entries.iter().filter(|(target, column)| *target == Target::Skip && !column.is_empty())
        {
            let at = found.index_of(column)?;
            found.columns[at].skipped = true;
        }
        for meaning in Meaning::ALL {
            if let Some(at) = found.column_for(meaning, mapping)? {
                found.columns[at].meaning = Some(meaning);
            }
        }
        found.find_all_last_days(mapping);
        found.settle_names(mapping)?;
        Ok(found)
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
        Ok(headers(meaning).find_map(|header| (0..keys.len()).find(|at| keys[*at] == header && free(at))))
    }

    /// `Nombre` alone is a whole name; beside `Apellidos` it is a first name. `Name` beside `Vorname` is a last name.
    fn settle_names(&mut self, mapping: &Mapping) -> Result<(), MappingError> {
        let asked = |meaning| mapping.says(meaning).is_some_and(|column| !column.is_empty());
        let (name, first, last) = (self.with(Name), self.with(FirstName), self.with(LastName));
        match (name, first, last) {
            (Some(_), None, _) | (None, Some(_), Some(_)) => {}
            // A whole name was found; parts of it are ordinary columns, unless the user asked for the parts.
            (Some(at), Some(_), Some(_)) if !asked(Name) && (asked(FirstName) || asked(LastName)) => {
                self.columns[at].meaning = None;
            }
            (Some(at), Some(_), None) if !asked(Name) && is_family_name_beside_given(&self.columns[at].header) => {
                self.columns[at].meaning = Some(LastName);
            }
            (Some(_), Some(_), _) => {}
            (None, Some(at), None) | (None, None, Some(at)) => self.columns[at].meaning = Some(Name),
            (None, None, None) => return Err(MappingError::NoName { columns: self.headers() }),
        }
        Ok(())
    }
}

/// Finds the row that looks like the header where the first one does not: often a title stands above it.
fn header_below(table: &Table) -> Option<u64> {
    let titled = table.header.iter().filter(|cell| !cell.trim().is_empty()).count() == 1;
    let is_header = |cells: &[String]| {
        let row = Table { header: cells.to_vec(), ..Table::default() };
        let found = Columns::assign(&row, &Mapping::default());
        // One word alone may be somebody's role, as `Student`.
        found.is_ok_and(|found| titled || found.columns.iter().filter(|column| column.meaning.is_some()).count() > 1)
    };
    if Columns::assign(table, &Mapping::default()).is_ok() {
        return None;
    }
    table.rows.iter().take(HEADER_SEARCHED).find(|row| is_header(&row.cells)).map(|row| row.line)
}

/// `Name, Vorname` and `Nom, Prénom`: a bare "name" beside a given name is the family name.
fn is_family_name_beside_given(header: &str) -> bool {
    ["name", "naam", "namn", "navn", "nome", "név"].contains(&key(header).as_str())
}

fn plain_columns(header: &[String]) -> Vec<Column> {
    let mut columns: Vec<Column> = Vec::with_capacity(header.len());
    for (at, cell) in header.iter().enumerate() {
        let header = match cell.trim() {
            "" => format!("Column {}", at + 1),
            text => text.to_owned(),
        };
        let wanted = field_name(&header);
        let taken = |field: &str| columns.iter().any(|column| column.field == field);
        let field = if taken(&wanted) {
            (2..).map(|n| format!("{wanted}_{n}")).find(|field| !taken(field)).unwrap_or_default()
        } else {
            wanted
        };
        let skipped = REPORT_COLUMNS.contains(&field.as_str());
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
        assert_eq!(HEADERS.lines().filter(|line| line.starts_with('[')).count(), Meaning::ALL.len());
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

    #[test]
    fn a_header_below_a_title_is_found_and_a_row_is_not_taken_for_one() {
        let below = |rows: &[&[&str]]| {
            let cells = |row: &&[&str]| row.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
            let row = |(line, row)| crate::import::Row { line, cells: cells(row), ..Default::default() };
            let table =
                Table { header: cells(&rows[0]), rows: (2..).zip(&rows[1..]).map(row).collect(), ..Table::default() };
            Columns::find(&table, &Mapping::default()).unwrap_err()
        };
        let title: [&[&str]; 3] = [&["Spring course"], &["Room 7"], &["No", "Name", "Town"]];
        assert_eq!(below(&title), MappingError::HeaderBelow { row: 3 });
        let wide: [&[&str]; 2] = [&["Course", "Maps"], &["Full name", "E-mail"]];
        assert_eq!(below(&wide), MappingError::HeaderBelow { row: 2 });
        let roles: [&[&str]; 2] = [&["Who", "Kind"], &["Ada", "Student"]];
        assert!(matches!(below(&roles), MappingError::NoName { .. }));
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
