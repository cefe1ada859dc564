//! A text for one sending alone. It is shown as it goes before it goes, and what is sent is what was shown.

use axum::response::Response;
use serde_json::{Value, json};

use super::events::trail;
use super::form::{Fields, part};
use super::inside::Staff;
use super::sending::{Group, Waits, as_it_goes};
use super::ui::{Choice, Field, Form, Html, Kind, Page, Section};
use crate::server::Problem;
use crate::server::reply::tag_of;

const SUBJECT: &str = "once_subject";
const TEXT: &str = "once_text";
/// What was shown, by its tag.
const SHOWN: &str = "shown";

/// Asks for a text. `over` is to whom it can go.
pub(super) fn section(staff: &Staff, path: &str, over: Vec<Choice>, asked: &Fields) -> Html {
    let w = staff.w;
    let first = over.first().map(|one| one.value.clone()).unwrap_or_default();
    let form = Form::new(staff, &format!("{path}/send"), w.s("send-once-look"))
        .field(Field::new("over", w.s("send-over"), Kind::Radios(over)).value(asked.some("over").unwrap_or(&first)))
        .field(Field::text(SUBJECT, w.s("mail-subject")).required().value(asked.get(SUBJECT)))
        .field(
            Field::new(TEXT, w.s("mail-text"), Kind::Area(8))
                .required()
                .value(asked.get(TEXT))
                .hint(w.s("send-once-hint")),
        );
    let section = Section::new("once", w.s("send-once")).part(form);
    if said(asked).is_some() { section.into() } else { section.folded().into() }
}

/// Returns the text that a form has; nothing where it has none.
pub(super) fn said(fields: &Fields) -> Option<Value> {
    let (subject, text) = (fields.get(SUBJECT), fields.get(TEXT));
    // Browsers end lines as mails do.
    (!subject.is_empty() || !text.is_empty()).then(|| json!({ "subject": subject, "text": text.replace("\r\n", "\n") }))
}

/// Says whether a text was shown, as it is.
pub(super) fn was_shown(fields: &Fields, said: &Value) -> bool {
    fields.get(SHOWN) == tag_of(said)
}

/// Shows a text as the first of those gets it to whom it would go, and asks whether to send it.
///
/// # Errors
/// What is wrong with it.
pub(super) async fn shown(staff: &Staff, code: &str, (fields, said): (&Fields, &Value)) -> Result<Response, Problem> {
    let (w, path) = (staff.w, format!("/events/{}", part(code)));
    let event = staff.get_if(&path).await.unwrap_or_default();
    let hidden = |name: &str| Field::hidden(name, fields.get(name));
    // To those who are named it goes, and to nobody else.
    let over = fields.some("over").unwrap_or("those_without");
    let wanted = json!({ "text": said, "over": over });
    let letter = staff.post(&format!("{path}/mail/preview"), &Fields::default(), wanted).await?;
    let told = staff.get_if(&format!("{path}/mail")).await.unwrap_or_default();
    let waits = Waits::asked(staff, code, &told).await;
    let group = waits.over(over);
    let submit = group.map_or_else(|| w.s("send-once-do"), |group| w.count("send-start", group.count));
    let form = Form::new(staff, &format!("{path}/send"), submit)
        .fields(["over", SUBJECT, TEXT].map(hidden))
        .field(Field::hidden(SHOWN, tag_of(said)))
        .fields(group.into_iter().flat_map(Group::fields))
        .field(Field::new("day", w.s("send-day"), Kind::Date).value(fields.get("day")).hint(w.s("send-day-hint")));
    let mut start = Section::new("start", w.s("step-send"));
    if let Some(group) = group {
        start = start.part(group.named(staff));
    }
    let back = staff.crumb(w.s("step-send"), &format!("{path}/send"));
    let page = Page::new(w.s("send-once"))
        .trail(trail(staff, code, &event).into_iter().chain([back]))
        .lead(w.s("send-once-lead"))
        .part(as_it_goes(w, Section::new("letter", w.s("send-preview")), &letter.value, "letter"))
        .part(start.part(form));
    Ok(staff.page(&page))
}
