//! What is known of somebody, as fields of a form: what they have attended, done and reached, and what came with the list besides.
//!
//! A field that was emptied takes away what was known. What a form says as it was says nothing: who entered it before stays who entered
//! it.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::events::text;
use super::form::{Fields, part};
use super::import::words::{Headers, own_label};
use super::inside::Staff;
use super::ui::{Choice, Facts, Field, Html, Kind, Section, Tried};
use super::words::Words;
use crate::eligibility::Amount;
use crate::server::Problem;
use crate::server::problem::FieldProblem;

/// Numbers, by their names in the progress.
const NUMBERS: [&str; 4] = ["attendance", "completion", "score", "points"];
/// What is so, is not so, or is not known.
const EITHER: [&str; 2] = ["passed", "checked_in"];
/// A column that is both: what a rule asks for, and what a certificate says.
const ROLE: &str = "role";
/// What fields of columns, sessions and activities begin with, before a code as it stands in addresses.
const COLUMN: &str = "own:";
const SESSION: &str = "session:";
const ACTIVITY: &str = "activity:";
const POINTS: &str = "activity_points:";

/// The field with what the others said when they were shown.
pub(super) const WAS: &str = "was";

/// An event as far as it matters here: its sessions, its activities, and the columns of its lists.
pub(super) struct Known<'a> {
    staff: &'a Staff,
    course: &'a Value,
    headers: Headers,
}

/// What a form says, for the API.
#[derive(Default)]
pub(super) struct Said {
    progress: Map<String, Value>,
    forget: Vec<String>,
    columns: Map<String, Value>,
}

impl Said {
    /// Puts it into what is sent of a person.
    pub(super) fn into_body(self, body: &mut Map<String, Value>) {
        for (name, said) in [("progress", self.progress), ("fields", self.columns)] {
            if !said.is_empty() {
                body.insert(name.to_owned(), Value::Object(said));
            }
        }
        if !self.forget.is_empty() {
            body.insert("forget".to_owned(), json!(self.forget));
        }
    }
}

impl<'a> Known<'a> {
    /// Asks for what belongs to an event; `path` is that of its page.
    pub(super) async fn of(staff: &'a Staff, path: &str, event: &'a Value) -> Self {
        Self { staff, course: &event["course"], headers: Headers::of(staff, path).await }
    }

    /// Returns the fields, filled with what is known of a person; of nobody yet with nothing.
    pub(super) fn fields(&self, person: &Value) -> Vec<Field> {
        let w = self.staff.w;
        let progress = &person["progress"];
        let mut all: Vec<Field> = NUMBERS
            .iter()
            .map(|name| Field::text(name, w.s(&format!("measure-{name}"))).value(plain(&progress[*name])))
            .collect();
        let hint = w.s("people-progress-hint");
        all = all.into_iter().enumerate().map(|(at, field)| if at == 0 { field.hint(&*hint) } else { field }).collect();
        all.extend(EITHER.map(|name| {
            let label = w.s(&format!("measure-{}", name.replace('_', "-")));
            Field::new(name, label, Kind::Select(either(w, "yes", "no"))).value(said_of(&progress[name]))
        }));
        all.push(Field::text(ROLE, w.s("known-role")).value(role(person)).hint(w.s("known-role-hint")));
        all.extend(self.sessions(progress));
        all.extend(self.activities(progress));
        all.extend(self.columns(person));
        all
    }

    fn sessions(&self, progress: &Value) -> Vec<Field> {
        let w = self.staff.w;
        let field = |(id, title): (String, String)| {
            let choices = either(w, "known-present", "known-absent");
            let value = said_of(&progress["sessions"][&id]["present"]);
            Field::new(&format!("{SESSION}{}", part(&id)), title, Kind::Select(choices)).value(value)
        };
        let all: Vec<Field> = self.of_course("sessions").map(field).collect();
        headed(w.s("course-sessions"), all)
    }

    fn activities(&self, progress: &Value) -> Vec<Field> {
        let w = self.staff.w;
        let fields = |(id, title): (String, String)| {
            let done = &progress["activities"][&id];
            let points = w.with("known-points-of", [("title", title.clone().into())]);
            let choices = either(w, "known-done", "known-not-done");
            [
                Field::new(&format!("{ACTIVITY}{}", part(&id)), title, Kind::Select(choices))
                    .value(said_of(&done["done"])),
                Field::text(&format!("{POINTS}{}", part(&id)), points).value(plain(&done["points"])),
            ]
        };
        let all: Vec<Field> = self.of_course("activities").flat_map(fields).collect();
        headed(w.s("course-activities"), all)
    }

    /// Those of a kind, with their codes and titles.
    fn of_course(&self, member: &str) -> impl Iterator<Item = (String, String)> {
        self.course[member].as_array().into_iter().flatten().map(|one| (text(one, "id"), text(one, "title")))
    }

    /// What came with the list besides, and one more column that nobody has yet.
    fn columns(&self, person: &Value) -> Vec<Field> {
        let w = self.staff.w;
        let field = |(name, value): (String, String)| {
            Field::text(&format!("{COLUMN}{name}"), own_label(w, &self.headers, &name))
                .of(format!("fields.{name}"))
                .value(value)
        };
        let mut all: Vec<Field> = self.own(person).into_iter().map(field).collect();
        all.push(Field::text("more_name", w.s("known-more")).hint(w.s("known-more-hint")));
        all.push(Field::text("more_value", w.s("known-more-value")));
        headed(w.s("known-columns"), all)
    }

    /// The columns that a person has or others of the list have, with what stands in them of this one.
    fn own(&self, person: &Value) -> BTreeMap<String, String> {
        let mut all: BTreeMap<String, String> =
            self.headers.names().map(|name| (name.to_owned(), String::new())).collect();
        all.extend(of_person(person));
        all.remove(ROLE);
        all
    }

    /// Shows what is known beyond what is measured, for who may only look.
    pub(super) fn facts(&self, person: &Value) -> Vec<(String, Option<String>)> {
        let w = self.staff.w;
        let mut facts = vec![(w.s("known-role"), Some(role(person)))];
        facts.extend(EITHER.map(|name| {
            let said = person["progress"][name].as_bool().map(|yes| w.s(if yes { "yes" } else { "no" }));
            (w.s(&format!("measure-{}", name.replace('_', "-"))), said)
        }));
        let own = of_person(person).into_iter().filter(|(name, _)| name != ROLE);
        facts.extend(own.map(|(name, value)| (own_label(w, &self.headers, &name), Some(value))));
        facts
    }

    /// Shows session by session and activity by activity what was noted, folded.
    pub(super) fn noted(&self, person: &Value) -> Option<Html> {
        let (w, progress) = (self.staff.w, &person["progress"]);
        let mut facts = Vec::new();
        for (id, title) in self.of_course("sessions") {
            let said = progress["sessions"][&id]["present"].as_bool();
            facts.push((title, said.map(|yes| w.s(if yes { "known-present" } else { "known-absent" }))));
        }
        for (id, title) in self.of_course("activities") {
            let one = &progress["activities"][&id];
            let said = one["done"].as_bool().map(|yes| w.s(if yes { "known-done" } else { "known-not-done" }));
            let points = Some(plain(&one["points"])).filter(|points| !points.is_empty());
            let points = points.map(|points| format!(", {}: {points}", w.s("measure-points"))).unwrap_or_default();
            facts.push((title, said.map(|said| format!("{said}{points}"))));
        }
        let facts = Facts::known(facts);
        (!facts.0.is_empty()).then(|| Section::new("noted", w.s("known-noted")).part(facts).folded().into())
    }

    /// Returns what the fields said when they were shown, for [`Self::read`]: a form that is sent twice says the same twice.
    pub(super) fn was(person: &Value) -> Field {
        let was = json!({ "progress": person["progress"], "fields": person["fields"] });
        Field::hidden(WAS, data_encoding::BASE64URL_NOPAD.encode(was.to_string().as_bytes()))
    }

    /// Reads what a form says that was not so when it was shown.
    ///
    /// # Errors
    /// What is no number, or says half, beside its field.
    pub(super) fn read(&self, fields: &Fields) -> Result<Said, Problem> {
        let was = data_encoding::BASE64URL_NOPAD.decode(fields.get(WAS).as_bytes()).unwrap_or_default();
        let person: &Value = &serde_json::from_slice(&was).unwrap_or_default();
        let (mut said, progress) = (Said::default(), &person["progress"]);
        for name in NUMBERS {
            let Some(value) = new(fields, name, &plain(&progress[name])) else { continue };
            match value {
                "" => said.forget.push(name.to_owned()),
                value => {
                    let label = self.staff.w.s(&format!("measure-{name}"));
                    said.progress.insert(name.to_owned(), self.number(name, &label, value)?);
                }
            }
        }
        for name in EITHER {
            match new(fields, name, said_of(&progress[name])) {
                Some("") => said.forget.push(name.to_owned()),
                Some(value) => drop(said.progress.insert(name.to_owned(), json!(value == "yes"))),
                None => {}
            }
        }
        self.read_role(fields, person, &mut said);
        self.read_sessions(fields, progress, &mut said);
        self.read_activities(fields, progress, &mut said)?;
        self.read_columns(fields, person, &mut said)?;
        Ok(said)
    }

    fn read_role(&self, fields: &Fields, person: &Value, said: &mut Said) {
        let Some(value) = new(fields, ROLE, &role(person)) else { return };
        let is_column = !text(&person["fields"], ROLE).is_empty();
        match value {
            "" => {
                if person["progress"][ROLE].is_string() {
                    said.forget.push(ROLE.to_owned());
                }
                if is_column {
                    said.columns.insert(ROLE.to_owned(), Value::Null);
                }
            }
            value => {
                said.progress.insert(ROLE.to_owned(), json!(value));
                said.columns.insert(ROLE.to_owned(), json!(value));
            }
        }
    }

    fn read_sessions(&self, fields: &Fields, progress: &Value, said: &mut Said) {
        let mut marks = Map::new();
        for (id, _) in self.of_course("sessions") {
            match new(fields, &format!("{SESSION}{}", part(&id)), said_of(&progress["sessions"][&id]["present"])) {
                Some("") => said.forget.push(format!("sessions.{id}")),
                Some(value) => drop(marks.insert(id, json!({ "present": value == "yes", "by_hand": true }))),
                None => {}
            }
        }
        if !marks.is_empty() {
            said.progress.insert("sessions".to_owned(), Value::Object(marks));
        }
    }

    fn read_activities(&self, fields: &Fields, progress: &Value, said: &mut Said) -> Result<(), Problem> {
        let mut all = Map::new();
        for (id, title) in self.of_course("activities") {
            let before = &progress["activities"][&id];
            let (name, points_name) = (format!("{ACTIVITY}{}", part(&id)), format!("{POINTS}{}", part(&id)));
            let is_new = new(fields, &name, said_of(&before["done"])).is_some()
                || new(fields, &points_name, &plain(&before["points"])).is_some();
            if !is_new {
                continue;
            }
            let (done, points) = (fields.get(&name), fields.get(&points_name));
            if done.is_empty() && !points.is_empty() {
                return Err(self.refused(&name, self.staff.w.s("known-points-alone")));
            }
            if done.is_empty() {
                said.forget.push(format!("activities.{id}"));
                continue;
            }
            let mut one = json!({ "done": done == "yes" });
            if !points.is_empty() {
                let label = self.staff.w.with("known-points-of", [("title", title.into())]);
                one["points"] = self.number(&points_name, &label, points)?;
            }
            all.insert(id, one);
        }
        if !all.is_empty() {
            said.progress.insert("activities".to_owned(), Value::Object(all));
        }
        Ok(())
    }

    fn read_columns(&self, fields: &Fields, person: &Value, said: &mut Said) -> Result<(), Problem> {
        for (name, before) in self.own(person) {
            if let Some(value) = new(fields, &format!("{COLUMN}{name}"), &before) {
                said.columns.insert(name, json!(value));
            }
        }
        match (fields.get("more_name"), fields.get("more_value")) {
            ("", "") => Ok(()),
            ("", _) => Err(self.refused("more_name", self.staff.w.s("known-more-unnamed"))),
            (_, "") => Err(self.refused("more_value", self.staff.w.s("known-more-empty"))),
            (name, value) => {
                said.columns.insert(name.to_owned(), json!(value));
                Ok(())
            }
        }
    }

    /// Reads `95`, `95 %` and `87,5` as numbers.
    fn number(&self, name: &str, label: &str, value: &str) -> Result<Value, Problem> {
        let number = value.parse::<Amount>().map(|number| json!(number));
        number
            .map_err(|_| self.refused(name, self.staff.w.with("rule-no-number", [("field", label.to_owned().into())])))
    }

    fn refused(&self, field: &str, detail: String) -> Problem {
        let errors = vec![FieldProblem { field: field.to_owned(), detail }];
        Problem::unprocessable("bad-number", self.staff.w.s("form-look")).with_errors(errors)
    }
}

/// What the API asks about somebody who was absent or failed, in the words of the form that asks it.
pub(super) fn plainly(w: &Words, problem: Problem) -> Problem {
    match problem.code.as_str() {
        "absent-or-failed" => {
            Problem { detail: w.s("known-absent-asked"), by_api: false, errors: Vec::new(), ..problem }
        }
        _ => problem,
    }
}

/// Asks whether what says that somebody was absent or failed is meant so, where the operation asked.
pub(super) fn absent(w: &Words, tried: &Tried<'_>) -> Option<Field> {
    tried.about(&["absent-or-failed"])?;
    let take = vec![Choice::new("take", w.s("known-absent-take"))];
    Some(Field::new("absent", w.s("import-answer"), Kind::Checks(take)))
}

/// Returns what a field says, if the form has it and it says something else than before.
fn new<'f>(fields: &'f Fields, name: &str, before: &str) -> Option<&'f str> {
    fields.all(name).next()?;
    Some(fields.get(name)).filter(|value| *value != before.trim())
}

fn headed(heading: String, fields: Vec<Field>) -> Vec<Field> {
    if fields.is_empty() { fields } else { std::iter::once(Field::heading(heading)).chain(fields).collect() }
}

fn either(w: &Words, yes: &str, no: &str) -> Vec<Choice> {
    vec![Choice::new("", w.s("known-not")), Choice::new("yes", w.s(yes)), Choice::new("no", w.s(no))]
}

/// What the rule may ask for, else what the certificate says.
fn role(person: &Value) -> String {
    let asked = text(&person["progress"], ROLE);
    if asked.is_empty() { text(&person["fields"], ROLE) } else { asked }
}

/// The columns in which something stands of a person.
fn of_person(person: &Value) -> BTreeMap<String, String> {
    let all = person["fields"].as_object().into_iter().flatten();
    all.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
        .filter(|(_, v)| !v.is_empty())
        .collect()
}

fn said_of(value: &Value) -> &'static str {
    value.as_bool().map_or("", |yes| if yes { "yes" } else { "no" })
}

fn plain(value: &Value) -> String {
    match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        _ => String::new(),
    }
}
