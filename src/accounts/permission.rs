use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// What a caller may do. Every operation of the service asks for exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// Read events, people, certificates, runs and the audit log.
    View,
    /// Change events and people: import, attendance, rules, exceptions.
    Import,
    /// Issue and regenerate certificates.
    Generate,
    /// Send mail to participants.
    Send,
    /// Revoke and restore certificates.
    Revoke,
    /// Rotate keys and publish.
    Keys,
    /// Change accounts, tokens, webhooks and settings.
    Settings,
}

impl Permission {
    /// Every permission.
    pub const ALL: [Self; 7] =
        [Self::View, Self::Import, Self::Generate, Self::Send, Self::Revoke, Self::Keys, Self::Settings];
}

/// What a member of staff is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Looks.
    Viewer,
    /// Imports, issues, sends.
    Issuer,
    /// Revokes and restores.
    Revoker,
    /// Rotates keys and publishes.
    KeyOfficer,
    /// May do everything.
    Owner,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 5] = [Self::Viewer, Self::Issuer, Self::Revoker, Self::KeyOfficer, Self::Owner];

    /// Returns what the role may do.
    pub fn permissions(self) -> BTreeSet<Permission> {
        use Permission::*;
        let granted: &[Permission] = match self {
            Self::Viewer => &[View],
            Self::Issuer => &[View, Import, Generate, Send],
            Self::Revoker => &[View, Revoke],
            Self::KeyOfficer => &[View, Keys],
            Self::Owner => &Permission::ALL,
        };
        granted.iter().copied().collect()
    }
}
