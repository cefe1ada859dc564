//! To which events a membership is limited: of a department, of one course.
//!
//! A limited member may do within those events what their roles allow, and nothing that is the issuer's as a whole: keys,
//! publications, staff, webhooks, the audit log. What is outside does not exist for them: their desk is over a store that shows
//! only what is within ([`crate::store::Within`]). An API token is limited as its maker is, and may be limited further.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::permission::{Permission, Permissions};
use crate::credential::EventCode;
use crate::store::{Store, Within};

/// Most events that one member or token is limited to.
pub const SCOPE_EVENTS: usize = 1_000;

/// The events that somebody is limited to; by default they are not limited. One may name events that are yet to be created.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Scope(Option<BTreeSet<EventCode>>);

impl Scope {
    /// Returns the scope of these events; `None`: all there are.
    pub fn of(events: Option<BTreeSet<EventCode>>) -> Self {
        Self(events)
    }

    /// Returns the events, if it is limited.
    pub fn events(&self) -> Option<&BTreeSet<EventCode>> {
        self.0.as_ref()
    }

    /// Says whether it is limited at all.
    pub fn is_limited(&self) -> bool {
        self.0.is_some()
    }

    /// Says whether all of another scope is in this one.
    pub fn holds(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(own), Some(other)) => other.is_subset(own),
        }
    }

    /// Says whether something that is about all of these events is in it. What is about none in particular is in the whole only.
    pub fn covers<'a>(&self, mut events: impl Iterator<Item = &'a EventCode>) -> bool {
        let Some(own) = &self.0 else { return true };
        let Some(first) = events.next() else { return false };
        own.contains(first) && events.all(|event| own.contains(event))
    }

    /// Returns what is in both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        match (&self.0, &other.0) {
            (None, _) => other.clone(),
            (_, None) => self.clone(),
            (Some(own), Some(other)) => Self(Some(own & other)),
        }
    }

    /// Returns which of these permissions can be had within it: those for the issuer as a whole only without a limit.
    pub fn bound(&self, permissions: Permissions) -> Permissions {
        let whole = [Permission::Keys, Permission::Settings];
        permissions.into_iter().filter(|one| !self.is_limited() || !whole.contains(one)).collect()
    }

    /// Does work over what of a store is within.
    pub fn over<T>(&self, store: &dyn Store, work: impl FnOnce(&dyn Store) -> T) -> T {
        match &self.0 {
            None => work(store),
            Some(events) => work(&Within::new(store, events)),
        }
    }
}

impl From<Scope> for Option<BTreeSet<EventCode>> {
    fn from(scope: Scope) -> Self {
        scope.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(codes: &[&str]) -> Scope {
        Scope(Some(codes.iter().map(|code| code.parse().unwrap()).collect()))
    }

    #[test]
    fn a_scope_holds_what_is_no_wider() {
        let (all, both, one, none) = (Scope::default(), scope(&["A", "B"]), scope(&["A"]), scope(&[]));
        assert!(all.holds(&all) && all.holds(&both) && both.holds(&one) && one.holds(&none));
        assert!(!both.holds(&all) && !one.holds(&both) && !none.holds(&one));
        assert_eq!((all.and(&one), both.and(&scope(&["B", "C"]))), (one.clone(), scope(&["B"])));
        let about = |scope: &Scope, codes: &[&str]| {
            let codes: Vec<EventCode> = codes.iter().map(|code| code.parse().unwrap()).collect();
            scope.covers(codes.iter())
        };
        assert!(about(&all, &[]) && about(&both, &["A", "B"]) && about(&one, &["A"]));
        assert!(!about(&one, &[]) && !about(&one, &["A", "B"]) && !about(&none, &["A"]));
    }

    #[test]
    fn who_is_limited_has_nothing_to_do_with_keys_and_settings() {
        let everything: Permissions = Permission::ALL.into();
        assert_eq!(Scope::default().bound(everything.clone()), everything);
        let names: Vec<_> = scope(&["A"]).bound(everything).into_iter().map(Permission::name).collect();
        assert_eq!(names, ["view", "import", "generate", "send", "revoke"]);
    }
}
