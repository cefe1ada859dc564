//! The records of the outbox: messages, where each stands, and how that is known.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Address, MessageId, Reply, Why};
use crate::credential::{CertificateNumber, EventCode, Timestamp};

/// Pieces of evidence that one message keeps; of more, those in the middle go.
pub const EVIDENCE: usize = 40;
/// What is noted of who looks at the certificate in the portal.
pub(super) const SEEN_IN_PORTAL: &str = "the certificate was looked at in the portal by who proved the mailbox";
/// What is noted of who fetches it there.
pub(super) const FETCHED_IN_PORTAL: &str = "the certificate was fetched in the portal by who proved the mailbox";

/// Where a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MessageState)]
pub enum State {
    /// Waits for its turn.
    Queued,
    /// Its content is being handed over.
    Sending,
    /// The relay accepted it.
    Sent,
    /// A mail server said "not now": it is tried again, by us if `due` says when, else by that server.
    Deferred,
    /// It arrived, by evidence: a report of success.
    Delivered,
    /// It came back, or was refused.
    Bounced,
    /// Nobody knows whether it left. It is never sent again by itself.
    Ambiguous,
    /// It was not sent: there was nobody to send it to, or nothing to send any more, or nobody took it for days.
    Failed,
    /// Somebody saw its picture; not believed.
    Opened,
    /// Its link was followed and the certificate fetched, or that was done in the portal by who proved the mailbox.
    Downloaded,
}

impl State {
    /// Every state.
    pub const ALL: &[Self] = &[
        Self::Queued,
        Self::Sending,
        Self::Sent,
        Self::Deferred,
        Self::Delivered,
        Self::Bounced,
        Self::Ambiguous,
        Self::Failed,
        Self::Opened,
        Self::Downloaded,
    ];

    /// Returns its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Deferred => "deferred",
            Self::Delivered => "delivered",
            Self::Bounced => "bounced",
            Self::Ambiguous => "ambiguous",
            Self::Failed => "failed",
            Self::Opened => "opened",
            Self::Downloaded => "downloaded",
        }
    }

    /// Returns the state of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|state| state.name() == name)
    }

    /// Says whether it ended without reaching anybody, so that it can be sent again.
    pub fn is_over_in_vain(self) -> bool {
        matches!(self, Self::Bounced | Self::Failed)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a message tells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MessageTopic)]
pub enum Topic {
    /// That somebody has a certificate.
    #[default]
    Issued,
    /// That a run ended; to staff.
    RunEnded,
    /// That their certificate was revoked.
    Revoked,
    /// That a revocation was taken back.
    Restored,
    /// That a new version took the place of theirs.
    Replaced,
    /// That their certificate ends soon.
    Expires,
    /// That the correction that they asked for was made.
    CorrectionMade,
    /// That the correction that they asked for was declined.
    CorrectionDeclined,
    /// That somebody who showed their certificate asks for another address; to the one that they have.
    AddressAsked,
    /// That another address took the place of theirs; to the old one.
    AddressChanged,
}

impl Topic {
    /// Returns its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Issued => "issued",
            Self::RunEnded => "run_ended",
            Self::Revoked => "revoked",
            Self::Restored => "restored",
            Self::Replaced => "replaced",
            Self::Expires => "expires",
            Self::CorrectionMade => "correction_made",
            Self::CorrectionDeclined => "correction_declined",
            Self::AddressAsked => "address_asked",
            Self::AddressChanged => "address_changed",
        }
    }

    /// Returns it in words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Issued => "of a certificate",
            Self::RunEnded => "that a run ended",
            Self::Revoked => "that the certificate was revoked",
            Self::Restored => "that the revocation was taken back",
            Self::Replaced => "that a new version replaces the certificate",
            Self::Expires => "that the certificate ends soon",
            Self::CorrectionMade => "that the correction was made",
            Self::CorrectionDeclined => "that the correction was declined",
            Self::AddressAsked => "that somebody asks for another address",
            Self::AddressChanged => "that mail goes to another address",
        }
    }

    /// Says whether the letter leads to the certificate.
    pub fn has_link(self) -> bool {
        !matches!(
            self,
            Self::RunEnded | Self::Revoked | Self::CorrectionDeclined | Self::AddressAsked | Self::AddressChanged
        )
    }

    /// Says whether it brings the certificate: the one that was issued, or one that is another by now.
    pub fn brings_it(self) -> bool {
        matches!(self, Self::Issued | Self::Restored | Self::Replaced | Self::CorrectionMade)
    }

    /// Says whether it is for the address that it was written to, whatever address they have by then.
    pub fn keeps_address(self) -> bool {
        matches!(self, Self::AddressAsked | Self::AddressChanged)
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it so")]
    fn is_issued(&self) -> bool {
        *self == Self::Issued
    }
}

/// What happened to a message, and how that is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = MessageEvidence)]
pub struct Evidence {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Where it stood from then on.
    pub state: State,
    /// What happened, in words.
    #[schema(example = "the mailbox does not exist")]
    pub what: String,
    /// What a mail server said. Goes when the person is erased: it may name them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "550 5.1.1 User unknown")]
    pub reply: Option<String>,
}

/// The link of a message, as it is kept: whoever reads the store cannot follow it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkKept {
    /// The SHA-256 of its token.
    pub digest: String,
    /// Until when it is good.
    pub until: Timestamp,
}

/// Who is handing a message over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Hand {
    /// The opening of the store, where one process at a time has it.
    pub(super) opening: Option<String>,
    /// Until when it may take.
    pub(super) until: Timestamp,
}

/// That somebody has seen to a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Looked {
    /// Who.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// A message to one address: about one certificate, or about a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// What it tells.
    #[serde(default, skip_serializing_if = "Topic::is_issued")]
    pub topic: Topic,
    /// The event; nothing of a run that is in none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<EventCode>,
    /// The certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<CertificateNumber>,
    /// The version that it tells of; 0 without a certificate.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub version: u32,
    /// The version that its content brought when it was handed over. Of what went before that was noted there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) brought: Option<u32>,
    /// The member of staff whom it is to, if it is to one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
    /// To whom; what they had when it was last tried. Nothing once they are erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Address>,
    /// Where it stands.
    pub state: State,
    /// Its `Message-ID`, without angle brackets: the same however often it is tried.
    pub message_id: String,
    /// The run that put it into the outbox, or that it tells of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// Who put it there.
    pub by: String,
    /// When.
    pub created: Timestamp,
    /// When it is tried next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// Attempts since it was put into the outbox.
    #[serde(default)]
    pub attempts: u32,
    /// The message that it replaces.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again_of: Option<MessageId>,
    /// Why it bounced, for programs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<Why>,
    /// Who has seen to it, where it reached nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub looked: Option<Looked>,
    /// Its link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<LinkKept>,
    /// The picture in it by which an open is counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<LinkKept>,
    /// Who is handing it over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) hand: Option<Hand>,
    /// What happened to it, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub log: Vec<Evidence>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it so")]
fn is_zero(version: &u32) -> bool {
    *version == 0
}

impl Message {
    /// Returns what it is about, for people: the certificate, or the run.
    pub fn about(&self) -> String {
        let number = self.number.as_ref().map(ToString::to_string);
        number.or_else(|| self.run.as_ref().map(|run| format!("run {run}"))).unwrap_or_default()
    }

    /// Returns when it got into the state that it is in. What was noted since without changing that does not count.
    pub fn since(&self) -> Timestamp {
        let last = self.log.iter().rev().find(|evidence| evidence.what != SEEN_IN_PORTAL);
        last.map_or(self.created, |last| last.at)
    }

    /// Returns which version of its certificate it tells of, where this one is the current version and was signed then. What went
    /// before that was noted brought the version that there was when it went.
    pub fn tells_of(&self, (current, signed): (u32, Timestamp)) -> u32 {
        let went = self.log.iter().rev().find(|evidence| evidence.state == State::Sending);
        match self.brought {
            Some(version) => version,
            None if went.is_some_and(|went| went.at >= signed) => current.max(self.version),
            None => self.version,
        }
    }

    /// Says whether it counts as fetched only because that was done in the portal: that says nothing of whether it arrived.
    pub(super) fn fetched_in_portal(&self) -> bool {
        let fetched = self.log.iter().rev().find(|evidence| evidence.state == State::Downloaded);
        self.state == State::Downloaded && fetched.is_some_and(|fetched| fetched.what == FETCHED_IN_PORTAL)
    }

    /// Notes what happened. Of too many pieces of evidence, those after the first go.
    pub(super) fn note(&mut self, at: Timestamp, state: State, what: impl Into<String>, reply: Option<&Reply>) {
        self.state = state;
        let reply = reply.map(Reply::to_string);
        self.log.push(Evidence { at, state, what: what.into(), reply });
        if self.log.len() > EVIDENCE {
            self.log.remove(1);
        }
    }
}
