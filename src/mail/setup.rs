//! What the store is told of mail: that it is set up, and the key behind the addresses that bounces come back to.
//!
//! Acts know no configuration. Whoever opens the store with one tells it whether mail leaves from here; who puts a message
//! into the outbox looks there. So nothing gathers in an outbox that nobody empties, to leave at once years later.

use data_encoding::BASE64;
use serde::{Deserialize, Serialize};

use super::{BounceKey, Config, MailError, Mailbox, Result};
use crate::credential::Timestamp;
use crate::store::{Collection, DocumentWrite, Expect, Store, StoreError};

/// The key of the document that says that mail is set up.
const SET_UP: &str = "set-up";
/// The key of the document that says since when the relay cannot be used.
const TROUBLE: &str = "trouble";
/// The key of the document with the bounce key.
const KEY: &str = "bounce-key";

/// That mail is set up, and how it leaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetUp {
    /// Who messages are from, where an event does not say.
    pub from: Mailbox,
    /// The domain of `Message-ID`s and of the addresses that bounces come back to.
    pub domain: String,
    /// Since when.
    pub since: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    key: String,
}

/// Tells the store whether mail is set up. Writes only what is new.
///
/// # Errors
/// [`MailError::Random`], or when the store fails.
pub fn tell(store: &dyn Store, config: Option<&Config>, now: Timestamp) -> Result<()> {
    let document = store.document(Collection::MAIL, SET_UP)?;
    let known = document.as_ref().map(|document| document.read::<SetUp>()).transpose()?;
    let expect = document.map_or(Expect::Absent, |document| Expect::Revision(document.revision));
    let write = match (config, known) {
        (None, None) => return Ok(()),
        (None, Some(_)) => DocumentWrite::delete(Collection::MAIL, SET_UP, expect),
        (Some(config), Some(known)) if known.from == config.from && known.domain == config.domain => return Ok(()),
        (Some(config), known) => {
            let since = known.map_or(now, |known| known.since);
            let new = SetUp { from: config.from.clone(), domain: config.domain.clone(), since };
            DocumentWrite::put(Collection::MAIL, SET_UP, expect, &new)
        }
    };
    let mut writes = vec![write];
    if config.is_some() && store.document(Collection::MAIL, KEY)?.is_none() {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|_| MailError::Random)?;
        let kept = Kept { key: BASE64.encode(&bytes) };
        writes.push(DocumentWrite::put(Collection::MAIL, KEY, Expect::Absent, &kept));
    }
    match store.write_documents(&writes, None) {
        // Somebody else has told it just now.
        Ok(_) | Err(StoreError::Conflict(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Returns how mail is set up; nothing where it is not.
///
/// # Errors
/// When the store fails.
pub fn told(store: &dyn Store) -> Result<Option<SetUp>, StoreError> {
    store.document(Collection::MAIL, SET_UP)?.map(|document| document.read()).transpose()
}

/// Since when the relay cannot be used, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stuck {
    /// Since when.
    pub since: Timestamp,
    /// Why.
    pub problem: String,
}

/// Notes that the relay cannot be used, for staff to see; or that it can again.
///
/// # Errors
/// When the store fails.
pub fn note_trouble(store: &dyn Store, problem: Option<&str>, now: Timestamp) -> Result<(), StoreError> {
    let known = stuck(store)?;
    let write = match (problem, known) {
        (None, None) => return Ok(()),
        (None, Some(_)) => DocumentWrite::delete(Collection::MAIL, TROUBLE, Expect::Any),
        (Some(problem), known) => {
            let problem = problem.chars().take(500).collect();
            let since = known.map_or(now, |known| known.since);
            DocumentWrite::put(Collection::MAIL, TROUBLE, Expect::Any, &Stuck { since, problem })
        }
    };
    store.write_documents(&[write], None).map(|_| ())
}

/// Returns since when the relay cannot be used, if it cannot.
///
/// # Errors
/// When the store fails.
pub fn stuck(store: &dyn Store) -> Result<Option<Stuck>, StoreError> {
    store.document(Collection::MAIL, TROUBLE)?.map(|document| document.read()).transpose()
}

/// Returns the key behind the addresses that bounces come back to.
///
/// # Errors
/// [`MailError::NotSetUp`] where mail never was.
pub fn bounce_key(store: &dyn Store) -> Result<BounceKey> {
    let document = store.document(Collection::MAIL, KEY)?.ok_or(MailError::NotSetUp)?;
    let damaged = || StoreError::Damaged { path: "documents".to_owned(), problem: "the bounce key is none".to_owned() };
    let bytes = BASE64.decode(document.read::<Kept>()?.key.as_bytes()).map_err(|_| damaged())?;
    Ok(BounceKey::of(bytes.try_into().map_err(|_| damaged())?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::Security;
    use crate::store::MemoryStore;

    #[test]
    fn the_store_is_told_once_and_keeps_its_key() {
        let (store, now) = (MemoryStore::new(), Timestamp::from_unix(1_767_225_600));
        let config = |from: &str| Config {
            relay: "localhost".to_owned(),
            port: 25,
            security: Security::None,
            ca: None,
            login: None,
            from: from.parse().unwrap(),
            reply_to: None,
            domain: "example.org".to_owned(),
            per_minute: 0,
            per_domain: 0,
            link_days: 90,
        };
        assert!(matches!(bounce_key(&store), Err(MailError::NotSetUp)));
        tell(&store, None, now).unwrap();
        assert_eq!(told(&store).unwrap(), None);
        tell(&store, Some(&config("a@example.org")), now).unwrap();
        let id = crate::mail::MessageId::random(now).unwrap();
        let address = bounce_key(&store).unwrap().address(&id, "example.org");
        tell(&store, Some(&config("b@example.org")), now.plus_days(1)).unwrap();
        let known = told(&store).unwrap().unwrap();
        assert_eq!((known.from.to_string().as_str(), known.since), ("b@example.org", now));
        tell(&store, None, now).unwrap();
        assert_eq!(told(&store).unwrap(), None);
        assert_eq!(bounce_key(&store).unwrap().find(&address), [id], "what was sent can still come back");
    }
}
