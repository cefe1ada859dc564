//! A learning profile: certificates that a holder chose to show together, on one page with an address that nobody can guess.
//!
//! A certificate stands on one such page at most, and whose the certificates are may change the page: it belongs to no mailbox. What
//! is hidden or erased is not on it, whatever was chosen.

use std::collections::BTreeSet;

use data_encoding::BASE32_NOPAD;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::show::{Public, public_of};
use crate::acts::erase::{Gone, Unerased};
use crate::acts::{ActError, printed};
use crate::credential::{CertificateNumber, Timestamp};
use crate::desk::{Actor, Desk};
use crate::store::{Collection, DocumentWrite, Expect, Store, StoreError};

/// Most certificates on a page.
const MOST: usize = 200;
/// Longest title, in characters.
const TITLE: usize = 120;
/// Characters of an id: 128 bits in base32.
const ID_CHARS: usize = 26;
/// How often a write is begun again because somebody was erased or wrote meanwhile.
const TRIES: usize = 20;

/// What a holder chose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// What the page's address ends with.
    pub id: String,
    /// A title of their own.
    pub title: Option<String>,
    /// The certificates.
    pub numbers: Vec<CertificateNumber>,
}

/// How it is kept.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    numbers: Vec<CertificateNumber>,
    by: Actor,
    at: Timestamp,
}

/// On which page a certificate is.
#[derive(Debug, Serialize, Deserialize)]
struct On {
    profile: String,
}

/// Returns the page that some of these certificates are on.
///
/// # Errors
/// When the store fails.
pub fn profile_of(store: &dyn Store, mine: &[CertificateNumber]) -> Result<Option<Profile>, StoreError> {
    for number in mine {
        let Some(id) = on(store, number)? else { continue };
        if let Some(document) = store.document(Collection::PROFILES, &id)? {
            let Kept { title, numbers, .. } = document.read()?;
            return Ok(Some(Profile { id, title, numbers }));
        }
    }
    Ok(None)
}

/// Puts the chosen ones of somebody's certificates on their page, which is made if there is none; without any it is taken away.
/// Returns what its address ends with.
///
/// # Errors
/// When one that is chosen is not theirs, the title is not a good one, or others write at the same time again and again.
pub fn set_profile(
    desk: &Desk,
    mine: &[CertificateNumber],
    chosen: &[CertificateNumber],
    title: &str,
) -> Result<Option<String>, ActError> {
    let title = printed("title", title, false)?;
    if title.as_ref().is_some_and(|title| title.chars().count() > TITLE) {
        return Err(ActError::invalid("title", format!("is longer than {TITLE} characters")));
    }
    if chosen.len() > MOST {
        return Err(ActError::invalid("certificates", format!("are more than {MOST}")));
    }
    if let Some(other) = chosen.iter().find(|number| !mine.contains(number)) {
        return Err(StoreError::NotFound(other.to_string()).into());
    }
    let mut tries = 0;
    loop {
        tries += 1;
        match write(desk, mine, chosen, title.as_deref()) {
            Err(ActError::Store(StoreError::Conflict(_))) if tries < TRIES => {}
            done => return done,
        }
    }
}

fn write(
    desk: &Desk,
    mine: &[CertificateNumber],
    chosen: &[CertificateNumber],
    title: Option<&str>,
) -> Result<Option<String>, ActError> {
    let unerased = Unerased::anywhere(desk.store)?;
    let known = profile_of(desk.store, mine)?;
    if known.is_none() && chosen.is_empty() {
        return Ok(None);
    }
    let id = known.map_or_else(fresh, |profile| Ok(profile.id))?;
    let mut writes = vec![unerased.still()];
    for number in mine {
        let document = desk.store.document(Collection::PROFILED, &key(number))?;
        let expect = document.as_ref().map_or(Expect::Absent, |document| Expect::Revision(document.revision));
        if chosen.contains(number) {
            let on = On { profile: id.clone() };
            writes.push(DocumentWrite::put(Collection::PROFILED, key(number), expect, &on));
        } else if document.is_some() {
            writes.push(DocumentWrite::delete(Collection::PROFILED, key(number), expect));
        }
    }
    let kept = Kept { title: title.map(str::to_owned), numbers: chosen.to_vec(), by: desk.actor.who(), at: desk.now };
    writes.push(match chosen {
        [] => DocumentWrite::delete(Collection::PROFILES, &id, Expect::Any),
        _ => DocumentWrite::put(Collection::PROFILES, &id, Expect::Any, &kept),
    });
    let action = if chosen.is_empty() { "profile.hide" } else { "profile.show" };
    let subject = chosen.first().or(mine.first()).map_or_else(String::new, CertificateNumber::to_string);
    let act = desk.act(action, subject, json!({ "certificates": chosen.len() }));
    desk.store.write_documents(&writes, Some(&act))?;
    Ok((!chosen.is_empty()).then_some(id))
}

/// A page as it is seen: its title, and what stands on it.
type Seen = (Option<String>, Vec<Public>);

/// Returns a page by what its address ends with: its title, and what of it is to be seen. Nothing if that is nothing.
///
/// # Errors
/// When the store fails.
pub fn profile(store: &dyn Store, id: &str) -> Result<Option<Seen>, StoreError> {
    if id.len() != ID_CHARS || !id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()) {
        return Ok(None);
    }
    let Some(document) = store.document(Collection::PROFILES, id)? else { return Ok(None) };
    let Kept { title, numbers, .. } = document.read()?;
    let mut seen = Vec::new();
    for number in numbers {
        if on(store, &number)?.as_deref() == Some(id) {
            seen.extend(public_of(store, &number)?);
        }
    }
    Ok((!seen.is_empty()).then_some((title, seen)))
}

/// Returns the writes that take away the page on which somebody's certificate is: its title may name them.
pub(in crate::acts) fn forgetting_profile(store: &dyn Store, gone: &Gone) -> Result<Vec<DocumentWrite>, StoreError> {
    let (mut writes, mut seen) = (Vec::new(), BTreeSet::new());
    for number in gone.numbers() {
        let Some(document) = store.document(Collection::PROFILED, &key(number))? else { continue };
        let id = document.read::<On>()?.profile;
        // All that stands on one page goes with the first of them.
        if !seen.insert(id.clone()) {
            continue;
        }
        writes.push(DocumentWrite::delete(Collection::PROFILED, document.key, Expect::Revision(document.revision)));
        writes.extend(without_page(store, number, &id)?);
    }
    Ok(writes)
}

/// Returns the writes that take a page away, and what says of the others on it that they are.
fn without_page(store: &dyn Store, number: &CertificateNumber, id: &str) -> Result<Vec<DocumentWrite>, StoreError> {
    let Some(profile) = store.document(Collection::PROFILES, id)? else { return Ok(Vec::new()) };
    let mut writes = Vec::new();
    for other in profile.read::<Kept>()?.numbers.iter().filter(|other| *other != number) {
        let Some(document) = store.document(Collection::PROFILED, &key(other))? else { continue };
        if document.read::<On>()?.profile == id {
            let expect = Expect::Revision(document.revision);
            writes.push(DocumentWrite::delete(Collection::PROFILED, document.key, expect));
        }
    }
    writes.push(DocumentWrite::delete(Collection::PROFILES, id, Expect::Revision(profile.revision)));
    Ok(writes)
}

fn on(store: &dyn Store, number: &CertificateNumber) -> Result<Option<String>, StoreError> {
    let document = store.document(Collection::PROFILED, &key(number))?;
    Ok(document.map(|document| document.read::<On>()).transpose()?.map(|on| on.profile))
}

fn key(number: &CertificateNumber) -> String {
    format!("{}/{number}", number.event())
}

fn fresh() -> Result<String, ActError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| StoreError::Io(std::io::Error::other(error.to_string())))?;
    Ok(BASE32_NOPAD.encode(&bytes).to_ascii_lowercase())
}
