//! What a mail server's reply means: the same words for one in the dialogue and for one in a report that came back.
//!
//! Decided by the reply itself, its enhanced code (RFC 3463) before its words. What a report's `Status` says is not asked:
//! some servers write 5.0.0 for everything, and one turns each plain 550 into 5.1.1.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Most characters of a reply that are kept.
const REPLY_CHARS: usize = 500;
/// What is said of a message that a mail server has not delivered yet.
pub const DELAYED: &str = "a mail server has not delivered it yet";

/// A mail server's reply: its code and its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The code, of three digits.
    pub code: u16,
    /// The words after it, enhanced code and all.
    pub text: String,
}

impl Reply {
    /// Returns a reply of these words, in one line.
    pub fn new(code: u16, text: &str) -> Self {
        let text = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
        let text = text.collect::<Vec<_>>().join(" ");
        Self { code, text: text.chars().take(REPLY_CHARS).collect() }
    }

    /// Reads the reply at the beginning of a text: `550 5.1.1 User unknown`, `550-5.1.1 The email account`.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim_start();
        let (code, rest) = text.split_at_checked(3)?;
        let good = matches!(code.as_bytes(), [b'2' | b'4' | b'5', b'0'..=b'5', b'0'..=b'9']);
        let rest = rest.strip_prefix([' ', '-']).or_else(|| Some(rest).filter(|rest| rest.is_empty()))?;
        if !good {
            return None;
        }
        // Further lines of one reply repeat its code.
        let mut lines = rest.lines();
        let mut words = lines.next().unwrap_or_default().to_owned();
        for line in lines {
            let more = line.trim_start();
            let more = more.strip_prefix(code).map_or(more, |rest| rest.trim_start_matches(['-', ' ']));
            words.push(' ');
            words.push_str(more);
        }
        Some(Self::new(code.parse().ok()?, &words))
    }

    /// Says whether the server may take it later (RFC 5321 section 4.2.1).
    pub fn is_transient(&self) -> bool {
        (400..500).contains(&self.code)
    }

    /// Says whether a refused recipient is not what is refused: the relay takes nothing from here. Postfix says what it has against
    /// a connection, a greeting or a sender only when a recipient is named (`smtpd_delay_reject`).
    pub fn is_about_us(&self) -> bool {
        let text = self.text.to_lowercase();
        // Exchange Online says of an unknown mailbox that access is denied: `550 5.4.1`.
        let denied = self.enhanced() == Some((5, 7, 1)) && text.contains("recipient address rejected: access denied");
        self.code == 530 || denied || ABOUT_US.iter().any(|words| text.contains(words))
    }

    /// Returns the enhanced code, as `5.1.1`, if it has one.
    fn enhanced(&self) -> Option<(u16, u16, u16)> {
        let word = self.text.split(' ').next()?.trim_end_matches([':', ';', ',']);
        let mut parts = word.trim_start_matches('#').split('.').map(|part| part.parse::<u16>().ok());
        match (parts.next()??, parts.next()??, parts.next()??, parts.next()) {
            (class @ (2 | 4 | 5), subject, detail, None) => Some((class, subject, detail)),
            _ => None,
        }
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.code, self.text)
    }
}

/// Why a message did not arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = BounceReason)]
pub enum Why {
    /// The mailbox does not exist.
    NoMailbox,
    /// The mailbox has moved.
    Moved,
    /// The domain does not exist, or takes no mail.
    NoDomain,
    /// The mailbox is full.
    Full,
    /// The message was refused: for what it says, or for who sends it.
    Refused,
    /// The message is too large.
    TooLarge,
    /// The server was busy, or could not be reached.
    Busy,
    /// A mail server gave up without saying why.
    GaveUp,
}

impl Why {
    /// Returns what a reply means.
    pub fn of(reply: &Reply) -> Self {
        let transient = reply.is_transient();
        match reply.enhanced() {
            Some((_, 1, 6)) => return Self::Moved,
            Some((_, 1, 2)) | Some((_, 1, 10)) => return Self::NoDomain,
            // OpenSMTPD says 5.2.4, that a list cannot be expanded, of a name that its table of mailboxes does not have.
            Some((5, 1, 0 | 1 | 3)) | Some((5, 2, 1 | 4)) | Some((5, 7, 13)) => return Self::NoMailbox,
            Some((_, 2, 2)) => return Self::Full,
            Some((_, 2, 3)) | Some((_, 3, 4)) => return Self::TooLarge,
            Some((_, 4, _)) | Some((4, ..)) => return Self::Busy,
            Some((5, 7, _)) => return Self::Refused,
            _ => {}
        }
        let says = |words: &[&str]| {
            let text = reply.text.to_lowercase();
            words.iter().any(|word| text.contains(word))
        };
        match reply.code {
            551 => Self::Moved,
            // What names a list or a policy is about us, whatever else it says.
            _ if says(&REFUSALS) => Self::Refused,
            452 | 552 => Self::Full,
            _ if transient => Self::Busy,
            550 | 553 | 554 if says(&UNKNOWNS) => Self::NoMailbox,
            _ => Self::Refused,
        }
    }

    /// Returns it in words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::NoMailbox => "the mailbox does not exist",
            Self::Moved => "the mailbox has moved",
            Self::NoDomain => "the domain takes no mail",
            Self::Full => "the mailbox is full",
            Self::Refused => "the mail server refused the message",
            Self::TooLarge => "the message is too large for the mail server",
            Self::Busy => "the mail server was busy or could not be reached",
            Self::GaveUp => "a mail server gave up on it",
        }
    }

    /// Says whether the address itself is bad: nothing is sent to it any more.
    pub const fn is_hard(self) -> bool {
        matches!(self, Self::NoMailbox | Self::Moved | Self::NoDomain)
    }
}

/// Words by which servers say that nobody is there.
const UNKNOWNS: [&str; 15] = [
    // Exim, of a mailbox as of a domain.
    "unrouteable address",
    "no such user",
    "no such mailbox",
    "no such recipient",
    "no mailbox here",
    "unknown user",
    "user unknown",
    "unknown recipient",
    "recipient unknown",
    "does not exist",
    "doesn't exist",
    "user not found",
    "mailbox not found",
    "invalid recipient",
    "mailbox unavailable",
];

/// Words by which a relay says, of whatever recipient, that it takes nothing from here.
const ABOUT_US: [&str; 14] = [
    "relay access denied",
    "relaying denied",
    "relay denied",
    "relay not permitted",
    "relaying not",
    "relaying is not",
    "unable to relay",
    "client host",
    "helo command rejected",
    "sender address rejected",
    "authentication required",
    "authentication is required",
    "must authenticate",
    "not authenticated",
];

/// Words by which servers say that it is the sender whom they do not want.
const REFUSALS: [&str; 9] =
    ["spam", "block", "blacklist", "denylist", "reputation", "policy", "dnsbl", "rejected by", "relay"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_replies_mean() {
        for (text, why) in [
            ("550 5.1.1 <x@y.example>: Recipient address rejected: User unknown", Why::NoMailbox),
            ("550 No such user here", Why::NoMailbox),
            ("550 Unrouteable address", Why::NoMailbox),
            ("524 5.2.4 Mailing list expansion problem: <nobody@y.example>", Why::NoMailbox),
            ("550-5.1.1 The email account that you tried to reach does not exist.", Why::NoMailbox),
            ("551 5.1.6 User not local; please try <new@example.net>", Why::Moved),
            ("550 5.1.2 Host unknown", Why::NoDomain),
            ("552 5.2.2 Mailbox full", Why::Full),
            ("552 Requested mail action aborted", Why::Full),
            ("452 4.2.2 Mailbox full", Why::Full),
            ("554 5.7.1 Message rejected as spam by content scanner", Why::Refused),
            ("550 blocked using zen.example.org; unknown user or not", Why::Refused),
            ("550 we do not like you", Why::Refused),
            ("554 5.3.4 Message too big", Why::TooLarge),
            ("421 4.3.2 Service shutting down", Why::Busy),
            ("451 4.4.1 reply: read error from [127.0.0.1]", Why::Busy),
            ("450 greylisted", Why::Busy),
        ] {
            let reply = Reply::read(text).unwrap();
            assert_eq!(Why::of(&reply), why, "{text}");
        }
    }

    #[test]
    fn what_a_relay_has_against_us_is_no_word_about_a_recipient() {
        for text in [
            "554 5.7.1 <ada@far.example>: Relay access denied",
            "550 5.7.1 <ada@far.example>... Relaying denied",
            "550 relay not permitted",
            "554 5.7.1 <host[127.0.0.1]>: Client host rejected: Access denied",
            "553 5.7.1 <certs@academy.example>: Sender address rejected: not owned by user x",
            "554 5.7.1 <ada@far.example>: Recipient address rejected: Access denied",
            "530 5.7.0 Must issue a STARTTLS command first",
        ] {
            assert!(Reply::read(text).unwrap().is_about_us(), "{text}");
        }
        for text in [
            "550 5.1.1 <ada@far.example>: Recipient address rejected: User unknown in virtual mailbox table",
            "550 5.4.1 Recipient address rejected: Access denied",
            "550 Unrouteable address",
            "452 4.2.2 Mailbox full",
        ] {
            assert!(!Reply::read(text).unwrap().is_about_us(), "{text}");
        }
    }

    #[test]
    fn a_plain_550_is_no_dead_mailbox() {
        assert!(!Why::of(&Reply::read("550 5.0.0 nope").unwrap()).is_hard());
        assert!(Why::of(&Reply::read("550 5.1.1 nope").unwrap()).is_hard());
    }

    #[test]
    fn replies_are_read_from_the_beginning_of_a_text() {
        let reply = Reply::read("550-5.1.1 The account\n550-5.1.1 does not\r\n550 5.1.1 exist").unwrap();
        assert_eq!(reply.to_string(), "550 5.1.1 The account 5.1.1 does not 5.1.1 exist");
        assert_eq!(Reply::read("550").unwrap().to_string(), "550 ");
        for text in ["", "55", "5500 x", "350 go on", "smtp; 550", "<command failed>", "999 x", "55é"] {
            assert_eq!(Reply::read(text), None, "{text}");
        }
    }
}
