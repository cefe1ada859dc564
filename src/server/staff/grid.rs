//! Fields in rows: a table whose cells are filled in. On a narrow screen each row is a card, with the name of each column at its field.

use askama::Template;

/// What a cell takes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    /// A text.
    Text,
    /// A number, with a point or a comma.
    Number,
    /// A tick.
    Tick,
    /// Nothing: what stands in it stays.
    Nothing,
}

/// A cell.
pub(super) struct Entry {
    pub name: String,
    /// What it is, for who hears it: its row and its column.
    pub label: String,
    pub value: String,
    pub takes: Takes,
    /// What was wrong with it.
    pub error: Option<String>,
}

impl Entry {
    pub(super) fn new(name: String, label: String, value: impl Into<String>, takes: Takes) -> Self {
        Self { name, label, value: value.into(), takes, error: None }
    }

    fn is_number(&self) -> bool {
        self.takes == Takes::Number
    }

    /// Says what was wrong with it.
    pub(super) fn wrong(self, error: Option<String>) -> Self {
        Self { error, ..self }
    }
}

/// A row, with what it is called.
pub(super) struct Row {
    pub title: String,
    pub entries: Vec<Entry>,
    /// The name of a hidden field that says that the row was there before.
    pub kept: Option<String>,
}

/// Fields in rows.
#[derive(Template)]
#[template(path = "pages/staff/grid.html")]
pub(super) struct Grid {
    /// What its rows are, for who hears it.
    pub caption: String,
    pub heads: Vec<String>,
    pub rows: Vec<Row>,
    pub hint: String,
}

impl Grid {
    fn head(&self, column: &usize) -> &str {
        self.heads.get(*column).map_or("", String::as_str)
    }
}
