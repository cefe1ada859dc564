//! Links by which a mailbox is proven, and the sessions that they begin.
//!
//! A link has 128 random bits, lives for half an hour and is used up by being used: of a thousand who use it at once one gets in.
//! Only digests of tokens are kept. Both kinds of documents begin with the digest of their mailbox, so that who is erased loses
//! all of them at once.

use data_encoding::{BASE32_NOPAD, HEXLOWER};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::mine::holders;
use crate::accounts::Secret;
use crate::acts::ActError;
use crate::acts::erase::{Gone, Unerased};
use crate::credential::Timestamp;
use crate::desk::Desk;
use crate::store::{Collection, Document, DocumentWrite, Expect, PAGE_LIMIT, Store, StoreError, mailbox};

/// For how many seconds a link can be used.
pub const LINK_SECONDS: i64 = 30 * 60;
/// For how many seconds somebody stays in.
pub const SESSION_SECONDS: i64 = 12 * 3_600;
/// Links that one mailbox gets in an hour; more are not sent.
const LINKS_AN_HOUR: usize = 5;
const HOUR: i64 = 3_600;
/// Longest address and token that are looked at, in bytes.
const LONGEST: usize = 320;
/// How often a write is begun again because somebody was erased meanwhile.
const TRIES: usize = 20;

/// A link that was made for somebody: to be sent, and kept nowhere.
#[derive(Debug)]
pub struct Invitation {
    /// The address as the issuer has it.
    pub to: String,
    /// In which language its people are written to, if that is known.
    pub language: Option<String>,
    /// What the link ends with.
    pub token: Secret,
}

/// Somebody who has proven a mailbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entered {
    /// The mailbox, in the form in which mailboxes are compared.
    pub mailbox: String,
    /// Until when.
    pub until: Timestamp,
}

#[derive(Debug, Serialize, Deserialize)]
struct Link {
    mailbox: String,
    made: Timestamp,
    /// Set when it was used: it counts among those that were asked for until their hour is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    used: Option<Timestamp>,
}

/// Makes a link for an address if somebody is known by it, and it did not have too many lately; else nothing. Who asks must not
/// be able to tell which.
///
/// # Errors
/// When the store fails, or the operating system gives no random bytes.
pub fn ask(desk: &Desk, address: &str) -> Result<Option<Invitation>, ActError> {
    if address.len() > LONGEST || !address.contains('@') {
        return Ok(None);
    }
    let mailbox = mailbox(address);
    for _ in 0..TRIES {
        let unerased = Unerased::anywhere(desk.store)?;
        let known = holders(desk.store, &mailbox)?;
        let Some(person) = known.iter().flat_map(|holder| &holder.holdings).map(|holding| &holding.person).next_back()
        else {
            return Ok(None);
        };
        let lately =
            |document: &Document| document.read::<Link>().is_ok_and(|link| link.made.plus_seconds(HOUR) > desk.now);
        let links = documents(desk.store, Collection::PORTAL_LINKS, &mailbox)?;
        if links.iter().filter(|document| lately(document)).count() >= LINKS_AN_HOUR {
            return Ok(None);
        }
        let token = token(&mailbox)?;
        let link = Link { mailbox: mailbox.clone(), made: desk.now, used: None };
        let key = key(token.expose()).ok_or_else(|| StoreError::Conflict(String::new()))?;
        let put = DocumentWrite::put(Collection::PORTAL_LINKS, key, Expect::Absent, &link);
        match desk.store.write_documents(&[put, unerased.still()], None) {
            Err(error) if unerased.broke(&error) => {}
            done => {
                done?;
                let to = person.email.clone().unwrap_or_else(|| mailbox.clone());
                let language = person.locale.clone().or_else(|| person.fields.get("language").cloned());
                return Ok(Some(Invitation { to, language: language.filter(|tag| !tag.is_empty()), token }));
            }
        }
    }
    Ok(None)
}

/// Uses a link up and begins a session; nothing if it is none, was used, or is too old.
///
/// # Errors
/// When the store fails, or the operating system gives no random bytes.
pub fn enter(desk: &Desk, link: &str) -> Result<Option<Secret>, ActError> {
    let Some(key) = key(link) else { return Ok(None) };
    for _ in 0..TRIES {
        let unerased = Unerased::anywhere(desk.store)?;
        let Some(document) = desk.store.document(Collection::PORTAL_LINKS, &key)? else { return Ok(None) };
        let link: Link = document.read()?;
        if link.used.is_some() || link.made.plus_seconds(LINK_SECONDS) <= desk.now {
            return Ok(None);
        }
        let session = token(&link.mailbox)?;
        let entered = Entered { mailbox: link.mailbox.clone(), until: desk.now.plus_seconds(SESSION_SECONDS) };
        let place = self::key(session.expose()).ok_or_else(|| StoreError::Conflict(String::new()))?;
        let used = Link { used: Some(desk.now), ..link };
        let writes = [
            DocumentWrite::put(Collection::PORTAL_LINKS, &key, Expect::Revision(document.revision), &used),
            DocumentWrite::put(Collection::PORTAL_SESSIONS, place, Expect::Absent, &entered),
            unerased.still(),
        ];
        let act = desk.act("portal.enter", "portal", json!({}));
        match desk.store.write_documents(&writes, Some(&act)) {
            Err(StoreError::Conflict(_)) => {}
            done => return Ok(done.map(|_| Some(session))?),
        }
    }
    Ok(None)
}

/// Returns who is in by a session's token.
///
/// # Errors
/// When the store fails.
pub fn entered(store: &dyn Store, now: Timestamp, session: &str) -> Result<Option<Entered>, StoreError> {
    let Some(key) = key(session) else { return Ok(None) };
    let Some(document) = store.document(Collection::PORTAL_SESSIONS, &key)? else { return Ok(None) };
    let entered: Entered = document.read()?;
    Ok(Some(entered).filter(|entered| entered.until > now))
}

/// Ends a session; one that is none has ended.
///
/// # Errors
/// When the store fails.
pub fn leave(store: &dyn Store, session: &str) -> Result<(), StoreError> {
    let Some(key) = key(session) else { return Ok(()) };
    store.write_documents(&[DocumentWrite::delete(Collection::PORTAL_SESSIONS, key, Expect::Any)], None).map(drop)
}

/// Deletes links and sessions that are over.
///
/// # Errors
/// When the store fails.
pub fn sweep(store: &dyn Store, now: Timestamp) -> Result<(), StoreError> {
    let is_over = |collection, document: &Document| match collection {
        Collection::PORTAL_LINKS => document.read::<Link>().map(|link| link.made.plus_seconds(HOUR) <= now),
        _ => document.read::<Entered>().map(|entered| entered.until <= now),
    };
    for collection in [Collection::PORTAL_LINKS, Collection::PORTAL_SESSIONS] {
        let mut cursor = None::<String>;
        loop {
            let page = store.documents(collection, "", cursor.as_deref(), PAGE_LIMIT)?;
            let mut writes = Vec::new();
            for document in page.items {
                if is_over(collection, &document)? {
                    writes.push(DocumentWrite::delete(collection, document.key, Expect::Any));
                }
            }
            if !writes.is_empty() {
                store.write_documents(&writes, None)?;
            }
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
    }
    Ok(())
}

/// Returns the writes that end all links and sessions of somebody's mailboxes.
pub(in crate::acts) fn forgetting(store: &dyn Store, gone: &Gone) -> Result<Vec<DocumentWrite>, StoreError> {
    let mut writes = Vec::new();
    for address in gone.names.iter().filter(|name| name.contains('@')) {
        for collection in [Collection::PORTAL_LINKS, Collection::PORTAL_SESSIONS] {
            let found = documents(store, collection, &mailbox(address))?;
            writes.extend(
                found.into_iter().map(|document| {
                    DocumentWrite::delete(collection, document.key, Expect::Revision(document.revision))
                }),
            );
        }
    }
    Ok(writes)
}

fn documents(store: &dyn Store, collection: Collection, mailbox: &str) -> Result<Vec<Document>, StoreError> {
    let (prefix, mut all, mut cursor) = (format!("{}/", place(mailbox)), Vec::new(), None::<String>);
    loop {
        let page = store.documents(collection, &prefix, cursor.as_deref(), PAGE_LIMIT)?;
        all.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            return Ok(all);
        }
    }
}

/// Where the documents of a mailbox are.
fn place(mailbox: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(format!("testamur portal\n{mailbox}"))[..16])
}

/// `PLACE.RANDOM`, of which only the digest is kept.
fn token(mailbox: &str) -> Result<Secret, ActError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| StoreError::Io(std::io::Error::other(error.to_string())))?;
    Ok(format!("{}.{}", place(mailbox), BASE32_NOPAD.encode(&bytes).to_ascii_lowercase()).into())
}

/// Returns the key of a token's document; nothing for what is none.
fn key(token: &str) -> Option<String> {
    let (place, _) = token.split_once('.').filter(|_| token.len() <= LONGEST)?;
    let is_place =
        place.len() == 32 && place.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    is_place.then(|| format!("{place}/{}", HEXLOWER.encode(&Sha256::digest(token))))
}
