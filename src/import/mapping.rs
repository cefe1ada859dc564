//! What people say of columns (`name=Full name`), and why columns do not say who the people are.

use std::str::FromStr;

use super::columns::{Meaning, field_name};
use super::question::{Choice, Question};

/// A user's corrections: `name=Full name`, `email=` (no such column), `skip=Notes`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mapping {
    pub(super) entries: Vec<(Target, String)>,
}

/// What a correction is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
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
        /// What was asked about the file before: by another answer the columns may be called otherwise.
        before: Vec<Question>,
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
            Self::NoName { columns, before } => {
                let ways = before.iter().flat_map(|question| &question.choices).take(4);
                let ways: Vec<String> = ways.map(|choice| format!("`{}`", choice.answer)).collect();
                let other =
                    if ways.is_empty() { String::new() } else { format!("; or read it by {}", ways.join(", ")) };
                format!(
                    "say which one does, as `map=name=COLUMN`, or which row names the columns, as `header_row=ROW`; the \
                     columns are {}{other}",
                    list(columns)
                )
            }
        }
    }
}

impl MappingError {
    /// Returns what can be answered: where no column is known to hold the names, any of them may, unless the file was read by
    /// the wrong page.
    pub fn questions(&self) -> Vec<Question> {
        let Self::NoName { columns, before } = self else { return Vec::new() };
        let choice = |column: &String| Choice::new(format!("map=name={column}"), format!("the column `{column}`"));
        let which = Question {
            about: "map".into(),
            text: "which column holds the names of people?".into(),
            rows: Vec::new(),
            more_rows: 0,
            choices: columns.iter().filter(|column| !column.is_empty()).map(choice).collect(),
        };
        before.iter().cloned().chain([which]).collect()
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

    /// Returns which column was said to hold something; an empty text where none does.
    pub(super) fn says(&self, meaning: Meaning) -> Option<&str> {
        self.entries.iter().rev().find(|(target, _)| *target == Target::Meaning(meaning)).map(|(_, c)| c.as_str())
    }
}
