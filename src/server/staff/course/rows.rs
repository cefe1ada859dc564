//! Sessions and activities as they are typed: a row of fields for each, some that are empty, and lines where several are put in at once.
//!
//! A code stays once it is kept: attendance and points are kept by it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::super::events::text;
use super::super::form::Fields;
use super::super::grid::{Entry, Grid, Row as GridRow, Takes};
use super::super::phrases;
use super::super::ui::{Field, Kind};
use super::super::words::Words;
use crate::eligibility::{MAX_ACTIVITIES, MAX_SESSIONS};
use crate::server::Problem;
use crate::server::problem::FieldProblem;

/// Rows that stand empty below those that are there.
const SPARE: usize = 3;
/// Lines of the field for several at once.
const LINES: u32 = 3;

/// Which of the two kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Session,
    Activity,
}

impl Sort {
    pub(super) const BOTH: [Self; 2] = [Self::Session, Self::Activity];

    fn name(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Activity => "activity",
        }
    }

    /// Returns what the API calls the list of them.
    pub(super) fn member(self) -> &'static str {
        match self {
            Self::Session => "sessions",
            Self::Activity => "activities",
        }
    }

    fn most(self) -> usize {
        match self {
            Self::Session => MAX_SESSIONS,
            Self::Activity => MAX_ACTIVITIES,
        }
    }
}

/// One as it is typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Row {
    /// The code; empty: one is to be made.
    id: String,
    /// Whether the code is kept already.
    kept: bool,
    title: String,
    points: String,
    required: bool,
    /// What is wrong with it, by the column.
    error: Option<(Column, String)>,
}

impl Row {
    /// Says whether it was typed as new and is one that is there: by its code and title, or by the title where no code was typed. Another
    /// title under the same code is somebody else's, and both are shown.
    fn is_new_as(&self, there: &Self) -> bool {
        !self.kept && self.title == there.title && (self.id.is_empty() || self.id == there.id)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Title,
    Code,
    Points,
}

/// All of a kind as they are typed.
#[derive(Debug)]
pub(super) struct Listed {
    sort: Sort,
    rows: Vec<Row>,
    /// Codes of rows that were kept and whose titles were emptied, here or in the form before: they are to go.
    gone: Vec<String>,
    /// Several more, one a line.
    lines: String,
}

impl Listed {
    /// Returns those that an event has.
    pub(super) fn kept(sort: Sort, course: &Value) -> Self {
        let row = |one: &Value| Row {
            id: text(one, "id"),
            kept: true,
            title: text(one, "title"),
            points: match &one["points"] {
                Value::Null => String::new(),
                points if points.as_f64() == Some(0.0) => String::new(),
                points => points.to_string(),
            },
            required: one["required"] == true,
            error: None,
        };
        let rows = course[sort.member()].as_array().into_iter().flatten().map(row).collect();
        Self { sort, rows, gone: Vec::new(), lines: String::new() }
    }

    /// Reads a form. A row that was kept and whose title was emptied goes; one in which nothing was typed is none.
    pub(super) fn read(sort: Sort, fields: &Fields) -> Self {
        let mut rows = Vec::new();
        let mut gone: Vec<String> = fields.all(&gone_name(sort)).map(str::to_owned).collect();
        for number in 1..=sort.most() + SPARE {
            let field = |column: &str| fields.get(&name(sort, number, column)).to_owned();
            let row = Row {
                id: field("id"),
                kept: !field("kept").is_empty(),
                title: field("title"),
                points: field("points"),
                required: !field("required").is_empty(),
                error: None,
            };
            let is_blank = row.title.is_empty() && row.id.is_empty() && row.points.is_empty() && !row.required;
            match row.kept && row.title.is_empty() {
                true => gone.push(row.id),
                false if is_blank => {}
                false => rows.push(row),
            }
        }
        Self { sort, rows, gone, lines: fields.raw(sort.member()).to_owned() }
    }

    /// Returns them as the API takes them.
    ///
    /// # Errors
    /// What is wrong with the lines; what is wrong with a row stands in it then.
    pub(super) fn values(&mut self, w: &Words) -> Result<Vec<Value>, Vec<FieldProblem>> {
        self.look(w);
        let lines = lines(&self.lines, self.sort).map_err(|line| {
            let detail = w.with("course-bad-line", [("line", line.into())]);
            vec![FieldProblem { field: self.sort.member().to_owned(), detail }]
        })?;
        if self.rows.iter().any(|row| row.error.is_some()) {
            return Err(Vec::new());
        }
        let all: Vec<Row> = self.rows.iter().cloned().chain(lines).collect();
        let (mut taken, mut values) = (BTreeSet::new(), Vec::new());
        for row in all.iter().filter(|row| !row.id.is_empty()) {
            // Twice among the rows is told there.
            if !taken.insert(row.id.clone()) {
                let field = self.sort.member().to_owned();
                return Err(vec![FieldProblem {
                    field,
                    detail: w.with("course-line-twice", [("code", (&*row.id).into())]),
                }]);
            }
        }
        for (at, row) in all.into_iter().enumerate() {
            let id = match row.id.is_empty() {
                true => unused(self.sort, at + 1, &mut taken),
                false => row.id,
            };
            let mut one = json!({ "id": id, "title": row.title, "required": row.required });
            if let Some(points) = number(&row.points) {
                one["points"] = json!(points);
            }
            values.push(one);
        }
        Ok(values)
    }

    /// Says in each row what is wrong with it.
    fn look(&mut self, w: &Words) {
        let mut seen = BTreeSet::new();
        for row in &mut self.rows {
            row.error = if row.title.is_empty() {
                Some((Column::Title, w.s("course-no-title")))
            } else if !row.id.is_empty() && !seen.insert(row.id.clone()) {
                Some((Column::Code, w.s("course-twice")))
            } else if !row.points.is_empty() && number(&row.points).is_none() {
                Some((Column::Points, w.s("course-bad-points")))
            } else {
                None
            };
        }
    }

    /// Puts beside its row what the API says of one, as `sessions[2].title is longer than 300 bytes`; says whether it did.
    pub(super) fn take(&mut self, w: &Words, problem: &Problem) -> bool {
        let Some((at, column, reason)) = place(self.sort, &problem.detail) else { return false };
        let Some(row) = self.rows.get_mut(at) else { return false };
        row.error = Some((column, phrases::beside(w, reason)));
        true
    }

    /// Brings what was typed together with what there is by now: a list that is saved takes the place of all of them. What somebody else
    /// put in meanwhile comes in, and what they took away goes; what was to go stays away; and what was typed as new and is there
    /// already, as when a form is sent a second time, is that one. Returns the titles of what somebody else took away.
    pub(super) fn meanwhile(&mut self, course: &Value) -> Vec<String> {
        let now = Self::kept(self.sort, course).rows;
        let is_there = |row: &Row| !row.kept || now.iter().any(|there| there.id == row.id);
        let (rows, away): (Vec<Row>, Vec<Row>) = std::mem::take(&mut self.rows).into_iter().partition(is_there);
        self.rows = rows;
        for there in &now {
            if self.gone.contains(&there.id) || self.rows.iter().any(|row| row.kept && row.id == there.id) {
                continue;
            }
            match self.rows.iter_mut().find(|row| row.is_new_as(there)) {
                Some(row) => (row.id, row.kept) = (there.id.clone(), true),
                None => {
                    self.drop_line(there);
                    self.rows.push(there.clone());
                }
            }
        }
        away.into_iter().map(|row| row.title).collect()
    }

    /// Takes the first line away that says what is there already.
    fn drop_line(&mut self, there: &Row) {
        let says = |text: &&str| line(text.trim(), self.sort).is_ok_and(|row| row.is_new_as(there));
        let Some(at) = self.lines.lines().position(|text| says(&text)) else { return };
        let left = self.lines.lines().enumerate().filter(|(one, _)| *one != at).map(|(_, text)| text);
        self.lines = left.collect::<Vec<_>>().join("\n");
    }

    /// Returns the fields: the rows with some that are empty, several at once, and what is to go. They say what was typed already.
    pub(super) fn fields(&self, w: &Words) -> Vec<Field> {
        let key = format!("course-{}", self.sort.member());
        let spare = std::iter::repeat_n(Row::default(), SPARE);
        let rows = self.rows.iter().cloned().chain(spare).take(self.sort.most().max(self.rows.len()));
        let rows = rows.enumerate().map(|(at, row)| self.row(w, at + 1, row)).collect();
        let mut heads = vec![w.s("course-title"), w.s("course-code")];
        if self.sort == Sort::Activity {
            heads.push(w.s("course-points"));
        }
        heads.push(w.s("course-required"));
        let grid = Grid { caption: w.s(&key), heads, rows, hint: w.s("course-hint") };
        let more = Field::new(self.sort.member(), w.s("course-more"), Kind::Area(LINES)).value(self.lines.clone());
        let gone = self.gone.iter().map(|id| Field::hidden(&gone_name(self.sort), id).filled());
        let shown = [
            Field::heading(w.s(&key)),
            Field::new(self.sort.name(), "", Kind::Grid(grid)),
            more.hint(w.s(&format!("{key}-more-hint"))).filled(),
        ];
        shown.into_iter().chain(gone).collect()
    }

    fn row(&self, w: &Words, number: usize, row: Row) -> GridRow {
        let title = w.with(&format!("course-row-{}", self.sort.name()), [("row", number.into())]);
        let entry = |column: &str, value: String, takes| {
            let label = format!("{title}: {}", w.s(&format!("course-{column}")));
            Entry::new(name(self.sort, number, if column == "code" { "id" } else { column }), label, value, takes)
        };
        let wrong = |column| row.error.as_ref().filter(|(of, _)| *of == column).map(|(_, text)| text.clone());
        let code = if row.kept { Takes::Nothing } else { Takes::Text };
        let mut entries = vec![
            entry("title", row.title.clone(), Takes::Text).wrong(wrong(Column::Title)),
            entry("code", row.id.clone(), code).wrong(wrong(Column::Code)),
        ];
        if self.sort == Sort::Activity {
            entries.push(entry("points", row.points.clone(), Takes::Number).wrong(wrong(Column::Points)));
        }
        let required = String::from(if row.required { "yes" } else { "" });
        entries.push(entry("required", required, Takes::Tick));
        GridRow { title, entries, kept: row.kept.then(|| name(self.sort, number, "kept")) }
    }
}

/// Returns the name of a field: `session_2_title`.
fn name(sort: Sort, number: usize, column: &str) -> String {
    format!("{}_{number}_{column}", sort.name())
}

/// Returns the name of the field that holds the code of one that is to go.
fn gone_name(sort: Sort) -> String {
    format!("{}_gone", sort.name())
}

/// Returns a code that nothing has or had, and takes it: what was recorded of one that is gone is kept by its code, and must not
/// become attendance at another. So there is chance in it.
fn unused(sort: Sort, at: usize, taken: &mut BTreeSet<String>) -> String {
    loop {
        let id = match getrandom::u32() {
            Ok(chance) => format!("{}{at}-{chance:08x}", sort.name()),
            // Without chance at least nothing that is there now.
            Err(_) => format!("{}{at}-{}", sort.name(), taken.len()),
        };
        if taken.insert(id.clone()) {
            return id;
        }
    }
}

fn number(text: &str) -> Option<serde_json::Number> {
    Some(text.replace(',', ".")).filter(|text| !text.is_empty())?.parse().ok()
}

/// Returns of which row something is said, of which column, and what.
fn place(sort: Sort, detail: &str) -> Option<(usize, Column, &str)> {
    let (at, rest) = detail.strip_prefix(sort.member())?.strip_prefix('[')?.split_once(']')?;
    let (column, reason) = rest.strip_prefix('.')?.split_once(' ')?;
    let column = match column {
        "id" => Column::Code,
        "points" => Column::Points,
        _ => Column::Title,
    };
    Some((at.parse().ok()?, column, reason))
}

/// Reads lines of `title`, `code | title` or `code | title | points`; a star between bars says that it is required.
fn lines(text: &str, sort: Sort) -> Result<Vec<Row>, String> {
    let all = text.lines().map(str::trim).filter(|text| !text.is_empty());
    all.map(|text| line(text, sort)).collect()
}

fn line(text: &str, sort: Sort) -> Result<Row, String> {
    let mut parts: Vec<&str> = text.split('|').map(str::trim).collect();
    let required = parts.contains(&"*");
    parts.retain(|part| *part != "*");
    let (id, title, points) = match parts.as_slice() {
        [title] => ("", *title, ""),
        [id, title] => (*id, *title, ""),
        [id, title, points] if sort == Sort::Activity && number(points).is_some() => (*id, *title, *points),
        _ => return Err(text.to_owned()),
    };
    let [id, title, points] = [id, title, points].map(str::to_owned);
    Ok(Row { id, kept: false, title, points, required, error: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(fields: &[(&str, &str)]) -> Fields {
        Fields::of(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    fn read(sort: Sort, fields: &[(&str, &str)]) -> Result<Vec<Value>, Vec<FieldProblem>> {
        Listed::read(sort, &form(fields)).values(Words::first())
    }

    #[test]
    fn rows_and_lines_say_the_same() {
        let rows = [
            ("session_1_id", "day1"),
            ("session_1_kept", "yes"),
            ("session_1_title", "Day 1"),
            ("session_1_required", "yes"),
            ("session_3_title", " Day 2 "),
        ];
        let wanted = [
            json!({ "id": "day1", "title": "Day 1", "required": true }),
            json!({ "title": "Day 2", "required": false }),
        ];
        let without_made = |mut values: Vec<Value>| {
            let made = values[1].as_object_mut().unwrap().remove("id").unwrap();
            assert!(made.as_str().unwrap().starts_with("session2-"), "{made}");
            values
        };
        assert_eq!(without_made(read(Sort::Session, &rows).unwrap()), wanted);
        let lines = read(Sort::Session, &[("sessions", "day1 | Day 1 | *\n\nDay 2")]).unwrap();
        assert_eq!(without_made(lines.clone()), wanted);
        let activity = json!({ "id": "quiz", "title": "Quiz", "required": false, "points": 2.5 });
        let row =
            [("activity_1_id", "quiz"), ("activity_1_title", "Quiz"), ("activity_1_points", "2,5"), ("activities", "")];
        assert_eq!(read(Sort::Activity, &row).unwrap(), std::slice::from_ref(&activity));
        assert_eq!(read(Sort::Activity, &[("activities", "quiz | Quiz | 2,5")]).unwrap(), [activity]);
        // What is kept is what was read.
        let course = json!({ "sessions": lines });
        assert_eq!(Listed::kept(Sort::Session, &course).values(Words::first()).unwrap(), lines);
    }

    #[test]
    fn a_code_that_is_made_is_nobodys_and_never_was() {
        let rows = [("session_1_title", "New"), ("session_2_id", "session1"), ("session_2_title", "Old")];
        let ids = || -> Vec<String> {
            read(Sort::Session, &rows).unwrap().iter().map(|one| text(one, "id").to_owned()).collect()
        };
        let (first, second) = (ids(), ids());
        assert_eq!((first[1].as_str(), second[1].as_str()), ("session1", "session1"));
        // The second time the first may be gone, with attendance kept under its code.
        assert_ne!(first[0], second[0]);
    }

    #[test]
    fn what_is_emptied_goes_and_what_is_half_typed_is_told_in_its_row() {
        let emptied = [("session_1_id", "day1"), ("session_1_kept", "yes"), ("session_1_title", "")];
        assert_eq!(read(Sort::Session, &emptied).unwrap(), Vec::<Value>::new());
        let wrongs: [(&[(&str, &str)], Column); 3] = [
            (&[("activity_2_id", "quiz"), ("activity_2_title", "")], Column::Title),
            (
                &[("activity_1_id", "a"), ("activity_1_title", "A"), ("activity_2_id", "a"), ("activity_2_title", "B")],
                Column::Code,
            ),
            (&[("activity_1_title", "A"), ("activity_1_points", "many")], Column::Points),
        ];
        for (fields, column) in wrongs {
            let mut listed = Listed::read(Sort::Activity, &form(fields));
            assert!(listed.values(Words::first()).is_err(), "{fields:?}");
            assert_eq!(listed.rows.last().unwrap().error.as_ref().unwrap().0, column, "{fields:?}");
        }
        for (bad, sort) in
            [("a | b | c | d", Sort::Session), ("quiz | Quiz | many", Sort::Activity), ("a | b | 3", Sort::Session)]
        {
            let told = read(sort, &[(sort.member(), bad)]).unwrap_err();
            assert_eq!((told.len(), told[0].field.as_str()), (1, sort.member()), "{bad}");
        }
        let twice = [("session_1_id", "day1"), ("session_1_title", "Day 1"), ("sessions", "day1 | Day one")];
        assert_eq!(read(Sort::Session, &twice).unwrap_err()[0].field, "sessions");
    }

    /// What somebody else did, and a form that was sent before: nothing comes back, and nothing is there twice.
    #[test]
    fn what_was_typed_is_brought_together_with_what_there_is_by_now() {
        let typed = [
            ("session_1_id", "day1"),
            ("session_1_kept", "yes"),
            ("session_1_title", ""),
            ("session_2_id", "day2"),
            ("session_2_kept", "yes"),
            ("session_2_title", "Day 2"),
            ("session_3_id", "day3"),
            ("session_3_kept", "yes"),
            ("session_3_title", "Day three"),
            ("session_4_title", "New"),
            ("session_5_id", "own"),
            ("session_5_title", "Own"),
            ("session_gone", "day0"),
            ("sessions", "Of a line\nday8 | Another | *"),
        ];
        let mut listed = Listed::read(Sort::Session, &form(&typed));
        assert_eq!(listed.gone, ["day0", "day1"]);
        let there = |id: &str, title: &str| json!({ "id": id, "title": title, "required": false });
        let mut course = json!({ "sessions": [
            there("day0", "Day 0"), there("day1", "Day 1"), there("day3", "Day 3"), there("made4", "New"),
            there("own", "Somebody else's"), there("made5", "Of a line"), there("made6", "New"),
        ] });
        // Who emptied a title sees that row no more; nor what somebody else took away.
        assert_eq!(listed.meanwhile(&course), ["Day 2"]);
        let seen = |listed: &Listed| -> Vec<(String, String, bool)> {
            listed.rows.iter().map(|row| (row.id.clone(), row.title.clone(), row.kept)).collect()
        };
        let row = |id: &str, title: &str, kept| (id.to_owned(), title.to_owned(), kept);
        let wanted = [
            row("day3", "Day three", true),
            row("made4", "New", true),
            row("own", "Own", false),
            // Another title under the same code is not what was typed, nor is a second one of the same title.
            row("own", "Somebody else's", true),
            row("made5", "Of a line", true),
            row("made6", "New", true),
        ];
        assert_eq!((seen(&listed).as_slice(), listed.lines.as_str()), (&wanted[..], "day8 | Another | *"));
        // The same once more changes nothing.
        assert!(listed.meanwhile(&course).is_empty());
        assert_eq!(seen(&listed), wanted);
        course["sessions"] = json!([]);
        assert_eq!(listed.meanwhile(&course).len(), 5);
        assert_eq!(seen(&listed), [row("own", "Own", false)]);
    }

    #[test]
    fn what_the_api_says_of_a_row_stands_in_it() {
        assert_eq!(place(Sort::Session, "sessions[12].title is empty"), Some((12, Column::Title, "is empty")));
        assert_eq!(place(Sort::Activity, "sessions[12].title is empty"), None);
        assert_eq!(place(Sort::Session, "sessions has 501 entries, at most 500 are taken"), None);
    }
}
