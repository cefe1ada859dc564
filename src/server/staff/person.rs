//! One card for a person: what is known of them in an event, what they have in all others, and everything that can be done for them.

use axum::extract::Path;
use axum::http::{Method, Uri};
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::events::{text, trail};
use super::form::{Fields, part, query, written};
use super::home::items;
use super::inside::{Answer, Sent, Staff};
use super::languages::name;
use super::ui::{
    Action, Actions, Cell, Choice, Facts, Field, Form, Html, Kind, Page, Section, Table, Text, Tone, Tried,
};
use super::within::{Ask, Told};
use crate::accounts::Permission;
use crate::server::Problem;

const EXCLUSIONS: [&str; 4] = ["did_not_complete", "conduct", "requested", "data_error"];

/// Shows the card.
pub(super) async fn show(staff: Staff, Path((code, who)): Path<(String, String)>, uri: Uri) -> Answer {
    card(&staff, (&code, &who), &query(uri.query()), &Tried::NEW).await
}

fn path(code: &str, who: &str) -> String {
    format!("/events/{}/people/{}", part(code), part(who))
}

async fn card(staff: &Staff, (code, who): (&str, &str), asked: &Fields, tried: &Tried<'_>) -> Answer {
    let w = staff.w;
    let event = staff.get(&format!("/events/{}", part(code))).await?;
    let told = staff.told(&format!("/events/{}/participants/{}", part(code), part(who))).await?;
    let decision = staff.get(&format!("/events/{}/eligibility/{}", part(code), part(who))).await?;
    let person = &told.value;
    let mut page = Page::new(text(person, "name"))
        .trail(
            trail(staff, code, &event)
                .into_iter()
                .chain([staff.crumb(w.s("step-people"), &format!("/events/{}/people", part(code)))]),
        )
        .said(w, asked)
        .lead(text(person, "email"));
    if let Some((_, problem)) = tried.0 {
        page = page.notice(Tone::Red, problem.detail.clone());
    }
    page = page.part(standing(staff, &decision)).part(certificate(staff, (code, who), &decision).await);
    page = page.part_if(grants(staff, (code, who), &decision)).part(others(staff, code, person).await);
    if staff.may(Permission::Import) {
        page = page.part(change(staff, (code, who), &told)).part(erase(staff, (code, who)));
    }
    Ok(staff.page_with(tried.status(), &page))
}

/// Whether they get a certificate, why, and what is missing.
fn standing(staff: &Staff, decision: &Value) -> Html {
    let w = staff.w;
    let reason = text(decision, "reason").replace('_', "-");
    let missing: Vec<&str> = decision["missing"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let excluded = decision["excluded"].as_str().map(|why| w.s(&format!("excluded-{}", why.replace('_', "-"))));
    let template = text(decision, "template");
    let printed = match decision["texts_in"].as_str() {
        Some(other) => {
            w.with("person-printed-other", [("template", template.into()), ("texts", name(w, other).into())])
        }
        None => template,
    };
    let mut facts = vec![
        (w.s("people-decision"), Some(w.s(&format!("ground-{reason}")))),
        (w.s("people-missing"), Some(missing.join("; "))),
        (w.s("why"), excluded),
        (w.s("person-tier"), decision["tier"].as_str().map(str::to_owned)),
        (w.s("field-language"), decision["language"].as_str().map(|tag| name(w, tag))),
        (w.s("person-printed"), Some(printed)),
    ];
    for (name, value) in decision["measures"].as_object().into_iter().flatten() {
        let shown = match value {
            Value::Number(number) => number.to_string(),
            Value::String(text) => text.clone(),
            Value::Bool(yes) => w.s(if *yes { "yes" } else { "no" }),
            _ => continue,
        };
        let label = w.if_any(&format!("measure-{}", name.replace('_', "-"))).unwrap_or_else(|| name.replace('_', " "));
        facts.push((label, Some(shown)));
    }
    Section::new("standing", w.s("person-standing")).part(Facts::known(facts)).into()
}

/// Their certificate, or what can be done to get one.
async fn certificate(staff: &Staff, (code, who): (&str, &str), decision: &Value) -> Html {
    let w = staff.w;
    let mut section = Section::new("certificate", w.s("certificate"));
    let number = text(decision, "certificate");
    if !number.is_empty() {
        let found = staff.get_if(&format!("/certificates/{}", part(&number))).await.unwrap_or_default();
        let current = found["versions"].as_array().and_then(|all| all.last()).cloned().unwrap_or_default();
        let status = text(&current, "status").replace('_', "-");
        let facts = Facts::known([
            (w.s("certificate"), Some(number.clone())),
            (w.s("state"), Some(w.s(&format!("standing-{status}")))),
            (w.s("issued"), staff.day(&current["issued"])),
            (w.s("version"), current["version"].as_u64().map(|version| version.to_string())),
        ]);
        let to = staff.at(&format!("/certificates/{}", part(&number)));
        let file = staff.api(&format!("/certificates/{}/file?format=pdf", part(&number)));
        return section
            .part(facts)
            .part(Actions(vec![Action::link(w.s("person-open"), to).primary(), Action::file("PDF", file)]))
            .into();
    }
    section = section.part(Text(w.s("person-none")));
    if staff.may(Permission::Generate) && decision["reason"] != "excluded" {
        let form = Form::new(staff, &format!("{}/issue", path(code, who)), w.s("issue-now"))
            .field(Field::text("reason", w.s("issue-now-why")).required().hint(w.s("issue-now-hint")));
        section = section.part(form);
    }
    section.into()
}

/// An exception or an exclusion: made, or taken away.
fn grants(staff: &Staff, (code, who): (&str, &str), decision: &Value) -> Option<Html> {
    let w = staff.w;
    if !staff.may(Permission::Import) {
        return None;
    }
    let path = path(code, who);
    let section = Section::new("grants", w.s("person-grants"));
    let remove = |key: &str, what: &str| {
        Actions(vec![Action::post(staff, w.s(key), &format!("{path}/grant"), &[("what", what)])])
    };
    Some(match decision["reason"].as_str() {
        Some("exception" | "manual") => section.part(remove("exception-remove", "no-exception")).into(),
        Some("excluded") => section.part(remove("exclusion-remove", "no-exclusion")).into(),
        _ => {
            let why = EXCLUSIONS.map(|one| Choice::new(one, w.s(&format!("excluded-{}", one.replace('_', "-")))));
            let except = Form::new(staff, &format!("{path}/grant"), w.s("exception-add"))
                .field(Field::hidden("what", "exception"))
                .field(Field::text("note", w.s("why")).required());
            let exclude = Form::new(staff, &format!("{path}/grant"), w.s("exclusion-add"))
                .field(Field::hidden("what", "exclusion"))
                .field(Field::new("reason", w.s("exclusion-why"), Kind::Select(why.into())))
                .field(Field::text("exclusion_note", w.s("exclusion-note")));
            section.part(except).part(exclude).folded().into()
        }
    })
}

/// The same person in other events: by the address, or the id of another system.
async fn others(staff: &Staff, code: &str, person: &Value) -> Html {
    let w = staff.w;
    let marks: Vec<String> =
        [text(person, "email"), text(person, "external_id")].into_iter().filter(|mark| !mark.is_empty()).collect();
    let mut rows = Vec::new();
    let events = staff.get_if("/events?limit=500").await.unwrap_or_default();
    let others = items(&events).iter().filter(|event| !text(event, "code").eq_ignore_ascii_case(code));
    for event in others {
        let Some(mark) = marks.first() else { break };
        let other = text(event, "code");
        let query = written([("q", mark.as_str()), ("limit", "5")]);
        let found = staff.get_if(&format!("/events/{other}/eligibility?{query}")).await.unwrap_or_default();
        for one in items(&found) {
            let id = text(one, "id");
            rows.push(vec![
                Cell::link(text(event, "title"), staff.at(&path(&other, &id))),
                Cell::text(text(one, "name")),
                super::people::decision(staff, one),
                Cell::text(text(one, "certificate")),
            ]);
        }
    }
    Table {
        caption: w.s("person-others"),
        heads: [w.s("event"), w.s("name"), w.s("people-decision"), w.s("certificate")].into(),
        rows,
        empty: match events["next"].is_string() {
            true => w.count("search-part", items(&events).len() as u64),
            false => w.s("person-no-others"),
        },
        next: None,
    }
    .into()
}

fn change(staff: &Staff, (code, who): (&str, &str), told: &Told) -> Html {
    let (w, person) = (staff.w, &told.value);
    let progress = &person["progress"];
    let number = |member: &str| {
        progress[member]
            .as_f64()
            .map(|number| number.to_string())
            .or_else(|| progress[member].as_str().map(str::to_owned))
            .unwrap_or_default()
    };
    let form = Form::new(staff, &format!("{}/change", path(code, who)), w.s("save"))
        .field(Field::hidden("seen", &told.tag))
        .field(Field::text("name", w.s("name")).required().value(text(person, "name")))
        .field(Field::new("email", w.s("email"), Kind::Email).value(text(person, "email")))
        .field(Field::text("external_id", w.s("field-external-id")).value(text(person, "external_id")))
        .field(
            super::languages::field(w, "locale", w.s("field-language"), w.s("language-none"), &text(person, "locale"))
                .hint(w.s("people-language-note")),
        )
        .field(Field::text("attendance", w.s("measure-attendance")).value(number("attendance")))
        .field(Field::text("score", w.s("measure-score")).value(number("score")));
    Section::new("change", w.s("person-change")).part(Text(w.s("person-change-text"))).part(form).folded().into()
}

fn erase(staff: &Staff, (code, who): (&str, &str)) -> Html {
    let w = staff.w;
    let form = Form::new(staff, &format!("{}/erase", path(code, who)), w.s("erase"))
        .danger()
        .field(Field::text("again", w.s("erase-again")).required().hint(w.s("erase-hint")));
    Section::new("erase", w.s("erase")).part(Text(w.s("erase-text"))).part(form).folded().into()
}

async fn done(
    staff: &Staff,
    (code, who): (&str, &str),
    fields: &Fields,
    told: Result<Told, Problem>,
    said: &str,
) -> Response {
    match told {
        Ok(_) => staff.done(&path(code, who), said),
        Err(problem) => {
            let tried = Tried(Some((fields, &problem)));
            card(staff, (code, who), fields, &tried).await.unwrap_or_else(|response| response)
        }
    }
}

/// Issues to them whatever the rule says.
pub(super) async fn issue(Path((code, who)): Path<(String, String)>, Sent { staff, fields }: Sent) -> Response {
    let body = json!({ "person": who, "reason": fields.get("reason") });
    let told = staff.post(&format!("/events/{}/issue-now", part(&code)), &fields, body).await;
    done(&staff, (&code, &who), &fields, told, "issued-now").await
}

/// Makes an exception or an exclusion, or takes it away.
pub(super) async fn grant(Path((code, who)): Path<(String, String)>, Sent { staff, fields }: Sent) -> Response {
    let event = format!("/events/{}", part(&code));
    let told = match fields.get("what") {
        "exception" => {
            let body = json!({ "person": who, "note": fields.get("note") });
            staff.post(&format!("{event}/exceptions"), &fields, body).await
        }
        "exclusion" => {
            let mut body = json!({ "person": who, "reason": fields.get("reason") });
            if let Some(note) = fields.some("exclusion_note") {
                body["note"] = json!(note);
            }
            staff.post(&format!("{event}/exclusions"), &fields, body).await
        }
        "no-exception" => {
            staff.ask(Method::DELETE, &format!("{event}/exceptions/{}", part(&who)), Ask::default()).await
        }
        _ => staff.ask(Method::DELETE, &format!("{event}/exclusions/{}", part(&who)), Ask::default()).await,
    };
    done(&staff, (&code, &who), &fields, told, "saved").await
}

/// Changes what is known of them.
pub(super) async fn save(Path((code, who)): Path<(String, String)>, Sent { staff, fields }: Sent) -> Response {
    let mut body = Map::new();
    for name in ["name", "email", "external_id", "locale"] {
        body.insert(name.to_owned(), json!(fields.get(name)));
    }
    let mut progress = Map::new();
    for name in ["attendance", "score"] {
        if let Some(value) = fields.some(name) {
            let Ok(number) = serde_json::from_str::<serde_json::Number>(&value.replace(',', ".")) else {
                let field = staff.w.s(&format!("measure-{name}"));
                let problem =
                    Problem::unprocessable("bad-number", staff.w.with("rule-no-number", [("field", field.into())]));
                return done(&staff, (&code, &who), &fields, Err(problem), "").await;
            };
            progress.insert(name.to_owned(), json!(number));
        }
    }
    if !progress.is_empty() {
        body.insert("progress".to_owned(), Value::Object(progress));
    }
    let to = format!("/events/{}/participants/{}", part(&code), part(&who));
    let told = staff.send(Method::PATCH, &to, &fields, Value::Object(body)).await;
    done(&staff, (&code, &who), &fields, told, "saved").await
}

/// Erases them from an event, once their name was typed.
pub(super) async fn erase_them(Path((code, who)): Path<(String, String)>, Sent { staff, fields }: Sent) -> Response {
    let of_event = format!("/events/{}/participants/{}", part(&code), part(&who));
    let name = staff.get_if(&of_event).await.map(|person| text(&person, "name")).unwrap_or_default();
    if name.is_empty() || fields.get("again").to_lowercase() != name.to_lowercase() {
        let problem = Problem::unprocessable("not-confirmed", staff.w.s("erase-not-confirmed"));
        return done(&staff, (&code, &who), &fields, Err(problem), "").await;
    }
    match staff.post(&format!("{of_event}/erase"), &fields, json!({})).await {
        Ok(_) => staff.done(&format!("/events/{}/people", part(&code)), "erased"),
        Err(problem) => done(&staff, (&code, &who), &fields, Err(problem), "").await,
    }
}
