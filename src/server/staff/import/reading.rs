//! How a list is read, and the forms to say otherwise: which column is what, the sheet, the row of the headers, the code page.

use serde_json::Value;

use super::super::events::text;
use super::super::ui::{Action, Actions, Cell, Choice, Field, Form, Html, Kind, Section, Table};
use super::words::{FIELDS, meant};
use super::{List, READING, SHOWN_AS};

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

    /// How the file is read, to say otherwise.
    pub(super) fn reading(&self) -> Html {
        let w = self.staff.w;
        let hidden = vec![Choice::new("", w.s("import-hidden-out")), Choice::new("include", w.s("import-hidden-in"))];
        let given = |name: &str| self.answers.get(name).to_owned();
        let shown = READING.map(given).join("/");
        let form = self
            .answer(w.s("import-again"), &["encoding", "sheet", "header_row", "hidden", "keep_known"])
            .field(Field::hidden(SHOWN_AS, shown))
            .field(Field::text("sheet", w.s("import-sheet")).value(given("sheet")))
            .field(Field::text("header_row", w.s("import-header-row")).value(given("header_row")))
            .field(
                Field::text("encoding", w.s("import-encoding"))
                    .value(given("encoding"))
                    .hint(w.s("import-encoding-hint")),
            )
            .field(Field::new("hidden", w.s("import-hidden"), Kind::Select(hidden)).value(given("hidden")))
            .field(Field::new("keep_known", w.s("import-keep"), Kind::Check).value(given("keep_known")));
        // Without what was said of the last list of this shape too.
        let reset = Action::link(w.s("import-reset"), self.staff.at(&format!("{}?fresh=yes", self.path())));
        Section::new("reading", w.s("import-reading")).part(form).part(Actions(vec![reset])).folded().into()
    }
}
