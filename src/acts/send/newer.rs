//! Newer versions of what was sent: who was never told of theirs, and that a letter takes the place of an earlier one.

use crate::acts::run::Result;
use crate::mail::outbox::{self, Mailed};
use crate::mail::{Message, MessageId, State};
use crate::store::{Certificate, CertificateState, Store, StoreError, mailbox};

/// Says of each of several certificates, by its newest message, whether it has a newer version than somebody was sent, of which no message
/// tells, nor one that waits.
pub(super) fn untold(store: &dyn Store, certificates: &[Certificate], mailed: &[Option<Mailed>]) -> Result<Vec<bool>> {
    let older = |(certificate, mailed): (&Certificate, &Option<Mailed>)| {
        mailed.as_ref().filter(|mailed| mailed.version < certificate.version).map(|mailed| mailed.message.clone())
    };
    let ids: Vec<Option<MessageId>> = certificates.iter().zip(mailed).map(older).collect();
    let mut newest = outbox::messages_at(store, &ids.iter().flatten().collect::<Vec<_>>())?.into_iter();
    let untold = |(certificate, id): (&Certificate, &Option<MessageId>)| match id.as_ref().and_then(|_| newest.next()) {
        Some(newest) => is_untold(store, certificate, &newest),
        None => Ok(false),
    };
    certificates.iter().zip(&ids).map(untold).collect()
}

/// Says the same of one, whose newest message this is. Where that reached nobody, no earlier version did by it: sending it again sends the
/// version that there is then.
pub(super) fn is_untold(store: &dyn Store, certificate: &Certificate, newest: &Message) -> Result<bool> {
    if !is_older(newest, certificate) || newest.due.is_some() || newest.state.is_over_in_vain() {
        return Ok(false);
    }
    Ok(!outbox::about(store, &certificate.number)?.iter().any(|message| tells(message, certificate)))
}

/// Says whether a message tells of an earlier version than there is.
pub(super) fn is_older(message: &Message, certificate: &Certificate) -> bool {
    tells_of(message, certificate) < certificate.version
}

fn tells_of(message: &Message, certificate: &Certificate) -> u32 {
    message.tells_of((certificate.version, certificate.signed))
}

/// Says whether a message brings the current version, or will: what waits is written when it goes. One that was stopped, or came back, tells
/// nobody.
fn tells(message: &Message, certificate: &Certificate) -> bool {
    let waits = message.due.is_some() && message.state != State::Sending;
    let brings = message.topic.brings_it() && !message.state.is_over_in_vain();
    brings && (waits || !is_older(message, certificate))
}

/// Says whether somebody has an earlier version at this address, of which this one took the place. `but` is the message that is being
/// written.
pub(super) fn replaces(
    store: &dyn Store,
    certificate: &Certificate,
    to: Option<&str>,
    but: Option<&MessageId>,
) -> Result<bool, StoreError> {
    if certificate.version < 2 {
        return Ok(false);
    }
    let to = to.map(mailbox);
    // Of what was forgotten nobody knows where it went.
    let is_theirs = |one: &Message| one.to.as_ref().is_none_or(|at| to == Some(mailbox(&at.to_string())));
    let told = outbox::about(store, &certificate.number)?;
    let earlier = told.iter().filter(|one| {
        Some(&one.id) != but
            && one.topic.brings_it()
            && is_older(one, certificate)
            && may_have_left(one)
            && is_theirs(one)
    });
    // The newest counts: after one that was revoked they get another one, which takes the place of nothing.
    let Some(earlier) = earlier.map(|one| tells_of(one, certificate)).max() else { return Ok(false) };
    let versions = store.versions(&certificate.number)?;
    let found = versions.iter().find(|version| version.version == earlier);
    Ok(found.is_some_and(|version| matches!(version.state, CertificateState::Superseded { .. })))
}

fn may_have_left(message: &Message) -> bool {
    match message.state {
        State::Sent | State::Delivered | State::Opened | State::Downloaded | State::Ambiguous => true,
        // A mail server has it.
        State::Deferred => message.due.is_none(),
        State::Queued | State::Sending | State::Bounced | State::Failed => false,
    }
}
