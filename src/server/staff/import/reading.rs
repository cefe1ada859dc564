//! How a list is read, and the forms to say otherwise: which column is what, the sheet, the row of the headers, the code page.

use serde_json::Value;

use super::super::events::text;
use super::super::ui::{Action, Actions, Cell, Choice, Field, Form, Html, Kind, Section, Table};
use super::words::{FIELDS, meant};
use super::{List, SHOWN_AS};

impl List<'_> {
    /// Which column is what, and a form to say otherwise.
    pub(super) fn columns(&self, told: &Value) -> Html {
        let w = self.staff.w;
        let columns = told["columns"].as_array().map_or(&[][..], Vec::as_slice);
        let row = |column: &Value| {
            let used = text(column, "use");
            vec![
                Cell::text(text(column, "header")),
                Cell::text(w.if_any(&format!("use-{used}")).unwrap_or(used.clone())).sub(meant(w, column, &used)),
            ]
        };
        let table = Table {
            caption: w.s("import-columns"),
            heads: [w.s("import-header"), w.s("import-use")].into(),
            rows: columns.iter().map(row).collect(),
            empty: String::new(),
            next: None,
        };
        let headers: Vec<String> = columns.iter().map(|column| text(column, "header")).collect();
        let headers: Vec<&str> = headers.iter().map(String::as_str).filter(|header| !header.is_empty()).collect();
        Section::new("columns", w.s("import-columns")).part(table).part(self.which_is(&headers)).into()
    }

    /// A form to say what a column is.
    pub(super) fn which_is(&self, headers: &[&str]) -> Form {
        let w = self.staff.w;
        let headers: Vec<Choice> = headers.iter().map(|header| Choice::new(*header, *header)).collect();
        let fields = FIELDS.map(|field| Choice::new(field, w.s(&format!("field-{}", field.replace('_', "-")))));
        let fields: Vec<Choice> = fields.into_iter().chain(self.parts_of_event()).collect();
        self.answer(w.s("import-map-submit"), &[])
            .field(Field::new("column", w.s("import-map-column"), Kind::Select(headers)))
            .field(Field::new("as", w.s("import-map-as"), Kind::Select(fields)))
    }

    /// What else a column may say of this event: whether somebody was at a session, or did an activity.
    fn parts_of_event(&self) -> Vec<Choice> {
        let w = self.staff.w;
        let mut all = Vec::new();
        for (kind, member) in [("session", "sessions"), ("activity", "activities")] {
            for one in self.event["course"][member].as_array().into_iter().flatten() {
                let label = w.with(&format!("field-{kind}"), [("title", text(one, "title").into())]);
                all.push(Choice::new(format!("{kind}:{}", text(one, "id")), label));
            }
        }
        all
    }

    /// How the file is read, to say otherwise: what was guessed is chosen, and what else there is stands below it. `read` is what is
    /// told of it, nothing where the file could not be read as it was said.
    pub(super) fn reading(&self, read: &Value) -> Html {
        let w = self.staff.w;
        let hidden = vec![Choice::new("", w.s("import-hidden-out")), Choice::new("include", w.s("import-hidden-in"))];
        let given = |name: &str| self.answers.get(name).to_owned();
        // What is asked for here alone: a text file has no sheets, a workbook no code page.
        let is_asked = |name: &str| match name {
            "sheet" => read.is_null() || read["sheets"].is_array(),
            "encoding" => read.is_null() || read["encoding"].is_string(),
            _ => true,
        };
        let shown = super::read_so(|name| if is_asked(name) { self.answers.get(name) } else { "" });
        let form = self
            .answer(w.s("import-again"), &["encoding", "sheet", "header_row", "hidden", "keep_known"])
            .field(Field::hidden(SHOWN_AS, shown))
            .fields(self.sheet(read))
            .field(self.header_row(read))
            .fields(self.encoding(read))
            .field(Field::new("hidden", w.s("import-hidden"), Kind::Select(hidden)).value(given("hidden")))
            .field(Field::new("keep_known", w.s("import-keep"), Kind::Check).value(given("keep_known")));
        // Without what was said of the last list of this shape too.
        let reset = Action::link(w.s("import-reset"), self.staff.at(&format!("{}?fresh=yes", self.path())));
        Section::new("reading", w.s("import-reading")).part(form).part(Actions(vec![reset])).folded().into()
    }

    /// Which sheet: of a workbook alone.
    fn sheet(&self, read: &Value) -> Option<Field> {
        let label = self.staff.w.s("import-sheet");
        if read.is_null() {
            return Some(Field::text("sheet", label).value(self.answers.get("sheet")));
        }
        let sheets: Vec<Choice> = read["sheets"].as_array()?.iter().filter_map(Value::as_str).map(named).collect();
        Some(self.one_of("sheet", label, text(read, "sheet"), sheets))
    }

    /// Which row names the columns: of the first ones, each with what stands in it.
    fn header_row(&self, read: &Value) -> Field {
        let w = self.staff.w;
        let label = w.s("import-header-row");
        let Some(rows) = read["first_rows"].as_array() else {
            return Field::text("header_row", label).value(self.answers.get("header_row"));
        };
        let says =
            |line: &str, says: String| w.with("import-row", [("line", line.to_owned().into()), ("shown", says.into())]);
        let row = |row: &Value| {
            let line = row["line"].as_u64().unwrap_or_default().to_string();
            Choice::new(line.clone(), says(&line, text(row, "says")))
        };
        let rows: Vec<Choice> = rows.iter().map(row).collect();
        let line = read["header_row"].as_u64().map(|line| line.to_string()).unwrap_or_default();
        let found = rows.iter().find(|one| one.value == line).map_or(line, |one| one.text.clone());
        self.one_of("header_row", label, found, rows)
    }

    /// By which code page: of a text file alone.
    fn encoding(&self, read: &Value) -> Option<Field> {
        let label = self.staff.w.s("import-encoding");
        if read.is_null() {
            let hint = self.staff.w.s("import-encoding-hint");
            return Some(Field::text("encoding", label).value(self.answers.get("encoding")).hint(hint));
        }
        let page = read["encoding"].as_str()?.to_owned();
        Some(self.one_of("encoding", label, page, crate::import::pages().map(named).collect()))
    }

    /// Asks for one of some, the guessed one first: as long as nothing is said, it goes on being guessed.
    fn one_of(&self, name: &str, label: String, read: String, others: Vec<Choice>) -> Field {
        let w = self.staff.w;
        let said = self.answers.get(name);
        let guessed = match said {
            "" => w.with("import-guessed", [("what", read.into())]),
            _ => w.s("import-guess"),
        };
        let is_new = !said.is_empty() && !others.iter().any(|one| one.value == said);
        let choices = [Choice::new("", guessed)].into_iter().chain(others).chain(is_new.then(|| named(said)));
        Field::new(name, label, Kind::Select(choices.collect())).value(said)
    }
}

/// A choice that is called what it is.
fn named(name: &str) -> Choice {
    Choice::new(name, name)
}
