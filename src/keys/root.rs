use serde::{Deserialize, Serialize};

use crate::credential::Timestamp;
use crate::proof::eddsa::{PublicKey, SecretKey};

/// `typ` of a signed root statement.
pub const TYP: &str = "testamur-root+jwt";

/// "This is root key N of this issuer."
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RootStatement {
    /// Always `RootKey`.
    #[serde(rename = "type")]
    pub kind: String,
    /// 1 for the first root.
    pub version: u64,
    /// The issuer's DID.
    pub issuer: String,
    /// Short id, as `r1`.
    pub id: String,
    /// base64url of the 32 bytes.
    pub public_key: String,
    /// When it was made.
    pub issued: Timestamp,
}

/// One link: the statement signed by its own key and, from version 2, by the key before it (as in TUF section 6.1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RootLink {
    /// JWS by the key that it states.
    pub statement: String,
    /// JWS by the previous root over the same payload; absent for version 1.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub endorsement: Option<String>,
}

/// All roots from version 1 on.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RootChain(pub Vec<RootLink>);

/// Why a chain is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RootError {
    /// No link at all.
    #[error("the root chain is empty")]
    Empty,
    /// A link is not what it should be.
    #[error("root {version}: {problem}")]
    Link {
        /// Which link.
        version: u64,
        /// What is wrong with it.
        problem: String,
    },
    /// The pinned root does not occur in the chain.
    #[error("the pinned root is not in the chain")]
    PinNotFound,
}

impl RootChain {
    /// Appends root N+1, endorsed by `previous` unless it is the first.
    pub fn push(&mut self, _statement: &RootStatement, _key: &SecretKey, _previous: Option<(&str, &SecretKey)>) {
        unimplemented!("room keys")
    }

    /// Checks every link and returns the newest root, provided that `pin` (if given) is one of the chain's keys. With
    /// a pin only the links after it count.
    ///
    /// # Errors
    /// See [`RootError`].
    pub fn walk(&self, _issuer: &str, _pin: Option<&PublicKey>) -> Result<(RootStatement, PublicKey), RootError> {
        unimplemented!("room keys")
    }
}
