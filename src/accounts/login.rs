//! Logging in: the password, and the second step where there is one. Answers and their time tell nobody which accounts
//! there are.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::secret::{Secret, StaffToken};
use super::session;
use super::staff::{Held, Record, checked_email, find, find_email, own_act, save};
use super::throttle::{ACCOUNT, ADDRESS, CODE, PAIR, Throttle, subscriber};
use super::{AccountsError, Result, password, retried};
use crate::credential::Timestamp;
use crate::issuance::Desk;
use crate::store::{Collection, Document, DocumentWrite, Expect};

/// How long the second step may take.
pub const SECOND_STEP_SECONDS: i64 = 300;
/// Wrong codes that end a login.
const CODES_PER_LOGIN: u8 = 5;

/// A try to log in.
#[derive(Debug)]
pub struct Attempt<'a> {
    /// E-mail.
    pub email: &'a str,
    /// Password.
    pub password: &'a Secret,
    /// Where it comes from.
    pub address: IpAddr,
    /// What the browser says it is; the member sees it in the list of sessions.
    pub label: &'a str,
}

/// The code of the second step.
#[derive(Debug)]
pub struct SecondStep<'a> {
    /// What [`Login::SecondStep`] gave.
    pub ticket: &'a Secret,
    /// Six digits of the authenticator, or a recovery code.
    pub code: &'a Secret,
    /// What the browser says it is.
    pub label: &'a str,
}

/// What comes of a right password.
#[derive(Debug)]
pub enum Login {
    /// A session.
    Done {
        /// Its token, for the cookie.
        session: Secret,
        /// Whose it is.
        staff: String,
    },
    /// The code of the second step is wanted next, with this ticket.
    SecondStep(Secret),
}

#[derive(Serialize, Deserialize)]
struct Ticket {
    epoch: u64,
    expires: Timestamp,
    wrong: u8,
}

/// Logs in with a password.
///
/// # Errors
/// [`AccountsError::SignIn`] whatever is wrong; [`AccountsError::Throttled`] after too many attempts, also for accounts
/// that are none.
pub fn login(desk: &Desk<'_>, throttle: &Throttle, attempt: &Attempt<'_>) -> Result<Login> {
    // What is no e-mail has no account; it goes the same way.
    let email = checked_email(attempt.email).unwrap_or_default();
    let address = subscriber(attempt.address);
    let pair = format!("{address} {email}");
    let lanes = [(PAIR, pair.as_str()), (ACCOUNT, &email), (ADDRESS, &address)];
    throttle.admit(&lanes, desk.now)?;

    let held = find_email(desk.store, &email)?;
    // Also without a member: it takes as long.
    let phc = held.as_ref().and_then(|held| held.record.password.as_deref());
    let right = password::verify(attempt.password, phc);
    let held = held.filter(|held| right && !held.record.disabled).ok_or(AccountsError::SignIn)?;
    throttle.succeed(&lanes);

    let proved = held.record.password.clone();
    let stronger = proved.as_deref().filter(|phc| password::is_weak(phc)).map(|_| password::hash(attempt.password));
    let stronger = stronger.transpose()?;
    retried(|| {
        let mut held = find(desk.store, &held.record.id)?.ok_or(AccountsError::SignIn)?;
        if held.record.password != proved || held.record.disabled {
            return Err(AccountsError::SignIn);
        }
        if let Some(phc) = &stronger {
            held.record.password = Some(phc.clone());
        }
        if held.record.two_step.is_some() {
            return Ok(Login::SecondStep(make_ticket(desk, &held.record)?));
        }
        open(desk, held, attempt.label, Vec::new())
    })
}

/// Writes the login and its session.
fn open(desk: &Desk<'_>, held: Held, label: &str, mut more: Vec<DocumentWrite>) -> Result<Login> {
    let mut record = held.record.clone();
    record.last_login = Some(desk.now);
    let (token, id, writes) = session::open(desk.store, &record.id, record.epoch, desk.now, label)?;
    more.extend(writes);
    let act = own_act(desk, "staff.login", &record.id, json!({ "session": id }));
    save(desk.store, Some(&held), Some(&record), more, Some(&act))?;
    Ok(Login::Done { session: token, staff: record.id })
}

fn make_ticket(desk: &Desk<'_>, record: &Record) -> Result<Secret> {
    let (token, made) = StaffToken::make(&record.id)?;
    let ticket = Ticket { epoch: record.epoch, expires: desk.now.plus_seconds(SECOND_STEP_SECONDS), wrong: 0 };
    let write = DocumentWrite::put(Collection::SECOND_STEPS, made.key(), Expect::Absent, &ticket);
    desk.store.write_documents(&[write], None)?;
    Ok(token)
}

/// Ends a login with the code of the second step. A code works once.
///
/// # Errors
/// [`AccountsError::SignIn`] when the ticket is none, too old or had too many wrong codes; [`AccountsError::Code`];
/// [`AccountsError::Throttled`].
pub fn confirm_second_step(desk: &Desk<'_>, throttle: &Throttle, step: &SecondStep<'_>) -> Result<Login> {
    let token = StaffToken::read(step.ticket.expose()).ok_or(AccountsError::SignIn)?;
    // Before the counter: who only knows an id must not be able to use up a member's attempts.
    read_ticket(desk, &token)?;
    let lanes = [(CODE, token.staff.as_str())];
    throttle.admit(&lanes, desk.now)?;
    let done = retried(|| {
        let (document, ticket) = read_ticket(desk, &token)?;
        let mut held = find(desk.store, &token.staff)?.ok_or(AccountsError::SignIn)?;
        if held.record.disabled || held.record.epoch != ticket.epoch {
            return Err(AccountsError::SignIn);
        }
        let two_step = held.record.two_step.as_mut().ok_or(AccountsError::SignIn)?;
        let expect = Expect::Revision(document.revision);
        if !two_step.take(step.code.expose(), desk.now) {
            let wrong = Ticket { wrong: ticket.wrong.saturating_add(1), ..ticket };
            let write = DocumentWrite::put(Collection::SECOND_STEPS, token.key(), expect, &wrong);
            desk.store.write_documents(&[write], None)?;
            return Err(AccountsError::Code);
        }
        let used = DocumentWrite::delete(Collection::SECOND_STEPS, token.key(), expect);
        open(desk, held, step.label, vec![used])
    })?;
    throttle.succeed(&lanes);
    Ok(done)
}

fn read_ticket(desk: &Desk<'_>, token: &StaffToken) -> Result<(Document, Ticket)> {
    let document = desk.store.document(Collection::SECOND_STEPS, &token.key())?.ok_or(AccountsError::SignIn)?;
    let ticket: Ticket = document.read()?;
    if ticket.expires <= desk.now || ticket.wrong >= CODES_PER_LOGIN {
        return Err(AccountsError::SignIn);
    }
    Ok((document, ticket))
}

/// Says whether a stored second step can be deleted.
pub(super) fn is_late(document: &Document, now: Timestamp) -> Result<bool> {
    Ok(document.read::<Ticket>()?.expires <= now)
}
