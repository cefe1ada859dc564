//! The root key's chain: each root is signed by the one before.

use serde::{Deserialize, Serialize};

use super::short_id;
use crate::credential::{Timestamp, json};
use crate::proof::eddsa::{PublicKey, SecretKey};
use crate::proof::jws::{self, Jws};

/// `typ` of a signed root statement.
pub const TYP: &str = "testamur-root+jwt";

/// Longest chain that is walked; a root that changes twice a year reaches it after half a century.
pub const ROOT_LINKS: usize = 100;

/// Largest root statement, in bytes.
const STATEMENT_BYTES: usize = 4_096;

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
    /// Longer than [`ROOT_LINKS`].
    #[error("the root chain has more than {ROOT_LINKS} links")]
    TooLong,
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

/// A link whose statement was read; its signatures are judged in [`RootChain::walk`].
struct ReadLink<'a> {
    link: &'a RootLink,
    jws: Jws,
    statement: RootStatement,
    key: PublicKey,
}

impl RootChain {
    /// Appends root N+1, endorsed by `previous` (its short id and key) unless it is the first.
    pub fn push(&mut self, statement: &RootStatement, key: &SecretKey, previous: Option<(&str, &SecretKey)>) {
        let payload = serde_json_canonicalizer::to_vec(statement).expect("a root statement has a canonical form");
        let sign = |id: &str, key| jws::sign(&payload, &format!("{}#{id}", statement.issuer), TYP, key);
        self.0.push(RootLink {
            statement: sign(&statement.id, key),
            endorsement: previous.map(|(id, previous)| sign(id, previous)),
        });
    }

    /// Checks the links and returns the newest root, provided that `pin` (if given) is one of the chain's keys. With a
    /// pin only it and the links after it count: each must be signed by its own key, each after the first that counts
    /// also by the key before it. Without a pin that holds from version 1 on.
    ///
    /// # Errors
    /// See [`RootError`].
    pub fn walk(&self, issuer: &str, pin: Option<&PublicKey>) -> Result<(RootStatement, PublicKey), RootError> {
        if self.0.len() > ROOT_LINKS {
            return Err(RootError::TooLong);
        }
        let links = self.0.iter().enumerate().map(|(at, link)| read(at as u64 + 1, link, issuer));
        let links = links.collect::<Result<Vec<_>, _>>()?;
        let start = match pin {
            None => 0,
            Some(pin) => links.iter().position(|link| link.key == *pin).ok_or(match links.len() {
                0 => RootError::Empty,
                _ => RootError::PinNotFound,
            })?,
        };
        let mut previous = None;
        for link in &links[start..] {
            check(link, issuer, previous)?;
            previous = Some(link);
        }
        previous.map(|newest| (newest.statement.clone(), newest.key)).ok_or(RootError::Empty)
    }
}

fn broken(version: u64, problem: impl ToString) -> RootError {
    RootError::Link { version, problem: problem.to_string() }
}

/// Reads the statement at position `version`; every link must have its place, whether it counts or not.
fn read<'a>(version: u64, link: &'a RootLink, issuer: &str) -> Result<ReadLink<'a>, RootError> {
    let jws = Jws::parse(&link.statement, STATEMENT_BYTES).map_err(|e| broken(version, e))?;
    let value = json::parse(&jws.payload, STATEMENT_BYTES).map_err(|e| broken(version, e))?;
    let statement: RootStatement = serde_json::from_value(value).map_err(|e| broken(version, e))?;
    if jws.typ != TYP || statement.kind != "RootKey" {
        return Err(broken(version, "not a root statement"));
    }
    if statement.version != version {
        return Err(broken(version, format!("states version {}", statement.version)));
    }
    if statement.issuer != issuer || short_id(&jws.kid, issuer) != Some(&statement.id) {
        return Err(broken(version, "is of another issuer or key"));
    }
    let key = PublicKey::from_base64url(&statement.public_key).map_err(|e| broken(version, e))?;
    Ok(ReadLink { link, jws, statement, key })
}

fn check(link: &ReadLink<'_>, issuer: &str, previous: Option<&ReadLink<'_>>) -> Result<(), RootError> {
    let version = link.statement.version;
    if !link.jws.verifies(&link.key) {
        return Err(broken(version, "not signed by its own key"));
    }
    let Some(previous) = previous else { return Ok(()) };
    let endorsement = link.link.endorsement.as_deref().ok_or_else(|| broken(version, "not endorsed"))?;
    let endorsement = Jws::parse(endorsement, STATEMENT_BYTES).map_err(|e| broken(version, e))?;
    let good = endorsement.typ == TYP
        && endorsement.payload == link.jws.payload
        && short_id(&endorsement.kid, issuer) == Some(&previous.statement.id)
        && endorsement.verifies(&previous.key);
    if good { Ok(()) } else { Err(broken(version, "not endorsed by the root before it")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISSUER: &str = "did:web:certs.example.org";

    fn key(n: u8) -> SecretKey {
        SecretKey::from_seed(&[n; 32])
    }

    fn statement(n: u8) -> RootStatement {
        RootStatement {
            kind: "RootKey".into(),
            version: n.into(),
            issuer: ISSUER.into(),
            id: format!("r{n}"),
            public_key: key(n).public().to_base64url(),
            issued: Timestamp::from_unix(1_700_000_000),
        }
    }

    fn chain(length: u8) -> RootChain {
        let mut chain = RootChain::default();
        for n in 1..=length {
            let previous = (format!("r{}", n - 1), key(n - 1));
            chain.push(&statement(n), &key(n), (n > 1).then_some((&previous.0, &previous.1)));
        }
        chain
    }

    #[test]
    fn every_old_root_leads_to_the_newest() {
        let chain = chain(3);
        for pin in [None, Some(1), Some(2), Some(3)] {
            let pin = pin.map(|n| key(n).public());
            assert_eq!(chain.walk(ISSUER, pin.as_ref()), Ok((statement(3), key(3).public())));
        }
        assert_eq!(chain.walk(ISSUER, Some(&key(4).public())), Err(RootError::PinNotFound));
        assert!(chain.walk("did:web:other.example", None).is_err());
        assert_eq!(RootChain::default().walk(ISSUER, None), Err(RootError::Empty));
    }

    #[test]
    fn an_endorsement_by_another_key_breaks_the_chain() {
        let mut forged = chain(1);
        forged.push(&statement(2), &key(2), Some(("r1", &key(7))));
        let problem = "not endorsed by the root before it".into();
        assert_eq!(forged.walk(ISSUER, None), Err(RootError::Link { version: 2, problem }));
        assert_eq!(forged.walk(ISSUER, Some(&key(2).public())).unwrap().0.version, 2);

        let mut alone = chain(1);
        alone.push(&statement(2), &key(2), None);
        assert!(alone.walk(ISSUER, None).is_err());
    }

    #[test]
    fn an_endorsement_of_other_bytes_breaks_the_chain() {
        let mut mixed = chain(2);
        mixed.0[1].endorsement = chain(3).0[2].endorsement.clone();
        assert!(mixed.walk(ISSUER, None).is_err());
        let mut swapped = chain(2);
        swapped.0.swap(0, 1);
        assert!(swapped.walk(ISSUER, None).is_err());
    }

    #[test]
    fn a_chain_without_end_is_refused() {
        let long = RootChain(vec![chain(1).0[0].clone(); ROOT_LINKS + 1]);
        assert_eq!(long.walk(ISSUER, None), Err(RootError::TooLong));
        let longest = u8::try_from(ROOT_LINKS).unwrap();
        assert_eq!(chain(longest).walk(ISSUER, None).unwrap().0.version, 100);
        assert_eq!(chain(longest + 1).walk(ISSUER, None), Err(RootError::TooLong));
    }
}
