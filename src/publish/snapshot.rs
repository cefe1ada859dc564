//! What a publication says: the trust snapshot and the status lists, from the store's records.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{LastPublished, LeftOut, ProvenIssuer, PublishError, Records, Request, TTL_SECONDS, waiting};
use crate::credential::Timestamp;
use crate::keys::{KeyState, RootStatement};
use crate::proof::data_integrity;
use crate::proof::eddsa::PublicKey;
use crate::status::{
    IssuedSet, LIST_ENTRIES, ListInSnapshot, Reason, Snapshot, StatusList, VerifiedSnapshot, list_digest,
};
use crate::store::{Page, Store, StoreError};

/// Records asked of the store at a time.
const PAGE: usize = 4_096;
/// A list with more reserved positions than this makes us publish the next, still empty one as well, so that what is
/// issued until the next publication is covered.
const NEARLY_FULL: u32 = LIST_ENTRIES / 4 * 3;

/// What goes into the site's files.
pub(super) struct Contents {
    pub(super) snapshot: Snapshot,
    pub(super) lists: Vec<List>,
    /// Credentials revoked or superseded.
    pub(super) set: usize,
    /// Every revocation up to this instant is in it, but for those left out.
    pub(super) covers: Timestamp,
    /// Revocations that can still be undone.
    pub(super) left_out: Option<LeftOut>,
}

/// Which revocations go into a snapshot.
pub(super) enum Hold<'a> {
    /// All.
    All,
    /// Those that are due, and those that the last publication held.
    Due(Option<&'a LastPublished>),
}

/// One status list in both of its forms.
pub(super) struct List {
    pub(super) number: u32,
    id: String,
    /// Secured as JWS.
    pub(super) jws: String,
    /// Secured by an embedded proof.
    pub(super) document: Value,
    reasons: BTreeMap<u32, Reason>,
}

/// Reads the revocations and issued sets out of the store and signs the lists.
pub(super) fn gather(
    store: &dyn Store,
    request: &Request,
    issuer: &ProvenIssuer,
    version: u64,
    hold: Hold,
) -> Result<Contents, PublishError> {
    // A snapshot is never fresh for longer than its manifest.
    let next_update = request.now.plus_days(request.validity_days).min(issuer.manifest.expires);
    let numbers = 1..=lists_to_publish(&store.status_lists()?);
    let mut set = numbers.map(|list| Ok((list, reasons(store, list)?))).collect::<Result<Vec<_>, PublishError>>()?;
    let left_out = match hold {
        Hold::All => None,
        Hold::Due(last) => leave_out(store, &mut set, last, request.now)?,
    };
    let lists: Vec<List> = set
        .into_iter()
        .map(|(number, reasons)| list(request, issuer, number, reasons, next_update))
        .collect::<Result<_, _>>()?;
    let dates = lists.iter().flat_map(|list| list.reasons.values()).map(|reason| reason.at);
    let covers = dates.fold(request.now, Timestamp::max);
    let snapshot = Snapshot {
        kind: "TrustSnapshot".to_owned(),
        version,
        issuer: issuer.did.clone(),
        issued: request.now,
        next_update,
        roots: request.roots.clone(),
        manifest: request.manifest.to_owned(),
        status_lists: lists.iter().map(List::in_snapshot).collect(),
        reasons: lists.iter().filter(|list| !list.reasons.is_empty()).map(List::reasons).collect(),
        issued_sets: issued_sets(store, issuer)?,
    };
    Ok(Contents { set: lists.iter().map(|list| list.reasons.len()).sum(), covers, snapshot, lists, left_out })
}

/// Reads the same out of the store, and signs nothing.
pub(super) fn unsigned(
    store: &dyn Store,
    records: &Records,
    issuer: ProvenIssuer,
    root: (RootStatement, PublicKey),
    version: u64,
) -> Result<VerifiedSnapshot, PublishError> {
    let next_update = records.now.plus_days(records.validity_days).min(issuer.manifest.expires);
    let (mut lists, mut why) = (BTreeMap::new(), BTreeMap::new());
    for number in 1..=lists_to_publish(&store.status_lists()?) {
        let reasons = reasons(store, number)?;
        let set: Vec<u32> = reasons.keys().copied().collect();
        let id = format!("https://{}/status/{number}", records.host);
        lists.insert(id.clone(), StatusList::new(id.clone(), issuer.did.clone(), &set, records.now, next_update));
        if !reasons.is_empty() {
            why.insert(id, reasons.into_iter().map(|(index, reason)| (index.to_string(), reason)).collect());
        }
    }
    let sets = issued_sets(store, &issuer)?.into_iter();
    Ok(VerifiedSnapshot {
        version,
        issuer: issuer.did,
        issued: records.now,
        next_update,
        root,
        roots: records.roots.clone(),
        issued_sets: sets.filter_map(|(id, set)| Some((id, set.digests()?))).collect(),
        manifest: issuer.manifest,
        lists,
        reasons: why,
    })
}

/// Lists count from 1; there is always one.
fn lists_to_publish(reserved: &[u32]) -> u32 {
    let open = u32::try_from(reserved.len()).unwrap_or(u32::MAX).max(1);
    open.saturating_add(u32::from(reserved.last().is_some_and(|last| *last > NEARLY_FULL)))
}

/// What is set in a list, and why.
type Reasons = BTreeMap<u32, Reason>;

fn reasons(store: &dyn Store, list: u32) -> Result<Reasons, StoreError> {
    let mut reasons = BTreeMap::new();
    each_page(|cursor| store.set_entries(list, cursor, PAGE), |items| reasons.extend(items))?;
    Ok(reasons)
}

/// Takes what waits out of the lists, which were read before.
fn leave_out(
    store: &dyn Store,
    lists: &mut [(u32, Reasons)],
    last: Option<&LastPublished>,
    now: Timestamp,
) -> Result<Option<LeftOut>, PublishError> {
    let waiting = waiting::by_list(store, last, now)?;
    let mut all = None;
    for (number, reasons) in lists {
        let Some(waiting) = waiting.get(number) else { continue };
        if let Some(left) = waiting::leave_out(reasons, waiting) {
            all = Some(LeftOut::more(all, left.count, left.until));
        }
    }
    Ok(all)
}

fn list(
    request: &Request,
    issuer: &ProvenIssuer,
    number: u32,
    reasons: Reasons,
    valid_until: Timestamp,
) -> Result<List, PublishError> {
    let set: Vec<u32> = reasons.keys().copied().collect();
    let id = format!("https://{}/status/{number}", request.host);
    let list = StatusList::new(id.clone(), issuer.did.clone(), &set, request.now, valid_until);
    let jws = list.sign(TTL_SECONDS, &issuer.kid(request.key_id), request.key);
    let method = data_integrity::method(&issuer.did, request.key_id);
    let document = data_integrity::add_proof(&list.to_json(TTL_SECONDS), &method, request.now, request.key)
        .map_err(|source| PublishError::List { list: number, source })?;
    Ok(List { number, id, jws, document, reasons })
}

impl List {
    fn in_snapshot(&self) -> ListInSnapshot {
        ListInSnapshot { id: self.id.clone(), digest: list_digest(&self.jws), credential: self.jws.clone() }
    }

    fn reasons(&self) -> (String, BTreeMap<String, Reason>) {
        let by_index = self.reasons.iter().map(|(index, reason)| (index.to_string(), reason.clone()));
        (self.id.clone(), by_index.collect())
    }
}

/// What compromised keys really signed, by short key id.
fn issued_sets(store: &dyn Store, issuer: &ProvenIssuer) -> Result<BTreeMap<String, IssuedSet>, PublishError> {
    let compromised = issuer.manifest.keys.iter().filter(|key| matches!(key.state, KeyState::Compromised { .. }));
    compromised
        .map(|key| {
            let mut digests = Vec::new();
            each_page(|cursor| store.issued_digests(&key.id, cursor, PAGE), |items| digests.extend(items))?;
            Ok((key.id.clone(), IssuedSet::new(digests)))
        })
        .collect()
}

/// Reads a listing to its end.
fn each_page<T>(
    mut read: impl FnMut(Option<&str>) -> Result<Page<T>, StoreError>,
    mut take: impl FnMut(Vec<T>),
) -> Result<(), StoreError> {
    let mut cursor: Option<String> = None;
    loop {
        let page = read(cursor.as_deref())?;
        take(page.items);
        match page.next {
            Some(next) => cursor = Some(next),
            None => return Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_always_room_on_a_published_list() {
        assert_eq!(lists_to_publish(&[]), 1);
        assert_eq!(lists_to_publish(&[5]), 1);
        assert_eq!(lists_to_publish(&[NEARLY_FULL]), 1);
        assert_eq!(lists_to_publish(&[NEARLY_FULL + 1]), 2);
        assert_eq!(lists_to_publish(&[LIST_ENTRIES, 1]), 2);
        assert_eq!(lists_to_publish(&[LIST_ENTRIES, LIST_ENTRIES]), 3);
    }
}
