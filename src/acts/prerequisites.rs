//! What should be there before certificates are generated: what a run is refused without, and attendance, without which it
//! goes on and says so.

use std::collections::BTreeSet;

use super::{ActError, NotReady, Planned, ready_to_generate};
use crate::desk::Desk;
use crate::eligibility::{Session, depends};

/// People read at a time.
const PAGE: usize = 500;

/// What is still missing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Prerequisites {
    /// What is missing.
    pub missing: Vec<NotReady>,
    /// Sessions in which nobody was marked, present or absent, where the rule depends on their attendance.
    pub unmarked: Vec<Session>,
}

/// Says what is still missing before certificates are generated.
///
/// # Errors
/// When the store fails.
pub fn prerequisites(desk: &Desk, planned: &Planned) -> Result<Prerequisites, ActError> {
    let mut missing = ready_to_generate(&planned.plan, &planned.event, false).err().unwrap_or_default();
    let unmarked = unmarked(desk, planned)?;
    missing.extend(Some(NotReady::NoAttendance).filter(|_| !unmarked.is_empty()));
    Ok(Prerequisites { missing, unmarked })
}

/// Returns the sessions in which nobody was marked, where the rule depends on them. An attendance that was entered or imported
/// in per cent stands in place of somebody's marks.
///
/// # Errors
/// When the store fails.
pub fn unmarked(desk: &Desk, planned: &Planned) -> Result<Vec<Session>, ActError> {
    let Some(rule) = &planned.plan.rule else { return Ok(Vec::new()) };
    let depends = depends(&planned.plan.course, rule, planned.plan.tiers.as_ref());
    let mut missing: BTreeSet<&str> = depends.sessions.iter().map(|session| session.id.as_str()).collect();
    let (mut anybody, mut by_marks, mut cursor) = (false, false, None::<String>);
    while !missing.is_empty() {
        let page = desk.store.participants(&planned.event.code, cursor.as_deref(), PAGE)?;
        for person in &page.items {
            anybody = true;
            by_marks |= !depends.share_is_enough || person.progress.attendance.is_none();
            missing.retain(|id| !person.progress.sessions.contains_key(*id));
        }
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    if anybody && !by_marks {
        return Ok(Vec::new());
    }
    Ok(depends.sessions.into_iter().filter(|session| missing.contains(session.id.as_str())).cloned().collect())
}
