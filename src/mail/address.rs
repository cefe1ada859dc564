//! Addresses as they go into envelopes and headers. Nothing that could end a line, or begin another address, gets into one.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::credential::is_bidi_control;

/// Longest local part, in octets (RFC 5321 section 4.5.3.1.1).
const LOCAL_BYTES: usize = 64;
/// Longest domain, in octets (RFC 5321 section 4.5.3.1.2).
const DOMAIN_BYTES: usize = 255;
/// Longest name beside an address, in characters.
const NAME_CHARS: usize = 200;

/// Why a text is no address that mail can be sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// It is none.
    #[error("it is no address such as ada@example.org")]
    Shape,
    /// A character that ends a line or commands something.
    #[error("it holds a character that cannot stand in the header of a mail")]
    Character,
    /// The domain cannot be written in ASCII.
    #[error("its domain cannot be written in ASCII (UTS 46)")]
    Domain,
    /// Too long.
    #[error("it is too long")]
    Length,
}

/// An address: a local part, and a domain in its ASCII form.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Address {
    local: String,
    domain: String,
}

impl Address {
    /// Returns the local part.
    pub fn local(&self) -> &str {
        &self.local
    }

    /// Returns the domain, in ASCII and in small letters.
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// Says whether it takes SMTPUTF8 (RFC 6531): no form of a local part in ASCII is known to anybody but its own server.
    pub fn takes_utf8(&self) -> bool {
        !self.local.is_ascii()
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let text = text.trim_matches(' ');
        if text.chars().any(is_command) {
            return Err(AddressError::Character);
        }
        let (local, domain) = text.rsplit_once('@').ok_or(AddressError::Shape)?;
        // A dot-atom (RFC 5322 section 3.2.3), with the letters of RFC 6532. Quoted local parts are not taken.
        let atom = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c) || !c.is_ascii();
        let dots = local.starts_with('.') || local.ends_with('.') || local.contains("..");
        if local.is_empty() || dots || !local.chars().all(atom) {
            return Err(AddressError::Shape);
        }
        let domain = idna::domain_to_ascii(domain).map_err(|_| AddressError::Domain)?.to_ascii_lowercase();
        if local.len() > LOCAL_BYTES || domain.len() > DOMAIN_BYTES {
            return Err(AddressError::Length);
        }
        let label = |label: &str| {
            (1..=63).contains(&label.len())
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        if !domain.split('.').all(label) {
            return Err(AddressError::Shape);
        }
        Ok(Self { local: local.to_owned(), domain })
    }
}

/// Control characters, line ends, and what turns the direction of the text around it (UAX 9 section 2).
fn is_command(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{fffe}') || is_bidi_control(c)
}

impl TryFrom<String> for Address {
    type Error = AddressError;

    fn try_from(text: String) -> Result<Self, AddressError> {
        text.parse()
    }
}

impl From<Address> for String {
    fn from(address: Address) -> Self {
        address.to_string()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.local, self.domain)
    }
}

/// An address with the name of who has it: `Example Academy <certificates@example.org>`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Mailbox {
    /// The name.
    pub name: Option<String>,
    /// The address.
    pub address: Address,
}

impl Mailbox {
    /// Returns the mailbox of somebody.
    ///
    /// # Errors
    /// When the name cannot stand in a header.
    pub fn of(name: &str, address: Address) -> Result<Self, AddressError> {
        let name = name.trim_matches(' ');
        if name.chars().any(is_command) {
            return Err(AddressError::Character);
        }
        if name.chars().count() > NAME_CHARS {
            return Err(AddressError::Length);
        }
        Ok(Self { name: Some(name.to_owned()).filter(|name| !name.is_empty()), address })
    }
}

impl FromStr for Mailbox {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let text = text.trim_matches(' ');
        let Some((name, address)) = text.strip_suffix('>').and_then(|rest| rest.rsplit_once('<')) else {
            return Ok(Self { name: None, address: text.parse()? });
        };
        let name = name.trim_matches(' ');
        let name = name.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(name);
        if name.contains(['"', '<', '>']) {
            return Err(AddressError::Shape);
        }
        Self::of(name, address.parse()?)
    }
}

impl TryFrom<String> for Mailbox {
    type Error = AddressError;

    fn try_from(text: String) -> Result<Self, AddressError> {
        text.parse()
    }
}

impl From<Mailbox> for String {
    fn from(mailbox: Mailbox) -> Self {
        mailbox.to_string()
    }
}

impl fmt::Display for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{name} <{}>", self.address),
            None => self.address.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_written_in_ascii_and_a_local_part_as_it_is() {
        let read = |text: &str| text.parse::<Address>().map(|one| one.to_string());
        assert_eq!(read("Zoe@Bücher.example"), Ok("Zoe@xn--bcher-kva.example".to_owned()));
        assert_eq!(read(" a.b+c@example.org "), Ok("a.b+c@example.org".to_owned()));
        let utf8: Address = "jürgen@example.org".parse().unwrap();
        assert!(utf8.takes_utf8() && utf8.domain() == "example.org");
    }

    #[test]
    fn nothing_that_ends_a_line_or_begins_another_address_gets_in() {
        for text in [
            "",
            "ada",
            "@example.org",
            "ada@",
            "ada@example.org\r\nBcc: eve@example.org",
            "ada@example.org\nRCPT TO:<eve@example.org>",
            "ada@example.org,eve@example.org",
            "ada@example.org>, <eve@example.org",
            "ada @example.org",
            "ada\u{0}@example.org",
            "ada@exa mple.org",
            "ada@-example.org",
            "ada@example..org",
            ".ada@example.org",
            "\"ada\"@example.org",
            "ada@[127.0.0.1]",
            &format!("{}@example.org", "a".repeat(65)),
        ] {
            assert!(text.parse::<Address>().is_err(), "{text:?}");
        }
        let address = || "ada@example.org".parse::<Address>().unwrap();
        for name in ["Ada\r\nBcc: eve@example.org", "Ada\u{2028}", "\u{202e}adA", &"a".repeat(201)] {
            assert!(Mailbox::of(name, address()).is_err(), "{name:?}");
        }
    }

    #[test]
    fn a_mailbox_has_a_name_or_none() {
        for (text, name) in [
            ("ada@example.org", None),
            ("<ada@example.org>", None),
            ("Akademie Müller, Kurse <ada@example.org>", Some("Akademie Müller, Kurse")),
            ("\"Müller, Kurse\" <ada@example.org>", Some("Müller, Kurse")),
        ] {
            let read: Mailbox = text.parse().unwrap();
            assert_eq!(read.name.as_deref(), name, "{text}");
            assert_eq!(read.to_string().parse::<Mailbox>().unwrap(), read);
        }
        assert!("Ada <ada@example.org> <eve@example.org>".parse::<Mailbox>().is_err());
    }
}
