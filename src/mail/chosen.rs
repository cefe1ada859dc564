//! How mail leaves where staff said it on a page: kept in the store, but for the password, which is sealed beside the keys.
//!
//! What `testamur.toml` says goes before it.

use serde::{Deserialize, Serialize};

use super::config::{LINK_DAYS, PER_DOMAIN, PER_MINUTE, is_host, is_loopback};
use super::{Config, Mailbox, Security};
use crate::store::{Act, Collection, DocumentWrite, Expect, Store, StoreError};

/// The key of the document.
const RELAY: &str = "relay";
/// Longest name of who logs in, in characters.
const USER_CHARS: usize = 200;

/// What staff chose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chosen {
    /// The host of the relay that all mail is handed to.
    pub relay: String,
    /// Its port. The usual one if left out: 587 with `starttls`, 465 with `tls`, 25 with `none`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// `starttls`, `tls` (from the first byte), or `none`: only to this machine itself.
    pub security: String,
    /// Who logs in at the relay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Who messages are from.
    pub from: String,
    /// Where answers go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
}

/// What is wrong with one member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The member.
    pub field: &'static str,
    /// What is wrong with it.
    pub problem: String,
}

/// Ports of other machines that staff can name: those of mail servers. Which others are open there, is not to be found out here.
pub const PORTS: [u16; 4] = [25, 465, 587, 2525];

impl Chosen {
    /// Returns the same as [`Chosen::config`] where it is chosen anew.
    ///
    /// # Errors
    /// Everything that is wrong with it, also a port of another machine that is none of [`PORTS`].
    pub fn checked(&self) -> Result<Config, Vec<Fault>> {
        let odd = self.port.is_some_and(|port| port > 0 && !PORTS.contains(&port)) && !is_loopback(&self.relay);
        let port =
            || Fault { field: "port", problem: "is 25, 465, 587 or 2525; testamur.toml can name any other".to_owned() };
        match (self.config(), odd) {
            (config, false) => config,
            (Ok(_), true) => Err(vec![port()]),
            (Err(faults), true) => Err(faults.into_iter().chain([port()]).collect()),
        }
    }

    /// Returns what it amounts to, but for the password.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn config(&self) -> Result<Config, Vec<Fault>> {
        let mut faults = Vec::new();
        let mut wrong = |field, problem: String| faults.push(Fault { field, problem });
        let loopback = is_loopback(&self.relay);
        if self.relay.is_empty() {
            wrong("relay", "is needed, such as smtp.example.org".to_owned());
        } else if !loopback && !is_host(&self.relay) {
            wrong("relay", format!("`{}` is no host such as smtp.example.org", shown(&self.relay)));
        }
        let (security, port) = match self.security.as_str() {
            "tls" => (Security::Tls, 465),
            "none" => (Security::None, 25),
            "starttls" => (Security::StartTls, 587),
            _ => {
                wrong("security", "is `starttls`, `tls` or `none`".to_owned());
                (Security::StartTls, 587)
            }
        };
        if security == Security::None && !loopback {
            wrong("security", "without TLS mail goes to this machine itself only".to_owned());
        }
        if self.port == Some(0) {
            wrong("port", "is 1 to 65535".to_owned());
        }
        match &self.user {
            Some(_) if security == Security::None => wrong("user", "nobody logs in without TLS".to_owned()),
            Some(user) if user.chars().count() > USER_CHARS || user.chars().any(char::is_control) => {
                wrong("user", format!("has 1 to {USER_CHARS} characters, and no control characters"));
            }
            _ => {}
        }
        let mut mailbox = |field, text: &str| {
            let read = text.parse::<Mailbox>();
            read.map_err(|error| faults.push(Fault { field, problem: error.to_string() })).ok()
        };
        let from = mailbox("from", &self.from);
        let reply_to = self.reply_to.as_deref().map(|text| mailbox("reply_to", text));
        let domain = from.as_ref().map(|from| from.address.domain().to_owned()).unwrap_or_default();
        if from.is_some() && (!is_host(&domain) || domain.contains(':')) {
            faults.push(Fault {
                field: "from",
                problem: format!("`{}` is no domain such as example.org", shown(&domain)),
            });
        }
        let Some(from) = from.filter(|_| faults.is_empty()) else { return Err(faults) };
        Ok(Config {
            ca: None,
            relay: self.relay.clone(),
            port: self.port.unwrap_or(port),
            security,
            login: None,
            from,
            reply_to: reply_to.flatten(),
            domain,
            per_minute: PER_MINUTE,
            per_domain: PER_DOMAIN,
            link_days: LINK_DAYS,
        })
    }
}

fn shown(text: &str) -> String {
    text.chars().take(60).collect()
}

/// Returns what staff chose, if they did.
///
/// # Errors
/// When the store fails.
pub fn chosen(store: &dyn Store) -> Result<Option<Chosen>, StoreError> {
    store.document(Collection::MAIL, RELAY)?.map(|document| document.read()).transpose()
}

/// Keeps what staff choose, in place of what was there; nothing: mail leaves no more.
///
/// # Errors
/// When the store fails.
pub fn choose(store: &dyn Store, chosen: Option<&Chosen>, act: Option<&Act>) -> Result<(), StoreError> {
    let write = match chosen {
        Some(chosen) => DocumentWrite::put(Collection::MAIL, RELAY, Expect::Any, chosen),
        None => DocumentWrite::delete(Collection::MAIL, RELAY, Expect::Any),
    };
    store.write_documents(&[write], act).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::MemoryStore;

    fn good() -> Chosen {
        Chosen {
            relay: "smtp.example.org".to_owned(),
            port: None,
            security: "tls".to_owned(),
            user: Some("office".to_owned()),
            from: "Academy <office@example.org>".to_owned(),
            reply_to: None,
        }
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        let config = good().config().unwrap();
        assert_eq!((config.port, config.domain.as_str()), (465, "example.org"));
        let bad = Chosen {
            relay: "not a host".to_owned(),
            port: Some(0),
            security: "none".to_owned(),
            user: Some("a\nb".to_owned()),
            from: "nobody".to_owned(),
            reply_to: Some("@".to_owned()),
        };
        let fields: Vec<_> = bad.config().unwrap_err().into_iter().map(|fault| fault.field).collect();
        assert_eq!(fields, ["relay", "security", "port", "user", "from", "reply_to"]);
        let open = Chosen { security: "none".to_owned(), user: None, ..good() };
        assert_eq!(open.config().unwrap_err()[0].field, "security", "in the clear to another machine");
        assert!(Chosen { relay: "localhost".to_owned(), ..open }.config().is_ok());
    }

    #[test]
    fn it_is_kept_without_a_password_and_taken_away() {
        let store = MemoryStore::new();
        assert_eq!(chosen(&store).unwrap(), None);
        choose(&store, Some(&good()), None).unwrap();
        assert_eq!(chosen(&store).unwrap(), Some(good()));
        choose(&store, None, None).unwrap();
        assert_eq!(chosen(&store).unwrap(), None);
    }
}
