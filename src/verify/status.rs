//! Steps 9 to 14: what the status lists say of a credential that is proven, and how old that is.

use super::foreign::ForeignIssuer;
use super::steps::{CLOCK_SKEW_SECONDS, Presented};
use super::{Anchor, Checked, Detail, StatusFreshness, Verdict, VerifiedCredential};
use crate::credential::{StatusRef, Timestamp};
use crate::status::{Reason, ReasonCode, StatusList};

/// Whose lists they are.
#[derive(Clone, Copy)]
pub(super) enum Ground<'a> {
    /// An issuer with a trust file.
    Anchor(&'a Anchor),
    /// One whose keys and lists were given as files.
    Foreign(&'a ForeignIssuer),
}

impl<'a> Ground<'a> {
    fn list(self, id: &str) -> Option<&'a StatusList> {
        match self {
            Self::Anchor(anchor) => anchor.list(id),
            Self::Foreign(issuer) => issuer.list(id),
        }
    }

    fn reason(self, list: &str, index: u64) -> Option<&'a Reason> {
        match self {
            Self::Anchor(anchor) => anchor.reason(list, index),
            Self::Foreign(_) => None,
        }
    }

    /// A trust file could give a reason.
    fn silent(self) -> Option<Detail> {
        matches!(self, Self::Anchor(_)).then_some(Detail::NoReason)
    }

    fn missing(self) -> Detail {
        match self {
            Self::Anchor(_) => Detail::ListMissing,
            Self::Foreign(_) => Detail::ListNotAdded,
        }
    }

    /// When it was made what the answer rests on.
    fn made(self, lists: &Lists<'_>) -> Timestamp {
        match self {
            Self::Anchor(anchor) => anchor.issued(),
            Self::Foreign(_) => lists.at,
        }
    }

    /// Returns what runs out, and when, in the order in which it is named.
    fn ends(self, lists: &Lists<'_>) -> Vec<(Timestamp, Detail)> {
        let list = (lists.until, Detail::ListExpired);
        match self {
            Self::Anchor(anchor) => vec![
                (anchor.manifest().expires, Detail::ManifestExpired),
                list,
                (anchor.next_update(), Detail::SnapshotExpired),
            ],
            Self::Foreign(_) => vec![list],
        }
    }
}

/// The lists that were looked at: the oldest counts.
struct Lists<'a> {
    at: Timestamp,
    until: Timestamp,
    set: Option<Option<&'a Reason>>,
}

/// Looks all entries up; several must all be clear.
fn look_up<'a>(entries: &[StatusRef], ground: Ground<'a>) -> (Option<Lists<'a>>, Option<Detail>) {
    let mut unknown = entries.is_empty().then_some(Detail::NoStatusEntry);
    let mut lists: Option<Lists<'a>> = None;
    for entry in entries {
        match look_up_one(entry, ground) {
            Err(detail) => unknown = unknown.or(Some(detail)),
            Ok(one) => {
                lists = Some(match lists {
                    Some(before) => Lists {
                        at: before.at.min(one.at),
                        until: before.until.min(one.until),
                        set: before.set.or(one.set),
                    },
                    None => one,
                })
            }
        }
    }
    (lists, unknown)
}

fn look_up_one<'a>(entry: &StatusRef, ground: Ground<'a>) -> Result<Lists<'a>, Detail> {
    let StatusRef::List { list: id, index } = entry else { return Err(Detail::StatusUnread) };
    let list = ground.list(id).ok_or(ground.missing())?;
    let is_set = list.is_set(*index).map_err(|_| Detail::IndexOutOfRange)?;
    Ok(Lists { at: list.valid_from, until: list.valid_until, set: is_set.then(|| ground.reason(id, *index)) })
}

/// The worst news comes first.
pub(super) fn judge_status(presented: Presented, ground: Ground<'_>, now: Timestamp) -> Verdict {
    let (lists, unknown) = look_up(&presented.credential.status, ground);
    let ends = lists.as_ref().map(|lists| ground.ends(lists)).unwrap_or_default();
    let status = match &lists {
        Some(Lists { at, until, set }) if set.is_some() || unknown.is_none() => StatusFreshness::AsOf {
            at: *at,
            next_update: ends.iter().map(|(end, _)| *end).min().unwrap_or(*until),
            list_until: *until,
        },
        _ => StatusFreshness::Unknown,
    };
    let late = now.plus_seconds(CLOCK_SKEW_SECONDS);
    let (from, until) = (presented.dated(), presented.credential.valid_until);
    let proven = |detail| {
        let root_fingerprint = match ground {
            Ground::Anchor(anchor) => Some(anchor.root_fingerprint().to_owned()),
            Ground::Foreign(_) => None,
        };
        let checked = Checked { key: presented.kid(), root_fingerprint, status, detail };
        VerifiedCredential::new(presented.credential, checked)
    };
    match (lists, unknown) {
        (Some(Lists { set: Some(Some(reason)), .. }), _) if reason.code == ReasonCode::Superseded => {
            Verdict::Superseded(proven(None), reason.clone())
        }
        (Some(Lists { set: Some(Some(reason)), .. }), _) => Verdict::Revoked(proven(None), Some(reason.clone())),
        (Some(Lists { set: Some(None), .. }), _) => Verdict::Revoked(proven(ground.silent()), None),
        _ if until.is_some_and(|until| now > until) => Verdict::Expired(proven(None)),
        _ if late < from => Verdict::NotYetValid(proven(None)),
        (_, Some(detail)) => Verdict::StatusUnknown(proven(Some(detail))),
        (None, None) => Verdict::StatusUnknown(proven(Some(Detail::NoStatusEntry))),
        (Some(lists), None) if late < ground.made(&lists) => Verdict::StatusUnknown(proven(Some(Detail::ClockBehind))),
        (Some(_), None) => match ends.into_iter().find(|(end, _)| now > *end) {
            Some((_, detail)) => Verdict::ValidStatusStale(proven(Some(detail))),
            None => Verdict::Valid(proven(None)),
        },
    }
}
