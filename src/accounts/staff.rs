//! The record of a member of staff, and the one way to change it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use super::permission::{Permission, Permissions, Role, permissions};
use super::scope::{SCOPE_EVENTS, Scope};
use super::secret::{digest, random_text};
use super::two_step::{Offered, TwoStep};
use super::{AccountsError, Result};
use crate::credential::{EventCode, Timestamp};
use crate::desk::{Actor, Desk};
use crate::import::{is_bidi_control, is_email};
use crate::store::{Act, Collection, DocumentWrite, Expect, PAGE_LIMIT, Page, Store, StoreError};

/// Longest name of a member or a token, in characters.
pub const NAME_CHARS: usize = 200;
/// Longest e-mail that is looked at, in bytes (RFC 5321, 4.5.3.1.3).
const EMAIL_BYTES: usize = 254;
/// Key of the document that lists the owners.
const OWNERS_KEY: &str = "owners";

/// A member of staff, without anything secret.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Staff {
    /// Id.
    pub id: String,
    /// E-mail, in lower case.
    pub email: String,
    /// Name.
    pub name: String,
    /// Roles.
    pub roles: BTreeSet<Role>,
    /// The events that the membership is limited to; nothing: all there are.
    #[schema(value_type = Option<Vec<String>>, example = json!(["WORKSHOP"]))]
    pub events: Scope,
    /// May not log in.
    pub disabled: bool,
    /// Has been invited and has not set a password yet.
    pub invited: bool,
    /// Has a second step.
    pub two_step: bool,
    /// How many recovery codes are left.
    pub recovery_codes: usize,
    /// How many codes of the recovery sheet are left.
    pub sheet_codes: usize,
    /// Is told by mail how a run ended that the member started.
    pub run_notices: bool,
    /// Which columns of lists of participants the member looks at, as pages name them; none: the usual ones.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub people_columns: Vec<String>,
    /// In which language an invitation is written to the member, if that was said: `en` or `de`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// When the account was made.
    #[schema(value_type = String, format = DateTime)]
    pub created: Timestamp,
    /// When the member last logged in.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_login: Option<Timestamp>,
    /// Grows with every change.
    pub revision: u64,
}

/// What is kept of a member.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct StaffRecord {
    pub(super) id: String,
    pub(super) email: String,
    pub(super) name: String,
    pub(super) roles: BTreeSet<Role>,
    /// To which events the membership is limited. Members of earlier versions are not.
    #[serde(default, skip_serializing_if = "unlimited")]
    pub(super) events: Scope,
    pub(super) disabled: bool,
    /// PHC string.
    pub(super) password: Option<String>,
    /// Sessions of another epoch have ended.
    pub(super) epoch: u64,
    pub(super) two_step: Option<TwoStep>,
    pub(super) offered: Option<Offered>,
    pub(super) link: Option<Link>,
    /// The link that they asked for themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) asked: Option<Link>,
    /// SHA-256 of the codes of the recovery sheet that are left.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) sheet: Vec<String>,
    /// Whether they are told how their runs ended.
    #[serde(default = "yes", skip_serializing_if = "Clone::clone")]
    pub(super) run_notices: bool,
    /// The columns of lists that they look at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) people_columns: Vec<String>,
    /// In which language they are invited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) language: Option<String>,
    pub(super) created: Timestamp,
    pub(super) last_login: Option<Timestamp>,
}

fn yes() -> bool {
    true
}

fn unlimited(scope: &Scope) -> bool {
    !scope.is_limited()
}

/// A link to set a password with: of an invitation or a reset.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Link {
    /// SHA-256 of its token.
    pub(super) hash: String,
    pub(super) expires: Timestamp,
}

/// A record as it was read.
pub(super) struct Held {
    pub(super) record: StaffRecord,
    pub(super) revision: u64,
}

impl StaffRecord {
    /// Makes the record of a new member, with a new id.
    pub(super) fn make(email: String, name: String, roles: BTreeSet<Role>, now: Timestamp) -> Result<Self> {
        Ok(Self {
            id: random_text::<10>()?.to_string(),
            email,
            name,
            roles,
            events: Scope::default(),
            disabled: false,
            password: None,
            epoch: 1,
            two_step: None,
            offered: None,
            link: None,
            asked: None,
            sheet: Vec::new(),
            run_notices: true,
            people_columns: Vec::new(),
            language: None,
            created: now,
            last_login: None,
        })
    }

    pub(super) fn permissions(&self) -> Permissions {
        self.events.bound(permissions(&self.roles))
    }

    /// Refuses a limit that cannot be.
    pub(super) fn check_scope(&self) -> Result<()> {
        match self.events.events() {
            Some(_) if self.roles.contains(&Role::Owner) => Err(AccountsError::OwnerLimited),
            Some(events) if events.len() > SCOPE_EVENTS => Err(AccountsError::TooManyEvents),
            _ => Ok(()),
        }
    }

    /// Says whether this is an owner who can log in.
    fn rules(&self) -> bool {
        self.roles.contains(&Role::Owner) && !self.disabled && self.password.is_some()
    }

    pub(super) fn view(&self, revision: u64) -> Staff {
        Staff {
            id: self.id.clone(),
            email: self.email.clone(),
            name: self.name.clone(),
            roles: self.roles.clone(),
            events: self.events.clone(),
            disabled: self.disabled,
            invited: self.password.is_none(),
            two_step: self.two_step.is_some(),
            recovery_codes: self.two_step.as_ref().map_or(0, TwoStep::codes_left),
            sheet_codes: self.sheet.len(),
            run_notices: self.run_notices,
            people_columns: self.people_columns.clone(),
            language: self.language.clone(),
            created: self.created,
            last_login: self.last_login,
            revision,
        }
    }
}

impl Staff {
    /// Returns what they may do, within the events that they are limited to.
    pub fn permissions(&self) -> Permissions {
        self.events.bound(permissions(&self.roles))
    }
}

impl Held {
    pub(super) fn view(&self) -> Staff {
        self.record.view(self.revision)
    }
}

/// Returns a member.
///
/// # Errors
/// [`AccountsError::NotFound`].
pub fn member(store: &dyn Store, id: &str) -> Result<Staff> {
    Ok(held(store, id)?.view())
}

/// Returns the member with an e-mail.
///
/// # Errors
/// [`AccountsError::NotFound`], [`AccountsError::Email`].
pub fn member_of(store: &dyn Store, email: &str) -> Result<Staff> {
    let found = find_email(store, &checked_email(email)?)?;
    Ok(found.ok_or_else(|| AccountsError::NotFound("an account with this e-mail".to_owned()))?.view())
}

/// Returns everybody who can log in and has a permission in all of these events.
///
/// # Errors
/// Those of the store.
pub fn who_may(store: &dyn Store, permission: Permission, events: &BTreeSet<EventCode>) -> Result<Vec<Staff>> {
    let (mut found, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let page = members(store, cursor.as_deref(), PAGE_LIMIT)?;
        let may = |one: &Staff| !one.disabled && !one.invited && one.permissions().contains(&permission);
        found.extend(page.items.into_iter().filter(may).filter(|one| one.events.covers(events.iter())));
        cursor = page.next;
        if cursor.is_none() {
            return Ok(found);
        }
    }
}

/// Lists members by id.
///
/// # Errors
/// Those of the store.
pub fn members(store: &dyn Store, cursor: Option<&str>, limit: usize) -> Result<Page<Staff>> {
    let page = store.documents(Collection::STAFF, "", cursor, limit)?;
    let view = |document: &crate::store::Document| Ok(document.read::<StaffRecord>()?.view(document.revision));
    let items = page.items.iter().map(view).collect::<Result<_, StoreError>>()?;
    Ok(Page { items, next: page.next })
}

/// Reads a member's record.
pub(super) fn held(store: &dyn Store, id: &str) -> Result<Held> {
    find(store, id)?.ok_or_else(|| AccountsError::NotFound(id.chars().take(40).collect()))
}

/// Reads a member's record, if there is one.
pub(super) fn find(store: &dyn Store, id: &str) -> Result<Option<Held>> {
    let document = store.document(Collection::STAFF, id)?;
    Ok(document
        .map(|document| Ok::<_, StoreError>(Held { record: document.read()?, revision: document.revision }))
        .transpose()?)
}

/// Reads the record of the member with this e-mail, if there is one.
pub(super) fn find_email(store: &dyn Store, email: &str) -> Result<Option<Held>> {
    let Some(document) = store.document(Collection::STAFF_EMAILS, &digest(email))? else { return Ok(None) };
    find(store, &document.read::<String>()?)
}

/// Writes a member's record, anew, changed or (`new` is `None`) not at all any more, with everything that hangs on it.
///
/// # Errors
/// [`AccountsError::Conflict`] if the record is not `old` any more, [`AccountsError::EmailTaken`],
/// [`AccountsError::LastOwner`].
pub(super) fn save(
    store: &dyn Store,
    old: Option<&Held>,
    new: Option<&StaffRecord>,
    more: Vec<DocumentWrite>,
    act: Option<&Act>,
) -> Result<u64> {
    let before = old.map(|held| &held.record);
    let expect = old.map_or(Expect::Absent, |held| Expect::Revision(held.revision));
    let mut writes = Vec::new();
    match (before, new) {
        (_, Some(new)) => writes.push(DocumentWrite::put(Collection::STAFF, &new.id, expect, new)),
        (Some(before), None) => writes.push(DocumentWrite::delete(Collection::STAFF, &before.id, expect)),
        (None, None) => (),
    }
    let taken = email_writes(store, before, new, &mut writes)?;
    owner_write(store, before, new, &mut writes)?;
    writes.extend(more);
    match store.write_documents(&writes, act) {
        Err(StoreError::Conflict(key)) if taken.as_ref() == Some(&key) => Err(AccountsError::EmailTaken),
        outcome => Ok(outcome?),
    }
}

/// Moves the e-mail's entry along; returns the key that must not be there yet.
fn email_writes(
    store: &dyn Store,
    before: Option<&StaffRecord>,
    new: Option<&StaffRecord>,
    writes: &mut Vec<DocumentWrite>,
) -> Result<Option<String>> {
    let (from, to) = (before.map(|record| &record.email), new.map(|record| &record.email));
    if from == to {
        return Ok(None);
    }
    if let Some(email) = from {
        writes.push(DocumentWrite::delete(Collection::STAFF_EMAILS, digest(email), Expect::Any));
    }
    let Some(new) = new else { return Ok(None) };
    let key = digest(&new.email);
    if store.document(Collection::STAFF_EMAILS, &key)?.is_some() {
        return Err(AccountsError::EmailTaken);
    }
    writes.push(DocumentWrite::put(Collection::STAFF_EMAILS, &key, Expect::Absent, &new.id));
    Ok(Some(key))
}

/// Keeps the list of owners who can log in. All who change it write one document, so of two at once one is refused.
fn owner_write(
    store: &dyn Store,
    before: Option<&StaffRecord>,
    new: Option<&StaffRecord>,
    writes: &mut Vec<DocumentWrite>,
) -> Result<()> {
    let (ruled, rules) = (before.is_some_and(StaffRecord::rules), new.is_some_and(StaffRecord::rules));
    if ruled == rules {
        return Ok(());
    }
    let document = store.document(Collection::STAFF_OWNERS, OWNERS_KEY)?;
    let expect = document.as_ref().map_or(Expect::Absent, |document| Expect::Revision(document.revision));
    let mut owners: BTreeSet<String> = document.map(|document| document.read()).transpose()?.unwrap_or_default();
    if let Some(record) = before.filter(|_| ruled) {
        owners.remove(&record.id);
    }
    if let Some(record) = new.filter(|_| rules) {
        owners.insert(record.id.clone());
    }
    if owners.is_empty() {
        return Err(AccountsError::LastOwner);
    }
    writes.push(DocumentWrite::put(Collection::STAFF_OWNERS, OWNERS_KEY, expect, &owners));
    Ok(())
}

/// Says whether there is an owner: from the first one on there always is.
pub(super) fn has_owner(store: &dyn Store) -> Result<bool> {
    Ok(store.document(Collection::STAFF_OWNERS, OWNERS_KEY)?.is_some())
}

/// Returns an act on a member by the desk's actor.
pub(super) fn act(desk: &Desk<'_>, action: &str, staff: &str, detail: serde_json::Value) -> Act {
    desk.act(action, format!("staff:{staff}"), detail)
}

/// Returns an act of a member who proved to be it, but has no session yet. From where is kept.
pub(super) fn own_act(desk: &Desk<'_>, action: &str, staff: &str, detail: serde_json::Value) -> Act {
    let actor = Actor::Staff { id: staff.to_owned(), token: None, address: desk.actor.address(), why: None };
    act(&Desk { actor: &actor, ..*desk }, action, staff, detail)
}

/// Returns an e-mail as it is kept.
///
/// # Errors
/// [`AccountsError::Email`].
pub(super) fn checked_email(text: &str) -> Result<String> {
    if text.len() > 2 * EMAIL_BYTES {
        return Err(AccountsError::Email);
    }
    let email: String = text.trim().nfc().collect::<String>().to_lowercase();
    if is_email(&email) { Ok(email) } else { Err(AccountsError::Email) }
}

/// Returns a name as it is kept, or `None` if it cannot be one.
pub(super) fn checked_label(text: &str) -> Option<String> {
    if text.len() > 4 * NAME_CHARS {
        return None;
    }
    let name: String = text.trim().nfc().collect();
    let good = !name.is_empty()
        && name.chars().count() <= NAME_CHARS
        && !name.chars().any(|c| c.is_control() || is_bidi_control(c));
    good.then_some(name)
}
