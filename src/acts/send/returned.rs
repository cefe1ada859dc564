//! What came back: as a mail, from a folder of mails, or said by a provider.

use std::path::Path;

use serde_json::json;

use super::{Result, SendError};
use crate::credential::Timestamp;
use crate::desk::Desk;
use crate::mail::bounce::folder::Folder;
use crate::mail::bounce::{self, NotOurs, Returned};
use crate::mail::outbox::{self, note_returned};
use crate::mail::{Message, Reply, State, Why, setup};
use crate::store::{DocumentWrite, Store};
use crate::webhooks::{self, Notice};

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reported {
    /// The message, as it is now.
    pub message: Message,
    /// Whether that was news.
    pub news: bool,
}

/// Takes a mail that came back. `recipient` is the address that it came to, where the door knows it.
///
/// # Errors
/// [`SendError::NotOurs`].
pub fn bounce(desk: &Desk, mail: &[u8], recipient: Option<&str>) -> Result<Reported> {
    let key = setup::bounce_key(desk.store)?;
    let returned = bounce::read(&key, mail, recipient)?;
    note(desk, &returned)
}

/// Takes what a provider says of a message: that it was delivered, is delayed, or came back with a reply.
///
/// # Errors
/// [`SendError::Mail`] if there is no such message; [`SendError::NotOurs`] for what says none of these.
pub fn reported(desk: &Desk, id: &crate::mail::MessageId, state: State, reply: Option<&str>) -> Result<Reported> {
    if !matches!(state, State::Delivered | State::Deferred | State::Bounced) {
        return Err(NotOurs::NoReport.into());
    }
    let reply = reply.and_then(Reply::read).filter(|_| state != State::Delivered);
    let why = reply.as_ref().map_or(Why::GaveUp, Why::of);
    note(desk, &Returned { message: id.clone(), state, why, reply })
}

fn note(desk: &Desk, returned: &Returned) -> Result<Reported> {
    // What is outside of the caller's events does not exist for them.
    outbox::message(desk.store, &returned.message)?;
    let told = |message: &Message| {
        let detail = json!({ "message": message.id, "state": message.state, "why": message.why });
        let act = desk.act("mail.report", message.about(), detail);
        Ok((told(desk.store, message, desk.now), act))
    };
    match note_returned(desk.store, &returned.message, returned, desk.now, &told)? {
        Some(message) => Ok(Reported { message, news: true }),
        None => Ok(Reported { message: outbox::message(desk.store, &returned.message)?.message, news: false }),
    }
}

/// Returns the writes that tell others that a message came back. That it did is noted also where nobody can be told of it.
pub(super) fn told(store: &dyn Store, message: &Message, now: Timestamp) -> Vec<DocumentWrite> {
    // What tells of no certificate is nobody else's matter.
    let Some(number) = &message.number else { return Vec::new() };
    let notice = Notice::delivery_bounced(now, message.id.as_str(), number);
    webhooks::enqueue(store, &[notice]).unwrap_or_else(|error| {
        tracing::error!(%error, "nobody is told that a message came back");
        Vec::new()
    })
}

/// Takes all mails of a folder that came back: a Maildir, whose mails are marked as seen, or a file of the mbox format. Returns how
/// many were news, and how many were not about messages of ours.
///
/// # Errors
/// When the folder or the store fails: what was not taken is taken the next time.
pub fn from_folder(desk: &Desk, path: &Path) -> Result<(usize, usize)> {
    let (mut news, mut others) = (0, 0);
    Folder::at(path)?.each::<SendError>(|mail| {
        match bounce(desk, mail, None) {
            Ok(reported) => news += usize::from(reported.news),
            Err(SendError::NotOurs(_) | SendError::Mail(crate::mail::MailError::NoMessage(_))) => others += 1,
            Err(error) => return Err(error),
        }
        Ok(())
    })?;
    Ok((news, others))
}
