//! The section `[mail]` of `testamur.toml`: how mail leaves.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::output::{self, Explain, Failure};
use crate::mail::config::{LINK_DAYS, PER_DOMAIN, PER_MINUTE, is_host, is_loopback};
use crate::mail::relay::Patience;
use crate::mail::{Config, Mailbox, Password, Relay, Security};
use crate::server::{MAIL_PASSWORD, SealedMail};

/// Longest time for which a link can be good, in days.
const MOST_LINK_DAYS: u16 = 3_660;

/// The section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MailSection {
    /// The host of the relay that all mail is handed to.
    pub relay: String,
    /// Its port. Default: 587 with `starttls`, 465 with `tls`, 25 with `none`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// `starttls`, `tls` (from the first byte), or `none`: only to this machine itself. Default: `starttls`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub security: Option<Safe>,
    /// A file with certificates (PEM) of authorities that may sign the relay's, beside those that this machine trusts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_file: Option<PathBuf>,
    /// Who logs in at the relay. Needs a password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The file whose first line is the password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_file: Option<PathBuf>,
    /// The variable of the environment that holds the password. Default: `TESTAMUR_MAIL_PASSWORD`, if there is no file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_env: Option<String>,
    /// Who messages are from: `Example Academy <certificates@example.org>`.
    pub from: String,
    /// Where answers go. Default: to `from`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
    /// The domain of the addresses `bounce+TOKEN@` that messages are sent from, and that bounces come back to. Default: that
    /// of `from`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub envelope_domain: Option<String>,
    /// A Maildir, or a file of the mbox format, that mail to these addresses is delivered into: read while the service runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bounces: Option<PathBuf>,
    /// Messages a minute; 0: as many as go. Default: 300.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_minute: Option<u32>,
    /// Messages a minute to one domain; 0: as many as go. Default: 60.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_domain: Option<u32>,
    /// How long the link in a message is good, in days. Default: 90.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link_days: Option<u16>,
}

/// How the connection to the relay is kept safe.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Safe {
    /// STARTTLS, required.
    #[default]
    StartTls,
    /// TLS from the first byte.
    Tls,
    /// Not at all.
    None,
}

impl MailSection {
    /// Checks every value.
    ///
    /// # Errors
    /// Names the first one that is wrong.
    pub(super) fn check(&self) -> Result<(), Failure> {
        self.without_password()?;
        let passwords = [self.password_file.is_some(), self.password_env.is_some()];
        if passwords == [true, true] {
            return Err(Failure::usage("password_file and password_env: give one of them"));
        }
        if self.user.is_none() && passwords.contains(&true) {
            return Err(Failure::usage("a password for the relay needs `user`"));
        }
        let safe = self.security.unwrap_or_default();
        if safe == Safe::None && !is_loopback(&self.relay) {
            return Err(Failure::usage(format!(
                "security = \"none\" goes to this machine itself only, not to `{}`",
                self.relay
            )));
        }
        if safe == Safe::None && self.ca_file.is_some() {
            return Err(Failure::usage(
                "ca_file says who signs the relay's certificate: it needs security = \"starttls\" or \"tls\"",
            ));
        }
        if safe == Safe::None && self.user.is_some() {
            return Err(Failure::usage("nobody logs in without TLS: take security = \"starttls\" or \"tls\""));
        }
        Ok(())
    }

    /// Returns what is configured, with the password and the authorities.
    ///
    /// # Errors
    /// When a value is wrong, or the password or the authorities cannot be had.
    pub(super) fn config(&self) -> Result<Config, Failure> {
        let login = self.user.as_ref().map(|user| Ok::<_, Failure>((user.clone(), self.password()?))).transpose()?;
        Ok(Config { login, ca: self.authorities()?, ..self.without_password()? })
    }

    fn authorities(&self) -> Result<Option<String>, Failure> {
        let Some(path) = &self.ca_file else { return Ok(None) };
        let text = std::fs::read_to_string(path).doing(format!("read mail.ca_file {}", path.display()))?;
        let checked = crate::mail::config::check_authorities(&text);
        checked.map_err(|problem| Failure::usage(format!("mail.ca_file {}: {problem}", path.display())))?;
        Ok(Some(text))
    }

    /// Returns the relay.
    ///
    /// # Errors
    /// As [`MailSection::config`], or when TLS cannot be set up.
    pub(super) fn relay(&self) -> Result<Relay, Failure> {
        Relay::new(self.config()?, Patience::default()).doing("set up mail")
    }

    /// Returns what is configured, but for the password.
    ///
    /// # Errors
    /// When a value is wrong.
    pub(super) fn without_password(&self) -> Result<Config, Failure> {
        let mailbox = |name: &str, text: &str| {
            let read = text.parse::<Mailbox>();
            read.map_err(|error| Failure::usage(format!("mail.{name} `{text}`: {error}")))
        };
        let from = mailbox("from", &self.from)?;
        let reply_to = self.reply_to.as_deref().map(|text| mailbox("reply_to", text)).transpose()?;
        let loopback = is_loopback(&self.relay);
        if !loopback && !is_host(&self.relay) {
            return Err(Failure::usage(format!("mail.relay `{}` is no host such as smtp.example.org", self.relay)));
        }
        let domain = self.envelope_domain.clone().unwrap_or_else(|| from.address.domain().to_owned());
        if !is_host(&domain) || domain.contains(':') {
            return Err(Failure::usage(format!("mail.envelope_domain `{domain}` is no domain such as example.org")));
        }
        let link_days = self.link_days.unwrap_or(LINK_DAYS);
        if !(1..=MOST_LINK_DAYS).contains(&link_days) {
            return Err(Failure::usage(format!("mail.link_days must be 1 to {MOST_LINK_DAYS}")));
        }
        let (security, port) = match self.security.unwrap_or_default() {
            Safe::StartTls => (Security::StartTls, 587),
            Safe::Tls => (Security::Tls, 465),
            Safe::None => (Security::None, 25),
        };
        Ok(Config {
            relay: self.relay.clone(),
            port: self.port.unwrap_or(port),
            security,
            ca: None,
            login: None,
            from,
            reply_to,
            domain,
            per_minute: self.per_minute.unwrap_or(PER_MINUTE),
            per_domain: self.per_domain.unwrap_or(PER_DOMAIN),
            link_days,
        })
    }

    /// Returns what it says, if its password is to be sealed with those of the keys: it lies, or lay, in the file that the first
    /// page made, `keys/mail-password`.
    ///
    /// # Errors
    /// When a value is wrong.
    pub(super) fn sealed(&self, data: &Path) -> Result<Option<SealedMail>, Failure> {
        let plain = data.join("keys").join(MAIL_PASSWORD);
        let (Some(user), true) = (&self.user, self.password_file.as_ref() == Some(&plain)) else { return Ok(None) };
        Ok(Some(SealedMail { config: self.without_password()?, user: user.clone(), plain }))
    }

    fn password(&self) -> Result<Password, Failure> {
        if let Some(path) = &self.password_file {
            let text =
                std::fs::read_to_string(path).doing(format!("read the relay's password in {}", path.display()))?;
            let line = text.lines().next().unwrap_or_default().to_owned();
            return Ok(line.into());
        }
        let name = self.password_env.as_deref().unwrap_or("TESTAMUR_MAIL_PASSWORD");
        let value = std::env::var(name).ok().filter(|value| !value.is_empty());
        let missing = || {
            Failure::new(format!("there is no password for the relay: {name} is not set"))
                .hint("set it, or name a file in `password_file`")
        };
        Ok(value.ok_or_else(missing)?.into())
    }

    /// Prints what it amounts to; the password is read, and not shown.
    ///
    /// # Errors
    /// As [`MailSection::config`].
    pub(super) fn show(&self, public_url: Option<&str>) -> Result<(), Failure> {
        // One that is sealed is opened with the keys, not here.
        let sealed =
            self.password_file.as_ref().is_some_and(|path| !path.exists() && path.with_extension("sealed").exists());
        let config = if sealed { self.without_password()? } else { self.config()? };
        let safe = match config.security {
            Security::StartTls => "STARTTLS",
            Security::Tls => "TLS",
            Security::None => "no TLS, on this machine",
        };
        let login = self.user.as_ref().map_or(String::new(), |user| format!(", as {user}"));
        output::line(format!("mail.relay         {}:{} ({safe}{login})", config.relay, config.port));
        if let Some(path) = &self.ca_file {
            output::line(format!("mail.ca_file       {}", path.display()));
        }
        output::line(format!("mail.from          {}", config.from));
        let reply_to = config.reply_to.as_ref().map_or_else(|| config.from.to_string(), ToString::to_string);
        output::line(format!("mail.reply_to      {reply_to}"));
        output::line(format!("mail.bounces       bounce+TOKEN@{}", config.domain));
        let limit = |limit: u32| if limit == 0 { "no limit".to_owned() } else { format!("{limit} a minute") };
        let (all, each) = (limit(config.per_minute), limit(config.per_domain));
        output::line(format!("mail.limits        {all}; to one domain: {each}"));
        match public_url {
            Some(_) => output::line(format!("mail.link_days     {}", config.link_days)),
            None => {
                output::line("mail.link_days     no links: serve.public_url is not set, so the PDF is attached always")
            }
        }
        Ok(())
    }
}
