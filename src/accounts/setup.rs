//! The first start: a link, printed once where the operator sees it, makes the first owner.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::password;
use super::permission::Role;
use super::recovery::print_sheet;
use super::secret::{Secret, digest, random_text, same};
use super::staff::{Staff, StaffRecord, checked_email, checked_label, has_owner, own_act, save};
use super::{AccountsError, Result};
use crate::credential::Timestamp;
use crate::desk::Desk;
use crate::store::{Collection, DocumentWrite, Expect};

/// How long a set-up link is good.
pub const SETUP_SECONDS: i64 = 24 * 3_600;
const SETUP_KEY: &str = "setup";

#[derive(Serialize, Deserialize)]
struct Pending {
    hash: String,
    expires: Timestamp,
}

/// What the first owner gives.
#[derive(Debug)]
pub struct SetUp<'a> {
    /// E-mail.
    pub email: &'a str,
    /// Name.
    pub name: &'a str,
    /// Password.
    pub password: &'a Secret,
}

/// Makes a new token for the set-up link, unless there is an owner already. Older ones are good no more.
///
/// # Errors
/// Those of the store; [`AccountsError::Random`].
pub fn setup_link(desk: &Desk<'_>) -> Result<Option<Secret>> {
    if has_owner(desk.store)? {
        return Ok(None);
    }
    let token = Secret::from(random_text::<32>()?.to_string());
    let pending = Pending { hash: digest(token.expose()), expires: desk.now.plus_seconds(SETUP_SECONDS) };
    let write = DocumentWrite::put(Collection::STAFF_SETUP, SETUP_KEY, Expect::Any, &pending);
    desk.store.write_documents(&[write], None)?;
    Ok(Some(token))
}

/// Checks what is said of a first owner, before anything is made.
///
/// # Errors
/// What is wrong with e-mail, name or password.
pub fn check_owner(who: &SetUp<'_>) -> Result<()> {
    let email = checked_email(who.email)?;
    checked_label(who.name).ok_or(AccountsError::Name)?;
    Ok(password::check(who.password, &email)?)
}

/// Makes the first owner, and the codes of the recovery sheet, which are shown this once. Happens once, whoever else tries at the same
/// time.
///
/// # Errors
/// [`AccountsError::Link`], [`AccountsError::SetUpDone`], and what is wrong with e-mail, name or password.
pub fn set_up(desk: &Desk<'_>, token: &Secret, who: &SetUp<'_>) -> Result<(Staff, Vec<Secret>)> {
    if has_owner(desk.store)? {
        return Err(AccountsError::SetUpDone);
    }
    let document = desk.store.document(Collection::STAFF_SETUP, SETUP_KEY)?.ok_or(AccountsError::Link)?;
    let pending: Pending = document.read()?;
    if !same(&pending.hash, &digest(token.expose())) || pending.expires <= desk.now {
        return Err(AccountsError::Link);
    }
    let email = checked_email(who.email)?;
    let name = checked_label(who.name).ok_or(AccountsError::Name)?;
    password::check(who.password, &email)?;
    let mut owner = StaffRecord::make(email, name, BTreeSet::from([Role::Owner]), desk.now)?;
    owner.password = Some(password::hash(who.password)?);
    let codes = print_sheet(&mut owner)?;

    let used = DocumentWrite::delete(Collection::STAFF_SETUP, SETUP_KEY, Expect::Revision(document.revision));
    let act = own_act(desk, "staff.set_up", &owner.id, json!({ "roles": owner.roles }));
    match save(desk.store, None, Some(&owner), vec![used], Some(&act)) {
        Ok(revision) => Ok((owner.view(revision), codes)),
        Err(AccountsError::Conflict | AccountsError::EmailTaken) if has_owner(desk.store)? => {
            Err(AccountsError::SetUpDone)
        }
        Err(AccountsError::Conflict) => Err(AccountsError::Link),
        Err(other) => Err(other),
    }
}
