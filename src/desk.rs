//! What every act is given: who issues, who acts, where records are kept, and the time.
//!
//! Knows nothing of certificates and decides nothing.

mod language;

use std::fmt;
use std::net::IpAddr;
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use serde::{Deserialize, Serialize};

use crate::credential::{EventCode, Timestamp, Zone};
use crate::making::OwnKeys;
use crate::proof::eddsa::SecretKey;
use crate::store::{Act, Event, Store, StoreError};

pub use language::{HouseLanguage, Language, LanguageError};

/// Who issues: what every credential says about its issuer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    /// The host of the issuer's DID, with `:port` where it has one.
    pub host: String,
    /// The issuer's name.
    pub name: String,
    /// Host and optional path of the verifier that QR codes link to.
    pub verifier: String,
    /// Where its days begin and end, unless an event says otherwise.
    pub zone: HouseZone,
    /// What it speaks where nobody's own language is known.
    pub language: HouseLanguage,
    /// Whether the JSON for wallets names a page by which they may show it.
    pub render_method: bool,
}

/// Where an issuer's days begin and end, as it is now: what the configuration says is fixed, else it may be said otherwise while the
/// service runs, and all who share it go by that.
#[derive(Debug, Clone)]
pub struct HouseZone {
    fixed: bool,
    now: Arc<RwLock<&'static Zone>>,
}

/// All that were ever said here: there are not many, and each is kept once, for as long as the program runs.
static ZONES: Mutex<Vec<&'static Zone>> = Mutex::new(Vec::new());

fn kept(zone: Zone) -> &'static Zone {
    let mut all = ZONES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = all.iter().find(|known| ***known == zone) {
        return known;
    }
    let zone: &'static Zone = Box::leak(Box::new(zone));
    all.push(zone);
    zone
}

impl HouseZone {
    /// One that the configuration says.
    pub fn fixed(zone: Zone) -> Self {
        Self { fixed: true, now: Arc::new(RwLock::new(kept(zone))) }
    }

    /// Says whether the configuration says it: then no page changes it.
    pub fn is_fixed(&self) -> bool {
        self.fixed
    }

    /// Goes by another one from now on, unless it is fixed.
    pub fn set(&self, zone: Zone) {
        if !self.fixed {
            *self.now.write().unwrap_or_else(PoisonError::into_inner) = kept(zone);
        }
    }
}

impl Default for HouseZone {
    fn default() -> Self {
        Self { fixed: false, now: Arc::new(RwLock::new(kept(Zone::UTC))) }
    }
}

impl Deref for HouseZone {
    type Target = Zone;

    fn deref(&self) -> &Zone {
        *self.now.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PartialEq for HouseZone {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for HouseZone {}

impl Issuer {
    /// Returns `did:web:HOST`.
    pub fn did(&self) -> String {
        crate::credential::issuer_did(&self.host)
    }
}

/// The active key: it signs, and does nothing else.
#[derive(Debug, Clone)]
pub struct Signer {
    /// Short id, as `k1`.
    pub id: String,
    /// Full id, `ISSUER#k1`.
    pub kid: String,
    /// The private key.
    pub key: SecretKey,
    /// All keys that this issuer ever published: what was signed before is verified before it is signed anew.
    pub own: Arc<OwnKeys>,
}

/// What every use case needs: the store, who issues, who acts, and the time.
#[derive(Clone, Copy)]
pub struct Desk<'a> {
    /// Where records are kept.
    pub store: &'a dyn Store,
    /// Who issues.
    pub issuer: &'a Issuer,
    /// Who acts.
    pub actor: &'a Actor,
    /// The time of the act.
    pub now: Timestamp,
}

impl Desk<'_> {
    /// Returns where an event's days begin and end.
    pub fn zone<'a>(&'a self, event: &'a Event) -> &'a Zone {
        event.zone.as_ref().unwrap_or(&self.issuer.zone)
    }

    /// Returns where days begin and end that are named for an event, or for all: of all it is where the issuer is.
    ///
    /// # Errors
    /// When the store fails.
    pub fn zone_of(&self, event: Option<&EventCode>) -> Result<Zone, StoreError> {
        let event = event.map(|code| self.store.event(code)).transpose()?.flatten();
        Ok(event.and_then(|event| event.zone).unwrap_or_else(|| (*self.issuer.zone).clone()))
    }

    /// Returns an act by this desk's actor at its time.
    pub fn act(&self, action: &str, subject: impl ToString, detail: serde_json::Value) -> Act {
        Act {
            actor: self.actor.to_string(),
            at: self.now,
            action: action.to_owned(),
            subject: subject.to_string(),
            detail: self.actor.with_why(detail),
        }
    }
}

/// Who acts. Shown, and kept in the audit log, as `staff:ID`, `staff:ID/token:ID`, each with ` from ADDRESS`,
/// `operator:ACCOUNT`, `holder:EVENT/PERSON from ADDRESS`, `nobody from ADDRESS` or `system`. That text is for people: no decision rests on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Stored", into = "Stored")]
pub enum Actor {
    /// A member of staff.
    Staff {
        /// The member's id.
        id: String,
        /// The id of the API token of theirs that acts for them.
        token: Option<String>,
        /// Where they call from.
        address: Option<IpAddr>,
        /// Why, where they said so: it stands with what they do now in the audit log, and nowhere else.
        why: Option<String>,
    },
    /// Who holds the data folder: on the command line, under this account of the machine.
    Operator {
        /// The account's name.
        account: String,
    },
    /// Somebody whose certificate it is, who has proven the mailbox.
    Holder {
        /// The event and the person's random id in it.
        id: String,
        /// Where they call from.
        address: Option<IpAddr>,
    },
    /// Somebody who is not logged in.
    Public {
        /// Where they call from.
        address: Option<IpAddr>,
    },
    /// The program itself: what was due.
    System,
}

impl Actor {
    /// Returns a member of staff who acts in person.
    pub fn staff(id: impl Into<String>) -> Self {
        Self::Staff { id: id.into(), token: None, address: None, why: None }
    }

    /// Returns the operator of an account.
    pub fn operator(account: impl Into<String>) -> Self {
        Self::Operator { account: account.into() }
    }

    /// Returns the same who calls from an address.
    #[must_use]
    pub fn from(self, at: IpAddr) -> Self {
        match self {
            Self::Staff { id, token, why, .. } => Self::Staff { id, token, address: Some(at), why },
            Self::Holder { id, .. } => Self::Holder { id, address: Some(at) },
            Self::Public { .. } => Self::Public { address: Some(at) },
            other => other,
        }
    }

    /// Returns the same without where they call from: what is kept beside what they did.
    #[must_use]
    pub fn who(&self) -> Self {
        match self {
            Self::Staff { id, token, .. } => {
                Self::Staff { id: id.clone(), token: token.clone(), address: None, why: None }
            }
            Self::Holder { id, .. } => Self::Holder { id: id.clone(), address: None },
            Self::Public { .. } => Self::Public { address: None },
            other => other.clone(),
        }
    }

    /// Returns the same who says why; of others than staff nobody asks.
    #[must_use]
    pub fn saying(self, said: Option<String>) -> Self {
        match self {
            Self::Staff { id, token, address, .. } => Self::Staff { id, token, address, why: said },
            other => other,
        }
    }

    /// Returns what an act says of itself, with why it was done. What an act says of that by itself stays.
    fn with_why(&self, detail: serde_json::Value) -> serde_json::Value {
        let Self::Staff { why: Some(why), .. } = self else { return detail };
        match detail {
            serde_json::Value::Null => serde_json::json!({ "why": why }),
            serde_json::Value::Object(mut members) => {
                members.entry("why").or_insert_with(|| why.clone().into());
                members.into()
            }
            other => other,
        }
    }

    /// Returns the id of the member of staff who answers for the act, also where an API token of theirs acts for them.
    pub fn member(&self) -> Option<&str> {
        match self {
            Self::Staff { id, .. } => Some(id),
            _ => None,
        }
    }

    /// Says whether a member of staff acts themselves, and not an API token.
    pub fn is_in_person(&self) -> bool {
        matches!(self, Self::Staff { token: None, .. })
    }

    /// Says whether two acts are of one person, through whichever of their tokens.
    pub fn is_same_person(&self, other: &Self) -> bool {
        match (self.member(), other.member()) {
            (Some(one), Some(other)) => one == other,
            _ => self.who() == other.who(),
        }
    }

    /// Returns where they call from.
    pub fn address(&self) -> Option<IpAddr> {
        match self {
            Self::Staff { address, .. } | Self::Holder { address, .. } | Self::Public { address } => *address,
            _ => None,
        }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Staff { id, token, .. } => {
                write!(f, "staff:{id}")?;
                token.iter().try_for_each(|token| write!(f, "/token:{token}"))?;
            }
            Self::Operator { account } => write!(f, "operator:{account}")?,
            Self::Holder { id, .. } => write!(f, "holder:{id}")?,
            Self::Public { .. } => f.write_str("nobody")?,
            Self::System => f.write_str("system")?,
        }
        self.address().iter().try_for_each(|address| write!(f, " from {address}"))
    }
}

/// How an actor is kept. Before there were types it was the text that is shown.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Stored {
    Kept(Kept),
    Text(String),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kept {
    Staff {
        id: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        token: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        address: Option<IpAddr>,
    },
    Operator {
        account: String,
    },
    Holder {
        id: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        address: Option<IpAddr>,
    },
    Public {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        address: Option<IpAddr>,
    },
    System,
}

impl From<Actor> for Stored {
    fn from(actor: Actor) -> Self {
        Self::Kept(match actor {
            Actor::Staff { id, token, address, .. } => Kept::Staff { id, token, address },
            Actor::Operator { account } => Kept::Operator { account },
            Actor::Holder { id, address } => Kept::Holder { id, address },
            Actor::Public { address } => Kept::Public { address },
            Actor::System => Kept::System,
        })
    }
}

impl From<Stored> for Actor {
    fn from(stored: Stored) -> Self {
        match stored {
            Stored::Kept(Kept::Staff { id, token, address }) => Self::Staff { id, token, address, why: None },
            Stored::Kept(Kept::Operator { account }) => Self::Operator { account },
            Stored::Kept(Kept::Holder { id, address }) => Self::Holder { id, address },
            Stored::Kept(Kept::Public { address }) => Self::Public { address },
            Stored::Kept(Kept::System) => Self::System,
            Stored::Text(text) => of_text(&text),
        }
    }
}

/// Reads what earlier versions kept: `staff:ID`, `staff:ID/token:ID`, with ` from ADDRESS`; else an account of the machine.
fn of_text(text: &str) -> Actor {
    let (who, from) = text.split_once(" from ").unwrap_or((text, ""));
    match who
        .strip_prefix("staff:")
        .map(|staff| staff.split_once("/token:").map_or((staff, None), |(id, t)| (id, Some(t))))
    {
        Some((id, token)) => {
            let (token, address) = (token.map(str::to_owned), from.parse().ok());
            Actor::Staff { id: id.to_owned(), token, address, why: None }
        }
        None => Actor::operator(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_as_text_is_read_and_kept_as_what_it_is() {
        let read = |text: &str| serde_json::from_str::<Actor>(text).unwrap();
        let address = "192.0.2.1".parse().ok();
        let token = Actor::Staff { id: "7f3a".into(), token: Some("91c2".into()), address, why: None };
        for (old, actor) in [
            (r#""staff:7f3a/token:91c2 from 192.0.2.1""#, token.clone()),
            (r#""staff:7f3a""#, Actor::staff("7f3a")),
            (r#""ada""#, Actor::operator("ada")),
            (r#""system""#, Actor::System),
        ] {
            assert_eq!(read(old), actor);
            assert_eq!(read(&serde_json::to_string(&actor).unwrap()), actor, "{old}");
        }
        assert_eq!(token.to_string(), "staff:7f3a/token:91c2 from 192.0.2.1");
    }

    /// An account of the machine may be called anything.
    #[test]
    fn an_account_is_no_member_of_staff_whatever_it_is_called() {
        let named = Actor::operator("staff:7f3a");
        let kept = serde_json::to_string(&named).unwrap();
        assert_eq!(serde_json::from_str::<Actor>(&kept).unwrap(), named);
        assert!(!named.is_same_person(&Actor::staff("7f3a")) && named.member().is_none());
    }
}
