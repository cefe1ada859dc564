//! What a batch rests on, looked at by the one writer.

use super::{Engine, OpenWrite, Result, StoreError, certificates, documents, keys, kind, people};
use crate::store::{Certificate, Event, Participant, Premise};

/// Finds the first premise that does not hold any more.
pub(super) fn check<E: Engine>(draft: &OpenWrite<'_, E>, given: &[Premise]) -> Result<()> {
    for premise in given {
        let (holds, what) = match premise {
            Premise::Event(event) => {
                let key = keys::named(kind::EVENT, event.code.as_str().as_bytes());
                (draft.get_json::<Event>(&key)?.as_ref() == Some(event), event.code.to_string())
            }
            Premise::Participant(event, person) => {
                let stored: Option<Participant> =
                    draft.get_json(&keys::person(kind::PARTICIPANT, event, &person.key))?;
                (stored.as_ref() == Some(person), people::somebody_of(event))
            }
            Premise::Enrolled(event, person) => {
                let key = keys::person(kind::PARTICIPANT, event, person);
                (draft.engine.get(&key)?.is_some(), people::somebody_of(event))
            }
            Premise::Certificate(event, person, number) => {
                (certificates::owned(draft.engine, event, person)? == *number, people::somebody_of(event))
            }
            Premise::Unchanged(certificate) => {
                let key = keys::certificate(kind::CERTIFICATE, &certificate.number);
                let stored: Option<Certificate> = draft.get_json(&key)?;
                (stored.as_ref() == Some(certificate), certificate.number.to_string())
            }
            Premise::Document(collection, key, expect) => {
                let revision = documents::revision(draft.engine, &documents::key(collection.name(), key))?;
                (expect.holds(revision), format!("a document of {}", collection.name()))
            }
        };
        if !holds {
            return Err(StoreError::Conflict(what));
        }
    }
    Ok(())
}
