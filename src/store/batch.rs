//! All that one act writes, and what it rests on.
//!
//! Who decides reads first, and time passes before the write: what was read is named as a [`Premise`], and the store looks
//! at it again in the same step in which it writes. So no decision is carried out that somebody else made wrong meanwhile.

use serde::{Deserialize, Serialize};

use super::{Certificate, CertificateChange, Collection, DocumentWrite, Event, Expect, Participant, PersonKey};
use crate::credential::{CertificateNumber, EventCode};

/// Something that a decision rests on: a batch that names it is written only while it is so.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Premise {
    /// The event still is as it was read.
    Event(Box<Event>),
    /// Somebody in the event still is as they were read.
    Participant(EventCode, Box<Participant>),
    /// Somebody is in the event, whatever is known of them.
    Enrolled(EventCode, PersonKey),
    /// Somebody's certificate in the event still is this one; `None`: they have none.
    Certificate(EventCode, PersonKey, Option<CertificateNumber>),
    /// The current version of a certificate still is as it was read.
    Unchanged(Box<Certificate>),
    /// A document still is what was read.
    Document(Collection, String, Expect),
}

impl Premise {
    /// Returns the premise that an event is as it was read.
    pub fn event(event: &Event) -> Self {
        Self::Event(Box::new(event.clone()))
    }

    /// Returns the premise that a certificate is as it was read, and that no newer version took its place.
    pub fn unchanged(certificate: &Certificate) -> Self {
        Self::Unchanged(Box::new(certificate.clone()))
    }

    /// Returns the premise that somebody is as they were read.
    pub fn participant(event: &EventCode, person: &Participant) -> Self {
        Self::Participant(event.clone(), Box::new(person.clone()))
    }
}

/// One participant added (`old` is `None`), replaced, or deleted (`new` is `None`), provided that the stored one still is
/// `old`. The key stays. Who is new gets the next place in the event's roster, who is replaced keeps the old one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ParticipantChange {
    /// The event.
    pub event: EventCode,
    /// Who was read; `None`: nobody was there.
    pub old: Option<Participant>,
    /// Who is there from now on; `None`: nobody.
    pub new: Option<Participant>,
}

/// All that one act writes: in one step, or nothing of it. No part sees what another one puts, and none may occur twice.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Batch {
    /// What it rests on.
    pub given: Vec<Premise>,
    /// Participants.
    pub people: Vec<ParticipantChange>,
    /// Certificates.
    pub certificates: Vec<CertificateChange>,
    /// Documents. Of two for one document the second sees the first.
    pub documents: Vec<DocumentWrite>,
}
