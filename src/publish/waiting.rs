//! Revocations that wait: until they are due no publication holds them, so that they can be undone without a trace.
//!
//! One rule for both sides ([`LastPublished::holds`]): what a publication left out can be taken back, and what it holds
//! cannot. So verifiers never know of a revocation that the issuer's records have forgotten.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{LastPublished, PublishError, Request};
use crate::credential::Timestamp;
use crate::keys::{KeyManifest, KeyState};
use crate::status::Reason;
use crate::store::{
    Act, Certificate, CertificateChange, CertificateState, Store, StoreError, Stray, Waiting, Withdrawal, waits,
};

/// How long a revocation waits before a publication holds it, unless the configuration says otherwise, in minutes.
pub const UNDO_MINUTES: u16 = 15;
/// Revocations looked at in one step.
const PAGE: usize = 500;
/// How often it is tried again when others change the same certificates.
const TRIES: usize = 10;

/// What a publication left out because it can still be undone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LeftOut {
    /// How many revocations.
    #[schema(example = 2)]
    pub count: u64,
    /// From when on a publication holds all of them.
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
}

impl LastPublished {
    /// Says whether a revocation of that date, due then, is in the published lists.
    pub fn holds(&self, at: Timestamp, due: Option<Timestamp>) -> bool {
        match due {
            None => at <= self.covers,
            Some(due) => due <= self.issued || self.issued < at && at <= self.covers,
        }
    }
}

/// Takes what waits out of a list's reasons, and returns how many those were and when the last of them is due.
pub(super) fn leave_out(reasons: &mut BTreeMap<u32, Reason>, waiting: &BTreeMap<u32, Timestamp>) -> Option<LeftOut> {
    let gone = waiting.iter().filter(|(index, _)| reasons.remove(index).is_some());
    gone.fold(None, |left, (_, due)| Some(LeftOut::more(left, 1, *due)))
}

impl LeftOut {
    /// Counts more of them.
    pub(super) fn more(known: Option<Self>, count: u64, due: Timestamp) -> Self {
        match known {
            None => Self { count, until: due },
            Some(known) => Self { count: known.count + count, until: known.until.max(due) },
        }
    }
}

/// Returns what a publication would leave out now.
///
/// # Errors
/// When the store fails.
pub fn left_out(store: &dyn Store, now: Timestamp) -> Result<Option<LeftOut>, PublishError> {
    let all = waiting(store, now)?.into_values().flat_map(BTreeMap::into_values);
    Ok(all.fold(None, |left, due| Some(LeftOut::more(left, 1, due))))
}

/// Returns the entries that a publication would leave out now, list by list, with when each is due.
///
/// # Errors
/// When the store fails.
pub fn waiting(store: &dyn Store, now: Timestamp) -> Result<BTreeMap<u32, BTreeMap<u32, Timestamp>>, PublishError> {
    by_list(store, super::last(store)?.as_ref(), now)
}

/// Returns the entries of each list whose revocations wait, with when those are due. What the last publication held does not
/// wait again, whatever became of the clock since.
pub(super) fn by_list(
    store: &dyn Store,
    last: Option<&LastPublished>,
    now: Timestamp,
) -> Result<BTreeMap<u32, BTreeMap<u32, Timestamp>>, PublishError> {
    let mut lists = BTreeMap::<u32, BTreeMap<u32, Timestamp>>::new();
    each_group(store, now, |group| {
        for Waiting { status, at, due, .. } in group {
            if waits(at, Some(due), now) && last.is_none_or(|last| !last.holds(at, Some(due))) {
                lists.entry(status.list).or_default().insert(status.index, due);
            }
        }
        Ok(())
    })?;
    Ok(lists)
}

/// Ends the wait of all revocations if that was asked for; else of those of a stolen key's certificates: a thief must not
/// gain a quarter of an hour.
pub(super) fn hasten(store: &dyn Store, request: &Request, manifest: &KeyManifest) -> Result<(), PublishError> {
    for _ in 0..TRIES {
        match hasten_once(store, request, manifest) {
            Err(PublishError::Store(StoreError::Conflict(_))) => {}
            done => return done,
        }
    }
    hasten_once(store, request, manifest)
}

fn hasten_once(store: &dyn Store, request: &Request, manifest: &KeyManifest) -> Result<(), PublishError> {
    let stolen = |key: &str| {
        manifest.keys.iter().any(|known| known.id == key && matches!(known.state, KeyState::Compromised { .. }))
    };
    if !request.at_once && !manifest.keys.iter().any(|key| stolen(&key.id)) {
        return Ok(());
    }
    let why = if request.at_once { "asked for" } else { "key compromised" };
    each_group(store, request.now, |group| {
        let (mut changes, mut numbers, mut strays) = (Vec::new(), Vec::new(), Vec::new());
        for waiting in &group {
            match revocation(store, waiting)? {
                Some(Revocation::Known(old)) if request.at_once || stolen(&old.key) => {
                    numbers.push(old.number.to_string());
                    changes.push(CertificateChange::Hasten { old: *old });
                }
                Some(Revocation::Stray(old))
                    if request.at_once || old.seen.as_ref().is_some_and(|seen| stolen(&seen.key)) =>
                {
                    strays.push((due(&old), old));
                }
                _ => {}
            }
        }
        if !changes.is_empty() {
            store.change_certificates(&changes, &[], &act(request, why, &numbers))?;
        }
        if !strays.is_empty() {
            let named = strays.iter().filter_map(|(_, old)| Some(old.seen.as_ref()?.number.to_string()));
            let act = act(request, why, &named.collect::<Vec<_>>());
            let changes: Vec<_> = strays.iter().map(|(new, old)| (Some(old), Some(new))).collect();
            store.change_strays(&changes, &[], &act)?;
        }
        Ok(())
    })
}

fn act(request: &Request, why: &str, numbers: &[String]) -> Act {
    Act {
        actor: request.actor.to_string(),
        at: request.now,
        action: "certificate.hasten".to_owned(),
        subject: if let [one] = numbers { one.clone() } else { "revocations that waited".to_owned() },
        detail: json!({ "why": why, "hastened": numbers }),
    }
}

/// Returns the same revocation, due at once.
pub(crate) fn due(stray: &Stray) -> Stray {
    let withdrawal = stray.withdrawal.clone().map(|withdrawal| Withdrawal { due: None, ..withdrawal });
    Stray { withdrawal, ..stray.clone() }
}

/// What waits: a certificate of the store, or one that it does not know.
enum Revocation {
    Known(Box<Certificate>),
    Stray(Stray),
}

/// Returns the revocation of a waiting entry, unless it was taken back meanwhile.
fn revocation(store: &dyn Store, waiting: &Waiting) -> Result<Option<Revocation>, PublishError> {
    let known = waiting.number.as_ref().map(|number| store.certificate(number)).transpose()?.flatten();
    let known = known.filter(|known| known.status == waiting.status);
    if let Some(known) = known.filter(|known| matches!(known.state, CertificateState::Revoked { .. })) {
        return Ok(Some(Revocation::Known(Box::new(known))));
    }
    Ok(store.stray(waiting.status)?.map(Revocation::Stray))
}

fn each_group(
    store: &dyn Store,
    now: Timestamp,
    mut take: impl FnMut(Vec<Waiting>) -> Result<(), PublishError>,
) -> Result<(), PublishError> {
    let mut cursor: Option<String> = None;
    loop {
        let page = store.waiting(now, cursor.as_deref(), PAGE)?;
        take(page.items)?;
        cursor = page.next;
        if cursor.is_none() {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_publication_holds_and_what_it_leaves_out_are_all_there_is() {
        let at = Timestamp::from_unix;
        for (dated, due) in [(100, None), (100, Some(160)), (400, Some(460)), (400, None)] {
            let due = due.map(at);
            for now in (0..600).step_by(10).map(at) {
                let out = waits(at(dated), due, now);
                // A publication covers what it holds, also what is dated ahead of it.
                let covers = if out { now } else { now.max(at(dated)) };
                let last = LastPublished {
                    version: 1,
                    issued: now,
                    covers,
                    next_update: None,
                    lists: None,
                    through: None,
                    pages_left: false,
                };
                assert_eq!(last.holds(at(dated), due), !out, "dated {dated}, due {due:?}, published {now}");
            }
        }
    }
}
