//! Texts as people hand them over: what programs put around a link or a JWS, into it and behind it is taken away again.
//!
//! Mail programs break lines and put `<…>` around, people put words before it or leave `https` away; safe-link services and messengers write `%23` or `%2523` for the `#`, and
//! behind the digits what they count clicks with. Nothing of that is signed. Not a part of wire format 1: [`super::unpack`]
//! and the JWS parser stay strict about what is left. `verifier-web/src/core/pasted.ts` does the same.

use std::borrow::Cow;

use crate::credential::CertificateNumber;

/// Longest text that is an address or a number, in bytes.
const MEANT_BYTES: usize = 2_000;
/// Characters of the part of a page's address that cannot be guessed.
const SUFFIX_CHARS: usize = 8;
/// Characters of the token of a mail's link: 128 bits.
const TOKEN_CHARS: usize = 26;
/// Characters that stand before the token of a link into the portal.
const PLACE_CHARS: usize = 32;
const OPENING: [char; 13] = ['<', '(', '[', '"', '\'', '`', '“', '„', '‚', '‘', '«', '‹', '「'];
const CLOSING: [char; 13] = ['>', ')', ']', '"', '\'', '`', '”', '“', '’', '‘', '»', '›', '」'];
/// The mark before the digits, also in full width.
const MARKS: [char; 2] = ['#', '＃'];

/// Returns the link, the digits or the JWS that a text holds, without what was put there on its way. Another text stays as
/// it is but for white space around it, and for how its lines are quoted.
pub fn bare(text: &str) -> Cow<'_, str> {
    let text = text.trim_matches(is_blank);
    if text.starts_with('{') {
        return Cow::Borrowed(text);
    }
    if text.contains("\n>") || text.contains("&#35;") {
        return Cow::Owned(within(unquoted(text).trim_matches(is_blank)).into_owned());
    }
    within(text)
}

/// The same of a text in which nothing is quoted.
fn within(text: &str) -> Cow<'_, str> {
    let opened = text.trim_start_matches(|c: char| OPENING.contains(&c) || is_blank(c));
    let inner = if opened.len() < text.len() {
        opened.trim_end_matches(|c: char| CLOSING.contains(&c) || is_blank(c))
    } else {
        opened
    };
    // Words before the link may have a mark too.
    let link = &inner[scheme(inner).unwrap_or(0)..];
    match mark(link) {
        Some((at, length)) => Cow::Owned(format!("{}#{}", address(&link[..at]), digits(&link[at + length..]))),
        None if inner.starts_with(|c: char| c.is_ascii_digit()) => digits(inner),
        None if inner.starts_with("ey") => without_space(inner),
        None => Cow::Borrowed(text),
    }
}

/// White space, and what is as wide as nothing: where lines may be broken, where words are joined, what begins a text.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}')
}

/// A text without the `>` that mail programs put before the lines of another, and with the `#` that web pages spell out.
fn unquoted(text: &str) -> String {
    let mut lines = text.split('\n');
    let first = lines.next().unwrap_or_default().to_owned();
    let line = |line: &str| match line.starts_with('>') {
        true => line.trim_start_matches(['>', ' ']).to_owned(),
        false => line.to_owned(),
    };
    [first].into_iter().chain(lines.map(line)).collect::<Vec<_>>().join("\n").replace("&#35;", "#")
}

/// What stands before the mark, without words before it, and with `https` where there is a host alone. It says nothing about what is
/// signed.
fn address(text: &str) -> Cow<'_, str> {
    match scheme(text) {
        Some(at) => without_space(&text[at..]),
        None if is_address(text) => Cow::Owned(format!("https://{text}")),
        None => without_space(text),
    }
}

/// Where the first address with its scheme begins.
fn scheme(text: &str) -> Option<usize> {
    let lower = text.to_ascii_lowercase();
    ["http://", "https://"].iter().filter_map(|scheme| lower.find(scheme)).min()
}

/// `certs.example.org/verify/`.
fn is_address(text: &str) -> bool {
    let host = text.split('/').next().unwrap_or_default();
    let (name, port) = host.split_once(':').unwrap_or((host, ""));
    name.contains('.')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
        && port.bytes().all(|byte| byte.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// What somebody gave who has no certificate at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meant {
    /// The address of a certificate's page, `https://…/c/NUMBER-SUFFIX`.
    Page,
    /// A certificate's number.
    Number,
    /// A link of a mail, or a page of the portal, `https://…/m/TOKEN`: for whoever got it, in a browser.
    Mail,
}

impl Meant {
    /// Returns it as the field of a malformed text; what to do about it stands in `schemas/verdict.json`.
    pub const fn field(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Number => "number",
            Self::Mail => "mail",
        }
    }

    /// Says what it is.
    pub const fn problem(self) -> &'static str {
        match self {
            Self::Page => {
                "this is the address of a certificate's page, not the certificate; open the page, and follow “Open the verifier” there"
            }
            Self::Number => {
                "this is only a certificate's number; take the text of its QR code, its file, or the address of its page"
            }
            Self::Mail => {
                "this is the link of a mail, or of a page of the portal, not the certificate; open it in a browser, download the PDF there, and drop that here"
            }
        }
    }
}

/// Says what a text is that holds no certificate, and that people take for one.
pub fn meant(text: &str) -> Option<Meant> {
    let around = |c: char| c.is_whitespace() || OPENING.contains(&c) || CLOSING.contains(&c);
    let text = text.trim_matches(around);
    if text.len() > MEANT_BYTES || text.contains(char::is_whitespace) {
        return None;
    }
    if text.to_ascii_uppercase().parse::<CertificateNumber>().is_ok() {
        return Some(Meant::Number);
    }
    let (scheme, rest) = text.split_once("://")?;
    let is_web = ["https", "http"].iter().any(|one| scheme.eq_ignore_ascii_case(one));
    let (path, behind) = rest.split_at(rest.find(['?', '#']).unwrap_or(rest.len()));
    // Behind a mark, digits are a code.
    let is_code = behind.split_once('#').is_some_and(|(_, mark)| mark.starts_with(|c: char| c.is_ascii_digit()));
    let path = path.trim_end_matches('/');
    if is_web && !is_code && is_of_mail(path) {
        return Some(Meant::Mail);
    }
    if is_web && !is_code && is_of_profile(path) {
        return Some(Meant::Page);
    }
    let (host, tail) = path.rsplit_once("/c/")?;
    let (number, suffix) = tail.rsplit_once('-')?;
    let is_suffix =
        suffix.len() == SUFFIX_CHARS && suffix.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let is_page = is_web && !is_code && is_suffix && !host.is_empty() && !host.starts_with('/');
    (is_page && number.parse::<CertificateNumber>().is_ok()).then_some(Meant::Page)
}

fn is_token(text: &str, chars: usize) -> bool {
    text.len() == chars && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

fn is_host(host: &str) -> bool {
    !host.is_empty() && !host.starts_with('/')
}

/// `certs.example.org/p/ID`: certificates that a holder shows together, each of which leads to its page.
fn is_of_profile(path: &str) -> bool {
    path.rsplit_once("/p/").is_some_and(|(host, id)| is_host(host) && is_token(id, TOKEN_CHARS))
}

/// `certs.example.org/m/TOKEN`, `…/portal/enter/TOKEN`, a certificate in the portal or a file of it, or another page of the portal: what
/// a mail leads to.
fn is_of_mail(path: &str) -> bool {
    let of_mail = path.rsplit_once("/m/").is_some_and(|(host, token)| is_host(host) && is_token(token, TOKEN_CHARS));
    let pages = ["/portal", "/portal/certificates", "/portal/lost"];
    let of_portal = pages.iter().any(|page| path.strip_suffix(page).is_some_and(is_host));
    let enters = path.rsplit_once("/portal/enter/").is_some_and(|(host, token)| {
        let halves = token.split_once('.');
        is_host(host)
            && halves.is_some_and(|(place, token)| is_token(place, PLACE_CHARS) && is_token(token, TOKEN_CHARS))
    });
    let of_one = path.rsplit_once("/portal/certificates/").is_some_and(|(host, one)| {
        let number = ["/file", "/picture.png"].iter().find_map(|file| one.strip_suffix(file)).unwrap_or(one);
        is_host(host) && number.parse::<CertificateNumber>().is_ok()
    });
    of_mail || of_portal || enters || of_one
}

/// Where the mark before the digits is, and how long: `#`, or that percent-encoded, once or again and again.
fn mark(text: &str) -> Option<(usize, usize)> {
    if let Some((at, mark)) = text.match_indices(MARKS).next() {
        return Some((at, mark.len()));
    }
    text.match_indices('%').find_map(|(at, _)| {
        let mut rest = &text[at + 1..];
        while let Some(further) = rest.strip_prefix("25") {
            rest = further;
        }
        let rest = rest.strip_prefix("23")?;
        Some((at, text.len() - at - rest.len()))
    })
}

/// Digits without the white space between them and what stands behind: punctuation and all that follows it, or other words.
/// A second `#`, and letters among the digits, stay: nobody put them there on the way.
fn digits(text: &str) -> Cow<'_, str> {
    let all = text.len();
    let mut after_space = false;
    let mut end = all;
    for (at, c) in text.char_indices() {
        if is_blank(c) {
            after_space = true;
        } else if !c.is_ascii_digit() {
            let is_behind = !MARKS.contains(&c) && at > 0 && (after_space || c.is_ascii_punctuation());
            end = if is_behind { at } else { all };
            break;
        } else {
            after_space = false;
        }
    }
    without_space(&text[..end])
}

fn without_space(text: &str) -> Cow<'_, str> {
    if text.contains(is_blank) { text.split(is_blank).collect::<String>().into() } else { Cow::Borrowed(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_take_for_a_certificate_is_named() {
        let file = std::fs::read_to_string("tests/vectors/meant.json").unwrap();
        let vectors: serde_json::Value = serde_json::from_str(&file).unwrap();
        let cases = vectors["cases"].as_array().unwrap();
        for case in cases {
            let found = meant(case["given"].as_str().unwrap()).map(Meant::field);
            assert_eq!(found, case["meant"].as_str(), "{}", case["why"]);
        }
        assert!(cases.len() > 20);
    }

    #[test]
    fn what_programs_put_around_a_text_is_taken_away() {
        let file = std::fs::read_to_string("tests/vectors/pasted.json").unwrap();
        let vectors: serde_json::Value = serde_json::from_str(&file).unwrap();
        let cases = vectors["cases"].as_array().unwrap();
        for case in cases {
            let text = |name: &str| case[name].as_str().unwrap();
            assert_eq!(bare(text("pasted")), text("bare"), "{}", text("why"));
        }
        assert!(cases.len() > 20);
    }
}
