//! The message that carries a letter (RFC 5322, 2045, 2047, 2183): plain text and HTML beside each other, and a file.

use std::time::{Duration, SystemTime};

use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox as Box, MultiPart, SinglePart};

use super::Mailbox;
use super::compose::{Content, TextError};
use crate::credential::Timestamp;

/// What stands in a message's header.
#[derive(Debug, Clone)]
pub struct Heads {
    /// Who it is from.
    pub from: Mailbox,
    /// Where answers go.
    pub reply_to: Option<Mailbox>,
    /// Who it is to.
    pub to: Mailbox,
    /// When it is sent.
    pub date: Timestamp,
    /// Its `Message-ID`, without angle brackets.
    pub message_id: String,
}

/// Puts a message together, with a file if there is one.
///
/// # Errors
/// [`TextError::Message`].
pub fn mime(heads: &Heads, content: &Content, file: Option<(String, Vec<u8>)>) -> Result<Vec<u8>, TextError> {
    let date = SystemTime::UNIX_EPOCH + Duration::from_secs(heads.date.unix().max(0).unsigned_abs());
    let mut builder = lettre::Message::builder()
        .from(boxed(&heads.from)?)
        .to(boxed(&heads.to)?)
        .subject(content.subject.clone())
        .date(date)
        .message_id(Some(format!("<{}>", heads.message_id)))
        // No holiday answers to it (RFC 3834 section 5).
        .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned()));
    if let Some(reply_to) = &heads.reply_to {
        builder = builder.reply_to(boxed(reply_to)?);
    }
    let part = |kind: ContentType, text: &str| {
        SinglePart::builder().header(kind).header(ContentTransferEncoding::QuotedPrintable).body(text.to_owned())
    };
    let both = MultiPart::alternative()
        .singlepart(part(ContentType::TEXT_PLAIN, &content.text))
        .singlepart(part(ContentType::TEXT_HTML, &content.html));
    let message = match file {
        None => builder.multipart(both),
        Some((name, bytes)) => {
            let kind = ContentType::parse("application/pdf").map_err(|error| TextError::Message(error.to_string()))?;
            let file = Attachment::new(name).body(lettre::message::Body::new(bytes), kind);
            builder.multipart(MultiPart::mixed().multipart(both).singlepart(file))
        }
    };
    Ok(message.map_err(|error| TextError::Message(error.to_string()))?.formatted())
}

fn boxed(mailbox: &Mailbox) -> Result<Box, TextError> {
    let address = lettre::Address::new(mailbox.address.local(), mailbox.address.domain());
    Ok(Box::new(mailbox.name.clone(), address.map_err(|error| TextError::Message(error.to_string()))?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_reads_as_it_was_written() {
        let text = "Guten Tag,\n\nIhr Zertifikat hängt an.\n.\nEnde\n".to_owned();
        let (language, subject) =
            ("de".to_owned(), "Ihr Zertifikat „Datenanalyse für Anfängerinnen und Anfänger“ — Prüfung".to_owned());
        let content = Content { language, subject, html: format!("<p>{text}</p>"), text };
        let heads = Heads {
            from: "Akademie Müller, Kurse <certs@academy.example>".parse().unwrap(),
            reply_to: Some("office@academy.example".parse().unwrap()),
            to: Mailbox::of("Zoë Ångström", "zoe@bücher.example".parse().unwrap()).unwrap(),
            date: Timestamp::from_unix(1_795_878_226),
            message_id: "ml_1@academy.example".to_owned(),
        };
        let pdf = b"%PDF-1.7 \x00\xff".repeat(50);
        let mime = mime(&heads, &content, Some(("CERT-1.pdf".to_owned(), pdf.clone()))).unwrap();
        assert!(mime.is_ascii() && mime.split(|b| *b == b'\n').all(|line| line.len() <= 998));
        let read = mail_parser::MessageParser::default().parse(&mime).unwrap();
        assert_eq!(read.message_id(), Some("ml_1@academy.example"));
        assert_eq!(read.subject(), Some(content.subject.as_str()));
        let from = read.from().unwrap().first().unwrap();
        assert_eq!((from.name(), from.address()), (Some("Akademie Müller, Kurse"), Some("certs@academy.example")));
        let to = read.to().unwrap().first().unwrap();
        assert_eq!((to.name(), to.address()), (Some("Zoë Ångström"), Some("zoe@xn--bcher-kva.example")));
        assert_eq!(read.body_text(0).unwrap().replace("\r\n", "\n"), content.text);
        assert_eq!(read.attachment(0).unwrap().contents(), pdf);
        assert_eq!(read.header_raw("Auto-Submitted").map(str::trim), Some("auto-generated"));
    }
}
