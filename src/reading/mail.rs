//! Mails saved as files (RFC 5322, `.eml`): their attachments, their texts, their headers, and what lies between.

use std::ops::Range;

use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::{Encoding, HeaderName, MessageParser, MessagePart, MimeHeaders, PartType};
use memchr::memmem;

use super::container::Manner;
use super::magic::{Magic, magic};
use super::{ReadingError, What};

/// How far into a file the end of a mail's header is looked for.
const HEADER_BYTES: usize = 64 << 10;

/// Most lines that may be the boundary of a part, and most words that may make a part a mail again: what is past them is
/// no letter, and the parser takes memory for each.
const BOUNDARIES: usize = 4_000;
const MAILS: usize = 50;

/// A mail's parts.
pub(super) struct Mail {
    /// Its files and texts, its headers, and what stands between its parts.
    pub(super) members: Vec<Member>,
    /// How many bytes outside of its parts have the looks of one.
    pub(super) leftover: usize,
    /// Whether mail programs may part it in another way.
    pub(super) is_unclear: bool,
}

/// A file in a mail, or a text.
pub(super) struct Member {
    /// Its name.
    pub(super) name: String,
    /// What it holds.
    pub(super) bytes: Result<Vec<u8>, ReadingError>,
    /// What it is there for.
    pub(super) manner: Manner,
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
    let mut members: Vec<Member> = Vec::new();
    for (number, part) in (1..).zip(&message.parts).filter(|(_, part)| !matches!(part.body, PartType::Multipart(_))) {
        let name = part.attachment_name().map(str::to_owned);
        let is_attached = part.content_disposition().is_some_and(|kind| kind.is_attachment());
        let bytes = content(bytes, part);
        // What it is sent as is one thing, what it is another.
        let is_letter =
            part.is_text() && name.is_none() && !is_attached && bytes.as_ref().is_ok_and(|bytes| is_text(bytes));
        let manner = match () {
            () if is_letter => Manner::Extra,
            () if is_shown_picture(part) => Manner::Shown,
            () => Manner::Inside,
        };
        let kind = if is_letter { "text" } else { "part" };
        members.push(Member { name: name.unwrap_or_else(|| format!("{kind} {number}")), bytes, manner });
    }
    let between = Between::of(bytes, &message.parts);
    let texts = [("header", headers(bytes, &message.parts)), ("between its parts", between.text(bytes))];
    members.extend(texts.map(|(name, text)| Member { name: name.to_owned(), bytes: Ok(text), manner: Manner::Extra }));
    Ok(Mail { members, leftover: between.leftover(&lower), is_unclear: is_unclear(bytes, &message.parts) })
}

/// True if a boundary stands where it is none (RFC 2046 section 5.1.1): the parser takes it for one also in the middle of a
/// line, and what was one part for whoever sent it is cut in two.
fn is_unclear(mail: &[u8], parts: &[MessagePart<'_>]) -> bool {
    let mut boundaries = Vec::new();
    collect_boundaries(parts, &mut boundaries);
    let is_one = |line: &[u8]| {
        let is = |line: &[u8]| boundaries.iter().any(|known| known.as_bytes() == line);
        is(line) || line.strip_suffix(b"--").is_some_and(|line| is(line.trim_ascii_end()))
    };
    let stands_alone = |at: usize| {
        let line = mail[at + 2..].split(|&byte| byte == b'\n').next().unwrap_or_default();
        matches!(mail[..at].last(), None | Some(b'\n')) && is_one(line.trim_ascii_end())
    };
    boundaries.iter().any(|boundary| memmem::find_iter(mail, &format!("--{boundary}")).any(|at| !stands_alone(at)))
}

fn collect_boundaries(parts: &[MessagePart<'_>], all: &mut Vec<String>) {
    for part in parts {
        let boundary = part.content_type().and_then(|kind| kind.attribute("boundary"));
        all.extend(boundary.filter(|boundary| !boundary.is_empty()).map(str::to_owned));
        if let PartType::Message(inner) = &part.body {
            collect_boundaries(&inner.parts, all);
        }
    }
    all.sort_unstable();
    all.dedup();
}

fn is_text(bytes: &[u8]) -> bool {
    matches!(magic(bytes), Magic::Text)
}

/// Returns what a part holds.
fn content(mail: &[u8], part: &MessagePart<'_>) -> Result<Vec<u8>, ReadingError> {
    refuse(part)?;
    let raw = mail.get(part.offset_body as usize..part.offset_end as usize).unwrap_or_default();
    Ok(match &part.body {
        // The parser gives a mail in a mail the bytes of the outer one, unless it was encoded.
        PartType::Message(inner) if inner.raw_message.len() == mail.len() => raw.to_vec(),
        PartType::Message(inner) => inner.raw_message.to_vec(),
        // The parser takes text for letters of the encoding that the mail names; these are the bytes that were sent.
        PartType::Text(_) | PartType::Html(_) => text_of(raw, part.encoding)?,
        _ => part.contents().to_vec(),
    })
}

fn text_of(raw: &[u8], encoding: Encoding) -> Result<Vec<u8>, ReadingError> {
    match encoding {
        Encoding::None => Some(raw.to_vec()),
        Encoding::Base64 => base64_decode(raw),
        Encoding::QuotedPrintable => quoted_printable_decode(raw),
    }
    .ok_or_else(|| damaged("it is not encoded as the mail says"))
}

/// Refuses what cannot be read, or is read by one mail program in this way and by another in that.
fn refuse(part: &MessagePart<'_>) -> Result<(), ReadingError> {
    let count = |name: &HeaderName<'_>| part.headers.iter().filter(|header| header.name == *name).count();
    if part.is_encoding_problem {
        return Err(damaged("it is not encoded as the mail says"));
    }
    if count(&HeaderName::ContentTransferEncoding) > 1 || count(&HeaderName::ContentType) > 1 {
        return Err(damaged("its header says two things of it"));
    }
    let named = part.headers.iter().find(|header| header.name == HeaderName::ContentTransferEncoding);
    let is_read = |name: &str| {
        ["7bit", "8bit", "binary", "base64", "quoted-printable"].iter().any(|known| known.eq_ignore_ascii_case(name))
    };
    if named.is_some_and(|named| !named.value.as_text().is_some_and(|name| is_read(name.trim()))) {
        return Err(damaged("it is encoded in a way that is not read"));
    }
    let Some(kind) = part.content_type() else { return Ok(()) };
    let subtype = kind.subtype().unwrap_or_default().to_ascii_lowercase();
    match (kind.ctype().to_ascii_lowercase().as_str(), subtype.as_str()) {
        ("message", "partial" | "external-body") => {
            Err(ReadingError::Kind("a mail's piece, the rest of which is elsewhere".to_owned()))
        }
        ("text", _) if kind.attribute("charset").is_some_and(|name| name.eq_ignore_ascii_case("utf-7")) => {
            Err(damaged("it is encoded in a way that is not read"))
        }
        ("application", "pkcs7-mime" | "x-pkcs7-mime" | "pgp-encrypted") => {
            Err(ReadingError::Encrypted { what: What::Mail })
        }
        _ => Ok(()),
    }
}

fn damaged(problem: &str) -> ReadingError {
    ReadingError::Damaged { what: What::File, problem: problem.into() }
}

fn is_shown_picture(part: &MessagePart<'_>) -> bool {
    let is_picture = part.content_type().is_some_and(|kind| kind.ctype().eq_ignore_ascii_case("image"));
    let is_shown = part.content_id().is_some() || part.content_disposition().is_some_and(|kind| kind.is_inline());
    is_picture && is_shown
}

/// Returns the headers of all parts, as they stand there and as they read.
fn headers(mail: &[u8], parts: &[MessagePart<'_>]) -> Vec<u8> {
    // A blank line first, or it would begin as a mail does.
    let mut text = b"\n".to_vec();
    for part in parts {
        text.extend_from_slice(mail.get(part.offset_header as usize..part.offset_body as usize).unwrap_or_default());
        for value in part.headers.iter().filter_map(|header| header.value.as_text_list()).flatten() {
            text.push(b'\n');
            text.extend_from_slice(value.as_bytes());
        }
        text.extend_from_slice(b"\n\n");
    }
    text
}

/// What lies between the parts, where no program shows anything.
struct Between(Vec<Range<usize>>);

impl Between {
    fn of(mail: &[u8], parts: &[MessagePart<'_>]) -> Self {
        let span = |part: &MessagePart<'_>| {
            // A part of parts is its header alone: what lies between its parts belongs to none.
            let is_multipart = matches!(part.body, PartType::Multipart(_));
            let end = if is_multipart { part.offset_body } else { part.offset_end.max(part.offset_body) } as usize;
            (part.offset_header as usize, end.min(mail.len()))
        };
        let mut spans: Vec<(usize, usize)> = parts.iter().map(span).collect();
        spans.sort_unstable();
        let (mut reached, mut gaps) = (0, Vec::new());
        for (from, to) in spans.into_iter().chain([(mail.len(), mail.len())]) {
            if reached < from {
                gaps.push(reached..from);
            }
            reached = reached.max(to);
        }
        Self(gaps)
    }

    fn text(&self, mail: &[u8]) -> Vec<u8> {
        self.0.iter().flat_map(|gap| [&mail[gap.clone()], b"\n\n"]).collect::<Vec<_>>().concat()
    }

    /// Counts bytes that have the looks of a part.
    fn leftover(&self, lower: &[u8]) -> usize {
        const FIELDS: [&str; 3] = ["content-type:", "content-transfer-encoding:", "content-disposition:"];
        let is_part = |gap: &Range<usize>| {
            FIELDS.iter().any(|field| memmem::find(&lower[gap.clone()], field.as_bytes()).is_some())
        };
        self.0.iter().filter(|gap| is_part(gap)).map(Range::len).sum()
    }
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
        assert_eq!(
            members[..2],
            [("text 2".to_owned(), Ok(b"Hello".to_vec())), ("a.pdf".to_owned(), Ok(b"%PDF-1.7\n".to_vec()))]
        );
        let beside: Vec<&str> = members[2..].iter().map(|(name, _)| &name[..]).collect();
        assert_eq!(beside, ["header", "between its parts"]);
        assert_eq!(mail.leftover, 0);
    }

    #[test]
    fn a_boundary_in_the_middle_of_a_line_makes_a_mail_unclear() {
        let is_unclear = |mail: &str| open(mail.as_bytes()).unwrap().is_unclear;
        assert!(!is_unclear(MAIL));
        assert!(!is_unclear(&MAIL.replace("--B\r\n", "--B \r\n")));
        for text in ["x--B\r\ny", "-----BEGIN", "--By"] {
            assert!(is_unclear(&MAIL.replace("Hello", text)), "{text}");
        }
        // An inner boundary may begin as the outer one does.
        let inner = "Content-Type: multipart/mixed; boundary=B2\r\n\r\n--B2\r\n\r\nHello\r\n--B2--";
        assert!(!is_unclear(&MAIL.replace("Content-Type: text/plain\r\n\r\nHello", inner)));
    }

    #[test]
    fn a_part_behind_the_end_is_noticed() {
        let more = format!("{MAIL}--B\r\nContent-Type: application/pdf\r\n\r\nx\r\n");
        assert!(open(more.as_bytes()).unwrap().leftover > 0);
    }

    #[test]
    fn a_picture_in_the_text_is_told_from_an_attached_one() {
        let picture = MAIL.replace("application/pdf", "image/png").replace("attachment;", "inline;");
        assert!(open(picture.as_bytes()).unwrap().members[1].manner == Manner::Shown);
        let attached = MAIL.replace("application/pdf", "image/png");
        assert!(open(attached.as_bytes()).unwrap().members[1].manner == Manner::Inside);
    }
}
