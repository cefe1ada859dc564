//! What the facts amount to: shares, counts and sums, each of them known or not, with the reason.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Activity, Amount, Course, Facts, Over, Progress, Session};

/// The columns of a report, whatever the rule asks for; what is unknown is left out. Per cent are rounded down.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Measures {
    /// Share of sessions attended, in per cent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attendance: Option<Amount>,
    /// Whether a person entered some of the attendance.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_hand: bool,
    /// Sessions attended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sessions: Option<usize>,
    /// Activities done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activities: Option<usize>,
    /// All points.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<Amount>,
    /// The score.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<Amount>,
    /// How much is completed, in per cent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completion: Option<Amount>,
}

impl Measures {
    /// Measures one participant.
    pub fn of(course: &Course, progress: &Progress) -> Self {
        Self {
            attendance: attendance(course, progress, Over::Sessions).ok().map(Share::percent),
            by_hand: by_hand(course, progress, Over::Sessions),
            sessions: sessions(course, progress, false).ok().map(|(attended, _)| attended.len()),
            activities: activities(course, progress, false).ok().map(|(done, _)| done.len()),
            points: points(course, progress).ok(),
            score: progress.score,
            completion: completion(course, progress).ok().map(Share::percent),
        }
    }
}

/// A share of a whole, kept as it was counted or entered so that 4 of 5 is exactly 80 %.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Share {
    /// Counted.
    Of { part: usize, whole: usize },
    /// Entered as per cent.
    Percent(Amount),
}

impl Share {
    /// Returns whether the share is `percent` or more; exact.
    pub(super) fn reaches(self, percent: Amount) -> bool {
        match self {
            Self::Of { part, whole } => {
                part as i128 * i128::from(Amount::HUNDRED.raw()) >= whole as i128 * i128::from(percent.raw())
            }
            Self::Percent(found) => found >= percent,
        }
    }

    /// Returns the share in per cent, rounded down so that it never seems to reach what it does not.
    pub(super) fn percent(self) -> Amount {
        match self {
            Self::Of { part, whole } => {
                Amount::from_raw(part as i128 * i128::from(Amount::HUNDRED.raw()) / whole as i128)
            }
            Self::Percent(found) => found,
        }
    }

    pub(super) fn to_f64(self) -> f64 {
        match self {
            Self::Of { part, whole } => (part * 100) as f64 / whole as f64,
            Self::Percent(found) => found.to_f64(),
        }
    }

    pub(super) fn text(self) -> String {
        match self {
            Self::Of { part, whole } => format!("{part} of {whole} ({})", percent(self.percent())),
            Self::Percent(found) => percent(found),
        }
    }

    /// Returns what is still needed, given what the share is called, and what one more.
    pub(super) fn missing(self, called: &str, wanted: Amount, verb: &str, (one, many): (&str, &str)) -> String {
        match self {
            Self::Of { part, whole } => {
                let hundred = i128::from(Amount::HUNDRED.raw());
                let needed = (whole as i128 * i128::from(wanted.raw()) + hundred - 1).div_euclid(hundred);
                let more = usize::try_from(needed).unwrap_or(whole).saturating_sub(part);
                format!("{verb} {}", counted(more, &format!("more {one}"), &format!("more {many}")))
            }
            Self::Percent(found) => format!("{called} {}, needed {}", percent(found), percent(wanted)),
        }
    }
}

/// Returns `1 session` or `3 sessions`.
pub(super) fn counted(count: usize, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
}

/// Returns `66.66 %`, cut to two decimals.
pub(super) fn percent(amount: Amount) -> String {
    format!("{} %", Amount::from_raw(i128::from(amount.raw() / 100 * 100)))
}

/// A measure, or why it is unknown.
pub(super) type Found<T> = Result<T, String>;

/// Returns the attended sessions and all sessions, of the required ones only if asked.
pub(super) fn sessions<'a>(
    course: &'a Course,
    progress: &Progress,
    required: bool,
) -> Found<(Vec<&'a Session>, Vec<&'a Session>)> {
    let counted: Vec<_> = course.sessions.iter().filter(|session| session.required || !required).collect();
    if counted.is_empty() {
        return Err(format!("the event has no {}sessions", if required { "required " } else { "" }));
    }
    if !course.sessions.iter().any(|session| progress.sessions.contains_key(&session.id)) {
        return Err("no attendance recorded".into());
    }
    Ok(counted.into_iter().partition(|session| progress.sessions.get(&session.id).is_some_and(|mark| mark.present)))
}

/// Returns the activities that are done and those that are not, of the required ones only if asked.
pub(super) fn activities<'a>(
    course: &'a Course,
    progress: &Progress,
    required: bool,
) -> Found<(Vec<&'a Activity>, Vec<&'a Activity>)> {
    let counted: Vec<_> = course.activities.iter().filter(|activity| activity.required || !required).collect();
    if counted.is_empty() {
        return Err(format!("the event has no {}activities", if required { "required " } else { "" }));
    }
    if !course.activities.iter().any(|activity| progress.activities.contains_key(&activity.id)) {
        return Err("no activities recorded".into());
    }
    Ok(counted.into_iter().partition(|activity| progress.activities.get(&activity.id).is_some_and(|done| done.done)))
}

/// Returns the share attended.
pub(super) fn attendance(course: &Course, progress: &Progress, over: Over) -> Found<Share> {
    let share = |done: usize, left: usize| Share::Of { part: done, whole: done + left };
    match (over, progress.attendance) {
        (Over::Sessions | Over::RequiredSessions, Some(entered)) => Ok(Share::Percent(entered)),
        // It is entered as a percentage, or not at all.
        (Over::Sessions, None) if course.sessions.is_empty() => Err("no attendance recorded".into()),
        (Over::Sessions | Over::RequiredSessions, None) => {
            let (attended, missed) = sessions(course, progress, over == Over::RequiredSessions)?;
            Ok(share(attended.len(), missed.len()))
        }
        (Over::Activities | Over::RequiredActivities, _) => {
            let (done, left) = activities(course, progress, over == Over::RequiredActivities)?;
            Ok(share(done.len(), left.len()))
        }
        (Over::Both, _) => both(course, progress),
    }
}

fn both(course: &Course, progress: &Progress) -> Found<Share> {
    let whole = course.sessions.len() + course.activities.len();
    if whole == 0 {
        return Err("the event has no sessions or activities".into());
    }
    let parts = [
        sessions(course, progress, false).ok().map(|(attended, _)| attended.len()),
        activities(course, progress, false).ok().map(|(done, _)| done.len()),
    ];
    if parts == [None, None] {
        return Err("no attendance recorded".into());
    }
    Ok(Share::Of { part: parts.into_iter().flatten().sum(), whole })
}

/// Returns whether a person entered what the attendance is counted from.
pub(super) fn by_hand(course: &Course, progress: &Progress, over: Over) -> bool {
    hands(course, progress, over).next().is_some()
}

/// Returns what of somebody's attendance was entered by hand, by the names of [`Progress::told`].
pub fn entered_by_hand(course: &Course, progress: &Progress) -> Vec<String> {
    hands(course, progress, Over::Sessions).collect()
}

fn hands<'a>(course: &'a Course, progress: &'a Progress, over: Over) -> impl Iterator<Item = String> + 'a {
    let share = matches!(over, Over::Sessions | Over::RequiredSessions) && progress.attendance.is_some();
    let sessions = matches!(over, Over::Both | Over::Sessions | Over::RequiredSessions);
    let counted = course.sessions.iter().filter(move |s| sessions && (s.required || over != Over::RequiredSessions));
    let marked = counted.filter(|session| progress.sessions.get(&session.id).is_some_and(|mark| mark.by_hand));
    let marked = marked.map(|session| format!("sessions.{}", session.id));
    share.then(|| "attendance".to_owned()).into_iter().chain(marked)
}

/// Returns all points.
pub(super) fn points(course: &Course, progress: &Progress) -> Found<Amount> {
    if let Some(entered) = progress.points {
        return Ok(entered);
    }
    if course.activities.is_empty() {
        return Err("no points recorded".into());
    }
    let (done, _) = activities(course, progress, false)?;
    let awarded = done
        .iter()
        .map(|activity| progress.activities.get(&activity.id).and_then(|done| done.points).unwrap_or(activity.points));
    Ok(awarded.fold(Amount::ZERO, Amount::plus))
}

/// Returns how much is completed: as recorded, or else the share of activities done.
pub(super) fn completion(course: &Course, progress: &Progress) -> Found<Share> {
    match progress.completion {
        Some(entered) => Ok(Share::Percent(entered)),
        None if course.activities.is_empty() => Err("no completion recorded".into()),
        None => attendance(course, progress, Over::Activities).map_err(|_| "no completion recorded".into()),
    }
}

/// Compares roles as people do: capitals and spaces around make no difference.
pub(super) fn same_role(one: &str, other: &str) -> bool {
    one.trim().to_lowercase().cmp(&other.trim().to_lowercase()) == Ordering::Equal
}

/// What an expression can be told of one participant.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    pub(super) attendance: Option<f64>,
    pub(super) sessions_attended: Option<i64>,
    pub(super) sessions_total: i64,
    pub(super) activities_done: Option<i64>,
    pub(super) points: Option<Amount>,
    pub(super) score: Option<Amount>,
    pub(super) completion: Option<f64>,
    pub(super) passed: Option<bool>,
    pub(super) role: Option<String>,
    pub(super) checked_in: Option<bool>,
}

impl Known {
    pub(super) fn of(course: &Course, facts: &Facts) -> Self {
        let progress = &facts.progress;
        let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        Self {
            attendance: attendance(course, progress, Over::Sessions).ok().map(Share::to_f64),
            sessions_attended: sessions(course, progress, false).ok().map(|(attended, _)| count(attended.len())),
            sessions_total: count(course.sessions.len()),
            activities_done: activities(course, progress, false).ok().map(|(done, _)| count(done.len())),
            points: points(course, progress).ok(),
            score: progress.score,
            completion: completion(course, progress).ok().map(Share::to_f64),
            passed: progress.passed,
            role: progress.role.clone(),
            checked_in: progress.checked_in,
        }
    }

    /// Facts of nobody, on which the types of an expression are tried.
    pub(super) fn invented() -> Self {
        Self {
            attendance: Some(75.0),
            sessions_attended: Some(3),
            sessions_total: 4,
            activities_done: Some(2),
            points: Some(Amount::whole(10)),
            score: Some(Amount::whole(60)),
            completion: Some(50.0),
            passed: Some(true),
            role: Some("attendee".into()),
            checked_in: Some(true),
        }
    }

    /// Returns a variable in words, if it is known.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        let number = |number: Option<f64>| number.map(|number| format!("{}", (number * 100.0).floor() / 100.0));
        match name {
            "attendance" => number(self.attendance),
            "sessions_attended" => self.sessions_attended.map(|count| count.to_string()),
            "sessions_total" => Some(self.sessions_total.to_string()),
            "activities_done" => self.activities_done.map(|count| count.to_string()),
            "points" => self.points.map(|points| points.to_string()),
            "score" => self.score.map(|score| score.to_string()),
            "completion" => number(self.completion),
            "passed" => self.passed.map(|passed| yes_no(passed).to_owned()),
            "checked_in" => self.checked_in.map(|checked_in| yes_no(checked_in).to_owned()),
            _ => None,
        }
    }

    /// Returns why a variable is unknown.
    pub(super) fn unknown(&self, name: &str) -> String {
        match name {
            "attendance" | "sessions_attended" => "no attendance recorded".into(),
            "activities_done" => "no activities recorded".into(),
            "points" | "score" | "completion" | "role" => format!("no {name} recorded"),
            "passed" => "no examination result recorded".into(),
            "checked_in" => "no check-in recorded".into(),
            _ => "something unknown is named".into(),
        }
    }
}

pub(super) fn yes_no(truth: bool) -> &'static str {
    if truth { "yes" } else { "no" }
}
