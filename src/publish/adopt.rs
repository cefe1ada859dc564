//! After a store was rebuilt from a dump: goes on from the site as it was published last. What the site says was revoked or
//! superseded since the dump is taken over, for it is signed by us and verifiers know of it.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::json;

use super::{Known, LastPublished, PublishError, site};
use crate::credential::{CertificateNumber, StatusEntry, Timestamp, limits};
use crate::desk::Actor;
use crate::keys::{KeyManifest, KeyState, short_id};
use crate::making::STATUS_SECRET;
use crate::proof::jws::Jws;
use crate::status::{LIST_ENTRIES, Permutation, Reason, ReasonCode, Snapshot, StatusList, list_digest};
use crate::store::{Act, CertificateChange, CertificateState, Store, Stray};

/// Records asked of the store, or written, in one step.
const PAGE: usize = 500;

/// What was taken over from a site.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Adopted {
    /// The snapshot's version.
    pub version: u64,
    /// Certificates of the store that the site says are revoked or superseded.
    pub revoked: Vec<CertificateNumber>,
    /// How many more it says so of, which the store does not know.
    pub strays: usize,
}

/// Takes over the site's version, and what it says was revoked or superseded, so that the next publication can go on from it.
/// Doing it again is no work.
///
/// # Errors
/// [`PublishError::NoSite`], [`PublishError::NotOurs`] unless our own keys signed what is there; otherwise as [`super::publish`].
pub fn adopt(
    store: &dyn Store,
    manifest: &KeyManifest,
    actor: &Actor,
    now: Timestamp,
    site: &Path,
) -> Result<Adopted, PublishError> {
    let path = site.join(site::TRUST);
    let missing = || PublishError::NoSite { path: path.clone() };
    // Asked first: opening makes the folder.
    if !path.exists() {
        return Err(missing());
    }
    let site = site::Site::open(site)?;
    let (there, jws) = site.signed_snapshot()?.ok_or_else(missing)?;
    if there.issuer != manifest.issuer {
        return Err(PublishError::OtherIssuer { path, found: there.issuer, wanted: manifest.issuer.clone() });
    }
    if !is_ours(&jws, manifest) {
        return Err(PublishError::NotOurs { path });
    }
    let act = |action: &str, detail| Act {
        actor: actor.to_string(),
        at: now,
        action: action.to_owned(),
        subject: manifest.issuer.clone(),
        detail,
    };
    let lost = lost(store, &there, &path)?;
    let (revoked, rest) = revoke_known(store, lost, &act)?;
    let strays = rest.len();
    keep_strays(store, rest, &act)?;

    let known = Known::read(store)?;
    let version = known.last.as_ref().map_or(0, |last| last.version).max(there.version);
    let record = LastPublished {
        version,
        issued: there.issued,
        covers: there.issued,
        next_update: Some(there.next_update),
        lists: None,
        through: None,
        pages_left: false,
    };
    let detail = json!({ "version": version, "revoked": revoked.len(), "strays": strays });
    store.write_documents(&[known.replaced(&record)], Some(&act("site.adopt", detail)))?;
    Ok(Adopted { version, revoked, strays })
}

/// Says whether a key of ours that nobody stole signed a document.
fn is_ours(jws: &Jws, manifest: &KeyManifest) -> bool {
    let id = short_id(&jws.kid, &manifest.issuer);
    let key = manifest.keys.iter().find(|key| Some(key.id.as_str()) == id);
    let usable = key.filter(|key| !matches!(key.state, KeyState::Compromised { .. }));
    usable.and_then(|key| key.point().ok()).is_some_and(|point| jws.verifies(&point))
}

/// Entries by list and index, with what the site says of them.
type Lost = BTreeMap<(u32, u32), Reason>;

/// Returns the entries that are set in the site's lists and not in the store.
fn lost(store: &dyn Store, there: &Snapshot, path: &Path) -> Result<Lost, PublishError> {
    let foreign = |problem: String| PublishError::Foreign { path: path.to_owned(), problem };
    let mut lost = Lost::new();
    for list in &there.status_lists {
        let number = list.id.rsplit('/').next().and_then(|text| text.parse().ok());
        let number = number.ok_or_else(|| foreign(format!("`{}` is no list of ours", list.id)))?;
        // The snapshot is signed, and names its lists by their digests.
        if list_digest(&list.credential) != list.digest {
            return Err(foreign(format!("`{}` does not match its digest", list.id)));
        }
        let jws = Jws::parse(&list.credential, limits::SNAPSHOT_BYTES).map_err(|e| foreign(e.to_string()))?;
        let bits = StatusList::from_payload(&jws.payload).map_err(|e| foreign(e.to_string()))?;
        let reasons = there.reasons.get(&list.id);
        let unknown = Reason { code: ReasonCode::Revoked, at: there.issued, text: None };
        let reason = |index: u32| reasons.and_then(|all| all.get(&index.to_string())).unwrap_or(&unknown).clone();
        let set = (0..LIST_ENTRIES).filter(|index| bits.is_set(u64::from(*index)) == Ok(true));
        lost.extend(set.map(|index| ((number, index), reason(index))));
        forget_known(store, number, &mut lost)?;
    }
    Ok(lost)
}

fn forget_known(store: &dyn Store, list: u32, lost: &mut Lost) -> Result<(), PublishError> {
    let mut cursor = None::<String>;
    loop {
        let page = store.set_entries(list, cursor.as_deref(), PAGE)?;
        page.items.iter().for_each(|(index, _)| drop(lost.remove(&(list, *index))));
        cursor = page.next;
        if cursor.is_none() {
            return Ok(());
        }
    }
}

/// Revokes those that the store knows, and returns them and the rest. One that the site says is superseded has a next version
/// that the store does not know: it is not in force any more, for that reason.
fn revoke_known(
    store: &dyn Store,
    mut lost: Lost,
    act: &dyn Fn(&str, serde_json::Value) -> Act,
) -> Result<(Vec<CertificateNumber>, Lost), PublishError> {
    let (mut revoked, mut cursor) = (Vec::new(), None::<String>);
    while !lost.is_empty() {
        let page = store.certificates(None, cursor.as_deref(), PAGE)?;
        let active = page.items.into_iter().filter(|certificate| certificate.state == CertificateState::Active);
        let changes: Vec<_> = active
            .filter_map(|old| {
                let reason = lost.remove(&(old.status.list, old.status.index))?;
                revoked.push(old.number.clone());
                Some(CertificateChange::Revoke { old, reason, withdrawal: None })
            })
            .collect();
        if !changes.is_empty() {
            let numbers = &revoked[revoked.len() - changes.len()..];
            store.change_certificates(&changes, &[], &act("certificate.revoke", json!({ "adopted": numbers })))?;
        }
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    Ok((revoked, lost))
}

/// Keeps the rest as revocations of certificates that are not in the store.
fn keep_strays(
    store: &dyn Store,
    lost: Lost,
    act: &dyn Fn(&str, serde_json::Value) -> Act,
) -> Result<(), PublishError> {
    if lost.is_empty() {
        return Ok(());
    }
    let secret = store.setting(STATUS_SECRET)?.and_then(|bytes| bytes.try_into().ok());
    let secret: [u8; 32] = secret.ok_or(PublishError::NoSecret)?;
    let stray = |((list, index), reason)| {
        let position = Permutation::new(&secret, list).position(index);
        Stray { seen: None, status: StatusEntry { list, index }, position, reason, withdrawal: None }
    };
    let strays: Vec<Stray> = lost.into_iter().map(stray).collect();
    for some in strays.chunks(PAGE) {
        let changes: Vec<_> = some.iter().map(|stray| (None, Some(stray))).collect();
        store.change_strays(&changes, &[], &act("certificate.revoke", json!({ "adoptedStrays": some.len() })))?;
    }
    Ok(())
}
