//! What a member of staff may do: permissions, and the roles that grant them.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// One thing that can be allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// See events, people, reports, runs and certificates, and download files.
    View,
    /// Change events, rules, participants, attendance, exceptions and exclusions.
    Import,
    /// Issue and regenerate certificates.
    Generate,
    /// Send mail to participants.
    Send,
    /// Revoke, restore and approve revocations.
    Revoke,
    /// Make, activate, retire and condemn signing keys; publish.
    Keys,
    /// Staff, API tokens of others, webhooks, audit log and settings.
    Settings,
}

/// A set of permissions.
pub type Permissions = BTreeSet<Permission>;

impl Permission {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::View, Self::Import, Self::Generate, Self::Send, Self::Revoke, Self::Keys, Self::Settings];

    /// Returns its name in the API and in documents.
    pub const fn name(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::Import => "import",
            Self::Generate => "generate",
            Self::Send => "send",
            Self::Revoke => "revoke",
            Self::Keys => "keys",
            Self::Settings => "settings",
        }
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What somebody is at the issuer. A member of staff may have several roles and may do what any of them may.
///
/// | role | view | import | generate | send | revoke | keys | settings |
/// |---|---|---|---|---|---|---|---|
/// | viewer | ✓ | | | | | | |
/// | issuer | ✓ | ✓ | ✓ | ✓ | | | |
/// | revoker | ✓ | | | | ✓ | | |
/// | key officer | ✓ | | | | | ✓ | |
/// | owner | ✓ | ✓ | ✓ | ✓ | ✓ | ✓ | ✓ |
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Looks, and changes nothing.
    Viewer,
    /// Imports, issues and sends.
    Issuer,
    /// Revokes and restores.
    Revoker,
    /// Looks after the signing keys.
    KeyOfficer,
    /// May do everything, and alone decides who else may do what.
    Owner,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Viewer, Self::Issuer, Self::Revoker, Self::KeyOfficer, Self::Owner];

    /// Returns what it may do.
    pub fn permissions(self) -> Permissions {
        use Permission::{Generate, Import, Keys, Revoke, Send, View};
        let granted: &[Permission] = match self {
            Self::Viewer => &[View],
            Self::Issuer => &[View, Import, Generate, Send],
            Self::Revoker => &[View, Revoke],
            Self::KeyOfficer => &[View, Keys],
            Self::Owner => &Permission::ALL,
        };
        granted.iter().copied().collect()
    }

    /// Returns its name in the API and in documents.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Issuer => "issuer",
            Self::Revoker => "revoker",
            Self::KeyOfficer => "key_officer",
            Self::Owner => "owner",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Text that names no role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no such role; the roles are viewer, issuer, revoker, key_officer and owner")]
pub struct RoleError;

impl FromStr for Role {
    type Err = RoleError;

    fn from_str(text: &str) -> Result<Self, RoleError> {
        Self::ALL.into_iter().find(|role| role.name() == text).ok_or(RoleError)
    }
}

/// Returns what any of the roles may do.
pub fn permissions<'a>(roles: impl IntoIterator<Item = &'a Role>) -> Permissions {
    roles.into_iter().flat_map(|role| role.permissions()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_add_up_and_only_owners_have_settings() {
        let both = permissions(&[Role::Issuer, Role::Revoker]);
        let names: Vec<_> = both.iter().map(|one| one.name()).collect();
        assert_eq!(names, ["view", "import", "generate", "send", "revoke"]);
        for role in Role::ALL {
            assert_eq!(role.permissions().contains(&Permission::Settings), role == Role::Owner, "{role}");
            assert!(role.permissions().contains(&Permission::View), "{role}");
        }
        assert_eq!(permissions(&[]), Permissions::new());
    }

    #[test]
    fn each_role_may_do_what_its_line_of_the_table_says_and_nothing_else() {
        for (role, may) in [
            (Role::Viewer, &["view"][..]),
            (Role::Issuer, &["view", "import", "generate", "send"]),
            (Role::Revoker, &["view", "revoke"]),
            (Role::KeyOfficer, &["view", "keys"]),
            (Role::Owner, &["view", "import", "generate", "send", "revoke", "keys", "settings"]),
        ] {
            let names: Vec<_> = role.permissions().iter().map(|one| one.name()).collect();
            assert_eq!(names, may, "{role}");
        }
    }

    #[test]
    fn names_are_those_of_the_documents() {
        for role in Role::ALL {
            assert_eq!(serde_json::to_value(role).unwrap(), role.name());
            assert_eq!(role.name().parse::<Role>().unwrap(), role);
        }
        for permission in Permission::ALL {
            assert_eq!(serde_json::to_value(permission).unwrap(), permission.name());
        }
        assert!("root".parse::<Role>().is_err());
    }
}
