//! A spot check: certificates taken at random, drawn, read as a stranger would, and compared with what is on record.

use axum::extract::Path;
use axum::response::Response;
use serde_json::{Value, json};

use super::beside::beside;
use super::events::{text, trail};
use super::form::{Fields, part};
use super::inside::{Answer, Sent, Staff};
use super::parts::{Gallery, Shot};
use super::phrases::{said, sentence};
use super::ui::{Field, Figure, Figures, Form, Html, Kind, Notice, Page, Text, Tone, Tried};
use crate::server::Problem;

/// How many are looked at unless somebody says.
const USUAL: &str = "5";

/// Asks how many are to be looked at.
pub(super) async fn ask(staff: Staff, Path(code): Path<String>) -> Answer {
    page(&staff, &code, None, &Tried::NEW).await
}

async fn page(staff: &Staff, code: &str, found: Option<&Value>, tried: &Tried<'_>) -> Answer {
    let (w, path) = (staff.w, format!("/events/{}", part(code)));
    let event = staff.get(&path).await?;
    let form = Form::new(staff, &format!("{path}/spot-check"), w.s("spot-start"))
        .field(
            Field::new("count", w.s("spot-count"), Kind::Number).required().value(USUAL).hint(w.s("spot-count-hint")),
        )
        .tried(tried);
    let mut page = Page::new(w.s("spot")).trail(trail(staff, code, &event)).lead(w.s("spot-lead"));
    if let Some(found) = found {
        page = page.part(outcome(staff, found)).part(counted(staff, found)).part(pictures(staff, found));
    }
    Ok(staff.page_with(tried.status(), &page.part(form).part(Text(w.s("spot-text")))))
}

fn checked(found: &Value) -> &[Value] {
    found["checked"].as_array().map_or(&[], Vec::as_slice)
}

fn is_well(one: &Value) -> bool {
    one["problems"].as_array().is_some_and(Vec::is_empty)
}

fn outcome(staff: &Staff, found: &Value) -> Html {
    let w = staff.w;
    let bad = checked(found).iter().filter(|one| !is_well(one)).count() as u64;
    let (tone, text) = match (checked(found).len(), bad) {
        (0, _) => (Tone::Amber, w.s("spot-nothing")),
        (all, 0) => (Tone::Green, w.count("spot-good", all as u64)),
        (_, bad) => (Tone::Red, w.count("spot-bad", bad)),
    };
    Notice { tone, text, items: Vec::new() }.into()
}

fn counted(staff: &Staff, found: &Value) -> Html {
    let w = staff.w;
    let figure = |key: &str, count: u64| Figure { label: w.s(key), value: w.number(count), href: None, tone: None };
    let of = found["of"].as_u64().unwrap_or_default();
    Figures(vec![figure("spot-checked", checked(found).len() as u64), figure("spot-of", of)]).into()
}

fn pictures(staff: &Staff, found: &Value) -> Html {
    let w = staff.w;
    let shot = |one: &Value| {
        let number = text(one, "number");
        let path = staff.at(&format!("/certificates/{}", part(&number)));
        let problems = one["problems"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let problems = problems.map(|problem| sentence(&said(w, problem)));
        let (tone, key) = if is_well(one) { (Tone::Green, "spot-well") } else { (Tone::Red, "spot-wrong") };
        Shot {
            src: format!("{path}/picture.png"),
            href: path,
            alt: w.with("certificate-picture", [("name", number.clone().into())]),
            title: number,
            tone,
            state: w.s(key),
            notes: problems.collect(),
        }
    };
    Gallery(checked(found).iter().map(shot).collect()).into()
}

/// Looks at some.
pub(super) async fn check(Path(code): Path<String>, Sent { staff, fields }: Sent) -> Response {
    match looked(&staff, &code, &fields).await {
        Ok(found) => page(&staff, &code, Some(&found), &Tried::NEW).await.unwrap_or_else(|response| response),
        Err(problem) => {
            let problem = beside(staff.w, problem);
            let tried = Tried(Some((&fields, &problem)));
            page(&staff, &code, None, &tried).await.unwrap_or_else(|response| response)
        }
    }
}

async fn looked(staff: &Staff, code: &str, fields: &Fields) -> Result<Value, Problem> {
    let count: Option<u32> = fields.get("count").parse().ok();
    let count = count.filter(|count| (1..=25).contains(count));
    let count = count.ok_or_else(|| Problem::unprocessable("bad-count", staff.w.s("spot-count-hint")))?;
    let path = format!("/events/{}/spot-check", part(code));
    Ok(staff.post(&path, &Fields::default(), json!({ "count": count })).await?.value)
}
