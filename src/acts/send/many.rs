//! Many messages at once: sent again, those that were chosen or all that a filter finds but for some; and counted by day.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::again::{ready, resend};
use super::sought::Sought;
use super::{Result, SendError};
use crate::acts::ActError;
use crate::acts::seal::Seal;
use crate::credential::{EventCode, Timestamp, Zone};
use crate::desk::Desk;
use crate::mail::outbox::{self, MessageQuery};
use crate::mail::{Message, MessageId, State};
use crate::store::{PAGE_LIMIT, Store, StoreError};

/// Most messages of one request.
pub const MOST_AGAIN: usize = 100_000;
/// Messages that are sent again before there is an answer, and then at a time: each is written by itself.
pub const AGAIN_AT_A_TIME: usize = 200;
/// Names that are shown.
const SHOWN: usize = 2;

/// Which messages: those named, or without any all that the filter finds, but for those of `except`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Again {
    /// Exactly these.
    pub messages: Vec<MessageId>,
    /// Only of this event.
    pub event: Option<EventCode>,
    /// Only in this state.
    pub state: Option<State>,
    /// Only those to whom this text leads ([`Sought`]).
    pub text: Option<String>,
    /// But not these.
    pub except: BTreeSet<MessageId>,
}

/// What becomes of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AgainMany {
    /// How many there are.
    pub total: u64,
    /// How many are sent again.
    pub sends: u64,
    /// How many are not: on their way, replaced, without an address.
    pub kept: u64,
    /// To whom the first ones go.
    pub names: Vec<String>,
    /// What the list is known by.
    pub set: String,
}

fn too_many() -> SendError {
    let why = format!("are more than {MOST_AGAIN}: name an event");
    ActError::invalid("messages", why).into()
}

/// Returns whom a message goes to, for people to read.
fn named(desk: &Desk, message: &Message) -> Result<String, StoreError> {
    let certificate = message.number.as_ref().map(|number| desk.store.certificate(number)).transpose()?.flatten();
    let to = || message.to.as_ref().map(ToString::to_string).unwrap_or_default();
    Ok(certificate.map_or_else(to, |certificate| certificate.recipient))
}

fn found(desk: &Desk, which: &Again) -> Result<(AgainMany, Vec<MessageId>)> {
    let (mut told, mut seal, mut ids) = (AgainMany::default(), Seal::default(), Vec::new());
    let mut look = |message: Message| -> Result<()> {
        told.total += 1;
        if told.total > MOST_AGAIN as u64 {
            return Err(too_many());
        }
        let can = match ready(desk, &message) {
            Ok(()) => true,
            Err(SendError::Store(error)) => return Err(error.into()),
            Err(_) => false,
        };
        seal.add(&message.id.to_string(), if can { "sends" } else { "keeps" });
        if !can {
            told.kept += 1;
            return Ok(());
        }
        told.sends += 1;
        if told.names.len() < SHOWN {
            told.names.push(named(desk, &message)?);
        }
        ids.push(message.id);
        Ok(())
    };
    if which.messages.is_empty() {
        let sought = Sought::new(desk.store, which.event.as_ref(), which.text.as_deref())?;
        if which.event.is_none() && which.state.is_none() && sought.is_none() {
            return Err(ActError::invalid("state", "or `event` is needed, or messages").into());
        }
        let is_sought = |message: &Message| sought.as_ref().map_or(Ok(true), |text| text.takes(desk.store, message));
        let query = MessageQuery { event: which.event.clone(), state: which.state, ..MessageQuery::default() };
        outbox::each::<SendError>(desk.store, &query, |message| {
            if which.except.contains(&message.id) || !is_sought(&message)? { Ok(()) } else { look(message) }
        })?;
    }
    let mut seen = BTreeSet::new();
    for id in which.messages.iter().filter(|id| seen.insert((*id).clone())) {
        look(outbox::message(desk.store, id)?.message)?;
    }
    told.set = seal.text();
    Ok((told, ids))
}

/// Says which would be sent again; changes nothing.
///
/// # Errors
/// When there are too many, one is not there, or the store fails.
pub fn again_foreseen(desk: &Desk, which: &Again) -> Result<AgainMany> {
    Ok(found(desk, which)?.0)
}

/// Sends the first ones again, each as [`resend`] does; with `expected` only if all are those that were shown ([`AgainMany::set`]).
/// Returns the others: [`resend_some`] goes on with those, [`AGAIN_AT_A_TIME`]. Who is stopped in between finds some of them on their
/// way, and sends the others by doing it again.
///
/// # Errors
/// As [`again_foreseen`]; [`ActError::SetChanged`].
pub fn resend_many(desk: &Desk, which: &Again, expected: Option<&str>) -> Result<(AgainMany, Vec<MessageId>)> {
    let (mut told, mut ids) = found(desk, which)?;
    if expected.is_some_and(|expected| expected != told.set) {
        return Err(ActError::SetChanged.into());
    }
    let rest = ids.split_off(ids.len().min(AGAIN_AT_A_TIME));
    told.sends = resend_some(desk, &ids)?;
    told.kept = told.total - told.sends - rest.len() as u64;
    Ok((told, rest))
}

/// Sends some again; returns how many.
///
/// # Errors
/// When the store fails.
pub fn resend_some(desk: &Desk, ids: &[MessageId]) -> Result<u64> {
    let mut sends = 0;
    for id in ids {
        match resend(desk, id, None) {
            Ok(_) => sends += 1,
            Err(SendError::Store(error)) => return Err(error.into()),
            // It changed since it was looked at: what it is now can be seen on it.
            Err(_) => {}
        }
    }
    Ok(sends)
}

/// What became of the messages of a day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MailDay {
    /// How many were put into the outbox.
    pub messages: u64,
    /// How many left and did not come back.
    pub left: u64,
    /// How many bounced or failed.
    pub in_vain: u64,
    /// Of how many nobody knows whether they left.
    pub ambiguous: u64,
}

/// Counts messages by the day on which they were put into the outbox, from an instant on; says how many were looked at.
///
/// # Errors
/// When the store fails.
pub fn by_day(
    store: &dyn Store,
    zone: &Zone,
    event: Option<&EventCode>,
    since: Timestamp,
) -> Result<(BTreeMap<Date, MailDay>, usize), StoreError> {
    let query = MessageQuery { event: event.cloned(), newest: true, ..MessageQuery::default() };
    let (mut days, mut looked, mut cursor) = (BTreeMap::<Date, MailDay>::new(), 0, None::<String>);
    loop {
        let page = outbox::messages(store, &query, cursor.as_deref(), PAGE_LIMIT)?;
        looked += page.items.len();
        for message in &page.items {
            if message.created < since {
                return Ok((days, looked));
            }
            let day = days.entry(zone.day(message.created)).or_default();
            day.messages += 1;
            match message.state {
                State::Sent | State::Delivered | State::Opened | State::Downloaded => day.left += 1,
                State::Bounced | State::Failed => day.in_vain += 1,
                State::Ambiguous => day.ambiguous += 1,
                State::Queued | State::Sending | State::Deferred => {}
            }
        }
        cursor = page.next;
        if cursor.is_none() {
            return Ok((days, looked));
        }
    }
}
