//! Runs: what is done to many certificates at once, over a list that is frozen when the run is made.
//!
//! A run is a document, its rows are documents, and a group of rows is done in **one** transaction with the certificates,
//! the journal, the counters and the webhooks. So whoever kills the service anywhere finds each group done or not done, and
//! [`step()`] goes on with the next: nobody gets two, and no row is lost. Who works on a run holds its [`lease`](Holder), and a
//! former holder's write conflicts. What a group's decisions rest on (people, exceptions and exclusions, event and
//! rule) is expected by the same transaction: whatever was acknowledged before it is obeyed.
//!
//! - [`assess`](fate) says what a run would do to one person or certificate: the preview and the run itself ask the same
//!   function, the run at the time when it does it.
//! - [`create()`], [`preview`], [`step()`], [`cancel`], [`retry_failed`]. [`create_held`], [`step_of`]: from its first group to
//!   its last by whoever made it.
//! - Of kind `send` it puts messages into the outbox ([`crate::acts::send`]); they leave afterwards.
//! - [`undo()`]: what a run revoked is taken back by who need not sign for it.
//!
//! Speaks no HTTP, has no clock and no threads: the time comes in the desk, and a worker calls [`step()`] again and again.

mod chosen;
mod create;
mod failures;
pub mod fate;
mod foresee;
mod group;
pub(in crate::acts) mod journal;
mod lease;
mod made;
mod queue;
pub(in crate::acts) mod record;
pub(in crate::acts) mod select;
pub(in crate::acts) mod step;
mod together;
mod undo;
mod which;

pub use chosen::{Chosen, ReasonWanted, date};
pub use create::{Created, create, create_held, retry_failed};
pub use failures::{Unrepeated, unrepeated, unrepeated_page};
pub use fate::{Fate, HAS_ONE};
pub use foresee::{Foreseen, affected, preview};
pub use journal::{RunQuery, cancel, filtered, renaming, row, rows, run, runs};
pub(in crate::acts) use journal::{runs_of, under_way_in};
pub use lease::{Holder, LEASE_SECONDS, give_back};
pub use queue::{STILL_SECONDS, end_interrupted, is_open, open, still, tidy, waiting_for_keys};
pub use record::{Counters, Kind, Row, RowState, RunOver, RunReason, RunRecord, RunState, Undo};
pub use select::{MOST_NAMED, RunRequest, Selected};
pub use step::{Done, NotPublished, Shop, Step, step, step_locked, step_of};
pub use together::{Begun, MOST_EVENTS, create_together, set as set_together, split};
pub use undo::{restoration, undo, unsigned};
pub use which::Which;

use crate::accounts::AccountsError;
use crate::acts::{ActError, NotReady};
use crate::credential::{CertificateNumber, EventCode, Timestamp};
use crate::mail::MailError;
use crate::making::{IssueError, ReplaceError, Unasked};
use crate::publish::PublishError;
use crate::store::StoreError;
use crate::verify::NotOurs;
use crate::webhooks::WebhookError;

/// Why it is not done. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// There is no such run.
    #[error("run `{0}` does not exist")]
    NoRun(String),
    /// There is no such approval.
    #[error("approval `{0}` does not exist")]
    NoApproval(String),
    /// There is no such correction.
    #[error("correction `{0}` does not exist")]
    NoCorrection(String),
    /// Nobody asked for another address.
    #[error("no other address was asked for with certificate `{0}`")]
    NoAddressRequest(String),
    /// There is no such certificate.
    #[error("certificate {0} does not exist")]
    NoCertificate(CertificateNumber),
    /// The event is not ready for it.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    NotReady(Vec<NotReady>),
    /// The request does not say what it must, or says what does not go together.
    #[error("`{field}` {problem}")]
    Request {
        /// Which part of it.
        field: &'static str,
        /// What is wrong.
        problem: String,
    },
    /// Some of those named are not there: their places in the list, from 0.
    #[error("{} of those named are not there", .0.len())]
    Unknown(Vec<usize>),
    /// A certificate would say a result, and nobody said whether everybody may read it.
    #[error(transparent)]
    Unasked(#[from] Unasked),
    /// Nobody would be affected.
    #[error("nobody is in that group")]
    Nobody,
    /// No relay is configured.
    #[error("no mail is set up: say which server takes it under Settings, or in the section [mail] of testamur.toml")]
    NoMail,
    /// The outbox.
    #[error(transparent)]
    Mail(#[from] MailError),
    /// The person is excluded.
    #[error("the person is excluded; remove the exclusion first")]
    Excluded,
    /// The event lets nobody ask for their own.
    #[error("event `{0}` does not let participants request their own")]
    NoSelfService(EventCode),
    /// The rule is not met.
    #[error("the person does not meet the rule")]
    NotEligible,
    /// The person has one already.
    #[error("the person already has {0}")]
    AlreadyHas(CertificateNumber),
    /// Nobody of that name in the event.
    #[error("event `{0}` has no such participant")]
    NoPerson(EventCode),
    /// It was revoked before.
    #[error("certificate {0} is revoked since {1}")]
    AlreadyRevoked(CertificateNumber, Timestamp),
    /// It is not revoked.
    #[error("certificate {0} is not revoked")]
    NotRevoked(CertificateNumber),
    /// The revocation has been published.
    #[error("the revocation of {0} has been published; issue it anew instead")]
    Published(CertificateNumber),
    /// It is no certificate of ours.
    #[error(transparent)]
    NotOurs(#[from] NotOurs),
    /// It is an older version of a certificate.
    #[error("this is version {version} of {number}, which is not in force any more since {since}")]
    OldVersion {
        /// The certificate.
        number: CertificateNumber,
        /// The version.
        version: u32,
        /// Since when.
        since: Timestamp,
    },
    /// The status entry is another's.
    #[error(
        "the status entry of this certificate belongs to another one in the store, {}; nothing was revoked",
        .0.as_ref().map_or("an older version".to_owned(), ToString::to_string)
    )]
    EntryTaken(Option<CertificateNumber>),
    /// The key was stolen, and the certificate is not among those that it really signed.
    #[error("{0} is signed by key `{1}`, which is compromised, and is not in the store: verifiers refuse it already")]
    CompromisedKey(CertificateNumber, String),
    /// It has no entry in our status lists.
    #[error("`{0}` has no entry in the status lists of this issuer, so it cannot be revoked")]
    NoEntry(String),
    /// It is decided or over.
    #[error("`{0}` is over: {1}")]
    Over(String, &'static str),
    /// The same person cannot approve what they asked for.
    #[error("a second member of staff must decide, not the one who asked")]
    SamePerson,
    /// The same, and nobody else could: a day later they can.
    #[error(
        "a second member of staff must decide; as nobody else may, you can from {0} on, with your password and second factor"
    )]
    OnlyYou(Timestamp),
    /// Who decides about their own request types password and second factor again.
    #[error("you asked for this yourself: send your `password`, and with the second step on a `code`")]
    ProofNeeded,
    /// One person did as many as one may within a day.
    #[error(
        "one member of staff may revoke, restore, rename or regenerate {0} certificates within a day; the next ones take two"
    )]
    TwoNeeded(usize),
    /// Nothing is known of the person any more.
    #[error("the person of certificate {0} was erased")]
    PersonErased(CertificateNumber),
    /// The person got another certificate after it.
    #[error(
        "certificate {number} was followed by {by}, which says what is known now; change that one, or revoke this one"
    )]
    Followed {
        /// The certificate.
        number: CertificateNumber,
        /// The newest.
        by: CertificateNumber,
    },
    /// Only people approve.
    #[error("only a member of staff can decide, not an API token")]
    NotStaff,
    /// The key that signed is not the active one any more.
    #[error("the signing key was replaced meanwhile; try again")]
    KeyReplaced,
    /// The keys are locked: what signs waits.
    #[error("the keys are locked; unlock them, then it goes on")]
    Locked,
    /// Others changed the same records again and again.
    #[error("others keep changing the same records; try again")]
    Busy,
    /// The program itself failed.
    #[error("the program failed at this; report it, with what the log says")]
    Panicked,
    /// The list is not the one that was confirmed.
    #[error(
        "the list is not the one that was shown: others are in it, or something else would become of them; look again"
    )]
    SetChanged,
    /// It is not what the caller has seen.
    #[error("somebody changed this in the meantime; read it again")]
    ChangedMeanwhile,
    /// A certificate cannot be made.
    #[error("it cannot be made: {0}")]
    CannotMake(String),
    /// Randomness, templates, numbers.
    #[error(transparent)]
    Issue(#[from] IssueError),
    /// Replacing.
    #[error(transparent)]
    Replace(#[from] ReplaceError),
    /// The event's plan.
    #[error(transparent)]
    Enrolment(#[from] ActError),
    /// Webhooks.
    #[error(transparent)]
    Webhook(#[from] WebhookError),
    /// What was published.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// Who could be the second person.
    #[error(transparent)]
    Accounts(#[from] AccountsError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Result of this room.
pub type Result<T, E = RunError> = std::result::Result<T, E>;

/// Says whether a record is the one that the caller has seen. Asked of the very record that the write expects.
pub type Seen<'a, T> = &'a dyn Fn(&T) -> bool;

/// Why somebody keeps the version that they have.
const NOTHING_CHANGES: &str = "nothing of it would change";

/// How often a change is tried again when others were faster.
pub(in crate::acts) const TRIES: usize = 100;

/// Refuses a record that is not the one that the caller has seen.
pub(in crate::acts) fn check_seen<T>(seen: Seen<T>, record: &T) -> Result<()> {
    if seen(record) { Ok(()) } else { Err(RunError::ChangedMeanwhile) }
}

/// Returns an id that grows with time: `20261122T101500Z-1f2e3d4c`.
pub(in crate::acts) fn new_id(now: Timestamp) -> Result<String> {
    let mut bytes = [0; 4];
    getrandom::fill(&mut bytes).map_err(|error| IssueError::Random(error.to_string()))?;
    let stamp = now.to_string().replace(['-', ':'], "");
    Ok(format!("{stamp}-{}", data_encoding::HEXLOWER.encode(&bytes)))
}
