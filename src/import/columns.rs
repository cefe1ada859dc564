//! Which column holds what: found by its header in many languages, corrected by `--map`.

use std::collections::{HashMap, HashSet};

use unicode_normalization::UnicodeNormalization;

use super::headers::{asks_for_name, both_parts, head, headers, is_german, says_part};
use super::mapping::{Mapping, MappingError, Target};
use super::overlooked;
use super::parts::{self, Order, Verdict};
use super::question::{Choice, CommaNames, Question};
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
            if let Some(at) = found.column_for(meaning, table, mapping)? {
                found.columns[at].meaning = Some(meaning);
            }
        }
        found.note_is_a_grade(table, mapping);
        found.find_all_last_days(mapping);
        found.settle_names(table, mapping)?;
        overlooked::settle(&mut found, table, mapping);
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

    /// What is to become of names such as `Lovelace, Ada`: what was said; else what the header says that the column has, as
    /// `Name, Vorname` does, where all names have a comma.
    pub(super) fn commas(&self, table: &Table, said: CommaNames) -> CommaNames {
        let is_family_first = |at: &usize| both_parts(&self.columns[*at].header).is_some_and(|told| told.0);
        let told = self.with(Name).filter(is_family_first).is_some_and(|at| parts::have_commas(table, at));
        if said == CommaNames::Ask && told { CommaNames::Swap } else { said }
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
        // Of two columns of one name the second is called by its placeholder.
        let by_field = || self.columns.iter().position(|column| column.field == wanted);
        by(&|header| header.trim() == wanted)
            .or_else(|| by(&|header| key(header) == key(wanted)))
            .or_else(by_field)
            .ok_or_else(|| MappingError::Column { column: wanted.into(), columns: self.headers() })
    }

    fn column_for(&self, meaning: Meaning, table: &Table, mapping: &Mapping) -> Result<Option<usize>, MappingError> {
        match mapping.says(meaning) {
            Some("") => return Ok(None),
            Some(column) => return self.index_of(column).map(Some),
            None => {}
        }
        let free = |at: usize| self.is_free(at, mapping);
        // What a column without a single cell is called says nothing, where another one is called so too.
        let filled = |at: usize| free(at) && parts::is_filled(table, at);
        Ok(self.likeliest(table, meaning, &filled).or_else(|| self.likeliest(table, meaning, &free)))
    }

    /// Whether nothing is known of a column, and nothing was said of it.
    fn is_free(&self, at: usize, mapping: &Mapping) -> bool {
        let column = &self.columns[at];
        let wanted = || mapping.entries.iter().any(|(_, c)| !c.is_empty() && key(c) == key(&column.header));
        column.meaning.is_none() && !column.skipped && !wanted()
    }

    /// Returns which of some columns is the likeliest for a meaning, by its header.
    fn likeliest(&self, table: &Table, meaning: Meaning, free: &dyn Fn(usize) -> bool) -> Option<usize> {
        let keys: Vec<String> = self.columns.iter().map(|column| key(&column.header)).collect();
        let any = |fits: &dyn Fn(usize) -> bool| (0..keys.len()).find(|at| fits(*at) && free(*at));
        if !matches!(meaning, Name | FirstName | MiddleName | LastName | SecondLastName | Email) {
            return headers(meaning).find_map(|header| any(&|at| keys[at] == header));
        }
        // `Attendee #` counts people.
        let counts = |at: usize| self.columns[at].header.contains(['#', '№']);
        let exact = headers(meaning).find_map(|header| any(&|at| keys[at] == header && !counts(at)));
        // `Name (original name)`, `E-mail (work)`.
        let heads: Vec<String> = self.columns.iter().map(|column| head(&column.header)).collect();
        let by_head = || headers(meaning).find_map(|header| any(&|at| heads[at] == header && !counts(at)));
        let both = || any(&|at| meaning == Name && self.holds_both_parts(table, at));
        let asks = || any(&|at| meaning == Name && asks_for_name(&self.columns[at].header));
        exact.or_else(by_head).or_else(both).or_else(asks)
    }

    /// Whether a header names both parts of a name, and its cells tell which is which: with the family name first only by a comma.
    fn holds_both_parts(&self, table: &Table, at: usize) -> bool {
        both_parts(&self.columns[at].header).is_some_and(|told| !told.0 || parts::have_commas(table, at))
    }

    /// `Nombre` alone is a whole name; beside `Apellidos` it is a first name. `Name` beside `Vorname` is a last name, beside
    /// `Surname` a first one, unless its cells hold the other.
    fn settle_names(&mut self, table: &Table, mapping: &Mapping) -> Result<(), MappingError> {
        let asked = |meaning| mapping.says(meaning).is_some_and(|column| !column.is_empty());
        self.find_given_names(mapping);
        let (name, first, last) = (self.with(Name), self.with(FirstName), self.with(LastName));
        match (name, first, last) {
            (None, Some(_), Some(_)) => {}
            (Some(_), _, _) if asked(Name) => {}
            // A whole name was found; parts of it are ordinary columns, unless the user asked for the parts.
            (Some(at), Some(_), Some(_)) if asked(FirstName) || asked(LastName) => self.columns[at].meaning = None,
            // Columns of parts in which nothing stands say nothing.
            (Some(_), Some(first), Some(last)) if ![first, last].iter().any(|at| parts::is_filled(table, *at)) => {}
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
            (Some(at), Some(other), None) => self.settle_beside(table, at, (other, LastName), asked(FirstName)),
            (Some(at), None, Some(other)) => self.settle_beside(table, at, (other, FirstName), asked(LastName)),
            (Some(_), None, None) => {}
            (None, Some(at), None) | (None, None, Some(at)) => self.columns[at].meaning = Some(Name),
            (None, None, None) => {
                return Err(MappingError::NoName { columns: self.answers(), before: table.questions.clone() });
            }
        }
        if self.with(Name).is_some() {
            let further = |column: &&mut Column| matches!(column.meaning, Some(MiddleName | SecondLastName));
            self.columns.iter_mut().filter(further).for_each(|column| column.meaning = None);
        }
        Ok(())
    }

    /// Returns how a column is called in an answer: by its placeholder where another one has its header.
    pub(super) fn called<'a>(&'a self, column: &'a Column) -> &'a str {
        let same = self.columns.iter().filter(|other| key(&other.header) == key(&column.header)).count();
        if same > 1 { &column.field } else { &column.header }
    }

    /// Returns how all columns are called in answers.
    fn answers(&self) -> Vec<String> {
        self.columns.iter().map(|column| self.called(column).to_owned()).collect()
    }

    /// `Nom` is the family name in French; beside `Cognoms` it is the given one. Where no header is known, words of two may be,
    /// as `Legal first name`.
    fn find_given_names(&mut self, mapping: &Mapping) {
        let by = |found: &Self, fits: &dyn Fn(&str) -> bool| {
            (0..found.columns.len()).find(|at| fits(&found.columns[*at].header) && found.is_free(*at, mapping))
        };
        let unsaid = |meaning| mapping.says(meaning).is_none();
        match (self.with(Name), self.with(FirstName), self.with(LastName)) {
            (None, None, Some(last)) if unsaid(FirstName) && key(&self.columns[last].header) != "nom" => {
                if let Some(at) = by(self, &|header| key(header) == "nom") {
                    self.columns[at].meaning = Some(FirstName);
                }
            }
            (None, None, None) if unsaid(FirstName) && unsaid(LastName) => {
                let of = |part| by(self, &|header| says_part(header, part));
                if let (Some(first), Some(last)) = (of(FirstName), of(LastName))
                    && first != last
                {
                    (self.columns[first].meaning, self.columns[last].meaning) = (Some(FirstName), Some(LastName));
                }
            }
            _ => {}
        }
    }

    /// A column called name beside one part of the name is the other part, or the whole. Where somebody `said` that the part is
    /// one, it is one beside a column that is called a whole name, too.
    fn settle_beside(&mut self, table: &Table, at: usize, (other, part): (usize, Meaning), said: bool) {
        if parts::is_whole(&self.columns[at].header) && !said || !parts::is_filled(table, other) {
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
    let mut name = String::with_capacity(header.len());
    let mut put = |c: char, stays: bool| match stays {
        true => name.push(c),
        false if !name.is_empty() && !name.ends_with('_') => name.push('_'),
        false => {}
    };
    if header.is_ascii() {
        // NFKC has it as it is.
        header.chars().for_each(|c| put(c.to_ascii_lowercase(), c.is_ascii_alphanumeric()));
    } else {
        let lower = header.nfkc().flat_map(char::to_lowercase);
        lower.for_each(|c| put(c, c.is_alphanumeric() || unicode_normalization::char::is_combining_mark(c)));
    }
    name.truncate(name.trim_end_matches('_').len());
    if name.is_empty() { "column".into() } else { name }
}

/// A header without case, spaces and punctuation, for comparing. `İsim` and `isim` are the same.
pub(super) fn key(header: &str) -> String {
    let mut key = field_name(header);
    key.retain(|c| c != '_');
    if key.is_ascii() { key } else { key.replace("i\u{307}", "i") }
}

#[cfg(test)]
mod tests;
