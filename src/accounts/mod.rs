//! Accounts: who may log in to the service and do what: staff, roles, sessions, second steps, API tokens.
//!
//! Knows no HTTP: the door brings presented tokens, addresses and the time, and takes back a [`Principal`]. Passwords are
//! kept as argon2id, random tokens as SHA-256, so a copy of the store lets nobody in; the secrets of second steps have to
//! be readable, so guard dumps. Whatever a member changes about themselves or others is one audit act naming ids only.
//!
//! A membership can be limited to events ([`Scope`]).
//!
//! Every change of a member goes through `staff::save`: it holds that an e-mail has one account, and that there always
//! is an owner who can log in, also against two who remove each other at once.

mod guess;
mod login;
mod manage;
mod password;
mod permission;
mod recovery;
mod scope;
mod secret;
mod session;
mod setup;
mod staff;
mod throttle;
mod token;
mod two_step;

pub use guess::guess;
pub use login::{Attempt, Login, SECOND_STEP_SECONDS, SecondStep, confirm_second_step, login};
pub use manage::{
    Change, INVITATION_SECONDS, Invitation, accept_link, change_password, invite, remove, reset_link,
    set_people_columns, set_run_notices, update,
};
pub use password::{PASSWORD_MAX_CHARS, PASSWORD_MIN_CHARS, PasswordProblem};
pub use permission::{Permission, Permissions, Role, RoleError, permissions};
pub use recovery::{RESET_SECONDS, Recovery, SHEET_CODES, admit_reset, new_sheet, recover, reset_asked};
pub use scope::{SCOPE_EVENTS, Scope};
pub use secret::Secret;
pub use session::{
    Grant, Lengths, Principal, SESSION_IDLE_SECONDS, SESSION_SECONDS, Session, authenticate, check_csrf, csrf_token,
    lengths, lengths_told, logout, revoke_session, sessions, sweep,
};
pub use setup::{SETUP_SECONDS, SetUp, check_owner, set_up, setup_link};
pub use staff::{NAME_CHARS, Staff, member, member_of, members, who_may};
pub use throttle::Throttle;
pub use token::{
    ApiToken, NewToken, TOKEN_LONGEST_DAYS, TOKENS_EACH, TokenRequest, authenticate_token, create_token, revoke_token,
    tokens,
};
pub use two_step::{
    Offer, Proved, RECOVERY_CODES, begin_two_step, clear_two_step, confirm_two_step, new_recovery_codes, prove_again,
    remove_two_step,
};

use crate::store::StoreError;

/// Why something about accounts was refused or failed. No text of it holds a name, an e-mail or a secret.
#[derive(Debug, thiserror::Error)]
pub enum AccountsError {
    /// Unknown account, wrong password, disabled: one answer for all.
    #[error("the e-mail or the password is wrong")]
    SignIn,
    /// Unknown account, no code of its recovery sheet, disabled: one answer for all.
    #[error("the e-mail or the code is wrong, or the code was used already")]
    Recovery,
    /// The code of the second step is wrong, was used, or came too late.
    #[error("the code is wrong or was used already")]
    Code,
    /// The second step is on, and no code of it was given.
    #[error("the second step is on: a code of it is needed too")]
    CodeMissing,
    /// Too many attempts.
    #[error("too many attempts; the next one can be made in {seconds} s")]
    Throttled {
        /// When the next one is looked at.
        seconds: u64,
    },
    /// No session, or one that ended.
    #[error("the session has ended; log in again")]
    Session,
    /// An API token that is none, expired or was revoked.
    #[error("the API token is unknown, expired or revoked")]
    Token,
    /// A link that is none, expired or was used.
    #[error("the link is unknown, expired or used")]
    Link,
    /// The first owner is there already.
    #[error("the service is set up already; log in")]
    SetUpDone,
    /// The password is not good enough.
    #[error(transparent)]
    Password(#[from] PasswordProblem),
    /// Not an e-mail address.
    #[error("this is not an e-mail address such as name@example.org")]
    Email,
    /// Another account has the e-mail.
    #[error("another account has this e-mail")]
    EmailTaken,
    /// Not a name.
    #[error("a name has 1 to {NAME_CHARS} characters, and no control characters")]
    Name,
    /// Not a name of a token.
    #[error("a token's name has 1 to {NAME_CHARS} characters, and no control characters")]
    TokenName,
    /// A member without any role.
    #[error("a member of staff needs at least one role")]
    NoRole,
    /// An owner who is limited to events.
    #[error("an owner is not limited to events: owners look after the issuer as a whole")]
    OwnerLimited,
    /// Limited to very many events.
    #[error("a membership or a token is limited to at most {SCOPE_EVENTS} events")]
    TooManyEvents,
    /// A token that is not limited as its maker is.
    #[error("a token's events are some of those that its maker is limited to")]
    TokenEvents,
    /// Nobody could change accounts any more.
    #[error("this is the last owner who can log in; make somebody else an owner first")]
    LastOwner,
    /// No such member, session or token.
    #[error("`{0}` does not exist")]
    NotFound(String),
    /// Somebody else changed the same thing meanwhile.
    #[error("this was changed by somebody else in the meantime; read it again")]
    Conflict,
    /// A token needs permissions, and not more than its maker has.
    #[error("a token's scopes are one or more of what its maker may do")]
    Scopes,
    /// A token that never or too late expires, or already has.
    #[error("a token expires in the future, at most {TOKEN_LONGEST_DAYS} days ahead")]
    Expiry,
    /// Too many tokens.
    #[error("a member of staff may have at most {TOKENS_EACH} tokens; revoke one first")]
    TooManyTokens,
    /// The second step is on already.
    #[error("the second step is on already; remove it first")]
    TwoStepOn,
    /// There is no second step, or none was offered.
    #[error("the second step is not on, or was not begun")]
    TwoStepOff,
    /// The system gave no random bytes.
    #[error("the system gave no random bytes: {0}")]
    Random(String),
    /// argon2 failed, for want of memory.
    #[error("the password could not be hashed")]
    Hashing,
    /// The store failed.
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for AccountsError {
    fn from(error: StoreError) -> Self {
        match error {
            // Its text names a key; whoever could do something about it does not know keys.
            StoreError::Conflict(_) => Self::Conflict,
            other => Self::Store(other),
        }
    }
}

/// Result of a use case of accounts.
pub type Result<T, E = AccountsError> = std::result::Result<T, E>;

/// How often a change is tried again when somebody else was first.
const TRIES: usize = 100;

/// Does something that reads, decides and writes, again when somebody else wrote in between.
fn retried<T>(mut work: impl FnMut() -> Result<T>) -> Result<T> {
    for _ in 1..TRIES {
        match work() {
            Err(AccountsError::Conflict) => (),
            done => return done,
        }
    }
    work()
}
