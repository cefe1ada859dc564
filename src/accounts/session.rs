//! Sessions of people, and what a request may do: who it is from and with which permissions.

use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::Sha256;

use super::permission::{Permission, Permissions};
use super::scope::Scope;
use super::secret::{Secret, StaffToken, same};
use super::staff::{Held, act, find};
use super::{AccountsError, Result};
use crate::credential::Timestamp;
use crate::desk::{Actor, Desk};
use crate::store::{Collection, Document, DocumentWrite, Expect, PAGE_LIMIT, Store, StoreError};

/// A session that is not used for this long has ended, where nothing else is said.
pub const SESSION_IDLE_SECONDS: i64 = 12 * 3_600;
/// A session ends this long after its login, where nothing else is said.
pub const SESSION_SECONDS: i64 = 7 * 86_400;
/// The key of how long sessions last.
const LENGTHS: &str = "sessions";
/// Most sessions of a member; a further login ends the oldest.
const SESSIONS_EACH: usize = 50;
/// How exactly the last use is known: a read should not cost a write.
const TOUCH_SECONDS: i64 = 300;
/// Longest description of a browser that is kept, in characters.
const LABEL_CHARS: usize = 120;
/// Length of a session's id: enough of its hash to name it, too little to guess a token by.
const ID_CHARS: usize = 16;
/// Documents that one round of [`sweep`] looks at.
const SWEEP_PAGE: usize = 1_000;

/// How a request showed who it is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grant {
    /// By a session's cookie; it needs the CSRF token for changes.
    Session(String),
    /// By an API token.
    Token(String),
}

/// Who asks, and what they may do.
#[derive(Debug, Clone, PartialEq)]
pub struct Principal {
    /// Id of the member of staff.
    pub staff: String,
    /// What may be done now.
    pub permissions: Permissions,
    /// In which events.
    pub scope: Scope,
    /// The id of the session or the token.
    pub grant: Grant,
}

impl Principal {
    /// Returns who acts: the member, or a token for them.
    pub fn actor(&self) -> Actor {
        match &self.grant {
            Grant::Session(_) => Actor::staff(&self.staff),
            Grant::Token(token) => {
                Actor::Staff { id: self.staff.clone(), token: Some(token.clone()), address: None, why: None }
            }
        }
    }

    /// Says whether something is allowed.
    pub fn may(&self, permission: Permission) -> bool {
        self.permissions.contains(&permission)
    }
}

/// A session, for its owner to recognise it.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = LoginSession)]
pub struct Session {
    /// Id.
    pub id: String,
    /// When its login was.
    #[schema(value_type = String, format = DateTime)]
    pub created: Timestamp,
    /// When it was last used, to five minutes.
    #[schema(value_type = String, format = DateTime)]
    pub seen: Timestamp,
    /// What the browser said it is.
    pub label: String,
}

#[derive(Serialize, Deserialize)]
struct SessionRecord {
    epoch: u64,
    created: Timestamp,
    seen: Timestamp,
    label: String,
}

impl SessionRecord {
    fn is_over(&self, now: Timestamp, lengths: Lengths) -> bool {
        let idle = i64::from(lengths.hours) * 3_600;
        now >= self.seen.plus_seconds(idle) || now >= self.created.plus_seconds(lengths.seconds())
    }
}

/// How long sessions last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lengths {
    /// After how many hours one ends that is not used.
    pub hours: u16,
    /// How many days after its login one ends.
    pub days: u16,
}

impl Default for Lengths {
    fn default() -> Self {
        Self { hours: (SESSION_IDLE_SECONDS / 3_600) as u16, days: (SESSION_SECONDS / 86_400) as u16 }
    }
}

impl Lengths {
    /// Returns how long one lasts at most, in seconds.
    pub fn seconds(self) -> i64 {
        i64::from(self.days) * 86_400
    }
}

/// Returns how long sessions last, as the store was told.
///
/// # Errors
/// Those of the store.
pub fn lengths(store: &dyn Store) -> Result<Lengths, StoreError> {
    let found = store.document(Collection::SERVICE, LENGTHS)?.map(|document| document.read()).transpose()?;
    Ok(found.unwrap_or_default())
}

/// Returns the write that tells the store how long they last, if that is new. It holds for those that are open too.
///
/// # Errors
/// Those of the store.
pub fn lengths_told(store: &dyn Store, wanted: Lengths) -> Result<Option<DocumentWrite>, StoreError> {
    let is_new = lengths(store)? != wanted;
    Ok(is_new.then(|| DocumentWrite::put(Collection::SERVICE, LENGTHS, Expect::Any, &wanted)))
}

/// Makes a session of a member: its token, its id and what has to be written together with the login.
pub(super) fn open(
    store: &dyn Store,
    staff: &str,
    epoch: u64,
    now: Timestamp,
    label: &str,
) -> Result<(Secret, String, Vec<DocumentWrite>)> {
    let (token, made) = StaffToken::make(staff)?;
    let label = label.chars().filter(|c| !c.is_control()).take(LABEL_CHARS).collect();
    let record = SessionRecord { epoch, created: now, seen: now, label };
    let mut writes = vec![DocumentWrite::put(Collection::SESSIONS, made.key(), Expect::Absent, &record)];
    let mut others = all(store, staff)?;
    others.sort_by_key(|(_, record)| record.created);
    let too_many = (others.len() + 1).saturating_sub(SESSIONS_EACH);
    let lengths = lengths(store)?;
    let over = |index: usize, record: &SessionRecord| {
        index < too_many || record.epoch != epoch || record.is_over(now, lengths)
    };
    for (_, (document, _)) in others.iter().enumerate().filter(|(index, (_, record))| over(*index, record)) {
        writes.push(DocumentWrite::delete(Collection::SESSIONS, &document.key, Expect::Any));
    }
    Ok((token, id_of(&made.hash), writes))
}

/// Returns who a session's token is from.
///
/// # Errors
/// [`AccountsError::Session`] if it has ended or its member may not log in any more.
pub fn authenticate(store: &dyn Store, now: Timestamp, token: &str) -> Result<Principal> {
    let token = StaffToken::read(token).ok_or(AccountsError::Session)?;
    let document = store.document(Collection::SESSIONS, &token.key())?.ok_or(AccountsError::Session)?;
    let mut record: SessionRecord = document.read()?;
    let staff = find(store, &token.staff)?.ok_or(AccountsError::Session)?.record;
    if record.is_over(now, lengths(store)?) || record.epoch != staff.epoch || staff.disabled {
        return Err(AccountsError::Session);
    }
    if now >= record.seen.plus_seconds(TOUCH_SECONDS) {
        record.seen = now;
        touch(store, Collection::SESSIONS, &document, &record)?;
    }
    let permissions = staff.permissions();
    Ok(Principal { staff: token.staff, permissions, scope: staff.events, grant: Grant::Session(id_of(&token.hash)) })
}

/// Notes a use; when somebody else did or ended it meanwhile, that is as good.
pub(super) fn touch(store: &dyn Store, kind: Collection, old: &Document, new: &impl Serialize) -> Result<()> {
    let write = DocumentWrite::put(kind, &old.key, Expect::Revision(old.revision), new);
    match store.write_documents(&[write], None) {
        Ok(_) | Err(StoreError::Conflict(_)) => Ok(()),
        Err(other) => Err(other.into()),
    }
}

/// Returns the CSRF token of a session, which only who has the session's token can know.
pub fn csrf_token(session: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(session.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(b"testamur csrf");
    BASE32_NOPAD.encode(&mac.finalize().into_bytes()).to_ascii_lowercase()
}

/// Says whether a CSRF token is the session's.
pub fn check_csrf(session: &str, presented: &str) -> bool {
    same(&csrf_token(session), presented)
}

/// Ends the session of a token; one that is none has ended.
///
/// # Errors
/// Those of the store.
pub fn logout(desk: &Desk<'_>, token: &str) -> Result<()> {
    let Some(token) = StaffToken::read(token) else { return Ok(()) };
    if desk.store.document(Collection::SESSIONS, &token.key())?.is_none() {
        return Ok(());
    }
    end(desk, &token.staff, token.key(), &id_of(&token.hash))
}

/// Lists a member's sessions that have not ended, newest first.
///
/// # Errors
/// Those of the store.
pub fn sessions(store: &dyn Store, now: Timestamp, staff: &str) -> Result<Vec<Session>> {
    let Some(Held { record: member, .. }) = find(store, staff)? else { return Ok(Vec::new()) };
    let lengths = lengths(store)?;
    let mut sessions: Vec<_> = all(store, staff)?
        .into_iter()
        .filter(|(_, record)| !record.is_over(now, lengths) && record.epoch == member.epoch)
        .map(|(document, SessionRecord { created, seen, label, .. })| {
            let hash = document.key.split_once('/').map_or("", |(_, hash)| hash);
            Session { id: id_of(hash), created, seen, label }
        })
        .collect();
    sessions.sort_by(|left, right| right.created.cmp(&left.created).then_with(|| left.id.cmp(&right.id)));
    Ok(sessions)
}

/// Ends one of a member's sessions, by its id.
///
/// # Errors
/// [`AccountsError::NotFound`].
pub fn revoke_session(desk: &Desk<'_>, staff: &str, id: &str) -> Result<()> {
    let missing = || AccountsError::NotFound(id.chars().take(ID_CHARS).collect());
    let found = all(desk.store, staff)?
        .into_iter()
        .find(|(document, _)| document.key.split_once('/').is_some_and(|(_, hash)| id_of(hash) == id));
    let (document, _) = found.ok_or_else(missing)?;
    end(desk, staff, document.key, id)
}

fn end(desk: &Desk<'_>, staff: &str, key: String, id: &str) -> Result<()> {
    let act = act(desk, "session.end", staff, json!({ "session": id }));
    desk.store.write_documents(&[DocumentWrite::delete(Collection::SESSIONS, key, Expect::Any)], Some(&act))?;
    Ok(())
}

/// Returns the write by which a session goes on although all others of its member end with the old epoch.
pub(super) fn carried_over(store: &dyn Store, staff: &str, id: &str, epoch: u64) -> Result<Option<DocumentWrite>> {
    for (document, record) in all(store, staff)? {
        if document.key.split_once('/').is_some_and(|(_, hash)| id_of(hash) == id) {
            let expect = Expect::Revision(document.revision);
            let record = SessionRecord { epoch, ..record };
            return Ok(Some(DocumentWrite::put(Collection::SESSIONS, document.key, expect, &record)));
        }
    }
    Ok(None)
}

/// Deletes sessions and second steps that have ended. Returns how many.
///
/// # Errors
/// Those of the store.
pub fn sweep(store: &dyn Store, now: Timestamp) -> Result<usize> {
    let lengths = lengths(store)?;
    let ended = sweep_one(store, Collection::SESSIONS, |document| {
        let record: SessionRecord = document.read()?;
        Ok(record.is_over(now, lengths))
    })?;
    let late = sweep_one(store, Collection::SECOND_STEPS, |document| super::login::is_late(document, now))?;
    Ok(ended + late)
}

fn sweep_one(store: &dyn Store, kind: Collection, over: impl Fn(&Document) -> Result<bool>) -> Result<usize> {
    let (mut swept, mut cursor) = (0, None);
    loop {
        let page = store.documents(kind, "", cursor.as_deref(), SWEEP_PAGE)?;
        for document in &page.items {
            if over(document)? {
                let delete = DocumentWrite::delete(kind, &document.key, Expect::Revision(document.revision));
                match store.write_documents(&[delete], None) {
                    Ok(_) => swept += 1,
                    Err(StoreError::Conflict(_)) => (),
                    Err(other) => return Err(other.into()),
                }
            }
        }
        cursor = page.next;
        if cursor.is_none() {
            return Ok(swept);
        }
    }
}

fn all(store: &dyn Store, staff: &str) -> Result<Vec<(Document, SessionRecord)>> {
    let page = store.documents(Collection::SESSIONS, &format!("{staff}/"), None, PAGE_LIMIT)?;
    let read = |document: Document| {
        Ok::<_, StoreError>((document.read()?, document)).map(|(record, document)| (document, record))
    };
    Ok(page.items.into_iter().map(read).collect::<Result<_, StoreError>>()?)
}

fn id_of(hash: &str) -> String {
    hash.chars().take(ID_CHARS).collect()
}
