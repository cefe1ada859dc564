//! The sessions and activities of an event: what there is to attend and to do, and who was there.

use axum::extract::Path;
use axum::http::{Method, Uri};
use axum::response::Response;
use serde_json::{Value, json};

use super::events::{text, trail};
use super::form::{Fields, part, query};
use super::inside::{Answer, Sent, Staff};
use super::ui::{Action, Actions, Choice, Field, Form, Html, Kind, Page, Section, Text, Tried};
use crate::accounts::Permission;
use crate::server::Problem;

/// Shows sessions and activities, and asks for others.
pub(super) async fn show(staff: Staff, Path(code): Path<String>, uri: Uri) -> Answer {
    page(&staff, &code, &query(uri.query()), &Tried::NEW).await
}

async fn page(staff: &Staff, code: &str, asked: &Fields, tried: &Tried<'_>) -> Answer {
    let (w, path) = (staff.w, format!("/events/{}", part(code)));
    let told = staff.told(&path).await?;
    let course = &told.value["course"];
    let mut page =
        Page::new(w.s("course")).trail(trail(staff, code, &told.value)).said(w, asked).lead(w.s("course-lead"));
    if staff.may(Permission::Import) {
        let sessions = course["sessions"].as_array().map_or(&[][..], Vec::as_slice);
        let form = Form::new(staff, &format!("{path}/course"), w.s("save"))
            .field(Field::hidden("seen", &told.tag))
            .field(
                Field::new("sessions", w.s("course-sessions"), Kind::Area(6))
                    .value(lines(&course["sessions"]))
                    .hint(w.s("course-hint")),
            )
            .field(
                Field::new("activities", w.s("course-activities"), Kind::Area(6))
                    .value(lines(&course["activities"]))
                    .hint(w.s("course-activities-hint")),
            )
            .tried(tried);
        page = page
            .part(Section::new("course", w.s("course-change")).part(form))
            .part_if(attendance(staff, &path, sessions));
    }
    let rule = Action::link(w.s("step-rule"), staff.at(&format!("{path}/rule")));
    Ok(staff.page_with(tried.status(), &page.part(Actions(vec![rule]))))
}

/// Writes one line for each: `id | title | points | required`, as [`read`] takes it.
fn lines(all: &Value) -> String {
    let line = |one: &Value| {
        let mut parts = vec![text(one, "id"), text(one, "title")];
        match &one["points"] {
            Value::Null => {}
            Value::String(points) => parts.push(points.clone()),
            points => parts.push(points.to_string()),
        }
        if one["required"] == true {
            parts.push("*".to_owned());
        }
        parts.join(" | ")
    };
    all.as_array().into_iter().flatten().map(line).collect::<Vec<_>>().join("\n")
}

/// Reads lines of `title`, `id | title` and so on; a star says that it is required. An id that is not given is made of the place.
fn read(text: &str, kind: &str) -> Result<Vec<Value>, String> {
    let mut all = Vec::new();
    for (at, line) in text.lines().map(str::trim).filter(|line| !line.is_empty()).enumerate() {
        let mut parts: Vec<&str> = line.split('|').map(str::trim).collect();
        let required = parts.contains(&"*");
        parts.retain(|part| *part != "*");
        let made = format!("{kind}{}", at + 1);
        let (id, title, points) = match parts.as_slice() {
            [title] => (made.as_str(), *title, None),
            [id, title] => (*id, *title, None),
            [id, title, points] => (*id, *title, Some(*points)),
            _ => return Err(line.to_owned()),
        };
        let mut one = json!({ "id": id, "title": title, "required": required });
        if let Some(points) = points.filter(|_| kind == "activity") {
            let number: serde_json::Number = points.replace(',', ".").parse().map_err(|_| line.to_owned())?;
            one["points"] = json!(number);
        } else if points.is_some() {
            return Err(line.to_owned());
        }
        all.push(one);
    }
    Ok(all)
}

/// Who was at a session: pasted from wherever it stands.
fn attendance(staff: &Staff, path: &str, sessions: &[Value]) -> Option<Html> {
    let w = staff.w;
    let choices: Vec<Choice> = sessions.iter().map(|one| Choice::new(text(one, "id"), text(one, "title"))).collect();
    let first = choices.first()?.value.clone();
    let form = Form::new(staff, &format!("{path}/attendance"), w.s("attendance-save"))
        .field(Field::new("session", w.s("attendance-session"), Kind::Select(choices)).value(first))
        .field(Field::new("present", w.s("attendance-present"), Kind::Area(5)).hint(w.s("attendance-hint")))
        .field(Field::new("absent", w.s("attendance-absent"), Kind::Area(3)));
    Some(Section::new("attendance", w.s("attendance")).part(Text(w.s("attendance-text"))).part(form).into())
}

/// Keeps sessions and activities.
pub(super) async fn save(Path(code): Path<String>, Sent { staff, fields }: Sent) -> Response {
    let path = format!("/events/{}", part(&code));
    let read = |name: &str, kind| {
        let wrong = |line: String| {
            Problem::unprocessable("bad-course", staff.w.with("course-bad-line", [("line", line.into())]))
        };
        read(fields.raw(name), kind).map_err(wrong)
    };
    let told = match (read("sessions", "session"), read("activities", "activity")) {
        (Ok(sessions), Ok(activities)) => {
            let body = json!({ "sessions": sessions, "activities": activities });
            staff.send(Method::PUT, &format!("{path}/course"), &fields, body).await
        }
        (Err(problem), _) | (_, Err(problem)) => Err(problem),
    };
    done(&staff, &code, &fields, told.map(|_| "saved")).await
}

async fn done(staff: &Staff, code: &str, fields: &Fields, told: Result<&str, Problem>) -> Response {
    match told {
        Ok(said) => staff.done(&format!("/events/{}/course", part(code)), said),
        Err(problem) => {
            let tried = Tried(Some((fields, &problem)));
            page(staff, code, fields, &tried).await.unwrap_or_else(|response| response)
        }
    }
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
    done(&staff, &code, &fields, told).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_say_what_they_were_read_from() {
        let text = "day1 | Day 1 | *\nday2 | Day 2";
        let sessions = read(text, "session").unwrap();
        assert_eq!(sessions[0], json!({ "id": "day1", "title": "Day 1", "required": true }));
        assert_eq!(lines(&json!(sessions)), text);
        let activities = read("quiz | Quiz | 2,5\nPoster", "activity").unwrap();
        assert_eq!(activities[0]["points"], json!(2.5));
        assert_eq!(activities[1], json!({ "id": "activity2", "title": "Poster", "required": false }));
        for (bad, kind) in [("a | b | c | d", "session"), ("quiz | Quiz | many", "activity"), ("a | b | 3", "session")]
        {
            assert_eq!(read(bad, kind), Err(bad.to_owned()), "{bad}");
        }
    }
}
