//! The sessions and activities of an event: what there is to attend and to do, and who was there.

mod rows;

use axum::extract::Path;
use axum::http::{Method, Uri};
use axum::response::Response;
use serde_json::{Map, Value, json};

use self::rows::{Listed, Sort};
use super::events::{text, trail};
use super::form::{Fields, part, query};
use super::inside::{Answer, Sent, Staff};
use super::ui::{
    Action, Actions, Cell, Choice, Field, Form, Html, Kind, Notice, Page, Section, Table, Text, Tone, Tried,
};
use crate::accounts::Permission;
use crate::server::Problem;

/// What was sent and refused.
struct Refused<'a> {
    course: Tried<'a>,
    /// As it was typed, with what is wrong in each row.
    typed: Option<[Listed; 2]>,
    marks: Tried<'a>,
}

impl Refused<'_> {
    /// A page that is new.
    const NOTHING: Refused<'static> = Refused { course: Tried::NEW, typed: None, marks: Tried::NEW };
}

/// Shows sessions and activities, and asks for others.
pub(super) async fn show(staff: Staff, Path(code): Path<String>, uri: Uri) -> Answer {
    page(&staff, &code, &query(uri.query()), Refused::NOTHING).await
}

async fn page(staff: &Staff, code: &str, asked: &Fields, refused: Refused<'_>) -> Answer {
    let (w, path) = (staff.w, format!("/events/{}", part(code)));
    let told = staff.told(&path).await?;
    let course = &told.value["course"];
    let mut page =
        Page::new(w.s("course")).trail(trail(staff, code, &told.value)).said(w, asked).lead(w.s("course-lead"));
    let sessions = course["sessions"].as_array().map_or(&[][..], Vec::as_slice);
    // What was refused stands in its form, where that is still there.
    let formless = match staff.may(Permission::Import) {
        false => refused.course.0.or(refused.marks.0),
        true => refused.marks.0.filter(|_| sessions.is_empty()),
    };
    if let Some((_, problem)) = formless {
        page = page.problem(Tone::Red, w, problem);
    }
    if staff.may(Permission::Import) {
        let (typed, away) = match refused.typed {
            // Whatever was wrong: the form goes on from what there is by now.
            Some(mut typed) => {
                let away: Vec<String> = typed.iter_mut().flat_map(|listed| listed.meanwhile(course)).collect();
                (typed, away)
            }
            None => (Sort::BOTH.map(|sort| Listed::kept(sort, course)), Vec::new()),
        };
        if !away.is_empty() {
            page = page.part(Notice { tone: Tone::Amber, text: w.s("course-away"), items: away });
        }
        let form = Form::new(staff, &format!("{path}/course"), w.s("save"))
            // It goes on from what there is by now, as far as that was brought in.
            .field(Field::hidden("seen", &told.tag).filled())
            .fields(typed.iter().flat_map(|listed| listed.fields(w)))
            .tried(&refused.course);
        page = page.part(Section::new("course", w.s("course-change")).part(form)).part_if(attendance(
            staff,
            &path,
            sessions,
            &refused.marks,
        ));
    } else {
        page = Sort::BOTH.into_iter().fold(page, |page, sort| page.part(there_is(staff, sort, course)));
    }
    let rule = Action::link(w.s("step-rule"), staff.at(&format!("{path}/rule")));
    let status = match refused.marks.0 {
        Some(_) => refused.marks.status(),
        None => refused.course.status(),
    };
    Ok(staff.page_with(status, &page.part(Actions(vec![rule]))))
}

/// What there is, for who may not change it.
fn there_is(staff: &Staff, sort: Sort, course: &Value) -> Table {
    let w = staff.w;
    let row = |one: &Value| {
        let required = if one["required"] == true { w.s("yes") } else { w.s("no") };
        vec![Cell::text(text(one, "title")), Cell::text(text(one, "id")), Cell::text(required)]
    };
    Table {
        caption: w.s(&format!("course-{}", sort.member())),
        heads: [w.s("course-title"), w.s("course-code"), w.s("course-required")].into(),
        rows: course[sort.member()].as_array().into_iter().flatten().map(row).collect(),
        empty: w.s(&format!("course-{}-none", sort.member())),
        next: None,
    }
}

/// Who was at a session: pasted from wherever it stands.
fn attendance(staff: &Staff, path: &str, sessions: &[Value], tried: &Tried<'_>) -> Option<Html> {
    let w = staff.w;
    let choices: Vec<Choice> = sessions.iter().map(|one| Choice::new(text(one, "id"), text(one, "title"))).collect();
    let first = choices.first()?.value.clone();
    let form = Form::new(staff, &format!("{path}/attendance"), w.s("attendance-save"))
        .field(Field::new("session", w.s("attendance-session"), Kind::Select(choices)).value(first))
        .field(Field::new("present", w.s("attendance-present"), Kind::Area(5)).hint(w.s("attendance-hint")))
        .field(Field::new("absent", w.s("attendance-absent"), Kind::Area(3)))
        .tried(tried);
    Some(Section::new("attendance", w.s("attendance")).part(Text(w.s("attendance-text"))).part(form).into())
}

/// Keeps sessions and activities.
pub(super) async fn save(Path(code): Path<String>, Sent { staff, fields }: Sent) -> Response {
    let (w, path) = (staff.w, format!("/events/{}/course", part(&code)));
    let mut typed = Sort::BOTH.map(|sort| (sort, Listed::read(sort, &fields)));
    let (mut body, mut errors) = (Map::new(), None);
    for (sort, listed) in &mut typed {
        match listed.values(w) {
            Ok(values) => drop(body.insert(sort.member().to_owned(), values.into())),
            Err(wrong) => errors.get_or_insert_with(Vec::new).extend(wrong),
        }
    }
    let wrong = |errors| Problem::unprocessable("bad-course", w.s("form-look")).with_errors(errors);
    let problem = match errors {
        Some(errors) => wrong(errors),
        None => match staff.send(Method::PUT, &path, &fields, Value::Object(body)).await {
            Ok(_) => return staff.done(&path, "saved"),
            Err(problem) => match typed.iter_mut().any(|(_, listed)| listed.take(w, &problem)) {
                true => wrong(Vec::new()),
                false => problem,
            },
        },
    };
    let typed = Some(typed.map(|(_, listed)| listed));
    let refused = Refused { course: Tried(Some((&fields, &problem))), typed, ..Refused::NOTHING };
    page(&staff, &code, &fields, refused).await.unwrap_or_else(|response| response)
}

/// Marks who was there and who was not; who is not on the list is named, and the others are marked.
pub(super) async fn mark(Path(code): Path<String>, Sent { staff, fields }: Sent) -> Response {
    let named = |name: &str| -> Vec<String> {
        let all = fields.raw(name).split(['\n', ';', ',', '\t']).map(str::trim).filter(|one| !one.is_empty());
        all.map(str::to_owned).collect()
    };
    let body = json!({ "session": fields.get("session"), "present": named("present"), "absent": named("absent"), "by_hand": true });
    let told = staff.post(&format!("/events/{}/attendance", part(&code)), &fields, body).await;
    let unknown = |told: &Value| -> Vec<String> {
        told["unknown"].as_array().into_iter().flatten().filter_map(|one| one.as_str().map(str::to_owned)).collect()
    };
    let told = told.and_then(|told| match unknown(&told.value) {
        unknown if unknown.is_empty() => Ok("marked"),
        unknown => Err(Problem::unprocessable(
            "unknown",
            staff.w.with("attendance-unknown", [("names", unknown.join(", ").into())]),
        )),
    });
    match told {
        Ok(said) => staff.done(&format!("/events/{}/course", part(&code)), said),
        Err(problem) => {
            let refused = Refused { marks: Tried(Some((&fields, &problem))), ..Refused::NOTHING };
            page(&staff, &code, &fields, refused).await.unwrap_or_else(|response| response)
        }
    }
}
