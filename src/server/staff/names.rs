//! Who somebody is in the records: a name for whoever may see the staff, and from where they acted.

use std::collections::BTreeMap;

use super::events::text;
use super::home::items;
use super::inside::Staff;
use super::ui::{Cell, Choice};
use crate::accounts::Permission;

/// The names of the staff by id.
pub(super) struct Names(BTreeMap<String, String>);

impl Names {
    /// Reads them, as far as who looks may see them.
    pub(super) async fn of(staff: &Staff) -> Self {
        let all = match staff.may(Permission::Settings) {
            true => staff.get_if("/staff?limit=500").await.unwrap_or_default(),
            false => serde_json::Value::Null,
        };
        Self(items(&all).iter().map(|one| (text(one, "id"), text(one, "name"))).collect())
    }

    /// Returns members to choose from, by their ids.
    pub(super) fn choices(&self) -> Vec<Choice> {
        self.0.iter().map(|(id, name)| Choice::new(id.clone(), name.clone())).collect()
    }

    /// Returns who it is that a record calls `actor`.
    pub(super) fn name(&self, staff: &Staff, actor: &str) -> String {
        let (who, _) = actor.split_once(" from ").unwrap_or((actor, ""));
        let (kind, id) = who.split_once(':').unwrap_or((who, ""));
        let (id, token) = id.split_once("/token:").map_or((id, false), |(id, _)| (id, true));
        let w = staff.w;
        match kind {
            "staff" => {
                let name = self.0.get(id).cloned().unwrap_or_else(|| id.to_owned());
                let name = if id == staff.id { w.s("who-you") } else { name };
                if token { w.with("who-token", [("name", name.into())]) } else { name }
            }
            "holder" => w.s("who-holder"),
            // Nobody said who: what was done at set-up, or by a program that names no account.
            "operator" if id == "unknown" => w.s("who-operator-unknown"),
            "operator" => w.with("who-operator", [("name", id.to_owned().into())]),
            "nobody" => w.s("who-nobody"),
            "system" => w.s("who-system"),
            _ => who.to_owned(),
        }
    }

    /// Returns the same as a cell, with from where.
    pub(super) fn cell(&self, staff: &Staff, actor: &str) -> Cell {
        let address = actor.split_once(" from ").map_or("", |(_, address)| address);
        Cell::text(self.name(staff, actor)).sub(address)
    }
}

/// Says whether a record's actor is who looks.
pub(super) fn is_me(staff: &Staff, actor: &str) -> bool {
    let who = actor.split([' ', '/']).next().unwrap_or_default();
    who.strip_prefix("staff:").is_some_and(|id| id == staff.id)
}
