//! Whether a machine's clock can be believed: an act that is dated in the future would lock the issuer out until then.
//!
//! A clock is measured by what is known without asking it: the newest act, the last publication, and when files were written.
//! Who knows better says so, and that is recorded; from then on it is measured by that.

use serde_json::json;

use super::{Known, LastPublished, PublishError, last};
use crate::credential::Timestamp;
use crate::desk::Desk;
use crate::store::Store;

/// The act that says that a clock was believed on somebody's word.
pub const ACCEPTED: &str = "clock.accept";
/// How far the clock may lie behind the newest act, in seconds.
const BEHIND_SECONDS: i64 = 300;
/// How far it may lie ahead of all that is known, in days. An issuer publishes every week, and rests for a season at most.
const AHEAD_DAYS: i64 = 100;

/// Why a clock is not believed.
#[derive(Debug, thiserror::Error)]
pub enum ClockError {
    /// It is before what was done already: dates would not be true, and lists look older than they are.
    #[error("the clock says {now}, but the last act was recorded at {last}")]
    Behind {
        /// The clock.
        now: Timestamp,
        /// The newest act.
        last: Timestamp,
    },
    /// It is far after all that is known.
    #[error("the clock says {now}, but nothing here is newer than {newest}")]
    Ahead {
        /// The clock.
        now: Timestamp,
        /// The newest that is known.
        newest: Timestamp,
    },
    /// It cannot be told.
    #[error(transparent)]
    Unknown(#[from] PublishError),
}

impl ClockError {
    /// Returns what to do next.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Behind { .. } => {
                "set this machine's clock right; if it is right, and was ahead then, run the same with --accept-clock, which is recorded; nothing was changed"
            }
            Self::Ahead { .. } => {
                "set this machine's clock right; if it is right, and nothing was done since, run the same with --accept-clock, which is recorded; nothing was changed"
            }
            Self::Unknown(error) => error.hint().unwrap_or("nothing was changed"),
        }
    }
}

/// Checks a clock before anything is written. `seen` is what else tells the time, such as when the newest file was written.
///
/// # Errors
/// When it is not to be believed, or the store fails.
pub fn check(store: &dyn Store, now: Timestamp, seen: Option<Timestamp>) -> Result<(), ClockError> {
    let last_act = store.last_act().map_err(PublishError::from)?;
    if let Some(last) = last_act.filter(|last| now.unix() + BEHIND_SECONDS < last.unix()) {
        return Err(ClockError::Behind { now, last });
    }
    let published = last(store)?.map(|last| last.issued);
    // Without an act there is nothing to be far from.
    match last_act.map(|act| [published, seen].into_iter().flatten().fold(act, Timestamp::max)) {
        Some(newest) if now > newest.plus_days(AHEAD_DAYS) => Err(ClockError::Ahead { now, newest }),
        _ => Ok(()),
    }
}

/// Records that the desk's clock is believed on somebody's word. What was published under another clock is dated back to it, so
/// that it can be published again.
///
/// # Errors
/// When the store fails.
pub fn accept(desk: &Desk) -> Result<(), PublishError> {
    let known = Known::read(desk.store)?;
    let published = known.last.as_ref();
    let detail =
        json!({ "clock": desk.now, "lastAct": desk.store.last_act()?, "published": published.map(|last| last.issued) });
    let act = desk.act(ACCEPTED, desk.issuer.did(), detail);
    match published.filter(|last| last.issued > desk.now) {
        None => Ok(desk.store.append_audit(&act)?),
        Some(last) => {
            // Everything up to now counts as published, so that nothing is taken back that verifiers have seen.
            let back = LastPublished { issued: desk.now, covers: last.covers.min(desk.now), ..last.clone() };
            desk.store.write_documents(&[known.replaced(&back)], Some(&act))?;
            Ok(())
        }
    }
}
