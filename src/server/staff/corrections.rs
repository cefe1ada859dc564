//! Corrections of names that holders or staff asked for.

use axum::extract::Path;
use axum::http::Uri;
use axum::response::Response;
use serde_json::{Value, json};

use super::account::{code, password_again};
use super::approvals::{proof, state};
use super::beside::beside;
use super::certificates::{Way, messages, sending};
use super::events::text;
use super::form::{Fields, part, query, written};
use super::home::items;
use super::inside::{Answer, Sent, Staff};
use super::names::{Names, is_me};
use super::ui::{
    Action, Actions, Cell, Choice, Facts, Field, Form, Html, Kind, Notice, Page, Picture, Section, Table, Text, Tone,
    Tried,
};
use super::within::Told;
use crate::accounts::Permission;
use crate::server::Problem;

/// Corrections on one page: of each the certificate is looked at.
const SHOWN: &str = "30";

/// Lists corrections: those that wait first, then the newest.
pub(super) async fn list(staff: Staff, uri: Uri) -> Answer {
    let (w, asked) = (staff.w, query(uri.query()));
    let wanted =
        [("limit", SHOWN), ("order", "newest"), ("cursor", asked.get("cursor")), ("state", asked.get("state"))];
    let found = staff.get(&format!("/corrections?{}", written(wanted))).await?;
    let names = Names::of(&staff).await;
    let (waiting, others): (Vec<&Value>, Vec<&Value>) = items(&found).iter().partition(|one| one["state"] == "pending");
    let mut rows = Vec::new();
    for one in waiting.into_iter().chain(others) {
        let number = text(one, "number");
        let path = staff.at(&format!("/corrections/{}", part(&text(one, "id"))));
        rows.push(vec![
            Cell::link(format!("{} → {}", before(&staff, one).await, text(one, "name")), path).sub(text(one, "note")),
            Cell::link(number.clone(), staff.at(&format!("/certificates/{}", part(&number)))),
            Cell::text(names.name(&staff, &text(one, "by"))).sub(staff.time(&one["at"]).unwrap_or_default()),
            state(&staff, one),
        ]);
    }
    let next = found["next"].as_str().map(|cursor| {
        let query = written([("state", asked.get("state")), ("cursor", cursor)]);
        (w.s("more"), staff.at(&format!("/corrections?{query}")))
    });
    let mut states = vec![Choice::new("", w.s("all"))];
    states.extend(["pending", "approved", "rejected"].map(|one| Choice::new(one, w.s(&format!("decided-{one}")))));
    let form = Form::filter(&staff, "/corrections", w.s("filter"))
        .field(Field::new("state", w.s("state"), Kind::Select(states)).value(asked.get("state")));
    let table = Table {
        caption: w.s("nav-corrections"),
        heads: ["correction-name", "certificate", "asked-by", "state"].map(|key| w.s(key)).into(),
        rows,
        empty: w.s("corrections-none"),
        next,
    };
    let page = Page::new(w.s("nav-corrections")).said(w, &asked).lead(w.s("corrections-lead"));
    let addresses = Action::link(w.s("addresses"), staff.at("/address-requests"));
    Ok(staff.page(&page.part(form).part(table).part(Actions(vec![addresses]))))
}

/// Returns the name before a correction: that of the version before the one that it made, or of the last.
async fn before(staff: &Staff, correction: &Value) -> String {
    let path = format!("/certificates/{}", part(&text(correction, "number")));
    let certificate = staff.get_if(&path).await.unwrap_or_default();
    let versions = certificate["versions"].as_array().map_or(&[][..], Vec::as_slice);
    let made = correction["version"].as_u64();
    let old = versions.iter().rev().find(|one| made.is_none_or(|made| one["version"].as_u64() < Some(made)));
    old.map(|one| text(one, "recipient")).unwrap_or_default()
}

/// Shows a correction.
pub(super) async fn show(staff: Staff, Path(id): Path<String>, uri: Uri) -> Answer {
    page(&staff, &id, &query(uri.query()), (&Tried::NEW, "")).await
}

/// Shows it, with the form (`approve` or `reject`) that was sent and refused as it was filled in.
async fn page(staff: &Staff, id: &str, asked: &Fields, (tried, form): (&Tried<'_>, &str)) -> Answer {
    let w = staff.w;
    let told = staff.told(&format!("/corrections/{}", part(id))).await?;
    let (correction, number) = (&told.value, text(&told.value, "number"));
    let was = before(staff, correction).await;
    let mut page = Page::new(format!("{was} → {}", text(correction, "name")))
        .trail([
            staff.crumb(w.s("nav-corrections"), "/corrections"),
            staff.crumb(number.clone(), &format!("/certificates/{}", part(&number))),
        ])
        .said(w, asked)
        .part(about(staff, &Names::of(staff).await, correction, &was));
    page = page.part_if(next(staff, correction, &number).await);
    if correction["state"] == "pending" && staff.may(Permission::Generate) {
        let shown = staff.get_if(&format!("/certificates/{}/shown", part(&number))).await.unwrap_or_default();
        let of = |one: &str| if one == form { tried } else { &Tried::NEW };
        page = page.part(approval(staff, id, &told, shown["visible"] == true, of("approve"))).part(rejection(
            staff,
            id,
            &told.tag,
            of("reject"),
        ));
    } else if let Some((_, problem)) = tried.0 {
        page = page.problem(Tone::Red, staff.w, problem);
    }
    let src = staff.at(&format!("/certificates/{}/picture.png", part(&number)));
    let alt = w.with("certificate-picture", [("name", was.into())]);
    Ok(staff
        .page_with(tried.status(), &page.part(Section::new("now", w.s("correction-now")).part(Picture { src, alt }))))
}

fn about(staff: &Staff, names: &Names, correction: &Value, was: &str) -> Html {
    let w = staff.w;
    let facts = Facts::known([
        (w.s("correction-was"), Some(was.to_owned())),
        (w.s("correction-is"), Some(text(correction, "name"))),
        (w.s("correction-note"), Some(text(correction, "note"))),
        (w.s("state"), Some(w.s(&format!("decided-{}", text(correction, "state"))))),
        (w.s("asked-by"), Some(names.name(staff, &text(correction, "by")))),
        (w.s("when"), staff.time(&correction["at"])),
        (w.s("decided-by"), correction["decided_by"].as_str().map(|by| names.name(staff, by))),
        (w.s("decided-at"), staff.time(&correction["decided_at"])),
        (w.s("correction-answer"), Some(text(correction, "answer"))),
        (w.s("version"), correction["version"].as_u64().map(|version| version.to_string())),
    ]);
    Section::new("about", w.s("correction")).part(facts).into()
}

/// What is left to do after a correction was made: to send the new version, where no message about it was.
async fn next(staff: &Staff, correction: &Value, number: &str) -> Option<Html> {
    let w = staff.w;
    if correction["state"] != "approved" {
        return None;
    }
    let told = staff.get_if(&format!("/certificates/{}", part(number))).await?;
    let current = told["versions"].as_array()?.last()?.clone();
    let found = messages(staff, number).await;
    let is_told = items(&found).iter().any(|one| one["version"] == current["version"]);
    let open = Action::link(w.s("certificate"), staff.at(&format!("/certificates/{}", part(number))));
    let section = Section::new("next", w.s("correction-next"));
    match sending(staff, number, &current, items(&found)) {
        Some(Way::Send(action)) if !is_told => {
            let actions = Actions(vec![action.primary(), open]);
            Some(section.part(Text(w.s("correction-next-text"))).part(actions).into())
        }
        _ => Some(Actions(vec![open]).into()),
    }
}

fn approval(staff: &Staff, id: &str, told: &Told, is_shown: bool, tried: &Tried<'_>) -> Html {
    let w = staff.w;
    let mut section = Section::new("approve", w.s("correction-approve")).part(Text(w.s("correction-approve-text")));
    if is_shown {
        section = section.part(Notice { tone: Tone::Amber, text: w.s("correction-address"), items: Vec::new() });
    }
    let mut form = Form::new(staff, &format!("/corrections/{}/approve", part(id)), w.s("correction-approve"))
        .field(Field::hidden("seen", &told.tag));
    // Nobody approves what they asked for themselves, but where nobody else could; the operation says which it is.
    if is_me(staff, &text(&told.value, "by")) {
        form = form.field(password_again(staff).hint(w.s("correction-alone"))).field(code(staff));
    }
    section.part(form.tried(tried)).into()
}

fn rejection(staff: &Staff, id: &str, seen: &str, tried: &Tried<'_>) -> Html {
    let w = staff.w;
    let form = Form::new(staff, &format!("/corrections/{}/reject", part(id)), w.s("correction-reject"))
        .danger()
        .field(Field::hidden("seen", seen))
        .field(Field::text("answer", w.s("correction-answer")).hint(w.s("correction-answer-hint")))
        .tried(tried);
    Section::new("reject", w.s("correction-reject")).part(form).into()
}

/// Issues the certificate with the right name.
pub(super) async fn approve(Path(id): Path<String>, Sent { staff, fields }: Sent) -> Response {
    let told = staff.post(&format!("/corrections/{}/approve", part(&id)), &fields, proof(&fields)).await;
    done(&staff, &id, &fields, told, ("approve", "correction-made")).await
}

/// Leaves the name as it is.
pub(super) async fn reject(Path(id): Path<String>, Sent { staff, fields }: Sent) -> Response {
    let body = json!({ "answer": fields.some("answer") });
    let told = staff.post(&format!("/corrections/{}/reject", part(&id)), &fields, body).await;
    done(&staff, &id, &fields, told, ("reject", "rejected")).await
}

async fn done(
    staff: &Staff,
    id: &str,
    fields: &Fields,
    told: Result<Told, Problem>,
    (form, said): (&str, &str),
) -> Response {
    match told {
        Ok(_) => staff.done(&format!("/corrections/{}", part(id)), said),
        Err(problem) => {
            let problem = beside(staff.w, problem);
            let tried = Tried(Some((fields, &problem)));
            page(staff, id, fields, (&tried, form)).await.unwrap_or_else(|response| response)
        }
    }
}
