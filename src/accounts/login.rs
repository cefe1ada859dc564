//! Logging in: the password, and the second step where there is one. Answers and their time tell nobody which accounts
//! there are.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::secret::{Secret, StaffToken};
use super::session;
use super::staff::{Held, StaffRecord, checked_email, find, find_email, own_act, save};
use super::throttle::{ACCOUNT, ADDRESS, CODE, NOTED, NOTED_ALL, PAIR, Throttle, subscriber};
use super::{AccountsError, Result, password, retried};
use crate::credential::Timestamp;
use crate::desk::Desk;
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
    // Before anything is known of the account: what is written down takes as long for those that are none.
    let noted = Noted { throttle, pair: &pair };
    let held = find_email(desk.store, &email)?;
    let id = held.as_ref().map(|held| held.record.id.clone());
    if let Err(error) = throttle.admit(&lanes, desk.now) {
        noted.refused(desk, id.as_deref(), &error)?;
        return Err(error);
    }
    // Also without a member: it takes as long.
    let phc = held.as_ref().and_then(|held| held.record.password.as_deref());
    let right = password::verify(attempt.password, phc);
    let Some(held) = held.filter(|held| right && !held.record.disabled) else {
        noted.failed(desk, id.as_deref(), "password")?;
        return Err(AccountsError::SignIn);
    };
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

/// Writes failures down, each pair of account and address for itself, and never more than a log can bear.
pub(super) struct Noted<'a> {
    pub(super) throttle: &'a Throttle,
    pub(super) pair: &'a str,
}

impl Noted<'_> {
    /// Notes a wrong password or code.
    pub(super) fn failed(&self, desk: &Desk<'_>, id: Option<&str>, step: &str) -> Result<()> {
        self.note(desk, "staff.login_failed", id, json!({ "step": step }))
    }

    /// Notes that an attempt was not even looked at.
    pub(super) fn refused(&self, desk: &Desk<'_>, id: Option<&str>, error: &AccountsError) -> Result<()> {
        match error {
            AccountsError::Throttled { seconds } => {
                self.note(desk, "staff.login_locked", id, json!({ "seconds": seconds }))
            }
            _ => Ok(()),
        }
    }

    fn note(&self, desk: &Desk<'_>, action: &str, id: Option<&str>, detail: serde_json::Value) -> Result<()> {
        let name = format!("{action} {}", self.pair);
        if self.throttle.admit(&[(NOTED, name.as_str()), (NOTED_ALL, action)], desk.now).is_ok() {
            let subject = id.map_or_else(|| "unknown".to_owned(), |id| format!("staff:{id}"));
            desk.store.append_audit(&desk.act(action, subject, detail))?;
        }
        Ok(())
    }
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

fn make_ticket(desk: &Desk<'_>, record: &StaffRecord) -> Result<Secret> {
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
    let noted = Noted { throttle, pair: &token.staff };
    if let Err(error) = throttle.admit(&lanes, desk.now) {
        noted.refused(desk, Some(&token.staff), &error)?;
        return Err(error);
    }
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
    });
    match done {
        Ok(_) => throttle.succeed(&lanes),
        Err(AccountsError::Code) => noted.failed(desk, Some(&token.staff), "code")?,
        Err(_) => {}
    }
    done
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
