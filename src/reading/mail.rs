//! Mails saved as files (RFC 5322, `.eml`): their attachments, and the links in their text.

use mail_parser::{MessageParser, MessagePart, MimeHeaders, PartType};
use memchr::memmem;

use super::{Magic, ReadingError, What, found, magic};

/// How far into a file the end of a mail's header is looked for.
const HEADER_BYTES: usize = 64 << 10;

/// Most lines that may be the boundary of a part, and most words that may make a part a mail again: what is past them is
/// no letter, and the parser takes memory for each.
const BOUNDARIES: usize = 4_000;
const MAILS: usize = 50;

/// A mail's parts.
pub(super) struct Mail {
    /// Its files, and its text where that holds links.
    pub(super) members: Vec<Member>,
    /// How many bytes outside of its parts have the looks of one.
    pub(super) leftover: usize,
}

/// A file in a mail.
pub(super) struct Member {
    /// Its name.
    pub(super) name: String,
    /// What it holds.
    pub(super) bytes: Result<Vec<u8>, ReadingError>,
    /// Whether it is a picture that the text shows, such as a logo.
    pub(super) decorates: bool,
}

/// True if a file begins with a mail's header: fields, of which one is `From`, and one is of those that programs write.
pub(super) fn begins(bytes: &[u8]) -> bool {
    const WRITTEN: [&str; 6] = ["mime-version", "content-type", "message-id", "received", "date", "return-path"];
    let head = &bytes[..bytes.len().min(HEADER_BYTES)];
    let (mut from, mut written) = (false, false);
    for line in head.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii_end).take_while(|line| !line.is_empty()) {
        if matches!(line[0], b' ' | b'\t') {
            continue;
        }
        let Some(colon) = memchr::memchr(b':', line) else { return false };
        let name = line[..colon].trim_ascii_end().to_ascii_lowercase();
        if name.is_empty() || !name.iter().all(u8::is_ascii_graphic) {
            return false;
        }
        from |= name == b"from";
        written |= WRITTEN.iter().any(|written| written.as_bytes() == name);
        if from && written {
            return true;
        }
    }
    false
}

/// Takes a mail apart.
pub(super) fn open(bytes: &[u8]) -> Result<Mail, ReadingError> {
    let lower = bytes.to_ascii_lowercase();
    let mails: usize =
        ["rfc822", "message/global", "/digest"].map(|word| memmem::find_iter(&lower, word).count()).iter().sum();
    if memmem::find_iter(bytes, b"\n--").count() > BOUNDARIES || mails > MAILS {
        let problem = format!("more than {BOUNDARIES} parts or {MAILS} mails in it");
        return Err(ReadingError::Excessive { what: What::Mail, problem });
    }
    let message = MessageParser::default().parse(bytes);
    let message =
        message.ok_or_else(|| ReadingError::Damaged { what: What::Mail, problem: "it has no header".into() })?;
    let mut members = Vec::new();
    for (number, part) in (1..).zip(&message.parts) {
        let name = part.attachment_name().map(str::to_owned);
        let is_attached = part.content_disposition().is_some_and(|kind| kind.is_attachment());
        match &part.body {
            PartType::Multipart(_) => {}
            PartType::Text(text) | PartType::Html(text) if name.is_none() && !is_attached => {
                let links = links(text);
                if !links.is_empty() {
                    let bytes = Ok(links.join("\n").into_bytes());
                    members.push(Member { name: format!("text {number}"), bytes, decorates: false });
                }
            }
            _ => {
                let name = name.unwrap_or_else(|| format!("part {number}"));
                members.push(Member { name, bytes: content(bytes, part), decorates: decorates(part) });
            }
        }
    }
    Ok(Mail { members, leftover: leftover(bytes, &lower, &message.parts) })
}

fn content(mail: &[u8], part: &MessagePart<'_>) -> Result<Vec<u8>, ReadingError> {
    let damaged = |problem: &str| ReadingError::Damaged { what: What::File, problem: problem.into() };
    if part.is_encoding_problem {
        return Err(damaged("it is not encoded as the mail says"));
    }
    let bytes = match &part.body {
        // The parser gives a mail in a mail the bytes of the outer one, unless it was encoded.
        PartType::Message(inner) if inner.raw_message.len() == mail.len() => {
            mail.get(part.offset_body as usize..part.offset_end as usize).unwrap_or_default()
        }
        PartType::Message(inner) => &inner.raw_message,
        _ => part.contents(),
    };
    // Bytes that the parser took for letters are not what was sent any more.
    if part.is_text() && !matches!(magic(bytes), Magic::Text | Magic::Mail) {
        return Err(damaged("it is sent as text and is none"));
    }
    Ok(bytes.to_vec())
}

fn decorates(part: &MessagePart<'_>) -> bool {
    let is_picture = part.content_type().is_some_and(|kind| kind.ctype().eq_ignore_ascii_case("image"));
    let is_shown = part.content_id().is_some() || part.content_disposition().is_some_and(|kind| kind.is_inline());
    is_picture && is_shown
}

/// Returns the credentials in a letter's text: whole words, in HTML also between its signs.
fn links(text: &str) -> Vec<&str> {
    let mut links: Vec<&str> = Vec::new();
    for word in text.split(|c: char| c.is_whitespace() || "\"'<>()[]".contains(c)) {
        if !word.starts_with('{') && found::looks_like_credential(word) && !links.contains(&word) {
            links.push(word);
        }
    }
    links
}

/// Counts bytes between the parts, where no program shows anything, if they have the looks of a part.
fn leftover(bytes: &[u8], lower: &[u8], parts: &[MessagePart<'_>]) -> usize {
    let span = |part: &MessagePart<'_>| {
        // A part of parts is its header alone: what lies between its parts belongs to none.
        let is_multipart = matches!(part.body, PartType::Multipart(_));
        let end = if is_multipart { part.offset_body } else { part.offset_end.max(part.offset_body) } as usize;
        (part.offset_header as usize, end.min(bytes.len()))
    };
    let mut spans: Vec<(usize, usize)> = parts.iter().map(span).collect();
    spans.sort_unstable();
    let (mut reached, mut leftover) = (0, 0);
    for (from, to) in spans.into_iter().chain([(bytes.len(), bytes.len())]) {
        let between = lower.get(reached..from).unwrap_or_default();
        if ["content-type:", "content-transfer-encoding:", "content-disposition:"]
            .iter()
            .any(|field| memmem::find(between, field.as_bytes()).is_some())
        {
            leftover += between.len();
        }
        reached = reached.max(to);
    }
    leftover
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIL: &str = "From: a@example.org\r\nSubject: x\r\nMIME-Version: 1.0\r\n\
        Content-Type: multipart/mixed; boundary=B\r\n\r\n--B\r\nContent-Type: text/plain\r\n\r\nHello\r\n\
        --B\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=a.pdf\r\n\
        Content-Transfer-Encoding: base64\r\n\r\nJVBERi0xLjcK\r\n--B--\r\n";

    #[test]
    fn a_mail_is_told_by_its_header() {
        assert!(begins(MAIL.as_bytes()));
        assert!(!begins(b"https://verify.example.org/#1123\nFrom: x"));
        assert!(!begins(b"From: a letter\n\nDate: today"));
        assert!(!begins(b"{\"From\": 1}"));
    }

    #[test]
    fn attachments_are_decoded() {
        let mail = open(MAIL.as_bytes()).unwrap();
        let members: Vec<_> = mail.members.into_iter().map(|member| (member.name, member.bytes)).collect();
        assert_eq!(members, [("a.pdf".to_owned(), Ok(b"%PDF-1.7\n".to_vec()))]);
        assert_eq!(mail.leftover, 0);
    }

    #[test]
    fn a_part_behind_the_end_is_noticed() {
        let more = format!("{MAIL}--B\r\nContent-Type: application/pdf\r\n\r\nx\r\n");
        assert!(open(more.as_bytes()).unwrap().leftover > 0);
    }

    #[test]
    fn a_picture_in_the_text_is_told_from_an_attached_one() {
        let picture = MAIL.replace("application/pdf", "image/png").replace("attachment;", "inline;");
        assert!(open(picture.as_bytes()).unwrap().members[0].decorates);
        let attached = MAIL.replace("application/pdf", "image/png");
        assert!(!open(attached.as_bytes()).unwrap().members[0].decorates);
    }
}
