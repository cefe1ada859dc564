//! How mail leaves: what the rest of the room is told of the configuration.

use std::fmt;

use zeroize::Zeroizing;

use super::Mailbox;
use super::trust::NoAuthority;

/// How long the link of a message is good, in days, where nothing else is said.
pub const LINK_DAYS: u16 = 90;
/// Messages a minute, where nothing else is said.
pub const PER_MINUTE: u32 = 300;
/// Messages a minute to one domain, where nothing else is said.
pub const PER_DOMAIN: u32 = 60;

/// How the connection to the relay is kept safe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// STARTTLS (RFC 3207), required.
    StartTls,
    /// TLS from the first byte (RFC 8314).
    Tls,
    /// Not at all: only to this machine itself.
    None,
}

/// The password for the relay, which is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(Zeroizing<String>);

impl Password {
    /// Returns the text.
    pub(super) fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Password {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// How mail leaves.
#[derive(Debug, Clone)]
pub struct Config {
    /// The relay's host.
    pub relay: String,
    /// Its port.
    pub port: u16,
    /// How the connection is kept safe.
    pub security: Security,
    /// Authorities that may sign its certificate, beside those that this machine trusts: certificates in PEM.
    pub ca: Option<String>,
    /// Who logs in there, with which password.
    pub login: Option<(String, Password)>,
    /// Who messages are from, where an event does not say.
    pub from: Mailbox,
    /// Where answers go, where an event does not say.
    pub reply_to: Option<Mailbox>,
    /// The domain of the addresses that bounces come back to, and of `Message-ID`s.
    pub domain: String,
    /// Messages a minute; 0: as many as go.
    pub per_minute: u32,
    /// Messages a minute to one domain; 0: as many as go.
    pub per_domain: u32,
    /// How long a message's link is good, in days.
    pub link_days: u16,
}

/// Longest host that is taken, in bytes: one in an address costs room in every QR code.
const HOST_CHARS: usize = 100;

/// Says whether a text is a host: lower-case labels of letters, digits and hyphens (RFC 1123 section 2.1), with an optional port.
pub fn is_host(text: &str) -> bool {
    let (name, port) = text.split_once(':').map_or((text, None), |(name, port)| (name, Some(port)));
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= HOST_CHARS
        && name.split('.').all(label)
        && port.is_none_or(|port| port.parse::<u16>().is_ok_and(|n| n > 0 && n.to_string() == port))
}

/// Says whether a text holds certificates of authorities, in PEM.
///
/// # Errors
/// When it holds none.
pub fn check_authorities(ca: &str) -> Result<(), NoAuthority> {
    super::trust::authorities(ca).map(drop)
}

/// Says whether a host is this machine: there mail may go without TLS.
pub fn is_loopback(host: &str) -> bool {
    host == "localhost" || bare(host).parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Returns a host without the brackets around an address of IPv6.
pub(super) fn bare(host: &str) -> &str {
    host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host)
}
