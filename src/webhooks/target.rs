//! The addresses (URLs) that endpoints may have. What a host name leads to is checked when it is called, in
//! [`super::client`]; a literal address is checked here, before every call too.

use std::fmt;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use url::{Host, Url};

use super::address::{is_loopback, is_public};

/// Longest address, in bytes.
pub const URL_BYTES: usize = 2_000;

/// What the operator allows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rules {
    /// This machine's own addresses, and plain `http` to them: for tests and for receivers on the same machine.
    pub loopback: bool,
}

/// Why a text is no address for webhooks. Never repeats the text: addresses often hold tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// It cannot be read.
    #[error("the address is not a URL with a host")]
    Malformed,
    /// It is too long.
    #[error("the address has more than {URL_BYTES} bytes")]
    TooLong,
    /// Not `https`.
    #[error("the address does not begin with https://")]
    NotHttps,
    /// It names a user or password.
    #[error("the address holds a user name or password")]
    Userinfo,
    /// It has a part after `#`, which is never sent.
    #[error("the address has a part after #")]
    Fragment,
    /// It leads into a network that is not the public internet.
    #[error("the address is not one of the public internet")]
    NotPublic,
}

/// An address that an endpoint may have.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Target(String);

impl Target {
    /// Reads an address in the form that browsers use (WHATWG URL), so that `0x7f.1` is known for what it is.
    ///
    /// # Errors
    /// [`TargetError`].
    pub fn parse(text: &str, rules: Rules) -> Result<Self, TargetError> {
        check(text, rules).map(|url| Self(url.into()))
    }

    /// Returns it for a call, checked by the rules of today.
    pub(super) fn url(&self, rules: Rules) -> Result<Url, TargetError> {
        check(&self.0, rules)
    }

    /// Returns its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Prints the host only: what follows may hold tokens.
impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = Url::parse(&self.0).ok().and_then(|url| url.host_str().map(str::to_owned));
        write!(f, "Target({}/…)", host.unwrap_or_default())
    }
}

fn check(text: &str, rules: Rules) -> Result<Url, TargetError> {
    if text.len() > URL_BYTES {
        return Err(TargetError::TooLong);
    }
    let url = Url::parse(text).map_err(|_| TargetError::Malformed)?;
    let (own, closed) = place(url.host().ok_or(TargetError::Malformed)?);
    match url.scheme() {
        "https" => {}
        "http" if own && rules.loopback => {}
        _ => return Err(TargetError::NotHttps),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(TargetError::Userinfo);
    }
    if url.fragment().is_some() {
        return Err(TargetError::Fragment);
    }
    if closed && !(own && rules.loopback) {
        return Err(TargetError::NotPublic);
    }
    if url.as_str().len() > URL_BYTES { Err(TargetError::TooLong) } else { Ok(url) }
}

/// Says whether a host is this machine, and whether it surely is not of the public internet.
fn place(host: Host<&str>) -> (bool, bool) {
    let address = match host {
        Host::Domain(name) => {
            // RFC 6761 section 6.3: these names never lead elsewhere.
            let name = name.trim_end_matches('.');
            let own = name == "localhost" || name.ends_with(".localhost");
            return (own, own);
        }
        Host::Ipv4(address) => IpAddr::V4(address),
        Host::Ipv6(address) => IpAddr::V6(address),
    };
    (is_loopback(address), !is_public(address))
}

#[cfg(test)]
mod tests {
    use super::*;

    const STRICT: Rules = Rules { loopback: false };
    const OPEN: Rules = Rules { loopback: true };

    #[test]
    fn public_https_addresses_are_good() {
        for text in
            ["https://example.org/hook?x=1", "https://example.org:8443/", "https://1.1.1.1/", "https://bücher.example/"]
        {
            assert!(Target::parse(text, STRICT).is_ok(), "{text}");
        }
        assert_eq!(Target::parse("https://EXAMPLE.org", STRICT).unwrap().as_str(), "https://example.org/");
    }

    #[test]
    fn every_way_to_write_an_inner_address_is_refused() {
        let inner = [
            "https://127.0.0.1/",
            "https://127.1/",
            "https://0x7f.1/",
            "https://2130706433/",
            "https://0177.0.0.1/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[::ffff:7f00:1]/",
            "https://10.0.0.1/",
            "https://169.254.169.254/latest/meta-data",
            "https://[fe80::1]/",
            "https://[fd00::1]/",
            "https://0/",
            "https://localhost/",
            "https://LOCALHOST./",
            "https://a.localhost/",
            "https://１２７.0.0.1/",
            "https://[64:ff9b::7f00:1]/",
            "https://[2002:7f00:1::]/",
            "https://%31%32%37.0.0.1/",
        ];
        for text in inner {
            assert_eq!(Target::parse(text, STRICT), Err(TargetError::NotPublic), "{text}");
        }
    }

    #[test]
    fn each_fault_has_its_own_name() {
        let cases = [
            ("", TargetError::Malformed),
            ("example.org", TargetError::Malformed),
            ("https://", TargetError::Malformed),
            ("mailto:ada@example.org", TargetError::Malformed),
            ("http://example.org/", TargetError::NotHttps),
            ("ftp://example.org/", TargetError::NotHttps),
            ("http://127.0.0.1/", TargetError::NotHttps),
            ("https://ada@example.org/", TargetError::Userinfo),
            ("https://:secret@example.org/", TargetError::Userinfo),
            ("https://example.org/#x", TargetError::Fragment),
        ];
        for (text, error) in cases {
            assert_eq!(Target::parse(text, STRICT), Err(error), "{text}");
        }
        let long = format!("https://example.org/{}", "a".repeat(URL_BYTES));
        assert_eq!(Target::parse(&long, STRICT), Err(TargetError::TooLong));
        // Grows past the limit only when it is written out.
        let long = format!("https://example.org/{}", "é".repeat(500));
        assert_eq!(Target::parse(&long, STRICT), Err(TargetError::TooLong));
    }

    #[test]
    fn the_switch_opens_loopback_and_nothing_else() {
        for text in ["http://127.0.0.1:8080/", "http://localhost:8080/", "http://[::1]/", "https://127.0.0.1/"] {
            assert!(Target::parse(text, OPEN).is_ok(), "{text}");
        }
        assert_eq!(Target::parse("http://example.org/", OPEN), Err(TargetError::NotHttps));
        assert_eq!(Target::parse("http://10.0.0.1/", OPEN), Err(TargetError::NotHttps));
        assert_eq!(Target::parse("https://10.0.0.1/", OPEN), Err(TargetError::NotPublic));
        assert_eq!(Target::parse("https://0.0.0.0/", OPEN), Err(TargetError::NotPublic));
    }

    #[test]
    fn what_is_printed_for_debugging_shows_no_path() {
        let target = Target::parse("https://example.org/t0ken?key=s3cret", STRICT).unwrap();
        assert_eq!(format!("{target:?}"), "Target(example.org/…)");
    }
}
