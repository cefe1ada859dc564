//! What is thrown away after a while: whom messages went to, and the reports of imports. Sessions go by themselves, and are counted.

use serde::Serialize;
use serde_json::json;

use super::import_report;
use crate::desk::Desk;
use crate::mail::outbox;
use crate::store::StoreError;

/// What is thrown away after a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// After how many days a message's address, its links and what mail servers said of it are forgotten; 0: never.
    pub mail_days: u16,
    /// After how many days the reports of imports go, which hold what was in the files; 0: never.
    pub upload_days: u16,
}

impl Default for Retention {
    fn default() -> Self {
        Self { mail_days: 730, upload_days: 90 }
    }
}

/// How much was thrown away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Thrown {
    /// Messages that name nobody any more.
    pub messages: u64,
    /// Rows of reports of imports.
    pub reports: u64,
    /// Sessions that had ended.
    pub sessions: u64,
}

/// Throws away what is older than it is to be kept, and writes down how much that was, of nobody in particular.
///
/// # Errors
/// When the store fails.
pub fn throw_away(desk: &Desk, retention: Retention, sessions: u64) -> Result<Thrown, StoreError> {
    let before = |days: u16| (days > 0).then(|| desk.now.plus_days(-i64::from(days)));
    let messages = before(retention.mail_days).map_or(Ok(0), |day| outbox::forget_older(desk.store, day))?;
    let reports = before(retention.upload_days).map_or(Ok(0), |day| import_report::drop_older(desk.store, day))?;
    let thrown = Thrown { messages, reports, sessions };
    if thrown != Thrown::default() {
        desk.store.append_audit(&desk.act("retention.apply", "store", json!(thrown)))?;
    }
    Ok(thrown)
}
