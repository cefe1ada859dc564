//! Links by which a mailbox is proven, and the sessions that they begin.
//!
//! A link has 128 random bits, lives for half an hour and is used up by being used: of a thousand who use it at once one gets in.
//! Only digests of tokens are kept. All documents begin with the digest of their mailbox, so that who is erased loses
//! all of them at once.

use data_encoding::{BASE32_NOPAD, HEXLOWER};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::mine::{Holding, holders};
use crate::accounts::Secret;
use crate::acts::ActError;
use crate::acts::erase::{Gone, Unerased};
use crate::acts::person::ties;
use crate::credential::Timestamp;
use crate::desk::Desk;
use crate::store::{
    Collection, Document, DocumentWrite, Expect, PAGE_LIMIT, Participant, Store, StoreError, mailbox, plain_name,
};

/// For how many seconds a link can be used.
pub const LINK_SECONDS: i64 = 30 * 60;
/// For how many seconds somebody stays in.
pub const SESSION_SECONDS: i64 = 12 * 3_600;
/// Links that one mailbox gets in an hour; more are not sent.
const LINKS_AN_HOUR: usize = 5;
const HOUR: i64 = 3_600;
/// Longest address and token that are looked at, in bytes.
const LONGEST: usize = 320;
/// How often a write is begun again because somebody was erased meanwhile, or another link was made.
const TRIES: usize = 20;
/// What the document of a mailbox is called that says that it was given a link. No digest is.
const GIVEN: &str = "given";

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
    /// Set when somebody who is in asked for it, to have what is there beside their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    joins: Option<Joins>,
}

/// Who wants what is behind another mailbox of theirs.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Joins {
    /// The key of their session: the link is good in it alone.
    session: String,
    /// Who they are behind their mailbox.
    who: String,
}

/// That a mailbox was given a link: written anew with each, so that of those who ask at once each counts the links of the others.
#[derive(Debug, Serialize, Deserialize)]
struct Given {
    made: Timestamp,
}

/// What came of using a link up.
#[derive(Debug)]
pub enum Let {
    /// They are in, by this session.
    In(Secret),
    /// What is behind the other mailbox is theirs, from now on.
    Joined,
    /// They have proven the other mailbox, behind which nobody or several could be them.
    Unclear,
}

/// Makes a link for an address if somebody is known by it, and it did not have too many lately; else nothing. Who asks must not
/// be able to tell which.
///
/// # Errors
/// When the store fails, or the operating system gives no random bytes.
pub fn ask(desk: &Desk, address: &str) -> Result<Option<Invitation>, ActError> {
    invited(desk, address, None)
}

/// The same for somebody who is in by a session and has another mailbox: its link is good in that session alone. `who` is who
/// they are behind their mailbox.
///
/// # Errors
/// As [`ask`].
pub fn ask_more(desk: &Desk, session: &str, who: &str, address: &str) -> Result<Option<Invitation>, ActError> {
    let theirs = newest_of(desk, session, who)?;
    let Some(session) = key(session).filter(|_| theirs.is_some()) else { return Ok(None) };
    invited(desk, address, Some(Joins { session, who: who.chars().take(LONGEST).collect() }))
}

/// Returns the newest enrolment of who is in by a session; `who` is who they are, where several have the mailbox.
fn newest_of(desk: &Desk, session: &str, who: &str) -> Result<Option<Holding>, StoreError> {
    let Some(entered) = entered(desk.store, desk.now, session)? else { return Ok(None) };
    let mut people = holders(desk.store, &entered.mailbox)?;
    if people.len() > 1 {
        people.retain(|holder| holder.id == who);
    }
    Ok(people.pop().and_then(|holder| holder.holdings.into_iter().next_back()))
}

fn invited(desk: &Desk, address: &str, joins: Option<Joins>) -> Result<Option<Invitation>, ActError> {
    if address.len() > LONGEST || !address.contains('@') {
        return Ok(None);
    }
    let mailbox = mailbox(address);
    for _ in 0..TRIES {
        let unerased = Unerased::anywhere(desk.store)?;
        let known = holders(desk.store, &mailbox)?;
        // Of theirs by other mailboxes none is written to: the link proves this one.
        let has = |person: &&Participant| person.email.as_ref().is_some_and(|email| self::mailbox(email) == mailbox);
        let mut people = known.iter().flat_map(|holder| &holder.holdings).map(|holding| &holding.person);
        let Some(person) = people.rfind(has) else { return Ok(None) };
        // Read before the links are: whoever makes one meanwhile has written it anew.
        let given = format!("{}/{GIVEN}", place(&mailbox));
        let before = desk.store.document(Collection::PORTAL_LINKS, &given)?.map(|document| document.revision);
        let lately =
            |document: &Document| document.read::<Link>().is_ok_and(|link| link.made.plus_seconds(HOUR) > desk.now);
        let links = documents(desk.store, Collection::PORTAL_LINKS, &mailbox)?;
        if links.iter().filter(|document| lately(document)).count() >= LINKS_AN_HOUR {
            return Ok(None);
        }
        let token = token(&mailbox)?;
        let link = Link { mailbox: mailbox.clone(), made: desk.now, used: None, joins: joins.clone() };
        let key = key(token.expose()).ok_or_else(|| StoreError::Conflict(String::new()))?;
        let put = DocumentWrite::put(Collection::PORTAL_LINKS, key, Expect::Absent, &link);
        let expect = before.map_or(Expect::Absent, Expect::Revision);
        let one_more = DocumentWrite::put(Collection::PORTAL_LINKS, given, expect, &Given { made: desk.now });
        match desk.store.write_documents(&[one_more, put, unerased.still()], None) {
            // Somebody was erased meanwhile, or another link was made.
            Err(StoreError::Conflict(_)) => {}
            done => {
                done?;
                let to = person.email.clone().unwrap_or_else(|| mailbox.clone());
                let language = person.language().map(str::to_owned);
                return Ok(Some(Invitation { to, language, token }));
            }
        }
    }
    Ok(None)
}

/// Uses a link up and begins a session; nothing if it is none, was used, or is too old. One for another mailbox of somebody who is
/// in begins none: it is good in their `session` alone.
///
/// # Errors
/// When the store fails, or the operating system gives no random bytes.
pub fn enter(desk: &Desk, link: &str, session: Option<&str>) -> Result<Option<Let>, ActError> {
    let Some(key) = key(link) else { return Ok(None) };
    for _ in 0..TRIES {
        let unerased = Unerased::anywhere(desk.store)?;
        let Some(document) = desk.store.document(Collection::PORTAL_LINKS, &key)? else { return Ok(None) };
        let link: Link = document.read()?;
        if link.used.is_some() || link.made.plus_seconds(LINK_SECONDS) <= desk.now {
            return Ok(None);
        }
        let made = match &link.joins {
            None => begun(desk, &link.mailbox).map(Some)?,
            Some(joins) => joining(desk, &link.mailbox, joins, session)?,
        };
        let Some((let_in, mut writes, action)) = made else { return Ok(None) };
        let used = Link { used: Some(desk.now), ..link };
        writes.push(DocumentWrite::put(Collection::PORTAL_LINKS, &key, Expect::Revision(document.revision), &used));
        writes.push(unerased.still());
        let act = desk.act(action, "portal", json!({}));
        match desk.store.write_documents(&writes, Some(&act)) {
            Err(StoreError::Conflict(_)) => {}
            done => return Ok(done.map(|_| Some(let_in))?),
        }
    }
    Ok(None)
}

/// What a link leads to, what is written for it, and the act.
type Made = (Let, Vec<DocumentWrite>, &'static str);

fn begun(desk: &Desk, mailbox: &str) -> Result<Made, ActError> {
    let session = token(mailbox)?;
    let entered = Entered { mailbox: mailbox.to_owned(), until: desk.now.plus_seconds(SESSION_SECONDS) };
    let place = key(session.expose()).ok_or_else(|| StoreError::Conflict(String::new()))?;
    let put = DocumentWrite::put(Collection::PORTAL_SESSIONS, place, Expect::Absent, &entered);
    Ok((Let::In(session), vec![put], "portal.enter"))
}

/// Joins who asked with who is behind the mailbox: the only one there, or the one with their name or id. Nothing outside of the
/// session in which it was asked for.
fn joining(desk: &Desk, mailbox: &str, joins: &Joins, session: Option<&str>) -> Result<Option<Made>, ActError> {
    let session = session.filter(|session| key(session).as_ref() == Some(&joins.session));
    let theirs = session.map(|session| newest_of(desk, session, &joins.who)).transpose()?.flatten();
    let Some(Holding { event, person: one, .. }) = theirs else { return Ok(None) };
    let mut people = holders(desk.store, mailbox)?;
    if people.len() > 1 {
        let is_them = |other: &Participant| {
            let same_id = one.external_id.is_some() && one.external_id == other.external_id;
            same_id || plain_name(&one.name) == plain_name(&other.name)
        };
        people.retain(|holder| holder.holdings.iter().any(|holding| is_them(&holding.person)));
    }
    let has = |holding: &Holding| holding.person.email.as_ref().is_some_and(|email| self::mailbox(email) == mailbox);
    let other = match &people[..] {
        [them] => them.holdings.iter().rfind(|holding| has(holding)),
        _ => None,
    };
    let Some(other) = other else { return Ok(Some((Let::Unclear, Vec::new(), "portal.prove"))) };
    let is_one = other.event.code == event.code && other.person.key == one.key;
    let writes = match is_one {
        true => Vec::new(),
        false => ties::writes(desk, (&event.code, &one), (&other.event.code, &other.person), true),
    };
    Ok(Some((Let::Joined, writes, "person.join")))
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
        // Of a link, and of what says that there was one.
        Collection::PORTAL_LINKS => document.read::<Given>().map(|given| given.made.plus_seconds(HOUR) <= now),
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
