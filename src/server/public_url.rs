//! The address under which people and programs reach the service: what every link that it gives begins with.
//!
//! It is told (`public_url` in `[serve]`), or it is where the service listens. It is never taken from a request: whoever sends
//! one could have a password link lead to a host of their own.

use std::fmt;
use std::str::FromStr;

use url::{Host, Url};

use crate::webhooks::address::is_public;

/// The page where somebody sets a password who was given a link, by an invitation too.
pub const PASSWORD_PAGE: &str = "password";
/// Longest address, in bytes.
const LONGEST: usize = 200;

/// Why a text is no public address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no address such as https://certs.example.org or https://example.org/certificates: {why}")]
pub struct PublicUrlError {
    text: String,
    why: &'static str,
}

/// The address, without a slash at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    text: String,
    is_told: bool,
}

impl PublicUrl {
    /// Returns the address of a service of which only is known where it listens.
    pub fn listening(scheme: &str, address: impl fmt::Display) -> Self {
        Self { text: format!("{scheme}://{address}"), is_told: false }
    }

    /// Reads what staff say on a page: nobody is led to where passwords would travel in the clear.
    ///
    /// # Errors
    /// Why it cannot be such an address.
    pub fn of_staff(text: &str) -> Result<Self, PublicUrlError> {
        let read: Self = text.parse()?;
        match read.is_safe() {
            true => Ok(read),
            false => Err(PublicUrlError {
                text: text.chars().take(LONGEST).collect(),
                why: "other machines are reached by https:// only",
            }),
        }
    }

    /// Returns the address, if it was told.
    pub fn told(&self) -> Option<&str> {
        self.is_told.then_some(self.text.as_str())
    }

    /// Returns the link to a page with a secret, which is in the fragment: no server sees that.
    pub fn link(&self, page: &str, secret: &crate::accounts::Secret) -> String {
        format!("{self}/{page}#{}", secret.expose())
    }

    /// Says whether browsers take a session's cookie here: only over a safe connection, or from this machine itself.
    pub fn is_safe(&self) -> bool {
        self.text.starts_with("https:") || self.is_of_this_machine()
    }

    /// Says whether only this machine or its network knows the address, or what goes there is not safe: nobody else is led there by
    /// a link.
    pub fn is_for_nobody_else(&self) -> bool {
        let host = Url::parse(&self.text).ok().and_then(|url| url.host_str().map(str::to_owned));
        !self.text.starts_with("https:") || host.is_none_or(|host| is_known_here_only(&host))
    }

    /// Says whether only this machine itself reaches it.
    pub fn is_of_this_machine(&self) -> bool {
        Url::parse(&self.text).is_ok_and(|url| match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        })
    }
}

/// Endings of names that no public name server knows: of a network's own, or of this machine.
const OWN_ENDINGS: [&str; 9] =
    ["localhost", "local", "internal", "intranet", "lan", "home", "corp", "localdomain", "home.arpa"];

/// Says whether only this machine, or the network that it stands in, knows a host (with a port, where it has one): nobody else is led
/// there by a link or a QR code.
pub(super) fn is_known_here_only(host: &str) -> bool {
    let url = Url::parse(&format!("https://{host}/"));
    url.is_ok_and(|url| match url.host() {
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            let ends =
                |ending: &str| name.strip_suffix(ending).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
            !name.contains('.') || OWN_ENDINGS.into_iter().any(ends)
        }
        Some(Host::Ipv4(address)) => !is_public(address.into()),
        Some(Host::Ipv6(address)) => !is_public(address.into()),
        None => false,
    })
}

impl Default for PublicUrl {
    fn default() -> Self {
        Self::listening("http", "127.0.0.1:8080")
    }
}

impl FromStr for PublicUrl {
    type Err = PublicUrlError;

    fn from_str(text: &str) -> Result<Self, PublicUrlError> {
        let wrong = |why| PublicUrlError { text: text.chars().take(LONGEST).collect(), why };
        if text.len() > LONGEST {
            return Err(wrong("it is too long"));
        }
        let url = Url::parse(text).map_err(|_| wrong("it cannot be read"))?;
        // The parser forgives what people would read otherwise: `https:example.org`, backslashes, spaces.
        let plain = |b: u8| b.is_ascii_graphic() && !b"\\\"<>^`{|}".contains(&b);
        match () {
            () if !["http", "https"].contains(&url.scheme()) => Err(wrong("it begins with http:// or https://")),
            () if !text.contains("://") || !text.bytes().all(plain) => Err(wrong("it cannot be read")),
            () if !url.has_host() => Err(wrong("it names no host")),
            () if !url.username().is_empty() || url.password().is_some() => Err(wrong("it names a user")),
            () if url.query().is_some() || url.fragment().is_some() => Err(wrong("it has a `?` or a `#`")),
            () if url.path().contains("//") => Err(wrong("its path has two slashes together")),
            () => Ok(Self { text: url.as_str().trim_end_matches('/').to_owned(), is_told: true }),
        }
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_that_links_can_begin_with() {
        for (text, kept) in [
            ("https://certs.example.org", "https://certs.example.org"),
            ("https://Certs.example.org:443/", "https://certs.example.org"),
            ("http://localhost:8080", "http://localhost:8080"),
            ("https://example.org/certificates/", "https://example.org/certificates"),
            ("https://[2001:db8::1]:8443", "https://[2001:db8::1]:8443"),
        ] {
            assert_eq!(text.parse::<PublicUrl>().unwrap().to_string(), kept);
        }
        for wrong in [
            "",
            "certs.example.org",
            "//certs.example.org",
            "ftp://certs.example.org",
            "https:certs.example.org",
            "https://",
            "https://ada@certs.example.org",
            "https://certs.example.org/?a=b",
            "https://certs.example.org/#a",
            "https://certs.example.org/a//b",
            "https://certs example.org",
            "https:\\\\certs.example.org",
            "https://certs.example.org/a b",
            "https://certs.example.org:99999",
        ] {
            assert!(wrong.parse::<PublicUrl>().is_err(), "{wrong}");
        }
        assert!(format!("https://e.org/{}", "a".repeat(LONGEST)).parse::<PublicUrl>().is_err());
    }

    #[test]
    fn staff_say_an_address_that_is_safe_or_of_this_machine() {
        for text in ["https://certs.example.org", "http://localhost:8080", "http://127.0.0.1:8080"] {
            assert!(PublicUrl::of_staff(text).is_ok(), "{text}");
        }
        for text in ["http://certs.example.org", "certs.example.org", "javascript:alert(1)"] {
            assert!(PublicUrl::of_staff(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_only_this_network_knows_is_told_from_what_others_reach() {
        for host in [
            "localhost",
            "localhost:8443",
            "certs.localhost",
            "certs",
            "nas.local",
            "certs.corp",
            "srv.intern.lan",
            "printer.home.arpa",
            "192.168.178.20",
            "10.0.0.1:8443",
            "127.0.0.1",
            "[fe80::1]",
            "Certs.LOCAL.",
        ] {
            assert!(is_known_here_only(host), "{host}");
        }
        for host in
            ["certs.example.org", "academy.example", "local.example.org", "mylan.de", "8.8.8.8", "bücher.example"]
        {
            assert!(!is_known_here_only(host), "{host}");
        }
        for (address, nobody) in [
            ("https://certs.example.org", false),
            ("http://certs.example.org", true),
            ("http://localhost:8080", true),
            ("https://192.168.1.5", true),
        ] {
            assert_eq!(address.parse::<PublicUrl>().unwrap().is_for_nobody_else(), nobody, "{address}");
        }
    }

    #[test]
    fn a_session_needs_a_safe_connection_or_this_machine() {
        for (text, safe) in [
            ("https://certs.example.org", true),
            ("http://certs.example.org", false),
            ("http://localhost:1", true),
            ("http://127.0.0.1", true),
            ("http://[::1]:80", true),
        ] {
            assert_eq!(text.parse::<PublicUrl>().unwrap().is_safe(), safe, "{text}");
        }
    }
}
