//! Staff: inviting, changing and removing members; passwords by link or by their owner.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::permission::Role;
use super::scope::Scope;
use super::secret::{Secret, StaffToken, same};
use super::session::carried_over;
use super::staff::{Held, Link, Staff, StaffRecord, act, checked_email, checked_label, find, held, own_act, save};
use super::throttle::{AGAIN, Throttle};
use super::{AccountsError, Result, password, retried, token};
use crate::desk::Desk;
use crate::store::DocumentWrite;

/// How long an invitation, or a link to set a new password, is good.
pub const INVITATION_SECONDS: i64 = 72 * 3_600;
/// Most columns of lists that are kept for a member.
const MOST_COLUMNS: usize = 60;
/// Longest name of one, in bytes.
const COLUMN_BYTES: usize = 200;

/// Who is invited.
#[derive(Debug, Clone)]
pub struct Invitation<'a> {
    /// E-mail.
    pub email: &'a str,
    /// Name.
    pub name: &'a str,
    /// Roles, at least one.
    pub roles: BTreeSet<Role>,
    /// The events that the membership is limited to.
    pub events: Scope,
    /// In which language they are invited, also later, if that is said.
    pub language: Option<&'a str>,
}

/// A change of a member; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// New e-mail.
    pub email: Option<String>,
    /// New name.
    pub name: Option<String>,
    /// New roles.
    pub roles: Option<BTreeSet<Role>>,
    /// The events that the membership is limited to from now on.
    pub events: Option<Scope>,
    /// Whether the member may log in no more.
    pub disabled: Option<bool>,
}

/// Makes a member without a password, and the token of the link to set one with.
///
/// # Errors
/// [`AccountsError::EmailTaken`], and what is wrong with the rest.
pub fn invite(desk: &Desk<'_>, who: &Invitation<'_>) -> Result<(Staff, Secret)> {
    let email = checked_email(who.email)?;
    let name = checked_label(who.name).ok_or(AccountsError::Name)?;
    if who.roles.is_empty() {
        return Err(AccountsError::NoRole);
    }
    let mut record = StaffRecord::make(email, name, who.roles.clone(), desk.now)?;
    record.events = who.events.clone();
    record.language = who.language.map(str::to_owned);
    record.check_scope()?;
    let token = new_link(desk, &mut record)?;
    let mut detail = json!({ "roles": record.roles });
    if record.events.is_limited() {
        detail["events"] = json!(record.events);
    }
    let act = act(desk, "staff.invite", &record.id, detail);
    let revision = save(desk.store, None, Some(&record), Vec::new(), Some(&act))?;
    Ok((record.view(revision), token))
}

/// Says whether a member is told by mail how the runs ended that they start.
///
/// # Errors
/// [`AccountsError::NotFound`].
pub fn set_run_notices(desk: &Desk<'_>, id: &str, run_notices: bool) -> Result<Staff> {
    retried(|| {
        let old = held(desk.store, id)?;
        if old.record.run_notices == run_notices {
            return Ok(old.view());
        }
        let new = StaffRecord { run_notices, ..old.record.clone() };
        let act = act(desk, "staff.notices", id, json!({ "runs": run_notices }));
        let revision = save(desk.store, Some(&old), Some(&new), Vec::new(), Some(&act))?;
        Ok(new.view(revision))
    })
}

/// Keeps which columns of lists a member looks at: what is more than can be, is left out. It is no act: nobody else is concerned.
///
/// # Errors
/// [`AccountsError::NotFound`].
pub fn set_people_columns(desk: &Desk<'_>, id: &str, columns: &[String]) -> Result<Staff> {
    let fits =
        |column: &&String| !column.is_empty() && column.len() <= COLUMN_BYTES && !column.contains(char::is_control);
    let people_columns: Vec<String> = columns.iter().filter(fits).take(MOST_COLUMNS).cloned().collect();
    retried(|| {
        let old = held(desk.store, id)?;
        if old.record.people_columns == people_columns {
            return Ok(old.view());
        }
        let new = StaffRecord { people_columns: people_columns.clone(), ..old.record.clone() };
        let revision = save(desk.store, Some(&old), Some(&new), Vec::new(), None)?;
        Ok(new.view(revision))
    })
}

/// Makes a new token of a link to set a password with. Whoever has the account now has it no more: sessions, API tokens,
/// older links and the recovery sheet end. The password is good until the new one is set.
///
/// # Errors
/// [`AccountsError::NotFound`].
pub fn reset_link(desk: &Desk<'_>, id: &str) -> Result<Secret> {
    retried(|| {
        let old = held(desk.store, id)?;
        let mut new = old.record.clone();
        let token = new_link(desk, &mut new)?;
        // Whoever has the account may have asked for a link and printed a sheet.
        (new.asked, new.sheet) = (None, Vec::new());
        let ended = shut_out(desk, &mut new)?;
        let act = act(desk, "staff.link", id, ended.told(json!({})));
        save(desk.store, Some(&old), Some(&new), ended.writes, Some(&act))?;
        Ok(token)
    })
}

/// What ends with all that let somebody in.
pub(super) struct Ended {
    pub(super) writes: Vec<DocumentWrite>,
    tokens: usize,
}

impl Ended {
    /// Adds how many API tokens ended to what the audit log says.
    pub(super) fn told(&self, mut detail: Value) -> Value {
        if self.tokens > 0 {
            detail["tokens_ended"] = self.tokens.into();
        }
        detail
    }
}

/// Ends what lets somebody in besides the password: sessions and second steps by the epoch, and API tokens. Event streams
/// end with what they were opened by. The record must have been read before: whoever makes a token writes it too.
pub(super) fn shut_out(desk: &Desk<'_>, record: &mut StaffRecord) -> Result<Ended> {
    record.epoch += 1;
    let writes = token::deletions(desk.store, &record.id)?;
    Ok(Ended { tokens: writes.len(), writes })
}

fn new_link(desk: &Desk<'_>, record: &mut StaffRecord) -> Result<Secret> {
    let (token, made) = StaffToken::make(&record.id)?;
    record.link = Some(Link { hash: made.hash, expires: desk.now.plus_seconds(INVITATION_SECONDS) });
    Ok(token)
}

/// Sets a password with a link's token, once. All sessions and API tokens of the member end. The second step, if there is
/// one, stays.
///
/// # Errors
/// [`AccountsError::Link`], [`AccountsError::Password`].
pub fn accept_link(desk: &Desk<'_>, token: &Secret, password: &Secret) -> Result<Staff> {
    let token = StaffToken::read(token.expose()).ok_or(AccountsError::Link)?;
    let email = linked(desk, &token)?.record.email;
    password::check(password, &email)?;
    let phc = password::hash(password)?;
    retried(|| {
        let old = linked(desk, &token)?;
        let mut new = old.record.clone();
        (new.password, new.link, new.asked) = (Some(phc.clone()), None, None);
        let ended = shut_out(desk, &mut new)?;
        let act = own_act(desk, "staff.password", &new.id, ended.told(json!({ "by": "link" })));
        let revision = save(desk.store, Some(&old), Some(&new), ended.writes, Some(&act))?;
        Ok(new.view(revision))
    })
}

/// Returns the member whose link it is.
fn linked(desk: &Desk<'_>, token: &StaffToken) -> Result<Held> {
    let good = |link: &Link| same(&link.hash, &token.hash) && desk.now < link.expires;
    let held = find(desk.store, &token.staff)?.ok_or(AccountsError::Link)?;
    let open = !held.record.disabled && [&held.record.link, &held.record.asked].into_iter().flatten().any(good);
    if open { Ok(held) } else { Err(AccountsError::Link) }
}

/// Changes a member, provided that it still has the revision that the caller has seen, if that is given. Who is disabled
/// is logged out, and API tokens end. A link ends with the address that it was sent to.
///
/// # Errors
/// [`AccountsError::LastOwner`], [`AccountsError::Conflict`], [`AccountsError::NotFound`], and what is wrong with the change.
pub fn update(desk: &Desk<'_>, id: &str, seen: Option<u64>, change: &Change) -> Result<Staff> {
    let email = change.email.as_deref().map(checked_email).transpose()?;
    let name = change.name.as_deref().map(|name| checked_label(name).ok_or(AccountsError::Name)).transpose()?;
    if change.roles.as_ref().is_some_and(BTreeSet::is_empty) {
        return Err(AccountsError::NoRole);
    }
    retried(|| {
        let old = held(desk.store, id)?;
        if seen.is_some_and(|seen| seen != old.revision) {
            return Err(AccountsError::Conflict);
        }
        let mut new = old.record.clone();
        new.email = email.clone().unwrap_or(new.email);
        new.name = name.clone().unwrap_or(new.name);
        new.roles = change.roles.clone().unwrap_or(new.roles);
        new.events = change.events.clone().unwrap_or(new.events);
        new.disabled = change.disabled.unwrap_or(new.disabled);
        new.check_scope()?;
        let detail = difference(&old.record, &new);
        if detail.is_empty() {
            return Ok(old.view());
        }
        if new.disabled || new.email != old.record.email {
            (new.link, new.asked) = (None, None);
        }
        let ended = match new.disabled && !old.record.disabled {
            true => shut_out(desk, &mut new)?,
            false => Ended { writes: Vec::new(), tokens: 0 },
        };
        let act = act(desk, "staff.update", id, ended.told(Value::Object(detail)));
        let revision = save(desk.store, Some(&old), Some(&new), ended.writes, Some(&act))?;
        Ok(new.view(revision))
    })
}

/// Returns what changed, before and after; of e-mail and name only that they did.
fn difference(old: &StaffRecord, new: &StaffRecord) -> Map<String, Value> {
    let mut detail = Map::new();
    if old.roles != new.roles {
        detail.insert("roles".to_owned(), json!({ "before": old.roles, "after": new.roles }));
    }
    if old.events != new.events {
        detail.insert("events".to_owned(), json!({ "before": old.events, "after": new.events }));
    }
    if old.disabled != new.disabled {
        detail.insert("disabled".to_owned(), json!({ "before": old.disabled, "after": new.disabled }));
    }
    for (field, changed) in [("email", old.email != new.email), ("name", old.name != new.name)] {
        if changed {
            detail.insert(field.to_owned(), "changed".into());
        }
    }
    detail
}

/// Removes a member, with sessions and API tokens. The audit log keeps the id.
///
/// # Errors
/// [`AccountsError::LastOwner`], [`AccountsError::NotFound`], [`AccountsError::Conflict`] as for [`update`].
pub fn remove(desk: &Desk<'_>, id: &str, seen: Option<u64>) -> Result<()> {
    retried(|| {
        let old = held(desk.store, id)?;
        if seen.is_some_and(|seen| seen != old.revision) {
            return Err(AccountsError::Conflict);
        }
        let act = act(desk, "staff.remove", id, json!({ "roles": old.record.roles }));
        save(desk.store, Some(&old), None, token::deletions(desk.store, id)?, Some(&act))?;
        Ok(())
    })
}

/// Changes one's own password. All API tokens and all other sessions end; the one given goes on.
///
/// # Errors
/// [`AccountsError::SignIn`] if the current one is wrong, [`AccountsError::Throttled`], [`AccountsError::Password`].
pub fn change_password(
    desk: &Desk<'_>,
    throttle: &Throttle,
    (staff, session): (&str, &str),
    current: &Secret,
    new: &Secret,
) -> Result<()> {
    let proved = prove(desk, throttle, staff, current)?;
    password::check(new, &proved.record.email)?;
    let phc = password::hash(new)?;
    retried(|| {
        let old = still_proved(desk, &proved)?;
        let mut new = old.record.clone();
        (new.password, new.link, new.asked) = (Some(phc.clone()), None, None);
        // Whoever knew the old password may have printed a sheet.
        new.sheet.clear();
        let mut ended = shut_out(desk, &mut new)?;
        ended.writes.extend(carried_over(desk.store, staff, session, new.epoch)?);
        let act = act(desk, "staff.password", staff, ended.told(json!({})));
        save(desk.store, Some(&old), Some(&new), ended.writes, Some(&act))?;
        Ok(())
    })
}

/// Reads a member again, provided that the password still is the one that was proved.
pub(super) fn still_proved(desk: &Desk<'_>, proved: &Held) -> Result<Held> {
    let held = held(desk.store, &proved.record.id)?;
    if held.record.password == proved.record.password { Ok(held) } else { Err(AccountsError::SignIn) }
}

/// Checks the password of somebody who is logged in already, before what a thief of the session must not do.
pub(super) fn prove(desk: &Desk<'_>, throttle: &Throttle, staff: &str, current: &Secret) -> Result<Held> {
    let lanes = [(AGAIN, staff)];
    throttle.admit(&lanes, desk.now)?;
    let held = held(desk.store, staff)?;
    if !password::verify(current, held.record.password.as_deref()) {
        return Err(AccountsError::SignIn);
    }
    throttle.succeed(&lanes);
    Ok(held)
}

/// Changes how somebody logs in, provided that the password still is the one that was proved. Other sessions end.
pub(super) fn change_own(
    desk: &Desk<'_>,
    proved: &Held,
    session: &str,
    action: &str,
    change: impl Fn(&mut StaffRecord) -> Result<()>,
) -> Result<()> {
    retried(|| {
        let old = still_proved(desk, proved)?;
        let mut new = old.record.clone();
        change(&mut new)?;
        new.epoch += 1;
        let kept = carried_over(desk.store, &new.id, session, new.epoch)?;
        let act = act(desk, action, &new.id, json!({}));
        save(desk.store, Some(&old), Some(&new), Vec::from_iter(kept), Some(&act))?;
        Ok(())
    })
}
