//! The relay: the one mail server that all messages are handed to (RFC 5321, 3207, 4954, 6409, 8314).
//!
//! A conversation is held step by step, and not by one call of the library: what a failure means depends on how far it had come.
//! Before the content nothing has left. After the content's final dot nobody can tell.

use std::error::Error as _;
use std::io::ErrorKind;
use std::time::Duration;

use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use tokio::time::timeout;

use super::config::bare;
use super::outbox::Outcome;
use super::{Address, Config, Letter, Reply, Security, trust};

/// Messages handed over in one connection.
pub const PER_CONNECTION: u32 = 100;

/// What is said of a relay that would take mail in the clear.
const NO_STARTTLS: &str = "it does not offer STARTTLS, and nothing is sent in the clear";

/// How long the relay may take over each step.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// To be connected, greeted and logged in.
    pub connect: Duration,
    /// To answer a command.
    pub command: Duration,
    /// To take the content and answer (RFC 5321 section 4.5.3.2.6: ten minutes).
    pub content: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { connect: Duration::from_secs(60), command: Duration::from_secs(120), content: Duration::from_secs(600) }
    }
}

/// Why the relay cannot be used, whatever the message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// It cannot be reached, or does not speak as it should.
    #[error("the relay cannot be reached: {0}")]
    Unreachable(String),
    /// It does not take mail from here.
    #[error("the relay takes no mail from here: {0}")]
    Unwilling(String),
    /// The connection is not safe, so nothing goes over it.
    #[error("there is no safe connection to the relay: {0}")]
    Unsafe(String),
}

impl Trouble {
    /// Says that all recipients are refused, for what we are. The reply names one of them, so only its code is told.
    pub(super) fn refuses(reply: &Reply) -> Self {
        Self::Unwilling(format!("it refuses recipients with {}, whoever they are; a login may be missing", reply.code))
    }
}

/// Why there is no relay.
#[derive(Debug, thiserror::Error)]
#[error("TLS cannot be set up for `{host}`: {problem}")]
pub struct RelayError {
    host: String,
    problem: String,
}

/// The relay, and how it is reached.
#[derive(Clone)]
pub struct Relay {
    config: Config,
    tls: Option<TlsParameters>,
    patience: Patience,
}

impl std::fmt::Debug for Relay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Relay")
            .field("host", &self.config.relay)
            .field("port", &self.config.port)
            .finish_non_exhaustive()
    }
}

impl Relay {
    /// Returns the relay of a configuration.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(config: Config, patience: Patience) -> Result<Self, RelayError> {
        let tls = match config.security {
            Security::None => None,
            Security::StartTls | Security::Tls => {
                let made = trust::parameters(&config.relay, config.ca.as_deref());
                Some(made.map_err(|problem| RelayError { host: config.relay.clone(), problem })?)
            }
        };
        Ok(Self { config, tls, patience })
    }

    /// Returns how it was configured.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Connects, and logs in where that is asked for.
    ///
    /// # Errors
    /// [`Trouble`].
    pub async fn connect(&self) -> Result<Connection, Trouble> {
        let connected = timeout(self.patience.connect, self.connected()).await;
        let inner = connected.unwrap_or_else(|_| Err(self.silent()))?;
        Ok(Connection { inner, patience: self.patience, used: 0, broken: false })
    }

    async fn connected(&self) -> Result<AsyncSmtpConnection, Trouble> {
        let config = &self.config;
        let hello = ClientId::Domain(config.domain.clone());
        let wrapped = self.tls.clone().filter(|_| config.security == Security::Tls);
        let address = (bare(&config.relay), config.port);
        let connected =
            AsyncSmtpConnection::connect_tokio1(address, Some(self.patience.connect), &hello, wrapped, None).await;
        let mut inner = connected.map_err(|error| self.trouble(&error))?;
        if let Some(tls) = self.tls.clone().filter(|_| config.security == Security::StartTls) {
            if !inner.can_starttls() {
                return Err(Trouble::Unsafe(NO_STARTTLS.to_owned()));
            }
            inner.starttls(tls, &hello).await.map_err(|error| self.trouble(&error))?;
        }
        if let Some((user, password)) = &config.login {
            let credentials = Credentials::new(user.clone(), password.expose().to_owned());
            let logged_in = inner.auth(DEFAULT_MECHANISMS, &credentials).await;
            logged_in.map_err(|error| match reply_of(&error) {
                Some(reply) => Trouble::Unwilling(format!("the login was refused ({})", reply.code)),
                None => self.trouble(&error),
            })?;
        }
        Ok(inner)
    }

    fn trouble(&self, error: &SmtpError) -> Trouble {
        match trust::why(error, &self.config.relay) {
            Some(why) => Trouble::Unsafe(why),
            None if error.is_timeout() => self.silent(),
            None => Trouble::Unreachable(self.unreachable(error)),
        }
    }

    /// Says in plain words why there is no connection, where that is known.
    fn unreachable(&self, error: &SmtpError) -> String {
        let mut cause = error.source();
        let mut io = None;
        while let Some(one) = cause.filter(|_| io.is_none()) {
            io = one.downcast_ref::<std::io::Error>();
            cause = one.source();
        }
        match io {
            Some(error) if error.kind() == ErrorKind::ConnectionRefused => {
                format!("nothing listens on port {}", self.config.port)
            }
            Some(error) if error.to_string().contains("lookup address") => "its name is not known".to_owned(),
            _ => error.to_string(),
        }
    }

    /// A server that waits for TLS greets nobody who waits for its greeting.
    fn silent(&self) -> Trouble {
        let tls =
            if self.config.security == Security::Tls { "" } else { "; a port for TLS alone wants security = \"tls\"" };
        Trouble::Unreachable(format!("it does not answer on port {}{tls}", self.config.port))
    }
}

/// Returns what the server said, if it was the server.
fn reply_of(error: &SmtpError) -> Option<Reply> {
    let code = error.status()?.to_string().parse().ok()?;
    Some(Reply::new(code, &error.source().map(ToString::to_string).unwrap_or_default()))
}

/// Why one message was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotTaken {
    /// The relay cannot be used.
    #[error(transparent)]
    Trouble(#[from] Trouble),
    /// It was refused.
    #[error("the relay refused it: {0}")]
    Refused(String),
    /// The connection broke after the content.
    #[error("the connection broke; it may have left or not")]
    Unknown,
}

impl Relay {
    /// Sends one letter at once, outside of any outbox: for who tries it out. Returns what the relay answered.
    ///
    /// # Errors
    /// [`NotTaken`].
    pub async fn send_one(&self, letter: &Letter) -> Result<Reply, NotTaken> {
        let mut connection = self.connect().await?;
        let from = self.config.from.address.to_string();
        let outcome = match connection.recipient(&from, &letter.to.address, letter.mime.is_ascii()).await? {
            Named::Taken => connection.content(&letter.mime).await,
            Named::Refused(reply) => Outcome::Refused(reply),
            Named::NotSuch(why) => Outcome::Unsendable(why.to_owned()),
            Named::Unread => Outcome::Refused(unread()),
        };
        connection.quit().await;
        match outcome {
            Outcome::Accepted(reply) => Ok(reply),
            Outcome::Refused(reply) => Err(NotTaken::Refused(reply.to_string())),
            Outcome::Unsendable(why) => Err(NotTaken::Refused(why)),
            Outcome::Broke => Err(Trouble::Unreachable("the connection broke".to_owned()).into()),
            Outcome::Unknown => Err(NotTaken::Unknown),
        }
    }
}

/// What came of naming a recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    /// The content may come.
    Taken,
    /// The recipient is refused.
    Refused(Reply),
    /// The relay takes no such address.
    NotSuch(&'static str),
    /// No answer to the recipient could be read, or the connection broke at it.
    Unread,
}

/// A connection to the relay.
pub struct Connection {
    inner: AsyncSmtpConnection,
    patience: Patience,
    used: u32,
    broken: bool,
}

impl Connection {
    /// Says whether it was used before: the relay may have closed it meanwhile.
    pub fn is_used(&self) -> bool {
        self.used > 0
    }

    /// Says whether it is of no more use.
    pub fn is_over(&self) -> bool {
        self.broken || self.used >= PER_CONNECTION
    }

    async fn command(&mut self, command: impl std::fmt::Display) -> Result<Reply, Option<Reply>> {
        let answered = timeout(self.patience.command, self.inner.command(command)).await;
        let answer = match answered {
            Err(_) => Err(None),
            Ok(Err(error)) => Err(reply_of(&error)),
            Ok(Ok(response)) => {
                let code = response.code().to_string().parse().unwrap_or_default();
                Ok(Reply::new(code, &response.message().collect::<Vec<_>>().join(" ")))
            }
        };
        self.broken |= matches!(&answer, Err(None) | Err(Some(Reply { code: 421, .. })));
        answer
    }

    /// Names sender and recipient. Nothing has left yet.
    ///
    /// # Errors
    /// [`Trouble`] that has nothing to do with the recipient.
    pub async fn recipient(&mut self, from: &str, to: &Address, ascii: bool) -> Result<Named, Trouble> {
        self.used += 1;
        let mut parameters = Vec::new();
        if to.takes_utf8() {
            if !self.inner.server_info().supports_feature(Extension::SmtpUtfEight) {
                return Ok(Named::NotSuch("the relay takes no addresses with such letters (SMTPUTF8)"));
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        if !ascii && self.inner.server_info().supports_feature(Extension::EightBitMime) {
            parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        let sender: lettre::Address = from.parse().map_err(|_| Trouble::Unwilling("our own address".to_owned()))?;
        match self.command(Mail::new(Some(sender), parameters)).await {
            Ok(_) => {}
            Err(Some(reply)) if reply.code != 421 => return Err(Trouble::Unwilling(reply.to_string())),
            Err(reply) => return Err(Trouble::Unreachable(broke(reply))),
        }
        let Ok(recipient) = lettre::Address::new(to.local(), to.domain()) else {
            return Ok(Named::NotSuch("it is no address that mail can be sent to"));
        };
        match self.command(Rcpt::new(recipient, Vec::new())).await {
            Ok(_) => Ok(Named::Taken),
            Err(Some(reply)) => Ok(Named::Refused(reply)),
            // The sender was answered, so the relay is there.
            Err(None) => Ok(Named::Unread),
        }
    }

    /// Hands the content over.
    pub async fn content(&mut self, mime: &[u8]) -> Outcome {
        match self.command(Data).await {
            Ok(_) => {}
            Err(Some(reply)) => return Outcome::Refused(reply),
            Err(None) => return Outcome::Broke,
        }
        let answered = timeout(self.patience.content, self.inner.message(mime)).await;
        match answered {
            Ok(Ok(response)) => {
                let code = response.code().to_string().parse().unwrap_or_default();
                Outcome::Accepted(Reply::new(code, &response.message().collect::<Vec<_>>().join(" ")))
            }
            Ok(Err(error)) => match reply_of(&error) {
                Some(reply) => {
                    self.broken |= reply.code == 421;
                    Outcome::Refused(reply)
                }
                None => {
                    self.broken = true;
                    Outcome::Unknown
                }
            },
            Err(_) => {
                self.broken = true;
                Outcome::Unknown
            }
        }
    }

    /// Takes back what was named.
    pub async fn reset(&mut self) {
        if !self.broken && self.command(Rset).await.is_err() {
            self.broken = true;
        }
    }

    /// Says goodbye.
    pub async fn quit(mut self) {
        if !self.broken {
            let _ = timeout(self.patience.command, self.inner.quit()).await;
        }
    }
}

/// Stands for an answer to a recipient that could not be read: tried again later, and not for ever (RFC 5321 section 4.2.1).
pub(super) fn unread() -> Reply {
    Reply::new(451, "(no answer to the recipient that could be read)")
}

fn broke(reply: Option<Reply>) -> String {
    reply.map_or_else(|| "the connection broke".to_owned(), |reply| reply.to_string())
}
