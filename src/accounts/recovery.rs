//! The way back in for who lost the password: codes on paper, and a link by mail that one asks for oneself.
//!
//! The codes are those of the recovery sheet, which is printed at set-up and lies where the passphrase does not. Whoever has one and knows
//! the e-mail is in, so they are 80 random bits each, kept as SHA-256, good once, and slowed down as passwords are; every use is an act
//! of the log, and the door tells the owners by mail. A code can take the second step away too: who is the only owner has nobody to ask.
//!
//! Answers and their time tell nobody which accounts there are.

use std::net::IpAddr;

use serde_json::json;

use super::login::Noted;
use super::manage::{change_own, prove, shut_out};
use super::password;
use super::secret::{Secret, StaffToken, digest, same};
use super::staff::{Held, Link, Staff, StaffRecord, checked_email, find_email, own_act, save};
use super::throttle::{ADDRESS, RESET, RESET_ADDRESS, SHEET, SHEET_PAIR, Throttle, subscriber};
use super::two_step::{CODE_BYTES, make_codes, plain_code, prove_again};
use super::{AccountsError, Result, retried};
use crate::credential::Timestamp;
use crate::desk::Desk;

/// How many codes a recovery sheet has.
pub const SHEET_CODES: usize = 5;
/// How long a link is good that somebody asked for themselves.
pub const RESET_SECONDS: i64 = 3_600;

/// A try to come back in with a code of the recovery sheet.
#[derive(Debug)]
pub struct Recovery<'a> {
    /// E-mail of the account.
    pub email: &'a str,
    /// The code.
    pub code: &'a Secret,
    /// The new password.
    pub password: &'a Secret,
    /// Whether the second step is lost too, and is taken away.
    pub without_second_step: bool,
    /// Where it comes from.
    pub address: IpAddr,
}

/// Puts the codes of a new sheet into a record, and returns them; older ones are good no more.
pub(super) fn print_sheet(record: &mut StaffRecord) -> Result<Vec<Secret>> {
    let (codes, kept) = make_codes(SHEET_CODES)?;
    record.sheet = kept;
    Ok(codes)
}

/// Makes the codes of a new recovery sheet, which are shown this once. Other sessions end.
///
/// # Errors
/// Those of [`prove_again`].
pub fn new_sheet(
    desk: &Desk<'_>,
    throttle: &Throttle,
    (staff, session): (&str, &str),
    password: &Secret,
    code: Option<&Secret>,
) -> Result<Vec<Secret>> {
    prove_again(desk, throttle, staff, password, code)?;
    let proved = prove(desk, throttle, staff, password)?;
    let (codes, kept) = make_codes(SHEET_CODES)?;
    change_own(desk, &proved, session, "staff.recovery_sheet", |record| {
        record.sheet.clone_from(&kept);
        Ok(())
    })?;
    Ok(codes)
}

/// Sets a new password with a code of the recovery sheet, which is used up. All sessions, links and API tokens of the member end; the
/// second step stays unless it is lost too.
///
/// # Errors
/// [`AccountsError::Recovery`] whatever is wrong with e-mail or code; [`AccountsError::Throttled`], [`AccountsError::Password`].
pub fn recover(desk: &Desk<'_>, throttle: &Throttle, by: &Recovery<'_>) -> Result<Staff> {
    let email = checked_email(by.email).unwrap_or_default();
    password::check(by.password, &email)?;
    let address = subscriber(by.address);
    let pair = format!("{address} {email}");
    let lanes = [(SHEET_PAIR, pair.as_str()), (SHEET, &email), (ADDRESS, &address)];
    let noted = Noted { throttle, pair: &pair };
    let id = find_email(desk.store, &email)?.map(|held| held.record.id);
    if let Err(error) = throttle.admit(&lanes, desk.now) {
        noted.refused(desk, id.as_deref(), &error)?;
        return Err(error);
    }
    // Also for nobody: it takes as long.
    let phc = password::hash(by.password)?;
    let done = retried(|| {
        let old = may_recover(desk, &email)?.ok_or(AccountsError::Recovery)?;
        let mut new = old.record.clone();
        if !take(&mut new.sheet, by.code.expose()) {
            return Err(AccountsError::Recovery);
        }
        (new.password, new.link, new.asked) = (Some(phc.clone()), None, None);
        let off = by.without_second_step && new.two_step.take().is_some();
        let ended = shut_out(desk, &mut new)?;
        let detail = json!({ "codes_left": new.sheet.len(), "second_step_off": off });
        let act = own_act(desk, "staff.recovered", &new.id, ended.told(detail));
        let revision = save(desk.store, Some(&old), Some(&new), ended.writes, Some(&act))?;
        Ok(new.view(revision))
    });
    match &done {
        Ok(_) => throttle.succeed(&lanes),
        Err(AccountsError::Recovery) => noted.failed(desk, id.as_deref(), "recovery_sheet")?,
        Err(_) => {}
    }
    done
}

/// Reads the record of who has an account and may use it.
fn may_recover(desk: &Desk<'_>, email: &str) -> Result<Option<Held>> {
    Ok(find_email(desk.store, email)?.filter(|held| !held.record.disabled))
}

/// Uses a code up; says whether it was one.
fn take(sheet: &mut Vec<String>, code: &str) -> bool {
    if code.len() > CODE_BYTES {
        return false;
    }
    let (hash, left) = (digest(&plain_code(code).to_lowercase()), sheet.len());
    sheet.retain(|kept| !same(kept, &hash));
    sheet.len() < left
}

/// Counts that somebody asks for a link, whether or not there is an account.
///
/// # Errors
/// [`AccountsError::Email`], [`AccountsError::Throttled`].
pub fn admit_reset(throttle: &Throttle, email: &str, address: IpAddr, now: Timestamp) -> Result<()> {
    let (email, address) = (checked_email(email)?, subscriber(address));
    throttle.admit(&[(RESET, email.as_str()), (RESET_ADDRESS, &address)], now)
}

/// Makes the token of a link to set a new password with, for who asked for it: to be mailed to them, and shown to nobody. Unlike one
/// that an owner makes it ends nothing: anybody can ask in anybody's name. Nothing where there is no account.
///
/// # Errors
/// Those of the store.
pub fn reset_asked(desk: &Desk<'_>, email: &str) -> Result<Option<(Staff, Secret)>> {
    retried(|| {
        let Some(old) = may_recover(desk, &checked_email(email)?)? else { return Ok(None) };
        let (token, made) = StaffToken::make(&old.record.id)?;
        let asked = Link { hash: made.hash, expires: desk.now.plus_seconds(RESET_SECONDS) };
        let new = StaffRecord { asked: Some(asked), ..old.record.clone() };
        let act = own_act(desk, "staff.reset_asked", &new.id, json!({}));
        let revision = save(desk.store, Some(&old), Some(&new), Vec::new(), Some(&act))?;
        Ok(Some((new.view(revision), token)))
    })
}
