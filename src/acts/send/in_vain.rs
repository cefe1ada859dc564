//! Messages that reached nobody: which of them somebody still has to look at.

use serde_json::json;

use super::{Result, SendError, TRIES};
use crate::credential::EventCode;
use crate::desk::Desk;
use crate::mail::outbox::{self, MessageQuery};
use crate::mail::{Looked, Message, MessageId, State, Topic};
use crate::store::{PAGE_LIMIT, Store, StoreError};

/// Which of those that bounced or failed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InVain {
    /// Of this event.
    pub event: Option<EventCode>,
    /// Those that this run put into the outbox.
    pub run: Option<String>,
    /// Without those that are settled: a later message that says the same of the certificate was accepted, or somebody has seen to it.
    pub unsettled: bool,
}

/// Returns messages that bounced or failed, the newest first: of each state the newest 1,000 are looked at.
///
/// # Errors
/// When the store fails.
pub fn in_vain(store: &dyn Store, wanted: &InVain) -> Result<Vec<Message>, StoreError> {
    let mut found = Vec::new();
    for state in [State::Bounced, State::Failed] {
        found.extend(of_state(store, wanted, state)?);
    }
    found.sort_by(|one, other| other.id.as_str().cmp(one.id.as_str()));
    Ok(found)
}

/// Returns the messages of which nobody knows whether they left, and that nobody has seen to.
///
/// # Errors
/// When the store fails.
pub fn unsure(store: &dyn Store) -> Result<usize, StoreError> {
    Ok(of_state(store, &InVain { unsettled: true, ..InVain::default() }, State::Ambiguous)?.len())
}

fn of_state(store: &dyn Store, wanted: &InVain, state: State) -> Result<Vec<Message>, StoreError> {
    let query = MessageQuery { event: wanted.event.clone(), state: Some(state), number: None, newest: true };
    let mut found = Vec::new();
    for message in outbox::messages(store, &query, None, PAGE_LIMIT)?.items {
        let is_run = |run: &String| message.run.as_ref() == Some(run) && message.topic != Topic::RunEnded;
        if wanted.run.as_ref().is_none_or(is_run) && !(wanted.unsettled && is_settled(store, &message)?) {
            found.push(message);
        }
    }
    Ok(found)
}

/// Says whether nothing is left to do about a message.
fn is_settled(store: &dyn Store, message: &Message) -> Result<bool, StoreError> {
    if message.looked.is_some() {
        return Ok(true);
    }
    let Some(number) = &message.number else { return Ok(false) };
    Ok(outbox::about(store, number)?.iter().any(|one| settles(one, message)))
}

/// Says whether a message arrived in place of another: it tells the same, and came after it. A notice that the certificate was taken
/// back says nothing of whether its holder has it.
fn settles(one: &Message, message: &Message) -> bool {
    let arrived = [State::Sent, State::Delivered, State::Opened, State::Downloaded].contains(&one.state);
    // Within one second ids do not say which came first.
    let later = one.created > message.created || one.again_of.as_ref() == Some(&message.id);
    arrived && later && one.topic == message.topic
}

/// Notes that somebody has seen to a message that reached nobody, or may not have: it needs nobody any more.
///
/// # Errors
/// [`SendError::NotInVain`].
pub fn look_at(desk: &Desk, id: &MessageId) -> Result<Message> {
    for _ in 0..TRIES {
        let kept = outbox::message(desk.store, id)?;
        let is_open = kept.message.state.is_over_in_vain() || kept.message.state == State::Ambiguous;
        if !is_open || kept.message.due.is_some() {
            return Err(SendError::NotInVain(id.clone(), kept.message.state));
        }
        let mut new = kept.message.clone();
        new.looked = Some(Looked { by: desk.actor.who().to_string(), at: desk.now });
        let act = desk.act("mail.seen", new.about(), json!({ "message": id, "state": new.state }));
        match desk.store.write_documents(&outbox::changed_to(&kept, &new), Some(&act)) {
            Err(StoreError::Conflict(_)) => {}
            done => return Ok(done.map(|_| new)?),
        }
    }
    Err(SendError::Busy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_later_message_that_says_the_same_and_arrived_settles_one() {
        let message = |id: &str, state: &str, at: &str, more: serde_json::Value| -> Message {
            let mut one = json!({
                "id": id, "state": state, "created": at, "message_id": "a@example.org", "by": "system",
                "number": "CERT-MAPS-2026-00001",
            });
            one.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            serde_json::from_value(one).unwrap()
        };
        let (first, second) = ("2026-11-22T10:00:00Z", "2026-11-22T10:00:01Z");
        let (a, b) = ("ml_00000000000000000000000000000a", "ml_00000000000000000000000000000b");
        let bounced = message(b, "bounced", first, json!({}));
        assert!(settles(&message(a, "sent", second, json!({})), &bounced));
        assert!(settles(&message(a, "delivered", first, json!({ "again_of": b })), &bounced), "in the same second");
        for not in [
            message(a, "sent", first, json!({})),
            message(a, "queued", second, json!({})),
            message(a, "sent", second, json!({ "topic": "revoked" })),
        ] {
            assert!(!settles(&not, &bounced), "{not:?}");
        }
    }
}
