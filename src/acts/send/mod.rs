//! Sending: what an event says of mail, whom a run writes to, who is told what else, what a letter says, what came back, and
//! sending again.
//!
//! The outbox, the relay and the reading of what comes back are [`crate::mail`]'s, which knows no people. What stands here is each act
//! once, for all doors.

mod again;
mod errand;
mod in_vain;
mod letter;
mod many;
mod newer;
mod notices;
mod returned;
mod settings;
mod sought;
mod tidings;
mod trial;
mod unsent;

pub use again::{resend, stop};
pub use errand::Errand;
pub(in crate::acts) use errand::{each_mail, fate, people_of, with_issuing};
pub use in_vain::{InVain, in_vain, look_at, unsure};
pub use letter::{Clerk, Office, Shown, Whom};
pub use many::{
    AGAIN_AT_A_TIME, Again, AgainMany, MOST_AGAIN, MailDay, again_foreseen, by_day, resend_many, resend_some,
};
pub use notices::remind;
pub(in crate::acts) use notices::{corrected, of_address, of_changes};
pub use returned::{Reported, bounce, from_folder, reported};
pub use settings::{EventMail, When, settle};
pub use sought::Sought;
pub(in crate::acts) use tidings::run_ended;
pub use trial::Trial;
pub use unsent::{ShownGroup, Unsent, WouldSend, first_over, would_send};

use crate::acts::ActError;
use crate::acts::run::RunError;
use crate::credential::CertificateNumber;
use crate::mail::bounce::NotOurs;
use crate::mail::{AddressError, MailError, MessageId, State, TextError};
use crate::store::StoreError;
use crate::webhooks::WebhookError;

/// Why something about mail is not done. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The outbox.
    #[error(transparent)]
    Mail(#[from] MailError),
    /// The event or the person.
    #[error(transparent)]
    Act(#[from] ActError),
    /// The run.
    #[error(transparent)]
    Run(#[from] RunError),
    /// A text of the event's own.
    #[error("the {}{}: {problem}", .problem.part(), .language.as_ref().map(|tag| format!(" for `{tag}`")).unwrap_or_default())]
    Text {
        /// For which language.
        language: Option<String>,
        /// What is wrong.
        problem: TextError,
    },
    /// The message is on its way.
    #[error("message `{0}` is {1}: it is on its way")]
    UnderWay(MessageId, State),
    /// It reached somebody, or may yet: there is nothing to see to.
    #[error("message `{0}` is {1}: there is nothing to see to")]
    NotInVain(MessageId, State),
    /// Another message about the certificate came after it.
    #[error("message `{0}` was replaced by `{1}`")]
    Replaced(MessageId, MessageId),
    /// It tells of no certificate.
    #[error("message `{0}` tells of a run: its address is not a participant's")]
    NotOfCertificate(MessageId),
    /// There is no address.
    #[error("there is no address to send {0} to")]
    NoAddress(CertificateNumber),
    /// The certificate is not in force.
    #[error("certificate {0} is not in force: nothing is sent about it")]
    NotInForce(CertificateNumber),
    /// The address cannot be mailed to.
    #[error("the address cannot be mailed to: {0}")]
    Address(#[from] AddressError),
    /// There is no certificate to show as an example.
    #[error("the event has no certificate in force yet that a letter could be about")]
    Nobody,
    /// There is nothing to send, or nobody to send it to.
    #[error("there is no letter: {0}")]
    Nothing(String),
    /// What came back is not about a message of ours.
    #[error("this mail is not taken: {0}")]
    NotOurs(#[from] NotOurs),
    /// A folder cannot be read.
    #[error("the folder cannot be read")]
    Folder(#[from] std::io::Error),
    /// Others changed the same records again and again.
    #[error("others keep changing the same records; try again")]
    Busy,
    /// Webhooks.
    #[error(transparent)]
    Webhook(#[from] WebhookError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Result of this room.
pub type Result<T, E = SendError> = std::result::Result<T, E>;

/// How often a change is tried again when others were faster.
const TRIES: usize = 50;
