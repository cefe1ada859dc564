//! What is known: the event's sessions and activities, and one participant's progress in them.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{Amount, EligibilityError};

/// Sessions that one event may have.
pub const MAX_SESSIONS: usize = 500;
/// Activities that one event may have.
pub const MAX_ACTIVITIES: usize = 500;
/// Bytes of a session's or activity's id.
pub const MAX_ID_BYTES: usize = 64;
/// Bytes of a title, and of a role.
pub const MAX_TITLE_BYTES: usize = 300;

/// What an event asks its participants to do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Course {
    /// Meetings to attend, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sessions: Vec<Session>,
    /// Things to do, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub activities: Vec<Activity>,
}

/// A meeting at which attendance is taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Session {
    /// Names it within the event.
    pub id: String,
    /// What people read.
    pub title: String,
    /// Whether it belongs to the required ones.
    #[serde(default)]
    pub required: bool,
}

/// A task, a quiz, a poster: something that is done, and may give points.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Activity {
    /// Names it within the event.
    pub id: String,
    /// What people read.
    pub title: String,
    /// Points for doing it, unless others are given to a participant.
    #[serde(default)]
    pub points: Amount,
    /// Whether it belongs to the required ones.
    #[serde(default)]
    pub required: bool,
}

/// What is known of one participant. All of it may be unknown, and unknown is never taken for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Progress {
    /// Attendance by session id; a session that is not named here has not been recorded.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sessions: BTreeMap<String, Mark>,
    /// Activities by id; one that is not named here has not been recorded.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub activities: BTreeMap<String, Done>,
    /// Attendance in per cent as entered or imported; it stands in place of what the marks give.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attendance: Option<Amount>,
    /// All points as entered or imported; they stand in place of the sum over activities.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<Amount>,
    /// A grade, in the event's own scale.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<Amount>,
    /// How much of the course is completed, in per cent; without it, the share of activities done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completion: Option<Amount>,
    /// Whether the examination was passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passed: Option<bool>,
    /// What the participant was: attendee, speaker, volunteer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Whether the participant was seen at the door.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked_in: Option<bool>,
}

/// Attendance at one session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// Present, or known to be absent.
    pub present: bool,
    /// Entered by a person, not by a scan or an import; reports flag it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_hand: bool,
}

/// What became of one activity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Done {
    /// Done, or known not to be.
    pub done: bool,
    /// Points awarded; without them, those of the activity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<Amount>,
}

/// All that a rule may look at for one participant.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// What was recorded.
    pub progress: Progress,
    /// Further columns, by name; text as imported.
    pub fields: BTreeMap<String, String>,
    /// Whether staff granted the certificate by hand, which is what the clause `manual` asks for.
    pub granted: bool,
}

impl Course {
    /// Checks sizes, and that each id is there once.
    ///
    /// # Errors
    /// The first fault, with its place.
    pub fn check(&self) -> Result<(), EligibilityError> {
        count("sessions", self.sessions.len(), MAX_SESSIONS)?;
        count("activities", self.activities.len(), MAX_ACTIVITIES)?;
        let mut seen = BTreeSet::new();
        for (index, session) in self.sessions.iter().enumerate() {
            named(&format!("sessions[{index}]"), &session.id, &session.title, &mut seen)?;
        }
        let mut seen = BTreeSet::new();
        for (index, activity) in self.activities.iter().enumerate() {
            let at = format!("activities[{index}]");
            named(&at, &activity.id, &activity.title, &mut seen)?;
            not_negative(&format!("{at}.points"), Some(activity.points))?;
        }
        Ok(())
    }
}

impl Progress {
    /// Returns each thing that is known, by name: `sessions.day1`, `activities.quiz`, `attendance`, `score`, …
    pub fn told(&self) -> BTreeMap<String, Value> {
        let sessions = self.sessions.iter().map(|(id, mark)| (format!("sessions.{id}"), json!(mark)));
        let activities = self.activities.iter().map(|(id, done)| (format!("activities.{id}"), json!(done)));
        let others = [
            ("attendance", json!(self.attendance)),
            ("points", json!(self.points)),
            ("score", json!(self.score)),
            ("completion", json!(self.completion)),
            ("passed", json!(self.passed)),
            ("role", json!(self.role)),
            ("checked_in", json!(self.checked_in)),
        ];
        let others = others.into_iter().map(|(name, value)| (name.to_owned(), value));
        sessions.chain(activities).chain(others).filter(|(_, value)| !value.is_null()).collect()
    }

    /// Takes away what is known under a name of [`Self::told`]; says whether anything could be known under it.
    pub fn forget(&mut self, name: &str) -> bool {
        match name.split_once('.') {
            Some(("sessions", id)) => drop(self.sessions.remove(id)),
            Some(("activities", id)) => drop(self.activities.remove(id)),
            Some(_) => return false,
            None => match name {
                "attendance" => self.attendance = None,
                "points" => self.points = None,
                "score" => self.score = None,
                "completion" => self.completion = None,
                "passed" => self.passed = None,
                "role" => self.role = None,
                "checked_in" => self.checked_in = None,
                _ => return false,
            },
        }
        true
    }

    /// Checks sizes and ranges. Ids that the event does not have are kept, and not looked at.
    ///
    /// # Errors
    /// The first fault, with its place.
    pub fn check(&self) -> Result<(), EligibilityError> {
        count("sessions", self.sessions.len(), MAX_SESSIONS)?;
        count("activities", self.activities.len(), MAX_ACTIVITIES)?;
        self.sessions.keys().try_for_each(|id| text("sessions", id, MAX_ID_BYTES))?;
        for (id, done) in &self.activities {
            text("activities", id, MAX_ID_BYTES)?;
            not_negative("activities.points", done.points)?;
        }
        percent("attendance", self.attendance)?;
        percent("completion", self.completion)?;
        not_negative("points", self.points)?;
        self.role.as_deref().map_or(Ok(()), |role| text("role", role, MAX_TITLE_BYTES))
    }
}

fn named(at: &str, id: &str, title: &str, seen: &mut BTreeSet<String>) -> Result<(), EligibilityError> {
    text(&format!("{at}.id"), id, MAX_ID_BYTES)?;
    text(&format!("{at}.title"), title, MAX_TITLE_BYTES)?;
    if seen.insert(id.to_owned()) {
        return Ok(());
    }
    Err(EligibilityError::invalid(format!("{at}.id"), "is used twice"))
}

fn count(at: &str, found: usize, most: usize) -> Result<(), EligibilityError> {
    if found <= most {
        return Ok(());
    }
    Err(EligibilityError::invalid(at, format!("has {found} entries, at most {most} are taken")))
}

fn text(at: &str, text: &str, most: usize) -> Result<(), EligibilityError> {
    if text.trim().is_empty() {
        return Err(EligibilityError::invalid(at, "is empty"));
    }
    if text.len() > most {
        return Err(EligibilityError::invalid(at, format!("is longer than {most} bytes")));
    }
    if text.chars().any(char::is_control) {
        return Err(EligibilityError::invalid(at, "holds a control character"));
    }
    Ok(())
}

fn not_negative(at: &str, amount: Option<Amount>) -> Result<(), EligibilityError> {
    if amount.is_some_and(|amount| amount < Amount::ZERO) {
        return Err(EligibilityError::invalid(at, "is below zero"));
    }
    Ok(())
}

pub(super) fn percent(at: &str, amount: Option<Amount>) -> Result<(), EligibilityError> {
    if amount.is_some_and(|amount| amount < Amount::ZERO || amount > Amount::HUNDRED) {
        return Err(EligibilityError::invalid(at, "is not between 0 and 100"));
    }
    Ok(())
}
