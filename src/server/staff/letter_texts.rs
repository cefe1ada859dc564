//! The standing texts of an event's letters: one for each language and one for all others. A text is looked at as it would go, and tried
//! by a letter to oneself, before it is kept.

use axum::extract::Path;
use axum::http::Method;
use axum::response::Response;
use serde_json::{Value, json};

use super::events::text;
use super::form::{Fields, part, written};
use super::inside::{Sent, Staff};
use super::languages;
use super::sending::{as_it_goes, refused, sending};
use super::ui::{Action, Actions, Cell, Facts, Field, Form, Html, Kind, Notice, Section, Table, Text, Tone, Tried};
use crate::mail::compose;
use crate::server::Problem;

/// Says by which form something was sent.
const FORM: &str = "letter_text";
/// Whose letter is shown.
const WHOSE: &str = "whose";

/// Says whether it is the form of a text that was sent.
pub(super) fn is_its_form(fields: &Fields) -> bool {
    fields.on(FORM)
}

/// Returns the texts that are kept.
fn all(mail: &Value) -> &[Value] {
    mail["texts"].as_array().map_or(&[], Vec::as_slice)
}

/// Says whether a text is for a language; an empty one is for all others.
fn is_for(text: &Value, language: &str) -> bool {
    text["language"].as_str().unwrap_or_default().eq_ignore_ascii_case(language)
}

/// Returns what a language is called here, an empty one as all others.
fn called(staff: &Staff, language: &str) -> String {
    if language.is_empty() { staff.w.s("letter-text-others") } else { languages::name(staff.w, language) }
}

/// Shows the texts and asks for one. `asked` is the form where it was sent, else what the address asks for.
pub(super) async fn section(
    staff: &Staff,
    path: &str,
    (seen, mail): (&str, &Value),
    asked: &Fields,
    tried: &Tried<'_>,
) -> Html {
    let w = staff.w;
    let sent = is_its_form(asked);
    let tried = if sent { tried } else { &Tried::NEW };
    let language = asked.get("language");
    let section = Section::new("texts", w.s("letter-texts")).part(Text(w.s("letter-texts-lead")));
    let section = section.part(table(staff, path, mail));
    let mut section = section.part(form(staff, path, (seen, mail), asked, tried));
    if sent && tried.0.is_none() {
        section = section.part(looked_at(staff, path, asked).await);
    }
    let placeholders = compose::PLACEHOLDERS
        .map(|name| (format!("{{{{ {name} }}}}"), w.s(&format!("placeholder-{}", name.replace('_', "-")))));
    let query = written([("text", "built-in"), ("language", language)]);
    let start = Action::link(w.s("send-built-in"), staff.at(&format!("{path}/send?{query}#texts")));
    let section = section.part(Text(w.s("send-placeholders-are"))).part(Facts(placeholders.into()));
    let section = section.part(Actions(vec![start]));
    let is_open = sent || !asked.get("text").is_empty() || !language.is_empty() || asked.on("others");
    if is_open { section.into() } else { section.folded().into() }
}

fn table(staff: &Staff, path: &str, mail: &Value) -> Table {
    let w = staff.w;
    let row = |one: &Value| {
        let language = text(one, "language");
        let query = match language.is_empty() {
            true => written([("others", "yes")]),
            false => written([("language", language.as_str())]),
        };
        vec![
            Cell::link(called(staff, &language), staff.at(&format!("{path}/send?{query}#texts"))),
            Cell::text(text(one, "subject")),
        ]
    };
    Table {
        caption: w.s("letter-texts"),
        heads: [w.s("field-language"), w.s("mail-subject")].into(),
        rows: all(mail).iter().map(row).collect(),
        empty: w.s("letter-texts-none"),
        next: None,
    }
}

fn form(staff: &Staff, path: &str, (seen, mail): (&str, &Value), asked: &Fields, tried: &Tried<'_>) -> Form {
    let (w, language, sent) = (staff.w, asked.get("language"), is_its_form(asked));
    let kept = all(mail).iter().find(|one| is_for(one, language)).cloned().unwrap_or_default();
    let (subject, said) = match (sent, asked.get("text") == "built-in") {
        (true, _) => (asked.raw("subject").to_owned(), asked.raw("text").to_owned()),
        (false, true) => {
            let spoken = if language.is_empty() { w.language } else { language };
            let (subject, text) = compose::built_in_text(Some(spoken));
            (subject.to_owned(), text.to_owned())
        }
        (false, false) => (text(&kept, "subject"), text(&kept, "text")),
    };
    // What is looked at goes on resting on what it was filled in from.
    let seen = Some(asked.get("seen")).filter(|tag| sent && !tag.is_empty()).unwrap_or(seen);
    Form::new(staff, &format!("{path}/send/text"), w.s("save"))
        .also("look", w.s("letter-text-look"))
        .also("test", w.s("send-test"))
        .field(Field::hidden(FORM, "yes"))
        .field(Field::hidden("seen", seen))
        .field(
            languages::field(w, "language", w.s("field-language"), w.s("letter-text-others"), language)
                .hint(w.s("letter-text-language-hint")),
        )
        .field(Field::text("subject", w.s("mail-subject")).value(subject))
        .field(
            Field::new("text", w.s("mail-text"), Kind::Area(10))
                .value(said)
                .hint(w.with("send-placeholders", [("example", "{{ name }}".into())])),
        )
        .field(Field::text(WHOSE, w.s("send-preview-whom")).value(asked.get(WHOSE)).hint(w.s("letter-text-whose-hint")))
        .tried(tried)
}

/// Returns the text that a form has, for the operation.
fn said(fields: &Fields) -> Value {
    // Browsers end lines as mails do.
    let mut said = json!({ "subject": fields.get("subject"), "text": fields.get("text").replace("\r\n", "\n") });
    if let Some(language) = fields.some("language") {
        said["language"] = json!(language);
    }
    said
}

/// Returns whose letter is asked for: somebody's with a certificate, or that of somebody who is made up.
fn trial(fields: &Fields) -> Value {
    match fields.some(WHOSE) {
        Some(person) => json!({ "text": said(fields), "person": person }),
        None => json!({ "text": said(fields), "made_up": true }),
    }
}

/// Shows the text as it would go.
async fn looked_at(staff: &Staff, path: &str, asked: &Fields) -> Html {
    let w = staff.w;
    match staff.post(&format!("{path}/mail/preview"), &Fields::default(), trial(asked)).await {
        Ok(told) => {
            as_it_goes(w, Section::new("text-looked", w.s("letter-text-looked")), &told.value, "text-looked").into()
        }
        Err(problem) => {
            Notice { tone: Tone::Red, text: super::phrases::problem(w, &problem).text, items: Vec::new() }.into()
        }
    }
}

/// Keeps a text, shows it as it would go, or sends it to who asks; an empty one is taken away.
pub(super) async fn save(Path(code): Path<String>, Sent { staff, fields }: Sent) -> Response {
    let path = format!("/events/{}", part(&code));
    if fields.on("look") || fields.on("test") {
        return tried_out(&staff, &code, &path, &fields).await;
    }
    match kept(&staff, &path, &fields).await {
        Ok(()) => staff.done(&format!("{path}/send"), "saved"),
        Err(problem) => refused(&staff, &code, &fields, problem).await,
    }
}

async fn tried_out(staff: &Staff, code: &str, path: &str, fields: &Fields) -> Response {
    let told = match fields.on("test") {
        true => staff.post(&format!("{path}/mail/test"), fields, trial(fields)).await,
        false => staff.post(&format!("{path}/mail/preview"), &Fields::default(), trial(fields)).await,
    };
    if let Err(problem) = told {
        return refused(staff, code, fields, problem).await;
    }
    // What was typed stays in its form.
    let mut asked: Vec<(String, String)> = fields.texts().map(|(name, value)| (name.into(), value.into())).collect();
    if fields.on("test") {
        asked.push(("said".to_owned(), "test-sent".to_owned()));
    }
    sending(staff, code, &Fields::of(asked), &Tried::NEW).await.unwrap_or_else(|response| response)
}

/// Puts the text in the place of the one of its language, or takes that away; the others stay.
async fn kept(staff: &Staff, path: &str, fields: &Fields) -> Result<(), Problem> {
    let told = staff.ask(Method::GET, &format!("{path}/mail"), Default::default()).await?;
    let mut mail = told.value["mail"].clone();
    let language = fields.get("language");
    let others = all(&mail).iter().filter(|one| !is_for(one, language)).cloned();
    let is_empty = ["subject", "text"].iter().all(|name| fields.some(name).is_none());
    let own = (!is_empty).then(|| said(fields));
    mail["texts"] = others.chain(own).collect();
    staff.send(Method::PUT, &format!("{path}/mail"), fields, mail).await.map(drop)
}
