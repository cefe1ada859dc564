//! Text files: a compact JWS, a JSON document, lines such as verifier links; or any text, which is searched for them.

mod objects;
mod packed;
mod tokens;
mod views;

use std::borrow::Cow;

use super::magic::{Magic, magic};
use super::{CANDIDATE_BYTES, CANDIDATES, Candidate, Found, Kind, ReadingError, Source, What};
use tokens::{Tokens, TooMuch};

/// What a text holds.
pub(super) struct Held {
    /// Its credentials. `None`: there is none, and nothing that was meant as one.
    pub(super) found: Option<Found>,
    /// Files in it that are written in base64.
    pub(super) files: Vec<Vec<u8>>,
    /// What it holds in a form that is not read.
    pub(super) closed: Option<&'static str>,
}

impl Held {
    /// True if it holds anything that is to be said.
    pub(super) fn is_worth_a_word(&self) -> bool {
        self.found.is_some() || !self.files.is_empty() || self.closed.is_some()
    }
}

/// Reads a text. What was handed over as a certificate (`is_meant`) is judged if it holds nothing else: whole, or each of
/// its lines.
pub(super) fn read(bytes: &[u8], is_meant: bool) -> Result<Held, ReadingError> {
    let text = decoded(bytes).ok_or(ReadingError::NotText)?;
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        return Err(ReadingError::Empty);
    }
    if let Some(jws) = whole_jws(text) {
        return Ok(Held { found: Some(found(Kind::Jwt, vec![jws])), files: Vec::new(), closed: None });
    }
    let files = packed::files(text).ok_or_else(|| excessive("more files in base64 than are read"))?;
    let (mut credentials, is_unclear) = credentials(text)?;
    let closed =
        packed::closed(text).or(is_unclear.then_some("a text with a proof that belongs to no credential in it"));
    let is_json = text.starts_with('{') || text.starts_with('[');
    // A text that is another file's spelling is none of its own.
    let is_meant = is_meant && files.is_empty() && closed.is_none();
    if is_meant
        && credentials.is_empty()
        && let Some(jws) = joined(text)
    {
        return Ok(Held { found: Some(found(Kind::Jwt, vec![jws])), files, closed });
    }
    if is_meant && is_json && credentials.is_empty() {
        if text.len() > CANDIDATE_BYTES {
            return Err(too_much(TooMuch::Letters));
        }
        credentials.push(text.to_owned());
    } else if is_meant && (credentials.is_empty() || is_list(text, &credentials)) {
        let holds_found = |line: &&str| credentials.iter().any(|known| line.contains(&known[..]));
        let others: Vec<String> =
            lines(text).filter(|line| !holds_found(line)).take(CANDIDATES + 1).map(str::to_owned).collect();
        if text.lines().any(|line| line.len() > CANDIDATE_BYTES) {
            return Err(too_much(TooMuch::Letters));
        }
        credentials.extend(others);
        if credentials.len() > CANDIDATES {
            return Err(too_much(TooMuch::Tokens));
        }
    }
    let kind = if is_json { Kind::Json } else { Kind::Text };
    let found = (!credentials.is_empty()).then(|| found(kind, credentials));
    Ok(Held { found, files, closed })
}

/// True if nothing but a JWS is in it: that needs no process of its own.
pub(super) fn is_jws(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| whole_jws(text.trim()).is_some())
}

/// Returns the JWS that a text is, and nothing else: its white space is a mail program's, which wraps long lines.
fn whole_jws(text: &str) -> Option<String> {
    joined(text).filter(|joined| joined.len() == text.len() || super::found::jws_of(joined).is_ok())
}

/// Returns what may be a JWS when the lines are put together: it holds no white space of its own.
fn joined(text: &str) -> Option<String> {
    let joined = || -> String { text.split_ascii_whitespace().collect() };
    (text.len() <= CANDIDATE_BYTES && text.starts_with("ey")).then(joined).filter(|joined| is_compact_jws(joined))
}

fn found(kind: Kind, texts: Vec<String>) -> Found {
    let candidate = |text| Candidate { text, source: Source::PlainText };
    Found { candidates: texts.into_iter().map(candidate).collect(), ..Found::nothing(kind) }
}

/// Returns the credentials in a text, and whether there may be one that could not be told.
fn credentials(text: &str) -> Result<(Vec<String>, bool), ReadingError> {
    let objects = objects::of(text).map_err(too_much)?;
    let tokens = Tokens::of(text).map_err(too_much)?;
    let objects_and_tokens = objects.all.into_iter().map(|one| one.text.into_owned()).chain(tokens).collect();
    Ok((objects_and_tokens, objects.is_unclear))
}

/// Returns the credentials that stand in what a file says beside its picture; nothing where they cannot be told.
pub(super) fn beside(bytes: &[u8]) -> Option<Vec<String>> {
    let text: Cow<'_, str> = decoded(bytes).unwrap_or_else(|| letters(bytes).into());
    let (mut texts, mut is_unclear) = credentials(&text).ok()?;
    for file in packed::files(&text)? {
        match magic(&file) {
            Magic::Text => {
                let (inner, is_inner_unclear) = credentials(&decoded(&file)?).ok()?;
                texts.extend(inner);
                is_unclear |= is_inner_unclear;
            }
            // Programs add a small picture of the picture (XMP, `xmp:Thumbnails`).
            Magic::Jpeg | Magic::Other(_) => {}
            _ => return None,
        }
    }
    (!is_unclear).then_some(texts)
}

/// True if a JSON document holds no credential beside what it is itself.
pub(super) fn is_alone(bytes: &[u8]) -> bool {
    let Some(text) = decoded(bytes) else { return false };
    let is_one = objects::of(&text).is_ok_and(|objects| objects.all.len() <= 1 && !objects.is_unclear);
    is_one && Tokens::of(&text).is_ok_and(|tokens| tokens.is_empty())
}

/// True if a text holds a credential with a proof, or may. One without may be the payload of a JWS.
fn holds_credential(text: &str) -> bool {
    let is_proven = |objects: objects::Objects<'_>| objects.is_unclear || objects.all.iter().any(|one| one.has_proof);
    objects::of(text).map_or(true, is_proven) || Tokens::of(text).map_or(true, |tokens| !tokens.is_empty())
}

/// True for a list of credentials, each in a line of its own: then a line that is none is one that was damaged.
fn is_list(text: &str, credentials: &[String]) -> bool {
    lines(text).any(|line| credentials.iter().any(|known| known == line))
        && lines(text).all(|line| !line.contains(char::is_whitespace))
}

/// Returns the text that bytes are: UTF-8, UTF-16, or one of the encodings of a byte a letter. The letters of credentials
/// are the same in all of the last.
pub(super) fn decoded(bytes: &[u8]) -> Option<Cow<'_, str>> {
    let wide = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes.as_chunks::<2>().0.iter().map(|pair| unit(*pair)).collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xFF, 0xFE, rest @ ..] => return Some(wide(rest, u16::from_le_bytes).into()),
        [0xFE, 0xFF, rest @ ..] => return Some(wide(rest, u16::from_be_bytes).into()),
        _ => {}
    }
    match std::str::from_utf8(bytes) {
        Ok(text) if !bytes.contains(&0) => return Some(text.into()),
        _ => {}
    }
    let head = &bytes[..bytes.len().min(1_024)];
    let zeros = |from: usize| head.iter().skip(from).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd, half) = (zeros(0), zeros(1), head.len() / 2);
    if half > 8 && odd * 10 > half * 7 && even * 10 < half {
        return Some(wide(bytes, u16::from_le_bytes).into());
    }
    if half > 8 && even * 10 > half * 7 && odd * 10 < half {
        return Some(wide(bytes, u16::from_be_bytes).into());
    }
    let is_control = |byte: &u8| *byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0C | 0x1A | 0x1B);
    (!bytes.iter().any(is_control)).then(|| letters(bytes).into())
}

fn letters(bytes: &[u8]) -> String {
    bytes.iter().map(|&byte| char::from(byte)).collect()
}

fn too_much(what: TooMuch) -> ReadingError {
    match what {
        TooMuch::Tokens => excessive(&format!("more than {CANDIDATES} lines or credentials")),
        TooMuch::Letters => excessive(&format!("a line or a credential is longer than {CANDIDATE_BYTES} bytes")),
    }
}

fn excessive(problem: &str) -> ReadingError {
    ReadingError::Excessive { what: What::Text, problem: problem.to_owned() }
}

/// Returns the lines of a text that may each be a credential: trimmed, not blank, not overlong, `#` comments left out.
pub fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#') && line.len() <= CANDIDATE_BYTES)
}

/// Three base64url parts, the first of which is a JSON object (`{"` is `eyJ`, or `ey` with other white space).
pub(super) fn is_compact_jws(text: &str) -> bool {
    text.starts_with("ey")
        && text.bytes().filter(|&byte| byte == b'.').count() == 2
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'))
}

/// `https://VERIFIER/#1DIGITS`, or the fragment alone.
pub(super) fn is_verifier_link(text: &str) -> bool {
    let fragment = text.split_once('#').map_or(text, |(_, fragment)| fragment);
    fragment.len() > 100 && fragment.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> (Kind, Vec<String>) {
        let found = read(text.as_bytes(), true).unwrap().found.unwrap();
        (found.kind, found.candidates.into_iter().map(|candidate| candidate.text).collect())
    }

    #[test]
    fn a_wrapped_jws_is_put_together() {
        assert_eq!(texts("eyJh\n  bGci.eyJ4\r\n.c2ln\n"), (Kind::Jwt, vec!["eyJhbGci.eyJ4.c2ln".into()]));
    }

    #[test]
    fn each_line_of_a_list_is_a_candidate() {
        let (kind, lines) = texts("\u{feff}# links\nhttps://v.example/#1123\n\nhttps://v.example/#1456\n");
        assert_eq!((kind, lines.len()), (Kind::Text, 2));
    }

    /// As long as one of ours is, and with its looks.
    fn jws(word: &str) -> String {
        let part = |text: &str| data_encoding::BASE64URL_NOPAD.encode(text.as_bytes());
        let header = part(r#"{"alg":"EdDSA","kid":"did:web:x.example#k","typ":"vc+jwt"}"#);
        format!("{header}.{}.{}", part(&format!("{{\"credentialSubject\":\"{word}\"}}")), "A".repeat(86))
    }

    /// What is found in a text that nobody handed over as a certificate.
    fn searched(text: &[u8]) -> Vec<String> {
        let held = read(text, false).unwrap();
        held.found.map(|found| found.candidates.into_iter().map(|one| one.text).collect()).unwrap_or_default()
    }

    #[test]
    fn a_credential_is_found_wherever_it_stands_and_however_it_is_spelled() {
        let one = jws("a");
        let middle = one.len() / 2;
        let (left, right) = one.split_at(middle);
        for text in [
            format!("<p>{one}</p>"),
            format!("1,{one}\n"),
            format!("{{\"vc\":\"{one}\"}}"),
            format!("{{\"vc\":\"{}\"}}", one.replace('.', "\\u002e")),
            format!("See https://x.example/?vc={}.", one.replace('.', "%2E")),
            format!("{}&period;", one.replace('.', "&#46;")),
            format!("<b>{left}</b><i>{right}</i>"),
            format!("Here it is:\r\n\r\n{left}\r\n{right}\r\nBest\n"),
            format!("> {left}\n> {right}\n"),
            format!("{left}=\r\n{right}\nBest"),
            format!("JWT{one}, or example.org.{one}"),
        ] {
            assert_eq!(searched(text.as_bytes()), [&one[..]], "{text}");
        }
        let wide: Vec<u8> = format!("a {one} b").encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(searched(&wide), [&one[..]], "UTF-16 without a mark");
        assert_eq!(searched(&[&b"Gr\xFC\xDFe "[..], one.as_bytes()].concat()), [&one[..]], "ISO 8859-1");
    }

    #[test]
    fn each_of_several_is_found_and_other_tokens_are_nobodys() {
        let (one, two) = (jws("a"), jws("b"));
        let link = format!("https://v.example/#1{}", "2".repeat(120));
        assert_eq!(
            searched(format!("{one} {two}\n{one}\n<a href='{link}'>").as_bytes()),
            [&one, &two, &link].map(|t| &t[..])
        );
        assert_eq!(searched(format!("# a remark\n{link}\n").as_bytes()), [&link[..]]);
        let session = "https://x.example/?t=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln";
        assert_eq!(searched(format!("{one}\n--B\n").as_bytes()), [&one[..]], "a mail's boundary goes on with letters");
        assert_eq!(searched(session.as_bytes()), [""; 0]);
        assert_eq!(searched(b"{\"name\":\"a package\"}"), [""; 0]);
    }

    #[test]
    fn the_payload_of_a_jws_is_no_credential_of_its_own() {
        let payload = r#"{"@context":["a"],"credentialSubject":{"name":"Waterproof"},"type":["VerifiableCredential"]}"#;
        let part = |text: &str| data_encoding::BASE64URL_NOPAD.encode(text.as_bytes());
        let one = format!("{}.{}.{}", part(r#"{"typ":"vc+jwt"}"#), part(payload), "A".repeat(86));
        let text = format!("see {one}, and \"{one}\"");
        let held = read(text.as_bytes(), false).unwrap();
        assert_eq!((held.files.len(), held.closed), (0, None));
        assert_eq!(beside(text.as_bytes()), Some(vec![one]));
    }

    #[test]
    fn a_damaged_line_of_a_list_is_judged_and_the_words_around_a_credential_are_not() {
        let one = jws("a");
        assert_eq!(texts(&format!("{one}\neyJhbGc\n")).1, [&one, "eyJhbGc"]);
        assert_eq!(texts(&format!("Dear all,\n{one}\nBest\n")).1, [&one[..]]);
        assert_eq!(texts("Hello\n").1, ["Hello"], "what was handed over as a certificate");
    }

    #[test]
    fn json_is_told_from_text() {
        assert_eq!(texts(" {\"a\":1}").0, Kind::Json);
    }

    #[test]
    fn binary_rubbish_is_named() {
        let error = |bytes: &[u8]| read(bytes, true).err();
        assert_eq!(error(&[0xFE, 0x00, 0x81]), Some(ReadingError::NotText));
        assert_eq!(error(b"a\0b"), Some(ReadingError::NotText));
        assert_eq!(error(b" \n"), Some(ReadingError::Empty));
    }
}
