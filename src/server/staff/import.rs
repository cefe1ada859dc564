//! Lists of people, from the file to the rows that are taken in. The file waits; every answer stands in the address, so each page says
//! what would become of the list as it is answered so far, and the way back takes an answer away again.

mod asked;
pub(super) mod history;
mod reading;
pub(super) mod words;

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{Method, Uri};
use axum::response::Response;
use serde_json::Value;

use self::words::{field_label, for_pages, hint, left_out, said_of_rows, sum};
use super::events::{text, trail};
use super::form::{Fields, File, part, parts, query, written};
use super::inside::{Answer, Sent, Staff, see};
use super::phrases::sentence;
use super::ui::{
    Action, Actions, Cell, Field, Figure, Figures, Form, Html, Kind, Notice, Page, Section, Table, Text, Tone, Tried,
};
use super::within::{Ask, Told};
use super::words::Words;
use crate::accounts::Permission;
use crate::import::is_for_programs;
use crate::server::{App, Problem};

/// Kinds of file that the field offers.
const KINDS: &str = ".csv,.tsv,.txt,.xlsx";
/// Names the shape by which a list is read as the last one was.
const REMEMBERED: &str = "remembered";
/// Rows of each question, and findings, that a page shows.
const SHOWN: usize = 50;
/// Rows that one line of findings names.
const LINES: usize = 12;
/// Answers that go into the query of the operation.
const ANSWERS: [&str; 10] = [
    "keep_known",
    "same_address",
    "same_name",
    "same_id",
    "absent",
    "encoding",
    "sheet",
    "header_row",
    "hidden",
    "comma_names",
];
/// Answers about rows, which are joined: several places of a page ask about them.
const ROWS: [&str; 5] = ["confirm_row", "likely_row", "leave_out_row", "name_case", "likely_email"];
/// What says how the file itself is read: of another reading, what was said of columns and rows means others.
const READING: [&str; 4] = ["encoding", "sheet", "header_row", "hidden"];
/// How the list was read when somebody answered, and how the form with the reading showed it.
const READ: &str = "read";
const SHOWN_AS: &str = "shown_as";

/// Asks for a file.
pub(super) async fn choose(staff: Staff, Path(code): Path<String>) -> Answer {
    staff.needs(Permission::Import)?;
    let event = staff.get(&format!("/events/{}", part(&code))).await?;
    Ok(staff.page(&asked(&staff, &code, &event, &Tried::NEW)))
}

fn asked(staff: &Staff, code: &str, event: &Value, tried: &Tried<'_>) -> Page {
    let w = staff.w;
    let form = Form::new(staff, &format!("/events/{}/import", part(code)), w.s("import-look"))
        .field(Field::new("file", w.s("import-file"), Kind::File(KINDS)).required().hint(w.s("import-file-hint")))
        .tried(tried);
    let by_hand = Action::link(w.s("people-add"), staff.at(&format!("/events/{}/people/new", part(code))));
    let page = Page::new(w.s("import-title")).trail(trail(staff, code, event)).narrow().lead(w.s("import-lead"));
    page.part(form).part(Actions(vec![by_hand]))
}

/// Takes a file, and shows what would become of it.
pub(super) async fn take(State(app): State<App>, Path(code): Path<String>, Sent { staff, fields }: Sent) -> Response {
    let path = format!("/events/{}", part(&code));
    if let Err(response) = staff.needs(Permission::Import) {
        return response;
    }
    let event = match staff.get(&path).await {
        Ok(event) => event,
        Err(response) => return response,
    };
    let refused = |problem: Problem| {
        let tried = Tried(Some((&fields, &problem)));
        staff.page_with(tried.status(), &asked(&staff, &code, &event, &tried))
    };
    let Some(file) = fields.file("file") else {
        return refused(Problem::bad_request("no-file", staff.w.s("import-no-file")));
    };
    match super::uploads::keep(&app, &owner(&staff, &code), file.clone()).await {
        Ok(Some(id)) => see(&staff.at(&format!("{path}/import/{id}"))),
        Ok(None) => refused(Problem::unprocessable("too-large", staff.w.s("import-too-large"))),
        Err(problem) => refused(problem),
    }
}

/// Whose a file is that waits.
pub(super) fn owner(staff: &Staff, code: &str) -> String {
    format!("{}/{}", staff.id, code.to_uppercase())
}

/// Returns the file that waits, or the page that asks for it again.
async fn waiting(app: &App, staff: &Staff, code: &str, id: &str) -> Result<Arc<File>, Response> {
    let found = super::uploads::found(app, &owner(staff, code), id).await.map_err(|problem| staff.failed(&problem))?;
    found.ok_or_else(|| see(&staff.at(&format!("/events/{}/import?said=file-gone", part(code)))))
}

/// Asks the operation about a file, as it was answered so far.
async fn ask(
    staff: &Staff,
    code: &str,
    file: &File,
    answers: &Fields,
    dry_run: bool,
    once: Option<&str>,
) -> Result<Told, Problem> {
    let more = [("dry_run", if dry_run { "true" } else { "" })];
    let path = format!("/events/{}/imports?{}", part(code), said(answers, &more));
    let (kind, body) = with_map(file, answers);
    staff.ask(Method::POST, &path, Ask { body: Some((&kind, body)), once, ..Ask::default() }).await
}

/// Returns the query of what was answered.
fn said(answers: &Fields, more: &[(&str, &str)]) -> String {
    let mut given: Vec<(&str, &str)> = ANSWERS.iter().map(|name| (*name, answers.get(name))).collect();
    let of_rows = ROWS.map(|name| (name, joined(answers, name)));
    given.extend(of_rows.iter().map(|(name, lines)| (*name, lines.as_str())));
    given.extend_from_slice(more);
    written(given)
}

/// Returns the form with the file, and what was said about its columns.
fn with_map(file: &File, answers: &Fields) -> (String, axum::body::Bytes) {
    parts(answers.all("map").filter(|map| !map.is_empty()).map(|map| ("map", map)), &[file])
}

/// Joins what was answered about rows in several places: `all` is stronger than lines.
fn joined(answers: &Fields, name: &str) -> String {
    let all: Vec<&str> = answers.all(name).filter(|value| !value.is_empty()).collect();
    if all.contains(&"all") { "all".to_owned() } else { all.join(",") }
}

/// Shows what would become of a list.
pub(super) async fn look(
    State(app): State<App>,
    staff: Staff,
    Path((code, id)): Path<(String, String)>,
    uri: Uri,
) -> Answer {
    staff.needs(Permission::Import)?;
    let event = staff.get(&format!("/events/{}", part(&code))).await?;
    let file = waiting(&app, &staff, &code, &id).await?;
    let answers = answered(&query(uri.query()));
    if answers.texts().all(|(name, _)| name == "lang")
        && let Some(proposed) = proposed(&staff, &code, &file).await
    {
        return Ok(see(&staff.at(&format!("/events/{}/import/{}?{proposed}", part(&code), part(&id)))));
    }
    let remembered = remembered(&staff, &answers).await;
    let list = List { staff: &staff, code: &code, id: &id, event: &event, file: &file, answers: &answers, remembered };
    Ok(match ask(&staff, &code, &file, &answers, true, None).await {
        Ok(told) => staff.page(&list.seen(&told.value)),
        Err(problem) => staff.page_with(Tried(Some((&answers, &problem))).status(), &list.unread(&problem)),
    })
}

/// Returns what was said about the last list of the same shape, as answers about this one; nothing where there is none.
async fn proposed(staff: &Staff, code: &str, file: &File) -> Option<String> {
    let (kind, body) = with_map(file, &Fields::default());
    let ask = Ask { body: Some((&kind, body)), ..Ask::default() };
    let told = staff.ask(Method::POST, &format!("/events/{}/imports/shape", part(code)), ask).await.ok()?.value;
    let answers = told["remembered"]["answers"].as_object()?;
    let text = |name: &str| answers.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let header_row = answers.get("header_row").and_then(Value::as_u64).map(|row| row.to_string()).unwrap_or_default();
    let hidden = if answers.get("hidden") == Some(&Value::Bool(true)) { "include" } else { "" };
    let (encoding, sheet, shape) = (text("encoding"), text("sheet"), told["shape"].as_str()?);
    let map = answers.get("map").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let others = [("encoding", &*encoding), ("sheet", &sheet), ("header_row", &header_row), ("hidden", hidden)];
    Some(written(map.map(|entry| ("map", entry)).chain(others).chain([(REMEMBERED, shape)])))
}

/// Returns what is remembered of the shape by which a list is read.
async fn remembered(staff: &Staff, answers: &Fields) -> Option<Value> {
    let shape = answers.some(REMEMBERED)?;
    staff.get_if(&format!("/import-shapes/{}", part(shape))).await
}

/// Forgets what was said about lists of a shape, and shows the list as it is read without.
pub(super) async fn forget(Path((code, id)): Path<(String, String)>, Sent { staff, fields }: Sent) -> Response {
    if let Err(response) = staff.needs(Permission::Import) {
        return response;
    }
    let ask = Ask { once: fields.some("once"), ..Ask::default() };
    let path = format!("/events/{}/import/{}?fresh=yes", part(&code), part(&id));
    match staff.ask(Method::DELETE, &format!("/import-shapes/{}", part(fields.get("shape"))), ask).await {
        Ok(_) => staff.done(&path, "import-forgotten"),
        // Somebody else was faster.
        Err(problem) if problem.status == 404 => staff.done(&path, "import-forgotten"),
        Err(problem) => staff.failed(&problem),
    }
}

/// The rows that would not be taken in, with the reason beside, to be corrected.
pub(super) async fn bad_rows(
    State(app): State<App>,
    staff: Staff,
    Path((code, id)): Path<(String, String)>,
    uri: Uri,
) -> Answer {
    staff.needs(Permission::Import)?;
    let file = waiting(&app, &staff, &code, &id).await?;
    let answers = answered(&query(uri.query()));
    let (kind, body) = with_map(&file, &answers);
    let path = format!("/events/{}/imports/report?{}", part(&code), said(&answers, &[("only", "left_out")]));
    staff.pass_body(&path, &kind, body).await
}

/// Takes apart answers that a choice gave whole, as `encoding=windows-1250`.
fn answered(asked: &Fields) -> Fields {
    let mut all: Vec<(String, String)> =
        asked.texts().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    for (name, value) in asked.texts().filter(|(name, _)| name.starts_with("answer")) {
        let _ = name;
        if let Some((name, value)) = value.split_once('=') {
            all.push((name.to_owned(), value.to_owned()));
        }
    }
    all.retain(|(name, value)| !name.starts_with("answer") && !value.is_empty());
    all.dedup();
    of_this_reading(&Fields::of(all))
}

/// Leaves out what was said of columns and rows where the file is read otherwise than when it was said.
fn of_this_reading(answers: &Fields) -> Fields {
    let now = read_so(|name| answers.get(name));
    let is_same = |before: &str| answers.all(before).next().is_some_and(|before| before == now);
    let was_said = answers.all(READ).next().is_some();
    match was_said && !is_same(READ) && !is_same(SHOWN_AS) {
        true => {
            let of_others = ["map", REMEMBERED, "comma_names", READ, SHOWN_AS];
            answers.without(&of_others.into_iter().chain(ROWS).collect::<Vec<_>>())
        }
        false => answers.without(&[READ, SHOWN_AS]),
    }
}

/// Writes a reading: what is not said is left to the operation.
fn read_so<'a>(said: impl Fn(&str) -> &'a str) -> String {
    READING.map(said).join("/")
}

/// A list that is looked at.
struct List<'a> {
    staff: &'a Staff,
    code: &'a str,
    id: &'a str,
    event: &'a Value,
    file: &'a File,
    answers: &'a Fields,
    /// What is remembered of its shape, where it is read by that.
    remembered: Option<Value>,
}

impl List<'_> {
    fn path(&self) -> String {
        format!("/events/{}/import/{}", part(self.code), self.id)
    }

    fn page(&self) -> Page {
        let w = self.staff.w;
        let page = Page::new(w.s("import-title")).trail(trail(self.staff, self.code, self.event));
        let page = page.lead(self.file.name.clone()).said(w, self.answers);
        let Some(known) = &self.remembered else { return page };
        let values =
            [("event", text(known, "event").into()), ("day", self.staff.day(&known["at"]).unwrap_or_default().into())];
        let forget = Action::post(
            self.staff,
            w.s("import-forget"),
            &format!("{}/forget", self.path()),
            &[("shape", &text(known, "kind"))],
        );
        let without = Action::link(w.s("import-without"), self.staff.at(&format!("{}?fresh=yes", self.path())));
        page.notice(Tone::Grey, w.with("import-remembered", values)).part(Actions(vec![forget, without]))
    }

    /// Returns a form that adds an answer to those before.
    fn answer(&self, submit: String, without: &[&str]) -> Form {
        let mut form = Form::filter(self.staff, &self.path(), submit);
        for (name, value) in self.answers.texts().filter(|(name, _)| !without.contains(name) && *name != "said") {
            form = form.field(Field::hidden(name, value));
        }
        form.field(Field::hidden(READ, read_so(|name| self.answers.get(name))))
    }

    /// The list cannot be read as it is: what is wrong, and the ways to read it otherwise.
    fn unread(&self, problem: &Problem) -> Page {
        let w = self.staff.w;
        // Without a column of names there is nothing wrong with the file: it has to be said which one it is.
        let mut page = match problem.code == "bad-file" && !problem.questions.is_empty() {
            true => self.page().notice(Tone::Amber, w.s("import-no-name")),
            false => self.page().problem(Tone::Red, w, &self.for_page(problem)),
        };
        for (at, question) in problem.questions.iter().enumerate() {
            let question = serde_json::to_value(question).unwrap_or_default();
            page = page.part(self.question(at, &question));
        }
        // A list whose names stand in two columns is answered by both.
        let named = problem.questions.iter().flat_map(|question| &question.choices);
        let columns: Vec<_> = named.filter_map(|choice| choice.answer.strip_prefix("map=name=")).collect();
        if !columns.is_empty() {
            page = page.part(Section::new("columns", self.staff.w.s("import-columns")).part(self.which_is(&columns)));
        }
        page.part(self.reading(&Value::Null)).part(Actions(vec![self.other_file()]))
    }

    /// The same without what is for programs, where something is left to say.
    fn for_page(&self, problem: &Problem) -> Problem {
        let mut shown = problem.clone();
        let plain: Vec<&str> = problem.detail.split("; ").filter(|part| !is_for_programs(part)).collect();
        if !plain.is_empty() {
            shown.detail = plain.join("; ");
        }
        shown
    }

    fn other_file(&self) -> Action {
        let w = self.staff.w;
        Action::link(w.s("import-other"), self.staff.at(&format!("/events/{}/import", part(self.code))))
    }

    /// What would become of it.
    fn seen(&self, told: &Value) -> Page {
        let w = self.staff.w;
        let counts = &told["counts"];
        let mut page = self.page().part(self.rows_found(counts)).part(self.counts(counts)).part(self.sum(counts));
        let questions = told["questions"].as_array().map_or(&[][..], Vec::as_slice);
        if !questions.is_empty() {
            page = page.notice(Tone::Amber, w.count("import-questions", questions.len() as u64));
        }
        for (at, question) in questions.iter().enumerate() {
            page = page.part(self.question(at, question));
        }
        page = page.part_if(self.absent(told)).part_if(self.same(told));
        for offer in told["offers"].as_array().into_iter().flatten() {
            page = page.part(self.offer(offer));
        }
        page = page.part_if(self.first_people(told));
        let event = format!("/events/{}", part(self.code));
        page = page.part_if(super::languages::others(self.staff, &event, &told["languages"]));
        // Rows that are asked about can be corrected in the list as well as answered here.
        let bad = left_out(counts) + counts["asked"].as_u64().unwrap_or_default();
        if questions.is_empty() {
            page = page.part(self.confirm(counts));
        } else if bad > 0 {
            page = page.part(Section::new("bad", w.count("import-bad-now", bad)).part(self.bad_rows()));
        }
        page = page.part(self.columns(told)).part_if(self.notes(told)).part_if(self.findings(told));
        page.part(self.reading(&told["read"])).part(Actions(vec![self.other_file()]))
    }

    fn counts(&self, counts: &Value) -> Html {
        let w = self.staff.w;
        let figure = |key: &str, member: &str, tone| {
            let count = counts[member].as_u64().unwrap_or_default();
            Figure { label: w.s(key), value: w.number(count), href: None, tone: Some(tone).filter(|_| count > 0) }
        };
        let mut all =
            vec![figure("import-added", "added", Tone::Green), figure("import-changed", "updated", Tone::Grey)];
        let further = [
            ("import-unchanged", "unchanged", Tone::Grey),
            ("import-kept", "kept", Tone::Grey),
            ("import-again-rows", "again", Tone::Grey),
        ];
        let some = further.into_iter().filter(|(_, member, _)| counts[*member].as_u64() > Some(0));
        all.extend(some.map(|(key, member, tone)| figure(key, member, tone)));
        let out = left_out(counts);
        let (label, value) = (w.s("import-errors"), w.number(out));
        all.push(Figure { label, value, href: None, tone: Some(Tone::Amber).filter(|_| out > 0) });
        Figures(all).into()
    }

    /// How the rows of the list were found: each is one of these.
    fn rows_found(&self, counts: &Value) -> Html {
        let w = self.staff.w;
        let figure = |(key, member, tone): (&str, &str, Tone)| {
            let count = counts[member].as_u64().unwrap_or_default();
            Figure {
                label: w.count(key, count),
                value: w.number(count),
                href: None,
                tone: Some(tone).filter(|_| count > 0),
            }
        };
        let all = [
            ("import-rows-valid", "valid", Tone::Green),
            ("import-rows-warning", "warnings", Tone::Amber),
            ("import-rows-error", "errors", Tone::Red),
            ("import-rows-asked", "asked", Tone::Amber),
        ];
        Figures(all.map(figure).into()).into()
    }

    /// How rows and people add up.
    fn sum(&self, counts: &Value) -> super::ui::Text {
        super::ui::Text(sum(self.staff.w, counts))
    }

    /// The first people as they would be printed: a wrong column is seen here at once.
    fn first_people(&self, told: &Value) -> Option<Html> {
        let w = self.staff.w;
        let people = told["first_people"].as_array().filter(|people| !people.is_empty())?;
        let says = |one: &Value| one["says"].as_array().cloned().unwrap_or_default();
        let row = |one: &Value| {
            let line = one["line"].as_u64().unwrap_or_default().to_string();
            let mut cells = vec![Cell::text(text(one, "name")), Cell::text(text(one, "email"))];
            cells.push(Cell::text(text(one, "locale")));
            cells.extend(says(one).iter().map(|said| Cell::text(text(said, "value"))));
            cells.push(Cell::text(line));
            cells
        };
        let mut heads = vec![w.s("name"), w.s("email"), w.s("field-language")];
        heads.extend(people.first().map(says).unwrap_or_default().iter().map(|said| text(said, "header")));
        heads.push(w.s("row"));
        let table = Table {
            caption: w.s("import-first"),
            heads,
            rows: people.iter().map(row).collect(),
            empty: String::new(),
            next: None,
        };
        Some(table.into())
    }

    fn confirm(&self, counts: &Value) -> Html {
        let w = self.staff.w;
        let taken = counts["people"].as_u64().unwrap_or_default();
        let mut form = Form::new(self.staff, &self.path(), w.count("import-confirm", taken));
        for (name, value) in self.answers.texts() {
            form = form.field(Field::hidden(name, value));
        }
        let out = left_out(counts);
        let section = Section::new("confirm", w.s("import-ready"));
        match out {
            0 => section.part(form),
            _ => section.part(super::ui::Text(w.count("import-left-out", out))).part(form).part(self.bad_rows()),
        }
        .into()
    }

    /// The rows that would be left out, with the reason beside.
    fn bad_rows(&self) -> Actions {
        let query = written(self.answers.texts());
        let path = self.staff.at(&format!("{}/report.csv?{query}", self.path()));
        Actions(vec![Action::file(self.staff.w.s("import-bad-rows"), path)])
    }

    fn notes(&self, told: &Value) -> Option<Html> {
        let notes =
            told["notes"].as_array()?.iter().filter_map(Value::as_str).map(|note| for_pages(self.staff.w, note));
        let notes: Vec<String> = notes.filter(|note| !note.is_empty()).collect();
        let text = self.staff.w.s("import-notes");
        (!notes.is_empty()).then(|| Notice { tone: Tone::Grey, text, items: notes }.into())
    }

    /// What was found in the whole list: once what is alike, with how many rows it is about.
    fn findings(&self, told: &Value) -> Option<Html> {
        let w = self.staff.w;
        let groups = told["findings_alike"].as_array().filter(|found| !found.is_empty())?;
        let section = Section::new("findings", w.s("import-findings")).part(findings(self.staff, groups));
        Some(match told["findings_more"].as_u64() {
            Some(more @ 1..) => section.part(Text(w.count("import-findings-more", more))).into(),
            _ => section.into(),
        })
    }
}

/// The rows of a group with their names: the first of them, and the others folded below.
fn rows_of(w: &Words, group: &Value) -> Cell {
    let rows: Vec<(String, String)> = group["rows"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|one| Some((one["line"].as_u64()?.to_string(), text(one, "name"))))
        .collect();
    let count = group["count"].as_u64().unwrap_or_default();
    let (first, others) = rows.split_at(rows.len().min(LINES));
    let lines: Vec<&str> = first.iter().map(|(line, _)| line.as_str()).collect();
    let names: Vec<&str> = first.iter().map(|(_, name)| name.as_str()).filter(|name| !name.is_empty()).collect();
    let names = names.join(", ");
    let who = match count {
        1 => names,
        many if names.is_empty() => w.count("import-sum-rows", many),
        many => format!("{}: {names}", w.count("import-sum-rows", many)),
    };
    let cell = Cell::text(lines.join(", ")).sub(who);
    if others.is_empty() {
        return cell;
    }
    let mut all: Vec<String> = others.iter().map(|(line, name)| format!("{line} {name}").trim().to_owned()).collect();
    if count > rows.len() as u64 {
        all.push("…".to_owned());
    }
    cell.folded(w.count("import-rows-more", count - first.len() as u64), all.join(", "))
}

/// What is said of a group: of several values the first.
fn said_of(w: &Words, group: &Value) -> String {
    let said = sentence(&said_of_rows(w, &text(&group["first"], "reason")));
    match group["same"] == true {
        true => said,
        false => w.with("import-for-example", [("said", said.into())]),
    }
}

/// A table of what was found.
fn findings(staff: &Staff, groups: &[Value]) -> Html {
    let w = staff.w;
    let row = |group: &Value| {
        let finding = &group["first"];
        let severity = text(finding, "severity");
        let tone = if severity == "error" { Tone::Red } else { Tone::Amber };
        vec![
            rows_of(w, group),
            Cell::state(tone, w.s(&format!("severity-{severity}"))),
            Cell::text(field_label(w, &text(finding, "field"))),
            Cell::text(said_of(w, group)).sub(hint(staff, &text(finding, "hint"))),
        ]
    };
    Table {
        caption: w.s("import-findings"),
        heads: [w.s("row"), w.s("state"), w.s("import-header"), w.s("why")].into(),
        rows: groups.iter().map(row).collect(),
        empty: String::new(),
        next: None,
    }
    .into()
}

/// Says which column is what, in the address.
pub(super) async fn map(uri: Uri, staff: Staff, path: Path<(String, String)>, state: State<App>) -> Answer {
    let asked = query(uri.query());
    let Some((column, field)) = asked.some("column").zip(asked.some("as")) else {
        return look(state, staff, path, uri).await;
    };
    let said = format!("{field}={column}");
    let kept = asked.texts().filter(|(name, value)| {
        let about_it =
            *name == "map" && value.split_once('=').is_some_and(|(f, c)| c == column || (f == field && f != "skip"));
        !about_it && !["column", "as"].contains(name)
    });
    let all = written(kept.chain([("map", said.as_str())]));
    let Path((code, id)) = &path;
    Ok(see(&staff.at(&format!("/events/{}/import/{}?{all}", part(code), part(id)))))
}

/// Takes a list in.
pub(super) async fn confirm(
    State(app): State<App>,
    Path((code, id)): Path<(String, String)>,
    Sent { staff, fields }: Sent,
) -> Response {
    if let Err(response) = staff.needs(Permission::Import) {
        return response;
    }
    let path = format!("/events/{}", part(&code));
    let event = match staff.get(&path).await {
        Ok(event) => event,
        Err(response) => return response,
    };
    let file = match waiting(&app, &staff, &code, &id).await {
        Ok(file) => file,
        Err(response) => return response,
    };
    let answers = answered(&fields.without(&["once"]));
    match ask(&staff, &code, &file, &answers, false, fields.some("once")).await {
        Ok(told) => {
            app.uploads().drop(&id);
            let import = told.value["import"]["id"].as_str().unwrap_or_default();
            staff.done(&format!("{path}/imports/{}", part(import)), "imported")
        }
        Err(problem) => {
            let remembered = remembered(&staff, &answers).await;
            let (staff, code, id, event, file) = (&staff, &*code, &*id, &event, &*file);
            let list = List { staff, code, id, event, file, answers: &answers, remembered };
            staff.page_with(Tried(Some((&answers, &problem))).status(), &list.unread(&problem))
        }
    }
}
