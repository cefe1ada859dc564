//! What is chosen for one run: another template than the event's, and the day that its certificates say they were issued on.
//! Settled before anything is frozen or reserved, and frozen in the run's record, so that what changes meanwhile changes
//! nothing.
//!
//! The day goes into `validFrom`, is printed as the date of issue, gives the number its year, and is what a length of validity
//! is counted from. Verifiers hold a credential's date against the end of its key, not against its beginning, so that a day
//! before the key was made verifies. When it was really signed, by whom and why the day is another stays in the run, the audit
//! log and the certificate's basis.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::fate::Grant;
use super::record::RunRecord;
use super::select::refused;
use super::{Kind, Result, RunError, RunReason, RunRequest};
use crate::acts::{ActError, templates};
use crate::credential::{EventCode, Timestamp, Zone};
use crate::desk::Desk;
use crate::mail::OwnText;
use crate::making::{ExpiresAfter, Faces, Order};
use crate::store::{Event, Participant, TemplateRef};

/// What was chosen for one run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chosen {
    /// The template in place of the event's own and of those of its tiers and languages: the exact version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<TemplateRef>,
    /// The day that first certificates say they were issued on, as midnight UTC; it begins when it begins where the event is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issued_on: Option<Timestamp>,
    /// The text that letters have, in place of the event's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<OwnText>,
    /// Before which instant no letter leaves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Timestamp>,
    /// Who is named and has a certificate gets another one, after it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub again: bool,
}

fn is_false(value: &bool) -> bool {
    !value
}

impl Chosen {
    /// Says whether everything is as the event has it.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// Returns the order of what somebody gets; the run and why they get it aside.
    pub(super) fn order(&self, zone: &Zone, person: Participant, grant: Grant) -> Order {
        let Grant { template, tier, basis, earlier, .. } = grant;
        Order {
            person,
            template,
            tier,
            basis,
            run: None,
            issued: self.issued_on.map(|day| zone.first_second(day.civil().date())),
            earlier,
        }
    }
}

/// Settles what a request chooses.
///
/// # Errors
/// [`RunError::Request`] for what does not go together, [`RunError::Enrolment`] when there is no such template or it cannot
/// show what the event says.
pub(super) fn chosen(desk: &Desk, faces: &Faces, request: &RunRequest) -> Result<Chosen> {
    if let Some(text) = &request.mail {
        text.check().map_err(|error| RunError::Request { field: "mail", problem: error.to_string() })?;
    }
    let (text, not_before, again) = (request.mail.clone(), request.not_before, request.again);
    let said = Chosen { text, not_before, again, ..Chosen::default() };
    let named = request.template.is_some() || request.kept.is_some();
    if named && !matches!(request.kind, Kind::Generate | Kind::Regenerate) {
        return Err(refused("template", "goes with `generate` and `regenerate`"));
    }
    if request.issued_on.is_some() && request.kind != Kind::Generate {
        return Err(refused("issued_on", "goes with `generate`; a certificate made anew keeps its day of issue"));
    }
    let Some(code) = request.event.as_ref().filter(|_| named || request.issued_on.is_some()) else {
        return Ok(said);
    };
    let event = event(desk, code)?;
    let template = match (&request.kept, &request.template) {
        (Some(kept), _) => Some(templates::fits(desk, faces, &event, kept.clone())?),
        (None, Some(name)) => Some(templates::for_event(desk, faces, &event, name)?),
        (None, None) => None,
    };
    let issued_on = request.issued_on.map(|day| checked(desk, &event, day, request.reason.as_ref())).transpose()?;
    Ok(Chosen { template, issued_on, ..said })
}

fn event(desk: &Desk, code: &EventCode) -> Result<Event> {
    Ok(desk.store.event(code)?.ok_or_else(|| ActError::NoEvent(code.clone()))?)
}

/// Returns a day of issue that can be meant, and for which a reason is given.
fn checked(desk: &Desk, event: &Event, day: Timestamp, reason: Option<&RunReason>) -> Result<Timestamp> {
    let said = reason.and_then(|reason| reason.text.as_deref()).is_some_and(|text| !text.trim().is_empty());
    if !said {
        return Err(refused("reason", "must say why certificates bear another day of issue than today"));
    }
    let refuse = |problem: String| Err(RunError::Request { field: "issued_on", problem });
    let (zone, on) = (desk.zone(event), day.civil().date());
    if on > zone.day(desk.now) {
        return refuse(format!("is in the future: today is {}", zone.day(desk.now)));
    }
    // An event without dates tells nothing; what is before 1970 is a slip of the pen.
    let first = event.starts.map_or(Timestamp::from_unix(0), |starts| Timestamp::midnight(starts.civil().date()));
    if day < first {
        let what = if event.starts.is_some() { "the event begins, on " } else { "" };
        return refuse(format!("is before {what}{}", date(first)));
    }
    let length = event.expires_after.as_deref().and_then(|length| length.parse::<ExpiresAfter>().ok());
    match length.map(|length| length.end(zone.first_second(on), zone)).filter(|end| *end < desk.now) {
        Some(end) => refuse(format!("would make certificates that expired on {} already", zone.day(end))),
        None => Ok(day),
    }
}

/// Returns the calendar date of a time.
pub fn date(time: Timestamp) -> String {
    time.to_string()[..10].to_owned()
}

/// Says with why somebody gets a certificate that it bears another day: which, by whom, when really, why.
pub(super) fn dated(basis: &mut Value, run: &RunRecord) {
    let Some(day) = run.chosen.issued_on else { return };
    let reason = run.reason.as_ref().and_then(|reason| reason.text.as_deref());
    basis["issued_on"] =
        json!({ "day": date(day), "by": run.by.who().to_string(), "at": run.created, "reason": reason });
}

/// A reason as it may be written in a request.
#[derive(ToSchema)]
#[serde(untagged)]
pub enum ReasonWanted {
    /// Only the text; the cause is `other`.
    Text(String),
    /// With its cause.
    Reason(RunReason),
}

/// Reads a reason: an object with its cause, or only the text.
pub(super) fn why<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<RunReason>, D::Error> {
    match Option::<Value>::deserialize(deserializer)? {
        None => Ok(None),
        Some(Value::String(text)) => {
            Ok(Some(RunReason { cause: crate::store::Cause::Other, text: Some(text), now: false }))
        }
        Some(object) => RunReason::deserialize(object).map(Some).map_err(serde::de::Error::custom),
    }
}

/// Reads a day such as `2026-06-30` as its midnight UTC.
pub(super) fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
    let wrong = || serde::de::Error::custom(format!("`{}` is not a day such as 2026-06-30", short(&text)));
    if text.len() != 10 {
        return Err(wrong());
    }
    format!("{text}T00:00:00Z").parse().map(Some).map_err(|_| wrong())
}

fn short(text: &str) -> String {
    text.chars().take(20).collect()
}
