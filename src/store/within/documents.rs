//! Which documents are within: by their keys, or by what they say.

use serde_json::Value;

use super::Within;
use crate::credential::{CertificateNumber, EventCode};
use crate::store::{Collection, Document, DocumentWrite, Page, Result, StoreError};

/// To which event a document belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Belongs {
    /// To none: accounts, the outbox, marks.
    Nowhere,
    /// To the issuer, and only whoever sees all events changes it.
    Issuer,
    /// To the issuer, and only whoever sees all events changes it; or to the event that its key names as its own
    /// (`event-CODE`, `event-CODE-MORE`).
    IssuerOrOwn,
    /// To that with whose code its key begins.
    Key,
    /// It is a run: to its `event`, or its `events`.
    Run,
    /// To the event of the run with whose id its key begins.
    KeysRun,
    /// To the event of its `run`.
    ItsRun,
    /// To the event of the certificate with its `number`.
    Number,
    /// To that of its `number`, or without one to that of its `run`.
    NumberOrRun,
}

/// Returns to which event the documents of a collection belong; those of one that is not named here are not seen.
fn belongs(collection: Collection) -> Option<Belongs> {
    use Collection as C;
    let all: &[(Belongs, &[C])] = &[
        (
            Belongs::Nowhere,
            &[
                C::STAFF,
                C::STAFF_EMAILS,
                C::STAFF_OWNERS,
                C::STAFF_SETUP,
                C::SESSIONS,
                C::SECOND_STEPS,
                C::API_TOKENS,
                C::TALLIES,
                C::PUBLICATION,
                C::SIGNING_KEY,
                C::IDEMPOTENCY,
                C::ERASED,
                C::RUN_QUEUE,
                C::WEBHOOK_ENDPOINTS,
                C::WEBHOOK_SECRETS,
                C::WEBHOOK_HEALTH,
                C::WEBHOOK_MESSAGES,
                C::WEBHOOK_DELIVERIES,
                C::WEBHOOK_QUEUE,
                C::WEBHOOK_STATES,
                C::MAIL,
                C::MAIL_QUEUE,
                C::MAIL_LINKS,
                C::MAIL_SUPPRESSED,
                C::PERSON_TIES,
                C::PORTAL_LINKS,
                C::PORTAL_SESSIONS,
                C::PROFILES,
                C::DESIGNS,
                C::DESIGN_STEPS,
            ],
        ),
        (Belongs::Issuer, &[C::UPKEEP, C::SERVICE]),
        (Belongs::IssuerOrOwn, &[C::TEMPLATES]),
        (
            Belongs::Key,
            &[
                C::PLANS,
                C::PREVIEWED,
                C::RULES,
                C::LISTED,
                C::IMPORTS,
                C::IMPORT_ROWS,
                C::IMPORT_SHAPES,
                C::ERASING,
                C::REMOVING,
                C::PROOFS,
                C::WALLET_PAGES,
                C::MAILED,
                C::MAIL_REMINDED,
                C::SHOWN,
                C::PROFILED,
            ],
        ),
        (Belongs::Run, &[C::RUNS]),
        (Belongs::KeysRun, &[C::RUN_ROWS]),
        (Belongs::ItsRun, &[C::APPROVALS]),
        (Belongs::Number, &[C::CORRECTIONS, C::ADDRESS_REQUESTS]),
        (Belongs::NumberOrRun, &[C::MAIL_MESSAGES]),
    ];
    all.iter().find(|(_, collections)| collections.contains(&collection)).map(|(belongs, _)| *belongs)
}

/// How the names of templates begin that are an event's own.
pub const OWN_TEMPLATE: &str = "event-";

/// Returns the event that a template is named for (`event-CODE`, `event-CODE-MORE`), whether or not there is one of that code.
/// Codes have no hyphen.
pub fn template_named_for(name: &str) -> Option<EventCode> {
    name.strip_prefix(OWN_TEMPLATE)?.split('-').next()?.parse().ok()
}

impl Within<'_> {
    /// Says whether a code that stands in a document is within.
    fn names(&self, code: &str) -> bool {
        code.parse().is_ok_and(|code| self.has(&code))
    }

    fn has_number(&self, value: &Value) -> bool {
        value["number"]
            .as_str()
            .and_then(|text| text.parse::<CertificateNumber>().ok())
            .is_some_and(|n| self.has(n.event()))
    }

    /// Returns the event whose own a document of the issuer's is; see `acts::templates`.
    fn owner(&self, key: &str) -> Result<Option<EventCode>> {
        let Some(code) = template_named_for(key) else { return Ok(None) };
        Ok(self.store.event(&code)?.map(|event| event.code))
    }

    /// Says whether a run is within; one of which the events are not known yet only while it is being made (`writing`).
    fn has_run(&self, run: &Value, writing: bool) -> bool {
        if let Some(event) = run["event"].as_str() {
            return self.names(event);
        }
        let events = run["events"].as_array().map(Vec::as_slice).unwrap_or_default();
        (writing || !events.is_empty())
            && events.iter().all(|event| event.as_str().is_some_and(|code| self.names(code)))
    }

    fn has_run_of(&self, id: &str, writing: bool) -> Result<bool> {
        let run = self.store.document(Collection::RUNS, id)?;
        Ok(run.is_some_and(|run| self.has_run(&run.value, writing)))
    }

    /// Says whether a document is within. `rows` remembers the last run that rows were looked at of.
    pub(super) fn shows(
        &self,
        collection: Collection,
        key: &str,
        value: &Value,
        rows: &mut Remembered,
    ) -> Result<bool> {
        let first = key.split('/').next().unwrap_or_default();
        Ok(match belongs(collection) {
            None => false,
            Some(Belongs::Nowhere | Belongs::Issuer) => true,
            Some(Belongs::IssuerOrOwn) => match self.owner(key)? {
                Some(code) => self.has(&code),
                None => true,
            },
            Some(Belongs::Key) => self.names(first),
            Some(Belongs::Run) => self.has_run(value, rows.writing),
            Some(Belongs::KeysRun) => {
                rows.of(first, |writing| self.has_run_of(first, writing))?
                    && (value["number"].is_null() || self.has_number(value))
            }
            Some(Belongs::NumberOrRun) if !value["number"].is_null() => self.has_number(value),
            Some(Belongs::ItsRun | Belongs::NumberOrRun) => match value["run"].as_str() {
                Some(id) => self.has_run_of(id, rows.writing)?,
                None => false,
            },
            Some(Belongs::Number) => self.has_number(value),
        })
    }

    /// Refuses writes of documents outside, of what is there and of what comes.
    pub(super) fn may_write(&self, writes: &[DocumentWrite]) -> Result<()> {
        let mut rows = Remembered { run: None, writing: true };
        for write in writes {
            let refused = || StoreError::NotFound(format!("a document of {}", write.collection.name()));
            match belongs(write.collection) {
                Some(Belongs::Nowhere) => continue,
                Some(Belongs::Issuer | Belongs::IssuerOrOwn) if write.only_expects => continue,
                Some(Belongs::IssuerOrOwn) if self.owner(&write.key)?.is_some_and(|code| self.has(&code)) => continue,
                None | Some(Belongs::Issuer | Belongs::IssuerOrOwn) => return Err(refused()),
                Some(_) => {}
            }
            let stored = self.store.document(write.collection, &write.key)?;
            let values = [stored.as_ref().map(|document| &document.value), write.value.as_ref()];
            for value in values.into_iter().flatten() {
                if !self.shows(write.collection, &write.key, value, &mut rows)? {
                    return Err(refused());
                }
            }
            if stored.is_none() && write.value.is_none() && belongs(write.collection) == Some(Belongs::Key) {
                let null = Value::Null;
                if !self.shows(write.collection, &write.key, &null, &mut rows)? {
                    return Err(refused());
                }
            }
        }
        Ok(())
    }

    pub(super) fn sifted_documents(
        &self,
        collection: Collection,
        cursor: Option<&str>,
        limit: usize,
        read: impl Fn(Option<&str>, usize) -> Result<Page<Document>>,
    ) -> Result<Page<Document>> {
        let mut rows = Remembered::reading();
        self.sifted(cursor, limit, read, |one: &Document| self.shows(collection, &one.key, &one.value, &mut rows))
    }
}

/// The run that rows were last looked at of, and whether it is within.
pub(super) struct Remembered {
    run: Option<(String, bool)>,
    writing: bool,
}

impl Remembered {
    pub(super) fn reading() -> Self {
        Self { run: None, writing: false }
    }

    fn of(&mut self, id: &str, look: impl FnOnce(bool) -> Result<bool>) -> Result<bool> {
        match &self.run {
            Some((known, within)) if known == id => Ok(*within),
            _ => {
                let within = look(self.writing)?;
                self.run = Some((id.to_owned(), within));
                Ok(within)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_collection_says_to_which_event_its_documents_belong() {
        for collection in Collection::ALL {
            assert!(belongs(*collection).is_some(), "{} is not named in `belongs`", collection.name());
        }
    }
}
