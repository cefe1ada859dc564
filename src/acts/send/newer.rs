//! Newer versions of what was sent: who was never told of theirs, and that a letter takes the place of an earlier one.

use crate::acts::run::Result;
use crate::mail::outbox::{self, Mailed, MessageQuery};
use crate::mail::{Message, MessageId, State};
use crate::store::{Certificate, CertificateState, Store, StoreError};

/// Messages of one certificate that are looked through, the newest first.
const LOOKED_AT: usize = 100;

/// Says whether a certificate has a newer version than somebody was sent, of which no message tells, nor one that waits.
pub(super) fn is_untold(store: &dyn Store, certificate: &Certificate, mailed: &Mailed) -> Result<bool> {
    if certificate.version <= mailed.version {
        return Ok(false);
    }
    // What waits is written when it goes, of the version that there is by then.
    let waits = outbox::message(store, &mailed.message)?.message.due.is_some();
    Ok(!waits && !outbox::is_told(store, &certificate.number, certificate.version)?)
}

/// Says whether somebody has an earlier version, of which this one took the place. `but` is the message that is being written.
pub(super) fn replaces(
    store: &dyn Store,
    certificate: &Certificate,
    but: Option<&MessageId>,
) -> Result<bool, StoreError> {
    if certificate.version < 2 {
        return Ok(false);
    }
    let query = MessageQuery { number: Some(certificate.number.clone()), newest: true, ..MessageQuery::default() };
    let told = outbox::messages(store, &query, None, LOOKED_AT)?.items;
    let earlier = told.iter().filter(|one| {
        Some(&one.id) != but && one.topic.brings_it() && one.version < certificate.version && may_have_left(one)
    });
    // The newest counts: after one that was revoked they get another one, which takes the place of nothing.
    let Some(earlier) = earlier.map(|one| one.version).max() else { return Ok(false) };
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
