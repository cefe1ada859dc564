//! Reads one mail that came back.

use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::{Encoding, MessageParser, MessagePart, MimeHeaders, PartType};
use memchr::memmem;

use super::text::{Fields, field, groups, quoted, untyped};
use super::{MAIL_BYTES, NotOurs};
use crate::mail::words::DELAYED;
use crate::mail::{BounceKey, MessageId, Reply, State, Why};

/// Most parts of a mail that is read: the parser takes memory for each.
const PARTS: usize = 1_000;

/// What a mail server says of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Returned {
    /// The message.
    pub message: MessageId,
    /// What became of it: bounced, deferred or delivered.
    pub state: State,
    /// Why it did not arrive.
    pub why: Why,
    /// The reply that says so.
    pub reply: Option<Reply>,
}

impl Returned {
    /// Says it in words.
    pub fn words(&self) -> String {
        match self.state {
            State::Delivered => "a mail server reports that it arrived".to_owned(),
            State::Deferred => format!("{DELAYED}: {}", self.why.words()),
            _ if self.reply.as_ref().is_some_and(Reply::is_transient) => {
                format!("{}, until the mail server gave up", self.why.words())
            }
            _ => self.why.words().to_owned(),
        }
    }
}

/// Reads a mail that came back. `recipient` is the address that it came to, where the door knows it; else its header says so.
///
/// # Errors
/// [`NotOurs`].
pub fn read(key: &BounceKey, mail: &[u8], recipient: Option<&str>) -> Result<Returned, NotOurs> {
    if mail.len() > MAIL_BYTES || memmem::find_iter(mail, b"\n--").count() > PARTS {
        return Err(NotOurs::NoMail);
    }
    let message = MessageParser::default().parse(mail).ok_or(NotOurs::NoMail)?;
    let root = message.parts.first().ok_or(NotOurs::NoMail)?;
    let header = raw(mail, root.offset_header, root.offset_body);
    let id = whose(key, recipient, &header)?;
    if has_sender(&header) {
        return Err(NotOurs::NoReport);
    }
    let notes = notes(mail, &message.parts);
    if let Some(report) = message.parts.iter().find(|part| is_report(part)) {
        let text = content(mail, report);
        return recipient_of(&groups(&text))
            .map(|fields| judged(id, &fields, notes.as_deref()))
            .ok_or(NotOurs::NoReport);
    }
    // Without a report only what a mail system itself says, and a reply that it quotes.
    let reply = notes.as_deref().and_then(quoted).filter(|_| is_from_daemon(&header)).ok_or(NotOurs::NoReport)?;
    Ok(Returned { message: id, state: State::Bounced, why: Why::of(&reply), reply: Some(reply) })
}

/// Returns whose bounce it is.
fn whose(key: &BounceKey, recipient: Option<&str>, header: &str) -> Result<MessageId, NotOurs> {
    let mut found = key.find(&recipient.map_or_else(|| header.to_owned(), |recipient| format!("{recipient} ")));
    match found.len() {
        0 => Err(NotOurs::Address),
        1 => Ok(found.remove(0)),
        _ => Err(NotOurs::Several),
    }
}

/// Says whether the envelope has a sender, where the header tells: a report has none (RFC 5321 section 4.5.5).
fn has_sender(header: &str) -> bool {
    let head = groups(header);
    let path = head.first().and_then(|fields| field(fields, "return-path"));
    path.is_some_and(|path| !matches!(path.trim(), "" | "<>" | "<MAILER-DAEMON>"))
}

fn is_from_daemon(header: &str) -> bool {
    let head = groups(header);
    let from = head.first().and_then(|fields| field(fields, "from")).unwrap_or_default().to_lowercase();
    from.contains("mailer-daemon") || from.contains("postmaster") || from.contains("<>")
}

fn raw(mail: &[u8], from: u32, to: u32) -> String {
    String::from_utf8_lossy(mail.get(from as usize..to as usize).unwrap_or_default()).into_owned()
}

/// The parser takes both types of reports for files, and does not look into them.
fn is_report(part: &MessagePart<'_>) -> bool {
    let Some(kind) = part.content_type() else { return false };
    let subtype = kind.subtype().unwrap_or_default().to_ascii_lowercase();
    kind.ctype().eq_ignore_ascii_case("message") && matches!(&*subtype, "delivery-status" | "global-delivery-status")
}

fn content(mail: &[u8], part: &MessagePart<'_>) -> String {
    let raw = mail.get(part.offset_body as usize..part.offset_end as usize).unwrap_or_default();
    let bytes = match part.encoding {
        Encoding::None => Some(raw.to_vec()),
        Encoding::Base64 => base64_decode(raw),
        Encoding::QuotedPrintable => quoted_printable_decode(raw),
    };
    String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned()
}

/// Returns the first text for people.
fn notes(mail: &[u8], parts: &[MessagePart<'_>]) -> Option<String> {
    let part = parts.iter().find(|part| matches!(part.body, PartType::Text(_)))?;
    Some(content(mail, part))
}

/// Returns the group about a recipient: each message of ours has one. One that failed is what counts.
fn recipient_of(groups: &[Fields]) -> Option<Fields> {
    let about = |fields: &&Fields| field(fields, "final-recipient").is_some() || field(fields, "action").is_some();
    let failed = |fields: &&Fields| field(fields, "action").is_some_and(|action| action.eq_ignore_ascii_case("failed"));
    let all: Vec<_> = groups.iter().filter(about).collect();
    all.iter().copied().find(failed).or(all.first().copied()).cloned()
}

fn judged(message: MessageId, fields: &Fields, notes: Option<&str>) -> Returned {
    let action = field(fields, "action").map(untyped).unwrap_or_default().to_ascii_lowercase();
    let diagnostic = field(fields, "diagnostic-code").map(untyped);
    let reply = diagnostic.and_then(Reply::read).or_else(|| notes.and_then(quoted));
    let reply = reply.filter(|reply| reply.code >= 400);
    let state = match action.split([' ', '(']).next().unwrap_or_default() {
        "failed" => State::Bounced,
        "delivered" | "relayed" | "expanded" => State::Delivered,
        _ => State::Deferred,
    };
    let status = field(fields, "status").unwrap_or_default();
    let why = match &reply {
        Some(reply) => Why::of(reply),
        // Nobody was reached: nothing but a status is there to tell.
        None if status.starts_with("4.") => Why::Busy,
        None => Why::GaveUp,
    };
    Returned { message, state, why, reply: reply.filter(|_| state != State::Delivered) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credential::Timestamp;

    fn key() -> BounceKey {
        BounceKey::of([7; 32])
    }

    fn ours() -> (MessageId, String) {
        let id = MessageId::random(Timestamp::from_unix(1_795_878_226)).unwrap();
        let address = key().address(&id, "academy.example");
        (id, address)
    }

    #[test]
    fn a_report_of_rfc_6533_without_a_report_type_counts() {
        let (id, address) = ours();
        let mail = format!(
            "From: Mailer <MAILER-DAEMON@mx.example>\r\nTo: <{address}>\r\nMIME-Version: 1.0\r\n\
             Content-Type: multipart/report; boundary=B\r\n\r\n--B\r\nContent-Type: text/plain\r\n\r\nsorry\r\n--B\r\n\
             Content-Type: message/global-delivery-status; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n--B--\r\n",
            data_encoding::BASE64.encode(
                b"Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: utf-8; j@x.example\r\nAction: failed\r\n\
                  Status: 5.0.0\r\nDiagnostic-Code: smtp; 550 5.1.1 nobody\r\n"
            )
        );
        let returned = read(&key(), mail.as_bytes(), None).unwrap();
        assert_eq!((returned.message, returned.state, returned.why), (id, State::Bounced, Why::NoMailbox));
    }

    #[test]
    fn success_is_told_apart() {
        let (id, address) = ours();
        let mail = format!(
            "From: MAILER-DAEMON@mx.example\r\nTo: {address}\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=B\r\n\r\n\
             --B\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n\
             Final-Recipient: rfc822; a@x.example\r\nAction: relayed\r\nStatus: 2.0.0\r\n--B--\r\n"
        );
        assert_eq!(read(&key(), mail.as_bytes(), None).map(|one| (one.message, one.state)), Ok((id, State::Delivered)));
    }

    #[test]
    fn what_people_and_holidays_answer_is_no_report() {
        let (_, address) = ours();
        let vacation = format!(
            "Return-Path: <>\r\nFrom: Ada <ada@example.org>\r\nTo: <{address}>\r\nAuto-Submitted: auto-replied\r\n\
             Subject: away\r\n\r\nI am in room\n550 until Monday\r\n"
        );
        assert_eq!(read(&key(), vacation.as_bytes(), None), Err(NotOurs::NoReport));
        let forged = vacation.replace("Ada <ada@example.org>", "MAILER-DAEMON@x").replace("<>", "<ada@example.org>");
        assert_eq!(read(&key(), forged.as_bytes(), None), Err(NotOurs::NoReport));
        let elsewhere = vacation.replace(&address, "bounce+aaaaaaaaaa@academy.example");
        assert_eq!(read(&key(), elsewhere.as_bytes(), None), Err(NotOurs::Address));
        assert_eq!(read(&key(), b"", None), Err(NotOurs::NoMail));
        let (_, other) = ours();
        let two = vacation.replace("Subject:", &format!("Cc: {other}\r\nSubject:"));
        assert_eq!(read(&key(), two.as_bytes(), None), Err(NotOurs::Several));
    }

    #[test]
    fn no_bytes_make_it_panic() {
        let (_, address) = ours();
        let mail = format!(
            "From: MAILER-DAEMON\r\nTo: {address}\r\nContent-Type: multipart/report; boundary=B\r\n\r\n--B\r\nContent-Type: message/delivery-status\r\n\r\nAction: failed\r\n--B--\r\n"
        );
        for end in 0..mail.len() {
            let _ = read(&key(), &mail.as_bytes()[..end], None);
            let mut changed = mail.clone().into_bytes();
            changed[end] ^= 0x80;
            let _ = read(&key(), &changed, Some(&address));
        }
    }
}
