//! The second step: time-based codes (RFC 6238: SHA-1, six digits, 30 seconds, as every authenticator has it) and recovery
//! codes for the day the telephone is gone.

use serde::{Deserialize, Serialize};
use serde_json::json;
use totp_rs::{Algorithm, Builder, Totp};

use super::manage::{change_own, prove, still_proved};
use super::secret::{Secret, digest, random, random_text, same};
use super::staff::{act, held, save};
use super::throttle::{CODE, Throttle};
use super::{AccountsError, Result, retried};
use crate::credential::Timestamp;
use crate::desk::Desk;

/// How many recovery codes there are.
pub const RECOVERY_CODES: usize = 10;
/// How long an offered secret waits for its first code.
const OFFER_SECONDS: i64 = 900;
/// Steps of 30 seconds by which the clocks may differ.
const SKEW: u16 = 1;
const STEP_SECONDS: u64 = 30;
/// Length of the shared secret: 160 bits (RFC 4226, section 4, R6).
const SECRET_BYTES: usize = 20;
/// Longest code that is looked at, in bytes.
pub(super) const CODE_BYTES: usize = 64;

/// What is kept of a member's second step.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct TwoStep {
    /// Base32. It has to be readable: codes are computed from it.
    secret: String,
    /// The step of the last code: it and those before it are used.
    last_step: u64,
    /// SHA-256 of the recovery codes that are left.
    recovery: Vec<String>,
}

/// A secret that waits for its first code.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Offered {
    secret: String,
    expires: Timestamp,
}

/// What an authenticator needs.
#[derive(Debug)]
pub struct Offer {
    /// The secret in base32, to type.
    pub secret: Secret,
    /// `otpauth://totp/…`, to show as a QR code.
    pub url: Secret,
}

impl TwoStep {
    /// Returns how many recovery codes are left.
    pub(super) fn codes_left(&self) -> usize {
        self.recovery.len()
    }

    /// Uses up a code; says whether it was good.
    pub(super) fn take(&mut self, code: &str, now: Timestamp) -> bool {
        if code.len() > CODE_BYTES {
            return false;
        }
        let code = plain_code(code);
        match step_of(&self.secret, &code, self.last_step, now) {
            Some(step) => {
                self.last_step = step;
                true
            }
            None => self.take_recovery(&code),
        }
    }

    fn take_recovery(&mut self, code: &str) -> bool {
        let hash = digest(&code.to_lowercase());
        let left = self.recovery.len();
        self.recovery.retain(|kept| !same(kept, &hash));
        self.recovery.len() < left
    }
}

/// Returns a code as it was made, however it was copied from paper.
pub(super) fn plain_code(code: &str) -> String {
    code.chars().filter(|c| !c.is_whitespace() && *c != '-').collect()
}

/// Returns the step of a code that is good now and newer than the last one used.
fn step_of(secret: &str, code: &str, last: u64, now: Timestamp) -> Option<u64> {
    let step = totp(secret, None)?.check(code, u64::try_from(now.unix()).ok()?)?;
    (step > last).then_some(step)
}

/// Returns the generator of a base32 secret; named when it is to be shown.
fn totp(secret: &str, named: Option<(&str, &str)>) -> Option<Totp> {
    let bytes = data_encoding::BASE32_NOPAD.decode(secret.as_bytes()).ok()?;
    let mut builder = Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_skew(SKEW)
        .with_step_duration(STEP_SECONDS)
        .with_secret(bytes);
    if let Some((issuer, account)) = named {
        builder = builder.with_account_name(account.replace(':', " ")).with_issuer(Some(issuer.replace(':', " ")));
    }
    builder.build().ok()
}

/// Offers a member a secret for the authenticator. Nothing changes until a first code confirms it.
///
/// # Errors
/// [`AccountsError::SignIn`] if the password is wrong, [`AccountsError::Throttled`], [`AccountsError::TwoStepOn`].
pub fn begin_two_step(desk: &Desk<'_>, throttle: &Throttle, staff: &str, password: &Secret) -> Result<Offer> {
    prove(desk, throttle, staff, password)?;
    let secret = data_encoding::BASE32_NOPAD.encode(random::<SECRET_BYTES>()?.as_slice());
    retried(|| {
        let old = held(desk.store, staff)?;
        if old.record.two_step.is_some() {
            return Err(AccountsError::TwoStepOn);
        }
        let named = (desk.issuer.name.as_str(), old.record.email.as_str());
        let url = totp(&secret, Some(named)).and_then(|totp| totp.to_url().ok());
        let url = url.expect("the secret is long enough, and the label has no colon");
        let mut new = old.record.clone();
        new.offered = Some(Offered { secret: secret.clone(), expires: desk.now.plus_seconds(OFFER_SECONDS) });
        save(desk.store, Some(&old), Some(&new), Vec::new(), None)?;
        Ok(Offer { secret: secret.clone().into(), url: url.into() })
    })
}

/// Turns the second step on with a first code; returns the recovery codes, which are shown this once. Other sessions end.
///
/// # Errors
/// [`AccountsError::TwoStepOff`] if nothing was offered or the offer is too old, [`AccountsError::Code`],
/// [`AccountsError::Throttled`].
pub fn confirm_two_step(
    desk: &Desk<'_>,
    throttle: &Throttle,
    (staff, session): (&str, &str),
    code: &Secret,
) -> Result<Vec<Secret>> {
    let lanes = [(CODE, staff)];
    throttle.admit(&lanes, desk.now)?;
    let (codes, recovery) = make_codes(RECOVERY_CODES)?;
    let seen = held(desk.store, staff)?;
    change_own(desk, &seen, session, "staff.two_step.on", |record| {
        let offered = record.offered.take().filter(|offered| desk.now < offered.expires);
        let offered = offered.ok_or(AccountsError::TwoStepOff)?;
        let mut two_step = TwoStep { secret: offered.secret, last_step: 0, recovery: Vec::new() };
        if !two_step.take(code.expose(), desk.now) {
            return Err(AccountsError::Code);
        }
        two_step.recovery.clone_from(&recovery);
        record.two_step = Some(two_step);
        Ok(())
    })?;
    throttle.succeed(&lanes);
    Ok(codes)
}

/// Turns one's own second step off. Other sessions end.
///
/// # Errors
/// [`AccountsError::SignIn`] if the password is wrong, [`AccountsError::Code`], [`AccountsError::TwoStepOff`],
/// [`AccountsError::Throttled`].
pub fn remove_two_step(
    desk: &Desk<'_>,
    throttle: &Throttle,
    (staff, session): (&str, &str),
    password: &Secret,
    code: &Secret,
) -> Result<()> {
    let lanes = [(CODE, staff)];
    throttle.admit(&lanes, desk.now)?;
    let proved = prove(desk, throttle, staff, password)?;
    change_own(desk, &proved, session, "staff.two_step.off", |record| {
        let mut two_step = record.two_step.take().ok_or(AccountsError::TwoStepOff)?;
        if two_step.take(code.expose(), desk.now) { Ok(()) } else { Err(AccountsError::Code) }
    })?;
    throttle.succeed(&lanes);
    Ok(())
}

/// Makes new recovery codes; the old ones are good no more.
///
/// # Errors
/// [`AccountsError::SignIn`] if the password is wrong, [`AccountsError::TwoStepOff`], [`AccountsError::Throttled`].
pub fn new_recovery_codes(
    desk: &Desk<'_>,
    throttle: &Throttle,
    (staff, session): (&str, &str),
    password: &Secret,
) -> Result<Vec<Secret>> {
    let proved = prove(desk, throttle, staff, password)?;
    let (codes, recovery) = make_codes(RECOVERY_CODES)?;
    change_own(desk, &proved, session, "staff.recovery_codes", |record| {
        let two_step = record.two_step.as_mut().ok_or(AccountsError::TwoStepOff)?;
        two_step.recovery.clone_from(&recovery);
        Ok(())
    })?;
    Ok(codes)
}

/// Turns the second step of a member off who lost the telephone and the recovery codes. All its sessions end.
///
/// # Errors
/// [`AccountsError::NotFound`], [`AccountsError::TwoStepOff`].
pub fn clear_two_step(desk: &Desk<'_>, staff: &str) -> Result<()> {
    retried(|| {
        let old = held(desk.store, staff)?;
        let mut new = old.record.clone();
        new.two_step.take().ok_or(AccountsError::TwoStepOff)?;
        new.offered = None;
        new.epoch += 1;
        let act = act(desk, "staff.two_step.clear", staff, json!({}));
        save(desk.store, Some(&old), Some(&new), Vec::new(), Some(&act))?;
        Ok(())
    })
}

/// Proof that somebody typed their password, and a code where the second step is on, just now.
#[derive(Debug)]
pub struct Proved(());

/// Checks the password of somebody who is logged in and, where the second step is on, a code: before what one person does
/// that should take two.
///
/// # Errors
/// [`AccountsError::SignIn`] if the password is wrong, [`AccountsError::CodeMissing`], [`AccountsError::Code`],
/// [`AccountsError::Throttled`].
pub fn prove_again(
    desk: &Desk<'_>,
    throttle: &Throttle,
    staff: &str,
    password: &Secret,
    code: Option<&Secret>,
) -> Result<Proved> {
    let proved = prove(desk, throttle, staff, password)?;
    if proved.record.two_step.is_none() {
        return Ok(Proved(()));
    }
    let code = code.ok_or(AccountsError::CodeMissing)?;
    let lanes = [(CODE, staff)];
    throttle.admit(&lanes, desk.now)?;
    retried(|| {
        let old = still_proved(desk, &proved)?;
        let mut new = old.record.clone();
        let two_step = new.two_step.as_mut().ok_or(AccountsError::TwoStepOff)?;
        if !two_step.take(code.expose(), desk.now) {
            return Err(AccountsError::Code);
        }
        // A code works once.
        save(desk.store, Some(&old), Some(&new), Vec::new(), None)?;
        Ok(())
    })?;
    throttle.succeed(&lanes);
    Ok(Proved(()))
}

/// Makes recovery codes of 80 random bits, as `abcd-efgh-2345-6789`, and what is kept of them.
pub(super) fn make_codes(count: usize) -> Result<(Vec<Secret>, Vec<String>)> {
    let mut made = (Vec::new(), Vec::new());
    for _ in 0..count {
        let code = random_text::<10>()?;
        made.1.push(digest(&code));
        made.0.push(format!("{}-{}-{}-{}", &code[..4], &code[4..8], &code[8..12], &code[12..]).into());
    }
    Ok(made)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret of RFC 6238, appendix B: `12345678901234567890`.
    const RFC_SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix(seconds)
    }

    fn fresh() -> TwoStep {
        TwoStep { secret: RFC_SECRET.to_owned(), last_step: 0, recovery: Vec::new() }
    }

    #[test]
    fn codes_of_the_rfc_are_good() {
        // The last six of the eight digits in RFC 6238, appendix B.
        for (time, code) in
            [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (2_000_000_000, "279037")]
        {
            assert!(fresh().take(code, at(time)), "{time}");
            assert!(
                fresh().take(&format!("{} {}", &code[..3], &code[3..]), at(time + STEP_SECONDS as i64)),
                "a step late"
            );
            assert!(fresh().take(code, at(time - STEP_SECONDS as i64)), "a step early");
            assert!(!fresh().take(code, at(time + 3 * STEP_SECONDS as i64)), "too late");
        }
    }

    #[test]
    fn a_code_works_once_and_so_do_those_before_it() {
        let totp = totp(RFC_SECRET, None).unwrap();
        let code = |time: u64| totp.generate(time).to_string();
        let mut two_step = fresh();
        assert!(two_step.take(&code(3_000), at(3_000)));
        assert!(!two_step.take(&code(3_000), at(3_000)), "twice");
        assert!(!two_step.take(&code(2_970), at(3_000)), "older than the last");
        assert!(two_step.take(&code(3_030), at(3_000)));
    }

    #[test]
    fn a_recovery_code_works_once_however_it_is_typed() {
        let (codes, recovery) = make_codes(RECOVERY_CODES).unwrap();
        let mut two_step = TwoStep { recovery, ..fresh() };
        let code = codes[3].expose().to_uppercase().replace('-', " ");
        assert!(two_step.take(&code, at(59)));
        assert!(!two_step.take(&code, at(59)));
        assert_eq!(two_step.codes_left(), RECOVERY_CODES - 1);
        for wrong in ["", "abcd", "123456", &"x".repeat(10_000)] {
            assert!(!two_step.take(wrong, at(59)), "{wrong}");
        }
    }
}
