//! What is asked about a list, and what is offered: each question with the rows that it is about, answered for each or for all.

use serde_json::Value;

use super::super::events::text;
use super::super::phrases::{self, sentence};
use super::super::ui::{Cell, Choice, Field, Form, Html, Kind, Section, Table, Text};
use super::words::said_of_rows;
use super::{List, SHOWN};

/// What may be answered about rows that may be about somebody else, with what the operation calls it.
const SAME: [(&str, &[&str]); 3] = [
    ("same_address", &["two_people", "same_person"]),
    ("same_name", &["two_people", "same_person"]),
    ("same_id", &["same_person"]),
];

impl List<'_> {
    /// A question with its rows, and its choices as a form: about rows each is answered for itself.
    pub(super) fn question(&self, at: usize, question: &Value) -> Html {
        let rows = question["rows"].as_array().map_or(&[][..], Vec::as_slice);
        let choices = question["choices"].as_array().map_or(&[][..], Vec::as_slice);
        let section =
            Section::new(&format!("question{at}"), sentence(&phrases::said(self.staff.w, &text(question, "text"))));
        if question["about"] == "rows" && !rows.is_empty() {
            return section.part(self.row_by_row(rows, question["more_rows"].as_u64().unwrap_or_default())).into();
        }
        let w = self.staff.w;
        let choices: Vec<Choice> = choices
            .iter()
            .map(|one| Choice::new(text(one, "answer"), sentence(&phrases::said(w, &text(one, "says")))))
            .collect();
        let first = choices.first().map_or_else(String::new, |choice| choice.value.clone());
        let field = Field::new("answer", w.s("import-answer"), Kind::Radios(choices)).value(first);
        let section = if rows.is_empty() { section } else { section.part(self.rows(rows)) };
        section.part(self.answer(w.s("import-answer-submit"), &[]).field(field)).into()
    }

    fn rows(&self, rows: &[Value]) -> Table {
        let w = self.staff.w;
        let row = |row: &Value| {
            let line = row["line"].as_u64().unwrap_or_default();
            vec![
                Cell::text(line.to_string()),
                Cell::text(text(row, "shown")),
                Cell::text(sentence(&phrases::said(w, &text(row, "reason")))).sub(text(row, "likely")),
            ]
        };
        Table {
            caption: w.s("import-rows"),
            heads: [w.s("row"), w.s("import-shown"), w.s("why")].into(),
            rows: rows.iter().take(SHOWN).map(row).collect(),
            empty: String::new(),
            next: None,
        }
    }

    fn row_by_row(&self, rows: &[Value], more: u64) -> Form {
        let w = self.staff.w;
        let mut form = self.answer(w.s("import-answer-submit"), &[]).stacked();
        for row in rows.iter().take(SHOWN) {
            let (line, likely) = (row["line"].as_u64().unwrap_or_default(), text(row, "likely"));
            let mut choices = vec![
                Choice::new(format!("leave_out_row={line}"), w.s("import-row-out")),
                Choice::new(
                    format!("confirm_row={line}"),
                    w.with("import-row-as", [("name", text(row, "shown").into())]),
                ),
            ];
            if !likely.is_empty() {
                choices.insert(
                    0,
                    Choice::new(format!("likely_row={line}"), w.with("import-row-as", [("name", likely.into())])),
                );
            }
            let first = choices.first().map_or_else(String::new, |choice| choice.value.clone());
            let label = w.with("import-row", [("line", line.into()), ("shown", text(row, "shown").into())]);
            let field = Field::new(&format!("answer{line}"), label, Kind::Radios(choices)).value(first);
            form = form.field(field.hint(sentence(&phrases::said(w, &text(row, "reason")))));
        }
        if more > 0 {
            form = form.field(Field::heading(w.count("import-row-more", more)));
        }
        form
    }

    /// What is offered for some rows: each is ticked, or all are taken at once.
    pub(super) fn offer(&self, offer: &Value) -> Html {
        let (w, about) = (self.staff.w, text(offer, "about"));
        let rows = offer["rows"].as_array().map_or(&[][..], Vec::as_slice);
        let choice = |row: &Value| {
            let line = row["line"].as_u64().unwrap_or_default();
            let values =
                [("line", line.into()), ("shown", text(row, "shown").into()), ("likely", text(row, "likely").into())];
            Choice::new(line.to_string(), w.with("import-offer-row", values))
        };
        let choices: Vec<Choice> = rows.iter().take(SHOWN).map(choice).collect();
        let count = rows.len() as u64 + offer["more_rows"].as_u64().unwrap_or_default();
        let these = self.answer(w.s("import-offer-these"), &[]).stacked().field(Field::new(
            &about,
            w.s("import-offer-which"),
            Kind::Checks(choices),
        ));
        let all = self.answer(w.count("import-offer-all", count), &[&about]).field(Field::hidden(&about, "all"));
        let name = about.replace('_', "-");
        let section = Section::new(&name, w.s(&format!("import-offer-{name}")));
        section.part(Text(w.s(&format!("import-offer-{name}-text")))).part(all).part(these).into()
    }

    /// What is to become of rows that say that somebody was absent or failed, where there are any: with the people.
    pub(super) fn absent(&self, told: &Value) -> Option<Html> {
        let (w, answer) = (self.staff.w, self.answers.get("absent"));
        let (rows, count) = concerned(told, &["absent_or_failed"]);
        if rows.is_empty() || answer == "take" {
            return None;
        }
        let choices =
            ["leave_out", "take"].map(|one| Choice::new(one, w.s(&format!("import-{}", one.replace('_', "-")))));
        let field = Field::new("absent", w.s("import-answer"), Kind::Radios(choices.into())).value("leave_out");
        let form = self.answer(w.s("import-answer-submit"), &["absent"]).field(field);
        let section = self.people(Section::new("absent", w.s("import-absent")), (&rows, count));
        Some(if answer.is_empty() { section.part(form).into() } else { section.into() })
    }

    /// Adds whom some findings are about: the first of them, and how many more there are.
    fn people(&self, section: Section, (rows, count): (&[&Value], u64)) -> Section {
        let w = self.staff.w;
        let row = |finding: &&Value| {
            vec![
                Cell::text(finding["line"].as_u64().unwrap_or_default().to_string()),
                Cell::text(text(finding, "name")),
                Cell::text(sentence(&said_of_rows(w, &text(finding, "reason")))),
            ]
        };
        let table = Table {
            caption: w.s("import-rows"),
            heads: [w.s("row"), w.s("name"), w.s("why")].into(),
            rows: rows.iter().take(SHOWN).map(row).collect(),
            empty: String::new(),
            next: None,
        };
        match count.saturating_sub(rows.len().min(SHOWN) as u64) {
            0 => section.part(table),
            more => section.part(table).part(Text(w.count("import-rows-more", more))),
        }
    }

    /// What may be said of rows that may be about somebody else, where there are any.
    pub(super) fn same(&self, told: &Value) -> Option<Html> {
        let w = self.staff.w;
        let groups = told["findings_alike"].as_array()?;
        let hints: Vec<&str> = groups.iter().filter_map(|group| group["first"]["hint"].as_str()).collect();
        let open = SAME.iter().filter(|(name, choices)| {
            let answers = |choice: &&str| hints.iter().any(|hint| hint.contains(&format!("{name}={choice}")));
            choices.iter().any(answers)
        });
        let mut form = self.answer(w.s("import-answer-submit"), &SAME.map(|(name, _)| name));
        let mut any = false;
        for (name, choices) in open {
            any = true;
            let mut all = vec![Choice::new("", w.s("import-same-ask"))];
            all.extend(
                choices.iter().map(|choice| Choice::new(*choice, w.s(&format!("import-{}", choice.replace('_', "-"))))),
            );
            let label = w.s(&format!("import-{}", name.replace('_', "-")));
            form = form.field(Field::new(name, label, Kind::Radios(all)).value(self.answers.get(name)));
        }
        let (rows, count) = concerned(told, &SAME.map(|(name, _)| name));
        let section = || self.people(Section::new("same", w.s("import-same")), (&rows, count));
        any.then(|| section().part(form).into())
    }
}

/// The first rows of the findings of some codes, in their order, and of how many there are any.
fn concerned<'a>(told: &'a Value, codes: &[&str]) -> (Vec<&'a Value>, u64) {
    let groups = told["findings_alike"].as_array().into_iter().flatten();
    let of_these = |group: &&Value| codes.iter().any(|code| group["first"]["code"] == *code);
    let groups: Vec<&Value> = groups.filter(of_these).collect();
    let mut rows: Vec<&Value> =
        groups.iter().flat_map(|group| group["rows"].as_array().into_iter().flatten()).collect();
    rows.sort_by_key(|row| row["line"].as_u64());
    (rows, groups.iter().filter_map(|group| group["count"].as_u64()).sum())
}
