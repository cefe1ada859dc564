//! What was issued and sent, by day: what runs did, and what was done by hand beside them.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::EventState;
use super::run::{Kind, RunError, RunQuery, RunRecord, runs};
use crate::credential::{CertificateNumber, Timestamp, Zone};
use crate::store::{AuditQuery, Store, StoreError};

/// Most days that are counted.
pub const MOST_DAYS: u16 = 366;
/// Runs and acts read at a time.
const PAGE: usize = 500;
/// How much longer before the first day a run may have been asked for that was done in it, in days.
const LONGEST: i64 = 7;

/// A day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Figures {
    /// Which, in the issuer's time zone.
    #[schema(example = "2026-11-22")]
    pub day: String,
    /// Certificates that were issued or made anew.
    pub issued: u64,
    /// Messages that runs put into the outbox.
    pub sent: u64,
}

/// Counts the last days, today last. `by_hand`: also what no run did, which is counted for all events together.
///
/// # Errors
/// When the store fails.
pub fn by_day(
    store: &dyn Store,
    zone: &Zone,
    now: Timestamp,
    days: u16,
    by_hand: bool,
) -> Result<Vec<Figures>, RunError> {
    let today = zone.day(now);
    let first = today.saturating_sub(jiff::Span::new().days(i64::from(days.clamp(1, MOST_DAYS)) - 1));
    let since = zone.first_second(first);
    let mut counted: BTreeMap<jiff::civil::Date, (u64, u64)> = BTreeMap::new();
    each_run(store, since.plus_days(-LONGEST), |run| {
        let Some(at) = run.finished.or(run.updated).filter(|at| *at >= since) else { return };
        let (issued, sent) = counted.entry(zone.day(at)).or_default();
        match run.kind {
            Kind::Generate | Kind::Regenerate => *issued += run.counters.done,
            Kind::Send => *sent += run.counters.done,
            Kind::Revoke | Kind::Restore | Kind::Publish => {}
        }
    })?;
    if by_hand {
        for action in ["certificate.issue", "certificate.regenerate", "certificate.reissue"] {
            each_by_hand(store, action, since, |at| counted.entry(zone.day(at)).or_default().0 += 1)?;
        }
    }
    let all = first.series(jiff::Span::new().days(1)).take_while(|day| *day <= today);
    Ok(all
        .map(|day| {
            let (issued, sent) = counted.get(&day).copied().unwrap_or_default();
            Figures { day: day.to_string(), issued, sent }
        })
        .collect())
}

/// Counts the events that are under way, or prepared: neither completed nor archived.
///
/// # Errors
/// When the store fails.
pub fn events_under_way(store: &dyn Store) -> Result<u64, StoreError> {
    let (mut count, mut cursor) = (0, None::<String>);
    loop {
        let page = store.events(cursor.as_deref(), PAGE)?;
        for event in page.items {
            let (plan, _) = super::plan(store, &event.code)?;
            count += u64::from(plan.archived.is_none() && plan.state != EventState::Completed);
        }
        cursor = page.next;
        if cursor.is_none() {
            return Ok(count);
        }
    }
}

/// Goes through the runs that were asked for since then, newest first.
fn each_run(store: &dyn Store, since: Timestamp, mut take: impl FnMut(RunRecord)) -> Result<(), RunError> {
    let mut cursor: Option<String> = None;
    loop {
        let page = runs(store, &RunQuery::all(true), cursor.as_deref(), PAGE)?;
        for run in page.items {
            if run.created < since {
                return Ok(());
            }
            take(run);
        }
        cursor = page.next;
        if cursor.is_none() {
            return Ok(());
        }
    }
}

/// Goes through the acts on single certificates: those of a run are about the run.
fn each_by_hand(
    store: &dyn Store,
    action: &str,
    since: Timestamp,
    mut take: impl FnMut(Timestamp),
) -> Result<(), RunError> {
    let query = AuditQuery { action: Some(action.to_owned()), since: Some(since), ..AuditQuery::default() };
    let mut cursor: Option<String> = None;
    loop {
        let page = store.find_audit(&query, true, cursor.as_deref(), PAGE)?;
        for entry in page.items {
            if entry.act.action == action && entry.act.subject.parse::<CertificateNumber>().is_ok() {
                take(entry.act.at);
            }
        }
        cursor = page.next;
        if cursor.is_none() {
            return Ok(());
        }
    }
}
