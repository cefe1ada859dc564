//! The relay that mail is handed to, as it is now: what the configuration says, else what staff chose on a page. A password that is
//! sealed with that of the keys is known while they are unlocked; until then what is due waits.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use zeroize::Zeroizing;

use super::{App, Problem, VaultError};
use crate::mail::chosen::{self, Chosen};
use crate::mail::relay::Patience;
use crate::mail::{Config, MailError, Password, Relay, setup};

/// Under which name the password is sealed.
pub const MAIL_PASSWORD: &str = "mail-password";

/// What `testamur.toml` says of mail where the password is sealed, or is to be.
#[derive(Debug, Clone)]
pub struct SealedMail {
    /// How mail leaves, but for the login.
    pub config: Config,
    /// Who logs in.
    pub user: String,
    /// A file with the password as it is, which is taken over as soon as the keys are open.
    pub plain: PathBuf,
}

/// How mail leaves now.
#[derive(Debug, Clone, Default)]
pub struct MailNow {
    /// How it leaves, but for the password; nothing: not at all.
    pub config: Option<Config>,
    /// Who logs in.
    pub user: Option<String>,
    /// The relay; nothing while the password is not known.
    pub relay: Option<Relay>,
    /// Whether the configuration says so: then no page changes it.
    pub fixed: bool,
    /// Whether the password waits for the keys to be unlocked.
    pub waits: bool,
}

/// What is sealed: a password is for whom it was given, and goes to no other relay.
#[derive(Serialize, Deserialize)]
struct Sealed {
    relay: String,
    /// Nothing where it was sealed by an earlier version, or for a relay that the configuration names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    port: Option<u16>,
    user: String,
    password: String,
}

/// Returns what is sealed of a password for a relay.
pub fn sealed_text((relay, port): (&str, Option<u16>), user: &str, password: &str) -> Zeroizing<String> {
    let (relay, user, password) = (relay.to_owned(), user.to_owned(), password.to_owned());
    let sealed = Sealed { relay, port, user, password };
    let text = Zeroizing::new(serde_json::to_string(&sealed).unwrap_or_default());
    drop(Zeroizing::new(sealed.password));
    text
}

/// Returns the password that was sealed for this relay and user; nothing if it was for others.
pub fn sealed_password(text: &str, (relay, port): (&str, u16), user: &str) -> Option<Password> {
    let sealed = serde_json::from_str::<Sealed>(text).ok()?;
    let same_port = sealed.port.is_none_or(|sealed| sealed == port);
    (sealed.relay == relay && same_port && sealed.user == user).then(|| Password::from(sealed.password))
}

/// What the courier and the pages share.
pub(super) struct Mailing {
    now: Mutex<Arc<MailNow>>,
    changes: watch::Sender<u64>,
}

impl Default for Mailing {
    fn default() -> Self {
        Self { now: Mutex::default(), changes: watch::Sender::new(0) }
    }
}

impl App {
    /// Returns how mail leaves now.
    pub fn mail_now(&self) -> Arc<MailNow> {
        Arc::clone(&self.mailing().now.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Tells of each change of that.
    pub fn mail_changes(&self) -> watch::Receiver<u64> {
        self.mailing().changes.subscribe()
    }

    /// Finds out anew how mail leaves: at the start, when staff chose otherwise, and when the keys were locked or unlocked.
    ///
    /// # Errors
    /// When the store fails, or the relay cannot be used so.
    pub fn take_up_mail(&self) -> Result<(), Problem> {
        let now = match (&self.mail, &self.mail_sealed) {
            (Some(relay), _) => fixed(relay),
            (None, Some(sealed)) => {
                MailNow { fixed: true, ..self.with_login(sealed.config.clone(), Some(sealed.user.clone()))? }
            }
            (None, None) => self.as_chosen()?,
        };
        *self.mailing().now.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(now);
        self.mail_changed();
        Ok(())
    }

    /// Says that letters are written, or leave, in another way than before.
    pub(super) fn mail_changed(&self) {
        self.mailing().changes.send_modify(|count| *count += 1);
    }

    fn as_chosen(&self) -> Result<MailNow, Problem> {
        let chosen = chosen::chosen(&*self.store)?;
        let config = chosen.as_ref().and_then(|chosen| chosen.config().ok());
        // Whoever put it there was told what is wrong; an older version may have taken what this one does not.
        if chosen.is_some() && config.is_none() {
            tracing::error!("mail is set to what cannot be used; see the page `Settings`");
        }
        let Some(config) = config else { return Ok(MailNow::default()) };
        setup::tell(&*self.store, Some(&config), self.now())?;
        self.with_login(config, chosen.and_then(|chosen| chosen.user))
    }

    fn with_login(&self, config: Config, user: Option<String>) -> Result<MailNow, Problem> {
        let Some(user) = user else { return without_login(config) };
        let password = match self.password(&config, &user) {
            Ok(password) => password,
            Err(VaultError::Locked) => {
                return Ok(MailNow { config: Some(config), user: Some(user), waits: true, ..MailNow::default() });
            }
            Err(error) => return Err(error.into()),
        };
        let login = password.map(|password| (user.clone(), password));
        // Without its password it is not knocked at: it would only refuse.
        let relay = login.map(|login| relay(Config { login: Some(login), ..config.clone() })).transpose()?;
        Ok(MailNow { config: Some(config), user: Some(user), relay, ..MailNow::default() })
    }

    /// Returns the password for a relay. One that lies in a file as it is, is sealed first if the keys are open.
    fn password(&self, config: &Config, user: &str) -> Result<Option<Password>, VaultError> {
        if let Some(plain) = self.mail_sealed.as_ref().and_then(|sealed| first_line(&sealed.plain)) {
            self.take_over(config, user, &plain);
            return Ok(Some(Password::from(plain.as_str().to_owned())));
        }
        let text = self.vault.open_sealed(MAIL_PASSWORD)?;
        Ok(text.and_then(|text| sealed_password(&text, (&config.relay, config.port), user)))
    }

    /// The file goes when what is sealed is durable.
    fn take_over(&self, config: &Config, user: &str, password: &str) {
        let Some(path) = self.mail_sealed.as_ref().map(|sealed| &sealed.plain) else { return };
        // Whoever changes the port in the configuration need not know the password again.
        let taken = self.seal_password((&config.relay, None), user, password).map_err(|error| match error {
            VaultError::Locked => None,
            error => Some(error.to_string()),
        });
        match taken.and_then(|()| std::fs::remove_file(path).map_err(|error| Some(error.to_string()))) {
            Ok(()) => tracing::info!("the password for mail is sealed with the keys; its file is gone"),
            Err(None) => {}
            Err(Some(error)) => tracing::warn!(%error, "the password for mail stays in its file"),
        }
    }

    /// Seals the password for a relay.
    ///
    /// # Errors
    /// [`VaultError::Locked`], or when it cannot be written.
    pub(super) fn seal_password(
        &self,
        relay: (&str, Option<u16>),
        user: &str,
        password: &str,
    ) -> Result<(), VaultError> {
        self.vault.seal(MAIL_PASSWORD, &sealed_text(relay, user, password))
    }

    /// Says whether the password that is sealed is for this relay and user; nothing while that cannot be known.
    pub(super) fn has_password_for(&self, chosen: &Chosen) -> Option<bool> {
        let (Some(user), Ok(config)) = (&chosen.user, chosen.config()) else { return Some(false) };
        match self.password(&config, user) {
            Ok(password) => Some(password.is_some()),
            Err(_) => None,
        }
    }
}

fn fixed(relay: &Relay) -> MailNow {
    let config = relay.config();
    let user = config.login.as_ref().map(|(user, _)| user.clone());
    let shown = Config { login: None, ..config.clone() };
    MailNow { config: Some(shown), user, relay: Some(relay.clone()), fixed: true, waits: false }
}

fn without_login(config: Config) -> Result<MailNow, Problem> {
    let relay = Some(relay(config.clone())?);
    Ok(MailNow { config: Some(config), relay, ..MailNow::default() })
}

fn relay(config: Config) -> Result<Relay, Problem> {
    Relay::new(config, Patience::default()).map_err(|error| Problem::unprocessable("bad-relay", error.to_string()))
}

fn first_line(path: &std::path::Path) -> Option<Zeroizing<String>> {
    let text = Zeroizing::new(std::fs::read_to_string(path).ok()?);
    text.lines().next().filter(|line| !line.is_empty()).map(|line| Zeroizing::new(line.to_owned()))
}

impl MailNow {
    /// Returns the relay.
    ///
    /// # Errors
    /// What is missing.
    pub(super) fn usable(&self) -> Result<Relay, Problem> {
        match (&self.relay, &self.config) {
            (Some(relay), _) => Ok(relay.clone()),
            (None, Some(_)) if self.waits => Err(Problem::locked()),
            (None, Some(_)) => {
                let detail = "the password for the mail server is not known; say it again under Settings";
                Err(Problem::conflict("no-password", detail))
            }
            (None, None) => Err(MailError::NotSetUp.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_goes_to_the_relay_the_port_and_the_user_that_it_was_sealed_for() {
        let known = |text: &str, port| sealed_password(text, ("smtp.example.org", port), "office").is_some();
        let text = sealed_text(("smtp.example.org", Some(465)), "office", "secret");
        assert!(known(&text, 465) && !known(&text, 2525));
        assert!(sealed_password(&text, ("smtp.evil.example", 465), "office").is_none());
        assert!(sealed_password(&text, ("smtp.example.org", 465), "mallory").is_none());
        // What an earlier version sealed, and what the configuration names.
        let old = r#"{"relay":"smtp.example.org","user":"office","password":"secret"}"#;
        assert_eq!(*sealed_text(("smtp.example.org", None), "office", "secret"), old);
        assert!(known(old, 465) && known(old, 2525));
    }
}
